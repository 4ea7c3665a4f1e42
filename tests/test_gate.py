"""What the gate says of claims made by hand: accepted, or which part is not in the words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.article import parse_article
from kg.cli import main
from kg.derive import evaluate_formula, proves_value
from kg.errors import EvidenceError
from kg.gate import Gate
from kg.pipeline import Tools, load_tools
from kg.proposals import complete_claim
from kg.resources import load_domain
from kg.vocab import PREFIXES

TOOLS = load_tools(load_domain())


def judge(text: str, tools: Tools = TOOLS, **row: str) -> list[str]:
    """Return the parts that the gate refuses of a claim made by hand."""
    extractor = tools.extractor
    reading = extractor.read(parse_article(text.encode(), tools.page, article_id="text"))
    known = extractor.make_claims(reading)
    claim = complete_claim({"quote": text.rstrip("."), **row}, reading, extractor, PREFIXES, known, where="test")
    verdict = Gate(reading, extractor, known).judge(claim)
    return sorted({failure.part for failure in verdict.failures})


GDP = "In 2022, the GDP of Haidian District reached 1.02 trillion yuan."


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, []),
        ({"value": "102000000000"}, "value"),
        ({"value": "1020000000001"}, "value"),
        ({"unit": "USD"}, "unit"),
        ({"qualifier": "nearly"}, "qualifier"),
        ({"modality": "planned"}, "modality"),
        ({"modality": "denied"}, "modality"),
        ({"period": "In 2021"}, "period"),
        ({"subject": "Chaoyang District"}, "subject"),
        ({"quote": "he GDP of Haidian District reached 1.02 trillion yuan"}, "quote"),
        ({"quote": "the GDP of Haidian District reached 1.02 trillion"}, "quote"),
        ({"status": "missing"}, "status"),
    ],
)
def test_value_claim(change: dict[str, str], refused: str | list[str]) -> None:
    row = {
        "subject": "Haidian District",
        "predicate": "gdp",
        "value": "1020000000000",
        "unit": "CNY",
        "period": "In 2022",
    }
    parts = judge(GDP, **{**row, **change})
    assert parts == [] if refused == [] else refused in parts


@pytest.mark.parametrize(
    ("text", "value", "accepted"),
    [
        ("Haidian District attracted 5,000,000 enterprises.", "5000000", True),
        ("Haidian District attracted 5,000,000 enterprises.", "500000", False),
        ("Haidian District attracted 1,200.00 enterprises.", "1200", True),
        ("Haidian District attracted １２３ enterprises.", "123", True),
    ],
)
def test_number_is_found_on_its_boundaries(text: str, value: str, accepted: bool) -> None:
    extractor = TOOLS.extractor
    reading = extractor.read(parse_article(text.encode(), TOOLS.page, article_id="text"))
    [cohort] = {c.subject for c in extractor.make_claims(reading) if c.object_type == "Observation"}
    parts = judge(text, subject=cohort, predicate="count", value=value, unit="enterprises")
    assert (parts == []) is accepted


def test_number_of_a_neighbour_is_refused() -> None:
    text = "Haidian District supports Xiaomi, and Chaoyang District supports Baidu."
    assert judge(text, subject="Haidian District", predicate="supports", object="Xiaomi", quote=text[:32]) == []
    assert "subject" in judge(text, subject="Chaoyang District", predicate="supports", object="Xiaomi")


@pytest.mark.parametrize(
    ("text", "subject", "predicate", "object_"),
    [
        ("Haidian District supports Xiaomi.", "Xiaomi", "supports", "Haidian District"),
        ("Haidian District supports Xiaomi.", "Haidian District", "locatedIn", "Xiaomi"),
        ("Haidian District supports Haidian District.", "Haidian District", "within", "Haidian District"),
        (
            "Haidian District grew while Chaoyang District fell.",
            "Haidian District",
            "within",
            "Chaoyang District",
        ),
        ("BYD will invest in the Xingtai Battery Project.", "BYD", "locatedIn", "Xingtai Battery Project"),
    ],
)
def test_two_names_and_a_word_do_not_make_a_relation(text: str, subject: str, predicate: str, object_: str) -> None:
    assert judge(text, subject=subject, predicate=predicate, object=object_) != []


def test_group_is_known_by_its_label() -> None:
    text = "In 2022, 29 projects were signed in the park. In 2023, 31 projects were signed."
    row = {"subject": "signed projects", "predicate": "count", "unit": "projects", "quote": "31 projects were signed"}
    assert judge(text, **row, value="31", period="In 2023") == []
    assert judge(text, **row, value="29") != []


def test_page_furniture_bears_nothing_out() -> None:
    text = "Friday, March 3\n\nTitle\n\nHaidian District supports Xiaomi.\n\nShare this article"
    row = {"subject": "Haidian District", "predicate": "supports", "object": "Xiaomi", "quote": "Share this article"}
    assert judge(text, **row) == ["quote"]


@given(st.integers(1, 10**9), st.integers(1, 10**9))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_formula_gives_its_value(after: int, before: int) -> None:
    assert proves_value(f"{after} - {before}", str(after - before))
    assert not proves_value(f"{after} - {before}", str(after - before + 1))
    assert evaluate_formula(f"({after} - {before}) / {before}")[1] == {str(after), str(before)}


@pytest.mark.parametrize(
    "formula", ["", "__import__('os')", "2 ** 99", "1 if 2 else 3", "(" * 99, "1 / 0", "9" * 300, "x"]
)
def test_formula_is_a_sum_and_nothing_else(formula: str) -> None:
    with pytest.raises(EvidenceError):
        evaluate_formula(formula)


def test_derived_value_needs_its_inputs_in_the_quote() -> None:
    text = "The customs clearance time was cut from 276 days to 49 days."
    row = {"subject": "customs clearance", "predicate": "durationGrowth", "unit": "day", "quote": text[4:-1]}
    assert judge(text, **row, value="-227", derived="49 - 276") == []
    assert "value" in judge(text, **row, value="-217", derived="49 - 276")
    assert "derived" in judge(text, **row, value="-226", derived="50 - 276")


def test_what_follows_from_a_refused_claim_is_refused() -> None:
    text = "The approval time was cut from 20 days to 5 days."
    reading = TOOLS.extractor.read(parse_article(text.encode(), TOOLS.page, article_id="text"))
    known = TOOLS.extractor.make_claims(reading)
    turned = [replace(c, value="20", value_before="5") if c.value_before else c for c in known]
    judged = Gate(reading, TOOLS.extractor, known).judge_all(turned)
    parts = sorted(failure.part for verdict in judged for failure in verdict.failures)
    assert parts == ["derived", "derived", "value", "value_before"]
    assert all(verdict.accepted for verdict in Gate(reading, TOOLS.extractor, known).judge_all(known))


def test_check_claims_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GDP, "utf-8")
    row = {"subject": "Haidian District", "predicate": "gdp", "unit": "CNY", "quote": GDP[9:-1], "period": "In 2022"}
    lines = [{**row, "value": "1020000000000"}, {**row, "value": "1020000000"}]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    done = CliRunner().invoke(main, ["check-claims", str(tmp_path / "c.jsonl"), "--article", str(tmp_path / "a.txt")])
    assert done.exit_code == 1
    assert "1: accepted" in done.stdout and "2: refused" in done.stdout
    assert "value: 1020000000 is not in the quote, which gives 1020000000000 CNY" in done.stdout


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("not json", "c.jsonl:1: not JSON"),
        ("[1]", "c.jsonl:1: not a JSON object"),
        ('{"subject": "x"}', "c.jsonl:1: predicate, quote missing"),
        ('{"subject": "x", "predicate": "nothing", "quote": "y"}', "c.jsonl:1: predicate 'nothing' is unknown"),
        ('{"subject": "x", "predicate": "within", "quote": "y", "colour": 1}', "c.jsonl:1: unknown fields colour"),
    ],
)
def test_proposal_that_cannot_be_read_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "a.txt").write_text(GDP, "utf-8")
    (tmp_path / "c.jsonl").write_text(line + "\n", "utf-8")
    done = CliRunner().invoke(main, ["check-claims", str(tmp_path / "c.jsonl"), "--article", str(tmp_path / "a.txt")])
    assert (done.exit_code, message in done.stdout) == (2, True), done.stdout


def test_a_bad_row_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GDP, "utf-8")
    good = {
        "subject": "Haidian District",
        "predicate": "gdp",
        "unit": "CNY",
        "quote": GDP[9:-1],
        "value": "1020000000000",
    }
    rows = [{**good, "start": -5, "end": "a"}, good, {**good, "quote": ""}]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = CliRunner().invoke(main, ["check-claims", str(tmp_path / "c.jsonl"), "--article", str(tmp_path / "a.txt")])
    assert done.exit_code == 2
    assert [line[:12] for line in done.stdout.splitlines() if line[0].isdigit()] == [
        "1: cannot be", "2: accepted ", "3: cannot be"
    ]  # fmt: skip
