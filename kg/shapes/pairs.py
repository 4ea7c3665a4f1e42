"""Queries that compare a node with all others like it, without looking at each pair.

Such a query has two stars, one about ``$this`` and one about another node, that share variables, and a
condition such as ``?value != ?different && STR(?other) > STR($this)``. Asked as it stands it costs the
square of the largest group. Here each star is read once, the other nodes are grouped by what is shared,
and of each group only the two are kept that can decide: the one that comes first in the order, and the
first of those that differ from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from pyoxigraph import Literal, NamedNode

from kg.shapes.literals import well_formed
from kg.shapes.prebinding import Token, tokens
from kg.shapes.querypaths import Edge, query_conditions, query_edges
from kg.shapes.terms import XSD, Term

OTHER, MINE = "kgother", "kgmine"
"""Names of the columns that hold what is compared."""
MAX_DIGITS = 15
"""Characters up to which a number is the same to the store and to Python."""

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}
_NUMBERS = frozenset(XSD + name for name in ("integer", "decimal"))


class Unlike(Exception):
    """Values whose comparison is left to the store."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``theirs sign mine``: an expression over the other node, one over this node."""

    theirs: str
    sign: str
    mine: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """A query taken apart: ``near`` are its patterns about ``$this``, ``far`` those about another node.

    ``keys`` are the variables that both have; ``apart`` those that only ``far`` has; ``reads`` maps each
    predicate that is read from the other node to its variable, empty where that is no key. The queries
    take the key whose pattern is to be read ``first``; the store keeps to the order as written.
    """

    prologue: str
    chosen: tuple[str, ...]
    keys: tuple[str, ...]
    near: tuple[Edge, ...]
    near_filters: str
    far: tuple[Edge, ...]
    far_filters: str
    apart: frozenset[str]
    reads: tuple[tuple[NamedNode, str], ...]
    comparisons: tuple[Comparison, ...]

    def near_query(self, first: str = "") -> str:
        """Return the query for this node's star: what is chosen, the keys, and what is compared."""
        columns = " ".join(f"({c.mine} AS ?{MINE}{n})" for n, c in enumerate(self.comparisons))
        names = dict.fromkeys(("this", *self.chosen, *self.keys))
        shown = " ".join("$this" if name == "this" else f"?{name}" for name in names)
        group = f"{{ {written(self.near, first, self.keys)} {self.near_filters} }}"
        return f"{self.prologue} SELECT DISTINCT {shown} {columns} WHERE {group}"

    def far_query(self, first: str = "") -> str:
        """Return the query for the other nodes' star: the keys, and what is compared."""
        columns = " ".join(f"({c.theirs} AS ?{OTHER}{n})" for n, c in enumerate(self.comparisons))
        group = f"{{ {written(self.far, first, self.keys)} {self.far_filters} }}"
        return f"{self.prologue} SELECT {' '.join('?' + k for k in self.keys)} {columns} WHERE {group}"


@lru_cache(maxsize=256)
def is_mirrored(pairing: Pairing) -> bool:
    """Return whether both stars read the same and compare the same, so that one reading tells of both."""
    names = {"this": pairing.far[0].start}
    for edge in pairing.near:
        like = [e for e in pairing.far if e.path == edge.path and _has_same_end(edge, e, pairing.keys)]
        if edge.start != "this" or len(like) != 1 or names.setdefault(edge.end, like[0].end) != like[0].end:
            return False
    mine = (pairing.near_filters, *(comparison.mine for comparison in pairing.comparisons))
    theirs = (pairing.far_filters, *(comparison.theirs for comparison in pairing.comparisons))
    one_to_one = len(pairing.near) == len(pairing.far) and len(set(names.values())) == len(names)
    return one_to_one and [_renamed(text, names) for text in mine] == [_renamed(text, {}) for text in theirs]


def _has_same_end(edge: Edge, other: Edge, keys: Sequence[str]) -> bool:
    if edge.end and edge.end not in keys:
        return other.end not in ("", *keys)
    same = edge.end == other.end and edge.terms[1] == other.terms[1]
    return same and (edge.end != "" or edge.terms[1] is not None)


def _renamed(text: str, names: Mapping[str, str]) -> list[str]:
    solid = [token for token in tokens(text) if token.kind != "space"]
    return [f"?{names.get(token.var, token.var)}" if token.var else token.text for token in solid]


def written(edges: Iterable[Edge], first: str = "", keys: Sequence[str] = ()) -> str:
    """Return patterns as they stand in a query: where one variable comes first, those of keys before the others."""
    order = sorted(edges, key=lambda edge: (edge.end != first, edge.end not in keys)) if first else edges
    return "".join(f"{edge.text} . " for edge in order)


