"""An export's benchmark in steps, each a process of its own: make a store, export it and measure, print a table."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def run_make(file: str, store: Path, size: int) -> None:
    """Run the ``--make`` step of a benchmark's file."""
    subprocess.run([sys.executable, file, "--make", str(store), str(size)], check=True)


def run_export(file: str, store: Path, out: Path) -> tuple[float, ...]:
    """Run the ``--export`` step of a benchmark's file; return the numbers it prints, and show them."""
    command = [sys.executable, file, "--export", str(store), str(out)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print("".join(out.suffixes), text.strip(), flush=True)
    return tuple(map(float, text.split()))


def run_main(
    about: str,
    make_store: Callable[[Path, int], None],
    export: Callable[[Path, Path], None],
    make_table: Callable[..., str],
    *,
    section: str,
    choices: Mapping[str, tuple[Any, ...]],
) -> None:
    """Read the options and run the step they name; without one measure and print, with ``--write`` into the page.

    ``choices`` are what the table is made of, each an option of its own: ``--sizes``, ``--suffixes``.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--write", action="store_true", help=f"write the section {section} of docs/performance.md")
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--export", nargs=2, help=argparse.SUPPRESS)
    for name, default in choices.items():
        parser.add_argument(f"--{name}", nargs="*", type=type(default[0]), default=default)
    given = parser.parse_args()
    if given.make:
        make_store(Path(given.make[0]), int(given.make[1]))
    elif given.export:
        export(*map(Path, given.export))
    else:
        table = make_table(**{name: tuple(getattr(given, name)) for name in choices})
        print(table)
        if given.write:
            from page import say_machine, write_section

            write_section(section, f"{say_machine('pyoxigraph')}\n\n{table}")
