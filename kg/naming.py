"""Names never seen before, by their form.

A name is capitalised words in front of a *head* that says what it names ("Huangpu" + "District"). Heads
and the words that are no part of a name are data: ``data/lexicon/cues.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import ahocorasick_rs

from kg.chinese import CHINESE_NAME
from kg.model import Span
from kg.told_names import Doubt, make_doubt
from kg.vocab import PARK

MAX_WORDS = 14
"""How many words a name may have in front of its head: what keeps the cost linear on a hostile line."""
MAX_WORD = 40

_CAPITAL = re.compile(r"[A-Z][\w’'\-–./&+]*|[0-9]+(?:[A-Z][\w-]*|st|nd|rd|th)|[A-Z]?[0-9]{3}")
# "Xi ‘an": the second half of a name that a translation has torn in two.
_TORN_OFF = frozenset(("'an", "‘an", "’an"))
_CAPITAL_BEHIND = re.compile(r"[- ][A-Z]")
_NUMBERED = re.compile(r"\bNo\. [0-9]{1,3}$")
_POSSESSIVE = re.compile(r"[’']s?$")
_BRACKET = re.compile(r"\([A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,2}\)$")
_CUT_OFF = re.compile(r"\b[A-Z][\w’'-]+ (?:and|&) $")
_JOINTS = ("_", "’", "'", "-")
# "Linhe rare Earth High-tech Zone", "the High - Tech Base": a name that a translation breaks in two.
_CUT_INSIDE = re.compile(
    r"\b(?!(?:The|This|In|At|A|An|Its|Since|With|From|Our|For|By|As|On|And) )[A-Z][\w’'-]*"
    r" (?:(?<=High )-|rare|permanent|electronic|digital|optical|magnetic|precision|chemical|solar|intelligent) $"
)
NAME_PARTS = re.compile(r"[ \-/]")
_SMALL_HEAD = re.compile(r" (?:district|county|city|province|new area|high-tech zone|development zone|university)\b")
_OPENED = re.compile(r"[\"“《*]")
_NEXT = re.compile(r"[A-Z][\w’\-–.&+]*")
_ACRONYM_IN = re.compile(r" ?\([A-Z]{2,8}\)")
SENTENCE_START = re.compile(r"(?:^|[.!?。！？:][\"'”’)\]]*\s+|\n\s*)[\"'“‘(\[]*$")
_ONE_OF_MANY = re.compile(r"\b[Aa]n? $")
_OF_NAME = re.compile(r" of [A-Z]")
# "The Wanjiang City Belt": several cities.
_CITIES_BEHIND = re.compile(r" (?:Belt|Circle|Cluster|Group|Agglomeration)s?\b")


class Found(NamedTuple):
    """A name found by its form: where it stands, its class, and how it is called."""

    start: int
    end: int
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words that decide where a name begins."""

    stops: frozenset[str]
    leads: frozenset[str]
    openers: frozenset[str]
    generic: frozenset[str]
    joined: frozenset[str]
    owners: frozenset[str]
    landforms: frozenset[str]
    surnames: frozenset[str]
    headings: frozenset[str]
    origins: frozenset[str]
    provinces: frozenset[str]

    def leads_up(self, word: str) -> bool:
        """Say whether a word only leads up to a name: no name begins with it."""
        return word in self.stops or word in self.leads or word in self.openers


@dataclass(frozen=True, slots=True)
class Cue:
    """The form of a class of names: the head, what may follow it, and names it must not be."""

    type: str
    pattern: re.Pattern[str]
    heads: tuple[str, ...]
    small: frozenset[str]
    never: frozenset[str]
    tail: bool
    alone: bool
    quoted: bool
    divide: bool
    whole: bool
    short: bool
    ends: bool
    """Whether the head ends the name: with a capital behind it, it only begins a longer one that nobody knows."""
    least: int
    """How many words must stand in front of the head at least, where that alone says too little."""
    not_after: frozenset[str]
    """Words, in lower case, that make another thing of the head: "a forest park"."""
    stem: str
    """What an article may leave off to shorten such a name: ``head``, ``form`` (a legal form) or nothing."""
    forms: re.Pattern[str]
    doubt: Doubt | None
    """What must be told of such a name, where its form alone says too little."""
    legal: re.Pattern[str]
    """The forms that say nothing but how a company is incorporated."""

    def strip_forms(self, label: str) -> str:
        """Return a name without the forms it ends with: up to three, as of "Linhe Holdings Group Co., Ltd."."""
        for _ in range(3):
            label = self.forms.sub("", label)
        return label


