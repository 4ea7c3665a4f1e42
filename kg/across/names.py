"""Keys of names: what is left of a name without the words that do not tell which thing is meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from kg.model import Entity

_WORD = re.compile(r"[^\W_]+")
_NUMBERS = {"1": "i", "2": "ii", "3": "iii", "4": "iv", "5": "v", "one": "i", "two": "ii", "three": "iii", "four": "iv"}
_NUMBERS |= {"five": "v", "first": "i", "second": "ii", "third": "iii", "fourth": "iv", "fifth": "v"}


class NameKeys:
    """Makes keys of names: equal keys of one class are one thing, other keys are two."""

    def __init__(
        self, drop: Mapping[str, frozenset[str]], alike: Mapping[str, Sequence[str]], entities: Mapping[str, Entity]
    ) -> None:
        self.drop = drop
        pairs = sorted(((one, usual) for usual, ones in alike.items() for one in ones), key=lambda p: (-len(p[0]), p))
        self.alike = [(re.compile(rf"\b{re.escape(one)}\b"), usual) for one, usual in pairs]
        self.known: dict[tuple[str, str], str] = {}
        for entity in sorted(entities.values(), key=lambda e: e.iri):
            for name in entity.names:
                if name.kind != "translated":
                    self.known.setdefault((entity.type, self.key(entity.type, name.text)), entity.iri)

    def key(self, type_iri: str, name: str) -> str:
        """Return the words that tell which thing a name means; never empty for a name that has words."""
        words = _WORD.findall(unicodedata.normalize("NFKC", name).casefold())
        if words[:1] == ["the"]:
            words = words[1:]
        text = " ".join(words)
        for pattern, usual in self.alike:
            text = pattern.sub(usual, text)
        words = _order_phase(text.split())
        dropped = self.drop.get(type_iri, frozenset())
        return " ".join(word for word in words if word not in dropped) or text or name

    def find(self, type_iri: str, name: str) -> str:
        """Return the thing of the lexicon that a name means, though it is written otherwise there; else nothing."""
        return self.known.get((type_iri, self.key(type_iri, name)), "")


def _order_phase(words: list[str]) -> list[str]:
    """Return the words with "second phase" and "phase 2" as "phase ii"."""
    found = list(words)
    for at in range(len(found) - 1):
        one, two = found[at], found[at + 1]
        if one == "phase" and two in _NUMBERS:
            found[at + 1] = _NUMBERS[two]
        elif two == "phase" and one in _NUMBERS:
            found[at], found[at + 1] = "phase", _NUMBERS[one]
    return found
