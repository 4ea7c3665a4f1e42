"""Expressions from the cache are those that Python compiles; what is broken there is compiled again."""

from __future__ import annotations

import json
import os
import re
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg import pattern_cache
from kg.pattern_cache import find_folder, load_expression
from kg.pipeline import Tools

EXPRESSIONS = (
    "",
    "(?P<n>[0-9]+) (?P<kind>parks|zones)?",
    "(?i:Ä|ß)(?=x)(?<!y)z{2,5}?",
    r"\b(?:a|bc)*+(\w)\1(?(1)d|e)",
    "[\ue000-\ue0ff][\ue100-\uf8ff]|\U00020000",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("KG_CACHE_DIR", str(tmp_path / "kept"))
    find_folder.cache_clear()
    yield tmp_path / "kept" / "patterns"
    find_folder.cache_clear()


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_what_is_kept_is_what_python_compiles(folder: Path, source: str) -> None:
    """Expressions are equal if their code is."""
    expected = re.compile(source)
    for _ in range(2):
        found = load_expression(source)
        assert (found, found.groupindex, found.groups) == (expected, expected.groupindex, expected.groups)
    assert len(list(folder.iterdir())) == 1


def test_patterns_of_the_rules(folder: Path, tools: Tools) -> None:
    sources = sorted({rule.pattern.source for rule in tools.extractor.rules.rules if rule.pattern is not None})[::7]
    first, second = ([load_expression(source) for source in sources] for _ in range(2))
    assert first == second == [re.compile(source) for source in sources]
    assert len(list(folder.iterdir())) == len(sources)


@pytest.mark.parametrize("broken", ["empty", "cut", "changed", "another"])
def test_a_broken_file_is_compiled_again(folder: Path, broken: str) -> None:
    load_expression("x[0-9]+")
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    load_expression("another (?P<a>b)")
    (other,) = (file.read_bytes() for file in folder.iterdir() if file != path)
    odd = {"empty": b"", "cut": whole[:-9], "changed": whole[:12] + bytes(9) + whole[21:], "another": other}[broken]
    path.write_bytes(odd)
    assert load_expression("x[0-9]+") == re.compile("x[0-9]+")
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "told",
    [{"names": ["n"]}, {"names": None}, {"names": {"n": "1"}}, {"names": {"n": 9}}, {"groups": 1 << 62}, {"groups": 0}],
    ids=str,
)
def test_a_file_that_tells_other_things_is_compiled_again(folder: Path, told: dict[str, Any]) -> None:
    load_expression("(?P<n>x)")
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    head, _, code = zlib.decompress(whole).partition(b"\n")
    path.write_bytes(zlib.compress(json.dumps(json.loads(head) | told).encode() + b"\n" + code))
    assert load_expression("(?P<n>x)") == re.compile("(?P<n>x)")
    assert path.read_bytes() == whole


def test_where_python_has_other_insides_it_compiles_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("invalid SRE code")

    monkeypatch.setattr(pattern_cache, "_make", refuse)
    assert load_expression("x+y") == re.compile("x+y")
    assert list(folder.iterdir()) == []


def test_an_expression_that_does_not_compile_keeps_nothing(folder: Path) -> None:
    with pytest.raises(re.error, match="unterminated character set"):
        load_expression("[a")
    assert list(folder.iterdir()) == []


def test_nothing_is_kept_where_nothing_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for named in ("", str(tmp_path / "file")):
        monkeypatch.setenv("KG_CACHE_DIR", named)
        find_folder.cache_clear()
        assert find_folder() is None
        assert load_expression("a+") == re.compile("a+")
    find_folder.cache_clear()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_oldest_go_where_there_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_cache, "MOST", 5)
    for number in range(6):
        load_expression(f"x{number}")
        time.sleep(0.01)
    kept = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    find_folder.cache_clear()
    assert find_folder() == folder
    assert sorted(folder.iterdir()) == sorted(kept[3:])


def test_two_processes_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one has listed is gone by the time it looks at it: it has its folder all the same."""
    monkeypatch.setattr(pattern_cache, "MOST", 4)
    for number in range(6):
        load_expression(f"y{number}")
    scan = os.scandir

    def list_and_lose(path: Path) -> Iterator[os.DirEntry[str]]:
        entries = list(scan(path))
        os.unlink(entries[0].path)
        return iter(entries)

    monkeypatch.setattr(os, "scandir", list_and_lose)
    find_folder.cache_clear()
    assert find_folder() == folder
