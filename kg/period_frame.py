"""What stands around a period and decides its bounds: "by the end of" before it, "of last year" behind it."""

from __future__ import annotations

from dataclasses import dataclass

from kg.model import Quantity
from kg.quantity_grammar import WINDOW, View
from kg.quantity_patterns import squeeze


@dataclass(slots=True)
class Left:
    """What stands before a period: where it begins, its preposition, and which edge or part is meant."""

    start: int
    preposition: str
    edge: str
    part: str
    article: bool
    weekday: str


def look_left(view: View, start: int) -> Left:
    """Return what stands before a period that begins at ``start``, as far as it belongs to it."""
    lower = max(view.floor, start - WINDOW)
    match = view.grammar.periods.left.search(view.low, lower, start)
    if match is None or match.start() == start:
        return Left(start, "", "", "", False, "")
    begin = match.start()
    if begin == lower and begin > 0 and view.low[begin - 1].isalnum():
        return Left(start, "", "", "", False, "")
    preposition, edge, part, weekday = match.groups()
    taken = view.low[begin:start]
    if taken.strip() in ("the", '"', 'the "') and not edge:
        return Left(start, "", "", "", "the" in taken, "")
    article = view.low.endswith(("the ", "the\n"), begin, start)
    return Left(begin, squeeze(preposition or ""), edge or "", part or "", article, weekday or "")


def _bounds(view: View, left: Left, first: str, last: str) -> tuple[str, str]:
    """Return the bounds that the words before leave of ``first`` and ``last``."""
    period = view.grammar.period
    if left.preposition in period["neither"] or left.part or left.edge in period["edges_none"]:
        return "", ""
    if left.edge in period["edges_last"]:
        return "", last
    if left.edge in period["edges_first"]:
        return first, ""
    if left.preposition in period["only_last"]:
        return "", last
    if left.preposition in period["only_first"]:
        return first, ""
    return first, last


def make_period(
    view: View,
    left: Left,
    end: int,
    first: str,
    last: str,
    *,
    rule: str = "",
    kind: str = "period",
    closed: bool = False,
) -> Quantity:
    """Return the quantity of a period; ``closed`` when it names both its bounds itself."""
    if not closed:
        first, last = _bounds(view, left, first, last)
    resolved = rule if first or last else ""
    return Quantity(left.start, end, kind, first=first, last=last, resolved=resolved)


def to_iso(year: int, month: int = 0, day: int = 0) -> str:
    """Return a year, a month or a day as ISO 8601 writes it.

    >>> to_iso(2023), to_iso(2023, 6), to_iso(2023, 6, 5)
    ('2023', '2023-06', '2023-06-05')
    """
    if day:
        return f"{year:04}-{month:02}-{day:02}"
    return f"{year:04}-{month:02}" if month else f"{year:04}"


def find_relative_year(view: View, words: str) -> tuple[int, str]:
    """Return the year that "this year", "last year"... means, and the rule; 0 without an anchor."""
    if view.anchor is None:
        return 0, ""
    if words.startswith("last"):
        return view.anchor.year - 1, "year-before-anchor"
    if words.startswith("next"):
        return view.anchor.year + 1, "year-after-anchor"
    return view.anchor.year, "year-of-anchor"


def read_scope(view: View, end: int) -> tuple[int, int, str, bool]:
    """Return where the words "of 2023" or "of last year" end, the year, the rule, and whether it is said."""
    match = view.grammar.periods.scope.match(view.low, end)
    if match is None:
        return end, 0, "", False
    if match[1]:
        return match.end(), int(match[1]), "", True
    words = squeeze(match[2])
    year, rule = find_relative_year(view, words)
    return match.end(), year, rule, words != "the year"


def find_unsaid_year(view: View, last_month: int, last_day: int = 0) -> tuple[int, str]:
    """Return the anchor's year for a part of the year whose year is not said, where it is over by then.

    A part that the anchor's date has not reached may be of the year before or a plan: nothing is
    resolved. The anchor's own month is taken as said of now.
    """
    if view.anchor is None or last_month > view.anchor.month:
        return 0, ""
    return view.anchor.year, "year-of-anchor"
