"""Databases that tests start on loopback, each in a folder and on ports of its own, and stop again.

What the slow ones need is installed by ``.ci/servers``; with ``KG_SERVERS_REQUIRED=1`` a missing one
is a failure and not a skipped test.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

SERVERS = Path(os.environ.get("KG_SERVERS", Path.home() / ".cache" / "kg-servers"))
PASSWORD = "kg-test-1"
_OPENS = [
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.lang", "java.io", "java.nio", "sun.nio.ch", "java.util.concurrent")
]


@dataclass
class Server:
    """A running database: where it is, what to put into the environment, and how to stop and start it."""

    kind: str
    url: str
    command: list[str]
    log: Path
    ready: Callable[[Server], bool]
    env: dict[str, str] = field(default_factory=dict)
    server_env: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()
    process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 240) -> None:
        """Start it and wait until it answers."""
        stream = self.log.open("ab")
        self.process = subprocess.Popen(
            self.command, stdout=stream, stderr=stream, env={**os.environ, **self.server_env}, cwd=self.folder
        )
        stream.close()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.kind} ended at once:\n{self.log.read_text(errors='replace')[-2000:]}")
            try:
                if self.ready(self):
                    return
            except OSError:
                pass
            time.sleep(0.15)
        self.stop()
        raise RuntimeError(f"{self.kind} does not answer:\n{self.log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, and kill it if it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _missing(what: str) -> None:
    text = f"{what} is not installed; run .ci/servers"
    if os.environ.get("KG_SERVERS_REQUIRED") == "1":
        pytest.fail(text)
    pytest.skip(text)


def _installed(name: str) -> Path:
    found = sorted(path.parent for path in SERVERS.glob(f"{name}-*/.complete"))
    if not found:
        _missing(name)
    if shutil.which("java") is None:
        _missing("java")
    return found[-1]


def _answers(url: str) -> Callable[[Server], bool]:
    def ready(server: Server) -> bool:
        try:
            return httpx.get(url, timeout=5, trust_env=False).status_code < 500
        except httpx.HTTPError:
            return False

    return ready


def _listens(port: int) -> Callable[[Server], bool]:
    def ready(server: Server) -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True

    return ready


def _answers_bolt(url: str, user: str) -> Callable[[Server], bool]:
    def ready(server: Server) -> bool:
        import neo4j

        try:
            with neo4j.GraphDatabase.driver(url, auth=(user, PASSWORD), connection_timeout=5) as driver:
                driver.verify_connectivity()
                with driver.session() as session:
                    return session.run("RETURN 1").single() is not None
        except (neo4j.exceptions.Neo4jError, neo4j.exceptions.DriverError):
            return False

    return ready


# ---------------------------------------------------------------- one function for each
def oxigraph(folder: Path) -> Server:
    port = free_port()
    program = Path(sys.executable).parent / "oxigraph"
    if not program.exists():
        _missing("oxigraph")
    url = f"http://127.0.0.1:{port}"
    command = [str(program), "serve", "-l", str(folder / "store"), "-b", f"127.0.0.1:{port}"]
    return Server("oxigraph-server", url, command, folder / "output.txt", _answers(url), folder=folder)


def fuseki(folder: Path, *, read_only: bool = False) -> Server:
    jar = next(_installed("fuseki").glob("*.jar"))
    port = free_port()
    (folder / "tdb").mkdir(exist_ok=True)
    place = ["--tdb2", f"--loc={folder / 'tdb'}", *([] if read_only else ["--update"]), "/ds"]
    command = ["java", "-Xmx1500m", "-jar", str(jar), "--localhost", f"--port={port}", *place]
    url = f"http://127.0.0.1:{port}/ds"
    ready = _answers(f"http://127.0.0.1:{port}/$/ping")
    return Server("fuseki", url, command, folder / "output.txt", ready, folder=folder)


def rdf4j(folder: Path) -> Server:
    place = _installed("rdf4j")
    jetty, war = next(place.glob("jetty-runner*.jar")), next(place.glob("*.war"))
    port = free_port()
    base = f"http://127.0.0.1:{port}/rdf4j-server"
    command = ["java", "-Xmx1g", f"-Dorg.eclipse.rdf4j.appdata.basedir={folder / 'data'}", "-jar", str(jetty)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--path", "/rdf4j-server", str(war)]
    ready = _answers(f"{base}/protocol")
    return Server("rdf4j", f"{base}/repositories/ds", command, folder / "output.txt", ready, folder=folder)


RDF4J_REPOSITORY = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#>.
@prefix rep: <http://www.openrdf.org/config/repository#>.
@prefix sr: <http://www.openrdf.org/config/repository/sail#>.
@prefix sail: <http://www.openrdf.org/config/sail#>.
@prefix native: <http://www.openrdf.org/config/sail/native#>.
[] a rep:Repository ; rep:repositoryID "ds" ; rdfs:label "ds" ;
  rep:repositoryImpl [ rep:repositoryType "openrdf:SailRepository" ;
    sr:sailImpl [ sail:sailType "openrdf:NativeStore" ; native:tripleIndexes "spoc,posc,cspo" ] ] .
"""


