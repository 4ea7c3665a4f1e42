"""``kg check``: the graph, or any RDF file, against SHACL shapes."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pyoxigraph as ox

from kg import shapes as shacl
from kg import vocab as v
from kg.cli.options import build_option, domain_option
from kg.errors import StoreError
from kg.resources import Domain, load_domain
from kg.store import open_built, write_file
from kg.vocab import article_iri

SEVERITIES = ("violation", "warning", "info")
_CLASSES = (ox.NamedNode(v.OWL_CLASS), ox.NamedNode(f"{v.RDFS}Class"))
FORMS = ("text", "markdown", "json", "turtle", "sarif")


@click.command(
    epilog="\b\nExamples:\n"
    "  kg check                                   the graph that `kg build` made\n"
    "  kg check --article changping-two-districts one article's graph alone\n"
    "  kg check data.ttl --shapes shapes.ttl      any RDF file with any shapes\n"
    "  kg check --format sarif -o report.sarif    for editors and code hosts\n"
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--shapes",
    "shapes_files",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A shapes file; may be given again.  [default: the domain's]",
)
@click.option("--article", help="Check this article's graph alone.")
@click.option(
    "--engine",
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    show_default=True,
    help="compiled: SPARQL on the store; pyshacl: the reference, slow.",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True)
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES), default="violation", show_default=True, help="Exit 1 from here up."
)
@click.option("--all", "all_findings", is_flag=True, help="Show every finding, not the first 20 of each shape.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the report to a file.")
@build_option
@domain_option
def check(
    file: Path | None,
    shapes_files: tuple[Path, ...],
    article: str | None,
    engine: str,
    form: str,
    fail_on: str,
    all_findings: bool,
    output: Path | None,
    build_folder: Path,
    domain_folder: Path | None,
) -> None:
    """Check FILE, or the graph that was built, against SHACL shapes.

    The report groups findings by shape and names the thing, its quote and article, and what would mend
    it. Exit code 0 if the data conforms, 1 if it does not, 2 if file or shapes cannot be used.
    """
    domain = load_domain(domain_folder)
    shapes = shacl.load_shapes(shapes_files or domain.ontology / "shapes.ttl")
    if shapes_files:
        check_vocabulary(shapes, domain)
    if file:
        report = shacl.check_file(file, shapes, engine)
    else:
        graph = ox.NamedNode(article_iri(domain.data_base, article)) if article else None
        store = open_built(build_folder, domain.data_base)
        if graph and not store.contains_named_graph(graph):
            raise StoreError(
                f"no article {article!r} in the store", where=str(build_folder), hint="kg query article_sources"
            )
        report = shacl.check(store, shapes, engine=engine, graph=graph)
    text = shacl.write_report(report, form, artifact=str(file or build_folder / "graph.nq"), all_findings=all_findings)
    if form == "text":
        text += "\n" + format_focus(report)
    if output:
        write_file(output, text.encode("utf-8"))
    else:
        click.echo(text.rstrip("\n"))
    if any(shacl.severity_rank(result.severity) <= SEVERITIES.index(fail_on) for result in report.results):
        sys.exit(1)


def check_vocabulary(shapes: shacl.Shapes, domain: Domain) -> None:
    """Raise ``ShapeError`` where shapes use a term of the ontology that it does not declare, or aim at nothing."""
    quads = [q for name in ("kg.ttl", "concepts.ttl") for q in ox.parse(path=str(domain.ontology / name))]
    declared = {q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)}
    typed = [q for q in quads if q.predicate.value == v.TYPE and isinstance(q.subject, ox.NamedNode)]
    classes = {q.subject.value for q in typed if q.object in _CLASSES}
    shacl.check_terms(shapes, declared, (v.RD, v.RDC), classes)


def format_focus(report: shacl.Report) -> str:
    """Return how many nodes each shape looked at: one that met none says nothing of the data."""
    rows = [(report.shape_name(node), count) for node, count in report.focus_counts.items()]
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(["Nodes looked at:", *(f"  {name:{width}}  {count:>8,}" for name, count in rows)])
