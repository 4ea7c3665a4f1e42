"""Small parts of loading over Bolt: marks, batches, Cypher's names, and what the driver's errors mean."""

from __future__ import annotations

import gc
import ssl
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, TypeVar

from kg.load.http import explain_tls
from kg.load.pgraph import BASE_LABEL, KEY, MARK, Edge, Node, digest

_T = TypeVar("_T")
BATCH = 5000


def mark_edge(edge: Edge) -> str:
    """Return the mark of a relation: a digest of its ends, type and properties."""
    return digest(edge.start, edge.type, edge.end, edge.properties)


def say_edge(edge: Edge) -> str:
    """Return a relation in words, for a message."""
    articles = edge.properties.get("articles")
    return f"{edge.start} -{edge.type}-> {edge.end}" + (f" {articles}" if articles else "")


def mark_node(node: Node) -> str:
    """Return the mark of a node: a digest of its labels and properties."""
    return digest(node.labels, node.properties)


@contextmanager
def collect_rarely() -> Iterator[None]:
    """Let Python look for cycles seldom: rows make none, and looking through them costs a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def pieces(items: Iterable[_T]) -> Iterator[list[_T]]:
    """Yield the items in lists of at most a batch."""
    rest = iter(items)
    while piece := list(islice(rest, BATCH)):
        yield piece


def ahead(items: Iterable[_T], size: int = 3) -> Iterator[_T]:
    """Yield the items, which are made in another thread while those before are sent."""
    done = object()
    made: Queue[Any] = Queue(size)
    stopped = Event()

    def make() -> None:
        try:
            for item in items:
                made.put(item)
                if stopped.is_set():
                    return
            made.put(done)
        except BaseException as error:  # it is raised where the items are used
            made.put(error)

    maker = Thread(target=make, daemon=True)
    maker.start()
    try:
        while (item := made.get()) is not done:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        while maker.is_alive():
            with suppress(Empty):
                made.get(timeout=0.05)


def batches(query: str, rows: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a statement for each batch of rows."""
    for batch in pieces(rows):
        yield query, {"rows": batch}


def grouped(pairs: Iterable[tuple[Any, _T]]) -> Iterator[tuple[Any, list[_T]]]:
    """Yield rows that share a key in batches, holding no more than a batch of each."""
    groups: defaultdict[Any, list[_T]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
        if len(groups[key]) == BATCH:
            yield key, groups.pop(key)
    yield from groups.items()


def create_nodes(nodes: Iterable[tuple[tuple[str, ...], dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield statements that make new nodes of labels and properties; a key that is there is an error.

    Rows are lists and the statement has the names: two thirds of the driver's time and of the server's.
    """
    known: defaultdict[Any, dict[str, None]] = defaultdict(dict)
    for labels, batch in grouped(nodes):
        names = known[labels]
        for row in batch:
            names.update(dict.fromkeys(row))
        properties = ", ".join(f"`{name}`: row[{place}]" for place, name in enumerate(names))
        query = f"UNWIND $rows AS row CREATE (n:{join_labels(labels)} {{{properties}}})"
        yield query, {"rows": [[row.get(name) for name in names] for row in batch]}


def create_relations(ties: Iterable[tuple[str, list[Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield statements that make new relations of a type: each row has start, end, mark and articles."""
    start, end = (f"MATCH ({x}:{BASE_LABEL} {{{KEY}: row[{place}]}})" for place, x in enumerate("ab"))
    for kind, rows in grouped(ties):
        create = f"CREATE (a)-[:`{kind}` {{{MARK}: row[2], articles: row[3]}}]->(b)"
        yield f"UNWIND $rows AS row {start} {end} {create}", {"rows": rows}


def join_labels(labels: Iterable[str]) -> str:
    """Return labels as Cypher writes them."""
    return ":".join(f"`{label}`" for label in labels)


def plain(properties: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """Return those properties that are ours as they were sent: without the mark, dates as dates of Python."""
    return {
        key: value.to_native() if hasattr(value, "to_native") else value
        for key, value in sorted(properties.items())
        if key in keys
    }


def _explain_tls(error: BaseException | None) -> tuple[str, str] | None:
    """Return what is wrong about certificates: the driver hides what TLS said behind errors of its own."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return explain_tls(str(error))
        error = error.__cause__ or error.__context__
    return None


def explain(error: Exception) -> tuple[str, str]:
    """Return what an error of the driver means and what to do about it."""
    text, code = " ".join(str(error).split())[:300], str(getattr(error, "code", "") or "")
    low = text.lower()
    if type(error).__name__ in ("ServiceUnavailable", "SessionExpired"):
        if found := _explain_tls(error):
            return found
        return f"cannot be reached: {text}", "is the server running, and is this its Bolt port?"
    if "no space left" in low or ("disk" in low and "full" in low):
        return f"the disk of the server is full: {text}", "make room, and load again"
    if "ConstraintValidation" in code or ("already exists" in low and KEY in low) or "duplicated key" in low:
        return f"a node is there that was not loaded by kg: {text}", "use another database"
    if "DatabaseNotFound" in code or "database does not exist" in low:
        return f"no such database: {text}", "make it first, or name another with --database"
    if "Forbidden" in code or "AccessMode" in code or "NotALeader" in code or "read-only" in low or "read only" in low:
        return f"you may not write here: {text}", "the database is read-only, or this user has no right to write"
    return f"the server refused: {text}", ""
