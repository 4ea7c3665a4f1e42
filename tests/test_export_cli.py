"""The commands ``kg export``: files by suffix, filters, clear errors with exit 2, nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.export import FORMATS, find_format

pytest_plugins = ["export_fixtures"]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, words)])


def test_several_files_at_once(export_build: Path, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.ttl", "b.graphml", "sub/c.nq")]
    result = run(*paths, "--build", export_build)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [str(path) for path in paths]
    assert lines[1].endswith(" edges") and all(path.stat().st_size for path in paths)
    assert "note: 4 x graph names" in result.stderr


def test_quiet_prints_nothing(export_build: Path, tmp_path: Path) -> None:
    result = run(tmp_path / "a.nq", "--build", export_build, "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_formats_are_listed() -> None:
    result = run("--formats")
    assert [line.split()[0] for line in result.output.splitlines()] == [entry.suffix for entry in FORMATS]


def test_filters_reach_the_file(export_build: Path, tmp_path: Path) -> None:
    path = tmp_path / "near.graphml"
    result = run(path, "--around", "小米二期", "--hops", "1", "--predicate", "usesPractice", "--build", export_build)
    assert result.exit_code == 0, result.output
    read = nx.read_graphml(path, force_multigraph=True)
    assert {d["label"] for *_, d in read.edges(data=True)} == {"uses practice"}
    assert "Xiaomi Phase II" in {d["label"] for _, d in read.nodes(data=True)}


def test_a_choice_that_nothing_fits_is_told(export_build: Path, tmp_path: Path) -> None:
    path = tmp_path / "none.graphml"
    result = run(path, "--status", "explicit", "--modality", "denied", "--build", export_build)
    assert (result.exit_code, result.stdout) == (0, f"{path}: 0 nodes, 0 edges\n")
    assert result.stderr == "  note: nothing in the graph fits what was chosen, so the file is empty\n"


def test_observations_and_claims_as_nodes(export_build: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.graphml"
    result = run(path, "--observations", "nodes", "--claims", "--no-layout", "--build", export_build)
    assert result.exit_code == 0, result.output
    kinds = {d["class"] for _, d in nx.read_graphml(path, force_multigraph=True).nodes(data=True)}
    assert {"Observation", "Claim", "NewsArticle"} <= kinds


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("net.xyz",), "Error: net.xyz: no format with this suffix (known are: .ttl .rdf12.ttl"),
        (("x.graphml", "--class", "Prak"), "Error: no class 'Prak' in the network (did you mean Park?)"),
        (("x.graphml", "--around", "Xiaomi Phase 2"), "did you mean Xiaomi Phase II"),
        (("x.nq", "--article", "nothing"), "Error: no article 'nothing' in the store"),
        (("x.graphml", "--build", "nowhere"), "no graph store here"),
    ],
)
def test_errors_are_one_line_and_exit_2(
    words: tuple[str, ...], message: str, export_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words, *(() if "--build" in words else ("--build", str(export_build))))
    assert result.exit_code == 2
    assert message in result.stderr and len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_longest_suffix_counts() -> None:
    assert find_format(Path("a.rdf12.ttl")).suffix == ".rdf12.ttl"
    assert find_format(Path("A.TTL")).suffix == ".ttl"


def test_help_has_examples_and_imports_no_heavy_library() -> None:
    result = run("--help")
    assert "kg export net.graphml" in result.output and "--around" in result.output
    heavy = ("networkx", "rdflib", "matplotlib", "pyarrow", "igraph")
    code = f"import sys, kg.cli.export; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
