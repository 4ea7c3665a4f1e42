"""Queries that are patterns and FILTERs alone: what they select, and what they say of their variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pyoxigraph import NamedNode

from kg.shapes.prebinding import Group, Token, groups, tokens
from kg.shapes.querypaths import Reader, open_subqueries
from kg.shapes.querytokens import after_condition, conditions_of, prefixes_of, split_dots

_NOT_PLAIN = frozenset(
    ("OPTIONAL", "UNION", "BIND", "GRAPH", "FROM", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "MINUS", "VALUES")
)


class PlainSelect(NamedTuple):
    """A query of patterns, FILTERs and plain groups alone.

    ``chosen`` are the variables it selects; ``tests`` where its groups of EXISTS start, as the blocks of edges
    name them; ``listed`` what ``FILTER (?x IN (…))`` says a variable may be; ``equal`` the variables of
    ``FILTER (?x = ?y)`` in a group of EXISTS, with where that starts.
    """

    chosen: tuple[str, ...]
    tests: frozenset[int]
    listed: dict[str, frozenset[NamedNode]]
    equal: tuple[tuple[int, str, str], ...]


def plain_select(text: str) -> PlainSelect | None:
    """Return what a query selects and says of variables, nothing for one that is more than patterns and FILTERs."""
    items = open_subqueries(split_dots(tokens(text)))
    found = groups(items, ())
    selects = [place for place, token in enumerate(items) if token.word == "SELECT"]
    if len(selects) != 1 or not found or _NOT_PLAIN & {token.word for token in items}:
        return None
    clause = items[selects[0] + 1 : found[0].start]
    plain = all(t.var or t.kind == "space" or t.word in ("DISTINCT", "WHERE") for t in clause)
    if not plain or "".join(token.text for token in items[found[0].end + 1 :]).strip():
        return None
    tests = [group for group in found if group.kind == "exists"]
    equal = tuple(
        (group.start, *pair)
        for group in tests
        for condition in conditions_of(items, group.start, group.end)
        if (pair := equated(condition)) is not None
    )
    chosen = tuple(t.var for t in clause if t.var)
    return PlainSelect(chosen, frozenset(group.start for group in tests), dict(_listed(items, tests)), equal)


def equated(condition: str) -> tuple[str, str] | None:
    """Return the variables of ``FILTER (?x = ?y)``, nothing for another condition."""
    solid = [token for token in tokens(condition) if token.kind != "space"]
    shape = [token.word or ("?" if token.var else token.text) for token in solid]
    return (solid[2].var, solid[4].var) if shape == ["FILTER", "(", "?", "=", "?", ")"] else None


def _listed(items: list[Token], tests: list[Group]) -> Iterator[tuple[str, frozenset[NamedNode]]]:
    """Return what ``FILTER (?x IN (…))`` lists, where it stands in no EXISTS and lists IRIs."""
    reader = Reader([], prefixes_of(items), None, ())
    for place, token in enumerate(items):
        if token.word != "FILTER" or any(test.start < place < test.end for test in tests):
            continue
        inside = [t for t in items[place + 1 : after_condition(items, place + 1)] if t.kind != "space"]
        shape = "".join(t.text if t.kind == "other" else t.word or t.kind[0] for t in inside)
        if re.fullmatch(r"\(vIN\([ip](,[ip])*\)\)", shape) and all("\\" not in t.text for t in inside):
            yield inside[1].var, frozenset(reader.iri(t) for t in inside if t.kind in ("iri", "pname"))
