"""The graph as a property graph: what becomes a node, a property, a relation, and what cannot be held.

The model is described in ``docs/databases.md``. In short: a node per thing, its classes as labels;
literals as properties, named by local name and language; a relation per triple between two things,
named by local name; a claim carries its quote and offsets itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import pyoxigraph as ox

from kg import vocab as v
from kg.load.base import Losses
from kg.load.source import Source

Scalar = str | int | float | bool | date | datetime
Value = Scalar | list[Scalar]

BASE_LABEL = "Resource"
KEY = "uri"
MARK = "kg"
"""The property that says that a node or relation was loaded by us: the digest of what it holds."""

_FOLDED = {v.CLAIM_STATUS, v.MODALITY, v.QUALIFIER, v.QUALIFIER_BEFORE, v.VALUE_STATUS, v.TEMPORAL, v.PREDICATE, v.RULE}
"""Predicates whose thing becomes its local name, as a property: statuses, and names of predicates and rules."""
_NAMED_TOO = {v.UNIT, v.INDICATOR}
"""Predicates that are relations, and whose thing is a property too, since nearly every question asks for it."""
_LISTS = {v.ALT_LABEL, v.HIDDEN_LABEL, v.RESOLUTION}
_INTEGERS = {v.XSD_INTEGER, *(v.XSD + name for name in ("int", "long", "short", "nonNegativeInteger"))}
_FLOATS = {v.XSD_DECIMAL, v.XSD + "double", v.XSD + "float"}
_TEXTS = {v.XSD_STRING, v.RDF + "langString"}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UNSAFE = re.compile(r"[^0-9A-Za-z_]+")


class Node(NamedTuple):
    """A thing with its labels (``Resource`` is one of them) and properties (``uri`` is one of them)."""

    uri: str
    labels: tuple[str, ...]
    properties: dict[str, Value]


class Edge(NamedTuple):
    """A relation between two things, with the articles that state it."""

    start: str
    type: str
    end: str
    properties: dict[str, Value]


class Key(NamedTuple):
    """A property's name, the one type that all its values have, and whether it holds a list."""

    name: str
    type: str
    many: bool


