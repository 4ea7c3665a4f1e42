"""Enterprises by their bare names and short forms: what the words say of them, and what is none."""

from __future__ import annotations

import pytest

from kg.article import parse_article
from kg.pipeline import Tools
from kg.vocab import ENTERPRISE


def read_firms(tools: Tools, text: str) -> list[str]:
    """Return each enterprise as it is written, and the words that name it in full where they are others."""
    article = parse_article(text.encode(), tools.page, article_id="text")
    found = []
    for sentence in tools.extractor.read(article).sentences:
        for mention in (mark.mention for mark in sentence.marks):
            if mention and mention.type == ENTERPRISE:
                full = f" = {article.slice(*mention.resolved)}" if mention.resolved else ""
                found.append(f"{article.text[mention.start : mention.end]}{full}")
    return found


@pytest.mark.parametrize(
    ("text", "firms"),
    [
        # What stands right behind a name, or right in front of it.
        ("Hengyu Photonics, a Suzhou-based maker of lenses, grew.", ["Hengyu Photonics"]),
        ("Hengyu Cloud, a start-up established in Suzhou in 2015, grew.", ["Hengyu Cloud"]),
        ("He works for Hengyu Smart Energy, which makes wind turbines.", ["Hengyu Smart Energy"]),
        ("Anhui Hengyu Chemical, based in Hefei, grew.", ["Anhui Hengyu Chemical"]),
        ("Drone maker EHang and carmaker Xingyue grew.", ["EHang", "Xingyue"]),
        ("A local company called Hengyu grew. Hengyu is big.", ["Hengyu", "Hengyu = Hengyu"]),
        # A list of them.
        (
            "So far 46 firms, among them Hengyu New Energy and Xingyue, have come.",
            ["Hengyu New Energy", "Xingyue"],
        ),
        ("Firms such as Suzhou-based Hengyu Controls have come.", ["Hengyu Controls"]),
        # Who leads it.
        ("Li Ming is the founder and CEO of Hengyu Photonics.", ["Hengyu Photonics"]),
        # Short forms: without the place in front and the trade behind.
        (
            "Ningde Skeqi Engineering Automation Co., Ltd. grew. Skeqi is big. Skeqi Engineering is bigger.",
            [
                "Ningde Skeqi Engineering Automation Co., Ltd.",
                "Skeqi = Ningde Skeqi Engineering Automation Co., Ltd.",
                "Skeqi Engineering = Ningde Skeqi Engineering Automation Co., Ltd.",
            ],
        ),
        (
            "Deep Blue Aerospace, a rocket maker, grew. Deep Blue is big. Deep learning is new.",
            ["Deep Blue Aerospace", "Deep Blue = Deep Blue Aerospace"],
        ),
        # A person, a place, a body and a list of countries are none.
        ("Wang Fang, a developer of games, grew up. Developer Wang Fang left.", []),
        ("Firms in provinces such as Hebei and Shandong grew. Linhe Town, a maker of tea, grew.", []),
        ("The founder of Linhe University left. The company Chairman Li Ming stayed.", []),
        ("Recently, a company from Suzhou came. Nearby, a maker of lenses closed.", []),
        # A place's name is no short form: the firm may be another.
        ("Suzhou Hengyu Lens Co., Ltd. grew. Suzhou is big.", ["Suzhou Hengyu Lens Co., Ltd."]),
    ],
)
def test_firms_by_their_bare_names(tools: Tools, text: str, firms: list[str]) -> None:
    assert read_firms(tools, text) == firms
