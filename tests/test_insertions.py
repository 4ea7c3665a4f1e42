"""What is said of a thing is read with whatever stands in front of it, and between it and its verb."""

from __future__ import annotations

import re

import pytest

from kg.extract import describe_claim
from kg.pipeline import Tools, read_text

SUBJECT = "Linhe Economic Development Zone"
BEFORE = "Yunhe city in Hebei province is growing."
SAID = (
    "covers an area of 65 square kilometers",
    "was established in August 2000",
    "has attracted 320 companies",
    "is home to 86 high-tech companies",
    "recorded tax revenue of 3 billion yuan in 2023, up 5 percent",
    "was approved by the State Council in 2012",
    "has become a key base of the electronics industry",
    "has issued 12 policies to support firms",
    "invested 3 billion yuan in roads in 2023",
    "has a population of 120,000",
    "ranked first among the national zones in Hebei",
    "exported 30,000 cars in 2023",
    "has 30 schools and 12 hospitals",
)
BETWEEN = (
    ", a national-level zone,", " (LEDZ)", " (hereinafter referred to as the zone)", ", located in Yunhe city,",
    ", which lies in the east of Yunhe city,", " -- a national zone --", " — a national zone —",
    " – a national zone in Hebei –", " in Yunhe city", ", in Yunhe city,", ", founded in 1992,",
    ", with a history of 30 years,", ", one of the 14 zones in Hebei,", ", also known as LEDZ,", ", known for its tea,",
    ", about 30 km from Yunhe city,", ", Yunhe city,", " in the east of Yunhe city", ", for example,", ", however,",
    ", as a national zone,", ", according to the bureau,", ", thanks to its location,", ", home to Xinhe Company,",
    ", named after a river,", ", dubbed the Silicon Valley of Hebei,", " in Yunhe, Hebei province,",
    ", a pilot zone approved by the State Council in 1992,", ", formerly a fishing village,",
)  # fmt: skip
IN_FRONT = (
    "In recent years, ", "According to the bureau, ", "For example, ", "At present, ", "So far, ",
    "As a national zone, ", "With the support of the city, ", "Thanks to its location, ", "Located in Yunhe, ",
    "Founded in 1992, ", "Covering 30 hectares of woods, ", "Data show that ", "Officials said ",
    "It is reported that ", "Statistics from the bureau show that ", "Li Ming, director of the bureau, said that ",
    "To date, ", "Meanwhile, ", "As one of the 14 zones in Hebei, ", "Since its founding, ", "Relying on its port, ",
    "After years of work, ", "Nestled at the foot of the hills, ", "In order to attract investors, ",
    "A report said that ", "Not only that, ",
)  # fmt: skip


def list_claims(tools: Tools, sentence: str) -> set[str]:
    """Return the claims on a sentence, with those of their periods that are years: "so far" may be one or none."""
    claims = read_text(tools, f"{BEFORE} {sentence}", title="Yunhe news", published="2024-06-01")
    told = (describe_claim(claim) for claim in claims if claim.predicate != "rdc:within")
    return {re.sub(r" @ (?!in (?:August )?20).*", "", claim) for claim in told}


@pytest.fixture(scope="module")
def plain(tools: Tools) -> dict[str, set[str]]:
    """Return what is read of each plain sentence, beyond what is read of the one before it."""
    nothing = list_claims(tools, "")
    return {said: list_claims(tools, f"{SUBJECT} {said}.") - nothing for said in SAID}


def test_each_plain_sentence_is_read(plain: dict[str, set[str]]) -> None:
    assert [said for said, claims in plain.items() if not claims] == []


@pytest.mark.parametrize("between", BETWEEN)
def test_between_a_thing_and_its_verb(tools: Tools, plain: dict[str, set[str]], between: str) -> None:
    lost = {said: claims - list_claims(tools, f"{SUBJECT}{between} {said}.") for said, claims in plain.items()}
    assert {said: claims for said, claims in lost.items() if claims} == {}


@pytest.mark.parametrize("front", IN_FRONT)
def test_in_front_of_a_thing(tools: Tools, plain: dict[str, set[str]], front: str) -> None:
    lost = {said: claims - list_claims(tools, f"{front}{SUBJECT} {said}.") for said, claims in plain.items()}
    assert {said: claims for said, claims in lost.items() if claims} == {}
