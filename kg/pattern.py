"""Patterns of rules: macros and slots expanded into one regular expression, compiled where it is first needed.

Most articles need a few of the patterns only, and compiling all of them takes longer than reading an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from kg.errors import RuleError
from kg.literals import INDEX_BASE
from kg.notation import FOLD, MACRO, SLOT
from kg.pattern_cache import load_expression

CLASS_BASE = 0xE000
MAX_MARKS = 0xF8FF - INDEX_BASE + 1
MARK = "[\ue000-\ue0ff][\ue100-\uf8ff]"
OTHER_CLASS = chr(0xE0FF)
"""The class character of a mark that no slot names."""

_GROUP = re.compile(r"\(\?P<(\w+)>")
DEPTH = 8
"""How deep word lists may stand in word lists."""


class Groups(Protocol):
    """What knows the named groups of an expression, by their numbers."""

    @property
    def groupindex(self) -> Mapping[str, int]: ...


class Match(Protocol):
    """A match in a masked sentence: that of an expression, or of one in the outline of it (``kg/outline.py``)."""

    @property
    def re(self) -> Groups: ...

    @property
    def string(self) -> str: ...

    def __getitem__(self, group: str | int, /) -> Any: ...

    def groupdict(self) -> dict[str, Any]: ...

    def span(self, group: str | int = 0, /) -> tuple[int, int]: ...

    def start(self, group: str | int = 0, /) -> int: ...

    def end(self, group: str | int = 0, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over masked sentences that is compiled when it is first tried.

    ``slots`` are its groups that stand for a thing or quantity, ``groups`` all that have a name; ``written``
    is the source in the rules' notation. Trying it raises ``RuleError`` where it does not compile; ``where``
    says which rule of which file it is of.
    """

    source: str
    where: str
    slots: frozenset[str] = frozenset()
    written: str = ""

    @property
    def groups(self) -> frozenset[str]:
        """The names of all groups."""
        return frozenset(_GROUP.findall(self.source))

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """Return the first match in ``text[start:end]``; what stands before ``start`` can be looked back at."""
        return compile_source(self.source, self.where).search(text, start, len(text) if end is None else end)

    def match(self, text: str, place: int, end: int | None = None) -> re.Match[str] | None:
        """Return the match that begins at ``place`` and ends at ``end`` at the latest."""
        return compile_source(self.source, self.where).match(text, place, len(text) if end is None else end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match of the whole text."""
        return compile_source(self.source, self.where).fullmatch(text)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        """Yield every match from ``start`` on, none overlapping another."""
        return compile_source(self.source, self.where).finditer(text, start)


@cache
def compile_source(source: str, where: str) -> re.Pattern[str]:
    """Return the compiled expression; raise ``RuleError`` naming ``where`` if it does not compile."""
    try:
        return load_expression(source)
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
        folded = FOLD.sub("", source)
        text = folded
        for _ in range(DEPTH):
            if not MACRO.search(text):
                break
            text = MACRO.sub(lambda match: f"(?:{self._list_words(match[1], where)})", text)
        names: set[str] = set()
        text = SLOT.sub(lambda match: self._fill_slot(match, where, names), text)
        return Pattern(text, where, frozenset(names), folded)

    def _list_words(self, word: str, where: str) -> str:
        if word == "mark":
            return MARK
        if word not in self.words:
            raise RuleError(
                f"unknown word list <<{word}>>",
                where=where,
                hint=f"slots.toml has {', '.join(sorted(self.words))}",
            )
        return FOLD.sub("", self.words[word])

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
