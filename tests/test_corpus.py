"""A corpus kept built: only what changed is read, and what stands is what a full build gives, byte for byte."""

from __future__ import annotations

import hashlib
import random
import shutil
from pathlib import Path

import pytest

from kg.cli.build import make_progress, say_time
from kg.corpus import publish, sorted_file
from kg.corpus.place import FILES
from kg.pipeline import build
from kg.resources import Domain, load_domain
from kg.store import count_classes, count_triples, dump_lines, open_store

SHIPS = Path(__file__).parent / "domains" / "ships"
PORTS = ("Rotterdam", "Port Sudan", "Harbour 1", "Harbour 10", "Harbour")
WARNS = """
ship:ShipShape a sh:NodeShape ; sh:targetClass ship:Ship ;
    sh:property [ sh:path ship:calledAt ; sh:minCount 2 ; sh:severity sh:Warning ; sh:message "One port only." ] ;
    sh:property [ sh:path [ sh:inversePath rdf:subject ] ; sh:maxCount 3 ; sh:message "Much said." ] .
"""


def fingerprint(out: Path) -> dict[str, str]:
    """Return one SHA-256 per artefact; the store's is that of its sorted quads."""
    found = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES}
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
        f"{chance.choice(['Blue Star', f'Star {chance.randrange(12)}'])} docked at {chance.choice(PORTS)} on Monday, "
        f"carrying {chance.randrange(1, 90)},{chance.randrange(100, 999)} tons of “steel” 钢."
        for _ in range(chance.randrange(1, 5))
    ]
    path.write_text(f"News {chance.randrange(5)}\n\n{' '.join(sentences)}\n", "utf-8")


def change_something(corpus: Path, domain: Domain, chance: random.Random) -> None:
    files = sorted(corpus.glob("*.txt"))
    what = chance.choice(("add", "add", "edit", "edit", "delete", "rename", "copy", "spoil", "rule"))
    path = chance.choice(files)
    if what == "add":
        write_article(corpus / f"n{chance.randrange(1000)}.txt", chance)
    elif what == "edit":
        write_article(path, chance)
    elif what == "delete" and len(files) > 3:
        path.unlink()
    elif what == "rename":
        path.rename(corpus / f"r{chance.randrange(1000)}.txt")
    elif what == "copy":
        shutil.copy(path, corpus / f"c{chance.randrange(1000)}.txt")
    elif what == "spoil" and len(files) > 3:
        path.write_bytes(b"not \xff text")
    elif what == "rule" and chance.random() < 0.4:
        rules = domain.rules / "calls.toml"
        rules.write_text(rules.read_text("utf-8") + f"# changed {chance.random()}\n", "utf-8")


def run_sequence(folder: Path, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    domain = make_domain(folder / "domain")
    for number in range(12):
        write_article(corpus / f"a{number}.txt", chance)
    for step in range(steps):
        for _ in range(chance.randrange(3) + (step > 0)):
            change_something(corpus, domain, chance)
        kept = build(domain, [corpus], folder / "kept")
        full = build(domain, [corpus], folder / f"full-{step}")
        assert fingerprint(folder / "kept") == fingerprint(folder / f"full-{step}"), (seed, step)
        assert (kept.counts, kept.classes, kept.said) == (full.counts, full.classes, full.said), (seed, step)
        assert list(map(str, kept.failures)) == list(map(str, full.failures))


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


# ---------------------------------------------------------------- only what changed
@pytest.mark.parametrize("seed", range(3))
def test_kept_build_is_the_full_build(tmp_path: Path, seed: int) -> None:
    run_sequence(tmp_path, seed, steps=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 150))
def test_kept_build_is_the_full_build_50_times(tmp_path: Path, seed: int) -> None:
    run_sequence(tmp_path, seed, steps=10)


