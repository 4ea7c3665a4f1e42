"""Find numbers, amounts, ratios, ranks, dates and periods in a text, with what they mean.

A place where a number may begin is found first (runs of digits by one pattern, words by one
automaton); what stands there is then read with patterns matched at that place only, so that the time
is linear in the text's length whatever it holds. Offsets are code points, end exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kg.model import Quantity, Span
from kg.period import (
    WINDOW,
    View,
    read_day_first,
    read_fixed,
    read_month,
    read_numeric_date,
    read_part,
    read_past,
    read_plan,
    read_since,
    read_the_year,
    read_weekday,
    read_years,
)
from kg.quantity_grammar import NUMBER, SPACE, QuantityGrammar, Unit, load_quantities, squeeze

__all__ = ["QuantityGrammar", "find_quantities", "load_quantities"]

MAX_DIGITS = 20
"""A longer run of digits is an identifier, never an amount."""

_TOKEN = re.compile(r"[0-9]+(?:[.,:/-][0-9]+)*")
_NUMBER = re.compile(NUMBER)
_RANGE = re.compile(f"(?: ?[-~] ?|{SPACE}(to|or|and){SPACE})(?=[0-9a-z$€¥£])")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![a-z0-9])")
_HALF = re.compile(r" and a half(?![a-z])")
_ONE = Decimal(1)


class _Amount(NamedTuple):
    """A number with its scale and unit, before ranges and second currencies are looked at."""

    start: int
    end: int
    number: Span
    value: Decimal
    scale: Decimal
    unit: Unit | None
    code: str
    qualifier: str


def find_quantities(
    text: str, grammar: QuantityGrammar, *, start: int = 0, end: int | None = None, anchor: str = ""
) -> list[Quantity]:
    """Return the quantities in ``text[start:end]``, sorted by start and without overlaps.

    ``anchor`` is the article's date in ISO form, or empty: then what is said relative to it ("last
    year") is kept as said, with no bounds.

    >>> from kg.resources import find_root
    >>> grammar = load_quantities(find_root() / "data" / "quantities.toml")
    >>> [found] = find_quantities("More than 3.5 billion yuan", grammar)
    >>> found.value, found.unit, found.qualifier
    ('3500000000', 'CNY', 'moreThan')
    """
    stop = len(text) if end is None else min(end, len(text))
    if start > 0 or stop < len(text):
        window = find_quantities(text[start:stop], grammar, anchor=anchor)
        return [_shift(found, start) for found in window]
    view = View(text, grammar.fold(text), grammar, _read_anchor(anchor))
    for at, to, readers in _triggers(view):
        if at < view.floor:
            continue
        for reader in readers:
            found = _READERS[reader](view, at, to)
            if found is None:
                continue
            if isinstance(found, Quantity):
                view.found.append(found)
                view.floor = max(found.end, at)
            else:
                view.floor = found
            break
    return _share_units(view)


def _shift(found: Quantity, by: int) -> Quantity:
    number = found.number and Span(found.number.start + by, found.number.end + by)
    return found._replace(start=found.start + by, end=found.end + by, number=number)


def _read_anchor(anchor: str) -> date | None:
    try:
        return date.fromisoformat(anchor[:10]) if anchor else None
    except ValueError:
        return None


def _triggers(view: View) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Return the places to look at, in order: runs of digits, and the words of the grammar."""
    low, table = view.low, view.grammar.readers
    places: list[tuple[int, int, tuple[str, ...]]]
    places = [(match.start(), match.end(), _DIGITS) for match in _TOKEN.finditer(low)]
    safe = low if low.isascii() else low.encode("utf-8", "replace").decode()
    for index, at, to in view.grammar.automaton.find_matches_as_indexes(safe):
        if (at == 0 or not low[at - 1].isalnum()) and not low[to : to + 1].isalnum():
            places.append((at, to, table[index][1]))
    places.sort()
    return iter(places)


