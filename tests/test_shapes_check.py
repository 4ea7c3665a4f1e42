"""The check of a store: planted faults, graphs, counts, hand-overs, queries with pre-bound variables."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections import Counter

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from kg.errors import ShapeError
from kg.shapes import check, check_file, load_shapes
from kg.shapes.terms import text_of

PREFIXES = """\
@prefix : <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
:P sh:declare [ sh:prefix "" ; sh:namespace "http://e/"^^xsd:anyURI ] .
"""


def report(data: str, shapes: str, engine: str = "compiled"):
    return check_file((PREFIXES + data).encode(), (PREFIXES + shapes).encode(), engine)


def found(result) -> list[tuple[str, ...]]:
    """Each result as focus, path, value and component, in short."""

    def short(term) -> str:
        return (
            text_of(term).replace("<http://www.w3.org/2001/XMLSchema#", "xsd:").removeprefix("<http://e/").rstrip(">")
        )

    return [
        (
            short(r.focus),
            r.path.short() if r.path else "",
            short(r.value) if r.value is not None else "",
            r.component.value.rsplit("#", 1)[-1].removesuffix("ConstraintComponent"),
        )
        for r in result.results
    ]


# Each case: data, shape, and exactly what is found.
PLANTED = {
    "class": (":a :p :b, :c . :b a :C .", "sh:class :C", [("a", "p", "c", "Class")]),
    "subclass": (":a :p :b . :b a :D . :D rdfs:subClassOf :E . :E rdfs:subClassOf :C .", "sh:class :C", []),
    "datatype": (':a :p 1, "x" .', "sh:datatype xsd:integer", [("a", "p", '"x"', "Datatype")]),
    "ill-formed": (
        ':a :p "2023-02-29"^^xsd:date, "2024-02-29"^^xsd:date .',
        "sh:datatype xsd:date",
        [("a", "p", '"2023-02-29"^^xsd:date', "Datatype")],
    ),
    "big integer": (":a :p 123456789012345678901234567890 .", "sh:datatype xsd:integer", []),
    "nodeKind": (':a :p :b, "x" .', "sh:nodeKind sh:IRI", [("a", "p", '"x"', "NodeKind")]),
    "minInclusive": (
        ':a :p 1.5, 2, "x" .',
        "sh:minInclusive 2",
        [("a", "p", '"1.5"^^xsd:decimal', "MinInclusive"), ("a", "p", '"x"', "MinInclusive")],
    ),
    "date and number": (
        ':a :p "2023-01-01"^^xsd:date .',
        "sh:maxInclusive 2",
        [("a", "p", '"2023-01-01"^^xsd:date', "MaxInclusive")],
    ),
    "minLength": (
        ':a :p "ab", "abc", _:b .',
        "sh:minLength 3",
        [("a", "p", '"ab"', "MinLength"), ("a", "p", "_:d1", "MinLength")],
    ),
    "maxLength": (':a :p "ab", "abc" .', "sh:maxLength 2", [("a", "p", '"abc"', "MaxLength")]),
    "pattern": (':a :p "Ab", "cd" .', 'sh:pattern "^a" ; sh:flags "i"', [("a", "p", '"cd"', "Pattern")]),
    "languageIn": (
        ':a :p "x"@en-gb, "y"@de, "z" .',
        'sh:languageIn ( "en" )',
        [("a", "p", '"y"@de', "LanguageIn"), ("a", "p", '"z"', "LanguageIn")],
    ),
    "uniqueLang": (':a :p "x"@en, "y"@en, "z"@de .', "sh:uniqueLang true", [("a", "p", "", "UniqueLang")]),
    "in": (':a :p 1, "1", :b .', "sh:in ( 1 :b )", [("a", "p", '"1"', "In")]),
    "in compares terms": (":a :p 1.0 .", "sh:in ( 1 )", [("a", "p", '"1"^^xsd:decimal', "In")]),
    "in of very many": (
        ':a :p 5, "5", "x9"@EN, "x9" .',
        f"""sh:in ( {" ".join(map(str, range(20_000)))} {" ".join(f'"x{n}"@en' for n in range(20_000))} )""",
        [("a", "p", '"5"', "In"), ("a", "p", '"x9"', "In")],
    ),
    "in of many": (
        ":a :p 5, 105 .",
        f"sh:in ( {' '.join(map(str, range(100)))} )",
        [("a", "p", '"105"^^xsd:integer', "In")],
    ),
    "hasValue": (":a :p :b .", "sh:hasValue :c", [("a", "p", "", "HasValue")]),
    "minCount": (":b :p 1 .", "sh:minCount 1", [("a", "p", "", "MinCount")]),
    "minCount of two": (":a :p 1 .", "sh:minCount 2", [("a", "p", "", "MinCount")]),
    "maxCount": (":a :p 1, 2 .", "sh:maxCount 1", [("a", "p", "", "MaxCount")]),
    "maxCount of none": (":a :p 1 .", "sh:maxCount 0", [("a", "p", "", "MaxCount")]),
    "equals": (":a :p :b, :c ; :q :c, :d .", "sh:equals :q", [("a", "p", "b", "Equals"), ("a", "p", "d", "Equals")]),
    "disjoint": (":a :p :b, :c ; :q :c .", "sh:disjoint :q", [("a", "p", "c", "Disjoint")]),
    "lessThan": (":a :p 1, 3 ; :q 2 .", "sh:lessThan :q", [("a", "p", '"3"^^xsd:integer', "LessThan")]),
    "lessThanOrEquals": (
        ":a :p 2, 3 ; :q 2 .",
        "sh:lessThanOrEquals :q",
        [("a", "p", '"3"^^xsd:integer', "LessThanOrEquals")],
    ),
    "node": (
        ":a :p :b, :c . :b :q 1 .",
        "sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ]",
        [("a", "p", "c", "Node")],
    ),
    "property": (
        ":a :p :b, :c . :b :q 1 .",
        "sh:property [ sh:path :q ; sh:minCount 1 ]",
        [("c", "q", "", "MinCount")],
    ),
    "not": (":a :p :b . :b a :C .", "sh:not [ sh:class :C ]", [("a", "p", "b", "Not")]),
    "and": (":a :p :b . :b a :C .", "sh:and ( [ sh:class :C ] [ sh:class :D ] )", [("a", "p", "b", "And")]),
    "or": (
        ':a :p :b, "x" . :b a :D .',
        "sh:or ( [ sh:class :C ] [ sh:datatype xsd:string ] )",
        [("a", "p", "b", "Or")],
    ),
    "xone": (
        ":a :p :b, :c . :b a :C, :D . :c a :C .",
        "sh:xone ( [ sh:class :C ] [ sh:class :D ] )",
        [("a", "p", "b", "Xone")],
    ),
    "qualified": (
        ":a :p :b, :c . :b a :C .",
        "sh:qualifiedValueShape [ sh:class :C ] ; sh:qualifiedMinCount 2",
        [("a", "p", "", "QualifiedMinCount")],
    ),
    "qualified most": (
        ":a :p :b, :c . :b a :C . :c a :C .",
        "sh:qualifiedValueShape [ sh:class :C ] ; sh:qualifiedMaxCount 1",
        [("a", "p", "", "QualifiedMaxCount")],
    ),
    "closed": (
        ":a :p :b . :b :q 1 ; :r 2 .",
        "sh:closed true ; sh:ignoredProperties ( :q )",
        [("a", "r", '"2"^^xsd:integer', "Closed")],
    ),
    "closed twice": (
        ":a :p :b, :c . :b :r 2 . :c :r 2 .",
        "sh:closed true",
        [("a", "r", '"2"^^xsd:integer', "Closed"), ("a", "r", '"2"^^xsd:integer', "Closed")],
    ),
    "deactivated property": (":a :p :b .", "sh:property [ sh:path :q ; sh:minCount 1 ; sh:deactivated true ]", []),
    "deactivated in sets": (
        ":a :p :b .",
        "sh:node [ sh:disjoint :q ; sh:node [ sh:class :C ; sh:deactivated true ] ]",
        [],
    ),
    "deactivated": (":b :p 1 .", "sh:minCount 1 ; sh:deactivated true", []),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_and_nothing_else(name):
    data, constraint, expected = PLANTED[name]
    shape = f":S sh:targetNode :a ; sh:path :p ; {constraint} ."
    assert found(report(data, shape)) == expected


def test_the_same_triple_in_two_graphs_counts_once():
    store = Store()
    subject, predicate = NamedNode("http://e/a"), NamedNode("http://e/p")
    for graph in ("http://g/1", "http://g/2"):
        for value in (1, 2):
            store.add(Quad(subject, predicate, Literal(value), NamedNode(graph)))
    shapes = load_shapes((PREFIXES + ":S sh:targetSubjectsOf :p ; sh:path :p ; sh:maxCount 1 .").encode())
    result = check(store, shapes)
    assert found(result) == [("a", "p", "", "MaxCount")]
    assert list(result.focus_counts.values()) == [1]
    two = load_shapes((PREFIXES + ":S sh:targetSubjectsOf :p ; sh:path :p ; sh:maxCount 2 .").encode())
    assert check(store, two).conforms


def test_one_graph_or_some_or_all():
    store = Store()
    store.load(b"<http://e/a> <http://e/p> 1 .", format=RdfFormat.TURTLE, to_graph=NamedNode("http://e/g1"))
    store.load(b"<http://e/b> <http://e/p> 'x' .", format=RdfFormat.TURTLE, to_graph=NamedNode("http://e/g2"))
    store.load(b"<http://e/c> <http://e/p> 'y' .", format=RdfFormat.TURTLE)
    shapes = load_shapes((PREFIXES + ":S sh:targetSubjectsOf :p ; sh:path :p ; sh:datatype xsd:integer .").encode())
    first, second = NamedNode("http://e/g1"), NamedNode("http://e/g2")
    for engine in ("compiled", "pyshacl"):
        assert found(check(store, shapes, graph=first, engine=engine)) == []
        assert [r[0] for r in found(check(store, shapes, graph=second, engine=engine))] == ["b"]
        assert [r[0] for r in found(check(store, shapes, graph=[first, second], engine=engine))] == ["b"]
        assert [r[0] for r in found(check(store, shapes, engine=engine))] == ["b", "c"]


def test_a_shape_that_met_no_node_is_told():
    result = report(":a :p 1 .", ":S sh:targetClass :None ; sh:path :p . :T sh:targetNode :a ; sh:path :p .")
    assert result.conforms
    assert [text_of(node) for node in result.unmet] == ["<http://e/S>"]
    assert list(result.focus_counts.values()) == [0, 1]


def test_an_implicit_class_target_and_a_node_that_no_triple_mentions():
    shapes = ":C a rdfs:Class, sh:NodeShape ; sh:property [ sh:path :p ; sh:minCount 1 ] ."
    assert found(report(":a a :D . :D rdfs:subClassOf :C . :b a :C ; :p 1 .", shapes)) == [("a", "p", "", "MinCount")]
    star = ':S sh:targetNode :zz, "zz" ; sh:path [ sh:zeroOrMorePath :p ] ; sh:nodeKind sh:Literal ; sh:minCount 2 .'
    assert found(report(":a :p 1 .", star)) == [
        ('"zz"', "p*", "", "MinCount"),
        ("zz", "p*", "", "MinCount"),
        ("zz", "p*", "zz", "NodeKind"),
    ]


def test_messages_fill_their_places():
    message = '"{$this} {?path} {$value} > {$maxInclusive} {$x}"@en'
    shape = f":S sh:targetNode :a ; sh:path :p ; sh:maxInclusive 3 ; sh:message {message} ."
    result = report(":a :p 5 .", shape)
    assert result.results[0].messages == (Literal("a p 5 > 3 {$x}", language="en"),)


def test_a_report_has_messages_without_being_given_any():
    result = report(":a :p 5 .", ":S sh:targetNode :a ; sh:path :p ; sh:maxInclusive 3 .")
    assert result.violations[0].message == 'p "5" is not at most "3"'
    assert result.violations[0]._asdict() == {
        "focus": "<http://e/a>",
        "path": "<http://e/p>",
        "value": '"5"^^<http://www.w3.org/2001/XMLSchema#integer>',
        "shape": "<http://e/S>",
        "component": "<http://www.w3.org/ns/shacl#MaxInclusiveConstraintComponent>",
        "severity": "Violation",
        "message": 'p "5" is not at most "3"',
    }


def test_what_cannot_be_compiled_is_handed_over_and_told():
    data = ':a :p "ab", "cb" . :b :q 1 .'
    shapes = (
        ':S sh:targetNode :a ; sh:path :p ; sh:pattern "^(?!a)" . :T sh:targetNode :b ; sh:path :q ; sh:maxCount 0 .'
    )
    result = report(data, shapes)
    assert found(result) == [("a", "p", '"ab"', "Pattern"), ("b", "q", "", "MaxCount")]
    reason = "the regular expression '^(?!a)' needs what the store's expressions do not have"
    assert {text_of(k): v for k, v in result.handed_over.items()} == {"<http://e/S>": reason}


def test_a_nested_shape_takes_its_parent_along():
    shapes = ':S sh:targetNode :a ; sh:property [ sh:path :p ; sh:node :T ] . :T sh:pattern "^(?!a)" .'
    result = report(':a :p "ab", "cb" .', shapes)
    assert found(result) == [("a", "p", '"ab"', "Node")]
    assert [text_of(node) for node in result.handed_over] == ["<http://e/S>"]


def test_numbers_that_a_store_does_not_keep():
    data, shapes = ':a :p "5"^^xsd:byte .', ":S sh:targetNode :a ; sh:path :p ; sh:datatype xsd:byte ."
    own = report(data, shapes)
    assert own.conforms
    assert list(own.handed_over.values()) == ["a store holds xsd:byte as xsd:integer"]
    store = Store()
    store.load((PREFIXES + data).encode(), format=RdfFormat.TURTLE)
    told = check(store, load_shapes((PREFIXES + shapes).encode()))
    assert found(told) == [("a", "p", '"5"^^xsd:integer', "Datatype")]
    assert told.notes == ("S: a store holds xsd:byte as xsd:integer",)


def test_an_engine_that_is_not_there():
    with pytest.raises(ShapeError, match=r"no engine 'jena' \(one of compiled, pyshacl\)"):
        report("", "", "jena")


# Pre-binding: each query on all nodes at once must say what pySHACL says node by node.
QUERIES = {
    "plain": "SELECT $this ?value WHERE { $this :p ?value FILTER(?value > 1) }",
    "path": "SELECT $this ?path ?value WHERE { $this ?path ?value FILTER(isLiteral(?value)) }",
    "not exists": "SELECT $this ?value WHERE { $this :p ?value FILTER NOT EXISTS { ?value :q ?x . ?x :r $this } }",
    "not exists, no variable of its own": "SELECT $this WHERE { $this :p ?v FILTER NOT EXISTS { ?v :q $this } }",
    "not exists, nested": "SELECT $this WHERE { $this :p ?v FILTER NOT EXISTS { { ?v :q ?w } UNION { ?w :q ?v } } }",
    "outer variable in a filter": """SELECT $this ?value WHERE {
        $this :p ?value FILTER NOT EXISTS { ?o :p ?n FILTER(?n > ?value) } }""",
    "absent, looked for from its end": """SELECT $this ?value WHERE {
        $this :p ?value FILTER NOT EXISTS { ?o :q $this ; :p ?value } }""",
    "absent, and equal": """SELECT $this ?value WHERE {
        $this :p ?value FILTER NOT EXISTS { ?o :q $this ; :p ?n FILTER(?n = ?value) } }""",
    "absent, of some": """SELECT $this ?path ?value WHERE {
        { SELECT DISTINCT $this ?path ?value WHERE { $this ?path ?value FILTER(?path IN (:p, :r)) } }
        FILTER NOT EXISTS { ?o :q $this ; :r ?value ; :p ?x FILTER(?x != 2) } }""",
    "from many": "SELECT $this ?value WHERE { ?o :q $this ; :p ?value FILTER(?value != :b) }",
    "from many, but for some": """SELECT $this ?value WHERE {
        ?o :q $this ; :p ?value FILTER NOT EXISTS { ?o :r $this . ?x :r ?o } }""",
    "exists": "SELECT $this ?value WHERE { $this :p ?value FILTER EXISTS { ?value :q ?x . ?x :p ?y } }",
    "exists in a union": "SELECT $this WHERE { { $this :p ?v FILTER EXISTS { ?v :q ?x } } UNION { $this :r ?v } }",
    "optional": "SELECT $this WHERE { $this :p ?v OPTIONAL { $this :s ?w } FILTER(!BOUND(?w)) }",
    "optional first": "SELECT $this ?value WHERE { OPTIONAL { $this :q ?value } $this :p ?v }",
    "union with filters": "SELECT $this WHERE { { FILTER($this = :a) } UNION { $this :q ?x } }",
    "optional in a union": """SELECT $this WHERE {
        { OPTIONAL { $this :q ?x } FILTER(!BOUND(?x)) } UNION { $this :r ?x } }""",
    "bind": "SELECT $this ?value WHERE { BIND($this AS ?value) FILTER(?value != :b) }",
    "nested bind": "SELECT $this ?value WHERE { $this :p ?x { BIND(STR($this) AS ?value) } }",
    "subquery": """SELECT $this ?value WHERE {
        { SELECT $this (COUNT(?x) AS ?value) WHERE { $this :p ?x } GROUP BY $this } FILTER(?value > 1) }""",
    "count": "SELECT $this (COUNT(?x) AS ?value) WHERE { $this :p ?x } GROUP BY $this HAVING (COUNT(?x) > 1)",
    "path of steps": "SELECT $this ?value WHERE { $this :p/:q ?value }",
    "backwards over steps": "SELECT $this ?value WHERE { ?v :p/:q $this . ?v :q ?value }",
    "cycle": "SELECT $this WHERE { $this (:p|:q)+ $this }",
    "if": "SELECT $this ?value WHERE { $this :p ?v BIND(IF(isIRI(?v), $this, ?v) AS ?value) }",
    "string with braces": "SELECT $this WHERE { $this :p ?v FILTER(STR(?v) != '} $this {') } # $this }",
    "distinct": "SELECT DISTINCT $this WHERE { $this :p ?v }",
    "limit": "SELECT $this ?value WHERE { $this :p ?value FILTER(?value = 3) } LIMIT 1",
}
DATA = """
:a :p 1, 2, :b ; :q :c ; :r :d . :b :p 3, :c ; :q :b . :c :p :a ; :q :a, :c .
:d :r :a ; :q :b . :e :q :a ; :p '1'^^xsd:decimal . :x a :T . :y a :T . :c :r :c .
"""


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_for_all_nodes_says_what_it_says_for_each(name):
    shapes = f'''
        :S sh:targetSubjectsOf :p, :q ; sh:targetNode :zz ;
           sh:sparql [ sh:prefixes :P ; sh:message "{{?value}}" ; sh:select """{QUERIES[name]}""" ] .
    '''
    logging.disable(logging.CRITICAL)
    own, reference = report(DATA, shapes), report(DATA, shapes, "pyshacl")
    logging.disable(logging.NOTSET)
    assert Counter(found(own)) == Counter(found(reference))
    assert bool(own.handed_over) == (name == "limit")
    assert found(own), "a query that finds nothing proves nothing"


def test_a_query_may_report_a_failure():
    query = "SELECT $this ?failure WHERE { $this :p ?v BIND(?v > 1 AS ?failure) }"
    shapes = f':S sh:targetSubjectsOf :p ; sh:sparql [ sh:prefixes :P ; sh:select "{query}" ] .'
    assert found(report(":a :p 1 .", shapes)) == [("a", "", "a", "SPARQL")]
    with pytest.raises(ShapeError, match="S: the query reports a failure"):
        report(":a :p 1, 2 .", shapes)


def test_what_a_query_binds_goes_before_what_the_shape_says():
    shapes = """:S sh:targetSubjectsOf :p ; sh:path :p ; sh:message "shape" ;
        sh:sparql [ sh:prefixes :P ; sh:message "query" ; sh:select "SELECT $this ?path ?value ?message WHERE {
            $this $PATH ?value BIND(:q AS ?path) OPTIONAL { $this :m ?message } }" ] .""".replace("\n", " ")
    own = report(":a :p 1 ; :m 'bound'@en . :b :p 2 .", shapes)
    assert found(own) == [("a", "q", '"1"^^xsd:integer', "SPARQL"), ("b", "q", '"2"^^xsd:integer', "SPARQL")]
    assert [r.messages for r in own.results] == [(Literal("bound", language="en"),), (Literal("query"),)]


