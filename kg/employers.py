"""Whom the people work for that a text names: places, bodies and firms that only a post stands before.

"Exports rose, said Zhao Lin, mayor of Yunhe County": the number need not be the county's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kg.english import load_words
from kg.model import Mention, list_distinct
from kg.reading import Mark, Reading, SentenceReading
from kg.vocab import ADMIN_AREA, BEARERS, DISTRICT, PARK, local_name

_ANY = load_words("bearers").any_of
_POST = re.compile(rf"\b(?:{_ANY('posts')}) (?:of|at|with|from)(?: the)? $", re.IGNORECASE)
# "…, said Zhao Lin, mayor of Yunhe County", "…, according to Yunhe Mayor Zhao Lin".
_SAID = re.compile(rf"(?:\b(?:{_ANY('speaks')})|ccording to) [A-Z]")
_HEAD = re.compile(rf", (?:the )?(?:[a-z-]+ ){{0,3}}?(?:{_ANY('governs')}) (?:of|in|for)(?: the)? $", re.IGNORECASE)
_SPOKEN = re.compile(rf"\b(?:{_ANY('speaks')})\b")
_HEADS = re.compile(
    rf"\b(?:{_ANY('governs')}|general manager|manager|president|ceo|founder|owner|executive)"
    r"(?: and [a-z ]{3,20})?(?: of the (?:[a-z]+ )?(?:CPC |Party )?(?:committee|government))?"
    r" (?:of|at|with|for)(?: the)? $",
    re.IGNORECASE,
)
# "Yunhe Mayor Zhao Lin", "the Yunhe county government", "Yunhe's Party chief": who speaks is the place's.
_HEADS_PLACE = re.compile(
    rf"(?:[’']s)?,? (?:(?:{_ANY('ranks_of_posts')})[ -])*(?:{_ANY('governs', 'rulers')})\b", re.IGNORECASE
)
_TOLD_BY = re.compile(
    rf"\b(?:{_ANY('speaks')}|announcing|reported|released|showed?|shows)\b|ccording to|\b(?:data|figures) from\b"
)
_ENDS = re.compile(r"(?: [a-z]+ (?:committee|government))?(?=[,.;:\"”]|$| (?:in|on|at|during|who)\b)")
_VOICES = load_words("speakers")
_SAID_SO = re.compile(rf"\b(?:{_VOICES.any_of('said_so')})\b")
_RULERS = re.compile(rf"\b(?:{_VOICES.any_of('rulers_voices')})\b", re.IGNORECASE)
_OTHERS = re.compile(rf"\b(?:{_VOICES.any_of('others_voices')})\b", re.IGNORECASE)
_WIDER = re.compile(rf"\b(?:{_VOICES.any_of('wider_voices')})\b")
# "Vice mayor Zhao Lin said.": nothing but who said what stands before.
_ONLY_SAYS = re.compile(rf"(?:[\w’',.-]+ ){{1,10}}(?:{_VOICES.any_of('said_so')})[.”\"]*")
VOICES = 12
"""How many sentences back one who says "we" can have been told of."""
_SPEAKER = re.compile(
    rf", (?:an? |the )?(?:[a-z-]+ ){{0,4}}?(?:{_ANY('speakers')})\b[^;.\n]{{0,140}}?,? (?:{_ANY('speaks')})\b"
)


def leave_posts(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks but for whom a speaker works for, and where that lies: "mayor of Linhe District, Hefei City"."""
    kept: list[Mark] = []
    left: Mark | None = None
    spoken = _SPEAKER.search(text, max(0, marks[0].start - 120), marks[-1].end + 60) if marks else None
    for mark in marks:
        if spoken is not None and spoken.start() < mark.start and mark.end <= spoken.end():
            continue
        post = _POST.search(text, max(0, mark.start - 32), mark.start) is not None
        if post or (left is not None and text[left.end : mark.start] == ", "):
            left = mark
        else:
            kept.append(mark)
            left = None
    return kept


