"""Charts of a query whose rows have numbers: bars, or lines where the rows have dates.

A number that is not there is drawn as an empty, dashed bar and called missing; it is never a zero. One that has no
length (``INF``, ``NaN``) is drawn in the same way and called what it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kg import vocab as v
from kg.errors import ExportError
from kg.export.base import Report, Target, find_format, writing
from kg.export.parquet import to_day
from kg.export.picture import load_matplotlib, noting_glyphs, save_figure
from kg.layout import PALETTE
from kg.network import QUALIFIER_WORDS

if TYPE_CHECKING:
    from kg.query import Answer, Namer

_NUMBERS = {v.XSD_INTEGER, v.XSD_DECIMAL, v.XSD + "double", v.XSD + "float"}
_DATES = {v.XSD_GYEAR, v.XSD_GYEAR_MONTH, v.XSD_DATE}
_PLACES = ("start", "end")
_NOT_NAMES = ("quote", "article", "status", "qualifier", "unit", "period")
_CHANGE = ("before", "after")
_LARGEST = 1e300
"""Beyond it, the distance between two numbers may be no number."""
MOST = 80
"""Rows that can be read in one chart."""


class Row(NamedTuple):
    """One bar or point: its name, its date if any, and by column its number (``None``: missing) and its label."""

    name: str
    date: str
    numbers: dict[str, float | None]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Panel:
    """Numbers that share an axis: a title, the columns, and the rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def write_chart(answer: Answer, namer: Namer, path: Path, title: str = "") -> Report:
    """Draw the numbers of an answer into ``path`` (SVG, PNG or PDF) and return what was written.

    Raises ``ExportError`` where the answer has no numbers or too many, or the suffix is no picture.
    """
    entry = find_format(path)
    if entry.family != "picture":
        raise ExportError("a chart is a picture", where=str(path), hint="write to a .svg, .png or .pdf file")
    panels = make_panels(answer, namer)
    plt = load_matplotlib()
    target = Target(path, entry.suffix)
    target.counts["rows"] = sum(len(panel.rows) for panel in panels)
    with writing(target), noting_glyphs(target):
        save_figure(plt, draw_panels(plt, panels, title or answer.query.summary), target)
    return Report((path,), entry, dict(target.counts), target.losses.listed())


def make_panels(answer: Answer, namer: Namer) -> list[Panel]:
    """Return what is drawn: a panel for each unit and each column of numbers; before and after share one.

    Raises ``ExportError`` where there are no numbers, or more rows than can be drawn.
    """
    columns, rows = answer.columns, list(answer.rows())
    if len(rows) > MOST:
        raise ExportError(f"{len(rows)} rows are too many for a chart", hint="add LIMIT, or choose fewer with -p")
    numeric = [n for i, n in enumerate(columns) if n not in _PLACES and _all_typed(rows, i, _NUMBERS)]
    if not numeric and rows and "value" in columns and not any(row[columns.index("value")] for row in rows):
        numeric = ["value"]  # all are missing, and that is worth seeing
    if not numeric:
        named = ", ".join(columns)
        raise ExportError(f"no column of numbers among: {named}", hint="a chart needs a query that gives numbers")
    made = [_make_row(dict(zip(columns, row, strict=True)), rows, columns, numeric, namer) for row in rows]
    pair = tuple(name for name in _CHANGE if name in numeric)
    groups = [pair] if len(pair) == 2 else [(name,) for name in numeric]
    units = [namer.say(row[columns.index("unit")]) if "unit" in columns else "" for row in rows]
    panels = []
    for group in groups:
        for unit in dict.fromkeys(units):
            chosen = tuple(row for row, its in zip(made, units, strict=True) if its == unit)
            words = " and ".join(group).replace("_", " ") if group != ("value",) else ""
            panels.append(Panel(f"{words} ({unit})" if words and unit else words or unit, group, chosen))
    return panels


def _all_typed(rows: Sequence[Sequence[Any]], index: int, types: set[str]) -> bool:
    """Return whether a column has literals of these types and nothing else; missing ones do not count."""
    found = [row[index] for row in rows if row[index] is not None]
    return bool(found) and all(getattr(getattr(term, "datatype", None), "value", "") in types for term in found)


def _make_row(
    cells: dict[str, Any], rows: Sequence[Any], columns: Sequence[str], numeric: Sequence[str], namer: Namer
) -> Row:
    dates = [name for index, name in enumerate(columns) if _all_typed(rows, index, _DATES)]
    date = next((cells[name].value for name in dates if cells[name] is not None), "")
    names = [
        namer.say(term)
        for name, term in cells.items()
        if term is not None and name not in (*numeric, *dates, *_PLACES) and not name.endswith(_NOT_NAMES)
    ]
    if not date and cells.get("period") is not None:
        names.append(namer.say(cells["period"]))
    numbers = {name: _read_number(cells[name]) for name in numeric}
    labels = {}
    for name in numeric:
        how = cells.get(f"{name}_qualifier") or (cells.get("qualifier") if len(numeric) == 1 else None)
        word = QUALIFIER_WORDS.get(getattr(how, "value", ""), "")
        labels[name] = f"{word} {cells[name].value}".strip() if cells[name] is not None else "missing"
    return Row(" · ".join(dict.fromkeys(names)), date, numbers, labels)


