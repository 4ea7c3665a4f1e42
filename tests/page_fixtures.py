"""Chromium, and pages opened in it from disk on which nothing may go wrong.

Needs the Debian package chromium and PyPI's playwright (its Python part alone; no browser of its own).
Set KG_SCREENSHOTS to a folder to keep pictures of what the browser showed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from export_readers import write

from kg.export import Source

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
# Software drawing: the same on every machine, with or without a graphics card.
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Opened:
    """A page that was opened from disk, with all that went wrong on it."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1500, "height": 900}, **options})
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", lambda dialog: self.errors.append("dialog"))
        self.page.on("console", self._hear)
        start = time.monotonic()
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready]")
        self.seconds = time.monotonic() - start

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and "GPU stall" not in message.text:
            self.errors.append(message.text)

    def find(self, text: str) -> None:
        """Type a name and take the first thing found."""
        self.page.fill("#search", text)
        self.page.press("#search", "Enter")

    def keep(self, name: str) -> None:
        """Keep a picture, where asked for."""
        folder = os.environ.get("KG_SCREENSHOTS")
        if folder:
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Return a function that exports a source and opens its page; nothing may go wrong on it."""
    pages: list[Opened] = []

    def open_page(source: Source, **options: Any) -> Opened:
        pages.append(Opened(browser, write(source, tmp_path / f"page{len(pages)}.html").files[0], **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()
        assert page.errors == []
        assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requests)
        assert len([url for url in page.requests if url.startswith("file:")]) == 1
