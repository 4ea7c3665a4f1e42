"""One form for the ways to write a name, which its IRI is made of."""

from __future__ import annotations

import re

# One zone, however an article writes it.
_ONE_NAME = (
    (
        re.compile(
            r"\bhi(?:gh)?[ -]tech(?:nology)?(?: (?:industr(?:y|ies|ial)|development)){0,2} zone\b", re.IGNORECASE
        ),
        "high-tech zone",
    ),
    (re.compile(r"\b(?:Port|Harbou?r) Area$"), "port area"),
    (re.compile(r"^China \(([A-Z][\w’' ]{1,30})\) (?=Pilot Free[ -]Trade (?:Zone|Area)$)"), r"\1 "),
    (re.compile(r"(?:Pilot )?(?:Free[ -]Trade Zone|FTZ)$", re.IGNORECASE), "free trade zone"),
    (
        re.compile(
            r"\bEconomic(?: and |-| ?& ?| - )Techn(?:ological|ical|ology) Development (?:Zone|Area)$", re.IGNORECASE
        ),
        "economic and technological development zone",
    ),
)
"""The one form behind the ways to write a name, which its IRI is made of."""
# "Xi ‘an High-tech Zone", as translations write it.
_TORN = re.compile(r" [‘’'](?=an\b)")


# "Linhe Economic &Technical Development Zone".
_GLUED = re.compile(r"(?<= )&(?=[A-Z])")


def mend_name(name: str) -> str:
    """Return a name without the blank by which a translation tears it, and with the one that it left out.

    >>> mend_name("Xi ‘an High-tech Zone"), mend_name("Linhe Economic &Technical Zone")
    ("Xi'an High-tech Zone", 'Linhe Economic & Technical Zone')
    """
    return _GLUED.sub("& ", _TORN.sub("'", name))


def plain_zone(name: str) -> str:
    """Return the name of a zone in the one form of its kind.

    >>> plain_zone("Linhe Hi-Tech Industrial Development Zone")
    'Linhe high-tech zone'
    """
    for pattern, form in _ONE_NAME:
        name = pattern.sub(form, name)
    return name
