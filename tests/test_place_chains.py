"""Where places lie, read off the words between them or off the order of a row."""

from __future__ import annotations

import pytest

from kg.article import parse_article
from kg.pipeline import Tools
from kg.place_chains import find_chains, is_upside_down


def _chain(tools: Tools, text: str) -> set[tuple[str, str]]:
    reading = tools.extractor.read(parse_article(text.encode(), tools.page, article_id="text"))
    entities = tools.extractor.lexicon.entities
    pairs = {pair for sentence in reading.sentences for pair in find_chains(text, sentence, entities)}
    return {(text[a.start : a.end], text[b.start : b.end]) for a, b in pairs}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Tea from Linhe County, Hefei, is green.", {("Linhe County", "Hefei")}),
        ("Linhe District of the city of Hefei has many schools.", {("Linhe District", "the city of Hefei")}),
        ("Shiqiao Village, a hamlet set deep in the hills of Beihe County.", {("Shiqiao Village", "Beihe County")}),
        ("Beihe City (a county-level city under Anqing) makes toys.", {("Beihe City", "Anqing")}),
        ("Linhe County, under Hefei's jurisdiction, grew.", {("Linhe County", "Hefei")}),
        ("The town of Qingshi, in the north of Linhe County, grew.", {("Qingshi", "Linhe County")}),
        ("Qingshi Town in Hefei's Linhe County.", {("Qingshi Town", "Linhe County"), ("Linhe County", "Hefei")}),
        ("The Hunan cities of Liuyang and Liling grew.", {("Liuyang", "Hunan"), ("Liling", "Hunan")}),
        (
            "The counties of Linhe County and Beihe County in Anqing.",
            {("Linhe County", "Anqing"), ("Beihe County", "Anqing")},
        ),
        (
            "Lanhai Science Park (Linhe County, Hefei) grew.",
            {("Lanhai Science Park", "Linhe County"), ("Linhe County", "Hefei")},
        ),
        ("Baiyun Airport, located in the north of Linhe County, is new.", {("Baiyun Airport", "Linhe County")}),
    ],
)
def test_words_or_order_tell_where_a_place_lies(tools: Tools, text: str, pairs: set[tuple[str, str]]) -> None:
    assert _chain(tools, text) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "Linhe County is a county close to Hefei.",
        "Linhe County is the twin county of Hefei.",
        "Linhe County lies 30 km west of Hefei and outside Hefei.",
        "Linhe County in Anhui and Jiangsu provinces sent teams.",
        "Officials met with Linhe County in Hefei.",
        "A show of Linhe County in Hefei opened.",
        "A rival of Lanhai Motors is based in Hefei.",
        "Lanhai Motors in Hefei sold cars.",
        "Is Linhe County in Hefei?",
        "Anhui's partner city of Nanjing, and Anhui's exports to Linhe County.",
        "Qingshi Town, Linhe County and Beihe County sent teams.",
        "From Linhe County, Hefei is an hour away.",
    ],
)
def test_what_stands_beside_a_place_is_not_in_it(tools: Tools, text: str) -> None:
    assert _chain(tools, text) == set()


def test_names_alone_tell_which_place_is_wider() -> None:
    assert is_upside_down("Linhe County", "Qingshi Town")
    assert not is_upside_down("Qingshi Town", "Linhe County")
