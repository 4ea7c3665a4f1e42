"""Turtle, TriG, N-Triples, N-Quads and RDF/XML of the store: the same bytes for the same graph, in flat memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from itertools import groupby

from kg.export.base import Target
from kg.export.quads import BLOCK_BYTES
from kg.export.source import Source
from kg.turtle import Shortener, stream_trig, stream_turtle

_ONE_GRAPH = "graph names: the format holds one graph, so a fact is not tied to its graph but by its claim"


def write_ttl(source: Source, target: Target) -> None:
    """Write the union of the graphs as Turtle, one block for each subject."""
    note_one_graph(source, target)
    short = Shortener(source.prefixes)
    with source.quads.by_subject.open("rb", buffering=BLOCK_BYTES) as records:
        write_headed(source, target, stream_turtle(records, short), short)


def write_trig(source: Source, target: Target) -> None:
    """Write the graphs as TriG, one block for each graph."""
    target.counts["quads"] = source.quads.survey.quads
    short = Shortener(source.prefixes)
    with source.quads.by_graph.open("rb", buffering=BLOCK_BYTES) as records:
        write_headed(source, target, stream_trig(records, short), short)


def write_headed(source: Source, target: Target, blocks: Iterable[str], short: Shortener) -> None:
    """Write blocks below the prefixes that they use, which are known only when all are written."""
    with source.quads.spool() as body:
        body.writelines(block.encode() for block in blocks)
        body.seek(0)
        with target.open() as stream:
            stream.write(short.header().encode())
            shutil.copyfileobj(body, stream, BLOCK_BYTES)


def write_nq(source: Source, target: Target) -> None:
    """Write the quads as sorted N-Quads."""
    target.counts["quads"] = source.quads.survey.quads
    with source.quads.lines.open("rb") as lines, target.open() as stream:
        shutil.copyfileobj(lines, stream, BLOCK_BYTES)


def write_nt(source: Source, target: Target) -> None:
    """Write the union of the graphs as sorted N-Triples."""
    note_one_graph(source, target)
    with target.open() as stream:
        stream.writelines(source.quads.triples())


def write_rdfxml(source: Source, target: Target) -> None:
    """Write the union of the graphs as RDF/XML."""
    import pyoxigraph as ox

    note_one_graph(source, target)
    used = source.quads.survey.predicates
    prefixes = {
        name: iri for name, iri in sorted(source.prefixes.items()) if any(term.startswith(iri) for term in used)
    }

    with target.open() as stream:
        quads = ox.parse(path=source.quads.lines, format=ox.RdfFormat.N_QUADS)
        triples = (triple for triple, _ in groupby(quad.triple for quad in quads))
        ox.serialize(triples, stream, format=ox.RdfFormat.RDF_XML, prefixes=prefixes)


def note_one_graph(source: Source, target: Target) -> None:
    """Count the triples of the union, and note that the names of its graphs are lost."""
    survey = source.quads.survey
    target.counts["triples"] = survey.triples
    if len(survey.graphs) > 1:
        # In the order of the terms, brackets and all.
        target.losses.add(_ONE_GRAPH, min(f"<{graph}>" for graph in survey.graphs), len(survey.graphs))
