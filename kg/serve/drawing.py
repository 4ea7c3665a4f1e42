"""Charts and networks as SVG that a page can hold: every text is escaped, links lead to pages of ours alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kg.export.labels import Box, Line, place_labels
from kg.export.text import escape_xml
from kg.layout import PALETTE, class_colour, place_links
from kg.losses import Losses
from kg.serve.html import page_link

if TYPE_CHECKING:
    from kg.export.chart import Panel, Row

WIDTH = 900
_NAME, _LETTER = 300, 6.6
"""Pixels for the names of bars, and for a letter."""
_BAR, _GAP = 16, 8
_PLOT = 240
_PAD = 36
_RADIUS = 7
_MOST_LETTERS = 34


class Node(NamedTuple):
    """A thing of a network: its IRI, its name, and the short name of its class."""

    iri: str
    name: str
    kind: str


class Edge(NamedTuple):
    """A line between two nodes, by number, and what it says."""

    source: int
    target: int
    name: str


# ---------------------------------------------------------------- networks
def draw_network(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    """Return a network: circles by class with their names, lines with what they say as their title."""
    links: list[dict[int, None]] = [{} for _ in nodes]
    for edge in edges:
        if edge.source != edge.target:
            links[edge.source][edge.target] = links[edge.target][edge.source] = None
    spots = _fit(place_links([list(near) for near in links]))
    height = max(y for _, y in spots) + _PAD
    texts = [_short(node.name, _MOST_LETTERS) for node in nodes]
    order = sorted(range(len(nodes)), key=lambda index: (-len(links[index]), index))
    lines: list[Line] = [(*spots[edge.source], *spots[edge.target]) for edge in edges]
    labels = place_labels(
        [(*spots[index], _RADIUS) for index in order],
        [(_measure(texts[index]), 15.0) for index in order],
        lines,
        Box(2, 2, WIDTH - 2, height - 2),
    )
    parts = [_edge(edge, nodes, spots) for edge in edges]
    parts += [_node(node, *spot) for node, spot in zip(nodes, spots, strict=True)]
    for index, label in zip(order, labels, strict=True):
        if label is None:
            continue  # its name is the title of its circle
        (x, y), box = spots[index], label.box
        if label.far:
            end = min(max(x, box.left), box.right), min(max(y, box.low), box.high)
            parts.append(f'<path stroke="#888" stroke-width=".7" d="M{x:.0f} {y:.0f}L{end[0]:.0f} {end[1]:.0f}"/>')
        parts.append(
            _link(nodes[index], f'<text x="{box.left:.0f}" y="{box.high - 3:.0f}">{_text(texts[index])}</text>')
        )
    kinds = sorted({node.kind for node in nodes})
    key, used = _key([(class_colour(kind), kind or "of no class") for kind in kinds], height)
    name = f"A network of {len(nodes)} things and {len(edges)} relations; the table has the same rows"
    return _svg("".join((*parts, key)), height + used, name)


def _fit(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points in the width of the picture, no larger than they are, ``y`` downwards."""
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top = max(y for _, y in points)
    scale = min(1.3, (WIDTH - 4 * _PAD) / max(right - left, 1.0))
    margin = (WIDTH - (right - left) * scale) / 2
    return [((x - left) * scale + margin, (top - y) * scale + _PAD) for x, y in points]


def _edge(edge: Edge, nodes: Sequence[Node], spots: Sequence[tuple[float, float]]) -> str:
    (x, y), (to_x, to_y) = spots[edge.source], spots[edge.target]
    long = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 1.0)
    end_x, end_y = to_x - (to_x - x) / long * (_RADIUS + 3), to_y - (to_y - y) / long * (_RADIUS + 3)
    said = f"{nodes[edge.source].name} – {edge.name} – {nodes[edge.target].name}"
    return (
        f'<path stroke="#888" stroke-opacity=".75" fill="none" marker-end="url(#arrow)"'
        f' d="M{x:.1f} {y:.1f}L{end_x:.1f} {end_y:.1f}"><title>{_text(said)}</title></path>'
    )


def _node(node: Node, x: float, y: float) -> str:
    said = f"{node.name} ({node.kind})" if node.kind else node.name
    circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}" fill="{class_colour(node.kind)}">'
    return _link(node, f"{circle}<title>{_text(said)}</title></circle>")


def _link(node: Node, inner: str) -> str:
    return f'<a href="{_text(page_link(node.iri))}">{inner}</a>'


# ---------------------------------------------------------------- charts
def draw_chart(panels: Iterable[Panel]) -> str:
    """Return panels below one another: bars, or lines where the rows have dates; missing numbers dashed."""
    parts, top, rows = [], 0.0, 0
    for panel in panels:
        rows += len(panel.rows)
        if panel.title:
            parts.append(f'<text font-weight="600" x="4" y="{top + 18:.0f}">{_text(panel.title)}</text>')
            top += 28
        dated = len({row.date for row in panel.rows if row.date}) > 1
        drawn, used = (_lines if dated else _bars)(panel, top)
        parts.append(drawn)
        top += used + 14
    return _svg("".join(parts), top, f"A chart of {rows} rows; the table has the same numbers")


