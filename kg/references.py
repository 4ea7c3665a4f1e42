"""What "the district" and other words that stand for a thing named earlier mean: the nearest that fits, or nothing."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from kg.chinese import CHINESE_NAME, ENGLISH
from kg.english import load_words
from kg.letters import fold_case
from kg.lexicon import WIDE
from kg.model import Mention, Span
from kg.vocab import ADMIN_AREA, DISTRICT, PARK, PROJECT, is_described

_SUBJECT = re.compile(r"(?:^|[.!?。！？;]\s+|\n\s*)(?:[A-Z][\w ]{0,30}, )?(?:[Tt]he )?[\"“‘]?$")
# Behind "the zone", where another may lie: "The economic zone in Kashgar".
_IN_ANOTHER = re.compile(
    r" in (?:the )?(?!(?:[A-Za-z]+ )?China\b|North|South|East|West|Central"
    r"|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[A-Z]"
)
# Between what is spoken of and the place it is in: "Feicheng, a county-level city in Tai'an".
_IS_IN = re.compile(
    r"(?: \([^()\n]{1,40}\))?(?: [Cc]ity)?"
    r"(?:,? (?:which )?(?:is |was )?(?:an?|the|one of the) [\w-]+(?: [\w-]+){0,6}?)?"
    r",?(?: (?:is |was )?(?:located|situated|based|nestled|lies|sits))? (?:in|of|within|under|inside) (?:the )?"
    r"(?:city of |(?:[A-Za-z]+ )?China[’']s )?"
)
# A sentence about somebody or something that no list knows, by a name in Chinese: "Xialing boasts …".
_UNKNOWN_SUBJECT = re.compile(
    rf"(?:^|[.!?]\s{{1,8}}|\n\s{{0,8}})(?:[\"“])?(?P<name>(?=[A-Z][a-z]{{5}}){CHINESE_NAME})"
    r"(?:[’']s)? (?=[a-z])"
    r"(?!(?:railway|expressway|highway|road|line|river|lake|bridge|mountains?|canal|port|airport|station)\b)"
)
_WORDS = load_words("references")
# "A 60,000-ton feed line also started. The project …": that, and not the project with a name that stands before.
_INDEFINITE = re.compile(r"(?:^|[.!?]\s|\n)\s*An? (?:[\d,.]+[\w-]* )?$")
# "YUNHE, July 19 (Xinhua) -- Exports rose", "YUNHE: Exports rose": only where it was written.
_DATELINE = re.compile(
    r"(?:, [A-Z][\w.,’' ]{2,30})?,? ?(?:\([A-Z][\w’' ]{2,30}\) ?[-–—]{1,2}|[-–—]{2}|(?<=[A-Z]{2}) ?[-–—:_]"
    r"|(?<=[A-Z]{2})(?:, \([^()\n]{3,70}\)|,? ?\([^()\n]{0,40}(?:News|Daily|Agency)[^()\n]{0,40}\))(?= [A-Z][a-z])"
    r"|, [A-Z][a-z]+ \d{1,2}\. /[A-Z]{2,6}/\.)"
    r" ?(?=[\"“A-Z0-9])"
)
_PLACE_CLASSES = frozenset({ADMIN_AREA, DISTRICT, PARK})
_SITES = frozenset(_WORDS.all_of("sites"))
_UNNAMED_SITE = re.compile(
    rf"(?:(?:^|[.!?] |\n)An?|\b(?:{_WORDS.any_of('founds')}) an?) (?:[a-z-]+ ){{1,5}}"
    rf"(?P<head>{_WORDS.any_of('sites')})\b"
)
# "The Universal theme park will open": "the park" behind it is no zone.
_LEISURE = re.compile(rf"\b(?:{_WORDS.any_of('leisure')}) park\b", re.IGNORECASE)
# A post in a firm, and the first word of its name.
_OF_FIRM = re.compile(
    rf"\b(?:{_WORDS.any_of('firm_posts')})(?: and [a-z ]{{3,30}})? (?:of|at) (?:the )?(?P<firm>[A-Z][\w&-]+)"
)
_PASSED = re.compile(
    r"(?<!home )(?<!according )(?<!belong )(?<!belongs )\b(?:from|to|toward|towards|via)(?: the)? (?:[A-Z]\w+,? and )?$"
)
"""What stands before a place where something only came from or went."""
_COMPARED = re.compile(
    rf"\b(?:{_WORDS.any_of('compares')})(?: the)? "
    r"(?:(?:national|provincial|municipal|city|average|that of|and|the),? ){0,5}$",
    re.IGNORECASE,
)
"""What stands before a place that is only compared with."""
# "It is connected to Linhe County in the east, Yunhe County in the south": what lies beside what is spoken of.
_BESIDE = re.compile(rf"\b(?:{load_words('bearers').any_of('borders')}) [^.;\n]{{0,240}}$")
_ON_SIDE = re.compile(
    r"(?: (?:[Cc]ity|[Mm]unicipality))?(?:,? and [A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,4})?"
    r" (?:in|on|to) (?:the|its) (?:far )?(?:north|south|east|west)(?:-?(?:east|west))?\b(?! of)"
)
# "Linhe County in the east, Yunhe County in the south and Qingshi County on the west": what lies around.
_SIDE = (
    r"\b(?:in|on|to|at) (?:the|its) (?:far )?(?:north|south|east|west)(?:-?(?:east|west))?\b(?! of)(?=[,.;\n]| and\b)"
)
_ON_ONE_SIDE = re.compile(rf"(?: [Cc]ity)?(?: ?\([^()\n]{{1,40}}\))? ?{_SIDE}", re.IGNORECASE)
_SIDE_BEFORE = re.compile(rf"{_SIDE}[^.;\n]{{0,140}}$", re.IGNORECASE)
_SIDE_BEHIND = re.compile(rf"[^.;\n]{{1,140}}?{_SIDE}", re.IGNORECASE)
_PHASE = re.compile(r" Phase [IVX\d]+$")
_NEAR = 400
"""How many characters before "the zone" at most another is spoken of that it may mean."""
_NEAR_LINES = 3
"""How many line ends may stand between a name that nobody knows and words that may mean it."""


def dates_line(text: str, start: int, end: int) -> bool:
    """Say whether a place only tells where an article was written: "YUNHE, July 19 (Xinhua) -- Exports rose"."""
    begins = start == 0 or text[start - 1] == "\n"
    return begins and _DATELINE.match(text, end, end + 90) is not None


def lies_on_side(text: str, start: int, end: int) -> bool:
    """Say whether a place is one of those around another: "Linhe County in the east, Yunhe County in the south"."""
    side = _ON_ONE_SIDE.match(text, end, end + 90)
    if side is None:
        return False
    before = _SIDE_BEFORE.search(text, max(0, start - 170), start) is not None
    return before or _SIDE_BEHIND.match(text, side.end(), side.end() + 170) is not None


def _lies_beside(text: str, mention: Mention) -> bool:
    """Say whether a place only tells what another borders: "It is connected to Linhe County in the east"."""
    if lies_on_side(text, mention.start, mention.end):
        return True
    if _ON_SIDE.match(text, mention.end) is None:
        return False  # "It borders Linhe County. The county …": of either
    return _BESIDE.search(text, max(0, mention.start - 270), mention.start) is not None


def _is_listed(target: Mention, text: str) -> bool:
    """Say whether a thing was last named behind another place in a list, which may be one that nothing knows."""
    if _AMONG_EXAMPLES.search(text, max(0, target.start - 160), target.start):
        return True
    return _LISTED.search(text, max(0, target.start - 48), target.start) is not None


def _is_passed(target: Mention, text: str) -> bool:
    """Say whether a place was last named only as where something came from or went: "Guests came from Yunhe"."""
    passed = _PASSED.search(text, max(0, target.start - 40), target.start)
    named = target.type in (ADMIN_AREA, DISTRICT) and target.kind != "reference"
    return named and passed is not None and text[target.end : target.end + 1] not in ("'", "’")


def resolve_references(
    mentions: Iterable[Mention],
    fallback: Mapping[str, Mention] | None = None,
    text: str = "",
    mint: Callable[[str, str], str] | None = None,
) -> list[Mention]:
    """Return the mentions with each reference turned into the nearest earlier thing of its classes.

    "The zone" is a thing whose name ends like one, if the article has such a thing. ``fallback`` gives, by
    class, what to take where nothing stands earlier (the place of the title). With ``text``, a thing that is
    only named in passing after another that its sentence is about makes the reference ambiguous. A
    reference that resolves to nothing, or to two things, is left out; but with ``mint``, which gives the IRI of a
    class and words, "the district" of an article that names no district is a thing of that article alone.
    """
    resolver = _Resolver([*mentions], fallback or {}, text, mint)
    return [found for mention in resolver.mentions if (found := resolver.read(mention)) is not None]


class _Resolver:
    """Goes through the mentions of an article in order and says what each reference among them means."""

    def __init__(
        self,
        mentions: Sequence[Mention],
        fallback: Mapping[str, Mention],
        text: str,
        mint: Callable[[str, str], str] | None,
    ) -> None:
        self.mentions, self.fallback, self.text, self.mint = mentions, fallback, text, mint
        self.present = {m.type for m in mentions if m.entity and not is_described(m.entity)}
        self.unnamed: dict[str, Mention] = {}
        """By IRI, the first mention of each place that the article never names."""
        self.named = _Named()
        self.works: Mention | None = None
        """The plant or line without a name that a sentence began with last."""
        self.unknown = _find_unknown_subjects(text, mentions)
        self.lines = [found.start() for found in re.finditer("\n", text)] if self.unknown else []

    def read(self, mention: Mention) -> Mention | None:
        """Return the next mention, a reference as what it means or ``None``; keep in mind what it names."""
        if mention.kind == "reference" and not mention.entity:
            found = self._resolve(mention)
            if found is None:
                return None
            mention = found
        place = mention.type == ADMIN_AREA and dates_line(self.text, mention.start, mention.end)
        if mention.kind == "described" and mention.type == PROJECT and self.text:
            if _INDEFINITE.search(self.text, max(0, mention.start - 40), mention.start):
                self.works = mention
        beside = _COMPARED.search(self.text, max(0, mention.start - 40), mention.start) is not None
        beside = beside or (mention.type in _PLACE_CLASSES and _lies_beside(self.text, mention))
        if mention.kind != "described" and not is_described(mention.entity) and not (place or beside):
            self.named.add(mention)
            begins = _SUBJECT.search(self.text, max(0, mention.start - 48), mention.start) if self.text else None
            # "Feicheng in Tai'an, Shandong Province, …": a sentence begins with one.
            if begins and all(subject.start < begins.start() for subject in self.named.subjects.values()):
                self.named.subjects[mention.type] = mention
        return mention

    def _resolve(self, mention: Mention) -> Mention | None:
        if self.text[mention.end : mention.end + 1] == "-":
            return None  # "the county-level city of Kunshan": no county
        target = _choose_target(mention, self.named, self.fallback, self.text)
        if target is not None:
            if mention.type.partition("\t")[0] == PARK and _IN_ANOTHER.match(self.text, mention.end):
                return None  # "The economic zone in Kashgar attracted": of the one there, and not of the one before
            told = _is_told_of_unknown(mention, target, self.unknown, self.lines)
            told = told or self._may_mean_works(target)
            told = told or self._may_mean_unnamed(mention, target) or self._may_mean_of_speaker(mention, target)
            return None if told else _refer(mention, target)
        place = _name_place(mention, self.present, self.text)
        return self._describe(mention, self.mint(*place), *place) if self.mint is not None and place else None

    def _may_mean_works(self, target: Mention) -> bool:
        """Say whether a plant without a name was spoken of since: "A feed line also started. The project …"."""
        if self.works is None or target.type != PROJECT:
            return False
        return self.works.start > target.end and self.works.entity != target.entity

    def _may_mean_unnamed(self, mention: Mention, target: Mention) -> bool:
        """Say whether a site without a name was spoken of since: "A chip zone has been set up. The zone …"."""
        head = self.text[mention.start : mention.end].rpartition(" ")[2].lower()
        if head not in _SITES or target.end >= mention.start:
            return False
        since = max(target.end, mention.start - _NEAR)
        if head == "park" and _LEISURE.search(self.text, since, mention.start):
            return True
        told = _UNNAMED_SITE.finditer(self.text, since, mention.start)
        return any(found["head"] == head for found in told)

    def _may_mean_of_speaker(self, mention: Mention, target: Mention) -> bool:
        """Say whether somebody of another firm has spoken since: "said Li, CEO of Corva. The company …"."""
        if not target.type.endswith("Enterprise") or target.end >= mention.start:
            return False
        posts = [*_OF_FIRM.finditer(self.text, max(target.end, mention.start - _NEAR), mention.start)]
        return bool(posts) and posts[-1]["firm"] not in target.label

    def _describe(self, mention: Mention, entity: str, kind: str, words: str) -> Mention:
        """Return words that stand for a place without a name: the first time as what describes it."""
        mention = mention._replace(start=mention.start + self.text[mention.start : mention.end].index(" ") + 1)
        first = mention._replace(entity=entity, label=words, type=kind, kind="described", resolved=None)
        target = self.unnamed.setdefault(first.entity, first)
        return first if target is first else _refer(mention, target)


def _refer(mention: Mention, target: Mention) -> Mention:
    return target._replace(
        start=mention.start,
        end=mention.end,
        kind="reference",
        resolved=target.resolved or Span(target.start, target.end),
    )


class _Heads(NamedTuple):
    """What the name of a thing ends with that a reference may mean, and what it does not end with."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    def fit(self, mention: Mention) -> bool:
        return (not self.wanted or fold_case(mention.label).endswith(self.wanted)) and not self.bars(mention)

    def bars(self, mention: Mention) -> bool:
        """Say whether a thing is called what the reference cannot mean: no province is "the city"."""
        return bool(self.unwanted) and fold_case(mention.label).endswith(self.unwanted)


