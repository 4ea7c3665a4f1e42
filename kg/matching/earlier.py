"""What a match says of values claimed before it: "…, up 5 percent, ranking first"."""

from __future__ import annotations

import re

from kg.dating import spans_years
from kg.matching.counted import COUNT, CountedGroups
from kg.matching.words import NotFilled, Thing, start_of
from kg.model import Claim, Span
from kg.pattern import Match
from kg.reading import Mark
from kg.vocab import PLACES, RDC, class_name, local_name, mint_iri, slugify

REACH = 60
"""How many characters at most stand between a value and what is said of it next."""
# A place that something is in.
_INSIDE = re.compile(r"\b(?:in|at|across|throughout)(?: the)? $", re.IGNORECASE)
SUMS = frozenset(("money", "percent", "times"))
_IN_TURN = frozenset(("percent", "CNY", "USD"))
# Of a size that stands in the name of a group: "projects worth more than 100 million yuan".
_AT_LEAST = frozenset(("moreThan", "atLeast"))
_RATIOS = frozenset(("percent", "point", "times", "rank"))
# "91 billion yuan, exceeding 90 billion yuan for the first time, up 8 percent": what was passed on the way.
_PASSED = re.compile(r"(?: (?:mark|threshold|barrier|milestone))? for the first time\b")
_STRETCHES = frozenset(("measure.day", "measure.week", "measure.month", "measure.year"))
# "3 billion yuan during the nine months, accounting for": when, and no number of its own.
_DURING = re.compile(r"\b(?:during|in|over|within|for) the (?:past |last |first )?$")


# What only a part is a part of: "12 projects, including 3 from abroad, accounting for a quarter of the total".
_TOTAL = ("the total", "them", "all of them", "the whole")
_PARTS = re.compile(r", (?:including|comprising|namely|of (?:which|them))\b|: ", re.IGNORECASE)
# Where what is told next is of another indicator: "up 5 percent; exports rose", "while exports rose".
_NEW_CLAUSE = re.compile(r"; |,? (?:while|whereas|and (?:the|its|that) )")
_BASE_YEAR = re.compile(r"^(?!in )[^.;]*\b((?:19|20)\d\d)\b", re.IGNORECASE)
# Before a number that goes on with those that were named.
_LAST_OF_LIST = re.compile(r"[\w”\"’],? and (?:a further|another|other|the other) $")
_JOINED = re.compile(r"(?: (?:in|of|from) [^,.;]{2,30})?,? (?:and|as well as) (?:the )?")
# A sum that is spent on what is counted next.
_SPENT_ON = re.compile(
    r"\b(?:yuan|RMB|CNY|dollars|[mb]illion)(?: \([^()]{3,40}\))? (?:for|in|into|on) (?:the |some |a total of )?$"
)


