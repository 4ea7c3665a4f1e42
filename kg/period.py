"""Read periods: "in the first half of 2023", "the past five years", "so far", "yesterday".

Each reader is called at a trigger found in the folded text and either returns a quantity, or how far
the text is used up (a number that is no amount, such as the 14th of a plan's name), or ``None``.
"""

from __future__ import annotations

import re
from datetime import timedelta

from kg.model import Quantity
from kg.period_frame import Left, find_relative_year, find_unsaid_year, look_left, make_period, read_scope, to_iso
from kg.quantity_grammar import WINDOW, QuantityGrammar, View
from kg.quantity_patterns import squeeze

_STEPS = {
    "last": (-1, "month-before-anchor"),
    "this": (0, "month-of-anchor"),
    "next": (1, "month-after-anchor"),
}
_TO_QUARTER = re.compile(r"(?:(?: to | through | ?[-–] ?)q|-)([2-4])(?![\w%]|[.,]\d)")


def read_part(view: View, start: int, end: int) -> Quantity | int | None:
    """Read a half, a quarter or some months of a year at an ordinal: "the first three quarters of 2023"."""
    grammar = view.grammar
    upto: re.Match[str] | None = None
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
    stop, year, rule, said = read_scope(view, stop)
    left = look_left(view, start)
    if year == 0 and not said and stop == (match.end() if match else end):
        joined = match is not None and "-" in match[0] and view.low[stop : stop + 1] == " "  # "first-half exports"
        joined = joined or (match is not None and _TELLS_WHOSE.match(view.low, stop) is not None)
        if not (left.preposition or joined or (match and match[2])) or re.compile(" of(?! )| of ").match(
            view.low, stop
        ):
            return None
        said = False
    if not said:
        year, rule = find_unsaid_year(view, span[1])
    if not year:
        return make_period(view, left, stop, "", "")
    first, last = to_iso(year, span[0]), to_iso(year, span[1])
    return make_period(view, left, stop, first, last, rule=rule, closed=upto is not None)


# "The first quarter GDP was 3 billion yuan": when something measured was so much.
_TELLS_WHOSE = re.compile(
    r" (?:regional |industrial |total |fixed |foreign |tax |fiscal |retail |general |budget |added ){0,3}"
    r"(?:gdp|exports|imports|revenues?|investment|output|sales|profits?|income|trade|asset|assets|value)\b"
)
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
    left = look_left(view, start)
    year, rule = (int(match[2]), "") if match[2] else find_unsaid_year(view, last)
    if not year:
        return make_period(view, left, match.end(), "", "")
    return make_period(view, left, match.end(), to_iso(year, 1), to_iso(year, last), rule=rule)


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
    left = look_left(view, start)
    if nth < 3 or not (match[1] or left.preposition in ("during", "over", "throughout", "for")):
        return match.end()
    base = int(view.grammar.period["five_year_base"]) + 5 * nth
    return make_period(view, left, match.end(), to_iso(base), to_iso(base + 4))


_HOLIDAY = re.compile(
    r"\b(?:holidays?|festival|golden week|vacation|season|travel rush|(?:first|last|opening) day)\s+(?:(?:in|of)\s+)?$"
)
# "During the 2024 Spring Festival holiday", "in the 2023 ice and snow season": some days of a year, and not the year.
_OCCASION = re.compile(
    r"(?:[’']s)? (?:(?!(?:an?|the|its|their|in|on|at|of|during|over|was|is|has|had|will|saw)\b)[a-z0-9][\w-]* ){0,5}?"
    r"(?:(?:holidays?|golden week|vacation|travel rush|festival|season)(?: (?:holidays?|period|travel rush))?)(?![\w-])"
)


