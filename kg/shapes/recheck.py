"""After a change: the report of the whole, at the cost of what changed."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from kg.shapes.access import Access, Walk, shape_accesses
from kg.shapes.check import check, ordered, place_of
from kg.shapes.engine import Engine
from kg.shapes.model import Path, Report, Result, Shape, Shapes, Target
from kg.shapes.pairs import Pairing, Unlike
from kg.shapes.sparql import compared, shape_pairings
from kg.shapes.terms import RDF_TYPE, SUBCLASS_OF, XSD, Subject, Term, normalised, text_of
from kg.shapes.touched import Binding, RowKey, RowQuery, TooMany, Touched, shape_rows

MAX_KEYS = 1000
"""Keys that one changed node may have; more of them and the shape is judged as a whole."""

XSD_STRING = NamedNode(XSD + "string")

Changed = frozenset[tuple[Subject, NamedNode, Term]]


def changes(store: Store, before: Iterable[Quad], after: Iterable[Quad]) -> tuple[Changed, Changed]:
    """Return the triples that a change took from the union of a store's graphs, and those it brought.

    ``before`` and ``after`` are the quads of what was replaced; the store holds ``after`` already. A
    triple that stands in another graph as well was neither taken nor brought.
    """
    old, new = _as_stored(before), _as_stored(after)
    taken = {t for t in old - new if not _holds(store, t, 1)}
    brought = {t for t in new - old if not _holds(store, t, 2)}
    return frozenset(taken), frozenset(brought)  # type: ignore[arg-type]


def _as_stored(quads: Iterable[Quad]) -> set[tuple[object, ...]]:
    """Return triples with their literals as a store holds them: ``4.0`` is ``4``."""
    triples = {(q.subject, q.predicate, q.object) for q in quads}
    typed = [o for o in {o for _, _, o in triples} if isinstance(o, Literal) and o.datatype != XSD_STRING]
    held: dict[object, Term] = dict(zip(typed, normalised(typed), strict=True))
    return {(s, p, held.get(o, o)) for s, p, o in triples}


def _holds(store: Store, triple: tuple[object, ...], times: int) -> bool:
    found = store.quads_for_pattern(*triple)  # type: ignore[arg-type]
    return sum(1 for _ in zip(found, range(times), strict=False)) == times


def recheck(report: Report, taken: Changed, brought: Changed) -> Report:
    """Return what ``check`` would say now of the store that a report is about, given what has changed since.

    Only the nodes whose findings the change can touch are judged again. All is judged again where the
    report is not of the compiled engine on the union of all graphs, where the classes changed, and, for
    a single shape, where it cannot be told what it reads or a blank node is touched. Raises ``ValueError`` where the
    report has no store.
    """
    store, shapes = report.store, report.shapes
    if store is None:
        raise ValueError("the report has no store")
    touched = taken | brought
    if report.engine != "compiled" or report.graphs is not None or any(p == SUBCLASS_OF for _, p, _ in touched):
        return check(store, shapes, engine=report.engine, graph=report.graphs)
    if report.handed_over:
        return check(store, shapes)
    recheck_of = _Recheck(report, store, taken, brought)
    counts: dict[Term, int] = {}
    again: dict[Term, _Again] = {}
    for shape in shapes.targeted():
        counts[shape.node], again[shape.node] = recheck_of.shape(shape)
    new = [result for judged in again.values() for result in judged.results]
    kept = [result for result in report.results if not _is_judged_again(result, again)]
    return replace(report, results=_merged(kept, new, shapes), focus_counts=counts)


@dataclass(frozen=True, slots=True)
class _Again:
    """What of a shape was judged again: nodes (all, if it is nothing) and rows of its query; and what was found."""

    results: list[Result]
    nodes: Set[Term] | None = frozenset()
    rows: Set[RowKey] = frozenset()
    query: RowQuery | None = None


def _merged(kept: list[Result], new: list[Result], shapes: Shapes) -> tuple[Result, ...]:
    """Return the results in order; those kept are in order already, and few are new as a rule."""
    if len(new) > len(kept) // 8:
        return ordered(kept + new, shapes)
    place = place_of(shapes)
    for result in new:
        insort(kept, result, key=place)
    return tuple(kept)


def _is_judged_again(result: Result, again: Mapping[Term, _Again]) -> bool:
    if result.origin is None:
        return True
    shape, focus = result.origin
    judged = again.get(shape)
    if judged is None or judged.nodes is None or focus in judged.nodes:
        return True
    return judged.query is not None and bool(judged.rows) and judged.query.key_of(result) in judged.rows


class _Recheck:
    def __init__(self, report: Report, store: Store, taken: Changed, brought: Changed) -> None:
        self.report = report
        self.store = store
        self.taken, self.brought = taken, brought
        self.engine = Engine(store, report.shapes, None)
        self.by_predicate: dict[NamedNode | None, list[tuple[Subject, NamedNode, Term]]] = {}
        for triple in sorted(taken | brought, key=lambda t: tuple(map(text_of, t))):
            self.by_predicate.setdefault(triple[1], []).append(triple)
            self.by_predicate.setdefault(None, []).append(triple)
        self.taken_parts = {part for s, p, o in taken for part in ((s, p, o), (s, p, None), (None, p, o))}
        self.taken_values: dict[tuple[Subject, NamedNode], list[Term]] = {}
        for s, p, o in taken:
            self.taken_values.setdefault((s, p), []).append(o)
        self.results: dict[Term, list[Result]] = {}
        for result in report.results:
            if result.origin is not None:
                self.results.setdefault(result.origin[0], []).append(result)
        self._reached: dict[tuple[Path, frozenset[Term]], set[Term]] = {}

    def shape(self, shape: Shape) -> tuple[int, _Again]:
        """Return the number of focus nodes of a shape, and what of it was judged again."""
        aims = {node for target in shape.targets for node in self._aimed(target)}
        gained = {node: self._is_focus(node, shape) - self._was_focus(node, shape) for node in aims}
        count = self.report.focus_counts[shape.node] + sum(gained.values())
        query = shape_rows(self.report.shapes, shape)
        if query is not None and not shape_pairings(shape):
            try:
                return count, self._rows(shape, query, {node for node, sign in gained.items() if sign})
            except TooMany:
                pass
        return count, self._whole_nodes(shape, aims)

    def _whole_nodes(self, shape: Shape, aims: set[Term]) -> _Again:
        pairings = shape_pairings(shape)
        reads = shape_accesses(self.report.shapes, shape, pairings=pairings)
        others = [self._compared(shape, pairing) for pairing in pairings]
        affected = aims | self._nodes(reads) if reads is not None and None not in others else None
        if affected is not None:
            affected = affected.union(*(nodes for nodes in others if nodes is not None))
        if affected is None or any(isinstance(node, BlankNode) for node in affected):
            return _Again(self.engine.begin(shape, self.engine.focus(shape)), None)
        return _Again(self._judged(shape, affected), affected)

    def _judged(self, shape: Shape, nodes: Set[Term]) -> list[Result]:
        now = sorted((node for node in nodes if self._is_focus(node, shape)), key=text_of)
        return self.engine.begin(shape, self.engine.listed(now)) if now else []

    def _rows(self, shape: Shape, query: RowQuery, nodes: set[Term]) -> _Again:
        """Judge the rows of a query that the change touches, and all of the nodes that became focus nodes."""
        wanted: dict[Term, bool] = {}

        def is_wanted(node: Term) -> bool:
            if node not in wanted:
                wanted[node] = node not in nodes and self._is_focus(node, shape)
            return wanted[node]

        touched = Touched(self.store, self.taken, is_wanted)
        found = {query.key_of(result) for result in self.results.get(shape.node, ())}
        asked: dict[tuple[Term, ...], list[Binding]] = {}
        for edge in query.edges:
            for triple in (t for p in query.predicates(edge) for t in self.by_predicate.get(p, ())):
                for binding in touched.rows(query, edge, triple):
                    key = query.key(binding)
                    rows = asked.setdefault(key, [])
                    if key in found:
                        asked[key] = [dict(zip(query.chosen, key, strict=True))]
                    elif triple in self.brought or not query.is_own(edge):
                        # One that only lost what its own patterns need was not there, and is not now.
                        rows.append({name: term for name, term in binding.items() if name in query.own})
        if any(isinstance(term, BlankNode) for key in asked for term in (*key, *nodes)):
            raise TooMany
        bindings = [binding for rows in asked.values() for binding in rows]
        results = self._judged(shape, nodes) + self.engine.begin_rows(shape, bindings)
        return _Again(results, nodes, asked.keys(), query)

    # Which nodes a change touches

    def _nodes(self, accesses: set[Access]) -> set[Term]:
        found: set[Term] = set()
        for access in accesses:
            triples = self.by_predicate.get(access.predicate, ())
            ends: set[Term] = {t[2] if access.backwards else t[0] for t in triples}
            found |= self._back(access.walk, ends)
        return found

    def _compared(self, shape: Shape, pairing: Pairing) -> set[Term] | None:
        """Return the nodes compared with a changed one whose findings differ, or nothing where that is not known."""
        others = {t[0] for predicate, _ in pairing.reads for t in self.by_predicate.get(predicate, ())}
        keys: set[tuple[Term, ...]] = set()
        for other in sorted(others, key=text_of):
            choices = [self._before_or_now(other, pairing, name) for name in pairing.keys]
            if prod(map(len, choices)) > MAX_KEYS:
                return None
            keys.update(product(*choices))
        if not keys:
            return set()
        try:
            return set(self._decided_anew(shape, pairing, keys))
        except Unlike:
            return None

    def _decided_anew(self, shape: Shape, pairing: Pairing, keys: set[tuple[Term, ...]]) -> Iterator[Term]:
        """Return the nodes with given keys of which a row came or went; raises ``Unlike``."""
        names = {"this", *pairing.chosen}
        told = names <= {"this", "value"} and len(shape.constraints) == 1 and not shape.properties
        found = {(r.focus, r.value if "value" in names else None) for r in self.results.get(shape.node, ())}
        for row, holds in compared(self.engine, pairing, keys):
            if not told or holds != ((row["this"], row["value"] if "value" in names else None) in found):
                yield row["this"]

    def _before_or_now(self, other: Subject, pairing: Pairing, name: str) -> list[Term]:
        """Return what a key of another node is now, or was before the change."""
        found: set[Term] | None = None
        for predicate in (iri for iri, key in pairing.reads if key == name):
            values = {*self._objects(other, predicate), *self.taken_values.get((other, predicate), ())}
            found = values if found is None else found & values
        return sorted(found or (), key=text_of)

    def _back(self, walk: Walk, ends: set[Term]) -> set[Term]:
        for path in reversed(walk):
            if not ends:
                break
            key = (path, frozenset(ends))
            if key not in self._reached:
                self._reached[key] = self._before(path, ends)
            ends = self._reached[key]
        return ends

    def _before(self, path: Path, ends: set[Term]) -> set[Term]:
        """Return the nodes from which a path leads to any of some nodes."""
        kind = path.kind
        if kind in ("iri", "any"):
            return {s for n in ends for s in self._subjects(path.iri, n)}
        if kind == "inverse":
            return {o for n in ends for o in self._objects(n, path.parts[0].iri)}
        if kind == "sequence":
            return self._back(path.parts, ends)
        if kind == "alternative":
            return set().union(*(self._before(part, ends) for part in path.parts))
        if kind == "optional":
            return ends | self._before(path.parts[0], ends)
        found = set(ends) if kind == "star" else self._before(path.parts[0], ends)
        new = found
        while new:
            new = self._before(path.parts[0], new) - found
            found |= new
        return found

    def _subjects(self, predicate: NamedNode | None, value: Term) -> Iterable[Term]:
        return (q.subject for q in self.store.quads_for_pattern(None, predicate, value))  # type: ignore[misc]

    def _objects(self, subject: Term, predicate: NamedNode | None) -> Iterable[Term]:
        if isinstance(subject, Literal):
            return ()
        return (q.object for q in self.store.quads_for_pattern(subject, predicate, None))  # type: ignore[misc]

    # Whether a node is, and was, one that a shape is for

    def _classes(self, term: Term) -> Sequence[Term]:
        return self.engine.expressions.subclasses.get(term, (term,))

    def _aimed(self, target: Target) -> Iterable[Term]:
        """Return the nodes of which a changed triple may have made or unmade focus nodes."""
        if target.kind == "class":
            classes = self._classes(target.term)
            return (s for s, _, o in self.by_predicate.get(RDF_TYPE, ()) if o in classes)
        if target.kind == "node" or not isinstance(target.term, NamedNode):
            return ()
        place = 0 if target.kind == "subjectsOf" else 2
        return (triple[place] for triple in self.by_predicate.get(target.term, ()))

    def _is_focus(self, node: Term, shape: Shape) -> bool:
        return any(self._aims(node, target, False) for target in shape.targets)

    def _was_focus(self, node: Term, shape: Shape) -> bool:
        return any(self._aims(node, target, True) for target in shape.targets)

    def _aims(self, node: Term, target: Target, before: bool) -> bool:
        """Return whether a target aims at a node, now or before the change."""
        term = target.term
        if target.kind == "node" or not isinstance(term, NamedNode):
            return node == term
        if target.kind == "objectsOf":
            return self._holds(None, term, node, before)
        if isinstance(node, Literal):
            return False
        if target.kind == "subjectsOf":
            return self._holds(node, term, None, before)
        return any(self._holds(node, RDF_TYPE, cls, before) for cls in self._classes(term))

    def _holds(self, subject: Term | None, predicate: NamedNode, value: Term | None, before: bool) -> bool:
        if before and (subject, predicate, value) in self.taken_parts:
            return True
        found = self.store.quads_for_pattern(subject, predicate, value)  # type: ignore[arg-type]
        if not before:
            return next(iter(found), None) is not None
        return any((q.subject, q.predicate, q.object) not in self.brought for q in found)


def recheck_graph(report: Report, before: Sequence[Quad], after: Sequence[Quad]) -> Report:
    """Return the report of the whole after the quads ``before`` were replaced by ``after`` in the store.

    Raises ``ValueError`` as ``recheck`` does.
    """
    if report.store is None:
        raise ValueError("the report has no store")
    return recheck(report, *changes(report.store, before, after))
