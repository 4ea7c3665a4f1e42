"""Whether a sentence begins with another thing than a pronoun behind it was taken for.

"It" goes on with what the sentence before begins with. "The seat of Linhe County lies in Yunhe. It has a long history":
the seat, or the county; "Yunhe Ice World, built by a river, is a park. It …": the park, whose name nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.english import load_words
from kg.model import Mention
from kg.reading import Mark

_ANY = load_words("leading").any_of
_VERB = rf"(?:{_ANY('verbs')}|(?!(?:{_ANY('no_verbs')})\b)[a-z]{{2,}}(?:ed|es|s))"
# "In 2023, ", "According to Ctrip, ": what can stand in front of that with which a sentence begins.
_FRONT = re.compile(
    rf"(?:(?:{_ANY('fronts')})\b|[A-Z][a-z]+(?:ed|ing) (?:in|at|on|by|as|for|from|to|into|between|near|with|along)\b)"
)
_COMMA = re.compile(r", (?:and |but )?")
# "A demonstration area in", "The development of", "This factory can": a thing without a name.
_DESCRIBED = re.compile(
    r"(?:[Tt]he|[Tt]his|[Tt]hat|[Aa]n?|[Aa]nother|[Oo]ne|[Ee]ach) (?P<words>(?:[\w’'&-]+ ){0,6}?)"
    rf"(?P<head>[a-z][\w-]*(?<!ly))"
    rf"(?=(?:,[^.;]{{2,160}}?,)? (?:{_ANY('behind')}|(?:[a-z]+ly )?{_VERB})\b|, (?:which|located|built|founded)\b)"
)
# "Yunhe Ice World is", "Construction has": a name, or one word.
_NAMED = re.compile(
    r"(?P<name>[A-Z][\w’&-]*(?: (?:of |and |the )?[A-Z][\w’&-]*){0,7})(?: \([^()]{1,40}\))?"
    rf"(?P<aside>,[^.;]{{2,200}}?,)? (?:also |now |currently |mainly |[a-z]+ly )?{_VERB}\b"
)
_OWNED = re.compile(
    rf"[’']s (?P<words>(?:[a-z][\w-]* ){{0,4}}?)(?P<head>[a-z][\w-]*)(?= (?:{_ANY('behind')}|{_VERB})\b)"
)
_GOES_ON = re.compile(rf" (?!(?:{_ANY('of_name')})\b)[A-Z][a-z]")
# Several, what is measured, and who speaks are no "it".
_NO_IT = re.compile(rf"(?:[a-z-]*(?<![sui])s|{_ANY('measures', 'speakers', 'offices')})")
_PLACE = re.compile(rf"[Tt]he (?:whole |entire )?(?:{_ANY('places')})")
_OF = re.compile(r" of (?:the )?")
_POST = re.compile(rf",? [^.;]{{0,60}}\b(?:{_ANY('speakers')})\b|,? [^,.;]{{0,40}}\b(?:{_ANY('says')})\b")


def begins_with_another(
    text: str, start: int, end: int, marks: Sequence[Mark], meant: Mention, *, owning: bool
) -> bool:
    """Say whether the words from ``start`` to ``end`` begin with one thing that a pronoun may mean, and not ``meant``.

    Where the pronoun is ``owning`` ("its exports") what is owned there as well ("Yunhe's output") is no rival.
    """
    lead = _find_lead(text, start, end)
    first = next((m for m in marks if m.mention and m.end > lead and m.start - lead < 5), None)
    if first is not None and first.mention is not None:
        if first.mention.entity != meant.entity:
            return False  # which of several that have names is meant is told elsewhere
        return _goes_on(text, first, end, owning=owning)
    described = _DESCRIBED.match(text, lead, end)
    if described is not None:
        if any(m.mention and lead <= m.start < described.end() for m in marks) or _PLACE.fullmatch(described[0]):
            return False
        if " and " in described["words"]:
            return False  # several
        return _NO_IT.fullmatch(described["head"]) is None or _is_of_other(text, described.end(), marks, meant)
    named_so = _NAMED.match(text, lead, end)
    if named_so is None or _POST.match(text, named_so.end("name")):
        return False
    if any(m.mention and lead <= m.start < named_so.end("name") for m in marks):
        return False
    return _NO_IT.fullmatch(named_so["name"].rpartition(" ")[2].lower()) is None


def _is_of_other(text: str, at: int, marks: Sequence[Mark], meant: Mention) -> bool:
    """Say whether what stands at a place is another's: "The government of Linhe County"."""
    of = _OF.match(text, at)
    return of is not None and any(m.mention and m.start == of.end() and m.mention.entity != meant.entity for m in marks)


def _find_lead(text: str, start: int, end: int) -> int:
    """Return where what a sentence begins with stands, behind what only leads to it."""
    while start < end and not text[start].isalnum():
        start += 1
    lead = start
    for _ in range(3):
        comma = _COMMA.search(text, lead, min(end, lead + 160)) if _FRONT.match(text, lead, end) else None
        if comma is None:
            return lead
        lead = comma.end()
    return lead


def _goes_on(text: str, mark: Mark, end: int, *, owning: bool) -> bool:
    """Say whether a name only begins that of another thing, or owns one: "Yunhe Ice World", "Yunhe's opera is"."""
    if _GOES_ON.match(text, mark.end, end):
        return True
    owned = None if owning else _OWNED.match(text, mark.end, end)
    return owned is not None and owned["head"] != "area" and _NO_IT.fullmatch(owned["head"]) is None
