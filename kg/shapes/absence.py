"""Queries that ask of each row whether something is absent, without looking for it row by row.

``FILTER NOT EXISTS { … }`` is asked by the store for each row anew. Where the row's node has as many claims as
the row has fellows (a ministry that supports a thousand firms, each said by an article), that costs the
square. ``MINUS { … }`` reads what is there once, and looks each row up. The two mean the same where what is
shared is bound on both sides by patterns; a condition ``?number = ?value`` between them becomes a shared key.

A FILTER holds of its whole group wherever it stands; BIND and MINUS take only what stands before them. They are
therefore put at the end, and ``FILTER(true)`` where the FILTER stood, for what stands around it to be parted as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from pyoxigraph import Literal, NamedNode

from kg.shapes.pairs import Unlike, comparable
from kg.shapes.plainselect import equated, plain_select
from kg.shapes.prebinding import Group, Token, groups, tokens
from kg.shapes.querypaths import Edge, group_edges, names_of, open_subqueries, query_edges
from kg.shapes.querytokens import condition_places, split_dots
from kg.shapes.terms import Term

KEY = NamedNode("urn:kg:key")
NAME = "kgkey"
"""How the variables of keys begin."""
NOTHING = "FILTER(true)"


class Keys:
    """Gives terms that ``=`` finds equal the same key, and remembers whether it met one it cannot tell of."""

    def __init__(self) -> None:
        self.unlike = False

    def key(self, term: Term) -> Term | None:
        """Return the key of a term, nothing where ``=`` has to be asked."""
        try:
            kind, value = comparable(term)
        except Unlike:
            self.unlike = True
            return None
        return Literal(f"{kind} {value:f}" if kind == "number" else f"{kind} {value}")


@dataclass(frozen=True, slots=True)
class _Test:
    """One FILTER NOT EXISTS of a query's own group: the tokens it takes, and what is asked at the end instead."""

    start: int
    end: int
    instead: str


@lru_cache(maxsize=256)
def subtracted(text: str, constants: frozenset[str] = frozenset()) -> str | None:
    """Return the query with MINUS for FILTER NOT EXISTS where that can cost the square, nothing where none can.

    ``constants`` are the variables for which one term each will be put in: they share nothing.
    """
    read, edges = plain_select(text), query_edges(text, None)
    if read is None or edges is None or NAME in text:
        return None
    own = [edge for edge in edges if not read.tests.intersection(edge.block)]
    around = frozenset(name for edge in own for name in names_of(edge))
    items = split_dots(tokens(text))
    found, numbers = groups(items, ()), count()
    own_groups = [group for group in found if group.level == 1]
    tests = [t for g in own_groups if (t := _test(items, g, around, constants, f"{NAME}{next(numbers)}"))]
    if not tests:
        return None
    taken = [(test.start, test.end) for test in tests]
    rest = "".join(token.text for token in items[found[0].end :])
    return f"{_without(items, 0, found[0].end, taken)} {' '.join(test.instead for test in tests)} {rest}"


@lru_cache(maxsize=256)
def absent_blocks(text: str) -> frozenset[int]:
    """Return where the groups start that a query of patterns and FILTERs has in ``FILTER NOT EXISTS { … }`` alone.

    Each more triple can only take a row away by them, none can bring one. The places are those of ``query_edges``.
    """
    if plain_select(text) is None:
        return frozenset()
    items = open_subqueries(split_dots(tokens(text)))
    alone = (g for g in groups(items, ()) if g.level == 1 and not g.has_groups and _is_not_exists(items, g))
    return frozenset(group.start for group in alone)


def _is_not_exists(items: list[Token], group: Group) -> bool:
    solid = [place for place in range(group.start) if items[place].kind != "space"][-3:]
    return [items[place].word for place in solid] == ["FILTER", "NOT", "EXISTS"]


def _without(items: list[Token], start: int, end: int, taken: list[tuple[int, int]]) -> str:
    """Return a part of a query with conditions that always hold for those taken out of it."""
    out: list[str] = []
    for first, after in taken:
        out += [*(token.text for token in items[start:first]), NOTHING]
        start = after
    return "".join([*out, *(token.text for token in items[start:end])])


def _test(
    items: list[Token], group: Group, around: frozenset[str], constants: frozenset[str], key: str
) -> _Test | None:
    solid = [place for place in range(group.start) if items[place].kind != "space"][-3:]
    edges = group_edges(items, group)
    if not _is_not_exists(items, group) or group.has_groups or edges is None:
        return None
    inner = frozenset(name for edge in edges for name in names_of(edge)) - constants
    if not inner & around or not _can_be_many(edges, around):
        return None
    taken: list[tuple[int, int]] = []
    shared = outside = ""
    for first, after in condition_places(items, group.start, group.end):
        if {token.var for token in items[first:after] if token.var} <= inner | constants:
            continue
        pair = _equated("".join(token.text for token in items[first:after]), inner, around)
        if pair is None or taken:
            return None
        taken = [(first, after)]
        shared, outside = (f"BIND({KEY}(?{name}) AS ?{key}) " for name in pair)
    return _Test(
        solid[0], group.end + 1, f"{outside}MINUS {{{_without(items, group.start + 1, group.end, taken)} {shared}}}"
    )


def _can_be_many(edges: list[Edge], around: frozenset[str]) -> bool:
    """Return whether what is absent is looked for from its end: a node that many may lead to."""
    known = all(edge.path.kind == "iri" for edge in edges)
    return known and len(edges) > 1 and all(edge.start not in around for edge in edges)


def _equated(condition: str, inner: frozenset[str], around: frozenset[str]) -> tuple[str, str] | None:
    """Return the variables of ``FILTER (?inner = ?outer)``, in this order."""
    pair = equated(condition)
    for mine, other in (pair, pair[::-1]) if pair is not None else ():
        if mine in inner and mine not in around and other in around and other not in inner:
            return mine, other
    return None