def make_repository(server: Server) -> None:
    headers = {"Content-Type": "text/turtle"}
    httpx.put(server.url, content=RDF4J_REPOSITORY, headers=headers, timeout=30, trust_env=False).raise_for_status()


VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 60000
MaxDirtyBuffers = 45000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 10000
"""


def virtuoso(folder: Path) -> Server:
    if shutil.which("virtuoso-t") is None:
        _missing("virtuoso-t")
    http, sql = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(folder=folder, http=http, sql=sql))
    command = ["virtuoso-t", "-f", "+configfile", str(folder / "virtuoso.ini")]

    def ready(server: Server) -> bool:
        _listens(sql)(server)
        for old in ("dba", PASSWORD):
            order = f'set password "{old}" "{PASSWORD}";'
            found = subprocess.run(
                ["isql-vt", f"127.0.0.1:{sql}", "dba", old, f"exec={order}"], capture_output=True, text=True
            )
            if "Done" in found.stdout:
                return True
        return False

    env = {"KG_LOAD_USER": "dba", "KG_LOAD_PASSWORD": PASSWORD}
    return Server(
        "virtuoso", f"http://127.0.0.1:{http}/sparql", command, folder / "output.txt", ready, env, folder=folder
    )


def run_isql(folder: Path, order: str) -> None:
    """Let the Virtuoso of a folder carry out an order in SQL."""
    place = re.search(r"^ServerPort = (127.0.0.1:\d+)", (folder / "virtuoso.ini").read_text(), re.MULTILINE)
    assert place is not None
    command = ["isql-vt", place[1], "dba", PASSWORD, f"exec={order}"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Done" in found.stdout, found.stdout + found.stderr


def arcadedb(folder: Path) -> Server:
    arcade = pytest.importorskip("arcadedb_embedded")
    place = Path(arcade.__file__).parent
    http, bolt = free_port(), free_port()
    options = {
        "server.rootPath": folder,
        "server.rootPassword": PASSWORD,
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": http,
        "bolt.host": "127.0.0.1",
        "bolt.port": bolt,
        "server.defaultDatabases": "news[root]",
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
    }
    command = [str(place / "jre" / "bin" / "java"), "-Xmx800m", "-cp", f"{place}/jars/*"]
    command += [f"-Darcadedb.{key}={value}" for key, value in options.items()]
    command += ["com.arcadedb.server.ArcadeDBServer"]
    env = {"KG_LOAD_USER": "root", "KG_LOAD_PASSWORD": PASSWORD}
    url = f"bolt://127.0.0.1:{bolt}"
    return Server("arcadedb", url, command, folder / "output.txt", _answers_bolt(url, "root"), env, folder=folder)


NEO4J_CONF = """
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=127.0.0.1:{bolt}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=256m
dbms.usage_report.enabled=false
"""


def neo4j_admin(folder: Path) -> list[str]:
    """Return the command neo4j-admin, as it is started from the jars of Neo4j."""
    return ["java", "-Xmx800m", "-cp", f"{_installed('neo4j')}/*", *_OPENS, "org.neo4j.cli.AdminTool"]


def neo4j(folder: Path, *, fresh: bool = True) -> Server:
    place = _installed("neo4j")
    bolt = free_port()
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf" / "neo4j.conf").write_text(NEO4J_CONF.format(bolt=bolt))
    server_env = {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")}
    if fresh:
        order = [*neo4j_admin(folder), "dbms", "set-initial-password", PASSWORD]
        subprocess.run(order, env={**os.environ, **server_env}, check=True, capture_output=True)
    command = ["java", "-Xmx1g", "-cp", f"{place}/*", *_OPENS, "org.neo4j.server.CommunityEntryPoint"]
    command += [f"--home-dir={folder}", f"--config-dir={folder / 'conf'}"]
    env = {"KG_LOAD_USER": "neo4j", "KG_LOAD_PASSWORD": PASSWORD}
    url = f"bolt://127.0.0.1:{bolt}"
    return Server("neo4j", url, command, folder / "output.txt", _answers_bolt(url, "neo4j"), env, server_env, folder)


MAKERS: dict[str, Callable[[Path], Server]] = {
    "oxigraph-server": oxigraph,
    "fuseki": fuseki,
    "rdf4j": rdf4j,
    "virtuoso": virtuoso,
    "arcadedb": arcadedb,
    "neo4j": neo4j,
}


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Server]:
    """Start a database of a kind in an empty folder, and stop it at the end."""
    server = MAKERS[kind](folder)
    server.start()
    try:
        if kind == "rdf4j":
            make_repository(server)
        yield server
    finally:
        server.stop()
