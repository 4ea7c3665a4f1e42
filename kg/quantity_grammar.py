"""The grammar of quantities: read from ``data/quantities.toml`` and compiled once.

Everything is matched on a folded copy of the text (``QuantityGrammar.fold``): lower case, full-width
forms made plain, one character for one, so that an offset means the same in both.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick_rs

from kg.errors import RuleError
from kg.model import Quantity
from kg.quantity_patterns import Patterns, PeriodPatterns, compile_amounts, compile_periods, squeeze

WINDOW = 48
"""How many code points before a trigger are looked at."""


class Unit(NamedTuple):
    """A unit as a quantity carries it: code, kind of quantity, and code's units in one written unit.

    ``base`` is what it measures ("m2"), where other units measure the same, and ``in_base`` how much of that it is.
    """

    code: str
    kind: str
    factor: Decimal
    base: str = ""
    in_base: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class QuantityGrammar:
    """The tables of ``quantities.toml`` and the patterns and the automaton made from them.

    ``readers`` gives, for each trigger of ``automaton``, the trigger and the names of the readers to
    try there, in order.
    """

    folds: tuple[tuple[str, str], ...]
    after_units: Mapping[str, Unit]
    before_units: Mapping[str, Unit]
    spaced: frozenset[str]
    spaced_before: frozenset[str]
    scales: Mapping[str, Decimal]
    money_scales: frozenset[str]
    unit_scales: Mapping[str, Decimal]
    words: Mapping[str, int]
    fractions: Mapping[str, int]
    ordinals: Mapping[str, int]
    dozens: Mapping[str, int]
    ratios: Mapping[str, str]
    qualifiers: Mapping[str, str]
    verbs: frozenset[str]
    signs: Mapping[str, str]
    afters: Mapping[str, str]
    left_words: frozenset[str]
    more_heads: frozenset[str]
    tail_heads: frozenset[str]
    names: frozenset[str]
    one_not_before: frozenset[str]
    missing: Mapping[str, frozenset[str]]
    missing_words: frozenset[str]
    size_need: frozenset[str]
    class_after: frozenset[str]
    period: Mapping[str, Any]
    patterns: Patterns
    periods: PeriodPatterns
    readers: tuple[tuple[str, tuple[str, ...]], ...]
    automaton: ahocorasick_rs.AhoCorasick

    def fold(self, text: str) -> str:
        """Return ``text`` in the form that is matched: lower case, plain digits and signs, same length.

        >>> from kg.resources import find_root
        >>> load_quantities(find_root() / "data" / "quantities.toml").fold("５％ of İzmir")
        '5% of izmir'
        """
        if not text.isascii():
            for old, new in self.folds:
                text = text.replace(old, new)
            return text.replace("İ", "I").lower()
        for old, new in self.folds:
            if old.isascii():
                text = text.replace(old, new)
        return text.lower()


@dataclass(slots=True)
class View:
    """A text being read: as written, as folded, the article's date, how far it is used up, what was found."""

    text: str
    low: str
    grammar: QuantityGrammar
    anchor: date | None
    floor: int = 0
    found: list[Quantity] = field(default_factory=list)


