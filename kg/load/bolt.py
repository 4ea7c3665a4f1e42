"""Property graphs over Bolt: Neo4j, ArcadeDB, Memgraph, with the official driver.

Every node and relation that is loaded carries a digest of what it holds, in the property ``kg``. A
load reads these back and writes the difference: in one transaction if it is small, else in batches
while a node ``KgLoad`` says ``loading``. What has no such property is not ours and is not touched.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from kg.errors import LoadError
from kg.load.base import Kind, Plan, Result, Settings, find_kind
from kg.load.bolt_connection import Connection
from kg.load.bolt_note import LABEL as NOTE_LABEL
from kg.load.bolt_note import Note
from kg.load.check import compare
from kg.load.cypher import (
    BATCH,
    ahead,
    batches,
    collect_rarely,
    create_nodes,
    create_relations,
    grouped,
    join_labels,
    mark_edge,
    mark_node,
    pieces,
    plain,
    say_edge,
)
from kg.load.ledger import Ledger, Table
from kg.load.pgraph import BASE_LABEL, KEY, MARK, Edge, Node, PropertyGraph
from kg.load.source import Source

_SHOWN = 3
_ONE_TRANSACTION = 20_000
"""So many changed nodes and relations are written in one transaction, which readers see at once."""
_OURS = f"(n:{BASE_LABEL}) WHERE n.{MARK} IS NOT NULL"
_TIES = f"(a:{BASE_LABEL})-[r]->(b:{BASE_LABEL}) WHERE r.{MARK} IS NOT NULL"
_SCHEMA = (
    f"CREATE CONSTRAINT kg_uri IF NOT EXISTS FOR (n:{BASE_LABEL}) REQUIRE n.{KEY} IS UNIQUE",
    f"CREATE CONSTRAINT kg_load IF NOT EXISTS FOR (n:{NOTE_LABEL}) REQUIRE n.id IS UNIQUE",
    f"CREATE INDEX kg_name IF NOT EXISTS FOR (n:{BASE_LABEL}) ON (n.name)",
)
_SCHEMA_GONE = (
    "DROP CONSTRAINT kg_uri IF EXISTS",
    "DROP CONSTRAINT kg_load IF EXISTS",
    "DROP INDEX kg_name IF EXISTS",
)
_SCHEMA_MEMGRAPH = (
    f"CREATE CONSTRAINT ON (n:{BASE_LABEL}) ASSERT n.{KEY} IS UNIQUE",
    f"CREATE CONSTRAINT ON (n:{NOTE_LABEL}) ASSERT n.id IS UNIQUE",
    f"CREATE INDEX ON :{BASE_LABEL}({KEY})",
    f"CREATE INDEX ON :{BASE_LABEL}(name)",
)


class Difference(NamedTuple):
    """What a load has to do; which nodes and relations, stands in tables outside memory.

    ``todo`` and ``ties`` hold the keys and marks of what is written (all, where they are ``None``),
    ``gone`` and ``loose`` those of what is removed.
    """

    new: int
    changed: int
    same: int
    made: int
    todo: Table | None = None
    ties: Table | None = None
    gone: Table | None = None
    loose: Table | None = None

    @property
    def removed(self) -> int:
        """How many nodes and relations are removed."""
        return sum(len(table) for table in (self.gone, self.loose) if table is not None)

    @property
    def size(self) -> int:
        """How many nodes and relations are written or removed."""
        return self.new + self.changed + self.made + self.removed


def make_loader(kind: Kind, target: str, source: Source, settings: Settings) -> BoltLoader:
    """Return the loader of a Bolt server; raise ``MissingExtraError`` where the driver is not installed."""
    return BoltLoader(kind, target, source, settings)


class BoltLoader:
    """Loads the property graph of a source into one database of a Bolt server."""

    def __init__(self, kind: Kind, target: str, source: Source, settings: Settings) -> None:
        self.kind = kind
        self.target = target
        self.source = source
        self.settings = settings
        self.product = kind.title
        self._graph: PropertyGraph | None = None
        self._ledger: Ledger | None = None
        self._connection = Connection(target, settings)
        self._rows = self._connection.rows
        self._note = Note(self._connection, source.base)

    @property
    def graph(self) -> PropertyGraph:
        """The property graph of the source, made when it is first asked for."""
        if self._graph is None:
            self._graph = PropertyGraph(self.source)
        return self._graph

    @property
    def ledger(self) -> Ledger:
        """Tables of what the database holds, in a temporary file."""
        if self._ledger is None:
            self._ledger = Ledger(self.source.folder / "ledger.db")
        return self._ledger

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def _see_kind(self) -> None:
        """Find out by what the server calls itself which one it is, unless that was said."""
        agent = self._connection.agent()
        for name in () if self.settings.kind else ("arcadedb", "memgraph"):
            if name in agent.lower():
                self.kind = find_kind(self.target, name)
        self.product = f"{self.kind.title} ({agent})"

    def _prepare(self) -> None:
        """Make the constraint and the index before anything is written."""
        for statement in _SCHEMA_MEMGRAPH if self.kind.name == "memgraph" else _SCHEMA:
            try:
                with self._connection.session() as session:
                    session.run(statement).consume()
            except LoadError as error:
                if "exist" not in error.what:
                    raise

    # ------------------------------------------------------------ what is there, and what is to do
    def find_difference(self) -> Difference:
        """Compare build and database by marks; raise ``LoadError`` where a node there is not ours."""
        self._see_kind()
        if not next(self._rows(f"MATCH (n:{BASE_LABEL}) RETURN count(n)"))[0]:
            return Difference(self.graph.number, 0, 0, sum(self.graph.types.values()))
        gone, loose, todo, ties = (self.ledger.table(name) for name in ("gone", "loose", "todo", "ties"))
        rows = self._rows(f"MATCH (n:{BASE_LABEL}) RETURN n.{KEY}, n.{MARK}")
        gone.fill((uri, mark or "") for uri, mark in rows if uri)
        loose.fill((mark, "") for (mark,) in self._rows(f"MATCH {_TIES} RETURN r.{MARK}"))
        counts: Counter[str] = Counter()
        todo.fill(self._compare_nodes(gone, counts))
        if self.kind.name == "arcadedb":
            self._bear_again(todo, gone, counts)
        ties.fill(self._compare_edges(todo, gone, loose, counts))
        gone.remove_text("")  # what has no mark is not ours, and stays
        return Difference(counts["new"], counts["changed"], counts["same"], len(ties), todo, ties, gone, loose)

    def _compare_nodes(self, there: Table, counts: Counter[str]) -> Iterator[tuple[str, str]]:
        """Yield nodes that are new or changed; take those that stay out of what is there."""
        for node in self.graph.nodes():
            mark = there.take(node.uri)
            if mark == "":
                raise LoadError(
                    f"{node.uri} is there and was not loaded by kg", where=self.target, hint="use another database"
                )
            state = "new" if mark is None else "same" if mark == mark_node(node) else "changed"
            counts[state] += 1
            if state != "same":
                yield node.uri, f"{state} {join_labels(sorted(node.labels))}"

    def _compare_edges(self, todo: Table, gone: Table, loose: Table, counts: Counter[str]) -> Iterator[tuple[str, str]]:
        """Yield relations that are new, or whose ends are born again; take those that stay out of what is there."""
        again = counts["again"] > 0
        for edge in self.graph.edges():
            mark = mark_edge(edge)
            if again and any(end in gone and end in todo for end in (edge.start, edge.end)):
                yield mark, ""
            elif loose.take(mark) is None:
                yield mark, ""
            else:
                counts["same"] += 1

    def _bear_again(self, todo: Table, gone: Table, counts: Counter[str]) -> None:
        """Turn nodes whose labels change into new ones, with their relations: ArcadeDB cannot change a label."""
        for piece in pieces((uri, text.partition(" ")[2]) for uri, text in todo if text.startswith("changed")):
            before = self._labels_of([uri for uri, _ in piece])
            again = [(uri, labels) for uri, labels in piece if labels != join_labels(before[uri])]
            todo.fill((uri, f"new {labels}") for uri, labels in again)
            gone.fill((uri, "again") for uri, _ in again)
            counts.update(new=len(again), changed=-len(again), again=len(again))

    def _labels_of(self, uris: list[str]) -> dict[str, tuple[str, ...]]:
        """Return the labels that nodes have in the database, sorted."""
        query = f"UNWIND $rows AS row MATCH (n:{BASE_LABEL} {{{KEY}: row}}) RETURN row, labels(n)"
        return {uri: tuple(sorted(labels)) for uri, labels in self._rows(query, rows=uris)}

    def plan(self) -> Plan:
        """Say what a load would do; change nothing."""
        return self._plan(self.find_difference())

    def _plan(self, found: Difference) -> Plan:
        way = "one transaction" if found.size <= _ONE_TRANSACTION else f"transactions of {BATCH}"
        return Plan(
            self.target,
            self.product,
            "items",
            added=found.new + found.made,
            replaced=found.changed,
            removed=found.removed,
            unchanged=found.same,
            way=way if found.size else "nothing to do",
            detail=f"{found.new + found.changed:,} nodes, {found.made:,} relations to write" if found.size else "",
        )

    # ------------------------------------------------------------ doing it
    def load(self) -> Result:
        """Make the database hold the property graph, and verify that it does."""
        started = time.monotonic()
        with collect_rarely():
            noted, found = self._note.read(), self.find_difference()
            if found.size:
                self._prepare()
                if self._note.claim() != noted:  # another load wrote something while we looked
                    found = self.find_difference()
                self._write(found)
            plan = self._plan(found)
            counts, verified = self._verify()
        return Result(plan, counts, verified, self.graph.losses.listed(), seconds=time.monotonic() - started)

    def _write(self, found: Difference) -> None:
        """Write what differs: in one transaction, or in batches while the note says that it is not whole."""
        write, whole = self._note.write, self._note.say("whole", self._keys())
        if found.size <= _ONE_TRANSACTION:
            write([*self._steps(found), whole])
            return
        done = 0
        write([self._note.say("loading", sorted({*self._keys(), *self._note.keys()}))])
        for step in ahead(self._steps(found)):
            write([step])
            done += len(step[1]["rows"])
            self.settings.progress(min(done, found.size), found.size, "items")
        write([whole])

    def _keys(self) -> list[str]:
        return sorted({key.name for key in self.graph.keys.values()})

    def _steps(self, found: Difference) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield statements, each with at most a batch of rows, in an order that is right in any prefix."""
        match = f"MATCH (:{BASE_LABEL})-[r]->(:{BASE_LABEL}) WHERE r.{MARK} IN $rows DELETE r"
        yield from batches(match, (mark for mark, _ in found.loose or ()))
        yield from batches(
            f"UNWIND $rows AS row MATCH (n:{BASE_LABEL} {{{KEY}: row}}) "
            f"WHERE n.{MARK} IS NOT NULL AND NOT (n)--() DELETE n",
            (uri for uri, _ in found.gone or ()),
        )
        if found.changed:
            yield from self._change_nodes(found)
        nodes = (
            (node.labels, {**node.properties, MARK: mark_node(node)})
            for node in self.graph.nodes()
            if found.todo is None or (found.todo.get(node.uri) or "").startswith("new")
        )
        yield from create_nodes(nodes)
        ties = (
            (edge.type, [edge.start, edge.end, mark, edge.properties.get("articles")])
            for edge in self.graph.edges()
            if (mark := mark_edge(edge)) and (found.ties is None or mark in found.ties)
        )
        yield from create_relations(ties)

    def _change_nodes(self, found: Difference) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield statements that give changed nodes their labels and properties, and take away what is no more."""
        blank: dict[str, Any] = dict.fromkeys({*self._keys(), *self._note.keys()})
        known, todo = set(self.graph.labels), found.todo
        changed = (node for node in self.graph.nodes() if todo and (todo.get(node.uri) or "").startswith("changed"))
        for some in pieces(changed):
            before = self._labels_of([node.uri for node in some])
            rows = (
                (
                    (tuple(sorted(known & set(before[node.uri]) - set(node.labels))), node.labels),
                    {"uri": node.uri, "p": {**blank, **node.properties, MARK: mark_node(node)}},
                )
                for node in some
            )
            for (less, more), batch in grouped(rows):
                take = f"REMOVE n:{join_labels(less)} " if less else ""
                match = f"UNWIND $rows AS row MATCH (n:{BASE_LABEL} {{{KEY}: row.uri}})"
                yield f"{match} {take}SET n:{join_labels(more)} SET n += row.p", {"rows": batch}

    # ------------------------------------------------------------ afterwards
    def _verify(self) -> tuple[dict[str, int], str]:
        labels, types = self.graph.labels, self.graph.types
        found = {row[0]: row[1] for row in self._rows(f"MATCH {_OURS} UNWIND labels(n) AS l RETURN l, count(*)")}
        found_types = {row[0]: row[1] for row in self._rows(f"MATCH {_TIES} RETURN type(r), count(*)")}
        counts = {"nodes": found.get(BASE_LABEL, 0), "relations": sum(found_types.values())}
        if self.settings.verify == "none":
            return counts, "not verified"
        compare("label", labels, {label: n for label, n in found.items() if label in labels}, self.target)
        compare("type of relation", types, found_types, self.target)
        text = f"counts of {len(labels)} labels and {len(types)} types of relations are equal"
        if self.settings.verify == "full":
            nodes, ties = self._check_nodes(self.graph.nodes()), self._check_edges()
            return counts, f"{text}; {nodes} nodes, {ties} relations are equal"
        return counts, f"{text}; {self._check_nodes(self.graph.sample())} nodes looked up"

    def _check_nodes(self, nodes: Iterable[Node]) -> int:
        number, keys = 0, {KEY, *self._keys()}
        for batch in pieces(nodes):
            query = f"UNWIND $rows AS row MATCH (n:{BASE_LABEL} {{{KEY}: row}}) RETURN row, labels(n), properties(n)"
            rows = self._rows(query, rows=[node.uri for node in batch])
            found = {uri: (set(labels), plain(properties, keys)) for uri, labels, properties in rows}
            number += len(batch)
            for node in batch:
                labels, properties = found.get(node.uri, (set(), {}))
                there = Node(node.uri, node.labels if labels >= set(node.labels) else (), properties)
                if mark_node(there) != mark_node(node):
                    raise LoadError(f"{node.uri} is not as it was loaded", where=self.target, hint="load again")
        return number

    def _check_edges(self) -> int:
        """Compare every relation; raise ``LoadError`` naming those that are missing or in excess."""
        there = self.ledger.table("there")
        rows = self._rows(f"MATCH {_TIES} RETURN a.{KEY}, type(r), b.{KEY}, properties(r)")
        edges = (Edge(a, kind, b, plain(properties, {"articles"})) for a, kind, b, properties in rows)
        there.fill((mark_edge(edge), say_edge(edge)) for edge in edges)
        number, missing = 0, list[str]()
        for edge in self.graph.edges():
            number += 1
            if there.take(mark_edge(edge)) is None and len(missing) < _SHOWN:
                missing.append(f"missing {say_edge(edge)}")
        wrong = missing + [f"in excess {text}" for _, text in islice(there, _SHOWN)]
        if wrong:
            raise LoadError(f"relations differ: {'; '.join(wrong)}", where=self.target, hint="load again")
        return number

    # ------------------------------------------------------------ taking it out
    def remove(self) -> Result:
        """Delete every node and relation that was loaded; a node that others tied something to stays."""
        started = time.monotonic()
        self._see_kind()
        self._note.claim()  # what another load has under way ends before
        self._note.write([self._note.say("removing", sorted(self._note.keys()))])
        gone = self._delete(f"MATCH {_TIES} WITH r LIMIT {BATCH} DELETE r RETURN count(*)")
        gone += self._delete(f"MATCH {_OURS} AND NOT (n)--() WITH n LIMIT {BATCH} DELETE n RETURN count(*)")
        left = next(self._rows(f"MATCH {_OURS} RETURN count(n)"))[0]
        self._note.remove()
        for statement in _SCHEMA_GONE:
            if not left and self.kind.name == "neo4j":
                with self._connection.session() as session:
                    session.run(statement).consume()
        plan = Plan(self.target, self.product, "items", removed=gone, way="remove")
        kept = f"; {left} nodes stay, since others tied something to them" if left else ""
        return Result(plan, {"nodes": left, "relations": 0}, f"counted{kept}", seconds=time.monotonic() - started)

    def _delete(self, query: str) -> int:
        """Carry out a statement that deletes a batch until there is nothing left to delete; return how many went."""
        total, number = 0, 1
        while number:
            with self._connection.session() as session:
                number = session.execute_write(lambda tx: sum(record[0] for record in tx.run(query)))
            total += number
        return total
