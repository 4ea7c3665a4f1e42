"""Time and memory of the GraphML and GEXF writers beside networkx's and igraph's, on the same network.

    python tests/benchmarks/bench_export.py            100,000 edges, interleaved, medians of 3, CPU time
    python tests/benchmarks/bench_export.py --flat     1,000,000 edges from a generator, CPU time and peak memory

igraph writes no GEXF. The networks of all three hold the same attributes.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kg.export import Losses
from kg.export.columns import EDGE_COLUMNS, NODE_COLUMNS, edge_cells, node_cells
from kg.export.gexf import stream_gexf
from kg.export.graphml import stream_graphml
from kg.network import Edge, Node

BASE = "https://kg.example/id/"


def make_nodes(count: int) -> Iterator[Node]:
    """Yield nodes as articles give them, one in ten with a Chinese name."""
    for index in range(count):
        chinese = f"昌平园区{index}" if index % 10 == 0 else ""
        yield Node(f"{BASE}park/{index}", f"Park {index}", "Park", f"Park {index}", chinese, ("one",), degree=index)


def make_edges(count: int, nodes: int) -> Iterator[Edge]:
    """Yield edges with a quote each; one in five has a character that XML must escape."""
    for index in range(count):
        source, target = index % nodes, (index * 7 + 1) % nodes
        words = '"two zones" & more' if index % 5 == 0 else "in the field of advanced energy"
        yield Edge(
            f"{index:016x}",
            f"{BASE}park/{source}",
            f"{BASE}park/{target}",
            f"Park {source} lies, {words}, within Park {target}",
            index % 5000,
            index % 5000 + 60,
            "https://kg.example/ontology/within",
            "within",
            f"article-{index % 200}",
            "explicit",
            "achieved",
            True,
            0.8,
            "park-within-park",
        )


def write(stream: Callable[..., Iterator[bytes]], path: Path, nodes: Any, edges: Any) -> None:
    """Write a file by one of our writers."""
    with path.open("wb") as file:
        for part in stream(nodes, edges, Losses()):
            file.write(part)


def as_networkx(nodes: list[Node], edges: list[Edge]) -> Any:
    """Return the network with the same attributes, without the empty ones that networkx refuses."""
    import networkx as nx

    losses, graph = Losses(), nx.MultiDiGraph()
    for node in nodes:
        cells = zip(NODE_COLUMNS, node_cells(node, losses), strict=True)
        graph.add_node(node.id, **{c.name: v for c, v in cells if v is not None})
    for edge in edges:
        cells = zip(EDGE_COLUMNS, edge_cells(edge, losses), strict=True)
        # start and end are words of time for networkx's GEXF writer.
        data = {c.name + "_" * (c.name in ("start", "end")): v for c, v in cells if v is not None}
        graph.add_edge(edge.source, edge.target, **data)
    return graph


def as_igraph(nodes: list[Node], edges: list[Edge]) -> Any:
    """Return the network with the same attributes."""
    import igraph

    losses = Losses()
    number = {node.id: index for index, node in enumerate(nodes)}
    graph = igraph.Graph(len(nodes), [(number[e.source], number[e.target]) for e in edges], directed=True)
    for columns, records, rows in (
        (NODE_COLUMNS, graph.vs, [node_cells(node, losses) for node in nodes]),
        (EDGE_COLUMNS, graph.es, [edge_cells(edge, losses) for edge in edges]),
    ):
        for index, column in enumerate(columns):
            cells = [row[index] for row in rows]
            if any(cell is not None for cell in cells):
                records[column.name] = cells
    return graph


def compare(edge_count: int, rounds: int) -> None:
    """Print the medians of interleaved runs."""
    import networkx as nx

    nodes = list(make_nodes(edge_count // 10))
    edges = list(make_edges(edge_count, len(nodes)))
    graph, other = as_networkx(nodes, edges), as_igraph(nodes, edges)
    folder = Path(tempfile.mkdtemp())
    runs: dict[str, Callable[[], object]] = {
        "GraphML kg": lambda: write(stream_graphml, folder / "a.graphml", nodes, edges),
        "GraphML igraph": lambda: other.write_graphml(str(folder / "b.graphml")),
        "GraphML networkx": lambda: nx.write_graphml_xml(graph, folder / "c.graphml"),
        "GEXF kg": lambda: write(stream_gexf, folder / "a.gexf", nodes, edges),
        "GEXF networkx": lambda: nx.write_gexf(graph, folder / "c.gexf"),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    for name, found in times.items():
        median = statistics.median(found)
        ours = statistics.median(times[f"{name.split()[0]} kg"])
        rate = f"{edge_count / median:>10,.0f} edges/s"
        print(f"{name:<18} {edge_count:>9} edges {median:8.2f} s  {rate}  {median / ours:6.1f} x ours")


def flat(edge_count: int) -> None:
    """Print time and peak memory of edges that come from a generator: a tenth, then all of them."""
    nodes = list(make_nodes(1000))
    folder = Path(tempfile.mkdtemp())
    for name, stream in (("GraphML", stream_graphml), ("GEXF", stream_gexf)):
        for count in (edge_count // 10, edge_count):
            start = time.process_time()
            path = folder / f"flat.{name}"
            write(stream, path, nodes, make_edges(count, len(nodes)))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            seconds, size = time.process_time() - start, path.stat().st_size / 1e6
            print(f"{name:<8} {count:>9} edges {seconds:6.1f} s  {size:7.0f} MB  peak memory {peak:5.0f} MB")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flat", action="store_true")
    parser.add_argument("--edges", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.flat:
        flat(options.edges or 1_000_000)
    else:
        compare(options.edges or 100_000, options.rounds)


if __name__ == "__main__":
    main()
