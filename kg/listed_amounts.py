"""Numbers that share a unit: "1.2, 3.4 and 5.6 percent" that of the last, "from 20 days to three" that of the first."""

from __future__ import annotations

import re
from decimal import Decimal

from kg.amount import ONE, canonical, read_tail
from kg.quantity_grammar import View

# "870 million, 2.73 billion and 1.07 billion yuan": each has its scale, and the last the currency of all.
_SCALED = re.compile(r" (?:million|billion|trillion)")
_LIST = re.compile(r",? (?:and|or) |, ?| to ")
# "From 20 days to three", "to one day from five": a number with nothing of its own behind it.
_MOVED = re.compile(r" (to|from)(?: (?:just|only|merely|about|less than))? ")
_ALONE = re.compile(r"(?=[,.;:)]|$| (?:and|now|today|thanks|while|but|so|at present|in total|as|after|since)\b)")
_LEADS = {
    "to": re.compile(
        r"\bfrom (?:(?:an average of|the original|the previous|the former|about|around|over|more than) )?\Z"
    ),
    "from": re.compile(r"\bto (?:(?:an average of|just|only|within|about|less than) )?\Z"),
}


def share_units(view: View) -> None:
    """Give numbers without a unit that of the number they are listed or compared with."""
    _share_last(view)
    _share_first(view)


def _share_first(view: View) -> None:
    """Give the later number of "from 20 days to three" and of "to one day from five" the unit of the earlier."""
    low, found = view.low, view.found
    for index in range(1, len(found)):
        before, last = found[index - 1], found[index]
        if before.kind not in ("measure", "percent") or last.kind != "count" or last.end - last.start > 9:
            continue
        moved = _MOVED.fullmatch(low, before.end, last.start) if last.start - before.end <= 16 else None
        if moved is None or not _ALONE.match(low, last.end):
            continue
        if _LEADS[moved[1]].search(low, max(0, before.start - 24), before.start):
            found[index] = last._replace(kind=before.kind, unit=before.unit)


def _share_last(view: View) -> None:
    """Give the earlier numbers of "1.2, 3.4 and 5.6 percent" and of "from 276 to 49 days" the unit of the last."""
    found, factor = view.found, ONE
    for index in range(len(found) - 1, 0, -1):
        last, before = found[index], found[index - 1]
        if not last.unit or before.kind != "count" or last.number is None or before.number is None:
            factor = ONE
            continue
        if not _in_one_list(view, index):
            factor = ONE
            continue
        if before.end != before.number.end:
            factor = ONE
            if last.kind == "money" and _SCALED.fullmatch(view.low, before.number.end, before.end):
                found[index - 1] = before._replace(kind=last.kind, unit=last.unit)
            continue
        if last.end != last.number.end:
            _, scale, unit = read_tail(view, last.number.end, None)
            factor = scale * unit.factor if unit else scale
        high = canonical(Decimal(before.high) * factor) if before.high else ""
        value = canonical(Decimal(before.value) * factor)
        found[index - 1] = before._replace(kind=last.kind, unit=last.unit, value=value, high=high)


def _in_one_list(view: View, index: int) -> bool:
    """Return whether only a list's comma, "and" or "from ... to" stands between a quantity and the one before."""
    low, found = view.low, view.found
    before, last = found[index - 1], found[index]
    match = _LIST.fullmatch(low, before.end, last.start) if last.start - before.end <= 6 else None
    if match is None:
        return False
    if match[0] == " to ":
        return low.endswith("from ", max(0, before.start - 5), before.start)
    if "," != match[0][0] or len(match[0]) > 2:
        return True
    return (
        index + 1 < len(found)
        and found[index + 1].unit == last.unit
        and last.number is not None
        and (last.end == last.number.end or _SCALED.fullmatch(low, last.number.end, last.end) is not None)
    )
