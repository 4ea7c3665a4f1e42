"""Groups that a number counts: one group for an article, a type, a key and a number."""

from __future__ import annotations

import re
from typing import Any

from kg.broken_lists import breaks_off_names, leave_broken_list
from kg.matching.actions import Group, find_action, find_rest, is_rate
from kg.matching.counted import SPOKEN_OF
from kg.matching.sites import find_site
from kg.matching.speakers import MatchSpeakers
from kg.matching.words import FIELD, NotFilled, Thing
from kg.pattern import Match
from kg.vocab import class_name, cohort_iri

_KIND = re.compile(r"\{(\w+):kind\}")
_HEAD = re.compile(r"\{(\w+):head\}")
# "31 projects completed included schools": no kind of projects.
_INCLUDES = re.compile(r" included? (?!in\b|as\b|among\b|on\b)")
# "7 projects signed between Linhe District and 7 firms": the name breaks off.
_BETWEEN = re.compile(r" between (?!.*\band\b).*$")
# "14 companies in sectors including tourism signed contracts": its list left out, the name would break off as well.
_IN_FIELDS = re.compile(r" in (?:sectors|fields|areas|industries)(?= that\b|$)")
# A group's name of what is counted alone, as it stands in a rule.
_NO_VERB_IN = re.compile(r"(?:(?:\{[xuwcf]\}|projects) ?)+")

# "4 enterprises that", where a text breaks off.
_WHICH_LAST = re.compile(r" (?:that|which|who|whose)(?: (?:is|are|was|were|has|have|had|will)(?: [a-z]+ed)?)?$")
_NAMED_WITHIN = 4000
"""How many code points before "the logistics center" a thing so named is one of those it may mean."""


class MatchCohorts(MatchSpeakers):
    """Makes, and finds again, the groups of a match."""

    def _make_cohort(self, part: dict[str, Any], match: Match, *, garbled: bool) -> Thing:
        """Return the group that a template counts or tells of; with ``same`` the one already made of its number."""
        whole = self._label(part["cohort"], match)
        label = self._group_name(part["cohort"], match)
        broken = label != whole
        label = _IN_FIELDS.sub("", _BETWEEN.sub("", label))
        if not label or _INCLUDES.search(label) or label.endswith((" or", " and", " the")):
            raise NotFilled
        if self._means_named(part["cohort"], label, match):
            raise NotFilled
        number = match.groupdict().get(part.get("value", "")) or ""
        value = self._quantity(match, part["value"]).value if number else ""
        key = self._group_name(part.get("key", part["cohort"]), match)
        if value and (site := self._unknown_site(match)):
            label, key = f"{label}{site}", f"{key}{site}"
        if value and not broken:
            label += self._find_rest(part, match)
        member = self._member_class(part.get("type", ""), match)
        if part.get("same") == "only":
            return self._group_of(number)
        if part.get("same") and (number, member) in self._groups:
            return self._groups[number, member]
        iri = cohort_iri(self.base, self.article.id, member, key, value)
        if member:
            self.members.setdefault(iri, member)
        made = Thing(iri, label, "Cohort", garbled)
        if number:
            self._groups.setdefault((number, member), made)
        return made

    def _group_name(self, template: str, match: Match) -> str:
        """Return how a group is called, without a list that its name would break off."""
        name = _WHICH_LAST.sub("", self._label(template, match))
        ends = [match.end(group) for group, _ in FIELD.findall(template) if match.groupdict().get(group)]
        behind = self.sentence.locate(max(ends), end=True) if ends else 0
        if not ends:
            return name
        whole = leave_broken_list(name, self.article.text[behind : behind + 400])
        if whole == name and breaks_off_names(name, self.article.text[behind : behind + 200]):
            raise NotFilled
        return whole

    def _means_named(self, template: str, label: str, match: Match) -> bool:
        """Say whether "the logistics center" may mean what was named before: which of several, no reference knew."""
        starts = [match.start(group) for group, _ in FIELD.findall(template) if match.groupdict().get(group)]
        start = self.sentence.locate(min(starts)) if starts else 0
        text = self.article.text
        if not (text.endswith(("the ", "The "), 0, start) or text.startswith(("the ", "The "), start)):
            return False
        return text.find(f" {label.title()}", max(0, start - _NAMED_WITHIN), start) >= 0

    def _find_rest(self, part: dict[str, Any], match: Match) -> str:
        """Return what narrows a group, or what it did, by the words around it that its name would lose."""
        mark = self._mark_or_none(match, part["value"])
        if mark is None:
            return ""
        if is_rate(self.article.text, mark.start):
            raise NotFilled
        opens, closes = self._span(match)
        if not _NO_VERB_IN.fullmatch(part["cohort"]):
            return find_rest(self.article.text, mark.start, closes)
        told = [match.end(name) for name in ("u", "w", "c") if match.groupdict().get(name)]
        end = self.sentence.locate(max(told), end=True) if told else closes
        action = find_action(self.article.text, Group(mark.start, end, opens, closes))
        if action is None:
            raise NotFilled
        return action

    def _unknown_site(self, match: Match) -> str:
        """Return the words behind a group's noun that say where it is by a name that nobody knows."""
        told = [match.end(name) for name in ("u", "w", "c", "v") if match.groupdict().get(name)]
        if not told or not match.groupdict().get("u"):
            return ""
        return find_site(self.article.text, self.sentence.locate(max(told), end=True), self.sentence.marks)

    def _group_of(self, number: str) -> Thing:
        """Return the one group that rules have made of a number."""
        made = list({group.iri: group for (mark, _), group in self._groups.items() if mark == number}.values())
        if len(made) != 1:
            raise NotFilled
        return made[0]

    def _member_class(self, part: str, match: Match) -> str:
        """Return the class of a cohort's members: the one named, or that of the kind a group's noun is of."""
        if head := _HEAD.fullmatch(part):
            part = self._find_head(self._words(match, head[1]))[1]
        noun = _KIND.fullmatch(part)
        if noun and noun[1] in SPOKEN_OF:
            return self.members.get(self._count_before(match).subject, "")
        part = self._phrased(self.rules.kinds, match, noun[1]).concept if noun else part
        return class_name(part) if part else ""
