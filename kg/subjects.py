"""What a sentence is about: the one thing that a number without a name of its own belongs to.

Stricter than "the nearest thing named": where two things could own the number there is no subject, and
the rule that asked makes no claim.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from kg.model import Entity, Mention, find_ancestors
from kg.reading import Mark, Reading, SentenceReading
from kg.vocab import ADMIN_AREA, DISTRICT, PARK, PROJECT, is_described, local_name

BEARERS = frozenset({"District", "Park", "AdminArea", "Enterprise", "Project", "Organization"})
"""The classes whose things a number can belong to."""

REACH = 24
"""How many sentences back what a sentence is about can stand, so that the cost stays that of the text."""

_GOVERNED = re.compile(
    r"\b(?:of|in|at|for|to|from|by|with|into|on|near|than|among|across|between|under|as|like|including|outside|via"
    r"|capital of|located in|east|west|north|south|central"
    r"|(?-i:[a-z]{3,}ing)|eastern|western|northern|southern|(?:north|south)(?:east|west)(?:ern)?)"
    r"(?: the| all| whole| former| nearby| neighbou?ring| adjacent| famous| old| newly built)*"
    r"(?: (?:[a-z]+ )?china[’']s)?[ -][\"“‘']?$",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"(?<![\w-])(?:[A-Z][\w’']*-){1,4}$")
_PLACED = re.compile(
    r"\b(?:in|at|for|of|across|(?:data|statistics|figures) from)(?: the| whole)*"
    r"(?: (?:[a-z]+ )?china[’']s)?[ -][\"“‘']?$",
    re.IGNORECASE,
)
# Between a name and where it lies: "Linhe Zone in South China's Yunhe Province"; or the other way round.
_LIES = re.compile(
    r"[\"”]?(?: [Cc]ity)?(?:,? (?:(?:located|situated|based) )?in|, (?:the |provincial )*capital(?: city)? of)"
    r" (?:the )?(?:(?:[A-Za-z]+ )?China[’']s |city of )?[\"“]?"
)
# In an address: "Linhe Zone, Qinglan, Yunhe Province"; but "Linhe Zone, Qinglan and Hualin" are three.
_ADDRESS = re.compile(r"[\"”]?, (?:[A-Z][a-z]+(?: [Cc]ity)?, )?(?:the )?(?:(?:[A-Za-z]+ )?China[’']s )?[\"“]?")
_AND = re.compile(r"(?:[’']s)?,? (?:and|or)\b")
_COARSE = (" Province", " province", " Autonomous Region", "China")
_HOLDS = re.compile(r"(?:[’']s)? (?:[a-z][\w-]* ){0,2}[\"“]?")
# A name nobody knows, and where it lies: "Linhe Zone in Yunhe Province".
_UNNAMED = re.compile(
    r"(?:[a-z]|[A-Z][a-z]+) ([A-Z][a-z][\w-]*) in (?:the )?(?:(?:[A-Z]\w+ )?China[’']s |city of )?[\"“]?$"
)
# Something without a name, and where it lies: "the park in Linhe District" is what is spoken of, and not Linhe.
_THING_IN = re.compile(
    r"\b(?:the|an?|this|that|one|another|its|their|[\w-]+[’']s) (?:[\w-]+ ){0,4}"
    r"(?:park|zone|project|plant|factory|base|building|hospital|school|university|college|institute|laboratory|company|firm"
    r"|branch|subsidiary|arm|unit|division|affiliate|enterprise|community|village|town|center|centre|platform|campus|complex|hub|port|airport|station|site|facility|store)"
    r"(?:,? (?:located|based|situated|built|lying))? (?:in|at|near|of)(?: the)? [\"“‘']?$",
    re.IGNORECASE,
)
_JOINED = re.compile(r",? (?:and|or)(?: the)? |, (?:the )?")
_OF = re.compile(r"\bof(?: the)? $", re.IGNORECASE)
_FROM = re.compile(r"\bfrom(?: the)? $", re.IGNORECASE)
_SHOWS = re.compile(r",| in | show")
# Whom a speaker works for: no part of what is told.
_POST = re.compile(
    r"\b(?:members?|directors?|director-general|secretary|secretaries|heads?|chiefs?|chairman|president|mayor|officials?"
    r"|officers?|chairwoman|manager|spokesperson|spokesman|spokeswoman|chairperson) (?:of|at|with|from)(?: the)? $",
    re.IGNORECASE,
)
# "Zhao Lin, an official of the bureau in Haidian, said": where a speaker sits is not what is spoken of.
_SPEAKER = re.compile(
    r", (?:an? |the )?(?:[a-z-]+ ){0,4}?(?:officials?|director|head|mayor|secretary|chairman|president|manager|member"
    r"|chief|spokes[a-z]+|researcher|expert|officer|engineer|professor)\b[^;.\n]{0,140}?,? (?:said|says|told|noted"
    r"|added|announced|introduced|pointed out|revealed|explained)\b"
)
_WITHIN = re.compile(r"\b(?:at|in)(?: the)? $", re.IGNORECASE)
# "Guangzhou's Science City": a name nobody knows, and not Guangzhou, is what the sentence is about.
_NAMES = re.compile(r"[’']s (?:[\w-]+ )?[A-Z][a-z]")
# "Linhe Knowledge City (LKC) Square": a name that goes on, and that nobody knows.
_GOES_ON = re.compile(
    r" (?:\([A-Z]{2,8}\) )?(?:[A-Z][a-z]+ ){0,2}(?:Square|Tower|Plaza|Building|Mansion|Bridge|Street|Avenue|Museum"
    r"|Library|Station|Stadium|Theat(?:er|re))\b"
)
# "Ranking first in Wuxi", "the largest of the district": where a rank is counted, and not what is spoken of.
_RANKED_IN = re.compile(
    r"\b(?:rank(?:s|ed|ing)?|first|second|third|fourth|fifth|[0-9]+th|top|place|position|number one|no\. ?[0-9]+"
    r"|largest|highest|biggest|best|fastest|most|leader|only|among [^,.;]{0,40})(?: [a-z]+){0,2}"
    r" (?:in|of|across)(?: the| all)? $",
    re.IGNORECASE,
)
# "Yantai's zone has …": the zone is spoken of, whatever it is called.
_OWNED_THING = re.compile(
    r"[’'](?:s |(?<=s[’']) )(?:[\w-]+ ){0,3}?(?:zone|park|plant|factory|base|port|airport|hospital|university|station"
    r"|campus|project|facility|headquarters)\b(?! of)"
)
# "Ningbo national high-tech zone", "Yunhe (Qinglan) free trade zone": a name in small letters, and not the city.
_LONGER = re.compile(
    r"(?: \([^()]{1,30}\))? (?:national|provincial|state-level|municipal|high-tech|hi-tech|economic|industrial|free"
    r"|bonded|export|comprehensive)(?:,? (?:and )?[a-z-]+){0,5}? (?:zone|park|area|base)\b"
)
# "The province set its target at 6 percent": not of the district that the article is about.
_WIDER = re.compile(
    r"(?:^|(?<=[.;,] )|(?<=\n)|(?<=\band )|(?<=\bwhile )|(?<=\bthat ))[Tt]he (?:whole |entire )?"
    r"(province|country|nation|state|world|central government)\b"
    r"(?![’']s? (?:first|only|largest|biggest|most|top|second))"
)
# Who publishes an article is not what its numbers are of.
_PRESS = re.compile(r"\b(?:Daily|News|News Agency|Times|Post|Xinhua|Weekly|Herald)$")
# What is only compared with: "one third of that in Linhe", "higher than in Linhe".
_COMPARED = re.compile(r"\b(?:that|those|than)(?: (?:of|in|for))?(?: the)? $")
_OWNS = re.compile(r"(?:[’']s|(?<=s)[’']) \w")
# "the city's bureau said", "Beijing-based", "the Beijing bureau of statistics": the name only describes.
_DESCRIBES = re.compile(
    r"(?:[’']s?)? ?(?:-based\b|(?:International )?(?:airport|port|station)\b(?! (?:district|zone))"
    r"|(?:\w+ ){0,4}(?:bureau|committee|government|office|commission|department"
    r"|authorit(?:y|ies)|official|officials|mayor|director|customs|statistics|average|level|plan)\b)"
)
# A capital inside the sentence that no name explains: somebody or something nobody here knows.
_UNKNOWN = re.compile(
    r"(?:\b(?:[a-z][\w-]*|In|At|For|From|Of|Across|Throughout),? (?:the )?|^)([A-Z][a-z]{2,}[\w-]*)"
    r"(?:[’']s| \(?[A-Z]|(?= (?:district|county|zone|park|group)\b))"
)
# "Western Street lies in Linhe District, with an area of 38 hectares": of what lies there.
_SITED = re.compile(
    r"\w (?:is |are |was )?(?:located|situated|lies|lying|sits|nestled|stands|seated|based)"
    r" (?:in|at|on|within) [^.;\n]{0,60}$"
)
_BEGINS = re.compile(
    r"(?:^|[.!?。！？;][\"”]?\s+|\n\s*)[\"“]?(?:[A-Z][\w ]{0,30}, )?"
    r"(?:[Tt]he|[Tt]his|[Aa]n?|[Ii]ts|[Tt]heir|(?:[Tt]he )?[\w-]+(?:[’']s|(?<=s)[’'])) (?:[\w-]+ ){0,2}$"
)
# "Linhe airport", "the Linhe expressway": something else that is called by the place's name.
_CALLED_AFTER = re.compile(
    r" (?:international )?(?:airport|port|railway|railroad|expressway|highway|bridge|tunnel|river|lake|reservoir"
    r"|station|university|hospital|college|school|stadium|museum|mine|oilfield|power (?:station|plant))\b"
    r"(?! (?:district|area|zone)\b)",
    re.IGNORECASE,
)
# What a sentence begins with that is another's, where no mark says whose: "The province's GDP", "The company".
_UNRESOLVED = re.compile(
    r"\s*[\"“]?(?:[A-Z][\w ]{0,30}, )?[Tt]he (?:whole |entire )?"
    r"((?:province|city|county|country|nation|region|municipality|group|company|firm)(?:[’']s)?) "
)
# "Southwestern Yunhe Province saw …": what the sentence is about, and not where something lies.
_DIRECTED = re.compile(
    r"(?:^|[.!?。！？][\"”]?\s+|\n\s*)[\"“]?(?:The )?[A-Z]?[a-z]*(?:[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est|[Cc]entral)"
    r"(?:ern)?[ -][\"“‘']?$"
)
# Where everything in the articles lies: named for direction, not as what a sentence is about.
_TOO_WIDE = frozenset(("China", "Asia", "Europe", "the United States", "Japan"))
_COMMON = frozenset(
    "January February March April May June July August September October November December Monday Tuesday"
    " Wednesday Thursday Friday Saturday Sunday Chinese Five Year Plan Its Their The This That These Those Meanwhile"
    " Among Last Over During Since According Currently Today Yesterday Statistics Data Official Figures Primary"
    " Secondary Tertiary".split()
)


def find_subject(
    reading: Reading,
    sentence: SentenceReading,
    position: int,
    entities: Mapping[str, Entity],
    *,
    pronoun: bool = False,
    rivals: list[Mention] | None = None,
    things: bool = False,
) -> tuple[Mention, str] | None:
    """Return what the words at ``position`` (of the article) are about and how it was found, or nothing.

    It is the one thing named before them in the sentence; else the one that the sentence before in the
    paragraph is about, and so on back; else what the title or the first sentences are about, unless the
    article has come to something else since. A ``pronoun`` ("its GDP") means what was last spoken of.
    Where several things compete, ``rivals`` is told which. What an article only describes ("a new plant") counts
    where the number is one of ``things`` (an area, an investment), else only where a sentence begins with it.
    """
    rivals = [] if rivals is None else rivals
    here = [mark for mark in sentence.marks if mark.end <= position]
    text = reading.article.text
    chosen = choose_bearer(text, here, entities, strict=pronoun, things=things)
    if chosen is not None:
        rivals += chosen if len(chosen) > 1 else ()
        return (chosen[0], "sentence-subject") if len(chosen) == 1 else None
    if has_unknown_name(text, sentence, position) or _tells_of_wider(text, sentence, position):
        return None
    main = find_main_subject(reading, entities)
    if main is not None and main[0].start > position:
        main = None  # what is only named later on is not what these words are about
    last: list[Mention] | None = None
    number = bisect_left(reading.sentences, sentence.sentence.start, key=lambda other: other.sentence.start)
    for other in reversed(reading.sentences[max(0, number - REACH) : number]):
        if other.sentence.part == "title":
            continue
        last = _find_bearers(reading, other, entities, things=things)
        if last is None and pronoun and has_unknown_name(text, other, other.sentence.end):
            return None
        told = _find_bearers(reading, other, entities, leading=True, things=things) is not None
        if last is None and _is_of_unnamed(text, other):
            return None
        if not things and not told and other is reading.sentences[number - 1] and _introduces(other):
            return None
        if last is None or (main and not told and _only_holds(last, main[0], entities)):
            continue
        if pronoun or other.sentence.paragraph == sentence.sentence.paragraph:
            if not pronoun and (first := _find_first(reading, other, last, entities, things=things)):
                rivals += _distinct([*last, *first])
                return None
            rivals += last if len(last) > 1 else ()
            is_main = main is not None and [main[0].entity] == [mention.entity for mention in last]
            # "…, the Red Hill Project covers 30 mu. It …": of a project right before, wherever it stands.
            is_main = is_main or (last[:1] != [] and last[0].type == PROJECT and other is reading.sentences[number - 1])
            sure = told or is_main or not pronoun or (main is None and _is_only(reading, number, last, entities))
            return (last[0], "paragraph-subject") if len(last) == 1 and sure else None
        break
    if main is not None and last and main[0].entity not in {mention.entity for mention in last}:
        rivals += _distinct([*last, main[0]])
        return None
    return main


def _is_only(reading: Reading, number: int, last: Sequence[Mention], entities: Mapping[str, Entity]) -> bool:
    """Say whether the sentences before ``number`` can be about one thing only."""
    told = [_find_bearers(reading, other, entities) for other in reading.sentences[max(0, number - REACH) : number]]
    return {mention.entity for found in told if found for mention in found} == {mention.entity for mention in last[:1]}


def _find_first(
    reading: Reading,
    sentence: SentenceReading,
    last: Sequence[Mention],
    entities: Mapping[str, Entity],
    *,
    things: bool,
) -> list[Mention] | None:
    """Return what the paragraph of a sentence began to tell of, if that is another than the ``last`` thing told of.

    "Linhe received 3 million visitors. Yunhe received 2 million. Tourism revenue was …": of which, no word says.
    """
    number = bisect_left(reading.sentences, sentence.sentence.start, key=lambda other: other.sentence.start)
    for other in reversed(reading.sentences[max(0, number - REACH) : number]):
        if other.sentence.paragraph != sentence.sentence.paragraph or other.sentence.part != "body":
            return None
        told = _find_bearers(reading, other, entities, leading=True, things=things)
        if told and {mention.entity for mention in told} != {mention.entity for mention in last}:
            return told
    return None


def _is_of_unnamed(text: str, sentence: SentenceReading) -> bool:
    """Say whether a sentence tells of a place or firm that the article does not name: "The province's GDP"."""
    begins = _UNRESOLVED.match(text, sentence.sentence.start)
    return begins is not None and not any(begins.start(1) <= mark.start < begins.end() for mark in sentence.marks)


def _tells_of_wider(text: str, sentence: SentenceReading, position: int) -> bool:
    """Say whether a clause before ``position`` begins with a province or country that no name explains."""
    start = sentence.sentence.start
    found = _WIDER.finditer(text, start, position)
    return any(all(not mark.start <= match.start(1) < mark.end for mark in sentence.marks) for match in found)


def _only_holds(mentions: Sequence[Mention], main: Mention, entities: Mapping[str, Entity]) -> bool:
    """Say whether things are named only as where the main one lies: "60 percent of Wuhan's exports"."""
    return bool(mentions) and all(m.entity in find_ancestors(main.entity, entities) for m in mentions)


def find_main_subject(reading: Reading, entities: Mapping[str, Entity]) -> tuple[Mention, str] | None:
    """Return what the article is about, if its title or else its first sentences leave no doubt.

    What a preposition governs counts only where the text begins with it ("In Changping, …"), or where the
    title names no other thing and it is a zone or district: "Foreign investment rises in Jinpu New Area".
    """
    for sentence in reading.sentences[:4]:
        chosen = _find_bearers(reading, sentence, entities, leading=True)
        if chosen is None and sentence.sentence.part == "title":
            chosen = _find_bearers(reading, sentence, entities)
            chosen = chosen if chosen and {mention.type for mention in chosen} <= {DISTRICT, PARK} else None
        if chosen is not None:
            return (chosen[0], "article-subject") if len(chosen) == 1 else None
    return None


def _find_bearers(
    reading: Reading,
    sentence: SentenceReading,
    entities: Mapping[str, Entity],
    *,
    leading: bool = False,
    things: bool = False,
) -> list[Mention] | None:
    """Return ``choose_bearer`` of all of a sentence; ``leading`` asks for what stands where it begins."""
    key = (sentence.sentence.start, leading, things)
    if key not in reading.bearers:
        lead = sentence.sentence.start if leading else None
        reading.bearers[key] = choose_bearer(reading.article.text, sentence.marks, entities, lead=lead, things=things)
    return reading.bearers[key]


def choose_bearer(
    text: str,
    marks: Sequence[Mark],
    entities: Mapping[str, Entity],
    *,
    lead: int | None = None,
    strict: bool = False,
    things: bool = False,
) -> list[Mention] | None:
    """Return the things that marks can be about: no mark is there (``None``), one, or none or several.

    Things that no preposition governs come first ("in A and B" governs both); a place that holds another
    of them is only where that one lies. At somebody's plant, the number is the plant's: nobody's here.
    What only says where its neighbour lies counts as neither. With ``lead``, what a preposition governs
    counts only where a sentence begins there; where ``strict``, "southeast of A" leaves it open whether A is meant.
    """
    found = [m for m in marks if m.mention and local_name(m.mention.type) in BEARERS]
    found = [m for m in found if m.mention and m.mention.label not in _TOO_WIDE]
    if not things:
        found = [m for m in found if m.mention and (not is_described(m.mention.entity) or _begins(text, m))]
    found = [m for m in found if not _DESCRIBES.match(text, m.end, m.end + 60)]
    found = [m for m in found if not _RANKED_IN.search(text, max(0, m.start - 60), m.start)]
    found = [m for m in found if m.mention and not _PRESS.search(m.mention.label)]
    found = [m for m in found if not _COMPARED.search(text, max(0, m.start - 24), m.start)]
    found = [m for m in _leave_posts(text, found) if not (_is_bracketed(text, m) or _is_joined(text, m))]
    free: list[Mark] = []
    placed: list[Mark] = []
    governed: Mark | None = None
    for number, mark in enumerate(found):
        if _only_places(text, mark, found[max(0, number - 1) : number], found[number + 1 : number + 2]):
            continue
        if _houses_unknown(text, mark, marks) or _names_another(text, mark, marks):
            return []
        before = text[max(0, mark.start - 24) : mark.start]
        joined = governed is not None and _JOINED.fullmatch(text, governed.end, mark.start) is not None
        directed = _DIRECTED.search(text, max(0, mark.start - 30), mark.start) is not None
        if joined or (_GOVERNED.search(before) and not directed):
            if _PLACED.search(before) or (joined and governed in placed):
                placed.append(mark)
            governed = mark
        else:
            free.append(mark)
            governed = None
    if strict and not free and any(_leaves_open(text, mark) for mark in placed):
        return []
    if things and not free and any(_SITED.search(text, max(0, mark.start - 90), mark.start) for mark in placed):
        return []
    if lead is not None:
        placed = [mark for mark in placed if mark.start - lead < 12]
    named = [
        m
        for m in free
        if not _is_part_of_name(text, m)
        and not any(form.match(text, m.end, m.end + 60) for form in (_NAMES, _OWNED_THING, _GOES_ON))
    ]
    housed = [mark for mark in placed if _WITHIN.search(text[max(0, mark.start - 24) : mark.start])]
    if (free and not named) or (not free and any(_OWNS.match(text, mark.end) for mark in housed)):
        return []
    free = named
    mentions = _distinct(m.mention for m in (free or placed) if m.mention)
    if not mentions:
        return None
    holders = {place for mention in mentions for place in find_ancestors(mention.entity, entities)}
    return [mention for mention in mentions if mention.entity not in holders]


def _leave_posts(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks but for whom a speaker works for, and where that lies: "mayor of Linhe District, Hefei City"."""
    kept: list[Mark] = []
    left: Mark | None = None
    spoken = _SPEAKER.search(text, max(0, marks[0].start - 120), marks[-1].end + 60) if marks else None
    for mark in marks:
        if spoken is not None and spoken.start() < mark.start and mark.end <= spoken.end():
            continue
        post = _POST.search(text, max(0, mark.start - 32), mark.start) is not None
        if post or (left is not None and text[left.end : mark.start] == ", "):
            left = mark
        else:
            kept.append(mark)
            left = None
    return kept


