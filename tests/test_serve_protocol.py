"""The endpoint as clients use it: formats, datasets, tags, packing, sharing, things, graphs, descriptions, errors."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from serve_fixtures import TOKEN, Server, free_port, start_server

from kg import vocab as v
from kg.errors import MissingExtraError
from kg.pipeline import build
from kg.resources import load_domain
from kg.serve import serve
from kg.serve.negotiation import GRAPH_FORMATS, RESULT_FORMATS, Format, accepts_gzip, choose_format
from kg.serve.settings import Settings

pytest_plugins = ["serve_fixtures"]

ARTICLE = "https://kg.example/id/article/changping-two-districts"
DISTRICT = "https://kg.example/id/changping-district"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


# ---------------------------------------------------------------- formats
@pytest.mark.parametrize("format", RESULT_FORMATS, ids=lambda format: format.name)
@pytest.mark.parametrize("how", ["accept", "parameter"])
def test_rows_in_each_format(server: Server, format: Format, how: str) -> None:
    query = "SELECT DISTINCT ?park WHERE { ?park a rd:Park } ORDER BY ?park LIMIT 4"
    media = format.media.partition(";")[0]
    if how == "accept":
        response = server.client.get("/sparql", params={"query": query}, headers={"accept": f"{media}, */*;q=0.1"})
    else:
        response = server.client.get("/sparql", params={"query": query, "format": format.name})
    assert response.status_code == 200
    assert response.headers["content-type"] == format.media
    if format.name == "csv":
        assert len(list(csv.reader(response.text.splitlines()))) == 5
        return
    parsed = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.from_media_type(media))
    assert isinstance(parsed, ox.QuerySolutions)
    assert len(list(parsed)) == 4


@pytest.mark.parametrize("format", GRAPH_FORMATS, ids=lambda format: format.name)
def test_triples_in_each_format(server: Server, format: Format) -> None:
    query = "CONSTRUCT { ?park rdf:type rd:Park } WHERE { { SELECT DISTINCT ?park { ?park a rd:Park } LIMIT 4 } }"
    media = format.media.partition(";")[0]
    response = server.client.post("/sparql", data={"query": query}, headers={"accept": media})
    assert response.headers["content-type"] == format.media
    quads = ox.parse(response.content, format=ox.RdfFormat.from_media_type(media))
    assert len(list(quads)) == 4


def test_no_format_that_is_accepted(server: Server) -> None:
    response = server.client.get("/sparql", params={"query": "ASK {}"}, headers={"accept": "image/png"})
    assert response.status_code == 406
    assert "sparql-results+json" in response.text
    assert server.client.get("/sparql", params={"query": "ASK {}", "format": "docx"}).status_code == 406


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("application/*", "json"),
        ("text/*", "csv"),
        ("application/sparql-results+xml;q=0.9, application/sparql-results+json;q=0.8", "xml"),
        ("application/sparql-results+json;q=0, */*", "xml"),
        ("text/csv;q=nonsense, text/tab-separated-values;q=0.1", "tsv"),
        (";;,,/,q=", None),
    ],
)
def test_choice_of_a_format(accept: str, name: str | None) -> None:
    format = choose_format(RESULT_FORMATS, accept)
    assert (format.name if format else None) == name


def test_which_packing_is_accepted() -> None:
    assert not accepts_gzip("")
    assert not accepts_gzip("identity, gzip;q=0.0")
    assert accepts_gzip("deflate, *;q=0.1")


# ---------------------------------------------------------------- datasets
def test_default_graph_is_the_union(server: Server) -> None:
    union = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").json()
    assert int(union["results"]["bindings"][0]["n"]["value"]) > 4_000


@pytest.mark.parametrize("way", ["from", "protocol"])
def test_one_graph_alone(server: Server, way: str) -> None:
    ontology = "https://kg.example/id/graph/ontology"
    ask = "ASK %s { ?claim a rd:Claim }"
    if way == "from":
        inside, outside = server.ask(ask % f"FROM <{ARTICLE}>"), server.ask(ask % f"FROM <{ontology}>")
    else:
        inside = server.ask(ask % "", **{"default-graph-uri": ARTICLE})
        outside = server.ask(ask % "", **{"default-graph-uri": ontology})
    assert (inside.json()["boolean"], outside.json()["boolean"]) == (True, False)


def test_named_graphs_of_the_protocol(server: Server) -> None:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    rows = server.ask(query, **{"named-graph-uri": ARTICLE}).json()["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [ARTICLE]
    assert not server.ask("ASK { ?s ?p ?o }", **{"named-graph-uri": ARTICLE}).json()["boolean"]


# ---------------------------------------------------------------- tags, packing, sharing
def test_an_answer_that_is_known_is_not_sent_again(server: Server) -> None:
    params = {"query": "SELECT * { ?s a rd:Park }"}
    first = server.client.get("/sparql", params=params)
    tag = first.headers["etag"]
    again = server.client.get("/sparql", params=params, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = server.client.get("/sparql", params=params | {"format": "csv"}, headers={"if-none-match": tag})
    assert other.status_code == 200
    assert other.headers["etag"] != tag


def test_an_answer_that_changes_by_itself_has_no_tag(server: Server) -> None:
    first, second = (server.ask("SELECT (UUID() AS ?id) {}") for _ in range(2))
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"
    assert first.content != second.content


def test_packed_and_plain_are_the_same(server: Server) -> None:
    params = {"query": "SELECT ?s ?place { ?s rdfs:label ?place } ORDER BY ?s ?place LIMIT 200"}
    with server.client.stream("GET", "/sparql", params=params, headers={"accept-encoding": "gzip"}) as response:
        assert response.headers["content-encoding"] == "gzip"
        packed = b"".join(response.iter_raw())
    plain = server.client.get("/sparql", params=params, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content


def test_sharing_with_other_origins(server: Server) -> None:
    def allowed(origin: str) -> str | None:
        response = server.client.get("/sparql", params={"query": "ASK {}"}, headers={"origin": origin})
        value: str | None = response.headers.get("access-control-allow-origin")
        return value

    assert allowed("http://app.example") == "http://app.example"
    assert allowed("http://other.example") is None
    asked = {"origin": "http://app.example", "access-control-request-method": "POST"}
    preflight = server.client.options("/sparql", headers=asked)
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert (
        "access-control-allow-methods"
        not in server.client.options("/sparql", headers=asked | {"origin": "http://other.example"}).headers
    )


# ---------------------------------------------------------------- things, graphs, descriptions
@pytest.mark.parametrize(
    ("path", "accept", "target"),
    [
        ("/id/changping-district", BROWSER, "/page?iri="),
        ("/id/changping-district", "text/turtle", "/data?iri="),
        ("/concept/gdp", "application/rdf+xml", "/data?iri="),
        ("/ontology/Park", "application/ld+json", "/data?iri="),
    ],
)
def test_things_by_their_iri(server: Server, path: str, accept: str, target: str) -> None:
    response = server.client.get(path, headers={"accept": accept})
    assert response.status_code == 303
    assert response.headers["location"].startswith(target)
    followed = server.client.get(response.headers["location"], headers={"accept": accept})
    assert followed.status_code == 200
    assert followed.headers["content-type"].partition(";")[0] == accept.partition(",")[0]
    if "html" not in accept:
        graph = Graph().parse(data=followed.text, format=accept)
        assert (URIRef("https://kg.example" + path), None, None) in graph


def test_every_thing_of_the_data_has_a_page_and_data(server: Server, served_build: Path) -> None:
    store = ox.Store.read_only(str(served_build / "store"))
    subjects = {q.subject.value for q in store.quads_for_pattern(None, ox.NamedNode(v.TYPE), None)}  # type: ignore[union-attr]
    ours = sorted(iri for iri in subjects if iri.startswith("https://kg.example/"))
    assert len(ours) > 300
    for iri in ours[::9]:
        for kind in ("text/html", "text/turtle"):
            found = server.client.get(httpx.URL(iri).raw_path.decode(), headers={"accept": kind}, follow_redirects=True)
            assert (found.status_code, found.headers["content-type"].partition(";")[0]) == (200, kind), iri


def test_things_that_are_not_there(server: Server) -> None:
    assert server.client.get("/data", params={"iri": "https://kg.example/id/nothing"}).status_code == 404
    assert server.client.get("/page", params={"iri": "https://kg.example/id/nothing"}).status_code == 404
    assert server.client.get("/data", params={"iri": "not an iri"}).status_code == 400


def test_graphs(server: Server, served_build: Path) -> None:
    store = ox.Store.read_only(str(served_build / "store"))
    response = server.client.get("/store", params={"graph": ARTICLE}, headers={"accept": "application/n-triples"})
    assert response.status_code == 200
    triples = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(ARTICLE))}
    assert {quad.triple for quad in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)} == triples
    head = server.client.head("/store", params={"graph": ARTICLE})
    assert (head.status_code, head.content) == (200, b"")
    assert server.client.get("/store").status_code == 400
    assert server.client.get(f"/store?default&graph={quote(ARTICLE)}").status_code == 400


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nothing_is_written_without_leave(server: Server, method: str) -> None:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "text/turtle"}
    response = server.client.request(method, "/store?default", headers=headers, content=b"<urn:a> <urn:b> 1 .")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_void(server: Server) -> None:
    response = server.client.get("/.well-known/void", headers={"accept": "text/turtle"})
    graph = Graph().parse(data=response.text, format="turtle")
    dataset = URIRef(f"{server.url}/.well-known/void#dataset")
    void = "http://rdfs.org/ns/void#"
    counted = server.ask("SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }").json()
    triples = int(counted["results"]["bindings"][0]["n"]["value"])
    assert int(str(graph.value(dataset, URIRef(void + "triples")))) == triples
    assert graph.value(dataset, URIRef(void + "sparqlEndpoint")) == URIRef(f"{server.url}/sparql")
    partitions = [
        int(str(graph.value(part, URIRef(void + "triples"))))
        for part in graph.objects(dataset, URIRef(void + "propertyPartition"))
    ]
    assert sum(partitions) == triples
    dump = str(graph.value(dataset, URIRef(void + "dataDump")))
    assert httpx.get(dump).status_code == 200


# ---------------------------------------------------------------- errors, log, life
def test_errors_say_line_and_column(server: Server) -> None:
    response = server.client.post(
        "/sparql", data={"query": "SELECT *\nWHERE {\n  ?s ?p }"}, headers={"accept": "application/json"}
    )
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.json()["line"], response.json()["column"]) == (3, 10)
    assert server.ask("SELECT * WHERE { ?s ?p }").text.startswith("Error: 1:25: ")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/sparql", 405), ("DELETE", "/", 405), ("GET", "/nothing", 404), ("GET", "/questions/nothing", 404)],
)
def test_what_is_not_there(server: Server, method: str, path: str, status: int) -> None:
    response = server.client.request(method, path)
    assert response.status_code == status
    assert (status != 405) or "GET" in response.headers["allow"]


def last_asked(server: Server) -> dict[str, Any]:
    """Return the last line of the log about a query; empty where there is none yet."""
    return next((line for line in reversed(server.lines()) if line.get("path") == "/sparql"), {})


def test_log_has_a_line_for_each_request_and_no_query(server: Server) -> None:
    server.ask("ASK { <urn:a-secret-word> ?p ?o }")
    end = time.monotonic() + 10
    while "form" not in (last := last_asked(server)) and time.monotonic() < end:
        time.sleep(0.05)  # the answer is sent before its line is written
    assert (last["method"], last["status"], last["form"]) == ("POST", 200, "ASK")
    assert last["ms"] > 0
    assert "a-secret-word" not in server.log.read_text()


def test_health(server: Server) -> None:
    health = server.client.get("/health").json()
    assert health["status"] == "ok"
    assert health["idle"] + health["busy"] == 4


def test_writing_needs_the_token(tmp_path: Path) -> None:
    ox.Store(str(tmp_path / "store")).flush()
    server = start_server(tmp_path / "store", tmp_path / "log", "--workers", "1", writable=True)
    try:
        graph = {"graph": "http://example.org/g"}
        turtle = {"content-type": "text/turtle", "authorization": f"Bearer {TOKEN}"}
        for shown in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}):
            response = server.client.put("/store", params=graph, headers=turtle | {"authorization": ""} | shown)
            assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        put = server.client.put("/store", params=graph, headers=turtle, content="<urn:a> <urn:b> '''x}'''")
        assert (put.status_code, put.text[:11]) == (400, "Error: 1:25")
        put = server.client.put("/store", params=graph, headers=turtle, content='<urn:a> <urn:b> "} ; CLEAR ALL #" .')
        assert put.status_code == 201
        assert server.ask('ASK { ?s ?p "} ; CLEAR ALL #" }').json()["boolean"]
        xml = turtle | {"content-type": "application/rdf+xml"}
        assert server.client.put("/store", params=graph, headers=xml, content="<rdf/>").status_code == 415
        assert TOKEN not in server.log.read_text()
    finally:
        assert server.stop() == 0


def test_a_rebuild_is_picked_up_without_a_failed_request(tmp_path: Path) -> None:
    domain = load_domain()
    articles = tmp_path / "articles"
    articles.mkdir()
    shutil.copy(domain.articles / "changping-two-districts.txt", articles)
    build(domain, [articles], tmp_path / "build")
    server = start_server(tmp_path / "build" / "store", tmp_path / "log", "--workers", "2")
    statuses: list[int] = []
    done = threading.Event()

    def keep_asking() -> None:
        with httpx.Client(base_url=server.url, timeout=30) as client:
            while not done.is_set():
                statuses.append(client.post("/sparql", data={"query": "SELECT (RAND() AS ?r) {}"}).status_code)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        count = "SELECT (COUNT(*) AS ?n) { ?a a schema:NewsArticle }"
        assert '"1"' in server.ask(count).text
        (articles / "second.txt").write_text("Energy Valley\n\nEnergy Valley is located in Changping District.\n")
        build(domain, [articles], tmp_path / "build")
        assert '"2"' in server.ask(count).text
    finally:
        done.set()
        asking.join()
        server.stop()
    assert len(statuses) > 10
    assert set(statuses) == {200}


def test_stop_waits_for_those_being_answered(served_build: Path, tmp_path: Path) -> None:
    server = start_server(served_build / "store", tmp_path / "log", "--timeout", "2", "--workers", "1")
    answers: list[httpx.Response] = []
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    asking = threading.Thread(target=lambda: answers.append(server.ask(slow)))
    asking.start()
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    asking.join()
    assert answers[0].status_code == 504
    assert server.process.wait(10) == 0
    assert [line["event"] for line in server.lines() if "event" in line] == ["started", "stopped"]


def test_no_worker_outlives_its_server(served_build: Path, tmp_path: Path) -> None:
    server = start_server(served_build / "store", tmp_path / "log", "--workers", "2")
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=True
    )
    workers = listed.stdout.split()
    assert len(workers) == 3 + min(2, os.cpu_count() or 1)
    server.stop(signal.SIGKILL)
    end = time.monotonic() + 10
    while any(_alive(pid) for pid in workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [pid for pid in workers if _alive(pid)]


def _alive(pid: str) -> bool:
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_store_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [".venv/bin/kg", "serve", "--store", str(tmp_path / "none"), "--port", str(free_port())],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 2
    assert "no graph store here" in done.stderr
    assert "Traceback" not in done.stderr


def test_questions_are_listed_for_programs(server: Server) -> None:
    listed = {item["name"]: item for item in json.loads(server.client.get("/questions").content)}
    assert listed["projects_in_place"]["parameters"][0]["type"] == "thing"
    answer = server.client.get("/questions/projects_in_place", params={"place": "Life Valley", "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("project,")


def test_fields_without_a_query_ask_for_no_description(server: Server) -> None:
    misspelt, formatted = (server.client.get(f"/sparql?{fields}") for fields in ("qury=ASK%7B%7D", "format=ttl"))
    assert (misspelt.status_code, formatted.status_code) == (400, 200)
    assert "no query" in misspelt.text and "field query" in misspelt.text


def test_a_request_that_is_repeated_gets_the_same_answer(server: Server) -> None:
    """From memory the second time, and logged each time; another header is another request."""
    params = {"query": "SELECT ?s WHERE { ?s a rd:Enterprise } # repeated"}
    first, second, third = (server.client.get("/sparql", params=params) for _ in range(3))
    assert first.content == second.content == third.content
    hop = {"date", "content-length"}
    assert {k: w for k, w in first.headers.items() if k not in hop} == {
        k: w for k, w in third.headers.items() if k not in hop
    }
    other = server.client.get("/sparql", params=params, headers={"accept": "text/csv"})
    assert other.headers["content-type"].startswith("text/csv")
    evil = server.client.get("/sparql", params=params, headers={"host": "evil.example"})
    assert evil.status_code == 421


@pytest.mark.parametrize("library", ["starlette", "uvicorn", "httptools"])
def test_a_library_that_is_missing_is_named(library: str, served_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"{library}.*kg\[serve\]"):
        serve(Settings(served_build / "store", load_domain()))


@pytest.mark.parametrize("prologue", ["", "PREFIX x: <urn:x> ", "prefix x: <urn:x> ", "BASE <urn:x> "])
def test_our_prefixes_need_no_declaration(server: Server, prologue: str) -> None:
    answer = server.ask(f"{prologue}ASK {{ ?s a rd:Park ; rdfs:label ?name }}")
    assert (answer.status_code, answer.json()["boolean"]) == (200, True)
