"""Quads back to claims: the exact inverse of what ``kg/graph.py`` writes; import it from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from kg import vocab as v
from kg.errors import EvidenceError
from kg.model import Claim, Resolution, sort_claims

if TYPE_CHECKING:
    import pyoxigraph as ox

Node: TypeAlias = "dict[str, list[ox.NamedNode | ox.Literal]]"


def read_claims(source: ox.Store | Iterable[ox.Quad] | bytes, base: str, *, article: str = "") -> list[Claim]:
    """Return the claims of a store, of quads, or of N-Quads bytes, in the order of the contract.

    With ``article`` (an article's id) only those of that article. Raises ``EvidenceError`` where a
    claim lacks a part or has it twice.
    """
    claims: list[Claim] = []
    stem = v.mint_iri(base, "article", "x")[:-1]
    for graph, nodes in _group(_quads(source, base, article)).items():
        if not graph.startswith(stem):
            continue
        (_, article_id) = v.split_iri(base, graph)
        for iri, node in nodes.items():
            if any(kind.value == v.CLAIM for kind in node.get(v.TYPE, ())):
                claims.append(_Reader(base, article_id, iri, nodes).read())
    return sort_claims(claims)


def _quads(source: ox.Store | Iterable[ox.Quad] | bytes, base: str, article: str) -> Iterator[ox.Quad]:
    import pyoxigraph as ox

    graph = ox.NamedNode(v.article_iri(base, article)) if article else None
    if isinstance(source, ox.Store):
        yield from source.quads_for_pattern(None, None, None, graph)
        return
    quads: Iterable[ox.Quad] = ox.parse(source, format=ox.RdfFormat.N_QUADS) if isinstance(source, bytes) else source
    for quad in quads:
        if graph is None or quad.graph_name == graph:
            yield quad


def _group(quads: Iterable[ox.Quad]) -> dict[str, dict[str, Node]]:
    """Return graph → subject → predicate → terms; the default graph is left out."""
    graphs: dict[str, dict[str, Node]] = {}
    for subject, predicate, term, graph in quads:
        name = getattr(graph, "value", "")
        nodes = graphs.setdefault(name, {})
        nodes.setdefault(subject.value, {}).setdefault(predicate.value, []).append(term)
    graphs.pop("", None)
    return graphs


class _Reader:
    """Reads one claim out of the nodes of its graph."""

    def __init__(self, base: str, article: str, iri: str, nodes: dict[str, Node]) -> None:
        self.base = base
        self.article = article
        self.iri = iri
        self.nodes = nodes

    def one(self, node: str, predicate: str, *, needed: bool = True) -> str:
        """Return the only value of a property; empty where there is none and none is needed."""
        terms = self.nodes.get(node, {}).get(predicate, [])
        if len(terms) == 1:
            return terms[0].value
        if terms or needed:
            raise EvidenceError(f"{len(terms)} values of {predicate} on {node}", where=self.iri)
        return ""

    def concept(self, node: str, predicate: str, *, needed: bool = True) -> str:
        """Return the name of the only concept that is the value of a property, as ``one``."""
        return self.one(node, predicate, needed=needed).removeprefix(v.RDC)

    def type_and_label(self, node: str) -> tuple[str, str]:
        """Return the short name of the one class of a thing, and its label."""
        if node not in self.nodes and v.class_name(node) != node:
            return "Class", v.class_name(node)
        kinds = [v.class_name(term.value) for term in self.nodes.get(node, {}).get(v.TYPE, [])]
        if len(kinds) != 1:
            raise EvidenceError(f"{node} has {len(kinds)} types", where=self.iri)
        return kinds[0], self.one(node, v.LABEL, needed=False)

    def read(self) -> Claim:
        """Return the claim; ``EvidenceError`` where a part is missing or was changed."""
        quote = self.one(self.iri, v.EVIDENCE)
        subject = self.one(self.iri, v.SUBJECT)
        subject_type, subject_label = self.type_and_label(subject)
        stated = self.one(self.iri, v.STATES, needed=False)
        fields = self.details(stated or self.iri)
        fields |= self.value_object(stated) if stated else self.other_object()
        claim = Claim(
            article=self.article,
            subject=subject,
            subject_label=subject_label,
            subject_type=subject_type,
            predicate=self.one(self.iri, v.PREDICATE),
            modality=self.concept(self.iri, v.MODALITY),
            status=self.concept(self.iri, v.CLAIM_STATUS),
            confidence=self.one(self.iri, v.CONFIDENCE),
            quote=self.one(quote, v.EXACT),
            start=int(self.one(quote, v.START)),
            end=int(self.one(quote, v.END)),
            rule=v.split_iri(self.base, self.one(self.iri, v.RULE))[1],
            derived=self.one(self.iri, v.FORMULA, needed=False),
            resolved=self.resolutions(),
            **fields,
        )
        if v.claim_iri(self.base, claim.id) != self.iri:
            raise EvidenceError(f"its parts give the id {claim.id}: they were changed", where=self.iri)
        return claim

    def value_object(self, observation: str) -> dict[str, str]:
        """Return the fields of the object of a claim that states a measured value."""
        return {
            "object": observation,
            "object_type": "Observation",
            "object_label": self.one(observation, v.LABEL, needed=False),
            "reason": self.reason(observation),
        }

    def reason(self, observation: str) -> str:
        """Return why a number is not there; empty for a number that is, and where nobody said."""
        status = self.concept(observation, v.VALUE_STATUS)
        return "" if status == "present" else status

    def other_object(self) -> dict[str, str]:
        """Return the fields of the object of any other claim: a text, or a thing."""
        text = self.one(self.iri, v.OBJECT)
        if hasattr(self.nodes[self.iri][v.OBJECT][0], "datatype"):
            return {"object_type": "literal", "object_label": text}
        kind, label = self.type_and_label(text)
        return {"object": text, "object_type": kind, "object_label": label}

    def details(self, node: str) -> dict[str, str]:
        """Return amount, time and scope, which stand on the observation or on the claim itself."""
        unit = self.one(node, v.UNIT, needed=False)
        scope = self.one(node, v.RANK_SCOPE, needed=False)
        scope = "" if scope == v.UNSCOPED else scope
        rank = self.one(node, v.RANK, needed=False)
        return {
            "value": rank or self.one(node, v.VALUE, needed=False),
            "value_before": self.one(node, v.VALUE_BEFORE, needed=False),
            "unit": self.one(unit, v.LABEL) if unit else "",
            "qualifier": self.concept(node, v.QUALIFIER, needed=False),
            "qualifier_before": self.concept(node, v.QUALIFIER_BEFORE, needed=False),
            "period": self.one(node, v.PERIOD, needed=False),
            "period_start": self.one(node, v.START_DATE, needed=False),
            "period_end": self.one(node, v.END_DATE, needed=False),
            "scope": scope or self.one(node, v.SCOPE_TEXT, needed=False),
        }

    def resolutions(self) -> tuple[Resolution, ...]:
        """Return which parts were resolved, by which rule and from which words."""
        found = []
        for term in self.nodes[self.iri].get(v.RESOLUTION, []):
            part, rest = term.value.split(" ", 1)
            rule, start, end = rest.rsplit(" ", 2)
            found.append(Resolution(part, rule, int(start), int(end)))
        return tuple(sorted(found))
