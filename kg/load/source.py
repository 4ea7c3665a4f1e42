"""What is loaded: the graphs of a build, each with its size and a digest that does not depend on order.

Read from the sorted N-Quads that ``kg build`` wrote, which costs a tenth of reading the store: a store
looks up each term. Where that file is not there, the store is written out once, into a temporary file.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from heapq import heappush, heapreplace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg import vocab as v
from kg.errors import LoadError
from kg.sorted_file import explain_room, sort_blocks
from kg.store import open_store

BLOCK = 1 << 20
_HELD = 16 << 20
"""So many bytes are held until they are written, graph by graph, to the temporary file."""
_DIGEST_BITS = 256
_TYPE = f"<{v.TYPE}>".encode()
_explained = partial(
    explain_room, LoadError, "the build cannot be read, or no temporary file written", "the size of the graph"
)


class Graph(NamedTuple):
    """One named graph: IRI, number of triples, bytes as N-Triples, digest of its content."""

    iri: str
    triples: int
    size: int
    digest: str


class Source:
    """The graphs of a store, read in pieces, so that memory does not grow with them.

    ``file`` holds the quads of the store as sorted N-Quads, if there is such a file. It is opened here:
    a build that puts another in its place later changes nothing.
    """

    def __init__(self, store: ox.Store, base: str, *, file: Path | None = None) -> None:
        self.store = store
        self.base = base
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._file = _Shared(file) if file else None
        self._sorted = file is not None
        self._parts: _Parts | None = None
        self._graphs: tuple[Graph, ...] | None = None
        self.predicates: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self._sample, self._foreign = Sample(), Sample(25)

    @classmethod
    def open(cls, build_folder: Path, base: str, *, file: Path | None = None) -> Source:
        """Return the source of a build; raise ``StoreError`` where there is none."""
        return cls(open_store(build_folder / "store"), base, file=file)

    @property
    def manifest(self) -> str:
        """The IRI of the graph that remembers, in the database, what was loaded."""
        return v.graph_iri(self.base, "loaded")

    @property
    def folder(self) -> Path:
        """A folder for temporary files, which goes with the source."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="kg-load-")
        return Path(self._folder.name)

    def entry(self, graph: str) -> str:
        """Return the IRI under which the manifest remembers a graph."""
        return v.mint_iri(self.base, "loaded", hashlib.sha256(graph.encode()).hexdigest()[:32])

    # ------------------------------------------------------------ all quads
    @property
    def size(self) -> int:
        """The bytes of all graphs as N-Quads."""
        return self._quads().size

    def quad_blocks(self) -> Iterator[bytes]:
        """Yield all graphs as N-Quads in blocks of whole lines."""
        return self._quads().blocks()

    def sorted_blocks(self) -> Iterator[bytes]:
        """Yield all graphs as N-Quads in blocks of whole lines, so that a subject's lines stand together."""
        if not self._sorted:
            with _explained():
                path = self.folder / "sorted.nq"
                with path.open("wb", buffering=BLOCK) as stream:
                    stream.writelines(sort_blocks(self.quad_blocks(), self.folder))
                self._file, self._sorted = _Shared(path), True
        return self.quad_blocks()

    def _quads(self) -> _Shared:
        if self._file is None:
            with _explained():
                self._file = _Shared(self._dump())
        return self._file

    def _dump(self) -> Path:
        """Write the named graphs of the store into a temporary file."""
        path = self.folder / "all.nq"
        if next(self.store.quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is None:
            self.store.dump(str(path), format=ox.RdfFormat.N_QUADS)
            return path
        one = self.folder / "one.nt"
        with path.open("wb") as stream:
            for name in self.store.named_graphs():
                self.store.dump(str(one), format=ox.RdfFormat.N_TRIPLES, from_graph=name)
                stream.writelines(quads(block, str(getattr(name, "value", name))) for block in _Shared(one).blocks())
        return path

    # ------------------------------------------------------------ graph by graph
    def graphs(self) -> tuple[Graph, ...]:
        """Return the graphs by IRI; they are read once, which fills counts and sample too."""
        if self._graphs is None:
            with _explained():
                self._graphs = self._measure()
        return self._graphs

    def sample(self) -> list[tuple[str, str]]:
        """Return graphs and N-Triples lines that stand for all, some of them beyond ASCII, which stores may spoil."""
        self.graphs()
        return sorted({*self._sample.rows(), *self._foreign.rows()})

    def _measure(self) -> tuple[Graph, ...]:
        """Read all quads once: count, add up the hashes of lines, keep a sample, and part them by graph.

        Adding makes the digest the same in any order; the sample are the lines whose hashes are
        smallest, which is random and yet the same each time.
        """
        self._parts = parts = _Parts(self.folder / "parts.nt")
        predicates: Counter[bytes] = Counter()
        classes: Counter[bytes] = Counter()
        sha256, limit, foreign = hashlib.sha256, self._sample.limit, self._foreign.limit
        totals: dict[bytes, list[int]] = {}
        for block in self.quad_blocks():
            for quad in block.split(b"\n")[:-1]:
                triple, _, graph = quad.rpartition(b" <")
                line = triple + b" ."
                digest = sha256(line).digest()
                known = totals.get(graph)
                if known is None:
                    known = totals[graph] = [0, 0, 0]
                known[0] += 1
                known[1] += len(line) + 1
                known[2] += int.from_bytes(digest, "big")
                parts.add(graph, line)
                if digest < limit:
                    limit = self._sample.add(digest, _iri(graph), line)
                if digest < foreign and not line.isascii():
                    foreign = self._foreign.add(digest, _iri(graph), line)
                _, predicate, rest = triple.split(b" ", 2)
                predicates[predicate] += 1
                if predicate == _TYPE:
                    classes[rest] += 1
            parts.flush(_HELD)
        parts.flush(0)
        self.predicates = Counter({_iri(term): number for term, number in predicates.items()})
        self.classes = Counter({_iri(term): number for term, number in classes.items()})
        modulus = 1 << _DIGEST_BITS
        found = (
            (_iri(graph), lines, size, f"{total % modulus:064x}") for graph, (lines, size, total) in totals.items()
        )
        return tuple(Graph(*row) for row in sorted(found))

    def blocks(self, iri: str, size: int = BLOCK) -> Iterator[bytes]:
        """Yield a graph as N-Triples in blocks of whole lines, each of about ``size`` bytes."""
        self.graphs()
        return _whole_lines(self._parts.pieces(iri, size)) if self._parts else iter(())


class _Shared:
    """A file that several may read, each at its own place."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("rb")
        self._lock = threading.Lock()
        self.size = path.stat().st_size

    def read(self, start: int, size: int) -> bytes:
        """Return the bytes from a place on."""
        with self._lock:
            self._stream.seek(start)
            return self._stream.read(size)

    def blocks(self) -> Iterator[bytes]:
        """Yield the file in blocks of whole lines."""
        return _whole_lines(self.read(start, BLOCK) for start in range(0, self.size, BLOCK))


class _Parts:
    """Lines parted by graph in one temporary file: where the stretches of each graph lie."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w+b")
        self._lock = threading.Lock()
        self._held: dict[bytes, bytearray] = {}
        self._size = self._end = 0
        self._places: dict[str, list[tuple[int, int]]] = {}

    def add(self, graph: bytes, line: bytes) -> None:
        """Add a line, without its end, to a graph."""
        held = self._held.get(graph)
        if held is None:
            held = self._held[graph] = bytearray()
        held += line
        held += b"\n"
        self._size += len(line) + 1

    def flush(self, limit: int) -> None:
        """Write what is held, if it is more than ``limit`` bytes."""
        if self._size <= limit:
            return
        for graph, held in self._held.items():
            self._stream.write(held)
            self._places.setdefault(_iri(graph), []).append((self._end, len(held)))
            self._end += len(held)
        self._held, self._size = {}, 0
        self._stream.flush()

    def pieces(self, iri: str, size: int) -> Iterator[bytes]:
        """Yield the bytes of a graph, at most ``size`` at a time."""
        for start, length in self._places.get(iri, ()):
            for at in range(start, start + length, size):
                with self._lock:
                    self._stream.seek(at)
                    piece = self._stream.read(min(size, start + length - at))
                yield piece


