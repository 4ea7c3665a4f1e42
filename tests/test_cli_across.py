"""``kg conflicts``, ``kg history`` and ``kg sources`` on a small corpus that was built once."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.pipeline import build
from kg.resources import load_domain

RELEASE = (
    "Linhe District opened its new library on Tuesday with a reading by schoolchildren from the hills. In 2023, Linhe "
    "District's GDP reached 62.4 billion yuan, and a tenth of what it took in went into books and roofs. The hall has "
    "900 seats under a roof of larch, and its lamps are lit by the wind. Readers may take home ten books at a time."
)
ARTICLES = {
    "bulletin": "As of the end of June 2023, 82 Two Zones projects had landed in Linhe District.\n",
    "copy": f"From our own reporter. {RELEASE}\n",
    "later": "As of the end of December 2023, 97 Two Zones projects had landed in Linhe District.\n",
    "mended": "In 2022, Linhe District's GDP reached 58.9 billion yuan. Correction: an earlier version of this article "
    "said in 2022 Linhe District's GDP reached 85.9 billion yuan.\n",
    "other": "In 2023, Linhe District's GDP reached 64.2 billion yuan. The GDP of Linhe District will reach 70 billion "
    "yuan in 2024.\n",
    "release": f"{RELEASE}\n",
    "round": "In 2023, the GDP of Linhe District was about 62 billion yuan.\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("across")
    (base / "articles").mkdir()
    for name, text in ARTICLES.items():
        (base / "articles" / f"{name}.txt").write_text(text, "utf-8")
    return build(load_domain(), [base / "articles"], base / "build").out


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--build", str(folder)])


CONFLICTS = """\
Linhe District: gross domestic product, 2023
  62.4 billion CNY  (1 source)
      “Linhe District's GDP reached 62.4 billion yuan”  copy [130:176], and 1 copy of it
  64.2 billion CNY  (1 source)
      “Linhe District's GDP reached 64.2 billion yuan”  other [9:55]
  No number is both 62.35 billion to 62.45 billion and 64.15 billion to 64.25 billion CNY.

1 conflict.
"""
HISTORY = """\
Linhe District: gross domestic product
  2022                    58.9 billion CNY        “Linhe District's GDP reached 58.9 billion yuan”  mended [9:55]
x 2022                    85.9 billion CNY        “Linhe District's GDP reached 85.9 billion yuan”  mended [117:163]
  2023                    about 62 billion CNY    “the GDP of Linhe District was about 62 billion yuan”  round [9:60]
! 2023                    62.4 billion CNY        “Linhe District's GDP reached 62.4 billion yuan”  copy [130:176]
! 2023                    64.2 billion CNY        “Linhe District's GDP reached 64.2 billion yuan”  other [9:55]

landed Two Zones projects in Linhe District: count
  as of 2023-06-30        82 projects             “82 Two Zones projects had landed”  bulletin [28:60]
  as of 2023-12-31        97 projects             “97 Two Zones projects had landed”  later [32:64]

"""
SOURCES = """\
copy  3 claims
    “Linhe District opened its new library on Tuesday with a reading by schoolchildren from the hills”  copy [23:119]
    also release
    All of the word sequences of the shorter text stand in the longer one, compared with copy.
mended  2 claims
    “Linhe District's GDP reached 58.9 billion yuan”  mended [9:55]
other  2 claims
    “Linhe District's GDP reached 64.2 billion yuan”  other [9:55]
bulletin  1 claim
    “82 Two Zones projects had landed in Linhe District”  bulletin [28:78]
later  1 claim
    “97 Two Zones projects had landed in Linhe District”  later [32:82]
round  1 claim
    “the GDP of Linhe District was about 62 billion yuan”  round [9:60]
6 sources in 7 articles.
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("conflicts",), CONFLICTS),
        (("conflicts", "linhe district"), CONFLICTS.replace("1 conflict.", "1 conflict about linhe district.")),
        (("conflicts", "Two Zones"), "No conflict about Two Zones.\n"),
        (("history", "Linhe District"), HISTORY),
        (("history", "landed Two Zones projects"), HISTORY[HISTORY.index("landed") :]),
        (
            ("history", "Two Zones"),
            "No two numbers of Two Zones can be compared; kg explain shows what is said of it.\n",
        ),
        (("sources", "Linhe District"), SOURCES),
    ],
)
def test_what_is_printed(folder: Path, words: tuple[str, ...], expected: str) -> None:
    done = run(folder, *words)
    assert (done.exit_code, done.stdout) == (0, expected)


def test_json_has_all(folder: Path) -> None:
    (told,) = json.loads(run(folder, "conflicts", "--format", "json").stdout)
    assert (told["about"], told["start"], told["end"]) == ("Linhe District", "2023-01-01", "2023-12-31")
    assert [(said["value"], said["sources"], len(said["quotes"])) for said in told["said"]] == [
        ("62400000000", 1, 2),
        ("64200000000", 1, 1),
    ]
    history = json.loads(run(folder, "history", "Linhe District", "--format", "json").stdout)
    assert [(told["end"], len(told["said"])) for told in history] == [
        ("2022-12-31", 2),
        ("2023-12-31", 3),
        ("2023-06-30", 1),
        ("2023-12-31", 1),
    ]
    found = json.loads(run(folder, "sources", "Linhe District", "--format", "json").stdout)
    assert [article[0] for article in found[0]["articles"]] == ["copy", "release"]


def test_shipped_questions_give_the_same(folder: Path) -> None:
    rows = ask(folder, "conflicts", "-p", "indicator=rdc:gdp")
    assert [(row["value"], row["article"].rpartition("/")[2]) for row in rows] == [
        ("62400000000", "copy"),
        ("62400000000", "release"),
        ("64200000000", "other"),
    ]
    assert len({row["source"] for row in rows}) == 2
    assert ask(folder, "conflicts", "-p", "indicator=rdc:exports") == []
    rows = ask(folder, "history", "-p", "thing=Linhe District")
    assert [row["disputed"] for row in rows] == ["false"] * 3 + ["true"] * 3 + ["false"] * 2
    rows = ask(folder, "sources_of_thing", "-p", "thing=Linhe District")
    assert (len(rows), len({row["source"] for row in rows})) == (7, 6)


@pytest.mark.parametrize("command", ["conflicts", "history", "sources"])
def test_help_shows_examples(command: str) -> None:
    done = CliRunner().invoke(main, [command, "--help"])
    assert (done.exit_code, "Examples:" in done.output, f"kg {command}" in done.output) == (0, True, True)


@pytest.mark.parametrize("command", ["conflicts", "history", "sources"])
def test_an_unknown_name_is_bad_input(folder: Path, command: str) -> None:
    done = run(folder, command, "Atlantis")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing here is called 'Atlantis'" in done.stderr


def ask(folder: Path, name: str, *words: str) -> list[dict[str, str]]:
    done = run(folder, "query", name, "--format", "csv", *words)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))
