"""The neighbours that a list behind a verb names."""

from __future__ import annotations

import pytest

from kg.article import parse_article
from kg.neighbours import find_neighbours
from kg.pipeline import Tools


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("Feixi County in the east, Wuhu in the west", ["Feixi County", "Wuhu"]),
        ("by Feixi County to the north, to the east by Wuhu and Bengbu", ["Feixi County", "Wuhu", "Bengbu"]),
        ("Songxi County in Fujian Province in the west, the Huai River and Moon Town", ["Songxi County", "Moon Town"]),
        ("Feixi County, Hefei, Anhui in the west, and Hefei's Lujiang County", ["Feixi County", "Lujiang County"]),
        ("Hefei's airport", []),
        ("Feixi County, with 30 towns in Wuhu", ["Feixi County"]),
    ],
)
def test_neighbours_are_what_items_begin_with(tools: Tools, listed: str, names: list[str]) -> None:
    article = parse_article(f"Beihe County borders {listed}.".encode(), tools.page, article_id="text")
    sentence = tools.extractor.read(article).sentences[0]
    start = sentence.folded.index("borders ") + len("borders ")
    entities = tools.extractor.lexicon.entities
    marks = find_neighbours(article.text, sentence, start, len(sentence.folded) - 1, entities)
    assert [article.text[mark.start : mark.end] for mark in marks] == names
