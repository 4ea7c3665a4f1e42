"""What a pattern cannot match without: literals that stand in each match, and how far from its beginning.

Required literals are how fast multi-pattern engines choose what to try (Cox, "Regular Expression Matching with a
Trigram Index", 2012; Wang et al., "Hyperscan", NSDI 2019). Here they are read off the rules' own notation, word lists
and slots included, so that a word list is read once for all rules that use it. What is not understood asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from kg.notation import BEGIN, FOLD, MACRO, REPEAT, SLOT, divide_choices, find_close, strip_groups

INDEX_BASE = 0xE100
INDEX = chr(INDEX_BASE)
"""Stands for every mark's number in a sentence's shape."""
CLAUSE = "\x01"
"""Stands in what a pattern begins with for the places where a clause begins."""
START = "\x02"
"""Stands there for where the sentence begins."""
EDGE = "\x03"
"""Stands there in front of what must have no letter before it."""
ENDLESS = 1 << 20
LIMIT = 48
"""How many strings a part may be before it is no longer reckoned as just these."""
SELDOM = 0.25
"""How common words may be, together, to be worth looking for."""

_OPEN = re.compile(r"\((?:(?P<around>\?<?[=!])|(?P<choice>\?\(\w+\))|\?:|\?P<\w+>|(?P<other>\?[^):]*[:)])|)")
_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])(?:\\.|[^\]\\])*)\]", re.DOTALL)
_ONE_OF = re.compile(r"[^\\^-]+-?|-")
_LETTERS = frozenset((r"\w", r"\d", "a-z", "A-Z", "a-zA-Z", "A-Za-z", "0-9"))
_RARITY = (1.0, 1.0, 0.3, 0.06, 0.03, 0.015)
"""By how many letters a word has, how common it is held to be; longer ones are rarer still."""


class Literal(NamedTuple):
    """Words one of which stands in every match, ending ``near`` to ``far`` characters behind the literal before it.

    The first ends so far behind the beginning of the match.
    """

    words: frozenset[str]
    near: int
    far: int


class Part(NamedTuple):
    """What is known of a part of a pattern.

    ``words`` are all that it can be, if they are few; else ``needs`` is what stands in each of its matches, in order,
    and ``tail`` how many characters may follow that, at least and at most. ``low`` and ``high`` are its least and
    greatest length; ``first`` what it can begin with, as pieces of a character class, ``CLAUSE`` and ``START``
    (``None``: not known; behind ``EDGE`` only at the edge of a word), and ``open`` whether what follows it may be what
    a match begins with.
    """

    words: frozenset[str] | None
    needs: tuple[Literal, ...]
    tail: tuple[int, int]
    low: int
    high: int
    first: frozenset[str] | None
    open: bool
    edge: int = 0
    """Whether it asks for the edge of a word if it takes no characters: 1 by ``\\b``, 2 by ``(?<!\\w)``."""

    def as_needs(self) -> tuple[tuple[Literal, ...], tuple[int, int]]:
        """Return what stands in each match, and how far from its end."""
        if self.words is None:
            return self.needs, self.tail
        lengths = {len(word) for word in self.words}
        if not is_telling(self.words):
            return (), (self.low, self.high)
        return (Literal(self.words, min(lengths), max(lengths)),), (0, 0)


_NONE: frozenset[str] = frozenset()
_EMPTY = frozenset(("",))
_NOTHING = Part(_EMPTY, (), (0, 0), 0, 0, _NONE, True)
_ANY = Part(None, (), (1, 1), 1, 1, None, False)
_UNKNOWN = Part(None, (), (0, ENDLESS), 0, ENDLESS, None, False)
_MARK = Part(None, (), (2, 2), 2, 2, frozenset(("\ue000-\ue0ff",)), False)


@cache
def is_telling(words: frozenset[str]) -> bool:
    """Say whether words are so seldom that to look for them tells something.

    >>> [is_telling(frozenset(words)) for words in ({"rose by", "fell by"}, {"of"}, {"", "signed"})]
    [True, False, False]
    """
    return "" not in words and weigh(words) < SELDOM


@cache
def weigh(words: frozenset[str]) -> float:
    """Return a rough measure of how common words are, all together: by their letters and marks."""
    return sum(map(_weigh_word, words))


@cache
def _weigh_word(word: str) -> float:
    letters = sum(char.isalnum() for char in word)
    rarity = _RARITY[letters] if letters < len(_RARITY) else 0.008
    return rarity / 100 if any("\ue000" <= char < INDEX for char in word) else rarity


class LiteralReader:
    """Reads patterns in the rules' notation: with slots and word lists."""

    def __init__(
        self, slots: Mapping[str, tuple[str, ...]], words: Mapping[str, str], codes: Mapping[str, str]
    ) -> None:
        self.slots, self.words, self.codes = slots, words, codes
        self._parts: dict[str, Part] = {}

    def read(self, source: str) -> Part:
        """Return what is known of a pattern; of one with unbalanced brackets, nothing."""
        try:
            part, position = self._read_choices(FOLD.sub("", source), 0)
        except (IndexError, RecursionError):
            return _UNKNOWN
        return part if position == len(FOLD.sub("", source)) else _UNKNOWN

    # ------------------------------------------------------------ alternatives and sequences
    def _read_choices(self, source: str, position: int) -> tuple[Part, int]:
        found = []
        while True:
            part, position = self._read_sequence(source, position)
            found.append(part)
            if not source.startswith("|", position):
                break
            position += 1
        return (found[0] if len(found) == 1 else _join_choices(found)), position

    def _read_sequence(self, source: str, position: int) -> tuple[Part, int]:
        chain, words = _Chain(), _EMPTY
        low, high, whole, first, is_open, edge = 0, 0, True, _NONE, True, 0
        unknown = False
        while position < len(source) and source[position] not in "|)":
            part, position = self._read_repeated(source, position)
            if is_open:
                unknown = unknown or part.first is None
                first |= _mark_edges(part.first or _NONE, edge)
                is_open, edge = part.open, max(edge, part.edge)
            if part.words is not None and len(words) * len(part.words) <= LIMIT:
                words = frozenset(one + other for one in words for other in part.words)
            else:
                whole = False
                chain.add_words(words)
                words = part.words if part.words is not None and "" not in part.words else _EMPTY
                if words is _EMPTY:
                    chain.add_part(part)
            low, high = low + part.low, min(ENDLESS, high + part.high)
        known = (low, high, None if unknown else first, is_open, edge if is_open else 0)
        if whole:
            return Part(words, (), (low, high), *known), position
        chain.add_words(words)
        return Part(None, tuple(chain.needs), chain.gap, *known), position

    def _read_repeated(self, source: str, position: int) -> tuple[Part, int]:
        part, position = self._read_one(source, position)
        repeat = REPEAT.match(source, position)
        if repeat is None:
            return part, position
        sign = repeat["sign"]
        least = int(repeat["low"] or 0) if not sign else int(sign == "+")
        most = int(repeat["high"] or ENDLESS) if repeat["range"] else least
        most = {"?": 1, "*": ENDLESS, "+": ENDLESS}.get(sign, most)
        high = min(ENDLESS, part.high * most)
        if least == 0:
            words = part.words | _EMPTY if part.words is not None and most == 1 else None
            return Part(words, (), (0, high), 0, high, part.first, True), repeat.end()
        if (least, most) == (1, 1) or part.high == 0:
            return part, repeat.end()
        needs, tail = part.as_needs()
        low, tail = part.low * least, (tail[0] + part.low * (least - 1), min(ENDLESS, tail[1] + part.high * (most - 1)))
        return Part(None, needs, tail if needs else (low, high), low, high, part.first, part.open), repeat.end()

    # ------------------------------------------------------------ single parts
    def _read_one(self, source: str, position: int) -> tuple[Part, int]:
        char = source[position]
        if char == "<" and (macro := MACRO.match(source, position)):
            return self._read_macro(macro[1]), macro.end()
        if char == "{" and (slot := SLOT.match(source, position)):
            return self._read_slot(slot), slot.end()
        if char == "(":
            return self._read_group(source, position)
        if char == "[":
            return _read_class(source, position)
        if char == "\\":
            return _read_escape(source[position + 1]), position + 2
        if char in "^$":
            return _NOTHING if char == "$" else _NOTHING._replace(first=frozenset(START), open=False), position + 1
        return (_ANY if char == "." else _letter(char)), position + 1

    def _read_macro(self, name: str) -> Part:
        if name not in self._parts:
            if name == BEGIN:
                self._parts[name] = _NOTHING._replace(first=frozenset(CLAUSE), open=False)
            elif name == "mark" or name not in self.words:
                self._parts[name] = _MARK if name == "mark" else _UNKNOWN
            else:
                self._parts[name] = _UNKNOWN  # a word list within itself
                self._parts[name] = self.read(self.words[name])
        return self._parts[name]

    def _read_slot(self, slot: re.Match[str]) -> Part:
        if slot[2]:
            return _MARK
        codes = {self.codes[key] for name in slot[3].split("|") for key in self.slots.get(name, ())}
        marks = frozenset(code + INDEX for code in codes)
        return Part(marks, (), (2, 2), 2, 2, frozenset(codes), False)

    def _read_group(self, source: str, position: int) -> tuple[Part, int]:
        opened = _OPEN.match(source, position)
        if opened is None:
            raise IndexError
        if opened["around"]:
            close = find_close(source, position) + 1
            return _NOTHING._replace(edge=2 if source[position:close] == r"(?<!\w)" else 0), close
        if opened["other"] and opened["other"].endswith(")"):
            return _UNKNOWN, opened.end()
        part, end = self._read_choices(source, opened.end())
        if source[end] != ")":
            raise IndexError
        if opened["choice"] and "|" not in strip_groups(source[opened.end() : end]):
            part = _join_choices([part, _NOTHING])  # a condition without "else" may be nothing
        if opened["other"]:  # other flags: letters may be written otherwise
            part = Part(None, (), (part.low, part.high), part.low, part.high, None, part.open)
        return part, end + 1


