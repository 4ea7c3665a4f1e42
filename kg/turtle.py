"""Turtle and TriG for people: prefixes on top, one block per subject, and the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from kg import vocab as v

_LOCAL = re.compile(r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:[A-Za-z0-9_\-]|\.(?!$)|%[0-9A-Fa-f]{2})*")
_QUAD = re.compile(r"(<[^>]*>) (<[^>]*>) (.*) (<[^>]*>) \.", re.DOTALL)
_FIRST = {f"<{v.TYPE}>": "0", f"<{v.LABEL}>": "1"}
_TYPED = re.compile(r'"(.*)"\^\^<(.*)>', re.DOTALL)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_REMEMBERED = 50_000
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
    short = Shortener(prefixes)
    blocks = "".join(stream_turtle(sorted({record_by_subject(f"{line}\n".encode()) for line in lines}), short))
    return short.header() + blocks


def record_by_subject(line: bytes) -> bytes:
    r"""Return an N-Quads line as a record that sorts into the order of the blocks, its graph left out.

    The subject has no closing bracket, so that x1 stands before x10. Raises ``ValueError`` for a blank node.

    >>> record_by_subject(b'<a:s> <a:p> "x" <a:g> .\n')
    b'<a:s <a:p> "x"\n'
    """
    subject, rest = line.split(b" ", 1)
    if not subject.endswith(b">"):
        raise ValueError(f"not a quad about an IRI: {line!r}")
    return subject[:-1] + b" " + rest[: rest.rindex(b" <")] + b"\n"


def record_by_graph(line: bytes) -> bytes:
    r"""Return an N-Quads line as a record that sorts by graph, and then as ``record_by_subject`` does.

    >>> record_by_graph(b'<a:s> <a:p> "x" <a:g> .\n')
    b'<a:g> <a:s <a:p> "x"\n'
    """
    graph = line[line.rindex(b" <") + 1 : -3]
    return graph + b" " + record_by_subject(line)


def stream_turtle(records: Iterable[bytes], short: Shortener, indent: str = "") -> Iterator[str]:
    """Yield the blocks of sorted ``record_by_subject`` records, an empty line before each."""
    for subject, group in groupby(records, subject_of):
        yield "\n" + short.block(subject, properties_of(group), indent)
        short.forget()


def stream_trig(records: Iterable[bytes], short: Shortener) -> Iterator[str]:
    """Yield the graphs of sorted ``record_by_graph`` records, an empty line before each."""
    for graph, group in groupby(records, lambda record: record[: record.index(b" ")]):
        yield f"\n{short.term(graph.decode())} {{"
        yield from stream_turtle((record[len(graph) + 1 :] for record in group), short, "    ")
        yield "}\n"


def subject_of(record: bytes) -> str:
    """Return the subject of a ``record_by_subject`` record."""
    return record[: record.index(b" ")].decode() + ">"


def properties_of(records: Iterable[bytes]) -> dict[str, list[str]]:
    """Return the objects of ``record_by_subject`` records of one subject, by predicate."""
    properties: dict[str, list[str]] = {}
    for record in records:
        _, predicate, term = record[:-1].decode().split(" ", 2)
        properties.setdefault(predicate, []).append(term)
    return properties


def split_quad(line: str) -> tuple[str, str, str, str]:
    """Return subject, predicate, object and graph of an N-Quads line without its end; ``ValueError`` for others."""
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

    def forget(self) -> None:
        """Forget the terms written so far, if they are many; the prefixes used stay known."""
        if len(self.seen) > _REMEMBERED:
            self.seen.clear()

    def block(self, subject: str, properties: Mapping[str, Iterable[str]], indent: str = "") -> str:
        """Return all that is said of one subject."""
        order = sorted(properties, key=lambda predicate: (_FIRST.get(predicate, "2"), predicate))
        rows = []
        for predicate in order:
            name = "a" if predicate == f"<{v.TYPE}>" else self.term(predicate)
            values = [self.term(term) for term in sorted(properties[predicate])]
            rows.append(f"{name} " + f" ,\n{indent}        ".join(values))
        return f"{indent}{self.term(subject)} " + f" ;\n{indent}    ".join(rows) + " .\n"
