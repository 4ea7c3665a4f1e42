"""Shapes judged part by part say what they say of the whole, wherever a part does not give up by itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from kg.shapes import Judge, Judged, PartJudge, Step, load_shapes

SHAPES = load_shapes(b"""
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <urn:x:> .
:one a sh:PropertyShape ; sh:targetClass :C ; sh:path :p ; sh:minCount 1 ; sh:maxCount 1 ; sh:class :D .
:sequence a sh:PropertyShape ; sh:targetClass :C ; sh:path ( :p :q ) ; sh:maxCount 1 .
:either a sh:NodeShape ; sh:targetClass :C ;
    sh:xone ( [ sh:property [ sh:path :p ; sh:minCount 1 ] ] [ sh:property [ sh:path :q ; sh:minCount 1 ] ] ) .
:back a sh:PropertyShape ; sh:targetSubjectsOf :q ; sh:path [ sh:inversePath :p ] ; sh:minCount 1 ; sh:class :C .
:twice a sh:NodeShape ; sh:targetClass :C ; sh:sparql [ sh:select \"\"\"SELECT $this ?value WHERE {
    $this <urn:x:p> ?shared . ?value <urn:x:p> ?shared . FILTER(STR(?value) > STR($this)) }\"\"\" ] .
:number a sh:PropertyShape ; sh:targetClass :D ; sh:path :r ; sh:datatype xsd:integer ; sh:minInclusive 3 .
:closed a sh:NodeShape ; sh:targetClass :D ; sh:closed true ;
    sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> :p :q ) .
:pointed a sh:PropertyShape ; sh:targetObjectsOf :p ; sh:path :r ; sh:minCount 1 .
:absent a sh:NodeShape ; sh:targetClass :C ; sh:sparql [ sh:select \"\"\"SELECT $this ?value WHERE {
    $this <urn:x:p> ?value . FILTER NOT EXISTS { ?value <urn:x:q> ?any } }\"\"\" ] .
:unsaid a sh:NodeShape ; sh:targetClass :C ; sh:sparql [ sh:select \"\"\"SELECT $this ?value WHERE {
    $this <urn:x:p> ?value . FILTER NOT EXISTS { ?value a <urn:x:D> . ?near <urn:x:p> ?value } }\"\"\" ] .
""")
NAMES = [shape.name.rsplit(":", 1)[1] for shape in SHAPES.targeted()]
OWN = ("urn:own:",)
PARTS, NODES = 3, 5
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def quad(subject: str, predicate: str, value: str, graph: int) -> ox.Quad:
    term = ox.Literal(int(value)) if value.isdigit() else ox.NamedNode(value)
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), term, ox.NamedNode(f"urn:graph:{graph}"))


def make_graph(seed: int) -> list[list[ox.Quad]]:
    """Return the quads of each part and, last, of what no part says; some seeds let parts lead out of themselves."""
    chance = random.Random(seed)
    out, shared, said = (seed % step == 0 for step in (2, 3, 5))
    parts: list[list[ox.Quad]] = []
    for part in range(PARTS):
        own = [f"urn:own:{part}:{node}" for node in range(NODES)]
        ends = own + [f"urn:own:{(part + 1) % PARTS}:0"] * out + ["urn:shared:1"] * shared
        quads = [quad(node, TYPE, f"urn:x:{chance.choice('CDE')}", part) for node in own if chance.random() < 0.9]
        quads += [quad(chance.choice(own), f"urn:x:{chance.choice('pq')}", chance.choice(ends), part) for _ in range(9)]
        quads += [quad(chance.choice(own), "urn:x:r", str(chance.randrange(9)), part) for _ in range(4)]
        quads += [quad("urn:shared:1", TYPE, "urn:x:D", part)] * (seed % 4 == 1)
        parts.append([*quads, quad("urn:shared:1", "urn:x:r", str(part), part)])
    parts.append([quad("urn:x:E", "http://www.w3.org/2000/01/rdf-schema#subClassOf", "urn:x:C", PARTS)])
    if said:
        parts[-1] += [
            quad("urn:own:1:1", "urn:x:p", "urn:own:1:2", PARTS),
            quad("urn:shared:2", TYPE, "urn:x:D", PARTS),
        ]
    return parts


def store_of(quads: list[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


def find_elsewhere(quads: list[ox.Quad]) -> Iterator[Step]:
    for q in quads:
        if str(q.subject).startswith("<urn:own:"):
            yield q.predicate, False
        if str(q.object).startswith("<urn:own:"):
            yield q.predicate, True


def judge_parts(parts: list[list[ox.Quad]], judge: PartJudge) -> dict[str, Judged | None]:
    elsewhere = set(find_elsewhere(parts[-1]))
    closed = judge.find_closed(elsewhere)
    found: dict[str, Judged | None] = {NAMES[number]: (0, []) for number in closed}
    for quads in parts:
        for number, verdict in judge.judge(store_of(quads), closed, elsewhere):
            known = found[NAMES[number]]
            if known is None or verdict is None:
                found[NAMES[number]] = None
            else:
                found[NAMES[number]] = (known[0] + verdict[0], known[1] + verdict[1])
    return found


def in_order(judged: Judged) -> tuple[int, list[str]]:
    return judged[0], sorted(map(repr, judged[1]))


def test_parts_say_what_the_whole_says() -> None:
    told = dict.fromkeys(NAMES, 0)
    given_up = dict.fromkeys(NAMES, 0)
    failed = dict.fromkeys(NAMES, 0)
    for seed in range(300):
        parts = make_graph(seed)
        whole = Judge(store_of([q for quads in parts for q in quads]), SHAPES)
        found = judge_parts(parts, PartJudge(SHAPES, OWN, whole.engine.expressions.subclasses))
        for number, name in enumerate(NAMES):
            verdict = found.get(name)
            if verdict is None:
                given_up[name] += 1
                continue
            said = whole.judge(number)
            assert in_order(verdict) == in_order(said), (seed, name)
            told[name] += 1
            failed[name] += bool(said[1])
    assert told.pop("pointed") == 0  # it is for whatever is pointed at
    assert failed.pop("pointed") == 0
    assert min(told.values()) > 60 and min(failed.values()) > 20, (told, failed)
    assert sum(given_up.values()) > 600


@pytest.mark.parametrize(("elsewhere", "open_shapes"), [
    (set(), {"pointed"}),
    ({("q", False)}, {"pointed", "sequence", "either", "back", "closed"}),
    ({("p", True)}, {"pointed", "back", "twice"}),
    ({("other", False)}, {"pointed", "closed"}),
])  # fmt: skip
def test_what_is_said_elsewhere_opens_the_shapes_that_read_it(
    elsewhere: set[tuple[str, bool]], open_shapes: set[str]
) -> None:
    steps = {(ox.NamedNode(f"urn:x:{name}"), backwards) for name, backwards in elsewhere}
    closed = PartJudge(SHAPES, OWN, {}).find_closed(steps)
    assert set(NAMES) - {NAMES[number] for number in closed} == open_shapes


THINGS = load_shapes(b"""
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix : <urn:x:> .
:said a sh:PropertyShape ; sh:targetObjectsOf :p ; sh:path [ sh:alternativePath ( :r rdf:type ) ] ; sh:minCount 1 .
:near a sh:PropertyShape ; sh:targetClass :D ; sh:path [ sh:alternativePath ( :p :q :r [ sh:inversePath :p ] ) ] ;
    sh:minCount 1 .
