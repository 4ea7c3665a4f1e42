"""After a change, only what it touches is judged again, and the report is that of the whole."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store
from shapes_random import Maker
from test_shapes_check import PREFIXES, QUERIES
from test_shapes_random import QUIET, rows, settings
from timing import measure_seconds

from kg.errors import ShapeError
from kg.shapes import Shapes, check, load_shapes, recheck_graph, shapes_of
from kg.shapes.access import shape_accesses
from kg.shapes.querypaths import nest_tests, query_edges
from kg.shapes.read import read_quads

GRAPHS = [NamedNode(f"http://g/{n}") for n in range(3)]


def graph_of(maker: Maker, graph: NamedNode, with_blank: bool) -> list[Quad]:
    def named(term):
        return NamedNode(f"http://e/blank-{term.value}") if isinstance(term, BlankNode) and not with_blank else term

    quads = read_quads(maker.graph().encode(), prefix="d")
    return [Quad(named(q.subject), q.predicate, named(q.object), graph) for q in quads]


def change_and_compare(seed: int, shapes: Shapes, with_blank: bool) -> None:
    random = Random(seed)
    maker = Maker(random)
    store = Store()
    for graph in GRAPHS:
        store.extend(graph_of(maker, graph, with_blank))
    report = check(store, shapes)
    for _ in range(3):
        graph = random.choice(GRAPHS)
        before = list(store.quads_for_pattern(None, None, None, graph))
        kept = [quad for quad in before if random.random() < 0.7]
        after = kept + graph_of(maker, graph, with_blank)[: random.randint(0, 3)]
        store.remove_graph(graph)
        store.extend(after)
        report = recheck_graph(report, before, after)
        whole = check(store, shapes)
        assert rows(report) == rows(whole)
        assert [r.key() for r in report.results] == [r.key() for r in whole.results]
        assert report.focus_counts == whole.focus_counts


@settings(QUIET, max_examples=150)
@given(st.integers(0, 2**31), st.booleans())
def test_core_shapes_after_changes(seed, with_blank):
    try:
        shapes = load_shapes(Maker(Random(seed)).shapes().encode())
    except ShapeError:
        return
    change_and_compare(seed, shapes, with_blank)


@pytest.mark.parametrize("name", [name for name in QUERIES if name != "limit"])
def test_queries_after_changes(name):
    text = f'''
        :S sh:targetSubjectsOf :p, :q ; sh:targetClass :A ;
           sh:sparql [ sh:prefixes :P ; sh:select """{QUERIES[name]}""" ] .
        :T sh:targetObjectsOf :r ; sh:property [ sh:path ( :p [ sh:inversePath :q ] ) ; sh:sparql [ sh:prefixes :P ;
           sh:select "SELECT $this ?value WHERE {{ $this $PATH ?value FILTER NOT EXISTS {{ ?value :r $this }} }}" ] ] .
    '''
    shapes = load_shapes((PREFIXES + text).encode())
    for seed in range(8):
        change_and_compare(seed, shapes, False)


def test_what_a_query_reads():
    prefix = "PREFIX : <http://e/> "
    edges = query_edges(
        prefix + "SELECT $this WHERE { $this a :C ; :p/^:q ?v, 1.5 . FILTER(?v > 2) ?v (:r|:s)+ 'x'@en . }", None
    )
    assert edges is not None
    assert [(e.start, e.path.short(), e.end) for e in edges] == [
        ("this", "type", ""),
        ("this", "p/^q", "v"),
        ("this", "p/^q", ""),
        ("v", "(r|s)+", ""),
    ]
    for unread in (
        "GRAPH ?g { $this :p ?o }",
        "$this :p [ :q 1 ]",
        "$this !:p ?o",
        "{ SELECT $this { $this :p ?o } }",
        "{ SELECT $this ?o { $this :p ?o } LIMIT 1 }",
    ):
        assert query_edges(f"{prefix} SELECT $this WHERE {{ {unread} }}", None) is None


def test_a_subquery_that_hides_nothing_reads_as_a_group():
    text = "PREFIX : <http://a/> SELECT $this WHERE {{ {} FILTER NOT EXISTS {{ ?c :q $this . ?c :r ?o }} }}"
    plain, inner = text.format("{ $this :p ?o }"), text.format("{ SELECT DISTINCT $this ?o WHERE { $this :p ?o } }")
    found = [[(e.start, e.path, e.end) for e in query_edges(one, None) or ()] for one in (plain, inner)]
    assert found[0] == found[1] and len(found[0]) == 3


def test_every_shape_of_the_project_tells_what_it_reads(root):
    shapes = load_shapes(root / "ontology" / "shapes.ttl")
    assert [s.name for s in shapes.targeted() if shape_accesses(shapes, s) is None] == []


def test_a_change_of_classes_is_judged_as_a_whole():
    shapes = load_shapes((PREFIXES + ":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ] .").encode())
    store = Store()
    store.load((PREFIXES + ":a a :D .").encode(), format=RdfFormat.TURTLE)
    report = check(store, shapes)
    added = read_quads((PREFIXES + ":D rdfs:subClassOf :C .").encode())[-1:]
    store.extend(added)
    assert report.conforms
    assert not recheck_graph(report, [], added).conforms


def maker_store(articles: int) -> Store:
    from graph_maker import lines

    store = Store()
    store.bulk_load("".join(lines(articles, 1)).encode(), format=RdfFormat.N_QUADS)
    return store


def replaced(store: Store, number: int, fault: str) -> tuple[list[Quad], list[Quad]]:
    from graph_maker import BASE, article

    graph = NamedNode(f"{BASE}article/a{number}")
    before = list(store.quads_for_pattern(None, None, None, graph))
    store.remove_graph(graph)
    store.load("".join(article(number, fault)).encode(), format=RdfFormat.N_QUADS)
    return before, list(store.quads_for_pattern(None, None, None, graph))


@pytest.fixture
def makers(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "tests" / "benchmarks"))


def test_each_fault_comes_and_goes_with_its_article(root, makers):
    from graph_maker import FAULTS

    shapes = load_shapes(root / "ontology" / "shapes.ttl")
    store = maker_store(len(FAULTS) + 2)
    report = check(store, shapes)
    assert {report.shape_name(r.shape) for r in report.results} == set(FAULTS)
    for number, fault in enumerate(FAULTS):
        report = recheck_graph(report, *replaced(store, number, ""))
        assert report.results == check(store, shapes).results, fault
    assert report.conforms
    for fault in FAULTS:
        report = recheck_graph(report, *replaced(store, 15, fault))
        assert fault in {report.shape_name(r.shape) for r in report.results}
        assert report.results == check(store, shapes).results


HUB = """
    :S sh:targetSubjectsOf :has ; sh:sparql [ sh:prefixes :P ; sh:select \"\"\"SELECT $this ?path ?value WHERE {
        { SELECT DISTINCT $this ?path ?value WHERE { $this ?path ?value FILTER(?path IN (:has, :in)) } }
        FILTER NOT EXISTS { ?c :about $this ; :says ?path ; :what ?value ; :status :sound } }\"\"\" ] .
    :T sh:targetSubjectsOf :count ; sh:sparql [ sh:prefixes :P ; sh:select \"\"\"SELECT $this ?value WHERE {
        $this :count ?value FILTER NOT EXISTS { ?o :of $this ; :value ?n FILTER(?n = ?value) } }\"\"\" ] .
    :U sh:targetClass :District ; sh:sparql [ sh:prefixes :P ; sh:select \"\"\"SELECT $this ?value WHERE {
        ?o :of $this ; :unit :yuan ; :value ?value FILTER(?value > 7) }\"\"\" ] .
    :V sh:targetSubjectsOf :what ; sh:sparql [ sh:prefixes :P ; sh:select \"\"\"SELECT $this ?value WHERE {
        $this :about ?s ; :says ?p ; :what ?value FILTER NOT EXISTS { ?s ?p ?value } }\"\"\" ] .
