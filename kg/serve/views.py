"""What else an answer can be seen as: its numbers as a chart, its things as a network, both as SVG with links.

A worker draws them, under the limits of every query; ``views`` in what it tells says which there can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from kg import vocab as v
from kg.errors import QueryError
from kg.query import Answer, Query
from kg.serve import drawing

if TYPE_CHECKING:
    from kg.serve.jobs import Context

VIEWS = ("chart", "network")
MOST_NODES = 150
"""Nodes of a network that can still be read on a page; the rest is told."""
MOST_ROWS = 2_000
_NOT_THINGS = frozenset({"article", "unit", "status", "qualifier"})
_RELATIONS = ("predicate", "property", "relation")
_TYPE = ox.NamedNode(v.TYPE)


class Link(NamedTuple):
    """Two things that an answer joins, and by what: a relation, or the name of a column."""

    source: str
    target: str
    name: str


def draw_view(context: Context, query: Query, result: Any, view: str) -> tuple[dict[str, Any], bytes]:
    """Return an answer drawn as ``chart`` or ``network`` (SVG), and what must be told of it.

    Raises ``QueryError`` where the answer has no numbers or too many rows, or joins no two things.
    """
    answer = Answer(query, result)
    if view == "chart":
        from kg.export.chart import make_panels

        return {}, drawing.draw_chart(make_panels(answer, context.namer)).encode("utf-8", "replace")
    links, more = find_links(context, answer.columns, answer.rows())
    if not links:
        raise QueryError(
            "no row joins two things", hint="a network needs triples, or two columns of things: SELECT ?park ?place …"
        )
    nodes = [
        drawing.Node(iri, context.namer.say(ox.NamedNode(iri)), find_class(context.store, iri))
        for iri in dict.fromkeys(chain.from_iterable((link.source, link.target) for link in links))
    ]
    place = {node.iri: index for index, node in enumerate(nodes)}
    edges = [drawing.Edge(place[link.source], place[link.target], link.name) for link in links]
    return {"more": more}, drawing.draw_network(nodes, edges).encode("utf-8", "replace")


def find_links(context: Context, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[list[Link], bool]:
    """Return what the rows join, each once, and whether there is more than can be drawn.

    The first thing of a row is joined to each other; where a column says the relation, by its name, else by
    the name of the column of the other. Columns of articles, units, states and qualifiers hold no things.
    """
    relation = next((columns.index(name) for name in _RELATIONS if name in columns), -1)
    wanted = [i for i, name in enumerate(columns) if i != relation and name not in _NOT_THINGS]
    links: dict[Link, None] = {}
    known: set[str] = set()
    for count, row in enumerate(islice(rows, MOST_ROWS + 1)):
        things = [(columns[i], row[i].value) for i in wanted if isinstance(row[i], ox.NamedNode)]
        for name, target in things[1:]:
            source = things[0][1]
            if len(known | {source, target}) > MOST_NODES or count == MOST_ROWS:
                return list(links), True
            said = row[relation] if relation >= 0 else None
            links[Link(source, target, context.namer.say(said) if said else name.replace("_", " "))] = None
            known |= {source, target}
    return list(links), False


def find_class(store: ox.Store, iri: str) -> str:
    """Return the short name of a thing's class, the first by name; empty where it has none."""
    types = store.quads_for_pattern(ox.NamedNode(iri), _TYPE, None)
    return min((v.class_name(str(getattr(quad.object, "value", ""))) for quad in types), default="")


def list_views(table: Mapping[str, Any], form: str) -> list[str]:
    """Return the views that the cells of a table promise.

    >>> list_views({"columns": ["park", "place"], "rows": [[{"kind": "thing"}, {"kind": "thing"}]]}, "SELECT")
    ['table', 'network']
    """
    if form == "ASK":
        return ["table"]
    columns: Sequence[str] = table["columns"]
    relation = [name in _RELATIONS for name in columns]
    numbers = any(cell["kind"] == "number" for row in table["rows"] for cell in row)
    joined = any(
        sum(
            cell["kind"] == "thing" and name not in _NOT_THINGS and not is_relation
            for name, cell, is_relation in zip(columns, row, relation, strict=True)
        )
        > 1
        for row in table["rows"]
    )
    return ["table", *(["chart"] if numbers else []), *(["network"] if joined else [])]