:backed a sh:NodeShape ; sh:targetSubjectsOf :p , :q ; sh:sparql [ sh:select \"\"\"SELECT $this ?path ?value WHERE {
    { SELECT DISTINCT $this ?path ?value WHERE {
        $this ?path ?value . FILTER(?path IN (<urn:x:p>, <urn:x:q>)) } }
    FILTER NOT EXISTS { ?claim <urn:x:r> ?number . FILTER(?number > 6) } }\"\"\" ] .
:most a sh:PropertyShape ; sh:targetObjectsOf :p ; sh:path :r ; sh:minCount 1 ; sh:maxCount 2 .
:both a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:sparql [ sh:select \"\"\"SELECT $this ?value WHERE {
    $this <urn:x:p> ?value ; <urn:x:q> ?other . FILTER NOT EXISTS { ?value <urn:x:r> ?any } }\"\"\" ] .
:other a sh:NodeShape ; sh:targetSubjectsOf :q ; sh:sparql [ sh:select \"\"\"SELECT $this ?value WHERE {
    $this <urn:x:p> ?value . FILTER NOT EXISTS { ?value <urn:x:r> ?any } }\"\"\" ] .
:there a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:sparql [ sh:select \"\"\"SELECT $this ?value WHERE {
    $this <urn:x:p> ?value . FILTER EXISTS { ?value <urn:x:r> ?any } }\"\"\" ] .
:never a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:sparql [ sh:select \"\"\"SELECT $this ?value WHERE {
    $this <urn:x:p> ?value .
    FILTER NOT EXISTS { ?value <urn:x:r> ?any . FILTER NOT EXISTS { ?any <urn:x:p> ?z } } }\"\"\" ] .
""")


def name_of(number: int) -> str:
    return THINGS.targeted()[number].name.rsplit(":", 1)[1]


def test_what_is_asked_for_at_all_can_be_asked_of_each_part() -> None:
    """Each of the others reads two triples that parts may share, or something that must not be there."""
    lacking = PartJudge(THINGS, OWN, {}).lacking
    assert [name_of(number) for number in lacking] == ["said", "near", "backed"]


def test_the_whole_meets_what_each_part_meets() -> None:
    met, failed = Counter[str](), Counter[str]()
    for seed in range(300):
        parts = make_graph(seed)
        whole = Judge(store_of([q for quads in parts for q in quads]), THINGS)
        judge = PartJudge(THINGS, OWN, whole.engine.expressions.subclasses)
        told = [dict(judge.screen(store_of(quads), judge.lacking)) for quads in parts]
        for number in judge.lacking:
            count, found = whole.judge(number)
            assert count == whole.count(number)
            if all(said[number] for said in told):
                assert not found, (seed, name_of(number))
                met[name_of(number)] += 1
            failed[name_of(number)] += bool(found)
    assert len(met) == len(failed) == 3 and min(met.values()) > 20 and min(failed.values()) > 10, (met, failed)
