"""The connections: uvicorn's, each with a time for its headers, a limit on their size, and a number in all."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kg.serve.guardrails import Guardrails
from kg.serve.repeats import may_repeat
from kg.serve.settings import Limits, Settings

GRACEFUL_SECONDS = 10


def make_protocol(limits: Limits, rails: Guardrails) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with limits on what comes before a request is whole, and an ear for repeats."""

    class BoundedProtocol(HttpToolsProtocol):
        """Ends a connection that sends its headers too slowly or sends too many, and the oldest of too many."""

        head = 0
        between = True
        timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._start_timer()
            if len(self.connections) > limits.connections:
                _drop_one(self.connections, self)

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_timer()
            super().connection_lost(exc)

        def waits(self) -> bool:
            """Return whether no request is being answered."""
            return self.cycle is None or self.cycle.response_complete

        def data_received(self, data: bytes) -> None:
            if self.waits():
                fresh = self.between and not self.head and may_repeat(data)
                if fresh and self._repeat(data):
                    return
                if self.timer is None:
                    self._start_timer()
                self.head += len(data)
                if self.head > limits.body_bytes:
                    self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
                    self.transport.close()
                    return
                super().data_received(data)
                if fresh and self.cycle is not None:
                    self.scope["state"]["request"] = data
                return
            super().data_received(data)

        def _repeat(self, data: bytes) -> bool:
            """Answer a request that was answered before, if it was."""
            kept = None if self.flow.write_paused else rails.repeat(data)
            if kept is None:
                return False
            self._stop_timer()
            self._unset_keepalive_if_required()
            rails.log.write({**kept[1], "client": self.client[0] if self.client else ""}, 0.0)
            self.transport.write(kept[0])
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            return True

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

        def _start_timer(self) -> None:
            self.timer = self.loop.call_later(limits.slow_seconds, self._end_slow)

        def _stop_timer(self) -> None:
            if self.timer is not None:
                self.timer.cancel()
                self.timer = None

        def _end_slow(self) -> None:
            self.timer = None
            if self.waits() and not self.transport.is_closing():
                self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                self.transport.close()

    return BoundedProtocol


def _drop_one(connections: set[Any], newest: Any) -> None:
    """Close a connection that waits, to make room; the newest itself where all others are at work."""
    victim = next((other for other in connections if other is not newest and other.waits()), newest)
    victim.transport.close()


def run(app: Guardrails, settings: Settings) -> None:
    """Serve until told to stop; then let those finish who are being answered."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=make_protocol(settings.limits, app),
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
