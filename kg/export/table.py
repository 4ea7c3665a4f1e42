"""CSV lists of nodes and edges, with the column names that Gephi looks for.

``net.csv`` becomes ``net.nodes.csv`` and ``net.edges.csv``. A text cell that a spreadsheet would run
as a formula gets ``'`` before it, which is told; ``--no-excel-guard`` leaves every cell exact.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from kg.export.base import Losses, Target
from kg.export.columns import EDGE_COLUMNS, NODE_COLUMNS, SHARED_COLUMNS, Cell, edge_cells, joined, node_cells, numbered
from kg.export.graphml import batched, format_cell
from kg.export.source import Source
from kg.export.text import clean

_FORMULA = re.compile(r"[\s\x00]*[=+\-@\t\r＝＋－＠]")
GUARDED = "text cells that a spreadsheet would run as a formula were written with ' before them"
Row = Sequence[Cell]
_CLAIM = len(SHARED_COLUMNS)
_EDGE_COLUMNS = (*EDGE_COLUMNS[1:_CLAIM], *EDGE_COLUMNS[_CLAIM + 1 :])


def write_csv(source: Source, target: Target) -> None:
    """Write the list of nodes and the list of edges, joined by ``Id``, ``Source`` and ``Target``."""
    network, losses = source.streamed, target.losses
    target.counts.update(nodes=len(network.nodes), edges=len(network.edges))
    numbers: dict[str, int] = {}
    guard = _make_guard(source.options.excel_guard, losses)
    node_head = ["Id", "Label", *(c.name for c in NODE_COLUMNS[2:]), "x", "y", "size", "color"]
    edge_head = ["Source", "Target", "Type", "Id", "Label", "Weight", *(c.name for c in _EDGE_COLUMNS)]
    nodes = (
        (node.id, (cells := node_cells(node, losses))[0], *cells[2:], node.x, node.y, node.size, node.color)
        for _, node in numbered(network.nodes, numbers, losses)
    )
    edges = (
        (
            edge.source,
            edge.target,
            "Directed",
            edge.id,
            (cells := edge_cells(edge, losses))[0],
            edge.weight,
            *cells[1:_CLAIM],
            *cells[_CLAIM + 1 :],
        )
        for *_, edge in joined(network.edges, numbers, losses)
    )
    for part, head, rows in (("nodes", node_head, nodes), ("edges", edge_head, edges)):
        with target.open(part) as stream:
            for data in batched(_lines(head, rows, guard)):
                stream.write(data)


def _make_guard(guarded: bool, losses: Losses) -> Callable[[Cell], str]:
    """Return what turns a cell into text: numbers as they are, texts clean and, if asked, guarded."""

    def as_text(cell: Cell) -> str:
        if cell is None:
            return ""
        if type(cell) is not str:
            return format_cell(cell)
        text = clean(cell, losses)
        if guarded and _FORMULA.match(text):
            losses.add(GUARDED, ascii(text[:40]))
            return "'" + text
        return text

    return as_text


def _lines(head: Sequence[str], rows: Iterable[Row], as_text: Callable[[Cell], str]) -> Iterator[str]:
    """Yield lines of CSV as RFC 4180 has it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(head)
    for row in rows:
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([as_text(cell) for cell in row])
    yield buffer.getvalue()
