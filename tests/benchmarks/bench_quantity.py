"""Measure how fast quantities are found in generated sentences of the genre, beside spaCy's bare tokenizer.

Run by hand: python tests/benchmarks/bench_quantity.py
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from kg.quantity import find_quantities, load_quantities
from kg.resources import find_root

NAMES = ["Riverbend", "Northlake", "Stonegate", "Fairfield", "Maple Hill", "Eastport"]
SENTENCES = [
    "The {name} zone is home to more than {n:,} enterprises in biomedicine and advanced energy, officials said.",
    "In the first half of the year, output in {name} reached {x} billion yuan, up {p} percent year-on-year.",
    "As of now, {n:,} projects have been signed and {m} have started construction, with a total investment of {x} "
    "billion yuan (about {p} billion U.S. dollars).",
    "The park covers an area of {p} square kilometers along the river and has its own hospital and two schools.",
    "Officials said at the meeting that {name} would keep improving the business environment, with support for "
    "companies at an early stage of growth, as it works with universities, institutes and hospitals.",
    "Since its establishment in 2013, the base has gathered a large number of research teams and laboratories.",
    "The approval of land was shortened from {m} days to 49 days, which was welcomed by the companies that came.",
    "It ranked fourth in the city, and the new programme is expected to be completed by the end of 2025.",
    "The city will go on building a modern industrial system with green, smart and service-based manufacturing.",
]


def make_text(characters: int, seed: int = 1) -> str:
    """Return about ``characters`` code points of sentences of the genre, the same for the same seed."""
    chance, parts, length = random.Random(seed), [], 0
    while length < characters:
        sentence = chance.choice(SENTENCES).format(
            name=chance.choice(NAMES),
            n=chance.randint(2, 9000),
            m=chance.randint(50, 300),
            x=chance.randint(10, 9999) / 10,
            p=chance.randint(10, 400) / 10,
        )
        parts.append(sentence)
        length += len(sentence) + 1
    return " ".join(parts)


def measure(name: str, function: Callable[[str], int], text: str, runs: int = 5) -> None:
    """Print the median speed (processor time) of ``function`` on ``text`` and how many things it found."""
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        found = function(text)
        seconds.append(time.process_time() - start)
    speed = len(text) / statistics.median(seconds) / 1e6
    best = len(text) / min(seconds) / 1e6
    print(f"{name:36} {speed:6.2f} MB/s median {best:6.2f} best   {found} found")


def main() -> None:
    """Measure both on the same text, one core."""
    grammar = load_quantities(find_root() / "data" / "quantities.toml")
    text = make_text(1_000_000)
    measure("quantities", lambda t: len(find_quantities(t, grammar, anchor="2021-08-29")), text)
    sentences = text.split(". ")
    measure(
        "quantities, a sentence at a time",
        lambda _: sum(len(find_quantities(s, grammar, anchor="2021-08-29")) for s in sentences),
        text,
    )
    try:
        import spacy
    except ImportError:
        print("spaCy's tokenizer                    skipped: spaCy is not installed")
        return
    tokenizer = spacy.blank("en").tokenizer
    measure("spaCy's bare English tokenizer", lambda t: sum(len(tokenizer(s)) for s in t.split(". ")), text)


if __name__ == "__main__":
    main()
