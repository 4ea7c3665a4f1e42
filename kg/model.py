"""The values that flow through the tool: frozen, slotted, and free of RDF and I/O.

Offsets are code points of ``Article.text``, start included and end excluded, everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, NamedTuple

from kg.errors import EvidenceError


class Span(NamedTuple):
    """A stretch of an article's text, in code points, end exclusive."""

    start: int
    end: int


class Sentence(NamedTuple):
    """One sentence: its place, the paragraph it stands in, and what part of the page that is.

    ``part`` is ``body``, ``title``, ``meta`` (a line that says when, where or by whom the article was
    published) or ``furniture`` (banner dates, share buttons and the like, which are never facts).
    """

    start: int
    end: int
    paragraph: int
    part: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read: the text that all offsets point into, and how it is divided."""

    id: str
    text: str
    sha256: str
    source: str = ""
    language: str = "en"
    title: Span | None = None
    url: str = ""
    publisher: str = ""
    published: str = ""
    sentences: tuple[Sentence, ...] = ()
    notes: tuple[str, ...] = ()

    def slice(self, start: int, end: int) -> str:
        """Return ``text[start:end]``; raise ``EvidenceError`` where that is empty or out of range."""
        if not 0 <= start < end <= len(self.text):
            raise EvidenceError(
                f"no text at [{start}:{end}]",
                where=self.id,
                hint=f"offsets run from 0 to {len(self.text)}, end exclusive",
            )
        return self.text[start:end]


class Name(NamedTuple):
    """One name of a thing. ``kind`` is ``preferred``, ``alternative`` or ``translated``.

    ``translated`` names are what machine translation makes of the thing ("Beiqi Futian"): they find it,
    are never shown as its name, and mark what is read from them as garbled where ``garbled`` is set.
    """

    text: str
    language: str
    kind: str
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing of the lexicon: its IRI, class IRI, names, and where our knowledge of it comes from.

    ``within`` is the IRI of the place that holds it, empty where there is none; ``match`` the IRI of
    the same thing elsewhere (Wikidata). A thing of the ``gazetteer`` is known so that articles can name it: the
    graph tells of it only where one does.
    """

    iri: str
    id: str
    type: str
    label: str
    names: tuple[Name, ...]
    within: str = ""
    source: str = ""
    match: str = ""
    gazetteer: bool = False
    regions: tuple[str, ...] = ()
    """The IRIs of wider places that it lies in besides, which hold no rank among its own."""


def find_ancestors(iri: str, entities: Mapping[str, Entity]) -> list[str]:
    """Return the IRIs of what a thing lies within, the nearest first; a circle is walked once."""
    found: list[str] = []
    while (known := entities.get(iri)) and known.within and known.within not in found:
        iri = known.within
        found.append(iri)
    return found


class Mention(NamedTuple):
    """A place in the text where a thing is named.

    ``kind`` is how it was recognised: ``name`` (a lexicon name or alias), ``translated`` (a known
    machine-translation variant), ``cue`` (never seen before, by its form) or ``reference`` ("the
    district", resolved to ``entity``; ``resolved`` is the span that names it).
    """

    start: int
    end: int
    entity: str
    label: str
    type: str
    kind: str
    garbled: bool = False
    resolved: Span | None = None


def list_distinct(mentions: Iterable[Mention]) -> list[Mention]:
    """Return the last mention of each thing, in the order in which the things come first."""
    return list({mention.entity: mention for mention in mentions}.values())


class Quantity(NamedTuple):
    """A number, an amount, a period or a date, as written and as understood.

    ``kind`` is ``count`` (a bare number), ``money``, ``percent``, ``points`` (percentage points),
    ``measure`` (an amount with a physical unit), ``ordinal``, ``times`` (a ratio: 2.2 times, doubled),
    ``period``, ``date``, ``missing`` (a unit announced without its number) or ``size`` (a size class,
    "above 100 million yuan", never an amount of its own).

    ``value`` is a plain decimal in canonical form (no exponent, no trailing zeros), scale applied:
    "3.5 billion yuan" is ``3500000000`` with unit ``CNY``. ``high`` is the upper end of a range.
    ``qualifier`` is one of exact, moreThan, nearly, about, atLeast, upTo. ``first`` and ``last`` are
    the resolved bounds of a period or date as ISO 8601 of the stated precision (``2023``,
    ``2023-01``, ``2023-01-31``), empty where nothing in the text resolves them; ``resolved`` names
    the rule that resolved a relative one. ``number`` is where the digits or number words stand.
    """

    start: int
    end: int
    kind: str
    value: str = ""
    unit: str = ""
    qualifier: str = "exact"
    high: str = ""
    first: str = ""
    last: str = ""
    resolved: str = ""
    number: Span | None = None
    other: tuple[str, str] | None = None
    """The same amount in a second currency as (value, unit): one fact said twice."""

    def shift(self, by: int) -> Quantity:
        """Return the quantity as it stands in a text with so many code points more in front."""
        number = self.number and Span(self.number.start + by, self.number.end + by)
        return self._replace(start=self.start + by, end=self.end + by, number=number)


class Resolution(NamedTuple):
    """A part of a claim that is not in its quote: what rule found it, and the span that says it."""

    part: str
    rule: str
    start: int
    end: int


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# What the encoder does with a string and a whole number, without making an encoder for each.
_ENCODERS: dict[type, Callable[[Any], str]] = {str: encode_basestring, int: int.__repr__}


