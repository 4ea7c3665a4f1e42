"""A check divided among processes, shape by shape, and its results put together to the same report."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import Store

from kg.shapes.check import ordered
from kg.shapes.engine import Engine
from kg.shapes.model import Report, Result, Shapes
from kg.shapes.reference import needs_own_terms

Judged = tuple[int, list[Result]]
"""How many nodes a shape met, and what it found."""


class Judge:
    """Judges the union of a store's graphs, one shape at a time."""

    def __init__(self, store: Store, shapes: Shapes) -> None:
        self.shapes = shapes.targeted()
        self.engine = Engine(store, shapes, None)

    def judge(self, number: int) -> Judged:
        """Return what the shape with this number among those with targets has to say."""
        shape = self.shapes[number]
        return self.count(number), self.engine.begin(shape, self.engine.focus(shape))

    def count(self, number: int) -> int:
        """Return how many nodes a shape is for."""
        return self.engine.focus(self.shapes[number]).total or 0


def is_divisible(shapes: Shapes) -> bool:
    """Return whether each shape can be judged by itself: none goes to the reference engine."""
    return not shapes.foreign


def put_together(shapes: Shapes, judged: Sequence[Judged], store: Store) -> Report:
    """Return the report that ``check`` gives of a store, of what each shape with targets had to say, in their order."""
    counts = {shape.node: count for shape, (count, _) in zip(shapes.targeted(), judged, strict=True)}
    results = ordered((result for _, found in judged for result in found), shapes)
    notes = [f"{shapes.by_node[node].name}: {why}" for node, why in needs_own_terms(shapes).items()]
    return Report(shapes, results, counts, notes=(*shapes.notes, *notes), store=store)
