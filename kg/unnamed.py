"""Whether a sentence is about something that nobody here knows: then no thing named elsewhere owns its numbers."""

from __future__ import annotations

import re

from kg.chinese import CHINESE_NAME, ENGLISH, SYLLABLE
from kg.english import load_words
from kg.model import Mention
from kg.reading import SentenceReading
from kg.vocab import ADMIN_AREA, DISTRICT

_AREAS = load_words("areas")
_BEARERS = load_words("bearers")
_COMMON = frozenset((*load_words("dating").all_of("months"), *_BEARERS.all_of("common")))
_FEAST = re.compile(_BEARERS.any_of("feasts"))
# "The province set its target at 6 percent": not of the district that the article is about.
_WIDER = re.compile(
    r"(?:^|(?<=[.;,] )|(?<=\n)|(?<=\band )|(?<=\bwhile )|(?<=\bthat ))[Tt]he (?:whole |entire )?"
    rf"({_AREAS.any_of('wide', 'widest', 'rulers')})\b"
    r"(?![’']s? (?:first|only|largest|biggest|most|top|second))"
)
# "China's recovery gathered pace, with the GDP expanding 4.9 percent": not of what the article is about either.
_TOO_WIDE = re.compile(
    r"(?:^|(?<=[.;,] )|(?<=\n)|(?<=\band )|(?<=\bwhile )|(?<=\bthat ))"
    rf"(?:{_AREAS.any_of('too_wide')})"
    r"(?:[’']s (?!(?:[a-z]+-)?(?:first|only|[a-z]+est|most|top|second)\b)(?:[a-z]|GDP\b|CPI\b|PPI\b)"
    r"| (?:is|was|has|had|will|saw|recorded|reported|registered|[a-z]+ed)\b)"
)
# "Three northeastern provinces account for 110 million people, with GDP reaching": of these, and of no other place.
_SEVERAL = re.compile(
    r"[\s\"“]*(?:[Tt]he )?(?:[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[0-9]+|[Ss]everal"
    r"|[Mm]any|[Ss]ome|[Mm]ost|[Oo]ther|[Tt]hese|[Tt]hose) (?:[a-z-]+ ){0,3}"
    r"(?:provinces|cities|counties|districts|regions|countries|prefectures|municipalities)\b"
)
# "The township had a population of 1,000": of no city that is named.
_TOWN = re.compile(
    r"(?:[A-Z][^,.;\n]{2,40}, )?(?:[Tt]he|[Tt]his) (?:township|town|village|subdistrict)[’']?s? (?!of\b)"
)
_TOWNS = ("Town", "town", "Township", "township", "Village", "village", "Subdistrict", "subdistrict", "Street")
# "Sports shoes make 60 percent of the city's output": of a city that no mark explains, and not of its province.
_SMALLER = re.compile(r"\b[Tt]he (?:whole |entire )?(city|county|district|town|township|village|zone)\b(?! of\b|-)")
_PROVINCES = tuple(_AREAS.all_of("province_ends"))
# What a sentence begins with that is another's, where no mark says whose: "The province's GDP", "The company".
_UNRESOLVED = re.compile(
    r"\s*[\"“]?(?:[A-Z][\w ]{0,30}, )?[Tt]he (?:whole |entire )?"
    rf"((?:{_AREAS.any_of('wide', 'city', 'unsaid')})(?:[’']s)?) "
)
# "The industrial park employs 12,000 people": of a park that the article does not name, and not of its district.
_SITE = re.compile(
    rf"\s*[\"“]?(?:[A-Z][\w ]{{0,30}}, )?[Tt]he ((?:[a-z-]+ ){{0,3}}?(?:{_AREAS.any_of('sites')})(?:[’']s)?) "
)
# "In the demonstration area of the pilot project, vegetation cover has reached 95 percent": of that area alone.
_IN_SITE = re.compile(
    r"\s*[\"“]?(?:In|At|On|Across|Within) ((?:the|this|a) (?:[\w–-]+ ){0,5}?"
    r"(?:demonstration|pilot|experimental|core|trial) (?:area|zone|base|plot|garden|farm|site|field)s?)\b"
    r"(?=[^,;.\n]{0,60}, )"
)
# A capital inside the sentence that no name explains: somebody or something nobody here knows.
_UNKNOWN = re.compile(
    r"(?:\b(?:[a-z][\w-]*|In|At|For|From|Of|Across|Throughout),? (?:the )?|^)([A-Z][a-z]{2,}[\w-]*)"
    rf"(?:[’']s| \(?[A-Z]|(?= (?:{_BEARERS.any_of('kinds')})\b))"
)
# "Located in the Qinglan Basin": a landform in which something lies.
_LANDFORM = re.compile(rf"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){{0,3}}? (?:{_BEARERS.any_of('landforms')})\b")
_LIES_IN = re.compile(
    r"\b(?:in|on|at|of|along|across|from|to|by|near|over|between|through|into|within)(?: the)?"
    r"(?: [a-z-]+ of(?: the)?| (?:upper|lower|middle|north|south|east|west)[a-z]*)? $",
    re.IGNORECASE,
)
# "According to Guo Wen, deputy director of the bureau, exports …": who speaks, by a post.
_SPEAKER = re.compile(
    r"ccording to (?:Mr |Ms |Mr\. |Ms\. )?[A-Z][a-z]+ [A-Z][a-z’'-]+, (?:the |an? )?(?:[a-z-]+ ){0,4}?"
    rf"(?:{load_words('speakers').any_of('officials')})(?: of| at| with| from)? (?:the )?[^,.;\n]{{0,60}}?"
    rf"\b(?i:{_BEARERS.any_of('offices')})\b"
)
# "Yunhe's vice mayor Zhao Lin said": who heads a place, and nothing that bears numbers.
_HEAD_OF_PLACE = re.compile(
    r"\b(?:mayor|governor|magistrate|[Pp]arty (?:chief|secretary|head)|county head|district (?:chief|head)) $"
)
# With such a name nobody knows a sentence begins: "Xialing saw its GDP …", "Northern Yunhe Province saw …".
_BEGINS_UNKNOWN = re.compile(
    r"\s*[\"“]?(?:[A-Z][\w ]{0,60}, )?(?:(?:[A-Z]?[a-z]*(?:north|south|east|west)[a-z]*|Central) (?:China[’']s )?)?"
    rf"({CHINESE_NAME})(?=[ ,]|[’']s)",
)
# "Wang Zhen covers 12 hectares": a town in two words.
_BEGINS_IN_TWO = re.compile(
    rf"\s*[\"“]?((?i:{SYLLABLE}){{1,2}} (?i:{SYLLABLE}){{1,2}})(?<=[a-z])"
    r" (?:also |now )?(?:covers|has|had|governs|administers|lies|borders|spans|occupies|is located|is situated)\b"
)
# "The Lanzhou-Xining region grew": of a region that is neither of them.
_BEGINS_COUPLED = re.compile(r"\s*[\"“]?(?:[A-Z][\w ]{0,60}, )?[Tt]he ([A-Z][a-z]+(?:[-–‐][A-Z][a-z]+)+)(?= |[’']s)")
_SAYS_WHAT = re.compile(
    r"(?: (?:Park|Base|Town|Village|Port|Airport|Bay|Lake|Island|Resort"
    r"|(?:highway|rail|railway|road|river|dry|land) port))?"
    r"(?: \([^()]{1,40}\))?(?:,[^.;]{3,120}?,)?"
    r" (?:also |now )?(?:is|was|has|had|lies|sits|covers|borders|consists|boasts|became)\b"
)
# "The customs said India is the largest buyer, with imports of …": of what nobody here knows.
_TELLS_OF_UNKNOWN = re.compile(
    r"(?:\b(?:said|says|that|while|whereas|showed|but) (?:the )?|[;:] )([A-Z][a-z]{3,}\w*)(?: [A-Z]\w+){0,2}"
    r" (?:is|was|became|remained|remains|ranked|topped|led|accounted)\b"
)
# "Known as the shoe capital, Yunhe has 150 makers": behind words that stand in front of it.
_FRONTED_UNKNOWN = re.compile(
    rf",[\"”’']? (?:the )?({CHINESE_NAME})(?: (?:Park|Base|Town|Village|Port|Zone|Area|City|Street|Valley))?"
    r" (?:also |now |currently )?"
    r"(?:is|was|has|had|boasts|covers|lies|sits|hosts|houses|gathers|attracted|borders|became|produces|accounts)\b"
)
# A firm by its initials: "CATL announced that it will build …".
_INITIALS = re.compile(
    r"(?:^|[.!?,;]\s|\n|\b(?:that|and|firm|company|giant|maker) )([A-Z]{3,8})"
    r" (?:also )?(?:announce[ds]?|said|says|plans|planned|will|signed|invested|told|decided|agreed|began|started)\b"
)

