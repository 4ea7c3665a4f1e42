"""Read one amount at a known place: number, scale, unit, qualifier, range, second currency.

Nothing here searches: each pattern is matched at a place, or in a window of bounded length before it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from kg.model import Quantity, Span
from kg.quantity_grammar import WINDOW, QuantityGrammar, Unit, View
from kg.quantity_patterns import NUMBER, SPACE, squeeze

MAX_DIGITS = 20
"""A longer run of digits is an identifier, never an amount."""

ONE = Decimal(1)
_HALF = Decimal("0.5")
_ROUNDED = Decimal("0.08")
_THOUSAND = Decimal(1000)  # "677 thousand and 800 mu"
_SIGNED = ("percent", "points")

_NUMBER = re.compile(NUMBER)
_LETTERS = re.compile(r"[a-z]+")
_AND_A_HALF = re.compile(r" and a half(?![a-z])")
_NEXT_PART = re.compile(r"(?: and)? (?=[0-9a-z])")
_RANGE = re.compile(f"(?: ?[-~] ?|{SPACE}(to|or|and){SPACE})(?=[0-9a-z$€¥£])")
_FROM = re.compile(r"(?<!ging )(?<!range )(?<![a-z])from (?:(?:an?|the|its) )?(?:(?:initial|original|previous) )?\Z")
# "Savings increased 1.1 billion yuan to 15 billion yuan".
_BY = re.compile(
    r"\b(?:by|rose|risen|grew|grown|increased|climbed|jumped|expanded|surged|soared|up|gained|added|fell|fallen|dropped"
    r"|declined|decreased|down)(?: by)?(?: (?:about|some|nearly|almost|around|over|more than))? \Z"
)
_SECOND = re.compile(
    f"(?:{SPACE})?\\( ?(?:or |(?:the )?equivalent (?:to|of) |equal to |i\\.e\\. |= ?)?"
    "|,? (?:or|(?:the )?equivalent (?:to|of)|equal to|which is|that is) "
)
# "(about $16 billion at the current exchange rate)".
_CLOSE = re.compile(r"(?: ?[;,/][^()\n]{0,60}| (?:at|as of|based on|by) [^()\n]{0,60})? ?\)")
_FOLLOW = re.compile(r"[ \n]+([a-z]+)")
_CLASS = re.compile(r"[ -]([a-z]+)")


class Amount(NamedTuple):
    """A number with its scale and unit; ``number`` is where its digits or words stand.

    ``prefixed`` is set where the unit is a currency written before the number.
    """

    start: int
    end: int
    number: Span
    value: Decimal
    scale: Decimal
    unit: Unit | None
    qualifier: str
    prefixed: bool = False

    @property
    def worth(self) -> Decimal:
        """The value in the unit's code, scale applied."""
        if self.scale is ONE and (self.unit is None or self.unit.factor == ONE):
            return self.value
        return self.value * self.scale * (self.unit.factor if self.unit else ONE)


