"""The graph as Turtle for people, made of its sorted N-Quads: one block a subject, never the whole in memory.

All prefixes stand at the head, used or not, so that a change of one block leaves the rest as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from kg.sorted_file import SortedFile
from kg.turtle import Shortener, split_quad

PIECE = 16 * 1024 * 1024
"""How much of the N-Quads one process turns into Turtle at a time."""


def head(prefixes: Mapping[str, str]) -> bytes:
    """Return the lines of the prefixes."""
    return "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in sorted(prefixes)).encode()


def subject_of(line: bytes) -> bytes:
    """Return the subject of an N-Quads line."""
    return line[: line.index(b" ")]


def format_block(lines: Iterable[bytes], short: Shortener, left_out: bytes) -> bytes:
    """Return the block of one subject with an empty line before it; empty where nothing is to be said.

    What only the graph ``left_out`` says is not said; what two graphs say stands once.
    """
    properties: dict[str, dict[str, None]] = {}
    subject = ""
    for line in lines:
        if line.endswith(left_out):
            continue
        subject, predicate, term, _ = split_quad(line[:-1].decode())
        properties.setdefault(predicate, {})[term] = None
    return b"\n" + short.block(subject, properties).encode() if properties else b""


def format_blocks(lines: Iterable[bytes], prefixes: Mapping[str, str], left_out: bytes) -> Iterator[bytes]:
    """Yield the blocks of sorted lines."""
    short = Shortener(prefixes)
    for _, group in groupby(lines, subject_of):
        block = format_block(group, short, left_out)
        short.seen.clear() if len(short.seen) > 200_000 else None
        if block:
            yield block


def split_file(path: Path, size: int = PIECE) -> list[tuple[int, int]]:
    """Return stretches of a sorted N-Quads file that end between two subjects."""
    stretches: list[tuple[int, int]] = []
    with SortedFile(path) as file:
        start = 0
        while start < file.size:
            end = file.size
            if start + size < file.size:
                last = subject_of(file.map[(at := _line_start(file, start + size)) : file.end_of(at)])
                end = file.seek(last + b"!", at)  # "!" is what follows the space after the subject
            stretches.append((start, end))
            start = end
    return stretches


def _line_start(file: SortedFile, place: int) -> int:
    return file.map.rfind(b"\n", 0, place) + 1


def write_stretch(job: tuple[Path, tuple[int, int], Path, Mapping[str, str], bytes]) -> Path:
    """Write the blocks of one stretch of an N-Quads file; return where."""
    path, (start, end), out, prefixes, left_out = job
    with path.open("rb") as stream, out.open("wb") as written:
        stream.seek(start)
        written.writelines(format_blocks(_lines_until(stream, end - start), prefixes, left_out))
    return out


def _lines_until(stream: Iterable[bytes], size: int) -> Iterator[bytes]:
    for line in stream:
        if size <= 0:
            return
        size -= len(line)
        yield line


def open_blocks(path: Path, prefixes: Mapping[str, str]) -> SortedFile:
    """Return a Turtle file that ``format_blocks`` made as records by subject."""

    def key(record: bytes) -> bytes:
        term = record[1 : record.index(b" ")]
        if term.startswith(b"<"):
            return term
        prefix, _, local = term.decode().partition(":")
        return f"<{prefixes[prefix]}{local}>".encode()

    return SortedFile(path, key, b"\n\n", first=len(head(prefixes)))
