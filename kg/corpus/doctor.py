"""A build looked over: is it whole, does the store hold what the files say, and are they still what was read?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

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
        yield from _examine_files(out)
        yield from _examine_sources(domain, sources, out)


def _examine_files(out: Path) -> Iterator[Finding]:
    manifest = place.read_manifest(out)
    if manifest is None:
        yield Finding("damaged", "the files are not those that the last build wrote (see manifest.json)")
        return
    store = open_store(out / "store")
    count = missing = 0
    with (out / "graph.nq").open("rb") as stream:
        while lines := list(islice(stream, _BATCH)):
            quads = checking.parse_lines(lines)
            count += len(quads)
            missing += sum(1 for quad in quads if quad not in store)
    if missing:
        yield Finding("damaged", f"{missing} quads of graph.nq are not in the store")
    if len(store) != count or count != manifest["quads"]:
        yield Finding(
            "damaged", f"the store has {len(store)} quads, graph.nq {count}, the build made {manifest['quads']}"
        )


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
