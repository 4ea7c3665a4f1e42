"""Find the domain: the folder that holds ontology, lexicon, rules, queries and articles."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import KgError

_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+/")


@dataclass(frozen=True, slots=True)
class Domain:
    """A subject area as a folder of data; another folder of the same shape is another subject.

    ``data_base`` starts the IRI of every thing, claim and article; ``prefixes`` are those that rules
    and lexicon may use in short IRIs such as ``rd:within``.
    """

    root: Path
    title: str
    data_base: str
    prefixes: dict[str, str] = field(default_factory=dict)

    @property
    def ontology(self) -> Path:
        """The folder of the Turtle files."""
        return self.root / "ontology"

    @property
    def lexicon(self) -> Path:
        """The folder of names."""
        return self.root / "data" / "lexicon"

    @property
    def rules(self) -> Path:
        """The folder of extraction rules."""
        return self.root / "data" / "rules"

    @property
    def queries(self) -> Path:
        """The folder of shipped questions."""
        return self.root / "queries"

    @property
    def articles(self) -> Path:
        """The folder of articles that the domain ships."""
        return self.root / "data" / "articles"


def find_root() -> Path:
    """Return the folder of the domain that comes with the tool: in a checkout or in an installed wheel.

    Raises ``KgError`` where it is in neither.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "domain", package.parent):
        if (root / "data" / "domain.toml").is_file():
            return root
    raise KgError(
        "the tool's own data is missing",
        where=str(package),
        hint="install it again: pip install --force-reinstall kg",
    )


def load_domain(root: Path | None = None) -> Domain:
    """Read ``data/domain.toml`` under ``root`` (the tool's own domain if ``None``).

    Raises ``KgError`` naming the file where it is missing, not TOML, or lacks a base.
    """
    root = find_root() if root is None else root
    path = root / "data" / "domain.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KgError(
            f"not a domain folder: {error.strerror}",
            where=str(path),
            hint="a domain has data/domain.toml, data/lexicon/, data/rules/, ontology/ and queries/",
        ) from error
    except ValueError as error:
        raise KgError(f"not TOML: {error}", where=str(path)) from error
    base = table.get("data_base", "")
    if not isinstance(base, str) or not _BASE.fullmatch(base):
        raise KgError(
            f"data_base is {base!r}, not an http IRI that ends in a slash",
            where=str(path),
            hint='write for example data_base = "https://kg.example/id/"',
        )
    prefixes = {str(key): str(value) for key, value in table.get("prefixes", {}).items()}
    return Domain(root=root, title=str(table.get("title", root.name)), data_base=base, prefixes=prefixes)
