"""Turtle, TriG, N-Triples, N-Quads and RDF/XML of the store: the same bytes for the same graph."""

from __future__ import annotations

import re

from kg.export.base import Target
from kg.export.source import Source
from kg.nquads import join_lines
from kg.turtle import format_trig, format_turtle

_ONE_GRAPH = "graph names: the format holds one graph, so a fact is not tied to its graph but by its claim"
_IRI_START = re.compile(r"<([^>]*)>")


def write_ttl(source: Source, target: Target) -> None:
    """Write the union of the graphs as Turtle, one block for each subject."""
    note_one_graph(source, target)
    with target.open() as stream:
        stream.write(format_turtle(source.lines, source.prefixes).encode())


def write_trig(source: Source, target: Target) -> None:
    """Write the graphs as TriG, one block for each graph."""
    target.counts["quads"] = len(source.lines)
    with target.open() as stream:
        stream.write(format_trig(source.lines, source.prefixes).encode())


def write_nq(source: Source, target: Target) -> None:
    """Write the quads as sorted N-Quads."""
    target.counts["quads"] = len(source.lines)
    with target.open() as stream:
        stream.write(join_lines(source.lines))


def write_nt(source: Source, target: Target) -> None:
    """Write the union of the graphs as sorted N-Triples."""
    with target.open() as stream:
        stream.write(join_lines(_union(source, target)))


def write_rdfxml(source: Source, target: Target) -> None:
    """Write the union of the graphs as RDF/XML."""
    import pyoxigraph as ox

    lines = _union(source, target)
    quads = ox.parse(join_lines(lines), format=ox.RdfFormat.N_TRIPLES)
    used = {iri for line in lines for iri in _IRI_START.findall(line.split(" ", 2)[1])}
    prefixes = {
        name: iri for name, iri in sorted(source.prefixes.items()) if any(term.startswith(iri) for term in used)
    }
    with target.open() as stream:
        ox.serialize((quad.triple for quad in quads), stream, format=ox.RdfFormat.RDF_XML, prefixes=prefixes)


def _union(source: Source, target: Target) -> list[str]:
    """Return the triples of all graphs as sorted N-Triples lines, each once."""
    note_one_graph(source, target)
    return sorted({line.rsplit(" ", 2)[0] + " ." for line in source.lines})


def note_one_graph(source: Source, target: Target) -> None:
    """Count the triples of the union, and note that the names of its graphs are lost."""
    target.counts["triples"] = len({line.rsplit(" ", 2)[0] for line in source.lines})
    graphs = {line.rsplit(" ", 2)[1] for line in source.lines}
    if len(graphs) > 1:
        target.losses.add(_ONE_GRAPH, sorted(graphs)[0], len(graphs))