def make_words(table: Mapping[str, Any]) -> Words:
    """Return the words of ``[words]`` in cues.toml; all but ``joined`` and ``generic`` as they are written."""
    return Words(**{name: frozenset(table.get(name, ())) for name in Words.__slots__})


def make_cue(entry: Mapping[str, Any], type_iri: str) -> Cue:
    """Compile one ``[[cue]]``; raises ``KeyError``, ``TypeError`` or ``re.error`` where it is wrong."""
    small = [str(head) for head in entry.get("small", ())]
    heads = sorted({*entry["heads"], *small}, key=lambda head: (-len(head), head))
    forms, legal = list(entry.get("forms", ())), list(entry.get("legal", ()))
    if not heads or not all(heads):
        raise KeyError("heads")
    if entry.get("quoted"):
        # A title in quotes is a name as a whole; bounded, so that an unclosed quote costs no more.
        inner = (
            r"(?=[A-Z0-9])[^\"“”*《》\n]{0,160}?\b(?:" + "|".join(map(re.escape, heads)) + r")\b[^\"“”*《》\n]{0,120}"
        )
        pattern = rf"(?<![\w*])(?:\"{inner}\"|“{inner}”|《{inner}》|\*{inner}\*)(?!\w)"
    else:
        pattern = rf"(?<![\w’'-])(?:{'|'.join(map(re.escape, heads))})(?![\w-])"
    return Cue(
        type=type_iri,
        pattern=re.compile(pattern),
        heads=tuple(heads),
        small=frozenset(small),
        never=frozenset(entry.get("never", ())),
        tail=bool(entry.get("tail")),
        alone=bool(entry.get("alone")),
        quoted=bool(entry.get("quoted")),
        divide=bool(entry.get("divide")),
        whole=bool(entry.get("whole")),
        short=bool(entry.get("short")),
        ends=bool(entry.get("ends")),
        least=int(entry.get("least", 0)),
        not_after=frozenset(entry.get("not_after", ())),
        stem=str(entry.get("stem", "")),
        doubt=make_doubt(entry, type_iri),
        forms=_ending([*forms, *legal]),
        legal=_ending(legal),
    )


