"""RDF exports hold no more in memory of a graph four times as large, and sort the same by many small runs."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import pyoxigraph as ox
import pytest
from export_readers import BASE

from kg import sorted_file, turtle
from kg.export import Source, export_file, quads, rdf, rdf12
from kg.store import load_lines

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
SUFFIXES = (".ttl", ".rdf12.ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf")


def store_of(articles: int) -> ox.Store:
    from graph_maker import lines

    store = ox.Store()
    load_lines(store, lines(articles))
    return store


@pytest.fixture(scope="module")
def stores() -> tuple[ox.Store, ox.Store]:
    """Graphs of 8 and 32 articles, 6,000 and 25,000 quads; what is in them is not in Python's memory."""
    return store_of(8), store_of(32)


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all that may be held at a time small beside the graphs."""
    monkeypatch.setattr(quads, "RUN_BYTES", 100_000)
    monkeypatch.setattr(quads, "BLOCK_BYTES", 20_000)
    for module in (rdf, rdf12):  # each has its own name for it once it was imported
        monkeypatch.setattr(module, "BLOCK_BYTES", 20_000)
    monkeypatch.setattr(sorted_file, "_CHUNK", 20_000)
    monkeypatch.setattr(sorted_file, "_MERGED_CHUNK", 4_000)
    monkeypatch.setattr(turtle, "_REMEMBERED", 200)


def peak_of(store: ox.Store, path: Path) -> int:
    """Return the most bytes that Python held while a file was written."""
    source = Source(store, BASE)
    tracemalloc.start()
    export_file(source, path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_memory_does_not_grow_with_the_graph(
    suffix: str, stores: tuple[ox.Store, ox.Store], little_memory: None, tmp_path: Path
) -> None:
    small, large = stores
    peak_of(small, tmp_path / f"warm{suffix}")  # modules and patterns are loaded once
    peaks = peak_of(small, tmp_path / f"small{suffix}"), peak_of(large, tmp_path / f"large{suffix}")
    assert (tmp_path / f"large{suffix}").stat().st_size > 3 * (tmp_path / f"small{suffix}").stat().st_size
    assert peaks[1] < 1.25 * peaks[0], peaks


def test_many_runs_give_the_same_bytes(
    stores: tuple[ox.Store, ox.Store], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    def files(name: str) -> list[bytes]:
        source = Source(stores[1], BASE)
        return [export_file(source, tmp_path / f"{name}{s}").files[0].read_bytes() for s in SUFFIXES]

    whole = files("whole")
    request.getfixturevalue("little_memory")
    assert files("runs") == whole
