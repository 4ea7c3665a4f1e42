"""Which of the things named before "the city" and the like stand for: the nearest that fits, or what is told of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from kg.english import load_words
from kg.letters import fold_case
from kg.lexicon import WIDE
from kg.model import Mention
from kg.vocab import ADMIN_AREA, DISTRICT, ENTERPRISE, PARK, TOLD, is_wide

_WORDS = load_words("references")
_PLACES = frozenset((ADMIN_AREA, DISTRICT, PARK))
# Between what is spoken of and the place it is in: "Feicheng, a county-level city in Tai'an".
_IS_IN = re.compile(
    r"(?: \([^()\n]{1,40}\))?(?: [Cc]ity)?"
    r"(?:,? (?:which )?(?:is |was )?(?:an?|the|one of the) [\w-]+(?: [\w-]+){0,6}?)?"
    r",?(?: (?:is |was )?(?:located|situated|based|nestled|lies|sits))? (?:in|of|within|under|inside) (?:the )?"
    r"(?:city of |(?:[A-Za-z]+ )?China[’']s )?"
)
_PASSED = re.compile(
    r"(?<!home )(?<!according )(?<!belong )(?<!belongs )\b(?:from|to|toward|towards|via)(?: the)? (?:[A-Z]\w+,? and )?$"
)
"""What stands before a place where something only came from or went."""
_PHASE = re.compile(r" Phase [IVX\d]+$")
_LISTED = re.compile(
    rf"\b(?i:{_WORDS.any_of('districts', 'parks', 'cities')}|{_WORDS.any_of('works')})"
    r"(?:, ?(?:and |or )?| (?:and|or|as well as) )(?:the )?(?:(?:former|old|new) )?$"
)
# "Clusters such as Linhe New Town, Lanhai Industrial Park": none of several examples is spoken of.
_AMONG_EXAMPLES = re.compile(
    r"\b(?:such as|such (?:[a-z-]+ ){1,4}as|including|namely|like) [^.;:\n]{3,150}(?:,|,? and|,? or) (?:the )?$"
)


# "The city has", "In 2022, the city had", "Some 180 km from Yunhe, the city has": it goes on with what was told of.
RESUMES = re.compile(
    rf"(?:^|[.!?。！？][\"”’)]?\s+|\n\s*)[\"“]?"
    rf"(?:(?:{_WORDS.any_of('fronts')})\b(?:(?!\b(?:{_WORDS.any_of('acting')})\b)[^.;:\n]){{0,160}}, "
    r"|(?:Since then|Now|Today|Meanwhile|Currently|Yesterday|Recently) )?$"
)
_AND = re.compile(r"(?: (?:[Dd]istrict|[Cc]ounty|[Cc]ity))?,? (?:and|or|as well as)(?: the)? ")
_FRONTED = re.compile(r"(?:^|[.!?]\s|\n\s*)(?:In|At|For|As for|Of) (?:the )?$")
# Something wider, which "the region" may be.
_BROAD = re.compile(rf"\b(?:{_WORDS.any_of('broad')})s?\b")
_NEAR = 600
"""How many characters before "the region" at least no other zone or district is named."""
_APART = 150
"""How many characters before "the group" at least no other firm is named than the one that is told of."""
_RECENT = 1500
"""How many characters before "the city" at most a sentence begins with what it goes on with."""


def _is_listed(target: Mention, text: str) -> bool:
    """Say whether a thing was last named behind another place in a list, which may be one that nothing knows."""
    if _AMONG_EXAMPLES.search(text, max(0, target.start - 160), target.start):
        return True
    return _LISTED.search(text, max(0, target.start - 48), target.start) is not None


def _is_joined(target: Mention, named: Named, types: Iterable[str], ends: Heads, text: str) -> bool:
    """Say whether a thing was last named beside another that may be meant as well: "Yunhe and Qinglan districts"."""
    others = (m for kind in types for m in named.mentions.get(kind, ())[-3:] if m.entity != target.entity)
    return any(ends.fit(other) and _are_joined(other, target, text) for other in others)


def _are_joined(one: Mention, other: Mention, text: str) -> bool:
    """Say whether nothing but "and" stands between two things."""
    first, last = sorted((one, other), key=lambda m: m.start)
    return first.end <= last.start and _AND.fullmatch(text, first.end, last.start) is not None


def _is_passed(target: Mention, text: str) -> bool:
    """Say whether a place was last named only as where something came from or went: "Guests came from Yunhe"."""
    passed = _PASSED.search(text, max(0, target.start - 40), target.start)
    named = target.type in (ADMIN_AREA, DISTRICT) and target.kind != "reference"
    return named and passed is not None and text[target.end : target.end + 1] not in ("'", "’")


_SMALL = frozenset(("town", "township", "village", "subdistrict", "street"))


class Heads(NamedTuple):
    """What the name of a thing ends with that a reference may mean, and what it does not end with."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    def fit(self, mention: Mention) -> bool:
        # A whole word: no airport is "the port".
        label = f" {fold_case(mention.label)}"
        return (not self.wanted or any(label.endswith(f" {head}") for head in self.wanted)) and not self.bars(mention)

    def bars(self, mention: Mention) -> bool:
        """Say whether a thing is called what the reference cannot mean: no province is "the city"."""
        return bool(self.unwanted) and fold_case(mention.label).endswith(self.unwanted)


