"""An article as the rules see it: each sentence with its things and quantities marked and masked.

``Reading`` is shared by extraction, by the gate and by the account, so that all three speak of the same
marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from kg.describing import Describer
from kg.english import load_words
from kg.letters import fold_case
from kg.lexicon import Lexicon
from kg.literals import INDEX, INDEX_BASE
from kg.model import Article, Mention, Quantity, Sentence, Span
from kg.offices import find_seats
from kg.pattern import MAX_MARKS, OTHER_CLASS
from kg.quantity import QuantityGrammar, find_quantities
from kg.references import resolve_references
from kg.rules import RuleSet
from kg.tables import give_units
from kg.vocab import ADMIN_AREA, DISTRICT, described_iri

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

    def is_time(self) -> bool:
        """Say whether it is a period or a date."""
        return self.quantity is not None and self.quantity.kind in ("period", "date")


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """One sentence: its marks in order, its masked text, and the way back to the article's offsets."""

    sentence: Sentence
    marks: tuple[Mark, ...]
    masked: str
    folded: str
    shape: str
    """``folded`` with one number for all marks: alike for all sentences that the rules cannot tell apart."""
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
        number = max(bisect_right(self._starts, position - 1 if end else position) - 1, 0)
        start = self._starts[number]
        origin = self._origins[number]
        if number % 2:  # a mark: two masked characters stand for all of it
            mark = self.marks[bisect_left(self.marks, origin, key=_start_of)]
            return mark.end if end else (mark.start if position == start else mark.end)
        behind = self._origins[number + 1] if number + 1 < len(self._origins) else origin + position - start
        return min(origin + position - start, behind)

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
    offices: Mapping[str, Mention] = field(default_factory=dict)
    """By office, the place that it is called by."""
    bearers: dict[tuple[int, bool, bool, frozenset[str]], list[Mention] | None] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What each sentence, by its start, can be about: found once, for it is asked again and again."""
    named: dict[tuple[str, str], list[Mention]] = field(default_factory=dict, compare=False, repr=False)
    """By classes and a pattern, the things whose names hold it, in order of the text: found once as well."""
    people: dict[str, list[Span]] = field(default_factory=dict, compare=False, repr=False)
    """By surname, where full names in Chinese stand that no mark explains; under the empty word, all of them."""
    frames: dict[int, object] = field(default_factory=dict, compare=False, repr=False)
    """By where each sentence begins, the period carried to it (``kg/carried.py``): found once for all."""

    def number_of(self, sentence: Sentence | Span) -> int:
        """Return the number, from 0 on, of the sentence read that begins where this one does."""
        return bisect_left(self.sentences, sentence.start, key=lambda other: other.sentence.start)


def read_sentences(article: Article, lexicon: Lexicon, grammar: QuantityGrammar, rules: RuleSet) -> Reading:
    """Find names and quantities in an article and mask them, sentence by sentence."""
    sentences = [s for s in article.sentences if s.part != "furniture"]
    mentions = lexicon.read_mentions(article.text, [Span(s.start, s.end) for s in sentences])
    main = find_main_places(article, [m for group in mentions for m in group])
    title = article.title
    titled = {key: m for key, m in main.items() if title and title.start <= m.start < title.end}
    quantities = [_find_quantities(article, grammar, s) for s in sentences]
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
    translated = any(mention.kind == "translated" for mention in resolved) or _shows_translation(article.text)
    return Reading(article, tuple(readings), main, translated, find_seats(resolved, lexicon.find_mentions))


def _find_quantities(article: Article, grammar: QuantityGrammar, sentence: Sentence) -> list[Quantity]:
    """Return the quantities of a sentence; the line of a cell of a table names its unit before the number."""
    text, start, end = article.text, sentence.start, sentence.end
    found = find_quantities(text, grammar, start=start, end=end, anchor=article.published)
    if not text[end - 1].isdigit() or text.find(")", start, end) < 0:
        return found
    return give_units(text, start, end, found, lambda words: find_quantities(words, grammar))


_SIGNS = re.compile(load_words("articles").any_of("signs_of_translation"))
_MANY_SIGNS = 3
"""How many signs of translation a text has at least that is taken for one: somebody may forget a blank."""


def _shows_translation(text: str) -> bool:
    """Say whether a text has several of the marks that translation leaves."""
    found = {match[0] for match in islice(_SIGNS.finditer(text), 4 * _MANY_SIGNS)}
    return len(found) >= _MANY_SIGNS


def find_main_places(article: Article, mentions: Sequence[Mention]) -> dict[str, Mention]:
    """Return by class the thing an article is about: the one its title names, else the first named."""
    main: dict[str, Mention] = {}
    title = article.title
    inside = [m for m in mentions if title and title.start <= m.start < title.end]
    for mention in [*inside, *mentions]:
        if mention.entity:
            main.setdefault(mention.type, mention)
    return main


# "The city of Hefei": the kind in front belongs to the name, as in "Hefei City".
_CALLED = re.compile(r"(?<![\w’'-])([Tt]he (?:city|county|district|province|municipality|prefecture) of )$")
_CALL = 24
# "391 are Macao-funded": the name only says of what kind something is.
_SAYS_KIND = re.compile(r"-(?:funded|invested|owned|financed|backed|controlled|made|style|produced)\b")


def merge_marks(
    text: str, sentence: Sentence, mentions: Sequence[Mention], quantities: Sequence[Quantity]
) -> list[Mark]:
    """Return mentions and quantities as marks in order, the longer of two that overlap."""
    found = [Mark(m.start, m.end, m.type, mention=m) for m in mentions if not _SAYS_KIND.match(text, m.end)]
    found += [_mark_quantity(text, q, mentions) for q in quantities if not _is_name(text, q)]
    found.sort(key=lambda mark: (mark.start - mark.end, mark.start))
    kept: list[Mark] = []
    for mark in found:
        for other in kept:
            if other.start < mark.end and mark.start < other.end:
                break
        else:
            kept.append(mark)
    kept.sort(key=lambda mark: mark.start)
    marks: list[Mark] = []
    for number, mark in enumerate(kept[:MAX_MARKS]):
        floor = marks[-1].end if marks else sentence.start
        ceiling = kept[number + 1].start if number + 1 < len(kept) else sentence.end
        start, end = widen_quotes(text, mark.start, mark.end, floor, ceiling)
        if mark.key in (ADMIN_AREA, DISTRICT) and start == mark.start:
            called = _CALLED.search(text, max(floor, start - _CALL), start)
            start = called.start(1) if called else start
        marks.append(Mark(start, end, mark.key, mark.mention, mark.quantity))
    return marks


# The "new four modernizations": a slogan's number.
_SLOGAN = re.compile(r"[\"“‘](?:new |the )?[a-z]+ [a-z-]+(?: [a-z-]+)?[\"”’]", re.IGNORECASE)
_NEW = re.compile(r"[\"“‘](?:new |the )?$", re.IGNORECASE)


def _is_name(text: str, quantity: Quantity) -> bool:
    """Say whether a number stands in quote marks alone, or as a word of a slogan in quote marks: it counts nothing."""
    start, end = quantity.start, quantity.end
    if quantity.kind != "count":
        return False
    if widen_quotes(text, start, end, max(0, start - 1), min(end + 1, len(text))) != (start, end):
        return True
    opening = _NEW.search(text, max(0, start - 5), start)
    return opening is not None and text[start].isalpha() and _SLOGAN.match(text, opening.start()) is not None


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
    masking = _Masking()
    codes: set[str] = set()
    position = sentence.start
    for number, mark in enumerate(marks):
        masking.add_words(text, position, mark.start)
        code = _mark_code(mark, class_code)
        codes.add(code)
        masking.add_mark(code, chr(INDEX_BASE + number), mark.start)
        position = mark.end
    masking.add_words(text, position, sentence.end)
    # A sentence that ends with a comma is the first of two that are only joined by one: to the rules it is a whole one.
    if masking.pieces[-1].endswith(",") and sentence.part == "body":
        masking.pieces[-1] = masking.shape[-1] = masking.pieces[-1][:-1] + "."
    masked = "".join(masking.pieces)
    words = fold_case(_SHORT_IS.sub(" is", text[sentence.start : sentence.end]))
    places = (tuple(masking.starts), tuple(masking.origins))
    alike = fold_case("".join(masking.shape))
    return SentenceReading(sentence, tuple(marks), masked, fold_case(masked), alike, words, frozenset(codes), *places)


# Pages set blanks in front of stops ("882 square kilometers , including"), and translations none behind them ("billion
# yuan,an increase"): to the rules there are none in front, and one behind.
# "It's also the largest" is "It is also the largest" to them.
_IS = (
    r"(?<=\b[Ii]t)[’']s(?= (?:also|now|currently|already|still|mainly|home|part|among|close|rich|famous|next"
    r"|[a-z]+ly|[a-z]+ing|(?!fixed)[a-z]+ed|known|set|built)\b(?!-))"
)
_GAPS = re.compile(rf" +(?=[,.;](?:\s|$))|(?<![A-Z.])[,;](?=[A-Za-z])|{_IS}")
_SHORT_IS = re.compile(_IS)
# "Ordos' exports" are "Ordos's exports" to them.
_BARE_OWNER = re.compile(
    r"[’'](?= (?!(?:and|or|is|was|are|were|has|had|have|will|in|on|at|to|of|by|for|with|from|as)\b))"
)


class _Masking:
    """The masked text of a sentence in the making: words and marks in turn, and where each begins."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.shape: list[str] = []
        self.starts: list[int] = []
        self.origins: list[int] = []
        self.length = 0

    def add_words(self, text: str, start: int, end: int) -> None:
        """Add words; a blank that is left out or added counts as a mark without characters.

        Where words are glued to a comma or a mark ("reached104 billion yuan,an increase of 4%on") a blank is added, and
        to the apostrophe behind a name on "s" another.
        """
        if self.length and start < end and text[start].isascii() and text[start].isalpha() and text[start - 1] == "%":
            self._add(" ", start)
            self._begin(start)
        if self.length and _BARE_OWNER.match(text, start, end) and text[start - 1] == "s":
            self._add(text[start] + "s", start)
            self._begin(start + 1)
            start += 1
        for gap in _GAPS.finditer(text, start, end):
            kept = gap[0][0] in ",;"
            stop = gap.end() if kept else gap.start()
            self._add(_mask_private(text[start:stop]) + (" " if kept else "" if gap[0].isspace() else " is"), start)
            self._begin(stop)
            start = gap.end()
        last, following = text[end - 1 : end], text[end : end + 1]
        glued = following.isdigit() and last.isalpha() and last.isascii()
        glued = glued or (last in (",", ";") and following.isalpha() and following.isascii())
        self._add(_mask_private(text[start:end]) + (" " if glued and start < end else ""), start)

    def add_mark(self, code: str, number: str, origin: int) -> None:
        """Add a mark: two characters, which in the shape are alike for all marks of a class."""
        self._begin(origin)
        self.pieces += (code, number)
        self.shape += (code, INDEX)
        self.length += 2

    def _add(self, words: str, origin: int) -> None:
        self._begin(origin)
        self.pieces.append(words)
        self.shape.append(words)
        self.length += len(words)

    def _begin(self, origin: int) -> None:
        self.starts.append(self.length)
        self.origins.append(origin)


