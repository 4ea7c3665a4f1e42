"""What a database holds and what is to be done, by key: in a temporary SQLite file, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

_PIECE = 5000


class Ledger:
    """Tables of keys, each with one text."""

    def __init__(self, path: Path) -> None:
        # One thread at a time: what is written is handed on, and then read by the other one.
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._base.execute("PRAGMA cache_size = -16000")

    def table(self, name: str) -> Table:
        """Return an empty table; ``name`` is a word of ours."""
        return Table(self._base, name)

    def close(self) -> None:
        """Close the file."""
        self._base.close()


class Table:
    """A table of one ledger."""

    def __init__(self, base: sqlite3.Connection, name: str) -> None:
        self._base = base
        base.execute(f"DROP TABLE IF EXISTS {name}")
        base.execute(f"CREATE TABLE {name} (key TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID")
        self._insert = f"INSERT OR REPLACE INTO {name} VALUES (?, ?)"  # noqa: S608  (a word of ours)
        self._select = f"SELECT text FROM {name} WHERE key = ?"  # noqa: S608
        self._delete = f"DELETE FROM {name} WHERE key = ?"  # noqa: S608
        self._after = f"SELECT key, text FROM {name} WHERE key > ? ORDER BY key LIMIT {_PIECE}"  # noqa: S608
        self._delete_text = f"DELETE FROM {name} WHERE text = ?"  # noqa: S608
        self._count = f"SELECT count(*) FROM {name}"  # noqa: S608

    def fill(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add rows; a key that is there gets the new text."""
        rest = iter(rows)
        while piece := list(islice(rest, _PIECE)):
            self._base.execute("BEGIN")
            self._base.executemany(self._insert, piece)
            self._base.execute("COMMIT")

    def get(self, key: str) -> str | None:
        """Return the text of a key, or ``None``."""
        found = self._base.execute(self._select, (key,)).fetchone()
        return None if found is None else str(found[0])

    def take(self, key: str) -> str | None:
        """Return the text of a key, or ``None``, and take it out."""
        found = self.get(key)
        if found is not None:
            self._base.execute(self._delete, (key,))
        return found

    def remove_text(self, text: str) -> None:
        """Take out all keys with this text."""
        self._base.execute(self._delete_text, (text,))

    def __contains__(self, key: str) -> bool:
        return self._base.execute(self._select, (key,)).fetchone() is not None

    def __len__(self) -> int:
        return int(self._base.execute(self._count).fetchone()[0])

    def __iter__(self) -> Iterator[tuple[str, str]]:
        last = ""
        while piece := self._base.execute(self._after, (last,)).fetchall():
            yield from piece
            last = piece[-1][0]
