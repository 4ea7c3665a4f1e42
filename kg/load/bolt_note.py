"""The note by which a Bolt database says whether it is whole, and which keeps loads out of each other's way.

A node ``KgLoad`` names the run that loads now and the steps that it has done. Every transaction of a
load locks this node and looks at it first. So what a killed load still had under way is finished or
refused before the next one writes, and a step whose answer was lost is not done twice: a load may
create without looking for each single node and relation.
"""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from kg.errors import LoadError
from kg.load.bolt_connection import Connection

if TYPE_CHECKING:
    import neo4j

LABEL = "KgLoad"
Step = tuple[str, dict[str, Any]]
_LOCK = "SET n.locked = true WITH n, n.run AS run, n.step AS step"
"""What is read after the lock is as the last transaction left it."""


class Note:
    """The note of one base IRI in one database, and this run of a load."""

    def __init__(self, connection: Connection, base: str) -> None:
        self._connection = connection
        self._base = base
        self._run = token_hex(8)
        self._step = 0

    def read(self) -> tuple[str, int]:
        """Return the run that wrote last, and how many steps it has done."""
        rows = self._connection.rows(f"MATCH (n:{LABEL} {{id: $id}}) RETURN n.run, n.step", id=self._base)
        run, step = next(rows, (None, None))
        return run or "", step or 0

    def claim(self) -> tuple[str, int]:
        """Make this run the one that writes, after what is under way; return the run and step before."""
        query = f"MERGE (n:{LABEL} {{id: $id}}) {_LOCK} SET n.run = $run, n.step = 0 REMOVE n.locked RETURN run, step"
        before: list[tuple[str, int]] = []

        def work(tx: neo4j.ManagedTransaction) -> None:
            (row,) = tx.run(query, id=self._base, run=self._run)
            if row["run"] != self._run:  # of a transaction that is tried again, since its answer was lost
                before.append((row["run"] or "", row["step"] or 0))

        self._connection.write(work)
        return before[-1]

    def write(self, steps: Iterable[Step]) -> None:
        """Do the steps in one transaction; raise ``LoadError`` where another run has begun."""
        self._step += 1
        query = (
            f"MATCH (n:{LABEL} {{id: $id}}) {_LOCK} SET n.step = CASE run WHEN $run THEN $step ELSE step END "
            "REMOVE n.locked RETURN run, step"
        )

        def work(tx: neo4j.ManagedTransaction) -> None:
            row = tx.run(query, id=self._base, run=self._run, step=self._step).single()
            if row is None or row["run"] != self._run:
                raise LoadError(
                    "another load or removal has begun, so this one ends",
                    where=self._connection.target,
                    hint="load again when it is done",
                )
            if row["step"] < self._step:  # else it was done, and only the answer was lost
                for statement, parameters in steps:
                    tx.run(statement, parameters).consume()

        self._connection.write(work)

    def say(self, state: str, keys: list[str]) -> Step:
        """Return the step by which the database says whether it is whole, and which keys are ours."""
        query = f"MATCH (n:{LABEL} {{id: $id}}) SET n.state = $state, n.keys = $keys"
        return query, {"id": self._base, "state": state, "keys": keys}

    def keys(self) -> set[str]:
        """Return the keys that earlier loads gave to nodes."""
        rows = self._connection.rows(f"MATCH (n:{LABEL} {{id: $id}}) RETURN n.keys", id=self._base)
        return {key for row in rows for key in row[0] or ()}

    def remove(self) -> None:
        """Take the note out."""
        query = f"MATCH (n:{LABEL} {{id: $id}}) DELETE n"
        with self._connection.session() as session:
            session.run(query, id=self._base).consume()
