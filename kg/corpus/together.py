"""The traces of all articles in one sorted file, and what they say together: written whole, or patched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from kg.across.derive import Change, derive_all
from kg.across.settings import Settings
from kg.sorted_file import SortedFile, sort_blocks

FILE = "across.tsv"


def write_traces(staging: Path, traces: Iterable[bytes]) -> None:
    """Write the traces of all articles, sorted."""
    with (staging / FILE).open("wb", buffering=1 << 20) as stream:
        stream.writelines(sort_blocks(traces, staging))


def derive(staging: Path, settings: Settings, base: str) -> Iterator[bytes]:
    """Yield the N-Quads lines of what all articles say together, many at a time."""
    with SortedFile(staging / FILE) as file, (staging / FILE).open("rb") as lines:
        found = derive_all(lines, file, settings, base)
        while block := b"".join(islice(found, 4096)):
            yield block


def patch(
    old: Path, staging: Path, gone: Iterable[bytes], come: Iterable[bytes], settings: Settings, base: str
) -> tuple[set[bytes], set[bytes]]:
    """Write the traces with those of some articles changed; return the lines that they gave and those they give now."""
    was, now = ({line for block in blocks for line in block.splitlines(keepends=True)} for blocks in (gone, come))
    taken, brought = sorted(was - now), sorted(now - was)
    changes = sorted([(line, b"") for line in taken] + [(line, line) for line in brought])
    with SortedFile(old / FILE) as before:
        with (staging / FILE).open("wb") as stream:
            before.patch(changes, stream)
        with SortedFile(staging / FILE) as after:
            change = Change(taken, brought, settings, base)
            return change.derive(before, after)
