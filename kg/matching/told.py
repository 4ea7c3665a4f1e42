"""The claims of an article so far, so that what was told last is found without going through them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from kg.model import Claim
from kg.vocab import JOB_TITLE, WAS_ATTRIBUTED_TO, local_name

# What a claim in words may hold besides: where a place in it lies, and who says so.
_BESIDES = frozenset(("within", "locatedIn", "borders", "jobTitle", "wasAttributedTo", "worksFor"))


# What is told in the last words of a claim.
_BEHIND = frozenset(("location", "role", "superlative"))


class Recent(NamedTuple):
    """The last claim of a kind of thing, and the last one before it that is of another thing."""

    last: Claim
    other: Claim | None


class Source(NamedTuple):
    """Who or what an article names as its source, or a person whose post it tells (who did not speak)."""

    iri: str
    label: str
    type: str
    start: int
    end: int
    spoke: bool


class Told:
    """The claims of the sentences before and of this one, in the order they were made: sentence by sentence.

    ``members`` says what each cohort counts; it is filled by whoever makes cohorts, before their claims are added.
    """

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.values: list[Claim] = []
        self.last_value: Claim | None = None
        """Of the values the one that begins last."""
        self.members: dict[str, str] = {}
        self.sources: list[Source] = []
        self.posts: dict[str, dict[str, None]] = {}
        """By person, the posts that are told, each once."""
        self._recent: dict[tuple[str, str], Recent] = {}

    def add(self, claims: Iterable[Claim]) -> None:
        """Take in claims of the last sentence."""
        for claim in claims:
            self.claims.append(claim)
            if claim.object_type == "Observation":
                self.values.append(claim)
                if self.last_value is None or claim.start > self.last_value.start:
                    self.last_value = claim
            self._note_source(claim)
            member = self.members.get(claim.subject, "")
            for key in {(claim.subject_type, ""), (claim.subject_type, member)}:
                before = self._recent.get(key)
                other = before and (before.other if before.last.subject == claim.subject else before.last)
                self._recent[key] = Recent(claim, other)

    def _note_source(self, claim: Claim) -> None:
        if claim.predicate == WAS_ATTRIBUTED_TO:
            found = (claim.object, claim.object_label, claim.object_type, claim.start, claim.end, True)
            self.sources.append(Source(*found))
        elif claim.predicate == JOB_TITLE:
            self.posts.setdefault(claim.subject, {})[claim.object_label] = None
            found = (claim.subject, claim.subject_label, claim.subject_type, claim.start, claim.end, False)
            self.sources.append(Source(*found))

    def list_claims(self, floor: int) -> list[Claim]:
        """Return what is told from a place on where a sentence begins, in order."""
        return _list_from(self.claims, floor)

    def list_values(self, floor: int) -> list[Claim]:
        """Return the measured values that are told from a place on where a sentence begins, in order."""
        return _list_from(self.values, floor)

    def find_recent(self, kind: str, member: str) -> Recent | None:
        """Return what was told last of a thing of a class; of a cohort, by what it counts, or of any (empty)."""
        return self._recent.get((kind, member))


def _list_from(claims: list[Claim], floor: int) -> list[Claim]:
    return list(takewhile(lambda claim: claim.start >= floor, reversed(claims)))[::-1]


def is_told(claim: Claim, told: Sequence[Claim], most: int = 0) -> bool:
    """Say whether claims tell of the same subject, or in the same place, in fewer words or in more what one tells.

    With ``most`` in fewer words only where those are at least one part in so many.
    """
    near = (c for c in told if c.subject == claim.subject or (c.start < claim.end and claim.start < c.end))
    words = claim.object_label
    labels = [c.object_label for c in near]
    return any(words in said or (said in words and (not most or most * len(said) > len(words))) for said in labels)


def overlaps(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Say whether another rule has claimed something by the same predicate in words that these share."""
    same = (c for c in claims if c.predicate == claim.predicate and c.rule != claim.rule)
    return any(c.start < claim.end and claim.start < c.end for c in same)


def is_covered(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Say whether another rule has claimed anything of the words that a claim tells a thing's story in.

    Only of a claim in words: a value is known by its number, which no two rules claim, and a thing by its name.
    """
    if claim.object_type != "literal":
        return False
    start = claim.end - len(claim.object_label)
    told = (c for c in claims if c.rule != claim.rule and local_name(c.predicate) not in _BESIDES)
    return any(_words_begin(c) < claim.end and start < c.end for c in told)


def _words_begin(claim: Claim) -> int:
    """Where what a claim tells begins: what something is, or where it lies, stands behind all else."""
    return claim.end - len(claim.object_label) if local_name(claim.predicate) in _BEHIND else claim.start
