"""What the databases themselves say to a load that cannot be, and what we say then."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import servers
from load_data import kg, make_build
from servers import Server, running

pytestmark = pytest.mark.slow


@contextmanager
def started(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def refused(server: Server, folder: Path, target: str = "", size: int = 3, **env: str) -> str:
    """Return what is said to a load, which must fail as bad input does."""
    build = str(make_build(folder / f"b{size}", {"one": size}))
    found = kg("load", target or server.url, "--build", build, "--tries", "2", env={**server.env, **env}, check=False)
    assert found.returncode == 2, found
    assert "Traceback" not in found.stderr
    assert servers.PASSWORD not in found.stdout + found.stderr
    return found.stderr


def test_fuseki_without_the_dataset_and_read_only(tmp_path: Path) -> None:
    home = tmp_path / "fuseki"
    home.mkdir()
    with started(servers.fuseki(home, read_only=True)) as server:
        missing = refused(server, tmp_path, server.url.replace("/ds", "/nope"))
        assert "no such dataset on this server, or not an address for queries (405)" in missing
        assert "make the dataset first" in missing
        assert "takes no writing (405)" in refused(server, tmp_path)


FUSEKI_CONFIG = """
PREFIX : <#>
PREFIX fuseki: <http://jena.apache.org/fuseki#>
PREFIX tdb2: <http://jena.apache.org/2016/tdb#>
[] a fuseki:Server ; fuseki:passwd "passwd" ; fuseki:auth "basic" ; fuseki:services ( :service ) .
:service a fuseki:Service ; fuseki:name "ds" ; fuseki:dataset :data ;
  fuseki:endpoint [ fuseki:operation fuseki:query ; fuseki:name "query" ] ;
  fuseki:endpoint [ fuseki:operation fuseki:update ; fuseki:name "update" ; fuseki:allowedUsers "writer" ] ;
  fuseki:endpoint [ fuseki:operation fuseki:gsp-rw ; fuseki:name "data" ; fuseki:allowedUsers "writer" ] .
:data a tdb2:DatasetTDB2 ; tdb2:location "tdb" .
"""


def test_fuseki_with_a_user_who_may_only_read(tmp_path: Path) -> None:
    home = tmp_path / "fuseki"
    home.mkdir()
    (home / "passwd").write_text("reader: word-1\nwriter: word-2\n")
    (home / "config.ttl").write_text(FUSEKI_CONFIG)
    server = servers.fuseki(home)
    server.command[server.command.index("--tdb2") :] = ["--config=config.ttl"]
    with started(server):
        reader = {"KG_LOAD_USER": "reader", "KG_LOAD_PASSWORD": "word-1"}
        assert "you may not write here (403)" in refused(server, tmp_path, **reader)
        assert "the server asks who you are (401)" in refused(server, tmp_path)
        wrong = refused(server, tmp_path, KG_LOAD_USER="writer", KG_LOAD_PASSWORD="word-1")
        assert "the server refused the user and password (401)" in wrong
        build = str(make_build(tmp_path / "b", {"one": 3}))
        kg("load", server.url, "--build", build, env={"KG_LOAD_USER": "writer", "KG_LOAD_PASSWORD": "word-2"})


def test_virtuoso_with_users_who_have_no_rights_or_may_only_read(tmp_path: Path) -> None:
    home = tmp_path / "virtuoso"
    home.mkdir()
    reader = {"KG_LOAD_USER": "reader", "KG_LOAD_PASSWORD": "word-1"}
    with running("virtuoso", home) as server:
        for order in ("USER_CREATE('reader', 'word-1')", "USER_GRANT_ROLE('reader', 'SPARQL_SELECT', 0)"):
            servers.run_isql(home, f"DB.DBA.{order};")
            said = refused(server, tmp_path, **reader)
            assert "this user may not do that here (500)" in said, said
            assert "log in as a user who may read and write" in said


def test_oxigraph_read_only(tmp_path: Path) -> None:
    home = tmp_path / "oxigraph"
    home.mkdir()
    with running("oxigraph-server", home):
        pass
    server = servers.oxigraph(home)
    server.command[1] = "serve-read-only"
    with started(server):
        said = refused(server, tmp_path)
        assert "you may not write here (403)" in said or "takes no writing" in said


def test_rdf4j_without_the_repository(tmp_path: Path) -> None:
    home = tmp_path / "rdf4j"
    home.mkdir()
    with running("rdf4j", home) as server:
        assert "no such dataset on this server, or not an address for queries (404)" in refused(
            server, tmp_path, f"{server.url}-not"
        )


def test_virtuoso_without_and_with_a_wrong_password(tmp_path: Path) -> None:
    home = tmp_path / "virtuoso"
    home.mkdir()
    with running("virtuoso", home) as server:
        wrong = refused(server, tmp_path, KG_LOAD_PASSWORD="wrong-word")
        assert "the server refused the user and password (401)" in wrong
        assert "wrong-word" not in wrong
        nobody = refused(server, tmp_path, KG_LOAD_USER="", KG_LOAD_PASSWORD="")
        assert "the server asks who you are (401)" in nobody


def test_neo4j_read_only_and_without_the_database(tmp_path: Path) -> None:
    home = tmp_path / "neo4j"
    home.mkdir()
    server = servers.neo4j(home)
    with started(server):
        pass  # a database that is new cannot be made read-only
    with (home / "conf" / "neo4j.conf").open("a") as stream:
        stream.write("server.databases.read_only=neo4j\n")
    with started(server):
        assert "you may not write here" in refused(server, tmp_path)
        build = str(make_build(tmp_path / "b", {"one": 2}))
        found = kg("load", server.url, "--build", build, "--database", "nope", env=server.env, check=False)
        assert "no such database" in found.stderr
        assert "--database" in found.stderr


@pytest.mark.parametrize("make", [servers.oxigraph, servers.fuseki])
def test_a_disk_that_is_full(make: Callable[[Path], Server], tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    size = "12m" if make is servers.oxigraph else "230m"
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)]).returncode:
        pytest.skip("a small disk cannot be made here")
    try:
        with started(make(small)) as server:
            order = ["load", server.url, "--build", str(make_build(tmp_path / "b1", {"one": 5}))]
            kg(*order, env=server.env)
            with (small / "filler").open("wb") as stream:
                try:
                    while stream.write(b"x" * 65536):
                        stream.flush()
                except OSError:
                    pass
            said = refused(server, tmp_path, size=9000)
            assert "the disk of the server is full" in said, said
            assert "make room, load again" in said
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