def _start_of(mark: Mark) -> int:
    return mark.start


def _mask_private(text: str) -> str:
    # A page may break a line in the middle of a sentence: to the rules that is a blank.
    text = text.replace("\n", " ")
    return text if text.isascii() else text.translate(_NO_PRIVATE)


def _mark_code(mark: Mark, class_code: Callable[[str], str]) -> str:
    """Return the class character of a mark; a slot of one thing alone ("rdc:investment") goes before its class."""
    own = class_code(mark.mention.entity) if mark.mention else OTHER_CLASS
    return class_code(mark.key) if own == OTHER_CLASS else own


_BULLET = re.compile(r"\s*(?:[-•*·–] ?|\(?\d{1,2}[.)] ?)\S")
# A line of a profile, "Planned area: 25 square kilometers", and a line that can head such lines, "Targets for 2025".
_PROFILE = re.compile(r"\s*[A-Z][^.:：;|\n]{1,60} ?[:：|] ?\S")
_SHORT = re.compile(r"[^.!?。;:：|\n]{2,80}")
LIST = 40
"""How many lines a list may have for its heading to date them all, so that the cost stays that of the text."""


_ANNOUNCES = re.compile(r"\b(?:as follows|the following)\W*$")
_ENDING = 40
"""How many characters of a sentence its last words are looked for in: it is asked once for each match behind it."""


