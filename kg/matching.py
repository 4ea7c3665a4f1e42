"""One sentence and the rules: each match fills the templates of its rule and becomes claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, NamedTuple

from kg.lexicon import Lexicon, fold_case
from kg.lists import Item, is_item, is_mark, share_noun, split_list, strip_noun
from kg.model import Claim, Mention, Quantity, Resolution, Span, hash_id, say_value
from kg.pattern import CLAUSE, MARK
from kg.reading import (
    Mark,
    Reading,
    SentenceReading,
    find_list_period,
    find_modality,
    find_paragraph_period,
    find_period,
    find_same_period,
    is_base,
)
from kg.rules import Rule, RuleSet, Stage, Template, as_choices, slot_name
from kg.subjects import find_subject
from kg.vocab import (
    CONCEPT,
    DISTRICT,
    RDC,
    WITHIN,
    article_iri,
    class_iri,
    class_name,
    cohort_iri,
    mint_iri,
    observation_iri,
    slugify,
)

REACH = 60
"""How many characters at most stand between a value and what is said of it next."""

PRIOR = 600
"""How many characters in front of a match at most its rule's ``prior`` looks through: more than any of them spans."""

PARTS = frozenset(
    "valueAdded outputValue revenue profit investment contractValue capacity area floorArea income funding output"
    " consumption expenditure loans deposits assets budget earnings transactions turnover".split()
)
"""What parts of a place have as well: said of nothing, these are of what the sentence before speaks of."""
_REGIONAL = frozenset(("industrial", "regional", "local", "agricultural", "fiscal"))
OF_THINGS = frozenset(("investment", "area", "floorArea", "capacity", "beds", "jobs-created"))
"""What is said of plants, bases and buildings as well as of places: whichever the words before are about."""
PLACES = frozenset(("District", "Park", "AdminArea"))
_OF_FIRMS = frozenset(
    name + growth for name in ("revenue", "profit", "output", "sales", "turnover") for growth in ("", "Growth")
)
_TELLS = re.compile(r"(?: (?:also|has|had|recently))? (?:said|announced|reported|added|noted|posted|saw|expects)\b")
_INDUSTRY = re.compile(
    r"(?:[Tt]he )?(?:[\w-]+ ){0,3}?"
    r"(?:[Mm]anufacturing|[Aa]griculture|[Ss]ervices|[Tt]ourism|[Ii]ndustry|[Ii]ndustries|[Ss]ectors?)"
    r"(?: (?:industry|sector))?"
    r" (?:accounted|led|took|was|were|made|contributed|dominated|played|remained|came|followed|is|are)\b"
)
# What is invested is said of a project: never of the place a sentence is about, unless it is named with it.
_INVESTED = re.compile(
    r"(?:(?:actual|actually|annual|completed|real|accumulated|initial|extra|agreed|planned|total|estimated|combined|contracted|intended|contractual|cumulative|expected)-)*investments?"
    r"(?:-(?:of|for|in|by)-.*(?:project|enterprise|firm|compan).*)?"
)

CONFIDENCE = {"explicit": "1", "implied": "0.8", "garbled": "0.5", "missing": "0.5"}
"""How far a claim of each status is to be believed; a stated order of trust, not a measured probability."""

_ASIDE = re.compile(r" ?\([^()]{1,40}\)$")
# Where the thing it is said of lies: no part of an indicator's name.
_HERE = re.compile(
    r" (?:in (?:the )?(?:area|zone|park)|of the (?:area|zone|park|region|district|city|county|new area)"
    r"|of the whole society|for the (?:(?:whole|full|entire) )?year)$"
)
# Of a thing that nobody knows: "throughput of Yunhe Port" is no indicator of a place.
_OTHERS = re.compile(r" (?:of|in|at) (?:the )?[A-Z][a-z]+ [A-Z][a-z]")
_WHOLE = re.compile(
    r"(?:total|overall|combined|gross|whole|annual|newly|local|regional|full-year"
    r"|(?:value|volume|amount) of(?: the)?) ",
    re.IGNORECASE,
)
# What an indicator is short for, behind it: no part of a name of its own.
_SHORT = re.compile(r" \([A-Z&]{2,8}\)")
_PRONOUN = re.compile(r"[ ,]*(?:and )?(?:its|it|their|they)\b")
# "For the tertiary sector, its added value …": not the place's.
_FOR_PART = re.compile(
    r"\b(?:for|in|as for|as to|regarding|of|among) (?:the |its )?[^,.;]{3,70}"
    r"(?:industry|industries|sectors?|manufacturing|trade|firms|companies|enterprises|projects), $"
)
_FIRMS = re.compile(
    r"\b(?:enterprises|companies|firms|businesses|manufacturers|start-?ups|industries|sectors|projects|parks|zones"
    r"|residents|banks|stores)\b[^.;]*$"
)
# "…, with some firms showing output growth of 14 percent and …": what follows is of the firms.
_TOLD_OF_FIRMS = re.compile(
    r"\b(?:companies|firms|enterprises|businesses|manufacturers|projects|clusters) (?:showing|seeing|reporting|posting"
    r"|recording|achieving|registering|having|making|generating)\b[^.;]{0,160}$"
)
_RATIO = re.compile(r"(?:(?:the|its) )?(?:share|proportion|ratio|percentage)\b", re.IGNORECASE)
# "the city's", of a city that no mention names: the subject, wherever it is told.
_UNRESOLVED = re.compile(r"\b(?:the|its) (?:city|district|county|zone|park|area|new area|town)[’']s (?:total )?")
_DETERMINER_LAST = re.compile(r"\b(?:the|its|their) $", re.IGNORECASE)
_AMOUNT = re.compile(f"({MARK}) ")
_DETERMINER = re.compile(r"(?:(?:the|a|an|its|their|this|these) )+", re.IGNORECASE)
# The base that a growth has where an article names none: not worth a scope of its own.
_USUAL = re.compile(
    r"(?:the )?(?:(?:same|corresponding) period (?:of |in )?)?(?:the )?(?:last|previous|preceding|prior) year"
    r"|the year before|the year-earlier (?:level|period)|(?:that |those )(?:of|in) (?:the )?(?:last|previous) year"
)
_AGAINST = re.compile(r"^(?:over|from|than|on|against|in|during) (?=the |that |last |[12])")
_KIND = re.compile(r"\{(\w+):kind\}")
_FIELD = re.compile(r"\{(\w+)(:stage)?\}")
_QUOTES = re.compile('["“”‘「」『』《》]')
_PREPOSITION = re.compile(r"\b(?:of|in|at|for|to|from|by|with|into|on|near|than)(?: the)? [\"“‘']?$")
# A place that something is in.
_INSIDE = re.compile(r"\b(?:in|at|across|throughout)(?: the)? $", re.IGNORECASE)
# In an item of a list it leaves open where the list is to be divided.
_CONJUNCTION = re.compile(r"\b(?:and|or)\b")
_LAST_COMMA = re.compile(", (?:and|as well as) ")
_SUMS = frozenset(("money", "percent", "times"))
_RATIOS = frozenset(("percent", "point", "times", "rank"))
_LEAD = " \t\n,;:."
_TAIL = " \t\n,;:"
_SPACE = re.compile(r"\s+")
_POSSESSIVE = re.compile(r"[\"”]?[’']s\b")


