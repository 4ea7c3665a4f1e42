"""The page for everyone: axe-core finds nothing, a phone needs no scrolling sideways, paper has the names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from page_maker import emoji_source

from kg.export import Source

pytest_plugins = ["export_fixtures", "page_fixtures"]
pytestmark = pytest.mark.slow
AXE = Path(__file__).parent / "readers_js" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}


def faults_of(page: Any) -> list[str]:
    """Return what axe-core finds, each with the first element that has it."""
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [f"{found['id']}: {found['nodes'][0]['target'][0]}" for found in result["violations"]]


@pytest.mark.parametrize("width", [1500, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, width: int, opened: Any, export_source: Source) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci --prefix tests/readers_js)")
    # The policy of the page would stop axe-core.
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}, "bypass_csp": True}
    page = opened(export_source, **options)
    page.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {"overview": faults_of(page.page)}
    page.page.click("#reckoning")
    found["numbers"] = faults_of(page.page)
    page.find("Changping District")
    found["thing"] = faults_of(page.page)
    page.page.locator("#text .missing").first.click()
    found["words"] = faults_of(page.page)
    page.page.fill("#search", "a")
    found["search"] = faults_of(page.page)
    assert found == {state: [] for state in found}


def test_every_mark_that_can_be_chosen_has_words(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    buttons = page.locator("#text [role=button]").all_inner_texts()
    assert len(buttons) > 100
    assert [text for text in buttons if not text.strip()] == []
    blank = page.locator("#text .q:not([role])").all_text_contents()
    assert blank and {text.strip() for text in blank} == {""}


def test_marks_differ_by_more_than_colour(opened: Any) -> None:
    page = opened(emoji_source()).page
    script = """e => { const s = getComputedStyle(e);
      return [s.textDecorationLine, s.textDecorationStyle, s.outlineStyle, s.fontWeight].join(" "); }"""
    marks = ("stated", "kept", "missing", "num.used", "num.rejected", "num.unused", "refused:not(.num)")
    assert {mark: page.locator(f"#text .{mark}").first.evaluate(script) for mark in marks} == {
        "stated": "none solid none 400",
        "kept": "underline dotted none 400",
        "missing": "underline dashed none 400",
        "num.used": "none solid none 600",
        "num.rejected": "line-through solid none 400",
        "num.unused": "underline wavy dashed 400",
        "refused:not(.num)": "underline wavy none 400",
    }


def test_a_phone_shows_facts_as_cards(opened: Any, export_source: Source) -> None:
    page = opened(export_source, viewport=PHONE)
    page.find("Changping District")
    wide = "e => [...e.querySelectorAll('.scroll')].map(part => part.scrollWidth - part.clientWidth)"
    assert set(page.page.locator("#panel").evaluate(wide)) == {0}
    assert page.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    cell = page.page.locator("#panel tbody td").first
    assert cell.evaluate("e => getComputedStyle(e, '::before').content") == '"What"'
    # Still a table to those who hear it.
    assert page.page.get_by_role("table").first.get_by_role("columnheader").first.inner_text() == "What"
    page.page.get_by_role("columnheader", name="What").first.get_by_role("button").click()
    assert page.page.locator("#panel th").first.get_attribute("aria-sort") == "ascending"
    page.keep("11-phone")


def test_names_on_paper_do_not_cover_one_another(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    boxes = page.locator("#print text").evaluate_all(
        "all => all.map(e => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; })"
    )
    assert len(boxes) > len(export_source.drawn.nodes) / 2
    # The box of a line reaches above its letters and below: those may touch.
    inner = [(x + 2, y + 4, right - 2, low - 4) for x, y, right, low in boxes]
    crossing = [
        (a, b)
        for index, a in enumerate(inner)
        for b in inner[:index]
        if a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]
    ]
    assert crossing == []


def test_bars_of_a_history_start_at_the_edge(opened: Any) -> None:
    page = opened(emoji_source())
    page.find("Green Park")
    left = page.page.locator(".bars").evaluate("e => e.getBoundingClientRect().left")
    assert abs(page.page.locator(".bars rect").first.evaluate("e => e.getBoundingClientRect().left") - left) < 2
