"""What a graph holds, counted from its lines as they pass, or from those that change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from kg import vocab as v

_TYPE = f" <{v.TYPE}> <".encode()
_TYPED = re.compile(rb"\n<[^ ]*" + re.escape(_TYPE) + rb"([^>]*)> <")
"""The start of a line that says of what class a thing is, and the end of the line before it, which is found at once."""
Triple = tuple[Any, Any, Any]


@dataclass(slots=True)
class Totals:
    """Quads, triples of the union, and things by class: those that articles speak of."""

    base: str
    """The data base of the domain, which starts the IRI of every article's graph."""
    quads: int = 0
    triples: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    fixed_graphs: int = 0
    """How many graphs of no article there are: lexicon, ontology, and what articles say together."""

    def count_graph(self, lines: bytes) -> bytes:
        """Count what no other graph can hold of an article's sorted lines; return the rest, to be counted with others'.

        No other article has claims, quotes and observations of the same IRI; each kind stands together.
        """
        base = f"<{self.base}".encode()
        rest, at = [], 0
        for kind in (b"claim/", b"observation/", b"quote/"):
            start, end = _find_stretch(lines, base + kind, at)
            rest.append(lines[at:start])
            at = end
            number = lines.count(b"\n", start, end)
            self.quads += number
            self.triples += number
            kinds = _TYPED.findall(lines, start - 1, end) if start else _TYPED.findall(b"\n" + lines[:end])
            for name, things in Counter(kinds).items():
                if _is_thing(name):
                    self.classes[v.class_name(name.decode())] += things
        return b"".join((*rest, lines[at:]))

    def count_shared(self, lines: Iterable[bytes]) -> None:
        """Count sorted lines of all graphs: a triple that stands in two of them is one."""
        quads = triples = 0
        last = b""
        group: list[bytes] = []
        for line in lines:
            quads += 1
            triple = line[: line.rindex(b" <")]
            if triple != last:
                triples += 1
                if group:
                    self._add_type(last, group)
                    group = []
                last = triple
            if _TYPE in triple:
                group.append(line)
        if group:
            self._add_type(last, group)
        self.quads += quads
        self.triples += triples

    def change(self, store: ox.Store, gone: Sequence[ox.Quad], come: Sequence[ox.Quad]) -> None:
        """Take quads from a store and put others in; count what that changes, at the cost of the quads alone."""
        triples = {(quad.subject, quad.predicate, quad.object) for quad in (*gone, *come)}
        before = {triple: self._stands(store, triple) for triple in triples}
        for quad in gone:
            store.remove(quad)
        store.extend(come)
        for graph in {quad.graph_name for quad in gone}:
            if next(store.quads_for_pattern(None, None, None, graph), None) is None:
                store.remove_graph(graph)  # a graph keeps its name when its last quad goes
        self.quads += len(come) - len(gone)
        for triple in triples:
            was, now = before[triple], self._stands(store, triple)
            self.triples += (now is not None) - (was is not None)
            kind = triple[2]
            if triple[1].value != v.TYPE or bool(now) == bool(was):
                continue
            if isinstance(kind, ox.NamedNode) and _is_thing(kind.value.encode()):
                self.classes[v.class_name(kind.value)] += bool(now) - bool(was)

    def _stands(self, store: ox.Store, triple: Triple) -> bool | None:
        """Return whether the graph of an article holds a triple; ``None`` where no graph does."""
        found = None
        for quad in store.quads_for_pattern(*triple):
            found = str(quad.graph_name).startswith(f"<{self.base}article/")
            if found or triple[1].value != v.TYPE:
                break
        return found

    def _add_type(self, triple: bytes, lines: list[bytes]) -> None:
        _, _, rest = triple.partition(b" ")
        predicate, _, kind = rest.partition(b" ")
        article = f"<{self.base}article/".encode()
        name = kind[1:-1]
        if (
            predicate == _TYPE[1:-2]
            and _is_thing(name)
            and any(line[len(triple) + 1 :].startswith(article) for line in lines)
        ):
            self.classes[v.class_name(name.decode())] += 1

    def by_class(self) -> dict[str, int]:
        """Return things by class, the largest class first."""
        found = {name: number for name, number in self.classes.items() if number}
        return {name: found[name] for name in sorted(found, key=lambda name: (-found[name], name))}

    def as_dict(self) -> dict[str, Any]:
        """Return plain values that ``from_dict`` takes."""
        return {
            "quads": self.quads,
            "triples": self.triples,
            "classes": dict(sorted(self.classes.items())),
            "fixed": self.fixed_graphs,
        }

    @classmethod
    def from_dict(cls, base: str, row: dict[str, Any]) -> Totals:
        """Return the totals that ``as_dict`` gave."""
        return cls(base, row["quads"], row["triples"], Counter(row["classes"]), row["fixed"])


def _is_thing(name: bytes) -> bool:
    """Return whether a class has things, and is no word of the ontology's own."""
    return name != v.CONCEPT_SCHEME.encode() and not name.startswith(v.OWL.encode())


def _find_stretch(lines: bytes, start: bytes, at: int) -> tuple[int, int]:
    """Return where in sorted lines those begin and end that start so, at or after a place; an empty one for none."""
    first = at if lines.startswith(start, at) else lines.find(b"\n" + start, at) + 1
    if not first and not lines.startswith(start):
        return at, at
    last = max(first, lines.rfind(b"\n" + start, first) + 1)
    return first, lines.index(b"\n", last) + 1
