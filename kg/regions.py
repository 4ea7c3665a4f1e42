"""The great regions of the country: "East China's Zhejiang province", "the eastern Chinese city of Hangzhou".

Between a region and a place that it holds stand the country's name and small words only, so that the rules read
"China's Zhejiang" as ever; where the region stands for itself ("a port in East China"), it is a thing of the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.model import Entity, Mention
from kg.vocab import ADMIN_AREA, DISTRICT, PARK, is_region

PLACES = (ADMIN_AREA, DISTRICT, PARK)
KIND = (
    r"(?:province|city|municipality|county|district|town|township|village|prefecture|autonomous region|region|banner)"
)
# Small words that a place can have in front, and what kind of place it is: "the coastal city of".
LED = (
    r"(?:(?!(?:and|or|of|in|to|from|by|for|with|near)\b)[a-z][a-z-]+ ){0,3}"
    rf"(?:(?:{KIND}|metropolis|hub|island) of )?"
)
FRONT = 90
"""So many characters at most lie between the beginning of a region's name and the place."""

# What may follow a region that stands for itself: no name or noun that it only begins ("East China Sea").
_FREE = re.compile(
    r"(?=$|[,.;:)?!\n]| [–—-]{1,2} |[’']s\b|(?:,| (?:and|or|in|on|at|for|to|by|with|from|as|is|are|was|were|has|have"
    r"|had|will|would|can|that|which|where|who|while|when|after|before|since|during|into|through|but|than|via|over"
    r"|between|this|last|next|region|area|also|now|saw|sees|of|including|such|there|amid|under|\w+ed)\b))"
)
# "East China's coastal Zhejiang": of what follows, the country's name is what the rules ask for.
_OWNS = re.compile(rf"[’']s (?:far )?{LED}$")
_ENDS_OTHER = re.compile(r"\b(?:[Mm]iddle|[Ff]ar|[Aa]ir|the) $")


def settle_regions(text: str, found: Sequence[Mention], china: Entity | None) -> list[Mention]:
    """Return mentions with regions that own a place read as the country, and those that only begin a name left out."""
    if not any(is_region(m.entity) for m in found):
        return [*found]
    starts = sorted(m.start for m in found if m.type in PLACES)
    return [settled for m in found if (settled := _settle(text, m, starts, china))]


def _settle(text: str, mention: Mention, starts: Sequence[int], china: Entity | None) -> Mention | None:
    if not is_region(mention.entity):
        return mention
    behind = next((start for start in starts if start >= mention.end), None)
    owns = behind is not None and behind - mention.end < FRONT and _OWNS.fullmatch(text, mention.end, behind)
    if owns and china is not None:
        start = mention.end - len("China")
        return Mention(start, mention.end, china.iri, china.label, china.type, "name")
    if _ENDS_OTHER.search(text, max(0, mention.start - 8), mention.start):
        return None
    return mention if _FREE.match(text, mention.end) else None
