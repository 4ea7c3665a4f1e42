"""The colours of the page can be read: WCAG's contrast of every text on every ground it stands on, in each theme."""

from __future__ import annotations

import re

import pytest

from kg.export.page import STATIC

CSS = (STATIC / "page" / "page.css").read_text(encoding="utf-8")
THEMES = {
    "light": r"^:root \{",
    "dark by the system": r':root:not\(\[data-theme="light"\]\) \{',
    "dark by choice": r':root\[data-theme="dark"\] \{',
    "print": r":root, :root\[data-theme\] \{",
}
MARKS = ("stated", "implied", "kept", "missing", "rejected", "active")
TEXTS = [
    *(("ink", ground) for ground in (*MARKS, "back", "card")),
    *(("soft", ground) for ground in ("back", "card", "implied")),
    *(("link", ground) for ground in ("back", "card", "implied")),
]
"""What stands on what; the row that is chosen has the ground ``implied``."""


def colours_of(theme: str) -> dict[str, str]:
    found = re.search(THEMES[theme] + r"([^}]*)\}", CSS, re.MULTILINE)
    assert found, theme
    return dict(re.findall(r"--(\w+): (#[0-9a-f]+);", found[1]))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """Return the contrast of two colours, 1 to 21.

    >>> contrast("#000", "#ffffff")
    21.0
    """
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read(theme: str) -> None:
    # Paper takes from the light theme what it does not say itself.
    colours = {**(colours_of("light") if theme == "print" else {}), **colours_of(theme)}
    low = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXTS}
    assert {pair: found for pair, found in low.items() if found < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_bars_and_focus_can_be_seen(theme: str) -> None:
    colours = {**(colours_of("light") if theme == "print" else {}), **colours_of(theme)}
    assert contrast(colours["bar"], colours["back"]) >= 3
    assert contrast(colours["focus"], colours["card"]) >= 3


def test_both_ways_to_the_dark_give_the_same_colours() -> None:
    assert colours_of("dark by the system") == colours_of("dark by choice")
    assert set(colours_of("light")) == set(colours_of("dark by choice"))
