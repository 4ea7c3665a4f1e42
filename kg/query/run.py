"""Run a question against a store, and say clearly what is wrong with it if it cannot be run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

import pyoxigraph as ox

from kg.errors import QueryError
from kg.query.binding import bind_terms, make_terms
from kg.query.headers import Query
from kg.query.names import resolve_name
from kg.sparql_guard import scan_query

Term: TypeAlias = "ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple"

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(.*)", re.DOTALL)
_PREFIX = re.compile(r"[A-Za-z][\w.\-]*:")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave: ``result`` is Oxigraph's, read once, as rows, as triples or as a truth."""

    query: Query
    result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of rows or triples; none for a truth."""
        if isinstance(self.result, ox.QuerySolutions):
            return tuple(variable.value for variable in self.result.variables)
        return ("subject", "predicate", "object") if isinstance(self.result, ox.QueryTriples) else ()

    def rows(self) -> Iterator[tuple[Term | None, ...]]:
        """Yield the rows, or the triples in order, each term or ``None``; raise ``QueryError`` if that fails."""
        try:
            if isinstance(self.result, ox.QuerySolutions):
                columns = self.result.variables
                for solution in self.result:
                    yield tuple(solution[column] for column in columns)
            elif isinstance(self.result, ox.QueryTriples):
                for triple in sorted(set(self.result), key=str):
                    yield (triple.subject, triple.predicate, triple.object)
        except (RuntimeError, OSError) as error:
            raise QueryError(f"the query failed: {error}", where=self.query.name) from error


def run_query(
    store: ox.Store, query: Query, values: Mapping[str, str] | None = None, *, prefixes: Mapping[str, str]
) -> Answer:
    """Return the answer to a query over the union of the store's graphs.

    ``values`` are the parameters as the user wrote them; ``prefixes`` need not be declared in the query.
    Raises ``QueryError`` for a wrong parameter, a syntax error (with line and column), or a failure.

    >>> from kg.query.headers import parse_query
    >>> query = parse_query("SELECT (1 + 1 AS ?two) WHERE {}", "sum")
    >>> [row[0].value for row in run_query(ox.Store(), query, prefixes={}).rows()]
    ['2']
    """
    text = prepare_query(store, query, values or {}, prefixes)
    try:
        return Answer(query, _evaluate(store, text, prefixes))
    except SyntaxError as error:
        _explain_syntax(query, text, error, prefixes)
    except (RuntimeError, OSError) as error:
        raise QueryError(f"the query failed: {error}", where=query.name) from error


def prepare_query(store: ox.Store, query: Query, values: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    """Return the text that is run: the query with its parameters bound."""
    terms = make_terms(query, values, lambda name: resolve_name(store, name, prefixes), prefixes)
    return bind_terms(query, terms)


def _evaluate(
    store: ox.Store, text: str, prefixes: Mapping[str, str]
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    # A query that names its own dataset (FROM) means that and not the union of all graphs.
    own = any(token.kind == "word" and token.text.upper() == "FROM" for token in scan_query(text))
    return store.query(text, prefixes=dict(prefixes), use_default_graph_as_union=not own)


def _explain_syntax(query: Query, text: str, error: SyntaxError, prefixes: Mapping[str, str]) -> NoReturn:
    """Raise the error of the query as its author wrote it, without the parameters in it."""
    if text != query.text:
        try:
            _evaluate(ox.Store(), query.text, prefixes)
        except SyntaxError as plain:
            text, error = query.text, plain
        except (RuntimeError, OSError):
            pass
    match = _PLACE.match(str(error))
    if match is None:
        raise QueryError(f"syntax error: {error}", where=query.name) from error
    line, column = int(match[1]), int(match[2])
    what, hint = _say_expected(text, line, column, match[3], prefixes)
    raise QueryError(what, where=f"{query.name}:{line}:{column}", hint=hint) from error


def _say_expected(text: str, line: int, column: int, expected: str, prefixes: Mapping[str, str]) -> tuple[str, str]:
    """Return what is wrong at a place, and what could stand there."""
    lines = text.splitlines()
    rest = lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""
    if "Prefix not found" in expected:
        before = _PREFIX.findall(lines[line - 1][: column - 1])
        known = ", ".join(sorted(prefixes))
        return f"the prefix {before[-1] if before else ''} is not declared", f"known without: {known}"
    if "unbound" in expected:
        return "a variable of the SELECT line is not in the query, or not in its GROUP BY", ""
    before = text[: len("".join(text.splitlines(keepends=True)[: line - 1])) + column - 1].split()
    near = f"near {rest[:40]!r}" if rest else f"after {' '.join(before[-3:])[-40:]!r}"
    words = [word for word in re.findall(r'[A-Z]{2,}|"[^"\\]+"', expected) if word not in ("NOT", "SERVICE", "LATERAL")]
    hint = f"there could be {', '.join(dict.fromkeys(words))[:80]}" if words and len(words) <= 8 else ""
    return f"syntax error {near}", hint
