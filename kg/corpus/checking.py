"""The SHACL report of a build, kept as plain values so that the next build judges only what changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from kg.shapes import Path, Report, Result, Shapes, recheck_graph


def report_state(report: Report) -> dict[str, Any]:
    """Return what ``report_of`` needs to give the report again."""
    return {
        "counts": [[str(node), count] for node, count in report.focus_counts.items()],
        "results": [_plain(result) for result in report.results],
        "notes": list(report.notes),
    }


def report_of(state: dict[str, Any], shapes: Shapes, store: ox.Store) -> Report | None:
    """Return the report that a state is of; ``None`` where the shapes are not the same."""
    counts = {_term(node): count for node, count in state["counts"]}
    if list(counts) != [shape.node for shape in shapes.targeted()] or shapes.foreign:
        return None
    results = tuple(_result(row) for row in state["results"])
    return Report(shapes, results, counts, notes=tuple(state["notes"]), store=store)


def recheck(report: Report, before: Iterable[bytes], after: Iterable[bytes]) -> Report:
    """Return the report of the store after lines ``before`` were replaced by ``after``."""
    return recheck_graph(report, parse_lines(before), parse_lines(after))


def parse_lines(lines: Iterable[bytes]) -> list[ox.Quad]:
    """Return N-Quads lines as quads."""
    return list(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))


def _plain(result: Result) -> dict[str, Any]:
    return {
        "focus": str(result.focus),
        "path": _plain_path(result.path),
        "value": _text(result.value),
        "shape": str(result.shape),
        "component": str(result.component),
        "constraint": _text(result.constraint),
        "severity": str(result.severity),
        "messages": [str(message) for message in result.messages],
        "origin": [str(term) for term in result.origin] if result.origin else None,
    }


def _result(row: dict[str, Any]) -> Result:
    return Result(
        focus=_term(row["focus"]),
        path=_path(row["path"]),
        value=_term(row["value"]) if row["value"] else None,
        shape=_term(row["shape"]),
        component=_term(row["component"]),
        constraint=_term(row["constraint"]) if row["constraint"] else None,
        severity=_term(row["severity"]),
        messages=tuple(_term(message) for message in row["messages"]),
        origin=(_term(row["origin"][0]), _term(row["origin"][1])) if row["origin"] else None,
    )


def _text(term: object) -> str:
    return "" if term is None else str(term)


def _plain_path(path: Path | None) -> Any:
    return path and [path.kind, _text(path.iri), [_plain_path(part) for part in path.parts]]


def _path(row: Any) -> Path | None:
    if not row:
        return None
    kind, iri, parts = row
    return Path(kind, _term(iri) if iri else None, tuple(part for part in map(_path, parts) if part))


def _term(text: str) -> Any:
    """Return the term that N-Triples writes so."""
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    if text.startswith("<"):
        return ox.NamedNode(text[1:-1])
    line = f"<urn:x> <urn:x> {text} ."
    return next(iter(ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))).object
