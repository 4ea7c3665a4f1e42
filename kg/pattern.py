"""Patterns of rules: macros and slots expanded into one regular expression, compiled where it is first needed.

Most articles need a few of the patterns only, and compiling all of them takes longer than reading an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kg.errors import RuleError

CLASS_BASE = 0xE000
INDEX_BASE = 0xE100
MAX_MARKS = 0xF8FF - INDEX_BASE + 1
MARK = "[\ue000-\ue0ff][\ue100-\uf8ff]"
OTHER_CLASS = chr(0xE0FF)
"""The class character of a mark that no slot names."""

_SLOT = re.compile(r"\{(?:(\w+):|(!?)(?=[A-Za-z]))([\w|]+)\}")
"""``{p:Park}`` is a slot with a name, ``{Park}`` one without, ``{!Park}`` any mark of another class."""
_MACRO = re.compile(r"<<(\w+)>>")
_FOLD = re.compile(r"\n\s*")
_GROUP = re.compile(r"\(\?P<(\w+)>")
_TOKEN = re.compile(
    r"\\.|\[(?:\\.|[^\]\\])*\]"
    r"|\(\?P<\w+>\[(?P<codes>[\ue000-\ue0ff]+)\]\[\ue100-\uf8ff\]\)(?P<many>[?*{]?)|[()|]|.",
    re.DOTALL,
)
_NOTHING = re.compile(r"\(\?<?[!=]|\\[bB]|[\^$]")
_ONE_OF = re.compile(r"\[([^\\\]^-]+)\]")
_LITERAL = re.compile(r"[\w ,;:’'\"“”–—-]|\\[^\w\s]")
_OPENS = re.compile(r"\((?:\?:|\?P<\w+>)?")
_PART = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{[^{}]*\}|[()|]|[^\\\[{()|]+|.", re.DOTALL)
_REPEAT = re.compile(r"(?:(?P<none>[?*]|\{0?,\d*\})|\+|\{\d+(?:,\d*)?\})\??")
BEGIN = "begin"
"""The word list that says where a clause begins: it matches no characters."""
CLAUSE = "\x01"
"""Stands in an anchor for the places where a clause begins."""
DEPTH = 8
"""How deep word lists may stand in word lists."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over masked sentences that is compiled when it is first tried.

    ``slots`` are its groups that stand for a thing or quantity, ``groups`` all that have a name; ``needs``
    are class characters of which a sentence must have one each for it to match. Trying it raises
    ``RuleError`` where it does not compile; ``where`` says which rule of which file it is of.
    """

    source: str
    where: str
    slots: frozenset[str] = frozenset()
    needs: tuple[frozenset[str], ...] = ()
    anchor: frozenset[str] = frozenset()
    """The characters that a match can begin with, or where a clause begins; if empty, that is not known."""

    @property
    def groups(self) -> frozenset[str]:
        """The names of all groups."""
        return frozenset(_GROUP.findall(self.source))

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """Return the first match in ``text[start:end]``; what stands before ``start`` can be looked back at."""
        return compile_source(self.source, self.where).search(text, start, len(text) if end is None else end)

    def match(self, text: str, place: int) -> re.Match[str] | None:
        """Return the match that begins at ``place``."""
        return compile_source(self.source, self.where).match(text, place)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match of the whole text."""
        return compile_source(self.source, self.where).fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield every match, none overlapping another."""
        return compile_source(self.source, self.where).finditer(text)

    def find_matches(self, text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
        """Yield what ``finditer`` does, trying only ``places``: positions in order, of its anchor all there are.

        A pattern that begins with a look behind costs about a microsecond at each character; most of the
        time of the rules went there.
        """
        if not self.anchor:
            yield from self.finditer(text)
            return
        compiled = compile_source(self.source, self.where)
        end = 0
        for place in places:
            if place >= end and (match := compiled.match(text, place)):
                yield match
                end = match.end()


@cache
def compile_source(source: str, where: str) -> re.Pattern[str]:
    """Return the compiled expression; raise ``RuleError`` naming ``where`` if it does not compile."""
    try:
        return re.compile(source)
    except re.error as error:
        raise RuleError(f"the pattern does not compile: {error}", where=where) from error


@dataclass(frozen=True, slots=True)
class PatternMaker:
    """What patterns are made of: the class characters of each slot, the word lists, the character of each class."""

    slots: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    codes: Mapping[str, str]

    def make_pattern(self, source: str, where: str) -> Pattern:
        """Return the pattern with every word list and slot filled in; raise ``RuleError`` at an unknown one."""
        folded = _FOLD.sub("", source)
        text = folded
        for _ in range(DEPTH):
            if not _MACRO.search(text):
                break
            text = _MACRO.sub(lambda match: f"(?:{self._list_words(match[1], where)})", text)
        names: set[str] = set()
        text = _SLOT.sub(lambda match: self._fill_slot(match, where, names), text)
        # A word list stands in a group of its own, so what it holds can be left out here.
        bare = _SLOT.sub(lambda match: self._fill_slot(match, where, set()), _MACRO.sub("(?:)", folded))
        return Pattern(text, where, frozenset(names), find_needs(bare), self._find_anchor(folded) or frozenset())

    def _find_anchor(self, source: str) -> frozenset[str] | None:
        """Return where alone a source can match: empty if that is not known, ``None`` if it takes no characters."""
        choices = [self._anchor_one(choice) for choice in _divide_choices(source)]
        if all(choice is None for choice in choices):
            return None
        if not all(choices):
            return frozenset()
        return frozenset().union(*(choice or () for choice in choices))

    def _anchor_one(self, source: str) -> frozenset[str] | None:
        """Return the anchor of a source without alternatives outside groups."""
        position, found = 0, frozenset[str]()
        while position < len(source):
            nothing = _NOTHING.match(source, position)
            if nothing:
                position = _find_close(source, position) + 1 if nothing[0][0] == "(" else nothing.end()
                continue
            end, anchor = self._anchor_part(source, position)
            repeat = _REPEAT.match(source, end)
            position = repeat.end() if repeat else end
            if anchor is None:
                continue
            found |= anchor
            if not anchor or not (repeat and repeat["none"]):
                return found if anchor else frozenset()
        return frozenset() if found else None

    def _anchor_part(self, source: str, position: int) -> tuple[int, frozenset[str] | None]:
        """Return where the next part of a source ends, and its anchor."""
        if macro := _MACRO.match(source, position):
            if macro[1] == BEGIN:
                return macro.end(), frozenset(CLAUSE)
            return macro.end(), self._find_anchor(_FOLD.sub("", self.words.get(macro[1], ".")))
        if slot := _SLOT.match(source, position):
            keys = [] if slot[2] else [key for name in slot[3].split("|") for key in self.slots.get(name, ())]
            return slot.end(), frozenset(self.codes[key] for key in keys)
        if opens := _OPENS.match(source, position):
            close = _find_close(source, position)
            return close + 1, self._find_anchor(source[opens.end() : close])
        if one_of := _ONE_OF.match(source, position):
            return one_of.end(), frozenset(one_of[1])
        literal = _LITERAL.match(source, position)
        return (literal.end(), frozenset(literal[0][-1])) if literal else (position + 1, frozenset())

    def _list_words(self, word: str, where: str) -> str:
        if word == "mark":
            return MARK
        if word not in self.words:
            raise RuleError(
                f"unknown word list <<{word}>>",
                where=where,
                hint=f"slots.toml has {', '.join(sorted(self.words))}",
            )
        return _FOLD.sub("", self.words[word])

    def _fill_slot(self, match: re.Match[str], where: str, names: set[str]) -> str:
        codes: set[str] = set()
        for slot in match[3].split("|"):
            if slot not in self.slots:
                raise RuleError(
                    f"unknown slot class {slot!r}",
                    where=where,
                    hint=f"slots.toml has {', '.join(sorted(self.slots))}",
                )
            codes.update(self.codes[key] for key in self.slots[slot])
        chosen = "".join(sorted(codes))
        if not match[1]:
            return f"(?:{f'(?![{chosen}])' if match[2] else f'(?=[{chosen}])'}{MARK})"
        names.add(match[1])
        return f"(?P<{match[1]}>[{chosen}][\ue100-\uf8ff])"


def _find_close(source: str, position: int) -> int:
    """Return where the group that opens at ``position`` closes."""
    depth = 0
    for part in _PART.finditer(source, position):
        depth += (part[0] == "(") - (part[0] == ")")
        if depth == 0:
            return part.start()
    return len(source)


def _divide_choices(source: str) -> list[str]:
    """Return the alternatives of a source that stand outside all groups."""
    depth, start, choices = 0, 0, []
    for part in _PART.finditer(source):
        depth += (part[0] == "(") - (part[0] == ")")
        if part[0] == "|" and depth == 0:
            choices.append(source[start : part.start()])
            start = part.end()
    return [*choices, source[start:]]


def find_needs(pattern: str) -> tuple[frozenset[str], ...]:
    """Return the class characters of each slot that stands outside all groups and is not optional.

    A pattern with alternatives outside all groups needs nothing for certain.

    >>> find_needs("(?P<n>[\ue003][\ue100-\uf8ff]) projects(?: in (?P<d>[\ue001][\ue100-\uf8ff]))?")
    (frozenset({'\ue003'}),)
    """
    needs: list[frozenset[str]] = []
    depth = 0
    for token in _TOKEN.finditer(pattern):
        if token["codes"]:
            if depth == 0 and not token["many"]:
                needs.append(frozenset(token["codes"]))
        elif token[0] == "(":
            depth += 1
        elif token[0] == ")":
            depth -= 1
        elif token[0] == "|" and depth == 0:
            return ()
    return tuple(needs)
