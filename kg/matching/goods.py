"""Whether a bare output value is that of the goods whose output stands right before it, and of no place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.model import Claim
from kg.vocab import local_name

# What is measured in tons or pieces of one good: "output-of-yarn", "green-tea-output".
_OF_GOODS = re.compile(
    r"(?:.*-)?(?:output|production|yield|harvest|catch)-(?:of-.+|volume)|.+-(?:output|production|yield)"
)
_OF_MONEY = frozenset(("CNY", "USD", "EUR"))
_WORTH = re.compile(r"(?:outputValue|(?:annual-|total-)*(?:output|production|sales)-value)")
_GOES_ON = re.compile(
    r",? (?:and |thus |thereby )?(?:generating|achieving|reali[sz]ing|recording|yielding|with|reaching|creating)"
    r" (?:an? )?(?:[a-z-]+ ){0,2}(?:output|production|sales) value (?:of|worth|exceeding|reaching)"
    r" (?:about |some |over )?",
)


def is_of_goods(predicate: str, text: str, told: Sequence[Claim], position: int) -> bool:
    """Say whether a value at ``position`` goes on with an output: "reached 3,000 tons, with an output value of"."""
    if _WORTH.fullmatch(local_name(predicate)) is None:
        return False
    before = [claim for claim in told if claim.end <= position]
    last = max(before, key=lambda claim: claim.end, default=None)
    if last is None or last.unit in _OF_MONEY or _OF_GOODS.fullmatch(local_name(last.predicate)) is None:
        return False
    return _GOES_ON.fullmatch(text, last.end, position) is not None
