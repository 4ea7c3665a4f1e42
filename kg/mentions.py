"""Choosing among the mentions found in a text, and setting them where they stand in a longer one."""

from __future__ import annotations

from collections.abc import Iterable

from kg.model import Mention


def keep_longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Return a sorted choice without overlaps: longest first, then known names before cues."""
    rank = {"name": 0, "translated": 1, "reference": 2, "cue": 3, "shared": 4}
    kept: list[Mention] = []
    taken: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, rank[m.kind], m.start, m.entity)):
        if mention.start in taken or mention.end - 1 in taken:
            continue
        taken.update(range(mention.start, mention.end))
        kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def shift_mentions(mentions: Iterable[Mention], offset: int) -> list[Mention]:
    """Return the mentions of a part of a text, with offsets in the whole, where the part begins at ``offset``."""
    return [Mention(mention.start + offset, mention.end + offset, *mention[2:]) for mention in mentions]
