"""Property graphs over Bolt: Neo4j, ArcadeDB, Memgraph, with the official driver.

Every node and relation that is loaded carries a digest of what it holds, in the property ``kg``. A
load reads these back and writes the difference: in one transaction if it is small, else in batches
while a node ``KgLoad`` says ``loading``. What has no such property is not ours and is not touched.
"""

from __future__ import annotations

import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

from kg.errors import LoadError, MissingExtraError
from kg.load.base import Kind, Plan, Result, Settings
from kg.load.check import compare
from kg.load.cypher import BATCH, batches, explain, grouped, join_labels, mark_edge, mark_node, pieces, plain, run_all
from kg.load.http import add_certificates, is_local, pause
from kg.load.pgraph import BASE_LABEL, KEY, MARK, Edge, Node, PropertyGraph
from kg.load.source import Source

if TYPE_CHECKING:
    import neo4j

_SAMPLE = 100
_ONE_TRANSACTION = 20_000
"""So many changed nodes and relations are written in one transaction, which readers see at once."""
_META = "KgLoad"
_OURS = f"(n:{BASE_LABEL}) WHERE n.{MARK} IS NOT NULL"
_TIES = f"(a:{BASE_LABEL})-[r]->(b:{BASE_LABEL}) WHERE r.{MARK} IS NOT NULL"
_SCHEMA = (
    f"CREATE CONSTRAINT kg_uri IF NOT EXISTS FOR (n:{BASE_LABEL}) REQUIRE n.{KEY} IS UNIQUE",
    f"CREATE INDEX kg_name IF NOT EXISTS FOR (n:{BASE_LABEL}) ON (n.name)",
)
_SCHEMA_MEMGRAPH = (
    f"CREATE CONSTRAINT ON (n:{BASE_LABEL}) ASSERT n.{KEY} IS UNIQUE",
    f"CREATE INDEX ON :{BASE_LABEL}({KEY})",
    f"CREATE INDEX ON :{BASE_LABEL}(name)",
)


class Difference(NamedTuple):
    """What a load has to write: nodes and relations, new or changed, and the marks of those to remove."""

    new: list[str]
    changed: list[str]
    gone: list[str]
    ties: set[str]
    loose: set[str]
    same: int

    @property
    def size(self) -> int:
        """How many nodes and relations are written or removed."""
        return len(self.new) + len(self.changed) + len(self.gone) + len(self.ties) + len(self.loose)


def make_loader(kind: Kind, target: str, source: Source, settings: Settings) -> BoltLoader:
    """Return the loader of a Bolt server; raise ``MissingExtraError`` where the driver is not installed."""
    return BoltLoader(kind, target, source, settings)


