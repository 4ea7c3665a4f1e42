"""The items of a list that a template claims one by one: things, or what something is told to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from kg.broken_lists import breaks_off_names, leave_broken_list
from kg.letters import fold_case
from kg.lists import Item, is_item, is_mark, leave_short_form, may_be_kind, split_list, strip_noun
from kg.matching.resuming import MatchResuming
from kg.matching.words import SPACE, Thing, clean_words
from kg.model import Span
from kg.pattern import MARK, Groups, Match
from kg.phrases import list_phrases
from kg.reductions import Reduction
from kg.rules import Template
from kg.vocab import class_name, local_name, mint_iri, slugify

_AMOUNT = re.compile(f"({MARK}) ")
_ONE = re.compile(r"\ban? $")
# "Qingdao-headquartered Lanhai": where it is based is no part of its name.
_BASED = re.compile(r"^[\w’']+-(?:based|headquartered) (?=[A-Z])")

# What is done or to be done, in words: of a chain of verb phrases each is told alone.
DONE_IN_TURN = frozenset(("intention", "milestone"))
_QUOTES = "\"“”‘’'"
_GOES_ON = re.compile(r" (?:will|would|has|have|had|is|are|was|were|plans|aims|also)\b")
_NAME = re.compile(
    r"[A-Z][\w’'-]+(?:(?:,? (?:of |and |the )?[A-Z][\w’'-]*){1,9}"
    r"|(?: [A-Z][\w’'-]*){0,9} (?:region|area|delta|belt|corridor|basin|plain))"
)


def is_list(part: Any) -> TypeGuard[dict[str, Any]]:
    """Say whether a part of a template stands for each item of a list."""
    return isinstance(part, dict) and ("each" in part or "phrases" in part)


def _leave_quotes(label: str) -> str:
    """Return words without the quotation marks around all of them, or a single one at an end."""
    inner = label.strip(_QUOTES)
    whole = not any(quote in inner for quote in _QUOTES[:3])
    return inner if whole or sum(label.count(quote) for quote in _QUOTES[:3]) % 2 else label


def _goes_on(masked: str, end: int) -> bool:
    """Say whether a verb stands at a place: "the county will"."""
    return _GOES_ON.match(masked, end) is not None


def _is_name_behind_and(text: str, begin: int, label: str) -> bool:
    """Say whether words are a name behind "and the": what the phrase before goes on with."""
    return text.endswith(" and the ", 0, begin) and _NAME.fullmatch(label) is not None


class ItemMatch:
    """A match up to one item of its list: what stands behind that says nothing of the item."""

    __slots__ = ("_end", "_match")

    def __init__(self, match: Match, end: int) -> None:
        self._match = match
        behind = [match.end(name) for name in match.re.groupindex if match.start(name) >= end]
        self._end = max(end, *behind) if behind else end

    @property
    def re(self) -> Groups:
        """What knows the groups."""
        return self._match.re

    @property
    def string(self) -> str:
        """The masked sentence."""
        return self._match.string

    def __getitem__(self, group: str | int, /) -> Any:
        return self._match.string[self._match.start() : self._end] if group == 0 else self._match[group]

    def groupdict(self) -> dict[str, Any]:
        """Return what each named group stands for; ``None`` where it did not match."""
        return self._match.groupdict()

    def span(self, group: str | int = 0, /) -> tuple[int, int]:
        """Return where a group begins and ends in the masked sentence; -1 twice where it did not match."""
        return (self._match.start(), self._end) if group == 0 else self._match.span(group)

    def start(self, group: str | int = 0, /) -> int:
        """Return where a group begins in the masked sentence."""
        return self.span(group)[0]

    def end(self, group: str | int = 0, /) -> int:
        """Return where a group ends in the masked sentence."""
        return self.span(group)[1]


class MatchItems(MatchResuming):
    """Finds the items of the lists that templates name."""

    def _targets(self, template: Template, match: Match) -> Iterator[Thing | None]:
        """Yield each item of the list that a template's object or subject stands for; else nothing, once."""
        part = template.subject if is_list(template.subject) else template.object
        if not is_list(part):
            told = isinstance(part, dict) and "text" in part and local_name(str(template.predicate)) in DONE_IN_TURN
            yield from self._told_in_turn(part, match) if told else (None,)
            return
        if "phrases" in part:
            yield from self._list_told(part, match)
            return
        if not match[part["each"]]:
            return
        if part.get("beside"):
            yield from self._list_beside(match.span(part["each"]))
            return
        number = match.groupdict().get(part.get("count", "")) or ""
        quantity = self.sentence.mark_at(number).quantity if number else None
        count = int(quantity.value) if quantity and quantity.value.isdigit() else 0
        names = bool(part.get("names"))
        likely = self.rules.items.get(part.get("likely") or class_name(part["class"]).lower())
        folded = fold_case(self.sentence.masked)

        def fits(item: Item) -> bool:
            bare = strip_noun(self.sentence.masked, item)
            return likely is not None and likely.search(folded, bare.start, bare.end) is not None

        span = self._list_span(match, part["each"])
        items = split_list(self.sentence.masked, *span, count=count, names=names, fits=fits if likely else None)
        if count == len(items) > 1:  # as many as are said to be: no doubt what they are
            part = {key: value for key, value in part.items() if key != "likely"}
        found = [self._item_thing(part, item, names=names) for item in items]
        things = [thing for thing in found if thing is not None]
        if count and not names and not part.get("known") and len(things) != count:
            return  # "three sectors: chips, robots and drones, the mayor said": not all of them are items
        if part.get("whole") and None in found[: len(things)]:
            return  # "towns such as A, B and C", of which B is known as something else
        if "likely" in part and 2 * len(things) < len(items):
            return  # "focuses on talent, housing, health care and schools": no list of such things
        if "likely" in part and len(things) > 1:  # what most of a list is, all of it is
            sure = {key: value for key, value in part.items() if key != "likely"}
            every = [self._item_thing(sure, item, names=names) for item in items]
            things = [thing for thing in every if thing and (thing in things or may_be_kind(thing.label))]
        yield from things

    def _list_told(self, part: dict[str, Any], match: Match) -> Iterator[Thing]:
        """Yield what something is told to be, in a row: "a hub of trade, a base of steel and the first of its kind".

        Of one kind alone where the template asks for it, none if the words hold more than these where they are to be
        ``whole``; with a class each is a thing of it.
        """
        group, sentence, items = part["phrases"], self.sentence, self.rules.items
        if not match[group]:
            return
        names, end = dict.fromkeys(("phrase", part.get("of", "phrase"))), match.end(group)
        readings = [(items[name], items[f"{name}_joint"]) for name in names]
        row = [*list_phrases(sentence.folded, match.start(group), end, *readings)]
        if part.get("whole") and (not row or row[-1].stop < end):
            return  # "A boat sails to a hub of trade, X said": more than such phrases
        for found in row:
            broken = isinstance(sentence, Reduction) and sentence.is_broken(found.start, found.end)
            if broken or part.get("kind", found.kind) != found.kind:
                continue
            begin, stop = sentence.locate(found.start), sentence.locate(found.end, end=True)
            words = leave_broken_list(self.article.text[begin:stop], self.article.text[stop : stop + 400])
            stop = begin + len(words)
            if breaks_off_names(words, self.article.text[stop : stop + 200]):
                continue
            label = SPACE.sub(" ", words).strip()
            if is_mark(sentence.masked[found.start : found.end]) and not (label[0].islower() or label[0] in _QUOTES):
                continue  # "known as Linhe": another name, and no role; but "is a traffic hub"
            if found is not row[0] and _is_name_behind_and(self.article.text, begin, label):
                return  # "a node connecting the cities and the Linhe Corridor": no node is that
            label = _leave_quotes(label)
            kind = class_name(part["class"]) if "class" in part else ""
            iri = mint_iri(self.base, slugify(kind), slugify(label)) if kind else ""
            yield Thing(iri, label, kind or "literal", end=found.stop)

    def _list_span(self, match: Match, name: str) -> Span:
        """Return where a list stands: up to the first period in it, which belongs to the sentence."""
        start, end = match.span(name)
        for found in re.finditer(f" {MARK}", self.sentence.masked[start:end]):
            if self.sentence.mark_at(found[0][1:]).is_time():
                return Span(start, start + found.start())
        return Span(start, end)

    def _item_thing(self, part: dict[str, Any], item: Item, *, names: bool) -> Thing | None:
        """Return what an item of a list is: a thing known or named before, else what its words make it."""
        kind = class_name(part["class"])
        masked = self.sentence.masked
        bare = item if names else strip_noun(masked, item)
        if kind == "Industry" and _ONE.search(masked, max(0, bare.start - 4), bare.start):
            return None  # "in chips, robots and a trading platform": one of something is no field
        amount = _AMOUNT.match(masked, bare.start, bare.end)
        if amount and self.sentence.mark_at(amount[1]).quantity:
            bare = Item(amount.end(), bare.end)  # "a 2-billion-yuan plant"
        words = masked[bare.start : bare.end]
        if is_mark(words):
            mention = self.sentence.mark_at(words).mention
            if mention is None or class_name(mention.type) not in (kind, *part.get("also", ())):
                return None
            if mention.kind == "reference" and not names and _goes_on(masked, bare.end):
                return None  # "goods such as tea, rice and salt, the county will": whom the sentence goes on with
            return self._mention_thing(mention)
        marks = [self.sentence.mark_at(found[0]) for found in re.finditer(MARK, words)]
        likely = part.get("likely")
        called = not names and bare.end < item.end  # "5G industry" says of what kind it is
        if likely and not called and not self.rules.items[likely].search(fold_case(masked), bare.start, bare.end):
            return None
        if part.get("known") or not words or any(m.mention is None or m.mention.kind == "reference" for m in marks):
            return None
        span = Span(self.sentence.locate(bare.start), self.sentence.locate(bare.end, end=True))
        label = clean_words(self.article.text[slice(*span)])
        label = _BASED.sub("", label) if names else leave_short_form(label)
        if not is_item(label, names=names):
            return None
        garbled = any(m.mention is not None and m.mention.garbled for m in marks)
        return Thing(mint_iri(self.base, slugify(kind), slugify(label)), label, kind, garbled)
