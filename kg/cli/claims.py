"""``kg claims`` and ``kg explain``: what the articles say, and all that is known of a thing."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli.options import build_option, domain_option
from kg.cli.query import table_width

STATUSES = ("explicit", "implied", "garbled", "missing")


@click.command(
    epilog="""\b
Examples:
  kg claims
  kg claims --about "Life Valley" --status explicit
  kg claims --status garbled --status missing --format csv > doubtful.csv
  kg claims --format jsonl | wc -l
"""
)
@click.option("--format", "format", type=click.Choice(["table", "jsonl", "csv"]), default="table", show_default=True)
@click.option(
    "--about", metavar="NAME", help="Only claims that speak of this thing: a name in any language, or an IRI."
)
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Only these; may be repeated.")
@build_option
@domain_option
def claims(
    format: str, about: str | None, statuses: tuple[str, ...], build_folder: Path, domain_folder: Path | None
) -> None:
    """Print what the articles of a build say, each claim with its quote, by article and place.

    jsonl is the contract: one object a line, sorted by article, start, id. Places are code points of the
    article's text, end exclusive.
    """
    from kg.corpus.said import read_claim_lines
    from kg.query.claims import choose_rows, format_csv, format_rows, parse_rows

    iri = find_iri(about, build_folder, domain_folder) if about else ""
    lines = read_claim_lines(build_folder if build_folder.is_dir() else build_folder / "claims.jsonl")
    rows = list(choose_rows(parse_rows(lines, str(build_folder / "claims.jsonl")), about=iri, statuses=statuses))
    if format == "jsonl":
        click.echo("".join(f"{row.line}\n" for row in rows).encode(), nl=False)
    elif format == "csv":
        click.echo(format_csv(rows).encode(), nl=False)
    else:
        click.echo(format_rows(rows, width=table_width()))


def find_iri(name: str, build_folder: Path, domain_folder: Path | None) -> str:
    """Return the IRI of the thing that a name means in a build."""
    from kg.query.names import query_prefixes, resolve_name
    from kg.resources import load_domain
    from kg.store import open_built

    domain = load_domain(domain_folder)
    return resolve_name(open_built(build_folder, domain.data_base), name, query_prefixes(domain))


@click.command(
    epilog="""\b
Examples:
  kg explain "Xiaomi Phase II"
  kg explain 生命谷
  kg explain kgd:changping-district
  kg explain 1f0c2d3e4a5b6c7d         a claim, by its id
"""
)
@click.argument("thing", metavar="NAME|IRI|CLAIM")
@build_option
@domain_option
def explain(thing: str, build_folder: Path, domain_folder: Path | None) -> None:
    """Show all that is known of a thing: what is said of it, what points to it, and the words behind each line.

    Each claim comes with its status, its quote and place in the article [start:end], the rule that made
    it and what that rule says, and how parts that are not in the quote were resolved.
    """
    from kg.query.explain import Teller, explain_thing, find_subject, read_rule_texts
    from kg.query.names import query_prefixes
    from kg.resources import load_domain
    from kg.store import open_built

    domain = load_domain(domain_folder)
    store = open_built(build_folder, domain.data_base)
    prefixes = query_prefixes(domain)
    iri = find_subject(store, thing, domain.data_base, prefixes)
    teller = Teller(store, domain.data_base, prefixes, read_rule_texts(domain.rules))
    for line in teller.tell(explain_thing(store, iri, domain.data_base, prefixes)):
        click.echo(line)
