"""The values of a check: paths, shapes, constraints, results and the report. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store

from kg.model import Violation
from kg.shapes.terms import SH, Term, local_name, text_of

MAX_NESTING = 64
"""How deep shapes, paths and queries may nest: the query engine's own stack has no guard."""

MAX_PATH_PARTS = 500

VIOLATION = NamedNode(SH + "Violation")
SHAPES_GRAPH = NamedNode("urn:kg:shapes")
_REPEATS = {"star": "*", "plus": "+", "optional": "?"}


def severity_rank(severity: NamedNode) -> int:
    """Return how severe a severity is, 0 for Violation; one that is not SHACL's own counts as a violation.

    >>> severity_rank(NamedNode("http://example.org/Fatal")), severity_rank(NamedNode(SH + "Info"))
    (0, 2)
    """
    return {SH + "Warning": 1, SH + "Info": 2}.get(severity.value, 0)


@dataclass(frozen=True, slots=True)
class Path:
    """A SHACL property path: ``kind`` is iri, inverse, sequence, alternative, star, plus or optional."""

    kind: str
    iri: NamedNode | None = None
    parts: tuple[Path, ...] = ()

    def sparql(self) -> str:
        """Return the path as SPARQL writes it."""
        if self.kind == "iri":
            return text_of(self.iri)
        inner = [part.sparql() for part in self.parts]
        if self.kind == "sequence":
            return "(" + "/".join(inner) + ")"
        if self.kind == "alternative":
            return "(" + "|".join(inner) + ")"
        if self.kind == "inverse":
            return f"^{inner[0]}" if self.parts[0].kind == "iri" else f"^({inner[0]})"
        return f"({inner[0]}){_REPEATS[self.kind]}"

    def narrow(self) -> str:
        """Return the path as it should stand inside EXISTS.

        There the engine joins the steps of a sequence without a thought for the node that is already
        bound: each step is read in full, once per node. As one member of an alternative a sequence is
        walked from the node instead; that it is walked twice does not change whether anything is there.
        """
        path = self
        while path.kind == "inverse":
            path = path.parts[0]
        text = self.sparql()
        return f"({text}|{text})" if path.kind == "sequence" else text

    @property
    def nullable(self) -> bool:
        """Whether a node is reached from itself in no step at all."""
        if self.kind in ("star", "optional"):
            return True
        if self.kind == "iri":
            return False
        return (any if self.kind == "alternative" else all)(part.nullable for part in self.parts)

    def size(self) -> int:
        """Return the number of steps written in the path."""
        return 1 + sum(part.size() for part in self.parts)

    def short(self) -> str:
        """Return the path in local names, for messages: ``within/^hasCore``."""
        if self.kind == "iri" and self.iri is not None:
            return local_name(self.iri.value)
        inner = [part.short() for part in self.parts]
        joined = {"sequence": "/", "alternative": "|"}.get(self.kind)
        if joined:
            return joined.join(f"({i})" if "|" in i and joined == "/" else i for i in inner)
        single = inner[0] if self.parts[0].kind == "iri" else f"({inner[0]})"
        return "^" + single if self.kind == "inverse" else single + _REPEATS[self.kind]