# --- numbers ------------------------------------------------------------------------------------------


def _canonical(value: Decimal) -> str:
    """Return a plain decimal: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _words_at(view: View, start: int) -> tuple[Decimal, int] | None:
    """Return the value of the number words at ``start`` and where they end."""
    match = view.grammar.patterns.words.match(view.low, start, start + WINDOW * 2)
    if match is None:
        return None
    total, end = -1, start
    joined = False
    for part in re.finditer(r"[a-z]+", match[0]):
        word = part[0]
        if word == "and":
            joined = True
            continue
        if word == "hundred":
            if not 0 < total < 100 or joined:
                break
            total *= 100
        else:
            value = view.grammar.words[word]
            room = _room(total)
            if total >= 0 and (value >= room or value == 0 or (joined and room != 100)):
                break
            total = value if total < 0 else total + value
        joined, end = False, start + part.end()
    return Decimal(total), end


def _room(total: int) -> int:
    """Return below which value a number word may follow ``total``: 100 after hundreds, 10 after tens."""
    if total <= 0:
        return 0
    if total % 100 == 0:
        return 100
    return 10 if total % 10 == 0 and total % 100 >= 20 else 0


def _number_at(view: View, start: int) -> tuple[Decimal, int] | None:
    """Return the number in digits or words at ``start`` and where it ends; identifiers are none."""
    low = view.low
    if not low[start : start + 1].isdigit():
        return _words_at(view, start)
    match = _NUMBER.match(low, start, start + 2 * MAX_DIGITS)
    if match is None:
        return None
    digits = match[0].replace(",", "")
    if len(digits) > MAX_DIGITS or (len(digits) > 1 and digits[0] == "0" and digits[1] != "."):
        return None
    return Decimal(digits), match.end()


def _tail(view: View, number: Span, currency: Unit | None) -> tuple[int, Decimal, Unit | None]:
    """Return where the scale and unit behind a number end, and what they are."""
    grammar = view.grammar
    match = grammar.patterns.tail.match(view.low, number.end)
    if match is None:
        return number.end, _ONE, None
    scale, unit, end = _ONE, None, number.end
    if match[1]:
        name = squeeze(match[1])
        if name not in grammar.money_scales or currency or (match[2] and _is_money(grammar, match[2])):
            scale, end = grammar.scales[name], match.end(1)
        else:
            return number.end, _ONE, None
    if match[2] and not (match[2] in grammar.spaced and match.start(2) == number.end):
        unit, end = grammar.after_units[squeeze(match[2])], match.end(2)
        if currency and unit.kind != "money":
            unit, end = None, match.end(1) if match[1] else number.end
    return end, scale, unit


def _is_money(grammar: QuantityGrammar, alias: str) -> bool:
    return grammar.after_units[squeeze(alias)].kind == "money"


def _paren(view: View, end: int) -> tuple[int, Decimal, Unit] | None:
    """Read a unit printed in parentheses behind its number: 15.6 (100 million yuan), 3.2 (%)."""
    match = view.grammar.patterns.paren.match(view.low, end)
    if match is None:
        return None
    scale = view.grammar.unit_scales[squeeze(match[1])] if match[1] else _ONE
    return match.end(), scale, view.grammar.after_units[squeeze(match[2])]


def _look_left(view: View, start: int) -> tuple[int, str, Unit | None]:
    """Return where the words before a number begin, the qualifier, and the currency before it."""
    low, grammar = view.low, view.grammar
    before = low[start - 1 : start]
    if not before:
        return start, "exact", None
    lower = max(view.floor, start - WINDOW)
    if before == " " or before == "\n":
        at = max(lower - 1, low.rfind(" ", lower, start - 1), low.rfind("\n", lower, start - 1))
        if low[at + 1 : start - 1].lstrip('("') not in grammar.left_words:
            return start, "exact", None
    elif before in grammar.signs:
        return start - 1, grammar.signs[before], None
    elif before in "(\"'-/":
        return start, "exact", None
    match = grammar.patterns.left.search(low, lower, start)
    if match is None or match.start() == start:
        return start, "exact", None
    return _qualify(view, match, start)


def _qualify(view: View, match: re.Match[str], start: int) -> tuple[int, str, Unit | None]:
    """Return what the qualifiers and the currency of a left match say."""
    grammar = view.grammar
    begin, qualifier = match.start(), "exact"
    for group in (1, 2):
        if match[group]:
            name = squeeze(match[group])
            qualifier = grammar.qualifiers[name] if qualifier == "exact" else qualifier
            if name in grammar.verbs:
                begin = match.end(group) + 1
    currency = grammar.before_units[match[3]] if match[3] else None
    return min(begin, start), qualifier, currency


def _amount_at(view: View, start: int) -> _Amount | None:
    """Read one amount whose number begins at ``start``: qualifier, currency, number, scale, unit."""
    read = _number_at(view, start)
    if read is None:
        return None
    value, stop = read
    begin, qualifier, currency = _look_left(view, start)
    number = Span(start, stop)
    end, scale, unit = _tail(view, number, currency)
    half = _HALF.match(view.low, stop) if end == stop else None
    if half:
        value += Decimal("0.5")
        number = Span(start, half.end())
        end, scale, unit = _tail(view, number, currency)
    if scale != _ONE and unit is None:
        value, scale, number, end, unit = _compound(view, value, scale, number, end, currency)
    if unit is None and currency is None:
        paren = _paren(view, end)
        if paren:
            end, unit = paren[0], paren[2]
            scale *= paren[1]
    return _Amount(begin, end, number, value, scale, currency or unit, "", qualifier)


def _compound(
    view: View, value: Decimal, scale: Decimal, number: Span, end: int, currency: Unit | None
) -> tuple[Decimal, Decimal, Span, int, Unit | None]:
    """Read on after "12 billion" where "470 million yuan" follows, as parts of falling scale."""
    unit: Unit | None = None
    worded = view.low[number.start].isalpha()
    while unit is None:
        gap = re.compile(r"(?: and)? (?=[0-9a-z])").match(view.low, end)
        read = _number_at(view, gap.end()) if gap else None
        if gap is None or read is None:
            break
        part = Span(gap.end(), read[1])
        part_end, part_scale, part_unit = _tail(view, part, currency)
        if read[0] * part_scale >= scale or (part_scale == _ONE and not worded):
            break
        value, number, end, unit = (
            value + read[0] * part_scale / scale,
            Span(number.start, part.end),
            part_end,
            part_unit,
        )
        if part_scale == _ONE:
            break
    return value, scale, number, end, unit


# --- readers ------------------------------------------------------------------------------------------


def _read_digits(view: View, start: int, end: int) -> Quantity | int | None:
    """Read what stands at a run of digits: a date, a year, a rank, a range, an amount, or no quantity."""
    low, token = view.low, view.low[start:end]
    if len(token) > 2 * MAX_DIGITS or not _stands_alone(view, start, end):
        return end
    plain = _NUMBER.match(low, start, end)
    stop = plain.end() if plain else start
    if (stop < end and low[stop] != "-") or (stop < end and not _NUMBER.fullmatch(low, stop + 1, end)):
        dated = read_numeric_date(view, start, token)
        return dated or _read_slash(view, start, end) or end
    follow = low[stop : stop + 1]
    if stop == end and len(token) <= 2 and (follow == " " or follow in "snrt"):
        day = read_day_first(view, start)
        if day is not None:
            return day
    if follow.isalpha() and (suffix := _ORDINAL.match(low, stop)):
        return _read_rank(view, start, suffix.end(), int(token.replace(",", "")) if token.isdigit() else 0)
    if stop - start == 4 and low[start] in "12" and low[start:stop].isdigit() and "1900" <= low[start:stop] < "2100":
        year = _read_year(view, start, stop)
        if year is not None:
            return year
    return _read_amount(view, start) or end


def _stands_alone(view: View, start: int, end: int) -> bool:
    """Return whether a run of digits is not a part of a name, a code or an identifier."""
    low = view.low
    before = low[start - 1 : start]
    if (before.isalpha() and before.isascii()) or before == "_":
        return bool(_look_left(view, start)[2])
    if before and before in "-./+#@'\\=&*^" and start > 1:
        if before in "-/" or not low[start - 2].isspace():
            outer = low[start - 2]
            return (before == "-" and not (outer.isalnum() or outer in '"-)')) or (before == "." and outer.isalpha())
        return False
    return low[end : end + 1] not in ("_", "@", "#", ":")


def _read_year(view: View, start: int, end: int) -> Quantity | None:
    """Read four digits as a year, where no unit, scale or qualifier makes them an amount."""
    amount = _amount_at(view, start)
    if amount is None or amount.unit or amount.scale != _ONE:
        return None
    if amount.qualifier != "exact" and view.low[start - 2 : start] not in ("r ", "y ", "p ", "o ", "d "):
        return None
    if amount.qualifier in ("moreThan", "nearly", "atLeast"):
        return None
    return read_years(view, start, end)


def _read_rank(view: View, start: int, end: int, value: int) -> Quantity | int | None:
    """Read an ordinal in digits or words: part of a period, the number of a plan, or a rank."""
    part = read_part(view, start, end)
    if part is not None:
        return part
    plan = read_plan(view, start, end, value)
    if plan is not None:
        return plan
    follow = re.compile(r"-([a-z]+)").match(view.low, end)
    if follow and not follow[1].endswith("est") and follow[1] not in ("ranked", "ranking", "placed", "place"):
        return end
    if view.text[start].isupper() and view.text[end + 1 : end + 2].isupper():
        return end
    return Quantity(start, end, "ordinal", value=str(value), number=Span(start, end))


def _read_ordinal(view: View, start: int, end: int) -> Quantity | int | None:
    low = view.low
    word = low[start:end]
    if word == "no.":
        match = re.compile(r" ?([0-9]{1,4})(?![0-9a-z])(?![.,/-][0-9])").match(low, end)
        if match is None:
            return None
        return Quantity(start, match.end(), "ordinal", value=str(int(match[1])), number=Span(*match.span(1)))
    value = view.grammar.ordinals.get(word, 0)
    return _read_rank(view, start, end, value) if value else read_part(view, start, end)


def _read_slash(view: View, start: int, end: int) -> Quantity | None:
    """Read 1/3 as a ratio, where "of" follows."""
    match = re.fullmatch(r"([1-9])/([1-9][0-9]?)", view.low[start:end])
    if match is None or not view.low.startswith(" of ", end):
        return None
    return _ratio(view, start, end, Decimal(match[1]) / Decimal(match[2]))


def _ratio(view: View, start: int, end: int, value: Decimal) -> Quantity:
    begin, qualifier, _ = _look_left(view, start)
    value = value.quantize(Decimal("0.000001"))
    return Quantity(begin, end, "times", _canonical(value), "times", qualifier, number=Span(start, end))


def _read_number(view: View, start: int, end: int) -> Quantity | int | None:
    """Read number words; a name in capitals or a quoted slogan ("two zones") is none."""
    low, text, grammar = view.low, view.text, view.grammar
    if start and low[start - 1] in "-+":
        return end
    fraction = grammar.patterns.fraction.match(low, start)
    if (fraction and (low[fraction.start(1) - 1] == "-" or low.startswith((" of", " the"), fraction.end()))) or (
        fraction and fraction[1] in ("third", "thirds", "half")
    ):
        top = grammar.words[re.split(r"[\s-]", fraction[0])[0]]
        return _ratio(view, start, fraction.end(), Decimal(top) / grammar.fractions[fraction[1]])
    found = _read_amount(view, start)
    if not isinstance(found, Quantity) or found.kind != "count":
        return found
    named = text[start].isupper() and text[found.end + 1 : found.end + 2].isupper()
    if named or (start and low[start - 1] == '"'):
        return found.end
    if low[start : found.end] == "one":
        follow = re.compile(r" ([a-z]+)").match(low, found.end)
        if follow is None or follow[1] in grammar.one_not_before:
            return found.end
    return found


def _read_article(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "a dozen", "a million yuan", "a third of", "a year", at the word after the article."""
    low, grammar, word = view.low, view.grammar, view.low[start:end]
    if word == "half":
        return _read_half(view, start, end)
    match = re.compile(r"(?<![a-z0-9])an?[ \n-]\Z").search(low, max(view.floor, start - 3), start)
    if match is None or (low[start - 1] == "-" and word not in grammar.fractions):
        return None
    at = match.start()
    if word in grammar.fractions and low.startswith((" of ", " the "), end):
        return _ratio(view, at, end, _ONE / grammar.fractions[word])
    begin, qualifier, _ = _look_left(view, at)
    if word in grammar.dozens:
        return Quantity(begin, end, "count", str(grammar.dozens[word]), "", qualifier, number=Span(at, end))
    if word in grammar.scales:
        amount = _amount_after_article(view, at, start, begin, qualifier)
        return _finish(view, amount)
    unit = grammar.after_units.get(word)
    if unit is None or low[end : end + 1] == "-" or re.search(r"(?:once|twice|times) \Z", low[max(0, at - 6) : at]):
        return None
    if view.found and view.found[-1].end >= at - 1 and view.found[-1].unit:
        return end
    return Quantity(begin, end, unit.kind, _canonical(unit.factor), unit.code, qualifier, number=Span(at, at + 1))


