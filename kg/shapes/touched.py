"""Which rows of a query a changed triple can make or unmake.

What is found of a node that much is said of (a district, a ministry) is many rows, and one article changes few of
them. A changed triple is put in the place of each pattern of the query that it matches, and the patterns
beside it are followed over what holds or held until the selected variables are bound: those rows are asked
again, and no others. A row that comes or goes does so by such a triple, in the query's own patterns or in those
of one of its EXISTS, since all others hold as they did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Store

from kg.shapes.model import Result, Shape, Shapes
from kg.shapes.pairs import Unlike, comparable
from kg.shapes.plainselect import plain_select
from kg.shapes.querypaths import Edge, names_of, query_edges
from kg.shapes.terms import SPARQL_COMPONENT, Subject, Term

Triple = tuple[Subject, NamedNode, Term]
Binding = dict[str, Term]
RowKey = tuple[Term | None, ...]
"""The terms of a row's variables, in the order of ``RowQuery.chosen``."""
MAX_ROWS = 20_000
"""Rows that one change may touch; more of them and the nodes are judged as a whole."""

_KEPT = frozenset(("this", "value", "path"))


class TooMany(Exception):
    """More rows than are worth asking for one by one, or one that a query cannot name."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """A query of patterns and FILTERs alone.

    ``chosen`` are the variables it selects, ``own`` all of its own patterns, ``tested`` the groups of its EXISTS,
    ``listed`` what some variables may be, ``equal`` those that must be in one of them.
    """

    chosen: tuple[str, ...]
    own: frozenset[str]
    edges: tuple[Edge, ...]
    tested: frozenset[int]
    listed: Mapping[str, frozenset[NamedNode]]
    equal: tuple[tuple[int, str, str], ...]

    def predicates(self, edge: Edge) -> Iterable[NamedNode | None]:
        """Return the predicates of triples that can stand in the place of a pattern; nothing means any."""
        return (edge.path.iri,) if edge.path.iri else sorted(self.listed.get(edge.verb, ()), key=str) or (None,)

    def is_own(self, edge: Edge) -> bool:
        """Return whether a pattern is one of the query's own, in no EXISTS."""
        return not self.tested.intersection(edge.block)

    def key(self, binding: Binding) -> tuple[Term, ...]:
        """Return what tells the row of a binding from others."""
        return tuple(binding[name] for name in self.chosen)

    def key_of(self, result: Result) -> RowKey:
        """Return the key of the row that a result was made of."""
        path = result.path.iri if result.path is not None else None
        known = {"this": result.focus, "value": result.value, "path": path}
        return tuple(known[name] for name in self.chosen)


@lru_cache(maxsize=256)
def row_query(text: str) -> RowQuery | None:
    """Return a query whose rows can be asked one by one, or nothing for another kind."""
    read, edges = plain_select(text), query_edges(text, None)
    if read is None or edges is None:
        return None
    chosen = tuple(sorted(set(read.chosen)))
    own = {name for e in edges if not read.tests.intersection(e.block) for name in names_of(e)}
    simple = all(edge.path.kind in ("iri", "any") for edge in edges)
    if not simple or not {"this"} <= set(chosen) <= _KEPT or not own.issuperset(chosen):
        return None
    return RowQuery(chosen, frozenset(own), tuple(edges), read.tests, read.listed, read.equal)


def shape_rows(shapes: Shapes, shape: Shape) -> RowQuery | None:
    """Return the query whose rows are the findings of a shape, if that is all the shape is."""
    if len(shape.constraints) != 1 or shape.properties or shape.path is not None or shape.node in shapes.foreign:
        return None
    query = shape.constraints[0].query
    if query is None or query.ask or query.bound or shape.constraints[0].component != SPARQL_COMPONENT:
        return None
    if "shapesGraph" in query.text or "currentShape" in query.text:
        return None
    return row_query(query.text)


