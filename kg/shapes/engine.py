"""Shapes compiled to SPARQL and run on a store: what each focus node violates, found set by set.

The unit of work is a shape and a pattern that finds nodes. Constraints on values become one query per shape
that returns the rows which fail any of them; counts, pairs and nested shapes have a query each. What no
expression can say (a nested count, a disjoint qualified shape) is settled by sets of failing nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions, Store

from kg.shapes.evaluation import Evaluation, Found, Nodes, Row
from kg.shapes.expressions import Expressions
from kg.shapes.model import Path, Result, Shape, Shapes, Target
from kg.shapes.pairs import Groups, Pairing
from kg.shapes.sparql import run_rows
from kg.shapes.terms import SUBCLASS_OF, Term, text_of

GraphName = NamedNode | BlankNode | DefaultGraph


class Engine:
    """One check of one data graph: the union of a store's graphs, or the merge of some of them.

    ``subclasses`` are the classes under each, where they are not those that the data themselves tell.
    """

    def __init__(
        self,
        store: Store,
        shapes: Shapes,
        graphs: Sequence[GraphName] | None,
        subclasses: Mapping[Term, Sequence[Term]] | None = None,
    ) -> None:
        self.store = store
        self.shapes = shapes
        self.graphs = graphs
        self.expressions = Expressions(shapes, self._subclasses() if subclasses is None else subclasses)
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
        evaluation = Evaluation(self, shape, self.listed(()))
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
        return Evaluation(self, shape, nodes).run()

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
