"""Parquet tables of claims and observations, nodes and edges, for DuckDB, pandas and polars.

``tables.parquet`` becomes ``tables.claims.parquet`` and three more. ``value`` is the exact decimal as
text, ``number`` the same as a double for sums; ``first_day`` and ``last_day`` are the period's bounds
as days, where the article's words resolve them.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from kg.errors import MissingExtraError
from kg.export.base import Losses, Target
from kg.export.columns import EDGE_COLUMNS, NODE_COLUMNS, Column, edge_cells, node_cells
from kg.export.source import Source
from kg.export.text import clean
from kg.model import CLAIM_FIELDS, Claim

ROWS = 50_000
"""Rows of a row group; no more are held in memory."""
_INTEGERS = ("start", "end")
_LEFT_OUT = ("resolved", "confidence", *_INTEGERS)


def write_parquet(source: Source, target: Target) -> None:
    """Write four tables; raise ``MissingExtraError`` without pyarrow."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtraError("pyarrow", "parquet") from error
    network, losses = source.streamed, target.losses
    values = (claim for claim in source.read_kept_claims() if claim.object_type == "Observation")
    tables = {
        "claims": (_claim_schema(pa), (_claim_row(claim) for claim in source.read_kept_claims())),
        "observations": (_value_schema(pa), (_value_row(claim, source) for claim in values)),
        "nodes": (_schema(pa, NODE_COLUMNS), (_row(NODE_COLUMNS, node_cells(n, losses)) for n in network.nodes)),
        "edges": (
            _schema(pa, (*EDGE_COLUMNS, Column("source", "string"), Column("target", "string"))),
            (
                _row(EDGE_COLUMNS, edge_cells(e, losses)) | {"source": e.source, "target": e.target}
                for e in network.edges
            ),
        ),
    }
    for name, (schema, rows) in tables.items():
        beside, _ = target.reserve(name)
        with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
            for batch in _batches(rows, losses):
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                target.counts[name] = target.counts.get(name, 0) + len(batch)


def _batches(rows: Iterable[dict[str, Any]], losses: Losses) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, ROWS)):
        for row in batch:
            for name, cell in row.items():
                if type(cell) is str:
                    row[name] = clean(cell, losses) or None
        yield batch


def _schema(pa: Any, columns: Iterable[Column]) -> Any:
    types = {"string": pa.string(), "int": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
    return pa.schema([(column.name, types[column.type]) for column in columns])


def _row(columns: Iterable[Column], cells: Iterable[Any]) -> dict[str, Any]:
    return {column.name: cell for column, cell in zip(columns, cells, strict=True)}


def _claim_schema(pa: Any) -> Any:
    fields = [("id", pa.string())]
    fields += [(name, pa.string()) for name in CLAIM_FIELDS if name not in _LEFT_OUT]
    fields += [(name, pa.int64()) for name in _INTEGERS]
    fields += [("confidence", pa.float64()), ("number", pa.float64()), ("number_before", pa.float64())]
    fields += [("first_day", pa.date32()), ("last_day", pa.date32()), ("resolved", pa.list_(pa.string()))]
    return pa.schema(fields)


def _claim_row(claim: Claim) -> dict[str, Any]:
    row = claim.as_dict()
    row["confidence"] = float(claim.confidence)
    row["resolved"] = [" ".join(map(str, item)) for item in claim.resolved]
    return row | _numbers(claim)


def _numbers(claim: Claim) -> dict[str, Any]:
    return {
        "number": float(claim.value) if claim.value else None,
        "number_before": float(claim.value_before) if claim.value_before else None,
        "first_day": to_day(claim.period_start),
        "last_day": to_day(claim.period_end, last=True),
    }


_VALUE_TEXTS = (
    "observation", "thing", "thing_label", "thing_class", "indicator", "indicator_label", "value", "value_before",
    "unit", "qualifier", "qualifier_before", "period", "scope", "modality", "status", "reason", "article", "claim",
    "quote",
)  # fmt: skip


def _value_schema(pa: Any) -> Any:
    fields = [(name, pa.string()) for name in _VALUE_TEXTS]
    fields += [("number", pa.float64()), ("number_before", pa.float64())]
    return pa.schema([*fields, ("first_day", pa.date32()), ("last_day", pa.date32())])


def _value_row(claim: Claim, source: Source) -> dict[str, Any]:
    names = source.names.get(claim.predicate)
    return {
        "observation": claim.object,
        "thing": claim.subject,
        "thing_label": claim.subject_label,
        "thing_class": claim.subject_type,
        "indicator": claim.predicate,
        "indicator_label": names.en if names else "",
        "claim": claim.id,
        **{name: getattr(claim, name) for name in _VALUE_TEXTS if hasattr(claim, name)},
        **_numbers(claim),
    }


def to_day(text: str, *, last: bool = False) -> date | None:
    """Return the first or last day of a year, month or day of ISO 8601; nothing for an empty text.

    >>> to_day("2023-02", last=True)
    datetime.date(2023, 2, 28)
    """
    if not text:
        return None
    year, month, day = (*(int(part) for part in text.split("-")), 0, 0)[:3]
    month = month or (12 if last else 1)
    return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1))
