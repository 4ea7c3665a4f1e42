"""Every rule gives just what its own examples say, and nothing on its counter-examples."""

from __future__ import annotations

import pytest

from kg.extract import describe_claim
from kg.model import Claim
from kg.pipeline import Tools, load_tools, read_text
from kg.resources import load_domain
from kg.rules import Rule

TOOLS = load_tools(load_domain())
SET = TOOLS.extractor.rules
RULES = SET.every


def claims_of(rule: Rule, claims: list[Claim]) -> list[str]:
    """The rule's claims as short lines, without what kind of members its cohorts have."""
    return sorted(describe_claim(c) for c in claims if c.rule == rule.id and not c.predicate.endswith("memberType"))


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_rule_gives_the_claims_of_its_examples(rule: Rule, tools: Tools) -> None:
    for example in rule.examples:
        found = claims_of(rule, read_text(tools, example.text, title=example.title))
        assert found == sorted(example.claims), example.text


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_rule_is_silent_on_its_counter_examples(rule: Rule, tools: Tools) -> None:
    for text in rule.counters:
        assert claims_of(rule, read_text(tools, text)) == [], text


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_rule_has_enough_examples(rule: Rule, changping_text: str) -> None:
    assert len(rule.examples) >= 2, "at least two sentences it must match"
    assert len(rule.counters) >= 1, "at least one sentence it must not match"
    assert all(example.claims for example in rule.examples)
    shipped = [e for e in rule.examples if e.text.strip(" .") in changping_text]
    assert len(shipped) <= 1, "at most one example from a shipped article"


def test_there_are_rules() -> None:
    assert len(RULES) > 50


def test_every_shipped_pattern_compiles(tools: Tools) -> None:
    tools.extractor.rules.compile_patterns()
