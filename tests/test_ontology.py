"""The terms are described, few, spelled as vocab.py spells them, and every tool reads them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from kg import vocab as v
from kg.concepts import CONCEPT_SCHEMES, CURRENCIES, RANK_UNIT, UNIT_SLUGS
from kg.graph import write_ontology_quads

ROOT = Path(__file__).parent.parent
FILES = ("kg.ttl", "concepts.ttl", "alignments.ttl", "shapes.ttl")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)


def load(*names: str) -> Graph:
    graph = Graph()
    for name in names:
        graph.parse(ROOT / "ontology" / name)
    return graph


TERMS, CONCEPTS = load("kg.ttl"), load("concepts.ttl")


def own_terms(*kinds: URIRef) -> list[URIRef]:
    found = {s for kind in kinds for s in TERMS.subjects(RDF.type, kind) if str(s).startswith(v.RD)}
    return sorted(found)  # type: ignore[arg-type]


def languages(graph: Graph, node: URIRef, predicate: URIRef) -> list[str | None]:
    return sorted((o.language for o in graph.objects(node, predicate)), key=str)  # type: ignore[attr-defined]


def undescribed(graph: Graph, term: URIRef) -> Iterator[str]:
    """Yield what a term of ours lacks."""
    if languages(graph, term, RDFS.label) != ["en", "zh-hans"]:
        yield "label in en and zh-hans"
    for name, predicate in (("definition", SKOS.definition), ("example", SKOS.example)):
        if languages(graph, term, predicate) != ["en"]:
            yield name
    if list(graph.objects(term, RDFS.isDefinedBy)) != [URIRef(v.RD)]:
        yield "isDefinedBy"
    kinds = set(graph.objects(term, RDF.type))
    if OWL.Class not in kinds:
        for end in ("domainIncludes", "rangeIncludes"):
            if not list(graph.objects(term, URIRef(v.SCHEMA + end))):
                yield end
    name = str(term).removeprefix(v.RD)
    if not re.fullmatch(r"[A-Z][A-Za-z]+" if OWL.Class in kinds else r"[a-z][A-Za-z]+", name):
        yield "a name of the right case"


def test_there_are_few_terms() -> None:
    assert 10 <= len(own_terms(OWL.Class)) <= 18
    assert 20 <= len(own_terms(OWL.ObjectProperty, OWL.DatatypeProperty)) <= 35


@pytest.mark.parametrize("term", own_terms(*KINDS))
def test_a_term_is_described(term: URIRef) -> None:
    assert list(undescribed(TERMS, term)) == []


def test_a_term_that_is_not_described_is_seen() -> None:
    graph = Graph().add((URIRef(v.RD + "Within"), RDF.type, OWL.ObjectProperty))
    assert list(undescribed(graph, URIRef(v.RD + "Within"))) == [
        "label in en and zh-hans",
        "definition",
        "example",
        "isDefinedBy",
        "domainIncludes",
        "rangeIncludes",
        "a name of the right case",
    ]


def test_definitions_and_labels_are_not_shared() -> None:
    for predicate in (SKOS.definition, RDFS.label):
        values = [o for term in own_terms(*KINDS) for o in TERMS.objects(term, predicate)]
        assert len(values) == len(set(values))


def test_domains_and_ranges_are_known_terms() -> None:
    for end in ("domainIncludes", "rangeIncludes"):
        for term in TERMS.objects(None, URIRef(v.SCHEMA + end)):
            if str(term).startswith(v.RD):
                assert (term, RDF.type, OWL.Class) in TERMS, term


def test_the_ontology_has_a_version() -> None:
    (version,) = TERMS.objects(URIRef(v.RD), OWL.versionIRI)
    assert str(version) == f"{v.RD}{TERMS.value(URIRef(v.RD), OWL.versionInfo)}"


# ---------------------------------------------------------------- the same in Python
def test_vocab_has_the_terms_of_the_ontology_and_no_other() -> None:
    spelled = {iri for name, iri in vars(v).items() if name.isupper() and isinstance(iri, str)}
    ours = {iri for iri in spelled if iri.startswith(v.RD) and iri != v.RD}
    assert ours == {str(term) for term in own_terms(*KINDS)}
    assert {iri for iri in v.CLASSES.values() if iri.startswith(v.RD)} == {str(t) for t in own_terms(OWL.Class)}


def test_relations_are_those_that_articles_state() -> None:
    numbers_and_claims = {v.OBSERVATION, v.CLAIM}
    stated = {
        str(term)
        for term in own_terms(OWL.ObjectProperty)
        if not numbers_and_claims & {str(o) for o in TERMS.objects(term, URIRef(v.SCHEMA + "domainIncludes"))}
    }
    assert set(v.RELATIONS) == stated


def test_prefixes_are_those_of_the_files_and_the_domain() -> None:
    for name in FILES:
        for prefix, namespace in re.findall(
            r"@prefix (\w+): <([^>]*)>", (ROOT / "ontology" / name).read_text(encoding="utf-8")
        ):
            assert v.PREFIXES.get(prefix, namespace) == namespace, (name, prefix)
    domain = tomllib.loads((ROOT / "data" / "domain.toml").read_text(encoding="utf-8"))
    for prefix, namespace in domain["prefixes"].items():
        assert v.PREFIXES[prefix] == namespace


# ---------------------------------------------------------------- concepts
ALL_CONCEPTS = sorted(CONCEPTS.subjects(RDF.type, SKOS.Concept))


def test_concepts_are_those_of_vocab() -> None:
    for scheme, names in CONCEPT_SCHEMES.items():
        found = set(CONCEPTS.subjects(SKOS.inScheme, URIRef(v.RDC + "scheme/" + scheme)))
        assert found == {URIRef(v.RDC + name) for name in names}, scheme
    names = [name for names in CONCEPT_SCHEMES.values() for name in names]
    assert len(names) == len(set(names)), "one concept, one scheme"


@pytest.mark.parametrize("concept", ALL_CONCEPTS)
def test_a_concept_is_described(concept: URIRef) -> None:
    assert languages(CONCEPTS, concept, RDFS.label) == [None], "one plain label, which rows show"
    assert languages(CONCEPTS, concept, SKOS.prefLabel) == ["en", "zh-hans"]
    assert languages(CONCEPTS, concept, SKOS.definition) == ["en"]
    assert list(CONCEPTS.objects(concept, RDFS.isDefinedBy)) == [URIRef(v.RD)]
    (scheme,) = CONCEPTS.objects(concept, SKOS.inScheme)
    assert (scheme, RDF.type, SKOS.ConceptScheme) in CONCEPTS


def test_a_label_names_one_concept_of_a_scheme() -> None:
    seen = [
        (CONCEPTS.value(c, SKOS.inScheme), o)
        for c in ALL_CONCEPTS
        for predicate in (RDFS.label, SKOS.prefLabel)
        for o in CONCEPTS.objects(c, predicate)
    ]
    assert len(seen) == len(set(seen))


def test_unit_iris_come_from_the_label_that_claims_print() -> None:
    units = set(CONCEPTS.subjects(SKOS.inScheme, URIRef(v.RDC + "scheme/units")))
    for unit in units:
        assert v.unit_iri(str(CONCEPTS.value(unit, RDFS.label))) == str(unit)
    for label in (*CURRENCIES, *UNIT_SLUGS, RANK_UNIT):
        assert URIRef(v.unit_iri(label)) in units, label


def test_every_unit_that_is_read_is_described() -> None:
    table = tomllib.loads((ROOT / "data" / "quantities.toml").read_text(encoding="utf-8"))
    codes = {entry["code"] for entry in table["unit"]}
    assert codes
    assert {code for code in codes if (URIRef(v.unit_iri(code)), RDF.type, SKOS.Concept) not in CONCEPTS} == set()


def test_concepts_in_rules_and_lexicon_are_declared_and_called_by_their_label() -> None:
    used = 0
    for path in sorted((ROOT / "data" / "rules").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'"rdc:([^"]+)"', text):
            used += 1
            assert (URIRef(v.RDC + name), RDF.type, SKOS.Concept) in CONCEPTS, (path.name, name)
        for name, label in re.findall(r'concept = "rdc:([^"]+)", label = "([^"]+)"', text):
            assert CONCEPTS.value(URIRef(v.RDC + name), RDFS.label) == Literal(label), (path.name, name)
    for line in (ROOT / "data" / "lexicon" / "indicators.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        key, _, kind, language, name = line.split("\t")[:5]
        if kind == "preferred":
            used += 1
            node = URIRef(v.RDC + key.removeprefix("rdc:"))
            assert Literal(name, lang=language) in set(CONCEPTS.objects(node, SKOS.prefLabel)), key
    assert used > 20


# ---------------------------------------------------------------- other tools
@pytest.mark.parametrize("name", FILES)
def test_two_readers_agree(name: str) -> None:
    data = (ROOT / "ontology" / name).read_bytes()
    assert len(set(ox.parse(data, format=ox.RdfFormat.TURTLE))) == len(load(name)) > 10


def test_the_graph_of_the_ontology_has_terms_and_concepts_only() -> None:
    lines = write_ontology_quads(ROOT / "ontology", "https://kg.example/id/")
    assert len(lines) == len(TERMS + CONCEPTS)
    assert not any("_:" in line for line in lines)
    assert not any(v.SH in line or "wikidata" in line for line in lines)


def test_a_reasoner_finds_no_contradiction() -> None:
    import owlrl

    graph = load("kg.ttl", "concepts.ttl", "alignments.ttl")
    graph.parse(
        format="turtle",
        data=f"""@prefix rd: <{v.RD}> . @prefix rdc: <{v.RDC}> . @prefix ex: <https://example.org/> .
        ex:valley a rd:Park ; rd:within ex:city . ex:city a rd:Park ; rd:within ex:district .
        ex:district a rd:District . ex:pool a rd:Cohort ; rd:count 168 ; rd:memberType rd:Project .
        ex:claim a rd:Claim ; rd:confidence 0.8 ; rd:claimStatus rdc:implied .""",
    )
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    errors = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    assert not list(graph.triples((None, errors, None)))
    assert not list(graph.subjects(RDF.type, OWL.Nothing))
    assert not [s for s in graph.subjects(RDF.type, URIRef("http://www.w3.org/2002/07/owl#error"))]
    ex = rdflib.Namespace("https://example.org/")
    assert (ex.valley, URIRef(v.WITHIN), ex.district) in graph, "the closure was computed"
    assert (ex.district, RDF.type, URIRef(v.ADMIN_AREA)) in graph


def test_it_stays_in_owl_dl() -> None:
    """Each IRI that is used as a predicate is declared, as one kind of property, and built-ins are left alone."""
    builtin = (str(RDF), str(RDFS), str(OWL))
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    for predicate in set(TERMS.predicates()):
        if not str(predicate).startswith(builtin):
            assert (predicate, RDF.type, OWL.AnnotationProperty) in TERMS, predicate
    for subject in set(TERMS.subjects()):
        assert isinstance(subject, URIRef)
        assert not str(subject).startswith(builtin), subject
        assert sum((subject, RDF.type, kind) in TERMS for kind in kinds) <= 1, subject
    for kind, parent in TERMS.subject_objects(RDFS.subClassOf):
        assert (kind, RDF.type, OWL.Class) in TERMS and (parent, RDF.type, OWL.Class) in TERMS
    for term in TERMS.subjects(RDF.type, OWL.TransitiveProperty):
        assert (term, RDF.type, OWL.ObjectProperty) in TERMS
