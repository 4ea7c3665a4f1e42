"""GraphML against its schema, networkx and igraph: the same nodes, parallel edges, labels and quotes."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest
from export_readers import HOSTILE, FixedSource, expected_label, hostile_network, write

from kg.export import Losses, Source
from kg.export.graphml import stream_graphml
from kg.export.text import clean
from kg.network import Edge, Network, Node

pytest_plugins = ["export_fixtures"]


@pytest.fixture(scope="module")
def real(export_source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(export_source, tmp_path_factory.mktemp("graphml") / "net.graphml").files[0]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(FixedSource(hostile_network()), tmp_path_factory.mktemp("graphml") / "bad.graphml").files[0]


def test_networkx_reads_nodes_edges_and_words(real: Path, export_source: Source) -> None:
    network, read = export_source.drawn, nx.read_graphml(real, force_multigraph=True)
    assert (len(read), read.number_of_edges()) == (len(network.nodes), len(network.edges))
    assert {d["iri"]: d["label"] for _, d in read.nodes(data=True)} == {n.id: n.label for n in network.nodes}
    assert {d["iri"]: d["class"] for _, d in read.nodes(data=True)} == {n.id: n.kind for n in network.nodes}
    chinese = {d["iri"]: d["label_zh"] for _, d in read.nodes(data=True) if "label_zh" in d}
    assert chinese == {n.id: n.label_zh for n in network.nodes if n.label_zh}
    assert "昌平区" in chinese.values()
    iri = nx.get_node_attributes(read, "iri")
    edges = Counter((iri[a], d["label"], iri[b], d["quote"]) for a, b, d in read.edges(data=True))
    assert edges == Counter((e.source, e.label, e.target, e.quote) for e in network.edges)
    assert max(Counter((e.source, e.target) for e in network.edges).values()) > 1, "no parallel edges to test"


def test_types_are_kept(real: Path) -> None:
    read = nx.read_graphml(real, force_multigraph=True)
    _, node = next(iter(read.nodes(data=True)))
    assert [type(node[key]) for key in ("degree", "pagerank", "x", "label")] == [int, float, float, str]
    *_, edge = next(iter(read.edges(data=True)))
    assert [type(edge[key]) for key in ("direct", "start", "confidence")] == [bool, int, float]


def test_missing_numbers_are_missing(real: Path, export_source: Source) -> None:
    read = nx.read_graphml(real, force_multigraph=True)
    district = next(d for _, d in read.nodes(data=True) if d["label"] == "Changping District")
    node = next(node for node in export_source.network.nodes if node.label == "Changping District")
    assert district["missing_values"] == sum(not value.value for value in node.observations) > 1
    assert "lost in translation" in district["values"]
    assert all("value" not in d for *_, d in read.edges(data=True) if d["label"] == "within")


def test_igraph_reads_the_same(real: Path, export_source: Source) -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    network, read = export_source.drawn, igraph.Graph.Read_GraphML(str(real))
    assert (read.vcount(), read.ecount()) == (len(network.nodes), len(network.edges))
    assert read.is_directed()
    assert read.vs["iri"] == [n.id for n in network.nodes]
    assert read.vs["label"] == [n.label for n in network.nodes]
    assert read.es["quote"] == [e.quote for e in network.edges]


def test_networkx_reads_hostile_text(hostile: Path) -> None:
    read, losses = nx.read_graphml(hostile, force_multigraph=True), Losses()
    assert [d["label"] for _, d in read.nodes(data=True)] == [expected_label(text) for _, text in HOSTILE]
    assert Counter(d["quote"] for *_, d in read.edges(data=True)) == Counter(
        [clean("quote: " + text, losses) for _, text in HOSTILE for _ in range(2)] + ["quote: " + HOSTILE[0][1]]
    )


def test_igraph_reads_hostile_text(hostile: Path) -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    read = igraph.Graph.Read_GraphML(str(hostile))
    assert read.vs["label"] == [expected_label(text) for _, text in HOSTILE]
    assert read.ecount() == 2 * len(HOSTILE) + 1


def test_what_cannot_be_held_is_told(tmp_path: Path) -> None:
    report = write(FixedSource(hostile_network()), tmp_path / "bad.graphml")
    kinds = {loss.what.split(" ")[0] for loss in report.losses}
    assert kinds == {"characters", "line"}
    assert all(loss.times and loss.example.isascii() for loss in report.losses)


def test_edges_without_ends_are_left_out_and_told() -> None:
    losses = Losses()
    nodes = [Node("a", "A", "Park"), Node("a", "again", "Park"), Node("", "none", "Park")]
    text = b"".join(
        stream_graphml(
            nodes, [Edge("1", "a", "b", "", 0, 0, "p", "p"), Edge("2", "a", "a", "", 0, 0, "p", "p")], losses
        )
    )
    assert text.count(b"<node ") == text.count(b"<edge ") == 1
    assert [loss.times for loss in losses.listed()] == [2, 1]


def test_empty_network(tmp_path: Path) -> None:
    report = write(FixedSource(Network((), ())), tmp_path / "none.graphml")
    assert len(nx.read_graphml(report.files[0])) == 0


@pytest.mark.parametrize("which", ["real", "hostile"])
def test_schema_accepts_it(which: str, request: pytest.FixtureRequest) -> None:
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    schema = os.environ.get("KG_GRAPHML_XSD", "")
    if not schema:
        pytest.skip("KG_GRAPHML_XSD does not name graphml.xsd; see tests/schemas/README.md")
    checker = etree.XMLSchema(etree.parse(schema))
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    checker.assertValid(etree.parse(request.getfixturevalue(which), parser))