class Groups:
    """What is known of the other nodes, by key. Raises ``Unlike`` for what it cannot compare as the store does."""

    def __init__(self, comparisons: Sequence[Comparison]) -> None:
        self.signs = [c.sign for c in comparisons]
        self.differs = next((n for n, s in enumerate(self.signs) if s == "!="), None)
        self.order = next((n for n, s in enumerate(self.signs) if s != "!="), None)
        self.kinds: dict[int, str] = {}
        self.found: dict[tuple[Term, ...], dict[object, object]] = {}
        self.firsts: dict[tuple[Term, ...], list[tuple[object, object]]] = {}

    def add(self, key: tuple[Term, ...], row: Sequence[Term | None]) -> None:
        """Count one other node in; one with an unbound value compares with nothing."""
        if None in row:
            return
        different, place = self._read(row)
        group = self.found.setdefault(key, {})
        if different not in group or self._before(place, group[different]):
            group[different] = place

    def matches(self, key: tuple[Term, ...], row: Sequence[Term | None]) -> bool:
        """Return whether any node of the group stands to this one as the query asks."""
        if None in row or key not in self.found:
            return False
        different, place = self._read(row)
        return any(
            (self.differs is None or other != different) and self._holds(at, place) for other, at in self._first(key)
        )

    def _first(self, key: tuple[Term, ...]) -> list[tuple[object, object]]:
        """Return the first in order, and the first of those that differ from it."""
        if key not in self.firsts:
            kept: list[tuple[object, object]] = []
            for value, place in self.found[key].items():
                at = next((n for n, (_, other) in enumerate(kept) if self._before(place, other)), len(kept))
                kept.insert(at, (value, place))
                del kept[2:]
            self.firsts[key] = kept
        return self.firsts[key]

    def _read(self, row: Sequence[Term | None]) -> tuple[object, object]:
        values = [self._comparable(n, term) for n, term in enumerate(row)]
        return (
            None if self.differs is None else values[self.differs],
            None if self.order is None else values[self.order],
        )

    def _comparable(self, column: int, term: Term | None) -> object:
        kind, value = comparable(term)
        if self.kinds.setdefault(column, kind) != kind or (kind == "iri" and self.signs[column] != "!="):
            raise Unlike
        return value

    def _before(self, place: object, other: object) -> bool:
        if self.order is None:
            return False
        less: bool = place < other  # type: ignore[operator]
        return less if self.signs[self.order] in ("<", "<=") else not less and place != other

    def _holds(self, place: object, mine: object) -> bool:
        if self.order is None:
            return True
        return self._before(place, mine) or (place == mine and self.signs[self.order] in ("<=", ">="))


def comparable(term: Term | None) -> tuple[str, object]:
    """Return a term as something Python compares as SPARQL does; raises ``Unlike`` where there is no such thing.

    >>> comparable(Literal("1.50", datatype=NamedNode(XSD + "decimal")))
    ('number', Decimal('1.50'))
    """
    if isinstance(term, NamedNode):
        return "iri", term.value
    if isinstance(term, Literal) and not term.language:
        if term.datatype.value == XSD + "string":
            return "string", term.value
        if term.datatype.value in _NUMBERS and len(term.value) <= MAX_DIGITS and well_formed(term):
            return "number", Decimal(term.value.strip())
    raise Unlike


@lru_cache(maxsize=256)
def pairing_of(text: str) -> Pairing | None:
    """Return a query taken apart, or nothing for one that is not of this kind."""
    edges = query_edges(text, None)
    read = query_conditions(text)
    if edges is None or read is None:
        return None
    prologue, chosen, conditions = read
    root = min((edge.block for edge in edges), key=len, default=())
    direct = [edge for edge in edges if edge.block == root]
    for other in dict.fromkeys(edge.start for edge in direct):
        if other and other != "this" and other not in chosen:
            found = _taken_apart(other, direct, edges, prologue, chosen, conditions)
            if found is not None:
                return found
    return None


def _taken_apart(
    other: str, direct: list[Edge], edges: list[Edge], prologue: str, chosen: tuple[str, ...], conditions: list[str]
) -> Pairing | None:
    far = [edge for edge in direct if edge.start == other]
    near = [edge for edge in direct if edge.start != other]
    here = {name for edge in near for name in (edge.start, edge.end) if name}
    there = {edge.end for edge in far if edge.end}
    keys, apart = sorted(there & here), (there - here) | {other}
    if not keys or apart & {"this", *chosen} or not _is_reached(near) or not _is_star(other, apart, edges):
        return None
    sorted_out = _sorted_conditions(conditions, here, apart)
    if sorted_out is None:
        return None
    of_near, of_far, comparisons = sorted_out
    iris = [(e.path.iri, e.end if e.end in keys and e in far else "") for e in edges if e.start == other]
    return Pairing(
        prologue,
        chosen,
        tuple(keys),
        tuple(near),
        " ".join(of_near),
        tuple(far),
        " ".join(of_far),
        frozenset(apart),
        tuple((iri, name) for iri, name in iris if iri is not None),
        comparisons,
    )


