"""The page in a real Chromium: facts and words find each other, by mouse and keyboard, in both colours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from export_readers import write
from page_fixtures import CHROMIUM
from page_maker import emoji_source, hostile_source, large_source

from kg.export import Source
from kg.model import Claim

pytest_plugins = ["export_fixtures", "page_fixtures"]
pytestmark = pytest.mark.slow


def test_opens_with_network_things_and_article(opened: Any, export_source: Source) -> None:
    page = opened(export_source)
    assert page.page.locator("#stage canvas").count() > 0, "WebGL did not start"
    assert page.page.locator("#panel tbody tr").count() == len(export_source.drawn.nodes)
    assert page.page.inner_text("#text").startswith("Beijing Changping")
    page.keep("1-overview")


def test_a_fact_shows_its_words(opened: Any, export_source: Source) -> None:
    page = opened(export_source)
    page.find("land acquisition procedure")
    button = page.page.locator("#panel td button", has_text="land acquisition").first
    button.click()
    active = page.page.locator(".q.active")
    claim = next(claim for claim in export_source.claims if claim.value_before == "276")
    assert "".join(active.all_inner_texts()) == claim.quote
    assert active.first.evaluate(
        "e => { const b = e.getBoundingClientRect(); return b.top > 0 && b.bottom < innerHeight }"
    )
    assert page.page.locator("svg.change").get_attribute("aria-label") == "from 276 to 49 day"
    page.keep("2-change")


def test_words_show_their_facts(opened: Any, export_source: Source) -> None:
    page = opened(export_source)
    page.page.locator("#text .q.num.used", has_text="168").first.click()
    assert "168 projects" in page.page.inner_text("#panel")
    assert page.page.inner_text("#panel h2") == "Facts from these words"
    page.keep("3-words")


def test_missing_numbers_are_shown_as_missing(opened: Any, export_source: Source) -> None:
    page = opened(export_source)
    page.find("Changping District")
    gone = page.page.locator("#panel .gone")
    node = next(node for node in export_source.network.nodes if node.label == "Changping District")
    assert gone.count() >= sum(not value.value for value in node.observations) > 1
    assert gone.first.inner_text().startswith("lost in translation")
    page.keep("4-missing")


def test_search_by_keyboard_and_chinese_name(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("小米")
    assert page.locator("#found li").count() > 1
    page.keyboard.press("ArrowDown")
    second = page.locator("#found li").nth(1)
    assert second.get_attribute("aria-selected") == "true"
    assert page.get_attribute("#search", "aria-activedescendant") == second.get_attribute("id")
    name = second.locator("bdi").first.inner_text()
    page.keyboard.press("Enter")
    assert page.inner_text("#panel h2").startswith(name)
    assert page.locator("#found").is_hidden()
    assert page.evaluate("document.activeElement.id") == "panel"
    assert page.inner_text("#said").startswith(name)


def test_words_by_keyboard(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    page.locator("#text .q.missing").first.focus()
    page.keyboard.press("Enter")
    assert page.inner_text("#panel h2") == "Facts from these words"
    assert page.locator("#panel .gone").count() >= 1


def test_tables_sort(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    header = page.locator("#panel th", has_text="Thing")
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    names = page.locator("#panel tbody td:first-child").all_inner_texts()
    assert names == page.evaluate("names => names.slice().sort((a, b) => a.localeCompare(b))", names)
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert page.locator("#panel tbody td:first-child").all_inner_texts() == names[::-1]


def test_chinese_and_both_labels(opened: Any, export_source: Source) -> None:
    page = opened(export_source)
    page.find("Changping District")
    page.page.select_option("#language", "zh")
    assert page.page.inner_text("#panel h2").startswith("昌平区")
    assert "园区" in page.page.inner_text("#legend")
    page.keep("5-chinese")
    page.page.select_option("#language", "both")
    assert page.page.inner_text("#panel h2") == "Changping District 昌平区"


def contrast(page: Any, selector: str) -> float:
    """Return the contrast of an element's text with what lies behind it, as WCAG reckons it."""
    script = """e => {
      const part = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
      const light = (c) => {
        const [r, g, b] = c.match(/[0-9.]+/g).slice(0, 3).map(Number).map(part);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      let back = e;
      while (/, 0\\)$/.test(getComputedStyle(back).backgroundColor)) back = back.parentElement;
      const [ink, ground] = [light(getComputedStyle(e).color), light(getComputedStyle(back).backgroundColor)];
      return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    }"""
    return float(page.locator(selector).first.evaluate(script))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_and_light_can_be_read(scheme: str, opened: Any, export_source: Source) -> None:
    page = opened(export_source, color_scheme=scheme)
    page.find("Changping District")
    selectors = [
        "h2",
        ".q.stated",
        ".q.kept",
        ".q.missing",
        ".q.implied",
        ".unused",
        "#panel button.link",
        ".gone",
        ".kind",
    ]
    low = {selector: contrast(page.page, selector) for selector in selectors}
    assert {selector: value for selector, value in low.items() if value < 4.5} == {}
    page.keep(f"6-{scheme}")
    other = "dark" if scheme == "light" else "light"
    before = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.page.select_option("#theme", other)
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_offsets_where_letters_are_two_units_long(opened: Any) -> None:
    source = emoji_source()
    page = opened(source)
    page.find("Green Park")
    for claim in source.claims:
        page.page.locator("#panel td button", has_text=claim.quote[:20]).first.click()
        assert "".join(page.page.locator(".q.active").all_inner_texts()) == claim.quote
    assert page.page.title() == "Parks <script>alert(1)</script>"
    assert page.page.locator("article b").count() == 0
    page.keep("7-emoji")


