"""Whether a thing may be related to another: nothing lies in itself, and no city in another's province."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg.bystanders import IN_CIRCLE
from kg.english import load_words
from kg.matching.things import MatchThings
from kg.matching.words import NotFilled, Thing
from kg.model import Claim, Span, find_ancestors
from kg.neighbours import find_neighbours
from kg.pattern import MARK, Match
from kg.place_chains import is_upside_down
from kg.verbs import list_pieces
from kg.vocab import ADMIN_AREA, COVERS, DISTRICT, PLACES, WITHIN, is_china, is_region, is_wide, local_name

_ANY = load_words("owners").any_of
_BUILDING = re.compile(
    r"(?:(?:(?:is |was )?one of )?(?:the|(?:the )?(?:(?:north|south|east|west|central)\w* )?\w+[’']s) )"
    r"(?:(?!(?:in|of|to|for|with|from|at) )[\w-]+ ){1,6}?"
    rf"({_ANY('buildings')})s?(?= (?:in|of|at|on|across|among|ever|discovered|built|found)\b|$)",
    re.IGNORECASE,
)
# What no firm is: "a plant built by Shenlan and Lanhai, the first chip plant in the west".
_SITE_OF = re.compile(
    r"(?:(?:is |was )?one of )?(?:the|(?:the )?[\w-]+[’']s) (?:(?!(?:of|in|for|at|to|on)\b)[\w-]+ ){1,5}?"
    r"(?:projects?|plants?|factor(?:y|ies)|parks?|zones?|districts?|cit(?:y|ies)|count(?:y|ies)|bridges?|ports?)"
    r"(?= (?:in|of|at|on|across|among|for|to|by|with|that|which|whose)\b|$)",
    re.IGNORECASE,
)
# What no zone is, though it be told of "it": "the only city with a population of more than one million".
_CITY = re.compile(r"(?:is |was )?(?:one of )?the (?:[a-z-]+ ){1,3}(?:cit(?:y|ies)|count(?:y|ies)|provinces?)\b")
_PROJECT = re.compile(r"(?:one of )?(?:the|[\w-]+[’']s) (?:[\w-]+ ){1,3}?(?:projects?)\b")
# What holds no district.
_OF_COUNTY = (" County", " District", " Town", " Township", " Banner")
# "12 parks in A, B and C": A is the first of several.
_AND_PLACES = re.compile(
    r"(?:, (?:the )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,3}){0,4},? (?:and|or|as well as) (?:in )?(?:the )?[A-Z]"
)

# "Linhe has 30 firms overseas".
_AWAY = re.compile(r"(?<!from )\b(?:overseas|abroad|elsewhere)$")


class MatchTargets(MatchThings):
    """Judges whether what a match is about may be related to what it names."""

    def _told_in_turn(self, part: Mapping[str, Any], match: Match) -> Iterator[Thing]:
        """Yield each verb phrase of what is told in words: "will build a port, expand its roads and draw firms".

        Of several, or where the rule says ``unread``, those whose numbers no rule has made values.
        """
        name = part["text"].strip("{}")
        if name not in match.re.groupindex or not match[name]:
            return
        start, end = match.span(name)
        folded = self.sentence.folded
        pieces = [Span(start + low, start + high) for low, high in list_pieces(folded[start:end], folded[end:])]
        for piece in pieces:
            marks = re.findall(MARK, self.sentence.masked[slice(*piece)])
            if (part.get("unread") or len(pieces) > 1) and any(ord(mark[1]) in self.taken for mark in marks):
                continue
            try:
                yield self._text_thing(name, match, piece)
            except NotFilled:
                continue

    def _is_told_as_plan(self, claim: Claim) -> bool:
        """Say whether the sentence has told as planned what a claim of things says: a verb far before governs both."""
        if claim.modality != "achieved" or claim.object_type in ("literal", "Observation"):
            return False
        said = (claim.subject, claim.predicate, claim.object)
        told = self.earlier.list_claims(self.sentence.sentence.start)
        same = [c for c in told if c.object and (c.subject, c.predicate, c.object) == said]
        return any(c.modality in ("planned", "target") for c in same)

    def _list_beside(self, span: tuple[int, int]) -> Iterator[Thing]:
        """Yield what a list of neighbours names: of each item its first place."""
        for mark in find_neighbours(self.article.text, self.sentence, *span, self.lexicon.entities):
            if mark.mention:
                yield self._mention_thing(mark.mention)

    def _check_target(self, subject: Thing, predicate: str, target: Thing) -> None:
        """Raise ``NotFilled`` where a thing would be related to itself, or lie where it does not."""
        if target.iri and (target.iri == subject.iri or self._lies_elsewhere(predicate, subject, target)):
            raise NotFilled
        if subject.type == "Cohort" and local_name(predicate) == "locatedIn":
            if self._is_always_before(target, _AND_PLACES) or _AWAY.search(subject.label):
                raise NotFilled
        if local_name(predicate) == "locatedIn" and is_china(target.iri):
            raise NotFilled  # "in China's Silicon Valley"
        if predicate == WITHIN and (is_wide(subject.iri) or is_upside_down(subject.label, target.label)):
            raise NotFilled
        if predicate == WITHIN and self._is_always_before(target, IN_CIRCLE):
            raise NotFilled  # "in the Linhe-Yunhe urban agglomeration": in neither
        if local_name(predicate) == "intention" and _builds_itself(subject.label, target.label):
            raise NotFilled  # "the government plans to build X": who that is, is not X
        if local_name(predicate) == "borders" and target.iri in find_ancestors(subject.iri, self.lexicon.entities):
            raise NotFilled
        if local_name(predicate) == "superlative" and (
            self._is_of_building(subject, target) or _is_of_own(subject.label, target.label)
        ):
            raise NotFilled
        if local_name(predicate) == "within" and all(t.label.endswith(" District") for t in (subject, target)):
            raise NotFilled  # "parts of X District, Y District": a list

    def _lies_elsewhere(self, predicate: str, subject: Thing, target: Thing) -> bool:
        """Say whether a place would lie in another city or province than its own: "Xiaoshan, Wenzhou" are two."""
        if predicate == COVERS:
            subject, target = target, subject
        known = self.lexicon.entities.get(subject.iri)
        if predicate not in (WITHIN, COVERS) or known is None or not known.within or target.iri == known.within:
            return False
        if is_region(target.iri):
            return False
        if known.type == DISTRICT and target.iri in self.lexicon.cities:
            return True
        ancestors = find_ancestors(subject.iri, self.lexicon.entities)
        if known.type == DISTRICT and target.label.endswith(_OF_COUNTY) and target.iri not in ancestors:
            return True  # "four towns of Yunhe County, namely Hongshan": no Hongshan District
        held = self.lexicon.entities.get(target.iri)
        if held is not None and held.within == known.within and known.type == held.type == ADMIN_AREA:
            # "Mianyang lies in the northeast of Chengdu": two cities of one province.
            return not held.label.endswith((" Prefecture", " League"))
        if held is not None and held.within and target.iri not in ancestors and held.within not in ancestors:
            return True  # "Hongze, Gaoyou and Luoma": a county of one city lies in no town of another
        own, other = self._province_of(subject.iri), self._province_of(target.iri)
        return "" not in (own, other) and own != other

    def _province_of(self, iri: str) -> str:
        """Return the province or municipality that the lexicon knows a place to lie in or to be; else nothing."""
        chain = [iri, *find_ancestors(iri, self.lexicon.entities)]
        return chain[-2] if len(chain) > 1 and is_china(chain[-1]) else ""

    def _is_of_building(self, subject: Thing, target: Thing) -> bool:
        """Say whether a superlative is of a building or site, and no place's or firm's: "It is the largest airport"."""
        if subject.type == "Enterprise":
            return _SITE_OF.match(target.label) is not None
        if subject.type in PLACES and subject.type != "Park" and _PROJECT.match(target.label):
            return True
        if subject.type == "Park" and "City" not in subject.label and _CITY.match(target.label):
            return True
        named = _BUILDING.match(target.label)
        return subject.type in PLACES and named is not None and named[1] not in subject.label.lower()

    def _is_always_before(self, place: Thing, form: re.Pattern[str]) -> bool:
        """Say whether the words of a form stand behind a place wherever the sentence names it."""
        named = [m for m in self.sentence.marks if m.mention and m.mention.entity == place.iri]
        return bool(named) and all(form.match(self.article.text, m.end) for m in named)


# "The province's first city to": of a city, and of no province.
_OF_OWN = re.compile(r"(?:the )?(province|municipality|county|district|town)[’']s ")


def _is_of_own(name: str, words: str) -> bool:
    """Say whether words tell what is first in a place of the same kind as the named one."""
    own = _OF_OWN.match(words)
    return own is not None and name.lower().endswith(f" {own[1]}")


def _builds_itself(name: str, words: str) -> bool:
    """Say whether what somebody means to do is to build or turn what has their own name into something."""
    made = rf"\b(?:build|turn|make|develop|transform)(?:ing)? (?:the )?{re.escape(name)}(?: (?:a|an|as|into|to)\b|$)"
    return re.search(made, words) is not None
