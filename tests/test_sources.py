"""Plain text, Markdown, HTML and JSON lines give one shape of article, with date, address and publisher."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.model import Article
from kg.pipeline import Tools
from kg.sources import find_articles, read_source

BODY = "The park opened last year. In 2022, 29 projects were signed in Haidian District."


def read(path: Path, tools: Tools) -> list[Article | KgError]:
    return list(read_source("a", path, tools.page, tools.extractor.grammar))


def known(article: Article | KgError) -> tuple[str, str, str, str]:
    assert isinstance(article, Article), article
    title = article.text[slice(*article.title)] if article.title else ""
    return title, article.published, article.publisher, article.url


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.txt", f"A park opens\n\n2021-08-29 10:15\n\n{BODY}\n", ("A park opens", "2021-08-29", "", "")),
        (
            "a.txt",
            f"A park opens\n\nSource: Example Daily\nUpdated: August 29, 2021 09:00\n\n{BODY}\n",
            ("A park opens", "2021-08-29", "Example Daily", ""),
        ),
        (
            "a.md",
            "---\ndate: 2021-08-29\nurl: https://news.example/a\npublisher: Example Daily\n---\n"
            f"A park opens\n\n{BODY}\n",
            ("A park opens", "2021-08-29", "Example Daily", "https://news.example/a"),
        ),
        (
            "a.md",
            "---\nlayout: post\n# a remark\ntags:\n- parks\n  - news\n\ndate: '2021-08-29'\n---\n# A park opens\n\n"
            + BODY,
            ("A park opens", "2021-08-29", "", ""),
        ),
        ("a.md", f"---\nA line of text\n---\n\n{BODY}\n", ("---", "", "", "")),
        ("a.md", f"---\ntitle: A park opens\n---\n\n{BODY}\n", ("A park opens", "", "", "")),
        ("a.md", "---\n" + "    a\n" * 150 + f"b\n\n{BODY}\n", ("---", "", "", "")),
        (
            "a.jsonl",
            json.dumps(
                {"text": BODY, "title": "A park opens", "date": "2021-08-29T09:00:00", "url": "https://a.example/"}
            ),
            ("A park opens", "2021-08-29", "", "https://a.example/"),
        ),
    ],
    ids=[
        "date-line",
        "source-line",
        "markdown",
        "markdown-lists",
        "markdown-rule",
        "markdown-title",
        "markdown-lines",
        "json-lines",
    ],
)
def test_article_and_what_is_known_of_it(
    tmp_path: Path, tools: Tools, name: str, text: str, expected: tuple[str, str, str, str]
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    [article] = read(tmp_path / name, tools)
    assert known(article) == expected
    assert isinstance(article, Article) and BODY in article.text


def test_html_gives_the_article_without_the_page_around_it(tmp_path: Path, tools: Tools) -> None:
    pytest.importorskip("trafilatura", reason="the extra html is not installed")
    sentences = " ".join(f"{BODY} Sentence {n} tells of another park in the city." for n in range(8))
    page = (
        "<html><head><title>A park opens</title><meta property='article:published_time' content='2021-08-29'>"
        "<meta property='og:site_name' content='Example Daily'></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>A park opens</h1><p>{sentences}</p></article><footer>Copyright</footer></body></html>"
    )
    (tmp_path / "a.html").write_text(page, "utf-8")
    [article] = read(tmp_path / "a.html", tools)
    assert known(article)[:3] == ("A park opens", "2021-08-29", "Example Daily")
    assert isinstance(article, Article) and "Home" not in article.text and "<" not in article.text


LONG = " ".join(f"{BODY} Sentence {n} tells of another park in the city." for n in range(8))
ROW = "<tr><td>GDP</td><td>100 million yuan</td><td>345.6</td></tr>"
LEFT_OUT = "1 row of tables with figures was left out, from 'GDP | 345.6 | 8.1': write them as sentences"


@pytest.mark.parametrize(
    ("table", "lines", "notes"),
    [
        (
            f"<table><tr><th>Indicator</th><th>Unit</th><th>Value</th></tr>{ROW}</table>",
            ["GDP (100 million yuan) | Value | 345.6"],
            (),
        ),
        ("<table><tr><td>GDP</td><td>345.6</td><td>8.1</td></tr></table>", [], (LEFT_OUT,)),
        ("<table><tr><th>Indicator</th><th>Unit</th><th>Value</th></tr></table>", [], ()),
        (
            "<table><tr><td>Total area</td><td>812 sq km</td></tr><tr><td> </td><td>Note</td></tr></table>",
            ["Total area | 812 sq km", "Note"],
            (),
        ),
        (f"<table><tr><td>{LONG}</td><td>Aside</td></tr></table>", [LONG, "Aside"], ()),
        (f"<table><tr><td><p>{LONG}</p><p>{LONG} More.</p></td></tr></table>", [f"{LONG} {LONG} More."], ()),
        ("", [], ()),
    ],
    ids=["figures", "bare", "words", "profile", "layout", "paragraphs", "none"],
)
def test_tables_of_a_page_are_lines_of_a_profile_or_noted(
    tmp_path: Path, tools: Tools, table: str, lines: list[str], notes: tuple[str, ...]
) -> None:
    pytest.importorskip("trafilatura", reason="the extra html is not installed")
    page = f"<html><body><article><h1>A park opens</h1><p>{LONG} First.</p>{table}</article></body></html>"
    (tmp_path / "a.html").write_text(page, "utf-8")
    [article] = read(tmp_path / "a.html", tools)
    assert isinstance(article, Article)
    assert (article.text.split("\n")[4:], article.notes) == (lines, notes)


def test_tables_of_markdown_are_lines_of_a_profile(tmp_path: Path, tools: Tools) -> None:
    text = "# Linhe District\n\nIt grew.\n\n| Item | Figure |\n|:---|---:|\n| Total area | **812** sq km |\n"
    (tmp_path / "a.md").write_text(text, "utf-8")
    [article] = read(tmp_path / "a.md", tools)
    assert isinstance(article, Article)
    assert article.text.endswith("It grew.\n\nItem | Figure\nTotal area | 812 sq km\n")
    claims = tools.extractor.make_claims(tools.extractor.read(article))
    assert [claim.quote for claim in claims if claim.predicate.endswith("area")] == ["Total area | 812 sq km"]


def test_relative_dates_are_reckoned_from_the_date_of_the_article(tmp_path: Path, tools: Tools) -> None:
    text = "A park opens\n\n2021-08-29\n\nLast year, 29 projects were signed in Haidian District.\n"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    [article] = read(tmp_path / "a.txt", tools)
    assert isinstance(article, Article)
    claims = tools.extractor.make_claims(tools.extractor.read(article))
    [count] = [claim for claim in claims if claim.value == "29"]
    assert (count.period, count.period_start, count.period_end) == ("Last year", "2020", "2020")


def test_each_bad_record_is_an_error_of_its_own(tmp_path: Path, tools: Tools) -> None:
    good = json.dumps({"text": BODY})
    (tmp_path / "a.jsonl").write_text(f'{good}\nnot json\n{{"title": "no text"}}\n\n{good}\n', "utf-8")
    found = [a.id if isinstance(a, Article) else str(a).split("/")[-1] for a in read(tmp_path / "a.jsonl", tools)]
    assert found == [
        "a-1",
        "a.jsonl:2: not JSON: Expecting value: line 1 column 1 (char 0)",
        'a.jsonl:3: no field text (write one {"text": …} a line)',
        "a-5",
    ]


def test_wrong_date_and_address_are_noted_and_left_out(tmp_path: Path, tools: Tools) -> None:
    record = {"text": BODY, "date": "yesterday", "url": "https://a b/"}
    (tmp_path / "a.jsonl").write_text(json.dumps(record), "utf-8")
    [article] = read(tmp_path / "a.jsonl", tools)
    assert isinstance(article, Article)
    assert (article.published, article.url) == ("", "")
    assert article.notes == (
        "date 'yesterday' is not ISO 8601 and was left out",
        "address 'https://a b/' is no IRI and was left out",
    )


def test_other_files_of_a_folder_are_left_alone(tmp_path: Path) -> None:
    for name in ("a.txt", "b.md", "c.png", "d.jsonl"):
        (tmp_path / name).write_text("x", "utf-8")
    assert [path.name for _, path in find_articles([tmp_path])] == ["a.txt", "b.md", "d.jsonl"]
