"""A worker that answers connections itself: lent by the server, it reads a plain request from one and sends the answer.

Of all connections that are lent, the kernel gives one that has a request to one worker (one shared epoll, each
connection armed for a single event). The request is read into memory that the server sees: should the worker be
killed, the server can still read who asked for what, and answer in its place.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from kg.serve import sandbox
from kg.serve.board import LINES_ROOM, Board
from kg.serve.log import write_line, write_time
from kg.serve.plain import PlainEndpoint
from kg.serve.process import build_id
from kg.serve.repeats import Repeats

ARMED = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT
MESSAGE = struct.Struct("!BII")
"""What a worker sends back: a kind, the number of the connection, the length of what follows."""
_DONTWAIT = int(socket.MSG_DONTWAIT)
GIFTS = 200
"""Connections in one message to a worker; the kernel takes 253."""

SLACK = 1.0
"""Seconds for which the clock that ends a query is not set again: a call of the system for each costs too much."""
LATE = 0.01
"""Seconds for which a line of the log may stay with a worker that has more to do."""
FRESH = 0.001
"""Seconds for which a build that was found to be the present one is taken to be it still, and the time to stand."""
WARM_MS = 2
"""For how long a worker keeps a connection for itself after an answer, while no other has a request."""
KEEN = 0.0002
"""For how many seconds a worker looks for the next request again and again before it sleeps: waking costs more."""


class Kind(IntEnum):
    """Why a connection goes back to the server."""

    RETURNED = 1
    """Its next request is not for a worker: what was read of it follows."""
    CLOSED = 2
    REST = 3
    """The client does not take its answer at once: what is left of it follows."""


class Loan(NamedTuple):
    """A connection as a worker holds it."""

    sock: socket.socket
    client: str
    poller: select.poll
    """Looks at it, and whether others have a request."""


class DirectWorker:
    """The loop of one worker over the connections that are lent.

    What it does for a request is kept short in steps, not in words: a step in Python costs as much as a call of the
    system, and the engine runs slower after it, since both want the same cache.
    """

    def __init__(self, handed: Mapping[str, int], store: Path, endpoint: PlainEndpoint, runner: Runner) -> None:
        self.epoll = select.epoll.fromfd(handed["epoll"])
        self.take = partial(self.epoll.poll, 0, 1)
        self.gifts = socket.socket(fileno=handed["gifts"])
        self.gifts.setblocking(False)
        self.back = socket.socket(fileno=handed["back"])
        self.log = handed["log"]
        self.board = Board(handed["board"])
        desk = self.board.desk(handed["place"])
        self.state, self.number, self.active, self.request, self.lines, self.noted, self.changed = desk
        self.base = handed["base"]
        self.store = str(store)
        self.endpoint = endpoint
        self.runner = runner
        self.repeats = Repeats()
        self.lent: dict[int, Loan] = {}
        self.changes = 0
        self.held = 0
        self.crowded = False
        self.looked = 0.0
        self.passed = 0.0
        self.end = 0
        self.told = 0.0
        self.stamp = ""
        self.second = 0
        self.date = b""

    def run(self) -> NoReturn:
        """Serve until killed, or until there is another build."""
        while True:
            number = self._next()
            if number and not self._serve(number):
                self._pass_lines()
                os._exit(0)

    def _next(self) -> int:
        """Return a connection that has a request: of those that wait, else the last one, which is warm; 0 for none.

        The last one is kept for a moment. To let all have it at once would wake another worker for each
        request of a client that asks one question after the other.
        """
        held, self.held = self.held, 0
        if not held:
            self._pass_lines()
            self.runner.rest()
            return self.epoll.poll(None, 1)[0][0]
        if self.crowded:  # the kernel wakes one worker; all that look at the epoll as a file would be woken
            self._arm(held)
            waiting = _watch(self.take) or self.epoll.poll(WARM_MS / 1000, 1)
            self.crowded = bool(waiting) and waiting[0][0] != held
        else:
            poll = self.lent[held].poller.poll
            ready = _watch(partial(poll, 0)) or poll(WARM_MS)
            if len(ready) == 1 and ready[0][0] == held:
                return held
            waiting = self.take()
            self.crowded = bool(waiting)
            self._arm(held)
        return waiting[0][0] if waiting else 0

    def _serve(self, number: int) -> bool:
        """Answer what came over a connection; return whether the build is still the present one."""
        start = time.monotonic()
        self.number[0] = number
        self.state[0] = start
        try:
            if self.changed[0] != self.changes:
                self._take_gifts()
            loan = self.lent.get(number)
            if loan is None:
                self._send_back(Kind.RETURNED, number)
                return True
            size = loan.sock.recv_into(self.request, 0, _DONTWAIT)
            request = bytes(self.request[:size])
            if not size:
                self._send_back(Kind.CLOSED, number)
            elif start - self.looked > FRESH and not self._is_present(start):
                self._send_back(Kind.RETURNED, number, request)
                return False
            else:
                self._answer(number, loan, request, start)
        except BlockingIOError:
            self._arm(number)
        except OSError:
            self._send_back(Kind.CLOSED, number)
        finally:
            self.request[0] = 0
            self.state[0] = 0.0
        return True

    def _is_present(self, now: float) -> bool:
        """Return whether the build is the present one."""
        self.looked = now
        return build_id(self.store) == self.endpoint.build

    def _answer(self, number: int, loan: Loan, request: bytes, start: float) -> None:
        """Answer a request, or leave it to the server."""
        reply = self.repeats.get(request)
        again = reply is not None
        if reply is None:
            found = self.endpoint.respond(request)
            if found is None:
                self._send_back(Kind.RETURNED, number, request)
                return
            reply, repeatable = found
            if repeatable:
                self.repeats.put(request, reply, time.monotonic() - start)
        else:
            self.runner.pass_over(start)
        self.active[number - self.base] = start
        self.state[0] = -start
        now = time.monotonic()
        if now - self.told > FRESH:
            self.told = now
            self._tell_time(time.time())
        data = b"".join((reply.head, self.date, reply.body))
        entry = f'{reply.entry}, "repeated": true' if again else reply.entry
        # Before it is sent: a worker that is killed in between leaves no answer without a line.
        self._note(write_line(self.stamp, loan.client, entry, now - start).encode(), now)
        try:
            sent = loan.sock.send(data, _DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent == len(data):
            self.held = number
        else:
            self._send_back(Kind.REST, number, data[sent:])

    def _note(self, line: bytes, now: float) -> None:
        """Keep a line for the log where the server would find it, and write those that there are by and by."""
        if len(line) > LINES_ROOM - self.end or now - self.passed > LATE:
            self._pass_lines()
            self.passed = now
        start, self.end = self.end, self.end + len(line)
        self.lines[start : self.end] = line
        self.noted[0] = self.end

    def _pass_lines(self) -> None:
        """Write the lines that were kept."""
        if self.end:
            os.write(self.log, self.lines[: self.end])
            self.end = self.noted[0] = 0

    def _tell_time(self, now: float) -> None:
        """Write the time for the log, and once a second the header Date and the end of the head."""
        self.stamp = write_time(now)
        if int(now) != self.second:
            self.second = int(now)
            self.date = f"date: {formatdate(self.second, usegmt=True)}\r\n\r\n".encode()

    def _arm(self, number: int) -> None:
        try:
            self.epoll.modify(number, ARMED)
        except OSError:  # the server took it back meanwhile
            self._send_back(Kind.RETURNED, number)

    def _send_back(self, kind: Kind, number: int, rest: bytes = b"") -> None:
        self.back.sendall(MESSAGE.pack(kind, number, len(rest)) + rest)

    # ------------------------------------------------------------ connections that come and go
    def _take_gifts(self) -> None:
        """Take the connections that were handed over since, and let go of those that ended."""
        self.changes = self.changed[0]
        while True:
            try:
                message, files, _, _ = socket.recv_fds(self.gifts, 1 + 4 * GIFTS, GIFTS)
            except BlockingIOError:
                return
            if not message:  # the server is gone
                os._exit(0)
            numbers = struct.unpack(f"!{(len(message) - 1) // 4}I", message[1:])
            for number in numbers:
                self._let_go(number)
            for number, file in zip(numbers, files, strict=False):
                self._take(number, file)

    def _take(self, number: int, file: int) -> None:
        """Hold a connection under the number that the server has it by, which is how epoll knows it."""
        try:
            if not _is_open(number):
                os.dup2(file, number, inheritable=False)
                sock = socket.socket(fileno=number)
                name = sock.getpeername()
                poller = select.poll()
                poller.register(self.epoll.fileno(), select.POLLIN)
                poller.register(number, select.POLLIN)
                self.lent[number] = Loan(sock, str(name[0]) if isinstance(name, tuple) else "", poller)
        except OSError:
            self._let_go(number)
        finally:
            os.close(file)

    def _let_go(self, number: int) -> None:
        held = self.lent.pop(number, None)
        if held is not None:
            held.sock.close()


def _is_open(file: int) -> bool:
    try:
        fcntl.fcntl(file, fcntl.F_GETFD)
    except OSError:
        return False
    return True


def _watch(look: Callable[[], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Return what a look finds, looking again and again for a while."""
    until = time.monotonic() + KEEN
    while not (found := look()) and time.monotonic() < until:
        os.sched_yield()
    return found


class Runner:
    """Does a query in this process, which the system ends should it take too long: after ``seconds`` at the least."""

    def __init__(self, context: Any, seconds: float) -> None:
        from kg.serve.jobs import answer_query, do_job

        self.context = context
        self.seconds = seconds
        self.armed = 0.0
        self.do_job, self.answer = do_job, answer_query

    def __call__(self, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        now = time.monotonic()
        if not self.armed or now - self.armed > SLACK:
            sandbox.arm(self.seconds + SLACK)
            self.armed = now
        return self.do_job(self.answer, self.context, job)

    def pass_over(self, now: float) -> None:
        """Note an answer without a query: the clock that was set for the last one is not for those that follow."""
        if self.armed and now - self.armed > SLACK:
            self.rest()

    def rest(self) -> None:
        """Wait for work without being ended."""
        if self.armed:
            sandbox.arm(0)
            self.armed = 0.0
