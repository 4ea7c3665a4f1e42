"""The one job that changes a store: put, add to, or drop one graph, in one transaction."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from kg.errors import QueryError
from kg.serve.jobs import RDF_FORMATS, Context, Job, Reply

WRITTEN_FORMATS = ("ttl", "nt")
"""What graphs are read from: forms that name no other place to read from."""


def write_graph(context: Context, job: Job) -> Reply:
    """Change one graph as the Graph Store Protocol says; tell whether it was there before."""
    name: str = job["graph"]
    store = context.store
    known = store.contains_named_graph(ox.NamedNode(name)) if name else True
    if job["method"] == "DELETE":
        if not known:
            return {"missing": True}, b""
        store.update(f"DROP SILENT {_target(name)}")
    else:
        triples = _read(job)
        first = f"CLEAR SILENT {_target(name)} ;\n" if job["method"] == "PUT" else ""
        create = f"CREATE SILENT GRAPH <{name}> ;\n" if name else ""
        body = f"GRAPH <{name}> {{\n{triples}\n}}" if name else triples
        store.update(f"{first}{create}INSERT DATA {{\n{body}\n}}")
    store.flush()
    return {"known": known}, b""


def _target(name: str) -> str:
    return f"GRAPH <{name}>" if name else "DEFAULT"


def _read(job: dict[str, Any]) -> str:
    """Return the triples of a job's parts as statements; blank nodes of two parts are not the same."""
    lines = []
    for number, part in enumerate(job["parts"]):
        try:
            quads = ox.parse(
                part["text"].encode(), format=RDF_FORMATS[part["format"]], base_iri=job["base"], rename_blank_nodes=True
            )
            lines += [f"{quad.subject} {quad.predicate} {quad.object} ." for quad in quads]
        except SyntaxError as error:
            place = f"{getattr(error, 'lineno', 0) or 0}:{getattr(error, 'offset', 0) or 0}"
            raise QueryError("the graph is not well-formed", where=place, hint=f"part {number + 1}") from error
    return "\n".join(lines)


WRITE_JOBS = {"write": write_graph}
