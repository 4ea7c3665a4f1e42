"""What a counted group did or had done to it: "95 old blocks were renovated" are 95 old blocks renovated, no more.

The rules that count whatever a text counts know no verb. Where one stands right behind the group, or right before its
number, the group is only those of whom it is told: so it stays in the group's name, as does what else narrows it (a
size, a purpose, where they are from). That things are there, have come or were set up tells of no other group, and
where "not" stands, or "for every 1,000 residents", no group is counted.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kg.english import load_words

_ANY = load_words("actions").any_of
_PAST = rf"(?:(?!(?:{_ANY('no_verbs')})\b)[a-z]{{2,}}ed|{_ANY('irregular')})"
_ADVERB = r"(?:all|also|now|already|currently|recently|newly|jointly|[a-z]{3,}ly)"
_BEEN = (
    rf"(?P<lead>(?: (?:have|has|had|were|was|are|is|be|been|being|will|{_ADVERB})\b){{0,5}})"
    rf"(?P<no> (?:not(?: yet)?(?: all)?|never|yet to)(?: been?)?\b)?"
)
_UP = (
    r"(?: (?:up|down|out|off|back|away)\b"
    r"|(?: (?:in)?to (?:full )?[a-z]+)(?=[,.;:)]|$| (?:in|by|at|on|and|with|since|this|last)\b))?"
)
_VERB = rf"(?!(?:{_ANY('there')})\b){_PAST}(?: [a-z]{{3,}}ing\b)?{_UP}(?![\w-])"
_DID = re.compile(
    rf"(?: (?:which|that))?{_BEEN}(?P<act> {_VERB})"
    r"|(?P<lead2> (?:are|is|were|have been|remain)(?: (?:all|also|now|still|currently|already))?)"
    r"(?P<act2> (?:under (?:construction|way|review|development)|in (?:progress|operation|production)))\b"
)
# "Seven projects in the new area were signed".
_PLACED = re.compile(
    r" (?:in|at|of) (?:the |this )?(?:[\w’'-]+ ){0,3}[\w’'-]+"
    rf"(?= (?:were|was|(?:have|has|had) been)(?: {_ADVERB}){{0,2}} {_PAST}(?![\w-]))"
)
# "26 buildings with a total area of 1.36 million square meters were completed".
_AREA = re.compile(
    r" with (?:an? )?(?:total |combined |planned |gross )*(?:floor |construction |building )?(?:area|length) of"
    r" [^,;()]{3,50}?(?= (?:were|was|(?:have|has) been)\b)"
)
# "18 projects started construction of 16": of 16 of them.
_OF_SO_MANY = re.compile(r"(?: construction)? (?:of|on) (?:all )?\d+(?=[,.;]|$| )")
# "Eleven projects signed or starting operations": not all of them signed.
_OR_ELSE = re.compile(r" or (?:[a-z]+ly )?[a-z]+(?:ing|ed)\b")
# "822 cars made in Linhe were exported".
_AND_THEN = re.compile(
    rf"(?P<where>[^,.;:()]{{0,50}}?) (?:were|was|(?:have|has|had) (?:all )?been)(?: {_ADVERB})? (?P<act>{_VERB})"
)
# "83 communities have completed renovations": what they completed.
_PERFECT = re.compile(r" (?:have|has)(?: (?:all|also|now|already))?")
_OBJECT = re.compile(
    r" (?!(?:in|by|at|on|to|from|with|as|for|and|or|up|out|off|since|this|last|over|into|under|so|of)\b)"
    r"(?:[a-z’'-]+ ){0,3}?[a-z’'-]+"
    r"(?=[,.;:)]|$| (?:in|by|at|on|with|since|for|from|during|and|this|last|under|(?:Mon|Tues|Wednes|Thurs|Fri)day)\b)"
)
# "181 companies obtained licenses": of these verbs alone an object is told without "have".
_ACTED = re.compile(r" (?:obtained|received|won|secured|gained|acquired|opened|joined|entered|attended)$")
# "15 firms and 20 people were honored": the firms too.
_BOTH = re.compile(
    r" and (?:[a-z]+ )?\d[\d,]* [^,.;:()]{2,60}? (?:were|was|(?:have|has|had) (?:all )?been)"
    rf"(?: {_ADVERB})? (?P<act>{_VERB})"
)
_STATED = re.compile(r" (?:were|was|(?:have|has|had) been) [a-z ]{3,30}$")
_DONE = re.compile(
    rf"(?:^|[\s(“\"])(?P<to>to |will |would )?(?P<verb>(?!(?:{_ANY('gains')})\b){_PAST})(?P<up> (?:up|down|out|off))?"
    r"(?: (?:a total of|altogether|as many as|some|about|nearly|over|more than|another))? $"
)
_INVESTED = re.compile(r"\b(?P<verb>invested|participated) in (?:a total of |some |about |nearly |over )?$")
_BY = re.compile(
    r"\b(?P<verb>attended|visited|joined|backed|jointly [a-z]+ed) by (?:a total of |some |about |nearly )?$"
)
_GOVERNED = re.compile(
    r"\b(?:from|in|(?<!total )of|by|to|for|at|on|into|onto|across|among|amongst|than|between|over|containing|listing"
    r"|linking|connecting|serving|covering|crossing|spanning|using|employing|hiring)"
    r" (?:the |some |all |over |more than |about |nearly )?(?:[^,.;]{1,40}[’']s )?$"
)
# "None of the 30 roads and 4 bridges were opened".
_NOT_ALL = re.compile(r"\b(?:none|few|fewer|half|some|most|part|all|both|each|one|third) of [^.;]*$", re.IGNORECASE)
_FOR_EVERY = re.compile(
    r"\b(?:(?:for every|for each|out of every) [^.;]*|per \d[^.;]*"
    # "Each of the 36 firms employs 100 workers".
    r"|(?-i:Each) [^.;]* (?:has|have|employs?|covers?|holds?|hosts?|gets?|receives?|owns?) [^.;]*)$",
    re.IGNORECASE,
)
# "Up to 36 firms can settle": for so many there is room.
_MAY = re.compile(
    r" (?:can|could|may|might) (?:settle|live|stay|work|move|attend|be (?:accommodated|housed|held|hosted|built))\b"
)
# "The drug industry attracted 22 firms": others came too.
_OTHERS_GAINED = re.compile(
    r"\b(?:industry|sector)(?:, [^,.;]{2,60},)? (?:(?:has|also|alone) ){0,2}"
    r"(?:attracted|gathered|introduced|brought in|drew) (?:a total of )?$"
)
# "Trade links with 100 ports": ports with which there are such links.
_TIED = re.compile(rf"\b(?P<tie>(?:(?:trade|business|friendly|economic|close) )?(?:{_ANY('ties')})) with $")
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|[a-z]+ty|several|many|other"
# What narrows a group right behind its noun: a noun that shares the number, where they are from, a size, a purpose.
_SHARED = re.compile(
    rf" (?:and|or) (?:(?!(?:and|{_NUMBERS})\b)[a-z-]+ )?(?:{_ANY('shared')})"
    r"(?=[.;:,)]|$| (?:in|of|from|at|across|within|with|have|has|had|were|was|is|are|will|to|and|by|for|on)\b)"
)
_FROM = re.compile(
    r" from (?:(?:over|more than|about|nearly|some) )?(?:\d+|[a-z]+teen|[a-z]+ty|three|five|six|seven|eight|nine|ten)"
    r" (?:[a-z]+ )?(?:countries|regions|provinces|cities|nations|continents|universities|institutions|companies"
    r"|enterprises|units|districts|sectors|industries|fields|departments|aspects)"
    r"(?: and (?:regions|territories|cities|provinces|municipalities|areas))?"
)
_SIZED = re.compile(
    r" (?:(?:(?:have|had) (?:an? )?(?:investments?|capital|output|value|revenue) of"
    r"|with(?: (?:an? )?(?:single|individual) investment of)?|valued at)"
    r" (?:more than|over|above|exceeding|at least|less than|under)|exceeding|surpassing)"
    r" (?:RMB ?|CNY ?|US\$|\$)?(?:[\d.,]+ million|\d+ billion)"
    r"(?: (?:yuan|US dollars|dollars|RMB)\b)?"
    r"(?: (?:in|of) (?:annual |yearly )?(?:tax(?:es| revenues?)?|revenues?|sales|output value|turnover))?"
    r"(?! (?:yuan|US|dollars|RMB|in|of)\b)"
)
_CONTRACTS = re.compile(r"\b(?:deals|contracts|agreements|pacts|memorandums)\b[^;]{0,90}$")
_SIGNED = re.compile(r" (?:signed|inked|sealed|concluded)\b")
_PURPOSE = re.compile(
    rf" to (?:{_ANY('purposes')}) [^,.;:()\d–—]{{3,60}}?"
    r"(?=[,.;:)]|$| [–—-]{1,2} | and (?:\d|the |its |[a-z]+ed\b)| (?:were|was|have|has|will|by|in|this)\b)"
)
# "36 projects, such as A and B, are listed in the plan, with an investment of …": read past by the rule.
_INSIDE = re.compile(r", (?:are|were|have been)(?P<act> (?:listed|included) in (?:the )?[a-z ]{3,50})(?:,|$)")
# The list that a group's words begin: "parks involving big data|, e-commerce and other industries".
_BEGINS_LIST = re.compile(
    r"\b(?:involving|covering|covered|cover|spanning|including|concern(?:ing|ed with)|related to|engaged in"
    r"|speciali[sz]ing in|from(?= (?:the )?[A-Z]\w*(?: [A-Z]\w*)*$)"
    r"|in (?:sectors|fields|areas|industries)(?: such as| including| of)?) [^,.;:()]+$"
)
_LIST = re.compile(
    r"(?:, (?:(?!and\b)[\w’'&-]+ ){0,4}(?!and\b)[\w’'&-]+){1,8},? and (?:[\w’'&-]+ ){0,4}[\w’'&-]+"
    r"(?=[,.;]|$| (?:were|was|are|is|have|has|will|reached)\b)"
)
# "Two committees of Haifa| and Haicang".
_OF_NAME = re.compile(r"\b[a-z]+s of [A-Z][a-z]+$")
_SECOND_NAME = re.compile(r" and [A-Z][a-z]+(?=[,.;:)]|$)")
_PURPOSED = re.compile(r"\b(?:projects|measures|policies|programs|programmes|initiatives|plans|reforms|steps)$")


# How far in front of its number words can tell what a group did.
_LEAD = 80


class Group(NamedTuple):
    """Where a counted group stands: its number, the end of its words, and from where to where a rule has read it."""

    number: int
    end: int
    opens: int
    closes: int


def find_action(text: str, group: Group) -> str | None:
    """Return what the words around a counted group say that it did, to stand in its name; ``None`` if it is no group.

    A verb within what a rule has read is the rule's.
    """
    before = text[max(0, group.number - _LEAD) : group.number]
    if _OTHERS_GAINED.search(before):
        return None
    narrowed, end = _narrow(text, group)
    governed = _GOVERNED.search(before) or _NOT_ALL.search(before)
    if not governed:
        did = _read_verb(text, max(end, group.closes))
        if did is None:
            return None
        if did:
            return narrowed + did
    if narrowed or group.opens < group.number:
        return narrowed
    if tied := _TIED.search(before):
        return f" with {tied['tie']}"
    if by := _BY.search(before):
        return f" that {by['verb']}"
    if put := _INVESTED.search(before):
        return f" {put['verb']} in"
    done = _DONE.search(before)
    return f" {done['verb']}{done['up'] or ''}" if done and not done["to"] else ""


def is_rate(text: str, number: int) -> bool:
    """Say whether a group is so many for every so many others, and no group is counted."""
    return _FOR_EVERY.search(text, max(0, number - _LEAD), number) is not None


def find_rest(text: str, start: int, end: int) -> str:
    """Return the rest of a list that the words from ``start`` to ``end`` begin: "projects involving chips|, …"."""
    if _OF_NAME.search(text, start, end) and (second := _SECOND_NAME.match(text, end, end + 40)):
        return second[0]
    listed = _LIST.match(text, end, end + 200) if _BEGINS_LIST.search(text, start, end) else None
    return listed[0] if listed else ""


def _read_verb(text: str, end: int) -> str | None:
    """Return the verb that follows a group; ``None`` where it says what was not done."""
    if not (_STATED.search(text, max(0, end - 40), end)) and (both := _BOTH.match(text, end, end + 120)):
        return f" {both['act']}"
    placed = _PLACED.match(text, end, end + 80)
    sized = _AREA.match(text, end, end + 90)
    start = placed.end() if placed else sized.end() if sized else end
    if _MAY.match(text, start):
        return None
    did = _DID.match(text, start, start + 120)
    if did is None:
        return ""
    if did["no"]:
        return None
    if _OF_SO_MANY.match(text, did.end()) or _OR_ELSE.match(text, did.end()):
        return ""
    if " will" in (did["lead"] or "") or (
        _CONTRACTS.search(text, max(0, start - 110), start) and _SIGNED.match(str(did["act"]))
    ):
        return ""
    act = (placed[0] if placed else "") + str(did["act"] or did["act2"])
    active = not (did["lead"] or did["lead2"] or placed or sized) and _ACTED.match(text, did.start(), did.end())
    if (active or _PERFECT.fullmatch(did["lead"] or "")) and (done := _OBJECT.match(text, did.end(), did.end() + 60)):
        act = f" that{'' if active else ' have'}{act}{done[0]}"
    then = _AND_THEN.match(text, did.end(), did.end() + 90) if not (did["lead"] or did["lead2"]) else None
    return f"{act}{then['where']} {then['act']}" if then else act


def _narrow(text: str, group: Group) -> tuple[str, int]:
    """Return what narrows a group behind its words, and where that ends."""
    end = group.end
    if inside := _INSIDE.search(text, group.number, group.closes + 1):
        return inside["act"], group.closes
    if group.closes > end:
        return "", end
    if rest := find_rest(text, group.number, end):
        return rest, end + len(rest)
    for form in (_SHARED, _FROM, _SIZED):
        if found := form.match(text, end, end + 90):
            end = found.end()
    if (
        end == group.end
        and _PURPOSED.search(text, max(0, end - 14), end)
        and (found := _PURPOSE.match(text, end, end + 90))
    ):
        end = found.end()
    return text[group.end : end], end
