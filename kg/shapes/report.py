"""A report for people and programs: text, Markdown and JSON; ``write_report`` finds the writer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from kg.errors import ShapeError
from kg.shapes.context import Context, Reading
from kg.shapes.exchange import sarif_report, turtle_report
from kg.shapes.messages import mending, plain
from kg.shapes.model import Report, Result, Shape
from kg.shapes.terms import Term, local_name, text_of

SHOWN = 20
"""Findings of a shape that text and Markdown show; all are counted, and JSON, Turtle and SARIF have all."""


def write_report(report: Report, form: str = "text", *, artifact: str = "", all_findings: bool = False) -> str:
    """Return a report as ``text``, ``markdown``, ``json``, ``turtle`` or ``sarif``.

    ``artifact`` is the file that was checked, for SARIF. Text and Markdown show the first 20 findings of
    each shape unless ``all_findings``. Raises ``ShapeError`` for another form.
    """
    writers: dict[str, Callable[[], str]] = {
        "text": lambda: text_report(report, all_findings),
        "markdown": lambda: markdown_report(report, all_findings),
        "json": lambda: json_report(report),
        "turtle": lambda: turtle_report(report),
        "sarif": lambda: sarif_report(report, artifact),
    }
    if form not in writers:
        raise ShapeError(f"no report form {form!r}", hint=f"one of {', '.join(writers)}")
    return writers[form]()


def by_shape(report: Report) -> Iterator[tuple[Term, Shape | None, list[Result]]]:
    """Return the results by source shape, in the order of the report."""
    groups: dict[Term, list[Result]] = {}
    for result in report.results:
        groups.setdefault(result.shape, []).append(result)
    for node, results in groups.items():
        yield node, report.shapes.by_node.get(node), results


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 finding``, ``2 findings``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def summary(report: Report) -> str:
    """Return the report in one line: whether all holds, and the findings by severity."""
    shapes = counted(len(report.focus_counts), "shape")
    if report.conforms:
        return f"All holds: {shapes}, no finding."
    totals: dict[str, int] = {}
    for result in report.results:
        name = local_name(result.severity.value)
        totals[name] = totals.get(name, 0) + 1
    parts = ", ".join(f"{count:,} {name}" for name, count in sorted(totals.items()))
    return f"{counted(len(report.results), 'finding')} ({parts}) by {shapes}."


def _asides(report: Report) -> Iterator[str]:
    for node in report.unmet:
        yield f"{report.shape_name(node)} met no node, which says nothing about the data."
    for node, why in report.handed_over.items():
        yield f"{report.shape_name(node)} was judged by pySHACL: {why}."
    for note in report.notes:
        yield f"{note}."


def _at(result: Result, context: Context) -> str:
    path = result.path.short() if result.path else ""
    value = ""
    if result.value is not None and result.value != result.focus:
        shown = plain(result.value)
        label = context.label(result.value)
        value = shown if label in shown else f"{shown} ({label})"
    return " = ".join(part for part in (path, value) if part)


def _place(reading: Reading) -> str:
    offsets = f" [{reading.start}:{reading.end}]" if reading.start >= 0 else ""
    return f"{reading.article_label}{offsets}"


def text_report(report: Report, all_findings: bool = False) -> str:
    """Return the report for a terminal, grouped by shape."""
    context = Context(report)
    lines = [summary(report), ""]
    for node, shape, results in by_shape(report):
        title = report.shape_name(node) + (f": {shape.label}" if shape and shape.label else "")
        met = report.focus_counts.get(node)
        lines.append(f"{title}  ({counted(len(results), 'finding')}{_met(met)})")
        shown = results if all_findings else results[:SHOWN]
        for mended, group in _same_mend(shape, shown, report):
            for result in group:
                lines.extend(_text_finding(result, context))
            if mended:
                lines.append(f"  mend: {mended}")
        if len(shown) < len(results):
            lines.append(f"  and {len(results) - len(shown):,} more")
        lines.append("")
    lines.extend(_asides(report))
    return "\n".join(lines).rstrip("\n") + "\n"


def _met(count: int | None) -> str:
    return "" if count is None else f", {counted(count, 'node')} met"


def _same_mend(shape: Shape | None, results: list[Result], report: Report) -> Iterator[tuple[str, list[Result]]]:
    """Group results by what mends them, so that it is said once."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(mending(shape, result, report.shapes), []).append(result)
    yield from groups.items()