def list_employers(text: str, marks: Sequence[Mark], *, direct: bool) -> list[Mention]:
    """Return the things that marks name only as those whom a speaker works for.

    With ``direct``, places alone that stand right behind the post: "mayor of Linhe District", and not "official of a
    bureau in Linhe District".
    """
    if direct:
        left = [m for m in marks if m.key in (ADMIN_AREA, DISTRICT, PARK)]
        left = [m for m in left if _POST.search(text, max(0, m.start - 32), m.start)]
    else:
        found = [m for m in marks if m.mention and local_name(m.mention.type) in BEARERS]
        kept = leave_posts(text, found)
        left = [m for m in found if m not in kept]
    return list_distinct(m.mention for m in left if m.mention)


def list_governed(text: str, marks: Sequence[Mark], position: int) -> list[Mention]:
    """Return the places whose head speaks behind what is told: "exports rose, said Zhao Lin, mayor of Yunhe County"."""
    behind = [m for m in marks if m.start >= position and m.key in (ADMIN_AREA, DISTRICT, PARK)]
    if not behind or not _SAID.search(text, position, behind[-1].start):
        return []
    told = [m for m in behind if _HEAD.search(text, max(position, m.start - 60), m.start) and _ENDS.match(text, m.end)]
    return list_distinct(m.mention for m in told if m.mention)


def list_spoken_for(
    text: str, marks: Sequence[Mark], start: int, end: int, offices: Mapping[str, Mention]
) -> list[Mention]:
    """Return the places whose heads or offices tell what a sentence says: "…, the Yunhe statistics bureau said"."""
    if _TOLD_BY.search(text, start, end) is None:
        return []
    places = [
        m.mention for m in marks if m.key in (ADMIN_AREA, DISTRICT, PARK) and _HEADS_PLACE.match(text, m.end, end)
    ]
    places += list_governed(text, marks, start)
    places += [offices[m.mention.entity] for m in marks if m.mention and m.mention.entity in offices]
    return list_distinct(place for place in places if place)


def list_employed(text: str, marks: Sequence[Mark], start: int) -> list[Mention]:
    """Return what a speaker in a sentence works for or heads: "…, said Zhao Lin, general manager of Lanhai Motors"."""
    bearers = [m for m in marks if m.mention and local_name(m.mention.type) in BEARERS]
    if not bearers or not _SPOKEN.search(text, start, bearers[-1].end + 60):
        return []
    found = [m for m in bearers if _HEADS.search(text, max(start, m.start - 70), m.start)]
    return list_distinct(m.mention for m in found if m.mention)


def find_voice(reading: Reading, sentence: SentenceReading) -> list[Mention] | None:
    """Return whom the one works for who says "we" in a sentence: ``None`` if he speaks for the place that he governs.

    "The meeting stressed that …. We will …": he is told of in the sentence, or last before it, or right behind.
    """
    text, number = reading.article.text, reading.number_of(sentence.sentence)
    behind = [s for s in reading.sentences[number + 1 : number + 2] if _says_only(text, s)]
    if _WIDER.search(text, sentence.sentence.start, sentence.sentence.end):
        return []
    known = False
    for other in (sentence, *behind, *reversed(reading.sentences[max(0, number - VOICES) : number])):
        here = other.sentence
        known = known or _SAID_SO.search(text, here.start, here.end) is not None
        if not known:
            continue  # who is named before "he said" speaks, though that sentence does not say so
        if found := list_employed(text, other.marks, here.start):
            return found if len(found) == 1 and not list_governed(text, other.marks, here.start) else None
        if _OTHERS.search(text, here.start, here.end) or _WIDER.search(text, here.start, here.end):
            return []
        if _RULERS.search(text, here.start, here.end):
            return None
    return []


def _says_only(text: str, sentence: SentenceReading) -> bool:
    """Say whether a sentence tells only who said what stands before it."""
    return _ONLY_SAYS.fullmatch(text, sentence.sentence.start, sentence.sentence.end) is not None
