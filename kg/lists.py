"""Lists in a sentence: "a, b and c" as its items, or nothing where it could be divided in two ways.

Works on masked text (``kg/rules.py``): a recognised thing is two private characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kg.english import load_words

_WORDS = load_words("lists")
_ANY = _WORDS.any_of
MAX_ITEMS = 24
MAX_ITEM = 90

_MARK = re.compile("[\ue000-\ue0ff][\ue100-\uf8ff]")
# "Lanhai Co, Ltd" is one name.
_COMMA = re.compile(r"(?:, (?:and|or|as well as)\b|,(?! (?:Ltd|Inc|LLC|Limited)\b)|、| as well as) ?")
# "CITIC Urban Development & Operation" is one name.
_AND = re.compile(r" (?:and|or|&(?! [A-Z])) ")
_JOINED = re.compile(
    rf"(?:{_ANY('firsts')}) (?:and|&) (?:{_ANY('seconds')})\b"
    # "Brain Science and Brain-like Intelligence Research Center" is one as well.
    rf"|(?<!of )(?:{_ANY('firsts')}) (?:and|&) (?:[A-Z][\w-]* ){{1,4}}"
    r"(?:Cent(?:er|re)|Laboratory|Platform|Base|Alliance)\b"
)
_NAMED = re.compile(r"(?:the )?[A-Z\ue000-\uf8ff]")
_HALF_NAME = re.compile(r"[A-Z][\w-]* (?:Science|Research)$")
_INSTITUTE = re.compile(r"\b(?:of|Academy|Institute|University|College|School|Cent(?:er|re)|Laboratory|Co)\b")
_PAIRS = re.compile(rf"\b(?:{_ANY('pairs')})\b", re.IGNORECASE)
_LEAD = re.compile(r"(?:(?:and|or|the|a|an|both|its|their|former) )+")
_STOP = re.compile(
    rf"(?:,? (?:{_ANY('goes_on')}|and (?:so on|others|other|more|many))\b"
    rf"|, (?:and )?(?:{_ANY('adds')})\b"
    r"|,? and (?:has|have|had|is|are|was|were|will|would|can|also|now)\b"
    r"|,? and [a-z]+ing (?:the|its|their|an?) "
    r"|,? and (?:strive|endeavou?r|seek|aim)s? to "
    r"|,? and (?!newly |highly |locally |family )[a-z]{3,}ly [a-z]{3,}ed\b"
    r"|,? and (?:[a-z]{3,}ed|built|brought|set up) "
    r"(?:(?:an?|the|its|their|several|many|some|over|about|nearly) |[\ue000-\ue0ff])"
    r"|,? (?:and|as well as) (?:the )?[\ue000-\ue0ff][\ue100-\uf8ff] "
    r"(?:ports|parks|zones|towns|bases|areas) (?:of|in|for)\b"
    # "Around the industries of steel and chips, the zone has …": what is told of them.
    r"|, (?:it|they|we|(?:the|this) (?:base|city|zone|park|county|district|area|town|project|port|company|firm))"
    r" (?:has|have|had|is|are|was|were|will|plans|aims|now|also|strives|seeks|[a-z]+(?:ed|es))\b"
    r"|, (?:the )?[\ue000-\ue0ff][\ue100-\uf8ff] (?:has|have|had|is|are|was|were|will|plans|aims|now|also|strives)\b"
    r"|, (?:the )?[A-Z][\w&-]*(?: [A-Z][\w&-]*){0,4} (?:has|have|had|is|was|will)\b"
    r"|,? as well as (?:(?:the|in|other|some|many|several) )*(?:[a-z-]+ ){0,2}(?:fields|areas|sectors|others)\b"
    r"|[;:()（）]|\.(?!\w)| [–—-]{1,3}(?: |$)|—).*",
    re.DOTALL,
)
# What an item is for, inside a list that goes on: "parts for cars, steel and chips" has no first item to cut short.
_FOR = re.compile(r" for [^,;:.()]{2,40}, [^;:.()]{2,160}\band ")
# Behind a name in a list, what says more of it: "ABB (from Zurich), Bosch of Germany".
_TELLS = re.compile(
    r"(?: \([^()]{1,60}\)|(?:(?<=[\ue100-\uf8ff]) of| from| in| based in| headquartered in) (?:the )?"
    r"(?:[\ue000-\ue0ff][\ue100-\uf8ff]|U\.S\.|U\.K\.|US|UK|UAE|[A-Z][a-z]+(?: [A-Z][a-z]+)?))(?=,| and |$)"
)
# What stands for an industry in a list of them: "modern services centering on finance and culture".
_LED_BY = re.compile(r" (?:represented by|led by|focusing on|cent(?:er|r)(?:ing|ed) on)(?: [^,.;:]{2,80}?)(?=,|;|$)")
# What leads to a list of industries, or to a part of one, and is no part of its first item: "the development of
# industries like drones", "as well as the four traditional industries of food, …".
_LEADS_TO = re.compile(
    r"(?:the )?(?:(?:research and development|r&d|development|production|manufacturing|growth|promotion)"
    r"(?: and [a-z]+)? of )?(?:the )?"
    r"(?:(?:[\ue000-\ue0ff][\ue100-\uf8ff] )?(?:[a-z-]+ ){0,3}"
    r"(?:industries|sectors|fields|areas|(?:industrial |industry )?clusters|industrial chains)"
    r"(?:,? (?:such as|like|including)| of)(?: the)? )?",
    re.IGNORECASE,
)
# Its short form, behind an item: "virtual reality (VR)".
_SHORT = re.compile(r" \([A-Z][A-Za-z&-]{1,8}\)")
# What the names of a list then did: "lenders such as Bank of Linhe offered loans".
_DID = re.compile(rf"(?<=[\w\ue100-\uf8ff]) (?:[a-z]{{3,}}ed|{_ANY('did')})\b.*", re.DOTALL)
# "Lanhai (Linhe) Machinery": a bracket that is part of the name.
_INSIDE = re.compile(r"(?<=[\w\ue100-\uf8ff] )\((?:[A-Z][a-z]+|[\ue000-\ue0ff][\ue100-\uf8ff])\)(?= [A-Z])")
# What a firm is, in front of its name: "the auto supplier ZF", "German sensor maker Bosch".
_ROLE = re.compile(
    r"(?:(?:[a-z][\w&-]*|[\ue000-\ue0ff][\ue100-\uf8ff](?:[’']s|-based|-headquartered|-listed)?"
    rf"|(?:{_ANY('peoples')}|[A-Z][A-Za-z.]+-(?:based|listed|headquartered)|[A-Z][a-z]+[’']s)) ){{0,6}}?"
    rf"(?:{_ANY('roles')}),? (?=[A-Z\ue000-\ue0ff])"
    rf"|(?!Chinese)(?:{_ANY('peoples')}) (?=[\ue000-\ue0ff])"
)
_UNITS = re.compile(r"(?P<name>[\ue000-\ue0ff][\ue100-\uf8ff]) (?:counties|districts|cities|towns|provinces)")
_NOUN = re.compile(rf"(?<!\blight)(?<!\bheavy) (?:{_ANY('kinds')})$", re.IGNORECASE)


class Item(NamedTuple):
    """One item of a list, as positions in the masked sentence."""

    start: int
    end: int


def is_mark(text: str) -> bool:
    """Say whether words are one recognised thing and nothing else."""
    return bool(_MARK.fullmatch(text))


def split_list(
    masked: str,
    start: int,
    end: int,
    *,
    count: int = 0,
    names: bool = False,
    fits: Callable[[Item], bool] | None = None,
) -> list[Item]:
    """Return the items of the list that begins at ``start`` and ends at ``end`` at the latest.

    ``count`` is how many the sentence announces, 0 where it does not say: a list of another length is
    none. ``names`` are divided at every "and"; other words only where no second reading is possible, or where
    both halves are such items as ``fits`` says.

    >>> text = "software, food and drink, and tourism have grown"
    >>> [text[a:b] for a, b in split_list(text, 0, len(text))]
    ['software', 'food and drink', 'tourism']
    """
    start = start if names else _leave_lead(masked, start, end)
    masked = _blank_asides(masked, start, end) if names else _blank_told(masked, start, end)
    end = _end_list(masked, start, end, names=names)
    parts, joined = _part_list(masked, start, end, names=names)
    if not joined and len(parts) != count and _is_behind(masked, parts):
        parts.pop()
    if not parts or any(part.end - part.start > MAX_ITEM for part in parts):
        return []
    items = _divide(masked, parts, joined=joined, count=count, names=names, fits=fits)
    return [] if count and len(items) != count else items


def _end_list(masked: str, start: int, end: int, *, names: bool) -> int:
    """Return where a list ends: where the sentence goes on; at its start where that is in doubt."""
    stop = _STOP.search(masked, start, end)
    if stop and _FOR.match(masked, stop.start(), end) and not _COMMA.search(masked, start, stop.start()):
        return start
    end = stop.start() if stop else end
    did = _DID.search(masked, start, end) if names else None
    return did.start() if did else end


def _part_list(masked: str, start: int, end: int, *, names: bool) -> tuple[list[Item], bool]:
    """Return what stands between the commas of a list, and whether its last comma has an "and"."""
    parts: list[Item] = []
    position = start
    joined = False
    for comma in _COMMA.finditer(masked, start, end):
        parts.append(Item(position, comma.start()))
        if not names and "as well" in comma[0] and len(parts) > 1:
            parts[-1:] = _halves(masked, parts[-1])  # "cars, steel and glass, as well as food": a list of its own
        position = comma.end()
        joined = "and" in comma[0] or "or" in comma[0] or "as well" in comma[0]
        if len(parts) > MAX_ITEMS:
            return [], False
    parts.append(Item(position, end))
    if not names:
        parts = [Item(_leave_lead(masked, *part), part.end) for part in parts]
    return [trimmed for part in parts if (trimmed := _trim(masked, part)).end > trimmed.start], joined


def _leave_lead(masked: str, start: int, end: int) -> int:
    """Return where the words begin that are no lead to a list."""
    lead = _LEADS_TO.match(masked, start, end)
    return lead.end() if lead else start


def _blank_asides(masked: str, start: int, end: int) -> str:
    """Return the text without what a list of names says of them; blanks of the same length keep all positions."""
    told = _INSIDE.sub(lambda m: "x" * len(m[0]), _TELLS.sub(_blank, masked[start:end]))
    if ";" in told and "," not in told:
        told = told.replace(";", ",")  # "A; B; and C"
    return masked[:start] + told + masked[end:]


def _blank_told(masked: str, start: int, end: int) -> str:
    """Return the text without short forms and without what stands for an industry, in the same way."""
    return masked[:start] + _LED_BY.sub(_blank, _SHORT.sub(_blank, masked[start:end])) + masked[end:]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _is_behind(masked: str, parts: Sequence[Item]) -> bool:
    """Say whether the last part stands behind the end of the list: "steel, cement and glass, export widely"."""
    if len(parts) < 2 or is_mark(_bare(masked, parts[-1])) or _AND.search(masked, *parts[-1]):
        return False
    return len(_halves(masked, parts[-2])) > 1


def _divide(
    masked: str,
    parts: list[Item],
    *,
    joined: bool,
    count: int,
    names: bool,
    fits: Callable[[Item], bool] | None,
) -> list[Item]:
    """Return the items of comma-separated parts: the last may hold two, and any may hold two marks."""
    if names:
        return [_leave_role(masked, name) for name in _name_parts(masked, parts, joined=joined)]
    if count == len(parts):
        return parts
    last = _halves(masked, parts[-1], only_last=True)
    if count and count != len(parts) - 1 + len(last):
        last = _halves(masked, parts[-1], only_last=True, pairs=False)
    if count:
        return [*parts[:-1], *last] if count == len(parts) - 1 + len(last) else []
    items: list[Item] = []
    inner = sum(_AND.search(masked, *part) is not None for part in parts[:-1])
    for number, part in enumerate(parts):
        halves = _halves(masked, part)
        if len(halves) == 1 or all(is_mark(_bare(masked, half)) for half in halves):
            items += halves
        elif len(halves) == 2 and number == len(parts) - 1 and not joined and fits and all(map(fits, halves)):
            items += halves
        elif number < len(parts) - 1 or joined:
            items.append(part)
        elif len(halves) == 2 and len(parts) > 1 and 3 * inner < len(parts):
            items += halves
        else:  # "a and b" alone, or "a and b, c and d": two readings; only what is known in itself is sure
            items += [half for half in halves if is_mark(_bare(masked, half))]
    return items


def _name_parts(masked: str, parts: Sequence[Item], *, joined: bool) -> Iterator[Item]:
    """Yield the names of comma-separated parts; one inside "A, B and C, and D" that are no two known things is one."""
    joined = joined and _NAMED.match(masked, parts[-1].start) is not None
    for number, part in enumerate(parts):
        halves = _halves(masked, part)
        inside = joined and 0 < number < len(parts) - 1
        if inside and len(halves) > 1 and not all(is_mark(_bare(masked, half)) for half in halves):
            if all(" " in masked[slice(*half)] for half in halves):  # "Rongxing and Erjie" may be two
                yield part
        else:
            yield from halves


def _bare(masked: str, item: Item) -> str:
    return _NOUN.sub("", masked[item.start : item.end])


def _halves(masked: str, part: Item, *, only_last: bool = False, pairs: bool = True) -> list[Item]:
    joined = [found.span() for found in _JOINED.finditer(masked, *part)]
    if pairs:
        joined += [found.span() for found in _PAIRS.finditer(masked, *part)]
    joints = [
        j
        for j in _AND.finditer(masked, *part)
        if not any(a < j.start() < b for a, b in joined) and not _is_half_name(masked[part.start : j.start()])
    ]
    if only_last:
        joints = joints[-1:]
    halves: list[Item] = []
    position = part.start
    for joint in joints:
        halves.append(Item(position, joint.start()))
        position = joint.end()
    halves.append(Item(position, part.end))
    return [trimmed for half in halves if (trimmed := _trim(masked, half)).end > trimmed.start]


def _is_half_name(text: str) -> bool:
    """Say whether a name goes on behind "and": "Hefei Brain Science and Brain-like Intelligence Center"."""
    return _HALF_NAME.search(text) is not None and not _INSTITUTE.search(text.rpartition(",")[2])


def _trim(masked: str, item: Item) -> Item:
    start, end = item
    while start < end and masked[start] in " \"“”‘’'":
        start += 1
    lead = _LEAD.match(masked, start, end)
    if lead:
        start = lead.end()
    while end > start and (masked[end - 1] in " ,.\"“”‘’'" or masked.endswith((" and", " or"), start, end)):
        end = masked.rfind(" ", start, end) if masked[end - 1] in "dr" else end - 1
    return Item(start, end)


def _leave_role(masked: str, item: Item) -> Item:
    """Return a name without what says what it is: "the auto supplier ZF" is ZF, "Lanhu counties" Lanhu."""
    role = _ROLE.match(masked, *item)
    start = role.end() if role else item.start
    units = _UNITS.fullmatch(masked, start, item.end)
    return Item(start, units.end("name") if units else item.end)


def strip_noun(masked: str, item: Item) -> Item:
    """Return an item without "industry" or "sector" behind it.

    >>> strip_noun("software industry", Item(0, 17))
    Item(start=0, end=8)
    """
    return Item(item.start, item.start + len(_bare(masked, item)))


_SHARED = re.compile(rf" (?:{_ANY('shared')})$")
_HEADED = re.compile(rf"\b(?:{_ANY('headed')})$")


def share_noun(labels: Sequence[str]) -> list[str]:
    """Return the items of a list, each with the noun that only the last one has but all share.

    >>> share_noun(["urban", "rural residents"]), share_noun(["steel manufacturing", "retail services"])
    (['urban residents', 'rural residents'], ['steel manufacturing', 'retail services'])
    """
    shared = _SHARED.search(labels[-1]) if labels else None
    if shared is None or any(_HEADED.search(label) or f"{shared[0]} " in f" {label} " for label in labels[:-1]):
        return list(labels)  # "agriculture, industries above designated size and service industries"
    return [*(label + shared[0] for label in labels[:-1]), labels[-1]]


_NAME_WORD = re.compile(r"[\w.&+’'-]*[A-Z0-9][\w.&+’'-]*")
_NO_ITEM = re.compile(rf"\b(?:{_ANY('no_item')})\b|[\"“”%$¥€<>|=]|\d{{4}}", re.IGNORECASE)
# "A.O.", of a name that the end of the sentence cut off.
_INITIALS = re.compile(r"(?:[A-Z]\.)+[A-Z]?")
# "To March this year, Shenlan, Lanhai and other firms": when, and no firm.
_MONTH = re.compile(rf"(?:{load_words('dating').any_of('months')})", re.IGNORECASE)
_NO_NAME = frozenset(("IT", "AI", "EV", "5G", "ICT", "St", "Mt"))
_NO_FIRST = frozenset(("all", "in", "by", "for", "since", "with", "at", "on", "of", "from", "through", "under"))
_BARE = frozenset(_WORDS.all_of("bare"))
_SMALL = frozenset(_WORDS.all_of("small"))
_NO_KIND = re.compile(rf"\b(?:{_ANY('no_kind')})$", re.IGNORECASE)


def is_item(label: str, *, names: bool) -> bool:
    """Say whether words can be an item of a list: short, no part of a sentence; a name has capitals.

    >>> is_item("food and drink", names=False), is_item("Sun Create Electronics", names=True)
    (True, True)
    >>> is_item("growing fast", names=False), is_item("large firms", names=True)
    (False, False)
    """
    words = label.split()
    if (
        not words
        or words[0].lower() in _NO_FIRST
        or len(words) > (9 if names else 7)
        or _NO_ITEM.search(label)
        or _INITIALS.fullmatch(label)
        or _MONTH.fullmatch(label)
    ):
        return False
    if names and label in _NO_NAME:
        return False
    if names:
        return (
            all(_NAME_WORD.fullmatch(word.strip("(),")) or word in _SMALL for word in words) and words[0] not in _SMALL
        )
    return label[0].isalnum() and len(label) > 1 and label.lower() not in _BARE


def may_be_kind(label: str) -> bool:
    """Say whether an item can be an industry by the company it keeps.

    >>> may_be_kind("the internet"), may_be_kind("highly skilled talent")
    (True, False)
    """
    return not _NO_KIND.search(label)


def leave_short_form(label: str) -> str:
    """Return an item without its short form.

    >>> leave_short_form("virtual reality (VR) and augmented reality")
    'virtual reality and augmented reality'
    """
    return _SHORT.sub("", label)
