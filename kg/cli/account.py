"""``kg account`` and ``kg check-claims``: what became of an article's words, and of claims made elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from kg.account import Account
from kg.cli.options import domain_option
from kg.errors import ArticleError, EvidenceError, KgError
from kg.extract import describe_claim
from kg.gate import Gate, Verdict
from kg.model import Article
from kg.pipeline import Tools, load_tools, read_claims
from kg.proposals import complete_claim, read_proposals
from kg.resources import load_domain
from kg.sources import find_articles, read_source
from kg.vocab import PREFIXES

_COLOURS = {"used": "green", "unused": "yellow", "rejected": "red"}
_MARKS = {"used": ("[", "]"), "unused": ("?", "?"), "rejected": ("~", "~")}


@click.command(
    epilog="\b\nExamples:\n"
    "  kg account                             the articles of the domain\n"
    "  kg account my-article.txt --format text\n"
    "  kg account --format json > account.json\n"
)
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "text", "json"]), default="table", show_default=True)
@domain_option
def account(sources: tuple[Path, ...], form: str, domain_folder: Path | None) -> None:
    """Show what was taken from each sentence of articles, and what became of each number.

    SOURCES are files or folders; the domain's own articles by default. `text` prints the article with
    its numbers marked: [used], ?unused?, ~rejected~ (green, yellow and red on a terminal).
    """
    domain = load_domain(domain_folder)
    tools = load_tools(domain)
    found = find_articles(sources or (domain.articles,))
    accounts = (
        read_claims(tools, article).account for key, path in found for article in read_articles(tools, key, path)
    )
    if form == "json":
        click.echo(json.dumps([a.as_dict() for a in accounts], ensure_ascii=False, indent=1))
        return
    for one in accounts:
        for line in format_text(one) if form == "text" else format_table(one):
            click.echo(line)


def read_articles(tools: Tools, key: str, path: Path) -> Iterator[Article]:
    """Yield the articles of one file; raise the error of one that cannot be read."""
    for article in read_source(key, path, tools.page, tools.extractor.grammar):
        if isinstance(article, KgError):
            raise article
        yield article


def format_table(account: Account) -> Iterator[str]:
    """Yield the account as lines: each sentence with its rules, then the numbers that are not used."""
    yield f"{account.article}: {account.summary()}"
    yield from (f"note: {note}" for note in account.notes)
    yield ""
    for sentence in account.sentences:
        words = _shorten(account.text[sentence.start : sentence.end], 60)
        rules = sorted({rule for _, rule in sentence.claims})
        said = f"{len(sentence.claims):3} claims  {', '.join(rules)}" if rules else f"  0 claims  {sentence.reason}"
        yield f"[{sentence.start}:{sentence.end}] {words}"
        yield f"    {said}" + (f"  ({sentence.reason})" if rules and sentence.reason else "")
    yield ""
    yield "Numbers:"
    for number in account.numbers:
        count = len(number.claims)
        reason = number.reason or f"{count} claim{'s' * (count != 1)}"
        yield f"  {number.status:8} [{number.start}:{number.end}] {number.text}: {reason}"
    yield ""


def format_text(account: Account) -> Iterator[str]:
    """Yield the article's text with each number marked by what became of it."""
    yield f"{account.article}: {account.summary()}"
    pieces: list[str] = []
    position = 0
    for number in account.numbers:
        before, after = _MARKS[number.status]
        words = click.style(before + number.text + after, fg=_COLOURS[number.status])
        pieces += (account.text[position : number.start], words)
        position = number.end
    yield "".join([*pieces, account.text[position:]])


def _shorten(text: str, width: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


@click.command(
    name="check-claims",
    epilog="\b\nExamples:\n  kg check-claims claims.jsonl --article article.txt\n  kg claims --format jsonl | "
    "kg check-claims - --article data/articles/changping-two-districts.txt",
)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--article", "article_path", type=click.Path(path_type=Path), required=True, help="The article's file.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
@domain_option
def check_claims(file: Path, article_path: Path, form: str, domain_folder: Path | None) -> None:
    """Test claims made elsewhere against the words of their article, each accepted or refused with why.

    FILE has one JSON object a line, with at least subject, predicate, quote, and object or value; the
    fields are those of `kg claims --format jsonl`. Names may stand in place of IRIs. Exit code 1 if one
    is refused, 2 if one cannot be read.
    """
    tools = load_tools(load_domain(domain_folder))
    text = sys.stdin.read() if str(file) == "-" else _read_text(file)
    verdicts = list(judge_proposals(tools, text, article_path, where=str(file)))
    if not verdicts:
        raise EvidenceError("no claims to test", where=str(file), hint="write one JSON object a line")
    for line in format_verdicts(verdicts, form):
        click.echo(line)
    if any(isinstance(verdict, KgError) for _, verdict in verdicts):
        sys.exit(2)
    if any(not verdict.accepted for _, verdict in verdicts if isinstance(verdict, Verdict)):
        sys.exit(1)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ArticleError(f"not UTF-8 at byte {error.start}", where=str(path)) from error
    except OSError as error:
        raise ArticleError(f"cannot be read: {error.strerror}", where=str(path)) from error


def judge_proposals(
    tools: Tools, text: str, article_path: Path, *, where: str
) -> Iterator[tuple[int, Verdict | KgError]]:
    """Yield (line, verdict) for each proposed claim of one article; one that cannot be read is its error."""
    [(key, path)] = find_articles([article_path])
    reading = tools.extractor.read(next(read_articles(tools, key, path)))
    known = tools.extractor.make_claims(reading)
    gate = Gate(reading, tools.extractor, known)
    prefixes = {**PREFIXES, **tools.domain.prefixes, "kgd": tools.domain.data_base}
    for number, row in read_proposals(text, where=where):
        if isinstance(row, KgError):
            yield number, row
            continue
        try:
            claim = complete_claim(row, reading, tools.extractor, prefixes, known, where=f"{where}:{number}")
            yield number, gate.judge(claim)
        except KgError as error:
            yield number, error


def format_verdicts(verdicts: Iterable[tuple[int, Verdict | KgError]], form: str) -> Iterator[str]:
    """Yield verdicts as lines for people, or as JSON objects."""
    for number, verdict in verdicts:
        if isinstance(verdict, KgError):
            row: dict[str, object] = {"line": number, "accepted": False, "reasons": [str(verdict)]}
            yield json.dumps(row, ensure_ascii=False) if form == "jsonl" else f"{number}: cannot be read: {verdict}"
            continue
        reasons = [f"{failure.part}: {failure.reason}" for failure in verdict.failures]
        if form == "jsonl":
            row = {"line": number, "accepted": verdict.accepted, "reasons": reasons, "found": verdict.found}
            yield json.dumps({**row, "claim": verdict.claim.as_dict()}, ensure_ascii=False)
            continue
        yield f"{number}: {'accepted' if verdict.accepted else 'refused '}  {describe_claim(verdict.claim)}"
        yield from (f"      {reason}" for reason in reasons)
