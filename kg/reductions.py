"""The simpler sentences that a sentence says as well: without what stands between, and part by part.

"Linhe Park (LP), which lies in Yunhe, saw exports rise and has signed 5 deals" says also "Linhe Park saw exports
rise", "Linhe Park lies in Yunhe" and "Linhe Park has signed 5 deals". Rules then need to know each of them only in
its plain form. A reduction only leaves words out and never moves or adds any, so that all its places are the article's
(cf. Del Corro and Gemulla, "ClausIE: Clause-Based Open Information Extraction", WWW 2013).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from kg.model import Span
from kg.pattern import MARK
from kg.reading import Mark, SentenceReading
from kg.rules import Reducers
from kg.vocab import is_described

MOST = 6
"""How many reductions of a sentence are read at most, so that the cost stays that of the text."""
GOVERNED = 24
"""How many masked characters before a thing are looked at for what governs it."""

# "The park will be developed and managed jointly by A": it is to be managed.
_PASSIVE = re.compile(r"\b(?:be|being) (?:[a-z]+ly )?[a-z]+(?:ed|ilt|ade|wn)$")
_PARTICIPLE = re.compile(r" [a-z]+ed (?:jointly |mainly |together )?(?:by|with|under|in|at|on|for|as|into|jointly)\b")


@dataclass(frozen=True, slots=True)
class Reduction(SentenceReading):
    """A sentence of which only some stretches are read; its marks are those that stand in them."""

    whole: SentenceReading
    kept: tuple[Span, ...]
    """The stretches of the whole's ``masked``, in order; the first is never empty."""
    places: tuple[int, ...]
    """Where each stretch begins in ``masked`` here."""

    def locate(self, position: int, *, end: bool = False) -> int:
        """Return the article offset of a position in ``masked``, as the whole sentence does."""
        number = max(bisect_right(self.places, position - 1 if end else position) - 1, 0)
        return self.whole.locate(self.kept[number].start + position - self.places[number], end=end)

    def position(self, offset: int) -> int:
        """Return the masked position of an article offset; of one that is left out, that of what follows it."""
        place = self.whole.position(offset)
        for start, span in zip(self.places, self.kept, strict=True):
            if place < span.end:
                return start + max(0, place - span.start)
        return len(self.masked)

    def mark_at(self, group: str) -> Mark:
        """Return the mark that a slot's two characters stand for."""
        return self.whole.mark_at(group)

    def is_broken(self, start: int, end: int) -> bool:
        """Say whether words are left out between two positions of ``masked``."""
        return any(start < place < end for place in self.places[1:])


def reduce_sentence(sentence: SentenceReading, reducers: Reducers) -> Iterator[Reduction]:
    """Return the reductions of a sentence: without asides, then of what asides and further verbs say."""
    return islice(_list_reductions(sentence, reducers), MOST)


def _list_reductions(sentence: SentenceReading, reducers: Reducers) -> Iterator[Reduction]:
    """Yield all reductions, each made when it is asked for."""
    asides = _find_asides(sentence, reducers)
    main = [*_leave_out(len(sentence.masked), asides)]
    plain = sentence
    if asides:
        plain = _reduce(sentence, main)
        yield plain
    for kept in _find_told(sentence, reducers):
        yield _reduce(sentence, kept)
    for kept in chain(_find_joined(plain, reducers), _find_meant(plain, reducers)):
        yield _reduce(sentence, [*_within(main, kept)])


def _find_asides(sentence: SentenceReading, reducers: Reducers) -> list[Span]:
    """Return what stands between, in order: brackets that only name, what commas enclose, what comes in front."""
    found = [Span(*match.span()) for match in reducers.bracket.finditer(sentence.masked)]
    found += [Span(*match.span("aside")) for match in reducers.aside.finditer(sentence.folded)]
    found += [Span(*match.span("seat")) for match in reducers.seat.finditer(sentence.folded)]
    apposed = reducers.apposed.match(sentence.folded, 0)
    found += [Span(*apposed.span("aside"))] if apposed else []
    front = reducers.front.match(sentence.folded, 0)
    found += [Span(*front.span("front"))] if front else []
    found.sort()
    asides: list[Span] = []
    for span in found:
        if not asides or span.start >= asides[-1].end:
            asides.append(span)
    return asides


