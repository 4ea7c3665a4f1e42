"""The graph as a property graph: what becomes a node, a property, a relation, and what cannot be held.

The model is described in ``docs/databases.md``. In short: a node per thing, its classes as labels;
literals as properties, named by local name and language; a relation per triple between two things,
named by local name; a claim carries its quote and offsets itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from kg import vocab as v
from kg.load.base import Losses
from kg.load.ledger import Ledger
from kg.load.source import Source
from kg.load.things import Literal, Said, Spool, read_things

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
_NUMBERS = _INTEGERS | _FLOATS
_TEXTS = {v.XSD_STRING, v.RDF + "langString"}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SAMPLE = 100
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


class _Use:
    """What the values of one predicate and language are: their types, whether there are many, what text cannot say."""

    def __init__(self) -> None:
        self.types: set[str] = set()
        self.many = False
        self.typed: dict[str, tuple[int, str]] = {}
        self.rounded = (0, "")

    def add(self, found: set[Literal]) -> None:
        """Note the values that one thing has."""
        self.many = self.many or len(found) > 1
        for literal in found:
            datatype = literal.datatype
            self.types.add(_type_of(literal))
            if datatype in _TEXTS:
                continue
            count, example = self.typed.get(datatype, (0, literal.value))
            self.typed[datatype] = count + 1, example
            if datatype in _NUMBERS and _is_rounded(literal.value):
                self.rounded = self.rounded[0] + 1, self.rounded[1] or literal.value

    @property
    def type(self) -> str:
        """The one type that holds all values."""
        if self.types == {"integer", "number"}:
            return "number"
        return next(iter(self.types)) if len(self.types) == 1 else "text"

    def tell_losses(self, key: Key, losses: Losses) -> None:
        """Tell what the type loses."""
        if key.type == "number" and self.rounded[0]:
            count, example = self.rounded
            losses.add(f"decimal with more digits than a float holds ({key.name})", example, count)
        if key.type == "text":
            for datatype, (count, example) in sorted(self.typed.items()):
                losses.add(f"{_local(datatype)} kept as text ({key.name})", example, count)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


def digest(*parts: object) -> str:
    """Return a short hash of what a node or relation holds, the same on any machine."""
    return hashlib.sha256(_encode(parts).encode()).hexdigest()[:24]


class PropertyGraph:
    """The nodes and relations of a source, in the order of their IRIs.

    The source is read twice: for what there is, and to put each thing together with its quotes, into a
    temporary file. From there nodes and relations are made as often as they are asked for; memory
    holds the names of properties, and no thing.
    """

    def __init__(self, source: Source) -> None:
        self._source = source  # whose temporary folder goes with it
        self.articles = f"{source.base}article/"
        self.losses = Losses()
        self.labels: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.number = 0
        folder = Path(tempfile.mkdtemp(dir=source.folder))
        self._ledger = Ledger(folder / "graph.db")
        self._described, self._quotes = self._ledger.table("described"), self._ledger.table("quotes")
        self._units: dict[str, str] = {}
        self._names = _name_terms(self._find_things(source))
        self._is_described = lru_cache(50_000)(self._described.__contains__)
        self._type_names: dict[str, str] = {}
        self._uses: defaultdict[tuple[str, str], _Use] = defaultdict(_Use)
        self._sample: list[tuple[bytes, str, Any]] = []
        self._things = Spool(folder / "things")
        for thing in self._put_together(source):
            self._things.add(thing)
        self.keys = self._find_keys()

    # ------------------------------------------------------------ reading the source
    def _find_things(self, source: Source) -> set[str]:
        """Note which subjects there are, keep what quotes say, and return the predicates and classes."""
        terms: set[str] = set()

        def subjects() -> Iterator[tuple[str, str]]:
            quotes: list[tuple[str, str]] = []
            for subject, said in read_things(source.sorted_blocks()):
                terms.update(one.predicate for one in said)
                classes = {one.object for one in said if one.predicate == v.TYPE}
                terms.update(str(name) for name in classes)
                if subject.startswith(f"{v.RDC}unit/"):
                    found = sorted(str(one.object[0]) for one in said if one.predicate == v.LABEL)
                    self._units.update((subject, label) for label in found[:1])
                if v.QUOTE not in classes:
                    yield subject, ""
                    continue
                quotes.append((subject, json.dumps([one for one in said if one.predicate != v.TYPE])))
                if len(quotes) == 1000:
                    self._quotes.fill(quotes)
                    quotes.clear()
            self._quotes.fill(quotes)

        rest = subjects()
        while piece := list(islice(rest, 5000)):
            self._described.fill(piece)
        return terms

    def _put_together(self, source: Source) -> Iterator[Any]:
        """Yield each thing as classes, values by predicate and language, and ties with the articles that state them."""
        for subject, said in read_things(source.sorted_blocks()):
            self._note_losses(said)
            if any(one.object == v.QUOTE for one in said):
                continue
            values: defaultdict[tuple[str, str], set[Literal]] = defaultdict(set)
            ties: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
            for one in said:
                self._sort_in(one, values, ties)
            for key, found in values.items():
                self._uses[key].add(found)
            classes = sorted({self._name(str(one.object)) for one in said if one.predicate == v.TYPE})
            for label in {BASE_LABEL, *classes}:
                self.labels[label] += 1
            for kind, _ in ties:
                self.types[kind] += 1
            self.number += 1
            thing = (
                subject,
                classes,
                [(*key, [literal.value for literal in sorted(values[key])]) for key in sorted(values)],
                [(kind, end, sorted(ties[kind, end])) for kind, end in sorted(ties)],
            )
            self._add_sample(subject, thing)
            yield thing

    def _sort_in(
        self,
        one: Said,
        values: defaultdict[tuple[str, str], set[Literal]],
        ties: defaultdict[tuple[str, str], set[str]],
    ) -> None:
        """Put one triple where it belongs: a value, a tie, or for a claim what its quote says."""
        predicate, term, graph = one
        if isinstance(term, Literal):
            values[predicate, term.language].add(term)
            return
        quote = self._quotes.get(term) if predicate == v.EVIDENCE else None
        if quote is not None:
            for name, inner, _ in json.loads(quote):
                self._sort_in(Said(name, inner if isinstance(inner, str) else Literal(*inner), graph), values, ties)
            return
        if predicate in _FOLDED:
            values[predicate, ""].add(Literal(_local(term), v.XSD_STRING))
            return
        if predicate == v.TYPE:
            return
        if predicate in _NAMED_TOO:
            values[predicate, ""].add(Literal(self._units.get(term) or _local(term), v.XSD_STRING))
        if self._is_described(term):
            ties[self._type(predicate), term].add(graph)
        elif predicate not in _NAMED_TOO:
            values[predicate, ""].add(Literal(term, v.XSD_STRING))

    def _note_losses(self, said: list[Said]) -> None:
        """Note what no property graph holds: the graph a name stands in, and that a text is an address."""
        for one in said:
            if isinstance(one.object, Literal):
                self.losses.add("name or value without the graph that it stands in")
            elif one.predicate not in _FOLDED and one.predicate not in (v.TYPE, v.EVIDENCE):
                if not self._is_described(one.object):
                    self.losses.add("IRI of something not described here, kept as text", one.object)

    def _add_sample(self, subject: str, thing: Any) -> None:
        """Keep the things whose IRIs have the smallest hashes."""
        mark = hashlib.sha256(subject.encode()).digest()
        if len(self._sample) < _SAMPLE or mark < self._sample[-1][0]:
            insort(self._sample, (mark, subject, thing))
            del self._sample[_SAMPLE:]

    def _find_keys(self) -> dict[tuple[str, str], Key]:
        """Give each predicate and language one name and one type: text where its values differ."""
        keys: dict[tuple[str, str], Key] = {}
        for key, use in sorted(self._uses.items()):
            predicate, language = key
            name = self._name(predicate) + (f"_{_UNSAFE.sub('_', language)}" if language else "")
            keys[key] = Key(name, use.type, use.many or predicate in _LISTS)
            use.tell_losses(keys[key], self.losses)
        return keys

    def _name(self, iri: str) -> str:
        return self._names.get(iri) or _UNSAFE.sub("_", _local(iri))

    def _type(self, predicate: str) -> str:
        if predicate not in self._type_names:
            self._type_names[predicate] = _WORDS.sub("_", self._name(predicate)).upper()
        return self._type_names[predicate]

    # ------------------------------------------------------------ nodes and relations
    def nodes(self) -> Iterator[Node]:
        """Yield the nodes."""
        return map(self._node, self._things)

    def sample(self) -> list[Node]:
        """Return some nodes that stand for all, the same each time."""
        return [self._node(thing) for _, _, thing in self._sample]

    def _node(self, thing: Any) -> Node:
        subject, classes, values, _ = thing
        properties: dict[str, Value] = {KEY: subject}
        for predicate, language, found in values:
            name, kind, many = self.keys[predicate, language]
            made = [_value(text, kind) for text in found]
            properties[name] = made if many else made[0]
        return Node(subject, (BASE_LABEL, *classes), properties)

    def edges(self) -> Iterator[Edge]:
        """Yield the relations, each once, with the articles that state it."""
        start = len(self.articles)
        for subject, _, _, ties in self._things:
            for kind, end, graphs in ties:
                articles: list[Scalar] = [graph[start:] for graph in graphs if graph.startswith(self.articles)]
                yield Edge(subject, kind, end, {"articles": articles} if articles else {})


def _value(text: str, kind: str) -> Scalar:
    """Return a literal's text as the type of its key."""
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text)
    if kind == "boolean":
        return text in ("true", "1")
    return date.fromisoformat(text) if kind == "date" else text


def _is_rounded(text: str) -> bool:
    """Return whether a decimal has more digits than a float holds."""
    try:
        return Decimal(repr(float(text))) != Decimal(text)
    except InvalidOperation:
        return False


def _type_of(literal: Literal) -> str:
    """Return the type of the property that a literal asks for."""
    datatype = literal.datatype
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


def _local(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


def _name_terms(iris: set[str]) -> dict[str, str]:
    """Return a name for each predicate and class: the local name; with a prefix where two would share one.

    Our own terms go first, and ``rdfs:label`` is ``name``, which graph browsers show.
    """
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
