"""``kg build``: articles to a checked graph."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from kg.cli.options import domain_option
from kg.pipeline import BuildResult, count_claims
from kg.pipeline import build as build_graph
from kg.resources import load_domain


@click.command(epilog="\b\nExamples:\n  kg build\n  kg build my-articles/ --out my-graph\n  kg build one.txt two.txt")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("build"), show_default=True, help="Output folder.")
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
    click.echo(f"articles   {len(result.results)}")
    click.echo(f"claims     {len(result.claims)}: {say_counts(counts['kind'])}")
    click.echo(f"           {say_counts(counts['status'])}")
    click.echo(f"things     {say_counts(result.classes)}")
    click.echo(f"triples    {result.counts['triples']} in {result.counts['graphs']} graphs")
    click.echo(f"written    {', '.join(str(path) for path in result.files)}")
    click.echo(f"time       {seconds:.1f} s")
    click.echo("\nNext, try:")
    click.echo("  kg query --list")
    click.echo('  kg explain "Xiaomi Phase II"')
    click.echo(f"  kg check --build {out}")


def say_counts(counts: Mapping[str, int]) -> str:
    """Return counts as words: ``12 values, 3 texts``, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number} {name}" for name, number in ordered)
