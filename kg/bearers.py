"""Which of the things named in a stretch of text its words can be about, by the words around their names.

A name can be there only to say where something lies, what is compared, whose bureau speaks or how another thing is
called. Stricter than "the nearest thing named": where the words leave it open, nothing bears what they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kg.bystanders import stands_beside
from kg.chinese import CHINESE_NAME, ENGLISH
from kg.employers import leave_posts
from kg.english import load_words
from kg.model import Entity, Mention, find_ancestors, list_distinct
from kg.offices import speaks_for
from kg.reading import Mark
from kg.vocab import ADMIN_AREA, BEARERS, DISTRICT, ENTERPRISE, PARK, PROJECT, is_described, is_region, local_name

LEAD = 12
"""How many characters at most "In the whole …" has, with which a sentence begins."""

_ANY = load_words("bearers").any_of
_AREAS = load_words("areas")
_TOO_WIDE = frozenset(_AREAS.all_of("too_wide"))
_PROVINCES = tuple(_AREAS.all_of("province_ends"))
_COARSE = (*_PROVINCES, "China")

_OF_CHINA = r"(?: (?:[a-z]+ )?china[’']s)?[ -][\"“‘']?$"
_GOVERNED = re.compile(
    r"\b(?:(?:tops?|topped|leads?|led|throughout)(?= all)"
    r"|(?:encourages?|encouraged|urges?|urged|spurs?|spurred|helps?|helped|asks?|asked|supports?|supported|guides?"
    r"|guided|requires?|required|enables?|enabled|visited|visits)"
    r"|of|in|at|for|to|from|by|with|into|on|near|than|unlike|among|across|between|under|as|like|including|includes?:?|namely:?|outside|via"
    r"|over|governs|governing|administers|administering|capital of|capital(?: city)? is|located in|within|along"
    r"|east|west|north|south|central"
    r"|(?-i:[a-z]{3,}ing)|eastern|western|northern|southern|(?:north|south)(?:east|west)(?:ern)?)"
    r"(?: the| all| whole| former| nearby| neighbou?ring| adjacent| famous| old| newly[ -](?:built|established)"
    r"| downtown| urban| suburban| (?:national|state|provincial|municipal|city)(?:-level)?| (?-i:Modern|National|New))*"
    + _OF_CHINA,
    re.IGNORECASE,
)
# "Produced by battery giant Shenlan": what was made is spoken of.
_MADE_BY = re.compile(
    rf"\b(?:by|from|with|for) (?:the |an? )?(?:[\w’'-]+ ){{0,3}}?(?:{load_words('lists').any_of('roles')}) $"
)
_PLACED = re.compile(
    r"\b(?:in|at|for|of|across|(?:data|statistics|figures) from)(?: the| whole)*" + _OF_CHINA, re.IGNORECASE
)
_COMPOUND = re.compile(r"(?<![\w-])(?:[A-Z][\w’']*-){1,4}$")
# "The young yet dynamic city of Yunhe": the city, but no "capital city of Yunhe".
_KIND_OF = re.compile(
    r"\b(?:the|this) (?:(?!(?:capital|largest|biggest|main|major|other|first|second|third|only|seat)\b)[\w’'-]+ ){0,5}"
    r"(?:city|county|town|village|province|municipality|district) of (?:the )?$"
)
# Between a name and where it lies: "Linhe Zone in South China's Yunhe Province"; or the other way round.
_LIES = re.compile(
    r"[\"”]?(?: [Cc]ity)?(?:(?:,?| [–—-]{1,2}) (?:(?:located|situated|based) )?in| of|"
    r", (?:the |provincial )*capital(?: city)? of)"
    r" (?:the )?(?:(?:[A-Za-z]+ )?China[’']s |city of )?[\"“]?"
)
# In an address: "Linhe Zone, Qinglan, Yunhe Province"; but "Linhe Zone, Qinglan and Hualin" are three.
_ADDRESS = re.compile(r"[\"”]?, (?:[A-Z][a-z]+(?: [Cc]ity)?, )?(?:the )?(?:(?:[A-Za-z]+ )?China[’']s )?[\"“]?")
_AND = re.compile(r"(?:[’']s)?,? (?:and|or)\b")
# "Situated in the northwest of Yunhe Province, Linhe borders": not in the list, but what the sentence is about.
_FRONTED = re.compile(rf"(?:{_ANY('fronted')})\b[^.;\n]{{3,160}}, (?:the )?")
_TELLS = re.compile(
    r"(?: [Cc]ity| [Cc]ounty| [Dd]istrict| [Pp]rovince)?(?: \([^()\n]{1,40}\))?"
    rf" (?:also |now |still |[a-z]+ly )?(?:{_ANY('fronted_does')})\b"
)
_HOLDS = re.compile(
    r"(?:[’']s)? (?:(?!(?:of|in|under|at|and|or|will|would|has|have|had|is|are|was|were|can|may|should)\b)"
    r"[a-z][\w-]* ){0,2}[\"“]?"
)
# A name nobody knows, and where it lies: "Linhe Zone in Yunhe Province".
_UNNAMED = re.compile(
    r"(?:[a-z]|[A-Z][a-z]+) ([A-Z][a-z][\w-]*) in (?:the )?(?:(?:[A-Z]\w+ )?China[’']s |city of )?[\"“]?$"
)
# "In Linhe, Anhui", where nobody knows Linhe.
_IN_UNKNOWN = re.compile(rf"\b(?:[Ii]n|[Oo]f|[Aa]t|[Ff]rom) (?P<name>{CHINESE_NAME})(?: [Cc]ity)?, (?:the )?$")
# In a heading "Review of Government Work in Linhe District": no name, though in capitals.
_PLAIN = frozenset(
    ("Work", "Works", "Economy", "Development", "Construction", "Investment", "Industry", "Trade", "Growth")
)
_THING_IN = re.compile(
    r"\b(?:the|an?|this|that|one|another|its|their|[\w-]+[’']s) (?:[\w-]+ ){0,4}"
    rf"(?:{_ANY('sited')})"
    r"(?:,? (?:located|based|situated|built|lying))? (?:in|at|near|of)(?: the)? [\"“‘']?$",
    re.IGNORECASE,
)
# "Linhe lies in the center of Yunhe": no center is spoken of.
_IN_MIDDLE = re.compile(r"\b(?:in|at|on) the (?:[a-z-]+ ){0,3}(?:cent(?:er|re)|hub) of(?: the)? [\"“‘']?$")
# "Linhe is the gateway and the hub of Yunhe": that is Linhe, and no other hub.
_IS = re.compile(
    r"\b(?:is|was|as|becomes?|became|remains?|being|into)(?: (?:also|now|still|currently|both))? "
    r"(?:(?:the|an?|one of) [^.;:]{3,90}(?:,| and) )?$"
)
_SITED = re.compile(rf"\w (?:is |are |was )?(?:{_ANY('lies')}) (?:in|at|on|within) [^.;\n]{{0,60}}$")
# "Linhe, Qinglan and Hualin": a name between that nobody knows stands in the same list.
_JOINED = re.compile(
    r"(?:, (?:the )?[A-Z][\w’'-]+(?: (?:City|County|District))?){0,6}(?:,? (?:and|or)(?: the)? |, (?:the )?)"
)
_OF = re.compile(r"\bof(?: the)? $", re.IGNORECASE)
_OF_FIRM = re.compile(r" (?:of|by) (?:the )?")
_FROM = re.compile(r"\bfrom(?: the)? $", re.IGNORECASE)
_SHOWS = re.compile(r",| in | show")
_WITHIN = re.compile(r"\b(?:at|in)(?: the)? $", re.IGNORECASE)
_OWNS = re.compile(r"(?:[’']s|(?<=s)[’']) \w")
_PRESS = re.compile(rf"\b(?:{_ANY('press')})$")
_BEGINS = re.compile(
    r"(?:^|[.!?。！？;][\"”]?\s+|\n\s*)[\"“]?(?:[A-Z][\w ]{0,30}, )?"
    r"(?:[Tt]he|[Tt]his|[Aa]n?|[Ii]ts|[Tt]heir|(?:[Tt]he )?[\w-]+(?:[’']s|(?<=s)[’'])) (?:[\w-]+ ){0,2}$"
)
# "Southwestern Yunhe Province saw …": what the sentence is about, and not where something lies.
_DIRECTED = re.compile(
    r"(?:^|[.!?。！？][\"”]?\s+|\n\s*|[-–—] )[\"“]?(?:The )?"
    r"[A-Z]?[a-z]*(?:[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est|[Cc]entral)(?:ern)?(?: China[’']s)?[ -][\"“‘']?$"
)

_MEASURED = re.compile(
    r"(?:(?:In|From|By|During) [^,.;]{2,40}, )?"
    r"(?:[Tt]he )?(?:(?!(?:in|of|for|from|to|with|by|on|at)\b)[\w-]+ ){0,5}"
    rf"(?:{_ANY('measures')}) (?:\([A-Z]{{2,6}}\) )?(?:of|in|for) (?:the )?(?:whole )?[\"“]?"
)
# "The GDP of Linhe reached 3 billion yuan, while its exports …": whose GDP it is, and nothing beside it.
_MEASURED_LAST = re.compile(rf"(?:^|[.;,\n] ?)(?:{_MEASURED.pattern})(?<!area of )(?<!area of the )$")
# "It is the first green city of Linhe, with a coverage of 67 percent": what "it" is, and where.
_OF_IT = re.compile(
    r"(?:^|[.!?;\n]\s{0,8})It (?:is|was|has become|became|remains) (?:also |now )?(?:an?|the|one of the) "
    r"(?:(?!\bthat\b)[^.;,\n]){3,90} (?:of|in)(?: the)? $"
)
# What stands behind a name and makes it a part of something else's.
# "Guangzhou's Science City": a name nobody knows.
_NAMES = re.compile(r"[’']s (?:[\w-]+ )?[A-Z][a-z]")
# "The Linhe area will focus on": of a zone that the article tells of, and not all of Linhe.
PART_OF_PLACE = re.compile(rf"[\"”]? (?:{_ANY('parted')})\b(?![-:])")
_GOES_ON = re.compile(rf" (?:\([A-Z]{{2,8}}\) )?(?:[A-Z][a-z]+ (?:and )?){{0,5}}(?:{_ANY('landmarks')})\b")
# "In Beijing CBD": a part of the city, without a name of its own here.
_CALLED_CBD = re.compile(r"(?:[’']s)? (?:CBD|Central Business District)\b")
_OWNED_THING = re.compile(rf"[’'](?:s |(?<=s[’']) )(?:[\w-]+ ){{0,3}}?(?:{_ANY('owned')})s?\b(?! of)")
_LONGER = re.compile(
    rf"(?: \([^()]{{1,30}}\))? (?:{_ANY('zoned')})(?:,? (?:and )?[a-z-]+){{0,5}}? (?:zone|park|area|base)\b",
    re.IGNORECASE,
)
_CALLED_AFTER = re.compile(
    rf" (?:international )?(?:{_ANY('called_after')})\b(?! (?:district|area|zone)\b)", re.IGNORECASE
)


def choose_bearer(
    text: str,
    marks: Sequence[Mark],
    entities: Mapping[str, Entity],
    *,
    lead: int | None = None,
    strict: bool = False,
    things: bool = False,
    kinds: frozenset[str] = BEARERS,
) -> list[Mention] | None:
    """Return the things of some ``kinds`` that marks can be about: no mark there (``None``), one, or none or several.

    Things that no preposition governs come first ("in A and B" governs both); a place that holds another
    of them is only where that one lies. At somebody's plant, the number is the plant's: nobody's here.
    What only says where its neighbour lies counts as neither. With ``lead``, what a preposition governs
    counts only where a sentence begins there; where ``strict``, "southeast of A" leaves it open whether A is meant.
    Of what an article only describes ("a new plant"), without ``things`` what a sentence begins with counts alone.
    """
    found = _find_candidates(text, marks, things=things, kinds=kinds)
    divided = _divide_candidates(text, found, marks)
    if divided is None:
        return []
    free, placed = divided
    if free:
        chosen = [mark for mark in free if not _goes_on(text, mark)]
        if not chosen:
            return []
    else:
        if strict and any(_leaves_open(text, mark) for mark in placed):
            return []
        if things and any(_SITED.search(text, max(0, mark.start - 90), mark.start) for mark in placed):
            return []
        if any(_CALLED_CBD.match(text, mark.end) for mark in placed):
            return []
        chosen = placed if lead is None else _keep_first(text, placed, lead)
        if any(_houses_owned(text, mark) for mark in chosen):
            return []
    mentions = list_distinct(mark.mention for mark in chosen if mark.mention)
    if not mentions:
        return None
    holders = {place for mention in mentions for place in find_ancestors(mention.entity, entities)}
    return [mention for mention in mentions if mention.entity not in holders]


def _find_candidates(text: str, marks: Sequence[Mark], *, things: bool, kinds: frozenset[str]) -> list[Mark]:
    """Return the marks of things that words can be about, without those that only describe or compare."""
    found = [m for m in marks if m.mention and (local_name(m.mention.type) in kinds or speaks_for(m.mention))]
    found = [m for m in found if m.mention and m.mention.label not in _TOO_WIDE]
    if not things:
        found = [m for m in found if m.mention and (not is_described(m.mention.entity) or _begins(text, m))]
    found = [m for m in found if m.mention and not _PRESS.search(m.mention.label) and not stands_beside(text, m)]
    found = [m for m in leave_posts(text, found) if not _is_joined(text, m)]
    # "Located in East China, Jiangxi has …": no more than where Jiangxi lies, and Jiangxi is no place that holds it.
    return [m for m in found if not _is_region_around(text, m)] or found


def _is_region_around(text: str, mark: Mark) -> bool:
    governed = _GOVERNED.search(text, max(0, mark.start - 60), mark.start)
    return governed is not None and mark.mention is not None and is_region(mark.mention.entity)


def _divide_candidates(text: str, found: Sequence[Mark], marks: Sequence[Mark]) -> tuple[list[Mark], list[Mark]] | None:
    """Return those that no preposition governs and those that one places; ``None`` where one hides an unknown."""
    free: list[Mark] = []
    placed: list[Mark] = []
    governed: Mark | None = None
    for number, mark in enumerate(found):
        joined = governed is not None and _JOINED.fullmatch(text, governed.end, mark.start) is not None
        joined = joined and not _is_fronted(text, mark)
        if _only_places(text, mark, found[max(0, number - 1) : number], found[number + 1 : number + 2]):
            governed = mark if joined else governed
            continue
        if _houses_unknown(text, mark, marks) or _names_another(text, mark, marks):
            return None
        if mark.key == ADMIN_AREA and _places_unknown(text, mark, marks):
            return None
        if mark.key == ENTERPRISE and _owns_project(text, mark, marks):
            continue  # "The storage project of Lanhai Co": the project is spoken of
        before = _before_kind(text, mark.start)
        directed = _DIRECTED.search(text, max(0, mark.start - 30), mark.start) is not None
        made = mark.key == ENTERPRISE and _MADE_BY.search(text, max(0, mark.start - 60), mark.start)
        if joined or made or (_GOVERNED.search(before) and not directed):
            if _OF_IT.search(text, max(0, mark.start - 140), mark.start):
                continue
            if _PLACED.search(before) or (joined and governed in placed):
                placed.append(mark)
            governed = mark
        else:
            free.append(mark)
            governed = None
    return free, placed


def _is_fronted(text: str, mark: Mark) -> bool:
    """Say whether a mark is what the sentence is about, behind words that only say where: "Located in A, B borders"."""
    if text[mark.start - 2 : mark.start] != ", " or _TELLS.match(text, mark.end) is None:
        return False
    begin = low = max(0, mark.start - 180)
    for end in ("\n", ". "):
        if (found := text.rfind(end, low, mark.start)) >= 0:
            begin = max(begin, found + len(end))
    return _FRONTED.fullmatch(text, begin, mark.start) is not None


def _owns_project(text: str, firm: Mark, marks: Sequence[Mark]) -> bool:
    """Say whether a firm is named only as whose a project is: "the storage project of Lanhai Co"."""
    return any(m.key == PROJECT and _OF_FIRM.fullmatch(text, m.end, firm.start) for m in marks)


def _before_kind(text: str, start: int) -> str:
    """Return what stands in front of a place, or of "the young city of" in front of it: that is the place as well."""
    kind = _KIND_OF.search(text, max(0, start - 80), start)
    end = kind.start() if kind else start
    return text[max(0, end - 24) : end]


def _keep_first(text: str, marks: Sequence[Mark], lead: int) -> list[Mark]:
    """Return the marks with which a sentence begins: "In A and B, …", "The GDP of A …"."""
    kept: list[Mark] = []
    for mark in marks:
        joined = bool(kept) and _JOINED.fullmatch(text, kept[-1].end, mark.start) is not None
        if joined or mark.start - lead < LEAD or _MEASURED.fullmatch(text, lead, mark.start):
            kept.append(mark)
    return kept


def _begins(text: str, mark: Mark) -> bool:
    """Say whether a sentence begins with a mark: then it is what the sentence is about."""
    return _BEGINS.search(text, max(0, mark.start - 60), mark.start) is not None


def _only_places(text: str, mark: Mark, before: Sequence[Mark], behind: Sequence[Mark]) -> bool:
    """Say whether a mark tells only where its neighbour lies: "Linhe Zone in Yunhe Province", "Yunhe Linhe Zone"."""
    if mark.key not in (ADMIN_AREA, DISTRICT):
        return False
    if any(_LIES.fullmatch(text, other.end, mark.start) for other in before):
        return True
    if any(_ADDRESS.fullmatch(text, other.end, mark.start) and _is_coarser(mark, other) for other in before):
        return _AND.match(text, mark.end) is None
    finer = (DISTRICT, PARK) if mark.key == ADMIN_AREA else (PARK,)
    return any(other.key in finer and _HOLDS.fullmatch(text, mark.end, other.start) for other in behind)


def _is_coarser(mark: Mark, other: Mark) -> bool:
    """Say whether a place can hold the one named before it, by kind: a city holds a zone, no province another."""
    if mark.key == other.key:
        labels = [named.mention.label if named.mention else "" for named in (mark, other)]
        return labels[0].endswith(_COARSE) and (labels[0] == "China" or not labels[1].endswith(_PROVINCES))
    return mark.key == ADMIN_AREA or other.key == PARK


def _is_joined(text: str, mark: Mark) -> bool:
    """Say whether a mark is part of a compound that only says where: "in the Beijing-Tianjin-Hebei region"."""
    lead = _COMPOUND.search(text, max(0, mark.start - 60), mark.start)
    start = lead.start() if lead else mark.start
    if lead is None and not (text[mark.end : mark.end + 1] == "-" and text[mark.end + 1 : mark.end + 2].isupper()):
        return False
    return _GOVERNED.search(text[max(0, start - 24) : start]) is not None


def _goes_on(text: str, mark: Mark) -> bool:
    """Say whether a name only begins what the words are about: "Yantai's zone", "Linhe Knowledge City Square"."""
    if mark.key in (ADMIN_AREA, DISTRICT) and (
        _LONGER.match(text, mark.end, mark.end + 90) or PART_OF_PLACE.match(text, mark.end)
    ):
        return True
    return any(form.match(text, mark.end, mark.end + 60) for form in (_NAMES, _OWNED_THING, _GOES_ON))


def _leaves_open(text: str, mark: Mark) -> bool:
    """Say whether "its" may mean another than what the words before it end with: "southeast of A, its …"."""
    before = text[max(0, mark.start - 24) : mark.start]
    if _OF.search(before) and _MEASURED_LAST.search(text[max(0, mark.start - 120) : mark.start]):
        return False
    return _OF.search(before) is not None or (_FROM.search(before) is not None and not _SHOWS.match(text, mark.end))


def _houses_owned(text: str, mark: Mark) -> bool:
    """Say whether something of a thing's is where the words say that they are: "at Shenlan Motors' plant"."""
    before = text[max(0, mark.start - 24) : mark.start]
    return _WITHIN.search(before) is not None and _OWNS.match(text, mark.end) is not None


