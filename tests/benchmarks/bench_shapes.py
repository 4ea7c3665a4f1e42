"""SHACL engines side by side: the compiled one, pySHACL, and pyrudof and Jena where they are to be had.

    python tests/benchmarks/bench_shapes.py [--articles 15 125 1250] [--repeat 3]

The data are of the project's own kind (about 800 triples an article) with fourteen planted faults, the
shapes its own: all of them, and those without SPARQL (``core``), which the other engines bear at a larger
size. Each engine runs in a process of its own; the findings of all must be equal in number. Times are
seconds, of loading and of checking; for Jena, whose command does both, only the sum. Memory is the peak
of the process. pyrudof is found by import, or in the Python that ``KG_RUDOF_PYTHON`` names; Jena's jars in
the folder that ``KG_JENA_LIB`` names (the dependencies of org.apache.jena:jena-cmds).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

LIMITS = {
    "compiled": {"all": 10**9, "core": 10**9},
    "pyshacl": {"all": 15_000, "core": 120_000},
    "pyrudof": {"all": 120_000, "core": 1_100_000},
    "jena": {"all": 120_000, "core": 1_100_000},
}
"""Triples above which an engine is not tried: it would take hours. ``--no-limit`` tries all the same."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[15, 125, 1250])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--shapes", type=Path, default=HERE.parents[1] / "ontology" / "shapes.ttl")
    parser.add_argument("--no-limit", action="store_true")
    parser.add_argument("--child", nargs=3, metavar=("ENGINE", "DATA", "SHAPES"))
    options = parser.parse_args()
    if options.child:
        print(json.dumps(CHILDREN[options.child[0]](*options.child[1:])))
        return
    with tempfile.TemporaryDirectory() as folder:
        for articles in options.articles:
            compare(articles, options, Path(folder))


def compare(articles: int, options: argparse.Namespace, folder: Path) -> None:
    """Print the rows of one size and assert that all engines find the same number."""
    from graph_maker import lines

    quads, triples = folder / "data.nq", folder / "data.nt"
    quads.write_text("".join(lines(articles, 1)))
    plain = sorted({line.rsplit(" <", 1)[0] + " .\n" for line in lines(articles, 1)})
    triples.write_text("".join(plain))
    all_shapes, core = folder / "all.ttl", folder / "core.ttl"
    shutil.copy(options.shapes, all_shapes)
    write_core(options.shapes, core)
    print(f"\n{len(plain):,} triples, {articles:,} articles")
    print(f"{'shapes':6} {'engine':9} {'load s':>8} {'check s':>9} {'findings':>8} {'MB':>6} {'times ours':>11}")
    for name, shapes in (("all", all_shapes), ("core", core)):
        ours, found = 0.0, set()
        for engine, limits in LIMITS.items():
            if len(plain) > limits[name] and not options.no_limit:
                print(f"{name:6} {engine:9} not tried at this size")
                continue
            rows = [run(engine, quads if engine == "compiled" else triples, shapes)]
            if "skip" not in rows[0] and rows[0]["check"] < 10:
                rows += [
                    run(engine, quads if engine == "compiled" else triples, shapes) for _ in range(options.repeat - 1)
                ]
            if "skip" in rows[0]:
                print(f"{name:6} {engine:9} skipped: {rows[0]['skip']}")
                continue
            check = median(row["check"] for row in rows)
            ours = ours or check
            found.add(rows[0]["findings"])
            load = f"{median(row['load'] for row in rows):.2f}" if rows[0]["load"] else "-"
            print(
                f"{name:6} {engine:9} {load:>8} {check:>9.3f} {rows[0]['findings']:>8} "
                f"{max(row['mb'] for row in rows):>6} {check / ours:>11.1f}"
            )
        assert len(found) == 1, f"the engines disagree: {found}"
    row = run("recheck", quads, all_shapes)
    share = 100 * row["check"] / row["whole"]
    print(f"one article replaced: {1000 * row['check']:.1f} ms, {share:.2f} % of the whole; equal reports")


