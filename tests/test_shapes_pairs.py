"""Queries that compare nodes with each other: grouped, and pair by pair, they find the same."""

from __future__ import annotations

import logging
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store
from test_shapes_check import PREFIXES
from test_shapes_random import QUIET, rows, settings
from timing import measure_seconds

from kg.shapes import check, load_shapes, recheck_graph, sparql
from kg.shapes.engine import Engine
from kg.shapes.pairs import Comparison, is_mirrored, pairing_of

STAR = "{0} :about ?thing ; :when ?when ; :value {1} ."
KINDS = {
    "numbers": ["1", "1.0", "2", "2.50", "-3"],
    "words": ['"a"', '"b"', '"é"', '"𝄞"', '"ﬀ"'],
    "things": [":x", ":y", ":z"],
    "all kinds": ["1", '"1"', ":x", "_:x", '"a"@en', "1e0", '"NaN"^^xsd:double', '"abc"^^xsd:integer', '"1"^^:odd',
                  '"2023-01-01"^^xsd:date', '"NaN"^^xsd:decimal', "99999999999999999999"],
}  # fmt: skip
CONDITIONS = [
    "?value != ?other && STR(?o) > STR($this)",
    "(?other != ?value) && STR($this) >= STR(?o)",
    "STR(?o) < STR($this)",
    "?other > ?value",
    "?value >= ?other && ?o != $this",
    "?value < ?other && STR(?o) != STR($this) && ?thing != :t0",
    "?other != ?value && bound(?other) && isNumeric(?value)",
    "?value + 1 <= ?other",
]
MORE = [
    "",
    "FILTER NOT EXISTS { $this :plan ?plan } FILTER NOT EXISTS { ?o :plan ?plan }",
    "FILTER NOT EXISTS { ?o :plan ?plan . FILTER(?plan IN (:p1)) }",
    "FILTER(?thing = :t0 || ?when = 1)",
]


def shapes_with(condition: str, more: str):
    query = f"""SELECT $this ?value WHERE {{
        {STAR.format("$this", "?value")} {STAR.format("?o", "?other")} FILTER ({condition}) {more} }}"""
    text = f':S sh:targetSubjectsOf :value ; sh:sparql [ sh:prefixes :P ; sh:select """{query}""" ] .'
    return load_shapes((PREFIXES + text).encode()), query


def graph_of(random: Random, kind: str, nodes: int) -> list[Quad]:
    lines = []
    for number in range(nodes):
        if random.random() < 0.9:
            lines.append(f":o{number} :about :t{random.randrange(2)} ; :when {random.choice('12')} .")
        lines += [f":o{number} :value {random.choice(KINDS[kind])} ." for _ in range(random.choice((1, 1, 1, 2)))]
        if random.random() < 0.1:
            lines.append(f":o{number} :plan :p{random.randrange(2)} .")
        if random.random() < 0.1:
            lines.append(f":o{number} :about :t{random.randrange(2)} .")
    store = Store()
    store.load((PREFIXES + "\n".join(lines)).encode(), format=RdfFormat.TURTLE)
    return list(store)


@settings(QUIET, max_examples=400)
@given(st.integers(0, 2**31), st.sampled_from(sorted(KINDS)), st.sampled_from(CONDITIONS), st.sampled_from(MORE))
def test_groups_find_what_pairs_find(seed, kind, condition, more):
    shapes, query = shapes_with(condition, more)
    assert pairing_of("PREFIX : <http://e/>" + query) is not None
    store = Store()
    store.extend(graph_of(Random(seed), kind, 12))
    grouped = check(store, shapes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparql, "pairing_of", lambda _: None)
        pairwise = check(store, shapes)
    assert [r.key() for r in grouped.results] == [r.key() for r in pairwise.results]


@settings(QUIET, max_examples=60)
@given(st.integers(0, 2**31), st.sampled_from(["numbers", "words", "things"]), st.sampled_from(CONDITIONS[:2]))
def test_groups_find_what_pyshacl_finds(seed, kind, condition):
    shapes, _ = shapes_with(condition, MORE[1])
    store = Store()
    store.extend(graph_of(Random(seed), kind, 8))
    logging.disable(logging.CRITICAL)
    try:
        assert rows(check(store, shapes)) == rows(check(store, shapes, engine="pyshacl"))
    finally:
        logging.disable(logging.NOTSET)


@settings(QUIET, max_examples=150)
@given(st.integers(0, 2**31), st.sampled_from(sorted(KINDS)), st.sampled_from(CONDITIONS), st.sampled_from(MORE))
def test_groups_after_changes(seed, kind, condition, more):
    shapes, _ = shapes_with(condition, more)
    random = Random(seed)
    graphs = [NamedNode(f"http://g/{n}") for n in range(3)]
    store = Store()
    for quad in graph_of(random, kind, 12):
        store.add(Quad(quad.subject, quad.predicate, quad.object, random.choice(graphs)))
    report = check(store, shapes)
    for graph in graphs:
        before = list(store.quads_for_pattern(None, None, None, graph))
        new = [Quad(q.subject, q.predicate, q.object, graph) for q in graph_of(random, kind, 12)]
        after = [q for q in before if random.random() < 0.8] + random.sample(new, 3)
        store.remove_graph(graph)
        store.extend(after)
        report = recheck_graph(report, before, after)
        whole = check(store, shapes)
        assert [r.key() for r in report.results] == [r.key() for r in whole.results]
        assert report.focus_counts == whole.focus_counts


