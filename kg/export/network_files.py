"""The network of a store in temporary files: what its claims say is read once and never held all.

What each claim gives is sorted by the thing it belongs to outside memory (``kg/sorted_file.py``); edges keep the
order of the claims. In memory are, for each edge, the numbers of its two nodes, and for each node, where measures
and places are wanted, those: arrays of numbers, no claims, quotes or IRIs.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from kg.network import Edge, Fact, Mention, Node, Observation, Text, make_node
from kg.sorted_file import sort_blocks
from kg.thing_names import Names

RUN_BYTES = 16 * 1024 * 1024
"""How much is sorted in memory at a time."""
BATCH = 500
"""Records of a line or a block of a file."""
_SEQUENCE = 12
_KINDS: dict[bytes, Callable[..., Observation | Text]] = {b"o": Observation, b"w": Text}


class NetworkFiles:
    """A network in temporary files, gone with this object; what ``kg.network.AnyNetwork`` asks for.

    ``parts`` are those of ``kg.network.read_parts``, read once. Nodes stand in order of IRI, edges in that of the
    claims, both as ``kg.network.make_network`` has them.
    """

    def __init__(self, parts: Iterable[Mention | Fact | Edge], names: Mapping[str, Names], *, layout: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kg-export-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.sources, self.targets = array("I"), array("I")
        self._node_count = 0
        self._layout = layout
        self._write(parts, names)

    def _write(self, parts: Iterable[Mention | Fact | Edge], names: Mapping[str, Names]) -> None:
        with (self.folder / "edges").open("wb") as edges:
            records = _Records(parts, edges)
            lines = sort_blocks(_blocks(records), self.folder, run_bytes=RUN_BYTES)
            # The first line comes when all records are written, and the edges with them.
            with (self.folder / "nodes").open("wb") as nodes:
                for line in self._join(lines, records, names):
                    nodes.write(line)
                    self._node_count += 1

    def _join(self, lines: Iterable[bytes], records: _Records, names: Mapping[str, Names]) -> Iterator[bytes]:
        """Yield each node as a line, and write down the number of the node at either end of each edge."""
        for number, (iri, group) in enumerate(groupby(lines, lambda line: line[: line.index(b"\0")])):
            if not number:
                self.sources, self.targets = (array("I", bytes(4 * records.edges)) for _ in range(2))
            label = kind = ""
            articles: set[str] = set()
            facts: list[Observation | Text] = []
            out = into = 0
            at = len(iri) + 1 + _SEQUENCE
            for line in group:
                what, body = line[at : at + 1], line[at + 1 :]
                if what == b"s":
                    self.sources[int(body)] = number
                    out += 1
                elif what == b"t":
                    self.targets[int(body)] = number
                    into += 1
                elif what == b"m":
                    name, its_class, article = json.loads(body)
                    label, kind = (label, kind) if articles else (name, its_class)
                    articles.add(article)
                else:
                    facts.append(_KINDS[what](*json.loads(body)))
            node = make_node(iri.decode(), label, kind, names, articles, facts)
            yield _dump(node._replace(degree=out + into, in_degree=into, out_degree=out))

    @property
    def nodes(self) -> Collection[Node]:
        """The nodes, with measures and places where they are wanted."""
        return StoredNodes(self._read_nodes, self._node_count)

    @property
    def edges(self) -> Collection[Edge]:
        """The edges; they know the numbers of their nodes (``numbered_ends``)."""
        return StoredEdges(self._read_edges, len(self.sources), self.sources, self.targets)

    def _read_nodes(self) -> Iterator[Node]:
        drawn = self._drawn
        with (self.folder / "nodes").open("rb") as stream:
            for number, line in enumerate(stream):
                row = json.loads(line)
                row[5] = tuple(row[5])
                row[6] = tuple([Observation(*value) for value in row[6]])
                row[7] = tuple([Text(*text) for text in row[7]])
                yield drawn.of(Node(*row), number) if drawn else Node(*row)

    def _read_edges(self) -> Iterator[Edge]:
        with (self.folder / "edges").open("rb") as stream:
            for line in stream:
                for row in json.loads(line):
                    yield Edge(*row)

    @cached_property
    def _drawn(self) -> _Drawn | None:
        """What the layout gives each node, computed from the ends of the edges when nodes are first read."""
        if not self._layout:
            return None
        from kg.layout import find_links, measure_links, place_links

        links, out = find_links(self._node_count, self.sources, self.targets)
        measures = measure_links(links, out)
        points = place_links(links)
        return _Drawn(
            measures, array("d", (round(x, 2) for x, _ in points)), array("d", (round(y, 2) for _, y in points))
        )


class _Drawn(NamedTuple):
    """Measures and places by the number of the node."""

    measures: Any
    x: Any
    y: Any

    def of(self, node: Node, number: int) -> Node:
        measured: Node = self.measures.of(node, number)
        return measured._replace(x=self.x[number], y=self.y[number])


class _Read(Collection[Any]):
    """What a file holds, read anew for each iteration."""

    def __init__(self, read: Callable[[], Iterator[Any]], count: int) -> None:
        self._read = read
        self._count = count

    def __iter__(self) -> Iterator[Any]:
        return self._read()

    def __len__(self) -> int:
        return self._count

    def __contains__(self, item: object) -> bool:
        return any(item == other for other in self)


class StoredNodes(_Read):
    """The nodes of such a network: each has an id of its own, and its number is its place."""


class StoredEdges(_Read):
    """The edges of such a network, with the numbers of their nodes."""

    def __init__(self, read: Callable[[], Iterator[Edge]], count: int, sources: array[int], targets: array[int]):
        super().__init__(read, count)
        self._ends = sources, targets

    def numbered_ends(self) -> Iterator[tuple[int, int, Edge]]:
        """Yield each edge behind the numbers of its source and its target."""
        return zip(*self._ends, self, strict=True)


class _Records:
    """Turns parts into lines that sort by the IRI of their thing, then in the order they came; writes the edges."""

    def __init__(self, parts: Iterable[Mention | Fact | Edge], stream: BinaryIO) -> None:
        self.parts = parts
        self.stream = stream
        self.edges = 0

    def __iter__(self) -> Iterator[bytes]:
        seen: set[str] = set()
        article = None
        waiting: list[Edge] = []
        for number, part in enumerate(self.parts):
            if isinstance(part, Edge):
                yield _record(part.source, number, "s", str(self.edges))
                yield _record(part.target, number, "t", str(self.edges))
                self.edges += 1
                waiting.append(part)
                if len(waiting) == BATCH:
                    self.stream.write(_dump(waiting))
                    waiting = []
            elif isinstance(part, Fact):
                what = "o" if isinstance(part.says, Observation) else "w"
                yield _record(part.iri, number, what, json.dumps(part.says))
            else:
                if part.article != article:
                    article, seen = part.article, set()
                if part.iri not in seen:
                    seen.add(part.iri)
                    yield _record(part.iri, number, "m", json.dumps(part[1:]))
        if waiting:
            self.stream.write(_dump(waiting))
        self.stream.flush()


def _record(iri: str, number: int, what: str, body: str) -> bytes:
    # Nothing of an IRI sorts before the zero byte, so that one that begins another comes first.
    return f"{iri}\0{number:0{_SEQUENCE}}{what}{body}\n".encode()


def _blocks(records: Iterable[bytes]) -> Iterator[bytes]:
    records = iter(records)
    while batch := b"".join(islice(records, BATCH)):
        yield batch


def _dump(value: Any) -> bytes:
    """Return a line of JSON, in ASCII: it holds every text, and none of its letters ends a line."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
