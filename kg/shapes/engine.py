"""Shapes compiled to SPARQL and run on a store: what each focus node violates, found set by set.

The unit of work is a shape and a pattern that finds nodes. Constraints on values become one query per shape
that returns the rows which fail any of them; counts, pairs and nested shapes have a query each. What no
expression can say (a nested count, a disjoint qualified shape) is settled by sets of failing nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions, Store

from kg.shapes.expressions import Expressions
from kg.shapes.messages import default_message, filled
from kg.shapes.model import Constraint, Path, Result, Shape, Shapes, Target
from kg.shapes.pairs import Groups, Pairing
from kg.shapes.terms import SPARQL_COMPONENT, SUBCLASS_OF, TRUE, Term, text_of

Found = dict[Term, list[Result]]
Row = tuple[Term | None, ...]
GraphName = NamedNode | BlankNode | DefaultGraph


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


class Engine:
    """One check of one data graph: the union of a store's graphs, or the merge of some of them."""

    def __init__(self, store: Store, shapes: Shapes, graphs: Sequence[GraphName] | None) -> None:
        self.store = store
        self.shapes = shapes
        self.graphs = graphs
        self.expressions = Expressions(shapes, self._subclasses())
        self.first: dict[Pairing, str] = {}
        self.groups: dict[Pairing, tuple[Groups, set[tuple[Term, ...]]]] = {}
        self._focus: dict[tuple[Target, ...], Nodes] = {}

    # The store

    def rows(self, query: str) -> Iterator[Row]:
        """Run a SELECT query on the data graph and return its rows."""
        found = self.solutions(query)
        width = range(len(found.variables))
        return (tuple(solution[i] for i in width) for solution in found)

    def solutions(self, query: str) -> QuerySolutions:
        """Run a SELECT query on the data graph."""
        functions = dict(self.expressions.functions) if hasattr(self, "expressions") else {}
        found = self.store.query(
            query,
            use_default_graph_as_union=self.graphs is None,
            default_graph=list(self.graphs) if self.graphs is not None else None,
            custom_functions=functions,  # type: ignore[arg-type]
        )
        assert isinstance(found, QuerySolutions)  # noqa: S101 - only SELECT queries come here
        return found

    def _subclasses(self) -> Mapping[Term, Sequence[Term]]:
        children: dict[Term, list[Term]] = {}
        for sub, sup in self.rows(f"SELECT DISTINCT ?a ?b WHERE {{ ?a {SUBCLASS_OF} ?b }}"):
            if sub is not None and sup is not None and not isinstance(sub, BlankNode):
                children.setdefault(sup, []).append(sub)
        return {cls: _reachable(cls, children) for cls in children}

    # Focus nodes

    def focus(self, shape: Shape) -> Nodes:
        """Return the focus nodes of a shape."""
        if shape.targets in self._focus:
            return self._focus[shape.targets]
        var = self.expressions.fresh()
        parts = [self._target(target, var) for target in _merged(shape.targets)]
        raw = parts[0] if len(parts) == 1 else " UNION ".join(f"{{ {part} }}" for part in parts)
        off_graph = any(target.kind == "node" for target in shape.targets)
        count = f"SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT {var}) AS ?d) WHERE {{ {raw} }}"
        all_rows, distinct = (int(n.value) for n in next(self.rows(count)) if isinstance(n, Literal))
        once = f"{{ SELECT DISTINCT {var} WHERE {{ {raw} }} }}"
        text = raw if all_rows == distinct and len(parts) == 1 else once
        nodes = Nodes(text, var, raw, off_graph, True, distinct)
        self._focus[shape.targets] = nodes
        return nodes

    def _target(self, target: Sequence[Target], var: str) -> str:
        kind, term = target[0].kind, text_of(target[0].term)
        if kind == "node":
            return f"VALUES {var} {{ {' '.join(text_of(t.term) for t in target)} }}"
        if kind == "class":
            return self.expressions.typed(var, target[0].term)
        other = self.expressions.fresh()
        return f"{var} {term} {other} ." if kind == "subjectsOf" else f"{other} {term} {var} ."

    def values(self, nodes: Nodes, path: Path | None) -> Nodes:
        """Return the nodes that a path reaches; the pattern binds both ends."""
        if path is None:
            return nodes
        var = self.expressions.fresh()
        step = f"{nodes.var} {path.sparql()} {var} ."
        zero = nodes.off_graph and path.nullable
        text = _reach(nodes.text, step, nodes.var, var, zero)
        return Nodes(text, var, _reach(nodes.raw, step, nodes.var, var, zero), zero, False)

    def once(self, nodes: Nodes) -> Nodes:
        """Return a pattern for the same nodes that finds each once and binds nothing else."""
        if nodes.single:
            return nodes
        text = f"{{ SELECT DISTINCT {nodes.var} WHERE {{ {nodes.text} }} }}"
        return Nodes(text, nodes.var, nodes.raw, nodes.off_graph, True)

    # Evaluation

    def listed(self, nodes: Sequence[Term]) -> Nodes:
        """Return a pattern for nodes that are named one by one; none may be a blank node."""
        var = self.expressions.fresh()
        text = f"VALUES {var} {{ {' '.join(map(text_of, nodes))} }}"
        return Nodes(text, var, text, True, True, len(nodes), True)

    def begin(self, shape: Shape, nodes: Nodes) -> list[Result]:
        """Return the results of a shape, each with where it began."""
        return [
            replace(result, origin=(shape.node, focus))
            for focus, results in self.evaluate(shape, nodes).items()
            for result in results
        ]

    def begin_rows(self, shape: Shape, bindings: Sequence[Mapping[str, Term]]) -> list[Result]:
        """Return the results of a shape that is one query, for rows of it of which some variables are known."""
        from kg.shapes.sparql import run_rows

        evaluation = _Evaluation(self, shape, self.listed(()))
        run_rows(self, evaluation, shape.constraints[0], bindings)
        return [
            replace(result, origin=(shape.node, focus))
            for focus, results in evaluation.found.items()
            for result in results
        ]

    def evaluate(self, shape: Shape, nodes: Nodes) -> Found:
        """Return the results of a shape for the nodes that have any."""
        if shape.deactivated:
            return {}
        return _Evaluation(self, shape, nodes).run()

    def failing(self, node: Term, nodes: Nodes) -> set[Term]:
        """Return the nodes that do not conform to a shape."""
        return set(self.evaluate(self.shapes.by_node[node], self.once(nodes)))


