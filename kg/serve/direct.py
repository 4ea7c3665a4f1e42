"""A worker that answers connections itself: lent by the server, it reads a plain request from one and sends the answer.

Of all connections that are lent, the kernel gives one that has a request to one worker (one shared epoll, each
connection armed for a single event). The request stays in the connection until its answer is ready: should the
worker be killed, the server can still read who asked for what, and answer in its place.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import time
from collections.abc import Mapping
from email.utils import formatdate
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn

from kg.serve import sandbox
from kg.serve.board import Board, State
from kg.serve.log import write_line
from kg.serve.plain import MAX_REQUEST, PlainEndpoint, is_plain
from kg.serve.process import build_id
from kg.serve.repeats import Repeats, Reply

ARMED = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT
MESSAGE = struct.Struct("!BII")
"""What a worker sends back: a kind, the number of the connection, the length of what follows."""
GIFTS = 200
"""Connections in one message to a worker; the kernel takes 253."""

WARM_MS = 2
"""For how long a worker keeps a connection for itself after an answer, while no other has a request."""


class Kind(IntEnum):
    """Why a connection goes back to the server."""

    RETURNED = 1
    """Its next request is not for a worker, and still to be read."""
    CLOSED = 2
    REST = 3
    """The client does not take its answer at once: what is left of it follows."""


class DirectWorker:
    """The loop of one worker over the connections that are lent."""

    def __init__(self, handed: Mapping[str, int], store: Path, endpoint: PlainEndpoint) -> None:
        self.epoll = select.epoll.fromfd(handed["epoll"])
        self.gifts = socket.socket(fileno=handed["gifts"])
        self.gifts.setblocking(False)
        self.back = socket.socket(fileno=handed["back"])
        self.log = handed["log"]
        self.board = Board(handed["board"])
        self.place = handed["place"]
        self.base = handed["base"]
        self.store = str(store)
        self.endpoint = endpoint
        self.repeats = Repeats()
        self.lent: dict[int, tuple[socket.socket, str]] = {}
        self.poller = select.poll()
        self.poller.register(self.epoll.fileno(), select.POLLIN)
        self.changes = 0
        self.held = 0
        self.second = 0
        self.date = b""

    def run(self) -> NoReturn:
        """Serve until killed, or until there is another build."""
        while True:
            for number in self._next():
                start = time.monotonic()
                self.board.write(self.place, State.WORKING, number, start)
                fresh = self._serve(number, start)
                self.board.write(self.place, State.IDLE)
                if not fresh:
                    os._exit(0)

    def _next(self) -> list[int]:
        """Return the connection that has a request: of those that wait, else the last one, which is warm.

        The last one is kept for a moment. To let all have it at once would wake another worker for each
        request of a client that asks one question after the other.
        """
        if not self.held:
            return [number for number, _ in self.epoll.poll(None, 1)]
        waiting = self.epoll.poll(0, 1)
        if not waiting and self._held_is_ready():
            held, self.held = self.held, 0
            return [held]
        self._arm(self.held)
        self.held = 0
        return [number for number, _ in waiting]

    def _held_is_ready(self) -> bool:
        self.poller.register(self.held, select.POLLIN)
        ready = self.poller.poll(WARM_MS)
        self.poller.unregister(self.held)
        return any(number == self.held for number, _ in ready)

    def _serve(self, number: int, start: float) -> bool:
        """Answer what came over a connection; return whether the build is still the present one."""
        if self.board.changes() != self.changes:
            self._take_gifts()
        if number not in self.lent:
            self._send_back(Kind.RETURNED, number)
            return True
        sock, client = self.lent[number]
        try:
            request = sock.recv(MAX_REQUEST + 1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            self._arm(number)
            return True
        except OSError:
            request = b""
        if not request:
            self._send_back(Kind.CLOSED, number)
            return True
        if build_id(self.store) != self.endpoint.build:
            self._send_back(Kind.RETURNED, number)
            return False
        kept = self.repeats.get(request)
        reply = kept or self._ask(request)
        if reply is None:
            self._send_back(Kind.RETURNED, number)
            return True
        self.board.touch(number - self.base, start)
        self.board.write(self.place, State.SENDING, number, start)
        self._send(number, sock, len(request), reply)
        entry = f'{reply.entry}, "repeated": true' if kept else reply.entry
        os.write(self.log, write_line(client, entry, time.monotonic() - start).encode())
        return True

    def _ask(self, request: bytes) -> Reply | None:
        found = self.endpoint.respond(request) if is_plain(request) else None
        if found is None:
            return None
        reply, repeatable = found
        if repeatable:
            self.repeats.put(request, reply)
        return reply

    def _send(self, number: int, sock: socket.socket, size: int, reply: Reply) -> None:
        """Take the request out of the connection and send its answer, as much of it as the client takes now."""
        data = b"".join((reply.head, self._date(), reply.body))
        try:
            sock.recv(size)
            sent = sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._send_back(Kind.CLOSED, number)
            return
        if sent < len(data):
            self._send_back(Kind.REST, number, data[sent:])
        else:
            self.held = number

    def _date(self) -> bytes:
        """Return the header Date, made once a second, and the end of the head."""
        now = int(time.time())
        if now != self.second:
            self.second = now
            self.date = f"date: {formatdate(now, usegmt=True)}\r\n\r\n".encode()
        return self.date

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
        self.changes = self.board.changes()
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
                self.lent[number] = (sock, str(name[0]) if isinstance(name, tuple) else "")
        except OSError:
            self._let_go(number)
        finally:
            os.close(file)

    def _let_go(self, number: int) -> None:
        held = self.lent.pop(number, None)
        if held is not None:
            held[0].close()


def _is_open(file: int) -> bool:
    try:
        fcntl.fcntl(file, fcntl.F_GETFD)
    except OSError:
        return False
    return True


def make_runner(context: Any, seconds: float) -> Any:
    """Return a function that does a query in this process, which the system ends should it take too long."""
    from kg.serve.jobs import answer_query, do_job

    def run(job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        sandbox.arm(seconds)
        reply = do_job(answer_query, context, job)
        sandbox.arm(0)
        return reply

    return run
