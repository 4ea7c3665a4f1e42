"""The value of a match: number, unit, scope and period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.carried import find_frame, means_year_told
from kg.dating import find_period, find_pointed_period, is_base
from kg.english import load_words
from kg.matching.counted import COUNT
from kg.matching.earlier import SUMS, is_growth
from kg.matching.owners import MatchOwners
from kg.matching.words import NotFilled, Thing, clean_words
from kg.modality import find_modality
from kg.model import Quantity, Resolution, Span
from kg.pattern import Match
from kg.reading import find_announced, find_heading
from kg.rules import GOVERNING, Template, as_choices, slot_name
from kg.shared_periods import find_shared_period
from kg.vocab import PLACES, local_name, observation_iri

# The base that a growth has where an article names none: not worth a scope of its own.
_USUAL = re.compile(
    r"(?:the )?(?:(?:same|corresponding) period (?:of |in )?)?(?:the )?(?:last|previous|preceding|prior) year"
    r"|the year before|the year-earlier (?:level|period)|(?:that |those )(?:of|in) (?:the )?(?:last|previous) year"
)
_SAME_PERIOD = re.compile(r"(?:the )?(?:same|corresponding) period (?:of|in) ((?:19|20)\d\d)")
_FROM_YEAR = re.compile(r"(?:from|over) ((?:19|20)\d\d)")
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
AREAS = ("measure.km2", "measure.m2", "measure.mu", "measure.ha")
_OF_COUNTED = re.compile(r"\{(?:noun|whole)\}")
# "The city plans 30 parks, of which 12 were completed in May": what was done is not planned.
_DONE_SINCE = re.compile(
    r"\b(?:were|was|(?:have|has|had) been) (?:already )?(?:built|completed|finished|launched|opened|signed|started)\b"
)
# "2018 achievements", a heading: of that year.
_YEAR_OF = re.compile(r"\W*(?:19|20)\d\d(?: [a-z-]+){1,2}\W*")
# "3,000 outpatients a day": how many at a time, and not how many there are.
_RATE = re.compile(
    r"[^,.;:()–—]{0,50}?(?:(?<!\bin )(?<!\bwithin )(?<!\bfor )(?<!\bof )(?<!\bto )\b(?:a|per|each|every)"
    r" (?:single )?(?:day|week|month|quarter|year|hour|minute|night|shift)|\b(?:daily|weekly|monthly|annually|yearly))"
    r"\b(?! (?:earlier|ago|before)\b|-o[nv])"
)
# "24 of the 27 projects planned for the year have been started".
_BEEN_DONE = re.compile(r"(?<!to )(?<!will )\b(?:has|have) (?:(?:all|already|now) )?been [a-z]+(?:ed|t|wn)$")
# More than a year.
_STRETCH = re.compile(
    r"(?:19|20)\d\d\D{1,12}(?:(?:19|20)\d\d|\b\d\d\b)|\bsince (?:19|20)\d\d\b|\b(?:years|decades?)\b|five-year",
    re.IGNORECASE,
)
_EACH_YEAR = re.compile(
    r",?(?: on average)? (?:(?:a|per|each|every) year(?! (?:earlier|ago|before|later)\b)"
    r"|(?:annually|yearly|per annum) on average|(?P<adverb>annually|yearly|per annum))\b",
    re.IGNORECASE,
)
_ANNUAL_RATE = re.compile(
    r"\b(?:annual|yearly) (?:growth )?(?:rate|pace) of (?:about |some |around |over )?$", re.IGNORECASE
)
_AVERAGE = re.compile(r"\b(?:average|averaging|averaged) (?:of )?(?:about |some |around )?$", re.IGNORECASE)
_TO = re.compile(r"\bto (?:reach )?$")
# "Ten years ago, the village had 30 firms": without the time it would be told of now.
_LONG_AGO = re.compile(rf"\W*(?:(?:just|only|more than|about|some) )?(?:{load_words('dating').any_of('undated')})\b")
_HAD = re.compile(r"\b(?:was|were|had|stood)\b")
_SINCE = re.compile(r"[;:]|\b(?:but|while|now|today|since|have|has|is|are)\b")
_AGAINST = re.compile(r"^(?:over|from|than|on|against|in|during) (?=the |that |last |[12]|[A-Z])")


_RIGHT_BEHIND = re.compile(r"(?: year[ -]on[ -]year)?,?(?: (?:in|during)(?: the)?)? ")
_WITHIN = re.compile(r"\b(?:in|during) (?:the )?[^,.;]*$", re.IGNORECASE)
_PLANNED_THEN = re.compile(
    r"[^.;]{0,80}?\b(?:(?:planned|decided|proposed|pledged|promised|vowed|agreed|resolved) to"
    r"|set (?:an?|its|the) (?:[a-z]+ )?(?:target|goal))\b",
    re.IGNORECASE,
)

# "A county until 2001, it was turned into a district": not when it was.
_UNTIL = re.compile(r"until\b|till\b|before\b|prior to\b", re.IGNORECASE)
# A rank by what happens in a period is of that period as well.
CARRIED = SUMS | {"ordinal"}
# What a whole place has of money, as indicators are called: a price or an income per head may be small.
_SUMMED = re.compile(
    r"(?i)^(?!.*(?:per|price|cost|fee|fare|rent|wage|subsid|rate|growth))"
    r".*(?:gdp|product|output|investment|revenue|sales|exports|imports|trade|value|income|tax|profit)"
)

# A growth on average over years is of no single one of them.
_PUT_IN = re.compile(r"(?:[a-z-]+-)?(?:investment-in|revenue-from|income-from)-")
_ANNUAL_AVERAGE = re.compile(r"average-annual-growth\b")
_ONE_YEAR = re.compile(r"(?:in|for|of|during) (?:19|20)\d\d", re.IGNORECASE)
# What Chinese counts large sums in: translations write it where they lose the number before it.
_HUNDRED_MILLION = "100000000"
# No level of these is so many percent: "added value should rise to 6 percent" lacks the word growth.
_SUMS_OF_MONEY = frozenset(
    "gdp valueAdded valueAddedAboveSize industrialOutput fixedAssetInvestment foreignTrade exports imports retailSales"
    " fiscalRevenue budgetRevenue taxRevenue residentIncome revenue mainBusinessRevenue profit netProfit".split()
)


class MatchValues(MatchOwners):
    """Fills number, unit, scope and period of a match."""

    def _fill_value(
        self, template: Template, match: Match, subject: Thing, predicate: str, edge: str
    ) -> dict[str, Any]:
        quantity = self._quantity(match, slot_name(template.value)) if template.value else None
        before = self._quantity(match, template.before) if template.before else None
        if quantity and before and before.unit not in ("", quantity.unit):
            raise NotFilled
        if quantity and self._is_no_level(quantity, subject, predicate):
            raise NotFilled
        if quantity and quantity.kind == "money" and local_name(predicate) == "population":
            raise NotFilled  # "residents and per capita GDP of 10 million and 280,000 yuan": no one is a yuan
        known = quantity is not None and quantity.kind != "missing"
        unit = self._label(template.unit, match) or (quantity.unit if quantity else "")
        period = self._said_period(template, match) if template.period else self._find_period(match)
        if period is None and quantity and self._was_once(match):
            raise NotFilled
        if not template.period and quantity is not None and quantity.kind in CARRIED and self._leaves_time(period):
            period = self._carried_period(subject, predicate, match, quantity) or period
        if period is None and quantity is not None and quantity.kind == "count" and subject.type == "Cohort":
            period = self._counted_period(quantity)
        modality = template.modality or self._modality_of(template, match)
        period = self._correct_period(period, quantity, predicate, modality)
        if period and quantity and not before and modality == "achieved" and self._ends_stretch(quantity, period):
            period = None  # "over the past decade exports rose to 3 billion yuan": so much in its last year
        value = (quantity.high if edge == "upTo" else quantity.value) if quantity and known else ""
        if value and template.value.startswith("-"):
            if value.startswith("-"):
                raise NotFilled  # "decreased by -3 percent": up or down?
            value = f"-{value}"
        if modality == "achieved" and self._lies_ahead(period):
            modality = "planned"
        fields: dict[str, Any] = {
            "modality": modality,
            "value": value,
            "value_before": before.value if before else "",
            "unit": unit,
            "qualifier": template.qualifier or edge or (quantity.qualifier if quantity and known else ""),
            "qualifier_before": before.qualifier if before else "",
            "scope": self._say_base(template, match, quantity, period),
            "object_label": "",
            "object_type": "Observation",
        } | self._period_fields(period)
        if local_name(predicate) == "share" and (fields["scope"] == subject.iri or subject.label in fields["scope"]):
            raise NotFilled  # nothing is a part of itself
        names = "value value_before unit qualifier qualifier_before period period_start period_end scope".split()
        fields["object"] = observation_iri(
            self.base,
            article=self.article.id,
            subject=subject.iri,
            predicate=predicate,
            modality=modality,
            **{name: fields.get(name, "") for name in names},
        )
        return fields

    def _as_average(self, predicate: str, template: Template, match: Match) -> str:
        """Return an indicator, or where it is a growth that words give to each of several years, that on average.

        "Grew 5 percent annually" is said of one year as well, and then means over the year before.
        """
        if not template.value or not is_growth(predicate):
            return predicate
        quantity = self._quantity(match, slot_name(template.value))
        text, here = self.article.text, self.sentence.sentence
        each = _EACH_YEAR.match(text, quantity.end)
        rate = _ANNUAL_RATE.search(text, here.start, quantity.start)
        if quantity.kind != "percent" or (each is None and rate is None):
            return predicate
        sure = (each and not each["adverb"]) or _AVERAGE.search(text, here.start, quantity.start)
        if rate and not sure and "number" in local_name(predicate) and not _STRETCH.search(text, here.start, here.end):
            raise NotFilled  # "the number of firms grew at an annual rate of 12 percent": in which years?
        return self._name_average(predicate) if sure or _STRETCH.search(text, here.start, here.end) else predicate

    def _second_currency(self, template: Template, match: Match) -> Iterator[Resolution]:
        """Yield the same amount in a second currency, where the words give it: no second fact."""
        quantity = self._quantity(match, slot_name(template.value)) if template.value else None
        if quantity and quantity.other:
            value, unit = quantity.other
            yield Resolution("value", f"also-{value}-{unit}", quantity.start, quantity.end)

    def _fill_scope(self, part: Any, match: Match, *, usual: bool = False) -> str:
        """Return what a number is reckoned in or against; the year before is what growth is against anyway.

        With ``usual`` it is kept: "2 points higher than the year before".
        """
        if isinstance(part, tuple):
            return next((scope for choice in part if (scope := self._fill_scope(choice, match, usual=usual))), "")
        text = str(part)
        if not text.startswith("$"):
            text = self._label(text, match) if "{" in text else text
            return "" if not usual and _USUAL.fullmatch(text) else text
        name = text[1:]
        mark = self._mark_or_none(match, name) if match.groupdict().get(name) else None
        if mark and mark.mention:
            return mark.mention.entity
        if (
            mark
            and mark.key in ("period", "date")
            and not is_base(self.article.text, mark, self.sentence.sentence.start)
        ):
            return ""
        words = self._words(match, name)
        words = _AGAINST.sub("", words) if mark else words
        return "" if not usual and _USUAL.fullmatch(words) else words

    def _is_no_level(self, quantity: Quantity, subject: Thing, predicate: str) -> bool:
        """Say whether a number is one of a rate, a year, or an amount that has lost its scale."""
        text, here = self.article.text, self.sentence.sentence
        counted = predicate == COUNT
        if counted and (_RATE.match(text, quantity.end) or _YEAR_OF.fullmatch(text, here.start, here.end)):
            return True
        name = local_name(predicate)
        in_percent = quantity.kind == "percent" and not quantity.other and name in (*_SUMS_OF_MONEY, "value")
        if name in _SUMS_OF_MONEY and quantity.kind in ("measure", "count"):
            return True  # "the turnover of the port is 500 million tons": no revenue
        if counted and "." in quantity.value:
            return True  # "in 2020 and 2021.36 parks were named": no group is of a fraction
        weighed = quantity.kind == "measure" and name in ("revenue", "investment", "profit")
        return in_percent or weighed or _lost_scale(quantity, subject, predicate)

    def _was_once(self, match: Match) -> bool:
        """Say whether a number was what something had at a time that nothing dates: "ten years ago, it had 3 firms"."""
        begins = self.sentence.sentence.start
        lead = self.article.text[begins : begins + 60].lower()
        said = self.sentence.folded[: match.end()]
        return _LONG_AGO.match(lead) is not None and _HAD.search(said) is not None and _SINCE.search(said) is None

    def _say_base(self, template: Template, match: Match, quantity: Quantity | None, period: Quantity | None) -> str:
        """Return what a number is against: not the year before, where growth is over "the same period of 2020"."""
        kind = quantity.kind if quantity else ""
        scope = self._fill_scope(template.scope, match, usual=kind == "points")
        base = _SAME_PERIOD.fullmatch(scope) if kind == "percent" else None
        if quantity and kind == "percent" and not scope:
            base = self._find_base(quantity)
        if base is None:
            return scope
        year = ((period.first or period.last) if period else "")[:4] or self.article.published[:4]
        return base[1] if year.isdigit() and int(base[1]) != int(year) - 1 else ""

    def _find_base(self, quantity: Quantity) -> re.Match[str] | None:
        """Return the year that a mark right behind a growth compares it with: "up 8 percent from 2020"."""
        behind = next((m for m in self.sentence.marks if m.start == quantity.end + 1 and m.key == "period"), None)
        return _FROM_YEAR.fullmatch(self.article.text, behind.start, behind.end) if behind else None

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
        """Return the period of a number but for two that were taken for it.

        "Was 3 billion yuan in 2022, and grew 8 percent in the first half": a growth has the one right behind it.
        "In 2020 it planned to add 300 beds": when it was planned is not when they are to be there.
        """
        if period is None or quantity is None:
            return period
        text, floor = self.article.text, self.sentence.sentence.start
        if _ANNUAL_AVERAGE.match(local_name(predicate)) and _ONE_YEAR.fullmatch(text, period.start, period.end):
            return None  # "GDP of 81 billion yuan for 2010, and an average annual growth rate of 26 percent"
        if is_growth(predicate):
            behind = (m for m in self.sentence.marks if m.key == "period" and m.start >= quantity.end)
            own = next(behind, None)
            said = own is not None and _RIGHT_BEHIND.fullmatch(text, quantity.end, own.start)
            if own and said and own.quantity and _WITHIN.search(text, quantity.end, own.end):
                return period if is_base(text, own, floor) else own.quantity
        ahead = modality in ("planned", "target")
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
        reached = quantity.kind == "money" and _TO.search(text, max(0, quantity.start - 12), quantity.start)
        return bool(reached) and _STRETCH.search(text, period.start, period.end) is not None

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


def _lost_scale(quantity: Quantity, subject: Thing, predicate: str) -> bool:
    """Say whether an amount is too small to be a place's: "investment exceeded 1 yuan" lost its billions.

    "Budget revenue reached 100 million yuan" is the unit that Chinese counts in, and its number is lost.
    """
    if quantity.kind != "money" or subject.type not in PLACES:
        return False
    unit_alone = quantity.value == _HUNDRED_MILLION and quantity.qualifier == "exact" and quantity.unit == "CNY"
    small = re.fullmatch(r"\d{1,2}(?:\.\d+)?", quantity.value) is not None
    return (small or unit_alone) and _SUMMED.search(local_name(predicate)) is not None
