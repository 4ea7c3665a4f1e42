"""Find numbers, amounts, ratios, ranks, dates and periods in a text, with what they mean.

A place where a number may begin is found first (runs of digits by one pattern, words by one
automaton); what stands there is then read with patterns matched at that place only, so that the time
is linear in the text's length whatever it holds. Offsets are code points, end exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from kg.amount import MAX_DIGITS, ONE, amount_at, look_left, word_before
from kg.date_reading import read_day_first, read_month, read_numeric_date, read_since, read_weekday
from kg.listed_amounts import share_units
from kg.model import Quantity, Span
from kg.number import OF, Outcome, make_ratio, read_amount, read_article, read_number, read_ratio, read_shares
from kg.period import read_fixed, read_months, read_part, read_past, read_plan, read_the_year, read_years, tell_ago
from kg.quantity_grammar import QuantityGrammar, View, load_quantities
from kg.quantity_patterns import NUMBER, squeeze

__all__ = ["QuantityGrammar", "find_quantities", "load_quantities"]

_TOKEN = re.compile(r"[0-9]+(?:[.,:/-][0-9]+)*")
_NUMBER = re.compile(NUMBER)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![a-z0-9])")
_RANK_NUMBER = re.compile(r" ?([0-9]{1,4})(?![0-9a-z])(?![.,/-][0-9])")
_FRACTION = re.compile(r"([1-9])/([1-9][0-9]{0,3})")
_PHONE = re.compile(r"(?:[ -][0-9]+){0,4}")
_COMPOUND = re.compile(r"-([a-z]+)")
# "The second industry", as translations call the secondary one: an added value is of it, and it ranks nothing.
_TRADE = re.compile(
    r"(?: (?:and|or) (?:the )?(?:second|third)|, (?:the )?second,? (?:and|or) (?:the )?third)?"
    r" industr(?:y|ies)\b(?! to\b)"
)
_SCALE_BEHIND = re.compile(r" (?:million|billion|trillion)\b")
_PARTS = ("mid-", "early-", "late-")


def find_quantities(
    text: str, grammar: QuantityGrammar, *, start: int = 0, end: int | None = None, anchor: str = ""
) -> list[Quantity]:
    """Return the quantities in ``text[start:end]``, sorted by start and without overlaps.

    ``anchor`` is the article's date in ISO form, or empty: then what is said relative to it ("last
    year") is kept as said, with no bounds. A number that the limits would cut in two is left out.

    >>> from kg.resources import find_root
    >>> grammar = load_quantities(find_root() / "data" / "quantities.toml")
    >>> [found] = find_quantities("More than 3.5 billion yuan", grammar)
    >>> found.value, found.unit, found.qualifier
    ('3500000000', 'CNY', 'moreThan')
    """
    stop = len(text) if end is None else min(end, len(text))
    if start > 0 or stop < len(text):
        start, stop = _whole_words(text, start, stop)
        window = find_quantities(text[start:stop], grammar, anchor=anchor)
        return [found.shift(start) for found in window]
    view = View(text, grammar.fold(text), grammar, _read_anchor(anchor))
    for at, to, readers in _triggers(view):
        if at < view.floor:
            continue
        for reader in readers:
            found = _READERS[reader](view, at, to)
            if found is None:
                continue
            if isinstance(found, Quantity):
                if found.kind == "count" and _SCALE_BEHIND.match(view.low, found.end):
                    view.floor = found.end  # "a million billion-level clusters": how many, nothing says
                    break
                found = tell_ago(view, found)
                view.found.append(found)
                view.floor = found.end
            else:
                view.floor = found
            break
    share_units(view)
    return view.found


def _whole_words(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return the limits drawn in so that neither stands inside a word or a number."""
    while 0 < start < stop and _joined(text, start):
        start += 1
    while start < stop < len(text) and _joined(text, stop):
        stop -= 1
    return start, max(start, stop)


def _joined(text: str, at: int) -> bool:
    """Say whether a limit stands inside a word or a number: a stop behind letters or before a capital ends a sentence.

    "In the province.36 projects …", as translations glue them, are two.
    """
    before, after = text[at - 1], text[at]
    if before in ".,":
        return not text[at - 2 : at - 1].isalpha() and (after.isdigit() or after in ".,")
    return before.isalnum() and (after.isalnum() or after in ".,")