class _NotFilled(Exception):
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


@dataclass(frozen=True, slots=True)
class _Thing:
    """A subject or object, filled in: and how it was found where its name is not in the quote."""

    iri: str
    label: str
    type: str
    garbled: bool = False
    resolved: Span | None = None
    how: str = ""


class SentenceMatcher:
    """Applies the rules to one sentence.

    ``earlier`` are the claims of the article so far, and grow; ``members`` says what each cohort counts.
    """

    def __init__(
        self,
        rules: RuleSet,
        lexicon: Lexicon,
        reading: Reading,
        sentence: SentenceReading,
        earlier: list[Claim],
        members: dict[str, str],
    ) -> None:
        self.rules = rules
        self.lexicon = lexicon
        self.base = lexicon.base
        self.earlier = earlier
        self.members = members
        self.reading = reading
        self.article = reading.article
        self.sentence = sentence
        self.taken: set[int] = set()
        self._places: dict[str, dict[str | frozenset[str], list[int]]] = {}
        self._subjects: dict[tuple[int, bool, bool], tuple[tuple[Mention, str] | None, tuple[Mention, ...]]] = {}
        self._asks_things = False
        self._groups: dict[tuple[str, str], _Thing] = {}
        """By the mark of a number and what it counts, the group that a rule has made of it first."""
        self.refusals: list[Refusal] = []
        self._pair: tuple[str, Mark] | None = None
        self._modalities: dict[tuple[int, int], str] = {}

    def make_claims(self) -> list[Claim]:
        """Return the claims of the sentence, in rule order.

        A number that one rule has made a value of is not made another value by a later rule, so that
        rules can be written from the special to the general.
        """
        claims: list[Claim] = []
        for rule in self.rules.select_rules(self.sentence.triggers, self.sentence.codes):
            text = self.sentence.masked if rule.case else self.sentence.folded
            if rule.pattern is None or not self._suits(rule):
                continue
            taken: set[int] = set()
            places = self._find_places(text, rule.pattern.anchor)
            if not places and rule.pattern.anchor:
                continue
            for match in rule.pattern.find_matches(text, places):
                if not self._is_allowed(rule, match, text):
                    continue
                values = self._value_marks(rule, match)
                if values & self.taken:
                    continue
                made = list(self._fill_templates(rule, match))
                claims.extend(made)
                self.earlier.extend(made)
                if made:
                    taken |= values
            self.taken |= taken
        return claims

    def _find_places(self, text: str, anchor: frozenset[str]) -> list[int]:
        """Return the positions of the sentence where a pattern of this anchor can match, in order."""
        places = self._places.get(text)
        if places is None:
            places = self._places.setdefault(text, {})
            for position, char in enumerate(text):
                places.setdefault(char, []).append(position)
            places[CLAUSE] = self.rules.find_clauses(self.sentence.folded)
        found = places.get(anchor)
        if found is None:
            found = places[anchor] = sorted({place for char in anchor for place in places.get(char, ())})
        return found

    def _suits(self, rule: Rule) -> bool:
        """Say whether a rule is for this part of the page and this kind of text."""
        part = self.sentence.sentence.part
        kind = "translated" if self.reading.translated else "plain"
        suits = rule.part == part or (rule.part == "any" and part != "meta")
        return suits and rule.texts in ("any", kind)

    @staticmethod
    def _value_marks(rule: Rule, match: re.Match[str]) -> set[int]:
        """Return the marks of the numbers that a match would make values of."""
        marks: set[int] = set()
        for template in rule.templates:
            found = match[template.values or slot_name(template.value)] if template.value else None
            if found:
                marks.update(ord(mark[1]) for mark in (re.findall(MARK, found) if template.values else (found,)))
        return marks

    def _is_allowed(self, rule: Rule, match: re.Match[str], text: str) -> bool:
        if rule.unless is not None and rule.unless.search(text, max(0, match.start() - 80), match.end()):
            return False
        start = match.start()
        if rule.prior is not None and rule.prior.search(text, max(0, start - PRIOR), start) is None:
            return False
        return all(pattern.search(self._slot_words(match[slot])) for slot, pattern in rule.named.items() if match[slot])

    def _slot_words(self, found: str) -> str:
        """Return in lower case the label of the thing a slot matched, or the words of its quantity."""
        mark = self.sentence.mark_at(found)
        return fold_case(mark.mention.label if mark.mention else self.article.text[mark.start : mark.end])

    def _fill_templates(self, rule: Rule, match: re.Match[str]) -> Iterator[Claim]:
        for template in rule.templates:
            if template.when and not match[template.when]:
                continue
            if template.value and not template.values and not match[slot_name(template.value)]:
                continue
            for pair in self._pairs(template, match):
                self._pair = pair
                for target in self._targets(template, match):
                    for edge in self._edges(template, match):
                        try:
                            yield self._fill_template(rule, template, match, edge, target)
                        except _NotFilled as failure:
                            self._note_refusal(rule, template, match, failure)
        self._pair = None

    def _pairs(self, template: Template, match: re.Match[str]) -> Iterator[tuple[str, Mark] | None]:
        """Yield the items of a list, each with its number in another; of a template without lists nothing, once.

        "A and B rose by 3 and 4 percent": lists of unlike length give none, nor does an item that may be two.
        """
        if not template.each:
            yield None
            return
        if not match[template.each] or not match[template.values]:
            return
        marks = [self.sentence.mark_at(found) for found in re.findall(MARK, match[template.values])]
        items = split_list(self.sentence.masked, *match.span(template.each), count=len(marks))
        spans = [Span(self.sentence.locate(item.start), self.sentence.locate(item.end, end=True)) for item in items]
        labels = share_noun([clean_words(self.article.text[slice(*span)]) for span in spans])
        sure = _LAST_COMMA.search(match[template.each]) is not None
        if any(not label or (_CONJUNCTION.search(label) and not sure) for label in labels):
            return
        for label, mark in zip(labels, marks, strict=False):
            if mark.key in _SUMS and mark.key != "times":
                yield label, mark

    def _note_refusal(self, rule: Rule, template: Template, match: re.Match[str], failure: _NotFilled) -> None:
        found = match.groupdict().get(slot_name(template.value)) if template.value else None
        if failure.rivals and found:
            mark = self.sentence.mark_at(found)
            self.refusals.append(Refusal(mark.start, mark.end, rule.id, tuple(m.label for m in failure.rivals)))

    def _targets(self, template: Template, match: re.Match[str]) -> Iterator[_Thing | None]:
        """Yield each item of the list that a template's object stands for; else nothing, once."""
        part = template.object
        if not isinstance(part, dict) or "each" not in part:
            yield None
            return
        if not match[part["each"]]:
            return
        number = match.groupdict().get(part.get("count", "")) or ""
        quantity = self.sentence.mark_at(number).quantity if number else None
        count = int(quantity.value) if quantity and quantity.value.isdigit() else 0
        names = bool(part.get("names"))
        for item in split_list(self.sentence.masked, *self._list_span(match, part["each"]), count=count, names=names):
            thing = self._item_thing(part, item, names=names)
            if thing is not None:
                yield thing

    def _list_span(self, match: re.Match[str], name: str) -> Span:
        """Return where a list stands: up to the first period in it, which belongs to the sentence."""
        start, end = match.span(name)
        for found in re.finditer(f" {MARK}", self.sentence.masked[start:end]):
            quantity = self.sentence.mark_at(found[0][1:]).quantity
            if quantity and quantity.kind in ("period", "date"):
                return Span(start, start + found.start())
        return Span(start, end)

    def _item_thing(self, part: dict[str, Any], item: Item, *, names: bool) -> _Thing | None:
        """Return what an item of a list is: a thing known or named before, else what its words make it."""
        kind = class_name(part["class"])
        masked = self.sentence.masked
        bare = item if names else strip_noun(masked, item)
        amount = _AMOUNT.match(masked, bare.start, bare.end)
        if amount and self.sentence.mark_at(amount[1]).quantity:
            bare = Item(amount.end(), bare.end)  # "a 2-billion-yuan plant"
        words = masked[bare.start : bare.end]
        if is_mark(words):
            mention = self.sentence.mark_at(words).mention
            if mention is None or class_name(mention.type) not in (kind, *part.get("also", ())):
                return None
            return self._mention_thing(mention)
        marks = [self.sentence.mark_at(found[0]) for found in re.finditer(MARK, words)]
        if part.get("known") or not words or any(m.mention is None or m.mention.kind == "reference" for m in marks):
            return None
        span = Span(self.sentence.locate(bare.start), self.sentence.locate(bare.end, end=True))
        label = clean_words(self.article.text[slice(*span)])
        if not is_item(label, names=names):
            return None
        garbled = any(m.mention is not None and m.mention.garbled for m in marks)
        return _Thing(mint_iri(self.base, slugify(kind), slugify(label)), label, kind, garbled)

    def _edges(self, template: Template, match: re.Match[str]) -> tuple[str, ...]:
        """Return which ends of its number a template claims: a range is at least the one, up to the other."""
        found = match.groupdict().get(slot_name(template.value)) if template.value else None
        quantity = self.sentence.mark_at(found).quantity if found else None
        return ("atLeast", "upTo") if quantity and quantity.high else ("",)

    def _fill_template(
        self, rule: Rule, template: Template, match: re.Match[str], edge: str, target: _Thing | None
    ) -> Claim:
        span = self._span(match)
        predicate = self._fill_predicate(template.predicate, match)
        self._asks_things = re.split(r"[/#]", predicate)[-1] in OF_THINGS
        subject = self._fill_thing(template.subject, match)
        if not self._may_own(subject, predicate, match):
            raise _NotFilled
        garbled = subject.garbled
        status = template.status or rule.status
        fields: dict[str, Any] = {
            "subject": subject.iri,
            "subject_label": subject.label,
            "subject_type": subject.type,
            "predicate": predicate,
            "modality": template.modality or self._find_modality(match),
            "rule": rule.id,
        }
        resolutions = list(self._resolutions("subject", subject, span))
        if template.value or template.unit or (template.object is None):
            fields |= self._fill_value(template, match, subject, predicate, edge)
            resolutions += self._second_currency(template, match)
            if not fields["value"]:
                status = "missing"
                fields["reason"] = "lostInTranslation" if self.reading.translated else "notStated"
            fields["object_label"] = say_value(fields)
        else:
            target = target or self._fill_object(template.object, match)
            if target.iri and (target.iri == subject.iri or self._lies_elsewhere(predicate, subject, target)):
                raise _NotFilled
            garbled = garbled or target.garbled
            resolutions += self._resolutions("object", target, span)
            fields |= {"object": target.iri, "object_label": target.label, "object_type": target.type}
            if template.period:
                fields |= self._period_fields(self._said_period(template, match))
        status = "garbled" if garbled and status == "explicit" else status
        resolutions += self._period_resolution(fields, span)
        return Claim.from_span(
            self.article,
            span,
            **{key: value for key, value in fields.items() if not key.startswith("_")},
            status=status,
            confidence=CONFIDENCE[status],
            resolved=tuple(resolutions),
        )

    def _lies_elsewhere(self, predicate: str, subject: _Thing, target: _Thing) -> bool:
        """Say whether a district would lie in another city than its own: "Xiaoshan, Wenzhou" in a list are two."""
        known = self.lexicon.entities.get(subject.iri)
        if predicate != WITHIN or known is None or not known.within or target.iri == known.within:
            return False
        return known.type == DISTRICT and target.iri in self.lexicon.cities

    def _may_own(self, subject: _Thing, predicate: str, match: re.Match[str]) -> bool:
        """Say whether a number can belong to a thing that stands elsewhere: "the output value" is of what?"""
        name = re.split(r"[/#]", predicate)[-1]
        if subject.type in PLACES and name in _OF_FIRMS and self._is_told_by_firm(match):
            return False
        if not subject.how.endswith("-subject"):
            return True
        if subject.type in PLACES and (_INVESTED.fullmatch(name) or self._is_told_of_industry(match)):
            return False
        if subject.how in ("value-subject", "sentence-subject") or _PRONOUN.match(match.string, match.start()):
            return True
        said = [self._group_span(match, group) for group in ("x", "y") if match.groupdict().get(group)]
        words = " ".join(self.article.text[slice(*span)] for span in said).split()
        if name.removeprefix("growth-of-").removesuffix("Growth") not in PARTS or len(words) > 3:
            return True
        return bool(_REGIONAL & {fold_case(word) for word in words}) or self._is_spoken_of(subject)

    def _is_told_by_firm(self, match: re.Match[str]) -> bool:
        """Say whether an enterprise tells it: "Lanhai said its revenue in Linhe District doubled" is of Lanhai."""
        first = next((mark for mark in self.sentence.marks if mark.mention), None)
        if first is None or first.mention is None or not first.mention.type.endswith("Enterprise"):
            return False
        return first.end <= self._span(match).start and _TELLS.match(self.article.text, first.end) is not None

    def _is_told_of_industry(self, match: re.Match[str]) -> bool:
        """Say whether the sentence is about an industry: "Manufacturing led, with exports of 3 billion yuan"."""
        start = self.sentence.sentence.start
        about = _INDUSTRY.match(self.article.text, start)
        return about is not None and about.end() <= self._span(match).start

    def _is_spoken_of(self, subject: _Thing) -> bool:
        """Say whether all the values of the sentence before, of indicators known, are of a thing."""
        starts = [s.sentence for s in self.reading.sentences if s.sentence.end <= self.sentence.sentence.start]
        if not starts or starts[-1].paragraph != self.sentence.sentence.paragraph:
            return False
        values = [c for c in self.earlier if c.start >= starts[-1].start and c.object_type == "Observation"]
        return bool(values) and all(c.subject == subject.iri and c.predicate.startswith(RDC) for c in values)

    def _span(self, match: re.Match[str]) -> Span:
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
        return Span(self.sentence.locate(start), self.sentence.locate(end, end=True))

    # ------------------------------------------------------------ parts
    def _slot_mark(self, match: re.Match[str], name: str) -> Mark:
        if self._pair and name == "each":
            return self._pair[1]
        found = match[name.removeprefix("$")]
        if not found:
            raise _NotFilled
        return self.sentence.mark_at(found)

    def _quantity(self, match: re.Match[str], name: str) -> Quantity:
        quantity = self._slot_mark(match, name).quantity
        if quantity is None:
            raise _NotFilled
        return quantity

    def _said_period(self, template: Template, match: re.Match[str]) -> Quantity | None:
        """Return the period a template names; of several slots the first that matched, or none."""
        choices = as_choices(template.period)
        said = [choice for choice in choices if match[slot_name(choice)]]
        return self._quantity(match, said[0] if said else choices[0]) if said or len(choices) == 1 else None

    def _words(self, match: re.Match[str], name: str) -> str:
        """Return what a group matched, as words: a slot's label, or the article's own text."""
        if self._pair and name == "each":
            return self._pair[0]
        if name not in match.re.groupindex or not match[name]:
            return ""
        mark = self._mark_or_none(match, name)
        if mark and mark.mention:
            return mark.mention.label
        return clean_words(self.article.text[slice(*self._group_span(match, name))])

    def _group_span(self, match: re.Match[str], name: str) -> Span:
        start, end = match.span(name)
        return Span(self.sentence.locate(start), self.sentence.locate(end, end=True))

    def _label(self, template: str, match: re.Match[str]) -> str:
        text = _FIELD.sub(
            lambda found: self._stage_of(match, found[1]).word if found[2] else self._words(match, found[1]), template
        )
        return clean_words(text)

    def _stage_of(self, match: re.Match[str], name: str) -> Stage:
        return self._phrased(self.rules.stages, match, name)

    @staticmethod
    def _phrased(choices: Sequence[Stage], match: re.Match[str], name: str) -> Stage:
        """Return the stage or the kind whose phrasing a group matched."""
        words = match.groupdict().get(name) or ""
        for choice in choices:
            if choice.pattern.fullmatch(words):
                return choice
        raise _NotFilled

    def _fill_predicate(self, part: Any, match: re.Match[str]) -> str:
        if isinstance(part, dict):
            words = _FIELD.sub(lambda found: self._unowned_words(match, found[1]), part["indicator"])
            return self._indicator(clean_words(words), bool(part.get("growth")))
        name, _, suffix = str(part)[1:].partition(":")
        if str(part).startswith("$"):
            return self._slot_thing(match, name).iri + suffix
        if str(part).startswith("@"):
            return self._near_thing(name, match).iri + suffix
        if str(part).startswith("<"):
            return self._value_indicator(str(part)[1:], match)
        return str(part)

    def _indicator(self, words: str, growth: bool) -> str:
        """Return the indicator that words name: one of the lexicon's, else one coined from the words."""
        lead = _DETERMINER.match(words)
        label = words[lead.end() :] if lead else words
        if not label:
            raise _NotFilled
        form = _HERE.sub("", _ASIDE.sub("", label))
        while form:
            for mention in self.lexicon.find_mentions(form):
                if mention.type == CONCEPT and (mention.start, mention.end) == (0, len(form)):
                    return mention.entity + ("Growth" if growth else "")
            whole = _WHOLE.match(form)
            form = form[whole.end() :] if whole else ""
        if _OTHERS.search(label):
            raise _NotFilled
        label = _SHORT.sub("", label)
        return mint_iri(self.base, "indicator", slugify(f"growth of {label}" if growth else label))

    def _find_owner(self, match: re.Match[str], name: str) -> Mark | None:
        """Return the place inside a group's words that owns what follows: "the added value of Linhe's firms"."""
        words = match.groupdict().get(name)
        if words is None or self._mark_or_none(match, name) or _RATIO.match(words):
            return None
        for found in re.finditer(MARK, match[name]):
            mark = self.sentence.mark_at(found[0])
            if mark.key in self.rules.slots["Place"] and _POSSESSIVE.match(match[name], found.end()):
                return mark
        return None

    def _unowned_words(self, match: re.Match[str], name: str) -> str:
        """Return a group's words without the place that owns what they name, which is the subject."""
        owner = self._find_owner(match, name)
        if owner is None:
            words = self._words(match, name)
            return words if _RATIO.match(words) else _UNRESOLVED.sub("the ", words)
        start, end = self._group_span(match, name)
        behind = _POSSESSIVE.sub("", self.article.text[owner.end : end], count=1)
        return f"{_DETERMINER_LAST.sub('', self.article.text[start : owner.start])}the{behind}"

    def _fill_object(self, part: Any, match: re.Match[str]) -> _Thing:
        if isinstance(part, dict) and "text" in part:
            name = part["text"].strip("{}")
            if name not in match.re.groupindex or not match[name]:
                raise _NotFilled
            words = self.article.text[slice(*self._group_span(match, name))]
            return _Thing("", _SPACE.sub(" ", words).strip(), "literal")
        if isinstance(part, dict) and "stage" in part:
            stage = self._stage_of(match, part["stage"])
            if not stage.concept:
                raise _NotFilled
            return _Thing(stage.concept, stage.label, "Concept")
        if isinstance(part, dict) and "concept" in part:
            return _Thing(part["concept"], part["label"], "Concept")
        return self._fill_thing(part, match)

    def _fill_thing(self, part: Any, match: re.Match[str]) -> _Thing:
        if isinstance(part, tuple):
            return self._fill_first(part, match)
        if isinstance(part, dict):
            return self._make_thing(part, match)
        text = str(part)
        if text == "article":
            label = self.article.slice(*self.article.title) if self.article.title else self.article.id
            return _Thing(article_iri(self.base, self.article.id), label, "NewsArticle")
        if text.startswith("$"):
            return self._slot_thing(match, text[1:])
        if text.startswith("@@"):
            return self._claimed_thing(text[2:])
        if text.startswith("@"):
            return self._near_thing(text[1:], match)
        if text.startswith("^"):
            return self._first_thing(text[1:], match)
        if text.startswith("~"):
            return self._sole_thing(text[1:], match)
        if text.startswith("<"):
            return self._value_thing(text[1:], match)
        known = self.lexicon.entities.get(text)
        if known is None:
            raise _NotFilled
        return _Thing(known.iri, known.label, class_name(known.type))

    def _fill_first(self, parts: Sequence[Any], match: re.Match[str]) -> _Thing:
        """Return the first of several parts that can be filled."""
        rivals: tuple[Mention, ...] = ()
        for part in parts:
            try:
                return self._fill_thing(part, match)
            except _NotFilled as failure:
                rivals = rivals or failure.rivals
        raise _NotFilled(rivals)

    def _slot_thing(self, match: re.Match[str], name: str) -> _Thing:
        mark = self._slot_mark(match, name)
        if mark.mention is None:
            raise _NotFilled
        return self._mention_thing(mark.mention)

    @staticmethod
    def _mention_thing(mention: Mention, how: str = "") -> _Thing:
        return _Thing(
            mention.entity,
            mention.label,
            class_name(mention.type),
            mention.garbled,
            mention.resolved or (Span(mention.start, mention.end) if how else None),
            how or ("reference" if mention.resolved else ""),
        )

    def _near_thing(self, classes: str, match: re.Match[str]) -> _Thing:
        """Return the nearest earlier thing of a class: in the sentence, the paragraph, else the main one."""
        keys = [key for name in classes.split("|") for key in self.rules.slots[name]]
        before = self.sentence.locate(match.start())
        here = [m for m in self.sentence.marks if m.mention and m.mention.type in keys and m.end <= before]
        nearest = self._nearest_subject(here)
        if nearest and nearest.mention:
            return self._mention_thing(nearest.mention, "sentence-subject")
        paragraph = self.sentence.sentence.paragraph
        for other in reversed(self.reading.sentences):
            if other.sentence.start < self.sentence.sentence.start and other.sentence.paragraph == paragraph:
                nearest = self._nearest_subject([m for m in other.marks if m.mention and m.mention.type in keys])
                if nearest and nearest.mention:
                    return self._mention_thing(nearest.mention, "paragraph-subject")
        main = self._main_thing(keys)
        if main is None:
            raise _NotFilled
        return self._mention_thing(main, "article-subject")

    def _sole_thing(self, classes: str, match: re.Match[str]) -> _Thing:
        """Return the one thing of a class that the words are about; where two compete there is none."""
        keys = [key for name in classes.split("|") for key in self.rules.slots[name]]
        owner = self._find_owner(match, "x") or self._find_owner(match, "y")
        if owner and owner.mention and owner.mention.type in keys:
            return self._mention_thing(owner.mention)
        before = self.sentence.locate(match.start("at") if "at" in match.re.groupindex else match.start())
        pronoun = _PRONOUN.match(self.sentence.folded, match.start()) is not None
        if (pronoun and self._means_part(match)) or _TOLD_OF_FIRMS.search(self.sentence.folded, 0, match.start()):
            raise _NotFilled
        key = (before, pronoun, self._asks_things)
        if key not in self._subjects:
            competing: list[Mention] = []
            chosen = find_subject(
                self.reading,
                self.sentence,
                before,
                self.lexicon.entities,
                pronoun=pronoun,
                rivals=competing,
                things=self._asks_things,
            )
            self._subjects[key] = (chosen, tuple(competing))
        found, rivals = self._subjects[key]
        if found is None or found[0].type not in keys:
            raise _NotFilled([] if found else rivals)
        return self._mention_thing(*found)

    def _means_part(self, match: re.Match[str]) -> bool:
        """Say whether "its" or "their" may mean a sector or firms: "for the sector, its …", "firms saw their …"."""
        text, start = self.sentence.folded, match.start()
        if _FOR_PART.search(text, max(0, start - 90), start):
            return True
        return text.startswith("their ", start) and _FIRMS.search(text, max(0, start - 120), start) is not None

    def _first_thing(self, classes: str, match: re.Match[str]) -> _Thing:
        """Return what the sentence begins with, if it is of a class: who does all that the sentence tells."""
        keys = {key for name in classes.split("|") for key in self.rules.slots[name]}
        actors = {*keys, *self.rules.slots.get("Actor", ())}
        text, before = self.article.text, self.sentence.locate(match.start())
        for mark in self.sentence.marks:
            if mark.mention is None or mark.end > before or mark.mention.type not in actors:
                continue
            if _PREPOSITION.search(text, max(0, mark.start - 24), mark.start):
                continue
            if mark.mention.type not in keys or _POSSESSIVE.match(text, mark.end):
                raise _NotFilled
            return self._mention_thing(mark.mention, "sentence-subject")
        raise _NotFilled

    def _named_thing(self, classes: str, named: str) -> _Thing:
        """Return the thing of a class whose label holds a pattern: the last one before, else the first behind."""
        keys = {key for name in classes.split("|") for key in self.rules.slots[name]}
        marks = [m for s in self.reading.sentences for m in s.marks if m.mention and m.mention.type in keys]
        found = [m.mention for m in marks if m.mention and re.search(named, fold_case(m.mention.label))]
        here = self.sentence.sentence
        before = [m for m in found if m.end <= here.end]
        if not found:
            raise _NotFilled
        return self._mention_thing(before[-1] if before else found[0], "article-subject")

    def _nearest_subject(self, marks: Sequence[Mark]) -> Mark | None:
        """Return the last mark that no preposition governs, else the last: "the core of X" is not about X."""
        text = self.article.text
        free = [m for m in marks if not _PREPOSITION.search(text, max(0, m.start - 24), m.start)]
        chosen = free or list(marks)
        return chosen[-1] if chosen else None

    def _main_thing(self, keys: Sequence[str]) -> Mention | None:
        """Return what the article is about: named in its title if possible, in the slot's order of classes."""
        main = [self.reading.main_places[key] for key in keys if key in self.reading.main_places]
        title = self.article.title
        titled = [m for m in main if title and title.start <= m.start < title.end]
        return next(iter(titled or [m for m in main if m.start < self.sentence.sentence.end]), None)

    def _claimed_thing(self, text: str) -> _Thing:
        """Return the thing of an earlier claim: ``Event``, or ``Cohort.Policy`` by what it counts (same paragraph).

        With ``~`` behind it, the paragraph before may have counted it, if it counted one such group only; with ``!``
        there is none where this paragraph has counted several.
        """
        kind, _, member = text.rstrip("~!").partition(".")
        starts = [(s.sentence.paragraph, s.sentence.start) for s in self.reading.sentences]
        paragraph = self.sentence.sentence.paragraph
        floor = min(start for number, start in starts if number == paragraph)
        before = max((number for number, _ in starts if number < paragraph), default=paragraph)
        far = min(start for number, start in starts if number == before)
        fitting = [c for c in self.earlier if c.subject_type == kind and member in ("", self.members.get(c.subject))]
        near = [claim for claim in fitting if not member or claim.start >= floor]
        if not near and "~" in text:
            last = [claim for claim in fitting if claim.start >= far]
            near = last if len({claim.subject for claim in last}) == 1 else []
        if not near or (text.endswith("!") and len({claim.subject for claim in near}) > 1):
            raise _NotFilled
        found = near[-1]
        span = Span(found.start, found.end)
        return _Thing(found.subject, found.subject_label, found.subject_type, resolved=span, how="earlier-claim")

    def _value_before(self, match: re.Match[str]) -> Claim:
        """Return the value claimed last before a match: "…, up 5 percent, ranking first in the city".

        Between the two no other thing, indicator or number may stand, for it could own what follows; a place
        that only says where a group is ("343 firms were added in the district, up 5 percent") owns nothing.
        """
        start = self.sentence.locate(match.start("at") if "at" in match.re.groupindex else match.start())
        here = takewhile(lambda claim: claim.start >= self.sentence.sentence.start, reversed(self.earlier))
        values = [claim for claim in here if claim.object_type == "Observation" and claim.end <= start][::-1]
        if not values:
            raise _NotFilled
        last = max(values, key=lambda claim: (claim.end, claim.start, not claim.predicate.endswith("Growth")))
        text = self.article.text
        between = [m for m in self.sentence.marks if last.end <= m.start and m.end <= start]
        between = [m for m in between if not (m.key == "ordinal" and text.startswith(" time", m.end))]
        if last.subject_type == "Cohort":
            between = [m for m in between if not self._houses(m)]
        if start - last.end > REACH or any(m.key not in ("period", "date") for m in between):
            raise _NotFilled
        if any(c.subject != last.subject for c in values if c.end == last.end):
            raise _NotFilled
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
        ends = [
            s.sentence for s in self.reading.sentences if s.sentence.end <= here.start and s.sentence.part == "body"
        ]
        if not ends or here.paragraph - ends[-1].paragraph > 1:
            raise _NotFilled
        values = [c for c in self.earlier if c.object_type == "Observation" and c.start >= ends[-1].start]
        grown = [c for c in values if _is_growth(c) and c.unit == "percent"]
        found = grown if form == "growth" else [c for c in values if c.unit not in _RATIOS and not _is_growth(c)]
        kind = "percent" if form == "growth" else "money"
        said = [s for s in self.reading.sentences if s.sentence.start == ends[-1].start]
        if len({(c.subject, c.predicate) for c in found}) != 1 or sum(m.key == kind for m in said[0].marks) != 1:
            raise _NotFilled
        return found[-1]

    def _value_said(self, words: str, match: re.Match[str]) -> tuple[str, Claim]:
        """Return what is asked of the value before, and that value: ``-`` goes back to the sentence before."""
        if words.startswith("-"):
            return words[1:], self._value_of_sentence_before(words[1:])
        return words, self._value_before(match)

    def _value_thing(self, kinds: str, match: re.Match[str]) -> _Thing:
        """Return what the value before was said of, if it is of one of the named kinds (all where none is)."""
        back = kinds.startswith("-")
        claim = self._value_said(kinds, match)[1]
        names = kinds.split("|") if kinds and not back else []
        if names and claim.subject_type not in names and self.members.get(claim.subject) not in names:
            raise _NotFilled
        return _Thing(
            claim.subject,
            claim.subject_label,
            claim.subject_type,
            claim.status == "garbled",
            Span(claim.start, claim.end),
            "value-subject",
        )

    def _value_indicator(self, form: str, match: re.Match[str]) -> str:
        """Return the indicator of the value before: itself, its ``growth`` or ``change``, its ``share`` in a whole.

        Only an amount has a change; growth is also what a growth is said to be above or below of.
        """
        form, claim = self._value_said(form, match)
        name = re.split(r"[/#]", claim.predicate)[-1]
        coined = not claim.predicate.startswith(RDC)
        plain = claim.predicate if coined else claim.predicate.removesuffix("Growth")
        if form in ("change", "portion", "average") and (
            claim.unit in _RATIOS or _is_growth(claim) or name.startswith("share")
        ):
            raise _NotFilled
        if form == "exact" and (claim.qualifier != "moreThan" or claim.unit != self._quantity(match, "v").unit):
            raise _NotFilled
        if form == "change" and name == "count":
            if any(claim.start < m.start and m.end <= claim.end and m.key in _SUMS for m in self.sentence.marks):
                raise _NotFilled  # "67 projects with a total investment of 7 billion yuan, up 6 percent": which?
            return mint_iri(self.base, "indicator", "growth-of-the-number")
        if form == "growth" and name.startswith("share"):
            return claim.predicate  # "4 percent of GDP, 1 point above the average": the share is
        if form in ("growth", "change"):
            if coined:
                return mint_iri(self.base, "indicator", name if _is_growth(claim) else f"growth-of-{name}")
            return plain + "Growth" if form == "change" or claim.subject_type != "Cohort" else claim.predicate
        known = self.lexicon.entities.get(plain)
        words = known.label if known else name.removeprefix("growth-of-").replace("-", " ")
        if form == "average" and (claim.subject_type == "Cohort" or claim.value_before):
            raise _NotFilled  # "from 4 billion yuan in 2013 to 9 billion": over years that no one period names
        if form == "average":
            return mint_iri(self.base, "indicator", slugify(f"average annual growth of {words}"))
        if form not in ("share", "portion") and _is_growth(claim):
            raise _NotFilled  # "grew by 9 percent, ranking second": by growth or by size, the words do not say
        if form not in ("share", "portion"):
            return plain
        if claim.subject_type == "Cohort" or claim.predicate == RDC + "share":
            return RDC + "share"
        return mint_iri(self.base, "indicator", slugify(f"share of {words}"))

    def _make_thing(self, part: dict[str, Any], match: re.Match[str]) -> _Thing:
        base, article = self.base, self.article.id
        garbled = any(
            mark.mention.garbled
            for name, _ in _FIELD.findall(" ".join(str(v) for v in part.values()))
            if match.re.groupindex.get(name) and (mark := self._mark_or_none(match, name)) and mark.mention
        )
        if "cohort" in part:
            label = self._label(part["cohort"], match)
            value = self._quantity(match, part["value"]).value if match.groupdict().get(part.get("value", "")) else ""
            key = self._label(part.get("key", part["cohort"]), match)
            member = self._member_class(part.get("type", ""), match)
            number = (match.groupdict().get(part.get("value", "")) or "", member)
            if part.get("same") and number in self._groups:
                return self._groups[number]
            iri = cohort_iri(base, article, member, key, value)
            if member:
                self.members.setdefault(iri, member)
            made = _Thing(iri, label, "Cohort", garbled)
            if number[0]:
                self._groups.setdefault(number, made)
            return made
        if "event" in part:
            label = self._label(part["event"], match)
            iri = mint_iri(base, "event", hash_id(article, part.get("key", label)))
            return _Thing(iri, label, "Event", garbled)
        if "near" in part:
            return self._named_thing(part["near"], part["named"])
        label = self._label(part["thing"], match)
        if not label or not all(self._words(match, name) for name, _ in _FIELD.findall(part["thing"])):
            raise _NotFilled
        kind = class_name(class_iri(class_name(part["class"])))
        return _Thing(mint_iri(base, slugify(kind), slugify(label)), label, kind, garbled)

    def _member_class(self, part: str, match: re.Match[str]) -> str:
        """Return the class of a cohort's members: the one named, or that of the kind a group's noun is of."""
        noun = _KIND.fullmatch(part)
        part = self._phrased(self.rules.kinds, match, noun[1]).concept if noun else part
        return class_name(part) if part else ""

    def _mark_or_none(self, match: re.Match[str], name: str) -> Mark | None:
        found = match[name]
        return self.sentence.mark_at(found) if found and len(found) == 2 and "\ue000" <= found[0] < "\ue100" else None

    # ------------------------------------------------------------ values
    def _fill_value(
        self, template: Template, match: re.Match[str], subject: _Thing, predicate: str, edge: str
    ) -> dict[str, Any]:
        quantity = self._quantity(match, slot_name(template.value)) if template.value else None
        before = self._quantity(match, template.before) if template.before else None
        if quantity and before and before.unit not in ("", quantity.unit):
            raise _NotFilled
        known = quantity is not None and quantity.kind != "missing"
        unit = self._label(template.unit, match) or (quantity.unit if quantity else "")
        period = self._said_period(template, match) if template.period else self._find_period(match)
        if period is None and not template.period and quantity is not None and quantity.kind in _SUMS:
            period = self._carried_period(subject, match)
        value = (quantity.high if edge == "upTo" else quantity.value) if quantity and known else ""
        if value and template.value.startswith("-"):
            value = f"-{value}"
        fields: dict[str, Any] = {
            "value": value,
            "value_before": before.value if before else "",
            "unit": unit,
            "qualifier": template.qualifier or edge or (quantity.qualifier if quantity and known else ""),
            "qualifier_before": before.qualifier if before else "",
            "scope": self._fill_scope(template.scope, match, usual=bool(quantity and quantity.kind == "points")),
            "object_label": "",
            "object_type": "Observation",
        } | self._period_fields(period)
        names = "value value_before unit qualifier qualifier_before period period_start period_end scope".split()
        fields["object"] = observation_iri(
            self.base,
            article=self.article.id,
            subject=subject.iri,
            predicate=predicate,
            modality=template.modality or self._find_modality(match),
            **{name: fields.get(name, "") for name in names},
        )
        return fields

    def _second_currency(self, template: Template, match: re.Match[str]) -> Iterator[Resolution]:
        """Yield the same amount in a second currency, where the words give it: no second fact."""
        quantity = self._quantity(match, slot_name(template.value)) if template.value else None
        if quantity and quantity.other:
            value, unit = quantity.other
            yield Resolution("value", f"also-{value}-{unit}", quantity.start, quantity.end)

    def _fill_scope(self, part: Any, match: re.Match[str], *, usual: bool = False) -> str:
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
        return "" if _USUAL.fullmatch(words) else words

    def _find_modality(self, match: re.Match[str]) -> str:
        """Return the modality of a match, found once for all the claims of it."""
        span = match.span()
        found = self._modalities.get(span)
        if found is None:
            found = self._modalities[span] = find_modality(self.sentence, self.rules, *span)
        return found

    def _find_period(self, match: re.Match[str]) -> Quantity | None:
        found = find_period(self.article.text, self.sentence, self._span(match))
        found = found or find_list_period(self.reading, self.sentence)
        return found or find_same_period(self.reading, self.sentence)

    def _carried_period(self, subject: _Thing, match: re.Match[str]) -> Quantity | None:
        """Return the period of what the paragraph told last, where that is of the same thing and achieved too."""
        last = max((c for c in self.earlier if c.object_type == "Observation"), key=lambda c: c.start, default=None)
        if last is None or last.subject != subject.iri or last.modality != "achieved":
            return None
        if self._find_modality(match) != "achieved":
            return None
        period = find_paragraph_period(self.reading, self.sentence)
        return period if period and clean_words(self.article.text[period.start : period.end]) == last.period else None

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
            how = "sentence-period" if here else "list-period" if heads else "paragraph-period"
            yield Resolution("period", how, period.start, period.end)

    @staticmethod
    def _resolutions(part: str, thing: _Thing, span: Span) -> Iterator[Resolution]:
        if thing.resolved and thing.how:
            inside = span.start <= thing.resolved.start and thing.resolved.end <= span.end
            if not inside or thing.how == "reference":
                yield Resolution(part, thing.how, *thing.resolved)


def _is_growth(claim: Claim) -> bool:
    name = re.split(r"[/#]", claim.predicate)[-1]
    return name.endswith("Growth") or name.startswith("growth-of-")


def clean_words(text: str) -> str:
    """Return words for a label: quote marks dropped, white space single.

    >>> clean_words(' the " two  districts "key items')
    'the two districts key items'
    """
    return _SPACE.sub(" ", _QUOTES.sub(" ", text)).strip(" ,;:.")
