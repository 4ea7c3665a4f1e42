"""The "it" that a sentence begins with, read as the name of what it stands for."""

from __future__ import annotations

import pytest

from kg.article import parse_article
from kg.extract import describe_claim
from kg.model import Mention
from kg.pattern import CLASS_BASE
from kg.pipeline import Tools, read_text
from kg.reading import Mark, SentenceReading
from kg.resumption import find_pronoun, resume_sentence, tells_of_building


def read(tools: Tools, text: str) -> SentenceReading:
    return tools.extractor.read(parse_article(text.encode(), tools.page, article_id="text")).sentences[-1]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("It has 5 parks.", 0),
        ("In the past year, it has made 300,000 cars.", 18),
        ("Thanks to new roads, it now makes cars.", 21),
        ("As a provincial capital, it has 5 parks.", 25),
        ("It is a county that lives on cars.", 0),
        # No thing at all, or another than what was told of before.
        ("It is said that cars are made.", None),
        ("It is a pity that cars are made.", None),
        ("It will take ten years to make cars.", None),
        ("It was Zhao Lin who made cars.", None),
        ("It said that cars are made.", None),
        # What goes on with a number that stands before.
        ("It rose by 5 percent.", None),
        ("It has grown by 5 percent.", None),
        ("It accounted for 5 percent of the total.", None),
        # Another acts, or is built, in front.
        ("With the company, it makes cars.", None),
        ("As the largest city, it makes cars.", None),
        ("The city said it has 5 parks.", None),
    ],
)
def test_it_is_found_where_it_tells_of_a_thing(tools: Tools, text: str, place: int | None) -> None:
    sentence = read(tools, text)
    found = find_pronoun(sentence)
    assert (None if found is None else sentence.locate(found)) == place


def test_places_of_a_resumption_are_those_of_the_sentence(tools: Tools) -> None:
    sentence = read(tools, "Today, it has 5 parks.")
    place = find_pronoun(sentence)
    assert place is not None
    meant = Mention(start=3, end=8, entity="x:linhe", label="Linhe District", type="x:District", kind="name")
    resumed = resume_sentence(sentence, place, meant, chr(CLASS_BASE + 1))
    assert len(resumed.masked) == len(sentence.masked)
    assert (resumed.locate(place), resumed.locate(place + 2, end=True)) == (7, 9)
    assert resumed.position(7) == sentence.position(7)
    mark = resumed.mark_at(resumed.masked[place : place + 2])
    assert mark in resumed.marks and isinstance(mark, Mark) and mark.mention is not None
    assert (mark.mention.entity, mark.mention.kind, mark.mention.resolved) == ("x:linhe", "reference", (3, 8))


def test_a_building_is_no_place(tools: Tools) -> None:
    assert tells_of_building(read(tools, "It has become the largest airport of the west."), 0)
    assert not tells_of_building(read(tools, "It has become the largest city of the west."), 0)


def test_a_plant_in_front_may_be_meant(tools: Tools) -> None:
    found = read_text(tools, "Linhe District grew. With the new plant, it produced 700,000 tons of tea in 2023.")
    assert "reference" not in [r.rule for claim in found for r in claim.resolved if r.part == "subject"]


def test_rules_with_a_name_read_it(tools: Tools) -> None:
    found = read_text(tools, "Linhe District grew. It makes 30 percent of the country's tea.")
    said = [describe_claim(claim) for claim in found]
    assert said == ["Linhe District | share | 30 percent of the country's tea"]
    assert [r.rule for claim in found for r in claim.resolved if r.part == "subject"] == ["reference"]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Located in Hefei, Linhe District borders Yunhe County. It has a long coast.", "Linhe District"),
        ("In recent years, the Linhe county government has taken steps. It has a long coast.", "Linhe county"),
        ("Linhe District is small. Due to its hills, it had few roads. It has a long coast.", "Linhe District"),
        ("Hefei will encourage Linhe District to grow. It has a long coast.", "Hefei"),
        ("Linhe Farm was founded in 1951. The farm has a long coast.", "Linhe Farm"),
        # Nobody says whose it is.
        ("Located in Hefei, firms in Linhe District grew. It has a long coast.", None),
    ],
)
def test_it_goes_on_with_what_was_told_of(tools: Tools, text: str, subject: str | None) -> None:
    roles = [claim for claim in read_text(tools, text) if claim.predicate.endswith("role")]
    told = [describe_claim(claim).partition(" | ")[0] for claim in roles]
    assert told == ([subject] if subject else [])
