"""What a corpus costs: the whole, each stage, more processes, and one article more.

``python tests/benchmarks/bench_corpus.py [articles …]``; 200 and 400 articles by default.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pyoxigraph as ox
from corpus_maker import make_article, write_corpus

from kg import pipeline, shapes
from kg.article import parse_article
from kg.corpus.publish import Publisher
from kg.graph import write_quads
from kg.resources import load_domain

STAGES = ((pipeline._Build, "_read"), (Publisher, "_write_turtle"), (Publisher, "_load_store"), (shapes, "check"))
spent: dict[str, float] = {}


def measured(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] = time.perf_counter() - started

    return call


def build(corpus: Path, out: Path, workers: int) -> tuple[float, pipeline.BuildResult]:
    spent.clear()
    started = time.perf_counter()
    result = pipeline.build(load_domain(), [corpus], out, workers=workers)
    return time.perf_counter() - started, result


def row(number: int, folder: Path) -> str:
    corpus = write_corpus(folder / f"corpus-{number}", number)
    one, _ = build(corpus, folder / "one", 1)
    read_one = spent["_read"]
    two, result = build(corpus, folder / "two", 2)
    stages = dict(spent)
    (corpus / "one-more.txt").write_text(make_article(10**6), encoding="utf-8")
    more, _ = build(corpus, folder / "two", 2)
    again, _ = build(corpus, folder / "two", 2)
    started = time.perf_counter()
    ox.Store(str(folder / f"load-{number}")).bulk_load(path=folder / "two" / "graph.nq", format=ox.RdfFormat.N_QUADS)
    load = time.perf_counter() - started
    cells = [
        f"{number:,}", f"{result.counts['quads']:,}", f"{one:.1f}", f"{two:.1f}", f"{read_one:.1f}",
        f"{stages['_read']:.1f}", f"{stages['_write_turtle']:.1f}", f"{stages['_load_store']:.1f}",
        f"{stages['check']:.1f}", f"{load:.1f}", f"{more:.1f} ({more / two:.0%})", f"{again:.2f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def writer_rate() -> float:
    """Return how many quads a second one core writes."""
    tools = pipeline.load_tools(load_domain())
    path = tools.domain.articles / "changping-two-districts.txt"
    article = parse_article(path.read_bytes(), tools.page, article_id="a")
    claims = pipeline.read_claims(tools, article).claims
    started, quads = time.perf_counter(), 0
    while time.perf_counter() - started < 2:
        quads += len(write_quads(article, claims, tools.domain.data_base))
    return quads / (time.perf_counter() - started)


def main() -> None:
    for owner, name in STAGES:
        function = getattr(owner, name)
        wrapped = measured(function, name)
        setattr(owner, name, staticmethod(wrapped) if name == "_load_store" else wrapped)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pyoxigraph {ox.__version__}"
    )
    print(f"claims to N-Quads, sorted: {writer_rate():,.0f} quads a second on one core\n")
    print("| articles | quads | 1 process s | 2 processes s | reading, 1 | reading, 2 | Turtle | store | shapes "
          "| bare bulk load | one more | nothing new |")  # fmt: skip
    print("|" + "---:|" * 12)
    with tempfile.TemporaryDirectory() as folder:
        for number in map(int, sys.argv[1:] or ("200", "400")):
            print(row(number, Path(tempfile.mkdtemp(dir=folder))), flush=True)


if __name__ == "__main__":
    main()
