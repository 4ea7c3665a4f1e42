"""Requests that try to be more than they are: lines in parameters, paths that lead out, packed bodies, odd graphs."""

from __future__ import annotations

import gzip
import itertools
import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from serve_fixtures import Server
from test_serve_hostile import assert_alive, assert_clear
from test_serve_loans import Kept

pytest_plugins = ["serve_fixtures"]
GRAPHS = "https://kg.example/id/graph/"

# ---------------------------------------------------------------- lines that would become headers
LINES = ("%0d%0aX-Evil:%201%0d%0a%0d%0a<script>", "%0aX-Evil:%201", "%0dX-Evil:%201", "%E5%98%8A%E5%98%8DX-Evil:%201")
PLACES = (
    "/sparql?query=ASK%7B%7D&format={}",
    "/sparql?query=ASK%7B%7D{}",
    "/sparql?query=ASK%7B%7D&default-graph-uri=http://example.org/{}",
    "/sparql?{}=1",
    "/data?iri=https://kg.example/id/x{}",
    "/data?iri=https://kg.example/id/changping-district&format={}",
    "/page?iri=https://kg.example/id/x{}",
    "/store?graph=http://example.org/{}",
    "/questions/projects_in_place?place={}",
    "/questions/project_stages?format={}",
    "/questions/{}",
    "/editor?query={}",
    "/picture?query=ASK%7B%7D&format={}",
    "/id/x{}",
    "/concept/x{}",
    "/static/{}",
    "/{}",
)


@pytest.mark.parametrize("place", PLACES)
def test_lines_in_a_request_never_become_headers(server: Server, place: str) -> None:
    for line, accept in itertools.product(LINES, ("*/*", "text/html")):
        response = server.client.get(place.format(line), headers={"accept": accept})
        assert response.status_code in (200, 303, 400, 404, 406), (line, response.text)
        assert "x-evil" not in response.headers
        assert not [value for value in response.headers.values() if "X-Evil: 1" in value]
        if response.headers.get("content-type", "").startswith("text/html"):
            assert "<script>" not in response.text
    lines = server.log.read_text().splitlines()[1:]  # the first says where it serves
    assert all(json.loads(line)["time"] for line in lines)