def canonical(value: Decimal) -> str:
    """Return a plain decimal: no exponent, no trailing zeros.

    >>> canonical(Decimal("1.20E+3")), canonical(Decimal("1200.00"))
    ('1200', '1200')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# "Four hundred-billion-yuan clusters" are four, of a hundred billion each.
_HUNDREDS = re.compile(r" hundred-(?:million|billion|trillion)")


def words_at(view: View, start: int) -> tuple[Decimal, int] | None:
    """Return the value of the number words at ``start`` and where they end; the longest that make sense."""
    match = view.grammar.patterns.words.match(view.low, start, start + 2 * WINDOW)
    if match is None:
        return None
    total, end, joined = -1, start, False
    for part in _LETTERS.finditer(match[0]):
        word = part[0]
        if word == "and":
            joined = True
            continue
        if word == "hundred":
            if not 0 < total < 100 or joined or (total > 1 and _HUNDREDS.match(view.low, start + part.start() - 1)):
                break
            total *= 100
        else:
            value, room = view.grammar.words[word], _room(total)
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


def number_at(view: View, start: int, match: re.Match[str] | None = None) -> tuple[Decimal, int] | None:
    """Return the number in digits or words at ``start`` and where it ends; an identifier is none."""
    if match is None:
        if not view.low[start : start + 1].isdigit():
            return words_at(view, start)
        match = _NUMBER.match(view.low, start, start + 2 * MAX_DIGITS)
        if match is None:
            return None
    digits = match[0].replace(",", "").replace(" ", "")
    if len(digits) > MAX_DIGITS or (len(digits) > 1 and digits[0] == "0" and digits[1] != "."):
        return None
    return Decimal(digits), match.end()


def read_tail(view: View, end: int, currency: Unit | None) -> tuple[int, Decimal, Unit | None]:
    """Return where the scale and unit behind a number end, and what they are."""
    grammar, low = view.grammar, view.low
    follow = low[end : end + 1]
    if follow == " ":
        head = _LETTERS.match(low, end + 1)
        if head and head[0] not in grammar.tail_heads:
            return end, ONE, None
    elif not follow or follow in ",;.)":
        return end, ONE, None
    match = grammar.patterns.tail.match(low, end)
    if match is None or match.end() == end:
        return end, ONE, None
    scale, unit, stop = ONE, None, end
    if match[1] and follow == " " and "-" in match[1] and low[max(0, end - 2) : end].lstrip() != "a":
        return end, ONE, None
    if match[1]:
        name = squeeze(match[1])
        if name in grammar.money_scales and not currency and not (match[2] and _is_money(grammar, match[2])):
            return _read_spaced(view, end, name, match.end(1))
        scale, stop = grammar.scales[name], match.end(1)
    on_year = low.startswith(("-on-", "-over-"), match.end())  # "an increase of 35,000 year-on-year"
    priced = scale == ONE and match[2] and grammar.patterns.currency.match(low, match.start(2), match.end(2) + 2)
    if match[2] and not priced and not on_year:
        found = grammar.after_units[squeeze(match[2])]
        if currency is None or found.code == currency.code:
            unit, stop = found, match.end(2)
    return stop, scale, unit


def _read_spaced(view: View, end: int, name: str, stop: int) -> tuple[int, Decimal, Unit | None]:
    """Return the unit of "300 m long"; "5 m users" and "5m" have none."""
    grammar, low = view.grammar, view.low
    if name in grammar.spaced and low[end] in " \n":
        follow = _FOLLOW.match(low, stop)
        if follow is None or follow[1] in grammar.spaced_before:
            return stop, ONE, grammar.after_units[name]
    return end, ONE, None


def _is_money(grammar: QuantityGrammar, alias: str) -> bool:
    return grammar.after_units[squeeze(alias)].kind == "money"


# "Took over 500 projects", "extends over 30 mu", "adding up to 74": the verb has the "over" and the "up to".
_ADDS = re.compile(r"\b(?:add(?:s|ed|ing)?|(?:bringing|brought|taking|pushing|pushed|driving)(?: [a-z-]{2,15}){1,5}) $")
_TAKES = re.compile(
    r"\b(?:take|takes|took|taken|taking|hand|handed|handing|turn|turned|jurisdiction|control"
    r"|(?:stretch|sprawl|extend)(?:e?s|ed|ing)?(?: out)?|spread(?:s|ing)?(?: out)?) $"
)


def look_left(view: View, start: int) -> tuple[int, str, Unit | None]:
    """Return where the words before a number begin, the qualifier they say, and the currency before it."""
    low, grammar = view.low, view.grammar
    before = low[start - 1 : start]
    if not before:
        return start, "exact", None
    lower = max(view.floor, start - WINDOW)
    if before == " " or before == "\n":
        if word_before(low, start, lower).rpartition(":")[2].lstrip('("') not in grammar.left_words:
            return start, "exact", None
    elif before in grammar.signs:
        return start - 1, grammar.signs[before], None
    elif before in "(\"'-/":
        return start, "exact", None
    match = grammar.patterns.left.search(low, lower, start)
    if match is None or match.start() == start:
        return start, "exact", None
    if match[0].startswith("over") and _TAKES.search(low, lower, match.start()):
        return start, "exact", None  # "take over 300 firms"
    if match[0].startswith("up to") and _ADDS.search(low, lower, match.start()):
        return start, "exact", None  # "adding up to 74"
    begin, qualifier = match.start(), "exact"
    for group in (1, 2):
        if match[group]:
            name = squeeze(match[group])
            qualifier = grammar.qualifiers[name] if qualifier == "exact" else qualifier
            if name in grammar.verbs:
                begin = match.end(group) + 1
    return min(begin, start), qualifier, grammar.before_units[match[3]] if match[3] else None


def word_before(low: str, start: int, lower: int) -> str:
    """Return the word that ends right before the white space before ``start``, not reaching below ``lower``."""
    at = low.rfind(" ", lower, start - 1)
    word = low[lower if at < 0 else at + 1 : start - 1]
    return word[word.rfind("\n") + 1 :] if "\n" in word else word


def amount_at(view: View, start: int, match: re.Match[str] | None = None) -> Amount | None:
    """Read the amount whose number begins at ``start``: qualifier, currency, number, scale, unit.

    ``match`` is the number's digits where they were matched before.
    """
    read = number_at(view, start, match)
    if read is None:
        return None
    value, stop = read
    begin, qualifier, currency = look_left(view, start)
    end, scale, unit = read_tail(view, stop, currency)
    if end == stop and view.low.startswith(" and a half", stop):
        half = _AND_A_HALF.match(view.low, stop)
        if half:
            value, stop = value + _HALF, half.end()
            end, scale, unit = read_tail(view, stop, currency)
    number = Span(start, stop)
    if scale is not ONE and unit is None:
        value, number, end, unit = _compound(view, value, scale, number, end, currency)
    elif unit is None and currency is None:
        end, scale, unit = _read_paren(view, start, end)
    return Amount(begin, end, number, value, scale, currency or unit, qualifier, currency is not None)


def _read_paren(view: View, start: int, end: int) -> tuple[int, Decimal, Unit | None]:
    """Read a unit printed behind its number: 15.6 (100 million yuan), 3.2 (%), 45.6 100 million yuan."""
    low = view.low
    if low.startswith((" (", "("), end):
        match = view.grammar.patterns.paren.match(low, end)
        if match:
            scale = view.grammar.unit_scales[squeeze(match[1])] if match[1] else ONE
            return match.end(), scale, view.grammar.after_units[squeeze(match[2])]
    if low.startswith(" 100 million ", end) and "." in low[start:end]:
        stop, scale, unit = read_tail(view, end + len(" 100"), None)
        if unit and unit.kind == "money":
            return stop, scale * 100, unit
    return end, ONE, None


def _compound(
    view: View, value: Decimal, scale: Decimal, number: Span, end: int, currency: Unit | None
) -> tuple[Decimal, Span, int, Unit | None]:
    """Read on after "12 billion" where "470 million yuan" follows, as parts of falling scale."""
    unit: Unit | None = None
    worded = view.low[number.start].isalpha()
    smallest = scale
    while unit is None:
        gap = _NEXT_PART.match(view.low, end)
        read = number_at(view, gap.end()) if gap else None
        if gap is None or read is None:
            break
        part_end, part_scale, part_unit = read_tail(view, read[1], currency)
        spelled = worded or (smallest == _THOUSAND and gap[0] == " and " and not read[0] % 100)
        if read[0] * part_scale >= smallest or (part_scale is ONE and not spelled):
            break
        value, number = value + read[0] * part_scale / scale, Span(number.start, read[1])
        end, unit, smallest = part_end, part_unit, part_scale
        if part_scale is ONE:
            break
    return value, number, end, unit


def finish(view: View, amount: Amount) -> Quantity:
    """Return the quantity of an amount with all that belongs to it: range, second currency, unit per unit, class."""
    high, low, grammar = "", view.low, view.grammar
    begin, end, number, qualifier = amount.start, amount.end, amount.number, amount.qualifier
    unit = amount.unit
    follow = low[end : end + 1]
    more = (low[end + 1 : end + 2] if follow == " " else follow) in grammar.more_heads
    if more and (second := _range(view, amount)):
        unit = unit or second.unit
        amount = amount._replace(unit=unit, scale=_shared_scale(amount, second))
        high, number, end = (
            canonical(second._replace(unit=unit).worth),
            Span(number.start, second.number.end),
            second.end,
        )
        if low.endswith("between ", view.floor, begin):
            begin -= len("between ")
    code, kind = (unit.code, unit.kind) if unit else ("", "count")
    value = canonical(amount.worth)
    if more and (after := grammar.patterns.after.match(low, end)):
        end, qualifier = after.end(), grammar.afters[squeeze(after[1])] if qualifier == "exact" else qualifier
    if kind in _SIGNED and low[number.start - 1 : number.start] == "-" and low[max(0, number.start - 2)] in " (-":
        begin = begin - 1 if begin == number.start else begin
        value, number = f"-{value}", Span(number.start - 1, number.end)
    if more and kind in ("money", "measure") and (per := grammar.patterns.per.match(low, end)):
        code, end = f"{code}/{grammar.after_units[squeeze(per[1])].code}", per.end()
    if unit and unit.base and code == unit.code and not high and (more or follow == ","):
        end, other = _second_unit(view, end, unit, amount.worth)
        return Quantity(begin, end, kind, value, code, qualifier, high, number=number, other=other)
    if kind != "money" or unit is None:
        return Quantity(begin, end, kind, value, code, qualifier, high, number=number)
    if _is_size(view, begin, number, end, qualifier):
        kind = "size"
    end, other = _second_unit(view, end, unit, amount.worth)
    return Quantity(begin, end, kind, value, code, qualifier, high, number=number, other=other)


def _range(view: View, amount: Amount) -> Amount | None:
    """Return the upper amount of a range that begins with ``amount``; "from 3 to 5" is a change, no range."""
    low = view.low
    match = _RANGE.match(low, amount.end)
    if match is None:
        return None
    at, word = match.end(), match[1] or "-"
    if low[at].isalpha() and view.grammar.patterns.words.match(low, at) is None:
        at = _skip_currency(view, at)
        if at < 0:
            return None
    elif not low[at].isalnum():
        at += 1
    head = low[max(0, amount.start - 28) : amount.start]
    if (word == "to" and _FROM.search(head)) or (word == "and") != head.endswith("between "):
        return None
    if word == "to" and _BY.search(head) and amount.unit is not None and amount.unit.kind in ("money", "measure"):
        return None  # "increased (by) 3 million yuan to 12 million yuan", "expanded by 24 square kilometers to 46"
    floor, view.floor = view.floor, match.end()
    second = amount_at(view, at)
    view.floor = floor
    if second is None or second.qualifier != "exact" or low[second.end : second.end + 1].isalnum():
        return None
    if word == "to" and amount.unit is None and second.unit is None and _BY.search(head):
        return None  # "increased by 1,400 to 4,660"
    if amount.unit and second.unit != amount.unit and not (amount.prefixed and second.unit is None):
        return None
    if amount.value * _shared_scale(amount, second) >= second.value * second.scale or (
        word == "or" and second.value - amount.value != 1
    ):
        return None
    return second


def _shared_scale(amount: Amount, second: Amount) -> Decimal:
    """Return the scale of the lower end: the upper end's where only that prints one (3-5 billion yuan)."""
    bare = amount.scale is ONE and (amount.unit is None or amount.prefixed)
    return second.scale if bare and amount.value < second.value else amount.scale


