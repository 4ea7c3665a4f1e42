"""Time and peak memory of each RDF export at two sizes of a graph of the project's own kind.

    python tests/benchmarks/bench_export_rdf.py             100,000 and 1,000,000 quads; prints the table
    python tests/benchmarks/bench_export_rdf.py --write     writes it into docs/performance.md

Each export is a process of its own: CPU time (user and system) and the most memory that was resident.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

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


def measure(sizes: tuple[int, ...]) -> dict[str, list[tuple[float, ...]]]:
    """Return by suffix what ``export`` printed at each size."""
    import subprocess

    found: dict[str, list[tuple[float, ...]]] = {suffix: [] for suffix in SUFFIXES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in sizes:
            subprocess.run([sys.executable, __file__, "--make", str(folder / f"{size}"), str(size)], check=True)
            for suffix in SUFFIXES:
                command = [sys.executable, __file__, "--export", str(folder / f"{size}"), str(folder / f"out{suffix}")]
                text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found[suffix].append(tuple(map(float, text.split())))
                print(suffix, text.strip(), flush=True)
    return found


def as_table(found: dict[str, list[tuple[float, ...]]]) -> str:
    """Return the table of the page."""
    heads = [f"{row[0]:,.0f} quads: CPU time | peak memory" for row in next(iter(found.values()))]
    lines = [f"| format | {' | '.join(heads)} |", "|---|" + "---:|---:|" * len(heads)]
    for suffix, rows in found.items():
        lines.append(f"| `{suffix}` | " + " | ".join(f"{row[1]:.1f} s | {row[3]:.0f} MB" for row in rows) + " |")
    return "\n".join(lines)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--make", nargs=2)
    parser.add_argument("--export", nargs=2)
    given = parser.parse_args()
    if given.make:
        make_store(Path(given.make[0]), int(given.make[1]))
    elif given.export:
        export(*map(Path, given.export))
    else:
        table = as_table(measure(SIZES))
        print(table)
        if given.write:
            from page import say_machine, write_section

            write_section("rdf", f"{say_machine('pyoxigraph')}\n\n{table}")


if __name__ == "__main__":
    main()
