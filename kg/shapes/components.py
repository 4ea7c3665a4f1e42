"""SPARQL-based constraints and constraint components, read from the shapes graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import ShapeError
from kg.shapes.model import Constraint, Query
from kg.shapes.prebinding import check_query
from kg.shapes.querypaths import query_iris
from kg.shapes.read import Index
from kg.shapes.terms import OWL, RDF_TYPE, SH, SPARQL_COMPONENT, SUBCLASS_OF, TRUE, Term, local_name, sh, text_of

_IMPORTS = NamedNode(OWL + "imports")


def prefixes_of(index: Index, node: Term) -> str:
    """Return the PREFIX lines of a query, from ``sh:prefixes`` and what that imports.

    Raises ``ShapeError`` where a prefix has two namespaces.
    """
    todo = list(index.values(node, sh("prefixes")))
    seen: set[Term] = set()
    found: dict[str, str] = {}
    while todo:
        source = todo.pop()
        if source in seen:
            continue
        seen.add(source)
        todo.extend(index.values(source, _IMPORTS))
        for declaration in index.values(source, sh("declare")):
            prefix, space = index.one(declaration, sh("prefix")), index.one(declaration, sh("namespace"))
            if not isinstance(prefix, Literal) or not isinstance(space, Literal):
                raise ShapeError("sh:declare without sh:prefix and sh:namespace", where=text_of(source))
            if found.setdefault(prefix.value, space.value) != space.value:
                raise ShapeError(f"the prefix {prefix.value!r} has two namespaces", where=text_of(node))
    return "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in sorted(found.items()))


def _messages(index: Index, node: Term) -> tuple[Literal, ...]:
    return tuple(m for m in index.values(node, sh("message")) if isinstance(m, Literal))


def sparql_constraints(index: Index, node: Term, has_path: bool) -> Iterable[Constraint]:
    """Return the ``sh:sparql`` constraints of a shape.

    Raises ``ShapeError`` for a query that pre-binding does not allow.
    """
    declared = functions_of(index) if index.values(node, sh("sparql")) else frozenset()
    for value in index.values(node, sh("sparql")):
        if TRUE in index.values(value, sh("deactivated")):
            continue
        text = index.one(value, sh("select"))
        if not isinstance(text, Literal):
            raise ShapeError("sh:sparql without a sh:select", where=text_of(node), hint="add the query")
        query = Query(prefixes_of(index, value) + text.value, False, value, _messages(index, value))
        yield _checked(Constraint("sparql", SPARQL_COMPONENT, query=query), node, {"this"}, has_path, declared)


def functions_of(index: Index) -> frozenset[str]:
    """Return the IRIs of the functions that a shapes graph declares."""
    kinds = (sh("SPARQLFunction"), sh("Function"))
    return frozenset(
        s.value
        for s in index.subjects
        if isinstance(s, NamedNode) and any(kind in index.values(s, RDF_TYPE) for kind in kinds)
    )


def _checked(
    constraint: Constraint, node: Term, bound: set[str], has_path: bool, declared: frozenset[str]
) -> Constraint:
    query = constraint.query
    if query is None:
        return constraint
    if declared and query_iris(query.text) & declared:
        reason = "it calls a function that the shapes declare (SHACL Advanced Features)"
        return Constraint("foreign", constraint.component, text=reason)
    reason = check_query(query.text, query.ask, bound, text_of(node), has_path)
    if not reason and any(isinstance(value, BlankNode) for value in query.bound.values()):
        reason = "a parameter whose value is a blank node"
    if not reason and "currentShape" in query.text and isinstance(node, BlankNode):
        reason = "$currentShape, and the shape is a blank node"
    return Constraint("foreign", constraint.component, text=reason) if reason else constraint


@dataclass(frozen=True, slots=True)
class _Component:
    node: NamedNode
    parameters: tuple[tuple[NamedNode, bool], ...]
    """The predicates, each with whether it may be left out."""
    on_node: Term | None
    on_property: Term | None


class Components:
    """The constraint components that a shapes graph declares."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.declared = functions_of(index)
        self.all = [self._component(node) for node in self._declared()]

    def _declared(self) -> list[NamedNode]:
        wanted: set[Term] = {sh("ConstraintComponent")}
        size = 0
        while size != len(wanted):
            size = len(wanted)
            wanted |= {s for s in self.index.subjects if wanted.intersection(self.index.values(s, SUBCLASS_OF))}
        found = []
        for subject in self.index.subjects:
            typed = wanted.intersection(self.index.values(subject, RDF_TYPE))
            if typed and isinstance(subject, NamedNode) and not subject.value.startswith(SH):
                found.append(subject)
        return found

    def _component(self, node: NamedNode) -> _Component:
        parameters = []
        for parameter in self.index.values(node, sh("parameter")):
            path = self.index.one(parameter, sh("path"))
            if not isinstance(path, NamedNode):
                raise ShapeError("a parameter whose sh:path is no IRI", where=text_of(node))
            parameters.append((path, TRUE in self.index.values(parameter, sh("optional"))))
        if not any(not optional for _, optional in parameters):
            raise ShapeError("a constraint component without a parameter that must be given", where=text_of(node))
        plain = next(iter(self.index.values(node, sh("validator"))), None)
        on_node = next(iter(self.index.values(node, sh("nodeValidator"))), plain)
        on_property = next(iter(self.index.values(node, sh("propertyValidator"))), plain)
        return _Component(node, tuple(parameters), on_node, on_property)

    def constraints(self, node: Term, has_path: bool) -> Iterable[Constraint]:
        """Return the constraints that a shape has by giving the parameters of a component."""
        for component in self.all:
            validator = component.on_property if has_path else component.on_node
            for bound in self._bindings(component, node):
                if validator is None:
                    continue
                query = self._validator(validator, bound)
                names = {"this", "value", *bound} if query.ask else {"this", *bound}
                yield _checked(Constraint("sparql", component.node, query=query), node, names, has_path, self.declared)

    def _bindings(self, component: _Component, node: Term) -> Iterable[dict[str, Term]]:
        names, choices = [], []
        for path, optional in component.parameters:
            values = self.index.values(node, path)
            if not values and not optional:
                return
            if len(component.parameters) > 1 and len(values) > 1:
                raise ShapeError(f"{text_of(path)} has {len(values)} values", where=text_of(node))
            if values:
                names.append(local_name(path.value))
                choices.append(values)
        for combination in product(*choices):
            yield dict(zip(names, combination, strict=True))

    def _validator(self, validator: Term, bound: dict[str, Term]) -> Query:
        ask, select = self.index.one(validator, sh("ask")), self.index.one(validator, sh("select"))
        text = ask if ask is not None else select
        if not isinstance(text, Literal):
            raise ShapeError("a validator with neither sh:ask nor sh:select", where=text_of(validator))
        prefixed = prefixes_of(self.index, validator) + text.value
        return Query(prefixed, ask is not None, validator, _messages(self.index, validator), bound)
