"""What a graph holds, counted from its sorted lines as they pass, or from those that change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kg import vocab as v

_TYPE = f" <{v.TYPE}> <".encode()


@dataclass(slots=True)
class Totals:
    """Quads, triples of the union, and things by class: those that articles speak of."""

    articles: bytes
    """How the graph of an article begins in a line: ``<`` and the IRI up to its id."""
    quads: int = 0
    triples: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    fixed_graphs: int = 0
    """How many of the graphs of lexicon and ontology there are."""

    def passing(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield sorted lines as they are, and count them."""
        quads = triples = 0
        last = b""
        group: list[bytes] = []
        for line in lines:
            quads += 1
            triple = line[: line.rindex(b" <")]
            if triple != last:
                triples += 1
                if group:
                    self._add_type(last, group, 1)
                    group = []
                last = triple
            if _TYPE in triple:
                group.append(line)
            yield line
        if group:
            self._add_type(last, group, 1)
        self.quads += quads
        self.triples += triples

    def add_triple(self, triple: bytes, lines: list[bytes], sign: int) -> None:
        """Count (1) or discount (-1) one triple with all the lines that say it, perhaps none."""
        self.quads += sign * len(lines)
        if lines:
            self.triples += sign
            if _TYPE in triple:
                self._add_type(triple, lines, sign)

    def _add_type(self, triple: bytes, lines: list[bytes], sign: int) -> None:
        _, _, rest = triple.partition(b" ")
        predicate, _, kind = rest.partition(b" ")
        name = kind[1:-1].decode()
        if predicate != _TYPE[1:-2] or name == v.CONCEPT_SCHEME or name.startswith(v.OWL):
            return
        if any(line[len(triple) + 1 :].startswith(self.articles) for line in lines):
            self.classes[v.class_name(name)] += sign

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
    def from_dict(cls, articles: bytes, row: dict[str, Any]) -> Totals:
        """Return the totals that ``as_dict`` gave."""
        return cls(articles, row["quads"], row["triples"], Counter(row["classes"]), row["fixed"])
