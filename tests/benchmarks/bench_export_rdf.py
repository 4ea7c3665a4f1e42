"""Time and peak memory of each RDF export at two sizes of a graph of the project's own kind.

    python tests/benchmarks/bench_export_rdf.py             100,000 and 1,000,000 quads; prints the table
    python tests/benchmarks/bench_export_rdf.py --write     writes it into docs/performance.md

Each export is a process of its own: CPU time (user and system) and the most memory that was resident.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from export_steps import run_export, run_main, run_make

SUFFIXES = (".nq", ".nt", ".ttl", ".trig", ".rdf", ".jsonld", ".rdf12.ttl")
SIZES = (100_000, 1_000_000)


def make_store(folder: Path, quads: int) -> None:
    """Build a store of about so many quads."""
    from graph_maker import article, lines

    from kg.store import build_store

    build_store(folder, lines(quads // sum(1 for _ in article(0))))


def export(store: Path, out: Path) -> None:
    """Write one file and print quads, CPU seconds, MB of the file and MB of memory."""
    from bench_export import peak_memory
    from graph_maker import BASE

    from kg.export import Source, export_file
    from kg.store import open_store

    opened = open_store(store)
    start = time.process_time()
    export_file(Source(opened, BASE), out)
    seconds = time.process_time() - start
    peak = peak_memory()
    print(f"{len(opened)} {seconds:.2f} {out.stat().st_size / 1e6:.1f} {peak:.0f}")


def make_table(sizes: tuple[int, ...], suffixes: tuple[str, ...]) -> str:
    """Measure and return the table of the page: a row for each format, two columns for each size."""
    found: dict[str, list[tuple[float, ...]]] = {suffix: [] for suffix in suffixes}
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            store = Path(name) / str(size)
            run_make(__file__, store, size)
            for suffix in suffixes:
                found[suffix].append(run_export(__file__, store, Path(name) / f"out{suffix}"))
    heads = [f"{row[0]:,.0f} quads: CPU time | peak memory" for row in next(iter(found.values()))]
    lines = [f"| format | {' | '.join(heads)} |", "|---|" + "---:|---:|" * len(heads)]
    for suffix, rows in found.items():
        lines.append(f"| `{suffix}` | " + " | ".join(f"{row[1]:.1f} s | {row[3]:.0f} MB" for row in rows) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    choices = {"sizes": SIZES, "suffixes": SUFFIXES}
    run_main(__doc__, make_store, export, make_table, section="rdf", choices=choices)