def _amount_after_article(view: View, at: int, start: int, begin: int, qualifier: str) -> _Amount:
    """Return the amount of "a million yuan": one, with the scale at ``start``."""
    end, scale, unit = _tail(view, Span(start - 1, start - 1), None)
    return _Amount(begin, end, Span(at, at + 1), _ONE, scale, unit, "", qualifier)


def _read_half(view: View, start: int, end: int) -> Quantity | int | None:
    """Read "half a day", "half of the", "half the"; the half of a year by its ordinal is a period."""
    low, half = view.low, Decimal("0.5")
    unit = re.compile(r"(?: an?[ \n]|-| )([a-z]+)(?![a-z])").match(low, end)
    begin, qualifier, _ = _look_left(view, start)
    known = view.grammar.after_units.get(unit[1]) if unit else None
    if unit and known and known.kind == "measure":
        value = _canonical(half * known.factor)
        return Quantity(begin, unit.end(), known.kind, value, known.code, qualifier, number=Span(start, end))
    match = re.compile(r"(?: a (million|billion|trillion))").match(low, end)
    if match:
        stop, scale, money = _tail(view, Span(match.start(1) - 1, match.start(1) - 1), None)
        return _finish(view, _Amount(begin, stop, Span(start, end), half, scale, money, "", qualifier))
    if low.startswith((" of ", " the "), end) or qualifier != "exact":
        return _ratio(view, start, end, half)
    return None