def load_quantities(path: Path) -> QuantityGrammar:
    """Read and compile the grammar at ``path``.

    Raises ``RuleError`` naming the file, and the entry where one is wrong.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise RuleError(f"not TOML: {error}", where=str(path)) from error
    reader = _Reader(path, table)
    try:
        return _compile(reader)
    except KeyError as error:
        raise RuleError(f"{error.args[0]} is missing", where=f"{path}: {reader.entry}") from error
    except (TypeError, AttributeError, ValueError, InvalidOperation) as error:
        raise RuleError(f"a wrong value: {error}", where=f"{path}: {reader.entry}") from error


class _Reader:
    """The tables of one file, remembering which entry is being read, for the error."""

    def __init__(self, path: Path, table: Mapping[str, Any]) -> None:
        self.path, self.table, self.entry = path, table, "the file"

    def rows(self, name: str) -> Iterable[Mapping[str, Any]]:
        """Yield the rows of ``[[name]]``; the error of a wrong one says which."""
        self.entry = f"[[{name}]]"
        for number, row in enumerate(self.table[name], 1):
            label = row.get("code") or row.get("name") or row.get("value") or number
            self.entry = f"[[{name}]] {label}"
            yield row

    def section(self, name: str) -> Mapping[str, Any]:
        """Return the table ``[name]``."""
        self.entry = f"[{name}]"
        table: Mapping[str, Any] = self.table[name]
        if not isinstance(table, dict):
            raise TypeError(f"{name} is not a table")
        return table

    def words(self, row: Mapping[str, Any], key: str) -> list[str]:
        """Return the list of phrases ``row[key]``, which may be absent; each must be lower case text."""
        values = row.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise TypeError(f"{key} must be a list of texts")
        for value in values:
            if value != value.lower() or value != value.strip():
                raise ValueError(f"{value!r} must be in lower case, without outer spaces")
        return values


def _read_units(
    reader: _Reader,
) -> tuple[dict[str, Unit], dict[str, Unit], frozenset[str]]:
    after: dict[str, Unit] = {}
    before: dict[str, Unit] = {}
    spaced: set[str] = set()
    for row in reader.rows("unit"):
        base, in_base = next(iter(row.get("is", {}).items()), ("", "1"))
        unit = Unit(row["code"], row["kind"], Decimal(row.get("factor", "1")), base, Decimal(in_base))
        for aliases, key in ((after, "after"), (before, "before")):
            for alias in reader.words(row, key):
                if aliases.get(alias, unit) != unit:
                    raise ValueError(f"{alias!r} is also {aliases[alias].code}")
                aliases[alias] = unit
        spaced.update(reader.words(row, "spaced"))
    return after, before, frozenset(spaced)


def _read_scales(reader: _Reader) -> tuple[dict[str, Decimal], frozenset[str]]:
    scales: dict[str, Decimal] = {}
    money: set[str] = set()
    for row in reader.rows("scale"):
        for key in ("words", "money"):
            scales.update(dict.fromkeys(reader.words(row, key), Decimal(row["value"])))
        money.update(reader.words(row, "money"))
    return scales, frozenset(money)


def _read_qualifiers(reader: _Reader) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {"before": {}, "verbs": {}, "after": {}, "signs": {}}
    for row in reader.rows("qualifier"):
        for key, words in tables.items():
            words.update(dict.fromkeys(reader.words(row, key), row["name"]))
    return tables


def _compile(reader: _Reader) -> QuantityGrammar:
    after, before, spaced = _read_units(reader)
    scales, money = _read_scales(reader)
    qualifiers = _read_qualifiers(reader)
    tables = _read_tables(reader)
    words, fractions = tables["words"], tables["fractions"]
    prefixes = {**qualifiers["before"], **qualifiers["verbs"]}
    size, period = reader.section("size"), reader.section("period")
    patterns = compile_amounts(
        after, before, scales, tables["unit_scales"], words, fractions, [*prefixes], [*qualifiers["after"]], size
    )
    periods = compile_periods(period, words, tables["ordinals"])
    readers = _triggers(
        after, scales, words, tables["ordinals"], tables["dozens"], tables["ratios"], fractions, size, period
    )
    return QuantityGrammar(
        after_units={squeeze(key): value for key, value in after.items()},
        before_units=before,
        spaced=spaced,
        scales=scales,
        money_scales=money,
        qualifiers=prefixes,
        verbs=frozenset(qualifiers["verbs"]),
        signs=qualifiers["signs"],
        afters=qualifiers["after"],
        left_words=frozenset(item.split()[-1] for item in (*prefixes, *before)),
        more_heads=frozenset([*"-~/(\npatoe,", *(item[0] for item in qualifiers["after"])]),
        tail_heads=frozenset(re.split("[^a-z]", alias)[0] for alias in (*after, *scales)),
        size_need=frozenset(size["need"]),
        class_after=frozenset(size["class_after"]),
        period=period,
        patterns=patterns,
        periods=periods,
        readers=tuple(readers.items()),
        automaton=ahocorasick_rs.AhoCorasick(list(readers), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest),
        **tables,
    )


def _read_tables(reader: _Reader) -> dict[str, Any]:
    """Return the plain tables of the grammar, by the name of their field."""
    folds = tuple(reader.section("fold").items())
    if any(len(old) != 1 or len(new) != 1 for old, new in folds):
        raise ValueError("each entry must be one character for one")
    words = dict(reader.section("words"))
    simple = reader.section("ordinals")
    ordinals = dict(simple)
    for ten in (word for word, value in words.items() if value >= 20):
        ordinals.update({f"{ten}-{word}": words[ten] + value for word, value in simple.items() if value < 10})
    missing = {key: frozenset(reader.words(reader.section("missing"), key)) for key in reader.section("missing")}
    unit_scales = {key: Decimal(value) for key, value in reader.section("unit_scales").items()}
    return {
        "folds": folds,
        "words": words,
        "ordinals": ordinals,
        "unit_scales": unit_scales,
        "fractions": dict(reader.section("fractions")),
        "dozens": dict(reader.section("dozens")),
        "ratios": dict(reader.section("ratios")),
        "spaced_before": frozenset(reader.words(reader.section("spaced"), "before")),
        "names": frozenset(reader.words(reader.section("names"), "before")),
        "one_not_before": frozenset(reader.words(reader.section("one"), "not_before")),
        "missing": missing,
        "missing_words": frozenset().union(*missing.values()),
    }


def _triggers(
    after: Mapping[str, Unit],
    scales: Iterable[str],
    words: Iterable[str],
    ordinals: Iterable[str],
    dozens: Iterable[str],
    ratios: Iterable[str],
    fractions: Iterable[str],
    size: Mapping[str, Any],
    period: Mapping[str, Any],
) -> dict[str, tuple[str, ...]]:
    """Return which readers to try at which word, in order."""
    table: dict[str, list[str]] = {}

    def add(reader: str, triggers: Iterable[str]) -> None:
        for trigger in triggers:
            if len(trigger) > 1:
                table.setdefault(trigger, []).append(reader)

    add("fixed", period["fixed"])
    add("year", ["year"])
    add("number", words)
    add("ordinal", [*ordinals, "no.", "no ", "last", *(f"q{n}" for n in range(1, 5)), "h1", "h2"])
    add("past", [*period["past"], "this"])
    add("month", period["months"])
    add("weekday", period["weekdays"])
    add("since", ["since"])
    add("article", [*dozens, *fractions, *(scale for scale in scales if scale.isascii() and " " not in scale)])
    add("article", ["year", "month", "week", "day", "hour", "decade"])
    add("ratio", ratios)
    add("size", size["phrases"])
    add("missing", (alias for alias, unit in after.items() if unit.kind in ("money", "percent", "points")))
    add("missing", (scale for scale in scales if scale.isascii() and " " not in scale))
    return {key: tuple(value) for key, value in table.items()}
