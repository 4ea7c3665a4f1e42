"""The page on databases holds: its commands run, and its Cypher gives the rows of the shipped questions."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from load_data import kg
from servers import Server, running

from kg.load.stores import QUIRKS, Quirks
from kg.pipeline import build
from kg.resources import Domain

PAGE = (Path(__file__).parent.parent / "docs" / "databases.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```sh (\S+)\n(.*?)```", PAGE, re.DOTALL))
CYPHER = [
    (name, dict(item.split("=", 1) for item in rest.split()), text)
    for name, rest, text in re.findall(r"```cypher\n// (\w+)(.*?)\n(.*?)```", PAGE, re.DOTALL)
]
SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("fuseki", "rdf4j", "virtuoso", "neo4j")]


@pytest.fixture(scope="module")
def built(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page")
    build(domain, [domain.articles], out / "build")
    return out


def test_the_page_is_whole() -> None:
    assert set(BLOCKS) == {"oxigraph-server", "fuseki", "rdf4j", "virtuoso", "neo4j", "arcadedb", "oxigraph"}
    assert all(len(text.strip().splitlines()) == 5 for text in BLOCKS.values()), "five lines each"
    assert len(CYPHER) == 10


def describe(kind: str, quirks: Quirks) -> str:
    """Return the row of the table of stores: their addresses, and where they differ."""
    places = (quirks.query, quirks.update, quirks.data)
    query, update, data = (f"`{place}`" if place else "the address itself" for place in places)
    data = data if quirks.graph_param else "by updates"
    data += f", `?{quirks.graph_param}=`" if quirks.graph_param else ""
    quads = f"`{quirks.quads}`" if quirks.quads else "no"
    told = [
        "" if quirks.atomic else "one graph at a time",
        f"INSERT DATA of at most {quirks.max_triples:,} triples" if quirks.max_triples else "",
        f"answers cut at {quirks.max_rows:,} rows" if quirks.max_rows else "",
        f"requests of at most {quirks.max_request >> 20} MB" if quirks.max_request else "",
        "" if quirks.move else "no MOVE",
        "whole decimals shown as `1.0`" if quirks.point_zero else "",
        "counts all graphs together only" if quirks.whole else "",
        "" if quirks.gzip else "not compressed",
    ]
    cells = (f"{quirks.product} (`{kind}`)", query, update, data, quads, "; ".join(filter(None, told)))
    return f"| {' | '.join(cells)} |"


def test_the_table_of_stores_is_that_of_the_code() -> None:
    rows = [describe(kind, quirks) for kind, quirks in QUIRKS.items()]
    table = PAGE.partition("| store | queries |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == rows


def run(line: str, server: Server | None, folder: Path) -> str:
    """Run a line of the page with the server's own address in place of the usual one."""
    line = line.split("  #")[0]
    if server is not None:
        host = re.search(r"127\.0\.0\.1:\d+", server.url)
        assert host is not None
        line = re.sub(r"127\.0\.0\.1:\d+", host[0], line)
        if line.startswith("cypher-shell"):
            return ask_cypher(server, shlex.split(line)[1])
    if line.startswith("kg "):
        return kg(*shlex.split(line)[1:], env=server.env if server else None).stdout
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "NO_PROXY": "*"}
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=env, cwd=folder, check=True).stdout


def query_cypher(server: Server, text: str, parameters: dict[str, str] | None = None) -> list[dict[str, Any]]:
    import neo4j

    auth = (server.env["KG_LOAD_USER"], server.env["KG_LOAD_PASSWORD"])
    with neo4j.GraphDatabase.driver(server.url, auth=auth, notifications_min_severity="OFF") as driver:
        return [record.data() for record in driver.execute_query(text, parameters or {}).records]


def ask_cypher(server: Server, text: str) -> str:
    (row,) = query_cypher(server, text)
    return "".join(f"{key}\n{value}\n" for key, value in row.items())


@pytest.fixture(scope="module", params=["oxigraph", "oxigraph-server", "arcadedb", *SLOW])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Server | None]]:
    if request.param == "oxigraph":
        yield request.param, None
        return
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield request.param, server


def test_the_five_lines_of_each_database(
    place: tuple[str, Server | None], built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, server = place
    monkeypatch.chdir(built)
    lines = BLOCKS[kind].strip().splitlines()
    if server is None:
        run(lines[0], server, built)
    assert "0 graphs, 0 triples" not in run(lines[1], server, built)
    asked = run(lines[2], server, built)
    claims = sum(1 for _ in (built / "build" / "claims.jsonl").open())
    assert re.split(r"\s+", asked.replace('"', "").strip()) == ["claims", str(claims)]
    assert "nothing to do" in run(lines[3], server, built)
    assert re.search(r"there now  0 ", run(lines[4], server, built))


@pytest.fixture(scope="module", params=["arcadedb", pytest.param("neo4j", marks=pytest.mark.slow)])
def filled(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, tmp_path_factory.mktemp("cypher")) as server:
        kg("load", server.url, "--kind", server.kind, "--build", str(built / "build"), env=server.env)
        yield server


@pytest.mark.parametrize(("name", "parameters", "text"), CYPHER, ids=[item[0] for item in CYPHER])
def test_cypher_gives_the_rows_of_the_question(
    filled: Server, built: Path, name: str, parameters: dict[str, str], text: str
) -> None:
    found = [{key: plain(value) for key, value in row.items()} for row in query_cypher(filled, text, parameters)]
    printed = kg("query", name, "--build", str(built / "build"), "--format", "csv").stdout
    ours = [{key: plain(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(printed))]
    assert sorted(found, key=str) == sorted(ours, key=str)
    assert ours, "a question without rows proves nothing"


def plain(value: Any) -> str:
    """Return a cell as text that is the same from any database: numbers without zeros at the end."""
    text = "" if value is None else str(value)
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text
