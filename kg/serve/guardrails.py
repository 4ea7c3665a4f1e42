"""What stands before every request: the Host header, the size and pace of bodies, headers of safety, the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping, Sequence
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve.errors import HttpError, error_response
from kg.serve.log import AccessLog
from kg.serve.settings import Settings

PIECE = 64 << 10
WATCHED_FROM = 1.0
"""Seconds after which it is looked whether the client is still there."""
SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
METHODS = "GET, HEAD, POST, OPTIONS"


class Guardrails:
    """The outermost part of the application."""

    def __init__(self, app: ASGIApp, settings: Settings, log: AccessLog) -> None:
        self.app = app
        self.settings = settings
        self.limits = settings.limits
        self.log = log
        self.hosts = allowed_hosts(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within bounds; log it whatever becomes of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Exchange(self, scope, receive, send)
        try:
            self._check(request.headers, request.most)
            if self._is_preflight(scope, request.headers):
                await error_free(request, scope)
                return
            await self._run(request, scope)
        except HttpError as error:
            await request.fail(error)
        except Exception as error:
            request.entry["detail"] = f"{type(error).__name__}: {error}"[:300]
            await request.fail(HttpError(500, "something went wrong here", hint="the server's log has it"))
        finally:
            self.log.write(request.entry, time.monotonic() - request.start)

    async def _run(self, request: _Exchange, scope: Scope) -> None:
        """Run the application; from the first second on, end its work when the client goes away."""
        task = asyncio.current_task()
        timer = asyncio.get_running_loop().call_later(WATCHED_FROM, request.watch, task)
        try:
            await self.app(scope, request.receive, request.send)
        except asyncio.CancelledError:
            if not request.gone or task is None:
                raise
            task.uncancel()
            request.entry["outcome"] = "gone"
        finally:
            timer.cancel()
            if request.watcher is not None:
                request.watcher.cancel()

    def _check(self, headers: Headers, most: int) -> None:
        if not is_allowed_host(headers.get("host", ""), self.hosts):
            raise HttpError(421, "this server does not answer for that host", hint="kg serve --allow-host NAME")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            raise _too_large(most)
        if headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
            unpacked = {"Accept-Encoding": "identity", "Connection": "close"}
            raise HttpError(415, "a body that is packed", hint="send it as it is", headers=unpacked)

    def most(self, scope: Scope, headers: Headers) -> int:
        """Return how many bytes a body may have: more for a graph that is written with a token."""
        writes = self.settings.token and scope["path"].startswith("/store") and "authorization" in headers
        return self.limits.written_bytes if writes else self.limits.body_bytes

    def _is_preflight(self, scope: Scope, headers: Headers) -> bool:
        return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


async def error_free(request: _Exchange, scope: Scope) -> None:
    """Answer a preflight request; without the origin's header it is a refusal."""
    await request.send({"type": "http.response.start", "status": 204, "headers": [(b"content-length", b"0")]})
    await request.send({"type": "http.response.body", "body": b""})


def _too_large(most: int) -> HttpError:
    return HttpError(413, f"the body has more than {most} bytes", headers={"Connection": "close"})


def is_allowed_host(host: str, allowed: frozenset[str]) -> bool:
    """Return whether a Host header names this server, with or without a port."""
    host = host.lower()
    return host in allowed or host.rpartition(":")[0] in allowed


def add_safe_headers(headers: MutableHeaders, cors: Sequence[str], origin: str) -> None:
    """Add to a response what every one has, and what an origin is told of sharing."""
    for name, value in SAFE_HEADERS.items():
        headers.setdefault(name, value)
    if not cors:
        return
    headers.add_vary_header("Origin")
    if "*" in cors or (origin and origin in cors):
        headers["Access-Control-Allow-Origin"] = "*" if "*" in cors else origin
        headers["Access-Control-Expose-Headers"] = "ETag, Link"


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Return the names that a Host header may hold, with or without a port."""
    own = {"localhost", "127.0.0.1", "[::1]"}
    if settings.host not in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        own.add(f"[{settings.host}]" if ":" in settings.host else settings.host.lower())
    return frozenset(own | {name.lower() for name in settings.hosts})


class _Exchange:
    """One request and its response, measured."""

    def __init__(self, rails: Guardrails, scope: Scope, receive: Receive, send: Send) -> None:
        self.rails = rails
        self.headers = Headers(scope=scope)
        self.most = rails.most(scope, self.headers)
        self._receive = receive
        self._send = send
        self.start = time.monotonic()
        self.received = 0
        self.started = False
        self.body_end = scope["method"] in ("GET", "HEAD")
        self.gone = False
        self.watcher: asyncio.Task[None] | None = None
        client = scope.get("client")
        self.entry: dict[str, Any] = {
            "client": client[0] if client else "",
            "method": scope["method"],
            "path": scope["path"][:300],
            "status": 0,
            "bytes": 0,
        }
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["log"] = self.entry

    async def receive(self) -> Message:
        """Return the next piece of the body, where it comes in time and is not too much."""
        if self.body_end:
            return await self._receive()
        left = self.start + self.rails.limits.slow_seconds - time.monotonic()
        try:
            async with asyncio.timeout(max(left, 0.01)):
                message = await self._receive()
        except TimeoutError:
            raise HttpError(408, "the body came too slowly", headers={"Connection": "close"}) from None
        self.received += len(message.get("body", b""))
        self.body_end = not message.get("more_body", False)
        if self.received > self.most:
            raise _too_large(self.most)
        return message

    def watch(self, task: asyncio.Task[Any] | None) -> None:
        """Begin to look whether the client is still there, and cancel the task when it is not."""
        self.watcher = asyncio.get_running_loop().create_task(self._wait_gone(task))

    async def _wait_gone(self, task: asyncio.Task[Any] | None) -> None:
        while not self.body_end:
            await asyncio.sleep(WATCHED_FROM)
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if task is not None:
            self.gone = True
            task.cancel()

    async def send(self, message: Message) -> None:
        """Send a part of the response, a large one in pieces, each within a time."""
        if message["type"] == "http.response.start":
            self.started = True
            self.entry["status"] = message["status"]
            self._add_headers(message)
            await self._send(message)
            return
        body = message.get("body", b"")
        self.entry["bytes"] += len(body)
        more = message.get("more_body", False)
        if len(body) <= PIECE:
            await self._send(message)
            return
        for start in range(0, len(body), PIECE):
            piece = {"type": "http.response.body", "body": body[start : start + PIECE]}
            async with asyncio.timeout(self.rails.limits.send_seconds):
                await self._send(piece | {"more_body": more or start + PIECE < len(body)})

    def _add_headers(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        cors = self.rails.settings.cors
        add_safe_headers(headers, cors, self.headers.get("origin", ""))
        if "access-control-allow-origin" in headers and "access-control-request-method" in self.headers:
            headers["Access-Control-Allow-Methods"] = METHODS
            headers["Access-Control-Allow-Headers"] = "content-type, accept, if-none-match"
            headers["Access-Control-Max-Age"] = "600"

    async def fail(self, error: HttpError) -> None:
        """Send an error, unless an answer was begun."""
        if error.detail:
            self.entry["detail"] = error.detail
        if self.started:  # what was begun is not whole: the server closes the connection
            return
        response = error_response(error, self.headers.get("accept", ""))
        await response({"type": "http"}, self._receive, self.send)
