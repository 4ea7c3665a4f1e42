"""The SHACL report of a build: made by several processes, and kept as plain values for the next build to go on from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
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
    """Return what ``report_of`` needs to give the report again: each term and path once, results as their numbers."""
    terms, paths = _Numbered(str), _Numbered(_plain_path)
    return {
        "counts": [[str(node), count] for node, count in report.focus_counts.items()],
        "results": [_plain(result, terms, paths) for result in report.results],
        "terms": terms.values(),
        "paths": paths.values(),
        "notes": list(report.notes),
    }


def report_of(state: dict[str, Any], shapes: Shapes, store: ox.Store) -> Report | None:
    """Return the report that a state is of; ``None`` where the shapes are not the same."""
    counts = {_term(node): count for node, count in state["counts"]}
    if list(counts) != [shape.node for shape in shapes.targeted()] or shapes.foreign:
        return None
    terms = [None, *map(_term, state["terms"])]
    paths = [None, *map(_path, state["paths"])]
    results = tuple(_result(row, terms, paths) for row in state["results"])
    return Report(shapes, results, counts, notes=tuple(state["notes"]), store=store)


class _Numbered(dict[Any, int]):
    """Gives each value a number when it first comes, from 1; nothing is 0."""

    def __init__(self, plain: Callable[[Any], Any]) -> None:
        super().__init__({None: 0})
        self.plain = plain

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number

    def values(self) -> list[Any]:  # type: ignore[override]
        """Return the values in the order of their numbers, as plain ones."""
        return [self.plain(value) for value in self if value is not None]


def parse_lines(lines: Iterable[bytes]) -> list[ox.Quad]:
    """Return N-Quads lines as quads."""
    return list(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))


def _plain(r: Result, terms: _Numbered, paths: _Numbered) -> list[Any]:
    places = (r.focus, r.value, r.shape, r.component, r.constraint, r.severity, *(r.origin or (None, None)))
    return [paths[r.path], *[terms[term] for term in places], *[terms[message] for message in r.messages]]


def _result(row: Sequence[int], terms: Sequence[Any], paths: Sequence[Path | None]) -> Result:
    path, focus, value, shape, component, constraint, severity, began, node, *messages = row
    return Result(
        focus=terms[focus],
        path=paths[path],
        value=terms[value],
        shape=terms[shape],
        component=terms[component],
        constraint=terms[constraint],
        severity=terms[severity],
        messages=tuple([terms[message] for message in messages]),
        origin=(terms[began], terms[node]) if began else None,
    )


def _plain_path(path: Path) -> list[Any]:
    return [path.kind, str(path.iri or ""), [_plain_path(part) for part in path.parts]]


def _path(row: Sequence[Any]) -> Path:
    kind, iri, parts = row
    return Path(kind, _term(iri) if iri else None, tuple(map(_path, parts)))


def _term(text: str) -> Any:
    """Return the term that N-Triples writes so."""
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    if text.startswith("<"):
        return ox.NamedNode(text[1:-1])
    line = f"<urn:x> <urn:x> {text} ."
    return next(iter(ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))).object
