"""Extraction rules: TOML data compiled once into regular expressions over *masked* sentences.

A masked sentence is the sentence with every recognised thing and quantity replaced by two private-use
characters: one for its class, one for its number in the sentence. A pattern can therefore say
``{n:count} projects`` or ``{p:Park|District}`` and stay an ordinary, linear regular expression.
``docs/rules.md`` is the guide for rule writers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from kg.errors import KgError, RuleError
from kg.lexicon import fold_case
from kg.notation import BEGIN
from kg.pattern import CLASS_BASE, OTHER_CLASS, Pattern, PatternMaker, compile_source
from kg.rule_check import check_entry, check_references, check_table, find_line
from kg.rule_index import Entry, RuleIndex
from kg.vocab import expand_iri

KINDS = ("pattern", "link", "placement", "owner")
PARTS = ("any", "title", "body", "meta")
TEXTS = ("any", "translated", "plain")
STATUSES = ("explicit", "implied", "garbled")
TEMPLATE_KEYS = frozenset(
    "subject predicate object value before unit qualifier period status modality scope attributed when"
    " each values".split()
)
RULE_KEYS = frozenset(
    "id says kind triggers pattern case unless prior claim example counter status part texts"
    " first second joiner classes named lies".split()
)


@dataclass(frozen=True, slots=True)
class Template:
    """One claim that a rule makes, its parts still to be filled from a match.

    A part is ``$slot`` (the thing or words the slot matched), ``@Class|Class`` (the nearest earlier
    thing of a class), ``~Class|Class`` (the one thing the sentence can be about), ``article``, a short
    IRI, or a table: ``{cohort=, type=, key=, value=}``, ``{thing=, class=}``, ``{event=}``, ``{text=}``,
    ``{indicator=, growth=}``. A list of these is the first of them that can be filled. ``{each=, class=}``
    as object or subject makes one claim for each item of a list; ``when`` is a group without which there is no claim.
    With ``each`` and ``values``, two groups, there is one for each item of the list ``each`` and its number
    in the list ``values``: ``{each}`` is the item's words, ``$each`` the number.
    """

    subject: Any
    predicate: Any
    object: Any = None
    value: str = ""
    before: str = ""
    unit: str = ""
    qualifier: str = ""
    period: str | tuple[str, ...] = ""
    status: str = ""
    modality: str = ""
    scope: Any = ""
    when: str = ""
    each: str = ""
    values: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that things reach, or a kind of thing that is counted: its phrasings, and what they stand for.

    ``word`` names it in groups; ``concept`` is the stage's concept or the kind's class, if it has one.
    """

    word: str
    concept: str
    label: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Reducers:
    """What of a sentence can be left out: ``[reductions]`` of slots.toml, each over the masked sentence."""

    bracket: Pattern
    """Brackets that only name: "(BDA)"."""
    aside: Pattern
    """What commas enclose in front of a verb, as group ``aside``."""
    front: Pattern
    """What stands before the subject, as group ``front``."""
    told: Pattern
    """A relative clause: the ``thing`` before it, the ``comma`` if there is one, and what is ``said`` of it."""
    governed: Pattern
    """What stands before a thing that a clause behind a comma need not be about: "next to a museum, which …"."""
    subject: Pattern
    """What a sentence begins with and says the verbs of, as group ``subject``."""
    joined: Pattern
    """A further verb of the same subject, as the beginning of group ``said``."""
    barrier: Pattern
    """What may not stand between the subject and a further verb: another clause."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence a rule must match, and the claims it must give, each as one short line."""

    text: str
    claims: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it means, when it fires, what it matches, and what it claims."""

    id: str
    says: str
    kind: str
    order: int
    pattern: Pattern | None
    case: bool
    unless: Pattern | None
    triggers: tuple[str, ...]
    templates: tuple[Template, ...]
    status: str
    examples: tuple[Example, ...]
    counters: tuple[str, ...]
    prior: Pattern | None = None
    joiner: Pattern | None = None
    first: frozenset[str] = frozenset()
    second: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    slots: frozenset[str] = frozenset()
    part: str = "any"
    texts: str = "any"
    named: Mapping[str, Pattern] = field(default_factory=dict)
    """By slot, what the name of the thing it matches (or the words of the quantity) must hold."""
    lies: Mapping[str, str] = field(default_factory=dict)
    """By slot, the slot of the place in which its thing must lie as the lexicon knows it."""


@dataclass(frozen=True)
class RuleSet:
    """All rules of a domain, with the index that says which of them can match a sentence."""

    rules: tuple[Rule, ...]
    links: tuple[Rule, ...]
    placements: tuple[Rule, ...]
    owners: tuple[Rule, ...]
    planned: Pattern
    target: Pattern
    denied: Pattern
    begin: Pattern
    """Where a clause begins."""
    slots: Mapping[str, tuple[str, ...]]
    stages: tuple[Stage, ...]
    kinds: tuple[Stage, ...]
    reducers: Reducers
    items: Mapping[str, Pattern]
    """By name, what the words of an item must hold for it to be one of a kind: ``[items]`` of slots.toml."""
    indicators: Mapping[str, frozenset[str]]
    """By what has them (``of_things``, ``of_places`` …), local names: ``[indicators]`` of slots.toml."""
    _codes: Mapping[str, str]
    maker: PatternMaker

    @cached_property
    def index(self) -> RuleIndex:
        """Which rules can match a sentence: made when it is first asked, for not every command reads an article."""
        entries = [Entry(r.pattern, r.triggers, r.part, r.texts, r.case) for r in self.rules if r.pattern]
        return RuleIndex(entries, self.maker, self.begin)

    @property
    def predicates(self) -> frozenset[str]:
        """The predicates that the rules claim, other than those found in the words."""
        rules = (*self.rules, *self.links, *self.placements, *self.owners)
        return frozenset(t.predicate for r in rules for t in r.templates if "://" in str(t.predicate))

    def compile_patterns(self) -> None:
        """Compile every pattern; raise ``RuleError`` naming the rule of the first that does not compile."""
        rules = (*self.rules, *self.links, *self.placements, *self.owners)
        patterns = [p for rule in rules for p in (rule.pattern, rule.unless, rule.prior, rule.joiner) if p]
        patterns += [p for rule in rules for p in rule.named.values()]
        patterns += [s.pattern for s in (*self.stages, *self.kinds)]
        patterns += [getattr(self.reducers, field.name) for field in fields(Reducers)]
        for pattern in (*patterns, *self.items.values(), self.begin, self.planned, self.target, self.denied):
            compile_source(pattern.source, pattern.where)

    def triggers_of(self, predicate: str) -> frozenset[str]:
        """Return the words that start a rule which can claim a predicate."""
        return frozenset(
            word
            for rule in self.rules
            for word in rule.triggers
            if any(template.predicate == predicate for template in rule.templates)
        )

    def class_code(self, key: str) -> str:
        """Return the class character of an entity class IRI or quantity kind."""
        return self._codes.get(key, OTHER_CLASS)


def load_rules(folder: Path, *, prefixes: Mapping[str, str], trusted: bool = False) -> RuleSet:
    """Read every rule file of a domain; raise ``RuleError`` naming file, rule and what is wrong.

    Of ``trusted`` rules the patterns are not compiled before an article needs them: compiling all takes
    longer than reading an article, and the tests of the rules that come with the tool do it.
    """
    slot_path = folder / "slots.toml"
    table = _read_toml(slot_path)
    for problem in check_table(table):
        raise RuleError(problem, where=str(slot_path))
    compiler = _Compiler(table, prefixes, str(slot_path))
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name in ("slots.toml", "page.toml"):
            continue
        for where, entry in _read_entries(path):
            rules.append(compiler.compile_rule(entry, where, len(rules)))
            if any(rule.id == rules[-1].id for rule in rules[:-1]):
                raise RuleError("the id stands twice", where=f"{where}: {rules[-1].id}")
    found = compiler.make_set(rules)
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


def as_choices(part: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the slots that a part of a template may be filled from, in order.

    >>> as_choices("$n"), as_choices(("$n", "$m")), as_choices("")
    (('$n',), ('$n', '$m'), ())
    """
    return (part,) if isinstance(part, str) and part else tuple(part or ())


