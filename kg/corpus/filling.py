"""A new store being filled: a stretch at a time, by several threads, and counted.

Oxigraph's bulk load takes some 800 bytes a quad for as long as one call lasts, and one call uses one core. So it
is given short stretches, as many at once as there are workers: memory does not grow with the graph. The stretches
follow each other closely, since the store merges what two loads brought with all before it as soon as it finds time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from kg.corpus import place
from kg.corpus.totals import Totals
from kg.errors import StoreError
from kg.sorted_file import read_blocks, sort_blocks

STRETCH = 12 * 1024 * 1024
"""Bytes of N-Quads that are loaded at a time."""
MAX_THREADS = 4
"""So many stretches are loaded at once at most; each takes some 80 MB."""


class Filling:
    """A store in the staging folder, made of what is added to it, and the totals of that. Use as a context manager.

    Whatever goes wrong in a thread is raised by the call that comes next. Raises ``StoreError``.
    """

    def __init__(self, out: Path, base: str, workers: int) -> None:
        self.out = out
        with place.explained(out):
            self.staging = place.clear_staging(out)
            self._shared: BinaryIO = (self.staging / "shared").open("wb", buffering=1 << 20)
        self.totals = Totals(base)
        # One worker loads here and now, and uses no other core.
        self._threads = min(workers, MAX_THREADS) if workers > 1 else 0
        self._pool = ThreadPoolExecutor(max(1, self._threads))
        self._store: ox.Store | None = None
        self._running: deque[Future[None]] = deque()
        self._held: list[bytes] = []
        self._size = 0

    def __enter__(self) -> Filling:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store, whatever is in it."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._running.clear()
        self._store = None
        with suppress(OSError):  # what could not be written was told where it was written, or is not wanted any more
            self._shared.close()

    def add_article(self, lines: bytes) -> None:
        """Add the graph of an article: sorted N-Quads."""
        with place.explained(self.out):
            self._shared.write(self.totals.count_graph(lines))
            self._load(lines)

    def add(self, blocks: Iterable[bytes]) -> None:
        """Add N-Quads that stand in no article's graph."""
        with place.explained(self.out):
            for lines in blocks:
                self._shared.write(lines)
                self._load(lines)

    def put_in_order(self) -> None:
        """Have the store compacted, meanwhile where there are threads; what is added after is little beside the rest.

        A look-up asks each table that may hold what is looked for, and shapes and questions ask for millions.
        """
        with place.explained(self.out):
            self._hand_over()
            if self._store is None:
                return
            if not self._threads:
                _compact(self._store, (), self.staging)
                return
            # Behind the loads that are under way: a task that waits for them leaves a thread to each.
            self._running.append(self._pool.submit(_compact, self._store, tuple(self._running), self.staging))

    def finish(self) -> Totals:
        """Wait until all is in the store and on its way to the disk; return the totals."""
        with place.explained(self.out):
            self._hand_over()
            self._wait(0)
            if self._store is not None:
                with _explained(self.staging):
                    self._store.flush()
            self._shared.flush()
            self.close()
            shared = self.staging / "shared"
            self.totals.count_shared(sort_blocks(read_blocks(shared), self.staging))
            shared.unlink()
        return self.totals

    def _load(self, lines: bytes) -> None:
        self._held.append(lines)
        self._size += len(lines)
        if self._size >= STRETCH:
            self._hand_over()

    def _hand_over(self) -> None:
        stretch, self._held, self._size = b"".join(self._held), [], 0
        if not stretch:
            return
        if self._store is None:
            with _explained(self.staging):
                self._store = ox.Store(str(self.staging / "store"))
        if not self._threads:
            _bulk_load(self._store, stretch, self.staging)
            return
        self._wait(self._threads)
        self._running.append(self._pool.submit(_bulk_load, self._store, stretch, self.staging))

    def _wait(self, left: int) -> None:
        """Wait until no more than so many stretches are being loaded or wait for it."""
        while len(self._running) > left:
            self._running.popleft().result()


def _bulk_load(store: ox.Store, stretch: bytes, where: Path) -> None:
    with _explained(where):
        store.bulk_load(stretch, format=ox.RdfFormat.N_QUADS)


def _compact(store: ox.Store, loads: Iterable[Future[None]], where: Path) -> None:
    """Put all that is loaded in order, once it is loaded; what went wrong with a load is raised here as well."""
    for load in loads:
        load.result()
    with _explained(where):
        store.optimize()


@contextmanager
def _explained(where: Path) -> Iterator[None]:
    """Turn what the store raises into what a user can mend."""
    try:
        yield
    except SyntaxError as error:
        raise StoreError(f"not N-Quads: {error}", where=str(where)) from error
    except RuntimeError as error:
        raise OSError(str(error)) from error
