"""Graphviz DOT and Pajek: text formats that hold less than the network, and say what they leave out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.export.base import Losses, Target
from kg.export.columns import EDGE_COLUMNS, NODE_COLUMNS, edge_cells, joined, node_cells, numbered
from kg.export.graphml import batched, format_cell
from kg.export.source import Source
from kg.export.text import clean, one_line
from kg.network import AnyNetwork, Node

_ENTITY = re.compile(r"&(?=#?\w+;)")
_LONGEST = 2000
_PIECES = re.compile(r"(?:\\.|[^\\]){1,2000}", re.DOTALL)
_DOUBLED = "backslashes were doubled: the format keeps them so outside labels"


# ---------------------------------------------------------------- DOT
def write_dot(source: Source, target: Target) -> None:
    """Write a digraph with every column as an attribute; all names and values are quoted."""
    network, losses = source.streamed, target.losses
    target.counts.update(nodes=len(network.nodes), edges=len(network.edges))
    with target.open() as stream:
        stream.write(b'digraph "network" {\ncharset="UTF-8"\nnode [shape=box style="filled,rounded"]\n')
        for part in batched(_dot_lines(network, losses)):
            stream.write(part)
        stream.write(b"}\n")


def _dot_lines(network: AnyNetwork, losses: Losses) -> Iterator[str]:
    numbers: dict[str, int] = {}
    node_names = [_dot_name(column.name) for column in NODE_COLUMNS]
    edge_names = [_dot_name(column.name) for column in EDGE_COLUMNS]
    for number, node in numbered(network.nodes, numbers, losses):
        parts = _dot_cells(node_names, node_cells(node, losses), losses)
        # Graphviz reads places in points of 1/72 inch.
        yield f'n{number} [{parts} pos="{node.x},{node.y}" fillcolor="{node.color}40" color="{node.color}"]\n'
    for _, start, end, edge in joined(network.edges, numbers, losses):
        parts = _dot_cells(edge_names, edge_cells(edge, losses), losses)
        yield f"n{start} -> n{end} [{parts}]\n"


def _dot_name(name: str) -> str:
    """Return a name that Graphviz gives no meaning of its own."""
    return name if name == "label" else f"kg_{name}"


def _dot_cells(names: list[str], cells: tuple[object, ...], losses: Losses) -> str:
    found = []
    for name, cell in zip(names, cells, strict=True):
        if cell is None:
            continue
        text = clean(format_cell(cell), losses)  # type: ignore[arg-type]
        if "\\" in text and name != "label":
            losses.add(_DOUBLED, ascii(text[:40]))
        found.append(f"{name}={_dot_quote(_dot_escape(text, name == 'label'))}")
    return " ".join(found)


def _dot_quote(text: str) -> str:
    """Return an escaped text in quotes; a long one in pieces, since Graphviz reads at most 16 kB in one."""
    if len(text) <= _LONGEST:
        return f'"{text}"'
    return " + ".join(f'"{piece}"' for piece in _PIECES.findall(text))


def _dot_escape(text: str, is_label: bool) -> str:
    """Return a text for a quoted string; in a label what looks like an entity is kept as it stands."""
    if is_label:
        text = _ENTITY.sub("&amp;", text)
    return text.replace("\\", "\\\\").replace('"', '\\"')


# ---------------------------------------------------------------- Pajek
def write_pajek(source: Source, target: Target) -> None:
    """Write a Pajek network: labels, places from 0 to 1, one list of arcs with weight and label.

    Vertices have unique labels, since readers take the label for the id.
    """
    network, losses = source.streamed, target.losses
    target.counts.update(nodes=len(network.nodes), edges=len(network.edges))
    numbers: dict[str, int] = {}
    frame, count = _Frame(), 0
    for _, node in numbered(network.nodes, {}, Losses()):
        frame.take_in(node)
        count += 1
    _note_columns(losses)
    with target.open() as stream:
        stream.write(f"*Vertices {count}\n".encode())
        nodes = (node for _, node in numbered(network.nodes, numbers, losses))
        for part in batched(_pajek_vertices(nodes, frame, losses)):
            stream.write(part)
        stream.write(b"*Arcs\n")
        arcs = (
            f'{start + 1} {end + 1} {edge.weight} l "{_pajek_text(edge.label, losses)}"\n'
            for _, start, end, edge in joined(network.edges, numbers, losses)
        )
        for part in batched(arcs):
            stream.write(part)


def _note_columns(losses: Losses) -> None:
    for kind, columns in (("nodes", NODE_COLUMNS), ("edges", EDGE_COLUMNS)):
        names = ", ".join(column.name for column in columns[1:])
        losses.add(f"columns of {kind}: the format holds only labels, places and weights", names, len(columns) - 1)


@dataclass(slots=True)
class _Frame:
    """The rectangle that all nodes lie in."""

    left: float = math.inf
    right: float = -math.inf
    low: float = math.inf
    high: float = -math.inf

    def take_in(self, node: Node) -> None:
        self.left, self.right = min(self.left, node.x), max(self.right, node.x)
        self.low, self.high = min(self.low, node.y), max(self.high, node.y)

    def place(self, node: Node) -> tuple[float, float]:
        """Return a node's place from 0 to 1, ``y`` growing downwards."""
        width, height = (self.right - self.left) or 1, (self.high - self.low) or 1
        return (node.x - self.left) / width, (self.high - node.y) / height


def _pajek_vertices(nodes: Iterable[Node], frame: _Frame, losses: Losses) -> Iterator[str]:
    seen: set[str] = set()
    counts: dict[str, int] = {}  # up to which number a label is taken
    for number, node in enumerate(nodes, 1):
        label = _pajek_text(node.label, losses) or node.id
        unique, count = label, counts.get(label, 1)
        while unique in seen:
            count += 1
            unique = f"{label} ({count})"
        if unique != label:
            counts[label] = count
            losses.add("labels that two nodes share got a number", label)
        seen.add(unique)
        x, y = frame.place(node)
        yield f'{number} "{unique}" {x:.4f} {y:.4f} 0.5\n'


def _pajek_text(text: str, losses: Losses) -> str:
    """Return a label without double quotes, which no reader of the format agrees on, on one line."""
    text = one_line(text, losses).strip()
    if '"' in text:
        losses.add("double quotes in labels were written as single ones", text)
    return text.replace('"', "'")
