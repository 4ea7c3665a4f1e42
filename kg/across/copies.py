"""Which texts are copies of one: reprints, cut or lightly edited, of one press release.

Candidates are found by the bands of a MinHash signature (Broder, "On the resemblance and containment of
documents", 1997; rensa computes it); what decides is the share of word sequences that the two texts have in
common, counted on the smallest hashes of each (a bottom-k sketch), which is exact for texts up to ``SKETCH`` sequences.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg.across.settings import Copies
from kg.model import hash_id

BANDS, ROWS = 42, 3
"""Of two texts with 40 % of their sequences in common 94 in 100 meet in a band, with 50 % 996 in 1,000."""
SKETCH = 512
NEIGHBOURS = 8
"""In a band that many texts share each is compared with so many that follow it, so that common wording stays cheap."""
KEPT = 16_384
"""So many sketches are kept at hand, at most 5 KB each: the bands bring up articles in no order."""
_SEED = 42
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+")
_WIDE = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")


class Sketch(NamedTuple):
    """A text as it is compared: how many word sequences it has, and the smallest of their hashes in base 64."""

    size: int
    packed: str

    @property
    def hashes(self) -> array[int]:
        """The hashes in ascending order."""
        return _unpack(self.packed)


@lru_cache(maxsize=KEPT)
def _unpack(packed: str) -> array[int]:
    data = base64.b85decode(packed)
    return array("I", struct.unpack(f">{len(data) // 4}I", data))  # a tenth of what a tuple takes


def hash_sequences(text: str, copies: Copies) -> list[int]:
    """Return the hashes of a text's word sequences in ascending order; none where it is too short to tell.

    Words in any case, numbers as written, and each ideograph as a word of its own.
    """
    words = _TOKEN.findall(_WIDE.sub(r" \1 ", text.casefold()))
    number = copies.words
    found = {zlib.crc32(" ".join(words[at : at + number]).encode()) for at in range(len(words) - number + 1)}
    return sorted(found) if len(found) >= copies.least else []


def make_sketch(hashes: Sequence[int]) -> Sketch:
    """Return the sketch of a text from the hashes of its sequences."""
    smallest = hashes[:SKETCH]
    return Sketch(len(hashes), base64.b85encode(struct.pack(f">{len(smallest)}I", *smallest)).decode())


def sign_bands(hashes: Sequence[int]) -> Iterator[str]:
    """Yield the keys of a text's bands: two that are alike have one in common."""
    from rensa import RMinHash

    signer = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    signer.update([str(number) for number in hashes])
    signature = signer.digest()
    for band in range(BANDS):
        yield hash_id(band, *signature[band * ROWS : (band + 1) * ROWS])


def share(one: Sketch, other: Sketch) -> tuple[float, float]:
    """Return which share of the shorter text stands in the longer one, and how much shorter it is (at most 1)."""
    first, second = _cut_alike(one, other)
    less, more = sorted((len(first), len(second)))
    return (len(set(first).intersection(second)) / less, less / more) if less else (0.0, 0.0)


def _cut_alike(one: Sketch, other: Sketch) -> tuple[array[int], array[int]]:
    """Return the hashes of two sketches up to where both are complete."""
    first, second = one.hashes, other.hashes
    limits = [sketch.hashes[-1] for sketch in (one, other) if sketch.size > SKETCH]
    if limits:
        first, second = (part[: bisect_right(part, min(limits))] for part in (first, second))
    return first, second


def are_copies(one: Sketch, other: Sketch, copies: Copies) -> bool:
    """Return whether two texts are one but for cuts and small changes: the same for either order."""
    less, more = sorted((one.size, other.size))
    if 0 < more <= SKETCH and less / more < copies.ratio:  # told by their lengths, without the hashes
        return False
    shared, ratio = share(one, other)
    return shared >= copies.shared and ratio >= copies.ratio


def pair_up(members: list[str]) -> Iterator[tuple[str, str]]:
    """Yield which articles of one band are compared: all pairs of a few, neighbours of many."""
    for at, one in enumerate(members):
        for other in members[at + 1 : at + 1 + NEIGHBOURS]:
            yield one, other


class Families:
    """Articles joined by being copies of each other, as sets; built up pair by pair."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, article: str) -> str:
        """Return the article that stands for a family."""
        self.parent.setdefault(article, article)
        while self.parent[article] != article:
            self.parent[article] = article = self.parent[self.parent[article]]
        return article

    def join(self, one: str, other: str) -> None:
        """Make two families one, known by the article that comes first."""
        first, second = sorted((self.find(one), self.find(other)))
        self.parent[second] = first

    def all(self) -> Iterator[list[str]]:
        """Yield the families in order, each in order."""
        found: dict[str, list[str]] = {}
        for article in sorted(self.parent):
            found.setdefault(self.find(article), []).append(article)
        yield from found.values()


def join_copies(
    pairs: Iterable[tuple[str, str]], sketch_of: Callable[[str], Sketch], copies: Copies, families: Families
) -> None:
    """Join the families of those pairs that are copies."""
    for one, other in pairs:
        if families.find(one) != families.find(other) and are_copies(sketch_of(one), sketch_of(other), copies):
            families.join(one, other)