class EarlierValues(CountedGroups):
    """What a match says of values claimed before it: "…, up 5 percent, ranking first"."""

    def _value_before(self, match: Match) -> Claim:
        """Return the value claimed last before a match: "…, up 5 percent, ranking first in the city".

        Between the two no other thing, indicator or number may stand, for it could own what follows; a place
        that only says where a group is ("343 firms were added in the district, up 5 percent") owns nothing.
        """
        start = self.sentence.locate(start_of(match))
        values = [c for c in self.earlier.list_values(self.sentence.sentence.start) if c.end <= start]
        if not values:
            raise NotFilled
        last = max(values, key=lambda claim: (claim.end, claim.start, not claim.predicate.endswith("Growth")))
        text = self.article.text
        between = [m for m in self.sentence.marks if last.end <= m.start and m.end <= start]
        between = [m for m in between if not (m.key == "ordinal" and text.startswith(" time", m.end))]
        passed = [m for m in between if m.key == "money" and _PASSED.match(text, m.end, m.end + 24)]
        between = [m for m in between if m not in passed]
        between = [m for m in between if not (m.key in _STRETCHES and _DURING.search(text, last.end, m.start))]
        # "3 billion yuan in the first half in Linhe, up 5 percent": whose the value is.
        between = [m for m in between if m.mention is None or m.mention.entity != last.subject]
        if last.subject_type == "Cohort":
            between = [m for m in between if not self._houses(m)]
        if start - last.end > (2 * REACH if passed else REACH) or any(m.key not in ("period", "date") for m in between):
            raise NotFilled
        if any(c.subject != last.subject for c in values if c.end == last.end):
            raise NotFilled
        alike = [c for c in values if c.end == last.end and is_growth(c.predicate) == is_growth(last.predicate)]
        if last.unit in _IN_TURN and len({c.predicate for c in alike if c.unit == last.unit}) > 1:
            raise NotFilled  # "A and B grew by 3 and 4 percent respectively, accounting for": both, or which?
        if last.predicate == COUNT and _LAST_OF_LIST.search(text, max(0, last.start - 40), last.start):
            raise NotFilled  # "Lanhai, Corva and another 30 firms account for half": all of them
        if last.predicate == COUNT and any(
            c.predicate == COUNT and c.end <= last.start and _JOINED.fullmatch(text, c.end, last.start) for c in values
        ):
            raise NotFilled  # "360 schools and 12 hospitals, accounting for half": those, or both?
        if last.predicate == COUNT and _SPENT_ON.search(text, max(0, last.start - 60), last.start):
            raise NotFilled  # "invested 9 billion yuan in 30 projects, 18 percent": the sum or the projects?
        return last

    def _houses(self, mark: Mark) -> bool:
        """Say whether a mark is a place that something is in."""
        before = self.article.text[max(0, mark.start - 24) : mark.start]
        return mark.mention is not None and class_name(mark.mention.type) in PLACES and bool(_INSIDE.search(before))

    def _value_of_sentence_before(self, form: str) -> Claim:
        """Return the one amount (else, by ``form``, the one growth) that the sentence before claims.

        "The growth rate was 2 percentage points higher than …" is of nothing where it claims several.
        """
        here = self.sentence.sentence
        before = next((s for s in self._sentences_before() if s.sentence.part == "body"), None)
        if before is None or here.paragraph - before.sentence.paragraph > 1:
            raise NotFilled
        values = self.earlier.list_values(before.sentence.start)
        grown = [c for c in values if is_growth(c.predicate) and c.unit == "percent"]
        found = (
            grown if form == "growth" else [c for c in values if c.unit not in _RATIOS and not is_growth(c.predicate)]
        )
        if form == "rank" and not found:
            found = grown
        if len({(c.subject, c.predicate) for c in found}) != 1:
            raise NotFilled
        measured = f"measure.{found[-1].unit}"
        kind = measured if any(m.key == measured for m in before.marks) else "money"
        if sum(m.key == ("percent" if found is grown else kind) for m in before.marks) != 1:
            raise NotFilled
        return found[-1]

    def _value_alike(self, match: Match) -> Claim:
        """Return a value of the sentence before a match, or else of the one before it, where all in its unit are alike.

        "A's GDP was 9 billion yuan, followed by B (8 billion yuan)": an amount of GDP as well.
        """
        unit = self._quantity(match, "v" if match["v"] else "w").unit
        here = self.sentence.sentence
        start = self.sentence.locate(start_of(match))
        before = next(self._sentences_before(), None)
        values = [c for c in self.earlier.list_values(here.start) if c.end <= start and c.unit == unit]
        if not values and before is not None and here.paragraph - before.sentence.paragraph <= 1:
            values = [c for c in self.earlier.list_values(before.sentence.start) if c.unit == unit]
        if len({c.predicate for c in values}) != 1 or values[0].subject_type == "Cohort":
            raise NotFilled
        if unit in _IN_TURN and class_name(values[0].subject_type) not in PLACES:
            raise NotFilled  # "a firm's revenue was 9 billion yuan, followed by A (8 billion yuan)": no place's
        return values[-1]

    def _value_said(self, words: str, match: Match) -> tuple[str, Claim]:
        """Return what is asked of the value before, and that value: ``-`` goes back to the sentence before."""
        if words == "alike":
            return words, self._value_alike(match)
        if words.startswith("-"):
            return words[1:], self._value_of_sentence_before(words[1:])
        return words, self._value_before(match)

    def _value_thing(self, kinds: str, match: Match) -> Thing:
        """Return what the value before was said of, if it is of one of the named kinds, or a ``rank``."""
        back = kinds.startswith("-")
        claim = self._value_said(kinds, match)[1]
        if not back and self._narrows(claim, match):
            raise NotFilled
        if claim.subject_type == "Cohort" and self.article.text.startswith(",", claim.end):
            whole = (match.groupdict().get("z") or "").startswith(_TOTAL)
            if not back and not whole and self._is_part_told(claim.start):
                raise NotFilled
        if kinds == "rank" and claim.unit != "rank":
            raise NotFilled
        names = kinds.split("|") if kinds and not back and kinds != "rank" else []
        if names and claim.subject_type not in names and self.members.get(claim.subject) not in names:
            raise NotFilled
        return Thing(
            claim.subject,
            claim.subject_label,
            claim.subject_type,
            claim.status == "garbled",
            Span(claim.start, claim.end),
            "value-subject",
        )

    def _is_part_told(self, start: int) -> bool:
        """Say whether the group counted at an offset is a part of one: "12 projects, including 3 from A, with …".

        Behind its comma may stand what is said of the whole as well.
        """
        text, here = self.article.text, self.sentence.sentence
        parts = max(_PARTS.finditer(text, here.start, start), key=re.Match.end, default=None)
        if parts is None or not any(m.key == "count" and m.end <= parts.start() for m in self.sentence.marks):
            return False
        others = any(m.key == "count" and parts.end() <= m.start < start for m in self.sentence.marks)
        return others or start - parts.end() <= 1

    def _narrows(self, claim: Claim, match: Match) -> bool:
        """Say whether a lower bound right behind a group is its size: "12 projects with over 3 billion yuan"."""
        mark = match.groupdict().get("v")
        quantity = self.sentence.mark_at(mark).quantity if mark else None
        if quantity is None or quantity.kind != "money" or quantity.qualifier not in ("moreThan", "atLeast"):
            return False
        between = self.article.text[claim.end : quantity.start].rstrip()
        return claim.subject_type == "Cohort" and "," not in between and between.endswith(" of")

    def _has_changed(self, claim: Claim) -> bool:
        """Say whether the sentence has already said by how much a value changed."""
        told = self.earlier.list_values(self.sentence.sentence.start)
        coined = "/indicator/" in claim.predicate
        grown = (
            claim.predicate.replace("/indicator/", "/indicator/growth-of-") if coined else claim.predicate + "Growth"
        )
        return any(c.subject == claim.subject and c.predicate == grown and c.start >= claim.start for c in told)

    def _value_indicator(self, form: str, match: Match) -> str:
        """Return the indicator of the value before: itself, its ``growth`` or ``change``, its ``share`` in a whole.

        Only an amount has a change; growth is also what a growth is said to be above or below of.
        """
        form, claim = self._value_said(form, match)
        if form in ("alike", "value"):
            return claim.predicate
        if form == "change" and (claim.unit == "rank" or local_name(claim.predicate).startswith("share-of-")):
            claim = self._amount_behind(claim, match)
        if form == "rank":
            if claim.unit != "rank" and match.start():
                raise NotFilled
            return claim.predicate
        if form == "rate":
            if not is_growth(claim.predicate) or claim.unit != "percent":
                raise NotFilled  # "reached 3 billion yuan, the second fastest": the fastest what?
            return claim.predicate
        if form in ("change", "portion") and not _is_amount(claim):
            raise NotFilled
        if form == "average" and not (_is_amount(claim) or (is_growth(claim.predicate) and claim.unit == "percent")):
            raise NotFilled
        if form == "change" and self._has_changed(claim) and not self._names_base(claim, match):
            raise NotFilled  # "up 28 percent, and 10.8 percent higher": by how much, two numbers say
        if form in ("growth", "level", "change"):
            return self._find_growth(form, claim)
        if form in ("share", "portion"):
            if claim.subject_type == "Cohort" or claim.predicate == RDC + "share":
                return RDC + "share"
            if local_name(claim.predicate).startswith("share-of-"):
                raise NotFilled  # "accounting for 4 percent of X and contributing 3 percent to Y": no share of a share
            return mint_iri(self.base, "indicator", slugify(f"share of {self._say_indicator(claim.predicate)}"))
        if form == "contribution":
            return mint_iri(self.base, "indicator", slugify(f"contribution of {self._say_indicator(claim.predicate)}"))
        if form == "average":
            if claim.subject_type == "Cohort":
                raise NotFilled
            return self._name_average(claim.predicate)
        if form == "exact" and (claim.qualifier != "moreThan" or claim.unit != self._quantity(match, "v").unit):
            raise NotFilled
        return self._find_measured(claim)

    def _amount_behind(self, said: Claim, match: Match) -> Claim:
        """Return the amount that a rank or a share is said of: "4 billion yuan, ranking third and up 20 percent".

        Behind a share only "and" goes back to the amount; a share may be up itself.
        """
        joined = match[0].lstrip(" ,").startswith("and ")
        told = self.earlier.list_values(self.sentence.sentence.start)
        amounts = [c for c in told if c.end <= said.end and c.subject == said.subject and _is_amount(c)]
        if not amounts or not (joined or said.unit == "rank"):
            raise NotFilled
        between = (m for m in self.sentence.marks if amounts[-1].end <= m.start and m.end <= said.end)
        if amounts[-1].start > said.start or any(m.key in ("money", "count") for m in between):
            raise NotFilled
        return amounts[-1]

    def _names_base(self, claim: Claim, match: Match) -> bool:
        """Say whether a change names the year it is reckoned from: "and up 52 percent over the same period in 2019"."""
        groups = [self._words(match, name) for name in ("z", "z3") if match.groupdict().get(name)]
        said = next((found for words in groups if (found := _BASE_YEAR.search(words))), None)
        year = claim.period_start[:4] or self.article.published[:4]
        return said is not None and year.isdigit() and int(said[1]) != int(year) - 1

    def _find_growth(self, form: str, claim: Claim) -> str:
        """Return the indicator of the growth of a value, or of what a rate is above or below of (``level``)."""
        name = local_name(claim.predicate)
        if form == "change" and claim.value_before and spans_years(claim.quote, claim.period):
            raise NotFilled  # "from 4 billion yuan in 2013 to 9 billion in 2023, up 125 percent": in no one year
        if form == "change" and name == "count":
            sums = [m for m in self.sentence.marks if claim.start < m.start and m.end <= claim.end and m.key in SUMS]
            if not all(m.quantity and m.quantity.qualifier in _AT_LEAST for m in sums):
                raise NotFilled  # "67 projects with a total investment of 7 billion yuan, up 6 percent": which?
            return mint_iri(self.base, "indicator", "growth-of-the-number")
        if form != "change" and name == "count":
            raise NotFilled  # "109 projects …, 26 percentage points above the target": a number has no points
        if form != "change" and name.startswith("share"):
            return claim.predicate  # "4 percent of GDP, 1 point above the average": the share is
        if form == "level" and claim.unit == "percent" and not is_growth(claim.predicate):
            return claim.predicate  # "a coverage rate of 45 percent, 3 points above the city": the rate is
        if not claim.predicate.startswith(RDC):
            return mint_iri(self.base, "indicator", name if is_growth(claim.predicate) else f"growth-of-{name}")
        if form != "change" and claim.subject_type == "Cohort":
            return claim.predicate
        return claim.predicate.removesuffix("Growth") + "Growth"

    def _find_measured(self, claim: Claim) -> str:
        """Return the indicator by which what has a value can be ranked: none where its growth may be meant as well."""
        told = [m.key for m in self.sentence.marks if claim.start <= m.start and m.end <= claim.end]
        if is_growth(claim.predicate):
            if claim.unit in ("percent", "point") and self._only_grew(claim):
                return claim.predicate  # "exports grew by 9 percent, ranking second": no size is told
            raise NotFilled  # "of 3 billion yuan, up by 9 percent, ranking second": by growth or by size?
        if claim.unit not in _RATIOS and [key for key in told if key in SUMS][-1:] == ["percent"]:
            raise NotFilled  # "3 billion yuan, up 9 percent, ranking second": by growth or by size?
        return claim.predicate.removesuffix("Growth") if claim.predicate.startswith(RDC) else claim.predicate

    def _only_grew(self, claim: Claim) -> bool:
        """Say whether a clause tells one growth, or by how many points it is above another, and no amount."""
        text = self.article.text
        told = [m for m in self.sentence.marks if m.quantity and not m.is_time() and m.end <= claim.end]
        ranked = max((m.end for m in told if m.key == "ordinal"), default=0)
        told = [m for m in told if m.start >= ranked and not _NEW_CLAUSE.search(text, m.end, claim.end)]
        return [m.key for m in told if m.key != "size"] in (["percent"], ["points"])

    def _name_average(self, predicate: str) -> str:
        """Return the indicator of how an indicator, or what it is the growth of, grows in a year on average."""
        return mint_iri(self.base, "indicator", slugify(f"average annual growth of {self._say_indicator(predicate)}"))

    def _say_indicator(self, predicate: str) -> str:
        """Return the words for what an indicator measures, without its growth."""
        plain = predicate.removesuffix("Growth") if predicate.startswith(RDC) else predicate
        known = self.lexicon.entities.get(plain)
        return known.label if known else local_name(plain).removeprefix("growth-of-").replace("-", " ")


def _is_amount(claim: Claim) -> bool:
    """Say whether a claim tells how much there is, and not what share of it or how it grew."""
    ratio = claim.unit in _RATIOS or is_growth(claim.predicate)
    return not (ratio or local_name(claim.predicate).startswith("share"))


def is_growth(predicate: str) -> bool:
    """Say whether an indicator is the growth of another."""
    name = local_name(predicate)
    return name.endswith("Growth") or name.startswith("growth-of-")