def _read_anchor(anchor: str) -> date | None:
    try:
        return date.fromisoformat(anchor[:10]) if anchor else None
    except ValueError:
        return None


def _triggers(view: View) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return the places to look at, in order: runs of digits, and the words of the grammar."""
    low, table = view.low, view.grammar.readers
    places: list[tuple[int, int, tuple[str, ...]]]
    places = [(match.start(), match.end(), _DIGITS) for match in _TOKEN.finditer(low)]
    safe = low if low.isascii() else low.encode("utf-8", "replace").decode()
    for index, at, to in view.grammar.automaton.find_matches_as_indexes(safe):
        if (at == 0 or not low[at - 1].isalnum()) and not (low[to : to + 1].isalnum() and low[to - 1].isalnum()):
            places.append((at, to, table[index][1]))
    places.sort()
    return places


# --- numbers in digits ----------------------------------------------------------------------------------

# "Graduates of 985 and 211 universities", "the 863 Program": names of programs of the state, and no counts.
_PROGRAM = re.compile(
    r"(?<!over )(?<!than )(?<!nearly )(?<!about )(?<!total of )"
    r"(?:(?:985|211)(?:(?:,? (?:and|or) |/)(?:985|211))? (?:project )?(?:universit(?:y|ies)|colleges?)"
    r"|(?:985|211|863|973) (?:project|program(?:me)?))(?![a-z])"
)


def _read_digits(view: View, start: int, end: int) -> Outcome:
    """Read what stands at a run of digits: a date, a year, a rank, a range, an amount, or no quantity."""
    low, token = view.low, view.low[start:end]
    if len(token) > 2 * MAX_DIGITS or not _stands_alone(view, start, end):
        return _PHONE.match(low, end).end() if low[start - 1 : start] == "+" else end  # type: ignore[union-attr]
    if token[:1] == "1" and (months := read_months(view, start)) is not None:
        return months
    if ":" in low[start : end + 2] and (shares := read_shares(view, start)) is not None:
        return shares
    if _PROGRAM.match(low, start):
        return end
    if (spaced := _read_spaced(view, start, end)) is not None:
        return spaced
    if broken := _read_broken(view, start, end):
        return broken
    plain = _NUMBER.match(low, start, end)
    stop = plain.end() if plain else start
    if stop < end and (low[stop] != "-" or not _NUMBER.fullmatch(low, stop + 1, end)):
        return read_numeric_date(view, start, token) or _read_slash(view, start, end) or end
    follow = low[stop : stop + 1]
    if len(token) <= 5 and follow and follow in "- snrt" and (follow != " " or _before_name(view, stop)):
        day = read_day_first(view, start)
        if day is not None:
            return day
    if follow and follow in "snrt" and token.isdigit() and (suffix := _ORDINAL.match(low, stop)):
        return _read_rank(view, start, suffix.end(), int(token)) if len(token) < 5 else suffix.end()
    lettered = follow.isalpha() and follow.isascii()
    if stop - start == 4 and not lettered and "1900" <= low[start:stop] < "2100" and low[start:stop].isdigit():
        year = _read_year(view, start, stop, plain)
        if year is not None:
            return year if year.end >= end else end
        if _NAMED_YEAR.search(view.text, max(0, start - 24), start) and view.text[stop : stop + 2].strip().isalpha():
            return end
    found = read_amount(view, start, plain)
    whole = isinstance(found, Quantity) and (stop == end or found.end >= end)
    return found if whole else max(end, found if isinstance(found, int) else end)


# "The Beijing 2022 organizers", "the year 2020 marks": the year in a name, and no count.
_NAMED_YEAR = re.compile(
    r"(?:\b(?!(?:The|These|Those|Its|Their|Our|All|Some|About|Over|Nearly|Almost|Around|Roughly|Approximately|Only"
    r"|Another|With|And|In|By|From|Of|At|On|To|For|Has|Have|Had|Total|Than|More|Up|About)\b)"
    r"[A-Z][a-z]+(?<!ing)(?<!ed)|\byear) \Z"
)


# "With 2 18.9 square kilometers", "in 20 10": a number that a page has torn in two. What it was, nothing says for sure.
_TORN = re.compile(
    r" ([0-9]{1,3}(?:\.[0-9]+)?)(?![0-9]|[.,][0-9])(?= ?(?:[a-z%.,;)]|\Z))(?![a-z])(?! ?(?:million|billion|trillion)\b)"
)

# "A population of 346, 000": the thousands of it, and no item of a list.
_ZEROS = re.compile(r"(?:, 000){1,2}(?![0-9])")


# "An area of 12 238 km²", "8 097 973 people": thousands set off by blanks, as in no two numbers of a table.
_SPACED = re.compile(
    r"[1-9][0-9]{0,2}(?: [0-9]{3}){1,2}(?:\.[0-9]{1,2})?(?![0-9]|[.,:/-][0-9]| [0-9]| ?(?:million|billion|trillion)\b)"
)


def _read_spaced(view: View, start: int, end: int) -> Outcome:
    """Read a number with blanks between its thousands."""
    token = view.low[start:end]
    if len(token) > 3 or not token.isdigit() or view.low[max(0, start - 2) : max(0, start - 1)].isdigit():
        return None
    spaced = _SPACED.match(view.low, start)
    if spaced is None or _JOINS.search(view.low, max(0, start - 24), start):
        return None
    return read_amount(view, start, spaced)


# "RMB 581. 003 billion": a blank behind the point, and neither 581 nor 3 billion.
_APART = re.compile(r"\. [0-9]{1,3}(?= ?(?:million|billion|trillion)\b)")


def _read_broken(view: View, start: int, end: int) -> int | None:
    """Return where the second half of a number ends that stands right behind the first, which is then no quantity."""
    token = view.low[start:end]
    if len(token) > 3 or not token.isdigit() or view.low[start - 1 : start] in ("$", "€", "£", "¥"):
        return None
    if zeros := _ZEROS.match(view.low, end) or _APART.match(view.low, end):
        return zeros.end()
    torn = _TORN.match(view.low, end)
    return torn.end() if torn and not _JOINS.search(view.low, max(0, start - 24), start) else None


# Where two numbers may well follow one another: "on May 5 12 projects", "phase 2 18 hectares", "Fortune 500 12 firms".
_JOINS = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}\.? \Z"
    r"|\b(?:phases?|no\.?|number|article|top|fortune|global|world|stage|lines?|building|block|area|zone|plot|section"
    r"|class|type|level) \Z"
)


def _before_name(view: View, stop: int) -> bool:
    """Return whether a capital, or "of" or "to", follows: the least that a month needs."""
    return view.text[stop + 1 : stop + 2].isupper() or view.low.startswith(("of ", "to "), stop + 1)


def _stands_alone(view: View, start: int, end: int) -> bool:
    """Return whether a run of digits is not a part of a name, a code or an identifier."""
    low = view.low
    before, outer = low[start - 1 : start], low[start - 2 : start - 1] if start > 1 else " "
    if (before.isalpha() and before.isascii()) or before == "_":
        return look_left(view, start)[2] is not None or _is_glued(view, start)
    if before == "-":
        return not (outer.isalnum() or outer in '"-)') or low.endswith(_PARTS, max(0, start - 6), start)
    if before == "." or before == ",":
        return outer.isalpha() or outer in ")\"'"
    if before == "+" and outer in "( ":  # "Exports: 3 billion yuan (+12.5%)"
        amount = amount_at(view, start)
        return amount is not None and amount.unit is not None and amount.unit.kind == "percent"
    if before and before in "/+#@\\=&*^":
        return False
    if before == "'" and end - start == 2:
        return False
    behind = low[end : end + 1]
    return behind not in ("_", "@", "#") and not (behind == ":" and low[end + 1 : end + 2].strip())


# "The GDP reached104.485 billion yuan": a word, and no code, that a translation glues to the amount behind it.
_GLUED = re.compile(r"(?<![\w.-])(?:[a-z]{3,16}|of|by|is|to)\Z")


def _is_glued(view: View, start: int) -> bool:
    """Return whether an amount of money or a percentage is only glued to the word before it."""
    if _GLUED.search(view.text, max(0, start - 18), start) is None:
        return False
    amount = amount_at(view, start)
    return amount is not None and amount.unit is not None and amount.unit.kind in ("money", "percent")


def _read_year(view: View, start: int, end: int, match: re.Match[str] | None) -> Quantity | None:
    """Read four digits as a year, where no unit, scale or qualifier makes them an amount."""
    amount = amount_at(view, start, match)
    if amount is None or amount.unit or amount.scale is not ONE:
        return None
    return read_years(view, start, end, qualifier=amount.qualifier)


def _read_slash(view: View, start: int, end: int) -> Quantity | None:
    """Read 1/3 as a ratio, where "of" follows."""
    match = _FRACTION.fullmatch(view.low, start, end)
    if match is None or not view.low.startswith(OF, end):
        return None
    return make_ratio(view, start, end, Decimal(match[1]) / Decimal(match[2]))


# --- ranks, classes, missing numbers --------------------------------------------------------------------


def _read_ordinal(view: View, start: int, end: int) -> Outcome:
    low = view.low
    word = low[start:end]
    if word in ("no.", "no "):
        match = _RANK_NUMBER.match(low, end)
        if match is None or (word == "no " and view.text[start] != "N"):
            return None  # "No 1 in the province"; "no 5G" is none
        return Quantity(start, match.end(), "ordinal", value=str(int(match[1])), number=Span(*match.span(1)))
    if word in view.grammar.fractions and (part := read_article(view, start, end)) is not None:
        return part  # "a third of the firms"
    value = view.grammar.ordinals.get(word, 0)
    return _read_rank(view, start, end, value) if value else read_part(view, start, end)


def _read_rank(view: View, start: int, end: int, value: int) -> Outcome:
    """Read an ordinal in digits or words: part of a period, the number of a plan, or a rank."""
    part = read_part(view, start, end)
    if part is not None:
        return part
    plan = read_plan(view, start, end, value)
    if plan is not None:
        return plan
    follow = _COMPOUND.match(view.low, end)
    if follow and not follow[1].endswith("est") and not follow[1].startswith(("rank", "place")):
        return end
    if (start and view.low[start - 1] == "-") or (value <= 3 and _TRADE.match(view.low, end)):
        return end
    if view.text[start].isupper() and view.text[end + 1 : end + 2].isupper():
        return end
    return Quantity(start, end, "ordinal", value=str(value), number=Span(start, end))


def _read_size(view: View, start: int, end: int) -> Outcome:
    return Quantity(start, end, "size", qualifier="moreThan")


def _read_missing(view: View, start: int, end: int) -> Outcome:
    """Read a unit whose number is lost: "was completed with billion yuan", "increased by percent"."""
    low, grammar = view.low, view.grammar
    if start == 0 or low[start - 1] not in " \n":
        return None
    word = word_before(low, start, max(0, start - 20))
    if word not in grammar.missing_words:
        return None
    match = grammar.patterns.tail.match(low, start - 1)
    if match is None or match[2] is None or "-" in match[0]:
        return None
    if re.compile(r" ?[0-9]").match(low, match.end()):
        return None  # "reached RMB 3 billion": the unit stands before its number
    unit = grammar.after_units[squeeze(match[2])]
    money = unit.kind == "money"
    if not money and (match[1] or unit.kind not in ("percent", "points")):
        return None
    words = grammar.missing["money"] if money else grammar.missing["percent"]
    if word not in words and not (money and match[1] and word in grammar.missing["money_scaled"]):
        return None
    return Quantity(start, match.end(), "missing", unit=unit.code)


_Reader = Callable[[View, int, int], Outcome]
_DIGITS = ("digits",)
_READERS: dict[str, _Reader] = {
    "digits": _read_digits,
    "number": read_number,
    "article": read_article,
    "ordinal": _read_ordinal,
    "ratio": read_ratio,
    "size": _read_size,
    "missing": _read_missing,
    "fixed": read_fixed,
    "year": read_the_year,
    "past": read_past,
    "month": read_month,
    "weekday": read_weekday,
    "since": read_since,
}
