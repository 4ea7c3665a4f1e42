"""Queries that ask for what is absent read what is there once, and find what they find row by row."""

from __future__ import annotations

import logging
import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store
from test_shapes_check import PREFIXES
from test_shapes_random import QUIET, rows

from kg.shapes import check, load_shapes, sparql
from kg.shapes.absence import subtracted

PREFIX = "PREFIX : <http://e/> "
CLAIMED = "SELECT $this ?value WHERE { $this :p ?value FILTER NOT EXISTS { ?c :about $this ; :what ?value } }"
COUNTED = """SELECT $this ?value WHERE {
    $this :p ?value FILTER NOT EXISTS { ?c :about $this ; :what ?n FILTER(?n = ?value) } }"""
FILTER_FIRST = """SELECT $this ?value WHERE {
    FILTER NOT EXISTS { FILTER(?n = ?value) ?c :about $this . ?c :what ?n } $this :p ?value }"""
FILTER_BETWEEN = """SELECT $this ?value WHERE {
    $this :p ?value . FILTER NOT EXISTS { ?c :about $this FILTER(?value = ?n) ?c :what ?n } .
    $this :k $currentShape }"""
TWO_TESTS = """SELECT $this ?value WHERE { $this :p ?value
    FILTER NOT EXISTS { FILTER(?n = ?value) . ?c :about $this FILTER(isIRI(?c)) ?c :what ?n . FILTER(?n != 3) }
    $this :k ?s FILTER NOT EXISTS { ?c :of ?s ; :what ?value } }"""


def shapes_of_query(query: str):
    text = f':S sh:targetSubjectsOf :p, :q ; sh:sparql [ sh:prefixes :P ; sh:select """{query}""" ] .'
    return load_shapes((PREFIXES + text).encode())


def test_what_is_absent_is_taken_away_and_an_equal_value_is_a_shared_key():
    assert " ".join((subtracted(PREFIX + CLAIMED) or "").split()) == (
        "PREFIX : <http://e/> SELECT $this ?value WHERE { $this :p ?value FILTER(true) "
        "MINUS { ?c :about $this ; :what ?value } }"
    )
    assert " ".join((subtracted(PREFIX + COUNTED) or "").split()) == (
        "PREFIX : <http://e/> SELECT $this ?value WHERE { $this :p ?value FILTER(true) "
        "BIND(<urn:kg:key>(?value) AS ?kgkey0) "
        "MINUS { ?c :about $this ; :what ?n FILTER(true) BIND(<urn:kg:key>(?n) AS ?kgkey0) } }"
    )
    assert " ".join((subtracted(PREFIX + FILTER_FIRST) or "").split()) == (
        "PREFIX : <http://e/> SELECT $this ?value WHERE { FILTER(true) $this :p ?value "
        "BIND(<urn:kg:key>(?value) AS ?kgkey0) "
        "MINUS { FILTER(true) ?c :about $this . ?c :what ?n BIND(<urn:kg:key>(?n) AS ?kgkey0) } }"
    )


@pytest.mark.parametrize(
    "test",
    [
        "?value :q ?x . ?x :r ?y",  # begins at a known node
        "?c :about $this",  # one pattern: a look-up
        "?c :about $this ; ?any ?value",  # would read all there is
        "?c :about ?x ; :what ?y",  # shares nothing
        "?c :about $this ; :what ?n FILTER(?n > ?value)",
        "?c :about $this ; :what ?n FILTER(?n = ?value || ?n = 1)",
        "?c :about $this . OPTIONAL { ?c :what ?value }",
        "?c :about $this . { ?c :what ?n FILTER(?n = ?value) }",
        "{ ?c :about $this } UNION { ?c :what ?value }",
        "?c :about $this . ?c :what ?m BIND(?m AS ?n) FILTER(?n = ?value)",
        "?c :about $this ; :what ?n FILTER(?n = ?value) FILTER(?value = ?n)",
        "?c :about $this ; :what ?kgkey0 FILTER(?kgkey0 = ?value)",  # the name of a key
    ],
)
def test_what_is_asked_row_by_row(test):
    assert (
        subtracted(f"{PREFIX} SELECT $this ?value WHERE {{ $this :p ?value FILTER NOT EXISTS {{ {test} }} }}") is None
    )


@pytest.mark.parametrize("query", [CLAIMED, COUNTED, FILTER_FIRST, FILTER_BETWEEN, TWO_TESTS])
@pytest.mark.parametrize(
    "values",
    ['1, "1", "01"^^xsd:integer', '1.0, "a", :x', '1e0, "1"^^xsd:float, "NaN"^^xsd:double', '"a"@en, "a"@EN, "a"'],
)
def test_terms_that_are_equal_and_terms_that_are_not(query, values, monkeypatch):
    data = f""":a :p {values}, "1"^^xsd:decimal, 2 . :b :p 3, "4" .
        :c1 :about :a ; :what {values}, 5 . :c2 :about :b ; :what 4 . :a :k :S . :b :k :S ."""
    store = Store()
    store.load((PREFIXES + data).encode(), format=RdfFormat.TURTLE)
    found = check(store, shapes_of_query(query)).results
    monkeypatch.setattr(sparql, "subtracted", lambda *_: None)
    assert found == check(store, shapes_of_query(query)).results != ()


def test_a_shape_that_both_sides_name_is_no_shared_variable():
    query = "SELECT $this WHERE { $this :k $currentShape FILTER NOT EXISTS { ?c :of $currentShape ; :about ?o } }"
    assert subtracted(PREFIX + query) is not None
    assert subtracted(PREFIX + query, frozenset({"currentShape"})) is None
    store = Store()
    store.load((PREFIXES + ":a :p 1, 2 ; :k :S . :c :of :S ; :about :x .").encode(), format=RdfFormat.TURTLE)
    assert check(store, shapes_of_query(query)).results == ()


