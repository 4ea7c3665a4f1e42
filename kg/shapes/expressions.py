"""Constraints as SPARQL expressions: true where a node conforms, never an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.shapes.literals import CHECKED, well_formed
from kg.shapes.model import Constraint, Shape, Shapes
from kg.shapes.terms import DERIVED_INTEGERS, FALSE, RDF_TYPE, SH, TRUE, XSD, Term, normalised, text_of

MAX_DEPTH = 8
MAX_TEXT = 4000
MAX_LISTED = 64
"""Members of ``sh:in`` that are written into a query; more are looked up in a set."""

WELL_FORMED = NamedNode("urn:kg:well-formed")
_NUMERIC = frozenset(XSD + name for name in ("integer", "decimal", "float", "double"))
_WITH_YEAR = frozenset(XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth"))
_COMPARE = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
_KINDS = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBlank({0})",
    "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "!isLiteral({0})",
    "BlankNodeOrLiteral": "!isIRI({0})",
    "IRIOrLiteral": "!isBlank({0})",
}

Function = Callable[..., Term | None]


def _is_well_formed(term: Term) -> Term:
    return TRUE if isinstance(term, Literal) and well_formed(term) else FALSE


class Expressions:
    """Writes expressions for one check: it knows the subclasses in the data, and names fresh variables.

    ``functions`` collects the functions that the expressions call.
    """

    def __init__(self, shapes: Shapes, subclasses: Mapping[Term, Sequence[Term]]) -> None:
        self.shapes = shapes
        self.subclasses = subclasses
        self.functions: dict[NamedNode, Function] = {WELL_FORMED: _is_well_formed}
        self._numbers = count()

    def fresh(self) -> str:
        """Return a variable that no query has used yet."""
        return f"?kg{next(self._numbers)}_"

    def typed(self, var: str, cls: Term) -> str:
        """Return a pattern that a node has a class or one of its subclasses as its type."""
        classes = self.subclasses.get(cls, (cls,))
        if len(classes) == 1:
            return f"{var} {RDF_TYPE} {text_of(cls)} ."
        kind = self.fresh()
        return f"VALUES {kind} {{ {' '.join(map(text_of, classes))} }} {var} {RDF_TYPE} {kind} ."

    def value(self, constraint: Constraint, var: str, depth: int = 0) -> str | None:
        """Return when a value node meets a constraint, or nothing for one that no expression can say."""
        kind = constraint.kind
        if kind in _COMPARE:
            return f"COALESCE({var} {_COMPARE[kind]} {text_of(constraint.terms[0])}, false)"
        if kind in ("minLength", "maxLength"):
            sign = ">=" if kind == "minLength" else "<="
            return f"COALESCE(STRLEN(STR({var})) {sign} {constraint.number}, false)"
        if kind in ("node", "not", "and", "or", "xone"):
            return self._logic(constraint, var, depth)
        writer = _WRITERS.get(kind)
        return writer(self, constraint, var) if writer else None

    def _class(self, constraint: Constraint, var: str) -> str:
        return f"EXISTS {{ {self.typed(var, constraint.terms[0])} }}"

    def _datatype(self, constraint: Constraint, var: str) -> str:
        iri = constraint.terms[0].value
        test = f"DATATYPE({var}) = <{iri}>"
        if iri in _NUMERIC and iri not in DERIVED_INTEGERS:
            test += f" && (isNumeric({var}) || {WELL_FORMED}({var}))"
        elif iri == XSD + "boolean":
            test += f' && STR({var}) IN ("true", "false", "1", "0")'
        elif iri in _WITH_YEAR:
            test += f" && (COALESCE(YEAR({var}) = YEAR({var}), false) || {WELL_FORMED}({var}))"
        elif iri in CHECKED:
            test += f" && {WELL_FORMED}({var})"
        return f"COALESCE({test}, false)"

    def _node_kind(self, constraint: Constraint, var: str) -> str:
        return _KINDS[constraint.terms[0].value.removeprefix(SH)].format(var)

    def _pattern(self, constraint: Constraint, var: str) -> str:
        flags = f", {text_of(Literal(constraint.flags))}" if constraint.flags else ""
        return f"COALESCE(REGEX(STR({var}), {text_of(Literal(constraint.text))}{flags}), false)"

    def _languages(self, constraint: Constraint, var: str) -> str:
        tests = [f"LANGMATCHES(LANG({var}), {text_of(Literal(tag.value))})" for tag in constraint.terms]
        return f"COALESCE({' || '.join(tests) or 'false'}, false)"

    def _in(self, constraint: Constraint, var: str) -> str:
        return self.one_of(constraint.terms, var)

    def one_of(self, terms: Sequence[Term], var: str) -> str:
        """Return when a variable is one of the terms, compared as terms and not by their values."""
        if not terms:
            return "false"
        if len(terms) > MAX_LISTED or any(isinstance(term, BlankNode) for term in terms):
            return self._lookup(terms, var)
        listed = " ".join(map(text_of, terms))
        if all(isinstance(term, NamedNode) for term in terms):
            return f"COALESCE({var} IN ({listed.replace(' ', ', ')}), false)"
        return f"EXISTS {{ VALUES {var} {{ {listed} }} }}"

    def _lookup(self, terms: Iterable[Term], var: str) -> str:
        members = frozenset(normalised(terms))
        name = NamedNode(f"urn:kg:in:{len(self.functions)}")
        self.functions[name] = lambda term: TRUE if term in members else FALSE
        return f"COALESCE({name}({var}), false)"

    def _logic(self, constraint: Constraint, var: str, depth: int) -> str | None:
        parts: list[str] = []
        for node in constraint.shapes:
            part = self.conforms(self.shapes.by_node[node], var, depth + 1)
            if part is None:
                return None
            parts.append(part)
        kind = constraint.kind
        if kind == "xone":
            total = " + ".join(f"IF({part}, 1, 0)" for part in parts) or "0"
            return _short(f"(({total}) = 1)")
        if kind == "not":
            return _short(f"!({parts[0]})")
        if not parts:
            return "true" if kind == "and" else "false"
        return _short("(" + (" || " if kind == "or" else " && ").join(parts) + ")")

    def conforms(self, shape: Shape, var: str, depth: int) -> str | None:
        """Return when a node conforms to a shape, or nothing where no expression can say it."""
        if shape.deactivated:
            return "true"
        if depth > MAX_DEPTH or shape.node in self.shapes.foreign:
            return None
        parts = self._node_parts(shape, var, depth) if shape.path is None else self._path_parts(shape, var, depth)
        if parts is None:
            return None
        return _short("(" + " && ".join(parts) + ")") if parts else "true"

    def _node_parts(self, shape: Shape, var: str, depth: int) -> list[str] | None:
        parts: list[str] = []
        for constraint in shape.constraints:
            if constraint.kind == "hasValue":
                part: str | None = self.one_of(constraint.terms, var)
            elif constraint.kind == "closed":
                part = f"NOT EXISTS {{ {self.extra_property(constraint, var)} }}"
            else:
                part = self.value(constraint, var, depth)
            if part is None:
                return None
            parts.append(part)
        for node in shape.properties:
            part = self.conforms(self.shapes.by_node[node], var, depth + 1)
            if part is None:
                return None
            parts.append(part)
        return parts

    def extra_property(self, constraint: Constraint, var: str, names: tuple[str, str] | None = None) -> str:
        """Return a pattern for a triple that ``sh:closed`` does not allow."""
        p, o = names or (self.fresh(), self.fresh())
        listed = ", ".join(map(text_of, constraint.terms))
        # The store takes NOT IN () for false.
        return f"{var} {p} {o} ." + (f" FILTER({p} NOT IN ({listed}))" if listed else "")

    def _path_parts(self, shape: Shape, var: str, depth: int) -> list[str] | None:
        path = shape.path
        if path is None or path.nullable:
            return None
        w, reach = self.fresh(), path.narrow()
        values: list[str] = []
        parts: list[str] = []
        for constraint in shape.constraints:
            if constraint.kind == "hasValue" and not isinstance(constraint.terms[0], BlankNode):
                parts.append(f"EXISTS {{ {var} {reach} {text_of(constraint.terms[0])} }}")
            elif constraint.kind in ("minCount", "maxCount"):
                part = self._count(constraint, var, reach)
                if part is None:
                    return None
                parts.append(part)
            elif (part := self.value(constraint, w, depth)) is not None:
                values.append(part)
            else:
                return None
        for node in shape.properties:
            part = self.conforms(self.shapes.by_node[node], w, depth + 1)
            if part is None:
                return None
            values.append(part)
        if values:
            parts.append(f"NOT EXISTS {{ {var} {reach} {w} . FILTER(!({' && '.join(values)})) }}")
        return parts

    def _count(self, constraint: Constraint, var: str, reach: str) -> str | None:
        a, b = self.fresh(), self.fresh()
        if constraint.kind == "minCount":
            return {0: "true", 1: f"EXISTS {{ {var} {reach} {a} }}"}.get(constraint.number)
        two = f"{var} {reach} {a} . {var} {reach} {b} . FILTER(!sameTerm({a}, {b}))"
        return {0: f"NOT EXISTS {{ {var} {reach} {a} }}", 1: f"NOT EXISTS {{ {two} }}"}.get(constraint.number)


def _short(text: str) -> str | None:
    return text if len(text) <= MAX_TEXT else None


_WRITERS: dict[str, Callable[[Expressions, Constraint, str], str]] = {
    "class": Expressions._class,
    "datatype": Expressions._datatype,
    "nodeKind": Expressions._node_kind,
    "pattern": Expressions._pattern,
    "languageIn": Expressions._languages,
    "in": Expressions._in,
}
