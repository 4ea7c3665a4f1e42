"""Load a property graph over Bolt into ArcadeDB and Neo4j that really run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from load_data import BASE, NASTY, kg, make_build, source
from servers import Server, running

from kg import vocab as v
from kg.errors import LoadError
from kg.load import Settings, Source, make_loader
from kg.load.bolt import BoltLoader
from kg.load.cypher import explain
from kg.load.pgraph import PropertyGraph

neo4j = pytest.importorskip("neo4j")
POINTS = 20


@pytest.fixture(scope="module", params=["arcadedb", pytest.param("neo4j", marks=pytest.mark.slow)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as started:
        yield started


def loader(server: Server, build: Path, **settings: Any) -> BoltLoader:
    options = {"verify": "full", "kind": server.kind, **settings}
    user, secret = server.env["KG_LOAD_USER"], server.env["KG_LOAD_PASSWORD"]
    made = make_loader(server.url, source(build), Settings(user=user, secret=secret, **options))
    assert isinstance(made, BoltLoader)
    return made


@pytest.fixture
def empty(server: Server, tmp_path: Path) -> Server:
    run(server, "MATCH (n) DETACH DELETE n")
    return server


def run(server: Server, query: str, **parameters: Any) -> list[list[Any]]:
    auth = (server.env["KG_LOAD_USER"], server.env["KG_LOAD_PASSWORD"])
    with neo4j.GraphDatabase.driver(server.url, auth=auth, notifications_min_severity="OFF") as driver:
        return [record.values() for record in driver.execute_query(query, parameters).records]


def shape(server: Server) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return all nodes and relations of a database, with what they hold, but the note about the load."""
    nodes = run(server, "MATCH (n) WHERE NOT 'KgLoad' IN labels(n) RETURN n.uri, labels(n), properties(n)")
    ties = run(server, "MATCH (a)-[r]->(b) RETURN a.uri, type(r), b.uri, properties(r)")
    return sorted(map(plain, nodes)), sorted(map(plain, ties))


def plain(row: list[Any]) -> list[str]:
    return [str(sorted(x.items()) if isinstance(x, dict) else sorted(x) if isinstance(x, list) else x) for x in row]


def changes(made: BoltLoader) -> tuple[int, int, int]:
    plan = made.load().plan
    return plan.added, plan.replaced, plan.removed


def test_load_twice_is_load_once(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 12, "two": 2})
    made = loader(empty, build)
    assert made.plan().unchanged == 0
    result = made.load()
    assert "relations are equal" in result.verified
    graph = PropertyGraph(source(build))
    assert result.counts == {"nodes": graph.number, "relations": sum(1 for _ in graph.edges())}
    before = shape(empty)
    assert changes(loader(empty, build)) == (0, 0, 0)
    assert shape(empty) == before


def test_the_kind_is_seen(empty: Server, tmp_path: Path) -> None:
    made = loader(empty, make_build(tmp_path / "b", {"one": 1}), kind="")
    assert made.kind.name == "neo4j", "that is what bolt:// means until the server answers"
    made.plan()
    assert made.kind.name == empty.kind
    title = {"arcadedb": "ArcadeDB (Neo4j/5.26.0 compatible (ArcadeDB ", "neo4j": "Neo4j 5 (Neo4j/5.26.0"}
    assert made.product.startswith(title[empty.kind])


def test_texts_numbers_lists_and_languages_are_kept(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 12})
    loader(empty, build).load()
    quotes = run(empty, "MATCH (c:Claim)-[:HAS_SOURCE]->(a:NewsArticle) RETURN c.quote, c.start, c.end, a.name")
    assert sorted(quotes) == sorted([NASTY[i % len(NASTY)], i, i + 9, "one"] for i in range(12))
    place = run(empty, "MATCH (d:District) RETURN d.name, d.prefLabel_zh_hans, d.altLabel_en")
    assert place == [["Changping District", "昌平区", ["Chang Ping", "Changping"]]]
    values = run(
        empty, "MATCH (c:Claim)-[:STATES]->(o)-[:ABOUT]->(p:Park) WHERE o.value > 10 RETURN o.value ORDER BY o.value"
    )
    assert values == [[10.25], [11.25]]


