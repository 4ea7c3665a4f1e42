"""The report in each of its forms, read back by the formats' own readers."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from kg import vocab as v
from kg.errors import ShapeError
from kg.shapes import check, check_file, load_shapes, turtle_report, write_report
from kg.shapes.read import Index, plain_triples, read_quads
from kg.shapes.terms import sh, text_of

SHAPES = b"""\
@prefix : <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rd: <https://kg.example/ontology/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:status rdfs:label "Every claim has a status."@en ; rdfs:comment "Set rd:claimStatus."@en ;
    sh:targetClass rd:Claim ; sh:path rd:claimStatus ; sh:minCount 1 ; sh:message "A claim must have a status."@en .
:bound sh:targetClass rd:Observation ; sh:severity sh:Warning ;
    sh:property [ sh:path rd:value ; sh:maxInclusive 100 ] .
:never sh:targetClass :Nothing ; sh:class :C .
"""

DATA = b"""\
@prefix i: <https://kg.example/id/> .
@prefix rd: <https://kg.example/ontology/> .
@prefix rdc: <https://kg.example/concept/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
i:c1 a rd:Claim ; rdf:subject i:park ; rdf:predicate rdc:share ; rd:states i:o1 ; rd:evidence i:q1 .
i:q1 a rd:Quote ; oa:exact "fell to 120 percent" ; oa:start 814 ; oa:end 833 ; oa:hasSource i:a1 .
i:o1 a rd:Observation ; rd:about i:park ; rd:indicator rdc:share ; rd:value 120.0 .
i:park rdfs:label "Life Valley"@en .
i:a1 rdfs:label "Two districts"@en .
"""


@pytest.fixture
def report():
    return check_file(DATA, SHAPES)


TEXT = """\
2 findings (2 Violation) by 3 shapes.

status: Every claim has a status.  (1 finding, 1 node met)
  Violation: A claim must have a status.
    at Life Valley · share  <https://kg.example/id/c1>
    claimStatus
    says “fell to 120 percent” in Two districts [814:833]
  mend: Set rd:claimStatus.

bound › value  (1 finding)
  Violation: value "120" is not at most "100"
    at Life Valley · share · 120  <https://kg.example/id/o1>
    value = "120"
    says “fell to 120 percent” in Two districts [814:833]
  mend: use a value of at most "100"

