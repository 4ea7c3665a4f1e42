"""CSV and Parquet read back by csv, DuckDB and pyarrow: equal rows, guarded formulas, exact decimals."""

from __future__ import annotations

import builtins
import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from export_readers import HOSTILE, FixedSource, expected_label, hostile_network, write

from kg.errors import MissingExtraError
from kg.export import Losses, Options, Source
from kg.export.table import GUARDED
from kg.export.text import clean

pytest_plugins = ["export_fixtures"]


def read(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(1_000_000)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def tables(export_source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
    folder = tmp_path_factory.mktemp("tables")
    write(export_source, folder / "net.csv")
    write(export_source, folder / "t.parquet")
    return folder


@pytest.fixture
def duck(tables: Path) -> Any:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    db = duckdb.connect()
    for name in ("claims", "observations", "nodes", "edges"):
        db.read_parquet(str(tables / f"t.{name}.parquet")).create_view(name)
    for name in ("nodes", "edges"):
        db.read_csv(str(tables / f"net.{name}.csv")).create_view(f"csv_{name}")
    return db


def test_csv_has_the_network(export_source: Source, tmp_path: Path) -> None:
    network, report = export_source.drawn, write(export_source, tmp_path / "net.csv")
    assert [path.name for path in report.files] == ["net.nodes.csv", "net.edges.csv"]
    nodes, edges = read(report.files[0]), read(report.files[1])
    assert [row["Id"] for row in nodes] == [node.id for node in network.nodes]
    assert [row["label_zh"] for row in nodes] == [node.label_zh for node in network.nodes]
    assert list(edges[0])[:6] == ["Source", "Target", "Type", "Id", "Label", "Weight"]
    found = Counter((row["Source"], row["Label"], row["Target"], row["quote"]) for row in edges)
    assert found == Counter((e.source, e.label, e.target, e.quote) for e in network.edges)


def test_csv_keeps_hostile_text_and_guards_formulas(tmp_path: Path) -> None:
    report = write(FixedSource(hostile_network()), tmp_path / "bad.csv")
    expected = [expected_label(text) for _, text in HOSTILE]
    guarded = ["'" + text if re.match(r"\s*[=+\-@]", text) else text for text in expected]
    assert [row["Label"] for row in read(report.files[0])] == guarded
    assert sum(loss.times for loss in report.losses if loss.what == GUARDED) > 4


def test_without_guard_every_cell_is_exact(tmp_path: Path) -> None:
    report = write(FixedSource(hostile_network(), Options(excel_guard=False)), tmp_path / "bad.csv")
    assert [row["Label"] for row in read(report.files[0])] == [expected_label(text) for _, text in HOSTILE]
    losses = Losses()
    quotes = {row["quote"] for row in read(report.files[1])}
    assert quotes == {"quote: " + clean(text, losses) for _, text in HOSTILE}


def test_negative_numbers_are_not_guarded(export_source: Source, tmp_path: Path) -> None:
    rows = read(write(export_source, tmp_path / "net.csv").files[0])
    assert any(row["y"].startswith("-") for row in rows)


def test_duckdb_reads_csv(duck: Any, export_source: Source) -> None:
    found = duck.execute("SELECT count(*), count(DISTINCT Id), sum(degree) FROM csv_nodes").fetchone()
    network = export_source.drawn
    assert found == (len(network.nodes), len(network.nodes), 2 * len(network.edges))
    quotes = duck.execute("SELECT quote FROM csv_edges").fetchall()
    assert [row[0] for row in quotes] == [edge.quote for edge in network.edges]


def test_duckdb_reads_parquet(duck: Any, export_source: Source) -> None:
    claims = export_source.claims
    assert duck.execute("SELECT id, quote, value FROM claims").fetchall() == [
        (c.id, c.quote, c.value or None) for c in claims
    ]
    values = [c for c in claims if c.object_type == "Observation"]
    assert duck.execute("SELECT sum(number) FROM observations").fetchone()[0] == pytest.approx(
        sum(float(c.value) for c in values if c.value)
    )
    assert duck.execute("SELECT count(*) FROM edges").fetchone() == (len(export_source.drawn.edges),)
    types = dict(duck.execute("SELECT column_name, column_type FROM (DESCRIBE claims)").fetchall())
    assert {types[n] for n in ("value", "number", "first_day", "start", "resolved")} == {
        "VARCHAR", "DOUBLE", "DATE", "BIGINT", "VARCHAR[]",
    }  # fmt: skip


def test_missing_numbers_are_null(duck: Any) -> None:
    rows = duck.execute("SELECT value, number FROM observations WHERE status = 'missing'").fetchall()
    assert len(rows) > 2 and set(rows) == {(None, None)}


def test_parquet_holds_hostile_text(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
    report = write(FixedSource(hostile_network()), tmp_path / "bad.parquet")
    table = parquet.read_table(tmp_path / "bad.nodes.parquet")
    assert table.column("label").to_pylist() == [expected_label(text) for _, text in HOSTILE]
    assert len(report.files) == 4


def questions() -> list[tuple[str, str]]:
    """Return the questions of the page and their SQL."""
    page = (Path(__file__).parent.parent / "docs" / "sql.md").read_text(encoding="utf-8")
    return re.findall(r"^## (.+?)\n.*?```sql\n(.*?)```", page, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("title", "sql"), questions(), ids=lambda text: text[:30])
def test_the_questions_of_the_page_have_answers(title: str, sql: str, duck: Any) -> None:
    rows = duck.execute(sql).fetchall()
    assert rows, title


def test_the_page_has_ten_questions() -> None:
    assert len(questions()) == 10


def test_without_pyarrow_the_extra_is_named(
    export_source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"kg\[parquet\]"):
        write(export_source, tmp_path / "t.parquet")
