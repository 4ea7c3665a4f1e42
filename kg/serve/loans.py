"""Connections lent to workers: a client that keeps its connection is answered by the process that evaluates its query.

The server keeps every connection too. It sees on a board what each worker does, ends one that takes too long,
and then answers in its place; it takes connections back when no worker is free, when their next request is not
plain, and when they are idle. How the kernel hands a connection to one worker is told in ``kg.serve.direct``.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import select
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Protocol

from kg.serve.board import LOANS, Board, Notice, State
from kg.serve.direct import ARMED, GIFTS, MESSAGE, Kind
from kg.serve.errors import HttpError, from_pool_error
from kg.serve.lender import Lender
from kg.serve.log import AccessLog, write_line, write_time
from kg.serve.plain import MAX_REQUEST, PlainEndpoint
from kg.serve.pool import RETRY, worker_config
from kg.serve.process import PoolError, Worker, death_reason, start_worker
from kg.serve.repeats import Reply
from kg.serve.settings import Settings

LOOK = 0.05
"""Seconds between two looks at what the workers do."""
BUSY = 0.02
"""Seconds after which a worker counts as at work, and connections are not left to wait for it."""
ORPHANED = 1.0
"""Seconds without an answer after which a connection that a dead worker may have had is taken back."""
WATCHED_FROM = 1.0
"""Seconds after which it is looked whether the client of a query is still there."""
_PEER_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


class Holder(Protocol):
    """The server's side of a connection."""

    number: int
    """Under which the connection is lent; 0 before it first is."""

    def file(self) -> int:
        """Return the number of the file."""

    def take_back(self, data: bytes = b"") -> None:
        """Read from the connection again, after what was read of it already."""

    def send_rest(self, data: bytes) -> None:
        """Send what is left of an answer, then read again."""

    def end(self, data: bytes = b"") -> None:
        """Send something and close the connection."""


