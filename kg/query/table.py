"""Tables in plain text: columns side by side, long cells on several lines, Chinese characters two wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

MIN_COLUMN = 8
GAP = 2


def text_width(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> text_width("Life Valley"), text_width("生命谷")
    (11, 6)
    """
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap_text(text: str, width: int) -> list[str]:
    """Return a text cut into lines of at most ``width`` columns, between words where there are any.

    >>> wrap_text("29 projects have successfully signed", 14)
    ['29 projects', 'have', 'successfully', 'signed']
    """
    lines, line, used = [], "", 0
    for word in text.split():
        size = text_width(word)
        if used and used + 1 + size > width:
            lines.append(line)
            line, used = "", 0
        while size > width:
            part = _take(word, width)
            lines.append(part)
            word = word[len(part) :]
            size = text_width(word)
        line, used = (f"{line} {word}", used + 1 + size) if used else (word, size)
    if used or not lines:
        lines.append(line)
    return lines


def _take(word: str, width: int) -> str:
    used = 0
    for place, char in enumerate(word):
        used += _char_width(char)
        if used > width and place:
            return word[:place]
    return word


def format_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, width: int) -> str:
    """Return rows as a table of at most ``width`` columns, where its number of columns allows that.

    >>> print(format_table(["stage", "count"], [["landed", "82"], ["signed", "29"]], width=40))
    stage   count
    ------  -----
    landed  82
    signed  29
    """
    cells = [list(row) for row in rows]
    natural = [
        max(text_width(name), *(text_width(row[place]) for row in cells), 1) if cells else text_width(name)
        for place, name in enumerate(columns)
    ]
    widths = fit_widths(natural, width - GAP * (len(columns) - 1))
    lines = [_join(columns, widths), _join(["-" * size for size in widths], widths)]
    for row in cells:
        wrapped = [wrap_text(cell, size) for cell, size in zip(row, widths, strict=True)]
        for number in range(max(map(len, wrapped), default=0)):
            lines.append(_join([part[number] if number < len(part) else "" for part in wrapped], widths))
    return "\n".join(lines)


def fit_widths(natural: Sequence[int], total: int) -> list[int]:
    """Return column widths that sum to ``total`` at most: the widest give way first.

    >>> fit_widths([10, 80, 120], 100)
    [10, 45, 45]
    """
    widths = list(natural)
    low, high = MIN_COLUMN, max(widths, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in widths) <= total:
            low = middle
        else:
            high = middle - 1
    return [min(size, low) for size in widths]


def _join(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (size - text_width(cell)) for cell, size in zip(cells, widths, strict=True)]
    return (" " * GAP).join(padded).rstrip()


def format_markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a Markdown table.

    >>> print(format_markdown(["a", "b"], [["1 | 2", "<b>"]]))
    | a | b |
    | --- | --- |
    | 1 \\| 2 | &lt;b> |
    """
    lines = [columns, ["---"] * len(columns), *([_escape(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(cell: str) -> str:
    for char, written in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("`", "\\`"), ("*", "\\*"), ("_", "\\_")):
        cell = cell.replace(char, written)
    return cell