class Named:
    """The things that an article has named so far, by class in the order in which they were named last.

    Which of them fit a kind of reference is found once for each mention, not for each reference.
    """

    def __init__(self) -> None:
        self.subjects: dict[str, Mention] = {}
        """By class, what a sentence began with last."""
        self.begun: dict[str, list[Mention]] = {}
        """By thing, where a sentence began with it, in the order in which they first did."""
        self.latest: dict[str, Mention] = {}
        """By thing, where a sentence began with it last, in that order."""
        self.mentions: dict[str, list[Mention]] = {}
        self.things: dict[str, set[str]] = {}
        self._fitting: dict[tuple[str, Heads], tuple[int, dict[str, Mention]]] = {}

    def add(self, mention: Mention) -> None:
        """Take in the next mention of the article."""
        self.mentions.setdefault(mention.type, []).append(mention)
        self.things.setdefault(mention.type, set()).add(mention.entity)

    def begin(self, mention: Mention) -> None:
        """Take in that a sentence begins with a mention."""
        self.subjects[mention.type] = mention
        self.begun.setdefault(mention.entity, []).append(mention)
        self.latest.pop(mention.entity, None)
        self.latest[mention.entity] = mention

    def find_topic(self, types: Sequence[str], ends: Heads, since: int) -> Mention | None:
        """Return what a sentence began with last behind ``since``, a code point, of what fits a reference."""
        recent = takewhile(lambda m: m.start >= since, reversed(self.latest.values()))
        return next((m for m in recent if m.type in types and ends.fit(m)), None)

    def find_last(self, kind: str, heads: Heads) -> Mention | None:
        """Return the thing of a class with such a name that was named last."""
        mentions = self.mentions.get(kind, [])
        seen, fitting = self._fitting.get((kind, heads), (0, {}))
        for mention in mentions[seen:]:
            fitting.pop(mention.entity, None)
            if heads.fit(mention):
                fitting[mention.entity] = mention
        self._fitting[kind, heads] = (len(mentions), fitting)
        return next(reversed(fitting.values()), None)


def _find_resumed(
    reference: Mention, named: Named, types: Sequence[str], ends: Heads, fallback: Mapping[str, Mention], text: str
) -> Mention | None:
    """Return what the article is about, if a sentence goes on with that and no other of its kind was told of since.

    "Yunhe lies in the north of Linhe. The city has …": of Yunhe; no sentence begins with Linhe.
    """
    # No province is "the city": what a sentence began with before it is still spoken of.
    topic = named.find_topic(types, ends, reference.start - _RECENT)
    if topic is None or topic.type not in _PLACES or not _goes_on(text, reference.start):
        return None
    if not _is_main(topic, named, fallback):
        return None
    since = [m for t in types for m in named.mentions.get(t, ()) if m.start > topic.start and ends.fit(m)]
    others = [m for m in since if m.entity != topic.entity]
    if any(
        _are_joined(topic, m, text) or m.entity in named.begun or _FRONTED.search(text, max(0, m.start - 24), m.start)
        for m in others
    ):
        return None
    return topic


def _is_main(topic: Mention, named: Named, fallback: Mapping[str, Mention]) -> bool:
    """Say whether the title names a thing, or more than one sentence begins with it."""
    titled = topic.type in fallback and fallback[topic.type].entity == topic.entity
    return titled or len(named.begun[topic.entity]) > 1


def _is_alone(topic: Mention, named: Named, types: Sequence[str], fallback: Mapping[str, Mention], text: str) -> bool:
    """Say whether the article is about a place, and begins no sentence with another named since."""
    since = [m for t in types for m in named.mentions.get(t, ()) if m.start > topic.start and m.entity != topic.entity]
    if topic.type not in _PLACES or not _is_main(topic, named, fallback):
        return False
    return not any(m.entity in named.begun or _are_joined(topic, m, text) for m in since)


