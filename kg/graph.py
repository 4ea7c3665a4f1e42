"""The graph as quads: of articles with their claims, of the lexicon, of the ontology; and quads as claims.

``docs/model.md`` is the page to read first; how a claim looks in RDF only ``kg/claim_writing.py`` and
``kg/claim_reading.py`` know. Everything is written as sorted N-Quads lines, so the
same claims give the same bytes, and with no blank node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg import vocab as v
from kg.claim_reading import read_claims as read_claims
from kg.claim_writing import ArticleWriter, describe_entity
from kg.claim_writing import is_asserted as is_asserted
from kg.errors import EvidenceError, OntologyError
from kg.model import Article, Claim, Entity, find_ancestors, sort_claims
from kg.nquads import (
    iri_term,
)
from kg.nquads import join_lines as join_lines

_KEPT_OUT = ("shapes.ttl", "alignments.ttl")


# ---------------------------------------------------------------- before writing
def settle_claims(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims as the graph can hold them, in order: to be done before anything is written.

    In one article a thing has one label and one type, those of the first claim that names it; what
    was resolved stands in one order; of two claims with one id the surer one stays, then the one whose
    rule comes first.
    """
    known: dict[tuple[str, str], tuple[str, str]] = {}
    best: dict[str, Claim] = {}
    for claim in sort_claims(claims):
        label, kind = known.setdefault((claim.article, claim.subject), (claim.subject_label, claim.subject_type))
        object_label, object_type = claim.object_label, claim.object_type
        if claim.object:
            object_label, object_type = known.setdefault((claim.article, claim.object), (object_label, object_type))
        changed: dict[str, Any] = {
            "subject_label": label,
            "subject_type": kind,
            "object_label": object_label,
            "object_type": object_type,
            "reason": claim.reason or ("notStated" if claim.status == "missing" else ""),
            "resolved": tuple(sorted(set(claim.resolved))),
        }
        same = all(getattr(claim, name) == value for name, value in changed.items())
        settled = claim if same else replace(claim, **changed)
        rival = best.setdefault(settled.id, settled)
        if (-float(settled.confidence), settled.rule) < (-float(rival.confidence), rival.rule):
            best[settled.id] = settled
    return sort_claims(best.values())


# ---------------------------------------------------------------- claims to quads
def write_quads(article: Article, claims: Iterable[Claim], base: str) -> list[str]:
    """Return the article's graph as sorted N-Quads lines without line ends, as ``write_graph`` makes it."""
    return write_graph(article, claims, base).decode().split("\n")[:-1]


def write_graph(
    article: Article, claims: Iterable[Claim], base: str, known: Mapping[str, Entity] | None = None
) -> bytes:
    """Return the article's graph as sorted N-Quads.

    Of ``known``, things of the gazetteer by IRI, it tells what is known of those that claims name, and of what
    these lie in. ``base`` starts the IRI of every thing (``Domain.data_base``). The graph depends on this article
    alone. Raises ``EvidenceError`` where a claim is not of this article, its quote is not the
    article's text, a number or date is not in canonical form, a character cannot stand in XML, or
    two claims do not agree on a thing (``settle_claims`` mends that).
    """
    writer = ArticleWriter(article, base)
    writer.write_article()
    for claim in claims:
        try:
            writer.write_claim(claim)
        except EvidenceError as error:
            where = f"{article.id}: claim {claim.id}"
            raise EvidenceError(error.what, where=where, hint=error.hint) from error
    if known:
        writer.write_known(known)
    return writer.lines()


# ---------------------------------------------------------------- what is known beforehand
def write_lexicon_quads(entities: Iterable[Entity], base: str) -> list[str]:
    """Return the lexicon's graph as sorted N-Quads lines.

    Where a thing lies is ``schema:containedInPlace`` here: ``rd:within`` is only ever what an article
    says. Of several preferred names in a language the first is ``skos:prefLabel``. Of the gazetteer it has only
    what another thing of the lexicon lies in; the rest stands in the graphs of the articles that name it.
    """
    lines = set[str]()
    stop = f" {iri_term(v.graph_iri(base, 'lexicon'))} ."
    by_iri = {entity.iri: entity for entity in entities}
    told = [entity.iri for entity in by_iri.values() if not entity.gazetteer]
    for iri in {place for thing in told for place in (thing, *find_ancestors(thing, by_iri))} & by_iri.keys():
        node = iri_term(iri)
        lines.update(f"{node} {predicate} {term}{stop}" for predicate, term in describe_entity(by_iri[iri]))
    return sorted(lines)


def write_ontology_quads(folder: Path, base: str) -> list[str]:
    """Return ontology and concepts as sorted N-Quads lines of one graph.

    Every ``.ttl`` file of ``folder`` is read but the shapes and the alignments, which the graph does
    not need. Raises ``OntologyError`` naming file and line where one is not Turtle or has a blank node.
    """
    import pyoxigraph as ox

    stop = f" {iri_term(v.graph_iri(base, 'ontology'))} ."
    lines: set[str] = set()
    for path in sorted(folder.glob("*.ttl")):
        if path.name in _KEPT_OUT:
            continue
        try:
            for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
                if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
                    raise OntologyError(
                        "a blank node: everything needs an IRI here", where=f"{path}: {quad.predicate.value}"
                    )
                lines.add(f"{quad.subject} {quad.predicate} {quad.object}{stop}")
        except (OSError, SyntaxError) as error:
            raise OntologyError(f"cannot be read: {error}", where=str(path)) from error
    return sorted(lines)
