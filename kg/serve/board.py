"""A board in memory that processes share: what each worker that answers connections is doing, and which were active.

Each place has one writer. It is read while it is written, so that what belongs together is one word of memory, which
the machine writes and reads whole: a state and since when are one time, above 0 (working), below (sending) or 0 (idle).
"""

from __future__ import annotations

import mmap
import os
from enum import IntEnum
from typing import NamedTuple

WORKERS = 64
LOANS = 2_048
"""Connections that may be lent at a time."""
_WORD = 8
_NUMBERS = WORKERS
_TIMES = _NUMBERS + WORKERS
_CHANGES = _TIMES + LOANS
_SIZE = _CHANGES + 1
"""Where each part begins, and where all ends, in words: states, connections, times of activity, changes."""


class State(IntEnum):
    """What a worker is doing with a connection."""

    IDLE = 0
    WORKING = 1
    """The request is read, but still in the connection: it can be answered by another."""
    SENDING = 2


class Notice(NamedTuple):
    """What a worker says of itself: its state, the number of the connection, since when (``time.monotonic``)."""

    state: int
    number: int
    since: float


class Board:
    """The board behind a file of memory, which is handed to workers by its number."""

    def __init__(self, file: int) -> None:
        self.file = file
        memory = memoryview(mmap.mmap(file, _SIZE * _WORD))
        # Items of such views are copied as whole words; ``struct`` would clear the place and write byte by byte.
        self._times = memory.cast("d")
        self._counts = memory.cast("q")

    @classmethod
    def make(cls) -> Board:
        """Return a new board on which all are idle."""
        file = os.memfd_create("kg-board")
        os.ftruncate(file, _SIZE * _WORD)
        return cls(file)

    def begin(self, place: int, number: int, since: float) -> None:
        """Say that the worker at a place has a request of a connection since a time above 0."""
        self._counts[_NUMBERS + place] = number
        self._times[place] = since

    def send(self, place: int, since: float) -> None:
        """Say that it sends the answer; ``since`` is when it began."""
        self._times[place] = -since

    def rest(self, place: int) -> None:
        """Say that it is idle."""
        self._times[place] = 0.0

    def read(self, place: int) -> Notice:
        """Return what the worker at a place last said."""
        since: float = self._times[place]
        if not since:
            return Notice(State.IDLE, 0, 0.0)
        return Notice(State.WORKING if since > 0 else State.SENDING, self._counts[_NUMBERS + place], abs(since))

    def touch(self, loan: int, when: float) -> None:
        """Note that a connection was active; ``loan`` counts from 0."""
        self._times[_TIMES + loan] = when

    def touched(self, loan: int) -> float:
        """Return when a connection was last active."""
        when: float = self._times[_TIMES + loan]
        return when

    def note_change(self) -> None:
        """Note that connections were handed over or ended: whoever knows them by number must look anew."""
        self._counts[_CHANGES] += 1

    def changes(self) -> int:
        """Return how often connections were handed over or ended."""
        number: int = self._counts[_CHANGES]
        return number
