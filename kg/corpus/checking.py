"""The SHACL report of a build: made by several processes, and kept as plain values for the next build to go on from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path as FilePath
from typing import Any

import pyoxigraph as ox

from kg import shapes as shacl
from kg.corpus.parts import read_quads
from kg.corpus.work import run_jobs
from kg.shapes import Judge, Judged, PartJudge, Path, Report, Result, Shapes, Step
from kg.store import open_store

_FEW = 200_000
"""So few quads are checked here and as one: to start processes, or to take the graph apart, would take longer."""
PART_LINES = 60_000
"""About so many quads are judged at a time, in memory."""


PROBED = 8
"""So many articles are judged before the others, to tell by which shapes parts can be judged."""


@dataclass(frozen=True, slots=True)
class Division:
    """A graph in parts: those of the articles, in the database, and what is said in no article, in a file.

    ``articles`` are their rows in the database, each with the number of its quads. ``own`` are the beginnings of
    the IRIs of nodes of which one article, or no article, says all that is said; ``elsewhere`` are the steps from the
    articles' own nodes that are said in no article.
    """

    database: FilePath
    articles: Sequence[tuple[int, int]]
    others: FilePath
    own: tuple[str, ...]
    elsewhere: frozenset[Step]

    def stretches(self) -> Iterator[tuple[int, ...]]:
        """Yield the rows of articles that are judged together."""
        rows: list[int] = []
        size = 0
        for row, lines in self.articles:
            rows.append(row)
            size += lines
            if size >= PART_LINES:
                yield tuple(rows)
                rows, size = [], 0
        if rows:
            yield tuple(rows)

    def read(self, rows: Sequence[int]) -> ox.Store:
        """Return the graphs of some articles in memory; without any, what no article says."""
        store = ox.Store()
        data = b"".join(read_quads(self.database, rows)) if rows else self.others.read_bytes()
        # The store on disk took the same lines and looked at each IRI; to do so again is a quarter of the time.
        store.bulk_load(data, format=ox.RdfFormat.N_QUADS, lenient=True)
        return store


_OF_ARTICLES = ("claim/", "observation/", "quote/", "article/")
_OF_NONE = ("figure/", "conflict/", "release/")


def divide(database: FilePath, articles: Iterable[tuple[int, int]], others: FilePath, base: str) -> Division:
    """Return the graph of a build in parts; ``base`` starts the IRI of every thing."""
    own = tuple(base + kind for kind in (*_OF_ARTICLES, *_OF_NONE))
    elsewhere = _find_elsewhere(others, tuple(f"<{base}{kind}".encode() for kind in _OF_ARTICLES))
    return Division(database, list(articles), others, own, elsewhere)


def _find_elsewhere(others: FilePath, starts: tuple[bytes, ...]) -> frozenset[Step]:
    found: set[tuple[bytes, bool]] = set()
    with others.open("rb") as lines:
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            if subject.startswith(starts):
                found.add((predicate, False))
            if rest.startswith(starts):
                found.add((predicate, True))
    return frozenset((ox.NamedNode(predicate[1:-1].decode()), backwards) for predicate, backwards in found)


Found = list[tuple[int, Judged | None]]
Job = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...] | None]
"""Numbers of shapes to judge by, of others to screen by, and the rows of the articles; the whole store without any."""


class _Judges:
    """Judges the whole store by some shapes, and parts of it in memory by others."""

    def __init__(self, folder: FilePath, shapes_file: FilePath, division: Division) -> None:
        shapes = shacl.load_shapes(shapes_file)
        self.division = division
        self.whole = Judge(open_store(folder), shapes)
        self.part = PartJudge(shapes, division.own, self.whole.engine.expressions.subclasses)
        self.elsewhere = division.elsewhere

    def judge(self, job: Job) -> Found:
        numbers, screened, rows = job
        if rows is None:
            return [(number, self.whole.judge(number)) for number in numbers]
        part = self.division.read(rows)
        return [*self.judge_part(part, numbers), *self.screen_part(part, screened)]

    def judge_part(self, part: ox.Store, numbers: Sequence[int]) -> Found:
        return list(self.part.judge(part, numbers, self.elsewhere))

    def screen_part(self, part: ox.Store, numbers: Sequence[int]) -> Found:
        return [(number, (0, []) if meets else None) for number, meets in self.part.screen(part, numbers)]


_judges: _Judges | None = None


def check_store(folder: FilePath, shapes_file: FilePath, workers: int, division: Division) -> Report:
    """Return what shapes say about the union of a store's graphs, of which ``division`` are the parts.

    Shapes that read nothing outside a part are judged part by part, in memory, and those that the whole meets where
    each part does; the others, and those for which a part leads out of itself or does not meet them, each on the whole
    store. The work is divided among so many processes.
    """
    shapes, store = shacl.load_shapes(shapes_file), open_store(folder)
    if len(store) < _FEW or not shacl.is_divisible(shapes):
        return shacl.check(store, shapes)
    here = _Judges(folder, shapes_file, division)
    targeted = shapes.targeted()
    judged: list[list[Judged | None]] = [[] for _ in targeted]

    def run(jobs: Iterable[Job]) -> None:
        start = partial(_start_judges, folder, shapes_file, division)
        for found in run_jobs(_judge, jobs, workers, start) if workers > 1 else map(here.judge, jobs):
            for number, verdict in found:
                judged[number].append(verdict)

    first, *stretches = division.stretches()
    closed, screened = _probe(here, first[:PROBED], judged)
    # Those that ask a query of their own take longest, and are begun first.
    left = [n for n in range(len(targeted)) if n not in closed and n not in screened]
    left.sort(key=lambda n: not any(c.kind == "sparql" for c in targeted[n].constraints))
    parts = [rows for rows in (first[PROBED:], *stretches) if rows]
    run([*(((number,), (), None) for number in left), *((closed, screened, rows) for rows in parts)])
    if opened := [number for number in (*closed, *screened) if None in judged[number]]:
        run([((number,), (), None) for number in opened])
    for number in (*left, *opened):
        del judged[number][:-1]  # what parts said before one gave up
    for number in set(screened).difference(opened):
        judged[number] = [(here.whole.count(number), [])]
    return shacl.put_together(shapes, [_add_up(found) for found in judged], store)


def _probe(
    here: _Judges, rows: tuple[int, ...], judged: list[list[Judged | None]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes that parts are judged by, and screened by, and note what the first two parts say.

    What no article says, and a few articles, tell of most shapes that lead out of a part before all is read.
    """
    probes = [here.division.read(()), here.division.read(rows)]

    def hold(say: Callable[[ox.Store, Sequence[int]], Found], numbers: Sequence[int]) -> tuple[int, ...]:
        for part in probes:
            for number, verdict in say(part, numbers):
                judged[number].append(verdict)
        return tuple(number for number in numbers if None not in judged[number])

    closed = hold(here.judge_part, here.part.find_closed(here.elsewhere))
    lacking = [number for number in here.part.lacking if number not in closed]
    for number in lacking:
        judged[number].clear()
    return closed, hold(here.screen_part, lacking)


def _add_up(judged: Iterable[Judged | None]) -> Judged:
    found = [verdict for verdict in judged if verdict is not None]
    return sum(count for count, _ in found), [result for _, results in found for result in results]


def _start_judges(folder: FilePath, shapes_file: FilePath, division: Division) -> None:
    global _judges
    _judges = _Judges(folder, shapes_file, division)


def _judge(job: Job) -> Found:
    if _judges is None:
        raise AssertionError("a worker without shapes")
    return _judges.judge(job)


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
