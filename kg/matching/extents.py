"""Of how wide an area the words of a number are: "the GDP of the city" is no district's.

Marks are masked: what can be read here of "in the city" is a city that nothing in the article names.
"""

from __future__ import annotations

import re

from kg.english import load_words
from kg.model import Mention
from kg.pattern import MARK
from kg.vocab import ADMIN_AREA, DISTRICT, PARK

_AREAS = load_words("areas")
_PROVINCES = _AREAS.all_of("province_ends")
_COUNTIES = _AREAS.all_of("county_ends")
_TOWNS = _AREAS.all_of("town_ends")
_EXTENT = re.compile(
    r"\b(?:of|in|across|throughout|within|for) (?:the )?(?:whole |entire |same )?"
    rf"(?P<word>{_AREAS.any_of('city', 'wide', 'widest', 'narrow')})\b(?![’'-])"
)
_WIDE = re.compile(
    r"^(?:in |the )?(?P<word>national(?! tax| high-tech| level| new)|global|china[’']s|chinese)\b"
    r"|\b(?P<behind>nationwide|nationally|countrywide|worldwide|globally|city-?wide|province-?wide)\b"
)
# "The zone focuses on": of a zone that nothing in the article names.
_OPENS = re.compile(
    r"[\s\"“]*(?:[^,]{0,40}, )?the (?:whole |entire )?"
    rf"(?P<word>{_AREAS.any_of('city', 'wide', 'narrow')})(?:[’']s)?\b(?!-)"
)
# "In China, exports rose", "Across the country, …": what follows is told of all of that.
_FRONTED = re.compile(
    r"[\s\"“]*(?:in|across|throughout|within|around|all over|for) (?:all of )?(?:the )?"
    r"(?:whole |entire |rest of |rural |urban |neighbou?ring |nearby |adjacent |adjoining )?"
    rf"(?:(?P<others>(?:other|some|many|most|several|all|neighbou?ring|surrounding|similar) "
    r"(?:[a-z-]+ ){0,2}(?:cities|districts|counties|provinces|regions|countries|places|towns|villages|zones|parks))"
    rf"|(?P<mark>{MARK})|(?P<word>{_AREAS.any_of('city', 'wide', 'widest', 'narrow')}))(?: as a whole| at large)?, "
)


def find_front(lead: str) -> str:
    """Return the mark of what a masked clause begins with, if it begins with "in" it; else nothing."""
    found = _FRONTED.match(lead)
    return found["mark"] or "" if found else ""


def fits_extent(clause: str, lead: str, indicator: str, bearer: Mention) -> bool:
    """Say whether what is told can be of a thing, by the area that its words name, in lower case.

    ``clause`` is all that is told with what stands before it, ``lead`` what stands before it alone, ``indicator`` what
    is measured, if anything is.
    """
    opens = _OPENS.match(clause)
    if opens is not None and not _fits(opens["word"], bearer):
        return False
    front = _FRONTED.match(lead)
    if front and front["others"]:
        return False
    found = [front["word"]] if front and front["word"] else []
    found += [match["word"] for match in _EXTENT.finditer(indicator)]
    found += [match["word"] or match["behind"] for match in _WIDE.finditer(indicator)]
    found += [match["word"] or match["behind"] for match in _WIDE.finditer(lead.lstrip())]
    return all(_fits(word.replace("-", ""), bearer) for word in found)


def _fits(word: str, bearer: Mention) -> bool:
    label = bearer.label
    if word in ("city", "municipality", "citywide"):
        return label.endswith(" City") or (bearer.type == ADMIN_AREA and not label.endswith(_PROVINCES))
    if word in ("province", "provincewide"):
        return label.endswith(_PROVINCES)
    if word == "county":
        return bearer.type == DISTRICT and not label.endswith(" District")
    if word == "district":
        return bearer.type == DISTRICT and not label.endswith(_COUNTIES)
    if word in ("zone", "park"):
        return bearer.type == PARK or label.endswith(" Area")
    return word == "town" and label.endswith(_TOWNS)