class BoltLoader:
    """Loads the property graph of a source into one database of a Bolt server."""

    def __init__(self, kind: Kind, target: str, source: Source, settings: Settings) -> None:
        try:
            import neo4j
        except ImportError as error:
            raise MissingExtraError("neo4j", "neo4j") from error
        self.kind = kind
        self.target = target
        self.source = source
        self.settings = settings
        self.product = kind.title
        self._neo4j = neo4j
        self._graph: PropertyGraph | None = None
        self._done = self._total = 0
        self._driver = self._connect()

    @property
    def graph(self) -> PropertyGraph:
        """The property graph of the source, made when it is first asked for."""
        if self._graph is None:
            self._graph = PropertyGraph(self.source)
        return self._graph

    def _connect(self) -> neo4j.Driver:
        driver_module: Any = self._neo4j
        settings = self.settings
        scheme, host = self.target.partition("://")[0], urlsplit(self.target).hostname or ""
        if scheme.endswith("+ssc"):
            hint = f"write {scheme.removesuffix('sc')}://, and name your own authority in KG_LOAD_CA"
            raise LoadError("+ssc would trust any certificate", where=self.target, hint=hint)
        if (
            (settings.secret or settings.token)
            and not scheme.endswith("+s")
            and not is_local(host)
            and not settings.allow_plain
        ):
            raise LoadError(
                "a password would travel unencrypted",
                where=self.target,
                hint="write bolt+s:// or neo4j+s://, or --allow-http on a network you trust",
            )
        auth = driver_module.bearer_auth(settings.token) if settings.token else None
        if settings.secret:
            auth = driver_module.basic_auth(settings.user or "neo4j", settings.secret)
        options: dict[str, Any] = {"connection_timeout": 10.0, "max_transaction_retry_time": settings.timeout}
        target = self.target
        if scheme.endswith("+s"):  # with a context of ours, since the driver takes no authority for this scheme
            target = scheme.removesuffix("+s") + target.removeprefix(scheme)
            options["ssl_context"] = add_certificates(ssl.create_default_context(), settings)
        try:
            options |= {"auth": auth, "notifications_min_severity": "OFF", "user_agent": "kg"}
            driver = driver_module.GraphDatabase.driver(target, **options)
        except (ValueError, driver_module.exceptions.ConfigurationError) as error:
            raise LoadError(f"not an address for Bolt: {error}", where=self.target) from error
        return cast("neo4j.Driver", driver)

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    # ------------------------------------------------------------ talking to the server
    @contextmanager
    def _session(self) -> Iterator[neo4j.Session]:
        """Give a session; turn what the driver raises into an error that says what to do."""
        errors = self._neo4j.exceptions
        try:
            with self._driver.session(database=self.settings.database or None) as session:
                yield session
        except errors.AuthError as error:
            hint = "set KG_LOAD_USER and KG_LOAD_PASSWORD"
            raise LoadError("the server refused the user and password", where=self.target, hint=hint) from error
        except (errors.Neo4jError, errors.DriverError) as error:
            what, hint = explain(error)
            raise LoadError(what, where=self.target, hint=hint) from error

    def _rows(self, query: str, **parameters: object) -> Iterator[list[Any]]:
        """Yield rows; ask again where the server says that it may help and no row has come yet."""
        for attempt in range(self.settings.tries):
            begun = False
            try:
                with self._session() as session:
                    for record in session.run(query, parameters):
                        begun = True
                        yield record.values()
                return
            except LoadError as error:
                cause = error.__cause__
                again = isinstance(cause, self._neo4j.exceptions.Neo4jError) and cause.is_retryable()
                if begun or not again or attempt + 1 == self.settings.tries:
                    raise
            time.sleep(pause(attempt))

    def _write(self, work: Callable[[neo4j.ManagedTransaction], None]) -> None:
        """Do the work in one transaction; the driver repeats it where the server says it may."""
        with self._session() as session:
            session.execute_write(work)

    def _prepare(self) -> None:
        """Make the constraint and the index before anything is written."""
        for statement in _SCHEMA_MEMGRAPH if self.kind.name == "memgraph" else _SCHEMA:
            try:
                with self._session() as session:
                    session.run(statement).consume()
            except LoadError as error:
                if "exist" not in error.what:
                    raise

    # ------------------------------------------------------------ what is there, and what is to do
    def find_difference(self) -> Difference:
        """Compare build and database by marks; raise ``LoadError`` where a node there is not ours."""
        there: dict[str, str] = {}
        for uri, mark in self._rows(f"MATCH (n:{BASE_LABEL}) RETURN n.{KEY}, n.{MARK}"):
            there[uri] = mark or ""
        new, changed, same = [], [], 0
        for node in self.graph.nodes():
            mark = there.pop(node.uri, None)
            if mark == "":
                raise LoadError(
                    f"{node.uri} is there and was not loaded by kg", where=self.target, hint="use another database"
                )
            if mark is None:
                new.append(node.uri)
            elif mark == mark_node(node):
                same += 1
            else:
                changed.append(node.uri)
        gone = sorted(uri for uri, mark in there.items() if mark)
        loose = {row[0] for row in self._rows(f"MATCH {_TIES} RETURN r.{MARK}")}
        ties: set[str] = set()
        for edge in self.graph.edges():
            mark = mark_edge(edge)
            if mark in loose:
                loose.discard(mark)
                same += 1
            else:
                ties.add(mark)
        found = Difference(new, changed, gone, ties, loose, same)
        return self._bear_again(found) if self.kind.name == "arcadedb" and changed else found

    def _bear_again(self, found: Difference) -> Difference:
        """Turn nodes whose labels change into new ones, with their relations: ArcadeDB cannot change a label."""
        before = self._labels_of(found.changed)
        changed = set(found.changed)
        again = {
            node.uri for node in self.graph.nodes() if node.uri in changed and set(node.labels) != set(before[node.uri])
        }
        marks = {mark_edge(edge) for edge in self.graph.edges() if edge.start in again or edge.end in again}
        return Difference(
            [*found.new, *sorted(again)],
            sorted(changed - again),
            [*found.gone, *sorted(again)],
            found.ties | marks,
            found.loose | marks,
            found.same - len(marks),
        )

    def _labels_of(self, uris: list[str]) -> dict[str, tuple[str, ...]]:
        """Return the labels that nodes have in the database."""
        query = f"UNWIND $rows AS row MATCH (n:{BASE_LABEL} {{{KEY}: row}}) RETURN row, labels(n)"
        return {
            uri: tuple(sorted(labels))
            for piece in pieces(sorted(uris))
            for uri, labels in self._rows(query, rows=piece)
        }

    def plan(self) -> Plan:
        """Say what a load would do; change nothing."""
        return self._plan(self.find_difference())

    def _plan(self, found: Difference) -> Plan:
        way = "one transaction" if found.size <= _ONE_TRANSACTION else f"transactions of {BATCH}"
        with self._session():
            self.product = f"{self.kind.title} ({self._driver.get_server_info().agent})"
        return Plan(
            self.target,
            self.product,
            "items",
            added=len(found.new) + len(found.ties),
            replaced=len(found.changed),
            removed=len(found.gone) + len(found.loose),
            unchanged=found.same,
            way=way if found.size else "nothing to do",
        )

    # ------------------------------------------------------------ doing it
    def load(self) -> Result:
        """Make the database hold the property graph, and verify that it does."""
        started = time.monotonic()
        found = self.find_difference()
        plan = self._plan(found)
        if found.size:
            self._prepare()
            self._done, self._total = 0, found.size
            steps = self._steps(found)
            if found.size <= _ONE_TRANSACTION:
                at_once = list(steps)
                self._write(lambda tx: run_all(tx, at_once))
            else:
                self._write(lambda tx: run_all(tx, [self._note("loading")]))
                for step in steps:
                    self._write(lambda tx, step=step: run_all(tx, [step]))  # type: ignore[misc]
                    self._done += len(step[1]["rows"])
                    self.settings.progress(min(self._done, self._total), self._total, "items")
            self._write(lambda tx: run_all(tx, [self._note("whole")]))
        counts, verified = self._verify()
        self.graph.count_losses()
        return Result(plan, counts, verified, self.graph.losses.listed(), seconds=time.monotonic() - started)

    def _note(self, state: str) -> tuple[str, dict[str, Any]]:
        """Return the statement by which the database says whether it is whole, and which keys are ours."""
        query = f"MERGE (n:{_META} {{id: $id}}) SET n.state = $state, n.keys = $keys, n.rows = $rows"
        return query, {"id": self.source.base, "state": state, "keys": self._keys(), "rows": []}

    def _keys(self) -> list[str]:
        return sorted({key.name for key in self.graph.keys.values()})

    def _steps(self, found: Difference) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield statements, each with at most a batch of rows, in an order that is right in any prefix."""
        match = f"MATCH (:{BASE_LABEL})-[r]->(:{BASE_LABEL}) WHERE r.{MARK} IN $rows DELETE r"
        yield from batches(match, sorted(found.loose))
        yield from batches(
            f"UNWIND $rows AS row MATCH (n:{BASE_LABEL} {{{KEY}: row}}) "
            f"WHERE n.{MARK} IS NOT NULL AND NOT (n)--() DELETE n",
            found.gone,
        )
        yield from self._change_nodes(set(found.changed))
        new = set(found.new)
        nodes = ((node.labels, self._row(node)) for node in self.graph.nodes() if node.uri in new)
        for labels, rows in grouped(nodes):
            yield (
                f"UNWIND $rows AS row MERGE (n:{join_labels(labels)} {{{KEY}: row.uri}}) SET n += row.p",
                {"rows": rows},
            )
        ties = (
            (edge.type, {"a": edge.start, "b": edge.end, "p": {**edge.properties, MARK: mark}})
            for edge in self.graph.edges()
            if (mark := mark_edge(edge)) in found.ties
        )
        for kind, rows in grouped(ties):
            ends = f"MATCH (a:{BASE_LABEL} {{{KEY}: row.a}}) MATCH (b:{BASE_LABEL} {{{KEY}: row.b}})"
            merge = f"MERGE (a)-[r:`{kind}` {{{MARK}: row.p.{MARK}}}]->(b) SET r += row.p"
            yield f"UNWIND $rows AS row {ends} {merge}", {"rows": rows}

    @staticmethod
    def _row(node: Node, blank: Iterable[str] = ()) -> dict[str, Any]:
        return {"uri": node.uri, "p": {**dict.fromkeys(blank), **node.properties, MARK: mark_node(node)}}

    def _change_nodes(self, changed: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield statements that give changed nodes their labels and properties, and take away what is no more."""
        if not changed:
            return
        keys = set(self._keys())
        for row in self._rows(f"MATCH (n:{_META} {{id: $id}}) RETURN n.keys", id=self.source.base):
            keys.update(row[0] or ())
        before = self._labels_of(sorted(changed))
        known = {label for node in self.graph.nodes() for label in node.labels}
        rows = (
            ((tuple(sorted(known & set(before[node.uri]) - set(node.labels))), node.labels), self._row(node, keys))
            for node in self.graph.nodes()
            if node.uri in changed
        )
        for (less, more), batch in grouped(rows):
            take = f"REMOVE n:{join_labels(less)} " if less else ""
            match = f"UNWIND $rows AS row MATCH (n:{BASE_LABEL} {{{KEY}: row.uri}})"
            yield f"{match} {take}SET n:{join_labels(more)} SET n += row.p", {"rows": batch}

    # ------------------------------------------------------------ afterwards
    def _verify(self) -> tuple[dict[str, int], str]:
        labels: Counter[str] = Counter()
        for node in self.graph.nodes():
            labels.update(node.labels)
        types = Counter(edge.type for edge in self.graph.edges())
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
        sample = nsmallest(_SAMPLE, self.graph.nodes(), key=mark_node)
        return counts, f"{text}; {self._check_nodes(sample)} nodes looked up"

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
        wanted = {mark_edge(edge) for edge in self.graph.edges()}
        rows = self._rows(f"MATCH {_TIES} RETURN a.{KEY}, type(r), b.{KEY}, properties(r)")
        found = {mark_edge(Edge(a, kind, b, plain(properties, {"articles"}))) for a, kind, b, properties in rows}
        if wanted != found:
            raise LoadError(
                f"{len(wanted - found)} relations missing, {len(found - wanted)} in excess", where=self.target
            )
        return len(wanted)

    def remove(self) -> Result:
        """Delete every node and relation that was loaded; a node that others tied something to stays."""
        started = time.monotonic()
        nodes = [row[0] for row in self._rows(f"MATCH {_OURS} RETURN n.{KEY}")]
        ties = [row[0] for row in self._rows(f"MATCH {_TIES} RETURN r.{MARK}")]
        found = Difference([], [], nodes, set(), set(ties), 0)
        for step in self._steps(found):
            self._write(lambda tx, step=step: run_all(tx, [step]))  # type: ignore[misc]
        left = next(self._rows(f"MATCH {_OURS} RETURN count(n)"))[0]
        self._write(lambda tx: run_all(tx, [(f"MATCH (n:{_META} {{id: $id}}) DELETE n", {"id": self.source.base})]))
        for statement in ("DROP CONSTRAINT kg_uri IF EXISTS", "DROP INDEX kg_name IF EXISTS"):
            if not left and self.kind.name == "neo4j":
                with self._session() as session:
                    session.run(statement).consume()
        plan = Plan(self.target, self.product, "items", removed=len(nodes) + len(ties), way="remove")
        kept = f"; {left} nodes stay, since others tied something to them" if left else ""
        return Result(plan, {"nodes": left, "relations": 0}, f"counted{kept}", seconds=time.monotonic() - started)
