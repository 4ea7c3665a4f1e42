"""Names whose kind stands in front are found by what they are of."""

from __future__ import annotations

import pytest

from kg.inverted_names import find_inverted
from kg.pipeline import Tools


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The port of Linhe grew, and the Bank of Yunhe lent to it.", ["Linhe Port", "Bank of Yunhe"]),
        ("The port of Linhe-Yunhe's berths are new.", ["Linhe-Yunhe Port"]),
        ("The dry port of Linhe, the sister port of Hamburg and the port of Departure.", []),
        ("The Export-Import Bank of Linhe; on the East Bank of Linhe; the Port of Linhe Authority.", []),
    ],
)
def test_ports_and_banks_are_called_by_what_they_are_of(tools: Tools, text: str, names: list[str]) -> None:
    found = list(find_inverted(text, tools.extractor.lexicon._words))
    assert [name.name for name in found] == names
    assert all(text[name.start : name.end].split()[-1].removesuffix("'s") in name.name for name in found)
