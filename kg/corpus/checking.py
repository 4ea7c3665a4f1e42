"""The SHACL report of a build: made by several processes, and kept as plain values for the next build to go on from."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path as FilePath
from typing import Any

import pyoxigraph as ox

from kg import shapes as shacl
from kg.corpus.work import run_jobs
from kg.shapes import Judge, Judged, Path, Report, Result, Shapes
from kg.store import open_store

_FEW = 200_000
"""So few quads are checked here: to start processes would take longer."""

_judge: Judge | None = None


def check_store(folder: FilePath, shapes_file: FilePath, workers: int) -> Report:
    """Return what shapes say about the union of a store's graphs, each judged by one of so many processes."""
    shapes, store = shacl.load_shapes(shapes_file), open_store(folder)
    if workers < 2 or len(store) < _FEW or not shacl.is_divisible(shapes):
        return shacl.check(store, shapes)
    # Those that ask a query of their own take longest, and are begun first.
    targeted = shapes.targeted()
    order = sorted(range(len(targeted)), key=lambda n: not any(c.kind == "sparql" for c in targeted[n].constraints))
    found = dict(run_jobs(_judge_shape, order, workers, partial(_start_judge, folder, shapes_file)))
    return shacl.put_together(shapes, [found[number] for number in range(len(targeted))], store)


def _start_judge(folder: FilePath, shapes_file: FilePath) -> None:
    global _judge
    _judge = Judge(open_store(folder), shacl.load_shapes(shapes_file))


def _judge_shape(number: int) -> tuple[int, Judged]:
    if _judge is None:
        raise AssertionError("a worker without shapes")
    return number, _judge.judge(number)


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


@lru_cache(maxsize=1 << 12)
def _term(text: str) -> Any:
    """Return the term that N-Triples writes so."""
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    if text.startswith("<"):
        return ox.NamedNode(text[1:-1])
    line = f"<urn:x> <urn:x> {text} ."
    return next(iter(ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))).object
