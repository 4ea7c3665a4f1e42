"""Chains of places, each in the next: "Qingshi Village, Lanhu Town, Linhe County, Hefei, Anhui province".

Between two places stand words that say that the one holds the other ("in the north of", ", a mountainous county under",
"'s"): then that is told, wherever it stands. Or only a comma or a bracket does: then order alone tells it, each place
being of a wider kind than the one before. A list of places hardly ever rises from village to province, and ends in
"and".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from kg.model import Entity, Mention, find_ancestors
from kg.reading import Mark, SentenceReading
from kg.vocab import ADMIN_AREA, DISTRICT, ENTERPRISE, ORGANIZATION, PARK, PROJECT, is_china, is_region

VILLAGE, TOWN, COUNTY, CITY, PREFECTURE, PROVINCE, REGION = range(7)
Pair = tuple[Mark, Mark]
_PROVINCE = r"\b(?:province|autonomous region|inner mongolia|guangxi|xinjiang|ningxia|tibet)\b"
_KINDS = (
    (VILLAGE, re.compile(r"\b(?:village|community|street)$", re.IGNORECASE)),
    (TOWN, re.compile(r"\b(?:town|township|sub-?district|subdistrict office)$", re.IGNORECASE)),
    (PREFECTURE, re.compile(r"\b(?:prefecture|league)$", re.IGNORECASE)),
    (PROVINCE, re.compile(_PROVINCE, re.IGNORECASE)),
)
_SIDE = (
    r"(?:(?:the )?(?:(?:far|very|remote) )?"
    r"(?:[a-z]*(?:north|south|east|west|central|center|centre|heart|middle|downtown)[a-z]*"
    r"(?:[- ](?:east|west|central)(?:ern)?)?)(?: (?:part|suburbs?|area|outskirts|side|corner|region|mountains|hills))?"
    r"(?: of| in)? )?"
)
_KIND = (
    r"(?:county-level city|city|county|district|town|township|village|hamlet|sub-?district|prefecture|banner|port"
    r"|island|zone|park|area|region|municipality|community|settlement)"
)
_KINDS_OF = r"(?:counties|(?:county-level )?cities|districts|towns|townships|villages|sub-?districts|provinces)"
_TO_OUTER = rf"{_SIDE}(?:the )?(?:neighbou?ring |nearby )?(?:(?:city|district|county|province) of )?"
_LYING = r"(?:located|found|situated|lying|nestled|nestling|seated|sitting|tucked away|perched|headquartered|based|set)"
# Words that do not lead away from where something is.
_PLAIN = (
    r"(?:(?!(?:between|near|next|close|from|outside|opposite|across|along|border\w*|junction|intersection|boundary|and"
    r"|with|to|by|for|of|in|than|like|west|east|north|south|beyond|adjacent|neighbou?r\w*)\b)[a-z][a-z’'-]* )"
)
_BELONGS = (
    r"(?:(?:falls )?(?:under|within|in|subject to) the (?:direct )?"
    r"(?:jurisdiction|administration|governance|management) of"
    r"|(?:directly )?(?:administered|governed|managed) by|affiliated (?:to|with)|subordinate to|attached to"
    r"|belong(?:s|ing) to|(?:a )?part of)"
)
_WHERE = (
    rf"(?:{_BELONGS}|(?:{_LYING} )(?:deep )?(?:in|within|at|on|amid) (?:the )?(?:{_PLAIN}{{0,4}}(?:of|in) )?"
    r"|(?:(?:lies|sits|stands) )?(?:in|of|under|within)(?= ))"
)
_APPOSED = (
    r"(?:[Aa]s )?(?:an?|the|one of the|another|its) "
    r"(?:(?!(?:of|in|to|for|from|by|near|between|than|like|and|twin|sister|partner|rival|outside)\b)[\w’'-]+ ){0,5}?"
    rf"(?:{_KIND}|capital|seat) "
)
# That one place governs another, which can be of the same kind then.
_UNDER = re.compile(r".*(?:jurisdiction|administration|governance|by|affiliated|subordinate|belong)")
_BRACKET = r"(?: ?\([^()]{1,40}\))?"
_CHINAS = r"(?:(?:the |in )?(?:[A-Za-z]+ )?China[’']s )?"
# What stands between two places where words say that the second holds the first.
_TOLD = re.compile(
    rf"(?: (?:city|county|proper|(?P<several>{_KINDS_OF})))?{_BRACKET}(?:,| –| --|:)? ?\(?(?:(?:which|that) )?"
    rf"(?:(?:is|can be|remains|falls|also|still|now|directly|administratively|[Aa]s) ){{0,4}}"
    rf"(?P<apposed>{_APPOSED})?(?P<how>{_WHERE}) ?{_TO_OUTER}{_CHINAS}(?:the )?(?:city of )?"
)
# That with a verb: of what the clause is about alone, "a rival of Lanhai Motors is based in Hefei".
_CLAUSE = re.compile(r"(?P<comma>,)? ?(?:is|can be|remains|lies|sits|stands|belongs|falls)\b")
_GOVERNED = re.compile(r"\b(?:of|in|at|to|by|for|from|with|near|and|or|than|unlike)(?: the)? $", re.IGNORECASE)
# The same where only order does.
_LINK = re.compile(rf"(?: (?:city|county))?{_BRACKET},? ?\(?(?:the )?{_CHINAS}(?:the )?")
# And where the first holds the second: "Hefei's mountainous Linhe County", "the Hunan cities of Linhe and Beihe".
_OWNS = re.compile(
    r"(?: [Cc]ity| [Pp]rovince)?[’']s? "
    r"(?:(?:[a-z-]*(?:ern|most|ous|ic|ral|tal|ral|ial|north|south|east|west)|remote|ancient|old|new|port|border|own"
    r"|county-level|underdeveloped|poor|largest) ){0,3}"
    rf"(?:capital (?:city )?(?:of )?|{_KIND} of |{_KINDS_OF} of )?"
    rf"| (?:[a-z]+ )?(?:{_KIND}|{_KINDS_OF}) of "
)
_SEVERAL_OF = re.compile(rf"\b{_KINDS_OF} of (?:the )?$")
# A name that goes on is another's: "Hefei's Linhe County Hospital", "Hefei's Linhe Airport".
_LONGER_NAME = re.compile(r" [A-Z][a-z]")
# "The town of Qingshi": no city, though nothing in the name says so.
_SMALL = re.compile(r"\b(?:town|township|village|hamlet|sub-?district) of $", re.IGNORECASE)
_FAR = 200
"""How many characters at most stand between a place and the one that words say it lies in."""
_JOINS = re.compile(r"(?:,|,? and) (?:the )?")
# In front of the first place: what lets it stand for where something is, and what by or with which something is done.
_LEADS = re.compile(
    r"(?:^|[.;:(–—] ?|-- |, |\b(?:[Ii]n|[Aa]t|[Oo]f|[Ff]rom|[Tt]o|[Nn]ear|[Vv]isit\w*|[Tt]our\w*|left|reached|entered"
    r"|around|through|and|the|[a-z]+ed|linking|connecting|visiting|touring|leaving|entering"
    r"|reaching|hitting)(?: the)? ?|^[Tt]he )$"
)
_HELD = (
    r"(?:events?|fairs?|exhibitions?|forums?|conferences?|delegations?|products?|goods|offices?|booths?|pavilions?"
    r"|day|week|show|plans?) (?:of|from|in)(?: the)? $"
)
_AGENT = re.compile(
    r"\b(?:by|with|for|than|between|among|unlike|including|such as|like|namely|both|as|against"
    r"|(?:thanks|due|next|close|according|adjacent) to)(?: the)? $|"
    rf"\b{_HELD}",
    re.IGNORECASE,
)
# With whom something is done may be told before where: "signed with Linhe County in Hefei".
_DONE_BY = re.compile(rf"\b(?:by|with|for|between|among)(?: the)? $|\b{_HELD}", re.IGNORECASE)
# Behind the last place: another one of a list, a longer name that begins with it, what is held there.
_LONGER = (
    r" [A-Z][a-z]| (?:[a-z-]+ ){0,5}?"
    r"(?:conference|forum|summit|meeting|expo|fair|exhibition|competition|contest|market)s?\b"
)
_LISTED = re.compile(rf",? ?(?:and|or|as well as|&) (?:the )?[A-Z]|{_LONGER}")
_OF_SEVERAL = re.compile(rf"(?:, [A-Z][\w’'-]+){{0,4}},? and [A-Z][\w’'-]+ (?:respectively|{_KINDS_OF})\b|{_LONGER}")
# "From Linhe County, Hefei is an hour away": the place behind the comma is what is told of.
_FRONTED = re.compile(r"(?:^|[.;:] ?)(?:[A-Z][a-z]+)(?: the)? $")
_CLOSED = re.compile(r" ?[,.;:)(]|$")
# Of a place that owns what follows; its north or its suburbs are still where something is.
_OWNED = re.compile(
    r"[’'](?:s\b|(?!s))(?! (?:far |very |remote )?[a-z]*"
    r"(?:north|south|east|west|suburb|outskirt|downtown|center|centre|core|rural|hinterland)[a-z]*"
    r"(?: (?:part|area|suburbs?|outskirts|region))?(?:[,.;]|$))(?! (?:direct )?(?:jurisdiction|administration))"
)


def find_chains(text: str, sentence: SentenceReading, entities: Mapping[str, Entity]) -> Iterator[Pair]:
    """Yield each place of a chain, and what lies in its first, with the place that holds it."""
    marks = [mark for mark in sentence.marks if not _only_leads(text, mark)]
    start = sentence.sentence.start
    if text.startswith("?", sentence.sentence.end - 1):
        return
    yield from _find_owned(text, marks, entities)
    yield from _find_told(text, start, marks, entities)
    for run in _find_runs(text, marks):
        yield from _pair_run(text, start, run, entities)


def _only_leads(text: str, mark: Mark) -> bool:
    """Say whether a mark is the country before what lies there: "in North China's Hebei"."""
    return _is_china(mark) and _OWNED.match(text, mark.end) is not None


def _find_told(text: str, start: int, marks: Sequence[Mark], entities: Mapping[str, Entity]) -> Iterator[Pair]:
    """Yield the pairs of places between which words say that the second holds the first."""
    for number, (inner, outer) in enumerate(pairwise(marks)):
        if outer.start - inner.end > _FAR:
            continue
        link = _TOLD.fullmatch(text, inner.end, outer.start)
        if link is None or _OF_SEVERAL.match(text, outer.end):
            continue
        plain = link["how"] == "in" and link["apposed"] is None
        if plain and (inner.key == PARK or _DONE_BY.search(text, max(start, inner.start - 40), inner.start)):
            continue
        if _is_sited(inner) and link["how"] in ("in", "of") and link["apposed"] is None:
            continue  # where a firm does something is not where it is
        clause = _CLAUSE.match(link[0])
        if clause and (clause["comma"] or _GOVERNED.search(text, max(start, inner.start - 16), inner.start)):
            continue
        within = _inner_of(text, outer, marks[number + 2 : number + 3], entities)
        if within is None:
            continue
        several = _list_joined(text, [*reversed(marks[: number + 1])])
        if not (link["several"] or _SEVERAL_OF.search(text, max(start, several[-1].start - 24), several[-1].start)):
            # "Beihe and Qinglan in Anhui": of the first only if that is known.
            several = [mark for mark in several if mark is inner or _lies_in(mark, within, entities)]
        alike = "county-level" in (link["apposed"] or "") or _UNDER.match(link["how"]) is not None
        yield from ((mark, within) for mark in several if holds(text, within, mark, entities, alike=alike))


def _inner_of(text: str, outer: Mark, behind: Sequence[Mark], entities: Mapping[str, Entity]) -> Mark | None:
    """Return the place meant: "in Hefei" that, "in Hefei's Linhe County" the county; none in "in Hefei's plan"."""
    if _OWNED.match(text, outer.end) is None:
        return outer
    if behind and _OWNS.fullmatch(text, outer.end, behind[0].start) and holds(text, outer, behind[0], entities):
        return None if _OWNED.match(text, behind[0].end) else behind[0]
    return None


def _find_owned(text: str, marks: Sequence[Mark], entities: Mapping[str, Entity]) -> Iterator[Pair]:
    """Yield the places that are a wider one's: "Hefei's Linhe County", "the Hunan cities of Linhe and Beihe"."""
    for number, (outer, inner) in enumerate(pairwise(marks)):
        owned = not _is_sited(inner) and _OWNS.fullmatch(text, outer.end, inner.start)
        if not owned or _LONGER_NAME.match(text, inner.end):
            continue
        several = (
            _list_joined(text, marks[number + 1 :]) if _SEVERAL_OF.search(text, outer.end, inner.start) else [inner]
        )
        yield from ((mark, outer) for mark in several if holds(text, outer, mark, entities))


