"""Chains of places, each in the next: "Qingshi Village, Lanhu Town, Linhe County, Hefei, Anhui province".

A chain is told by its order alone: each place is of a wider kind than the one before it, and between them stand only
a comma or words that say where. A list of places hardly ever rises from village to province, and ends in "and".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from kg.model import Entity, Mention, find_ancestors
from kg.reading import Mark, SentenceReading
from kg.vocab import ADMIN_AREA, DISTRICT, PARK, is_china

VILLAGE, TOWN, COUNTY, CITY, PROVINCE = range(5)
_PROVINCE = r"\b(?:province|autonomous region|inner mongolia|guangxi|xinjiang|ningxia|tibet)\b"
_KINDS = (
    (VILLAGE, re.compile(r"\b(?:village|community|street)$", re.IGNORECASE)),
    (TOWN, re.compile(r"\b(?:town|township|sub-?district|subdistrict office)$", re.IGNORECASE)),
    (PROVINCE, re.compile(_PROVINCE, re.IGNORECASE)),
)
_SIDE = (
    r"(?:(?:the )?(?:(?:far|very) )?"
    r"(?:[a-z]*(?:north|south|east|west|central|center|centre|heart|middle|downtown)[a-z]*"
    r"(?:[- ](?:east|west|central)(?:ern)?)?)(?: (?:part|suburbs?|area|outskirts|side|corner|region))?(?: of| in)? )?"
)
_IN = (
    rf"(?:(?:located|situated|lying|which (?:is|lies)) )?(?:in|of|under|within) {_SIDE}(?:the )?"
    r"(?:(?:city|district|county) of )?"
)
# What stands between two places of which the second holds the first.
_LINK = re.compile(
    rf"(?: (?:city|county))?(?: ?\([^()]{{1,40}}\))?,? ?\(?(?:{_IN})?"
    r"(?:(?:the |in )?(?:[A-Za-z]+ )?China[’']s )?(?:the )?"
)
# In front of the first place: what lets it stand for where something is, and what by or with which something is done.
_LEADS = re.compile(
    r"(?:^|[.;:(–—] ?|, |\b(?:[Ii]n|[Aa]t|[Oo]f|[Ff]rom|[Tt]o|[Nn]ear|[Vv]isit\w*|[Tt]our\w*|left|reached|entered"
    r"|around|through|and|the|[a-z]+ed)(?: the)? ?)$"
)
_AGENT = re.compile(
    r"\b(?:by|with|for|than|between|among|unlike|including|such as|like|namely|both|as|against"
    r"|(?:thanks|due|next|close|according|adjacent) to"
    r"|(?:events?|fairs?|exhibitions?|forums?|conferences?|delegations?|products?|goods|offices?|booths?|pavilions?"
    r"|day|week|show|plans?) (?:of|from|in))(?: the)? $",
    re.IGNORECASE,
)
# Behind the last place: another one of a list, a longer name that begins with it, what is held there.
_LISTED = re.compile(
    r",? ?(?:and|or|as well as|&) (?:the )?[A-Z]| [A-Z][a-z]| (?:[a-z-]+ ){0,5}?"
    r"(?:conference|forum|summit|meeting|expo|fair|exhibition|competition|contest|market)s?\b"
)
# "From Linhe County, Hefei is an hour away": the place behind the comma is what is told of.
_FRONTED = re.compile(r"(?:^|[.;:] ?)(?:[A-Z][a-z]+)(?: the)? $")
_CLOSED = re.compile(r" ?[,.;:)(]|$")
# Of a place that owns what follows; its north or its suburbs are still where something is.
_OWNED = re.compile(
    r"[’']s?\b(?! (?:far |very |remote )?[a-z]*"
    r"(?:north|south|east|west|suburb|outskirt|downtown|center|centre|core|rural)[a-z]*"
    r"(?: (?:part|area|suburbs?|outskirts|region))?(?:[,.;]|$))"
)


def find_chains(text: str, sentence: SentenceReading, entities: Mapping[str, Entity]) -> Iterator[tuple[Mark, Mark]]:
    """Yield each place of a chain with the place behind it that holds it."""
    chain: list[Mark] = []
    start = sentence.sentence.start
    for mark in (*sentence.marks, None):
        if mark is not None and _is_china(mark) and chain and _OWNED.match(text, mark.end):
            continue  # "in North China's Hebei": passed over
        linked = (
            chain and mark is not None and _rank(text, mark) is not None and _is_linked(text, chain[-1].end, mark.start)
        )
        if mark is not None and linked:
            chain.append(mark)
            continue
        yield from _pair(text, start, chain, entities)
        chain = [mark] if mark is not None and _rank(text, mark) is not None else []


def _is_linked(text: str, start: int, end: int) -> bool:
    """Say whether what stands between two places says that the second holds the first."""
    return bool(text[start:end].strip()) and _LINK.fullmatch(text, start, end) is not None


def _pair(text: str, start: int, chain: list[Mark], entities: Mapping[str, Entity]) -> Iterator[tuple[Mark, Mark]]:
    """Yield the pairs of a run of places if all of it rises and nothing says that it is a list."""
    if len(chain) < 2 or not all(_rises(text, a, b, entities) for a, b in pairwise(chain)):
        return
    before, end = text[max(start, chain[0].start - 40) : chain[0].start], chain[-1].end
    if not _LEADS.search(before) or _AGENT.search(before) or _LISTED.match(text, end) or _OWNED.match(text, end):
        return
    first = chain[0].mention
    comma = "," in text[chain[0].end : chain[1].start]
    if (comma and _FRONTED.search(before) and not _CLOSED.match(text, end)) or (
        not comma and first is not None and first.type == PARK
    ):
        return
    for inner, outer in pairwise(chain):
        if inner.mention and outer.mention and _can_hold(inner.mention, outer.mention, entities):
            yield inner, outer


def _rises(text: str, inner: Mark, outer: Mark, entities: Mapping[str, Entity]) -> bool:
    """Say whether the second of two places is of a wider kind, or of the same and known to hold the first."""
    narrow, wide = _rank(text, inner), _rank(text, outer)
    if narrow is None or wide is None or narrow != wide:
        return narrow is not None and wide is not None and narrow < wide
    within = find_ancestors(inner.mention.entity, entities) if inner.mention else []
    return outer.mention is not None and outer.mention.entity in within


def _rank(text: str, mark: Mark) -> int | None:
    """Return how wide a place is; ``None`` for what is none, or not called by its name."""
    mention = mark.mention
    if mention is None or mention.type not in (ADMIN_AREA, DISTRICT, PARK):
        return None
    if mention.kind == "reference" and not text[mention.start].isupper():
        return None
    if mention.type == DISTRICT:
        return COUNTY
    if mention.type == PARK:
        return TOWN
    if _is_china(mark):
        return None
    return next((rank for rank, kind in _KINDS if kind.search(mention.label)), CITY)


def _is_china(mark: Mark) -> bool:
    return mark.mention is not None and is_china(mark.mention.entity)


def _can_hold(inner: Mention, outer: Mention, entities: Mapping[str, Entity]) -> bool:
    """Say whether what the lexicon knows of the inner place does not put it elsewhere."""
    around = find_ancestors(inner.entity, entities)
    return inner.entity != outer.entity and (not around or outer.entity in around)


_NARROW = re.compile(r"\b(?:village|community|town|township|sub-?district)$", re.IGNORECASE)
_WIDE = re.compile(r"\b(?:county|district|province|autonomous region|city|prefecture|municipality)$", re.IGNORECASE)


def is_upside_down(inner: str, outer: str) -> bool:
    """Say whether two names alone tell that the first place holds the second.

    >>> is_upside_down("Linhe County", "Qingshi Town"), is_upside_down("Qingshi Town", "Linhe County")
    (True, False)
    """
    return bool(_WIDE.search(inner) and _NARROW.search(outer)) and not outer.endswith(("New Town", "Sub-district"))