# "Modern Agriculture Park", alone on its line.
_UNKNOWN_HEADING = re.compile(
    r"[\d.()IVX*•·–\s-]{0,6}(?:[A-Z][\w’'&-]*,? (?:(?:of|and|for) )?){1,8}"
    r"(?:Park|Zone|Town|Township|Subdistrict|District|County|City|Base|Village)[\s:：]*"
)
# "Yunhe set up a new area. It has …": the area, or Yunhe?
_FOUNDS = re.compile(
    rf"\b(?:{_BEARERS.any_of('founds')}) an? (?:[a-z-]+ ){{0,5}}(?:{_BEARERS.any_of('founded')})\b(?! of the\b)"
    rf"|\b[Aa]n? (?:[a-z-]+ ){{0,5}}(?:{_BEARERS.any_of('founded')})(?: [^.;,\n]{{2,160}})?"
    r" (?:was|has been|is|will be|is to be) (?:(?:officially|formally|newly|recently) )?"
    rf"(?:{_BEARERS.any_of('founds')})\b"
)


def heads_unknown(text: str, sentence: SentenceReading) -> bool:
    """Say whether a line is a heading that names a park or town that nobody knows: what follows is of that."""
    body = sentence.sentence.part == "body" and sentence.sentence.end - sentence.sentence.start < 80
    return body and _UNKNOWN_HEADING.fullmatch(text, sentence.sentence.start, sentence.sentence.end) is not None


