"""Exports hold no more in memory of a graph four times as large, and sort the same by many small runs."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pyoxigraph as ox
import pytest
from export_readers import BASE

from kg import sorted_file, thing_names, turtle
from kg.export import Options, Source, export_file, gexf, graphml, network_files, quads, rdf, rdf12
from kg.store import load_lines

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
SUFFIXES = (".ttl", ".rdf12.ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf")


NETWORKS = (".graphml", ".gexf", ".cyjs", ".cx2", ".json", ".dot", ".csv", ".net")


def store_of(articles: int, maker: str = "graph_maker") -> ox.Store:
    store = ox.Store()
    load_lines(store, import_module(maker).lines(articles))
    return store


@pytest.fixture(scope="module")
def stores() -> tuple[ox.Store, ox.Store]:
    """Graphs of 8 and 32 articles, 6,000 and 25,000 quads; what is in them is not in Python's memory."""
    return store_of(8), store_of(32)


@pytest.fixture(scope="module")
def networks() -> tuple[ox.Store, ox.Store]:
    """Networks of 600 and 2,400 edges, of 30 and 120 articles."""
    return store_of(30, "network_maker"), store_of(120, "network_maker")


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
    monkeypatch.setattr(thing_names, "NAMES_KEPT", 20)
    monkeypatch.setattr(network_files, "RUN_BYTES", 20_000)
    monkeypatch.setattr(network_files, "BATCH", 10)
    monkeypatch.setattr(graphml, "BATCH", 20)
    for module in (graphml, gexf):
        monkeypatch.setattr(module, "KEPT", 20)


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Stop the search for cycles: it empties Python's lists of up to 2,000 free tuples a size, which then fill anew."""
    gc.disable()
    yield
    gc.enable()


def peak_of(store: ox.Store, path: Path) -> int:
    """Return the most bytes that Python held while a file was written."""
    source = Source(store, BASE, options=Options(layout=False))
    tracemalloc.start()
    export_file(source, path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("suffix", (".graphml", ".cx2", ".csv"))
def test_memory_does_not_grow_with_the_network(
    suffix: str, networks: tuple[ox.Store, ox.Store], little_memory: None, no_collection: None, tmp_path: Path
) -> None:
    small, large = networks
    peak_of(large, tmp_path / f"warm{suffix}")
    peaks = peak_of(small, tmp_path / f"small{suffix}"), peak_of(large, tmp_path / f"large{suffix}")
    sizes = [sum(path.stat().st_size for path in tmp_path.glob(f"{name}*")) for name in ("small", "large")]
    assert sizes[1] > 3 * sizes[0]
    # Two numbers of 4 bytes an edge, and the names of the articles; an edge with its quote takes 2,000.
    assert (peaks[1] - peaks[0]) / 1800 < 60, peaks


@pytest.mark.parametrize(("suffix", "layout"), [*((name, False) for name in NETWORKS), (".gexf", True)])
def test_from_files_a_network_has_the_bytes_it_has_from_memory(
    suffix: str, layout: bool, networks: tuple[ox.Store, ox.Store], little_memory: None, tmp_path: Path
) -> None:
    options = Options(layout=layout, observations="nodes", claims=layout)
    files = Source(networks[0], BASE, options=options)
    assert isinstance(files.streamed, network_files.NetworkFiles)
    memory = Source(networks[0], BASE, options=options)
    memory.__dict__["streamed"] = memory.drawn
    one, other = (export_file(source, tmp_path / f"{i}{suffix}") for i, source in enumerate((files, memory)))
    assert (one.counts, one.losses) == (other.counts, other.losses)
    assert [path.read_bytes() for path in one.files] == [path.read_bytes() for path in other.files]


def test_the_files_of_a_network_go_with_it(networks: tuple[ox.Store, ox.Store]) -> None:
    source = Source(networks[0], BASE, options=Options(layout=False))
    folder = source.streamed.folder  # type: ignore[attr-defined]
    assert {path.name for path in folder.iterdir()} == {"edges", "nodes"}
    assert len(list(source.streamed.edges)) == len(source.streamed.edges) == 600
    del source
    gc.collect()
    assert not folder.exists()


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
