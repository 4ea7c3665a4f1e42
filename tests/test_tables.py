"""Tables of pages: each figure on a line of its own with all that it is of, and the unit its labels name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.corpus.tools import Tools, read_claims
from kg.extract import describe_claim
from kg.model import Article
from kg.pipeline import read_text
from kg.sources import read_source
from kg.tables import write_rows

HEAD = "| Indicator | Unit | 2022 | Growth (%) |\n|---|---|---|---|\n"


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        (
            HEAD + "| GDP | 100 million yuan | 345.6 | -8.1 |",
            ["GDP (100 million yuan) | 2022 | 345.6", "GDP (100 million yuan) | Growth (%) | -8.1"],
        ),
        ("| No. | Name | Area | Note |\n| 1 | Linhe | 812 | old |", ["Linhe | Area | 812"]),
        ("| Year | GDP | Exports |\n| 2021 | 34 | - |", ["2021 | GDP | 34"]),
        ("| A | B | C |\n| one | two | three |", []),
        ("| GDP | 34 | 8 |\n| Exports | 3 | 2 |", []),
        ("| A | B | C |\n| x | 1 | 2 | 3 |", []),
    ],
)
def test_each_figure_of_a_table_is_a_line_with_the_words_of_its_row_and_column(table: str, lines: list[str]) -> None:
    assert write_rows(table)[0].split("\n") == (lines or [""])


def test_rows_that_no_header_explains_are_noted() -> None:
    assert write_rows("| GDP | 34 | 8 |\n| Exports | 3 | 2 |")[1] == (
        "2 rows of tables with figures were left out, from 'GDP | 34 | 8': write them as sentences",
    )
    assert write_rows("| A | B | C |\n" + "| x | 1 | 2 |\n" * 300)[1][0].startswith("300 rows")


def test_claims_of_a_table_have_the_units_of_their_labels_and_a_quote_that_bears_them_out(
    tmp_path: Path, tools: Tools
) -> None:
    rows = "| GDP | 100 million yuan | 345.6 | 8.1 |\n| Exports | USD 100 million | 3.4 | -7.5 |\n"
    rows += "| Permanent population | 10,000 persons | 56.7 | 0.3 |\n"
    (tmp_path / "a.md").write_text(f"# Linhe District in figures\n\nIt issued figures.\n\n{HEAD}{rows}", "utf-8")
    [article] = read_source("a", tmp_path / "a.md", tools.page, tools.extractor.grammar)
    assert isinstance(article, Article)
    reading = read_claims(tools, article)
    found = {describe_claim(c): c.quote for c in reading.claims if c.object_type == "Observation"}
    assert found == {
        "Linhe District | gdp | 34560000000 CNY @ 2022": "GDP (100 million yuan) | 2022 | 345.6",
        "Linhe District | gdpGrowth | 8.1 percent @ 2022": "GDP (100 million yuan) | Growth (%) | 8.1",
        "Linhe District | exports | 340000000 USD @ 2022": "Exports (USD 100 million) | 2022 | 3.4",
        "Linhe District | exportsGrowth | -7.5 percent @ 2022": "Exports (USD 100 million) | Growth (%) | -7.5",
        "Linhe District | population | 567000 people @ 2022": "Permanent population (10,000 persons) | 2022 | 56.7",
        "Linhe District | populationGrowth | 0.3 percent": "Permanent population (10,000 persons) | Growth (%) | 0.3",
    }
    assert not reading.account.refused


@pytest.mark.parametrize(
    ("line", "claim"),
    [
        ("GDP (100 million yuan): 345.6", "Linhe District | gdp | 34560000000 CNY"),
        ("Exports (USD 100 million) | 3.4", "Linhe District | exports | 340000000 USD"),
        ("Population (10,000 persons): 56.7", "Linhe District | population | 567000 people"),
        ("Population (2020): 345,600", "Linhe District | population | 345600 people @ 2020"),
        ("GDP growth (%): -2.4", "Linhe District | gdpGrowth | -2.4 percent"),
    ],
)
def test_a_line_of_a_profile_names_its_unit_before_the_number(tools: Tools, line: str, claim: str) -> None:
    found = [describe_claim(c) for c in read_text(tools, f"It is old.\n{line}", title="Linhe District in figures")]
    assert claim in found