def test_a_function_of_the_shapes_graph_goes_to_the_reference_engine():
    shapes = """
        :big a sh:SPARQLFunction ; sh:parameter [ sh:path :x ; sh:datatype xsd:integer ] ; sh:returnType xsd:boolean ;
            sh:select "SELECT ($x > 1 AS ?r) WHERE {}" .
        :S sh:targetSubjectsOf :p ; sh:sparql [ sh:prefixes :P ;
            sh:select "SELECT $this ?value WHERE { $this :p ?value FILTER(:big(?value)) }" ] .
    """
    own = report(":a :p 1 . :b :p 2 .", shapes)
    assert found(own) == [("b", "", '"2"^^xsd:integer', "SPARQL")]
    assert list(own.handed_over.values()) == ["it calls a function that the shapes declare (SHACL Advanced Features)"]


def test_data_that_ask_for_other_shapes_and_hold_triple_terms():
    data, shapes = (
        ":a :p <<( :s :q :o )>> . :g sh:shapesGraph :other .",
        ":S sh:targetNode :a ; sh:path :p ; sh:minCount 1 .",
    )
    asked = "the data suggest the shapes <http://e/other> (sh:shapesGraph), which were not looked up"
    assert report(data, shapes).conforms
    assert report(data, shapes).notes == (asked,)
    reference = report(data, shapes, "pyshacl")
    assert reference.notes == (asked, "pySHACL knows no triple terms: 1 triples were left out for it")
    assert found(reference) == [("a", "p", "", "MinCount")]


