"""What the server says of itself: a SPARQL service description, and a VoID description of its data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import vocab as v
from kg.resources import Domain
from kg.serve.negotiation import GRAPH_FORMATS, Format

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_IRIS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPH_IRIS = ("Turtle", "N-Triples", "N-Quads", "TriG", "JSON-LD", "RDF_XML")
_WRITE = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
_PREFIXES = {"sd": SD, "void": VOID, "formats": FORMATS, "dcterms": v.DCTERMS, "xsd": v.XSD, "rdfs": v.RDFS}


class _Graph:
    """Triples being gathered."""

    def __init__(self) -> None:
        self.triples: list[ox.Triple] = []

    def add(self, subject: str, predicate: str, *objects: str | int | ox.Literal) -> None:
        """Add triples; a text is an IRI, a number an integer."""
        for item in objects:
            if isinstance(item, int):
                term: ox.NamedNode | ox.Literal = ox.Literal(str(item), datatype=ox.NamedNode(v.XSD_INTEGER))
            else:
                term = ox.NamedNode(item) if isinstance(item, str) else item
            self.triples.append(ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term))


def write(triples: list[ox.Triple], format: Format, prefixes: Mapping[str, str]) -> bytes:
    """Return a description in one of ``GRAPH_FORMATS``."""
    named = {**_PREFIXES, **prefixes} if format.name in ("ttl", "trig", "rdf") else None
    triples = sorted(triples, key=lambda triple: (len(str(triple.subject)), str(triple.subject)))
    return ox.serialize(triples, format=_WRITE[format.name], prefixes=named) or b""


def describe_service(endpoint: str, counts: Mapping[str, Any]) -> list[ox.Triple]:
    """Return the service description of an endpoint over a dataset with these counts."""
    graph = _Graph()
    service, dataset, default = (f"{endpoint}#{name}" for name in ("service", "dataset", "default-graph"))
    graph.add(service, v.TYPE, SD + "Service")
    graph.add(service, SD + "endpoint", endpoint)
    graph.add(service, SD + "supportedLanguage", SD + "SPARQL11Query")
    graph.add(service, SD + "feature", SD + "UnionDefaultGraph")
    graph.add(service, SD + "resultFormat", *(FORMATS + name for name in (*_RESULT_IRIS, *_GRAPH_IRIS)))
    graph.add(service, SD + "defaultDataset", dataset)
    graph.add(dataset, v.TYPE, SD + "Dataset", VOID + "Dataset")
    graph.add(dataset, SD + "defaultGraph", default)
    graph.add(default, v.TYPE, SD + "Graph")
    graph.add(default, VOID + "triples", int(counts["triples"]))
    for number, (name, triples) in enumerate(sorted(counts["graphs"].items()), 1):
        if not name:
            continue
        named = f"{endpoint}#named-graph-{number}"
        graph.add(dataset, SD + "namedGraph", named)
        graph.add(named, v.TYPE, SD + "NamedGraph")
        graph.add(named, SD + "name", name)
        graph.add(named, SD + "graph", f"{named}-triples")
        graph.add(f"{named}-triples", v.TYPE, SD + "Graph")
        graph.add(f"{named}-triples", VOID + "triples", int(triples))
    return graph.triples


def describe_dataset(origin: str, domain: Domain, counts: Mapping[str, Any], store: Path) -> list[ox.Triple]:
    """Return the VoID description of the data of a domain as served at an origin."""
    graph = _Graph()
    dataset = f"{origin}/.well-known/void#dataset"
    graph.add(dataset, v.TYPE, VOID + "Dataset")
    graph.add(dataset, v.DCTERMS + "title", ox.Literal(domain.title))
    graph.add(dataset, VOID + "sparqlEndpoint", f"{origin}/sparql")
    graph.add(dataset, VOID + "dataDump", f"{origin}/store?default")
    graph.add(dataset, VOID + "uriSpace", ox.Literal(domain.data_base))
    graph.add(dataset, VOID + "vocabulary", v.RD, v.SKOS, v.SCHEMA, v.OA, v.PROV, v.ORG)
    graph.add(dataset, VOID + "feature", *(FORMATS + name for name in _GRAPH_IRIS[: len(GRAPH_FORMATS)]))
    graph.add(dataset, VOID + "triples", int(counts["triples"]))
    graph.add(dataset, VOID + "distinctSubjects", int(counts["subjects"]))
    graph.add(dataset, VOID + "classes", len(counts["classes"]))
    graph.add(dataset, VOID + "properties", len(counts["properties"]))
    when = _modified(store)
    if when:
        graph.add(dataset, v.DCTERMS + "modified", ox.Literal(when, datatype=ox.NamedNode(v.XSD_DATE_TIME)))
    _add_partitions(graph, dataset, counts)
    return graph.triples


def _add_partitions(graph: _Graph, dataset: str, counts: Mapping[str, Any]) -> None:
    kinds = (("class", "classes", "entities"), ("property", "properties", "triples"))
    for kind, group, number in kinds:
        for place, (iri, found) in enumerate(sorted(counts[group].items()), 1):
            part = f"{dataset}-{kind}-{place}"
            graph.add(dataset, f"{VOID}{kind}Partition", part)
            graph.add(part, VOID + kind, iri)
            graph.add(part, VOID + number, int(found))


def _modified(store: Path) -> str:
    """Return when the store was built, as an xsd:dateTime."""
    try:
        seconds = (store / "CURRENT").stat().st_mtime
    except OSError:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
