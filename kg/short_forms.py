"""What an article shortens its names to: "X Development Area (BDA)", "Huangpu District", then "Huangpu"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kg.bare_firms import is_formless, shorten_firm
from kg.model import Mention, Span
from kg.naming import MAX_WORD, NAME_PARTS, SENTENCE_START, Cue, Words, names_which
from kg.vocab import ADMIN_AREA, CONCEPT, DISTRICT, ENTERPRISE, ORGANIZATION, PARK


class ShortForm(NamedTuple):
    """What an article calls a thing for short, and the mention that says its full name."""

    text: str
    mention: Mention
    stated: bool


_STATED = re.compile(
    r" ?\((?:(?:hereinafter|hereafter) ?(?:referred to as|called|known as)?"
    r"|(?:(?:also|or|commonly|better|popularly|widely) )?(?:known|abbreviated|referred to) as|also called|or|formerly)?"
    r" ?(?:the )?"
    r"[\"“'‘]?(?P<a>[A-Z0-9][\w’&+.\-]*(?: [\w’&+.\-]+){0,5}?)[\"”'’]?(?:,? for short)?\)"
    r"|,? (?:(?:is |was )?(?:hereinafter|also|commonly|better|otherwise|popularly|locally|widely|formerly|previously"
    r"|originally) (?:referred to as|called|known as|named)"
    r"|(?:abbreviated|referred to) as)"
    r" (?:the )?[\"“'‘]?(?P<b>[A-Z][\w’&+\-]*(?: (?:and )?[A-Z][\w’&+\-]*){1,8} (?:Zone|Park|Area|Base)"
    r"|[A-Z][\w’&+\-]*(?: [A-Z][\w’&+\-]*){0,4})(?![\w’&+\-]| of\b)"
    r"|,? or (?:simply|just|in short,?) (?:the )?[\"“'‘]?"
    r"(?P<f>[A-Z][\w’&+\-]*(?: [A-Z][\w’&+\-]*){0,4})(?![\w’&+\-]| of\b)"
    r"|, or (?:the )?[\"“'‘]?(?P<c>[A-Z][A-Za-z&]*[A-Z])[\"”'’]?(?=,)"
    r"|, (?:formerly|previously) (?:the )?(?P<e>[A-Z][\w’&+\-]*(?: [A-Z][\w’&+\-]*){1,5})(?=,)"
    r"|, (?P<d>[A-Z][\w&-]*(?: [A-Z][\w&-]*){0,3}) for short"
)
# "Linhe Port Group" runs Linhe Port and is not it.
_SITE = re.compile(r" (?:Port|Ports|Airport|Park|Zone|Area|City|District|County|Bridge|Railway|Metro|Canal)$")
# "Fixed-asset investment (FAI)": what the article then calls an indicator.
_CAPITALS = re.compile(r" \((?:hereinafter(?: referred to as| called)?,? |or )?(?:the )?[\"“]?([A-Z]{2,6})[\"”]?\)")
_LETTERS = re.compile(r"(?<![\w&-])[A-Z]{3,6}(?![\w&]|-\w)")
MOST_INITIALS = 40
_INITIALLED = frozenset((DISTRICT, PARK))
_PLACED_NAMES = frozenset((PARK, ENTERPRISE))
_ACRONYM = re.compile(r"[A-Z][A-Za-z&-]*[A-Z]")


def find_short_forms(
    text: str,
    mentions: Sequence[Mention],
    cues: Sequence[Cue],
    words: Words,
    town: str = "",
    is_place: Callable[[str], bool] = lambda _: False,
    make: Callable[[int, int, str, str], Mention] | None = None,
) -> list[ShortForm]:
    """Return what the names of an article are shortened to; a short form of two things is none.

    ``stated`` ones follow their name: "X Development Area (BDA)". Others leave off what only says the
    kind or the legal form of the thing: "Huangpu District", then "Huangpu". A ``town`` (class) is called by
    its bare name from its first mention on. What ``is_place`` says to be one may be left off in front: "Yunhe Linhe
    Chip Park", then "Linhe Chip Park". ``make`` gives the mention of a zone that only the name of its committee holds.
    """
    by_type: dict[str, list[Cue]] = {}
    for cue in cues:
        by_type.setdefault(cue.type, []).append(cue)
    forms: dict[str, dict[str, ShortForm]] = {}
    initials = _index_initials(set(_LETTERS.findall(text)) - {text[m.start : m.end] for m in mentions})
    told: set[str] = set()

    def add(short: str, mention: Mention, *, stated: bool) -> None:
        forms.setdefault(short, {}).setdefault(mention.entity, ShortForm(short, mention, stated))

    for mention in mentions:
        if mention.kind == "reference":
            continue
        if mention.type == CONCEPT and (capitals := _CAPITALS.match(text, mention.end)):
            add(capitals[1], mention, stated=True)
        if mention.type in by_type and (short := _find_stated(text, mention)):
            bearer = _find_governed(text, mention, short, make)
            if bearer is not mention or not _is_of_inner(short, mention.label):
                add(short, bearer, stated=True)
        if mention.kind not in ("cue", "name"):
            continue
        if mention.kind == "cue" and mention.type in (town, DISTRICT) and " " not in mention.label:
            add(mention.label, mention, stated=False)
        if mention.kind == "cue" and mention.type == ENTERPRISE and is_formless(mention.label, by_type[ENTERPRISE]):
            add(mention.label, mention, stated=False)
        for short in _leave_off(mention, by_type.get(mention.type, ()), words, is_place):
            add(short, mention, stated=False)
        if mention.label not in told and mention.label not in forms:
            for twin in _say_otherwise(mention.label, mention.type):
                add(twin, mention, stated=True)
        if mention.type in _INITIALLED and initials and mention.label not in told:
            told.add(mention.label)
            for letters in _find_initials(mention.label, initials):
                add(letters, mention, stated=True)
    return [next(iter(things.values())) for things in forms.values() if len(things) == 1]


def _find_stated(text: str, mention: Mention) -> str:
    """Return the short form that follows a name: "X Development Area (BDA)"; empty where none does."""
    stated = _STATED.match(text, mention.end)
    short = next((group for group in stated.groups() if group), "") if stated else ""
    return short if short and _shortens(short, text[mention.start : mention.end], mention.label, stated) else ""


def _is_of_inner(short: str, label: str) -> bool:
    """Say whether capitals are short for what a body is of, by their first letter, and not for the body.

    >>> _is_of_inner("LDA", "Administrative Committee of Linhe Development Area")
    True
    >>> _is_of_inner("ACL", "Administrative Committee of Linhe"), _is_of_inner("MC", "Ministry of Commerce")
    (False, False)
    """
    body, of, inner = label.partition(" of ")
    if not of or not _ACRONYM.fullmatch(short):
        return False
    return short[0] != body[:1] and short[0] == inner.removeprefix("the ")[:1]


# "The Administrative Committee of Linhe Development Area (LDA)": what the letters are short for.
_OF_ZONE = re.compile(r".{4,80}? of (?:the )?(?P<zone>[A-Z].{4,100}(?: |-)(?:Zone|Area|Park))")


def _find_governed(
    text: str, mention: Mention, short: str, make: Callable[[int, int, str, str], Mention] | None
) -> Mention:
    """Return the zone of whose committee a name tells, if the short form behind it has the zone's initials alone."""
    found = _OF_ZONE.fullmatch(text, mention.start, mention.end) if make and mention.type == ORGANIZATION else None
    if make is None or found is None or not _find_initials(found["zone"], {(short[0], short[-1]): [short]}):
        return mention
    return make(*found.span("zone"), PARK, found["zone"])


