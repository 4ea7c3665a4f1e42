"""The main job in one readable function: a folder of articles becomes a checked graph."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg import shapes
from kg.article import parse_article
from kg.corpus import checking, place
from kg.corpus.keys import combine_keys, tools_key
from kg.corpus.lock import locked
from kg.corpus.parts import Failure, KeptArticle, PartStore, read_accounts
from kg.corpus.publish import COPIED, Publisher, in_order
from kg.corpus.said import read_claim_lines
from kg.corpus.tools import ArticleResult as ArticleResult
from kg.corpus.tools import Tools as Tools
from kg.corpus.tools import load_tools as load_tools
from kg.corpus.tools import read_claims as read_claims
from kg.corpus.totals import Totals
from kg.corpus.work import Source, read_parts, source_key
from kg.corpus.work import format_claims as format_claims
from kg.errors import KgError, StoreError
from kg.model import Claim
from kg.resources import Domain
from kg.sources import date_article, find_articles
from kg.store import open_store

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build made: files written, what they hold, and the articles that could not be read.

    ``read_again`` is how many files were read because they, or what reads them, had changed.
    """

    out: Path
    articles: int
    read_again: int
    failures: tuple[KgError, ...]
    files: tuple[Path, ...]
    counts: dict[str, int]
    classes: dict[str, int]
    said: Counter[str]
    """How many claims were accepted and refused, by kind and status, and what became of the numbers."""
    report: shapes.Report

    @property
    def claims(self) -> list[Claim]:
        """All claims, in the order of the contract."""
        return load_claims(self.out)

    def said_by(self, group: str) -> Counter[str]:
        """Return the counts of one group: ``kind``, ``status`` or ``number``."""
        return Counter({name.split(" ", 1)[1]: n for name, n in self.said.items() if name.startswith(f"{group} ")})


def read_text(tools: Tools, text: str, *, title: str = "", published: str = "") -> list[Claim]:
    """Return the claims of a text that is not a file: for trying rules, and for their examples.

    ``published`` is an ISO date that relative dates are reckoned from.
    """
    body = f"{title}\n\n{text}" if title else text
    article = parse_article(body.encode("utf-8"), tools.page, article_id="text")
    dated = date_article(replace(article, published=published), tools.page, tools.extractor.grammar)
    return list(read_claims(tools, dated).claims)


def build(
    domain: Domain,
    sources: Sequence[Path],
    out: Path,
    *,
    progress: Progress = lambda done, total, name: None,
    workers: int = 1,
    copies: bool | None = None,
) -> BuildResult:
    """Read the articles that changed, make their claims, and write store, RDF, claims into ``out``.

    What is written is the same, byte for byte, whatever was built there before and by how many
    ``workers``. An article that cannot be read is a failure of its own and the rest is built; where all
    fail, the first failure is raised and nothing is written. ``progress`` hears (done, total, article id).
    ``copies`` is whether the graph and the claims are written as plain files too: if it is not said, up
    to a million quads.
    Raises ``StoreError`` where the folder cannot be written or another process builds there.
    """
    own = place.inside(out)
    articles = [(key, path) for key, path in find_articles(sources) if not own(path)]
    with _prepared(out), locked(out):
        parts = PartStore(out / "parts.db")
        try:
            return _Build(domain, articles, out, parts, progress, workers, copies).run()
        finally:
            parts.close()