"""


def article_of_hub(number: int) -> list[Quad]:
    n = str(number)
    text = f"""
        :d a :District ; :has :f{n} . :g{n} :count {n} . :c{n} :about :d ; :says :has ; :what :f{n} ; :status :sound .
        :o{n} :of :d ; :unit :yuan ; :value {number % 10}.0 . :p{n} :of :g{n} ; :value {n}.0 .
    """
    graph = NamedNode(f"http://g/{n}")
    return [Quad(q.subject, q.predicate, q.object, graph) for q in read_quads((PREFIXES + text).encode())]


class Counted:
    """A store that counts what is read of it, but for what a query reads inside."""

    def __init__(self, store: Store) -> None:
        self.store, self.read, self.rows = store, 0, 0

    def quads_for_pattern(self, *pattern):
        for quad in self.store.quads_for_pattern(*pattern):
            self.read += 1
            yield quad

    def query(self, text, **options):
        self.rows += text.count("(") if "VALUES" in text else 10**6
        return self.store.query(text, **options)


def cost_on_hub(articles: int) -> tuple[int, int]:
    """Return what is read and what is asked of many articles on one district when one is taken away and put back."""
    store = Store()
    for number in range(articles):
        store.extend(article_of_hub(number))
    report = check(store, load_shapes((PREFIXES + HUB).encode()))
    counted = Counted(store)
    before = article_of_hub(5)
    for gone, come in ((before, []), ([], before)):
        for quad in gone:
            store.remove(quad)
        store.extend(come)
        report = recheck_graph(replace(report, store=counted), gone, come)
        whole = check(store, report.shapes)
        assert report.results == whole.results and report.focus_counts == whole.focus_counts
    return counted.read, counted.rows


def test_a_change_costs_the_same_however_many_articles_speak_of_its_district():
    assert cost_on_hub(400) == cost_on_hub(40)


def test_literals_of_a_change_are_those_of_the_store():
    query = "SELECT $this ?value { $this :p ?value }"
    shapes = f":S sh:targetNode :a ; sh:sparql [ sh:prefixes :P ; sh:select '{query}' ] ."
    store = Store()
    quads = read_quads((PREFIXES + ":a :p 4.0, 'x'@EN .").encode())
    store.extend(quads)
    report = check(store, load_shapes((PREFIXES + shapes).encode()))
    assert len(report.results) == 2
    for quad in quads:
        store.remove(quad)
    assert recheck_graph(report, quads, []).conforms


@pytest.mark.slow
def test_the_cost_of_a_change_is_that_of_the_change(root, makers):
    shapes = load_shapes(root / "ontology" / "shapes.ttl")
    store = maker_store(1000)
    report = check(store, shapes)
    whole = measure_seconds(lambda: check(store, shapes))
    before, after = replaced(store, 500, "claim-status")
    again = recheck_graph(report, before, after)
    assert measure_seconds(lambda: recheck_graph(report, before, after), 3) < whole / 50
    assert again.results == check(store, shapes).results


def test_shapes_of_triples(makers):
    assert isinstance(shapes_of([]), Shapes)


def test_what_stands_in_exists_begins_at_a_bound_node_one_pattern_at_a_time():
    inside = "{ ?c :s $this ; :p ?path . }"
    query = f"PREFIX : <http://e/> SELECT $this ?path WHERE {{ $this :q ?path FILTER NOT EXISTS {inside} }}"
    assert nest_tests(query, {"this"}).endswith(
        "FILTER NOT EXISTS { ?c :s $this . FILTER EXISTS { ?c :p ?path .  } } }"
    )
