"""Things that an article describes and does not name: "a 2-billion-yuan battery plant", "the company's Suzhou base".

Such a thing is known in its article alone, by its class, its words and which one of those words it is; what it is
made of is data: ``data/lexicon/described.toml``. Why so: docs/decisions/things-without-a-name.md.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import ahocorasick_rs

from kg.model import Mention, Quantity, Sentence, Span
from kg.vocab import ADMIN_AREA, DISTRICT, ENTERPRISE, PARK, class_name, described_iri, is_described, new_entity_iri

MAX_WORDS = 7
MIN_NAME = 3
"""Of how many words in capitals a description is a name: "the Linhe Chip Plant"."""
MAX_REACH = 90
"""How many characters in front of its head a description can begin: what keeps the cost linear on a hostile line."""

_WORD = re.compile(r"[A-Za-z0-9](?:[\w&/+-]*[\w])?")
_NEXT = re.compile(r" ([A-Za-z][\w-]*)")
_ENDS = re.compile(r"[,.;:!?)”\"]|$|\n| \(| [–—-]+ |[’']s?(?!\w)")
_DEFINITE = frozenset(("the", "this"))
_INDEFINITE = frozenset(("a", "an", "another", "one"))
_POSSESSIVE = frozenset(("its", "their"))
_OWNED = re.compile(r"[’']s?$")
_LAST = re.compile(r"([\w’'-]+)[ \n]+$")
_NO_AMOUNTS = frozenset(("period", "date", "ordinal"))
_PLACES = frozenset((ADMIN_AREA, DISTRICT, PARK))
_LIES = re.compile(r"(?:,? (?:located|based|situated))? in (?:the )?")
_ROLES = frozenset(("company", "firm", "group", "enterprise", "corporation"))
"""Whose name says only what kind of owner it is: "the company's plant"."""


class Head(NamedTuple):
    """What a description ends with: its class, and whether "the" alone may introduce it."""

    type: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The forms of descriptions, compiled once."""

    heads: Mapping[str, Head]
    stops: frozenset[str]
    equates: frozenset[str]
    behind: frozenset[str]
    words: tuple[str, ...]
    automaton: ahocorasick_rs.AhoCorasick


def make_descriptions(table: Mapping[str, Any], types: Sequence[str]) -> Descriptions:
    """Compile described.toml, whose classes are ``types``; raises ``KeyError`` or ``TypeError`` where it is wrong."""
    heads: dict[str, Head] = {}
    for entry, type_iri in zip(table.get("described", ()), types, strict=True):
        alone = frozenset(entry.get("alone", ()))
        for head in entry["heads"]:
            heads[str(head).lower()] = Head(type_iri, head in alone)
    words = table.get("words", {})
    stops, equates, behind = (frozenset(words.get(name, ())) for name in ("stops", "equates", "behind"))
    names = tuple(heads)
    return Descriptions(heads, stops, equates, behind, names, ahocorasick_rs.AhoCorasick(list(names)))


class _Phrase(NamedTuple):
    """A description in the text: where its words stand, how it is introduced, and by whose name."""

    start: int
    end: int
    head: str
    lead: str
    owner: str


