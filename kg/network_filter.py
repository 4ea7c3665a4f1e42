"""Parts of a network: by class, predicate, status, modality, article, or around one thing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.concepts import MODALITIES, STATUSES
from kg.errors import ExportError
from kg.network import Edge, Network, Node, count_degrees, edges_by_end
from kg.thing_names import Names


@dataclass(frozen=True, slots=True)
class Filter:
    """What to keep; an empty field keeps all. ``predicates`` are short names, labels or IRIs."""

    classes: tuple[str, ...] = ()
    predicates: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    around: str = ""
    hops: int = 1

    def keeps_all(self) -> bool:
        """Return whether nothing is left out."""
        return self == Filter(hops=self.hops)


def filter_network(network: Network, wanted: Filter, names: Mapping[str, Names] | None = None) -> Network:
    """Return the part of the network that a filter keeps, with degrees counted anew.

    A node of another class goes with its edges. Of predicates, statuses, modalities and articles, the edges
    and observations that do not match go, and then the nodes that are left with nothing.
    Raises ``ExportError`` where a word of the filter matches nothing, and says what there is.
    """
    if wanted.keeps_all():
        return network
    _check_words(network, wanted)
    network = _filter_classes(network, wanted.classes)
    network = _filter_facts(network, wanted)
    if wanted.around:
        network = _filter_ego(network, find_node(network, wanted.around, names or {}), wanted.hops)
    return count_degrees(network)


def _check_words(network: Network, wanted: Filter) -> None:
    """Raise for the first word that nothing in the network has."""
    values = [value for node in network.nodes for value in node.observations]
    known = {
        "class": (wanted.classes, {node.kind for node in network.nodes}),
        "status": (wanted.statuses, set(STATUSES)),
        "modality": (wanted.modalities, set(MODALITIES)),
        "article": (wanted.articles, {name for node in network.nodes for name in node.articles}),
    }
    for what, (words, there) in known.items():
        for word in words:
            if word not in there:
                raise ExportError(f"no {what} {word!r} in the network", hint=suggest(word, there))
    predicates = {(edge.predicate, edge.label) for edge in network.edges}
    predicates |= {(value.indicator, value.label) for value in values}
    predicates |= {(text.predicate, text.label) for node in network.nodes for text in node.texts}
    for word in wanted.predicates:
        if not any(_is_predicate(*pair, (word,)) for pair in predicates):
            there = {_short(iri) for iri, _ in predicates}
            raise ExportError(f"no predicate {word!r} in the network", hint=suggest(word, there))


def suggest(word: str, there: Iterable[str]) -> str:
    """Return a hint: the closest of what there is, or all of it where that is little."""
    ordered = sorted(there)
    close = difflib.get_close_matches(word, ordered, n=3, cutoff=0.6)
    if close:
        return f"did you mean {', '.join(close)}?"
    more = f" and {len(ordered) - 20} more" if len(ordered) > 20 else ""
    return f"there are: {', '.join(ordered[:20])}{more}" if ordered else "the network is empty"


def _short(iri: str) -> str:
    return iri.replace("#", "/").rsplit("/", 1)[-1]


def _is_predicate(iri: str, label: str, words: tuple[str, ...]) -> bool:
    return any(word in (iri, label, _short(iri)) for word in words)


def _filter_classes(network: Network, classes: tuple[str, ...]) -> Network:
    if not classes:
        return network
    nodes = tuple(node for node in network.nodes if node.kind in classes)
    kept = {node.id for node in nodes}
    return Network(nodes, tuple(e for e in network.edges if e.source in kept and e.target in kept))


def _filter_facts(network: Network, wanted: Filter) -> Network:
    """Keep the facts that match, and the nodes that still have one."""

    def keep(predicate: str, label: str, status: str, modality: str, article: str) -> bool:
        return (
            (not wanted.predicates or _is_predicate(predicate, label, wanted.predicates))
            and (not wanted.statuses or status in wanted.statuses)
            and (not wanted.modalities or modality in wanted.modalities)
            and (not wanted.articles or article in wanted.articles)
        )

    if not (wanted.predicates or wanted.statuses or wanted.modalities or wanted.articles):
        return network
    edges = tuple(e for e in network.edges if keep(e.predicate, e.label, e.status, e.modality, e.article))
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    nodes: list[Node] = []
    for node in network.nodes:
        values = tuple(o for o in node.observations if keep(o.indicator, o.label, o.status, o.modality, o.article))
        texts = tuple(t for t in node.texts if keep(t.predicate, t.label, t.status, t.modality, t.article))
        if values or texts or node.id in ends:
            nodes.append(node._replace(observations=values, texts=texts))
    return Network(tuple(nodes), edges)


def find_node(network: Network, name: str, names: Mapping[str, Names]) -> str:
    """Return the id of the node that an IRI or any of its names means, whatever the case of letters.

    Raises ``ExportError`` where no node or more than one has the name.
    """
    folded = name.casefold().strip()
    found: dict[str, None] = {}
    for node in network.nodes:
        every = (node.id, node.label, node.label_en, node.label_zh, *names.get(node.id, Names()).every)
        if any(folded == text.casefold() for text in every):
            found[node.id] = None
    if len(found) == 1:
        return next(iter(found))
    if found:
        raise ExportError(f"{name!r} is the name of {len(found)} things", hint=f"say which: {', '.join(found)}")
    labels = [node.label for node in network.nodes]
    raise ExportError(f"no thing is called {name!r} in the network", hint=suggest(name, labels))


def _filter_ego(network: Network, start: str, hops: int) -> Network:
    """Keep what is at most ``hops`` edges from a node, and all edges between what is kept."""
    near = edges_by_end(network.edges)
    kept, border = {start}, [start]
    for _ in range(hops):
        border = [other for node in border for other in near.get(node, ()) if other not in kept]
        kept.update(border)
    nodes = tuple(node for node in network.nodes if node.id in kept)
    edges: tuple[Edge, ...] = tuple(e for e in network.edges if e.source in kept and e.target in kept)
    return Network(nodes, edges)
