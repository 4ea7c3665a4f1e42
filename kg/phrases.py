"""What something is told to be, in a row: "a hub of trade, a base of steel and the first port of its kind" is three.

Works on masked text (``kg/rules.py``) with two patterns of ``[items]`` in slots.toml: what one such phrase is, its kind
the group that matched ("role2" is of the kind "role"), and what joins it to the next. A row ends where what follows is
no such phrase.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kg.pattern import Pattern

MOST = 9
"""How many phrases of a row are read at most, so that the cost stays that of the text."""


class Phrase(NamedTuple):
    """One phrase of a row, and where it stands in the masked sentence."""

    kind: str
    start: int
    end: int
    stop: int
    """Where what belongs to it ends: behind its quotation marks."""


def list_phrases(text: str, start: int, end: int, *readings: tuple[Pattern, Pattern]) -> Iterator[Phrase]:
    """Yield the phrases that stand in a row from ``start`` on, up to ``end`` at the latest.

    Each is what the first of the readings that fits makes of it: what a phrase is, and what joins it to one before it.
    """
    for number in range(MOST):
        joined = [(phrase, joint.match(text, start, end) if number else None) for phrase, joint in readings]
        places = [(phrase, found.end() if found else start) for phrase, found in joined if found or not number]
        found = next(filter(None, (phrase.match(text, place, end) for phrase, place in places)), None)
        if found is None:
            return
        kind = next(name for name, words in found.groupdict().items() if words is not None)
        yield Phrase(kind.rstrip("0123456789"), *found.span(kind), found.end())
        start = found.end()
