"""Every RDF file is read by a second reader and gives the same triples; the same graph gives the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from export_readers import BASE
from rdflib.compare import isomorphic

from kg import vocab as v
from kg.errors import ExportError
from kg.export import Options, Source, export_file
from kg.network_filter import Filter

pytest_plugins = ["export_fixtures"]
RDFLIB = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml"}
RDFLIB_QUADS = {".nq": "nquads", ".trig": "trig", ".jsonld": "json-ld"}
OXIGRAPH = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML,
    ".nq": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG, ".jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip


@pytest.fixture(scope="module")
def files(export_source: Source, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rdf")
    suffixes = [*OXIGRAPH, ".rdf12.ttl"]
    return {suffix: export_file(export_source, folder / f"graph{suffix}").files[0] for suffix in suffixes}


def lines_of(quads: object) -> set[str]:
    return {f"{q.subject} {q.predicate} {q.object}" for q in quads}  # type: ignore[attr-defined]


@pytest.mark.parametrize("suffix", OXIGRAPH)
def test_oxigraph_reads_the_same_triples(suffix: str, files: dict[str, Path], export_source: Source) -> None:
    read = list(ox.parse(files[suffix].read_bytes(), format=OXIGRAPH[suffix]))
    if suffix in RDFLIB_QUADS:
        assert set(read) == set(export_source.store)
    else:
        assert lines_of(read) == lines_of(export_source.store)


@pytest.mark.parametrize("suffix", RDFLIB)
def test_rdflib_reads_the_same_triples(suffix: str, files: dict[str, Path], export_source: Source) -> None:
    graph = rdflib.Graph().parse(files[suffix], format=RDFLIB[suffix])
    assert len(graph) == len(lines_of(export_source.store))
    assert chinese_labels(graph) == chinese_labels_of(export_source.store)


@pytest.mark.parametrize("suffix", RDFLIB_QUADS)
def test_rdflib_reads_the_same_quads(suffix: str, files: dict[str, Path], export_source: Source) -> None:
    dataset = rdflib.Dataset()
    dataset.parse(files[suffix], format=RDFLIB_QUADS[suffix])
    assert sum(1 for _ in dataset.quads()) == len(export_source.store)
    for name in export_source.store.named_graphs():
        count = sum(1 for _ in export_source.store.quads_for_pattern(None, None, None, name))
        assert len(dataset.graph(rdflib.URIRef(name.value))) == count


def chinese_labels(graph: rdflib.Graph) -> set[tuple[str, str]]:
    terms = graph.subject_objects(rdflib.SKOS.prefLabel)
    return {(str(s), str(o)) for s, o in terms if (getattr(o, "language", "") or "").startswith("zh")}


def chinese_labels_of(store: ox.Store) -> set[tuple[str, str]]:
    quads = store.quads_for_pattern(None, ox.NamedNode(v.PREF_LABEL), None)
    found = {(q.subject.value, q.object.value) for q in quads if (q.object.language or "").startswith("zh")}
    assert len(found) > 100
    return found


def test_rdf12_unfolds_into_its_rdf11_twin(files: dict[str, Path]) -> None:
    triples: set[str] = set()
    reifiers = 0
    for quad in ox.parse(files[".rdf12.ttl"].read_bytes(), format=ox.RdfFormat.TURTLE):
        if quad.predicate.value != v.RDF + "reifies":
            triples.add(f"{quad.subject} {quad.predicate} {quad.object}")
            continue
        reifiers += 1
        said = quad.object
        triples.add(f"{quad.subject} <{v.SUBJECT}> {said.subject}")
        triples.add(f"{quad.subject} <{v.PREDICATE}> {said.predicate}")
        if "/observation/" not in str(said.object):
            triples.add(f"{quad.subject} <{v.OBJECT}> {said.object}")
    assert reifiers > 100
    assert triples == lines_of(ox.parse(files[".ttl"].read_bytes(), format=ox.RdfFormat.TURTLE))


def test_jsonld_holds_claims_inside_their_thing(files: dict[str, Path]) -> None:
    document = json.loads(files[".jsonld"].read_text(encoding="utf-8"))
    graph = next(g for g in document["@graph"] if "article" in g["@id"])
    valley = next(node for node in graph["@graph"] if node["@id"] == "kgd:life-valley")
    claim = next(claim for claim in valley["claims"] if claim["predicate"] == "rd:inIndustry")
    assert claim["evidence"]["exact"].startswith("In the field of medical and health")
    assert '"@context": "http' not in files[".jsonld"].read_text(encoding="utf-8")


def test_part_and_article_choose_graphs(export_source: Source, tmp_path: Path) -> None:
    article = next(iter(export_source.article_iris))
    options = Options(parts=("articles",), filter=Filter(articles=(article,)))
    source = Source(export_source.store, BASE, options=options)
    export_file(source, tmp_path / "one.nq")
    graphs = {quad.graph_name.value for quad in ox.parse(path=tmp_path / "one.nq")}
    assert graphs == {export_source.article_iris[article]}


def test_losses_are_told(export_source: Source, tmp_path: Path) -> None:
    report = export_file(export_source, tmp_path / "graph.nt")
    assert report.counts["triples"] == len(lines_of(export_source.store))
    assert [loss.what.split(":")[0] for loss in report.losses] == ["graph names"]


def test_unknown_suffix_lists_the_known(export_source: Source, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"no format with this suffix.*\.ttl.*\.graphml"):
        export_file(export_source, tmp_path / "graph.xyz")


def test_what_stood_there_stays_when_writing_fails(export_source: Source, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "graph.nq"
    path.write_text("old")
    monkeypatch.setattr(Path, "replace", lambda self, other: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(ExportError, match="No space left"):
        export_file(export_source, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["graph.nq"]


def test_a_file_in_place_of_a_folder_is_told(export_source: Source, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        export_file(export_source, tmp_path / "file" / "graph.nq")


def test_same_bytes_for_every_hash_seed(export_build: Path, tmp_path: Path) -> None:
    found = set()
    for seed in ("1", "77"):
        names = [str(tmp_path / f"{seed}{suffix}") for suffix in (".ttl", ".jsonld", ".rdf", ".graphml", ".nt")]
        command = [sys.executable, "-m", "kg", "export", *names, "--build", str(export_build), "--quiet"]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        found.add(tuple(Path(name).read_bytes() for name in names))
    assert len(found) == 1


def test_ttl_and_rdfxml_are_isomorphic(files: dict[str, Path]) -> None:
    one = rdflib.Graph().parse(files[".nt"], format="nt")
    two = rdflib.Graph().parse(files[".rdf"], format="xml")
    assert isomorphic(one, two)
