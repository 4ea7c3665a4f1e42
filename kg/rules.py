"""Extraction rules: what each means, when it fires, what it matches and claims.

Patterns are regular expressions over *masked* sentences: every recognised thing and quantity is replaced by two
private-use characters, one for its class, one for its number in the sentence. A pattern can therefore say
``{n:count} projects`` or ``{p:Park|District}`` and stay an ordinary, linear regular expression.
``docs/rules.md`` is the guide for rule writers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from kg.pattern import OTHER_CLASS, Pattern, PatternMaker, compile_source
from kg.rule_index import Entry, RuleIndex


@dataclass(frozen=True, slots=True)
class Template:
    """One claim that a rule makes, its parts still to be filled from a match.

    A part is ``$slot`` (the thing or words the slot matched), ``@Class|Class`` (the nearest earlier
    thing of a class), ``~Class|Class`` (the one thing the sentence can be about), ``article``, a short
    IRI, or a table: ``{cohort=, type=, key=, value=}``, ``{thing=, class=}``, ``{event=}``, ``{text=}``,
    ``{indicator=, growth=}``. A list of these is the first of them that can be filled. ``{each=, class=}``
    as object or subject makes one claim for each item of a list; ``when`` is a group, or several, without which
    there is no claim. With ``each`` and ``values``, two groups, there is one for each item of the list ``each`` and
    its number in the list ``values``: ``{each}`` is the item's words, ``$each`` the number.
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
    when: str | tuple[str, ...] = ""
    each: str = ""
    values: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether it says more of the value just before in the sentence."""
        subject, predicate = str(self.subject), str(self.predicate)
        behind = subject.startswith("<") and not subject.startswith("<-")
        return behind and (
            predicate.startswith("http") or (predicate.startswith("<") and not predicate.startswith("<-"))
        )


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
    apposed: Pattern
    """What stands between the thing a sentence begins with and its verb, as group ``aside``."""
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
    purpose: Pattern
    """What a sentence begins with and that it means to do something: group ``subject``, and the words that say so."""
    further: Pattern
    """A further thing that it means to do, as the beginning of group ``said``."""
    seat: Pattern
    """Where a thing lies, between it and its verb, as group ``seat``."""
    barrier: Pattern
    """What may not stand between the subject and a further verb: another clause."""


LEFT_OUT = "left_out"
"""The chunks that no outline has."""
PHRASE = "phrase"
"""Those whose kind their end decides."""
NAMED = "named"
"""Of these those with a name that nobody knows."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """What outlines are made of (``kg/outline.py``): ``outline.toml``."""

    scan: Pattern
    """A chunk: as a group ``left_out`` or one named after its kind; else a mark, a word or a sign."""
    heads: tuple[tuple[str, Pattern], ...]
    """What a phrase is, by how it ends."""
    joined: tuple[tuple[str, Pattern], ...]
    """Over the outline, what becomes one chunk of a kind."""
    codes: Mapping[str, str]
    """The class character of each kind."""


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
    unread: bool = False
    """Only where no number that it matches is a value already."""
    measures: bool = False
    """Whether it claims values."""
    unlisted: bool = False
    """Claims only what no rule before has claimed of the sentence, and nothing if that is said of another subject."""
    untold: bool = False
    """Claims only what no other rule has claimed by the same predicate in the same words."""


@dataclass(frozen=True)
class RuleSet:
    """All rules of a domain, with the index that says which of them can match a sentence."""

    rules: tuple[Rule, ...]
    links: tuple[Rule, ...]
    placements: tuple[Rule, ...]
    chains: tuple[Rule, ...]
    owners: tuple[Rule, ...]
    outlines: tuple[Rule, ...]
    """Rules over the outline of a sentence, for the numbers that no other rule has read."""
    residual: tuple[Rule, ...]
    """Rules for words of which no other rule has claimed anything, tried when all others have read the sentence."""
    leftovers: tuple[Rule, ...]
    """Rules over outlines for the numbers that nothing has read, not even a reduction: tried last of all."""
    chunking: Chunking
    planned: Pattern
    target: Pattern
    denied: Pattern
    unsaid: Pattern
    begin: Pattern
    """Where a clause begins."""
    slots: Mapping[str, tuple[str, ...]]
    stages: tuple[Stage, ...]
    kinds: tuple[Stage, ...]
    deeds: tuple[Stage, ...]
    """What is done with goods, in all its forms; ``word`` is the participle: ``[deeds]`` of slots.toml."""
    reducers: Reducers
    items: Mapping[str, Pattern]
    """By name, what the words of an item must hold for it to be one of a kind: ``[items]`` of slots.toml."""
    pointers: tuple[tuple[str, Pattern], ...]
    """By the slots of what they can mean, words that point to a thing: ``[pointers]`` of slots.toml."""
    indicators: Mapping[str, frozenset[str]]
    """By what has them (``of_things``, ``of_places`` …), local names: ``[indicators]`` of slots.toml."""
    _codes: Mapping[str, str]
    maker: PatternMaker

    @cached_property
    def index(self) -> RuleIndex:
        """Which rules can match a sentence: made when it is first asked, for not every command reads an article."""
        return self._make_index(self.rules)

    @cached_property
    def outline_index(self) -> RuleIndex:
        """Which rules over outlines can match one: made when it is first asked as well."""
        return self._make_index(self.outlines)

    @cached_property
    def residual_index(self) -> RuleIndex:
        """Which rules for what is left can match a sentence: likewise."""
        return self._make_index(self.residual)

    @cached_property
    def leftover_index(self) -> RuleIndex:
        """Which rules for leftover numbers can match an outline: likewise."""
        return self._make_index(self.leftovers)

    @cached_property
    def continuing(self) -> tuple[Rule, ...]:
        """The rules that only go on with the value just before in the sentence."""
        return tuple(rule for rule in self.rules if rule.measures and all(t.goes_on for t in rule.templates))

    @cached_property
    def continuing_index(self) -> RuleIndex:
        """Which of these can match a sentence."""
        return self._make_index(self.continuing)

    def _make_index(self, rules: tuple[Rule, ...]) -> RuleIndex:
        entries = [Entry(r.pattern, r.triggers, r.part, r.texts, r.case) for r in rules if r.pattern]
        return RuleIndex(entries, self.maker, self.begin)

    @property
    def every(self) -> tuple[Rule, ...]:
        """Every rule, of whatever kind."""
        tried = (*self.rules, *self.outlines, *self.residual, *self.leftovers)
        return (*tried, *self.links, *self.placements, *self.chains, *self.owners)

    @property
    def predicates(self) -> frozenset[str]:
        """The predicates that the rules claim, other than those found in the words."""
        return frozenset(t.predicate for r in self.every for t in r.templates if "://" in str(t.predicate))

    def compile_patterns(self) -> None:
        """Compile every pattern; raise ``RuleError`` naming the rule of the first that does not compile."""
        patterns = [p for rule in self.every for p in (rule.pattern, rule.unless, rule.prior, rule.joiner) if p]
        patterns += [p for rule in self.every for p in rule.named.values()]
        patterns += [s.pattern for s in (*self.stages, *self.kinds, *self.deeds)]
        patterns += [self.chunking.scan, *(p for _, p in (*self.chunking.heads, *self.chunking.joined))]
        patterns += [getattr(self.reducers, field.name) for field in fields(Reducers)]
        for pattern in (
            *patterns,
            *self.items.values(),
            *(pattern for _, pattern in self.pointers),
            self.begin,
            self.planned,
            self.target,
            self.denied,
            self.unsaid,
        ):
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


GOVERNING = "governing"
"""As the last choice of a period: where no slot of them matched, the one that governs the match."""


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
