"""The 99 facts of the first article: found as they should be, or listed as missing with the reason."""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kg.model import Article, Claim

GOLD = Path(__file__).parent / "gold"
FACTS = [json.loads(line) for line in (GOLD / "seed_claims.jsonl").read_text(encoding="utf-8").splitlines()]
CROSSWALK = tomllib.loads((GOLD / "crosswalk.toml").read_text(encoding="utf-8"))
STATUSES = {"missing_value": "missing"}


def say(table: str, word: str) -> str:
    return CROSSWALK[table].get(word, word)


def local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


def same_number(found: str, expected: Any) -> bool:
    return bool(found) and Decimal(found) == Decimal(str(expected))


def states_value(claim: Claim, fact: dict[str, Any]) -> bool:
    if claim.object_type != "Observation":
        return False
    if fact["status"] == "missing_value":
        return claim.value == "" and (claim.unit, claim.qualifier) == (say("units", fact["unit"]), fact["qualifier"])
    before = fact["predicate"] == "durationBefore"
    value = claim.value_before if before else claim.value
    qualifier = claim.qualifier_before if before else claim.qualifier
    wanted = say("qualifiers", fact["qualifier"])
    return (
        same_number(value, fact["value"])
        and claim.unit == say("units", fact["unit"])
        and (not wanted or qualifier == wanted)
    )


def states_object(claim: Claim, fact: dict[str, Any]) -> bool:
    if fact["object_type"] == "literal":
        # The gold object is a paraphrase; ours must be the article's own words.
        return claim.object_type == "literal" and claim.object_label in re.sub(r"\s+", " ", claim.quote)
    return claim.object_label.casefold() == say("subjects", fact["object"]).casefold()


def matches(claim: Claim, fact: dict[str, Any]) -> bool:
    predicate = CROSSWALK["facts"].get(fact["id"], {}).get("predicate") or say("predicates", fact["predicate"])
    is_value = fact["unit"] not in ("", "relative date", "date")
    return (
        claim.subject_label.casefold() == say("subjects", fact["subject"]).casefold()
        and local(claim.predicate) == predicate
        and claim.status == STATUSES.get(fact["status"], fact["status"])
        and claim.start < fact["end"]
        and fact["start"] < claim.end
        and (states_value(claim, fact) if is_value else states_object(claim, fact))
    )


@pytest.mark.parametrize("fact", FACTS, ids=[fact["id"] for fact in FACTS])
def test_gold_fact_is_found(fact: dict[str, Any], changping_claims: list[Claim]) -> None:
    found = [claim for claim in changping_claims if matches(claim, fact)]
    if fact["id"] in CROSSWALK["missing"]:
        assert not found, f"{fact['id']} is found now: take it off the list of missing facts"
    else:
        near = [c for c in changping_claims if c.start < fact["end"] and fact["start"] < c.end]
        assert found, f"not found: {fact}\nclaims there: " + "\n".join(map(str, near))


def test_at_most_four_gold_facts_are_missing() -> None:
    assert len(FACTS) == 99
    assert len(CROSSWALK["missing"]) <= 4


def test_gold_quotes_are_the_article(changping: Article) -> None:
    assert all(changping.text[f["start"] : f["end"]] == f["quote"] for f in FACTS)
