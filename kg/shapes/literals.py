"""Whether a literal's text is one that its datatype allows, for the datatypes of XML Schema."""

from __future__ import annotations

import re
from calendar import monthrange

from pyoxigraph import Literal

from kg.shapes.terms import XSD

_ZONE = r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_YEAR = r"(?P<year>-?([1-9]\d{3,}|0\d{3}))"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)"
_DAYTIME = r"(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_FLOAT = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?INF|NaN"

_FORMS = {
    "integer": r"[+-]?\d+",
    "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
    "float": _FLOAT,
    "double": _FLOAT,
    "boolean": r"true|false|1|0",
    "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE[:-1]}",
    "time": rf"{_TIME}{_ZONE}",
    "gYear": rf"{_YEAR}{_ZONE}",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_ZONE}",
    "gMonth": rf"--{_MONTH}{_ZONE}",
    "gDay": rf"---{_DAY}{_ZONE}",
    "gMonthDay": rf"--{_MONTH}-{_DAY}{_ZONE}",
    "duration": rf"-?P(?=[\dT])(\d+Y)?(\d+M)?{_DAYTIME}",
    "yearMonthDuration": r"-?P(?=\d)(\d+Y)?(\d+M)?",
    "dayTimeDuration": rf"-?P(?=[\dT]){_DAYTIME}",
    "hexBinary": r"([0-9a-fA-F]{2})*",
    "base64Binary": r"(([A-Za-z0-9+/]\s*){4})*(([A-Za-z0-9+/]\s*){2}=\s*=|([A-Za-z0-9+/]\s*){3}=)?",
}
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "byte": (-128, 127),
    "short": (-32768, 32767),
    "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "unsignedByte": (0, 255),
    "unsignedShort": (0, 65535),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
}
_COMPILED = {XSD + name: re.compile(form, re.ASCII) for name, form in _FORMS.items()}
_INTEGER = _COMPILED[XSD + "integer"]

CHECKED = frozenset(_COMPILED) | {XSD + name for name in _RANGES}
"""Datatypes whose literals can be ill-formed; any text is allowed for all others."""


def well_formed(literal: Literal) -> bool:
    """Return whether the text of a literal belongs to its datatype; true for datatypes not known here.

    >>> from pyoxigraph import NamedNode
    >>> well_formed(Literal("2023-02-31", datatype=NamedNode(XSD + "date")))
    False
    """
    text = " ".join(literal.value.split())
    datatype = literal.datatype.value
    bounds = _RANGES.get(datatype.removeprefix(XSD)) if datatype.startswith(XSD) else None
    if bounds is not None:
        if not _INTEGER.fullmatch(text) or len(text) > 4000:
            return False
        low, high = bounds
        return (low is None or int(text) >= low) and (high is None or int(text) <= high)
    form = _COMPILED.get(datatype)
    if form is None:
        return True
    found = form.fullmatch(text)
    return found is not None and _day_exists(found.groupdict())


def _day_exists(parts: dict[str, str | None]) -> bool:
    day, month, year = parts.get("day"), parts.get("month"), parts.get("year")
    if day is None or month is None:
        return True
    leap_year = 2000 if year is None else 2000 + int(year) % 400
    return int(day) <= monthrange(leap_year, int(month))[1]
