"""What was read from each file, kept in the build's folder: ``parts.db``, an SQLite database.

A part is one source file as it was read under one content key. Parts are added as files are read and
taken away only after a build without them stands, so that a build that was stopped goes on from where
it was, and what stands can always be told from what was read since.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kg.errors import ArticleError, KgError, StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS part (
    id INTEGER PRIMARY KEY, source TEXT, key TEXT, path TEXT, failures TEXT, UNIQUE (source, key));
CREATE TABLE IF NOT EXISTS article (
    id INTEGER PRIMARY KEY, part INTEGER, name TEXT, size INTEGER, lines INTEGER, counts TEXT, quads BLOB, claims BLOB,
    traces BLOB, account BLOB);
CREATE INDEX IF NOT EXISTS article_part ON article (part);
CREATE TABLE IF NOT EXISTS build (id TEXT PRIMARY KEY, articles TEXT, state TEXT);
"""
_FORMAT = 5
_ADD_ARTICLE = (
    "INSERT INTO article (part, name, size, lines, counts, quads, claims, traces, account) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Failure(NamedTuple):
    """An article that could not be read, as plain values that go from process to process."""

    what: str
    where: str
    hint: str

    @classmethod
    def of(cls, error: KgError) -> Failure:
        """Return the plain values of an error."""
        return cls(error.what, error.where, error.hint)

    def error(self) -> KgError:
        """Return the error again."""
        return ArticleError(self.what, where=self.where, hint=self.hint)


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """One article as it is kept: N-Quads, claims, traces (``kg.across``) and account, compressed, and what to count."""

    name: str
    size: int
    lines: int
    counts: Mapping[str, int]
    quads: bytes
    claims: bytes
    traces: bytes
    account: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One source file as it was read under a content key."""

    source: str
    key: str
    path: str
    articles: tuple[ReadArticle, ...]
    failures: tuple[Failure, ...]


class KeptArticle(NamedTuple):
    """An article in the database: its row, its name, the bytes of its claims uncompressed, its quads, what to count."""

    row: int
    name: str
    size: int
    lines: int
    counts: str


class KeptPart(NamedTuple):
    """A part in the database."""

    row: int
    key: str
    path: str
    failures: tuple[Failure, ...]


class PartStore:
    """The database of parts of one build folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _explained(path):
            try:
                self.connection = self._open()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                path.unlink()  # not a database any more: all is read again
                self.connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, _FORMAT):
            for table in ("part", "article", "build"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
        return connection

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _explained(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def parts(self) -> dict[tuple[str, str], KeptPart]:
        """Return all parts by source and key, without their articles."""
        rows = self.connection.execute("SELECT id, source, key, path, failures FROM part")
        return {
            (source, key): KeptPart(row, key, path, tuple(Failure(*item) for item in json.loads(failures)))
            for row, source, key, path, failures in rows
        }

    def articles(self) -> dict[int, list[KeptArticle]]:
        """Return the articles by the row of their part, in the order of the file."""
        found: dict[int, list[KeptArticle]] = {}
        for part, *article in self.connection.execute(
            "SELECT part, id, name, size, lines, counts FROM article ORDER BY id"
        ):
            found.setdefault(part, []).append(KeptArticle(*article))
        return found

    def add(self, parts: Iterable[Part]) -> None:
        """Keep parts, all or none of them."""
        with self._transaction() as connection:
            for part in parts:
                self._drop(connection, "source = ? AND key = ?", (part.source, part.key))
                kept = connection.execute(
                    "INSERT INTO part (source, key, path, failures) VALUES (?, ?, ?, ?)",
                    (part.source, part.key, part.path, json.dumps(part.failures)),
                ).lastrowid
                for a in part.articles:
                    counts = json.dumps(dict(a.counts), sort_keys=True)
                    values = (kept, a.name, a.size, a.lines, counts, a.quads, a.claims, a.traces, a.account)
                    connection.execute(_ADD_ARTICLE, values)

    @staticmethod
    def _drop(connection: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> None:
        connection.execute(f"DELETE FROM article WHERE part IN (SELECT id FROM part WHERE {where})", values)  # noqa: S608
        connection.execute(f"DELETE FROM part WHERE {where}", values)  # noqa: S608

    def quads(self, row: int) -> bytes:
        """Return the sorted N-Quads lines of an article."""
        return self._blob("quads", row)

    def claims(self, row: int) -> bytes:
        """Return the claims of an article as JSON lines."""
        return self._blob("claims", row)

    def traces(self, row: int) -> bytes:
        """Return what an article leaves for comparison with others, as sorted lines."""
        return self._blob("traces", row)

    def _blob(self, column: str, row: int) -> bytes:
        found = self.connection.execute(f"SELECT {column} FROM article WHERE id = ?", (row,)).fetchone()  # noqa: S608
        return zlib.decompress(found[0])

    def has(self, rows: Iterable[int]) -> bool:
        """Return whether all these articles are still kept."""
        known = {row for (row,) in self.connection.execute("SELECT id FROM article")}
        return known.issuperset(rows)

    def save_build(self, build: str, articles: Iterable[KeptArticle], state: Mapping[str, Any]) -> None:
        """Record of which articles a build is made, and what the next one can start from."""
        rows = json.dumps([[article.row, article.name, article.size, article.lines] for article in articles])
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO build VALUES (?, ?, ?)", (build, rows, json.dumps(state)))

    def load_build(self, build: str) -> tuple[list[KeptArticle], dict[str, Any]] | None:
        """Return the articles of a build, in order, and its state; ``None`` if it is not known whole."""
        row = self.connection.execute("SELECT articles, state FROM build WHERE id = ?", (build,)).fetchone()
        if row is None:
            return None
        articles = [KeptArticle(number, name, size, lines, "") for number, name, size, lines in json.loads(row[0])]
        return (articles, json.loads(row[1])) if self.has(article.row for article in articles) else None

    def forget_all_but(self, build: str, parts: Iterable[int]) -> None:
        """Take away the parts and builds that no longer count."""
        kept = set(parts)
        with self._transaction() as connection:
            connection.execute("DELETE FROM build WHERE id <> ?", (build,))
            gone = [row for (row,) in connection.execute("SELECT id FROM part") if row not in kept]
            for row in gone:
                self._drop(connection, "id = ?", (row,))


def read_quads(path: Path, rows: Iterable[int]) -> Iterator[bytes]:
    """Yield the sorted N-Quads lines of articles, by their rows; only reads, beside others that do."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        for row in rows:
            yield zlib.decompress(connection.execute("SELECT quads FROM article WHERE id = ?", (row,)).fetchone()[0])
    finally:
        connection.close()


def read_accounts(path: Path, build: str) -> dict[str, str]:
    """Return the packed account of each article of a build, by the article's id; none where it is not known.

    Only reads: a folder that may not be written to will do.
    """
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return {}
    try:
        row = connection.execute("SELECT articles FROM build WHERE id = ?", (build,)).fetchone()
        found: dict[str, str] = {}
        for number, name, *_ in json.loads(row[0]) if row else ():
            kept = connection.execute("SELECT account FROM article WHERE id = ?", (number,)).fetchone()
            if kept:
                found[name] = zlib.decompress(kept[0]).decode()
        return found
    except sqlite3.DatabaseError:
        return {}
    finally:
        connection.close()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn an error of the database into one that says what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        full = "full" in str(error)
        hint = "make room on the disk and build again" if full else "choose a folder that you may write to"
        raise StoreError(f"cannot be written: {error}", where=str(path), hint=hint) from error
