"""What a phrase behind it is said of: "… a plant in Linhe, with an investment of 2 billion yuan".

Such a phrase follows the thing or the counted group that it is of, and words about where that lies, who builds it and
when may stand between. The nearest before it is meant, unless words between name another thing, known or not, or begin
a clause of their own: then it is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from kg.bystanders import is_neighbour, is_part
from kg.english import load_words
from kg.matching.earlier import EarlierValues
from kg.matching.words import POSSESSIVE, NotFilled, Thing, start_of
from kg.model import Mention, Span
from kg.pattern import MARK, Match
from kg.reading import Mark
from kg.vocab import PLACES, class_name

_ANY = load_words("bearing").any_of
MAX_GAP = 200
"""How many characters at most stand between a thing and a phrase that is said of it."""
_LEAD = rf"(?:(?:the|an?|its|their|this|another|each) )?(?:{MARK} )?(?:new |planned )?[\"“]?$"
# Where something lies, or what it is compared with: no phrase behind is of that. "Invested in" a plant is no place.
LOCATES = re.compile(
    rf"\b(?:(?<!invest )(?<!invested )(?<!investing )(?<!investment )in|at|near|within|inside|from|beside|outside"
    rf"|around|under|into|than|like|as|including|such as|by|next to|close to|connecting|linking|serving|supplying)"
    rf" {_LEAD}"
)
_GOVERNS = re.compile(rf"\b(?:of|in|at|for|to|from|by|with|into|on|near|than|as|like|across) {_LEAD}")
_PART_OF = re.compile(
    rf"(?:\b(?:phases?|phase (?:[ivx]{{1,4}}|one|two|three|\d|{MARK})"
    rf"|{_ANY('portions')}|(?:campus|wing|branch|annex|section)(?:es|s)?|percent)|{MARK})"
    rf" of {_LEAD}"
)
_AND_ITS = re.compile(r",? ?(?:and|while) its\b")
# "15 of the 79 projects": what follows is said of the 15.
_WHOLE = re.compile(rf"{MARK} (?:out )?of (?:all )?(?:the |these |those |its )?$")
_JOINED = re.compile(rf",?(?: and| or| as well as) {_LEAD.rstrip('$')}")
_LISTED = re.compile(r"\b(?:including|include|includes|such as|like|namely) [^.;]*$")
# What tells of the thing itself: where it lies, what it covers, who builds it, in how many phases.
_ASIDES = re.compile(
    rf"(?:in|at|on) (?:the |this |its )?(?:[a-z-]+ ){{0,3}}(?:{_ANY('places')})\b"
    rf"|(?:[a-z-]+ ){{0,3}}(?:{_ANY('sizes')}) (?:of )?{MARK}"
    rf"|in (?:{MARK}|two|three|several) (?:phases|stages)"
    rf"|sign(?:ed|ing)? (?:an? )?(?:[a-z]+ )?(?:contracts?|agreements?|deals?) with\b"
    rf"|by (?:an?|the|its) [^,.;]{{0,40}}?(?:{_ANY('builders')})\b"
    rf"|production lines? (?:is|are|was|were|will)\b"
)
_NOUNS = _ANY("things")
_OTHER = re.compile(rf"(?<![\w-])(?:{_NOUNS})(?![\w-])")
_HEAD = re.compile(rf"(?: [^\s,.;]+){{0,8}}? (?:{_NOUNS})(?![\w-])(?! (?:{_NOUNS})(?![\w-]))")
# Whose it is, by a name that nobody knows.
# "A base of the Swiss chemicals company Corva" too.
_NAMED = re.compile(
    rf" (?:of|by|from) (?:the |an? )?(?:[\w-]+ ){{0,4}}?(?:{_ANY('makers')})"
    rf" (?:[A-Z][\w&-]*|{MARK})(?: [A-Z][\w&-]*){{0,4}}"
    r"| (?:of|by|from) (?:the )?[A-Z][\w&-]*(?: (?:[A-Z][\w&-]*|and (?=[A-Z])|of (?=[A-Z]))){0,7}"
)
_CLAUSE = re.compile(
    r"[;:]|\b(?:which|that)$|\badjacent(?! to\b)|\b(?:including|such as|help(?:s|ed|ing)?|enabl\w+|allow\w*)\b"
    r"|\b(?:and|but|while|whereas|where|when|because|so)"
    rf" (?:the|its|an?|this|their|it|{MARK})\b"
)
# "Projects were signed with an investment of more than 5 billion": their sum, and no size.
_TELLS = re.compile(r"\b(?:was|were|has|have|been)\b")
_OF_THING = re.compile(r"\b(?:by|of|for|with|from|between|and|in)(?: the)? $")
HOW = "clause-bearer"
"""How such a thing was found, for the record."""


class _Bearer(NamedTuple):
    """A thing or group that can bear a phrase: where it stands in the masked sentence."""

    start: int
    end: int
    thing: Thing


class MatchBearing(EarlierValues):
    """Finds the thing or the counted group that a phrase behind it is said of."""

    def _bearing_thing(self, classes: str, match: Match) -> Thing:
        """Return the nearest thing of a class, or counted group of it, that the words at a match are said of."""
        keys = {key for name in classes.split("|") for key in self.rules.slots[name]}
        position = start_of(match)
        bearers = sorted(self._list_bearers(keys, position), key=lambda bearer: (bearer.start, bearer.end))
        text = self.sentence.folded
        if not bearers:
            raise NotFilled
        nearest = bearers[-1]
        if nearest.thing.type == "Cohort" and _AND_ITS.match(text, position):
            raise NotFilled  # "The park has eight halls, and its output is …": the park's
        before = text[bearers[-2].end : nearest.start] if len(bearers) > 1 else ""
        between = _NAMED.sub(" of it", self.sentence.masked[nearest.end : position]).lower()
        # "Including the A Project with an investment of": of that one, where nothing stands between, not even a comma.
        direct = text.startswith(" ", nearest.end) and not text[nearest.end : position].strip()
        if nearest.thing.type != "Cohort" and not direct and _LISTED.search(text, 0, nearest.start):
            raise NotFilled
        if _JOINED.fullmatch(before) or len(between) > MAX_GAP or not self._leads_to(between):
            raise NotFilled
        if nearest.thing.type == "Cohort" and text.startswith(",", nearest.end):
            if self._is_part_told(self.sentence.locate(nearest.start)):
                raise NotFilled
        plain = nearest.thing.type == "Cohort" and "," not in text[nearest.end : match.end()]
        if plain and not _TELLS.search(text, nearest.end, position) and self._is_size(match):
            raise NotFilled
        return nearest.thing

    def _is_size(self, match: Match) -> bool:
        """Say whether a number is a lower bound: "projects with an investment of more than 5 billion" tell a size."""
        mark = self._mark_or_none(match, "v") if match.groupdict().get("v") else None  # in some rules v is a word
        return bool(mark and mark.quantity and mark.quantity.qualifier in ("moreThan", "atLeast"))

    def _list_bearers(self, keys: Iterable[str], position: int) -> Iterator[_Bearer]:
        """Yield what can bear a phrase at a position: things that tell no place, and groups that rules have counted."""
        text = self.sentence.folded
        kinds = {class_name(key) for key in keys}
        governed = -1
        for found in re.finditer(MARK, text[:position]):
            mark = self.sentence.mark_at(found[0])
            before = text[max(0, found.start() - 40) : found.start()]
            if mark.mention is None or mark.mention.type not in keys or POSSESSIVE.match(text, found.end()):
                continue
            if is_part(self.article.text, mark):
                continue
            placed = _GOVERNS if class_name(mark.mention.type) in PLACES - {"Park"} else LOCATES
            joined = governed >= 0 and _JOINED.fullmatch(text, governed, found.start())
            if joined or placed.search(before) or _PART_OF.search(before) or is_neighbour(self.article.text, mark):
                governed = found.end()
            else:
                yield _Bearer(found.start(), found.end(), _thing_of(mark.mention))
        for (number, member), group in self._groups.items():
            start = text.find(number) if member in kinds else -1
            head = _HEAD.match(text, start + len(number), position) if 0 <= start < position else None
            if head and not _WHOLE.search(text, max(0, start - 30), start):
                where = Span(self.sentence.locate(start), self.sentence.locate(start, end=True))
                yield _Bearer(start, head.end(), replace(group, resolved=where, how=HOW))

    def _leads_to(self, between: str) -> bool:
        """Say whether words between a thing and a phrase are about that thing alone."""
        plain = _ASIDES.sub(" ", between)
        for found in re.finditer(MARK, plain):
            if self._names_another(self.sentence.mark_at(found[0]), plain[: found.start()]):
                return False
        return not _OTHER.search(plain) and not _CLAUSE.search(plain)

    @staticmethod
    def _names_another(mark: Mark, before: str) -> bool:
        """Say whether a mark stands for something that acts or is counted itself."""
        if mark.quantity is not None:
            return mark.quantity.kind in ("count", "percent", "ordinal")
        if mark.mention is None or _OF_THING.search(before):
            return False
        kind = class_name(mark.mention.type)
        # "A chip plant worth 3 billion yuan, a logistics park with an investment of": of the park.
        return kind == "Enterprise" or (kind == "Park" and LOCATES.search(before) is None)


def _thing_of(mention: Mention) -> Thing:
    span = mention.resolved or Span(mention.start, mention.end)
    how = "reference" if mention.resolved else HOW
    return Thing(mention.entity, mention.label, class_name(mention.type), mention.garbled, span, how)
