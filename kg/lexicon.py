"""Names in the text: those the lexicon knows, those known by their form, and references to either.

The lexicon is data: TSV files of names, ``cues.toml`` (the form of names never seen before) and
``references.toml`` ("the district"). Known names are found by one Aho-Corasick automaton.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import ahocorasick_rs

from kg.bare_firms import find_firms
from kg.bare_places import drop_named, ends_another, find_placed, find_spoken, find_stems, find_strangers
from kg.describing import Descriptions
from kg.inverted_names import find_inverted
from kg.letters import fold_case, is_bounded, is_coupled, is_title_case, same_case
from kg.mentions import keep_longest, shift_mentions
from kg.model import Entity, Mention, Name, Span, find_ancestors
from kg.naming import (
    Cue,
    CueFinder,
    Found,
    Words,
    find_names,
    names_which,
)
from kg.open_references import find_told, find_worded
from kg.part_names import name_phases, name_sections
from kg.plain_names import mend_name, plain_zone
from kg.regions import settle_regions
from kg.short_forms import find_short_forms, is_stated, list_others, locate_short_forms
from kg.told_names import Doubt, drop_untold
from kg.vocab import (
    ADMIN_AREA,
    CONCEPT,
    DISTRICT,
    ENTERPRISE,
    ORGANIZATION,
    PARK,
    PROJECT,
    is_china,
    is_wide,
    mint_iri,
    slugify,
)

_PHASED = frozenset({PROJECT, PARK, ENTERPRISE, ORGANIZATION})
"""Of which classes the phases of a thing are projects."""
# A part of what is named, which is another thing: "Zhongguancun West area".
_SECTION = re.compile(
    r" (?:East|West|North|South|Central|[Ee]astern|[Ww]estern|[Nn]orthern|[Ss]outhern)"
    r" (?:[Aa]rea|[Zz]one|[Pp]ark|[Ss]ection)\b"
)
# A part of another district that is called as a district is: "the Wulian area of Longgang District".
_PART_OF_OTHER = re.compile(
    r" (?:[Aa]rea|[Cc]ommunity|[Vv]illage|[Ss]ub-?district|[Ss]treet|[Tt]own(?:ship)?|[Nn]eighbou?rhood)"
    r"(?: of| in|,) (?:the )?(?:[A-Z][\w’'-]+ ){1,2}(?:[Dd]istrict|[Cc]ounty|New Area)\b"
    r"| (?:town(?:ship)?|village|sub-?district)\b(?!s)"
)
# "Profit-making services", "export-oriented firms": nothing measured.
_COMPOUND = re.compile(
    r"-(?:making|oriented|driven|generating|sharing|related|based|led|bearing|seeking|free|paying)\b"
)
# "Lianyun, a port city": what the words call a city is no district of the lexicon.
_CALLED_CITY = re.compile(r"(?: [Cc]ity\b|, (?:an?|the) (?:[\w-]+ ){0,3}(?:city|town)\b)")
_LIES_IN = re.compile(r"(?: [Dd]istrict| [Cc]ity)? in (?:the )?(?:city of |(?:[A-Za-z]+ )?China[’']s )?")
_CAPITAL_BEHIND = re.compile(r"(?: \([A-Z][a-z]+\))? ([A-Z][a-z][\w’-]*)")
# "Hefei Mayor Zhao Lin said": the city, and no longer name.
_POST_BEHIND = re.compile(
    r" (?:(?:Vice|Deputy|Executive)[ -])*(?:Mayor|Governor|Magistrate|Party (?:[Cc]hief|[Ss]ecretary|[Hh]ead))\b"
)
# "Inner Mongolia Plateau": a landform, and no place of the lexicon.
_LANDFORM = re.compile(r" (?:Plateau|Basin|Desert|Grasslands?|Peninsula|Strait|Mountains)\b")
_PREFECTURE = re.compile(r" [Pp]refecture\b")
_COARSE = ("Province", "Region", "China")
_APART = re.compile(r"(?:\A|\n|\b(?:of|in|at|for|to|from|by|with|the) |[’']s |[:–—] )$")
_GOVERNS = re.compile(
    r"(?:(?P<place>(?!People)[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}?) (?:(?:Municipal|Provincial|City) )?)?"
    r"(?:People[’']s )?Government(?: of (?:the )?(?P<of>[A-Z][\w’' -]+))?$"
)
WIDE = "*"
"""Among the heads of a reference: whatever of its class was named since may be meant as well."""
MOST_CONCEPTS = 4096
_OPENS_LINE = re.compile(r"(?:^|\n)[\s\d.()]{0,6}$")
_ENDS_LINE = re.compile(r"(?: ?\([^()\n]{1,40}\))?[:：]?[^\S\n]{0,4}(?:\n|$)")
MAX_TELLING = 2
"""How many words of a name in a heading tell which thing is meant: with more, a verb is likely among them."""
# "The county of Linhe" refers to nothing before, nor does "the county-level".
_NO_REFERENCE = re.compile(r" of\b|-(?=\w)")
_WORD_BEFORE = re.compile(r"(?<![\w’'-])([A-Z][a-z]+|the)(?: [12][0-9]{3})? $")
# "(Reporter Zhi Suqian)": a family name that no list has, and a given name that a city has as well.
_REPORTER_BEFORE = re.compile(r"\b(?:[Rr]eporters?|[Cc]orrespondents?|[Ee]ditors?) [A-Z][a-z]{1,4} $")
_CAPITAL = re.compile(r" [A-Z]")
_PLACES = frozenset({ADMIN_AREA, DISTRICT})
_BARE = _PLACES | {PARK}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that is known of names, compiled once."""

    entities: Mapping[str, Entity]
    base: str
    _automaton: ahocorasick_rs.AhoCorasick
    _patterns: tuple[tuple[str, Entity, Name], ...]
    _cues: tuple[Cue, ...]
    _words: Words
    _finder: CueFinder
    _reference_automaton: ahocorasick_rs.AhoCorasick
    _reference_keys: tuple[str, ...]
    """By word of the automaton, the classes of what it refers to and how the name of that ends."""
    _references: Mapping[str, str]
    """The same by the words themselves."""
    _by_name: Mapping[tuple[str, str], Entity]
    _shared: Mapping[str, tuple[Entity, ...]]
    """By name in lower case, the places that share it, each meant only where the article names what it is in."""
    descriptions: Descriptions
    """The forms of things that have no name."""
    cities: frozenset[str]
    """The IRIs of the cities that have districts of the lexicon."""
    gazetteer: Mapping[str, Entity]
    """By IRI, the things that the graph tells of only where an article names them."""
    _concepts: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """By words, the concept they name: the same are asked for again and again."""

    def find_mentions(self, text: str) -> list[Mention]:
        """Return the mentions in ``text``, sorted, none overlapping another; longer names win.

        References ("the district") are not resolved here: their ``entity`` is empty until
        ``resolve_references`` has seen the whole article.
        """
        found = drop_untold(text, [Span(0, len(text))], [self._find_all(text)], self._doubts)
        return self._settle_shared(text, found)[0]

    def _find_all(self, text: str) -> list[Mention]:
        """Return the mentions in ``text`` before names that several places share are told apart."""
        folded = fold_case(text)
        known, references = self._find_known(text, folded), self._find_references(text, folded)
        found = keep_longest([*known, *self._find_cued(text), *references])
        found = settle_regions(text, found, self._by_name.get((ADMIN_AREA, "china")))
        firms = [
            self._make_mention(*span, ENTERPRISE, text[slice(*span)]) for span in self._find_told_firms(text, found)
        ]
        found = keep_longest([*found, *firms]) if firms else found
        starts = {mention.start for mention in found}
        found = [m for m in found if m.end + 1 in starts or not self._begins_other(text, m)]
        parts = [*name_phases(text, found, PROJECT, _PHASED), *name_sections(text, found, PARK)]
        return keep_longest([*found, *(self._make_mention(*part) for part in parts)]) if parts else found

    def find_concept(self, words: str) -> str:
        """Return the IRI of the concept that words name, all of them; empty where they name none."""
        known = self._concepts.get(words)
        if known is None:
            found = self.find_mentions(words)
            whole = (m.entity for m in found if m.type == CONCEPT and (m.start, m.end) == (0, len(words)))
            if len(self._concepts) >= MOST_CONCEPTS:
                self._concepts.clear()
            known = self._concepts[words] = next(whole, "")
        return known

    def _find_known(self, text: str, folded: str) -> Iterator[Mention]:
        for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            name, entity, entry = self._patterns[number]
            if not is_bounded(text, start, end) or not same_case(text[start:end], name):
                continue
            if entity.type == CONCEPT and _COMPOUND.match(text, end):
                continue
            if (
                entity.type == DISTRICT
                and " " not in name
                and (_CALLED_CITY.match(text, end) or _PART_OF_OTHER.match(text, end))
            ):
                continue
            if _SECTION.match(text, end):
                continue
            if entity.type in _PLACES and self._is_given_name(text, start, name):
                continue
            if entity.type in _PLACES and is_coupled(text, start, end):
                continue
            kind = entry.kind if entry.kind in ("translated", "shared") else "name"
            yield Mention(start, end, entity.iri, entity.label, entity.type, kind, entry.garbled)

    def _is_given_name(self, text: str, start: int, name: str) -> bool:
        """Say whether the bare name of a place is somebody's: "Wang Lijiang"."""
        before = _WORD_BEFORE.search(text, max(0, start - 14), start)
        if before is None or " " in name:
            return False
        reporter = _REPORTER_BEFORE.search(text, max(0, start - 26), start)
        return reporter is not None or before[1] in self._words.surnames

    @staticmethod
    def _begins_other(text: str, mention: Mention) -> bool:
        """Say whether the bare name of a place begins the name of something nobody knows: "the Dalian DD Port"."""
        if mention.kind != "name" or mention.type not in _PLACES or not _CAPITAL.match(text, mention.end):
            return False
        if _LANDFORM.match(text, mention.end):
            return True
        before = _WORD_BEFORE.search(text, max(0, mention.start - 14), mention.start)
        return before is not None and before[1] in ("the", "The") and " " not in text[mention.start : mention.end]

    def read_mentions(self, text: str, spans: Sequence[Span]) -> list[list[Mention]]:
        """Return the mentions of each stretch of one article, with the short forms that it makes of its names.

        A short form ("BDA", "Changjiang Biotech") is a reference to the thing whose full name ``resolved``
        gives. In a heading in capitals a name by its form counts only if the body has it too, or it is
        a place and small words or the heading's ends set it apart.
        """
        found = [shift_mentions(self._find_all(text[a:b]), a) for a, b in spans]
        found = drop_untold(text, spans, found, self._doubts)
        titled = [is_title_case(text[a:b]) for a, b in spans]
        found = [group if title else self._leave_begun(text, group) for group, title in zip(found, titled, strict=True)]
        found = self._settle_shared(text, found)
        elsewhere = {m.entity for group in found for m in group if self._lies_elsewhere(text, m, group)}
        elsewhere |= find_strangers(text, [m for group in found for m in group], self.entities)
        found = [[m for m in group if m.entity not in elsewhere] for group in found] if elsewhere else found
        pairs = [*zip(found, titled, strict=True)]
        seen = {m.entity for group, title in pairs if not title for m in group}
        seen |= find_spoken(text, spans, titled, found)
        kept = [[self._keep_titled(text, m, seen) if title else m for m in group] for group, title in pairs]
        found = drop_named([[m for m in group if m is not None] for group in kept])
        found = self._leave_others(text, found, find_stems(m for group in found for m in group))
        named = [m for group in found for m in group]
        starts = [a for a, _ in spans]
        extra: dict[int, list[Mention]] = {}
        forms = find_short_forms(text, named, self._cues, self._words, ADMIN_AREA, self._is_place, self._make_mention)
        found = self._leave_others(text, found, list_others(text, named, forms))
        found = [[m for m in group if not is_stated(text, m, forms)] for group in found]
        short = locate_short_forms(text, forms, self._words)
        named = [m for group in found for m in group]
        for mention in chain(short, find_worded(text, named, self._references, self.descriptions.behind)):
            number = bisect_right(starts, mention.start) - 1
            if number >= 0 and mention.end <= spans[number][1]:
                extra.setdefault(number, []).append(mention)
        return [keep_longest([*group, *extra.get(n, ())]) if n in extra else group for n, group in enumerate(found)]

    def _settle_shared(self, text: str, groups: list[list[Mention]]) -> list[list[Mention]]:
        """Return mentions with names that several places share told apart by what the article names that they are in.

        Where it names that of one only, or no city but the province of one only, that one is meant; where it names
        that of the place which goes by the name alone, or of several, nothing changes, and a name that none goes by
        alone is none.
        """
        if not any(fold_case(text[m.start : m.end]) in self._shared for group in groups for m in group):
            return groups
        named = {m.entity for group in groups for m in group if m.kind != "shared"}
        around = {self.entities[iri].within for iri in named if iri in self.entities}
        return [[kept for m in group if (kept := self._tell_shared(text, m, named, around))] for group in groups]

    def _tell_shared(
        self, text: str, mention: Mention, named: Collection[str], around: Collection[str]
    ) -> Mention | None:
        sharing = self._shared.get(fold_case(text[mention.start : mention.end]), ())
        own = self.entities.get(mention.entity) if mention.kind != "shared" else None
        places = [e for e in sharing if e.type in _PLACES]
        fitting = [e for e in places if e.within in named or e.iri in around]
        if not fitting:  # only the province is named
            fitting = [e for e in places if any(a in named for a in _find_provinces(e.iri, self.entities))]
        if len(fitting) == 1 and (own is None or own.within not in named) and mention.kind != "reference":
            place = fitting[0]
            return mention._replace(entity=place.iri, label=place.label, type=place.type, kind="name")
        return None if mention.kind == "shared" else mention

    def _leave_others(self, text: str, groups: list[list[Mention]], others: Collection[str]) -> list[list[Mention]]:
        return [[m for m in group if not self._is_others(text, m, others)] for group in groups] if others else groups

    def _is_others(self, text: str, mention: Mention, others: Collection[str]) -> bool:
        """Say whether the bare name of a small place may be short for another name of the article."""
        if mention.kind != "name" or mention.type not in _PLACES or text[mention.start : mention.end] not in others:
            return False
        known = self.entities.get(mention.entity)
        within = self.entities.get(known.within) if known else None
        return within is not None and not within.label.endswith(_COARSE)

    def _find_told_firms(self, text: str, found: Sequence[Mention]) -> Iterator[Span]:
        things = [m for m in found if m.type in _PHASED or m.type in _PLACES]
        return find_firms(text, things, self._words, self._is_place)

    @property
    def _doubts(self) -> Iterator[Doubt]:
        return (cue.doubt for cue in self._cues if cue.doubt)

    def _is_place(self, word: str) -> bool:
        return (ADMIN_AREA, fold_case(word)) in self._by_name

    def _lies_elsewhere(self, text: str, mention: Mention, group: Sequence[Mention]) -> bool:
        """Say whether the words put a district where the one of the lexicon does not lie: "Chaoyang in Liaoning"."""
        known = self.entities.get(mention.entity)
        if known is None or mention.type not in (DISTRICT, ADMIN_AREA) or not known.within:
            return False
        lies = _LIES_IN.match(text, mention.end)
        place = next((m.entity for m in group if lies and m.start == lies.end() and m.type == ADMIN_AREA), "")
        if not place or is_wide(place):
            return False
        wider = self.entities.get(place)
        if wider and wider.within == known.within:
            return False  # of a county right under a province the prefecture between them is not told
        return place not in find_ancestors(mention.entity, self.entities)

    def _leave_begun(self, text: str, group: Sequence[Mention]) -> list[Mention]:
        """Return mentions without the bare names that only begin a name that nothing knows: "Shanxi Reform Fund".

        From the last to the first, so that both places go of "the Hefei Luyang (Xingning) Transfer Park".
        """
        kept: list[Mention] = []
        starts: set[int] = set()
        for mention in reversed(group):
            if not self._begins_another(text, mention, starts):
                kept.append(mention)
                starts.add(mention.start)
        ends = {mention.end for mention in group}
        return [m for m in kept[::-1] if not ends_another(text, m, ends)]

    def _begins_another(self, text: str, mention: Mention, starts: set[int]) -> bool:
        firm = mention.type == ENTERPRISE and mention.entity in self.gazetteer
        if not (firm or mention.type in _BARE) or mention.kind != "name" or " " in text[mention.start : mention.end]:
            return False
        if _PREFECTURE.match(text, mention.end):
            return True  # "Honghe prefecture" is not the county of that name
        behind = None if _POST_BEHIND.match(text, mention.end) else _CAPITAL_BEHIND.match(text, mention.end)
        if behind is None or behind[1] in self._words.stops or behind.start(1) in starts:
            return False
        heads = text[behind.end() : behind.end() + 1] in ("\n", "") and behind[1] in self._words.headings
        return not heads or text[mention.start - 1 : mention.start] not in ("\n", "")

    def _keep_titled(self, text: str, mention: Mention, seen: Collection[str]) -> Mention | None:
        """Return a mention of a heading in capitals, of a government what it governs, or nothing if it is no name."""
        if mention.kind != "cue" or mention.entity in seen or self._stands_alone(text, mention):
            return mention
        governs = _GOVERNS.match(text, mention.start, mention.end) if mention.type == ORGANIZATION else None
        if governs is None or "Report" not in text[max(0, mention.start - 28) : mention.end + 24]:
            return None
        (start, end), name = governs.span(governs.lastgroup or 0), governs[governs.lastgroup or 0]
        known = next((e for kind in (DISTRICT, ADMIN_AREA) if (e := self._by_name.get((kind, fold_case(name))))), None)
        if known is not None:
            return Mention(start, end, known.iri, known.label, known.type, "name")
        return self._make_mention(start, end, DISTRICT, name) if name.endswith((" District", " County")) else None

    def _stands_alone(self, text: str, mention: Mention) -> bool:
        """Say whether a heading sets the name of a place apart from other words: "Rises in Jinpu New Area"."""
        if mention.type not in (DISTRICT, PARK):
            return False
        telling = [names_which(word, self._words) for word in mention.label.split(" ")]
        if _OPENS_LINE.search(text, max(0, mention.start - 8), mention.start) and _ENDS_LINE.match(text, mention.end):
            return telling[0] and sum(telling) <= MAX_TELLING + 1  # only a name: the heading of what is told of it
        if not _APART.search(text, max(0, mention.start - 24), mention.start):
            return False
        return sum(telling) <= MAX_TELLING

    def _find_cued(self, text: str) -> Iterator[Mention]:
        for found in (*find_names(text, self._finder, self._words), *find_placed(text, self._words)):
            start, name = self._trim_place(found)
            if is_bounded(text, start, found.end):
                yield self._make_mention(start, found.end, found.type, name)
        for found in find_inverted(text, self._words):
            yield self._make_mention(*found)

    def _trim_place(self, found: Found) -> tuple[int, str]:
        """Return start and name without the city that only says where: "Beijing Haidian District"."""
        words = found.name.split(" ")
        for count in (1, 2):
            place = self._by_name.get((ADMIN_AREA, fold_case(" ".join(words[:count]))))
            rest = " ".join(words[count:])
            if place is None or len(words) < count + 2:
                continue
            offset = len(found.name) - len(rest)
            if (found.type, fold_case(rest)) in self._by_name:
                return found.start + offset, rest
            if found.type == DISTRICT and any(
                names_which(word, self._words) and word.lower() not in self._words.landforms for word in words[count:-1]
            ):
                return found.start + offset, rest
        return found.start, found.name

    def _make_mention(self, start: int, end: int, type_iri: str, name: str) -> Mention:
        """Return the mention of a name found by its form; a lexicon name written otherwise is that thing."""
        name = mend_name(name)
        known = self._by_name.get((type_iri, fold_case(name))) or self._find_legal(type_iri, name)
        if known is not None:
            return Mention(start, end, known.iri, known.label, known.type, "name")
        plain = plain_zone(name) if type_iri == PARK else name
        known = self._by_name.get((type_iri, fold_case(plain)))
        if known is not None:
            return Mention(start, end, known.iri, known.label, known.type, "name")
        return Mention(start, end, self.mint_entity(type_iri, plain), name, type_iri, "cue")

    def _find_legal(self, type_iri: str, name: str) -> Entity | None:
        """Return the lexicon's thing of the same name but for a legal form: "Foton Co., Ltd."."""
        for cue in self._cues:
            if cue.type == type_iri and cue.stem == "form":
                short = cue.legal.sub("", name)
                if short != name:
                    return self._by_name.get((type_iri, fold_case(short)))
        return None

    def _find_references(self, text: str, folded: str) -> Iterator[Mention]:
        for start, end, key in find_told(text, self._references):
            yield Mention(start, end, "", "", key, "reference")
        for number, start, end in self._reference_automaton.find_matches_as_indexes(folded, overlapping=True):
            if is_bounded(folded, start, end) and not _NO_REFERENCE.match(folded, end):
                yield Mention(start, end, "", "", self._reference_keys[number], "reference")

    def mint_entity(self, type_iri: str, name: str) -> str:
        """Return the stable IRI of a thing known only by its class and name."""
        return mint_iri(self.base, slugify(type_iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]), slugify(name))


def _find_provinces(iri: str, entities: Mapping[str, Entity]) -> list[str]:
    """Return the IRIs of what a place lies in, without the country."""
    return [place for place in find_ancestors(iri, entities) if not is_china(place)]
