"""Things that an article describes and does not name: "a 2-billion-yuan battery plant", "the company's Suzhou base".

Such a thing is known in its article alone, by its class, its words and which one of those words it is; what it is
made of is data: ``data/lexicon/described.toml``. Why so: docs/decisions/things-without-a-name.md.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import ahocorasick_rs

from kg.english import load_words
from kg.model import Mention, Quantity, Sentence, Span
from kg.surroundings import Surroundings
from kg.vocab import class_name, described_iri, is_told, new_entity_iri

MAX_WORDS = 7
MIN_NAME = 3
"""Of how many words in capitals a description is a name: "the Linhe Chip Plant"."""
MAX_REACH = 90
"""How many characters in front of its head a description can begin: what keeps the cost linear on a hostile line."""
MAX_RIVALS = 64
"""Of how many things with one head noun an article can speak before no description means any of them."""

_WORDS = load_words("describing")
_WORD = re.compile(r"[A-Za-z0-9](?:[\w&/+-]*[\w])?")
_NEXT = re.compile(r" ([A-Za-z][\w-]*)")
_ENDS = re.compile(r"[,.;:!?)”\"]|$|\n| \(| [–—-]+ |[’']s?(?!\w)")
_DEFINITE = frozenset(("the", "this"))
_INDEFINITE = frozenset(("a", "an", "another", "one"))
_POSSESSIVE = frozenset(("its", "their"))
_OWNED = re.compile(r"[’']s?$")
_LAST = re.compile(r"([\w’'-]+)[ \n]+$")
_NO_AMOUNTS = frozenset(("period", "date", "ordinal"))
# Between what equates and a description: "is also an important base".
_ALSO = frozenset(
    ("also", "now", "currently", "still", "already", "gradually", "today", "even", "just", "mainly", "essentially")
)
_PASSED = _ALSO | {"the", "a", "both", "only"}
# A row of what something is, as far as one of its items: "is a hub of trade, an important base …".
_ROW = re.compile(
    r"\b(?:is|are|was|becomes?|became|becoming|as|into|named|called|remains?)(?: (?:also|now|both|not only)){0,2}"
    r" (?:an?|the|one of|its)\b(?:(?!\b(?:is|are|was|were|has|have|had|will|who|which|that|where|while)\b)[^.;:()])*"
    r"(?:,|;)?(?:(?<=[,;])| and| but also| as well as)(?: as)? $"
)
_ROW_REACH = 180
_BEHIND_DASH = re.compile(r" -{1,2} an? (?:[a-z-]+ )?$")
_APPOSED = re.compile(r", (?:an?|the) [a-z][^.;:()]{2,100}(?:,| and|, and) an? (?:[a-z-]+ )?$")
_ROLES_OF = frozenset(("base", "hub", "center", "centre"))
_WORK_ON = re.compile(rf"\b(?:{_WORDS.any_of('works')}) of $")
# "With an aim to become a coal base and a chemical base": the second is no more a thing than the first.
_EQUATES_TWO = re.compile(r"\b(?:become|becoming|became|as|into) (?:an?|the) [^.;:,]{2,80}? and $")
# "Among them are a chip plant and a park": things are named, and nothing is said to be one.
_NAMES_SOME = re.compile(r"\b(?:among (?:them|these|those|which)|there) (?:is|are|was|were) (?:also )?$")
PHASE = "phase"
_WHOLE = re.compile(rf" of (?:the|this|its) (?:[a-z][a-z&-]* ){{0,4}}?({_WORDS.any_of('wholes')})(?![\w’'-])")
_ROLES = frozenset(_WORDS.all_of("roles"))


class Head(NamedTuple):
    """What a description ends with: its class, and whether "the" alone may introduce it, or "the" with words."""

    type: str
    alone: bool
    definite: bool = True


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The forms of descriptions, compiled once."""

    heads: Mapping[str, Head]
    stops: frozenset[str]
    equates: frozenset[str]
    behind: frozenset[str]
    ranking: frozenset[str]
    grading: frozenset[str]
    words: tuple[str, ...]
    automaton: ahocorasick_rs.AhoCorasick

    def by_class(self) -> dict[str, list[str]]:
        """Return the heads of each class."""
        found: dict[str, list[str]] = {}
        for word, head in self.heads.items():
            found.setdefault(head.type, []).append(word)
        return found


