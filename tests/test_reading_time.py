"""How long it takes to read articles of very many sentences: no longer than their length asks for."""

from __future__ import annotations

import pytest
from timing import measure_seconds

from kg.pipeline import Tools, read_text


def _name(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number)).capitalize()


@pytest.mark.parametrize(
    "piece",
    [
        "New{name} District grew. The district grew. ",
        "Changping District has {n} firms. The revenue was 5 billion yuan. ",
        "Beijing Daily grew. This newspaper grew. ",
        "It grew, said Wang Jun, mayor of Lin{name}. Wang added. ",
    ],
)
def test_time_is_linear_in_the_number_of_sentences(tools: Tools, piece: str) -> None:
    def measure(size: int) -> float:
        text = "".join(piece.format(n=number, name=_name(number)) for number in range(size // len(piece)))
        return measure_seconds(lambda: read_text(tools, text))

    measure(2_000)
    for _ in range(3):  # another process may slow one of them down
        small, large = measure(20_000), measure(160_000)
        if large < 8 * 2 * small:
            return
    pytest.fail(f"{small:.3f}s for 20 kB, {large:.3f}s for 160 kB")


def test_time_is_linear_in_the_parts_of_a_place(tools: Tools) -> None:
    def measure(parts: int) -> float:
        text = f"Yunhe County governs{' and the towns' * parts} of a Changping District. It covers 30 hectares. " * 20
        return measure_seconds(lambda: read_text(tools, text))

    measure(2)
    small, large = measure(3), measure(13)
    assert large < 3 * 4 * small, f"{small:.3f}s for 3 parts, {large:.3f}s for 13"
