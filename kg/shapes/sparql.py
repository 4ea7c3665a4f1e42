"""SPARQL-based constraints and validators, run for all focus nodes of a shape in one query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kg.shapes.model import Constraint, Path, Query
from kg.shapes.prebinding import body, rewrite, tokens
from kg.shapes.querypaths import nest_tests
from kg.shapes.read import default_quads
from kg.shapes.terms import Term

if TYPE_CHECKING:
    from kg.shapes.engine import Engine, Evaluation


def run_constraint(engine: Engine, evaluation: Evaluation, constraint: Constraint) -> None:
    """Run a ``sh:sparql`` constraint or a component's validator and record its results."""
    query = constraint.query
    if query is None:
        return
    if any(token.var == "shapesGraph" for token in tokens(query.text)):
        engine = _with_shapes_graph(engine)
    constants: dict[str, Term] = dict(query.bound)
    constants["currentShape"] = evaluation.shape.node
    constants["shapesGraph"] = engine.shapes.iri
    if query.ask:
        _run_ask(engine, evaluation, constraint, query, constants)
    else:
        _run_select(engine, evaluation, constraint, query, constants)


def _run_select(
    engine: Engine, evaluation: Evaluation, constraint: Constraint, query: Query, constants: dict[str, Term]
) -> None:
    nodes = evaluation.nodes

    def insert(in_exists: bool) -> str:
        return (nodes.raw if in_exists else engine.once(nodes).text).replace(nodes.var, "?this")

    nested = nest_tests(query.text, {"this"})
    text = rewrite(nested, {"this": "?this"}, constants, evaluation.reach, insert)
    found = engine.solutions(text)
    names = [variable.value for variable in found.variables]
    seen: set[tuple[tuple[str, Term], ...]] = set()
    for solution in found:
        row: dict[str, Term] = {}
        for name in names:
            if (term := solution[name]) is not None:
                row[name] = term
        focus = row.get("this")
        key = tuple(row.items())
        if focus is None or key in seen:
            continue
        seen.add(key)
        value = row.get("value", focus if evaluation.shape.path is None else None)
        at = row.get("path")
        path = Path("iri", at) if isinstance(at, NamedNode) and evaluation.shape.path is None else None
        evaluation.add(constraint, focus, value, path, constants | row)


def _run_ask(
    engine: Engine, evaluation: Evaluation, constraint: Constraint, query: Query, constants: dict[str, Term]
) -> None:
    """Ask for all value nodes at once: those for which the group has no solution fail."""
    prologue, group = body(query.text)
    names = {"this": evaluation.x, "value": evaluation.v}
    question = nest_tests(f"{prologue} ASK {{ FILTER EXISTS {{{group}}} }}", set(names))
    asked = rewrite(question, names, constants, evaluation.reach, lambda inner: evaluation.ends.raw if inner else "")
    inside = asked[asked.index("EXISTS") + len("EXISTS") : asked.rindex("}")]
    chosen = evaluation.x if evaluation.x == evaluation.v else f"{evaluation.x} {evaluation.v}"
    text = f"{prologue} SELECT DISTINCT {chosen} WHERE {{ {evaluation.ends.text} FILTER NOT EXISTS {inside} }}"
    for row in engine.rows(text):
        focus, value = row[0], row[-1]
        if focus is not None and value is not None:
            evaluation.add(constraint, focus, value, None, constants | {"this": focus, "value": value})


def _with_shapes_graph(engine: Engine) -> Engine:
    """Return an engine on a copy of the data that has the shapes as a named graph beside it."""
    from kg.shapes.engine import Engine

    copy = Store()
    wanted = None if engine.graphs is None else set(engine.graphs)
    data = (
        Quad(q.subject, q.predicate, q.object, DefaultGraph())
        for q in engine.store
        if wanted is None or q.graph_name in wanted
    )
    copy.bulk_extend(data)
    copy.bulk_extend(
        Quad(q.subject, q.predicate, q.object, engine.shapes.iri) for q in default_quads(engine.shapes.triples)
    )
    return Engine(copy, engine.shapes, (DefaultGraph(),))