def _read_ratio(view: View, start: int, end: int) -> Quantity | int | None:
    begin, qualifier, _ = _look_left(view, start)
    value = view.grammar.ratios[view.low[start:end]]
    return Quantity(begin, end, "times", value, "times", qualifier, number=Span(start, end))


def _read_size(view: View, start: int, end: int) -> Quantity | int | None:
    return Quantity(start, end, "size", qualifier="moreThan")


def _read_missing(view: View, start: int, end: int) -> Quantity | int | None:
    """Read a unit whose number is lost: "was completed with billion yuan", "increased by percent"."""
    low, grammar = view.low, view.grammar
    back = max(0, start - 20)
    at = max(back - 1, low.rfind(" ", back, start - 1), low.rfind("\n", back, start - 1))
    word = low[at + 1 : start - 1]
    if start == 0 or low[start - 1] not in " \n":
        return None
    match = grammar.patterns.tail.match(low, start - 1)
    if match is None or match[2] is None or "-" in match[0]:
        return None
    unit = grammar.after_units[squeeze(match[2])]
    money, scaled = unit.kind == "money", match[1] is not None
    if unit.kind not in ("money", "percent", "points") or (scaled and not money):
        return None
    words = grammar.missing["money"] | (grammar.missing["money_scaled"] if scaled else frozenset())
    if word not in (words if money else grammar.missing["percent"]):
        return None
    return Quantity(start, match.end(), "missing", unit=unit.code)


