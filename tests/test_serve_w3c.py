"""The W3C's own tests of the SPARQL protocol, the graph store protocol and service descriptions, over real HTTP.

The data are those of https://github.com/w3c/rdf-tests; where they are not there, the tests are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from serve_fixtures import TOKEN, Server, start_server

SUITE = Path(__file__).parent.parent.parent / "shared" / "w3c" / "sparql11"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
AUTHORIZED = {"authorization": f"Bearer {TOKEN}"}
RDF_TYPE = URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

UPDATES = {
    name: "SPARQL Update is not offered; the tests below see that it is refused"
    for name in (
        "update_dataset_default_graph",
        "update_dataset_default_graphs",
        "update_dataset_named_graphs",
        "update_dataset_full",
        "update_post_form",
        "update_post_direct",
        "update_base_uri",
    )
}
"""Tests of the protocol that are left out, each with its reason."""

BOOLEAN = {"application/sparql-results+json", "application/sparql-results+xml"}
TABULAR = BOOLEAN | {"text/csv", "text/tab-separated-values"}
RDF = {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}

needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason=f"the W3C tests are not at {SUITE}")
pytestmark = needs_suite


def read_manifest(name: str) -> Graph:
    graph = Graph()
    graph.parse(SUITE / name, format="turtle", publicID=(SUITE / name).as_uri())
    return graph


def items(graph: Graph, node: Any) -> list[Any]:
    return list(Collection(graph, node)) if node is not None else []


def protocol_tests() -> list[str]:
    if not SUITE.is_dir():
        return []
    graph = read_manifest("protocol/manifest.ttl")
    (entries,) = graph.objects(None, MF.entries)
    return [str(item).rpartition("#")[2] for item in items(graph, entries)]


@pytest.fixture(scope="module")
def manifest() -> Graph:
    return read_manifest("protocol/manifest.ttl")


@pytest.fixture(scope="module")
def protocol_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the three graphs of the protocol tests."""
    folder = tmp_path_factory.mktemp("protocol")
    store = ox.Store(str(folder / "store"))
    for number in (1, 2, 3):
        name = ox.NamedNode(f"http://kasei.us/2009/09/sparql/data/data{number}.rdf")
        store.load(path=str(SUITE / "protocol" / f"data{number}.nt"), format=ox.RdfFormat.N_TRIPLES, to_graph=name)
    store.flush()
    del store
    server = start_server(folder / "store", folder / "log")
    yield server
    server.stop()


def send(server: Server, graph: Graph, request: Any, path: str) -> httpx.Response:
    body = graph.value(request, HT.body)
    content = None
    if body is not None:
        encoding = str(graph.value(body, CNT.characterEncoding))
        content = str(graph.value(body, CNT.chars)).encode(encoding)
    headers = {
        str(graph.value(header, HT.fieldName)): str(graph.value(header, HT.fieldValue))
        for header in items(graph, graph.value(request, HT.headers))
    }
    return server.client.request(str(graph.value(request, HT.methodName)), path, content=content, headers=headers)


def check(graph: Graph, expected: Any, response: httpx.Response) -> None:
    allowed = [str(status).rpartition("#")[2] for status in graph.objects(expected, MF.expectedStatus)]
    families = [name.removeprefix("StatusCode")[0] for name in allowed]
    assert str(response.status_code)[0] in families, (response.status_code, response.text)
    format = str(graph.value(expected, MF.expectedFormat) or "")
    kind = response.headers["content-type"].partition(";")[0]
    if format:
        assert kind in {"boolean": BOOLEAN, "tabular": TABULAR, "RDF": RDF}[format]
    wanted = graph.value(expected, MF.expectedBoolean)
    if wanted is not None:
        assert response.json()["boolean"] is wanted.toPython()


@pytest.mark.parametrize("name", protocol_tests())
def test_protocol(name: str, manifest: Graph, protocol_server: Server) -> None:
    test = next(node for node in manifest.subjects(MF.name) if str(node).endswith(f"#{name}"))
    requests = items(manifest, manifest.value(manifest.value(test, MF.action), HT.requests))
    assert requests
    for request in requests:
        path = str(manifest.value(request, HT.absolutePath))
        response = send(protocol_server, manifest, request, path)
        sent = response.request
        updates = "sparql-update" in sent.headers.get("content-type", "") or b"update=" in sent.content
        if name in UPDATES and updates:
            assert response.status_code == 403, UPDATES[name]
        elif name not in UPDATES:
            check(manifest, manifest.value(request, HT.resp), response)


def test_every_form_of_update_is_refused(protocol_server: Server) -> None:
    before = protocol_server.ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").json()
    update = "CLEAR ALL"
    client = protocol_server.client
    sent = [
        client.post("/sparql", data={"update": update}),
        client.post("/sparql", content=update, headers={"content-type": "application/sparql-update"}),
        client.get("/sparql", params={"update": update}),
        client.get("/sparql", params={"query": update}),
        client.post("/sparql", data={"query": "INSERT DATA { <urn:a> <urn:b> 1 }"}),
    ]
    assert [response.status_code for response in sent] == [403] * len(sent)
    assert protocol_server.ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").json() == before


