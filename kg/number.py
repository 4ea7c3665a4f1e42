"""Read the amount at a number, in digits or in words, and say where a number is a part of a name or a mark.

What depends on a date stands in ``kg/period.py``; units, scales and qualifiers are joined in ``kg/amount.py``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeAlias

from kg.amount import ONE, Amount, amount_at, canonical, finish, look_left, read_tail
from kg.model import Quantity, Span
from kg.quantity_grammar import View

Outcome: TypeAlias = "Quantity | int | None"
"""What a reader returns: a quantity, or how far the text is used up, or nothing (try the next reader)."""

_WORD = re.compile(r" ([a-z]+)")
_NAME = re.compile(r"([A-Za-z]+)\.?[ \n-]?\Z")
_LIST_MARK = re.compile(r"(?:[.)、]|\.[0-9.]+)(?:\s|\Z)")
_CLOCK = re.compile(r" ?(?:[ap]\.?m(?![a-z])|o'clock)")
_ARTICLE = re.compile(r"(?<![a-z0-9])an?[ \n-]\Z")
_LETTER_SCALES = ("m", "k", "b")
_FACTOR = "a factor of "
_OFTEN = ("once ", "twice ", "times ")
_HALF_UNIT = re.compile(r"(?: an?[ \n]|-| )([a-z]+)(?![a-z-])")
_HALF_SCALE = re.compile(r" a (?=million|billion|trillion)")
OF = (" of ", " of\n", " the ")
"""What follows a fraction of something."""


def read_amount(view: View, start: int, match: re.Match[str] | None = None) -> Outcome:
    """Read the amount at ``start``; a number that is a part of a name or a mark is none."""
    amount = amount_at(view, start, match)
    if amount is None:
        return None
    low, end = view.low, amount.end
    if amount.unit is None:
        if amount.scale is ONE and (_is_name(view, amount) or _is_mark(view, amount)):
            return end
        if low[end : end + 1].isalpha() and low[end : end + 1].isascii():
            return end
        if (
            low[end : end + 1] == " "
            and low[end + 1 : end + 2] in _LETTER_SCALES
            and not low[end + 2 : end + 3].isalnum()
        ):
            return end
    elif low.startswith(("-old", " old"), end) or _is_heading(view, amount):
        return end
    if amount.unit is None and low.endswith(_FACTOR, max(view.floor, start - len(_FACTOR)), start):
        return make_ratio(view, start, end, amount.worth)._replace(start=start - len(_FACTOR))
    return finish(view, amount)


def _is_name(view: View, amount: Amount) -> bool:
    """Return whether the word before a bare number makes it part of a name: Phase 2, Industry 4.0."""
    start, stop = amount.number
    if amount.qualifier != "exact" or not start or view.low[start - 1] not in " \n-.":
        return False
    before = _NAME.search(view.text, max(0, start - 20), start)
    if before is None:
        return False
    return before[1].lower() in view.grammar.names or ("." in view.low[start:stop] and before[1][0].isupper())


def _is_heading(view: View, amount: Amount) -> bool:
    """Return whether an amount is the heading of a table: (100 million yuan), unit: 10,000 tons."""
    low, start = view.low, amount.number.start
    if low[amount.end : amount.end + 1] == ")" and low[start - 1] == "(":
        match = view.grammar.patterns.paren.match(low, start - 1)
        return match is not None and match[1] is not None
    return low.endswith("unit: ", 0, start)


def _is_mark(view: View, amount: Amount) -> bool:
    """Return whether a bare number is a list mark, a time of day, or joined to what it does not count."""
    low, (start, end) = view.low, amount.number
    before, after = low[start - 1 : start], low[end : end + 1]
    if before == "[" or (before == "(" and after == ")" and end - start <= 2):
        return True
    if (not before or before == "\n") and _LIST_MARK.match(low, end):
        return True
    if after == ")" and end - start <= 2:
        back = max(0, start - 80)
        return low.rfind("(", back, start) <= low.rfind(")", back, start)
    if after == " " or after in "apo":
        return _CLOCK.match(low, end) is not None
    if after == "-":
        return low[end + 1 : end + 2].isalpha() and not view.grammar.patterns.after.match(low, end)
    return after == "+" and low[end + 1 : end + 2].isalnum()


def read_number(view: View, start: int, end: int) -> Outcome:
    """Read number words; a name in capitals or a quoted slogan ("two zones") is none."""
    low, text, grammar = view.low, view.text, view.grammar
    if start and low[start - 1] in "-+":
        return end
    fraction = grammar.patterns.fraction.match(low, start)
    if fraction and (
        fraction[1] in ("third", "thirds", "half")
        or low[fraction.start(1) - 1] == "-"
        or low.startswith(OF, fraction.end())
    ):
        top = Decimal(grammar.words[re.split(r"[\s-]", fraction[0])[0]])
        return make_ratio(view, start, fraction.end(), top / grammar.fractions[fraction[1]])
    part = grammar.patterns.of_every.match(low, start)
    if part and (every := grammar.words[part[2]]) > (some := grammar.words[part[1]]):
        return make_ratio(view, start, part.end(), Decimal(some) / every)  # "one out of every three cups"
    found = read_amount(view, start)
    if not isinstance(found, Quantity) or found.kind != "count" or found.number is None:
        return found
    number_end = found.number.end
    if text[start].isupper() and text[number_end + 1 : number_end + 2].isupper():
        return found.end
    if start and low[start - 1] == '"':
        return found.end
    if low[start:number_end] == "one" and number_end == found.end:
        follow = _WORD.match(low, found.end)
        if follow is None or follow[1] in grammar.one_not_before:
            return found.end
    return found


_AGO = re.compile(r" (?:earlier|ago|before)\b")


def read_article(view: View, start: int, end: int) -> Outcome:
    """Read "a dozen", "a million yuan", "a third of", "a year", at the word after the article."""
    low, grammar, word = view.low, view.grammar, view.low[start:end]
    if word == "half":
        return _read_half(view, start, end)
    match = _ARTICLE.search(low, max(view.floor, start - 3), start)
    if match is None:
        return None
    at = match.start()
    if word in grammar.fractions:
        return make_ratio(view, at, end, ONE / grammar.fractions[word]) if low.startswith(OF, end) else None
    begin, qualifier, _ = look_left(view, at)
    if word in grammar.dozens:
        return Quantity(begin, end, "count", str(grammar.dozens[word]), "", qualifier, number=Span(at, end))
    if word in grammar.scales:
        return _scaled(view, Span(at, at + 1), start - 1, ONE)
    unit = grammar.after_units.get(word)
    if unit is None or low[end : end + 1] == "-" or low[start - 1] == "-" or low.endswith(_OFTEN, max(0, at - 6), at):
        return None
    if (view.found and view.found[-1].end >= at - 1 and view.found[-1].unit) or _AGO.match(low, end):
        return end  # "higher than a year earlier" is no more than a year
    return Quantity(begin, end, unit.kind, canonical(unit.factor), unit.code, qualifier, number=Span(at, at + 1))


def _scaled(view: View, number: Span, end: int, value: Decimal) -> Quantity:
    """Return the amount of a number without digits and the scale behind ``end``: a million, half a billion."""
    begin, qualifier, _ = look_left(view, number.start)
    stop, scale, unit = read_tail(view, end, None)
    found = finish(view, Amount(begin, stop, number, value, scale, unit, qualifier))
    hyphened = found.kind == "money" and "-" in view.low[number.end + 1 : stop]
    return found._replace(kind="size") if hyphened else found


def _read_half(view: View, start: int, end: int) -> Outcome:
    """Read "half a day", "half of the", "half the"; the half of a year by its ordinal is a period."""
    low, half = view.low, Decimal("0.5")
    begin, qualifier, _ = look_left(view, start)
    match = _HALF_UNIT.match(low, end)
    unit = view.grammar.after_units.get(match[1]) if match else None
    if match and unit and unit.kind == "measure":
        value = canonical(half * unit.factor)
        return Quantity(begin, match.end(), unit.kind, value, unit.code, qualifier, number=Span(start, end))
    match = _HALF_SCALE.match(low, end)
    if match:
        return _scaled(view, Span(start, end), match.end() - 1, half)
    if low.startswith(OF, end) or qualifier != "exact":
        return make_ratio(view, start, end, half)
    return None


def make_ratio(view: View, start: int, end: int, value: Decimal) -> Quantity:
    """Return a fraction as a ratio, to six decimal places where it has no end."""
    begin, qualifier, _ = look_left(view, start)
    value = value.quantize(Decimal("0.000001"))
    return Quantity(begin, end, "times", canonical(value), "times", qualifier, number=Span(start, end))


def read_ratio(view: View, start: int, end: int) -> Outcome:
    begin, qualifier, _ = look_left(view, start)
    value = view.grammar.ratios[view.low[start:end]]
    return Quantity(begin, end, "times", value, "times", qualifier, number=Span(start, end))


# "3.2:45.1:51.7": what the three industries make of the whole.
_SHARES = re.compile(
    r"([0-9]{1,2}(?:\.[0-9]{1,2})?) ?: ?([0-9]{1,2}(?:\.[0-9]{1,2})?) ?: ?([0-9]{1,2}(?:\.[0-9]{1,2})?)(?![0-9:])"
)


def read_shares(view: View, start: int) -> Outcome:
    """Read the three parts of a whole in percent, each a quantity of its own, where together they make it up."""
    match = _SHARES.match(view.low, start)
    parts = [Decimal(str(part)) for part in match.groups()] if match else []
    if match is None or abs(sum(parts, Decimal(-100))) > 1:
        return None
    spans = [Span(*match.span(n)) for n in (1, 2, 3)]
    *shares, last = (
        Quantity(*span, "percent", canonical(part), "percent", number=span)
        for span, part in zip(spans, parts, strict=True)
    )
    view.found += shares
    return last
