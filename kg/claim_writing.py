"""One article and its claims as lines of N-Quads: what is said of each thing, value, claim and quote.

Everything is written in order and with no blank node, so that the same claims give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from kg import vocab as v
from kg.concepts import MODALITIES, QUALIFIERS, RANK_UNIT, STATUSES
from kg.errors import EvidenceError
from kg.model import Article, Claim, Entity, find_ancestors
from kg.nquads import (
    date_term,
    decimal_term,
    escape_plain,
    integer_term,
    iri_term,
    is_iri,
    is_plain,
    language_tag,
    text_term,
)

_NAME_KINDS = {"preferred": "PREF_LABEL", "alternative": "ALT_LABEL", "translated": "HIDDEN_LABEL"}
_FIXED = {name: f"<{iri}>" for name, iri in vars(v).items() if name.isupper() and isinstance(iri, str)}
_A = _FIXED["TYPE"]
_SUBJECT, _PREDICATE, _OBJECT = (_FIXED[name] for name in ("SUBJECT", "PREDICATE", "OBJECT"))
_EVIDENCE, _STATES = (_FIXED[name] for name in ("EVIDENCE", "STATES"))
_START, _END, _EXACT = (_FIXED[name] for name in ("START", "END", "EXACT"))
_LABEL, _RESOLUTION = _FIXED["LABEL"], _FIXED["RESOLUTION"]
_INTEGER = _FIXED["XSD_INTEGER"]
_IS_QUOTE, _IS_OBSERVATION = f"{_A} {_FIXED['QUOTE']}", f"{_A} {_FIXED['OBSERVATION']}"
_UNANCHORED = f"{_FIXED['TEMPORAL']} <{v.RDC}unanchored>"

_term = lru_cache(maxsize=1 << 14)(iri_term)
"""The checked term of an IRI: most of those in an article stand in others as well."""
_number = lru_cache(maxsize=1 << 12)(decimal_term)
_day = lru_cache(maxsize=1 << 12)(date_term)
_class_term = lru_cache(maxsize=1 << 10)(lambda name: f"<{v.class_iri(name)}>")
_unit_term = lru_cache(maxsize=1 << 10)(lambda unit: iri_term(v.unit_iri(unit)))


def is_asserted(claim: Claim) -> bool:
    """Return whether a claim also stands as a direct triple ``subject predicate object``.

    Only what the article states as so: achieved, explicit or implied by a listed rule, with a property
    and not a statement kind, and a thing (or, for a property of others such as ``schema:headline``, a
    text). What is garbled never stands by itself; where a sound claim says the same, that one asserts it.
    """
    if claim.modality != "achieved" or claim.status not in ("explicit", "implied"):
        return False
    if claim.object_type == "Observation" or claim.predicate.startswith(v.RDC):
        return False
    return bool(claim.object) or not claim.predicate.startswith(v.RD)


@lru_cache(maxsize=1 << 14)
def _say_manner(base: str, status: str, modality: str, confidence: str, rule: str) -> tuple[str, ...]:
    """Return what many claims have alike: that they are claims, how sure they are, and what rule made them."""
    return (
        f"{_A} {_FIXED['CLAIM']}",
        f"{_FIXED['CLAIM_STATUS']} <{v.RDC}{_known(status, STATUSES)}>",
        f"{_FIXED['MODALITY']} <{v.RDC}{_known(modality, MODALITIES)}>",
        f"{_FIXED['CONFIDENCE']} {decimal_term(confidence)}",
        f"{_FIXED['RULE']} {iri_term(v.rule_iri(base, rule))}",
    )


def _say_resolved(claim: Claim) -> list[str]:
    """Return by what rules the parts of a claim were resolved, and from which words."""
    said: set[str] = set()
    for item in claim.resolved:
        if " " in item.part or not item.part:
            raise EvidenceError(f"{item.part!r} does not name a part of a claim")
        words = text_term(f"{item.part} {item.rule} {item.start} {item.end}")
        said.add(f"{_RESOLUTION} {words}")
    return sorted(said)


def _known(name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        raise EvidenceError(f"{name!r} is none of {', '.join(names)}")
    return name


class ArticleWriter:
    """Collects what is said of each subject: records, each the lines after its subject in their order.

    A record is joined at once, not line by line, and what is not ASCII is kept apart from the rest: one
    Chinese character would widen all that stands in the same string. Of things, which many claims name, the
    predicates with their terms are kept until all is said.
    """

    def __init__(self, article: Article, base: str) -> None:
        self.article = article
        self.base = base
        self.node = iri_term(v.article_iri(base, article.id))
        self.quotes = v.mint_iri(base, "quote", article.id)
        self.stop = f" {self.node} .\n"
        self.source = f"{_FIXED['HAS_SOURCE']} {self.node}"
        self.language = language_tag(article.language)
        self.plain = is_plain(article.text)
        self.records: dict[str, str] = {}
        self.more: dict[str, list[str]] = {}
        self.said: dict[str, list[str]] = {}
        self.quoted: dict[tuple[int, int], str] = {}
        self.things: dict[str, tuple[str, ...]] = {}
        self.scopes: dict[str, None] = {}

    def lines(self) -> bytes:
        """Return all lines in order: that of their subjects, for no term is the beginning of another."""
        for subject, said in self.said.items():
            self._put(subject, f"{subject} {f'{self.stop}{subject} '.join(sorted(set(said)))}{self.stop}")
        for subject, parts in self.more.items():
            lines = {line for part in parts for line in part.split("\n")} - {""}
            self.records[subject] = "\n".join((*sorted(lines), ""))
        records = self.records
        return b"".join([records[subject].encode() for subject in sorted(records)])

    def say(self, subject: str, said: Iterable[str]) -> None:
        """Keep what is said of a thing: predicates, each with its term."""
        known = self.said.get(subject)
        if known is None:
            self.said[subject] = [*said]
        else:
            known += said

    def _put_in_order(self, subject: str, said: list[str]) -> None:
        """Record predicates with their terms that are in order."""
        # Subject and end go to the pieces, which are short: a record is then copied once.
        said[0] = f"{subject} {said[0]}"
        said[-1] += self.stop
        self._put(subject, f"{self.stop}{subject} ".join(said))

    def _put(self, subject: str, text: str) -> None:
        """Record lines of a subject that are in order."""
        known = self.records.setdefault(subject, text)
        if known is not text:
            self.more.setdefault(subject, [known]).append(text)

    def _say_words(self, text: str) -> str:
        """Return the literal of a part of the article."""
        return f'"{escape_plain(text)}"' if self.plain else text_term(text)

    def write_article(self) -> None:
        """Write what is known of the article itself, its whole text among it."""
        article, f = self.article, _FIXED
        title = article.text[article.title.start : article.title.end] if article.title else ""
        self.things[v.article_iri(self.base, article.id)] = (title or article.id, "NewsArticle")
        said = [
            f"{_A} {f['NEWS_ARTICLE']}",
            f'{f["SHA256"]} "{article.sha256}"',
            f"{f['LABEL']} {text_term(title or article.id)}",
            f"{f['ARTICLE_BODY']} {self._say_words(article.text)}",
        ]
        if title:
            said.append(f"{f['HEADLINE']} {text_term(title, self.language)}")
        if self.language:
            said.append(f"{f['IN_LANGUAGE']} {text_term(self.language)}")
        if article.url:
            said.append(f"{f['URL']} {iri_term(article.url)}")
        if article.published:
            said.append(f"{f['DATE_PUBLISHED']} {date_term(article.published, article.id)}")
        self.say(self.node, said)

    def write_thing(self, iri: str, label: str, type_name: str) -> None:
        """Write type and label of a thing, once; refuse a second, different description."""
        known = self.things.get(iri)
        if known == (label, type_name):
            return
        if known is not None:
            raise EvidenceError(
                f"{iri} is {known[0]!r} ({known[1]}) in one claim and {label!r} ({type_name}) in another",
                hint="settle the claims of the article first (settle_claims)",
            )
        self.things[iri] = (label, type_name)
        if type_name == "Class" and label == v.class_name(iri):
            return  # the ontology's graph describes it
        said = [f"{_A} {_class_term(type_name)}"]
        if label:
            said.append(f"{_LABEL} {text_term(label)}")
        elif type_name != "Observation":
            raise EvidenceError(f"{iri} has no label")
        if v.is_described(iri):
            said.append(f"{_FIXED['KIND']} <{v.RDC}unnamed>")
        self.say(_term(iri), said)

    def write_known(self, known: Mapping[str, Entity]) -> None:
        """Write what the gazetteer knows of the things that claims name, and of what they lie in."""
        named = [iri for iri in self.things | self.scopes if iri in known]
        for iri in dict.fromkeys(place for thing in named for place in (thing, *find_ancestors(thing, known))):
            if iri in known:
                self.say(_term(iri), (f"{predicate} {term}" for predicate, term in describe_entity(known[iri])))

    def write_claim(self, claim: Claim) -> None:
        """Write a claim with its quote and what it says; ``EvidenceError`` where the article does not bear it out."""
        article = self.article
        if claim.article != article.id or claim.quote != article.text[claim.start : claim.end]:
            raise EvidenceError(f"its quote is not the text at [{claim.start}:{claim.end}]")
        subject, predicate = _term(claim.subject), _term(claim.predicate)
        quote = self._write_quote(claim)
        a, status, modality, confidence, rule = _say_manner(
            self.base, claim.status, claim.modality, claim.confidence, claim.rule
        )
        self.write_thing(claim.subject, claim.subject_label, claim.subject_type)
        what = self._write_object(claim, subject, predicate)
        node = f"<{self.base}claim/{claim.id}>"
        then = f"{self.stop}{node} "
        derived = f"{_FIXED['FORMULA']} {text_term(claim.derived)}{then}" if claim.derived else ""
        resolved = "".join([f"{said}{then}" for said in _say_resolved(claim)]) if claim.resolved else ""
        # In the order of the predicates, so that nothing need be sorted.
        text = (
            f"{_PREDICATE} {predicate}{then}{_SUBJECT} {subject}{then}{a}{then}{status}{then}{confidence}{then}"
            f"{_EVIDENCE} {quote}{then}{derived}{modality}{then}{resolved}{rule}"
        )
        if claim.object_type == "Observation":
            self._put(node, f"{node} {text}{then}{what}{self.stop}")
        elif claim.value or claim.unit or claim.qualifier or claim.period or claim.scope or _has_more(claim):
            amount, days = self._details(claim)
            self._put_in_order(node, sorted([what, *text.split(then), *amount, *days]))
        else:
            self._put(node, f"{node} {what}{then}{text}{self.stop}")

    def _write_quote(self, claim: Claim) -> str:
        place = (claim.start, claim.end)
        quote = self.quoted.get(place)
        if quote is None:
            quote = self.quoted[place] = f"<{self.quotes}/{claim.start}-{claim.end}>"
            then = f"{self.stop}{quote} "
            words = self._say_words(claim.quote)
            self._put(
                quote,
                f'{quote} {_IS_QUOTE}{then}{_END} "{claim.end}"^^{_INTEGER}{then}{_EXACT} {words}'
                f'{then}{self.source}{then}{_START} "{claim.start}"^^{_INTEGER}{self.stop}',
            )
        return quote

    def _write_object(self, claim: Claim, subject: str, predicate: str) -> str:
        """Write what is said: a measured value, a text, or a thing. Return what the claim says of it."""
        if claim.object_type == "Observation":
            if not claim.object:
                raise EvidenceError("a value without the IRI of its observation")
            observation = _term(claim.object)
            self._write_observation(claim, observation, subject, predicate)
            return f"{_STATES} {observation}"
        if claim.object:
            term = _term(claim.object)
            self.write_thing(claim.object, claim.object_label, claim.object_type)
        elif claim.object_type == "literal":
            term = text_term(claim.object_label, self.language)
        else:
            raise EvidenceError("a claim that says nothing: neither thing nor text nor value")
        if is_asserted(claim):
            self.say(subject, (f"{predicate} {term}",))
        return f"{_OBJECT} {term}"

    def _write_observation(self, claim: Claim, node: str, subject: str, predicate: str) -> None:
        f = _FIXED
        amount, days = self._details(claim)
        key = (claim.object_label, claim.subject, claim.predicate, claim.modality, *amount, *days)
        known = self.things.setdefault(claim.object, key)
        if known != key:
            raise EvidenceError(f"two claims measure differently on {claim.object}")
        # In the order of the predicates, so that nothing need be sorted.
        said = [_UNANCHORED] if claim.period and not days else []
        said.append(_IS_OBSERVATION)
        if claim.object_label:
            said.append(f"{f['LABEL']} {text_term(claim.object_label)}")
        said.append(f"{f['ABOUT']} {subject}")
        said.append(f"{f['INDICATOR']} {predicate}")
        if claim.modality != "achieved":
            said.append(f"{f['MODALITY']} <{v.RDC}{claim.modality}>")
        said += amount
        status = "present" if claim.value else claim.reason or "notStated"
        said.append(f"{f['VALUE_STATUS']} <{v.RDC}{status}>")
        self._put_in_order(node, said + days)
        counts = claim.predicate == v.RDC + "count" and claim.unit != RANK_UNIT
        if counts and claim.subject_type == "Cohort":
            self._write_count(claim, subject)

    def _write_count(self, claim: Claim, cohort: str) -> None:
        """Write the shortcut of a counted group: how many members it has, if that is sound."""
        sound = claim.modality == "achieved" and claim.status in ("explicit", "implied")
        if sound and claim.value.isdecimal():
            self.say(cohort, (f"{_FIXED['COUNT']} {integer_term(claim.value, claim.id)}",))

    def _details(self, claim: Claim) -> tuple[list[str], list[str]]:
        """Return predicates and terms of the amount and its scope, and of its days, each in order."""
        f = _FIXED
        found: list[str] = []
        if claim.period:
            found.append(f"{f['PERIOD']} {text_term(claim.period, self.language)}")
        for key, name in (("QUALIFIER", claim.qualifier), ("QUALIFIER_BEFORE", claim.qualifier_before)):
            if name:
                found.append(f"{f[key]} <{v.RDC}{_known(name, QUALIFIERS)}>")
        ranked = claim.value and claim.unit == RANK_UNIT
        if ranked:
            found.append(f"{f['RANK']} {integer_term(claim.value)}")
        if claim.scope:
            if is_iri(claim.scope):
                self.scopes[claim.scope] = None
                found.append(f"{f['RANK_SCOPE']} {_term(claim.scope)}")
            else:
                found.append(f"{f['SCOPE_TEXT']} {text_term(claim.scope, self.language)}")
        elif ranked:
            found.append(f"{f['RANK_SCOPE']} {f['UNSCOPED']}")
        if claim.unit:
            unit = _unit_term(claim.unit)
            self.write_thing(unit[1:-1], claim.unit, "Concept")
            found.append(f"{f['UNIT']} {unit}")
        if claim.value and not ranked:
            found.append(f"{f['VALUE']} {_number(claim.value)}")
        if claim.value_before:
            found.append(f"{f['VALUE_BEFORE']} {_number(claim.value_before)}")
        days = [f"{f['END_DATE']} {_day(claim.period_end)}"] if claim.period_end else []
        if claim.period_start:
            days.append(f"{f['START_DATE']} {_day(claim.period_start)}")
        return found, days


def _has_more(claim: Claim) -> str:
    """Return what a claim has of the rarer details of an amount and its time."""
    return claim.value_before or claim.qualifier_before or claim.period_start or claim.period_end


def describe_entity(entity: Entity) -> list[tuple[str, str]]:
    """Return what the lexicon knows of a thing, as predicates with their terms."""
    f = _FIXED
    pairs = [(_A, iri_term(entity.type)), (f["LABEL"], text_term(entity.label))]
    preferred: set[str] = set()
    for name in entity.names:
        tag = language_tag(name.language)
        kind = _NAME_KINDS.get(name.kind, "ALT_LABEL")
        if kind == "PREF_LABEL" and tag in preferred:
            kind = "ALT_LABEL"
        elif kind == "PREF_LABEL":
            preferred.add(tag)
        pairs.append((f[kind], text_term(name.text, tag)))
    if entity.within:
        pairs.append((f["CONTAINED_IN_PLACE"], iri_term(entity.within)))
    if entity.source:
        known = iri_term(entity.source) if is_iri(entity.source) else text_term(entity.source)
        pairs.append((f["SOURCE"], known))
    if entity.match:
        pairs.append((f["CLOSE_MATCH"], iri_term(entity.match)))
    return pairs
