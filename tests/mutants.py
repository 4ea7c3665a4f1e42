"""Wrong versions of true claims, made by a seeded program: what a trustworthy gate must refuse.

Each kind takes a true claim and gives claims that differ from it in one part, so that each is wrong. A
mutant that happens to be another true claim of the same article is left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kg.extract import Extractor
from kg.matching import clean_words
from kg.model import Claim
from kg.reading import Reading, SentenceReading
from kg.vocab import RELATIONS, class_name

UNITS = ("CNY", "percent", "day", "m2", "km2", "mu", "projects", "enterprises", "ton", "point", "times")
CURRENCIES = ("CNY", "USD", "EUR", "HKD")
QUALIFIERS = ("exact", "moreThan", "nearly", "about", "atLeast", "upTo")


class Mutator:
    """Makes the mutants of one article's true claims; the same seed gives the same mutants."""

    def __init__(self, reading: Reading, truths: Sequence[Claim], seed: int) -> None:
        self.reading = reading
        self.article = reading.article
        self.truths = truths
        self.random = random.Random(seed)

    def make_mutants(self) -> Iterator[tuple[str, Claim]]:
        """Yield (kind, wrong claim) for every true claim and every kind that applies to it."""
        for claim in self.truths:
            for kind, make in KINDS.items():
                for mutant in make(self, claim):
                    if not self._is_true(mutant):
                        yield kind, mutant

    def _is_true(self, mutant: Claim) -> bool:
        return any(_meaning(mutant) == _meaning(truth) and _inside(truth, mutant) for truth in self.truths)

    def sentence_of(self, claim: Claim) -> SentenceReading | None:
        for sentence in self.reading.sentences:
            if sentence.sentence.start <= claim.start < sentence.sentence.end:
                return sentence
        return None


def _inside(truth: Claim, mutant: Claim) -> bool:
    """A claim whose quote was shifted is wrong whatever it says."""
    return (truth.start, truth.end) == (mutant.start, mutant.end)


def _meaning(claim: Claim) -> tuple[str, ...]:
    return (
        claim.subject,
        claim.predicate,
        claim.object if claim.object_type != "Observation" else "",
        claim.value,
        claim.value_before,
        claim.unit,
        claim.qualifier,
        claim.qualifier_before,
        claim.modality,
        claim.period,
    )


def swap_digit(self: Mutator, claim: Claim) -> Iterator[Claim]:
    for name in ("value", "value_before"):
        value = getattr(claim, name)
        places = [i for i, char in enumerate(value) if char.isdigit()]
        if places:
            place = self.random.choice(places)
            digit = self.random.choice([d for d in "123456789" if d != value[place]])
            yield replace(claim, **{name: value[:place] + digit + value[place + 1 :]})


def lengthen_number(self: Mutator, claim: Claim) -> Iterator[Claim]:
    """A number inside a longer number, and a longer number around it."""
    value = claim.value
    if value:
        yield replace(claim, value=value + self.random.choice("123456789") if "." in value else value + "5")
        if len(value.lstrip("-")) > 1 and value[-2] not in ".-":
            yield replace(claim, value=value[:-1])


def shift_factor(self: Mutator, claim: Claim) -> Iterator[Claim]:
    if claim.value and "." not in claim.value and claim.value not in ("0", "-0"):
        yield replace(claim, value=claim.value + "0")
        yield replace(claim, value=claim.value + "000")
        if claim.value.endswith("0"):
            yield replace(claim, value=claim.value[:-1])


def change_unit(self: Mutator, claim: Claim) -> Iterator[Claim]:
    if claim.value and claim.unit:
        yield replace(claim, unit=self.random.choice([unit for unit in UNITS if unit != claim.unit]))


def change_currency(self: Mutator, claim: Claim) -> Iterator[Claim]:
    if claim.unit in CURRENCIES and claim.value:
        yield replace(claim, unit=self.random.choice([unit for unit in CURRENCIES if unit != claim.unit]))


def reverse_change(self: Mutator, claim: Claim) -> Iterator[Claim]:
    if claim.value_before:
        yield replace(
            claim,
            value=claim.value_before,
            value_before=claim.value,
            qualifier=claim.qualifier_before,
            qualifier_before=claim.qualifier,
        )


