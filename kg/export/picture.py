"""Pictures of a network (SVG, PNG, PDF): each class its colour, shape and legend, labels that do not overlap.

Made for the size of one article. A node whose label has no room gets a number, and the label stands in a key
below the legend; what has no room there either is left out, and told. ``--around``, ``--class`` and
``--predicate`` choose a part that fits.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from kg.errors import ExportError, MissingExtraError
from kg.export.base import Target
from kg.export.labels import Box, Line, Spot, place_labels
from kg.export.source import Source
from kg.export.text import one_line
from kg.layout import class_colour
from kg.network import Network, Node

MOST = 2000
"""Nodes of the largest network that is drawn."""
_FONTS = ["DejaVu Sans", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "PingFang SC", "SimHei"]
_WRAP = 24
_NAME, _RELATION, _NUMBER, _KEY = 8.5, 6.5, 5.0, 7.0
"""Sizes of the labels of nodes and of lines, of numbers in nodes and of the key to them, in points."""
_KEY_WIDTH = 34
"""Letters of a line of the key."""
MARKERS = {
    "AdminArea": "s", "District": "o", "Place": "p", "Park": "o", "Recognition": "P", "Project": "o",
    "NewsArticle": "s", "Enterprise": "o", "Organization": "s", "Concept": "D", "Person": "^", "Programme": "o",
    "Policy": "s", "Event": "D", "Practice": "v", "Industry": "^", "Cohort": "X", "Class": "p", "Observation": "D",
    "Claim": "h",
}  # fmt: skip
"""The shape of each class: classes whose colours are alike, or to the colour-blind, differ in shape."""
_OTHER_MARKERS = ("o", "s", "D", "^", "v", "P", "X", "p", "h")
_LEGEND = 2.3
"""Width of the column of the legend, in inches."""
_STYLES = {"stated": "solid", "implied by a rule": "dashed", "garbled, planned or denied": "dotted"}


def write_picture(source: Source, target: Target) -> None:
    """Draw the network; raise ``MissingExtraError`` without matplotlib."""
    plt = load_matplotlib()
    network = source.drawn
    if not 0 < len(network.nodes) <= MOST:
        raise ExportError(
            f"a picture of {len(network.nodes)} nodes cannot be read",
            where=str(target.path),
            hint="choose a part: --around NAME --hops 2, --class Park, or write a page (.html)",
        )
    target.counts.update(nodes=len(network.nodes), edges=len(network.edges))
    with noting_glyphs(target):
        drawing = Drawing(plt, network, source.options.language, target)
        drawing.draw(source.options.title)
        save_figure(plt, drawing.figure, target)


@contextmanager
def noting_glyphs(target: Target) -> Iterator[None]:
    """Turn the library's warnings of missing letters into a loss."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for text in sorted({str(entry.message) for entry in caught if "missing from font" in str(entry.message)}):
        target.losses.add("letters that no installed font has are drawn as boxes", text.split("(")[0].strip())


def save_figure(plt: Any, figure: Any, target: Target) -> None:
    """Write a figure in the format of its suffix, the same bytes each time, and forget it."""
    kind = target.suffix[1:]
    with target.open() as stream:
        figure.savefig(stream, format=kind, metadata=plain_metadata(kind))
    plt.close(figure)


