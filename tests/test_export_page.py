"""The page without a browser: policy, data, offsets, libraries; nothing in it is markup that came from a text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from export_readers import FixedSource, write
from page_maker import emoji_source, hostile_source

from kg.account import unpack_account
from kg.errors import ExportError
from kg.export import Source
from kg.export import page as page_module
from kg.export.page import STATIC, load_libraries, load_manifest
from kg.export.page_data import to_utf16
from kg.network import Network, Node
from kg.pipeline import load_accounts

pytest_plugins = ["export_fixtures"]


class Parts(HTMLParser):
    """Collects the elements of a page and the texts of scripts, styles and title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open = tag
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open][-1] += data


def parts_of(source: Source, folder: Path) -> Parts:
    return Parts(write(source, folder / "page.html").files[0].read_text(encoding="utf-8"))


def data_of(parts: Parts) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parts.texts["script"][0])
    return found


def test_policy_names_the_hashes_of_what_runs(export_source: Source, tmp_path: Path) -> None:
    parts = parts_of(export_source, tmp_path)
    policy = next(a["content"] or "" for tag, a in parts.elements if a.get("http-equiv"))
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (*parts.texts["script"][1:], parts.texts["style"][0])
    ]
    assert policy.count("sha256-") == len(digests) == 4
    assert all(f"'sha256-{digest}'" in policy for digest in digests)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy


def test_nothing_is_loaded_and_nothing_is_inline(export_source: Source, tmp_path: Path) -> None:
    parts = parts_of(export_source, tmp_path)
    assert [tag for tag, _ in parts.elements].count("script") == 4
    for tag, attributes in parts.elements:
        assert not {"src", "style", "action"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert (attributes.get("href") or "#").startswith("#")


def test_hostile_names_stay_data(tmp_path: Path) -> None:
    source = hostile_source()
    parts = parts_of(source, tmp_path)
    assert [tag for tag, _ in parts.elements].count("script") == 4
    assert {node["id"] for node in data_of(parts)["nodes"]} == {node.id for node in source.network.nodes}
    assert any("<script>" in node["en"] for node in data_of(parts)["nodes"])
    assert "<script>alert" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_title_is_text(tmp_path: Path) -> None:
    parts = parts_of(emoji_source(), tmp_path)
    assert parts.texts["title"] == ["Parks <script>alert(1)</script>"]


def test_offsets_are_utf16(tmp_path: Path) -> None:
    source = emoji_source()
    data = data_of(parts_of(source, tmp_path))
    wide = data["articles"][0]["text"].encode("utf-16-le")
    quotes = [wide[2 * fact["from"] : 2 * fact["to"]].decode("utf-16-le") for fact in data["facts"]]
    assert quotes == [claim.quote for claim in source.claims]
    assert quotes[0].startswith("Green Park 🏞️")


def test_offsets_of_the_first_article(export_source: Source, tmp_path: Path) -> None:
    data = data_of(parts_of(export_source, tmp_path))
    text = data["articles"][0]["text"]
    assert len(data["facts"]) == len(export_source.claims)
    assert [text[f["from"] : f["to"]] for f in data["facts"]] == [c.quote for c in export_source.claims]


def test_the_account_lies_in_the_data_by_utf16(tmp_path: Path) -> None:
    article = data_of(parts_of(emoji_source(), tmp_path))["articles"][0]
    wide = article["text"].encode("utf-16-le")

    def words(entry: list[Any]) -> str:
        return wide[2 * entry[0] : 2 * entry[1]].decode("utf-16-le")

    assert [(words(n), n[2], n[3], len(n[4])) for n in article["numbers"]] == [
        ("120", "used", "", 1),
        ("2025", "rejected", "part of the name <i>2025</i> 🙂", 0),
        ("7", "unused", "no rule reads the words around it", 0),
    ]
    assert [(words(r), *r[2:]) for r in article["refused"]] == [
        ("7 <i>guests</i> came", "<b>Park</b> | count | 7", "value: not in the words", "a-rule")
    ]
    assert [(words(s), s[2]) for s in article["silent"]] == [("🏞️ 7 <i>guests</i> came.", "no pattern")]


def test_every_number_of_a_build_is_in_its_page(export_source: Source, tmp_path: Path) -> None:
    data = data_of(parts_of(export_source, tmp_path))
    for article in data["articles"]:
        account = unpack_account(article["id"], article["text"], export_source.accounts[article["id"]])
        assert [n[2] for n in article["numbers"]] == [n.status for n in account.numbers]
        assert all(bool(n[3]) == (n[2] != "used") for n in article["numbers"])
    assert {n[2] for article in data["articles"] for n in article["numbers"]} == {"used", "unused", "rejected"}


def test_without_an_account_the_page_says_so(tmp_path: Path) -> None:
    report = write(hostile_source(), tmp_path / "page.html")
    assert [loss.example for loss in report.losses if loss.what.startswith("what was not used")] == ["hostile"]


def test_accounts_are_read_where_nothing_may_be_written(export_build: Path, tmp_path: Path) -> None:
    assert load_accounts(export_build).keys() == {"changping-two-districts"}
    assert load_accounts(tmp_path) == {}
    other = tmp_path / "copy"
    shutil.copytree(export_build, other)  # the files keep their times, by which a build knows them
    (other / "parts.db").unlink()
    assert load_accounts(other) == {} and not (other / "parts.db").exists()
    (other / "parts.db").write_bytes(b"not a database")
    assert load_accounts(other) == {}


@pytest.mark.parametrize("text", ["", "plain", "🙂", "a🙂b🙂🙂c", "𠮷昌平", "é" * 3 + "🏞️"])
def test_to_utf16_counts_as_a_browser_does(text: str) -> None:
    shift = to_utf16(text)
    assert [shift(i) for i in range(len(text) + 1)] == [
        len(text[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)
    ]


def test_missing_values_have_no_number(export_source: Source, tmp_path: Path) -> None:
    facts = data_of(parts_of(export_source, tmp_path))["facts"]
    missing = [fact for fact in facts if fact["status"] == "missing"]
    assert len(missing) > 2 and all(fact["number"] and "value" not in fact for fact in missing)


def test_chinese_names_and_classes(export_source: Source, tmp_path: Path) -> None:
    data = data_of(parts_of(export_source, tmp_path))
    district = next(node for node in data["nodes"] if node["en"] == "Changping District")
    assert (district["zh"], data["classes"]["District"]["zh"]) == ("昌平区", "区")
    assert next(p["zh"] for p in data["predicates"] if p["en"] == "within")


def test_libraries_are_what_the_manifest_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(load_libraries()) == len(load_manifest()) == 2
    named = {entry["file"] for entry in load_manifest()} | {entry["license_file"] for entry in load_manifest()}
    assert {path.name for path in (STATIC / "vendor").iterdir()} == named | {"manifest.toml"}
    wrong = [{**load_manifest()[0], "sha256": "0" * 64}]
    monkeypatch.setattr(page_module, "load_manifest", lambda: wrong)
    with pytest.raises(ExportError, match="not the file that its manifest names"):
        load_libraries()


def test_own_scripts_write_text_only() -> None:
    for path in (STATIC / "page").glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", path.read_text()
        )


def test_too_large_is_told(tmp_path: Path) -> None:
    nodes = tuple(Node(f"n{index}", "x", "Park") for index in range(20_001))
    with pytest.raises(ExportError, match="too much for a browser"):
        write(FixedSource(Network(nodes, ())), tmp_path / "page.html")
