"""From claims to nodes and edges: parallel edges kept, values and texts kept, filters that say what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest
from export_readers import BASE
from page_maker import EMOJI, emoji_claims, make_article, source_of

from kg import vocab as v
from kg.errors import ExportError
from kg.export import Source
from kg.layout import betweenness, class_colour, communities, measure, page_rank, place
from kg.network import Edge, Network, Node, count_degrees, make_network
from kg.network_filter import Filter, filter_network, find_node
from kg.thing_names import Names

pytest_plugins = ["export_fixtures"]


def small() -> Network:
    """Two parks in a district, one said twice, one only planned."""

    def edge(id: str, source: str, predicate: str, article: str, **more: str) -> Edge:
        known = {"status": "explicit", "modality": "achieved", **more}
        return Edge(id, source, "north", "", 0, 0, v.RD + predicate, predicate, article, **known)

    nodes = tuple(Node(id, name, kind, articles=("one",)) for id, name, kind in (
        ("blue", "Blue Park", "Park"), ("green", "Green Park", "Park"), ("north", "North", "District"),
    ))  # fmt: skip
    edges = (
        edge("1", "blue", "within", "one"), edge("2", "blue", "within", "two"),
        edge("3", "green", "supports", "one", modality="planned", status="garbled"),
    )  # fmt: skip
    return count_degrees(Network(nodes, edges))


def test_every_claim_is_kept_once(export_source: Source) -> None:
    network, claims = export_source.network, export_source.claims
    values = [value.claim for node in network.nodes for value in node.observations]
    texts = [text.claim for node in network.nodes for text in node.texts]
    assert Counter([*values, *texts, *(edge.id for edge in network.edges)]) == Counter(c.id for c in claims)


def test_both_ends_of_each_edge_are_nodes(export_source: Source) -> None:
    network = export_source.network
    ids = [node.id for node in network.nodes]
    assert ids == sorted(set(ids))
    assert {end for edge in network.edges for end in (edge.source, edge.target)} <= set(ids)
    assert sum(node.degree for node in network.nodes) == 2 * len(network.edges)


def test_observations_as_nodes(export_source: Source) -> None:
    network = make_network(export_source.claims, export_source.names, BASE, observations="nodes")
    found = [node for node in network.nodes if node.kind == "Observation"]
    assert {node.id for node in found} == {c.object for c in export_source.claims if c.object_type == "Observation"}
    assert all(node.in_degree == len(node.observations) >= 1 for node in found)
    assert not [node for node in network.nodes if node.observations and node.kind != "Observation"]


def test_claims_as_nodes(export_source: Source) -> None:
    network = make_network(export_source.claims, export_source.names, BASE, claims=True)
    kinds = Counter(node.kind for node in network.nodes)
    assert kinds["Claim"] == len(export_source.claims)
    assert all(node.texts[0].label == "quote" for node in network.nodes if node.kind == "Claim")
    assert len({edge.id for edge in network.edges}) == len(network.edges)


def test_values_are_said_as_they_stand() -> None:
    article = make_article("emoji", EMOJI)
    network = make_network(emoji_claims(article), {}, BASE)
    park = next(node for node in network.nodes if node.label == "Green Park")
    assert [value.as_text() for value in park.observations] == [
        "output value: 300 → 120 units (2024)",
        "output value: not printed (units) (2025)",
    ]
    assert [edge.label for edge in network.edges] == ["within", "planned: supports"]
    assert [edge.direct for edge in network.edges] == [True, False]


@pytest.mark.parametrize(
    ("wanted", "nodes", "edges"),
    [
        (Filter(), 3, 3),
        (Filter(classes=("Park",)), 2, 0),
        (Filter(predicates=("within",)), 2, 2),
        (Filter(predicates=(v.RD + "supports",)), 2, 1),
        (Filter(statuses=("garbled",)), 2, 1),
        (Filter(modalities=("achieved",)), 2, 2),
        (Filter(articles=("one",)), 3, 2),
        (Filter(around="blue park"), 2, 2),
        (Filter(around="green", hops=2), 3, 3),
        (Filter(around="green", hops=0), 1, 0),
    ],
)
def test_filters(wanted: Filter, nodes: int, edges: int) -> None:
    found = filter_network(small(), wanted)
    assert (len(found.nodes), len(found.edges)) == (nodes, edges)
    assert sum(node.degree for node in found.nodes) == 2 * edges


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Filter(classes=("Prak",)), r"no class 'Prak' in the network \(did you mean Park\?\)"),
        (Filter(predicates=("inside",)), r"no predicate 'inside' in the network \(there are: supports, within\)"),
        (Filter(articles=("nine",)), r"no article 'nine' in the network"),
        (Filter(around="Blue Prak"), r"no thing is called 'Blue Prak' in the network \(did you mean Blue Park"),
    ],
)
def test_a_word_that_matches_nothing_is_told(wanted: Filter, message: str) -> None:
    with pytest.raises(ExportError, match=message):
        filter_network(small(), wanted)


def test_names_of_two_things_are_told() -> None:
    names = {"blue": Names("", "园区", ("The Park",)), "green": Names("", "", ("the park",))}
    with pytest.raises(ExportError, match="'The Park' is the name of 2 things"):
        find_node(small(), "The Park", names)
    assert find_node(small(), "GREEN PARK", names) == "green"


def test_chinese_names_find_a_thing(export_source: Source) -> None:
    found = filter_network(export_source.network, Filter(around="昌平区"), export_source.names)
    assert find_node(found, "Changping", export_source.names) == f"{BASE}changping-district"


# ---------------------------------------------------------------- measures and layout
def test_measures_agree_with_networkx(export_source: Source) -> None:
    nx = pytest.importorskip("networkx")
    graph = nx.gnm_random_graph(60, 150, seed=3, directed=True)
    out = [sorted(graph.successors(node)) for node in graph]
    both = [sorted(set(graph.successors(node)) | set(graph.predecessors(node))) for node in graph]
    expected = nx.betweenness_centrality(graph.to_undirected())
    assert betweenness(both) == pytest.approx([expected[node] for node in graph])
    ranks = page_rank(out)
    assert sum(ranks) == pytest.approx(1)
    from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python

    wanted = _pagerank_python(graph, tol=1e-12, max_iter=500)
    assert ranks == pytest.approx([wanted[node] for node in graph], abs=1e-4)


def test_communities_are_numbered_by_size() -> None:
    links = [[1, 2], [0, 2], [0, 1], [4], [3], []]
    assert communities(links) == [1, 1, 1, 2, 2, 3]
    assert communities([]) == []


def test_layout_keeps_nodes_apart(export_source: Source) -> None:
    nodes = export_source.drawn.nodes
    spots = [(node.x, node.y) for node in nodes]
    gaps = [((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for i, a in enumerate(spots) for b in spots[:i]]
    assert min(gaps) > 15
    assert max(gaps) < 3000


def test_layout_of_nothing_and_of_one() -> None:
    assert place(measure(Network((), ()))) == Network((), ())
    (node,) = place(measure(Network((Node("a", "A", "Park"),), ()))).nodes
    assert (node.x, node.y, node.community) == (0.0, 0.0, 1)


def test_colours_of_classes() -> None:
    assert class_colour("Park") != class_colour("Project")
    assert class_colour("https://other.example/Thing") == class_colour("https://other.example/Thing")


def test_same_numbers_for_every_hash_seed() -> None:
    code = "from page_maker import *; print([n[8:] for n in emoji_source().drawn.nodes])"
    found = {
        subprocess.check_output(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_two_articles_that_say_the_same_give_two_edges() -> None:
    made = [make_article(name, EMOJI) for name in ("one", "two")]
    network = source_of([(article, emoji_claims(article)) for article in made]).network
    within = [edge for edge in network.edges if edge.label == "within"]
    assert [edge.article for edge in within] == ["one", "two"]
    assert {(edge.source, edge.target) for edge in within} == {(f"{BASE}green-park", f"{BASE}north")}
    assert next(node.articles for node in network.nodes if node.id == f"{BASE}north") == ("one", "two")
