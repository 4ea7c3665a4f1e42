"""What a match says: its marks, words and labels, and the names of indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.english import load_words
from kg.lexicon import Lexicon
from kg.matching.told import Told
from kg.model import Mention, Quantity, Span
from kg.pattern import MARK, Match
from kg.reading import Mark, Reading, SentenceReading
from kg.reductions import Reduction
from kg.rules import RuleSet, Stage
from kg.vocab import mint_iri, slugify

_ASIDE = re.compile(r" ?\([^()]{1,40}\)$")
# "The area of the planting area of sorghum": the area.
_AREA_OF_AREA = re.compile(r"^area of (?=(?:the )?(?:planting|planted|growing|sown|cultivation|plantation) area\b)")
# "GDP of the first quarter": when is no part of an indicator's name.
_OF_WHEN = re.compile(
    r" (?:of|in|for|during|over)(?: the)?(?: ?(?:this|that|same|said) (?:time )?period| whole(?: of)?(?: the)?)?$"
)
# Where the thing it is said of lies: no part of an indicator's name.
_HERE = re.compile(
    r" (?:in (?:the )?(?:area|zone|park)|of the (?:area|zone|park|region|district|city|county|new area)"
    r"|of (?:the |all )?residents|of the whole society|for the (?:(?:whole|full|entire) )?year)$"
)
# Of a thing that nobody knows: "throughput of Yunhe Port" is no indicator of a place.
_OTHERS = re.compile(
    r"(?<!Association)(?<!members) (?:of|in|at) (?:the )?"
    r"(?!(?:Primary|Secondary|Tertiary|Service|Services) (?:Industry|Industries|Sector)\b)"
    r"[A-Z][a-z]+(?: [A-Z][a-z]|$)"
)
_WHOLE = re.compile(
    r"(?:total|overall|combined|gross|whole|annual|newly|local|regional|full-year|estimated"
    r"|(?:value|volume|amount) of(?: the)?) ",
    re.IGNORECASE,
)
# "The added value of this sector": of which, other words say.
_POINTS = re.compile(
    r" (?:of|in|for|from) (?:that |(?:them|it|this|these|those|which|whom)\b"
    r"|the (?:industry|sector|company|project|industries|sectors)$)"
)
# "Of secondary industries the value in that period was": when, and not what.
_TIME_ALONE = re.compile(rf"(?:[a-z-]+ ){{0,2}}(?:{load_words('dating').any_of('stretches')})s?", re.IGNORECASE)
# "17Q1 GDP": a period that no mark holds is in the indicator's words.
_QUARTER = re.compile(r"(?:\d{2,4})?(?:Q[1-4]|H[12])\b", re.IGNORECASE)
# "The output value of 3 1 household": a number that a page has torn in two.
_TORN = re.compile(
    r"\b[0-9]{1,3} [0-9]{1,3}\b"
    # "The investment in continued and new projects": what is continued, the second item alone says.
    r"| (?:in|of|for|from|by) (?:new|continued|continuing|ongoing|existing|newly started|all|other|domestic|foreign)$"
)
# "Projects were signed, reaching a total investment of": what these do, and no name of what is measured.
_DOES = re.compile(r"(?:reach|total|totall|exceed|hitt|surpass|amount)ing ", re.IGNORECASE)
# Of what the rate is, no word says.
_BARE = frozenset(("rate", "ratio", "share", "proportion", "number", "total number"))
# "The proportion of GDP": of what, the words do not say.
_BARE_SHARE = re.compile(
    r"^(?:proportion|ratio|percentage) of (?:the )?(?:gdp|gross domestic product|total)$",
    re.IGNORECASE,
)
# What an indicator is short for, behind it: no part of a name of its own.
_SHORT = re.compile(r" \([A-Z&]{2,8}\)")
# What narrows a noun down from behind: "companies engaged in software, chips and drones" are companies.
_NARROWED = re.compile(
    r",? (?:that|which|who|whose|such as|including|like|(?:[a-z]{2,}(?:ed|ing) )?"
    r"(?:of|in|by|with|on|from|for|to|at|via|through|under|over|above|between|among)) "
)
_PARTICIPLE = re.compile(r"(?<=s) [a-z]{2,}ed$")  # "documents required"
_RATIO = re.compile(r"(?:(?:the|its) )?(?:share|proportion|ratio|percentage)\b", re.IGNORECASE)
# "the city's", of a city that no mention names: the subject, wherever it is told.
_UNRESOLVED = re.compile(r"\b(?:the|its) (?:city|district|county|zone|park|area|new area|town)[’']s (?:total )?")
_DETERMINER_LAST = re.compile(r"\b(?:the|its|their) $", re.IGNORECASE)
# "A huge revenue" is revenue.
_PRAISED = re.compile(
    r"(?<![\w-])(?:huge|massive|enormous|staggering|whopping|stunning|astonishing|astounding|impressive|remarkable|hefty"
    r"|jaw-dropping|eye-popping|mere|record-breaking|sizeable|sizable) (?=[\w-]+)"
)
_DETERMINER = re.compile(r"(?:(?:the|a|an|its|their|our|this|these) )+", re.IGNORECASE)
FIELD = re.compile(r"\{(\w+)(:stage|:deed|:said|:head|:members|:measure)?\}")
_QUOTES = re.compile('["“”‘「」『』《》]')
_LEAD = " \t\n,;:."
_TAIL = " \t\n,;:"
SPACE = re.compile(r"\s+")
POSSESSIVE = re.compile(r"[\"”]?[’']s\b")
# "The income of Linhe residents" is Linhe's as well.
_PEOPLE = re.compile(r" (?=(?:[a-z]+ )?(?:residents|people|citizens|farmers|households)\b)")
# "The total number of its employees" counts employees.
_NUMBER_OF = re.compile(
    r"^(?:(?:the|a|an|its|their|all|those|these) )*(?:(?:[a-z-]+ ){0,2}numbers? of )?"
    r"(?:(?:the|its|their|all|those|these) )*",
    re.IGNORECASE,
)
# "Urban residents' income": what is measured of them.
_THEIRS = re.compile(r"(?:[\w-]+ ){0,4}[\w-]+(?:s[’']|[’']s) (.+)")
# One thing under two names.
_SECTOR = re.compile(
    r" (of|in) (?:the )?(primary|secondary|tertiary|first|second|third) (?:industry|sector)$", re.IGNORECASE
)
_SECTORS = {"first": "primary", "second": "secondary", "third": "tertiary"}
# What is told of a group behind its name, and a note's number: no part of how it is called.
_SETTLED = re.compile(
    r"(?: as well$)|(?:(?<! are)(?<! is)(?<! were)(?<! was) (?:in progress|under ?way"
    r"|settled in (?:the )?(?:district|zone|city|park|county|area)|\[\d{1,3}\]|from \d[\d,.]*))+$"
)
# "Of the companies 100 are companies with investments": what those are and how they are called.
_TWICE = re.compile(r"\b([a-z]+s) \1\b")
# "The manufacturing sector's added value" is the added value of that sector.
_OWNED = re.compile(
    r"^(?!(?:share|proportion|ratio|percentage|rate) of )"
    r"([\w -]{0,60}?(?:industry|sector|economy|industries|sectors|residents))[’'](?:s\b)? (.+)$",
    re.IGNORECASE,
)
_VALUE_ADDED = re.compile(r"\b(?:value[- ]added|added values)(?= of| in|$)", re.IGNORECASE)


def _say_owned(match: Match) -> str:
    """Return whose what is, the other way round; of a sector that is not said, there is nothing to say."""
    if _UNSAID.fullmatch(match[1]):
        raise NotFilled
    return f"{match[2]} of the {match[1][0].lower()}{match[1][1:]}"


def _say_sector(match: Match) -> str:
    """Return a sector under its usual name: "the first industry" is the primary one."""
    return f" {match[1]} the {_SECTORS.get(match[2].lower(), match[2])} industry"


_UNSAID = re.compile(
    r"(?:(?:the|this|that|its|other|both|these|those|all|two|three|several|most|some) )*"
    r"(?:industry|sector|economy|industries|sectors)",
    re.IGNORECASE,
)


_TOO_WIDE = frozenset(load_words("areas").all_of("too_wide"))


class NotFilled(Exception):
    """A template part has nothing to be filled with: the rule makes no claim here.

    ``rivals`` are the things that compete, where there are several.
    """

    def __init__(self, rivals: Sequence[Mention] = ()) -> None:
        super().__init__()
        self.rivals = tuple(rivals)


class Refusal(NamedTuple):
    """A number that a rule reads and makes no claim of: the labels of the things that could own it."""

    start: int
    end: int
    rule: str
    rivals: tuple[str, ...]


class Pair(NamedTuple):
    """An item of a list, in words and as the marks in it, with its number in another list."""

    label: str
    marks: tuple[Mark, ...]
    number: Mark


@dataclass(frozen=True, slots=True)
class Thing:
    """A subject or object, filled in: and how it was found where its name is not in the quote.

    ``end`` is where the words of an item end in the masked sentence, if what stands behind says nothing of it.
    """

    iri: str
    label: str
    type: str
    garbled: bool = False
    resolved: Span | None = None
    how: str = ""
    end: int = 0


class MatchWords:
    """One sentence with its rules, and what a match in it says."""

    def __init__(
        self,
        rules: RuleSet,
        lexicon: Lexicon,
        reading: Reading,
        sentence: SentenceReading,
        earlier: Told,
    ) -> None:
        self.rules = rules
        self.lexicon = lexicon
        self.base = lexicon.base
        self.earlier = earlier
        self.members = earlier.members
        self.reading = reading
        self.article = reading.article
        self.sentence = sentence
        self.taken: set[int] = set()
        self._subjects: dict[tuple[int, bool, bool, bool], tuple[tuple[Mention, str] | None, tuple[Mention, ...]]] = {}
        self._asks_things = self._asks_places = self._asks_deeds = False
        self._groups: dict[tuple[str, str], Thing] = {}
        """By the mark of a number and what it counts, the group that a rule has made of it first."""
        self.refusals: list[Refusal] = []
        self._pair: Pair | None = None
        self._modalities: dict[tuple[int, int], str] = {}
        self._unsaid: tuple[str, list[Span]] = ("", [])
        """The text of the sentence last asked of, and what it only supposes."""
        self._listed: dict[tuple[str, str], set[str]] = {}
        """By predicate and object, of what rules have claimed it in this sentence."""
        self._known: set[tuple[str, ...]] = set()
        """What the claims of the whole sentence mean, while a reduction of it is read."""

    def _span(self, match: Match) -> Span:
        """Return the article span of a match, without surrounding white space."""
        groups = match.re.groupindex
        start, end = match.span("quote") if "quote" in groups and match["quote"] else match.span()
        text = match.string
        while start < end and text[start] in _LEAD:
            start += 1
        while end > start and text[end - 1] in _TAIL:
            end -= 1
        if text.startswith(")", end) and text.count("(", start, end) > text.count(")", start, end):
            end += 1
        begin, stop = self.sentence.locate(start), self.sentence.locate(end, end=True)
        return Span(begin, stop + _closes_quotation(self.article.text, begin, stop))

    def _sentences_before(self) -> Iterator[SentenceReading]:
        """Yield the sentences that stand before this one, the nearest first."""
        number = self.reading.number_of(self.sentence.sentence)
        return (self.reading.sentences[n] for n in range(number - 1, -1, -1))

    def _slot_mark(self, match: Match, name: str) -> Mark:
        if self._pair and name == "each":
            return self._pair.number
        found = match[name.removeprefix("$")]
        if not found:
            raise NotFilled
        return self.sentence.mark_at(found)

    def _quantity(self, match: Match, name: str) -> Quantity:
        quantity = self._slot_mark(match, name).quantity
        if quantity is None:
            raise NotFilled
        return quantity

    def _words(self, match: Match, name: str) -> str:
        """Return what a group matched, as words: a slot's label, or the article's own text."""
        if self._pair and name == "each":
            return self._pair.label
        if name not in match.re.groupindex or not match[name]:
            return ""
        mark = self._mark_or_none(match, name)
        if mark and mark.mention:
            return mark.mention.label
        return clean_words(self.article.text[slice(*self._group_span(match, name))])

    def _group_span(self, match: Match, name: str) -> Span:
        start, end = match.span(name)
        if isinstance(self.sentence, Reduction) and self.sentence.is_broken(start, end):
            raise NotFilled  # words that do not stand together are no name
        return Span(self.sentence.locate(start), self.sentence.locate(end, end=True))

    def _label(self, template: str, match: Match) -> str:
        text = FIELD.sub(lambda found: self._field_words(match, found), template)
        return _SETTLED.sub("", _TWICE.sub(r"\1", clean_words(text)))

    def _field_words(self, match: Match, field: re.Match[str]) -> str:
        """Return what a field of a label stands for: words, a stage's name, or whom or what the words count."""
        if field[2] == ":stage":
            return self._stage_of(match, field[1]).word
        if field[2] == ":deed":
            return self._phrased(self.rules.deeds, match, field[1]).word
        if field[2] == ":said" and match[field[1]]:
            return clean_words(self.article.text[slice(*self._group_span(match, field[1]))])  # "robots", not "robotics"
        words = self._words(match, field[1])
        if not field[2]:
            return words
        if field[2] == ":measure":
            measure, of, _ = words.partition(" of ")
            owned = None if of else _THEIRS.fullmatch(words)
            if not of and not owned:
                raise NotFilled
            return owned[1] if owned else measure
        members = _NUMBER_OF.sub("", words)
        low = members.lower()
        if low.isalpha() and any(pattern.fullmatch(low) for pattern in self.rules.items.values()):
            return low  # "Coal makes 42 percent of": no name, though in a capital
        return self._find_head(members)[0] if field[2] == ":head" else members

    def _indicator_words(self, match: Match, field: re.Match[str]) -> str:
        return self._field_words(match, field) if field[2] else self._unowned_words(match, field[1])

    def _find_head(self, words: str) -> tuple[str, str]:
        """Return the noun that words end with and the class of its kind: "market entities" of "new market entities"."""
        last = _PARTICIPLE.sub("", _NARROWED.split(words, maxsplit=1)[0]).split()[-4:]
        for first in range(len(last)):
            noun = " ".join(last[first:])
            for kind in self.rules.kinds:
                if kind.pattern.fullmatch(noun.lower()):
                    return noun, kind.concept
        return " ".join(last[-1:]), ""

    def _stage_of(self, match: Match, name: str) -> Stage:
        return self._phrased(self.rules.stages, match, name)

    @staticmethod
    def _phrased(choices: Sequence[Stage], match: Match, name: str) -> Stage:
        """Return the stage or the kind whose phrasing a group matched."""
        words = match.groupdict().get(name) or ""
        for choice in choices:
            if choice.pattern.fullmatch(words):
                return choice
        raise NotFilled

    def _indicator(self, words: str, growth: bool) -> str:
        """Return the indicator that words name: one of the lexicon's, else one coined from the words."""
        lead = _DETERMINER.match(words)
        label = _PRAISED.sub("", _OWNED.sub(_say_owned, words[lead.end() :] if lead else words), count=1)
        if not label:
            raise NotFilled
        label = _AREA_OF_AREA.sub("", _OF_WHEN.sub("", label))
        form = _HERE.sub("", _ASIDE.sub("", label))
        while form:
            for spelt in (form, form[0].lower() + form[1:], f"{form}s"):
                if concept := self.lexicon.find_concept(spelt):
                    return concept + ("Growth" if growth else "")
            whole = _WHOLE.match(form)
            form = form[whole.end() :] if whole else ""
        if any(form.search(label) for form in (_OTHERS, _POINTS, _TORN, _BARE_SHARE)) or _QUARTER.match(label):
            raise NotFilled
        if label.lower() in _BARE or _TIME_ALONE.fullmatch(label) or _DOES.match(label):
            raise NotFilled
        label = _SECTOR.sub(_say_sector, _VALUE_ADDED.sub("added value", _SHORT.sub("", label)))
        return mint_iri(self.base, "indicator", slugify(f"growth of {label}" if growth else label))

    def _find_owner(self, match: Match, name: str) -> Mark | None:
        """Return the place inside a group's words that owns what follows: "the added value of Linhe's firms"."""
        words = match.groupdict().get(name)
        if words is None or self._mark_or_none(match, name) or _RATIO.match(words):
            return None
        for found in re.finditer(MARK, match[name]):
            mark = self.sentence.mark_at(found[0])
            owns = POSSESSIVE.match(match[name], found.end()) or _PEOPLE.match(match[name], found.end())
            if owns and mark.key in self.rules.slots["Place"]:
                if mark.mention is not None and mark.mention.label in _TOO_WIDE:
                    raise NotFilled  # "the trade of northwest China's Linhe Region": of what nobody knows
                return mark
        return None

    def _unowned_words(self, match: Match, name: str) -> str:
        """Return a group's words without the place that owns what they name, which is the subject."""
        owner = self._find_owner(match, name)
        if owner is None:
            words = self._words(match, name)
            return words if _RATIO.match(words) else _UNRESOLVED.sub("the ", words)
        start, end = self._group_span(match, name)
        behind = POSSESSIVE.sub("", self.article.text[owner.end : end], count=1)
        return f"{_DETERMINER_LAST.sub('', self.article.text[start : owner.start])}the{behind}"

    def _mark_or_none(self, match: Match, name: str) -> Mark | None:
        found = match[name]
        return self.sentence.mark_at(found) if found and len(found) == 2 and "\ue000" <= found[0] < "\ue100" else None


def clean_words(text: str) -> str:
    """Return words for a label: quote marks dropped, white space single.

    >>> clean_words(' the " two  districts "key items')
    'the two districts key items'
    """
    return SPACE.sub(" ", _QUOTES.sub(" ", text)).strip(" ,;:.").lstrip("–— -")


def start_of(match: Match) -> int:
    """Return where the words of a match begin that something is said of: its group ``at``, if that matched."""
    begun = match.start("at") if "at" in match.re.groupindex else -1
    return begun if begun >= 0 else match.start()


def _closes_quotation(text: str, start: int, end: int) -> bool:
    """Say whether the mark behind a span closes a quotation that is opened in it: 29 "specialized SMEs".

    >>> _closes_quotation('29 "new SMEs".', 0, 12)
    True
    """
    if text.startswith("”", end):
        return text.count("“", start, end) > text.count("”", start, end)
    return text.startswith('"', end) and text.count('"', start, end) % 2 == 1
