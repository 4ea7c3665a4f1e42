"""Rules over a reading give claims: pure, ordered, no RDF.

Every part of a claim is either in its quote or recorded as resolved: by which rule, from which span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kg.derive import derive_changes
from kg.letters import fold_case
from kg.lexicon import Lexicon
from kg.matching import CONFIDENCE, Refusal, SentenceMatcher, Told
from kg.model import Article, Claim, Mention, Resolution, Span, find_ancestors, say_value, sort_claims
from kg.place_chains import find_chains
from kg.quantity import QuantityGrammar
from kg.reading import Mark, Reading, SentenceReading, read_sentences
from kg.region_chains import find_regions
from kg.rules import Rule, RuleSet
from kg.vocab import MEMBER_TYPE, class_iri, class_name


@dataclass(frozen=True, slots=True)
class Extractor:
    """What turns an article into claims: names, quantities and rules, compiled once."""

    lexicon: Lexicon
    grammar: QuantityGrammar
    rules: RuleSet

    def read(self, article: Article) -> Reading:
        """Return the article as the rules see it."""
        return read_sentences(article, self.lexicon, self.grammar, self.rules)

    def make_claims(self, reading: Reading, refusals: list[Refusal] | None = None) -> list[Claim]:
        """Return all claims of an article, each once, in the order of the contract.

        ``refusals`` is told of the numbers whose owner is ambiguous, for the account.
        """
        told = Told()
        for sentence in reading.sentences:
            matcher = SentenceMatcher(self.rules, self.lexicon, reading, sentence, told)
            found = matcher.make_claims()
            if refusals is not None:
                refusals += matcher.refusals
            told.add(self._link_claims(reading, sentence, found))
        claims = list(told.claims)
        claims.extend(self._chain_places(reading, claims))
        claims.extend(self._place_things(reading))
        claims.extend(self._type_cohorts(reading.article, claims, told.members))
        claims.extend(derive_changes(list(claims), self.lexicon.base))
        return unify_labels(drop_repeats(claims))

    @staticmethod
    def _type_cohorts(article: Article, claims: Sequence[Claim], members: dict[str, str]) -> Iterator[Claim]:
        """Yield what each cohort's members are, with the words that first name it as evidence."""
        naming: dict[str, list[Claim]] = {cohort: [] for cohort in members}
        for claim in claims:
            for thing in {claim.subject, claim.object} & naming.keys():
                naming[thing].append(claim)
        for cohort, member in members.items():
            named = naming[cohort]
            if not named:
                continue
            # Where one sentence is garbled and another says it clearly, the clear one is the evidence.
            first = next((claim for claim in named if claim.status == "explicit"), named[0])
            label = first.subject_label if first.subject == cohort else first.object_label
            yield Claim.from_span(
                article,
                (first.start, first.end),
                subject=cohort,
                subject_label=label,
                subject_type="Cohort",
                predicate=MEMBER_TYPE,
                object=class_iri(member),
                object_label=member,
                object_type="Class",
                status=first.status if first.status in ("garbled", "implied") else "explicit",
                confidence=first.confidence,
                rule=first.rule,
                resolved=first.resolved,
            )

    def _link_claims(self, reading: Reading, sentence: SentenceReading, found: Sequence[Claim]) -> Iterator[Claim]:
        """Yield what the words between two claims of one sentence say: "168 …, of which 82 …"."""
        for rule in self.rules.links:
            counted = [claim for claim in found if claim.object_type == "Observation"]
            firsts = [claim for claim in counted if claim.rule in rule.first]
            seconds = [claim for claim in counted if claim.rule in rule.second]
            for second in seconds:
                earlier = [c for c in firsts if c.end <= second.start and c.subject != second.subject]
                if not earlier or rule.joiner is None:
                    continue
                first = max(earlier, key=lambda claim: (claim.end, claim.start))
                if _exceeds(second, first):
                    continue
                between = _fold_between(sentence, first.end, second.start)
                if rule.joiner.search(between):
                    yield from self._make_links(rule, reading.article, first, second)

    def _make_links(self, rule: Rule, article: Article, first: Claim, second: Claim) -> Iterator[Claim]:
        for template in rule.templates:
            parts = {"$first": first, "$second": second}
            subject, target = parts[template.subject], parts[template.object]
            garbled = "garbled" in (first.status, second.status)
            yield Claim.from_span(
                article,
                (first.start, second.end),
                subject=subject.subject,
                subject_label=subject.subject_label,
                subject_type=subject.subject_type,
                predicate=template.predicate,
                object=target.subject,
                object_label=target.subject_label,
                object_type=target.subject_type,
                period=second.period,
                status="garbled" if garbled else rule.status,
                confidence=CONFIDENCE["garbled" if garbled else rule.status],
                rule=rule.id,
            )

    def _place_things(self, reading: Reading) -> Iterator[Claim]:
        """Yield what names alone imply: where a known thing lies, and whose project bears whose name.

        A thing is placed in the nearest place that the article names (Energy Valley lies in Future
        Science City, which lies in Changping; that Energy Valley lies in Changping follows), and only
        if the article is about that place. Once a paragraph, so that each has its own evidence.
        """
        named: dict[str, Mark] = {}
        by_paragraph: dict[tuple[int, str], Mark] = {}
        for sentence in reading.sentences:
            for mark in sentence.marks:
                if mark.mention and mark.mention.kind in ("name", "translated", "cue"):
                    named.setdefault(mark.mention.entity, mark)
                    by_paragraph.setdefault((sentence.sentence.paragraph, mark.mention.entity), mark)
        mains = {mention.entity for mention in reading.main_places.values()}
        for (_, iri), mark in by_paragraph.items():
            entity = self.lexicon.entities.get(iri)
            parent = next((place for place in find_ancestors(iri, self.lexicon.entities) if place in named), "")
            for rule in self.rules.placements:
                if entity and entity.type in rule.classes and parent in mains:
                    yield _imply_relation(rule, reading.article, mark, named[parent], "lexicon-within")
            for rule in self.rules.owners:
                owner = _find_owner(rule, mark, reading.article, self.lexicon)
                if owner:
                    yield _imply_relation(rule, reading.article, mark, owner, "name-prefix")

    def _chain_places(self, reading: Reading, claims: Sequence[Claim]) -> list[Claim]:
        """Return that each place of a chain lies in the next, where no rule has said so."""
        said = {pair for c in claims if c.object for pair in ((c.subject, c.object), (c.object, c.subject))}
        found: dict[tuple[str, str], Claim] = {}
        for rule in self.rules.chains:
            for sentence in reading.sentences:
                for inner, outer in self._list_chains(reading, sentence):
                    if inner.key not in rule.classes:
                        continue
                    claim = _chain_relation(rule, reading.article, inner, outer)
                    if (claim.subject, claim.object) not in said:
                        found.setdefault((claim.subject, claim.object), claim)
        return list(found.values())

    def _list_chains(self, reading: Reading, sentence: SentenceReading) -> Iterator[tuple[Mark, Mark]]:
        text, entities = reading.article.text, self.lexicon.entities
        yield from find_chains(text, sentence, entities)
        yield from find_regions(text, sentence.marks, sentence.sentence.start, entities, self.lexicon.base)


