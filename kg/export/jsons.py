"""Networks as JSON: networkx's node-link form, Cytoscape JSON and Cytoscape's CX2.

One record a line, so that files are compared and streamed with ease. JSON holds control characters as
escapes; only lone surrogates, which no UTF-8 file can hold, are replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kg.export.base import Losses, Target
from kg.export.columns import EDGE_COLUMNS, NODE_COLUMNS, count_written, edge_cells, joined, node_cells, numbered
from kg.export.graphml import batched
from kg.export.source import Source
from kg.layout import class_colour
from kg.network import AnyNetwork, Edge, Node

_SURROGATES = re.compile("[\ud800-\udfff]")
_CX2_TYPES = {"int": "integer"}


def _dump(value: Any, losses: Losses) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if _SURROGATES.search(text):
        losses.add("characters that no such file can hold were replaced by U+FFFD", ascii(text[:40]))
        text = _SURROGATES.sub("\ufffd", text)
    return text


def _write(target: Target, head: str, parts: Iterable[Iterable[str]], between: Iterable[str], tail: str) -> None:
    """Write lists of records between fixed texts, a record a line."""
    with target.open() as stream:
        stream.write(head.encode())
        for records, end in zip(parts, between, strict=True):
            first = True
            for record in records:
                stream.write((record if first else ",\n" + record).encode())
                first = False
            stream.write(end.encode())
        stream.write(tail.encode())


def _count(network: AnyNetwork, target: Target) -> None:
    target.counts.update(nodes=len(network.nodes), edges=len(network.edges))


# ---------------------------------------------------------------- node-link
def write_node_link(source: Source, target: Target) -> None:
    """Write networkx's node-link JSON (``edges`` as its key, as networkx has it since 3.6).

    Nodes go by their IRI, edges by the id of their claim; measured values are objects.
    """
    network, losses = source.streamed, target.losses
    _count(network, target)
    numbers: dict[str, int] = {}
    nodes = (_dump(_node_object(node), losses) for _, node in numbered(network.nodes, numbers, losses))
    edges = (_dump(_edge_object(edge), losses) for _, _, _, edge in joined(network.edges, numbers, losses))
    head = '{"directed":true,"multigraph":true,"graph":{},"nodes":[\n'
    _write(target, head, (nodes, edges), ('\n],"edges":[\n', "\n]}\n"), "")


def _node_object(node: Node) -> dict[str, Any]:
    found = {name: value for name, value in node._asdict().items() if value not in ("", ())}
    found["class"] = found.pop("kind")
    for name in ("observations", "texts"):
        if name in found:
            found[name] = [{k: v for k, v in item._asdict().items() if v} for item in found[name]]
    return found


def _edge_object(edge: Edge) -> dict[str, Any]:
    found = {name: value for name, value in edge._asdict().items() if value != ""}
    found["key"] = found.pop("id")
    return found


# ---------------------------------------------------------------- Cytoscape JSON
def write_cyjs(source: Source, target: Target) -> None:
    """Write Cytoscape JSON: ids are strings, positions are given, ``name`` and ``interaction`` are set."""
    network, losses = source.streamed, target.losses
    _count(network, target)
    numbers: dict[str, int] = {}
    about = {
        "format_version": "1.0",
        "generated_by": "kg",
        "directed": True,
        "multigraph": True,
        "data": {"name": source.options.title or "kg"},
    }
    head = _dump(about, losses)[:-1] + ',"elements":{"nodes":[\n'
    _write(
        target,
        head,
        (_cyjs_nodes(network, numbers, losses), _cyjs_edges(network, numbers, losses)),
        ('\n],"edges":[\n', "\n]}}\n"),
        "",
    )


def _cyjs_nodes(network: AnyNetwork, numbers: dict[str, int], losses: Losses) -> Iterator[str]:
    for number, node in numbered(network.nodes, numbers, losses):
        cells = zip(NODE_COLUMNS, node_cells(node, losses), strict=True)
        data = {column.name: cell for column, cell in cells if cell is not None}
        data = {"id": f"n{number}", "name": data["label"], **data, "color": node.color, "size": node.size}
        yield _dump({"data": data, "position": {"x": node.x, "y": -node.y}}, losses)


def _cyjs_edges(network: AnyNetwork, numbers: dict[str, int], losses: Losses) -> Iterator[str]:
    for number, source, end, edge in joined(network.edges, numbers, losses):
        cells = zip(EDGE_COLUMNS, edge_cells(edge, losses), strict=True)
        data = {column.name: cell for column, cell in cells if cell is not None}
        ends = {"id": f"e{number}", "source": f"n{source}", "target": f"n{end}"}
        yield _dump({"data": {**ends, "interaction": data.get("label", ""), **data, "weight": edge.weight}}, losses)


# ---------------------------------------------------------------- CX2
def write_cx2(source: Source, target: Target) -> None:
    """Write CX2, Cytoscape's own format: declared columns, whole numbers as ids, a small style."""
    network = source.streamed
    _count(network, target)
    kinds = sorted({node.kind for node in network.nodes})
    with target.open() as stream:
        for part in stream_cx2(
            network.nodes, network.edges, count_written(network), kinds, target.losses, title=source.options.title
        ):
            stream.write(part)


