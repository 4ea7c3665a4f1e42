"""Numbers that follow from others: claims with their formula, and the proof that a formula gives its value.

A formula is written with the numbers as the article gives them: ``(49 - 276) / 276 * 100``. The only number
that may stand in it without standing in the quote is 100.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from kg.concepts import INDICATORS
from kg.dating import spans_years
from kg.errors import EvidenceError
from kg.model import Claim, say_value
from kg.vocab import RDC, observation_iri

DURATION = RDC + "duration"

MAX_FORMULA = 200
"""Longest formula in characters: a sum of some terms, not a program."""

_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_OBSERVED = "value value_before unit qualifier qualifier_before period period_start period_end scope modality".split()


def derive_changes(claims: Iterable[Claim], base: str) -> Iterator[Claim]:
    """Yield the percentage of each change with a before and an after; of a duration the days saved as well.

    Only for indicators of the ontology, which have a growth of their own. The percentage is rounded to one
    decimal place. What is about or more than a number gives a change that is about so much.
    """
    for claim in claims:
        if not _has_change(claim):
            continue
        after, before = claim.value, claim.value_before
        exact = {claim.qualifier, claim.qualifier_before} <= {"", "exact"}
        formulas = [(f"({after} - {before}) / {before} * 100", "percent")]
        if claim.predicate == DURATION:
            formulas.append((f"{after} - {before}", claim.unit))
        for formula, unit in formulas:
            value = round_value(evaluate_formula(formula)[0])
            yield _derive(claim, base, formula, value, unit, "exact" if exact else "about")


def _has_change(claim: Claim) -> bool:
    known = claim.predicate.removeprefix(RDC) + "Growth" in INDICATORS
    amounts = claim.unit not in ("percent", "point", "permille", "rank")
    return bool(known and amounts and claim.value and claim.value_before and Decimal(claim.value_before))


def _derive(claim: Claim, base: str, formula: str, value: str, unit: str, qualifier: str) -> Claim:
    undated = (
        {"period": "", "period_start": "", "period_end": ""}
        if spans_years(claim.quote, f"{claim.period_start} {claim.period_end} {claim.period}")
        else {}
    )
    fields: dict[str, Any] = undated | {
        "predicate": claim.predicate + "Growth",
        "value": value,
        "value_before": "",
        "unit": unit,
        "qualifier": qualifier,
        "qualifier_before": "",
    }
    observed = {name: fields.get(name, getattr(claim, name)) for name in _OBSERVED}
    iri = observation_iri(base, article=claim.article, subject=claim.subject, predicate=fields["predicate"], **observed)
    label = say_value({**fields, "unit": unit})
    status = "garbled" if claim.status == "garbled" else "implied"
    return replace(
        claim, **fields, object=iri, object_label=label, status=status, rule="derived-change", derived=formula
    )


def evaluate_formula(formula: str) -> tuple[Decimal, frozenset[str]]:
    """Return the value of a formula and the numbers in it; raise ``EvidenceError`` for anything else.

    Numbers, ``+ - * /`` and parentheses; no names, no powers, at most ``MAX_FORMULA`` characters.

    >>> evaluate_formula("49 - 276")[0]
    Decimal('-227')
    """
    if len(formula) > MAX_FORMULA:
        raise EvidenceError(f"a formula of {len(formula)} characters is too long")
    try:
        tree = ast.parse(formula.strip(), mode="eval")
        numbers: set[str] = set()
        value = _evaluate(tree.body, formula.strip(), numbers)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise EvidenceError(f"not a formula: {formula!r}", hint="write numbers with + - * / and brackets") from error
    except (DivisionByZero, InvalidOperation, Overflow) as error:
        raise EvidenceError(f"the formula has no value: {formula!r}") from error
    return value, frozenset(numbers)


def _evaluate(node: ast.expr, source: str, numbers: set[str]) -> Decimal:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        text = ast.get_source_segment(source, node) or ""
        numbers.add(text)
        return Decimal(text)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _evaluate(node.left, source, numbers), _evaluate(node.right, source, numbers)
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, source, numbers)
    raise ValueError("neither number nor sum")


def round_value(value: Decimal, places: int = 1) -> str:
    """Return a decimal in canonical form, rounded half to even at ``places``.

    >>> round_value(Decimal("-82.2463768"))
    '-82.2'
    """
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    text = format(rounded.normalize(), "f")
    return "0" if Decimal(text) == 0 else text


def proves_value(formula: str, value: str) -> bool:
    """Say whether a formula gives a value, at the value's own number of decimal places."""
    places = len(value.partition(".")[2])
    exact = evaluate_formula(formula)[0]
    return round_value(exact, places) == round_value(Decimal(value), places)