def test_which_shapes_of_the_project_compare_nodes(root):
    shapes = load_shapes(root / "ontology" / "shapes.ttl")
    found = {s.name: p.comparisons for s in shapes.targeted() for p in sparql.shape_pairings(s)}
    assert found == {
        "subset-smaller": (Comparison("?most", "<", "?value"),),
        "values-agree": (Comparison("?different", "!=", "?value"), Comparison("STR(?other)", ">", "STR($this)")),
    }


@pytest.mark.parametrize(
    "body",
    [
        "$this :p ?v . ?o :p ?w . FILTER(?v != ?w)",  # nothing is shared
        "$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w",  # nothing is compared
        "$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w . FILTER(?v != ?w || ?k = 1)",
        "$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w . FILTER(?v != ?w && ?o != $this)",  # two that differ
        "$this :p ?k ; :q ?v . ?o :p ?k ; :q/:r ?w . FILTER(?v != ?w)",
        "$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w . FILTER(?v != ?w + ?v)",
        "$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w . ?w :r ?x . FILTER(?v != ?x)",
        "$this :p ?k ; :q ?v . ?k :o ?o . ?o :p ?k ; :q ?w . FILTER(?v != ?w)",
        "$this :p ?k ; :q ?v OPTIONAL { ?o :p ?k ; :q ?w } FILTER(?v != ?w)",
        "$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w . BIND(1 AS ?one) FILTER(?v != ?w)",
        "?c :s $this ; :p ?k . ?two :p ?k ; :q ?v . ?o :p ?k ; :q ?w . FILTER(?v != ?w)",  # as many as pairs
    ],
)
def test_what_is_asked_as_it_stands(body):
    assert pairing_of(f"PREFIX : <http://e/> SELECT $this WHERE {{ {body} }}") is None
    assert pairing_of(f"PREFIX : <http://e/> SELECT $this ?w WHERE {{ {body} }}") is None


@pytest.mark.parametrize(
    ("body", "same"),
    [
        ("$this :p ?k ; :q ?v ; :r :x . ?o :p ?k ; :q ?w ; :r :x . FILTER(?v != ?w)", True),
        ("$this :p ?k ; :q ?v . ?o :q ?w ; :p ?k . FILTER(?v != ?w && STR($this) < STR(?o))", True),
        ("$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w . FILTER(?v != ?w + 1)", False),
        ("$this :p ?k ; :q ?v . ?o :p ?k ; :r ?w . FILTER(?v != ?w)", False),
        ("$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w ; :r ?x . FILTER(?v != ?w)", False),
        ("$this :p ?k ; :q ?v ; :r ?z . ?o :p ?k ; :q ?w ; :r ?w . FILTER(?v != ?w)", False),
        ("$this :p ?k ; :q ?v ; :r :x . ?o :p ?k ; :q ?w ; :r :y . FILTER(?v != ?w)", False),
        ("$this :p ?k ; :q ?v ; :r 1 . ?o :p ?k ; :q ?w ; :r 2 . FILTER(?v != ?w)", False),
        ("$this :p ?k ; :q ?v . ?o :p ?k ; :q ?w . FILTER(?v != ?w) FILTER NOT EXISTS { ?o :r ?x }", False),
    ],
)
def test_stars_that_are_read_once_for_both(body, same):
    pairing = pairing_of(f"PREFIX : <http://e/> SELECT $this WHERE {{ {body} }}")
    assert pairing is not None and is_mirrored(pairing) == same


def test_of_nodes_that_are_compared_those_are_judged_again_whose_findings_differ(monkeypatch):
    shapes, _ = shapes_with(CONDITIONS[0], MORE[1])
    judged: list[int] = []
    listed = Engine.listed
    monkeypatch.setattr(Engine, "listed", lambda self, nodes: (judged.append(len(nodes)), listed(self, nodes))[1])
    graphs = [NamedNode(f"http://g/{number}") for number in range(300)]

    def about(number: int, value: int) -> list[Quad]:
        node, words = NamedNode(f"http://e/o{number:03}"), [("about", NamedNode("http://e/t")), ("when", Literal(1))]
        words.append(("value", Literal(value)))
        return [Quad(node, NamedNode(f"http://e/{word}"), term, graphs[number]) for word, term in words]

    store = Store()
    for number in range(300):
        store.extend(about(number, number // 299))
    report = check(store, shapes)
    assert len(report.results) == 299
    # One of many that disagree with the last, away and back; the last, which then agrees with all, and no more.
    for number, value, findings in ((150, None, 298), (150, 0, 299), (299, 0, 0), (299, 1, 299)):
        before, after = list(store.quads_for_pattern(None, None, None, graphs[number])), []
        store.remove_graph(graphs[number])
        if value is not None:
            after = about(number, value)
            store.extend(after)
        report = recheck_graph(report, before, after)
        assert report.results == check(store, shapes).results
        assert len(report.results) == findings
    assert judged == [1, 300, 300]


def test_one_group_of_all_costs_no_pairs():
    """20,000 nodes that agree but for the first, which is 200 million pairs."""
    shapes, _ = shapes_with(CONDITIONS[0], MORE[1])
    store = Store()
    terms = [NamedNode(f"http://e/{name}") for name in ("about", "when", "value", "t0")]
    for number in range(20_000):
        node = NamedNode(f"http://e/o{number:06}")
        store.add(Quad(node, terms[0], terms[3]))
        store.add(Quad(node, terms[1], Literal(1)))
        store.add(Quad(node, terms[2], Literal(2 if number else 1)))
    assert measure_seconds(lambda: check(store, shapes)) < 20
    report = check(store, shapes)
    assert [str(r.focus) for r in report.results] == ["<http://e/o000000>"]
