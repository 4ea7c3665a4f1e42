"""Load into a folder of the embedded store, and into files for bulk loaders."""

from __future__ import annotations

import csv
import gzip
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from load_data import BASE, NASTY, kg, make_build, source

from kg import pipeline
from kg import vocab as v
from kg.errors import KgError, LoadError
from kg.load import Loader, Plan, Result, Settings, find_kind, make_loader
from kg.load.source import Source, digest_lines
from kg.nquads import text_term
from kg.resources import Domain
from kg.store import dump_lines, open_store

OTHER = "http://other.example/graph"


def load(build: Path, target: Path, **settings: object) -> Result:
    return loader(build, target, **settings).load()


def loader(build: Path, target: Path, **settings: object) -> Loader:
    return make_loader(str(target), source(build), Settings(**settings))  # type: ignore[arg-type]


def changes(plan: Plan) -> tuple[int, int, int, int]:
    return plan.added, plan.replaced, plan.removed, plan.unchanged


def graphs(folder: Path) -> dict[str, str]:
    """Return the graphs of a store with their digests, but the manifest."""
    found = Source(open_store(folder), BASE)
    return {graph.iri: graph.digest for graph in found.graphs() if graph.iri != found.manifest}


def add(folder: Path, graph: str) -> None:
    store = ox.Store(str(folder))
    store.update(f'INSERT DATA {{ GRAPH <{graph}> {{ <{OTHER}> <{v.LABEL}> "theirs" }} }}')
    store.flush()


# ---------------------------------------------------------------- the embedded store
def test_load_replace_rename_and_remove(tmp_path: Path) -> None:
    target = tmp_path / "db" / "store"
    first = make_build(tmp_path / "b1", {"one": 5, "old": 3})
    assert loader(first, target).plan().added == 3
    assert not target.exists()
    assert changes(load(first, target).plan) == (3, 0, 0, 0)
    assert changes(load(first, target).plan) == (0, 0, 0, 3)
    second = make_build(tmp_path / "b2", {"one": 6, "new": 3})
    assert changes(load(second, target).plan) == (1, 1, 1, 1)
    assert graphs(target) == {graph.iri: graph.digest for graph in source(second).graphs()}
    add(target, OTHER)
    assert changes(load(first, target).plan) == (1, 1, 1, 1)
    assert OTHER in graphs(target)
    loader(first, target).remove()
    assert list(graphs(target)) == [OTHER]
    assert sorted(path.name for path in target.parent.iterdir()) == ["store"]


def test_what_is_not_ours_is_refused(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 2})
    target = tmp_path / "store"
    load(make_build(tmp_path / "b0", {}), target)
    add(target, v.article_iri(BASE, "one"))
    with pytest.raises(LoadError, match="1 graphs of these names were not loaded by kg"):
        load(build, target)
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "dear.txt").write_text("x")
    with pytest.raises(LoadError, match="not an Oxigraph store"):
        load(build, folder)
    with pytest.raises(LoadError, match="did not write"):
        load(build, folder, kind="nquads")
    with pytest.raises(LoadError, match="a folder is needed"):
        load(build, folder / "dear.txt")
    assert (folder / "dear.txt").read_text() == "x"


def test_a_reader_keeps_its_store_while_another_is_loaded(tmp_path: Path) -> None:
    target = tmp_path / "store"
    load(make_build(tmp_path / "b1", {"one": 5}), target)
    reader = open_store(target)
    before = len(reader)
    load(make_build(tmp_path / "b2", {"one": 50}), target)
    assert len(reader) == before
    assert len(open_store(target)) > before


@pytest.mark.parametrize("points", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_killed_load_leaves_the_old_store_and_can_be_run_again(tmp_path: Path, points: int) -> None:
    target = tmp_path / "store"
    builds = [make_build(tmp_path / f"b{i}", {f"a{j}": 100 * (i + 1) for j in range(5)}) for i in range(2)]
    whole = [{graph.iri: graph.digest for graph in source(build).graphs()} for build in builds]
    load(builds[0], target)
    generator, command = random.Random(5), [sys.executable, "-m", "kg", "load", str(target), "--build"]
    for number in range(points):
        turn = (number + 1) % 2
        process = subprocess.Popen([*command, str(builds[turn])], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.1, 0.7))
        process.kill()
        process.wait()
        if target.exists():
            assert graphs(target) in whole, "a store in halves"
        load(builds[turn], target)
        assert graphs(target) == whole[turn]


