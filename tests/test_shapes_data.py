"""Each shape lets the example that keeps its promise pass, and names what is wrong with the one that breaks it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, URIRef

from kg import vocab as v
from kg.graph import join_lines, settle_claims, write_ontology_quads, write_quads
from kg.model import Article, Claim

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tests" / "shapes"
SHAPES = Graph().parse(ROOT / "ontology" / "shapes.ttl")
NAMED = sorted(
    str(s).removeprefix(v.RDSH)
    for kind in (SH.NodeShape, SH.PropertyShape)
    for s in SHAPES.subjects(RDF.type, kind)
    if not isinstance(s, BNode)
)


def count_focus_nodes(name: str, data: Graph) -> int:
    """Return how many nodes of the data a shape looks at: a shape that looks at none proves nothing."""
    shape, found = URIRef(v.RDSH + name), set[Any]()
    for target in SHAPES.objects(shape, SH.targetClass):
        found |= set(data.subjects(RDF.type, target))
    for target in SHAPES.objects(shape, SH.targetSubjectsOf):
        found |= set(data.subjects(target))
    for target in SHAPES.objects(shape, SH.targetObjectsOf):
        found |= set(data.objects(None, target))
    return len(found)


def check(data: Graph, *names: str) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether the data conforms, and (severity, message) of each result."""
    from pyshacl import validate

    shapes = [v.RDSH + name for name in names]
    conforms, report, text = validate(data, shacl_graph=SHAPES, use_shapes=shapes or None)
    assert isinstance(report, Graph), text
    results = sorted(
        (
            str(report.value(result, SH.resultSeverity)).removeprefix(str(SH)),
            str(report.value(result, SH.resultMessage)),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )
    return bool(conforms), results


def test_each_shape_has_both_examples_and_each_example_a_shape() -> None:
    assert len(NAMED) >= 40
    expected = {f"{name}.{kind}.ttl" for name in NAMED for kind in ("pass", "fail")}
    assert {path.name for path in EXAMPLES.iterdir()} == expected


@pytest.mark.parametrize("name", NAMED)
def test_a_shape_is_described(name: str) -> None:
    shape = URIRef(v.RDSH + name)
    for predicate in (RDFS.label, RDFS.comment):
        (text,) = SHAPES.objects(shape, predicate)
        assert text.language == "en" and str(text).endswith(".")  # type: ignore[attr-defined]
    (severity,) = SHAPES.objects(shape, SH.severity)
    assert severity in (SH.Violation, SH.Warning, SH.Info)
    holders = [shape, *SHAPES.objects(shape, SH.sparql)]
    assert len([m for node in holders for m in SHAPES.objects(node, SH.message)]) == 1


@pytest.mark.parametrize("name", NAMED)
def test_the_good_example_passes(name: str) -> None:
    data = Graph().parse(EXAMPLES / f"{name}.pass.ttl")
    assert count_focus_nodes(name, data) > 0
    assert check(data, name) == (True, [])


@pytest.mark.parametrize("name", NAMED)
def test_the_bad_example_is_found_and_explained(name: str) -> None:
    path = EXAMPLES / f"{name}.fail.ttl"
    found = re.search(r"^# message: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    data = Graph().parse(path)
    assert count_focus_nodes(name, data) > 0
    conforms, results = check(data, name)
    severity = str(SHAPES.value(URIRef(v.RDSH + name), SH.severity)).removeprefix(str(SH))
    assert not conforms
    assert set(results) == {(severity, found[1])}


def test_shapes_speak_of_declared_terms_only() -> None:
    text = (ROOT / "ontology" / "shapes.ttl").read_text(encoding="utf-8")
    declared = Graph().parse(ROOT / "ontology" / "kg.ttl") + Graph().parse(ROOT / "ontology" / "concepts.ttl")
    namespaces = {"rd": v.RD, "rdc": v.RDC, "unit": v.RDC + "unit/"}
    used = set(re.findall(r"(?<![\w:])(rd|rdc|unit):([\w-]+)", text))
    assert len(used) > 60
    unknown = {f"{p}:{n}" for p, n in used if (URIRef(namespaces[p] + n), None, None) not in declared}
    assert unknown == set()


def test_relation_shapes_know_every_relation() -> None:
    shape = URIRef(v.RDSH + "relation-claimed")
    assert {str(o) for o in SHAPES.objects(shape, SH.targetSubjectsOf)} == set(v.RELATIONS)
    (query,) = [str(q) for node in SHAPES.objects(shape, SH.sparql) for q in SHAPES.objects(node, SH.select)]
    assert {v.RD + name for name in re.findall(r"rd:(\w+)[,)]", query)} == set(v.RELATIONS)


def test_the_shapes_graph_is_an_ontology_of_its_own() -> None:
    assert (URIRef(v.RDSH), RDF.type, OWL.Ontology) in SHAPES


def test_the_first_article_keeps_every_promise(changping: Article, changping_claims: list[Claim]) -> None:
    base = "https://kg.example/id/"
    lines = write_quads(changping, settle_claims(changping_claims), base)
    lines += write_ontology_quads(ROOT / "ontology", base)
    data = Graph()
    # The union of the graphs, as the store is asked.
    triples = re.sub(rb" <[^>]*> \.$", b" .", join_lines(lines), flags=re.MULTILINE)
    data.parse(data=triples, format="nt")
    of_one = [name for name in NAMED if not name.startswith(("figure-", "conflict-", "release-"))]
    met = {name: count_focus_nodes(name, data) for name in of_one}
    assert sum(1 for count in met.values() if count) >= len(of_one) - 4, met
    conforms, results = check(data)
    assert [result for result in results if result[0] == "Violation"] == []
    assert conforms or results
