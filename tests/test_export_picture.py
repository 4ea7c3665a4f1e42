"""Pictures: labels that do not overlap, the same bytes each time, hostile names as plain text."""

from __future__ import annotations

import builtins
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from export_readers import FixedSource, hostile_network, write
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ExportError, MissingExtraError
from kg.export import Options, Source
from kg.export.labels import Box, place_labels
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