def _is_reached(near: list[Edge]) -> bool:
    """Return whether what is near is reached from ``$this``: forwards, or by a first step backwards.

    Another way round, from what many have in common, would lead to as many.
    """
    reached = {"this"} | {edge.start for edge in near if edge.end == "this"}
    for _ in near:
        reached |= {edge.end for edge in near if edge.start in reached}
    return all(edge.start in reached for edge in near)


def _is_star(other: str, apart: set[str], edges: list[Edge]) -> bool:
    """Return whether all that is read of the other node is one step away from it."""
    starts = {edge.start for edge in edges}
    for edge in edges:
        if edge.end == other or (edge.start != other and {edge.start, edge.end} & apart):
            return False
        if edge.start == other and (edge.path.kind != "iri" or (edge.end in starts and len(edge.block) > 1)):
            return False
    return True


def _sorted_conditions(
    conditions: list[str], here: set[str], apart: set[str]
) -> tuple[list[str], list[str], tuple[Comparison, ...]] | None:
    of_near: list[str] = []
    of_far: list[str] = []
    comparisons: list[Comparison] = []
    for condition in conditions:
        for part in _conjuncts(tokens(condition)):
            names = {token.var for token in part}
            text = "".join(token.text for token in part)
            if not names & apart:
                of_near.append(f"FILTER {text}")
            elif not names & here:
                of_far.append(f"FILTER {text}")
            elif (comparison := _comparison(part, here, apart)) is not None:
                comparisons.append(comparison)
            else:
                return None
    signs = [c.sign == "!=" for c in comparisons]
    good = bool(signs) and signs.count(True) <= 1 and signs.count(False) <= 1
    return (of_near, of_far, tuple(comparisons)) if good else None


def _conjuncts(items: list[Token]) -> Iterable[list[Token]]:
    """Return the parts of ``FILTER (a && b)``, each in brackets; another condition as the one part it is."""
    inside = items[next(n for n, token in enumerate(items) if token.word == "FILTER") + 1 :]
    if next(token for token in inside if token.kind != "space").text != "(":
        yield inside
        return
    inside = inside[next(n for n, token in enumerate(inside) if token.text == "(") :]
    depth = 0
    cuts = [0]
    for place, (token, after) in enumerate(pairwise(inside)):
        depth += (token.text in "({") - (token.text in ")}")
        if depth == 1 and token.text == after.text == "|":
            cuts = [0]
            break
        if depth == 1 and token.text == after.text == "&":
            cuts.append(place)
    last = max(n for n, token in enumerate(inside) if token.text == ")")
    bounds = [*cuts, last]
    for number, (start, end) in enumerate(pairwise(bounds)):
        body = inside[start + (2 if number else 1) : end]
        yield [Token("other", "("), *body, Token("other", ")")]


def _unwrapped(part: list[Token]) -> list[Token]:
    """Return what stands inside the brackets around all of a condition."""
    while True:
        solid = [n for n, token in enumerate(part) if token.kind != "space"]
        depth, closed = 0, []
        for place in solid:
            depth += (part[place].text == "(") - (part[place].text == ")")
            closed += [] if depth else [place]
        if closed[:1] != solid[-1:] or part[solid[0]].text != "(":
            return part
        part = part[solid[0] + 1 : solid[-1]]


def _comparison(part: list[Token], here: set[str], apart: set[str]) -> Comparison | None:
    """Return a part that compares an expression over this node with one over the other."""
    inside = _unwrapped(part)
    if inside is part or any(token.word in ("EXISTS", "IN") for token in inside):
        return None
    depth = 0
    places: list[int] = []
    for place, token in enumerate(inside):
        depth += (token.text == "(") - (token.text == ")")
        if token.text in "<>=!" and token.kind == "other" and not depth:
            places.append(place)
    if not places or places[-1] - places[0] >= 2 or len(places) > 2:
        return None
    sign = "".join(inside[place].text for place in places)
    left, right = inside[: places[0]], inside[places[-1] + 1 :]
    names = [{token.var for token in side if token.var} for side in (left, right)]
    texts = ["".join(token.text for token in side).strip() for side in (left, right)]
    if sign not in _FLIPPED or any(not text for text in texts):
        return None
    if names[0] and names[1] and names[0] <= apart and names[1] <= here:
        return Comparison(texts[0], sign, texts[1])
    if names[0] and names[1] and names[1] <= apart and names[0] <= here:
        return Comparison(texts[1], _FLIPPED[sign], texts[0])
    return None
