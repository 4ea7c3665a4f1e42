"""Applies the rules to one sentence, and fills their templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kg.matching.items import DONE_IN_TURN, ItemMatch, MatchItems, is_list
from kg.matching.told import is_covered, is_told, overlaps
from kg.matching.turns import IN_TURN, list_items, name_items, reaches_over
from kg.matching.words import NotFilled, Pair, Refusal, Thing, clean_words
from kg.model import Claim, Resolution, Span, say_value
from kg.outline import OutlineMatch, outline_sentence
from kg.pattern import MARK, Match
from kg.reading import SentenceReading
from kg.rule_index import RuleIndex
from kg.rules import Rule, Template, as_choices, slot_name
from kg.vocab import local_name

CONFIDENCE = {"explicit": "1", "implied": "0.8", "garbled": "0.5", "missing": "0.5"}
"""How far a claim of each status is to be believed; a stated order of trust, not a measured probability."""
# What happens to a thing once: two rules that read it in the same words say one thing.
_ONCE = frozenset(("approvedBy", "recognisedAs", "foundingDate", "locatedIn"))
# What a thing is told to be, in words.
_IN_WORDS = frozenset(("role", "superlative", "recognisedAs"))
_QUESTION = re.compile('[?？]["”’)]*\\s*$')


def _meaning(claim: Claim) -> tuple[str, ...]:
    """Return what makes a claim another than those of the same sentence."""
    return (claim.subject, claim.predicate, claim.object, claim.value, claim.unit, claim.object_label)


def _repeats(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Say whether another rule has said the same of two things, at the same time, in the same sentence."""
    if local_name(claim.predicate) not in _ONCE:
        return False
    said = (*_meaning(claim), claim.period)
    return any((*_meaning(other), other.period) == said for other in claims if other.rule != claim.rule)


def _contradict(claims: Sequence[Claim]) -> bool:
    """Say whether the claims of one match give one indicator two values: "tax revenue, of which local tax revenue"."""
    said = [(c.subject, c.predicate, c.unit, c.qualifier, c.scope, c.period) for c in claims if c.value]
    return len(set(said)) < len(said)


# A thing that has no name and no word beside its kind.
_BARE_KIND = re.compile(r"[a-z]+")


