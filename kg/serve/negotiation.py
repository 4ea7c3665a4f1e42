"""Which format an answer has: what the client accepts, against what the answer can be written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.serve.errors import HttpError


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write an answer: its short name, the type it is sent as, and others it goes by."""

    name: str
    media: str
    also: tuple[str, ...] = ()
    title: str = ""
    names: tuple[str, ...] = ()
    """Other short names, as clients write them in an address."""


RESULT_FORMATS = (
    Format("json", "application/sparql-results+json", ("application/json",), "JSON"),
    Format("xml", "application/sparql-results+xml", ("application/xml", "text/xml"), "XML"),
    Format("csv", "text/csv; charset=utf-8", (), "CSV"),
    Format("tsv", "text/tab-separated-values; charset=utf-8", (), "TSV"),
)
"""How rows and truths are written."""

GRAPH_FORMATS = (
    Format(
        "ttl", "text/turtle; charset=utf-8", ("application/turtle", "application/x-turtle"), "Turtle", ("turtle", "n3")
    ),
    Format("nt", "application/n-triples", ("text/plain",), "N-Triples", ("ntriples", "n-triples")),
    Format("nq", "application/n-quads", ("text/x-nquads",), "N-Quads", ("nquads", "n-quads")),
    Format("trig", "application/trig", ("application/x-trig",), "TriG"),
    Format("jsonld", "application/ld+json", ("application/json",), "JSON-LD", ("json-ld", "json")),
    Format("rdf", "application/rdf+xml", ("application/xml", "text/xml"), "RDF/XML", ("xml", "rdf+xml", "rdfxml")),
)
"""How triples are written."""

PICTURES = (
    Format("chart", "image/svg+xml; charset=utf-8", title="Chart (SVG)"),
    Format("network", "image/svg+xml; charset=utf-8", title="Network (SVG)"),
)
"""How an answer is drawn; only by name, never by what a client accepts."""

HTML = Format("html", "text/html; charset=utf-8", ("application/xhtml+xml",), "HTML")


def formats_of(form: str) -> tuple[Format, ...]:
    """Return the formats in which the answer to a query of a form can be written."""
    return GRAPH_FORMATS if form in ("CONSTRUCT", "DESCRIBE") else RESULT_FORMATS


def choose_format(formats: Sequence[Format], accept: str, named: str = "") -> Format | None:
    """Return the format that a client likes best, the first of equals; ``None`` where it takes none.

    ``named`` are short names or types that the address asks for, with commas; they go before what is accepted.

    >>> choose_format(RESULT_FORMATS, "text/csv;q=0.5, application/xml").name
    'xml'
    >>> choose_format(GRAPH_FORMATS, "*/*").name
    'ttl'
    """
    if named:
        words = [word.strip().lower() for word in named[:1_000].split(",")]
        known = {name: item for item in reversed(formats) for name in (item.name, *item.names, *_types(item))}
        return next((known[word] for word in words if word in known), None)
    likings = parse_accept(accept) if accept.strip() else {"*/*": 1.0}
    best, most = None, 0.0
    for item in formats:
        quality = _quality(likings, item)
        if quality > most:
            best, most = item, quality
    return best


def pick_format(formats: Sequence[Format], accept: str, named: str = "") -> Format:
    """Return the format of an answer; raise ``HttpError`` where the client takes none that there is."""
    format = choose_format(formats, accept, named)
    if format is None:
        known = ", ".join(f"{item.media.partition(';')[0]} ({item.name})" for item in formats)
        raise HttpError(406, "no such format for this answer", hint=f"there are: {known}")
    return format


def _types(item: Format) -> tuple[str, ...]:
    return (item.media.partition(";")[0], *item.also)


def _quality(likings: Mapping[str, float], item: Format) -> float:
    """Return how well a format is liked: by one of its names, else by the family of the type it is sent as."""
    named = [likings[kind] for kind in _types(item) if kind in likings]
    if named:
        return max(named)
    family = _types(item)[0].partition("/")[0] + "/*"
    return likings.get(family, likings.get("*/*", 0.0))


@lru_cache(maxsize=256)
def parse_accept(header: str) -> dict[str, float]:
    """Return the quality of each type of an Accept header; what is malformed in it is passed over.

    >>> parse_accept("text/turtle, */*;q=0.1")
    {'text/turtle': 1.0, '*/*': 0.1}
    """
    likings: dict[str, float] = {}
    for part in header[:4_000].split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        if "/" in kind:
            likings[kind] = _read_quality(parameters)
    return likings


def _read_quality(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding header allows gzip.

    >>> accepts_gzip("br, gzip;q=0.8"), accepts_gzip("gzip;q=0")
    (True, False)
    """
    for part in header.lower().split(","):
        coding, *parameters = (word.strip() for word in part.split(";"))
        if coding in ("gzip", "*"):
            return _read_quality(parameters) > 0
    return False
