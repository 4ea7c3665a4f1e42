"""Files for a database's own bulk loader, and the command that loads them.

The files of a folder are written beside and take its name together; the same graph gives the same
bytes. A folder is replaced only if we wrote it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shlex
import shutil
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import NamedTuple, TextIO

from kg.errors import LoadError
from kg.load.base import Kind, Loss, Plan, Result, Settings, check_folder
from kg.load.cypher import mark_edge, mark_node
from kg.load.pgraph import KEY, MARK, Key, PropertyGraph, Value
from kg.load.source import Source

_INDEX = "kg-files.json"
"""The list of what was written, with digests: by it a folder is known as ours."""
_UNIT = "\x1f"
"""Parts the values of a list in CSV for neo4j-admin; no text of a graph holds it."""
_SHARD = 64 << 20


class Dialect(NamedTuple):
    """How one bulk loader wants its CSV: names of types, and how lists are parted."""

    types: dict[str, str]
    part: str
    edge_ids: bool


_NEO4J = Dialect(
    {"text": "string", "integer": "long", "number": "double", "boolean": "boolean", "date": "date"}, _UNIT, False
)
_NEPTUNE = Dialect(
    {"text": "String", "integer": "Long", "number": "Double", "boolean": "Bool", "date": "Date"}, ";", True
)


def make_loader(kind: Kind, target: str, source: Source, settings: Settings) -> FilesLoader:
    """Return what writes the files of one kind."""
    return FilesLoader(kind, Path(target), source, settings)


class FilesLoader:
    """Writes a folder of files for one bulk loader."""

    def __init__(self, kind: Kind, path: Path, source: Source, settings: Settings) -> None:
        check_folder(path)
        self.kind = kind
        self.path = path
        self.source = source
        self.settings = settings
        self.losses: tuple[Loss, ...] = ()
        self.counts: dict[str, int] = {}

    def close(self) -> None:
        """Nothing is held open."""

    def _known(self) -> dict[str, str]:
        """Return the files that stand there, with digests; raise ``LoadError`` if the folder is not ours."""
        if not self.path.is_dir() or not any(self.path.iterdir()):
            return {}
        try:
            index = json.loads((self.path / _INDEX).read_text(encoding="utf-8"))
            return dict(index["files"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LoadError(
                "this folder holds files that kg did not write", where=str(self.path), hint="choose another folder"
            ) from error

    def plan(self) -> Plan:
        """Say what would be written; change nothing."""
        known = self._known()
        size = sum(graph.size for graph in self.source.graphs())
        way = "written again" if known else "new files"
        return Plan(str(self.path), self.kind.title, "files", replaced=len(known), size=size, way=way)

    def load(self) -> Result:
        """Write the files and return the command that loads them."""
        started = time.monotonic()
        known = self._known()
        beside = self.path.with_name(f".{self.path.name}.new")
        try:
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            writers: dict[str, Callable[[Path], str]] = {
                "neo4j-admin": self._write_neo4j,
                "neptune-csv": self._write_neptune,
                "nquads": self._write_shards,
            }
            command = writers[self.kind.name](beside)
            files = {path.name: _digest(path) for path in sorted(beside.iterdir())}
            index = {"kind": self.kind.name, "files": files, "command": command}
            (beside / _INDEX).write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
            shutil.rmtree(self.path, ignore_errors=True)
            beside.rename(self.path)
        except OSError as error:
            raise LoadError(
                f"cannot be written: {error.strerror or error}",
                where=str(self.path),
                hint="is there room, may you write?",
            ) from error
        same = sum(1 for name, found in files.items() if known.get(name) == found)
        new = len(set(files) - set(known))
        gone = len(set(known) - set(files))
        plan = Plan(str(self.path), self.kind.title, "files", new, len(files) - new - same, gone, same, way="files")
        counts = {"files": len(files), **self.counts}
        return Result(plan, counts, "digests in " + _INDEX, self.losses, command, time.monotonic() - started)

    def remove(self) -> Result:
        """Remove the folder, if we wrote it."""
        known = self._known()
        if known:
            shutil.rmtree(self.path)
        plan = Plan(str(self.path), self.kind.title, "files", removed=len(known), way="remove")
        return Result(plan, {"files": 0}, "the folder is gone")

    # ------------------------------------------------------------ property graphs as CSV
    def _write_csv(self, folder: Path, dialect: Dialect) -> tuple[list[Path], list[Path]]:
        """Write a file for each set of labels and each type of relation."""
        graph = PropertyGraph(self.source)
        by_name = {key.name: key for key in graph.keys.values()}
        used: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for node in graph.nodes():
            used[node.labels].update(node.properties)
        nodes, edges = _Sheets(folder, "nodes", dialect), _Sheets(folder, "relations", dialect)
        with nodes, edges:
            for node in graph.nodes():
                names = sorted(used[node.labels] - {KEY})
                keys = [by_name[name] for name in names]
                nodes.write(
                    node.labels,
                    _node_header(dialect, keys),
                    self._node_cells(dialect, node.uri, node.labels, keys, node.properties, mark_node(node)),
                )
                self.counts["nodes"] = self.counts.get("nodes", 0) + 1
            for edge in graph.edges():
                mark = mark_edge(edge)
                cells: list[str | None] = [*([mark] if dialect.edge_ids else []), edge.start, edge.end, edge.type, mark]
                cells.append(_cell(edge.properties.get("articles", []), dialect.part))
                edges.write((edge.type,), _edge_header(dialect), cells)
                self.counts["relations"] = self.counts.get("relations", 0) + 1
        self.losses = graph.losses.listed()
        return nodes.paths(), edges.paths()

    @staticmethod
    def _node_cells(
        dialect: Dialect, uri: str, labels: tuple[str, ...], keys: list[Key], properties: dict[str, Value], mark: str
    ) -> list[str | None]:
        cells: list[str | None] = [uri, dialect.part.join(labels), mark]
        if dialect.edge_ids:
            cells.append(uri)
        for key in keys:
            value = properties.get(key.name)
            cells.append(None if value is None else _cell(value, dialect.part))
        return cells

    def _write_neo4j(self, folder: Path) -> str:
        nodes, edges = self._write_csv(folder, _NEO4J)
        parts = ["neo4j-admin database import full neo4j --overwrite-destination --id-type=string"]
        parts += ["--array-delimiter=U+001F --multiline-fields=true"]
        parts += [f"--nodes={shlex.quote(path.name)}" for path in nodes]
        parts += [f"--relationships={shlex.quote(path.name)}" for path in edges]
        script = '#!/bin/sh\n# Run where the database is, while it is stopped.\ncd "$(dirname "$0")" && exec '
        (folder / "import.sh").write_text(script + " \\\n  ".join(parts) + ' "$@"\n', encoding="utf-8")
        return f"sh {shlex.quote(str(self.path.resolve() / 'import.sh'))}"

    def _write_neptune(self, folder: Path) -> str:
        self._write_csv(folder, _NEPTUNE)
        body = {
            "source": "s3://YOUR-BUCKET/" + self.path.name,
            "format": "opencypher",
            "userProvidedEdgeIds": "TRUE",
            "iamRoleArn": "YOUR-ROLE",
            "region": "YOUR-REGION",
            "failOnError": "TRUE",
        }
        place = shlex.quote(str(self.path.resolve()))
        send = f"aws s3 cp --recursive --exclude {_INDEX} {place} s3://YOUR-BUCKET/{self.path.name}"
        header = "-H 'Content-Type: application/json'"
        return f"{send}\ncurl -X POST {header} https://YOUR-NEPTUNE:8182/loader -d '{json.dumps(body)}'"

    # ------------------------------------------------------------ shards of N-Quads
    def _write_shards(self, folder: Path) -> str:
        """Write shards of whole subjects, each sorted: a subject's shard is chosen by its hash."""
        number = max(1, -(-self.source.size // _SHARD))
        with ExitStack() as stack:
            parts = [stack.enter_context((folder / f"part-{i:04d}").open("wb")) for i in range(number)]
            for line in (line for block in self.source.quad_blocks() for line in block.splitlines(keepends=True)):
                subject = line.split(b" ", 1)[0]
                parts[int.from_bytes(hashlib.sha256(subject).digest()[:8], "big") % number].write(line)
        for i in range(number):
            part = folder / f"part-{i:04d}"
            lines = sorted(part.read_bytes().splitlines(keepends=True))
            with (folder / f"graph-{i:04d}.nq.gz").open("wb") as raw:
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                    packed.writelines(lines)
            part.unlink()
            self.counts["quads"] = self.counts.get("quads", 0) + len(lines)
        place = self.path.resolve()
        pattern = f"{shlex.quote(str(place))}/graph-*.nq.gz"
        return "\n".join((
            f"oxigraph load --location STORE --file {pattern}",
            f"tdb2.tdbloader --loc DATABASE {pattern}",
            f"isql exec=\"ld_dir('{place}', '*.nq.gz', 'urn:x-kg:none'); rdf_loader_run(); checkpoint;\"  # Virtuoso",
        ))  # fmt: skip


class _Sheets:
    """CSV files by key, opened when first written to: quoted always, so that empty and missing differ."""

    def __init__(self, folder: Path, stem: str, dialect: Dialect) -> None:
        self.folder, self.stem, self.dialect = folder, stem, dialect
        self.open: dict[tuple[str, ...], tuple[Path, TextIO]] = {}

    def __enter__(self) -> _Sheets:
        return self

    def __exit__(self, *error: object) -> None:
        for _, stream in self.open.values():
            stream.close()

    def paths(self) -> list[Path]:
        """Return the files, by name."""
        return sorted(path for path, _ in self.open.values())

    def write(self, key: tuple[str, ...], header: list[str], cells: list[str | None]) -> None:
        """Write a row, and the header before the first."""
        if key not in self.open:
            path = self.folder / f"{self.stem}-{'-'.join(part for part in key if part != 'Resource') or 'other'}.csv"
            stream = path.open("w", encoding="utf-8", newline="")
            self.open[key] = path, stream
            stream.write(",".join(header) + "\n")
        row = ("" if cell is None else '"' + cell.replace('"', '""') + '"' for cell in cells)
        self.open[key][1].write(",".join(row) + "\n")


def _node_header(dialect: Dialect, keys: list[Key]) -> list[str]:
    mark = f"{MARK}:{dialect.types['text']}"
    first = [":ID", ":LABEL", mark, f"{KEY}:String"] if dialect.edge_ids else [f"{KEY}:ID", ":LABEL", mark]
    return first + [f"{key.name}:{dialect.types[key.type]}{'[]' if key.many else ''}" for key in keys]


def _edge_header(dialect: Dialect) -> list[str]:
    text = dialect.types["text"]
    return [
        *([":ID"] if dialect.edge_ids else []),
        ":START_ID",
        ":END_ID",
        ":TYPE",
        f"{MARK}:{text}",
        f"articles:{text}[]",
    ]


def _cell(value: Value, part: str) -> str | None:
    """Return a value as a cell; a list's parts are joined, and where the part is a plain ``;`` it is escaped."""
    if isinstance(value, list):
        texts = [_text(item) for item in value]
        if part == ";":
            texts = [text.replace(";", "\\;") for text in texts]
        return part.join(texts) if texts else None
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
