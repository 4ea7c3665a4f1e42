"""A board in memory that processes share: what each worker that answers connections is doing, and which were active.

Each place has one writer; who reads it while it is written may see an old state, never a place of another worker.
"""

from __future__ import annotations

import mmap
import os
import struct
from enum import IntEnum
from typing import NamedTuple

_PLACE = struct.Struct("=iid")
_TIME = struct.Struct("=d")
_COUNT = struct.Struct("=Q")
WORKERS = 64
LOANS = 2_048
"""Connections that may be lent at a time."""
_TIMES = WORKERS * _PLACE.size
_CHANGES = _TIMES + LOANS * _TIME.size
_SIZE = _CHANGES + _COUNT.size


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
        self._memory = mmap.mmap(file, _SIZE)

    @classmethod
    def make(cls) -> Board:
        """Return a new board on which all are idle."""
        file = os.memfd_create("kg-board")
        os.ftruncate(file, _SIZE)
        return cls(file)

    def write(self, place: int, state: State, number: int = 0, since: float = 0.0) -> None:
        """Say what the worker at a place is doing."""
        _PLACE.pack_into(self._memory, place * _PLACE.size, state, number, since)

    def read(self, place: int) -> Notice:
        """Return what the worker at a place last said."""
        return Notice(*_PLACE.unpack_from(self._memory, place * _PLACE.size))

    def touch(self, loan: int, when: float) -> None:
        """Note that a connection was active; ``loan`` counts from 0."""
        _TIME.pack_into(self._memory, _TIMES + loan * _TIME.size, when)

    def touched(self, loan: int) -> float:
        """Return when a connection was last active."""
        when: float = _TIME.unpack_from(self._memory, _TIMES + loan * _TIME.size)[0]
        return when

    def note_change(self) -> None:
        """Note that connections were handed over or ended: whoever knows them by number must look anew."""
        _COUNT.pack_into(self._memory, _CHANGES, self.changes() + 1)

    def changes(self) -> int:
        """Return how often connections were handed over or ended."""
        number: int = _COUNT.unpack_from(self._memory, _CHANGES)[0]
        return number
