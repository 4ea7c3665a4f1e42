"""The graph as a network that people want to see: things as nodes, what is said of them as edges.

A neutral form between RDF and the formats of ``kg/export``: every writer of a network reads these
frozen values and nothing else. One edge is one claim, so that what is said twice is two parallel
edges, each with its quote; what is planned, denied or garbled says so in its own columns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from kg import vocab as v
from kg.concepts import RANK_UNIT
from kg.graph import is_asserted, read_claims
from kg.model import Claim
from kg.thing_names import Names, StoreNames

if TYPE_CHECKING:
    import pyoxigraph as ox

Observations = Literal["attributes", "nodes"]
QUALIFIER_WORDS = {
    "moreThan": "more than",
    "nearly": "nearly",
    "about": "about",
    "atLeast": "at least",
    "upTo": "up to",
}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Observation(NamedTuple):
    """One measured value of a thing, as one claim states it; ``value`` is empty where none is printed."""

    iri: str
    indicator: str
    label: str
    value: str
    value_before: str
    unit: str
    qualifier: str
    qualifier_before: str
    period: str
    period_start: str
    period_end: str
    scope: str
    modality: str
    status: str
    article: str
    claim: str
    reason: str = ""

    def as_text(self) -> str:
        """Return the value as a line to read: ``duration: nearly 276 → 49 day``."""
        line = f"{self.label}: {self.amount()}"
        if self.period:
            line += f" ({self.period})"
        return line if self.modality == "achieved" else f"{self.modality}: {line}"

    def amount(self) -> str:
        """Return number, qualifier and unit as words; say it where no number is printed."""
        if not self.value:
            why = "lost in translation" if self.reason == "lostInTranslation" else "not printed"
            return f"{why} ({self.unit})" if self.unit else why
        if self.unit == RANK_UNIT:
            return f"rank {self.value}"
        text = f"{QUALIFIER_WORDS.get(self.qualifier, '')} {self.value}".strip()
        if self.value_before:
            before = f"{QUALIFIER_WORDS.get(self.qualifier_before, '')} {self.value_before}".strip()
            text = f"{before} → {text}"
        return f"{text} {self.unit}".strip()


class Text(NamedTuple):
    """What one claim says of a thing in words, with no other thing at its end: a role, a headline."""

    predicate: str
    label: str
    text: str
    modality: str
    status: str
    article: str
    claim: str

    def as_text(self) -> str:
        """Return the statement as a line to read: ``role: innovation engine``."""
        line = f"{self.label}: {self.text}"
        return line if self.modality == "achieved" else f"{self.modality}: {line}"


class Node(NamedTuple):
    """One thing, or an observation or claim that was asked for as a node of its own.

    ``id`` is its IRI, ``kind`` the short name of its class. The measures from ``degree`` on are 0 until
    ``kg.layout.measure`` fills them; ``x`` and ``y`` until ``kg.layout.place`` does.
    """

    id: str
    label: str
    kind: str
    label_en: str = ""
    label_zh: str = ""
    articles: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    texts: tuple[Text, ...] = ()
    degree: int = 0
    in_degree: int = 0
    out_degree: int = 0
    pagerank: float = 0.0
    betweenness: float = 0.0
    community: int = 0
    x: float = 0.0
    y: float = 0.0
    size: float = 10.0
    color: str = "#999999"


class Edge(NamedTuple):
    """What one claim says between two nodes, and the words that say it.

    ``id`` is the claim's id (with a suffix where one claim gives several edges), ``start`` and ``end``
    the place of the quote in code points, ``direct`` whether it also stands as a triple of the graph.
    The fields from ``predicate`` on are those that many edges share (``SHARED``).
    """

    id: str
    source: str
    target: str
    quote: str
    start: int
    end: int
    predicate: str
    label: str
    article: str = ""
    status: str = ""
    modality: str = ""
    direct: bool = True
    confidence: float = 1.0
    rule: str = ""
    value: str = ""
    value_before: str = ""
    unit: str = ""
    qualifier: str = ""
    period: str = ""
    period_start: str = ""
    period_end: str = ""
    weight: float = 1.0


SHARED = Edge._fields.index("predicate")
"""The fields of an edge from here on are alike in many edges: writers keep what they wrote of them."""


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes and edges in a fixed order; every edge has both ends among the nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class AnyNetwork(Protocol):
    """What writers read of a network: its nodes and edges, in a fixed order, as often as they ask."""

    @property
    def nodes(self) -> Collection[Node]: ...

    @property
    def edges(self) -> Collection[Edge]: ...


# ---------------------------------------------------------------- from the store
def read_network(
    store: ox.Store,
    base: str,
    *,
    observations: Observations = "attributes",
    claims: bool = False,
) -> Network:
    """Return the network of a store: ``base`` is the data base of its domain.

    Raises ``EvidenceError`` where a claim of the store is damaged.
    """
    return make_network(read_claims(store, base), StoreNames(store), base, observations=observations, claims=claims)


def make_network(
    claims_made: Iterable[Claim],
    names: Mapping[str, Names],
    base: str,
    *,
    observations: Observations = "attributes",
    claims: bool = False,
) -> Network:
    """Return the network of claims: in order of IRI the nodes, in order of the claims the edges.

    ``observations`` says whether a measured value is an attribute of its thing or a node of its own;
    ``claims`` adds each claim as a node with edges to what it is about, what it says and its article.
    """
    labels: dict[str, tuple[str, str]] = {}
    articles: dict[str, set[str]] = {}
    facts: dict[str, list[Observation | Text]] = {}
    edges: list[Edge] = []
    for part in read_parts(claims_made, names, base, observations=observations, claims=claims):
        if isinstance(part, Edge):
            edges.append(part)
        elif isinstance(part, Fact):
            facts.setdefault(part.iri, []).append(part.says)
        else:
            labels.setdefault(part.iri, (part.label, part.kind))
            articles.setdefault(part.iri, set()).add(part.article)
    nodes = [make_node(iri, *labels[iri], names, articles[iri], facts.get(iri, ())) for iri in sorted(labels)]
    return count_degrees(Network(tuple(nodes), tuple(edges)))


# ---------------------------------------------------------------- claim by claim
class Mention(NamedTuple):
    """That an article speaks of a thing, and what it calls it; the first mention names the node."""

    iri: str
    label: str
    kind: str
    article: str


class Fact(NamedTuple):
    """What belongs to the node of a thing and is no edge."""

    iri: str
    says: Observation | Text


def read_parts(
    claims_made: Iterable[Claim],
    names: Mapping[str, Names],
    base: str,
    *,
    observations: Observations = "attributes",
    claims: bool = False,
) -> Iterator[Mention | Fact | Edge]:
    """Yield what each claim gives the network (``make_network``), holding none of it: its ends before each edge."""
    as_nodes = observations == "nodes"
    labels: dict[str, str] = {}
    for claim in claims_made:
        label = labels.get(claim.predicate)
        if label is None:
            label = labels[claim.predicate] = _label_of(claim.predicate, names)
        yield Mention(claim.subject, claim.subject_label, claim.subject_type, claim.article)
        is_node = bool(claim.object)
        if claim.object_type == "Observation":
            value = make_observation(claim, label)
            is_node = as_nodes
            if as_nodes:
                yield Mention(claim.object, value.as_text(), "Observation", claim.article)
                yield make_edge(claim, claim.object, label)
            yield Fact(claim.object if as_nodes else claim.subject, value)
        elif is_node:
            name = claim.object_label or _label_of(claim.object, names)
            yield Mention(claim.object, name, claim.object_type, claim.article)
            yield make_edge(claim, claim.object, label)
        else:
            yield Fact(claim.subject, make_text(claim, claim.predicate, label, claim.object_label))
        if claims:
            yield from _read_claim_node(claim, label, base, is_node)


def _read_claim_node(claim: Claim, label: str, base: str, says_node: bool) -> Iterator[Mention | Fact | Edge]:
    """Yield the node of a claim, with edges to what it is about, its article, and what it says where that is a node."""
    iri = v.claim_iri(base, claim.id)
    article = v.article_iri(base, claim.article)
    yield Mention(iri, f"{claim.subject_label} – {label}", "Claim", claim.article)
    yield Fact(iri, make_text(claim, v.EXACT, "quote", claim.quote))
    yield Mention(article, claim.article, "NewsArticle", claim.article)
    ends = [("about", v.SUBJECT, claim.subject), ("article", v.HAS_SOURCE, article)]
    if says_node:
        ends.append(("says", v.OBJECT, claim.object))
    for name, predicate, target in ends:
        edge = make_edge(claim, target, name)
        yield edge._replace(id=f"{claim.id}-{name}", source=iri, predicate=predicate)


def _label_of(iri: str, names: Mapping[str, Names]) -> str:
    """Return the English name of a term, or its local name in words."""
    known = names.get(iri)
    if known and (known.en or known.every):
        return known.en or known.every[0]
    return say_local_name(iri)


def make_node(
    iri: str,
    label: str,
    kind: str,
    names: Mapping[str, Names],
    articles: Iterable[str],
    facts: Iterable[Observation | Text],
) -> Node:
    """Return the node of a thing, its degrees not yet counted."""
    known = names.get(iri, Names())
    facts = tuple(facts)
    return Node(
        iri,
        label or known.en or iri,
        kind,
        known.en or label,
        known.zh,
        tuple(sorted(articles)),
        tuple(fact for fact in facts if isinstance(fact, Observation)),
        tuple(fact for fact in facts if isinstance(fact, Text)),
    )


def say_local_name(iri: str) -> str:
    """Return the last part of an IRI in words.

    >>> say_local_name("https://kg.example/concept/outputValue")
    'output value'
    """
    return _WORDS.sub(" ", re.split(r"[/#]", iri)[-1]).lower()


def make_edge(claim: Claim, target: str, label: str) -> Edge:
    """Return the edge of a claim; a label says at once that something is planned, a target or denied."""
    return Edge(
        id=claim.id,
        source=claim.subject,
        target=target,
        predicate=claim.predicate,
        label=label if claim.modality == "achieved" else f"{claim.modality}: {label}",
        article=claim.article,
        status=claim.status,
        modality=claim.modality,
        direct=is_asserted(claim),
        confidence=float(claim.confidence),
        quote=claim.quote,
        start=claim.start,
        end=claim.end,
        rule=claim.rule,
        value=claim.value,
        value_before=claim.value_before,
        unit=claim.unit,
        qualifier=claim.qualifier,
        period=claim.period,
        period_start=claim.period_start,
        period_end=claim.period_end,
    )


def make_observation(claim: Claim, label: str) -> Observation:
    """Return the measured value that a claim states."""
    return Observation(
        iri=claim.object,
        indicator=claim.predicate,
        label=label,
        value=claim.value,
        value_before=claim.value_before,
        unit=claim.unit,
        qualifier=claim.qualifier,
        qualifier_before=claim.qualifier_before,
        period=claim.period,
        period_start=claim.period_start,
        period_end=claim.period_end,
        scope=claim.scope,
        modality=claim.modality,
        status=claim.status,
        article=claim.article,
        claim=claim.id,
        reason=claim.reason,
    )


def make_text(claim: Claim, predicate: str, label: str, text: str) -> Text:
    """Return what a claim says in words."""
    return Text(predicate, label, text, claim.modality, claim.status, claim.article, claim.id)


def count_degrees(network: Network) -> Network:
    """Return the network with the degrees of its nodes, parallel edges counted each."""
    outgoing: dict[str, int] = {}
    incoming: dict[str, int] = {}
    for edge in network.edges:
        outgoing[edge.source] = outgoing.get(edge.source, 0) + 1
        incoming[edge.target] = incoming.get(edge.target, 0) + 1
    nodes = []
    for node in network.nodes:
        out, into = outgoing.get(node.id, 0), incoming.get(node.id, 0)
        nodes.append(node._replace(degree=out + into, in_degree=into, out_degree=out))
    return replace(network, nodes=tuple(nodes))


def edges_by_end(edges: Sequence[Edge]) -> dict[str, list[str]]:
    """Return the neighbours of each node, in the order of the edges, whatever their direction."""
    found: dict[str, list[str]] = {}
    for edge in edges:
        found.setdefault(edge.source, []).append(edge.target)
        found.setdefault(edge.target, []).append(edge.source)
    return found
