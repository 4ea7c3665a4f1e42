"""The connections: uvicorn's, each with a time for its headers, a limit on their size, and a number in all."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kg.serve.guardrails import PIECE, Guardrails
from kg.serve.loans import Loans
from kg.serve.plain import is_plain
from kg.serve.settings import Limits, Settings

GRACEFUL_SECONDS = 10


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits on what comes before a request is whole; it lends kept connections.

    It ends a connection that sends its headers too slowly or sends too many, and the oldest of too many.
    """

    limits: Limits
    loans: Loans

    head = 0
    between = True
    plain = False
    lent = False
    ending = False
    resting = False
    number = 0
    timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()
        if len(self.connections) > self.limits.connections:
            _drop_one(self.connections, self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.loans.forget(self)
        super().connection_lost(exc)

    def waits(self) -> bool:
        """Return whether no request is being answered."""
        if self.lent:
            return not self.resting and not self.loans.is_at_work(self.number)
        return self.cycle is None or self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        if self.waits():
            self.plain = self.between and not self.head and is_plain(data)
            if self.timer is None:
                self._start_timer()
            self.head += len(data)
            if self.head > self.limits.body_bytes:
                self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self.between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self.between = True
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        self.head = 0
        self._stop_timer()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.plain and not self.pipeline:
            self.loop.call_soon(self._lend)

    def shutdown(self) -> None:
        if self.lent:
            self.ending = True
            self.loans.recall(self.number)
        else:
            super().shutdown()

    def _start_timer(self) -> None:
        self.timer = self.loop.call_later(self.limits.slow_seconds, self._end_slow)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _end_slow(self) -> None:
        self.timer = None
        if self.waits() and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()

    # -------------------------------------------------------- lent to a worker
    def _lend(self) -> None:
        """Leave the connection to the workers, where all is sent and nothing more was read."""
        free = self.between and not self.head and self.waits() and not self.lent
        if not free or self.transport.is_closing() or self.transport.get_write_buffer_size():
            return
        self.transport.pause_reading()
        if self.loans.lend(self):
            self._unset_keepalive_if_required()
            self.lent = True
        else:
            self.transport.resume_reading()

    def file(self) -> int:
        return int(self.transport.get_extra_info("socket").fileno())

    def take_back(self, data: bytes = b"") -> None:
        self.lent = False
        if self.ending:
            self.transport.close()
        elif not self.transport.is_closing():
            self.transport.resume_reading()
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            if data:  # at once: it goes before what is read from now on
                self.data_received(data)

    def send_rest(self, data: bytes) -> None:
        task = self.loop.create_task(self._send_rest(data))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _send_rest(self, data: bytes) -> None:
        self.resting = True
        try:
            for start in range(0, len(data), PIECE):
                self.transport.write(data[start : start + PIECE])
                async with asyncio.timeout(self.limits.send_seconds):
                    await self.flow.drain()
        except TimeoutError:
            self.transport.abort()
        self.resting = False
        self.take_back()

    def end(self, data: bytes = b"") -> None:
        self.lent = False
        if data:
            self.transport.write(data)
        self.transport.close()


def make_protocol(limits: Limits, loans: Loans) -> type[asyncio.Protocol]:
    """Return the protocol of a server's connections: uvicorn makes one for each, and hands it nothing of ours."""
    return type("Protocol", (BoundedProtocol,), {"limits": limits, "loans": loans})


def _drop_one(connections: set[Any], newest: Any) -> None:
    """Close a connection that waits, to make room; the newest itself where all others are at work."""
    victim = next((other for other in connections if other is not newest and other.waits()), newest)
    victim.transport.close()


def run(app: Guardrails, settings: Settings, loans: Loans) -> None:
    """Serve until told to stop; then let those finish who are being answered."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=make_protocol(settings.limits, loans),
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(settings.limits.slow_seconds),
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        backlog=1024,
    )
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises it once more when all is done: that ends well
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run()
