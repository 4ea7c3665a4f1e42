"""Which rules can match a sentence, and where: found by the words and marks that no match of theirs can do without.

One automaton finds in one pass the literals of all rules (``kg.literals``), so that a rule is tried only on sentences
that have all of its own, only where they are near enough, and only at places that it can begin with. What is left out
could not have matched: the same matches are found as by trying every rule everywhere (tested).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick_rs

from kg.letters import fold_case
from kg.literals import CLAUSE, EDGE, ENDLESS, INDEX, START, LiteralReader, read_look_behinds
from kg.notation import strip_begin
from kg.pattern import Pattern, PatternMaker, compile_source

FEW = 24
"""At so few places a pattern is tried one by one, even where it is not known what it begins with."""
MOST_KINDS = 4096
"""For how many kinds of sentences, by their marks and their part of the page, the rules are kept."""


class Entry(NamedTuple):
    """A rule as far as it decides where it is tried."""

    pattern: Pattern
    triggers: tuple[str, ...]
    part: str
    texts: str
    case: bool


class Trial(NamedTuple):
    """A rule to be tried on a sentence: where its first literal ends, where others can follow that near enough."""

    number: int
    ends: Sequence[int]


class Found(NamedTuple):
    """The literals of a sentence of a length: as bits, where each ends, and where a clause may begin."""

    length: int
    present: int
    ends: Mapping[int, list[int]]
    clauses: list[int]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one rule is tried: what its sentences must have, and what its matches begin with."""

    needs: int
    """Its literals, as bits."""
    chain: tuple[tuple[int, int, int], ...]
    """Its literals in order: their numbers, and how far each ends behind the one before it, least and most."""
    codes: tuple[frozenset[str], ...]
    """Class characters of marks of which the sentence must have one each."""
    begin: re.Pattern[str] | None
    """A character that its matches begin with; ``None`` where there is none, or it is not known."""
    clause: bool
    """Whether its matches can begin where a clause does."""
    start: bool
    """Whether they can begin where the sentence does."""
    pattern: Pattern
    """What is tried at a place: without the beginning of a clause where all its places are such."""

    def follow_chain(self, ends: Mapping[int, Sequence[int]]) -> Sequence[int]:
        """Return where the first literal ends as far as all others can follow it."""
        number, near, far = self.chain[-1]
        fitting: Sequence[int] = ends[number]
        for before, *following in self.chain[-2::-1]:
            last = fitting[-1] - near
            if far >= ENDLESS:
                fitting = [end for end in ends[before] if end <= last]
            else:
                fitting = [end for end in ends[before] if end <= last and _reaches(fitting, end + near, end + far)]
            if not fitting:
                break
            near, far = following
        return fitting

    def find_matches(self, text: str, trial: Trial, clauses: Sequence[int]) -> list[re.Match[str]]:
        """Return the matches that a search through the whole text would find, none overlapping another."""
        compiled = compile_source(self.pattern.source, self.pattern.where)
        windows = list(self._find_windows(text, trial.ends))
        known = self.begin or self.clause or self.start
        if not known and sum(high - low for low, high in windows) > FEW:
            return list(compiled.finditer(text, windows[0][0]))
        found: list[re.Match[str]] = []
        end, match = 0, compiled.match
        for low, high in windows:
            for place in self._find_places(text, low, high, clauses) if known else range(low, high + 1):
                if place >= end and (there := match(text, place)):
                    found.append(there)
                    end = there.end()
        return found

    def _find_windows(self, text: str, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the first and last places, in order, that are near enough to where the first literal ends."""
        if not self.chain:
            yield 0, len(text)
            return
        _, near, far = self.chain[0]
        if far >= ENDLESS:
            yield 0, ends[-1] - near
            return
        low = 0
        for end in ends:
            if end >= near + low:
                low = max(low, end - far)
                yield low, end - near
                low = end - near + 1

    def _find_places(self, text: str, low: int, high: int, clauses: Sequence[int]) -> Iterable[int]:
        places: list[int] = []
        if self.clause:
            places += clauses[bisect_left(clauses, low) : bisect_right(clauses, high)]
        if self.start and low == 0 and 0 not in places[:1]:
            places.insert(0, 0)
        if self.begin is None:
            return places
        found = [match.start() for match in self.begin.finditer(text, low, high + 1)]
        return sorted({*places, *found}) if places else found


def _reaches(ends: Sequence[int], low: int, high: int) -> bool:
    """Say whether one of some positions in order lies between two."""
    at = bisect_left(ends, low)
    return at < len(ends) and ends[at] <= high


class RuleIndex:
    """The rules of a set by what they need; made when the first sentence is read."""

    def __init__(self, entries: Sequence[Entry], maker: PatternMaker, begin: Pattern) -> None:
        self.begin = begin
        self._entries = entries
        reader = LiteralReader(maker.slots, maker.words, maker.codes)
        self._numbers: dict[frozenset[str], int] = {}
        self.plans = [self._make_plan(entry, reader, maker) for entry in entries]
        words: dict[str, list[int]] = {}
        for literal, number in self._numbers.items():
            for word in literal:
                words.setdefault(word, []).append(number)
        self._clause_ends = read_look_behinds(begin.written, reader)
        for word in self._clause_ends or ():
            words.setdefault(word, [])
        self._words = ahocorasick_rs.AhoCorasick(list(words))
        self._hits = [
            (tuple(numbers), sum(1 << number for number in numbers), word in (self._clause_ends or ()))
            for word, numbers in words.items()
        ]
        fires: dict[str, int] = {}
        for number, entry in enumerate(entries):
            for trigger in entry.triggers:
                fires[trigger] = fires.get(trigger, 0) | 1 << number
        self._triggers = ahocorasick_rs.AhoCorasick(list(fires))
        self._fires = list(fires.values())
        self._always = sum(1 << number for number, entry in enumerate(entries) if not entry.triggers)
        self._kinds: dict[tuple[frozenset[str], str, bool], int] = {}
        self._parts: dict[tuple[str, bool], int] = {}
        self._needing: dict[frozenset[str], int] = {}
        """By class characters of which a sentence must have one, the rules, as bits, that need it."""
        for number, plan in enumerate(self.plans):
            for need in plan.codes:
                self._needing[need] = self._needing.get(need, 0) | 1 << number
        self._keyed, self._unkeyed = self._find_keys()

    def _make_plan(self, entry: Entry, reader: LiteralReader, maker: PatternMaker) -> Plan:
        known = reader.read(entry.pattern.written)
        chain = []
        for literal in known.as_needs()[0]:
            words = frozenset(map(fold_case, literal.words))
            chain.append((self._numbers.setdefault(words, len(self._numbers)), literal.near, literal.far))
        first = known.first if known.first and not known.open else frozenset[str]()
        chars = first - {CLAUSE, START}
        pattern = entry.pattern
        if first == {CLAUSE} and not entry.case:
            bare = strip_begin(pattern.written, maker.words)
            pattern = pattern if bare == pattern.written else maker.make_pattern(bare, pattern.where)
        return Plan(
            needs=sum(1 << number for number in {number for number, _, _ in chain}),
            chain=tuple(chain),
            codes=tuple(codes for literal in known.as_needs()[0] if (codes := _find_codes(literal.words))),
            begin=_compile_class(chars) if chars else None,
            clause=CLAUSE in first,
            start=START in first,
            pattern=pattern,
        )

    def _find_keys(self) -> tuple[dict[int, int], int]:
        """Return by literal the rules, as bits, of which it is the one to ask for first, and those that have none.

        The longest of its shortest words: that stands in the fewest sentences, as a rule.
        """
        sizes = {number: min(map(len, words)) for words, number in self._numbers.items()}
        keyed: dict[int, int] = {}
        unkeyed = 0
        for rule, plan in enumerate(self.plans):
            if plan.chain:
                key = max((number for number, _, _ in plan.chain), key=lambda number: (sizes[number], -number))
                keyed[key] = keyed.get(key, 0) | 1 << rule
            else:
                unkeyed |= 1 << rule
        return keyed, unkeyed

    # ------------------------------------------------------------ one sentence
    def find_literals(self, shape: str) -> Found:
        """Return the literals of a sentence in whose folded, masked text the number of each mark is ``INDEX``."""
        present, clauses = 0, [0]
        ends: dict[int, list[int]] = {}
        hits = self._hits
        for index, _, end in self._words.find_matches_as_indexes(shape, overlapping=True):
            numbers, bits, clause = hits[index]
            present |= bits
            if clause:
                clauses.append(end)
            for number in numbers:
                if number in ends:
                    ends[number].append(end)
                else:
                    ends[number] = [end]
        return Found(len(shape), present, ends, clauses)

    def select_rules(
        self, words: str, codes: frozenset[str], part: str, translated: bool, found: Found
    ) -> Iterator[Trial]:
        """Yield the rules that can match a sentence, in order: by its own ``words``, its marks, its part of a page."""
        fired = self._always
        for index, _, _ in self._triggers.find_matches_as_indexes(words, overlapping=True):
            fired |= self._fires[index]
        kind = (codes, part, translated)
        allowed = self._kinds.get(kind)
        if allowed is None:
            if len(self._kinds) >= MOST_KINDS:
                self._kinds.clear()
            allowed = self._kinds[kind] = self._find_kind(*kind)
        possible = self._unkeyed
        for number in found.ends:
            possible |= self._keyed.get(number, 0)
        fired &= allowed & possible
        present = found.present
        while fired:
            lowest = fired & -fired
            fired ^= lowest
            number = lowest.bit_length() - 1
            plan = self.plans[number]
            if plan.needs & present == plan.needs:
                ends = plan.follow_chain(found.ends) if plan.chain else (0,)
                if ends:
                    yield Trial(number, ends)

    def _find_kind(self, codes: frozenset[str], part: str, translated: bool) -> int:
        """Return the rules, as bits, for a part of the page and a kind of text whose marks a sentence has."""
        read = self._parts.get((part, translated))
        if read is None:
            texts = ("any", "translated" if translated else "plain")
            read = self._parts[part, translated] = sum(
                1 << number
                for number, entry in enumerate(self._entries)
                if entry.texts in texts and (entry.part == part or (entry.part == "any" and part != "meta"))
            )
        for need, rules in self._needing.items():
            if need.isdisjoint(codes):
                read &= ~rules
        return read

    def find_clauses(self, folded: str, found: Found) -> list[int]:
        """Return where clauses begin in a folded sentence: never inside a word."""
        if self._clause_ends is None:
            places: Iterable[int] = [0, *(n for n, char in enumerate(folded, 1) if not char.isalnum())]
        else:
            places = sorted(set(found.clauses))
        match = compile_source(self.begin.source, self.begin.where).match
        return [place for place in places if (not place or not folded[place - 1].isalnum()) and match(folded, place)]


def _find_codes(words: frozenset[str]) -> frozenset[str]:
    """Return the class characters of words that are nothing but marks."""
    whole = all(len(word) == 2 and word[1] == INDEX for word in words)
    return frozenset(word[0] for word in words) if whole else frozenset()


def _compile_class(first: frozenset[str]) -> re.Pattern[str]:
    """Compile what a pattern can begin with: single characters, and pieces of character classes."""
    edged = {piece[1:] for piece in first if piece[0] == EDGE}
    choices = _join_pieces({piece for piece in first if piece[0] != EDGE})
    if edged:
        choices.append(rf"(?<!\w)(?:{'|'.join(_join_pieces(edged))})")
    return re.compile("|".join(choices))


def _join_pieces(pieces: Iterable[str]) -> list[str]:
    """Return classes: one of all single characters; each other its own, for what ends with "-" would go on."""
    single = "".join(re.escape(piece) for piece in sorted(pieces) if len(piece) == 1)
    return [f"[{piece}]" for piece in (single, *sorted(p for p in pieces if len(p) > 1)) if piece]
