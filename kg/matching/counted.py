"""The group that a sentence counted before, and what it is called: "30 firms were set up, of which 12 are foreign"."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from kg.carried import Frame, find_frame
from kg.matching.words import MatchWords, NotFilled, Thing
from kg.model import Claim, Quantity, Span
from kg.pattern import Match
from kg.reading import SentenceReading
from kg.shared_periods import find_shared_period
from kg.vocab import RDC

COUNT = RDC + "count"
SPOKEN_OF = frozenset(("noun", "group", "kind", "whole"))
"""Fields of a label that the group counted before fills: its noun, all it is called, that if no verb is in it, or
that where the words say that those counted now are of it, else its noun."""


# That those counted now are of the group counted before.
_PART = re.compile(
    r"\b(?:includ(?:ing|es?|ed)|of (?:which|whom|them|these|those)|among (?:which|whom|them|these|those))\b"
)
_OF_WHOLE = re.compile(r"\b(?:of|among) (?:which|whom|the|them|these|those)\b[^.;]{0,60}, ?$", re.IGNORECASE)
_DIVIDES = re.compile(r", (?:of|among) (?:which|whom|them|these|those)\b(?:[^.;]|\.\d)*$")
MAX_LIST = 200
"""How many characters at most stand between such words and the last of a list that they begin."""
# What may begin a sentence that goes on with what the one before has counted.
_OF_THEM = re.compile(
    r"\s*(?:(?:among|of|out of) (?:them|these|those|which|(?:the|these|those) (?:[a-z-]+ ){0,3}?(?P<noun>[a-z]+s)),? "
    r"|(?:they|these|(?:the|these|those) (?:[a-z-]+ ){0,3}?(?P<noun2>[a-z]+s)),? )?"
)

# That what is counted came to be in a period, and is not what there is: "newly established 34 firms".
_CAME = re.compile(
    r"\b(?:add(?:ed|ing)|new|newly(?: [a-z]+ed)?|signed|inked|launched|started|established|set up|attracted|introduced"
    r"|approved|completed|registered|issued|landed|lured|held|opened)"
    r"(?: (?:a total of|some|another|about|around|nearly))? ?$",
    re.IGNORECASE,
)
_CAME_BEHIND = re.compile(
    r"(?: [\w’'-]+){0,6}? (?:were|was) (?:newly |also )?(?:add|sign|ink|launch|start|establish|set up|attract|introduc"
    r"|approv|complet|register|issu|open)| new(?:ly)?\b"
)


class CountedGroups(MatchWords):
    """The group that a sentence counted before, and what it is called."""

    def _counted_period(self, quantity: Quantity) -> Quantity | None:
        """Return the period behind the last of a list of counts, or that of the sentence before for what came to be."""
        text = self.article.text
        if shared := find_shared_period(text, self.sentence, quantity.end):
            return shared
        came = _CAME.search(text, max(0, quantity.start - 60), quantity.start) or _CAME_BEHIND.match(text, quantity.end)
        frame = find_frame(self.reading, self.sentence) if came else None
        return frame.quantity if frame and self._goes_on(frame) else None

    def _goes_on(self, frame: Frame) -> bool:
        """Say whether the sentence goes on with what that of a period tells of: names none other, or the same."""
        other = self.reading.sentences[self.reading.number_of(frame.sentence)]
        named, told = (
            {m.mention.entity for m in sentence.marks if m.mention and m.mention.entity}
            for sentence in (self.sentence, other)
        )
        if not named:
            return other.sentence.paragraph == self.sentence.sentence.paragraph
        return frame.heads or bool(named & (told | frame.things))

    def _words(self, match: Match, name: str) -> str:
        """Return what a group matched, or what ``SPOKEN_OF`` says of the group counted before."""
        if name not in SPOKEN_OF or name in match.re.groupindex:
            return super()._words(match, name)
        if name == "whole":
            return self._name_whole(match)
        counted = self._count_before(match, alone=name != "noun")
        if name == "kind" and not counted.subject_label.endswith(counted.unit):
            raise NotFilled  # "30 firms were closed, bringing the total to 242": not of those closed
        return counted.unit if name == "noun" else counted.subject_label

    def _name_whole(self, match: Match) -> str:
        """Return what those counted now are of, as it was called: "120 high-tech firms, including 12 from abroad".

        It is the noun alone where no words say that they are of it, where several groups could be meant, and of what
        a sentence before has counted (which may be planned).
        """
        counted = self._count_before(match)
        sure = counted.subject_label.endswith(counted.unit) and counted.start >= self.sentence.sentence.start
        if not sure or not _PART.search(self.sentence.folded, max(0, match.start() - MAX_LIST), match.end()):
            return counted.unit
        try:
            return self._count_before(match, alone=True).subject_label
        except NotFilled:
            return counted.unit

    def _count_before(self, match: Match, *, alone: bool = False) -> Claim:
        """Return the count claimed before a match that it goes on with: "30 firms were set up, of which 12 are …".

        It is of this sentence, or of the sentence before in the paragraph where the match begins this one; where words
        that point back stand before the match ("Among them,", "The projects"), also of the paragraph before. Where
        groups of several kinds were counted none is meant, nor, ``alone``, where anything else was valued.
        """
        here = self.sentence.sentence
        start = self.sentence.locate(match.start())
        said = [c for c in self.earlier.list_values(here.start) if c.end <= start]
        opening = _OF_THEM.fullmatch(self.sentence.folded[: match.start()]) if not said else None
        before = next(self._sentences_before(), None) if opening else None
        if opening and before and here.paragraph - before.sentence.paragraph <= bool(opening[0]):
            said = self.earlier.list_values(before.sentence.start)
        marks = [m for m in self.sentence.marks if m.key == "count" and m.end <= start]
        if any(not any(c.start <= m.start and m.end <= c.end for c in said) for m in marks):
            raise NotFilled  # "of the 64 projects, 20 firms applied and 31 were approved": projects or firms?
        counts = [c for c in said if c.subject_type == "Cohort" and c.predicate == COUNT]
        whole = counts if not alone else said
        if alone and counts:  # those said to be of the first are no group beside it
            whole = [c for c in said if not c.subject_label.startswith(f"{counts[0].subject_label} ")]
        if not counts or len({c.subject if alone else c.unit for c in whole}) != 1:
            raise NotFilled
        if opening and opening[0] and not self._is_meant(opening, counts[0]):
            raise NotFilled
        return counts[0]

    def _is_meant(self, opening: re.Match[str], counted: Claim) -> bool:
        """Say whether words that point back ("Among them,", "The projects include") can mean what was counted."""
        named = opening["noun"] or opening["noun2"]
        return self._all_counted(counted) and (not named or named in counted.unit.lower())

    def _claimed_thing(self, text: str) -> Thing:
        """Return the thing of an earlier claim: ``Event``, or ``Cohort.Policy`` by what it counts (same paragraph).

        With ``~`` behind it, the paragraph before may have counted it, if it counted one such group only; with ``!``
        there is none where this paragraph has counted several.
        """
        kind, _, member = text.rstrip("~!").partition(".")
        floor, far = self._paragraph_starts() if member else (0, 0)
        recent = self.earlier.find_recent(kind, member)
        if recent is None:
            raise NotFilled
        found, other = recent
        near = found.start >= floor
        if not near and ("~" not in text or found.start < far):
            raise NotFilled
        whole = self._find_divided(found)
        rival = other is not None and other.start >= (floor if near else far)
        if rival and (not near or (text.endswith("!") and whole is None)):
            raise NotFilled
        if whole is not None:
            found = whole
        if text.endswith("!") and (not self._all_counted(found) or (whole is None and self._is_part(found))):
            raise NotFilled  # "A signed 12 projects, and B 30. These projects …"
        if member and self._is_unread_since(found):
            raise NotFilled  # "A signed 12 projects. In B there are 30 items. These projects …"
        span = Span(found.start, found.end)
        return Thing(found.subject, found.subject_label, found.subject_type, resolved=span, how="earlier-claim")

    def _find_divided(self, claim: Claim) -> Claim | None:
        """Return the group that a sentence before divides: "The 38 projects …, of which 13 are …. They cover …"."""
        sentences = self.reading.sentences
        here = sentences[bisect_right(sentences, claim.start, key=lambda s: s.sentence.start) - 1].sentence
        if here.start == self.sentence.sentence.start:
            return None
        told = (c for c in self.earlier.list_values(here.start) if c.predicate == COUNT and c.end <= claim.start)
        first = next((c for c in told if c.subject_type == "Cohort"), None)
        if first is None or first.subject == claim.subject:
            return None
        member = self.members.get(first.subject, "")
        same = member and member == self.members.get(claim.subject, "")
        return first if same and _DIVIDES.search(self.article.text, first.end, claim.start) else None

    def _is_part(self, claim: Claim) -> bool:
        """Say whether what a claim counts is only a part of others: "Of the projects, 35 are …. The investment is"."""
        sentences = self.reading.sentences
        here = sentences[bisect_right(sentences, claim.start, key=lambda s: s.sentence.start) - 1].sentence
        return _OF_WHOLE.search(self.article.text, here.start, claim.start) is not None

    def _all_counted(self, claim: Claim) -> bool:
        """Say whether every count of the sentence of a claim is one that the rules read."""
        sentences = self.reading.sentences
        return self._is_all_read(sentences[bisect_right(sentences, claim.start, key=lambda s: s.sentence.start) - 1])

    def _is_all_read(self, sentence: SentenceReading) -> bool:
        """Say whether every count of a sentence is one that the rules read."""
        told = self.earlier.list_claims(sentence.sentence.start)
        counts = [mark for mark in sentence.marks if mark.key == "count"]
        return all(any(c.start <= m.start and m.end <= c.end for c in told) for m in counts)

    def _is_unread_since(self, claim: Claim) -> bool:
        """Say whether a sentence between that of a claim and this one counts something that no rule has read."""
        sentences = self.reading.sentences
        first = bisect_right(sentences, claim.start, key=lambda s: s.sentence.start)
        last = bisect_left(sentences, self.sentence.sentence.start, key=lambda s: s.sentence.start)
        return any(not self._is_all_read(sentence) for sentence in sentences[first:last])

    def _paragraph_starts(self) -> tuple[int, int]:
        """Return where the first sentences begin of this paragraph, and of the one before it."""
        sentences = self.reading.sentences
        number = bisect_left(sentences, self.sentence.sentence.paragraph, key=lambda s: s.sentence.paragraph)
        before = sentences[max(0, number - 1)].sentence.paragraph
        first = bisect_left(sentences, before, key=lambda s: s.sentence.paragraph)
        return sentences[number].sentence.start, sentences[first].sentence.start
