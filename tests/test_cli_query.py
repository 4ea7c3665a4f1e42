"""``kg query`` as people use it: names, files, standard input, parameters, formats, errors and exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main

pytest_plugins = ["query_fixtures"]


@pytest.fixture
def ask(query_build: Path):  # type: ignore[no-untyped-def]
    """Run ``kg query`` on the shared build."""

    def run(*words: str, text: str | None = None) -> Result:
        return CliRunner().invoke(main, ["query", "--build", str(query_build), *words], input=text)

    return run


def kg(*words: str, cwd: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the tool as a process."""
    return subprocess.run(
        [sys.executable, "-m", "kg", *words],
        cwd=cwd,
        input=text,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def test_help_shows_examples() -> None:
    done = CliRunner().invoke(main, ["query", "--help"])
    assert done.exit_code == 0
    assert "Examples:" in done.output and "kg query --list" in done.output


def test_list_names_every_question_with_its_parameters(ask) -> None:  # type: ignore[no-untyped-def]
    done = ask("--list")
    assert done.exit_code == 0
    assert "project_stages\n    How many projects" in done.output
    assert "-p programme: thing = Two Zones" in done.output


def test_question_by_name_is_a_table(ask) -> None:  # type: ignore[no-untyped-def]
    done = ask("project_stages")
    assert done.exit_code == 0
    assert done.output.splitlines()[0].split() == "stage projects qualifier period status quote article".split()
    assert "82 projects achieve landing" in done.output


def test_parameter_format_and_show(ask) -> None:  # type: ignore[no-untyped-def]
    done = ask("leading_industries", "-p", "park=生命谷", "--format", "csv")
    [row] = csv.DictReader(io.StringIO(done.output))
    assert row["industry"] == "https://kg.example/id/medicine-and-health"
    shown = ask("leading_industries", "-p", "park=生命谷", "--show")
    assert "VALUES (?park) { (<https://kg.example/id/life-valley>) }" in shown.output
    again = ask("-", "--format", "csv", text=shown.output)
    assert again.output == done.output


def test_text_file_and_standard_input(ask, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = "SELECT DISTINCT ?park WHERE { ?park rd:within kgd:changping-district } ORDER BY ?park"
    (tmp_path / "parks.rq").write_text(text, encoding="utf-8")
    results = [ask("-e", text), ask("-", text=text), ask(str(tmp_path / "parks.rq"))]
    assert all(result.exit_code == 0 for result in results)
    assert len({result.output for result in results}) == 1
    assert "Life Valley" in results[0].output


def test_every_form_has_its_format(ask) -> None:  # type: ignore[no-untyped-def]
    assert ask("-e", "ASK { ?s a rd:Park }").output == "yes\n"
    assert json.loads(ask("-e", "ASK { ?s a rd:Park }", "--format", "json").output)["boolean"] is True
    assert "@prefix rd:" in ask("-e", "DESCRIBE kgd:life-valley").output
    assert ask("-e", "CONSTRUCT { ?s a rd:Park } WHERE { ?s a rd:Park }", "--format", "nt").output.count(" .\n") > 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Error: ask one question"),
        (["a", "-e", "ASK {}"], "Error: ask one question"),
        (["project_stage"], "Error: no query 'project_stage' (near: project_stages"),
        (["no-such.rq"], "Error: no-such.rq: cannot be read: No such file or directory"),
        (["project_stages", "-p", "programme"], "Error: not a parameter: programme (write -p NAME=VALUE)"),
        (["project_stages", "-p", "x=1"], "Error: project_stages: the query has no parameter 'x'"),
        (["project_stages", "-p", "programme=Tow Zones"], "nothing here is called 'Tow Zones' (near: Two Zones"),
        (["projects_at_stage", "-p", "stage=a b"], "projects_at_stage: stage: 'a b' is not a short IRI"),
        (["-e", "SELECT * WHERE {\n  ?s ?p ?o ."], "Error: text:2:13: syntax error after '?p ?o .'"),
        (["-e", "ASK { SERVICE <http://127.0.0.1:9/> {} }"], "Error: text:1:7: SERVICE is not allowed"),
        (["-e", "DROP ALL"], "Error: text:1:1: DROP changes data"),
        (["-e", "ASK {}", "--format", "ttl"], "the format ttl cannot hold the answer"),
        (["-e", "ASK {}", "--format", "pdf"], "Invalid value for '--format'"),
        (["-e", "ASK {}", "--build", "nowhere"], "nowhere/store: no graph store here (build it first: kg build)"),
        (["-e", "ASK {}", "--domain", "nowhere"], "nowhere/data/domain.toml: not a domain folder"),
    ],
)
def test_error_is_one_clear_line_and_exit_2(words: list[str], message: str, query_build: Path) -> None:
    done = CliRunner().invoke(main, ["query", "--build", str(query_build), *words])
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


def test_process_exit_codes_and_streams(query_build: Path, tmp_path: Path) -> None:
    good = kg("query", "landing_rate", "--build", str(query_build), "--format", "csv", cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert "48.8" in good.stdout
    bad = kg("query", "landing_rat", "--build", str(query_build), cwd=tmp_path)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("Error: no query 'landing_rat'")
    piped = kg("query", "-", "--build", str(query_build), cwd=tmp_path, text="ASK { kgd:life-valley rdfs:label ?l }")
    assert (piped.returncode, piped.stdout) == (0, "yes\n")


def test_reader_that_stops_early_is_no_error_of_ours(query_build: Path, tmp_path: Path) -> None:
    command = (
        f"{sys.executable} -m kg query -e 'SELECT ?s ?p ?o {{ ?s ?p ?o }}' --build {query_build} --format csv | head -1"
    )
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == "s,p,o"
    assert "Traceback" not in done.stderr


def test_interrupt_ends_a_query_at_work(query_build: Path, tmp_path: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    command = [sys.executable, "-m", "kg", "query", "-e", slow, "--build", str(query_build)]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=3)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT
    assert (out, error) == (b"", b"")


def test_another_domain_brings_its_own_questions(tmp_path: Path, query_build: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "domain.toml").write_text('data_base = "https://kg.example/id/"\n', encoding="utf-8")
    empty = kg("query", "--list", "--domain", str(tmp_path), cwd=tmp_path)
    assert empty.returncode == 2
    assert empty.stderr == f"Error: {tmp_path}/queries: no questions here (a question is a file NAME.rq)\n"
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "own.rq").write_text("#+ summary: Mine?\nASK { kgd:x ?p ?o }", encoding="utf-8")
    assert kg("query", "--list", "--domain", str(tmp_path), cwd=tmp_path).stdout == "own\n    Mine?\n"
    asked = kg("query", "own", "--domain", str(tmp_path), "--build", str(query_build), cwd=tmp_path)
    assert (asked.returncode, asked.stdout) == (0, "no\n")
