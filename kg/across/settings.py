"""The data of ``data/across.toml``, read once: what is a copy, what names one thing, what can be compared."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.across.names import NameKeys
from kg.errors import KgError
from kg.iri import expand_iri
from kg.model import Entity


@dataclass(frozen=True, slots=True)
class Copies:
    """What makes two texts copies: see ``kg.across.copies``."""

    words: int
    shared: float
    ratio: float
    least: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All that comparing depends on, compiled."""

    copies: Copies
    names: NameKeys
    lasting: Mapping[str, str]
    """Class that each indicator without a period must be said of, or ``*``."""
    narrowing: tuple[tuple[str, re.Pattern[str]], ...]
    withdraws: re.Pattern[str]
    corrects: re.Pattern[str]
    entities: Mapping[str, Entity]

    def narrow(self, words: str) -> str:
        """Return the kinds of narrowing words in a quote: two numbers with other kinds are not compared."""
        low = words.lower()
        return " ".join(name for name, pattern in self.narrowing if pattern.search(low))


def load_settings(path: Path, entities: Mapping[str, Entity], prefixes: Mapping[str, str]) -> Settings:
    """Read and compile the file; raise ``KgError`` naming it where something is missing or wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _compile(table, entities, prefixes)
    except OSError as error:
        raise KgError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (ValueError, KeyError, TypeError, re.error) as error:
        hint = "compare it with the one that comes with the tool"
        raise KgError(f"not as it should be: {error!r}", where=str(path), hint=hint) from error


def _compile(table: Mapping[str, Any], entities: Mapping[str, Entity], prefixes: Mapping[str, str]) -> Settings:
    copies = table["copies"]
    names = table["names"]
    known = {**prefixes}
    drop = {expand_iri(name, known): frozenset(words) for name, words in names.get("drop", {}).items()}
    lasting = {
        expand_iri(name, known): kind if kind == "*" else expand_iri(kind, known)
        for name, kind in table.get("lasting", {}).items()
    }
    correction = table["correction"]
    return Settings(
        Copies(int(copies["words"]), float(copies["shared"]), float(copies["ratio"]), int(copies["least"])),
        NameKeys(drop, names.get("alike", {}), entities),
        lasting,
        tuple((name, _any_word(words)) for name, words in sorted(table.get("narrowing", {}).items())),
        re.compile(correction["withdraws"]),
        re.compile(correction["corrects"]),
        entities,
    )


def _any_word(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, words)) + r")(?![\w-])")
