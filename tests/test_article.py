"""Bytes to an article: title, sentences, page furniture, and what cannot be read."""

from __future__ import annotations

import codecs
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from timing import measure_seconds

from kg.article import MAX_SENTENCE, Page, decode_article, load_page, parse_article, read_article, split_sentences
from kg.errors import ArticleError, RuleError
from kg.model import Article
from kg.pipeline import Tools


@pytest.fixture(scope="module")
def page(tools: Tools) -> Page:
    return tools.page


def parse(page: Page, text: str) -> Article:
    return parse_article(text.encode(), page, article_id="a")


def parts(article: Article) -> list[tuple[str, str]]:
    return [(s.part, article.text[s.start : s.end]) for s in article.sentences]


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in split_sentences(text, 0, len(text))]


# ---------------------------------------------------------------- title and furniture
def test_the_first_plain_line_is_the_title(page: Page) -> None:
    article = parse(page, "Park grows\n\nIt grew. It grew again.")
    assert parts(article) == [("title", "Park grows"), ("body", "It grew."), ("body", "It grew again.")]
    assert article.title is not None
    assert article.slice(*article.title) == "Park grows"


@pytest.mark.parametrize(
    "text",
    [
        "It grew.\n\nIt grew again.",  # a full stop: a sentence
        "Park grows",  # nothing behind it
        "Three parks grow:\n\nIt grew.",
        "x" * 301 + "\n\nIt grew.",
        "园区增长。\n\nIt grew.",
    ],
)
def test_what_is_no_title(page: Page, text: str) -> None:
    assert parse(page, text).title is None


def test_a_banner_before_the_title_is_furniture(page: Page) -> None:
    article = parse(page, "Wednesday, May 31\n\nPark grows\n\nIt grew.")
    assert parts(article) == [("furniture", "Wednesday, May 31"), ("title", "Park grows"), ("body", "It grew.")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Home> Guide\n\nPark grows\n\nIt grew.",
            [("furniture", "Home> Guide"), ("title", "Park grows"), ("body", "It grew.")],
        ),
        (
            "Industrial Parks\nHome > Doing Business>Industries\n\nPark grows\n\nIt grew.",
            [
                ("furniture", "Industrial Parks"),
                ("furniture", "Home > Doing Business>Industries"),
                ("title", "Park grows"),
                ("body", "It grew."),
            ],
        ),
        (
            "Linhe Park | invest.example.com.cn\nHome   >   Zones   >   Linhe\n\nLinhe Park\n\nIt grew.",
            [
                ("furniture", "Linhe Park"),
                ("furniture", "| invest.example.com.cn"),
                ("furniture", "Home   >   Zones   >   Linhe"),
                ("title", "Linhe Park"),
                ("body", "It grew."),
            ],
        ),
        (
            "App | Help |\n\nPark grows\n\n1.jpg\n\nA street of the park. [Photo/linhe.example.cn]\n\nIt grew.",
            [
                ("furniture", "App | Help |"),
                ("title", "Park grows"),
                ("furniture", "1.jpg"),
                ("body", "A street of the park."),
                ("furniture", "[Photo/linhe.example.cn]"),
                ("body", "It grew."),
            ],
        ),
        # Not every sign is one of a site's: a comparison, a list of parks.
        (
            "Park grows\n\nIn 2021, exports > imports.",
            [("title", "Park grows"), ("body", "In 2021, exports > imports.")],
        ),
        ("It grew.\n\nHome > News", [("body", "It grew."), ("furniture", "Home > News")]),
    ],
)
def test_what_a_site_prints_above_an_article_is_furniture(
    page: Page, text: str, expected: list[tuple[str, str]]
) -> None:
    assert parts(parse(page, text)) == expected


def test_furniture_in_a_paragraph_is_cut_out_of_it(page: Page) -> None:
    article = parse(page, "Park grows\n\nIt grew. Share this article\n\nIt grew again.\n\nCopyright © 2020 X")
    assert [words for part, words in parts(article) if part == "furniture"] == [
        "Share this article",
        "Copyright © 2020 X",
    ]
    assert ("body", "It grew.") in parts(article)


def test_each_furniture_pattern_matches_its_examples(domain_page: tuple[Page, list[dict[str, object]]]) -> None:
    page, entries = domain_page
    patterns = dict(page.furniture)
    for entry in entries:
        for text in entry.get("examples", []):  # type: ignore[attr-defined]
            assert patterns[str(entry["id"])].search(text), (entry["id"], text)


