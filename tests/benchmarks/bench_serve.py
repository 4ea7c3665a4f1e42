"""``kg serve`` beside ``oxigraph serve-read-only`` on the same store: requests a second, and times to answer.

    python tests/benchmarks/bench_serve.py [--seconds 4] [--clients 1 8 32] [--repeat 3]

Each client keeps one connection and asks again as soon as it is answered. ``same`` asks the same text again
and again, which ``kg serve`` answers from what it keeps; ``new`` asks a text that was never asked before (a
comment differs), so that each is checked, run in a worker and written. Both have the union of all graphs as
default graph. Runs of the two servers alternate; the median of the repeats is shown, p50 and p99 in
milliseconds, and the microseconds of the processors that the server used for a request, which tell more where
other work runs beside. The client takes part of the two cores too. Both are asked for JSON, and it is looked
that their answers have the same rows.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote

import httpx

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

QUERIES = {
    "ask": "ASK {}",
    "look up": "SELECT ?p ?o { <https://kg.example/id/changping-district> ?p ?o }",
    "list": "PREFIX rd: <https://kg.example/ontology/> SELECT ?s ?stage { GRAPH ?g { ?s rd:stage ?stage } } LIMIT 50",
    "count": "SELECT ?p (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p",
}
RESULTS = "application/sparql-results+json"
_serial = itertools.count()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), options)


@dataclass
class Asked:
    """A server that is asked: its process, and where its queries go."""

    process: int
    port: int
    path: str


def compare(folder: Path, options: argparse.Namespace) -> None:
    """Print a row for each query, kind of asking and number of clients."""
    from serve_fixtures import free_port, start_server

    from kg.pipeline import build
    from kg.resources import load_domain

    domain = load_domain()
    build(domain, [domain.articles / "changping-two-districts.txt"], folder / "build")
    kg = start_server(folder / "build" / "store", folder / "log")
    port = free_port()
    oxigraph = start_oxigraph(folder / "build" / "store", port)
    sides = (Asked(oxigraph.pid, port, "/query"), Asked(kg.process.pid, kg.port, "/sparql"))
    head = f"{'a second':>9}{'p50':>7}{'p99':>8}{'CPU':>6} | "
    print(
        f"{'':<23} | oxigraph{'':>23}| kg serve\n{'query':<9}{'asked':<7}{'clients':>7} | {head * 2}share  CPU",
        flush=True,
    )
    try:
        while httpx.get(f"{kg.url}/health").json()["direct"]["workers"] < os.cpu_count():
            time.sleep(0.1)
        check_answers(sides)
        for (name, text), clients, kind in itertools.product(QUERIES.items(), options.clients, ("new", "same")):
            rows = measure(text, clients, kind == "new", sides, options)
            told = "".join(f"{rate:>9.0f}{p50:>7.2f}{p99:>8.2f}{cpu:>6.0f} | " for rate, p50, p99, cpu in rows)
            share, cost = rows[1][0] / rows[0][0], rows[1][3] / max(rows[0][3], 1)
            print(f"{name:<9}{kind:<7}{clients:>7} | {told}{share:>5.2f}{cost:>5.1f}", flush=True)
    finally:
        oxigraph.terminate()
        kg.stop()


def start_oxigraph(store: Path, port: int) -> subprocess.Popen[bytes]:
    command = [shutil.which("oxigraph") or str(Path(sys.executable).parent / "oxigraph")]
    command += ["serve-read-only", "--union-default-graph", "-l", str(store), "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    time.sleep(1)
    return process


def check_answers(sides: Sequence[Asked]) -> None:
    """Raise ``AssertionError`` where a query has other rows at one server than at the other."""
    for text in QUERIES.values():
        found = []
        for side in sides:
            address = f"http://127.0.0.1:{side.port}{side.path}"
            answer = httpx.get(address, params={"query": text}, headers={"Accept": RESULTS})
            assert answer.headers["content-type"] == RESULTS, answer.headers
            told = answer.json()
            found.append(told.get("boolean") or sorted(json.dumps(row) for row in told["results"]["bindings"]))
        assert found[0] == found[1], text


def measure(
    text: str, clients: int, new: bool, sides: Sequence[Asked], options: argparse.Namespace
) -> list[tuple[float, ...]]:
    """Return rate, p50, p99 and processor time of each server, runs alternating."""
    runs: list[list[tuple[float, ...]]] = [[] for _ in sides]
    for _ in range(options.repeat):
        for found, side in zip(runs, sides, strict=True):
            before = processor_time(side.process)
            told = asyncio.run(load(side.port, side.path, text, clients, new, options.seconds))
            used = processor_time(side.process) - before
            found.append((*told, used / (told[0] * options.seconds) * 1e6))
    return [tuple(median(column) for column in zip(*found, strict=True)) for found in runs]


def processor_time(process: int) -> float:
    """Return the seconds of the processors that a process and its children have used."""
    total = 0.0
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread ends with its connection
            total += sum(processor_time(int(child)) for child in (task / "children").read_text().split())
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return total + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(port: int, path: str, text: str, clients: int, new: bool, seconds: float) -> tuple[float, float, float]:
    """Ask from a number of connections for a time; return requests a second, p50 and p99 in milliseconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, path, text, new, end, times) for _ in range(clients)))
    times.sort()
    return len(times) / seconds, times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000


async def client(port: int, path: str, text: str, new: bool, end: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (start := time.perf_counter()) < end:
        query = f"{text} # {next(_serial)}" if new else text
        target = f"{path}?query={quote(query)}"
        writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: {RESULTS}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head[:20], head
        await read_body(reader, head.lower())
        times.append(time.perf_counter() - start)
    writer.close()


async def read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"content-length: " in head:
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r")[0]))
        return
    while size := int((await reader.readline()).strip(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


if __name__ == "__main__":
    main()