def test_components_with_an_ask_and_a_select_validator():
    shapes = """
        :Max a sh:ConstraintComponent ; sh:parameter [ sh:path :most ] ;
            sh:validator [ a sh:SPARQLAskValidator ; sh:message "{?value} is over {?most}" ;
                sh:ask "ASK { FILTER(!isNumeric($value) || $value <= $most) }" ] .
        :Two a sh:ConstraintComponent ; sh:parameter [ sh:path :other ] ;
            sh:propertyValidator [ a sh:SPARQLSelectValidator ; sh:prefixes :P ;
                sh:select "SELECT $this ?value WHERE { $this $PATH ?value . $this $other ?value }" ] .
        :S sh:targetSubjectsOf :p ; sh:path :p ; :most 2 ; :other :q .
    """
    own, reference = report(":a :p 1, 5, :b ; :q :b .", shapes), report(":a :p 1, 5, :b ; :q :b .", shapes, "pyshacl")
    # pySHACL leaves the value out, which section 6.2.3 asks for.
    assert Counter(r[:2] + r[3:] for r in found(own)) == Counter(r[:2] + r[3:] for r in found(reference))
    assert sorted(v.message for v in own.violations) == ["5 is over 2", "p b does not meet Two"]


def test_the_same_report_whatever_the_hash_seed():
    shapes = PREFIXES + ":S sh:targetSubjectsOf :p ; sh:path :p ; sh:class :C ; sh:nodeKind sh:Literal ."
    code = (
        "from kg.shapes import check_file, write_report\n"
        f"r = check_file({(PREFIXES + DATA).encode()!r}, {shapes.encode()!r})\n"
        "for f in ('text', 'markdown', 'json', 'turtle', 'sarif'): print(write_report(r, f))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert outputs.pop()


def test_neither_pyshacl_nor_rdflib_is_imported_for_a_compiled_check():
    code = "import sys, kg.shapes as s; s.check_file(b'', b''); print(sorted({'pyshacl', 'rdflib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
