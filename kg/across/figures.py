"""Numbers of one key compared: figures, one a period, each followed by the next, and conflicts within one.

A figure is what articles say of one indicator of one thing, in one scope, for one period. Its numbers conflict
where two of them cannot mean one number (``kg.across.extent``). A number that its article withdraws, or that
stands in garbled words, is shown and makes no conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from kg import vocab as v
from kg.across.extent import Extent
from kg.across.traces import Number
from kg.concepts import RANK_UNIT
from kg.model import hash_id
from kg.nquads import date_term, iri_term, is_iri, text_term

_F = {name: f"<{iri}>" for name, iri in vars(v).items() if name.isupper() and isinstance(iri, str)}
Period = tuple[str, str]


class Figure(NamedTuple):
    """What is said of one indicator of one thing for one period: ``conflicting`` are those that cannot all be so."""

    key: str
    period: Period
    numbers: tuple[Number, ...]
    conflicting: tuple[Number, ...]


def make_figures(key: str, numbers: Iterable[Number]) -> list[Figure]:
    """Return the figures of one key in the order of their periods, whatever the order of the numbers."""
    periods: dict[Period, list[Number]] = {}
    for number in sorted(numbers, key=lambda n: (n.article, n.observation)):
        periods.setdefault((number.end, number.start), []).append(number)
    return [
        Figure(key, (start, end), tuple(said), tuple(find_conflicting(said)))
        for (end, start), said in sorted(periods.items())
    ]


def find_conflicting(numbers: Sequence[Number]) -> list[Number]:
    """Return those numbers of one period that cannot mean what some other of them means, at the cost of a sort.

    An extent meets none that ends before it begins; so it is enough to look at the least end and the greatest begin.
    """
    settled = drop_withdrawn(numbers)
    if not settled:
        return []
    least_high = min(Decimal(n.high) for n in settled)
    greatest_low = max(Decimal(n.low) for n in settled)
    return [n for n in settled if Decimal(n.low) >= least_high or Decimal(n.high) <= greatest_low]


def drop_withdrawn(numbers: Sequence[Number]) -> list[Number]:
    """Return the numbers that stand: not garbled, not withdrawn, and not corrected by their own article."""
    corrected = {n.article for n in numbers if n.flag == "correcting"}
    return [n for n in numbers if n.flag == "correcting" or (not n.flag and n.article not in corrected)]


def relate(one: Number, other: Number) -> str:
    """Return what two numbers of one key are to each other: ``conflict``, ``succession``, ``same`` or ``rounding``.

    ``same`` is the same extent, ``rounding`` two that one number can be meant by.
    """
    if (one.start, one.end) != (other.start, other.end):
        return "succession"
    if (one.low, one.high) == (other.low, other.high):
        return "same"
    if find_conflicting((one, other)):
        return "conflict"
    return "rounding"


# ---------------------------------------------------------------- as RDF
def write_figures(key: str, numbers: Sequence[Number], base: str) -> Iterator[str]:
    """Yield the N-Quads lines of what one key gives; nothing where only one observation is there."""
    if len({number.observation for number in numbers}) < 2:
        return
    stop = f" {iri_term(v.graph_iri(base, 'across'))} ."
    figures = make_figures(key, numbers)
    nodes = [iri_term(v.mint_iri(base, "figure", hash_id(key, *figure.period))) for figure in figures]
    for at, figure in enumerate(figures):
        node = nodes[at]
        pairs = [*_describe(figure), (_F["TYPE"], _F["FIGURE"])]
        pairs += [(_F["WAS_DERIVED_FROM"], iri_term(n.observation)) for n in figure.numbers]
        if at + 1 < len(figures):
            pairs.append((_F["NEXT_ITEM"], nodes[at + 1]))
        yield from (f"{node} {predicate} {term}{stop}" for predicate, term in pairs)
        if figure.conflicting:
            conflict = iri_term(v.mint_iri(base, "conflict", hash_id(key, *figure.period)))
            pairs = [
                *_describe(figure),
                (_F["TYPE"], _F["CONFLICT"]),
                (_F["IS_PART_OF"], node),
                (_F["DESCRIPTION"], text_term(give_reason(figure.conflicting), "en")),
                *((_F["WAS_DERIVED_FROM"], iri_term(n.observation)) for n in figure.conflicting),
            ]
            yield from (f"{conflict} {predicate} {term}{stop}" for predicate, term in pairs)
        for right, wrong in find_corrections(figure.numbers):
            yield f"{iri_term(right.claim)} {_F['WAS_REVISION_OF']} {iri_term(wrong.claim)}{stop}"


def _describe(figure: Figure) -> list[tuple[str, str]]:
    """Return what a figure is of."""
    first = figure.numbers[0]
    start, end = figure.period
    pairs = [
        (_F["INDICATOR"], iri_term(first.indicator)),
        *((_F["ABOUT"], iri_term(iri)) for iri in sorted({n.about for n in figure.numbers})),
        *((_F["SPATIAL"], iri_term(iri)) for iri in sorted({n.place for n in figure.numbers} - {""})),
    ]
    if first.unit:
        pairs.append((_F["UNIT"], iri_term(v.unit_iri(first.unit))))
    if first.modality != "achieved":
        pairs.append((_F["MODALITY"], f"<{v.RDC}{first.modality}>"))
    if first.scope:
        named = is_iri(first.scope)
        pairs.append((_F["RANK_SCOPE"], iri_term(first.scope)) if named else (_F["SCOPE_TEXT"], text_term(first.scope)))
    pairs += [(_F["START_DATE"], date_term(start))] if start else []
    pairs += [(_F["END_DATE"], date_term(end))] if end else []
    return pairs


def give_reason(conflicting: Sequence[Number]) -> str:
    """Return why numbers conflict: the two that lie furthest apart, as far as each can be stretched."""
    low = min(conflicting, key=lambda n: (Decimal(n.high), n.low, n.article, n.observation))
    high = max(conflicting, key=lambda n: (Decimal(n.low), n.high, n.article, n.observation))
    unit = f" {low.unit}" if low.unit and low.unit != RANK_UNIT else ""
    return f"No number is both {extent_of(low)} and {extent_of(high)}{unit}."


def find_corrections(numbers: Sequence[Number]) -> Iterator[tuple[Number, Number]]:
    """Yield which number of an article stands in place of which other of it: one for each that is withdrawn."""
    by_article: dict[str, list[Number]] = {}
    for number in numbers:
        by_article.setdefault(number.article, []).append(number)
    for said in by_article.values():
        standing = {number.observation for number in drop_withdrawn(said)}
        right = next((number for number in said if number.observation in standing), None)
        for wrong in said:
            withdrawn = wrong.flag == "withdrawn" or (right and right.flag == "correcting")
            if right and withdrawn and wrong.observation not in standing:
                yield right, wrong


def extent_of(number: Number) -> Extent:
    """Return all that a number can mean."""
    return Extent(Decimal(number.low), Decimal(number.high))
