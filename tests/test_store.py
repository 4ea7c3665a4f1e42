"""The store opens only what is there, loads all or nothing, and always gives the same bytes back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import vocab as v
from kg.errors import StoreError
from kg.nquads import iri_term, join_lines, text_term
from kg.store import (
    build_store,
    count_by_graph,
    count_classes,
    count_triples,
    dump_lines,
    load_lines,
    open_store,
    replace_graph,
    write_file,
)
from kg.turtle import Shortener, data_prefixes, format_turtle, record_by_graph, stream_trig

BASE = "https://kg.example/id/"
A = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
ONE, TWO = BASE + "article/one", BASE + "article/two"
LINES = [
    f"<{BASE}x> {A} <https://kg.example/ontology/Park> <{ONE}> .",
    f"<{BASE}x> {A} <https://kg.example/ontology/Park> <{TWO}> .",
    f"<{BASE}y> {A} <https://kg.example/ontology/Project> <{TWO}> .",
    f'<{BASE}y> <https://schema.org/headline> "昌平 \\"Life\\nValley\\" 🙂"@en <{TWO}> .',
    f'<{BASE}y> <{v.VALUE}> "168"^^<{v.XSD_DECIMAL}> <{TWO}> .',
]


def format_trig(lines: Iterable[str], prefixes: dict[str, str]) -> str:
    """Return N-Quads lines as the TriG that an export streams."""
    short = Shortener(prefixes)
    text = "".join(stream_trig(sorted({record_by_graph(f"{line}\n".encode()) for line in lines}), short))
    return short.header() + text


def test_a_store_is_built_read_and_counted(tmp_path: Path) -> None:
    build_store(tmp_path / "build" / "store", LINES)
    store = open_store(tmp_path / "build" / "store")
    assert dump_lines(store) == sorted(LINES)
    assert count_triples(store) == {"quads": 5, "triples": 4, "graphs": 2}
    assert count_classes(store) == {"Park": 1, "Project": 1}
    assert count_classes(store, graphs=ONE) == {"Park": 1}
    assert count_by_graph(store) == {ONE: 1, TWO: 4}
    assert [p.name for p in (tmp_path / "build").iterdir()] == ["store"]


def test_a_store_for_questions_cannot_be_written(tmp_path: Path) -> None:
    build_store(tmp_path / "store", LINES)
    store = open_store(tmp_path / "store")
    with pytest.raises(StoreError, match="cannot be written"):
        load_lines(store, LINES)
    with pytest.raises(StoreError, match="cannot be written"):
        replace_graph(store, TWO, [])


def test_building_again_replaces_all(tmp_path: Path) -> None:
    build_store(tmp_path / "store", LINES)
    reader = open_store(tmp_path / "store")
    build_store(tmp_path / "store", LINES[:1])
    assert dump_lines(open_store(tmp_path / "store")) == LINES[:1]
    assert len(reader) == 5, "who reads the old store may finish"


def test_a_failed_build_leaves_the_old_store(tmp_path: Path) -> None:
    build_store(tmp_path / "store", LINES)
    with pytest.raises(StoreError, match="not N-Quads"):
        build_store(tmp_path / "store", ["<http://a> broken"])
    assert dump_lines(open_store(tmp_path / "store")) == sorted(LINES)


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "thesis.txt").write_text("years of work")
    with pytest.raises(StoreError, match="not a store"):
        build_store(tmp_path / "store", LINES)
    assert (tmp_path / "store" / "thesis.txt").is_file()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="this is a file"):
        build_store(tmp_path / "file", LINES)


def test_a_missing_store_says_what_to_do_and_is_not_made(tmp_path: Path) -> None:
    for writable in (False, True):
        with pytest.raises(StoreError, match=r"no graph store here \(build it first: kg build\)"):
            open_store(tmp_path / "none", writable=writable)
    assert not (tmp_path / "none").exists()


def test_a_store_in_use_says_so(tmp_path: Path) -> None:
    build_store(tmp_path / "store", LINES)
    code = (
        "import sys; from pathlib import Path; from kg.store import open_store;"
        "s = open_store(Path(sys.argv[1]), writable=True); print('open', flush=True); sys.stdin.read()"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "store")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert writer.stdout is not None and writer.stdout.readline() == b"open\n"
        with pytest.raises(StoreError, match="another process is writing it"):
            open_store(tmp_path / "store", writable=True)
        assert len(open_store(tmp_path / "store")) == 5, "questions can be asked all the same"
    finally:
        writer.communicate()


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    build_store(tmp_path / "store", LINES)
    (tmp_path / "store" / "CURRENT").write_text("nonsense")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path / "store")


# ---------------------------------------------------------------- one article again
def test_replacing_a_graph_writes_the_difference_only() -> None:
    store = open_store()
    load_lines(store, LINES)
    assert replace_graph(store, TWO, LINES[1:]) == (0, 0)
    assert replace_graph(store, TWO, [*LINES[1:3], LINES[4].replace("168", "169")]) == (1, 2)
    assert len(store) == 4 and count_by_graph(store)[ONE] == 1
    assert replace_graph(store, TWO, []) == (0, 3)
    assert dump_lines(store) == LINES[:1]


def test_replacing_refuses_lines_of_another_graph() -> None:
    store = open_store()
    load_lines(store, LINES)
    with pytest.raises(StoreError, match="another graph"):
        replace_graph(store, TWO, LINES)
    assert len(store) == 5


TEXT = st.text(
    st.one_of(
        st.sampled_from(list("\"\\\n\r\t\u2028\x7f\x85{}<>^@.;,'🙂ש昌 ")),
        st.characters(exclude_categories=["Cs", "Cc"]),
    )
).filter(lambda text: not set(text) & {"\ufffe", "\uffff"})


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(TEXT, st.sampled_from(["", "en", "zh-hans"])), max_size=4),
    TEXT.filter(lambda name: name.strip() not in ("", ".", "..")),
)
def test_hostile_text_survives_every_way_out(texts: list[tuple[str, str]], name: str) -> None:
    from kg.vocab import mint_iri, slugify

    node = iri_term(mint_iri(BASE, "thing", name))
    lines = sorted({f"{node} <{BASE}p> {text_term(text, tag)} <{ONE}> ." for text, tag in texts})
    lines.append(f"{iri_term(BASE + slugify(name))} {A} <{BASE}C> <{ONE}> .")
    store = open_store()
    assert replace_graph(store, ONE, lines) == (len(lines), 0)
    assert dump_lines(store) == sorted(lines)
    wanted = {(str(q.subject), str(q.predicate), str(q.object)) for q in store}
    turtle, trig = format_turtle(lines, data_prefixes(BASE)), format_trig(lines, data_prefixes(BASE))
    for text, kind in ((turtle, ox.RdfFormat.TURTLE), (trig, ox.RdfFormat.TRIG)):
        found = {(str(q.subject), str(q.predicate), str(q.object)) for q in ox.parse(text.encode(), format=kind)}
        assert found == wanted


# ---------------------------------------------------------------- files
def test_turtle_reads_well() -> None:
    assert format_turtle(LINES, data_prefixes(BASE)) == (
        "@prefix kgd: <https://kg.example/id/> .\n"
        "@prefix rd: <https://kg.example/ontology/> .\n"
        "@prefix schema: <https://schema.org/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        "kgd:x a rd:Park .\n"
        "\n"
        "kgd:y a rd:Project ;\n"
        '    rd:value "168"^^xsd:decimal ;\n'
        '    schema:headline "昌平 \\"Life\\nValley\\" 🙂"@en .\n'
    )


def test_turtle_and_trig_do_not_hang_on_order() -> None:
    prefixes = data_prefixes(BASE)
    assert format_turtle(reversed(LINES), prefixes) == format_turtle(LINES, prefixes)
    assert format_trig(reversed(LINES), prefixes) == format_trig(LINES, prefixes)
    many = [f"<{BASE}x{n}> {A} <{BASE}C{m}> <{ONE}> ." for n in range(30) for m in range(3)]
    for text in (format_turtle(many, prefixes), format_trig(many, prefixes)):
        subjects = [line.split()[0] for line in text.splitlines() if " a " in line]
        assert subjects == sorted(subjects) and len(subjects) == 30
        assert "a kgd:C0 ,\n" in text


def test_rdflib_reads_the_same_number_of_triples() -> None:
    graph = rdflib.Graph().parse(data=format_turtle(LINES, data_prefixes(BASE)), format="turtle")
    assert len(graph) == 4
    dataset = rdflib.Dataset()
    dataset.parse(data=format_trig(LINES, data_prefixes(BASE)), format="trig")
    assert sum(len(dataset.graph(rdflib.URIRef(name))) for name in (ONE, TWO)) == 5


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    write_file(tmp_path / "out" / "graph.nq", join_lines(LINES))
    assert (tmp_path / "out" / "graph.nq").read_bytes() == join_lines(LINES)
    assert os.listdir(tmp_path / "out") == ["graph.nq"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "graph.nq", b"old")

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match="No space left on device"):
        write_file(tmp_path / "graph.nq", b"new")
    assert (tmp_path / "graph.nq").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["graph.nq"]


def test_a_file_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(StoreError, match=r"file/graph\.nq: cannot be written"):
        write_file(tmp_path / "file" / "graph.nq", b"")
    (tmp_path / "taken").mkdir()
    with pytest.raises(StoreError, match="taken: cannot be written: Is a directory"):
        write_file(tmp_path / "taken", b"")
    assert sorted(os.listdir(tmp_path)) == ["file", "taken"]
