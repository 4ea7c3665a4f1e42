"""Queries that ask of each row whether something is absent, without looking for it row by row.

``FILTER NOT EXISTS { … }`` is asked by the store for each row anew. Where the row's node has as many claims as
the row has fellows (a ministry that supports a thousand firms, each said by an article), that costs the
square. ``MINUS { … }`` reads what is there once, and looks each row up. The two mean the same where what is
shared is bound on both sides by patterns; a condition ``?number = ?value`` between them becomes a shared key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from pyoxigraph import Literal, NamedNode

from kg.shapes.pairs import Unlike, comparable
from kg.shapes.plainselect import equated, plain_select
from kg.shapes.prebinding import Group, Token, groups, tokens
from kg.shapes.querypaths import Edge, conditions_of, group_edges, names_of, query_edges, split_dots
from kg.shapes.terms import Term

KEY = NamedNode("urn:kg:key")


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
    """One FILTER NOT EXISTS of a query's own group: the tokens it takes, and what stands in their place."""

    start: int
    end: int
    instead: str


@lru_cache(maxsize=256)
def subtracted(text: str) -> str | None:
    """Return the query with MINUS for FILTER NOT EXISTS where that can cost the square, nothing where none can."""
    read, edges = plain_select(text), query_edges(text, None)
    if read is None or edges is None:
        return None
    own = [edge for edge in edges if not read.tests.intersection(edge.block)]
    around = frozenset(name for edge in own for name in names_of(edge))
    items = split_dots(tokens(text))
    found, numbers = groups(items, ()), count()
    tests = [t for g in found if g.level == 1 and (t := _test(items, g, around, f"kgkey{next(numbers)}"))]
    if not tests:
        return None
    skipped = {place for test in tests for place in range(test.start, test.end)}
    kept = "".join(token.text for place, token in enumerate(items[: found[0].end]) if place not in skipped)
    rest = "".join(token.text for token in items[found[0].end :])
    return f"{kept} {' '.join(test.instead for test in tests)} {rest}"


def _test(items: list[Token], group: Group, around: frozenset[str], key: str) -> _Test | None:
    solid = [place for place in range(group.start) if items[place].kind != "space"][-3:]
    edges = group_edges(items, group)
    if [items[place].word for place in solid] != ["FILTER", "NOT", "EXISTS"] or group.has_groups or edges is None:
        return None
    inner = frozenset(name for edge in edges for name in names_of(edge))
    if not inner & around or not _can_be_many(edges, around):
        return None
    body, outside = "".join(token.text for token in items[group.start + 1 : group.end]), ""
    for condition in conditions_of(items, group.start, group.end):
        if {token.var for token in tokens(condition) if token.var} <= inner:
            continue
        pair = _equated(condition, inner, around)
        if pair is None or outside:
            return None
        body = body.replace(condition, f"BIND({KEY}(?{pair[0]}) AS ?{key})")
        outside = f"BIND({KEY}(?{pair[1]}) AS ?{key})"
    return _Test(solid[0], group.end + 1, f"{outside} MINUS {{ {body} }}")


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
