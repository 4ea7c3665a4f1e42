"""What a format or a database cannot hold: told, never dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Loss(NamedTuple):
    """Something that a target could not hold as it is: what, how often, and one example."""

    what: str
    times: int
    example: str


@dataclass(slots=True)
class Losses:
    """Collects what a target cannot hold, by kind; only the first example of each is kept."""

    found: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, what: str, example: str = "", count: int = 1) -> None:
        """Note a loss."""
        known = self.found.get(what)
        self.found[what] = (count + known[0], known[1]) if known else (count, example[:80])

    def listed(self) -> tuple[Loss, ...]:
        """Return the losses in the order in which they were met first."""
        return tuple(Loss(what, count, example) for what, (count, example) in self.found.items())
