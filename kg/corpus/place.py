"""Files put in place: new ones are whole and on disk before the first old one goes, and the manifest is last."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kg.errors import StoreError

FILES = ("graph.nq", "graph.ttl", "claims.jsonl", "across.tsv", "report.ttl")
COPIES = ("graph.nq", "graph.ttl", "claims.jsonl")
"""Files that say again what the store and the parts hold: a large build goes without them."""
MANIFEST = "manifest.json"
STAGING = ".new"


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` into a ``StoreError`` that says which place cannot be written, and what to do."""
    try:
        yield
    except OSError as error:
        full = error.errno in (28, 122) or "No space left" in str(error)
        raise StoreError(
            f"cannot be written: {error.strerror or error}",
            where=str(path),
            hint="make room on the disk and build again; what was there is as it was"
            if full
            else "choose a folder that you may write to",
        ) from error


def inside(out: Path) -> Callable[[Path], bool]:
    """Return what says of a path whether it lies in the output folder, whose files are no articles."""
    top = out.resolve()
    folders: dict[Path, bool] = {}

    def is_inside(path: Path) -> bool:
        folder = path.parent
        if folder not in folders:
            folders[folder] = folder.resolve().is_relative_to(top)
        return path.resolve().is_relative_to(top) if path.is_symlink() else folders[folder]

    return is_inside


def clear_staging(out: Path) -> Path:
    """Return the empty folder in which a build is made ready."""
    staging = out / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    return staging


def sync(path: Path) -> None:
    """Make sure that a file, or a folder with all files in it, is on disk."""
    if path.is_dir():
        for child in path.iterdir():
            sync(child)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(out: Path, build: str, about: Mapping[str, Any]) -> None:
    """Move what is in the staging folder over what stands, each in one step, then write the manifest.

    A file of ``FILES`` that was not made goes: it would tell of another build.
    """
    staging = out / STAGING
    sync(staging)
    names = [name for name in FILES if (staging / name).is_file()]
    for name in FILES:
        if name in names:
            os.replace(staging / name, out / name)
        else:
            (out / name).unlink(missing_ok=True)
    _exchange(staging / "store", out / "store")
    sync_folder(out)
    manifest = {"build": build, **about, "files": {name: stamp(out / name) for name in names}}
    manifest["store"] = stamp(out / "store" / "CURRENT")
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    beside = staging / MANIFEST
    beside.write_text(text, encoding="utf-8")
    sync(beside)
    os.replace(beside, out / MANIFEST)
    sync_folder(out)
    shutil.rmtree(staging, ignore_errors=True)


def _exchange(new: Path, old: Path) -> None:
    """Put a folder where another is, in one step where the system can; the other one goes."""
    if not old.exists():
        new.rename(old)
        return
    if not _exchange_names(new, old):
        gone = new.with_name("store-old")
        old.rename(gone)
        new.rename(old)


def _exchange_names(one: Path, other: Path) -> bool:
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here, exchange = -100, 2
    return rename is not None and rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(path: Path) -> list[int]:
    """Return what tells a file from one written since."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def read_manifest(out: Path) -> dict[str, Any] | None:
    """Return the manifest of a build if every file is the one it speaks of, else ``None``."""
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        same = all(stamp(out / name) == manifest["files"].get(name) for name in FILES if (out / name).exists())
        same = same and all((out / name).exists() for name in manifest["files"])
        same = same and stamp(out / "store" / "CURRENT") == manifest["store"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest if same and isinstance(manifest, dict) else None


def copy_store(old: Path, new: Path) -> None:
    """Copy a store that nobody writes: its tables, which never change, as links, the rest as it is."""
    new.mkdir()
    for path in old.iterdir():
        if path.name == "LOCK" or path.name.startswith("LOG"):
            continue
        if path.suffix == ".sst":
            try:
                os.link(path, new / path.name)
                continue
            except OSError:
                pass  # no links here: a copy does
        shutil.copy2(path, new / path.name)
