"""The check itself: which engine judges which shape, and one ordered report of it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kg.errors import ShapeError
from kg.shapes.engine import Engine, GraphName
from kg.shapes.model import Report, Result, Shape, Shapes
from kg.shapes.parse import load_shapes
from kg.shapes.read import Source, read_quads
from kg.shapes.reference import needs_own_terms, run_reference
from kg.shapes.terms import DERIVED_INTEGERS, Term, text_of
from kg.shapes.wellformed import notes_on_data

ENGINES = ("compiled", "pyshacl")


def check(
    store: Store,
    shapes: Shapes,
    *,
    engine: str = "compiled",
    graph: NamedNode | BlankNode | DefaultGraph | Sequence[GraphName] | None = None,
) -> Report:
    """Return what shapes say about a store: the union of its graphs, or one graph, or the merge of some.

    ``engine`` is ``compiled`` or ``pyshacl``, the reference, which is slow and takes a copy. Raises
    ``ShapeError`` for another engine, and where pySHACL refuses the shapes.
    """
    graphs = _graphs(graph)
    notes = [f"{shapes.by_node[node].name}: {why}" for node, why in needs_own_terms(shapes).items()]
    return _check(store, shapes, engine, graphs, None, {}, notes)


def check_file(data: Source, shapes: Source | Iterable[Source] | Shapes, engine: str = "compiled") -> Report:
    """Return what shapes say about an RDF file (or bytes of Turtle): the merge of all graphs in it.

    Where the file has numbers of a kind that a store does not keep (``xsd:byte``) and a shape asks for
    one, that shape is judged by pySHACL on the file's own terms. Raises ``ShapeError`` for a file that
    cannot be read, and as ``check`` does.
    """
    loaded = shapes if isinstance(shapes, Shapes) else load_shapes(shapes)
    quads = read_quads(data, prefix="d")
    if not quads and not isinstance(data, bytes):
        raise ShapeError("no triple in these data", where=str(data))
    return check_quads(quads, loaded, engine)


def check_quads(quads: Sequence[Quad], shapes: Shapes, engine: str = "compiled") -> Report:
    """Return what shapes say about quads, as ``check_file`` does."""
    store = Store()
    store.bulk_extend(Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in quads)
    strict = needs_own_terms(shapes)
    notes = notes_on_data([(q.subject, q.predicate, q.object) for q in quads])  # type: ignore[misc]
    derived = strict and any(
        isinstance(q.object, Literal) and q.object.datatype.value in DERIVED_INTEGERS for q in quads
    )
    return _check(store, shapes, engine, None, quads, strict if derived else {}, notes)


def _graphs(graph: Any) -> tuple[GraphName, ...] | None:
    if graph is None:
        return None
    return (graph,) if isinstance(graph, NamedNode | BlankNode | DefaultGraph) else tuple(graph)


def _check(
    store: Store,
    shapes: Shapes,
    name: str,
    graphs: tuple[GraphName, ...] | None,
    own: Sequence[Quad] | None,
    strict: dict[Term, str],
    notes: list[str],
) -> Report:
    if name not in ENGINES:
        raise ShapeError(f"no engine {name!r}", hint=f"one of {', '.join(ENGINES)}")
    engine = Engine(store, shapes, graphs)
    counts: dict[Term, int] = {}
    results: list[Result] = []
    handed = _handed_over(shapes, {**shapes.foreign, **strict}) if name == "compiled" else {}
    for shape in shapes.targeted():
        nodes = engine.focus(shape)
        counts[shape.node] = nodes.total or 0
        if name == "compiled" and shape.node not in handed:
            results.extend(engine.begin(shape, nodes))
    if name == "pyshacl" or handed:
        lost = sum(isinstance(o, Triple) for _, _, o in _triples(store, graphs, own))
        if lost:
            notes = [*notes, f"pySHACL knows no triple terms: {lost} triples were left out for it"]
        only = [shape for shape in shapes.targeted() if shape.node in handed] if name == "compiled" else None
        plain = (triple for triple in _triples(store, graphs, own) if not isinstance(triple[2], Triple))
        results.extend(run_reference(plain, shapes, only))
    notes = [*shapes.notes, *notes]
    return Report(shapes, ordered(results, shapes), counts, handed, name, tuple(notes), store, graphs)


def ordered(results: Iterable[Result], shapes: Shapes) -> tuple[Result, ...]:
    """Return results in the order of a report: the shapes' own order, then focus node, path and value."""
    return tuple(sorted(results, key=place_of(shapes)))


def place_of(shapes: Shapes) -> Callable[[Result], tuple[object, ...]]:
    """Return what results are ordered by in a report."""
    places = {node: place for place, node in enumerate(shapes.by_node)}
    last = len(places)
    return lambda r: (places.get(r.shape, last), text_of(r.shape), r.severity.value, *r.key())


def _handed_over(shapes: Shapes, reasons: dict[Term, str]) -> dict[Term, str]:
    """Return the shapes with targets that lead to one which the compiled engine cannot judge."""
    out: dict[Term, str] = {}
    for shape in shapes.targeted():
        for node in sorted(_reached(shape, shapes), key=text_of):
            if node in reasons:
                out[shape.node] = reasons[node]
    return out


def _reached(shape: Shape, shapes: Shapes) -> set[Term]:
    seen: set[Term] = set()
    todo = [shape.node]
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        here = shapes.by_node[node]
        todo.extend(here.properties)
        for constraint in here.constraints:
            todo.extend((*constraint.shapes, *constraint.extra))
    return seen


def _triples(store: Store, graphs: tuple[GraphName, ...] | None, own: Sequence[Quad] | None) -> Iterable[Any]:
    for quad in own if own is not None else store:
        if own is not None or graphs is None or quad.graph_name in graphs:
            yield quad.subject, quad.predicate, quad.object
