"""One shape over one pattern of nodes: a query for what each kind of constraint finds violated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.shapes.messages import default_message, filled
from kg.shapes.model import Constraint, Path, Result, Shape
from kg.shapes.sparql import run_constraint
from kg.shapes.terms import SPARQL_COMPONENT, TRUE, Term, text_of

if TYPE_CHECKING:
    from kg.shapes.engine import Engine

Found = dict[Term, list[Result]]
Row = tuple[Term | None, ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    """A pattern that finds nodes. ``var`` is bound to them.

    ``raw`` may find a node twice and is what a bound node narrows; ``text`` finds each once where
    ``single`` is true. ``off_graph`` is whether nodes may be named that no triple mentions, ``listed``
    whether all are named one by one.
    """

    text: str
    var: str
    raw: str
    off_graph: bool = False
    single: bool = True
    total: int | None = None
    listed: bool = False


class Evaluation:
    """One shape over one pattern."""

    def __init__(self, engine: Engine, shape: Shape, nodes: Nodes) -> None:
        self.engine = engine
        self.shape = shape
        self.nodes = nodes
        self.found: Found = {}
        self.ends = engine.values(nodes, shape.path)
        self.x = nodes.var
        self.v = self.ends.var
        self.reach = shape.path.sparql() if shape.path else ""
        self.narrow = shape.path.narrow() if shape.path else ""
        self.zero = nodes.off_graph and shape.path is not None and shape.path.nullable

    def run(self) -> Found:
        """Evaluate all constraints and nested property shapes."""
        rest: list[Constraint] = []
        checks: list[tuple[Constraint, str]] = []
        counts: list[Constraint] = []
        for constraint in self.shape.constraints:
            expression = self.engine.expressions.value(constraint, self.v)
            if expression is not None:
                checks.append((constraint, expression))
            elif constraint.kind in ("minCount", "maxCount"):
                counts.append(constraint)
            else:
                rest.append(constraint)
        values_hold, counts_hold = self._screened(checks, counts)
        if not values_hold:
            self._filter(checks)
        for constraint in () if counts_hold else counts:
            self._count(constraint)
        for constraint in rest:
            _HANDLERS[constraint.kind](self, constraint)
        for node in self.shape.properties:
            self._property(self.engine.shapes.by_node[node])
        return self.found

    def add(
        self,
        constraint: Constraint,
        focus: Term,
        value: Term | None,
        path: Path | None = None,
        bindings: Mapping[str, Term] | None = None,
    ) -> None:
        """Record one result."""
        shape = self.shape
        query = constraint.query
        given = query.messages if query and query.messages else shape.messages
        message = (bindings or {}).get("message")
        if query is not None and isinstance(message, Literal):
            given = (message,)
        at = path or shape.path
        texts = (
            filled(given, constraint, focus, value, at, bindings)
            if given
            else (default_message(constraint, shape, value, at, self.engine.shapes),)
        )
        source = query.node if query and constraint.component == SPARQL_COMPONENT else None
        self.found.setdefault(focus, []).append(
            Result(focus, at, value, shape.node, constraint.component, source, shape.severity, texts)
        )

    # One pass that settles the common case

    def _screened(self, checks: list[tuple[Constraint, str]], counts: list[Constraint]) -> tuple[bool, bool]:
        """Return whether one counting pass shows that no value fails, and that no count does."""
        highest = [c.number for c in counts if c.kind == "maxCount"]
        lowest = max((c.number for c in counts if c.kind == "minCount"), default=0)
        if not highest or self.nodes.total is None or self.zero or lowest > 1:
            return False, False
        fails = " || ".join(f"!({expression})" for _, expression in checks)
        bad = f"(SUM(IF(BOUND({self.v}) && ({fails}), 1, 0)) AS ?bad)" if fails else "(0 AS ?bad)"
        query = (
            f"SELECT (COUNT(*) AS ?rows) (COUNT({self.v}) AS ?pairs) {bad} "
            f"WHERE {{ {self.nodes.text} OPTIONAL {{ {self.x} {self.reach} {self.v} }} }}"
        )
        rows, pairs, wrong = (int(n.value) for n in next(self.engine.rows(query)) if isinstance(n, Literal))
        most = rows - self.nodes.total + 1
        return not wrong, (lowest == 0 or rows == pairs) and (most <= min(highest) or pairs == 0)

    def _filter(self, checks: list[tuple[Constraint, str]]) -> None:
        if not checks:
            return
        flags = [self.engine.expressions.fresh() for _ in checks]
        binds = " ".join(f"BIND({e} AS {flag})" for (_, e), flag in zip(checks, flags, strict=True))
        chosen = self.x if self.x == self.v else f"{self.x} {self.v}"
        query = (
            f"SELECT DISTINCT {chosen} {' '.join(flags)} WHERE {{ {self.ends.text} {binds} "
            f"FILTER(!({' && '.join(flags)})) }}"
        )
        start = 1 if self.x == self.v else 2
        for row in self.engine.rows(query):
            focus, value = row[0], row[start - 1]
            for (constraint, _), verdict in zip(checks, row[start:], strict=True):
                if verdict != TRUE and focus is not None:
                    self.add(constraint, focus, value)

    def _count(self, constraint: Constraint) -> None:
        minimum, number = constraint.kind == "minCount", constraint.number
        counted = f"COUNT(DISTINCT {self.v})"
        if minimum and number == 0:
            return
        if minimum and number == 1 and not self.zero:
            without = f"FILTER NOT EXISTS {{ {self.x} {self.narrow} {self.v} }}"
            query = f"SELECT DISTINCT {self.x} WHERE {{ {self.nodes.text} {without} }}"
        elif minimum:
            pattern = self.ends.text if self.zero else f"{self.nodes.text} OPTIONAL {{ {self._step()} }}"
            query = f"SELECT {self.x} WHERE {{ {pattern} }} GROUP BY {self.x} HAVING({counted} < {number})"
        else:
            query = f"SELECT {self.x} WHERE {{ {self.ends.text} }} GROUP BY {self.x} HAVING({counted} > {number})"
        self._foci(constraint, query)

    def _step(self) -> str:
        return f"{self.x} {self.reach} {self.v}"

    def _foci(self, constraint: Constraint, query: str) -> None:
        for row in self.engine.rows(query):
            if row[0] is not None:
                self.add(constraint, row[0], None)

    def _pairs(self, constraint: Constraint, query: str) -> None:
        for row in self.engine.rows(query):
            if row[0] is not None:
                self.add(constraint, row[0], row[1])

    def all_pairs(self) -> Iterable[tuple[Term, Term]]:
        """Return each focus node with each of its value nodes."""
        if self.x == self.v:
            for (node,) in self.engine.rows(f"SELECT DISTINCT {self.x} WHERE {{ {self.nodes.text} }}"):
                if node is not None:
                    yield node, node
            return
        for focus, value in self.engine.rows(f"SELECT DISTINCT {self.x} {self.v} WHERE {{ {self.ends.text} }}"):
            if focus is not None and value is not None:
                yield focus, value

    # Constraints between values

    def _equals(self, constraint: Constraint) -> None:
        x, v, other = self.x, self.v, text_of(constraint.terms[0])
        same = f"FILTER NOT EXISTS {{ {x} {other} {v} }}"
        self._pairs(constraint, f"SELECT DISTINCT {x} ({v} AS ?kgv) WHERE {{ {self.ends.text} {same} }}")
        o = self.engine.expressions.fresh()
        missing = f"FILTER NOT EXISTS {{ {x} {self.narrow} {o} }}" if self.reach else f"FILTER(!sameTerm({x}, {o}))"
        query = f"SELECT DISTINCT {x} {o} WHERE {{ {self.nodes.text} {x} {other} {o} . {missing} }}"
        self._pairs(constraint, query)

    def _disjoint(self, constraint: Constraint) -> None:
        x, v = self.x, self.v
        shared = f"{x} {text_of(constraint.terms[0])} {v} ."
        self._pairs(constraint, f"SELECT DISTINCT {x} ({v} AS ?kgv) WHERE {{ {self.ends.text} {shared} }}")

    def _less(self, constraint: Constraint) -> None:
        x, v, w = self.x, self.v, self.engine.expressions.fresh()
        sign = "<" if constraint.kind == "lessThan" else "<="
        test = f"{x} {text_of(constraint.terms[0])} {w} . FILTER(!COALESCE({v} {sign} {w}, false))"
        self._pairs(constraint, f"SELECT DISTINCT {x} {v} {w} WHERE {{ {self.ends.text} {test} }}")

    def _unique_lang(self, constraint: Constraint) -> None:
        x, v = self.x, self.v
        query = (
            f'SELECT {x} WHERE {{ {self.ends.text} BIND(LCASE(LANG({v})) AS ?lang) FILTER(?lang != "") }} '
            f"GROUP BY {x} ?lang HAVING(COUNT(DISTINCT {v}) > 1)"
        )
        self._foci(constraint, query)

    def _has_value(self, constraint: Constraint) -> None:
        term = constraint.terms[0]
        if isinstance(term, BlankNode):
            having = {focus for focus, value in self.all_pairs() if value == term}
            for focus in self._all_foci():
                if focus not in having:
                    self.add(constraint, focus, None)
            return
        test = f"EXISTS {{ {self.x} {self.narrow} {text_of(term)} }}" if self.reach else ""
        if self.zero or not self.reach:
            itself = self.engine.expressions.one_of([term], self.x)
            test = f"{test} || {itself}" if test else itself
        self._foci(constraint, f"SELECT DISTINCT {self.x} WHERE {{ {self.nodes.text} FILTER(!({test})) }}")

    def _all_foci(self) -> Iterator[Term]:
        for (node,) in self.engine.rows(f"SELECT DISTINCT {self.x} WHERE {{ {self.nodes.text} }}"):
            if node is not None:
                yield node

    def _closed(self, constraint: Constraint) -> None:
        p, o = self.engine.expressions.fresh(), self.engine.expressions.fresh()
        extra = self.engine.expressions.extra_property(constraint, self.v, (p, o))
        query = f"SELECT DISTINCT {self.x} ({self.v} AS ?kgv) {p} {o} WHERE {{ {self.ends.text} {extra} }}"
        for focus, _, predicate, value in self.engine.rows(query):
            if focus is not None and isinstance(predicate, NamedNode):
                self.add(constraint, focus, value, Path("iri", predicate))

    # Nested shapes

    def _logic(self, constraint: Constraint) -> None:
        """Settle a nested shape by the sets of nodes that fail it."""
        ends = self.engine.once(self.ends)
        failing = [self.engine.failing(node, ends) for node in constraint.shapes]
        kind = constraint.kind
        if kind in ("node", "and") and not any(failing):
            return
        for focus, value in self.all_pairs():
            failed = sum(value in nodes for nodes in failing)
            if _violates(kind, failed, len(failing)):
                self.add(constraint, focus, value)

    def _qualified(self, constraint: Constraint) -> None:
        ends = self.engine.once(self.ends)
        failing = self.engine.failing(constraint.shapes[0], ends)
        others = [self.engine.failing(node, ends) for node in constraint.extra]
        counts = dict.fromkeys(self._all_foci(), 0)
        for focus, value in self.all_pairs():
            if value not in failing and all(value in nodes for nodes in others):
                counts[focus] = counts.get(focus, 0) + 1
        minimum = constraint.kind == "qualifiedMinCount"
        for focus, number in counts.items():
            if number < constraint.number if minimum else number > constraint.number:
                self.add(constraint, focus, None)

    def _property(self, shape: Shape) -> None:
        if self.shape.path is None:
            for node, results in self.engine.evaluate(shape, self.nodes).items():
                self.found.setdefault(node, []).extend(results)
            return
        inner = self.engine.evaluate(shape, self.engine.once(self.ends))
        if not inner:
            return
        for focus, value in self.all_pairs():
            if value in inner:
                self.found.setdefault(focus, []).extend(inner[value])

    def _sparql(self, constraint: Constraint) -> None:
        run_constraint(self.engine, self, constraint)

    def _foreign(self, constraint: Constraint) -> None:
        """A shape with such a constraint goes to the reference engine as a whole."""


def _violates(kind: str, failed: int, total: int) -> bool:
    if kind in ("node", "and"):
        return failed > 0
    if kind == "or":
        return failed == total
    if kind == "not":
        return failed == 0
    return total - failed != 1


_LOGIC = ("node", "not", "and", "or", "xone")
_HANDLERS: dict[str, Callable[[Evaluation, Constraint], None]] = {
    "equals": Evaluation._equals,
    "disjoint": Evaluation._disjoint,
    "lessThan": Evaluation._less,
    "lessThanOrEquals": Evaluation._less,
    "uniqueLang": Evaluation._unique_lang,
    "hasValue": Evaluation._has_value,
    "closed": Evaluation._closed,
    "qualifiedMinCount": Evaluation._qualified,
    "qualifiedMaxCount": Evaluation._qualified,
    "sparql": Evaluation._sparql,
    "foreign": Evaluation._foreign,
}
_HANDLERS.update(dict.fromkeys(_LOGIC, Evaluation._logic))
