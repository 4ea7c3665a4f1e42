"""The flat columns of nodes and edges, for formats that hold tables of attributes.

A column has one type in every row; a cell that says nothing is ``None`` and is not written, so that
what is missing reads as missing and never as 0 or an empty text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from kg.export.base import Losses
from kg.export.network_files import StoredEdges, StoredNodes
from kg.export.text import one_line
from kg.network import AnyNetwork, Edge, Node

Cell: TypeAlias = "str | int | float | bool | None"


class Column(NamedTuple):
    """A column: its name, its type (``string``, ``int``, ``double`` or ``boolean``)."""

    name: str
    type: str


NODE_COLUMNS: tuple[Column, ...] = (
    Column("label", "string"),
    Column("iri", "string"),
    Column("class", "string"),
    Column("label_en", "string"),
    Column("label_zh", "string"),
    Column("articles", "string"),
    Column("values", "string"),
    Column("missing_values", "int"),
    Column("statements", "string"),
    Column("degree", "int"),
    Column("in_degree", "int"),
    Column("out_degree", "int"),
    Column("pagerank", "double"),
    Column("betweenness", "double"),
    Column("community", "int"),
)
OWN_COLUMNS: tuple[Column, ...] = (
    Column("claim", "string"),
    Column("quote", "string"),
    Column("start", "int"),
    Column("end", "int"),
)
SHARED_COLUMNS: tuple[Column, ...] = (
    Column("label", "string"),
    Column("predicate", "string"),
    Column("article", "string"),
    Column("status", "string"),
    Column("modality", "string"),
    Column("direct", "boolean"),
    Column("confidence", "double"),
    Column("rule", "string"),
    Column("value", "string"),
    Column("value_before", "string"),
    Column("unit", "string"),
    Column("qualifier", "string"),
    Column("period", "string"),
    Column("period_start", "string"),
    Column("period_end", "string"),
)
EDGE_COLUMNS: tuple[Column, ...] = (*SHARED_COLUMNS, *OWN_COLUMNS)
"""``value`` is text: a decimal as the claim states it, exact where a double would not be."""


def node_cells(node: Node, losses: Losses) -> tuple[Cell, ...]:
    """Return the cells of a node, in the order of ``NODE_COLUMNS``."""
    return (
        one_line(node.label, losses) or node.id,
        node.id,
        node.kind,
        node.label_en or None,
        node.label_zh or None,
        node.articles[0] if len(node.articles) == 1 else "; ".join(node.articles) or None,
        "; ".join([value.as_text() for value in node.observations]) if node.observations else None,
        sum(not value.value for value in node.observations) if node.observations else 0,
        "; ".join([text.as_text() for text in node.texts]) if node.texts else None,
        node.degree,
        node.in_degree,
        node.out_degree,
        node.pagerank,
        node.betweenness,
        node.community,
    )


def shared_cells(edge: Edge, losses: Losses) -> tuple[Cell, ...]:
    """Return the cells that many edges share, in the order of ``SHARED_COLUMNS``."""
    return (
        one_line(edge.label, losses) or None,
        edge.predicate or None,
        edge.article or None,
        edge.status or None,
        edge.modality or None,
        edge.direct,
        edge.confidence,
        edge.rule or None,
        edge.value or None,
        edge.value_before or None,
        edge.unit or None,
        edge.qualifier or None,
        edge.period or None,
        edge.period_start or None,
        edge.period_end or None,
    )


def edge_cells(edge: Edge, losses: Losses) -> tuple[Cell, ...]:
    """Return the cells of an edge, in the order of ``EDGE_COLUMNS``."""
    own = (edge.quote, edge.start, edge.end) if edge.quote else (None, None, None)
    return (*shared_cells(edge, losses), edge.id, *own)


def numbered(nodes: Iterable[Node], numbers: dict[str, int], losses: Losses) -> Iterator[tuple[int, Node]]:
    """Yield each node with its number from 0, and fill ``numbers`` by id.

    A node whose id is empty or taken is left out and noted. Edges that know the numbers of their nodes
    (``kg.export.network_files``) come with nodes that need no such search, and ``numbers`` stays empty.
    """
    if isinstance(nodes, StoredNodes):
        yield from enumerate(nodes)
        return
    for node in nodes:
        if not node.id or node.id in numbers:
            losses.add("nodes with an id that is empty or taken were left out", node.id)
            continue
        number = numbers[node.id] = len(numbers)
        yield number, node


def count_written(network: AnyNetwork) -> tuple[int, int]:
    """Return how many nodes ``numbered`` and how many edges ``joined`` will yield."""
    if isinstance(network.nodes, StoredNodes):
        return len(network.nodes), len(network.edges)
    ids = {node.id for node in network.nodes if node.id}
    return len(ids), sum(edge.source in ids and edge.target in ids for edge in network.edges)


def joined(edges: Iterable[Edge], numbers: Mapping[str, int], losses: Losses) -> Iterator[tuple[int, int, int, Edge]]:
    """Yield (number, source, target, edge); an edge without both ends is left out and noted."""
    if isinstance(edges, StoredEdges):
        for count, (first, second, edge) in enumerate(edges.numbered_ends()):
            yield count, first, second, edge
        return
    count = 0
    for edge in edges:
        source, target = numbers.get(edge.source), numbers.get(edge.target)
        if source is None or target is None:
            losses.add("edges whose ends are not nodes were left out", edge.id)
            continue
        yield count, source, target, edge
        count += 1
