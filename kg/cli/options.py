"""Options that several commands share, each defined once."""

from __future__ import annotations

from pathlib import Path

import click

DEFAULT_BUILD = Path("build")

build_option = click.option(
    "--build",
    "build_folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_BUILD,
    show_default=True,
    help="The folder that `kg build` wrote.",
)
domain_option = click.option(
    "--domain",
    "domain_folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="A folder with another ontology, lexicon, rules and queries.  [default: the tool's own]",
)
