"""What an article is about, if its title or its first sentences leave no doubt, and what each sentence can be about."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from kg.bearers import choose_bearer
from kg.bystanders import stands_beside
from kg.english import load_words
from kg.model import Entity, Mention, list_distinct
from kg.offices import is_office
from kg.reading import Mark, Reading, SentenceReading
from kg.vocab import ADMIN_AREA, BEARERS, DISTRICT, PARK, is_china, is_described, is_region

REACH = 24
"""How many sentences back what a sentence is about can stand, so that the cost stays that of the text."""


_BEARERS = load_words("bearers")
# "General information of Jiangsu", "About Hefei": a page of that place.
_PROFILE = re.compile(
    rf"\s*(?:(?:[A-Za-z]+ ){{0,2}}?(?:{_BEARERS.any_of('profiles')}) (?:of|about|on|to|in)"
    rf"|{_BEARERS.any_of('presents')})(?: the)? ",
    re.IGNORECASE,
)
# "Highlights of Linhe Municipal Government Work Report": the report is about what that government governs.
_GOVERNMENT = re.compile(
    r"\bGovernment(?:[’']s)? (?:[0-9]{4} )?(?:Annual )?(?:Work )?Report\b"
    r"|\bWork (?:Report )?of (?:the )?[^\n]{0,40}Government\b"
)


# "The Linhe District People's Government", "the People's Congress of Linhe" behind which it stands.
_HAS_GOVERNMENT = re.compile(
    r"(?:[’']s)?(?: (?:[Mm]unicipal|City|County|District|[A-Z]?[a-z]+(?:th|st|nd|rd)))*"
    r" (?:People[’']s )?(?:Government|Congress)\b"
)
_GOVERNMENT_OF = re.compile(r"\b(?:[Gg]overnment|Congress) of (?:the )?$")


def _governs(text: str, mark: Mark) -> bool:
    """Say whether a place is named as that of a government: "the Linhe People's Government"."""
    before = _GOVERNMENT_OF.search(text, max(0, mark.start - 24), mark.start)
    return before is not None or _HAS_GOVERNMENT.match(text, mark.end) is not None


def find_main_subject(reading: Reading, entities: Mapping[str, Entity]) -> tuple[Mention, str] | None:
    """Return what the article is about, if its title or else its first sentences leave no doubt.

    What a preposition governs counts only where the text begins with it ("In Changping, …"), or where the
    title names no other thing and it is a zone or district: "Foreign investment rises in Jinpu New Area".
    """
    for sentence in reading.sentences[:4]:
        chosen = find_bearers(reading, sentence, entities, leading=True)
        if chosen is None and sentence.sentence.part == "title":
            chosen = find_bearers(reading, sentence, entities)
            profile = chosen is not None and len(chosen) == 1 and _is_profile(reading, sentence, chosen[0])
            chosen = (
                chosen if chosen and (profile or {mention.type for mention in chosen} <= {DISTRICT, PARK}) else None
            )
            chosen = chosen or _find_governed(reading, sentence)
        if chosen is not None and (chosen or sentence.sentence.part != "title"):
            return (chosen[0], "article-subject") if len(chosen) == 1 else None
        if chosen is not None:
            titled = {mark.mention.entity for mark in sentence.marks if mark.mention}
            return _find_titled(reading, entities, titled)
    return _find_agreed(reading, entities)


def _find_agreed(reading: Reading, entities: Mapping[str, Entity]) -> tuple[Mention, str] | None:
    """Return the one place that both the title and the body's first sentence with a place tell of, in whatever words.

    "Foreign trade breaks record in Jilin": "In 2021, imports and exports in Jilin province hit 79 billion yuan".
    """
    told: list[list[Mention]] = []
    for sentence in reading.sentences[:4]:
        chosen = find_bearers(reading, sentence, entities)
        if chosen is not None and (sentence.sentence.part == "title") == (not told):
            told.append(chosen)
        if len(told) == 2:
            break
    if len(told) < 2 or any(len(chosen) != 1 for chosen in told):
        return None
    titled, first = told[0][0], told[1][0]
    if titled.entity != first.entity or first.type not in (ADMIN_AREA, DISTRICT, PARK):
        return None
    return None if is_region(first.entity) or is_china(first.entity) else (first, "article-subject")


def reports_of_government(reading: Reading) -> bool:
    """Say whether an article is the report of a government: "we" is the place that it governs."""
    title = reading.article.title
    return title is not None and _GOVERNMENT.search(reading.article.text, *title) is not None


def _find_governed(reading: Reading, title: SentenceReading) -> list[Mention] | None:
    """Return the one place of whose government a title names the report, or that the report itself names first."""
    if not reports_of_government(reading):
        return None
    text = reading.article.text
    for sentences in ((title,), reading.sentences[1:4]):
        marks = [m for s in sentences for m in s.marks if m.mention and m.key in (ADMIN_AREA, DISTRICT)]
        told = [m for m in marks if _governs(text, m)] or [m for m in marks if not stands_beside(text, m)] or marks
        if told:
            return list_distinct(mark.mention for mark in told if mark.mention)
    return None


def _is_profile(reading: Reading, title: SentenceReading, named: Mention) -> bool:
    """Say whether a title is that of a page about the place it names: "General information of Jiangsu"."""
    return _PROFILE.fullmatch(reading.article.text, title.sentence.start, named.start) is not None


def _find_titled(
    reading: Reading, entities: Mapping[str, Entity], titled: Collection[str]
) -> tuple[Mention, str] | None:
    """Return what the body begins with, where the title leaves it open: a zone, or a place that the title names."""
    for sentence in reading.sentences[:4]:
        chosen = find_bearers(reading, sentence, entities, leading=True)
        if sentence.sentence.part == "title" or chosen is None:
            continue
        fits = len(chosen) == 1 and (chosen[0].type == PARK or chosen[0].entity in titled)
        return (chosen[0], "article-subject") if fits else None
    return None


def find_bearers(
    reading: Reading,
    sentence: SentenceReading,
    entities: Mapping[str, Entity],
    *,
    leading: bool = False,
    things: bool = False,
    kinds: frozenset[str] = BEARERS,
) -> list[Mention] | None:
    """Return ``choose_bearer`` of all of a sentence; ``leading`` asks for what stands where it begins."""
    key = (sentence.sentence.start, leading, things, kinds)
    if key not in reading.bearers:
        lead = sentence.sentence.start if leading else None
        chosen = choose_bearer(reading.article.text, sentence.marks, entities, lead=lead, things=things, kinds=kinds)
        reading.bearers[key] = give_places(reading, chosen)
    return reading.bearers[key]


def give_places(reading: Reading, mentions: list[Mention] | None) -> list[Mention] | None:
    """Return the mentions, for an office the place of the article's beginning, or else any, that its name names.

    A region of the country is none where another thing stands beside it ("X leads the rise of western China").
    """
    if mentions and len(mentions) > 1:
        mentions = [mention for mention in mentions if not is_region(mention.entity)] or mentions
    if not mentions or not any(is_office(mention) for mention in mentions):
        return mentions
    places: dict[str, Mention] = {}
    for sentence in reading.sentences[:REACH]:
        for mark in sentence.marks:
            if mark.mention and mark.key in (ADMIN_AREA, DISTRICT, PARK) and not is_described(mark.mention.entity):
                places.setdefault(mark.mention.label, mark.mention)
    given = []
    for mention in mentions:
        names = [label for label in places if is_office(mention) and mention.label.startswith(label + " ")]
        given.append(places[max(names, key=len)] if names else reading.offices.get(mention.entity, mention))
    return list_distinct(given)
