"""The sentence in which "it" is a mark of what it stands for: "In 2023, it made 700,000 cars" is as if that were named.

So rules need to know a sentence only with the name of what it is about. Where "it" begins no clause that could tell of
a thing ("it is said that"), or goes on with a number ("it rose by 5 percent"), it stands for nothing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.english import load_words
from kg.literals import INDEX, INDEX_BASE
from kg.model import Mention, Span
from kg.pattern import MARK, MAX_MARKS
from kg.reading import Mark, SentenceReading

_ANY = load_words("resuming").any_of
# "It", or "In 2023, it": nothing that acts or is built stands in front, which "it" might be as well.
_IT = re.compile(
    rf"[\"“ ]{{0,3}}(?:(?:but|and|yet)(?: {MARK}| now| then)? )?(?:(?:{MARK}|(?:{_ANY('fronts')})\b)"
    rf"(?:(?!\b(?:{_ANY('acting')})\b|\b(?:the|this|these|its|an?) (?:[a-z-]+ ){{0,3}}(?:{_ANY('built')})\b)[^;:.])"
    rf"{{0,160}}, )?(?P<it>it) (?:(?:{_ANY('adverbs')}) ){{0,2}}+"
    rf"(?!(?:{_ANY('numbers_did')})\b)(?!(?:is|was|will be|has been|can be) (?:{_ANY('dummies')})\b)"
    # "It was the city that built": but "it is a county that lives on tea" is what a thing is told to be.
    rf"(?!(?:{_ANY('no_doings')})\b)"
    rf"(?!(?:is|was) (?!an? (?!(?:{_ANY('pities')})\b)(?:[a-z-]+ ){{1,6}}(?:that|where) )"
    r"[^.;]{0,120}\b(?:that|who|when|where)\b)"
)
# "It has become the largest airport of the west": told of no place.
_BUILDING = re.compile(
    r"it (?:[a-z]+ ){0,2}(?:is|was|became|become|remains) (?:also |now )?(?:the|an?|one of the) "
    rf"(?:(?!(?:of|in|for|with|that|to)\b)[\w-]+ ){{0,5}}(?:{_ANY('building')})\b"
)


@dataclass(frozen=True, slots=True)
class Resumption(SentenceReading):
    """A sentence whose "it" is one mark more; all its places are those of the sentence, for both are two characters."""

    whole: SentenceReading
    resumed: Mark

    def locate(self, position: int, *, end: bool = False) -> int:
        """Return the article offset of a position in ``masked``, as the sentence does."""
        return self.whole.locate(position, end=end)

    def position(self, offset: int) -> int:
        """Return the masked position of an article offset, as the sentence does."""
        return self.whole.position(offset)

    def mark_at(self, group: str) -> Mark:
        """Return the mark that a slot's two characters stand for; the last one is "it"."""
        number = ord(group[1]) - INDEX_BASE
        return self.resumed if number == len(self.whole.marks) else self.whole.marks[number]


def find_pronoun(sentence: SentenceReading) -> int | None:
    """Return where in a masked sentence an "it" stands that tells of a thing as its name would; nothing without one."""
    if len(sentence.marks) + 1 >= MAX_MARKS:
        return None
    found = _IT.match(sentence.folded)
    return found.start("it") if found else None


def tells_of_building(sentence: SentenceReading, place: int) -> bool:
    """Say whether what the "it" at or right before a place is said to be is a building or firm, and no place."""
    begins = sentence.folded.rfind("it ", max(0, place - 12), place + 8)
    return begins >= 0 and _BUILDING.match(sentence.folded, begins) is not None


def resume_sentence(sentence: SentenceReading, place: int, meant: Mention, code: str) -> Resumption:
    """Return a sentence with the "it" at a place as a mark of what it stands for, of a class with this character."""
    start = sentence.locate(place)
    said = meant._replace(
        start=start, end=start + 2, kind="reference", resolved=meant.resolved or Span(meant.start, meant.end)
    )
    mark = Mark(start, start + 2, meant.type, mention=said)
    number = chr(INDEX_BASE + len(sentence.marks))
    masked, folded, shape = (
        f"{text[:place]}{code}{index}{text[place + 2 :]}"
        for text, index in ((sentence.masked, number), (sentence.folded, number), (sentence.shape, INDEX))
    )
    return Resumption(
        sentence.sentence,
        tuple(sorted((*sentence.marks, mark), key=lambda m: m.start)),
        masked,
        folded,
        shape,
        sentence.triggers,
        sentence.codes | {code},
        (),
        (),
        sentence,
        mark,
    )
