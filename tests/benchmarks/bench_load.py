"""Rate of ``kg load`` beside the database's own way over the same interface, side by side.

    python tests/benchmarks/bench_load.py                               Oxigraph server, 100,000 triples
    python tests/benchmarks/bench_load.py --size 1000000 fuseki neo4j   others, larger

"own" is, for SPARQL stores, one POST of the whole N-Quads file by curl (Graph Store Protocol), which is
what their documents say; for Virtuoso one PUT of N-Triples by curl for each graph; for Neo4j UNWIND and
MERGE in batches of 5,000 by the driver, which is what its documents say. Files and rows for these are made
beforehand and not timed. ``kg load`` begins with the sorted N-Quads of a build, and counts by class and
predicate and looks up a sample after loading; with ``--send`` it is timed without that too.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parent.parent))

from load_data import BASE, article, lexicon
from servers import PASSWORD, Server, running

from kg.load import Settings, Source, make_loader
from kg.load.cypher import grouped, join_labels
from kg.load.pgraph import PropertyGraph

GRAPHS = 10


def make_quads(folder: Path, size: int) -> Path:
    """Write the sorted N-Quads of a build of about ``size`` triples in ten articles."""
    each = size // GRAPHS // 20
    lines = sorted({*lexicon(), *(line for number in range(GRAPHS) for line in article(f"bench-{number}", each))})
    path = folder / "graph.nq"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def curl_jobs(server: Server, source: Source, file: Path) -> list[tuple[Path, str, str, str]]:
    """Return what curl sends: file, address, method, type."""
    quads = {"oxigraph-server": "/store", "fuseki": "/data", "rdf4j": "/statements"}
    if server.kind in quads:
        return [(file, server.url + quads[server.kind], "POST", "application/n-quads")]
    jobs = []
    for number, graph in enumerate(source.graphs()):
        path = file.parent / f"{number}.nt"
        if not path.exists():
            path.write_bytes(b"".join(source.blocks(graph.iri)))
        url = server.url.removesuffix("/sparql") + f"/sparql-graph-crud-auth?graph-uri={graph.iri}"
        jobs.append((path, url, "PUT", "application/n-triples"))
    return jobs


def by_curl(server: Server, jobs: list[tuple[Path, str, str, str]]) -> None:
    """Load by curl, as the database's own documents say."""
    login = ["--digest", "--user", f"dba:{PASSWORD}"] if server.kind == "virtuoso" else []
    for path, url, method, kind in jobs:
        order = ["curl", "-sS", "--fail", "--noproxy", "*", *login, "-X", method, "-T", str(path), url]
        subprocess.run([*order, "-H", f"Content-Type: {kind}", "-o", "/dev/null"], check=True)


def driver_jobs(source: Source) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return what the driver sends: statements, each with a batch of rows."""
    graph = PropertyGraph(source)
    nodes = (
        (f"UNWIND $rows AS row MERGE (n:{join_labels(node.labels)} {{uri: row.uri}}) SET n += row.p",
         {"uri": node.uri, "p": node.properties})
        for node in graph.nodes()
    )  # fmt: skip
    ends = "UNWIND $rows AS row MATCH (a:Resource {uri: row.a}) MATCH (b:Resource {uri: row.b}) "
    ties = (
        (ends + f"MERGE (a)-[r:`{edge.type}`]->(b) SET r += row.p",
         {"a": edge.start, "b": edge.end, "p": edge.properties})
        for edge in graph.edges()
    )  # fmt: skip
    return [*grouped(nodes), *grouped(ties)]


def by_driver(server: Server, jobs: list[tuple[str, list[dict[str, Any]]]]) -> None:
    """Load nodes and relations by the driver in batches, as the documents of Neo4j say."""
    import neo4j

    with neo4j.GraphDatabase.driver(server.url, auth=("neo4j", PASSWORD)) as driver, driver.session() as session:
        session.run("CREATE CONSTRAINT kg_uri IF NOT EXISTS FOR (n:Resource) REQUIRE n.uri IS UNIQUE").consume()
        session.run("CREATE INDEX kg_name IF NOT EXISTS FOR (n:Resource) ON (n.name)").consume()
        for query, rows in jobs:
            session.execute_write(lambda tx, query=query, rows=rows: tx.run(query, rows=rows).consume())


def by_kg(server: Server, file: Path, verify: str) -> None:
    """Load by ourselves; reading the file, digests and putting things together are part of the work."""
    settings = Settings(
        verify=verify,  # type: ignore[arg-type]
        user=server.env.get("KG_LOAD_USER", ""),
        secret=server.env.get("KG_LOAD_PASSWORD", ""),
        timeout=3600,
    )
    loader = make_loader(server.url, Source(ox.Store(), BASE, file=file), settings)
    loader.load()
    loader.close()


def measure(kind: str, work: Callable[[Server], None]) -> float:
    """Return the seconds of one load into a fresh database."""
    folder = Path(tempfile.mkdtemp())
    try:
        with running(kind, folder) as server:
            started = time.perf_counter()
            work(server)
            return time.perf_counter() - started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=["oxigraph-server"])
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--send", action="store_true", help="time kg load without verifying too")
    arguments = parser.parse_args()
    print(f"{'database':<16} {'items':>9} {'own s':>8} {'load s':>8} {'own/s':>8} {'load/own':>9} {'send/own':>9}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = make_quads(folder, arguments.size)
        for kind in arguments.kinds:
            print(compare(kind, file, arguments.send), flush=True)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def compare(kind: str, file: Path, send: bool) -> str:
    """Return a row of the table: the database's own way and ours, one after the other."""
    if kind == "neo4j":
        jobs = driver_jobs(Source(ox.Store(), BASE, file=file))
        count = sum(len(rows) for _, rows in jobs)
        own = measure(kind, lambda server: by_driver(server, jobs))
        del jobs
    else:
        source = Source(ox.Store(), BASE, file=file)
        count = sum(graph.triples for graph in source.graphs())
        own = measure(kind, lambda server: by_curl(server, curl_jobs(server, source, file)))
    load = measure(kind, lambda server: by_kg(server, file, "sample"))
    sent = measure(kind, lambda server: by_kg(server, file, "none")) if send else 0.0
    rest = f"{own / sent:9.2f}" if send else f"{'':>9}"
    return f"{kind:<16} {count:9,} {own:8.1f} {load:8.1f} {count / own:8,.0f} {own / load:9.2f} {rest}"


if __name__ == "__main__":
    main()
