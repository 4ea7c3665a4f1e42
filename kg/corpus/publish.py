"""A build made ready and put in place: all of it from the kept parts, or the last one with a few articles changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import graph, shapes, turtle
from kg.across.settings import Settings
from kg.corpus import blocks, checking, place, together
from kg.corpus.filling import Filling
from kg.corpus.parts import KeptArticle, PartStore
from kg.corpus.totals import Totals
from kg.corpus.work import run_jobs
from kg.model import Entity
from kg.resources import Domain
from kg.sorted_file import SortedFile, copy_range, read_blocks, sort_blocks
from kg.store import open_store
from kg.vocab import graph_iri

SMALL_CHANGE = 8
"""So many articles may change that the last build is patched; of a large one, a tenth may."""
_BIG = 48 * 1024 * 1024
COPIED = 1_000_000
"""Up to so many quads a build writes the graph and the claims as plain files too, unless it is told."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """What a build is made from: the domain, the kept articles in order of their names, and the folder."""

    domain: Domain
    entities: Sequence[Entity]
    across: Settings
    parts: PartStore
    articles: Sequence[KeptArticle]
    out: Path
    workers: int
    copies: bool = True
    """Whether the graph and the claims are written as plain files beside the store."""

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the Turtle file."""
        return {**turtle.data_prefixes(self.domain.data_base), **self.domain.prefixes}

    @property
    def _left_out(self) -> bytes:
        return f" <{graph_iri(self.domain.data_base, 'ontology')}> .\n".encode()

    # ------------------------------------------------------------ all of it
    def publish_all(self, build: str, tools: str) -> tuple[Totals, shapes.Report]:
        """Make every file from the kept parts and put them in place."""
        with place.explained(self.out), Filling(self.out, self.domain.data_base, self.workers) as filling:
            staging = filling.staging
            for article in self.articles:
                filling.add_article(self.parts.quads(article.row))
            filling.put_in_order()
            together.write_traces(staging, (self.parts.traces(article.row) for article in self.articles))
            others = staging / "others"
            filling.totals.fixed_graphs = self._write_others(others)
            filling.add(read_blocks(others))
            totals = filling.finish()
            if self.copies:
                self._write_copies(staging, others)
            sizes = ((article.row, article.lines) for article in self.articles)
            division = checking.divide(self.parts.path, sizes, others, self.domain.data_base)
            report = checking.check_store(
                staging / "store", self.domain.ontology / "shapes.ttl", self.workers, division
            )
            others.unlink()
            return totals, self._finish(build, tools, totals, report)

    def _write_others(self, path: Path) -> int:
        """Write the N-Quads of no article: lexicon, ontology, and what articles say together; return their graphs."""
        base = self.domain.data_base
        fixed = (
            graph.write_lexicon_quads(self.entities, base),
            graph.write_ontology_quads(self.domain.ontology, base),
        )
        with path.open("wb", buffering=1 << 20) as stream:
            stream.writelines(map(graph.join_lines, fixed))
            stream.writelines(together.derive(path.parent, self.across, base))
        return sum(1 for lines in fixed if lines) + 1

    def _write_copies(self, staging: Path, others: Path) -> None:
        """Write the graph and the claims as plain files; ``others`` are the quads of no article."""
        quads = chain((self.parts.quads(article.row) for article in self.articles), read_blocks(others))
        with (staging / "graph.nq").open("wb", buffering=1 << 20) as stream:
            stream.writelines(sort_blocks(quads, staging))
        self._write_turtle(staging)
        with (staging / "claims.jsonl").open("wb") as stream:
            stream.writelines(self.parts.claims(article.row) for article in self.articles)

    def _write_turtle(self, staging: Path) -> None:
        source, prefixes = staging / "graph.nq", self.prefixes
        with (staging / "graph.ttl").open("wb", buffering=1 << 20) as stream:
            stream.write(blocks.head(prefixes))
            if self.workers < 2 or source.stat().st_size < _BIG:
                with source.open("rb") as lines:
                    stream.writelines(blocks.format_blocks(lines, prefixes, self._left_out))
                return
            stretches = blocks.split_file(source)
            pieces = [staging / f"turtle-{number}" for number in range(len(stretches))]
            jobs = [(source, s, p, prefixes, self._left_out) for s, p in zip(stretches, pieces, strict=True)]
            for _ in run_jobs(blocks.write_stretch, jobs, self.workers):
                pass
            for piece in pieces:
                with piece.open("rb") as written:
                    while chunk := written.read(1 << 22):
                        stream.write(chunk)
                piece.unlink()

    # ------------------------------------------------------------ a few articles changed
    def is_small(self, before: Sequence[KeptArticle]) -> bool:
        """Return whether so little changed that the last build is better patched."""
        gone, come = self._difference(before)
        return len(gone) + len(come) <= small_change(len(self.articles))

    def _difference(self, before: Sequence[KeptArticle]) -> tuple[list[KeptArticle], list[KeptArticle]]:
        old, new = {article.row for article in before}, {article.row for article in self.articles}
        return [a for a in before if a.row not in new], [a for a in self.articles if a.row not in old]

    def publish_change(
        self, build: str, tools: str, before: Sequence[KeptArticle], state: dict[str, Any]
    ) -> tuple[Totals, shapes.Report]:
        """Make every file of the last build's and of what changed since, and put them in place."""
        gone, come = self._difference(before)
        old = {line for article in gone for line in self.parts.quads(article.row).splitlines(keepends=True)}
        new = {line for article in come for line in self.parts.quads(article.row).splitlines(keepends=True)}
        with place.explained(self.out):
            staging = place.clear_staging(self.out)
            left, came = ([self.parts.traces(article.row) for article in part] for part in (gone, come))
            was, now = together.patch(self.out, staging, left, came, self.across, self.domain.data_base)
            taken, brought = sorted((old | was) - (new | now)), sorted((new | now) - (old | was))
            totals = Totals.from_dict(self.domain.data_base, state["totals"])
            if self.copies:
                self._patch_quads(staging, taken, brought)
                self._patch_turtle(staging, sorted({blocks.subject_of(line) for line in (*taken, *brought)}))
                self._patch_claims(staging, before)
            place.copy_store(self.out / "store", staging / "store")
            report = self._patch_store(staging, taken, brought, totals, state["report"])
            return totals, self._finish(build, tools, totals, report)

    def _patch_quads(self, staging: Path, taken: list[bytes], brought: list[bytes]) -> None:
        changes = sorted([(line, b"") for line in taken] + [(line, line) for line in brought])
        with SortedFile(self.out / "graph.nq") as file, (staging / "graph.nq").open("wb") as stream:
            file.patch(changes, stream)

    def _patch_turtle(self, staging: Path, subjects: list[bytes]) -> None:
        short = turtle.Shortener(self.prefixes)
        with (
            SortedFile(staging / "graph.nq") as quads,
            blocks.open_blocks(self.out / "graph.ttl", self.prefixes) as old,
            (staging / "graph.ttl").open("wb") as stream,
        ):
            said = (
                (subject, blocks.format_block(quads.starting_with(subject + b" "), short, self._left_out))
                for subject in subjects
            )
            old.patch(said, stream)

    def _patch_claims(self, staging: Path, before: Sequence[KeptArticle]) -> None:
        places: dict[int, tuple[int, int]] = {}
        at = 0
        for article in before:
            places[article.row] = (at, at + article.size)
            at += article.size
        with SortedFile(self.out / "claims.jsonl") as old, (staging / "claims.jsonl").open("wb") as stream:
            start = end = 0
            for article in self.articles:
                found = places.get(article.row)
                if found and found[0] == end:
                    end = found[1]
                    continue
                copy_range(old.map, start, end, stream)
                start, end = found or (end, end)
                if not found:
                    stream.write(self.parts.claims(article.row))
            copy_range(old.map, start, end, stream)

    def _patch_store(
        self, staging: Path, taken: list[bytes], brought: list[bytes], totals: Totals, state: dict[str, Any] | None
    ) -> shapes.Report:
        gone, come = checking.parse_lines(taken), checking.parse_lines(brought)
        try:
            store = ox.Store(str(staging / "store"))
            totals.change(store, gone, come)
            store.flush()
        except RuntimeError as error:
            raise OSError(str(error)) from error
        del store
        store = open_store(staging / "store")
        loaded = shapes.load_shapes(self.domain.ontology / "shapes.ttl")
        last = checking.report_of(state, loaded, store) if state else None
        return shapes.recheck_graph(last, gone, come) if last else shapes.check(store, loaded)

    # ------------------------------------------------------------ in place
    def _finish(self, build: str, tools: str, totals: Totals, report: shapes.Report) -> shapes.Report:
        text = shapes.turtle_report(report, explained=False)
        (self.out / place.STAGING / "report.ttl").write_text(text, encoding="utf-8")
        state = None if report.handed_over else checking.report_state(report)
        self.parts.save_build(build, self.articles, {"tools": tools, "totals": totals.as_dict(), "report": state})
        place.put_in_place(self.out, build, {"articles": len(self.articles), "quads": totals.quads})
        return replace(report, store=open_store(self.out / "store"))


def small_change(articles: int) -> int:
    """Return up to how many of so many articles may change for the last build to be patched."""
    return max(SMALL_CHANGE, articles // 10)


def in_order(articles: Iterable[KeptArticle]) -> list[KeptArticle]:
    """Return articles in the order of their claims."""
    return sorted(articles, key=lambda article: article.name)
