"""Lists and the numbers that belong to their items in turn: "A, B and C rose by 3, 4 and 5 percent respectively"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.lists import Item, share_noun, split_list
from kg.matching.earlier import SUMS
from kg.model import Quantity
from kg.pattern import Match

# In an item of a list it leaves open where the list is to be divided.
_CONJUNCTION = re.compile(r"\b(?:and|or)\b")
_LAST_COMMA = re.compile(", (?:and|as well as) ")
IN_TURN = (SUMS - {"times"}) | {
    f"measure.{unit}" for unit in ("ton", "kg", "kWh", "teu", "m3", "MW", "kW", "GW", "GWh", "km")
}
"""What the items of a list can have in turn."""
_FIRST_WORD = re.compile(r"[A-Z][a-z-]+(?: [a-z-]+)*$")
# What leads to the name of an item: "the new markets of".
_LEAD_OF = re.compile(
    r"^(?:(?:of|in|from|[Tt]he) )*"
    r"(?:(?:(?:new|emerging|traditional|major|main|key|top) ){0,2}(?:markets|partners) (?:of|such as|like) (?:the )?)?"
)


def reaches_over(numbers: Sequence[Quantity | None]) -> bool:
    """Say whether what is said of the first number may be said of all: "by more than 3 and 4 percent"."""
    said = [number.qualifier if number else "exact" for number in numbers]
    return len(said) > 1 and said[0] != "exact" and all(word == "exact" for word in said[1:])


def list_items(masked: str, match: Match, name: str, count: int) -> list[Item]:
    """Return the ``count`` items of the list in a group of a match; none where it could be divided in two ways."""
    items = _split_repeated(match, name, count)
    if items is None:
        items = split_list(masked, *match.span(name), count=count)
    open_end = _LAST_COMMA.search(match[name]) is None
    if open_end and any(_CONJUNCTION.search(masked, item.start, item.end) for item in items):
        return []
    return items


def name_items(labels: Sequence[str]) -> list[str]:
    """Return what the items of a list are called, each with the noun that all share, and without what leads to them."""
    names = [_LEAD_OF.sub("", label) for label in share_noun(labels)]
    if len(names) > 1 and _FIRST_WORD.match(names[0]) and all(name[:1].islower() for name in names[1:]):
        names[0] = names[0][0].lower() + names[0][1:]  # "Mountains, hills and plains": no name
    return names


def _split_repeated(match: Match, name: str, count: int) -> list[Item] | None:
    """Return the items of a list that says its indicator again before each: "investment in A, investment in B and C".

    Of another number than ``count``, there are none; ``None`` where the indicator is said once.
    """
    said = match.groupdict()
    if not said.get("i") or not said.get("f"):
        return None
    words = re.sub("([\ue000-\ue0ff])[\ue100-\uf8ff]", "\\1[\ue100-\uf8ff]", re.escape(said["i"]))
    again = list(re.finditer(rf"(?:,? and|,) (?:the |its )?{words} {said['f']} ", match[name]))
    if not again:
        return None
    start = match.start(name)
    starts = [0, *(found.end() for found in again)]
    ends = [*(found.start() for found in again), len(match[name])]
    items = [Item(start + low, start + high) for low, high in zip(starts, ends, strict=True)]
    return items if len(items) == count else []
