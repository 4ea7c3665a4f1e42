"""The door every claim must pass: each of its parts is in its quote, or recorded as resolved or derived.

Two proofs are asked for. The *parts*: quote, subject, object, number, unit, qualifier, direction, period,
modality, each looked up in the article's own marks, on value boundaries, whoever proposed the claim. The
*wording*: some rule joins just these parts in just this place; where the rules know the words and say
something else, the claim is refused and told what they say; where no rule knows the words, the claim
stands only if nothing else in its sentence could be meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kg.carried import find_carried_period
from kg.dating import find_period, find_pointed_period
from kg.derive import evaluate_formula, proves_value
from kg.english import load_words
from kg.errors import EvidenceError
from kg.extract import Extractor
from kg.letters import fold_case, is_bounded
from kg.matching import clean_words
from kg.modality import find_modality
from kg.model import Claim, Quantity, Resolution, Span
from kg.reading import Mark, Reading, SentenceReading, find_heading
from kg.shared_periods import find_shared_period
from kg.vocab import CONCEPT, article_iri
from kg.wording import Failure, has_words, overlap, say_the_same, tell_difference

_CANONICAL = frozenset(
    "CNY USD EUR GBP HKD JPY MOP TWD KRW SGD percent point permille times rank"
    " day hour minute week month year km m km2 m2 mu ha ton MW kW kWh GW".split()
)
_DIRECTIONS = load_words("directions")
_DOWN = re.compile(rf"\b(?:{_DIRECTIONS.any_of('down')})\b")
_UP = re.compile(rf"\b(?:{_DIRECTIONS.any_of('up')})\b")
_POINTS_DOWN = re.compile(r"\b(?:down|(?:decrease|decline|drop|fall) of)(?: by)? $")
# "A rise in imports and a 3 percent drop in sales": the noun right behind a percentage says which way it went.
_BEHIND = re.compile(
    r"[\d.,]+ ?(?:percent|per cent|pct|%)[ -](?:year[- ]on[- ]year |[a-z-]+ ){0,2}?"
    r"(?:(?P<down>decrease|decline|drop|fall|reduction|slump|contraction|dip)"
    r"|increase|growth|rise|gain|jump|surge|expansion|uptick|hike)\b"
)
# What leads back from a value to the one before it, on to it, and from what once was to what is now.
_BACK = re.compile(
    r"\bfrom\b|\bcompared (?:with|to)\b|\b(?:instead of|rather than|against)\b"
    r"|\b(?:while|where) it (?:once |used to )?took\b"
)
_INTO = re.compile(r"\b(?:in)?to\b")
_ONCE = re.compile(r"\b(?:used to|once|previously|formerly|originally|took)\b")
_NOW = re.compile(r"\b(?:now|can|today|only|just)\b")
# "Growth of not lower than 7 percent" goes up.
_NO_LESS = re.compile(r"\b(?:no|not) (?:less|lower) than\b")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one claim; ``found`` is where each part stands, as (part, start, end)."""

    claim: Claim
    failures: tuple[Failure, ...]
    found: tuple[tuple[str, int, int], ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether every part is borne out."""
        return not self.failures


class Gate:
    """The gate of one article: its marks, and what the rules make of its words (``known``)."""

    def __init__(self, reading: Reading, extractor: Extractor, known: Iterable[Claim]) -> None:
        self.reading = reading
        self.rules = extractor.rules
        self.base = extractor.lexicon.base
        self.text = reading.article.text
        self.article = article_iri(self.base, reading.article.id)
        self.starts = [sentence.sentence.start for sentence in reading.sentences]
        self.known: dict[str, list[Claim]] = {}
        for claim in sorted(known, key=lambda claim: claim.start):
            self.known.setdefault(claim.predicate, []).append(claim)
        self.known_starts = {key: [claim.start for claim in claims] for key, claims in self.known.items()}
        self.longest = max((len(claim.quote) for claims in self.known.values() for claim in claims), default=0)

    def judge(self, claim: Claim) -> Verdict:
        """Return whether the article bears the claim out, and if not, every part that fails."""
        quote = self._check_quote(claim)
        if quote:
            return Verdict(claim, (quote,))
        check = _Check(self, claim)
        return Verdict(claim, tuple(dict.fromkeys(check.failures())), tuple(check.found))

    def judge_all(self, claims: Iterable[Claim]) -> list[Verdict]:
        """Return a verdict for each claim, in order; what follows from a claim that is refused is refused with it."""
        verdicts = [self.judge(claim) for claim in claims]
        refused = {_follows(verdict.claim) for verdict in verdicts if not verdict.accepted}
        refused -= {_follows(verdict.claim) for verdict in verdicts if verdict.accepted and not verdict.claim.derived}
        why = (Failure("derived", "what it follows from is not borne out"),)
        return [replace(v, failures=why) if v.claim.derived and _follows(v.claim) in refused else v for v in verdicts]

    # ------------------------------------------------------------ the quote
    def _check_quote(self, claim: Claim) -> Failure | None:
        if claim.article != self.reading.article.id:
            return Failure("article", f"the claim is of {claim.article!r}, not of {self.reading.article.id!r}")
        start, end = claim.start, claim.end
        if not 0 <= start < end <= len(self.text) or self.text[start:end] != claim.quote:
            place = self.text.find(claim.quote)
            there = f"; they stand at {place}" if place >= 0 else "; they stand nowhere in it"
            return Failure("quote", f"the words are not the article's at [{start}:{end}]{there}")
        return self._check_edges(claim)

    def _check_edges(self, claim: Claim) -> Failure | None:
        start, end, quote = claim.start, claim.end, claim.quote
        if not is_bounded(self.text, start, end) or quote != quote.strip():
            return Failure("quote", "the quote begins or ends inside a word or with a blank")
        if quote[-1] in ",;:" or quote[0] in ",;:.":
            return Failure("quote", "the quote begins or ends with a stop that belongs to the sentence around it")
        for opened, closed in (("(", ")"), ("“", "”"), ("（", "）")):
            if quote.count(opened) != quote.count(closed):
                return Failure("quote", f"the quote takes in only one of {opened} and {closed}")
        if quote.count('"') % 2:
            return Failure("quote", "the quote takes in only one of two quotation marks")
        for sentence in self.sentences_of(claim):
            for mark in sentence.marks:
                inner = mark.mention or mark.quantity
                if inner and (inner.start < start < inner.end or inner.start < end < inner.end):
                    cut = self.text[inner.start : inner.end]
                    return Failure("quote", f"the quote cuts {cut!r} in two")
        return None

    def find_rivals(self, claim: Claim) -> list[Claim]:
        """Return what the rules claim with the same predicate in words that overlap a claim's."""
        starts = self.known_starts.get(claim.predicate, [])
        low, high = bisect_left(starts, claim.start - self.longest), bisect_left(starts, claim.end)
        return [known for known in self.known.get(claim.predicate, [])[low:high] if overlap(known, claim)]

    def sentences_of(self, claim: Claim) -> list[SentenceReading]:
        """Return the sentences that a claim's quote touches."""
        return self.sentences_at(claim.start, claim.end)

    def sentences_at(self, start: int, end: int) -> list[SentenceReading]:
        """Return the sentences that a stretch of the article touches."""
        found = []
        for number in range(max(bisect_right(self.starts, start) - 1, 0), len(self.starts)):
            sentence = self.reading.sentences[number]
            if sentence.sentence.start >= end:
                break
            if sentence.sentence.end > start:
                found.append(sentence)
        return found


class _Check:
    """One claim before the gate: the marks in its quote, and what the rules say of the same words."""

    def __init__(self, gate: Gate, claim: Claim) -> None:
        self.gate = gate
        self.claim = claim
        self.sentences = gate.sentences_of(claim)
        self.around = [mark for sentence in self.sentences for mark in sentence.marks]
        self.marks = [mark for mark in self.around if self._inside(mark)]
        self.quantities = [mark.quantity for mark in self.marks if mark.quantity]
        self.folded = fold_case(claim.quote)
        self.rivals = gate.find_rivals(claim)
        self.licensed = any(say_the_same(c, claim) for c in self.rivals)
        self.found: list[tuple[str, int, int]] = []

    def _inside(self, mark: Mark) -> bool:
        inner = mark.mention or mark.quantity
        return inner is not None and self.claim.start <= inner.start and inner.end <= self.claim.end

    def failures(self) -> Iterable[Failure]:
        """Yield what is not borne out, part by part."""
        if not self.sentences:
            yield Failure("quote", "page furniture is never a fact")
            return
        if self.claim.object_type == "Observation":
            yield from self._check_value()
            yield from self._check_direction()
        else:
            yield from self._check_thing("object", self.claim.object, self.claim.object_label, self.claim.object_type)
        yield from self._check_thing("subject", self.claim.subject, self.claim.subject_label, self.claim.subject_type)
        if self.claim.subject == self.claim.object:
            yield Failure("object", "a thing is not said of itself")
        yield from self._check_period()
        yield from self._check_modality()
        if not self.licensed:
            yield from self._check_wording()

    # ------------------------------------------------------------ numbers
    def _check_value(self) -> Iterable[Failure]:
        claim = self.claim
        if not claim.value:
            if claim.status != "missing":
                yield Failure("value", "no number is given, and the status is not missing")
            elif any(q.kind not in ("missing", "period", "date") and q.unit == claim.unit for q in self.quantities):
                yield Failure("value", "a number is printed in the quote")
            return
        if claim.status == "missing":
            yield Failure("status", "the status is missing, and a number is given")
        if claim.derived:
            yield from self._check_formula()
            return
        value = self._find_number("value", claim.value, claim.qualifier)
        if isinstance(value, Failure):
            yield value
        if claim.value_before:
            before = self._find_number("value_before", claim.value_before, claim.qualifier_before)
            if isinstance(before, Failure):
                yield before
            elif isinstance(value, Quantity) and not self._is_before(before, value):
                yield Failure("value_before", "the words give the two values the other way round")

    def _check_formula(self) -> Iterable[Failure]:
        """A derived value must follow from its formula, and the formula's numbers must be in the quote."""
        claim = self.claim
        try:
            _, numbers = evaluate_formula(claim.derived)
            proven = proves_value(claim.derived, claim.value)
        except (EvidenceError, ArithmeticError) as error:
            yield Failure("derived", str(error))
            return
        read = {q.value for q in self.quantities} | {"100"}
        if numbers - read:
            yield Failure("derived", f"{', '.join(sorted(numbers - read))} in the formula is not in the quote")
        if not proven:
            yield Failure("value", f"{claim.derived} is not {claim.value}")

    def _find_number(self, part: str, value: str, qualifier: str) -> Quantity | Failure:
        """Return the quantity of the quote that bears a number out: value, then unit, then qualifier."""
        bare = value.removeprefix("-")
        same = [q for q in self.quantities if {bare, value} & {q.value, q.high, q.other[0] if q.other else ""}]
        if not same:
            read = ", ".join(f"{q.value} {q.unit}".strip() for q in self.quantities if q.value) or "no number"
            return Failure(part, f"{value} is not in the quote, which gives {read}")
        fitting = [q for q in same if self._fits_unit(q, bare)]
        if not fitting:
            return Failure("unit", f"{value} is said in {same[0].unit or same[0].kind}, not in {self.claim.unit}")
        qualified = [q for q in fitting if qualifier in _qualifiers(q, bare)]
        if not qualified:
            return Failure("qualifier", f"the words say {fitting[0].qualifier}, not {qualifier or 'exact'}")
        number = qualified[0].number or Span(qualified[0].start, qualified[0].end)
        self.found.append((part, number.start, number.end))
        return qualified[0]

    def _fits_unit(self, quantity: Quantity, value: str) -> bool:
        unit = self.claim.unit
        if unit == "rank":
            return quantity.kind == "ordinal"
        if quantity.other and quantity.other[0] == value:
            return quantity.other[1] == unit
        if unit in _CANONICAL or quantity.kind in ("money", "percent", "points", "measure"):
            return quantity.unit == unit
        return quantity.kind == "count" and (self.licensed or has_words(self.folded, unit))

    def _is_before(self, before: Quantity, value: Quantity) -> bool:
        """Say whether the words lead from one to the other: "from A to B", "to B from A", "B, instead of A"."""
        first, last = sorted((before, value), key=lambda q: q.start)
        lead = self.gate.text[max(0, first.start - 24) : first.start].lower().rstrip()
        between = self.gate.text[first.end : last.start].lower()
        if _BACK.search(between):
            return last is before
        told = lead.endswith("from") or _INTO.search(between) or (_ONCE.search(lead) and _NOW.search(between))
        return first is before and bool(told)

    def _check_direction(self) -> Iterable[Failure]:
        """A change's sign must be the direction that the words nearest to it give."""
        claim = self.claim
        if not claim.predicate.endswith("Growth") or not claim.value or claim.derived:
            return
        place = next((start for part, start, _ in self.found if part == "value"), claim.end)
        lead = self.gate.text[max(self.sentences[0].sentence.start, place - 60) : place].lower()
        lead = _NO_LESS.sub("at least", lead)
        tail = self.gate.text[place : claim.end].lower()
        downs = [m.start() for m in _DOWN.finditer(lead)]
        ups = [m.start() for m in _UP.finditer(lead)]
        falls = max(downs, default=-1) > max(ups, default=-1)
        if claim.scope and claim.unit == "point":  # "rose 9 percent, 3 points lower than the city"
            falls = bool(re.search(r"\b(?:lower|slower|less|below|behind)\b", tail[:48]) or _POINTS_DOWN.search(lead))
        elif behind := _BEHIND.match(tail):
            falls = behind["down"] is not None
        elif not downs and not ups:
            falls = bool(_DOWN.search(tail)) and not _UP.search(tail)
        signed = any(q.value == claim.value and q.start <= place < q.end for q in self.quantities)
        if signed and not falls:  # "a growth rate of -1.2 percent": the number itself says which way
            return
        if falls != claim.value.startswith("-"):
            yield Failure("direction", f"the words say it went {'down' if falls else 'up'}")

    # ------------------------------------------------------------ things
    def _check_thing(self, part: str, iri: str, label: str, kind: str) -> Iterable[Failure]:
        if part == "object" and kind == "literal":
            if clean_words(label).casefold() not in clean_words(self.claim.quote).casefold():
                yield Failure("object", "the words are not in the quote")
            return
        if kind == "Class" or iri == self.gate.article:
            return
        mark = next((m for m in self.marks if m.mention and m.mention.entity == iri), None)
        if mark:
            self.found.append((part, mark.start, mark.end))
            return
        resolution = next((r for r in self.claim.resolved if r.part == part), None)
        if resolution and self._is_resolved(resolution, iri):
            self.found.append((f"{part} by {resolution.rule}", resolution.start, resolution.end))
            return
        if self.licensed or has_words(self.folded, label):
            return
        yield Failure(part, f"{label!r} is not named in the quote, and nothing resolves it")

    def _is_resolved(self, resolution: Resolution, iri: str) -> bool:
        """Say whether the span that a resolution points to names the thing."""
        for sentence in self.gate.sentences_at(resolution.start, resolution.end):
            for mark in sentence.marks:
                inside = resolution.start <= mark.start and mark.end <= resolution.end
                if inside and mark.mention and mark.mention.entity == iri:
                    return True
        return self.licensed

    # ------------------------------------------------------------ when and whether
    def _check_period(self) -> Iterable[Failure]:
        claim = self.claim
        if not claim.period:
            return
        marks = [m for m in self.around if m.is_time()]
        reading, sentence = self.gate.reading, self.sentences[0]
        before = find_pointed_period(reading, sentence) or find_carried_period(reading, sentence)
        said_here = [m.quantity for m in marks if m.quantity] + ([before] if before else [])
        words = {clean_words(self.gate.text[q.start : q.end]): q for q in said_here}
        if claim.period not in words:
            yield Failure("period", f"{claim.period!r} is not a period of the sentence")
            return
        said_at = words[claim.period]
        self.found.append(("period", said_at.start, said_at.end))
        if self.licensed:
            return
        text, value = self.gate.text, self._value_span()
        governing = find_period(text, sentence, value) or find_shared_period(text, sentence, value[1]) or before
        said = clean_words(self.gate.text[governing.start : governing.end]) if governing else ""
        if said != claim.period:
            yield Failure("period", f"the words say {said!r}")

    def _value_span(self) -> Span:
        for part, start, end in self.found:
            if part == "value":
                return Span(start, end)
        return Span(self.claim.start, self.claim.end)

    def _check_modality(self) -> Iterable[Failure]:
        if self.licensed:
            return
        sentence = self.sentences[0]
        start, end = sentence.position(self.claim.start), sentence.position(self.claim.end)
        said = find_modality(sentence, self.gate.rules, start, end, find_heading(self.gate.reading, sentence))
        if said != self.claim.modality:
            yield Failure("modality", f"the words say {said}, not {self.claim.modality}")

    # ------------------------------------------------------------ how the parts are joined
    def _check_wording(self) -> Iterable[Failure]:
        """Refuse what the rules read otherwise; what they cannot read must leave nothing else to be meant."""
        claim = self.claim
        for rival in self.rivals:
            difference = tell_difference(claim, rival)
            if difference:
                yield difference
                return
        if claim.object_type not in ("Observation", "literal"):
            # Names and a likely word in one quote do not join two things: which of them acts on which, and
            # whether they are joined at all, only a wording that is known tells.
            yield Failure("predicate", f"no known wording says {_local(claim.predicate)} of these two in these words")
            return
        named = [m for m in self.around if m.mention]
        kinds = {m.mention.type for m in named if m.mention and m.mention.entity == claim.subject}
        others = {
            m.mention.label
            for m in named
            if m.mention and m.mention.type in kinds and m.mention.entity not in (claim.subject, claim.object)
        }
        if others:
            yield Failure("subject", f"it could also be said of {', '.join(sorted(others))}")
        if claim.object_type == "Observation":
            alike = {q.value for q in self.quantities if q.value and self._fits_unit(q, q.value)}
            if len(alike - {claim.value_before}) > 1:
                yield Failure("value", "the quote gives several numbers of this unit, and no wording tells which")
        if not self._has_trigger():
            yield Failure("predicate", f"no words of the quote say {_local(claim.predicate)}")

    def _has_trigger(self) -> bool:
        predicate = self.claim.predicate.removesuffix("Growth")
        if any(m.mention and m.mention.type == CONCEPT and m.mention.entity == predicate for m in self.marks):
            return True
        triggers = self.gate.rules.triggers_of(self.claim.predicate)
        return any(re.search(rf"(?<!\w){re.escape(word)}", self.folded) for word in triggers if len(word) > 2)


def _qualifiers(quantity: Quantity, value: str) -> tuple[str, ...]:
    """Return the qualifiers a number of the quote may carry; the ends of a range are its bounds."""
    if quantity.high:
        return ("atLeast",) if value == quantity.value else ("upTo",)
    return (quantity.qualifier, "") if quantity.qualifier == "exact" else (quantity.qualifier,)


def _local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


def _follows(claim: Claim) -> tuple[str, str, int, int]:
    """Return what a derived claim and the one that it follows from have alike."""
    return claim.subject, claim.predicate.removesuffix("Growth"), claim.start, claim.end
