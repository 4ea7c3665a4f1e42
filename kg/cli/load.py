"""``kg load``: the graph into a database, or into files for a database's own bulk loader."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import cast

import click

from kg.cli.options import build_option, domain_option
from kg.cli.times import say_time
from kg.corpus.place import read_manifest
from kg.load import KINDS, Plan, Result, Settings, Source, make_loader
from kg.load.base import Progress, Verify
from kg.resources import load_domain

_BETWEEN = 0.1
"""Seconds between two drawings of the bar."""
EPILOG = """\b
Examples:
  kg load http://localhost:3030/ds                      Fuseki; other SPARQL stores alike
  kg load http://localhost:7878 --dry-run               what would change, and nothing else
  kg load http://localhost:8890/sparql --user dba --ask-password
  kg load bolt://localhost:7687                         Neo4j, as a property graph
  kg load my/store                                      a folder of the embedded Oxigraph store
  kg load csv --kind neo4j-admin                        files, and the command that imports them
  kg load http://localhost:3030/ds --remove             take out exactly what was loaded

\b
From the environment, never from the command line:
  KG_LOAD_USER, KG_LOAD_PASSWORD   the server chooses basic or digest
  KG_LOAD_TOKEN                    a bearer token
  KG_LOAD_CERT, KG_LOAD_KEY        a client certificate and its key, PEM files
  KG_LOAD_CA                       certificates of your own authority, a PEM file
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY
"""


@click.command(epilog=EPILOG)
@click.argument("target", required=False)
@build_option
@domain_option
@click.option(
    "--kind", default="", metavar="KIND", help="What the target is, if it cannot be seen (--kinds lists them)."
)
@click.option("--kinds", is_flag=True, help="List the kinds of targets and stop.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--remove", is_flag=True, help="Take out what was loaded, and nothing else.")
@click.option(
    "--verify",
    type=click.Choice(("none", "sample", "full")),
    default="sample",
    show_default=True,
    help="After a load: only count in total, count by class and predicate and look up a sample, or compare all.",
)
@click.option("--database", default="", metavar="NAME", help="Bolt: the database on the server.")
@click.option("--user", default="", envvar="KG_LOAD_USER", help="The user; the password is KG_LOAD_PASSWORD.")
@click.option("--ask-password", is_flag=True, help="Ask for the password.")
@click.option("--update-url", default="", metavar="URL", help="SPARQL: the address for updates, if it is unusual.")
@click.option("--data-url", default="", metavar="URL", help="SPARQL: the address of the Graph Store Protocol.")
@click.option("--staging", is_flag=True, help="SPARQL: send pieces to graphs that no one knows, then move them.")
@click.option("--chunk-mb", type=click.FloatRange(0.01, 1000), default=8.0, show_default=True, help="Size of pieces.")
@click.option("--gzip/--no-gzip", default=None, help="Compress what is sent.  [default: to other machines that can]")
@click.option("--timeout", type=click.FloatRange(1), default=300.0, show_default=True, help="Seconds for an answer.")
@click.option("--tries", type=click.IntRange(1, 20), default=6, show_default=True, help="Tries of each request.")
@click.option("--allow-http", is_flag=True, help="Send the password over http to another machine.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def load(target: str | None, build_folder: Path, domain_folder: Path | None, **chosen: object) -> None:
    """Load the built graph into TARGET: the URL of a SPARQL store or of a Bolt server, or a folder.

    Loading again changes only what changed. Nothing that others put into the database is touched.
    """
    if chosen["kinds"] or not target:
        for kind in KINDS:
            click.echo(f"{kind.name:<16} {kind.family:<7} {kind.title}")
        return
    written = (read_manifest(build_folder) or {}).get("files", {})
    file = build_folder / "graph.nq" if "graph.nq" in written else None
    source = Source.open(build_folder, load_domain(domain_folder).data_base, file=file)
    quiet = bool(chosen["quiet"])
    progress = make_progress(sys.stderr.isatty() and not quiet)
    loader = make_loader(target, source, make_settings(chosen, progress))
    try:
        if chosen["dry_run"]:
            print_plan(loader.plan())
            return
        result = loader.remove() if chosen["remove"] else loader.load()
    finally:
        progress(0, 0, "")  # an error must not be written behind the bar
        loader.close()
    if not quiet:
        print_plan(result.plan)
        print_result(result)


def make_settings(chosen: dict[str, object], progress: Progress) -> Settings:
    """Return the settings from options and environment; ask for the password if that is wished."""
    secret = os.environ.get("KG_LOAD_PASSWORD", "")
    if chosen["ask_password"]:
        secret = click.prompt("Password", hide_input=True, err=True)
    return Settings(
        kind=str(chosen["kind"]),
        database=str(chosen["database"]),
        verify=cast(Verify, chosen["verify"]),
        chunk_bytes=int(cast(float, chosen["chunk_mb"]) * (1 << 20)),
        staging=bool(chosen["staging"]),
        gzip=cast("bool | None", chosen["gzip"]),
        timeout=cast(float, chosen["timeout"]),
        tries=cast(int, chosen["tries"]),
        update_url=str(chosen["update_url"]),
        data_url=str(chosen["data_url"]),
        allow_plain=bool(chosen["allow_http"]),
        user=str(chosen["user"]),
        secret=secret,
        token=os.environ.get("KG_LOAD_TOKEN", ""),
        certificate=os.environ.get("KG_LOAD_CERT", ""),
        key=os.environ.get("KG_LOAD_KEY", ""),
        authority=os.environ.get("KG_LOAD_CA", ""),
        progress=progress,
    )


def make_progress(live: bool) -> Progress:
    """Return what draws a bar with rate and remaining time on a terminal, or nothing."""
    began = shown = 0.0

    def show(done: int, total: int, unit: str) -> None:
        nonlocal began, shown
        now = time.monotonic()
        began = began or now  # reading what is to be sent is over
        if live and done >= total:
            click.echo("\r\033[K", err=True, nl=False)
        elif live and now - shown >= _BETWEEN:
            shown = now
            click.echo(f"\r\033[K{say_progress(done, total, unit, now - began)}", err=True, nl=False)

    return show


def say_progress(done: int, total: int, unit: str, seconds: float) -> str:
    """Return a bar, what is done of what, and once there is a rate, that and the remaining time.

    >>> say_progress(5 << 20, 20 << 20, "bytes", 10)
    '[#####               ] 5.0 of 20.0 MB, 0.5/s, 30 s left'
    >>> say_progress(1000, 4000, "items", 0)
    '[#####               ] 1,000 of 4,000 items'
    """
    scale, digits, word = (1 << 20, 1, "MB") if unit == "bytes" else (1, 0, unit)
    text = f"[{'#' * (20 * done // total):<20}] {done / scale:,.{digits}f} of {total / scale:,.{digits}f} {word}"
    if not done or seconds < _BETWEEN:
        return text
    return f"{text}, {done / seconds / scale:,.{digits}f}/s, {say_time((total - done) * seconds / done)} left"


def print_plan(plan: Plan) -> None:
    """Print what is, or would be, done."""
    click.echo(f"target     {plan.target}: {plan.product}")
    click.echo(
        f"{plan.unit:<10} {plan.added} new, {plan.replaced} changed, {plan.removed} to remove, "
        f"{plan.unchanged} as they are"
    )
    size = f"{plan.size:,} bytes" if plan.size else ""
    click.echo(f"way        {', '.join(filter(None, (plan.way, plan.detail, size)))}")


def print_result(result: Result) -> None:
    """Print what is there now, how that is known, and what was lost."""
    click.echo(f"there now  {', '.join(f'{number} {name}' for name, number in result.counts.items())}")
    click.echo(f"verified   {result.verified}")
    click.echo(f"time       {result.seconds:.1f} s")
    if result.command:
        click.echo(f"\nNow run:\n{result.command}")
    for loss in result.losses:
        example = f" (for example {loss.example})" if loss.example else ""
        click.echo(f"  note: {loss.times} x {loss.what}{example}", err=True)
