"""Whether a thing is named only beside what is spoken of: what it borders, holds or is compared with, and where it is.

Such a name bears nothing of what its sentence tells (``kg/bearers.py``).
"""

from __future__ import annotations

import re

from kg.english import load_words
from kg.reading import Mark
from kg.references import dates_line, lies_on_side
from kg.vocab import ORGANIZATION

_ANY = load_words("bearers").any_of
# "Second only to Hefei's Linhe and Yunhe": what is only compared with.
_BEHIND = re.compile(
    r"\b(?:(?:second|next) only to|only after|just behind|overtaking|surpassing|outpacing"
    r"|(?:second|next|third|fourth|fifth|runner-up|[a-z]{3,}est)\b[^.;,]{0,90} (?:behind|after)(?: only)?)"
    r"\b[^.;]{0,90}$"
)
# "It borders Linhe in the east, Yunhe in the south and Qingshan in the west": its neighbours.
_BORDERED = re.compile(
    rf"\b(?:{_ANY('borders')})\b"
    r"(?:(?!\b(?:which|where|who|has|have|had|covers|covering|with an?|is|are|was|were|its?|while)\b)[^;.\n]){0,400}$"
)
_NEIGHBOUR = re.compile(
    r"(?:,| and\b| (?:provinces|counties|districts|cities)\b| (?:in|on|to|at) the |[.;\n]| of |[’']s [A-Z])"
)
_RANKED_IN = re.compile(
    rf"\b(?:{_ANY('ranks')})(?! (?:quarter|half|month|batch|phase|stage|year|time))(?: [a-z]+){{0,2}}"
    r" (?:in|of|across)(?: the| all)? $",
    re.IGNORECASE,
)
# "58 percent of the total for the district": what something is a part of is not what is spoken of.
_WHOLE = re.compile(
    r"(?:percent|per cent|%|third|half|quarter|fifth|tenth) of (?:the )?(?:[a-z-]+ ){1,5}(?:for|of|in)(?: the)? $"
)
# "It is one of the largest of its kind in the province": among what something is the largest.
_SCOPE = re.compile(
    r"\b(?:(?:larg|bigg|old|earli|young|busi|high|long|tall|deep|strong|rich|fast|new|wid|great|b|smart|clean|green)est"
    r"|first|only|most [a-z]+)\b[^.;,]{0,60} (?:in|of|across)(?: the)? $"
)
# What is only compared with: "one third of that in Linhe", "higher than in Linhe".
_COMPARED = re.compile(
    r"\b(?:(?:that|those) (?:of|in|for)|than(?: (?:of|in|for))?)(?: the)? $"
    r"|\bpoints (?:higher|lower|above|below|faster|more|less|slower)(?: than)?"
    r" (?:[^.;,]|\.\d){3,60},? and (?:that of )?(?:the )?$"
)
# "Its capital is Jinan. It borders Hebei": not the capital does.
_CAPITAL_IS = re.compile(r"\bcapital(?: city)? (?:is|of which is) (?:the )?$")
# "The State Council approved the zone": told of what it approves.
_DECIDES = re.compile(
    r" (?:(?:has|had|have|officially|formally|jointly|also) ){0,3}(?:approved|agreed|gave|granted|designated"
    r"|recogni[sz]ed|ratified|decided)\b"
)
# "Its capital city Hohhot": where something took place, beside what is spoken of.
_SEAT = re.compile(
    r"\b(?:held|place|convened|opened|began|concluded|closed)[^,.;]{0,30} in (?:its |the )?"
    r"(?:[a-z]+ )?capital(?: city)?,? $"
    r"|\b(?:in|of) the (?:provincial|regional) capital(?: city)?(?: of)?,? $"
)
# "Firms such Lanhai Motors, Shenlan Robotics, etc.": examples in a list.
_AND_SO_ON = re.compile(r"(?: [A-Z][\w-]*){0,3}(?:, [^,.;:\n]{2,60}){0,8}?,? (?:etc\b|and so on\b|and others\b)")
_UNITS = r"towns?|streets?|districts?|counties|regions|cities"
# None of the words that join the parts: two readings of each would double the time with every part.
_PLAIN_WORD = rf"(?!(?:and|the|of|namely|including|{_UNITS})\b)(?:[a-z]+|\d+)"
# "It has jurisdiction over Qinglan Street and Hualin District": parts of what is spoken of.
_PARTS = re.compile(
    r"\b(?:jurisdiction over|governs|administers|consists of|(?:is )?divided into|(?:composed|comprised|made up) of"
    r"|comprises|includes(?= (?:[a-z]+|\d+) (?:[a-z]+ ){0,2}(?:regions|districts|counties|towns|streets|cities)\b))"
    rf"(?: [A-Z][\w-]*,?| and| the| of|,? namely,?|,? including|:| (?:{_PLAIN_WORD} ){{0,3}}(?:{_UNITS})[,:]?)+ $"
)
# "Located in Linhe District, it covers 30 hectares", "It lies in Linhe District, and …": where what is spoken of lies.
_SEATED = re.compile(
    r"(?:^|[.!?;\n]\s{0,8})(?:(?:(?:Located|Situated|Based|Lying|Nestled)"
    r"|(?P<it>It (?:lies|sits|(?:is|was) (?:located|situated|based|nestled))))"
    r" (?:in|at|on|within)(?: the)?(?: [a-z-]+){0,5}"
    r"|(?:(?:As|Being) (?:an?|the|one of the)|One of the)(?: [a-z-]+){1,6} (?:of|in|under)(?: the)?) ?$"
)
_SLOGAN = re.compile(r"(?<=[\w,] )[\"“](?=[a-z])[^\"“”.;\n]{1,60}$")
_SLOGAN_END = re.compile(r"[^\"“”.;\n]{0,60}[\"”]")
_SEATED_END = re.compile(
    r"[^.;\n]{0,60}?, (?:(?:it|the (?:zone|park|area|development zone|project|company|plant))\b"
    r"|(?:the )?(?:[A-Z][\w-]* ){2,7}(?:is|was|has|covers|boasts|lies)\b)"
)

