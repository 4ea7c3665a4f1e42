"""Of how wide an area the words of a number are: "the GDP of the city" is no district's.

Marks are masked: what can be read here of "in the city" is a city that nothing in the article names.
"""

from __future__ import annotations

import re

from kg.model import Mention
from kg.vocab import ADMIN_AREA, DISTRICT, PARK

_EXTENT = re.compile(
    r"\b(?:of|in|across|throughout|within|for) (?:the )?(?:whole |entire |same )?"
    r"(?P<word>city|municipality|province|country|nation|world|county|district|zone|park|town)\b(?![’'-])"
)
_WIDE = re.compile(
    r"^(?:in |the )?(?P<word>national(?! tax| high-tech| level| new)|global|china[’']s|chinese)\b"
    r"|\b(?P<behind>nationwide|nationally|countrywide|worldwide|globally|city-?wide|province-?wide)\b"
)
_PROVINCES = (" Province", " province", " Autonomous Region")
_COUNTIES = (" County", " Banner", " county")


def fits_extent(lead: str, indicator: str, bearer: Mention) -> bool:
    """Say whether a number can be a thing's by the area that its words name, in lower case.

    ``lead`` stands between the beginning of the clause and the number's words, ``indicator`` is what is measured.
    """
    found = [match["word"] for match in _EXTENT.finditer(indicator)]
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
    return word == "town" and label.endswith((" Town", " Township", " Street", " Subdistrict"))
