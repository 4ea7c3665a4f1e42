"""The great regions of the country: "East China's Zhejiang province", "the eastern Chinese city of Hangzhou".

Between a region and a place that it holds stand the country's name and small words only, so that the rules read
"China's Zhejiang" as ever; where the region stands for itself ("a port in East China"), it is a thing of the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.model import Entity, Mention
from kg.vocab import ADMIN_AREA, DISTRICT, PARK, is_region, is_wide, mint_iri

if TYPE_CHECKING:
    from kg.reading import Mark

_PLACES = (ADMIN_AREA, DISTRICT, PARK)
_COMPASS = r"(?P<side>(?:(?:north|south)[- ]?)?(?:east|west)|north|south|central)(?P<adjective>ern(?:most)?)?"
_KIND = (
    r"(?:province|city|municipality|county|district|town|township|village|prefecture|autonomous region|region|banner)"
)
# Small words that a place can have in front, and what kind of place it is: "the coastal city of".
_LED = (
    r"(?:(?!(?:and|or|of|in|to|from|by|for|with|near)\b)[a-z][a-z-]+ ){0,3}"
    rf"(?:(?:{_KIND}|metropolis|hub|island) of )?"
)
_BEFORE = re.compile(
    rf"(?<![\w-]){_COMPASS}(?: China[’']s (?:far )?| Chinese | China (?={_KIND} of )){_LED}$"
    rf"|\bChina[’']s (?:far )?{_COMPASS.replace('side', 'side2').replace('adjective', 'adjective2')} {_LED}$",
    re.IGNORECASE,
)
# With no word of the country: only where the place is known to lie in that region.
_BARE = re.compile(rf"(?<![\w-]){_COMPASS} (?:(?:[a-z]+ )?{_KIND} of )?$", re.IGNORECASE)
_CALLED = re.compile(r" (?:[Pp]rovince|[Aa]utonomous [Rr]egion|[Rr]egion|[Mm]unicipality)\b")
_FRONT = 90
"""So many characters at most lie between the beginning of a region's name and the place."""

# What may follow a region that stands for itself: no name or noun that it only begins ("East China Sea").
_FREE = re.compile(
    r"(?=$|[,.;:)?!\n]| [–—-]{1,2} |[’']s\b|(?:,| (?:and|or|in|on|at|for|to|by|with|from|as|is|are|was|were|has|have"
    r"|had|will|would|can|that|which|where|who|while|when|after|before|since|during|into|through|but|than|via|over"
    r"|between|this|last|next|region|area|also|now|saw|sees|of|including|such|there|amid|under|\w+ed)\b))"
)
# "East China's coastal Zhejiang": of what follows, the country's name is what the rules ask for.
_OWNS = re.compile(rf"[’']s (?:far )?{_LED}$")
_ENDS_OTHER = re.compile(r"\b(?:[Mm]iddle|[Ff]ar|[Aa]ir|the) $")


def settle_regions(text: str, found: Sequence[Mention], china: Entity | None) -> list[Mention]:
    """Return mentions with regions that own a place read as the country, and those that only begin a name left out."""
    if not any(is_region(m.entity) for m in found):
        return [*found]
    starts = sorted(m.start for m in found if m.type in _PLACES)
    return [settled for m in found if (settled := _settle(text, m, starts, china))]


def _settle(text: str, mention: Mention, starts: Sequence[int], china: Entity | None) -> Mention | None:
    if not is_region(mention.entity):
        return mention
    behind = next((start for start in starts if start >= mention.end), None)
    owns = behind is not None and behind - mention.end < _FRONT and _OWNS.fullmatch(text, mention.end, behind)
    if owns and china is not None:
        start = mention.end - len("China")
        return Mention(start, mention.end, china.iri, china.label, china.type, "name")
    if _ENDS_OTHER.search(text, max(0, mention.start - 8), mention.start):
        return None
    return mention if _FREE.match(text, mention.end) else None


def find_regions(
    text: str, marks: Collection[Mark], start: int, entities: Mapping[str, Entity], base: str
) -> Iterator[tuple[Mark, Mark]]:
    """Yield each place of a sentence with the region that the words in front of it put it in."""
    for mark in marks:
        place = mark.mention
        if place is None or place.type not in _PLACES or place.kind == "reference" or is_wide(place.entity):
            continue
        front = max(start, mark.start - _FRONT)
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
        yield mark, replace(mark, start=told.start(), mention=mention)


def _is_known(text: str, mark: Mark, bare: re.Match[str], region: Entity, entities: Mapping[str, Entity]) -> bool:
    """Say whether a place that is called a province is known to lie in a region: "southwestern Sichuan province"."""
    known = entities.get(mark.mention.entity) if mark.mention else None
    called = " of " in bare[0] or _CALLED.search(text, mark.start, mark.end) or _CALLED.match(text, mark.end)
    return known is not None and bool(called) and region.iri in known.regions
