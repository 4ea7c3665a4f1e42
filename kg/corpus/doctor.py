"""A build looked over: is it whole, does the store hold what the files say, and are they still what was read?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.corpus import checking, place
from kg.corpus.keys import tools_key
from kg.corpus.lock import locked
from kg.corpus.parts import PartStore
from kg.corpus.work import source_key
from kg.errors import ArticleError, StoreError
from kg.resources import Domain
from kg.sources import find_articles
from kg.store import open_store

_BATCH = 20_000


class Finding(NamedTuple):
    """One thing that is not as it should be: ``kind`` is damaged, new, changed, gone, unreadable or failed."""

    kind: str
    what: str


def examine(domain: Domain, sources: Sequence[Path], out: Path) -> Iterator[Finding]:
    """Yield what is wrong with the build in ``out``, and what of its sources it does not hold as they are now.

    Raises ``StoreError`` where nothing was built, or a build is at work.
    """
    if not (out / place.MANIFEST).is_file():
        raise StoreError("nothing is built here", where=str(out), hint="build it: kg build")
    with locked(out):
        yield from _examine_files(domain, out)
        yield from _examine_sources(domain, sources, out)


def _examine_files(domain: Domain, out: Path) -> Iterator[Finding]:
    manifest = place.read_manifest(out)
    if manifest is None:
        yield Finding("damaged", "the files are not those that the last build wrote (see manifest.json)")
        return
    store = open_store(out / "store")
    copied = (out / "graph.nq").is_file()
    what = "graph.nq" if copied else "what was read"
    count = missing = 0
    for lines in _read_file(out / "graph.nq") if copied else _read_kept(out, str(manifest["build"])):
        quads = checking.parse_lines(lines)
        count += len(quads)
        missing += sum(1 for quad in quads if quad not in store)
    if missing:
        yield Finding("damaged", f"{missing} quads of {what} are not in the store")
    found = len(store) if copied else _count_articles(store, domain.data_base)
    if found != count or len(store) != manifest["quads"]:
        yield Finding("damaged", f"the store has {found} quads, {what} {count}, the build made {manifest['quads']}")


def _read_file(path: Path) -> Iterator[list[bytes]]:
    with path.open("rb") as stream:
        while lines := list(islice(stream, _BATCH)):
            yield lines


def _read_kept(out: Path, build: str) -> Iterator[list[bytes]]:
    """Yield the quads of the articles that a build was made of."""
    parts = PartStore(out / "parts.db")
    try:
        found = parts.load_build(build)
        for article in found[0] if found else ():
            yield [parts.quads(article.row)]
    finally:
        parts.close()


def _count_articles(store: ox.Store, base: str) -> int:
    """Return how many quads are in the graphs of articles."""
    others = [g for g in store.named_graphs() if not str(getattr(g, "value", g)).startswith(f"{base}article/")]
    return len(store) - sum(1 for name in others for _ in store.quads_for_pattern(None, None, None, name))


def _examine_sources(domain: Domain, sources: Sequence[Path], out: Path) -> Iterator[Finding]:
    reading_key, inside = tools_key(domain), place.inside(out)
    parts = PartStore(out / "parts.db")
    try:
        known = parts.parts()
    finally:
        parts.close()
    names = {name for name, _ in known}
    seen: set[str] = set()
    for name, path in find_articles(sources):
        if inside(path):
            continue
        seen.add(name)
        try:
            part = known.get((name, source_key(name, path, reading_key)))
        except ArticleError as error:
            yield Finding("unreadable", str(error))
            continue
        if part is None:
            kind, why = ("changed", "it, or what reads it, changed since") if name in names else ("new", "not read yet")
            yield Finding(kind, f"{path}: {why}")
        else:
            yield from (Finding("failed", str(failure.error())) for failure in part.failures)
    yield from (Finding("gone", f"{name}: built, and no longer there") for name in sorted(names - seen))


def advise(findings: Sequence[Finding]) -> str:
    """Return what would mend it, in one line."""
    kinds = {finding.kind for finding in findings}
    if not kinds:
        return "All is well: the build is whole and holds its sources as they are."
    if kinds <= {"failed", "unreadable"}:
        return "Mend or take out the files named, then: kg build"
    return "To mend it: kg build"
