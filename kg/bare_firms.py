"""Enterprises by their bare names, which no list has and whose form says nothing: known by what the words say of them.

"Hengyu Photonics, a maker of lenses", "battery maker Xinghe", "firms such as Xinghe and Hengyu Photonics", "the general
manager of Xinghe": what is told so is told of an enterprise alone. Its short forms ("Skeqi" of "Linhe Skeqi Engineering
Automation Co., Ltd.") are a name without the place in front of it and without the words of trade behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from kg.chinese import CHINESE_NAME, ENGLISH, SYLLABLE
from kg.english import load_words
from kg.model import Mention, Span
from kg.naming import Cue, Words, names_which

_WORDS = load_words("firms")
_MAKER = rf"(?:(?:[a-z]+-)?maker|company|{_WORDS.any_of('kinds', 'alone')})"
_MAKERS = rf"(?:(?:[a-z]+-)?makers|companies|(?:{_WORDS.any_of('kinds')})s)"
_WORD = r"[A-Z][\w&’-]*"
_NAME = rf"{_WORD}(?: (?:{_WORD}|&)){{0,4}}"
_BEHIND = (
    r"(?=[,.]| (?:that|which|in|of|at|based|headquartered|with|from|for|under|and|owned|founded|established|set up"
    r"|located|speciali[sz]ing|focus(?:ed|ing)|engaged|making|producing|whose|listed|backed)\b)"
)
# "Hengyu Photonics, a Suzhou-based maker of lenses", "with its headquarters in": said of no place and no person.
_TOLD = re.compile(
    rf"(?<![\w’'-])(?P<name>{_NAME})(?: ?\([A-Z][\w ]{{1,24}}\))?(?:"
    r", (?:which is )?(?:an?|the|one of the)"
    r"(?: (?!(?:of|at|from|for|who|and|or|in|chair\w+|founder|president|director|manager|head|owner|engineer|official)"
    rf"\b)[\w’'.-]+){{0,7}} {_MAKER}s?{_BEHIND}"
    r"|,? (?:which |that )?(?:is |was )?headquartered in\b|, based in\b"
    r"|, which (?:makes|manufactures|produces|develops|sells|supplies|exports|speciali[sz]es in)\b"
    r"|,? (?:which )?(?:with|has|having) its (?:global )?headquarters in\b)"
)
# "Based in Suzhou, Hengli Sensor makes chips".
_SEATED = re.compile(
    rf"(?:^|(?<=[.!?] ))(?:Based|Headquartered) in [^,.;]{{3,60}}(?:, [A-Z][a-z]+(?: [A-Z]?[a-z]+)?){{0,2}},"
    rf" (?P<name>{_NAME})(?= [a-z]{{3,}}(?:s|ed)\b)"
)
_MAKER_IN = re.compile(rf"(?<![\w-]){_MAKER}(?!\w)")
# "Battery maker Xinghe", "a local company called Xinghe".
_CALLED = re.compile(
    rf"(?<![\w’'-])(?:{_MAKER}|[A-Z][a-z]+-?maker)(?P<called>,? (?:called|named|known as))?"
    rf" (?P<name>{_NAME})(?=[,.;’')]| [a-z(])"
)
# "Firms such as Xinghe and Hengyu Photonics", "46 companies, among them Xinghe": what an article lists as enterprises.
_LISTED = re.compile(
    rf"\b(?i:{_MAKERS})(?: (?:in|from|of) [^,.;:]{{3,40}})?,? (?:such as|like|including|among them|namely)"
    rf" (?P<list>{_NAME}(?:, {_NAME}){{0,8}}(?:,? (?:and|or) {_NAME})?)(?=[,.;)]| [a-z])"
)
_ITEM = re.compile(rf"(?:(?<=, )|(?<=and )|(?<=or )|^)(?P<name>{_NAME})(?=,|$| and | or )")
# "The general manager of Xinghe", "founder and CEO of Hengyu Photonics".
_LED = re.compile(
    r"\b(?:[Ff]ounder|[Cc]o-founder|CEO|COO|CTO|CFO|[Cc]hief executive(?: officer)?|[Gg]eneral manager)"
    r" (?:of|at|with) (?:the )?"
    rf"(?P<name>{_NAME})(?=[,.;’')]| [a-z(])"
)
_LEADS = (", a", ", the ", ", one of", ", which", "eadquarter", "ased in ")
_LISTS = ("such as ", "like ", "including ", "among them ", "namely ")
_LEADERS = ("ounder ", "CEO ", "COO ", "CTO ", "CFO ", "hief executive", "eneral manager ")
_CAPITALS = re.compile(r"[A-Z][\w&]*[A-Z][\w&]*")
_CHINESE = re.compile(CHINESE_NAME)
_GIVEN = re.compile(rf"(?i:{SYLLABLE}){{1,3}}")
# "Skeqi", "Meizo": a word that is hardly one of English.
_FOREIGN = re.compile(r"[A-Z][a-z]*(?:q(?!u)[a-z]*|[a-z]{2}[iou])")
_BORROWED = frozenset(_WORDS.all_of("borrowed"))
_SEATED_IN = re.compile(r"-(?:based|headquartered|owned|listed|funded|backed|invested|born|controlled|led)$")
_DIVIDING = frozenset("(-/")
"""A name with one of these is shortened in ways of its own."""
_NO_FIRM = frozenset(_WORDS.all_of("others"))


def find_firms(text: str, found: Sequence[Mention], words: Words, is_place: Callable[[str], bool]) -> Iterator[Span]:
    """Yield where names of enterprises stand that nothing knows and whose form says nothing, by what is said of them.

    ``found`` are the names known already: none that ends with one of them is yielded.
    """
    ends = {mention.end for mention in found if mention.kind != "reference"}
    for start, end, sure in _find_told(text):
        while " " in text[start:end] and _leads_up(text[start:end].partition(" ")[0], words):
            start += len(text[start:end].partition(" ")[0]) + 1
        name = text[start:end]
        if end not in ends and _can_name_firm(name, words, is_place, sure=sure):
            yield Span(start, end)


def _find_told(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where names may stand, and whether what is said of them is said of no person."""
    if any(lead in text for lead in _LEADS):
        for match in chain(_TOLD.finditer(text), _SEATED.finditer(text)):
            if " " in match["name"] or _MAKER_IN.search(match[0]):
                yield *match.span("name"), "eadquarter" in match[0] or match.re is _SEATED
    for called in _CALLED.finditer(text):
        yield *called.span("name"), called["called"] is not None
    if any(word in text for word in _LISTS):
        for listed in _LISTED.finditer(text):
            for item in _ITEM.finditer(listed["list"]):
                yield listed.start("list") + item.start("name"), listed.start("list") + item.end("name"), True
    if any(leader in text for leader in _LEADERS):
        for match in _LED.finditer(text):
            yield *match.span("name"), True