class Loans:
    """The connections that are lent, and the workers that answer them."""

    def __init__(self, settings: Settings, log: AccessLog, present: Callable[[], str]) -> None:
        self.settings = settings
        self.log = log
        self.present = present
        self.refuser = PlainEndpoint(settings, "", lambda job: ({}, b""))
        self.size = min(settings.limits.workers, os.cpu_count() or 1)
        self.lenders: list[Lender] = []
        self.holders: dict[int, Holder] = {}
        self.lent: set[int] = set()
        self.next = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.killed = 0
        self.closed = False

    async def start(self) -> None:
        """Start the workers, where the system has what it takes and the store is not written meanwhile."""
        if self.settings.token or not hasattr(select, "epoll"):
            return
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.base = min(soft, hard - LOANS)
        if self.base < 2 * LOANS and self.base < soft:
            return
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.base + LOANS, hard))
        self.epoll = select.epoll()
        self.board = Board.make()
        for place in range(self.size):
            self._run(self._keep_worker(place))
        self._run(self._watch())

    async def close(self) -> None:
        """End the workers."""
        self.closed = True
        for lender in self.lenders:
            self._pass_log(lender, whole=True)
            lender.end("closed")
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _run(self, work: Awaitable[None]) -> None:
        async def guard() -> None:
            await work

        task = asyncio.get_running_loop().create_task(guard())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def describe(self) -> dict[str, int]:
        """Return how many workers answer connections, how many are at work, and how many connections they have."""
        busy = sum(self._notice(lender)[0] != State.IDLE for lender in self.lenders)
        return {"workers": len(self.lenders), "busy": busy, "connections": len(self.lent)}

    # ------------------------------------------------------------ lending and taking back
    def lend(self, holder: Holder) -> bool:
        """Leave a connection to the workers until it comes back; return whether that was possible."""
        if not self.lenders or (not holder.number and not self._hand_over(holder)):
            return False
        self.lent.add(holder.number)
        self.board.touch(holder.number - self.base, time.monotonic())
        self.epoll.modify(holder.number, ARMED)
        return True

    def _hand_over(self, holder: Holder) -> bool:
        """Give a connection to all workers under a number that is the same in each of them."""
        try:
            number = fcntl.fcntl(holder.file(), fcntl.F_DUPFD_CLOEXEC, self.base + self.next)
        except OSError:
            return False
        self.next = (number - self.base + 1) % (LOANS - self.settings.limits.connections)  # not soon the same again
        holder.number = number
        self.holders[number] = holder
        self.epoll.register(number, 0)
        given = [lender.give([number], [number]) for lender in self.lenders]
        self.board.note_change()
        if not all(given):
            self.forget(holder, closed=False)
            return False
        return True

    def forget(self, holder: Holder, *, closed: bool = True) -> None:
        """Let the workers go of a connection; one that was closed is ended whoever still has a copy of it."""
        number, holder.number = holder.number, 0
        if not number or self.holders.pop(number, None) is None:
            return
        self.lent.discard(number)
        try:
            self.epoll.unregister(number)
            with socket.socket(fileno=number) as held:
                if closed:
                    held.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        for lender in self.lenders:
            lender.give([number], [])
        self.board.note_change()

    def is_at_work(self, number: int) -> bool:
        """Return whether a worker has a request of a connection."""
        return any(state and number == busy for state, busy, _ in map(self._notice, self.lenders))

    def _notice(self, lender: Lender) -> Notice:
        return self.board.read(lender.place)

    def _take_back(self, number: int, data: bytes = b"") -> None:
        if number in self.lent:
            self.lent.discard(number)
            self.epoll.modify(number, 0)
            self.holders[number].take_back(data)

    def recall(self, number: int) -> None:
        """Let no worker begin with a connection again; it comes back when one that has begun is done."""
        try:
            self.epoll.modify(number, 0)
        except OSError:
            return
        if not self.is_at_work(number):
            self._take_back(number)

    # ------------------------------------------------------------ workers
    async def _keep_worker(self, place: int) -> None:
        """Start a worker, hear what it sends back, bury it, and start another."""
        while not self.closed:
            lender = Lender(place)
            self.board.clear(place)
            try:
                build = self.present()
                lender.worker = await self._start(lender, build)
            except PoolError:
                lender.close_worker_end()
                lender.close()
                await asyncio.sleep(RETRY)
                continue
            lender.close_worker_end()
            self._lend_all(lender)
            self.lenders.append(lender)
            await self._hear(lender)
            self.lenders.remove(lender)
            await self._bury(lender)

    async def _start(self, lender: Lender, build: str) -> Worker:
        settings, handed = self.settings, lender.handed()
        handed |= {"epoll": self.epoll.fileno(), "board": self.board.file}
        told = {name: getattr(settings, name) for name in ("host", "port", "hosts", "public", "cors")}
        config = worker_config(settings) | {"build": build, "base": self.base, "settings": told}
        config |= {"handed": handed | {"place": lender.place}, "limits": asdict(settings.limits)}
        return await start_worker(config, build, tuple(handed.values()))

    def _lend_all(self, lender: Lender) -> None:
        numbers = list(self.holders)
        for start in range(0, len(numbers), GIFTS):
            part = numbers[start : start + GIFTS]
            lender.give(part, part)
        self.board.note_change()

    async def _hear(self, lender: Lender) -> None:
        """Do what a worker asks until its end."""
        reader, writer = await asyncio.open_connection(sock=lender.back)
        try:
            while True:
                kind, number, size = MESSAGE.unpack(await reader.readexactly(MESSAGE.size))
                rest = await reader.readexactly(size) if size else b""
                if number not in self.lent:
                    continue
                if kind == Kind.RETURNED:
                    self._take_back(number, rest)
                    continue
                self.lent.discard(number)
                if kind == Kind.CLOSED:
                    self.holders[number].end()
                else:
                    self.holders[number].send_rest(rest)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def _bury(self, lender: Lender) -> None:
        """Answer in the place of a worker that died at work; one that ended by itself was at none."""
        worker = lender.worker
        code = await worker.process.wait() if worker else 0
        state, number, since = self._notice(lender)
        self._pass_log(lender, whole=True)
        request = self._read_request(lender, number)
        self.board.clear(lender.place)
        lender.close()
        if code == 0:
            return
        self.killed += 1
        if state != State.IDLE and number in self.lent:
            self.lent.discard(number)
            if state == State.WORKING and lender.ended != "gone":
                error = PoolError(lender.ended or death_reason(code), f"worker ended with {code}")
                self._answer(number, since, request, from_pool_error(error, self.settings.limits))
            else:  # what was begun is not whole
                if lender.ended == "gone":
                    self._log(number, since, '"method": "GET", "path": "/sparql", "status": 0, "outcome": "gone"')
                self.holders[number].end()
        self._run(self._find_orphans(set(self.lent)))

    def _read_request(self, lender: Lender, number: int) -> bytes:
        """Return the request that a worker had, or had not read yet."""
        held = bytes(self.board.desk(lender.place).request)
        return held[: held.find(b"\r\n\r\n") + 4] if held[0] else _peek(number)

    def _answer(self, number: int, since: float, request: bytes, error: HttpError) -> None:
        holder = self.holders[number]
        error.headers["Connection"] = "close"
        reply = self.refuser.refuse(error, self.refuser.read_profile(request))
        self._log(number, since, reply.entry)
        holder.end(_whole(reply))

    def _log(self, number: int, since: float, entry: str) -> None:
        self.log.pass_on(write_line(write_time(time.time()), _peer(number), entry, time.monotonic() - since))

    async def _find_orphans(self, lent: set[int]) -> None:
        """Take back connections that no worker has: one that died may just have been given them, or kept them warm.

        It cannot be seen which those are, so that all come back that were not active for longer than a worker
        keeps one; the others are lent by the kernel, or have a worker that lives.
        """
        stood = {number: self.board.touched(number - self.base) for number in lent}
        await asyncio.sleep(ORPHANED)
        left = [number for number, then in stood.items() if self._is_left(number, then)]
        for number in left:
            self.epoll.modify(number, 0)
        await asyncio.sleep(LOOK)  # a worker that was given one in this moment says so meanwhile
        for number in left:
            if self._is_left(number, stood[number]):
                self._take_back(number)

    def _is_left(self, number: int, then: float) -> bool:
        still = number in self.lent and self.board.touched(number - self.base) == then
        return still and not self.is_at_work(number)

    # ------------------------------------------------------------ watching
    async def _watch(self) -> None:
        """Look at the board for ever: pass the log on, end what takes too long, let nobody wait."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK)
            looks += 1
            for lender in self.lenders:
                self._pass_log(lender)
            if not self.lent:
                continue
            now = time.monotonic()
            busy = [self._look_at(lender, now) for lender in self.lenders]
            if all(busy):
                for number, _ in self.epoll.poll(0, 64):
                    self._take_back(number)
            if looks % 20 == 0:
                self._end_idle(now)

    def _look_at(self, lender: Lender, now: float) -> bool:
        """End a worker that must be ended; return whether it is at work for some time."""
        state, number, since = self._notice(lender)
        if state == State.IDLE or lender.ended:
            return bool(lender.ended)
        took = now - since
        if took > BUSY and state == State.WORKING:
            self._pass_log_ahead(lender, since)
        if state == State.WORKING and took > self.settings.limits.seconds:
            lender.end("time")
        elif state == State.WORKING and took > WATCHED_FROM and number in self.lent and _poll(number, _PEER_GONE):
            lender.end("gone")
        return took > BUSY

    def _end_idle(self, now: float) -> None:
        limit = self.settings.limits.slow_seconds
        for number in [n for n in self.lent if now - self.board.touched(n - self.base) > limit]:
            if not self.is_at_work(number):
                self.lent.discard(number)
                self.holders[number].end()

    def _pass_log(self, lender: Lender, *, whole: bool = False) -> None:
        """Pass on what a worker wrote for the log; the ``whole`` is with what it still had in hand."""
        with suppress(OSError):
            while data := os.read(lender.log, 1 << 16):
                self.log.pass_on(lender.skip(data).decode("utf-8", "replace"))
        if whole:
            self.log.pass_on(lender.skip(self.board.read_lines(lender.place)).decode("utf-8", "replace"))

    def _pass_log_ahead(self, lender: Lender, since: float) -> None:
        """Pass on what a worker has in hand for the log, which it will write only after the query that it is at."""
        self._pass_log(lender)
        lines = self.board.read_lines(lender.place)
        state, _, still = self._notice(lender)
        if (state, still) == (State.WORKING, since):  # it was at the same query all the time, and wrote nothing
            self.log.pass_on(lines[lender.ahead :].decode("utf-8", "replace"))
            lender.ahead = len(lines)


def _poll(number: int, events: int) -> bool:
    poller = select.poll()
    poller.register(number, events)
    return bool(poller.poll(0))


def _peek(number: int) -> bytes:
    """Return the request that still lies in a connection."""
    try:
        with socket.socket(fileno=os.dup(number)) as held:
            return held.recv(MAX_REQUEST, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return b""


def _peer(number: int) -> str:
    try:
        with socket.socket(fileno=os.dup(number)) as held:
            name = held.getpeername()
            return str(name[0]) if isinstance(name, tuple) else ""
    except OSError:
        return ""


def _whole(reply: Reply) -> bytes:
    return reply.head + b"\r\n" + reply.body
