"""Read and write the table of sentences and the quantities that must be found in them.

A case is a line with the sentence, and under it one line for each quantity, indented:
``[words] kind value unit qualifier``, then ``high=``, ``number=`` (where not the number's usual place,
the first run of digits), ``first=``, ``last=``, ``rule=`` and ``other=`` where they are not empty. ``-`` is empty.
"""

from __future__ import annotations

from pathlib import Path

from kg.model import Quantity

ANCHOR = "2021-08-29"


def render(text: str, found: Quantity) -> str:
    """Return a quantity as one line of the table."""
    parts = [f"[{text[found.start : found.end]}]", found.kind, found.value or "-", found.unit or "-", found.qualifier]
    number = text[found.number.start : found.number.end] if found.number else ""
    other = " ".join(found.other) if found.other else ""
    extras = {
        "number": number,
        "high": found.high,
        "first": found.first,
        "last": found.last,
        "rule": found.resolved,
        "other": other,
    }
    return " ".join(parts + [f"{key}={value}" for key, value in extras.items() if value])


def read_cases(path: Path) -> list[tuple[str, list[str]]]:
    """Return the sentences of the table, each with the lines of its quantities."""
    cases: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("    "):
            cases[-1][1].append(line.strip())
        else:
            cases.append((line, []))
    return cases
