"""What an article leaves for comparison with others: lines under keys, from this article alone.

A line is a key, a tab, and a JSON array; the first letter of the key says what kind it is:

- ``b`` a band of the text's signature: articles under one key may be copies;
- ``n`` a name that no lexicon knows: things under one key are one;
- ``s`` the sketch of the text, under the article's id;
- ``v`` a number: numbers under one key measure the same of the same in the same scope.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from kg import vocab as v
from kg.across.copies import hash_sequences, make_sketch, sign_bands
from kg.across.days import first_day, last_day
from kg.across.extent import find_extent
from kg.across.settings import Settings
from kg.bearers import choose_bearer
from kg.concepts import RANK_UNIT
from kg.model import Claim, Mention, hash_id
from kg.reading import Reading, SentenceReading
from kg.subjects import find_subject

NEAR = 240
"""How many characters around a claim, in its sentence, can say that it corrects something."""

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Number(NamedTuple):
    """One measured value of one article, ready to be compared.

    ``flag`` is empty, ``doubtful`` (its words are garbled), ``withdrawn`` or ``correcting`` (the article corrects
    itself). ``low`` and ``high`` are the ends of what the number can mean. ``place`` is where a counted group is.
    """

    article: str
    observation: str
    claim: str
    start: str
    end: str
    low: str
    high: str
    flag: str
    about: str
    label: str
    place: str
    indicator: str
    unit: str
    scope: str
    modality: str


def make_line(key: str, row: Iterable[Any]) -> bytes:
    """Return one trace."""
    return f"{key}\t{_as_json(list(row))}\n".encode()


def read_line(line: bytes) -> tuple[str, list[Any]]:
    """Return the key and the row of a trace."""
    key, _, row = line.partition(b"\t")
    return key.decode(), json.loads(row)


def make_traces(reading: Reading, claims: Sequence[Claim], settings: Settings, base: str) -> bytes:
    """Return all traces of an article as sorted lines."""
    tracer = _Tracer(reading, claims, settings, base)
    return b"".join(sorted({*tracer.texts(), *tracer.names(), *tracer.numbers()}))


class _Tracer:
    def __init__(self, reading: Reading, claims: Sequence[Claim], settings: Settings, base: str) -> None:
        self.reading, self.claims, self.settings, self.base = reading, claims, settings, base
        self.article = reading.article.id
        self.starts = [sentence.sentence.start for sentence in reading.sentences]

    # ------------------------------------------------------------ the text
    def texts(self) -> Iterator[bytes]:
        """Yield the sketch of the text and the bands of its signature; nothing for a text too short to tell."""
        article = self.reading.article
        parts = [article.text[s.start : s.end] for s in article.sentences if s.part == "body"]
        hashes = hash_sequences(" ".join(parts), self.settings.copies)
        if not hashes:
            return
        bands = list(sign_bands(hashes))
        yield make_line(f"s{hash_id(self.article)}", (self.article, *make_sketch(hashes), *bands))
        for band in bands:
            yield make_line(f"b{band}", (self.article,))

    # ------------------------------------------------------------ names
    def names(self) -> Iterator[bytes]:
        """Yield the things of this article that no lexicon knows."""
        for claim in self.claims:
            ends = [(claim.subject, claim.subject_label, claim.subject_type)]
            if claim.object and claim.object_type not in ("Observation", "Class", "Concept"):
                ends.append((claim.object, claim.object_label, claim.object_type))
            for iri, label, kind in ends:
                if v.is_described(iri):
                    continue
                if kind not in ("Cohort", "NewsArticle", "Industry") and iri not in self.settings.entities and label:
                    type_iri = v.class_iri(kind)
                    key = self.settings.names.key(type_iri, label)
                    known = self.settings.names.find(type_iri, label)
                    yield make_line(f"n{hash_id(type_iri, key)}", (iri, known, self.article))

    def thing_key(self, iri: str, label: str, type_iri: str) -> str:
        """Return what is the same for a thing in every article."""
        if iri in self.settings.entities or v.is_described(iri):
            return iri
        known = self.settings.names.find(type_iri, label)
        return known or f"{type_iri} {self.settings.names.key(type_iri, label)}"

    # ------------------------------------------------------------ numbers
    def numbers(self) -> Iterator[bytes]:
        """Yield the numbers that can be compared, each observation once."""
        seen: set[str] = set()
        for claim in self.claims:
            if claim.object_type != "Observation" or not claim.value or claim.derived or claim.object in seen:
                continue
            found = self._number(claim)
            if found:
                seen.add(claim.object)
                yield make_line(*found)

    def _number(self, claim: Claim) -> tuple[str, Number] | None:
        """Return a number and its key; nothing where its time, a group's place or a rank's scope is not known."""
        if claim.unit == RANK_UNIT and not claim.scope:
            return None
        start, end = first_day(claim.period_start), last_day(claim.period_end)
        lasting = not claim.period and not claim.period_start and not claim.period_end and self._lasts(claim)
        if not end and not lasting:
            return None
        sentence = self.reading.sentences[max(0, bisect_right(self.starts, claim.start) - 1)]
        place: Mention | None = None
        if claim.subject_type == "Cohort":
            place = self._find_place(sentence, claim)
            if place is None:
                return None
            subject = f"{' '.join(claim.subject_label.casefold().split())} @ {self._mention_key(place)}"
        else:
            subject = self.thing_key(claim.subject, claim.subject_label, v.class_iri(claim.subject_type))
        words = claim.quote.replace(claim.subject_label, " ")
        scope = claim.scope if "://" in claim.scope else " ".join(claim.scope.casefold().split())
        narrow = self.settings.narrow(words)
        key = hash_id(subject, claim.predicate, claim.unit, scope, narrow, claim.modality, lasting)
        extent = find_extent(claim.value, self._printed(sentence, claim), claim.qualifier)
        number = Number(
            article=self.article,
            observation=claim.object,
            claim=v.claim_iri(self.base, claim.id),
            start=start,
            end=end,
            low=f"{extent.low:f}",
            high=f"{extent.high:f}",
            flag=self._flag(sentence, claim),
            about=claim.subject,
            label=claim.subject_label,
            place=place.entity if place else "",
            indicator=claim.predicate,
            unit=claim.unit,
            scope=claim.scope,
            modality=claim.modality,
        )
        return f"v{key}", number

    def _lasts(self, claim: Claim) -> bool:
        kind = self.settings.lasting.get(claim.predicate)
        return kind is not None and kind in ("*", v.class_iri(claim.subject_type))

    def _mention_key(self, place: Mention) -> str:
        return self.thing_key(place.entity, place.label, place.type)

    def _find_place(self, sentence: SentenceReading, claim: Claim) -> Mention | None:
        """Return where a counted group is: what the sentence is about, wherever in it that is named."""
        text, entities = self.reading.article.text, self.settings.entities
        here = choose_bearer(text, sentence.marks, entities)
        if here is not None:
            return here[0] if len(here) == 1 else None
        found = find_subject(self.reading, sentence, claim.start, entities)
        return found[0] if found else None

    def _printed(self, sentence: SentenceReading, claim: Claim) -> str:
        """Return the digits of a claim's number as they stand in the text; empty where they are not found."""
        value = claim.value.lstrip("-")
        for mark in sentence.marks:
            quantity = mark.quantity
            if quantity and quantity.number and quantity.value == value and claim.start <= mark.end <= claim.end + 1:
                return self.reading.article.text[quantity.number.start : quantity.number.end]
        return ""

    def _flag(self, sentence: SentenceReading, claim: Claim) -> str:
        # Not the whole sentence: a hostile one is as long as its article, and has a claim in every line.
        start = max(sentence.sentence.start, claim.start - NEAR)
        words = self.reading.article.text[start : min(sentence.sentence.end, claim.end + NEAR)].lower()
        if self.settings.withdraws.search(re.sub(r"\s+", " ", words)):
            return "withdrawn"
        if self.settings.corrects.search(words):
            return "correcting"
        return "doubtful" if claim.status == "garbled" else ""
