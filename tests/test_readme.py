"""The README's commands work as written, on a build made as it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = [
    line[2:].partition(" #")[0].strip()
    for line in "\n".join(
        re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    ).splitlines()
    if line.startswith("$ ")
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    subprocess.run([sys.executable, "-m", "kg", "build", "--quiet"], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("kg ")])
def test_command_works(command: str, folder: Path) -> None:
    words = [sys.executable, "-m", "kg", *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, env={**os.environ, "COLUMNS": "100"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_readme_names_the_two_commands() -> None:
    assert [c for c in COMMANDS if c.startswith("make ")] == ["make run", "make test"]
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
