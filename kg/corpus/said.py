"""The claims of a build, wherever they are: in ``claims.jsonl``, or in the parts that it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.corpus import place
from kg.corpus.parts import PartStore
from kg.errors import StoreError


def read_claim_lines(path: Path, hint: str = "build them first: kg build") -> Iterator[str]:
    """Yield the claims of a build's folder, or of a file, as JSON lines without line ends, in order.

    Raises ``StoreError`` with the hint where there are none.
    """
    file = path / "claims.jsonl" if path.is_dir() else path
    manifest = place.read_manifest(path) if path.is_dir() and not file.is_file() else None
    if manifest is not None:
        yield from _read_parts(path, str(manifest["build"]))
        return
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError("no claims here", where=str(file), hint=hint) from error
    # Not splitlines: a quote may hold a line separator, which JSON leaves as it is.
    yield from filter(None, text.split("\n"))


def _read_parts(folder: Path, build: str) -> Iterator[str]:
    parts = PartStore(folder / "parts.db")
    try:
        found = parts.load_build(build)
        if found is None:
            raise StoreError("the claims are not those of the last build", where=str(folder), hint="kg build")
        for article in found[0]:
            yield from filter(None, parts.claims(article.row).decode().split("\n"))
    finally:
        parts.close()
