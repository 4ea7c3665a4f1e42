"""What something is told to be, in a row, and words that point to whom it is told of."""

from __future__ import annotations

import pytest

from kg.pattern import Pattern
from kg.phrases import list_phrases
from kg.pipeline import Tools, read_text

PHRASE = Pattern(r"(?:an? (?P<role>[a-z ]+?)|(?P<first>the largest [a-z ]+?)|\"(?P<role2>[a-z ]+)\")(?=,| and |$)", "")
JOINT = Pattern(r",? and |, ", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a hub of tea, a base of silk and the largest port", ["hub of tea", "base of silk", "the largest port"]),
        ("a hub of tea, which grew, and a base", ["hub of tea"]),
        ('a hub and "city of tea"', ["hub", "city of tea"]),
        ("no such thing", []),
    ],
)
def test_a_row_ends_where_what_follows_is_no_such_phrase(text: str, found: list[str]) -> None:
    assert [text[p.start : p.end] for p in list_phrases(text, 0, len(text), (PHRASE, JOINT))] == found


def test_a_phrase_is_of_the_kind_of_its_group_and_ends_behind_its_quotation_marks() -> None:
    text = 'the largest port and "city of tea"'
    first, second = list_phrases(text, 0, len(text), (PHRASE, JOINT))
    assert (first.kind, second.kind) == ("first", "role")
    assert text[second.end : second.stop] == '"'


def test_each_phrase_of_a_row_is_read_by_the_first_reading_that_fits() -> None:
    other = (Pattern(r"a (?P<role>[a-z]+ way)(?=,| and |$)", ""), Pattern(r" and ", ""))
    text = "a hub of tea and a new way"
    known = (Pattern(r"a (?P<role>hub [a-z ]+?)(?=,| and |$)", ""), JOINT)
    assert [text[p.start : p.end] for p in list_phrases(text, 0, len(text), known, other)] == ["hub of tea", "new way"]


def test_no_more_of_a_row_is_read_than_costs_little() -> None:
    text = ", ".join(["a hub"] * 40)
    assert len([*list_phrases(text, 0, len(text), (PHRASE, JOINT))]) == 9


def test_what_stands_behind_a_phrase_says_nothing_of_it(tools: Tools) -> None:
    """Neither its modality nor its quote is that of the rest of the sentence."""
    text = "Linhe District is a hub of trade and a base of tea, which firms will leave."
    hub = next(claim for claim in read_text(tools, text) if claim.object_label == "hub of trade")
    assert hub.quote == "Linhe District is a hub of trade"
    assert hub.modality == "achieved"


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("Linhe District grew. The district is a hub of trade.", {"Linhe District"}),
        ("Linhe District grew. The company is a major maker of tea.", set()),
        ("Linhe District grew. It is a hub of trade.", {"Linhe District"}),
    ],
)
def test_words_that_point_mean_only_what_they_can(tools: Tools, text: str, subjects: set[str]) -> None:
    told = {claim.subject_label for claim in read_text(tools, text) if claim.predicate.endswith("role")}
    assert told == subjects
