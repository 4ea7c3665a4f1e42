"""GEXF 1.3 as a stream, valid by the format's own RELAX NG schema, with colours, places and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from kg.export.base import Losses, Target
from kg.export.columns import (
    EDGE_COLUMNS,
    NODE_COLUMNS,
    SHARED_COLUMNS,
    Cell,
    Column,
    joined,
    node_cells,
    numbered,
    shared_cells,
)
from kg.export.graphml import KEPT, batched, format_cell
from kg.export.source import Source
from kg.export.text import escape_xml, is_plain, one_line
from kg.network import SHARED, Edge, Node

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
<meta>
<creator>kg</creator>
<description>Things as nodes, what articles say of them as edges, each edge with its quote</description>
</meta>
<graph defaultedgetype="directed">
"""
_TYPES = {"int": "integer"}


def write_gexf(source: Source, target: Target) -> None:
    """Write the network as GEXF 1.3."""
    network = source.streamed
    target.counts.update(nodes=len(network.nodes), edges=len(network.edges))
    with target.open() as stream:
        for part in stream_gexf(network.nodes, network.edges, target.losses):
            stream.write(part)


def stream_gexf(nodes: Iterable[Node], edges: Iterable[Edge], losses: Losses) -> Iterator[bytes]:
    """Yield a GEXF file in parts; memory grows with the nodes and not with the edges."""
    yield HEAD.encode()
    yield "".join([*_attributes("node", NODE_COLUMNS), *_attributes("edge", EDGE_COLUMNS)]).encode()
    yield b"<nodes>\n"
    numbers: dict[str, int] = {}
    values = _Values(losses)
    yield from batched(_node(number, node, values) for number, node in numbered(nodes, numbers, losses))
    yield b"</nodes>\n<edges>\n"
    yield from batched(_edges(edges, numbers, values))
    yield b"</edges>\n</graph>\n</gexf>\n"


def _attributes(kind: str, columns: Sequence[Column]) -> Iterator[str]:
    """Yield the declaration of columns; the label has its own place in the format."""
    yield f'<attributes class="{kind}">\n'
    for index, (name, type_) in enumerate(columns):
        if index:
            yield f'<attribute id="{index}" title="{name}" type="{_TYPES.get(type_, type_)}"/>\n'
    yield "</attributes>\n"


def _node(number: int, node: Node, values: _Values) -> str:
    cells = node_cells(node, values.losses)
    return (
        f'<node id="n{number}" label="{values.escape(cells[0])}">{values.write(cells)}{_colour(node.color)}'
        f'<viz:position x="{node.x}" y="{node.y}"/><viz:size value="{node.size}"/></node>\n'
    )


@cache
def _colour(text: str) -> str:
    """Return the element of a colour such as ``#0072B2``."""
    red, green, blue = (int(text[start : start + 2], 16) for start in (1, 3, 5))
    return f'<viz:color r="{red}" g="{green}" b="{blue}"/>'


def _edges(edges: Iterable[Edge], numbers: dict[str, int], values: _Values) -> Iterator[str]:
    """Yield edges: what an edge has of its own, and what it shares, written once for all that share it."""
    losses, first = values.losses, len(SHARED_COLUMNS)
    claim = f'<attvalue for="{first}" value="'
    quote, start, end = (f'"/><attvalue for="{first + index}" value="' for index in (1, 2, 3))
    kept: dict[tuple[object, ...], str] = {}
    for number, source, target, edge in joined(edges, numbers, losses):
        key = edge[SHARED:]
        shared = kept.get(key)
        if shared is None:
            if len(kept) >= KEPT:
                kept.clear()
            cells = shared_cells(edge, losses)
            label = values.escape(cells[0] or one_line(edge.predicate, losses))
            head = f'label="{label}" kind="{label}" weight="{edge.weight}">'
            shared = kept[key] = head + values.write(cells)[: -len("</attvalues>")]
        ident, words = edge.id, edge.quote
        if not is_plain(ident + words):
            ident, words = escape_xml(ident, losses), escape_xml(words, losses)
        head = f'<edge id="e{number}" source="n{source}" target="n{target}" {shared}'
        if words:
            yield f'{head}{claim}{ident}{quote}{words}{start}{edge.start}{end}{edge.end}"/></attvalues></edge>\n'
        else:
            yield f'{head}{claim}{ident}"/></attvalues></edge>\n'


class _Values:
    """Writes the cells of a record as ``attvalues``, all but the first, which is the label."""

    def __init__(self, losses: Losses) -> None:
        self.losses = losses
        self.templates: dict[tuple[bool, ...], str] = {}

    def escape(self, text: Cell) -> str:
        return escape_xml(str(text), self.losses)

    def write(self, cells: Sequence[Cell]) -> str:
        there = tuple([cell is not None for cell in cells])
        template = self.templates.get(there)
        if template is None:
            parts = [f'<attvalue for="{i}" value="%s"/>' for i, is_there in enumerate(there) if is_there and i]
            template = self.templates[there] = f"<attvalues>{''.join(parts)}</attvalues>"
        texts = [cell if type(cell) is str else format_cell(cell) for cell in cells[1:] if cell is not None]
        # One search over all the texts of a record is far cheaper than one for each.
        if not is_plain("".join(texts)):
            texts = [escape_xml(text, self.losses) for text in texts]
        return template % tuple(texts)
