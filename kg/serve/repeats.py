"""Repeated requests: what was asked to the byte before, and answered 200 with a tag, is answered from memory.

The key is the whole request as it came over the wire, so that nothing that could change the answer (address,
Host, Accept, Origin, …) can differ; the value holds as long as the worker, which serves one build.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass

MAX_RESPONSE = 256 << 10
MAX_BYTES = 16 << 20
FRESH_BYTES = 512 << 10
"""What was asked once takes no more: less than the processor's cache, where the engine has its data too."""
CHEAP = 0.001
"""Seconds up to which an answer is rather made twice than kept before anyone has asked for it again."""
_SEEN = 1 << 13


@dataclass(slots=True)
class Reply:
    """A response as it goes over the wire, but for its date, and what the log says of it (JSON without braces)."""

    head: bytes
    """Status line and headers, each with its end of line."""
    body: bytes
    entry: str


class Repeats:
    """The responses to the last requests: a few that were asked once, more that were asked again after a while.

    As in S3-FIFO (Yang and others, SOSP 2023), two queues and a memory of what was asked, here a table of hashes:
    what is never asked again neither pushes out what is, nor takes new memory for each request. What was cheap is
    only remembered at first: to keep it cost a new question 3 % of its time, for the memory that it walks through.
    """

    def __init__(self, most: int = MAX_BYTES) -> None:
        self.fresh = _Queue(min(most, FRESH_BYTES))
        self.kept = _Queue(most)
        self.seen = array("q", bytes(8 * _SEEN))

    def get(self, request: bytes) -> Reply | None:
        """Return the response to a request."""
        reply = self.fresh.found.get(request)
        return self.kept.found.get(request) if reply is None else reply

    def put(self, request: bytes, reply: Reply, seconds: float) -> None:
        """Keep a response that took so long, and let go of the oldest where they are too many."""
        if len(reply.body) > MAX_RESPONSE or self.get(request):
            return
        number = hash(request)
        if self.seen[number % _SEEN] == number:
            self.kept.put(request, reply)
        else:
            self.seen[number % _SEEN] = number
            if seconds > CHEAP:
                self.fresh.put(request, reply)


class _Queue:
    """Responses in the order they came, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.found: OrderedDict[bytes, Reply] = OrderedDict()

    def put(self, request: bytes, reply: Reply) -> None:
        self.found[request] = reply
        self.size += _weight(request, reply)
        while self.size > self.most:
            self.size -= _weight(*self.found.popitem(last=False))


def _weight(request: bytes, reply: Reply) -> int:
    return len(request) + len(reply.head) + len(reply.body) + 500
