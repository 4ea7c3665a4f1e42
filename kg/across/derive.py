"""The graph of what articles say together, derived from their traces: all of it, or what a change makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from kg import vocab as v
from kg.across import copies
from kg.across.figures import write_figures
from kg.across.settings import Settings
from kg.across.traces import Number, read_line
from kg.model import hash_id
from kg.nquads import iri_term, text_term

Lookup = Callable[[bytes], Iterable[bytes]]
"""Gives the traces that begin with some bytes, in order."""

_F = {name: f"<{iri}>" for name, iri in vars(v).items() if name.isupper() and isinstance(iri, str)}


def derive_all(traces: Iterable[bytes], lookup: Lookup, settings: Settings, base: str) -> Iterator[bytes]:
    """Yield all N-Quads lines that sorted traces give, in no order."""
    deriver = _Deriver(lookup, settings, base)
    families = copies.Families()
    yield deriver.write_head()
    for key, lines in groupby(traces, _key_of):
        rows = [read_line(line)[1] for line in lines]
        if key.startswith(b"b"):
            copies.join_copies(
                copies.pair_up(sorted(row[0] for row in rows)), deriver.sketch_of, settings.copies, families
            )
        else:
            yield from deriver.write_group(key, rows)
    for family in families.all():
        yield from deriver.write_family(family)


class Change:
    """What a change of some traces takes from the derived graph, and what it brings.

    ``gone`` and ``come`` are the traces that differ; ``before`` and ``after`` look up all of them, then and now.
    """

    def __init__(self, gone: Sequence[bytes], come: Sequence[bytes], settings: Settings, base: str) -> None:
        self.touched = sorted({_key_of(line) for line in (*gone, *come)})
        self.settings, self.base = settings, base

    def derive(self, before: Lookup, after: Lookup) -> tuple[set[bytes], set[bytes]]:
        """Return the lines that the touched keys and families gave before, and those that they give now."""
        old, new = (_Deriver(lookup, self.settings, self.base) for lookup in (before, after))
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
        """Return the articles whose copies may be others now: all that are compared otherwise in a touched band."""
        found = {row[0] for key in self.touched if key.startswith(b"s") for row in (*old.rows(key), *new.rows(key))}
        for key in self.touched:
            if key.startswith(b"b"):
                was, now = (set(copies.pair_up(deriver.members(key))) for deriver in (old, new))
                found.update(article for pair in was ^ now for article in pair)
        return found


class _Deriver:
    """Writes what groups of traces give."""

    def __init__(self, lookup: Lookup, settings: Settings, base: str) -> None:
        self.lookup, self.settings, self.base = lookup, settings, base
        self.stop = f" {iri_term(v.graph_iri(base, 'across'))} .\n"
        self.sketch_of = lru_cache(maxsize=4096)(self._read_sketch)

    def rows(self, key: bytes) -> list[list[Any]]:
        """Return the rows under one key."""
        return [read_line(line)[1] for line in self.lookup(key + b"\t")]

    def members(self, key: bytes) -> list[str]:
        """Return the articles of a band in order."""
        return sorted(row[0] for row in self.rows(key))

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
        if not list(self.lookup(f"s{hash_id(article)}\t".encode())):
            return set()
        found, open_ends = {article}, [article]
        while open_ends:
            for other in self._copies_of(open_ends.pop()):
                if other not in found:
                    found.add(other)
                    open_ends.append(other)
        return found

    def _copies_of(self, article: str) -> Iterator[str]:
        sketch = self.sketch_of(article)
        for band in self._bands_of(article):
            members = self.members(band)
            if len(members) < 2:
                continue
            at, reach = members.index(article), copies.NEIGHBOURS
            for other in members[max(0, at - reach) : at + reach + 1]:
                if other != article and copies.are_copies(sketch, self.sketch_of(other), self.settings.copies):
                    yield other

    def _bands_of(self, article: str) -> Sequence[bytes]:
        ((_, _, _, *bands),) = self.rows(f"s{hash_id(article)}".encode())
        return [f"b{band}".encode() for band in bands]

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
