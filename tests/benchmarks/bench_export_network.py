"""Time and peak memory of ``kg export`` of a network from a store on disk, at three sizes.

    python tests/benchmarks/bench_export_network.py                  10,000, 100,000 and a million edges; prints a table
    python tests/benchmarks/bench_export_network.py --sizes 10000 100000
    python tests/benchmarks/bench_export_network.py --write          writes it into docs/performance.md

Each export is a process of its own, without layout: CPU time (user and system) and the most memory that was
resident.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUFFIXES = (".graphml", ".gexf", ".cx2", ".csv")
SIZES = (10_000, 100_000, 1_000_000)


def make_store(folder: Path, edges: int) -> None:
    """Build a store whose network has about so many edges."""
    from network_maker import EDGES, lines

    from kg.store import build_store

    build_store(folder, lines(edges // EDGES))


def export(store: Path, out: Path) -> None:
    """Write one file and print edges, nodes, CPU seconds, MB of memory before and at most."""
    from bench_export import peak_memory
    from network_maker import BASE

    from kg.export import Options, Source, export_file
    from kg.store import open_store

    opened = open_store(store)
    start = time.process_time()
    report = export_file(Source(opened, BASE, options=Options(layout=False)), out)
    seconds = time.process_time() - start
    print(report.counts["edges"], report.counts["nodes"], f"{seconds:.2f} {peak_memory()}")


def measure(sizes: tuple[int, ...], suffixes: tuple[str, ...]) -> list[tuple[int, str, tuple[float, ...]]]:
    """Return size, suffix and what ``export`` printed."""
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            subprocess.run([sys.executable, __file__, "--make", str(folder / "store"), str(size)], check=True)
            for suffix in suffixes:
                command = [sys.executable, __file__, "--export", str(folder / "store"), str(folder / f"out{suffix}")]
                text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found.append((size, suffix, tuple(map(float, text.split()))))
                print(size, suffix, text.strip(), flush=True)
    return found


def as_table(found: list[tuple[int, str, tuple[float, ...]]]) -> str:
    """Return the table of the page."""
    lines = ["| edges | nodes | format | CPU time | peak memory |", "|---:|---:|---|---:|---:|"]
    for _, suffix, (edges, nodes, seconds, peak) in found:
        lines.append(f"| {edges:,.0f} | {nodes:,.0f} | `{suffix}` | {seconds:.1f} s | {peak:.0f} MB |")
    return "\n".join(lines)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--suffixes", nargs="*", default=SUFFIXES)
    parser.add_argument("--make", nargs=2)
    parser.add_argument("--export", nargs=2)
    given = parser.parse_args()
    if given.make:
        make_store(Path(given.make[0]), int(given.make[1]))
    elif given.export:
        export(*map(Path, given.export))
    else:
        table = as_table(measure(tuple(given.sizes), tuple(given.suffixes)))
        print(table)
        if given.write:
            from page import say_machine, write_section

            write_section("network-memory", f"{say_machine('pyoxigraph')}\n\n{table}")


if __name__ == "__main__":
    main()
