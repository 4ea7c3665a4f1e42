"""IRIs are minted, checked and expanded so that none is wrong and no two things share one."""

from __future__ import annotations

import re
import subprocess
import sys

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import vocab as v
from kg.errors import OntologyError
from kg.iri import _IRI, _PLAIN

BASE = "https://kg.example/id/"


@pytest.mark.parametrize(
    "names",
    [
        ("Phase I", "Phase II", "Phase III", "Phase I/II"),
        ("5G", "6G"),
        ("A+B", "AB", "A B", "A&B"),
        ("昌平区", "海淀区"),
        ("小米二期", "小米一期", "小米 II"),
        ("C", "C++", "C#"),
        ("Zürich Park", "Zurich Park"),
        ("O’Neil", "ONeil", "O Neil"),
        ("3.5 km", "35 km"),
        ("x" * 90, "x" * 91),
    ],
)
def test_siblings_never_share_a_slug(names: tuple[str, ...]) -> None:
    assert len({v.slugify(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "names",
    [
        ("High-Tech Zone", "high-tech  zone", "High Tech Zone"),
        ("BAIC Foton Motor Co., Ltd.", "BAIC Foton Motor Co Ltd"),
    ],
)
def test_one_name_written_twice_has_one_slug(names: tuple[str, ...]) -> None:
    assert len({v.slugify(name) for name in names}) == 1


@given(st.text())
def test_a_slug_is_plain_ascii(name: str) -> None:
    if not name.strip():
        with pytest.raises(OntologyError, match="cannot name a thing"):
            v.slugify(name)
        return
    slug = v.slugify(name)
    assert slug and slug.isascii() and slug == slug.lower() and len(slug) <= 80
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=3))
def test_what_is_minted_is_an_iri_and_can_be_taken_apart(segments: list[str]) -> None:
    if any(not segment.strip() or segment in (".", "..") for segment in segments):
        with pytest.raises(OntologyError):
            v.mint_iri(BASE, *segments)
        return
    iri = v.mint_iri(BASE, *segments)
    assert v.check_iri(iri) == ox.NamedNode(iri).value == iri
    assert v.split_iri(BASE, iri) == tuple(segments)


@pytest.mark.parametrize("segments", [(), ("",), (" ",), (".",), ("a", ".."), ("\ud800",)])
def test_empty_and_broken_segments_are_refused(segments: tuple[str, ...]) -> None:
    with pytest.raises(OntologyError):
        v.mint_iri(BASE, *segments)


@pytest.mark.parametrize("base", ["https://kg.example/id", "kg.example/", "https://kg example/"])
def test_a_base_that_starts_no_iri_is_refused(base: str) -> None:
    with pytest.raises(OntologyError):
        v.mint_iri(base, "a")


ODD = st.text(st.sampled_from("aA0:/?#[]@!$&'()*+,;=%-._~ <>\"{}|\\^`\n\u00a0昌\ue000\ufffe🙂\ufdd0"), max_size=9)


@settings(max_examples=1500)
@given(st.sampled_from(["http://a", "http://a/", "urn:", "http://a?", "http://a#", "http://[::1]"]), ODD)
def test_no_iri_passes_that_the_store_would_refuse(start: str, rest: str) -> None:
    try:
        v.check_iri(start + rest)
    except OntologyError:
        with pytest.raises(ValueError):
            ox.NamedNode(start + rest)
    else:
        ox.NamedNode(start + rest)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Acme Corp", "starts with a scheme"),
        ("https://kg.example/Acme Corp", "' ' at position 23"),
        ("https://kg.example/<x>", "'<' at position 19"),
        ("https://kg.example/100%", "'%' at position 22"),
        ("https://kg.example/\u202e", "cannot stand there"),
        ("http://[A.]/", "IPv6|parts"),
        ("https:", "needs a host"),
        ("", "starts with a scheme"),
    ],
)
def test_what_is_no_iri_says_why(text: str, hint: str) -> None:
    with pytest.raises(OntologyError, match=hint):
        v.check_iri(text)


def test_short_iris_are_expanded() -> None:
    assert v.expand_iri("rd:within", v.PREFIXES) == v.WITHIN
    assert v.expand_iri("rdc:unit/cny", v.PREFIXES) == v.unit_iri("CNY")
    assert v.expand_iri("https://kg.example/id/x", v.PREFIXES) == BASE + "x"
    assert v.expand_iri("urn:isbn:1", v.PREFIXES) == "urn:isbn:1"


@pytest.mark.parametrize(
    ("curie", "message"),
    [
        ("rx:within", "unknown prefix 'rx'.*known are: dcterms, oa"),
        ("within", "not a short IRI"),
        ("rd:", "names nothing"),
        ("rd:a b", "not an IRI"),
    ],
)
def test_wrong_short_iris_are_refused(curie: str, message: str) -> None:
    with pytest.raises(OntologyError, match=message):
        v.expand_iri(curie, v.PREFIXES)


def test_units_that_differ_in_case_are_two() -> None:
    assert len({v.unit_iri(label) for label in ("MW", "mW", "Mw", "mw")}) == 4


def test_a_class_has_a_name_and_a_name_a_class() -> None:
    for name, iri in v.CLASSES.items():
        assert v.class_iri(name) == iri and v.class_name(iri) == name
    assert v.class_iri("https://other.example/Robot") == v.class_name("https://other.example/Robot")
    with pytest.raises(OntologyError, match="no class 'Robot'"):
        v.class_iri("Robot")


def test_an_observation_is_known_by_all_that_stands_on_it() -> None:
    def make(**fields: str) -> str:
        return v.observation_iri(BASE, **({"article": "a", "subject": "s", "predicate": "p"} | fields))

    names = ("article", "subject", "predicate", "value", "value_before", "unit", "qualifier", "qualifier_before",
             "period", "period_start", "period_end", "scope", "modality")  # fmt: skip
    assert len({make(), *(make(**{name: "x"}) for name in names)}) == len(names) + 1


def test_the_terms_need_no_library() -> None:
    code = "import sys, kg.vocab; print({'rdflib', 'pyoxigraph', 'click'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_is_taken_for_plain_is_an_iri(text: str) -> None:
    found = re.fullmatch(_IRI, text)
    assert found and found["authority"] and v.check_iri(text) == text == ox.NamedNode(text).value
