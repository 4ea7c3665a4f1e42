"""The lists of English words: what they may hold, and that each is asked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import kg
from kg.english import find_words, load_words
from kg.errors import KgError

TABLES = tomllib.loads(find_words().read_text(encoding="utf-8"))
LISTS = [(table, name) for table, lists in TABLES.items() for name in lists]


def test_lists_have_each_word_once_and_every_word_is_a_pattern() -> None:
    assert LISTS
    for table, name in LISTS:
        words = TABLES[table][name]
        assert len(set(words)) == len(words), f"[{table}] {name}"
        for word in words:
            assert not re.compile(f"(?:{word})").groups, f"[{table}] {name}: {word}"


def test_every_list_is_asked_for_where_its_table_is_read() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(kg.__file__).parent.rglob("*.py")]
    for table, name in LISTS:
        readers = [source for source in sources if re.search(rf"load_words\(['\"]{table}['\"]\)", source)]
        asked = [source for source in readers if re.search(rf"['\"]{name}['\"]", source)]
        assert asked, f"[{table}] {name}"


def test_words_are_joined_in_their_order() -> None:
    areas = load_words("areas")
    assert areas.any_of("city", "wide", "widest") == "city|municipality|province|country|nation|world"
    assert areas.all_of("county_ends") == (" County", " Banner", " county")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[areas]\nwide = 'province'\n", "[areas] wide is no list of words"),
        ("[areas]\nwide = ['']\n", "[areas] wide is no list of words"),
        ("[areas\n", "no lists of words: "),
    ],
)
def test_a_wrong_file_is_named(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "english.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("kg.english.find_words", lambda: path)
    with pytest.raises(KgError) as raised:
        load_words("areas")
    assert str(raised.value).startswith(f"{path}: {message}")