def _skip_currency(view: View, at: int) -> int:
    """Return where the digits begin after a currency's letters at ``at``, or -1."""
    match = view.grammar.patterns.currency.match(view.low, at)
    return match.end() if match else -1


def _second_unit(view: View, end: int, unit: Unit, worth: Decimal) -> tuple[int, tuple[str, str] | None]:
    """Read the same amount in a second currency or unit behind an amount: one fact said twice."""
    low, patterns = view.low, view.grammar.patterns
    match = _SECOND.match(low, end)
    if match is None:
        return end, None
    digits = patterns.second.match(low, match.end())
    if digits is None and not (unit.base and patterns.words.match(low, match.end())):
        return end, None
    floor, view.floor = view.floor, match.end()
    second = amount_at(view, digits.end() if digits else match.end())
    view.floor = floor
    if second is None or second.unit is None or second.unit.code == unit.code:
        return end, None
    if second.unit.kind != unit.kind or not _is_same(unit, worth, second.unit, second.worth):
        return end, None
    stop = second.end
    if "(" in match[0]:
        close = _CLOSE.match(low, stop)
        if close is None:
            return end, None
        stop = close.end()
    return stop, (canonical(second.worth), second.unit.code)


def _is_same(unit: Unit, worth: Decimal, other: Unit, value: Decimal) -> bool:
    """Say whether two amounts can be the same: of money always, else if they are, but for what rounding takes."""
    if unit.base != other.base:
        return False
    size, same = worth * unit.in_base, value * other.in_base
    return not unit.base or abs(size - same) <= size * _ROUNDED


def _is_size(view: View, begin: int, number: Span, end: int, qualifier: str) -> bool:
    """Return whether an amount of money is a threshold or a class: projects above 100 million yuan."""
    low, grammar = view.low, view.grammar
    if "-" in low[number.end : end]:
        follow = _CLASS.match(low, end)
        if follow and follow[1] in grammar.class_after:
            return True
    if qualifier not in grammar.size_need:
        return False
    return grammar.patterns.size.search(low, max(0, begin - 2 * WINDOW), begin) is not None