@pytest.mark.parametrize("header", ["Origin", "If-None-Match", "Accept", "Accept-Encoding", "Host"])
def test_a_header_is_never_sent_back(server: Server, header: str) -> None:
    """What a client says of itself comes back in no header but the origin that may read."""
    head = "GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + ("" if header == "Host" else "Host: localhost\r\n")
    for value in ("a\x0bX-Evil: 1", "a\x85X-Evil: 1", "http://evil.example", '"><script>'):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
            sock.sendall(f"{head}{header}: {value}\r\nConnection: close\r\n\r\n".encode("latin-1"))
            answer = b"".join(iter(lambda: sock.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 ")
        assert b"evil" not in answer.lower().partition(b"\r\n\r\n")[0]
        assert b"<script>" not in answer


# ---------------------------------------------------------------- paths
OUTSIDE = (
    "../" * 9 + "etc/passwd",
    "..%2f" * 9 + "etc%2fpasswd",
    "%2e%2e/" * 9 + "etc/passwd",
    "..%5c..%5cetc%5cpasswd",
)
OUTSIDE += ("..%252f..%252fetc%252fpasswd", "%2fetc%2fpasswd", "/etc/passwd", "x%00.css", "vendor/../../../app.py")


@pytest.mark.parametrize("start", ["/id/", "/concept/", "/ontology/", "/static/", "/store/", "/questions/", "/"])
@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leads_out(server: Server, start: str, path: str) -> None:
    """As it is written over the wire: clients would tidy it up."""
    for accept in ("text/turtle", "text/html"):
        head = f"GET {start}{path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
            sock.sendall(head.encode())
            answer = b"".join(iter(lambda: sock.recv(65_536), b""))
        status = int(answer.split()[1])
        assert status in (303, 400, 404, 406), answer
        assert b"root:" not in answer
        assert b"import" not in answer
        if status == 303:  # the IRI of a thing, whatever is in it, is asked for as such
            target = httpx.Headers([line.split(b": ") for line in answer.split(b"\r\n") if b": " in line])["location"]
            assert target.startswith(("/data?iri=https%3A%2F%2Fkg.example", "/page?iri=https%3A%2F%2Fkg.example"))
            assert server.client.get(target).status_code in (400, 404)


# ---------------------------------------------------------------- bodies
@pytest.mark.parametrize("kind", ["application/sparql-query", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "gzip, gzip", "x-gzip"])
def test_packed_bodies_are_refused_unread(server: Server, kind: str, packing: str) -> None:
    """A bomb of 190 kB would be 200 MB; nothing is unpacked, and what is no packing is not taken for one."""
    bomb = gzip.compress(b"ASK {} #" + b" " * 200_000_000, 9)
    assert len(bomb) < 256_000
    for body in (gzip.compress(b"ASK {}"), b"ASK {}", bomb):
        start = time.monotonic()
        response = server.client.post(
            "/sparql", content=body, headers={"content-type": kind, "content-encoding": packing}
        )
        assert_clear(response, {415})
        assert response.headers["accept-encoding"] == "identity"
        assert time.monotonic() - start < 2
    plain = {"content-type": "application/sparql-query", "content-encoding": "identity"}
    assert server.client.post("/sparql", content=b"ASK {}", headers=plain).status_code == 200


@pytest.mark.parametrize("size", [300_000, 10_000_000])
def test_a_query_of_10_mb_in_an_address(server: Server, size: int) -> None:
    kept = Kept(server)
    for sock in (kept.sock, socket.create_connection(("127.0.0.1", server.port), timeout=10)):
        answer = b""
        try:
            sock.sendall(b"GET /sparql?query=ASK%7B%7D%23" + b"x" * size + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = sock.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            try:
                answer = sock.recv(100)
            except ConnectionResetError:
                answer = b" 431 "
        assert b" 431 " in answer, answer
        sock.close()
    assert_alive(server)


# ---------------------------------------------------------------- patterns
PATTERNS = {
    "nested": "^(a+)+$",
    "alternatives": "^(a|a)*$",
    "overlapping": "^(a|aa)+$",
    "any": ".*.*.*.*.*.*.*.*=x",
    "counted": "(a{1000}){1000}",
    "counted thrice": "((a{100}){100}){100}",
    "wide": "\\\\p{L}{900}",
    "deep": "(" * 150 + "a" + ")*" * 150,
    "back": "(a+)\\\\1",
    "ahead": "(?=a+)b",
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_no_pattern_is_a_catastrophe(server: Server, pattern: str) -> None:
    """Each takes linear time, or is too large for the engine and gives no value."""
    word = "a" * 30_000 + "!"
    for call in (f'REGEX("{word}", "{pattern}")', f'REPLACE("{word}", "{pattern}", "b")'):
        start = time.monotonic()
        response = server.ask(f"SELECT ({call} AS ?x) {{}}", format="csv")
        assert response.status_code == 200
        assert response.text.split() in (["x"], ["x", "false"], ["x", word])
        assert time.monotonic() - start < 2


# ---------------------------------------------------------------- graphs that the protocol and the query name
ONE, TWO, NONE = GRAPHS + "ontology", GRAPHS + "lexicon", GRAPHS + "nowhere"
CHOICES: list[tuple[str, ...]] = [(), (ONE,), (ONE, TWO), (NONE,), (ONE, ONE)]
TEXTS = {"": ((), ()), f"FROM <{TWO}>": ((TWO,), ()), f"FROM NAMED <{ONE}>": ((), (ONE,))}
TEXTS[f"FROM <{ONE}> FROM NAMED <{TWO}>"] = ((ONE,), (TWO,))


@pytest.fixture(scope="module")
def graphs(served_build: Path) -> dict[str, set[Any]]:
    """The triples of each graph."""
    found: dict[str, set[Any]] = {}
    for quad in ox.Store.read_only(str(served_build / "store")):
        found.setdefault(str(quad.graph_name)[1:-1], set()).add(quad.triple)
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_every_combination_of_graphs(server: Server, graphs: dict[str, set[Any]], text: str) -> None:
    """Those of the protocol go before those of the query; a graph that is not named is not there."""
    kept = Kept(server)
    for default, named in itertools.product(CHOICES, CHOICES):
        asked, shown = (default, named) if default or named else TEXTS[text]
        free = not asked and not shown
        triples = set().union(*(graphs.get(name, set()) for name in (graphs if free else asked)))
        names = {name for name in (graphs if free else shown) if name in graphs}
        pairs = [("default-graph-uri", iri) for iri in default] + [("named-graph-uri", iri) for iri in named]
        for query, expected in (
            (f"SELECT (COUNT(*) AS ?n) {text} {{ SELECT DISTINCT ?s ?p ?o {{ ?s ?p ?o }} }}", [str(len(triples))]),
            (f"SELECT DISTINCT ?g {text} {{ GRAPH ?g {{ ?s ?p ?o }} }} ORDER BY ?g", sorted(names)),
        ):
            fields = [("query", query), ("format", "csv"), *pairs]
            address = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields)
            kept.sock.sendall(f"GET /sparql?{address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            answers = [kept.read()[2].decode()]
            answers.append(server.client.post("/sparql", data=_group(fields)).text)
            typed = {"content-type": "application/sparql-query"}
            rest = [field for field in fields if field[0] != "query"]
            answers.append(server.client.post("/sparql", params=rest, content=query.encode(), headers=typed).text)
            assert [answer.split()[1:] for answer in answers] == [expected] * 3, (default, named, query)
    kept.sock.close()


def _group(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize(
    ("iri", "status"),
    [
        ("", 400),
        ("graph", 400),
        ("http://a b/", 400),
        ("http://x/\n", 400),
        ("file:///etc/passwd", 403),
        ("FILE:x", 403),
    ],
)
def test_graphs_that_are_none(server: Server, name: str, iri: str, status: int) -> None:
    assert_clear(server.client.get("/sparql", params={"query": "ASK {}", name: iri}), {status})
    assert_clear(server.client.post("/sparql", data={"query": "ASK {}", name: ["http://x/", iri]}), {status})


def test_too_many_graphs(server: Server) -> None:
    pairs = [("query", "ASK {}")] + [("default-graph-uri", f"http://x/{n}") for n in range(500)]
    assert_clear(server.client.get("/sparql", params=pairs), {400})
    assert_alive(server)


# ---------------------------------------------------------------- slow ones that were lent
def test_200_kept_connections_that_turn_slow(server: Server) -> None:
    """Each has been answered by a worker; then it sends half a request, or reads nothing of an answer of 2 MB."""
    query = quote("SELECT ?a ?b ?d { ?a ?b ?c . ?d a rd:Park } LIMIT 19000")
    slow = []
    try:
        for number in range(200):
            sock = socket.create_connection(("127.0.0.1", server.port), timeout=15)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            sock.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = sock.recv(2_000)
            while not answer.endswith(b"true}"):  # head and body may come apart
                answer += sock.recv(2_000)
            assert b" 200 " in answer
            if number % 20 == 0:
                sock.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            else:
                sock.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: loc")
            slow.append(sock)
        kept = Kept(server)
        for _ in range(20):
            start = time.monotonic()
            assert kept.ask(f"ASK {{}} # {start}")[0] == 200
            assert_alive(server)
            assert time.monotonic() - start < 5
        kept.sock.close()
        answer = slow[1].recv(200)  # a moment ago it was silent for as long as may be
        assert answer == b"" or b" 408 " in answer
    finally:
        for sock in slow:
            sock.close()
    assert_alive(server)
