"""The words of the Shapes Constraint Language, and how terms are written in a query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

Term: TypeAlias = NamedNode | BlankNode | Literal
Subject: TypeAlias = NamedNode | BlankNode

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"

RDF_TYPE = NamedNode(RDF + "type")
RDF_FIRST = NamedNode(RDF + "first")
RDF_REST = NamedNode(RDF + "rest")
RDF_NIL = NamedNode(RDF + "nil")
RDFS_LABEL = NamedNode(RDFS + "label")
RDFS_CLASS = NamedNode(RDFS + "Class")
SUBCLASS_OF = NamedNode(RDFS + "subClassOf")

TRUE = Literal(True)
FALSE = Literal(False)

DERIVED_INTEGERS = frozenset(
    XSD + name
    for name in (
        "byte short int long unsignedByte unsignedShort unsignedInt unsignedLong "
        "nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger"
    ).split()
)
"""Datatypes that an Oxigraph store turns into ``xsd:integer``."""


SPARQL_COMPONENT = NamedNode(SH + "SPARQLConstraintComponent")


def sh(name: str) -> NamedNode:
    """Return the term ``sh:name``."""
    return NamedNode(SH + name)


def text_of(term: object) -> str:
    """Return a term in N-Triples form, which SPARQL reads as well."""
    return str(term)


def normalised(terms: Iterable[Term]) -> list[Term]:
    """Return terms as an Oxigraph store holds them: canonical numbers, lower-case language tags."""
    out = list(terms)
    store = Store()
    numbered = ((NamedNode(f"urn:n:{n}"), term) for n, term in enumerate(out) if isinstance(term, Literal))
    store.bulk_extend(Quad(node, RDF_TYPE, term) for node, term in numbered)
    for quad in store:
        out[int(str(quad.subject)[7:-1])] = quad.object
    return out


def local_name(iri: str) -> str:
    """Return what stands after the last ``#`` or ``/`` of an IRI.

    >>> local_name("http://www.w3.org/ns/shacl#MinCountConstraintComponent")
    'MinCountConstraintComponent'
    """
    return iri.rstrip("#/").replace("#", "/").rsplit("/", 1)[-1]