# --- from amounts to quantities -----------------------------------------------------------------------


def _read_amount(view: View, start: int) -> Quantity | int | None:
    """Read the amount at ``start`` with all that belongs to it; a number that is a name or a mark is none."""
    amount = _amount_at(view, start)
    if amount is None:
        return None
    low, end = view.low, amount.end
    follow = low[end : end + 1]
    if amount.unit is None and amount.scale == _ONE and (_is_name(view, amount) or _is_mark(view, amount)):
        return end
    if (follow.isalnum() and not amount.unit) or low.startswith("-old", end):
        return end
    return _finish(view, amount)


def _is_name(view: View, amount: _Amount) -> bool:
    """Return whether the word before a bare number makes it part of a name: Phase 2, Industry 4.0."""
    if amount.qualifier != "exact":
        return False
    start = amount.number.start
    before = re.compile(r"([A-Za-z.]+)[ \n-]\Z").search(view.text, max(0, start - 20), start)
    if before is None:
        return False
    decimal = "." in view.low[start : amount.number.end] and before[1][0].isupper()
    return before[1].lower() in view.grammar.names or decimal


def _is_mark(view: View, amount: _Amount) -> bool:
    """Return whether a bare number is a list mark, a time of day, or joined to what it is not counting."""
    low, (start, end) = view.low, amount.number
    before, after = low[start - 1 : start], low[end : end + 1]
    if (before in ("(", "[") and after in (")", "]") and end - start <= 2) or before == "[":
        return True
    if (not before or before == "\n") and re.compile(r"(?:[.)、]|\.[0-9.]+)(?:\s|\Z)").match(low, end):
        return True
    back = max(0, start - 80)
    if after == ")" and end - start <= 2 and low.rfind("(", back, start) <= low.rfind(")", back, start):
        return True
    if re.compile(r" ?(?:[ap]\.?m\b|o'clock)").match(low, end):
        return True
    return (after == "-" and low[end + 1 : end + 2].isalpha() and not view.grammar.patterns.after.match(low, end)) or (
        after == "+" and low[end + 1 : end + 2].isalnum()
    )