def hash_id(*parts: Any) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a JSON array of ``parts``.

    A JSON array and not a joined string, so that ``("a", "b.c")`` and ``("a.b", "c")`` differ.

    >>> hash_id("a", "b.c") == hash_id("a.b", "c")
    False
    """
    text = f"[{','.join([_ENCODERS.get(part.__class__, _encode)(part) for part in parts])}]"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one article says, and the exact words that say it.

    ``subject``, ``predicate`` and ``object`` are IRIs. A claim says one of three things: a relation
    (``object`` is a thing's IRI), a text (``object_type`` is ``literal``, the words are in
    ``object_label``), or a value (``object`` is the observation's IRI, ``object_type`` is
    ``Observation``; ``predicate`` is the indicator's IRI). ``value`` and ``value_before`` are decimals
    in canonical form, written as strings; empty where the article announces a number and does not
    print it (``status`` is ``missing``, and ``reason`` names the concept that says why:
    ``lostInTranslation`` or ``notStated``).
    """

    article: str
    subject: str
    subject_label: str
    subject_type: str
    predicate: str
    object: str = ""
    object_label: str = ""
    object_type: str = ""
    value: str = ""
    value_before: str = ""
    unit: str = ""
    qualifier: str = ""
    qualifier_before: str = ""
    period: str = ""
    period_start: str = ""
    period_end: str = ""
    scope: str = ""
    modality: str = "achieved"
    status: str = "explicit"
    reason: str = ""
    confidence: str = "1"
    quote: str
    start: int
    end: int
    rule: str
    derived: str = ""
    resolved: tuple[Resolution, ...] = ()
    id: str = field(init=False, default="")

    def __post_init__(self) -> None:
        if not self.quote or self.end - self.start != len(self.quote):
            raise EvidenceError(
                f"the quote of a claim about {self.subject_label!r} does not fill [{self.start}:{self.end}]",
                where=self.article,
                hint="make claims with Claim.from_span, which slices the quote itself",
            )
        object.__setattr__(self, "id", hash_id(*_identify(self)))

    @classmethod
    def from_span(cls, article: Article, span: tuple[int, int], /, **fields: Any) -> Claim:
        """Return the claim whose quote is sliced from the article; raise ``EvidenceError`` if it cannot be.

        The quote is never passed in, so it can never be anything but the article's own words.
        """
        start, end = span
        return cls(article=article.id, quote=article.slice(start, end), start=start, end=end, **fields)

    def as_dict(self) -> dict[str, Any]:
        """Return the claim as the JSON object of the contract: ``id`` first, then the fields in order."""
        row: dict[str, Any] = {"id": self.id}
        for name in CLAIM_FIELDS:
            row[name] = getattr(self, name)
        row["resolved"] = [list(item) for item in self.resolved]
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Claim:
        """Return the claim that ``as_dict`` wrote; unknown keys are refused with ``EvidenceError``."""
        unknown = sorted(set(row) - set(CLAIM_FIELDS) - {"id"})
        if unknown:
            raise EvidenceError(f"unknown claim fields: {', '.join(unknown)}")
        values = {key: value for key, value in row.items() if key != "id"}
        values["resolved"] = tuple(Resolution(*item) for item in values.get("resolved", ()))
        return cls(**values)


CLAIM_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Claim) if f.name != "id")

IDENTITY_FIELDS: tuple[str, ...] = (
    "article",
    "start",
    "end",
    "subject",
    "predicate",
    "object",
    "object_label",
    "value",
    "value_before",
    "unit",
    "qualifier",
    "qualifier_before",
    "period",
    "scope",
    "modality",
    "status",
)
"""The fields that make a claim this claim: two claims that differ in none of them are one."""
_identify = attrgetter(*IDENTITY_FIELDS)


_QUALIFIED = {"": "", "exact": "", "moreThan": "more than ", "atLeast": "at least ", "upTo": "up to "}


def say_value(claim_fields: Mapping[str, Any]) -> str:
    """Return the value of a claim in words: its label, and what lists show of it.

    >>> say_value({"value": "49", "value_before": "276", "qualifier_before": "nearly", "unit": "day"})
    'nearly 276 -> 49 day'
    >>> say_value({"value": "", "unit": "CNY"})
    '(missing) CNY'
    """

    def qualify(part: str) -> str:
        qualifier = str(claim_fields.get(part.replace("value", "qualifier"), ""))
        return _QUALIFIED.get(qualifier, qualifier + " ") + str(claim_fields[part])

    missing = "(missing)" if not claim_fields.get("qualifier") else f"({claim_fields['qualifier']}, missing)"
    value = qualify("value") if claim_fields.get("value") else missing
    if claim_fields.get("value_before"):
        value = f"{qualify('value_before')} -> {value}"
    return f"{value} {claim_fields.get('unit', '')}".strip()


def sort_claims(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims in the order of the contract: article, start, id."""
    return sorted(claims, key=lambda claim: (claim.article, claim.start, claim.id))


class Violation(NamedTuple):
    """One result of a SHACL check, as the specification's ``sh:ValidationResult`` and its reading.

    ``focus``, ``path``, ``value``, ``shape`` and ``component`` are N-Triples terms (``path`` of a
    complex property path is its SPARQL form), empty where the result has none. ``severity`` is
    ``Violation``, ``Warning`` or ``Info``.
    """

    focus: str
    path: str
    value: str
    shape: str
    component: str
    severity: str
    message: str
