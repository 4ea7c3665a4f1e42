"""The access log: one JSON object a line, without what was asked and without secrets."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any, TextIO


class AccessLog:
    """Writes one line for each request to a stream (standard error if none is given)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream

    def write(self, entry: dict[str, Any], seconds: float) -> None:
        """Write what became of a request; a stream that cannot be written is passed over."""
        line = {"time": write_time(time.time()), **entry, "ms": round(seconds * 1000, 2)}
        self.pass_on(json.dumps(line, ensure_ascii=True) + "\n")

    def pass_on(self, lines: str) -> None:
        """Write lines that are made already."""
        try:
            self.stream.write(lines)
            self.stream.flush()
        except (OSError, ValueError):
            pass

    def say(self, event: str, **details: Any) -> None:
        """Write a line about the server itself."""
        self.write({"event": event, **details}, 0.0)


def write_line(when: str, client: str, entry: str, seconds: float) -> str:
    """Return a line of the log; ``entry`` is JSON without its braces.

    >>> write_line(write_time(1.5), "127.0.0.1", '"status": 200', 0.0012)
    '{"time": "1970-01-01T00:00:01.500+00:00", "client": "127.0.0.1", "status": 200, "ms": 1.20}\\n'
    """
    return f'{{"time": "{when}", "client": "{client}", {entry}, "ms": {seconds * 1000:.2f}}}\n'


def write_time(now: float) -> str:
    """Return a time since 1970 as ISO 8601 in UTC, to the millisecond.

    >>> write_time(86_399.9996)
    '1970-01-01T23:59:59.999+00:00'
    """
    return datetime.fromtimestamp(int(now * 1000) / 1000, UTC).isoformat(timespec="milliseconds")
