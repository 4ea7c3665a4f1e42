"""Repeated requests: what was asked to the byte before, and answered 200 with a tag, is answered from memory.

The key is the whole request as it came over the wire, so that nothing that could change the answer (address,
Host, Accept, Origin, …) can differ; the value holds as long as the worker, which serves one build.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MAX_RESPONSE = 256 << 10
MAX_BYTES = 16 << 20


@dataclass(slots=True)
class Reply:
    """A response as it goes over the wire, but for its date, and what the log says of it (JSON without braces)."""

    head: bytes
    """Status line and headers, each with its end of line."""
    body: bytes
    entry: str


class Repeats:
    """The responses to the last requests."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self.most = most
        self.size = 0
        self.found: OrderedDict[bytes, Reply] = OrderedDict()

    def get(self, request: bytes) -> Reply | None:
        """Return the response to a request."""
        return self.found.get(request)

    def put(self, request: bytes, reply: Reply) -> None:
        """Keep a response, and let go of the oldest where they are too many."""
        if len(reply.body) > MAX_RESPONSE or request in self.found:
            return
        self.found[request] = reply
        self.size += len(request) + len(reply.head) + len(reply.body) + 500
        while self.size > self.most:
            request, reply = self.found.popitem(last=False)
            self.size -= len(request) + len(reply.head) + len(reply.body) + 500