def test_articles_replaced_removed_and_renamed(empty: Server, tmp_path: Path) -> None:
    loader(empty, make_build(tmp_path / "b1", {"one": 4, "old": 7})).load()
    second = make_build(tmp_path / "b2", {"one": 5, "new": 1})
    loader(empty, second).load()
    after = shape(empty)
    run(empty, "MATCH (n) DETACH DELETE n")
    loader(empty, second).load()
    assert shape(empty) == after


def test_a_thing_that_becomes_another_and_loses_a_name(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 3})
    loader(empty, build).load()
    store = ox.Store(str(build / "store"))
    store.update(
        f"DELETE {{ GRAPH ?g {{ <{BASE}park/1> a ?t }} }} INSERT {{ GRAPH ?g {{ <{BASE}park/1> a <{v.PROJECT}> }} }} "
        f"WHERE {{ GRAPH ?g {{ <{BASE}park/1> a ?t }} }} ; "
        f"DELETE WHERE {{ GRAPH ?g {{ <{BASE}changping> <{v.ALT_LABEL}> ?x ; <{v.PREF_LABEL}> ?y }} }}"
    )
    store.flush()
    del store
    assert loader(empty, build).load().plan.changes > 1
    assert run(empty, "MATCH (n {uri: $u}) RETURN labels(n)", u=f"{BASE}park/1")[0][0].count("Park") == 0
    found = run(empty, "MATCH (d:District) RETURN d.name, d.prefLabel_zh_hans, d.altLabel_en")
    assert found == [["Changping District", None, None]]


def test_what_others_put_there_stays(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 4})
    run(empty, "CREATE (:Person {name: 'theirs'})-[:KNOWS]->(:Person {name: 'too'})")
    before = shape(empty)
    loader(empty, build).load()
    run(empty, "MATCH (p:Person {name: 'theirs'}), (d:District) SET d.note = 'mine' CREATE (p)-[:LIKES]->(d)")
    loader(empty, make_build(tmp_path / "b2", {"one": 5})).load()
    assert run(empty, "MATCH (:Person)-[:LIKES]->(d) RETURN d.note, d.name") == [["mine", "Changping District"]]
    result = loader(empty, build).remove()
    assert result.counts["nodes"] == 1
    assert "1 nodes stay, since others tied something to them" in result.verified
    run(empty, "MATCH (:Person)-[r:LIKES]->() DELETE r")
    assert loader(empty, build).remove().counts["nodes"] == 0
    assert shape(empty) == before


def test_a_node_of_the_same_iri_is_not_overwritten(empty: Server, tmp_path: Path) -> None:
    run(empty, "CREATE (:Resource {uri: $u, name: 'theirs'})", u=f"{BASE}changping")
    with pytest.raises(LoadError, match="was not loaded by kg"):
        loader(empty, make_build(tmp_path / "b", {"one": 1})).load()
    assert run(empty, "MATCH (n) RETURN count(n)") == [[1]]


def test_verify_full_names_the_relations_that_differ(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 4})
    loader(empty, build).load()
    run(empty, "MATCH (:Park {name: 'Park 1'})-[r:WITHIN]->(d) SET r.articles = ['other']")
    with pytest.raises(LoadError) as caught:
        loader(empty, build).load()
    assert caught.value.what == (
        f"relations differ: missing {BASE}park/1 -WITHIN-> {BASE}changping ['one']; "
        f"in excess {BASE}park/1 -WITHIN-> {BASE}changping ['other']"
    )


def test_what_others_changed_is_seen(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 4})
    loader(empty, build).load()
    run(empty, "MATCH (o:Observation) WHERE o.value = 2.25 SET o.value = 2250")
    with pytest.raises(LoadError, match="is not as it was loaded"):
        loader(empty, build).load()


