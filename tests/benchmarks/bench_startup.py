"""How long the tool takes to start, beside the least that it could: ``python -c "import click"``.

    python tests/benchmarks/bench_startup.py [--runs 15]

Each round runs every command once, so that what else the machine does falls on all of them; the table gives
medians. ``tests/test_startup.py`` holds the ratios with slack.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

BASE = 'python -c "import click"'


def make_commands(build: Path) -> dict[str, list[str]]:
    """Return the commands by the name that the table shows; the first is what the others are measured by."""
    kg = str(Path(sys.executable).with_name("kg"))
    start = [kg] if Path(kg).exists() else [sys.executable, "-m", "kg"]
    return {
        BASE: [sys.executable, "-c", "import click"],
        "kg --help": [*start, "--help"],
        "kg query --list": [*start, "query", "--list"],
        "kg query landing_rate": [*start, "query", "landing_rate", "--build", str(build)],
        "kg query -e ASK": [*start, "query", "-e", "ASK { ?s a rd:Park }", "--build", str(build)],
        "kg explain": [*start, "explain", "Xiaomi Phase II", "--build", str(build)],
        "kg claims": [*start, "claims", "--build", str(build)],
    }


def measure(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, float]:
    """Return the median seconds of each command over interleaved runs, after one that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if number:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in times.items()}


def make_build(folder: Path) -> Path:
    """Return a build of the shipped articles."""
    subprocess.run([sys.executable, "-m", "kg", "build", "--quiet", "--out", str(folder)], check=True)
    return folder


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure how long the tool takes to start.")
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        medians = measure(make_commands(make_build(Path(folder) / "build")), runs)
    print(f"| command | median of {runs}, ms | times the first |\n|---|---:|---:|")
    for name, seconds in medians.items():
        print(f"| `{name}` | {1000 * seconds:.0f} | {seconds / medians[BASE]:.2f} |")


if __name__ == "__main__":
    main()
