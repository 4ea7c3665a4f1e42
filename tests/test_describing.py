"""Things without a name: what is one thing in an article, what is two, and that no other article has them."""

from __future__ import annotations

import zlib

import pytest
from timing import measure_seconds

from kg.article import parse_article
from kg.corpus.tools import read_claims
from kg.corpus.work import pack_article
from kg.describing import MAX_RIVALS, Describer
from kg.graph import write_quads
from kg.model import Span
from kg.pipeline import Tools

TEXT = "Linhe District will gain a 3-billion-yuan chip plant. The plant covers 300 mu."


def read_things(tools: Tools, text: str) -> list[str]:
    """Return the words of each mention of a thing without a name, with which thing it is: 1 the first."""
    article = parse_article(text.encode(), tools.page, article_id="text")
    seen: dict[str, int] = {}
    found = []
    for sentence in tools.extractor.read(article).sentences:
        for mark in sentence.marks:
            if mark.mention and "/described/" in mark.mention.entity:
                number = seen.setdefault(mark.mention.entity, len(seen) + 1)
                found.append(f"{article.text[mark.mention.start : mark.mention.end]} {number}")
    return found


@pytest.mark.parametrize(
    ("text", "things"),
    [
        # The same thing, said again.
        ("They built a new battery plant. The plant is big, and this battery plant is loud.", [1, 1, 1]),
        ("Bosch has a plant in Wuxi. Its plant is big.", [1, 1]),
        ("Bosch opened its Wuxi base. The company's Wuxi base is big.", [1, 1]),
        # Two things, of which neither is "the base".
        ("They built a chip base and a food base. The base is big.", [1, 2]),
        ("They built a plant in May. They built a plant in June. The plant is big.", [1, 2]),
        ("Bosch's plant is big. Siemens' plant is small. The plant is new.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. Its plant in Hefei is big.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. Its plant in Wuxi is big.", [1, 1]),
        # Another place or owner is another thing, wherever the words say it.
        ("Bosch built a chip plant in Wuxi. In Hefei, the chip plant covers 30 mu.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. Meanwhile in Hefei the chip plant is big.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. Today in Hefei, said the firm, the chip plant is big.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. The chip plant at Hefei is big.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. The chip plant near Wuxi is big.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. The chip plant, which is located outside Hefei, is big.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. Hefei's chip plant is big.", [1, 2]),
        ("Bosch built a chip plant in Wuxi. In Wuxi, the chip plant covers 30 mu.", [1, 1]),
        ("Bosch built a chip plant. The chip plant in Wuxi is big, and the chip plant is big.", [1, 1, 1]),
        ("Bosch built a chip plant. The chip plant of Siemens is big.", [1, 2]),
        ("Bosch built a chip plant. The chip plant owned by Siemens is big.", [1, 2]),
        ("Bosch built a chip plant. The chip plant, which is owned and run by Siemens, is big.", [1, 2]),
        ("Bosch built a chip plant. The chip plant of Quxomat is big.", [1, 2]),
        ("Bosch built a chip plant. Siemens' chip plant is big.", [1, 2]),
        ("Bosch built a chip plant. The chip plant of Bosch is big, and Bosch's chip plant is big.", [1, 1, 1]),
        ("A chip plant of Siemens opened, said Bosch. The chip plant of Siemens is big.", [1, 1]),
        # "First" and the like tell one from others.
        ("Bosch built a chip plant. It built its first plant in May.", [1]),
        # A place that the article never names.
        ("The district has a park. The park is big, and the whole district knows.", [1, 2, 1]),
        ("The zone lies in Hefei. The zone is big.", [1, 1]),
        ("The district lies near Linhe District. The park is big.", []),
        ("The city lies in Hefei. The city is big.", []),
        # Another company stands between: whose it is, the words do not say.
        ("Bosch opened its plant. Lanhai Group came. Its plant is big.", [1]),
        # A named thing may be meant.
        ("They built a chip project. The Red Hill Project grew. The project is big.", [1]),
        ("The Red Hill Project grew. They built a chip project. The project is big.", [1]),
        # What a thing is, or what a name stands for, is no other thing.
        ("Linhe District has become a production base for cars.", []),
        ("The Red Hill Project, a 3-billion-yuan chip project, was completed.", []),
        # Nothing introduces it, or it goes on.
        ("They need battery plants. They closed the base.", []),
        ("They met a project manager and the plant workers.", []),
        ("The project was signed in May. The project is big.", [1, 1]),
        # The words of a title make no sentence.
        ("Firm to build a battery plant\n\nIt was said in May.", []),
    ],
)
def test_words_tell_which_thing_is_meant(tools: Tools, text: str, things: list[int]) -> None:
    assert [int(found.rpartition(" ")[2]) for found in read_things(tools, text)] == things


