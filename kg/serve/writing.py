"""Writing graphs by the Graph Store Protocol, for who shows the token of a server that allows it."""

from __future__ import annotations

import hmac
import uuid
from email.message import Message
from email.parser import BytesParser
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.answers import Answers
from kg.serve.errors import HttpError
from kg.serve.graph_job import WRITTEN_FORMATS
from kg.serve.negotiation import GRAPH_FORMATS, choose_format
from kg.serve.settings import Settings

MULTIPART = "multipart/form-data"
_WRITTEN = tuple(item for item in GRAPH_FORMATS if item.name in WRITTEN_FORMATS)


def check_token(request: Request, settings: Settings) -> None:
    """Raise ``HttpError`` where the server changes nothing, or the request does not show its token."""
    if not settings.token:
        raise HttpError(405, "this server changes nothing", headers={"Allow": "GET, HEAD"})
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), settings.token.encode()):
        raise HttpError(401, "the token of this server is needed", headers={"WWW-Authenticate": "Bearer"})


async def write(request: Request, answers: Answers, graph: str | None, origin: str) -> Response:
    """Do what a request with a token asks of a graph; ``None`` is a new graph, which gets a name."""
    name = f"{origin}/store/{uuid.uuid4()}" if graph is None else graph
    job: dict[str, Any] = {"do": "write", "method": request.method, "graph": name, "base": name or f"{origin}/store"}
    if request.method != "DELETE":
        job["parts"] = _read_parts(request.headers.get("content-type", ""), await request.body())
    info = await answers.write(job)
    if info.get("missing"):
        raise HttpError(404, "no graph of that name here")
    if graph is None:
        return Response(status_code=201, headers={"Location": name})
    return Response(status_code=204 if info["known"] else 201)


def _read_parts(content_type: str, body: bytes) -> list[dict[str, str]]:
    """Return the graphs of a body, each with its format."""
    if content_type.partition(";")[0].strip().lower() != MULTIPART:
        return [_read_part(content_type, body)]
    message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    parts = message.get_payload()
    if not isinstance(parts, list):
        raise HttpError(400, "a body of several parts that has none")
    found = [part for part in parts if isinstance(part, Message)]
    return [_read_part(str(part.get("content-type", "")), _payload(part)) for part in found]


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _read_part(content_type: str, body: bytes) -> dict[str, str]:
    format = choose_format(_WRITTEN, "", content_type.partition(";")[0]) if content_type else None
    if format is None:
        known = " or ".join(item.media.partition(";")[0] for item in _WRITTEN)
        raise HttpError(415, "a graph of a type that is not read here", hint=f"send {known}")
    try:
        return {"format": format.name, "text": body.decode("utf-8")}
    except UnicodeDecodeError:
        raise HttpError(400, "the graph is not UTF-8") from None
