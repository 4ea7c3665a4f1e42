"""Places by their bare names, which no list has: known by what the words say of them.

"In Lianjiang, Guangdong province", "Lianjiang, a city in", "Lianjiang covers 30 square kilometers and has a
population of", "Lianjiang governs 12 towns": what is told so is told of a county, a city, a town or a village alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from kg.chinese import CHINESE_NAME, ENGLISH, find_name_before
from kg.model import Entity, Mention, Span, find_ancestors
from kg.naming import Found, Words, match_at
from kg.vocab import ADMIN_AREA, DISTRICT, PARK, is_china

_PLACES = frozenset({ADMIN_AREA, DISTRICT})
_PLACED = re.compile(
    r"(?:(?<=\bin )|(?<=\bof )|(?<=\bat )|(?<=\bfrom ))(?P<name>[A-Z][a-z’']+[a-z](?:[A-Z]?[a-z]+)?)(?P<city> [Cc]ity)?"
    r"(?=,? (?:[A-Z][a-z’']+(?: [Cc]ity)?, |(?:in|of) (?:(?:[A-Z]\w+|[a-z]+) China’?'?s )?)?"
    r"[A-Z][a-z]+(?: [A-Z][a-z]+)? [Pp]rovince\b)"
    r"|(?:(?<=\bcity of )|(?<![\w’'-] ))(?P<called>[A-Z][a-z]{3,24})"
    r"(?=, an? (?:[a-z-]+ ){0,3}(?:city|town|village|township|county seat)"
    r"(?:,| (?:in|along|on|near|under|with|of|at|by)\b))"
    r"|(?:(?<=\bvillage of )|(?<=\btown of )|(?<=\btownship of )|(?<=\bcounty of ))(?P<kind>[A-Z][a-z]{3,24})"
    r"(?![\w’'-]| [A-Z])"
)
_KIND_OF = re.compile(r"\b(?:village|town|township|county) of (?=[A-Z])")
_BEFORE_PLACED = re.compile(r"\b(?:in|of|at|from) (?=[A-Z])")
_CALLED = re.compile(r"[A-Z][a-z]{3,24}(?=, an? )")
_UNITS = (
    r"(?:towns|townships|(?:administrative |natural )?villages|sub-?districts|streets|counties|districts|communities)"
)
_TOLD = re.compile(
    rf"(?<![\w’'-])(?P<name>{CHINESE_NAME})(?! [A-Z])(?: \([^()\n]{{1,40}}\))?(?:,(?! and)[^.;\n]{{3,90}}?,)? (?:"
    r"(?:is|was) (?:an?|the|one of the) (?:[\w-]+ ){0,4}?(?P<kind>county-level city|county|town|city|village|township)"
    r"(?=[,.;]| (?:in|of|under|at|on|with|that|which|where|located|situated|along|administered)\b)"
    r"|(?:(?:has|covers|spans|occupies|boasts) (?:an? )?(?:(?:total|land|administrative|whole|jurisdiction) ){0,2}"
    r"(?:area of )?[^.;\n]{3,60}?(?: and|,| with)(?: has| is home to)? (?:an? )?"
    r"(?:(?:total|permanent|registered|resident|household) ){0,2}population of)"
    rf"|(?:governs|administers|has jurisdiction over) (?:[\d,]{{1,6}}|[a-z-]{{3,12}}) {_UNITS}\b)"
)
_TELLS = (" is ", " was ", " population of", "governs ", "administers ", "jurisdiction over ")
_OFTEN = 3
"""How often an article names other places before a district of none of them is a stranger to it."""
_COUNTIES = frozenset({"county"})


def find_placed(text: str, words: Words) -> Iterator[Found]:
    """Yield the places of a sentence that are known only by what stands behind their names or is told of them."""
    yield from _find_seated(text, words)
    if not any(tells in text for tells in _TELLS):
        return
    for match in _TOLD.finditer(text):
        if _can_name(match["name"], words):
            kind = DISTRICT if match["kind"] in _COUNTIES else ADMIN_AREA
            yield Found(match.start("name"), match.end("name"), kind, match["name"])


def _find_seated(text: str, words: Words) -> Iterator[Found]:
    """Yield towns by where they lie: "in Lianjiang, Guangdong province", "Lianjiang, a city in"."""
    if "rovince" not in text and ", a" not in text and " of " not in text:
        return
    places = {match.end() for match in _BEFORE_PLACED.finditer(text)} if "rovince" in text else set()
    places |= {match.end() for match in _KIND_OF.finditer(text)} if " of " in text else set()
    if ", a" in text:
        places |= {match.start() for match in _CALLED.finditer(text)}
    for match in match_at(_PLACED, text, sorted(places)):
        name = match["name"] or match["called"] or match["kind"]
        if not name.endswith(("'s", "’s")) and _can_name(name, words):
            yield Found(match.start(), match.end(), ADMIN_AREA, name)


def _can_name(word: str, words: Words) -> bool:
    return (
        word.lower() not in words.generic
        and not words.leads_up(word)
        and word not in words.surnames
        and word not in ENGLISH
    )


def drop_named(groups: list[list[Mention]]) -> list[list[Mention]]:
    """Return mentions without the bare names of places that the article names in full as well: short for those."""
    stems = {m.label.rpartition(" ")[0] for group in groups for m in group if m.type in _PLACES}
    if not any(_is_bare(m) and m.label in stems for group in groups for m in group):
        return groups
    return [[m for m in group if not (_is_bare(m) and m.label in stems)] for group in groups]


def _is_bare(mention: Mention) -> bool:
    return mention.kind == "cue" and mention.type in _PLACES and " " not in mention.label


def find_spoken(
    text: str, spans: Sequence[Span], titled: Sequence[bool], groups: Sequence[Sequence[Mention]]
) -> set[str]:
    """Return the places by name and kind of headings in capitals that the body speaks of by their bare names."""
    named = {
        m.label.partition(" ")[0]: m.entity
        for group, title in zip(groups, titled, strict=True)
        for m in group
        if title and m.kind == "cue" and m.type in _PLACES and m.label.count(" ") == 1
    }
    if not named:
        return set()
    body = " ".join(text[a:b] for (a, b), title in zip(spans, titled, strict=True) if not title)
    spoken = {word for word in re.findall(r"(?<![\w’'-])[A-Z][\w’-]*(?![\w-]| [A-Z])", body)}
    return {entity for name, entity in named.items() if name in spoken or f"{name}’s" in spoken}


def find_stems(mentions: Iterable[Mention]) -> set[str]:
    """Return the bare names of towns and villages that the article names in full and no list has."""
    names = (m.label for m in mentions if m.kind == "cue" and m.type == ADMIN_AREA)
    return {name.partition(" ")[0] for name in names if name.count(" ") == 1}


_FIRM_BEFORE = re.compile(r" (?:Group|Company|Corporation|Corp|Motors?|Holdings?|Technologies|Electric|Bank) $")


def ends_another(text: str, mention: Mention, ends: Collection[int]) -> bool:
    """Say whether the bare name of a place only ends a name that nothing knows: "Dongfeng Liuzhou"."""
    if mention.type not in _PLACES or mention.kind != "name" or " " in text[mention.start : mention.end]:
        return False
    if _FIRM_BEFORE.search(text, max(0, mention.start - 16), mention.start):
        return True  # "Volkswagen Group China"
    before = find_name_before(text, mention.start)
    return before is not None and before.end("name") not in ends


def find_strangers(text: str, mentions: Sequence[Mention], entities: Mapping[str, Entity]) -> set[str]:
    """Return the districts that an article names by a bare name alone and whose city and province it never names.

    Where it names another province, or a city of one, it means a place of that name there that no list has.
    """
    places = [m.entity for m in mentions if m.type == ADMIN_AREA and m.entity in entities]
    called = {m.label.partition(" ")[0] for m in mentions if m.type == PARK and " " in m.label}
    around = {*places, *(place for entity in set(places) for place in find_ancestors(entity, entities))}
    strangers: set[str] = set()
    if not places:
        return strangers
    full = {m.entity for m in mentions if " " in text[m.start : m.end]}
    for entity in {m.entity for m in mentions if m.type == DISTRICT and m.kind == "name"} - full:
        holders = [place for place in find_ancestors(entity, entities) if not is_china(place)]
        # One other place will do where a zone is called by the same name: "Yangpu Development Zone in Hainan".
        often = len(places) >= _OFTEN or entities[entity].label.partition(" ")[0] in called
        if holders and often and not around.intersection(holders):
            strangers.add(entity)
    return strangers
