"""The files of rules, read and checked: TOML compiled into rules, every name in them known."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import fields
from pathlib import Path
from typing import Any

from kg.errors import KgError, RuleError
from kg.letters import fold_case
from kg.notation import BEGIN
from kg.pattern import CLASS_BASE, MARK, Pattern, PatternMaker
from kg.rule_check import check_entry, check_references, check_rule, check_table, check_template, find_line
from kg.rules import (
    GOVERNING,
    LEFT_OUT,
    Chunking,
    Example,
    Reducers,
    Rule,
    RuleSet,
    Stage,
    Template,
    as_choices,
    slot_name,
)
from kg.verbs import FORMS, LEADS
from kg.vocab import expand_iri

OUTLINE = "outline.toml"
"""The file that says what the outline of a sentence is made of; a domain can do without it."""
INDICATOR_LISTS = (
    "of_things",
    "of_parts",
    "of_firms",
    "of_places",
    "of_places_alone",
    "of_people",
    "of_periods",
    "of_no_period",
    "held",
)
"""The lists of ``[indicators]`` of slots.toml."""
# A mark, the sign of whose something is, a word, any other sign: as they are, where no chunk begins.
_AS_IT_IS = rf"{MARK}|['’]s(?!\w)|\w(?:[\w’'&/.+-]*\w)?|\S"


def load_rules(folder: Path, *, prefixes: Mapping[str, str], trusted: bool = False) -> RuleSet:
    """Read every rule file of a domain; raise ``RuleError`` naming file, rule and what is wrong.

    Of ``trusted`` rules the patterns are not compiled before an article needs them: compiling all takes
    longer than reading an article, and the tests of the rules that come with the tool do it.
    """
    slot_path = folder / "slots.toml"
    table = _read_toml(slot_path)
    for problem in check_table(table):
        raise RuleError(problem, where=str(slot_path))
    outline_path = folder / OUTLINE
    outline = _read_toml(outline_path) if outline_path.is_file() else {}
    for problem in check_table(outline):
        raise RuleError(problem, where=str(outline_path))
    compiler = _Compiler(table, outline, prefixes, str(slot_path))
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name in ("slots.toml", "page.toml", OUTLINE):
            continue
        for where, entry in _read_entries(path):
            rule = compiler.compile_rule(entry, where, len(rules))
            if rules.setdefault(rule.id, rule) is not rule:
                raise RuleError("the id stands twice", where=f"{where}: {rule.id}")
    found = compiler.make_set([*rules.values()])
    if not trusted:
        found.compile_patterns()
    return found


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"cannot be read: {error}", where=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"not TOML: {error}", where=str(path)) from error


def _read_entries(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the rules of a file, each with its place as file and line."""
    entries = _read_toml(path).get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError("rules are not written as [[rule]]", where=str(path))
    text = path.read_text(encoding="utf-8")
    for number, entry in enumerate(entries, start=1):
        line = find_line(text, str(entry.get("id", "")))
        where = f"{path}:{line}" if line else f"{path}, rule {number}"
        for problem in check_entry(entry):
            raise RuleError(problem, where=f"{where}: {entry.get('id', '')}")
        yield where, entry


# The slots of a change, as <<tail>> fills them, each with the sign of its value.
_CHANGES = {"g": "$", "k": "$", "m": "$", "h": "-$", "l": "-$", "n": "-$"}