def load_matplotlib() -> Any:
    """Return pyplot, set up to write the same bytes each time, without a screen.

    Raises ``MissingExtraError`` where matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot") from error
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    # One family name of each font that is there; asking for one that is not would warn for each text.
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    matplotlib.rcParams.update(
        {"font.family": [name for name in _FONTS if name in there], "svg.hashsalt": "kg", "svg.fonttype": "none"}
    )
    matplotlib.rcParams.update({"text.parse_math": False, "pdf.fonttype": 42, "axes.unicode_minus": False})
    return plt


def plain_metadata(kind: str) -> dict[str, Any]:
    """Return the metadata that leaves out the time of day."""
    if kind == "svg":
        return {"Date": None}
    return {"CreationDate": None} if kind == "pdf" else {}


class Link(NamedTuple):
    """All edges from one node to another, drawn as one line."""

    source: int
    target: int
    labels: tuple[str, ...]
    style: str


def group_edges(network: Network) -> list[Link]:
    """Return one link for each pair of nodes, the surest style of its edges first."""
    number = {node.id: index for index, node in enumerate(network.nodes)}
    labels: dict[tuple[int, int], dict[str, None]] = {}
    ranks: dict[tuple[int, int], int] = {}
    for edge in network.edges:
        pair = number[edge.source], number[edge.target]
        if pair[0] == pair[1]:
            continue
        rank = 2 if not edge.direct else int(edge.status == "implied")
        if edge.modality == "achieved" and edge.status == "explicit":
            rank = 0
        labels.setdefault(pair, {})[edge.label] = None
        ranks[pair] = min(rank, ranks.get(pair, 2))
    styles = list(_STYLES.values())
    return [Link(*pair, tuple(labels[pair]), styles[ranks[pair]]) for pair in labels]


def class_marker(kind: str) -> str:
    """Return the shape of a class; a class of another domain always gets the same one."""
    return MARKERS.get(kind) or _OTHER_MARKERS[sum(map(ord, kind)) % len(_OTHER_MARKERS)]


class Drawing:
    """One figure: it knows where each node stands in pixels.

    ``boxes`` are those of all labels, numbers and lines of the key as they were drawn, in pixels.
    """

    def __init__(self, plt: Any, network: Network, language: str, target: Target) -> None:
        self.network, self.language, self.target = network, language, target
        xs, ys = [n.x for n in network.nodes], [n.y for n in network.nodes]
        width, height = max(xs) - min(xs), max(ys) - min(ys)
        # Neighbours lie about 100 units apart: that is one inch, room for a label.
        inches = 1 / 100
        self.size = (min(60.0, max(8.0, width * inches + 5)), min(60.0, max(6.0, height * inches + 2)))
        self.figure, self.axes = plt.subplots(figsize=self.size, dpi=130)
        # The legend has a column of its own, where no label comes to lie.
        self.figure.subplots_adjust(0.01, 0.01, 1 - _LEGEND / self.size[0], 0.96)
        self.axes.set_axis_off()
        pad_x, pad_y = max(80.0, width * 0.09), max(60.0, height * 0.06)
        self.axes.set_xlim(min(xs) - pad_x, max(xs) + pad_x)
        self.axes.set_ylim(min(ys) - pad_y, max(ys) + pad_y)
        self.renderer = self.figure.canvas.get_renderer()
        self.pixels = [tuple(self.axes.transData.transform((n.x, n.y))) for n in network.nodes]
        self.scale = self.figure.dpi / 72
        self.keyed: list[str] = []

    def draw(self, title: str) -> None:
        """Draw lines, nodes, labels and the legend."""
        links = group_edges(self.network)
        for link in links:
            self._line(link)
        for node in self.network.nodes:
            self.axes.plot(
                *(node.x, node.y, class_marker(node.kind)),
                # The corners of a diamond reach beyond its size, to where labels stand.
                ms=self._points(node) * (0.71 if class_marker(node.kind) == "D" else 1),
                color=node.color, mec="white", mew=0.8, zorder=3,
            )  # fmt: skip
        self._labels(links)
        self._key(self._legend())
        if title:
            self.axes.set_title(title, fontsize=13, loc="left")
        # Only now do the texts of the legend know their places.
        self.figure.draw_without_rendering()

    @staticmethod
    def _points(node: Node) -> float:
        return 6 + node.size * 0.45

    def _line(self, link: Link) -> None:
        start, end = self.network.nodes[link.source], self.network.nodes[link.target]
        self.axes.annotate(
            "",
            xy=(end.x, end.y),
            xytext=(start.x, start.y),
            zorder=1,
            arrowprops={
                "arrowstyle": "-|>,head_width=0.18,head_length=0.4",
                "linestyle": link.style,
                "color": "#8a8a8a",
                "lw": 0.7 + 0.4 * (len(link.labels) - 1),
                "shrinkA": self._points(start) / 2,
                "shrinkB": self._points(end) / 2 + 1,
            },
        )

    def _labels(self, links: Sequence[Link]) -> None:
        """Write the labels of nodes, then those of lines where there is room."""
        nodes = self.network.nodes
        order = sorted(range(len(nodes)), key=lambda index: (-nodes[index].degree, index))
        texts = [self._text(nodes[index]) for index in order]
        lines: list[Line] = [(*self.pixels[k.source], *self.pixels[k.target]) for k in links]
        points = [(*self.pixels[index], self._points(nodes[index]) / 2 * self.scale) for index in order]
        sizes = [self._measure(text, _NAME) for text in texts]
        spots = place_labels(points, sizes, lines, self._frame())
        taken = [spot.box for spot in spots if spot is not None]
        taken += [Box(x - r, y - r, x + r, y + r) for x, y, r in points]
        for index, text, spot in zip(order, texts, spots, strict=True):
            if spot is None:
                self._number(index, text, taken)
                continue
            self._write(text, spot, _NAME, "#111111")
            if spot.far:
                self._leader(self.pixels[index], spot.box)
        self._line_labels(links, lines, taken)

    def _number(self, index: int, text: str, taken: list[Box]) -> None:
        """Write a number into a node, and keep its label for the key."""
        number = str(len(self.keyed) + 1)
        width, height = self._measure(number, _NUMBER)
        x, y = self.pixels[index]
        box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        radius = self._points(self.network.nodes[index]) / 2 * self.scale
        own = Box(x - radius, y - radius, x + radius, y + radius)
        if any(box.overlap(other) for other in taken if other != own):
            self.target.losses.add("labels of nodes that had no room were left out", text)
            return
        taken.append(box)
        self.keyed.append(" ".join(text.split("\n")))
        red, green, blue = (int(self.network.nodes[index].color[at : at + 2], 16) for at in (1, 3, 5))
        dark = 0.3 * red + 0.59 * green + 0.11 * blue < 140
        self._write(number, Spot(box, False), _NUMBER, "white" if dark else "black", ground=False)

    def _key(self, low: float) -> None:
        """Write the labels of the numbered nodes below ``low`` in the column of the legend, as far as there is room."""
        left = self.figure.bbox.x1 - (_LEGEND - 0.15) * self.figure.dpi
        step = _KEY * 1.35 * self.scale
        high = low - step
        for number, text in enumerate(self.keyed, 1):
            lines = textwrap.wrap(
                f"{number}  {text}", _KEY_WIDTH, subsequent_indent="    ", max_lines=2, placeholder=" …"
            )
            if high - step * len(lines) < step:
                self.target.losses.add("labels of numbered nodes had no room in the key", text)
                continue
            for line in lines:
                self.figure.text(
                    left / self.figure.bbox.x1,
                    high / self.figure.bbox.y1,
                    line,
                    fontsize=_KEY,
                    va="top",
                    color="#111111",
                )
                high -= step

    @property
    def boxes(self) -> list[tuple[str, Box]]:
        """All texts of the picture with the box that each fills."""
        legend = self.figure.legends[0].get_texts() if self.figure.legends else []
        texts = [*self.axes.texts, *self.figure.texts, *legend, self.axes.title, self.axes._left_title]
        found = []
        for text in texts:
            if text.get_text():
                box = text.get_window_extent(self.renderer)
                found.append((str(text.get_text()), Box(box.x0, box.y0, box.x1, box.y1)))
        return found

    def _line_labels(self, links: Sequence[Link], lines: Sequence[Line], taken: list[Box]) -> None:
        """Write what each line means, at the first of five places along it that is free."""
        for link, (x, y, to_x, to_y) in zip(links, lines, strict=True):
            text = one_line(", ".join(link.labels), self.target.losses)[:40]
            width, height = self._measure(text, _RELATION)
            for share in (0.5, 0.42, 0.58, 0.34, 0.66):
                middle_x, middle_y = x + (to_x - x) * share, y + (to_y - y) * share
                box = Box(middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)
                if not any(box.overlap(other) for other in taken):
                    taken.append(box)
                    self._write(text, Spot(box, False), _RELATION, "#555555")
                    break
            else:
                self.target.losses.add("labels of lines that had no room were left out", text)

    def _frame(self) -> Box:
        box = self.axes.get_window_extent(self.renderer)
        return Box(box.x0, box.y0, box.x1, box.y1)

    def _text(self, node: Node) -> str:
        english, chinese = node.label, node.label_zh
        text = {"en": english, "zh": chinese or english}.get(self.language, f"{english}\n{chinese}".strip())
        lines = [line for part in text.split("\n") for line in textwrap.wrap(part, _WRAP)]
        short = lines[:3] + (["…"] if len(lines) > 3 else [])
        values = list(
            dict.fromkeys(
                value.amount() if value.label == "count" else f"{value.label} {value.amount()}"
                for value in node.observations
            )
        )
        short += [line for value in values[:2] for line in textwrap.wrap(f"= {value}", _WRAP + 8)] + (
            [f"= … {len(values)} values"] if len(values) > 2 else []
        )
        return "\n".join(one_line(line, self.target.losses) for line in short)

    def _measure(self, text: str, size: float) -> tuple[float, float]:
        artist = self.axes.text(0, 0, text, fontsize=size, linespacing=1.0)
        box = artist.get_window_extent(self.renderer)
        artist.remove()
        return box.width + 3, box.height + 2

    def _write(self, text: str, spot: Spot, size: float, colour: str, *, ground: bool = True) -> None:
        box = spot.box
        x, y = self.axes.transData.inverted().transform(((box.left + box.right) / 2, (box.low + box.high) / 2))
        artist = self.axes.text(
            x, y, text, fontsize=size, color=colour, ha="center", va="center", linespacing=1.0, zorder=5
        )
        # A white ground and not a white outline: SVG keeps the words of the former as text.
        if ground:
            artist.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8})
        if size == _RELATION:
            artist.set_zorder(2)

    def _leader(self, point: tuple[float, ...], box: Box) -> None:
        """Draw a thin line from a node to its label that stands far off."""
        near = (min(max(point[0], box.left), box.right), min(max(point[1], box.low), box.high))
        (x, y), (to_x, to_y) = self.axes.transData.inverted().transform((point, near))
        self.axes.plot((x, to_x), (y, to_y), "-", lw=0.5, color="#333333", alpha=0.6, zorder=2)

    def _legend(self) -> float:
        """Draw the legend and return how low it reaches, in pixels."""
        from matplotlib.lines import Line2D

        count: dict[str, int] = {}
        for node in self.network.nodes:
            count[node.kind] = count.get(node.kind, 0) + 1
        kinds = sorted(count, key=lambda kind: (-count[kind], kind))
        marks = [
            Line2D([], [], marker=class_marker(kind), ls="", color=class_colour(kind), label=f"{kind} ({count[kind]})")
            for kind in kinds
        ]
        marks += [Line2D([], [], ls=style, color="#8a8a8a", label=name) for name, style in _STYLES.items()]
        legend = self.figure.legend(handles=marks, loc="upper right", fontsize=8, frameon=False, borderpad=1.2)
        return float(legend.get_window_extent(self.renderer).y0)
