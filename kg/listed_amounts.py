"""Numbers of a list that share what stands behind the last of them: "1.2, 3.4 and 5.6 percent"."""

from __future__ import annotations

import re
from decimal import Decimal

from kg.amount import ONE, canonical, read_tail
from kg.quantity_grammar import View

# "870 million, 2.73 billion and 1.07 billion yuan": each has its scale, and the last the currency of all.
_SCALED = re.compile(r" (?:million|billion|trillion)")
_LIST = re.compile(r",? (?:and|or) |, ?| to ")


def share_units(view: View) -> None:
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
