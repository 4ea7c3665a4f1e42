"""What a sentence is about: the one thing that a number without a name of its own belongs to.

Stricter than "the nearest thing named": where two things could own the number there is no subject, and
the rule that asked makes no claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kg.bearers import choose_bearer
from kg.employers import list_employers, list_governed, list_spoken_for
from kg.english import load_words
from kg.leading import begins_with_another
from kg.main_subject import REACH, find_bearers, find_main_subject, give_places
from kg.model import Entity, Mention, find_ancestors, list_distinct
from kg.reading import Reading, SentenceReading
from kg.unnamed import (
    begins_unknown,
    founds_unnamed,
    has_unknown_name,
    heads_unknown,
    is_of_site,
    is_of_unnamed,
    tells_of_any,
    tells_of_kind,
    tells_of_smaller,
    tells_of_wider,
)
from kg.vocab import ADMIN_AREA, BEARERS, DISTRICT, PARK, PROJECT, local_name

_BEARERS = load_words("bearers")
# "One of the bases, made by A, will produce cells. It …": of the base.
_ONE_OF = re.compile(
    r"\s*[\"“]?(?:One|Another|Each|The (?:first|second|other|latter|former)) (?:of (?:the|these|its|them)\b|one\b)"
)
# "Their annual output will be 4 billion yuan, and the tax revenue …": of those, and of no place.
_THEIRS = re.compile(
    r"\s*[\"“]?Their (?:[a-z-]+ ){0,4}[a-z-]+ (?:is|was|are|were|has|have|will|can|reached|exceed[a-z]*|total[a-z]*)\b"
)
# "Capital: Nanjing": a line of a profile, which tells of what all its lines are about.
_LINE = re.compile(r"[\d.()•*·–\s-]{0,6}[A-Za-z][\w ]{2,36}(?: \([^()]{1,20}\))? ?[:：|](?!//)")
# "Its added value was …" under the heading "Construction": of construction, and of no place.
_TRADE = re.compile(rf"[\d.()IVX*•·–\s-]*(?:{_BEARERS.any_of('trades')})[\s:：]*", re.IGNORECASE)
# "Hunan's tourism industry is growing. Its revenue was …".
_OF_INDUSTRY = re.compile(
    r"\s*(?:[A-Z][\w’'-]*|[a-z-]+) (?:[\w’'-]+ ){0,4}?(?:industry|sector)"
    r"(?: above (?:the |a )?designated (?:size|scale))? (?:also |now )?"
    r"(?:is|was|has|had|grew|grows|saw|maintained|achieved|develops|developed|continued|continues|kept|rose)\b"
)
# "Hunan's private economy is growing. It contributes …": the private economy does.
_OF_OWN_PART = re.compile(
    r"\s*(?:[^.;\n]{0,120}?, )?(?:The )?[A-Z][\w-]*(?: [A-Z][\w-]*){0,3}[’']s? (?:[a-z-]+ ){0,2}"
    r"(?:private|non-?public|state-owned|digital|marine|real|foreign-invested|low-altitude)"
    r" (?:economy|sector|enterprises)\b"
)
# "Reporters learned that the local crane industry has grown. It achieved …": the industry did.
_TELLS_OF_TRADE = re.compile(
    r"\b(?:that|and|while|where),? (?:[^.;\n]{0,60}, )?the (?:local |[a-z]+[’']s )?(?:[a-z-]+ ){0,3}(?:industry|sector)"
    r" (?:has|had|is|was|grew|saw|achieved|maintained|continued|kept|reached)\b"
)
_MADE = re.compile(
    r"(?:(?:The|Its|Their|It|Total|Gross|Annual) (?:total |gross |annual )*)?"
    r"(?:added value|value added|output(?: value)?|production value|revenues?|sales|profits?|turnover)\b"
    r"(?! (?:of|from|by)\b)"
    r"(?! in (?!(?:Jan|Feb|Ma[ry]|Apr|Ju[nl]|Aug|Sep|Oct|Nov|Dec|[12]\d|the (?:first|last|past))))",
)
# "The province will promote the freight train, and by 2025, its throughput …": the train's, or the province's?
_OF_ANOTHER = re.compile(
    r"\b(?:will|to|would) (?:[a-z]+ )?(?:promote|develop|build|construct|expand|upgrade|operate|run|launch|introduce)"
    r" [^.;]{3,80}, and (?:(?:by|in) [^,.;]{2,20}, )?$"
)
# A sentence that tells of "it", and in no clause of another.
_TELLS_OF_IT = re.compile(
    r"(?:[A-Z][a-z]+(?: (?:[a-z][\w-]*|[0-9]{4})){1,12}, i|I)ts?"
    r" (?!(?:is|was) (?:said|reported|learned|understood|expected|known)\b)"
    r"(?:(?!,? (?:and|while|but|where|which) (?:the )?(?:[A-Z][\w-]* ){1,4}(?:is|was|has|had|[a-z]+s|[a-z]+ed) )[^;:])+"
)

# "The State Council named it a national zone. It has …": the same, whoever named it so.
_NAMED_IT = re.compile(
    r"(?:(?:In|On|By|Since) [^,.;]{2,30}, )?(?:The )?(?:State Council"
    r"|[A-Z][^,.;]{2,60}? (?:government|Government|Council|Ministry|Commission)) "
    r"(?:also |later |then |officially |formally )?"
    r"(?:named|approved|designated"
    r"|listed|recogni[sz]ed|upgraded|certified|rated|awarded|granted|gave|chose|selected) it\b"
)
# "It has jurisdiction over Qinglan Street and Hualin Street. It covers …": the same, whoever knows the streets.
_HOLDS_PARTS = re.compile(
    r"Under its (?:jurisdiction|administration|rule)\b"
    r"|It (?:now |currently |also )?(?:has jurisdiction over|governs|administers|consists of|comprises"
    r"|is (?:divided into|composed of|made up of))\b"
)
_SAME = re.compile(rf"(?:{_HOLDS_PARTS.pattern}|{_NAMED_IT.pattern})")

_ITS = re.compile(r"[\s,]*(?:and |but |while |with )?[Ii]ts\b")
_PRONOUN = re.compile(r"(?:[A-Z][^,.;]{2,40}, )?[Ii]ts? ")
# "Located in the north of the county, 12 kilometers from its seat.": where something lies, and of nothing else.
_FRAGMENT = re.compile(
    r"\s*(?:It is )?(?:[Ll]ocated|[Ss]ituated|[Ll]ying|[Nn]estled)"
    rf"(?:[ ,]+(?:{_BEARERS.any_of('whereabouts')}|[\d.]+)(?![\w-]))*[ ,]*[.\n]?\s*"
)


def find_subject(
    reading: Reading,
    sentence: SentenceReading,
    position: int,
    entities: Mapping[str, Entity],
    *,
    pronoun: bool = False,
    rivals: list[Mention] | None = None,
    things: bool = False,
    kinds: frozenset[str] = BEARERS,
) -> tuple[Mention, str] | None:
    """Return what the words at ``position`` (of the article) are about and how it was found, or nothing.

    It is the one thing named before them in the sentence; else the one that the sentence before in the
    paragraph is about, and so on back; else what the title or the first sentences are about, unless the
    article has come to something else since. A ``pronoun`` ("its GDP") means what was last spoken of.
    Where several things compete, ``rivals`` is told which. What an article only describes ("a new plant") counts
    where the number is one of ``things`` (an area, an investment), else only where a sentence begins with it.
    Only things of these ``kinds`` compete: no bureau has a gross domestic product.
    """
    search = _Search(reading, sentence, entities, pronoun=pronoun, things=things, kinds=kinds)
    found = search.find(position)
    if found is not None and tells_of_smaller(reading.article.text, sentence, found[0]):
        found = None
    if found is not None and pronoun and search.goes_on_with_another(position, found[0]):
        search.rivals.append(found[0])
        found = None
    if rivals is not None:
        rivals += search.rivals
    return found


class _Search:
    """The search for what some words of one sentence are about; ``rivals`` are the things that compete, if any do."""

    def __init__(
        self,
        reading: Reading,
        sentence: SentenceReading,
        entities: Mapping[str, Entity],
        *,
        pronoun: bool,
        things: bool,
        kinds: frozenset[str],
    ) -> None:
        self.reading, self.text = reading, reading.article.text
        self.sentence, self.entities = sentence, entities
        self.pronoun, self.things, self.kinds = pronoun, things, kinds
        self.rivals: list[Mention] = []

    def find(self, position: int) -> tuple[Mention, str] | None:
        """Return the subject of the words at a position: of their sentence, of one before, or of the article."""
        here = [mark for mark in self.sentence.marks if mark.end <= position]
        begin = self.sentence.sentence.start
        if self.pronoun and _OF_ANOTHER.search(self.text, max(begin, position - 150), position):
            return None
        if tells_of_kind(self.text, self.sentence, position):
            return None
        if self.pronoun and tells_of_any(self.text, self.sentence, position):
            return None
        chosen = choose_bearer(
            self.text, here, self.entities, strict=self.pronoun, things=self.things, kinds=self.kinds
        )
        chosen = give_places(self.reading, chosen)
        if chosen and position > begin and begins_unknown(self.text, self.sentence):
            return None  # "Lanhai is one of the tea areas in Yunhe County, with an output of": of Lanhai
        if chosen is not None:
            return self._decide(chosen, "sentence-subject")
        if has_unknown_name(self.text, self.sentence, position) or tells_of_wider(self.text, self.sentence, position):
            return None
        if self._is_of_trade() or (position > begin and _THEIRS.match(self.text, begin, position)):
            return None
        if position > begin and is_of_unnamed(self.text, self.sentence):
            return None  # "The company has obtained 172 patents": of which company, nothing says
        main = find_main_subject(self.reading, self.entities)
        if main is not None and main[0].start > position:
            main = None  # what is only named later on is not what these words are about
        found = self._find_before(main)
        if found and found[0].type != PARK and position > begin and is_of_site(self.text, self.sentence):
            return None
        employers = list_employers(self.text, here, direct=not self.pronoun)
        employers += list_governed(self.text, self.sentence.marks, position)
        if found and employers and found[0].entity not in {mention.entity for mention in employers}:
            self.rivals += list_distinct([found[0], *employers])
            return None  # "Zhao Lin, mayor of Yunhe County, said exports had risen"
        return found or self._find_speaker()

    def goes_on_with_another(self, position: int, meant: Mention) -> bool:
        """Say whether what a pronoun goes on with begins with a thing that has no name here, or another's."""
        here, owning = self.sentence.sentence, _ITS.match(self.text, position) is not None
        if position > here.start and meant.start >= here.start:
            return begins_with_another(self.text, here.start, position, self.sentence.marks, meant, owning=owning)
        for other in self._list_before(self.sentence):
            begin, end = other.sentence.start, other.sentence.end
            if other.sentence.part == "title" or _SAME.match(self.text, begin):
                continue
            if _PRONOUN.match(self.text, begin) is None and not _FRAGMENT.fullmatch(self.text, begin, end):
                return begins_with_another(self.text, begin, end, other.marks, meant, owning=owning)
        return False

    def _find_speaker(self) -> tuple[Mention, str] | None:
        """Return the place whose head or office tells the sentence, where nothing before is told of anything else."""
        if self.pronoun or self.rivals:
            return None
        for other in (self.sentence, *self._list_before(self.sentence)):
            here = other.sentence
            if other is not self.sentence and self._find_bearers(other):
                return None
            if tells_of_wider(self.text, other, here.end):
                return None  # "China's GDP rose, the mayor of Yunhe said. Exports rose"
            told = list_spoken_for(self.text, other.marks, here.start, here.end, self.reading.offices)
            if told and here.paragraph == self.sentence.sentence.paragraph:
                return self._decide(told, "sentence-subject" if other is self.sentence else "paragraph-subject")
        return None

    def _is_of_trade(self) -> bool:
        """Say whether the sentence gives what an industry makes that the line above names: "Construction", "Its …"."""
        if _MADE.match(self.text, self.sentence.sentence.start) is None:
            return False
        before = self._list_before(self.sentence)[:1]
        if before and before[0].sentence.paragraph == self.sentence.sentence.paragraph:
            if _OF_INDUSTRY.match(self.text, before[0].sentence.start, before[0].sentence.end):
                return True
        begin = self.text.rfind("\n", 0, self.sentence.sentence.start) + 1
        above = self.text[max(0, begin - 120) : begin].rstrip("\n\t |").rpartition("\n")[2]
        return _TRADE.fullmatch(above) is not None

    def _find_before(self, main: tuple[Mention, str] | None) -> tuple[Mention, str] | None:
        """Return what the sentences before tell of last, else the ``main`` thing unless they tell of another."""
        last: list[Mention] | None = None
        in_lines = _LINE.match(self.text, self.sentence.sentence.start) is not None
        for other in self._list_before(self.sentence):
            if other.sentence.part == "title" or (in_lines and _LINE.match(self.text, other.sentence.start)):
                continue
            last = self._find_bearers(other)
            if self.pronoun and _SAME.match(self.text, other.sentence.start):
                continue
            if _FRAGMENT.fullmatch(self.text, other.sentence.start, other.sentence.end):
                continue
            if last is None and (self._hides_subject(other) or heads_unknown(self.text, other)):
                return None
            if self._is_next(other) and begins_unknown(self.text, other):
                return None
            if self.pronoun and self._tells_of_part(other):
                return None
            if last is not None and _is_heading(self.text, other, last):
                return last[0], "heading-subject"
            told = self._find_bearers(other, leading=True) is not None
            if self.pronoun and last is not None and _goes_on_with_it(self.text, other, last):
                continue  # "It borders Chongqing. It covers …": the same that the sentence before is about
            if self._may_be_described() and not told and self._is_next(other) and _introduces(other):
                return None
            if self.pronoun and last and founds_unnamed(self.text, other):
                return None
            if last is None or (main and not told and self._only_holds(last, main[0])):
                continue
            if self.pronoun or other.sentence.paragraph == self.sentence.sentence.paragraph:
                return self._choose_told(other, last, main, told=told)
            break
        if main is not None and last and main[0].entity not in {mention.entity for mention in last}:
            self.rivals += list_distinct([*last, main[0]])
            return None
        return main

    def _tells_of_part(self, other: SentenceReading) -> bool:
        """Say whether a sentence tells of an industry or an economy of a place, which a pronoun may mean."""
        span = other.sentence.start, other.sentence.end
        if _OF_OWN_PART.match(self.text, *span):
            return True
        return self._is_next(other) and _TELLS_OF_TRADE.search(self.text, *span) is not None

    def _choose_told(
        self, other: SentenceReading, last: list[Mention], main: tuple[Mention, str] | None, *, told: bool
    ) -> tuple[Mention, str] | None:
        """Return the one thing that another sentence is about, if words that go on with it can mean only that."""
        if not self.pronoun and (first := self._find_first(other, last)):
            self.rivals += list_distinct([*last, *first])
            return None
        is_main = main is not None and [main[0].entity] == [mention.entity for mention in last]
        if main and not self.pronoun and not is_main and self._owns_what_moves(other, last, main[0]):
            self.rivals += list_distinct([*last, main[0]])
            return None
        # "…, the Red Hill Project covers 30 mu. It …": of a project right before, wherever it stands.
        is_near = last[:1] != [] and last[0].type == PROJECT and self._is_next(other)
        found = self._decide(last, "paragraph-subject")
        sure = told or is_main or is_near or not self.pronoun or (main is None and self._is_only(last))
        return found if sure else None

    def _owns_what_moves(self, other: SentenceReading, last: list[Mention], main: Mention) -> bool:
        """Say whether a sentence tells what of another's comes to the main thing: "A's firms will move to B"."""
        owned = [m for m in other.marks if m.mention and m.mention.entity == last[0].entity] if last else []
        named = any(m.mention and m.mention.entity == main.entity for m in other.marks)
        return named and bool(owned) and all(self.text.startswith(("’s ", "'s "), m.end) for m in owned)

    def _decide(self, chosen: list[Mention], how: str) -> tuple[Mention, str] | None:
        """Return the one thing chosen, if it is one; note the rivals, if there are several."""
        self.rivals += chosen if len(chosen) > 1 else ()
        return (chosen[0], how) if len(chosen) == 1 else None

    def _may_be_described(self) -> bool:
        """Say whether the words can be of what a sentence describes first: a plant has no residents."""
        return not self.things and local_name(PROJECT) in self.kinds

    def _hides_subject(self, other: SentenceReading) -> bool:
        """Say whether a sentence without a bearer is about something that the article does not name."""
        if self.pronoun and has_unknown_name(self.text, other, other.sentence.end):
            return True
        if self.pronoun and _ONE_OF.match(self.text, other.sentence.start):
            return True
        return is_of_unnamed(self.text, other)

    def _find_first(self, sentence: SentenceReading, last: Sequence[Mention]) -> list[Mention] | None:
        """Return what the paragraph of a sentence began to tell of, if that is another than the ``last`` thing told of.

        "Linhe received 3 million visitors. Yunhe received 2 million. Tourism revenue was …": of which, no word says.
        """
        for other in self._list_before(sentence):
            if other.sentence.paragraph != sentence.sentence.paragraph or other.sentence.part != "body":
                return None
            told = self._find_bearers(other, leading=True)
            if told and {mention.entity for mention in told} != {mention.entity for mention in last}:
                return told
        return None

    def _is_only(self, last: Sequence[Mention]) -> bool:
        """Say whether the sentences before can be about one thing only."""
        told = [find_bearers(self.reading, other, self.entities) for other in self._list_before(self.sentence)]
        return {mention.entity for found in told if found for mention in found} == {m.entity for m in last[:1]}

    def _only_holds(self, mentions: Sequence[Mention], main: Mention) -> bool:
        """Say whether things are named only as where the main one lies: "60 percent of Wuhan's exports"."""
        return bool(mentions) and all(m.entity in find_ancestors(main.entity, self.entities) for m in mentions)

    def _find_bearers(self, other: SentenceReading, *, leading: bool = False) -> list[Mention] | None:
        return find_bearers(self.reading, other, self.entities, leading=leading, things=self.things, kinds=self.kinds)

    def _list_before(self, sentence: SentenceReading) -> list[SentenceReading]:
        """Return the sentences within reach before one, the nearest first."""
        number = self.reading.number_of(sentence.sentence)
        return list(reversed(self.reading.sentences[max(0, number - REACH) : number]))

    def _is_next(self, other: SentenceReading) -> bool:
        """Say whether another sentence is the one right before this."""
        return other is self.reading.sentences[self.reading.number_of(self.sentence.sentence) - 1]


