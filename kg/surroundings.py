"""What an article names around a description: the places it can lie in, whose it can be, and what has its name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from kg.model import Mention
from kg.vocab import ADMIN_AREA, DISTRICT, ENTERPRISE, ORGANIZATION, PARK, is_described

MAX_LEAD = 80
"""How many characters "In Wuhan, …" can have, which says where a sentence is."""

_PLACES = frozenset((ADMIN_AREA, DISTRICT, PARK))
_OWNERS = frozenset((ENTERPRISE, ORGANIZATION))
_LIES = re.compile(
    r"(?:,? (?:(?:which|that) )?(?:(?:is|was|lies|stands|sits|will be|to be) )?"
    r"(?:located |based |situated |sited |built |opened )?|,? )(in|at|near|outside|around|of) (?:the )?"
)
_LEADS = re.compile(r"(?:\w+ ){0,2}?(in|at|near|outside|around) ")
_BEFORE = re.compile(r"\b(in|at|near|outside|around) (?:the )?$")
_BELONGS = re.compile(
    r"(?: of|,? (?:(?:which|that) )?(?:(?:is|was) )?(?:owned|run|operated|held|controlled)(?: and \w+)? by"
    r"|,? (?:that )?belong(?:s|ing) to) (?:the )?"
)
_CAPITAL = re.compile(r"[A-Z][\w-]*")
_CLOSE_BY = frozenset(("near", "outside", "around"))


class Surroundings:
    """The named things of one article: all of them by where they stand, and those read so far by what they are."""

    def __init__(
        self, text: str, folded: str, mentions: Sequence[Sequence[Mention]], heads: Mapping[str, Sequence[str]]
    ) -> None:
        self.text, self.folded = text, folded
        self.heads = heads
        """By class, what a description of such a thing can end with."""
        named = [m for group in mentions for m in group if m.entity]
        self.places = sorted((m for m in named if m.type in _PLACES), key=lambda m: m.start)
        self.place_starts = [m.start for m in self.places]
        self.owners = {m.start: m.entity for m in named if m.type in _OWNERS}
        self.possessors = {m.end: m for m in named if m.type in _OWNERS or m.type in _PLACES}
        self.recent: list[Mention] = []
        self.firms: list[Mention] = []
        self.last_run = 0
        """Since which of ``firms`` they are all one."""
        self.bearers: dict[tuple[str, str], Mention] = {}

    def name(self, mention: Mention) -> None:
        """Take what the article names next."""
        self.recent = [*self.recent[-3:], mention]
        if mention.type == ENTERPRISE:
            if self.firms and self.firms[-1].entity != mention.entity:
                self.last_run = len(self.firms)
            self.firms.append(mention)
        if is_described(mention.entity):
            return
        label = mention.label.lower()
        for head in self.heads.get(mention.type, ()):
            if head == "project" or label.endswith(head):
                self.bearers[mention.type, head] = mention

    def last_bearer(self, type_iri: str, head: str) -> Mention | None:
        """Return what was last named that a bare head can stand for: any project is "the project"."""
        return self.bearers.get((type_iri, head))

    def last_firm(self) -> str:
        """Return the enterprise named last, or nothing."""
        return self.firms[-1].entity if self.firms else ""

    def changes_firm(self, since: int) -> bool:
        """Say whether from a position on another enterprise is named than the last one before it."""
        number = bisect_left(self.firms, since, key=lambda m: m.start)
        return number < len(self.firms) and self.last_run >= number

    # ------------------------------------------------------------ where a description lies
    def find_place(self, begin: int, end: int, owner_end: int, sentence: int) -> str:
        """Return where the words say that a description lies, or nothing; close by a place is not in it.

        They say so behind it ("the plant at Wuhan"), as its owner ("Wuhan's plant"), right in front ("in Wuhan the
        plant") or at the head of the sentence, which begins at ``sentence`` ("In Wuhan, the plant").
        """
        lies = _LIES.match(self.folded, end)
        if lies and (place := self._place_at(lies.end())):
            return _say_place(lies[1], place)
        possessor = self.possessors.get(owner_end)
        if possessor and possessor.type in _PLACES:
            return possessor.entity
        before = self._place_before(begin)
        if before and self.folded[before.end : begin] in (" ", ", "):
            word = _BEFORE.search(self.folded, max(0, before.start - 16), before.start)
            if word:
                return _say_place(word[1], before.entity)
        comma = self.text.find(",", sentence, min(begin, sentence + MAX_LEAD))
        leads = _LEADS.match(self.folded, sentence) if comma > 0 else None
        named = self._place_before(comma) if leads else None
        return _say_place(leads[1], named.entity) if leads and named and named.start >= leads.end() else ""

    def _place_at(self, start: int) -> str:
        number = bisect_left(self.place_starts, start)
        found = self.places[number] if number < len(self.places) else None
        return found.entity if found and found.start == start else ""

    def _place_before(self, end: int) -> Mention | None:
        number = bisect_left(self.place_starts, end)
        found = self.places[number - 1] if number else None
        return found if found and found.end <= end else None

    # ------------------------------------------------------------ whose it is
    def find_owner(self, end: int, owner_end: int) -> str:
        """Return whose the words say a description is, in front or behind; of a name not known, its first word."""
        possessor = self.possessors.get(owner_end)
        if possessor and possessor.type in _OWNERS:
            return possessor.entity
        belongs = _BELONGS.match(self.folded, end)
        if belongs is None or self._place_at(belongs.end()):
            return ""
        known = self.owners.get(belongs.end())
        capital = _CAPITAL.match(self.text, belongs.end())
        return known or (capital[0].lower() if capital else "")


def _say_place(word: str, place: str) -> str:
    return f"near {place}" if word in _CLOSE_BY else place
