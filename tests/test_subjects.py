"""Whose number it is: the one thing a sentence is about, and what a value before it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.article import parse_article
from kg.model import Claim
from kg.pipeline import Tools, read_text
from kg.vocab import PARK, WITHIN


def claims_of(tools: Tools, text: str, indicator: str, *, title: str = "") -> list[Claim]:
    found = read_text(tools, text, title=title)
    return [claim for claim in found if claim.predicate.endswith(f"/{indicator}")]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Linhe District grew. Its tax revenue was 8 billion yuan.", "Linhe District"),
        ("In Linhe District, tax revenue was 8 billion yuan.", "Linhe District"),
        ("Linhe District is old. Wang Zhen has an old port, and tax revenue of 8 billion yuan.", ""),
        ("Linhe District is old. The Lanhai Oilfield is large. Its tax revenue was 8 billion yuan.", ""),
        ("In Linhe District and Yunhe County, tax revenue was 8 billion yuan.", ""),
        ("Linhe District and Yunhe County grew. Tax revenue was 8 billion yuan.", ""),
        ("At Shenlan Motors' plant in Linhe District, tax revenue was 8 billion yuan.", ""),
        ("Linhe Science Park, Hefei, Anhui Province, is new. Tax revenue was 8 billion yuan.", "Linhe Science Park"),
        (
            "There are 9 firms in Linhe Science Park, Qinglan, Anhui Province. Tax revenue was 8 billion yuan.",
            "Linhe Science Park",
        ),
        (
            "Located in East China, Jiangxi is a farming province. Its tax revenue was 8 billion yuan.",
            "Jiangxi Province",
        ),
        ("Linhe District grew. In the pilot zone of the new project, tax revenue was 8 billion yuan.", ""),
        ("Zhuji grew. The township had a tax revenue of 8 billion yuan.", ""),
        ("HEFEI, May 2 (Xinhua) -- Linhe District grew. Tax revenue was 8 billion yuan.", "Linhe District"),
        ("Linhe Park (without what Yunhe County built) grew. Tax revenue was 8 billion yuan.", ""),
        (
            "Linhe Science Park (without what Yunhe County built) grew. Its tax revenue was 8 billion yuan.",
            "Linhe Science Park",
        ),
        (
            "Taiyuan city, capital of North China's Shanxi province, grew. Tax revenue was 8 billion yuan.",
            "Taiyuan",
        ),
        (
            "Linhe District met. Wang Wei, head of the Yunhe Standing Committee, came. Tax revenue was 8 billion yuan.",
            "Linhe District",
        ),
        ("Linhe Science Park, Hefei and Wuhan are new. Tax revenue was 8 billion yuan.", ""),
        ("Linhe District's Riverside Lakes grew, and its tax revenue was 8 billion yuan.", ""),
        ("Data from the Linhe District statistics bureau show that tax revenue was 8 billion yuan.", "Linhe District"),
        ("Tax revenue was 8 billion yuan, the Suqian Municipal Bureau of Statistics said.", "Suqian"),
        ("Tax revenue was 8 billion yuan, according to the Suqian city government.", "Suqian"),
        ("Suqian Mayor Zhao Lin said tax revenue was 8 billion yuan.", "Suqian"),
        ("Tax revenue was 8 billion yuan, said Zhao Lin, Party chief of Suqian.", "Suqian"),
        ("Suqian's deputy mayor Zhao Lin spoke. Tax revenue was 8 billion yuan.", ""),
        ("Suqian's deputy mayor Zhao Lin said trade grew. Tax revenue was 8 billion yuan.", "Suqian"),
        ("The company's tax revenue was 8 billion yuan, the Suqian city government said.", ""),
        ("Tax revenue was 8 billion yuan, the Hangzhou Customs said.", ""),
        ("Tax revenue was 8 billion yuan, said officials of the Suqian and Hefei city governments.", ""),
        ("The Hunan Provincial Bureau of Statistics met in Hunan. Tax revenue was 8 billion yuan.", "Hunan Province"),
        (
            "Linhe District is in the east.\n\nYunhe County is in the west. Tax revenue was 8 billion yuan.",
            "Yunhe County",
        ),
        ("Linhe District is in the east.\n\nYunhe County is in the west.\n\nTax revenue was 8 billion yuan.", ""),
        # A great region of the country is no rival of what stands beside it, and what "the region" means is no country.
        ("Urumqi leads the rise of western China. Tax revenue was 8 billion yuan.", "Urumqi"),
        ("China's largest farms are here. Tax revenue in the region was 8 billion yuan.", ""),
        # Of a place by a name that no rule of Chinese makes, and not of what it lies in.
        ("Gyalze is one of the main towns in Tibet, with tax revenue of 8 billion yuan.", ""),
    ],
)
def test_a_number_belongs_to_one_thing_or_to_none(tools: Tools, text: str, owner: str) -> None:
    found = claims_of(tools, text, "taxRevenue")
    assert [claim.subject_label for claim in found] == ([owner] if owner else [])


def test_title_and_first_place_of_the_body_agree_on_what_an_article_is_about(tools: Tools) -> None:
    body = "In 2021, GDP in {} hit 79 billion yuan.\n\nTax revenue was 8 billion yuan."
    for place, owner in (("Hunan Province", ["Hunan Province"]), ("Yunhe County and Linhe District", [])):
        found = read_text(tools, body.format(place), title="Trade sets a record in Hunan Province")
        assert [c.subject_label for c in found if c.predicate.endswith("taxRevenue")] == owner


def test_what_is_resolved_is_recorded(tools: Tools) -> None:
    [claim] = claims_of(tools, "Linhe District grew. Its tax revenue was 8 billion yuan.", "taxRevenue")
    assert [(item.part, item.rule) for item in claim.resolved] == [("subject", "paragraph-subject")]


def test_a_second_currency_is_no_second_fact(tools: Tools) -> None:
    text = "Linhe District's exports reached 12 billion yuan ($1.7 billion) in 2022."
    [claim] = claims_of(tools, text, "exports")
    assert (claim.value, claim.unit) == ("12000000000", "CNY")
    assert ("value", "also-1700000000-USD") in [(item.part, item.rule) for item in claim.resolved]


def test_a_range_is_two_bounds(tools: Tools) -> None:
    found = claims_of(tools, "Linhe District's GDP growth is expected to be 6 to 8 percent in 2024.", "gdpGrowth")
    assert sorted((c.value, c.qualifier, c.modality) for c in found) == [
        ("6", "atLeast", "planned"),
        ("8", "upTo", "planned"),
    ]


@pytest.mark.parametrize(
    ("base", "scope"),
    [
        ("from a year earlier", ""),
        ("over the previous year", ""),
        ("compared with the same period last year", ""),
        ("over 2015", "2015"),
        ("from 2015", "2015"),
        ("higher than that of 2015", "that of 2015"),
    ],
)
def test_only_an_unusual_base_is_a_scope_and_none_is_the_period(tools: Tools, base: str, scope: str) -> None:
    lead = "74 percent" if base.startswith("higher") else "up 74 percent"
    text = f"In 2020, Linhe District's retail sales were 18 billion yuan, {lead} {base}."
    [claim] = claims_of(tools, text, "retailSalesGrowth")
    assert (claim.scope, claim.period) == (scope, "In 2020")


def test_the_day_of_founding_is_no_period(tools: Tools) -> None:
    text = "Approved by the State Council in 1992, Yushan High-tech Zone achieved a tax revenue of 4 billion yuan."
    [claim] = claims_of(tools, text, "taxRevenue")
    assert claim.period == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [("fell 3.2 percent", "-3.2"), ("was down by 3.2 percent", "-3.2"), ("rose 3.2 percent", "3.2")],
)
def test_the_direction_is_the_sign(tools: Tools, text: str, value: str) -> None:
    [claim] = claims_of(tools, f"Linhe District's exports {text} in 2022.", "exportsGrowth")
    assert claim.value == value


def test_a_currency_before_its_number_is_no_lost_number(tools: Tools) -> None:
    [claim] = claims_of(tools, "Linhe District's exports reached RMB 3 billion in 2022.", "exports")
    assert (claim.value, claim.unit, claim.status) == ("3000000000", "CNY", "explicit")


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Data from Linhe High-tech Zone in Yunhe Province showed that tax revenue was 8 billion yuan.", "Linhe"),
        (
            "Statistics of Linhe Zone in South China's Guangdong province showed that tax revenue was 8 billion yuan.",
            "",
        ),
        ("Linhe High-tech Zone lies in Guangdong Province. Tax revenue was 8 billion yuan.", "Linhe"),
        (
            "Data of Linhe High-tech Zone in China's Hunan Province are out. Tax revenue was 8 billion yuan.",
            "Linhe",
        ),
        ("Changsha Linhe High-tech Zone grew. The zone's tax revenue was 8 billion yuan.", "Changsha Linhe"),
        ("Goods from Linhe High-tech Zone in Hunan Province sold well. Tax revenue was 8 billion yuan.", ""),
        ("In Linhe District, per square kilometer, tax revenue was 8 billion yuan.", ""),
        ("Linhe hi tech Zone grew. The high-tech zone's tax revenue was 8 billion yuan.", "Linhe"),
    ],
)
def test_where_a_thing_lies_owns_nothing(tools: Tools, text: str, owner: str) -> None:
    found = claims_of(tools, text, "taxRevenue")
    assert [claim.subject_label.split(" H")[0].split(" h")[0] for claim in found] == ([owner] if owner else [])


def test_a_zone_is_one_however_it_is_written(tools: Tools) -> None:
    text = "Linhe hi tech Zone covers 30 square kilometers. Linhe High-tech Zone's tax revenue was 8 billion yuan."
    assert len({c.subject for c in read_text(tools, text) if c.object_type == "Observation"}) == 1


def test_places_within_each_other_are_walked_once(tools: Tools) -> None:
    lexicon = tools.extractor.lexicon
    park = next(e for e in lexicon.entities.values() if e.type == PARK and e.within)
    ring = {iri: replace(lexicon.entities[park.within], iri=iri, within=to) for iri, to in (("a", "b"), ("b", "a"))}
    known = {**lexicon.entities, **ring, park.iri: replace(park, within="a")}
    extractor = replace(tools.extractor, lexicon=replace(lexicon, entities=known))
    article = parse_article(f"{park.label} grew.".encode(), tools.page, article_id="text")
    assert [c.predicate for c in extractor.make_claims(extractor.read(article)) if c.predicate == WITHIN] == []
