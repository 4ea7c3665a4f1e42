"""An article as the rules see it: each sentence with its things and quantities marked and masked.

``Reading`` is shared by extraction, by the gate and by the account, so that all three speak of the same
marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.describing import Describer
from kg.lexicon import Lexicon, fold_case, resolve_references
from kg.model import Article, Mention, Quantity, Sentence, Span
from kg.pattern import INDEX_BASE, MARK, MAX_MARKS, OTHER_CLASS
from kg.quantity import QuantityGrammar, find_quantities
from kg.rules import RuleSet
from kg.vocab import described_iri

CLAUSE = 90
"""How many masked characters before a match can still say that it is planned or denied."""

# "…, whose statistics show that in 2021, the GDP …" is none: what follows is still said.
_DONE = re.compile(r"\b(?:after|following|having) (?:having )?[a-z]{3,}(?:ing|ed) ")
_ASIDE = re.compile(
    r",\s(?:which|who|whose|where)\b(?:(?!\b(?:show|said|say|report|indicate)\w* that\b)[^,;:]){0,160},"
)
_CLAUSE = re.compile(r",\s(?:and|but|while|yet|so)\b")

_PLANS = re.compile(
    r"\b(?:formulated|made|set out|drew up|drawn up|released|unveiled|has|have|put forward) (?:an?|its|the)"
    rf" (?:[\w-]+ ){{0,2}}plan (?:{MARK} )?(?:for|to|that)\b[^.;:]*$"
)
_TARGETS = re.compile(r"\b(?:targets|goals|objectives)\b[^.;:]{0,80}(?::|\b(?:are|include)\b)")

_OPEN = "\"“‘'「『《"
_CLOSE = "\"”’'」』》"
# Translations mix straight and curly marks, but never double with single: "Yunhe County's GDP" is no quotation.
_PAIRS = {**dict(zip(_OPEN, _CLOSE, strict=True)), '"': '"”', "“": '"”', "‘": "’'", "'": "’'"}
# Private-use characters of the text itself would be taken for marks.
_NO_PRIVATE = dict.fromkeys(range(0xE000, 0xF900), 0xFFFD)


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing or a quantity in a sentence; ``start`` and ``end`` take in the quote marks around it."""

    start: int
    end: int
    key: str
    mention: Mention | None = None
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """One sentence: its marks in order, its masked text, and the way back to the article's offsets."""

    sentence: Sentence
    marks: tuple[Mark, ...]
    masked: str
    folded: str
    triggers: str
    """The sentence's own words in lower case: what decides which rules can fire."""
    codes: frozenset[str]
    """The class characters of its marks."""
    _starts: tuple[int, ...]
    _origins: tuple[int, ...]

    def locate(self, position: int, *, end: bool = False) -> int:
        """Return the article offset of a position in ``masked``.

        A position at a mark is the mark's start; as the end of a span (``end``) it is the mark's end.
        """
        number = bisect_right(self._starts, position - 1 if end else position) - 1
        start = self._starts[number]
        origin = self._origins[number]
        if number % 2:  # a mark: two masked characters stand for all of it
            mark = self.marks[number // 2]
            return mark.end if end else (mark.start if position == start else mark.end)
        return origin + position - start

    def position(self, offset: int) -> int:
        """Return the masked position of an article offset; inside a mark, that of the mark."""
        number = bisect_right(self._origins, offset) - 1
        start, origin = self._starts[max(number, 0)], self._origins[max(number, 0)]
        return start if number % 2 else start + max(0, offset - origin)

    def mark_at(self, group: str) -> Mark:
        """Return the mark that a slot's two characters stand for."""
        return self.marks[ord(group[1]) - INDEX_BASE]


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with all its sentences read; furniture is not read."""

    article: Article
    sentences: tuple[SentenceReading, ...]
    main_places: Mapping[str, Mention]
    """By class IRI, the thing that the article is about: named in its title, else named first."""

    translated: bool = False
    """Whether the article reads as machine-translated: it uses a variant that only translation makes."""
    bearers: dict[tuple[int, bool, bool], list[Mention] | None] = field(default_factory=dict, compare=False, repr=False)
    """What each sentence, by its start, can be about: found once, for it is asked again and again."""


def read_sentences(article: Article, lexicon: Lexicon, grammar: QuantityGrammar, rules: RuleSet) -> Reading:
    """Find names and quantities in an article and mask them, sentence by sentence."""
    sentences = [s for s in article.sentences if s.part != "furniture"]
    mentions = lexicon.read_mentions(article.text, [Span(s.start, s.end) for s in sentences])
    main = find_main_places(article, [m for group in mentions for m in group])
    title = article.title
    titled = {key: m for key, m in main.items() if title and title.start <= m.start < title.end}
    quantities = [
        find_quantities(article.text, grammar, start=s.start, end=s.end, anchor=article.published) for s in sentences
    ]
    describer = Describer(lexicon.descriptions, lexicon.base, article.id, article.text, fold_case(article.text))
    mentions = describer.describe(sentences, mentions, quantities)
    resolved = resolve_references(
        [m for group in mentions for m in group],
        titled,
        article.text,
        lambda kind, words: described_iri(lexicon.base, article.id, kind, words),
    )
    by_sentence: dict[int, list[Mention]] = {s.start: [] for s in sentences}
    starts = [s.start for s in sentences]
    for mention in resolved:
        by_sentence[starts[bisect_right(starts, mention.start) - 1]].append(mention)
    readings = []
    for sentence, found in zip(sentences, quantities, strict=True):
        marks = merge_marks(article.text, sentence, by_sentence[sentence.start], found)
        readings.append(mask_sentence(article.text, sentence, marks, rules.class_code))
    translated = any(mention.kind == "translated" for mention in resolved)
    return Reading(article, tuple(readings), main, translated)


def find_main_places(article: Article, mentions: Sequence[Mention]) -> dict[str, Mention]:
    """Return by class the thing an article is about: the one its title names, else the first named."""
    main: dict[str, Mention] = {}
    title = article.title
    inside = [m for m in mentions if title and title.start <= m.start < title.end]
    for mention in [*inside, *mentions]:
        if mention.entity:
            main.setdefault(mention.type, mention)
    return main


def merge_marks(
    text: str, sentence: Sentence, mentions: Sequence[Mention], quantities: Sequence[Quantity]
) -> list[Mark]:
    """Return mentions and quantities as marks in order, the longer of two that overlap."""
    found = [Mark(m.start, m.end, m.type, mention=m) for m in mentions]
    found += [_mark_quantity(text, q, mentions) for q in quantities]
    found.sort(key=lambda mark: (mark.start - mark.end, mark.start))
    kept: list[Mark] = []
    for mark in found:
        if all(mark.end <= other.start or mark.start >= other.end for other in kept):
            kept.append(mark)
    kept.sort(key=lambda mark: mark.start)
    marks: list[Mark] = []
    for number, mark in enumerate(kept[:MAX_MARKS]):
        floor = marks[-1].end if marks else sentence.start
        ceiling = kept[number + 1].start if number + 1 < len(kept) else sentence.end
        start, end = widen_quotes(text, mark.start, mark.end, floor, ceiling)
        marks.append(Mark(start, end, mark.key, mark.mention, mark.quantity))
    return marks


def _mark_quantity(text: str, quantity: Quantity, mentions: Sequence[Mention]) -> Mark:
    """Return the mark of a quantity; a period such as "since the launch of X" ends where X begins.

    So that X can be a thing to the rules. The quantity itself keeps all its words.
    """
    end = quantity.end
    if quantity.kind == "period":
        inner = [m.start for m in mentions if quantity.start < m.start and m.end <= quantity.end + 1]
        if inner:
            end = quantity.start + len(text[quantity.start : min(inner)].rstrip(" \"“'‘"))
    return Mark(quantity.start, end, quantity_key(quantity), quantity=quantity)


def quantity_key(quantity: Quantity) -> str:
    """Return the slot key of a quantity: its kind, and the unit where slots tell units apart."""
    if quantity.kind in ("measure", "missing"):
        return f"{quantity.kind}.{quantity.unit}"
    return quantity.kind


def widen_quotes(text: str, start: int, end: int, floor: int, ceiling: int) -> tuple[int, int]:
    """Return the span with the quote marks on both sides of it, if there is one on each.

    Translated texts put blanks inside the quote marks; one is allowed.

    >>> text = 'the " two districts "key items'
    >>> text[slice(*widen_quotes(text, 6, 19, 0, 30))]
    '" two districts "'
    """
    left = start - 1
    right = end
    if left > floor and text[left] == " " and text[left - 1] in _OPEN:
        left -= 1
    if right + 1 < ceiling and text[right] == " " and text[right + 1] in _CLOSE:
        right += 1
    if left >= floor and right < ceiling and text[left] in _OPEN and text[right] in _PAIRS[text[left]]:
        return left, right + 1
    return start, end


def mask_sentence(
    text: str, sentence: Sentence, marks: Sequence[Mark], class_code: Callable[[str], str]
) -> SentenceReading:
    """Return the sentence with each mark replaced by its class and number characters."""
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    position = sentence.start
    length = 0
    for number, mark in enumerate(marks):
        plain = text[position : mark.start].translate(_NO_PRIVATE)
        pieces += (plain, _mark_code(mark, class_code), chr(INDEX_BASE + number))
        starts += (length, length + len(plain))
        origins += (position, mark.start)
        length += len(plain) + 2
        position = mark.end
    pieces.append(text[position : sentence.end].translate(_NO_PRIVATE))
    starts.append(length)
    origins.append(position)
    masked = "".join(pieces)
    words = fold_case(text[sentence.start : sentence.end])
    codes = frozenset(class_code(mark.key) for mark in marks)
    places = (tuple(starts), tuple(origins))
    return SentenceReading(sentence, tuple(marks), masked, fold_case(masked), words, codes, *places)


def _mark_code(mark: Mark, class_code: Callable[[str], str]) -> str:
    """Return the class character of a mark; a slot of one thing alone ("rdc:investment") goes before its class."""
    own = class_code(mark.mention.entity) if mark.mention else OTHER_CLASS
    return class_code(mark.key) if own == OTHER_CLASS else own


# What stands before a period that says what a number is compared with, and not when it was measured.
_BASE = re.compile(
    r"\b(?:than(?: the (?:[a-z]+ ){0,2}(?:rates?|numbers?|growth|pace|increase|average|total))?"
    r"|compared (?:with|to)|against|over|from|versus|(?<!show )(?<!shows )(?<!showed )(?<!expected )"
    r"(?<!estimated )(?<!learned )(?<!announced )(?<!stated )(?<!indicates )(?<!said )(?<!says )"
    r"(?<!reported )(?<!found )(?<!revealed )(?<!noted )(?<!added )(?<!indicate )(?<!indicated )that|those|level|figure"
    r"|(?:same|corresponding|year-earlier) period)"
    r"(?: (?:the same period|the corresponding period|that|those))?(?: (?:of|in|for|from|during))?(?: the)? ?$"
)
# "rose from 20 billion yuan in 2015 to 40 billion", "rose to 40 billion from 20 billion in 2015".
_BASE_AMOUNT = re.compile(
    r"\bfrom (?:[a-z]+ ){0,3}(?:rmb ?|cny ?|us\$|[$€])?\d[\d.,]*"
    r"(?:%| ?(?:hundred|thousand|million|billion|trillion|percent|yuan|rmb|us|u\.s\.|dollars?|euros?|tons)\b\.?){0,4}"
    r"(?: \([^()]{1,40}\))?(?: (?:at|in|by))?(?: the)? ?$"
)
_BASE_WORDS = re.compile(
    r"(?:from|over|on|than|against) (?:the )?(?:end of )?"
    r"(?:(?:previous|last|preceding|prior|same) (?:year|month|quarter)|[12][0-9]{3})$"
)
_AMOUNT = re.compile(
    r"(?:percent|per cent|%|points?|times|fold|higher|lower|more|up|down|increase|growth|year-on-year)\)? ?$"
)
# When something was founded, said or released: not when a number later in the sentence was measured.
_EVENT = re.compile(
    r"\b(?:found(?:ed|ing)|establish(?:ed|ment)|approv(?:ed|al)|launched|inaugurated|opened|created|set up|built|began"
    r"|started|once|unveiled|announced|released|published|issued|said|told|learned|learnt|held|convened"
    r"|statement|conference|meeting"
    r"|report|upgraded|listed)\b[^,.;]{0,110}$"
)


# What holds now is not of a period that was told before.
_PRESENT = re.compile(r"\b(?:is|are|has|have|had|stands|covers|boasts|accounts for|now|currently|then|before)\b")
_AIMS = re.compile(
    r"\b(?:(?P<target>targets?|goals?|objectives?|aims?)|plans?|planned|forecasts?|projections?|projected|expected)\b"
)
# With what a sentence begins that goes on with what was told: its subject, or a word that joins it to that.
_GOES_ON = re.compile(
    r"(?:(?:Meanwhile|In addition|Also|Moreover|Besides|Furthermore|Additionally|Among (?:them|these|which|this)"
    r"|Of (?:this|these|which)|Specifically|Notably|At the same time|In the meantime),? )?"
    r"(?P<noun>(?:[Tt]he|[Ii]ts|[Tt]heir|[Tt]otal) (?=\w))?"
)
_CALENDAR = re.compile(
    r"[12][0-9]{3}|\b(?:half|quarters?|months?|year|January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\b"
)
CARRY = 6
"""How many sentences a period is carried over."""
_BULLET = re.compile(r"\s*(?:[-•*·–] ?|\(?\d{1,2}[.)] ?)\S")
LIST = 40
"""How many lines a list may have for its heading to date them all, so that the cost stays that of the text."""
_ASIDE_EVENT = re.compile(
    r"(?:, | \()(?:(?:which|who) (?:was|were) )?"
    r"(?:(?!(?:reach|total|amount|exceed|surpass|topp|record|register|report|achiev|reali[sz]|generat|attract|increas"
    r"|declin|decreas|dropp|climb|jump|surg|soar|expand|gain|post|complet|account|rank|receiv|utili[sz]|us)l?ed\b)"
    r"[a-z]{3,}ed|once [a-z]+|built|set up|begun)\b[^,;]{0,100}$"
)
_CLAUSE_END = re.compile(r"\s*(?:[.;]|$|,? (?:according|compared|official|data|statistics|said)\b)")


def find_period(text: str, sentence: SentenceReading, span: tuple[int, int]) -> Quantity | None:
    """Return the period that governs a span: inside it, right behind it, else the last before it.

    What a number is compared with ("up 5 percent from 2013") is no period of it, nor, before it, the
    day on which something was founded or said.
    """
    start, end = span
    floor = sentence.sentence.start
    marks = [m for m in sentence.marks if m.quantity and m.quantity.kind in ("period", "date")]
    periods = [m for m in marks if not is_base(text, m, floor)]
    inside = [m for m in periods if start <= m.start < end and not (m.end < end and _dates_aside(text, m, floor))]
    behind = [m for m in periods if end <= m.start and _follows(text, end, m)]
    before = [m for m in periods if m.end <= start and not text[m.end : start].strip()]
    asides = [aside.span() for aside in _ASIDE.finditer(text, floor, start)]
    earlier = [
        m
        for m in periods
        if m.end <= start
        and not _EVENT.search(_before(text, m, floor))
        and not any(low < m.start < high for low, high in asides)
    ]
    chosen = inside[:1] or behind[:1] or before[-1:] or earlier[-1:]
    return chosen[0].quantity if chosen else None


def find_heading(reading: Reading, sentence: SentenceReading) -> SentenceReading | None:
    """Return the heading that a line of a list stands under, "Key data for 2023:"; ``None`` for other lines."""
    text = reading.article.text
    if not _BULLET.match(text, sentence.sentence.start):
        return None
    number = bisect_left(reading.sentences, sentence.sentence.start, key=lambda other: other.sentence.start)
    for other in reversed(reading.sentences[max(0, number - LIST) : number]):
        if text[other.sentence.start : other.sentence.end].rstrip().endswith((":", "：")):
            return other
        if not _BULLET.match(text, other.sentence.start):
            return None
    return None


def find_list_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period of the heading that a line of a list stands under, where it has one and no more."""
    heading = find_heading(reading, sentence)
    periods = [mark.quantity for mark in heading.marks if _is_time(mark)] if heading else []
    return periods[0] if len(periods) == 1 else None


def find_pointed_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period that a sentence without one of its own points back to: its list's, or "the same period"."""
    return find_list_period(reading, sentence) or find_same_period(reading, sentence)


def find_paragraph_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period with which an earlier sentence of the paragraph begins, where none has another since.

    "In the first half, GDP grew 5 percent. Investment grew 8 percent." Whether it governs what is said
    here is for the caller to judge: by the words it may.
    """
    if any(_is_time(mark) for mark in sentence.marks) or _PRESENT.search(sentence.folded):
        return None
    begins = _GOES_ON.match(reading.article.text, sentence.sentence.start)
    start = begins.end() if begins else sentence.sentence.start
    if not (begins and begins["noun"]) and not any(mark.start == start for mark in sentence.marks):
        return None  # "Before that, exports reached …", "Back then, …": of when, other words say
    number = bisect_left(reading.sentences, sentence.sentence.start, key=lambda other: other.sentence.start)
    for other in reversed(reading.sentences[max(0, number - CARRY) : number]):
        if other.sentence.paragraph != sentence.sentence.paragraph:
            return None
        times = [mark for mark in other.marks if _is_time(mark)]
        if times:
            first = times[0]
            told = [mark for mark in times[1:] if not is_base(reading.article.text, mark, other.sentence.start)]
            dated = _CALENDAR.search(reading.article.text, first.start, first.end)
            return first.quantity if first.start == other.sentence.start and dated and not told else None
    return None


def _is_time(mark: Mark) -> bool:
    return mark.quantity is not None and mark.quantity.kind in ("period", "date")


# A period that the sentences before have said.
_SAME = re.compile(
    r"\b(?:during|over|in|for|within|throughout) (?:the same|this|that|the said) (?:time )?period\b"
    r"(?! (?:of|in|a|as|[\ue000-\ue0ff]))"
)
_BACK = 3


def find_same_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period that "in the same period" means: the one that the nearest sentence before names.

    None where the sentence says nothing of the kind, or that one names several.
    """
    if not _SAME.search(sentence.folded):
        return None
    number = bisect_right(reading.sentences, sentence.sentence.start, key=lambda other: other.sentence.start) - 1
    for other in reversed(reading.sentences[max(0, number - _BACK) : number]):
        floor = other.sentence.start
        marks = [m for m in other.marks if m.quantity and m.quantity.kind == "period"]
        said = [m.quantity for m in marks if not is_base(reading.article.text, m, floor)]
        if said:
            return said[0] if len({(q.first, q.last) if q else None for q in said}) == 1 else None
    return None


def _dates_aside(text: str, mark: Mark, floor: int) -> bool:
    """Say whether a period dates what a closed aside tells: "Linhe Zone, approved in 2013, covers …"."""
    return text[mark.end : mark.end + 1] in (",", ")") and _ASIDE_EVENT.search(_before(text, mark, floor)) is not None


def _follows(text: str, end: int, mark: Mark) -> bool:
    """Say whether a period stands right behind a span, or behind a comma and at the end of its clause."""
    between = text[end : mark.start].strip()
    return not between or (between == "," and _CLAUSE_END.match(text, mark.end) is not None)


def _before(text: str, mark: Mark, floor: int) -> str:
    return text[max(floor, mark.start - 140) : mark.start].lower()


def is_base(text: str, mark: Mark, floor: int) -> bool:
    """Say whether a period is what a number is compared with."""
    before = _before(text, mark, floor)
    words = text[mark.start : mark.end].lower()
    if _BASE.search(before) or _BASE_AMOUNT.search(before):
        return True
    return _BASE_WORDS.match(words) is not None and _AMOUNT.search(before) is not None


def find_modality(
    sentence: SentenceReading, rules: RuleSet, start: int, end: int, heading: SentenceReading | None = None
) -> str:
    """Return achieved, planned, target or denied, from masked positions and the clause before them.

    What a plan or a list of targets names ("the main targets are: …") is a target, however far down the list, and so
    is what stands under a ``heading`` that says so ("Targets for 2025:").
    What a closed aside says ("X, which will be widened, has …") is not said of the match, a denial
    ends where "and" or "but" begins a new clause, and no plan reaches over "after attracting" to what was done.
    """
    text = sentence.folded
    clause = max(text.rfind(mark, 0, start) for mark in (";", ":", ". ")) + 1
    clause = max(clause, start - CLAUSE)
    lead, match = _ASIDE.sub(", ", text[clause:start]), text[start:end]
    denied = _CLAUSE.split(lead)[-1] + match
    lead = _DONE.split(lead)[-1]
    if _TARGETS.search(text, 0, start):
        return "target"
    if _PLANS.search(text, 0, start):
        return "planned"
    for name, pattern, words in (
        ("denied", rules.denied, denied),
        ("target", rules.target, lead + match),
        ("planned", rules.planned, lead + match),
    ):
        if pattern.search(words):
            return name
    if heading is not None and (aim := _AIMS.search(heading.folded)):
        return "target" if aim["target"] else "planned"
    return "achieved"
