"""Where in a chain of verb phrases the next one begins, and the forms of verbs."""

from __future__ import annotations

import re

import pytest

from kg.verbs import FORMS, list_pieces

CHAINS = [
    "will build a port | expand its roads | strive to draw firms",
    "plans to accelerate the settlement of bases | support research and design of chips | work with firms",
    "actively promotes the upgrading of industries | expands its market for farm goods",
    "has been striving to improve rural tourism | upgrade tourism products | optimize tourism services",
    "is planning to study the plan | work out details | issue rules",
    "the goal is to build a port | make it a hub",
    "will support youth employment, talent training | increase incomes",
]
WHOLE = [
    "has encouraged firms to go abroad and open shops",
    "has built a system that combines trade and supports ports",
    "will help firms cut costs and expand sales",
    "will build a port to boost trade and attract firms",
    "will support industries such as biomedicine, clean energy and forestry",
    "a port will help to promote trade and attract firms",
    "will promote exports, support services, and test platforms",
    "is building a port, creating jobs",
    'will promote "trade, build ports and draw firms" in the city',
]


@pytest.mark.parametrize("chain", CHAINS + WHOLE)
def test_each_verb_phrase_of_a_chain_is_told_alone(chain: str) -> None:
    phrases = chain.split(" | ")
    text = phrases[0] + "".join(f", {phrase}" for phrase in phrases[1:-1])
    text += f" and {phrases[-1]}" if len(phrases) > 1 else ""
    assert [text[slice(*span)] for span in list_pieces(text)] == phrases


def test_a_later_to_is_left_out() -> None:
    text = "plans to build a port, and to issue rules"
    assert [text[slice(*span)] for span in list_pieces(text)] == ["plans to build a port", "issue rules"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("verb_s", "carries out|establishes|optimises|optimizes|speeds up"),
        ("verb_ed", "carried out|built|planned|stepped up|optimised|took"),
        ("verb_ing", "carrying out|building|planning|stepping up|cutting|optimising"),
    ],
)
def test_forms_are_made_of_the_plain_verb(form: str, words: str) -> None:
    for word in words.split("|"):
        assert re.fullmatch(FORMS[form], word), word


@pytest.mark.parametrize(
    ("text", "behind", "phrases"),
    [
        ("has built its mines, and the last one", ", a pit in the west, was closed", ["has built its mines"]),
        ("has built its mines, and the last one", " was closed", ["has built its mines"]),
        ("has built a port and a road", ".", ["has built a port and a road"]),
        ("has built a port, and its exports have grown", ".", ["has built a port"]),
        ("has built a port and the roads that lead to it", ".", ["has built a port and the roads that lead to it"]),
        (
            "has built a system in which firms and the state are one",
            ".",
            ["has built a system in which firms and the state are one"],
        ),
    ],
)
def test_the_subject_of_a_verb_behind_is_no_part_of_a_chain(text: str, behind: str, phrases: list[str]) -> None:
    assert [text[slice(*span)] for span in list_pieces(text, behind)] == phrases
