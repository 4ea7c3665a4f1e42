"""The period that several values of a sentence share: said once, behind the last of them."""

from __future__ import annotations

import re

from kg.dating import is_base
from kg.model import Quantity
from kg.reading import SentenceReading

# What may stand between a number and the period of its sentence: further numbers of the same kind.
_SHARES = re.compile(
    r"(?!.*(?:\b(?:which|who|that|when|after|before|since|until|where|as|will|but|from|once|now|because|for|so|"
    r"including|had|would|should|may|might|could|expected|projected|planned|set|target|than|against)\b|[;:]|\.\s))"
    r"(?=.*(?:,|\band\b|\bwhile\b)).*"
    r"(?:percent|per cent|%|pct|yuan|rmb|dollars|illion|times|year[- ]on[- ]year|growth|increase|\)"
    r"|tons|tonnes|TEUs|containers|cargo|freight|units|vehicles) $",
    re.IGNORECASE | re.DOTALL,
)
_SHARED_END = re.compile(r"\s*(?:[.;]|$|, (?:according|compared|official|data|statistics|said|local|the)\b)")
_SHARED_AT = re.compile(r"(?:in|during|for|from|over|throughout|last|this)\b", re.IGNORECASE)


def find_shared_period(text: str, sentence: SentenceReading, end: int) -> Quantity | None:
    """Return a sentence's only period where it ends the last of several values: "A rose 3 percent and B 4 in 2022".

    ``end`` is where the number in question ends. None where another time is said anywhere in the sentence.
    """
    floor = sentence.sentence.start
    marks = [m for m in sentence.marks if m.is_time() and not is_base(text, m, floor)]
    if len(marks) != 1 or marks[0].start <= end or marks[0].start - end > 300:
        return None
    mark = marks[0]
    if _LISTED_END.match(text, mark.end) and _ends_counts(text, sentence, end, mark.start):
        return mark.quantity  # "It added 30 labs and 12 institutes last year"
    if not _SHARED_AT.match(text, mark.start) or not _SHARED_END.match(text, mark.end):
        return None
    if _OF_AVERAGE.search(text, end, mark.start):
        return None  # "up 4 percent and growing an average of 2 percent over the past two years"
    return mark.quantity if _SHARES.match(text[end : mark.start]) else None


_LISTED_END = re.compile(r"\s*(?:[.;,)]|$)")
_OF_AVERAGE = re.compile(
    r"\baverag(?:e|ing|ed) (?:[a-z-]+ ){0,4}\d[\d.]* ?(?:percent|%|pct|per cent) $|\bon average $", re.IGNORECASE
)
_LISTED = re.compile(
    r"(?!.*(?:\b(?:which|who|that|when|after|before|until|where|will|but|once|because|so|has|have|had|is|are|was|were"
    r"|while|would|could|than|expected|planned|set to|founded|established|built|opened|completed|launched"
    r"|set up|created|born)\b|[;:]|\.\s)).*",
    re.IGNORECASE | re.DOTALL,
)
# "12 labs joining last year": of those alone.
_OF_LAST = re.compile(r"(?:\b[a-z]+(?:ed|ing)|\bnew|\bof) $")
_NEXT_COUNT = re.compile(
    r"(?:,|,? and|,? including|,? with|as well as|along with) (?:about |some |another |a total of )?$"
)


def _ends_counts(text: str, sentence: SentenceReading, end: int, until: int) -> bool:
    """Say whether what stands between a number and a period is the rest of a list of counts, and no more."""
    between = [m for m in sentence.marks if end <= m.start < until and m.quantity]
    if not between or any(m.key != "count" for m in between) or not _LISTED.fullmatch(text[end:until]):
        return False
    if not text[between[-1].end : until].strip(" ,") or _OF_LAST.search(text, end, until):
        return False  # "120 schools, including 12 in 2021": of those alone
    return all(_NEXT_COUNT.search(text, end, m.start) for m in between)
