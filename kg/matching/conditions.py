"""Whether the conditions of a rule hold of a match, beside its pattern."""

from __future__ import annotations

import re

from kg.letters import fold_case
from kg.literals import INDEX_BASE
from kg.matching.values import MatchValues
from kg.matching.words import Thing
from kg.model import Span, find_ancestors
from kg.pattern import MARK, Match
from kg.reading import Mark
from kg.rules import Rule, slot_name
from kg.vocab import LOCATED_IN, SUBSET_OF

_IN_TURN = re.compile(r"(?:,|,? and) ")
PRIOR = 600
"""How many characters in front of a match at most its rule's ``prior`` looks through: more than any of them spans."""


class MatchConditions(MatchValues):
    """Says whether a rule may claim what a match says."""

    @staticmethod
    def _value_marks(rule: Rule, match: Match) -> set[int]:
        """Return the marks of the numbers that a match would make values of."""
        marks: set[int] = set()
        for template in rule.templates:
            found = match[template.values or slot_name(template.value)] if template.value else None
            if found:
                marks.update(ord(mark[1]) for mark in (re.findall(MARK, found) if template.values else (found,)))
        return marks

    def _is_unsaid(self, match: Match) -> bool:
        """Say whether a match stands in what the sentence only asks or supposes: "nobody knows if 36 projects …"."""
        text, spans = self._unsaid
        if text is not self.sentence.folded:
            text = self.sentence.folded
            spans = [Span(*found.span()) for found in self.rules.unsaid.finditer(text)]
            self._unsaid = text, spans
        return any(span.start <= match.start() < span.end for span in spans)

    def _is_allowed(self, rule: Rule, match: Match, text: str) -> bool:
        if rule.unless is not None and rule.unless.search(text, max(0, match.start() - 80), match.end()):
            return False
        if self._is_unsaid(match):
            return False
        if rule.unread and any(ord(mark[1]) in self.taken for mark in re.findall(MARK, match[0])):
            return False
        start = match.start()
        if rule.prior is not None and rule.prior.search(text, max(0, start - PRIOR), start) is None:
            return False
        if any(
            match[slot] and not pattern.search(self._slot_words(match[slot])) for slot, pattern in rule.named.items()
        ):
            return False
        if self._takes_last_of_turn(rule, match):
            return False
        return all(self._is_known_in(match[thing], match[place]) for thing, place in rule.lies.items() if match[thing])

    def _takes_last_of_turn(self, rule: Rule, match: Match) -> bool:
        """Say whether a match counts by the last alone of several numbers: "34, 83 and 22 projects …, respectively"."""
        if "respectively" not in self.sentence.folded:
            return False
        marks = self.sentence.marks
        begins = self._span(match).start
        for number in (value - INDEX_BASE for value in self._value_marks(rule, match)):
            if not 0 < number < len(marks) or marks[number].key != "count":
                continue
            before = marks[number - 1]
            joined = before.key == "count" and before.start < begins
            if joined and _IN_TURN.fullmatch(self.article.text, before.end, marks[number].start):
                return True
        return False

    def _is_known_in(self, thing: str, place: str) -> bool:
        """Say whether the thing of one mark lies, as the lexicon knows, in that of another."""
        inner, outer = self.sentence.mark_at(thing).mention, self.sentence.mark_at(place).mention
        if inner is None or outer is None:
            return False
        return outer.entity in find_ancestors(inner.entity, self.lexicon.entities)

    def _slot_words(self, found: str) -> str:
        """Return in lower case what a slot matched, each mark as its label or the words of its quantity."""
        return re.sub(MARK, lambda part: self._mark_words(self.sentence.mark_at(part[0])), found)

    def _mark_words(self, mark: Mark) -> str:
        return fold_case(mark.mention.label if mark.mention else self.article.text[mark.start : mark.end])

    def _is_related(self, subject: Thing, predicate: str) -> bool:
        """Say whether the sentence has already said where a group lies or of what it is a part."""
        if subject.type != "Cohort" or predicate not in (LOCATED_IN, SUBSET_OF):
            return False
        told = self.earlier.list_claims(self.sentence.sentence.start)
        return any(c.subject == subject.iri and c.predicate == predicate for c in told)
