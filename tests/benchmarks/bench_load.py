"""Rate of ``kg load`` beside the database's own way over the same interface, side by side.

    python tests/benchmarks/bench_load.py                               Oxigraph server, 100,000 triples
    python tests/benchmarks/bench_load.py --size 1000000 fuseki neo4j   others, larger

"own" is, for SPARQL stores, one POST of the whole N-Quads file by curl (Graph Store Protocol), which is
what their documents say; for Virtuoso one PUT of N-Triples by curl for each graph; for Neo4j UNWIND and
MERGE in batches of 5,000 by the driver, which is what its documents say. ``kg load`` counts by class and
predicate and looks up a sample after loading; "send" is without that (``--verify none``).
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
from kg.load.pgraph import PropertyGraph

GRAPHS = 10


def make_source(folder: Path, size: int) -> Source:
    """Return a build of about ``size`` triples in ten articles, in a store on disk."""
    store = ox.Store(str(folder / "store"))
    each = size // GRAPHS // 17
    for number in range(GRAPHS):
        data = "".join(f"{line}\n" for line in article(f"bench-{number}", each)).encode()
        store.bulk_load(data, format=ox.RdfFormat.N_QUADS)
    store.bulk_load("".join(f"{line}\n" for line in lexicon()).encode(), format=ox.RdfFormat.N_QUADS)
    store.flush()
    return Source(store, BASE)


def by_curl(server: Server, source: Source, folder: Path) -> None:
    """Load by curl, as the database's own documents say."""
    quads = {"oxigraph-server": "/store", "fuseki": "/data", "rdf4j": "/statements"}
    if server.kind in quads:
        path = folder / "all.nq"
        if not path.exists():
            source.store.dump(str(path), format=ox.RdfFormat.N_QUADS)
        jobs = [(path, server.url + quads[server.kind], "POST", "application/n-quads")]
    else:
        jobs = []
        for number, graph in enumerate(source.graphs()):
            path = folder / f"{number}.nt"
            if not path.exists():
                source.store.dump(str(path), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph.iri))
            url = server.url.removesuffix("/sparql") + f"/sparql-graph-crud-auth?graph-uri={graph.iri}"
            jobs.append((path, url, "PUT", "application/n-triples"))
    login = ["--digest", "--user", f"dba:{PASSWORD}"] if server.kind == "virtuoso" else []
    for path, url, method, kind in jobs:
        order = ["curl", "-sS", "--fail", "--noproxy", "*", *login, "-X", method, "-T", str(path), url]
        subprocess.run([*order, "-H", f"Content-Type: {kind}", "-o", "/dev/null"], check=True)


def by_driver(server: Server, source: Source) -> int:
    """Load nodes and relations by the driver in batches, as the documents of Neo4j say; return how many."""
    import neo4j

    graph, number = PropertyGraph(source), 0
    with neo4j.GraphDatabase.driver(server.url, auth=("neo4j", PASSWORD)) as driver, driver.session() as session:
        session.run("CREATE CONSTRAINT kg_uri IF NOT EXISTS FOR (n:Resource) REQUIRE n.uri IS UNIQUE").consume()
        groups: dict[str, list[dict[str, Any]]] = {}

        def send(query: str, row: dict[str, Any] | None) -> None:
            rows = groups.setdefault(query, [])
            if row is not None:
                rows.append(row)
            if rows and (row is None or len(rows) == 5000):
                session.execute_write(lambda tx: tx.run(query, rows=rows).consume())
                rows.clear()

        for node in graph.nodes():
            number += 1
            labels = ":".join(f"`{label}`" for label in node.labels)
            query = f"UNWIND $rows AS row MERGE (n:{labels} {{uri: row.uri}}) SET n += row.p"
            send(query, {"uri": node.uri, "p": node.properties})
        for query in list(groups):
            send(query, None)
        for edge in graph.edges():
            number += 1
            query = "UNWIND $rows AS row MATCH (a:Resource {uri: row.a}) MATCH (b:Resource {uri: row.b}) "
            query += f"MERGE (a)-[r:`{edge.type}`]->(b) SET r += row.p"
            send(query, {"a": edge.start, "b": edge.end, "p": edge.properties})
        for query in list(groups):
            send(query, None)
    return number


def by_kg(server: Server, source: Source, verify: str) -> None:
    """Load by ourselves; the digests of the source are part of the work."""
    settings = Settings(
        verify=verify,  # type: ignore[arg-type]
        user=server.env.get("KG_LOAD_USER", ""),
        secret=server.env.get("KG_LOAD_PASSWORD", ""),
        timeout=3600,
    )
    loader = make_loader(server.url, Source(source.store, BASE, keep=True), settings)
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
    arguments = parser.parse_args()
    print(f"{'database':<16} {'own s':>8} {'send s':>8} {'load s':>8} {'own/s':>10} {'send/own':>9} {'load/own':>9}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        source = make_source(folder, arguments.size)
        for kind in arguments.kinds:
            count = len(source.store)

            def own(server: Server, kind: str = kind) -> None:
                nonlocal count
                if kind == "neo4j":
                    count = by_driver(server, source)
                else:
                    by_curl(server, source, folder)

            times = [measure(kind, own)]
            times += [measure(kind, lambda server, v=verify: by_kg(server, source, v)) for verify in ("none", "sample")]
            first, send, load = times
            rates = f"{count / first:10,.0f} {first / send:9.2f} {first / load:9.2f}"
            print(f"{kind:<16} {first:8.1f} {send:8.1f} {load:8.1f} {rates}", flush=True)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
