"""Other people's clients against the endpoint: SPARQLWrapper, rdflib's SPARQLStore, curl, Jena's rsparql."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from serve_fixtures import Server

pytest_plugins = ["serve_fixtures"]

PARKS = "PREFIX rd: <https://kg.example/ontology/> SELECT DISTINCT ?park WHERE { ?park a rd:Park } ORDER BY ?park"
CONSTRUCT = "PREFIX rd: <https://kg.example/ontology/> CONSTRUCT { ?p a rd:Park } WHERE { ?p a rd:Park }"
LIFE_VALLEY = "https://kg.example/id/life-valley"


@pytest.mark.parametrize("method", ["GET", "POST", "POST directly"])
@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv"])
def test_sparqlwrapper_rows(server: Server, method: str, format: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(f"{server.url}/sparql")
    client.setMethod(method.partition(" ")[0])
    if "directly" in method:
        client.setRequestMethod(wrapper.POSTDIRECTLY)
    client.setQuery(PARKS)
    client.setReturnFormat(format)
    answer = client.query().convert()
    text = answer.toxml() if format == "xml" else str(answer)
    assert LIFE_VALLEY in text


@pytest.mark.parametrize("format", ["turtle", "xml", "json-ld", "n3"])
def test_sparqlwrapper_triples(server: Server, format: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(f"{server.url}/sparql")
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(format)
    answer = client.query().convert()
    found = answer if isinstance(answer, (str, bytes)) else answer.serialize(format="nt")
    assert "life-valley" in (found.decode() if isinstance(found, bytes) else found)


def test_sparqlwrapper_errors(server: Server) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(f"{server.url}/sparql")
    client.setQuery("SELECT * WHERE { ?s ?p }")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed, match="1:25"):
        client.query()


@pytest.mark.parametrize("returns", ["xml", "json", "csv"])
def test_rdflib_store(server: Server, returns: str) -> None:
    store = SPARQLStore(f"{server.url}/sparql", method="POST", returnFormat=returns)
    graph = Graph(store)
    rows = [str(row.park) for row in graph.query(PARKS)]  # type: ignore[union-attr]
    assert LIFE_VALLEY in rows
    assert (URIRef(LIFE_VALLEY), None, None) in graph
    assert bool(graph.query("ASK { ?s ?p ?o }")) or returns == "csv"
    if returns == "xml":  # with the others it accepts no format that triples can be written in
        assert len(list(graph.query(CONSTRUCT))) >= 4


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(server: Server, tmp_path: Path) -> None:
    def curl(*arguments: str) -> str:
        return subprocess.run(["curl", "-sS", "--fail-with-body", *arguments], capture_output=True, text=True).stdout

    (tmp_path / "q.rq").write_text(PARKS)
    url = f"{server.url}/sparql"
    assert LIFE_VALLEY in curl("-H", "Accept: text/csv", "--data-urlencode", f"query={PARKS}", url)
    assert LIFE_VALLEY in curl("-G", "--compressed", "--data-urlencode", f"query@{tmp_path / 'q.rq'}", url)
    posted = curl("-H", "Content-Type: application/sparql-query", "--data-binary", f"@{tmp_path / 'q.rq'}", url)
    assert LIFE_VALLEY in posted
    assert "rd:Park" in curl("-L", "-H", "Accept: text/turtle", f"{server.url}/id/life-valley")
    assert "Error: 1:" in curl("--data-urlencode", "query=ASK {", url)


@pytest.mark.slow
def test_jena_rsparql(server: Server, tmp_path: Path) -> None:
    """Needs Java and the jars of Jena's command line, in KG_JENA_LIB (a folder of jars; `.ci/browser` makes one)."""
    place = os.environ.get("KG_JENA_LIB", "")
    if not place or shutil.which("java") is None:
        pytest.skip("KG_JENA_LIB does not name Jena's jars")
    path = f"{place}/*" if Path(place).is_dir() else place
    (tmp_path / "q.rq").write_text(PARKS)
    command = [
        "java",
        "-cp",
        path,
        "arq.rsparql",
        "--service",
        f"{server.url}/sparql",
        "--query",
        str(tmp_path / "q.rq"),
    ]
    done = subprocess.run([*command, "--results", "csv"], capture_output=True, text=True, timeout=120)
    assert LIFE_VALLEY in done.stdout, done.stderr[-500:]
