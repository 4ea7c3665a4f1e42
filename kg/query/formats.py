"""Answers as bytes: the standard formats as Oxigraph writes them, and tables for people."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox

from kg.errors import QueryError
from kg.query.names import Namer
from kg.query.run import Answer
from kg.query.table import format_markdown, format_table

FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "ttl", "nt")
"""table and md are for people; csv, tsv, json and xml hold rows or a truth; ttl and nt hold triples."""

_STANDARD = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}


def format_answer(answer: Answer, format: str, namer: Namer, *, width: int = 100) -> bytes:
    """Return an answer in one of ``FORMATS``; raise ``QueryError`` where the format cannot hold it.

    ``width`` is that of a table in columns of a terminal; ``namer`` says the names of things in table and md.
    """
    if isinstance(answer.result, ox.QueryTriples):
        if format in _STANDARD:
            raise _misfit(answer, format, "ttl, nt, table or md")
    elif format in ("ttl", "nt"):
        raise _misfit(answer, format, "table, csv, tsv, json, xml or md")
    elif format in _STANDARD:
        return _end_line(_serialize(answer, answer.result, format))
    return _end_line(_FOR_PEOPLE[format](answer, namer, width).encode())


def _serialize(answer: Answer, result: ox.QuerySolutions | ox.QueryBoolean, format: str) -> bytes:
    try:
        return result.serialize(format=_STANDARD[format]) or b""
    except (RuntimeError, OSError) as error:
        raise QueryError(f"the query failed: {error}", where=answer.query.name) from error


def _end_line(data: bytes) -> bytes:
    return data if data.endswith(b"\n") or not data else data + b"\n"


def _misfit(answer: Answer, format: str, others: str) -> QueryError:
    return QueryError(
        f"the format {format} cannot hold the answer to a query of the form {answer.query.form}",
        where=answer.query.name,
        hint=f"choose {others}",
    )


def _format_table(answer: Answer, namer: Namer, width: int) -> str:
    if isinstance(answer.result, ox.QueryBoolean):
        return "yes" if answer.result else "no"
    rows = [[namer.say(term) for term in row] for row in answer.rows()]
    table = format_table(answer.columns, rows, width=width)
    return f"{table}\n({len(rows)} {'row' if len(rows) == 1 else 'rows'})"


def _format_markdown(answer: Answer, namer: Namer, width: int) -> str:
    if isinstance(answer.result, ox.QueryBoolean):
        return "yes" if answer.result else "no"
    return format_markdown(answer.columns, ([namer.say(term) for term in row] for row in answer.rows()))


def _format_triples(answer: Answer, namer: Namer, width: int) -> str:
    return "".join(f"{' '.join(map(str, row))} .\n" for row in answer.rows())


def _format_turtle(answer: Answer, namer: Namer, width: int) -> str:
    from kg.turtle import format_turtle

    rows = list(answer.rows())
    if any(isinstance(term, ox.BlankNode) for row in rows for term in row):
        triples = (ox.Triple(*row) for row in rows)  # type: ignore[arg-type]
        data = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=dict(namer.prefixes))
        return (data or b"").decode()
    return format_turtle((f"{' '.join(map(str, row))} <urn:x> ." for row in rows), namer.prefixes)


_FOR_PEOPLE: dict[str, Callable[[Answer, Namer, int], str]] = {
    "table": _format_table,
    "md": _format_markdown,
    "nt": _format_triples,
    "ttl": _format_turtle,
}
