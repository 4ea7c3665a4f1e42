"""What each outside reader finds in each file that ``kg export`` writes: nodes, edges, parallel edges, Chinese, quotes.

    python tests/export_counts.py build            a table: format, reader, counts, of a build

Needs the readers that ``.ci/readers`` installs; one that is absent is left out of the table, and the tests skip it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
GEPHI = ROOT / "build" / "gephi" / "gephi-toolkit-0.10.1-all.jar"
Ends = Iterable[tuple[object, object, object]]


class Missing(Exception):
    """A reader is not installed; says what installs it."""


class Counts(NamedTuple):
    """What a reader found; ``None`` where the format does not hold it."""

    nodes: int
    edges: int
    parallel: int
    chinese: int | None
    quotes: int | None


def count(chinese: Iterable[object] | None, nodes: int, edges: Ends) -> Counts:
    """Return the counts: edges are (source, target, quote), and those after the first of two ends are parallel."""
    listed = list(edges)
    quotes = [quote for *_, quote in listed if quote]
    return Counts(
        nodes=nodes,
        edges=len(listed),
        parallel=len(listed) - len({(source, target) for source, target, _ in listed}),
        chinese=None if chinese is None else sum(1 for name in chinese if name and str(name) not in ("nan", "<NA>")),
        quotes=None if chinese is None else len(quotes),
    )


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


# ---------------------------------------------------------------- networks
def of_networkx(graph: Any) -> Counts:
    nodes = [data.get("label_zh") for _, data in graph.nodes(data=True)]
    return count(nodes, len(nodes), ((a, b, data.get("quote")) for a, b, data in graph.edges(data=True)))


def networkx_reads(path: Path) -> Counts:
    import networkx as nx

    if path.suffix == ".gexf":
        return of_networkx(nx.read_gexf(path, version="1.3"))
    if path.suffix == ".graphml":
        return of_networkx(nx.read_graphml(path, force_multigraph=True))
    if path.suffix == ".net":
        graph = nx.read_pajek(path)
        return count(None, len(graph), ((a, b, None) for a, b in graph.edges()))
    document = json.loads(path.read_text(encoding="utf-8"))
    if path.suffix == ".json":
        return of_networkx(nx.node_link_graph(document, edges="edges"))
    for kind, name in (("nodes", "value"), ("edges", "key")):
        for item in document["elements"][kind]:
            item["data"][name] = item["data"]["id"]  # where networkx looks for ids in Cytoscape JSON
    return of_networkx(nx.cytoscape_graph(document))


def igraph_reads(path: Path) -> Counts:
    igraph = need("igraph", "pip install igraph")
    if path.suffix == ".net":
        graph = igraph.Graph.Read_Pajek(str(path))
        return count(None, graph.vcount(), ((edge.source, edge.target, None) for edge in graph.es))
    graph = igraph.Graph.Read_GraphML(str(path))
    return count(graph.vs["label_zh"], graph.vcount(), ((e.source, e.target, e["quote"]) for e in graph.es))


def javascript_reads(path: Path) -> Counts:
    if not shutil.which("node") or not (FOLDER / "readers_js" / "node_modules").is_dir():
        raise Missing("needs node and: npm ci --prefix tests/readers_js")
    found = json.loads(run(["node", str(FOLDER / "readers_js" / "read.mjs"), path.suffix[1:], str(path)]))
    ends = ((e["_source"], e["_target"], e.get("quote")) for e in found["edges"])
    return count((node.get("label_zh") for node in found["nodes"]), len(found["nodes"]), ends)


def read_gephi(*paths: Path) -> list[dict[str, Any]]:
    """Return what Gephi's importers make of files: nodes, edges, issues of the import report."""
    if not shutil.which("java") or not GEPHI.is_file():
        raise Missing("needs Java and the Gephi toolkit (.ci/readers puts it into build/gephi)")
    program = FOLDER / "readers_java" / "ReadGephi.java"
    command = ["java", "-Djava.awt.headless=true", "-cp", str(GEPHI), str(program), *map(str, paths)]
    return [json.loads(line) for line in run(command).split("\n") if line]


