"""All that is known of a thing: what articles say of it and in which words, and what was known beforehand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg import vocab as v
from kg.claim_reading import read_claims
from kg.errors import RuleError
from kg.model import Claim
from kg.query.names import Namer, clean_cell, is_known, label_of, resolve_name, shorten

_CLAIM_ID = re.compile(r"[0-9a-f]{16}")
_ABOUT = (v.SUBJECT, v.STATES)
_TOWARDS = (v.OBJECT, v.PREDICATE, v.RULE, v.EVIDENCE)
_NAME_KINDS = {v.PREF_LABEL: "names", v.ALT_LABEL: "also", v.HIDDEN_LABEL: "mistranslated as"}
_BEFOREHAND = {v.CONTAINED_IN_PLACE: "lies in", v.CLOSE_MATCH: "the same elsewhere", v.SOURCE: "known from"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A thing, the claims about it (of which it is the subject), and the claims that point to it."""

    iri: str
    label: str
    types: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    beforehand: tuple[tuple[str, str], ...]
    about: tuple[Claim, ...]
    towards: tuple[Claim, ...]


def find_subject(store: ox.Store, text: str, base: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI that a name, an IRI or the id of a claim means; raise ``QueryError`` as ``resolve_name``."""
    if _CLAIM_ID.fullmatch(text):
        iri = v.claim_iri(base, text)
        if is_known(store, iri):
            return iri
    return resolve_name(store, text, prefixes)


def explain_thing(store: ox.Store, iri: str, base: str, prefixes: Mapping[str, str]) -> Explanation:
    """Return what is known of an IRI: a thing, an article, a claim, an observation, a rule or a term."""
    namer = Namer(store, prefixes)
    node = ox.NamedNode(iri)
    names: list[tuple[str, str]] = []
    beforehand: set[tuple[str, str]] = set()
    types: set[str] = set()
    for quad in store.quads_for_pattern(node, None, None):
        predicate = quad.predicate.value
        if predicate in _NAME_KINDS and isinstance(quad.object, ox.Literal):
            names.append((_NAME_KINDS[predicate], f"{quad.object.value} ({quad.object.language or 'any language'})"))
        elif predicate in _BEFOREHAND:
            beforehand.add((_BEFOREHAND[predicate], namer.say(quad.object)))
        elif predicate == v.TYPE and isinstance(quad.object, ox.NamedNode):
            types.add(v.class_name(quad.object.value))
    own = [iri] if "Claim" in types else []
    about = own or sorted(_claims_with(store, _ABOUT, node))
    towards = [claim for claim in sorted(_claims_with(store, _TOWARDS, node)) if claim not in about]
    return Explanation(
        iri=iri,
        label=label_of(store, iri) or shorten(iri, prefixes),
        types=tuple(sorted(types)),
        names=tuple(sorted(set(names), key=lambda name: (tuple(_NAME_KINDS.values()).index(name[0]), name[1]))),
        beforehand=tuple(sorted(beforehand)),
        about=tuple(_read_claims(store, about, base)),
        towards=tuple(_read_claims(store, towards, base)),
    )


def _claims_with(store: ox.Store, predicates: Iterable[str], node: ox.NamedNode) -> set[str]:
    """Return the claims that have a node as one of their parts."""
    return {
        quad.subject.value
        for predicate in predicates
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), node)
        if isinstance(quad.subject, ox.NamedNode)
    }


def _read_claims(store: ox.Store, iris: Iterable[str], base: str) -> list[Claim]:
    """Return the claims of these IRIs, read from no more of the store than they need."""
    quads: set[ox.Quad] = set()
    for iri in iris:
        for quad in store.quads_for_pattern(ox.NamedNode(iri), None, None):
            quads.add(quad)
            if isinstance(quad.object, ox.NamedNode):
                for part in store.quads_for_pattern(quad.object, None, None, quad.graph_name):
                    quads.add(part)
                    if part.predicate.value == v.UNIT:
                        quads.update(store.quads_for_pattern(part.object, None, None, quad.graph_name))  # type: ignore[arg-type]
    return read_claims(quads, base)


# ---------------------------------------------------------------- what rules say
def read_rule_texts(folder: Path) -> dict[str, str]:
    """Return what each rule of a domain says, by its id, without compiling any.

    Raises ``RuleError`` where a file is not TOML.
    """
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8")).get("rule", [])
        except (OSError, ValueError) as error:
            raise RuleError(f"cannot be read: {error}", where=str(path)) from error
        texts.update({str(entry.get("id", "")): " ".join(str(entry.get("says", "")).split()) for entry in entries})
    return texts


# ---------------------------------------------------------------- as text
class Teller:
    """Writes an explanation as lines of text."""

    def __init__(self, store: ox.Store, base: str, prefixes: Mapping[str, str], rules: Mapping[str, str]) -> None:
        self.store = store
        self.base = base
        self.prefixes = prefixes
        self.rules = rules
        self.bodies: dict[str, str] = {}

    def tell(self, thing: Explanation) -> Iterator[str]:
        """Yield the lines: names, what was known beforehand, claims about it by predicate, claims that point to it."""
        kind = f" ({', '.join(thing.types)})" if thing.types else ""
        yield f"{clean_cell(thing.label)}{kind}  {shorten(thing.iri, self.prefixes)}"
        for label in dict.fromkeys(kind for kind, _ in thing.names + thing.beforehand):
            values = [value for kind, value in thing.names + thing.beforehand if kind == label]
            yield f"  {label}: {clean_cell('; '.join(values))}"
        if not thing.about and not thing.towards:
            yield "\nno article says anything of it"
        yield from self._tell_groups(thing.about, "", thing.iri)
        yield from self._tell_groups(thing.towards, "← ", thing.iri)

    def _tell_groups(self, claims: Iterable[Claim], mark: str, iri: str) -> Iterator[str]:
        groups: dict[str, list[Claim]] = {}
        for claim in claims:
            groups.setdefault(claim.predicate, []).append(claim)
        for predicate, members in groups.items():
            yield f"\n{mark}{self.say_predicate(predicate)}"
            for fact in group_facts(members):
                yield from self._tell_fact(fact, iri)

    def say_predicate(self, iri: str) -> str:
        """Return the name of a predicate, or the last part of its IRI."""
        return clean_cell(label_of(self.store, iri) or re.split(r"[/#]", iri)[-1])

    def _tell_fact(self, fact: Sequence[Claim], iri: str) -> Iterator[str]:
        """Yield what is said, once, and each place that says it, the clearest first."""
        parts = [_say_object(fact[0])]
        if fact[0].subject != iri:
            parts = [fact[0].subject_label, "→", *parts]
        words = clean_cell(" ".join(parts))
        if len(fact) == 1:
            yield from self._tell_claim(fact[0], words)
            return
        yield f"  {words}  (said {len(fact)} times, the clearest first)"
        for claim in fact:
            yield from self._tell_claim(claim, " ")

    def _tell_claim(self, claim: Claim, words: str) -> Iterator[str]:
        details = [claim.status, *([claim.modality] if claim.modality != "achieved" else [])]
        details += [f"period: {claim.period}"] if claim.period else []
        details += [f"confidence {claim.confidence}"] if claim.confidence not in ("1", "1.0") else []
        yield f"  {words}  [{clean_cell('; '.join(details))}]"
        yield f"      “{clean_cell(claim.quote)}”"
        yield f"      {claim.article} [{claim.start}:{claim.end}]  claim {claim.id}"
        says = self.rules.get(claim.rule, "")
        yield f"      rule {claim.rule}" + (f": {clean_cell(says)}" if says else "")
        if claim.derived:
            yield f"      derived: {claim.derived}"
        for item in claim.resolved:
            words = clean_cell(self._words(claim.article, item.start, item.end))
            yield f"      {item.part} by {item.rule} from [{item.start}:{item.end}] “{words}”"

    def _words(self, article: str, start: int, end: int) -> str:
        if article not in self.bodies:
            node = ox.NamedNode(v.article_iri(self.base, article))
            quads = self.store.quads_for_pattern(node, ox.NamedNode(v.ARTICLE_BODY), None)
            self.bodies[article] = next((q.object.value for q in quads if isinstance(q.object, ox.Literal)), "")
        return self.bodies[article][start:end]


_CLEAREST = ("explicit", "implied", "missing", "garbled")


def group_facts(claims: Iterable[Claim]) -> list[list[Claim]]:
    """Return the claims by what they say, in order; of one fact the clearest claim first, then by place.

    What is said of another scope or in another modality is another fact. A value of another period is one
    too, but for the count of a group: a group is known by its count, so the period only says when it was told.
    """
    facts: dict[tuple[str, ...], list[Claim]] = {}
    for claim in claims:
        counted = claim.subject_type == "Cohort" and claim.predicate == v.concept_iri("count")
        is_value = claim.object_type == "Observation"
        said = claim.object_label if is_value else claim.object or claim.object_label
        when = claim.period if is_value and not counted else ""
        facts.setdefault((claim.subject, claim.predicate, claim.modality, claim.scope, said, when), []).append(claim)
    return [
        sorted(fact, key=lambda claim: (_CLEAREST.index(claim.status), claim.article, claim.start))
        for fact in facts.values()
    ]


def _say_object(claim: Claim) -> str:
    """Return what a claim says of its subject: a name, words, or an amount."""
    if claim.object_type != "Observation":
        return claim.object_label
    return claim.object_label or f"{claim.value or '(no number)'} {claim.unit}".strip()
