"""RDF 1.2 Turtle: each claim is the reifier of the triple it states.

``claim:1f… rdf:reifies <<( kgd:life-valley rd:within kgd:changping-district )>>`` stands in place of
the claim's ``rdf:subject``, ``rdf:predicate`` and ``rdf:object``; nothing else differs from the ``.ttl``
file, which is its RDF 1.1 twin. The object of a measured value's triple is the observation.
"""

from __future__ import annotations

from kg import vocab as v
from kg.export.base import Target
from kg.export.rdf import note_one_graph
from kg.export.source import Source
from kg.turtle import format_turtle

REIFIES = v.RDF + "reifies"
_SUBJECT, _PREDICATE, _OBJECT, _STATES = (f"<{iri}>" for iri in (v.SUBJECT, v.PREDICATE, v.OBJECT, v.STATES))


def write_ttl12(source: Source, target: Target) -> None:
    """Write the union of the graphs as RDF 1.2 Turtle."""
    note_one_graph(source, target)
    triples = {line.rsplit(" ", 2)[0] for line in source.lines}
    kept, claims = _split(triples)
    target.counts.update(triples=len(kept) + len(claims), reifiers=len(claims))
    graph = "<http://graph/>"
    plain = format_turtle((f"{line} {graph} ." for line in kept), source.prefixes)
    with target.open() as stream:
        stream.write(b'VERSION "1.2"\n')
        stream.write(plain.encode())
        stream.write(f"\n# What each claim states.\n@prefix rdf: <{v.RDF}> .\n".encode())
        for claim in sorted(claims):
            stream.write(f"{claim} rdf:reifies <<( {' '.join(claims[claim])} )>> .\n".encode())


def _split(triples: set[str]) -> tuple[list[str], dict[str, tuple[str, str, str]]]:
    """Return the triples that stay, and by claim the triple it states."""
    parts: dict[str, dict[str, str]] = {}
    for triple in triples:
        subject, predicate, term = triple.split(" ", 2)
        if predicate in (_SUBJECT, _PREDICATE, _OBJECT, _STATES):
            parts.setdefault(subject, {})[predicate] = term
    claims = {}
    for claim, found in parts.items():
        if _SUBJECT in found and _PREDICATE in found and (_OBJECT in found or _STATES in found):
            term = found.get(_OBJECT) or found[_STATES]
            claims[claim] = (found[_SUBJECT], found[_PREDICATE], term)
    kept = []
    for triple in triples:
        subject, predicate, _ = triple.split(" ", 2)
        if subject not in claims or predicate not in (_SUBJECT, _PREDICATE, _OBJECT):
            kept.append(triple)
    return kept, claims
