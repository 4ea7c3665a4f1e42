"""Pre-binding (specification, section 5.3.1 and appendix A) for all focus nodes of a shape at once.

The specification binds ``$this`` for one node and evaluates the query with that binding everywhere in it.
Here the pattern that finds the nodes is put at the start of each group that mentions a pre-bound variable
before a triple pattern of its own has bound it; the solutions are then those of all nodes together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from pyoxigraph import Store

from kg.errors import ShapeError
from kg.shapes.model import MAX_NESTING
from kg.shapes.terms import Term, text_of

MAX_QUERY = 20_000
"""Characters a query of a shapes graph may have."""

_TOKEN = re.compile(
    r'(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')'
    r'|(?P<iri><[^\s<>"{}|^`\\]*>)|(?P<comment>\#[^\n]*)|(?P<space>\s+)'
    r"|(?P<var>[?$]\w+)|(?P<pname>[\w.-]*:(?:[\w.:%-]|\\.)*)|(?P<lang>@[A-Za-z-]+)"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_FORBIDDEN = ("MINUS", "VALUES", "SERVICE")
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
ALWAYS = ("currentShape", "shapesGraph")


@dataclass(slots=True)
class Token:
    """A piece of a query: its kind, its text, and the variable's name if it is one."""

    kind: str
    text: str

    @property
    def var(self) -> str:
        """The name of the variable, empty for any other token."""
        return self.text[1:] if self.kind == "var" else ""

    @property
    def word(self) -> str:
        """The word in capitals, empty for any other token."""
        return self.text.upper() if self.kind == "word" else ""


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query without comments; joined they are the query."""
    found = (Token(str(m.lastgroup), m.group()) for m in _TOKEN.finditer(text))
    return [Token("space", "\n") if token.kind == "comment" else token for token in found]


@dataclass(slots=True)
class Group:
    """One ``{ … }``: where it starts and what stands before it; ``select`` holds a subquery's clause."""

    start: int
    kind: str
    select: list[Token] = field(default_factory=list)
    in_exists: bool = False
    first: str = ""
    """How the first mention of a pre-bound variable is made: triple, filter, bind, inner, or not at all."""
    end: int = 0
    level: int = 0
    has_groups: bool = False


def check_query(text: str, ask: bool, bound: set[str], where: str, has_path: bool) -> str:
    """Return why a query cannot be run for all nodes at once, empty if it can.

    Raises ``ShapeError`` for a query that is no SPARQL, is too deep for the engine, or uses what
    pre-binding rules out.
    """
    items = tokens(text)
    _check_size(text, items, where)
    _check_rules(items, bound, where)
    if any(token.var == "PATH" for token in items) and not has_path:
        raise ShapeError("$PATH in a constraint of a node shape", where=where, hint="use it on a property shape")
    plain = "".join("<urn:path>" if token.var == "PATH" else token.text for token in items)
    try:
        Store().query(plain)
    except SyntaxError as error:
        raise ShapeError(f"a query that is not SPARQL: {error}", where=where, hint="mend the query") from error
    except RuntimeError as error:
        raise ShapeError(f"a query that cannot be run: {error}", where=where, hint="write it without") from error
    words = [token.word for token in items if token.word]
    if ("ASK" if ask else "SELECT") not in words:
        raise ShapeError(f"a query that is no {'ASK' if ask else 'SELECT'} query", where=where)
    return "" if ask else _reason(items, words)


def _check_size(text: str, items: list[Token], where: str) -> None:
    depth = deepest = 0
    for token in items:
        depth += (token.text in ("{", "(", "[")) - (token.text in ("}", ")", "]"))
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING or len(text) > MAX_QUERY:
        raise ShapeError(
            f"a query nested {deepest} deep with {len(text)} characters",
            where=where,
            hint=f"at most {MAX_NESTING} deep and {MAX_QUERY} characters",
        )


def _check_rules(items: list[Token], bound: set[str], where: str) -> None:
    solid = [token for token in items if token.kind != "space"]
    for token, after in pairwise(solid):
        if token.word in _FORBIDDEN:
            raise ShapeError(f"{token.word} in a query with pre-bound variables", where=where, hint="write it without")
        if token.word == "AS" and after.var in bound | set(ALWAYS):
            raise ShapeError(f"AS ${after.var}, which is bound already", where=where, hint="use another name")
    for group in groups(items, bound):
        if group.kind == "subquery" and (missing := bound - {token.var for token in group.select}):
            raise ShapeError(
                f"a subquery that does not select ${min(missing)}",
                where=where,
                hint="select each pre-bound variable",
            )


