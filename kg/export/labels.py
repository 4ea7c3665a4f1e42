"""Places for labels, so that none lies on another or on a node: plain geometry, in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle; ``y`` grows upwards."""

    left: float
    low: float
    right: float
    high: float

    def overlap(self, other: Box) -> float:
        """Return the area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.high, other.high) - max(self.low, other.low)
        return width * height if width > 0 and height > 0 else 0.0


class Spot(NamedTuple):
    """Where a label goes, and whether it needs a line to its node: far from it, or nearer to another."""

    box: Box
    far: bool


Line = tuple[float, float, float, float]


def around(x: float, y: float, radius: float, width: float, height: float) -> Iterator[Spot]:
    """Yield boxes of a size around a point, from near to far, to the right first."""
    for distance in (3, 10, 22, 40, 62, 90, 125, 170, 230, 300):
        for angle in (0, 180, 90, 270, 35, 325, 145, 215, 62, 298, 118, 242):
            turn = math.radians(angle)
            reach = radius + distance
            middle_x = x + math.cos(turn) * (reach + width / 2)
            middle_y = y + math.sin(turn) * (reach + height / 2)
            box = Box(middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)
            yield Spot(box, distance > 20)


def place_labels(
    points: Sequence[tuple[float, float, float]],
    sizes: Sequence[tuple[float, float]],
    lines: Sequence[Line],
    frame: Box,
) -> list[Spot | None]:
    """Return a spot for the label of each point (x, y, radius), in the order given; ``None`` for no room.

    The first to fit without touching a label, a node or the frame is taken, those that cross few lines
    before others; so the labels given first are the nearest to their nodes.
    """
    taken = [Box(x - r, y - r, x + r, y + r) for x, y, r in points]
    spots: list[Spot | None] = []
    for (x, y, radius), (width, height) in zip(points, sizes, strict=True):
        best: Spot | None = None
        fewest = math.inf
        for index, spot in enumerate(around(x, y, radius, width, height)):
            box = spot.box
            if box.left < frame.left or box.right > frame.right or box.low < frame.low or box.high > frame.high:
                continue
            if any(box.overlap(other) > 0 for other in taken):
                continue
            cost = index * 0.15 + sum(crosses(line, box) for line in lines)
            if cost < fewest:
                best, fewest = spot, cost
            if index * 0.15 > fewest:
                break
        if best is not None:
            taken.append(best.box)
            best = best._replace(far=best.far or _is_nearer_to_another(best.box, (x, y), points))
        spots.append(best)
    return spots


def _is_nearer_to_another(box: Box, own: tuple[float, float], points: Sequence[tuple[float, float, float]]) -> bool:
    """Return whether a label stands nearer to the edge of another node than to that of its own."""

    def gap(x: float, y: float, radius: float) -> float:
        across = max(box.left - x, 0.0, x - box.right)
        up = max(box.low - y, 0.0, y - box.high)
        return math.hypot(across, up) - radius

    gaps = [(gap(*point), point[:2] == own) for point in points]
    mine = min((far for far, is_own in gaps if is_own), default=0.0)
    return any(far < mine + 2 for far, is_own in gaps if not is_own)


def crosses(line: Line, box: Box) -> bool:
    """Return whether a line runs through a box (Liang and Barsky).

    >>> crosses((0, 0, 10, 10), Box(4, 4, 6, 6)), crosses((0, 0, 10, 0), Box(4, 4, 6, 6))
    (True, False)
    """
    x, y, to_x, to_y = line
    first, last = 0.0, 1.0
    for change, near, far in ((to_x - x, box.left - x, box.right - x), (to_y - y, box.low - y, box.high - y)):
        if change == 0:
            if near > 0 or far < 0:
                return False
            continue
        low, high = sorted((near / change, far / change))
        first, last = max(first, low), min(last, high)
    return first < last
