"""The triple patterns of a query, as paths between its variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import NamedTuple, TypeVar

from pyoxigraph import NamedNode

from kg.shapes.model import Path
from kg.shapes.prebinding import Group, Token, groups, tokens
from kg.shapes.querytokens import after_condition, conditions_of, prefixes_of, split_dots
from kg.shapes.terms import RDF_TYPE

T = TypeVar("T")
MAX_LAYERS = 20


class Edge(NamedTuple):
    """A pattern: ``start`` and ``end`` are names of variables, empty for a constant.

    ``block`` is the chain of groups it stands in, the query's own first, of those that may hold or not;
    ``text`` the pattern as written; ``terms`` its two ends where they are IRIs, and ``verb`` the variable
    of its predicate.
    """

    start: str
    path: Path
    end: str
    block: tuple[int, ...]
    text: str = ""
    terms: tuple[NamedNode | None, NamedNode | None] = (None, None)
    verb: str = ""


def names_of(edge: Edge) -> tuple[str, ...]:
    """Return the variables of a pattern."""
    return tuple(name for name in (edge.start, edge.verb, edge.end) if name)


Choose = Callable[[list[Edge]], Edge]
_End = tuple[str, NamedNode | None]


class _Unread(Exception):
    """Something in the query that this reader does not follow."""


_REPEATS = {"*": "star", "+": "plus", "?": "optional"}


def query_edges(text: str, path: Path | None) -> list[Edge] | None:
    """Return the patterns of a query, or nothing where it has what is not followed here.

    Not followed are subqueries that hide a variable or cut rows off, GRAPH, FROM, blank nodes and lists in
    brackets, and negated paths. ``path`` stands for ``$PATH``.
    """
    items = open_subqueries(split_dots(tokens(text)))
    words = {token.word for token in items}
    if words & {"GRAPH", "FROM", "BASE"} or sum(token.word == "SELECT" for token in items) > 1:
        return None
    prefixes = prefixes_of(items)
    found = groups(items, ())
    edges: list[Edge] = []
    try:
        for group in found:
            block = tuple(g.start for g in found if g.start <= group.start and group.end <= g.end)
            direct = _direct(items, group.start, group.end)
            edges.extend(Reader(direct, prefixes, path, block).edges())
    except _Unread:
        return None
    return edges


def open_subqueries(items: list[Token]) -> list[Token]:
    """Return the query with plain groups for subqueries that only make rows distinct: they read the same."""
    out: list[Token] = []
    selects = 0
    place = 0
    while place < len(items):
        selects += items[place].word == "SELECT"
        start = _group_of_subquery(items, place) if items[place].word == "SELECT" and selects > 1 else None
        place, kept = (place + 1, items[place : place + 1]) if start is None else (start, [])
        out += kept
    return out


def _group_of_subquery(items: list[Token], place: int) -> int | None:
    """Return where the group of a subquery starts, if it gives all its variables and ends with it."""
    start = next((n for n in range(place, len(items)) if items[n].text == "{"), len(items))
    words = {token.word for token in items[place:start] if token.text.strip() and not token.var}
    depth, end = 0, start
    while end < len(items):
        depth += (items[end].text == "{") - (items[end].text == "}")
        end += 1
        if depth == 0:
            break
    after = next((token.text for token in items[end:] if token.text.strip()), "")
    inside = {token.var for token in items[start:end] if token.var}
    shown = {token.var for token in items[place:start] if token.var}
    return start if words <= {"SELECT", "DISTINCT", "WHERE"} and inside <= shown and after == "}" else None


def query_iris(text: str) -> set[str]:
    """Return all IRIs that a query names, the prefixed ones written out."""
    items = split_dots(tokens(text))
    prefixes = prefixes_of(items)
    found = {token.text[1:-1] for token in items if token.kind == "iri"}
    for token in items:
        prefix, _, name = token.text.partition(":")
        if token.kind == "pname" and f"{prefix}:" in prefixes:
            found.add(prefixes[f"{prefix}:"] + name)
    return found


def query_conditions(text: str) -> tuple[str, tuple[str, ...], list[str]] | None:
    """Return the prologue of a query, the variables it selects, and its FILTERs as written.

    Nothing for a query that is more than ``SELECT ?a ?b WHERE { patterns and FILTERs }``.
    """
    items = split_dots(tokens(text))
    found = groups(items, ())
    selects = [place for place, token in enumerate(items) if token.word == "SELECT"]
    if len(selects) != 1 or not found:
        return None
    root, clause = found[0], items[selects[0] + 1 : found[0].start]
    direct = {token.word for token in items if token.word in ("OPTIONAL", "UNION", "BIND", "GRAPH", "FROM")}
    plain = all(t.var or t.kind == "space" or t.word in ("DISTINCT", "WHERE") for t in clause)
    inner = all(group.kind == "exists" for group in found if group.level == 1)
    after = "".join(token.text for token in items[root.end + 1 :]).strip()
    if direct or not plain or not inner or after:
        return None
    prologue = "".join(token.text for token in items[: selects[0]])
    ends = {group.start: group.end for group in found}
    return prologue, tuple(t.var for t in clause if t.var), list(_whole_conditions(items, root, ends))


def _whole_conditions(items: list[Token], root: Group, ends: dict[int, int]) -> Iterator[str]:
    """Return the FILTERs of a group, with the groups of their EXISTS."""
    place = root.start + 1
    while place < root.end:
        if items[place].word != "FILTER":
            place += 1
            continue
        after = after_condition(items, place + 1)
        if items[after].text == "{":
            after = ends[after] + 1
        yield "".join(token.text for token in items[place:after])
        place = after


def nest_tests(text: str, bound: set[str], choose: Choose = itemgetter(0)) -> str:
    """Return the query with the patterns of each ``EXISTS`` one inside the other, each from a bound node.

    The engine reads each pattern of such a group on its own, once per row, and joins them after: one
    that no node narrows is read in full. ``EXISTS { a . b }`` and ``EXISTS { a FILTER EXISTS { b } }``
    mean the same, and in the second ``b`` is narrowed by what ``a`` found. Of patterns that only end at a
    bound node the one that ``choose`` takes comes first.
    """
    items = split_dots(tokens(text))
    prefixes, found = prefixes_of(items), groups(items, ())
    nested: dict[int, tuple[int, str]] = {}
    for group in found:
        inside = items[group.start + 1 : group.end]
        if group.kind != "exists" or group.has_groups or any(token.word == "BIND" for token in inside):
            continue
        try:
            edges = Reader(_direct(items, group.start, group.end), prefixes, None, ()).edges()
            around = [g for g in found if g.start < group.start and group.end < g.end]
            known = {v for g in around for e in _group_edges(items, g, prefixes) for v in (e.start, e.end)}
        except _Unread:
            continue
        if len(edges) > 1:
            filters = " ".join(conditions_of(items, group.start, group.end))
            nested[group.start] = (group.end, _nested(edges, filters, known | bound, choose))
    out: list[str] = []
    place = 0
    while place < len(items):
        end, put = nested.get(place, (place, items[place].text))
        out.append(put)
        place = end + 1
    return "".join(out)


def _group_edges(items: list[Token], group: Group, prefixes: dict[str, str]) -> list[Edge]:
    return Reader(_direct(items, group.start, group.end), prefixes, None, ()).edges()


def group_edges(items: list[Token], group: Group) -> list[Edge] | None:
    """Return the patterns that stand in a group itself, nothing where one is not followed."""
    try:
        return _group_edges(items, group, prefixes_of(items))
    except _Unread:
        return None


def _nested(
    edges: list[Edge], filters: str, bound: set[str], choose: Callable[[list[Edge]], Edge], layers: int = 0
) -> str:
    """Return a group whose first patterns begin at bound nodes, and whose rest stands in a group of its own."""
    first = [edge for edge in edges if edge.start in bound and edge.start]
    if not first:
        ending = [edge for edge in edges if edge.end in bound and edge.end]
        first = [choose(ending)] if len(ending) > 1 else ending
    rest = [edge for edge in edges if edge not in first]
    if not first or not rest or layers > MAX_LAYERS:
        first, rest = edges, []
    text = " . ".join(edge.text for edge in first)
    if not rest:
        return f"{{ {text} . {filters} }}"
    known = bound | {variable for edge in first for variable in (edge.start, edge.end)}
    return f"{{ {text} . FILTER EXISTS {_nested(rest, filters, known, choose, layers + 1)} }}"


def _direct(items: list[Token], start: int, end: int) -> list[Token]:
    """Return what stands in a group itself: no inner group, no condition and no assignment."""
    out: list[Token] = []
    depth = 0
    place = start + 1
    while place < end:
        token = items[place]
        if token.text in ("{", "}"):
            depth += 1 if token.text == "{" else -1
            out.append(Token("other", "."))
        elif not depth and token.word in ("FILTER", "BIND"):
            place = after_condition(items, place + 1)
            out.append(Token("other", "."))
            continue
        elif not depth and token.kind != "space" and token.word not in ("OPTIONAL", "UNION"):
            out.append(token)
        place += 1
    return out


class Reader:
    """Reads the statements of one group."""

    def __init__(self, items: list[Token], prefixes: dict[str, str], path: Path | None, block: tuple[int, ...]):
        self.items = items
        self.prefixes = prefixes
        self.path = path
        self.block = block
        self.place = 0

    def edges(self) -> list[Edge]:
        """Return the patterns of the group; raises ``_Unread`` at what is not followed."""
        found: list[Edge] = []
        while self.place < len(self.items):
            if self._take("."):
                continue
            subject = self._written(self._node)
            while True:
                verb = self._written(self._verb)
                found.append(self._edge(subject, verb))
                while self._take(","):
                    found.append(self._edge(subject, verb))
                if not self._take(";"):
                    break
                while self._take(";"):
                    pass
                if self._peek() in (".", ""):
                    break
        return found

    def _edge(self, subject: tuple[_End, str], verb: tuple[Path, str]) -> Edge:
        (end, end_term), text = self._written(self._node)
        start, start_term = subject[0]
        name = verb[1][1:] if verb[0].kind == "any" else ""
        written = f"{subject[1]} {verb[1]} {text}"
        return Edge(start, verb[0], end, self.block, written, (start_term, end_term), name)

    def _written(self, read: Callable[[], T]) -> tuple[T, str]:
        """Return what a part of a pattern means, and how it is written."""
        start = self.place
        meaning = read()
        return meaning, "".join(token.text for token in self.items[start : self.place])

    def _peek(self) -> str:
        return self.items[self.place].text if self.place < len(self.items) else ""

    def _take(self, text: str) -> bool:
        if self._peek() == text:
            self.place += 1
            return True
        return False

    def _next(self) -> Token:
        if self.place >= len(self.items):
            raise _Unread
        self.place += 1
        return self.items[self.place - 1]

    def _node(self) -> _End:
        """Return the name of a variable, empty for a constant, and the constant if it is an IRI."""
        token = self._next()
        if token.kind == "string":
            if self.place < len(self.items) and self.items[self.place].kind == "lang":
                self.place += 1
            elif self._take("^"):
                self._take("^")
                self._next()
        elif token.kind not in ("var", "iri", "pname", "number") and token.word not in ("TRUE", "FALSE"):
            raise _Unread
        if token.kind == "pname" and token.text.startswith("_:"):
            raise _Unread
        named = token.kind in ("iri", "pname") and "\\" not in token.text
        return token.var, self.iri(token) if named else None

    def iri(self, token: Token) -> NamedNode:
        """Return the IRI that a token writes; raises ``_Unread`` for one that is not followed."""
        if token.kind == "iri":
            return NamedNode(token.text[1:-1])
        prefix, _, name = token.text.partition(":")
        if token.kind != "pname" or f"{prefix}:" not in self.prefixes or "\\" in name:
            raise _Unread
        return NamedNode(self.prefixes[f"{prefix}:"] + name)

    def _verb(self) -> Path:
        token = self.items[self.place] if self.place < len(self.items) else Token("other", "")
        if token.var == "PATH" and self.path is not None:
            self.place += 1
            return self.path
        if token.var:
            self.place += 1
            return Path("any")
        return self._either()

    def _either(self) -> Path:
        parts = [self._steps()]
        while self._take("|"):
            parts.append(self._steps())
        return parts[0] if len(parts) == 1 else Path("alternative", parts=tuple(parts))

    def _steps(self) -> Path:
        parts = [self._step()]
        while self._take("/"):
            parts.append(self._step())
        return parts[0] if len(parts) == 1 else Path("sequence", parts=tuple(parts))

    def _step(self) -> Path:
        if self._take("^"):
            return Path("inverse", parts=(self._step(),))
        step = self._single()
        while self._peek() in _REPEATS:
            step = Path(_REPEATS[self._next().text], parts=(step,))
        return step

    def _single(self) -> Path:
        token = self._next()
        if token.text == "(":
            inner = self._either()
            if not self._take(")"):
                raise _Unread
            return inner
        if token.kind == "word" and token.text == "a":
            return Path("iri", RDF_TYPE)
        return Path("iri", self.iri(token))
