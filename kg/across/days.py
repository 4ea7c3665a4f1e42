"""Periods as days, so that "January to June" and "the first half" are one."""

from __future__ import annotations

import re
from calendar import monthrange

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def first_day(bound: str) -> str:
    """Return the first day of a year, month or day in ISO 8601; empty where it is none of them.

    >>> first_day("2023"), first_day("2023-06"), first_day("soon")
    ('2023-01-01', '2023-06-01', '')
    """
    match = _ISO.fullmatch(bound)
    return f"{match[1]}-{match[2] or '01'}-{match[3] or '01'}" if match else ""


def last_day(bound: str) -> str:
    """Return the last day of a year, month or day in ISO 8601; empty where it is none of them.

    >>> last_day("2023"), last_day("2024-02")
    ('2023-12-31', '2024-02-29')
    """
    match = _ISO.fullmatch(bound)
    if not match:
        return ""
    year, month = int(match[1]), int(match[2] or 12)
    if not (1 <= year and 1 <= month <= 12):
        return ""
    return f"{match[1]}-{month:02}-{match[3] or monthrange(year, month)[1]}"


def say_days(start: str, end: str) -> str:
    """Return a stretch of days as people write it.

    >>> say_days("2023-01-01", "2023-12-31"), say_days("2023-01-01", "2023-06-30"), say_days("", "2023-06-30")
    ('2023', '2023-01 to 2023-06', 'as of 2023-06-30')
    """
    if not end:
        return ""
    if not start:
        return f"as of {end}"
    if start == end:
        return start
    if start[:4] == end[:4] and (start[5:], end[5:]) == ("01-01", "12-31"):
        return start[:4]
    if start.endswith("-01") and end == last_day(end[:7]):
        return start[:7] if start[:7] == end[:7] else f"{start[:7]} to {end[:7]}"
    return f"{start} to {end}"
