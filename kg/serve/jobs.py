"""What a worker can do: answer a query, ask a shipped question, read a graph, describe a thing.

Each job takes the store and a mapping, and returns a mapping and bytes. What is too much raises ``TooMuch``
before anything is sent, so that an answer is whole or is not given.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Any, NoReturn, TypeAlias, cast

import pyoxigraph as ox

from kg.errors import QueryError
from kg.query import Namer, Query, parse_query, prepare_query, query_prefixes, run_query
from kg.resources import Domain

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

    def __post_init__(self) -> None:
        self.prefixes = query_prefixes(self.domain)
        self.namer = Namer(self.store, self.prefixes)


class _Sink(io.RawIOBase):
    """Collects what a serializer writes, up to a limit."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.size = 0
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    def write(self, data: Any) -> int:
        """Keep a piece; raise ``TooMuch`` where that is more than may be."""
        self.size += len(data)
        if self.size > self.most:
            raise TooMuch(
                f"the answer has more than {self.most} bytes", "ask for less at once: LIMIT, fewer columns, a filter"
            )
        self.parts.append(bytes(data))
        return len(data)


# ---------------------------------------------------------------- queries
def answer_query(context: Context, job: Job) -> Reply:
    """Return the answer to a query that the guard has let through, over the dataset that the job names."""
    text: str = job["text"]
    dataset: dict[str, Any] = {"use_default_graph_as_union": bool(job["union"])}
    if job.get("default") is not None:
        nodes = [ox.NamedNode(iri) for iri in job["default"]]
        dataset = {"default_graph": nodes, "named_graphs": [ox.NamedNode(iri) for iri in job["named"]]}
    query = Query("query", text, job["form"], ())
    return {}, _serialize(context, _evaluate(context, query, text, dataset, job["base"]), job)


def ask_question(context: Context, job: Job) -> Reply:
    """Return the answer to a shipped question with its parameters bound as terms, and the query that was run."""
    query = parse_query(job["text"], job["name"])
    text = prepare_query(context.store, query, job["values"], context.prefixes)
    result = _evaluate(context, query, text, {"use_default_graph_as_union": True}, None)
    info = {"query": text, "form": query.form}
    if job["format"] == "table":
        return info, json.dumps(_make_table(context, result)).encode("utf-8", "replace")
    return info, _serialize(context, result, job)


def _evaluate(context: Context, query: Query, text: str, dataset: dict[str, Any], base: str | None) -> Any:
    try:
        return context.store.query(text, base_iri=base, prefixes=context.prefixes, **dataset)
    except SyntaxError as error:
        _explain(context, query, base, error)


def _explain(context: Context, query: Query, base: str | None, error: SyntaxError) -> NoReturn:
    """Raise an error with line and column, found by running the query on nothing."""
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
    if isinstance(result, ox.QueryTriples):
        return write_triples(context, result, format, int(job["rows"]), int(job["bytes"]))
    sink = _Sink(int(job["bytes"]))
    result.serialize(sink, format=_RESULTS[format])
    body = b"".join(sink.parts)
    if isinstance(result, ox.QuerySolutions) and count_rows(body, format) > int(job["rows"]):
        _refuse_rows(int(job["rows"]))
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
    ox.serialize(kept, cast("IO[bytes]", sink), format=RDF_FORMATS[format], prefixes=prefixes)
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


QUERY_JOBS: dict[str, Callable[[Context, Job], Reply]] = {"query": answer_query, "question": ask_question}
