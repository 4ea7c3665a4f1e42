"""Rewrite the golden files: ``python tests/write_golden.py``, then read the difference before it is kept.

A golden file holds what the program says today, read and found true by people; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from test_gold import FACTS, matches

from kg.article import read_article
from kg.extract import describe_claim
from kg.model import Claim
from kg.pipeline import load_tools, read_claims
from kg.resources import load_domain

GOLDEN = Path(__file__).parent / "golden"
CHANGPING = "changping-two-districts"
CLAIMS_BEYOND_GOLD = GOLDEN / "changping-claims.txt"


def format_beyond_gold(claims: Iterable[Claim]) -> str:
    """The claims that are none of the 99 gold facts: offsets and one short line each, by offset."""
    beyond = [claim for claim in claims if not any(matches(claim, fact) for fact in FACTS)]
    rows = sorted((claim.start, claim.end, describe_claim(claim), claim.rule) for claim in beyond)
    return "".join(f"{start}-{end} {line} <{rule}>\n" for start, end, line, rule in rows)


def read_changping() -> list[Claim]:
    domain = load_domain()
    tools = load_tools(domain)
    article = read_article(domain.articles / f"{CHANGPING}.txt", tools.page, article_id=CHANGPING)
    return list(read_claims(tools, article).claims)


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    text = format_beyond_gold(read_changping())
    CLAIMS_BEYOND_GOLD.write_text(text, encoding="utf-8")
    print(f"{CLAIMS_BEYOND_GOLD.name}: {len(text.splitlines())} lines; read them with git diff")


if __name__ == "__main__":
    main()