def _reason(items: list[Token], words: list[str]) -> str:
    solid = [token for token in items if token.kind != "space"]
    if "LIMIT" in words or "OFFSET" in words:
        return "a query with LIMIT or OFFSET has to be run node by node"
    if "FROM" in words:
        return "a query that names its own data set"
    if any(token.word in _AGGREGATES for token in solid):
        grouped = 0
        for place, token in enumerate(solid):
            if token.word == "GROUP":
                grouped += any(t.var == "this" for t in solid[place + 2 : place + 12])
        if grouped < max(_aggregating(solid), words.count("HAVING")):
            return "an aggregate that is not grouped by $this has to be run node by node"
    return ""


def _aggregating(solid: list[Token]) -> int:
    """Return how many SELECT clauses have an aggregate in them."""
    found, inside, counted = 0, False, False
    for token in solid:
        if token.word == "SELECT":
            inside, counted = True, False
        elif token.text == "{":
            inside = False
        elif inside and token.word in _AGGREGATES and not counted:
            found, counted = found + 1, True
    return found


def groups(items: list[Token], names: Iterable[str]) -> list[Group]:
    """Return the groups of a query in order of their opening brace, the query's own first."""
    watched = set(names)
    found: list[Group] = []
    stack: list[Group] = []
    parens: list[str] = []
    clause: list[Token] | None = None
    before = Token("space", "")
    for place, token in enumerate(items):
        if token.kind == "space":
            continue
        if token.text == "{":
            group = Group(place, _kind(before.word, clause, stack), clause or [])
            group.in_exists = any(g.in_exists or g.kind == "exists" for g in stack)
            group.level = len(stack)
            if stack:
                stack[-1].has_groups = True
            clause = None
            found.append(group)
            stack.append(group)
        elif token.text == "}" and stack:
            stack.pop().end = place
        elif token.word == "SELECT":
            clause = []
            if stack:
                stack[-1].kind = "holder"
        elif clause is not None:
            clause.append(token)
        elif token.var in watched:
            _mention(stack, parens)
        if token.text == "(":
            parens.append(before.word)
        elif token.text == ")" and parens:
            parens.pop()
        before = token
    return found


def _kind(word: str, clause: list[Token] | None, stack: list[Group]) -> str:
    if word == "EXISTS":
        return "exists"
    if not stack:
        return "root"
    if clause is not None:
        return "subquery"
    return "optional" if word == "OPTIONAL" else "plain"


def _mention(stack: list[Group], parens: list[str]) -> None:
    how = "triple" if not parens else "bind" if "BIND" in parens else "filter"
    for group in reversed(stack):
        if not group.first:
            group.first = how
        how = "inner"


def _needs(group: Group) -> bool:
    """Whether a group below the query's own must have the pattern put at its start."""
    if group.kind == "subquery":
        return True
    if group.kind in ("exists", "holder") or group.first in ("", "triple"):
        return False
    return not (group.kind == "optional" and group.first == "filter")


def rewrite(
    text: str,
    names: Mapping[str, str],
    constants: Mapping[str, Term],
    path: str,
    insert: Callable[[bool], str],
) -> str:
    """Return the query with its pre-bound variables in place.

    ``names`` maps pre-bound variables to those of the pattern that ``insert`` gives; it is called with
    whether the group lies inside EXISTS, where the pattern must be one that a bound node narrows.
    """
    items = _settle_bound(tokens(text), constants)
    marks: dict[int, str] = {}
    for group in groups(items, names):
        if group.kind == "root" or _needs(group):
            marks[group.start] = insert(group.in_exists)
    out: list[str] = []
    projecting = False
    depth = 0
    for place, token in enumerate(items):
        projecting = (projecting or token.word == "SELECT") and token.text != "{"
        depth += (token.text == "(") - (token.text == ")")
        if token.var in constants:
            value = text_of(constants[token.var])
            out.append(f"({value} AS ?{token.var})" if projecting and not depth else value)
        elif token.var:
            out.append(path if token.var == "PATH" else names.get(token.var, "?" + token.var))
        else:
            out.append(token.text)
        out.append(f" {marks[place]} " if place in marks else "")
    return "".join(out)


def _settle_bound(items: list[Token], constants: Mapping[str, Term]) -> list[Token]:
    """Replace ``bound($constant)`` by ``(true)``: a constant cannot stand in it."""
    out: list[Token] = []
    place = 0
    while place < len(items):
        if items[place].word == "BOUND":
            solid = [i for i in range(place + 1, min(place + 9, len(items))) if items[i].kind != "space"][:3]
            if len(solid) == 3 and items[solid[1]].var in constants:
                out.append(Token("other", "(true)"))
                place = solid[2] + 1
                continue
        out.append(items[place])
        place += 1
    return out


def body(text: str) -> tuple[str, str]:
    """Return the prologue of an ASK query and the inside of its group."""
    items = tokens(text)
    start = next(place for place, token in enumerate(items) if token.text == "{")
    end = max(place for place, token in enumerate(items) if token.text == "}")
    head = [t for t in items[:start] if t.word not in ("ASK", "WHERE")]
    return "".join(t.text for t in head), "".join(t.text for t in items[start + 1 : end])