def slot_name(part: str) -> str:
    """Return the slot that a value takes its number from; ``-$g`` is the number below zero.

    >>> slot_name("-$g")
    'g'
    """
    return part.removeprefix("-").removeprefix("$")


class _Compiler:
    """Turns rule entries into rules: expands macros and slots, checks every name."""

    def __init__(self, table: Mapping[str, Any], prefixes: Mapping[str, str], where: str) -> None:
        self.prefixes = prefixes
        stages: Mapping[str, Mapping[str, str]] = table.get("stages", {})
        kinds: Mapping[str, Mapping[str, str]] = table.get("kinds", {})
        any_of = {
            name: "|".join(entry.get("words", "(?!)") for entry in entries.values())
            for name, entries in (("stage", stages), ("counted", kinds))
            if entries
        }
        self.words: Mapping[str, str] = {**table.get("words", {}), **any_of}
        try:
            self.slots = {
                name: tuple(self._expand_key(key) for key in keys) for name, keys in table.get("slots", {}).items()
            }
        except KgError as error:
            raise RuleError(error.what, where=where, hint=error.hint) from error
        keys = sorted({key for members in self.slots.values() for key in members})
        if len(keys) > 0xFE:
            raise RuleError(f"{len(keys)} slot classes are more than 254", where=where)
        self.codes = {key: chr(CLASS_BASE + number) for number, key in enumerate(keys)}
        self.maker = PatternMaker(self.slots, self.words, self.codes)
        self.stages = tuple(self._make_stage(name, entry, where) for name, entry in stages.items())
        self.kinds = tuple(self._make_stage(name, entry, where, "(?: and .*)?") for name, entry in kinds.items())
        self.begin = self.make_pattern(self.words.get(BEGIN, "(?!)"), where, BEGIN)
        self.items = {name: self.make_pattern(words, where, name) for name, words in table.get("items", {}).items()}
        listed = table.get("indicators", {})
        self.indicators = {
            name: frozenset(listed.get(name, ())) for name in ("of_things", "of_parts", "of_firms", "of_places")
        }
        reductions = table.get("reductions", {})
        self.reducers = Reducers(
            *(self.make_pattern(reductions.get(f.name, "(?!)"), where, f.name) for f in fields(Reducers))
        )
        modality = table.get("modality", {})
        self.modality = {
            name: self.make_pattern(modality.get(name, "(?!)"), where, name) for name in ("planned", "target", "denied")
        }

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
        unknown = sorted(set(entry) - RULE_KEYS)
        if unknown:
            raise RuleError(f"unknown keys {', '.join(unknown)}", where=f"{where}: {name}")
        for key in ("id", "says"):
            if not entry.get(key):
                raise RuleError(f"{key} is missing", where=f"{where}: {name}")
        kind = entry.get("kind", "pattern")
        status = entry.get("status", "explicit")
        if kind not in KINDS or status not in STATUSES:
            raise RuleError(f"kind {kind!r} or status {status!r} is unknown", where=f"{where}: {name}")
        if not entry.get("claim"):
            raise RuleError("it claims nothing: [[rule.claim]] is missing", where=f"{where}: {name}")
        if entry.get("part", "any") not in PARTS or entry.get("texts", "any") not in TEXTS:
            raise RuleError(f"part is one of {PARTS}, texts one of {TEXTS}", where=f"{where}: {name}")
        pattern = self._optional(entry, "pattern", where, name)
        slots = pattern.slots if pattern else frozenset()
        if kind == "pattern" and pattern is None:
            raise RuleError("pattern is missing", where=f"{where}: {name}")
        return Rule(
            id=name,
            says=str(entry["says"]),
            kind=kind,
            order=order,
            pattern=pattern,
            case=bool(entry.get("case", False)),
            unless=self._optional(entry, "unless", where, name),
            triggers=tuple(fold_case(word) for word in entry.get("triggers", ())),
            templates=tuple(
                self._make_template(claim, slots, pattern, where, name) for claim in entry.get("claim", ())
            ),
            status=status,
            examples=tuple(
                Example(e["text"], tuple(e.get("claims", ())), e.get("title", "")) for e in entry.get("example", ())
            ),
            counters=tuple(entry.get("counter", ())),
            prior=self._optional(entry, "prior", where, name),
            joiner=self._optional(entry, "joiner", where, name),
            first=frozenset(entry.get("first", ())),
            second=frozenset(entry.get("second", ())),
            classes=tuple(self._expand_key(key) for key in entry.get("classes", ())),
            slots=slots,
            part=str(entry.get("part", "any")),
            texts=str(entry.get("texts", "any")),
            named=self._compile_named(entry, slots, where, name),
            lies=self._read_lies(entry, slots, where, name),
        )

    @staticmethod
    def _read_lies(entry: Mapping[str, Any], slots: frozenset[str], where: str, name: str) -> dict[str, str]:
        lies: Mapping[str, str] = entry.get("lies", {})
        for slot in (*lies, *lies.values()):
            if slot not in slots:
                raise RuleError(f"lies: {slot!r} is not a slot of the pattern", where=f"{where}: {name}")
        return dict(lies)

    def _compile_named(
        self, entry: Mapping[str, Any], slots: frozenset[str], where: str, name: str
    ) -> dict[str, Pattern]:
        named: Mapping[str, str] = entry.get("named", {})
        for slot in named:
            if slot not in slots:
                raise RuleError(f"named: {slot!r} is not a slot of the pattern", where=f"{where}: {name}")
        return {slot: self.make_pattern(source, where, f"{name}, named {slot}") for slot, source in named.items()}

    def _optional(self, entry: Mapping[str, Any], key: str, where: str, name: str) -> Pattern | None:
        return self.make_pattern(entry[key], where, name) if key in entry else None

    def _make_template(
        self,
        entry: Mapping[str, Any],
        slots: frozenset[str],
        pattern: Pattern | None,
        where: str,
        name: str,
    ) -> Template:
        unknown = sorted(set(entry) - TEMPLATE_KEYS)
        if unknown or "subject" not in entry or "predicate" not in entry:
            what = f"unknown keys {', '.join(unknown)}" if unknown else "subject or predicate is missing"
            raise RuleError(f"claim: {what}", where=f"{where}: {name}")
        groups = set(pattern.groups) if pattern else set()
        if "values" in entry:
            groups, slots = groups | {"each"}, slots | {"each"}
        for problem in check_references(entry, groups, set(self.slots), set(self.prefixes)):
            raise RuleError(problem, where=f"{where}: {name}")
        try:
            parts = {key: self._expand_part(value) for key, value in entry.items()}
        except KgError as error:
            raise RuleError(error.what, where=f"{where}: {name}", hint=error.hint) from error
        for key in ("value", "before", "period"):
            for choice in as_choices(parts.get(key)):
                if slot_name(choice) not in slots:
                    raise RuleError(f"{key} {choice!r} is not a slot of the pattern", where=f"{where}: {name}")
        lists = [part for part in (entry.get("object"), entry["subject"]) if isinstance(part, dict) and "each" in part]
        if len(lists) > 1:
            raise RuleError("only one of subject and object is a list", where=f"{where}: {name}")
        listed = lists[0] if lists else {}
        pair = (entry.get("each"), entry.get("values"))
        if (pair[0] is None) != (pair[1] is None):
            raise RuleError("each and values are written together", where=f"{where}: {name}")
        if listed.get("likely") and listed["likely"] not in self.items:
            raise RuleError(f"[items] of slots.toml has no {listed['likely']!r}", where=f"{where}: {name}")
        for group in (entry.get("when"), listed.get("each"), listed.get("count"), *pair):
            if group and group not in groups:
                raise RuleError(f"{group!r} is not a group of the pattern", where=f"{where}: {name}")
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
            owners=tuple(rule for rule in rules if rule.kind == "owner"),
            planned=self.modality["planned"],
            target=self.modality["target"],
            denied=self.modality["denied"],
            begin=self.begin,
            reducers=self.reducers,
            slots=self.slots,
            stages=self.stages,
            kinds=self.kinds,
            items=self.items,
            indicators=self.indicators,
            _codes=self.codes,
            maker=self.maker,
        )