def _ending(forms: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(r",? (?:" + ("|".join(map(re.escape, longest)) or "(?!)") + r")$")


class CueFinder:
    """Finds the heads of all cues in one pass."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.quoted = [cue for cue in cues if cue.quoted]
        self.cues = [cue for cue in cues if not cue.quoted]
        heads = [(head, number) for number, cue in enumerate(self.cues) for head in cue.heads]
        self._owners = [number for _, number in heads]
        self._automaton = ahocorasick_rs.AhoCorasick([head for head, _ in heads])

    def find_heads(self, text: str) -> Iterator[tuple[Cue, int, int]]:
        """Yield each head as its cue, start and end: of one cue the longest, none overlapping another."""
        longest: dict[tuple[int, int], int] = {}
        for pattern, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            key = (self._owners[pattern], start)
            if end > longest.get(key, 0) and _stands_free(text, start, end):
                longest[key] = end
        last = [0] * len(self.cues)
        for (number, start), end in sorted(longest.items()):
            if start >= last[number]:
                last[number] = end
                yield self.cues[number], start, end


def _stands_free(text: str, start: int, end: int) -> bool:
    """Say whether a head is a word of its own, neither owned nor part of a compound."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or before in _JOINTS) and not (behind.isalnum() or behind in ("_", "-"))


def find_names(text: str, cues: CueFinder, words: Words) -> Iterator[Found]:
    """Yield every name that a cue finds; they may overlap, the longest is meant."""
    opened = [match.start() for match in _OPENED.finditer(text)] if cues.quoted else []
    for cue in cues.quoted:
        for match in match_at(cue.pattern, text, opened):
            name = match[0][1:-1].rstrip(" ,.")
            if name not in cue.never:
                yield Found(match.start() + 1, match.start() + 1 + len(name), cue.type, name)
    for cue, start, end in cues.find_heads(text):
        found = _read_name(text, Span(start, end), cue, words)
        if found is not None:
            yield found


def match_at(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """Yield the matches that begin at some places, none overlapping another."""
    end = 0
    for place in places:
        if place >= end and (match := pattern.match(text, place)):
            yield match
            end = match.end()


def _read_name(text: str, head: Span, cue: Cue, words: Words) -> Found | None:
    if (cue.ends and _CAPITAL_BEHIND.match(text, head.end)) or _CITIES_BEHIND.match(text, head.end):
        return None
    start = _walk_left(text, head.start, cue, words)
    end = head.end
    if cue.tail:
        end = _walk_right(text, end, words)
    name = text[start:end]
    lead = text[start : head.start].strip()
    if lead and _CUT_OFF.search(text, max(0, start - MAX_WORD), start) and _says_kind(lead, words):
        return None  # "the Medical Glass and Equipment Industrial Park": the end of a name, and none of its own
    if _CUT_INSIDE.search(text, max(0, start - 2 * MAX_WORD), start):
        return None
    rest = text[head.end : end]
    if not lead and not (cue.alone and rest):
        return None
    if not (cue.whole and rest) and not any(names_which(word, words) for word in NAME_PARTS.split(f"{lead} {rest}")):
        return None
    words_before = lead.split(" ")
    if words_before[0] in ("Ltd.", "Ltd", "Inc.", "Corp."):
        return None  # "North Kitchenware Co., Ltd. China New City project": begun by the end of another name
    if len(words_before) < cue.least or words_before[-1].lower() in cue.not_after:
        return None
    if name in cue.never or (cue.short and (" " in lead or lead.lower() in words.joined)):
        return None
    if text[head.start : head.end] in cue.small and _ONE_OF_MANY.search(text, max(0, start - 4), start):
        return None  # "Yanliang, a Xi'an district": one of several
    if lead in words.provinces and text[head.start : head.end] in cue.small and _OF_NAME.match(text, head.end):
        return None  # "the Shanghai district of Jiading": Jiading is the district
    if lead in words.provinces and text[head.start : head.end] in _MANY_OF:
        return None  # "the Guangxi canal": one of those there, by no name
    first = text[head.start : head.end] in cue.small and SENTENCE_START.search(text, max(0, start - 6), start)
    if first and lead.lower() in words.joined:
        return None  # "Exhibition economic zone opens": a capital only because a sentence begins
    return Found(start, end, cue.type, _ACRONYM_IN.sub("", name))


def _says_kind(lead: str, words: Words) -> bool:
    """Say whether all words in front of a head say of what kind the thing is."""
    return all(word.lower() in words.joined or not names_which(word, words) for word in lead.split(" "))


def names_which(word: str, words: Words) -> bool:
    """Say whether a word tells which thing is meant, and not only of what kind it is."""
    bare = word.strip("()’'.,&")
    return any(char.isalpha() for char in bare) and not bare[0].islower() and bare.lower() not in words.generic


def _walk_left(text: str, head: int, cue: Cue, words: Words) -> int:
    """Return where the name of the head begins: capitalised words, and what may join them."""
    start = head
    for _ in range(MAX_WORDS):
        if start == 0 or text[start - 1] != " ":
            break
        end = start - 1
        bracket = _BRACKET.search(text, max(0, end - MAX_WORD), end)
        if bracket:
            start = bracket.start()
            continue
        begin = max(text.rfind(" ", max(0, end - MAX_WORD), end), text.rfind("\n", max(0, end - MAX_WORD), end)) + 1
        if begin == 0 and end > MAX_WORD:
            break
        word = text[begin:end]
        if word in ("and", "&"):
            if not (
                _joins(text, begin, start, word, words) or (cue.type == PARK and _joins_parts(text, begin, start, head))
            ):
                break
            start = begin
            continue
        if word in _TORN_OFF or (word[:1] == "&" and word[1:2].isupper()):  # "Linhe Economic &Technical Zone"
            start = begin
            continue
        opened = word.rpartition(",")[2].lstrip("\"“‘'(《*")  # "In January,Linhe Park": glued by a translation
        if _NUMBERED.search(text, max(0, begin - 4), end):
            start = begin  # "China Railway No. 4 Engineering Group"
            continue
        if not _CAPITAL.fullmatch(opened) or opened in words.stops or opened.rpartition("-")[2] in words.origins:
            break
        if _POSSESSIVE.search(opened) and opened not in words.owners:
            break
        if cue.divide and opened in _DIVIDERS and any(names_which(w, words) for w in text[start:head].split()):
            break
        start = begin + len(word) - len(opened)
        if opened != word:
            break
    else:
        return head
    return _strip_left(text, start, head, words)


_CHINESE = re.compile(CHINESE_NAME)
# "Baoting Li and Miao Autonomous County": of two nationalities.
_NATIONALITY = re.compile(r"[A-Z][a-z]+ Autonomous (?:County|Prefecture|Banner)\b")
_MANY_OF = frozenset(("canal", "bridge", "railway", "expressway"))
_HEADS = frozenset(
    "Zone Area Park Base District County City Town Village Port Airport Center Centre Valley Company Group University"
    " Institute Province Street Project Bay Island Lake River".split()
)
_DIVIDERS = frozenset("District County City Province Municipality".split())
"""Where a second name of a place begins: "Haidian District Zhongguancun Science Park" is two."""


def _joins(text: str, begin: int, start: int, word: str, words: Words) -> bool:
    """Say whether "and" joins two words of one name: "Science and Technology", not "Haidian and Chaoyang"."""
    before = text[max(0, begin - 1 - MAX_WORD) : max(0, begin - 1)].rpartition(" ")[2]
    behind = re.match(r"[\w-]+", text[start : start + MAX_WORD])
    if not before or behind is None or not before[0].isupper():
        return False
    if _NATIONALITY.match(text, start):
        return True
    return word == "&" or (before.lower() in words.joined and behind[0].lower() in words.joined)


def _joins_parts(text: str, begin: int, start: int, head: int) -> bool:
    """Say whether "and" joins two words of the name of a zone: "Linhe Transition and Comprehensive Reform Zone".

    Neither is a name in Chinese, or the head of a name of its own: "Linhe and Yunhe Zone" are two.
    """
    before = text[max(0, begin - 1 - MAX_WORD) : max(0, begin - 1)].rpartition(" ")[2]
    behind = _NEXT.match(text, start, head)
    if behind is None or not before[:1].isupper() or not before[1:].islower() or before in _HEADS:
        return False
    return not (_CHINESE.fullmatch(before) or _CHINESE.fullmatch(behind[0]) or before.endswith(("’s", "'s")))


def _strip_left(text: str, start: int, head: int, words: Words) -> int:
    """Return where the name begins without the words that only lead up to it."""
    while start < head:
        if text[start] == "(":
            start = text.index(")", start) + 2
            continue
        word, space, _ = text[start:head].partition(" ")
        if not space:
            break
        opens = word in words.openers or word.endswith("ly") or (len(word) > 4 and word.endswith("ed"))
        first = bool(SENTENCE_START.search(text, max(0, start - 6), start))
        if word in words.leads or word in ("and", "&") or (opens and first and word not in words.generic):
            start += len(word) + 1
            continue
        break
    return start


def _walk_right(text: str, end: int, words: Words) -> int:
    """Return where "of the Huangpu District", said behind a head, ends; else ``end``."""
    joint = re.compile(r" of (?:the )?(?=[A-Z])").match(text, end)
    if joint is None:
        return end
    position = joint.end()
    last = end
    for _ in range(MAX_WORDS):
        word = _NEXT.match(text, position, position + MAX_WORD)
        if word is None or (word[0] in words.stops and word[0] != "The"):
            break
        bare = word[0].rstrip(".,")
        owner = _POSSESSIVE.search(bare)
        last = position + (owner.start() if owner and bare not in words.owners else len(bare))
        if (owner and bare not in words.owners) or bare != word[0]:
            break
        gap = re.compile(r" (?:(?:of (?:the )?|and |& )(?=[A-Z]))?").match(text, last)
        if gap is None:
            break
        if gap[0].startswith((" and", " &")) and not (
            bare.lower() in words.joined
            and (behind := _NEXT.match(text, gap.end()))
            and behind[0].rstrip(".,").lower() in words.joined
        ):
            break
        position = gap.end()
    small = _SMALL_HEAD.match(text, last)
    return small.end() if small else last
