"""Claims become quads and quads become the same claims, whatever stands in them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import vocab as v
from kg.errors import EvidenceError, OntologyError
from kg.graph import (
    is_asserted,
    join_lines,
    read_claims,
    settle_claims,
    write_graph,
    write_lexicon_quads,
    write_ontology_quads,
    write_quads,
)
from kg.model import Article, Claim, Entity, Name, Resolution, Span

BASE = "https://kg.example/id/"
TEXT = 'In the field of medicine, "Life Valley" holds 168 projects; 276 days became 49. 昌平区 🙂 שלום'


def make_article(text: str = TEXT, **fields: object) -> Article:
    return Article(**({"id": "demo", "text": text, "sha256": "ab" * 32} | fields))  # type: ignore[arg-type]


def relation(article: Article | None = None, **fields: object) -> Claim:
    values: dict[str, object] = {
        "subject": BASE + "life-valley",
        "subject_label": "Life Valley",
        "subject_type": "Park",
        "predicate": v.IN_INDUSTRY,
        "object": BASE + "medicine",
        "object_label": "medicine",
        "object_type": "Industry",
        "rule": "field-of",
    }
    return Claim.from_span(article or make_article(), (0, 24), **(values | fields))


def measure(article: Article | None = None, **fields: object) -> Claim:
    article = article or make_article()
    values: dict[str, str] = {
        "subject": v.cohort_iri(BASE, "demo", "pool"),
        "predicate": v.concept_iri("count"),
        "value": "168",
        "unit": "projects",
        "qualifier": "exact",
        "period": "as of now",
    }
    values |= fields  # type: ignore[arg-type]
    names = ("subject", "predicate", "value", "value_before", "unit", "qualifier", "qualifier_before")
    names += ("period", "period_start", "period_end", "scope", "modality")
    observed = {name: values[name] for name in names if name in values}
    return Claim.from_span(
        article,
        (46, 58),
        **(
            {
                "object": v.observation_iri(BASE, article=article.id, **observed),
                "object_label": "168 projects",
                "object_type": "Observation",
                "subject_label": "project pool",
                "subject_type": "Cohort",
                "rule": "pool-count",
            }
            | values
        ),
    )


def text_claim(**fields: object) -> Claim:
    values: dict[str, object] = {
        "predicate": v.concept_iri("evaluation"),
        "object": "",
        "object_label": "runs well",
        "object_type": "literal",
    }
    return relation(**(values | fields))


def triples(lines: list[str]) -> set[tuple[str, str, str]]:
    quads = ox.parse(join_lines(lines), format=ox.RdfFormat.N_QUADS)
    return {(q.subject.value, q.predicate.value, q.object.value) for q in quads}


# ---------------------------------------------------------------- there and back
@pytest.mark.parametrize(
    "claim",
    [
        relation(),
        relation(status="implied", confidence="0.75", resolved=(Resolution("subject", "nearest place", 3, 9),)),
        relation(status="garbled", period="since the launch", period_start="2020-09-24", scope="the city"),
        measure(),
        measure(value="4", unit="rank", scope=BASE + "beijing", period_start="2021-01", period_end="2021-07"),
        measure(value="4", unit="rank"),
        measure(value="49", value_before="276", unit="days", qualifier_before="nearly", derived="276 - 49"),
        measure(value="", status="missing", reason="notStated", unit="CNY", qualifier="", period_start="2021"),
        measure(modality="target", value="0.5", unit="percent"),
        text_claim(),
        text_claim(subject_type="https://other.example/Robot"),
        relation(predicate=v.MEMBER_TYPE, object=v.PROJECT, object_label="Project", object_type="Class"),
        relation(predicate=v.MEMBER_TYPE, object=v.PROJECT, object_label="a project", object_type="Class"),
    ],
)
def test_a_claim_comes_back_as_it_went(claim: Claim) -> None:
    lines = write_quads(make_article(), [claim], BASE)
    assert read_claims(join_lines(lines), BASE) == [claim]


XML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
HOSTILE = st.one_of(
    XML_TEXT,
    st.lists(st.sampled_from(['"', "\\", "\n", "\r", "\t", "\u2028", "\x7f", "\x85", "<", ">", "@en", "^^",
                              " .\n", "\\u0041", "🙂", "\u202eשלום", "昌平", "a"])).map("".join),
)  # fmt: skip
LABEL = HOSTILE.filter(bool)


@settings(max_examples=300, deadline=None)
@given(
    text=LABEL, subject=LABEL, thing=LABEL, words=HOSTILE, period=HOSTILE, scope=HOSTILE,
    derived=HOSTILE, rule=LABEL.filter(str.strip).filter(lambda s: s not in (".", "..")),
    unit=LABEL.filter(str.strip), article_id=LABEL.filter(str.strip).filter(lambda s: s not in (".", "..")),
    language=st.sampled_from(["", "en", "zh-Hans"]),
)  # fmt: skip
def test_hostile_text_comes_back_unchanged(
    text: str, subject: str, thing: str, words: str, period: str, scope: str, derived: str, rule: str,
    unit: str, article_id: str, language: str,
) -> None:  # fmt: skip
    article = make_article(text, id=article_id, language=language)
    fields = {"rule": rule, "derived": derived, "period": period, "scope": scope}
    fields |= {"subject": BASE + "s", "subject_label": subject, "subject_type": "Park"}
    span = (0, len(text))
    value = measure(
        make_article(TEXT, id=article_id), unit=unit, object_label=words,
        resolved=(Resolution("value", rule, 0, 3),), **fields,
    )  # fmt: skip
    kept = value.as_dict() | {"resolved": value.resolved}
    for name in ("id", "article", "quote", "start", "end"):
        del kept[name]
    claims = [
        Claim.from_span(article, span, **kept),
        Claim.from_span(article, span, predicate=v.IN_INDUSTRY, object=BASE + "o", object_label=thing,
                        object_type="Industry", **fields),
        Claim.from_span(article, span, predicate=v.HEADLINE, object_label=words,
                        object_type="literal", **fields),
    ]  # fmt: skip
    settled = settle_claims(claims)
    data = join_lines(write_quads(article, settled, BASE))
    assert read_claims(data, BASE) == settled
    store = ox.Store()
    store.bulk_load(data, format=ox.RdfFormat.N_QUADS)
    assert len(store) == data.count(b"\n")
    dumped = store.dump(format=ox.RdfFormat.N_QUADS)
    assert sorted(dumped.split(b"\n")) == sorted(data.split(b"\n"))
    assert read_claims(store, BASE, article=article_id) == settled


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\ud800", "\ufffe"])
def test_what_xml_cannot_hold_is_refused(character: str) -> None:
    with pytest.raises(EvidenceError, match=f"U\\+{ord(character):04X} cannot stand in a graph"):
        write_quads(make_article(), [text_claim(object_label=f"a{character}")], BASE)


def test_reading_one_article_leaves_the_others() -> None:
    one, two = make_article(), make_article(id="other")
    data = join_lines(write_quads(one, [relation()], BASE) + write_quads(two, [relation(two)], BASE))
    assert [c.article for c in read_claims(data, BASE)] == ["demo", "other"]
    assert [c.article for c in read_claims(data, BASE, article="other")] == ["other"]


def test_a_changed_claim_is_not_read() -> None:
    data = join_lines(write_quads(make_article(), [measure()], BASE)).replace(b'"168"^^', b'"169"^^')
    with pytest.raises(EvidenceError, match="they were changed"):
        read_claims(data, BASE)


# ---------------------------------------------------------------- the same bytes
def test_order_of_claims_and_hash_seed_change_nothing() -> None:
    claims = [relation(), measure(), text_claim()]
    lines = write_quads(make_article(), claims, BASE)
    assert lines == write_quads(make_article(), reversed(claims), BASE) == sorted(set(lines))
    code = (
        "import sys; sys.path.insert(0, 'tests'); import hashlib, test_graph as t;"
        "print(hashlib.sha256(t.join_lines(t.write_quads(t.make_article(),"
        " [t.relation(), t.measure(), t.text_claim()], t.BASE))).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_there_is_no_blank_node() -> None:
    data = join_lines(write_quads(make_article(title=Span(0, 24)), [relation(), measure()], BASE))
    for quad in ox.parse(data, format=ox.RdfFormat.N_QUADS):
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)


# ---------------------------------------------------------------- direct triples
@pytest.mark.parametrize(
    ("claim", "asserted"),
    [
        (relation(), True),
        (relation(status="implied"), True),
        (relation(status="garbled"), False),
        (relation(status="missing", reason="notStated"), False),
        (relation(modality="planned"), False),
        (relation(modality="denied"), False),
        (relation(predicate=v.concept_iri("reliesOn")), False),
        (text_claim(predicate=v.HEADLINE), True),
        (text_claim(predicate=v.RECOGNISED_AS), False),
        (text_claim(), False),
        (measure(), False),
    ],
)
def test_a_direct_triple_needs_a_sound_claim(claim: Claim, asserted: bool) -> None:
    assert is_asserted(claim) is asserted
    found = triples(write_quads(make_article(), [claim], BASE))
    assert ((claim.subject, claim.predicate, claim.object or claim.object_label) in found) is asserted


def test_a_garbled_claim_beside_a_sound_one_is_asserted_once() -> None:
    garbled = relation(status="garbled", confidence="0.5")
    found = triples(write_quads(make_article(), [garbled, relation()], BASE))
    assert (garbled.subject, garbled.predicate, garbled.object) in found


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, {"168"}),
        ({"qualifier": "moreThan"}, {"168"}),
        ({"modality": "planned"}, set()),
        ({"status": "garbled"}, set()),
        ({"value": "", "status": "missing"}, set()),
        ({"value": "1.5"}, set()),
    ],
)
def test_a_cohort_has_its_count_where_the_claim_is_sound(fields: dict[str, str], count: set[str]) -> None:
    found = triples(write_quads(make_article(), [measure(**fields)], BASE))
    assert {o for _, p, o in found if p == v.COUNT} == count


def test_a_planned_number_says_so_where_numbers_are_read() -> None:
    claim = measure(modality="planned")
    found = triples(write_quads(make_article(), [claim], BASE))
    assert (claim.object, v.MODALITY, v.concept_iri("planned")) in found


def test_a_rank_among_nobody_says_so_and_is_no_count() -> None:
    claim = measure(value="4", unit="rank")
    found = triples(write_quads(make_article(), [claim], BASE))
    assert {(p, o) for s, p, o in found if s == claim.object and p in (v.RANK, v.RANK_SCOPE)} == {
        (v.RANK, "4"),
        (v.RANK_SCOPE, v.UNSCOPED),
    }
    assert not [o for _, p, o in found if p == v.COUNT]


def test_a_missing_number_has_an_observation_and_no_value() -> None:
    claim = measure(value="", status="missing", reason="notStated", qualifier="")
    found = triples(write_quads(make_article(), [claim], BASE))
    assert (claim.object, v.VALUE_STATUS, v.concept_iri("notStated")) in found
    assert not [o for s, p, o in found if p == v.VALUE]


def test_said_twice_is_one_observation_with_two_claims() -> None:
    article = make_article()
    first = measure(article)
    second = Claim.from_dict(
        {k: w for k, w in first.as_dict().items() if k != "id"} | {"start": 0, "end": 24, "quote": TEXT[:24]}
    )
    found = triples(write_quads(article, [first, second], BASE))
    assert len({s for s, p, _ in found if p == v.STATES}) == 2
    assert len({o for _, p, o in found if p == v.STATES}) == 1


# ---------------------------------------------------------------- what is refused
@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (measure(value="168.0"), "'168.0' is not a decimal in canonical form"),
        (measure(value="1e3"), "'1e3' is not a decimal"),
        (measure(value="1.5", unit="rank"), "'1.5' is not a whole number"),
        (measure(period_start="2021-02-30"), "'2021-02-30' is not a year, a month or a day"),
        (measure(qualifier="roughly"), "'roughly' is none of exact"),
        (relation(object="", object_type=""), "says nothing"),
        (replace(measure(), object=""), "without the IRI of its observation"),
        (relation(subject_label=""), "has no label"),
        (relation(article=make_article(id="other")), "not the text at"),
    ],
)
def test_what_cannot_be_written_is_refused(claim: Claim, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        write_quads(make_article(), [claim], BASE)


def test_an_iri_that_is_none_is_refused() -> None:
    with pytest.raises(OntologyError, match="not an IRI"):
        write_quads(make_article(), [relation(object=BASE + "a> <b")], BASE)


def test_two_descriptions_of_a_thing_are_settled_or_refused() -> None:
    article = make_article()
    claims = [relation(), text_claim(subject_label="life valley", subject_type="Project")]
    with pytest.raises(EvidenceError, match="settle_claims"):
        write_quads(article, claims, BASE)
    settled = settle_claims(claims)
    assert len({(c.subject_label, c.subject_type) for c in settled}) == 1
    assert read_claims(join_lines(write_quads(article, settled, BASE)), BASE) == settled
    assert settle_claims(settled) == settled == settle_claims(reversed(settled))


def test_of_two_claims_with_one_id_the_surer_stays() -> None:
    weak, sure = relation(confidence="0.5", rule="a"), relation(confidence="1", rule="b")
    assert settle_claims([weak, sure]) == settle_claims([sure, weak]) == [sure]


# ---------------------------------------------------------------- lexicon and ontology
def test_the_lexicon_tells_names_place_and_source() -> None:
    entity = Entity(
        iri=BASE + "foton", id="foton", type=v.ENTERPRISE, label="BAIC Foton Motor",
        names=(Name("BAIC Foton Motor", "en", "preferred"), Name("北汽福田", "zh-Hans", "preferred"),
               Name("福田", "zh-Hans", "preferred"), Name("Foton", "en", "alternative"),
               Name("Beiqi Futian", "en", "translated")),
        within=BASE + "changping", source="https://en.wikipedia.org/wiki/Foton_Motor",
        match="http://www.wikidata.org/entity/Q1",
    )  # fmt: skip
    lines = write_lexicon_quads([entity], BASE)
    assert lines == sorted(lines) and all(line.endswith(f"<{BASE}graph/lexicon> .") for line in lines)
    text = "\n".join(lines)
    assert f'<{v.PREF_LABEL}> "北汽福田"@zh-hans' in text
    assert f'<{v.ALT_LABEL}> "福田"@zh-hans' in text
    assert f'<{v.HIDDEN_LABEL}> "Beiqi Futian"@en' in text
    assert f"<{v.CONTAINED_IN_PLACE}> <{BASE}changping>" in text
    assert v.WITHIN not in text
    assert f'<{v.LABEL}> "BAIC Foton Motor" <' in text


def test_the_gazetteer_is_told_of_only_where_it_is_named() -> None:
    def place(name: str, within: str = "", **fields: object) -> Entity:
        names = (Name(name, "en", "preferred"),)
        return Entity(BASE + name, name, v.DISTRICT, name, names, BASE + within if within else "", **fields)  # type: ignore[arg-type]

    known = [place("city", gazetteer=True), place("town", "city", gazetteer=True), place("other", gazetteer=True)]
    park = place("park", "town")
    told = {line.split(" ")[0] for line in write_lexicon_quads([*known, park], BASE)}
    assert told == {f"<{BASE}{name}>" for name in ("park", "town", "city")}  # of what the park lies in, too
    claim = relation(object=BASE + "town", object_label="town", object_type="District", predicate=v.WITHIN)
    article = make_article()
    data = write_graph(article, [claim], BASE, {entity.iri: entity for entity in known}).decode()
    places = [line for line in data.splitlines() if line.split(" ")[0] in {f"<{BASE}{e.id}>" for e in known}]
    assert sorted(line.split(" ")[0] for line in places if v.CONTAINED_IN_PLACE in line) == [f"<{BASE}town>"]
    assert {line.split(" ")[0] for line in places} == {f"<{BASE}city>", f"<{BASE}town>"}
    assert data == "\n".join([*sorted(data.splitlines()), ""])
    assert read_claims(data.encode(), BASE) == [claim]
    ranked = measure(value="4", unit="rank", scope=BASE + "other")  # a place may only be what a rank is counted in
    assert f"<{BASE}other> <{v.LABEL}>" in write_graph(article, [ranked], BASE, {k.iri: k for k in known}).decode()


def test_a_broken_ontology_file_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "kg.ttl").write_text("<http://a/b> a")
    with pytest.raises(OntologyError, match=r"kg\.ttl: cannot be read"):
        write_ontology_quads(tmp_path, BASE)
    (tmp_path / "kg.ttl").write_text("<http://a/b> <http://a/c> [] .")
    with pytest.raises(OntologyError, match="blank node"):
        write_ontology_quads(tmp_path, BASE)