def gephi_reads(path: Path) -> Counts:
    [found] = read_gephi(path)
    ends = ((e["_source"], e["_target"], e.get("quote")) for e in found["edges"])
    chinese = None if path.suffix == ".net" else (node.get("label_zh") for node in found["nodes"])
    return count(chinese, len(found["nodes"]), ends)


def ndex_reads(path: Path) -> Counts:
    cx2 = need("ndex2.cx2", "pip install ndex2")
    network = cx2.RawCX2NetworkFactory().get_cx2network(json.loads(path.read_text(encoding="utf-8")))
    nodes, edges = network.get_nodes().values(), network.get_edges().values()
    ends = ((edge["s"], edge["t"], edge["v"].get("quote")) for edge in edges)
    return count((node["v"].get("label_zh") for node in nodes), len(nodes), ends)


def graphviz_reads(path: Path) -> Counts:
    if not shutil.which("dot"):
        raise Missing("Graphviz is not installed (Debian package graphviz)")
    found = json.loads(run(["dot", "-Knop", "-Tdot_json", str(path)]))
    ends = ((edge["tail"], edge["head"], edge.get("kg_quote")) for edge in found["edges"])
    return count((node.get("kg_label_zh") for node in found["objects"]), len(found["objects"]), ends)


# ---------------------------------------------------------------- tables
def csv_reads(path: Path) -> Counts:
    csv.field_size_limit(1_000_000)
    tables = []
    for part in ("nodes", "edges"):
        with path.with_name(f"{path.stem}.{part}.csv").open(encoding="utf-8", newline="") as stream:
            tables.append(list(csv.DictReader(stream)))
    nodes, edges = tables
    return count((n["label_zh"] for n in nodes), len(nodes), ((e["Source"], e["Target"], e["quote"]) for e in edges))


def pandas_reads(path: Path) -> Counts:
    pandas = need("pandas", "pip install pandas")
    read = pandas.read_csv if path.suffix == ".csv" else pandas.read_parquet
    nodes, edges = (read(path.with_name(f"{path.stem}.{part}{path.suffix}")) for part in ("nodes", "edges"))
    source, target = ("Source", "Target") if path.suffix == ".csv" else ("source", "target")
    return count(nodes["label_zh"].dropna(), len(nodes), zip(edges[source], edges[target], edges["quote"], strict=True))


def duckdb_reads(path: Path) -> Counts:
    db = need("duckdb", "pip install duckdb").connect()
    read = db.read_csv if path.suffix == ".csv" else db.read_parquet
    for part in ("nodes", "edges"):
        read(str(path.with_name(f"{path.stem}.{part}{path.suffix}"))).create_view(part)
    nodes = db.execute("SELECT label_zh FROM nodes").fetchall()
    return count(
        (row[0] for row in nodes), len(nodes), db.execute("SELECT source, target, quote FROM edges").fetchall()
    )


def pyarrow_reads(path: Path) -> Counts:
    parquet = need("pyarrow.parquet", "pip install pyarrow")
    nodes, edges = (parquet.read_table(path.with_name(f"{path.stem}.{part}.parquet")) for part in ("nodes", "edges"))
    ends = (edges.column(name).to_pylist() for name in ("source", "target", "quote"))
    return count(nodes.column("label_zh").to_pylist(), nodes.num_rows, zip(*ends, strict=True))