def _finish(view: View, amount: _Amount) -> Quantity | int | None:
    """Return the quantity of an amount: its range, second currency, unit per unit, and class."""
    high = ""
    second = _range(view, amount)
    number = amount.number
    if second:
        if second.unit and not amount.unit:
            amount = amount._replace(unit=second.unit, scale=second.scale if amount.scale == _ONE else amount.scale)
        high = _canonical(_worth(second))
        number, amount = Span(number.start, second.number.end), amount._replace(end=second.end)
        if view.low.endswith("between ", view.floor, amount.start):
            amount = amount._replace(start=amount.start - len("between "))
    value, unit = _canonical(_worth(amount)), amount.unit
    begin, end, qualifier = amount.start, amount.end, amount.qualifier
    code, kind = (unit.code, unit.kind) if unit else ("", "count")
    after = view.grammar.patterns.after.match(view.low, end)
    if after:
        end, qualifier = after.end(), view.grammar.afters[squeeze(after[1])] if qualifier == "exact" else qualifier
    if unit and kind in ("money", "measure"):
        per = view.grammar.patterns.per.match(view.low, end)
        if per:
            code, end = f"{code}/{view.grammar.after_units[squeeze(per[1])].code}", per.end()
    other = None
    if kind == "money":
        end, other = _second_currency(view, end, code)
        if _is_size(view, begin, number, end, qualifier):
            kind = "size"
    return Quantity(begin, end, kind, value, code, qualifier, high, number=number, other=other)


