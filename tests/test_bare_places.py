"""Places by their bare names: known ones, those an article names in full elsewhere, and what is no place."""

from __future__ import annotations

import pytest

from kg.article import parse_article
from kg.pipeline import Tools
from kg.vocab import ADMIN_AREA, DISTRICT


def read_places(tools: Tools, text: str) -> list[str]:
    """Return each place as it is written, the thing it is, and the words that name it in full where they are others."""
    article = parse_article(text.encode(), tools.page, article_id="text")
    found = []
    for sentence in tools.extractor.read(article).sentences:
        for mention in (mark.mention for mark in sentence.marks):
            if mention and mention.type in (ADMIN_AREA, DISTRICT):
                full = f" ({article.slice(*mention.resolved)})" if mention.resolved else ""
                found.append(f"{article.text[mention.start : mention.end]} = {mention.label}{full}")
    return found


@pytest.mark.parametrize(
    ("text", "places"),
    [
        # Cities and districts of the list.
        ("Officials in Zunyi met. Wuhou's firms grew.", ["Zunyi = Zunyi", "Wuhou = Wuhou District"]),
        ("Shunde, in Foshan, has 30 firms.", ["Shunde = Shunde District", "Foshan = Foshan"]),
        # What the article itself names in full, before or behind, in the title, owned or governed.
        (
            "Pukan District grew. In Pukan, firms grew.",
            ["Pukan District = Pukan District", "Pukan = Pukan District (Pukan District)"],
        ),
        (
            "In Pukan, firms grew. Pukan County is old.",
            ["Pukan = Pukan County (Pukan County)", "Pukan County = Pukan County"],
        ),
        ("Pukan's firms grew. Pukan city is old.", ["Pukan = Pukan city (Pukan city)", "Pukan city = Pukan city"]),
        (
            "Pukan Signs Ten Projects\n\nIt was in Pukan New Area.",
            ["Pukan = Pukan New Area (Pukan New Area)", "Pukan New Area = Pukan New Area"],
        ),
        ("Pukan Town is small. Pukan's firms grew.", ["Pukan Town = Pukan Town", "Pukan = Pukan Town (Pukan Town)"]),
        # A bare name of two things, siblings, or part of another name, is none.
        (
            "Pukan District lies in Pukan County. Pukan grew.",
            ["Pukan District = Pukan District", "Pukan County = Pukan County"],
        ),
        ("East Pukan District grew. Pukan grew.", ["East Pukan District = East Pukan District"]),
        ("Pukan District grew. The Pukan Bridge is long.", ["Pukan District = Pukan District"]),
        # Only the long form tells which place is meant.
        ("Beihai is warm.", []),
        ("Beihai City is warm. Beihai grew.", ["Beihai City = Beihai City", "Beihai = Beihai City (Beihai City)"]),
        ("The Huangpu is a river.", []),
        # By what is told of them, of places alone.
        ("Xinlan has a total area of 104 square km and a population of 92,600.", ["Xinlan = Xinlan"]),
        ("Xinlan governs 12 towns. Xinlan grew.", ["Xinlan = Xinlan", "Xinlan = Xinlan (Xinlan)"]),
        ("Xinlan is a county in the west.", ["Xinlan = Xinlan"]),
        ("Xinlan has a total area of 104 square km.", []),
        ("Xinlan is a company in the west.", []),
        # By a heading in capitals that names them in full.
        (
            "Famous For Wool - Xinlan Town\n\nFirms in Xinlan grew.",
            ["Xinlan Town = Xinlan Town", "Xinlan = Xinlan Town (Xinlan Town)"],
        ),
        # The article's own town, and not the county of that name.
        (
            "Guzhen Town grew. Guzhen has firms.",
            ["Guzhen Town = Guzhen Town", "Guzhen = Guzhen Town (Guzhen Town)"],
        ),
        # A district of a city that the article, which tells of another province, never names.
        (
            "Haikou and Sanya in Hainan grew. Yangpu grew.",
            ["Haikou = Haikou", "Sanya = Sanya", "Hainan = Hainan Province"],
        ),
        # Somebody's given name.
        ("Wang Lijiang spoke in Lijiang.", ["Lijiang = Lijiang"]),
    ],
)
def test_a_bare_name_is_the_place_that_the_article_means(tools: Tools, text: str, places: list[str]) -> None:
    assert read_places(tools, text) == places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        # Of the places that share a name, the one in what the article names.
        ("Changchun grows. Chaoyang District has 30 firms.", "chaoyang-district-changchun"),
        ("Beijing grows. Chaoyang District has 30 firms.", "chaoyang-district"),
        ("Changchun and Beijing grow. Chaoyang District has 30 firms.", "chaoyang-district"),
        ("Shijiazhuang grows. Xinhua District has 30 firms.", "xinhua-district-shijiazhuang"),
        # Of none or of several of them: a district of that name, and no more.
        ("Xinhua District has 30 firms.", "district/xinhua-district"),
        ("Shijiazhuang and Cangzhou grow. Xinhua District has 30 firms.", "district/xinhua-district"),
        # A bare name that several share is none without what one is in; an agency is no district.
        ("Xinhua told of Shijiazhuang.", ""),
        ("Zhenyuan has 30 firms.", ""),
        ("Zhongshan in Dalian has 30 firms.", "zhongshan-district-dalian"),
    ],
)
def test_places_of_one_name_are_told_apart_by_what_they_are_in(tools: Tools, text: str, place: str) -> None:
    article = parse_article(text.encode(), tools.page, article_id="text")
    marks = [mark for sentence in tools.extractor.read(article).sentences for mark in sentence.marks]
    found = {m.mention.entity for m in marks if m.mention and m.mention.type == DISTRICT}
    assert found == ({f"https://kg.example/id/{place}"} if place else set())
