"""Servers for the tests: real ones, on a free port of this machine, over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from kg.pipeline import build
from kg.resources import load_domain

TOKEN = "a-token-of-the-tests"


@dataclass
class Server:
    """A running ``kg serve``: its address, a client for it, and its log."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, timeout=60)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str, **options: Any) -> httpx.Response:
        """Send a query as a form."""
        return self.client.post("/sparql", data={"query": query, **options})

    def lines(self) -> list[dict[str, Any]]:
        """Return the access log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.client.close()
        self.process.send_signal(how)
        return self.process.wait(20)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def start_server(store: Path, log: Path, *options: str, writable: bool = False) -> Server:
    """Start a server over a store and wait until it answers."""
    port = free_port()
    command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", str(port), *options]
    command += ["--writable"] if writable else []
    env = os.environ | ({"KG_SERVE_TOKEN": TOKEN} if writable else {})
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=env)
    server = Server(process, port, log)
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            if server.client.get("/health").status_code == 200:
                return server
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"the server did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def served_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build of the first article."""
    domain = load_domain()
    folder = tmp_path_factory.mktemp("served-build")
    build(domain, [domain.articles / "changping-two-districts.txt"], folder)
    return folder


@pytest.fixture(scope="session")
def server(served_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the first article, with the limits of small tests."""
    log = tmp_path_factory.mktemp("server") / "log"
    options = ("--timeout", "2", "--memory", "512", "--rows", "30000", "--size", "8", "--cors", "http://app.example")
    options += ("--patience", "1.5")
    started = start_server(served_build / "store", log, *options)
    yield started
    started.stop()