# "The Lanhai Oilfield is one of the largest. Its output …": of the field.
_BEGINS_FEATURE = re.compile(
    r"\s*[Tt]he ([A-Z][a-z]+(?:[-–][A-Z][a-z]+)?(?: [A-Z][a-z]+)?)"
    r" (?:(?:Oil|Gas)(?: [Ff]ield|field)|Mine|River|Canal|Reservoir|Lake|Mountain|Port|Airport|Bridge|Railway"
    r"|Expressway|Dam|Hospital|University|Museum|Wetland|Forest)"
    r" (?:also |now )?(?:is|was|has|had|lies|covers|consists|boasts|became)\b"
)


# "The canal is part of a corridor. It will …": of the canal, whoever else is told of.
_BEGINS_THING = re.compile(
    r"\s*(?:The|This) (?:[a-z-]+ ){0,2}(canal|platform|fund|route|corridor|train|satellite|vessel|aircraft|variety"
    r"|technology|product|exhibition|program|programme|initiative|campaign|policy|reform|mechanism|system)"
    r"(?: (?:of|for) [^,.;]{2,50})? (?:is|was|will|has|had|can|aims|covers|helps|allows|enables|provides)\b"
)


# "Gyalze is one of the main grain areas in Tibet, with an output of": a place whose name no rule of Chinese makes.
_BEGINS_PLACE = re.compile(
    r"\s*([A-Z][a-z]{2,}(?:[- ][A-Z]?[a-z]+)?) (?:is|was|remains|became) (?:now |also )?(?:one of |an? |the )"
    r"(?:[a-z-]+ ){0,6}(?:areas?|counties|county|cit(?:y|ies)|towns?|townships?|villages?|districts?|prefectures?"
    r"|regions?|zones?|places?|islands?|ports?) (?:in|of|under|near) "
)


# "In Linhe, an industrial cluster is being built, with annual revenues of": of the cluster, and not of Linhe.
_BEGINS_KIND = re.compile(
    r"\s*[\"“]?(?:In [A-Z][\w ]{0,30}, )?[Aa]n? (?:[a-z-]+ ){0,4}"
    r"(cluster|market|park|base|hub|zone|cent(?:er|re)|company|firm|plant|complex|valley|factory) (?:is|was|has|will)\b"
)


def tells_of_kind(text: str, sentence: SentenceReading, position: int) -> bool:
    """Say whether what stands at ``position``, behind a comma, is told of a thing without a name or a mark."""
    begin = sentence.sentence.start
    return _begins_unmarked(_BEGINS_KIND, text, sentence) and text.rfind(", ", begin, position) > begin + 40


def begins_unknown(text: str, sentence: SentenceReading) -> bool:
    """Say whether a sentence says what a place is that nobody knows: "Lanhai is a town in Yunhe County. It has …"."""
    if _begins_unmarked(_BEGINS_FEATURE, text, sentence) or _begins_unmarked(_BEGINS_THING, text, sentence):
        return True
    if _begins_unmarked(_BEGINS_PLACE, text, sentence):
        return True
    begins = _BEGINS_UNKNOWN.match(text, sentence.sentence.start, sentence.sentence.end)
    if begins is None or begins[1] in ENGLISH or begins[1] in _COMMON or _SAYS_WHAT.match(text, begins.end()) is None:
        return False
    return not any(mark.start <= begins.start(1) < mark.end for mark in sentence.marks)


