"""The reference engine: pySHACL on an rdflib copy of the data.

A copy and not the store itself: on a store that answers queries for rdflib, pySHACL gives wrong results.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import ShapeError
from kg.shapes.model import Path, Result, Shape, Shapes
from kg.shapes.read import Triples
from kg.shapes.terms import DERIVED_INTEGERS, RDF_TYPE, RDFS_CLASS, SH, Term, sh, text_of

if TYPE_CHECKING:
    import rdflib

_TARGET_WORDS = frozenset(
    sh(word) for word in ("target", "targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
)
_ADVANCED = frozenset(sh(word) for word in ("target", "rule", "expression"))
_FUNCTIONS = frozenset((sh("SPARQLFunction"), sh("Function")))


def to_rdflib(term: Term) -> Any:
    """Return an rdflib term; the text of literals is kept as it is."""
    import rdflib

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def from_rdflib(term: Any) -> Term:
    """Return a pyoxigraph term for one of rdflib."""
    import rdflib

    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if term.language:
        return Literal(str(term), language=term.language)
    return Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term))


def rdflib_graph(triples: Iterable[tuple[Any, Any, Any]]) -> rdflib.Graph:
    """Return an rdflib graph of triples."""
    import rdflib

    graph = rdflib.Graph()
    for s, p, o in triples:
        graph.add((to_rdflib(s), to_rdflib(p), to_rdflib(o)))
    return graph


def run_reference(data: Triples | Iterable[Any], shapes: Shapes, only: Iterable[Shape] | None = None) -> list[Result]:
    """Return pySHACL's results for all shapes, or for the targets of some.

    Raises ``ShapeError`` where pySHACL refuses the shapes.
    """
    import pyshacl

    wanted = list(only) if only is not None else None
    advanced = any(p in _ADVANCED or o in _FUNCTIONS for _, p, o in shapes.triples)
    with _without_warnings():
        graph = rdflib_graph(data)
        rules = rdflib_graph(_without_targets(shapes, wanted) if wanted is not None else shapes.triples)
        _, report, text = pyshacl.validate(graph, shacl_graph=rules, advanced=advanced, inference="none")
    if isinstance(report, bytes) or not hasattr(report, "objects"):
        raise ShapeError(f"pySHACL: {text}", hint="mend the shape, or write it without that feature")
    return list(_results(report, shapes))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep rdflib from printing a traceback for each literal that is not well formed: the report tells of it."""
    log = logging.getLogger("rdflib.term")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _without_targets(shapes: Shapes, wanted: Sequence[Shape]) -> Triples:
    """Return the shapes graph with the targets of all but some shapes taken out."""
    keep = {shape.node for shape in wanted}
    drop = {shape.node for shape in shapes.by_node.values()} - keep
    out = []
    for s, p, o in shapes.triples:
        if s in drop and (p in _TARGET_WORDS or (p == RDF_TYPE and o == RDFS_CLASS)):
            continue
        out.append((s, p, o))
    return out


def _results(report: rdflib.Graph, shapes: Shapes) -> Iterable[Result]:
    import rdflib

    space = rdflib.Namespace(SH)
    for node in report.objects(None, space.result):

        def one(word: str, node: Any = node) -> Term | None:
            value = report.value(node, space[word])
            return from_rdflib(value) if value is not None else None

        path = report.value(node, space.resultPath)
        messages = sorted((from_rdflib(m) for m in report.objects(node, space.resultMessage)), key=text_of)
        focus, shape, component = one("focusNode"), one("sourceShape"), one("sourceConstraintComponent")
        severity = one("resultSeverity")
        if focus is None or shape is None or not isinstance(component, NamedNode):
            raise ShapeError("pySHACL gave a result without focus node, shape or component")
        yield Result(
            focus,
            _path(report, path) if path is not None else None,
            one("value"),
            shape,
            component,
            one("sourceConstraint") if component.value == SH + "SPARQLConstraintComponent" else None,
            severity if isinstance(severity, NamedNode) else NamedNode(SH + "Violation"),
            tuple(m for m in messages if isinstance(m, Literal)),
        )


def _path(graph: rdflib.Graph, node: Any) -> Path:
    from kg.shapes.parse import path_of

    if not hasattr(node, "n3") or node.__class__.__name__ == "URIRef":
        return Path("iri", NamedNode(str(node)))
    triples = [(from_rdflib(s), from_rdflib(p), from_rdflib(o)) for s, p, o in graph]
    return path_of(triples, from_rdflib(node))  # type: ignore[arg-type]


def needs_own_terms(shapes: Shapes) -> dict[Term, str]:
    """Return the shapes whose datatypes a store does not tell apart, with what to say about them."""
    out: dict[Term, str] = {}
    for shape in shapes.by_node.values():
        for constraint in shape.constraints:
            if constraint.kind == "datatype" and constraint.terms[0].value in DERIVED_INTEGERS:
                name = constraint.terms[0].value.rsplit("#", 1)[-1]
                out[shape.node] = f"a store holds xsd:{name} as xsd:integer"
    return out
