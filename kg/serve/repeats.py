"""Repeated requests: what was asked to the byte before, and answered 200 with a tag, is answered from memory.

The key is the whole request as it came over the wire, so that nothing that could change the answer (address,
Host, Accept, Origin, …) can differ; the value holds as long as the build does. Only GET requests without a
body are kept, and only those that passed all checks once.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

MAX_REQUEST = 16 << 10
MAX_RESPONSE = 256 << 10
MAX_BYTES = 32 << 20


class Repeats:
    """The responses to the last requests, of one build."""

    def __init__(self) -> None:
        self.build = ""
        self.size = 0
        self.found: OrderedDict[bytes, tuple[bytes, dict[str, Any]]] = OrderedDict()

    def get(self, request: bytes, build: str) -> tuple[bytes, dict[str, Any]] | None:
        """Return the response to a request and its line of the log; nothing of another build."""
        if build != self.build:
            self.found.clear()
            self.size, self.build = 0, build
            return None
        return self.found.get(request)

    def put(self, request: bytes, response: bytes, entry: dict[str, Any], build: str) -> None:
        """Keep a response, and let go of the oldest where they are too many."""
        if build != self.build or len(response) > MAX_RESPONSE or request in self.found:
            return
        self.found[request] = (response, {**entry, "repeated": True})
        self.size += len(request) + len(response) + 500
        while self.size > MAX_BYTES:
            old, (gone, _) = self.found.popitem(last=False)
            self.size -= len(old) + len(gone) + 500


def may_repeat(data: bytes) -> bool:
    """Return whether bytes are one whole GET request over a connection that stays open.

    >>> may_repeat(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    True
    """
    if not data.startswith(b"GET /sparql?") or len(data) > MAX_REQUEST or data.find(b"\r\n\r\n") != len(data) - 4:
        return False
    low = data.lower()
    odd = (
        b"\r\nconnection: close",
        b"\r\nauthorization:",
        b"\r\nif-none-match:",
        b"\r\ncontent-length:",
        b"\r\ntransfer-",
    )
    return b" http/1.1\r\n" in low and not any(word in low for word in odd)


def write_response(status_line: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Return a response as it goes over the wire, without a date, which would be an old one."""
    lines = [name + b": " + value for name, value in headers if name.lower() not in (b"date", b"connection")]
    return status_line + b"\r\n".join(lines) + b"\r\n\r\n" + body
