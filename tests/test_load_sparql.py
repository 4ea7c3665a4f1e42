"""Load into SPARQL stores that really run: whole, twice as once, only ours, and the same after a kill."""

from __future__ import annotations

import os
import pty
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from load_data import BASE, article, kg, lexicon, make_build, source
from servers import Server, running

from kg import vocab as v
from kg.errors import LoadError
from kg.load import Settings, Source, check, make_loader
from kg.load.sparql import SparqlLoader

SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("fuseki", "rdf4j", "virtuoso")]
OTHER = "http://other.example/graph"
POINTS = 20
WAYS = ("one update", "staging")


@pytest.fixture(scope="module", params=["oxigraph-server", *SLOW])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as started:
        yield started


def loader(server: Server, data: Source, **settings: object) -> SparqlLoader:
    made = make_loader(
        server.url,
        data,
        Settings(
            verify="full",
            user=server.env.get("KG_LOAD_USER", ""),
            secret=server.env.get("KG_LOAD_PASSWORD", ""),
            **settings,  # type: ignore[arg-type]
        ),
    )
    assert isinstance(made, SparqlLoader)
    return made


@pytest.fixture
def empty(server: Server, tmp_path: Path) -> Server:
    data = source(make_build(tmp_path / "empty", {}))
    made = loader(server, data)
    made.remove()
    made.endpoint.update([f"DROP SILENT GRAPH <{OTHER}>"])
    return server


def triples(server: Server, data: Source) -> dict[str, int]:
    """Return all graphs of the database with their sizes, but the manifest."""
    rows = loader(server, data).endpoint.select(
        f'SELECT ?g (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}") '
        f'|| STR(?g) = "{OTHER}") }} GROUP BY ?g'
    )
    return {row["g"]["value"]: int(row["n"]["value"]) for row in rows if row["g"]["value"] != data.manifest}


def sizes(data: Source) -> dict[str, int]:
    return {graph.iri: graph.triples for graph in data.graphs()}


def test_the_kind_is_seen(server: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {"one": 1}))
    assert loader(server, data).endpoint.kind == server.kind


@pytest.mark.parametrize("staging", [False, True])
def test_load_twice_is_load_once(empty: Server, tmp_path: Path, staging: bool) -> None:
    data = source(make_build(tmp_path / "b", {"one": 30, "two": 4}))
    assert loader(empty, data).plan().added == 3
    assert triples(empty, data) == {}, "a plan changes nothing"
    result = loader(empty, data, staging=staging, chunk_bytes=4096).load()
    assert result.counts == {"graphs": 3, "triples": sum(sizes(data).values())}
    assert "the digest of every graph is equal" in result.verified
    assert triples(empty, data) == sizes(data)
    again = loader(empty, data).load()
    assert (again.plan.changes, again.plan.unchanged, again.counts) == (0, 3, result.counts)
    assert triples(empty, data) == sizes(data)


def terms(server: Server, data: Source) -> list[tuple[str, ...]]:
    """Return every triple that a store holds of a source, as the text of its terms."""
    made, found = loader(server, data), list[tuple[str, ...]]()
    for graph in data.graphs():
        rows = made.endpoint.select(f"SELECT ?s ?p ?o WHERE {{ GRAPH <{graph.iri}> {{ ?s ?p ?o }} }}")
        found += [(graph.iri, *(check._term(row[name]) for name in "spo")) for row in rows]
    return sorted(found)


def test_staged_graphs_hold_the_same_terms(empty: Server, tmp_path: Path) -> None:
    """By text, and by exact patterns: Fuseki shows 14.0 where 14 was sent, and then matches 14 alone."""
    data = source(make_build(tmp_path / "b", {"one": 20, "two": 4}))
    lines = {
        (graph.iri, line)
        for graph in data.graphs()
        for block in data.blocks(graph.iri)
        for line in block.decode().splitlines()
    }
    whole = [(graph, line) for graph, line in sorted(lines) if line.endswith(f'"14"^^<{v.XSD_DECIMAL}> .')]
    assert whole, "whole decimals are what a store may change"
    held = []
    for staging in (False, True):
        made = loader(empty, data, staging=staging)
        assert made.load().plan.way == ("graph by graph" if empty.kind == "virtuoso" else WAYS[staging])
        assert all(check._holds(made.endpoint, [row]) for row in sorted(lines))
        shown = [(graph, line.replace('"14"', '"14.0"')) for graph, line in whole]
        held.append((terms(empty, data), check._holds(made.endpoint, shown)))
        made.remove()
    assert held[0] == held[1]
    assert {(graph, f"{s} {p} {o} .") for graph, s, p, o in held[0][0]} == lines


