"""One error per meaning, each keeping its data and a hint that says what to do."""

from __future__ import annotations


class KgError(Exception):
    """Something the user can mend: what is wrong, where, and what to do.

    ``str(error)`` is ``where: what (hint)``. The command line prints it and exits with ``exit_code``.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.hint})" if self.hint else text


class ArticleError(KgError):
    """A file that cannot be read as an article."""


class LexiconError(KgError):
    """A lexicon file with a wrong entry; ``where`` is ``file:line``."""


class RuleError(KgError):
    """A rule file with a wrong entry; ``where`` is ``file: rule id``."""


class EvidenceError(KgError):
    """A claim or quote that its article does not bear out."""


class OntologyError(KgError):
    """An ontology, concept or shapes file that is malformed, or a term that is not declared."""


class ShapeError(KgError):
    """A shapes graph that cannot be used."""


class StoreError(KgError):
    """A store or output folder that cannot be opened or written."""


class QueryError(KgError):
    """A query file, parameter or syntax that is wrong."""


class ExportError(KgError):
    """An export that cannot be written: unknown suffix, missing library, or unwritable place."""


class LoadError(KgError):
    """A database that cannot be reached, or that refused or changed what was sent."""


class MissingExtraError(KgError):
    """A command that needs a library which is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"this needs the library {library}, which is not installed",
            hint=f"install it with: pip install 'kg[{extra}]'",
        )
