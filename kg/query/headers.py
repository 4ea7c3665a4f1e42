"""Questions as files: a ``.rq`` file whose first lines say what it asks, what it needs and what it gives.

#+ summary: Which projects lie in a place?
#+ param place: thing = Life Valley
#+ columns: project status quote article
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kg.errors import QueryError
from kg.sparql_guard import MAX_BYTES, Token, check_tokens, scan_query

TYPES = ("iri", "thing", "string", "integer", "decimal", "date")
ANY = "*"
"""The value of a parameter of type ``iri`` or ``thing`` that is left open: the query then ranges over all."""

_HEADER = re.compile(r"#\+\s*(\w+)\s*(.*?)\s*")
_PARAM = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*:\s*(?P<type>\w+)\s*(?:=\s*(?P<default>.*))?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query needs to be told: a variable of its text, a type, and a default (``None``: must be given)."""

    name: str
    type: str
    default: str | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.type}" + ("" if self.default is None else f" = {self.default}")


@dataclass(frozen=True, slots=True)
class Query:
    """A question: its SPARQL text, checked by the guard, and what its header says."""

    name: str
    text: str
    form: str
    tokens: tuple[Token, ...]
    summary: str = ""
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[str, ...] = ()


def parse_query(text: str, name: str, *, where: str = "") -> Query:
    """Return the query of a text; a header is not needed.

    Raises ``QueryError`` naming the line where the header is malformed or names a variable that the
    query lacks, and for what ``kg.sparql_guard`` refuses.
    """
    where = where or name
    summary, parameters, columns = _read_header(text, where)
    try:
        tokens = scan_query(text)
        form = check_tokens(text, tokens)
    except QueryError as error:
        place = f"{where}:{error.where}" if error.where else where
        raise QueryError(error.what, where=place, hint=error.hint) from error
    variables = {token.text[1:] for token in tokens if token.text[0] in "?$"}
    for parameter in parameters:
        if parameter.name not in variables:
            raise QueryError(f"the query has no ?{parameter.name} for its parameter", where=where)
    return Query(name, text, form, tuple(tokens), summary, parameters, columns)


def _read_header(text: str, where: str) -> tuple[str, tuple[Parameter, ...], tuple[str, ...]]:
    """Return summary, parameters and columns of the ``#+`` lines that a query begins with."""
    single: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        match = _HEADER.fullmatch(line)
        if match is None:
            continue
        place, key, rest = f"{where}:{number}", match[1], match[2]
        if key == "param":
            parameter = _read_parameter(rest, place)
            if parameter.name in parameters:
                raise QueryError(f"the parameter {parameter.name} stands twice", where=place)
            parameters[parameter.name] = parameter
        elif key in ("summary", "columns") and rest.startswith(":") and key not in single:
            single[key] = rest[1:].strip()
        else:
            raise QueryError(
                f"not a header line: {line}",
                where=place,
                hint="write one summary:, one columns:, and param name: type = default",
            )
    return single.get("summary", ""), tuple(parameters.values()), tuple(single.get("columns", "").split())


def _read_parameter(text: str, where: str) -> Parameter:
    match = _PARAM.fullmatch(text)
    if match is None:
        raise QueryError(f"not a parameter: {text}", where=where, hint="write: param name: type = default")
    if match["type"] not in TYPES:
        raise QueryError(f"no type {match['type']!r}", where=where, hint=f"known are: {', '.join(TYPES)}")
    return Parameter(match["name"], match["type"], match["default"])


def read_query(path: Path) -> Query:
    """Return the query of a file; its name is the file's. Raises ``QueryError`` where it cannot be read."""
    try:
        data = path.read_bytes()
        if len(data) > 2 * MAX_BYTES:
            raise QueryError(f"the file has {len(data)} bytes", where=str(path), hint=f"at most {MAX_BYTES} are read")
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise QueryError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise QueryError(f"not UTF-8: byte {error.start} is 0x{data[error.start]:02X}", where=str(path)) from error
    return parse_query(text, path.stem, where=str(path))


def list_queries(folder: Path) -> list[Query]:
    """Return the queries of a folder by name; raise ``QueryError`` where one is malformed."""
    return [read_query(path) for path in sorted(folder.glob("*.rq"))]


def find_query(folder: Path, name: str) -> Query:
    """Return a query of a folder by its name; raise ``QueryError`` with near names where there is none."""
    names = sorted(path.stem for path in folder.glob("*.rq"))
    if name in names:
        return read_query(folder / f"{name}.rq")
    from difflib import get_close_matches

    words = set(name.lower().split("_"))
    near = get_close_matches(name.lower(), names, n=3, cutoff=0.5)
    near += [other for other in names if words & set(other.split("_")) and other not in near][:3]
    hint = f"near: {', '.join(near)}" if near else "kg query --list shows them all"
    raise QueryError(f"no query {name!r}", hint=hint)
