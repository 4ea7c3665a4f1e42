"""The main job in one readable function: a folder of articles becomes a checked graph."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg import graph, shapes, store, turtle
from kg.account import Account, make_account
from kg.article import Page, load_page, parse_article
from kg.errors import KgError, StoreError
from kg.extract import Extractor
from kg.gate import Gate, Verdict
from kg.lexicon import load_lexicon
from kg.model import Article, Claim, sort_claims
from kg.quantity import load_quantities
from kg.reading import Reading
from kg.resources import Domain, find_root
from kg.rules import load_rules
from kg.sources import date_article, find_articles, read_source
from kg.vocab import PREFIXES


@dataclass(frozen=True, slots=True)
class Tools:
    """What reads an article: compiled once for a domain."""

    domain: Domain
    extractor: Extractor
    page: Page


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """One article as it was read, and the gate's verdict on each claim that the rules made of it."""

    article: Article
    reading: Reading
    verdicts: tuple[Verdict, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that the gate accepted."""
        return tuple(verdict.claim for verdict in self.verdicts if verdict.accepted)

    @property
    def account(self) -> Account:
        """What became of every sentence and number of the article."""
        return make_account(self.reading, self.verdicts)


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build made: results by article, files written, and the articles that could not be read."""

    results: tuple[ArticleResult, ...]
    failures: tuple[KgError, ...]
    files: tuple[Path, ...]
    counts: dict[str, int]
    classes: dict[str, int]
    report: shapes.Report

    @property
    def claims(self) -> list[Claim]:
        """All claims, in the order of the contract."""
        return sort_claims(claim for result in self.results for claim in result.claims)


def load_tools(domain: Domain) -> Tools:
    """Compile the lexicon, the rules and the grammar of a domain; raise what names the wrong entry."""
    prefixes = {**PREFIXES, **domain.prefixes, "kgd": domain.data_base}
    extractor = Extractor(
        lexicon=load_lexicon(domain.lexicon, base=domain.data_base, prefixes=prefixes),
        grammar=load_quantities(_own_or_shipped(domain, "data/quantities.toml")),
        rules=load_rules(domain.rules, prefixes=prefixes),
    )
    return Tools(domain, extractor, load_page(_own_or_shipped(domain, "data/rules/page.toml")))


def _own_or_shipped(domain: Domain, name: str) -> Path:
    """Return a domain's file, or the tool's: how numbers and pages are written is no matter of the subject."""
    own = domain.root / name
    return own if own.is_file() else find_root() / name


def read_claims(tools: Tools, article: Article) -> ArticleResult:
    """Return the claims of one article, each judged by the gate."""
    reading = tools.extractor.read(article)
    made = graph.settle_claims(tools.extractor.make_claims(reading))
    return ArticleResult(article, reading, tuple(Gate(reading, tools.extractor, made).judge_all(made)))


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
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> BuildResult:
    """Read the articles, make their claims, and write store, RDF, claims into ``out``.

    An article that cannot be read is a failure of its own and the rest is built; where all fail, the
    first failure is raised and nothing is written. ``progress`` hears (done, total, article id).
    """
    tools = load_tools(domain)
    articles = find_articles(sources)
    _check_folder(out)
    results: list[ArticleResult] = []
    failures: list[KgError] = []
    for number, (key, path) in enumerate(articles):
        progress(number, len(articles), key)
        for article in read_source(key, path, tools.page, tools.extractor.grammar):
            if isinstance(article, KgError):
                failures.append(article)
            else:
                results.append(read_claims(tools, article))
    progress(len(articles), len(articles), "")
    if not results:
        raise failures[0]
    lines = make_lines(tools, results)
    files = write_outputs(domain, out, lines, results)
    opened = store.open_store(out / "store")
    report = shapes.check(opened, shapes.load_shapes(domain.ontology / "shapes.ttl"))
    store.write_file(out / "report.ttl", shapes.write_report(report, "turtle").encode())
    return BuildResult(
        results=tuple(results),
        failures=tuple(failures),
        files=(*files, out / "report.ttl"),
        counts=store.count_triples(opened),
        classes=store.count_classes(opened, graphs=f"{domain.data_base}article/"),
        report=report,
    )


def make_lines(tools: Tools, results: Iterable[ArticleResult]) -> list[str]:
    """Return the whole graph as sorted N-Quads lines: articles, lexicon and ontology."""
    base = tools.domain.data_base
    lines = graph.write_lexicon_quads(tools.extractor.lexicon.entities.values(), base)
    lines += graph.write_ontology_quads(tools.domain.ontology, base)
    for result in results:
        lines += graph.write_quads(result.article, result.claims, base)
    return sorted(set(lines))


def write_outputs(
    domain: Domain, out: Path, lines: Sequence[str], results: Iterable[ArticleResult]
) -> tuple[Path, ...]:
    """Write every file of a build, each whole or not at all; the store comes first."""
    prefixes = {**turtle.data_prefixes(domain.data_base), **domain.prefixes}
    articles = [line for line in lines if "/graph/ontology>" not in line.rsplit(" ", 2)[1]]
    claims = sort_claims(claim for result in results for claim in result.claims)
    store.build_store(out / "store", lines)
    files = {
        "graph.nq": graph.join_lines(lines),
        "graph.ttl": turtle.format_turtle(articles, prefixes).encode(),
        "claims.jsonl": format_claims(claims).encode(),
    }
    for name, data in files.items():
        store.write_file(out / name, data)
    return (out / "store", *(out / name for name in files))


def format_claims(claims: Iterable[Claim]) -> str:
    """Return the claims as JSON lines, the contract's fields in order."""
    return "".join(json.dumps(claim.as_dict(), ensure_ascii=False) + "\n" for claim in claims)


def load_claims(path: Path) -> list[Claim]:
    """Read the claims of a build; raise ``StoreError`` where there are none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    except OSError as error:
        raise StoreError("no claims here", where=str(path), hint="build them first: kg build") from error
    return [Claim.from_dict(row) for row in map(_drop_id, lines)]


def _drop_id(line: str) -> dict[str, object]:
    row: dict[str, object] = json.loads(line)
    row.pop("id", None)
    return row


def count_claims(claims: Iterable[Claim]) -> dict[str, Counter[str]]:
    """Return how many claims there are by kind and by status."""
    kinds: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for claim in claims:
        kinds[{"Observation": "values", "literal": "texts"}.get(claim.object_type, "relations")] += 1
        statuses[claim.status] += 1
    return {"kind": kinds, "status": statuses}


def _check_folder(out: Path) -> None:
    """Say at once, before the work, that the output folder cannot be one."""
    if out.exists() and not out.is_dir():
        raise StoreError("the output folder is a file", where=str(out))
