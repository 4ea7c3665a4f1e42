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
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": now, **entry, "ms": round(seconds * 1000, 2)}
        try:
            self.stream.write(json.dumps(line, ensure_ascii=True) + "\n")
            self.stream.flush()
        except (OSError, ValueError):
            pass

    def say(self, event: str, **details: Any) -> None:
        """Write a line about the server itself."""
        self.write({"event": event, **details}, 0.0)