def digest(*parts: object) -> str:
    """Return a short hash of what a node or relation holds, the same on any machine."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class PropertyGraph:
    """The nodes and relations of a source, made on the way, in the order of their IRIs."""

    def __init__(self, source: Source) -> None:
        self.store = source.store
        self.articles = f"{source.base}article/"
        self.losses = Losses()
        self._names = _name_terms(self.store)
        self.subjects = sorted(self._find_subjects())
        self._subject_set = set(self.subjects)
        self.keys = self._find_keys()

    def _find_subjects(self) -> set[str]:
        quotes = {_iri(q.subject) for q in self.store.quads_for_pattern(None, _TYPE, ox.NamedNode(v.QUOTE))}
        return {_iri(quad.subject) for quad in self.store} - quotes

    def _find_keys(self) -> dict[tuple[str, str], Key]:
        """Give each predicate and language one name and one type: text where its values differ."""
        types: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        many: set[tuple[str, str]] = set()
        for subject in self.subjects:
            counts: Counter[tuple[str, str]] = Counter()
            for key, found in self._literals(subject):
                types[key] |= {_type_of(literal) for literal in found}
                counts[key] = len(found)
            many |= {key for key, number in counts.items() if number > 1}
        keys: dict[tuple[str, str], Key] = {}
        for key, kinds in types.items():
            predicate, language = key
            name = self._name(predicate) + (f"_{_UNSAFE.sub('_', language)}" if language else "")
            kind = kinds.pop() if len(kinds) == 1 else "number" if kinds == {"integer", "number"} else "text"
            keys[key] = Key(name, kind, key in many or predicate in _LISTS)
        return keys

    def _literals(self, subject: str) -> Iterator[tuple[tuple[str, str], list[ox.Literal]]]:
        """Yield what a subject has as properties: predicate and language, and the values in order."""
        found: defaultdict[tuple[str, str], set[ox.Literal]] = defaultdict(set)
        for predicate, term in self._pairs(subject):
            if isinstance(term, ox.Literal):
                found[predicate, term.language or ""].add(term)
                continue
            iri = _iri(term)
            if predicate in _FOLDED:
                found[predicate, ""].add(ox.Literal(_local(iri)))
            elif predicate in _NAMED_TOO:
                found[predicate, ""].add(ox.Literal(self._label(iri)))
            elif iri not in self._subject_set and predicate not in (v.TYPE, v.EVIDENCE):
                found[predicate, ""].add(ox.Literal(iri))
        for key in sorted(found):
            yield key, sorted(found[key], key=lambda literal: (literal.value, str(literal)))

    def _pairs(self, subject: str) -> Iterator[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]:
        """Yield predicates and objects of a subject; a claim takes over those of its quote."""
        for quad in self.store.quads_for_pattern(ox.NamedNode(subject), None, None):
            yield quad.predicate.value, quad.object
            if quad.predicate.value == v.EVIDENCE and isinstance(quad.object, ox.NamedNode):
                for part in self.store.quads_for_pattern(quad.object, None, None):
                    if part.predicate.value != v.TYPE:
                        yield part.predicate.value, part.object

    def _label(self, iri: str) -> str:
        """Return the label of a concept, or its local name."""
        for quad in self.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(v.LABEL), None):
            if iri.startswith(f"{v.RDC}unit/") and isinstance(quad.object, ox.Literal):
                return quad.object.value
        return _local(iri)

    def _name(self, iri: str) -> str:
        return self._names.get(iri) or _UNSAFE.sub("_", _local(iri))

    # ------------------------------------------------------------ nodes and relations
    def nodes(self) -> Iterator[Node]:
        """Yield the nodes."""
        for subject in self.subjects:
            properties: dict[str, Value] = {KEY: subject}
            for key, found in self._literals(subject):
                name, kind, many = self.keys[key]
                values = [self._value(literal, kind, name) for literal in found]
                properties[name] = values if many else values[0]
            types = self.store.quads_for_pattern(ox.NamedNode(subject), _TYPE, None)
            labels = {self._name(_iri(quad.object)) for quad in types}
            yield Node(subject, (BASE_LABEL, *sorted(labels)), properties)

    def edges(self) -> Iterator[Edge]:
        """Yield the relations, each once, with the articles that state it."""
        for subject in self.subjects:
            found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
            for quad in self.store.quads_for_pattern(ox.NamedNode(subject), None, None):
                predicate, graph = quad.predicate.value, _iri(quad.graph_name)
                if predicate == v.EVIDENCE:
                    for part in self.store.quads_for_pattern(quad.object, ox.NamedNode(v.HAS_SOURCE), None):  # type: ignore[arg-type]
                        found[self._type(v.HAS_SOURCE), _iri(part.object)].add(graph)
                elif isinstance(quad.object, ox.NamedNode) and predicate not in (*_FOLDED, v.TYPE):
                    if quad.object.value in self._subject_set:
                        found[self._type(predicate), quad.object.value].add(graph)
            for (kind, end), graphs in sorted(found.items()):
                articles: list[Scalar] = [
                    graph.removeprefix(self.articles) for graph in sorted(graphs) if graph.startswith(self.articles)
                ]
                yield Edge(subject, kind, end, {"articles": articles} if articles else {})

    def _type(self, predicate: str) -> str:
        return _WORDS.sub("_", self._name(predicate)).upper()

    def _value(self, literal: ox.Literal, kind: str, name: str) -> Scalar:
        """Return a literal as the type of its key; note what that loses."""
        text, datatype = literal.value, literal.datatype.value
        if kind == "integer" and -(2**63) <= int(text) < 2**63:
            return int(text)
        if kind == "number":
            number = float(text)
            try:
                exact = Decimal(repr(number)) == Decimal(text)
            except InvalidOperation:
                exact = True
            if not exact:
                self.losses.add(f"decimal with more digits than a float holds ({name})", text)
            return number
        if kind == "boolean":
            return text in ("true", "1")
        if kind == "date":
            return date.fromisoformat(text)
        if datatype not in _TEXTS:
            self.losses.add(f"{_local(datatype)} kept as text ({name})", text)
        return text

    def count_losses(self, named_graphs: bool = True) -> None:
        """Note what no property graph holds: the graph a name stands in, and that a text is an address."""
        words = "name or value without the graph that it stands in"
        for quad in self.store:
            if isinstance(quad.object, ox.Literal) and named_graphs:
                self.losses.add(words)
            elif isinstance(quad.object, ox.NamedNode) and quad.predicate.value not in (*_FOLDED, v.TYPE, v.EVIDENCE):
                if quad.object.value not in self._subject_set:
                    self.losses.add("IRI of something not described here, kept as text", quad.object.value)


_TYPE = ox.NamedNode(v.TYPE)


def _type_of(literal: ox.Literal) -> str:
    """Return the type of the property that a literal asks for."""
    datatype = literal.datatype.value
    if datatype in _INTEGERS:
        return "integer" if -(2**63) <= int(literal.value) < 2**63 else "text"
    if datatype in _FLOATS:
        return "number" if literal.value not in ("INF", "-INF", "NaN") else "text"
    if datatype == v.XSD + "boolean":
        return "boolean"
    if datatype == v.XSD_DATE:
        try:
            date.fromisoformat(literal.value)
        except ValueError:
            return "text"
        return "date"
    return "text"


def _iri(term: object) -> str:
    return str(getattr(term, "value", term))


def _local(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


def _name_terms(store: ox.Store) -> dict[str, str]:
    """Return a name for each predicate and class: the local name; with a prefix where two would share one.

    Our own terms go first, and ``rdfs:label`` is ``name``, which graph browsers show.
    """
    iris = {quad.predicate.value for quad in store}
    iris |= {_iri(quad.object) for quad in store.quads_for_pattern(None, _TYPE, None)}
    prefixes = {namespace: prefix for prefix, namespace in v.PREFIXES.items()}
    names: dict[str, str] = {v.LABEL: "name", v.EXACT: "quote"}
    taken = {"name", "quote", KEY, MARK, "articles"}
    for iri in _own_first(iris - set(names)):
        local = _UNSAFE.sub("_", _local(iri)) or "term"
        if local in taken:
            space = iri[: len(iri) - len(_local(iri))]
            local = f"{prefixes.get(space, 'other')}_{local}"
        while local in taken:
            local += "_"
        taken.add(local)
        names[iri] = local
    return names


def _own_first(iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=lambda iri: (not iri.startswith(v.RD), iri))
