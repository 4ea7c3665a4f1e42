"""Read a request of the SPARQL 1.1 Protocol: which query, over which graphs, in which format."""

from __future__ import annotations

from binascii import a2b_qp
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request

from kg.errors import KgError, QueryError
from kg.iri import check_iri
from kg.serve.errors import HttpError, from_query_error
from kg.serve.negotiation import Format
from kg.sparql_guard import (
    MAX_BYTES,
    NOT_PLAIN,
    Token,
    check_tokens,
    find_plain_form,
    line_and_column,
    scan_query,
)

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MAX_FIELDS = 200
READ_ONLY = "this endpoint answers questions and changes nothing"
_FORMATS = ("format", "output")
_ONE = b"query="
_AS_QUOTED_PRINTABLE = bytes.maketrans(b"+%", b" =")
_CHANGING = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
_TELLING = (*NOT_PLAIN, "FROM")
_TELLING_CALLED = (*_TELLING, "NOW", "RAND", "UUID", "BNODE")
"""What a short look leaves to a long one; the last ones are calls, which have a bracket."""


class Checked(NamedTuple):
    """A query text that the guard has let through, and what must be known of it before it is run."""

    text: str
    form: str
    names_graphs: bool
    """It has FROM, so that its default graph is not the union of all."""
    repeatable: bool
    """It gives the same answer as long as the graph is the same."""


class Ask(NamedTuple):
    """A query over a dataset; ``default`` is ``None`` where the protocol names no graphs."""

    query: Checked
    default: tuple[str, ...] | None
    named: tuple[str, ...]
    format: str


Pairs = list[tuple[str, str]]


def read_pairs(data: bytes) -> Pairs:
    """Return the fields of a query string or form; raise ``HttpError`` where it is not UTF-8 or has too many."""
    try:
        return parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise HttpError(400, "the parameters are not UTF-8", hint="encode them as UTF-8, then with %") from None
    except ValueError:
        raise HttpError(400, "too many parameters", hint=f"at most {MAX_FIELDS}") from None


def decode_value(data: bytes) -> str | None:
    """Return a value as an address holds it, with ``+`` for a space; ``None`` where it is written in an unusual way.

    Quoted-printable text differs in its sign alone, and its reader is compiled: a value is read in a fifth of the
    time. Each ``%`` that begins no escape leaves the text longer than it should be. Raises ``UnicodeDecodeError``.

    >>> decode_value(b"ASK+%7B%7D"), decode_value(b"100%"), decode_value(b"a=b")
    ('ASK {}', None, None)
    """
    if 0x3D in data or 0x0A in data or 0x0D in data:  # =, LF, CR: a number is found five times as fast as a text
        return None
    found = a2b_qp(data.translate(_AS_QUOTED_PRINTABLE))
    return found.decode() if len(found) == len(data) - 2 * data.count(b"%") else None


def read_iri(text: str) -> str:
    """Return what a request gives as an IRI; raise ``HttpError`` where it is none."""
    try:
        return check_iri(text)
    except KgError:
        raise HttpError(400, "not an IRI", hint="write for example https://example.org/thing") from None


async def read_ask(request: Request) -> Ask | None:
    """Return what a request asks; ``None`` where it has no query, which asks for the service description.

    Raises ``HttpError`` for what the protocol does not allow, and for what the guard refuses.
    """
    pairs = read_pairs(request.scope["query_string"])
    if request.method == "POST":
        pairs = await _read_body(request, pairs)
    return make_ask(pairs, request.method)


def read_address_query(data: bytes) -> str:
    """Return the query of an address that has nothing else and is written in the usual way; empty for any other.

    >>> read_address_query(b"query=ASK+%7B%7D"), read_address_query(b"query=ASK+%7B%7D&format=csv")
    ('ASK {}', '')
    """
    if not data.startswith(_ONE) or 0x26 in data:  # &
        return ""
    try:
        return decode_value(data[len(_ONE) :]) or ""
    except UnicodeDecodeError:
        return ""


