"""The access log: one JSON object a line, without what was asked and without secrets."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any, TextIO


class AccessLog:
    """Writes one line for each request to a stream (standard error if none is given)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream

    def write(self, entry: dict[str, Any], seconds: float) -> None:
        """Write what became of a request; a stream that cannot be written is passed over."""
        line = {"time": _now(), **entry, "ms": round(seconds * 1000, 2)}
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


def write_line(client: str, entry: str, seconds: float) -> str:
    """Return a line of the log; ``entry`` is JSON without its braces.

    >>> write_line("127.0.0.1", '"status": 200', 0.0012)[42:]
    '"client": "127.0.0.1", "status": 200, "ms": 1.2}\\n'
    """
    return f'{{"time": "{_now()}", "client": "{client}", {entry}, "ms": {round(seconds * 1000, 2)}}}\n'


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
