"""Which period governs what a sentence says: its own, the one it points back to, its list's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from kg.english import load_words
from kg.model import Quantity
from kg.reading import Mark, Reading, SentenceReading, find_heading

# "…, whose statistics show that in 2021, the GDP …" is none: what follows is still said.
ASIDE = re.compile(
    r",\s(?:which|who|whose|where|home to|up from|down from)\b"
    r"(?:(?!\b(?:show|said|say|report|indicate)\w* that\b)[^,;:]){0,160},"
)
"""What stands between commas and is said of the noun before it."""

_WORDS = load_words("dating")
_ANY = _WORDS.any_of
_MONTHS = _ANY("months")
# "Over the same period of 2020 and 2019": of both.
_BASE_TOO = re.compile(r"\b(?:over|from|than|compared (?:with|to)) (?:the )?(?:same period (?:of|in) )?\d{4},? and $")
# "In 2018 and 2019": one number of both, and of neither.
_BOTH_YEARS = re.compile(r"\b(?:in|during|for) (?:the years? )?(?:19|20)\d\d and $")
_AND_YEAR = re.compile(r" and (?:19|20)\d\d\b(?! (?:to|[a-z]+ (?:billion|million|percent))\b)")
YEAR = re.compile(r"(?:19|20)\d\d")
ONE_YEAR = re.compile(r"(?:in|for|of|during) (?:19|20)\d\d", re.IGNORECASE)
# What stands before a period that says what a number is compared with, and not when it was measured.
_BASE = re.compile(
    r"\b(?:(?:even|level|flat|on par|in line) with|unchanged from"
    r"|than(?: (?:the|its|their) (?:[a-z]+ ){0,2}(?:rates?|numbers?|growth|pace|increase|average|total)"
    r"(?: seen| recorded| registered| reported)?)?|compared (?:with|to)|same as|against|over|from|versus|"
    + "".join(f"(?<!{word} )" for word in _WORDS.all_of("reports"))
    + r"that|those|level|figure|(?:same|corresponding|year-earlier) period)"
    r"(?: (?:the same period|the corresponding period|that|those))?(?: (?:of|in|for|from|during))?(?: the)? ?$"
    r"|\b(?:times|double|twice|triple) (?:the|its|their) (?:[a-z]+ ){0,2}"
    r"(?:amount|number|size|volume|level|figure|value|output|total)"
    r"(?: (?:of|in|for|from|during|recorded in))?(?: the)? ?$"
)
# "rose from 20 billion yuan in 2015 to 40 billion", "rose to 40 billion from 20 billion in 2015".
_BASE_AMOUNT = re.compile(
    r"\b(?:from|compared? (?:with|to)|contrast (?:with|to)|versus|against|times that of|times the) (?:[a-z]+ ){0,3}"
    r"(?:rmb ?|cny ?|us\$|[$€])?"
    r"\d[\d.,:]*(?:(?<=\d)(?:st|nd|rd|th)(?: place)?)?"
    rf"(?:%| ?(?:{_ANY('amounts')})\b\.?){{0,4}}"
    rf"(?: and (?:rmb ?|cny ?|us\$|[$€])?\d[\d.,]*(?:%| ?(?:{_ANY('amounts')})\b){{0,4}})?"
    r"(?: \([^()]{1,40}\))?(?: (?:increase|growth|rise|gain|decrease|decline|drop|fall|slump|contraction))?"
    r"(?: (?:at|in|by))?(?: the)? ?$"
)
_BASE_WORDS = re.compile(
    r"(?:from|over|on|than|against) (?:the )?"
    r"(?:(?:end of )?(?:(?:previous|last|preceding|prior|same) (?:year|month|quarter)|[12][0-9]{3})"
    rf"|(?:{_MONTHS.lower()})"
    r"|(?:beginning|start) of (?:the|this|last) year)$"
)
# What is never a time of measuring, whatever stands before it: "moved up two places over the previous year".
_BASE_ALWAYS = re.compile(
    r"(?:over|than|against|from) (?:the )?(?:(?:end of (?:the )?)?(?:previous|preceding|prior) (?:year|month|quarter)"
    r"|(?:beginning|start) of (?:the|this) year|(?:[\w-]+ ){1,4}ago)$"
)
# "An improvement of 4.9 percentage points from the first quarter".
_BASE_OF_POINTS = re.compile(r"(?:from|over|than|against) (?!.*\b(?:past|to)\b)")
# "Exports rose 1.8 percent from the first half last year".
_BASE_PART = re.compile(
    r"(?:from|over|than|against) (?!.*\b(?:past|to)\b)"
    r"(?:.*\b(?:last|previous|preceding|prior) (?:year|month|quarter)"
    r"|(?:the )?[a-z-]+[ -](?:half|quarter) of [12]\d{3})$"
)
_AMOUNT = re.compile(rf"(?:{_ANY('changes')})\)?(?:,? respectively,?)? ?$")
# Words that tell what holds now.
PRESENT = re.compile(rf"\b(?:{load_words('carrying').any_of('now')})\b")
_EVENT = re.compile(rf"\b(?:{_ANY('events')})\b[^,.;]{{0,110}}$|^\W*completed $")
# "The bureau said that by the end of May, …": the period is of what is said.
_SAID_OF = re.compile(rf"\b(?:{_ANY('reports')}|learnt)\b[^,.;]{{0,80}} that $")
# "On June 7, the bureau said that …": when it was said.
_SAID_ON = re.compile(
    r",? (?:[a-z]+ ){0,2}(?:[^,.;:]{2,80})"
    r" (?:said|told|learne?[dt]|informed|announced|declared|revealed|disclosed|introduced|reported)\b"
    r"(?! (?:a|an|the) )(?=[^.;]{0,80} that\b)"
)
# "It was known yesterday from the bureau": when it was said.
_SAID_THEN = re.compile(r"\b(?:known|learne?[dt]|informed|announced|revealed|disclosed|released|said|told)(?: on)? $")
# "Is expected to be over 93 percent this year, and 250 projects have been completed": by now.
_DONE_BY_NOW = re.compile(r"[^.;]{0,40}?,? and [^,.;]{1,60} (?:have|has) (?:already |now )?been\b")
_EXPECTED = re.compile(r"\b(?:expected|projected|planned|forecast|estimated|set|will)\b[^.;]*$")
# "Introducing 17 this year, the park is now home to 42".
_NOW_BEHIND = re.compile(r"\s*[\"“]?[A-Z][a-z]+ing [^;]*, [^,;]{2,60} (?:is|are|has|have) (?:now|currently) ")
# "Developed in 2005, the area is 25 kilometers from the port": of no more than that it was developed.
_BEGUN = re.compile(r"\s*[\"“]?(?:[A-Z][a-z]+ed|Set up|Built|Begun)(?: [a-z]+)? (?:(?:in|on|since) )?$")
# "If a firm reaches such a size in 2022, it will get 30,000 yuan".
_IF = re.compile(r"\b[Ii]f [^,;]*$")
# "After the zone joined the plan in 2006, it carried out two reforms": some time later.
_AFTER = re.compile(
    r"\s*[\"“]?(?:(?:[Ss]oon|[Ss]hortly|(?:[\w-]+ ){1,2}(?:years?|months?|weeks?|days?)) )?"
    r"(?:[Aa]fter|[Bb]efore|[Ss]ince(?! its\b)) (?:[\w’'-]+ (?:- )?){2,20}$"
)
# "Li Wei, head of Linhe until 2020, said": how long somebody held a post.
_TERM = re.compile(r"(?:until|till|from|since|between)\b", re.IGNORECASE)
_SAID_BEHIND = re.compile(r", (?:said|told|noted|added|announced|recalled) (?![A-Z])")
# "…, with an output of 3 billion yuan in 2022, and gathers 300 firms": of the output alone.
_WITH = re.compile(r", with (?:[^,;.]|\.\d){0,80}$")
# "88 projects planned for this year had started by March": when they were to be.
_PLANNED_FOR = re.compile(r"\b(?:planned|scheduled|slated|arranged) $")
_TO_MONTH = re.compile(r",? (?:from )?\d{1,2} to [A-Z]")
# "At the 2018 Hefei Trade Fair": a name.
_NAMED_AFTER = re.compile(r"[a-z ]*\bthe [12]\d{3}$", re.IGNORECASE)
_NAME_BEHIND = re.compile(r" [\"“‘]?[A-Z]")
_DAY = re.compile(r"on\b|(?:this |last )?(?:[a-z]+day|yesterday|today)\b|(?:[a-z]+\.? \d|\d+ [a-z])", re.IGNORECASE)
# "…, set up in 2001 and located at the lake, has": the aside goes on.
_ASIDE_END = re.compile(
    r"(?: (?:and [a-z]+ed|as|by|in|under|on|with|from|at)\b[^,.;()]{0,60})?[,)]"
    # "X, a port, handled 3 million tons in 2023, up 5 percent": no aside, though it stands between commas.
    r"(?! (?:up|down|rising|growing|increasing|falling|accounting|representing|ranking|equal|an? (?:[a-z-]+ ){0,3}"
    r"(?:increase|rise|growth|gain|decrease|decline|drop|fall))\b)"
)
_ASIDE_EVENT = re.compile(
    r", (?:which|who|whose(?: [\w-]+){1,4}) (?:was|were) [a-z]{3,}ed\b[^,;]{0,100}$|"
    r", (?:newly |(?:[a-z]+ )?to be )?completed $|"
    r", (?:ever )?(?:since|when|after|before) (?:it|they|the [\w-]+) (?:was|were|had been) [a-z]{3,}[^,;]{0,60}$|"
    r", (?:an?|the|one of the) (?:[\w-]+ ){1,9}(?:established|founded|set up|built|created|approved|opened|launched)"
    r"(?: (?:in|by) (?:[\w-]+ ){1,4}?)? ?$|"
    r"(?:, | \()(?:(?:which|who) (?:was|were) )?"
    r"(?:(?:[a-z]+ )?to be )?"
    rf"(?:(?!(?:{_ANY('measured')})l?ed\b)"
    r"[a-z]{3,}ed|once [a-z]+|built|set up|begun)\b[^,;]{0,100}$"
)
# "Opened in April and is expected to": when the one was done is not when the other will be.
_AHEAD = re.compile(rf"\b(?:and|but|which) (?:{_ANY('ahead')})\b")
# "In May, the ministry announced that exports had risen": when it was announced.
_ANNOUNCED = re.compile(r",? [^,;:.]{2,90}? (?:announced|declared) (?:that|its|the|an?)\b")
_CLAUSE_END = re.compile(
    r"\s*(?:[.;]|$|,? (?:according|compared|official|data|statistics|said)\b"
    r"|, (?:up|down|an? (?:year|increase|rise|growth|decrease|decline|drop))\b)"
)
# "In 1988 the first firm came, and now there are 300".
_AND_NOW = re.compile(r"(?:, | )(?:and|but|while) (?:now|today|currently|nowadays|at present)\b")


# "150,000 people (2004 census)": what closes the brackets of a year.
_CLOSED = re.compile(r"(?: (?:census|estimate|figures?|data))?\)", re.IGNORECASE)
# "A population of 150,000 (2004), and more than 20 ethnic groups": the year is that of the number before it.
_NUMBER_BEFORE = re.compile(r"\d(?: [^\s,;()]{1,12}){0,2} \($")


def find_period(text: str, sentence: SentenceReading, span: tuple[int, int]) -> Quantity | None:
    """Return the period that governs a span: inside it, right behind it, else the last before it.

    What a number is compared with ("up 5 percent from 2013") is no period of it, nor, before it, the
    day on which something was founded or said.
    """
    start, end = span
    floor = sentence.sentence.start
    marks = [m for m in sentence.marks if m.is_time()]
    inside = (
        m
        for m in marks
        if start <= m.start < end
        and not (m.end < end and (_dates_aside(text, m, floor) or _stands_aside(text, m, start, end)))
    )
    behind = (m for m in marks if end <= m.start and _follows(text, end, m))
    past = [m for m in reversed(marks) if m.end <= start]
    before = (m for m in past if not text[m.end : start].strip())
    planned: Quantity | None = None
    # One after the other, and each only as far as it takes: there may be hundreds.
    for mark in chain(inside, behind, before, _leave_told(text, past, floor, start)):
        if is_base(text, mark, floor) or _is_name(text, mark):
            continue
        first = mark.end <= start and text.endswith("for the first time ", floor, mark.start)
        if first and any(m.start < mark.start for m in past):
            continue  # "91 billion yuan in October, exceeding 90 billion for the first time in 2022, up 8 percent"
        if _PLANNED_FOR.search(_before(text, mark, floor)):
            planned = planned or mark.quantity
            continue
        return None if mark.end <= start and _is_cut_off(text, sentence, mark.end, start) else mark.quantity
    return planned


def _is_cut_off(text: str, sentence: SentenceReading, said: int, start: int) -> bool:
    """Say whether a period stands before a clause that tells what holds now: "; 30 firms have settled"."""
    if _AND_NOW.search(text, said, start):
        return True
    last = text.rfind(";", said, start)
    if last < 0:
        return False
    end = text.find(";", start, sentence.sentence.end)
    return PRESENT.search(text, last, end if end >= 0 else sentence.sentence.end) is not None


def _is_name(text: str, mark: Mark) -> bool:
    """Say whether a year begins the name of an event: "at the 2018 Hefei Trade Fair"."""
    if _TO_MONTH.match(text, mark.end):
        return True  # "this year 1 to May", as translations have it
    named = _NAMED_AFTER.fullmatch(text, mark.start, mark.end)
    return named is not None and _NAME_BEHIND.match(text, mark.end) is not None


def _leave_told(text: str, marks: Sequence[Mark], floor: int, start: int) -> Iterator[Mark]:
    """Yield periods that are not those of an event, nor of what is said between commas."""
    asides = [aside.span() for aside in ASIDE.finditer(text, floor, start)] if marks else []
    for mark in marks:
        if mark.start > floor + 1 and _AHEAD.search(text, mark.end, start):
            continue
        words = _before(text, mark, floor)
        if any(low < mark.start < high for low, high in asides) or _dates_saying(text, mark, start):
            continue
        if "," in text[mark.end : start] and _dates_number(text, mark):
            continue
        if text.startswith(", and ", mark.end) and _WITH.search(words):
            continue
        if _DONE_BY_NOW.match(text, mark.end, start + 60) and _EXPECTED.search(words):
            continue
        if _NOW_BEHIND.match(text, floor, start + 60) or text.endswith("the current ", 0, start):
            continue
        if "," in text[mark.end : start] and (_BEGUN.match(text, floor, mark.start) or _IF.search(words)):
            continue
        if _AFTER.match(text, floor, mark.start) and "," in text[mark.end : start]:
            continue
        if not _EVENT.search(words) or _SAID_OF.search(words):
            yield mark


def _dates_number(text: str, mark: Mark) -> bool:
    """Say whether a period stands in brackets of its own behind a number: "150,000 people (2004 census), and"."""
    closed = _CLOSED.match(text, mark.end) is not None
    return closed and _NUMBER_BEFORE.search(text, max(0, mark.start - 30), mark.start) is not None


def _dates_saying(text: str, mark: Mark, start: int) -> bool:
    """Say whether a period is the day on which what stands before ``start`` was said, or when it was announced."""
    if _ANNOUNCED.match(text, mark.end, start):
        return True
    if _TERM.match(text, mark.start, mark.end) and _SAID_BEHIND.match(text, mark.end, start):
        return True
    if _DAY.match(text, mark.start, mark.end) is None:
        return False
    said = _SAID_THEN.search(text, max(0, mark.start - 24), mark.start)
    return said is not None or _SAID_ON.match(text, mark.end, start) is not None


def find_list_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period of the heading that a line of a list stands under, where it has one and no more."""
    heading = find_heading(reading, sentence)
    periods = [mark.quantity for mark in heading.marks if mark.is_time()] if heading else []
    return periods[0] if len(periods) == 1 else None


