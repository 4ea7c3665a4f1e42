"""Verify a SPARQL store against the build: by COUNT, by a sample of triples, or by the digest of every graph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

import pyoxigraph as ox

from kg import vocab as v
from kg.errors import LoadError
from kg.load.base import Verify
from kg.load.source import Graph, Source, digest_lines
from kg.load.stores import Cut, Endpoint, batched, values

_BATCH = 200
_ASKED = 25
_SHOWN = 3
_POINT_ZERO = re.compile(rf'^("-?[0-9]+)\.0(?="\^\^<{re.escape(v.XSD_DECIMAL)}>$)')


def count_graphs(endpoint: Endpoint, graphs: Iterable[str]) -> dict[str, int]:
    """Return the number of triples of those of the graphs that hold any."""
    counts = {graph: number for (graph, _), number in _count(endpoint, graphs, "?s ?p ?o", "").items()}
    return {graph: number for graph, number in counts.items() if number}


def count_classes(endpoint: Endpoint, graphs: Iterable[str]) -> Counter[str]:
    """Return how often each class stands in the graphs."""
    return _add_keys(_count(endpoint, graphs, f"?s <{v.TYPE}> ?k", "?k"))


def count_triples(endpoint: Endpoint, graphs: Iterable[str]) -> tuple[dict[str, int], Counter[str]]:
    """Return the number of triples of each graph, and of each predicate, found by one reading of the store.

    Not of a store that cuts long answers: graphs times predicates are many rows.
    """
    names = list(graphs)
    if endpoint.quirks.max_rows:
        return count_graphs(endpoint, names), _add_keys(_count(endpoint, names, "?s ?k ?o", "?k"))
    by_both: Counter[tuple[str, str]] = Counter()
    for batch in batched(names, _BATCH):
        where = f"{values('g', batch)} GRAPH ?g {{ ?s ?k ?o }}"
        query = f"SELECT ?g ?k (COUNT(*) AS ?n) WHERE {{ {where} }} GROUP BY ?g ?k"
        by_both.update(_add_up(endpoint.select(query), set(batch)))
    by_graph: Counter[str] = Counter()
    for (graph, _), number in by_both.items():
        by_graph[graph] += number
    return dict(by_graph), _add_keys(by_both)


def _add_keys(counts: Counter[tuple[str, str]]) -> Counter[str]:
    """Return the counts by key alone."""
    found: Counter[str] = Counter()
    for (_, key), number in counts.items():
        found[key] += number
    return found


def _count(endpoint: Endpoint, graphs: Iterable[str], pattern: str, key: str) -> Counter[tuple[str, str]]:
    """Return the counts of a pattern by graph and key: of all graphs at once, or a few at a time."""
    names = list(graphs)
    if endpoint.quirks.whole and len(names) > 1:
        query = f"SELECT ?g {key} (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ {pattern} }} }} GROUP BY ?g {key}"
        with suppress(Cut):
            return _add_up(endpoint.select(query), set(names))
    counts: Counter[tuple[str, str]] = Counter()
    head, group = ("SELECT ?k", "?k") if key else ("SELECT ?g", "?g")
    for batch in batched(names, 1 if endpoint.quirks.whole else _BATCH):
        where = f"{values('g', batch)} GRAPH ?g {{ {pattern} }}"
        if endpoint.quirks.whole:
            head, where = f"SELECT (<{batch[0]}> AS ?g) {key}", f"GRAPH <{batch[0]}> {{ {pattern} }}"
            group = key
        tail = f" GROUP BY {group}" if group else ""
        counts.update(_add_up(endpoint.select(f"{head} (COUNT(*) AS ?n) WHERE {{ {where} }}{tail}"), set(names)))
    return counts


def _add_up(rows: Iterable[Mapping[str, Mapping[str, str]]], names: Collection[str]) -> Counter[tuple[str, str]]:
    """Return the counts of rows by graph and key, as far as they are of these graphs."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        graph, key = row.get("g", {}).get("value", ""), row.get("k", {}).get("value", "")
        if (graph or key) and (not graph or graph in names):
            counts[graph, key] += int(row["n"]["value"])
    return counts


def verify(endpoint: Endpoint, source: Source, level: Verify) -> tuple[dict[str, int], str]:
    """Return what the database holds and how that was found; raise ``LoadError`` naming a difference."""
    graphs = source.graphs()
    names = [graph.iri for graph in graphs]
    if level == "none":
        counts = count_graphs(endpoint, names)
        return {"graphs": len(counts), "triples": sum(counts.values())}, "not verified"
    counts, predicates = count_triples(endpoint, names)
    found = {"graphs": len(counts), "triples": sum(counts.values())}
    compare("graph", {graph.iri: graph.triples for graph in graphs}, counts, endpoint.query_url)
    compare("class", source.classes, count_classes(endpoint, names), endpoint.query_url)
    compare("predicate", source.predicates, predicates, endpoint.query_url)
    text = (
        f"counts of {len(names)} graphs, {len(source.classes)} classes, {len(source.predicates)} predicates are equal"
    )
    if level == "sample":
        size = _check_sample(endpoint, source.sample())
        return found, f"{text}; {size} triples looked up"
    for graph in graphs:
        _check_whole(endpoint, source, graph)
    return found, f"{text}; the digest of every graph is equal"