LIES_AMONG = re.compile(
    rf"(?:It|[A-Z][^,.;:]{{2,60}}?)(?:, [^.;:]{{3,80}},)? (?:(?:is|was) )?"
    rf"(?:{_ANY('borders', 'lies')}|under the jurisdiction)\b"
)
"""A sentence that says where what is spoken of lies: "It borders Yunhe in the west. The total area is …"."""
IN_CIRCLE = re.compile(
    r"(?:[- –][A-Z][\w-]*){0,3} "
    rf"(?i:(?:(?:urban|national|modern|new|greater|core|regional) ){{0,2}}(?:{_ANY('circles')}))\b"
)
"""What stands behind a name that something wider is called by: "the Linhe-Yunhe urban agglomeration"."""
# "Beijing-based", "Linhe International Airport", "the city's bureau": the name only describes.
_DESCRIBES = re.compile(
    r"(?:(?:/|, | and |, and )(?:Hong Kong|Macao|Macau|Taiwan)){0,2}"
    r"-(?:based|listed|headquartered|registered|funded|invested|bound|born|made)\b"
    r"|(?:[’']s?)? ?(?:(?<=s )(?:neighbou?ring|nearby|adjacent) "
    r"|(?:International )?(?:airport|port|station)\b(?! (?:district|zone))|branch\b"
    rf"|(?:[\w-]+ ){{0,4}}(?:{_ANY('organs')})\b"
    rf"|{IN_CIRCLE.pattern}"
    rf"|(?:(?:overall|annual|yearly|\w+-year|development) ){{0,2}}(?:{_ANY('norms')})\b)"
)
# "The Linhe county government has built roads. It …": who governs acts for the place.
_GOVERNS = re.compile(
    r"(?:[’']s)?(?: (?:municipal|city|county|district|provincial|regional|prefectural|autonomous|local|people[’']s))*"
    r" (?:government|authorities)(?: also| now| then| later)?"
    r" (?:has|have|will|is|are|plans?|aims?|launched|issued|introduced|decided|promised|pledged|invested|built|started"
    r"|began)\b"
)
# "Linhe companies sell abroad": what is told is theirs.
_FIRMS_OF = re.compile(r" (?:enterprises|companies|firms|investors|businessmen|merchants)\b")


def stands_beside(text: str, mark: Mark) -> bool:
    """Say whether a thing only describes, houses, borders, ranks or holds what is spoken of, or is compared with it."""
    start, end = mark.start, mark.end
    if dates_line(text, start, end) or (_DESCRIBES.match(text, end, end + 60) and not _GOVERNS.match(text, end)):
        return True
    if _seats_other(text, mark) or is_part(text, mark):
        return True
    if _AND_SO_ON.match(text, end, end + 200) or _FIRMS_OF.match(text, end) or lies_on_side(text, start, end):
        return True
    if mark.key == ORGANIZATION and _DECIDES.match(text, end):
        return True
    if mark.mention and mark.mention.kind == "reference" and _SCOPE.search(text, max(0, start - 90), start):
        return True
    if any(form.search(text, max(0, start - reach), start) for form, reach in _LEADS):
        return True
    return is_neighbour(text, mark) or _is_in_slogan(text, mark) or _is_bracketed(text, mark)


# "China Coal Huainan": a word of a firm's name.
_IN_FIRM = re.compile(rf"\b[A-Z][a-z]+ (?:{_ANY('trades_of_firms')}) $")
_LEADS = (
    (_IN_FIRM, 40),
    (_RANKED_IN, 60),
    (_CAPITAL_IS, 30),
    (_COMPARED, 90),
    (_BEHIND, 120),
    (_SEAT, 120),
    (_WHOLE, 80),
)
"""What stands before such a name, and how many characters before it at most it begins."""


def is_neighbour(text: str, mark: Mark) -> bool:
    """Say whether a thing is named only as what another borders, among others, on whatever side."""
    if _NEIGHBOUR.match(text, mark.end) is None:
        return False
    return _BORDERED.search(text, max(0, mark.start - 420), mark.start) is not None


def is_part(text: str, mark: Mark) -> bool:
    """Say whether a thing is named as a part of what is spoken of: "it consists of two districts, Linhe and Yunhe"."""
    return _PARTS.search(text, max(0, mark.start - 200), mark.start) is not None


def _seats_other(text: str, mark: Mark) -> bool:
    """Say whether a sentence begins with a place only to say where something lies that it then calls "it"."""
    placed = _SEATED.search(text, max(0, mark.start - 60), mark.start)
    return placed is not None and (placed["it"] is not None or _SEATED_END.match(text, mark.end) is not None)


def _is_bracketed(text: str, mark: Mark) -> bool:
    """Say whether a mark stands in brackets: "(Xinhua)", "(without the part built with Linhe District)"."""
    before = text[max(0, mark.start - 120) : mark.start].rpartition("\n")[2]
    return before.rfind("(") > before.rfind(")")


def _is_in_slogan(text: str, mark: Mark) -> bool:
    """Say whether a mark is a word of a slogan that is quoted: the goals of "catching up with Linhe"."""
    opened = _SLOGAN.search(text, max(0, mark.start - 62), mark.start)
    return opened is not None and _SLOGAN_END.match(text, mark.end, mark.end + 64) is not None
