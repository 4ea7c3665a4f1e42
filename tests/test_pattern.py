"""Patterns are tried only where they can match: with the same matches as trying them everywhere."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kg.article import parse_article
from kg.pattern import CLAUSE, PatternMaker
from kg.pipeline import Tools

SENTENCES = [
    entry["text"]
    for path in sorted((Path(__file__).parent / "genre").glob("*.toml"))
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]
]
MAKER = PatternMaker(
    slots={"Park": ("park",), "District": ("district",)},
    words={"begin": "^|(?<=, )", "free": r"(?<!\bof )(?<!\bin )", "who": "<<begin>>(?:the )?{Park}", "and": "and|or"},
    codes={"park": "P", "district": "D"},
)


@pytest.mark.parametrize(
    ("source", "anchor"),
    [
        ("<<begin>>(?:the )?x", CLAUSE),
        ("<<who>> grew", CLAUSE),
        (r"<<free>>{p:Park|District} grew", "DP"),
        (r"\b(?:in|at) {Park}", "ai"),
        ("(?:the )?{Park}", "Pt"),
        ("(?:,? and|;) x", " ,;"),
        ("(?:{Park}(?: ?x)?, |<<free>>{District}) y", "DP"),
        ("a?b{0,2}c", "abc"),
        ("[,;] x", ",;"),
        (r"\(x", "("),
        ("<<and>> x", "ao"),
        ("<<who>>|x", f"{CLAUSE}x"),
        (r"\w+ x", ""),
        (".x", ""),
        ("(?:the )?<<mark>>", ""),
        ("(?:x|[a-z]) y", ""),
        ("(?=x)", ""),
        ("{!Park} x", ""),
    ],
)
def test_where_a_pattern_can_begin(source: str, anchor: str) -> None:
    assert "".join(sorted(MAKER.make_pattern(source, "here").anchor)) == anchor


def test_each_rule_matches_where_it_does_everywhere(tools: Tools) -> None:
    rules = tools.extractor.rules
    tried = 0
    for text in SENTENCES:
        article = parse_article(text.encode(), tools.page, article_id="text")
        for sentence in tools.extractor.read(article).sentences:
            begins = {match.start() for match in rules.begin.finditer(sentence.folded)}
            assert rules.find_clauses(sentence.folded) == sorted(begins)
            for rule in rules.rules:
                if rule.pattern is None or not rule.pattern.anchor:
                    continue
                words = sentence.masked if rule.case else sentence.folded
                places = [n for n, char in enumerate(words) if char in rule.pattern.anchor]
                if CLAUSE in rule.pattern.anchor:
                    places = sorted({*places, *begins})
                found = [match.span() for match in rule.pattern.find_matches(words, places)]
                assert found == [match.span() for match in rule.pattern.finditer(words)], (rule.id, text)
                tried += bool(found)
    assert tried > len(SENTENCES)
