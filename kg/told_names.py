"""Names whose form alone says too little: "Fengtai Park" is a science park, "Beihai Park" is for leisure.

Such a name is one only where the article tells of it what is told of no other: enterprises in it, its revenue. Where
it tells once what is told of a park for leisure, the name is none anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.model import Mention, Span

REACH = 90
"""How far in front of a name what is told of it may stand."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is told of a name that is one, right before or behind it, and what its sentences must not hold."""

    type: str
    heads: frozenset[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]
    unlike: re.Pattern[str]


def make_doubt(entry: Mapping[str, Any], type_iri: str) -> Doubt | None:
    """Return the doubt of a ``[[cue]]``; ``None`` where the form of its names says enough."""
    told = entry.get("told")
    if not told:
        return None
    before, behind, unlike = told["before"], told["behind"], told["unlike"]
    return Doubt(
        type_iri,
        frozenset((*entry["heads"], *entry.get("small", ()))),
        re.compile(rf"(?:{before})(?: the)? $"),
        re.compile(behind),
        re.compile(rf"\b(?:{unlike})\b", re.IGNORECASE),
    )


def drop_untold(
    text: str, spans: Sequence[Span], groups: list[list[Mention]], doubts: Iterable[Doubt]
) -> list[list[Mention]]:
    """Return the mentions of each stretch without doubtful names of which the article tells nothing that decides."""
    doubts = tuple(doubts)
    told: set[str] = set()
    unlike: set[str] = set()
    doubtful: set[str] = set()
    for (start, end), group in zip(spans, groups, strict=True):
        for mention in group:
            doubt = _find_doubt(mention, doubts)
            if doubt is None:
                continue
            doubtful.add(mention.entity)
            if doubt.unlike.search(text, start, end):
                unlike.add(mention.entity)
            elif doubt.before.search(text, max(start, mention.start - REACH), mention.start) or doubt.behind.match(
                text, mention.end, end
            ):
                told.add(mention.entity)
    dropped = doubtful - (told - unlike)
    return [[m for m in group if m.entity not in dropped] for group in groups] if dropped else groups


def _find_doubt(mention: Mention, doubts: tuple[Doubt, ...]) -> Doubt | None:
    """Return the doubt about a mention: one word before a head that says little."""
    if mention.kind != "cue":
        return None
    lead, _, head = mention.label.partition(" ")
    return next((d for d in doubts if lead and d.type == mention.type and head in d.heads), None)
