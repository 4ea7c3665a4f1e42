"""Compiled expressions kept on disk, as Python keeps the code of its modules.

To compile the patterns of all rules takes seconds, more than most articles; to read what they compile to, a tenth of
a second. Each is a file of the user's cache folder, named by the expression and by the Python that compiled it. What
is not there or cannot be read is compiled again, where nothing can be written nothing is kept, and the engine checks
code before it runs any: that it is sound, not what it means. The folder is ``$KG_CACHE_DIR``, or ``kg`` in
``$XDG_CACHE_HOME`` or ``~/.cache``; an empty ``KG_CACHE_DIR`` keeps nothing.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import tempfile
import zlib
from array import array
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

MOST = 4_000
"""Files that are kept: those of a few versions of the shipped rules. The oldest half goes where there are more."""
_CODE = "I"
_ODD = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RuntimeError)
_UNREADABLE = (*_ODD, OSError, MemoryError, zlib.error)
"""What a file that is missing, cut off or changed may raise."""
_OTHER_PYTHON = (*_ODD, ImportError)
"""What a Python may raise whose compiler has other insides."""


def load_expression(source: str) -> re.Pattern[str]:
    """Return a compiled expression, from the cache where it is there; raise ``re.error`` where it does not compile.

    >>> load_expression("(?P<n>[0-9]+) parks").search("12 parks")["n"]
    '12'
    """
    folder = find_folder()
    if folder is None:
        return re.compile(source)
    name = _name_file(source)
    path = folder / name
    with suppress(*_UNREADABLE):
        return _unpack(source, name, path.read_bytes())
    try:
        pattern, data = _compile(source, name)
    except _OTHER_PYTHON:
        return re.compile(source)
    with suppress(OSError):
        _write(path, data)
    return pattern


@cache
def find_folder() -> Path | None:
    """Return the folder of the cache, made and with room; ``None`` where there is none to be had."""
    named = os.environ.get("KG_CACHE_DIR")
    if named == "":
        return None
    try:
        folder = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kg"
        folder = folder / "patterns"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_room(folder)
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    return folder


def _make_room(folder: Path) -> None:
    files = [entry for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]
    if len(files) <= MOST:
        return
    aged = []
    for entry in files:
        with suppress(OSError):  # another process makes room too
            aged.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.path))
    for _, path in sorted(aged)[: len(files) // 2]:
        with suppress(OSError):
            os.unlink(path)


@cache
def _engine() -> Any:
    return importlib.import_module("_sre")


def _name_file(source: str) -> str:
    made_by = f"{sys.implementation.cache_tag} {sys.hexversion:x} {getattr(_engine(), 'MAGIC', '')} {sys.byteorder}"
    return blake2b(f"{made_by} {source}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _compile(source: str, name: str) -> tuple[re.Pattern[str], bytes]:
    """Return the compiled expression and what is kept of it: the steps of ``re.compile``, whose code Python hides."""
    parser, compiler = importlib.import_module("re._parser"), importlib.import_module("re._compiler")
    parsed = parser.parse(source)
    code = compiler._code(parsed, 0)
    told = {
        "of": name,
        "flags": parsed.state.flags,
        "groups": parsed.state.groups,
        "names": dict(parsed.state.groupdict),
    }
    data = json.dumps(told).encode() + b"\n" + array(_CODE, code).tobytes()
    return _make(source, told, code), zlib.compress(data, 1)


def _unpack(source: str, name: str, data: bytes) -> re.Pattern[str]:
    head, _, code = zlib.decompress(data).partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    if told["of"] != name:
        raise ValueError("the code of another expression")
    return _make(source, told, array(_CODE, code).tolist())


def _make(source: str, told: dict[str, Any], code: list[int]) -> re.Pattern[str]:
    numbers: dict[str, int] = told["names"]
    names: list[str | None] = [None] * told["groups"]
    for name, number in numbers.items():
        names[number] = name
    made: re.Pattern[str] = _engine().compile(source, told["flags"], code, told["groups"] - 1, numbers, tuple(names))
    return made


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
        try:
            stream.write(data)
            stream.close()
            os.replace(stream.name, path)
        except OSError:
            with suppress(OSError):
                os.unlink(stream.name)
            raise
