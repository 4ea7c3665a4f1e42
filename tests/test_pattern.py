"""Rules are tried only where they can match: with the same matches as trying every rule everywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg.article import parse_article
from kg.literals import CLAUSE, EDGE, START, LiteralReader, Part
from kg.pattern import PatternMaker
from kg.pipeline import Tools
from kg.reading import SentenceReading
from kg.rule_index import Entry, RuleIndex
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
        (r"\b(?:in|at) {Park}", f"{EDGE}a{EDGE}i"),
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
        ("^x|y", f"{START}y"),
        ("(?:^|, )x", f"{START},"),
        (r"\bx|(?<!\w)[“a]", f"{EDGE}a{EDGE}x{EDGE}“"),
        (r"\b(?:[“a]|x)", f"{EDGE}a{EDGE}x“"),
        (r"\b(?:a )?(?:<<who>>|b)", f"{CLAUSE}{EDGE}a{EDGE}b"),
        (r"(?:\b)?x", "x"),
        (r"(?:\b|<<who>>)x", f"{CLAUSE}{EDGE}x"),
        (r"(?:\b|y?)x", "xy"),
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
        (r"ranked \w+ place", [({"ranked "}, 7, 7), ({" place"}, 7, 1 << 20)]),
        (r"ranked(?: \w{2,9}){0,2} first", [({"ranked"}, 6, 6), ({" first"}, 6, 26)]),
        ("(?:built|opened(?: .*)?) by {Park}", [({"built", "opened"}, 5, 6), ({f" by {P}{N}"}, 6, 1 << 20)]),
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
    assert [(set(need.words), need.near, need.far) for need in read(source).as_needs()[0]] == literals


PIECES = st.sampled_from(["signed", "of ", "the ", "[ab]", "[a-z]", r"\w", ".", "built", "{Park}", "{!District}", "x"])
SIGNS = st.sampled_from(["", "?", "*", "+", "{0,2}", "{2}", "+?"])
BOUNDED = st.sampled_from(["", "?", "{0,2}", "{2}"])
"""Of what may repeat itself already: "(a+)+" takes the time of all its divisions, and no rule has it."""
SOURCES = st.recursive(
    st.builds("{}{}".format, PIECES.filter(lambda p: len(p) < 5 or p[0] == "{"), SIGNS) | PIECES,
    lambda inner: (
        st.builds("(?:{})".format, st.lists(inner, min_size=1, max_size=3).map("|".join))
        | st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.builds("(?:{}){}".format, inner, BOUNDED)
    ),
    max_leaves=8,
)


@settings(deadline=None)  # what is found, and not in what time, on whatever machine
@given(SOURCES, SOURCES, st.sampled_from(["", r"\b", r"(?<!\w)", "^", "<<begin>>", "(?:^|x)"]), st.data())
def test_a_pattern_is_found_where_it_matches(one: str, other: str, before: str, data: st.DataObject) -> None:
    assume(min(read(one).low, read(other).low) > 0)  # no rule matches nothing
    patterns = [MAKER.make_pattern(before + source, "here") for source in (one, other)]
    index = RuleIndex([Entry(p, (), "any", "any", False) for p in patterns], MAKER, MAKER.make_pattern("<<begin>>", ""))
    around = st.lists(st.sampled_from(["signed", "built", "of ", "x", "a", " ", ", ", P + N, D + N]), max_size=6).map(
        "".join
    )
    inside = st.from_regex(re.compile(patterns[0].source), fullmatch=True)
    text = data.draw(around) + data.draw(inside | st.just("")) + data.draw(around)
    found = index.find_literals(re.sub("[\ue100-\uf8ff]", N, text))
    clauses = index.find_clauses(text, found)
    codes = frozenset(char for char in text if "\ue000" <= char < N)
    trials = {trial.number: trial for trial in index.select_rules(text, codes, "body", False, found)}
    for number, pattern in enumerate(patterns):
        matches = [match.span() for match in pattern.finditer(text) if match[0]]
        plan = index.plans[number]
        tried = plan.find_matches(text, trials[number], clauses) if number in trials else ()
        assert [match.span() for match in tried if match[0]] == matches


def test_places_side_by_side_are_all_tried() -> None:
    pattern = MAKER.make_pattern("(?<=b)bbbb", "here")
    index = RuleIndex([Entry(pattern, (), "any", "any", False)], MAKER, MAKER.make_pattern("<<begin>>", ""))
    found = index.find_literals("bbbbb")
    [trial] = index.select_rules("bbbbb", frozenset(), "body", False, found)
    assert [match.span() for match in index.plans[0].find_matches("bbbbb", trial, [])] == [(1, 5)]


def find_matches(rule: Rule, sentence: SentenceReading, translated: bool) -> list[tuple[int, int]]:
    """Return where a rule, one of whose triggers stands in a sentence, matches it, if it is tried everywhere."""
    part = sentence.sentence.part
    suits = rule.part == part or (rule.part == "any" and part != "meta")
    suits = suits and rule.texts in ("any", "translated" if translated else "plain")
    if rule.pattern is None or not suits:
        return []
    return [match.span() for match in rule.pattern.finditer(sentence.masked if rule.case else sentence.folded)]


def test_each_rule_matches_where_it_does_everywhere(tools: Tools) -> None:
    rules = tools.extractor.rules
    index = rules.index
    always = {number for number, rule in enumerate(rules.rules) if not rule.triggers}
    firing: dict[str, set[int]] = {}
    for number, rule in enumerate(rules.rules):
        for word in rule.triggers:
            firing.setdefault(word, set()).add(number)
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
            fired = always.union(*(numbers for word, numbers in firing.items() if word in sentence.triggers))
            assert trials.keys() <= fired
            for number in fired:
                rule = rules.rules[number]
                words = sentence.masked if rule.case else sentence.folded
                spans = []
                if number in trials:
                    tried += 1
                    matches = index.plans[number].find_matches(words, trials[number], clauses)
                    spans = [match.span() for match in matches]
                assert spans == find_matches(rule, sentence, reading.translated), (rule.id, text)
                matched += bool(spans)
    assert len(SENTENCES) < matched < tried < 6 * matched