def test_the_answers_are_the_same(empty: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {"one": 20, "two": 7}))
    made = loader(empty, data)
    made.load()
    query = (
        f"SELECT ?park ?value ?text WHERE {{ GRAPH ?a {{ ?o <{v.ABOUT}> ?park ; <{v.VALUE}> ?value ; "
        f"<{v.PERIOD}> ?text . FILTER(?value > 3) }} }}"
    )
    found = {(row["park"]["value"], row["value"]["value"], row["text"]["value"]) for row in made.endpoint.select(query)}
    ours = {(str(row[0].value), str(row[1].value), str(row[2].value)) for row in data.store.query(query)}  # type: ignore
    assert found == ours
    assert len(ours) > 15


@pytest.mark.parametrize("staging", [False, True])
def test_a_triple_that_the_store_refuses_is_named(empty: Server, tmp_path: Path, staging: bool) -> None:
    """No store takes a space in an IRI; an Update of Fuseki takes no brace either, while its N-Triples may have one."""
    iris = ["http://other.example/a b"]
    if empty.kind == "fuseki" and not staging:
        iris.append("http://other.example/{x}")
    for iri in iris:
        bad = f"<{BASE}x> <{v.SOURCE}> <{iri}>"
        lines = {*lexicon(), *article("one", 30), f"{bad} <{v.article_iri(BASE, 'one')}> ."}
        (tmp_path / "graph.nq").write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
        data = Source(ox.Store(), BASE, file=tmp_path / "graph.nq")
        with pytest.raises(LoadError) as caught:
            loader(empty, data, staging=staging).load()
        assert caught.value.what == f"the store refuses this triple of {v.article_iri(BASE, 'one')}: {bad} ."
        assert "the server refused (" in caught.value.hint
        loader(empty, data).remove()
        assert triples(empty, data) == {}


@pytest.mark.parametrize("staging", [False, True])
def test_articles_replaced_removed_and_renamed(empty: Server, tmp_path: Path, staging: bool) -> None:
    loader(empty, source(make_build(tmp_path / "b1", {"one": 5, "two": 5, "old": 3, "same": 2}))).load()
    data = source(make_build(tmp_path / "b2", {"one": 9, "new": 3, "same": 2}))
    plan = loader(empty, data, staging=staging).load().plan
    assert (plan.added, plan.replaced, plan.removed, plan.unchanged) == (1, 1, 2, 2)
    assert triples(empty, data) == sizes(data)


def test_what_others_put_there_stays(empty: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {"one": 5}))
    made = loader(empty, data)
    made.endpoint.update([f'INSERT DATA {{ GRAPH <{OTHER}> {{ <{OTHER}> <{v.LABEL}> "theirs" }} }}'])
    made.load()
    result = made.remove()
    assert result.plan.removed == 2
    assert triples(empty, data) == {OTHER: 1}
    left = made.endpoint.number(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{data.manifest}> {{ ?s ?p ?o }} }}")
    assert left == 0


def test_a_graph_of_the_same_name_is_not_overwritten(empty: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {"one": 5}))
    graph = v.article_iri(BASE, "one")
    made = loader(empty, data)
    made.endpoint.update([f'INSERT DATA {{ GRAPH <{graph}> {{ <{OTHER}> <{v.LABEL}> "theirs" }} }}'])
    try:
        with pytest.raises(LoadError, match="1 graphs of these names were not loaded by kg"):
            made.load()
        assert triples(empty, data) == {graph: 1}
    finally:
        made.endpoint.update([f"DROP SILENT GRAPH <{graph}>"])


