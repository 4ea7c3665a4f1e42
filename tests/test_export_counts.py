"""Every file that other programs open, counted by each of its readers: the same nodes, edges, labels and quotes."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from export_counts import READERS, Counts, Missing, count, read_gephi, riot_reads
from export_readers import HOSTILE, FixedSource, expected_label, hostile_network, write

from kg.errors import MissingExtraError
from kg.export import Source
from kg.network import Network

pytest_plugins = ["export_fixtures"]
pytestmark = pytest.mark.slow


def expected(network: Network, suffix: str) -> Counts:
    ends = ((edge.source, edge.target, edge.quote) for edge in network.edges)
    chinese = None if suffix == ".net" else (node.label_zh for node in network.nodes)
    return count(chinese, len(network.nodes), ends)


@pytest.mark.parametrize(("suffix", "reader"), READERS, ids=[f"{suffix[1:]}-{name}" for suffix, name in READERS])
def test_each_reader_counts_the_same(suffix: str, reader: str, export_source: Source, tmp_path: Path) -> None:
    hostile = FixedSource(hostile_network())
    for source, name in ((export_source, "net"), (hostile, "bad")):
        path = tmp_path / f"{name}{suffix}"
        try:
            write(source, path)
            found = READERS[suffix, reader](path)
        except (Missing, MissingExtraError) as error:
            pytest.skip(str(error))
        assert found == expected(source.drawn, suffix), name
    assert expected(export_source.drawn, ".gexf").parallel > 5
    assert expected(export_source.drawn, ".gexf").chinese > 20


def test_gephi_reads_labels_types_places_and_colours(export_source: Source, tmp_path: Path) -> None:
    """The importers of Gephi itself, with an import report that complains of nothing."""
    network = export_source.drawn
    paths = [write(export_source, tmp_path / f"net{suffix}").files[0] for suffix in (".gexf", ".graphml")]
    try:
        files = read_gephi(*paths)
    except Missing as error:
        pytest.skip(str(error))
    for read, path in zip(files, paths, strict=True):
        assert read["issues"] == []
        nodes = {node["iri"]: node for node in read["nodes"]}
        assert {n["iri"]: (n["_label"], n["class"], n.get("label_zh", "")) for n in read["nodes"]} == {
            node.id: (node.label, node.kind, node.label_zh) for node in network.nodes
        }
        for node in network.nodes:
            found = nodes[node.id]
            assert (found["degree"], found["pagerank"]) == (node.degree, node.pagerank)
            if path.suffix == ".gexf":  # its GraphML importer has no places
                assert found["_color"] == int(node.color[1:], 16)
        if path.suffix == ".gexf":  # Gephi shifts and scales the whole drawing to its own size
            here, there = ([(n[x], n[y]) for n in side] for side, x, y in drawings(network, nodes))
            assert scaled(there) == pytest.approx(scaled(here), abs=1e-3)
        iri = {node["_id"]: node["iri"] for node in read["nodes"]}
        found_edges = {(iri[e["_source"]], e["_label"], iri[e["_target"]], e["claim"]) for e in read["edges"]}
        assert found_edges == {(e.source, e.label, e.target, e.id) for e in network.edges}
        assert all(edge["_directed"] and isinstance(edge["start"], int) for edge in read["edges"])


def drawings(network: Network, nodes: dict[str, dict[str, float]]) -> list[tuple[list[dict[str, float]], str, str]]:
    """Return the nodes as we and as Gephi place them, in one order, with the names of their places."""
    return [([node._asdict() for node in network.nodes], "x", "y"), ([nodes[n.id] for n in network.nodes], "_x", "_y")]


def scaled(points: list[tuple[float, float]]) -> list[float]:
    """Return places so that the drawing begins at 0 and is 1 wide."""
    left, low = min(x for x, _ in points), min(y for _, y in points)
    width = max(x for x, _ in points) - left
    return [part for x, y in points for part in ((x - left) / width, (y - low) / width)]


def test_gephi_reads_hostile_labels(tmp_path: Path) -> None:
    paths = [
        write(FixedSource(hostile_network()), tmp_path / f"bad{suffix}").files[0] for suffix in (".gexf", ".graphml")
    ]
    try:
        files = read_gephi(*paths)
    except Missing as error:
        pytest.skip(str(error))
    for read in files:
        labels = {node["_label"].strip() for node in read["nodes"]}
        # A label of blanks alone is none to Gephi.
        assert {expected_label(text).strip() for _, text in HOSTILE} - {""} <= labels
        assert len(read["nodes"]) == len(HOSTILE)


FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML,
    ".nq": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG, ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf12.ttl": ox.RdfFormat.TURTLE,
}  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
def test_riot_reads_what_oxigraph_reads(suffix: str, export_source: Source, tmp_path: Path) -> None:
    """Jena's own command, strict: no warning, and term for term the same statements."""
    path = write(export_source, tmp_path / f"graph{suffix}").files[0]
    try:
        lines = riot_reads(path)
    except Missing as error:
        pytest.skip(str(error))
    read = ox.parse("\n".join(lines), format=ox.RdfFormat.N_QUADS)
    ours = ox.parse(path.read_bytes(), format=FORMATS[suffix])
    assert {as_text(quad) for quad in read} == {as_text(quad) for quad in ours}
    assert len(lines) > 1000 and any("昌平区" in line for line in lines)


def as_text(quad: ox.Quad) -> str:
    """Return a statement as text; Jena writes a language tag in its canonical case (zh-Hans), which is the same tag."""
    term = quad.object
    if isinstance(term, ox.Literal) and term.language:
        return json.dumps(
            [str(quad.subject), str(quad.predicate), term.value, term.language.lower(), str(quad.graph_name)]
        )
    return json.dumps([str(quad.subject), str(quad.predicate), str(term), str(quad.graph_name)])