def _introduces(sentence: SentenceReading) -> bool:
    """Say whether a sentence describes a thing first: "We will build a wind power plant. The annual output …"."""
    return any(mark.mention is not None and mark.mention.kind == "described" for mark in sentence.marks)


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
    """Say whether a place can hold the one named before it, by their kinds: a city holds a zone."""
    if mark.key == other.key:
        return mark.mention is not None and mark.mention.label.endswith(_COARSE)
    return mark.key == ADMIN_AREA or other.key == PARK


def _is_bracketed(text: str, mark: Mark) -> bool:
    """Say whether a mark stands in brackets: "(Xinhua)", "(without the part built with Linhe District)"."""
    before = text[max(0, mark.start - 120) : mark.start].rpartition("\n")[2]
    return before.rfind("(") > before.rfind(")")


def _is_part_of_name(text: str, mark: Mark) -> bool:
    """Say whether a city or district only begins the name of a zone that nobody knows."""
    return mark.key in (ADMIN_AREA, DISTRICT) and _LONGER.match(text, mark.end, mark.end + 90) is not None


def _is_joined(text: str, mark: Mark) -> bool:
    """Say whether a mark is part of a compound that only says where: "in the Beijing-Tianjin-Hebei region"."""
    lead = _COMPOUND.search(text, max(0, mark.start - 60), mark.start)
    start = lead.start() if lead else mark.start
    if lead is None and not (text[mark.end : mark.end + 1] == "-" and text[mark.end + 1 : mark.end + 2].isupper()):
        return False
    return _GOVERNED.search(text[max(0, start - 24) : start]) is not None


