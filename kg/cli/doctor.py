"""``kg doctor``: is a build whole, and still what its sources say?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.cli.options import build_option, domain_option
from kg.corpus.doctor import advise, examine
from kg.resources import load_domain


@click.command(epilog="\b\nExamples:\n  kg doctor\n  kg doctor my-articles/ --build my-graph")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@build_option
@domain_option
def doctor(sources: tuple[Path, ...], build_folder: Path, domain_folder: Path | None) -> None:
    """Check a build against its sources: files that changed, came or went, and a store that is not whole.

    SOURCES are the files or folders that were built; the domain's own articles by default. Changes
    nothing. Exit code 1 if something is to be done, and the last line says what.
    """
    domain = load_domain(domain_folder)
    findings = list(examine(domain, sources or (domain.articles,), build_folder))
    for finding in findings:
        click.echo(f"{finding.kind:10} {finding.what}")
    click.echo(advise(findings))
    if findings:
        sys.exit(1)
