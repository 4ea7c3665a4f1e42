"""The claims of a build as its ``claims.jsonl`` holds them: read, choose, lay out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from kg.errors import StoreError
from kg.model import CLAIM_FIELDS
from kg.query.names import clean_cell
from kg.query.table import format_table

COLUMNS = ("id", *CLAIM_FIELDS)
"""The fields of a claim in the order of the contract."""


class Row(NamedTuple):
    """A claim: its line as it stands in the file, and its fields."""

    line: str
    fields: dict[str, Any]


def parse_rows(lines: Iterable[str], where: str) -> Iterator[Row]:
    """Yield claims from JSON lines; raise ``StoreError`` where a line is not a claim."""
    for number, line in enumerate(lines, 1):
        try:
            fields = json.loads(line)
        except ValueError:
            fields = None
        if not isinstance(fields, dict) or not set(COLUMNS) <= set(fields):
            raise StoreError("not a claim", where=f"{where}:{number}", hint="build it again: kg build")
        yield Row(line, fields)


def choose_rows(rows: Iterable[Row], *, about: str = "", statuses: Collection[str] = ()) -> Iterator[Row]:
    """Yield the claims that speak of the IRI ``about`` (as subject, object or scope) and have one of the statuses."""
    for row in rows:
        fields = row.fields
        if about and about not in (fields["subject"], fields["object"], fields["scope"]):
            continue
        if statuses and fields["status"] not in statuses:
            continue
        yield row


def format_csv(rows: Iterable[Row]) -> str:
    """Return claims as CSV (RFC 4180) with all fields; ``resolved`` is JSON."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = dict(row.fields)
        cells["resolved"] = json.dumps(cells["resolved"], ensure_ascii=False)
        writer.writerow([cells[name] for name in COLUMNS])
    return stream.getvalue()


def format_rows(rows: Sequence[Row], *, width: int) -> str:
    """Return claims as a table for people, and how many there are."""
    columns = ("place", "subject", "predicate", "object", "status", "quote")
    many = len({row.fields["article"] for row in rows}) > 1
    table = format_table(columns, [_say_row(row.fields, many) for row in rows], width=width)
    return f"{table}\n({len(rows)} {'claim' if len(rows) == 1 else 'claims'})"


def _say_row(fields: dict[str, Any], many: bool) -> list[str]:
    place = f"{fields['start']}:{fields['end']}"
    status = fields["status"] if fields["modality"] == "achieved" else f"{fields['status']} {fields['modality']}"
    said = fields["object_label"] or f"{fields['value']} {fields['unit']}"
    cells = (
        f"{fields['article']} {place}" if many else place,
        fields["subject_label"],
        re.split(r"[/#]", fields["predicate"])[-1],
        f"{said} ({fields['period']})" if fields["period"] else said,
        status,
        fields["quote"],
    )
    return [clean_cell(cell) for cell in cells]
