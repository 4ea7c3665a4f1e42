"""The wheel holds all it needs and works from any folder, in a clean environment outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIMIT = 100 * 1024 * 1024
"""Most that the base install may take, in bytes."""


def run(*words: str | Path, cwd: Path) -> str:
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    [path] = folder.glob("kg-*.whl")
    return path


@pytest.mark.slow
def test_wheel_holds_the_domain(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("ontology/kg.ttl", "data/lexicon/places.tsv", "data/rules/slots.toml", "data/quantities.toml"):
        assert f"kg/domain/{part}" in names
    assert any(name.startswith("kg/domain/queries/") for name in names)


@pytest.mark.slow
def test_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "clean", cwd=tmp_path)
    python = tmp_path / "clean" / "bin" / "python"
    before = sum(f.stat().st_size for f in (tmp_path / "clean").rglob("*") if f.is_file())
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    after = sum(f.stat().st_size for f in (tmp_path / "clean").rglob("*") if f.is_file())
    print(f"wheel {wheel.stat().st_size / 1e6:.2f} MB, installed with dependencies {(after - before) / 1e6:.1f} MB")
    assert after - before < LIMIT
    kg = tmp_path / "clean" / "bin" / "kg"
    (tmp_path / "mine.txt").write_text("News\n\nIn 2022, 40 projects were signed in Haidian District.\n", "utf-8")
    assert "Commands:" in run(kg, "--help", cwd=tmp_path)
    assert "1 read" in run(kg, "build", "mine.txt", cwd=tmp_path)
    assert "project_stages" in run(kg, "query", "--list", cwd=tmp_path)
    assert '"40"' in run(kg, "claims", "--format", "jsonl", cwd=tmp_path)
    assert "All holds" in run(kg, "check", cwd=tmp_path)
