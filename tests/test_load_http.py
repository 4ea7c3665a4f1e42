"""A server that lies, stalls and misleads: no credential leaves, nothing is believed, every message says what to do."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hostile_server import SECRET, Hostile, Reply, answer, hostile_servers
from load_data import kg, make_build, source

from kg.errors import LoadError, MissingExtraError
from kg.load import Settings, make_loader
from kg.load import http as kg_http
from kg.load.http import Body, Web, explain, pause


@pytest.fixture
def hostile() -> Iterator[Callable[..., Hostile]]:
    with hostile_servers() as start:
        yield start


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg_http, "_PAUSE", 0.01)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def web(server: Hostile, **settings: Any) -> Web:
    return Web(server.url, Settings(timeout=2, **settings))


# ---------------------------------------------------------------- tries
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(hostile: Any, status: int) -> None:
    server = hostile(lambda n, *_: answer(b"busy", status) if n < 3 else answer(b"good"))
    assert web(server).send("POST", server.url, Body.of(b"x", "text/plain")).content == b"good"
    assert [body for *_, body in server.seen] == [b"x"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 500])
def test_a_no_is_not_asked_again(hostile: Any, status: int) -> None:
    server = hostile(lambda *_: answer(b"no", status))
    with pytest.raises(kg_http.Refused) as caught:
        web(server).send("GET", server.url)
    assert (caught.value.status, len(server.seen)) == (status, 1)


def test_a_server_that_stays_busy_is_given_up(hostile: Any) -> None:
    server = hostile(lambda *_: answer(b"busy", 503))
    with pytest.raises(kg_http.Broken, match="the server is busy"):
        web(server, tries=4).send("GET", server.url)
    assert len(server.seen) == 4


def test_a_broken_connection_is_made_again(hostile: Any) -> None:
    server = hostile(lambda n, *_: None if n < 3 else answer(b"good"))
    assert web(server).send("POST", server.url, Body.of(b"x", "text/plain")).content == b"good"


def test_half_an_answer_is_no_answer(hostile: Any) -> None:
    server = hostile(lambda *_: (200, {"Content-Length": "1000"}, b"half"))
    with pytest.raises(kg_http.Broken, match="connection broke"):
        web(server, tries=2).send("GET", server.url)


def test_a_server_that_never_answers(hostile: Any) -> None:
    stop = threading.Event()
    server = hostile(lambda *_: stop.wait(5) and None)
    try:
        with pytest.raises(kg_http.Broken, match="did not answer in time"):
            Web(server.url, Settings(timeout=0.2, tries=1)).send("GET", server.url)
    finally:
        stop.set()


def test_https_to_a_server_of_plain_http(hostile: Any) -> None:
    server = hostile(lambda *_: answer(b"good"))
    url = server.url.replace("http:", "https:")
    with pytest.raises(kg_http.Broken, match=r"does not speak TLS there.*write http://"):
        Web(url, Settings(timeout=20, tries=5)).send("GET", url)


def test_https_to_a_server_that_waits_for_plain_http() -> None:
    """It takes the first bytes of TLS for the start of a line, and waits for its end."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        url = f"https://127.0.0.1:{sock.getsockname()[1]}/"
        with pytest.raises(kg_http.Broken, match=r"did not answer in time to TLS \(https\) .*write http://"):
            Web(url, Settings(timeout=0.3, tries=1)).send("GET", url)


@pytest.mark.parametrize("text", ["1", "Wed, 21 Oct 2099 07:28:00 GMT", "never", "-5", "1e9"])
def test_retry_after_in_seconds_or_as_a_date(text: str) -> None:
    assert 0 <= kg_http._retry_after(text) <= 60


def test_pauses_grow_and_differ() -> None:
    assert all(0.005 * 2**i <= pause(i) <= 0.01 * 2**i for i in range(8))
    assert len({pause(3) for _ in range(20)}) > 10
    assert pause(1000) <= 60


