"""Shapes graphs that cannot be used: each says what is wrong, where, and what to do."""

from __future__ import annotations

import pytest

from kg.errors import ShapeError
from kg.shapes import check_terms, load_shapes
from kg.shapes.literals import well_formed
from kg.shapes.read import read_quads

PREFIXES = b"""\
@prefix : <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""


def load(text: str):
    return load_shapes(PREFIXES + text.encode())


WRONG = {
    ":S a sh:NodeShape ; sh:minCuont 1 .": "<http://e/S>: sh:minCuont is no word of SHACL (did you mean sh:minCount?)",
    ":S a sh:PropertyShape ; sh:minCount 1 .": "<http://e/S>: a property shape without sh:path (add sh:path)",
    ":S a sh:NodeShape ; sh:path :p .": "<http://e/S>: a node shape with sh:path (make it a sh:PropertyShape)",
    ":S a sh:NodeShape ; sh:minCount 1 .": "<http://e/S>: sh:minCount on a node shape (it belongs on a property shape)",
    ":S sh:targetNode :a ; sh:path :p ; sh:minCount 1.5 .": "XMLSchema#decimal> (it must be an integer of at least 0)",
    ":S sh:targetNode :a ; sh:path :p ; sh:minCount -1 .": "it must be an integer of at least 0",
    ":S sh:targetNode :a ; sh:path :p ; sh:maxCount 1, 2 .": "shacl#maxCount> has 2 values",
    ':S sh:targetNode :a ; sh:datatype "x" .': 'sh:datatype with "x", which is no IRI',
    ":S sh:targetNode :a ; sh:nodeKind sh:Iri .": "sh:nodeKind <http://www.w3.org/ns/shacl#Iri>",
    ":S sh:targetNode :a ; sh:in 1 .": "a list that is not well formed",
    ':S sh:targetNode :a ; sh:pattern "(" .': "sh:pattern '('",
    ':S sh:targetNode :a ; sh:pattern "a" ; sh:flags "g" .': "sh:flags 'g' (the flags are s, m, i, x and q)",
    ":S sh:targetNode :a ; sh:property [ sh:minCount 1 ] .": "which has no sh:path",
    ":S sh:targetNode :a ; sh:path ( :p ) .": "a sequence path with fewer than two members",
    ":S sh:targetNode :a ; sh:path [ sh:zeroOrMorePaths :p ] .": "a sh:path that is no property path",
    ":S sh:targetClass [] .": "sh:targetClass with",
    ':S sh:targetClass "C" .': 'sh:targetClass with the value "C"',
    ":S sh:targetNode :a ; sh:node :S .": "a shape that refers to itself: <http://e/S> → <http://e/S>",
    ":S sh:targetNode :a ; sh:property [ sh:path :p ; sh:node :T ] . :T sh:not :S .": "a shape that refers to itself",
    ':S sh:targetNode :a ; sh:severity "bad" .': "a severity that is no IRI",
    ":S sh:targetNode :a ; sh:path :p ; sh:qualifiedValueShape [ sh:class :C ] .": "without a count",
    ":S sh:targetNode :a ; sh:minInclusive :x .": "sh:minInclusive that is no literal",
    ":S sh:targetNode :a . :G sh:entailment <http://www.w3.org/ns/entailment/RDFS> .": "is not supported",
    ':S sh:targetNode :a ; sh:sparql [ sh:ask "ASK {}" ] .': "sh:sparql without a sh:select",
    ':S sh:targetNode :a ; sh:closed "yes" .': 'sh:closed "yes" (it must be true or false)',
    ":S sh:targetNode :a ; sh:deactivated true, false .": "shacl#deactivated> has 2 values",
    ":S sh:targetNode :a ; sh:message :m .": "sh:message <http://e/m> (it must be a string)",
    ':S sh:targetNode :a ; sh:message "1"^^xsd:integer .': "(it must be a string)",
    ":S sh:targetNode :a ; sh:js [] .": "sh:js, which is SHACL-JS (write it as sh:sparql)",
    "QUERY SELECT $this WHERE { $this ?p ?o FILTER(<http://e/f>(?o)) }": "function <http://e/f> is not supported",
    "QUERY SELECT $this WHERE { $this ?p }": "a query that is not SPARQL",
    "QUERY SELECT $this WHERE { $this $PATH ?o }": "$PATH in a constraint of a node shape",
    "QUERY SELECT $this WHERE { $this :p ?o MINUS { ?o :q 1 } }": "MINUS in a query",
    "QUERY SELECT $this WHERE { BIND(1 AS $this) }": "AS $this, which is bound already",
    ":C a sh:ConstraintComponent ; sh:parameter [ sh:path :x ; sh:optional true ] .": "without a parameter that must",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_shape_is_refused(text):
    graph = text
    if text.startswith("QUERY"):
        graph = f':S sh:targetNode :a ; sh:sparql [ sh:select "{text[6:]}" ] .'
    with pytest.raises(ShapeError) as caught:
        load(graph)
    assert WRONG[text] in str(caught.value)


def test_a_query_that_would_overflow_the_engine_is_refused():
    deep = "{" * 200 + "}" * 200
    with pytest.raises(ShapeError, match="nested 201 deep"):
        load(f':S sh:targetNode :a ; sh:sparql [ sh:select "SELECT $this WHERE {{ {deep} }}" ] .')


def test_shapes_nested_too_deep_are_refused():
    text = ":S0 sh:targetNode :a . " + " ".join(f":S{n} sh:node :S{n + 1} ." for n in range(80)) + " :S80 sh:class :C ."
    with pytest.raises(ShapeError, match="more than 64 deep"):
        load(text)


def test_paths_too_deep_or_too_long_are_refused():
    deep = "[ sh:inversePath " * 80 + ":p" + " ]" * 80
    with pytest.raises(ShapeError, match="more than 64 deep"):
        load(f":S sh:targetNode :a ; sh:path {deep} .")
    with pytest.raises(ShapeError, match="more than 500 steps"):
        load(f":S sh:targetNode :a ; sh:path ( {':p ' * 600} ) .")


def test_a_list_that_turns_back_is_refused():
    with pytest.raises(ShapeError, match="a list that is not well formed"):
        load(":S sh:targetNode :a ; sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .")


def test_a_prefix_with_two_namespaces_is_refused():
    with pytest.raises(ShapeError, match="the prefix 'e' has two namespaces"):
        load(
            ':P sh:declare [ sh:prefix "e" ; sh:namespace "http://1/" ], [ sh:prefix "e" ; sh:namespace "http://2/" ] .'
            ':S sh:targetNode :a ; sh:sparql [ sh:prefixes :P ; sh:select "SELECT $this WHERE { $this e:p ?o }" ] .'
        )


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ShapeError, match="No such file"):
        load_shapes(tmp_path / "none.ttl")
    (tmp_path / "a.doc").write_text("")
    with pytest.raises(ShapeError, match="a suffix that names no RDF format"):
        load_shapes(tmp_path / "a.doc")
    (tmp_path / "a.ttl").write_text(":S a :T .")
    with pytest.raises(ShapeError, match="not readable as RDF"):
        load_shapes(tmp_path / "a.ttl")
    (tmp_path / "a.rdf").write_text('<!DOCTYPE x [<!ENTITY a "b">]><rdf/>')
    with pytest.raises(ShapeError, match="a document type declaration"):
        load_shapes(tmp_path / "a.rdf")


NOTED = {
    ':S sh:targetNode :a ; sh:closed "1"^^xsd:boolean .':
        '<http://e/S>: sh:closed "1" does nothing; only true switches it on',
    ":S sh:targetNode :a ; sh:qualifiedValueShape [ sh:class :C ] .":
        "<http://e/S>: sh:qualifiedValueShape does nothing on a node shape",
    ":S sh:targetNode :a ; sh:path :p ; sh:qualifiedMinCount 1 .":
        "<http://e/S>: sh:qualifiedMinCount without sh:qualifiedValueShape does nothing",
    ":S sh:targetNode :a ; sh:node :Missing .":
        "S: <http://e/Missing> is not in the shapes graph, so all conforms to it",
    ":S a sh:NodeShape ; sh:class :C .": "S has no target, and no shape leads to it: it is never judged",
    ":S a sh:NodeShape, owl:Class .":
        "S has no target (an owl:Class is none; an rdfs:Class is, section 2.1.3.3), and no shape leads to it: "
        "it is never judged",
    "<http://e/> owl:imports <http://other/> .": "owl:imports <http://other/> was not followed: give that file as well",
    ':S sh:targetNode :a ; sh:sparql [ sh:resultAnnotation [] ; sh:select "SELECT $this {}" ] .':
        "sh:resultAnnotation (SHACL Advanced Features) is left out of the report",
}  # fmt: skip


@pytest.mark.parametrize("text", NOTED)
def test_what_is_right_by_the_letter_and_does_nothing_is_noted(text):
    assert load(text).notes == (NOTED[text],)


def test_the_shapes_of_the_project_need_no_note(root):
    assert load_shapes(root / "ontology" / "shapes.ttl").notes == ()


def test_several_files_are_one_shapes_graph(tmp_path):
    (tmp_path / "a.ttl").write_bytes(PREFIXES + b":S sh:targetNode :a ; sh:property [ sh:path :p ] ; sh:node :T .")
    (tmp_path / "b.ttl").write_bytes(PREFIXES + b":T a sh:NodeShape ; sh:property [ sh:path :q ; sh:minCount 1 ] .")
    shapes = load_shapes([tmp_path / "a.ttl", tmp_path / "b.ttl"])
    assert [shape.name for shape in shapes.by_node.values()] == ["S", "S › p", "T", "T › q"]


def test_blank_nodes_have_the_same_names_each_time():
    text = PREFIXES + b":S sh:targetNode :a ; sh:property [ sh:path ( :p :q ) ], [ sh:path :r ] ."
    assert load_shapes(text).triples == load_shapes(text).triples
    assert [str(q.subject) for q in read_quads(text)][:3] == ["<http://e/S>", "_:b0", "_:b1"]


DECLARED = {"http://e/C", "http://e/prop"}


def test_a_term_of_ours_that_is_not_declared_is_refused():
    with pytest.raises(ShapeError) as caught:
        check_terms(load(":S sh:targetClass :C ; sh:property [ sh:path :prp ] ."), DECLARED, ["http://e/"])
    assert str(caught.value) == "S › prp: http://e/prp is not declared (did you mean http://e/prop?)"


def test_a_target_that_nothing_can_reach_is_refused():
    with pytest.raises(ShapeError, match="a target that nothing can reach: http://e/D is not declared"):
        check_terms(load(":S sh:targetClass :D ."), DECLARED, ["http://e/"])


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("sh:targetClass :prop", "http://e/prop is no class"),
        ("sh:targetSubjectsOf :C", "http://e/C is a class, not a property"),
        ("sh:targetObjectsOf :C", "http://e/C is a class, not a property"),
    ],
)
def test_a_target_of_the_wrong_kind_is_refused(target, why):
    with pytest.raises(ShapeError, match=f"S: a target that nothing can reach: {why}"):
        check_terms(load(f":S {target} ."), DECLARED, ["http://e/"], ["http://e/C"])
    check_terms(load(f":S {target} ."), DECLARED, ["http://e/"])


def test_a_term_of_a_query_that_is_not_declared_is_refused():
    text = """:P sh:declare [ sh:prefix "" ; sh:namespace "http://e/"^^xsd:anyURI ] .
        :S sh:targetClass :C ; sh:sparql [ sh:prefixes :P ; sh:select "SELECT $this { $this :prp 1 }" ] ."""
    with pytest.raises(ShapeError) as caught:
        check_terms(load(text), [*DECLARED, "http://e/P"], ["http://e/"])
    assert str(caught.value) == "S: in a query: http://e/prp is not declared (did you mean http://e/prop?)"
    check_terms(load(text.replace(":prp", ":prop")), [*DECLARED, "http://e/P"], ["http://e/"])


def test_a_misspelt_word_is_named_with_the_shape_it_is_in():
    with pytest.raises(ShapeError) as caught:
        load(":S sh:targetClass :C ; sh:property [ sh:path :prop ; sh:minCuont 1 ] .")
    assert str(caught.value) == "S › prop: sh:minCuont is no word of SHACL (did you mean sh:minCount?)"
    with pytest.raises(ShapeError) as caught:
        load(":S sh:targetClass :C ; sh:property [ sh:pth :prop ] .")
    assert str(caught.value) == "S › part: sh:pth is no word of SHACL (did you mean sh:path?)"


def test_declared_terms_and_those_of_others_pass():
    check_terms(load(":S sh:targetClass :C ; sh:property [ sh:path rdfs:label ] ."), DECLARED, ["http://e/"])


@pytest.mark.parametrize(
    ("text", "datatype", "good"),
    [
        ("2024-02-29", "date", True), ("2023-02-29", "date", False), ("2023-1-1", "date", False),
        ("2023-01-01T24:00:00", "dateTime", True), ("2023-01-01T25:00:00", "dateTime", False),
        ("0001", "gYear", True), ("1", "gYear", False), ("--13", "gMonth", False), ("--02-30", "gMonthDay", False),
        ("255", "unsignedByte", True), ("256", "unsignedByte", False), ("-1", "nonNegativeInteger", False),
        ("1.", "decimal", True), (".", "decimal", False), ("1e5", "decimal", False), ("1e5", "double", True),
        ("NaN", "float", True), ("nan", "float", False), ("TRUE", "boolean", False), ("P", "duration", False),
        ("P1DT", "duration", False), ("P1DT1H", "duration", True), ("P1Y", "dayTimeDuration", False),
        ("0g", "hexBinary", False), ("YWI=", "base64Binary", True), ("YWI", "base64Binary", False),
        ("١", "integer", False), ("anything", "anyURI", True),
    ],
)  # fmt: skip
def test_well_formed_literals(text, datatype, good):
    from pyoxigraph import Literal, NamedNode

    literal = Literal(text, datatype=NamedNode(f"http://www.w3.org/2001/XMLSchema#{datatype}"))
    assert well_formed(literal) is good