def start_load(server: Server, build: Path) -> subprocess.Popen[bytes]:
    small = "import kg.load.bolt as b, kg.load.cypher as c; b._ONE_TRANSACTION, c.BATCH = 0, 40"
    code = f"{small}; from kg.cli import main; main()"
    command = [sys.executable, "-c", code, "load", server.url, "--kind", server.kind, "--build", str(build)]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env={**os.environ, **server.env}, **silent)  # type: ignore[call-overload,no-any-return]


def test_a_killed_load_can_be_run_again(empty: Server, tmp_path: Path) -> None:
    builds = [
        make_build(tmp_path / "k1", {f"a{i}": 15 for i in range(4)}),
        make_build(tmp_path / "k2", {f"a{i}": 20 for i in range(2, 6)}),
    ]
    wanted = []
    for build in builds:
        loader(empty, build).load()
        wanted.append(shape(empty))
    started = time.monotonic()
    assert start_load(empty, builds[0]).wait() == 0
    longest = time.monotonic() - started
    generator, killed, number = random.Random(21), 0, 0
    least = 2 if empty.kind == "arcadedb" else POINTS
    while number < least or not killed:
        assert number < least + POINTS, "no load lives long enough to be killed"
        number += 1
        started = time.monotonic()
        process = start_load(empty, builds[number % 2])
        try:
            process.wait(timeout=generator.uniform(0.6, 1.0) * longest)
            longest = time.monotonic() - started  # it ended by itself: the next is killed sooner
        except subprocess.TimeoutExpired:
            process.kill()
        killed += process.wait() == -9
        loader(empty, builds[number % 2]).load()
        assert shape(empty) == wanted[number % 2]


def test_a_load_that_another_follows_writes_no_more(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {"one": 4})
    first, second = loader(empty, build), loader(empty, build)
    first._note.claim()
    first._note.write([("CREATE (:Resource {uri: 'a:1'})", {})])
    assert second._note.read() == (first._note._run, 1)
    assert second._note.claim() == (first._note._run, 1)
    with pytest.raises(LoadError, match="another load or removal has begun"):
        first._note.write([("CREATE (:Resource {uri: 'a:2'})", {})])
    assert run(empty, "MATCH (n:Resource) RETURN n.uri") == [["a:1"]]


def test_a_step_whose_answer_was_lost_is_not_done_twice(empty: Server, tmp_path: Path) -> None:
    note = loader(empty, make_build(tmp_path / "b", {"one": 4}))._note
    note.claim()
    for _ in range(2):
        note._step = 6
        note.write([("CREATE (:Resource {uri: 'a:1'})", {})])
    assert run(empty, "MATCH (n:Resource) RETURN count(n)") == [[1]]


def test_what_another_load_writes_while_we_look_is_seen(
    empty: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = make_build(tmp_path / "b", {"one": 4})
    made = loader(empty, build)
    monkeypatch.setattr(made, "_prepare", lambda: loader(empty, build).load())
    assert made.load().plan.changes == 0
    once = shape(empty)
    run(empty, "MATCH (n) DETACH DELETE n")
    loader(empty, build).load()
    assert shape(empty) == once


def test_a_node_that_others_put_there_while_we_look_is_not_overwritten(
    empty: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = loader(empty, make_build(tmp_path / "b", {"one": 1}))
    prepare, theirs = made._prepare, "CREATE (:Resource {uri: $u, name: 'theirs'})"
    monkeypatch.setattr(made, "_prepare", lambda: (prepare(), run(empty, theirs, u=f"{BASE}changping")))
    with pytest.raises(LoadError, match="a node is there that was not loaded by kg"):
        made.load()
    assert run(empty, "MATCH (n:Resource) RETURN n.name, n.kg") == [["theirs", None]]


def test_two_loads_at_once(empty: Server, tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {f"a{i}": 15 for i in range(4)})
    for process in [start_load(empty, build) for _ in range(2)]:
        assert process.wait() in (0, 2)
    loader(empty, build).load()
    both = shape(empty)
    run(empty, "MATCH (n) DETACH DELETE n")
    loader(empty, build).load()
    assert shape(empty) == both


def test_the_command_line(empty: Server, tmp_path: Path) -> None:
    build = str(make_build(tmp_path / "b", {"one": 5}))
    order = ["load", empty.url, "--kind", empty.kind, "--build", build]
    dry = kg(*order, "--dry-run", env=empty.env).stdout
    assert "items      42 new, 0 changed, 0 to remove, 0 as they are" in dry
    assert "way        one transaction, 17 nodes, 25 relations to write" in dry
    assert run(empty, "MATCH (n) RETURN count(n)") == [[0]]
    first = kg(*order, env=empty.env)
    assert "way        one transaction" in first.stdout
    assert "name or value without the graph" in first.stderr
    assert "way        nothing to do" in kg(*order, env=empty.env).stdout
    assert "there now  0 nodes, 0 relations" in kg(*order, "--remove", env=empty.env).stdout
    wrong = kg(*order, env={**empty.env, "KG_LOAD_PASSWORD": "wrong-word"}, check=False)
    assert wrong.returncode == 2
    assert "refused the user and password" in wrong.stderr
    assert "wrong-word" not in wrong.stderr


def test_nobody_there(tmp_path: Path) -> None:
    build = make_build(tmp_path / "b", {})
    with pytest.raises(LoadError, match="cannot be reached"):
        make_loader("bolt://127.0.0.1:9", source(build), Settings()).plan()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No space left on device", "the disk of the server is full"),
        ("Database does not exist. Database name: 'x'", "no such database"),
        ("The database is in read-only mode", "you may not write here"),
        ("boom", "the server refused: boom"),
    ],
)
def test_each_refusal_has_its_words(text: str, expected: str) -> None:
    assert explain(ValueError(text))[0].startswith(expected)


