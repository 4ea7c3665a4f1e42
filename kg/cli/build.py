"""``kg build``: articles to a checked graph."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kg.cli.options import DEFAULT_BUILD, domain_option
from kg.cli.times import say_time
from kg.pipeline import BuildResult
from kg.pipeline import build as build_graph
from kg.resources import load_domain
from kg.shapes.terms import local_name

_BOOKKEEPING = ("Claim", "Quote", "Concept", "NewsArticle")
_LIVE, _PLAIN = 0.2, 10.0
"""Seconds between two words on progress: on a terminal, and in a log."""
_STOPPED = 130


class _OutPath(click.Path):
    """A folder to write into; an empty name, which a script makes of a variable that is not set, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if not str(value):
            self.fail("an empty name is no folder; name one, or leave --out away", param, ctx)
        return Path(os.fsdecode(super().convert(value, param, ctx)))


@click.command(epilog="\b\nExamples:\n  kg build\n  kg build my-articles/ --out my-graph\n  kg build one.txt two.txt")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--out", type=_OutPath(), default=str(DEFAULT_BUILD), show_default=True, help="Output folder.")
@domain_option
@click.option("--workers", type=click.IntRange(min=1), default=None, help="Processes that read.  [default: one a core]")
@click.option(
    "--copies/--no-copies",
    default=None,
    help="Write graph.nq, graph.ttl and claims.jsonl too, or the store only.  [default: up to 1,000,000 quads]",
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def build(
    sources: tuple[Path, ...],
    out: Path,
    domain_folder: Path | None,
    workers: int | None,
    copies: bool | None,
    quiet: bool,
) -> None:
    """Read articles (files or folders; the domain's own by default) and write the graph of what they say.

    Writes into the output folder: store/ (embedded Oxigraph), graph.nq (sorted), graph.ttl (for people),
    claims.jsonl (one claim a line), report.ttl (the SHACL report) and manifest.json, the last. A large
    graph is in the store only, so that one article more costs little: --copies writes the three files all
    the same. What was read is kept there too (parts.db): the next build reads only what changed, and goes
    on where one was stopped. Exit code 2 if an article could not be read; the rest is built.
    """
    started = time.monotonic()
    domain = load_domain(domain_folder)
    progress = (lambda done, total, name: None) if quiet else make_progress(sys.stderr.isatty())
    try:
        result = build_graph(
            domain,
            sources or (domain.articles,),
            out,
            progress=progress,
            workers=workers or count_cores(),
            copies=copies,
        )
    except KeyboardInterrupt:
        click.echo(
            "\nStopped. What stood is as it was; what was read is kept, and kg build goes on from there.", err=True
        )
        sys.exit(_STOPPED)
    if not quiet:
        print_summary(result, out, time.monotonic() - started)
        print_next(out, sources, domain_folder)
    for failure in result.failures:
        click.echo(f"Error: {failure}", err=True)
    if result.failures:
        sys.exit(2)


def count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_progress(live: bool, clock: Callable[[], float] = time.monotonic) -> Callable[[int, int, str], None]:
    """Return what shows progress: a line written over on a terminal, now and then a plain line elsewhere."""
    began = shown = clock()

    def show(done: int, total: int, name: str) -> None:
        nonlocal shown
        now, ended = clock(), done >= total
        if not ended and now - shown < (_LIVE if live else _PLAIN):
            return
        shown = now
        if live:
            click.echo(
                "\r\033[K" if ended else f"\r\033[K{say_progress(done, total, now - began)} {name[:40]}",
                err=True,
                nl=False,
            )
        elif not ended:
            click.echo(say_progress(done, total, now - began), err=True)

    return show


def say_progress(done: int, total: int, seconds: float) -> str:
    """Return progress in words.

    >>> say_progress(500, 2000, 10)
    '500 of 2,000 files, 50/s, 30 s left'
    """
    rate = done / seconds if seconds > 0 else 0
    left = f", {rate:.0f}/s, {say_time((total - done) / rate)} left" if done and rate else ""
    return f"{done:,} of {total:,} files{left}"


def print_summary(result: BuildResult, out: Path, seconds: float) -> None:
    """Print what a build found and what to try next."""
    said, numbers = result.said, result.said_by("number")
    findings = Counter(local_name(finding.severity.value) for finding in result.report.results)
    met = len(result.report.focus_counts) - len(result.report.unmet)
    files = [path for path in result.files if path.is_file()]
    unchanged = result.articles and not result.read_again
    click.echo(
        f"articles   {result.articles} read, {len(result.failures)} failed"
        + (", none changed since the last build" if unchanged else "")
    )
    claims = f"claims     {said['claims']} accepted, {said['refused']} refused"
    things = {kind: number for kind, number in result.classes.items() if kind not in _BOOKKEEPING}
    print_line(claims, say_kinds(result.said_by("kind")))
    print_line("          ", say_counts(result.said_by("status")), " ")
    print_line(f"numbers    {numbers.pop('numbers', 0)}", say_counts(+numbers))
    click.echo(f"things     {say_counts(things) or 'none'}")
    click.echo(f"graph      {result.counts['triples']} triples in {result.counts['graphs']} graphs")
    click.echo(f"shapes     {met} met: {say_counts(findings) or 'all hold'}")
    sizes = ", ".join(f"{path.name} ({path.stat().st_size // 1024 + 1} kB)" for path in files)
    click.echo(f"written    {out / 'store'} and {sizes}")
    if not (out / "graph.nq").is_file():
        click.echo("           graph.nq, graph.ttl and claims.jsonl with: kg build --copies")
    click.echo(f"time       {seconds:.1f} s")


def print_line(start: str, rest: str, between: str = ": ") -> None:
    """Print a line of two parts; its start alone where nothing follows, and nothing where that is blank."""
    if rest or start.strip():
        click.echo(f"{start}{between}{rest}" if rest else start)


def print_next(out: Path, sources: Sequence[Path], domain: Path | None) -> None:
    """Print commands to try, each with what it needs to work on this build."""
    where = "" if out == DEFAULT_BUILD else f" --build {shlex.quote(str(out))}"
    which = f" --domain {shlex.quote(str(domain))}" if domain else ""
    read = "".join(f" {shlex.quote(str(source))}" for source in sources[:3])
    click.echo("\nNext, try:")
    click.echo(f"  kg query --list{which}")
    if not domain:
        click.echo(f"  kg query project_stages{where}")
    click.echo(f"  kg claims{where}")
    if not sources and not domain:
        click.echo(f'  kg explain "Xiaomi Phase II"{where}')
    click.echo(f"  kg account{read}{which}")
    click.echo(f"  kg check{where}{which}")


def say_kinds(counts: Mapping[str, int]) -> str:
    """Return counts of claims by kind as words.

    >>> say_kinds({"values": 12, "texts": 1, "relations": 1})
    '12 values, 1 relation, 1 text'
    """
    return say_counts({name.removesuffix("s") if number == 1 else name: number for name, number in counts.items()})


def say_counts(counts: Mapping[str, int]) -> str:
    """Return counts as words: ``12 values, 3 texts``, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number} {name}" for name, number in ordered)
