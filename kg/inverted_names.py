"""Names whose kind stands in front: "the port of Ningbo" is Ningbo Port, "the Bank of Guizhou" a bank."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.naming import Found, Words
from kg.vocab import ENTERPRISE, PROJECT

_PORT = re.compile(
    r"(?<![\w’'-])[Pp]ort of (?P<name>[A-Z][a-z’']{2,24}(?:-[A-Z][a-z’']{2,24})?)(?![\w-]|’\w|'[a-rt-z])"
    r"(?! (?:Authority|Group|Company|Co|and (?:the )?[A-Z]|[A-Z]))"
)
# Another kind of port, or several: "the dry port of Yiwu", "the sister port of Hamburg".
_OTHER_PORT = re.compile(
    r"\b(?:[Dd]ry|[Ii]nland|[Ll]and|[Aa]ir|[Rr]iver|[Ss]ister|[Ff]ree|[Rr]oad|[Rr]ail(?:way)?|[Bb]order|[Ff]ishing|[Oo]ld|[Ff]ormer"
    r"|[Cc]ruise|[Ee]very|[Aa]ny|[Tt]rade|[Hh]ome|[Ff]irst|[Ll]ast) $"
)
_BANK = re.compile(
    r"(?<![\w’'-])Bank of (?P<name>[A-Z][a-z’']{2,24}(?: [A-Z][a-z]{2,24})?)(?![\w-]|’\w|'[a-rt-z])"
    r"(?! (?:and (?:the )?)?[A-Z])"
)
_CAPITAL_BEFORE = re.compile(r"(?<![\w’'-])([A-Z][\w’'-]*|and|&)[ -]$")


def find_inverted(text: str, words: Words) -> Iterator[Found]:
    """Yield the ports and banks that are called by what they are of."""
    if "ort of " in text:
        for port in _PORT.finditer(text):
            name = port["name"].removesuffix("'s").removesuffix("’s")
            before = _CAPITAL_BEFORE.search(text, max(0, port.start() - 24), port.start())
            # "Yangpu port of Hainan" has a name of its own.
            if before is not None and not words.leads_up(before[1]) and before[1] not in ("and", "&"):
                continue
            if _can_be_of(name, words) and not _OTHER_PORT.search(text, max(0, port.start() - 12), port.start()):
                yield Found(port.start(), port.start("name") + len(name), PROJECT, f"{name} Port")
    if "Bank of " in text:
        for bank in _BANK.finditer(text):
            name = bank["name"].removesuffix("'s").removesuffix("’s")
            before = _CAPITAL_BEFORE.search(text, max(0, bank.start() - 24), bank.start())
            # "The Export-Import Bank of China" has more words in front; "East Bank of Linhe" is none.
            if _can_be_of(name, words) and (before is None or words.leads_up(before[1])):
                yield Found(bank.start(), bank.start("name") + len(name), ENTERPRISE, f"Bank of {name}")


def _can_be_of(name: str, words: Words) -> bool:
    """Say whether a word names a place: "port of Departure" names none."""
    return name.lower() not in words.generic and not words.leads_up(name) and name not in _NO_PLACES


_NO_PLACES = frozenset(("Departure", "Entry", "Call", "Origin", "Destination", "Discharge", "Arrival", "Loading"))