# ---------------------------------------------------------------- graphs
def graph_tests() -> list[tuple[str, str]]:
    if not SUITE.is_dir():
        return []
    found = []
    for file in ("manifest-direct.ttl", "manifest-indirect.ttl"):
        graph = read_manifest(f"graph-store-protocol/{file}")
        found += sorted((file, str(test).rpartition("#")[2]) for test in set(graph.subjects(MF.action)))
    return found


@pytest.fixture(scope="module")
def graph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may be written, over an empty store."""
    folder = tmp_path_factory.mktemp("graphs")
    ox.Store(str(folder / "store")).flush()
    server = start_server(folder / "store", folder / "log", "--workers", "1", writable=True)
    yield server
    server.stop()


@pytest.mark.parametrize(("file", "name"), graph_tests())
def test_graph_store_protocol(file: str, name: str, graph_server: Server) -> None:
    """All requests of a test in turn, those that write with the token."""
    manifest = read_manifest(f"graph-store-protocol/{file}")
    clear_graphs(graph_server)
    test = next(node for node in manifest.subjects(MF.name) if str(node).endswith(f"#{name}"))
    location = ""
    for request in items(manifest, manifest.value(manifest.value(test, MF.action), HT.requests)):
        path = str(manifest.value(request, HT.absolutePath)).replace("/gsp", "/store", 1)
        response = send_graph(graph_server, manifest, request, path.replace("$LOCATION$", location))
        location = response.headers.get("location", location)
        check_graph(manifest, manifest.value(request, HT.resp), response)


def clear_graphs(server: Server) -> None:
    for row in server.ask("SELECT DISTINCT ?g { GRAPH ?g {} }").json()["results"]["bindings"]:
        server.client.delete("/store", params={"graph": row["g"]["value"]}, headers=AUTHORIZED)
    server.client.delete("/store?default", headers=AUTHORIZED)


def send_graph(server: Server, graph: Graph, request: Any, path: str) -> httpx.Response:
    server.client.headers.update(AUTHORIZED)
    return send(server, graph, request, path)


def check_graph(graph: Graph, expected: Any, response: httpx.Response) -> None:
    names = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
    allowed = {names[str(status).rpartition("#")[2]] for status in graph.objects(expected, MF.expectedStatus)}
    assert response.status_code in allowed, response.text
    for header in items(graph, graph.value(expected, HT.headers)):
        name = str(graph.value(header, HT.fieldName))
        assert response.headers[name] == str(graph.value(header, HT.fieldValue))
    body = graph.value(expected, HT.body)
    if body is not None:
        wanted = Graph().parse(data=str(graph.value(body, CNT.chars)), format="turtle")
        assert isomorphic(Graph().parse(data=response.text, format="turtle"), wanted)


# ---------------------------------------------------------------- service description
def describe(server: Server) -> Graph:
    response = server.client.get("/sparql", headers={"accept": "text/turtle"})
    assert response.status_code == 200
    return Graph().parse(data=response.text, format="turtle")


def test_description_returns_rdf(protocol_server: Server) -> None:
    for accept in RDF:
        response = protocol_server.client.get("/sparql", headers={"accept": accept})
        assert response.headers["content-type"].partition(";")[0] == accept
        assert len(Graph().parse(data=response.text, format=accept)) > 20


def test_description_has_endpoint_triple(protocol_server: Server) -> None:
    graph = describe(protocol_server)
    assert URIRef(f"{protocol_server.url}/sparql") in set(graph.objects(None, SD.endpoint))


def test_description_conforms_to_schema(protocol_server: Server) -> None:
    """Every class and property of the sd namespace is one that the vocabulary declares, used as it says."""
    graph = describe(protocol_server)
    (service,) = graph.subjects(RDF_TYPE, SD.Service)
    classes = {"Service", "Dataset", "Graph", "NamedGraph"}
    properties = {"endpoint", "supportedLanguage", "feature", "resultFormat", "defaultDataset", "defaultGraph"}
    properties |= {"namedGraph", "name", "graph"}
    assert {str(o).removeprefix(SD) for o in graph.objects(None, RDF_TYPE) if str(o).startswith(SD)} <= classes
    assert {str(p).removeprefix(SD) for p in graph.predicates() if str(p).startswith(SD)} <= properties
    (dataset,) = graph.objects(service, SD.defaultDataset)
    assert (dataset, RDF_TYPE, SD.Dataset) in graph
    assert (graph.value(dataset, SD.defaultGraph), RDF_TYPE, SD.Graph) in graph
    named = list(graph.objects(dataset, SD.namedGraph))
    assert len(named) == 3
    for node in named:
        assert isinstance(graph.value(node, SD.name), URIRef)
        assert (graph.value(node, SD.graph), RDF_TYPE, SD.Graph) in graph
