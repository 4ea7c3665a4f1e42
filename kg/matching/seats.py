"""Whether a place or a firm stands in a sentence only as where another lies, or in a list that is none of its own."""

from __future__ import annotations

import re

from kg.matching.targets import MatchTargets
from kg.matching.words import Thing
from kg.model import find_ancestors
from kg.pattern import Match
from kg.reading import Mark
from kg.vocab import PARK, PLACES

# Behind where something is, and no item of a list: "Linhe Town, Yunhe District, has".
_CLOSED = re.compile(r", (?!(?:and|or|as well as|together)\b|[A-Z])")
_FROM_WHOM = re.compile(r"\b(?:from|of|with|at|for|between|among) (?:the )?$")
_IN_LIST = re.compile(r", (?:the )?")
# Around a name in the middle of a list: "areas in A, B, and C".
_LISTED_BEFORE = re.compile(
    r"(?:\b(?:in|of|from|between|across|including|namely|areas)|:) (?:the )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,3}, $"
)
_LISTED_BEHIND = re.compile(r",? (?:and|or|as well as) (?:the )?[A-Z]")
_BEHIND_NAME = re.compile(
    r"\b(?:in|of|from|near|at) (?:the )?(?:city of |county of |town of )?"
    r"(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun))"
    r"[A-Z][a-z]+(?: (?:[A-Z][a-z]+|city|county|town|township|village|district)){0,3}, (?:[a-z]+ )?China[’']s $"
)
# Between a place and the one it lies in: "Linhe, East China's Yunhe".
_SEAT = re.compile(r", (?:the )?(?:(?:[A-Za-z]+ )?China[’']s )?")
_TOWN = re.compile(r" (?:Town|Township|Village|Street|Sub-?[Dd]istrict)$")


class MatchSeats(MatchTargets):
    """Judges whether a thing stands by itself in the sentence."""

    def _stands_as_seat(self, subject: Thing) -> bool:
        """Say whether a place is named only as where another lies: "Linhe city, Yunhe province, covers 30 hectares"."""
        if subject.how or subject.type not in PLACES:
            return False
        marks = [mark for mark in self.sentence.marks if mark.mention]
        named = [mark.mention for mark in marks if mark.mention]
        places = [n for n, m in enumerate(named) if m.entity == subject.iri and m.kind != "reference"]
        text = self.article.text
        if places and all(_BEHIND_NAME.search(text, max(0, marks[n].start - 60), marks[n].start) for n in places):
            return True  # "From the city of Linhe, east China's Anhui", where nobody knows Linhe
        return bool(places) and all(
            any(self._is_seat_of(marks[other], marks[number]) for other in range(max(0, number - 2), number))
            for number in places
        )

    def _ends_governed_list(self, match: Match) -> bool:
        """Say whether several that a match tells of end a list that a preposition governs: "guests from A, B and C"."""
        groups = match.groupdict()
        if not groups.get("s") or not groups.get("s2"):
            return False
        first = self._slot_mark(match, "s")
        before = [mark for mark in self.sentence.marks if mark.end <= first.start]
        while before and _IN_LIST.fullmatch(self.article.text, before[-1].end, first.start):
            first = before.pop()
        alone = first.start == self._slot_mark(match, "s").start
        return not alone and _FROM_WHOM.search(self.article.text, max(0, first.start - 12), first.start) is not None

    def _stands_in_list(self, subject: Thing) -> bool:
        """Say whether a place is named only inside a list of others: "in A, B, and C, covering 30 hectares"."""
        if subject.how or subject.type not in PLACES or self._pair:
            return False
        text = self.article.text
        named = [m for m in self.sentence.marks if m.mention and m.mention.entity == subject.iri]
        before = [_LISTED_BEFORE.search(text, max(0, m.start - 60), m.start) for m in named]
        return bool(named) and all(b and _LISTED_BEHIND.match(text, m.end) for b, m in zip(before, named, strict=True))

    def _is_seat_of(self, thing: Mark, place: Mark) -> bool:
        """Say whether a place stands behind one that the lexicon knows to lie in it, and a comma between them."""
        if (
            thing.mention is None
            or place.mention is None
            or not _SEAT.fullmatch(self.article.text, thing.end, place.start)
        ):
            return False
        known = place.mention.entity in find_ancestors(thing.mention.entity, self.lexicon.entities)
        return known or self._begins_address(thing, place)

    def _begins_address(self, thing: Mark, place: Mark) -> bool:
        """Say whether a sentence begins with a park or town and where it is: "Linhe Town, Yunhe District, has"."""
        small = thing.key == PARK or (thing.mention is not None and _TOWN.search(thing.mention.label) is not None)
        first = thing.start - self.sentence.sentence.start <= len("The ")
        return small and first and place.key != PARK and _CLOSED.match(self.article.text, place.end) is not None