def _imply_relation(rule: Rule, article: Article, mark: Mark, other: Mark, how: str) -> Claim:
    """Return the claim that one thing stands to another as its name alone implies, said where it is named."""
    resolved = (Resolution("object", how, other.start, other.end),)
    return _relate(rule, article, mark, other, Span(mark.start, mark.end), "implied", resolved)


def _chain_relation(rule: Rule, article: Article, inner: Mark, outer: Mark) -> Claim:
    """Return the claim that one place that a sentence names stands to a later one as a rule says."""
    garbled = any(mark.mention is not None and mark.mention.garbled for mark in (inner, outer))
    start, end = min(inner.start, outer.start), max(inner.end, outer.end)
    if article.text.count("(", start, end) > article.text.count(")", start, end):
        end = article.text.index(")", end) + 1 if ")" in article.text[end : end + 120] else end
    span = Span(start, end)
    return _relate(rule, article, inner, outer, span, "garbled" if garbled else rule.status)


def _relate(
    rule: Rule,
    article: Article,
    mark: Mark,
    other: Mark,
    span: Span,
    status: str,
    resolved: tuple[Resolution, ...] = (),
) -> Claim:
    """Return the claim of a span that what one mark names stands to what another names as a rule says."""
    thing, place = mark.mention, other.mention
    if thing is None or place is None:
        raise AssertionError("a relation joins two mentions")
    return Claim.from_span(
        article,
        span,
        subject=thing.entity,
        subject_label=thing.label,
        subject_type=class_name(thing.type),
        predicate=rule.templates[0].predicate,
        object=place.entity,
        object_label=place.label,
        object_type=class_name(place.type),
        status=status,
        confidence=CONFIDENCE[status],
        rule=rule.id,
        resolved=resolved,
    )


