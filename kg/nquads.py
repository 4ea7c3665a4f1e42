"""RDF terms as N-Quads writes them, in the one form that stores give back unchanged.

Text that XML cannot hold, numbers and dates out of canonical form, and IRIs that are none are refused,
so that what is counted when written is what is counted when loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from kg.errors import EvidenceError, OntologyError
from kg.iri import check_iri
from kg.vocab import XSD_DATE, XSD_DECIMAL, XSD_GYEAR, XSD_GYEAR_MONTH, XSD_INTEGER

_MUST_ESCAPE = re.compile('[\x00-\x1f"\\\\\x7f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\x7f": "\\u007F"}
_DECIMAL = re.compile(r"(?!-0$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
_DATE_TYPES = (
    (re.compile(r"[0-9]{4}"), XSD_GYEAR),
    (re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])"), XSD_GYEAR_MONTH),
    (re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"), XSD_DATE),
)


def iri_term(text: str) -> str:
    """Return the term of an IRI; raise ``OntologyError`` where it is none."""
    return f"<{check_iri(text)}>"


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if found not in _ESCAPES:
        raise EvidenceError(
            f"the character U+{ord(found):04X} cannot stand in a graph",
            hint="XML cannot hold it; take it out when the text is read",
        )
    return _ESCAPES[found]


def text_term(text: str, language: str = "") -> str:
    """Return the literal of a text.

    >>> print(text_term('He said "two\\nzones"', "en"))
    "He said \\"two\\nzones\\""@en
    """
    # Nothing that must be written otherwise is printable but these two, and to ask is twenty times as fast.
    if text.isprintable():
        body = text.replace("\\", "\\\\").replace('"', '\\"')
    else:
        body = escape_plain(text) if is_plain(text) else _MUST_ESCAPE.sub(_escape, text)
    return f'"{body}"@{language}' if language else f'"{body}"'


def is_plain(text: str) -> bool:
    """Return whether ``escape_plain`` is enough for a text, and so for every part of it."""
    return text.isprintable() or text.replace("\n", "").isprintable()


def escape_plain(text: str) -> str:
    """Return a text with backslashes, quotation marks and line ends as a literal has them."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def decimal_term(text: str, where: str = "") -> str:
    """Return the literal of a decimal in canonical form (``168``, ``0.5``); ``EvidenceError`` for another."""
    if not _DECIMAL.fullmatch(text):
        raise EvidenceError(f"{text!r} is not a decimal in canonical form", where=where)
    return f'"{text}"^^<{XSD_DECIMAL}>'


def integer_term(text: str, where: str = "") -> str:
    """Return the literal of a whole number in canonical form; ``EvidenceError`` for another."""
    if "." in text or not _DECIMAL.fullmatch(text):
        raise EvidenceError(f"{text!r} is not a whole number in canonical form", where=where)
    return f'"{text}"^^<{XSD_INTEGER}>'


def date_term(text: str, where: str = "") -> str:
    """Return the literal of a year, a month or a day, typed by its precision.

    Raises ``EvidenceError`` where it is none of these as ISO 8601 writes them, or there is no such day.
    """
    for pattern, datatype in _DATE_TYPES:
        if pattern.fullmatch(text) and _is_day(text):
            return f'"{text}"^^<{datatype}>'
    raise EvidenceError(f"{text!r} is not a year, a month or a day of ISO 8601", where=where)


def _is_day(text: str) -> bool:
    if len(text) < 10:
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def language_tag(tag: str) -> str:
    """Return a language tag in lower case, as stores keep it; ``EvidenceError`` where it is none."""
    tag = tag.lower()
    if tag and not _LANGUAGE.fullmatch(tag):
        raise EvidenceError(f"{tag!r} is not a language tag", hint="write for example en or zh-Hans")
    return tag


def is_iri(text: str) -> bool:
    """Return whether a text is a full IRI and not words."""
    if "://" not in text:
        return False
    try:
        check_iri(text)
    except OntologyError:
        return False
    return True


def join_lines(lines: Iterable[str]) -> bytes:
    """Return N-Quads lines as the bytes of a file."""
    return "".join(f"{line}\n" for line in lines).encode()