def test_a_load_that_ends_between_two_looks_is_ours(
    empty: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does that was killed while the server was still at work for it."""
    data = source(make_build(tmp_path / "b", {"one": 5}))
    count = check.count_graphs

    def load_then_count(*arguments: object) -> dict[str, int]:
        monkeypatch.setattr(check, "count_graphs", count)
        loader(empty, data).load()
        return count(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(check, "count_graphs", load_then_count)
    loader(empty, data).load()
    assert triples(empty, data) == sizes(data)


def test_what_others_changed_is_seen_and_mended(empty: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {"one": 5}))
    made = loader(empty, data)
    made.load()
    graph, park = v.article_iri(BASE, "one"), f"{BASE}park/1"
    head = f"GRAPH <{graph}> {{ <{park}> <{v.LABEL}>"
    made.endpoint.update([f'DELETE DATA {{ {head} "Park 1" }} }}', f'INSERT DATA {{ {head} "Park X" }} }}'])
    with pytest.raises(LoadError, match="1 triples missing, 1 in excess"):
        made.verify()
    with pytest.raises(LoadError, match=r"missing .*Park 1"):
        made.load()  # the counts are equal, so nothing was sent; the digest tells
    assert made.load().plan.replaced == 2  # and from then on nothing there is believed
    made.endpoint.update([f'DELETE DATA {{ {head} "Park 1" }} }}'])
    assert made.load().plan.replaced == 1


def test_many_small_graphs(empty: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {f"a{i:03d}": 1 for i in range(60)}))
    assert loader(empty, data).load().counts["graphs"] == 61
    data = source(make_build(tmp_path / "b2", {f"a{i:03d}": 1 for i in range(1, 60)}))
    assert loader(empty, data).load().plan.removed == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["fuseki", "virtuoso"])
def test_readers_see_a_graph_whole_while_it_is_replaced(kind: str, tmp_path: Path) -> None:
    """Virtuoso is not given all graphs in one transaction, but each graph is replaced in one."""
    folder = tmp_path / "server"
    folder.mkdir()
    first, second = (source(make_build(tmp_path / f"b{n}", {"one": n, "two": n})) for n in (700, 900))
    allowed = {(iri, size) for data in (first, second) for iri, size in sizes(data).items()}
    with running(kind, folder) as server:
        loader(server, first).load()
        seen, stop = set[tuple[str, int]](), threading.Event()

        def look() -> None:
            seen.update(item for item in triples(server, first).items() if "/staging/" not in item[0])

        def look_on() -> None:
            while not stop.is_set():
                look()

        look()  # not left to the thread: a busy machine was once through with a graph before its first look
        reader = threading.Thread(target=look_on)
        reader.start()
        try:
            assert loader(server, second, staging=True).load().plan.replaced == 2
        finally:
            stop.set()
            reader.join()
        look()
        assert set(sizes(first).items()) | set(sizes(second).items()) <= seen <= allowed


# ---------------------------------------------------------------- kill -9
def test_staging_goes_on_where_a_killed_load_left_staging_graphs(empty: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {"one": 30, "two": 4}))
    made = loader(empty, data, staging=True, chunk_bytes=4096)
    for graph in data.graphs()[:2]:
        beside = f"{data.entry(graph.iri)}/staging/0"
        made.endpoint.update(made._mark(beside, "pending"))
        made._add(beside, next(data.blocks(graph.iri, 2000)))
    made.load()
    assert triples(empty, data) == sizes(data)


def start_load(server: Server, build: Path, *options: str) -> subprocess.Popen[bytes]:
    with said(build).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "kg", "load", server.url, "--build", str(build), "--chunk-mb", "0.02", *options],
            env={**os.environ, **server.env},
            stdout=log,
            stderr=log,
        )


def said(build: Path) -> Path:
    """Return where the last load of a build said what it did."""
    return build.with_suffix(".log")


def check_kills(server: Server, tmp_path: Path, points: int, seed: int) -> None:
    """Kill loads at random moments; a graph is seen whole or not at all, and the next load ends well."""
    builds = [
        make_build(tmp_path / "k1", {f"a{i}": 40 for i in range(6)}),
        make_build(tmp_path / "k2", {f"a{i}": 60 for i in range(3, 9)}),
    ]
    both = [source(build) for build in builds]
    allowed = {(iri, size) for data in both for iri, size in sizes(data).items()}
    generator = random.Random(seed)
    started = time.monotonic()
    assert start_load(server, builds[0], "--staging").wait() == 0, said(builds[0]).read_text()
    longest = time.monotonic() - started
    killed = 0
    for number in range(points):
        turn = (number + 1) % 2
        process = start_load(server, builds[turn], *(["--staging"] if number % 4 < 2 else []))
        time.sleep(generator.uniform(0.15, longest))
        process.kill()
        killed += process.wait() == -9
        seen = {item for item in triples(server, both[turn]).items() if "/staging/" not in item[0]}
        assert seen <= allowed, "a graph is seen in halves"
        loader(server, both[turn], staging=number % 3 == 0).load()
        found = triples(server, both[turn])  # a request of the killed load may still leave a graph that no one knows
        assert {iri: size for iri, size in found.items() if "/staging/" not in iri} == sizes(both[turn])
    assert killed


def test_a_killed_load_can_be_run_again(empty: Server, tmp_path: Path) -> None:
    check_kills(empty, tmp_path, 2 if empty.kind == "oxigraph-server" else POINTS, seed=11)


@pytest.mark.slow
def test_twenty_kills_on_oxigraph(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    with running("oxigraph-server", folder) as server:
        check_kills(server, tmp_path, POINTS, seed=12)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["oxigraph-server", "fuseki"])
def test_the_server_dies_in_the_middle(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    build = make_build(tmp_path / "b", {f"a{i}": 150 for i in range(10)})
    generator = random.Random(13)
    with running(kind, folder) as server:
        for _ in range(5):
            process = start_load(server, build, "--staging", "--tries", "1")
            time.sleep(generator.uniform(0.3, 2.0))
            server.kill()
            process.wait()
            server.start()
        data = source(build)
        loader(server, data, staging=True).load()
        assert triples(server, data) == sizes(data)


def test_the_command_line(empty: Server, tmp_path: Path) -> None:
    build = str(make_build(tmp_path / "b", {"one": 5}))
    dry = kg("load", empty.url, "--build", build, "--dry-run", env=empty.env)
    assert "graphs     2 new, 0 changed, 0 to remove, 0 as they are" in dry.stdout
    assert re.search(r"^way        [a-z ]+, 112 triples, [0-9,]+ bytes$", dry.stdout, re.MULTILINE)
    first = kg("load", empty.url, "--build", build, env=empty.env)
    assert "verified   counts of 2 graphs, 6 classes" in first.stdout
    assert "2 as they are" in kg("load", empty.url, "--build", build, env=empty.env).stdout
    assert "2 to remove" in kg("load", empty.url, "--build", build, "--remove", env=empty.env).stdout


def read_terminal(command: list[str], env: dict[str, str]) -> str:
    """Run a command whose errors go to a terminal, and return what is written there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    written = b""
    with suppress(OSError):  # the end of a terminal is an error on Linux
        while piece := os.read(ours, 4096):
            written += piece
    os.close(ours)
    process.wait()
    return written.decode()


def test_a_terminal_shows_rate_and_remaining_time(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    with running("oxigraph-server", tmp_path / "server") as server:
        check_terminal(server, tmp_path)


def check_terminal(server: Server, tmp_path: Path) -> None:
    build = str(make_build(tmp_path / "b", {"one": 2_000, "two": 2_000}))
    command = [sys.executable, "-m", "kg", "load", server.url, "--build", build, "--staging", "--chunk-mb", "0.01"]
    env = {**os.environ, **server.env}
    shown = read_terminal(command, env).split("\r\x1b[K")
    bar = re.compile(r"\[(#*) *\] (\d+\.\d) of (\d+\.\d) MB, \d+\.\d/s, \d+ s left")
    bars = [found for text in shown if (found := bar.fullmatch(text))]
    assert len(bars) > 1, shown
    done = [(len(found[1]), float(found[2])) for found in bars]
    assert done == sorted(done)
    assert all(abs(length - 20 * size / float(found[3])) < 2 for (length, size), found in zip(done, bars, strict=True))
    assert shown[-1] == "", "the line is empty at the end"
    silent = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert (silent.stderr, "nothing to do" in silent.stdout) == ("", True)
    loader(server, source(Path(build))).remove()
    assert read_terminal([*command, "--quiet"], env).replace("\r\x1b[K", "") == ""


def test_a_store_that_cuts_its_answers_is_asked_in_parts(empty: Server, tmp_path: Path) -> None:
    data = source(make_build(tmp_path / "b", {f"a{i:02d}": 1 for i in range(30)}))
    made = loader(empty, data)
    made.settings = replace(made.settings, verify="sample")
    made.endpoint.quirks = made.endpoint.quirks._replace(whole=True, max_rows=25)
    assert made.load().counts["graphs"] == 31
    assert made.load().plan.unchanged == 31
    made.endpoint.update([f"DELETE WHERE {{ GRAPH <{v.article_iri(BASE, 'a07')}> {{ ?s a <{v.PARK}> }} }}"])
    with pytest.raises(LoadError, match=r"by (graph|class|predicate)"):
        made.verify()