class _Named:
    """The things that an article has named so far, by class in the order in which they were named last.

    Which of them fit a kind of reference is found once for each mention, not for each reference.
    """

    def __init__(self) -> None:
        self.subjects: dict[str, Mention] = {}
        """By class, what a sentence began with last."""
        self.mentions: dict[str, list[Mention]] = {}
        self.things: dict[str, set[str]] = {}
        self._fitting: dict[tuple[str, _Heads], tuple[int, dict[str, Mention]]] = {}

    def add(self, mention: Mention) -> None:
        """Take in the next mention of the article."""
        self.mentions.setdefault(mention.type, []).append(mention)
        self.things.setdefault(mention.type, set()).add(mention.entity)

    def find_last(self, kind: str, heads: _Heads) -> Mention | None:
        """Return the thing of a class with such a name that was named last."""
        mentions = self.mentions.get(kind, [])
        seen, fitting = self._fitting.get((kind, heads), (0, {}))
        for mention in mentions[seen:]:
            fitting.pop(mention.entity, None)
            if heads.fit(mention):
                fitting[mention.entity] = mention
        self._fitting[kind, heads] = (len(mentions), fitting)
        return next(reversed(fitting.values()), None)


def _find_unknown_subjects(text: str, mentions: Sequence[Mention]) -> list[int]:
    """Return where sentences begin with a name in Chinese that nothing knows, in order."""
    covered = {mention.start for mention in mentions}
    names = _UNKNOWN_SUBJECT.finditer(text)
    return [n.start("name") for n in names if n["name"] not in ENGLISH and n.start("name") not in covered]


