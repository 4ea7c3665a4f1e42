"""What a worker can do: answer a query, ask a shipped question, read a graph, describe a thing.

Each job takes the store and a mapping, and returns a mapping and bytes. What is too much raises ``TooMuch``
before anything is sent, so that an answer is whole or is not given.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Any, NoReturn, TypeAlias, cast

import pyoxigraph as ox

from kg.errors import KgError, QueryError
from kg.query import Namer, Query, parse_query, prepare_query, query_prefixes, run_query
from kg.resources import Domain
from kg.serve.views import VIEWS, draw_view
from kg.sparql_guard import check_query

Job: TypeAlias = "dict[str, Any]"
Reply: TypeAlias = "tuple[dict[str, Any], bytes]"

RDF_FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_TRUTHS: dict[tuple[bool, str], bytes] = {}
_UNION: dict[str, Any] = {"use_default_graph_as_union": True}
_NAMED: dict[str, Any] = {"use_default_graph_as_union": False}
SHOWN_ROWS = 1_000
"""Rows of a table on a page; its downloads have them all."""


class TooMuch(Exception):
    """An answer beyond the limits: what is too much, and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(slots=True)
class Context:
    """What all jobs share: the store, and the prefixes and names of its domain."""

    store: ox.Store
    domain: Domain
    prefixes: dict[str, str] = field(init=False)
    namer: Namer = field(init=False)
    marks: list[tuple[str, str, str]] = field(init=False)
    """Each prefix with how it begins a name, and its IRI: the engine is given those that a text may use."""

    def __post_init__(self) -> None:
        self.prefixes = query_prefixes(self.domain)
        self.marks = [(name, f"{name}:", iri) for name, iri in self.prefixes.items()]
        self.namer = Namer(self.store, self.prefixes)


class _Sink:
    """Collects what a serializer writes, up to a limit."""

    __slots__ = ("most", "parts", "size")

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.parts: list[bytes] = []

    def flush(self) -> None:
        """Do nothing: what is written is kept at once."""

    def write(self, data: bytes) -> int:
        """Keep a piece; raise ``TooMuch`` where that is more than may be."""
        size = len(data)
        self.size += size
        if self.size > self.most:
            raise TooMuch(
                f"the answer has more than {self.most} bytes", "ask for less at once: LIMIT, fewer columns, a filter"
            )
        self.parts.append(data)
        return size

    def stream(self) -> IO[bytes]:
        """Return itself as what a serializer writes to: of a file it calls no more than these."""
        return cast("IO[bytes]", self)


# ---------------------------------------------------------------- queries
def answer_query(context: Context, job: Job) -> Reply:
    """Return the answer to a query that the guard has let through, over the dataset that the job names."""
    text: str = job["text"]
    dataset = _UNION if job["union"] else _NAMED
    if "default" in job:
        nodes = [ox.NamedNode(iri) for iri in job["default"]]
        dataset = {"default_graph": nodes, "named_graphs": [ox.NamedNode(iri) for iri in job["named"]]}
    try:
        result = _run(context, text, dataset, job["base"])
    except SyntaxError as error:
        _explain(context, Query("query", text, job["form"], ()), job["base"], error)
    if job["format"] in VIEWS:
        return draw_view(context, Query("query", text, job["form"], ()), result, job["format"])
    return {}, _serialize(context, result, job)


def ask_question(context: Context, job: Job) -> Reply:
    """Return the answer to a shipped question with its parameters bound as terms, and the query that was run."""
    query = parse_query(job["text"], job["name"])
    text = prepare_query(context.store, query, job["values"], context.prefixes)
    try:
        result = _run(context, text, {"use_default_graph_as_union": True}, None)
    except SyntaxError as error:
        _explain(context, query, None, error)
    info = {"query": text, "form": query.form}
    if job["format"] in VIEWS:
        told, drawn = draw_view(context, query, result, job["format"])
        return info | told, drawn
    if job["format"] == "table":
        return info, json.dumps(_make_table(context, result)).encode("utf-8", "replace")
    return info, _serialize(context, result, job)


def _run(context: Context, text: str, dataset: dict[str, Any], base: str | None) -> Any:
    if "PREFIX" in text or text.count(":") == text.count("://"):  # it likely uses none but those that it declares
        try:
            return context.store.query(text, base_iri=base, **dataset)
        except SyntaxError:
            pass
    named = {name: iri for name, colon, iri in context.marks if colon in text}
    return context.store.query(text, base_iri=base, prefixes=named, **dataset)


def _explain(context: Context, query: Query, base: str | None, error: SyntaxError) -> NoReturn:
    """Raise an error with line and column, found by reading the text once more and by running it on nothing."""
    check_query(query.text)
    if base is None:
        run_query(ox.Store(), query, prefixes=context.prefixes)
    else:
        try:
            run_query(ox.Store(), replace(query, text=f"BASE <{base}>\n{query.text}"), prefixes=context.prefixes)
        except QueryError as found:
            name, line, column = [*found.where.rsplit(":", 2), "", ""][:3]
            place = f"{name}:{int(line) - 1}:{column}" if line.isdecimal() else found.where
            raise QueryError(found.what, where=place, hint=found.hint) from error
    raise QueryError("syntax error", where=query.name) from error


