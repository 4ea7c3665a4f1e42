"""A broken rule is refused when it is read, with file, line, rule and what is wrong with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg.errors import RuleError
from kg.pipeline import load_tools
from kg.resources import load_domain

SHIPS = Path(__file__).parent / "domains" / "ships"
RULE = """[[rule]]
id = "called-at"
says = "A ship docked at a port."
triggers = ["docked"]
pattern = '''{s:Ship} docked (?:at|in) {p:Port}'''
[[rule.claim]]
subject = "$s"
predicate = "ship:calledAt"
object = "$p"
"""


def broken(tmp_path: Path, file: str, text: str) -> str:
    folder = tmp_path / "domain"
    shutil.copytree(SHIPS, folder)
    (folder / "data" / "rules" / file).write_text(text, "utf-8")
    with pytest.raises(RuleError) as caught:
        load_tools(load_domain(folder))
    return str(caught.value).split("/data/rules/")[-1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('object = "$p"', 'changed = "yes"', "changed is 'yes', not true or false"),
        ('object = "$p"', 'object = "$q"', "object '$q': the pattern has no group 'q'"),
        ('subject = "$s"', 'subject = "@Shp"', "subject '@Shp': slots.toml has no slot 'Shp'"),
        ('object = "$p"', 'object = "$p"\nstatus = "sure"', "status 'sure' is none of explicit, implied"),
        ('object = "$p"', 'object = "$p"\nmodality = "hoped"', "modality 'hoped' is none of achieved, planned"),
        ('object = "$p"', 'value = 3', "value is 3, not text"),
        ('object = "$p"', 'value = ["$p", "$s"]', "value is ['$p', '$s'], not text"),
        ('object = "$p"', 'unit = 5', "unit is 5, not text"),
        ('"ship:calledAt"', '"shp:calledAt"', "predicate 'shp:calledAt': unknown prefix 'shp'"),
        ("'''{s:Ship} docked (?:at|in) {p:Port}'''", "7", "pattern is 7, not text"),
        ('["docked"]', '"docked"', "triggers is 'docked', not a list of texts"),
        ("{p:Port}", "{p:Prot}", "unknown slot class 'Prot'"),
        ("(?:at|in)", "(?:at|in", "the pattern does not compile"),
        ('says = "A ship docked at a port."\n', "", "says is missing"),
    ],
)  # fmt: skip
def test_broken_rule_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = broken(tmp_path, "calls.toml", RULE.replace(old, new))
    assert found.startswith("calls.toml:2: called-at: "), found
    assert message in found


def test_rule_that_stands_twice(tmp_path: Path) -> None:
    assert broken(tmp_path, "calls.toml", RULE + RULE).startswith("calls.toml:2: called-at: the id stands twice")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("calls.toml", "rule = 5\n", "calls.toml: rules are not written as [[rule]]"),
        ("calls.toml", "[[rule.claim]]\nsubject = 'article'\n", "calls.toml: rules are not written as [[rule]]"),
        ("calls.toml", "[[rule]\n", "calls.toml: not TOML"),
        ("slots.toml", '[slots]\nShip = "ship:Ship"\n', "slots.toml: slot Ship: write a list of classes or kinds"),
        ("slots.toml", "[slots]\n[words]\na = 5\n", "slots.toml: words a: write a pattern in quotes"),
    ],
)
def test_broken_file_is_named(tmp_path: Path, file: str, text: str, message: str) -> None:
    assert broken(tmp_path, file, text).startswith(message)


def test_rule_as_it_should_be(tmp_path: Path) -> None:
    shutil.copytree(SHIPS, tmp_path / "domain")
    (tmp_path / "domain" / "data" / "rules" / "calls.toml").write_text(RULE, "utf-8")
    assert [rule.id for rule in load_tools(load_domain(tmp_path / "domain")).extractor.rules.rules] == ["called-at"]
