"""The patterns of quantities: phrases of the grammar's tables as regular expressions, each compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

SPACE = r"(?: {1,3}\n?|\n) {0,3}"
"""White space inside a phrase: never an empty line."""

EDGE = "(?![a-z0-9²³])"
"""The end of a word: 5 m is no part of 5 m²."""

NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
YEAR = r"(?:19|20)[0-9]{2}"
DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![0-9a-z])(?![.,][0-9])"


class Patterns(NamedTuple):
    """The compiled patterns of amounts; each is matched at a place, never searched over the text."""

    tail: re.Pattern[str]
    paren: re.Pattern[str]
    left: re.Pattern[str]
    words: re.Pattern[str]
    fraction: re.Pattern[str]
    of_every: re.Pattern[str]
    after: re.Pattern[str]
    per: re.Pattern[str]
    size: re.Pattern[str]
    currency: re.Pattern[str]
    second: re.Pattern[str]


class PeriodPatterns(NamedTuple):
    """The compiled patterns of periods and dates."""

    left: re.Pattern[str]
    part: re.Pattern[str]
    scope: re.Pattern[str]
    month: re.Pattern[str]
    until: re.Pattern[str]
    day_first: re.Pattern[str]
    years: re.Pattern[str]
    past: re.Pattern[str]
    since: re.Pattern[str]
    plan: re.Pattern[str]


def phrase(text: str, space: str = SPACE) -> str:
    """Return the pattern of a phrase: any space for its spaces, and ends on word boundaries."""
    body = space.join(re.escape(word) for word in text.split())
    return body + (EDGE if text[-1:].isalnum() and text[-1:].isascii() else "")


def choice(phrases: Iterable[str], space: str = SPACE) -> str:
    """Return the pattern of one of ``phrases``, the longest that fits."""
    ordered = sorted(set(phrases), key=lambda item: (-len(item), item))
    return "(?:" + "|".join(phrase(item, space) for item in ordered) + ")"


def squeeze(text: str) -> str:
    """Return a matched phrase as the tables spell it: one space for white space and hyphens."""
    return " ".join(text.replace("-", " ").split())


def compile_amounts(
    after: Iterable[str],
    before: Iterable[str],
    scales: Iterable[str],
    unit_scales: Iterable[str],
    words: Iterable[str],
    fractions: Iterable[str],
    prefixes: Iterable[str],
    suffixes: Iterable[str],
    size: Mapping[str, Any],
) -> Patterns:
    """Return the patterns of amounts: of their units, scales and number words, and of what stands around them."""
    join = f"(?:{SPACE}|-)"
    units = choice(after, join)
    word = choice(words)
    currency = choice(before).replace(EDGE, "")
    links = "|".join(SPACE + phrase(link) for link in sorted(size["links"], key=len, reverse=True) if link)
    return Patterns(
        tail=re.compile(f"(?:{join}?({choice(scales, join)}))?(?:{join}?({units}))?"),
        paren=re.compile(f"(?:{SPACE})?\\( ?(?:({choice(unit_scales)}) ?)?({units}) ?\\)"),
        left=re.compile(
            f"(?<![a-z0-9])(?:({choice(prefixes)}){SPACE})?(?:({choice(prefixes)}){SPACE})?"
            f"(?:({currency})(?:{SPACE})?)?\\Z"
        ),
        words=re.compile(f"{word}(?:{join}(?:and{SPACE})?(?:{word}|hundred(?![a-z]))){{0,5}}"),
        fraction=re.compile(f"(?:an?|{word}){join}({choice(fractions)})"),
        of_every=re.compile(f"({word}){SPACE}(?:out{SPACE}of|in|of){SPACE}every{SPACE}({word})(?![a-z-])"),
        after=re.compile(f"(?:{join})?({choice(suffixes)})(?![0-9])"),
        per=re.compile(f"(?:{SPACE}per{SPACE}|/)({units})"),
        size=re.compile(f"(?<![a-z]){choice(size['nouns'])}(?:{links})?{SPACE}\\Z"),
        currency=re.compile(f"{currency}(?:{SPACE})?(?=[0-9])"),
        second=re.compile(f"(?:{choice(prefixes)}{SPACE})?(?:{currency}(?:{SPACE})?)?(?=[0-9])"),
    )


def compile_periods(period: Mapping[str, Any], words: Iterable[str], ordinals: Iterable[str]) -> PeriodPatterns:
    """Return the patterns of periods: from ``[period]`` of the grammar, its number words and its ordinals."""
    month = choice(period["months"]) + r"\.?"
    ordinal = f"(?:{choice(ordinals)}|[0-9]{{1,2}}(?:st|nd|rd|th)|last)"
    count = f"(?:[0-9]{{1,3}}(?![0-9,])|{choice(words)})"
    edges = choice([*period["edges_last"], *period["edges_first"], *period["edges_none"]])
    year = f"({YEAR})(?![0-9a-z])(?![.,][0-9])"
    monthday = f"({month})(?:(?:{SPACE}|(?<=\\.))({DAY}))?(?:,?(?:{SPACE})?(?:of{SPACE})?{year})?"
    relative = "(the year|this year|last year|next year)(?![a-z0-9-])".replace(" ", SPACE)
    edge = f"(?:the{SPACE}{choice(period['edges_last'])}{SPACE}of{SPACE}|end-)"
    to = f"(?:{SPACE}(?:to|and|through|until){SPACE}(?:{edge})?|(?:{SPACE})?-(?:{SPACE})?)"
    return PeriodPatterns(
        left=re.compile(
            f"(?<![a-z0-9])(?:({choice(period['prepositions'])}){SPACE})?"
            f"(?:(?:the{SPACE})?({edges}){SPACE}of{SPACE})?(?:the{SPACE})?"
            f"(?:({choice(period['parts'])})(?:{SPACE}|-))?"
            f'(?:({choice(period["weekdays"])}),?{SPACE})?"?\\Z'
        ),
        part=re.compile(
            f"({ordinal})(?:{SPACE}({count}))?(?:{SPACE}|-)(half|quarters?|months?|weeks?|days?)(?![a-z])"
            r"(?: \((?:[qh][1-4])\))?"
        ),
        scope=re.compile(f"(?:,?{SPACE}|{SPACE}(?:of|in){SPACE})(?:{year}|{relative})"),
        month=re.compile(monthday),
        until=re.compile(f"({to})(?:{monthday}|({DAY}))"),
        day_first=re.compile(
            f"(?:([0-9]{{1,2}})(?: ?- ?|{SPACE}to{SPACE}))?({DAY}){SPACE}(?:of{SPACE})?({month})(?:,?{SPACE}{year})?"
        ),
        years=re.compile(f"{to}({YEAR}|[0-9]{{2}})(?![0-9a-z])(?![.,-][0-9])"),
        past=re.compile(
            f"({choice(period['past'])}){SPACE}(?:({count}|{choice(period['vague'])}){SPACE})?"
            f"(years?|months?|weeks?|days?|decades?|quarters?)(?![a-z-])"
        ),
        since=re.compile(
            f"since{SPACE}(?:(?:its|the|their){SPACE})?(?:official{SPACE})?{choice(period['since'])}"
            f"(?:{SPACE}(?:[a-z]+{SPACE})?[a-z0-9-]+{SPACE}(?:years|decades){SPACE}ago(?![a-z]))?"
        ),
        plan=re.compile(
            f'"?(?:{SPACE})?five[- ]year{SPACE}plan(?![a-z])"?(?:{SPACE}\\([^()\n]{{1,30}}\\))?"?({SPACE}period)?'
        ),
    )
