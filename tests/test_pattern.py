"""Rules are tried only where they can match: with the same matches as trying every rule everywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.article import parse_article
from kg.literals import CLAUSE, LiteralReader, Part
from kg.pattern import PatternMaker
from kg.pipeline import Tools
from kg.reading import SentenceReading
from kg.rules import Rule

SENTENCES = [
    entry["text"]
    for path in sorted((Path(__file__).parent / "genre").glob("*.toml"))
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]
]
MAKER = PatternMaker(
    slots={"Park": ("park",), "District": ("district",)},
    words={"begin": "^|(?<=, )", "free": r"(?<!\bof )(?<!\bin )", "who": "<<begin>>(?:the )?{Park}", "and": "and|or"},
    codes={"park": "\ue001", "district": "\ue002"},
)
READER = LiteralReader(MAKER.slots, MAKER.words, MAKER.codes)
P, D, N = "\ue001\ue002\ue100"


def read(source: str) -> Part:
    return READER.read(source)


@pytest.mark.parametrize(
    ("source", "anchor"),
    [
        ("<<begin>>(?:the )?x", CLAUSE),
        ("<<who>> grew", CLAUSE),
        (r"<<free>>{p:Park|District} grew", "\ue001\ue002"),
        (r"\b(?:in|at) {Park}", "ai"),
        ("(?:the )?{Park}", "t\ue001"),
        ("(?:,? and|;) x", " ,;"),
        ("(?:{Park}(?: ?x)?, |<<free>>{District}) y", "\ue001\ue002"),
        ("a?b{0,2}c", "abc"),
        ("[,;] x", ",;"),
        (r"\(x", "("),
        ("<<and>> x", "ao"),
        ("<<who>>|x", f"{CLAUSE}x"),
        (r"\w+ x", r"\w"),
        (".x", ""),
        ("[^,] x", ""),
        ("(?:the )?<<mark>>", "t\ue000-\ue0ff"),
        ("(?:x|[a-z]) y", "a-zx"),
        ("(?i:a|b) x", ""),
        ("(?=x)", ""),
        ("{!Park} x", "\ue000-\ue0ff"),
    ],
)
def test_what_a_pattern_begins_with(source: str, anchor: str) -> None:
    assert "".join(sorted(read(source).first or ())) == anchor


@pytest.mark.parametrize(
    ("source", "literals"),
    [
        ("signed", [({"signed"}, 6, 6)]),
        ("{n:Park} was signed", [({f"{P}{N} was signed"}, 13, 13)]),
        (
            "(?:the )?plant in {Park|District}",
            [({f"{the}plant in {code}{N}" for the in ("", "the ") for code in (P, D)}, 11, 15)],
        ),
        (r"ranked \w+ place", [({"ranked "}, 7, 7), ({" place"}, 14, 1 << 20)]),
        (r"ranked(?: \w{2,9}){0,2} first", [({"ranked"}, 6, 6), ({" first"}, 12, 32)]),
        ("(?:built|opened(?: .*)?) by {Park}", [({"built", "opened"}, 5, 6), ({f" by {P}{N}"}, 11, 1 << 20)]),
        (r"(?:\w+ built|\d+ new|{Park}) x", [({" built", " new", f"{P}{N}"}, 2, 1 << 20)]),
        (r"(?:\w+|built) x", []),
        ("(?:signed){2,3}", [({"signed"}, 6, 6)]),
        ("(?:signed)*x", []),
        ("(?=signed)x", []),
        ("(?i:signed)x", []),
        (r"(signed) \1", [({"signed "}, 7, 7)]),
        ("(?P<q>put )?built(?(q) into use)", [({"built", "put built", "built into use", "put built into use"}, 5, 18)]),
        ("of the", [({"of the"}, 6, 6)]),
        ("of", []),
        ("<<unknown>> signed", [({" signed"}, 7, 1 << 20)]),
        ("signed)", []),
        ("(signed", []),
    ],
)
def test_what_a_pattern_cannot_match_without(source: str, literals: list[tuple[set[str], int, int]]) -> None:
    found = READER.find_literals(read(source))
    assert sorted((sorted(f.words), f.near, f.far) for f in found) == sorted((sorted(w), a, b) for w, a, b in literals)


PIECES = st.sampled_from(["signed", "of ", "the ", "[ab]", "[a-z]", r"\w", ".", "built", "{Park}", "{!District}", "x"])
SIGNS = st.sampled_from(["", "?", "*", "+", "{0,2}", "{2}", "+?"])
SOURCES = st.recursive(
    st.builds("{}{}".format, PIECES.filter(lambda p: len(p) < 5 or p[0] == "{"), SIGNS) | PIECES,
    lambda inner: (
        st.builds("(?:{})".format, st.lists(inner, min_size=1, max_size=3).map("|".join))
        | st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.builds("(?:{}){}".format, inner, SIGNS)
    ),
    max_leaves=8,
)


@given(SOURCES, st.text(st.sampled_from("signedbuiltofhxa ") | st.just("\ue001"), max_size=5), st.data())
def test_every_match_has_its_literals(source: str, around: str, data: st.DataObject) -> None:
    pattern = re.compile(MAKER.make_pattern(source, "here").source)
    part = read(source)
    text = around + data.draw(st.from_regex(pattern, fullmatch=True)) + around
    shape = re.sub("[\ue100-\uf8ff]", N, text)
    for match in pattern.finditer(text):
        for literal in READER.find_literals(part):
            ends = [
                start + len(word) - match.start()
                for word in literal.words
                for start in range(match.start(), match.end() - len(word) + 1)
                if shape.startswith(word, start)
            ]
            assert any(literal.near <= end <= literal.far for end in ends), (literal, match)
        assert part.low <= len(match[0]) <= part.high
        if part.first and not part.open:
            assert match[0] and re.match("|".join(f"[{piece}]" for piece in sorted(part.first)), match[0])


def find_matches(rule: Rule, sentence: SentenceReading, translated: bool) -> list[tuple[int, int]]:
    """Return where a rule matches a sentence, if it is tried everywhere."""
    part = sentence.sentence.part
    suits = rule.part == part or (rule.part == "any" and part != "meta")
    suits = suits and rule.texts in ("any", "translated" if translated else "plain")
    fires = not rule.triggers or any(word in sentence.triggers for word in rule.triggers)
    if rule.pattern is None or not suits or not fires:
        return []
    return [match.span() for match in rule.pattern.finditer(sentence.masked if rule.case else sentence.folded)]


def test_each_rule_matches_where_it_does_everywhere(tools: Tools) -> None:
    rules = tools.extractor.rules
    index = rules.index
    tried = matched = 0
    for text in SENTENCES:
        article = parse_article(text.encode(), tools.page, article_id="text")
        reading = tools.extractor.read(article)
        for sentence in reading.sentences:
            found = index.find_literals(sentence.shape)
            clauses = index.find_clauses(sentence.folded, found)
            assert clauses == sorted(match.start() for match in rules.begin.finditer(sentence.folded))
            selected = index.select_rules(
                sentence.triggers, sentence.codes, sentence.sentence.part, reading.translated, found
            )
            trials = {trial.number: trial for trial in selected}
            for number, rule in enumerate(rules.rules):
                words = sentence.masked if rule.case else sentence.folded
                spans = []
                if number in trials:
                    tried += 1
                    matches = index.plans[number].find_matches(words, trials[number], clauses)
                    spans = [match.span() for match in matches]
                assert spans == find_matches(rule, sentence, reading.translated), (rule.id, text)
                matched += bool(spans)
    assert len(SENTENCES) < matched < tried < 6 * matched
