"""What a place borders, from behind the verb: "A in the east, B of C in the west, and D across the river".

Each item of such a list begins with the neighbour. What may stand behind that says where it lies itself ("of Hefei",
", Hubei Province") or on which side. What nobody knows ("the Huai River in the south") is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.model import Entity
from kg.pattern import MARK
from kg.place_chains import holds
from kg.reading import Mark, SentenceReading
from kg.vocab import PLACES, class_name, is_china, is_wide

_COMPASS = r"(?:far )?(?:due )?(?:north|south|east|west|central)[a-z-]*(?:(?:-| and )(?:north|south|east|west)[a-z]*)?"
_SIDE = rf"(?:in|on|to|at|towards?|by) (?:the |its )?{_COMPASS}(?: (?:side|part|border|end|edge|bank))?\b"
_KIND = r"(?:city|cities|county|counties|town|towns|townships?|districts?|provinces?|villages?|prefecture)"
# In front of a neighbour: how, on which side, and of what kind and where it is.
_LEAD = re.compile(
    rf"(?:{_SIDE}(?: is| lies|,)? ?|(?:by|with|on|to|the|and|also|both|neighbou?ring)(?= ) ?"
    rf"|(?:[a-z-]+ )?(?:{_KIND}|capital(?: city)?|municipality) of |(?:in )?(?:[a-z]+ )?china[’']s )*"
)
_ITEM = re.compile(rf"(?P<mark>{MARK})(?: {_KIND})?(?: ?\([^()]{{1,40}}\))?")
_OWN = re.compile(rf"[’']s (?:[a-z]+ern )?(?P<mark>{MARK})")
_IN = re.compile(
    rf" (?:of|in|under) (?:{_COMPASS} )?(?:the )?(?:(?:[a-z]+ )?china[’']s )?(?P<mark>{MARK})(?: {_KIND})?"
)
_NEXT = re.compile(rf", (?:{_COMPASS} )?(?:china[’']s )?(?P<mark>{MARK})")
_BESIDES = re.compile(rf" (?:{_SIDE}|(?:across|along|over) (?:(?!{MARK})[^,.;]){{3,40}}?(?=,| and |[.;]|$))")
_JOIN = re.compile(r"(?:[,;](?: (?:and|while|as well as))?| and| as well as) ")
_STOP = (
    r"\b(?:with|which|where|whose|that|has|have|had|cover\w*|span\w*|is|are|was|were|will|through|via|its|it|near|from|links?"
    r"|linking|connecting|serves?|including|such|close|about|only|competition|challenges?|pressure|km|kilomet(?:er|re)s?)\b"
)
# A neighbour that nobody knows.
_UNKNOWN = re.compile(rf"(?:(?!{_STOP}|{MARK}|and\b)[\w’'-]+ ?){{1,6}}(?=[,;.]| and |$)")
_MAX = 12


def find_neighbours(
    article: str, sentence: SentenceReading, start: int, end: int, entities: Mapping[str, Entity]
) -> Iterator[Mark]:
    """Yield the neighbours that a stretch of a masked sentence lists, up to where something else is told."""
    text, position = sentence.folded, start
    for _ in range(_MAX):
        lead = _LEAD.match(text, position)
        position = lead.end() if lead else position
        item = _ITEM.match(text, position)
        if item is not None:
            mark = sentence.mark_at(item["mark"])
            own = _OWN.match(text, item.end())
            if own is not None:
                item, mark = own, sentence.mark_at(own["mark"])
            position = _pass_over(article, sentence, text, item.end(), mark, entities)
            if _is_place(mark) and _ends(text, position):
                yield mark
        elif unknown := _UNKNOWN.match(text, position):
            position = unknown.end()
        else:
            return
        join = _JOIN.match(text, position)
        if join is None or join.end() > end:
            return
        position = join.end()


def _pass_over(
    article: str, sentence: SentenceReading, text: str, position: int, mark: Mark, entities: Mapping[str, Entity]
) -> int:
    """Return where what is said of the neighbour before ends: where it lies, and on which side."""
    within = mark
    for _ in range(4):
        if found := _IN.match(text, position):
            within = sentence.mark_at(found["mark"])
        elif found := _NEXT.match(text, position):
            wider = sentence.mark_at(found["mark"])
            if not (_is_china(wider) or holds(article, wider, within, entities)):
                break
            within = wider
        else:
            break
        position = found.end()
    side = _BESIDES.match(text, position)
    return side.end() if side else position


def _is_china(mark: Mark) -> bool:
    return mark.mention is not None and is_china(mark.mention.entity)


def _is_place(mark: Mark) -> bool:
    mention = mark.mention
    return mention is not None and class_name(mention.type) in PLACES and not is_wide(mention.entity)


def _ends(text: str, position: int) -> bool:
    """Say whether an item ends here: "next to Hefei's airport" and "borders Hefei Road" name no neighbour."""
    return position == len(text) or text.startswith((",", ";", ".", ")", " and ", " as well as "), position)
