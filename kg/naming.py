"""Names never seen before, by their form, and what an article shortens them to.

A name is capitalised words in front of a *head* that says what it names ("Huangpu" + "District"). Heads
and the words that are no part of a name are data: ``data/lexicon/cues.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import ahocorasick_rs

from kg.model import Mention, Span
from kg.vocab import DISTRICT, PARK

MAX_WORDS = 14
"""How many words a name may have in front of its head: what keeps the cost linear on a hostile line."""
MAX_WORD = 40

_CAPITAL = re.compile(r"[A-Z][\w’'\-–./&+]*|[0-9]+(?:[A-Z][\w-]*|st|nd|rd|th)|[A-Z]?[0-9]{3}")
_POSSESSIVE = re.compile(r"[’']s?$")
_BRACKET = re.compile(r"\([A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,2}\)$")
_JOINTS = ("_", "’", "'", "-")
_SPLIT = re.compile(r"[ \-/]")
_TAIL_WORD = re.compile(r" (?:of|for|in) (?:the )?(?=[A-Z])| (?:and|&) (?=[A-Z])| ")
_SMALL_HEAD = re.compile(r" (?:district|county|city|province|new area|high-tech zone|development zone|university)\b")
_PLACED = re.compile(
    r"(?:(?<=\bin )|(?<=\bof )|(?<=\bat )|(?<=\bfrom ))(?P<name>[A-Z][a-z’']+[a-z](?:[A-Z]?[a-z]+)?)(?P<city> [Cc]ity)?"
    r"(?=,? (?:[A-Z][a-z’']+(?: [Cc]ity)?, |(?:in|of) (?:(?:[A-Z]\w+|[a-z]+) China’?'?s )?)?"
    r"[A-Z][a-z]+(?: [A-Z][a-z]+)? [Pp]rovince\b)"
    r"|(?:(?<=\bcity of )|(?<![\w’'-] ))(?P<called>[A-Z][a-z]{3,24})"
    r"(?=, an? (?:[a-z-]+ ){0,3}(?:city|town)(?:,| (?:in|along|on|near|under|with|of|at|by)\b))"
)
_NEXT = re.compile(r"[A-Z][\w’\-–.&+]*")
_ACRONYM_IN = re.compile(r" ?\([A-Z]{2,8}\)")
_SENTENCE_START = re.compile(r"(?:^|[.!?。！？:][\"'”’)\]]*\s+|\n\s*)[\"'“‘(\[]*$")
_PHASES = {"one": "I", "two": "II", "three": "III", "four": "IV", "five": "V", "first": "I", "second": "II"}
_PHASES |= {"third": "III", "fourth": "IV", "fifth": "V", "1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}
_PHASE = r"(?:I{1,3}|IV|V|[1-5]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive)"
_PHASE_BEFORE = re.compile(
    rf"\b(?:[Pp]hase[ -](?P<a>{_PHASE})"
    r"|(?:[Tt]he )?(?P<b>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth) phase) of (?:the )?$"
)
_PHASE_BEHIND = re.compile(rf"(?:,? \(?|-)[Pp]hase[ -](?P<a>{_PHASE})\b\)?")


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
    stem: str
    """What an article may leave off to shorten such a name: ``head``, ``form`` (a legal form) or nothing."""
    forms: re.Pattern[str]
    legal: re.Pattern[str]
    """The forms that say nothing but how a company is incorporated."""


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
        stem=str(entry.get("stem", "")),
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
    for cue in cues.quoted:
        for match in cue.pattern.finditer(text):
            name = match[0][1:-1].rstrip(" ,.")
            if name not in cue.never:
                yield Found(match.start() + 1, match.start() + 1 + len(name), cue.type, name)
    for cue, start, end in cues.find_heads(text):
        found = _read_name(text, Span(start, end), cue, words)
        if found is not None:
            yield found


def _read_name(text: str, head: Span, cue: Cue, words: Words) -> Found | None:
    start = _walk_left(text, head.start, cue, words)
    end = head.end
    if cue.tail:
        end = _walk_right(text, end, words)
    name = text[start:end]
    lead = text[start : head.start].strip()
    rest = text[head.end : end]
    if not lead and not (cue.alone and rest):
        return None
    if not (cue.whole and rest) and not any(names_which(word, words) for word in _SPLIT.split(f"{lead} {rest}")):
        return None
    if name in cue.never or (cue.short and (" " in lead or lead.lower() in words.joined)):
        return None
    first = text[head.start : head.end] in cue.small and _SENTENCE_START.search(text, max(0, start - 6), start)
    if first and lead.lower() in words.joined:
        return None  # "Exhibition economic zone opens": a capital only because a sentence begins
    return Found(start, end, cue.type, _ACRONYM_IN.sub("", name))


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
            if not _joins(text, begin, start, word, words):
                break
            start = begin
            continue
        opened = word.lstrip("\"“‘'(《*")
        if not _CAPITAL.fullmatch(opened) or opened in words.stops:
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


_DIVIDERS = frozenset("District County City Province Municipality".split())
"""Where a second name of a place begins: "Haidian District Zhongguancun Science Park" is two."""


def _joins(text: str, begin: int, start: int, word: str, words: Words) -> bool:
    """Say whether "and" joins two words of one name: "Science and Technology", not "Haidian and Chaoyang"."""
    before = text[max(0, begin - 1 - MAX_WORD) : max(0, begin - 1)].rpartition(" ")[2]
    behind = re.match(r"[\w-]+", text[start : start + MAX_WORD])
    if not before or behind is None or not before[0].isupper():
        return False
    return word == "&" or (before.lower() in words.joined and behind[0].lower() in words.joined)


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
        first = bool(_SENTENCE_START.search(text, max(0, start - 6), start))
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


def find_placed(text: str, type_iri: str, words: Words) -> Iterator[Found]:
    """Yield towns known only by what stands behind them: "in Lianjiang, Guangdong province", "Lianjiang, a city in"."""
    if "rovince" not in text and ", a" not in text:
        return
    for match in _PLACED.finditer(text):
        name = match["name"] or match["called"]
        if (
            not name.endswith(("'s", "’s"))
            and name.lower() not in words.generic
            and name not in words.stops | words.leads | words.openers
        ):
            yield Found(match.start(), match.end(), type_iri, name)


# ---------------------------------------------------------------- phases
def name_phases(text: str, mentions: Sequence[Mention], type_iri: str, classes: frozenset[str]) -> Iterator[Found]:
    """Yield the phases of named things: "the second phase of the X project" and "X Project (Phase II)" are one."""
    for mention in mentions:
        if mention.type not in classes or mention.kind == "reference":
            continue
        before = _PHASE_BEFORE.search(text, max(0, mention.start - 30), mention.start)
        behind = _PHASE_BEHIND.match(text, mention.end)
        found = before or behind
        if found is None:
            continue
        number = next(group for group in found.groups() if group)
        phase = _PHASES.get(number.lower(), number)
        start = before.start() if before else mention.start
        if before and text[start : start + 4].lower() == "the ":
            start += 4
        end = mention.end if before or behind is None else behind.end()
        yield Found(start, end, type_iri, f"{mention.label} Phase {phase}")


# ---------------------------------------------------------------- short forms
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
    r"|,? (?:(?:is |was )?(?:hereinafter|also|commonly|better) (?:referred to as|called|known as)"
    r"|(?:abbreviated|referred to) as)"
    r" (?:the )?[\"“'‘]?(?P<b>[A-Z][\w’&+\-]*(?: [A-Z][\w’&+\-]*){0,4})"
    r"|, or (?:the )?[\"“'‘]?(?P<c>[A-Z][A-Za-z&]*[A-Z])[\"”'’]?(?=,)"
    r"|, (?P<d>[A-Z][\w&-]*(?: [A-Z][\w&-]*){0,3}) for short"
)
_LETTERS = re.compile(r"(?<![\w&-])[A-Z]{3,6}(?![\w&]|-\w)")
_INITIALLED = frozenset((DISTRICT, PARK))
_ACRONYM = re.compile(r"[A-Z][A-Za-z&-]*[A-Z]")


def find_short_forms(
    text: str, mentions: Sequence[Mention], cues: Sequence[Cue], words: Words, town: str = ""
) -> list[ShortForm]:
    """Return what the names of an article are shortened to; a short form of two things is none.

    ``stated`` ones follow their name: "X Development Area (BDA)". Others leave off what only says the
    kind or the legal form of the thing: "Huangpu District", then "Huangpu". A ``town`` (class) is called by
    its bare name from its first mention on.
    """
    by_type: dict[str, list[Cue]] = {}
    for cue in cues:
        by_type.setdefault(cue.type, []).append(cue)
    forms: dict[str, dict[str, ShortForm]] = {}
    initials = sorted(set(_LETTERS.findall(text)) - {text[m.start : m.end] for m in mentions})

    def add(form: ShortForm) -> None:
        forms.setdefault(form.text, {}).setdefault(form.mention.entity, form)

    for mention in mentions:
        if mention.kind == "reference":
            continue
        name = text[mention.start : mention.end]
        stated = _STATED.match(text, mention.end)
        short = next((group for group in stated.groups() if group), "") if stated else ""
        if short and mention.type in by_type and _shortens(short, name, mention.label, stated):
            add(ShortForm(short, mention, True))
        if mention.kind in ("cue", "name"):
            if mention.kind == "cue" and mention.type == town and " " not in mention.label:
                add(ShortForm(mention.label, mention, False))
            for cue in by_type.get(mention.type, ()):
                stem = _stem_name(mention.label, cue, words)
                if stem:
                    add(ShortForm(stem, mention, False))
            if (twin := _say_new_otherwise(mention.label)) and mention.label not in forms:
                add(ShortForm(twin, mention, True))
            if mention.type in _INITIALLED:
                for letters in initials:
                    if _is_initials(letters, mention.label):
                        add(ShortForm(letters, mention, True))
    return [next(iter(things.values())) for things in forms.values() if len(things) == 1]


def _is_initials(letters: str, label: str) -> bool:
    """Say whether capitals are the initials of a name, from its first word to its head: not each need have one.

    >>> _is_initials("WND", "Wuxi National Hi-Tech District"), _is_initials("WHD", "Wuxi Park")
    (True, False)
    """
    words = [word for word in _SPLIT.split(label) if word[:1].isupper()]
    firsts = "".join(word[0] for word in words)
    if len(words) < len(letters) or firsts[0] != letters[0] or firsts[-1] != letters[-1]:
        return False
    rest = iter(firsts)
    return all(letter in rest for letter in letters)


def _say_new_otherwise(label: str) -> str:
    """Return the other name that translations give a new area: "Tianfu New District" is "Tianfu New Area"."""
    for said, other in ((" New District", " New Area"), (" New Area", " New District")):
        if label.endswith(said):
            return label.removesuffix(said) + other
    return ""


def _shortens(short: str, name: str, label: str, stated: re.Match[str] | None) -> bool:
    """Say whether words in brackets behind a name can be its short form, and no remark on it."""
    if stated is not None and re.search(r"known as|called|referred|abbreviated|for short|hereinafter|, or ", stated[0]):
        return True
    if _ACRONYM.fullmatch(short):
        letters = iter(re.sub(r"[^a-z]", "", f"{name} {label}".lower()))
        return all(letter in letters for letter in re.sub(r"[^a-z]", "", short.lower()))
    first = short.split()[0].lower()
    return first in {word.lower() for word in name.split()} and len(short) < len(name)


def _stem_name(label: str, cue: Cue, words: Words) -> str:
    if cue.stem == "form":
        stem = label
        for _ in range(3):
            stem = cue.forms.sub("", stem)
    elif cue.stem == "head":
        stem = next((label[: m.start()].strip() for m in cue.pattern.finditer(label) if m.end() == len(label)), label)
    else:
        return ""
    if stem == label or len(stem) < 3 or not all(word[:1].isupper() for word in stem.split()):
        return ""
    return stem if any(names_which(word, words) for word in _SPLIT.split(stem)) else ""


def locate_short_forms(text: str, forms: Sequence[ShortForm], words: Words) -> Iterator[Mention]:
    """Yield where an article uses its short forms, each with the span of the full name."""
    if not forms:
        return
    by_text = {form.text: form for form in forms}
    choice = "|".join(re.escape(short) for short in sorted(by_text, key=lambda short: (-len(short), short)))
    for match in re.finditer(rf"(?<![\w-])(?:{choice})(?![\w]|-\w)", text):
        form = by_text[match[0]]
        full = form.mention
        if full.start <= match.start() < full.end:
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
        and not _SENTENCE_START.search(text, max(0, start - len(before[0]) - 6), start - len(before[0]))
    )
