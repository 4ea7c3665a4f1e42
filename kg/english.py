"""The words of English by which a text says of what and of when it speaks: the lists of ``data/english.toml``.

They are the language's and not a subject's: what the articles of every domain are read with. Modules make their
patterns of them, so that a word is added where people look for words.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.resources import find_root


class WordLists:
    """The lists of one table, by name; an entry is a word or a pattern of its forms.

    >>> WordLists({"posts": ["mayor", "officials?"]}).any_of("posts")
    'mayor|officials?'
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists

    def any_of(self, *names: str) -> str:
        """Return a pattern of any entry of the named lists, in their order, for a group to stand around."""
        return "|".join(word for name in names for word in self._lists[name])

    def all_of(self, name: str) -> tuple[str, ...]:
        """Return the entries of a list, in order."""
        return tuple(self._lists[name])


def load_words(table: str) -> WordLists:
    """Return the lists of one table of the tool's ``data/english.toml``.

    Raises ``KgError`` where the file is missing or holds anything but lists of text, ``KeyError`` for an unknown table.
    """
    return WordLists(_read_tables(find_words())[table])


def find_words() -> Path:
    """Return the file of the lists."""
    return find_root() / "data" / "english.toml"


@cache
def _read_tables(path: Path) -> Mapping[str, Mapping[str, Sequence[str]]]:
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KgError(f"no lists of words: {error}", where=str(path)) from error
    for name, table in tables.items():
        for key, words in table.items():
            if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
                raise KgError(f"[{name}] {key} is no list of words", where=str(path))
    return tables
