"""Checks on single words and values of a shapes graph, before anything is compiled."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg.errors import ShapeError
from kg.shapes.model import Shape, Shapes
from kg.shapes.querypaths import query_iris
from kg.shapes.read import Index, Triples
from kg.shapes.terms import OWL, RDF_TYPE, SH, XSD, Term, sh, text_of

_SUGGESTED = sh("shapesGraph")
SHAPE_WORDS = frozenset(
    (
        "targetNode targetClass targetSubjectsOf targetObjectsOf target class datatype nodeKind "
        "minExclusive minInclusive maxExclusive maxInclusive minLength maxLength minCount maxCount "
        "pattern flags languageIn uniqueLang equals disjoint lessThan lessThanOrEquals hasValue in "
        "closed ignoredProperties node not and or xone property path qualifiedValueShape "
        "qualifiedValueShapesDisjoint qualifiedMinCount qualifiedMaxCount sparql severity message "
        "deactivated name description order group defaultValue rule expression prefixes select ask "
        "declare shapesGraph suggestedShapesGraph entailment optional labelTemplate parameter "
        "validator nodeValidator propertyValidator annotationProperty annotationValue "
        "annotationVarName resultAnnotation"
    ).split()
)
_INTEGER = NamedNode(XSD + "integer")
_SWITCHES = ("closed", "deactivated", "uniqueLang", "qualifiedValueShapesDisjoint")
_BOOLEANS = frozenset(Literal(text, datatype=NamedNode(XSD + "boolean")) for text in ("true", "false", "0"))
_ONE = Literal("1", datatype=NamedNode(XSD + "boolean"))
_NEEDS_SHAPE = ("qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint")


def check_shape_words(index: Index, node: Term, where: str) -> None:
    """Raise ``ShapeError`` for a word of the ``sh:`` namespace that does not exist, such as a misspelling."""
    for predicate in index.subjects.get(node, {}):
        if predicate.value.startswith(SH) and predicate.value[len(SH) :] not in SHAPE_WORDS:
            word = predicate.value[len(SH) :]
            if word == "js":
                raise ShapeError("sh:js, which is SHACL-JS", where=where, hint="write it as sh:sparql")
            near = difflib.get_close_matches(word, sorted(SHAPE_WORDS), 1)
            hint = f"did you mean sh:{near[0]}?" if near else "see the specification for the words there are"
            raise ShapeError(f"sh:{word} is no word of SHACL", where=where, hint=hint)


def check_values(index: Index, node: Term, has_path: bool, where: str) -> list[str]:
    """Return what to note of the values that a shape's switches have.

    Raises ``ShapeError`` for a switch that is no boolean, and a message that is no string.
    """
    notes: list[str] = []
    for word in _SWITCHES:
        value = index.one(node, sh(word))
        if value == _ONE:
            notes.append(f'{where}: sh:{word} "1" does nothing; only true switches it on')
        elif value is not None and value not in _BOOLEANS:
            raise ShapeError(f"sh:{word} {text_of(value)}", where=where, hint="it must be true or false")
    for message in index.values(node, sh("message")):
        if not isinstance(message, Literal) or not (message.language or message.datatype.value == XSD + "string"):
            raise ShapeError(f"sh:message {text_of(message)}", where=where, hint="it must be a string")
    inner = index.values(node, sh("qualifiedValueShape"))
    if inner and not has_path:
        notes.append(f"{where}: sh:qualifiedValueShape does nothing on a node shape")
    for word in _NEEDS_SHAPE:
        if index.values(node, sh(word)) and not inner:
            notes.append(f"{where}: sh:{word} without sh:qualifiedValueShape does nothing")
    return notes


def notes_on(index: Index, by_node: dict[Term, Shape]) -> list[str]:
    """Return what a reader of a report should know of a shapes graph that is right by the letter."""
    notes: list[str] = []
    used: set[Term] = set()
    for shape in by_node.values():
        inner = [*shape.properties, *(n for c in shape.constraints for n in (*c.shapes, *c.extra))]
        used.update(inner)
        for node in inner:
            if node not in index.subjects:
                notes.append(f"{shape.name}: {text_of(node)} is not in the shapes graph, so all conforms to it")
    for node, shape in by_node.items():
        if not shape.targets and not shape.deactivated and node not in used:
            classlike = NamedNode(OWL + "Class") in index.values(node, RDF_TYPE)
            more = " (an owl:Class is none; an rdfs:Class is, section 2.1.3.3)" if classlike else ""
            notes.append(f"{shape.name} has no target{more}, and no shape leads to it: it is never judged")
    for subject in index.subjects:
        for other in index.values(subject, NamedNode(OWL + "imports")):
            if other not in index.subjects:
                notes.append(f"owl:imports {text_of(other)} was not followed: give that file as well")
        if index.values(subject, sh("resultAnnotation")):
            notes.append("sh:resultAnnotation (SHACL Advanced Features) is left out of the report")
    return list(dict.fromkeys(notes))


def notes_on_data(data: Triples) -> list[str]:
    """Return what a reader of a report should know of the data: the shapes they ask for."""
    suggested = {text_of(o) for _, p, o in data if p == _SUGGESTED}
    return [
        f"the data suggest the shapes {graph} (sh:shapesGraph), which were not looked up" for graph in sorted(suggested)
    ]


def check_number(value: Term | None, word: str, where: str) -> int:
    """Return a count or length as a number; raise ``ShapeError`` unless it is an integer of at least 0."""
    if isinstance(value, Literal) and value.datatype == _INTEGER and re.fullmatch(r"\+?\d{1,18}", value.value):
        return int(value.value)
    raise ShapeError(f"{word} {text_of(value)}", where=where, hint="it must be an integer of at least 0")


def check_pattern(pattern: str, flags: str, where: str) -> str:
    """Return why the store cannot run a regular expression, empty if it can.

    Raises ``ShapeError`` if it is no regular expression to anybody.
    """
    if set(flags) - set("smixq"):
        raise ShapeError(f"sh:flags {flags!r}", where=where, hint="the flags are s, m, i, x and q")
    query = f'SELECT (REGEX("", {text_of(Literal(pattern))}, {text_of(Literal(flags))}) AS ?r) WHERE {{}}'
    found = Store().query(query)
    if isinstance(found, QuerySolutions) and next(found)["r"] is not None:
        return ""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ShapeError(f"sh:pattern {pattern!r}: {error}", where=where, hint="mend the expression") from error
    return f"the regular expression {pattern!r} needs what the store's expressions do not have"


def check_terms(
    shapes: Shapes, declared: Iterable[str], namespaces: Iterable[str], classes: Iterable[str] | None = None
) -> None:
    """Raise ``ShapeError`` for a term in one of our namespaces that is not declared, in queries too.

    ``declared`` are the IRIs of the ontology and the concepts, ``classes`` those that are classes, where that is
    known. A shape that targets what is not declared, instances of what is no class, or subjects or objects
    of a class could never be reached, and is told as such.
    """
    known, ours = frozenset(declared), tuple(namespaces)
    kinds = frozenset(classes) if classes is not None else None
    own = {node.value for node in shapes.by_node if isinstance(node, NamedNode)}
    for shape in shapes.by_node.values():
        for target in shape.targets:
            term = target.term
            if not isinstance(term, NamedNode) or target.kind == "node" or not term.value.startswith(ours):
                continue
            if _unknown(term.value, ours, known, own):
                raise _undeclared(term.value, known, shape.name, "a target that nothing can reach: ")
            if kinds is not None and term.value not in own:
                _check_kind(term.value, target.kind, term.value in kinds, shape.name)
    for subject, predicate, value in shapes.triples:
        for term in (predicate, value):
            if isinstance(term, NamedNode) and _unknown(term.value, ours, known, own):
                shape_at = shapes.by_node.get(subject)
                raise _undeclared(term.value, known, shape_at.name if shape_at else text_of(subject), "")
    for shape in shapes.by_node.values():
        for query in (c.query for c in shape.constraints if c.query is not None):
            for iri in sorted(query_iris(query.text)):
                # What ends so is a namespace, of a PREFIX.
                if not iri.endswith(("/", "#")) and _unknown(iri, ours, known, own):
                    raise _undeclared(iri, known, shape.name, "in a query: ")


def _check_kind(iri: str, kind: str, is_class: bool, where: str) -> None:
    if is_class != (kind == "class"):
        raise ShapeError(
            f"a target that nothing can reach: {iri} {'is a class, not a property' if is_class else 'is no class'}",
            where=where,
            hint="use sh:targetClass for a class, sh:targetSubjectsOf or sh:targetObjectsOf for a property",
        )


def _unknown(iri: str, ours: tuple[str, ...], known: frozenset[str], own: set[str]) -> bool:
    return iri.startswith(ours) and iri not in known and iri not in own and iri not in ours


def _undeclared(iri: str, known: frozenset[str], where: str, prefix: str) -> ShapeError:
    near = difflib.get_close_matches(iri, sorted(known), 1)
    hint = f"did you mean {near[0]}?" if near else "declare it in the ontology"
    return ShapeError(f"{prefix}{iri} is not declared", where=where, hint=hint)
