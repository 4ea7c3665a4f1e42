"""Who is told what: servers are who they say, passwords come from the environment, proxies are used, netrc is not."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import servers
from hostile_server import SECRET, Hostile, answer, hostile_servers
from load_data import kg, make_build, source

from kg.errors import LoadError
from kg.load import Settings, make_loader
from kg.load import http as kg_http
from kg.load.http import Web


@pytest.fixture
def hostile() -> Iterator[Callable[..., Hostile]]:
    with hostile_servers() as start:
        yield start


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg_http, "_PAUSE", 0.01)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def make_certificate(folder: Path, name: str, alternative: str = "IP:127.0.0.1") -> tuple[Path, Path]:
    """Return a self-signed certificate and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    order = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    order += ["-addext", f"subjectAltName={alternative}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(order, check=True, capture_output=True)
    return certificate, key


def server_context(certificate: tuple[Path, Path], clients: Path | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


# ---------------------------------------------------------------- TLS
def test_a_self_signed_server_is_refused_and_told_nothing(hostile: Any, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "server")
    server = hostile(lambda *_: answer(b"good"), server_context(certificate))
    build = make_build(tmp_path / "b", {})
    env = {"KG_LOAD_USER": "u", "KG_LOAD_PASSWORD": SECRET}
    found = kg("load", server.url, "--build", str(build), env=env, check=False)
    assert found.returncode == 2
    assert "the certificate of the server is not trusted, so nothing was sent" in found.stderr
    assert "name that in KG_LOAD_CA" in found.stderr
    assert SECRET not in found.stdout + found.stderr
    assert server.seen == []


def test_a_server_of_one_s_own_authority_is_believed(hostile: Any, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "server")
    server = hostile(lambda n, *_: answer(b"", 401) if n < 3 else answer(b"", 403), server_context(certificate))
    build = make_build(tmp_path / "b", {})
    env = {"KG_LOAD_CA": str(certificate[0]), "KG_LOAD_TOKEN": SECRET}
    found = kg("load", server.url, "--build", str(build), env=env, check=False)
    assert "you may not write here (403)" in found.stderr, "the server was reached"
    assert server.seen[-1][2]["Authorization"] == f"Bearer {SECRET}"


def test_a_certificate_of_another_host_is_refused(hostile: Any, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "other", "DNS:other.example")
    server = hostile(lambda *_: answer(b"good"), server_context(certificate))
    with pytest.raises(LoadError, match="is not trusted"):
        Web(server.url, Settings(authority=str(certificate[0]))).send("GET", server.url)
    assert server.seen == []


def test_a_client_certificate_from_the_environment(hostile: Any, tmp_path: Path) -> None:
    certificate, client = make_certificate(tmp_path, "server"), make_certificate(tmp_path, "client")
    server = hostile(lambda *_: answer(b"", 403), server_context(certificate, client[0]))
    order = ["load", server.url, "--build", str(make_build(tmp_path / "b", {})), "--tries", "2"]
    env = {"KG_LOAD_CA": str(certificate[0])}
    without = kg(*order, env=env, check=False)
    assert without.returncode == 2
    assert "KG_LOAD_CERT and KG_LOAD_KEY" in without.stderr
    assert server.seen == []
    env |= {"KG_LOAD_CERT": str(client[0]), "KG_LOAD_KEY": str(client[1])}
    assert "(403)" in kg(*order, env=env, check=False).stderr
    assert server.seen


@pytest.mark.parametrize("name", ["KG_LOAD_CA", "KG_LOAD_CERT"])
@pytest.mark.parametrize("target", ["https://127.0.0.1:9/ds", "bolt+s://127.0.0.1:9"])
def test_a_certificate_that_cannot_be_read(tmp_path: Path, name: str, target: str) -> None:
    build = make_build(tmp_path / "b", {})
    found = kg("load", target, "--build", str(build), env={name: str(tmp_path / "none.pem")}, check=False)
    assert found.returncode == 2
    assert "none.pem" in found.stderr
    assert name in found.stderr


def test_bolt_refuses_a_self_signed_server(hostile: Any, tmp_path: Path) -> None:
    server = hostile(lambda *_: answer(b"good"), server_context(make_certificate(tmp_path, "server")))
    data = source(make_build(tmp_path / "b", {}))
    made = make_loader(f"bolt+s://127.0.0.1:{server.server_port}", data, Settings(user="u", secret=SECRET))
    with pytest.raises(LoadError, match="certificate of the server is not trusted") as caught:
        made.plan()
    assert "KG_LOAD_CA" in caught.value.hint
    with pytest.raises(LoadError, match="would trust any certificate"):
        make_loader("bolt+ssc://127.0.0.1:9", data, Settings())


@pytest.mark.slow
def test_neo4j_over_tls_with_client_certificates(tmp_path: Path) -> None:
    home, policy = tmp_path / "neo4j", tmp_path / "neo4j" / "certificates" / "bolt"
    for folder in (policy / "trusted", policy / "revoked"):
        folder.mkdir(parents=True)
    certificate, client = make_certificate(tmp_path, "server"), make_certificate(tmp_path, "client")
    for path, name in ((certificate[0], "public.crt"), (certificate[1], "private.key"), (client[0], "trusted/c.crt")):
        (policy / name).write_bytes(path.read_bytes())
    server = servers.neo4j(home)
    with (home / "conf" / "neo4j.conf").open("a") as stream:
        stream.write("server.bolt.tls_level=REQUIRED\ndbms.ssl.policy.bolt.enabled=true\n")
        stream.write(f"dbms.ssl.policy.bolt.base_directory={policy}\ndbms.ssl.policy.bolt.client_auth=REQUIRE\n")
    port = int(server.url.rpartition(":")[2])

    def listens(_: servers.Server) -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True

    server.ready = listens
    server.start()
    order = ["load", server.url.replace("bolt://", "bolt+s://"), "--build", str(make_build(tmp_path / "b", {"one": 3}))]
    try:
        assert "is not trusted" in kg(*order, env=server.env, check=False).stderr
        env = {**server.env, "KG_LOAD_CA": str(certificate[0])}
        assert "KG_LOAD_CERT and KG_LOAD_KEY" in kg(*order, env=env, check=False).stderr
        env |= {"KG_LOAD_CERT": str(client[0]), "KG_LOAD_KEY": str(client[1])}
        assert "relations are equal" in kg(*order, "--verify", "full", env=env).stdout
        assert "nothing to do" in kg(*order, env=env).stdout
    finally:
        server.stop()


# ---------------------------------------------------------------- proxies
def test_a_proxy_is_used(hostile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = hostile(lambda *_: answer(b"from the proxy"))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.server_port}")
    client = Web("http://db.example/ds", Settings(timeout=2))
    assert client.send("GET", "http://db.example/ds").content == b"from the proxy"
    assert proxy.seen[0][1] == "http://db.example/ds"


def test_no_proxy_is_used_where_none_is_wished(hostile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = hostile(lambda *_: answer(b"from the proxy")), hostile(lambda *_: answer(b"from the server"))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.server_port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert Web(server.url, Settings(timeout=2)).send("GET", server.url).content == b"from the server"
    assert proxy.seen == []


def test_https_goes_through_the_proxy_as_a_tunnel(hostile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = hostile(lambda *_: answer(b"no", 403))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.server_port}")
    client = Web("https://db.example/ds", Settings(timeout=2, tries=1, token=SECRET))
    with pytest.raises(LoadError, match="the proxy does not let us through") as caught:
        client.send("GET", "https://db.example/ds")
    assert "HTTPS_PROXY" in caught.value.hint
    assert [(method, path) for method, path, _, _ in proxy.seen] == [("CONNECT", "db.example:443")]
    assert SECRET not in repr(proxy.seen)


# ---------------------------------------------------------------- where passwords come from
def test_the_user_s_netrc_is_not_used(hostile: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login u password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    server = hostile(lambda *_: answer(b"", 401))
    httpx.get(server.url, auth=httpx.NetRCAuth(), trust_env=False)
    assert "Authorization" in server.seen[0][2], "one who looks there would find it"
    client = Web(server.url, Settings(timeout=2))
    with pytest.raises(LoadError, match="asks who you are"):
        client.send("GET", server.url)
    client.probe(server.url)
    assert all("Authorization" not in headers for _, _, headers, _ in server.seen[1:])
    assert len(server.seen) == 3


def test_no_option_takes_a_secret(tmp_path: Path) -> None:
    build = str(make_build(tmp_path, {}))
    for option in ("--password", "--token", "--secret", "--key", "--cert"):
        found = kg("load", "http://127.0.0.1:9/ds", "--build", build, option, SECRET, check=False)
        assert found.returncode == 2
        assert "No such option" in found.stderr


def test_a_password_is_asked_for_and_not_shown(hostile: Any, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from kg.cli import main

    asked = {"WWW-Authenticate": 'Basic realm="x"'}
    server = hostile(lambda n, *_: (401, dict(asked), b"") if n < 3 else answer(b"", 403))
    order = ["load", server.url, "--build", str(make_build(tmp_path, {})), "--user", "u", "--ask-password"]
    found = CliRunner().invoke(main, order, input=f"{SECRET}\n")
    assert "you may not write here (403)" in found.stderr
    assert server.seen[-1][2]["Authorization"].startswith("Basic ")
    assert "Password:" in found.stderr
    assert SECRET not in found.output
