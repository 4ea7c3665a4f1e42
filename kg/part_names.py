"""Names of what is a part of something named: the phases of a project, the sections of a zone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.model import Mention
from kg.naming import Found

_PHASES = {"one": "I", "two": "II", "three": "III", "four": "IV", "five": "V", "first": "I", "second": "II"}
_PHASES |= {"third": "III", "fourth": "IV", "fifth": "V", "1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}
_PHASE = r"(?:I{1,3}|IV|V|[1-5]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive)"
_PHASE_BEFORE = re.compile(
    rf"\b(?:[Pp]hase[ -](?P<a>{_PHASE})"
    r"|(?:[Tt]he )?(?P<b>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth) phase) of (?:the )?$"
)
_SECTION_OF = re.compile(
    r"(?P<name>(?<![\w’'-])(?!(?:The|Key|Core|This)\b)[A-Z][\w’'-]+(?:(?: and| &|-)? [A-Z][\w’'-]+){0,3} "
    r"(?:Area|Section|Sub-?area|Sub-?zone|Zone|Park|Block|Group))(?: \([A-Z]{2,8}\))? of (?:the )?[\"“]?$"
)
# "The Heihe Area and the Suifenhe Area of X": the first of them is one as well, and its name is not told in full.
_SECTION_BEFORE = re.compile(r"\b(?:Area|Section|Zone|Park|Block|Group)s?,? (?:and|or) (?:the )?$")
_PHASE_BEHIND = re.compile(rf"(?:,? \(?|-)[Pp]hase[ -](?P<a>{_PHASE})\b\)?")


def name_phases(text: str, mentions: Sequence[Mention], type_iri: str, classes: frozenset[str]) -> Iterator[Found]:
    """Yield the phases of named things: "the second phase of the X project" and "X Project (Phase II)" are one."""
    for mention in mentions:
        if mention.type not in classes or mention.kind == "reference":
            continue
        before = _PHASE_BEFORE.search(text, max(0, mention.start - 30), mention.start)
        behind = _PHASE_BEHIND.match(text, mention.end)
        found = before or behind
        if found is None:
            continue
        number = next(group for group in found.groups() if group)
        phase = _PHASES.get(number.lower(), number)
        start = before.start() if before else mention.start
        if before and text[start : start + 4].lower() == "the ":
            start += 4
        end = mention.end if before or behind is None else behind.end()
        yield Found(start, end, type_iri, f"{mention.label} Phase {phase}")


def name_sections(text: str, mentions: Sequence[Mention], type_iri: str) -> Iterator[Found]:
    """Yield the named sections of zones: "the Heihe Area of China (Heilongjiang) Pilot Free Trade Zone"."""
    for mention in mentions:
        if mention.type != type_iri or mention.kind == "reference":
            continue
        found = _SECTION_OF.search(text, max(0, mention.start - 80), mention.start)
        if found and not _SECTION_BEFORE.search(text, max(0, found.start() - 24), found.start()):
            yield Found(found.start(), mention.end, type_iri, f"{found['name']} of {mention.label}")