def need(module: str, how: str) -> Any:
    """Return a module; raise ``Missing`` where it is not installed."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Missing(f"{module} is not installed ({how})") from error


READERS: dict[tuple[str, str], Callable[[Path], Counts]] = {
    (".graphml", "networkx"): networkx_reads,
    (".graphml", "igraph"): igraph_reads,
    (".graphml", "graphology"): javascript_reads,
    (".graphml", "Gephi toolkit"): gephi_reads,
    (".gexf", "networkx"): networkx_reads,
    (".gexf", "graphology"): javascript_reads,
    (".gexf", "Gephi toolkit"): gephi_reads,
    (".cyjs", "networkx"): networkx_reads,
    (".cyjs", "cytoscape.js"): javascript_reads,
    (".cx2", "ndex2"): ndex_reads,
    (".cx2", "cx-viz-converter"): javascript_reads,
    (".json", "networkx"): networkx_reads,
    (".dot", "Graphviz"): graphviz_reads,
    (".net", "networkx"): networkx_reads,
    (".net", "igraph"): igraph_reads,
    (".net", "Gephi toolkit"): gephi_reads,
    (".csv", "csv"): csv_reads,
    (".csv", "pandas"): pandas_reads,
    (".csv", "DuckDB"): duckdb_reads,
    (".parquet", "pyarrow"): pyarrow_reads,
    (".parquet", "pandas"): pandas_reads,
    (".parquet", "DuckDB"): duckdb_reads,
}
"""Who reads what, by suffix and the name of the reader."""


# ---------------------------------------------------------------- RDF
def riot_reads(path: Path) -> set[str]:
    """Return the triples or quads that Jena's ``riot`` reads, as N-Quads lines that it writes; strict, no warning."""
    place = os.environ.get("KG_JENA_LIB") or str(ROOT / "build" / "jena")
    if not shutil.which("java") or not Path(place).is_dir():
        raise Missing("needs Java and Jena's jars (.ci/browser puts them into build/jena)")
    command = ["java", "-cp", f"{place}/*", "riotcmd.riot", "--strict", "--output=nq", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    # That its logging library has no place to write to is no word on the file.
    said = [line for line in done.stderr.decode().split("\n") if line and not line.startswith("SLF4J")]
    if said:
        raise AssertionError(said)
    # Not splitlines: a literal may hold a line separator.
    return set(done.stdout.decode().split("\n")) - {""}


def oxigraph_counts(path: Path) -> int:
    import pyoxigraph as ox

    kind = ox.RdfFormat.from_extension(path.name.rsplit(".", 1)[1])
    return len(set(ox.parse(path.read_bytes(), format=kind)))


def rdflib_counts(path: Path) -> int:
    import rdflib

    kind = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml", ".nq": "nquads", ".trig": "trig", ".jsonld": "json-ld"}
    if path.name.endswith(".rdf12.ttl"):
        raise Missing("–")  # it has no RDF 1.2
    dataset = rdflib.Dataset()
    dataset.parse(path, format=kind[path.suffix])
    return sum(1 for _ in dataset.quads())


RDF_READERS: dict[str, Callable[[Path], int]] = {
    "Oxigraph": oxigraph_counts,
    "rdflib": rdflib_counts,
    "riot": lambda path: len(riot_reads(path)),
}
"""Who counts the statements of RDF, whatever the format."""
RDF_SUFFIXES = (".ttl", ".nt", ".rdf", ".nq", ".trig", ".jsonld", ".rdf12.ttl")


def print_rdf(source: Any, folder: Path) -> None:
    """Print the table of the RDF formats."""
    from kg.export import export_file

    print(f"| format | written | {' | '.join(RDF_READERS)} |\n|---|---:|{'---:|' * len(RDF_READERS)}")
    for suffix in RDF_SUFFIXES:
        path = folder / f"graph{suffix}"
        counts = export_file(source, path).counts
        found = []
        for read in RDF_READERS.values():
            try:
                found.append(str(read(path)))
            except Missing as error:
                found.append(str(error))
        print(f"| `{suffix}` | {counts.get('quads') or counts['triples']} | {' | '.join(found)} |", flush=True)


def main(build: Path) -> None:
    """Print the tables of a build."""
    from kg.errors import MissingExtraError
    from kg.export import Source, export_file
    from kg.resources import load_domain
    from kg.store import open_store

    domain = load_domain()
    source = Source(open_store(build / "store"), domain.data_base, domain.prefixes)
    folder = Path(tempfile.mkdtemp())
    print("| format | reader | nodes | edges | parallel | Chinese labels | quotes |\n|---|---|---|---|---|---|---|")
    for (suffix, name), read in READERS.items():
        path = folder / f"net{suffix}"
        try:
            if not list(folder.glob(f"net*{suffix}")):
                export_file(source, path)
            found = ["–" if cell is None else str(cell) for cell in read(path)]
        except (Missing, MissingExtraError) as error:
            found = [str(error)]
        print(f"| `{suffix}` | {name} | {' | '.join(found)} |", flush=True)
    print_rdf(source, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if sys.argv[1:] else "build"))