def test_a_kill_between_the_two_renames_is_mended(tmp_path: Path) -> None:
    target, build = tmp_path / "store", make_build(tmp_path / "b", {"one": 2})
    load(build, target)
    target.rename(tmp_path / ".store.old")
    assert load(build, target).plan.unchanged == 2


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(small)]).returncode:
        pytest.skip("a small disk cannot be made here")
    try:
        load(make_build(tmp_path / "b1", {}), small / "store")
        before = graphs(small / "store")
        found = kg(
            "load", str(small / "store"), "--build", str(make_build(tmp_path / "b2", {"one": 9000})), check=False
        )
        assert found.returncode == 2, found
        assert "cannot be written" in found.stderr
        assert "Traceback" not in found.stderr
        assert graphs(small / "store") == before
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


# ---------------------------------------------------------------- files
def test_shards_are_sorted_whole_and_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.load.files._SHARD", 20_000)
    build, target = make_build(tmp_path / "b", {"one": 40, "two": 3}), tmp_path / "out"
    result = load(build, target, kind="nquads")
    shards = sorted(target.glob("graph-*.nq.gz"))
    assert len(shards) > 3
    first = [path.read_bytes() for path in shards]
    lines = [gzip.decompress(data).splitlines() for data in first]
    assert all(part == sorted(part) for part in lines)
    store = ox.Store()
    store.bulk_load(b"\n".join(line for part in lines for line in part), format=ox.RdfFormat.N_QUADS)
    assert set(store) == set(source(build).store)
    assert result.counts["quads"] == len(store)
    subjects = [{line.split(b" ")[0] for line in part} for part in lines]
    assert sum(map(len, subjects)) == len(set().union(*subjects)), "a subject is in one shard"
    assert changes(load(build, target, kind="nquads").plan)[:3] == (0, 0, 0)
    assert [path.read_bytes() for path in shards] == first
    assert "oxigraph load" in result.command


def test_the_printed_command_fills_a_store(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 12})
    command = load(build, tmp_path / "out", kind="nquads").command.splitlines()[0]
    program = Path(sys.executable).parent
    shell = command.replace("--location STORE", f"--location {tmp_path / 'db'}")
    env = {**os.environ, "PATH": f"{program}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-c", shell], check=True, env=env, capture_output=True)
    assert set(open_store(tmp_path / "db")) == set(source(build).store)


def test_csv_for_neptune(tmp_path: Path) -> None:
    build, target = make_build(tmp_path / "b", {"one": 12}), tmp_path / "out"
    result = load(build, target, kind="neptune-csv")
    with (target / "nodes-District.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0][":ID"] == f"{BASE}changping"
    assert rows[0][":LABEL"] == "Resource;District"
    assert rows[0]["altLabel_en:String[]"] == "Chang Ping;Changping"
    with (target / "nodes-Claim.csv").open(encoding="utf-8", newline="") as stream:
        quotes = [row["quote:String"] for row in csv.DictReader(stream)]
    assert set(quotes) == set(NASTY)
    with (target / "relations-WITHIN.csv").open(encoding="utf-8", newline="") as stream:
        ties = list(csv.DictReader(stream))
    assert {tie[":TYPE"] for tie in ties} == {"WITHIN"}
    assert len({tie[":ID"] for tie in ties}) == 5
    assert "userProvidedEdgeIds" in result.command
    assert loader(build, target, kind="neptune-csv").remove().plan.removed > 5
    assert not target.exists()


@pytest.mark.slow
def test_neo4j_admin_imports_the_files(tmp_path: Path) -> None:
    build, target, home = make_build(tmp_path / "b", {"one": 30, "two": 2}), tmp_path / "out", tmp_path / "neo4j"
    home.mkdir()
    server = servers.neo4j(home)
    command = load(build, target, kind="neo4j-admin").command
    programs = tmp_path / "bin"
    programs.mkdir()
    starter = programs / "neo4j-admin"
    words = " ".join(f"'{word}'" for word in servers.neo4j_admin(home))
    starter.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    starter.chmod(0o755)
    env = {**os.environ, **server.server_env, "PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    server.start()
    try:
        settings = {"user": "neo4j", "secret": servers.PASSWORD, "verify": "full"}
        found = make_loader(server.url, source(build), Settings(**settings))  # type: ignore[arg-type]
        result = found.load()
        assert result.plan.changes == 0, "what was imported is what would be loaded"
        assert "relations are equal" in result.verified
        found.close()
    finally:
        server.stop()


# ---------------------------------------------------------------- the table
@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("http://localhost:3030/ds", "sparql"),
        ("neo4j+s://db.example", "neo4j"),
        ("bolt://localhost", "neo4j"),
        ("some/folder", "oxigraph"),
    ],
)
def test_the_kind_of_a_target(target: str, kind: str) -> None:
    assert find_kind(target).name == kind


