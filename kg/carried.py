"""Which reporting period, said in the title, the lead or a sentence before, still governs a sentence that has none.

A release on the economy says its period once: "In the first half of 2023, Linhe's GDP rose 5 percent. Exports …". The
period is carried on from sentence to sentence, and lost as soon as it could be another's: at another period, at what
holds now or is planned, behind three sentences without a number. Whether a value may take it (what it is of, and
whether it is of something that is reckoned by periods) is for the caller to judge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.dating import PRESENT, YEAR, find_same_period, is_base, is_of_event
from kg.english import load_words
from kg.model import Quantity, Span
from kg.reading import Mark, Reading, SentenceReading

_WORDS = load_words("carrying")
_ANY = _WORDS.any_of
IDLE = 2
"""Behind how many sentences without a number a period is still carried."""
_IDLE_UNDER_HEADING = 6
_NUMBERS = frozenset(("money", "percent", "times", "points"))
# A period that figures are reported for: a year, a part of one, some months of it.
_REPORTED = re.compile(rf"\b(?:19|20)\d\d\b|\b(?:{_ANY('parts')}|{_ANY('months')})\b", re.IGNORECASE)
_LOOSE = re.compile(rf"^(?:{_ANY('open')})\b|\b(?:{_ANY('vague')})\b", re.IGNORECASE)
_AHEAD = re.compile(rf"\b(?:{_ANY('ahead')})\b")
_OTHER_TIME = re.compile(rf"\b(?:{_ANY('other_times')})\b")
_OPENS_ELSEWHERE = re.compile(rf"(?:{_ANY('elsewhere')})\b", re.IGNORECASE)
_ECONOMY = re.compile(rf"\b(?:{_ANY('economy')})\b")
_SPOKEN = re.compile(rf"\b(?:{_ANY('told_on')})\b")
_OCCASION = re.compile(rf"\b(?:{_ANY('occasions')})\b")
_LATELY = re.compile(_ANY("lately"), re.IGNORECASE)
_ALONE = re.compile(r"\s+alone\b")
# "Exports rose 3 percent, while in 2021 they had risen 5": the year is not that of the report.
_BESIDES = re.compile(r"\b(?:while|whereas|when|although|though|but)\b")
# "Review of Work During 2023", "2023 Work Review", alone on its line or behind who wrote it.
_REVIEWS = r"(?:[Rr]eview|[Ss]ummary|[Aa]chievements|[Oo]verview|[Pp]erformance|[Ii]ndicators|[Rr]esults)"
_REVIEW = re.compile(
    r"(?:\([^()]{1,40}\) )?"
    rf"(?:(?:(?:[A-Z][a-z]+|[a-z]+) ){{0,3}}?{_REVIEWS}(?: (?:[A-Z]?[a-z]{{1,12}})){{0,8}} (?:19|20)\d\d[:：]?"
    rf"|(?:19|20)\d\d (?:[A-Z]?[a-z]{{1,12}} ){{0,4}}{_REVIEWS}[:：]?)"
)
# "In 2017, …, the highest growth of the past six years": the year alone is reported for.
_STRETCH = re.compile(r"\b(?:past|recent|last) (?:[a-z]+ )?(?:years|decades?)\b", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# "In 2022, …. Exports for the year were …": for the year spoken of, and not for the article's own.
_THE_YEAR = re.compile(r"(?:for|in|during|over|throughout) the (?:whole |entire |full )?year", re.IGNORECASE)
# Under "Review of Work in 2023", or a title with a year: that year.
_PAST_YEAR = re.compile(r"(?:in|during|over|throughout|for) the past year", re.IGNORECASE)
# "1.", "(2)": no sentence of its own.
_NUMBERING = re.compile(r"\W*(?:\d{1,2}|[IVX]{1,4}|[a-z])?\W*")


@dataclass(frozen=True, slots=True)
class Frame:
    """A period in force, and what the sentence that says it is about."""

    quantity: Quantity
    sentence: Span
    things: frozenset[str]
    """The IRIs of all that the sentence names, where it tells figures or of the economy, and not only counts."""
    idle: int = 0
    heads: bool = False
    """Whether a heading says it ("Review of Work in 2023"): of all that is told under it."""
    titled: bool = False
    """Whether the title says it."""


def find_frame(reading: Reading, sentence: SentenceReading) -> Frame | None:
    """Return the period that is carried to a sentence, if that leaves it open when what it tells was."""
    if not reading.frames:
        reading.frames.update(_carry_frames(reading))
    frame = reading.frames.get(sentence.sentence.start)
    if not isinstance(frame, Frame) or not _takes_period(reading, sentence, frame):
        return None
    return frame


def means_year_told(text: str, period: Quantity, frame: Frame | None) -> bool:
    """Say whether words are only "for the year", where the sentences before tell of one whole year."""
    if frame is None:
        return False
    past = (frame.heads or frame.titled) and _PAST_YEAR.fullmatch(text, period.start, period.end)
    if not past and _THE_YEAR.fullmatch(text, period.start, period.end) is None:
        return False
    return len(frame.quantity.first) == 4 and frame.quantity.first == frame.quantity.last


def find_carried_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period itself, as the gate holds it against what a claim says."""
    frame = find_frame(reading, sentence)
    return frame.quantity if frame else None


