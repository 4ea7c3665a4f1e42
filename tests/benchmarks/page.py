"""Tables that a benchmark measures, put in their place on ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
import resource
from importlib import metadata
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def say_machine(*libraries: str) -> str:
    """Return the machine, its load, and the versions that a table was measured with."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in libraries)
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return f"{platform.machine()}, {os.cpu_count()} cores ({load}), Python {platform.python_version()}, {versions}."


def peak_memory() -> float:
    """Return the most MB that this process, or one that it forked, has held.

    Linux's ``ru_maxrss`` of a process that was just started is at least what the process that started it held.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    status = Path("/proc/self/status")
    if not status.exists():
        return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    (held,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return max(children, int(held) / 1024)


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put a text between ``<!-- NAME -->`` and ``<!-- /NAME -->``; raise ``ValueError`` where they are not."""
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} has no place for {name}")
    page.write_text(f"{before}{start}{text.strip()}\n{end}{after}", encoding="utf-8")