def _worth(amount: _Amount) -> Decimal:
    return amount.value * amount.scale * (amount.unit.factor if amount.unit else _ONE)


def _range(view: View, amount: _Amount) -> _Amount | None:
    """Return the upper amount of a range that begins with ``amount``; "from 3 to 5" is a change, no range."""
    match = _RANGE.match(view.low, amount.end)
    if match is None:
        return None
    word = match[1] or "-"
    at = match.end()
    if not view.low[at].isdigit() and view.low[at].isalpha():
        if view.grammar.patterns.words.match(view.low, at) is None:
            return None
    head = view.low[max(0, amount.start - 12) : amount.start]
    if word == "to" and re.search(r"(?<!ging )(?<!range )\bfrom \Z", head):
        return None
    if (word == "and") != bool(re.search(r"\bbetween \Z", head)):
        return None
    floor, view.floor = view.floor, at
    second = _amount_at(view, at)
    view.floor = floor
    if second is None or second.qualifier != "exact" or view.low[second.end : second.end + 1].isalnum():
        return None
    if amount.unit and second.unit != amount.unit:
        return None
    scale = second.scale if amount.scale == _ONE and not amount.unit else amount.scale
    if amount.value * scale >= second.value * second.scale or (word == "or" and second.value - amount.value != 1):
        return None
    return second


def _second_currency(view: View, end: int, code: str) -> tuple[int, tuple[str, str] | None]:
    """Read the same amount in a second currency in parentheses; one fact said twice."""
    low = view.low
    match = re.compile(f"{SPACE}?\\( ?(?:or |equivalent to )?").match(low, end)
    if match is None:
        return end, None
    at = re.compile(r"[^0-9()]{0,24}(?=[0-9])").match(low, match.end())
    if at is None:
        return end, None
    floor, view.floor = view.floor, match.end()
    second = _amount_at(view, at.end())
    view.floor = floor
    if second is None or second.unit is None or second.unit.kind != "money" or second.unit.code == code:
        return end, None
    close = re.compile(r"(?: ?[;,/][^()]{0,60})? ?\)").match(low, second.end)
    if close is None or second.start > at.end():
        return end, None
    return close.end(), (_canonical(_worth(second)), second.unit.code)


def _is_size(view: View, begin: int, number: Span, end: int, qualifier: str) -> bool:
    """Return whether an amount of money is a threshold or a class: projects above 100 million yuan."""
    low, grammar = view.low, view.grammar
    written = low[number.end : end]
    if "-" in written:
        follow = re.compile(r"[ -]([a-z]+)").match(low, end)
        if follow and follow[1] in grammar.class_after:
            return True
    if qualifier not in grammar.size_need:
        return False
    return grammar.patterns.size.search(low, max(0, begin - 64), begin) is not None


def _share_units(view: View) -> list[Quantity]:
    """Give the earlier numbers of "1.2, 3.4 and 5.6 percent" the unit of the last."""
    return view.found


_Reader = Callable[[View, int, int], "Quantity | int | None"]
_DIGITS = ("digits",)
_READERS: dict[str, _Reader] = {
    "digits": _read_digits,
    "number": _read_number,
    "article": _read_article,
    "ordinal": _read_ordinal,
    "ratio": _read_ratio,
    "size": _read_size,
    "missing": _read_missing,
    "fixed": read_fixed,
    "year": read_the_year,
    "past": read_past,
    "month": read_month,
    "weekday": read_weekday,
    "since": read_since,
}
