"""The gate beside the best-known grounding library: how many wrong claims each lets pass, and what ours costs.

The library (PyPI ``langextract``) aligns the words of an extraction with its source; it is given the quote
as a careless proposer would say the wrong claim ("29 projects" as "28 projects"). Install it to have its
column: ``pip install langextract``. Run: ``python tests/benchmarks/bench_gate.py``.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from mutants import Mutator  # noqa: E402

from kg.article import parse_article  # noqa: E402  the tests' folder must be on the path first
from kg.extract import describe_claim  # noqa: E402
from kg.gate import Gate  # noqa: E402
from kg.model import Claim  # noqa: E402
from kg.pipeline import Tools, load_tools  # noqa: E402
from kg.resources import load_domain  # noqa: E402

WORDS = {"exact": "", "moreThan": "more than", "atLeast": "at least", "upTo": "up to"}
TURNED = (("increase", "decrease"), ("up ", "down "), ("growth", "decline"), ("rose", "fell"), ("grew", "shrank"))


def read_texts(tools: Tools) -> Iterator[tuple[str, set[str] | None]]:
    """Yield the shipped article, and the genre's sentences with the claims that people call true."""
    yield (tools.domain.articles / "changping-two-districts.txt").read_text("utf-8"), None
    for path in sorted((ROOT / "genre").glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8"))["sentence"]:
            if "published" not in entry and "title" not in entry:
                yield entry["text"], set(entry["claims"])


def say_mutant(kind: str, claim: Claim, mutant: Claim, label: str) -> str:
    """Return the quote as somebody would write it who believes the wrong claim."""
    quote = claim.quote
    if kind == "quote shifted by one":
        return mutant.quote
    if kind == "negated":
        return quote.replace(" ", " not ", 1)
    if kind == "planned for done":
        return quote.replace(" ", " will ", 1)
    if kind == "other subject of the sentence":
        return quote.replace(label, mutant.subject_label) if label in quote else f"{mutant.subject_label} {quote}"
    if kind == "period of another clause":
        return quote.replace(claim.period, mutant.period) if claim.period in quote else f"{mutant.period}, {quote}"
    if kind == "qualifier dropped or turned":
        word = WORDS.get(mutant.qualifier, mutant.qualifier)
        return quote.replace(claim.value, f"{word} {claim.value}".strip())
    if kind in ("unit changed", "currency changed"):
        return quote.replace(claim.unit.rstrip("s"), mutant.unit) if claim.unit in quote else f"{quote} {mutant.unit}"
    if kind == "before and after reversed":
        return f"from {claim.value} to {claim.value_before}"
    if kind == "up for down":
        return next((quote.replace(a, b) for a, b in TURNED if a in quote), "down " + quote)
    digits = f"{int(claim.value):,}" if claim.value.isdigit() else claim.value
    return quote.replace(digits, mutant.value) if digits in quote else quote.replace(claim.value, mutant.value)


def make_aligner() -> Callable[[str, str], bool] | None:
    """Return the library's verdict on words and their source, or ``None`` where it is not installed."""
    try:
        from langextract import resolver
        from langextract.core import data
    except ImportError:
        return None
    aligner = resolver.WordAligner()

    def accepts(words: str, source: str) -> bool:
        found = aligner.align_extractions([[data.Extraction("claim", words)]], source)
        return any(e.alignment_status is not None for group in found for e in group)

    return accepts


def main() -> None:
    """Print the mutant table and the cost of the gate."""
    tools = load_tools(load_domain())
    extractor = tools.extractor
    aligner = make_aligner()
    made: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    truths_made = truths_refused = 0
    readings = []
    for number, (text, expected) in enumerate(read_texts(tools)):
        article = parse_article(text.encode(), tools.page, article_id=f"text-{number}")
        reading = extractor.read(article)
        known = extractor.make_claims(reading)
        readings.append((article, reading, known))
        truths = [c for c in known if expected is None or describe_claim(c) in expected]
        gate = Gate(reading, extractor, known)
        truths_made += len(truths)
        truths_refused += sum(not gate.judge(claim).accepted for claim in truths)
        by_place = {(c.predicate, c.object, c.start): c for c in truths}
        for kind, mutant in Mutator(reading, truths, seed=20210829).make_mutants():
            made[kind] += 1
            ours[kind] += gate.judge(mutant).accepted
            if aligner:
                shift = {-1: 1, 1: -1}
                claim = by_place.get((mutant.predicate, mutant.object, mutant.start)) or next(
                    (c for d in shift for c in truths if (c.object, c.start) == (mutant.object, mutant.start + d)),
                    mutant,
                )
                theirs[kind] += aligner(say_mutant(kind, claim, mutant, claim.subject_label), text)
    note = "" if aligner else "  (langextract is not installed: its column is empty)"
    print(f"{truths_made} true claims, {truths_refused} refused; {sum(made.values())} wrong ones{note}")
    print(f"{'kind':34}{'made':>7}{'kg lets pass':>14}{'langextract':>13}")
    for kind in made:
        print(f"{kind:34}{made[kind]:>7}{ours[kind]:>14}{theirs[kind] if aligner else '':>13}")
    print(f"{'all':34}{sum(made.values()):>7}{sum(ours.values()):>14}{sum(theirs.values()) if aligner else '':>13}")
    print_cost(extractor, readings)


def print_cost(extractor: object, readings: list[tuple[object, object, list[Claim]]]) -> None:
    """Print what the gate adds to extraction, medians of interleaved runs."""
    extraction: list[float] = []
    judging: list[float] = []
    for _ in range(9):
        begin = time.perf_counter()
        for article, _, _ in readings:
            extractor.make_claims(extractor.read(article))  # type: ignore[attr-defined]
        middle = time.perf_counter()
        for _, reading, known in readings:
            Gate(reading, extractor, known).judge_all(known)  # type: ignore[arg-type]
        extraction.append(middle - begin)
        judging.append(time.perf_counter() - middle)
    share = median(judging) / median(extraction)
    print(f"extraction {median(extraction) * 1e3:.1f} ms, gate {median(judging) * 1e3:.1f} ms: {share:.0%} on top")


if __name__ == "__main__":
    main()