# ---------------------------------------------------------------- the model, without a server
def graph_of(*lines: str) -> PropertyGraph:
    store = ox.Store()
    store.bulk_load("".join(f"{line} <{BASE}article/a> .\n" for line in lines).encode(), format=ox.RdfFormat.N_QUADS)
    return PropertyGraph(Source(store, BASE))


def test_a_key_has_one_type_and_losses_are_told() -> None:
    thing = f"<{BASE}x>"
    other = "<http://other.example/schema/value>"
    graph = graph_of(
        f'{thing} <{v.VALUE}> "0.1"^^<{v.XSD_DECIMAL}>',
        f'{thing} {other} "other"',
        f'{thing} <{v.COUNT}> "99999999999999999999"^^<{v.XSD_INTEGER}>',
        f'{thing} <{v.DATE_PUBLISHED}> "2023-05-31"^^<{v.XSD_DATE}>',
        f'{thing} <{v.START_DATE}> "2023"^^<{v.XSD_GYEAR}>',
        f'<{BASE}y> <{v.VALUE}> "12345678901234567890.5"^^<{v.XSD_DECIMAL}>',
        f'<{BASE}y> <{v.START_DATE}> "2023-05-31"^^<{v.XSD_DATE}>',
    )
    x, y = (node.properties for node in graph.nodes())
    assert x["value"] == 0.1
    assert x["other_value"] == "other"
    assert x["count"] == "99999999999999999999"
    assert str(x["datePublished"]) == "2023-05-31" and not isinstance(x["datePublished"], str)
    assert (x["startDate"], y["startDate"]) == ("2023", "2023-05-31"), "text where kinds of dates meet"
    told = {loss.what for loss in graph.losses.listed()}
    assert told == {
        "decimal with more digits than a float holds (value)",
        "gYear kept as text (startDate)",
        "date kept as text (startDate)",
        "integer kept as text (count)",
        "name or value without the graph that it stands in",
    }


def test_the_same_relation_in_two_articles_is_one_with_both() -> None:
    store = ox.Store()
    for name in ("b", "a"):
        line = f'<{BASE}x> <{v.WITHIN}> <{BASE}y> <{BASE}article/{name}> .\n<{BASE}y> <{v.LABEL}> "y" <{BASE}g> .\n'
        store.bulk_load(line.encode(), format=ox.RdfFormat.N_QUADS)
    (edge,) = PropertyGraph(Source(store, BASE)).edges()
    assert (edge.type, edge.properties) == ("WITHIN", {"articles": ["a", "b"]})