never met no node, which says nothing about the data.
"""


def test_text(report):
    assert write_report(report) == TEXT


def test_text_without_findings():
    report = check_file(b"", SHAPES)
    assert write_report(report).splitlines()[0] == "All holds: 3 shapes, no finding."
    assert "status met no node, which says nothing about the data." in write_report(report)


def test_markdown(report):
    text = write_report(report, "markdown")
    assert "## bound › value\n" in text
    assert "- **Violation** A claim must have a status. Life Valley · share, `<https://kg.example/id/c1>`" in text
    assert "  > fell to 120 percent (Two districts \\[814:833\\])" in text
    assert "**To mend it:** Set rd:claimStatus." in text


def test_markdown_says_nothing_it_was_not_told_to():
    data = DATA.replace(b"Life Valley", b"[x](http://bad) <script> # `a`")
    text = write_report(check_file(data, SHAPES), "markdown")
    assert "\\[x\\](http://bad) \\<script\\> \\# \\`a\\`" in text


def test_json(report):
    document = json.loads(write_report(report, "json"))
    assert document["conforms"] is False
    assert [(s["name"], s["focusNodes"], s["findings"]) for s in document["shapes"]] == [
        ("status", 1, 1),
        ("bound", 1, 0),
        ("never", 0, 0),
    ]
    row = document["results"][0]
    assert row["focus"] == "<https://kg.example/id/c1>"
    assert (row["quote"], row["start"], row["end"]) == ("fell to 120 percent", 814, 833)
    assert row["article"] == "https://kg.example/id/a1"
    assert row["mend"] == "Set rd:claimStatus."
    assert row["severity"] == "Violation"


def test_turtle_is_read_back_result_by_result(report):
    text = write_report(report, "turtle")
    assert text == write_report(check_file(DATA, SHAPES), "turtle")
    index = Index(plain_triples(read_quads(text.encode())))
    nodes = [n for s in index.subjects for n in index.values(s, sh("result"))]
    assert len(nodes) == 2
    for node, result in zip(nodes, report.results, strict=True):
        assert index.one(node, sh("focusNode")) == result.focus
        assert index.one(node, sh("value")) == result.value
        assert index.one(node, sh("sourceConstraintComponent")) == result.component
        assert index.one(node, sh("resultSeverity")) == result.severity
        assert tuple(index.values(node, sh("resultMessage"))) == result.messages


def test_turtle_shows_label_quote_article_and_what_would_mend_it(report):
    index = Index(plain_triples(read_quads(write_report(report, "turtle").encode())))
    nodes = [n for s in index.subjects for n in index.values(s, sh("result"))]
    words = (v.LABEL, v.COMMENT, v.EXACT, v.HAS_SOURCE, v.START, v.END)
    told = [[getattr(index.one(node, NamedNode(word)), "value", None) for word in words] for node in nodes]
    quote = ["fell to 120 percent", "https://kg.example/id/a1", "814", "833"]
    assert told == [
        ["Life Valley · share", "Set rd:claimStatus.", *quote],
        ["Life Valley · share · 120", 'use a value of at most "100"', *quote],
    ]
    plain = turtle_report(report, explained=False)
    assert "fell to" not in plain and "Set rd:claimStatus" not in plain and plain.count("sh:focusNode") == 2


def test_turtle_writes_paths_and_blank_nodes():
    shapes = b"""
        @prefix : <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
        :S sh:targetSubjectsOf :p ; sh:minCount 1 ;
           sh:path ( [ sh:inversePath :q ] [ sh:zeroOrMorePath [ sh:alternativePath ( :p :q ) ] ] ) .
    """
    report = check_file(b"@prefix : <http://e/> . _:x :p 1 .", shapes)
    text = write_report(report, "turtle")
    path = (
        "( [ sh:inversePath <http://e/q> ] [ sh:zeroOrMorePath [ sh:alternativePath ( <http://e/p> <http://e/q> ) ] ] )"
    )
    assert f"sh:resultPath {path}" in text
    assert "sh:focusNode _:d0" in text
    store = Store()
    store.load(text.encode(), format=RdfFormat.TURTLE)
    assert len(store) > 10


def test_sarif(report):
    document = json.loads(write_report(report, "sarif", artifact="out/graph.ttl"))
    assert document["version"] == "2.1.0"
    run = document["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["status", "bound", "never", "bound › value"]
    assert rules[0]["help"] == {"text": "Set rd:claimStatus."}
    assert [result["message"]["text"] for result in run["results"]] == [
        "Life Valley · share: A claim must have a status.\nTo mend it: Set rd:claimStatus.",
        'Life Valley · share · 120: value "120" is not at most "100"\nTo mend it: use a value of at most "100"',
    ]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "https://kg.example/id/a1"
        assert place["region"]["charOffset"] == 814
        assert place["region"]["charLength"] == len(place["region"]["snippet"]["text"])
    prints = [r["partialFingerprints"]["finding/v1"] for r in run["results"]]
    assert len(set(prints)) == 2


def test_sarif_keeps_its_schema(report, root):
    jsonschema = pytest.importorskip("jsonschema", reason="the readers are not installed: .ci/readers")
    schema = root / "build" / "schemas" / "sarif-2.1.0-rtm.5.json"
    if not schema.exists():
        pytest.skip("the schema of SARIF is not installed: .ci/readers")
    fatal = SHAPES.replace(b"sh:Warning", b":Fatal")
    judge = jsonschema.Draft4Validator(json.loads(schema.read_text(encoding="utf-8")))
    for found in (report, check_file(b"", SHAPES), check_file(DATA, fatal)):
        document = json.loads(write_report(found, "sarif", artifact="g.ttl"))
        assert [error.message for error in judge.iter_errors(document)] == []
    assert document["runs"][0]["results"][1]["level"] == "error"
    document["runs"][0]["results"][1]["level"] = "fatal"
    assert [list(error.path)[-1] for error in judge.iter_errors(document)] == ["level"]


def test_sarif_points_at_the_file_where_there_is_no_article():
    shapes = b"@prefix : <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> . :S sh:targetNode :a ; sh:class :C ."
    run = json.loads(write_report(check_file(b"", shapes), "sarif", artifact="g.ttl"))["runs"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "g.ttl"}}


def test_many_findings_are_counted_and_not_all_shown():
    shapes = load_shapes(b"""
        @prefix : <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
        :S sh:targetSubjectsOf :p ; sh:class :C .
    """)
    data = "@prefix : <http://e/> .\n" + "\n".join(f":n{n} :p 1 ." for n in range(25))
    report = check_file(data.encode(), shapes)
    assert "  and 5 more\n" in write_report(report)
    assert write_report(report, all_findings=True).count("    at ") == 25
    assert len(json.loads(write_report(report, "json"))["results"]) == 25


def test_the_quote_of_one_graph_is_not_shown_for_another():
    store = Store()
    store.load(DATA, format=RdfFormat.TURTLE, to_graph=NamedNode("http://g/1"))
    store.load(
        b"<https://kg.example/id/c1> a <https://kg.example/ontology/Claim> .",
        format=RdfFormat.TURTLE,
        to_graph=NamedNode("http://g/2"),
    )
    report = check(store, load_shapes(SHAPES), graph=NamedNode("http://g/2"))
    assert "says “" not in write_report(report)
    assert text_of(report.results[0].focus) == "<https://kg.example/id/c1>"
    assert v.CLAIM == "https://kg.example/ontology/Claim"


def test_a_form_that_is_not_there(report):
    with pytest.raises(ShapeError, match="no report form 'pdf'"):
        write_report(report, "pdf")
