"""SHACL engines side by side: the compiled one, pySHACL, and pyrudof and Jena where they are to be had.

    python tests/benchmarks/bench_shapes.py [--articles 15 125 1250] [--repeat 3]

The data are of the project's own kind (about 800 triples an article) with fourteen planted faults, the
shapes its own: all of them, and those without SPARQL (``core``). Each engine runs in a process of its own;
the findings of all that come to an end must be equal in number. Times are seconds of the processor, so that
other work on the machine counts less, and by the clock; of loading and of checking, for Jena, whose command
does both, only the sum. Memory is the peak of the process.

An engine is stopped when its check has taken ``--least`` seconds of the processor and, for pySHACL, 50 times
ours, for the others 5 times: the row then says so, and the ratio is a lower bound. pyrudof is found by
import, or in the Python that ``KG_RUDOF_PYTHON`` names; Jena's jars in the folder that ``KG_JENA_LIB`` names
(the dependencies of org.apache.jena:jena-cmds).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

TIMES_OURS = {"compiled": math.inf, "pyshacl": 50, "pyrudof": 5, "jena": 5}
"""How many times ours an engine is let run at least, so that the aim is shown where it does not come to an end."""
MARGIN = 1.1
COLUMNS = f"{'shapes':6} {'engine':9} {'load':>7} {'check':>9} {'CPU':>9} {'findings':>8} {'MB':>6} {'times ours':>11}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[15, 125, 1250])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--shapes", type=Path, default=HERE.parents[1] / "ontology" / "shapes.ttl")
    parser.add_argument("--least", type=float, default=150, help="seconds that any engine may take")
    parser.add_argument("--child", nargs=4, metavar=("ENGINE", "DATA", "SHAPES", "LIMIT"))
    options = parser.parse_args()
    if options.child:
        engine, data, shapes, limit = options.child
        print(json.dumps(CHILDREN[engine](data, shapes, float(limit))))
        return
    from page import say_machine

    print(say_machine("pyoxigraph", "pyshacl", "rdflib"), say_others())
    with tempfile.TemporaryDirectory() as folder:
        for articles in options.articles:
            compare(articles, options, Path(folder))


def say_others() -> str:
    """Return the versions of the engines that are not packages of this Python."""
    python = os.environ.get("KG_RUDOF_PYTHON", sys.executable)
    asked = "import importlib.metadata as m; print(m.version('pyrudof'))"
    rudof = subprocess.run([python, "-c", asked], capture_output=True, text=True).stdout.strip()
    jars = Path(os.environ.get("KG_JENA_LIB", "/nonexistent")).glob("jena-shacl-*.jar")
    return f"pyrudof {rudof or 'absent'}, {', '.join(jar.stem for jar in jars) or 'no Jena'}."


def compare(articles: int, options: argparse.Namespace, folder: Path) -> None:
    """Print the rows of one size and assert that all engines that come to an end find the same number."""
    from graph_maker import lines

    quads, triples = folder / "data.nq", folder / "data.nt"
    quads.write_text("".join(lines(articles, 1)))
    plain = sorted({line.rsplit(" <", 1)[0] + " .\n" for line in lines(articles, 1)})
    triples.write_text("".join(plain))
    all_shapes, core = folder / "all.ttl", folder / "core.ttl"
    shutil.copy(options.shapes, all_shapes)
    write_core(options.shapes, core)
    print(f"\n{len(plain):,} triples, {articles:,} articles, load {os.getloadavg()[0]:.1f}\n{COLUMNS}", flush=True)
    for name, shapes in (("all", all_shapes), ("core", core)):
        ours: dict[str, float] = {}
        found = set()
        for engine, times in TIMES_OURS.items():
            limit = max(options.least, MARGIN * times * ours.get("cpu", 0)) if ours else math.inf
            row = measure(engine, quads if engine == "compiled" else triples, shapes, limit, options.repeat)
            ours = ours or row
            found |= {row["findings"]} if "findings" in row else set()
            print(f"{name:6} {engine:9} {described(row, ours, limit)}", flush=True)
        assert len(found) == 1, f"the engines disagree: {found}"
    row = run("recheck", quads, all_shapes, math.inf)
    share = 100 * row["cpu"] / row["whole"]
    print(f"one article replaced: {1000 * row['cpu']:.1f} ms of the processor, {share:.2f} %; equal reports")


def measure(engine: str, data: Path, shapes: Path, limit: float, repeat: int) -> dict:
    """Return the middle of some runs; of one where it takes long."""
    first = run(engine, data, shapes, limit)
    if "findings" not in first:
        return first
    rows = [first]
    if first["cpu"] < 10:
        rows += [run(engine, data, shapes, limit) for _ in range(repeat - 1)]
    middle = {name: median(row[name] for row in rows) for name in ("load", "check", "cpu")}
    return {**first, **middle, "mb": max(row["mb"] for row in rows)}


def described(row: dict, ours: dict, limit: float) -> str:
    """Return a row of the table."""
    if "skip" in row:
        return f"skipped: {row['skip']}"
    if "stopped" in row:
        return f"{'':>7} {'':>9} > {row['stopped']:.0f} s (stopped){'':>8} > {row['stopped'] / ours['cpu']:.1f}"
    load = f"{row['load']:.2f}" if row["load"] else "-"
    return (
        f"{load:>7} {row['check']:>9.3f} {row['cpu']:>9.3f} {row['findings']:>8} {row['mb']:>6} "
        f"{row['cpu'] / ours['cpu']:>11.1f}"
    )


def run(engine: str, data: Path, shapes: Path, limit: float) -> dict:
    """Run one engine in a process of its own."""
    python = os.environ.get("KG_RUDOF_PYTHON", sys.executable) if engine == "pyrudof" else sys.executable
    command = [python, __file__, "--child", engine, str(data), str(shapes), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == -signal.SIGXCPU:
        return {"stopped": limit}
    if done.returncode:
        return {"skip": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


class Watch:
    """Counts seconds by the clock and of the processor; past a limit of the latter the process is stopped."""

    def __init__(self, limit: float) -> None:
        self.clock, self.cpu = time.perf_counter(), cpu_seconds()
        if limit < math.inf:
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + limit), resource.RLIM_INFINITY))

    def row(self, load: float, findings: int, who: int = resource.RUSAGE_SELF) -> dict:
        return {
            "load": load,
            "check": time.perf_counter() - self.clock,
            "cpu": cpu_seconds() - self.cpu,
            "findings": findings,
            "mb": resource.getrusage(who).ru_maxrss // 1024,
        }


def cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def write_core(shapes: Path, core: Path) -> None:
    """Write the shapes that have no SPARQL of their own."""
    from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

    triples = [Triple(q.subject, q.predicate, q.object) for q in parse(path=str(shapes), format=RdfFormat.TURTLE)]
    sparql = NamedNode("http://www.w3.org/ns/shacl#sparql")
    drop = {t.subject for t in triples if t.predicate == sparql}
    serialize((t for t in triples if t.subject not in drop), str(core), RdfFormat.TURTLE)


def child_compiled(data: str, shapes: str, limit: float, engine: str = "compiled") -> dict:
    from pyoxigraph import RdfFormat, Store

    from kg.shapes import check, load_shapes

    start = time.perf_counter()
    store = Store()
    store.bulk_load(path=data, format=RdfFormat.from_extension(Path(data).suffix[1:]))
    load = time.perf_counter() - start
    watch = Watch(limit)
    report = check(store, load_shapes(shapes), engine=engine)
    assert not report.handed_over
    return watch.row(load, len(report.results))


def child_recheck(data: str, shapes: str, limit: float) -> dict:
    """Replace one article by one with a fault, check what changed, and hold it against the whole."""
    from graph_maker import BASE, article
    from pyoxigraph import NamedNode, RdfFormat, Store

    from kg.shapes import check, load_shapes, recheck_graph

    store = Store()
    store.bulk_load(path=data, format=RdfFormat.N_QUADS)
    loaded = load_shapes(shapes)
    watch = Watch(limit)
    report = check(store, loaded)
    whole = watch.row(0, 0)["cpu"]
    graph = NamedNode(f"{BASE}article/a14")
    before = list(store.quads_for_pattern(None, None, None, graph))
    store.remove_graph(graph)
    store.load("".join(article(14, "claim-status")).encode(), format=RdfFormat.N_QUADS)
    after = list(store.quads_for_pattern(None, None, None, graph))
    spent: list[dict] = []
    for _ in range(5):
        watch = Watch(limit)
        again = recheck_graph(report, before, after)
        spent.append(watch.row(0, len(again.results)))
    assert again.results == check(store, loaded).results != report.results
    return min(spent, key=lambda row: row["cpu"]) | {"whole": whole}


def child_pyshacl(data: str, shapes: str, limit: float) -> dict:
    import pyshacl
    import rdflib

    start = time.perf_counter()
    graph = rdflib.Graph().parse(data)
    load = time.perf_counter() - start
    watch = Watch(limit)
    rules = rdflib.Graph().parse(shapes)
    _, report, _ = pyshacl.validate(graph, shacl_graph=rules, inference="none")
    return watch.row(load, len(list(report.objects(None, rdflib.URIRef("http://www.w3.org/ns/shacl#result")))))


def child_pyrudof(data: str, shapes: str, limit: float) -> dict:
    import pyrudof

    start = time.perf_counter()
    rudof = pyrudof.Rudof(pyrudof.RudofConfig())
    rudof.read_data(Path(data).read_text(), pyrudof.RDFFormat.NTriples)
    load = time.perf_counter() - start
    watch = Watch(limit)
    rudof.read_shacl(Path(shapes).read_text())
    return watch.row(load, len(rudof.validate_shacl()))


def child_jena(data: str, shapes: str, limit: float) -> dict:
    folder = os.environ.get("KG_JENA_LIB")
    if not folder or shutil.which("java") is None:
        raise SystemExit("no Jena: KG_JENA_LIB names no folder of jars, or there is no java")
    watch = Watch(limit)
    command = ["java", "-cp", f"{folder}/*", "shacl.shacl", "validate", "--shapes", shapes, "--data", data]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == -signal.SIGXCPU:
        os.kill(os.getpid(), signal.SIGXCPU)
    done.check_returncode()
    return watch.row(0, done.stdout.count("sh:resultSeverity"), resource.RUSAGE_CHILDREN)


CHILDREN = {
    "compiled": child_compiled,
    "recheck": child_recheck,
    "pyshacl": child_pyshacl,
    "pyrudof": child_pyrudof,
    "jena": child_jena,
}

if __name__ == "__main__":
    main()
