"""The account reconciles: every digit lies in one number, every number has one fate, every sentence a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import measure_seconds

from kg.account import Account, make_account, unpack_account
from kg.article import parse_article
from kg.cli import main
from kg.extract import describe_claim
from kg.gate import Failure, Verdict
from kg.pipeline import ArticleResult, Tools, load_tools, read_claims
from kg.resources import load_domain

TOOLS = load_tools(load_domain())
PIECES = st.sampled_from(
    [
        "1,100",
        "82 ",
        "projects",
        " signed",
        "3.5 billion yuan",
        "Phase 2",
        "5G",
        " percent",
        "In 2022,",
        "first",
        "\n\n",
        ". ",
    ]
) | st.text(alphabet="0123456789 ,.%-–()\"'aZ昌平１２", max_size=12)
TEXTS = st.lists(PIECES, min_size=1, max_size=25).map("".join).filter(lambda text: text.strip())


def read(text: str, tools: Tools = TOOLS) -> ArticleResult:
    return read_claims(tools, parse_article(text.encode(), tools.page, article_id="text"))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
def test_every_digit_is_in_one_number_and_every_number_has_one_fate(text: str) -> None:
    account = read(text).account
    numbers = account.numbers
    assert all(n.text == account.text[n.start : n.end] for n in numbers)
    assert all(a.end <= b.start for a, b in pairwise(numbers))
    digits = {i for i, char in enumerate(account.text) if char.isdigit()}
    assert digits <= {i for n in numbers for i in range(n.start, n.end)}
    counts = account.counts()
    assert counts["used"] + counts["rejected"] + counts["unused"] == counts["numbers"] == len(numbers)
    assert all(bool(n.claims) == (n.status == "used") and bool(n.reason) == (n.status != "used") for n in numbers)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(TEXTS)
def test_an_account_packed_is_the_same_again(text: str) -> None:
    account = read(text).account
    assert unpack_account(account.article, account.text, account.pack()) == account


def test_refused_claims_are_in_the_account_with_why() -> None:
    article = read("Changping District has attracted more than 82 key projects.")
    claim = article.verdicts[0].claim
    refused = Verdict(claim, (Failure("value", "not in the words"),))
    account = make_account(article.reading, (refused, *article.verdicts[1:]))
    assert account.refused[0] == (claim.start, claim.end, claim.rule, describe_claim(claim), "value: not in the words")
    assert unpack_account(account.article, account.text, account.pack()) == account


def test_the_number_of_a_refused_claim_is_rejected_with_its_reason() -> None:
    article = read("Changping District has attracted more than 82 key projects.")
    refused = tuple(replace(v, failures=(Failure("value", "not in the words"),)) for v in article.verdicts)
    account = make_account(article.reading, refused)
    assert account.text[slice(*account.numbers[0][:2])] == "more than 82"
    assert fates(account) == [("more than 82", "rejected", "value: not in the words (place-gained)")]
    assert [s.reason for s in account.sentences] == ["rejected by the gate: value: not in the words"]


def test_the_number_of_a_name_is_rejected() -> None:
    account = read("Xiaomi Phase 2 was put into production.").account
    assert fates(account) == [("2", "rejected", "part of the name Xiaomi Phase 2")]
    assert account.numbers[0][:2] == (13, 14)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TEXTS)
def test_sentences_leave_out_only_white_space(text: str) -> None:
    account = read(text).account
    covered = {i for s in account.sentences for i in range(s.start, s.end)}
    assert all(i in covered for i, char in enumerate(account.text) if not char.isspace())
    assert all(bool(s.claims) or bool(s.reason) for s in account.sentences)


def fates(account: Account) -> list[tuple[str, str, str]]:
    return [(n.text, n.status, n.reason) for n in account.numbers]


def test_fates_of_numbers() -> None:
    text = "Wednesday, May 31\n\nNews\n\nIn 2022, 29 projects were signed. The weather was 31 degrees on 5G networks."
    assert fates(read(text).account) == [
        ("31", "rejected", "page furniture"),
        ("In 2022", "used", ""),
        ("29", "used", ""),
        ("31 degrees", "unused", "no rule reads the words around it"),
        ("5", "unused", "not a quantity: part of a code, a name or a label"),
    ]


def test_reasons_of_sentences() -> None:
    text = "News\n\nIn 2022, 29 projects were signed. It was sunny. Share more people to see."
    assert [(bool(s.claims), s.reason) for s in read(text).account.sentences[1:]] == [
        (True, ""),
        (False, "no pattern: no known thing or number"),
        (False, "page furniture"),
    ]


def test_account_of_the_first_article() -> None:
    done = CliRunner().invoke(main, ["account", "--format", "json"])
    [account] = json.loads(done.stdout)
    counts = account["counts"]
    assert done.exit_code == 0
    assert counts["numbers"] == counts["used"] + counts["rejected"] + counts["unused"] > 20
    assert [n["text"] for n in account["numbers"] if n["reason"] == "page furniture"] == ["31"]


def test_marked_text_has_every_fate() -> None:
    done = CliRunner().invoke(main, ["account", "--format", "text"])
    assert "~31~" in done.stdout
    assert "[80%]" in done.stdout
    assert "0 unaccounted" in done.stdout


def test_a_number_that_two_things_could_own_is_ambiguous() -> None:
    account = read("Linhe District and Yunhe County grew in 2022. Tax revenue was 8 billion yuan.").account
    [number] = [number for number in account.numbers if number.text == "8 billion yuan"]
    assert (number.status, number.reason) == (
        "unused",
        "ambiguous: of Linhe District or Yunhe County (indicator-value)",
    )


def test_a_number_that_nothing_owns_is_not_ambiguous() -> None:
    account = read("Tax revenue was 8 billion yuan.").account
    assert [n.reason for n in account.numbers] == ["no rule reads the words around it"]


def test_time_is_linear_in_what_there_is_to_account_for() -> None:
    def measure(sentences: int) -> float:
        text = " ".join(
            f"In {2000 + n % 25}, {n + 10} projects were signed in Changping District." for n in range(sentences)
        )
        result = read(text)
        assert len(result.claims) > sentences
        return measure_seconds(lambda: make_account(result.reading, result.verdicts, result.refusals), repeats=5)

    small, large = measure(150), measure(1200)
    assert large < 8 * 2 * small, f"{small:.3f}s for 150 sentences, {large:.3f}s for 1,200"
