"""When a match holds, and whether it does yet: its period and its modality."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.carried import find_frame, means_year_told
from kg.dating import ONE_YEAR, YEAR, find_period, find_pointed_period, is_base
from kg.matching.earlier import is_growth
from kg.matching.owners import MatchOwners
from kg.matching.words import Thing, clean_words
from kg.modality import find_modality
from kg.model import Quantity, Resolution, Span
from kg.pattern import Match
from kg.reading import find_announced, find_heading
from kg.rules import GOVERNING, Template, as_choices, slot_name
from kg.shared_periods import find_shared_period
from kg.vocab import local_name

_PLANNED = re.compile(
    r"\b(?:planned|planning|plan|intended|proposed|projected|expected)"
    r" (?:(?:total|annual|overall|combined|initial) ){0,2}(?:investments?|spending|outlay|cost|capital)"
    r"(?: (?:volume|amount|scale))?(?: (?:of|is|was|at|reaching|totall?ing))?(?: (?:about|some|around))? ?$"
)
# "A planned area of", "the total planned area of X covers": what is planned is the area alone.
_PLANNED_AREA = re.compile(
    r"\b(?:planned|planning|designed|proposed) (?:(?:total|overall|land|site|floor|building|construction) ){0,3}"
    r"(?:area|floorage|floor space|space)\b[^,.;]{0,60}$"
)
_PLANNED_BEHIND = re.compile(r" (?:in|of|worth of) (?:total )?(?:planned|intended|proposed|projected) investment\b")
# "In 2021, GDP will reach 12 billion yuan", told in 2022: as translations say what was reached; but no plan of then.
_WILL = re.compile(r"\bwill\b")
_THEN = re.compile(r"(?:in|from|during|throughout|as of|as at|at the end of)\b", re.IGNORECASE)
_INTENDED = re.compile(
    r"\b(?:plan|expect|target|aim|goal|forecast|project(?:ed|ion)|estimat|predict|hope|striv|propos|schedul|due\b|intend"
    r"|pledg|promis|vow|should\b|would\b|must\b|by (?:the end of )?[12])|\bwill not\b|\bif\b"
)
AREAS = tuple(f"measure.{unit}" for unit in ("km2", "m2", "mu", "ha", "acre", "mile2", "ft2"))
_OF_COUNTED = re.compile(r"\{(?:noun|whole)\}")
# "The city plans 30 parks, of which 12 were completed in May": what was done is not planned.
_DONE_SINCE = re.compile(
    r"\b(?:were|was|(?:have|has|had) been) (?:already )?(?:built|completed|finished|launched|opened|signed|started)\b"
)
# "24 of the 27 projects planned for the year have been started".
_BEEN_DONE = re.compile(r"(?<!to )(?<!will )\b(?:has|have) (?:(?:all|already|now) )?been [a-z]+(?:ed|t|wn)$")
# More than a year.
STRETCH = re.compile(
    r"(?:19|20)\d\d\D{1,12}(?:(?:19|20)\d\d|\b\d\d\b)|\bsince (?:19|20)\d\d\b|\b(?:years|decades?)\b|five-year",
    re.IGNORECASE,
)
_TO = re.compile(r"\bto (?:reach )?$")
_RIGHT_BEHIND = re.compile(r"(?: year[ -]on[ -]year)?,?(?: (?:in|during)(?: the)?)? ")
_WITHIN = re.compile(r"\b(?:in|during) (?:the )?[^,.;]*$", re.IGNORECASE)
_PLANNED_THEN = re.compile(
    r"[^.;]{0,80}?\b(?:(?:planned|decided|proposed|pledged|promised|vowed|agreed|resolved) to"
    r"|set (?:an?|its|the) (?:[a-z]+ )?(?:target|goal))\b",
    re.IGNORECASE,
)
# "A county until 2001, it was turned into a district": not when it was.
_UNTIL = re.compile(r"until\b|till\b|before\b|prior to\b", re.IGNORECASE)
# What is put into something or comes from it goes by periods, though a stock of that does not.
_PUT_IN = re.compile(r"(?:[a-z-]+-)?(?:investment-in|revenue-from|income-from)-")
_AFTER = re.compile(r",? (?:right |soon |only )?(?:after|before|once|following|when) (?!a year\b|adjust)")
_SO_FAR = re.compile(r"(?:so far|to date|up to now|until now|by now)\b", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(r"(?:, and|;|, while|, but) ")
# "Was founded in 2012 and has a population of 3 million": what holds now is not told of when something was done.
_HOLDS_NOW = re.compile(
    r",? and (?:it )?(?:now |currently |also |already |mainly |today )?"
    r"(?:has|covers|is|boasts|spans|houses|occupies|employs|contains|owns|accommodates|serves|runs|operates) "
)
# A growth on average over years is of no single one of them.
_ANNUAL_AVERAGE = re.compile(r"average-annual-growth\b")


# "In the eight months to August": a period of its own, though none that is known.
_OWN_STRETCH = re.compile(
    r"\b(?:in|for|over|during) the [\w -]{0,24}?(?:months?|weeks?|days|year|quarters?) (?:to|ended|ending|through) "
)


class MatchTimes(MatchOwners):
    """Finds the period and the modality of a match."""

    def _modality_of(self, template: Template, match: Match) -> str:
        """Return the modality of a match; what only goes on with a planned count of its sentence is planned too."""
        said = self._find_modality(match)
        if said == "planned" and (self._has_been(match) or _BEEN_DONE.search(match[0])):
            return "achieved"
        if said == "achieved" and self._is_planned_amount(template, match):
            return "planned"
        part = template.subject
        grouped = isinstance(part, dict) and "cohort" in part and template.object is not None
        if said == "achieved" and grouped and self._lies_ahead(self._find_period(match)):
            return "planned"  # "200 stores set up in Hefei by 2025", told in 2024
        if said != "achieved" or not isinstance(part, dict) or not _OF_COUNTED.search(str(part.get("cohort", ""))):
            return said
        counted = self._count_before(match)
        if counted.modality != "denied" and _DONE_SINCE.search(match[0]):
            return said
        return counted.modality if counted.start >= self.sentence.sentence.start else said

    def _is_planned_amount(self, template: Template, match: Match) -> bool:
        """Say whether the amount alone is planned: "62 projects, with a planned investment of", "a planned area"."""
        name = str(template.value).removeprefix("-").removeprefix("$")
        mark = self._mark_or_none(match, name) if match.groupdict().get(name) else None
        if mark is None or mark.key not in ("money", *AREAS):
            return False
        before = self.article.text[max(self.sentence.sentence.start, mark.start - 90) : mark.start].lower()
        if mark.key in AREAS:
            return bool(_PLANNED_AREA.search(before))
        behind = self.article.text[mark.end : mark.end + 60].lower()
        return bool(_PLANNED.search(before) or _PLANNED_BEHIND.match(behind))

    def _find_modality(self, match: Match) -> str:
        """Return the modality of a match, found once for all the claims of it."""
        span = match.span()
        found = self._modalities.get(span)
        if found is None:
            heading = find_heading(self.reading, self.sentence) or find_announced(self.reading, self.sentence)
            found = self._modalities[span] = find_modality(self.sentence, self.rules, *span, heading)
        return found

    def _has_been(self, match: Match) -> bool:
        """Say whether what "will" be is of a period that was over when the article appeared, and no plan is told of."""
        text = self.sentence.folded
        if not _WILL.search(text, 0, match.end()) or _INTENDED.search(text):
            return False
        period, published = self._find_period(match), self.article.published
        if period is None or not period.last or not _THEN.match(self.article.text, period.start):
            return False
        return period.last < published[: len(period.last)]

    def _lies_ahead(self, period: Quantity | None) -> bool:
        """Say whether a period begins or ends only in a year after the article's own: "by 2025", said in 2022."""
        year = self.article.published[:4]
        if period is None or not (year.isdigit() and period.last[:4].isdigit()):
            return False
        return (period.first or period.last)[:4] > year

    def _said_period(self, template: Template, match: Match) -> Quantity | None:
        """Return the period a template names; of several slots the first that matched, or none, unless one governs."""
        choices = as_choices(template.period)
        said = [choice for choice in choices if choice != GOVERNING and match[slot_name(choice)]]
        if said:
            return self._quantity(match, said[0])
        period = self._find_period(match) if GOVERNING in choices else None
        return period if period and not _UNTIL.match(self.article.text, period.start) else None

    def _find_period(self, match: Match) -> Quantity | None:
        found = find_period(self.article.text, self.sentence, self._span(match))
        return found or find_pointed_period(self.reading, self.sentence)

    def _correct_period(
        self, period: Quantity | None, quantity: Quantity | None, predicate: str, modality: str
    ) -> Quantity | None:
        """Return the period of a number but for those that were taken for it.

        "Was 3 billion yuan in 2022, and grew 8 percent in the first half": a growth has the one right behind it.
        "In 2020 it planned to add 300 beds": when it was planned is not when they are to be there.
        """
        if period is None or quantity is None:
            return period
        text, floor = self.article.text, self.sentence.sentence.start
        inside = floor + len("In ") < period.start and YEAR.search(text, period.start, period.end)
        if inside and _HOLDS_NOW.search(text, period.end, max(period.end, quantity.start)):
            return None
        if period.end <= quantity.start and _AFTER.match(text, quantity.end):
            if _NEXT_CLAUSE.search(text, period.end, quantity.start):
                return None  # "earned 80 million yuan in 2003, and revenue soared to 140 million after the first fair"
        if _ANNUAL_AVERAGE.match(local_name(predicate)) and ONE_YEAR.fullmatch(text, period.start, period.end):
            return None  # "GDP of 81 billion yuan for 2010, and an average annual growth rate of 26 percent"
        if is_growth(predicate):
            behind = (m for m in self.sentence.marks if m.key == "period" and m.start >= quantity.end)
            own = next(behind, None)
            said = own is not None and _RIGHT_BEHIND.fullmatch(text, quantity.end, own.start)
            if own and said and own.quantity and _WITHIN.search(text, quantity.end, own.end):
                return period if is_base(text, own, floor) else own.quantity
        ahead = modality in ("planned", "target")
        if ahead and _SO_FAR.match(text, period.start):
            return None  # "so far deals were signed with planters who are to grow 3,000 tons"
        if ahead and quantity.kind in ("money", "percent") and period.end <= quantity.start and _is_day(period):
            return None  # "on May 12 the city won a plant which is to generate annual sales of 3 billion yuan"
        then = ahead and period.end <= quantity.start and not self._lies_ahead(period)
        if then and period.start >= floor and _WITHIN.search(text, floor, period.end):
            return None if _PLANNED_THEN.match(text, period.end, quantity.start) else period
        return period

    def _carried_period(self, subject: Thing, predicate: str, match: Match, quantity: Quantity) -> Quantity | None:
        """Return the period said behind a later number, or the one that a sentence before has said of the same thing.

        Only for what is reckoned by periods: output and trade, and not a balance or a capacity. The sentence that says
        the period must name the same thing, or give a value of it.
        """
        name = local_name(predicate)
        of_group = subject.type == "Cohort" and name == "investment"  # of projects signed in May
        if not (of_group or self._goes_by_period(name)) or self._find_modality(match) != "achieved":
            return None
        here = self.sentence.sentence
        if _OWN_STRETCH.search(self.article.text, here.start, here.end):
            return None
        shared = find_shared_period(self.article.text, self.sentence, quantity.end)
        frame = find_frame(self.reading, self.sentence)
        if shared or frame is None:
            return shared
        told = (c for c in self.earlier.values if frame.sentence.start <= c.start < frame.sentence.end)
        same = frame.heads or subject.iri in frame.things or any(c.subject == subject.iri for c in told)
        return frame.quantity if same else None

    def _leaves_time(self, period: Quantity | None) -> bool:
        """Say whether no period is said, or only "for the year" where a whole year has been told of."""
        if period is None:
            return True
        return means_year_told(self.article.text, period, find_frame(self.reading, self.sentence))

    def _ends_stretch(self, quantity: Quantity, period: Quantity) -> bool:
        """Say whether an amount is what something rose or fell to over several years."""
        text = self.article.text
        if text.endswith("ago", period.start, period.end):
            return False  # "compared to 3 billion yuan a decade ago"
        reached = quantity.kind == "money" and _TO.search(text, max(0, quantity.start - 12), quantity.start)
        return bool(reached) and STRETCH.search(text, period.start, period.end) is not None

    def _goes_by_period(self, name: str) -> bool:
        """Say whether an indicator is of what happens in a period, by its local name."""
        known = name.removesuffix("Growth") in self.rules.indicators["of_periods"]
        if known or not name.replace("-", "").isalnum():
            return known
        words = set(name.removeprefix("growth-of-").split("-"))
        if name.startswith("growth-of-") and name.endswith(("-industry", "-industries", "-sector", "-sectors")):
            return True
        of_none = words & self.rules.indicators["of_no_period"]
        if _PUT_IN.match(name):
            of_none -= self.rules.indicators["held"]  # "investment in fixed assets"
        return bool(words & self.rules.indicators["of_periods"]) and not of_none

    def _period_fields(self, period: Quantity | None) -> dict[str, Any]:
        if period is None:
            return {}
        words = self.article.text[period.start : period.end]
        return {
            "period": clean_words(words),
            "period_start": period.first,
            "period_end": period.last,
            "_period": Span(period.start, period.end),
        }

    def _period_resolution(self, fields: dict[str, Any], span: Span) -> Iterator[Resolution]:
        period = fields.get("_period")
        if period and not (span.start <= period.start and period.end <= span.end):
            here = self.sentence.sentence.start <= period.start
            heads = self.article.text[period.end : period.end + 1] == ":"
            how = "sentence-period" if here else "list-period" if heads else self._say_carried(period)
            yield Resolution("period", how, period.start, period.end)

    def _say_carried(self, period: Span) -> str:
        """Return from where a period is carried to a sentence that has none."""
        title, text = self.article.title, self.article.text
        if title and title.start <= period.start < title.end:
            return "title-period"
        same = "\n" not in text[period.end : self.sentence.sentence.start]
        return "paragraph-period" if same else "lead-period"


def _is_day(period: Quantity) -> bool:
    """Say whether a period is one day, or a date without its year."""
    return period.kind == "date" or (len(period.first) == len("2021-05-12") and period.first == period.last)