def test_small_change_is_patched_and_nothing_else_read(
    tmp_path: Path, ships: Domain, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(ships, [corpus], tmp_path / "out")
    write_article(corpus / "a7.txt", random.Random(99))
    monkeypatch.setattr(publish.Publisher, "publish_all", lambda *_: pytest.fail("all was written again"))
    result = build(ships, [corpus], tmp_path / "out")
    assert (result.read_again, result.articles) == (1, 30)


def test_nothing_changed_writes_nothing(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    first = build(ships, [corpus], tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.name in FILES}
    again = build(ships, [corpus], tmp_path / "out")
    assert again.read_again == 0
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert (first.counts, first.classes, first.said) == (again.counts, again.classes, again.said)
    assert [r.violation() for r in first.report.results] == [r.violation() for r in again.report.results]


def test_counts_are_those_of_the_store(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    result = build(ships, [corpus], tmp_path / "out")
    store = open_store(tmp_path / "out" / "store")
    assert result.counts == count_triples(store)
    assert result.classes == count_classes(store, graphs=f"{ships.data_base}article/")


def test_output_inside_the_sources_is_no_article(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    build(ships, [corpus], corpus / "build")
    assert build(ships, [corpus], corpus / "build").articles == 30


@pytest.mark.parametrize("what", ["graph.nq", "graph.ttl", "claims.jsonl", "manifest.json", "parts.db", "store"])
def test_damaged_build_is_made_whole(tmp_path: Path, ships: Domain, corpus: Path, what: str) -> None:
    out = tmp_path / "out"
    build(ships, [corpus], out)
    before = fingerprint(out)
    if what == "store":
        shutil.rmtree(out / "store")
    else:
        (out / what).write_bytes(b"damaged")
    build(ships, [corpus], out)
    assert fingerprint(out) == before


# ---------------------------------------------------------------- same bytes
def test_many_processes_give_the_same_bytes(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    found = []
    for workers in (1, 2, 4):
        result = build(ships, [corpus], tmp_path / f"out-{workers}", workers=workers)
        found.append((fingerprint(result.out), result.counts, result.said))
    assert found[0] == found[1] == found[2]


def test_files_sorted_outside_memory_are_the_same(
    tmp_path: Path, ships: Domain, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(ships, [corpus], tmp_path / "one")
    monkeypatch.setattr(publish, "sort_blocks", lambda blocks, at: sorted_file.sort_blocks(blocks, at, run_bytes=900))
    monkeypatch.setattr(publish, "_BIG", 1)
    monkeypatch.setattr(publish.blocks, "split_file", lambda path, split=publish.blocks.split_file: split(path, 2000))
    build(ships, [corpus], tmp_path / "two", workers=2)
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")


def test_sorted_file_finds_and_patches(tmp_path: Path) -> None:
    chance = random.Random(3)
    for _ in range(200):
        old = {b"%d\n" % chance.randrange(60) for _ in range(chance.randrange(20))}
        new = {b"%d\n" % chance.randrange(60) for _ in range(chance.randrange(20))}
        (tmp_path / "old").write_bytes(b"".join(sorted(old)))
        changes = sorted([(line, b"") for line in old - new] + [(line, line) for line in new - old])
        with sorted_file.SortedFile(tmp_path / "old") as file, (tmp_path / "new").open("wb") as stream:
            assert list(file.starting_with(b"1")) == sorted(line for line in old if line.startswith(b"1"))
            file.patch(changes, stream)
        assert (tmp_path / "new").read_bytes() == b"".join(sorted(new))


# ---------------------------------------------------------------- words on progress
def test_progress_has_rate_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter((0.0, 5.0, 20.0, 20.1, 40.0))
    show = make_progress(live=False, clock=lambda: next(times))
    for done in (10, 400, 401, 1000):
        show(done, 1000, "a")
    assert capsys.readouterr().err == "400 of 1,000 files, 20/s, 30 s left\n"
    assert [say_time(seconds) for seconds in (8, 600, 12000)] == ["8 s", "10 min", "3 h 20 min"]