def _houses_unknown(text: str, mark: Mark, marks: Sequence[Mark]) -> bool:
    """Say whether a mark tells where something lies that has no name, or one that nobody knows."""
    thing = _THING_IN.search(text, max(0, mark.start - 90), mark.start)
    if thing is not None and _IN_MIDDLE.search(text, max(0, thing.start() - 10), mark.start):
        thing = None
    if thing is not None and _IS.search(text, max(0, thing.start() - 110), thing.start()):
        thing = None
    if thing is not None and not any(thing.start() < other.end and other.start < mark.start for other in marks):
        return True
    found = _UNNAMED.search(text, max(0, mark.start - 60), mark.start)
    if found is None or found[1] in _PLAIN or _is_title_case(text, found.start(1)):
        return False
    return not any(other.start <= found.start(1) < other.end for other in marks)


def _places_unknown(text: str, mark: Mark, marks: Sequence[Mark]) -> bool:
    """Say whether a place only tells where one lies that nobody knows: "in Linhe, Anhui"."""
    found = _IN_UNKNOWN.search(text, max(0, mark.start - 40), mark.start)
    if found is None or found["name"] in ENGLISH:
        return False
    return not any(other.start <= found.start("name") < other.end for other in marks)


def _is_title_case(text: str, end: int) -> bool:
    """Say whether a line up to a place is in capitals as headlines are, where a capital makes no name."""
    begin = max(text.rfind("\n", 0, end) + 1, end - 120)
    words = [word for word in text[begin:end].split() if len(word) > 3 and word[0].isalpha()]
    return len(words) > 2 and all(word[0].isupper() for word in words)


def _names_another(text: str, mark: Mark, marks: Sequence[Mark]) -> bool:
    """Say whether the name is a part of another thing's that no mark explains: "Linhe airport"."""
    found = _CALLED_AFTER.match(text, mark.end, mark.end + 40)
    return found is not None and not any(mark.end <= other.start < found.end() for other in marks)