def stream_cx2(
    nodes: Iterable[Node],
    edges: Iterable[Edge],
    counts: tuple[int, int],
    kinds: Sequence[str],
    losses: Losses,
    *,
    title: str = "",
) -> Iterator[bytes]:
    """Yield a CX2 file in parts; memory grows with the nodes and not with the edges.

    The format has the ``counts`` of nodes and edges, and the style its ``kinds`` of nodes, before them.
    """
    declared = [{"networkAttributes": {"name": {"d": "string"}}, "nodes": _declare(True), "edges": _declare(False)}]
    counted = {"attributeDeclarations": 1, "networkAttributes": 1, "nodes": counts[0], "edges": counts[1]}
    counted["visualProperties"] = 1
    head = ",\n".join(
        _dump(aspect, losses)
        for aspect in (
            {"CXVersion": "2.0", "hasFragments": False},
            {"metaData": [{"name": name, "elementCount": count} for name, count in counted.items()]},
            {"attributeDeclarations": declared},
            {"networkAttributes": [{"name": title or "kg"}]},
        )
    )
    numbers: dict[str, int] = {}
    yield f'[\n{head},\n{{"nodes":[\n'.encode()
    yield from batched(_separated(_cx2_nodes(nodes, numbers, losses)))
    yield b'\n]},\n{"edges":[\n'
    yield from batched(_separated(_cx2_edges(edges, numbers, counts[0], losses)))
    style = _dump({"visualProperties": [_style(kinds)]}, losses)
    yield f'\n]}},\n{style},\n{{"status":[{{"success":true}}]}}\n]\n'.encode()


def _separated(records: Iterable[str]) -> Iterator[str]:
    """Yield records with a comma and a line end before each but the first."""
    between = ""
    for record in records:
        yield between + record
        between = ",\n"


def _declare(nodes: bool) -> dict[str, dict[str, str]]:
    columns = NODE_COLUMNS if nodes else EDGE_COLUMNS
    found = {column.name: {"d": _CX2_TYPES.get(column.type, column.type)} for column in columns}
    found["name" if nodes else "interaction"] = {"d": "string"}
    return found


def _cx2_nodes(nodes: Iterable[Node], numbers: dict[str, int], losses: Losses) -> Iterator[str]:
    for number, node in numbered(nodes, numbers, losses):
        cells = zip(NODE_COLUMNS, node_cells(node, losses), strict=True)
        values = {column.name: cell for column, cell in cells if cell is not None}
        values["name"] = values["label"]
        yield _dump({"id": number, "x": node.x, "y": -node.y, "v": values}, losses)


def _cx2_edges(edges: Iterable[Edge], numbers: dict[str, int], first: int, losses: Losses) -> Iterator[str]:
    # Edges are numbered on from the nodes: readers that draw with cytoscape.js keep both in one table by id.
    for number, source, end, edge in joined(edges, numbers, losses):
        cells = zip(EDGE_COLUMNS, edge_cells(edge, losses), strict=True)
        values = {column.name: cell for column, cell in cells if cell is not None}
        values["interaction"] = values.get("label", "")
        yield _dump({"id": first + number, "s": source, "t": end, "v": values}, losses)


def _style(kinds: Sequence[str]) -> dict[str, Any]:
    """Return the style: names as labels, a colour for each class, arrows."""
    colours = [{"v": kind, "vp": class_colour(kind)} for kind in kinds]
    return {
        "default": {
            "network": {"NETWORK_BACKGROUND_COLOR": "#FFFFFF"},
            "node": {"NODE_SHAPE": "ellipse", "NODE_WIDTH": 24, "NODE_HEIGHT": 24},
            "edge": {"EDGE_TARGET_ARROW_SHAPE": "triangle", "EDGE_LINE_COLOR": "#999999"},
        },
        "nodeMapping": {
            "NODE_LABEL": {"type": "PASSTHROUGH", "definition": {"attribute": "name", "type": "string"}},
            "NODE_BACKGROUND_COLOR": {
                "type": "DISCRETE",
                "definition": {"attribute": "class", "map": colours, "type": "string"},
            },
        },
        "edgeMapping": {"EDGE_LABEL": {"type": "PASSTHROUGH", "definition": {"attribute": "label", "type": "string"}}},
    }