def test_an_amount_and_a_determiner_are_no_part_of_the_words(tools: Tools) -> None:
    text = "It is a 3-billion-yuan ($420 million) project? The firm built an 80,000-square-meter smart factory."
    assert read_things(tools, text) == ["smart factory 1"]


def test_ranks_and_grades_stand_before_words_that_describe(tools: Tools) -> None:
    told = "The national memory base project began in May. A key battery plant and its second chip plant opened."
    assert read_things(tools, told) == [
        "national memory base project 1",
        "key battery plant 2",
        "second chip plant 3",
    ]
    named = "The ministry named it a national export base. It is a second chip plant. It has a key project."
    assert read_things(tools, named) == []


def test_words_in_capitals_are_a_name(tools: Tools) -> None:
    text = "They built the Linhe Motors Chip Plant. The plant covers 300 mu."
    found = read_claims(tools, parse_article(text.encode(), tools.page, article_id="a")).claims
    assert {c.subject for c in found if c.unit == "mu"} == {"https://kg.example/id/project/linhe-motors-chip-plant"}


def test_a_name_in_capitals_with_national_is_no_description(tools: Tools) -> None:
    text = "According to the National Storm Center, the storm will reach Linhe District on Saturday."
    found = read_claims(tools, parse_article(text.encode(), tools.page, article_id="a")).claims
    assert [c.object_label for c in found if c.predicate.endswith("wasAttributedTo")] == ["National Storm Center"]


def test_two_articles_never_have_one_thing(tools: Tools) -> None:
    one, two = (read_claims(tools, parse_article(TEXT.encode(), tools.page, article_id=name)) for name in "ab")
    things = [{c.subject for c in result.claims if c.subject_label == "chip plant"} for result in (one, two)]
    assert [len(found) for found in things] == [1, 1] and not things[0] & things[1]


def test_the_graph_marks_what_has_no_name_and_nothing_compares_it(tools: Tools) -> None:
    result = read_claims(tools, parse_article(TEXT.encode(), tools.page, article_id="a"))
    lines = write_quads(result.article, result.claims, tools.domain.data_base)
    marked = {line.split(" ")[0] for line in lines if "concept/unnamed" in line}
    assert marked == {
        line.split(" ")[0]
        for line in lines
        if "/label>" not in line and line.startswith("<https://kg.example/id/described/")
    }
    assert len(marked) == 1
    traces = zlib.decompress(pack_article(tools, result).traces).decode()
    assert [line for line in traces.splitlines() if line.startswith("n") and "described" in line] == []


def test_a_long_line_of_words_costs_no_more_than_its_length(tools: Tools) -> None:
    assert read_things(tools, "very new " * 20_000 + "plant " * 5_000) == []


def test_of_too_many_things_none_is_meant(tools: Tools) -> None:
    text = " ".join(f"They built a v{n} plant." for n in range(MAX_RIVALS)) + " The v7 plant is big."
    things = read_things(tools, text)
    assert things[-1] == "v7 plant 8"
    assert read_things(tools, f"They built a new plant. {text}") == [
        "new plant 1",
        *(f"{words} {int(number) + 1}" for words, _, number in (thing.rpartition(" ") for thing in things[:-1])),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "Its v{n} plant is big. ",
        "They built a v{n} plant. The v{n} plant is big. ",
        "Bosch grew. Siemens' v{n} plant is big. Its plant is big. The park is big. ",
    ],
)
def test_time_is_linear_in_the_number_of_descriptions(tools: Tools, piece: str) -> None:
    lexicon = tools.extractor.lexicon

    def measure(size: int) -> float:
        text = "".join(piece.format(n=number) for number in range(size // len(piece)))
        article = parse_article(text.encode(), tools.page, article_id="text")
        spans = [Span(s.start, s.end) for s in article.sentences]
        mentions = lexicon.read_mentions(article.text, spans)
        described = (lexicon.descriptions, lexicon.base, "text", article.text, article.text.lower())
        return measure_seconds(
            lambda: Describer(*described).describe(article.sentences, mentions, [()] * len(spans)), repeats=2
        )

    small, large = measure(20_000), measure(160_000)
    assert large < 8 * 3 * max(small, 0.005), f"{small:.3f}s for 20 kB, {large:.3f}s for 160 kB"