def _join_choices(parts: list[Part]) -> Part:
    """Return what is known of a part that is one of several."""
    low, high = min(part.low for part in parts), max(part.high for part in parts)
    first = None if any(part.first is None for part in parts) else _NONE.union(*(part.first or () for part in parts))
    is_open = any(part.open for part in parts)
    known = (low, high, first, is_open, min((part.edge for part in parts if part.open), default=0))
    if all(part.words is not None for part in parts):
        words = _NONE.union(*(part.words or () for part in parts))
        if len(words) <= LIMIT:
            return Part(words, (), (low, high), *known)
    chosen = [_choose_rarest(part) for part in parts]
    found = [choice for choice in chosen if choice is not None]
    words = _NONE.union(*(literal.words for literal, _ in found))
    if len(found) < len(parts) or not is_telling(words):
        return Part(None, (), (low, high), *known)
    literal = Literal(words, min(one.near for one, _ in found), max(one.far for one, _ in found))
    tail = (min(tail[0] for _, tail in found), max(tail[1] for _, tail in found))
    return Part(None, (literal,), tail, *known)


def _choose_rarest(part: Part) -> tuple[Literal, tuple[int, int]] | None:
    """Return the rarest literal of a part, as far from its beginning, and how far that is from its end."""
    needs, tail = part.as_needs()
    if not needs:
        return None
    number = min(range(len(needs)), key=lambda n: (weigh(needs[n].words), sorted(needs[n].words)))
    near, far = (sum(getattr(need, side) for need in needs[: number + 1]) for side in ("near", "far"))
    low, high = (sum(getattr(need, side) for need in needs[number + 1 :]) for side in ("near", "far"))
    behind = (low + tail[0], min(ENDLESS, high + tail[1]))
    return Literal(needs[number].words, near, min(ENDLESS, far)), behind


