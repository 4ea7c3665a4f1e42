"""The embedded Oxigraph store: open it, fill it, replace one article, dump it the same way each time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from kg import vocab as v
from kg.errors import StoreError
from kg.nquads import join_lines

# Without DISTINCT a triple that stands in two graphs would count twice.
_COUNT_UNION = "SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"


def open_store(path: Path | None = None, *, writable: bool = False) -> ox.Store:
    """Return the store in the folder ``path``, for questions only unless ``writable``; in memory if ``None``.

    Raises ``StoreError`` where there is none, it is in use by a writer, or it cannot be read. A store
    is made by ``build_store``, never by opening it.
    """
    if path is None:
        return ox.Store()
    if not (path / "CURRENT").is_file():
        raise StoreError("no graph store here", where=str(path), hint="build it first: kg build")
    try:
        return ox.Store(str(path)) if writable else ox.Store.read_only(str(path))
    except (OSError, RuntimeError) as error:
        locked = "lock" in str(error).lower()
        hint = "another process is writing it; wait for it to end" if locked else "build it again: kg build"
        raise StoreError(f"the store cannot be opened: {error}", where=str(path), hint=hint) from error


def open_built(folder: Path, base: str) -> ox.Store:
    """Return the store that a build of the domain with the data base ``base`` made in ``folder``.

    Raises ``StoreError`` where it was built for another domain: its shapes and names would say nothing.
    """
    store = open_store(folder / "store")
    if not store.contains_named_graph(ox.NamedNode(v.graph_iri(base, "lexicon"))):
        raise StoreError(
            f"this graph was not built for the domain of {base}",
            where=str(folder),
            hint="name the domain it was built for with --domain",
        )
    return store


def load_lines(store: ox.Store, lines: Iterable[str]) -> None:
    """Load N-Quads lines, all or nothing; raise ``StoreError`` where they are not N-Quads."""
    try:
        store.bulk_load(join_lines(lines), format=ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise StoreError(f"not N-Quads: {error}") from error
    except (OSError, RuntimeError) as error:
        raise StoreError(f"the store cannot be written: {error}") from error


def build_store(path: Path, lines: Iterable[str]) -> None:
    """Make the store at ``path`` of these lines and nothing else.

    It is filled beside and moved into place when complete, so that a reader sees the old store or the
    new one, and a failure leaves the old one. Raises ``StoreError`` where the place cannot be written.
    """
    if path.exists() and not path.is_dir():
        raise StoreError("a store is a folder, and this is a file", where=str(path))
    if path.is_dir() and any(path.iterdir()) and not (path / "CURRENT").is_file():
        raise StoreError("this folder holds something that is not a store", where=str(path))
    new, old = (path.with_name(f".{path.name}.{word}") for word in ("new", "old"))
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
        store = ox.Store(str(new))
        load_lines(store, lines)
        store.flush()
        del store
        _swap(path, new, old)
        _sync_folder(path.parent)
        shutil.rmtree(old, ignore_errors=True)


def _swap(path: Path, new: Path, old: Path) -> None:
    """Move ``path`` to ``old`` and ``new`` to ``path``; put the old one back if that fails."""
    if path.is_dir():
        path.rename(old)
    try:
        new.rename(path)
    except OSError:
        if old.is_dir():
            old.rename(path)
        raise


def replace_graph(store: ox.Store, graph: str, lines: Iterable[str]) -> tuple[int, int]:
    """Make ``lines`` all that the graph holds, in one transaction; return how many were added and removed.

    Only the difference is written. Raises ``StoreError`` where a line is not of that graph.
    """
    name = ox.NamedNode(graph)
    try:
        wanted = set(ox.parse(join_lines(lines), format=ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise StoreError(f"not N-Quads: {error}", where=graph) from error
    for quad in wanted:
        if quad.graph_name != name:
            raise StoreError(f"a line is of another graph: {quad.graph_name}", where=graph)
    present = set(store.quads_for_pattern(None, None, None, name))
    added, removed = wanted - present, present - wanted
    parts = []
    for verb, quads in (("DELETE", removed), ("INSERT", added)):
        if quads:
            body = "\n".join(f"{q.subject} {q.predicate} {q.object} ." for q in quads)
            parts.append(f"{verb} DATA {{ GRAPH <{graph}> {{\n{body}\n}} }}")
    if parts:
        try:
            store.update(" ;\n".join(parts))
        except (OSError, RuntimeError) as error:
            raise StoreError(f"the store cannot be written: {error}", where=graph) from error
    return len(added), len(removed)


# ---------------------------------------------------------------- reading it out
def dump_lines(store: ox.Store) -> list[str]:
    """Return all quads as sorted N-Quads lines: the same for the same content, whatever was loaded when."""
    data = store.dump(format=ox.RdfFormat.N_QUADS) or b""
    return sorted(data.decode().split("\n")[:-1])


def count_triples(store: ox.Store) -> dict[str, int]:
    """Return ``quads``, ``triples`` (of the union: said in two graphs counts once) and ``graphs``."""
    rows = store.query(_COUNT_UNION, use_default_graph_as_union=True)
    if not isinstance(rows, ox.QuerySolutions):
        raise TypeError(rows)
    return {
        "quads": len(store),
        "triples": int(_value(next(iter(rows))["n"])),
        "graphs": sum(1 for _ in store.named_graphs()),
    }


def count_classes(store: ox.Store, *, graphs: str = "") -> dict[str, int]:
    """Return how many things of each class there are, by short name, the largest class first.

    Terms of the ontology itself are not things. With ``graphs`` only the graphs count whose IRI starts
    with it: ``<data base>article/`` gives what articles speak of, without the rest of the lexicon.
    """
    found: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(v.TYPE), None):
        kind = _value(quad.object)
        if kind != v.CONCEPT_SCHEME and not kind.startswith(v.OWL) and _value(quad.graph_name).startswith(graphs):
            found.setdefault(v.class_name(kind), set()).add(_value(quad.subject))
    return {name: len(found[name]) for name in sorted(found, key=lambda name: (-len(found[name]), name))}


def count_by_graph(store: ox.Store) -> dict[str, int]:
    """Return the number of triples of each graph, by IRI."""
    names = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    return {name: sum(1 for _ in store.quads_for_pattern(None, None, None, ox.NamedNode(name))) for name in names}


def _value(term: object) -> str:
    return str(getattr(term, "value", term))


# ---------------------------------------------------------------- files
def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside, synced to disk, then renamed into place.

    Raises ``StoreError`` where the place cannot be written; what was there stays.
    """
    beside = path.with_name(f".{path.name}.new")
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _sync_folder(path.parent)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn an error of the system into one that says which place cannot be written."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot be written: {error.strerror or error}",
            where=str(path),
            hint="choose a folder that you may write to",
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make a rename last: sync the folder, where the system allows opening one."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
