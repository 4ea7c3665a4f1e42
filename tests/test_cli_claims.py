"""``kg claims`` prints the contract; ``kg explain`` shows a thing with the words behind all that is known of it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.model import CLAIM_FIELDS, Claim
from kg.query.explain import read_rule_texts
from kg.resources import load_domain

pytest_plugins = ["query_fixtures"]


@pytest.fixture
def run(query_build: Path):  # type: ignore[no-untyped-def]
    """Run a command on the shared build."""

    def invoke(command: str, *words: str) -> Result:
        return CliRunner().invoke(main, [command, "--build", str(query_build), *words])

    return invoke


def read_lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.output.split("\n") if line]


@pytest.mark.parametrize("command", ["claims", "explain"])
def test_help_shows_examples(command: str) -> None:
    done = CliRunner().invoke(main, [command, "--help"])
    assert done.exit_code == 0
    assert "Examples:" in done.output and f"kg {command}" in done.output


# ---------------------------------------------------------------- claims
def test_jsonl_is_the_file_of_the_build(run, query_build: Path) -> None:  # type: ignore[no-untyped-def]
    done = run("claims", "--format", "jsonl")
    assert done.exit_code == 0
    assert done.stdout_bytes == (query_build / "claims.jsonl").read_bytes()
    rows = read_lines(done)
    assert rows == sorted(rows, key=lambda row: (row["article"], row["start"], row["id"]))
    assert all(list(row) == ["id", *CLAIM_FIELDS] for row in rows)
    assert all(Claim.from_dict(row).id == row["id"] for row in rows)


def test_csv_has_all_fields(run, query_build: Path) -> None:  # type: ignore[no-untyped-def]
    rows = list(csv.DictReader(io.StringIO(run("claims", "--format", "csv").stdout_bytes.decode(), newline="")))
    lines = (query_build / "claims.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [row["id"] for row in rows] == [json.loads(line)["id"] for line in lines]
    assert all(isinstance(json.loads(row["resolved"]), list) for row in rows)


def test_table_shows_place_and_quote(run) -> None:  # type: ignore[no-untyped-def]
    output = run("claims", "--about", "International research hospital project").output
    assert output.splitlines()[0].split() == ["place", "subject", "predicate", "object", "status", "quote"]
    assert "3101:3157" in output
    assert output.splitlines()[-1].endswith("claims)")


def test_about_finds_subject_and_object_by_any_name(run) -> None:  # type: ignore[no-untyped-def]
    rows = read_lines(run("claims", "--about", "生命谷", "--format", "jsonl"))
    iri = "https://kg.example/id/life-valley"
    assert rows and all(iri in (row["subject"], row["object"]) for row in rows)
    assert {iri == row["subject"] for row in rows} == {True, False}
    assert rows == read_lines(run("claims", "--about", "life valley", "--format", "jsonl"))


def test_status_chooses(run) -> None:  # type: ignore[no-untyped-def]
    rows = read_lines(run("claims", "--status", "missing", "--status", "garbled", "--format", "jsonl"))
    assert {row["status"] for row in rows} == {"missing", "garbled"}
    assert "(4 claims)" in run("claims", "--status", "missing").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["claims", "--about", "Life Vally"], "nothing here is called 'Life Vally' (near: Life Valley"),
        (["claims", "--status", "wrong"], "Invalid value for '--status'"),
        (["claims", "--build", "nowhere"], "Error: nowhere/claims.jsonl: no claims here (build them first: kg build)"),
        (["explain", "nobody at all"], "nothing here is called 'nobody at all'"),
        (["explain", "kgd:nobody"], "nothing here is called 'kgd:nobody'"),
        (["explain"], "Missing argument"),
        (["explain", "Xiaomi", "--build", "nowhere"], "Error: nowhere/store: no graph store here"),
    ],
)
def test_error_is_clear_and_exit_2(words: list[str], message: str, run) -> None:  # type: ignore[no-untyped-def]
    done = run(*words)
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


def test_broken_file_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "claims.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["claims", "--build", str(tmp_path)])
    assert done.exit_code == 2
    assert f"{tmp_path}/claims.jsonl:1: not a claim" in done.output


# ---------------------------------------------------------------- explain
def test_thing_is_explained_with_its_words(run) -> None:  # type: ignore[no-untyped-def]
    output = run("explain", "xiaomi phase ii").output
    assert output.startswith("Xiaomi Phase II (Project)  kgd:xiaomi-phase-2\n")
    assert "小米二期" in output
    assert "\nundertaken by\n  Xiaomi  (said 3 times, the clearest first)\n     [implied" in output
    assert "“parallel approval”\n      changping-two-districts [2737:2754]  claim " in output
    assert "rule owner-by-name: A project that bears an enterprise's name" in output
    assert "subject by sentence-subject from [2622:2637] “Xiaomi Phase II”" in output
    assert "\n← example member\n  started key projects → Xiaomi Phase II  [garbled" in output


def test_fact_said_again_is_one_fact_with_the_clear_words_first(run) -> None:  # type: ignore[no-untyped-def]
    told = run("explain", "landed key projects").output.split("\nmember type")[0]
    assert told.count("82 projects  (said 3 times, the clearest first)") == 1
    quotes = [line.strip(" “”") for line in told.splitlines() if line.startswith("      “")]
    assert quotes == [
        "82 key projects landing",
        "82 projects achieve landing",
        "82 key projects realize 26 key projects in landing and Xiaomi Phase II",
    ]


def test_same_number_with_two_scopes_is_not_added_up(run) -> None:  # type: ignore[no-untyped-def]
    told = run("explain", "key industrial sector enterprises").output
    assert "more than 1100 enterprises  (said 2 times" in told
    assert "2200" not in told


def test_every_claim_about_a_thing_is_told(run, query_build: Path) -> None:  # type: ignore[no-untyped-def]
    lines = (query_build / "claims.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    iri = "https://kg.example/id/changping-district"
    output = run("explain", "昌平区").output
    rows = [row for row in map(json.loads, lines) if iri in (row["subject"], row["object"])]
    assert len(rows) > 20
    assert all(f"[{row['start']}:{row['end']}]  claim {row['id']}" in output for row in rows)


def test_claim_and_observation_are_explained(run) -> None:  # type: ignore[no-untyped-def]
    [row] = [
        row
        for row in read_lines(run("claims", "--format", "jsonl"))
        if row["predicate"] == "https://kg.example/concept/completion"
    ]
    for word in (str(row["id"]), f"claim:{row['id']}", str(row["object"])):
        output = run("explain", word).output
        assert "80 percent  [explicit" in output
        assert f"claim {row['id']}" in output
        assert output.count("rule ") == 1


def test_article_concept_and_rule_are_explained(run) -> None:  # type: ignore[no-untyped-def]
    assert "Li Zewei" in run("explain", "article:changping-two-districts").output
    assert "\n← stage\n" in run("explain", "rdc:signed").output
    assert "Xiaomi Phase II → Xiaomi" in run("explain", "rule:owner-by-name").output


def test_thing_that_no_article_mentions_is_still_known(run) -> None:  # type: ignore[no-untyped-def]
    output = run("explain", "Zhangjiang Science City").output
    assert "no article says anything of it" in output


def test_rules_say_what_they_mean() -> None:
    texts = read_rule_texts(load_domain().rules)
    assert len(texts) > 20
    assert all(texts.values())


def test_processes_end_with_their_codes(query_build: Path, tmp_path: Path) -> None:
    def kg(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kg", *words, "--build", str(query_build)]
        env = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", env=env)

    good = kg("claims", "--format", "jsonl")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == (query_build / "claims.jsonl").read_text(encoding="utf-8")
    assert kg("explain", "生命谷").returncode == 0
    bad = kg("explain", "生命")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("Error: nothing here is called '生命'")
