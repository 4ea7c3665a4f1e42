"""Which places lie in the great regions of the country: "East China's Zhejiang province", "the eastern Chinese city".

Said in front of a place, or known of one that stands behind "southwestern"; each is a containment told in passing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from kg.model import Entity, Mention
from kg.reading import Mark
from kg.regions import FRONT, KIND, LED, PLACES
from kg.vocab import is_wide, mint_iri

_COMPASS = r"(?P<side>(?:(?:north|south)[- ]?)?(?:east|west)|north|south|central)(?P<adjective>ern(?:most)?)?"
_BEFORE = re.compile(
    rf"(?<![\w-]){_COMPASS}(?: China[’']s (?:far )?| Chinese | China (?={KIND} of )){LED}$"
    rf"|\bChina[’']s (?:far )?{_COMPASS.replace('side', 'side2').replace('adjective', 'adjective2')} {LED}$",
    re.IGNORECASE,
)
# With no word of the country: only where the place is known to lie in that region.
_BARE = re.compile(rf"(?<![\w-]){_COMPASS} (?:(?:[a-z]+ )?{KIND} of )?$", re.IGNORECASE)
_JOINS = re.compile(r",? and |, ")
_SEVERAL = re.compile(r" (?:provinces|cities|counties|districts|autonomous regions|municipalities)\b")
_CALLED = re.compile(r" (?:[Pp]rovince|[Aa]utonomous [Rr]egion|[Rr]egion|[Mm]unicipality)\b")


def find_regions(
    text: str, marks: Collection[Mark], start: int, entities: Mapping[str, Entity], base: str
) -> Iterator[tuple[Mark, Mark]]:
    """Yield each place of a sentence with the region that the words in front of it put it in."""
    for mark in marks:
        place = mark.mention
        if place is None or place.type not in PLACES or place.kind == "reference" or is_wide(place.entity):
            continue
        front = max(start, mark.start - FRONT)
        lead = _BEFORE.search(text, front, mark.start)
        bare = None if lead else _BARE.search(text, front, mark.start)
        told = lead or bare
        if told is None:
            continue
        side = re.sub("[- ]", "", (told["side"] or (told["side2"] if lead else "")).lower())
        region = entities.get(mint_iri(base, f"{side}-china"))
        if region is None or (bare and not _is_known(text, mark, bare, region, entities)):
            continue
        mention = Mention(told.start(), mark.end, region.iri, region.label, region.type, "name")
        outer = replace(mark, start=told.start(), mention=mention)
        yield mark, outer
        if bare is None:
            yield from ((other, outer) for other in _list_others(text, mark, marks))


def _list_others(text: str, first: Mark, marks: Collection[Mark]) -> Iterator[Mark]:
    """Yield what a list goes on with: "East China's Shandong and Jiangsu provinces"."""
    listed, last = [], first
    for mark in sorted((m for m in marks if m.start >= first.end), key=lambda m: m.start):
        if mark.mention is None or mark.key != first.key or _JOINS.fullmatch(text, last.end, mark.start) is None:
            break
        listed.append(mark)
        last = mark
    if _SEVERAL.match(text, last.end):
        yield from listed


def _is_known(text: str, mark: Mark, bare: re.Match[str], region: Entity, entities: Mapping[str, Entity]) -> bool:
    """Say whether a place that is called a province is known to lie in a region: "southwestern Sichuan province"."""
    known = entities.get(mark.mention.entity) if mark.mention else None
    called = " of " in bare[0] or _CALLED.search(text, mark.start, mark.end) or _CALLED.match(text, mark.end)
    return known is not None and bool(called) and region.iri in known.regions
