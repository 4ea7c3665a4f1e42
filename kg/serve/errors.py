"""What a client is told when it gets no answer: a status, one sentence, and where the text is wrong.

Nothing of the machine is in it: no path, no trace, no word of what a query read elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from kg.errors import KgError
from kg.serve.process import PoolError
from kg.serve.settings import Limits

_PLACE = re.compile(r"(?:^|:)(\d+):(\d+)$")


class HttpError(Exception):
    """An answer that is an error: its status, what is wrong, at which line and column, and what to do."""

    def __init__(
        self,
        status: int,
        what: str,
        *,
        hint: str = "",
        line: int = 0,
        column: int = 0,
        headers: Mapping[str, str] | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.hint = hint
        self.line = line
        self.column = column
        self.headers = dict(headers or {})
        self.detail = detail
        """For the log alone."""

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}: " if self.line else ""
        return place + self.what + (f" ({self.hint})" if self.hint else "")


def from_query_error(error: KgError, status: int = 400) -> HttpError:
    """Return the answer to a query that the guard or the parser refused."""
    return refuse_query(error.what, error.where, error.hint, status)


def refuse_query(what: str, where: str, hint: str, status: int = 400) -> HttpError:
    """Return the answer to a wrong query, with the line and column that ``where`` ends with."""
    place = _PLACE.search(where)
    line, column = (int(place[1]), int(place[2])) if place else (0, 0)
    return HttpError(status, what, hint=hint, line=line, column=column)


def from_pool_error(error: PoolError, limits: Limits) -> HttpError:
    """Return the answer to a query whose worker had to be ended, or that found none."""
    again = {"Retry-After": "5"}
    if error.reason == "time":
        return HttpError(504, f"the query took longer than {limits.seconds:g} seconds", hint="ask for less at once")
    if error.reason == "fair":
        what = f"others are waiting, and the query took longer than {limits.fair_seconds:g} seconds"
        return HttpError(503, what, hint="ask again later, or for less at once", headers=again)
    if error.reason == "busy":
        return HttpError(503, "the server is busy", hint="ask again", headers=again, detail=error.detail)
    if error.reason == "memory":
        what = "the query needed more memory than it may have"
        return HttpError(507, what, hint="ask for less at once", detail=error.detail)
    return HttpError(500, "the query could not be worked on", hint="write it in another way", detail=error.detail)


def check_info(info: Mapping[str, Any]) -> None:
    """Raise the error that a worker found, if it did."""
    if info.get("error") == "much":
        raise HttpError(422, info["what"], hint=info["hint"])
    if info.get("error") == "query":
        raise refuse_query(info["what"], info["where"], info["hint"])
    if "error" in info:
        raise HttpError(500, "the query failed while it ran", detail=info.get("detail", ""))


def error_response(error: HttpError, accept: str) -> Response:
    """Return an error as JSON for who accepts that, else as a line of text."""
    headers = {"Cache-Control": "no-store", **error.headers}
    if "json" in accept:
        body = {"error": error.what, "status": error.status, "hint": error.hint}
        if error.line:
            body |= {"line": error.line, "column": error.column}
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return Response(data, error.status, headers, "application/problem+json")
    text = f"Error: {error}\n".encode("utf-8", "replace")
    return Response(text, error.status, headers, "text/plain; charset=utf-8")
