"""What is loaded: the graphs of a build, each with its size and a digest that does not depend on order."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from heapq import heappush, heapreplace
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, cast

import pyoxigraph as ox

from kg import vocab as v
from kg.store import open_store

BLOCK = 1 << 20
_DIGEST_BITS = 256
_WORKERS = min(4, os.cpu_count() or 1)
_TYPE = f"<{v.TYPE}>".encode()


class Graph(NamedTuple):
    """One named graph: IRI, number of triples, bytes as N-Triples, digest of its content."""

    iri: str
    triples: int
    size: int
    digest: str


class Source:
    """The graphs of a store, read in pieces, so that memory does not grow with them.

    With ``keep`` what is read for measuring is kept in a temporary file, and sent from there: reading a
    store takes longer than all else here.
    """

    def __init__(self, store: ox.Store, base: str, *, keep: bool = False) -> None:
        self.store = store
        self.base = base
        self._keep = keep
        self._worker = threading.local()
        self._lock = threading.Lock()
        self._places: dict[str, tuple[BinaryIO, int, int]] = {}
        self._graphs: tuple[Graph, ...] | None = None
        self.predicates: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self._sample, self._foreign = Sample(), Sample(25)

    @classmethod
    def open(cls, build_folder: Path, base: str) -> Source:
        """Return the source of a build; raise ``StoreError`` where there is none."""
        return cls(open_store(build_folder / "store"), base, keep=True)

    @property
    def manifest(self) -> str:
        """The IRI of the graph that remembers, in the database, what was loaded."""
        return v.graph_iri(self.base, "loaded")

    def entry(self, graph: str) -> str:
        """Return the IRI under which the manifest remembers a graph."""
        return v.mint_iri(self.base, "loaded", hashlib.sha256(graph.encode()).hexdigest()[:32])

    def graphs(self) -> tuple[Graph, ...]:
        """Return the graphs by IRI; they are read once, which fills counts and sample too."""
        if self._graphs is None:
            names = sorted(g.value for g in self.store.named_graphs() if isinstance(g, ox.NamedNode))
            with ThreadPoolExecutor(_WORKERS) as pool:
                self._graphs = tuple(pool.map(self._measure, names))
        return self._graphs

    def sample(self) -> list[tuple[str, str]]:
        """Return graphs and N-Triples lines that stand for all, some of them beyond ASCII, which stores may spoil."""
        self.graphs()
        return sorted({*self._sample.rows(), *self._foreign.rows()})

    def _measure(self, iri: str) -> Graph:
        """Read a graph once; several are read at a time, since the store reads them outside Python's lock."""
        meter = _Meter(self._sample, self._foreign)
        meter.graph, meter.copy = iri, self._copy()
        self.store.dump(cast(IO[bytes], meter), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(iri))
        with self._lock:
            for found, counts in ((meter.predicates, self.predicates), (meter.classes, self.classes)):
                for term, number in found.items():
                    counts[_iri(term)] += number
            if meter.copy is not None:
                self._places[iri] = meter.copy, meter.copy.tell() - meter.size, meter.size
        return Graph(iri, meter.lines, meter.size, f"{meter.total:064x}")

    def _copy(self) -> BinaryIO | None:
        """Return the temporary file of this worker, if what is read is kept."""
        if self._keep and not hasattr(self._worker, "file"):
            self._worker.file = tempfile.TemporaryFile()
        return getattr(self._worker, "file", None)

    def blocks(self, iri: str, size: int = BLOCK) -> Iterator[bytes]:
        """Yield a graph as N-Triples in blocks of whole lines, each of about ``size`` bytes."""
        rest = b""
        for piece in self._pieces(iri, size):
            head, mark, tail = (rest + piece).rpartition(b"\n")
            rest = tail
            if mark:
                yield head + mark
        if rest:
            yield rest

    def _pieces(self, iri: str, size: int) -> Iterator[bytes]:
        """Yield a graph's bytes from what was kept, or from a temporary file written now."""
        if self._keep and self.graphs() and iri in self._places:
            file, start, left = self._places[iri]
            while left > 0:
                file.seek(start)
                piece = file.read(min(size, left))
                start, left = start + len(piece), left - len(piece)
                yield piece
            return
        with tempfile.SpooledTemporaryFile(max_size=8 * BLOCK, mode="w+b") as stream:
            self.store.dump(stream, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(iri))
            stream.seek(0)
            while piece := stream.read(size):
                yield piece


