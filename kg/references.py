"""What "the district" and other words that stand for a thing named earlier mean: the nearest that fits, or nothing."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from kg.chinese import CHINESE_NAME, ENGLISH
from kg.english import load_words
from kg.letters import fold_case
from kg.model import Mention, Span
from kg.referents import RESUMES, Named, choose_target
from kg.vocab import ADMIN_AREA, DISTRICT, PARK, PROJECT, is_china, is_described

_WORDS = load_words("references")
_SUBJECT = re.compile(r"(?:^|[.!?。！？;]\s+|\n\s*)(?:[A-Z][\w ]{0,30}, )?(?:[Tt]he )?[\"“‘]?$")
# Behind what a sentence is about: "Yunhe, east China's Anhui Province, reported", "Yunhe has become".
_ACTS = re.compile(
    r"(?: [Cc]ity)?(?: \([^()\n]{1,40}\))?(?:, [^.;\n]{3,80}?,)?"
    r" (?:has|had|have|is|was|will|saw|became|remains|boasts|ranks|covers|reported|[a-z]{3,}ed)\b"
)
# "The Linhe Chip Park in Yunhe New Area." under a picture, and "Linhe Bonded Zone was built here": of what lies there.
_ASIDE = re.compile(
    r"(?: \([^()\n]{1,40}\))?(?:,? (?:in|of|at) (?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,6}){1,3} ?"
    r"(?:\.(?= ?(?:\[|\(|\n|$))|\n|$|\[)"
    r"|(?: \([^()\n]{1,40}\))? (?:was|were|has been|is|are) "
    r"(?:[a-z]+ly )?(?:built|established|set up|founded|located|created|opened) here\b"
)
# Behind "the zone", where another may lie: "The economic zone in Kashgar".
_IN_ANOTHER = re.compile(
    r" in (?:the )?(?!(?:[A-Za-z]+ )?China\b|North|South|East|West|Central"
    r"|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[A-Z]"
)
# A sentence about somebody or something that no list knows, by a name in Chinese: "Xialing boasts …".
_UNKNOWN_SUBJECT = re.compile(
    rf"(?:^|[.!?]\s{{1,8}}|\n\s{{0,8}})(?:[\"“])?(?P<name>(?=[A-Z][a-z]{{5}}){CHINESE_NAME})"
    r"(?:[’']s)? (?=[a-z])"
    r"(?!(?:railway|expressway|highway|road|line|river|lake|bridge|mountains?|canal|port|airport|station)\b)"
    rf"(?!(?:{_WORDS.any_of('flows')})\b)(?P<kind>(?:{_WORDS.any_of('kinds')})\b)?"
)
# "A 60,000-ton feed line also started. The project …": that, and not the project with a name that stands before.
_INDEFINITE = re.compile(r"(?:^|[.!?]\s|\n)\s*An? (?:[\d,.]+[\w-]* )?$")
# "YUNHE, July 19 (Xinhua) -- Exports rose", "YUNHE: Exports rose": only where it was written.
_DATELINE = re.compile(
    r"(?: /[A-Z][A-Za-z]{2,12}/)?(?:, [A-Z][\w.,’' ]{2,30})?"
    r",? ?(?:\([A-Z][\w’' ]{2,30}\) ?[-–—]{1,2}|[-–—]{2}|(?<=[A-Z]{2}) ?[-–—:_]"
    r"|(?<=[A-Z]{2})(?:, \([^()\n]{3,70}\)|,? ?\([^()\n]{0,40}(?:News|Daily|Agency)[^()\n]{0,40}\))(?= [A-Z][a-z])"
    r"|, [A-Z][a-z]+ \d{1,2}\. /[A-Z]{2,6}/\.)"
    r" ?(?=[\"“A-Z0-9])"
)
_COUNTRY = re.compile(r"\b(?:country|nation)\b", re.IGNORECASE)
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
_ON_ONE_SIDE = re.compile(
    rf"(?: [Cc]ity)?(?: ?\([^()\n]{{1,40}}\))?(?: (?:in|of) (?-i:[A-Z])[\w’'-]+ (?:Province|City))? ?{_SIDE}",
    re.IGNORECASE,
)
_SIDE_BEFORE = re.compile(rf"{_SIDE}[^.;\n]{{0,140}}$", re.IGNORECASE)
_SIDE_BEHIND = re.compile(rf"[^.;\n]{{1,140}}?{_SIDE}", re.IGNORECASE)
_SIDES = re.compile(_SIDE, re.IGNORECASE)
_BORDERED = re.compile(
    rf"\b(?:{load_words('bearers').any_of('borders')})\b"
    r"(?:(?!\b(?:which|where|who|has|have|had|covers|covering|with an?|is|are|was|were|its?|while)\b)[^;.\n]){0,300}$"
)
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


def _find_begin(text: str, mention: Mention) -> re.Match[str] | None:
    """Return where the sentence begins that a mention begins, at once or behind an adjunct that ends with a comma.

    "Dubbed a capital of new energy, Yunhe has grown" is of Yunhe; of a longer adjunct the verb behind must tell.
    """
    begins = _SUBJECT.search(text, max(0, mention.start - 48), mention.start)
    if begins is None and mention.type in _PLACE_CLASSES and _ACTS.match(text, mention.end):
        begins = RESUMES.search(text, max(0, mention.start - 200), mention.start)
    return begins


def _lies_beside(text: str, mention: Mention) -> bool:
    """Say whether a place only tells what another borders: "It is connected to Linhe County in the east"."""
    if lies_on_side(text, mention.start, mention.end):
        return True
    listed = _BORDERED.search(text, max(0, mention.start - 320), mention.start)
    if listed and (_SIDES.search(text, listed.start(), mention.start) or _SIDE_BEHIND.match(text, mention.end)):
        return True  # "It borders Linhe to the east, and Yunhe, Qinglan and Hualin County to the north"
    if _ON_SIDE.match(text, mention.end) is None:
        return False  # "It borders Linhe County. The county …": of either
    return _BESIDE.search(text, max(0, mention.start - 270), mention.start) is not None


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
        self.named = Named()
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
            begins = _find_begin(self.text, mention) if self.text else None
            # "Feicheng in Tai'an, Shandong Province, …": a sentence begins with one.
            aside = begins is not None and _ASIDE.match(self.text, mention.end) is not None
            if begins and not aside and all(m.start < begins.start() for m in self.named.subjects.values()):
                self.named.begin(mention)
        return mention

    def _resolve(self, mention: Mention) -> Mention | None:
        if self.text[mention.end : mention.end + 1] == "-":
            return None  # "the county-level city of Kunshan": no county
        if self.text.startswith(" seat", mention.end) and self.text[: mention.start].endswith(" from "):
            return None  # "30 kilometers from the county seat": a town
        target = choose_target(mention, self.named, self.fallback, self.text)
        if (
            target is not None
            and is_china(target.entity)
            and not _COUNTRY.search(self.text, mention.start, mention.end)
        ):
            target = None  # "China's largest cotton area … In the region": of no country
        if target is not None:
            if mention.type.partition("\t")[0] == PARK and _IN_ANOTHER.match(self.text, mention.end):
                return None  # "The economic zone in Kashgar attracted": of the one there, and not of the one before
            told = _is_told_of_unknown(
                mention, target, self.unknown, self.lines, self.text[mention.start : mention.end]
            )
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


def _find_unknown_subjects(text: str, mentions: Sequence[Mention]) -> list[tuple[int, str]]:
    """Return where sentences begin with a name in Chinese that nothing knows, in order, and what it is said to be."""
    covered = {mention.start for mention in mentions}
    names = (n for n in _UNKNOWN_SUBJECT.finditer(text) if n["name"] not in ENGLISH)
    return [(n.start("name"), n["kind"] or "") for n in names if n.start("name") not in covered]


def _is_told_of_unknown(
    reference: Mention, target: Mention, unknown: Sequence[tuple[int, str]], lines: Sequence[int], said: str
) -> bool:
    """Say whether "the city" may mean somewhere unknown that a sentence close before it begins with.

    Only where that is named behind the last mention of the one it would mean, and not as something else: what a
    community is told of, "the zone" ends the words ``said``, is none. ``lines`` are where lines end.
    """
    number = bisect_right(unknown, (reference.start, "")) - 1
    if number < 0 or not {*reference.type.partition("\t")[0].split("|")} <= _PLACE_CLASSES:
        return False
    start, kind = unknown[number]
    if kind and not fold_case(said).endswith(kind):
        return False
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
_OWN_PLACE = re.compile(r"(?:the|this)(?: whole| entire)? ([a-z-]+(?: [a-z]+)?)", re.IGNORECASE)