_AROUND = re.compile(r"[\s\d.()（）IVX、:：*•·–-]*(?:\([^()\n]{1,40}\))?[\s:：]*")


def _is_heading(text: str, sentence: SentenceReading, told: Sequence[Mention]) -> bool:
    """Say whether a line is nothing but one name: what stands under it is of that."""
    if len(told) != 1 or sentence.sentence.part != "body":
        return False
    mark = next((mark for mark in sentence.marks if mark.mention is told[0]), None)
    if mark is None or text[sentence.sentence.end - 1] in ".!?。":
        return False
    front, behind = text[sentence.sentence.start : mark.start], text[mark.end : sentence.sentence.end]
    return all(_AROUND.fullmatch(part) for part in (front, behind))


def _goes_on_with_it(text: str, sentence: SentenceReading, named: Sequence[Mention]) -> bool:
    """Say whether a sentence tells something of "it", and names only places beside: no other "it" can be meant."""
    tells = _TELLS_OF_IT.fullmatch(text, sentence.sentence.start, sentence.sentence.end) is not None
    return tells and {mention.type for mention in named} <= {ADMIN_AREA, DISTRICT}


def _introduces(sentence: SentenceReading) -> bool:
    """Say whether a sentence describes a thing first: "We will build a wind power plant. The annual output …"."""
    return any(mark.mention is not None and mark.mention.kind == "described" for mark in sentence.marks)
