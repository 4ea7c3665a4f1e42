"""A board in memory that processes share: what each worker that answers connections is doing, and which were active.

Each place has one writer. It is read while it is written, so that what belongs together is one word of memory, which
the machine writes and reads whole: a state and since when are one time, above 0 (working), below (sending) or 0 (idle).
What a worker has in hand is there too, so that it outlives the worker: the request, and lines that are to be logged.
"""

from __future__ import annotations

import mmap
import os
from enum import IntEnum
from typing import NamedTuple

WORKERS = 64
LOANS = 2_048
"""Connections that may be lent at a time."""
REQUEST_ROOM = (16 << 10) + 8
"""Bytes that a worker reads of a request at a time."""
LINES_ROOM = 8 << 10
"""Bytes of lines that a worker may have in hand."""
_WORD = 8
_NUMBERS = WORKERS
_TIMES = _NUMBERS + WORKERS
_CHANGES = _TIMES + LOANS
_NOTED = _CHANGES + 1
_DESKS = _NOTED + WORKERS
_DESK = (REQUEST_ROOM + LINES_ROOM) // _WORD
_SIZE = _DESKS + WORKERS * _DESK
"""Where each part begins, and where all ends, in words: states, connections, times of activity, changes, bytes of
lines, and what each worker has in hand."""


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


class Desk(NamedTuple):
    """What a worker writes for each request, as views of memory: to set an item of one costs less than a call."""

    state: memoryview[float]
    """One time, as ``Board.read`` takes it."""
    number: memoryview
    active: memoryview[float]
    """The times of activity of all connections, counted from 0."""
    request: memoryview
    """The request that was read from a connection and is not answered yet; it begins with 0 where there is none."""
    lines: memoryview
    noted: memoryview
    """How many bytes of lines there are."""
    changes: memoryview
    """What ``Board.changes`` returns; only to be read."""


class Board:
    """The board behind a file of memory, which is handed to workers by its number."""

    def __init__(self, file: int) -> None:
        self.file = file
        self._bytes = memory = memoryview(mmap.mmap(file, _SIZE * _WORD))
        # Items of such views are copied as whole words; ``struct`` would clear the place and write byte by byte.
        self._times = memory.cast("d")
        self._counts = memory.cast("q")

    @classmethod
    def make(cls) -> Board:
        """Return a new board on which all are idle."""
        file = os.memfd_create("kg-board")
        os.ftruncate(file, _SIZE * _WORD)
        return cls(file)

    def desk(self, place: int) -> Desk:
        """Return what the worker at a place writes for each request."""
        start = (_DESKS + place * _DESK) * _WORD
        lines = start + REQUEST_ROOM
        return Desk(
            state=self._times[place : place + 1],
            number=self._counts[_NUMBERS + place : _NUMBERS + place + 1],
            active=self._times[_TIMES:_CHANGES],
            request=self._bytes[start:lines],
            lines=self._bytes[lines : lines + LINES_ROOM],
            noted=self._counts[_NOTED + place : _NOTED + place + 1],
            changes=self._counts[_CHANGES:_NOTED],
        )

    def begin(self, place: int, number: int, since: float) -> None:
        """Say that the worker at a place has a request of a connection since a time above 0.

        A worker that is quick writes the same words by its ``desk``.
        """
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

    def read_lines(self, place: int) -> bytes:
        """Return the lines that the worker at a place has in hand."""
        desk = self.desk(place)
        return bytes(desk.lines[: desk.noted[0]])

    def clear(self, place: int) -> None:
        """Make a place ready for another worker."""
        self.rest(place)
        desk = self.desk(place)
        desk.noted[0] = desk.request[0] = 0

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
