"""The tool starts fast, because a command imports only what it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.bench_startup import BASE, make_commands, measure

pytest_plugins = ["query_fixtures"]

HEAVY = ("rdflib", "networkx", "pyshacl", "ahocorasick_rs", "owlrl")


def list_modules(*words: str) -> set[str]:
    """Return the modules that a command of the tool imports."""
    code = (
        "import sys\nfrom kg.cli import main\n"
        f"try:\n    main({list(words)!r})\nexcept SystemExit:\n    pass\n"
        "print('\\nMODULES', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    return set(done.stdout.rpartition("MODULES ")[2].split())


def test_help_imports_no_graph_library() -> None:
    modules = list_modules("--help")
    assert "click" in modules
    assert not modules & {*HEAVY, "pyoxigraph", "tomllib", "kg.store", "kg.pipeline"}


def test_query_imports_the_store_alone(query_build: Path) -> None:
    modules = list_modules("query", "landing_rate", "--build", str(query_build))
    assert "pyoxigraph" in modules
    assert not modules & {*HEAVY, "kg.pipeline", "kg.extract", "kg.rules", "difflib"}


@pytest.mark.slow
def test_start_takes_few_times_the_import_of_click(query_build: Path) -> None:
    """The targets are 2 and 3; here with slack, since machines have other things to do."""
    medians = measure(make_commands(query_build), 7)
    assert medians["kg --help"] < 3 * medians[BASE]
    assert medians["kg query landing_rate"] < 4.5 * medians[BASE]
