"""RDF 1.2 Turtle: each claim is the reifier of the triple it states.

``claim:1f… rdf:reifies <<( kgd:life-valley rd:within kgd:changping-district )>>`` stands in place of
the claim's ``rdf:subject``, ``rdf:predicate`` and ``rdf:object``; nothing else differs from the ``.ttl``
file, which is its RDF 1.1 twin. The object of a measured value's triple is the observation.
"""

from __future__ import annotations

import shutil
from itertools import groupby
from typing import BinaryIO

from kg import vocab as v
from kg.export.base import Target
from kg.export.quads import BLOCK_BYTES
from kg.export.rdf import note_one_graph
from kg.export.source import Source
from kg.turtle import Shortener, properties_of, subject_of

_SUBJECT, _PREDICATE, _OBJECT, _STATES = (f"<{iri}>" for iri in (v.SUBJECT, v.PREDICATE, v.OBJECT, v.STATES))


def write_ttl12(source: Source, target: Target) -> None:
    """Write the union of the graphs as RDF 1.2 Turtle."""
    note_one_graph(source, target)
    short, claims = Shortener(source.prefixes), _Claims()
    quads = source.quads
    with quads.by_subject.open("rb", buffering=BLOCK_BYTES) as records, quads.spool() as claimed, quads.spool() as body:
        for subject, group in groupby(records, subject_of):
            properties = claims.take(subject, properties_of(group), claimed)
            if properties:
                body.write(f"\n{short.block(subject, properties)}".encode())
            short.forget()
        claimed.seek(0)
        body.seek(0)
        target.counts.update(triples=target.counts["triples"] - claims.taken, reifiers=claims.count)
        with target.open() as stream:
            stream.write(b'VERSION "1.2"\n')
            stream.write(short.header().encode())
            shutil.copyfileobj(body, stream, BLOCK_BYTES)
            stream.write(f"\n# What each claim states.\n@prefix rdf: <{v.RDF}> .\n".encode())
            shutil.copyfileobj(claimed, stream, BLOCK_BYTES)


class _Claims:
    """Takes out of what is said of a claim the triple that it states, and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.taken = 0
        """How many triples fewer there are: three become one, of a value's claim two."""

    def take(self, subject: str, properties: dict[str, list[str]], claimed: BinaryIO) -> dict[str, list[str]]:
        """Return what stays; write what the subject states, where it is a claim."""
        stated = properties.get(_OBJECT) or properties.get(_STATES, [])
        parts = (properties.get(_SUBJECT, []), properties.get(_PREDICATE, []), stated)
        if [len(terms) for terms in parts] != [1, 1, 1]:
            return properties
        triple = " ".join(terms[0] for terms in parts)
        claimed.write(f"{subject} rdf:reifies <<( {triple} )>> .\n".encode())
        kept = {name: terms for name, terms in properties.items() if name not in (_SUBJECT, _PREDICATE, _OBJECT)}
        self.count += 1
        self.taken += sum(map(len, properties.values())) - sum(map(len, kept.values())) - 1
        return kept
