"""Files of sorted records that memory need not hold: sorted, merged, searched, and patched without a rewrite.

Records are compared as bytes, which for UTF-8 is the order of code points.
"""

from __future__ import annotations

import heapq
import mmap
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from kg.errors import KgError

RUN_BYTES = 48 * 1024 * 1024
"""How much is sorted in memory at a time."""
FAN_IN = 24
"""How many files are merged at a time, so that a low limit of open files is enough."""
_CHUNK = 4 * 1024 * 1024
_MERGED_CHUNK = 256 * 1024
"""How much is read at a time of each file that is merged."""


def sort_blocks(blocks: Iterable[bytes], scratch: Path, *, run_bytes: int = RUN_BYTES) -> Iterator[bytes]:
    """Yield the lines of blocks in order, each with its line end, using files in ``scratch`` where they are many."""
    runs: list[Path] = []
    lines: list[bytes] = []
    size = 0
    for block in blocks:
        lines += block.splitlines(keepends=True)
        size += len(block)
        if size >= run_bytes:
            runs.append(_write_run(sorted(lines), scratch, len(runs)))
            lines, size = [], 0
    lines.sort()
    if not runs:
        yield from lines
        return
    runs.append(_write_run(lines, scratch, len(runs)))
    del lines
    number = len(runs)
    while len(runs) > FAN_IN:
        runs = [
            _write_run(merge_files(runs[at : at + FAN_IN]), scratch, number + at) for at in range(0, len(runs), FAN_IN)
        ]
        number += number
    yield from merge_files(runs)


def _write_run(lines: Iterable[bytes], scratch: Path, number: int) -> Path:
    path = scratch / f"run-{number}"
    with path.open("wb", buffering=_CHUNK) as stream:
        stream.writelines(lines)
    return path


def merge_files(paths: Sequence[Path]) -> Iterator[bytes]:
    """Yield the lines of sorted files in order, and take the files away."""
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("rb", buffering=_MERGED_CHUNK)) for path in paths]
        yield from heapq.merge(*streams)
    for path in paths:
        path.unlink()


def read_blocks(path: Path, size: int = _CHUNK) -> Iterator[bytes]:
    """Yield a file of lines in blocks of whole lines."""
    with path.open("rb") as stream:
        while block := stream.read(size):
            yield block + stream.readline()


@contextmanager
def explain_room(kind: type[KgError], what: str, size: str) -> Iterator[None]:
    """Turn an error of the system into one of a kind that says what failed, and how much room temporary files need."""
    try:
        yield
    except OSError as error:
        raise kind(
            f"{what}: {error.strerror or error}",
            where=tempfile.gettempdir(),
            hint=f"make room there, or name another folder in TMPDIR; it needs {size}",
        ) from error


class SortedFile:
    """A file of sorted records, searched by their keys without being read.

    ``separator`` ends in the first byte of the next record's line: a record starts one byte after the
    place where the separator is found. ``key`` gives the key of a record. Use as a context manager.
    """

    def __init__(
        self, path: Path, key: Callable[[bytes], bytes] = bytes, separator: bytes = b"\n", first: int = 0
    ) -> None:
        self.key = key
        self.separator = separator
        self.first = first
        self._stream = path.open("rb")
        self.size = path.stat().st_size
        self.map = mmap.mmap(self._stream.fileno(), 0, access=mmap.ACCESS_READ) if self.size else b""

    def __enter__(self) -> SortedFile:
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self.map, mmap.mmap):
            self.map.close()
        self._stream.close()

    def end_of(self, start: int) -> int:
        """Return where the record that starts at ``start`` ends."""
        found = self.map.find(self.separator, start)
        return self.size if found < 0 else found + 1

    def key_at(self, start: int) -> bytes:
        """Return the key of the record that starts at ``start``."""
        return self.key(self.map[start : self.end_of(start)])

    def seek(self, key: bytes, low: int | None = None) -> int:
        """Return where the first record starts whose key is not less than ``key``, at or after ``low``."""
        low, high = self.first if low is None else low, self.size
        while low < high:
            found = self.map.rfind(self.separator, low, (low + high) // 2)
            start = low if found < 0 else found + 1
            end = self.end_of(start)
            if self.key(self.map[start:end]) < key:
                low = end
            else:
                high = start
        return low

    def starting_with(self, prefix: bytes) -> Iterator[bytes]:
        """Yield the records that start with ``prefix``; their keys must be the records themselves."""
        at = self.seek(prefix)
        while at < self.size:
            end = self.end_of(at)
            record = self.map[at:end]
            if not record.startswith(prefix):
                return
            yield record
            at = end

    def around(self, record: bytes, prefix: bytes, reach: int) -> Iterator[bytes]:
        """Yield those records that start with ``prefix`` among so many before and after the place of a record.

        The record itself is one of them where it is there; its keys must be the records themselves.
        """
        place = at = self.seek(record)
        for _ in range(reach):
            if at <= self.first:
                break
            start = max(self.first, self.map.rfind(self.separator, self.first, at - 1) + 1)
            if not self.map[start:at].startswith(prefix):
                break
            at = start
        left = reach + (self.key_at(place) == record if place < self.size else 0)
        while at < self.size and (at < place or left):
            left -= at >= place
            end = self.end_of(at)
            found = self.map[at:end]
            if not found.startswith(prefix):
                return
            yield found
            at = end

    def patch(self, changes: Iterable[tuple[bytes, bytes]], stream: BinaryIO) -> None:
        """Write the file with other records: ``changes`` are (key, new record, empty for none) in order."""
        position = 0
        at = self.first
        for key, record in changes:
            at = self.seek(key, at)
            copy_range(self.map, position, at, stream)
            position = at
            if at < self.size and self.key_at(at) == key:
                position = self.end_of(at)
            stream.write(record)
            at = position
        copy_range(self.map, position, self.size, stream)


def copy_range(data: mmap.mmap | bytes, start: int, end: int, stream: BinaryIO) -> None:
    """Write a stretch of a mapped file, piece by piece."""
    for at in range(start, end, _CHUNK):
        stream.write(data[at : min(at + _CHUNK, end)])
