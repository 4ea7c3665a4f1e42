"""How far the number may be from what is printed: its precision and its qualifier as an interval.

"30 billion" is anything that rounds to it, "more than 80" is above 80 and not far, "about 30" is near 30. Two
printed numbers can mean one where their intervals meet. What is far enough to be another number is a matter of
judgement; the widths are generous, since a conflict that is none costs more trust than one that is missed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

_PLAIN = re.compile(r"([0-9][0-9,]*)(?:\.([0-9]+))?")
_HALF = Decimal("0.5")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


class Extent(NamedTuple):
    """All that a printed number can mean: from ``low``, included, to ``high``, excluded."""

    low: Decimal
    high: Decimal

    def __str__(self) -> str:
        """Return the interval in words; a whole number that stands for itself as that number."""
        if self.high - self.low == 1:
            return say_number(f"{(self.low + self.high) / 2:f}")
        return f"{say_number(f'{self.low:f}')} to {say_number(f'{self.high:f}')}"

    def meets(self, other: Extent) -> bool:
        """Return whether one number can be meant by both."""
        return self.low < other.high and other.low < self.high


def find_extent(value: str, printed: str, qualifier: str) -> Extent:
    """Return what a number can mean: ``value`` with its scale applied, ``printed`` as its digits stand in the text.

    >>> find_extent("30300000000", "30.3", "exact")
    Extent(low=Decimal('30250000000.0'), high=Decimal('30350000000.0'))
    >>> find_extent("82", "82", "exact").meets(find_extent("80", "80", "moreThan"))
    True
    """
    number = Decimal(value)
    size = abs(number)
    step, rough = _find_steps(size, printed)
    half = step * _HALF
    # 1,100 may be rounded to the hundred, though not further than a twentieth.
    near = max(half, min(rough * _HALF, size / 20))
    if qualifier in ("moreThan", "atLeast"):
        low, high = size - half, size + max(rough, size / 4, step)
    elif qualifier == "nearly":
        low, high = size - max(size * 3 / 20, step), size + half
    elif qualifier == "about":
        wide = max(near, size / 20, min(rough * _HALF, size / 10))
        low, high = size - wide, size + wide
    elif qualifier == "upTo":
        low, high = Decimal(0), size + half
    else:
        low, high = size - near, size + near
    return Extent(low, high) if number >= 0 else Extent(-high, -low)


def _find_steps(size: Decimal, printed: str) -> tuple[Decimal, Decimal]:
    """Return the last printed place of a number, and the place of its last digit that is not nought."""
    match = _PLAIN.fullmatch(printed.strip())
    digits = (match[1].replace(",", "") + (match[2] or "")) if match else ""
    if not match or not digits.strip("0"):
        # Said in words: as precise as the number's last digit that is not nought.
        rough = Decimal(1).scaleb(int(size.normalize().as_tuple().exponent)) if size else Decimal(1)
        return min(rough, Decimal(1)), rough
    scale = size / Decimal(match[1].replace(",", "") + ("." + match[2] if match[2] else ""))
    step = scale.scaleb(-len(match[2] or ""))
    noughts = 0 if match[2] else len(match[1]) - len(match[1].rstrip("0"))
    return step, step.scaleb(noughts)


def say_number(text: str) -> str:
    """Return a decimal with a scale word, exact.

    >>> say_number("130300000000"), say_number("1343.5"), say_number("82")
    ('130.3 billion', '1,343.5', '82')
    """
    number = Decimal(text)
    for size, word in _SCALES:
        if abs(number) >= size:
            return f"{(number / size).normalize():,f} {word}"
    whole = number == number.to_integral_value()
    return f"{number.to_integral_value() if whole else number.normalize():,f}"