def _text_finding(result: Result, context: Context) -> Iterator[str]:
    reading = context.reading(result.focus)
    message = "; ".join(m.value for m in result.messages)
    yield f"  {local_name(result.severity.value)}: {message}"
    yield f"    at {reading.label}  {text_of(result.focus)}"
    if where := _at(result, context):
        yield f"    {where}"
    if reading.quote:
        yield f"    says “{reading.quote}” in {_place(reading)}"


def markdown_report(report: Report, all_findings: bool = False) -> str:
    """Return the report as Markdown, a section a shape."""
    context = Context(report)
    lines = ["# Check of the graph", "", _escaped(summary(report)), ""]
    for node, shape, results in by_shape(report):
        lines += [f"## {_escaped(report.shape_name(node))}", ""]
        if shape and shape.label:
            lines += [_escaped(shape.label), ""]
        met = report.focus_counts.get(node)
        lines += [f"{counted(len(results), 'finding')}{_met(met)}.", ""]
        shown = results if all_findings else results[:SHOWN]
        for mended, group in _same_mend(shape, shown, report):
            for result in group:
                lines.extend(_markdown_finding(result, context))
            if mended:
                lines += ["", f"**To mend it:** {_escaped(mended)}"]
        if len(shown) < len(results):
            lines += ["", f"And {len(results) - len(shown):,} more."]
        lines.append("")
    if asides := list(_asides(report)):
        lines += ["## Also", "", *(f"- {_escaped(aside)}" for aside in asides)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _markdown_finding(result: Result, context: Context) -> Iterator[str]:
    reading = context.reading(result.focus)
    message = "; ".join(m.value for m in result.messages)
    severity = local_name(result.severity.value)
    yield f"- **{severity}** {_escaped(message)} {_escaped(reading.label)}, {_code(text_of(result.focus))}"
    if where := _at(result, context):
        yield f"  {_code(where)}"
    if reading.quote:
        yield f"  > {_escaped(reading.quote)} ({_escaped(_place(reading))})"


def _escaped(text: str) -> str:
    out = "".join("\\" + c if c in "\\`*_[]<>#|" else c for c in text)
    return " ".join(out.split())


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{' '.join(text.split())}{fence}"


def json_report(report: Report) -> str:
    """Return the report as JSON: an object with ``conforms``, ``shapes`` and ``results``."""
    context = Context(report)
    shapes = [
        {
            "shape": text_of(node),
            "name": report.shape_name(node),
            "focusNodes": count,
            "findings": sum(result.shape == node for result in report.results),
            "handedOver": report.handed_over.get(node, ""),
        }
        for node, count in report.focus_counts.items()
    ]
    document = {
        "conforms": report.conforms,
        "engine": report.engine,
        "notes": list(report.notes),
        "shapes": shapes,
        "results": [_json_result(result, report, context) for result in report.results],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _json_result(result: Result, report: Report, context: Context) -> dict[str, Any]:
    reading = context.reading(result.focus)
    row: dict[str, Any] = result.violation()._asdict()
    row["constraint"] = text_of(result.constraint) if result.constraint is not None else ""
    row["shapeName"] = report.shape_name(result.shape)
    row["focusLabel"] = reading.label
    row["quote"], row["article"] = reading.quote, reading.article
    row["start"], row["end"] = (reading.start, reading.end) if reading.quote else (None, None)
    row["mend"] = mending(report.shapes.by_node.get(result.shape), result, report.shapes)
    return row
