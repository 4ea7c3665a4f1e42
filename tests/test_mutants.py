"""The gate lets every true claim pass and none of its wrong versions."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from mutants import KINDS, Mutator, read_truths

from kg.article import parse_article
from kg.extract import describe_claim
from kg.gate import Gate
from kg.model import Article, Claim
from kg.pipeline import Tools

GENRE = Path(__file__).parent / "genre"


def article_of(tools: Tools, number: int, entry: dict[str, str]) -> Article:
    text = f"{entry['title']}\n\n{entry['text']}" if "title" in entry else entry["text"]
    return parse_article(text.encode(), tools.page, article_id=f"sentence-{number}")


@pytest.fixture(scope="session")
def cases(tools: Tools, changping: Article) -> list[tuple[Gate, list[Claim], Mutator]]:
    """The first article and the genre's sentences, each with its gate and the claims people call true."""
    made = []
    extractor = tools.extractor
    entries = [
        entry
        for path in sorted(GENRE.glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]
    ]
    articles = [(changping, None)]
    articles += [(article_of(tools, n, e), set(e["claims"])) for n, e in enumerate(entries) if "published" not in e]
    for article, expected in articles:
        reading = extractor.read(article)
        known = read_truths(extractor, reading)
        truths = [c for c in known if expected is None or describe_claim(c) in expected]
        made.append((Gate(reading, extractor, known), truths, Mutator(reading, truths, seed=20210829)))
    return made


def test_every_true_claim_passes(cases: list[tuple[Gate, list[Claim], Mutator]]) -> None:
    truths = [(gate, claim) for gate, claims, _ in cases for claim in claims]
    assert len(truths) >= 200
    refused = [v for gate, claim in truths if not (v := gate.judge(claim)).accepted]
    assert [(describe_claim(v.claim), v.failures) for v in refused] == []


def test_no_mutant_passes(cases: list[tuple[Gate, list[Claim], Mutator]]) -> None:
    made: Counter[str] = Counter()
    passed: list[tuple[str, str, str]] = []
    for gate, _, mutator in cases:
        for kind, mutant in mutator.make_mutants():
            made[kind] += 1
            if gate.judge(mutant).accepted:
                passed.append((kind, describe_claim(mutant), mutant.quote))
    assert passed == []
    assert sum(made.values()) >= 2000
    assert set(made) == set(KINDS), "every kind of mutant was made"


def test_mutants_are_the_same_for_the_same_seed(cases: list[tuple[Gate, list[Claim], Mutator]]) -> None:
    _, truths, mutator = cases[0]
    once, twice = (
        [m for _, m in Mutator(mutator.reading, truths, seed=7).make_mutants()],
        [m for _, m in Mutator(mutator.reading, truths, seed=7).make_mutants()],
    )
    assert once == twice
