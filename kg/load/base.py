"""What all families of databases share: the table of kinds, the plan, the result, and progress."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from kg.errors import LoadError
from kg.load.source import Source
from kg.losses import Loss as Loss
from kg.losses import Losses as Losses

Verify = Literal["none", "sample", "full"]
Progress = Callable[[int, int, str], None]
"""Hears (done, total, unit) after each piece of work."""


class Kind(NamedTuple):
    """One kind of target: its name, what it is, its family, and where its loader lies."""

    name: str
    title: str
    family: str
    target: str


KINDS: tuple[Kind, ...] = (
    Kind("oxigraph", "a folder of the embedded Oxigraph store", "folder", "kg.load.oxigraph:make_loader"),
    Kind("oxigraph-server", "Oxigraph server", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("fuseki", "Apache Jena Fuseki", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("rdf4j", "Eclipse RDF4J Server", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("virtuoso", "OpenLink Virtuoso", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("graphdb", "Ontotext GraphDB", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("stardog", "Stardog", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("blazegraph", "Blazegraph", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("neptune", "Amazon Neptune", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("qlever", "QLever", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("sparql", "any store with SPARQL 1.1 Update", "SPARQL", "kg.load.sparql:make_loader"),
    Kind("neo4j", "Neo4j 5", "Bolt", "kg.load.bolt:make_loader"),
    Kind("arcadedb", "ArcadeDB", "Bolt", "kg.load.bolt:make_loader"),
    Kind("memgraph", "Memgraph", "Bolt", "kg.load.bolt:make_loader"),
    Kind("neo4j-admin", "CSV files for neo4j-admin database import", "files", "kg.load.files:make_loader"),
    Kind("neptune-csv", "openCypher CSV files for Neptune's bulk loader", "files", "kg.load.files:make_loader"),
    Kind("nquads", "sorted, gzipped N-Quads shards for a store's own loader", "files", "kg.load.files:make_loader"),
)
"""Every kind, in the order that ``kg load --kinds`` shows."""
_LIKE_URL = re.compile(r"[\w.-]+:\d+(/|$)|(https?|bolt|neo4j)(\+\w+)?:", re.ASCII)
_BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to load; where the target is and what may be told to it."""

    kind: str = ""
    database: str = ""
    verify: Verify = "sample"
    chunk_bytes: int = 8 << 20
    staging: bool = False
    gzip: bool | None = None
    timeout: float = 300.0
    tries: int = 6
    update_url: str = ""
    data_url: str = ""
    allow_plain: bool = False
    user: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    certificate: str = ""
    key: str = ""
    authority: str = ""
    progress: Progress = lambda done, total, unit: None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a load would do: counts of things to add, replace, remove and leave, and their size."""

    target: str
    product: str
    unit: str
    added: int = 0
    replaced: int = 0
    removed: int = 0
    unchanged: int = 0
    size: int = 0
    way: str = ""
    detail: str = ""
    """What is written, counted: triples, or nodes and relations."""

    @property
    def changes(self) -> int:
        """How many graphs, or nodes and edges, would change."""
        return self.added + self.replaced + self.removed


@dataclass(frozen=True, slots=True)
class Result:
    """What a load or removal did: the plan carried out, what is there now, how it was verified, losses."""

    plan: Plan
    counts: dict[str, int]
    verified: str = ""
    losses: tuple[Loss, ...] = ()
    command: str = ""
    seconds: float = 0.0


class Loader(Protocol):
    """What each family offers. ``plan`` changes nothing."""

    def plan(self) -> Plan:
        """Look at the target and say what a load would do."""

    def load(self) -> Result:
        """Make the target hold what the build holds, and verify it."""

    def remove(self) -> Result:
        """Take out what was loaded, and nothing else."""

    def close(self) -> None:
        """Let go of connections."""


LoaderMaker = Callable[[Kind, str, Source, Settings], Loader]


def find_kind(target: str, name: str = "") -> Kind:
    """Return the kind of a target by the name given or by how the target is written.

    The kind of an http target is ``sparql`` until the server has been seen. Raises ``LoadError`` for an unknown name.

    >>> find_kind("bolt://localhost:7687").name
    'neo4j'
    >>> find_kind("my/store").name
    'oxigraph'
    """
    if name:
        if name not in _BY_NAME:
            raise LoadError(f"no kind of database {name!r}", hint=f"known are: {', '.join(_BY_NAME)}")
        return _BY_NAME[name]
    scheme, mark, _ = target.partition("://")
    if not mark:
        return _BY_NAME["oxigraph"]
    if scheme in ("http", "https"):
        return _BY_NAME["sparql"]
    if scheme.split("+")[0] in ("bolt", "neo4j"):
        return _BY_NAME["neo4j"]
    raise LoadError(
        f"no database is reached by {scheme}://", where=target, hint="write http(s)://, bolt://, neo4j:// or a folder"
    )


def make_loader(target: str, source: Source, settings: Settings) -> Loader:
    """Return the loader of a target; raise ``LoadError`` where the target cannot be one.

    A password inside a URL is refused: process lists and logs would show it.
    """
    kind = find_kind(target, settings.kind)
    scheme, mark, rest = target.partition("://")
    if mark and "@" in rest.split("/", 1)[0]:
        raise LoadError(
            "a user or password stands in the URL, where others can read it",
            where=f"{scheme}://…@{rest.split('/', 1)[0].rpartition('@')[2]}",
            hint="set KG_LOAD_USER and KG_LOAD_PASSWORD, or use --ask-password",
        )
    _check_address(kind, target)
    module, _, name = kind.target.partition(":")
    maker: LoaderMaker = getattr(import_module(module), name)
    return maker(kind, target, source, settings)


def _check_address(kind: Kind, target: str) -> None:
    """Raise ``LoadError`` where a target is not what its kind is reached by, or looks like a URL and is none."""
    scheme, mark, rest = target.partition("://")
    if kind.family in ("folder", "files"):
        if mark:
            raise LoadError(f"{kind.title}: a folder is needed, not a URL", where=target)
        if _LIKE_URL.match(target) and not Path(target).exists():
            hint = f"write http:// or bolt:// before the host, or ./{target} for a folder"
            raise LoadError("this looks like an address and is not a URL", where=target, hint=hint)
        return
    schemes = ("http", "https") if kind.family == "SPARQL" else ("bolt", "neo4j")
    if not mark or scheme.split("+")[0] not in schemes:
        raise LoadError(
            f"{kind.title} is reached by a URL", where=target, hint=f"write {schemes[0]}:// before the host"
        )
    if not rest.strip("/"):
        raise LoadError("no host stands in this URL", where=target)


def check_folder(path: Path) -> None:
    """Raise ``LoadError`` where a path cannot become a folder of ours."""
    if path.exists() and not path.is_dir():
        raise LoadError("this is a file, and a folder is needed", where=str(path))
