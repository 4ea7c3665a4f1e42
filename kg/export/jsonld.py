"""JSON-LD with our own context inside the file, framed by thing.

Each named graph is an object; in it every thing holds the claims about it, each claim its quote and its
observation. The context lies in the file: no reader has to fetch anything. Expanded, it is the same quads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, TypeAlias

import pyoxigraph as ox

from kg import vocab as v
from kg.export.base import Target
from kg.export.quads import QuadFiles
from kg.export.source import Source
from kg.turtle import subject_of

Node: TypeAlias = "dict[str, list[Any]]"

_SUBJECT = f" <{v.SUBJECT}> ".encode()
_NESTED = (v.EVIDENCE, v.STATES)
_IDS = (
    *v.RELATIONS, v.ABOUT, v.INDICATOR, v.UNIT, v.QUALIFIER, v.QUALIFIER_BEFORE, v.VALUE_STATUS, v.STATES,
    v.EVIDENCE, v.CLAIM_STATUS, v.MODALITY, v.RULE, v.SUBJECT, v.PREDICATE, v.HAS_SOURCE, v.IN_SCHEME,
    v.IS_DEFINED_BY, v.CONTAINED_IN_PLACE, v.CLOSE_MATCH,
)  # fmt: skip
_DECIMALS = (v.VALUE, v.VALUE_BEFORE, v.CONFIDENCE)
_INTEGERS = (v.RANK, v.COUNT, v.START, v.END)


def make_context(prefixes: dict[str, str]) -> dict[str, Any]:
    """Return the context: prefixes, and short names for the terms of a claim."""
    # A prefix of JSON-LD ends in one of these characters, or the reader does not expand it.
    context: dict[str, Any] = {name: iri for name, iri in sorted(prefixes.items()) if iri[-1] in "/#:?"}
    for iri in _IDS:
        context[_term(iri)] = {"@id": iri, "@type": "@id"}
    for iri in _DECIMALS:
        context[_term(iri)] = {"@id": iri, "@type": v.XSD_DECIMAL}
    for iri in _INTEGERS:
        context[_term(iri)] = {"@id": iri, "@type": v.XSD_INTEGER}
    context["label"] = v.LABEL
    context["exact"] = v.EXACT
    context["period"] = v.PERIOD
    context["claims"] = {"@reverse": v.SUBJECT, "@type": "@id"}
    return context


def _term(iri: str) -> str:
    """Return the short name of a property, which must not be that of a prefix.

    >>> _term("https://kg.example/ontology/rule")
    'ruleUsed'
    """
    name = iri.replace("#", "/").rsplit("/", 1)[-1]
    return {"rule": "ruleUsed", "unit": "unitUsed"}.get(name, name)


def write_jsonld(source: Source, target: Target) -> None:
    """Write the graphs as JSON-LD, things in order of their IRI; memory holds one graph that has claims at a time."""
    writer = _Writer(source.prefixes)
    target.counts["quads"] = source.quads.survey.quads
    with target.open() as stream:
        for piece in _stream(writer, source.quads):
            stream.write(piece.encode())


def _stream(writer: _Writer, quads: QuadFiles) -> Iterator[str]:
    """Yield the document as ``json.dumps`` with an indent of one writes it whole."""
    yield f'{{\n "@context": {_indented(writer.context, 1)},\n "@graph": ['
    stop = "\n  "
    for graph, read_records in quads.read_graphs():
        yield f'{stop}{{\n   "@id": {_indented(writer.short(graph), 3)},\n   "@graph": ['
        between = "\n    "
        for node in writer.frame(read_records):
            yield between + _indented(node, 4)
            between = ",\n    "
        yield "\n   ]\n  }"
        stop = ",\n  "
    yield "\n ]\n}\n" if stop[0] == "," else "]\n}\n"


def _indented(value: Any, depth: int) -> str:
    """Return a value as JSON whose first line stands ``depth`` deep in a document."""
    return json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n" + " " * depth)


def _read_nodes(records: Iterable[bytes]) -> Iterator[tuple[str, Node]]:
    """Yield the things of one graph in order: IRI, and what is said of it by predicate."""
    for subject, group in groupby(records, subject_of):
        start = subject.encode()
        triples = b"".join(start + record[len(start) - 1 : -1] + b" .\n" for record in group)
        node: Node = {}
        for quad in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES):
            node.setdefault(quad.predicate.value, []).append(quad.object)
        yield subject[1:-1], node


class _Writer:
    """Writes nodes as objects; a claim is written inside its subject, quote and value inside the claim."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        self.context = make_context(prefixes)
        self.terms = {
            value["@id"]: (name, value["@type"])
            for name, value in self.context.items()
            if isinstance(value, dict) and "@id" in value
        } | {self.context[name]: (name, "") for name in ("label", "exact", "period")}
        self.prefixes = sorted(
            ((iri, name) for name, iri in self.context.items() if isinstance(iri, str) and name in prefixes),
            key=lambda item: -len(item[0]),
        )

    def short(self, iri: str) -> str:
        """Return an IRI with a prefix of the context."""
        for namespace, name in self.prefixes:
            # What follows must not look like an authority, or it would be read as an absolute IRI.
            if iri.startswith(namespace) and not iri.startswith("//", len(namespace)):
                return f"{name}:{iri[len(namespace) :]}"
        return iri

    def frame(self, read_records: Callable[[], Iterator[bytes]]) -> Iterator[dict[str, Any]]:
        """Yield the nodes of one graph that stand by themselves, the others inside them."""
        if not any(_SUBJECT in record for record in read_records()):
            # No claims: nothing lies inside anything, and no node needs another.
            for iri, node in _read_nodes(read_records()):
                yield self._node(iri, {iri: node}, {}, set(), set())
            return
        nodes = dict(_read_nodes(read_records()))
        inside: dict[str, list[str]] = {}
        for iri, node in nodes.items():
            for subject in node.get(v.SUBJECT, []):
                if len(node[v.SUBJECT]) == 1 and _value(subject) != iri:
                    inside.setdefault(_value(subject), []).append(iri)
        claims = {claim for held in inside.values() for claim in held}
        held = set(claims)
        for iri, node in nodes.items():
            if iri in held:
                held |= {_value(term) for key in _NESTED for term in node.get(key, [])} & set(nodes)
        done: set[str] = set()
        for iri in sorted(nodes.keys() | inside.keys()):
            if iri not in held or iri in inside:
                yield self._node(iri, nodes, inside, claims, done)

    def _node(
        self, iri: str, nodes: dict[str, Node], inside: dict[str, list[str]], claims: set[str], done: set[str]
    ) -> dict[str, Any]:
        done.add(iri)
        found: dict[str, Any] = {"@id": self.short(iri)}
        in_thing = iri in claims
        node = nodes.get(iri, {})
        for predicate in sorted(node, key=lambda name: (name != v.TYPE, name != v.LABEL, name)):
            if predicate == v.SUBJECT and in_thing:
                continue
            if predicate == v.TYPE:
                found["@type"] = _one([self.short(term.value) for term in _ordered(node[predicate])])
                continue
            name, kind = self.terms.get(predicate, (self.short(predicate), ""))
            values: list[Any] = []
            for term in _ordered(node[predicate]):
                if predicate in _NESTED and in_thing and _value(term) in nodes and _value(term) not in done:
                    values.append(self._node(_value(term), nodes, inside, claims, done))
                else:
                    values.append(self._term(term, kind))
            found[name] = _one(values)
        if iri in inside:
            found["claims"] = [self._node(claim, nodes, inside, claims, done) for claim in inside[iri]]
        return found

    def _term(self, term: Any, kind: str) -> Any:
        if isinstance(term, ox.NamedNode):
            return self.short(term.value) if kind == "@id" else {"@id": self.short(term.value)}
        if not isinstance(term, ox.Literal):
            return {"@id": str(term)}
        if term.language:
            return {"@value": term.value, "@language": term.language}
        datatype = term.datatype.value
        if datatype == v.XSD_STRING:
            return term.value if not kind else {"@value": term.value}
        return term.value if datatype == kind else {"@value": term.value, "@type": self.short(datatype)}


def _value(term: Any) -> str:
    return str(getattr(term, "value", term))


def _ordered(terms: list[Any]) -> list[Any]:
    return sorted(terms, key=str)


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
