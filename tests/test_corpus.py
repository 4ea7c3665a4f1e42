"""A corpus kept built: only what changed is read, and what stands is what a full build gives, byte for byte."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg import sorted_file
from kg.cli import main
from kg.cli.build import make_progress
from kg.cli.times import say_time
from kg.corpus import checking, place, publish
from kg.corpus.lock import locked
from kg.corpus.place import FILES
from kg.corpus.said import read_claim_lines
from kg.pipeline import build
from kg.resources import Domain, load_domain
from kg.shapes import write_report
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


def test_shapes_are_judged_alike_by_many_processes(
    tmp_path: Path, ships: Domain, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = build(ships, [corpus], tmp_path / "out").out
    monkeypatch.setattr(checking, "_FEW", 0)
    shapes = ships.ontology / "shapes.ttl"
    one, two = (checking.check_store(out / "store", shapes, workers) for workers in (1, 2))
    assert one.results and (one.results, one.focus_counts, one.notes) == (two.results, two.focus_counts, two.notes)
    assert write_report(one, "turtle") == write_report(two, "turtle")


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


@pytest.mark.slow
def test_same_bytes_whatever_seed_order_and_processes(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    """8 hash seeds x files made in another order x 1, 2, 4 processes x this Python and the one ``PYTHON313`` names."""
    pythons = [python for python in (sys.executable, os.environ.get("PYTHON313")) if python]
    runs = [(python, str(seed), workers) for python in pythons for seed in range(8) for workers in (1, 2, 4)]
    found = set()
    for python, seed, workers in runs:
        files = sorted(corpus.iterdir())
        random.Random(seed).shuffle(files)
        shuffled, out = tmp_path / "shuffled", tmp_path / "out"
        for folder in (shuffled, out):
            shutil.rmtree(folder, ignore_errors=True)
        shuffled.mkdir()
        for path in files:
            shutil.copy(path, shuffled)
        command = [
            python,
            "-m",
            "kg",
            "build",
            *map(str, sorted(shuffled.iterdir(), key=lambda p: files.index(corpus / p.name))),
        ]
        command += ["--domain", str(tmp_path / "domain"), "--out", str(out), "--quiet", "--workers", str(workers)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        found.add(tuple(sorted(fingerprint(out).items())))
    print(len(runs), "runs on", len(pythons), "Pythons:", *found, sep="\n")
    assert len(found) == 1


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


# ---------------------------------------------------------------- never loses
def start_build(domain: Path, corpus: Path, out: Path, **env: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "kg",
        "build",
        corpus,
        "--domain",
        domain,
        "--out",
        out,
        "--quiet",
        "--workers",
        "2",
    ]
    return subprocess.Popen(
        list(map(str, command)), env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def kill_and_compare(tmp_path: Path, ships: Domain, corpus: Path, points: int) -> None:
    """Kill builds at seeded points; each artefact is then the old or the new one, and the next build the new."""
    chance = random.Random(11)
    out, sources = tmp_path / "out", tmp_path / "domain"
    old = fingerprint(build(ships, [corpus], out).out)
    for number in range(points):
        for _ in range(6):
            write_article(corpus / f"k{chance.randrange(40)}.txt", chance)
        new = fingerprint(build(ships, [corpus], tmp_path / f"full-{number}").out)
        process = start_build(sources, corpus, out)
        time.sleep(chance.uniform(0.1, 1.4))
        process.kill()
        process.communicate()
        found = fingerprint(out)
        assert all(found[name] in (old[name], new[name]) for name in found), number
        assert start_build(sources, corpus, out).wait() == 0
        assert fingerprint(out) == new, number
        old = new
        shutil.rmtree(tmp_path / f"full-{number}")


def test_killed_build_leaves_old_or_new(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    kill_and_compare(tmp_path, ships, corpus, points=1)


@pytest.mark.slow
def test_killed_build_leaves_old_or_new_at_20_points(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    kill_and_compare(tmp_path, ships, corpus, points=20)


@pytest.mark.parametrize("step", ["graph.nq", "report.ttl", "store", "manifest.json"])
def test_stopped_between_two_renames(
    tmp_path: Path, ships: Domain, corpus: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    out = tmp_path / "out"
    old = fingerprint(build(ships, [corpus], out).out)
    write_article(corpus / "a3.txt", random.Random(1))
    new = fingerprint(build(ships, [corpus], tmp_path / "full").out)

    def stop_at(new: Path, place: Path, rename: Callable[[Path, Path], object] = os.replace) -> object:
        if place.name == step:
            raise KeyboardInterrupt
        return rename(new, place)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("kg.corpus.place.os.replace", stop_at)
        patch.setattr("kg.corpus.place._exchange", lambda a, b, real=place._exchange: stop_at(a, b, real))
        build(ships, [corpus], out)
    found = fingerprint(out)
    assert all(found[name] in (old[name], new[name]) for name in found)
    assert fingerprint(build(ships, [corpus], out).out) == new


def test_second_build_is_refused_and_told_who_builds(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    out = tmp_path / "out"
    build(ships, [corpus], out)
    with locked(out):
        result = CliRunner().invoke(
            main, ["build", str(corpus), "--domain", str(tmp_path / "domain"), "--out", str(out)]
        )
    assert result.exit_code == 2
    assert f"process {os.getpid()} is building here (wait for it to end" in result.stderr


def test_stopped_build_goes_on_from_there(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    seen: list[str] = []

    def stop(done: int, total: int, name: str) -> None:
        seen.append(name)
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(ships, [corpus], tmp_path / "out", progress=stop)
    assert build(ships, [corpus], tmp_path / "out").read_again == 10


def test_interrupt_ends_all_processes(tmp_path: Path, corpus: Path, ships: Domain) -> None:
    chance = random.Random(1)
    for number in range(400):
        write_article(corpus / f"m{number}.txt", chance)
    process = start_build(tmp_path / "domain", corpus, tmp_path / "out")
    while not (tmp_path / "out" / "parts.db").exists():
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode in (0, 130)
    assert process.returncode == 0 or b"goes on from there" in errors
    assert build(ships, [corpus], tmp_path / "out").articles == 430


def test_bad_articles_among_many(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    (corpus / "empty.txt").write_bytes(b"")
    (corpus / "latin.txt").write_bytes(b"caf\xe9 noir")
    (corpus / "binary.txt").write_bytes(b"\x89PNG\x00\x00")
    (corpus / "twice.jsonl").write_text('{"id": "a1", "text": "Blue Star docked at Rotterdam."}\n{bad\n', "utf-8")
    (corpus / "huge.txt").write_bytes(b"x" * (65 * 1024 * 1024))
    (corpus / "link.txt").symlink_to(tmp_path / "nowhere.txt")
    result = build(ships, [corpus], tmp_path / "out", workers=2)
    assert result.articles == 30
    words = "\n".join(map(str, result.failures))
    for name, what in {
        "empty.txt": "the article is empty",
        "latin.txt": "not UTF-8: byte 0xe9 at offset 3 (save the file as UTF-8)",
        "binary.txt": "a binary file, not a text",
        "twice.jsonl": "the article id a1 is already that of",
        "twice.jsonl:2": "not JSON",
        "huge.txt": "68157440 bytes are more than the limit",
        "link.txt": "cannot be read: No such file or directory",
    }.items():
        assert f"{corpus}/{name}: {what}" in words, name
    assert len(result.failures) == 7


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_article_without_the_right_to_read(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    (corpus / "a1.txt").chmod(0)
    result = build(ships, [corpus], tmp_path / "out")
    assert result.articles == 29 and "give yourself the right to read it" in str(result.failures[0])


@pytest.mark.slow
def test_article_of_50_megabytes(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    sentence = "Blue Star docked at Rotterdam on Monday, carrying 1,200 tons of steel. "
    (corpus / "long.txt").write_text("Long\n\n" + "words without meaning and end " * 1_700_000 + sentence, "utf-8")
    result = build(ships, [corpus], tmp_path / "out")
    assert result.articles == 30
    assert "more than the 16,000,000 that a store takes (divide it into several articles)" in str(result.failures[0])


# ---------------------------------------------------------------- the disk is full
@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=14m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_full_disk_leaves_the_old_build(tmp_path: Path, ships: Domain, corpus: Path, small_disk: Path) -> None:
    out = small_disk / "out"
    old = fingerprint(build(ships, [corpus], out).out)
    chance = random.Random(4)
    for number in range(900):
        write_article(corpus / f"z{number}.txt", chance)
    result = CliRunner().invoke(
        main, ["build", str(corpus), "--domain", str(tmp_path / "domain"), "--out", str(out), "--workers", "2"]
    )
    assert (result.exit_code, "make room on the disk" in result.stderr) == (2, True), result.stderr
    assert fingerprint(out) == old
