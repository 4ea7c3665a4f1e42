"""Who says "we" where the sentence itself does not say so."""

from __future__ import annotations

import pytest

from kg.pipeline import Tools, read_text

PLAN = "We will repair the old dikes of the north."


@pytest.mark.parametrize(
    ("told", "subjects"),
    [
        ("The meeting stressed safety.", {"Linhe District"}),
        ("Xu Lin, mayor of the district, was there. He urged haste.", {"Linhe District"}),
        ('"We make dikes," said Wang Jun, general manager of Lanhai Works.', {"Lanhai Works"}),
        ('"We make dikes," said Wang Jun, a farmer.', set()),
        ("President Xi Jinping stressed safety.", set()),
        ("Linhe District has grown.", set()),
    ],
)
def test_we_is_whom_the_last_voice_speaks_for(tools: Tools, told: str, subjects: set[str]) -> None:
    claims = read_text(tools, f"{told} {PLAN}", title="Linhe District grows")
    assert {claim.subject_label for claim in claims if claim.predicate.endswith("intention")} == subjects


def test_we_is_nobody_where_the_words_are_of_the_country(tools: Tools) -> None:
    claims = read_text(
        tools, "The meeting stressed safety. We will open China to the world.", title="Linhe District grows"
    )
    assert not [claim for claim in claims if claim.predicate.endswith("intention")]