@pytest.fixture
def domain_page(tools: Tools) -> tuple[Page, list[dict[str, object]]]:
    import tomllib

    table = tomllib.loads((tools.domain.rules / "page.toml").read_text(encoding="utf-8"))
    return tools.page, table["furniture"]


# ---------------------------------------------------------------- sentences
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One rose. Two fell! Did three? Yes.", ["One rose.", "Two fell!", "Did three?", "Yes."]),
        ("Mr. Li came. He left.", ["Mr. Li came.", "He left."]),
        ("Lanhai Co., Ltd. grew. Dr. Wu left.", ["Lanhai Co., Ltd. grew.", "Dr. Wu left."]),
        ("Output rose 3.5 percent. It fell 2.1 percent.", ["Output rose 3.5 percent.", "It fell 2.1 percent."]),
        ("It is No. 3 in the U.S. now.", ["It is No. 3 in the U.S. now."]),
        ("On Aug. 30 it grew. On Sept. 2 it fell.", ["On Aug. 30 it grew.", "On Sept. 2 it fell."]),
        ("Robots, chips, etc. Grew up.", ["Robots, chips, etc. Grew up."]),
        ('"It grew." He left.', ['"It grew."', "He left."]),
        ("“It grew.” (It fell.) He left.", ["“It grew.”", "(It fell.)", "He left."]),
        ("园区增长。产值上升！很好。", ["园区增长。", "产值上升！", "很好。"]),
        ("It grew.2 It fell", ["It grew.2 It fell"]),
        ("See a.b.c for it. Good.", ["See a.b.c for it.", "Good."]),
        ("Prof. J. Li of St. Mary came. Good.", ["Prof. J. Li of St. Mary came.", "Good."]),
        ("About 3 sq. km lie there. Good.", ["About 3 sq. km lie there.", "Good."]),
        ("", []),
        ("   ", []),
        # Translations: glued sentences, clauses joined by a comma.
        (
            "It grew in the district.In 2022, it grew.Among them, 3 grew by 5%.The rest fell.",
            ["It grew in the district.", "In 2022, it grew.", "Among them, 3 grew by 5%.", "The rest fell."],
        ),
        (
            "It cost 3 billion yuan,The rest is 2;There are 3 parks.",
            ["It cost 3 billion yuan,", "The rest is 2;", "There are 3 parks."],
        ),
        (
            "X Zone is in Linhe, it was founded in 1992, its area is 3.",
            ["X Zone is in Linhe,", "it was founded in 1992, its area is 3."],
        ),
        (
            "When X was founded, it had 3 firms. It is new, it is said.",
            ["When X was founded, it had 3 firms.", "It is new, it is said."],
        ),
        (
            "See www.Linhe.com of Lanhai Co.Ltd in U.S.China Park.",
            ["See www.Linhe.com of Lanhai Co.Ltd in U.S.China Park."],
        ),
    ],
)
def test_sentences_end_where_they_do(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_lines_that_a_page_breaks_are_one_paragraph(page: Page) -> None:
    broken = "The zone lies in the southeast of the city and its area is 12.5 square\nkilometers. It grew."
    broken += "\nHistory\nIt is old."
    article = parse(page, f"Park grows\n\n{broken}")
    assert [words for part, words in parts(article) if part == "body"] == [
        "The zone lies in the southeast of the city and its area is 12.5 square\nkilometers.",
        "It grew.",
        "History",
        "It is old.",
    ]
    leads = "In 2010 the zone was approved by the Ministry of Commerce of\nChina.\n\nShort line\nends here"
    assert len([part for part, _ in parts(parse(page, f"Park grows\n\n{leads}")) if part == "body"]) == 3


def test_a_sentence_without_end_is_cut_at_a_space() -> None:
    text = "word " * 3000
    found = sentences(text)
    assert len(found) > 1
    assert all(len(sentence) <= MAX_SENTENCE for sentence in found)
    assert " ".join(found) == text.strip()


# ---------------------------------------------------------------- decoding, word for word
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.txt: the article is empty"),
        (b" \n\t\r\n", "a.txt: the article is empty"),
        (b"\x07\x08", "a.txt: the article is empty"),
        (b"ab\x00cd", "a.txt: a binary file, not a text (save the article as UTF-8 text)"),
        (b"caf\xe9 grew", "a.txt: not UTF-8: byte 0xe9 at offset 3 (save the file as UTF-8)"),
        ("Grün".encode("utf-16-le"), "a.txt: a binary file, not a text (save the article as UTF-8 text)"),
        (b"\xff\xfea\x00b", "a.txt: not UTF-16, as its first bytes say: offset 4 (save the file as UTF-8)"),
        ("园区".encode("gb18030"), "a.txt: not UTF-8: byte 0xc7 at offset 2 (save the file as UTF-8)"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, message: str) -> None:
    with pytest.raises(ArticleError) as caught:
        decode_article(data, where="a.txt")
    error = caught.value
    assert f"{error.where}: {error.what}" + (f" ({error.hint})" if error.hint else "") == message


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_wide_text_with_a_mark_is_read(mark: bytes) -> None:
    code = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert decode_article(mark + "Park 园区\r\n".encode(code), where="a.txt") == ("Park 园区\n", ())


def test_a_file_that_is_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.article.MAX_BYTES", 3)
    with pytest.raises(ArticleError, match="4 bytes are more than the limit of 3"):
        decode_article(b"abcd", where="a.txt")


def test_what_is_taken_out_is_noted(page: Page) -> None:
    article = parse_article("\ufeffOne\r\ntwo\rthree\x07\x08\ufffe".encode(), page, article_id="a")
    assert article.text == "One\ntwo\nthree"
    assert article.notes == ("3 control characters removed",)


def test_a_folder_and_a_missing_file_are_told(page: Page, tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="a folder, not an article"):
        read_article(tmp_path, page)
    with pytest.raises(ArticleError, match="cannot be read: No such file"):
        read_article(tmp_path / "none.txt", page)


def test_a_file_is_called_by_its_name(page: Page, tmp_path: Path) -> None:
    (tmp_path / "Big Park.txt").write_text("It grew.", encoding="utf-8")
    article = read_article(tmp_path / "Big Park.txt", page)
    assert (article.id, article.source, article.text) == ("big-park", "Big Park.txt", "It grew.")
    assert len(article.sha256) == 64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[furniture]]\nid = 'x'\npattern = '('\n", "furniture pattern does not compile"),
        ("[[furniture]]\nid = 'x'\n", "furniture pattern does not compile"),
        ("[[furniture", "not TOML"),
    ],
)
def test_a_broken_page_pattern_is_told(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "page.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=message):
        load_page(tmp_path / "page.toml")


def test_missing_page_patterns_are_told(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot read the page patterns"):
        load_page(tmp_path / "page.toml")


# ---------------------------------------------------------------- properties
PIECES = st.lists(
    st.sampled_from(
        ["It grew. ", "Mr. ", "3.5", "\n", "\n\n", "  ", "Wednesday, May 31", "Share this article", "“", "”", "园区。",
         "e.g. ", "Co., Ltd.", "...", "!?", "\t", "\u3000", "Print", "("]
    ),
    max_size=30,
)  # fmt: skip


@given(st.one_of(PIECES.map("".join), st.text(max_size=300)))
@example("a" * (MAX_SENTENCE + 1))
def test_sentences_leave_out_only_white_space_and_are_in_order(text: str) -> None:
    try:
        article = parse(PAGE, text)
    except (ArticleError, UnicodeEncodeError):
        return
    spans = article.sentences
    assert all(a.end <= b.start for a, b in pairwise(spans))
    position = 0
    for sentence in spans:
        assert sentence.start < sentence.end
        assert not article.text[position : sentence.start].strip()
        words = article.text[sentence.start : sentence.end]
        assert words == words.strip()
        position = sentence.end
    assert not article.text[position:].strip()


@given(st.text(max_size=200))
def test_paragraphs_are_numbered_in_order(text: str) -> None:
    try:
        article = parse(PAGE, text)
    except (ArticleError, UnicodeEncodeError):
        return
    numbers = [sentence.paragraph for sentence in article.sentences]
    assert numbers == sorted(numbers)
    for first, second in pairwise(article.sentences):
        broken = "\n" in article.text[first.end : second.start]
        assert broken == (first.paragraph != second.paragraph) or not broken


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a ",
        ". ",
        ". A",
        "A. ",
        "\n",
        "“",
        "Mr. ",
        "Share this article ",
        "Print\n",
        "3.",
        "。",
        "!\"' ",
        " ",
        "\t\n",
    ],
)
def test_time_is_linear_on_hostile_text(page: Page, piece: str) -> None:
    def measure(size: int) -> float:
        data = (piece * (size // len(piece)) + "x").encode()
        return measure_seconds(lambda: parse_article(data, page, article_id="a"), repeats=3)

    small, large = (measure(size) for size in (50_000, 400_000))
    assert large < 8 * 3 * max(small, 0.01), f"{small:.3f}s for 50 kB, {large:.3f}s for 400 kB"


def _page() -> Page:
    from kg.resources import load_domain

    return load_page(load_domain().rules / "page.toml")


PAGE = _page()
