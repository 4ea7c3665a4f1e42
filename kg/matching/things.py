"""What a match is about: subjects and objects, from its slots, from what stands before it, or made of its words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

from kg.bearers import PART_OF_PLACE
from kg.broken_lists import breaks_off_group, breaks_off_names, leave_others_words
from kg.employers import find_voice, list_employed
from kg.english import load_words
from kg.letters import fold_case
from kg.main_subject import reports_of_government
from kg.matching.bearing import LOCATES
from kg.matching.cohorts import MatchCohorts
from kg.matching.extents import find_front, fits_extent
from kg.matching.words import FIELD, POSSESSIVE, SPACE, NotFilled, Thing, clean_words, start_of
from kg.model import Mention, Span, hash_id
from kg.pattern import Match
from kg.reading import Mark
from kg.resumption import tells_of_building
from kg.subjects import find_subject
from kg.vocab import (
    ADMIN_AREA,
    BEARERS,
    PARK,
    PLACES,
    PROJECT,
    article_iri,
    class_iri,
    class_name,
    described_iri,
    is_china,
    is_region,
    mint_iri,
    slugify,
)

_ANY = load_words("shares").any_of
PRONOUN = re.compile(r"[ ,]*(?:and )?(?:its|it|their|they)\b")
_HAD = re.compile(
    rf"\s*(?:[A-Z][^,.;]{{2,40}}, )?(?:[Ii]t|[Tt]hey|[Ww]e) (?:(?:also|now|currently) ){{0,2}}"
    rf"(?:{load_words('owners').any_of('has')}) [^.;]{{0,300}}$"
)
_OF_WHICH = re.compile(r"\b(?:which|whose|where)\b|;")
_DETERMINER = re.compile(r"^(?:the|its|their|these|those|all|our) ", re.IGNORECASE)
_THEIRS = re.compile(r"[ ,]*(?:and )?their\b")
# "It now employs 300 people": the pronoun stands where the sentence begins, before the words of the rule.
_OPENS_WITH_IT = re.compile(r"\s*[\"“]?it (?:[a-z]+ ){0,4}$")
# "For the tertiary sector, its added value …": not the place's.
_FOR_PART = re.compile(
    r"\b(?:for|in|as for|as to|regarding|of|among) (?:the |its )?[^,.;]{3,70}"
    rf"(?:{_ANY('parts')}), (?:with |and )?$"
)
_FIRMS = re.compile(rf"\b(?:{_ANY('members')})\b[^.;]*$")
_TOLD_OF_FIRMS = re.compile(rf"\b(?:{_ANY('showing_firms')}) (?:{_ANY('showing')})\b[^.;]{{0,160}}$")
# "Our output value rose", "we have 300 employees": of whoever says so.
_OURS = re.compile(r"\b(?:we|our|ours)\b(?! (?:city|county|district|province|zone|region|country|park)\b)")
# "After these projects reach capacity, sales will be 3 billion yuan": theirs.
_WHEN_PROJECTS = re.compile(
    r"\b(?:after|once|when|upon|as soon as) (?:the |these |those |all |both )?(?:[a-z-]+ ){0,3}?"
    r"(?:projects?|plants?|bases|factory|factories|lines?)\b[^.;]{0,80}, [^.;]*$"
)
_WHEN = re.compile(r"\b(?:[Aa]fter|[Oo]nce|[Ww]hen|[Uu]pon|[Aa]s soon as) (?:the |this |these |both |all )?$")
# "Since its establishment in May 1994": when that was.
_SINCE_WHAT = re.compile(r"^since (?:its|the|their) (?:[a-z]+ ){1,3}?(?=(?:in|on) )", re.IGNORECASE)
# "Shenlan Robotics and its partner Zenxx employ 300 people": of both, though one is not known.
_AND_ANOTHER = re.compile(
    r"(?: ?\([^()]{1,40}\))?,? (?:and|as well as|together with|along with) (?:(?:its|the|their|a|an|another) )?"
    r"(?:[a-z-]+ ){0,4}[A-Z][\w&-]+(?: [A-Z][\w&.-]*){0,5}[ ,]"
)
_PREPOSITION = re.compile(r"\b(?:of|in|at|for|to|from|by|with|into|on|near|than)(?: the)? [\"“‘']?$")
_ACROSS = re.compile(r"[\s\"“]*(?:across|throughout|all over) ")
_OWNS = ("'s ", "’s ")
_EFFORTS = re.compile(r"(?:[a-z]+ ){0,2}(?:efforts|emphasis|attention|priority|steps|measures)", re.IGNORECASE)
_OWNED = re.compile(r"\b(?:its|their) $")


class MatchThings(MatchCohorts):
    """Fills the subject, predicate and object of a match."""

    def _fill_predicate(self, part: Any, match: Match) -> str:
        if isinstance(part, dict):
            words = FIELD.sub(lambda field: self._indicator_words(match, field), part["indicator"])
            return self._indicator(clean_words(words), bool(part.get("growth")))
        name, _, suffix = str(part)[1:].partition(":")
        if str(part).startswith("$"):
            return self._slot_thing(match, name).iri + suffix
        if str(part).startswith("@"):
            return self._near_thing(name, match).iri + suffix
        if str(part).startswith("<"):
            return self._value_indicator(str(part)[1:], match)
        return str(part)

    def _fill_object(self, part: Any, match: Match) -> Thing:
        if isinstance(part, dict) and "text" in part:
            return self._text_thing(part["text"].strip("{}"), match)
        if isinstance(part, dict) and "stage" in part:
            stage = self._stage_of(match, part["stage"])
            if not stage.concept:
                raise NotFilled
            return Thing(stage.concept, stage.label, "Concept")
        if isinstance(part, dict) and "concept" in part:
            return Thing(part["concept"], part["label"], "Concept")
        return self._fill_thing(part, match)

    def _text_thing(self, name: str, match: Match, piece: Span | None = None) -> Thing:
        """Return the article's words of a group, or of a piece of it."""
        if name not in match.re.groupindex or not match[name]:
            raise NotFilled
        start, end = self._group_span(match, name)
        if piece is not None:
            start, end = self.sentence.locate(piece.start), self.sentence.locate(piece.end, end=True)
        words = leave_others_words(self.article.text[start:end], self.article.text[end : end + 40])
        end = start + len(words)
        words = words[3:] if words.startswith(("'s ", "’s ")) else words  # "It's expected to open"
        if breaks_off_names(words, self.article.text[end : end + 200]):
            raise NotFilled
        return Thing("", SPACE.sub(" ", _SINCE_WHAT.sub("", words)).strip(), "literal")

    def _fill_thing(self, part: Any, match: Match) -> Thing:
        if isinstance(part, tuple):
            return self._fill_first(part, match)
        if isinstance(part, dict):
            return self._make_thing(part, match)
        text = str(part)
        if text == "article":
            label = self.article.slice(*self.article.title) if self.article.title else self.article.id
            return Thing(article_iri(self.base, self.article.id), label, "NewsArticle")
        if text.startswith("$"):
            return self._slot_thing(match, text[1:])
        if text.startswith("@@"):
            return self._claimed_thing(text[2:])
        if text.startswith("@"):
            return self._near_thing(text[1:], match)
        if text.startswith("^"):
            return self._first_thing(text[1:], match)
        if text.startswith("&"):
            return self._bearing_thing(text[1:], match)
        if text.startswith("~"):
            return self._sole_thing(self._pointed(text[1:], match), match)
        if text.startswith("<"):
            return self._value_thing(text[1:], match)
        if text.startswith("%"):
            return self._paired_thing(text[1:])
        known = self.lexicon.entities.get(text)
        if known is None:
            raise NotFilled
        return Thing(known.iri, known.label, class_name(known.type))

    def _fill_first(self, parts: Sequence[Any], match: Match) -> Thing:
        """Return the first of several parts that can be filled."""
        rivals: tuple[Mention, ...] = ()
        for part in parts:
            try:
                return self._fill_thing(part, match)
            except NotFilled as failure:
                rivals = rivals or failure.rivals
        raise NotFilled(rivals)

    def _slot_thing(self, match: Match, name: str) -> Thing:
        mark = self._slot_mark(match, name)
        if mark.mention is None:
            raise NotFilled
        return self._mention_thing(mark.mention)

    def _paired_thing(self, classes: str) -> Thing:
        """Return the one thing of a class that the item of a list in turn names: "GDP in A and B was 3 and 4"."""
        keys = {key for name in classes.split("|") for key in self.rules.slots[name]}
        marks = self._pair.marks if self._pair else ()
        if len(marks) == 2 and self.article.text[marks[0].end : marks[1].start] in _OWNS:
            marks = marks[1:]  # "Hefei's Linhe District"
        if len(marks) != 1 or marks[0].mention is None or marks[0].mention.type not in keys:
            raise NotFilled
        return self._mention_thing(marks[0].mention)

    @staticmethod
    def _mention_thing(mention: Mention, how: str = "") -> Thing:
        return Thing(
            mention.entity,
            mention.label,
            class_name(mention.type),
            mention.garbled,
            mention.resolved or (Span(mention.start, mention.end) if how else None),
            how or ("reference" if mention.resolved else ""),
        )

    def _near_thing(self, classes: str, match: Match) -> Thing:
        """Return the nearest earlier thing of a class: in the sentence, the paragraph, else the main one.

        With ``!`` behind it, only where this sentence so far, or else the one before, names just one of the class.
        """
        if classes.endswith("!"):
            return self._only_thing(classes[:-1], match)
        keys = [key for name in classes.split("|") for key in self.rules.slots[name]]
        before = self.sentence.locate(match.start())
        here = [m for m in self.sentence.marks if m.mention and m.mention.type in keys and m.end <= before]
        nearest = self._nearest_subject(here)
        if nearest and nearest.mention:
            return self._mention_thing(nearest.mention, "sentence-subject")
        paragraph = self.sentence.sentence.paragraph
        for other in self._sentences_before():
            if other.sentence.paragraph != paragraph:
                break
            nearest = self._nearest_subject([m for m in other.marks if m.mention and m.mention.type in keys])
            if nearest and nearest.mention:
                return self._mention_thing(nearest.mention, "paragraph-subject")
        main = self._main_thing(keys)
        if main is None:
            raise NotFilled
        return self._mention_thing(main, "article-subject")

    def _only_thing(self, classes: str, match: Match) -> Thing:
        """Return the one thing of a class that this sentence so far names, or else the sentence before it."""
        keys = [key for name in classes.split("|") for key in self.rules.slots[name]]
        before = self.sentence.locate(start_of(match))
        paragraph = self.sentence.sentence.paragraph
        for other in chain([self.sentence], islice(self._sentences_before(), 1)):
            marks = [m for m in other.marks if m.mention and m.mention.type in keys and m.end <= before]
            named = {
                m.mention.entity: m.mention
                for m in marks
                if m.mention and not LOCATES.search(self.article.text, max(0, m.start - 40), m.start)
            }
            if len(named) == 1 and paragraph - other.sentence.paragraph <= 1 and other.sentence.part != "title":
                return self._mention_thing(next(iter(named.values())), "paragraph-subject")
            if named:
                break
        raise NotFilled

    def _pointed(self, classes: str, match: Match) -> str:
        """Return the classes that a reference names, or of ``{group}`` those that the group's words can mean."""
        if not classes.startswith("{"):
            return classes
        words = match[classes.strip("{}")] or ""
        pointed = next((kinds for kinds, pattern in self.rules.pointers if pattern.fullmatch(words)), None)
        if pointed is None:
            raise NotFilled
        return pointed

    def _sole_thing(self, classes: str, match: Match) -> Thing:
        """Return the one thing of a class that the words are about; where two compete there is none."""
        keys = [key for name in classes.split("|") for key in self.rules.slots[name]]
        owner = self._find_owner(match, "x") or self._find_owner(match, "y")
        if owner and owner.mention and owner.mention.type in keys:
            return self._mention_thing(owner.mention)
        voice = match.groupdict().get("voice") is not None
        ours = voice or _OURS.search(self.sentence.folded, max(0, match.start() - 24), match.end())
        if ours and not reports_of_government(self.reading) and not self._speaks_for_place(classes):
            return self._speakers_own(keys)
        before = self.sentence.locate(start_of(match))
        opened = _OPENS_WITH_IT.fullmatch(self.sentence.folded, 0, match.start()) is not None
        pronoun = opened or PRONOUN.match(self.sentence.folded, match.start()) is not None
        if (pronoun and self._means_part(match)) or _TOLD_OF_FIRMS.search(self.sentence.folded, 0, match.start()):
            raise NotFilled
        if _WHEN_PROJECTS.search(self.sentence.folded, 0, match.start()) or self._is_of_finished(before):
            raise NotFilled
        found, rivals = self._find_told(before, pronoun=pronoun)
        if found is None or found[0].type not in keys:
            raise NotFilled([] if found else rivals)
        if _OWNED.search(self.article.text, max(0, found[0].start - 8), found[0].start):
            raise NotFilled  # "To develop its business district, the district has …": not what it owns
        if found[0].end <= before and _AND_ANOTHER.match(self.article.text, found[0].end, before):
            raise NotFilled
        if pronoun and class_name(found[0].type) in PLACES and tells_of_building(self.sentence, match.start()):
            raise NotFilled  # "Linhe built a hospital. It is a modern hospital"
        if self._tells_of_country(found[0], before) or self._means_several(found[0], match):
            raise NotFilled
        folded = self.sentence.folded
        clause = max(folded.rfind(stop, 0, match.start()) for stop in (";", ":", ". ")) + 1
        measured = match.groupdict().get("x") or ""
        lead = folded[clause : match.start()]
        if not fits_extent(folded[clause : match.end()], lead, measured, found[0]) or self._is_of_front(lead, found[0]):
            raise NotFilled
        return self._mention_thing(*found)

    def _is_of_finished(self, before: int) -> bool:
        """Say whether words are of what is to be finished first: "After the plant is finished, it will make"."""
        built = (m for m in self.sentence.marks if m.key == PROJECT and m.end <= before)
        return any(_WHEN.search(self.article.text, max(0, m.start - 30), m.start) for m in built)

    def _find_told(self, before: int, *, pronoun: bool) -> tuple[tuple[Mention, str] | None, tuple[Mention, ...]]:
        """Return what the words at a place are about, how it was found, and its rivals: found once for each place."""
        key = (before, pronoun, self._asks_things, self._asks_places)
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
                kinds=PLACES if self._asks_places else BEARERS,
            )
            self._subjects[key] = (chosen, tuple(competing))
        return self._subjects[key]

    def _means_several(self, found: Mention, match: Match) -> bool:
        """Say whether a number is not of the one place found: "Linhe has 30 firms. Their revenue …"."""
        if class_name(found.type) not in PLACES:
            return False
        return _THEIRS.match(self.sentence.folded, match.start()) is not None or self._is_had(found, match)

    def _is_had(self, found: Mention, match: Match) -> bool:
        """Say whether a place stands in a list of what "it" has: "It has A Zone, B Park, and paid taxes of …"."""
        here, start = self.sentence.sentence, self.sentence.locate(match.start())
        had = here.start <= found.start < start and _HAD.match(self.article.text, here.start, found.start)
        return bool(had) and _OF_WHICH.search(self.article.text, found.end, start) is None

    def _tells_of_country(self, found: Mention, before: int) -> bool:
        """Say whether the sentence has just told of China: "China's trade grew 3 percent, with exports rising by …"."""
        told = [c for c in self.earlier.list_values(self.sentence.sentence.start) if c.end <= before]
        return bool(told) and is_china(told[-1].subject) and not is_china(found.entity)

    def _is_of_front(self, lead: str, bearer: Mention) -> bool:
        """Say whether words are of another place than was found: "In China, exports rose" under a city's title."""
        front = find_front(lead)
        place = self.sentence.mark_at(front).mention if front else None
        if place is None or class_name(place.type) not in PLACES:
            return False
        said = self.article.text[place.start : place.end].lower()
        if said.endswith("region") and place.type != ADMIN_AREA and _ACROSS.match(lead):
            return True  # "Across the region, exports rose": of more than a district
        if place.entity == bearer.entity:
            return False
        return bearer.start < self.sentence.sentence.start or bearer.kind == "reference"

    def _speakers_own(self, keys: Sequence[str]) -> Thing:
        """Return what "we" and "our" stand for: whom the speaker of the sentence works for or heads, if that is one."""
        text = self.article.text
        found = list_employed(text, self.sentence.marks, self.sentence.sentence.start)
        if not found and self._asks_deeds:
            found = find_voice(self.reading, self.sentence) or []
        if len(found) != 1 or found[0].type not in keys:
            raise NotFilled(found)
        return self._mention_thing(found[0], "sentence-subject")

    def _speaks_for_place(self, classes: str) -> bool:
        """Say whether "we" is the place whose officials or meeting speak: of what is done and to be done alone."""
        own = list_employed(self.article.text, self.sentence.marks, self.sentence.sentence.start)
        return self._asks_deeds and not own and find_voice(self.reading, self.sentence) is None

    def _means_part(self, match: Match) -> bool:
        """Say whether "its" or "their" may mean a sector or firms: "for the sector, its …", "firms saw their …"."""
        text, start = self.sentence.folded, match.start()
        if _FOR_PART.search(text, max(0, start - 90), start):
            return True
        return text.startswith("their ", start) and _FIRMS.search(text, max(0, start - 120), start) is not None

    def _first_thing(self, classes: str, match: Match) -> Thing:
        """Return what the sentence begins with, if it is of a class: who does all that the sentence tells."""
        keys = {key for name in classes.split("|") for key in self.rules.slots[name]}
        actors = {*keys, *self.rules.slots.get("Actor", ())}
        text, before = self.article.text, self.sentence.locate(match.start())
        for mark in self.sentence.marks:
            if mark.mention is None or mark.end > before or mark.mention.type not in actors:
                continue
            if is_region(mark.mention.entity):
                continue
            if _PREPOSITION.search(text, max(0, mark.start - 24), mark.start):
                continue
            part = mark.mention.type != PARK and PART_OF_PLACE.match(text, mark.end)
            if mark.mention.type not in keys or POSSESSIVE.match(text, mark.end) or part:
                raise NotFilled
            return self._mention_thing(mark.mention, "sentence-subject")
        raise NotFilled

    def _named_thing(self, classes: str, named: str) -> Thing:
        """Return the thing of a class whose label holds a pattern: the last one before, else the first behind."""
        keys = {key for name in classes.split("|") for key in self.rules.slots[name]}
        found = self.reading.named.get((classes, named))
        if found is None:
            marks = [m for s in self.reading.sentences for m in s.marks if m.mention and m.mention.type in keys]
            found = [m.mention for m in marks if m.mention and re.search(named, fold_case(m.mention.label))]
            self.reading.named[classes, named] = found
        if not found:
            raise NotFilled
        before = bisect_right(found, self.sentence.sentence.end, key=lambda mention: mention.end)
        return self._mention_thing(found[max(0, before - 1)], "article-subject")

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

    def _make_thing(self, part: dict[str, Any], match: Match) -> Thing:
        base, article = self.base, self.article.id
        garbled = any(
            mark.mention.garbled
            for name, _ in FIELD.findall(" ".join(str(v) for v in part.values()))
            if match.re.groupindex.get(name) and (mark := self._mark_or_none(match, name)) and mark.mention
        )
        if "cohort" in part:
            return self._make_cohort(part, match, garbled=garbled)
        if "event" in part:
            label = self._label(part["event"], match)
            iri = mint_iri(base, "event", hash_id(article, part.get("key", label)))
            return Thing(iri, label, "Event", garbled)
        if "speaker" in part:
            return self._speaker(match, part["speaker"], class_name(class_iri(class_name(part.get("class", "Person")))))
        if "near" in part:
            return self._named_thing(part["near"], part["named"])
        label = self._label(part["thing"], match)
        if not label or not all(self._words(match, name) for name, _ in FIELD.findall(part["thing"])):
            raise NotFilled
        kind = class_name(class_iri(class_name(part["class"])))
        if kind == "Recognition" and (alone := FIELD.fullmatch(part["thing"])):
            end = self._group_span(match, alone[1])[1]
            behind = self.article.text[end : end + 200]
            said = label.rpartition(" ")[2].islower()  # and no name: of "Green City, Forest City and …" each is a title
            if breaks_off_group(label, behind) or (said and breaks_off_names(label, behind)):
                raise NotFilled
        if kind == "Practice" and _EFFORTS.fullmatch(label):
            raise NotFilled  # "More efforts will be made": by whom is not said
        if part.get("here"):
            label = _DETERMINER.sub("", label)
            return Thing(described_iri(base, article, class_iri(kind), slugify(label)), label, kind, garbled)
        return Thing(mint_iri(base, slugify(kind), slugify(label)), label, kind, garbled)
