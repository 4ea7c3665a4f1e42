"""The graph of what articles say together, derived from their traces: all of it, or what a change makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Protocol

from kg import vocab as v
from kg.across import copies
from kg.across.figures import write_figures
from kg.across.settings import Settings
from kg.across.traces import Number, make_line, read_line
from kg.model import hash_id
from kg.nquads import iri_term, text_term


class Traces(Protocol):
    """Sorted traces that are searched without being read (``kg.sorted_file.SortedFile``)."""

    def starting_with(self, prefix: bytes) -> Iterable[bytes]:
        """Return the traces that begin with some bytes, in order."""

    def around(self, record: bytes, prefix: bytes, reach: int) -> Iterable[bytes]:
        """Return those among so many before and after the place of a trace that begin with some bytes, and itself."""


_F = {name: f"<{iri}>" for name, iri in vars(v).items() if name.isupper() and isinstance(iri, str)}


def derive_all(lines: Iterable[bytes], traces: Traces, settings: Settings, base: str) -> Iterator[bytes]:
    """Yield all N-Quads lines that traces give, in no order; ``lines`` are all of them, in order."""
    deriver = _Deriver(traces, settings, base)
    families = copies.Families()
    yield deriver.write_head()
    for key, group in groupby(lines, _key_of):
        found = list(group)
        if key.startswith(b"b") and len(found) == 1:
            continue  # nothing to compare it with; most bands have one article
        rows = [read_line(line)[1] for line in found]
        if key.startswith(b"b"):
            copies.join_copies(copies.pair_up([row[0] for row in rows]), deriver.sketch_of, settings.copies, families)
        else:
            yield from deriver.write_group(key, rows)
    for family in families.all():
        yield from deriver.write_family(family)


class Change:
    """What a change of some traces takes from the derived graph, and what it brings.

    ``gone`` and ``come`` are the traces that differ; ``before`` and ``after`` are all of them, then and now.
    """

    def __init__(self, gone: Sequence[bytes], come: Sequence[bytes], settings: Settings, base: str) -> None:
        self.changed = sorted({*gone, *come})
        self.touched = sorted({_key_of(line) for line in self.changed})
        self.settings, self.base = settings, base

    def derive(self, before: Traces, after: Traces) -> tuple[set[bytes], set[bytes]]:
        """Return the lines that the touched keys and families gave before, and those that they give now."""
        old, new = (_Deriver(traces, self.settings, self.base) for traces in (before, after))
        starts = self._loose_articles(old, new)
        # An article that loses or finds a copy takes its whole family along.
        starts = {member for deriver in (old, new) for article in starts for member in deriver.find_family(article)}
        return self._lines(old, starts), self._lines(new, starts)

    def _lines(self, deriver: _Deriver, starts: set[str]) -> set[bytes]:
        found: set[bytes] = set()
        for key in self.touched:
            if not key.startswith((b"b", b"s")):
                found.update(deriver.write_group(key, deriver.rows(key)))
        seen: set[str] = set()
        for article in sorted(starts):
            if article not in seen:
                family = deriver.find_family(article)
                seen.update(family)
                found.update(deriver.write_family(sorted(family)))
        return found

    def _loose_articles(self, old: _Deriver, new: _Deriver) -> set[str]:
        """Return the articles whose copies may be others now.

        Those whose texts came, went or changed; and copies between which one came or went in a band, so that they
        are compared now and were not, or the other way round.
        """
        found = {row[0] for key in self.touched if key.startswith(b"s") for row in (*old.rows(key), *new.rows(key))}
        for line in self.changed:
            if line.startswith(b"b"):
                was, now = (set(copies.pair_up(deriver.near_in_band(line))) for deriver in (old, new))
                for one, other in sorted(was ^ now):
                    if found.isdisjoint((one, other)) and new.are_copies(one, other):
                        found.update((one, other))
        return found


class _Deriver:
    """Writes what groups of traces give."""

    def __init__(self, traces: Traces, settings: Settings, base: str) -> None:
        self.traces, self.settings, self.base = traces, settings, base
        self.stop = f" {iri_term(v.graph_iri(base, 'across'))} .\n"
        self.sketch_of = lru_cache(maxsize=copies.KEPT)(self._read_sketch)

    def rows(self, key: bytes) -> list[list[Any]]:
        """Return the rows under one key."""
        return [read_line(line)[1] for line in self.traces.starting_with(key + b"\t")]

    def near_in_band(self, line: bytes) -> list[str]:
        """Return the articles that stand near a trace in its band: no more of them than any is compared with."""
        key = line[: line.index(b"\t") + 1]
        return [read_line(other)[1][0] for other in self.traces.around(line, key, copies.NEIGHBOURS)]

    def _read_sketch(self, article: str) -> copies.Sketch:
        ((_, size, packed, *_),) = self.rows(f"s{hash_id(article)}".encode())
        return copies.Sketch(size, packed)

    def write_head(self) -> bytes:
        """Return the line that says what the graph is; it is there always."""
        node = iri_term(v.graph_iri(self.base, "across"))
        return f"{node} {_F['LABEL']} {text_term('What articles say together')}{self.stop}".encode()

    def write_group(self, key: bytes, rows: Sequence[Sequence[Any]]) -> Iterator[bytes]:
        """Yield the lines of one key of names or numbers."""
        if key.startswith(b"v"):
            numbers = [Number(*row) for row in rows]
            yield from (f"{line}\n".encode() for line in write_figures(key.decode(), numbers, self.base))
        elif key.startswith(b"n"):
            yield from self._write_names(rows)

    def _write_names(self, rows: Sequence[Sequence[Any]]) -> Iterator[bytes]:
        """Yield that things of one name are one: the lexicon's where it knows it, else the one of the shortest IRI."""
        known = {row[1] for row in rows} - {""}
        things = {row[0] for row in rows} | known
        usual = min(known or things, key=lambda iri: (len(iri), iri), default="")
        for thing in sorted(things - {usual}):
            yield f"{iri_term(thing)} {_F['SAME_AS']} {iri_term(usual)}{self.stop}".encode()

    # ------------------------------------------------------------ copies
    def find_family(self, article: str) -> set[str]:
        """Return all articles that are joined to one by copies; none where the article is not there."""
        if not self.rows(f"s{hash_id(article)}".encode()):
            return set()
        found, open_ends = {article}, [article]
        while open_ends:
            for other in self._copies_of(open_ends.pop()):
                if other not in found:
                    found.add(other)
                    open_ends.append(other)
        return found

    def _copies_of(self, article: str) -> Iterator[str]:
        compared: set[str] = set()
        for band in self._bands_of(article):
            for other in self.near_in_band(make_line(f"b{band}", (article,))):
                if other in compared:
                    continue
                compared.add(other)
                if other != article and self.are_copies(article, other):
                    yield other

    def are_copies(self, one: str, other: str) -> bool:
        """Return whether two articles are one but for cuts and small changes."""
        return copies.are_copies(self.sketch_of(one), self.sketch_of(other), self.settings.copies)

    def _bands_of(self, article: str) -> Sequence[str]:
        ((_, _, _, *bands),) = self.rows(f"s{hash_id(article)}".encode())
        return bands

    def write_family(self, family: Sequence[str]) -> Iterator[bytes]:
        """Yield the lines of a release: a text that several articles carry, known by the first of them."""
        if len(family) < 2:
            return
        first = self.sketch_of(family[0])
        least = min(copies.share(first, self.sketch_of(other))[0] for other in family[1:])
        node = iri_term(v.mint_iri(self.base, "release", hash_id(family[0])))
        much = "All" if least == 1 else f"At least {int(100 * least)} %"
        reason = f"{much} of the word sequences of the shorter text stand in the longer one, compared with {family[0]}."
        yield f"{node} {_F['TYPE']} {_F['RELEASE']}{self.stop}".encode()
        yield f"{node} {_F['DESCRIPTION']} {text_term(reason, 'en')}{self.stop}".encode()
        for article in family:
            yield f"{node} {_F['HAS_VERSION']} {iri_term(v.article_iri(self.base, article))}{self.stop}".encode()


def _key_of(line: bytes) -> bytes:
    return line[: line.index(b"\t")]