def _exceeds(part: Claim, whole: Claim) -> bool:
    """Say whether what would be a part counts more than the whole."""
    return bool(part.value and whole.value) and Decimal(part.value) > Decimal(whole.value)


def _find_owner(rule: Rule, mark: Mark, article: Article, lexicon: Lexicon) -> Mark | None:
    """Return the mark of the enterprise whose name begins the name of a project, if there is one."""
    mention = mark.mention
    if mention is None or mention.type != rule.classes[0]:
        return None
    words = article.text[mention.start : mention.end]
    for owner in lexicon.find_mentions(words.rpartition(" ")[0]):
        if owner.start == 0 and owner.type == rule.classes[1] and not _is_called_after_place(owner, lexicon):
            if rule.pattern is not None and not rule.pattern.search(fold_case(words[owner.end :])):
                continue
            start = mention.start
            placed = owner._replace(start=start, end=start + owner.end)
            return Mark(start, start + owner.end, owner.type, mention=placed)
    return None


def _is_called_after_place(owner: Mention, lexicon: Lexicon) -> bool:
    """Say whether what looks like a firm by its form is a place and a trade: "Sihong Photovoltaic"."""
    first, _, rest = owner.label.partition(" ")
    return (
        owner.kind == "cue"
        and bool(rest)
        and any(m.start == 0 and m.kind == "name" for m in lexicon.find_mentions(f"{first} County"))
    )


def _fold_between(sentence: SentenceReading, start: int, end: int) -> str:
    """Return the folded masked text between two article offsets of one sentence."""
    positions = [p for p in range(len(sentence.masked)) if start <= sentence.locate(p) < end]
    return sentence.folded[positions[0] : positions[-1] + 1] if positions else ""


def drop_repeats(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims in order without those whose id stands already: the first rule keeps it."""
    return sort_claims({claim.id: claim for claim in reversed(claims)}.values())


def unify_labels(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims with one label for each thing: the one it is first called by."""
    labels: dict[str, str] = {}
    for claim in claims:
        labels.setdefault(claim.subject, claim.subject_label)
        if claim.object and claim.object_type != "Observation":
            labels.setdefault(claim.object, claim.object_label)
    return sort_claims(_relabel(claim, labels) for claim in claims)


def _relabel(claim: Claim, labels: Mapping[str, str]) -> Claim:
    subject = labels[claim.subject]
    target = labels.get(claim.object, claim.object_label) if claim.object else claim.object_label
    if (subject, target) == (claim.subject_label, claim.object_label):
        return claim
    return replace(claim, subject_label=subject, object_label=target)


def describe_claim(claim: Claim) -> str:
    """Return a claim as one short line: ``Xiaomi Phase II | usesPractice | parallel approval``.

    A value reads ``landed projects | count | more than 82 projects @ as of now``; a status other than
    explicit follows as ``!garbled``, a modality other than achieved as ``~planned``.
    """
    predicate = re.split(r"[/#]", claim.predicate)[-1]
    if claim.object_type == "Observation":
        said = say_value(claim.as_dict())
    else:
        said = claim.object_label
    extras = [f"of {re.split(r'[/#]', claim.scope)[-1]}"] if claim.scope else []
    extras += [f"@ {claim.period}"] if claim.period else []
    extras += [f"~{claim.modality}"] if claim.modality != "achieved" else []
    extras += [f"!{claim.status}"] if claim.status != "explicit" else []
    return " ".join([f"{claim.subject_label} | {predicate} | {said}", *extras])
