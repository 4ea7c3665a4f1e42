"""What a corpus costs: the whole, each stage, more processes, one article more; and writers of N-Quads side by side.

    python tests/benchmarks/bench_corpus.py [articles …]      250 and 1,000 by default

Each build is a process of its own, as a user starts it, so that its memory is its own. The tables are written into
``docs/performance.md``; seconds are those of the clock, and where it says CPU, those of all processes together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pyoxigraph as ox
from corpus_maker import make_article, write_corpus
from page import peak_memory, say_machine, write_section

from kg import pipeline
from kg.article import parse_article
from kg.corpus import checking
from kg.corpus.publish import Publisher
from kg.graph import write_graph
from kg.resources import load_domain

STAGES = {"reading": (pipeline._Build, "_read"), "all else": (Publisher, "publish_all"),
          "shapes": (checking, "check_store")}  # fmt: skip
COLUMNS = (
    "articles", "quads", "1 process", "2 processes", "gain", "ms an article, CPU", "reading, 1",
    "reading, 2", "store, 1", "store, 2", "shapes, 1", "shapes, 2", "bare bulk load", "share of its rate", "one more",
    "of all, CPU", "nothing new", "peak MB, 1", "peak MB, 2",
)  # fmt: skip


def cpu_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


# ---------------------------------------------------------------- one build, in a process of its own
def measured(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] = time.perf_counter() - started

    return call


def build_here(corpus: Path, out: Path, workers: int) -> None:
    """Build without copies and print what it took."""
    spent: dict[str, float] = {}
    for name, (owner, attribute) in STAGES.items():
        setattr(owner, attribute, measured(getattr(owner, attribute), name, spent))
    result = pipeline.build(load_domain(), [corpus], out, workers=workers, copies=False)
    print(json.dumps({**spent, "quads": result.counts["quads"], "peak": peak_memory()}))


def build(corpus: Path, out: Path, workers: int) -> dict[str, float]:
    """Build in another process; return seconds by stage, ``all`` of them, and those of the processors."""
    command = [sys.executable, __file__, "--build", str(corpus), str(out), str(workers)]
    started, before = time.perf_counter(), cpu_seconds()
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    took = {"all": time.perf_counter() - started, "cpu": cpu_seconds() - before}
    found: dict[str, float] = {**json.loads(said), **took}
    return found


def row(number: int, folder: Path) -> str:
    """Return the row of the table for a corpus of so many articles."""
    corpus = write_corpus(folder / f"corpus-{number}", number)
    one = build(corpus, folder / "one", 1)
    two = build(corpus, folder / "two", 2)
    (corpus / "one-more.txt").write_text(make_article(10**6), encoding="utf-8")
    more = build(corpus, folder / "two", 2)
    again = build(corpus, folder / "two", 2)
    bare = bulk_load_seconds(folder / "one" / "store", folder)
    cells = [
        f"{number:,}", f"{one['quads']:,}", f"{one['all']:.1f}", f"{two['all']:.1f}", f"{one['all'] / two['all']:.2f}",
        f"{1000 * one['cpu'] / number:.1f}", f"{one['reading']:.1f}", f"{two['reading']:.1f}",
        f"{one['all else'] - one['shapes']:.1f}", f"{two['all else'] - two['shapes']:.1f}",
        f"{one['shapes']:.1f}", f"{two['shapes']:.1f}", f"{bare:.1f}", f"{bare / two['all']:.2f}", f"{more['all']:.1f}",
        f"{more['cpu'] / two['cpu']:.1%}", f"{again['all']:.1f}", f"{one['peak']:.0f}",
        f"{two['peak']:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def bulk_load_seconds(store: Path, folder: Path) -> float:
    """Return how long it takes to load the finished N-Quads of a store into another, and nothing else."""
    lines = sorted((ox.Store.read_only(str(store)).dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
    (folder / "graph.nq").write_bytes(b"".join(lines))
    del lines
    started = time.perf_counter()
    loaded = ox.Store(str(folder / "bare"))
    loaded.bulk_load(path=folder / "graph.nq", format=ox.RdfFormat.N_QUADS)
    loaded.flush()
    return time.perf_counter() - started


# ---------------------------------------------------------------- writers side by side
def writers() -> Mapping[str, Callable[[], object]]:
    """Return what writes the quads of one article from what each works on: claims, quads, and a graph."""
    import rdflib

    tools = pipeline.load_tools(load_domain())
    path = tools.domain.articles / "changping-two-districts.txt"
    article = parse_article(path.read_bytes(), tools.page, article_id="a")
    claims, base = pipeline.read_claims(tools, article).claims, tools.domain.data_base
    data = write_graph(article, claims, base)
    quads = list(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    rows = [(q.subject.value, q.predicate.value, q.graph_name.value, *plain(q.object)) for q in quads]

    def with_pyoxigraph() -> object:
        made = (
            ox.Quad(ox.NamedNode(s), ox.NamedNode(p), ox.Literal(o, **how) if how else ox.NamedNode(o), ox.NamedNode(g))
            for s, p, g, o, how in rows
        )
        return ox.serialize(made, format=ox.RdfFormat.N_QUADS)

    def with_rdflib() -> object:
        graph = rdflib.Dataset()
        for s, p, g, o, how in rows:
            kind = rdflib.URIRef(how["datatype"].value) if "datatype" in how else None
            term = rdflib.Literal(o, lang=how.get("language"), datatype=kind) if how else rdflib.URIRef(o)
            graph.add((rdflib.URIRef(s), rdflib.URIRef(p), term, rdflib.URIRef(g)))
        return graph.serialize(format="nquads")

    return {
        f"claims to sorted N-Quads ({len(quads):,} quads)": lambda: write_graph(article, claims, base),
        "pyoxigraph: terms to quads to N-Quads, unsorted": with_pyoxigraph,
        "rdflib: terms to a dataset to N-Quads, unsorted": with_rdflib,
    }


def plain(term: Any) -> tuple[str, dict[str, Any]]:
    """Return the text of a term, and what makes a literal of it."""
    if isinstance(term, ox.NamedNode):
        return term.value, {}
    return term.value, {"language": term.language} if term.language else {"datatype": term.datatype}


def writer_table(rounds: int = 200) -> str:
    """Return the rates of the writers: the best of many rounds, in which they take turns."""
    functions = writers()
    quads = int(next(iter(functions)).split("(")[1].split()[0].replace(",", ""))
    best = dict.fromkeys(functions, float("inf"))
    for number in range(rounds):
        for name, function in functions.items():
            if number % 10 and name.startswith("rdflib"):
                continue
            started = time.perf_counter()
            function()
            best[name] = min(best[name], time.perf_counter() - started)
    ours = next(iter(best.values()))
    lines = [f"| {name} | {quads / took:,.0f} | {took / ours:.1f} |" for name, took in best.items()]
    return "\n".join(("| writer | quads a second of one core | times ours |", "|---|---:|---:|", *lines))


def main() -> None:
    """Measure, print and write the tables."""
    if sys.argv[1:2] == ["--build"]:
        build_here(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
        return
    machine = say_machine("pyoxigraph", "rdflib")
    written = writer_table()
    print(f"{machine}\n\n{written}\n", flush=True)
    write_section("writers", f"{machine}\n\n{written}")
    rows = [f"| {' | '.join(COLUMNS)} |", "|" + "---:|" * len(COLUMNS)]
    with tempfile.TemporaryDirectory() as folder:
        for number in map(int, sys.argv[1:] or ("250", "1000")):
            rows.append(row(number, Path(tempfile.mkdtemp(dir=folder))))
            print(rows[-1], flush=True)
    write_section("corpus", f"{machine} Seconds.\n\n" + "\n".join(rows))


if __name__ == "__main__":
    main()