class _Chain:
    """The literals of a sequence as far as it is read, and how many characters may follow the last, least and most."""

    def __init__(self) -> None:
        self.needs: list[Literal] = []
        self.gap = (0, 0)

    def add_words(self, words: frozenset[str]) -> None:
        """Take in what stands next: a literal, if it is seldom enough."""
        lengths = {len(word) for word in words}
        end = (self.gap[0] + min(lengths), min(ENDLESS, self.gap[1] + max(lengths)))
        if is_telling(words):
            self.needs.append(Literal(words, *end))
            end = (0, 0)
        self.gap = end

    def add_part(self, part: Part) -> None:
        """Take in a part that is not just a few words."""
        needs = () if part.words is not None else part.needs
        if needs:
            first = needs[0]
            self.needs.append(Literal(first.words, self.gap[0] + first.near, min(ENDLESS, self.gap[1] + first.far)))
            self.needs += needs[1:]
            self.gap = part.tail
        else:
            self.gap = (self.gap[0] + part.low, min(ENDLESS, self.gap[1] + part.high))


def _mark_edges(first: frozenset[str], edge: int) -> frozenset[str]:
    """Return what a part can begin with where an edge of a word is asked for in front of it.

    Behind ``\\b`` only a letter has none before it; a bracket has one.
    """
    if not edge:
        return first
    plain = {piece for piece in first if piece[0] not in (CLAUSE, START, EDGE)}
    kept = plain if edge == 2 else {piece for piece in plain if piece.isalnum() or piece in _LETTERS}
    return (first - kept) | {EDGE + piece for piece in kept}


