"""RDF bytes → triples in the order of the document, blank nodes named by that order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg.errors import ShapeError
from kg.shapes.terms import RDF_FIRST, RDF_NIL, RDF_REST, Term, text_of

Triples = Sequence[tuple[Term, NamedNode, Term]]
Source = str | FilePath | bytes

_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_quads(source: Source, *, prefix: str = "b", base: str | None = None) -> list[Quad]:
    """Return the quads of a file, or of bytes of Turtle, in the order of the document.

    Blank nodes are named ``prefix`` and a number by first appearance, so that a second reading gives
    the same names. Raises ``ShapeError`` where it cannot be read; a document type declaration in XML
    is refused, since it can expand without bound.
    """
    where, data, form = _open(source)
    if form == RdfFormat.RDF_XML and _DOCTYPE.search(data):
        raise ShapeError("a document type declaration", where=where, hint="write the file without entities")
    if base is None and not isinstance(source, bytes):
        base = FilePath(source).absolute().as_uri()
    names: dict[BlankNode, BlankNode] = {}
    try:
        return [_renamed(quad, names, prefix) for quad in parse(data, form, base_iri=base)]
    except (SyntaxError, ValueError) as error:
        raise ShapeError(f"not readable as RDF: {error}", where=where, hint="mend the file's syntax") from error


def _open(source: Source) -> tuple[str, bytes, RdfFormat]:
    if isinstance(source, bytes):
        return "shapes", source, RdfFormat.TURTLE
    path = FilePath(source)
    form = RdfFormat.from_extension(path.suffix.lstrip("."))
    if form is None:
        raise ShapeError("a suffix that names no RDF format", where=str(path), hint="use .ttl, .nt, .nq or .trig")
    try:
        return str(path), path.read_bytes(), form
    except OSError as error:
        raise ShapeError(f"cannot be read: {error.strerror}", where=str(path), hint="check the path") from error


def _renamed(quad: Quad, names: dict[BlankNode, BlankNode], prefix: str) -> Quad:
    def name(term: object) -> object:
        if not isinstance(term, BlankNode):
            return term
        if term not in names:
            names[term] = BlankNode(f"{prefix}{len(names)}")
        return names[term]

    parts = [name(quad.subject), quad.predicate, name(quad.object), name(quad.graph_name)]
    return Quad(*parts)  # type: ignore[arg-type]


def plain_triples(quads: Iterable[Quad]) -> list[tuple[Term, NamedNode, Term]]:
    """Return the triples of all graphs, each once; triples about triples have no part in shapes."""
    seen: dict[tuple[Term, NamedNode, Term], None] = {}
    for quad in quads:
        if not isinstance(quad.subject, Triple) and not isinstance(quad.object, Triple):
            seen[(quad.subject, quad.predicate, quad.object)] = None
    return list(seen)


def default_quads(triples: Triples) -> list[Quad]:
    """Return triples as quads of the default graph."""
    return [Quad(s, p, o, DefaultGraph()) for s, p, o in triples if not isinstance(s, Literal)]


class Index:
    """The triples of a shapes graph by subject and predicate, each list in order of the document."""

    def __init__(self, triples: Triples) -> None:
        self.subjects: dict[Term, dict[NamedNode, list[Term]]] = {}
        for s, p, o in triples:
            self.subjects.setdefault(s, {}).setdefault(p, []).append(o)

    def values(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """Return the objects of a subject and predicate, none if there are none."""
        return self.subjects.get(subject, {}).get(predicate, [])

    def one(self, subject: Term, predicate: NamedNode) -> Term | None:
        """Return the only object, or nothing; raises ``ShapeError`` where there are several."""
        found = self.values(subject, predicate)
        if len(found) > 1:
            raise ShapeError(
                f"{text_of(predicate)} has {len(found)} values",
                where=text_of(subject),
                hint="keep one of them",
            )
        return found[0] if found else None

    def members(self, head: Term, where: Term) -> list[Term]:
        """Return the members of an RDF list; raises ``ShapeError`` where it is no proper list."""
        items: list[Term] = []
        seen: set[Term] = set()
        while head != RDF_NIL:
            first, rest = self.values(head, RDF_FIRST), self.values(head, RDF_REST)
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise ShapeError("a list that is not well formed", where=text_of(where), hint="write it as ( … )")
            seen.add(head)
            items.append(first[0])
            head = rest[0]
        return items
