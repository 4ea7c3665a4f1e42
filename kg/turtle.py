"""Turtle and TriG for people: prefixes on top, one block per subject, and the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kg import vocab as v

_LOCAL = re.compile(r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:[A-Za-z0-9_\-]|\.(?!$)|%[0-9A-Fa-f]{2})*")
_QUAD = re.compile(r"(<[^>]*>) (<[^>]*>) (.*) (<[^>]*>) \.", re.DOTALL)
_FIRST = {f"<{v.TYPE}>": "0", f"<{v.LABEL}>": "1"}
_TYPED = re.compile(r'"(.*)"\^\^<(.*)>', re.DOTALL)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")


def data_prefixes(base: str) -> dict[str, str]:
    """Return the prefixes that make a file of this data base short to read.

    >>> data_prefixes("https://kg.example/id/")["claim"]
    'https://kg.example/id/claim/'
    """
    kinds = ("article", "claim", "cohort", "graph", "observation", "rule")
    more = {kind: f"{base}{kind}/" for kind in kinds}
    return v.PREFIXES | {"kgd": base, "unit": v.RDC + "unit/"} | more


def format_turtle(lines: Iterable[str], prefixes: Mapping[str, str]) -> str:
    """Return N-Quads lines as Turtle of their union: a triple of two graphs stands once.

    >>> print(format_turtle(['<http://a/s> <http://a/p> "x" <http://a/g> .'], {"a": "http://a/"}))
    @prefix a: <http://a/> .
    <BLANKLINE>
    a:s a:p "x" .
    <BLANKLINE>
    """
    triples = {tuple(split_quad(line)[:3]) for line in lines}
    short = Shortener(prefixes)
    blocks = short.blocks(triples, "")
    return short.header() + "\n" + "\n".join(blocks)


def format_trig(lines: Iterable[str], prefixes: Mapping[str, str]) -> str:
    """Return N-Quads lines as TriG, graph by graph in the order of their IRIs."""
    graphs: dict[str, set[tuple[str, ...]]] = {}
    for line in lines:
        subject, predicate, term, graph = split_quad(line)
        graphs.setdefault(graph, set()).add((subject, predicate, term))
    short = Shortener(prefixes)
    parts = []
    for graph in sorted(graphs):
        body = "\n".join(short.blocks(graphs[graph], "    "))
        parts.append(f"{short.term(graph)} {{\n{body}}}\n")
    return short.header() + "\n" + "\n".join(parts)


def split_quad(line: str) -> tuple[str, str, str, str]:
    """Return subject, predicate, object and graph of an N-Quads line without its end."""
    match = _QUAD.fullmatch(line)
    if match is None:
        raise ValueError(f"not a quad of a named graph: {line!r}")
    subject, predicate, term, graph = match.groups()
    return subject, predicate, term, graph


class Shortener:
    """Writes terms short, and remembers which prefixes it used."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # The longest namespace first, so that the closest prefix is taken.
        self.prefixes = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
        self.used: dict[str, str] = {}
        self.seen: dict[str, str] = {}

    def header(self) -> str:
        return "".join(f"@prefix {name}: <{self.used[name]}> .\n" for name in sorted(self.used))

    def term(self, term: str) -> str:
        """Return an IRI or literal of N-Quads as Turtle writes it."""
        if term.startswith("<"):
            known = self.seen.get(term)
            if known is None:
                known = self.seen[term] = self._name(term)
            return known
        match = _TYPED.fullmatch(term)
        if match is None:
            return term
        text, datatype = match.groups()
        if datatype == v.XSD_INTEGER and _INTEGER.fullmatch(text):
            return text
        if datatype == v.XSD_DECIMAL and _FRACTION.fullmatch(text):
            return text
        return f'"{text}"^^{self.term(f"<{datatype}>")}'

    def _name(self, term: str) -> str:
        iri = term[1:-1]
        for prefix, namespace in self.prefixes:
            local = iri[len(namespace) :]
            if iri.startswith(namespace) and _LOCAL.fullmatch(local):
                self.used[prefix] = namespace
                return f"{prefix}:{local}"
        return term

    def blocks(self, triples: Iterable[tuple[str, ...]], indent: str) -> list[str]:
        """Return one block of lines per subject: type first, then label, then the rest in order."""
        subjects: dict[str, dict[str, list[str]]] = {}
        for subject, predicate, term in triples:
            subjects.setdefault(subject, {}).setdefault(predicate, []).append(term)
        # Without the closing bracket, so that x1 stands before x10.
        order = sorted(subjects, key=lambda subject: subject[:-1])
        return [self.block(subject, subjects[subject], indent) for subject in order]

    def block(self, subject: str, properties: Mapping[str, Iterable[str]], indent: str = "") -> str:
        """Return all that is said of one subject."""
        order = sorted(properties, key=lambda predicate: (_FIRST.get(predicate, "2"), predicate))
        rows = []
        for predicate in order:
            name = "a" if predicate == f"<{v.TYPE}>" else self.term(predicate)
            values = [self.term(term) for term in sorted(properties[predicate])]
            rows.append(f"{name} " + f" ,\n{indent}        ".join(values))
        return f"{indent}{self.term(subject)} " + f" ;\n{indent}    ".join(rows) + " .\n"