def _find_sole_topic(
    reference: Mention, named: Named, types: Sequence[str], fallback: Mapping[str, Mention], text: str
) -> Mention | None:
    """Return the one place that sentences have begun with, for "the region": none where something wider is told of."""
    begun = [told[-1] for told in named.begun.values()]
    places = [m for m in begun if m.type in _PLACES and not is_wide(m.entity)]
    if len(places) != 1 or places[0].type not in types or not _goes_on(text, reference.start):
        return None
    topic = places[0]
    near = (m for kind in (DISTRICT, PARK) for m in named.mentions.get(kind, ())[-3:] if m.entity != topic.entity)
    if not _is_main(topic, named, fallback) or any(reference.start - m.end < _NEAR for m in near):
        return None
    if reference.start - topic.start > _RECENT or _BROAD.search(text, topic.start, reference.start):
        return None
    return topic


def _goes_on(text: str, start: int) -> bool:
    """Say whether a sentence begins at a place, or behind words that only say when, where or how."""
    return RESUMES.search(text, max(0, start - 200), start) is not None


def _list_topics(named: Named, types: Iterable[str]) -> list[Mention]:
    """Return by class what a sentence began with last."""
    return [named.subjects[kind] for kind in types if kind in named.subjects]


def _choose_near(named: Named, types: Sequence[str], ends: Heads, fallback: Mapping[str, Mention]) -> Mention | None:
    """Return the place of the title, where the text names nothing that ends like what is asked for."""
    # "The Management Committee of X Zone said the zone …": X Zone is meant, and stands in another name only.
    if ends.wanted and any(named.find_last(kind, ends) for kind in named.mentions if kind not in types):
        return None
    # A park or county may be called something near its name; no city is "the province" or "the town".
    sole = not {"province", "town"} & set(ends.wanted) and sum(len(named.things.get(t, ())) for t in types) == 1
    near = [fallback[t] for t in types if t in fallback and not ends.bars(fallback[t])]
    if ends.wanted and _SMALL.issuperset(ends.wanted):  # no place that the lexicon knows is a town or a village
        near = [thing for thing in near if thing.kind != "name"]
    chosen = [thing for thing in near if ends.fit(thing) or sole]
    return max(chosen, key=lambda m: m.start) if chosen else None


def _find_told(reference: Mention, named: Named, fitting: Sequence[Mention], ends: Heads, text: str) -> Mention | None:
    """Return what "the border city" stands for: what was named last of its kind, if that alone is told of.

    Of two named since, either may be the one at the border.
    """
    target = max(fitting, key=lambda m: m.start, default=None)
    if target is None or _is_listed(target, text) or _is_passed(target, text):
        return None
    topics = [m for m in _list_topics(named, {m.type for m in fitting}) if ends.fit(m)]
    topic = max(topics, key=lambda m: m.start, default=None)
    if topic is None or topic.entity != target.entity or _is_joined(target, named, {target.type}, ends, text):
        return None
    types = {m.type for m in fitting}
    told = [begun[-1] for begun in named.begun.values() if begun[-1].type in types and ends.fit(begun[-1])]
    rivals = [m for m in told if m.entity != target.entity and not is_wide(m.entity)]
    return None if any(reference.start - m.start < _RECENT for m in rivals) else target


def _is_of_page(reference: Mention, target: Mention, fallback: Mapping[str, Mention], ends: Heads, text: str) -> bool:
    """Say whether a paragraph may go on with what the page is of instead: the title is another such zone's name."""
    page = fallback.get(target.type)
    if page is None or page.entity == target.entity or not ends.fit(page) or text[: page.start].strip():
        return False
    line = text.find("\n", page.end)
    alone = not text[page.end : line if line >= 0 else len(text)].strip()
    return alone and text.find("\n", target.end, reference.start) >= 0


def _names_unmarked(reference: Mention, target: Mention, text: str) -> bool:
    """Say whether a thing of that kind was named since by a name nothing knows: "Linhe highway port … The port"."""
    head = text[reference.start : reference.end].rpartition(" ")[2]
    since = max(target.end, reference.start - _NEAR)
    named = re.compile(
        r"(?:(?<=[.!?] )|(?<=\n))(?!(?:In|At|The|For|From|This|On|By|As|Its|Their|With|Such|That|These|A|An)\b)"
        r"[A-Z][a-z]+"
        rf" (?!(?:the|this|its|a|an|and|of|in|new)\b)[a-z]+ {re.escape(head)}\b"
    )
    return head.isalpha() and head.islower() and named.search(text, since, reference.start) is not None


