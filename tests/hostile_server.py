"""A server on loopback that lies, stalls and misleads, as a test tells it to; over TLS if it is given a certificate."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "s3cret-word"
Reply = tuple[int, dict[str, str], bytes]


class Hostile(ThreadingHTTPServer):
    """Answers by a function of the request's number; remembers what it was sent."""

    daemon_threads = True

    def __init__(
        self, reply: Callable[[int, str, str, bytes], Reply | None], tls: ssl.SSLContext | None = None
    ) -> None:
        self.reply = reply
        self.scheme = "https" if tls else "http"
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}/ds"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no matter."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hostile

    def _answer(self) -> None:
        body = self._read()
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        reply = self.server.reply(len(self.server.seen), self.command, self.path, body)
        if reply is None:  # hang up without an answer
            self.close_connection = True
            self.connection.close()
            return
        status, headers, data = reply
        self.send_response(status)
        length = headers.pop("Content-Length", str(len(data)))
        for name, value in {**headers, "Content-Length": length}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        if length != str(len(data)):
            self.close_connection = True

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return gzip.decompress(data) if self.headers.get("Content-Encoding") == "gzip" else data

    do_GET = do_POST = do_PUT = do_CONNECT = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Tests stay quiet."""


def answer(data: object, status: int = 200, **headers: str) -> Reply:
    return status, headers, data if isinstance(data, bytes) else json.dumps(data).encode()


@contextmanager
def hostile_servers() -> Iterator[Callable[..., Hostile]]:
    """Give a function that starts servers; stop them at the end."""
    started: list[Hostile] = []

    def start(reply: Callable[[int, str, str, bytes], Reply | None], tls: ssl.SSLContext | None = None) -> Hostile:
        started.append(Hostile(reply, tls))
        return started[-1]

    yield start
    for server in started:
        server.shutdown()
        server.server_close()
