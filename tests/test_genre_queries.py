"""The graph of the sentences of ``tests/genre``: a shipped question finds each kind of fact, and all of it conforms."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.pipeline import build
from kg.query import list_queries, query_prefixes, run_query
from kg.resources import load_domain
from kg.shapes import check, load_shapes, severity_rank
from kg.store import open_store

ROOT = Path(__file__).parent.parent
ROWS = re.findall(
    r"^\| ([a-z][^|]+?) \| `([^`]+)` \|$", (ROOT / "docs" / "queries.md").read_text(encoding="utf-8"), re.MULTILINE
)
KINDS = 23
"""How many kinds of facts the genre states (project counts, shares, ranks, and so on)."""


@pytest.fixture(scope="module")
def genre_store(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """The store of all genre sentences, each an article of its own."""
    folder = tmp_path_factory.mktemp("genre")
    lines = [
        json.dumps({"title": entry.get("title", ""), "text": entry["text"], "date": entry.get("published", "")})
        for path in sorted((ROOT / "tests" / "genre").glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]
    ]
    (folder / "genre.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    build(load_domain(), [folder], folder / "build")
    return open_store(folder / "build" / "store")


def test_what_is_read_keeps_every_promise(genre_store: ox.Store) -> None:
    report = check(genre_store, load_shapes(load_domain().ontology / "shapes.ttl"))
    broken = {r.focus.value for r in report.results if not severity_rank(r.severity)}
    assert not broken


def test_table_has_every_kind_once() -> None:
    assert len(ROWS) == len({kind for kind, _ in ROWS}) == KINDS


@pytest.mark.parametrize(("kind", "command"), ROWS, ids=[kind for kind, _ in ROWS])
def test_question_finds_its_kind(kind: str, command: str, genre_store: ox.Store) -> None:
    domain = load_domain()
    name, *settings = command.split()
    [query] = [query for query in list_queries(domain.queries) if query.name == name]
    values = dict(setting.split("=", 1) for setting in settings)
    answer = run_query(genre_store, query, values, prefixes=query_prefixes(domain))
    assert next(answer.rows(), None) is not None, kind
