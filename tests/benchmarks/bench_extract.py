"""Measure how fast articles become claims, the gate included, beside spaCy's bare tokenizer on the same text.

Run by hand: python tests/benchmarks/bench_extract.py [--articles N] [--write]

spaCy is no dependency: without it its row is left out. Memory is the peak of a process of its own for each size.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from corpus_maker import make_article
from page import peak_memory, say_machine, write_section

from kg.article import parse_article
from kg.corpus.tools import Tools, load_tools, read_claims
from kg.model import Article
from kg.resources import load_domain

SIZES = (100, 1_000, 10_000)


def make_articles(tools: Tools, count: int) -> list[Article]:
    """Return ``count`` articles of generated sentences of the genre, already divided into sentences."""
    texts = (make_article(number) for number in range(count))
    return [parse_article(text.encode(), tools.page, article_id=f"a{n}") for n, text in enumerate(texts)]


def measure(function: Callable[[Article], int], articles: Sequence[Article], runs: int = 5) -> tuple[float, int]:
    """Return the median speed in MB (UTF-8) a second of processor time, and how many things were found."""
    size = sum(len(article.text.encode()) for article in articles)
    seconds, found = [], 0
    for _ in range(runs):
        start = time.process_time()
        found = sum(map(function, articles))
        seconds.append(time.process_time() - start)
    return size / statistics.median(seconds) / 1e6, found


def measure_speed(count: int) -> list[tuple[str, float, int]]:
    """Return the rows of the table: what is done, its speed, and what it found."""
    tools = load_tools(load_domain())
    articles = make_articles(tools, count)
    sum(len(read_claims(tools, article).claims) for article in articles)  # compile what is compiled when needed
    rows = [
        ("articles to claims, gate included", *measure(lambda a: len(read_claims(tools, a).claims), articles)),
        ("of it names, quantities, masking", *measure(lambda a: len(tools.extractor.read(a).sentences), articles)),
    ]
    try:
        import spacy
    except ImportError:
        print("spaCy's tokenizer is left out: it is not installed", file=sys.stderr)
        return rows
    tokenizer = spacy.blank("en").tokenizer

    def tokenize(article: Article) -> int:
        return sum(len(tokenizer(article.text[s.start : s.end])) for s in article.sentences)

    return [*rows, (f"spaCy {spacy.__version__}, bare English tokenizer", *measure(tokenize, articles))]


def measure_peak(count: int) -> float:
    """Return the peak memory in MB of a process that reads so many articles, one after another."""
    code = f"import sys; sys.path[:0] = {sys.path!r}; from bench_extract import read_all; print(read_all({count}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def read_all(count: int) -> float:
    """Read so many articles and return the peak memory of this process in MB."""
    tools = load_tools(load_domain())
    for number in range(count):
        article = parse_article(make_article(number).encode(), tools.page, article_id=f"a{number}")
        read_claims(tools, article)
    return peak_memory()


def main() -> None:
    """Print the tables; with ``--write``, put them into docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    rows = measure_speed(chosen.articles)
    lines = [say_machine("ahocorasick_rs"), "", "| one core | MB/s | found |", "|---|---:|---:|"]
    lines += [f"| {name} | {speed:.2f} | {found:,} |" for name, speed, found in rows]
    lines += ["", "| articles | peak MB |", "|---:|---:|"]
    lines += [f"| {size:,} | {measure_peak(size):.0f} |" for size in SIZES]
    print("\n".join(lines))
    if chosen.write:
        write_section("extract", "\n".join(lines))


if __name__ == "__main__":
    main()
