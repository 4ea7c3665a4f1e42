"""Questions and clients that would take the server down: each gets a clear answer, and the next one is answered."""

from __future__ import annotations

import asyncio
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serve_fixtures import Server, start_server

from kg.query import parse_query
from kg.query.binding import bind_terms, make_terms
from kg.resources import load_domain
from kg.serve.pool import Pool
from kg.serve.settings import Limits, Settings

pytest_plugins = ["serve_fixtures"]

SECRETS = ("/root", "/home", "Traceback", "site-packages", ".py", "passwd", "rocksdb", "store/")
"""Words of this machine that no answer to a stranger may hold."""


def assert_alive(server: Server) -> None:
    start = time.monotonic()
    assert server.ask("ASK {}").json()["boolean"] is True
    assert time.monotonic() - start < 5


def assert_clear(response: httpx.Response, statuses: set[int]) -> None:
    """A clear answer: an error of the kind that is due, one sentence, nothing of this machine."""
    assert response.status_code in statuses, response.text
    assert response.text.startswith("Error: ")
    assert len(response.text) < 600
    assert not [word for word in SECRETS if word in response.text]


# ---------------------------------------------------------------- what runs too long, or takes too much
ENDLESS = {
    "cartesian product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "ordered product": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a",
    "product with a filter": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (STR(?a) = CONCAT(?f, ?i)) }",
    "paths from everywhere": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b . ?b (!<urn:x>|^!<urn:x>)* ?c }",
    "doubling": "SELECT (STRLEN(?z) AS ?n) { BIND ('aaaaaaaaaaaaaaaa' AS ?a0) "
    + " ".join(f"BIND (REPLACE(?a{i}, 'a', 'aaaaaaaa') AS ?a{i + 1})" for i in range(12))
    + " BIND (?a12 AS ?z) }",
}


QUICK = ("cartesian product", "doubling")
CASES = [pytest.param(text, id=name, marks=[] if name in QUICK else pytest.mark.slow) for name, text in ENDLESS.items()]


@pytest.mark.parametrize("query", CASES)
def test_what_never_ends_is_ended(server: Server, query: str) -> None:
    start = time.monotonic()
    response = server.ask(query)
    assert_clear(response, {504, 507})
    assert time.monotonic() - start < 8
    assert_alive(server)


def test_others_are_answered_while_every_worker_is_at_work(served_build: Path, tmp_path: Path) -> None:
    """More endless queries than workers: the small question is answered when the first has had its fair time."""
    server = start_server(
        served_build / "store", tmp_path / "log", "--timeout", "4", "--busy-timeout", "1", "--workers", "2"
    )
    try:
        statuses: list[int] = []
        threads = [
            threading.Thread(
                target=lambda n=n: statuses.append(  # type: ignore[misc]
                    httpx.post(
                        f"{server.url}/sparql", data={"query": f"{ENDLESS['cartesian product']} # {n}"}, timeout=60
                    ).status_code
                )
            )
            for n in range(2)
        ]
        for thread in threads:
            thread.start()
        time.sleep(1)
        assert server.client.get("/health").json()["busy"] == 2
        start = time.monotonic()
        assert server.client.get("/id/changping-district", follow_redirects=True).status_code == 200
        assert time.monotonic() - start < 2  # what the server looks up has a worker of its own
        assert server.ask("ASK {}").status_code == 200
        assert time.monotonic() - start < 4
        for thread in threads:
            thread.join(20)
        assert sorted(statuses) == [503, 504]
    finally:
        server.stop()


def test_too_many_rows_and_bytes_are_said_and_not_cut(server: Server) -> None:
    response = server.ask("SELECT ?a { ?a ?b ?c . ?d a rd:Park } LIMIT 40000", format="csv")
    assert_clear(response, {422})
    assert "rows" in response.text
    response = server.ask("SELECT (CONCAT(STR(?a), STR(?c), STR(?d), STR(?f)) AS ?x) { ?a ?b ?c . ?d ?e ?f }")
    assert_clear(response, {422})
    assert "bytes" in response.text
    response = server.ask("CONSTRUCT { ?a ?b ?f } WHERE { ?a ?b ?c . ?d ?e ?f }")
    assert_clear(response, {422})
    assert_alive(server)


LONG = "BIND (" + "REPLACE(" * 3 + f"'{'a' * 64}'" + f", 'a', '{'a' * 32}')" * 3 + " AS ?long)"


@pytest.mark.parametrize("end", ["LIMIT 999", "# LIMIT 5"])
def test_few_rows_that_are_too_long_are_said_before_they_take_the_memory(server: Server, end: str) -> None:
    """Of two megabytes each, where an answer may have 8 and a worker 512."""
    response = server.ask(f"SELECT ?long {{ ?a ?b ?c . ?d ?e ?f {LONG} }} {end}")
    assert_clear(response, {422})
    assert "bytes" in response.text
    assert_alive(server)