def _has_rival(reference: Mention, target: Mention, named: Named, ends: Heads, text: str) -> bool:
    """Say whether a new paragraph may go on with another of that kind, which more sentences before began with.

    "The A Park has grown. … Its counterpart, the B Park, is abroad. … The park will": of which of the two?
    """
    if text.find("\n", target.end, reference.start) < 0:
        return False
    own, words = len(named.begun.get(target.entity, ())), set(fold_case(target.label).split())
    others = (begun for entity, begun in named.begun.items() if entity != target.entity)
    return any(
        begun[-1].type == target.type
        and ends.fit(begun[-1])
        and not is_wide(begun[-1].entity)
        and len(begun) >= own
        and not words.issuperset(fold_case(begun[-1].label).split())
        for begun in others
    )


def _is_sole_firm(reference: Mention, topic: Mention, named: Named, text: str) -> bool:
    """Say whether a sentence goes on with the one firm that sentences have begun with, behind a paragraph with others.

    "Linhe Group was founded in May. … It merged A Co., Ltd. and B Co., Ltd. … The group will build": of Linhe Group.
    """
    firms = named.mentions.get(ENTERPRISE, ())
    begun = {m.entity for m in firms if m.entity in named.begun}
    since = max((m.end for m in firms if m.entity != topic.entity), default=-1)
    if begun != {topic.entity} or since < 0 or not _goes_on(text, reference.start):
        return False
    apart = text.find("\n", since, reference.start) >= 0 and reference.start - since > _APART
    return apart and reference.start - topic.start < _RECENT


def _find_new_area(named: Named, types: Sequence[str], ends: Heads) -> Mention | None:
    """Return the one new area that an article tells of, and that it may call "the zone" where it names no zone."""
    if "zone" not in ends.wanted or DISTRICT in types or named.mentions.get(PARK):
        return None
    told = {m.entity: m for m in named.mentions.get(DISTRICT, ())}
    only = next(iter(told.values())) if len(told) == 1 else None
    return only if only and only.entity in named.begun and only.label.endswith(" New Area") else None


def _is_nearer_named(target: Mention, named: Named, types: Sequence[str]) -> bool:
    """Say whether a place was named since that "the region" or "the area" may be as well as the one called so."""
    # "The region" may be a district or a zone, "the area" is the one that was called so.
    nearer = {DISTRICT, PARK} if ADMIN_AREA in types and target.type != ADMIN_AREA else {target.type}
    last = (m for t in nearer for m in named.mentions.get(t, ())[-3:] if not is_wide(m.entity))
    if any(m.start > target.start for m in last):
        return True
    # "Yunhe New Area … Linhe New City has grown. In the area …"
    return target.type != ADMIN_AREA and any(m.start > target.start for m in _list_topics(named, (DISTRICT, PARK)))


def choose_target(reference: Mention, named: Named, fallback: Mapping[str, Mention], text: str) -> Mention | None:
    """Return what a reference stands for, if that is one thing."""
    classes, *heads = reference.type.split("\t")
    types = classes.split("|")
    wide, told = WIDE in heads, TOLD in heads
    ends = Heads(
        tuple(head for head in heads if head[0] not in ("!", WIDE, TOLD)),
        tuple(head[1:] for head in heads if head[0] == "!"),
    )
    fitting = [m for t in types if (m := named.find_last(t, ends))]
    if told:
        return _find_told(reference, named, fitting, ends, text)
    if resumed := _find_resumed(reference, named, types, ends, fallback, text):
        return None if _names_unmarked(reference, resumed, text) else resumed
    if wide and (topic := _find_sole_topic(reference, named, types, fallback, text)):
        return topic
    if not fitting:
        return _choose_near(named, types, ends, fallback) or _find_new_area(named, types, ends)
    target = max(fitting, key=lambda m: m.start)
    if _PHASE.search(target.label):
        return None  # "The first phase of X is running. The project has cost 3 billion yuan": all of it
    if _names_unmarked(reference, target, text):
        return None
    topics = [m for m in _list_topics(named, types) if ends.fit(m)]
    topic = max(topics, key=lambda m: m.start, default=target)
    if types == [ENTERPRISE] and _is_sole_firm(reference, topic, named, text):
        return topic
    if wide and _is_nearer_named(target, named, types):
        return None
    if not topics and (_is_listed(target, text) or _is_passed(target, text)):
        return None  # "zones such as A Zone and B Zone. The zone …"
    if _is_joined(target, named, types, ends, text):
        # "Linhe joined Yunhe, Qinglan and Hualin. In the city": of none of the others, for they are several.
        return topic if topic.entity != target.entity and _is_alone(topic, named, types, fallback, text) else None
    if topic.entity == target.entity:
        rival = _is_of_page(reference, target, fallback, ends, text) or _has_rival(reference, target, named, ends, text)
        return None if rival else target
    # "X Park is located in the Y Park. The park …": what is only where the topic lies is not spoken of.
    return topic if topic.end < target.start and _IS_IN.fullmatch(text, topic.end, target.start) else None
