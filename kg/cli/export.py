"""``kg export``: the graph in a format that other programs open, by the suffix of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import click

from kg.cli.options import build_option, domain_option
from kg.concepts import MODALITIES, STATUSES
from kg.errors import ExportError
from kg.export import FORMATS, Options, Report, Source, export_file, find_format
from kg.export.source import PARTS
from kg.network import Observations
from kg.network_filter import Filter
from kg.pipeline import load_accounts
from kg.resources import load_domain
from kg.store import open_built

EPILOG = """\b
Examples:
  kg export net.graphml                          for Gephi, yEd, igraph, networkx
  kg export graph.ttl graph.jsonld net.gexf      several files at once
  kg export near.graphml --around "Xiaomi Phase II" --hops 2
  kg export parks.gexf --class Park --class District --predicate within
  kg export values.graphml --observations nodes  each number as a node of its own
  kg export one.nq --article changping-two-districts --part articles
"""


def _many(
    name: str, dest: str, help: str, choices: Iterable[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return an option that can be given more than once."""
    kind = click.Choice(tuple(choices)) if choices else None
    return click.option(name, dest, multiple=True, type=kind, help=help)


@click.command(epilog=EPILOG)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@build_option
@domain_option
@click.option("--formats", is_flag=True, help="List the formats and stop.")
@click.option(
    "--observations",
    type=click.Choice(("attributes", "nodes")),
    default="attributes",
    show_default=True,
    help="Measured values as attributes of their thing, or as nodes.",
)
@click.option("--claims", is_flag=True, help="Each claim as a node too.")
@_many("--class", "classes", "Keep things of this class (Park, Project …). May be repeated.")
@_many("--predicate", "predicates", "Keep this relation (short name, label or IRI). May be repeated.")
@_many("--status", "statuses", "Keep facts of this status. May be repeated.", STATUSES)
@_many("--modality", "modalities", "Keep facts of this modality. May be repeated.", MODALITIES)
@_many("--article", "articles", "Keep facts of this article (its id). May be repeated.")
@click.option("--around", default="", metavar="NAME", help="Keep what is near this thing (a name or an IRI).")
@click.option("--hops", type=click.IntRange(0, 20), default=1, show_default=True, help="How near: edges from it.")
@_many("--part", "parts", "RDF only: keep this part of the store. May be repeated.", PARTS)
@click.option("--layout/--no-layout", default=True, help="Compute coordinates, communities and centrality.")
@click.option(
    "--excel-guard/--no-excel-guard", default=True, help="In CSV, write ' before a cell that begins with = + - @."
)
@click.option("--title", default="", help="A title for pictures and the page.")
@click.option(
    "--language",
    type=click.Choice(("en", "zh", "both")),
    default="en",
    show_default=True,
    help="Of the labels in pictures.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def export(
    files: tuple[Path, ...], build_folder: Path, domain_folder: Path | None, formats: bool, **chosen: Any
) -> None:
    """Write the built graph into FILES, each in the format of its suffix (--formats lists them).

    A network has a node for each thing and an edge for each claim. What a format cannot hold is printed.
    """
    if formats or not files:
        print_formats()
        return
    for path in files:
        find_format(path)  # a wrong suffix is told before any work
    domain = load_domain(domain_folder)
    quiet = bool(chosen.pop("quiet"))
    options = make_options(chosen)
    for path in files:
        if find_format(path).family == "RDF" and not replace(options.filter, articles=()).keeps_all():
            raise ExportError(
                "filters choose from a network, and this format takes the whole graph",
                where=str(path),
                hint="leave the filters out, export a network, or take a part with kg query -e 'CONSTRUCT …'",
            )
    store = open_built(build_folder, domain.data_base)
    source = Source(store, domain.data_base, domain.prefixes, options, accounts=partial(load_accounts, build_folder))
    for path in files:
        report = export_file(source, path)
        if not quiet:
            print_report(report)


def make_options(chosen: dict[str, Any]) -> Options:
    """Return the options of an export from those of the command line."""
    names = ("classes", "predicates", "statuses", "modalities", "articles", "around", "hops")
    return Options(
        observations=cast(Observations, chosen["observations"]),
        claims=chosen["claims"],
        layout=chosen["layout"],
        filter=Filter(**{name: chosen[name] for name in names}),
        parts=chosen["parts"] or PARTS,
        excel_guard=chosen["excel_guard"],
        title=chosen["title"],
        language=chosen["language"],
    )


def print_formats() -> None:
    """Print the table of formats, family by family."""
    for entry in FORMATS:
        click.echo(f"{entry.suffix:<12} {entry.family:<8} {entry.title}")


def print_report(report: Report) -> None:
    """Print the files and counts on standard output, what was lost on standard error."""
    counts = ", ".join(f"{number} {name}" for name, number in report.counts.items())
    click.echo(f"{' '.join(map(str, report.files))}: {counts}")
    if not any(report.counts.values()):
        click.echo("  note: nothing in the graph fits what was chosen, so the file is empty", err=True)
    for loss in report.losses:
        example = f" (for example {loss.example})" if loss.example else ""
        click.echo(f"  note: {loss.times} x {loss.what}{example}", err=True)