def _leave_off(mention: Mention, cues: Sequence[Cue], words: Words, is_place: Callable[[str], bool]) -> Iterator[str]:
    """Yield a name without what only says its kind or its legal form, and without the place in front of it."""
    for cue in cues:
        if (stem := _stem_name(mention.label, cue, words)) and not (mention.type == ENTERPRISE and _SITE.search(stem)):
            yield stem
    if mention.kind == "cue" and (rest := _leave_place(mention, words, is_place)):
        yield rest
    if mention.kind == "cue" and mention.type == ENTERPRISE:
        yield from shorten_firm(mention.label, cues, words, is_place)


def _index_initials(found: set[str]) -> dict[tuple[str, str], list[str]]:
    """Return words in capitals by their first and last letter: so many of each at most, so that the cost is linear."""
    index: dict[tuple[str, str], list[str]] = {}
    for letters in sorted(found):
        same = index.setdefault((letters[0], letters[-1]), [])
        if len(same) < MOST_INITIALS:
            same.append(letters)
    return index


def _find_initials(label: str, index: dict[tuple[str, str], list[str]]) -> list[str]:
    """Return which capitals are the initials of a name, from its first word to its head: not each need have one.

    >>> _find_initials("Wuxi National Hi-Tech District", _index_initials({"WND", "WXD", "NHD"}))
    ['WND']
    """
    firsts = "".join(word[0] for word in NAME_PARTS.split(label) if word[:1].isupper())
    if not firsts:
        return []
    found = []
    for letters in index.get((firsts[0], firsts[-1]), ()):
        rest = iter(firsts)
        if len(letters) <= len(firsts) and all(letter in rest for letter in letters):
            found.append(letters)
    return found


