"""Tables of a page as lines of text, each of which says alone what its figure is of.

A row of two cells is a line of a profile ("Total area | 812 sq km"). In a wider table the figures of a row stand under
a header far above them; so each is written on a line of its own behind the words of its row and of its column ("GDP
(100 million yuan) | 2022 | 345.6"), where a quote of it can take in all that bears it out. The unit that the words of
a row or a column give in brackets is the unit of the bare number behind them (``give_units``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from kg.amount import canonical
from kg.model import Quantity, Span

# A row of a table as trafilatura and Markdown write it, and what stands between its head and the rows.
_ROW = re.compile(r"^[ \t]*\|(.*\|)[ \t]*$", re.MULTILINE)
_RULED = re.compile(r"[|: -]*")
_EDGE = re.compile(r"^\| | \| ?$")
_LONGEST_CELL = 150
"""How many code points a cell has at most: longer ones are the paragraphs of a page laid out by a table."""
_MOST_CELLS = 600
"""How many figures a table has at most to be read: larger ones are a yearbook's, each a book of its own."""
_FIGURE_CELL = re.compile(r"\|[^|]*\| *[-+]?[\d.,]*\d ?%? *\|")
_FIGURE = re.compile(r"[-+–−]?(?:RMB|CNY|US\$|USD|[$¥€])? ?\d[\d,]*(?:\.\d+)?(?: ?(?:%|[a-z][a-z /]{0,24}[a-z]))?")
_YEAR = re.compile(r"(?:19|20)\d\d(?: ?[-–] ?(?:19|20)?\d\d)?")
_UNITS = re.compile(r"(?:[Mm]easur(?:e|ing|ement) )?[Uu]nits?(?: of measure(?:ment)?)?")
_NUMBERING = re.compile(r"(?:No|S/N|Serial|Order|#|Rank(?:ing)?)\b\.?(?: [Nn]umber| No\.?)?", re.IGNORECASE)


