"""Whether a thing that stands elsewhere may own a number."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice

from kg.bearers import PART_OF_PLACE
from kg.bystanders import LIES_AMONG
from kg.employers import list_governed
from kg.english import load_words
from kg.letters import fold_case
from kg.matching.ranked import tells_measure
from kg.matching.seats import MatchSeats
from kg.matching.things import PRONOUN
from kg.matching.words import Thing
from kg.model import find_ancestors
from kg.pattern import MARK, Match
from kg.reading import find_heading
from kg.vocab import PARK, PLACES, RDC, class_name, local_name

_ANY = load_words("owners").any_of
_REGIONAL = frozenset(load_words("owners").all_of("regional"))
_OF_OTHERS = re.compile(rf"\b(?:{_ANY('others')})\b")
# What a port has as a place has it.
_OF_PORTS = frozenset(("foreignTrade", "exports", "imports"))
_SOMEBODYS = re.compile(r"\b(?:his|her|my)\b")
# "Linhe came second, following Yunhe, with exports of 3 billion yuan": of which of the two?
_WITH = re.compile(r"(?:[’']s)?,? with (?:an? |the |its )?$")
# "Fiscal revenue was 9 billion yuan, among which the budget revenue was 7 billion": no part is named as its whole.
_PART_OF = re.compile(r"\b(?:[Oo]f|[Aa]mong) (?:which|them|these|this),? (?:the |its )?$")
# "Exports rose 5 percent in the province": not in the district that the article is about.
_IN_WIDER = re.compile(
    rf" (?:in|across|throughout) (?:the )?(?:whole |entire )?({load_words('areas').any_of('wide', 'widest')})\b"
)
# "The total scale of the country's drone industry": not of the firm that the article is about.
_OF_WIDER = re.compile(
    rf"\b[Tt]he (?:whole |entire )?({load_words('areas').any_of('wide', 'widest')})[’']s"
    r" (?!(?:first|only|largest|top)\b)"
)
_TOLD_OF = frozenset(("role", "superlative", "recognisedAs", "milestone", "intention", "location"))
_IN = re.compile(r" in (?:the )?(?:city of )?")
# Behind a number where it was measured, by a name that nobody knows: "in Linhe Market Pilot".
_IN_UNKNOWN = re.compile(
    r"(?: (?:during|over|within) [^,.;]{3,50}?)? (?:in|at) (?:the )?"
    r"((?!First|Second|Third|Fourth|Chinese|Spring|National|New|Lunar|Belt)[A-Z][a-z]+(?: [A-Z][\w-]+){1,7})"
)
# Units of what things are ranked by.
_RANKING = frozenset(("CNY", "USD", "EUR", "percent", "point", "times", "units", "ton"))
# What is counted, in front of a rank.
_COUNTED = re.compile(r" (?:[\w-]+ ){0,7}[a-z-]+s, ")
_TELLS = re.compile(rf"(?: (?:also|has|had|recently))? (?:{_ANY('firms_tell')})\b")
_INDUSTRY = re.compile(
    rf"(?:[Tt]he )?(?:(?!(?:in|of|for|by|on)\b)[\w-]+ ){{0,3}}?(?:{_ANY('sectors')})(?: (?:industry|sector))?"
    rf"(?: (?:in|of) (?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+){{0,3}})? (?:{_ANY('sectors_did')})\b"
)
# "In 2022, Linhe's textile industry held its ground, with exports of 3 billion yuan": whatever it did.
_INDUSTRY_WITH = re.compile(
    r"(?:(?:In|By|During|From|Last|This) [^,;.]{2,40}, )?(?:[Tt]he |[A-Z][\w-]+(?: [A-Z][\w-]+){0,3}[’']s )?"
    r"(?!(?:in|of|for|by|on)\b)(?:[\w-]+ ){1,4}?(?:industry|industries|sectors?)"
    r"(?: (?:in|of) (?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+){0,3})? (?!\d)(?:(?!\d)[^,;.]){3,80}, with "
)
_PART_NAMED = re.compile(r" (?:of|in|for) ")
_SECTORS = re.compile(
    r"\b(?:[Ii]ndustry|[Ii]ndustries|[Ss]ectors?|(?:farming|agriculture|forestry)\b[^.;]{0,60}\bfishery)\b"
)
_GROUP = re.compile(
    r"(?:(?:In|By|From|During|As of|Last|This|Only|Just) [^,;.]{2,40}, )?"
    r"(?:[Tt]he |[Tt]hese |[Tt]hose |[Aa]ll |[Ii]ts )?"
    r"(?!(?:[\w-]+ ){0,3}(?:value|output|volume|revenue|income|profits?) of )"
    rf"(?:[\w-]+ ){{0,4}}?(?:{_ANY('groups')})"
    r"(?: (?:in|of|at|from|above|with)\b[^,.;:]{3,60}?)?"
    r" (?:(?:has|have|had|also|jointly|together|accumulatively|cumulatively) ){0,2}"
    rf"(?:{_ANY('groups_did')})\b"
)
_SECTORS_OF = tuple(
    f"{what}{sector}-industry"
    for what in ("added-value-of-the-", "growth-of-", "growth-of-the-")
    for sector in ("primary", "secondary", "tertiary")
)
# A sentence about all the zones of a place: so is what the next one tells.
_ZONES = re.compile(
    r"(?:(?:In|By|From|During|As of|Last|This) [^,;.]{2,40}, )?(?:[Tt]he |[Tt]hese |[Aa]ll )?(?:[\w-]+ ){0,4}?"
    r"(?:zones|parks|counties|districts|bases)(?: (?:in|of|at|from|across) [^,.;:]{3,60}?)?"
    rf" (?:(?:has|have|had|also|jointly|together) ){{0,2}}(?:{_ANY('groups_did')})\b"
)
# What is invested is said of a project: never of the place a sentence is about, unless it is named with it.
_INVESTED = re.compile(
    rf"(?:(?:{_ANY('invested')})-)*investments?"
    r"(?:-(?:of|for|in|by)-(?!(?:major|key|large|large-scale)-projects$).*(?:project|enterprise|firm|compan).*)?"
)


# "Planned area: 25 square kilometers": a line of a profile is of what the profile is of.
_PROFILE = re.compile(r"[^:：|.;,]{2,60}[:：|]")
# A sentence that an industry begins: "The biomedical industry is …".
_OF_INDUSTRY = re.compile(
    r"(?:The |This )?(?!(?:In|Of|For|By|At)\b)(?:[\w&-]+ ){1,5}?(?:industry|sector|cluster)"
    r"(?: (?:in|of) (?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+){0,3})?"
    r" (?:is|was|has|had|started|began|grew|became|plays|developed)\b"
)
# Quotation marks that a sentence opens and does not close before a place.
_QUOTED = re.compile(r"(?:^|[\s(])[\"“][^\"”]*$")
_EARNED = re.compile(r"(?:^|-)(?:income|incomes|revenue|sales|profit|profits|earnings|turnover|orders)(?:-|$)")
# A post in a firm: who holds it speaks for that, and so does "he" right after.
_OF_FIRM = re.compile(rf"\b(?:{_ANY('firm_posts')})\b", re.IGNORECASE)
_SAYS_AGAIN = re.compile(r"\b(?:he|she|[A-Z][a-z]+) (?:also )?(?:said|says|added|adds|told|explained|recalled|noted)\b")
# "The 10,800-square-kilometer city": what was spoken of.
_SIZED = re.compile(f"(?:the|this) {MARK} (?:city|municipality|province|town|county|district|zone|park)\\b")
# "The total area is": of nothing that the words name.
_BARE_AREA = re.compile(r"(?:The |Its )?(?:total |whole |land )*area (?:is|was|of)\b", re.IGNORECASE)
# What is planned is the zone that an article is about, where nothing else is named.
_PLANNED_AREA = re.compile(r"[Tt]he (?:total )?plann(?:ed|ing) (?:land )?area\b")


class MatchOwners(MatchSeats):
    """Judges whether a thing may own the number of a match."""

    def _may_own(self, subject: Thing, predicate: str, match: Match) -> bool:
        """Say whether a number can belong to a thing that stands elsewhere: "the output value" is of what?"""
        name = local_name(predicate)
        if self._is_of_other_measure(subject, predicate, match):
            return False
        if name in _TOLD_OF and (self._stands_as_seat(subject) or self._ends_governed_list(match)):
            return False  # "Qingshi Town, Linhe County, Hefei, is a hub": of the town
        if subject.type in PLACES and self._is_of_no_place(subject, name, match):
            return False
        if subject.how and self._is_of_wider(match):
            return False
        if subject.how and subject.type == "Project" and _measured(name) in self.rules.indicators["of_places"]:
            own = PRONOUN.match(match.string, match.start()) and subject.label.lower().endswith(" port")
            return bool(own) and _measured(name) in _OF_PORTS  # "Linhe Port saw its foreign trade rise"
        if not subject.how.endswith("-subject"):
            return True
        if self._is_told_of_others() or self._is_told_with_other(subject, match):
            return False
        return self._may_own_unsaid(subject, _measured(name), match)

    def _is_of_other_measure(self, subject: Thing, predicate: str, match: Match) -> bool:
        """Say whether a number is not what its words alone name: a rank by a measure, a part, a sum of several."""
        name = local_name(predicate)
        if name == "ranking" and self._is_ranked_by_measure(subject, match):
            return True
        if subject.type == "Cohort" and name == "investment" and self._is_of_several(match):
            return True
        if name.endswith(_SECTORS_OF) and self._is_told_of_investment(match):
            return True
        return self._is_part_of_same(subject, predicate, match) or self._is_of_sector(name, match)

    def _is_of_no_place(self, subject: Thing, name: str, match: Match) -> bool:
        """Say whether a number is of a part of a place, of another place, or of a firm, a group or a sector in it."""
        if not subject.how and self._is_part_of_place(subject, match):
            return True
        if subject.how and _SOMEBODYS.search(match.groupdict().get("x") or ""):
            return True  # "The annual output value of his company": of no place
        if _measured(name) in self.rules.indicators["of_firms"] and self._is_told_by_firm(match):
            return True
        if subject.how and (self._is_told_of_place_behind(subject, match) or self._goes_on_with_industry(match)):
            return True
        if not subject.how.endswith("-subject"):
            return False
        if _INVESTED.fullmatch(name) or self._is_told_of_industry(match) or self._is_told_of_group(match):
            return True
        if subject.how == "sentence-subject":
            return False
        return self._is_said_of_oneself(match, _measured(name)) or self._goes_on_with_group()

    def _may_own_unsaid(self, subject: Thing, measured: str, match: Match) -> bool:
        """Say whether a number can be of a thing that its own words do not name."""
        if subject.how in ("value-subject", "sentence-subject", "heading-subject"):
            return True
        if PRONOUN.match(match.string, match.start()) or _SIZED.match(match.string, match.start()):
            return True
        if subject.type == "Project" and measured in self.rules.indicators["of_things"]:
            return True  # "The plant broke ground. The total investment is …"
        if match[0].endswith(", it "):  # "With an area of 12 hectares, it has …"
            return True
        said = [self._group_span(match, group) for group in ("x", "y") if match.groupdict().get(group)]
        words = " ".join(self.article.text[slice(*span)] for span in said).split()
        if measured.removeprefix("growth-of-") not in self.rules.indicators["of_parts"] or len(words) > 3:
            return True
        if _PROFILE.match(self.article.text, self.sentence.sentence.start, self._span(match).end):
            return True
        if subject.type == "Park" and _PLANNED_AREA.match(self.article.text, self._span(match).start):
            return True
        return bool(_REGIONAL & {fold_case(word) for word in words}) or self._is_spoken_of(subject)

    def _is_of_wider(self, match: Match) -> bool:
        """Say whether the words for what is measured name a country or province that no mark explains."""
        span = self._group_span(match, "x") if match.groupdict().get("x") else None
        found = _OF_WIDER.search(self.article.text, *span) if span else None
        return found is not None and not any(m.start <= found.start(1) < m.end for m in self.sentence.marks)

    def _is_ranked_by_measure(self, subject: Thing, match: Match) -> bool:
        """Say whether the words around a rank say by what it is: "with a GDP of 3 billion yuan, Linhe ranks third"."""
        span = self._span(match)
        told = [c for c in self.earlier.list_values(self.sentence.sentence.start) if c.end <= span.start]
        if any(c.unit in _RANKING and c.subject == subject.iri for c in told):
            return True
        if any(c.unit == "rank" and local_name(c.predicate) != "ranking" for c in told):
            return True  # "its business environment rose to the 9th place, and ranked first in the south"
        counted = next((m for m in reversed(self.sentence.marks) if m.end <= span.start), None)
        if counted and counted.key == "count" and _COUNTED.fullmatch(self.article.text, counted.end, span.start):
            return True  # "it has 148 listed firms, ranking second in the province"
        before = next(self._sentences_before(), None)
        measures = self.rules.slots["Indicator"]
        sentences = self.reading.sentences
        whole = bisect_left(sentences, self.sentence.sentence.start, key=lambda s: s.sentence.start)
        return tells_measure(self.article.text, sentences[whole], before, span.start, span.end, measures)

    def _is_part_of_place(self, subject: Thing, match: Match) -> bool:
        """Say whether a match names only a part of a place: "the Linhe area focuses on"."""
        span = self._span(match)
        named = [m for m in self.sentence.marks if m.mention and m.mention.entity == subject.iri]
        named = [m for m in named if span.start <= m.start and m.end <= span.end and m.key != PARK]
        return bool(named) and all(PART_OF_PLACE.match(self.article.text, m.end) for m in named)

    def _is_told_of_others(self) -> bool:
        """Say whether a list's heading sets it apart from what the article is about: "Other districts:"."""
        heading = find_heading(self.reading, self.sentence)
        return heading is not None and _OF_OTHERS.search(heading.folded) is not None

    def _is_told_of_place_behind(self, subject: Thing, match: Match) -> bool:
        """Say whether another place stands right behind: "that of toys fell by 4 percent in Huairou District"."""
        end = self._span(match).end
        if (wider := _IN_WIDER.match(self.article.text, end)) and not any(
            m.start <= wider.start(1) < m.end for m in self.sentence.marks
        ):
            return True
        named = _IN_UNKNOWN.match(self.article.text, end)
        if named and not any(m.start < named.end(1) and named.start(1) < m.end for m in self.sentence.marks):
            return True
        behind = _IN.match(self.article.text, end)
        marks = [m.mention for m in self.sentence.marks if behind and m.mention and m.start == behind.end()]
        if not marks or class_name(marks[0].type) not in PLACES:
            return False
        around = find_ancestors(subject.iri, self.lexicon.entities)
        if marks[0].entity in around:  # "The planting area is 3,000 mu in Guizhou", where Renhuai was told of before
            return subject.how.endswith("-subject") and subject.how != "sentence-subject"
        return marks[0].entity != subject.iri

    def _is_of_sector(self, name: str, match: Match) -> bool:
        """Say whether a bare "added value" is that of a sector named before it: "The tertiary sector grew, with …"."""
        words = match.groupdict().get("x") or ""
        if name.removesuffix("Growth") != "valueAdded" or len(words.split()) > 2:
            return False
        start = self.sentence.sentence.start
        return _SECTORS.search(self.article.text, start, self._span(match).start) is not None

    def _is_part_of_same(self, subject: Thing, predicate: str, match: Match) -> bool:
        """Say whether a match tells a part of what the sentence has just told under the same indicator."""
        start = self._span(match).start
        floor = self.sentence.sentence.start
        if not _PART_OF.search(self.article.text, max(floor, start - 24), start):
            return False
        here = self.sentence.sentence
        if not self.article.text[floor:start].partition(", ")[2]:  # "Among them, …" goes on with the sentence before
            before = next(self._sentences_before(), None)
            floor = before.sentence.start if before and here.paragraph - before.sentence.paragraph <= 1 else floor
        return any(
            c.end <= start
            and c.subject == subject.iri
            and c.predicate.removesuffix("Growth") == predicate.removesuffix("Growth")
            for c in self.earlier.list_values(floor)
        )

    def _is_told_with_other(self, subject: Thing, match: Match) -> bool:
        """Say whether "with" and a number stand right behind another thing: "following Yunhe, with exports of"."""
        start = self._span(match).start
        before = [m for m in self.sentence.marks if m.mention and m.end <= start]
        if not before or not _WITH.fullmatch(self.article.text, before[-1].end, start):
            return False
        last = before[-1].mention
        return last is not None and last.entity != subject.iri and class_name(last.type) in (*PLACES, "Enterprise")

    def _is_told_by_firm(self, match: Match) -> bool:
        """Say whether an enterprise tells it: "Lanhai said its revenue in Linhe District doubled" is of Lanhai."""
        first = next((mark for mark in self.sentence.marks if mark.mention), None)
        if first is None or first.mention is None or not first.mention.type.endswith("Enterprise"):
            return False
        return first.end <= self._span(match).start and _TELLS.match(self.article.text, first.end) is not None

    def _is_told_of_industry(self, match: Match) -> bool:
        """Say whether the sentence is about an industry: "Manufacturing led, with exports of 3 billion yuan"."""
        start = self.sentence.sentence.start
        about = _INDUSTRY.match(self.article.text, start) or _INDUSTRY_WITH.match(self.article.text, start)
        own = "s" in match.re.groupindex or _INDUSTRY.match(self.article.text, self._span(match).start)
        # "The service sector did well, with the added value of modern services at …": that names whose it is.
        own = own or _PART_NAMED.search(match.groupdict().get("x") or "")
        return about is not None and about.end() <= self._span(match).start and not own

    def _is_said_of_oneself(self, match: Match, measured: str) -> bool:
        """Say whether somebody quoted tells what is earned, and speaks for no place: "the income was 3,000 yuan"."""
        text, here = self.article.text, self.sentence.sentence
        start = self._span(match).start
        if _QUOTED.search(text[here.start : start]) is None:
            return False
        return (_EARNED.search(measured) is not None or self._is_said_for_firm()) and not list_governed(
            text, self.sentence.marks, start
        )

    def _is_said_for_firm(self) -> bool:
        """Say whether somebody with a post in a firm says the sentence: "Exports rose," said the manager of a mill."""
        text, here = self.article.text, self.sentence.sentence
        if _OF_FIRM.search(text, here.start, here.end):
            return True
        if not _SAYS_AGAIN.search(text, here.start, here.end):
            return False
        before = [other.sentence for other, _ in zip(self._sentences_before(), range(3), strict=False)]
        return any(_OF_FIRM.search(text, other.start, other.end) for other in before)

    def _goes_on_with_industry(self, match: Match) -> bool:
        """Say whether "its" may be of an industry that the sentence before is about: "Its scale topped 3 billion"."""
        if self.sentence.sentence.start + 2 < self._span(match).start or not PRONOUN.match(match.string, match.start()):
            return False
        before = next(self._sentences_before(), None)
        return before is not None and _OF_INDUSTRY.match(self.article.text, before.sentence.start) is not None

    def _is_told_of_group(self, match: Match) -> bool:
        """Say whether the sentence is about firms or zones, and the match one of several things said of them."""
        about = _GROUP.match(self.article.text, self.sentence.sentence.start)
        return about is not None and about.end() <= self._span(match).start

    def _is_of_several(self, match: Match) -> bool:
        """Say whether a sum is that of the groups before as well: "4 bridges and 3 schools, with an investment of"."""
        if not match.string[: match.start()].endswith(" and ") or ", with" not in match[0]:
            return False
        start = self.sentence.locate(match.start())
        before = [m.key for m in self.sentence.marks if m.end <= start and m.key in ("count", "money")]
        return before[-1:] == ["count"]

    def _is_told_of_investment(self, match: Match) -> bool:
        """Say whether sectors are told of by what the sentence before measures: "Investment rose. By sector, the"."""
        before = next(self._sentences_before(), None)
        if before is None or "added" in match[0]:
            return False
        here = self.sentence.sentence.start
        told = [c.predicate for c in self.earlier.list_values(before.sentence.start) if c.end <= here]
        return bool(told) and all("nvestment" in local_name(predicate) for predicate in told)

    def _goes_on_with_group(self) -> bool:
        """Say whether the sentence before is about firms or zones: "The zones made 3 billion. Tax revenue was …"."""
        for before in islice(self._sentences_before(), 3):
            if before.sentence.paragraph != self.sentence.sentence.paragraph:
                return False
            if _ZONES.match(self.article.text, before.sentence.start):
                return True
            if any(m.mention and class_name(m.mention.type) in PLACES for m in before.marks):
                return False
        return False

    def _is_spoken_of(self, subject: Thing) -> bool:
        """Say whether all the values of the sentence before, of indicators known, are of a thing."""
        before = next(self._sentences_before(), None)
        if before is None or before.sentence.paragraph != self.sentence.sentence.paragraph:
            return False
        values = self.earlier.list_values(before.sentence.start)
        if not values:
            measured = _BARE_AREA.match(self.article.text, self.sentence.sentence.start) is not None
            return measured and LIES_AMONG.match(self.article.text, before.sentence.start) is not None
        return all(c.subject == subject.iri and c.predicate.startswith(RDC) for c in values)


def _measured(name: str) -> str:
    """Return the indicator of a value, or of what a growth is of.

    >>> _measured("gdpGrowth")
    'gdp'
    """
    return name.removesuffix("Growth")
