"""Queries that ask for what is absent read what is there once, and find what they find row by row."""

from __future__ import annotations

import time

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store
from test_shapes_check import PREFIXES

from kg.shapes import check, load_shapes, sparql
from kg.shapes.absence import subtracted

PREFIX = "PREFIX : <http://e/> "
CLAIMED = "SELECT $this ?value WHERE { $this :p ?value FILTER NOT EXISTS { ?c :about $this ; :what ?value } }"
COUNTED = """SELECT $this ?value WHERE {
    $this :p ?value FILTER NOT EXISTS { ?c :about $this ; :what ?n FILTER(?n = ?value) } }"""


def shapes_of_query(query: str):
    text = f':S sh:targetSubjectsOf :p, :q ; sh:sparql [ sh:prefixes :P ; sh:select """{query}""" ] .'
    return load_shapes((PREFIXES + text).encode())


def test_what_is_absent_is_taken_away_and_an_equal_value_is_a_shared_key():
    assert " ".join((subtracted(PREFIX + CLAIMED) or "").split()) == (
        "PREFIX : <http://e/> SELECT $this ?value WHERE { $this :p ?value MINUS { ?c :about $this ; :what ?value } }"
    )
    assert " ".join((subtracted(PREFIX + COUNTED) or "").split()) == (
        "PREFIX : <http://e/> SELECT $this ?value WHERE { $this :p ?value BIND(<urn:kg:key>(?value) AS ?kgkey0) "
        "MINUS { ?c :about $this ; :what ?n BIND(<urn:kg:key>(?n) AS ?kgkey0) } }"
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
    ],
)
def test_what_is_asked_row_by_row(test):
    assert (
        subtracted(f"{PREFIX} SELECT $this ?value WHERE {{ $this :p ?value FILTER NOT EXISTS {{ {test} }} }}") is None
    )


@pytest.mark.parametrize("query", [CLAIMED, COUNTED])
@pytest.mark.parametrize(
    "values",
    ['1, "1", "01"^^xsd:integer', '1.0, "a", :x', '1e0, "1"^^xsd:float, "NaN"^^xsd:double', '"a"@en, "a"@EN, "a"'],
)
def test_terms_that_are_equal_and_terms_that_are_not(query, values, monkeypatch):
    data = f""":a :p {values}, "1"^^xsd:decimal, 2 . :b :p 3, "4" .
        :c1 :about :a ; :what {values}, 5 . :c2 :about :b ; :what 4 ."""
    store = Store()
    store.load((PREFIXES + data).encode(), format=RdfFormat.TURTLE)
    found = check(store, shapes_of_query(query)).results
    monkeypatch.setattr(sparql, "subtracted", lambda text: None)
    assert found == check(store, shapes_of_query(query)).results != ()


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
    monkeypatch.setattr(sparql, "subtracted", lambda text: None)
    assert spent() > 10 * once
