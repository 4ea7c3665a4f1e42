"""What a reader needs to see beside a result: labels, and the words of the article it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from kg import vocab as v
from kg.shapes.model import Report
from kg.shapes.terms import Term, local_name, text_of

_LABELS = tuple(NamedNode(iri) for iri in (v.LABEL, v.PREF_LABEL, v.HEADLINE))
_EVIDENCE = NamedNode(v.EVIDENCE)
_EXACT, _START, _END = NamedNode(v.EXACT), NamedNode(v.START), NamedNode(v.END)
_SOURCE = NamedNode(v.HAS_SOURCE)
_GISTS = tuple(
    tuple(NamedNode(iri) for iri in iris)
    for iris in ((v.SUBJECT, v.PREDICATE, v.OBJECT), (v.ABOUT, v.INDICATOR, v.VALUE, v.UNIT))
)
_LEADS = tuple(NamedNode(iri) for iri in (v.STATES, v.SUBJECT, v.OBJECT))
"""A claim leads to these: its observation, its subject, its object."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The label of a focus node, and the quote and article it leads to; empty where there is none.

    ``start`` and ``end`` are code points of the article's text, end exclusive; -1 without a quote.
    """

    label: str = ""
    quote: str = ""
    article: str = ""
    article_label: str = ""
    start: int = -1
    end: int = -1


class Context:
    """Looks up readings in the data that a report is about."""

    def __init__(self, report: Report) -> None:
        self.store = report.store if report.store is not None else Store()
        self.graphs = report.graphs
        self._labels: dict[Term, str] = {}
        self._readings: dict[Term, Reading] = {}

    def label(self, term: Term) -> str:
        """Return what a term is called: its label, or its local name; the text of a literal."""
        if isinstance(term, Literal):
            return term.value
        if term not in self._labels:
            self._labels[term] = self._find_label(term)
        return self._labels[term]

    def _find_label(self, term: NamedNode | BlankNode) -> str:
        for word in _LABELS:
            found = sorted(o.value for o in self._objects(term, word) if isinstance(o, Literal))
            if found:
                return found[0]
        if gist := self._gist(term):
            return gist
        return local_name(term.value) if isinstance(term, NamedNode) else text_of(term)

    def _gist(self, term: Term) -> str:
        """Return what a claim or an observation is about, since neither has a label of its own."""
        for words in _GISTS:
            parts = [next(iter(self._objects(term, word)), None) for word in words]
            if parts[0] is not None:
                return " · ".join(self.label(part) for part in parts if part is not None)
        return ""

    def reading(self, focus: Term) -> Reading:
        """Return what to show for a focus node: its label, and the first quote it leads to."""
        if focus not in self._readings:
            self._readings[focus] = self._read(focus)
        return self._readings[focus]

    def _read(self, focus: Term) -> Reading:
        label = self.label(focus)
        quote = next(self._quotes(focus), None)
        if quote is None:
            return Reading(label)
        exact = next((o.value for o in self._objects(quote, _EXACT) if isinstance(o, Literal)), "")
        article = next(iter(self._objects(quote, _SOURCE)), None)
        return Reading(
            label,
            exact,
            article.value if isinstance(article, NamedNode) else "",
            self.label(article) if article is not None else "",
            self._number(quote, _START),
            self._number(quote, _END),
        )

    def _quotes(self, focus: Term) -> Iterator[Term]:
        if self._objects(focus, _EXACT):
            yield focus
        yield from self._objects(focus, _EVIDENCE)
        for word in _LEADS:
            for claim in self._subjects(word, focus):
                yield from self._objects(claim, _EVIDENCE)

    def _number(self, subject: Term, word: NamedNode) -> int:
        for value in self._objects(subject, word):
            if isinstance(value, Literal) and value.value.isdigit():
                return int(value.value)
        return -1

    def _objects(self, subject: Term, word: NamedNode) -> list[Term]:
        if isinstance(subject, Literal):
            return []
        found = {
            q.object
            for q in self.store.quads_for_pattern(subject, word, None)
            if self.graphs is None or q.graph_name in self.graphs
        }
        return sorted((o for o in found if isinstance(o, NamedNode | BlankNode | Literal)), key=text_of)

    def _subjects(self, word: NamedNode, value: Term) -> list[Term]:
        found = {
            q.subject
            for q in self.store.quads_for_pattern(None, word, value)
            if self.graphs is None or q.graph_name in self.graphs
        }
        return sorted((s for s in found if isinstance(s, NamedNode | BlankNode)), key=text_of)