@dataclass(frozen=True, slots=True)
class Target:
    """What a shape is for: ``kind`` is node, class, subjectsOf or objectsOf."""

    kind: str
    term: Term


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of a shape. ``kind`` is the parameter's local name; the rest are its values.

    ``terms`` are parameter values, ``shapes`` the shapes it refers to, ``number`` a count or length,
    ``text`` a regular expression or query, ``extra`` what the kind needs besides.
    """

    kind: str
    component: NamedNode
    terms: tuple[Term, ...] = ()
    shapes: tuple[Term, ...] = ()
    number: int = 0
    text: str = ""
    flags: str = ""
    extra: tuple[Term, ...] = ()
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A SPARQL constraint or validator. ``ask`` is whether it is a yes-or-no question per value.

    ``bound`` holds the component's parameters by name; ``node`` is the constraint's own term.
    """

    text: str
    ask: bool
    node: Term
    messages: tuple[Literal, ...] = ()
    bound: Mapping[str, Term] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape. ``name`` is what a report calls it; ``path`` is absent for a node shape.

    ``label`` says what the shape promises and ``comment`` what would mend a finding, where it says so.
    """

    node: Term
    name: str
    path: Path | None = None
    targets: tuple[Target, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    properties: tuple[Term, ...] = ()
    severity: NamedNode = VIOLATION
    messages: tuple[Literal, ...] = ()
    label: str = ""
    comment: str = ""
    deactivated: bool = False


@dataclass(frozen=True, slots=True)
class Shapes:
    """A shapes graph, read and checked: ``by_node`` in order of the document.

    ``foreign`` maps a shape that this engine cannot compile to the reason; it is handed to pySHACL.
    ``triples`` is the graph itself, for queries that ask for it and for the reference engine.
    """

    by_node: Mapping[Term, Shape]
    triples: tuple[tuple[Term, NamedNode, Term], ...]
    foreign: Mapping[Term, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    iri: NamedNode = SHAPES_GRAPH

    def targeted(self) -> list[Shape]:
        """Return the shapes that have targets and are not switched off, in order."""
        return [shape for shape in self.by_node.values() if shape.targets and not shape.deactivated]


@dataclass(frozen=True, slots=True)
class Result:
    """One ``sh:ValidationResult``, with the terms it is made of."""

    focus: Term
    path: Path | None
    value: Term | None
    shape: Term
    component: NamedNode
    constraint: Term | None
    severity: NamedNode
    messages: tuple[Literal, ...]
    origin: tuple[Term, Term] | None = field(default=None, compare=False)
    """The shape and focus node that the check began with; a nested shape's result has another of both."""

    def key(self) -> tuple[str, ...]:
        """Return the text a report is sorted by, within its shape."""
        return (
            text_of(self.focus),
            self.path.sparql() if self.path else "",
            text_of(self.value) if self.value is not None else "",
            self.component.value,
            text_of(self.constraint) if self.constraint is not None else "",
            *(text_of(message) for message in self.messages),
        )

    def violation(self) -> Violation:
        """Return the plain value that the rest of the tool passes on."""
        return Violation(
            focus=text_of(self.focus),
            path=self.path.sparql() if self.path else "",
            value=text_of(self.value) if self.value is not None else "",
            shape=text_of(self.shape),
            component=text_of(self.component),
            severity=local_name(self.severity.value),
            message="; ".join(message.value for message in self.messages),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: results by shape, how many nodes each shape met, and what was handed on.

    ``focus_counts`` has an entry for each shape with targets, in order. ``handed_over`` maps the shapes
    that pySHACL judged to why. ``engine`` is ``compiled`` or ``pyshacl``. ``store`` is where a writer looks
    up labels and quotes.
    """

    shapes: Shapes
    results: tuple[Result, ...]
    focus_counts: Mapping[Term, int]
    handed_over: Mapping[Term, str] = field(default_factory=dict)
    engine: str = "compiled"
    notes: tuple[str, ...] = ()
    store: Store | None = field(default=None, repr=False, compare=False)
    graphs: tuple[NamedNode | BlankNode | DefaultGraph, ...] | None = None

    @property
    def conforms(self) -> bool:
        """Whether there is no result of any severity, as the specification defines it."""
        return not self.results

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The results as plain values, in the order of the report."""
        return tuple(result.violation() for result in self.results)

    @property
    def unmet(self) -> tuple[Term, ...]:
        """The shapes that met no node, which says nothing about the data."""
        return tuple(node for node, count in self.focus_counts.items() if count == 0)

    def shape_name(self, node: Term) -> str:
        """Return what a report calls a shape."""
        shape = self.shapes.by_node.get(node)
        return shape.name if shape else text_of(node)