class Describer:
    """Finds what one article describes, in order, and tells which descriptions are of one thing."""

    def __init__(self, descriptions: Descriptions, base: str, article: str, text: str, folded: str) -> None:
        self.forms = descriptions
        self.base, self.article = base, article
        self.text, self.folded = text, folded
        self.things: dict[str, tuple[Mention, str, str]] = {}
        """By IRI the mention that first describes a thing, its head and its owner."""
        self.numbers: dict[tuple[str, str], int] = {}
        self.places: dict[int, str] = {}
        """By its start, each place that the article names."""

    def describe(
        self, sentences: Sequence[Sentence], mentions: Sequence[list[Mention]], quantities: Sequence[Sequence[Quantity]]
    ) -> list[list[Mention]]:
        """Return the mentions of each sentence with the things it describes; those within a description give way."""
        phrases: dict[int, list[_Phrase]] = {}
        for number, phrase in self._find_phrases(sentences, mentions, quantities):
            phrases.setdefault(number, []).append(phrase)
        if not phrases:
            return list(mentions)
        self.places = {m.start: m.entity for group in mentions for m in group if m.type in _PLACES}
        named: list[Mention] = []
        found: list[list[Mention]] = []
        for number, group in enumerate(mentions):
            made: list[Mention] = []
            gone: list[_Phrase] = []
            for phrase in phrases.get(number, ()):
                before = [*named, *(m for m in group if m.entity and m.end <= phrase.start)]
                mention, instead = self._tell(phrase, before)
                if instead:
                    gone.append(phrase)
                if mention is not None:
                    made.append(mention)
            kept = [m for m in group if not any(m.start < p.end and p.start < m.end for p in gone)]
            found.append(sorted([*kept, *made], key=lambda m: m.start))
            named += [m for m in kept if m.entity]
        return found

    # ------------------------------------------------------------ the words
    def _find_phrases(
        self,
        sentences: Sequence[Sentence],
        mentions: Sequence[Sequence[Mention]],
        quantities: Sequence[Sequence[Quantity]],
    ) -> Iterator[tuple[int, _Phrase]]:
        """Yield each description with the number of its sentence; a title describes nothing."""
        starts = [sentence.start for sentence in sentences]
        longest: dict[int, int] = {}
        for _, start, end in self.forms.automaton.find_matches_as_indexes(self.folded, overlapping=True):
            if self._stands_free(start, end):
                longest[end] = min(start, longest.get(end, start))
        for end, start in sorted(longest.items()):
            number = bisect_right(starts, start) - 1
            if number < 0 or end > sentences[number].end or sentences[number].part != "body" or not self._ends(end):
                continue
            names = [m for m in mentions[number] if m.kind != "reference" or m.entity]
            if any(m.start < end <= m.end for m in names):
                continue
            phrase = self._walk_left(start, end, max(sentences[number].start, start - MAX_REACH), quantities[number])
            if phrase and not any(m.start < phrase.start < m.end for m in names):
                yield number, phrase

    def _stands_free(self, start: int, end: int) -> bool:
        before, behind = self.folded[start - 1 : start], self.folded[end : end + 1]
        return not (before.isalnum() or before in ("-", "_", "/")) and not (
            behind.isalnum() or behind in ("-", "_", "/")
        )

    def _ends(self, end: int) -> bool:
        """Say whether no other noun follows: "the project team" describes a team."""
        if _ENDS.match(self.text, end):
            return True
        word = _NEXT.match(self.folded, end)
        return word is not None and (word[1] in self.forms.behind or word[1].endswith(("ed", "ing")))

    def _walk_left(self, start: int, end: int, floor: int, quantities: Sequence[Quantity]) -> _Phrase | None:
        """Return the description that ends with a head: its words back to a determiner, an owner or an amount."""
        head = self.folded[start:end]
        words = position = start
        open_words = True
        for _ in range(MAX_WORDS + 1):
            if position <= floor or self.text[position - 1] != " ":
                return None
            amount = next(
                (q for q in quantities if q.end in (position - 1, position - 2) and q.kind not in _NO_AMOUNTS), None
            )
            if amount is not None:
                position, open_words = amount.start, False
                continue
            begin = max(self.text.rfind(" ", floor, position - 1), floor - 1) + 1
            word = self.folded[begin : position - 1].lstrip('"“')
            if word in _DEFINITE or word in _INDEFINITE or word in _POSSESSIVE:
                return _Phrase(words, end, head, word, "") if self._may_lead(word, begin, floor) else None
            if _OWNED.search(word) and open_words:
                return _Phrase(words, end, head, "", _OWNED.sub("", word))
            if word in self.forms.stops or not _WORD.fullmatch(word):
                return None
            if open_words:
                words = position - 1 - len(word)
            position = begin
        return None

    def _may_lead(self, word: str, begin: int, floor: int) -> bool:
        """Say whether a determiner introduces a thing, and does not say what another one is."""
        if word in _DEFINITE or word in _POSSESSIVE:
            return True
        before = _LAST.search(self.folded, max(floor, begin - 24), begin)
        return before is None or before[1] not in self.forms.equates

    # ------------------------------------------------------------ the things
    def _tell(self, phrase: _Phrase, named: Sequence[Mention]) -> tuple[Mention | None, bool]:
        """Return what a description is of, and whether that stands for all other readings of its words.

        It is a thing described before if that is the only one it can mean, else a new one. Where a named thing may
        be meant, what holds for references decides; where both may be, nothing is meant.
        """
        label = self.text[phrase.start : phrase.end]
        form = self.forms.heads[phrase.head]
        if phrase.lead in _INDEFINITE:
            if self._explains(phrase, named):
                return None, False
            return self._introduce(phrase, label, form), True
        bare = self.folded[phrase.start : phrase.end] == phrase.head
        things = [thing for thing in self._fitting(phrase) if not self._lies_elsewhere(phrase, thing)]
        if bare and phrase.lead in _DEFINITE:
            rivals = [m for m in named if m.type == form.type and _bears(m, phrase.head)]
            if rivals:
                return None, bool(things) and things[-1].start > rivals[-1].start
        if len(things) == 1:
            apart = self._changes_owner(phrase, things[0], named)
            return (None, False) if apart else (self._refer(phrase, things[0]), True)
        if things or (bare and phrase.lead in _DEFINITE and not form.alone):
            return None, False
        return self._introduce(phrase, label, form), True

    @staticmethod
    def _changes_owner(phrase: _Phrase, thing: Mention, named: Sequence[Mention]) -> bool:
        """Say whether "its plant" may be of another company than that of the plant described before."""
        if phrase.lead not in _POSSESSIVE and phrase.owner not in _ROLES:
            return False
        last = [m.entity for m in named if m.type == ENTERPRISE and m.start < thing.start][-1:]
        since = {m.entity for m in named if m.type == ENTERPRISE and m.start > thing.start}
        return bool(since - set(last))

    def _fitting(self, phrase: _Phrase) -> list[Mention]:
        """Return the things described before that a definite description can mean: all its words are theirs."""
        words = set(self.folded[phrase.start : phrase.end].split()) - {"new", "planned", "proposed"}
        found = []
        for mention, head, owner in self.things.values():
            known = set(mention.label.lower().split())
            if phrase.owner and owner and phrase.owner != owner:
                continue
            if head.split()[-1] == phrase.head.split()[-1] and words <= known:
                found.append(mention)
        return found

    def _lies_elsewhere(self, phrase: _Phrase, thing: Mention) -> bool:
        """Say whether both are placed, and not in the same place: "a plant in Linhe … its plant in Yunhe"."""
        here, there = (self._place_behind(end) for end in (phrase.end, thing.end))
        return bool(here and there and here != there)

    def _place_behind(self, end: int) -> str:
        lies = _LIES.match(self.text, end)
        return self.places.get(lies.end(), "") if lies else ""

    def _explains(self, phrase: _Phrase, named: Sequence[Mention]) -> bool:
        """Say whether a description stands beside a name that it explains: "Red Hill, a 3-billion-yuan project, …"."""
        gap = self.text[max(0, phrase.start - MAX_REACH) : phrase.start]
        comma = gap.rfind(", ")
        if comma < 0:
            return False
        at = phrase.start - len(gap) + comma
        return any(m.end in (at, at - 1) for m in named[-4:])

    def _introduce(self, phrase: _Phrase, label: str, form: Head) -> Mention:
        words = label.split()
        if len(words) >= MIN_NAME and all(word[0].isupper() for word in words):
            iri = new_entity_iri(self.base, class_name(form.type), label)
            mention = Mention(phrase.start, phrase.end, iri, label, form.type, "cue")
            self.things.setdefault(iri, (mention, phrase.head, phrase.owner))
            return mention
        key = (form.type, f"{phrase.owner} {label.lower()}".strip())
        number = self.numbers[key] = self.numbers.get(key, 0) + 1
        iri = described_iri(self.base, self.article, *key, number)
        mention = Mention(phrase.start, phrase.end, iri, label, form.type, "described")
        self.things[iri] = (mention, phrase.head, phrase.owner)
        return mention

    @staticmethod
    def _refer(phrase: _Phrase, thing: Mention) -> Mention:
        return thing._replace(
            start=phrase.start, end=phrase.end, kind="reference", resolved=Span(thing.start, thing.end)
        )


def _bears(mention: Mention, head: str) -> bool:
    """Say whether a named thing can be called by a bare head: any project is "the project"."""
    return not is_described(mention.entity) and (head == "project" or mention.label.lower().endswith(head))