_TWINS: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    (DISTRICT, re.compile(r"(.+) New District"), ("{} New Area",)),
    (DISTRICT, re.compile(r"(.+) New Area"), ("{} New District",)),
    (PARK, re.compile(r"(.+) New District"), ("{} New Area",)),
    (PARK, re.compile(r"(.+) New Area"), ("{} New District",)),
    (
        PARK,
        re.compile(
            r"(.+?)(?: National)? [Hh]i(?:gh)?[ -][Tt]ech(?:nology)?"
            r"(?: (?:[Ii]ndustr(?:y|ies|ial)|[Dd]evelopment)){0,2} [Zz]one"
        ),
        ("{} Hi-tech", "{} Hi-Tech", "{} High-tech", "{} High-Tech"),
    ),
    (
        PARK,
        re.compile(
            r"(.+?)(?= National|.* (?:[Ii]ndustr(?:y|ies|ial)|[Dd]evelopment) [Zz]one$)(?: National)?"
            r" (?:New (?:and|&) )?[Hh]i(?:gh)?[ -][Tt]ech(?:nology)?"
            r"(?: (?:[Ii]ndustr(?:y|ies|ial)|[Dd]evelopment)){0,2} [Zz]one"
        ),
        (
            "{} high-tech zone",
            "{} High-tech Zone",
            "{} High-Tech Zone",
            "{} hi-tech zone",
            "{} Hi-tech Zone",
            "{} Hi-Tech Zone",
        ),
    ),
    (
        PARK,
        re.compile(r"China \(([A-Z][\w’' ]{1,30})\) Pilot Free[ -]Trade (?:Zone|Area)"),
        ("{} FTZ", "{} Pilot FTZ", "{} pilot FTZ", "{}'s pilot FTZ", "{}’s pilot FTZ"),
    ),
    (
        PARK,
        re.compile(
            r"(.+?)(?: National)? Economic(?: and |-|&| & )Techn(?:ological|ical|ology) Development (?:Zone|Area)"
        ),
        (
            "{} ETDZ",
            "{} ETDA",
            "{} Development Zone",
            "{} Development Area",
            "{} development zone",
            "{} economic development zone",
            "{} Economic Development Zone",
        ),
    ),
)
"""By class, the form of a name and what else it is called: the same words in another form."""


def _say_otherwise(label: str, type_iri: str) -> list[str]:
    """Return the other names that articles give a new area, a high-tech or a free trade zone.

    >>> _say_otherwise("Tianfu New District", DISTRICT)
    ['Tianfu New Area']
    >>> _say_otherwise("Linhe Hi-Tech Industrial Development Zone", PARK)[1]
    'Linhe Hi-Tech'
    """
    return [
        form.format(found[1])
        for kind, pattern, forms in _TWINS
        if kind == type_iri and (found := pattern.fullmatch(label))
        for form in forms
    ]


def _shortens(short: str, name: str, label: str, stated: re.Match[str] | None) -> bool:
    """Say whether words in brackets behind a name can be its short form, and no remark on it."""
    if stated is not None and re.search(
        r"known as|called|named|formerly |previously |referred|abbreviated|for short|hereinafter|, or "
        r"| or (?:simply|just) ",
        stated[0],
    ):
        return True
    if _ACRONYM.fullmatch(short):
        letters = iter(re.sub(r"[^a-z]", "", f"{name} {label}".lower()))
        return all(letter in letters for letter in re.sub(r"[^a-z]", "", short.lower()))
    if short.endswith(" Valley") and re.search(r" (?:Zone|Park|Area|City)$", label):
        return True  # what zones are called for what they make: "Optics Valley", "Power Valley"
    first = short.split()[0].lower()
    return first in {word.lower().strip("()") for word in name.split()} and len(short) < len(name)


