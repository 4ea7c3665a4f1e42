"""``kg build``: articles to a checked graph."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from kg.cli.options import DEFAULT_BUILD, domain_option
from kg.pipeline import BuildResult, count_claims
from kg.pipeline import build as build_graph
from kg.resources import load_domain

_BOOKKEEPING = ("Claim", "Quote", "Concept", "NewsArticle")


@click.command(epilog="\b\nExamples:\n  kg build\n  kg build my-articles/ --out my-graph\n  kg build one.txt two.txt")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=DEFAULT_BUILD, show_default=True, help="Output folder.")
@domain_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def build(sources: tuple[Path, ...], out: Path, domain_folder: Path | None, quiet: bool) -> None:
    """Read articles (files or folders; the domain's own by default) and write the graph of what they say.

    Writes into the output folder: store/ (embedded Oxigraph), graph.nq (sorted), graph.ttl (for people),
    claims.jsonl (one claim a line) and report.ttl (the SHACL report).
    """
    started = time.monotonic()
    domain = load_domain(domain_folder)
    result = build_graph(domain, sources or (domain.articles,), out, progress=_make_progress(quiet))
    if not quiet:
        print_summary(result, out, time.monotonic() - started)
    for failure in result.failures:
        click.echo(f"Error: {failure}", err=True)
    if result.failures:
        sys.exit(2)


def _make_progress(quiet: bool):  # type: ignore[no-untyped-def]
    """A line that is written over on a terminal; nothing elsewhere, so that logs stay plain."""
    live = sys.stderr.isatty() and not quiet

    def show(done: int, total: int, name: str) -> None:
        if live:
            end = "\r" if done < total else "\r\033[K"
            click.echo(f"\r\033[K{done}/{total} {name[:60]}{end}", err=True, nl=False)

    return show


def print_summary(result: BuildResult, out: Path, seconds: float) -> None:
    """Print what a build found and what to try next."""
    counts = count_claims(result.claims)
    numbers = Counter[str]()
    for article in result.results:
        numbers.update(article.account.counts())
    refused = sum(len(article.verdicts) - len(article.claims) for article in result.results)
    findings = Counter(violation.severity for violation in result.report.violations)
    met = len(result.report.focus_counts) - len(result.report.unmet)
    files = [path for path in result.files if path.is_file()]
    click.echo(f"articles   {len(result.results)} read, {len(result.failures)} failed")
    click.echo(f"claims     {len(result.claims)} accepted, {refused} refused: {say_counts(counts['kind'])}")
    click.echo(f"           {say_counts(counts['status'])}")
    click.echo(f"numbers    {numbers.pop('numbers')}: {say_counts(numbers)}")
    click.echo(f"things     {say_counts({k: n for k, n in result.classes.items() if k not in _BOOKKEEPING})}")
    click.echo(f"graph      {result.counts['triples']} triples in {result.counts['graphs']} graphs")
    click.echo(f"shapes     {met} met: {say_counts(findings) or 'all hold'}")
    sizes = ", ".join(f"{path.name} ({path.stat().st_size // 1024 + 1} kB)" for path in files)
    click.echo(f"written    {out / 'store'} and {sizes}")
    click.echo(f"time       {seconds:.1f} s")
    flag = "" if out == DEFAULT_BUILD else f" --build {out}"
    click.echo("\nNext, try:")
    for command in ("query --list", "query project_stages", 'explain "Changping District"', "account", "check"):
        click.echo(f"  kg {command}{flag if command != 'query --list' and command != 'account' else ''}")


def say_counts(counts: Mapping[str, int]) -> str:
    """Return counts as words: ``12 values, 3 texts``, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number} {name}" for name, number in ordered)
