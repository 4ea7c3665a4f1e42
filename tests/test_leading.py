"""What a sentence begins with, where a pronoun behind it may mean that and no place named in it."""

from __future__ import annotations

import pytest

from kg.article import parse_article
from kg.corpus.tools import load_tools, read_claims
from kg.extract import describe_claim
from kg.resources import load_domain

TOOLS = load_tools(load_domain())


def roles(text: str) -> list[str]:
    article = parse_article(text.encode(), TOOLS.page, article_id="text")
    return [describe_claim(claim) for claim in read_claims(TOOLS, article).claims if claim.predicate.endswith("role")]


@pytest.mark.parametrize(
    "before",
    [
        "The seat of Linhe District lies near Yunhe County.",
        "The development of Hefei's market began in the 1980s.",
        "Hefei Ice World, built by a river, is a park.",
        "A workshop in Linhe District makes lamps.",
        "Linhe District's opera is old.",
    ],
)
def test_it_is_no_place_behind_another_thing(before: str) -> None:
    assert roles(f"{before} It has a long history.") == []


@pytest.mark.parametrize(
    "before",
    [
        "Linhe District lies near Yunhe County.",
        "In 2023, Linhe District opened a port.",
        "According to Li Wei, Linhe District makes lamps.",
        "The GDP of Linhe District reached 3 billion yuan.",
        "Linhe District's GDP reached 3 billion yuan.",
    ],
)
def test_it_is_the_place_that_the_sentence_before_tells_of(before: str) -> None:
    assert roles(f"{before} It has a long history.") == ["Linhe District | role | has a long history"]
