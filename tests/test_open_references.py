"""A thing is meant by words of its name, or by what is said of it in passing, where only one can be."""

from __future__ import annotations

import pytest

from kg.extract import describe_claim
from kg.pipeline import Tools, read_text


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (
            "Linhe High-tech Industrial Zone was founded in 1992. The industrial zone covers 30 square kilometers.",
            ["Linhe High-tech Industrial Zone | area | 30 km2"],
        ),
        (
            "Linhe Logistics Center is new. Yunhe Logistics Center is old. The logistics center covers 30 hectares.",
            [],
        ),
        (
            "Linhe Logistics Center is new. The logistics center covers 30 hectares.",
            ["Linhe Logistics Center | area | 30 ha"],
        ),
        (
            "Heihe lies in the north. The border city covers 69,000 square kilometers.",
            ["Heihe | area | 69000 km2"],
        ),
    ],
)
def test_open_words_stand_for_the_one_thing_they_fit(tools: Tools, text: str, claims: list[str]) -> None:
    found = [describe_claim(claim) for claim in read_text(tools, text)]
    assert [said for said in found if "| area |" in said] == claims
