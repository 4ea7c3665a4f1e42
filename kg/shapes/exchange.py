"""A report for other tools: the validation report of the specification in Turtle, and SARIF 2.1.0."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import __version__
from kg.shapes.context import Context
from kg.shapes.messages import mending
from kg.shapes.model import Path, Report, Result, severity_rank
from kg.shapes.terms import RDFS, SH, Term, text_of

_LEVELS = ("error", "warning", "note")
_PREFIXES = {
    "oa": "http://www.w3.org/ns/oa#",
    "rdfs": RDFS,
    "sh": SH,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def turtle_report(report: Report, explained: bool = True) -> str:
    """Return the report as a ``sh:ValidationReport``: the same bytes for the same report.

    Where ``explained``, a result also has the label of its focus node, the quote and article that it leads to,
    and what would mend it.
    """
    lines = [f"@prefix {name}: <{iri}> ." for name, iri in _PREFIXES.items() if explained or name in ("sh", "xsd")]
    conforms = "true" if report.conforms else "false"
    parts = [f"[] a sh:ValidationReport ;\n  sh:conforms {conforms}"]
    context = Context(report)
    for result in report.results:
        words = [*_turtle_result(result), *(_turtle_reading(result, report, context) if explained else ())]
        inside = " ;\n    ".join(words)
        parts.append(f"sh:result [\n    {inside}\n  ]")
    return "\n".join((*lines, "", " ;\n  ".join(parts))) + " .\n"


def _turtle_result(result: Result) -> Iterator[str]:
    yield "a sh:ValidationResult"
    yield f"sh:focusNode {text_of(result.focus)}"
    if result.path is not None:
        yield f"sh:resultPath {_turtle_path(result.path)}"
    if result.value is not None:
        yield f"sh:value {text_of(result.value)}"
    yield f"sh:sourceShape {text_of(result.shape)}"
    yield f"sh:sourceConstraintComponent {_short(result.component)}"
    if result.constraint is not None:
        yield f"sh:sourceConstraint {text_of(result.constraint)}"
    yield f"sh:resultSeverity {_short(result.severity)}"
    for message in result.messages:
        yield f"sh:resultMessage {text_of(message)}"


def _turtle_reading(result: Result, report: Report, context: Context) -> Iterator[str]:
    reading = context.reading(result.focus)
    yield f"rdfs:label {text_of(Literal(reading.label))}"
    if mended := mending(report.shapes.by_node.get(result.shape), result, report.shapes):
        yield f"rdfs:comment {text_of(Literal(mended))}"
    if reading.quote:
        yield f"oa:exact {text_of(Literal(reading.quote))}"
    if reading.article:
        yield f"oa:hasSource {text_of(NamedNode(reading.article))}"
    if 0 <= reading.start < reading.end:
        yield f"oa:start {reading.start} ;\n    oa:end {reading.end}"


def _short(term: Term) -> str:
    text = text_of(term)
    name = text[len(SH) + 1 : -1]
    return f"sh:{name}" if text.startswith(f"<{SH}") and name.isalnum() else text


_PATHS = {
    "inverse": "[ sh:inversePath {0} ]",
    "star": "[ sh:zeroOrMorePath {0} ]",
    "plus": "[ sh:oneOrMorePath {0} ]",
    "optional": "[ sh:zeroOrOnePath {0} ]",
    "alternative": "[ sh:alternativePath ( {0} ) ]",
    "sequence": "( {0} )",
}


def _turtle_path(path: Path) -> str:
    if path.kind == "iri":
        return text_of(path.iri)
    return _PATHS[path.kind].format(" ".join(_turtle_path(part) for part in path.parts))


def sarif_report(report: Report, artifact: str = "") -> str:
    """Return the report as SARIF 2.1.0, for editors and code hosts.

    A finding points into the article it leads to, by characters (code points); one that leads to none
    points at ``artifact``, the file that was checked. Either way it names its focus node.
    """
    context = Context(report)
    nodes = dict.fromkeys([*report.focus_counts, *(result.shape for result in report.results)])
    index = {node: place for place, node in enumerate(nodes)}
    driver = {
        "name": "kg check",
        "version": __version__,
        "rules": [_rule(node, report) for node in nodes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(result, report, index, context, artifact) for result in report.results],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(node: Term, report: Report) -> dict[str, Any]:
    shape = report.shapes.by_node.get(node)
    name = report.shape_name(node)
    rule: dict[str, Any] = {"id": name, "shortDescription": {"text": (shape.label if shape else "") or name}}
    if shape and shape.comment:
        rule["help"] = {"text": shape.comment}
    if shape:
        level = _LEVELS[severity_rank(shape.severity)]
        rule["defaultConfiguration"] = {"level": level}
    return rule


def _sarif_result(
    result: Result, report: Report, index: dict[Term, int], context: Context, artifact: str
) -> dict[str, Any]:
    reading = context.reading(result.focus)
    message = "; ".join(m.value for m in result.messages)
    location: dict[str, Any] = {
        "logicalLocations": [{"name": reading.label, "fullyQualifiedName": text_of(result.focus)}]
    }
    if reading.quote and reading.article and 0 <= reading.start < reading.end:
        region: dict[str, Any] = {"charOffset": reading.start, "charLength": reading.end - reading.start}
        region["snippet"] = {"text": reading.quote}
        location["physicalLocation"] = {"artifactLocation": {"uri": reading.article}, "region": region}
    elif artifact:
        location["physicalLocation"] = {"artifactLocation": {"uri": artifact}}
    mended = mending(report.shapes.by_node.get(result.shape), result, report.shapes)
    advice = f"\nTo mend it: {mended}" if mended else ""
    identity = "\n".join((text_of(result.shape), *result.key()))
    return {
        "ruleId": report.shape_name(result.shape),
        "ruleIndex": index[result.shape],
        "level": _LEVELS[severity_rank(result.severity)],
        "message": {"text": f"{reading.label}: {message}{advice}"},
        "locations": [location],
        "partialFingerprints": {"finding/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }
