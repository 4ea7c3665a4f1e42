"""A small domain of ships and a folder of articles on them, for tests of builds."""

from __future__ import annotations

import hashlib
import random
import shutil
from pathlib import Path

import pytest

from kg.corpus.place import FILES
from kg.resources import Domain, load_domain
from kg.store import dump_lines, open_store

SHIPS = Path(__file__).parent / "domains" / "ships"
PORTS = ("Rotterdam", "Port Sudan", "Harbour 1", "Harbour 10", "Harbour")
WARNS = """
ship:ShipShape a sh:NodeShape ; sh:targetClass ship:Ship ;
    sh:property [ sh:path ship:calledAt ; sh:minCount 2 ; sh:severity sh:Warning ; sh:message "One port only." ] ;
    sh:property [ sh:path [ sh:inversePath rdf:subject ] ; sh:maxCount 3 ; sh:message "Much said." ] .
"""


def fingerprint(out: Path) -> dict[str, str]:
    """Return one SHA-256 per artefact; the store's is that of its sorted quads."""
    found = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES if (out / name).exists()}
    quads = "\n".join(dump_lines(open_store(out / "store")))
    return {**found, "store": hashlib.sha256(quads.encode()).hexdigest()}


def make_domain(folder: Path) -> Domain:
    """A small domain whose shapes find something to say."""
    shutil.copytree(SHIPS, folder)
    names = folder / "data" / "lexicon" / "names.tsv"
    rows = [f"{port.lower().replace(' ', '-')}\tship:Port\tpreferred\ten\t{port}\t\t\t\n" for port in PORTS[1:]]
    rows += [f"ship-{n}\tship:Ship\tpreferred\ten\tStar {n}\t\t\t\n" for n in range(12)]
    names.write_text(names.read_text("utf-8") + "".join(rows), "utf-8")
    shapes = folder / "ontology" / "shapes.ttl"
    rdf = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    shapes.write_text(rdf + shapes.read_text("utf-8") + WARNS, "utf-8")
    return load_domain(folder)


def write_article(path: Path, chance: random.Random) -> None:
    sentences = [
        f"{chance.choice(['Blue Star', f'Star {chance.randrange(12)}'])} docked at {chance.choice(PORTS)} "
        f"{chance.choice(['on Monday', 'in 2023', 'in May 2024'])}, "
        f"carrying {chance.randrange(1, 90)},{chance.randrange(100, 999)} tons of “steel” 钢."
        for _ in range(chance.randrange(1, 5))
    ]
    path.write_text(f"News {chance.randrange(5)}\n\n{' '.join(sentences)}\n", "utf-8")


@pytest.fixture
def ships(tmp_path: Path) -> Domain:
    return make_domain(tmp_path / "domain")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    chance = random.Random(5)
    for number in range(30):
        write_article(folder / f"a{number}.txt", chance)
    return folder
