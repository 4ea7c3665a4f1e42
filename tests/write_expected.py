"""Write ``tests/expected/*.csv`` again from a fresh build: ``python tests/write_expected.py [NAME…]``.

To be run when what is read from the shipped articles has changed. The difference is the review: a row may
change only if the article bears it out.
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from pathlib import Path

from kg.pipeline import build
from kg.query import Namer, format_answer, list_queries, query_prefixes, run_query
from kg.resources import load_domain
from kg.store import open_store

EXPECTED = Path(__file__).parent / "expected"


def main() -> None:
    """Write the rows of the questions named, or of all."""
    domain = load_domain()
    prefixes = query_prefixes(domain)
    with tempfile.TemporaryDirectory() as folder:
        build(domain, [domain.articles], Path(folder))
        store = open_store(Path(folder) / "store")
        for query in list_queries(domain.queries):
            if sys.argv[1:] and query.name not in sys.argv[1:]:
                continue
            data = format_answer(run_query(store, query, prefixes=prefixes), "csv", Namer(store, prefixes))
            rows = csv.reader(io.StringIO(data.decode(), newline=""))
            with (EXPECTED / f"{query.name}.csv").open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
