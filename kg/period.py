"""Read periods and dates: "in the first half of 2023", "by the end of June", "yesterday".

Each reader is called at a trigger found in the folded text and either returns a quantity, or how far
the text is used up (a number that is no amount, such as the 14th of a plan's name), or ``None``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from kg.model import Quantity
from kg.quantity_grammar import WINDOW, QuantityGrammar, View
from kg.quantity_patterns import squeeze

_STEPS = {
    "last": (-1, "month-before-anchor"),
    "this": (0, "month-of-anchor"),
    "next": (1, "month-after-anchor"),
}


@dataclass(slots=True)
class _Left:
    """What stands before a period: where it begins, its preposition, and which edge or part is meant."""

    start: int
    preposition: str
    edge: str
    part: str
    article: bool
    weekday: str


def _look_left(view: View, start: int) -> _Left:
    lower = max(view.floor, start - WINDOW)
    match = view.grammar.periods.left.search(view.low, lower, start)
    if match is None or match.start() == start:
        return _Left(start, "", "", "", False, "")
    begin = match.start()
    if begin == lower and begin > 0 and view.low[begin - 1].isalnum():
        return _Left(start, "", "", "", False, "")
    preposition, edge, part, weekday = match.groups()
    taken = view.low[begin:start]
    if taken.strip() in ("the", '"', 'the "') and not edge:
        return _Left(start, "", "", "", "the" in taken, "")
    article = view.low.endswith(("the ", "the\n"), begin, start)
    return _Left(begin, squeeze(preposition or ""), edge or "", part or "", article, weekday or "")


def _bounds(view: View, left: _Left, first: str, last: str) -> tuple[str, str]:
    """Return the bounds that the words before leave of ``first`` and ``last``."""
    period = view.grammar.period
    if left.preposition in period["neither"] or left.part or left.edge in period["edges_none"]:
        return "", ""
    if left.edge in period["edges_last"]:
        return "", last
    if left.edge in period["edges_first"]:
        return first, ""
    if left.preposition in period["only_last"]:
        return "", last
    if left.preposition in period["only_first"]:
        return first, ""
    return first, last


def _make(
    view: View,
    left: _Left,
    end: int,
    first: str,
    last: str,
    *,
    rule: str = "",
    kind: str = "period",
    closed: bool = False,
) -> Quantity:
    """Return the quantity of a period; ``closed`` when it names both its bounds itself."""
    if not closed:
        first, last = _bounds(view, left, first, last)
    resolved = rule if first or last else ""
    return Quantity(left.start, end, kind, first=first, last=last, resolved=resolved)


def _iso(year: int, month: int = 0, day: int = 0) -> str:
    if day:
        return f"{year:04}-{month:02}-{day:02}"
    return f"{year:04}-{month:02}" if month else f"{year:04}"


def _relative_year(view: View, words: str) -> tuple[int, str]:
    """Return the year that "this year", "last year"... means, and the rule; 0 without an anchor."""
    if view.anchor is None:
        return 0, ""
    if words.startswith("last"):
        return view.anchor.year - 1, "year-before-anchor"
    if words.startswith("next"):
        return view.anchor.year + 1, "year-after-anchor"
    return view.anchor.year, "year-of-anchor"


def _scope(view: View, end: int) -> tuple[int, int, str, bool]:
    """Return where the words "of 2023" or "of last year" end, the year, the rule, and whether it is said."""
    match = view.grammar.periods.scope.match(view.low, end)
    if match is None:
        return end, 0, "", False
    if match[1]:
        return match.end(), int(match[1]), "", True
    words = squeeze(match[2])
    year, rule = _relative_year(view, words)
    return match.end(), year, rule, words != "the year"


def _unsaid_year(view: View, last_month: int, last_day: int = 0) -> tuple[int, str]:
    """Return the anchor's year for a part of the year whose year is not said, where it is over by then.

    A part that the anchor's date has not reached may be of the year before or a plan: nothing is
    resolved. The anchor's own month is taken as said of now.
    """
    if view.anchor is None or last_month > view.anchor.month:
        return 0, ""
    return view.anchor.year, "year-of-anchor"


_TO_QUARTER = re.compile(r"(?: to | through | ?[-–] ?)q([2-4])(?!\w)")


def read_part(view: View, start: int, end: int) -> Quantity | int | None:
    """Read a half, a quarter or some months of a year at an ordinal: "the first three quarters of 2023"."""
    grammar = view.grammar
    match = grammar.periods.part.match(view.low, start)
    if match:
        span = _part_months(grammar, match)
        stop = match.end()
    elif view.low[start] in "qh" and view.low[start + 1 : end].isdigit():
        size = 3 if view.low[start] == "q" else 6
        number = int(view.low[start + 1 : end])
        upto = _TO_QUARTER.match(view.low, end) if size == 3 else None
        upto = upto if upto and int(upto[1]) > number else None
        span, stop = ((number - 1) * size + 1, (int(upto[1]) if upto else number) * size), upto.end() if upto else end
        end = stop
    else:
        return None
    if span is None:
        return None
    stop, year, rule, said = _scope(view, stop)
    left = _look_left(view, start)
    if year == 0 and not said and stop == (match.end() if match else end):
        joined = match is not None and "-" in match[0] and view.low[stop : stop + 1] == " "  # "first-half exports"
        if not (left.preposition or joined or (match and match[2])) or re.compile(" of(?! )| of ").match(
            view.low, stop
        ):
            return None
        said = False
    if not said:
        year, rule = _unsaid_year(view, span[1])
    if not year:
        return _make(view, left, stop, "", "")
    return _make(view, left, stop, _iso(year, span[0]), _iso(year, span[1]), rule=rule)


_MONTHS = re.compile(
    r"1 ?[-–~] ?(1[0-2]|[2-9])[ -]months?(?! later| old| ago|[a-z0-9-])"
    r"(?: of((?:19|20)[0-9]{2}|[ \n](?:19|20)[0-9]{2})(?![0-9]))?"
)
_OPENS = re.compile(r"(?:^|[.;,:(!?]|\b(?:in|from|during|the|completed|district|county|city|zone))\s*\Z")


def read_months(view: View, start: int) -> Quantity | None:
    """Read "1-9 months", which translations write for January to September."""
    match = _MONTHS.match(view.low, start)
    if match is None or not _OPENS.search(view.low, max(0, start - 16), start):
        return None
    last = int(match[1])
    left = _look_left(view, start)
    year, rule = (int(match[2]), "") if match[2] else _unsaid_year(view, last)
    if not year:
        return _make(view, left, match.end(), "", "")
    return _make(view, left, match.end(), _iso(year, 1), _iso(year, last), rule=rule)


def _part_months(grammar: QuantityGrammar, match: re.Match[str]) -> tuple[int, int] | None:
    """Return the first and last month of a matched part of a year."""
    ordinal, count, unit = match[1], match[2], match[3]
    nth = 0 if ordinal == "last" else grammar.ordinals.get(ordinal) or int(ordinal[:-2] or 0)
    number = 0
    if count:
        number = int(count) if count.isdigit() else grammar.words[count]
    size = {"half": 6, "quarter": 3, "quarters": 3, "month": 1, "months": 1}.get(unit, 0)
    if not size or (nth == 0 and size != 1 and count):
        return None
    top = 12 // size
    if count:
        return (1, number * size) if nth == 1 and 1 < number <= top else None
    if unit.endswith("s") or size == 1:
        return None
    if nth == 0:
        nth = top
    return ((nth - 1) * size + 1, nth * size) if 1 <= nth <= top else None


def read_plan(view: View, start: int, end: int, nth: int) -> Quantity | int | None:
    """Read "the 14th Five-Year Plan period" after its ordinal; the plan itself, a document, is used up."""
    match = view.grammar.periods.plan.match(view.low, end)
    if match is None:
        return None
    left = _look_left(view, start)
    if nth < 3 or not (match[1] or left.preposition in ("during", "over", "throughout", "for")):
        return match.end()
    base = int(view.grammar.period["five_year_base"]) + 5 * nth
    return _make(view, left, match.end(), _iso(base), _iso(base + 4))


def read_past(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "last year", "the past five years", "this month"."""
    match = view.grammar.periods.past.match(view.low, start)
    words = squeeze(match[0]) if match else ""
    if match is None:
        this = re.compile(r"this (year|month|week|quarter)(?![a-z0-9-])").match(view.low, start)
        if this is None:
            return None
        words, stop = this[0], this.end()
    else:
        stop = match.end()
    left, anchor, which = _look_left(view, start), view.anchor, words.split()[0]
    if left.article or anchor is None or which not in _STEPS or (match and match[2]):
        return _make(view, left, stop, "", "")
    if words.endswith("year"):
        year, rule = _relative_year(view, words)
        return _make(view, left, stop, _iso(year), _iso(year), rule=rule)
    if words.endswith("month"):
        step, rule = _STEPS[which]
        months = anchor.year * 12 + anchor.month - 1 + step
        value = _iso(months // 12, months % 12 + 1)
        return _make(view, left, stop, value, value, rule=rule)
    return _make(view, left, stop, "", "")


def read_the_year(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "the end of the year" and "during the year" at the word year."""
    if not view.low.endswith("the ", 0, start) or view.low[end : end + 1] == "-":
        return None
    left = _look_left(view, start)
    if not (left.edge or left.part or left.preposition in ("during", "throughout", "in", "for", "within")):
        return None
    year, rule = _relative_year(view, "the year")
    return _make(view, left, end, _iso(year) if year else "", _iso(year) if year else "", rule=rule)


def read_fixed(view: View, start: int, end: int) -> Quantity | int | None:
    """Read a fixed phrase: "so far", "as of now", "yesterday", "recently"."""
    rule = view.grammar.period["fixed"][view.low[start:end]]
    if rule == "skip":
        return end
    left = _look_left(view, start)
    anchor = view.anchor
    if anchor is None or not rule:
        return _make(view, left, end, "", "")
    if rule == "until-anchor":
        return _make(view, left, end, "", anchor.isoformat(), rule=rule, closed=True)
    if rule == "end-of-anchor-year":
        return _make(view, left, end, "", _iso(anchor.year), rule=rule, closed=True)
    step = {"day-before-anchor": -1, "day-of-anchor": 0, "day-after-anchor": 1}[rule]
    day = (anchor + timedelta(days=step)).isoformat()
    return _make(view, left, end, day, day, rule=rule, kind="date")


def read_since(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "since its establishment in 2013" and "since the launch of the programme"."""
    match = view.grammar.periods.since.match(view.low, start)
    if match is None:
        return None
    stop, first = match.end(), ""
    of = re.compile(r" of (?:the )?\"?[\w' -]{1,60}\"?(?=[,;.]|\Z)").match(view.low, stop)
    tail = view.low[stop : of.end()] if of else ""
    dated = re.compile(r"(?:.* )?(?:in|on) (?=[a-z0-9])").match(tail) if of else None
    if dated:
        first = _first_date(view, stop + dated.end())[1]
    if of:
        stop = of.end()
    else:
        place = re.compile(r" (?:in|on) (?=[a-z0-9])").match(view.low, stop)
        if place:
            stop2, first = _first_date(view, place.end())
            stop = stop2 or stop
    return Quantity(start, stop, "period", first=first)


def _first_date(view: View, start: int) -> tuple[int, str]:
    """Return the end and the ISO form of a year or a dated month at ``start``; (0, "") if there is none."""
    low, periods = view.low, view.grammar.periods
    year = re.compile(r"((?:19|20)[0-9]{2})(?![0-9a-z])(?![.,][0-9])").match(low, start)
    if year:
        return year.end(), year[1]
    match = periods.month.match(low, start)
    if match and match[3]:
        return match.end(), _date_of(view, match[1], match[2], match[3])
    match = periods.day_first.match(low, start)
    if match and match[4] and not match[1]:
        return match.end(), _date_of(view, match[3], match[2], match[4])
    return 0, ""


def _month_of(view: View, name: str) -> int:
    return int(view.grammar.period["months"][name.rstrip(".")])


def _date_of(view: View, month: str, day: str | None, year: int | str) -> str:
    """Return the ISO form of a month or a day, or "" where there is no such day."""
    number, at = int(year), _month_of(view, month)
    if not day:
        return _iso(number, at)
    digits = int(day[:2]) if day[:2].isdigit() else int(day[0])
    return _iso(number, at, digits) if digits <= monthrange(number, at)[1] else ""


def read_month(view: View, start: int, end: int) -> Quantity | int | None:
    """Read a month, a day of a month, or a stretch of either, at the month's name."""
    low, periods = view.low, view.grammar.periods
    if not view.text[start].isupper():
        return None
    match = periods.month.match(low, start)
    if match is None:
        return None
    left = _look_left(view, start)
    name, day, year = match.groups()
    stop = match.end()
    if not (left.preposition or left.edge or left.part or left.weekday or day or year):
        if low[start:end] in ("may", "march", "mar"):
            return None
        if not periods.until.match(low, stop):
            return _lone_month(view, left, start, stop)
    if left.preposition == "in" and day and not year:
        stop, day = match.end(1), None
    if stop > start and low[stop - 1] == "." and not day and not year:
        stop = stop if low[stop : stop + 1] == " " and low[stop + 1 : stop + 2].islower() else stop - 1
    return _finish_month(view, left, stop, name, day, year)


def _lone_month(view: View, left: _Left, start: int, stop: int) -> Quantity | None:
    if view.low[stop - 1] == ".":
        stop -= 1
    stop, year, rule, said = _scope(view, stop)
    month = view.low[start:stop].split()[0].rstrip(".,")
    if not said:
        return None
    value = _iso(year, _month_of(view, month)) if year else ""
    return _make(view, left, stop, value, value, rule=rule)


def _finish_month(
    view: View, left: _Left, stop: int, name: str, day: str | None, year: str | None
) -> Quantity | int | None:
    """Read what may follow a month or day ("to July", "-26", "of last year") and resolve it."""
    until = view.grammar.periods.until.match(view.low, stop)
    name2, day2, year2 = name, day, year
    closed = False
    joined = until is not None and not day and _is_next_month(view, name, until)
    between = until is not None and (" and" not in until[1] or left.preposition == "between")
    if until and (between or joined) and (not until[5] or day):
        closed, stop = True, until.end()
        name2, day2 = until[2] or name, until[5] or until[3]
        year2 = until[4]
    stop, said_year, rule, said = _scope(view, stop) if not year2 else (stop, 0, "", False)
    number = int(year2 or said_year or 0)
    if not number and not said:
        number, rule = _unsaid_year(view, _month_of(view, name2))
    kind = "date" if day and not closed else "period"
    if not number:
        return _make(view, left, stop, "", "", kind=kind)
    first = _date_of(view, name, day, year or number)
    last = _date_of(view, name2, day2, number)
    if closed and first > last:
        first = last = ""
    if left.weekday and rule and date.fromisoformat(first).isoweekday() != _weekday(view, left.weekday):
        first = last = ""
    return _make(view, left, stop, first, last, rule=rule, kind=kind, closed=closed)


def _is_next_month(view: View, name: str, until: re.Match[str]) -> bool:
    """Say whether words go on with the next month and no day: "in January and February"."""
    if not until[2] or until[3] or until[5]:
        return False
    return _month_of(view, until[2]) == _month_of(view, name) + 1


def _weekday(view: View, name: str) -> int:
    return int(view.grammar.period["weekdays"][name])


def read_weekday(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "on Monday", which is kept as said."""
    left = _look_left(view, start)
    if left.preposition != "on" or left.start == start or not view.text[start].isupper():
        return None
    follow = re.compile(r",? ([a-z]+)").match(view.low, end)
    if follow and follow[1] in view.grammar.period["months"]:
        return None
    return Quantity(left.start, end, "date")


def read_day_first(view: View, start: int) -> Quantity | int | None:
    """Read "28 August 2021" or "28-30 August 2021" at its first day."""
    match = view.grammar.periods.day_first.match(view.low, start)
    if match is None or not view.text[match.start(3)].isupper():
        return None
    left = _look_left(view, start)
    first_day, day, name, year = match.groups()
    if first_day is None:
        return _finish_month(view, left, match.end(), name, day, year)
    number, rule = (int(year), "") if year else _unsaid_year(view, _month_of(view, name))
    if not number:
        return _make(view, left, match.end(), "", "")
    first, last = _date_of(view, name, first_day, number), _date_of(view, name, day, number)
    return _make(view, left, match.end(), first, last, rule=rule, closed=True)


def read_numeric_date(view: View, start: int, token: str) -> Quantity | None:
    """Read a whole numeric token as a date: 2021-08-28, 2021/8/28, 2021.08.28."""
    match = re.fullmatch(r"((?:19|20)[0-9]{2})([-/.])([0-9]{1,2})\2([0-9]{1,2})", token)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    if not (1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    value = _iso(year, month, day)
    return _make(view, _look_left(view, start), start + len(token), value, value, kind="date")


def read_years(view: View, start: int, end: int, *, qualifier: str = "exact") -> Quantity | None:
    """Read a year or a stretch of years at a bare number of four digits; ``None`` where it is a count.

    ``qualifier`` is what the word before it would make of a count ("over 2000", "about 2030").
    """
    low = view.low
    left = _look_left(view, start)
    year = int(low[start:end])
    match = view.grammar.periods.years.match(low, end)
    if match and (" and " not in squeeze(match[0]).join("  ") or left.preposition == "between"):
        short = len(match[1]) == 2
        other = year // 100 * 100 + int(match[1]) if short else int(match[1])
        worded = short and any(letter.isalpha() for letter in match[0])  # "in 2015 to 30 billion" is no stretch
        if year < other and not worded and not (_counts_something(view, match.end()) and not left.preposition):
            return _make(view, left, match.end(), str(year), str(other), closed=True)
    if low[end : end + 1] == "s":
        return None
    if qualifier != "exact" and (qualifier not in ("about", "upTo") or _counts_something(view, end)):
        return None
    if not (left.preposition or left.edge or left.part):
        if _counts_something(view, end) and not left.article:
            return None
    return _make(view, left, end, str(year), str(year))


def _counts_something(view: View, end: int) -> bool:
    """Return whether a plural noun follows, which makes a bare 2023 a number of things."""
    match = re.compile(r"(?: [a-z][a-z'-]*){1,3}").match(view.text, end, end + WINDOW)
    return match is not None and any(word.endswith("s") or word == "people" for word in match[0].split())