# ---------------------------------------------------------------- credentials
def test_credentials_go_where_they_are_asked_for(hostile: Any) -> None:
    asked = {"WWW-Authenticate": 'Basic realm="x"'}
    server = hostile(lambda n, *_: (401, dict(asked), b"") if n == 1 else answer(b"good"))
    client = web(server, user="u", secret=SECRET)
    client.send("GET", server.url)
    assert "Authorization" not in server.seen[0][2]
    assert server.seen[1][2]["Authorization"].startswith("Basic ")


def test_digest_does_not_show_the_password(hostile: Any) -> None:
    asked = {"WWW-Authenticate": 'Digest realm="x", nonce="abc", qop="auth", algorithm=MD5'}
    server = hostile(lambda n, *_: (401, dict(asked), b"") if n < 3 else answer(b"good"))
    web(server, user="u", secret=SECRET).send("POST", server.url, Body.of(b"x", "text/plain"))
    assert server.seen[-1][2]["Authorization"].startswith("Digest ")
    assert SECRET not in repr(server.seen)


def test_a_token(hostile: Any) -> None:
    server = hostile(lambda n, *_: answer(b"", 401) if n == 1 else answer(b"good"))
    web(server, token=SECRET).send("GET", server.url)
    assert server.seen[1][2]["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_is_sent_to_another_server(hostile: Any, status: int) -> None:
    thief = hostile(lambda *_: answer(b"thanks"))
    server = hostile(
        lambda n, *_: (
            (401, {"WWW-Authenticate": "Basic"}, b"") if n == 1 else (status, {"Location": thief.url + "?x=1"}, b"")
        )
    )
    with pytest.raises(LoadError, match="sends us on to another address") as caught:
        web(server, user="u", secret=SECRET).send("POST", server.url, Body.of(b"data", "text/plain"))
    assert thief.seen == []
    assert SECRET not in str(caught.value)


def test_a_move_on_the_same_server_is_followed(hostile: Any) -> None:
    server = hostile(lambda n, *_: (307, {"Location": "/ds/"}, b"") if n == 1 else answer(b"good"))
    web(server).send("POST", server.url, Body.of(b"data", "text/plain"))
    assert [(path, body) for _, path, _, body in server.seen] == [("/ds", b"data"), ("/ds/", b"data")]


def test_moves_without_end(hostile: Any) -> None:
    server = hostile(lambda *_: (307, {"Location": "/ds"}, b""))
    with pytest.raises(LoadError, match="again and again"):
        web(server).send("GET", server.url)


def test_a_password_does_not_travel_in_the_clear(tmp_path: Path) -> None:
    data = source(make_build(tmp_path, {}))
    for target in ("http://db.example/ds", "bolt://db.example"):
        with pytest.raises(LoadError, match="unencrypted") as caught:
            make_loader(target, data, Settings(user="u", secret=SECRET))
        assert SECRET not in str(caught.value)
        assert SECRET not in repr(Settings(secret=SECRET, token=SECRET))


def test_a_password_in_the_url_is_refused_and_not_repeated(tmp_path: Path) -> None:
    build = make_build(tmp_path, {})
    for target in (f"http://u:{SECRET}@127.0.0.1:1/ds", f"bolt://u:{SECRET}@127.0.0.1:1"):
        found = kg("load", target, "--build", str(build), check=False)
        assert found.returncode == 2
        assert "where others can read it" in found.stderr
        assert SECRET not in found.stdout + found.stderr


def test_the_command_never_shows_the_password(hostile: Any, tmp_path: Path) -> None:
    server = hostile(lambda *_: (401, {"WWW-Authenticate": "Basic"}, SECRET[::-1].encode()))
    build = make_build(tmp_path, {})
    env = {"KG_LOAD_USER": "u", "KG_LOAD_PASSWORD": SECRET, "NO_PROXY": "*"}
    found = kg("load", server.url, "--build", str(build), env=env, check=False)
    assert "refused the user and password (401)" in found.stderr
    assert SECRET not in found.stdout + found.stderr


# ---------------------------------------------------------------- lies
ROWS = {"head": {"vars": []}, "results": {"bindings": []}}


def liar(found: int, *, moved: bool = True) -> Callable[[int, str, str, bytes], Reply]:
    """Return a server that takes everything and says that there are ``found`` triples."""
    number = {"n": {"type": "literal", "value": str(found)}}

    def reply(count: int, method: str, path: str, body: bytes) -> Reply:
        if "query" in path and b"COUNT" in body and b"GROUP" not in body:
            return answer({"head": {}, "results": {"bindings": [number]}})
        return answer(ROWS) if "query" in path else answer(b"", 204)

    return reply


def load(server: Hostile, build: Path, *, kind: str = "fuseki", **settings: Any) -> Any:
    made = make_loader(server.url, source(build), Settings(kind=kind, timeout=2, tries=3, **settings))
    return made.load()


def test_a_server_that_keeps_nothing_is_found_out(hostile: Any, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"by graph: .*: 0 instead of"):
        load(hostile(liar(0)), make_build(tmp_path, {"one": 3}))


def test_a_staging_graph_that_is_not_whole_is_not_moved(hostile: Any, tmp_path: Path) -> None:
    server = hostile(liar(0))
    with pytest.raises(LoadError, match=r"0 of .* triples arrived, so they were not put in place"):
        load(server, make_build(tmp_path, {"one": 3}), kind="oxigraph-server", staging=True)
    assert not any(b"MOVE" in body for *_, body in server.seen)


@pytest.mark.parametrize("data", [b'{"results": {"bindings": [{"g"', b"<html>welcome</html>", b"{}", b"[]", b""])
def test_an_answer_that_is_cut_or_something_else(hostile: Any, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(LoadError, match="answer is not"):
        load(hostile(lambda *_: answer(data)), make_build(tmp_path, {"one": 1}))


def test_a_move_whose_answer_is_lost_is_not_made_twice(hostile: Any, tmp_path: Path) -> None:
    build = make_build(tmp_path, {})
    graphs = source(build).graphs()
    state = {"moved": 0}

    def reply(count: int, method: str, path: str, body: bytes) -> Reply | None:
        text = body.decode()
        if "update" in path and "MOVE" in text:
            state["moved"] += 1
            return None
        if "query" not in path:
            return answer(b"", 204)
        if "COUNT" in text and "staging" in text:
            staged = re.search(r"VALUES \?g \{ <(.*?)>", unquote_plus(text))
            assert staged is not None
            return rows(g=staged[1], n=graphs[0].triples)
        if state["moved"] and "COUNT" not in text:
            return rows(g=graphs[0].iri, h=graphs[0].digest)
        return answer(ROWS)

    with pytest.raises(LoadError, match="by graph"):
        load(hostile(reply), build, kind="oxigraph-server", staging=True)
    assert state["moved"] == 1


def rows(**cells: object) -> Reply:
    row = {name: {"type": "literal", "value": str(value)} for name, value in cells.items()}
    return answer({"head": {}, "results": {"bindings": [row]}})


def test_the_refused_triple_is_named(hostile: Any, tmp_path: Path) -> None:
    def reply(count: int, method: str, path: str, body: bytes) -> Reply:
        if "query" in path:
            return answer(ROWS)
        return answer(b"I do not like emoji", 400) if "🏗".encode() in body else answer(b"", 204)

    with pytest.raises(LoadError, match=r"the store refuses this triple of .*: <.*🏗.*I do not like emoji") as caught:
        load(hostile(reply), make_build(tmp_path, {"one": 5}))
    assert "exact" in str(caught.value) or "period" in str(caught.value)


def test_a_stream_that_is_too_large_goes_in_pieces(hostile: Any, tmp_path: Path) -> None:
    def reply(count: int, method: str, path: str, body: bytes) -> Reply:
        if "query" in path:
            return answer(ROWS)
        return answer(b"", 413) if len(body) > 60_000 else answer(b"", 204)

    server = hostile(reply)
    with pytest.raises(LoadError, match=r"0 of .* triples arrived"):
        load(server, make_build(tmp_path, {"one": 60}), chunk_bytes=20_000)
    sent = [len(body) for method, path, _, body in server.seen if path.startswith("/ds/data")]
    assert sent[0] > 60_000 > max(sent[1:])
    assert len(sent) > 5


def test_bodies_are_compressed_where_that_is_wished(hostile: Any, tmp_path: Path) -> None:
    server = hostile(liar(0))
    with pytest.raises(LoadError):
        load(server, make_build(tmp_path, {"one": 40}), chunk_bytes=10_000, gzip=True, staging=True)
    sent = [(headers, body) for _, path, headers, body in server.seen if path.startswith("/ds/data")]
    assert sent and all(headers["Content-Encoding"] == "gzip" and body.endswith(b" .\n") for headers, body in sent)


# ---------------------------------------------------------------- messages
@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (401, "", "the server asks who you are (401)"),
        (403, "", "you may not write here (403)"),
        (404, "", "no such dataset on this server (404)"),
        (405, "", "this address takes no writing (405)"),
        (500, "database is read-only", "this address takes no writing (500): database is read-only"),
        (507, "", "the disk of the server is full"),
        (500, "java.io.IOException: No space left on device", "the disk of the server is full: java.io"),
        (413, "", "the request is too large for this server (413)"),
        (500, "boom", "the server refused (500): boom"),
    ],
)
def test_each_refusal_has_its_words(status: int, text: str, expected: str) -> None:
    what, _ = explain(status, text, known=False)
    assert what.startswith(expected)


