"""Charts of questions: what becomes a bar, a line, a panel; a missing number is never a zero."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import ExportError
from kg.export import Source
from kg.export.chart import Panel, make_panels, write_chart
from kg.query import Namer, parse_query, query_prefixes, run_query
from kg.resources import load_domain

pytest_plugins = ["export_fixtures"]
YEARS = """SELECT ?name ?year ?value WHERE { VALUES (?name ?year ?value) {
  ("Park A" "2021"^^xsd:gYear 12) ("Park A" "2023"^^xsd:gYear UNDEF) ("昌平" "2021"^^xsd:gYear 8.5) } }"""


def panels(text: str, store: ox.Store | None = None) -> list[Panel]:
    prefixes = query_prefixes(load_domain())
    used = store or ox.Store()
    return make_panels(run_query(used, parse_query(text, "test"), prefixes=prefixes), Namer(used, prefixes))


def test_numbers_are_columns_and_the_rest_is_the_name() -> None:
    (panel,) = panels('SELECT ?a ?n ?quote WHERE { VALUES (?a ?n ?quote) { ("x" 3 "said so") ("y" UNDEF "and so") } }')
    assert panel.columns == ("n",)
    assert [(row.name, row.numbers["n"], row.labels["n"]) for row in panel.rows] == [
        ("x", 3.0, "3"), ("y", None, "missing"),
    ]  # fmt: skip


def test_each_unit_has_its_own_panel() -> None:
    found = panels('SELECT ?a ?value ?unit WHERE { VALUES (?a ?value ?unit) { ("x" 3 "CNY") ("y" 4 "percent") } }')
    assert [(panel.title, [row.name for row in panel.rows]) for panel in found] == [("CNY", ["x"]), ("percent", ["y"])]


def test_before_and_after_share_a_panel() -> None:
    text = """SELECT ?a ?before ?before_qualifier ?after WHERE {
      VALUES (?a ?before ?before_qualifier ?after) { ("x" 276 "nearly" 49) } }"""
    (panel,) = panels(text)
    assert panel.columns == ("before", "after")
    assert panel.rows[0].labels == {"before": "nearly 276", "after": "49"}


def test_dates_are_not_part_of_the_name() -> None:
    (panel,) = panels(YEARS)
    assert [(row.name, row.date) for row in panel.rows] == [("Park A", "2021"), ("Park A", "2023"), ("昌平", "2021")]


def test_all_missing_is_drawn_as_missing() -> None:
    (panel,) = panels('SELECT ?a ?value WHERE { VALUES (?a ?value) { ("x" UNDEF) } }')
    assert panel.rows[0].numbers == {"value": None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('SELECT ?a WHERE { BIND ("x" AS ?a) }', "no column of numbers among: a"),
        ('SELECT ?a ?start WHERE { BIND ("x" AS ?a) BIND (3 AS ?start) }', "no column of numbers"),
        ("SELECT ?a WHERE { VALUES ?a { " + " ".join(map(str, range(81))) + " } }", "81 rows are too many"),
    ],
)
def test_what_cannot_be_drawn_is_told(text: str, message: str) -> None:
    with pytest.raises(ExportError, match=message):
        panels(text)


def test_a_chart_is_a_picture(tmp_path: Path) -> None:
    answer = run_query(ox.Store(), parse_query("SELECT (1 AS ?n) WHERE {}", "test"), prefixes={})
    with pytest.raises(ExportError, match="a chart is a picture"):
        write_chart(answer, Namer(ox.Store(), {}), tmp_path / "chart.csv")


def test_the_command_draws_a_shipped_question(export_build: Path, export_source: Source, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra plot)")
    paths = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for path in paths:
        result = CliRunner().invoke(main, ["plot", "project_stages", str(path), "--build", str(export_build)])
        assert (result.exit_code, result.output) == (0, f"{path}: 4 rows\n")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    words = "".join(ElementTree.parse(paths[0]).getroot().itertext())  # noqa: S314  our own file
    assert all(word in words for word in ("168", "82", "29", "26", "signed", "How many projects"))


def test_lines_have_gaps_where_numbers_are_missing(export_build: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra plot)")
    path = tmp_path / "lines.svg"
    result = CliRunner().invoke(main, ["plot", "-e", YEARS, str(path), "--build", str(export_build)])
    assert result.exit_code == 0, result.output
    words = "".join(ElementTree.parse(path).getroot().itertext())  # noqa: S314  our own file
    assert all(word in words for word in ("昌平", "2023", "missing"))
