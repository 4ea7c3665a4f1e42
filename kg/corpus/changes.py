"""What two builds say differently, in the language of facts: what is new, what is gone, which numbers moved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.corpus.said import read_claim_lines
from kg.errors import StoreError
from kg.model import say_value

Row = dict[str, Any]
Fact = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that differs: ``kind`` is added, removed or changed; ``before`` and ``after`` are what is said.

    ``articles`` are those that say it now, or said it where none does any more; ``quote`` is the words of the first.
    """

    kind: str
    subject: str
    predicate: str
    before: str
    after: str
    articles: tuple[str, ...]
    quote: str

    def text(self) -> str:
        """Return the change in one line."""
        said = f"{self.before} → {self.after}" if self.kind == "changed" else self.after or self.before
        return f"{self.subject}: {self.predicate} {said}  [{', '.join(self.articles)}]"


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two builds: articles by id, and facts in order."""

    new_articles: tuple[str, ...]
    gone_articles: tuple[str, ...]
    changes: tuple[Change, ...]

    def text(self) -> Iterator[str]:
        """Yield the difference as lines for people."""
        yield from (f"+ article {name}" for name in self.new_articles)
        yield from (f"- article {name}" for name in self.gone_articles)
        marks = {"changed": "~", "added": "+", "removed": "-"}
        yield from (f"{marks[change.kind]} {change.text()}" for change in self.changes)
        if not (self.new_articles or self.gone_articles or self.changes):
            yield "No difference in what is said."

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def compare(before: Path, after: Path) -> Difference:
    """Return what two builds, or two files of claims, say differently; where it stands in a text is no matter."""
    old, new = _read_rows(before), _read_rows(after)
    old_names, new_names = ({row["article"] for row in rows} for rows in (old, new))
    changes = sorted(
        _compare_facts(_by_fact(old), _by_fact(new)),
        key=lambda c: (("changed", "added", "removed").index(c.kind), c.subject, c.predicate, c.before, c.after),
    )
    return Difference(tuple(sorted(new_names - old_names)), tuple(sorted(old_names - new_names)), tuple(changes))


def _read_rows(path: Path) -> list[Row]:
    hint = "name a build's folder or a claims.jsonl"
    try:
        return [json.loads(line) for line in read_claim_lines(path, hint)]
    except ValueError as error:
        raise StoreError(f"not claims: {error}", where=str(path), hint=hint) from error


def _by_fact(rows: Iterable[Row]) -> dict[Fact, dict[str, list[Row]]]:
    """Return what is said of each fact, and the claims that say it; a group is known by its name, not by its count."""
    facts: dict[Fact, dict[str, list[Row]]] = {}
    for row in rows:
        value = row["object_type"] == "Observation"
        subject = row["subject_label"] if row["subject_type"] == "Cohort" else row["subject"]
        said = say_value(row) if value else row["object_label"]
        about = (row["unit"], row["period"], row["scope"]) if value else (row["object"] or said,)
        facts.setdefault((subject, row["predicate"], row["modality"], *about), {}).setdefault(said, []).append(row)
    return facts


def _compare_facts(old: dict[Fact, dict[str, list[Row]]], new: dict[Fact, dict[str, list[Row]]]) -> Iterator[Change]:
    for fact in old.keys() | new.keys():
        before, after = old.get(fact, {}), new.get(fact, {})
        gone, come = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
        if len(gone) == len(come) == 1:
            yield _change("changed", gone[0], come[0], after[come[0]])
            continue
        yield from (_change("removed", said, "", before[said]) for said in gone)
        yield from (_change("added", "", said, after[said]) for said in come)


def _change(kind: str, before: str, after: str, rows: list[Row]) -> Change:
    first = rows[0]
    predicate = re.split(r"[/#]", first["predicate"])[-1]
    words = [word for word in (first["period"], "" if first["modality"] == "achieved" else first["modality"]) if word]
    predicate += f" ({', '.join(words)})" if words else ""
    articles = tuple(sorted({row["article"] for row in rows}))
    return Change(kind, first["subject_label"], predicate, before, after, articles, first["quote"])
