"""Shapes graph → ``Shapes``, with each rule of the specification's syntax that matters checked on the way."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import ShapeError
from kg.shapes.components import Components, sparql_constraints
from kg.shapes.model import MAX_NESTING, MAX_PATH_PARTS, Constraint, Path, Shape, Shapes, Target
from kg.shapes.read import Index, Source, Triples, plain_triples, read_quads
from kg.shapes.terms import (
    RDF_FIRST,
    RDF_TYPE,
    RDFS,
    RDFS_CLASS,
    RDFS_LABEL,
    SH,
    SUBCLASS_OF,
    TRUE,
    Term,
    local_name,
    sh,
    text_of,
)
from kg.shapes.wellformed import check_number, check_pattern, check_shape_words, check_values, notes_on

NODE_KINDS = frozenset(
    sh(n) for n in ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
)
_RANGES = ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")
_PAIRS = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_PROPERTY_ONLY = ("minCount", "maxCount", "lessThan", "lessThanOrEquals", "uniqueLang")
_TARGETS = {
    "targetNode": "node",
    "targetClass": "class",
    "targetSubjectsOf": "subjectsOf",
    "targetObjectsOf": "objectsOf",
}
_ADVANCED = ("target", "rule", "expression")
_PATH_WORDS = {
    "inversePath": "inverse",
    "alternativePath": "alternative",
    "zeroOrMorePath": "star",
    "oneOrMorePath": "plus",
    "zeroOrOnePath": "optional",
}


def load_shapes(sources: Source | Iterable[Source]) -> Shapes:
    """Return the shapes of one or more files, or of bytes of Turtle.

    Raises ``ShapeError`` for anything that is not a well-formed shapes graph: the message names the
    shape, what is wrong, and what would mend it.
    """
    if isinstance(sources, bytes | str) or not isinstance(sources, Iterable):
        sources = [sources]
    triples: list[tuple[Term, NamedNode, Term]] = []
    for number, source in enumerate(sources):
        prefix = "b" if number == 0 else f"b{number}x"
        triples.extend(plain_triples(read_quads(source, prefix=prefix)))
    return shapes_of(triples)


def shapes_of(triples: Triples) -> Shapes:
    """Return the shapes that triples describe, in the order in which they are first mentioned.

    Raises ``ShapeError`` as ``load_shapes`` does.
    """
    return _Parser(triples).parse()


class _Parser:
    def __init__(self, triples: Triples) -> None:
        self.triples = tuple(triples)
        self.index = Index(triples)
        self.shapes: dict[Term, Shape] = {}
        self.foreign: dict[Term, str] = {}
        self.notes: list[str] = []
        self.names: dict[str, int] = {}
        self.open: list[Term] = []
        self.components = Components(self.index)

    def parse(self) -> Shapes:
        """Read every shape that has a type or a target, and all that they lead to."""
        self._check_entailment()
        for node in self._roots():
            self._shape(node, "")
        order = {s: n for n, s in enumerate(self.index.subjects)}
        by_node = dict(sorted(self.shapes.items(), key=lambda item: order.get(item[0], len(order))))
        foreign = dict(sorted(self.foreign.items(), key=lambda item: text_of(item[0])))
        return Shapes(by_node, self.triples, foreign, tuple(self.notes + notes_on(self.index, by_node)))

    def _check_entailment(self) -> None:
        for subject in self.index.subjects:
            for regime in self.index.values(subject, sh("entailment")):
                raise ShapeError(
                    f"the entailment regime {text_of(regime)} is not supported",
                    where=text_of(subject),
                    hint="add the entailed triples to the data and take sh:entailment out",
                )

    def instances(self, *classes: NamedNode) -> list[Term]:
        """Return the subjects whose type is one of the classes or a subclass of one, in order."""
        wanted: set[Term] = set(classes)
        size = 0
        while size != len(wanted):
            size = len(wanted)
            for subject in self.index.subjects:
                if wanted.intersection(self.index.values(subject, SUBCLASS_OF)):
                    wanted.add(subject)
        return [s for s in self.index.subjects if wanted.intersection(self.index.values(s, RDF_TYPE))]

    def _roots(self) -> list[Term]:
        typed = dict.fromkeys(self.instances(sh("NodeShape"), sh("PropertyShape")))
        words = [sh(word) for word in (*_TARGETS, "target")]
        aimed = {s: None for s in self.index.subjects if any(self.index.values(s, word) for word in words)}
        self.classes = frozenset(self.instances(RDFS_CLASS))
        return list(typed | aimed)

    def _shape(self, node: Term, parent: str) -> Term:
        """Read one shape and those it refers to; return its node."""
        if node in self.open:
            chain = " → ".join(text_of(n) for n in [*self.open[self.open.index(node) :], node])
            raise ShapeError(
                f"a shape that refers to itself: {chain}",
                where=text_of(node),
                hint="SHACL gives recursion no meaning (section 3.4.3); use a path such as p*",
            )
        if node in self.shapes:
            return node
        if isinstance(node, Literal):
            raise ShapeError("a literal where a shape is needed", where=text_of(node))
        if len(self.open) >= MAX_NESTING:
            raise ShapeError(f"shapes nested more than {MAX_NESTING} deep", where=text_of(node))
        self.open.append(node)
        try:
            self._read(node, parent)
        finally:
            self.open.pop()
        return node

    def _read(self, node: Term, parent: str) -> None:
        path = self._shape_path(node)
        name = self._name(node, parent, path)
        where = name if isinstance(node, BlankNode) else text_of(node)
        check_shape_words(self.index, node, where)
        self.notes.extend(check_values(self.index, node, path is not None, where))
        properties = tuple(self._property(value, name) for value in self.index.values(node, sh("property")))
        constraints = [
            *self._values(node, where),
            *self._pairs(node, path),
            *self._logic(node, name),
            *self._closed(node),
            *self._qualified(node, name, path),
            *sparql_constraints(self.index, node, path is not None),
            *self.components.constraints(node, path is not None),
        ]
        self._note_foreign(node, constraints)
        severity = self.index.one(node, sh("severity")) or sh("Violation")
        if not isinstance(severity, NamedNode):
            raise ShapeError("a severity that is no IRI", where=where, hint="use sh:Violation, sh:Warning or sh:Info")
        self.shapes[node] = Shape(
            node=node,
            name=name,
            path=path,
            targets=tuple(self._targets(node)),
            constraints=tuple(constraints),
            properties=properties,
            severity=severity,
            messages=tuple(m for m in self.index.values(node, sh("message")) if isinstance(m, Literal)),
            label=self._text(node, RDFS_LABEL, sh("name")),
            comment=self._text(node, NamedNode(RDFS + "comment"), sh("description")),
            deactivated=TRUE in self.index.values(node, sh("deactivated")),
        )

    def _note_foreign(self, node: Term, constraints: list[Constraint]) -> None:
        for word in _ADVANCED:
            if self.index.values(node, sh(word)):
                self.foreign[node] = f"sh:{word} belongs to SHACL Advanced Features"
        for constraint in constraints:
            if constraint.kind == "foreign":
                self.foreign[node] = constraint.text

    def _name(self, node: Term, parent: str, path: Path | None) -> str:
        if isinstance(node, NamedNode):
            name = local_name(node.value) or node.value
        else:
            name = f"{parent} › {path.short()}" if path else f"{parent} › part"
        count = self.names[name] = self.names.get(name, 0) + 1
        return name if count == 1 else f"{name} ({count})"

    def _text(self, node: Term, *words: NamedNode) -> str:
        for word in words:
            for value in self.index.values(node, word):
                if isinstance(value, Literal):
                    return " ".join(value.value.split())
        return ""

    # Targets and paths

    def _targets(self, node: Term) -> Iterable[Target]:
        if node in self.classes and isinstance(node, NamedNode):
            yield Target("class", node)
        for word, kind in _TARGETS.items():
            for value in self.index.values(node, sh(word)):
                if isinstance(value, BlankNode) or (isinstance(value, Literal) and kind != "node"):
                    raise ShapeError(
                        f"sh:{word} with the value {text_of(value)}",
                        where=text_of(node),
                        hint="a target is an IRI (sh:targetNode: an IRI or a literal)",
                    )
                yield Target(kind, value)

    def _shape_path(self, node: Term) -> Path | None:
        value = self.index.one(node, sh("path"))
        typed = self.index.values(node, RDF_TYPE)
        if value is None:
            if sh("PropertyShape") in typed:
                raise ShapeError("a property shape without sh:path", where=text_of(node), hint="add sh:path")
            return None
        if sh("NodeShape") in typed:
            raise ShapeError("a node shape with sh:path", where=text_of(node), hint="make it a sh:PropertyShape")
        path = self.path(value, node, 0)
        if path.size() > MAX_PATH_PARTS:
            raise ShapeError(f"a path of more than {MAX_PATH_PARTS} steps", where=text_of(node))
        return path

    def path(self, value: Term, where: Term, depth: int) -> Path:
        """Return the property path that a node describes; raises ``ShapeError`` if it describes none."""
        if isinstance(value, NamedNode) and not self.index.values(value, RDF_FIRST):
            return Path("iri", value)
        if depth > MAX_NESTING:
            raise ShapeError(f"a path nested more than {MAX_NESTING} deep", where=text_of(where))
        if self.index.values(value, RDF_FIRST):
            return self._path_list("sequence", value, where, depth)
        for word, kind in _PATH_WORDS.items():
            inner = self.index.one(value, sh(word))
            if inner is None:
                continue
            if kind == "alternative":
                return self._path_list(kind, inner, where, depth)
            return Path(kind, parts=(self.path(inner, where, depth + 1),))
        raise ShapeError(
            "a sh:path that is no property path",
            where=text_of(where),
            hint="write an IRI, a list, or [ sh:inversePath | sh:alternativePath | sh:zeroOrMorePath … ]",
        )

    def _path_list(self, kind: str, head: Term, where: Term, depth: int) -> Path:
        parts = tuple(self.path(item, where, depth + 1) for item in self.index.members(head, where))
        if len(parts) < 2:
            raise ShapeError(f"a {kind} path with fewer than two members", where=text_of(where))
        return Path(kind, parts=parts)

    def _property(self, value: Term, parent: str) -> Term:
        if not self.index.values(value, sh("path")):
            # A misspelt sh:path says more than that there is none.
            check_shape_words(self.index, value, f"{parent} › part" if isinstance(value, BlankNode) else text_of(value))
            raise ShapeError(
                f"sh:property with {text_of(value)}, which has no sh:path",
                where=parent,
                hint="add sh:path to it",
            )
        return self._shape(value, parent)

    # Constraints

    def _values(self, node: Term, where: str) -> Iterable[Constraint]:
        """Constraints on single values, and counts."""
        for cls in self.index.values(node, sh("class")):
            yield Constraint("class", _component("Class"), (self._iri(cls, "class", where),))
        if (datatype := self.index.one(node, sh("datatype"))) is not None:
            yield Constraint("datatype", _component("Datatype"), (self._iri(datatype, "datatype", where),))
        if (kind := self.index.one(node, sh("nodeKind"))) is not None:
            if kind not in NODE_KINDS:
                raise ShapeError(f"sh:nodeKind {text_of(kind)}", where=where, hint="such as sh:IRI")
            yield Constraint("nodeKind", _component("NodeKind"), (kind,))
        for word in _RANGES:
            if (bound := self.index.one(node, sh(word))) is not None:
                if not isinstance(bound, Literal):
                    raise ShapeError(f"sh:{word} that is no literal", where=where)
                yield Constraint(word, _component(word[0].upper() + word[1:]), (bound,))
        for word in ("minLength", "maxLength", "minCount", "maxCount"):
            if (number := self.index.one(node, sh(word))) is not None:
                limit = check_number(number, f"sh:{word}", where)
                yield Constraint(word, _component(word[0].upper() + word[1:]), (number,), number=limit)
        yield from self._pattern(node, where)
        yield from self._languages(node, where)
        for value in self.index.values(node, sh("hasValue")):
            yield Constraint("hasValue", _component("HasValue"), (value,))
        if (head := self.index.one(node, sh("in"))) is not None:
            yield Constraint("in", _component("In"), tuple(self.index.members(head, node)))

    def _pattern(self, node: Term, where: str) -> Iterable[Constraint]:
        value = self.index.one(node, sh("pattern"))
        flags = self.index.one(node, sh("flags"))
        if value is None:
            return
        if not isinstance(value, Literal) or not (flags is None or isinstance(flags, Literal)):
            raise ShapeError("a sh:pattern or sh:flags that is no string", where=where)
        flag_text = flags.value if flags is not None else ""
        if reason := check_pattern(value.value, flag_text, where):
            yield Constraint("foreign", _component("Pattern"), text=reason)
        yield Constraint("pattern", _component("Pattern"), (value,), text=value.value, flags=flag_text)

    def _languages(self, node: Term, where: str) -> Iterable[Constraint]:
        if (head := self.index.one(node, sh("languageIn"))) is not None:
            tags = self.index.members(head, node)
            if not all(isinstance(tag, Literal) for tag in tags):
                raise ShapeError("a sh:languageIn whose members are not all strings", where=where)
            yield Constraint("languageIn", _component("LanguageIn"), tuple(tags))
        if TRUE in self.index.values(node, sh("uniqueLang")):
            yield Constraint("uniqueLang", _component("UniqueLang"))

    def _iri(self, value: Term, word: str, where: str) -> NamedNode:
        if not isinstance(value, NamedNode):
            raise ShapeError(f"sh:{word} with {text_of(value)}, which is no IRI", where=where)
        return value

    def _pairs(self, node: Term, path: Path | None) -> Iterable[Constraint]:
        if path is None:
            for word in _PROPERTY_ONLY:
                if self.index.values(node, sh(word)):
                    raise ShapeError(
                        f"sh:{word} on a node shape",
                        where=text_of(node),
                        hint="it belongs on a property shape",
                    )
        for word in _PAIRS:
            for value in self.index.values(node, sh(word)):
                other = self._iri(value, word, text_of(node))
                yield Constraint(word, _component(word[0].upper() + word[1:]), (other,))

    def _logic(self, node: Term, name: str) -> Iterable[Constraint]:
        for word in ("node", "not"):
            for value in self.index.values(node, sh(word)):
                yield Constraint(word, _component(word.capitalize()), (value,), (self._shape(value, name),))
        for word in ("and", "or", "xone"):
            for head in self.index.values(node, sh(word)):
                members = tuple(self._shape(item, name) for item in self.index.members(head, node))
                yield Constraint(word, _component(word.capitalize()), (head,), members)

    def _closed(self, node: Term) -> Iterable[Constraint]:
        if TRUE not in self.index.values(node, sh("closed")):
            return
        allowed = {self.index.one(p, sh("path")) for p in self.index.values(node, sh("property"))}
        if (head := self.index.one(node, sh("ignoredProperties"))) is not None:
            allowed.update(self.index.members(head, node))
        terms = sorted((t for t in allowed if isinstance(t, NamedNode)), key=text_of)
        yield Constraint("closed", _component("Closed"), tuple(terms))

    def _qualified(self, node: Term, name: str, path: Path | None) -> Iterable[Constraint]:
        inner = self.index.one(node, sh("qualifiedValueShape"))
        if inner is None or path is None:
            return
        siblings: tuple[Term, ...] = ()
        if TRUE in self.index.values(node, sh("qualifiedValueShapesDisjoint")):
            siblings = self._siblings(node, inner, name)
        self._shape(inner, name)
        bounds = [w for w in ("qualifiedMinCount", "qualifiedMaxCount") if self.index.values(node, sh(w))]
        if not bounds:
            raise ShapeError("sh:qualifiedValueShape without a count", where=name, hint="add sh:qualifiedMinCount")
        for word in bounds:
            value = self.index.one(node, sh(word))
            number = check_number(value, f"sh:{word}", name)
            component = _component(word[0].upper() + word[1:])
            yield Constraint(word, component, (inner,), (inner,), number=number, extra=siblings)

    def _siblings(self, node: Term, inner: Term, name: str) -> tuple[Term, ...]:
        found: dict[Term, None] = {}
        for parent in self.index.subjects:
            properties = self.index.values(parent, sh("property"))
            if node in properties:
                for other in properties:
                    for shape in self.index.values(other, sh("qualifiedValueShape")):
                        found[shape] = None
        found.pop(inner, None)
        return tuple(self._shape(shape, name) for shape in found)


def _component(name: str) -> NamedNode:
    return NamedNode(f"{SH}{name}ConstraintComponent")


def path_of(triples: Triples, node: Term) -> Path:
    """Return the property path that a node of a graph describes, such as a report's ``sh:resultPath``."""
    return _Parser(triples).path(node, node, 0)