def compare(what: str, wanted: Mapping[str, int], found: Mapping[str, int], where: str) -> None:
    """Raise ``LoadError`` naming the first things whose counts differ."""
    wrong = [
        f"{key}: {found.get(key, 0)} instead of {wanted.get(key, 0)}"
        for key in sorted({*wanted, *found})
        if wanted.get(key, 0) != found.get(key, 0)
    ]
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise LoadError(
            f"the database does not hold what was loaded; by {what}: {'; '.join(wrong[:_SHOWN])}{more}",
            where=where,
            hint="load again; if it stays so, the store changes what it is given",
        )


def _check_sample(endpoint: Endpoint, rows: list[tuple[str, str]]) -> int:
    """Ask for the triples, many in one question; one by one where the answer is no, to name the one."""
    for start in range(0, len(rows), _ASKED):
        some = rows[start : start + _ASKED]
        if _holds(endpoint, some):
            continue
        for row in some:
            if not _holds(endpoint, [row]):
                raise LoadError(f"this triple of {row[0]} is not there: {row[1][:300]}", where=endpoint.query_url)
    return len(rows)


def _holds(endpoint: Endpoint, rows: list[tuple[str, str]]) -> bool:
    parts = [f"GRAPH <{graph}> {{ {line.removesuffix(' .')} }}" for graph, line in rows]
    return endpoint.holds(f"ASK {{ {' '.join(parts)} }}")


def _check_whole(endpoint: Endpoint, source: Source, graph: Graph) -> None:
    lines = _fetch_parts(endpoint, source, graph) if endpoint.quirks.max_rows else _fetch(endpoint, graph.iri)
    if digest_lines(line.encode() for line in lines) == graph.digest:
        return
    wanted = {line for block in source.blocks(graph.iri) for line in block.decode().split("\n") if line}
    missing, extra = sorted(wanted - lines), sorted(lines - wanted)
    shown = [f"missing {line[:200]}" for line in missing[:_SHOWN]] + [
        f"in excess {line[:200]}" for line in extra[:_SHOWN]
    ]
    raise LoadError(
        f"{graph.iri} differs: {len(missing)} triples missing, {len(extra)} in excess; {'; '.join(shown)}",
        where=endpoint.query_url,
    )


def _fetch(endpoint: Endpoint, graph: str) -> set[str]:
    data = endpoint.fetch_graph(graph)
    try:
        triples = ox.parse(data, format=ox.RdfFormat.N_TRIPLES)
        return {f"{q.subject} {q.predicate} {_canonical(str(q.object))} ." for q in triples}
    except SyntaxError as error:
        raise LoadError(f"the answer is not N-Triples, or not whole: {error}", where=endpoint.query_url) from error


def _fetch_parts(endpoint: Endpoint, source: Source, graph: Graph) -> set[str]:
    """Fetch a graph by its subjects, a few at a time, from a store that cuts long answers."""
    sizes: Counter[str] = Counter()
    for block in source.blocks(graph.iri):
        sizes.update(line.split(" ", 1)[0][1:-1] for line in block.decode().split("\n") if line)
    lines: set[str] = set()
    for batch in batched(sorted(sizes), 100):
        query = f"SELECT ?s ?p ?o WHERE {{ {values('s', batch)} GRAPH <{graph.iri}> {{ ?s ?p ?o }} }}"
        lines.update(f"{_term(row['s'])} {_term(row['p'])} {_term(row['o'])} ." for row in endpoint.select(query))
    return lines


def _term(cell: Mapping[str, str]) -> str:
    """Return a cell of a result as N-Triples writes it."""
    if cell["type"] == "uri":
        return f"<{cell['value']}>"
    if cell["type"] == "bnode":
        return f"_:{cell['value']}"
    language = cell.get("xml:lang", "")
    if language:
        return str(ox.Literal(cell["value"], language=language.lower()))
    kind = cell.get("datatype", "")
    return _canonical(str(ox.Literal(cell["value"], datatype=ox.NamedNode(kind) if kind else None)))


def _canonical(term: str) -> str:
    """Return a term with decimals as we write them: Fuseki's TDB2 gives a whole one back as ``1.0``.

    >>> _canonical('"1.0"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    '"1"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    """
    return _POINT_ZERO.sub(r"\1", term)
