"""The SHACL test suite of the W3C: finds its tests, runs one, compares result by result."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path as FilePath

from pyoxigraph import Literal, NamedNode, Quad

from kg.shapes import shapes_of
from kg.shapes.check import check_quads
from kg.shapes.model import Report, Shapes
from kg.shapes.parse import path_of
from kg.shapes.read import Index, plain_triples, read_quads
from kg.shapes.terms import Term, normalised, sh, text_of

SUITE = FilePath(__file__).resolve().parents[2] / "shared" / "w3c" / "shacl" / "tests"

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"


@dataclass(frozen=True)
class Case:
    """One test: its file, its entry, and the graphs it names."""

    file: FilePath
    entry: Term
    index: Index
    quads: tuple[Quad, ...]

    @property
    def name(self) -> str:
        return str(self.file.relative_to(SUITE).with_suffix(""))

    def _value(self, node: Term, word: str) -> Term | None:
        return self.index.one(node, NamedNode(word))

    def graph(self, word: str) -> list[Quad]:
        action = self._value(self.entry, _MF + "action")
        target = self._value(action, _SHT + word)
        if target.value == self.file.as_uri():
            return list(self.quads)
        return read_quads(FilePath(target.value.removeprefix("file://")))

    def expects_failure(self) -> bool:
        return self._value(self.entry, _MF + "result") == NamedNode(_SHT + "Failure")

    def expected(self) -> tuple[bool, Counter]:
        report = self._value(self.entry, _MF + "result")
        rows = Counter(self._row(node) for node in self.index.values(report, sh("result")))
        return self.index.one(report, sh("conforms")) == Literal(True), rows

    def _row(self, node: Term) -> tuple[str, ...]:
        def text(word: str) -> str:
            value = self.index.one(node, sh(word))
            return written(value)

        path = self.index.one(node, sh("resultPath"))
        triples = [(s, p, o) for s, d in self.index.subjects.items() for p, os in d.items() for o in os]
        return (
            text("focusNode"),
            path_of(triples, path).sparql() if path is not None else "",
            text("value"),
            text("sourceShape"),
            text("sourceConstraintComponent"),
            text("sourceConstraint"),
            text("resultSeverity"),
            "|".join(sorted(text_of(m) for m in self.index.values(node, sh("resultMessage")))),
        )


def written(term: Term | None) -> str:
    """A term as a store holds it: the suite's 4.0 is our 4, and both mean the same term."""
    return text_of(normalised([term])[0]) if term is not None else ""


def actual(report: Report, expected: Counter) -> Counter:
    """The report's rows; messages only where the suite names any, since it leaves the rest open."""
    with_messages = any(row[-1] for row in expected)
    return Counter(
        (
            written(r.focus),
            r.path.sparql() if r.path else "",
            written(r.value),
            text_of(r.shape),
            text_of(r.component),
            text_of(r.constraint) if r.constraint is not None else "",
            text_of(r.severity),
            "|".join(sorted(text_of(m) for m in r.messages)) if with_messages else "",
        )
        for r in report.results
    )


def cases() -> list[Case]:
    """Every test that the manifests of the suite lead to, in their order."""
    return list(_cases(SUITE / "manifest.ttl")) if SUITE.is_dir() else []


def _cases(file: FilePath):
    quads = tuple(read_quads(file))
    index = Index(plain_triples(quads))
    for subject in list(index.subjects):
        for entries in index.values(subject, NamedNode(_MF + "entries")):
            for entry in index.members(entries, entry_node(subject)):
                yield Case(file, entry, index, quads)
        for include in index.values(subject, NamedNode(_MF + "include")):
            yield from _cases(FilePath(include.value.removeprefix("file://")))


def entry_node(subject: Term) -> Term:
    return subject


def run(case: Case, engine: str = "compiled") -> tuple[Shapes, Report]:
    shapes = shapes_of(plain_triples(case.graph("shapesGraph")))
    return shapes, check_quads(case.graph("dataGraph"), shapes, engine)


__all__ = ["SUITE", "Case", "actual", "cases", "run"]
