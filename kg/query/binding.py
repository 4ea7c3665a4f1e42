"""Parameters: words of the user become RDF terms, and terms are put into a query as terms.

A value never reaches the query as text of its own making: a literal or an IRI is built first, and what
Oxigraph writes for that term stands in a ``VALUES`` clause at the head of each ``WHERE``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

import pyoxigraph as ox

from kg import vocab as v
from kg.errors import KgError, QueryError
from kg.query.headers import ANY, Parameter, Query

_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")

Resolve = Callable[[str], str]
"""Finds the IRI of a name; ``kg.query.names.resolve_name`` with store and prefixes given."""


def make_terms(
    query: Query, values: Mapping[str, str], resolve: Resolve, prefixes: Mapping[str, str]
) -> dict[str, ox.NamedNode | ox.Literal]:
    """Return the terms of a query's parameters by name; those left open (``*``) are not in it.

    Raises ``QueryError`` where a value is given that the query does not ask for, one is missing, or one
    is not of its type.
    """
    known = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in known:
            listed = "; ".join(str(parameter) for parameter in query.parameters)
            hint = f"its parameters are: {listed}" if listed else "it has none"
            raise QueryError(f"the query has no parameter {name!r}", where=query.name, hint=hint)
    terms: dict[str, ox.NamedNode | ox.Literal] = {}
    for name, parameter in known.items():
        value = values.get(name, parameter.default)
        if value is None:
            raise QueryError(
                f"the parameter {name} ({parameter.type}) is missing", where=query.name, hint=f"give it: -p {name}=…"
            )
        if value == ANY and parameter.type in ("iri", "thing"):
            continue
        try:
            terms[name] = make_term(parameter, value, resolve, prefixes)
        except KgError as error:
            raise QueryError(error.what, where=f"{query.name}: {name}", hint=error.hint) from error
    return terms


def make_term(
    parameter: Parameter, value: str, resolve: Resolve, prefixes: Mapping[str, str]
) -> ox.NamedNode | ox.Literal:
    """Return the term of one value; raise ``QueryError`` where it is not of the parameter's type."""
    if parameter.type == "thing":
        return ox.NamedNode(resolve(value))
    if parameter.type == "iri":
        text = value[1:-1] if value.startswith("<") and value.endswith(">") else value
        return ox.NamedNode(v.expand_iri(text, prefixes))
    if parameter.type == "string":
        return _text_literal(value)
    text, datatype = _LITERALS[parameter.type](value.strip())
    if not text:
        raise QueryError(f"{value!r} is not of the type {parameter.type}", hint=_EXAMPLES[parameter.type])
    return ox.Literal(text, datatype=ox.NamedNode(datatype))


def _text_literal(value: str) -> ox.Literal:
    try:
        return ox.Literal(value)
    except ValueError as error:
        raise QueryError("the text holds half a character") from error


def _integer(text: str) -> tuple[str, str]:
    return (str(int(text)) if _INTEGER.fullmatch(text) else "", v.XSD_INTEGER)


def _decimal(text: str) -> tuple[str, str]:
    if not _DECIMAL.fullmatch(text):
        return "", v.XSD_DECIMAL
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").partition(".")
    plain = (whole.lstrip("0") or "0") + (f".{fraction.rstrip('0')}" if fraction.strip("0") else "")
    return (plain if plain == "0" else sign + plain), v.XSD_DECIMAL


def _date(text: str) -> tuple[str, str]:
    try:
        return (date.fromisoformat(text).isoformat() if len(text) == 10 else ""), v.XSD_DATE
    except ValueError:
        return "", v.XSD_DATE


_LITERALS: dict[str, Callable[[str], tuple[str, str]]] = {"integer": _integer, "decimal": _decimal, "date": _date}
_EXAMPLES = {
    "integer": "write for example 168",
    "decimal": "write for example 0.5",
    "date": "write for example 2021-08-28",
}


def bind_terms(query: Query, terms: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
    """Return the text of a query with a ``VALUES`` clause of the terms at the head of each ``WHERE``.

    No line is added, so that a place in the text stays on its line. Raises ``QueryError`` where there is
    no ``WHERE {`` to take them.
    """
    if not terms:
        return query.text
    names = " ".join(f"?{name}" for name in terms)
    row = " ".join(str(term) for term in terms.values())
    clause = f" VALUES ({names}) {{ ({row}) }}"
    places = _find_heads(query)
    if not places:
        raise QueryError(
            "a query with parameters needs the word WHERE before its {", where=query.name, hint="write WHERE { … }"
        )
    text = query.text
    for place in reversed(places):
        text = text[:place] + clause + text[place:]
    return text


def _find_heads(query: Query) -> list[int]:
    """Return the offsets behind each ``WHERE {``."""
    words = [token.text.upper() for token in query.tokens]
    if "CONSTRUCT" in words and words[words.index("CONSTRUCT") + 1 :][:1] == ["WHERE"]:
        return []  # the short form, whose braces hold triples only
    return [
        token.end
        for token, word, before in zip(query.tokens[1:], words[1:], words, strict=False)
        if word == "{" and before == "WHERE"
    ]