def _leave_place(mention: Mention, words: Words, is_place: Callable[[str], bool]) -> str:
    """Return a name of four words or more without the place in front of it, if what is left still names."""
    first, _, rest = mention.label.partition(" ")
    left = rest.split(" ")
    new_area = mention.type == DISTRICT and len(left) > 3 and mention.label.endswith((" New Area", " New District"))
    if not (new_area or mention.type in _PLACED_NAMES) or len(left) < 3:
        return ""
    if not left[0][:1].isupper() or not is_place(first):
        return ""
    return rest if new_area or names_which(left[0], words) else ""


def _stem_name(label: str, cue: Cue, words: Words) -> str:
    if cue.stem == "form":
        stem = cue.strip_forms(label)
    elif cue.stem == "head":
        stem = next((label[: m.start()].strip() for m in cue.pattern.finditer(label) if m.end() == len(label)), label)
    else:
        return ""
    if stem == label or len(stem) < 3 or not all(word[:1].isupper() for word in stem.split()):
        return ""
    return stem if any(names_which(word, words) for word in NAME_PARTS.split(stem)) else ""


def locate_short_forms(text: str, forms: Sequence[ShortForm], words: Words) -> Iterator[Mention]:
    """Yield where an article uses its short forms, each with the span of the full name."""
    if not forms:
        return
    by_text = {form.text: form for form in forms}
    choice = "|".join(re.escape(short) for short in sorted(by_text, key=lambda short: (-len(short), short)))
    for match in re.finditer(rf"(?<![\w-])(?:{choice})(?![\w]|-\w)", text):
        form = by_text[match[0]]
        full = form.mention
        if full.start <= match.start() < full.end or (full.type == CONCEPT and text[match.start() - 1] == "("):
            continue
        if not form.stated and _is_part(text, match.start(), match.end(), words):
            continue
        yield Mention(
            match.start(),
            match.end(),
            full.entity,
            full.label,
            full.type,
            "reference",
            full.garbled,
            Span(full.start, full.end),
        )


def is_stated(text: str, mention: Mention, forms: Sequence[ShortForm]) -> bool:
    """Say whether the bare name of a place, or a name that none knows, is what an article calls another thing."""
    words = text[mention.start : mention.end]
    if mention.kind == "cue" and mention.type == PARK:
        return any(f.stated and f.text == words and f.mention.entity != mention.entity for f in forms)
    if mention.kind != "name" or mention.type not in (DISTRICT, ADMIN_AREA):
        return False
    return any(f.stated and f.text == words and f.mention.type == PARK and f.mention.end < mention.start for f in forms)


# What is called after its place, or the place after it: "Honghu Lake"; and what says that the place is meant.
_WATERS = re.compile(
    r"(?<![\w-])([A-Z][a-z’']{2,30}) (?:Lake|River|Reservoir|Mountains?|Island|Bay|Canal|Gorges?|Pass|Temple)\b"
)
_PLACE_NAMES = re.compile(r"(?<![\w-])([A-Z][a-z’']{2,30}) (?:[Cc]ity|[Cc]ounty|[Dd]istrict|[Pp]refecture)\b")


def list_others(text: str, named: Sequence[Mention], forms: Sequence[ShortForm]) -> set[str]:
    """Return the words by which an article may call a firm, a lake or a river, so that they are no small place."""
    others = {form.text for form in forms if form.mention.type == ENTERPRISE}
    others |= {m.label.partition(" ")[0] for m in named if m.type == ENTERPRISE and m.label.count(" ") == 1}
    others |= {match[1] for match in _WATERS.finditer(text)}
    return others - {match[1] for match in _PLACE_NAMES.finditer(text)} if others else others


_BESIDE = re.compile(r"(?:[-–]|[ ](?:&|and|of)?[ ]?)([A-Z0-9][\w’'-]*)")


def _is_part(text: str, start: int, end: int, words: Words) -> bool:
    """Say whether a capitalised word stands beside the words: they are then part of another name.

    A verb of a headline ("Renhuai Signs Ten Projects") is none.
    """
    behind = _BESIDE.match(text, end)
    if behind and text[end : end + 5] != " and " and behind[1] not in words.stops:
        return True
    before = re.search(r"([\w’'-]+)[ ]$", text[max(0, start - MAX_WORD) : start])
    return (
        before is not None
        and before[1][:1].isupper()
        and not SENTENCE_START.search(text, max(0, start - len(before[0]) - 6), start - len(before[0]))
    )