def _leads_up(word: str, words: Words) -> bool:
    """Say whether a word stands before a name and is no part of it: "Meanwhile", "Suzhou-based"."""
    return words.leads_up(word) or _SEATED_IN.search(word) is not None


def _can_name_firm(name: str, words: Words, is_place: Callable[[str], bool], *, sure: bool) -> bool:
    """Say whether a name can be an enterprise's: no place, no body, no person, and no word of English alone."""
    parts = name.split(" ")
    if _NO_FIRM.intersection(parts) or is_place(name) or words.leads_up(parts[0]):
        return False
    if len(parts) == 1:
        return _is_telling(name, words)
    person = len(parts) == 2 and parts[0] in words.surnames and _GIVEN.fullmatch(parts[1])
    return not (person and not sure) and any(names_which(part, words) for part in parts)


def _is_telling(word: str, words: Words) -> bool:
    """Say whether one word can be a name by its form: capitals within it, or syllables of Chinese."""
    if _CAPITALS.fullmatch(word):
        return True
    if word in ENGLISH or word in _BORROWED or word in words.surnames or word.lower() in words.generic:
        return False
    return bool(_CHINESE.fullmatch(word) or _FOREIGN.fullmatch(word))


def is_formless(label: str, cues: Sequence[Cue]) -> bool:
    """Say whether no head ends the name of an enterprise, so that only what is told of it has shown it."""
    return not any(label.endswith(f" {head}") for cue in cues for head in cue.heads)


def shorten_firm(label: str, cues: Sequence[Cue], words: Words, is_place: Callable[[str], bool]) -> Iterator[str]:
    """Yield what an article may call an enterprise for short: what its name begins with, but for a place.

    "Linhe Skeqi Engineering Automation Co., Ltd.", where Linhe is a place, is "Skeqi Engineering" and "Skeqi"; one word
    alone must be a name by its form, so that "Deep Blue Aerospace" is "Deep Blue" and not "Deep".
    """
    stem = label
    for cue in cues:
        stem = cue.strip_forms(stem)
    whole = stem.split(" ")
    parts = whole[1:] if len(whole) > 2 and is_place(whole[0]) else whole
    if len(parts) < 2 or is_place(parts[0]) or not _DIVIDING.isdisjoint(stem):
        return
    for count in range(1, len(parts) + (parts is not whole)):
        short = " ".join(parts[:count])
        if is_place(short) or parts[count - 1] in ("&", "and") or not all(part[:1].isupper() for part in parts[:count]):
            continue
        if any(_is_telling(part, words) for part in parts[count:]):
            continue  # "Hengyu" of "Hengyu Xinghe": two names
        if _is_telling(short, words) if count == 1 else names_which(parts[0], words):
            yield short