def _serialize(context: Context, result: Any, job: Job) -> bytes:
    format: str = job["format"]
    if isinstance(result, ox.QuerySolutions):
        sink = _Sink(job["bytes"])
        result.serialize(sink.stream(), format=_RESULTS[format])
        body, rows = b"".join(sink.parts), job["rows"]
        if len(body) > rows and count_rows(body, format) > rows:  # a row has a byte at least
            _refuse_rows(rows)
        return body
    if isinstance(result, ox.QueryBoolean):
        return _write_truth(result, format)
    return write_triples(context, result, format, job["rows"], job["bytes"])


def _write_truth(result: ox.QueryBoolean, format: str) -> bytes:
    """Return a truth in a format; there are so few of these answers that each is written once."""
    key = bool(result), format
    body = _TRUTHS.get(key)
    if body is None:
        body = _TRUTHS[key] = result.serialize(format=_RESULTS[format]) or b""
    return body


def _refuse_rows(most: int) -> NoReturn:
    raise TooMuch(f"the answer has more than {most} rows", "ask for less at once: LIMIT and OFFSET, or a filter")


def count_rows(body: bytes, format: str) -> int:
    """Return how many rows a serialized answer has.

    >>> count_rows(b'x\\r\\n"a\\r\\nb"\\r\\nc\\r\\n', "csv")
    2
    """
    if format == "csv":
        return sum(part.count(b"\n") for part in body.split(b'"')[::2]) - 1
    if format == "tsv":
        return body.count(b"\n") - 1
    if format == "xml":
        return body.count(b"<result>") + body.count(b"<result/>")
    return body.count(b"},{") + 1  # a text that holds this can only make it more


def write_triples(context: Context, triples: Iterable[ox.Triple], format: str, rows: int, size: int) -> bytes:
    """Return triples in a format, each once, by subject."""
    kept = list(islice(dict.fromkeys(islice(triples, rows * 2 + 2)), rows + 1))
    if len(kept) > rows:
        _refuse_rows(rows)
    kept.sort(key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object)))
    sink = _Sink(size)
    prefixes = context.prefixes if format in ("ttl", "trig", "rdf") else None
    ox.serialize(kept, sink.stream(), format=RDF_FORMATS[format], prefixes=prefixes)
    return b"".join(sink.parts)


def _make_table(context: Context, result: Any) -> dict[str, Any]:
    """Return an answer as columns and rows of cells for a page."""
    if isinstance(result, ox.QueryBoolean):
        return {"columns": ["answer"], "rows": [[{"kind": "text", "value": "yes" if result else "no"}]], "more": False}
    if isinstance(result, ox.QueryTriples):
        columns, found = ["subject", "predicate", "object"], _triple_rows(result)
    else:
        columns = [variable.value for variable in result.variables]
        found = (tuple(row[name] for name in columns) for row in result)
    rows = [[make_cell(context, term) for term in row] for row in islice(found, SHOWN_ROWS + 1)]
    return {"columns": columns, "rows": rows[:SHOWN_ROWS], "more": len(rows) > SHOWN_ROWS}


def _triple_rows(result: Iterable[ox.Triple]) -> Iterator[tuple[Any, ...]]:
    for triple in result:
        yield (triple.subject, triple.predicate, triple.object)


def make_cell(context: Context, term: Any) -> dict[str, str]:
    """Return a term as a page shows it: its kind, its value, and a name where it is a thing."""
    if term is None:
        return {"kind": "none", "value": ""}
    if isinstance(term, ox.NamedNode):
        return {"kind": "thing", "value": term.value, "name": context.namer.say(term)}
    if isinstance(term, ox.Literal):
        cell = {"kind": "text", "value": term.value}
        if term.language:
            cell["language"] = term.language
        elif term.datatype.value.rpartition("#")[2] in ("integer", "decimal", "double"):
            cell["kind"] = "number"
        return cell
    return {"kind": "text", "value": str(term)}


def do_job(function: Callable[[Context, Job], Reply], context: Context, job: Job) -> Reply:
    """Return the reply to a job; an error of any kind becomes one that says no more than it should."""
    try:
        return function(context, job)
    except TooMuch as error:
        return {"error": "much", "what": error.what, "hint": error.hint}, b""
    except KgError as error:
        return {"error": "query", "what": error.what, "where": error.where, "hint": error.hint}, b""
    except MemoryError:
        os._exit(137)
    except Exception as error:  # what a library says of it may hold paths: it goes to the log alone
        return {"error": "failed", "detail": f"{type(error).__name__}: {error}"[:300]}, b""


QUERY_JOBS: dict[str, Callable[[Context, Job], Reply]] = {"query": answer_query, "question": ask_question}