class Touched:
    """Finds the rows that a change touches, of the nodes for which ``wanted`` is true.

    ``store`` holds what is now, ``taken`` is what was besides.
    """

    def __init__(self, store: Store, taken: Iterable[Triple], wanted: Callable[[Term], bool]) -> None:
        self.store = store
        self.wanted = wanted
        self.looked_up = 0
        self._none: set[tuple[Term | None, Term | None]] = set()
        self._taken: dict[tuple[Term | None, Term | None], list[Triple]] = {}
        for s, p, o in taken:
            for place in ((s, None), (None, o), (s, o), (None, None)):
                self._taken.setdefault(place, []).append((s, p, o))

    def rows(self, query: RowQuery, edge: Edge, triple: Triple) -> Iterator[Binding]:
        """Return bindings, of the selected variables at least, for a triple in the place of a pattern.

        Raises ``TooMany``.
        """
        binding = _matched(edge, triple, {})
        if binding is not None:
            near = [e for e in query.edges if query.is_own(e) or edge.block[: len(e.block)] == e.block]
            # What an EXISTS looks for, a claim, has few triples; what the row is about may have many.
            near.sort(key=lambda e: (query.is_own(e), -len(e.block)))
            equal = [pair for start, *pair in query.equal if start in edge.block]
            for found in self._completed(binding, [e for e in near if e is not edge], query):
                if not any(_differ(*map(found.get, pair)) for pair in equal):
                    yield found

    def _completed(self, binding: Binding, edges: list[Edge], query: RowQuery) -> Iterator[Binding]:
        if "this" in binding and not self.wanted(binding["this"]):
            return
        edge = min(edges, key=lambda e: _freedom(e, binding), default=None)
        if edge is None:
            yield binding
            return
        if _freedom(edge, binding) > 1:
            if binding.keys() >= set(query.chosen):
                yield binding
                return
            edge = self._rarest(edges, binding)
        rest = [other for other in edges if other is not edge]
        for triple in self._matching(edge, binding):
            if (more := _matched(edge, triple, binding)) is not None:
                yield from self._completed(more, rest, query)

    def _rarest(self, edges: list[Edge], binding: Binding) -> Edge:
        """Return the pattern that the fewest triples fit."""
        bound: list[tuple[Edge, NamedNode | None, Term]] = []
        for edge in edges:
            _, p, o = _asked(edge, binding)
            if o is not None and isinstance(p, NamedNode | None):
                bound.append((edge, p, o))
        for edge, p, o in bound:
            if (p, o) in self._none:
                return edge
        if not bound:
            return edges[0]
        return bound[rarest(self.store, [(p, o) for _, p, o in bound], self._none)][0]

    def _matching(self, edge: Edge, binding: Binding) -> Iterator[Triple]:
        """Return the triples that a pattern can mean now, or could before the change, each once."""
        start, predicate, end = _asked(edge, binding)
        if isinstance(start, Literal) or not isinstance(predicate, NamedNode | None):
            return
        seen = {t for t in self._taken.get((start, end), ()) if predicate in (None, t[1])}
        yield from sorted(seen, key=str) if len(seen) > 1 else tuple(seen)
        if (predicate, end) in self._none:
            return
        settled = start is not None and predicate is not None and end is not None
        for quad in self.store.quads_for_pattern(start, predicate, end):
            self.looked_up += 1
            if self.looked_up > MAX_ROWS:
                raise TooMany
            triple = (quad.subject, quad.predicate, quad.object)
            if triple not in seen:
                seen.add(triple)  # type: ignore[arg-type]
                yield triple  # type: ignore[misc]
            if settled:
                return


def rarest(
    store: Store,
    patterns: Sequence[tuple[NamedNode | None, Term | None]],
    none: set[tuple[Term | None, Term | None]] | None = None,
    most: int = MAX_ROWS,
) -> int:
    """Return which predicate and object the fewest triples have: all are read side by side until the first ends.

    The first of them where none ends before the number of ``most``. Those that no triple has are added to ``none``.
    """
    reads = [store.quads_for_pattern(None, p, o) for p, o in patterns]
    for number in range(most):
        for place, quads in enumerate(reads):
            if next(quads, None) is None:
                if number == 0 and none is not None:
                    none.add(patterns[place])
                return place
    return 0


def _differ(one: Term | None, other: Term | None) -> bool:
    """Return whether ``=`` is known not to hold between two terms."""
    try:
        return one is not None and other is not None and comparable(one) != comparable(other)
    except Unlike:
        return False


def _asked(edge: Edge, binding: Binding) -> tuple[Term | None, Term | None, Term | None]:
    """Return what a pattern asks the store for: subject, predicate and object, nothing for what is not known."""
    predicate: Term | None = edge.path.iri or binding.get(edge.verb)
    return edge.terms[0] or binding.get(edge.start), predicate, edge.terms[1] or binding.get(edge.end)


def _freedom(edge: Edge, binding: Binding) -> int:
    """Return 0 for a pattern that is settled, 1 where it begins at a known node, and 2 for others."""
    start, predicate, end = _asked(edge, binding)
    if start is None or predicate is None:
        return 2
    return 1 if end is None else 0


def _matched(edge: Edge, triple: Triple, binding: Binding) -> Binding | None:
    """Return the binding with what a triple in the place of a pattern adds, or nothing where it does not fit."""
    if edge.path.kind == "iri" and edge.path.iri != triple[1]:
        return None
    more = dict(binding)
    for name, constant, term in (
        (edge.start, edge.terms[0], triple[0]),
        (edge.verb, None, triple[1]),
        (edge.end, edge.terms[1], triple[2]),
    ):
        if constant is not None and constant != term:
            return None
        if name and more.setdefault(name, term) != term:
            return None
    return more