def _list_joined(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return the first of some marks and those of its kind that stand in one list with it."""
    found = [marks[0]]
    for mark in marks[1:]:
        first, second = sorted((found[-1], mark), key=lambda m: m.start)
        if mark.key != found[0].key or _JOINS.fullmatch(text, first.end, second.start) is None:
            break
        found.append(mark)
    return found


def _find_runs(text: str, marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Yield the rows of places between which there is only what can stand between a place and a wider one."""
    run: list[Mark] = []
    for mark in marks:
        placed = _rank(text, mark) is not None
        if run and placed and _is_linked(text, run[-1].end, mark.start):
            # "Red Hill Station, Linhe County, Hefei": of what is no place only a bracket tells for sure where it lies.
            if _is_sited(run[-1]) and "(" not in text[run[-1].end : mark.start]:
                run = []
            run.append(mark)
            continue
        yield run
        run = [mark] if placed or _is_sited(mark) else []
    yield run


def _is_linked(text: str, start: int, end: int) -> bool:
    """Say whether what stands between two places can stand between one and what holds it."""
    if not text[start:end].strip():
        return False
    told = _TOLD.fullmatch(text, start, end)
    return _LINK.fullmatch(text, start, end) is not None or (told is not None and not _CLAUSE.match(told[0]))


def _pair_run(text: str, start: int, run: list[Mark], entities: Mapping[str, Entity]) -> Iterator[Pair]:
    """Yield the pairs of a row of places if all of it rises and nothing says that it is a list."""
    if len(run) < 2 or not all(_is_sited(a) or _rises(text, a, b, entities) for a, b in pairwise(run)):
        return
    before, end = text[max(start, run[0].start - 40) : run[0].start], run[-1].end
    bracket = "(" in text[run[0].end : run[1].start]
    if bracket is not text.startswith(")", end) or (_is_sited(run[0]) and not (bracket and len(run) > 2)):
        return
    if not _LEADS.search(before) or _AGENT.search(before) or _LISTED.match(text, end) or _OWNED.match(text, end):
        return
    comma = "," in text[run[0].end : run[1].start]
    if comma and _FRONTED.search(before) and not _CLOSED.match(text, end):
        return
    if not (comma or bracket) and run[0].key == PARK:
        return
    for inner, outer in pairwise(run):
        if inner.mention and outer.mention and _can_hold(inner.mention, outer.mention, entities):
            yield inner, outer


def holds(text: str, outer: Mark, inner: Mark, entities: Mapping[str, Entity], *, alike: bool = False) -> bool:
    """Say whether one place can hold another, or what is no place, by kind and by what is known of it.

    With ``alike`` also one of the same kind: a county-level city lies in a city.
    """
    if inner.mention is None or outer.mention is None or _rank(text, outer) is None:
        return False
    same = alike and _rank(text, inner) == _rank(text, outer) == CITY
    if not (_is_sited(inner) or same or _rises(text, inner, outer, entities)):
        return False
    return _can_hold(inner.mention, outer.mention, entities)


def _lies_in(inner: Mark, outer: Mark, entities: Mapping[str, Entity]) -> bool:
    """Say whether a place is known to lie in another."""
    if inner.mention is None or outer.mention is None:
        return False
    return outer.mention.entity in find_ancestors(inner.mention.entity, entities)


def _is_sited(mark: Mark) -> bool:
    """Say whether a mark is of something that is no place, and can lie in one."""
    return mark.key in (PROJECT, ENTERPRISE, ORGANIZATION)


def _rises(text: str, inner: Mark, outer: Mark, entities: Mapping[str, Entity]) -> bool:
    """Say whether the second of two places is of a wider kind, or of the same and known to hold the first."""
    narrow, wide = _rank(text, inner), _rank(text, outer)
    if narrow is None or wide is None or narrow != wide:
        return narrow is not None and wide is not None and narrow < wide
    return _lies_in(inner, outer, entities)


def _rank(text: str, mark: Mark) -> int | None:
    """Return how wide a place is; ``None`` for what is none, or not called by its name."""
    mention = mark.mention
    if mention is None or mention.type not in (ADMIN_AREA, DISTRICT, PARK):
        return None
    if mention.kind == "reference" and not text[mention.start].isupper():
        return None
    if mention.type == DISTRICT:
        return COUNTY
    if mention.type == PARK:
        return TOWN
    if _is_china(mark):
        return None
    if is_region(mention.entity):
        return REGION
    if _SMALL.search(text, max(0, mark.start - 24), mark.start):
        return TOWN
    return next((rank for rank, kind in _KINDS if kind.search(mention.label)), CITY)


def _is_china(mark: Mark) -> bool:
    return mark.mention is not None and is_china(mark.mention.entity)


def _can_hold(inner: Mention, outer: Mention, entities: Mapping[str, Entity]) -> bool:
    """Say whether what the lexicon knows of the inner place does not put it elsewhere.

    Of a county it may know only the province: then a city or prefecture of that can hold it.
    """
    around = find_ancestors(inner.entity, entities)
    if is_region(outer.entity):
        return not around or any(is_china(place) for place in around)
    if inner.entity == outer.entity or not around or outer.entity in around:
        return inner.entity != outer.entity
    province = around[:1] if len(around) > 1 and is_china(around[1]) else []
    return bool(province) and find_ancestors(outer.entity, entities)[:1] == province


_NARROW = re.compile(r"\b(?:village|community|town|township|sub-?district)$", re.IGNORECASE)
_WIDE = re.compile(r"\b(?:county|district|province|autonomous region|city|prefecture|municipality)$", re.IGNORECASE)


def is_upside_down(inner: str, outer: str) -> bool:
    """Say whether two names alone tell that the first place holds the second.

    >>> is_upside_down("Linhe County", "Qingshi Town"), is_upside_down("Qingshi Town", "Linhe County")
    (True, False)
    """
    return bool(_WIDE.search(inner) and _NARROW.search(outer)) and not outer.endswith(("New Town", "Sub-district"))