def _reachable(cls: Term, children: Mapping[Term, Sequence[Term]]) -> tuple[Term, ...]:
    seen = {cls: None}
    todo = [cls]
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in seen:
                seen[child] = None
                todo.append(child)
    return (cls, *sorted((c for c in seen if c != cls), key=text_of))


def _merged(targets: Sequence[Target]) -> list[list[Target]]:
    named = [target for target in targets if target.kind == "node"]
    return ([named] if named else []) + [[target] for target in targets if target.kind != "node"]


def _reach(text: str, step: str, start: str, end: str, zero: bool) -> str:
    if not zero:
        return f"{text} {step}"
    return f"{{ {text} {step} }} UNION {{ {text} BIND({start} AS {end}) }}"


class _Evaluation:
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
        from kg.shapes.sparql import run_constraint

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


Evaluation = _Evaluation

_LOGIC = ("node", "not", "and", "or", "xone")
_HANDLERS: dict[str, Callable[[_Evaluation, Constraint], None]] = {
    "equals": _Evaluation._equals,
    "disjoint": _Evaluation._disjoint,
    "lessThan": _Evaluation._less,
    "lessThanOrEquals": _Evaluation._less,
    "uniqueLang": _Evaluation._unique_lang,
    "hasValue": _Evaluation._has_value,
    "closed": _Evaluation._closed,
    "qualifiedMinCount": _Evaluation._qualified,
    "qualifiedMaxCount": _Evaluation._qualified,
    "sparql": _Evaluation._sparql,
    "foreign": _Evaluation._foreign,
}
_HANDLERS.update(dict.fromkeys(_LOGIC, _Evaluation._logic))
