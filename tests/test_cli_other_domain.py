"""Commands on a build of another domain, on data without a triple, with filters that a format cannot take."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main

SHIPS = Path(__file__).parent / "domains" / "ships"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def ships(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ships") / "build"
    assert run("build", "--domain", SHIPS, "--out", out, "--quiet").exit_code == 0
    return out


@pytest.mark.parametrize(
    "command",
    [("explain", "Blue Star"), ("check",), ("query", "-e", "ASK {}"), ("claims", "--about", "Blue Star")],
    ids=lambda command: command[0],
)
def test_build_of_another_domain_is_told_and_works_with_it(ships: Path, command: tuple[str, ...]) -> None:
    without = run(*command, "--build", ships)
    assert (without.exit_code, "name the domain it was built for with --domain" in without.stderr) == (2, True)
    assert run(*command, "--build", ships, "--domain", SHIPS).exit_code == 0


def test_next_commands_of_a_build_name_its_folder_and_domain(tmp_path: Path) -> None:
    said = run("build", "--domain", SHIPS, "--out", tmp_path / "b").stdout.split("Next, try:")[1]
    assert f"kg check --build {tmp_path / 'b'} --domain {SHIPS}" in said
    assert "project_stages" not in said


def test_data_without_a_triple_are_not_said_to_hold(tmp_path: Path) -> None:
    (tmp_path / "empty.ttl").write_text("", "utf-8")
    done = run("check", tmp_path / "empty.ttl")
    assert (done.exit_code, done.stderr) == (2, f"Error: {tmp_path}/empty.ttl: no triple in these data\n")


def test_query_that_names_its_dataset_gets_it(ships: Path) -> None:
    count = "SELECT (COUNT(*) AS ?n) {} WHERE {{ ?s ?p ?o }}"
    words = ("--build", ships, "--domain", SHIPS, "--format", "csv")
    all_of_it = run("query", "-e", count.format(""), *words)
    nothing = run("query", "-e", count.format("FROM <https://nothing.example/>"), *words)
    assert (nothing.stdout.split(), all_of_it.stdout.split() != ["n", "0"]) == (["n", "0"], True)


def test_filter_is_refused_where_the_format_takes_the_whole_graph(ships: Path, tmp_path: Path) -> None:
    done = run("export", tmp_path / "a.ttl", "--class", "Ship", "--build", ships, "--domain", SHIPS)
    assert (done.exit_code, "filters choose from a network" in done.stderr) == (2, True)
    assert not (tmp_path / "a.ttl").exists()


def test_summary_of_articles_that_say_nothing_has_no_empty_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Good morning\n\nThe sun rose.\n", "utf-8")
    said = run("build", tmp_path / "a.txt", "--domain", SHIPS, "--out", tmp_path / "b").stdout
    lines = said.split("\n\nNext, try:")[0].split("\n")
    assert lines[:4] == [
        "articles   1 read, 0 failed",
        "claims     0 accepted, 0 refused",
        "numbers    0",
        "things     none",
    ]
    assert all(line == line.rstrip() and line[11:] for line in lines)
