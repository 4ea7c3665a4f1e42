"""Pictures: labels that do not overlap, the same bytes each time, hostile names as plain text."""

from __future__ import annotations

import builtins
import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from export_readers import FixedSource, hostile_network, write
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ExportError, MissingExtraError
from kg.export import Options, Source, Target
from kg.export.labels import Box, place_labels
from kg.export.picture import MARKERS, Drawing, load_matplotlib
from kg.layout import CLASS_COLOURS
from kg.network import Network

pytest_plugins = ["export_fixtures"]
FRAME = Box(0, 0, 1000, 800)
points = st.lists(st.tuples(st.floats(20, 980), st.floats(20, 780), st.floats(2, 15)), min_size=1, max_size=25)


@settings(max_examples=30, deadline=None)
@given(points, st.floats(10, 150), st.floats(8, 40))
def test_no_label_lies_on_another_or_on_a_node(
    points: list[tuple[float, float, float]], width: float, height: float
) -> None:
    spots = place_labels(points, [(width, height)] * len(points), [], FRAME)
    boxes = [spot.box for spot in spots if spot is not None]
    nodes = [Box(x - r, y - r, x + r, y + r) for x, y, r in points]
    for index, box in enumerate(boxes):
        assert not any(box.overlap(other) for other in boxes[:index])
        assert not any(box.overlap(node) for node in nodes)
        assert box.left >= 0 and box.right <= 1000 and box.low >= 0 and box.high <= 800


def test_a_label_without_room_has_no_spot() -> None:
    assert place_labels([(50, 50, 5)], [(200, 20)], [], Box(0, 0, 100, 100)) == [None]


@pytest.fixture
def plot() -> Any:
    return pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra plot)")


def test_svg_has_every_name_and_is_the_same_twice(plot: Any, export_source: Source, tmp_path: Path) -> None:
    one, two = (write(export_source, tmp_path / name) for name in ("a.svg", "b.svg"))
    assert one.files[0].read_bytes() == two.files[0].read_bytes()
    words = "".join(ElementTree.parse(one.files[0]).getroot().itertext())  # noqa: S314  our own file
    assert not [loss for loss in one.losses if "nodes" in loss.what], "a label had no room"
    for node in export_source.drawn.nodes:
        assert node.label.split()[0] in words
    assert "lost in" in words


def test_png_and_pdf_are_the_same_twice(plot: Any, export_source: Source, tmp_path: Path) -> None:
    source = Source(export_source.store, export_source.base, options=Options(title="Title", language="both"))
    source.__dict__["drawn"] = Network(export_source.drawn.nodes[:12], ())
    for suffix, start in ((".png", b"\x89PNG"), (".pdf", b"%PDF")):
        first = write(source, tmp_path / f"a{suffix}").files[0].read_bytes()
        assert first.startswith(start)
        assert first == write(source, tmp_path / f"b{suffix}").files[0].read_bytes()


def test_hostile_names_are_drawn_as_text(plot: Any, tmp_path: Path) -> None:
    report = write(FixedSource(hostile_network()), tmp_path / "bad.svg")
    root = ElementTree.parse(report.files[0]).getroot()  # noqa: S314  our own file
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert "<script>alert(1)" in "".join(root.itertext())
    assert any("installed font" in loss.what for loss in report.losses)


@pytest.mark.parametrize("count", [0, 3000])
def test_what_cannot_be_read_is_refused(plot: Any, count: int, tmp_path: Path) -> None:
    nodes = tuple(hostile_network().nodes[0]._replace(id=str(index)) for index in range(count))
    with pytest.raises(ExportError, match="cannot be read"):
        write(FixedSource(Network(nodes, ())), tmp_path / "net.png")


def test_without_matplotlib_the_extra_is_named(
    export_source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"kg\[plot\]"):
        write(export_source, tmp_path / "net.png")


# ---------------------------------------------------------------- as it was drawn
def crowded(count: int) -> Network:
    """Return a network of nodes so near to one another that labels cannot all have room."""
    node = hostile_network().nodes[0]
    nodes = tuple(
        node._replace(id=f"n{i}", label=f"{i} is the name of a park that is long", x=9.0 * (i % 12), y=9.0 * (i // 12))
        for i in range(count)
    )
    return Network(nodes, ())


def draw(plot: Any, source: Source, folder: Path) -> tuple[Drawing, Target]:
    target = Target(folder / "net.png", ".png")
    drawing = Drawing(load_matplotlib(), source.drawn, source.options.language, target)
    drawing.draw("A title of the picture")
    return drawing, target


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    """Return the pairs of texts whose boxes, as they were drawn, share ground."""
    boxes = drawing.boxes
    return [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[:i] if one.overlap(other) > 0]


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_no_two_texts_of_the_picture_of_an_article_overlap(
    language: str, plot: Any, export_source: Source, tmp_path: Path
) -> None:
    source = Source(export_source.store, export_source.base, options=Options(language=language))
    source.__dict__["drawn"] = export_source.drawn
    drawing, _ = draw(plot, source, tmp_path)
    assert overlaps(drawing) == []
    assert len(drawing.boxes) > len(export_source.drawn.nodes)
    high, wide = drawing.figure.bbox.y1, drawing.figure.bbox.x1
    assert all(0 <= b.left and b.right <= wide and 0 <= b.low and b.high <= high for _, b in drawing.boxes)


def test_no_label_lies_on_the_node_of_another(plot: Any, export_source: Source, tmp_path: Path) -> None:
    drawing, _ = draw(plot, export_source, tmp_path)
    names = {node.label: index for index, node in enumerate(export_source.drawn.nodes)}
    nodes = []
    for (x, y), node in zip(drawing.pixels, export_source.drawn.nodes, strict=True):
        radius = drawing._points(node) / 2 * drawing.scale
        nodes.append(Box(x - radius, y - radius, x + radius, y + radius))
    labels = [(text, box) for text, box in drawing.boxes if text in names]
    assert len(labels) > 20
    assert [text for text, box in labels if any(box.overlap(node) > 0 for node in nodes)] == []


def test_what_has_no_room_is_numbered_and_stands_in_the_key(plot: Any, tmp_path: Path) -> None:
    drawing, target = draw(plot, FixedSource(crowded(60)), tmp_path)
    assert overlaps(drawing) == []
    texts = [text for text, _ in drawing.boxes]
    assert len(drawing.keyed) > 5
    told = sum(loss.times for loss in target.losses.listed() if "no room in the key" in loss.what)
    for number in range(1, len(drawing.keyed) + 1):
        assert str(number) in texts
    assert sum(text.split("  ")[0].isdigit() and "  " in text for text in texts) == len(drawing.keyed) - told


# Linear RGB as it is seen with full colour blindness (Machado, Oliveira and Fernandes, 2009, severity 1).
SEEN = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(colour: str, seen: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """Return a colour in CIELAB (D65), as an eye of that kind sees it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    r, g, b = (min(1.0, max(0.0, sum(f * p for f, p in zip(row, linear, strict=True)))) for row in seen)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eye", SEEN)
def test_classes_differ_in_shape_or_in_colour_to_every_eye(eye: str) -> None:
    kinds = sorted(CLASS_COLOURS)
    assert set(MARKERS) == set(kinds)
    alike = [
        (a, b, round(distance, 1))
        for i, a in enumerate(kinds)
        for b in kinds[:i]
        if MARKERS[a] == MARKERS[b]
        and (distance := math.dist(lab(CLASS_COLOURS[a], SEEN[eye]), lab(CLASS_COLOURS[b], SEEN[eye]))) < 15
    ]
    assert alike == []
