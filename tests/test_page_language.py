"""The page in Chinese: in a real Chromium no English word is left that is not a name or a quote of an article."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from export_readers import BASE
from page_maker import emoji_account, emoji_source

from kg.export import Source

pytest_plugins = ["export_fixtures", "page_fixtures"]
pytestmark = pytest.mark.slow

LEFT_IN_ENGLISH = """() => {
  // Names and quotes of articles stand in bdi elements; terms of the graph and reasons do too, and are looked at.
  const theirs = "#text, #article, footer pre, script, style, [lang=en], bdi:not(.term):not(.why)";
  const english = (text) => /[A-Za-z]{2}/.test(text);
  const left = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    // A bar of a history has its period behind the value, as the article says it.
    const text = node.parentElement.closest(".bars") ? node.data.split(" · ")[0] : node.data;
    if (!node.parentElement.closest(theirs) && english(text)) left.push(text.trim());
  }
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "aria-description", "placeholder", "data-title"]) {
      const text = element.getAttribute(name);
      // The name of a thing stands in the caption and label of its own tables and drawings.
      if (text && !element.closest("footer pre") && english(text)) left.push(`${name}: ${text}`);
    }
    if (element.title && !element.closest("svg") && english(element.title)) left.push(`title: ${element.title}`);
  }
  return left;
}"""


def left_in_english(page: Any, known: str = "") -> list[str]:
    """Return the English texts that are shown or read out, but for the name of the thing chosen."""
    return [text for text in page.evaluate(LEFT_IN_ENGLISH) if not known or known not in text]


def test_no_english_word_is_left_in_chinese(opened: Any, export_source: Source) -> None:
    page = opened(export_source, locale="zh-CN")
    found = {"overview": left_in_english(page.page)}
    for name in ("Changping District", "Xiaomi Phase II", "project pool", "land acquisition procedure", "Li Zewei"):
        page.find(name)
        shown = page.page.inner_text("#panel h2 > bdi")
        found[name] = left_in_english(page.page, shown)
    for mark in ("stated", "implied", "kept", "missing", "num.rejected", "num.unused"):
        page.page.locator(f"#text .{mark}").first.click()
        found[mark] = left_in_english(page.page)
    page.page.click("#reckoning")
    found["numbers"] = left_in_english(page.page)
    page.page.fill("#search", "a")
    found["search"] = left_in_english(page.page)
    page.page.locator("#panel th button").first.click()
    found["sorted"] = left_in_english(page.page)
    assert found == {state: [] for state in found}
    page.keep("12-chinese")


def test_every_thing_is_shown_in_chinese_words(opened: Any, export_source: Source) -> None:
    page = opened(export_source, locale="zh-CN").page
    left = set()
    for node in export_source.network.nodes:
        page.evaluate("id => { location.hash = encodeURIComponent(id); }", node.id)
        page.wait_for_function("label => document.querySelector('#panel h2').innerText.includes(label)", arg=node.label)
        left.update(left_in_english(page, page.inner_text("#panel h2 > bdi")))
    assert left == set()


def test_a_chinese_browser_opens_the_page_in_chinese(opened: Any, export_source: Source) -> None:
    page = opened(export_source, locale="zh-CN").page
    assert page.evaluate("[document.documentElement.lang, document.title]") == ["zh-Hans", "知识图谱"]
    assert page.input_value("#language") == "zh"
    assert page.inner_text("#panel h2") == "事物"
    assert page.get_attribute("#text h2", "lang") == page.get_attribute("#text div", "lang") == "en"
    other = opened(export_source, locale="de-DE").page
    assert other.evaluate("[document.documentElement.lang, document.title]") == ["en", "Knowledge graph"]


def test_what_was_chosen_stays_when_the_language_changes(opened: Any, export_source: Source) -> None:
    page = opened(export_source).page
    page.locator("#text .q.num.used", has_text="168").first.click()
    before = page.evaluate("[document.body.innerText, document.querySelector('tr.chosen').dataset.fact]")
    active = page.locator("#text .active").all_inner_texts()
    page.select_option("#language", "zh")
    assert page.inner_text("#panel h2") == "出自这些词句的事实"
    assert page.locator("#text .active").all_inner_texts() == active
    assert "168 个项目" in page.inner_text("#panel") or "168 项目" in page.inner_text("#panel")
    page.select_option("#language", "en")
    assert page.evaluate("[document.body.innerText, document.querySelector('tr.chosen').dataset.fact]") == before


def test_reasons_keep_the_words_of_an_article(opened: Any) -> None:
    page = opened(emoji_source(), locale="zh-CN").page
    page.locator("#text .num.rejected").click()
    assert page.inner_text("#panel .why") == "属于名称“<i>2025</i> 🙂”"
    page.click("#reckoning")
    cells = page.locator("#panel table").nth(1).locator("td").all_inner_texts()
    assert cells == ["<b>Park</b> | count | 7", "数值：not in the words", "a-rule"]
    assert page.inner_text("#reckoning") == "3个数字：已使用1个，未使用1个，被排除1个 · 1条陈述未通过核验"


def test_paper_is_white_where_the_screen_is_dark(opened: Any, export_source: Source) -> None:
    page = opened(export_source, color_scheme="dark").page
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(22, 24, 28)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"


def test_a_name_is_not_taken_for_what_every_object_has(opened: Any) -> None:
    """A name "constructor" is in no table of the page's words, though JavaScript finds it in every object."""
    account = emoji_account()
    numbers = [number._replace(reason="part of the name constructor") for number in account.numbers[1:2]]
    packed = replace(account, numbers=tuple(numbers)).pack()
    source = Source(emoji_source().store, BASE, accounts=lambda: {"emoji": packed})
    page = opened(source, locale="zh-CN").page
    page.locator("#text .num.rejected").click()
    assert page.inner_text("#panel .why") == "属于名称“constructor”"
