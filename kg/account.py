"""The account of an article: what became of every sentence and of every number in it.

It reconciles by construction: every digit of the text lies in exactly one number, and every number is
used, rejected with the reason, or unused.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kg.extract import describe_claim
from kg.gate import Verdict
from kg.matching import Refusal
from kg.model import Claim, Span
from kg.reading import Mark, Reading, SentenceReading

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_TITLES = ("headline", "alternativeHeadline")
_SAYINGS = ("evaluation", "role")


class NumberAccount(NamedTuple):
    """One number: ``status`` is used, rejected or unused; ``claims`` are the ids of those that use it."""

    start: int
    end: int
    text: str
    status: str
    reason: str
    claims: tuple[str, ...]


class SentenceAccount(NamedTuple):
    """One sentence: the claims taken from it as (id, rule), or why there is none."""

    start: int
    end: int
    part: str
    claims: tuple[tuple[str, str], ...]
    reason: str


class RefusedClaim(NamedTuple):
    """A claim that a rule made and the gate refused: its words, what it would say, and what is not borne out."""

    start: int
    end: int
    rule: str
    says: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """What became of an article, sentence by sentence and number by number, in order."""

    article: str
    text: str
    notes: tuple[str, ...]
    sentences: tuple[SentenceAccount, ...]
    numbers: tuple[NumberAccount, ...]
    refused: tuple[RefusedClaim, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return how many numbers there are, and how many are used, rejected and unused."""
        found = Counter(number.status for number in self.numbers)
        return {"numbers": len(self.numbers), **{name: found[name] for name in ("used", "rejected", "unused")}}

    def summary(self) -> str:
        """Return the reckoning as one sentence; ``unaccounted`` is what would be left over."""
        counts = self.counts()
        rest = counts["numbers"] - counts["used"] - counts["rejected"] - counts["unused"]
        return (
            f"{counts['numbers']} numbers: {counts['used']} used, {counts['rejected']} rejected, "
            f"{counts['unused']} unused, {rest} unaccounted"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the account as plain values for JSON."""
        return {
            "article": self.article,
            "counts": self.counts(),
            "notes": list(self.notes),
            "sentences": [
                {**s._asdict(), "claims": [list(c) for c in s.claims], "text": self.text[s.start : s.end]}
                for s in self.sentences
            ],
            "numbers": [{**n._asdict(), "claims": list(n.claims)} for n in self.numbers],
            "refused": [r._asdict() for r in self.refused],
        }

    def pack(self) -> str:
        """Return the account as JSON without the article's words, which ``unpack_account`` takes from the text."""
        numbers = [[n.start, n.end, n.status, n.reason, n.claims] for n in self.numbers]
        return json.dumps([self.notes, self.sentences, numbers, self.refused], ensure_ascii=False)


def unpack_account(article: str, text: str, packed: str) -> Account:
    """Return the account that ``pack`` wrote, of the article with this text."""
    notes, sentences, numbers, refused = json.loads(packed)
    return Account(
        article=article,
        text=text,
        notes=tuple(notes),
        sentences=tuple(
            SentenceAccount(s, e, part, tuple(map(tuple, made)), why) for s, e, part, made, why in sentences
        ),
        numbers=tuple(NumberAccount(s, e, text[s:e], status, why, tuple(ids)) for s, e, status, why, ids in numbers),
        refused=tuple(RefusedClaim(*row) for row in refused),
    )


def make_account(reading: Reading, verdicts: Sequence[Verdict], refusals: Sequence[Refusal] = ()) -> Account:
    """Return the account of an article: from its reading, the verdicts on its claims and what the rules refused."""
    return Account(
        article=reading.article.id,
        text=reading.article.text,
        notes=reading.article.notes,
        sentences=tuple(_account_sentences(reading, verdicts)),
        numbers=tuple(_account_numbers(reading, verdicts, refusals)),
        refused=tuple(_list_refused(verdicts)),
    )


def _list_refused(verdicts: Iterable[Verdict]) -> Iterator[RefusedClaim]:
    """Yield the claims that the gate refused, in the order of their words."""
    for verdict in sorted((v for v in verdicts if not v.accepted), key=lambda v: (v.claim.start, v.claim.id)):
        claim = verdict.claim
        reason = "; ".join(f"{failure.part}: {failure.reason}" for failure in verdict.failures)
        yield RefusedClaim(claim.start, claim.end, claim.rule, describe_claim(claim), reason)


# ---------------------------------------------------------------- numbers
def find_numbers(reading: Reading) -> Iterator[tuple[Span, Mark | None]]:
    """Yield every number of the text once, in order: what was read as a quantity, and all other digits."""
    text = reading.article.text
    known = [(Span(q.start, q.end), mark) for mark in _quantity_marks(reading) if (q := mark.quantity)]
    position = 0
    for span, mark in [*known, (Span(len(text), len(text)), None)]:
        for match in _DIGITS.finditer(text, position, span.start):
            yield Span(*match.span()), None
        if mark:
            yield span, mark
        position = span.end


def _quantity_marks(reading: Reading) -> Iterator[Mark]:
    """Yield the marks of quantities that have a number in them; "so far" is a period without one."""
    for sentence in reading.sentences:
        for mark in sentence.marks:
            quantity = mark.quantity
            if quantity is None or quantity.kind == "missing":
                continue
            words = reading.article.text[quantity.start : quantity.end]
            if quantity.kind not in ("period", "date") or any(char.isdigit() for char in words):
                yield mark


def _account_numbers(
    reading: Reading, verdicts: Sequence[Verdict], refusals: Sequence[Refusal]
) -> Iterator[NumberAccount]:
    text = reading.article.text
    names = [mark for s in reading.sentences for mark in s.marks if mark.mention]
    furniture = [s for s in reading.article.sentences if s.part == "furniture"]
    users = _Places(_find_users(verdicts))
    rejected = [verdict for verdict in verdicts if not verdict.accepted]
    ambiguous = {(refusal.start, refusal.end): refusal for refusal in reversed(refusals)}
    for span, mark in find_numbers(reading):
        words = text[span.start : span.end]
        claims = tuple(dict.fromkeys(users.touching(span)))
        if claims:
            yield NumberAccount(*span, words, "used", "", claims)
            continue
        status, reason = _explain_number(span, mark, names, furniture, rejected)
        refusal = ambiguous.get((mark.start, mark.end)) if mark and status == "unused" else None
        if refusal is not None:
            reason = f"ambiguous: of {' or '.join(refusal.rivals)} ({refusal.rule})"
        yield NumberAccount(*span, words, status, reason, ())


def _find_users(verdicts: Iterable[Verdict]) -> list[tuple[Span, str]]:
    """Return the places whose numbers accepted claims use, with the claims' ids."""
    users: list[tuple[Span, str]] = []
    for verdict in verdicts:
        if not verdict.accepted:
            continue
        claim = verdict.claim
        users += [(Span(s, e), claim.id) for part, s, e in verdict.found if part in ("value", "value_before", "period")]
        if _keeps_words(claim):
            at = claim.quote.find(claim.object_label)
            if at >= 0:
                users.append((Span(claim.start + at, claim.start + at + len(claim.object_label)), claim.id))
    return users


def _keeps_words(claim: Claim) -> bool:
    """Say whether a claim keeps numbers as words: a superlative, a name, but not a whole headline."""
    local = re.split(r"[/#]", claim.predicate)[-1]
    return bool(claim.object_label) and claim.object_type in ("literal", "Recognition") and local not in _TITLES


def _explain_number(
    span: Span, mark: Mark | None, names: Sequence[Mark], furniture: Sequence[Any], rejected: Sequence[Verdict]
) -> tuple[str, str]:
    """Return status and reason of a number that no accepted claim uses."""
    if any(s.start <= span.start < s.end for s in furniture):
        return "rejected", "page furniture"
    for name in names:
        if name.mention and name.start <= span.start and span.end <= name.end:
            return "rejected", f"part of the name {name.mention.label}"
    for verdict in rejected:
        if verdict.claim.start <= span.start and span.end <= verdict.claim.end:
            failure = verdict.failures[0]
            return "rejected", f"{failure.part}: {failure.reason} ({verdict.claim.rule})"
    if mark is None:
        return "unused", "not a quantity: part of a code, a name or a label"
    kind = mark.quantity.kind if mark.quantity else ""
    reasons = {"size": "a size class, never an amount", "ordinal": "an ordinal that ranks nothing known"}
    if kind in ("period", "date"):
        return "unused", "a date or period of no claim"
    return "unused", reasons.get(kind, "no rule reads the words around it")


class _Places:
    """Places of a text, each with a claim: those that touch a number are found without asking all."""

    def __init__(self, places: Sequence[tuple[Span, str]]) -> None:
        self.places = places
        self.order = sorted(range(len(places)), key=lambda n: places[n][0].start)
        self.starts = [places[n][0].start for n in self.order]
        self.longest = max((place.end - place.start for place, _ in places), default=0)

    def touching(self, number: Span) -> Iterator[str]:
        """Yield the claims of the places that touch a number, in the order in which they were given."""
        first = bisect_right(self.starts, number.start - self.longest)
        last = bisect_left(self.starts, number.end)
        for at in sorted(self.order[first:last]):
            place, claim = self.places[at]
            if place.start < number.end and number.start < place.end:
                yield claim


# ---------------------------------------------------------------- sentences
def _account_sentences(reading: Reading, verdicts: Sequence[Verdict]) -> Iterator[SentenceAccount]:
    readings = {sentence.sentence.start: sentence for sentence in reading.sentences}
    order = sorted(range(len(verdicts)), key=lambda n: verdicts[n].claim.start)
    starts = [verdicts[n].claim.start for n in order]
    for sentence in reading.article.sentences:
        within = order[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        here = [verdicts[n] for n in sorted(within)]
        accepted = tuple((v.claim.id, v.claim.rule) for v in here if v.accepted)
        reason = _explain_sentence(sentence.part, here, readings.get(sentence.start))
        yield SentenceAccount(sentence.start, sentence.end, sentence.part, accepted, reason)


def _explain_sentence(part: str, here: Sequence[Verdict], reading: SentenceReading | None) -> str:
    """Return why a sentence gave nothing, or what is to be known of what it gave; empty if nothing is."""
    if part == "furniture":
        return "page furniture"
    accepted = [v.claim for v in here if v.accepted]
    if accepted:
        local = {re.split(r"[/#]", claim.predicate)[-1] for claim in accepted}
        return "evaluative only" if local <= set(_SAYINGS) else ""
    if here:
        failure = here[0].failures[0]
        return f"rejected by the gate: {failure.part}: {failure.reason}"
    if reading is not None and not reading.marks:
        return "no pattern: no known thing or number"
    return "no pattern"
