"""Shapes judged part by part of a graph: those that read nothing of a node outside the part it is in.

What is said of the claims, quotes and observations of an article stands in its graph alone. A shape that starts at
such nodes, and goes on to such nodes of the same article, reads no other part. So a part can be judged by itself, in
memory, at a fraction of what it takes on disk. What a shape reads is told by the shape; whether it leads out of a
part is told by the data, and where it does the shape is to be asked of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from pyoxigraph import NamedNode, Store

from kg.shapes.absence import absent_blocks
from kg.shapes.access import Access, shape_accesses
from kg.shapes.divided import Judged
from kg.shapes.engine import Engine
from kg.shapes.evaluation import Nodes
from kg.shapes.model import Path, Shape, Shapes
from kg.shapes.terms import RDF_TYPE, Term, text_of
from kg.shapes.touched import RowQuery, shape_rows

Step = tuple[NamedNode | None, bool]
"""A predicate (any, if it is nothing), and whether it is read from its object to its subjects."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What judging a node by a shape reads: the steps that lead to another node of which it reads, and all it reads.

    Where ``open_to_less``, the shape also asks whether something is nowhere, which is in neither: the whole may have
    fewer findings than its parts, and none where they have none.
    """

    steps: frozenset[Step]
    reads: frozenset[Step]
    open_to_less: bool = False


def find_reaches(shapes: Shapes, shape: Shape) -> list[Reach]:
    """Return what a shape reads, the narrower last; nothing where it, or whom it is for, cannot be told by steps."""
    targets: set[Step] = set()
    for target in shape.targets:
        if target.kind not in ("class", "subjectsOf") or not isinstance(target.term, NamedNode):
            return []
        targets.add((RDF_TYPE if target.kind == "class" else target.term, False))
    if shape.node in shapes.foreign:
        return []
    whole, present = (shape_accesses(shapes, shape, absent=absent) for absent in (True, False))
    found = [_reach_of(whole, targets, False), _reach_of(present, targets, True) if present != whole else None]
    return [reach for reach in found if reach is not None]


def _reach_of(accesses: set[Access] | None, targets: set[Step], open_to_less: bool) -> Reach | None:
    steps: set[Step] = set()
    for access in accesses or ():
        for path in access.walk:
            over = _steps_of(path)
            if over is None:
                return None
            steps |= over
    reads = {(access.predicate, access.backwards) for access in accesses or ()} | targets
    return Reach(frozenset(steps), frozenset(reads), open_to_less) if accesses is not None else None


def _steps_of(path: Path) -> set[Step] | None:
    """Return the steps that a path goes over, nothing where it goes over any predicate or any number of times."""
    if path.kind == "iri":
        return {(path.iri, False)}
    if path.kind == "inverse" and path.parts[0].kind == "iri":
        return {(path.parts[0].iri, True)}
    if path.kind not in ("sequence", "alternative"):
        return None
    found: set[Step] = set()
    for part in path.parts:
        over = _steps_of(part)
        if over is None:
            return None
        found |= over
    return found


def only_lacks(shapes: Shapes, shape: Shape) -> bool:
    """Return whether each finding of the whole is one of a part: of the triple that brings the node, and a lack.

    So it is where a shape counts at least, and where its query has one pattern of its own, which makes what it
    fits a focus node, and asks for the rest in ``FILTER NOT EXISTS``.
    """
    targets = {(target.term, target.kind) for target in shape.targets}
    if shape.node in shapes.foreign or any(kind not in ("class", "subjectsOf", "objectsOf") for _, kind in targets):
        return False
    rows = shape_rows(shapes, shape)
    if rows is not None:
        return _has_one_pattern(rows, {term for term, kind in targets if kind == "subjectsOf"}) and (
            rows.tested <= absent_blocks(shape.constraints[0].query.text)  # type: ignore[union-attr]
        )
    lower = all(constraint.kind == "minCount" for constraint in shape.constraints)
    return shape.path is not None and lower and not shape.properties and not shape.deactivated


def _has_one_pattern(rows: RowQuery, predicates: Collection[Term | None]) -> bool:
    own = [edge for edge in rows.edges if rows.is_own(edge)]
    return len(own) == 1 and own[0].start == "this" and {*rows.predicates(own[0])} <= {*predicates}


class PartJudge:
    """Judges parts of a graph.

    ``own`` are the beginnings of the IRIs of nodes that stand in one part alone, ``subclasses`` those of the whole.
    """

    def __init__(self, shapes: Shapes, own: Sequence[str], subclasses: Mapping[Term, Sequence[Term]]) -> None:
        self.shapes = shapes
        self.targeted = shapes.targeted()
        self.own = own
        self.subclasses = subclasses
        self.reaches = [find_reaches(shapes, shape) for shape in self.targeted]
        self.lacking = [n for n, shape in enumerate(self.targeted) if only_lacks(shapes, shape)]
        """The numbers of the shapes that the whole meets where each part does (``only_lacks``)."""

    def find_closed(self, elsewhere: Collection[Step]) -> list[int]:
        """Return the numbers of the shapes that parts can be judged by, as far as the shapes themselves tell.

        ``elsewhere`` are the steps from the parts' own nodes that are said in no part.
        """
        said = _with_any(elsewhere)
        return [n for n, reaches in enumerate(self.reaches) if any(not said & reach.reads for reach in reaches)]

    def judge(
        self, store: Store, numbers: Iterable[int], elsewhere: Collection[Step] = ()
    ) -> Iterator[tuple[int, Judged | None]]:
        """Yield what shapes say of a part: nothing where that cannot be told from the part alone."""
        engine = Engine(store, self.shapes, None, self.subclasses)
        leads_out = cache(partial(self._leads_out, engine))
        has_others = cache(partial(self._has_others, engine))
        points_out = cache(partial(self._points_out, engine))
        said = _with_any(elsewhere)

        def is_closed(reach: Reach) -> bool:
            back = (predicate for predicate, backwards in reach.reads if backwards)
            return not (said & reach.reads or any(map(leads_out, reach.steps)) or any(map(points_out, back)))

        for number in numbers:
            shape = self.targeted[number]
            nodes = engine.focus(shape)
            reach = None if has_others(nodes) else next(filter(is_closed, self.reaches[number]), None)
            found = engine.begin(shape, nodes) if reach else []
            open_ends = reach is None or (reach.open_to_less and found)
            yield number, None if open_ends else (nodes.total or 0, found)

    def screen(self, store: Store, numbers: Iterable[int]) -> Iterator[tuple[int, bool]]:
        """Yield whether a part meets shapes that are ``lacking``."""
        engine = Engine(store, self.shapes, None, self.subclasses)
        for number in numbers:
            shape = self.targeted[number]
            yield number, not engine.begin(shape, engine.focus(shape))

    def _is_own(self, var: str) -> str:
        tests = (f"STRSTARTS(STR({var}), {_quoted(start)})" for start in self.own)
        return f"(isIRI({var}) && ({' || '.join(tests)}))"

    def _has_others(self, engine: Engine, nodes: Nodes) -> bool:
        """Return whether a shape is for nodes of which more may be said elsewhere."""
        query = f"SELECT {nodes.var} WHERE {{ {nodes.text} FILTER(!{self._is_own(nodes.var)}) }} LIMIT 1"
        return next(engine.rows(query), None) is not None

    def _leads_out(self, engine: Engine, step: Step) -> bool:
        """Return whether a step leads to a node of which not all is said in this part."""
        predicate, backwards = step
        start, end = ("?y", "?x") if backwards else ("?x", "?y")
        known = f"!{self._is_own('?y')} || NOT EXISTS {{ ?y ?p ?z }}"
        query = f"{start} {text_of(predicate)} {end} FILTER(!isLiteral(?y)) FILTER({known})"
        return next(engine.rows(f"SELECT ?y WHERE {{ {query} }} LIMIT 1"), None) is not None

    def _points_out(self, engine: Engine, predicate: NamedNode | None) -> bool:
        """Return whether a predicate of this part points at another part's own node, for which it matters there."""
        step = text_of(predicate) if predicate is not None else "?any"
        query = f"?x {step} ?y FILTER({self._is_own('?y')}) FILTER NOT EXISTS {{ ?y ?p ?z }}"
        return next(engine.rows(f"SELECT ?y WHERE {{ {query} }} LIMIT 1"), None) is not None


def _with_any(steps: Collection[Step]) -> frozenset[Step]:
    """Return steps, and that over any predicate each way that one goes."""
    return frozenset(steps) | {(None, backwards) for _, backwards in steps}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