@pytest.mark.parametrize(
    ("target", "kind", "expected"),
    [
        (
            "localhost:7878",
            "",
            "this looks like an address and is not a URL (write http:// or bolt:// before the",
        ),
        ("127.0.0.1:3030/ds", "", "this looks like an address and is not a URL"),
        ("http:/localhost", "", "this looks like an address and is not a URL"),
        ("neo4j+s:host", "", "this looks like an address and is not a URL"),
        ("http://localhost:7474", "neo4j", "Neo4j 5 is reached by a URL (write bolt:// before the host)"),
        ("bolt://localhost:7687", "fuseki", "Apache Jena Fuseki is reached by a URL (write http:// before the host)"),
        ("localhost", "virtuoso", "OpenLink Virtuoso is reached by a URL"),
        ("http://localhost", "nquads", "a folder is needed, not a URL"),
        ("http://", "", "no host stands in this URL"),
        ("ftp://localhost", "", "no database is reached by ftp://"),
    ],
)
def test_an_address_that_is_none(
    target: str, kind: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = str(make_build(tmp_path / "b", {}))
    monkeypatch.chdir(tmp_path)
    found = kg("load", target, "--kind", kind, "--build", build, "--tries", "1", check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert expected in found.stderr
    assert sorted(tmp_path.iterdir()) == [tmp_path / "b"]


def test_an_error_is_not_written_behind_the_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[int, int, str]] = []
    module = import_module("kg.cli.load")
    monkeypatch.setattr(module, "make_progress", lambda live: lambda *done: shown.append(done))
    build = str(make_build(tmp_path, {}))
    order = ("load", "http://127.0.0.1:9/ds", "--kind", "fuseki", "--build", build, "--tries", "1")
    assert "cannot be reached" in kg(*order, check=False).stderr
    assert shown == [(0, 0, "")], "which empties the line"


def test_nobody_there(tmp_path: Path) -> None:
    build = make_build(tmp_path, {})
    found = kg("load", "http://127.0.0.1:9/ds", "--build", str(build), "--tries", "1", check=False)
    assert found.returncode == 2
    assert "cannot be reached" in found.stderr
    assert "is the server running" in found.stderr
    assert "Traceback" not in found.stderr


def test_what_a_server_says_cannot_drive_the_terminal(hostile: Any) -> None:
    server = hostile(lambda *_: answer(b"\x1b[2J\x07bad\r\nthing", 400))
    with pytest.raises(LoadError) as caught:
        web(server).send("GET", server.url)
    assert "\x1b" not in str(caught.value)
    assert "bad thing" in str(caught.value)


def test_without_httpx_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    data = source(make_build(tmp_path, {}))
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.setitem(sys.modules, "neo4j", None)
    with pytest.raises(MissingExtraError):
        make_loader("http://127.0.0.1:9/ds", data, Settings())
    with pytest.raises(MissingExtraError, match=r"kg\[neo4j\]"):
        make_loader("bolt://127.0.0.1:9", data, Settings())