def _is_told_of_unknown(reference: Mention, target: Mention, unknown: Sequence[int], lines: Sequence[int]) -> bool:
    """Say whether "the city" may mean somewhere unknown that a sentence close before it begins with.

    Only where that is named behind the last mention of the one it would mean; ``lines`` are where lines end.
    """
    number = bisect_right(unknown, reference.start) - 1
    if number < 0 or not {*reference.type.partition("\t")[0].split("|")} <= _PLACE_CLASSES:
        return False
    start = unknown[number]
    between = bisect_left(lines, reference.start) - bisect_left(lines, start)
    return target.start < start and between <= _NEAR_LINES


def _name_place(reference: Mention, present: Collection[str], text: str) -> tuple[str, str] | None:
    """Return class and words of a place that an article speaks of and never names; nothing where one may be meant."""
    found = _OWN_PLACE.fullmatch(text, reference.start, reference.end)
    kind = _PLACE_WORDS.get(found[1].lower(), "") if found else ""
    # Where another place is named, a reader may take the words for that.
    if not found or not kind or DISTRICT in present or PARK in present or (kind == ADMIN_AREA and kind in present):
        return None
    return kind, f"the {found[1].lower()}"


# "The city" of an article that names none may be the one its site is of: that is not in the words.
_PLACE_WORDS = {
    word: kind
    for name, kind in (("districts", DISTRICT), ("parks", PARK), ("cities", ADMIN_AREA))
    for word in _WORDS.all_of(name)
}
_LISTED = re.compile(
    rf"\b(?i:{'|'.join(_PLACE_WORDS)}|{_WORDS.any_of('works')})"
    r"(?:, ?(?:and |or )?| (?:and|or|as well as) )(?:the )?(?:(?:former|old|new) )?$"
)
# "Clusters such as Linhe New Town, Lanhai Industrial Park": none of several examples is spoken of.
_AMONG_EXAMPLES = re.compile(
    r"\b(?:such as|such (?:[a-z-]+ ){1,4}as|including|namely|like) [^.;:\n]{3,150}(?:,|,? and|,? or) (?:the )?$"
)
_OWN_PLACE = re.compile(r"(?:the|this)(?: whole| entire)? ([a-z-]+(?: [a-z]+)?)", re.IGNORECASE)


