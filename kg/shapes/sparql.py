"""SPARQL-based constraints and validators, run for all focus nodes of a shape in one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from kg.errors import ShapeError
from kg.shapes.absence import KEY, Keys, subtracted
from kg.shapes.model import Constraint, Path, Query, Shape, Target
from kg.shapes.pairs import MINE, OTHER, Groups, Pairing, Unlike, is_mirrored, pairing_of
from kg.shapes.prebinding import body, rewrite, tokens
from kg.shapes.querypaths import Edge, nest_tests
from kg.shapes.read import default_quads
from kg.shapes.terms import TRUE, Term, text_of
from kg.shapes.touched import rarest, shape_rows

if TYPE_CHECKING:
    from kg.shapes.engine import Engine
    from kg.shapes.evaluation import Evaluation

Row: TypeAlias = dict[str, Term]
LIMITS = (1_000, 10_000, 100_000)
LISTED = 64


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
    pairing = _pairing(evaluation.shape, query)
    rows: Iterable[Row] = _prebound(engine, evaluation, query.text, constants)
    if pairing is None and not evaluation.nodes.listed:
        rows = _subtracted(engine, evaluation, query.text, constants) or rows
    if pairing is not None:
        try:
            rows = list(_paired(engine, evaluation, pairing, constants))
        except Unlike:
            pass
    _record(evaluation, constraint, rows, constants)


def _subtracted(engine: Engine, evaluation: Evaluation, text: str, constants: dict[str, Term]) -> Iterable[Row] | None:
    """Return the solutions of a query that asks for what is absent, nothing where it has to be asked row by row."""
    changed = None if _has_one_row(evaluation) else subtracted(text, frozenset(constants))
    if changed is None:
        return None
    keys = Keys()
    engine.expressions.functions[KEY] = keys.key
    found = list(_prebound(engine, evaluation, changed, constants))
    return iter(found) if not keys.unlike else None


def _has_one_row(evaluation: Evaluation) -> bool:
    """Return whether no focus node has two rows: a query of one pattern, by which each node was found once."""
    shape, nodes = evaluation.shape, evaluation.nodes
    rows = shape_rows(evaluation.engine.shapes, shape)
    own = [edge for edge in rows.edges if rows.is_own(edge)] if rows is not None else []
    return nodes.text == nodes.raw and [Target("subjectsOf", e.path.iri) for e in own if e.path.iri] == [*shape.targets]


def run_rows(
    engine: Engine, evaluation: Evaluation, constraint: Constraint, bindings: Sequence[Mapping[str, Term]]
) -> None:
    """Run a query for some rows only: those that fit one of the bindings. None may have a blank node."""
    query = constraint.query
    by_names: dict[tuple[str, ...], set[tuple[Term, ...]]] = {}
    for binding in bindings:
        names = tuple(sorted(binding))
        by_names.setdefault(names, set()).add(tuple(binding[name] for name in names))
    rows: list[Row] = []
    for names, values in sorted(by_names.items()):
        if query is not None:
            rows.extend(_named(engine, _given(engine, query.text, names, values)))
    _record(evaluation, constraint, rows, {"currentShape": evaluation.shape.node, "shapesGraph": engine.shapes.iri})


def _given(engine: Engine, text: str, names: Sequence[str], values: set[tuple[Term, ...]]) -> str:
    """Return a query to which the values of some variables are given."""
    given = rows_of(names, values)
    some = dict(zip(names, min(values, key=str), strict=True))

    def choose(edges: list[Edge]) -> Edge:
        return edges[rarest(engine.store, [(edge.path.iri, some.get(edge.end)) for edge in edges], most=LIMITS[0])]

    return rewrite(nest_tests(text, set(names), choose), {"this": "?this"}, {}, "", lambda _: given)


def _record(evaluation: Evaluation, constraint: Constraint, rows: Iterable[Row], constants: Mapping[str, Term]) -> None:
    """Record each row as a result, once."""
    seen: set[tuple[tuple[str, Term], ...]] = set()
    for row in rows:
        if row.get("failure") == TRUE:
            raise ShapeError(
                "the query reports a failure (section 5.3)", where=evaluation.shape.name, hint="look at the query"
            )
        focus = row.get("this")
        key = tuple(row.items())
        if focus is None or key in seen:
            continue
        seen.add(key)
        value = row.get("value", focus if evaluation.shape.path is None else None)
        at = row.get("path")
        path = Path("iri", at) if isinstance(at, NamedNode) else None
        evaluation.add(constraint, focus, value, path, {**constants, **row})


def shape_pairings(shape: Shape) -> list[Pairing]:
    """Return the queries of a shape that compare its nodes with others."""
    found = (_pairing(shape, c.query) for c in shape.constraints if c.query is not None)
    return [pairing for pairing in found if pairing is not None]


def _pairing(shape: Shape, query: Query) -> Pairing | None:
    plain = shape.path is None and not query.ask and not query.bound
    return pairing_of(query.text) if plain and "currentShape" not in query.text else None


def _prebound(engine: Engine, evaluation: Evaluation, text: str, constants: dict[str, Term]) -> Iterator[Row]:
    """Return the solutions of a query for all focus nodes, each as the terms of its variables."""
    nodes = evaluation.nodes

    def insert(in_exists: bool) -> str:
        return (nodes.raw if in_exists else engine.once(nodes).text).replace(nodes.var, "?this")

    return _named(engine, rewrite(nest_tests(text, {"this"}), {"this": "?this"}, constants, evaluation.reach, insert))


def _named(engine: Engine, text: str) -> Iterator[Row]:
    found = engine.solutions(text)
    names = [variable.value for variable in found.variables]
    for solution in found:
        yield {name: term for name in names if (term := solution[name]) is not None}


def _paired(engine: Engine, evaluation: Evaluation, pairing: Pairing, constants: dict[str, Term]) -> Iterator[Row]:
    """Return the solutions of a query that compares each node with others; raises ``Unlike``.

    Where the nodes are named one by one, only the others that have their keys are read.
    """
    nears: Iterable[Row] = _prebound(engine, evaluation, pairing.near_query(), constants)
    keys = None
    if evaluation.nodes.listed:
        nears = list(nears)
        keys = {tuple(row[name] for name in pairing.keys) for row in nears}
    groups = _groups(engine, pairing, keys)
    for row in nears:
        if _matches(groups, pairing, row):
            yield {name: row[name] for name in ("this", *pairing.chosen) if name in row}


def compared(engine: Engine, pairing: Pairing, keys: set[tuple[Term, ...]]) -> Iterator[tuple[Row, bool]]:
    """Return the rows of the nodes that have given keys, each with whether it is a solution; raises ``Unlike``."""
    given, first = _given_keys(engine, pairing, keys)
    nears = list(_named(engine, rewrite(pairing.near_query(first), {}, {}, "", lambda _: given)))
    keys = keys & {tuple(row[name] for name in pairing.keys) for row in nears}
    if is_mirrored(pairing):
        groups, read = engine.groups.setdefault(pairing, (Groups(pairing.comparisons), set()))
        for row in nears:
            if (key := tuple(row[name] for name in pairing.keys)) in keys - read:
                groups.add(key, [row.get(f"{MINE}{n}") for n in range(len(pairing.comparisons))])
        read |= keys
    groups = _groups(engine, pairing, keys)
    for row in nears:
        if tuple(row[name] for name in pairing.keys) in keys:
            yield row, _matches(groups, pairing, row)


def _matches(groups: Groups, pairing: Pairing, row: Row) -> bool:
    key = tuple(row[name] for name in pairing.keys)
    return groups.matches(key, [row.get(f"{MINE}{n}") for n in range(len(pairing.comparisons))])


def _groups(engine: Engine, pairing: Pairing, keys: set[tuple[Term, ...]] | None) -> Groups:
    """Return what is known of the other nodes: of all, or at least of those that have given keys."""
    groups, read = Groups(pairing.comparisons), set[tuple[Term, ...]]()
    given = first = ""
    if keys is not None:
        groups, read = engine.groups.setdefault(pairing, (groups, read))
        keys = keys - read
        if not keys:
            return groups
        given, first = _given_keys(engine, pairing, keys)
        read |= keys
    columns = range(len(pairing.comparisons))
    for row in _named(engine, rewrite(pairing.far_query(first), {}, {}, "", lambda _: given)):
        key = tuple(row[name] for name in pairing.keys)
        if keys is None or key in keys:
            groups.add(key, [row.get(f"{OTHER}{n}") for n in columns])
    return groups


def _given_keys(engine: Engine, pairing: Pairing, keys: set[tuple[Term, ...]]) -> tuple[str, str]:
    """Return what puts keys into a query, and the key to be read first; raises ``Unlike`` for a blank node.

    The nodes that have one value of the first key are read once, not once for each key with that value.
    """
    first = narrowest(engine, pairing, keys)
    if not first:
        return rows_of(pairing.keys, keys), ""
    parts = []
    for name, column in zip(pairing.keys, zip(*keys, strict=True), strict=True):
        values = sorted({text_of(value) for value in column})
        if name == first:
            parts.append(rows_of((name,), {(value,) for value in column}))
        elif len(values) <= LISTED and not any(isinstance(value, BlankNode) for value in column):
            parts.append(f"FILTER({' || '.join(f'sameTerm(?{name}, {value})' for value in values)})")
    return " ".join(parts), first


def narrowest(engine: Engine, pairing: Pairing, keys: Collection[tuple[Term, ...]]) -> str:
    """Return the name of the key by whose values the fewest nodes are found, to be read first; empty for none.

    All are counted to an ever higher limit, until one stays below it.
    """
    if pairing not in engine.first and len(pairing.keys) == 1:
        engine.first[pairing] = pairing.keys[0]
    if pairing not in engine.first:
        values = dict(zip(pairing.keys, map(set, zip(*keys, strict=True)), strict=True))
        engine.first[pairing] = next((n for most in LIMITS if (n := _within(engine, pairing, values, most))), "")
    return engine.first[pairing]


def _within(engine: Engine, pairing: Pairing, values: Mapping[str, Collection[Term]], most: int) -> str:
    """Return the key that the fewest nodes have, if these are fewer than a limit."""
    counts: dict[str, int] = {}
    for name, terms in values.items():
        predicate = next(iri for iri, key in pairing.reads if key == name)
        given = rows_of(("kgkey",), {(term,) for term in terms})
        inner = f"SELECT ?kgnode WHERE {{ {given} ?kgnode {predicate} ?kgkey }} LIMIT {most}"
        for (count,) in engine.rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ {{ {inner} }} }}"):
            counts[name] = int(count.value) if isinstance(count, Literal) else most
    best = min(counts, key=lambda name: counts[name])
    return best if counts[best] < most else ""


def rows_of(names: Iterable[str], rows: Iterable[tuple[Term, ...]]) -> str:
    """Return ``VALUES`` for rows of terms; raises ``Unlike`` for a blank node, which a query cannot name."""
    lines = sorted(" ".join(map(text_of, row)) for row in rows)
    if any(line.startswith("_:") or " _:" in line for line in lines):
        raise Unlike
    return f"VALUES ({' '.join('?' + name for name in names)}) {{ {' '.join(f'({line})' for line in lines)} }}"


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
