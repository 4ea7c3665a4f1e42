"""What must come out right of the first article, point by point, and the list of all it says beyond the gold."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from write_golden import CLAIMS_BEYOND_GOLD, format_beyond_gold

from kg.extract import describe_claim
from kg.graph import settle_claims
from kg.model import Article, Claim

Find = Callable[..., list[Claim]]


def local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


@pytest.fixture(scope="session")
def claims(changping_claims: list[Claim]) -> list[Claim]:
    return list(settle_claims(changping_claims))


@pytest.fixture(scope="session")
def find(claims: list[Claim]) -> Find:
    """Return the claims whose fields are as given; ``predicate`` by its local name, ``within`` a part of the quote."""

    def find_claims(*, predicate: str = "", within: str = "", **fields: str) -> list[Claim]:
        return [
            claim
            for claim in claims
            if (not predicate or local(claim.predicate) == predicate)
            and within in claim.quote
            and all(getattr(claim, name) == value for name, value in fields.items())
        ]

    return find_claims


def one(claims: list[Claim]) -> Claim:
    assert len(claims) == 1, "\n".join(map(describe_claim, claims)) or "no such claim"
    return claims[0]


# ------------------------------------------------------------ projects by stage
def test_168_projects_are_in_the_pool_as_of_now(find: Find) -> None:
    claim = one(find(predicate="count", value="168"))
    assert (claim.subject_label, claim.unit, claim.qualifier) == ("project pool", "projects", "exact")
    assert claim.period == "as of now"
    assert one(find(predicate="partOfProgramme", subject=claim.subject)).object_label == "Two Zones"
    assert one(find(predicate="stage", subject=claim.subject)).object_label == "in the project pool"


@pytest.mark.parametrize(
    ("number", "stage", "said", "garbled"),
    [("82", "landed", 3, 1), ("26", "started construction", 2, 1), ("29", "signed", 2, 0)],
)
def test_projects_of_a_stage_are_one_group_however_often_they_are_said(
    find: Find, number: str, stage: str, said: int, garbled: int
) -> None:
    counts = find(predicate="count", value=number)
    assert len(counts) == said
    assert {claim.unit for claim in counts} == {"projects"}
    assert {claim.qualifier for claim in counts} == {"exact"}
    assert len({claim.subject for claim in counts}) == 1, "one group"
    assert sum(claim.status == "garbled" for claim in counts) == garbled
    assert {c.object_label for c in find(predicate="stage", subject=counts[0].subject)} == {stage}


def test_each_stage_is_a_part_of_the_pool_and_no_sum_is_made(find: Find, claims: list[Claim]) -> None:
    pool = one(find(predicate="count", value="168")).subject
    parts = find(predicate="subsetOf", object=pool)
    counted = {one([c for c in find(predicate="count", subject=p.subject) if c.period == "as of now"]) for p in parts}
    assert {claim.value for claim in counted} == {"82", "26", "29"}
    # 82 + 26 + 29, and what that leaves of 168
    assert not {claim.value for claim in claims} & {"137", "31"}


def test_xiaomi_phase_ii_is_one_of_the_26_and_not_one_more(find: Find, claims: list[Claim]) -> None:
    member = one(find(predicate="exampleMember", within="26 key projects in landing and Xiaomi Phase II"))
    assert member.object_label == "Xiaomi Phase II"
    assert member.status == "garbled"
    assert {c.value for c in find(predicate="count", subject=member.subject)} == {"26"}
    assert not [claim for claim in claims if claim.value in ("27", "83", "108")]


# ------------------------------------------------------------ enterprises, policies, beneficiaries
def test_more_than_1100_enterprises_are_said_twice_with_two_scopes_and_not_added_up(
    find: Find, claims: list[Claim]
) -> None:
    first, second = find(predicate="count", value="1100")
    assert first.qualifier == second.qualifier == "moreThan"
    assert first.subject == second.subject, "one group"
    assert first.period == "in the past year"
    assert "key industrial sector enterprises" in first.quote
    assert "biomedicine and advanced energy" in second.quote
    assert not [claim for claim in claims if claim.value == "2200"]
    narrow = find(predicate="inIndustry", subject=second.subject)
    assert {claim.object_label for claim in narrow} == {"biomedicine", "advanced energy"}
    assert all(claim.start >= second.start for claim in narrow), "only the second sentence names industries"


def test_56_district_level_policies_are_in_force(find: Find) -> None:
    claim = one(find(predicate="count", value="56"))
    assert (claim.subject_label, claim.unit) == ("district-level innovation policies", "policies")
    assert one(find(predicate="stage", subject=claim.subject)).object_label == "in force"
    issued = one(find(predicate="issuedBy", subject=claim.subject))
    assert (issued.object_label, issued.status) == ("Changping District", "implied")


def test_nearly_100_market_entities_benefit(find: Find) -> None:
    claim = one(find(predicate="count", value="100"))
    assert (claim.qualifier, claim.unit) == ("nearly", "market entities")
    policies = one(find(predicate="count", value="56")).subject
    assert one(find(predicate="benefitsFrom", subject=claim.subject)).object == policies


# ------------------------------------------------------------ durations, progress, rank, lost numbers
def test_276_to_49_days_is_one_change_with_nearly_kept(find: Find) -> None:
    claim = one([c for c in find(predicate="duration") if not c.derived])
    assert (claim.value_before, claim.qualifier_before) == ("276", "nearly")
    assert (claim.value, claim.qualifier, claim.unit) == ("49", "exact", "day")
    assert claim.subject_label == "land acquisition procedure"
    assert not find(value="276")


def test_80_percent_of_the_total_work_is_done(find: Find) -> None:
    claim = one(find(predicate="completion"))
    assert (claim.value, claim.unit, claim.qualifier) == ("80", "percent", "exact")
    assert claim.subject_label == "International research hospital project"
    assert "80% of the total amount of work" in claim.quote


def test_changping_ranks_fourth_in_the_city_for_january_to_july(find: Find) -> None:
    claim = one(find(unit="rank"))
    assert (claim.value, claim.subject_label) == ("4", "Changping District")
    assert local(claim.scope) == "beijing"
    assert "January to July" in claim.period
    assert local(claim.predicate) == "industrialOutput"


@pytest.mark.parametrize(
    ("indicator", "unit", "period"),
    [
        ("gdp", "CNY", "first half of the year"),
        ("gdpGrowth", "percent", "first half of the year"),
        ("industrialOutput", "CNY", "January to July"),
        ("industrialOutputGrowth", "percent", "January to July"),
    ],
)
def test_announced_and_not_printed_numbers_are_observations_without_value(
    find: Find, indicator: str, unit: str, period: str
) -> None:
    claim = one(find(predicate=indicator, unit=unit))
    assert (claim.status, claim.value, claim.object_type) == ("missing", "", "Observation")
    assert claim.subject_label == "Changping District"
    assert period in claim.period


def test_no_other_number_is_missing(find: Find) -> None:
    assert len(find(status="missing")) == 4


# ------------------------------------------------------------ practices, places
def test_the_practices_are_those_of_xiaomi_phase_ii(find: Find) -> None:
    practices = {c.object_label: c.status for c in find(predicate="usesPractice", subject_label="Xiaomi Phase II")}
    assert practices == {
        "high-level coordination": "garbled",
        "city-district linkage": "garbled",
        "early pre-review": "explicit",
        "parallel approval": "explicit",
        "acceptance with missing documents": "garbled",
        "several approvals completed in one day": "explicit",
        "construction start upon obtaining the land": "garbled",
    }


def test_the_practices_of_the_district(find: Find) -> None:
    practices = {c.object_label for c in find(predicate="usesPractice", subject_label="Changping District")}
    assert practices == {"major-project service mechanism", "science & technology, policy and service innovation"}


def test_parks_lie_within_parks(find: Find) -> None:
    within = {(c.subject_label, c.object_label) for c in find(predicate="within")}
    assert within == {
        ("Changping District", "Beijing"),
        ("Future Science City", "Changping District"),
        ("Energy Valley", "Future Science City"),
        ("Life Valley", "Changping District"),
        ("Zhongguancun Life Science Park", "Changping District"),
    }


def test_the_core_of_life_valley_is_turned_round_and_never_a_fact_of_its_own(find: Find) -> None:
    core = one(find(predicate="hasCore"))
    assert (core.subject_label, core.object_label) == ("Life Valley", "Zhongguancun Life Science Park")
    assert core.status == "garbled"


# ------------------------------------------------------------ "landing" in its four meanings
def test_a_project_lands_when_it_is_implemented(find: Find) -> None:
    landed = find(predicate="stage", object_label="landed")
    assert {claim.subject_label for claim in landed} == {"landed key projects"}
    assert [claim.quote for claim in landed] == ["82 key projects landing", "82 projects achieve landing"]


def test_a_policy_lands_when_it_takes_effect(find: Find) -> None:
    claim = one(find(predicate="stage", quote="56 district-level innovation policies landing"))
    assert claim.object_label == "in force"


def test_landing_of_the_land_is_starting_to_build_on_getting_the_land(find: Find) -> None:
    claim = one(find(within='"landing of the land"', predicate="usesPractice"))
    assert claim.object_label == "construction start upon obtaining the land"
    assert not find(within="landing of the land", predicate="stage")


def test_landing_in_the_slogan_is_what_the_slogan_covers(find: Find) -> None:
    claim = one(find(predicate="covers"))
    assert (claim.subject_label, claim.object_type) == ("Changping Speed", "literal")
    assert claim.object_label == "major project land acquisition, land supply and landing"


# ------------------------------------------------------------ who said it
def test_who_reported_who_published_who_edited(find: Find) -> None:
    assert one(find(predicate="author")).object_label == "Li Zewei"
    publisher = one(find(predicate="publisher"))
    assert (publisher.object_label, publisher.status) == ("Beijing Youth Daily", "implied")
    editors = {claim.object_label: claim.status for claim in find(predicate="editor")}
    assert editors == {"Mensus": "garbled", "Bao Congying": "explicit"}
    sources = {claim.object_label: claim.status for claim in find(predicate="wasAttributedTo")}
    assert sources == {
        "Beijing Youth Daily reporter": "garbled",
        "Changping District Two Zones first anniversary press conference": "explicit",
    }


def test_i_held_is_nobody(claims: list[Claim]) -> None:
    people = {c.object_label for c in claims if c.object_type == "Person"}
    assert people == {"Li Zewei", "Mensus", "Bao Congying", "Beijing Youth Daily reporter"}


# ------------------------------------------------------------ page furniture
@pytest.mark.parametrize("words", ["Wednesday, May 31", "Share more people to see."])
def test_page_furniture_is_never_a_fact(changping: Article, claims: list[Claim], words: str) -> None:
    start = changping.text.index(words)
    assert not [c for c in claims if c.start < start + len(words) and start < c.end]
    furniture = [changping.text[s.start : s.end] for s in changping.sentences if s.part == "furniture"]
    assert words in furniture


# ------------------------------------------------------------ beyond the gold
def test_claims_beyond_the_gold_are_those_that_people_have_read(claims: list[Claim]) -> None:
    expected = CLAIMS_BEYOND_GOLD.read_text(encoding="utf-8")
    assert format_beyond_gold(claims).splitlines() == expected.splitlines(), "make golden, and read the difference"


def test_every_quote_is_the_article(changping: Article, claims: list[Claim]) -> None:
    assert all(changping.text[c.start : c.end] == c.quote for c in claims)
