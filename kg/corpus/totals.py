"""What a graph holds, counted from its lines as they pass, or from those that change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg import vocab as v

_TYPE = f" <{v.TYPE}> <".encode()
Triple = tuple[Any, Any, Any]


@dataclass(slots=True)
class Totals:
    """Quads, triples of the union, and things by class: those that articles speak of."""

    articles: bytes
    """How the graph of an article begins in a line: ``<`` and the IRI up to its id."""
    quads: int = 0
    triples: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    fixed_graphs: int = 0
    """How many graphs of no article there are: lexicon, ontology, and what articles say together."""

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

    def sorting_out(self, blocks: Iterable[bytes], shared: BinaryIO) -> Iterator[bytes]:
        """Yield blocks of lines as they are; count those that one graph only can hold, and put the rest into a file.

        No other article has claims, quotes and observations of the same IRI. The rest is to be sorted and to pass.
        """
        base = self.articles.removesuffix(b"article/")
        own = tuple(base + kind for kind in (b"claim/", b"quote/", b"observation/"))
        for block in blocks:
            lines = block.splitlines(keepends=True)
            mine = [line for line in lines if line.startswith(own)]
            self.quads += len(mine)
            self.triples += len(mine)
            for line in mine:
                if _TYPE in line:
                    self._add_type(line[: line.rindex(b" <")], [line], 1)
            shared.writelines(line for line in lines if not line.startswith(own))
            yield block

    def count(self, store: ox.Store, triples: Iterable[Triple], sign: int) -> None:
        """Count (1) or discount (-1) triples as often as graphs of a store hold them."""
        for triple in triples:
            graphs = [str(quad.graph_name) for quad in store.quads_for_pattern(*triple)]
            self.quads += sign * len(graphs)
            if graphs:
                self.triples += sign
                line = f"{triple[0]} {triple[1]} {triple[2]}".encode()
                if _TYPE in line:
                    self._add_type(line, [line + f" {graph} .\n".encode() for graph in graphs], sign)

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