def test_catastrophic_regex_is_linear(server: Server) -> None:
    start = time.monotonic()
    response = server.ask(f"""SELECT (REGEX("{"a" * 50_000}!", "^(a+)+$") AS ?x) {{}}""")
    assert response.status_code == 200
    assert time.monotonic() - start < 2
    assert_alive(server)


# ---------------------------------------------------------------- texts that are refused before they are run
REFUSED = {
    "10 MB": ("ASK { " + "# x\n" * 2_500_000 + "}", {413}),
    "65 kB": ("ASK { ?s ?p '" + "x" * 66_000 + "' }", {413}),
    "3000 braces": ("ASK" + "{" * 3_000 + "}" * 3_000, {400}),
    "5000 brackets": ("ASK { FILTER (" + "(" * 5_000 + "1" + ")" * 5_000 + ") }", {400}),
    "a sum of 20000": ("ASK { FILTER (" + "1+" * 20_000 + "1 > 0) }", {400}),
    "half a character": ("ASK { ?s ?p '\\ud800' }", {400}),
    "LOAD": ("LOAD <http://127.0.0.1:{port}/>", {403}),
    "DROP": ("DROP ALL", {403}),
    "FROM a file": ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", {403}),
    "FROM NAMED a file by base": ("BASE <FILE:///etc/> SELECT * FROM NAMED <passwd> { ?s ?p ?o }", {403}),
}


