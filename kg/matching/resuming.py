"""Reads the "it" that a sentence begins with as the name of what it stands for."""

from __future__ import annotations

from collections.abc import Iterator

from kg.matching.conditions import MatchConditions
from kg.reading import SentenceReading
from kg.reductions import reduce_sentence
from kg.resumption import Resumption, find_pronoun, resume_sentence, tells_of_building
from kg.vocab import ENTERPRISE, PLACES, PROJECT, class_name


class MatchResuming(MatchConditions):
    """Finds what the "it" of a sentence stands for, so that rules with a name read the sentence too."""

    def _list_simpler(self, sentence: SentenceReading) -> Iterator[SentenceReading]:
        """Yield what a sentence says as well: its reductions, and it with what its "it" stands for."""
        yield from reduce_sentence(sentence, self.rules.reducers)
        yield from self._resume(sentence)

    def _resume(self, sentence: SentenceReading) -> Iterator[Resumption]:
        """Yield the sentence with what its "it" stands for as a mark, if it begins with one and that is sure."""
        place = find_pronoun(sentence)
        if place is None:
            return
        self.sentence = sentence
        self._subjects.clear()
        self._asks_things = self._asks_places = self._asks_deeds = False
        found, _ = self._find_told(sentence.locate(place), pronoun=True)
        front = [m for m in sentence.marks if m.start < sentence.locate(place) and m.key in (PROJECT, ENTERPRISE)]
        if found is None or any(m.mention and m.mention.entity != found[0].entity for m in front):
            return  # "With the new plant, it will make cars": of the plant?
        if not (class_name(found[0].type) in PLACES and tells_of_building(sentence, place)):
            yield resume_sentence(sentence, place, found[0], self.rules.class_code(found[0].type))