def write_rows(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text with its tables as lines, and a note on the rows that are left out.

    Rows with figures under no header are left out and noted, others of more than two cells go with them. A table that
    only lays out the page has cells of its paragraphs.

    >>> text, notes = write_rows("It grew.\\n| Item | Figure |\\n|---|---|\\n| Area | 12 sq km |")
    >>> text
    'It grew.\\nItem | Figure\\nArea | 12 sq km'
    >>> print(write_rows("| Item | Unit | 2021 | 2022 |\\n|---|---|---|---|\\n| GDP | billion yuan | 3.1 | 3.4 |")[0])
    GDP (billion yuan) | 2021 | 3.1
    GDP (billion yuan) | 2022 | 3.4
    >>> write_rows("| GDP | 3.4 | 8.1 |")[1]
    ("1 row of tables with figures was left out, from 'GDP | 3.4 | 8.1': write them as sentences",)
    """
    lines: list[str] = []
    left_out: list[str] = []
    table: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        row = _ROW.match(line)
        cells = [" ".join(cell.split()) for cell in row[1].split("|")[:-1]] if row else []
        if row and _RULED.fullmatch(line):
            continue
        if len(cells) > 2 and all(len(cell) <= _LONGEST_CELL for cell in cells):
            table.append(cells)
            continue
        if table:
            lines += _write_table(table, left_out)
            table = []
        if row is None:
            lines.append(line.strip("| ") if line.count("|") == 1 and _EDGE.search(line) else line)
        elif len(cells) > 2 or any(len(cell) > _LONGEST_CELL for cell in cells):
            lines += cells
        else:
            lines.append(" | ".join(cell for cell in cells if cell))
    written = "\n".join(lines[:-1])
    if not left_out:
        return written, ()
    rows = f"{len(left_out)} row{'s' * (len(left_out) > 1)} of tables with figures {'were' if left_out[1:] else 'was'}"
    return written, (f"{rows} left out, from {left_out[0][:80]!r}: write them as sentences",)


def _write_table(table: list[list[str]], left_out: list[str]) -> Iterator[str]:
    """Yield a line for each figure of a table with a header; ``left_out`` is told the rows of one without."""
    header, rows = table[0], table[1:]
    if not _is_header(header) or not rows or sum(len(row) for row in rows) > _MOST_CELLS:
        left_out += [" | ".join(cells) for cells in table if _FIGURE_CELL.search(f"|{'|'.join(cells)}|")]
        return
    first = 1 if _NUMBERING.fullmatch(header[0]) else 0
    unit = next((number for number, head in enumerate(header) if _UNITS.fullmatch(head)), -1)
    for cells in rows:
        label = cells[first] if len(cells) == len(header) else ""
        if not label or (_FIGURE.fullmatch(label) and not _YEAR.fullmatch(label)):
            left_out += [" | ".join(cells)] if _FIGURE_CELL.search(f"|{'|'.join(cells)}|") else []
            continue
        if unit > first and cells[unit] and "(" not in label:
            label = f"{label} ({cells[unit]})"
        for number in range(first + 1, len(header)):
            if number != unit and header[number] and _FIGURE.fullmatch(cells[number]):
                yield f"{label} | {header[number]} | {cells[number]}"


def _is_header(cells: Sequence[str]) -> bool:
    """Say whether a row names what stands under it: no figures but years, and words in all cells but the first."""
    told = [cell for cell in cells[1:] if cell]
    return len(told) > 1 and all(_YEAR.fullmatch(cell) or not _FIGURE.fullmatch(cell) for cell in told)


# ---------------------------------------------------------------- units
# "GDP (100 million yuan) | 2022 | 345.6", "Linhe District | GDP (billion yuan) | 34.5", "GDP (billion yuan): 34.5":
# labels and a bare number.
_CELLS = re.compile(
    r"(?P<labels>[^|\n]{1,200} \| [^|\n]{1,150}(?= \| )|[^|:：\n]{1,120}(?= ?[|:：] ?[-–−\d]))"
    r" ?[|:：] ?(?P<cell>[^|:：\n]{1,40})"
)
_IN_BRACKETS = re.compile(r"\((?:[Uu]nit: ?|in )?([^()\n]{1,40})\)")


def give_units(
    text: str, start: int, end: int, quantities: list[Quantity], find: Callable[[str], list[Quantity]]
) -> list[Quantity]:
    """Return the quantities of a sentence; in the line of a cell, the bare number has the unit that its labels name.

    ``find`` returns the quantities of some words. What is in the brackets is no amount of its own. The unit of the
    column goes before that of the row: "GDP (100 million yuan) | Growth (%) | 8.1".
    """
    line = _CELLS.fullmatch(text, start, end)
    if line is None:
        return quantities
    brackets = _IN_BRACKETS.finditer(text, *line.span("labels"))
    named = [(bracket, unit) for bracket in brackets if (unit := _read_unit(bracket[1], find))]
    words = text[start:end]
    for bracket, _ in named:
        first, last = bracket.start() - start, bracket.end() - start
        words = words[:first] + " " * (last - first) + words[last:]
    found = [quantity.shift(start) for quantity in find(words)] if named else quantities
    return [_sign(text, line.start("cell"), line.end("cell"), q, named[-1][1] if named else None) for q in found]


def _sign(text: str, start: int, end: int, quantity: Quantity, unit: Quantity | None) -> Quantity:
    """Return the number of a cell with its unit, and below zero where a minus stands in front of it."""
    if quantity.start < start or quantity.end != end or quantity.number is None:
        return quantity
    below = quantity.start == start + 1 and text[start] in "-–−"
    if quantity.start > start + below or (quantity.kind != "count" and not below):
        return quantity
    value, first = Decimal(quantity.value), start if below else quantity.start
    if unit and quantity.kind == "count":
        quantity = quantity._replace(kind=unit.kind, unit=unit.unit)
        value *= Decimal(unit.value)
    said = f"-{canonical(value)}" if below and value else canonical(value)
    return quantity._replace(start=first, value=said, number=Span(first, quantity.end))


# What the noun of a count is in a unit: "10,000 persons", "1,000 units".
_NOUN = re.compile(
    r" ?(?:persons?|people|units?|households?|sets?|heads?|visits|trips|person-times|times|items?|pieces)?"
)


def _read_unit(words: str, find: Callable[[str], list[Quantity]]) -> Quantity | None:
    """Return the amount that one of a unit is: "100 million yuan", "billion yuan", "%", "10,000 persons"."""
    if _YEAR.fullmatch(words):
        return None
    for said in (words, f"1 {words}", f"1{words}"):
        found = find(said)
        if len(found) != 1 or found[0].start or not found[0].value:
            continue
        if found[0].end == len(said) or (found[0].kind == "count" and _NOUN.fullmatch(said, found[0].end)):
            return found[0] if found[0].kind in ("money", "percent", "measure", "count") else None
    return None