def _letter(char: str) -> Part:
    return Part(frozenset(char), (), (1, 1), 1, 1, frozenset(char), False)


def _read_class(source: str, position: int) -> tuple[Part, int]:
    found = _CLASS.match(source, position)
    if found is None:
        raise IndexError
    if not found[1] and _ONE_OF.fullmatch(found[2]):
        chars = frozenset(found[2])
        return Part(chars, (), (1, 1), 1, 1, chars, False), found.end()
    return _ANY._replace(first=None if found[1] else frozenset((found[2],))), found.end()


def _read_escape(char: str) -> Part:
    if char in "bBAZ":
        return _NOTHING._replace(edge=int(char == "b"))
    if char.isalpha():
        return _ANY._replace(first=frozenset(("\\" + char,)))
    return _UNKNOWN if char.isdigit() else _letter(char)


def read_look_behinds(source: str, reader: LiteralReader) -> frozenset[str] | None:
    """Return the words right behind which a pattern of nothing but look-behinds matches; ``None`` for another pattern.

    What follows them, and where they must stand themselves, is left out: they stand at other places as well.

    >>> sorted(read_look_behinds("(?:^|(?<=[,;] )|(?<=^and ))(?<!, or )", LiteralReader({}, {}, {})) or ())
    [', ', '; ', 'and ']
    """
    rest = source
    if source.startswith("(?:"):
        close = find_close(source, 0)
        source, rest = source[3:close], source[close + 1 :]
        while rest.startswith(("(?<!", "(?!")):
            rest = rest[find_close(rest, 0) + 1 :]
        if rest:
            return None
    found: set[str] = set()
    for choice in divide_choices(source):
        if choice == "^":
            continue
        if not choice.startswith("(?<=") or find_close(choice, 0) != len(choice) - 1:
            return None
        words = reader.read(choice[4:-1]).words
        if not words or "" in words:
            return None
        found |= words
    return frozenset(found)