def find_pointed_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period a sentence without one points back to: its list's, "the same period", that of "them"."""
    found = find_list_period(reading, sentence) or find_same_period(reading, sentence)
    return found or _find_divided_period(reading, sentence)


_AMONG_THEM = re.compile(
    r"\W*(?:Among|Of|Out of) (?:them|these|those|which|(?:the|these|those) (?:[\w-]+ ){0,3}?"
    r"(?:enterprises|companies|firms|businesses|projects|institutions|newcomers|total))\b"
)


def _find_divided_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return when those were counted that a sentence divides: "In 2022, it signed 29 projects. Among them, 12 are"."""
    text, here = reading.article.text, sentence.sentence
    if not _AMONG_THEM.match(text, here.start) or any(m.is_time() for m in sentence.marks):
        return None
    number = reading.number_of(here)
    other = reading.sentences[number - 1] if number else None
    if other is None or other.sentence.paragraph != here.paragraph or not any(m.key == "count" for m in other.marks):
        return None
    times = [m for m in other.marks if m.is_time() and not is_base(text, m, other.sentence.start)]
    if len(times) != 1 or is_of_event(text, times[0], other.sentence.start):
        return None
    return times[0].quantity


def is_of_event(text: str, mark: Mark, floor: int) -> bool:
    """Say whether a period is when something was founded, said or released."""
    return _EVENT.search(_before(text, mark, floor)) is not None or _dates_aside(text, mark, floor)


# A period that the sentences before have said.
_SAME = re.compile(
    r"\b(?:during|over|in|for|within|throughout) "
    r"(?:the same|this|that|the said|the [a-z]+-(?:month|quarter)|the) (?:time )?period\b"
    r"(?! (?:of|in|a|as|from|to|when|between|before|after|since|under|until|[\ue000-\ue0ff]))"
)
# "During the eight months".
_MONTHS_AGAIN = re.compile(
    r"\b(?:during|over|in) the (?:two|three|four|five|six|seven|eight|nine|ten|eleven)"
    r"(?: months\b(?! (?:of|to|from|before|after|since|ending))|-month period\b)"
)
_BACK = 3


# "The next five years" of a plan are not "the period" that figures are told of.
_TO_COME = re.compile(r"\b(?:next|coming|following|future|upcoming)\b", re.IGNORECASE)


_ONE_END = re.compile(r"(?:by|as of|as at|until|till|up to|at the end of)\b", re.IGNORECASE)


def find_same_period(reading: Reading, sentence: SentenceReading) -> Quantity | None:
    """Return the period that "in the same period" means: the one that the nearest sentence before names.

    None where the sentence says nothing of the kind, or that one names several.
    """
    if not (_SAME.search(sentence.folded) or _MONTHS_AGAIN.search(sentence.triggers)):
        return None
    number = reading.number_of(sentence.sentence)
    for other in reversed(reading.sentences[max(0, number - _BACK) : number]):
        floor = other.sentence.start
        marks = [m for m in other.marks if m.quantity and m.quantity.kind == "period"]
        said = [m.quantity for m in marks if not is_base(reading.article.text, m, floor)]
        if said and all(q is not None and _ONE_END.match(reading.article.text, q.start) for q in said):
            continue  # "By the end of November, …": the period is that told before
        if said:
            first = said[0]
            if first is None or len({(q.first, q.last) if q else None for q in said}) > 1:
                return None
            return None if _TO_COME.search(reading.article.text, first.start, first.end) else first
    return None


def _dates_aside(text: str, mark: Mark, floor: int) -> bool:
    """Say whether a period dates what a closed aside tells: "Linhe Zone, approved in 2013, covers …"."""
    closed = _ASIDE_END.match(text, mark.end) is not None
    return closed and _ASIDE_EVENT.search(_before(text, mark, floor)) is not None


def _stands_aside(text: str, mark: Mark, start: int, end: int) -> bool:
    """Say whether a period stands in an aside that the words around it close: "X, home to 3 firms in 2010, has"."""
    return any(aside.start() < mark.start < aside.end() for aside in ASIDE.finditer(text, start, end))


# "Rose 3 percent year on year in the first half": nothing stands between that matters.
_ON_YEAR = re.compile(
    r"^(?: ?\([^()]{1,30}\))?,? (?:year[- ](?:on|over)[- ]year|yoy|y-o-y|on[- ]year"
    r"|(?:from|than|over) a year (?:earlier|ago|before))"
    r"(?![\w-])|^ ?\((?:[A-Za-z$]{1,4} ?)?\d[^()]{0,24}\)",
    re.IGNORECASE,
)


def _follows(text: str, end: int, mark: Mark) -> bool:
    """Say whether a period stands right behind a span, or behind a comma and at the end of its clause."""
    between = _ON_YEAR.sub("", text[end : mark.start]).strip()
    if between == "(":
        return _CLOSED.match(text, mark.end) is not None
    return not between or (between == "," and _CLAUSE_END.match(text, mark.end) is not None)


def _before(text: str, mark: Mark, floor: int) -> str:
    return text[max(floor, mark.start - 140) : mark.start].lower()


_IN_NAME = re.compile(r"\b(?:the|an?|its|their|this|these|our|some|many|several) $", re.IGNORECASE)
_LATELY_DONE = re.compile(r"(?:recently|newly|lately|just)[ -][a-z]+(?:ed|t|n)\b", re.IGNORECASE)


def is_base(text: str, mark: Mark, floor: int) -> bool:
    """Say whether a period is what a number is compared with, or tells only of a thing that is named."""
    before = _before(text, mark, floor)
    words = text[mark.start : mark.end].lower()
    against = _BASE.search(before) is not None and _SAID_OF.search(before) is None
    if against or _BASE_AMOUNT.search(before) or _BASE_TOO.search(before):
        return True
    if _BOTH_YEARS.search(before) or (ONE_YEAR.fullmatch(words) and _AND_YEAR.match(text, mark.end)):
        return True
    if _BASE_OF_POINTS.match(words) and before.rstrip().endswith(
        ("point", "points", "place", "places", "spot", "spots", "position", "positions", "slot", "slots", "notches")
    ):
        return True
    if _IN_NAME.search(before) and _LATELY_DONE.match(text, mark.start, mark.end + 24):
        return True  # "the recently established commission": not when what is told was
    if _BASE_ALWAYS.match(words) or (_BASE_PART.match(words) and _AMOUNT.search(before)):
        return True
    return _BASE_WORDS.match(words) is not None and _AMOUNT.search(before) is not None


_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)")
# When the earlier amount was, where no year says it: "from 1 billion yuan when it was founded to …".
_LONG_AGO = re.compile(
    r"\b(?:when|at (?:the|its) (?:time|beginning|start|outset|establishment|founding)"
    r"|years (?:ago|earlier|before)|decades?)\b"
)


def spans_years(quote: str, period: str) -> bool:
    """Say whether a change is over more than the period that dates its later amount: "from 1 billion in 2010 to …".

    >>> spans_years("rose from 1 billion yuan in 2010 to 3 billion yuan in 2020", "2020"), spans_years("rose", "2020")
    (True, False)
    """
    ends = {int(year) for year in _YEAR.findall(period)}
    near = ends | {year - 1 for year in ends}
    return any(int(year) not in near for year in _YEAR.findall(quote)) or bool(_LONG_AGO.search(quote))
