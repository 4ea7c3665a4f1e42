"""Names: those the lexicon knows, those known by their form, short forms, and references to either."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import measure_seconds

from kg import vocab as v
from kg.article import parse_article
from kg.errors import LexiconError
from kg.extract import Extractor
from kg.letters import is_title_case
from kg.lexicon import Lexicon
from kg.lexicon_files import load_lexicon
from kg.mentions import keep_longest
from kg.model import Mention, Span
from kg.pipeline import Tools
from kg.reading import Reading
from kg.references import resolve_references
from kg.resources import Domain
from kg.vocab import PREFIXES, class_name


@pytest.fixture(scope="module")
def lexicon(tools: Tools) -> Lexicon:
    return tools.extractor.lexicon


def names(lexicon: Lexicon, text: str) -> list[tuple[str, str]]:
    """The things that text names, as (class, words), references left out."""
    return [
        (class_name(m.type), text[m.start : m.end])
        for m in lexicon.find_mentions(text)
        if m.kind in ("cue", "name", "translated") and class_name(m.type) not in ("Industry", "Concept", "AdminArea")
    ]


def read(tools: Tools, text: str, title: str = "") -> Reading:
    body = f"{title}\n\n{text}" if title else text
    return tools.extractor.read(replace(parse_article(body.encode(), tools.page, article_id="a")))


def meanings(tools: Tools, text: str, title: str = "") -> dict[str, str]:
    """What each reference and short form of an article means, by its words; the last one counts."""
    reading = read(tools, text, title)
    return {
        reading.article.text[m.mention.start : m.mention.end]: m.mention.label
        for s in reading.sentences
        for m in s.marks
        if m.mention and m.mention.kind == "reference"
    }


PLANTED = [
    ("Qinglan District signed a deal.", [("District", "Qinglan District")]),
    ("Last year Qinglan district signed a deal.", [("District", "Qinglan district")]),
    ("Yesterday Qinglan County held a meeting.", [("District", "Qinglan County")]),
    ("The Qinglan New Area was set up.", [("District", "Qinglan New Area")]),
    ("Suzhou Hulan New District is growing.", [("District", "Hulan New District")]),
    ("Located in Qinglan District, it is big.", [("District", "Qinglan District")]),
    ("In May Qinglan District opened.", [("District", "Qinglan District")]),
    ("Beijing Qinglan District opened.", [("District", "Qinglan District")]),
    ("Shuanghe National High-tech Zone opened.", [("Park", "Shuanghe National High-tech Zone")]),
    ("Companies in Shuanghe high-tech zone grew.", [("Park", "Shuanghe high-tech zone")]),
    (
        "The Shuanghe Economic and Technological Development Zone grew.",
        [("Park", "Shuanghe Economic and Technological Development Zone")],
    ),
    ("China (Shuanghe) Pilot Free Trade Zone grew.", [("Park", "China (Shuanghe) Pilot Free Trade Zone")]),
    ("Recently Heyuan Software Park opened.", [("Park", "Heyuan Software Park")]),
    ("Shuanghe Comprehensive Bonded Zone closed.", [("Park", "Shuanghe Comprehensive Bonded Zone")]),
    ("Work on Shuanghe Life Science Park North Zone began.", [("Park", "Shuanghe Life Science Park North Zone")]),
    ("Both Cloud Valley and Moon Valley grew.", [("Park", "Cloud Valley"), ("Park", "Moon Valley")]),
    ("Shuanghe Knowledge City grew.", [("Park", "Shuanghe Knowledge City")]),
    (
        "The Lanhai Banking and Insurance Industrial Park grew.",
        [("Park", "Lanhai Banking and Insurance Industrial Park")],
    ),
    (
        "Lanhai Transformation and Comprehensive Reform Demonstration Zone grew.",
        [("Park", "Lanhai Transformation and Comprehensive Reform Demonstration Zone")],
    ),
    (
        "Qinglan District and Baihe District grew.",
        [("District", "Qinglan District"), ("District", "Baihe District")],
    ),
    ("Changjiang Biotech Co., Ltd. moved.", [("Enterprise", "Changjiang Biotech Co., Ltd.")]),
    ("Today Lanhai Technology (Beijing) Co Ltd moved.", [("Enterprise", "Lanhai Technology (Beijing) Co Ltd")]),
    ("Lanhai Science and Technology Group moved.", [("Enterprise", "Lanhai Science and Technology Group")]),
    ("Lanhai Semiconductor Company Limited moved.", [("Enterprise", "Lanhai Semiconductor Company Limited")]),
    ("Lanhai Pharmaceuticals Inc. moved.", [("Enterprise", "Lanhai Pharmaceuticals Inc.")]),
    (
        "The Third Affiliated Hospital of Lanhai Medical University opened.",
        [("Organization", "Third Affiliated Hospital of Lanhai Medical University")],
    ),
    ("Scholars of Lanhai University came.", [("Organization", "Lanhai University")]),
    ("The University of Lanhai came.", [("Organization", "University of Lanhai")]),
    ("Lanhai Institute of Technology came.", [("Organization", "Lanhai Institute of Technology")]),
    ("The Lanhai Quantum Laboratory opened.", [("Organization", "Lanhai Quantum Laboratory")]),
    (
        "The Management Committee of the Lanhai Development Zone said so.",
        [("Organization", "Management Committee of the Lanhai Development Zone")],
    ),
    (
        "Qinglan District Development and Reform Commission said so.",
        [("Organization", "Qinglan District Development and Reform Commission")],
    ),
    ("The Lanhai Data Exchange opened.", [("Organization", "Lanhai Data Exchange")]),
    ("Lanhai Evening News printed it.", [("Organization", "Lanhai Evening News")]),
    ("Blue Harbor Project Phase II began.", [("Project", "Blue Harbor Project Phase II")]),
    ("The Blue Harbor Tower project began.", [("Project", "Blue Harbor Tower project")]),
    ("Phase II of the Blue Harbor Project began.", [("Project", "Phase II of the Blue Harbor Project")]),
    ("The second phase of the Blue Harbor Project began.", [("Project", "second phase of the Blue Harbor Project")]),
    ('It issued the "Measures for Supporting Robots" in May.', [("Policy", '"Measures for Supporting Robots"')]),
    ("It issued “Several Opinions on Faster Growth”.", [("Policy", "“Several Opinions on Faster Growth”")]),
    ("It issued the *Guidelines on Clean Water*.", [("Policy", "*Guidelines on Clean Water*")]),
    ('The "Green Lanhai Action Plan (2023-25)" began.', [("Programme", '"Green Lanhai Action Plan (2023-25)"')]),
    ("The 15th Five-Year Plan began.", [("Programme", "15th Five-Year Plan")]),
]


@pytest.mark.parametrize(("text", "expected"), PLANTED, ids=[text for text, _ in PLANTED])
def test_a_planted_name_is_found_whole(lexicon: Lexicon, text: str, expected: list[tuple[str, str]]) -> None:
    assert names(lexicon, text) == [(kind, words.strip('"“”*')) for kind, words in expected]


NO_NAMES = [
    "The district held a meeting.",
    "New District officials came.",
    "A National High-tech Zone is a zone.",
    "The Central Business District is busy.",
    "Executive Vice County Mayor Li came.",
    "In 2020 District leaders met.",
    "Economic and Technological Development Zone",
    "Several Development Zones grew.",
    "Each County has one.",
    "The Working Group met.",
    "Project managers came.",
    "Hospitals and Universities came.",
    "Exhibition economic zone opens in a county.",
    'He said "we will do more next year" and left.',
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Yunhe Port was enlarged.", [("Project", "Yunhe Port")]),
        ("The Yunhe Port EDZ was enlarged.", []),
        (
            "Cars crossed the Red Hill Bridge and Yunhe International Airport.",
            [("Project", "Red Hill Bridge"), ("Project", "Yunhe International Airport")],
        ),
        (
            "He came to Hunan-based Lanhai Rocket Technology Co on Monday.",
            [("Enterprise", "Lanhai Rocket Technology Co")],
        ),
        ("said a director of Lanhai Co", []),
    ],
)
def test_what_is_built_and_firms_of_newspapers_are_named(
    lexicon: Lexicon, text: str, expected: list[tuple[str, str]]
) -> None:
    assert names(lexicon, text) == expected


def test_a_level_refers_to_no_county(lexicon: Lexicon) -> None:
    found = lexicon.find_mentions("Yunhe County has the county-level cities; the county grew.")
    assert [(m.kind, m.start) for m in found if m.kind == "reference"] == [("reference", 42)]


@pytest.mark.parametrize("text", NO_NAMES)
def test_words_that_only_look_like_a_name_are_none(lexicon: Lexicon, text: str) -> None:
    assert [found for found in names(lexicon, text) if found[0] != "AdminArea"] == []


TOWNS = [
    ("Firms in Qinglan, Hubei province, grew.", "Qinglan"),
    ("Firms in Qinglan, Baihe, Hubei Province, grew.", "Qinglan"),
    ("Qinglan City grew.", "Qinglan City"),
    ("Last year Qinglan city grew.", "Qinglan city"),
    ("Red Hill Town grew.", "Red Hill Town"),
    ("Recently Moon Subdistrict grew.", "Moon Subdistrict"),
]


@pytest.mark.parametrize(("text", "name"), TOWNS)
def test_a_town_is_found(lexicon: Lexicon, text: str, name: str) -> None:
    found = [text[m.start : m.end] for m in lexicon.find_mentions(text) if m.kind == "cue"]
    assert found == [name]


@pytest.mark.parametrize(
    "text", ["Among them 150 city projects started.", "A smart city grew.", "Knowledge City grew."]
)
def test_no_town_is_made_up(lexicon: Lexicon, text: str) -> None:
    assert [m for m in lexicon.find_mentions(text) if class_name(m.type) == "AdminArea"] == []


def test_a_town_is_called_by_its_name_from_then_on(tools: Tools) -> None:
    assert meanings(tools, "Firms in Qinglan, Hubei province, grew. Qinglan is old.") == {"Qinglan": "Qinglan"}


SIBLINGS = [
    ("Blue Harbor Project Phase I", "Blue Harbor Project Phase II"),
    ("Lanhai 5G Industrial Park", "Lanhai 6G Industrial Park"),
    ("Lanhai Industrial Park North Zone", "Lanhai Industrial Park South Zone"),
    ("Lanhai East Development Zone", "Lanhai West Development Zone"),
    ("Lanhai Economic Development Zone", "Lanhai High-tech Development Zone"),
    ("Lanhai University", "Lanhai Medical University"),
    ("First Hospital of Lanhai University", "Second Hospital of Lanhai University"),
    ("Lanhai Group", "Lanhai Holdings"),
    ("Lanhai District", "Lanhai County"),
    ("Lanhai Motor Co., Ltd.", "Lanhai Biotech Co., Ltd."),
]


@pytest.mark.parametrize(("one", "other"), SIBLINGS)
def test_siblings_are_two_things(lexicon: Lexicon, one: str, other: str) -> None:
    first, second = lexicon.find_mentions(one), lexicon.find_mentions(other)
    assert len(first) == len(second) == 1
    assert (first[0].end, second[0].end) == (len(one), len(other))
    assert first[0].entity != second[0].entity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lanhai district", "Lanhai District"),
        ("Blue Harbor Project Phase II", "Phase 2 of the Blue Harbor Project"),
        ("Blue Harbor Project (Phase II)", "the second phase of Blue Harbor Project"),
        ("Changping district", "Changping District"),
        ("BAIC Foton Motor Co. Ltd", "BAIC Foton Motor"),
    ],
)
def test_one_thing_written_twice_is_one(lexicon: Lexicon, one: str, other: str) -> None:
    assert {m.entity for m in lexicon.find_mentions(one)} == {m.entity for m in lexicon.find_mentions(other)}
    assert len({m.entity for m in lexicon.find_mentions(one)}) == 1


def test_an_unknown_name_has_a_stable_iri(lexicon: Lexicon) -> None:
    found = lexicon.find_mentions("Qinglan District grew.")
    assert [m.entity for m in found] == ["https://kg.example/id/district/qinglan-district"]
    assert [m.kind for m in found] == ["cue"]


SHORT = [
    (
        "Lanhai Economic-Technological Development Area (LDA) grew. LDA has parks.",
        "LDA",
        "Lanhai Economic-Technological Development Area",
    ),
    ("Lanhai New District, LND for short, grew. LND has parks.", "LND", "Lanhai New District"),
    (
        "Changjiang Biotech Co., Ltd. came. Changjiang Biotech has labs.",
        "Changjiang Biotech",
        "Changjiang Biotech Co., Ltd.",
    ),
    ("Lanhai Group came. Lanhai has labs.", "Lanhai", "Lanhai Group"),
    ("Qinglan District grew. People in Qinglan are glad.", "Qinglan", "Qinglan District"),
    ("Lanhai County, also known as Pearl Bay, grew. Pearl Bay has ports.", "Pearl Bay", "Lanhai County"),
    (
        'Lanhai Software Park (hereinafter referred to as "Soft Bay") grew. Soft Bay has labs.',
        "Soft Bay",
        "Lanhai Software Park",
    ),
    (
        "Lanhai National High-tech Zone (Lanhai high-tech zone) grew. Lanhai high-tech zone has labs.",
        "Lanhai high-tech zone",
        "Lanhai National High-tech Zone",
    ),
    ("Changjiang Biotech Co., Ltd. came. The company has labs.", "The company", "Changjiang Biotech Co., Ltd."),
    ("Lanhai Software Park grew. The park has labs.", "The park", "Lanhai Software Park"),
    ("Lanhai Development Zone lies there. The zone has labs.", "The zone", "Lanhai Development Zone"),
    ("Lanhai County grew. The county has labs.", "The county", "Lanhai County"),
    ("Lanhai Hospital grew. The hospital has labs.", "The hospital", "Lanhai Hospital"),
    ("Qinglan National Hi-Tech District grew. QND has labs.", "QND", "Qinglan National Hi-Tech District"),
    ("Lanhai Economic Development Zone grew. LEDZ has labs.", "LEDZ", "Lanhai Economic Development Zone"),
]


@pytest.mark.parametrize(("text", "short", "full"), SHORT, ids=[short for _, short, _ in SHORT])
def test_a_short_form_means_its_name(tools: Tools, text: str, short: str, full: str) -> None:
    assert meanings(tools, text)[short] == full


def test_a_short_form_says_where_its_full_name_stands(tools: Tools) -> None:
    text = "Changjiang Biotech Co., Ltd. came. Changjiang Biotech has labs."
    mark = read(tools, text).sentences[1].marks[0].mention
    assert mark is not None
    assert mark.kind == "reference"
    assert mark.resolved == Span(0, len("Changjiang Biotech Co., Ltd."))


UNCLEAR = [
    # Two things could be shortened so.
    ("Lanhai Group and Lanhai Holdings came. Lanhai has labs.", "Lanhai"),
    # The words are part of another name.
    ("Qinglan District grew. Qinglan River is long.", "Qinglan"),
    ("Qinglan District grew. They built West Qinglan Bridge.", "Qinglan"),
    # Initials of two names, or not from the first word to the head.
    ("Lanhai Economic Development Zone and Linhe Eastern Development Zone grew. LEDZ has labs.", "LEDZ"),
    ("Lanhai Economic Development Zone grew. EDZ has labs.", "EDZ"),
    ("Lanhai Economic Development Zone grew. LED has labs.", "LED"),
    # No name in brackets.
    ("Lanhai Software Park (2020) grew. 2020 was good.", "2020"),
    ("Lanhai Software Park (Photo by Li Na) grew. Photo by Li Na was good.", "Photo by Li Na"),
    # No zone at all; a zone is not a valley.
    ("Two Valleys: Cloud Valley and Moon Valley grew. The zone has labs.", "The zone"),
    # The second is only named in passing.
    ("Lanhai Development Zone grew. It borders Baihe Development Zone. The zone has labs.", "The zone"),
]


@pytest.mark.parametrize(("text", "short"), UNCLEAR)
def test_what_could_mean_two_things_means_none(tools: Tools, text: str, short: str) -> None:
    assert short not in meanings(tools, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Exports of Shanxi Reform Fund grew.", []),
        ("Exports of Haidian Venture Capital grew.", []),
        ("Exports of Shanxi grew.", ["Shanxi Province"]),
        ("Exports of Beijing Haidian District grew.", ["Beijing", "Haidian District"]),
        ("Last year Shanxi GDP grew.", ["Shanxi Province"]),
    ],
)
def test_a_place_that_begins_an_unknown_name_is_not_meant(tools: Tools, text: str, found: list[str]) -> None:
    marks = [mark.mention for sentence in read(tools, text).sentences for mark in sentence.marks if mark.mention]
    places = [mention.label for mention in marks if mention.type in (v.ADMIN_AREA, v.DISTRICT)]
    assert places == found


def test_capitals_of_a_heading_tell_no_names(tools: Tools) -> None:
    reading = read(tools, "Qinglan District has a park.", title="Qinglan Mayor Lauds Fast Growing Science Park")
    assert [m.mention.label for s in reading.sentences for m in s.marks if m.mention] == ["Qinglan District"]


def test_longer_names_win_and_none_overlap() -> None:
    short = Mention(0, 4, "a", "a", "t", "name")
    long = Mention(0, 9, "b", "b", "t", "cue")
    assert keep_longest([short, long]) == [long]


def test_a_reference_without_a_name_means_nothing() -> None:
    assert resolve_references([Mention(0, 8, "", "", "t", "reference")]) == []


def test_a_reference_takes_the_fallback_before_any_name() -> None:
    main = Mention(20, 30, "iri", "X", "t", "name")
    found = resolve_references([Mention(0, 8, "", "", "t", "reference")], {"t": main})
    assert [(m.entity, m.resolved) for m in found] == [("iri", Span(20, 30))]


# ---------------------------------------------------------------- properties
PIECES = st.lists(
    st.sampled_from(
        ["District", "County", "the", "The", "of", "and", "Lanhai", "(BDA)", "Co., Ltd.", "Phase II", "Park", "Project",
         "University", "5G", "\"", "“", "”", ".", ",", "'s", "昌平区", "new area", "Institute", "\n", "high-tech zone"]
    ),
    max_size=40,
)  # fmt: skip


@given(st.one_of(PIECES.map(" ".join), st.text(max_size=200)))
def test_mentions_are_in_order_and_never_overlap(text: str) -> None:
    found = LEXICON.find_mentions(text)
    assert all(0 <= m.start < m.end <= len(text) for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    spans = [Span(0, len(text))] if text else []
    (again,) = LEXICON.read_mentions(text, spans) if spans else ([],)
    assert all(a.end <= b.start for a, b in pairwise(again))
    for mention in resolve_references(again, {}, text):
        assert mention.entity
        assert mention.kind != "reference" or (mention.resolved and text[slice(*mention.resolved)])


HOSTILE = [
    "A ",
    "Lanhai ",
    "District ",
    "Qinglan District ",
    "(A) ",
    "of ",
    "Institute of ",
    "and Technology ",
    '"Plan ',
    "“Plan",
    "Phase II of the ",
    "The company ",
    "Lanhai Group (LG) ",
    "A-",
    "A",
    "a",
    "a-",
    "1",
    "《",
    "*Plan ",
    "Co., Ltd. ",
    "Lanhai’s ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_on_a_hostile_line(lexicon: Lexicon, piece: str) -> None:
    def measure(size: int) -> float:
        text = piece * (size // len(piece))
        return measure_seconds(lambda: lexicon.read_mentions(text, [Span(0, len(text))]), repeats=2)

    small, large = measure(20_000), measure(160_000)
    assert large < 8 * 3 * max(small, 0.005), f"{small:.3f}s for 20 kB, {large:.3f}s for 160 kB"


# ---------------------------------------------------------------- broken entries
@pytest.fixture
def folder(domain: Domain, tmp_path: Path) -> Path:
    return Path(shutil.copytree(domain.lexicon, tmp_path / "lexicon"))


def load(folder: Path) -> Lexicon:
    return load_lexicon(folder, base="https://kg.example/id/", prefixes=PREFIXES)


HEAD = "id\tclass\tkind\tlang\tname\twithin\tsource\tmatch\n"
BROKEN_ROWS = [
    ("x\trd:Park\tpreferred\ten\tX", 2, "5 columns, not 8"),
    ("X y\trd:Park\tpreferred\ten\tX\t\t\t", 2, "id 'X y'"),
    ("x\trd:Park\tnice\ten\tX\t\t\t", 2, "kind 'nice'"),
    ("x\trd:Park\tpreferred\ten\t\t\t\t", 2, "name or language missing"),
    ("x\trd:Park\talternative\ten\tX\t\t\t", 2, "first name of x is not its preferred one"),
    ("x\trd:Park\tpreferred\ten\tX\t\t\t\nx\trd:Project\talternative\ten\tY\t\t\t", 2, "several classes"),
    ("x\tqq:Park\tpreferred\ten\tX\t\t\t", 2, "class 'qq:Park'"),
    ("x\trd:Park\tpreferred\ten\tX\tnowhere\t\t", 2, "within an unknown 'nowhere'"),
]


@pytest.mark.parametrize(("row", "line", "what"), BROKEN_ROWS, ids=[what for _, _, what in BROKEN_ROWS])
def test_a_broken_row_is_told_with_file_and_line(folder: Path, row: str, line: int, what: str) -> None:
    path = folder / "zz.tsv"
    path.write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=re.escape(what)) as caught:
        load(folder)
    assert f"{path}:{line}" in str(caught.value)


BROKEN_TOML = [
    ("cues.toml", '[[cue]]\nheads = ["X"]\n', 1, "the cue has no class"),
    ("cues.toml", '\n[[cue]]\nclass = "rd:Park"\n', 2, "the cue has no heads"),
    ("cues.toml", '[[cue]]\nclass = "rd:Park"\nheads = ["X"]\n\n[[cue]]\nclass = "zz:Park"\nheads = ["X"]\n', 5, "zz"),
    ("cues.toml", '[[cue]]\nclass = "rd:Park"\nheads = 3\n', 1, "the cue is wrong"),
    ("references.toml", '[[reference]]\nclasses = ["rd:Park"]\n', 1, "the reference has no words"),
    ("references.toml", '[[reference]]\nwords = []\nclasses = ["rd:Park"]\n', 1, "the reference has no words"),
]


@pytest.mark.parametrize(("name", "text", "line", "what"), BROKEN_TOML)
def test_a_broken_cue_is_told_with_file_and_line(folder: Path, name: str, text: str, line: int, what: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=what) as caught:
        load(folder)
    assert f"{folder / name}:{line}" in str(caught.value)


def test_what_is_not_toml_is_told(folder: Path) -> None:
    (folder / "cues.toml").write_text("[[cue]\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="not TOML"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "text"), [("cues.toml", '[words]\nstops = "The"\n'), ("spellings.toml", '[spellings]\n"X" = "Y"\n')]
)
def test_words_are_lists(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match="lists of words"):
        load(folder)


def test_a_name_is_found_in_each_of_its_spellings(folder: Path) -> None:
    spellings = '[spellings]\n"Zone of" = ["Area of"]\n"Lanhai" = ["Lan-hai", "Blue Sea"]\n'
    (folder / "spellings.toml").write_text(spellings, encoding="utf-8")
    row = "lanhai\trd:Park\tpreferred\ten\tZone of Lanhai\t\t\t\n"
    (folder / "zz.tsv").write_text(HEAD + row, encoding="utf-8")
    lexicon = load(folder)
    words = ("Zone of Lanhai", "Area of Lanhai", "Zone of Lan-hai", "Area of Blue Sea")
    found = [[(m.label, m.end - m.start) for m in lexicon.find_mentions(text)] for text in words]
    assert found == [[("Zone of Lanhai", len(text))] for text in words]


def test_wrong_columns_and_no_names_are_told(folder: Path, tmp_path: Path) -> None:
    (folder / "zz.tsv").write_text("id\tname\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="columns are"):
        load(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(LexiconError, match=r"no \*\.tsv file"):
        load(tmp_path / "empty")


def test_a_lexicon_that_is_not_utf8_is_told(folder: Path) -> None:
    (folder / "zz.tsv").write_bytes(b"\xff\xfe")
    with pytest.raises(LexiconError, match="cannot be read"):
        load(folder)


@pytest.mark.parametrize("text", ["Park signs ten deals", "Qinglan District Grew.", "Short Title Here"])
def test_a_plain_line_is_no_title_case(text: str) -> None:
    assert not is_title_case(text)


def _load() -> Lexicon:
    from kg.pipeline import load_tools
    from kg.resources import load_domain

    extractor: Extractor = load_tools(load_domain()).extractor
    return extractor.lexicon


LEXICON = _load()