def _leaves_open(text: str, mark: Mark) -> bool:
    """Say whether "its" may mean another than what the words before it end with: "southeast of A, its …"."""
    before = text[max(0, mark.start - 24) : mark.start]
    return _OF.search(before) is not None or (_FROM.search(before) is not None and not _SHOWS.match(text, mark.end))


def _houses_unknown(text: str, mark: Mark, marks: Sequence[Mark]) -> bool:
    """Say whether a mark tells where something lies that has no name, or one that nobody knows."""
    thing = _THING_IN.search(text, max(0, mark.start - 90), mark.start)
    if thing is not None and not any(thing.start() < other.end and other.start < mark.start for other in marks):
        return True
    found = _UNNAMED.search(text, max(0, mark.start - 60), mark.start)
    return found is not None and not any(other.start <= found.start(1) < other.end for other in marks)


def _names_another(text: str, mark: Mark, marks: Sequence[Mark]) -> bool:
    """Say whether the name is a part of another thing's that no mark explains: "Linhe airport"."""
    found = _CALLED_AFTER.match(text, mark.end, mark.end + 40)
    return found is not None and not any(mark.end <= other.start < found.end() for other in marks)


def _distinct(mentions: Iterable[Mention]) -> list[Mention]:
    return list({mention.entity: mention for mention in mentions}.values())


def has_unknown_name(text: str, sentence: SentenceReading, position: int) -> bool:
    """Say whether the sentence names, before ``position``, something that no mark explains."""
    start = sentence.sentence.start
    marked = [(mark.start, mark.end) for mark in sentence.marks]
    for match in _UNKNOWN.finditer(text, start, position):
        at = match.start(1)
        if match[1] not in _COMMON and all(not low <= at < high for low, high in marked):
            return True
    return False
