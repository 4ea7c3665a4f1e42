"""The great regions of the country, and the places that words put in them."""

import pytest

from kg.extract import describe_claim
from kg.pipeline import Tools, load_tools, read_text
from kg.resources import load_domain


@pytest.fixture(scope="module")
def tools() -> Tools:
    return load_tools(load_domain())


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The plant is in East China's Zhejiang province.", "Zhejiang Province | within | East China"),
        ("China's Northeast Jilin province makes cars.", "Jilin Province | within | Northeast China"),
        ("The southern Chinese metropolis of Guangzhou grew.", "Guangzhou | within | South China"),
        ("It grows tea in southwestern Sichuan province.", "Sichuan Province | within | Southwest China"),
        ("It flew to China's southernmost Hainan Province.", "Hainan Province | within | South China"),
        ("Qinglan County, in north-west China, is dry.", "Qinglan County | within | Northwest China"),
    ],
)
def test_a_place_lies_in_its_region(tools: Tools, text: str, claim: str) -> None:
    assert claim in {describe_claim(c) for c in read_text(tools, text)}


@pytest.mark.parametrize(
    "text",
    [
        "Ships of Qinglan County crossed the East China Sea.",
        "China Eastern Airlines flies to the east of China and to Qinglan County.",
        "Qinglan County hosts East China Normal University.",
        "Farmers in southeastern Sichuan province grow tea.",
        "Qinglan County is an east China unmanned aerial vehicle base.",
    ],
)
def test_a_name_that_only_begins_so_is_no_region(tools: Tools, text: str) -> None:
    assert not [c for c in read_text(tools, text) if c.object_label.endswith(" China")]


def test_a_list_of_places_lies_in_the_region(tools: Tools) -> None:
    claims = {
        describe_claim(c) for c in read_text(tools, "Goods came from East China's Shandong and Jiangsu provinces.")
    }
    assert {"Shandong Province | within | East China", "Jiangsu Province | within | East China"} <= claims
