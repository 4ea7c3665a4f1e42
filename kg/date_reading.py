"""Read months and days: "on Sept 24, 2020", "from January to July", "since its founding in 2013", "2021-08-28".

Each reader returns what the readers of ``kg/period.py`` do.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from kg.model import Quantity
from kg.period_frame import Left, find_unsaid_year, look_left, make_period, read_scope, to_iso
from kg.quantity_grammar import View

# "In the January-October period".
_NAMED_PERIOD = re.compile(r" period(?![a-z-])")


def read_month(view: View, start: int, end: int) -> Quantity | int | None:
    """Read a month, a day of a month, or a stretch of either, at the month's name."""
    low, periods = view.low, view.grammar.periods
    if not view.text[start].isupper():
        return None
    match = periods.month.match(low, start)
    if match is None:
        return None
    left = look_left(view, start)
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


def _lone_month(view: View, left: Left, start: int, stop: int) -> Quantity | None:
    if view.low[stop - 1] == ".":
        stop -= 1
    stop, year, rule, said = read_scope(view, stop)
    month = view.low[start:stop].split()[0].rstrip(".,")
    if not said:
        return None
    value = to_iso(year, _month_of(view, month)) if year else ""
    return make_period(view, left, stop, value, value, rule=rule)


def _finish_month(
    view: View, left: Left, stop: int, name: str, day: str | None, year: str | None
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
        if not day and (named := _NAMED_PERIOD.match(view.low, stop)):
            stop = named.end()
    stop, said_year, rule, said = read_scope(view, stop) if not year2 else (stop, 0, "", False)
    number = int(year2 or said_year or 0)
    if not number and not said:
        number, rule = find_unsaid_year(view, _month_of(view, name2))
    kind = "date" if day and not closed else "period"
    if not number:
        return make_period(view, left, stop, "", "", kind=kind)
    first = _date_of(view, name, day, year or number)
    last = _date_of(view, name2, day2, number)
    if closed and first > last:
        first = last = ""
    if left.weekday and rule and date.fromisoformat(first).isoweekday() != _weekday(view, left.weekday):
        first = last = ""
    return make_period(view, left, stop, first, last, rule=rule, kind=kind, closed=closed)


def _is_next_month(view: View, name: str, until: re.Match[str]) -> bool:
    """Say whether words go on with the next month and no day: "in January and February"."""
    if not until[2] or until[3] or until[5]:
        return False
    return _month_of(view, until[2]) == _month_of(view, name) + 1


def _weekday(view: View, name: str) -> int:
    return int(view.grammar.period["weekdays"][name])


# What a project did, in front of a day without "on": "opened to traffic Monday".
_HAPPENED = re.compile(
    r"\b(?:opened|started|began|begun|completed|commenced|inaugurated|traffic|operations?|production|service|ground)"
    r"[ \n]\Z"
)


def read_weekday(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "on Monday", or "opened Monday", which is kept as said."""
    left = look_left(view, start)
    happened = _HAPPENED.search(view.low, max(view.floor, start - 16), start) is not None
    if not (happened or (left.preposition == "on" and left.start < start)) or not view.text[start].isupper():
        return None
    if happened and view.text[end + 1 : end + 2].isupper():
        return None  # "Production Monday Morning Post"
    follow = re.compile(r",? ([a-z]+)").match(view.low, end)
    if follow and follow[1] in view.grammar.period["months"]:
        return None
    return Quantity(start if happened else left.start, end, "date")


def read_day_first(view: View, start: int) -> Quantity | int | None:
    """Read "28 August 2021" or "28-30 August 2021" at its first day."""
    match = view.grammar.periods.day_first.match(view.low, start)
    if match is None or not view.text[match.start(3)].isupper():
        return None
    left = look_left(view, start)
    first_day, day, name, year = match.groups()
    if first_day is None:
        return _finish_month(view, left, match.end(), name, day, year)
    number, rule = (int(year), "") if year else find_unsaid_year(view, _month_of(view, name))
    if not number:
        return make_period(view, left, match.end(), "", "")
    first, last = _date_of(view, name, first_day, number), _date_of(view, name, day, number)
    return make_period(view, left, match.end(), first, last, rule=rule, closed=True)


def read_numeric_date(view: View, start: int, token: str) -> Quantity | None:
    """Read a whole numeric token as a date: 2021-08-28, 2021/8/28, 2021.08.28."""
    match = re.fullmatch(r"((?:19|20)[0-9]{2})([-/.])([0-9]{1,2})\2([0-9]{1,2})", token)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    if not (1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    value = to_iso(year, month, day)
    return make_period(view, look_left(view, start), start + len(token), value, value, kind="date")


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
        return to_iso(number, at)
    digits = int(day[:2]) if day[:2].isdigit() else int(day[0])
    return to_iso(number, at, digits) if digits <= monthrange(number, at)[1] else ""
