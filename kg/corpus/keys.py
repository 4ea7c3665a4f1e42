"""Content keys: what a reading depends on, so that what has not changed is not read again."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import kg
from kg.corpus.tools import own_or_shipped
from kg.english import find_words
from kg.errors import ArticleError
from kg.resources import Domain

_LIBRARIES = ("ahocorasick_rs", "pyoxigraph", "rensa", "trafilatura")

_SMALL = 1 << 18
"""A file that is shorter is read at once: the buffer of ``file_digest`` costs more than to hash an article."""


def tools_key(domain: Domain) -> str:
    """Return the key of all that decides what is read in an article but the article itself.

    That is the domain's lexicon, rules, grammar and ontology, and this version of the tool: its own
    code, the libraries that read, and Python's tables of characters.
    """
    digest = hashlib.sha256()
    for name, path in sorted(_domain_files(domain)):
        _add_file(digest, name, path)
    package = Path(kg.__file__).parent
    for path in sorted(package.rglob("*.py")):
        _add_file(digest, f"kg/{path.relative_to(package).as_posix()}", path)
    versions = [f"{name} {_version(name)}" for name in _LIBRARIES]
    digest.update("\n".join((kg.__version__, str(sys.version_info[:2]), *versions)).encode())
    return digest.hexdigest()


def _domain_files(domain: Domain) -> Iterator[tuple[str, Path]]:
    for folder in (domain.lexicon, domain.rules, domain.ontology):
        yield from ((p.relative_to(domain.root).as_posix(), p) for p in folder.rglob("*") if p.is_file())
    yield "data/domain.toml", domain.root / "data" / "domain.toml"
    for name in ("data/across.toml", "data/quantities.toml", "data/rules/page.toml"):
        yield name, own_or_shipped(domain, name)
    yield "data/english.toml", find_words()


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "none"


def _add_file(digest: hashlib._Hash, name: str, path: Path) -> None:
    data = path.read_bytes()
    digest.update(f"{name} {len(data)}\n".encode())
    digest.update(data)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; raise ``ArticleError`` where it cannot be read."""
    try:
        with path.open("rb", buffering=0) as stream:
            start = stream.read(_SMALL)
            if len(start) < _SMALL:
                return hashlib.sha256(start).hexdigest()
            stream.seek(0)
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ArticleError(
            f"cannot be read: {error.strerror}", where=str(path), hint="give yourself the right to read it"
        ) from error


def combine_keys(parts: Iterable[str]) -> str:
    """Return one key of many, in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
