"""The value of a match: number, unit, scope and period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.dating import is_base
from kg.english import load_words
from kg.matching.counted import COUNT
from kg.matching.earlier import SUMS, is_growth
from kg.matching.goods import is_of_goods
from kg.matching.times import STRETCH, MatchTimes
from kg.matching.words import NotFilled, Thing
from kg.model import Quantity, Resolution
from kg.pattern import Match
from kg.rules import Template, slot_name
from kg.vocab import PLACES, local_name, observation_iri

# The base that a growth has where an article names none: not worth a scope of its own.
_USUAL = re.compile(
    r"(?:in )?(?:the )?(?:(?:same|corresponding) period (?:of |in )?)?(?:the )?(?:last|previous|preceding|prior) year"
    r"|the year before|the year-earlier (?:level|period)|(?:that |those )(?:of|in) (?:the )?(?:last|previous) year"
)
_SAME_PERIOD = re.compile(r"(?:the )?(?:same|corresponding) period (?:of|in) ((?:19|20)\d\d)")
_FROM_YEAR = re.compile(r"(?:from|over) ((?:19|20)\d\d)")
# "2018 achievements", a heading: of that year.
_YEAR_OF = re.compile(r"\W*(?:19|20)\d\d(?: [a-z-]+){1,2}\W*")
# "3,000 outpatients a day": how many at a time, and not how many there are.
_RATE = re.compile(
    r"[^,.;:()–—]{0,50}?(?:(?<!\bin )(?<!\bwithin )(?<!\bfor )(?<!\bof )(?<!\bto )\b(?:a|per|each|every)"
    r" (?:single )?(?:day|week|month|quarter|year|hour|minute|night|shift)|\b(?:daily|weekly|monthly|annually|yearly))"
    r"\b(?! (?:earlier|ago|before)\b|-o[nv])"
)
_EACH_YEAR = re.compile(
    r",?(?: on average)? (?:(?:a|per|each|every) year(?! (?:earlier|ago|before|later)\b)"
    r"|(?:annually|yearly|per annum) on average|(?P<adverb>annually|yearly|per annum))\b",
    re.IGNORECASE,
)
_ANNUAL_RATE = re.compile(
    r"\b(?:annual|yearly) (?:average )?(?:growth )?(?:rate|pace|average) of (?:about |some |around |over )?$",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\b(?:average|averaging|averaged) (?:of )?(?:about |some |around )?$", re.IGNORECASE)
# "Ten years ago, the village had 30 firms": without the time it would be told of now.
_LONG_AGO = re.compile(rf"\W*(?:(?:just|only|more than|about|some) )?(?:{load_words('dating').any_of('undated')})\b")
_HAD = re.compile(r"\b(?:was|were|had|stood)\b")
_SINCE = re.compile(r"[;:]|\b(?:but|while|now|today|since|have|has|is|are)\b")
_AGAINST = re.compile(r"^(?:over|from|than|on|against|in|during) (?=the |that |last |[12]|[A-Z])")
# A rank by what happens in a period is of that period as well.
CARRIED = SUMS | {"ordinal"}
# What a whole place has of money, as indicators are called: a price or an income per head may be small.
_SUMMED = re.compile(
    r"(?i)^(?!.*(?:per|price|cost|fee|fare|rent|wage|subsid|rate|growth))"
    r".*(?:gdp|product|output|investment|revenue|sales|exports|imports|trade|value|income|tax|profit)"
)

# "A capacity of 200,000 cars, 30,000 buses": what could be made, and not how many there are.
_CAPACITY = re.compile(
    r"\bcapacit(?:y|ies) (?:of|for|to [a-z]+|reach(?:es|ed|ing)) (?:(?:about |some |over |nearly |up to |more than )?"
    r"[\d.,]+(?: (?:million|billion|thousand))?(?: [a-z-]+){1,5}(?:, and |, | and ))*"
    r"(?:about |some |over |nearly |up to |more than )?$"
)
# "Had a value of 3 billion yuan".
_OF_NOTHING = re.compile(r"\ban? (?:[a-z]+ )?(?:value|volume|amount|total|sum) of (?:[a-z]+ )?$")
# Sums and products that do not say of what.
_BARE = r"(?:growth-of-)?(?:(?:total|annual|overall|average|yearly|daily|monthly|the)-)*"
_BARE_SUM = re.compile(
    rf"{_BARE}(?:volume|amount|quantity|sum|figure|yield|production|output-volume|production-volume)"
)
_BARE_OUTPUT = re.compile(rf"{_BARE}(?:outputValue|output|output-value)(?:-of)?")
# What Chinese counts large sums in: translations write it where they lose the number before it.
_HUNDRED_MILLION = "100000000"
# No level of these is so many percent: "added value should rise to 6 percent" lacks the word growth.
_SUMS_OF_MONEY = frozenset(
    "gdp valueAdded valueAddedAboveSize industrialOutput fixedAssetInvestment foreignTrade exports imports retailSales"
    " fiscalRevenue budgetRevenue taxRevenue residentIncome revenue mainBusinessRevenue profit netProfit".split()
)


class MatchValues(MatchTimes):
    """Fills number, unit, scope and period of a match."""

    def _fill_value(
        self, template: Template, match: Match, subject: Thing, predicate: str, edge: str
    ) -> dict[str, Any]:
        quantity, before = self._fill_quantities(template, match, subject, predicate)
        period = self._fill_period(template, match, subject, predicate, quantity)
        modality = template.modality or self._modality_of(template, match)
        period = self._correct_period(period, quantity, predicate, modality)
        if period and quantity and not before and modality == "achieved" and self._ends_stretch(quantity, period):
            period = None  # "over the past decade exports rose to 3 billion yuan": so much in its last year
        if modality == "achieved" and self._lies_ahead(period):
            modality = "planned"
        known = quantity if quantity and quantity.kind != "missing" else None
        value = (known.high if edge == "upTo" else known.value) if known else ""
        if value and template.value.startswith("-"):
            if value.startswith("-"):
                raise NotFilled  # "decreased by -3 percent": up or down?
            value = f"-{value}"
        fields: dict[str, Any] = {
            "modality": modality,
            "value": value,
            "value_before": before.value if before else "",
            "unit": self._label(template.unit, match) or (quantity.unit if quantity else ""),
            "qualifier": template.qualifier or edge or (known.qualifier if known else ""),
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

    def _fill_quantities(
        self, template: Template, match: Match, subject: Thing, predicate: str
    ) -> tuple[Quantity | None, Quantity | None]:
        """Return the quantity of a value and the one before it; raise ``NotFilled`` where it can be none of these."""
        quantity = self._quantity(match, slot_name(template.value)) if template.value else None
        before = (
            self._quantity(match, template.before) if template.before and match[slot_name(template.before)] else None
        )
        if quantity is None:
            return None, before
        if before and before.unit not in ("", quantity.unit):
            if local_name(predicate) != "duration":
                raise NotFilled
            before = None  # "from two hours to 30 minutes": how long it takes now
        told = self.earlier.list_values(self.sentence.sentence.start)
        if self._is_no_level(quantity, subject, predicate) or is_of_goods(
            predicate, self.article.text, told, quantity.start
        ):
            raise NotFilled
        if quantity.kind == "money" and local_name(predicate) == "population":
            raise NotFilled  # "residents and per capita GDP of 10 million and 280,000 yuan": no one is a yuan
        return quantity, before

    def _fill_period(
        self, template: Template, match: Match, subject: Thing, predicate: str, quantity: Quantity | None
    ) -> Quantity | None:
        """Return the period that is said, or carried to what goes by periods and to groups that came to be."""
        period = self._said_period(template, match) if template.period else self._find_period(match)
        if quantity is None:
            return period
        if period is None and self._was_once(match):
            raise NotFilled
        if not template.period and quantity.kind in CARRIED and self._leaves_time(period):
            period = self._carried_period(subject, predicate, match, quantity) or period
        if period is None and quantity.kind == "count" and subject.type == "Cohort":
            period = self._counted_period(quantity)
        return period

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
        if rate and not sure and "number" in local_name(predicate) and not STRETCH.search(text, here.start, here.end):
            raise NotFilled  # "the number of firms grew at an annual rate of 12 percent": in which years?
        return self._name_average(predicate) if sure or STRETCH.search(text, here.start, here.end) else predicate

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
        if counted and _CAPACITY.search(text, max(here.start, quantity.start - 200), quantity.start):
            return True  # "a plant with a capacity of 200,000 cars and 30,000 buses": none are there yet
        if subject.type in PLACES and self._says_no_product(name, quantity):
            return True
        in_percent = quantity.kind == "percent" and not quantity.other and name in (*_SUMS_OF_MONEY, "value")
        if name in _SUMS_OF_MONEY and quantity.kind in ("measure", "count"):
            return True  # "the turnover of the port is 500 million tons": no revenue
        if counted and "." in quantity.value:
            return True  # "in 2020 and 2021.36 parks were named": no group is of a fraction
        weighed = quantity.kind == "measure" and name in ("revenue", "investment", "profit")
        return in_percent or weighed or _lost_scale(quantity, subject, predicate)

    def _says_no_product(self, name: str, quantity: Quantity) -> bool:
        """Say whether an indicator leaves out what of: "the yield was 3 million tons", "the volume grew 5 percent"."""
        if quantity.kind == "measure" and _BARE_OUTPUT.fullmatch(name):
            return True
        if name == "value" and _OF_NOTHING.search(self.article.text, max(0, quantity.start - 40), quantity.start):
            return True
        return _BARE_SUM.fullmatch(name) is not None

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


def _lost_scale(quantity: Quantity, subject: Thing, predicate: str) -> bool:
    """Say whether an amount is too small to be a place's: "investment exceeded 1 yuan" lost its billions.

    "Budget revenue reached 100 million yuan" is the unit that Chinese counts in, and its number is lost.
    """
    if quantity.kind != "money" or subject.type not in PLACES:
        return False
    unit_alone = quantity.value == _HUNDRED_MILLION and quantity.qualifier == "exact" and quantity.unit == "CNY"
    small = re.fullmatch(r"\d{1,2}(?:\.\d+)?", quantity.value) is not None
    return (small or unit_alone) and _SUMMED.search(local_name(predicate)) is not None
