"""What things are called: their names in a store, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kg import vocab as v

if TYPE_CHECKING:
    import pyoxigraph as ox

_NAME_PROPERTIES = (v.PREF_LABEL, v.LABEL, v.ALT_LABEL, v.HIDDEN_LABEL)
NAMES_KEPT = 1 << 14
"""Things whose names are remembered, the latest."""


class Names(NamedTuple):
    """What a thing is called: its English and Chinese name, and every name that finds it."""

    en: str = ""
    zh: str = ""
    every: tuple[str, ...] = ()


class StoreNames(Mapping[str, Names]):
    """The names of everything in a store, by IRI, each read when it is asked for: they are never held all."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self._find = lru_cache(NAMES_KEPT)(self._read)

    def __getitem__(self, iri: str) -> Names:
        found = self._find(iri)
        if found is None:
            raise KeyError(iri)
        return found

    def _read(self, iri: str) -> Names | None:
        import pyoxigraph as ox

        try:
            subject = ox.NamedNode(iri)
        except ValueError:  # a scope may be words
            return None
        keys = set()
        for rank, prop in enumerate(_NAME_PROPERTIES):
            for quad in self.store.quads_for_pattern(subject, ox.NamedNode(prop), None):
                term = quad.object
                if isinstance(term, ox.Literal):
                    # Sorted by property first: the preferred name of a language is the first of it.
                    keys.add(f"{rank}{term.value}\x00{term.language or ''}")
        return _make_names(keys) if keys else None

    def __iter__(self) -> Iterator[str]:
        import pyoxigraph as ox

        found: dict[str, None] = {}
        for prop in _NAME_PROPERTIES:
            for quad in self.store.quads_for_pattern(None, ox.NamedNode(prop), None):
                if isinstance(quad.subject, ox.NamedNode):
                    found[quad.subject.value] = None
        return iter(found)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _make_names(keys: Iterable[str]) -> Names:
    english, chinese, every = "", "", []
    for key in sorted(keys):
        text, _, language = key[1:].partition("\x00")
        every.append(text)
        if key[0] in "01" and language == "en":
            english = english or text
        if key[0] in "01" and language.split("-")[0] == "zh":
            chinese = chinese or text
    return Names(english, chinese, tuple(dict.fromkeys(every)))
