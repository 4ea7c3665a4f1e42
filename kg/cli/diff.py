"""``kg diff``: what two builds say differently."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kg.corpus.changes import compare


@click.command(epilog="\b\nExamples:\n  kg diff build-may/ build-june/\n  kg diff old/claims.jsonl build --format json")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def diff(before: Path, after: Path, form: str) -> None:
    """Show what two builds say differently: new facts (+), facts no more said (-), numbers that changed (~).

    BEFORE and AFTER are folders that `kg build` wrote, or files of claims. A fact that only moved in its
    article is no difference.
    """
    found = compare(before, after)
    if form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        return
    for line in found.text():
        click.echo(line)
