"""The simpler sentences that a sentence says as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.article import parse_article
from kg.extract import describe_claim
from kg.model import Article
from kg.pipeline import Tools, read_text
from kg.reductions import Reduction, reduce_sentence

CASES = [
    ("Linhe District has 5 parks.", []),
    # Brackets that only name, and what commas enclose in front of a verb.
    (
        "Linhe High-tech Zone (LHZ), in Yunhe County, has 5 parks.",
        ["Linhe High-tech Zone has 5 parks."],
    ),
    ("The exports of Linhe District (excluding services) reached 5 billion yuan.", []),
    ("Linhe District, Yunhe County and Lanhai County have 5 parks.", []),
    ("Linhe District, together with Yunhe County, has 5 parks.", []),
    # What a relative clause says of the thing right before it.
    (
        "Linhe High-tech Zone, which was founded in 1998, has 5 parks.",
        ["Linhe High-tech Zone has 5 parks.", "Linhe High-tech Zone was founded in 1998"],
    ),
    (
        "The deal with Linhe District, which covers 30 hectares, was signed.",
        ["The deal with Linhe District was signed."],
    ),
    # What a further verb says of what the sentence begins with, and of nothing else.
    (
        "In 2022, Linhe District signed 5 projects and was ranked third.",
        ["In 2022, Linhe District was ranked third."],
    ),
    ("Linhe District signed a deal that covers 30 hectares and has 5 parks.", []),
    ("Linhe District signed 5 deals, and its exports grew and reached 3 billion yuan.", []),
    # What else it means to do, and no noun that could be a verb.
    (
        "Linhe District aims to build 5 parks and increase exports to 3 billion yuan.",
        ["Linhe District aims to increase exports to 3 billion yuan."],
    ),
    ("Linhe District will strengthen research, design and production.", []),
    # Where it lies, between it and its verb.
    (
        "The exports of Linhe District in Yunhe, Shandong province are expected to grow.",
        ["The exports of Linhe District are expected to grow."],
    ),
    # What else is told of the thing a sentence begins with, and no list of things.
    ("Linhe High-tech Zone -- in Yunhe, Shandong -- has 5 parks.", ["Linhe High-tech Zone has 5 parks."]),
    ("In 2022, Linhe District, formerly a fishing village, had 5 parks.", ["In 2022, Linhe District had 5 parks."]),
    ("Linhe High-tech Zone, Yunhe County, has 5 parks.", ["Linhe High-tech Zone has 5 parks."]),
    ("Linhe High-tech Zone, however, has 5 parks.", ["Linhe High-tech Zone has 5 parks."]),
    ("Linhe High-tech Zone in the east of Yunhe County has 5 parks.", ["Linhe High-tech Zone has 5 parks."]),
    ("Linhe High-tech Zone, and not Yunhe County, has 5 parks.", []),
    ("Unlike Linhe High-tech Zone, Yunhe County, Lanhai County and Qinglan County have 5 parks.", []),
    # Who says so.
    ("Officials said Linhe High-tech Zone has 5 parks.", ["Linhe High-tech Zone has 5 parks."]),
    ("Few officials said Linhe High-tech Zone has 5 parks.", []),
    # What stands in front of the subject.
    (
        "Located in the north of Yunhe County, Linhe District has 5 parks.",
        ["Linhe District has 5 parks."],
    ),
]


def read_reductions(tools: Tools, text: str) -> tuple[Article, list[Reduction]]:
    article = parse_article(text.encode(), tools.page, article_id="text")
    extractor = tools.extractor
    reading = extractor.read(article)
    found = [r for sentence in reading.sentences for r in reduce_sentence(sentence, extractor.rules.reducers)]
    return article, found


def words_of(article: Article, reduction: Reduction) -> str:
    spans = zip(reduction.places, reduction.kept, strict=True)
    return "".join(
        article.text[reduction.locate(place) : reduction.locate(place + kept.end - kept.start, end=True)]
        for place, kept in spans
    )


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_reductions(tools: Tools, text: str, expected: list[str]) -> None:
    article, found = read_reductions(tools, text)
    assert [words_of(article, reduction) for reduction in found] == expected


PIECES = st.sampled_from(
    (
        "Linhe District",
        "Yunhe County",
        " (LD)",
        ", which covers 30 hectares,",
        " has 5 parks",
        " and ",
        ", ",
        "was built",
    )
)


@given(st.lists(PIECES, min_size=1, max_size=12))
def test_places_of_a_reduction_are_those_of_the_article(tools: Tools, pieces: list[str]) -> None:
    article, found = read_reductions(tools, "".join(pieces) + ".")
    for reduction in found:
        for place, char in enumerate(reduction.masked):
            where = reduction.locate(place)
            if char == " " and not article.text[where].isspace():  # added to words that are glued to a comma
                assert article.text[where - 1] == ","
                assert reduction.position(where) == place + 1
            elif char < "\ue000":
                assert article.text[where] == char
                assert reduction.position(where) == place
        assert all(
            reduction.mark_at(f"\ue000{reduction.masked[p + 1]}") in reduction.whole.marks for p in _marks(reduction)
        )


def _marks(reduction: Reduction) -> list[int]:
    return [place for place, char in enumerate(reduction.masked) if "\ue000" <= char < "\ue100"]


def test_a_claim_of_a_reduction_is_made_once(tools: Tools) -> None:
    text = (
        "Linhe High-tech Zone (LHZ), which covers 30 square kilometers, has attracted 120 foreign-invested enterprises."
    )
    assert [describe_claim(claim) for claim in read_text(tools, text) if claim.object_type == "Observation"] == [
        "Linhe High-tech Zone | area | 30 km2",
        "foreign-invested enterprises | count | 120 enterprises",
    ]