def read_past(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "last year", "the past five years", "this month"."""
    match = view.grammar.periods.past.match(view.low, start)
    words = squeeze(match[0]) if match else ""
    if _HOLIDAY.search(view.low, max(0, start - 24), start):
        return match.end() if match else start + 4  # "the Spring Festival holiday this year": not the year
    if match is None:
        this = re.compile(r"this (year|month|week|quarter)(?![a-z0-9-])").match(view.low, start)
        if this is None:
            return None
        words, stop = this[0], this.end()
    else:
        stop = match.end()
    left, anchor, which = look_left(view, start), view.anchor, words.split()[0]
    if (occasion := _OCCASION.match(view.low, stop)) is not None:
        return make_period(view, left, occasion.end(), "", "")
    until = view.grammar.periods.years.match(view.low, stop) if words.endswith("year") else None
    if until is not None and len(until[1]) == 4 and left.preposition in ("from", "between"):
        year, rule = find_relative_year(view, words)  # "from this year to the end of 2025"
        return make_period(view, left, until.end(), to_iso(year) if year else "", until[1], rule=rule, closed=True)
    if left.article or anchor is None or which not in _STEPS or (match and match[2]):
        return make_period(view, left, stop, "", "")
    if words.endswith("year"):
        year, rule = find_relative_year(view, words)
        return make_period(view, left, stop, to_iso(year), to_iso(year), rule=rule)
    if words.endswith("month"):
        step, rule = _STEPS[which]
        months = anchor.year * 12 + anchor.month - 1 + step
        value = to_iso(months // 12, months % 12 + 1)
        return make_period(view, left, stop, value, value, rule=rule)
    return make_period(view, left, stop, "", "")


def read_the_year(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "the end of the year" and "during the year" at the word year."""
    if not view.low.endswith("the ", 0, start) or view.low.startswith(("-", " to end-", " ended ", " ending "), end):
        return None
    left = look_left(view, start)
    if not (left.edge or left.part or left.preposition in ("during", "throughout", "in", "for", "within")):
        return None
    year, rule = find_relative_year(view, "the year")
    return make_period(view, left, end, to_iso(year) if year else "", to_iso(year) if year else "", rule=rule)


def read_fixed(view: View, start: int, end: int) -> Quantity | int | None:
    """Read a fixed phrase: "so far", "in the year to date", "yesterday", "recently"."""
    rule = view.grammar.period["fixed"][view.low[start:end]]
    if rule == "skip":
        return end
    left = look_left(view, start)
    anchor = view.anchor
    if anchor is None or not rule:
        return make_period(view, left, end, "", "")
    if rule == "until-anchor":
        return make_period(view, left, end, "", anchor.isoformat(), rule=rule, closed=True)
    if rule == "anchor-year-until-anchor":
        return make_period(view, left, end, str(anchor.year), anchor.isoformat(), rule=rule, closed=True)
    if rule == "end-of-anchor-year":
        return make_period(view, left, end, "", to_iso(anchor.year), rule=rule, closed=True)
    step = {"day-before-anchor": -1, "day-of-anchor": 0, "day-after-anchor": 1}[rule]
    day = (anchor + timedelta(days=step)).isoformat()
    return make_period(view, left, end, day, day, rule=rule, kind="date")


def read_years(view: View, start: int, end: int, *, qualifier: str = "exact") -> Quantity | None:
    """Read a year or a stretch of years at a bare number of four digits; ``None`` where it is a count.

    ``qualifier`` is what the word before it would make of a count ("over 2000", "about 2030").
    """
    low = view.low
    left = look_left(view, start)
    year = int(low[start:end])
    match = view.grammar.periods.years.match(low, end)
    if match and (" and " not in squeeze(match[0]).join("  ") or left.preposition == "between"):
        short = len(match[1]) == 2
        other = year // 100 * 100 + int(match[1]) if short else int(match[1])
        worded = short and any(letter.isalpha() for letter in match[0])  # "in 2015 to 30 billion" is no stretch
        if year < other and not worded and not (_counts_something(view, match.end()) and not left.preposition):
            return make_period(view, left, match.end(), str(year), str(other), closed=True)
    if (until := _read_until_month(view, left, year, end)) is not None:
        return until
    if low[end : end + 1] == "s" or _HOLIDAY.search(low, max(0, start - 32), start):
        return None
    if (occasion := _OCCASION.match(low, end)) is not None and left.preposition:
        return make_period(view, left, occasion.end(), "", "")
    if qualifier != "exact" and (qualifier not in ("about", "upTo") or _counts_something(view, end)):
        return None
    if not (left.preposition or left.edge or left.part):
        if _counts_something(view, end) and not left.article:
            return None
    return make_period(view, left, end, str(year), str(year))


def _read_until_month(view: View, left: Left, year: int, end: int) -> Quantity | None:
    """Read a stretch that begins with a year and ends with a month: "from 2018 to the end of July"."""
    until = view.grammar.periods.until.match(view.low, end) if left.preposition in ("from", "between") else None
    if until is None or not until[2]:
        return None
    month = view.grammar.period["months"][until[2].rstrip(".")]
    number, rule = (int(until[4]), "") if until[4] else find_unsaid_year(view, month)
    if number and number < year:
        return None
    first, last = (str(year), to_iso(number, month)) if number else ("", "")
    stop = until.end() - view.low.endswith(".", 0, until.end())
    return make_period(view, left, stop, first, last, rule=rule, closed=True)


def _counts_something(view: View, end: int) -> bool:
    """Return whether a plural noun follows, which makes a bare 2023 a number of things."""
    match = re.compile(r"(?: [a-z][a-z'-]*){1,3}").match(view.text, end, end + WINDOW)
    return match is not None and any(word.endswith("s") or word == "people" for word in match[0].split())


_AGO = re.compile(r" ago(?![\w'-])")
_STEPS_BACK = {"year": "years-before-anchor", "month": "months-before-anchor", "day": "days-before-anchor"}


def tell_ago(view: View, found: Quantity) -> Quantity:
    """Return the period that a duration begins, "five years ago"; the duration itself where it begins none.

    Only a number that is exact gives bounds: "some twenty years ago" is kept as said.
    """
    ago = _AGO.match(view.low, found.end) if found.kind == "measure" and found.value.isdigit() else None
    if ago is None or found.unit not in (*_STEPS_BACK, "week"):
        return found
    left = look_left(view, found.start)
    number, anchor = int(found.value), view.anchor
    if anchor is None or found.qualifier != "exact" or found.unit not in _STEPS_BACK or number > _FARTHEST:
        return make_period(view, left, ago.end(), "", "")
    if found.unit == "year":
        value = to_iso(anchor.year - number)
    elif found.unit == "month":
        months = anchor.year * 12 + anchor.month - 1 - number
        value = to_iso(months // 12, months % 12 + 1)
    else:
        value = (anchor - timedelta(days=number)).isoformat()
    return make_period(view, left, ago.end(), value, value, rule=_STEPS_BACK[found.unit])


_FARTHEST = 500
"""Of more years, months or days than these nobody counts back exactly."""