def make_descriptions(table: Mapping[str, Any], types: Sequence[str]) -> Descriptions:
    """Compile described.toml, whose classes are ``types``; raises ``KeyError`` or ``TypeError`` where it is wrong."""
    heads: dict[str, Head] = {}
    for entry, type_iri in zip(table.get("described", ()), types, strict=True):
        alone = frozenset(entry.get("alone", ()))
        for head in entry["heads"]:
            heads[str(head).lower()] = Head(type_iri, head in alone, bool(entry.get("definite", True)))
    words = table.get("words", {})
    sets = ("stops", "equates", "behind", "ranking", "grading")
    stops, equates, behind, ranking, grading = (frozenset(words.get(name, ())) for name in sets)
    names = tuple(heads)
    automaton = ahocorasick_rs.AhoCorasick(list(names))
    return Descriptions(heads, stops, equates, behind, ranking, grading, names, automaton)


class _Phrase(NamedTuple):
    """A description in the text: where its words stand, how it is introduced, by whose name, and where that begins."""

    start: int
    end: int
    head: str
    lead: str
    owner: str
    begin: int
    owner_end: int = -1

    @property
    def kind(self) -> str:
        """The last word of the head: what all things have that one description can mean."""
        words = self.head.replace("-", " ").split()
        return PHASE if words[0] == PHASE else words[-1]


class _Thing(NamedTuple):
    """A thing as the words first describe it; ``firm`` is the enterprise that owns it, as far as they say."""

    mention: Mention
    words: frozenset[str]
    owner: str
    firm: str
    place: str


