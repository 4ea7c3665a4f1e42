"""What all formats share: the table of suffixes, files written whole or not at all, and losses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kg.errors import ExportError
from kg.export.source import Source
from kg.losses import Loss as Loss
from kg.losses import Losses as Losses


class Format(NamedTuple):
    """One format: its suffix, what it is, its family, and the function that writes it."""

    suffix: str
    title: str
    family: str
    target: str


FORMATS: tuple[Format, ...] = (
    Format(".ttl", "Turtle, grouped by subject for people", "RDF", "kg.export.rdf:write_ttl"),
    Format(".rdf12.ttl", "RDF 1.2 Turtle, each claim the reifier of its triple", "RDF", "kg.export.rdf12:write_ttl12"),
    Format(".trig", "TriG, a block for each graph", "RDF", "kg.export.rdf:write_trig"),
    Format(".nt", "N-Triples, sorted", "RDF", "kg.export.rdf:write_nt"),
    Format(".nq", "N-Quads, sorted", "RDF", "kg.export.rdf:write_nq"),
    Format(".jsonld", "JSON-LD, claims inside the thing they speak of", "RDF", "kg.export.jsonld:write_jsonld"),
    Format(".rdf", "RDF/XML", "RDF", "kg.export.rdf:write_rdfxml"),
    Format(".graphml", "GraphML, for Gephi, yEd, igraph, networkx", "network", "kg.export.graphml:write_graphml"),
    Format(".gexf", "GEXF 1.3 with colours and places, for Gephi", "network", "kg.export.gexf:write_gexf"),
    Format(".cyjs", "Cytoscape JSON", "network", "kg.export.jsons:write_cyjs"),
    Format(".cx2", "CX2, for Cytoscape and NDEx", "network", "kg.export.jsons:write_cx2"),
    Format(".json", "node-link JSON, as networkx reads it", "network", "kg.export.jsons:write_node_link"),
    Format(".dot", "Graphviz", "network", "kg.export.plain:write_dot"),
    Format(".gv", "Graphviz", "network", "kg.export.plain:write_dot"),
    Format(".net", "Pajek", "network", "kg.export.plain:write_pajek"),
    Format(".csv", "lists of nodes and edges, two files", "table", "kg.export.table:write_csv"),
    Format(".parquet", "claims, observations, nodes, edges: four files", "table", "kg.export.parquet:write_parquet"),
    Format(".svg", "picture of the network", "picture", "kg.export.picture:write_picture"),
    Format(".png", "picture of the network", "picture", "kg.export.picture:write_picture"),
    Format(".pdf", "picture of the network", "picture", "kg.export.picture:write_picture"),
    Format(".html", "page: network, facts and the words behind them", "page", "kg.export.page:write_page"),
)
"""Every format, in the order that ``kg export --help`` shows."""


class Report(NamedTuple):
    """What an export wrote: the files, the format, how many of what, and what was lost."""

    files: tuple[Path, ...]
    format: Format
    counts: dict[str, int]
    losses: tuple[Loss, ...]


@dataclass(slots=True)
class Target:
    """Where an export goes: files that are written beside and take their names together at the end."""

    path: Path
    suffix: str
    losses: Losses = field(default_factory=Losses)
    counts: dict[str, int] = field(default_factory=dict)
    written: list[tuple[Path, Path]] = field(default_factory=list)

    @contextmanager
    def open(self, part: str = "") -> Iterator[BinaryIO]:
        """Open the file, or with ``part`` the file ``name.part.suffix`` of several."""
        beside, _ = self.reserve(part)
        with beside.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())

    def reserve(self, part: str = "") -> tuple[Path, Path]:
        """Return the path to write beside and the final path, for a library that writes files itself."""
        path = self.path
        if part:
            path = path.with_name(path.name[: -len(self.suffix)] + f".{part}{self.suffix}")
        beside = path.with_name(f".{path.name}.new")
        self.written.append((beside, path))
        return beside, path

    def commit(self) -> None:
        """Give all files their names."""
        for beside, path in self.written:
            beside.replace(path)

    def abandon(self) -> None:
        """Remove what was written beside."""
        for beside, _ in self.written:
            beside.unlink(missing_ok=True)


Writer = Callable[[Source, Target], None]


def find_format(path: Path) -> Format:
    """Return the format of a file by the longest suffix that fits; raise ``ExportError`` for none.

    >>> find_format(Path("x/Net.GraphML")).suffix
    '.graphml'
    """
    name = path.name.lower()
    fitting = [entry for entry in FORMATS if name.endswith(entry.suffix)]
    if not fitting:
        known = " ".join(entry.suffix for entry in FORMATS)
        raise ExportError("no format with this suffix", where=str(path), hint=f"known are: {known}")
    return max(fitting, key=lambda entry: len(entry.suffix))


def export_file(source: Source, path: Path) -> Report:
    """Write one file in the format of its suffix and return what was written and what was lost.

    The file takes its name when it is complete; what stood there stays if anything fails. Raises
    ``ExportError`` for an unknown suffix or a place that cannot be written, ``MissingExtraError`` where
    a library is not installed.
    """
    entry = find_format(path)
    module, _, name = entry.target.partition(":")
    writer: Writer = getattr(import_module(module), name)
    target = Target(path, entry.suffix)
    with writing(target):
        writer(source, target)
    return Report(tuple(final for _, final in target.written), entry, dict(target.counts), target.losses.listed())


@contextmanager
def writing(target: Target) -> Iterator[None]:
    """Give the files of a target their names when the block ends well; leave nothing behind when it does not.

    Raises ``ExportError`` where the place cannot be written.
    """
    try:
        target.path.parent.mkdir(parents=True, exist_ok=True)
        yield
        target.commit()
    except OSError as error:
        raise ExportError(
            f"cannot be written: {error.strerror or error}",
            where=str(target.path),
            hint="choose a place that you may write to",
        ) from error
    finally:
        target.abandon()
