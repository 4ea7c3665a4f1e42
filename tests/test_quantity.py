"""What is found in sentences of the genre, the laws that hold for any text, and that time stays linear."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from quantity_cases import ANCHOR, read_cases, render
from timing import measure_seconds

from kg.amount import canonical
from kg.errors import RuleError
from kg.model import Quantity
from kg.quantity import find_quantities, load_quantities
from kg.resources import find_root

PATH = find_root() / "data" / "quantities.toml"
GRAMMAR = load_quantities(PATH)
CASES = read_cases(Path(__file__).with_name("quantity_cases.txt"))


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_sentence_gives_exactly_these_quantities(text: str, expected: list[str]) -> None:
    found = find_quantities(text, GRAMMAR, anchor=ANCHOR)
    assert [render(text, quantity) for quantity in found] == expected
    end = 0
    for quantity in found:
        words = text[quantity.start : quantity.end]
        assert quantity.start == text.index(words, end)
        end = quantity.end


def test_table_has_enough_sentences() -> None:
    assert len(CASES) >= 150
    assert len({text for text, _ in CASES}) == len(CASES)


def test_quantity_is_told_whole() -> None:
    text = "It cost more than 3.5 billion yuan ($0.5 billion)."
    assert find_quantities(text, GRAMMAR) == [
        Quantity(
            start=8,
            end=49,
            kind="money",
            value="3500000000",
            unit="CNY",
            qualifier="moreThan",
            number=(18, 21),
            other=("500000000", "USD"),
        )
    ]


# --- anchors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["Last year", "Yesterday", "In the first half of the year", "From January to July", "This year", "So far"]
)
def test_relative_period_without_anchor_is_kept_as_said(words: str) -> None:
    [found] = find_quantities(f"{words}, trade grew.", GRAMMAR)
    assert (found.start, found.end, found.first, found.last, found.resolved) == (0, len(words), "", "", "")


@pytest.mark.parametrize("anchor", ["", "2021", "yesterday", "2021-13-40", "  "])
def test_anchor_that_is_no_day_resolves_nothing(anchor: str) -> None:
    [found] = find_quantities("Last year, trade grew.", GRAMMAR, anchor=anchor)
    assert (found.first, found.resolved) == ("", "")


@pytest.mark.parametrize("anchor", ["", ANCHOR, "1999-01-01"])
def test_dated_period_does_not_depend_on_the_anchor(anchor: str) -> None:
    [found] = find_quantities("In the first half of 2023, trade grew.", GRAMMAR, anchor=anchor)
    assert (found.first, found.last, found.resolved) == ("2023-01", "2023-06", "")


def test_part_of_the_year_still_to_come_is_not_resolved() -> None:
    [found] = find_quantities("In the first half of the year, trade grew.", GRAMMAR, anchor="2021-03-02")
    assert (found.first, found.last, found.resolved) == ("", "", "")


def test_yesterday_crosses_the_year() -> None:
    [found] = find_quantities("Yesterday, trade grew.", GRAMMAR, anchor="2021-01-01")
    assert (found.first, found.last) == ("2020-12-31", "2020-12-31")


def test_last_month_crosses_the_year() -> None:
    [found] = find_quantities("Last month, trade grew.", GRAMMAR, anchor="2021-01-15")
    assert (found.first, found.last) == ("2020-12", "2020-12")


def test_anchor_with_time_of_day_is_read_by_its_day() -> None:
    [found] = find_quantities("Yesterday, trade grew.", GRAMMAR, anchor="2021-08-29T08:00:00+08:00")
    assert found.first == "2021-08-28"


def test_weekday_that_contradicts_the_date_is_not_resolved() -> None:
    [right] = find_quantities("On Monday, May 31, it rained.", GRAMMAR, anchor=ANCHOR)
    [wrong] = find_quantities("On Wednesday, May 31, it rained.", GRAMMAR, anchor=ANCHOR)
    assert (right.first, wrong.first) == ("2021-05-31", "")


# --- limits ---------------------------------------------------------------------------------------------


def test_limits_give_offsets_of_the_whole_text() -> None:
    text = "In 2020, 30 firms came. In 2021, 40 firms came."
    found = find_quantities(text, GRAMMAR, start=24, end=len(text))
    assert [text[q.start : q.end] for q in found] == ["In 2021", "40"]
    assert found[1].number == (33, 35)


@pytest.mark.parametrize(("start", "end"), [(4, 40), (0, 7), (0, 12), (5, 8), (6, 8), (7, 20)])
def test_limits_never_cut_a_number(start: int, end: int) -> None:
    assert find_quantities("of 51,211,345 people", GRAMMAR, start=start, end=end) == []


def test_line_break_inside_an_amount_is_white_space_and_an_empty_line_is_not() -> None:
    assert find_quantities("12\nbillion yuan", GRAMMAR)[0].value == "12000000000"
    assert [q.value for q in find_quantities("30\n\nbillion yuan", GRAMMAR)] == ["30"]


# --- the grammar file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n[fold]\n", "\n[fold\n", "quantities.toml: not TOML"),
        ('code = "CNY"\n', "", "[[unit]] 1: code is missing"),
        ('after = ["mu", ', 'after = ["Mu", ', "[[unit]] mu: a wrong value: 'Mu' must be in lower case"),
        ('after = ["mu", ', 'after = ["km", ', "[[unit]] km: a wrong value: 'km' is also mu"),
        ('factor = "10"', 'factor = "ten"', "[[unit]] year: a wrong value"),
        ('value = "1000"', 'value = "1,000"', "[[scale]] 1,000: a wrong value"),
        ('"０" = "0"', '"０" = "00"', "[fold]: a wrong value: each entry must be one character for one"),
        ("[missing]", "[absent]", "[missing]: missing is missing"),
        ('after = ["hectares", ', "after = [5, ", "[[unit]] ha: a wrong value: after must be a list of texts"),
    ],
)
def test_wrong_grammar_is_refused_with_file_and_entry(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = PATH.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "quantities.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_quantities(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_absent_grammar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"absent\.toml: cannot be read: No such file"):
        load_quantities(tmp_path / "absent.toml")


# --- laws -----------------------------------------------------------------------------------------------

VOCABULARY = (
    "the district yuan billion of more than about ( ) , . - $ percent 12 3.5 2021 to and from first half a year "
    'January between hundred one two third million since launch by end 5G No. ¥ １２ 亿 é 🙂 \n " over 1,100 last'
)
WORDS = st.sampled_from(VOCABULARY.split(" "))
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(WORDS, max_size=40).map(" ".join),
    st.lists(WORDS, max_size=40).map("".join),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(["", ANCHOR]))
def test_spans_lie_inside_the_text_sorted_and_apart(text: str, anchor: str) -> None:
    end = 0
    for found in find_quantities(text, GRAMMAR, anchor=anchor):
        assert end <= found.start < found.end <= len(text)
        if found.number is not None:
            assert found.start <= found.number.start < found.number.end <= found.end
        for value in (found.value, found.high):
            assert not value or canonical(Decimal(value)) == value
        assert not found.resolved or anchor
        end = found.end


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_same_text_gives_the_same_quantities(text: str) -> None:
    assert find_quantities(text, GRAMMAR, anchor=ANCHOR) == find_quantities(text, GRAMMAR, anchor=ANCHOR)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 80), st.integers(0, 80))
def test_limits_are_kept(text: str, start: int, end: int) -> None:
    for found in find_quantities(text, GRAMMAR, start=start, end=end):
        assert start <= found.start < found.end <= min(end, len(text))


LETTERS = st.text(st.sampled_from("ghjkpqvwxyz "), max_size=20)


@settings(max_examples=300, deadline=None)
@given(LETTERS, st.integers(0, 10**15), LETTERS)
def test_planted_number_with_separators_is_found_exactly(before: str, number: int, after: str) -> None:
    written = f"{number:,}"
    assume("," in written or not 1900 <= number < 2100)
    assume(not before.endswith(tuple(GRAMMAR.before_units)))  # "jpy 0" is money
    text = f"{before} {written} zyxw{after}"
    found = [q for q in find_quantities(text, GRAMMAR) if q.kind == "count"]
    assert [(q.value, text[q.start : q.end], q.number) for q in found] == [
        (str(number), written, (len(before) + 1, len(before) + 1 + len(written)))
    ]


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 10**9), st.sampled_from(["", "x", "9", ".", ",", "-", "/", "_"]), st.sampled_from("x9_G"))
def test_part_of_a_longer_token_is_never_a_number(number: int, glue: str, tail: str) -> None:
    text = f"zone {number}{glue}{tail} opens"
    for found in find_quantities(text, GRAMMAR):
        start, end = found.number or (found.start, found.end)
        assert not (text[start - 1].isalnum() or text[end : end + 1].isalnum())
        assert Decimal(found.value or found.first) == Decimal(text[start:end].replace(",", ""))


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 999),
    st.sampled_from(sorted({w for w, u in GRAMMAR.after_units.items() if len(w) > 1 and not w[0].isdigit()})),
)
def test_each_unit_is_read_by_each_of_its_names(number: int, alias: str) -> None:
    unit = GRAMMAR.after_units[alias]
    [found] = find_quantities(f"it has {number} {alias}.", GRAMMAR)
    assert (found.unit, found.kind) == (unit.code, unit.kind)
    assert Decimal(found.value) == number * unit.factor


def test_unit_whose_name_begins_with_a_number_is_read_behind_words() -> None:
    [found] = find_quantities("it handled 3.51 million 20-foot equivalent units.", GRAMMAR)
    assert (found.value, found.unit) == ("3510000", "teu")


@pytest.mark.parametrize(("name", "qualifier"), sorted(GRAMMAR.qualifiers.items()))
def test_each_qualifier_is_read(name: str, qualifier: str) -> None:
    text = f"The total was {name} 1,234 sheds."
    [found] = find_quantities(text, GRAMMAR)
    assert found.qualifier == qualifier
    expected = "1,234" if name in GRAMMAR.verbs else f"{name} 1,234"
    assert text[found.start : found.end] == expected


def test_letter_that_grows_in_lower_case_keeps_the_offsets() -> None:
    text = "İİİ 30 firms"
    assert [text[q.start : q.end] for q in find_quantities(text, GRAMMAR)] == ["30"]


def test_lone_surrogates_keep_the_offsets() -> None:
    text = "\ud800 two \udfff 30 firms"
    assert [text[q.start : q.end] for q in find_quantities(text, GRAMMAR)] == ["two", "30"]


def test_four_digits_in_a_code_are_no_year() -> None:
    assert find_quantities("zone 1900x opens, hall 2021B too", GRAMMAR) == []


# --- time -----------------------------------------------------------------------------------------------

HOSTILE = [
    "1", "a ", "\"'", "(", ",", "1,", "111,", "1-", "1.", "1/", " ", "\n", "$", "$1", "five-", "half of ", "more than ",
    "the year ", "since the launch of ", "one hundred and ", "in the ", "İ", "１", "between ", "from ", "five ", "\"a",
    "of the ", "12 ", "1 billion ", "1990 ", "May ", "(1 yuan ",
]  # fmt: skip


def _seconds(text: str, repeats: int = 1) -> float:
    return measure_seconds(lambda: find_quantities(text, GRAMMAR, anchor=ANCHOR), repeats)


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_is_linear_in_repeated_text(unit: str) -> None:
    """Eight times the text may take at most about eight times as long; a square law would take 64 times."""
    small, large = unit * (20_000 // len(unit)), unit * (160_000 // len(unit))
    short = _seconds(small, repeats=3)
    long = _seconds(large, repeats=2)
    assert long < 24 * short + 0.05


@pytest.mark.parametrize("unit", ["1", "a ", "\"'", ",", "(", " "])
def test_a_million_characters_take_about_a_second(unit: str) -> None:
    assert _seconds(unit * (1_000_000 // len(unit))) < 2


def test_patterns_have_no_unbounded_repeat_of_a_repeat() -> None:
    for pattern in (*GRAMMAR.patterns, *GRAMMAR.periods):
        assert not re.search(r"[*+]\)[*+]", pattern.pattern)
