"""Whose organ an office is: the place by which "the Yunhe Municipal Bureau of Statistics" is called.

What such an office says is of that place, also where nothing else in the text names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from kg.english import load_words
from kg.model import Mention, Span
from kg.vocab import ADMIN_AREA, DISTRICT, ORGANIZATION, PARK, is_wide

_ANY = load_words("bearers").any_of
_OFFICE = re.compile(rf" .*\b(?:{_ANY('offices')})\b", re.IGNORECASE)
_BARE_OFFICE = re.compile(r"(?:\w+ )?(?:Bureau|Office|Commission|Committee|Department|Administration|Ministry) ")
# "The CPC Yunhe Municipal Committee".
_LEAD = re.compile(r"(?:the |CPC |Communist Party of China |Party )*", re.IGNORECASE)
_OF = re.compile(r" of (?:the )?([A-Z][\w’' -]+)$")
_TOWN_LEVEL = re.compile(r" (?:Municipal|City|Prefectural)\b")
_PROVINCES = tuple(load_words("areas").all_of("province_ends"))
_MOST_WORDS = 7
"""How many words the name of a place has at most that the name of an office begins with."""


def is_office(mention: Mention) -> bool:
    """Say whether a thing is an organ by its name: "the Linhe statistics bureau"."""
    return mention.type == ORGANIZATION and _OFFICE.search(mention.label) is not None


def speaks_for(mention: Mention) -> bool:
    """Say whether a thing is an organ that bears the name of its place, and so can stand for that."""
    return is_office(mention) and _BARE_OFFICE.match(mention.label) is None


def find_seats(mentions: Iterable[Mention], find: Callable[[str], Sequence[Mention]]) -> Mapping[str, Mention]:
    """Return by office the place that it is called by; ``find`` gives the names in some words.

    Customs are called by a city, and are those of its province.
    """
    seats: dict[str, Mention] = {}
    for mention in mentions:
        if mention.entity in seats or not is_office(mention) or "Customs" in mention.label:
            continue
        place = _find_place(mention.label, find)
        if place is not None:
            span = Span(mention.start, mention.end)
            seats[mention.entity] = place._replace(start=span.start, end=span.end, kind="reference", resolved=span)
    return seats


def _find_place(label: str, find: Callable[[str], Sequence[Mention]]) -> Mention | None:
    """Return the place that the name of an office ends with behind "of", or begins with: the longest such name."""
    behind = _OF.search(label)
    lead = _LEAD.match(label)
    words = label[lead.end() if lead else 0 :].split(" ")
    fronts = [" ".join(words[:count]) for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1)]
    for name in [behind[1], *fronts] if behind else fronts:
        found = [m for m in find(name) if m.end - m.start == len(name) and m.entity and m.kind != "reference"]
        if found and found[0].type in (ADMIN_AREA, DISTRICT, PARK) and not is_wide(found[0].entity):
            rank = _TOWN_LEVEL.match(label, label.find(name) + len(name))
            return None if rank and found[0].label.endswith(_PROVINCES) else found[0]
    return None