class Describer:
    """Finds what one article describes, in order, and tells which descriptions are of one thing."""

    def __init__(self, descriptions: Descriptions, base: str, article: str, text: str, folded: str) -> None:
        self.forms = descriptions
        self.base, self.article = base, article
        self.text, self.folded = text, folded
        self.things: dict[str, list[_Thing]] = {}
        """By the last word of its head, each thing described before, in order."""
        self.seen: set[str] = set()
        self.numbers: dict[tuple[str, str], int] = {}

    def describe(
        self, sentences: Sequence[Sentence], mentions: Sequence[list[Mention]], quantities: Sequence[Sequence[Quantity]]
    ) -> list[list[Mention]]:
        """Return the mentions of each sentence with the things it describes; those within a description give way."""
        phrases: dict[int, list[_Phrase]] = {}
        for number, phrase in self._find_phrases(sentences, mentions, quantities):
            phrases.setdefault(number, []).append(phrase)
        if not phrases:
            return list(mentions)
        around = Surroundings(self.text, self.folded, mentions, self.forms.by_class())
        found: list[list[Mention]] = []
        for number, group in enumerate(mentions):
            made: list[Mention] = []
            gone: list[_Phrase] = []
            coming = deque(group)
            for phrase in phrases.get(number, ()):
                while coming and coming[0].end <= phrase.start:
                    _name_next(coming.popleft(), gone, around)
                place = around.find_place(phrase.begin, phrase.end, phrase.owner_end, sentences[number].start)
                mention, instead = self._tell(phrase, place, around)
                if instead:
                    gone.append(phrase)
                if mention is not None:
                    made.append(mention)
            for mention in coming:
                _name_next(mention, gone, around)
            kept = [m for m in group if not _overlaps(m, gone)]
            found.append(sorted([*kept, *made], key=lambda m: m.start))
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
        whole_end = 0
        for end, start in sorted(longest.items()):
            number = bisect_right(starts, start) - 1
            if number < 0 or end > sentences[number].end or sentences[number].part != "body" or not self._ends(end):
                continue
            names = [m for m in mentions[number] if m.kind != "reference" or m.entity]
            if any(m.start < end <= m.end for m in names) or any(
                is_told(m.type) and m.end == end for m in mentions[number]
            ):
                continue
            if end <= whole_end:
                continue  # "the project" in "the first phase of the project"
            phrase = self._walk_left(start, end, max(sentences[number].start, start - MAX_REACH), quantities[number])
            if phrase and phrase.kind == PHASE and (whole := _WHOLE.match(self.folded, end, sentences[number].end)):
                phrase = phrase._replace(end=whole.end(), owner=whole[1])
                whole_end = whole.end()
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
        if head.startswith(PHASE + " "):
            return _Phrase(start, end, head, "", "", start)  # "Phase II of the project" has no determiner
        words = position = start
        open_words, ranked = True, ""
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
                graded = ranked in self.forms.grading and word in _INDEFINITE
                if ranked and (graded or self._is_equated(begin, floor)):
                    return None  # "named it a national export base"
                return _Phrase(words, end, head, word, "", begin) if self._may_lead(word, head, begin, floor) else None
            if _OWNED.search(word) and open_words:
                if (ranked or head in _ROLES_OF) and self._is_equated(begin, floor):
                    return None
                name = _OWNED.sub("", word)
                return _Phrase(words, end, head, "", name, begin, begin + len(name))
            # In small letters: "the National Hurricane Center" is a name.
            graded = word in (self.forms.ranking | self.forms.grading) and self.text[begin].islower()
            if graded and words < start and open_words:
                ranked = word  # "the national memory base project", but no "key project"
            elif word in self.forms.stops or not _WORD.fullmatch(word):
                return None
            if open_words:
                words = position - 1 - len(word)
            position = begin
        return None

    def _may_lead(self, word: str, head: str, begin: int, floor: int) -> bool:
        """Say whether a determiner introduces a thing, and does not say what another one is."""
        if word in _DEFINITE or word in _POSSESSIVE:
            return True
        if _WORK_ON.search(self.folded, max(floor, begin - 32), begin):
            return True
        if _EQUATES_TWO.search(self.folded, max(floor, begin - MAX_REACH), begin):
            return False
        if head in _ROLES_OF and _ROW.search(self.folded, max(floor, begin - _ROW_REACH), begin):
            return False
        before = _LAST.search(self.folded, max(floor, begin - 24), begin)
        if before is not None and before[1] in _ALSO:  # "is also a logistics center"
            before = _LAST.search(self.folded, max(floor, begin - 36), before.start())
        if before is None or before[1] not in self.forms.equates:
            return True
        return _NAMES_SOME.search(self.folded, max(floor, begin - 32), begin) is not None

    def _is_equated(self, begin: int, floor: int) -> bool:
        """Say whether words only tell what another thing is: "is the city's second battery plant"."""
        before = _LAST.search(self.folded, max(floor, begin - 24), begin)
        if before is not None and before[1] in _PASSED:
            before = _LAST.search(self.folded, max(floor, begin - 28), before.start())
        if before is not None and before[1] in self.forms.equates:
            return True
        return _ROW.search(self.folded, max(floor, begin - _ROW_REACH), begin) is not None

    # ------------------------------------------------------------ the things
    def _tell(self, phrase: _Phrase, place: str, around: Surroundings) -> tuple[Mention | None, bool]:
        """Return what a description is of, and whether that stands for all other readings of its words.

        It is a thing described before if that is the only one it can mean, else a new one. Where a named thing may
        be meant, what holds for references decides; where both may be, nothing is meant.
        """
        form = self.forms.heads[phrase.head]
        firm = around.find_owner(phrase.end, phrase.owner_end)
        if phrase.kind == PHASE:
            told = self._find_phase(phrase)
            return (self._refer(phrase, told) if told else self._introduce(phrase, form, firm, place)), True
        if phrase.lead in _INDEFINITE:
            if self._explains(phrase, around):
                return None, False
            return self._introduce(phrase, form, firm or around.last_firm(), place), True
        if len(self.things.get(phrase.kind, ())) > MAX_RIVALS:
            return None, False
        bare = self.folded[phrase.start : phrase.end] == phrase.head
        things = [thing.mention for thing in self._fitting(phrase, firm, place)]
        if bare and phrase.lead in _DEFINITE:
            rival = around.last_bearer(form.type, phrase.head)
            if rival:
                return None, bool(things) and things[-1].start > rival.start
        if len(things) == 1:
            only = bare and things[0].label.lower() == phrase.head  # "the project", and "the project" once more
            owned = phrase.lead in _POSSESSIVE or phrase.owner in _ROLES
            apart = (owned or only) and around.changes_firm(things[0].start)
            return (None, only) if apart else (self._refer(phrase, things[0]), True)
        if things or (phrase.lead in _DEFINITE and not (form.alone if bare else form.definite)):
            return None, False
        return self._introduce(phrase, form, firm or around.last_firm(), place), True

    def _find_phase(self, phrase: _Phrase) -> Mention | None:
        """Return the phase told of before in the paragraph that this one is: the same one of the same whole."""
        words = set(phrase.head.split())
        same = [t for t in self.things.get(PHASE, ()) if words <= t.words and phrase.owner in ("", t.owner)]
        last = same[-1].mention if same else None
        return last if last and self.text.find("\n", last.start, phrase.start) < 0 else None

    def _fitting(self, phrase: _Phrase, firm: str, place: str) -> list[_Thing]:
        """Return the things described before that a definite description can mean.

        All its words are theirs, and neither place nor owner is another: "a plant in Linhe … its plant in Yunhe".
        """
        words = set(self.folded[phrase.start : phrase.end].split()) - {"new", "planned", "proposed"}
        return [
            thing
            for thing in self.things.get(phrase.kind, ())
            if words <= thing.words
            and not (phrase.owner and thing.owner and phrase.owner != thing.owner)
            and not (firm and thing.firm and firm != thing.firm)
            and not (place and thing.place and place != thing.place)
        ]

    def _explains(self, phrase: _Phrase, around: Surroundings) -> bool:
        """Say whether a description stands beside a name that it explains: "Red Hill, a 3-billion-yuan project, …"."""
        gap = self.text[max(0, phrase.start - MAX_REACH) : phrase.start]
        begin = phrase.start - len(gap)
        comma = gap.rfind(", ")
        if comma < 0 or "--" in gap[comma:]:
            # Behind a dateline ("HEFEI, May 3 (Xinhua) -- A bridge …") it explains nothing.
            dash = _BEHIND_DASH.search(gap)
            return dash is not None and any(m.end == begin + dash.start() for m in around.recent)
        first = _APPOSED.search(gap)  # "X, a hub of trade, a tea base and a port": of the name as well
        ends = {begin + at for at in (comma, comma - 1, first.start() if first else comma)}
        return any(m.end in ends for m in around.recent)

    def _introduce(self, phrase: _Phrase, form: Head, firm: str, place: str) -> Mention:
        """Return the mention of a thing not described before: named if its words are in capitals."""
        label = self.text[phrase.start : phrase.end]
        words = label.split()
        if len(words) >= MIN_NAME and all(word[0].isupper() for word in words):
            iri, kind = new_entity_iri(self.base, class_name(form.type), label), "cue"
        else:
            key = (form.type, f"{phrase.owner} {label.lower()}".strip())
            number = self.numbers[key] = self.numbers.get(key, 0) + 1
            iri, kind = described_iri(self.base, self.article, *key, number), "described"
        mention = Mention(phrase.start, phrase.end, iri, label, form.type, kind)
        if iri not in self.seen:
            self.seen.add(iri)
            thing = _Thing(mention, frozenset(label.lower().split()), phrase.owner, firm, place)
            self.things.setdefault(phrase.kind, []).append(thing)
        return mention

    @staticmethod
    def _refer(phrase: _Phrase, thing: Mention) -> Mention:
        return thing._replace(
            start=phrase.start, end=phrase.end, kind="reference", resolved=Span(thing.start, thing.end)
        )


def _overlaps(mention: Mention, phrases: Sequence[_Phrase]) -> bool:
    return any(mention.start < phrase.end and phrase.start < mention.end for phrase in phrases)


def _name_next(mention: Mention, gone: Sequence[_Phrase], around: Surroundings) -> None:
    if mention.entity and not _overlaps(mention, gone):
        around.name(mention)
