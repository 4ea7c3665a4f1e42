"""Lists: "a, b and c" as its items, and nothing where it could be divided in two ways."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import measure_seconds

from kg.lists import is_item, split_list

A, B, C = ("\ue001\ue100", "\ue001\ue101", "\ue001\ue102")


def items(text: str, *, count: int = 0, names: bool = False) -> list[str]:
    return [text[a:b] for a, b in split_list(text, 0, len(text), count=count, names=names)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("software, food and drink, and tourism", ["software", "food and drink", "tourism"]),
        ("software, robots and tourism have grown", ["software", "robots", "tourism"]),
        (f"{A} and {B}", [A, B]),
        (f"{A}, {B} as well as {C}", [A, B, C]),
        (f"{A} industry, {B}, etc.", [f"{A} industry", B]),
        # Two readings: what is known is sure, the rest is not.
        (f"{A} and drink, {B} and toys", [f"{A} and drink", B]),
        ("food and toys", []),
        ("food and drink", ["food and drink"]),
        ("food and drink, toys and games", ["food and drink"]),
        ("software (with games), toys", ["software"]),
        ("steel, cement and glass, export widely", ["steel", "cement", "glass"]),
        (f"steel, cement and glass, {A}", ["steel", "cement and glass", A]),
        ("steel, food and drink, toys", ["steel", "food and drink", "toys"]),
        ("", []),
    ],
)
def test_a_list_is_divided_where_one_reading_is_possible(text: str, expected: list[str]) -> None:
    assert items(text) == expected


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [
        ("food and drink, toys and games", 2, ["food and drink", "toys and games"]),
        ("food and drink, toys and games", 3, ["food and drink", "toys", "games"]),
        ("food and drink", 2, ["food", "drink"]),
        ("food, drink and toys", 4, []),
    ],
)
def test_the_number_announced_decides_or_there_is_no_list(text: str, count: int, expected: list[str]) -> None:
    assert items(text, count=count) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bosch, Lanhai Robots and Xiaomi have come", ["Bosch", "Lanhai Robots", "Xiaomi"]),
        ("the Red Hill Tunnel and Moon Bridge in May", ["Red Hill Tunnel", "Moon Bridge"]),
        ("Lanhai.ai and Baidu, which is big", ["Lanhai.ai", "Baidu"]),
        ("Mercedes Benz, GE, Bayer", ["Mercedes Benz", "GE", "Bayer"]),
    ],
)
def test_names_are_divided_at_every_and(text: str, expected: list[str]) -> None:
    assert items(text, names=True) == expected


@pytest.mark.parametrize("label", ["which was new", "12% of it", "", "a b c d e f g h", "in 2020"])
def test_part_of_a_sentence_is_no_item(label: str) -> None:
    assert not is_item(label, names=False)


@pytest.mark.parametrize("label", ["large firms", "of Lanhai", "lanhai"])
def test_words_without_capitals_are_no_name(label: str) -> None:
    assert not is_item(label, names=True)


PIECES = st.lists(st.sampled_from([A, B, "a", "b c", " and ", ", ", " or ", " the ", ". ", " have ", "(", '"', " "]))


@given(PIECES.map("".join), st.integers(0, 3), st.booleans())
def test_items_are_in_order_inside_and_never_empty(text: str, count: int, names: bool) -> None:
    found = split_list(text, 0, len(text), count=count, names=names)
    assert all(0 <= item.start < item.end <= len(text) for item in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert not count or len(found) in (0, count)


@pytest.mark.parametrize("piece", ["a, ", "a and ", ", ", " and and", "(", "the ", "have "])
def test_time_is_linear_on_a_hostile_line(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    assert measure_seconds(lambda: split_list(text, 0, len(text), names=True)) < 2
