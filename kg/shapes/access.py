"""Which triples a shape reads, seen from its focus node: what a changed triple can change.

An access is a walk from the focus node, and a predicate that is read where the walk ends. A changed triple with
that predicate can change the findings of the nodes from which its end is reached, and of no others: of the
triples of a walk that changed, the first is reached over triples that did not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.shapes.absence import absent_blocks
from kg.shapes.model import Constraint, Path, Shape, Shapes
from kg.shapes.pairs import Pairing, pairing_of
from kg.shapes.querypaths import Edge, query_edges
from kg.shapes.terms import RDF_TYPE

Walk = tuple[Path, ...]
ANY = Path("any")
"""A step over any predicate at all."""


@dataclass(frozen=True, slots=True)
class Access:
    """A predicate (any, if it is nothing) read at the end of a walk, from its subject or its object."""

    walk: Walk
    predicate: NamedNode | None
    backwards: bool = False


def flipped(path: Path) -> Path:
    """Return the path walked from its end, with inverses standing on single steps only."""
    if path.kind in ("iri", "any"):
        return Path("inverse", parts=(path,))
    if path.kind == "inverse":
        return path.parts[0] if path.parts[0].kind in ("iri", "any") else plain(path.parts[0])
    parts = tuple(flipped(part) for part in path.parts)
    return Path(path.kind, parts=parts[::-1] if path.kind == "sequence" else parts)


def plain(path: Path) -> Path:
    """Return the path with inverses pushed down to single steps."""
    if path.kind == "inverse":
        inner = path.parts[0]
        return path if inner.kind in ("iri", "any") else flipped(plain(inner))
    return Path(path.kind, path.iri, tuple(plain(part) for part in path.parts))


def path_accesses(path: Path, walk: Walk) -> Iterator[Access]:
    """Return what following a path reads; inverses must stand on single steps."""
    if path.kind in ("iri", "any"):
        yield Access(walk, path.iri)
    elif path.kind == "inverse":
        yield Access(walk, path.parts[0].iri, True)
    elif path.kind == "sequence":
        for place, part in enumerate(path.parts):
            yield from path_accesses(part, (*walk, *path.parts[:place]))
    elif path.kind == "alternative":
        for part in path.parts:
            yield from path_accesses(part, walk)
    elif path.kind == "optional":
        yield from path_accesses(path.parts[0], walk)
    else:
        yield from path_accesses(path.parts[0], (*walk, Path("star", parts=path.parts)))


def shape_accesses(
    shapes: Shapes, shape: Shape, walk: Walk = (), pairings: Collection[Pairing] = (), absent: bool = True
) -> set[Access] | None:
    """Return all that judging a node by a shape reads, or nothing where a query does not tell.

    What the queries of ``pairings`` read of other nodes is left out, and unless ``absent`` what the shape's own
    queries only look for to find that it is not there.
    """
    found: set[Access] = set()
    ends = walk
    if shape.path is not None:
        path = plain(shape.path)
        ends = (*walk, path)
        found.update(path_accesses(path, walk))
    for constraint in shape.constraints:
        read = _constraint_accesses(constraint, shape, walk, ends, pairings, absent)
        if read is None:
            return None
        found |= read
        for node in (*constraint.shapes, *constraint.extra):
            inner = shape_accesses(shapes, shapes.by_node[node], ends)
            if inner is None:
                return None
            found |= inner
    for node in shape.properties:
        inner = shape_accesses(shapes, shapes.by_node[node], ends)
        if inner is None:
            return None
        found |= inner
    return found


def _constraint_accesses(
    constraint: Constraint, shape: Shape, walk: Walk, ends: Walk, pairings: Collection[Pairing], absent: bool
) -> set[Access] | None:
    kind = constraint.kind
    if kind == "class":
        return {Access(ends, RDF_TYPE)}
    if kind in ("equals", "disjoint", "lessThan", "lessThanOrEquals"):
        other = constraint.terms[0]
        return {Access(walk, other)} if isinstance(other, NamedNode) else None
    if kind == "closed":
        return {Access(ends, None)}
    if constraint.query is None:
        return set()
    edges = query_edges(constraint.query.text, shape.path)
    pairing = pairing_of(constraint.query.text) if pairings else None
    if edges is not None and pairing in pairings and pairing is not None:
        edges = [edge for edge in edges if not {edge.start, edge.end} & pairing.apart]
    if edges is not None and not absent and not constraint.query.ask:
        left_out = absent_blocks(constraint.query.text)
        edges = [edge for edge in edges if left_out.isdisjoint(edge.block)]
    start = {"this": walk, "value": ends} if constraint.query.ask else {"this": walk}
    return _query_accesses(edges, start) if edges is not None else None


def _query_accesses(edges: list[Edge], start: dict[str, Walk]) -> set[Access] | None:
    """Return what a query reads, or nothing where a pattern of it hangs on no pre-bound variable.

    From an edge of a block the walk goes over edges of that block and of those around it: these hold
    wherever the block is asked, which those of other blocks need not.
    """
    found: set[Access] = set()
    for block in {edge.block for edge in edges}:
        near = [edge for edge in edges if block[: len(edge.block)] == edge.block]
        walks, over = _walks(near, start)
        for edge in near:
            path = plain(edge.path)
            # Not from an end that was reached over this very edge: it must be there to walk back on.
            if edge.start in walks and over.get(edge.start) is not edge:
                found.update(path_accesses(path, walks[edge.start]))
            elif edge.end in walks:
                found.update(path_accesses(flipped(path), walks[edge.end]))
            else:
                return None
    return found


def _walks(edges: list[Edge], start: dict[str, Walk]) -> tuple[dict[str, Walk], dict[str, Edge]]:
    """Return how each variable is reached from the pre-bound ones by the fewest edges, and over which last.

    Of as many edges those written first are taken: authors begin with what narrows most.
    """
    walks = dict(start)
    over: dict[str, Edge] = {}
    grown = True
    while grown:
        reached: dict[str, Walk] = {}
        for edge in edges:
            path = plain(edge.path)
            if edge.start in walks and edge.end and edge.end not in walks and edge.end not in reached:
                reached[edge.end], over[edge.end] = (*walks[edge.start], path), edge
            elif edge.end in walks and edge.start and edge.start not in walks and edge.start not in reached:
                reached[edge.start], over[edge.start] = (*walks[edge.end], flipped(path)), edge
        walks |= reached
        grown = bool(reached)
    return walks, over