class _Meter:
    """A stream that counts lines, predicates and classes, adds up the hashes of lines, and keeps a sample.

    Adding makes the digest the same in any order; the sample are the lines whose hashes are smallest,
    which is random and yet the same each time.
    """

    def __init__(self, sample: Sample, foreign: Sample) -> None:
        self.lines = 0
        self.size = 0
        self.total = 0
        self.predicates: Counter[bytes] = Counter()
        self.classes: Counter[bytes] = Counter()
        self.sample = sample
        self.foreign = foreign
        self.graph = ""
        self.copy: BinaryIO | None = None
        self._rest = b""

    def write(self, data: bytes) -> int:
        """Take the next bytes of the file."""
        self.size += len(data)
        if self.copy is not None:
            self.copy.write(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.lines += len(lines)
        sha256, total, limit = hashlib.sha256, self.total, self.sample.limit
        for line in lines:
            digest = sha256(line).digest()
            total += int.from_bytes(digest, "big")
            if digest < limit:
                limit = self.sample.add(digest, self.graph, line)
            if not line.isascii() and digest < self.foreign.limit:
                self.foreign.add(digest, self.graph, line)
            predicate = line.split(b" ", 2)[1]
            self.predicates[predicate] += 1
            if predicate == _TYPE:
                self.classes[line.split(b" ", 2)[2]] += 1
        self.total = total % (1 << _DIGEST_BITS)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


class Sample:
    """The triples whose hashes are the smallest, with their graphs."""

    def __init__(self, size: int = 100) -> None:
        self.size = size
        self.limit = b"\xff" * 33
        self._lock = threading.Lock()
        self._heap: list[tuple[int, str, bytes]] = []

    def add(self, digest: bytes, graph: str, line: bytes) -> bytes:
        """Take a triple if its hash is small enough; return what the next one must be below."""
        with self._lock:
            if digest < self.limit:
                entry = (-int.from_bytes(digest, "big"), graph, line)
                (heappush if len(self._heap) < self.size else heapreplace)(self._heap, entry)
            if len(self._heap) == self.size:
                self.limit = (-self._heap[0][0]).to_bytes(32, "big")
            return self.limit

    def rows(self) -> list[tuple[str, str]]:
        """Return graphs and N-Triples lines, sorted."""
        return sorted((graph, line.decode()) for _, graph, line in self._heap)


def digest_lines(lines: Iterable[bytes]) -> str:
    """Return the digest of N-Triples lines (without line ends), the same in any order.

    >>> digest_lines([b"b", b"a"]) == digest_lines([b"a", b"b"])
    True
    """
    total = sum(int.from_bytes(hashlib.sha256(line).digest(), "big") for line in lines)
    return f"{total % (1 << _DIGEST_BITS):064x}"


def _iri(term: bytes) -> str:
    """Return the IRI of ``<iri>`` or, as the rest of a line, ``<iri> .``."""
    return term.decode().removesuffix(" .").removeprefix("<").removesuffix(">")


def quads(block: bytes, graph: str) -> bytes:
    """Return a block of N-Triples lines as N-Quads of one graph.

    >>> quads(b'<a:s> <a:p> "x ." .\\n', "a:g")
    b'<a:s> <a:p> "x ." <a:g> .\\n'
    """
    return block.replace(b" .\n", b" <" + graph.encode() + b"> .\n")
