"""References in words of their own: "the border city", and "the high-tech zone" for a thing whose name has these words.

``references.toml`` lists what stands for a thing by its kind alone ("the city", "the zone"). Here any words may stand
between: what they say of a city in passing, or a part of the name of a thing, if the article has just one such thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from kg.english import load_words
from kg.letters import fold_case
from kg.model import Mention, Span
from kg.vocab import DISTRICT, ORGANIZATION, PARK, PROJECT, TOLD, is_described

_WORDS = load_words("references")
# "The border city": what is said of a place in passing. No superlative, for that is told of it.
_TOLD = re.compile(
    r"(?<![\w’'-])(?:[Tt]he|[Tt]his) (?:"
    rf"(?:(?!(?:{_WORDS.any_of('apart')})(?![\w-])|[a-z]+est (?!of))[a-z][a-z-]+ (?:and (?=[a-z]+ [a-z]))?){{1,3}}?"
    r"(?P<kind>city|metropolis|county|district|town|township|village|province|municipality|port)"
    rf"|(?:{_WORDS.any_of('lively')}) (?:and (?:{_WORDS.any_of('lively')}) )?"
    r"(?P<site>(?:(?:industrial|science|economic|development|high-tech|bonded) )?(?:zone|park)))"
    r"(?![\w-])(?! of\b| in (?:the )?(?:[a-z]+ )?[A-Z]| (?:and|or) [a-z]+ (?:city|county|district|town|province))"
)
_CLASSES = frozenset((PARK, PROJECT, ORGANIZATION, DISTRICT))
_HEADS = (
    "zone|park|area|base|port|airport|cent(?:er|re)|valley|cluster|hub|project|station|railway|line|bridge|tunnel|expressway"
    "|highway|canal|harbou?r|reservoir|dam|museum|library|hospital|university|institute|laboratory|academy|school|college"
    "|plant|farm|resort|terminal|corridor|exchange|bay|association|alliance|bureau|commission|committee|customs|department"
)
_NAMED = re.compile(rf"(?<![\w’'-])(?:[Tt]he|[Tt]his) (?P<words>(?:[a-z][a-z&-]+ ){{1,5}}?)(?P<head>{_HEADS})(?![\w-])")
_ENDS = re.compile(r"[,.;:!?)”\"\n]|$| \(| [–—-]+ |[’']s?(?!\w)")
_NEXT = re.compile(r" ([a-z][a-z-]*)")
_ELSEWHERE = re.compile(r" (?:of|in|at|near) (?:the )?[A-Z]| of ")
_HI_TECH = re.compile(r"\bhi(?:gh)?[ -]tech(?:nology)?\b")
_PARTS = re.compile(r"[^\W_]+")


class Known(NamedTuple):
    """What an article names, by the words of its name."""

    parts: tuple[str, ...]
    mention: Mention


def find_told(text: str, keys: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield where an article speaks of a place by its kind and more, and what that may be: as by its kind, ``TOLD``."""
    if " city" not in text and " county" not in text and not any(f" {kind}" in text for kind in _KINDS):
        return
    for told in _TOLD.finditer(text):
        kind = told["site"] or told["kind"]
        key = keys.get(f"the {_KIND_ALIKE.get(kind, kind)}")
        if key is not None and fold_case(told[0]) not in keys:
            yield told.start(), told.end(), f"{key}\t{TOLD}"


_KIND_ALIKE = {"metropolis": "city"}
_KINDS = ("park", "zone", "metropolis", "district", "town", "village", "province", "municipality", "port")


def find_worded(
    text: str, named: Sequence[Mention], known: Collection[str], behind: Collection[str]
) -> Iterator[Mention]:
    """Yield where an article calls a thing by words of its name: "the high-tech zone" of Linhe Hi-tech Industrial Zone.

    Only where just one of all its things has these words in its name, and was named before. ``known`` are the
    references that are found without; ``behind`` is what may stand behind such words, so that no other noun follows.
    """
    things: dict[str, Known] = {}
    for mention in named:
        if mention.type in _CLASSES and mention.kind in ("cue", "name") and not is_described(mention.entity):
            things.setdefault(mention.entity, Known(_divide(mention.label), mention))
    if not things:
        return
    for found in _NAMED.finditer(text):
        words = f"{found['words']}{found['head']}"
        if f"the {words}" in known or not _ends(text, found.end(), behind) or _ELSEWHERE.match(text, found.end()):
            continue
        parts = _divide(words)
        meant = [thing for thing in things.values() if _holds(thing.parts, parts)]
        if len(meant) == 1 and meant[0].mention.end <= found.start():
            full = meant[0].mention
            yield full._replace(
                start=found.start(), end=found.end(), kind="reference", resolved=Span(full.start, full.end)
            )


def _divide(words: str) -> tuple[str, ...]:
    """Return the words of a name in small letters, in one spelling.

    >>> _divide("Linhe Hi-Tech Industrial Centre")
    ('linhe', 'hitech', 'industrial', 'center')
    """
    folded = _HI_TECH.sub("hitech", fold_case(words)).replace("centre", "center").replace("harbour", "harbor")
    return tuple(_PARTS.findall(folded))


def _holds(label: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Say whether the words stand in a name in this order, and end it, without what tells which it is."""
    if len(parts) < 2 or len(parts) >= len(label) or label[-1] != parts[-1]:
        return False
    rest = iter(label)
    return all(part in rest for part in parts)


def _ends(text: str, end: int, behind: Collection[str]) -> bool:
    """Say whether no other noun follows: "the logistics park project" is a project."""
    if _ENDS.match(text, end):
        return True
    word = _NEXT.match(text, end)
    return word is not None and (word[1] in behind or word[1].endswith(("ed", "ing")))