@pytest.mark.parametrize(("query", "statuses"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(server: Server, query: str, statuses: set[int]) -> None:
    start = time.monotonic()
    assert_clear(server.ask(query), statuses)
    assert time.monotonic() - start < 2
    assert_alive(server)


def test_a_file_as_graph_of_the_protocol_is_refused(server: Server) -> None:
    assert_clear(server.ask("SELECT * { ?s ?p ?o }", **{"default-graph-uri": "file:///etc/passwd"}), {403})
    assert server.client.get("/store", params={"graph": "file:///etc/passwd"}).status_code == 404


class _Listener(http.server.BaseHTTPRequestHandler):
    """Counts who calls."""

    calls: list[str] = []  # noqa: RUF012 - shared on purpose

    def do_GET(self) -> None:
        self.calls.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the secret of another server")

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def listener() -> Iterator[int]:
    """The port of a server that waits to be called by a query."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


SERVICES = (
    "SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }",
    "SELECT * { service<http://127.0.0.1:%d/>{ ?s ?p ?o } }",
    "PREFIX s: <http://127.0.0.1:%d/> SELECT * { SERVICE s:p { ?s ?p ?o } }",
    "SELECT * { SERVICE#c\n<http://127.0.0.1:%d/> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://127.0.0.1:%d/> { ?s ?p ?o } }",
    "SELECT * { VALUES ?u { <http://127.0.0.1:%d/> } SERVICE ?u { ?s ?p ?o } }",
    "SELECT * { { SELECT * { BIND (1SERVICE<http://127.0.0.1:%d/>{?s ?p ?o} AS ?x) } } }",
    "DESCRIBE ?s { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }",
)


@pytest.mark.parametrize("query", SERVICES)
def test_no_query_calls_another_server(server: Server, listener: int, query: str) -> None:
    response = server.ask(query % listener)
    assert_clear(response, {400, 403})
    assert _Listener.calls == []
    assert_alive(server)


def test_a_worker_has_no_network_even_where_the_guard_is_passed(served_build: Path, listener: int) -> None:
    """The second wall by itself: jobs sent to a worker without the guard."""

    async def ask() -> tuple[bool, list[Any]]:
        limits = Limits(workers=1, memory=1 << 29)
        pool = Pool(Settings(served_build / "store", load_domain(), limits=limits), 1)
        await pool.start()
        job = {
            "do": "query",
            "form": "SELECT",
            "union": True,
            "format": "json",
            "rows": 9,
            "bytes": 9_999,
            "base": None,
        }
        found = []
        for silent in ("", "SILENT"):
            text = f"SELECT * {{ SERVICE {silent} <http://127.0.0.1:{listener}/> {{ ?s ?p ?o }} }}"
            reply = await pool.run(job | {"text": text}, 10)
            found.append((reply.info, reply.body))
        alone = pool.alone
        await pool.close()
        return alone, found

    alone, found = asyncio.run(ask())
    if not alone:
        pytest.skip("this system lets no process give up its network")
    assert _Listener.calls == []
    assert b"secret" not in b"".join(body for _, body in found)


def test_deep_nesting_that_passes_the_guard_ends_one_worker_only(served_build: Path) -> None:
    """The third wall by itself: a query of death kills its worker, which is replaced."""

    async def ask() -> list[str]:
        pool = Pool(Settings(served_build / "store", load_domain(), limits=Limits(memory=1 << 29)), 1)
        await pool.start()
        job = {"do": "query", "form": "ASK", "union": True, "format": "json", "rows": 9, "bytes": 9_999, "base": None}
        found = []
        for text in ("ASK" + "{" * 3_000 + "}" * 3_000, "ASK {}"):
            try:
                found.append((await pool.run(job | {"text": text}, 10)).body.decode())
            except Exception as error:
                found.append(str(error))
        await pool.close()
        return found

    first, second = asyncio.run(ask())
    assert first == "crash"
    assert json.loads(second)["boolean"] is True


# ---------------------------------------------------------------- connections
def test_200_slow_connections_block_nobody(server: Server) -> None:
    sockets = []
    try:
        for number in range(200):
            sock = socket.create_connection(("127.0.0.1", server.port))
            head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\n"
            if number % 2:
                head += "Content-Type: application/sparql-query\r\nContent-Length: 1000\r\n\r\nASK"
            sock.sendall(head.encode())
            sockets.append(sock)
        assert_alive(server)
        sockets[0].settimeout(15)
        sockets[1].settimeout(15)
        assert b" 408 " in sockets[0].recv(200)
        assert b" 408 " in sockets[1].recv(200)
        assert_alive(server)
    finally:
        for sock in sockets:
            sock.close()


def test_more_connections_than_there_may_be(served_build: Path, tmp_path: Path) -> None:
    """Those that only wait give way to those who ask."""
    server = start_server(served_build / "store", tmp_path / "log", "--workers", "1")
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(1_050)]
    try:
        assert_alive(server)
    finally:
        for sock in sockets:
            sock.close()
        server.stop()


@pytest.mark.parametrize("kind", ["declared", "chunked"])
def test_large_bodies_are_refused(server: Server, kind: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(2_000):
            yield b"x" * 10_000

    headers = {"content-type": "application/sparql-query"}
    try:
        if kind == "declared":
            response = server.client.post("/sparql", content=b"x" * 20_000_000, headers=headers)
        else:
            response = server.client.post("/sparql", content=chunks(), headers=headers)
        assert response.status_code == 413
    except httpx.WriteError:
        pass  # refused while it was being sent
    assert_alive(server)


def test_large_headers_are_refused(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.settimeout(10)
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        answer = b""
        try:
            for _ in range(100):
                sock.sendall(b"X: " + b"y" * 10_000 + b"\r\n")
            answer = sock.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            answer = answer or b" 431 "
        assert b" 431 " in answer or b" 400 " in answer
    assert_alive(server)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_other_hosts_are_not_answered_for(server: Server, host: str) -> None:
    response = server.client.get("/", headers={"host": host})
    assert_clear(response, {421})


def test_a_client_that_goes_away_frees_its_worker(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        body = b"query=" + ENDLESS["cartesian product"].replace(" ", "+").encode()
        head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        sock.sendall(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body)
        time.sleep(0.3)
        assert server.client.get("/health").json()["busy"] == 1
    time.sleep(1.5)
    assert server.client.get("/health").json()["busy"] == 0
    assert any(line.get("outcome") == "gone" for line in server.lines())


# ---------------------------------------------------------------- parameters
FRAGMENTS = (
    'x"@en } UNION { ?s ?p ?o } } #',
    "> } INSERT DATA { <urn:a> <urn:b> 1 } #",
    "\\u0022 } SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } #",
    "'''\"\"\" . } ; DROP ALL",
    "\x00\r\n\u202e}",
    "<urn:x> <urn:y>",
)
QUERY = """#+ summary: Echo
#+ param word: string
#+ columns: word
SELECT ?word WHERE { FILTER (BOUND(?word)) }"""


@given(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=200)).filter(lambda text: "\x00" not in text))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_parameter_stays_a_literal(text: str) -> None:
    """Whatever is given comes back as one literal, the same to the letter."""
    import pyoxigraph as ox

    query = parse_query(QUERY, "echo")
    try:
        terms = make_terms(query, {"word": text}, lambda name: name, {})
    except Exception as error:
        assert type(error).__name__ == "QueryError"  # half a character
        return
    rows = list(ox.Store().query(bind_terms(query, terms)))  # type: ignore[arg-type]
    assert [row["word"].value for row in rows] == [text]  # type: ignore[index]


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_fragment_in_a_form_finds_nothing_and_changes_nothing(server: Server, fragment: str) -> None:
    before = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").content
    for accept in ("text/csv", "text/html"):
        params = {"place": fragment}
        response = server.client.get("/questions/projects_in_place", params=params, headers={"accept": accept})
        assert response.status_code == 400
        assert "</script" not in response.text
        assert "Traceback" not in response.text
    assert server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").content == before


def test_nothing_of_the_machine_is_in_any_error(server: Server) -> None:
    for path in ("/static/../../pyproject.toml", "/static/%2e%2e/%2e%2e/cli/serve.py", "/page?iri=file:///etc/passwd"):
        response = server.client.get(path)
        assert response.status_code in (400, 404)
        assert not [word for word in SECRETS if word in response.text]
