"""GraphML as a stream, in the form that the schema, Gephi, igraph, networkx and yEd all take.

Ids are short tokens and the IRI is an attribute; every key says whether it is of nodes or edges; a
cell that says nothing is left out. ``name`` repeats a node's label and ``interaction`` an edge's,
under the names that igraph and Cytoscape look for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from kg.export.base import Losses, Target
from kg.export.columns import (
    NODE_COLUMNS,
    OWN_COLUMNS,
    SHARED_COLUMNS,
    Cell,
    Column,
    joined,
    node_cells,
    numbered,
    shared_cells,
)
from kg.export.source import Source
from kg.export.text import escape_xml, is_plain
from kg.network import SHARED, Edge, Node

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""
TAIL = "</graph>\n</graphml>\n"
BATCH = 2000
"""Records that are joined before they are encoded and written."""

_NODES = (*NODE_COLUMNS, Column("name", "string"), Column("x", "double"), Column("y", "double"),
          Column("size", "double"), Column("color", "string"))  # fmt: skip
_SHARED = (*SHARED_COLUMNS, Column("interaction", "string"), Column("weight", "double"))
_EDGES = (*OWN_COLUMNS, *_SHARED)
KEPT = 2_000
"""Written forms of shared fields that are kept, for edges come article by article; then all are forgotten."""


def write_graphml(source: Source, target: Target) -> None:
    """Write the network as GraphML."""
    network = source.streamed
    target.counts.update(nodes=len(network.nodes), edges=len(network.edges))
    with target.open() as stream:
        for part in stream_graphml(network.nodes, network.edges, target.losses):
            stream.write(part)


def stream_graphml(nodes: Iterable[Node], edges: Iterable[Edge], losses: Losses) -> Iterator[bytes]:
    """Yield a GraphML file in parts; memory grows with the nodes and not with the edges."""
    yield HEAD.encode()
    yield "".join([*_keys("node", _NODES), *_keys("edge", _EDGES)]).encode()
    yield b'<graph id="network" edgedefault="directed">\n'
    numbers: dict[str, int] = {}
    write_node = _Record("node", _NODES, "</node>\n", losses)
    yield from batched(
        write_node(
            f'<node id="n{number}">',
            (*node_cells(node, losses), node.label, node.x, node.y, node.size, node.color),
        )
        for number, node in numbered(nodes, numbers, losses)
    )
    yield from batched(_edges(edges, numbers, losses))
    yield TAIL.encode()


def _edges(edges: Iterable[Edge], numbers: dict[str, int], losses: Losses) -> Iterator[str]:
    """Yield edges: what an edge has of its own, then what it shares, written once for all that share it."""
    write_shared = _Record("edge", _SHARED, "</edge>\n", losses)
    claim, quote, start_key, end_key = (_key("edge", column) for column in OWN_COLUMNS)
    kept: dict[tuple[object, ...], str] = {}
    for number, source, target, edge in joined(edges, numbers, losses):
        key = edge[SHARED:]
        shared = kept.get(key)
        if shared is None:
            if len(kept) >= KEPT:
                kept.clear()
            cells = shared_cells(edge, losses)
            shared = kept[key] = write_shared("", (*cells, cells[0], edge.weight))
        ident, words = edge.id, edge.quote
        if not is_plain(ident + words):
            ident, words = escape_xml(ident, losses), escape_xml(words, losses)
        head = f'<edge id="e{number}" source="n{source}" target="n{target}"><data key="{claim}">{ident}</data>'
        if words:
            yield (
                f'{head}<data key="{quote}">{words}</data><data key="{start_key}">{edge.start}</data>'
                f'<data key="{end_key}">{edge.end}</data>{shared}'
            )
        else:
            yield head + shared


def batched(records: Iterable[str]) -> Iterator[bytes]:
    """Yield records joined and encoded, many at a time."""
    records = iter(records)
    while batch := "".join(islice(records, BATCH)):
        yield batch.encode("utf-8", "replace")


def _key(kind: str, column: Column) -> str:
    """Return the id of a key: its name; with the kind where nodes and edges share the name."""
    shared = {c.name for c in _NODES} & {c.name for c in _EDGES}
    return f"{kind}_{column.name}" if kind == "edge" and column.name in shared else column.name


def _keys(kind: str, columns: Sequence[Column]) -> Iterator[str]:
    for column in columns:
        yield (f'<key id="{_key(kind, column)}" for="{kind}" attr.name="{column.name}" attr.type="{column.type}"/>\n')


class _Record:
    """Writes the cells of one kind of record; a template per set of cells that are there."""

    def __init__(self, kind: str, columns: Sequence[Column], close: str, losses: Losses) -> None:
        self.close = close
        self.parts = [f'<data key="{_key(kind, column)}">%s</data>' for column in columns]
        self.losses = losses
        self.templates: dict[tuple[bool, ...], str] = {}

    def __call__(self, start: str, cells: Sequence[Cell]) -> str:
        there = tuple([cell is not None for cell in cells])
        template = self.templates.get(there)
        if template is None:
            body = "".join(part for part, is_there in zip(self.parts, there, strict=True) if is_there)
            template = self.templates[there] = body + self.close
        texts = [cell if type(cell) is str else format_cell(cell) for cell in cells if cell is not None]
        # One search over all the texts of a record is far cheaper than one for each.
        if not is_plain("".join(texts)):
            texts = [escape_xml(text, self.losses) for text in texts]
        return start + template % tuple(texts)


def format_cell(cell: Cell) -> str:
    """Return a cell as XML Schema writes its type; a number that is not finite is no number.

    >>> [format_cell(c) for c in (True, 0.5, 3, "x")]
    ['true', '0.5', '3', 'x']
    """
    if cell is True:
        return "true"
    if cell is False:
        return "false"
    return cell if type(cell) is str else str(cell)
