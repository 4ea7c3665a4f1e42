"""Two builds compared in the language of facts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.corpus.changes import compare
from kg.pipeline import build
from kg.resources import Domain

OLD = "Changping District\n\nIn 2022, the GDP of Changping District reached 100 billion yuan.\n"
NEW = OLD.replace("100 billion", "120 billion").replace("\n\n", "\n\nWords before it. ")
MORE = "Haidian District\n\nIn 2022, the GDP of Haidian District reached 900 billion yuan.\n"


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory, domain: Domain) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("diff")
    for name, articles in {"old": {"a": OLD}, "new": {"a": NEW, "b": MORE}}.items():
        (folder / name).mkdir()
        for article, text in articles.items():
            (folder / name / f"{article}.txt").write_text(text, "utf-8")
        build(domain, [folder / name], folder / f"{name}-build")
    return folder / "old-build", folder / "new-build"


def test_changed_and_new_facts_are_told(builds: tuple[Path, Path]) -> None:
    lines = list(compare(*builds).text())
    assert lines[0] == "+ article b"
    assert "~ Changping District: gdp (in 2022) 100000000000 CNY → 120000000000 CNY  [a]" in [
        line.replace("In 2022", "in 2022") for line in lines
    ]
    assert any(line.startswith("+ Haidian District: gdp") and "[b]" in line for line in lines)
    assert not any(line.startswith("- ") for line in lines)


def test_the_same_build_has_no_difference(builds: tuple[Path, Path]) -> None:
    assert list(compare(builds[0], builds[0]).text()) == ["No difference in what is said."]


def test_backwards_is_the_reverse(builds: tuple[Path, Path]) -> None:
    there, back = compare(*builds), compare(*reversed(builds))
    assert (there.new_articles, there.gone_articles) == (back.gone_articles, back.new_articles)
    swap = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted((swap[c.kind], c.subject, c.predicate, c.after, c.before) for c in there.changes) == sorted(
        (c.kind, c.subject, c.predicate, c.before, c.after) for c in back.changes
    )


def test_command_gives_json_and_says_what_is_wrong(builds: tuple[Path, Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["diff", *map(str, builds), "--format", "json"])
    found = json.loads(result.stdout)
    assert found["new_articles"] == ["b"]
    assert {change["kind"] for change in found["changes"]} == {"changed", "added"}
    wrong = CliRunner().invoke(main, ["diff", str(tmp_path), str(builds[0])])
    assert (wrong.exit_code, "no claims here (name a build's folder" in wrong.stderr) == (2, True)
