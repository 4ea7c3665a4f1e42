"""Where a counted group is, by names that nobody knows: "300 households in Yunhe, Linhe and Hualin".

A place that is known is told of the group in a claim of its own. One that is not would be lost, and the number would
read as that of all the article is about: so it stays in the group's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.english import load_words
from kg.reading import Mark

_NAME = r"[A-Z][a-z]{2,}[\w’-]*(?: [A-Z][\w’-]+){0,3}"
_SITE = re.compile(
    rf" (?:in|at) (?:the )?(?P<name>{_NAME})(?:(?:,? and|,) (?:the )?{_NAME}){{0,8}}"
    r"(?: (?:villages?|towns?|townships?|sub-?districts?|communit(?:y|ies)|counties|districts|cities|streets?))?"
    r"(?=[.,;:)]|$| (?:and|were|was|are|is|have|has|had|will|with|by|to)\b)"
)
# The first of several names ends a group's own words: "households in Yunhe|, Linhe and Hualin".
_BEGUN = re.compile(rf"\b(?:in|at|of|from) (?:the )?{_NAME}$")
_REST = re.compile(
    rf"(?:, (?:the )?(?P<name>{_NAME})(?:, (?:the )?{_NAME}){{0,7}})?,? and (?:the )?{_NAME}(?=[.,;:)]|$)"
)
_BEARERS = load_words("bearers")
_NO_PLACE = frozenset((*load_words("dating").all_of("months"), *_BEARERS.all_of("common")))
_NO_PLACES = re.compile(rf"(?:{_BEARERS.any_of('feasts')})|(?:First|Second|Third|Fourth|North|South|East|West)\b")


def find_site(text: str, end: int, marks: Sequence[Mark]) -> str:
    """Return the words that say where a group that ends at an offset is, if no mark explains any of them."""
    found = _SITE.match(text, end) or (_BEGUN.search(text, max(0, end - 40), end) and _REST.match(text, end))
    if not found or any(m.start < found.end() and found.start() < m.end for m in marks):
        return ""
    first = found["name"] or ""
    return "" if first.partition(" ")[0] in _NO_PLACE or _NO_PLACES.match(first) else found[0]
