"""A corpus of any size: press articles of regional development, put together from sentences of the genre by a seed."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

DISTRICTS = (
    "Changping", "Haidian", "Chaoyang", "Tongzhou", "Daxing", "Fengtai", "Shunyi", "Fangshan", "Mentougou", "Huairou",
)  # fmt: skip
PARKS = ("Zhongguancun Life Science Park", "Future Science City", "Nanchang High-tech Zone", "Suzhou Industrial Park")
FIRMS = ("Xiaomi", "BAIC Foton Motor", "Alibaba", "Huawei", "CATL", "BYD")
INDUSTRIES = ("biomedicine", "advanced energy", "advanced manufacturing", "new energy vehicles", "integrated circuits")
STAGES = (
    "achieved landing",
    "started construction",
    "were successfully signed",
    "were completed",
    "went into operation",
)
SENTENCES = (
    "In {year}, {n} projects {stage} in {d} District.",
    "In the first half of {year}, the GDP of {d} District reached {x} billion yuan, an increase of {p} percent.",
    "{d} District has attracted more than {n} key industrial sector enterprises.",
    'As of now, the "two districts" key items are {m} in the library, of which {n} projects achieve landing and {k} '
    "projects start construction.",
    "From January to July, the total industrial output value of {d} District was {x} billion yuan, up {p} percent year "
    "on year, ranking {rank} in the city.",
    "{firm} will invest {x} billion yuan in {park}.",
    "The procedure was compressed from nearly {m} days to {k} days.",
    "In {year}, foreign investment actually used by {d} District reached {n} million US dollars.",
    "{park} gathers {n} enterprises in {industry}.",
    "In the field of {industry}, {d} District supports {firm} and other leading enterprises.",
    "The project, with a total investment of {x} billion yuan, has completed {p} percent of the total amount of work.",
    "{n} district-level innovation policies have been issued, and nearly {m} market entities benefit from them.",
    "Officials said that the business environment keeps getting better and that services come to the door.",
    "The market vitality is fully excited, and the new development pattern is accelerated.",
    "Reporters learned this at a press conference held on {month} {day}, {year}.",
)
MONTHS = ("January", "March", "May", "July", "September", "November")
RANKS = ("first", "second", "third", "fourth", "fifth")


def make_article(number: int, seed: int = 0) -> str:
    """Return the text of one article; the same number and seed give the same text."""
    chance = random.Random(f"{seed}/{number}")
    district = chance.choice(DISTRICTS)
    year = chance.randrange(2019, 2025)
    lines = [f"{district} District: {chance.randrange(10, 400)} projects landed in {year}", ""]
    for _ in range(chance.randrange(3, 6)):
        lines += [" ".join(_sentences(chance, district, year)), ""]
    return "\n".join(lines)


def _sentences(chance: random.Random, district: str, year: int) -> Iterator[str]:
    for template in chance.sample(SENTENCES, chance.randrange(2, 6)):
        yield template.format(
            d=district if chance.random() < 0.8 else chance.choice(DISTRICTS),
            year=year,
            n=chance.randrange(10, 900),
            m=chance.randrange(900, 2000),
            k=chance.randrange(2, 90),
            x=round(chance.uniform(0.5, 90), 2),
            p=round(chance.uniform(0.5, 30), 1),
            stage=chance.choice(STAGES),
            firm=chance.choice(FIRMS),
            park=chance.choice(PARKS),
            industry=chance.choice(INDUSTRIES),
            rank=chance.choice(RANKS),
            month=chance.choice(MONTHS),
            day=chance.randrange(1, 29),
        )


def write_corpus(folder: Path, articles: int, seed: int = 0) -> Path:
    """Write so many articles, a thousand to a folder, and return the folder."""
    for number in range(articles):
        below = folder / f"{number // 1000:03}"
        if number % 1000 == 0:
            below.mkdir(parents=True, exist_ok=True)
        (below / f"{number:06}.txt").write_text(make_article(number, seed), encoding="utf-8")
    return folder


if __name__ == "__main__":
    write_corpus(Path(sys.argv[1]), int(sys.argv[2]))