@pytest.mark.parametrize(
    ("target", "kind"), [("ftp://x", ""), ("http://x", "nope"), ("x", "fuseki"), ("http://x", "nquads")]
)
def test_targets_that_cannot_be(target: str, kind: str, tmp_path: Path) -> None:
    with pytest.raises(KgError):
        make_loader(target, source(make_build(tmp_path, {})), Settings(kind=kind))


def test_the_kinds_are_listed() -> None:
    listed = kg("load", "--kinds").stdout
    assert "fuseki" in listed
    assert len(listed.splitlines()) == 17


# ---------------------------------------------------------------- what is read
def test_the_file_of_a_build_and_its_store_are_the_same_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = make_build(tmp_path / "b", {"one": 30, "two": 9, "北京": 2})
    nasty = text_term('tab\t, \\ " \x7f \x85 \u2028 end')
    odd = f"<{BASE}odd> <{v.LABEL}> {nasty} <{v.article_iri(BASE, 'two')}> ."
    store = ox.Store(str(build / "store"))
    store.bulk_load(odd.encode(), format=ox.RdfFormat.N_QUADS)
    store.flush()
    (build / "graph.nq").write_text("".join(f"{line}\n" for line in dump_lines(store)), encoding="utf-8")
    monkeypatch.setattr("kg.load.source._HELD", 1000)
    monkeypatch.setattr("kg.load.source.BLOCK", 700)
    theirs, ours = Source(store, BASE), Source(store, BASE, file=build / "graph.nq")
    assert ours.graphs() == theirs.graphs()
    assert (ours.sample(), ours.classes, ours.predicates) == (theirs.sample(), theirs.classes, theirs.predicates)
    for graph in ours.graphs():
        lines = b"".join(ours.blocks(graph.iri)).splitlines()
        dumped = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph.iri)) or b""
        assert sorted(lines) == sorted(dumped.splitlines()) == sorted(b"".join(theirs.blocks(graph.iri)).splitlines())
        assert (len(lines), digest_lines(lines)) == (graph.triples, graph.digest)
    assert b"".join(theirs.sorted_blocks()) == (build / "graph.nq").read_bytes()
    store.update(f'INSERT DATA {{ <{BASE}x> <{v.LABEL}> "of no graph" }}')
    assert Source(store, BASE).graphs() == ours.graphs(), "the default graph is not loaded"


def test_a_file_that_the_build_did_not_leave_is_not_believed(domain: Domain, tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text("Town news.\n\nA total of 82 projects have landed in Changping District.\n", encoding="utf-8")
    made = pipeline.build(domain, [article], tmp_path / "b")
    kg("load", str(tmp_path / "one"), "--build", str(tmp_path / "b"))
    quads = tmp_path / "b" / "graph.nq"
    quads.write_bytes(b"".join(quads.read_bytes().splitlines(keepends=True)[1:]))
    kg("load", str(tmp_path / "two"), "--build", str(tmp_path / "b"))
    assert graphs(tmp_path / "one") == graphs(tmp_path / "two"), made


def test_no_room_for_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = make_build(tmp_path / "b", {"one": 3})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    found = kg("load", str(tmp_path / "one"), "--build", str(build), check=False)
    assert found.returncode == 2
    assert "no temporary file written" in found.stderr
    assert "TMPDIR" in found.stderr