def test_numbers_not_used_and_rejected_say_why(opened: Any) -> None:
    page = opened(emoji_source()).page
    assert page.locator("#text .num").all_inner_texts() == ["120", "2025", "7"]
    rejected = page.locator("#text .num.rejected")
    rejected.click()
    assert page.inner_text("#panel h2 >> nth=0") == "Number rejected"
    assert page.inner_text("#panel .why") == "part of the name <i>2025</i> 🙂"
    # It lies in the words of a fact too, which is shown below.
    assert page.locator("#panel h2").all_inner_texts() == ["Number rejected", "Facts from these words"]
    assert "rejected" in (rejected.get_attribute("aria-description") or "")
    page.locator("#text .num.unused").focus()
    page.keyboard.press("Enter")
    assert page.inner_text("#panel h2") == "Number not used"
    assert page.inner_text("#said") == "Number not used: no rule reads the words around it"
    assert page.locator("#text .active").all_inner_texts() == ["7"]


def test_a_number_outside_all_facts_can_be_chosen(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    number = page.locator("#text .num.rejected:not(.q)", has_text="31")
    number.focus()
    page.keyboard.press("Enter")
    assert page.inner_text("#panel h2") == "Number rejected"
    assert page.inner_text("#panel .why") == "page furniture"


def test_each_stretch_has_the_mark_of_its_surest_fact(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    found = page.locator("#text .q").evaluate_all("all => all.map(e => [e.dataset.facts, [...e.classList]])")
    order = ("stated", "missing", "kept", "implied")
    seen = set()
    for facts, names in found:
        marks = {mark_of(export_source.claims[int(index)]) for index in facts.split()}
        surest = min(marks, key=order.index)
        assert [name for name in names if name in order] == [surest], facts
        seen.add(surest)
    assert seen == set(order)


def mark_of(claim: Claim) -> str:
    """Return the mark of the words of one claim."""
    if claim.status == "missing":
        return "missing"
    if claim.status == "garbled" or claim.modality != "achieved":
        return "kept"
    return "implied" if claim.status == "implied" else "stated"


def test_a_number_leads_to_the_fact_that_uses_it(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    numbers = page.evaluate("JSON.parse(document.getElementById('data').textContent).articles[0].numbers")
    users = {start: made for start, _, fate, _, made in numbers if fate == "used"}
    tried = 0
    for piece in page.locator("#text .num.used").all():
        made = users.get(int(piece.get_attribute("data-from") or 0), [])
        others = {int(fact) for fact in (piece.get_attribute("data-facts") or "").split()} - set(made)
        if made and others:
            piece.click()
            assert int(page.locator("#panel tr.chosen").first.get_attribute("data-fact") or -1) in made
            tried += 1
    assert tried > 3


def test_sentences_that_gave_nothing_say_why(opened: Any) -> None:
    page = opened(emoji_source()).page
    titles = page.locator("#text .unused[title]").evaluate_all("all => all.map(e => [e.textContent, e.title])")
    assert titles == [["🏞️ ", "Nothing was taken from this sentence: no pattern"],
                      [".", "Nothing was taken from this sentence: no pattern"]]  # fmt: skip


def test_refused_claims_are_marked_and_say_why(opened: Any) -> None:
    page = opened(emoji_source()).page
    assert "".join(page.locator("#text .refused").all_inner_texts()) == "7 <i>guests</i> came"
    page.locator("#text .refused").last.click()
    cells = page.locator("#panel td").all_inner_texts()
    assert cells == ["<b>Park</b> | count | 7", "value: not in the words", "a-rule"]


def test_the_reckoning_of_an_article_leads_to_its_numbers(opened: Any) -> None:
    page = opened(emoji_source())
    button = page.page.locator("#reckoning")
    assert button.inner_text() == "3 numbers: 1 used, 1 not used, 1 rejected · 1 claim refused"
    button.focus()
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "panel"
    headers = page.page.locator("#panel h2, #panel h3").all_inner_texts()
    assert headers == ["What became of this article's numbers", "Claims refused", "Sentences that gave nothing"]
    page.page.locator("#panel td button", has_text="2025").click()
    assert page.page.locator("#text .active").all_inner_texts() == ["2025"]
    page.keep("10-reckoning")


def test_back_leads_to_the_thing_before(opened: Any, export_source: Source) -> None:
    page = opened(export_source)
    page.find("Life Valley")
    page.find("Changping District")
    page.page.go_back()
    page.page.wait_for_function("document.querySelector('#panel h2').innerText.startsWith('Life Valley')")
    page.page.go_back()
    page.page.wait_for_function("document.querySelector('#panel h2').innerText === 'Things'")


def test_plans_are_marked(opened: Any) -> None:
    page = opened(emoji_source())
    page.find("Green Park")
    assert page.page.locator("#panel .tag.planned").inner_text() == "planned"
    assert "kept" in (page.page.locator(".q", has_text="It will found").get_attribute("class") or "")


def test_hostile_names_are_text(opened: Any) -> None:
    source = hostile_source()
    page = opened(source)
    names = page.page.locator("#panel td button").all_inner_texts()
    assert max(map(len, names)) == 120, "a name of 5,000 letters would fill the list"
    for node in source.network.nodes[:6]:
        page.page.evaluate("id => { location.hash = encodeURIComponent(id); }", node.id)
    page.find("<script>")
    assert "<script>alert(1)</script>" in page.page.inner_text("#panel h2")
    assert page.page.locator("#panel script, #text script, #panel img").count() == 0
    page.keep("8-hostile")


def test_policy_stops_what_is_not_ours(opened: Any) -> None:
    page = opened(emoji_source())
    page.page.evaluate("""() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';
        document.body.append(s); const i = new Image(); i.src = 'https://example.invalid/x.png'; }""")
    page.page.wait_for_timeout(100)
    assert page.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in error for error in page.errors)
    page.errors.clear()
    page.requests[:] = [url for url in page.requests if "example.invalid" not in url]  # asked for and refused


def test_address_opens_a_thing(browser: Any, export_source: Source, tmp_path: Path) -> None:
    path = write(export_source, tmp_path / "page.html").files[0]
    page = browser.new_page()
    page.goto(path.as_uri() + "#https%3A%2F%2Fkg.example%2Fid%2Flife-valley")
    page.wait_for_selector("html[data-ready]")
    assert page.inner_text("#panel h2").startswith("Life Valley")
    page.close()


def test_prints_network_facts_and_article(opened: Any, export_source: Source, tmp_path: Path) -> None:
    page = opened(export_source)
    page.find("Life Valley")
    page.page.emulate_media(media="print")
    page.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.page.locator("#print svg circle").count() == len(export_source.drawn.nodes)
    assert page.page.locator("#print").is_visible() and page.page.locator("#text").is_visible()
    assert not page.page.locator("#stage").is_visible() and not page.page.locator("#search").is_visible()
    assert len(page.page.pdf(path=str(tmp_path / "page.pdf"))) > 10_000


WITHOUT_WEBGL = """
import sys
from playwright.sync_api import sync_playwright
chromium, address, count = sys.argv[1:]
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-3d-apis"])
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    assert page.locator("#stage svg circle").count() == int(count)
    page.locator("#stage svg circle").first.dispatch_event("click")
    assert page.locator("#panel h2").inner_text() != "Things"
"""


def test_without_webgl_the_network_is_drawn_all_the_same(browser: Any, export_source: Source, tmp_path: Path) -> None:
    path = write(export_source, tmp_path / "page.html").files[0]
    count = str(len(export_source.drawn.nodes))
    # A process of its own: one process runs one browser at a time.
    subprocess.run([sys.executable, "-c", WITHOUT_WEBGL, CHROMIUM, path.as_uri(), count], check=True)


def test_five_thousand_things_open_in_three_seconds(opened: Any) -> None:
    source = large_source()
    assert len(source.drawn.nodes) == 5000
    page = opened(source)
    print(f"\n5,000 things, 200 articles: {page.seconds:.2f} s")
    page.find("Park 4321")
    assert page.page.inner_text("#panel h2") == "Park 4321"
    page.keep("9-large")
    assert page.seconds < 3
