"""Nothing is lost: builds killed, stopped, refused, on a full disk, and with articles that cannot be read."""

from __future__ import annotations

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
from corpus_fixtures import fingerprint, write_article

from kg.cli import main
from kg.corpus import place
from kg.corpus.lock import locked
from kg.pipeline import build
from kg.resources import Domain

pytest_plugins = ["corpus_fixtures"]


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