def _bars(panel: Panel, top: float) -> tuple[str, float]:
    """Return a bar for each number with its label at its end, and the height used."""
    numbers = [n for row in panel.rows for c in panel.columns if (n := row.numbers[c]) is not None]
    least, most = min([0.0, *numbers]), max([0.0, *numbers])
    scale = (WIDTH - _NAME - 130) / ((most - least) or 1.0)
    zero = _NAME - least * scale
    parts, y = [], top
    for row in panel.rows:
        middle = y + _BAR * len(panel.columns) / 2 + 4
        name = _short(row.name, int(_NAME / _LETTER) - 2)
        parts.append(
            f'<text text-anchor="end" x="{_NAME - 8}" y="{middle:.0f}">{_text(name)}'
            f"<title>{_text(row.name)}</title></text>"
        )
        for index, column in enumerate(panel.columns):
            parts.append(_bar(row, column, PALETTE[index], zero, scale, y))
            y += _BAR
        y += _GAP
    parts.append(f'<path fill="none" stroke="#888" d="M{zero:.1f} {top:.0f}V{y - _GAP:.0f}"/>')
    used = y - top
    if len(panel.columns) > 1:
        key, high = _key([(PALETTE[i], name) for i, name in enumerate(panel.columns)], y)
        parts.append(key)
        used += high
    return "".join(parts), used


def _bar(row: Row, column: str, colour: str, zero: float, scale: float, y: float) -> str:
    number = row.numbers[column]
    long = 40.0 if number is None else abs(number) * scale
    left = zero - long if number is not None and number < 0 else zero
    style = 'fill="none" stroke="#888" stroke-dasharray="4 3"' if number is None else f'fill="{colour}"'
    italic = ' font-style="italic"' if number is None else ""
    # The label of a bar to the left stands right of zero, where there is room for it.
    return (
        f'<rect {style} x="{left:.1f}" y="{y + 1:.0f}" width="{max(long, 1.0):.1f}" height="{_BAR - 2}"/>'
        f'<text{italic} x="{max(left + long, zero) + 5:.1f}"'
        f' y="{y + _BAR - 4:.0f}">{_text(row.labels[column])}</text>'
    )


def _lines(panel: Panel, top: float) -> tuple[str, float]:
    """Return a line for each name over the calendar, gaps where a number is missing, and the height used."""
    from kg.export.chart import place_dates

    dates, places = place_dates(panel)
    numbers = [n for row in panel.rows for c in panel.columns if (n := row.numbers[c]) is not None]
    least, most = min([0.0, *numbers]), max([0.0, *numbers])
    wide, high = WIDTH - 170, _PLOT - 40
    span, rise = (places[-1] - places[0]) or 1, (most - least) or 1.0
    across = {date: 90 + (place - places[0]) / span * wide for date, place in zip(dates, places, strict=True)}

    def up(number: float) -> float:
        return top + 10 + (most - number) / rise * high

    bottom = top + 10 + high
    parts = [f'<path fill="none" stroke="#888" d="M90 {top + 10:.0f}V{bottom:.0f}H{90 + wide}"/>']
    last = -100.0
    for date in dates:
        if across[date] - last > 60:
            last = across[date]
            parts.append(f'<text text-anchor="middle" x="{last:.0f}" y="{bottom + 18:.0f}">{_text(date)}</text>')
    for number in (least, most):
        parts.append(f'<text text-anchor="end" x="84" y="{up(number) + 4:.0f}">{number:g}</text>')
    names: list[tuple[str, str]] = []
    for row_name in dict.fromkeys(row.name for row in panel.rows):
        for column in panel.columns:
            colour = PALETTE[len(names) % len(PALETTE)]
            names.append((colour, row_name if len(panel.columns) == 1 else f"{row_name} · {column}"))
            mine = [row for row in panel.rows if row.name == row_name]
            parts.append(_line([(row, column) for row in mine], colour, across, up))
    key, used = _key([(colour, _short(name, 60)) for colour, name in names], bottom + 26)
    return "".join((*parts, key)), bottom + 26 - top + used


def _line(cells: Sequence[tuple[Row, str]], colour: str, across: dict[str, float], up: Callable[[float], float]) -> str:
    points: list[str] = []
    path, broken = "", True
    for row, column in sorted(cells, key=lambda cell: cell[0].date):
        number = row.numbers[column]
        if number is None or not row.date:
            broken = True
            continue
        x, y = across[row.date], up(number)
        path += f"{'M' if broken else 'L'}{x:.1f} {y:.1f}"
        broken = False
        title = _text(f"{row.name} · {row.date}: {row.labels[column]}")
        points.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{title}</title></circle>')
    return f'<path fill="none" stroke-width="2" stroke="{colour}" d="{path}"/>{"".join(points)}'


# ---------------------------------------------------------------- pieces
def _key(entries: Sequence[tuple[str, str]], top: float) -> tuple[str, float]:
    """Return a key of colours and what they stand for, in rows, and its height."""
    parts, x, y = [], 8.0, top + 14
    for colour, name in entries:
        wide = _measure(name) + 34
        if x > 8 and x + wide > WIDTH:
            x, y = 8.0, y + 20
        parts.append(
            f'<circle cx="{x + 5:.0f}" cy="{y:.0f}" r="5" fill="{colour}"/>'
            f'<text x="{x + 15:.0f}" y="{y + 4:.0f}">{_text(name)}</text>'
        )
        x += wide
    return "".join(parts), y - top + 14


def _svg(inner: str, height: float, name: str) -> str:
    """Return a picture with a name; its style needs no sheet, so that it can be saved and opened alone."""
    arrow = (
        '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#888"/></marker>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" class="view"'
        f' font-family="system-ui, Noto Sans, Noto Sans CJK SC, sans-serif" font-size="12.5" fill="currentColor">'
        f"<title>{_text(name)}</title><defs>{arrow}</defs>{inner}</svg>"
    )


def _measure(text: str) -> float:
    """Return about how wide a text is, in pixels: a Chinese letter is twice a Latin one."""
    return sum(2 * _LETTER if ord(letter) > 0x2E80 else _LETTER for letter in text) + 4


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(text: str) -> str:
    return escape_xml(text, Losses())