class Sample:
    """The triples whose hashes are the smallest, with their graphs."""

    def __init__(self, size: int = 100) -> None:
        self.size = size
        self.limit = b"\xff" * 33
        self._heap: list[tuple[int, str, bytes]] = []

    def add(self, digest: bytes, graph: str, line: bytes) -> bytes:
        """Take a triple whose hash is below the limit; return what the next one must be below."""
        entry = (-int.from_bytes(digest, "big"), graph, line)
        (heappush if len(self._heap) < self.size else heapreplace)(self._heap, entry)
        if len(self._heap) == self.size:
            self.limit = (-self._heap[0][0]).to_bytes(32, "big")
        return self.limit

    def rows(self) -> list[tuple[str, str]]:
        """Return graphs and N-Triples lines, sorted."""
        return sorted((graph, line.decode()) for _, graph, line in self._heap)


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of a text again, each ending with a line."""
    rest = b""
    for piece in pieces:
        head, mark, tail = (rest + piece).rpartition(b"\n")
        rest = tail
        if mark:
            yield head + mark
    if rest:
        yield rest


def digest_lines(lines: Iterable[bytes]) -> str:
    """Return the digest of N-Triples lines (without line ends), the same in any order.

    >>> digest_lines([b"b", b"a"]) == digest_lines([b"a", b"b"])
    True
    """
    total = sum(int.from_bytes(hashlib.sha256(line).digest(), "big") for line in lines)
    return f"{total % (1 << _DIGEST_BITS):064x}"


def _iri(term: bytes) -> str:
    """Return the IRI of ``<iri>``, or of the rest of a line that ends with it."""
    return term.decode().removesuffix(" .").removeprefix("<").removesuffix(">")


def quads(block: bytes, graph: str) -> bytes:
    """Return a block of N-Triples lines as N-Quads of one graph.

    >>> quads(b'<a:s> <a:p> "x ." .\\n', "a:g")
    b'<a:s> <a:p> "x ." <a:g> .\\n'
    """
    return block.replace(b" .\n", b" <" + graph.encode() + b"> .\n")
