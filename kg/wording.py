"""What two claims of the same words have in common, and in what they differ."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import NamedTuple

from kg.letters import fold_case
from kg.model import Claim

_WORD = re.compile(r"[\w’'-]+")
_STOP = frozenset("the a an of in and for to by with its their on at not named".split())
_mean = attrgetter(
    "subject",
    "predicate",
    "object_type",
    "value",
    "value_before",
    "unit",
    "qualifier",
    "qualifier_before",
    "scope",
    "modality",
)


class Failure(NamedTuple):
    """Why a claim is refused: the part that is not borne out, and what the words say instead."""

    part: str
    reason: str


def overlap(one: Claim, other: Claim) -> bool:
    """Say whether the quotes of two claims of one article share a character."""
    return one.start < other.end and other.start < one.end


def say_the_same(one: Claim, other: Claim) -> bool:
    """Say whether two claims mean the same: all but quote, status, labels and the words of the period."""
    if _mean(one) != _mean(other):
        return False
    if one.object_type == "literal":
        return one.object_label == other.object_label
    if one.object_type == "Observation":
        return other.period in ("", one.period)
    return one.object == other.object


def tell_difference(claim: Claim, rival: Claim) -> Failure | None:
    """Return in what a claim differs from what the rules read in the same words, if they are of one fact."""
    if claim.object_type == "Observation":
        if rival.object_type != "Observation":
            return None
        if claim.subject != rival.subject and claim.value == rival.value:
            return Failure("subject", f"the words say it of {rival.subject_label}")
        for name in ("value", "value_before", "unit", "qualifier", "qualifier_before", "modality", "scope", "period"):
            if getattr(claim, name) != getattr(rival, name) and claim.subject == rival.subject:
                return Failure(name, f"the words say {getattr(rival, name) or 'nothing'!r}")
        return None
    same_object = claim.object == rival.object and claim.object_label == rival.object_label
    if same_object and claim.subject != rival.subject:
        return Failure("subject", f"the words say it of {rival.subject_label}")
    if same_object and claim.modality != rival.modality:
        return Failure("modality", f"the words say {rival.modality}")
    if claim.subject == rival.subject and not same_object:
        return Failure("object", f"the words say {rival.object_label!r}")
    return None


def has_words(folded: str, label: str) -> bool:
    """Say whether all the words of a label stand in a quote, by their stems."""
    words = [word for word in _WORD.findall(fold_case(label)) if word not in _STOP]
    stems = [word[: max(4, len(word) - 3)] for word in words]
    return bool(stems) and all(re.search(rf"(?<!\w){re.escape(stem)}", folded) for stem in stems)
