"""GEXF, Cytoscape, CX2, node-link JSON, DOT and Pajek, each read by a reader nobody here wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from export_readers import HOSTILE, FixedSource, expected_label, hostile_network, write

from kg.export import FORMATS, Losses, Source
from kg.export.text import clean
from kg.network import Network, Node

pytest_plugins = ["export_fixtures"]
FOLDER = Path(__file__).parent
SUFFIXES = (".gexf", ".cyjs", ".cx2", ".json", ".dot", ".net", ".graphml")


@pytest.fixture(scope="module")
def files(export_source: Source, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("real")
    return {suffix: write(export_source, folder / f"net{suffix}").files[0] for suffix in SUFFIXES}


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bad")
    source = FixedSource(hostile_network())
    return {suffix: write(source, folder / f"bad{suffix}").files[0] for suffix in SUFFIXES}


@pytest.fixture(scope="module")
def network(export_source: Source) -> Network:
    return export_source.drawn


def check(nodes: list[dict[str, Any]], edges: list[tuple[str, str, dict[str, Any]]], network: Network) -> None:
    """Assert that what was read is the network: by IRI, with labels, classes, types and quotes."""
    assert {d["iri"]: (d["label"], d["class"]) for d in nodes} == {n.id: (n.label, n.kind) for n in network.nodes}
    chinese = {d["iri"]: d["label_zh"] for d in nodes if d.get("label_zh")}
    assert chinese == {n.id: n.label_zh for n in network.nodes if n.label_zh}
    assert chinese["https://kg.example/id/changping-district"] == "昌平区"
    assert {d["iri"]: d["degree"] for d in nodes} == {n.id: n.degree for n in network.nodes}
    read = Counter((a, d["label"], b, d["quote"], d["start"], d["direct"]) for a, b, d in edges)
    assert read == Counter((e.source, e.label, e.target, e.quote, e.start, e.direct) for e in network.edges)


def check_hostile(labels: list[str], quotes: list[str] | None = None) -> None:
    """Assert that hostile labels and quotes come back as they went in, less what no file can hold."""
    assert labels == [expected_label(text) for _, text in HOSTILE]
    if quotes is not None:
        losses = Losses()
        sent = ["quote: " + clean(text, losses) for _, text in HOSTILE for _ in range(2)]
        assert Counter(quotes) == Counter([*sent, "quote: " + HOSTILE[0][1]])


# ---------------------------------------------------------------- GEXF
def read_gexf(path: Path) -> nx.MultiDiGraph:
    return nx.read_gexf(path, version="1.3")


def test_networkx_reads_gexf(files: dict[str, Path], network: Network) -> None:
    read = read_gexf(files[".gexf"])
    iri = nx.get_node_attributes(read, "iri")
    assert read.is_multigraph(), "parallel edges were lost"
    edges = [(iri[a], iri[b], d) for a, b, d in read.edges(data=True)]
    check([d for _, d in read.nodes(data=True)], edges, network)


def test_networkx_reads_hostile_gexf(bad: dict[str, Path]) -> None:
    read = read_gexf(bad[".gexf"])
    check_hostile([d["label"] for _, d in read.nodes(data=True)], [d["quote"] for *_, d in read.edges(data=True)])


@pytest.mark.parametrize("which", ["files", "bad"])
def test_gexf_is_valid(which: str, request: pytest.FixtureRequest) -> None:
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    schema = etree.RelaxNG(etree.parse(FOLDER / "schemas" / "gexf-1.3" / "gexf.rng"))
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    schema.assertValid(etree.parse(request.getfixturevalue(which)[".gexf"], parser))


# ---------------------------------------------------------------- JSON
def test_networkx_reads_node_link(files: dict[str, Path], network: Network) -> None:
    read = nx.node_link_graph(json.loads(files[".json"].read_text(encoding="utf-8")), edges="edges")
    assert read.is_multigraph() and read.is_directed()
    nodes = [{"iri": node, **data} for node, data in read.nodes(data=True)]
    check(nodes, list(read.edges(data=True)), network)
    values = read.nodes["https://kg.example/id/changping-district"]["observations"]
    assert {item.get("value") for item in values} == {None, "4"}


def test_node_link_holds_hostile_text_exactly(bad: dict[str, Path]) -> None:
    read = nx.node_link_graph(json.loads(bad[".json"].read_text(encoding="utf-8")), edges="edges")
    for (_, data), (name, text) in zip(read.nodes(data=True), HOSTILE, strict=True):
        assert data["label"] == (text.replace("\ud83d", "\ufffd").replace("\udc00", "\ufffd")), name


def test_networkx_reads_cyjs(files: dict[str, Path], bad: dict[str, Path], network: Network) -> None:
    document = json.loads(files[".cyjs"].read_text(encoding="utf-8"))
    for item in document["elements"]["nodes"]:
        item["data"]["value"] = item["data"]["id"]  # networkx takes the id from there,
    for item in document["elements"]["edges"]:
        item["data"]["key"] = item["data"]["id"]  # and the key of a parallel edge from here
    read = nx.cytoscape_graph(document)
    iri = nx.get_node_attributes(read, "iri")
    check([d for _, d in read.nodes(data=True)], [(iri[a], iri[b], d) for a, b, d in read.edges(data=True)], network)
    document = json.loads(bad[".cyjs"].read_text(encoding="utf-8"))
    check_hostile([node["data"]["name"] for node in document["elements"]["nodes"]])


def test_ndex_reads_cx2(files: dict[str, Path], bad: dict[str, Path], network: Network) -> None:
    cx2 = pytest.importorskip("ndex2.cx2", reason="ndex2 is not installed")
    read = cx2.RawCX2NetworkFactory().get_cx2network(json.loads(files[".cx2"].read_text(encoding="utf-8")))
    nodes, edges = read.get_nodes(), read.get_edges()
    iri = {key: node["v"]["iri"] for key, node in nodes.items()}
    check(
        [node["v"] for node in nodes.values()],
        [(iri[edge["s"]], iri[edge["t"]], edge["v"]) for edge in edges.values()],
        network,
    )
    read = cx2.RawCX2NetworkFactory().get_cx2network(json.loads(bad[".cx2"].read_text(encoding="utf-8")))
    check_hostile([node["v"]["name"] for node in read.get_nodes().values()])


def test_cx2_counts_and_declares_what_it_holds(files: dict[str, Path]) -> None:
    aspects: dict[str, Any] = {}
    for part in json.loads(files[".cx2"].read_text(encoding="utf-8")):
        aspects |= part
    for entry in aspects["metaData"]:
        assert len(aspects[entry["name"]]) == entry["elementCount"]
    declared = aspects["attributeDeclarations"][0]
    kinds = {"string": str, "integer": int, "double": (int, float), "boolean": bool}
    for name in ("nodes", "edges"):
        for item in aspects[name]:
            for key, value in item["v"].items():
                assert isinstance(value, kinds[declared[name][key]["d"]]), key
    assert aspects["status"] == [{"success": True}]


# ---------------------------------------------------------------- readers in JavaScript
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gexf", "graphml", "cyjs"])
def test_javascript_readers(kind: str, files: dict[str, Path], bad: dict[str, Path], network: Network) -> None:
    if not shutil.which("node") or not (FOLDER / "readers_js" / "node_modules").is_dir():
        pytest.skip("needs node and: npm ci --prefix tests/readers_js")

    def read(path: Path) -> dict[str, list[dict[str, Any]]]:
        command = ["node", str(FOLDER / "readers_js" / "read.mjs"), kind, str(path)]
        found: dict[str, list[dict[str, Any]]] = json.loads(subprocess.check_output(command))
        return found

    real = read(files[f".{kind}"])
    assert [d["label"] for d in real["nodes"]] == [n.label for n in network.nodes]
    assert Counter(d["quote"] for d in real["edges"]) == Counter(e.quote for e in network.edges)
    assert [d.get("label_zh") for d in real["nodes"]] == [n.label_zh or None for n in network.nodes]
    hostile = read(bad[f".{kind}"])
    assert [d["label"].strip() for d in hostile["nodes"]] == [expected_label(text).strip() for _, text in HOSTILE]
    assert len(hostile["edges"]) == 2 * len(HOSTILE) + 1


# ---------------------------------------------------------------- DOT
def read_dot(path: Path) -> dict[str, Any]:
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed (Debian package graphviz)")
    found: dict[str, Any] = json.loads(subprocess.check_output(["dot", "-Knop", "-Tdot_json", str(path)]))
    return found


def test_graphviz_reads_dot(files: dict[str, Path], network: Network) -> None:
    read = read_dot(files[".dot"])
    nodes = read["objects"]
    iri = [node["kg_iri"] for node in nodes]
    assert {n["kg_iri"]: (n["label"], n["kg_class"]) for n in nodes} == {
        n.id: (n.label.replace('"', '"'), n.kind) for n in network.nodes
    }
    edges = Counter((iri[e["tail"]], e["label"], iri[e["head"]], e["kg_quote"]) for e in read["edges"])
    assert edges == Counter((e.source, e.label, e.target, e.quote) for e in network.edges)


def test_graphviz_reads_hostile_dot(bad: dict[str, Path]) -> None:
    read = read_dot(bad[".dot"])
    # Graphviz gives labels as they stand in the file: with two backslashes and with entities.
    check_hostile(
        [
            n["label"].replace("\\\\", "\\").replace("&amp;amp;", "&amp;").replace("&amp;#0;", "&#0;")
            for n in read["objects"]
        ]
    )
    assert len(read["edges"]) == 2 * len(HOSTILE) + 1


# ---------------------------------------------------------------- Pajek
def test_igraph_and_networkx_read_pajek(files: dict[str, Path], network: Network) -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    labels = [node.label.replace('"', "'") for node in network.nodes]
    read = igraph.Graph.Read_Pajek(str(files[".net"]))
    assert (read.vs["id"] if "id" in read.vs.attributes() else read.vs["name"]) == labels
    assert read.ecount() == len(network.edges)
    other = nx.read_pajek(files[".net"])
    assert list(other) == labels
    assert other.number_of_edges() == len(network.edges)


def test_igraph_reads_hostile_pajek(bad: dict[str, Path]) -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    read = igraph.Graph.Read_Pajek(str(bad[".net"]))
    assert (read.vcount(), read.ecount()) == (len(HOSTILE), 2 * len(HOSTILE) + 1)


def test_pajek_tells_what_it_leaves_out(tmp_path: Path, export_source: Source) -> None:
    kinds = [loss.what for loss in write(export_source, tmp_path / "net.net").losses]
    assert any(kind.startswith("columns of nodes") for kind in kinds)
    assert any(kind.startswith("columns of edges") for kind in kinds)


def test_pajek_takes_time_in_the_number_of_nodes_of_one_label(tmp_path: Path) -> None:
    def measure(size: int) -> float:
        nodes = tuple(Node(f"https://kg.example/id/park/{number}", "Park", "Park") for number in range(size))
        source = FixedSource(Network(nodes, ()))
        began = time.process_time()
        path = write(source, tmp_path / "net.net").files[0]
        took = time.process_time() - began
        names = [line.split('"')[1] for line in path.read_text().splitlines()[1 : size + 1]]
        assert names == ["Park", *(f"Park ({number})" for number in range(2, size + 1))]
        return took

    small, large = (min(measure(size) for _ in range(2)) for size in (1_000, 8_000))
    assert large < 8 * 3 * max(small, 0.003), f"{small:.3f}s for 1,000 nodes, {large:.3f}s for 8,000"


# ---------------------------------------------------------------- all of them
@pytest.mark.parametrize("entry", [f for f in FORMATS if f.family == "network"], ids=lambda f: f.suffix)
def test_empty_network_is_a_file(entry: Any, tmp_path: Path) -> None:
    path = write(FixedSource(Network((), ())), tmp_path / f"none{entry.suffix}").files[0]
    assert path.stat().st_size > 0