def test_a_condition_on_the_shape_stays_where_it_is():
    query = CLAIMED.replace(":what ?value", ":what ?value FILTER(?c != $currentShape)")
    assert subtracted(PREFIX + query) is None
    assert subtracted(PREFIX + query, frozenset({"currentShape"})) is not None
    store = Store()
    data = ":a :p 1, 2, 3 . :S :about :a ; :what 1 . :c :about :a ; :what 2 ."
    store.load((PREFIXES + data).encode(), format=RdfFormat.TURTLE)
    values = [getattr(result.value, "value", "") for result in check(store, shapes_of_query(query)).results]
    assert values == ["1", "3"]


INNER = ("?c :about $this", "?c :what ?n", "FILTER(?n = ?value)", "FILTER(?n != 3)", "FILTER(isIRI(?c))")
INNER_ODD = ("OPTIONAL { ?c :of ?s }", "{ ?c :of ?s }", "{ ?c :of :S } UNION { ?c :of :T }", "BIND(?n + 1 AS ?m)")
OUTER = ("$this :p ?value", "$this :k ?s", "FILTER(?value != 9)", "FILTER EXISTS { ?x :about $this ; :of ?t }")


def written(random: Random, parts: list[str]) -> str:
    """The parts of a group in any order, with the full stops that have to be and some that may be."""
    random.shuffle(parts)
    text = ""
    for part, after in zip(parts, [*parts[1:], "}"], strict=True):
        needed = part[0] in "?$" and after[0] in "?$"
        text += f"{part} {'. ' if needed or random.random() < 0.4 else ''}"
    return text


def ordered_query(random: Random, odd: bool) -> str:
    """A query that asks for what is absent, its parts in any order; BIND after what it reads."""
    inner = [*INNER[:3], *random.sample(INNER[3:], random.randrange(3))]
    if odd and (extra := random.choice(INNER_ODD)).startswith("BIND"):
        test = f"{written(random, inner[:2])} {extra} {written(random, inner[2:])}"
    else:
        test = written(random, inner + ([extra] if odd else []))
    outer = [OUTER[0], *random.sample(OUTER[1:], random.randrange(4)), f"FILTER NOT EXISTS {{ {test} }}"]
    if random.random() < 0.3:
        outer.append(f"FILTER NOT EXISTS {{ {written(random, ['?d :about $this', '?d :of :T', '?d :what ?value'])} }}")
    return f"SELECT $this ?value WHERE {{ {written(random, outer)} }}"


def claims(random: Random) -> Store:
    lines = []
    for name in "abc":
        lines += [f":{name} :p {number} ." for number in random.sample((1, 2, 3, 9), 3)]
        lines += [f":{name} :k :{random.choice('ST')} ."]
        lines += [f":{name} :q 1 ."]
    for number in range(8):
        lines.append(f":c{number} :about :{random.choice('abc')} ; :what {random.choice(('1', '2.0', '3', '9'))} .")
        lines.append(f":c{number} :of :{random.choice('STU')} .")
    store = Store()
    store.load((PREFIXES + "\n".join(lines)).encode(), format=RdfFormat.TURTLE)
    return store


@settings(QUIET, max_examples=200)
@given(st.integers(0, 2**31))
def test_the_order_of_a_group_changes_nothing(seed):
    random = Random(seed)
    store, query = claims(random), ordered_query(random, odd=False)
    assert subtracted(PREFIX + query) is not None
    found = check(store, shapes_of_query(query)).results
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparql, "subtracted", lambda *_: None)
        assert found == check(store, shapes_of_query(query)).results


@settings(QUIET, max_examples=40)
@given(st.integers(0, 2**31), st.booleans())
def test_groups_in_any_order_find_what_pyshacl_finds(seed, odd):
    random = Random(seed)
    store, shapes = claims(random), shapes_of_query(ordered_query(random, odd))
    logging.disable(logging.CRITICAL)
    try:
        assert rows(check(store, shapes)) == rows(check(store, shapes, engine="pyshacl"))
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize("query", [CLAIMED, COUNTED, FILTER_FIRST, FILTER_BETWEEN, TWO_TESTS])
def test_each_form_finds_what_pyshacl_finds(query):
    store = Store()
    data = """:a :p 1, 2, 3 ; :k :S . :b :p 3, 4 ; :k :S .
        :c1 :about :a ; :what 1, 3 . :c2 :about :b ; :what 4.0 ; :of :S ."""
    store.load((PREFIXES + data).encode(), format=RdfFormat.TURTLE)
    assert subtracted(PREFIX + query) is not None
    found = rows(check(store, shapes_of_query(query)))
    assert found and found == rows(check(store, shapes_of_query(query), engine="pyshacl"))


def hub(values: int) -> Store:
    def named(text):
        return NamedNode(f"http://e/{text}")

    quads = []
    for number in range(values):
        claim, thing = named(f"c{number}"), named(f"t{number}")
        quads += [
            Quad(named("hub"), named("p"), thing),
            Quad(claim, named("about"), named("hub")),
            Quad(claim, named("what"), thing),
        ]
    store = Store()
    store.bulk_extend(quads)
    return store


@pytest.mark.slow
def test_a_thing_with_many_values_and_as_many_claims_costs_no_square(monkeypatch):
    store, shapes = hub(3000), shapes_of_query(CLAIMED)

    def spent() -> float:
        start = time.process_time()
        assert check(store, shapes).conforms
        return time.process_time() - start

    once = spent()
    monkeypatch.setattr(sparql, "subtracted", lambda *_: None)
    assert spent() > 10 * once
