"""Whether words end in the middle of a list or of a name, which goes on behind them."""

from __future__ import annotations

import re

from kg.english import load_words

_ANY = load_words("lists").any_of
# A list that a group's name breaks off at its first item: "parks involving big data", of "…, e-commerce and tourism".
_WHICH = "(?: that| which)?"
_BROKEN = re.compile(
    rf"(?:{_WHICH}(?: has| have| will| also| mainly){{0,2}} "
    r"(?:involv|cover|span|includ|featur|incorporat)(?:e|s|es|ed|ing)?"
    rf"|{_WHICH} (?:focus|focused|focusing) on| such as"
    rf"|{_WHICH} (?:related to|concerned with|engaged in|speciali[sz](?:ed|ing) in)"
    r"| (?:in|from|across)(?: [\w-]+){0,4} (?:fields|areas|sectors|industries|domains),? (?:including|such as|like|of))"
    r" (?!the (?:city|county|district)\b)[^,;:()]{2,70}$"
)
# "Five brands in Bosch", of "…, Siemens and ABB".
_BROKEN_BRANDS = re.compile(r"(?<=\bbrands) in [A-Z][\w’'&.-]*(?: [A-Z][\w’'&.-]*){0,4}$")
_NAME_LAST = re.compile(r" [A-Z][\w’'-]+$")
_NAMES_BEHIND = re.compile(r",(?: [A-Z][\w’'-]+){1,7}(?:,(?: [A-Z][\w’'-]+){1,7}){0,6},? and (?:the )?[A-Z]")
_FROM_NAME = re.compile(r" (?:from|in|at|by|with) (?:the )*(?:[a-z]+[’']s )?[A-Z][\w’'-]+$")
_NAME_BEHIND = re.compile(r" and (?:the )?[A-Z][a-z]+(?:[- ][A-Z][a-z]+){0,5}(?=[,.;)]|$)")
# "Firms in Linhe's coal", of "…, power and chemical industries"; "St", of "St. Petersburg".
_TRADE_LAST = re.compile(r"(?:[’']s| (?:in|of|from|for)(?: the)?) [a-z-]+$")
_TRADES_BEHIND = re.compile(
    r"(?:, [a-z-]+(?: [a-z-]+)?){0,6},? and [a-z-]+(?: [a-z-]+){0,2}?"
    r" (?:industries|sectors|fields|services|products|trades|areas|regions)\b"
)
# "A producer of goods such as shoots, seeds, gem", of "…, and dried chili".
_SUCH_AS_LAST = re.compile(r"\b(?:such as|including|like|namely) (?:(?! and\b)[^;()])*, (?:(?! and\b)[^;(),])*$")
_AND_BEHIND = re.compile(r",? (?:and|as well as) (?:[a-z]+ ){1,3}?[a-z]+[.;,]")
# "A base for seafood, seasoning food, kelp products", of "…, canned food and fish oil balls".
_ITEM_LAST = re.compile(r"(?:, (?!(?:and|or|as|but|which|who)\b)[a-z][\w-]*(?: [a-z][\w-]*){0,3})+$")
_ITEMS_BEHIND = re.compile(
    r"(?:, (?:[a-z][\w-]* ){0,3}[a-z][\w-]*){0,4}, (?:[a-z][\w-]* ){1,3}[a-z]+s and"
    r" (?:[a-z][\w-]* ){0,4}[a-z]+(?=[,.;”\"]|$)"
)
# "From an extensive", of "… but traditional culture".
_DANGLES = re.compile(r"\b(?:an?|the|its|their) [a-z-]+(?:ive|al|ous|ic|ant|ent|ful|less|ed)$")
_GOES_ON_BUT = re.compile(r",? (?:but|yet) [a-z-]+ [a-z]")
_ENDS_OPEN = re.compile(r" (?:and|or|of|the|an?|the latter|the former)$")
_DOING = re.compile(r", [a-z]{3,}ing$")
# "Planned", of "… and constructed as per the standard"; a quotation that does not end.
_PARTICIPLE = re.compile(r" [a-z]+ed$")
_PARTICIPLES = re.compile(
    r" and (?:[a-z]+ed|built|set up|run|made|drawn up) (?:as|by|in|with|for|according|under|on|at|to)\b"
)
_QUOTED = re.compile(r" [‘'](?=[A-Z])[^’']*$")
_GROUP_DONE = re.compile(r"\b(?:first|last|batch|lot|list) of [^,;]{6,60} [a-z]+ed$")
# "Connecting Linhe", of "… and the coast".
_JOINS_ONE = re.compile(r"\b(?:connecting|linking|joining|between) (?!.*\b(?:and|with|to)\b)[^,;]{2,80}$")
_CALLED = re.compile(r" (?:known|called|named|dubbed)$")
_AS = re.compile(r" (?:as|for)\b| [\"“]")
# "The largest virus-free", of "…, potato-breeding base".
_ADJECTIVE_LAST = re.compile(r"\b(?:largest|biggest|first|only|leading) [a-z]+-[a-z]+$")
_ADJECTIVE_BEHIND = re.compile(r", [a-z]+(?:-[a-z]+)? (?!(?:and|in|of|with|to|by|for)\b)[a-z]+")
# "The sea in south central", of "…, southwest and northwest China".
_SIDE_LAST = re.compile(r"\b(?:north|south|east|west|central|middle)[a-z]*$")
_SIDE_BEHIND = re.compile(r"(?:, | and )(?:north|south|east|west|central|middle)[a-z]*\b(?! (?:of|from|to)\b)")
# "The largest device manufacturing, repairing", of "…, and exhibition center".
_MAKING_LAST = re.compile(r"(?:^| )[a-z]+ing, [a-z]+ing$")
_AND_CENTER = re.compile(r",? and (?:[a-z]+ ){1,3}(?:cent(?:er|re)|base|hub|zone|park|market|platform|area|industry)\b")
_SHORTENED = re.compile(r"(?:^| )(?:St|Mt|Dr|Mr|Ms|No|Prof)$")
_LIST_BEHIND = re.compile(
    rf"(?!, (?:(?:{_ANY('goes_on')}|{_ANY('adds')}|up|down|an?|the|of|it|they|its|as)\b|[\d$¥]))"
    r"(?!, \w+ing (?:the|its|an?|over|about|more)\b)"
    r"(?:, [a-z][\w’'&/ -]{1,50}){1,12}(?:,? (?:and|as well as|or) [a-z]|, etc)",
    re.IGNORECASE,
)
# What words end with, and what goes on behind it.
_ANYTHING, _BLANK, _AND, _BY, _STOP = (re.compile(form) for form in ("", " ", " and ", " by ", r"\."))
_BREAKS = (
    (_FROM_NAME, _NAME_BEHIND),
    (_TRADE_LAST, _TRADES_BEHIND),
    (_ITEM_LAST, _ITEMS_BEHIND),
    (_ENDS_OPEN, _ANYTHING),
    (_ADJECTIVE_LAST, _ADJECTIVE_BEHIND),
    (_JOINS_ONE, _AND),
    (_DOING, _BLANK),
    (_GROUP_DONE, _BY),
    (_PARTICIPLE, _PARTICIPLES),
    (_QUOTED, _ANYTHING),
    (_DANGLES, _GOES_ON_BUT),
    (_CALLED, _AS),
    (_SIDE_LAST, _SIDE_BEHIND),
    (_SUCH_AS_LAST, _AND_BEHIND),
    (_MAKING_LAST, _AND_CENTER),
    (_SHORTENED, _STOP),
    (_NAME_LAST, _NAMES_BEHIND),
)
# "The four key sectors for", of "… for which it gives subsidies"; "to build a port, the mayor of Linhe", of "…, said".
_LED_TO = re.compile(r",? (?:for|of|in|to|by|with|from|at|on|under|through|into)$")
# "Has many makers, the most famous", of "… of which are made by Lanhai".
_SOME_OF = re.compile(r", (?:the|some|many|most|several|all|each|one|both)\b[^,]*$")
_OF_WHICH = re.compile(r" (?:of|among) (?:which|whom)\b")
_WHICH_BEHIND = re.compile(r" (?:which|whom|whose|what|where)\b")
_SPEAKER_LAST = re.compile(
    rf", (?:the |an? )?(?:[a-z-]+ ){{0,3}}(?:{load_words('speakers').any_of('officials')})"
    r"(?: (?:of|at|in|with)\b[^;:]{2,80})?$"
)
_SAID_BEHIND = re.compile(r",? (?:said|says|told|announced|noted|added|explained|revealed|stressed)\b")
# "Will save resources, actively", of "… and steadily cut carbon".
_ADVERB_LAST = re.compile(r", [a-z]{3,}ly$")
_AND_THAT = re.compile(r",? and that (?=[a-z]+ )")


