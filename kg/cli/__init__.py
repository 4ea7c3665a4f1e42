"""The command line: parse, call one function, print.

Each command lies in a module of its own family and is imported only when it is asked for, so that
``kg --help`` costs little more than ``import click``. ``KgError`` becomes a message and its exit code:
0 good, 1 the data does not conform, 2 bad input or usage.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from kg.errors import KgError


class Entry:
    """Where a command lies and the line that ``kg --help`` shows of it."""

    __slots__ = ("help", "name", "target")

    def __init__(self, name: str, target: str, help: str) -> None:
        self.name = name
        self.target = target
        self.help = help


COMMANDS = (
    Entry("build", "kg.cli.build:build", "Turn articles into a checked graph: store, RDF files, claims, report."),
    Entry("doctor", "kg.cli.doctor:doctor", "Check a build against its sources, and say what would mend it."),
    Entry("diff", "kg.cli.diff:diff", "Show what two builds say differently: new, gone and changed facts."),
    Entry("claims", "kg.cli.claims:claims", "Print what the articles say, each claim with its quote."),
    Entry("explain", "kg.cli.claims:explain", "Show all that is known of a thing, and the words behind it."),
    Entry(
        "account", "kg.cli.account:account", "Show what was taken from each sentence, and what became of each number."
    ),
    Entry("check-claims", "kg.cli.account:check_claims", "Test claims made elsewhere against their article."),
    Entry("query", "kg.cli.query:query", "Ask a shipped question, or your own in SPARQL."),
    Entry("conflicts", "kg.cli.across:conflicts", "Show numbers that cannot both be so, with the words of each."),
    Entry("history", "kg.cli.across:history", "Show how the numbers of a thing went from period to period."),
    Entry("sources", "kg.cli.across:sources", "Show which sources speak of a thing, copies of one text counted once."),
    Entry("check", "kg.cli.check:check", "Check the graph, or any RDF file, against SHACL shapes."),
    Entry("export", "kg.cli.export:export", "Write RDF, network graphs, tables, pictures or a page."),
    Entry("plot", "kg.cli.plot:plot", "Draw the numbers of a question as a chart."),
    Entry("serve", "kg.cli.serve:serve", "Serve the graph: a SPARQL endpoint and a page of questions."),
    Entry("load", "kg.cli.load:load", "Load the graph into a database, or files for its bulk loader."),
)
_BY_NAME = {entry.name: entry for entry in COMMANDS}


class LazyGroup(click.Group):
    """A group that imports a command when it is called or its own help is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work, not of the alphabet."""
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        entry = _BY_NAME.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.target} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in COMMANDS])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell what can be mended in one line and exit with its code."""
        try:
            return super().invoke(ctx)
        except KgError as error:
            stop(error)


def stop(error: KgError) -> NoReturn:
    """Print an error the user can mend on standard error and exit with its code."""
    click.echo(f"Error: {error}", err=True)
    sys.exit(error.exit_code)


EPILOG = """\b
Examples:
  kg build                         read data/articles into build/
  kg query --list                  the questions that come with the tool
  kg explain "Xiaomi Phase II"     what is known of a thing, with its words
  kg export build/net.graphml      a network for Gephi or Cytoscape
"""


@click.group(
    cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="kg", prog_name="kg")
def main() -> None:
    """Turn press articles into a knowledge graph whose every fact can be checked against its words."""
