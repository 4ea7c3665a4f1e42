"""A store that is filled: what it holds, what it counts, and how much memory it takes."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from corpus_fixtures import fingerprint, write_article

from kg.corpus import filling
from kg.corpus.filling import Filling
from kg.corpus.totals import Totals
from kg.errors import StoreError
from kg.pipeline import build
from kg.resources import Domain
from kg.store import count_classes, count_triples, open_store

pytest_plugins = ["corpus_fixtures"]
MAKER = Path(__file__).parent / "benchmarks"
BASE = "https://kg.example/id/"
FILL = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from graph_maker import BASE, article
from page import peak_memory
from kg.corpus.filling import Filling
with Filling(Path(sys.argv[1]), BASE, 2) as filling:
    for number in range(int(sys.argv[3])):
        filling.add_article("".join(sorted(article(number))).encode())
    totals = filling.finish()
print(totals.quads, int(peak_memory()))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_store_filled_in_many_stretches_is_the_same(
    tmp_path: Path, ships: Domain, corpus: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    whole = build(ships, [corpus], tmp_path / "whole")
    monkeypatch.setattr(filling, "STRETCH", 3000)
    parts = build(ships, [corpus], tmp_path / "parts", workers=workers)
    assert fingerprint(whole.out) == fingerprint(parts.out)
    assert (whole.counts, whole.classes) == (parts.counts, parts.classes)
    store = open_store(parts.out / "store")
    assert parts.counts == count_triples(store)
    assert parts.classes == count_classes(store, graphs=f"{ships.data_base}article/")


def test_article_that_does_not_count_is_not_in_the_store(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    """The second article of an id is read, and kept, before it is known that there are two."""
    again = corpus / "z.jsonl"
    again.write_text('{"id": "a1", "text": "Blue Star docked at Rotterdam."}\n', "utf-8")
    built = build(ships, [corpus], tmp_path / "out")
    again.unlink()
    assert len(built.failures) == 1
    assert fingerprint(built.out) == fingerprint(build(ships, [corpus], tmp_path / "full").out)


def test_build_of_nothing_but_failures_leaves_nothing(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    out = build(ships, [corpus], tmp_path / "out").out
    for number in range(20):
        (tmp_path / "bad").mkdir(exist_ok=True)
        (tmp_path / "bad" / f"b{number}.txt").write_bytes(b"caf\xe9")
    before = fingerprint(out)
    with pytest.raises(Exception, match="not UTF-8"):
        build(ships, [tmp_path / "bad"], out)
    assert fingerprint(out) == before


@pytest.mark.parametrize("workers", [1, 2])
def test_lines_that_are_no_quads_are_told(tmp_path: Path, workers: int) -> None:
    for put_in_order in (False, True):
        with Filling(tmp_path, BASE, workers) as store, pytest.raises(StoreError, match="not N-Quads"):
            store.add_article(b"<a> <b> <c> nonsense\n")
            if put_in_order:
                store.put_in_order()
            store.finish()


@pytest.mark.parametrize("workers", [1, 2])
def test_what_comes_after_a_store_was_put_in_order_is_in_it(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "STRETCH", 100)
    line = b"<urn:a:%d> <urn:b> <urn:c> <urn:g> .\n"
    with Filling(tmp_path, BASE, workers) as store:
        store.put_in_order()  # of nothing
        for number in range(20):
            store.add_article(line % number)
        store.put_in_order()
        store.add(line % number for number in range(15, 40))
        assert store.finish().triples == 40
    assert len(open_store(tmp_path / ".new" / "store")) == 40


def test_classes_are_counted_wherever_a_claim_stands_in_its_graph() -> None:
    """A text that looks like the line of a class is none; the first line of a graph has no line before it."""
    a, kind, g = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://kg.example/ontology/Claim>", "<urn:g>"
    text = f'"x> {a} {kind} {g} ."'
    claims = [f"<{BASE}claim/{n}> {a} {kind} {g} .\n<{BASE}claim/{n}> <urn:said> {text} {g} .\n" for n in "12"]
    before, after = f"<{BASE}article/a> {a} <urn:x:Text> {g} .\n", f"<{BASE}zone> {a} <urn:x:Zone> {g} .\n"
    for lines, rest in ((claims, ""), ([before, *claims, after], before + after)):
        totals = Totals(BASE)
        assert totals.count_graph("".join(lines).encode()) == rest.encode()
        assert (totals.quads, totals.triples, totals.by_class()) == (4, 4, {"Claim": 2})


FULL = """
import resource, sys
from pathlib import Path
from kg.corpus.filling import Filling
from kg.errors import StoreError
filling = Filling(Path(sys.argv[1]), "https://kg.example/id/", 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    with filling:
        filling.add([b'<http://a/%d> <http://b/> "x" <http://g/> .\\n' % number for number in range(99_000)])
except StoreError as error:
    print(error.what)
"""


def test_what_was_wrong_is_told_where_nothing_more_can_be_written(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"cannot be written: File too large\n", b"")


def test_a_changed_build_counts_what_is_there(tmp_path: Path, ships: Domain, corpus: Path) -> None:
    """What many articles say is counted once, and is there until the last of them is gone."""
    build(ships, [corpus], tmp_path / "out")
    chance = random.Random(3)
    for name in ("a1", "a2", "a3"):
        (corpus / f"{name}.txt").unlink()
        write_article(corpus / f"{name}-new.txt", chance)
        changed = build(ships, [corpus], tmp_path / "out")
        store = open_store(changed.out / "store")
        assert changed.counts == count_triples(store)
        assert changed.classes == count_classes(store, graphs=f"{ships.data_base}article/")


@pytest.mark.slow
def test_memory_grows_little_with_the_graph(tmp_path: Path) -> None:
    peaks = []
    for articles in (400, 1600):
        out = tmp_path / str(articles)
        out.mkdir()
        command = [sys.executable, "-c", FILL, str(out), str(MAKER), str(articles)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        quads, peak = map(int, said.split())
        assert quads == len(open_store(out / ".new" / "store"))
        peaks.append(peak)
    print("peak MB of 400 and 1,600 articles:", peaks)
    assert peaks[1] < 1.6 * peaks[0]  # in one bulk load: 383 and 1,378 MB