def _list_topics(named: _Named, types: Iterable[str]) -> list[Mention]:
    """Return by class what a sentence began with last."""
    return [named.subjects[kind] for kind in types if kind in named.subjects]


def _choose_target(reference: Mention, named: _Named, fallback: Mapping[str, Mention], text: str) -> Mention | None:
    classes, *heads = reference.type.split("\t")
    types = classes.split("|")
    wide = WIDE in heads
    ends = _Heads(
        tuple(head for head in heads if head[0] not in ("!", WIDE)),
        tuple(head[1:] for head in heads if head[0] == "!"),
    )
    fitting = [m for t in types if (m := named.find_last(t, ends))]
    if not fitting:
        # "The Management Committee of X Zone said the zone …": X Zone is meant, and stands in another name only.
        if ends.wanted and any(named.find_last(kind, ends) for kind in named.mentions if kind not in types):
            return None
        # A park or county may be called something near its name; no city is "the province".
        sole = "province" not in ends.wanted and sum(len(named.things.get(t, ())) for t in types) == 1
        near = [fallback[t] for t in types if t in fallback and not ends.bars(fallback[t])]
        chosen = [thing for thing in near if ends.fit(thing) or sole]
        return max(chosen, key=lambda m: m.start) if chosen else None
    target = max(fitting, key=lambda m: m.start)
    if _PHASE.search(target.label):
        return None  # "The first phase of X is running. The project has cost 3 billion yuan": all of it
    topics = [m for m in _list_topics(named, types) if ends.fit(m)]
    topic = max(topics, key=lambda m: m.start, default=target)
    # "The region" may be a district or a zone, "the area" is the one that was called so.
    nearer = {DISTRICT, PARK} if ADMIN_AREA in types and target.type != ADMIN_AREA else {target.type}
    if wide and any(named.mentions[t][-1].start > target.start for t in nearer if t in named.mentions):
        return None
    if (
        wide
        and target.type != ADMIN_AREA
        and any(m.start > target.start for m in _list_topics(named, (DISTRICT, PARK)))
    ):
        return None  # "Yunhe New Area … Linhe New City has grown. In the area …"
    if not topics and (_is_listed(target, text) or _is_passed(target, text)):
        return None  # "zones such as A Zone and B Zone. The zone …"
    if topic.entity == target.entity:
        return target
    # "X Park is located in the Y Park. The park …": what is only where the topic lies is not spoken of.
    return topic if topic.end < target.start and _IS_IN.fullmatch(text, topic.end, target.start) else None