def _takes_period(reading: Reading, sentence: SentenceReading, frame: Frame) -> bool:
    """Say whether a sentence has no period and no word of its own that tells of when, but when something was said."""
    text, here = reading.article.text, sentence.sentence
    own = [m for m in sentence.marks if m.is_time() and not is_base(text, m, here.start)]
    own = [m for m in own if not (m.quantity and _is_same(text, m.quantity, frame))]
    if here.part != "body" or not all(_is_day_of_saying(text, sentence, m) for m in own):
        return False
    said = sentence.triggers
    return not (
        _OPENS_ELSEWHERE.match(said)
        or _OTHER_TIME.search(said)
        or _OCCASION.search(said)
        or _AHEAD.search(said)
        or PRESENT.search(sentence.folded)
    )


def _is_same(text: str, period: Quantity, frame: Frame) -> bool:
    """Say whether a period is that of a frame, said again."""
    again = bool(period.first) and _bounds(period) == _bounds(frame.quantity)
    return again or means_year_told(text, period, frame)


def _carry_frames(reading: Reading) -> dict[int, object]:
    """Return, by where each sentence begins, the period that is in force when it does."""
    frames: dict[int, object] = {}
    frame: Frame | None = None
    for sentence in reading.sentences:
        frames[sentence.sentence.start] = frame
        frame = _read_frame(reading, sentence, frame)
    return frames


def _read_frame(reading: Reading, sentence: SentenceReading, frame: Frame | None) -> Frame | None:
    """Return the period in force behind a sentence."""
    text, here = reading.article.text, sentence.sentence
    if here.part not in ("body", "title"):
        return frame
    told = [m for m in sentence.marks if m.is_time() and not is_base(text, m, here.start)]
    told = [m for m in told if not (_is_day_of_saying(text, sentence, m) or _LATELY.fullmatch(text, m.start, m.end))]
    told = [m for m in told if not (m.quantity and means_year_told(text, m.quantity, frame))]
    if _AHEAD.search(sentence.triggers) or (told and _OCCASION.search(sentence.triggers)):
        return None
    if told:
        return _set_frame(text, sentence, told, frame)
    if any(mark.key in _NUMBERS for mark in sentence.marks) or find_same_period(reading, sentence):
        return replace(frame, idle=0) if frame else None
    if _NUMBERING.fullmatch(text, here.start, here.end):
        return frame
    lasting = frame is not None and (frame.heads or frame.titled)
    if frame is None or frame.idle >= (_IDLE_UNDER_HEADING if lasting else IDLE):
        return None
    if _describes(sentence) and not frame.heads and not (frame.titled and _tells_of_past(sentence)):
        return None
    return replace(frame, idle=frame.idle + 1)


def _set_frame(text: str, sentence: SentenceReading, told: Sequence[Mark], before: Frame | None) -> Frame | None:
    """Return the period that a sentence sets: the only one it tells, if figures are reported for such periods."""
    here = sentence.sentence
    told = [m for m in told if not _STRETCH.search(text, m.start, m.end)] or told
    first = told[0].quantity
    words = text[told[0].start : told[0].end]
    if first is None or len({(m.quantity.first, m.quantity.last) for m in told if m.quantity}) > 1:
        return None
    if len({text[m.start : m.end].lower() for m in told}) > 1 and not first.first:
        return None  # two that nothing resolves
    if not _REPORTED.search(words) or _LOOSE.search(words) or len(set(YEAR.findall(words))) > 1:
        return None
    if before is not None and _BESIDES.search(text, here.start, told[0].start):
        return None
    if _DAY.match(first.first) or _ALONE.match(text, told[0].end) or is_of_event(text, told[0], here.start):
        return None  # "in June alone": the next is of the half year again
    if before is not None and _is_part(first, before.quantity, words):
        return None
    named = frozenset(m.mention.entity for m in sentence.marks if m.mention and m.mention.entity)
    figures = any(m.key in _NUMBERS for m in sentence.marks) or _ECONOMY.search(sentence.triggers) is not None
    things = named if figures else frozenset()
    heads = _REVIEW.fullmatch(text, here.start, here.end) is not None
    titled = here.part == "title"
    if before is not None and first.first and _bounds(first) == _bounds(before.quantity):
        things |= before.things
        heads, titled = heads or before.heads, titled or before.titled
    return Frame(first, Span(here.start, here.end), things, heads=heads, titled=titled)


def _bounds(period: Quantity) -> tuple[str, str]:
    return period.first, period.last


def _is_part(period: Quantity, whole: Quantity, words: str) -> bool:
    """Say whether a period lies in the one carried so far: of which of the two goes on, nothing tells."""
    if not (period.first and whole.first):
        return not YEAR.search(words) and len(words) != whole.end - whole.start
    same = (period.first, period.last) == (whole.first, whole.last)
    return not same and whole.first <= period.first and period.last <= f"{whole.last}~"


def _is_day_of_saying(text: str, sentence: SentenceReading, mark: Mark) -> bool:
    """Say whether a day is when something was said or published, and not when what is told was."""
    quantity = mark.quantity
    if quantity is None or quantity.kind != "date":
        return False
    return bool(_SPOKEN.search(sentence.triggers)) or not any(m.key in _NUMBERS for m in sentence.marks)


# "The area has done well": of the time that is reported, and not of now alone.
_PERFECT = re.compile(
    r"\b(?:has|have) (?:(?:also|already|[a-z]+ly) )?(?:[a-z]{3,}ed|become|been|done|grown|kept|made|risen|seen|taken)\b"
)


def _tells_of_past(sentence: SentenceReading) -> bool:
    """Say whether a sentence tells in the perfect alone, and of nothing that just is or has something."""
    return PRESENT.search(_PERFECT.sub("", sentence.folded)) is None


def _describes(sentence: SentenceReading) -> bool:
    """Say whether a sentence without a number tells what something is now: what follows may be of now as well."""
    return bool(PRESENT.search(sentence.folded)) and not _SPOKEN.search(sentence.triggers)
