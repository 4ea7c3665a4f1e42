"""Small random graphs and shapes, as Turtle text, for comparing engines."""

from __future__ import annotations

from random import Random

PREFIXES = """\
@prefix : <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NODES = [":a", ":b", ":c", ":d", "_:x", "_:y"]
PREDICATES = [":p", ":q", ":r"]
CLASSES = [":A", ":B", ":C"]
LITERALS = [
    '"x"', '"xy"', '"xyz"@en', '"uv"@de', '"w"@en', '"w"@en-gb', "1", "2", "2.5", '"1"^^xsd:double',
    '"2023-02-28"^^xsd:date', '"2023-02-31"^^xsd:date', '"abc"^^xsd:integer', '"2023"^^xsd:gYear',
    '"2023-01-01T00:00:00"^^xsd:dateTime', '"2023-01-01T00:00:00Z"^^xsd:dateTime', '""',
]  # fmt: skip
TAGGED = ['"xyz"@en', '"w"@en']
ORDERED = ['"x"', '"xy"', "1", "2", "2.5", '"1"^^xsd:double']
DATATYPES = ["string", "integer", "decimal", "date", "boolean", "double", "gYear", "dateTime"]
TARGETS = [*NODES[:4], ":zz", "1", '"x"']
LANGUAGES = ['"en"', '"de" "en"']
KINDS = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]


RANGES = ["minInclusive", "minExclusive", "maxInclusive", "maxExclusive", "lessThan", "lessThanOrEquals"]


class Maker:
    """Makes graphs and shapes from one source of random choices.

    Half of them have order: every value is a number or a string, and constraints on ranges are used.
    The other half have values of all kinds and no such constraint: pySHACL puts a date before a number
    and refuses blank nodes, where SPARQL's operators, which the specification names, give an error.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.order = random.random() < 0.5

    def pick(self, items):
        return self.random.choice(items)

    def graph(self) -> str:
        lines = [f"{sub} rdfs:subClassOf {sup} ." for sub, sup in ((":B", ":A"), (":C", ":B")) if self.chance(0.5)]
        for _ in range(self.random.randint(0, 5)):
            lines.append(f"{self.pick(NODES)} a {self.pick(CLASSES)} .")
        for _ in range(self.random.randint(1, 14)):
            value = self.pick(self._literals()) if self.order or self.chance(0.5) else self.pick(NODES)
            lines.append(f"{self.pick(NODES)} {self.pick(PREDICATES)} {value} .")
        if not self.order and self.chance(0.3):
            lines.append(f'{self.pick(NODES)} {self.pick(PREDICATES)} "u"@en, "w"@en, "v"@de .')
        return PREFIXES + "\n".join(lines)

    def _literals(self) -> list[str]:
        return ORDERED if self.order else LITERALS + TAGGED * self.random.randint(0, 6)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def shapes(self) -> str:
        return PREFIXES + "\n".join(self._root(n) for n in range(self.random.randint(1, 3)))

    def _root(self, number: int) -> str:
        targets = [
            lambda: f"sh:targetNode {self.pick(TARGETS)}",
            lambda: f"sh:targetClass {self.pick(CLASSES)}",
            lambda: f"sh:targetSubjectsOf {self.pick(PREDICATES)}",
            lambda: f"sh:targetObjectsOf {self.pick(PREDICATES)}",
        ]
        aims = [self.pick(targets)() for _ in range(self.random.randint(1, 2))]
        body = self._property(2) if self.chance(0.4) else self._node(2)
        return f":S{number} {' ; '.join([*aims, *body])} ."

    def _some(self, makers, most: int) -> list[str]:
        out: dict[str, str] = {}
        for _ in range(self.random.randint(1, most)):
            made = self.pick(makers)()
            if not self.order and any(f"sh:{word} " in made.split("[")[0] for word in RANGES):
                continue
            out.setdefault(made.split()[0], made)
        return list(out.values())

    def _node(self, depth: int) -> list[str]:
        made = self._some(self._value_makers(depth) + self._nested(depth), 3)
        if depth and self.chance(0.15):
            made.append(self._siblings())
        return made + self._asides()

    def _asides(self) -> list[str]:
        """What changes how a result is shown, or that there is one."""
        made = []
        if self.chance(0.15):
            made.append(f"sh:severity {self.pick(['sh:Warning', 'sh:Info', ':Odd'])}")
        if self.chance(0.05):
            made.append("sh:deactivated true")
        return made

    def _siblings(self) -> str:
        """Qualified shapes on one path, no value of which may conform to two."""
        path = self._path(1)
        bounds = [
            "sh:qualifiedMinCount 1",
            "sh:qualifiedMinCount 2",
            "sh:qualifiedMaxCount 0",
            "sh:qualifiedMaxCount 1",
        ]
        return "sh:property " + ", ".join(
            f"[ sh:path {path} ; sh:qualifiedValueShape [ {' ; '.join(self._node(0))} ] ; "
            f"{self.pick(bounds)} ; sh:qualifiedValueShapesDisjoint {self.pick(['true', 'true', 'false'])} ]"
            for _ in range(self.random.randint(2, 3))
        )

    def _property(self, depth: int) -> list[str]:
        makers = self._value_makers(depth) + self._nested(depth) + self._counts() * 2
        made = [f"sh:path {self._path(2)}", *self._some(makers, 3), *self._asides()]
        if depth and self.chance(0.2):
            made += [
                f"sh:qualifiedValueShape [ {' ; '.join(self._node(0))} ]",
                self.pick(["sh:qualifiedMinCount 1", "sh:qualifiedMinCount 2", "sh:qualifiedMaxCount 1"]),
                f"sh:qualifiedValueShapesDisjoint {self.pick(['true', 'false'])}",
            ]
        return made

    def _path(self, depth: int) -> str:
        simple = self.pick(PREDICATES)
        if not depth or self.chance(0.4):
            return simple
        inner = self._path(depth - 1)
        return self.pick(
            [
                f"[ sh:inversePath {simple} ]",
                f"( {simple} {inner} )",
                f"[ sh:alternativePath ( {simple} {inner} ) ]",
                f"[ sh:oneOrMorePath {inner} ]",
                f"[ sh:{'oneOrMorePath' if self.order else 'zeroOrMorePath'} {inner} ]",
                f"[ sh:{'oneOrMorePath' if self.order else 'zeroOrOnePath'} {inner} ]",
            ]
        )

    def _terms(self) -> str:
        return " ".join(self.pick(NODES[:4] + self._literals()) for _ in range(self.random.randint(1, 4)))

    def _value_makers(self, depth: int):
        number = lambda: self.pick(["1", "2", "2.5"])  # noqa: E731
        return [
            lambda: f"sh:class {self.pick(CLASSES)}",
            lambda: f"sh:datatype xsd:{self.pick(DATATYPES)}",
            lambda: f"sh:nodeKind sh:{self.pick(KINDS)}",
            lambda: f"sh:minInclusive {number()}",
            lambda: f"sh:maxExclusive {number()}",
            lambda: f"sh:minExclusive {number()}",
            lambda: f"sh:maxInclusive {number()}",
            lambda: f"sh:minLength {self.pick('12')}",
            lambda: f"sh:maxLength {self.pick('012')}",
            lambda: 'sh:pattern "^[xw2]"',
            lambda: 'sh:pattern "^[XW2]" ; sh:flags "i"',
            lambda: f"sh:languageIn ( {self.pick(LANGUAGES)} )",
            lambda: f"sh:in ( {self._terms()} )",
            lambda: f"sh:hasValue {self.pick(NODES[:4] + self._literals())}",
            lambda: f"sh:equals {self.pick(PREDICATES)}",
            lambda: f"sh:disjoint {self.pick(PREDICATES)}",
            lambda: f"sh:closed true ; sh:ignoredProperties ( rdf:type {self.pick(PREDICATES)} )",
        ]

    def _counts(self):
        return [
            lambda: f"sh:minCount {self.pick('0122')}",
            lambda: f"sh:maxCount {self.pick('0112')}",
            *[lambda: "sh:uniqueLang true"] * 3,
            lambda: f"sh:lessThan {self.pick(PREDICATES)}",
            lambda: f"sh:lessThanOrEquals {self.pick(PREDICATES)}",
        ]

    def _nested(self, depth: int):
        if not depth:
            return []
        one = lambda: f"[ {' ; '.join(self._node(depth - 1))} ]"  # noqa: E731
        prop = lambda: f"[ {' ; '.join(self._property(depth - 1))} ]"  # noqa: E731
        either = lambda: one() if self.chance(0.6) else prop()  # noqa: E731
        many = lambda: " ".join(either() for _ in range(self.random.randint(1, 2)))  # noqa: E731
        return [
            lambda: f"sh:property {prop()}",
            lambda: f"sh:node {one()}",
            lambda: f"sh:not {either()}",
            lambda: f"sh:and ( {many()} )",
            lambda: f"sh:or ( {many()} )",
            lambda: f"sh:xone ( {many()} )",
        ]
