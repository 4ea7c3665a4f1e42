"""``kg conflicts``, ``kg history`` and ``kg sources``: what many articles say together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import build_option, domain_option

if TYPE_CHECKING:
    from kg.query.across import Quote, Said, Source, Together, Told

MOST = 3
"""So many quotes of one number are shown as text; JSON has all."""
WORDS = 160
"""So much of a quote is shown as text."""

form_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)


@click.command(
    epilog="""\b
Examples:
  kg conflicts
  kg conflicts "Changping District"
  kg conflicts --format json | jq '.[].reason'
  kg query conflicts -p indicator=rdc:gdp --format csv
"""
)
@click.argument("name", required=False)
@form_option
@build_option
@domain_option
def conflicts(name: str | None, form: str, build_folder: Path, domain_folder: Path | None) -> None:
    """Show numbers that cannot both be so, with the words of each: of NAME and what is counted in it, or all.

    A conflict is one indicator of one thing, in one scope and for the same days, said as numbers that no
    rounding and no "about" or "more than" makes one. Both stay in the graph. Copies of one text count as one source.
    """
    together = open_together(build_folder, domain_folder)
    found = together.conflicts(together.find(name) if name else ())
    if form == "json":
        print_json(told.as_dict() for told in found)
        return
    for told in found:
        click.echo(f"{told.title}{', ' + told.period if told.period else ''}")
        for said in told.said:
            print_said(told, said)
        click.echo(f"  {told.reason}\n")
    about = f" about {name}" if name else ""
    click.echo(f"{count(len(found), 'conflict')}{about}." if found else f"No conflict{about}.")


@click.command(
    epilog="""\b
Examples:
  kg history "Changping District"
  kg history 昌平区
  kg history "landed Two Zones projects"
  kg history kgd:changping-district --format json
"""
)
@click.argument("name")
@form_option
@build_option
@domain_option
def history(name: str, form: str, build_folder: Path, domain_folder: Path | None) -> None:
    """Show how the numbers of NAME, and of the groups counted in it, went from period to period.

    Shown are numbers with dates of which there are at least two of the same indicator, scope and unit; what
    stands alone is in kg explain. ! marks numbers that conflict, x those that their own article corrects.
    """
    together = open_together(build_folder, domain_folder)
    found = together.history(together.find(name))
    if form == "json":
        print_json(told.as_dict() for told in found)
        return
    for title, figures in groupby(found, lambda told: (told.title, told.unit)):
        click.echo(title[0])
        for told in figures:
            for said in told.said:
                print_row(told, said)
        click.echo()
    if not found:
        click.echo(f"No two numbers of {name} can be compared; kg explain shows what is said of it.")


@click.command(
    epilog="""\b
Examples:
  kg sources "Changping District"
  kg sources "Suzhou Industrial Park" --format json
"""
)
@click.argument("name")
@form_option
@build_option
@domain_option
def sources(name: str, form: str, build_folder: Path, domain_folder: Path | None) -> None:
    """Show which sources speak of NAME: articles, where copies of one text count once.

    Articles are copies where most word sequences of the shorter one stand in the other: reprints, also cut or
    lightly edited, of one press release. They do not confirm each other.
    """
    together = open_together(build_folder, domain_folder)
    found = together.sources(together.find(name))
    if form == "json":
        print_json(source.as_dict() for source in found)
        return
    for source in found:
        print_source(source)
    articles = sum(len(source.articles) for source in found)
    click.echo(f"{count(len(found), 'source')} in {count(articles, 'article')}.")


def open_together(build_folder: Path, domain_folder: Path | None) -> Together:
    """Return the reader of a build's store."""
    from kg.query.across import Together
    from kg.query.names import query_prefixes
    from kg.resources import load_domain
    from kg.store import open_built

    domain = load_domain(domain_folder)
    return Together(open_built(build_folder, domain.data_base), domain.data_base, query_prefixes(domain))


def print_json(rows: Iterable[dict[str, Any]]) -> None:
    """Print rows as one array."""
    click.echo(json.dumps(list(rows), ensure_ascii=False, indent=1))


def print_said(told: Told, said: Said) -> None:
    """Print one number of a conflict with the words that give it, one quote a source first."""
    click.echo(f"  {said.amount(told.unit)}  ({count(said.sources, 'source')})")
    first = list({quote.source: quote for quote in reversed(said.quotes)}.values())[::-1]
    for quote in first[:MOST]:
        copies = sum(1 for other in said.quotes if other.source == quote.source and other.article != quote.article)
        more = f", and {count(copies, 'copy', 'copies')} of it" if copies else ""
        click.echo(f"      “{shorten(quote.quote)}”  {place(quote)}{more}")
    if len(first) > MOST:
        click.echo(f"      and {count(len(first) - MOST, 'more source', 'more sources')}")


def print_row(told: Told, said: Said) -> None:
    """Print one number of a history in one line."""
    quote = said.quotes[0]
    mark = "!" if said.disputed else "x" if said.withdrawn else " "
    others = f"  ({said.sources} sources)" if said.sources > 1 else ""
    words = f"“{shorten(quote.quote)}”  {place(quote)}"
    click.echo(f"{mark} {told.period or 'no period said':22}  {said.amount(told.unit):22}  {words}{others}")


def print_source(source: Source) -> None:
    """Print one source with the articles that carry it."""
    one, *copies = source.articles
    click.echo(f"{say_article(one)}  {count(source.claims, 'claim')}")
    click.echo(f"    “{shorten(source.quote.quote)}”  {place(source.quote)}")
    for copy in copies:
        click.echo(f"    also {say_article(copy)}")
    if source.reason:
        click.echo(f"    {source.reason}")


def say_article(article: Sequence[str]) -> str:
    """Return an article in words: its id, day and title."""
    name, published, title = article
    return "  ".join(filter(None, (name, published, f"“{shorten(title)}”" if title else "")))


def place(quote: Quote) -> str:
    """Return where words stand."""
    doubt = "" if quote.status == "explicit" else f" {quote.status}"
    return f"{quote.article} [{quote.start}:{quote.end}]{doubt}"


def shorten(text: str) -> str:
    """Return a text on one line without what a terminal would obey, cut where it is long."""
    from kg.query.names import clean_cell

    line = clean_cell(" ".join(text.split()))
    return line if len(line) <= WORDS else f"{line[: WORDS - 1]}…"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number of things in words.

    >>> count(1, "source"), count(2, "copy", "copies")
    ('1 source', '2 copies')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