class _prepared:
    """The output folder, made if need be; taken away again where nothing was built in it."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.made = not out.exists()

    def __enter__(self) -> None:
        if self.out.exists() and not self.out.is_dir():
            raise StoreError("the output folder is a file", where=str(self.out))
        store = self.out / "store"
        if store.is_dir() and any(store.iterdir()) and not (store / "CURRENT").is_file():
            raise StoreError("this folder holds something that is not a store", where=str(store))
        with place.explained(self.out):
            self.out.mkdir(parents=True, exist_ok=True)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.made and kind is not None and issubclass(kind, KgError):
            shutil.rmtree(self.out, ignore_errors=True)


class _Build:
    """One run: which files must be read, what they say, and what stands when it ends."""

    def __init__(
        self,
        domain: Domain,
        files: Sequence[tuple[str, Path]],
        out: Path,
        parts: PartStore,
        progress: Progress,
        workers: int,
        copies: bool | None,
    ) -> None:
        self.domain, self.files, self.out, self.parts = domain, files, out, parts
        self.progress, self.workers, self.copies = progress, workers, copies
        self.reading_key = tools_key(domain)
        self.failures: dict[str, tuple[Failure, ...]] = {}
        self.keys: dict[str, str] = {}
        self.read_again = 0
        self._tools: Tools | None = None
        self._current_rows: list[int] = []
        self._key_of: dict[int, str] = {}

    @property
    def tools(self) -> Tools:
        """The tools, compiled when they are first needed."""
        if self._tools is None:
            self._tools = load_tools(self.domain)
        return self._tools

    def run(self) -> BuildResult:
        """Read what changed, then put everything in place."""
        self._read(self._find_changed())
        kept = self._settle()
        if not kept:
            raise next(self._errors())
        articles = in_order(kept)
        build = combine_keys((self.reading_key, *(f"{a.name} {self._key_of[a.row]}" for a in articles)))
        manifest = place.read_manifest(self.out)
        if self.copies is None:
            self.copies = sum(article.lines for article in articles) <= COPIED
        if manifest and (place.COPIES[0] in manifest["files"]) != self.copies:
            manifest = None
        last = self.parts.load_build(manifest["build"]) if manifest else None
        if manifest and last and manifest["build"] == build:
            totals, report = self._as_it_stands(last[1])
        else:
            totals, report = self._publish(build, articles, last)
        self.parts.forget_all_but(build, self._current_rows)
        return self._result(articles, totals, report)

    # ------------------------------------------------------------ reading
    def _find_changed(self) -> list[Source]:
        """Return the files that are not kept as they are now."""
        known = self.parts.parts()
        changed = []
        for name, path in self.files:
            try:
                key = source_key(name, path, self.reading_key)
            except KgError as error:
                self.failures[name] = (Failure.of(error),)
                continue
            self.keys[name] = key
            part = known.get((name, key))
            # The words of a failure name the path, which may be said otherwise now.
            if part is None or (part.failures and part.path != str(path)):
                changed.append(Source(name, path, self.reading_key, key))
        return changed

    def _read(self, changed: Sequence[Source]) -> None:
        """Read files and keep what they say, some at a time, so that what is read once is never lost."""
        if not changed:
            return
        self.read_again = len(changed)
        done, total = 0, len(changed)
        self.progress(done, total, changed[0].name)
        for read in read_parts(self.domain, self.tools, changed, self.workers):
            for part in read:
                self.keys[part.source] = part.key
            self.parts.add(read)
            done += len(read)
            self.progress(done, total, read[-1].source if done < total else "")

    def _settle(self) -> list[KeptArticle]:
        """Return the articles of the build; of two with one id the first counts, the other is a failure."""
        known, articles = self.parts.parts(), self.parts.articles()
        first: dict[str, Path] = {}
        kept: list[KeptArticle] = []
        for name, path in self.files:
            part = known.get((name, self.keys.get(name, "")))
            if part is None:
                continue
            failures = list(part.failures)
            self._current_rows.append(part.row)
            for article in articles.get(part.row, ()):
                if article.name in first:
                    failures.append(
                        Failure(
                            f"the article id {article.name} is already that of {first[article.name]}",
                            str(path),
                            "give it another id, or take one of the two out",
                        )
                    )
                    continue
                first[article.name] = path
                self._key_of[article.row] = part.key
                kept.append(article)
            if failures:
                self.failures[name] = tuple(failures)
        return kept

    def _errors(self) -> Iterator[KgError]:
        for name, _ in self.files:
            yield from (failure.error() for failure in self.failures.get(name, ()))

    # ------------------------------------------------------------ writing
    def _publish(
        self, build: str, articles: list[KeptArticle], last: tuple[list[KeptArticle], dict[str, Any]] | None
    ) -> tuple[Totals, shapes.Report]:
        entities = tuple(self.tools.extractor.lexicon.entities.values())
        publisher = Publisher(
            self.domain, entities, self.tools.across, self.parts, articles, self.out, self.workers, bool(self.copies)
        )
        if last and last[1]["tools"] == self.reading_key and publisher.is_small(last[0]):
            return publisher.publish_change(build, self.reading_key, *last)
        return publisher.publish_all(build, self.reading_key)

    def _as_it_stands(self, state: dict[str, Any]) -> tuple[Totals, shapes.Report]:
        """Return what is known of a build in which nothing changed."""
        store = open_store(self.out / "store")
        loaded = shapes.load_shapes(self.domain.ontology / "shapes.ttl")
        report = checking.report_of(state["report"], loaded, store) if state["report"] else None
        return Totals.from_dict(self.domain.data_base, state["totals"]), report or shapes.check(store, loaded)

    def _result(self, articles: Sequence[KeptArticle], totals: Totals, report: shapes.Report) -> BuildResult:
        said: Counter[str] = Counter()
        for article in articles:
            said.update(json.loads(article.counts))
        counts = {"quads": totals.quads, "triples": totals.triples, "graphs": len(articles) + totals.fixed_graphs}
        return BuildResult(
            out=self.out,
            articles=len(articles),
            read_again=self.read_again,
            failures=tuple(self._errors()),
            files=(self.out / "store", *(self.out / name for name in place.FILES if (self.out / name).is_file())),
            counts=counts,
            classes=totals.by_class(),
            said=said,
            report=report,
        )


def load_claims(path: Path) -> list[Claim]:
    """Read the claims of a build's folder, or of a file of claims; raise ``StoreError`` where there are none."""
    return [Claim.from_dict(row) for row in map(_drop_id, read_claim_lines(path))]


def load_accounts(out: Path) -> dict[str, str]:
    """Return the packed account of each article of a build (``kg.account.unpack_account``), by article id.

    Empty where the build's folder does not hold them any more: then nothing is known of what was not used.
    """
    manifest = place.read_manifest(out)
    return read_accounts(out / "parts.db", str(manifest["build"])) if manifest else {}


def _drop_id(line: str) -> dict[str, object]:
    row: dict[str, object] = json.loads(line)
    row.pop("id", None)
    return row
