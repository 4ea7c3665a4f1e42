"""What a result says, and what would mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from kg.shapes.model import Constraint, Path, Result, Shape, Shapes
from kg.shapes.terms import Term, local_name, text_of

_PLACE = re.compile(r"\{[?$](\w+)\}")
_LISTED = 12


def plain(term: Term) -> str:
    """Return a term as a reader wants it: the local name of an IRI, the text of a literal in quotes."""
    if isinstance(term, NamedNode):
        return local_name(term.value) or term.value
    if isinstance(term, Literal):
        text = term.value if len(term.value) <= 80 else term.value[:77] + "…"
        return f'"{text}"' + (f"@{term.language}" if term.language else "")
    return text_of(term)


def filled(
    messages: Sequence[Literal],
    constraint: Constraint,
    focus: Term,
    value: Term | None,
    path: Path | None,
    bindings: Mapping[str, Term] | None,
) -> tuple[Literal, ...]:
    """Return messages with ``{$name}`` and ``{?name}`` replaced by what the name is bound to.

    Besides the variables of a query there are ``this``, ``value``, ``path``, and the constraint's own
    parameter under its name (``minCount``).
    """
    known: dict[str, str] = {"this": _inserted(focus), "path": path.short() if path else ""}
    if value is not None:
        known["value"] = _inserted(value)
    if constraint.terms and constraint.query is None:
        known[constraint.kind] = ", ".join(_inserted(term) for term in constraint.terms)
    known.update({name: _inserted(term) for name, term in (bindings or {}).items()})

    def put(match: re.Match[str]) -> str:
        return known.get(match.group(1), match.group())

    out = []
    for message in messages:
        text = _PLACE.sub(put, message.value)
        out.append(Literal(text, language=message.language) if message.language else Literal(text))
    return tuple(out)


def _inserted(term: Term) -> str:
    return term.value if isinstance(term, Literal) else plain(term)


def _list(terms: Sequence[Term]) -> str:
    shown = ", ".join(plain(term) for term in terms[:_LISTED])
    return shown + (f" … ({len(terms)})" if len(terms) > _LISTED else "")


def default_message(
    constraint: Constraint, shape: Shape, value: Term | None, path: Path | None, shapes: Shapes
) -> Literal:
    """Return the message of a result whose shape has none of its own."""
    what = f"{path.short()} " if path else ""
    shown = f"{plain(value)} " if value is not None else ""
    return Literal(f"{what}{shown}{_RULES[constraint.kind](constraint, shapes)}")


def mend(constraint: Constraint, shapes: Shapes) -> str:
    """Return what would mend a result of a constraint, as an instruction."""
    return _MENDS[constraint.kind](constraint, shapes)


def _names(constraint: Constraint, shapes: Shapes) -> str:
    return ", ".join(shapes.by_node[node].name for node in constraint.shapes)


def _one(constraint: Constraint) -> str:
    return plain(constraint.terms[0])


def _query_rule(constraint: Constraint, _: Shapes) -> str:
    name = local_name(constraint.component.value)
    return "is found by the query" if name == "SPARQLConstraintComponent" else f"does not meet {name}"


_Writer = Callable[[Constraint, Shapes], str]

_RULES: dict[str, _Writer] = {
    "class": lambda c, _: f"is not a {_one(c)}",
    "datatype": lambda c, _: f"is not a well-formed {_one(c)}",
    "nodeKind": lambda c, _: f"is not of the kind {_one(c)}",
    "minInclusive": lambda c, _: f"is not at least {_one(c)}",
    "minExclusive": lambda c, _: f"is not more than {_one(c)}",
    "maxInclusive": lambda c, _: f"is not at most {_one(c)}",
    "maxExclusive": lambda c, _: f"is not less than {_one(c)}",
    "minLength": lambda c, _: f"is shorter than {c.number}",
    "maxLength": lambda c, _: f"is longer than {c.number}",
    "minCount": lambda c, _: f"has fewer than {c.number} values" if c.number != 1 else "has no value",
    "maxCount": lambda c, _: f"has more than {c.number} value{'s' if c.number != 1 else ''}",
    "pattern": lambda c, _: f"does not match {c.text}",
    "languageIn": lambda c, _: f"is in none of the languages {_list(c.terms)}",
    "uniqueLang": lambda c, _: "has two values in one language",
    "hasValue": lambda c, _: f"does not have the value {_one(c)}",
    "in": lambda c, _: f"is none of {_list(c.terms)}",
    "equals": lambda c, _: f"is not the same as in {_one(c)}",
    "disjoint": lambda c, _: f"is also a value of {_one(c)}",
    "lessThan": lambda c, _: f"is not less than {_one(c)}",
    "lessThanOrEquals": lambda c, _: f"is more than {_one(c)}",
    "closed": lambda c, _: "is a property that the shape does not allow",
    "node": lambda c, s: f"does not conform to {_names(c, s)}",
    "not": lambda c, s: f"conforms to {_names(c, s)}, which it must not",
    "and": lambda c, s: f"does not conform to all of {_names(c, s)}",
    "or": lambda c, s: f"conforms to none of {_names(c, s)}",
    "xone": lambda c, s: f"does not conform to exactly one of {_names(c, s)}",
    "qualifiedMinCount": lambda c, s: f"has fewer than {c.number} values that conform to {_names(c, s)}",
    "qualifiedMaxCount": lambda c, s: f"has more than {c.number} values that conform to {_names(c, s)}",
    "sparql": _query_rule,
}

_MENDS: dict[str, _Writer] = {
    "class": lambda c, _: f"give it the type {_one(c)}, or name another node",
    "datatype": lambda c, _: f"write it as a {_one(c)}",
    "nodeKind": lambda c, _: f"use a node of the kind {_one(c)}",
    "minInclusive": lambda c, _: f"use a value of at least {_one(c)}",
    "minExclusive": lambda c, _: f"use a value above {_one(c)}",
    "maxInclusive": lambda c, _: f"use a value of at most {_one(c)}",
    "maxExclusive": lambda c, _: f"use a value below {_one(c)}",
    "minLength": lambda c, _: f"write at least {c.number} characters",
    "maxLength": lambda c, _: f"write at most {c.number} characters",
    "minCount": lambda c, _: f"add values until there are {c.number}" if c.number != 1 else "add a value",
    "maxCount": lambda c, _: f"keep at most {c.number} of the values" if c.number else "take the values out",
    "pattern": lambda c, _: f"write it so that it matches {c.text}",
    "languageIn": lambda c, _: f"tag it with one of {_list(c.terms)}",
    "uniqueLang": lambda c, _: "keep one value per language",
    "hasValue": lambda c, _: f"add the value {_one(c)}",
    "in": lambda c, _: f"use one of {_list(c.terms)}",
    "equals": lambda c, _: f"make it the same as in {_one(c)}",
    "disjoint": lambda c, _: f"take it out here or from {_one(c)}",
    "lessThan": lambda c, _: f"use a value below that of {_one(c)}",
    "lessThanOrEquals": lambda c, _: f"use a value not above that of {_one(c)}",
    "closed": lambda c, _: "take the triple out, or declare the property in the shape",
    "node": lambda c, s: f"make it conform to {_names(c, s)}",
    "not": lambda c, s: f"change it so that it no longer conforms to {_names(c, s)}",
    "and": lambda c, s: f"make it conform to {_names(c, s)}",
    "or": lambda c, s: f"make it conform to one of {_names(c, s)}",
    "xone": lambda c, s: f"make it conform to one of {_names(c, s)} and no other",
    "qualifiedMinCount": lambda c, s: f"add values that conform to {_names(c, s)} until there are {c.number}",
    "qualifiedMaxCount": lambda c, s: f"keep at most {c.number} values that conform to {_names(c, s)}",
    "sparql": lambda c, _: "change what the message says",
    "foreign": lambda c, _: "change what the message says",
}


def mending(shape: Shape | None, result: Result, shapes: Shapes) -> str:
    """Return what would mend a result: what the shape says of it, or what its constraint asks for."""
    if shape is None:
        return ""
    if shape.comment:
        return shape.comment
    for constraint in shape.constraints:
        if constraint.component == result.component:
            return mend(constraint, shapes)
    return ""
