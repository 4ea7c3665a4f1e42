"""SPARQL stores and how they differ: one table of quirks, their addresses, and seeing which one answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from kg.errors import LoadError
from kg.load.base import Settings
from kg.load.http import Body, Refused, Web

UPDATE = "application/sparql-update; charset=utf-8"
"""With the charset: without it RDF4J reads the text as Latin-1, and every Chinese name is spoilt."""
N_QUADS = "application/n-quads"
N_TRIPLES = "application/n-triples"
JSON = "application/sparql-results+json"


class Quirks(NamedTuple):
    """How a store takes data, and where it differs from the standard.

    ``query``, ``update`` and ``data`` are put after the address of the dataset; an empty ``data`` with
    ``graph_param`` empty means that the store is written to by SPARQL Update alone.
    """

    product: str
    query: str = ""
    update: str = ""
    data: str = ""
    graph_param: str = ""
    quads: str = ""
    """Where N-Quads of many graphs are taken in one request; empty: nowhere."""
    move: bool = True
    """MOVE and COPY keep every triple. Those of Fuseki 5.6 on TDB2 lose some after a graph was dropped."""
    atomic: bool = True
    """One request is one transaction."""
    gzip: bool = False
    """Understands compressed requests."""
    max_triples: int = 0
    """The most triples that INSERT DATA may carry; 0: no limit."""
    max_rows: int = 0
    """Answers are cut after so many rows, silently; 0: they are not."""
    max_request: int = 0
    """The most bytes of one request; 0: no limit."""
    whole: bool = False
    """Counts all graphs together in no time, and those that are named in minutes."""
    point_zero: bool = False
    """A whole decimal comes back as ``1.0`` where ``1`` was sent, and is matched by ``1`` alone, until it is copied."""
    endings: tuple[str, ...] = ()
    """Ends of addresses that people paste, which are not part of the address of the dataset."""


QUIRKS: dict[str, Quirks] = {
    "oxigraph-server": Quirks(
        "Oxigraph server", "/query", "/update", "/store", "graph", quads="/store", gzip=True, max_request=120 << 20,
        endings=("/query", "/update", "/store"),
    ),
    "fuseki": Quirks(
        "Apache Jena Fuseki", "/query", "/update", "/data", "graph", quads="/data", move=False, gzip=True,
        point_zero=True,
        endings=("/query", "/sparql", "/update", "/data", "/get"),
    ),
    "rdf4j": Quirks(
        "Eclipse RDF4J Server", "", "/statements", "/rdf-graphs/service", "graph", quads="/statements", gzip=True,
        endings=("/statements", "/rdf-graphs/service"),
    ),
    "graphdb": Quirks(
        "Ontotext GraphDB", "", "/statements", "/rdf-graphs/service", "graph", quads="/statements", gzip=True,
        endings=("/statements", "/rdf-graphs/service"),
    ),
    "virtuoso": Quirks(
        "OpenLink Virtuoso", "/sparql-auth", "/sparql-auth", "/sparql-graph-crud-auth", "graph-uri",
        atomic=False, max_triples=2000, max_rows=10_000, whole=True,
        endings=("/sparql", "/sparql-auth", "/sparql-graph-crud-auth", "/sparql-graph-crud"),
    ),
    "stardog": Quirks("Stardog", "/query", "/update", "", "graph", gzip=True, endings=("/query", "/update")),
    "blazegraph": Quirks("Blazegraph", "/sparql", "/sparql", "", "", endings=("/sparql",)),
    "neptune": Quirks(
        "Amazon Neptune", "/sparql", "/sparql", "/sparql/gsp/", "graph", max_request=140 << 20, endings=("/sparql",)
    ),
    "qlever": Quirks("QLever", "", "", "", "graph"),
    "sparql": Quirks("SPARQL 1.1 store", "", "", "", ""),
}  # fmt: skip
"""By kind. Measured: Oxigraph, Fuseki, RDF4J, Virtuoso; the rest by the documents of their makers."""

_HEADERS = (
    ("Server", "oxigraph", "oxigraph-server"),
    ("Server", "virtuoso", "virtuoso"),
    ("Server", "stardog", "stardog"),
    ("Server", "fuseki", "fuseki"),
    ("Fuseki-Request-Id", "", "fuseki"),
    ("Server", "graphdb", "graphdb"),
    ("SD-Connection-String", "", "stardog"),
)


class Cut(LoadError):
    """The store gave as many rows as it ever gives, so that others may be missing."""


def see_kind(web: Web, url: str) -> tuple[str, str]:
    """Return the kind of the store at an address, and what its server calls itself."""
    answer = web.probe(url)
    server = answer.headers.get("Server", "")
    for header, part, kind in _HEADERS:
        if header in answer.headers and part in answer.headers[header].lower():
            return kind, server
    parts = urlsplit(url)
    if "/repositories/" in parts.path:
        return ("rdf4j" if "rdf4j" in parts.path else "graphdb"), server
    if "/blazegraph/" in parts.path or "/bigdata/" in parts.path:
        return "blazegraph", server
    if (parts.hostname or "").endswith(".neptune.amazonaws.com"):
        return "neptune", server
    return "sparql", server


class Endpoint:
    """The addresses of one dataset, and the three things asked of it: query, update, put data."""

    def __init__(self, kind: str, url: str, settings: Settings) -> None:
        self.web = Web(url, settings)
        bare = url.partition("?")[0].rstrip("/")
        self.server = ""
        if kind == "sparql" and not settings.kind:
            kind, self.server = see_kind(self.web, url)
        self.kind = kind
        self.quirks = quirks = QUIRKS[kind]
        for ending in sorted(quirks.endings, key=len, reverse=True):
            if bare.endswith(ending):
                bare = bare.removesuffix(ending)
                break
        self.query_url = bare + quirks.query
        self.update_url = settings.update_url or bare + quirks.update
        self.quads_url = bare + quirks.quads
        self.data_url = settings.data_url or bare + quirks.data
        self.graph_param = quirks.graph_param or ("graph" if settings.data_url else "")
        local = self.web.origin[1] in ("127.0.0.1", "localhost", "::1")
        self.gzip = quirks.gzip and not local if settings.gzip is None else settings.gzip

    # ------------------------------------------------------------ asking
    def select(self, query: str) -> list[dict[str, dict[str, str]]]:
        """Return the rows of a SELECT; raise ``LoadError`` where the answer is not whole."""
        data = self._ask(query)
        try:
            rows: list[dict[str, dict[str, str]]] = data["results"]["bindings"]
        except (KeyError, TypeError) as error:
            raise LoadError("the answer is not one to a SELECT", where=self.query_url) from error
        limit = self.quirks.max_rows
        if limit and len(rows) >= limit:
            raise Cut(f"the answer was cut at {limit} rows", where=self.query_url)
        return rows

    def number(self, query: str) -> int:
        """Return the one number that a query counts as ?n; ``LoadError`` where the answer is none."""
        rows = self.select(query)
        if len(rows) != 1 or "n" not in rows[0]:
            raise LoadError("the answer is not one count", where=self.query_url)
        return int(rows[0]["n"]["value"])

    def holds(self, query: str) -> bool:
        """Return the answer to an ASK; ``LoadError`` where there is none.

        RDF4J counts 0 where a pattern has no variable; it answers ASK well.
        """
        data = self._ask(query)
        with suppress(KeyError, TypeError, IndexError):
            if "boolean" in data:
                return data["boolean"] is True
            return str(data["results"]["bindings"][0]["__ASK_RETVAL"]["value"]) == "1"  # Virtuoso's way
        raise LoadError("the answer is not one to an ASK", where=self.query_url)

    def _ask(self, query: str) -> Any:
        try:
            answer = self.web.send("POST", self.query_url, _form("query", query), accept=JSON)
        except Refused as error:
            if error.status not in (404, 405):  # Fuseki says 405 of a dataset that it does not have
                raise
            raise Refused(
                f"no such dataset on this server, or not an address for queries ({error.status})",
                where=self.query_url,
                hint="look at the address; make the dataset first",
                status=error.status,
            ) from error
        try:
            return json.loads(answer.content)
        except ValueError as error:
            shown = answer.content[-120:].decode("utf-8", "replace")
            raise LoadError(
                f"the answer is not whole, or no SPARQL result; it ends in {shown!r}",
                where=self.query_url,
                hint="is this the query address of a SPARQL store?",
            ) from error

    # ------------------------------------------------------------ writing
    def update(self, parts: Iterable[str], *, again: bool = True) -> None:
        """Carry out operations of SPARQL Update in one request."""
        text = " ;\n".join(parts)
        if self.kind == "blazegraph":
            self.web.send("POST", self.update_url, _form("update", text), again=again)
            return
        self.web.send("POST", self.update_url, Body.of(text.encode(), UPDATE), again=again)

    def add_quads(self, body: Body) -> None:
        """Add N-Quads of many graphs in one request."""
        self.web.send("POST", self.quads_url, body, gzip=self.gzip)

    def put_graph(self, graph: str, body: Body, *, method: str = "PUT") -> None:
        """Make N-Triples all that a graph holds, or with ``POST`` add them to it."""
        self.web.send(method, self.data_url, body, params={self.graph_param: graph}, gzip=self.gzip)

    def fetch_graph(self, graph: str) -> bytes:
        """Return a graph as N-Triples."""
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        return bytes(self.web.send("POST", self.query_url, _form("query", query), accept=N_TRIPLES).content)

    def say(self) -> str:
        """Return the product, and the version where the server says it."""
        if self.server and self.server.lower() not in self.quirks.product.lower():
            return f"{self.quirks.product} ({self.server})"
        return self.quirks.product


def _form(name: str, text: str) -> Body:
    data = f"{name}={quote(text, safe='')}".encode()
    return Body.of(data, "application/x-www-form-urlencoded; charset=utf-8")


def batched(items: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    """Yield the items in tuples of at most ``size``."""
    batch: list[str] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def values(name: str, iris: Iterable[str]) -> str:
    """Return a VALUES block of IRIs."""
    return f"VALUES ?{name} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"
