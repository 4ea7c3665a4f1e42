"""The outline of a sentence: its chunks, and the way back to the article."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import measure_seconds

from kg.article import parse_article
from kg.errors import RuleError
from kg.extract import describe_claim
from kg.outline import Outline, outline_sentence
from kg.pipeline import Tools, load_tools, read_text
from kg.reading import SentenceReading
from kg.resources import load_domain
from kg.rule_files import load_rules
from kg.vocab import PREFIXES

TOOLS = load_tools(load_domain())
CASES = [
    (
        "According to the bureau, the total output value of local farms has in 2022 steadily risen to 3 billion yuan.",
        "{measured} {reach} 3 billion yuan .",
    ),
    ("Linhe District has exported 300 tons of tea a year.", "Linhe District {trade} 300 tons of {phrase} ."),
    ("Linhe District's egg shipments fell by 4 percent.", "Linhe District 's {measured} {fall} by 4 percent ."),
    # What is left out takes the commas with it that set it off.
    ("In 2022, however, it attracted 12 firms (up 3).", "it {gain} 12 {things} ."),
    # A name that nobody knows is no owner, and no part of what is measured.
    (
        "Last year, the Hongqiu Region's exports hit 3 billion yuan.",
        "{named} 's {measured} {reach} 3 billion yuan .",
    ),
    ("It had a strong growth of 4 percent in orders.", "it {own} {up} 4 percent in {measured} ."),
    # What denies, compares or divides stays, so that no rule reads over it.
    ("Exports did not reach 3 billion yuan.", "{measured} did not {reach} 3 billion yuan ."),
    ("Exports and imports were 3 and 4 respectively.", "{measured} and {measured} {reach} 3 and 4 respectively ."),
]


def read_sentences(tools: Tools, text: str) -> list[SentenceReading]:
    return list(tools.extractor.read(parse_article(text.encode("utf-8"), tools.page, article_id="t")).sentences)


def outline(tools: Tools, sentence: SentenceReading) -> Outline:
    return outline_sentence(sentence, tools.extractor.rules.chunking)


def write_readable(tools: Tools, text: str) -> str:
    """The outline of a sentence with the names of its chunks, and with its marks as the article has them."""
    sentence = read_sentences(tools, text)[0]
    names = {code: f"{{{kind}}}" for kind, code in tools.extractor.rules.chunking.codes.items()}
    words = []
    for chunk in outline(tools, sentence).chunks:
        said = sentence.folded[chunk.start : chunk.end]
        if chunk.code and chunk.code not in names:
            mark = sentence.mark_at(said)
            said = text[mark.start : mark.end]
        words.append(names.get(chunk.code, said))
    return " ".join(words)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_outline_has_the_chunks_that_say_something(text: str, expected: str, tools: Tools) -> None:
    assert write_readable(tools, text) == expected


@given(st.text(alphabet="ab 3%,.;()'’-–\n", max_size=60), st.sampled_from([case[0] for case in CASES]))
def test_chunks_stand_in_order_and_are_found_again(noise: str, tail: str) -> None:
    tools = TOOLS
    for sentence in read_sentences(tools, f"{noise} {tail}"):
        found = outline(tools, sentence)
        ends = [0, *(chunk.end for chunk in found.chunks)]
        assert all(end <= chunk.start < chunk.end for end, chunk in zip(ends, found.chunks, strict=False))
        for chunk, place in zip(found.chunks, found.places, strict=True):
            length = 2 if chunk.code else len(chunk.words)
            assert found.locate(place, place + length) == (chunk.start, chunk.end)


@pytest.mark.parametrize(
    "text",
    [
        "Linhe District's egg shipments have not reached 3 billion yuan.",
        "Linhe District's egg shipments and those of Yunhe County reached 3 billion yuan.",
        "Egg shipments of Linhe District and Yunhe County reached 3 and 4 billion yuan respectively.",
        "Linhe District's egg shipments reached 3 billion yuan a day.",
        "The Hongqiu Region's egg shipments reached 3 billion yuan, said Linhe District.",
    ],
)
def test_no_value_is_read_from_what_says_another_thing(text: str, tools: Tools) -> None:
    made = [claim for claim in read_text(tools, text) if claim.rule.startswith("outline-")]
    assert [describe_claim(claim) for claim in made] == []


def test_what_goes_on_with_a_value_of_the_outline_is_read(tools: Tools) -> None:
    text = "Linhe District has egg reserves of 3,000 tons, ranking third in the province."
    rules = [claim.rule for claim in read_text(tools, text)]
    assert rules == ["outline-gained", "value-or-nth"]
    goes_on = {rule.id for rule in tools.extractor.rules.continuing}
    assert "value-rank" in goes_on and "visitors-brought" not in goes_on


def test_a_sentence_goes_on_with_tons_of_the_one_before(tools: Tools) -> None:
    text = "Linhe District recorded an egg yield of 3,000 tons. This was a 12 percent increase over 2021."
    said = [describe_claim(claim) for claim in read_text(tools, text)]
    assert said[-1] == "Linhe District | growth-of-egg-yield | 12 percent of 2021"


def test_a_word_list_stands_in_one_file_only(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    copytree(load_domain().rules, folder)
    path = folder / "outline.toml"
    path.write_text(path.read_text("utf-8").replace("\n[words]\n", "\n[words]\nyearly = 'x'\n"), "utf-8")
    with pytest.raises(RuleError, match=r"'yearly' stands in slots.toml as well"):
        load_rules(folder, prefixes=PREFIXES)


@pytest.mark.parametrize("word", ["basically", "currently", "newly", "annual", "year-on-year", "to be", "expected to"])
def test_repeated_words_cost_no_more_than_their_number(word: str, tools: Tools) -> None:
    # Two ways to read one word once took twice the time with each: eight seconds for twenty of them.
    texts = [f"Farms are likely {' '.join([word] * number)} near 3,000 tons." for number in (6, 18)]
    sentences = [sentence for text in texts for sentence in read_sentences(tools, text)]
    few, many = (measure_seconds(partial(outline, tools, sentence), repeats=5) for sentence in sentences)
    assert many < 10 * few + 0.04


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        # Only what neither a rule nor a reduction has read is a leftover.
        ("The workers then treated 80.27 kilometers of small streams.", "stretch-of"),
        ("Yunhe County built 2 kilometers of walls.", "length-built"),
        ("Yunhe County, which lies in Anhui, has built 2 kilometers of walls.", "length-built"),
    ],
)
def test_a_leftover_number_is_read_last(text: str, rule: str, tools: Tools) -> None:
    assert {claim.rule for claim in read_text(tools, text) if claim.value} == {rule}
