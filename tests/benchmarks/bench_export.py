"""Time and memory of the GraphML and GEXF writers beside networkx's and igraph's, on the same network.

    python tests/benchmarks/bench_export.py            100,000 edges, interleaved, medians of 3, CPU time
    python tests/benchmarks/bench_export.py --large    1,000,000 edges, each writer a process of its own, and its memory
    python tests/benchmarks/bench_export.py --write    both, written into docs/performance.md

igraph writes no GEXF. The networks of all three hold the same attributes. "Streamed" edges come from a
generator, whose time counts; the other writers are timed with the network ready in memory.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
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
Writing = Callable[[], object]


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


WRITERS = ("GraphML kg", "GraphML igraph", "GraphML networkx", "GEXF kg", "GEXF networkx")
STREAMED = ("GraphML kg streamed", "GEXF kg streamed")


def make_writers(names: tuple[str, ...], nodes: list[Node], edges: list[Edge], folder: Path) -> dict[str, Writing]:
    """Return what writes the network, by name, with the graph of each library ready."""
    import networkx as nx

    graph = as_networkx(nodes, edges) if any("networkx" in name for name in names) else None
    other = as_igraph(nodes, edges) if any("igraph" in name for name in names) else None
    count = len(edges)
    writers: dict[str, Writing] = {
        "GraphML kg": lambda: write(stream_graphml, folder / "a.graphml", nodes, edges),
        "GraphML igraph": lambda: other.write_graphml(str(folder / "b.graphml")),
        "GraphML networkx": lambda: nx.write_graphml_xml(graph, folder / "c.graphml"),
        "GEXF kg": lambda: write(stream_gexf, folder / "a.gexf", nodes, edges),
        "GEXF networkx": lambda: nx.write_gexf(graph, folder / "c.gexf"),
        "GraphML kg streamed": lambda: write(stream_graphml, folder / "d", nodes, make_edges(count, len(nodes))),
        "GEXF kg streamed": lambda: write(stream_gexf, folder / "d", nodes, make_edges(count, len(nodes))),
    }
    return {name: writers[name] for name in names}


def time_run(run: Writing) -> float:
    """Return the CPU seconds of a run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def compare(count: int, rounds: int) -> dict[str, tuple[float, str]]:
    """Return by writer the median CPU time of interleaved runs."""
    nodes = list(make_nodes(count // 10))
    with tempfile.TemporaryDirectory() as folder:
        runs = make_writers(WRITERS, nodes, list(make_edges(count, len(nodes))), Path(folder))
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                times[name].append(time_run(run))
    return {name: (statistics.median(found), "") for name, found in times.items()}


def measure_one(name: str, count: int) -> None:
    """Print the CPU time of one writer and the most memory that this process had resident."""
    nodes = list(make_nodes(1000 if name in STREAMED else count // 10))
    edges: Any = range(count) if name in STREAMED else list(make_edges(count, len(nodes)))
    with tempfile.TemporaryDirectory() as folder:
        seconds = time_run(make_writers((name,), nodes, edges, Path(folder))[name])
    print(seconds, peak_memory())


def peak_memory() -> int:
    """Return the most MB that this process had resident; what the system tells of a child may be its parent's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def compare_large(count: int, names: tuple[str, ...]) -> dict[str, tuple[float, str]]:
    """Return by writer its CPU time and the peak memory of its process."""
    found = {}
    for name in names:
        command = [sys.executable, __file__, "--one", name, "--edges", str(count)]
        seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        found[name] = (float(seconds), f"{int(peak):,} MB")
    return found


def as_table(found: dict[str, tuple[float, str]], count: int) -> str:
    """Return the rows of one size."""
    rows = []
    for name, (seconds, peak) in found.items():
        ratio = seconds / found[f"{name.split()[0]} kg"][0]
        rows.append(f"| {count:,} | {name} | {seconds:.2f} s | {count / seconds:,.0f} | {ratio:.1f} | {peak} |")
    return "\n".join(rows)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", default="")
    parser.add_argument("--edges", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.one:
        measure_one(options.one, options.edges)
        return
    tables = [
        "| edges | writer | CPU time | edges a second | times ours | peak memory |\n|---:|---|---:|---:|---:|---:|"
    ]
    if not options.large or options.write:
        tables.append(as_table(compare(options.edges or 100_000, options.rounds), options.edges or 100_000))
    if options.large or options.write:
        large = options.edges or 1_000_000
        tables.append(as_table(compare_large(large // 10, ("GraphML kg", "GEXF kg", *STREAMED)), large // 10))
        tables.append(as_table(compare_large(large, (*WRITERS, *STREAMED)), large))
    print("\n".join(tables))
    if options.write:
        from page import say_machine, write_section

        write_section("networks", f"{say_machine('networkx', 'igraph')}\n\n" + "\n".join(tables))


if __name__ == "__main__":
    main()
