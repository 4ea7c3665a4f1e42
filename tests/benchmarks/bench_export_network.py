"""Time and peak memory of ``kg export`` of a network from a store on disk, at three sizes.

    python tests/benchmarks/bench_export_network.py                  10,000, 100,000 and a million edges; prints a table
    python tests/benchmarks/bench_export_network.py --sizes 10000 100000
    python tests/benchmarks/bench_export_network.py --write          writes it into docs/performance.md

Each export is a process of its own, without layout: CPU time (user and system) and the most memory that was
resident.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from export_steps import run_export, run_main, run_make

SUFFIXES = (".graphml", ".gexf", ".cx2", ".csv")
SIZES = (10_000, 100_000, 1_000_000)


def make_store(folder: Path, edges: int) -> None:
    """Build a store whose network has about so many edges."""
    from network_maker import EDGES, lines

    from kg.store import build_store

    build_store(folder, lines(edges // EDGES))


def export(store: Path, out: Path) -> None:
    """Write one file and print edges, nodes, CPU seconds and MB of memory at most."""
    from bench_export import peak_memory
    from network_maker import BASE

    from kg.export import Options, Source, export_file
    from kg.store import open_store

    opened = open_store(store)
    start = time.process_time()
    report = export_file(Source(opened, BASE, options=Options(layout=False)), out)
    seconds = time.process_time() - start
    print(report.counts["edges"], report.counts["nodes"], f"{seconds:.2f} {peak_memory()}")


def make_table(sizes: tuple[int, ...], suffixes: tuple[str, ...]) -> str:
    """Measure and return the table of the page."""
    lines = ["| edges | nodes | format | CPU time | peak memory |", "|---:|---:|---|---:|---:|"]
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            store = Path(name) / "store"
            run_make(__file__, store, size)
            for suffix in suffixes:
                edges, nodes, seconds, peak = run_export(__file__, store, Path(name) / f"out{suffix}")
                lines.append(f"| {edges:,.0f} | {nodes:,.0f} | `{suffix}` | {seconds:.1f} s | {peak:.0f} MB |")
    return "\n".join(lines)


if __name__ == "__main__":
    choices = {"sizes": SIZES, "suffixes": SUFFIXES}
    run_main(__doc__, make_store, export, make_table, section="network-memory", choices=choices)
