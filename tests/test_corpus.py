"""A corpus kept built: only what changed is read, and what stands is what a full build gives, byte for byte."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from corpus_fixtures import fingerprint, make_domain, write_article

from kg.cli import main
from kg.cli.build import make_progress
from kg.cli.times import say_time
from kg.corpus import checking, place, publish
from kg.corpus.said import read_claim_lines
from kg.pipeline import build
from kg.resources import Domain
from kg.store import count_classes, count_triples, open_store

pytest_plugins = ["corpus_fixtures"]


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
    copies = seed % 2 == 0
    for step in range(steps):
        for _ in range(chance.randrange(3) + (step > 0)):
            change_something(corpus, domain, chance)
        kept = build(domain, [corpus], folder / "kept", copies=copies)
        full = build(domain, [corpus], folder / f"full-{step}", copies=copies)
        assert fingerprint(folder / "kept") == fingerprint(folder / f"full-{step}"), (seed, step)
        assert (kept.counts, kept.classes, kept.said) == (full.counts, full.classes, full.said), (seed, step)
        assert list(map(str, kept.failures)) == list(map(str, full.failures))


# ---------------------------------------------------------------- only what changed
@pytest.mark.parametrize("seed", range(2))
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
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.name in place.FILES}
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


def test_build_without_copies_holds_the_same(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    full, bare = tmp_path / "full", tmp_path / "bare"
    both = [build(ships, [corpus], full), build(ships, [corpus], bare, copies=False)]
    assert (both[0].counts, both[0].classes, both[0].said) == (both[1].counts, both[1].classes, both[1].said)
    whole = fingerprint(full)
    assert fingerprint(bare) == {name: whole[name] for name in ("across.tsv", "report.ttl", "store")}
    assert list(read_claim_lines(bare)) == (full / "claims.jsonl").read_text("utf-8").split("\n")[:-1]
    assert both[0].claims == both[1].claims
    command = ["doctor", str(corpus), "--build", str(bare), "--domain", str(tmp_path / "domain")]
    assert CliRunner().invoke(main, command).exit_code == 0
    store = open_store(bare / "store", writable=True)
    store.remove(next(iter(store)))
    del store
    assert "damaged" in CliRunner().invoke(main, command).stdout
    build(ships, [corpus], full, copies=False)
    assert not any((full / name).exists() for name in place.COPIES)
    build(ships, [corpus], full)
    assert fingerprint(full) == whole


def test_large_build_has_no_copies(
    tmp_path: Path, ships: Domain, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["build", str(corpus), "--domain", str(tmp_path / "domain"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr("kg.pipeline.COPIED", 10)
    said = CliRunner().invoke(main, command).stdout
    assert "graph.nq, graph.ttl and claims.jsonl with: kg build --copies" in said
    assert "graph.nq (" in CliRunner().invoke(main, [*command, "--copies"]).stdout


OF_CLAIMS = """
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rd: <https://kg.example/ontology/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
ship:QuoteShape a sh:NodeShape ; sh:targetClass rd:Quote ;
    sh:property [ sh:path oa:hasSource ; sh:class schema:NewsArticle ] ;
    sh:property [ sh:path oa:end ; sh:maxInclusive 60 ; sh:severity sh:Warning ; sh:message "Far down." ] .
ship:ValueShape a sh:PropertyShape ; sh:targetClass rd:Observation ; sh:path [ sh:inversePath rd:states ] ;
    sh:minCount 2 ; sh:severity sh:Info ; sh:message "Said once." .
ship:LabelShape a sh:PropertyShape ; sh:targetObjectsOf rdf:subject ; sh:path rdfs:label ; sh:minCount 1 .
ship:PortsShape a sh:PropertyShape ; sh:targetSubjectsOf ship:calledAt ; sh:path ship:calledAt ; sh:minCount 3 .
"""


def test_shapes_are_judged_alike_as_one_and_in_parts_by_many_processes(
    tmp_path: Path, ships: Domain, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ships.ontology / "shapes.ttl"
    file.write_text(file.read_text("utf-8") + OF_CLAIMS, "utf-8")
    whole = build(ships, [corpus], tmp_path / "whole")
    monkeypatch.setattr(checking, "_FEW", 0)
    monkeypatch.setattr(checking, "PART_LINES", 300)
    monkeypatch.setattr(checking, "PROBED", 1)
    for workers in (1, 2):
        parts = build(ships, [corpus], tmp_path / f"parts-{workers}", workers=workers)
        assert len({result.shape for result in parts.report.results}) == 5
        assert parts.report.results == whole.report.results
        assert (parts.report.focus_counts, parts.report.notes) == (whole.report.focus_counts, whole.report.notes)
        assert fingerprint(parts.out) == fingerprint(whole.out)


def test_output_inside_the_sources_is_no_article(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    build(ships, [corpus], corpus / "build")
    assert build(ships, [corpus], corpus / "build").articles == 30


@pytest.mark.parametrize("what", ["graph.nq", "across.tsv", "manifest.json", "parts.db", "store"])
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


# ---------------------------------------------------------------- the doctor
def test_doctor_tells_what_changed_and_what_is_broken(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    out = tmp_path / "out"
    build(ships, [corpus], out)
    command = ["doctor", str(corpus), "--build", str(out), "--domain", str(tmp_path / "domain")]
    well = CliRunner().invoke(main, command)
    assert (well.exit_code, well.stdout) == (
        0,
        "All is well: the build is whole and holds its sources as they are.\n",
    )
    (corpus / "a1.txt").unlink()
    write_article(corpus / "a2.txt", random.Random(77))
    write_article(corpus / "new.txt", random.Random(78))
    ill = CliRunner().invoke(main, command)
    assert ill.exit_code == 1
    assert [line.split()[0] for line in ill.stdout.splitlines()] == ["changed", "new", "gone", "To"]
    (out / "graph.nq").write_bytes(b"")
    assert "damaged" in CliRunner().invoke(main, command).stdout
    build(ships, [corpus], out)
    assert CliRunner().invoke(main, command).exit_code == 0


def test_doctor_where_nothing_is_built(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--build", str(tmp_path)])
    assert (result.exit_code, "nothing is built here (build it: kg build)" in result.stderr) == (2, True)


# ---------------------------------------------------------------- words on progress
def test_progress_has_rate_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter((0.0, 5.0, 20.0, 20.1, 40.0))
    show = make_progress(live=False, clock=lambda: next(times))
    for done in (10, 400, 401, 1000):
        show(done, 1000, "a")
    assert capsys.readouterr().err == "400 of 1,000 files, 20/s, 30 s left\n"
    assert [say_time(seconds) for seconds in (8, 600, 12000)] == ["8 s", "10 min", "3 h 20 min"]
