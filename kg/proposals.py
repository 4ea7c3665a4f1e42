"""Claims made elsewhere: read a proposed claim, fill in what can be known, and let the gate judge it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kg.concepts import INDICATORS, STATEMENT_KINDS
from kg.errors import EvidenceError, KgError
from kg.extract import Extractor
from kg.letters import fold_case
from kg.model import CLAIM_FIELDS, Article, Claim, Resolution
from kg.reading import Reading
from kg.vocab import CLASSES, RELATIONS, class_name, concept_iri, expand_iri

_NEEDED = ("subject", "predicate", "quote")


def read_proposals(text: str, *, where: str) -> Iterator[tuple[int, dict[str, Any] | EvidenceError]]:
    """Yield (line number, object) of JSON lines; a line that is none is its error."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, EvidenceError(f"not JSON: {error}", where=f"{where}:{number}")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            yield number, EvidenceError("not a JSON object", where=f"{where}:{number}", hint="write one claim a line")


def complete_claim(
    row: Mapping[str, Any],
    reading: Reading,
    extractor: Extractor,
    prefixes: Mapping[str, str],
    known: Sequence[Claim] = (),
    *,
    where: str,
) -> Claim:
    """Return a proposed claim with what the article and the lexicon know filled in.

    Needed are ``subject``, ``predicate``, ``quote``, and ``object`` or ``value``; subject and object may be
    IRIs or names, the predicate an IRI, a short IRI, or the local name of one that a rule uses; ``start``
    and ``end`` may be left out where the quote stands once. ``known`` are the claims that rules make of the
    article: their groups can be named by their labels. Raises ``EvidenceError`` where that is not enough.
    """
    values = {key: value for key, value in row.items() if value is not None and key != "id"}
    unknown = sorted(set(values) - set(CLAIM_FIELDS))
    missing = [key for key in _NEEDED if not values.get(key)]
    if unknown or missing:
        what = f"unknown fields {', '.join(unknown)}" if unknown else f"{', '.join(missing)} missing"
        raise EvidenceError(what, where=where, hint=f"a claim has {', '.join(CLAIM_FIELDS)}")
    bad = sorted(k for k, v in values.items() if not isinstance(v, (str, int, float, list)))
    if bad:
        raise EvidenceError(f"{', '.join(bad)}: neither text nor number", where=where)
    filled = {key: str(value) for key, value in values.items() if key not in ("start", "end", "resolved")}
    filled["predicate"] = _find_predicate(filled["predicate"], extractor, prefixes, where)
    _fill_place(filled, values, reading.article, where)
    for part in ("subject", "object"):
        _fill_thing(part, filled, reading, extractor, known)
    _fill_scope(filled, reading)
    if filled.get("value") or filled.get("status") == "missing":
        filled["object_type"] = "Observation"
        filled.setdefault("qualifier", "exact" if filled.get("value") else "")
    try:
        start, end = int(filled.pop("start")), int(filled.pop("end"))
        resolved = tuple(Resolution(str(r[0]), str(r[1]), int(r[2]), int(r[3])) for r in values.get("resolved", ()))
        return Claim(
            start=start,
            end=end,
            resolved=resolved,
            **{"rule": "proposed", "subject_type": "", "subject_label": filled["subject"], **filled},
        )
    except (TypeError, ValueError, IndexError) as error:
        raise EvidenceError(f"not a claim: {error}", where=where) from error


def _find_predicate(name: str, extractor: Extractor, prefixes: Mapping[str, str], where: str) -> str:
    if "://" in name:
        return name
    try:
        if ":" in name:
            return expand_iri(name, prefixes)
    except KgError as error:
        raise EvidenceError(error.what, where=where, hint=error.hint) from error
    known = {iri for iri in _known_predicates(extractor) if re.split(r"[/#]", iri)[-1] == name}
    if len(known) != 1:
        raise EvidenceError(f"predicate {name!r} is {'ambiguous' if known else 'unknown'}", where=where)
    return known.pop()


def _known_predicates(extractor: Extractor) -> Iterator[str]:
    """Yield the predicates that rules use, the ontology has, and the lexicon's indicators."""
    yield from extractor.rules.predicates
    yield from RELATIONS
    yield from (concept_iri(name) for name in (*INDICATORS, *STATEMENT_KINDS))
    yield from extractor.lexicon.entities


def _fill_place(filled: dict[str, str], values: Mapping[str, Any], article: Article, where: str) -> None:
    """Fill in article and offsets; a quote that stands several times must say which is meant."""
    filled.setdefault("article", article.id)
    if "start" in values:
        start = values["start"]
        if not isinstance(start, int) or not isinstance(values.get("end", 0), int):
            raise EvidenceError("start and end are not whole numbers", where=where)
        filled["start"], filled["end"] = str(start), str(values.get("end", start + len(filled["quote"])))
        return
    places = [m.start() for m in re.finditer(re.escape(filled["quote"]), article.text)]
    if len(places) > 1:
        raise EvidenceError(f"the quote stands {len(places)} times", where=where, hint="give start and end")
    start = places[0] if places else 0
    filled["start"], filled["end"] = str(start), str(start + len(filled["quote"]))


def _fill_thing(
    part: str, filled: dict[str, str], reading: Reading, extractor: Extractor, known_claims: Sequence[Claim]
) -> None:
    """Turn a name into the IRI of what the article or the lexicon calls so; label and class follow."""
    name = filled.get(part, "")
    if not name or (filled.get("object_type") == "literal" and part == "object"):
        return
    mentions = [m.mention for s in reading.sentences for m in s.marks if m.mention]
    known = {m.entity: (m.label, class_name(m.type)) for m in mentions}
    wanted = fold_case(name)
    if "://" not in name:
        text = reading.article.text
        iris = {m.entity for m in mentions if wanted in (fold_case(m.label), fold_case(text[m.start : m.end]))}
        iris |= {e.iri for e in extractor.lexicon.entities.values() for n in e.names if fold_case(n.text) == wanted} & (
            iris or set(extractor.lexicon.entities)
        )
        iris = iris or _find_labelled(wanted, filled, known_claims)
        if len(iris) == 1:
            filled[part] = iris.pop()
    label, kind = known.get(filled[part], ("", ""))
    entity = extractor.lexicon.entities.get(filled[part])
    if entity:
        label, kind = entity.label, class_name(entity.type)
    filled.setdefault(f"{part}_label", label or name)
    if kind in CLASSES:
        filled.setdefault(f"{part}_type", kind)


def _find_labelled(wanted: str, filled: Mapping[str, str], known: Sequence[Claim]) -> set[str]:
    """Return what claims call so: a group, an event. Of several, the one that the quote touches."""
    start, end = int(filled["start"]), int(filled["end"])
    found = {(c.subject, c.start < end and start < c.end) for c in known if fold_case(c.subject_label) == wanted}
    found |= {
        (c.object, c.start < end and start < c.end) for c in known if c.object and fold_case(c.object_label) == wanted
    }
    touched = {iri for iri, touches in found if touches}
    return touched or {iri for iri, _ in found}


def _fill_scope(filled: dict[str, str], reading: Reading) -> None:
    """Turn the name of a scope into the IRI of what the article calls so."""
    wanted = fold_case(filled.get("scope", ""))
    mentions = [m.mention for s in reading.sentences for m in s.marks if m.mention]
    iris = {m.entity for m in mentions if wanted and fold_case(m.label) == wanted}
    if len(iris) == 1:
        filled["scope"] = iris.pop()
