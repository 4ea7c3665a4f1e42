"""Letters: case, and where words end, at the same offsets as in the text."""

from __future__ import annotations

import re

LONGEST_WORD = 4
"""Up to so many letters the name of a place may be a word as well: "in long county roads"."""
_HEADS = frozenset(("District", "County", "City", "Province", "district", "county", "city", "province"))
_TITLE_WORD = re.compile(r"[A-Za-z][\w’'-]*")

_HYPHENS = frozenset("-–‐")


def fold_quotes(text: str) -> str:
    """Return ``text`` with straight apostrophes."""
    return text.replace("’", "'").replace("‘", "'")


def fold_case(text: str) -> str:
    """Return ``text`` in lower case and with straight apostrophes, the same length, so that offsets stay true.

    >>> fold_case("İstanbul Xi’an")
    "İstanbul xi'an"
    """
    text = fold_quotes(text)
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def is_bounded(text: str, start: int, end: int) -> bool:
    """Say whether ``text[start:end]`` is not part of a longer word; Chinese has no word boundaries.

    >>> is_bounded("in Beijinger", 3, 10), is_bounded("in Beijing.", 3, 10)
    (False, True)
    """
    if start > 0 and _is_word(text[start]) and _is_word(text[start - 1]):
        return False
    return not (end < len(text) and _is_word(text[end - 1]) and _is_word(text[end]))


def is_coupled(text: str, start: int, end: int) -> bool:
    """Say whether a name is one of several that hyphens join: "the Lanzhou-Xining region" is in neither.

    >>> is_coupled("the Lanzhou-Xining region", 4, 11), is_coupled("the Lanzhou-based firm", 4, 11)
    (True, False)
    """
    behind = text[end : end + 1] in _HYPHENS and text[end + 1 : end + 2].isupper()
    return behind or (text[start - 1 : start] in _HYPHENS and text[start - 2 : start - 1].islower())


def _is_word(char: str) -> bool:
    return (char.isalnum() or char == "_") and not "\u2e80" <= char <= "\u9fff"


def same_case(found: str, name: str) -> bool:
    """A name in capitals must be written so; one in small letters may begin a sentence or a heading.

    Of a long name some words in the middle may be written small: "Economic and technological Development Zone". A
    name that ends with what the place is may be written small where a translation did: "haidian District".

    >>> same_case("haidian District", "Haidian District"), same_case("haidian", "Haidian")
    (True, False)
    """
    found, name = fold_quotes(found), fold_quotes(name)
    if found == name or found == name.upper() or name == name.lower():
        return True
    own, other = found.split(" "), name.split(" ")
    if len(own) == 2 and own[0].islower() and len(own[0]) > LONGEST_WORD and other[1] in _HEADS:
        return True
    return len(own) > 3 and own[0] == other[0] and own[-1] == other[-1]


def is_title_case(text: str) -> bool:
    """Say whether a line capitalises its words, so that capitals tell no names.

    >>> is_title_case("Hefei Park Signs Ten Projects in a Day"), is_title_case("Hefei park signs ten projects")
    (True, False)
    """
    if text.rstrip().endswith((".", "。", ";")):
        return False
    words = [word for word in _TITLE_WORD.findall(text) if len(word) > 3]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.8 * len(words)