def _find_told(sentence: SentenceReading, reducers: Reducers) -> Iterator[list[Span]]:
    """Yield what a relative clause says of the thing right before it: "X, which covers 30 ha" as "X covers 30 ha"."""
    for match in reducers.told.finditer(sentence.folded):
        start, thing = match.start("thing"), sentence.mark_at(match["thing"]).mention
        if match["comma"] and reducers.governed.search(sentence.folded, max(0, start - GOVERNED), start):
            continue
        if not match["comma"] and (thing is None or not is_described(thing.entity)):
            continue  # "a deal with Yunhe County that covers …": of a name nothing is told without a comma
        yield [Span(*match.span("thing")), Span(*match.span("said"))]


def _find_joined(sentence: SentenceReading, reducers: Reducers) -> Iterator[list[Span]]:
    """Yield what further verbs say of what the sentence begins with: "X has … and covers 30 ha" as "X covers 30 ha"."""
    subject = reducers.subject.match(sentence.folded, 0)
    if subject is None:
        return
    end = len(sentence.folded)
    for match in reducers.joined.finditer(sentence.folded, subject.end()):
        if _PASSIVE.search(sentence.folded, max(0, match.start() - 60), match.start()):
            if _PARTICIPLE.match(sentence.folded, match.start("said")):
                continue
        if reducers.barrier.search(sentence.folded, subject.end(), match.start()):
            return
        following = reducers.joined.search(sentence.folded, match.end())
        yield [Span(0, subject.end("subject")), Span(match.start("said"), following.start() if following else end)]


def _find_meant(sentence: SentenceReading, reducers: Reducers) -> Iterator[list[Span]]:
    """Yield what else a subject means to do: "X plans to build … and raise exports" as "X plans to raise exports"."""
    purpose = reducers.purpose.match(sentence.folded, 0)
    if purpose is None:
        return
    end = len(sentence.folded)
    for match in reducers.further.finditer(sentence.folded, purpose.end()):
        if reducers.barrier.search(sentence.folded, purpose.end(), match.start()):
            return
        following = reducers.further.search(sentence.folded, match.end())
        yield [Span(0, purpose.end()), Span(match.start("said"), following.start() if following else end)]


def _leave_out(length: int, asides: Sequence[Span]) -> Iterator[Span]:
    """Yield what is left of so many characters without the asides, in order."""
    start = 0
    for aside in asides:
        if start < aside.start:
            yield Span(start, aside.start)
        start = aside.end
    if start < length:
        yield Span(start, length)


def _within(kept: Sequence[Span], inner: Sequence[Span]) -> Iterator[Span]:
    """Yield the stretches of the whole that stretches of a reduction stand for."""
    for span in inner:
        place = 0
        for stretch in kept:
            length = stretch.end - stretch.start
            low, high = max(span.start, place), min(span.end, place + length)
            if low < high:
                yield Span(stretch.start + low - place, stretch.start + high - place)
            place += length


def _reduce(sentence: SentenceReading, kept: Sequence[Span]) -> Reduction:
    """Return the reduction of a sentence to some of its stretches."""
    places, length = [], 0
    for span in kept:
        places.append(length)
        length += span.end - span.start
    masked, folded, shape = (
        "".join(text[slice(*span)] for span in kept) for text in (sentence.masked, sentence.folded, sentence.shape)
    )
    marks = tuple(sentence.mark_at(found) for found in re.findall(MARK, masked))
    codes = frozenset(re.findall("[\ue000-\ue0ff]", masked))
    return Reduction(
        sentence.sentence,
        marks,
        masked,
        folded,
        shape,
        sentence.triggers,
        codes,
        (),
        (),
        sentence,
        tuple(kept),
        tuple(places),
    )
