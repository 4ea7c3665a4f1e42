"""What a worker that answers connections has in hand (a request, lines of the log), and the short look at a query."""

from __future__ import annotations

import io
import os
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serve_fixtures import Server, start_server
from test_serve_hostile import ENDLESS
from test_serve_loans import Kept, last_line, wait_for

from kg.errors import QueryError
from kg.resources import load_domain
from kg.serve.board import LINES_ROOM, LOANS, REQUEST_ROOM, WORKERS, Board, State
from kg.serve.lender import Lender
from kg.serve.loans import Loans
from kg.serve.log import AccessLog
from kg.serve.plain import MAX_REQUEST
from kg.serve.protocol import check_text, find_short_form, read_address_query
from kg.serve.repeats import CHEAP, FRESH_BYTES, Repeats, Reply
from kg.serve.settings import Settings
from kg.sparql_guard import MAX_CHAIN, find_plain_form, scan_query

pytest_plugins = ["serve_fixtures"]


@pytest.fixture(scope="module")
def server(served_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one worker for connections, so that all are answered by the same."""
    log = tmp_path_factory.mktemp("hand") / "log"
    started = start_server(served_build / "store", log, "--timeout", "3", "--workers", "1")
    yield started
    started.stop()


def test_what_was_answered_before_a_long_query_is_logged_while_it_runs(server: Server) -> None:
    """The lines come once each, though the worker itself writes them only afterwards."""
    kept = Kept(server)
    before = len(server.lines())
    sizes = []
    for number in range(5):
        query = f'SELECT ("{"x" * (7_001 + number)}" AS ?hand) {{}}'
        sizes.append(len(kept.ask(query)[2]))
    kept.send(ENDLESS["cartesian product"])
    start = time.monotonic()
    wait_for(lambda: sum(line["bytes"] in sizes for line in server.lines()[before:] if "bytes" in line) == 5)
    assert time.monotonic() - start < 2
    assert kept.read()[0] == 504
    last_line(server, status=504)
    kept.sock.close()
    again = Kept(server)
    assert again.ask("ASK {} # after")[0] == 200
    again.sock.close()
    found = [line["bytes"] for line in server.lines()[before:] if line.get("bytes") in sizes]
    assert found == sizes


def test_an_answer_that_its_client_does_not_take_is_logged(server: Server) -> None:
    """A line is written before the answer is sent: whatever becomes of that, there is one."""
    kept = Kept(server)
    rows = "{ SELECT * { ?a%d ?b%d ?c%d } LIMIT 1300 }"
    every = " ".join(rows % (n, n, n) for n in range(2))
    kept.send(f'SELECT (COUNT(*) AS ?n) ("{"x" * 9_000}" AS ?hand) {{ {every} }}')
    time.sleep(0.03)  # it is at the query
    kept.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    kept.sock.close()
    wait_for(lambda: any(9_000 < line.get("bytes", 0) < 9_500 for line in server.lines()), 3)


def test_a_request_larger_than_a_worker_reads_is_answered_whole(server: Server) -> None:
    """It comes back to the server with what was read of it, and the rest is read after that."""
    kept = Kept(server)
    for size in (100, MAX_REQUEST, REQUEST_ROOM, 3 * REQUEST_ROOM):
        status, _, body = kept.ask(f"ASK {{}} # {'x' * size}")
        assert (status, b'"boolean":true' in body) == (200, True), size
    kept.sock.close()


def test_many_requests_in_a_row_are_answered_in_their_order(server: Server) -> None:
    """More than a worker reads at once: it hands back what it read, cut in the middle of one."""
    kept = Kept(server)
    number = REQUEST_ROOM // 100
    lines = [f"GET /sparql?query=SELECT%20({n}%20AS%20?n)%7B%7D HTTP/1.1\r\nHost: localhost\r\n" for n in range(number)]
    kept.sock.sendall("".join(f"{line}Accept: text/csv\r\n\r\n" for line in lines).encode())
    assert [kept.read()[2] for _ in range(number)] == [f"n\r\n{n}\r\n".encode() for n in range(number)]
    kept.sock.close()


# ---------------------------------------------------------------- the parts by themselves
def test_lines_of_a_worker_are_passed_on_once(tmp_path: Path) -> None:
    """By its pipe, ahead of it while it is at a query, and from its hand when it is dead."""
    stream = io.StringIO()
    loans = Loans(Settings(tmp_path, load_domain()), AccessLog(stream), lambda: "")
    loans.board = Board.make()
    desk, lender = loans.board.desk(0), Lender(0)

    def note(line: bytes) -> None:
        end = desk.noted[0] + len(line)
        desk.lines[desk.noted[0] : end] = line
        desk.noted[0] = end

    def write() -> None:
        os.write(lender.log_end, desk.lines[: desk.noted[0]])
        desk.noted[0] = 0

    note(b"1\n")
    write()
    note(b"2\n")
    loans.board.begin(0, 5, 1.0)
    loans._pass_log_ahead(lender, 1.0)
    loans._pass_log_ahead(lender, 1.0)
    assert stream.getvalue() == "1\n2\n"
    note(b"3\n")
    loans._pass_log_ahead(lender, 0.5)  # it is at another query by now: it may have written meanwhile
    assert stream.getvalue() == "1\n2\n"
    loans.board.send(0, 1.0)
    loans._pass_log_ahead(lender, 1.0)  # it has the answer: it may just have written, and noted another line
    assert stream.getvalue() == "1\n2\n"
    write()
    loans._pass_log(lender)
    assert stream.getvalue() == "1\n2\n3\n"
    loans.board.begin(0, 5, 1.0)
    note(b"4\n")
    loans._pass_log_ahead(lender, 1.0)
    note(b"5\n")
    loans._pass_log(lender, whole=True)
    assert stream.getvalue() == "1\n2\n3\n4\n5\n"
    lender.close_worker_end()
    lender.close()


def test_each_place_of_the_board_has_its_own_memory() -> None:
    board = Board.make()
    for place in (0, 1, WORKERS - 1):
        desk = board.desk(place)
        desk.request[:] = bytes([place + 1]) * REQUEST_ROOM
        desk.lines[:] = bytes([place + 1]) * LINES_ROOM
        desk.noted[0] = 2
        desk.number[0], desk.state[0] = place, place + 1.0
        desk.active[LOANS - 1] = 7.0
    for place in (0, 1, WORKERS - 1):
        assert board.read_lines(place) == bytes([place + 1]) * 2
        assert tuple(board.read(place)) == (State.WORKING, place, place + 1.0)
        assert set(board.desk(place).request) == set(board.desk(place).lines) == {place + 1}
        board.clear(place)
        assert (board.read_lines(place), board.desk(place).request[0], board.read(place).state) == (b"", 0, State.IDLE)
    assert (board.touched(LOANS - 1), board.changes()) == (7.0, 0)


# ---------------------------------------------------------------- the short look
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"query=ASK%20%7B%7D", "ASK {}"),
        (b"query=ASK+%7B%7D", "ASK {}"),
        (b"query=ASK%20%7B%7D&format=csv", ""),
        (b"query=ASK%20%7B%7D&format", ""),
        (b"query=a=b", ""),
        (b"query=%FF", ""),
        (b"query=100%", ""),
        (b"query=", ""),
        (b"update=x", ""),
    ],
)
def test_the_query_of_an_address_that_has_nothing_else(data: bytes, text: str) -> None:
    assert read_address_query(data) == text


@pytest.mark.parametrize("call", ["NOW", "RAND", "UUID", "STRUUID", "BNODE", "now", "uuid"])
def test_what_changes_has_no_short_form(call: str) -> None:
    text = f"SELECT ({call} () AS ?x) {{}}"
    assert (find_short_form(text), check_text(text).repeatable) == ("", False)


def test_a_long_chain_is_left_to_the_long_look() -> None:
    for mark in "&|-+*/!^([{":
        text = "ASK { } # " + "x" * MAX_CHAIN + mark * MAX_CHAIN
        assert find_plain_form(text) == "", mark
        assert find_plain_form(text[:-1]) == "ASK", mark


WORDS = "SELECT ASK FROM NOW RAND UUID STRUUID BNODE { } ( ) < > <u:x> ?x a . # * 1 , now Uuid"
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", '"', "PREFIX a: <u:y> "])


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=1_500, deadline=None)
def test_what_has_a_short_form_names_no_graph_and_gives_the_same_again(text: str) -> None:
    if not find_short_form(text):
        return
    assert (check_text(text).names_graphs, check_text(text).repeatable) == (False, True)
    try:
        tokens = scan_query(text)
    except QueryError:
        return
    words = [token.text.upper() for token in tokens]
    assert "FROM" not in words
    assert not {"NOW", "RAND", "UUID", "STRUUID", "BNODE"} & set(words) or "(" not in words


# ---------------------------------------------------------------- what was asked before
def test_what_was_cheap_is_kept_when_it_is_asked_again() -> None:
    repeats, reply = Repeats(), Reply(b"", b"", "")
    found = []
    for seconds in (CHEAP, 2 * CHEAP):
        request = b"took %f" % seconds
        for _ in range(3):
            found.append(repeats.get(request) is not None)
            repeats.put(request, reply, seconds)
    assert found == [False, False, True, False, True, True]


def test_what_is_asked_once_does_not_push_out_what_is_asked_again() -> None:
    repeats = Repeats(most=2 * FRESH_BYTES)
    reply = Reply(b"", b"x" * 9_500, "")
    fresh = FRESH_BYTES // 10_000
    again = [b"again %d" % number for number in range(fresh)]
    for request in again:
        repeats.put(request, reply, 1)
    assert all(map(repeats.get, again))
    for number in range(fresh):
        repeats.put(b"once %d" % number, reply, 1)
    assert not any(map(repeats.get, again))
    for request in again:
        repeats.put(request, reply, 1)
    for number in range(9 * fresh):
        repeats.put(b"never again %d" % number, reply, 1)
    left = sum(repeats.get(request) is not None for request in again)
    assert left > 0.85 * fresh  # a few share their place in the table with another
    assert sum(len(queue.found) for queue in (repeats.fresh, repeats.kept)) <= 2 * fresh


def test_what_is_asked_again_is_let_go_of_too() -> None:
    repeats = Repeats(most=30_000)
    for number in range(60):
        for _ in range(2):
            repeats.put(b"%d" % (number % 12), Reply(b"", b"x" * 9_000, ""), 1)
    assert (len(repeats.fresh.found), len(repeats.kept.found)) == (3, 3)
    assert repeats.fresh.size + repeats.kept.size < 60_000
