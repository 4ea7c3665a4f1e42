"""``kg plot``: a chart of a question whose answer has numbers."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli.export import print_report
from kg.cli.options import build_option, domain_option
from kg.cli.query import read_target, split_params
from kg.errors import ExportError
from kg.resources import load_domain
from kg.store import open_built

EPILOG = """\b
Examples:
  kg plot project_stages stages.svg
  kg plot duration_cut cut.png
  kg plot my-question.rq chart.pdf -p place="Energy Valley"
  kg plot -e 'SELECT ?name ?value WHERE { … }' chart.svg
"""


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1, required=True, metavar="[NAME|FILE.rq|-] PICTURE")
@click.option("-e", "--text", metavar="SPARQL", help="Ask this text instead of a question by name.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated.")
@click.option("--title", default="", help="A title in place of the question.")
@build_option
@domain_option
def plot(
    words: tuple[str, ...],
    text: str | None,
    params: tuple[str, ...],
    title: str,
    build_folder: Path,
    domain_folder: Path | None,
) -> None:
    """Draw the numbers of a question into PICTURE (.svg, .png or .pdf): bars, or lines where rows have dates.

    A missing number is an empty, dashed bar. Before and after share an axis; each unit has its own.
    """
    from kg.export.chart import write_chart
    from kg.query import Namer, query_prefixes, run_query

    if len(words) != (1 if text is not None else 2):
        raise ExportError("name one question and one picture", hint="write: kg plot project_stages stages.svg")
    domain = load_domain(domain_folder)
    question = read_target(domain, None if text is not None else words[0], text)
    store, prefixes = open_built(build_folder, domain.data_base), query_prefixes(domain)
    answer = run_query(store, question, split_params(params), prefixes=prefixes)
    print_report(write_chart(answer, Namer(store, prefixes), Path(words[-1]), title))