def make_ask(pairs: Pairs, method: str) -> Ask | None:
    """Return what the fields of a request ask; ``None`` where they hold no query."""
    if any(name == "update" for name, _ in pairs):
        raise HttpError(403, READ_ONLY, hint="write graphs by the Graph Store Protocol where the server allows it")
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) > 1:
        raise HttpError(400, f"{len(queries)} queries in one request", hint="send one")
    if not queries:
        if method == "POST" or any(name not in _FORMATS for name, _ in pairs):
            raise HttpError(400, "no query", hint="send it as the field query")
        return None
    formats = [value for name, value in pairs if name in _FORMATS]
    default, named = _read_dataset(pairs)
    return Ask(check_text(queries[0]), default, named, ",".join(formats))


def query_job(ask: Ask, format: Format, base: str) -> dict[str, Any]:
    """Return a query as the job of a worker."""
    job: dict[str, Any] = {"do": "query", "text": ask.query.text, "form": ask.query.form, "format": format.name}
    job["base"] = base
    job["union"] = ask.default is None and not ask.query.names_graphs
    if ask.default is not None:
        job |= {"default": list(ask.default), "named": list(ask.named)}
    return job


async def _read_body(request: Request, pairs: Pairs) -> Pairs:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
    if kind == UPDATE:
        raise HttpError(403, READ_ONLY, hint="write graphs by the Graph Store Protocol where the server allows it")
    if kind not in (FORM, QUERY):
        what = f"a body of the type {kind[:80]}" if kind else "a body of no type"
        raise HttpError(415, what, hint=f"send {FORM} or {QUERY}")
    if charset and charset.partition(";")[0] not in ("utf-8", "utf8"):
        raise HttpError(415, "the body is not UTF-8", hint="SPARQL is sent as UTF-8")
    body = await request.body()
    if kind == FORM:
        return pairs + read_pairs(body)
    try:
        return [*pairs, ("query", body.decode("utf-8"))]
    except UnicodeDecodeError as error:
        raise HttpError(400, f"the query is not UTF-8: byte {error.start}") from None


def _read_dataset(pairs: Pairs) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    default = tuple(_check_graph(value) for name, value in pairs if name == "default-graph-uri")
    named = tuple(_check_graph(value) for name, value in pairs if name == "named-graph-uri")
    return (default if default or named else None), named


def _check_graph(iri: str) -> str:
    try:
        checked = check_iri(iri)
    except KgError:
        raise HttpError(400, "a graph that is not an IRI", hint="write for example http://example.org/g") from None
    if checked.lower().startswith("file:"):
        raise HttpError(403, "a file is not a graph here", hint="graphs are named, never fetched")
    return checked


def find_short_form(text: str) -> str:
    """Return the form of a query that may be run, names no graphs and is repeatable, where a short look tells that.

    >>> find_short_form("ASK {}"), find_short_form("ASK FROM <http://example.org/> {}")
    ('ASK', '')
    """
    return find_plain_form(text, _TELLING_CALLED if "(" in text else _TELLING)


@lru_cache(maxsize=512)
def check_text(text: str) -> Checked:
    """Return a query text that may be run; raise ``HttpError`` with line and column where it may not."""
    form = find_short_form(text)
    if form:
        return Checked(text, form, names_graphs=False, repeatable=True)
    if len(text) > MAX_BYTES:
        raise HttpError(413, f"the query has {len(text)} characters", hint=f"at most {MAX_BYTES} bytes are read")
    if text.encode("utf-8", "replace").decode() != text:
        raise HttpError(400, "the query holds half a character")
    try:
        tokens = scan_query(text)
        form = check_tokens(text, tokens)
        words = {token.text.upper() for token in tokens if token.kind == "word"}
        if "FROM" in words:
            _refuse_files(text, tokens)
    except QueryError as error:
        raise from_query_error(error, _status(error)) from None
    return Checked(text, form, "FROM" in words, not words & _CHANGING)


def _refuse_files(text: str, tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.kind == "iri" and token.text[1:].lower().startswith("file:"):
            place = line_and_column(text, token.start)
            raise QueryError("a file is not allowed as a graph", where=place, hint="graphs are named, never fetched")


def _status(error: QueryError) -> int:
    """Return the status of what the guard refuses: too long, not allowed, or wrong."""
    if "bytes" in error.what:
        return 413
    return 403 if "not allowed" in error.what or "changes data" in error.what else 400
