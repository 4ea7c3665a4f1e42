"""Connections that workers answer themselves: the same answers, the same limits, and nobody left waiting."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serve_fixtures import Server, start_server
from test_serve_hostile import ENDLESS

from kg.errors import QueryError
from kg.pipeline import build
from kg.resources import load_domain
from kg.serve.board import Board, State
from kg.serve.lender import Lender
from kg.serve.plain import is_plain, read_headers
from kg.serve.protocol import decode_value
from kg.serve.repeats import Repeats, Reply
from kg.sparql_guard import check_query, find_plain_form

pytest_plugins = ["serve_fixtures"]


@pytest.fixture(scope="module")
def server(served_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module alone, patient enough for a machine with other work."""
    options = ("--timeout", "2", "--memory", "512", "--rows", "20000", "--size", "8", "--patience", "4")
    log = tmp_path_factory.mktemp("loans") / "log"
    started = start_server(served_build / "store", log, *options, "--cors", "http://app.example")
    yield started
    started.stop()


class Kept:
    """One connection that is kept, lent to a worker by its first request."""

    def __init__(self, server: Server, *, lend: bool = True) -> None:
        self.server = server
        self.data = b""
        if lend:
            wait_for(lambda: direct(server)["workers"])
        self.sock = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        if lend:
            wait_for(lambda: self._is_lent(f"ASK {{}} # {id(self)}"))

    def _is_lent(self, query: str) -> bool:
        """Ask, and ask again, and see whether the same answer was written by two."""
        first, second = self.ask(query), self.ask(query)
        assert (first[0], second[0]) == (200, 200)
        return next(iter(first[1])) != "date" or next(iter(second[1])) != "date"

    def send(self, query: str, *headers: str) -> None:
        lines = [f"GET /sparql?query={quote(query)} HTTP/1.1", "Host: localhost", *headers, "", ""]
        self.sock.sendall("\r\n".join(lines).encode())

    def read(self) -> tuple[int, dict[str, str], bytes]:
        while b"\r\n\r\n" not in self.data:
            self.data += self._more()
        head, _, body = self.data.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        size = int(headers["content-length"])
        while len(body) < size:
            body += self._more()
        self.data = body[size:]
        return int(status.split()[1]), headers, body[:size]

    def _more(self) -> bytes:
        data = self.sock.recv(1 << 16)
        if not data:
            raise EOFError
        return data

    def ask(self, query: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        self.send(query, *headers)
        return self.read()


def direct(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.url}/health").json()["direct"]
    return found


def wait_for(what: Callable[[], Any], seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def last_line(server: Server, **wanted: Any) -> dict[str, Any]:
    """Return the line of the log that holds what is wanted, which comes a moment after the answer."""
    found: dict[str, Any] = wait_for(
        lambda: next((line for line in reversed(server.lines()) if wanted.items() <= line.items()), None)
    )
    return found


@pytest.fixture
def kept(server: Server) -> Iterator[Kept]:
    connection = Kept(server)
    yield connection
    connection.sock.close()


REQUESTS = {
    "truth": ("ASK { ?s a rd:Park }", ()),
    "rows": ("SELECT ?s { ?s a rd:Park } ORDER BY ?s", ("Accept: text/csv",)),
    "triples": ("CONSTRUCT { ?s a rd:Park } WHERE { ?s a rd:Park }", ("Accept: text/turtle",)),
    "packed": ("SELECT ?s ?o { ?s a owl:Class ; rdfs:label ?o } ORDER BY ?s ?o", ("Accept-Encoding: gzip",)),
    "another origin": ("ASK {}", ("Origin: http://other.example",)),
    "an origin that may": ("ASK {}", ("Origin: http://app.example",)),
    "not repeatable": ("ASK { FILTER (NOW() > 0) }", ()),
    "one graph": ("ASK FROM <https://kg.example/id/graph/ontology> { ?s ?p ?o }", ()),
    "wrong": ("SELECT * {\n ?s ?p }", ("Accept: application/json",)),
    "SERVICE": ("ASK { SERVICE <http://127.0.0.1:1/> {} }", ()),
    "no such format": ("ASK {}", ("Accept: image/png",)),
    "known": ("ASK {}", ('If-None-Match: W/"0"',)),
    "a browser": ("ASK {}", ("Accept: text/html",)),
    "another host": ("ASK {}", ("Host: evil.example",)),
    "too much": ("SELECT ?a { ?a ?b ?c . ?d a rd:Park } LIMIT 30000", ("Accept: text/csv",)),
}


@pytest.mark.parametrize(("query", "headers"), REQUESTS.values(), ids=REQUESTS)
def test_a_worker_answers_as_the_server_does(server: Server, kept: Kept, query: str, headers: tuple[str, ...]) -> None:
    fresh = Kept(server, lend=False)
    expected, found = fresh.ask(query, *headers), kept.ask(query, *headers)
    fresh.sock.close()
    for answer in (expected, found):
        assert answer[1].pop("date")
    assert found == expected


def test_what_is_asked_again_is_logged_again(server: Server, kept: Kept) -> None:
    first, *_, second = (kept.ask("ASK { ?s a rd:Enterprise } # again") for _ in range(6))  # by one of two
    assert first == second or first[2] == second[2]
    line = last_line(server, repeated=True)
    assert {name: line[name] for name in ("client", "method", "path", "status", "bytes", "form", "format")} == {
        "client": "127.0.0.1",
        "method": "GET",
        "path": "/sparql",
        "status": 200,
        "bytes": len(second[2]),
        "form": "ASK",
        "format": "json",
    }
    assert "twice" not in server.log.read_text()


@pytest.mark.parametrize(("name", "statuses"), [("cartesian product", {504}), ("doubling", {504, 507})])
def test_what_never_ends_is_ended_and_said(server: Server, kept: Kept, name: str, statuses: set[int]) -> None:
    """The worker is killed; the server answers in its place, closes, and goes on."""
    start = time.monotonic()
    status, headers, body = kept.ask(ENDLESS[name], "Origin: http://app.example", "Accept: application/json")
    assert (status in statuses, headers["connection"]) == (True, "close"), body
    assert headers["access-control-allow-origin"] == "http://app.example"
    assert json.loads(body)["status"] == status
    assert time.monotonic() - start < 8
    with pytest.raises(EOFError):
        kept.read()
    assert last_line(server, status=status)["path"] == "/sparql"
    again = Kept(server)
    assert again.ask("ASK {}")[0] == 200
    again.sock.close()


def test_nobody_waits_for_workers_that_are_at_work(server: Server) -> None:
    """More kept connections with endless queries than workers: the others are answered meanwhile."""
    connections = [Kept(server) for _ in range(5)]
    for connection in connections[:3]:
        connection.send(ENDLESS["cartesian product"])
    time.sleep(0.2)
    start = time.monotonic()
    assert [connection.ask("ASK {}")[0] for connection in connections[3:]] == [200, 200]
    assert time.monotonic() - start < 1.5
    assert [connection.read()[0] for connection in connections[:3]] == [504] * 3
    for connection in connections:
        connection.sock.close()


def test_a_client_that_goes_away_frees_the_worker(server: Server, kept: Kept) -> None:
    kept.send(ENDLESS["cartesian product"])
    time.sleep(0.2)
    kept.sock.close()
    assert last_line(server, outcome="gone")["ms"] < 1_900
    wait_for(lambda: direct(server)["workers"] >= 1 and not direct(server)["busy"])


def list_lenders(server: Server) -> list[int]:
    """Return the processes that answer connections."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line, state = (entry / "cmdline").read_bytes(), (entry / "stat").read_text()
        except OSError:
            continue
        if b'"handed"' in line and state.rpartition(")")[2].split()[1] == str(server.process.pid):
            found.append(int(entry.name))
    return found


def test_a_connection_that_a_dead_worker_kept_warm_is_answered(server: Server) -> None:
    """After an answer its worker alone waits for the next request, for a moment in which it may be killed."""
    connections, took = [], []
    for _ in range(3):
        connection = Kept(server)
        workers = list_lenders(server)
        connection.ask("ASK {} # warm")
        time.sleep(0.0004)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        connections.append(connection)
    time.sleep(2)
    for connection in connections:
        start = time.monotonic()
        try:
            assert connection.ask("ASK {}")[0] == 200
        except (EOFError, ConnectionError):  # it was killed before it had logged the answer
            pass
        took.append(time.monotonic() - start)
        connection.sock.close()
    assert max(took) < 0.8, took


def test_a_client_that_reads_slowly_gets_its_whole_answer(server: Server, kept: Kept) -> None:
    query = "SELECT ?a ?b ?d { ?a ?b ?c . ?d a rd:Park } LIMIT 19000"
    kept.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    kept.send(query, "Accept: text/csv")
    time.sleep(0.5)
    other = Kept(server)
    assert other.ask("ASK {}")[0] == 200
    other.sock.close()
    status, _, body = kept.read()
    assert (status, body.count(b"\n")) == (200, 19_001)
    assert kept.ask("ASK {}")[0] == 200


def test_requests_in_pieces_and_in_a_row(server: Server, kept: Kept) -> None:
    one = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n"
    kept.sock.sendall(one[:30])
    time.sleep(0.2)
    kept.sock.sendall(one[30:] + one + one)
    assert [kept.read()[0] for _ in range(3)] == [200, 200, 200]
    kept.sock.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b'"ok"' in kept.read()[2]
    kept.sock.sendall(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 19\r\n")
    kept.sock.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n\r\nquery=ASK+%7B%7D%20")
    assert kept.read()[0] == 200
    kept.sock.sendall(b"\x00\x01 nonsense\r\n\r\n")
    assert b" 400 " in kept.sock.recv(100)


def test_many_short_connections_get_their_own_answers(server: Server) -> None:
    """Numbers of files are used again: no answer of another, none closed for another."""
    for number in range(60):
        connection = Kept(server, lend=False)
        for _ in range(3):
            status, _, body = connection.ask(f"SELECT (1 + {number} AS ?n) {{}}", "Accept: text/csv")
            assert (status, body) == (200, f"n\r\n{number + 1}\r\n".encode())
        connection.sock.close()


def test_an_idle_connection_is_closed(server: Server, kept: Kept) -> None:
    start = time.monotonic()
    assert kept.sock.recv(10) == b""
    assert 3 < time.monotonic() - start < 12


def test_a_rebuild_is_picked_up_over_kept_connections(tmp_path: Path) -> None:
    domain = load_domain()
    articles = tmp_path / "articles"
    articles.mkdir()
    shutil.copy(domain.articles / "changping-two-districts.txt", articles)
    build(domain, [articles], tmp_path / "build")
    server = start_server(tmp_path / "build" / "store", tmp_path / "log", "--workers", "2")
    kept = [Kept(server) for _ in range(3)]
    statuses: list[int] = []
    done = threading.Event()

    def keep_asking(connection: Kept) -> None:
        number = 0
        while not done.is_set():
            number += 1
            statuses.append(connection.ask(f"ASK {{}} # {number}")[0])

    threads = [threading.Thread(target=keep_asking, args=(connection,)) for connection in kept[1:]]
    for thread in threads:
        thread.start()
    try:
        count = "SELECT (COUNT(*) AS ?n) { ?a a schema:NewsArticle }"
        assert b'"1"' in kept[0].ask(count)[2]
        (articles / "second.txt").write_text("Energy Valley\n\nEnergy Valley is located in Changping District.\n")
        build(domain, [articles], tmp_path / "build")
        assert b'"2"' in kept[0].ask(count)[2]
        time.sleep(1)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        assert server.stop() == 0
    assert len(statuses) > 10
    assert set(statuses) == {200}


def test_stop_waits_for_a_worker_that_answers(served_build: Path, tmp_path: Path) -> None:
    server = start_server(served_build / "store", tmp_path / "log", "--timeout", "2", "--workers", "1")
    kept, idle = Kept(server), Kept(server)
    kept.send(ENDLESS["cartesian product"])
    time.sleep(0.3)
    server.process.send_signal(signal.SIGTERM)
    assert idle.sock.recv(10) == b""
    assert kept.read()[0] == 504
    assert server.process.wait(10) == 0


ALONE = """
import sys, time
from pathlib import Path
from kg.resources import load_domain
from kg.serve.direct import Runner
from kg.serve.jobs import Context
from kg.store import open_store
run = Runner(Context(open_store(Path(sys.argv[1])), load_domain()), 0.5)
job = {"do": "query", "form": "ASK", "format": "json", "base": None, "union": True, "rows": 9, "bytes": 999}
run(job | {"text": "ASK {}"})
run.rest()
time.sleep(2)
print("rested", flush=True)
run(job | {"text": "ASK {}"})
run(job | {"text": sys.argv[2]})
"""


def test_the_system_ends_a_query_by_itself(served_build: Path) -> None:
    """The wall behind the server: a worker that nobody watches is killed, and only while it is at work."""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(served_build / "store"), ENDLESS["cartesian product"]],
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGALRM, b"rested\n"), done.stderr
    assert time.monotonic() - start > 2.5


REPEATING = """
import os, select, socket, sys, time
from pathlib import Path
from kg.resources import load_domain
from kg.serve.board import Board
from kg.serve.direct import ARMED, DirectWorker, Loan, Runner
from kg.serve.jobs import Context
from kg.serve.plain import PlainEndpoint
from kg.serve.process import build_id
from kg.serve.settings import Settings
from kg.store import open_store
store, domain = Path(sys.argv[1]), load_domain()
runner = Runner(Context(open_store(store), domain), 0.5)
endpoint = PlainEndpoint(Settings(store, domain), build_id(str(store)), runner)
epoll, log = select.epoll(), os.open(os.devnull, os.O_WRONLY)
ends = [end.detach() for end in (*socket.socketpair(), *socket.socketpair())]
handed = {"epoll": epoll.fileno(), "gifts": ends[0], "back": ends[2], "log": log, "place": 0, "base": 0}
worker = DirectWorker(handed | {"board": Board.make().file}, store, endpoint, runner)
clients = {}
for client, sock in (socket.socketpair(), socket.socketpair()):
    epoll.register(sock, ARMED)
    poller = select.poll()
    poller.register(epoll.fileno(), select.POLLIN)
    poller.register(sock, select.POLLIN)
    worker.lent[sock.fileno()] = Loan(sock, "", poller)
    clients[sock.fileno()] = client
request = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"
for client in clients.values():
    client.sendall(request)
end = time.monotonic() + 3
while time.monotonic() < end:  # one of the two always waits, so that the worker never rests
    number = worker._next()
    worker._serve(number)
    assert clients[number].recv(9999).startswith(b"HTTP/1.1 200 OK"), number
    clients[number].sendall(request)
print("served")
"""


def test_a_worker_that_repeats_answers_is_not_ended_for_the_query_before(served_build: Path) -> None:
    command = [sys.executable, "-c", REPEATING, str(served_build / "store")]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"served\n"), done.stderr


# ---------------------------------------------------------------- the board and the log
def _write_states(file: int, seconds: float) -> None:
    board, end = Board(file), time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(1_000):
            board.begin(0, 70_000, 1e9)
            board.send(0, 1e9)
            board.rest(0)


def test_what_a_worker_writes_is_never_read_half() -> None:
    """A worker seen at work since 0 would be ended for taking too long, and its client told so."""
    board = Board.make()
    process = multiprocessing.get_context("fork").Process(target=_write_states, args=(board.file, 1.5))
    process.start()
    seen = {tuple(board.read(0)) for _ in range(1_000_000)}
    process.join()
    assert seen == {(State.IDLE, 0, 0.0), (State.WORKING, 70_000, 1e9), (State.SENDING, 70_000, 1e9)}


def test_a_worker_does_not_wait_to_log() -> None:
    """At 10,000 requests a second a worker logs 90 kB between two looks of the server."""
    lender = Lender(0)
    os.set_blocking(lender.log_end, False)
    assert os.write(lender.log_end, b"x" * 300_000) == 300_000
    lender.close_worker_end()
    lender.close()


# ---------------------------------------------------------------- what is plain
@pytest.mark.parametrize(
    "block",
    [
        b"Host: a\r\nHost: b\r\n\r\n",
        b"Host: a\r\nContent-Length: 0\r\n\r\n",
        b"Host: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"Host: a\r\nConnection: close\r\n\r\n",
        b"Host: a\r\nAuthorization: x\r\n\r\n",
        b"Host: a\r\n folded\r\n\r\n",
        b"Host : a\r\n\r\n",
        b"Host: a\nAccept: b\r\n\r\n",
        b"Host: \xff\r\n\r\n",
        b"Host: a\r\nRange: bytes=0-1\r\n\r\n",
        b"Host: a\r\n",
    ],
)
def test_headers_that_are_not_plain(block: bytes) -> None:
    assert read_headers(block) is None


def test_requests_that_are_not_plain() -> None:
    whole = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert is_plain(whole)
    odd = (whole[:-1], whole + whole, whole + b"x", whole.replace(b"GET", b"POST"), whole.replace(b"sparql", b"store"))
    assert not any(is_plain(data) for data in odd)


def test_repeats_are_let_go_of() -> None:
    repeats = Repeats(most=3_000)
    for number in range(9):
        repeats.put(b"%d" % number, Reply(b"", b"x" * 500, ""), 1)
    assert [repeats.get(b"%d" % number) is not None for number in range(9)] == [False] * 7 + [True] * 2


@given(st.binary(max_size=40).flatmap(lambda data: st.sampled_from([data, quote(data).encode()])))
@settings(max_examples=1_000, deadline=None)
def test_a_value_is_read_as_everywhere(data: bytes) -> None:
    try:
        expected = unquote_to_bytes(data.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            assert decode_value(data) is None
        return
    assert decode_value(data) in (expected, None)
    assert decode_value(quote(expected).encode()) == expected


WORDS = "SELECT ASK INSERT LOAD FROM SERVICE service \u017fervice a:SERVICE { } ( ) < > <u:x> ?x a . # * -1 || ' \\"
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", '"', '"""', "PREFIX a: <u:y> ", "DROP ALL"])


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=1_500, deadline=None)
def test_the_short_look_lets_through_no_more_than_the_long_one(text: str) -> None:
    """What is plain has the same form for the guard, or is not closed somewhere, which is no SPARQL."""
    form = find_plain_form(text)
    if not form:
        return
    try:
        assert check_query(text) == form
    except QueryError as error:
        assert error.what == "a string that is not closed"
