"""The quads that an export wants, in the orders that formats need, in temporary files: memory never holds them all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from kg.errors import ExportError
from kg.sorted_file import explain_room, read_blocks, sort_blocks
from kg.turtle import record_by_graph, record_by_subject

if TYPE_CHECKING:
    import pyoxigraph as ox

RUN_BYTES = 16 * 1024 * 1024
"""How much is sorted in memory at a time."""
BLOCK_BYTES = 1024 * 1024
"""How much is read at a time."""
explained = partial(
    explain_room, ExportError, "no temporary file can be written", "twice the size of the graph as N-Quads"
)


class Survey(NamedTuple):
    """What the quads are: how many, how many triples in their union, their graphs and predicates (IRIs, sorted)."""

    quads: int
    triples: int
    graphs: tuple[str, ...]
    predicates: tuple[str, ...]


class QuadFiles:
    """The named graphs of a store as sorted files, each made when first asked for and gone with this object."""

    def __init__(self, store: ox.Store, graphs: Iterable[str]) -> None:
        self.store = store
        self.wanted = sorted(graphs)

    @cached_property
    def _temporary(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="kg-export-")

    @property
    def folder(self) -> Path:
        """A folder for temporary files."""
        return Path(self._temporary.name)

    @cached_property
    def lines(self) -> Path:
        """The file of all quads as sorted N-Quads."""
        return self._sort("lines", self._dump())

    @cached_property
    def by_subject(self) -> Path:
        """The file of the union's triples, each once, as ``kg.turtle.record_by_subject`` has them."""
        once = (next(same) for _, same in groupby(self._read(), triple_of))
        return self._sort("by_subject", _joined(once, record_by_subject))

    @cached_property
    def by_graph(self) -> Path:
        """The file of all quads as ``kg.turtle.record_by_graph`` has them."""
        return self._sort("by_graph", _joined(self._read(), record_by_graph))

    def read_graphs(self) -> Iterator[tuple[str, Callable[[], Iterator[bytes]]]]:
        """Yield by IRI each graph with what reads its triples, as often as called, as ``by_subject`` has them."""
        places: dict[str, tuple[int, int]] = {}
        start = end = 0
        with self.by_graph.open("rb", buffering=BLOCK_BYTES) as stream:
            for graph, group in groupby(stream, lambda record: record[: record.index(b" ")]):
                start, end = end, end + sum(map(len, group))
                places[graph[1:-1].decode()] = start, end
            for iri in sorted(places):
                yield iri, partial(_read_stretch, stream, *places[iri])

    @cached_property
    def survey(self) -> Survey:
        """What the quads are; read once."""
        quads = triples = 0
        graphs: set[bytes] = set()
        predicates: set[bytes] = set()
        for triple, same in groupby(self._read(), triple_of):
            triples += 1
            predicates.add(triple.split(b" ", 2)[1])
            for line in same:
                quads += 1
                graphs.add(line[len(triple) + 2 : -4])
        found = (tuple(sorted(name.decode() for name in names)) for names in (graphs, {p[1:-1] for p in predicates}))
        return Survey(quads, triples, *found)

    def triples(self) -> Iterator[bytes]:
        """Yield the triples of the union as sorted N-Triples lines, each once."""
        for triple, _ in groupby(self._read(), triple_of):
            yield triple + b" .\n"

    @contextmanager
    def spool(self) -> Iterator[BinaryIO]:
        """Open a file for what is written before what stands in front of it is known."""
        with explained(), tempfile.TemporaryFile(dir=self.folder) as stream:
            yield stream

    def _read(self) -> Iterator[bytes]:
        with self.lines.open("rb", buffering=BLOCK_BYTES) as stream:
            yield from stream

    def _sort(self, name: str, blocks: Iterable[bytes]) -> Path:
        path = self.folder / name
        with explained(), path.open("wb", buffering=BLOCK_BYTES) as stream:
            stream.writelines(sort_blocks(blocks, self.folder, run_bytes=RUN_BYTES))
        return path

    def _dump(self) -> Iterator[bytes]:
        """Yield the wanted graphs as N-Quads, each through a file, as the store writes no stream that can be read."""
        import pyoxigraph as ox

        path = self.folder / "graph"
        for name in self.wanted:
            self.store.dump(str(path), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(name))
            end = b" <" + name.encode() + b"> .\n"
            for block in read_blocks(path, BLOCK_BYTES):
                yield block.replace(b" .\n", end)


def _read_stretch(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Yield the records of a stretch of a file without the graph in front of them."""
    stream.seek(start)
    for record in stream:
        yield record[record.index(b" ") + 1 :]
        start += len(record)
        if start >= end:
            return


def triple_of(line: bytes) -> bytes:
    """Return subject, predicate and object of a line of a named graph.

    >>> triple_of(b'<a:s> <a:p> "x <y>" <a:g> .\\n')
    b'<a:s> <a:p> "x <y>"'
    """
    return line[: line.rindex(b" <")]


def _joined(lines: Iterable[bytes], make_record: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """Yield records in blocks, as they are sorted."""
    held, size = [], 0
    for line in lines:
        held.append(make_record(line))
        size += len(line)
        if size >= BLOCK_BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)
