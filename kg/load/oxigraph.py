"""A folder of the embedded Oxigraph store: a new folder is filled beside, and takes the name when it is whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from kg import vocab as v
from kg.errors import LoadError, StoreError
from kg.load.base import Kind, Plan, Result, Settings, check_folder
from kg.load.check import compare
from kg.load.source import BLOCK, Graph, Source, quads
from kg.store import open_store


def make_loader(kind: Kind, target: str, source: Source, settings: Settings) -> FolderLoader:
    """Return the loader of a folder; raise ``LoadError`` where it is, or holds, something else."""
    return FolderLoader(Path(target), source, settings, kind.title)


class FolderLoader:
    """Loads the graphs of a source into a store's folder; what others put there stays."""

    def __init__(self, path: Path, source: Source, settings: Settings, title: str) -> None:
        check_folder(path)
        self.path = path
        self.source = source
        self.settings = settings
        self.title = title
        self.new, self.old = (path.with_name(f".{path.name}.{word}") for word in ("new", "old"))
        if not path.exists() and (self.old / "CURRENT").is_file():
            self.old.rename(path)  # a load was killed between its two renames
        if path.is_dir() and any(path.iterdir()) and not (path / "CURRENT").is_file():
            raise LoadError("this folder holds something that is not an Oxigraph store", where=str(path))

    def close(self) -> None:
        """Nothing is held open."""

    def _there(self) -> Source:
        exists = (self.path / "CURRENT").is_file()
        return Source(open_store(self.path) if exists else ox.Store(), self.source.base)

    def _manifest(self, there: Source) -> dict[str, str]:
        found: dict[str, dict[str, str]] = {}
        for quad in there.store.quads_for_pattern(None, None, None, ox.NamedNode(self.source.manifest)):
            found.setdefault(str(quad.subject), {})[quad.predicate.value] = getattr(quad.object, "value", "")
        return {entry[v.SOURCE]: entry.get(v.SHA256, "") for entry in found.values() if v.SOURCE in entry}

    def plan(self) -> Plan:
        """Say what a load would do; change nothing."""
        there = self._there()
        return self._plan(there, self._manifest(there))

    def _plan(self, there: Source, known: dict[str, str]) -> Plan:
        present = {graph.iri: graph for graph in there.graphs()}
        graphs = self.source.graphs()
        foreign = [graph.iri for graph in graphs if graph.iri in present and graph.iri not in known]
        if foreign:
            raise LoadError(
                f"{len(foreign)} graphs of these names were not loaded by kg, the first is {foreign[0]}",
                where=str(self.path),
                hint="choose another folder",
            )
        same = [graph for graph in graphs if present.get(graph.iri) == graph]
        added = [graph for graph in graphs if graph.iri not in present]
        gone = set(known) - {graph.iri for graph in graphs}
        replaced = len(graphs) - len(same) - len(added)
        size = sum(graph.size for graph in graphs)
        way = "a new folder, then a rename" if added or replaced or gone else "nothing to do"
        return Plan(
            str(self.path),
            self.title,
            "graphs",
            len(added),
            replaced,
            len(gone),
            len(same),
            size if way[0] == "a" else 0,
            way,
        )

    def load(self) -> Result:
        """Make the folder hold the graphs of the build, and verify that it does."""
        started = time.monotonic()
        there = self._there()
        known = self._manifest(there)
        plan = self._plan(there, known)
        if plan.changes:
            kept = self._foreign(there, known)
            self._build(there, kept, self.source.graphs())
            self._swap()
        counts = self._verify()
        text = f"the digests of {counts['graphs']} graphs are equal"
        return Result(plan, counts, text, seconds=time.monotonic() - started)

    def _foreign(self, there: Source, known: dict[str, str]) -> list[str]:
        ours = {*known, self.source.manifest}
        return [graph.iri for graph in there.graphs() if graph.iri not in ours]

    def _build(self, there: Source, kept: list[str], graphs: tuple[Graph, ...]) -> None:
        """Fill the new folder: what others put there, what is loaded, and the manifest of that."""
        with _explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.new, ignore_errors=True)
            store = ox.Store(str(self.new))
            lines = _Reader(self._lines(there, kept, graphs))
            store.bulk_load(cast(IO[bytes], lines), format=ox.RdfFormat.N_QUADS)
            store.flush()

    def _lines(self, there: Source, kept: list[str], graphs: tuple[Graph, ...]) -> Iterator[bytes]:
        yield there.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
        for iri in kept:
            for block in there.blocks(iri):
                yield quads(block, iri)
        total, sent = sum(graph.size for graph in graphs), 0
        for graph in graphs:
            for block in self.source.blocks(graph.iri):
                yield quads(block, graph.iri)
                sent += len(block)
                self.settings.progress(sent, total, "bytes")
            entry = f"<{self.source.entry(graph.iri)}>"
            stop = f"<{self.source.manifest}> .\n"
            text = f'{entry} <{v.SOURCE}> <{graph.iri}> {stop}{entry} <{v.SHA256}> "{graph.digest}" {stop}'
            yield text.encode()

    def _swap(self) -> None:
        with _explained(self.path):
            shutil.rmtree(self.old, ignore_errors=True)
            if self.path.is_dir():
                self.path.rename(self.old)
            self.new.rename(self.path)
            shutil.rmtree(self.old, ignore_errors=True)

    def _verify(self) -> dict[str, int]:
        there = {graph.iri: graph for graph in self._there().graphs()}
        graphs = self.source.graphs()
        found = {graph.iri: there[graph.iri].triples for graph in graphs if graph.iri in there}
        compare("graph", {graph.iri: graph.triples for graph in graphs}, found, str(self.path))
        wrong = [graph.iri for graph in graphs if there[graph.iri].digest != graph.digest]
        if wrong:
            raise LoadError(f"the content of {wrong[0]} is not what was loaded", where=str(self.path))
        return {"graphs": len(graphs), "triples": sum(found.values())}

    def remove(self) -> Result:
        """Take out the graphs that were loaded and the manifest; what others put there stays."""
        started = time.monotonic()
        there = self._there()
        known = self._manifest(there)
        if known:
            self._build(there, self._foreign(there, known), ())
            self._swap()
        plan = Plan(str(self.path), self.title, "graphs", removed=len(known), way="remove")
        return Result(plan, {"graphs": 0, "triples": 0}, "a new folder", seconds=time.monotonic() - started)


class _Reader:
    """A stream to read from, made of pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = BLOCK) -> bytes:
        """Return at most ``size`` bytes, and none at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        head, self._rest = self._rest[:size], self._rest[size:]
        return head


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise LoadError(
            f"cannot be written: {error}", where=str(path), hint="is there room, may you write, does another load run?"
        ) from error
    except StoreError as error:
        raise LoadError(error.what, where=str(path), hint=error.hint) from error
