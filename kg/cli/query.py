"""``kg query``: ask the graph a shipped question, or one of your own."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import build_option, domain_option
from kg.errors import QueryError
from kg.resources import Domain, load_domain

if TYPE_CHECKING:
    from kg.query import Query

FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "ttl", "nt")
PIPE_WIDTH = 160
"""Columns of a table that does not go to a terminal."""

EPILOG = """\b
Examples:
  kg query --list
  kg query project_stages
  kg query projects_in_place -p place="Energy Valley" --format csv
  kg query my-question.rq --build my-graph
  kg query -e 'SELECT ?park WHERE { ?park a rd:Park } ORDER BY ?park'
  kg query landing_rate --show | kg query -
"""


@click.command(epilog=EPILOG)
@click.argument("target", required=False, metavar="[NAME|FILE.rq|-]")
@click.option("-e", "--text", metavar="SPARQL", help="Ask this text instead of a file.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated.")
@click.option(
    "--format", "format", type=click.Choice(FORMATS), help="How to print it.  [default: table; ttl for triples]"
)
@click.option("--list", "listing", is_flag=True, help="List the questions and their parameters.")
@click.option("--show", is_flag=True, help="Print the query as it would be run, with its parameters, and stop.")
@build_option
@domain_option
def query(
    target: str | None,
    text: str | None,
    params: tuple[str, ...],
    format: str | None,
    listing: bool,
    show: bool,
    build_folder: Path,
    domain_folder: Path | None,
) -> None:
    """Ask the graph a question: one that comes with the tool, a file, or SPARQL of your own.

    Queries run over all articles together and change nothing. Prefixes such as rd:, rdc: and kgd: need not be
    declared. What two graphs both say is found twice: use DISTINCT, or GRAPH ?article { … }. A parameter of
    type thing is a name in English or Chinese, or an IRI; * leaves it open.
    """
    domain = load_domain(domain_folder)
    if listing:
        print_list(domain)
        return
    print_answer(domain, build_folder, read_target(domain, target, text), split_params(params), format, show)


def print_list(domain: Domain) -> None:
    """Print each shipped question with its parameters."""
    from kg.query.headers import list_queries

    queries = list_queries(domain.queries)
    if not queries:
        raise QueryError("no questions here", where=str(domain.queries), hint="a question is a file NAME.rq")
    for found in queries:
        click.echo(f"{found.name}\n    {found.summary}")
        for parameter in found.parameters:
            click.echo(f"    -p {parameter}")


def read_target(domain: Domain, target: str | None, text: str | None) -> Query:
    """Return the query of exactly one of: a name, a file, standard input, or a text."""
    from kg.query.headers import find_query, parse_query, read_query

    if (target is None) == (text is None):
        raise QueryError("ask one question", hint="give a NAME, a FILE.rq, - for standard input, or -e 'SELECT …'")
    if text is not None:
        return parse_query(text, "text")
    if target == "-":
        return parse_query(sys.stdin.read(), "stdin")
    name = str(target)
    if name.endswith(".rq") or "/" in name or "\\" in name:
        return read_query(Path(name))
    return find_query(domain.queries, name)


def split_params(params: tuple[str, ...]) -> dict[str, str]:
    """Return ``NAME=VALUE`` words as a mapping."""
    values: dict[str, str] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals or not name:
            raise QueryError(f"not a parameter: {param}", hint="write -p NAME=VALUE")
        if name in values:
            raise QueryError(f"the parameter {name} is given twice")
        values[name] = value
    return values


def print_answer(
    domain: Domain, build_folder: Path, question: Query, values: dict[str, str], format: str | None, show: bool
) -> None:
    """Run a question on the store of a build and print its answer, or with ``show`` its text."""
    from kg.query import Namer, format_answer, prepare_query, query_prefixes, run_query
    from kg.store import open_built

    store = open_built(build_folder, domain.data_base)
    prefixes = query_prefixes(domain)
    if show:
        click.echo(prepare_query(store, question, values, prefixes).rstrip("\n"))
        return
    chosen = format or ("ttl" if question.form in ("CONSTRUCT", "DESCRIBE") else "table")
    with ended_by_interrupt():
        answer = run_query(store, question, values, prefixes=prefixes)
        data = format_answer(answer, chosen, Namer(store, prefixes), width=table_width())
    click.echo(data, nl=False)


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process: while Oxigraph works, Python would not come to hear of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def table_width() -> int:
    """Return the columns of the terminal, or a fixed number where the output goes elsewhere."""
    if not sys.stdout.isatty():
        return PIPE_WIDTH
    import shutil

    return max(shutil.get_terminal_size().columns, 60)
