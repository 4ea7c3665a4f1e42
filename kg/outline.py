"""The outline of a sentence: its phrases and groups of verbs as chunks, without what only says when, how or by whom.

"According to the bureau, the total output value of the zone has in 2022 steadily risen to 3 billion yuan" is
"{Measured} of {Park} {Reach} {money}". A rule over the outline reads all the ways to say so, where one over the
masked sentence needs each word between spelt out. It is a second level of masking: names and quantities were the first
(a cascade of finite-state patterns, cf. Abney, "Partial Parsing via Finite-State Cascades", 1996).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from kg.literals import INDEX, INDEX_BASE
from kg.pattern import MAX_MARKS, Groups, Pattern, compile_source
from kg.reading import SentenceReading
from kg.rules import LEFT_OUT, NAMED, PHRASE, Chunking

_VERBS = ("reach", "rise", "fall", "gain", "account", "trade")
"""The kinds of chunks that are verbs, where no preposition is among them."""
_FINITE = frozenset(("is", "are", "was", "were", "will", "would", "has", "have", "had", "ranks", "ranked", "covers"))
_ENDS = frozenset((".", ";", ":"))
_INSIDE = frozenset(("of", "in", "for", "from", "by", "on", "at", "to", "the", "'s", "’s"))
"""What may stand in a subject between its phrases."""
_LONGEST = 8
"""How many chunks a subject has at most."""
_STOPS = frozenset((",", ";", ":", "and", "but", "while", "that", "(", "–", "—", "-"))
"""Behind these a comma says nothing: what stood between is left out."""
# A word in capitals inside a sentence, and one that owns what follows: names that nobody knows.
_UNKNOWN = re.compile(r"(?<=[^\s.!?:;•*-] )(?<![\"“] )[A-Z][a-z]{2,}(?![\w-]*-)")
_RELATIVE = re.compile(r" (?:that|which|who|whose) ")
_OWNER = re.compile(r"[A-Z][a-z]+['’]s")


class Chunk(NamedTuple):
    """A stretch of the masked sentence, and how the outline writes it: two characters, or its own words."""

    start: int
    end: int
    code: str
    """The class character; empty for words that are written as they are."""
    words: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a sentence: its ``text``, and where each chunk stands in it and in the masked sentence."""

    text: str
    shape: str
    """``text`` with one number for all chunks, as the index of rules asks for it."""
    folded: str
    chunks: tuple[Chunk, ...]
    places: tuple[int, ...]

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the masked sentence that a stretch of the outline stands for."""
        first = max(bisect_right(self.places, start) - 1, 0)
        last = max(bisect_right(self.places, end - 1) - 1, first)
        return self.chunks[first].start, self.chunks[last].end


class OutlineMatch:
    """A match in an outline, as one in the masked sentence: its groups are what its chunks stand for."""

    __slots__ = ("_match", "_outline")

    def __init__(self, match: re.Match[str], outline: Outline) -> None:
        self._match = match
        self._outline = outline

    @property
    def re(self) -> Groups:
        """What knows the groups."""
        return self._match.re

    @property
    def string(self) -> str:
        """The folded masked sentence."""
        return self._outline.folded

    def __getitem__(self, group: str | int, /) -> Any:
        start, end = self.span(group)
        return self._outline.folded[start:end] if start >= 0 else None

    def groupdict(self) -> dict[str, Any]:
        """Return what each named group stands for; ``None`` where it did not match."""
        return {name: self[name] for name in self._match.re.groupindex}

    def span(self, group: str | int = 0, /) -> tuple[int, int]:
        """Return where a group begins and ends in the masked sentence; -1 twice where it did not match."""
        start, end = self._match.span(group)
        while start < end and self._outline.text[start] == " ":
            start += 1
        while start < end and self._outline.text[end - 1] == " ":
            end -= 1
        return self._outline.locate(start, end) if 0 <= start < end else (-1, -1)

    def start(self, group: str | int = 0, /) -> int:
        """Return where a group begins in the masked sentence."""
        return self.span(group)[0]

    def end(self, group: str | int = 0, /) -> int:
        """Return where a group ends in the masked sentence."""
        return self.span(group)[1]


def outline_sentence(sentence: SentenceReading, chunking: Chunking) -> Outline:
    """Return the outline of a sentence, or of a reduction of it."""
    chunks = _drop_commas(_find_chunks(sentence, chunking))
    for kind, pattern in chunking.joined:
        chunks = _join_chunks(sentence.folded, chunks, chunking.codes[kind], pattern)
    return _write_outline(sentence.folded, _part_clauses(chunks, chunking))


def _find_chunks(sentence: SentenceReading, chunking: Chunking) -> Iterator[Chunk]:
    """Yield the chunks of a sentence in order, those that are left out left out."""
    folded = sentence.folded
    for match in compile_source(chunking.scan.source, chunking.scan.where).finditer(folded):
        kind = match.lastgroup
        if kind == LEFT_OUT:
            continue
        start, end = match.span()
        if kind is None:
            yield Chunk(start, end, folded[start] if "\ue000" <= folded[start] <= "\ue0ff" else "", match[0])
        elif kind == PHRASE:
            yield Chunk(start, end, chunking.codes[_find_kind(sentence, start, end, chunking)], "")
        else:
            yield Chunk(start, end, chunking.codes[kind], "")


def _find_kind(sentence: SentenceReading, start: int, end: int, chunking: Chunking) -> str:
    """Return what a phrase is: with a name in it that nobody knows, no more than a phrase."""
    if _UNKNOWN.search(sentence.masked, start if start else 1, end) or _OWNER.match(sentence.masked, start, end + 2):
        return NAMED
    return next((kind for kind, pattern in chunking.heads if pattern.search(sentence.folded, start, end)), PHRASE)


def _drop_commas(chunks: Iterator[Chunk]) -> list[Chunk]:
    """Return chunks without the commas that only set off what is left out."""
    kept: list[Chunk] = []
    for chunk in chunks:
        if chunk.words == "," and (not kept or kept[-1].words in _STOPS):
            continue
        kept.append(chunk)
    return kept


def _join_chunks(folded: str, chunks: list[Chunk], code: str, pattern: Pattern) -> list[Chunk]:
    """Return chunks with those of each match of a pattern as one, unless something left out stands between them."""
    outline = _write_outline(folded, chunks)
    for match in reversed(list(pattern.finditer(outline.text))):
        first = bisect_right(outline.places, match.start()) - 1
        last = bisect_right(outline.places, match.end() - 1) - 1
        between = (folded[a.end : b.start] for a, b in pairwise(chunks[first : last + 1]))
        behind = folded[chunks[last].end : chunks[last + 1].start] if last + 1 < len(chunks) else ""
        if last > first and all(not gap.strip() for gap in between) and not _is_dated(match[0], behind):
            chunks[first : last + 1] = [Chunk(chunks[first].start, chunks[last].end, code, "")]
    return chunks


def _is_dated(said: str, behind: str) -> bool:
    """Say whether a time is left out behind a relative clause: "by inns that opened last year" is when these did."""
    return any("\ue000" <= char <= "\ue0ff" for char in behind) and _RELATIVE.search(said) is not None


def _part_clauses(chunks: list[Chunk], chunking: Chunking) -> list[Chunk]:
    """Return chunks with "; and" for an "and" that joins clauses: behind a verb, and in front of a subject and verb.

    "Output would rank first and exports reach 3 billion yuan" are two clauses, "output and exports reach" is one.
    """
    verbs = {chunking.codes[kind] for kind in _VERBS if kind in chunking.codes}
    telling = verbs - {chunking.codes["gain"]}  # "saw exports and imports rise" is one clause
    told = False
    for number, chunk in enumerate(chunks):
        if chunk.words in _ENDS:
            told = False
        elif chunk.words == "and" and told:
            if chunks[number - 1].words not in _STOPS and _begins_clause(chunks, number + 1, verbs):
                chunks[number] = chunk._replace(words="; and")
                told = False
            elif _goes_on(chunks, number, chunking):
                told = False  # "rose 4 percent, and sales of tea, silk and bamboo grew": a list in the next clause
        told = told or chunk.code in telling or chunk.words in _FINITE
    return chunks


def _goes_on(chunks: Sequence[Chunk], number: int, chunking: Chunking) -> bool:
    """Say whether the "and" at a number stands behind a number or name, and in front of something else measured."""
    before = chunks[number - 1 - (chunks[number - 1].words == ",")]
    is_mark = before.code and before.code not in chunking.codes.values()
    return bool(is_mark) and number + 1 < len(chunks) and chunks[number + 1].code == chunking.codes["measured"]


def _begins_clause(chunks: Sequence[Chunk], number: int, verbs: Collection[str]) -> bool:
    """Say whether a subject stands at a chunk, and its verb behind it before anything else."""
    for chunk in chunks[number : number + _LONGEST]:
        if chunk.code in verbs:
            return chunk is not chunks[number]
        if not chunk.code and chunk.words not in _INSIDE:
            return False
    return False


def _write_outline(folded: str, chunks: Sequence[Chunk]) -> Outline:
    """Return the outline that chunks make: each its class and number characters or its words, blanks between."""
    pieces: list[str] = []
    shape: list[str] = []
    places: list[int] = []
    length = 0
    for number, chunk in enumerate(chunks[:MAX_MARKS]):
        piece = chunk.code + chr(INDEX_BASE + number) if chunk.code else chunk.words
        places.append(length)
        pieces.append(piece)
        shape.append(chunk.code + INDEX if chunk.code else piece)
        length += len(piece) + 1
    return Outline(" ".join(pieces), " ".join(shape), folded, tuple(chunks[:MAX_MARKS]), tuple(places))
