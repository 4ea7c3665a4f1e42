"""The same bytes whatever the hash seed, the order of files, the processes, the Python and the memory."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from corpus_fixtures import fingerprint

from kg import sorted_file
from kg.corpus import publish
from kg.pipeline import build
from kg.resources import Domain

pytest_plugins = ["corpus_fixtures"]


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
            for record in (b"%d\n" % chance.randrange(60), *old):
                same = sorted(line for line in old if line.startswith(b"1"))
                near = [line for line in same if line < record][-3:], [line for line in same if line > record][:3]
                there = [record] if record in same else []
                if record.startswith(b"1"):
                    assert list(file.around(record, b"1", 3)) == near[0] + there + near[1]
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