def leave_others_words(words: str, behind: str) -> str:
    """Return a claim's words without the last of them where these begin what goes on ``behind`` them.

    >>> leave_others_words("agreed to build a port, the mayor of Linhe, Anhui province", ", said on Tuesday.")
    'agreed to build a port'
    >>> leave_others_words("four key sectors for", " which it gives subsidies.")
    'four key sectors'
    >>> leave_others_words("to build a base, and that firms will take part", ".")
    'to build a base'
    """
    if _WHICH_BEHIND.match(behind):
        words = _LED_TO.sub("", words)
    if _OF_WHICH.match(behind):
        words = _SOME_OF.sub("", words)
    if _SAID_BEHIND.match(behind):
        words = _SPEAKER_LAST.sub("", words)
    words = _ADVERB_LAST.sub("", words) if behind.startswith(" and ") else words
    that = _AND_THAT.search(words)
    return words[: that.start()] if that and " that " not in words[: that.start()] else words


def leave_broken_list(name: str, behind: str) -> str:
    """Return a group's name without the first item of a list that goes on ``behind`` it.

    >>> leave_broken_list("parks involving big data", ", e-commerce and tourism")
    'parks'
    """
    broken = _BROKEN.search(name) or _BROKEN_BRANDS.search(name)
    if broken and _LIST_BEHIND.match(behind):
        return name[: broken.start()]
    begun = _SUCH_AS_LAST.search(name) if _AND_BEHIND.match(behind) else None
    return name[: begun.start()].rstrip() if begun else name


def breaks_off_names(words: str, behind: str) -> bool:
    """Say whether words end inside a list, a name or a quotation that goes on ``behind`` them.

    >>> breaks_off_names("firms in Linhe", ", Yunhe and Qingshan districts")
    True
    >>> breaks_off_names("base for seafood, seasoning food, kelp products", ", canned products and fish oil balls.")
    True
    """
    return any(following.match(behind) and last.search(words) for last, following in _BREAKS)


def breaks_off_group(words: str, behind: str) -> bool:
    """Say whether words end with what was done to a group, by someone named ``behind`` them.

    >>> breaks_off_group("first batch of pilot cities approved", " by the State Council")
    True
    """
    return _BY.match(behind) is not None and _GROUP_DONE.search(words) is not None
