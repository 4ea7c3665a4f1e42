"""Small builds for tests of loading: a lexicon's graph and articles, with texts that stores like to spoil."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from kg import vocab as v
from kg.cli import main
from kg.load import Source
from kg.nquads import decimal_term, integer_term, text_term
from kg.store import build_store

BASE = "https://kg.example/id/"
NASTY = [
    "plain",
    "北京昌平区“两区”建设一周年",
    "emoji 🏗️ and bidi \u202eabc",
    "quotes \" ' \\ and {braces} $dollar ?x",
    "two\nlines\tand a tab\r\n",
    "<script>alert(1)</script> & ]]>",
    "",
    "a; b; c, d | e",
    "ends with a dot .",
]


def article(name: str, number: int = 3) -> list[str]:
    """Return the lines of one article: its node, parks, and a claim with quote and observation each."""
    graph = v.article_iri(BASE, name)
    stop = f" <{graph}> ."
    lines = [f"<{graph}> <{v.TYPE}> <{v.NEWS_ARTICLE}>{stop}", f"<{graph}> <{v.LABEL}> {text_term(name)}{stop}"]
    for i in range(number):
        park, quote = f"<{BASE}park/{i % 5}>", f"<{BASE}quote/{name}/{i}-{i + 9}>"
        claim, observation = f"<{BASE}claim/{name}-{i}>", f"<{BASE}observation/{name}-{i}>"
        text = NASTY[i % len(NASTY)]
        pairs = [
            (park, v.TYPE, f"<{v.PARK}>"),
            (park, v.LABEL, text_term(f"Park {i % 5}")),
            (park, v.WITHIN, f"<{BASE}changping>"),
            (claim, v.TYPE, f"<{v.CLAIM}>"),
            (claim, v.SUBJECT, park),
            (claim, v.PREDICATE, f"<{v.RDC}investment>"),
            (claim, v.CLAIM_STATUS, f"<{v.RDC}explicit>"),
            (claim, v.CONFIDENCE, decimal_term("0.9")),
            (claim, v.STATES, observation),
            (claim, v.EVIDENCE, quote),
            (quote, v.TYPE, f"<{v.QUOTE}>"),
            (quote, v.EXACT, text_term(text)),
            (quote, v.START, integer_term(str(i))),
            (quote, v.END, integer_term(str(i + 9))),
            (quote, v.HAS_SOURCE, f"<{graph}>"),
            (observation, v.TYPE, f"<{v.OBSERVATION}>"),
            (observation, v.ABOUT, park),
            (observation, v.VALUE, decimal_term(f"{i}.25")),
            (observation, v.VALUE_BEFORE, decimal_term(str(i))),
            (observation, v.PERIOD, text_term(text or "now", "zh-hans")),
            (observation, v.START_DATE, f'"20{i % 90 + 10}"^^<{v.XSD_GYEAR}>'),
        ]
        lines += [f"{s} <{p}> {o}{stop}" for s, p, o in pairs]
    return lines


def lexicon() -> list[str]:
    """Return the lines of a lexicon with one place."""
    stop = f" <{v.graph_iri(BASE, 'lexicon')}> ."
    place = f"<{BASE}changping>"
    return [
        f"{place} <{v.TYPE}> <{v.DISTRICT}>{stop}",
        f"{place} <{v.LABEL}> {text_term('Changping District')}{stop}",
        f"{place} <{v.PREF_LABEL}> {text_term('昌平区', 'zh-hans')}{stop}",
        f"{place} <{v.ALT_LABEL}> {text_term('Changping', 'en')}{stop}",
        f"{place} <{v.ALT_LABEL}> {text_term('Chang Ping', 'en')}{stop}",
    ]


def make_build(folder: Path, articles: dict[str, int]) -> Path:
    """Make a folder as ``kg build`` leaves it, with these articles of these sizes."""
    lines = {line for name, number in articles.items() for line in article(name, number)}
    build_store(folder / "store", sorted(lines | set(lexicon())))
    return folder


def source(folder: Path) -> Source:
    """Return the source of a build."""
    return Source.open(folder, BASE)


class Ended(NamedTuple):
    """How the command line ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def kg(*arguments: str, env: dict[str, str] | None = None, check: bool = True) -> Ended:
    """Run the command line here, with these variables in the environment."""
    found = CliRunner().invoke(main, arguments, env=env)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    if check and found.exit_code:
        raise AssertionError(f"kg {' '.join(arguments)}: {found.exit_code}\n{found.stdout}\n{found.stderr}")
    return Ended(found.exit_code, found.stdout, found.stderr)
