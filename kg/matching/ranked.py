"""By what something ranks: a rank that the words tie to a measure is none of the thing itself."""

from __future__ import annotations

import re
from collections.abc import Collection

from kg.reading import Mark, SentenceReading

REACH = 140
"""How many characters behind a rank may tell by what it is."""
_AMOUNTS = frozenset(("money", "percent", "points", "times"))
# "Ranked first with a GDP of 3 billion yuan", "in terms of exports".
_BY = re.compile(
    r"[^.;,\n]{0,60}?,? (?:in terms of|measured by|as measured by|by|with an?|with its|with|for)\b[^.;\n]{0,60}"
)
# "This ranks Linhe third": by what the sentence before tells.
_THIS = re.compile(r"\s*(?:this|it|which) (?:ranks|ranked|places|placed|puts|put)\b")
# "There are 10,000 firms, with A and B ranking second and third": by how many there are.
_WITH = re.compile(r", with (?:the )?$")


def tells_measure(
    text: str,
    sentence: SentenceReading,
    before: SentenceReading | None,
    start: int,
    end: int,
    measures: Collection[str],
) -> bool:
    """Say whether the words around a rank say by what it is: by GDP, by growth, by a number of firms.

    ``start`` and ``end`` are those of the rank in the article, ``measures`` the keys of marks that name an indicator.
    What stands behind a semicolon is another clause's.
    """
    floor = max(text.rfind(stop, sentence.sentence.start, start) for stop in (";", ". ")) + 1
    floor = max(floor, sentence.sentence.start)
    keys = _AMOUNTS | set(measures)
    marks = sentence.marks
    if any(m.key in keys and floor <= m.start and m.end <= start for m in marks):
        return True
    if _WITH.search(text, floor, start) and any(m.key == "count" and floor <= m.start < start for m in marks):
        return True
    if _THIS.match(sentence.folded) and before is not None and any(m.key in keys for m in before.marks):
        return True
    return _is_told_behind(text, marks, end, set(measures))


def _is_told_behind(text: str, marks: Collection[Mark], end: int, keys: Collection[str]) -> bool:
    """Say whether the words behind a rank say by what it is."""
    said = _BY.match(text, end, end + REACH)
    return said is not None and any(m.key in keys and end <= m.start < said.end() for m in marks)