def run(engine: str, data: Path, shapes: Path) -> dict:
    """Run one engine in a process of its own."""
    python = os.environ.get("KG_RUDOF_PYTHON", sys.executable) if engine == "pyrudof" else sys.executable
    command = [python, __file__, "--child", engine, str(data), str(shapes)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"skip": (done.stderr.strip().splitlines() or ["no answer"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def write_core(shapes: Path, core: Path) -> None:
    """Write the shapes that have no SPARQL of their own."""
    from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

    triples = [Triple(q.subject, q.predicate, q.object) for q in parse(path=str(shapes), format=RdfFormat.TURTLE)]
    sparql = NamedNode("http://www.w3.org/ns/shacl#sparql")
    drop = {t.subject for t in triples if t.predicate == sparql}
    serialize((t for t in triples if t.subject not in drop), str(core), RdfFormat.TURTLE)


def _row(load: float, check: float, findings: int, who: int = resource.RUSAGE_SELF) -> dict:
    return {
        "load": load,
        "check": check,
        "findings": findings,
        "mb": resource.getrusage(who).ru_maxrss // 1024,
    }


def child_compiled(data: str, shapes: str, engine: str = "compiled") -> dict:
    from pyoxigraph import RdfFormat, Store

    from kg.shapes import check, load_shapes

    start = time.perf_counter()
    store = Store()
    store.bulk_load(path=data, format=RdfFormat.from_extension(Path(data).suffix[1:]))
    loaded = time.perf_counter()
    report = check(store, load_shapes(shapes), engine=engine)
    assert not report.handed_over
    return _row(loaded - start, time.perf_counter() - loaded, len(report.results))


def child_recheck(data: str, shapes: str) -> dict:
    """Replace one article by one with a fault, check what changed, and hold it against the whole."""
    from graph_maker import BASE, article
    from pyoxigraph import NamedNode, RdfFormat, Store

    from kg.shapes import check, load_shapes, recheck_graph

    store = Store()
    store.bulk_load(path=data, format=RdfFormat.N_QUADS)
    loaded = load_shapes(shapes)
    start = time.perf_counter()
    report = check(store, loaded)
    whole = time.perf_counter() - start
    graph = NamedNode(f"{BASE}article/a14")
    before = list(store.quads_for_pattern(None, None, None, graph))
    store.remove_graph(graph)
    store.load("".join(article(14, "claim-status")).encode(), format=RdfFormat.N_QUADS)
    after = list(store.quads_for_pattern(None, None, None, graph))
    start = time.perf_counter()
    again = recheck_graph(report, before, after)
    spent = time.perf_counter() - start
    assert again.results == check(store, loaded).results != report.results
    return _row(0, spent, len(again.results)) | {"whole": whole}


def child_pyshacl(data: str, shapes: str) -> dict:
    import pyshacl
    import rdflib

    start = time.perf_counter()
    graph = rdflib.Graph().parse(data)
    loaded = time.perf_counter()
    rules = rdflib.Graph().parse(shapes)
    _, report, _ = pyshacl.validate(graph, shacl_graph=rules, inference="none")
    found = len(list(report.objects(None, rdflib.URIRef("http://www.w3.org/ns/shacl#result"))))
    return _row(loaded - start, time.perf_counter() - loaded, found)


def child_pyrudof(data: str, shapes: str) -> dict:
    import pyrudof

    start = time.perf_counter()
    rudof = pyrudof.Rudof(pyrudof.RudofConfig())
    rudof.read_data(Path(data).read_text(), pyrudof.RDFFormat.NTriples)
    loaded = time.perf_counter()
    rudof.read_shacl(Path(shapes).read_text())
    report = rudof.validate_shacl()
    return _row(loaded - start, time.perf_counter() - loaded, len(report))


def child_jena(data: str, shapes: str) -> dict:
    folder = os.environ.get("KG_JENA_LIB")
    if not folder or shutil.which("java") is None:
        raise SystemExit("no Jena: KG_JENA_LIB names no folder of jars, or there is no java")
    start = time.perf_counter()
    command = ["java", "-cp", f"{folder}/*", "shacl.shacl", "validate", "--shapes", shapes, "--data", data]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    spent = time.perf_counter() - start
    return _row(0, spent, done.stdout.count("sh:resultSeverity"), resource.RUSAGE_CHILDREN)


CHILDREN = {
    "compiled": child_compiled,
    "recheck": child_recheck,
    "pyshacl": child_pyshacl,
    "pyrudof": child_pyrudof,
    "jena": child_jena,
}

if __name__ == "__main__":
    main()