def turn_direction(self: Mutator, claim: Claim) -> Iterator[Claim]:
    if claim.predicate.endswith("Growth") and claim.value:
        yield replace(claim, value=claim.value[1:] if claim.value.startswith("-") else "-" + claim.value)


def negate(self: Mutator, claim: Claim) -> Iterator[Claim]:
    yield replace(claim, modality="achieved" if claim.modality == "denied" else "denied")


def plan(self: Mutator, claim: Claim) -> Iterator[Claim]:
    """Planned for done, and done for planned."""
    yield replace(claim, modality="planned" if claim.modality == "achieved" else "achieved")


def change_subject(self: Mutator, claim: Claim) -> Iterator[Claim]:
    sentence = self.sentence_of(claim)
    others = {m.mention.entity: m.mention for m in (sentence.marks if sentence else ()) if m.mention}
    others.pop(claim.subject, None)
    others.pop(claim.object, None)
    for iri in sorted(others):
        mention = others[iri]
        same_fact = [t for t in self.truths if t.predicate == claim.predicate and t.subject == iri]
        if any((t.object, t.value) == (claim.object, claim.value) for t in same_fact):
            continue
        yield replace(claim, subject=iri, subject_label=mention.label, subject_type=class_name(mention.type))


def change_qualifier(self: Mutator, claim: Claim) -> Iterator[Claim]:
    if claim.value:
        if claim.qualifier != "exact":
            yield replace(claim, qualifier="exact")
        others = [q for q in QUALIFIERS if q not in (claim.qualifier, "exact")]
        yield replace(claim, qualifier=self.random.choice(others))


def change_period(self: Mutator, claim: Claim) -> Iterator[Claim]:
    """The period of another clause or sentence of the article."""
    if claim.object_type != "Observation":
        return
    text = self.article.text
    periods = {
        clean_words(text[m.quantity.start : m.quantity.end])
        for sentence in self.reading.sentences
        for m in sentence.marks
        if m.quantity and m.quantity.kind in ("period", "date")
    }
    for period in sorted(periods - {claim.period})[:3]:
        yield replace(claim, period=period)


def shift_quote(self: Mutator, claim: Claim) -> Iterator[Claim]:
    for by in (-1, 1):
        start, end = claim.start + by, claim.end + by
        if start >= 0 and end <= len(self.article.text):
            yield replace(claim, start=start, end=end, quote=self.article.text[start:end])


def swap_ends(self: Mutator, claim: Claim) -> Iterator[Claim]:
    """Who does it and whom it is done to, the other way round."""
    if claim.object and claim.object_type not in ("Observation", "Class", "Concept", "literal"):
        yield replace(
            claim,
            subject=claim.object,
            subject_label=claim.object_label,
            subject_type=claim.object_type,
            object=claim.subject,
            object_label=claim.subject_label,
            object_type=claim.subject_type,
        )


def change_predicate(self: Mutator, claim: Claim) -> Iterator[Claim]:
    """Another relation between the same two things."""
    if claim.object and claim.object_type not in ("Observation", "Class", "Concept", "literal"):
        said = {t.predicate for t in self.truths if (t.subject, t.object) == (claim.subject, claim.object)}
        for predicate in sorted(set(RELATIONS) - said):
            yield replace(claim, predicate=predicate)


KINDS: dict[str, Callable[[Mutator, Claim], Iterator[Claim]]] = {
    "digit swapped": swap_digit,
    "number inside a longer one": lengthen_number,
    "factor of ten": shift_factor,
    "unit changed": change_unit,
    "currency changed": change_currency,
    "before and after reversed": reverse_change,
    "up for down": turn_direction,
    "negated": negate,
    "planned for done": plan,
    "other subject of the sentence": change_subject,
    "qualifier dropped or turned": change_qualifier,
    "period of another clause": change_period,
    "quote shifted by one": shift_quote,
    "subject and object swapped": swap_ends,
    "another relation of the two": change_predicate,
}


def read_truths(extractor: Extractor, reading: Reading) -> list[Claim]:
    """Return what the rules make of an article, to be held against what people say is true of it."""
    return extractor.make_claims(reading)