def _add_changes(claims: Iterable[Mapping[str, Any]], slots: Set[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the claims of a rule, and behind each that is ``changed`` those of how much its value rose or fell."""
    for claim in claims:
        plain = {key: part for key, part in claim.items() if key != "changed"}
        if not claim.get("changed"):
            yield plain
            continue
        if "value" in plain:
            yield plain
        predicate = claim.get("predicate")
        if isinstance(predicate, dict):
            grown: Any = {**predicate, "growth": True}
        else:
            grown = f"{predicate}:Growth" if str(predicate).startswith("$") else "<change"
        rest = {key: part for key, part in plain.items() if key not in ("before", "unit", "qualifier", "scope")}
        for slot, sign in _CHANGES.items():
            if slot in slots:
                yield {**rest, "predicate": grown, "value": sign + slot}


def _list_triggers(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the words that start a rule; a form of all verbs stands for the first word of each."""
    for word in entry.get("triggers", ()):
        yield from LEADS.get(word.strip("<>"), (word,))


_ANY = "~Park|District|City|Enterprise|Project|Organization"
_DOERS: Mapping[str, Any] = {
    "s": ["$s", _ANY],
    "s2": "$s2",
    "s3": "$s3",
    "o": {"thing": "{o}", "class": "org:Organization", "here": True},
    "w": _ANY,
    "p": "~City",
    "q": "~District",
    "z": "~Park",
    "v": ["~Park|District|City", "@Place"],
    "c": "~Enterprise",
}
"""By the group of ``<<doer>>`` that names who plans or does something, whom a claim is about."""


def _for_each_doer(entry: Mapping[str, Any], pattern: Pattern | None) -> Iterator[Mapping[str, Any]]:
    """Yield a claim of the subject ``doer`` once for each way in which ``<<doer>>`` of a pattern may be told."""
    if entry.get("subject") != "doer":
        yield entry
        return
    groups = pattern.groups if pattern else ()
    told = [entry["when"]] if "when" in entry else []
    for name, whose in _DOERS.items():
        if name in groups:
            yield {**entry, "when": [*told, name], "subject": whose}


class _Compiler:
    """Turns rule entries into rules: expands macros and slots, checks every name."""

    def __init__(
        self, table: Mapping[str, Any], outline: Mapping[str, Any], prefixes: Mapping[str, str], where: str
    ) -> None:
        self.prefixes = prefixes
        stages: Mapping[str, Mapping[str, str]] = table.get("stages", {})
        kinds: Mapping[str, Mapping[str, str]] = table.get("kinds", {})
        any_of = {
            name: "|".join(entry.get("words", "(?!)") for entry in entries.values())
            for name, entries in (("stage", stages), ("counted", kinds))
            if entries
        }
        self.words: Mapping[str, str] = {**FORMS, **table.get("words", {}), **any_of, **outline.get("words", {})}
        for word in sorted(outline.get("words", {}).keys() & table.get("words", {}).keys()):
            raise RuleError(f"the word list {word!r} stands in slots.toml as well", where=where)
        kinds_of_chunks = sorted({*outline.get("chunks", {}), *outline.get("heads", {})})
        self.slots = self._name_slots(table.get("slots", {}), kinds_of_chunks, where)
        keys = sorted({key for members in self.slots.values() for key in members})
        if len(keys) > 0xFE:
            raise RuleError(f"{len(keys)} slot classes are more than 254", where=where)
        self.codes = {key: chr(CLASS_BASE + number) for number, key in enumerate(keys)}
        self.maker = PatternMaker(self.slots, self.words, self.codes)
        self.stages = tuple(self._make_stage(name, entry, where) for name, entry in stages.items())
        self.kinds = tuple(self._make_stage(name, entry, where, "(?: and .*)?") for name, entry in kinds.items())
        self.deeds = tuple(self._make_stage(name, entry, where) for name, entry in table.get("deeds", {}).items())
        self.begin = self.make_pattern(self.words.get(BEGIN, "(?!)"), where, BEGIN)
        self.items = {name: self.make_pattern(words, where, name) for name, words in table.get("items", {}).items()}
        pointers = table.get("pointers", {})
        self.pointers = tuple((kinds, self.make_pattern(words, where, kinds)) for kinds, words in pointers.items())
        self.chunking = self._make_chunking(outline, kinds_of_chunks, where)
        listed = table.get("indicators", {})
        self.indicators = {name: frozenset(listed.get(name, ())) for name in INDICATOR_LISTS}
        reductions = table.get("reductions", {})
        self.reducers = Reducers(
            *(self.make_pattern(reductions.get(f.name, "(?!)"), where, f.name) for f in fields(Reducers))
        )
        modality = table.get("modality", {})
        self.modality = {
            name: self.make_pattern(modality.get(name, "(?!)"), where, name)
            for name in ("planned", "target", "denied", "unsaid")
        }

    def _name_slots(
        self, slots: Mapping[str, Sequence[str]], kinds: Sequence[str], where: str
    ) -> dict[str, tuple[str, ...]]:
        """Return by slot the keys of what it can stand for; every kind of chunk is a slot."""
        try:
            named = {name: tuple(self._expand_key(key) for key in keys) for name, keys in slots.items()}
        except KgError as error:
            raise RuleError(error.what, where=where, hint=error.hint) from error
        return named | {kind.capitalize(): (f"chunk.{kind}",) for kind in kinds}

    def _make_chunking(self, outline: Mapping[str, Any], kinds: Sequence[str], where: str) -> Chunking:
        """Return what outlines are made of: every chunk begins where a word does."""
        left_out = "|".join(outline.get(LEFT_OUT, {}).values()) or "(?!)"
        chunks = [(LEFT_OUT, left_out), *outline.get("chunks", {}).items()]
        scan = "|".join(rf"(?P<{kind}>(?<![\w’'-])(?:{source}))" for kind, source in chunks)
        joined = (*outline.get("joined", {}).items(), *outline.get("narrowed", {}).items())
        return Chunking(
            self.make_pattern(f"{scan}|{_AS_IT_IS}", where, OUTLINE),
            tuple((kind, self.make_pattern(source, where, kind)) for kind, source in outline.get("heads", {}).items()),
            tuple((kind, self.make_pattern(source, where, kind)) for kind, source in joined),
            {kind: self.codes[f"chunk.{kind}"] for kind in kinds},
        )

    def _make_stage(self, name: str, entry: Mapping[str, str], where: str, tail: str = "") -> Stage:
        if "words" not in entry:
            raise RuleError("words is missing", where=f"{where}: {name}")
        pattern = self.make_pattern(f"(?:{entry['words']}){tail}", where, name)
        return Stage(name, self._expand_key(entry.get("concept", "")), entry.get("label", ""), pattern)

    def _expand_key(self, key: str) -> str:
        """A slot member is a class (``rd:Park``) or a quantity kind (``count``, ``measure.day``)."""
        prefix = key.partition(":")[0]
        return expand_iri(key, self.prefixes) if prefix in self.prefixes else key

    def make_pattern(self, source: str, where: str, name: str) -> Pattern:
        """Return the pattern, its word lists and slots filled in."""
        return self.maker.make_pattern(source, f"{where}: {name}")

    def compile_rule(self, entry: Mapping[str, Any], where: str, order: int) -> Rule:
        """Return the compiled rule; every wrong key, name or pattern is a ``RuleError``."""
        name = str(entry.get("id", f"number {order + 1}"))
        place = f"{where}: {name}"
        for problem in check_rule(entry):
            raise RuleError(problem, where=place)
        pattern = self._optional(entry, "pattern", place)
        slots = pattern.slots if pattern else frozenset()
        return Rule(
            id=name,
            says=str(entry["says"]),
            kind=entry.get("kind", "pattern"),
            order=order,
            pattern=pattern,
            case=bool(entry.get("case", False)),
            unless=self._optional(entry, "unless", place),
            triggers=tuple(fold_case(word) for word in _list_triggers(entry)),
            templates=tuple(
                self._make_template(claim, slots, pattern, place)
                for written in entry.get("claim", ())
                for claim in _add_changes(_for_each_doer(written, pattern), slots)
            ),
            status=entry.get("status", "explicit"),
            examples=tuple(
                Example(e["text"], tuple(e.get("claims", ())), e.get("title", "")) for e in entry.get("example", ())
            ),
            counters=tuple(entry.get("counter", ())),
            prior=self._optional(entry, "prior", place),
            joiner=self._optional(entry, "joiner", place),
            first=frozenset(entry.get("first", ())),
            second=frozenset(entry.get("second", ())),
            classes=tuple(self._expand_key(key) for key in entry.get("classes", ())),
            slots=slots,
            part=str(entry.get("part", "any")),
            texts=str(entry.get("texts", "any")),
            named=self._compile_named(entry, slots, place),
            lies=self._read_lies(entry, slots, place),
            unread=bool(entry.get("unread", False)),
            measures=any("value" in claim or claim.get("changed") for claim in entry.get("claim", ())),
            unlisted=bool(entry.get("unlisted", False)),
            untold=bool(entry.get("untold", False)),
        )

    @staticmethod
    def _read_lies(entry: Mapping[str, Any], slots: frozenset[str], place: str) -> dict[str, str]:
        lies: Mapping[str, str] = entry.get("lies", {})
        for slot in (*lies, *lies.values()):
            if slot not in slots:
                raise RuleError(f"lies: {slot!r} is not a slot of the pattern", where=place)
        return dict(lies)

    def _compile_named(self, entry: Mapping[str, Any], slots: frozenset[str], place: str) -> dict[str, Pattern]:
        named: Mapping[str, str] = entry.get("named", {})
        for slot in named:
            if slot not in slots:
                raise RuleError(f"named: {slot!r} is not a slot of the pattern", where=place)
        return {slot: self.maker.make_pattern(source, f"{place}, named {slot}") for slot, source in named.items()}

    def _optional(self, entry: Mapping[str, Any], key: str, place: str) -> Pattern | None:
        return self.maker.make_pattern(entry[key], place) if key in entry else None

    def _make_template(
        self,
        entry: Mapping[str, Any],
        slots: frozenset[str],
        pattern: Pattern | None,
        place: str,
    ) -> Template:
        for problem in check_template(entry):
            raise RuleError(problem, where=place)
        groups = set(pattern.groups) if pattern else set()
        if "values" in entry:
            groups, slots = groups | {"each"}, slots | {"each"}
        for problem in check_references(entry, groups, set(self.slots), set(self.prefixes)):
            raise RuleError(problem, where=place)
        try:
            parts = {key: self._expand_part(value) for key, value in entry.items()}
        except KgError as error:
            raise RuleError(error.what, where=place, hint=error.hint) from error
        for key in ("value", "before", "period"):
            for choice in as_choices(parts.get(key)):
                if slot_name(choice) not in slots and (key, choice) != ("period", GOVERNING):
                    raise RuleError(f"{key} {choice!r} is not a slot of the pattern", where=place)
        lists = [
            part
            for part in (entry.get("object"), entry["subject"])
            if isinstance(part, dict) and part.keys() & {"each", "phrases"}
        ]
        if len(lists) > 1:
            raise RuleError("only one of subject and object is a list", where=place)
        listed = lists[0] if lists else {}
        pair = (entry.get("each"), entry.get("values"))
        if (pair[0] is None) != (pair[1] is None):
            raise RuleError("each and values are written together", where=place)
        if listed.get("likely") and listed["likely"] not in self.items:
            raise RuleError(f"[items] of slots.toml has no {listed['likely']!r}", where=place)
        listing = (listed.get("each"), listed.get("phrases"), listed.get("count"))
        for group in (*as_choices(parts.get("when")), *listing, *pair):
            if group and group not in groups:
                raise RuleError(f"{group!r} is not a group of the pattern", where=place)
        return Template(**parts)

    def _expand_part(self, part: Any) -> Any:
        """Expand short IRIs where they stand; leave slots, references and words alone."""
        if isinstance(part, list):
            return tuple(self._expand_part(choice) for choice in part)
        if isinstance(part, dict):
            return {k: self._expand_part(v) if k in ("class", "type", "concept") else v for k, v in part.items()}
        if isinstance(part, str) and part.partition(":")[0] in self.prefixes:
            return expand_iri(part, self.prefixes)
        return part

    def make_set(self, rules: list[Rule]) -> RuleSet:
        """Return the rule set."""
        patterns = [rule for rule in rules if rule.kind == "pattern"]
        return RuleSet(
            rules=tuple(patterns),
            links=tuple(rule for rule in rules if rule.kind == "link"),
            placements=tuple(rule for rule in rules if rule.kind == "placement"),
            chains=tuple(rule for rule in rules if rule.kind == "chain"),
            owners=tuple(rule for rule in rules if rule.kind == "owner"),
            outlines=tuple(rule for rule in rules if rule.kind == "outline"),
            residual=tuple(rule for rule in rules if rule.kind == "residual"),
            leftovers=tuple(rule for rule in rules if rule.kind == "leftover"),
            chunking=self.chunking,
            planned=self.modality["planned"],
            target=self.modality["target"],
            denied=self.modality["denied"],
            unsaid=self.modality["unsaid"],
            begin=self.begin,
            reducers=self.reducers,
            slots=self.slots,
            stages=self.stages,
            kinds=self.kinds,
            deeds=self.deeds,
            items=self.items,
            pointers=self.pointers,
            indicators=self.indicators,
            _codes=self.codes,
            maker=self.maker,
        )
