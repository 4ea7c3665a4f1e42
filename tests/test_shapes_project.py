"""The project's own shapes, on the example that keeps each promise and the one that breaks it: both engines."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from test_shapes_random import rows

from kg import vocab as v
from kg.resources import load_domain
from kg.shapes import Report, Shapes, check, check_file, check_terms, load_shapes, write_report
from kg.shapes.read import read_quads
from kg.shapes.terms import RDF_TYPE

EXAMPLES = sorted((Path(__file__).parent / "shapes").glob("*.ttl"))


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes(load_domain().ontology / "shapes.ttl")


def judged(example: Path, shapes: Shapes, engine: str) -> Report:
    store = Store()
    store.load(path=str(example), format=RdfFormat.TURTLE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return check(store, shapes, engine=engine)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_found_as_its_name_says(example, shapes):
    name, _, kind = example.stem.partition(".")
    own = judged(example, shapes, "compiled")
    assert not own.handed_over
    assert (name in {own.shape_name(result.origin[0]) for result in own.results if result.origin}) == (kind == "fail")
    if kind == "fail":
        assert rows(own) == rows(judged(example, shapes, "pyshacl"))


def test_each_broken_promise_is_readable(shapes):
    broken = [path for path in EXAMPLES if path.stem.endswith(".fail")]
    assert {path.stem.removesuffix(".fail") for path in broken} == {shape.name for shape in shapes.targeted()}
    for path in broken:
        report = check_file(path, shapes)
        text = write_report(report)
        shape = next(s for s in shapes.targeted() if s.name == path.stem.removesuffix(".fail"))
        assert f"{shape.name}: {shape.label}" in text
        assert f"mend: {shape.comment}" in text


def test_the_shapes_use_declared_terms_only(shapes):
    folder = load_domain().ontology
    declared = {quad.subject.value for name in ("kg.ttl", "concepts.ttl") for quad in read_quads(folder / name)}
    classes = {
        q.subject.value
        for q in read_quads(folder / "kg.ttl")
        if q.object.value == v.OWL_CLASS and q.predicate == RDF_TYPE
    }
    check_terms(shapes, declared, [v.RD, v.RDC], classes)