def find_heading(reading: Reading, sentence: SentenceReading) -> SentenceReading | None:
    """Return the heading that a line of a list stands under, "Key data for 2023:"; ``None`` for other lines.

    The lines of a profile ("Planned area: …") need no bullets, and their heading no colon: a short line without a stop.
    """
    text = reading.article.text
    profile = _PROFILE.match(text, sentence.sentence.start) is not None
    listed = _PROFILE if profile else _BULLET
    if not listed.match(text, sentence.sentence.start):
        return None
    number = reading.number_of(sentence.sentence)
    for other in reversed(reading.sentences[max(0, number - LIST) : number]):
        words = text[other.sentence.start : other.sentence.end].rstrip()
        if words.endswith((":", "：")):
            return other
        if not listed.match(text, other.sentence.start):
            return other if profile and other.sentence.part == "body" and _SHORT.fullmatch(words) else None
    return None


def find_announced(reading: Reading, sentence: SentenceReading) -> SentenceReading | None:
    """Return the sentence of the paragraph that says what this one and those around it list: "… are as follows."."""
    number = reading.number_of(sentence.sentence)
    for other in reversed(reading.sentences[max(0, number - LIST) : number]):
        if other.sentence.paragraph != sentence.sentence.paragraph:
            return None
        if _ANNOUNCES.search(other.folded, max(0, len(other.folded) - _ENDING)):
            return other
    return None