def founds_unnamed(text: str, sentence: SentenceReading) -> bool:
    """Say whether a sentence tells that something without a name was set up, which "it" may mean as well."""
    return _FOUNDS.search(text, sentence.sentence.start, sentence.sentence.end) is not None


# "If an enterprise reaches such a size, it will get 30,000 yuan": whatever enterprise does.
_SUPPOSED = re.compile(
    r"\b(?:[Ii]f|[Ww]hen(?:ever)?|[Oo]nce|[Ii]n case) (?:an?|any|one|each|every) (?:[a-z-]+ ){0,4}?"
    rf"(?:{_BEARERS.any_of('supposed')})\b[^.;]*$"
)


def tells_of_any(text: str, sentence: SentenceReading, position: int) -> bool:
    """Say whether a sentence supposes, before ``position``, some firm or place of a kind: "If a firm …, it will"."""
    return _SUPPOSED.search(text, sentence.sentence.start, position) is not None


def is_of_unnamed(text: str, sentence: SentenceReading) -> bool:
    """Say whether a sentence tells of a place or firm that the article does not name: "The province's GDP"."""
    return any(_begins_unmarked(form, text, sentence) for form in (_UNRESOLVED, _BEGINS_COUPLED))


def _begins_unmarked(form: re.Pattern[str], text: str, sentence: SentenceReading) -> bool:
    """Say whether a sentence begins with a form whose first group no mark explains."""
    begins = form.match(text, sentence.sentence.start)
    return begins is not None and not any(m.start < begins.end() and begins.start(1) < m.end for m in sentence.marks)


def is_of_site(text: str, sentence: SentenceReading) -> bool:
    """Say whether a sentence begins with a park, base or town that no mark explains: "The industrial park"."""
    return any(_begins_unmarked(form, text, sentence) for form in (_SITE, _IN_SITE))


def tells_of_wider(text: str, sentence: SentenceReading, position: int) -> bool:
    """Say whether a clause before ``position`` begins with a province, country or several places without a name."""
    start = sentence.sentence.start
    if _TOO_WIDE.search(text, start, position) or _SEVERAL.match(text, start, position):
        return True
    found = _WIDER.finditer(text, start, position)
    return any(all(not mark.start <= match.start(1) < mark.end for mark in sentence.marks) for match in found)


def tells_of_smaller(text: str, sentence: SentenceReading, place: Mention) -> bool:
    """Say whether a sentence tells of a city or district without a name, where a province is all that is named.

    Or of a town or village, where nothing that is named is one.
    """
    if _TOWN.match(text, sentence.sentence.start, sentence.sentence.end) and not place.label.endswith(_TOWNS):
        return place.type in (ADMIN_AREA, DISTRICT)
    if not place.label.endswith(_PROVINCES):
        return False
    named = [m for m in sentence.marks if m.mention and not m.mention.label.startswith("the ")]
    found = _SMALLER.finditer(text, sentence.sentence.start, sentence.sentence.end)
    return any(all(not mark.start <= match.start(1) < mark.end for mark in named) for match in found)


def has_unknown_name(text: str, sentence: SentenceReading, position: int) -> bool:
    """Say whether the sentence names, before ``position``, something that no mark explains."""
    start = sentence.sentence.start
    marked = [(mark.start, mark.end) for mark in sentence.marks]
    begins = _BEGINS_UNKNOWN.match(text, start, position)
    in_two = _BEGINS_IN_TWO.match(text, start)
    begun = [match for match in (begins, in_two) if match]
    begun += _FRONTED_UNKNOWN.finditer(text, start, position)
    found = [match for match in begun if match[1] not in ENGLISH]
    found += _TELLS_OF_UNKNOWN.finditer(text, start, position)
    for match in (*found, *_UNKNOWN.finditer(text, start, position), *_INITIALS.finditer(text, start, position)):
        at = match.start(1)
        if _LANDFORM.match(text, at) and _LIES_IN.search(text, max(start, at - 40), at):
            continue
        if _HEAD_OF_PLACE.search(text, max(start, at - 30), at):
            continue
        if _FEAST.match(text, at) or _SPEAKER.match(text, max(start, at - len("ccording to "))):
            continue
        if match[1] not in _COMMON and all(not low <= at < high for low, high in marked):
            return True
    return False
