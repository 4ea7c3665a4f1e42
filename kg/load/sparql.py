"""SPARQL stores by the standard's two ways of writing: Graph Store Protocol and Update.

A graph of its own in the database, the manifest, remembers which graphs were loaded and what was in
them. So a second load changes only what changed, what is gone from the build goes, and nothing that
others put there is touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from secrets import token_hex
from typing import NamedTuple

from kg import vocab as v
from kg.errors import LoadError
from kg.load import check
from kg.load.base import Kind, Plan, Result, Settings
from kg.load.http import Body, Broken, Refused, pause
from kg.load.source import Graph, Source, quads
from kg.load.stores import N_QUADS, N_TRIPLES, Endpoint, batched

_PENDING = "pending"
_ONE_REQUEST = 4 << 20
"""Changes of at most so many bytes are made by one Update, which every transactional store does at once."""

_IS_POINT_ZERO = f'isLiteral(?o) && DATATYPE(?o) = <{v.XSD_DECIMAL}> && STRENDS(STR(?o), ".0")'
_SENT = f'IF({_IS_POINT_ZERO}, STRDT(STRBEFORE(STR(?o), "."), <{v.XSD_DECIMAL}>), ?o)'
"""The term ``?o`` as it was sent, of a store that reads a whole decimal as ``1.0``: we send ``1``."""


class Changes(NamedTuple):
    """What a load has to do: graphs to write, IRIs to drop, graphs that stay."""

    new: tuple[Graph, ...]
    changed: tuple[Graph, ...]
    gone: tuple[str, ...]
    same: tuple[Graph, ...]

    @property
    def written(self) -> tuple[Graph, ...]:
        """The graphs that are sent."""
        return self.new + self.changed


def make_loader(kind: Kind, target: str, source: Source, settings: Settings) -> SparqlLoader:
    """Return the loader of a SPARQL store."""
    return SparqlLoader(Endpoint(kind.name, target, settings), target, source, settings)


class SparqlLoader:
    """Loads the graphs of a source into one dataset of a SPARQL store."""

    def __init__(self, endpoint: Endpoint, target: str, source: Source, settings: Settings) -> None:
        self.endpoint = endpoint
        self.target = target
        self.source = source
        self.settings = settings
        self.manifest = source.manifest
        self._sent = 0
        self._total = 0

    def close(self) -> None:
        """Close the connection."""
        self.endpoint.web.close()

    # ------------------------------------------------------------ what is there, and what is to do
    def read_manifest(self) -> dict[str, str]:
        """Return the graphs that were loaded, each with the digest of what was in it."""
        found: dict[str, str] = {}
        prefix = f"{self.source.base}loaded/"
        head = f"SELECT ?g ?h WHERE {{ GRAPH <{self.manifest}> {{ ?e <{v.SOURCE}> ?g . ?e <{v.SHA256}> ?h }}"
        parts = [""]
        limit = self.endpoint.quirks.max_rows
        if limit:
            pattern = f"{{ GRAPH <{self.manifest}> {{ ?e <{v.SHA256}> ?h }} }}"
            total = self.endpoint.number(f"SELECT (COUNT(*) AS ?n) WHERE {pattern}")
            if total >= limit // 2:
                digits = 2 if total < 100 * limit else 3
                parts = [f"{number:0{digits}x}" for number in range(16**digits)]
        for part in parts:
            rule = f' FILTER(STRSTARTS(STR(?e), "{prefix}{part}"))' if part else ""
            for row in self.endpoint.select(f"{head}{rule} }}"):
                found[row["g"]["value"]] = row["h"]["value"]
        return found

    def find_changes(self) -> Changes:
        """Compare the build with the database; raise ``LoadError`` where a graph there is not ours."""
        known = self.read_manifest()
        graphs = self.source.graphs()
        counts = check.count_graphs(self.endpoint, [graph.iri for graph in graphs])
        foreign = [graph.iri for graph in graphs if graph.iri not in known and counts.get(graph.iri)]
        if foreign:  # unless a load that was killed was still at work in the server, and ended between the two looks
            known = self.read_manifest()
            foreign = [iri for iri in foreign if iri not in known]
        if foreign:
            raise LoadError(
                f"{len(foreign)} graphs of these names were not loaded by kg, the first is {foreign[0]}",
                where=self.target,
                hint="remove them yourself, or load into another dataset",
            )
        wanted = {graph.iri for graph in graphs}
        same = tuple(g for g in graphs if known.get(g.iri) == g.digest and counts.get(g.iri, 0) == g.triples)
        kept = {graph.iri for graph in same}
        new = tuple(graph for graph in graphs if graph.iri not in kept and not counts.get(graph.iri))
        fresh = kept | {graph.iri for graph in new}
        changed = tuple(graph for graph in graphs if graph.iri not in fresh)
        return Changes(new, changed, tuple(sorted(set(known) - wanted)), same)

    def plan(self) -> Plan:
        """Say what a load would do; change nothing."""
        return self._plan(self.find_changes())

    def _plan(self, changes: Changes) -> Plan:
        return Plan(
            target=self.target,
            product=self.endpoint.say(),
            unit="graphs",
            added=len(changes.new),
            replaced=len(changes.changed),
            removed=len(changes.gone),
            unchanged=len(changes.same),
            size=sum(graph.size for graph in changes.written),
            way=self.choose_way(changes),
            detail=f"{sum(graph.triples for graph in changes.written):,} triples" if changes.written else "",
        )

    def choose_way(self, changes: Changes) -> str:
        """Return how the changes are made: as few transactions as the store allows, with staging if too large."""
        quirks, size = self.endpoint.quirks, sum(graph.size for graph in changes.written)
        if not changes.written and not changes.gone:
            return "nothing to do"
        if not quirks.atomic:
            return "graph by graph"
        if self.settings.staging:
            return "staging"
        if size <= min(_ONE_REQUEST, self.settings.chunk_bytes):
            return "one update"
        if quirks.quads and not changes.changed and not changes.gone:
            return "one stream"
        return "staging"

    # ------------------------------------------------------------ doing it
    def load(self) -> Result:
        """Make the database hold the graphs of the build, and verify that it does."""
        started = time.monotonic()
        changes = self.find_changes()
        plan = self._plan(changes)
        self._sent, self._total = 0, plan.size
        try:
            self._carry_out(plan.way, changes)
        except Refused as error:
            raise self._name_triple(error, plan.way, changes.written) from error
        try:
            counts, verified = self.verify()
        except LoadError:
            self._distrust()
            raise
        return Result(plan, counts, verified, seconds=time.monotonic() - started)

    def _carry_out(self, way: str, changes: Changes) -> None:
        if way == "one update":
            self._update_at_once(changes)
        elif way == "one stream":
            try:
                self._stream(changes.new)
            except Refused as error:
                if error.status != 413:
                    raise
                self._stage(changes)
        elif way == "staging":
            self._stage(changes)
        elif way == "graph by graph":
            self._write_each(changes)

    def _mark(self, iri: str, digest: str) -> tuple[str, str]:
        """Return two operations that make the manifest remember a graph."""
        entry = self.source.entry(iri)
        return (
            self._forget(iri),
            f'INSERT DATA {{ GRAPH <{self.manifest}> {{ <{entry}> <{v.SOURCE}> <{iri}> ; <{v.SHA256}> "{digest}" }} }}',
        )

    def _forget(self, iri: str) -> str:
        return f"DELETE WHERE {{ GRAPH <{self.manifest}> {{ <{self.source.entry(iri)}> ?p ?o }} }}"

    def _drop(self, iri: str) -> tuple[str, str]:
        return f"DROP SILENT GRAPH <{iri}>", self._forget(iri)

    def _update_at_once(self, changes: Changes) -> None:
        """Make all changes by one Update request, which is one transaction."""
        parts: list[str] = []
        for iri in changes.gone:
            parts += self._drop(iri)
        for graph in changes.written:
            parts.append(f"DROP SILENT GRAPH <{graph.iri}>")
            text = b"".join(self.source.blocks(graph.iri)).decode()
            parts.append(f"INSERT DATA {{ GRAPH <{graph.iri}> {{\n{text}}} }}")
            parts += self._mark(graph.iri, graph.digest)
        self.endpoint.update(parts)
        self._progress(self._total)

    def _stream(self, graphs: tuple[Graph, ...]) -> None:
        """Send all new graphs and their entries in the manifest as one body, which is one transaction."""
        tail = "".join(
            f"<{self.source.entry(graph.iri)}> <{v.SOURCE}> <{graph.iri}> <{self.manifest}> .\n"
            f'<{self.source.entry(graph.iri)}> <{v.SHA256}> "{graph.digest}" <{self.manifest}> .\n'
            for graph in graphs
        ).encode()
        whole = len(graphs) == len(self.source.graphs())  # as it is in the file then, which costs nothing to make
        length = self.source.size if whole else sum(g.size + g.triples * (len(g.iri.encode()) + 3) for g in graphs)

        def pieces() -> Iterator[bytes]:
            self._sent, self._total = 0, length
            for block in self.source.quad_blocks() if whole else self._quads_of(graphs):
                yield block
                self._progress(len(block))
            yield tail

        self.endpoint.add_quads(Body(pieces, N_QUADS, length + len(tail)))

    def _quads_of(self, graphs: tuple[Graph, ...]) -> Iterator[bytes]:
        for graph in graphs:
            for block in self.source.blocks(graph.iri):
                yield quads(block, graph.iri)

    def _stage(self, changes: Changes) -> None:
        """Fill graphs that no one knows, count them, and move all into place by one request.

        Their names are new each time: a request of a load that was killed may still be at work.
        """
        run = token_hex(4)
        staged = [(graph, f"{self.source.entry(graph.iri)}/staging/{run}") for graph in changes.written]
        for graph, beside in staged:
            self.endpoint.update((f"DROP SILENT GRAPH <{beside}>", *self._mark(beside, _PENDING)))
            for block in self.source.blocks(graph.iri, self._chunk()):
                self._add(beside, block)
                self._progress(len(block))
        self._swap(staged, changes.gone)

    def _chunk(self) -> int:
        limit = self.endpoint.quirks.max_request
        return min(self.settings.chunk_bytes, limit) if limit else self.settings.chunk_bytes

    def _add(self, graph: str, block: bytes) -> None:
        """Add N-Triples to a graph by the way the store has: Graph Store Protocol, or INSERT DATA."""
        if self.endpoint.graph_param:
            self.endpoint.put_graph(graph, Body.of(block, N_TRIPLES), method="POST")
            return
        self._insert(graph, block)

    def _insert(self, graph: str, block: bytes) -> None:
        """Add N-Triples to a graph by INSERT DATA."""
        lines = block.decode().splitlines(keepends=True) if self.endpoint.quirks.max_triples else [block.decode()]
        for batch in batched(lines, self.endpoint.quirks.max_triples or 1):
            self.endpoint.update((f"INSERT DATA {{ GRAPH <{graph}> {{\n{''.join(batch)}}} }}",))

    def _swap(self, staged: list[tuple[Graph, str]], gone: tuple[str, ...]) -> None:
        """Move all graphs into place at once, if each holds what it should; never SILENT, never blindly twice.

        A MOVE whose answer was lost may have happened, and a second one could move nothing over what is
        there. So the manifest, written by the same request, is asked before another try.
        """
        parts: list[str] = []
        for iri in gone:
            parts += self._drop(iri)
        for graph, beside in staged:
            parts += self._move(beside, graph.iri)
        for graph, beside in staged:
            parts += [self._forget(beside), *self._mark(graph.iri, graph.digest)]
        for attempt in range(self.settings.tries):
            counts = check.count_graphs(self.endpoint, [beside for _, beside in staged])
            for graph, beside in staged:
                if counts.get(beside, 0) != graph.triples:
                    raise LoadError(
                        f"{counts.get(beside, 0)} of {graph.triples} triples arrived, so they were not put in place",
                        where=graph.iri,
                        hint="load again",
                    )
            try:
                self.endpoint.update(parts, again=False)
                return
            except Broken:
                if attempt + 1 == self.settings.tries:
                    raise
                time.sleep(pause(attempt))
                known = self.read_manifest()
                if all(known.get(graph.iri) == graph.digest for graph, _ in staged):
                    return

    def _move(self, beside: str, live: str) -> list[str]:
        """Return the operations that put a staged graph in place; each fails where there is no staged graph."""
        if self.endpoint.quirks.move:
            return [f"MOVE GRAPH <{beside}> TO GRAPH <{live}>"]
        there, term = f"GRAPH <{beside}> {{ ?s ?p ?o }}", "?o"
        if self.endpoint.quirks.point_zero:  # a copy would keep the 1.0 that it reads, which 1 does not match
            there, term = f"{there} BIND({_SENT} AS ?sent)", "?sent"
        copy = f"INSERT {{ GRAPH <{live}> {{ ?s ?p {term} }} }} WHERE {{ {there} }}"
        return [f"DROP SILENT GRAPH <{live}>", copy, f"DROP GRAPH <{beside}>"]

    def _write_each(self, changes: Changes) -> None:
        """Replace one graph after another; an entry says pending until its graph is whole."""
        for iri in changes.gone:
            self.endpoint.update(self._drop(iri))
        for graph in changes.written:
            self.endpoint.update(self._mark(graph.iri, _PENDING))

            def pieces(graph: Graph = graph) -> Iterator[bytes]:
                for block in self.source.blocks(graph.iri):
                    yield block
                    self._progress(len(block))

            self.endpoint.put_graph(graph.iri, Body(pieces, N_TRIPLES, graph.size))
            self.endpoint.update(self._mark(graph.iri, graph.digest))

    def _progress(self, size: int) -> None:
        self._sent += size
        self.settings.progress(min(self._sent, self._total), self._total, "bytes")

    # ------------------------------------------------------------ afterwards
    def _distrust(self) -> None:
        """Let the manifest say that no graph is sound, so that the next load sends all of them again."""
        head, entry = f"GRAPH <{self.manifest}>", f"?e <{v.SHA256}>"
        text = f'DELETE {{ {head} {{ {entry} ?h }} }} INSERT {{ {head} {{ {entry} "{_PENDING}" }} }}'
        with suppress(LoadError):
            self.endpoint.update((f"{text} WHERE {{ {head} {{ {entry} ?h }} }}",))

    def verify(self) -> tuple[dict[str, int], str]:
        """Return the counts of the database; raise ``LoadError`` naming what differs from the build."""
        return check.verify(self.endpoint, self.source, self.settings.verify)

    def remove(self) -> Result:
        """Drop every graph that was loaded, and the manifest; raise ``LoadError`` if one is still there."""
        started = time.monotonic()
        known = sorted(self.read_manifest())
        plan = Plan(self.target, self.endpoint.say(), "graphs", removed=len(known), way="remove")
        for batch in batched(known, 1 if not self.endpoint.quirks.atomic else 1_000_000):
            self.endpoint.update([part for iri in batch for part in self._drop(iri)])
        if known:
            self.endpoint.update((f"DROP SILENT GRAPH <{self.manifest}>",))
        left = check.count_graphs(self.endpoint, [*known, self.manifest])
        if any(left.values()):
            raise LoadError(f"these graphs are still there: {', '.join(sorted(left))}", where=self.target)
        return Result(plan, {"graphs": 0, "triples": 0}, "counted", seconds=time.monotonic() - started)

    def _name_triple(self, error: Refused, way: str, graphs: tuple[Graph, ...]) -> LoadError:
        """Find the triple that the store will not take, by halves, in a graph that is dropped again.

        It is sent in the way in which it was refused: what one parser of a store refuses, another may take.
        """
        if not self._is_about_data(error):
            return error
        add = self._insert if way == "one update" else self._add
        scratch = f"{self.source.entry(self.manifest)}/staging/{token_hex(4)}"
        try:
            self.endpoint.update(self._mark(scratch, _PENDING))  # so that it goes, whatever happens now
            for graph in graphs:
                for block in self.source.blocks(graph.iri):
                    line = self._find_refused(block, partial(add, scratch))
                    if line:
                        return LoadError(
                            f"the store refuses this triple of {graph.iri}: {line}", where=error.where, hint=error.what
                        )
        except (Broken, Refused):
            return error
        finally:
            with suppress(LoadError):
                self.endpoint.update(self._drop(scratch))
        return error

    def _find_refused(self, block: bytes, add: Callable[[bytes], None]) -> str:
        lines = block.splitlines(keepends=True)
        if not self._refuses(lines, add):
            return ""
        while len(lines) > 1:
            half = lines[: len(lines) // 2]
            lines = half if self._refuses(half, add) else lines[len(half) :]
        return lines[0].decode().strip()[:500] if self._refuses(lines, add) else ""

    def _refuses(self, lines: list[bytes], add: Callable[[bytes], None]) -> bool:
        try:
            add(b"".join(lines))
        except Refused as error:
            return self._is_about_data(error)
        return False

    def _is_about_data(self, error: Refused) -> bool:
        """Return whether a refusal is one of what was sent; Virtuoso says 500 to that."""
        known = (400, 422, 500) if self.endpoint.kind == "virtuoso" else (400, 422)
        return error.status in known and "disk" not in error.what