def _read_number(term: Any) -> float | None:
    """Return what can be drawn of a number: ``None`` for a missing, unreadable, endless or too large one."""
    try:
        number = float(term.value) if term is not None else math.nan
    except ValueError:
        return None
    return number if abs(number) < _LARGEST else None


def draw_panels(plt: Any, panels: Sequence[Panel], title: str) -> Any:
    """Return a figure with the panels below one another."""
    lined = [_has_dates(panel) for panel in panels]
    heights = [
        3.0 if is_line else 0.5 + 0.36 * len(panel.columns) * len(panel.rows)
        for panel, is_line in zip(panels, lined, strict=True)
    ]
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(9, sum(heights) + 0.7 * len(panels) + 0.6), dpi=130, squeeze=False,
        height_ratios=heights, layout="constrained",
    )  # fmt: skip
    for axis, panel, is_line in zip(axes[:, 0], panels, lined, strict=True):
        (_draw_lines if is_line else _draw_bars)(axis, panel)
        axis.set_title(panel.title, fontsize=10, loc="left")
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=11, x=0.01, ha="left", wrap=True)
    return figure


def place_dates(panel: Panel) -> tuple[list[str], list[int]]:
    """Return the dates of a panel in order, and the day of each by the calendar: a gap of years looks like one."""
    dates = sorted({row.date for row in panel.rows if row.date})
    return dates, [day.toordinal() if (day := to_day(date[:10])) else 0 for date in dates]


def _has_dates(panel: Panel) -> bool:
    return len({row.date for row in panel.rows if row.date}) > 1


def _draw_bars(axis: Any, panel: Panel) -> None:
    """Draw a bar for each number, its label at its end; the first row is at the top."""
    count = len(panel.columns)
    present = [abs(n) for row in panel.rows for c in panel.columns if (n := row.numbers[c]) is not None]
    most = max(present, default=1.0) or 1.0
    for place, row in enumerate(panel.rows):
        for index, column in enumerate(panel.columns):
            y, number = place + (index - (count - 1) / 2) * 0.8 / count, row.numbers[column]
            style: dict[str, Any] = {"color": PALETTE[index]}
            if number is None:
                style = {"facecolor": "none", "edgecolor": "#777777", "linestyle": "--"}
            axis.barh(y, most * 0.12 if number is None else number, height=0.7 / count, **style)
            end = most * 0.12 if number is None else max(number, 0)
            axis.annotate(
                row.labels[column], (end, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8,
                fontstyle="italic" if number is None else "normal",
            )  # fmt: skip
    axis.set_yticks(range(len(panel.rows)), [_short(row.name) for row in panel.rows], fontsize=8)
    axis.set_ylim(len(panel.rows) - 0.5, -0.5)
    axis.margins(x=0.15)
    if not present:
        axis.set_xticks([])
    axis.tick_params(axis="x", labelsize=8)
    if count > 1:
        from matplotlib.patches import Patch

        handles = [Patch(color=PALETTE[i], label=name) for i, name in enumerate(panel.columns)]
        axis.legend(handles=handles, fontsize=8, frameon=False, loc="lower right")


def _draw_lines(axis: Any, panel: Panel) -> None:
    """Draw a line for each name over the dates; a missing number is a gap."""
    dates, places = place_dates(panel)
    names = list(dict.fromkeys(row.name for row in panel.rows))
    for index, name in enumerate(names):
        for column in panel.columns:
            found = {row.date: row.numbers[column] for row in panel.rows if row.name == name}
            points = [float("nan") if (n := found.get(date)) is None else n for date in dates]
            style = ("-", "--", ":", "-.")[index // len(PALETTE) % 4]
            label = _short(name if len(panel.columns) == 1 else f"{name} · {column}")
            axis.plot(places, points, style, marker="o", color=PALETTE[index % len(PALETTE)], label=label)
    for date in sorted({row.date for row in panel.rows if row.date and None in row.numbers.values()}):
        axis.annotate(
            "missing", (places[dates.index(date)], 0.02), xycoords=("data", "axes fraction"), ha="center", fontsize=7,
            fontstyle="italic", color="#777777",
        )  # fmt: skip
    axis.set_xticks(places, dates)
    margin = (places[-1] - places[0]) * 0.08
    axis.set_xlim(places[0] - margin, places[-1] + margin)
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=8, frameon=False)


def _short(text: str) -> str:
    return text if len(text) <= 50 else text[:49] + "…"