class SentenceMatcher(MatchItems):
    """Applies the rules to one sentence.

    ``earlier`` are the claims of the article so far, and grow.
    """

    def make_claims(self) -> list[Claim]:
        """Return the claims of the sentence, in rule order.

        What is asked is not said: a question of the body has none. A number that one rule has made a value of
        is not made another value by a later rule, so that rules can be written from the special to the general.
        """
        body = self.sentence.sentence.part == "body"
        if body and _QUESTION.search(self.sentence.masked):
            return []
        claims = self._match_rules(self.sentence)
        if body:
            whole = self.sentence
            readings = [whole]
            for reduction in self._list_simpler(whole):
                readings.append(reduction)
                claims += self._match_reduction(reduction, claims)
            for reading in readings:
                self._turn_to(reading, claims)
                claims += self._match_patterns(reading, self.rules.residual, self.rules.residual_index)
            self._turn_to(whole, claims)
            if self._has_unread(whole):
                claims += self._match_outlines(whole, self.rules.leftovers, self.rules.leftover_index)
        return claims

    def _match_reduction(self, reduction: SentenceReading, known: Sequence[Claim]) -> list[Claim]:
        """Return what the rules claim of a reduction and have not claimed of the sentence yet."""
        self._turn_to(reduction, known)
        return self._match_rules(reduction)

    def _turn_to(self, reading: SentenceReading, known: Sequence[Claim]) -> None:
        """Read on in another reading of the sentence, of which so much is known."""
        self.sentence = reading
        self._subjects.clear()
        self._modalities.clear()
        self._known = {_meaning(claim) for claim in known}

    def _is_known(self, claim: Claim) -> bool:
        """Say whether the whole sentence claims it, or says the same in fewer words or in more."""
        if not self._known:
            return False
        said = _meaning(claim)
        if said in self._known or any(m[:2] == said[:2] and m[3:] == said[3:] and not m[3] for m in self._known):
            return True
        told = [m[-1] for m in self._known if m[:3] == said[:3]] if claim.object_type == "literal" else []
        return any(label.startswith(claim.object_label) or claim.object_label.startswith(label) for label in told)

    def _match_rules(self, sentence: SentenceReading) -> list[Claim]:
        """Return the claims of a sentence or of a reduction of it, in rule order.

        What goes on with a value ("…, ranking third in the province") is looked for again behind those that only the
        outline has given.
        """
        claims = self._match_patterns(sentence, self.rules.rules, self.rules.index)
        if sentence.sentence.part == "body":
            outlined = self._match_outlines(sentence, self.rules.outlines, self.rules.outline_index)
            claims += outlined
            if any(claim.value for claim in claims) and self._has_unread(sentence):
                claims += self._match_patterns(sentence, self.rules.continuing, self.rules.continuing_index)
        return claims

    def _match_patterns(self, sentence: SentenceReading, rules: Sequence[Rule], index: RuleIndex) -> list[Claim]:
        """Return what rules claim of a masked sentence, in their order."""
        claims: list[Claim] = []
        found = index.find_literals(sentence.shape)
        part, translated = sentence.sentence.part, self.reading.translated
        clauses: list[int] | None = None
        for trial in index.select_rules(sentence.triggers, sentence.codes, part, translated, found):
            rule, plan = rules[trial.number], index.plans[trial.number]
            text = sentence.masked if rule.case else sentence.folded
            if plan.clause and clauses is None:
                clauses = index.find_clauses(sentence.folded, found)
            taken: set[int] = set()
            known = len(claims)
            for match in plan.find_matches(text, trial, clauses or ()):
                values = self._value_marks(rule, match)
                if values & self.taken or not self._is_allowed(rule, match, text):
                    continue
                if made := self._claim(rule, match):
                    claims += made
                    taken |= values
            self.taken |= taken
            self._note_listed(claims[known:])
        return claims

    def _note_listed(self, claims: Sequence[Claim]) -> None:
        """Remember of whom a rule has claimed the items of a list."""
        for claim in claims:
            if claim.object:
                self._listed.setdefault((claim.predicate, claim.object), set()).add(claim.subject)

    def _leave_listed(self, made: list[Claim]) -> list[Claim]:
        """Return the claims of a list that no rule before has made; none if one of them is said of another subject.

        Of what is told in words, what no rule has told in more of them, or in fewer.
        """
        known = self.earlier.list_claims(self.sentence.sentence.start)
        for names, most in ((_IN_WORDS, 0), (DONE_IN_TURN, 2)):
            told = [c for c in known if local_name(c.predicate) in names]
            made = [c for c in made if local_name(c.predicate) not in names or not is_told(c, told, most)]
        owners = [self._listed.get((claim.predicate, claim.object), set()) for claim in made]
        if any(known and claim.subject not in known for claim, known in zip(made, owners, strict=True)):
            return []
        new = {_meaning(claim): claim for claim, known in zip(made, owners, strict=True) if not known}
        return list(new.values())

    def _match_outlines(self, sentence: SentenceReading, rules: Sequence[Rule], index: RuleIndex) -> list[Claim]:
        """Return what the rules over outlines claim of numbers that no rule before has read, and of groups counted."""
        unread = bool(rules) and self._has_unread(sentence)
        if not rules or not (unread or self._groups):
            return []
        claims: list[Claim] = []
        outline = outline_sentence(sentence, self.rules.chunking)
        part, translated = sentence.sentence.part, self.reading.translated
        found = index.find_literals(outline.shape)
        codes = frozenset(chunk.code for chunk in outline.chunks if chunk.code)
        for trial in index.select_rules(sentence.triggers, codes, part, translated, found):
            rule = rules[trial.number]
            if not (unread if rule.measures else self._groups):
                continue
            for said in index.plans[trial.number].find_matches(outline.text, trial, ()):
                match = OutlineMatch(said, outline)
                values = self._value_marks(rule, match)
                read = bool(values & self.taken) or (rule.measures and not values)
                if read or not self._is_allowed(rule, match, sentence.folded):
                    continue
                if made := self._claim(rule, match, once=True):
                    claims += made
                    self.taken |= values
        return claims

    def _claim(self, rule: Rule, match: Match, *, once: bool = False) -> list[Claim]:
        """Return, and keep among the earlier ones, what a match claims that is not known and not told as a plan.

        With ``once`` nothing where one indicator would have two values.
        """
        made = [c for c in self._fill_templates(rule, match) if not self._is_known(c)]
        told = self.earlier.list_claims(self.sentence.sentence.start)
        made = [c for c in made if not self._is_told_as_plan(c) and not _repeats(c, told)]
        if once and _contradict(made):
            return []
        made = self._leave_listed(made) if rule.unlisted else made
        made = [c for c in made if not overlaps(c, told)] if rule.untold else made
        made = [c for c in made if not is_covered(c, told)] if rule.kind == "residual" else made
        self.earlier.add(made)
        return made

    def _has_unread(self, sentence: SentenceReading) -> bool:
        """Say whether a sentence has a number that is no time and no value yet."""
        found = re.findall(MARK, sentence.masked)
        return any(
            ord(mark[1]) not in self.taken and (own := sentence.mark_at(mark)).quantity and not own.is_time()
            for mark in found
        )

    def _fill_templates(self, rule: Rule, match: Match) -> Iterator[Claim]:
        for template in rule.templates:
            if not all(match[group] for group in as_choices(template.when)):
                continue
            if template.value and not template.values and not match[slot_name(template.value)]:
                continue
            for pair in self._pairs(template, match):
                self._pair = pair
                for item in self._targets(template, match):
                    said = ItemMatch(match, item.end) if item and item.end else match
                    for edge in self._edges(template, said):
                        try:
                            yield self._fill_template(rule, template, said, edge, item)
                        except NotFilled as failure:
                            self._note_refusal(rule, template, said, failure)
        self._pair = None

    def _pairs(self, template: Template, match: Match) -> Iterator[Pair | None]:
        """Yield the items of a list, each with its number in another; of a template without lists nothing, once.

        "A and B rose by 3 and 4 percent": lists of unlike length give none, nor does an item that may be two.
        """
        if not template.each:
            yield None
            return
        if not match[template.each] or not match[template.values]:
            return
        marks = [self.sentence.mark_at(found) for found in re.findall(MARK, match[template.values])]
        items = list_items(self.sentence.masked, match, template.each, len(marks))
        spans = [Span(self.sentence.locate(item.start), self.sentence.locate(item.end, end=True)) for item in items]
        labels = name_items([clean_words(self.article.text[slice(*span)]) for span in spans])
        if not all(labels) or reaches_over([mark.quantity for mark in marks]):
            return
        for label, span, mark in zip(labels, spans, marks, strict=False):
            ranks = mark.key == "ordinal" and template.unit == "rank"
            if ranks or mark.key in IN_TURN:
                inside = tuple(m for m in self.sentence.marks if span.start <= m.start and m.end <= span.end)
                yield Pair(label, inside, mark)

    def _note_refusal(self, rule: Rule, template: Template, match: Match, failure: NotFilled) -> None:
        found = match.groupdict().get(slot_name(template.value)) if template.value else None
        if failure.rivals and found:
            mark = self.sentence.mark_at(found)
            self.refusals.append(Refusal(mark.start, mark.end, rule.id, tuple(m.label for m in failure.rivals)))

    def _edges(self, template: Template, match: Match) -> tuple[str, ...]:
        """Return which ends of its number a template claims: a range is at least the one, up to the other."""
        found = match.groupdict().get(slot_name(template.value)) if template.value else None
        quantity = self.sentence.mark_at(found).quantity if found else None
        return ("atLeast", "upTo") if quantity and quantity.high else ("",)

    def _fill_template(self, rule: Rule, template: Template, match: Match, edge: str, item: Thing | None) -> Claim:
        span = self._span(match)
        predicate, subject = self._fill_bearer(template, match, item)
        resolutions = list(self._resolutions("subject", subject, span))
        fields: dict[str, Any] = {
            "subject": subject.iri,
            "subject_label": subject.label,
            "subject_type": subject.type,
            "predicate": predicate,
            "modality": template.modality or self._modality_of(template, match),
            "rule": rule.id,
        }
        status = template.status or rule.status
        garbled = subject.garbled
        if template.value or template.unit or (template.object is None):
            if self._stands_as_seat(subject) or self._stands_in_list(subject):
                raise NotFilled
            fields |= self._fill_value(template, match, subject, predicate, edge)
            if "share" in local_name(predicate) and fields["scope"] in (subject.iri, subject.label):
                raise NotFilled  # "Investment in the province accounted for 38 percent of the province": of itself
            resolutions += self._second_currency(template, match)
            if not fields["value"]:
                status = "missing"
                fields["reason"] = "lostInTranslation" if self.reading.translated else "notStated"
            fields["object_label"] = say_value(fields)
        else:
            target = self._fill_target(rule, template, match, item, subject, predicate)
            garbled = garbled or target.garbled
            resolutions += self._resolutions("object", target, span)
            fields |= {"object": target.iri, "object_label": target.label, "object_type": target.type}
            if template.period:
                fields |= self._period_fields(self._said_period(template, match))
        status = "garbled" if garbled and status == "explicit" else status
        resolutions += self._period_resolution(fields, span)
        said = {key: value for key, value in fields.items() if not key.startswith("_")}
        said |= {"status": status, "confidence": CONFIDENCE[status], "resolved": tuple(resolutions)}
        return Claim.from_span(self.article, span, **said)

    def _fill_bearer(self, template: Template, match: Match, item: Thing | None) -> tuple[str, Thing]:
        """Return the predicate of a template and whose it is; ``NotFilled`` where that cannot own it."""
        predicate = self._as_average(self._fill_predicate(template.predicate, match), template, match)
        self._asks_things = local_name(predicate) in self.rules.indicators["of_things"]
        name = local_name(predicate).removesuffix("Growth")
        words = self.rules.indicators["of_people"]
        self._asks_deeds = name in DONE_IN_TURN
        self._asks_places = name in self.rules.indicators["of_places_alone"] or not words.isdisjoint(name.split("-"))
        subject = item if item and is_list(template.subject) else self._fill_thing(template.subject, match)
        if not self._may_own(subject, predicate, match):
            raise NotFilled
        return predicate, subject

    def _fill_target(
        self, rule: Rule, template: Template, match: Match, item: Thing | None, subject: Thing, predicate: str
    ) -> Thing:
        """Return the thing or the text that a template says of its subject."""
        target = item if item and not is_list(template.subject) else self._fill_object(template.object, match)
        self._check_target(subject, predicate, target)
        if rule.kind == "residual" and _BARE_KIND.fullmatch(subject.label) and match[0].startswith("the "):
            raise NotFilled  # "The plant was mainly used for food": a plant that nothing before has told of
        if rule.kind == "outline" and self._is_related(subject, predicate):
            raise NotFilled  # a more special rule has said where it lies, or of what it is a part
        return target

    @staticmethod
    def _resolutions(part: str, thing: Thing, span: Span) -> Iterator[Resolution]:
        if thing.resolved and thing.how:
            inside = span.start <= thing.resolved.start and thing.resolved.end <= span.end
            if not inside or thing.how == "reference":
                yield Resolution(part, thing.how, *thing.resolved)
