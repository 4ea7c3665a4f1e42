"""Query files are read with their headers, parameters stay the terms they are, answers come in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.query import Namer, find_query, format_answer, parse_query, prepare_query, read_query, resolve_name, run_query
from kg.query.names import clean_cell, label_of
from kg.query.table import format_table, text_width
from kg.resources import load_domain

pytest_plugins = ["query_fixtures"]

KGD = "https://kg.example/id/"
HEADER = "#+ summary: What is it?\n#+ param x: string = a b\n#+ param n: integer\n#+ columns: x n\n"
TEXT = HEADER + "SELECT ?x ?n\nWHERE { }"


# ---------------------------------------------------------------- headers
def test_header_is_read() -> None:
    query = parse_query(TEXT, "q")
    assert query.summary == "What is it?"
    assert [str(parameter) for parameter in query.parameters] == ["x: string = a b", "n: integer"]
    assert query.columns == ("x", "n")
    assert query.form == "SELECT"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("#+ param x string", "q.rq:1: not a parameter: x string"),
        ("#+ param x: word", "q.rq:1: no type 'word' (known are: iri, thing, string, integer, decimal, date)"),
        ("#+ sumary: x", "q.rq:1: not a header line: #+ sumary: x"),
        ("#+ summary: a\n#+ summary: b", "q.rq:2: not a header line"),
        ("#+ param s: iri\n#+ param s: iri", "q.rq:2: the parameter s stands twice"),
        ("#+ param other: iri", "q.rq: the query has no ?other for its parameter"),
    ],
)
def test_malformed_header_names_file_and_line(line: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(f"{line}\nSELECT ?s WHERE {{ ?s ?p ?o }}", "q", where="q.rq")
    assert str(caught.value).startswith(message)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"missing\.rq: cannot be read: No such file"):
        read_query(tmp_path / "missing.rq")
    (tmp_path / "latin.rq").write_bytes(b"ASK { ?s ?p 'caf\xe9' }")
    with pytest.raises(QueryError, match=r"latin\.rq: not UTF-8: byte 16 is 0xE9"):
        read_query(tmp_path / "latin.rq")


def test_unknown_query_suggests_near_ones() -> None:
    with pytest.raises(QueryError, match=r"no query 'project_stage' \(near: project_stages"):
        find_query(load_domain().queries, "project_stage")


# ---------------------------------------------------------------- parameters
def run(text: str, store: ox.Store | None = None, **values: str) -> list[list[str]]:
    answer = run_query(store or ox.Store(), parse_query(text, "q"), values, prefixes={"kgd": KGD})
    return [[str(term) for term in row] for row in answer.rows()]


def test_values_are_typed_and_canonical() -> None:
    declared = "#+ param a: integer\n#+ param b: decimal\n#+ param c: date\n#+ param d: iri\n"
    [row] = run(f"{declared}SELECT ?a ?b ?c ?d WHERE {{}}", a="007", b="-0012.500", c="2021-08-28", d="kgd:park/x")
    assert [cell.split("^^")[0] for cell in row] == ['"7"', '"-12.5"', '"2021-08-28"', f"<{KGD}park/x>"]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("integer", "many", "q: x: 'many' is not of the type integer (write for example 168)"),
        ("integer", "1.5", "is not of the type integer"),
        ("decimal", "1e5", "is not of the type decimal"),
        ("date", "2021-02-30", "'2021-02-30' is not of the type date (write for example 2021-08-28)"),
        ("iri", "Life Valley", "'Life Valley' is not a short IRI"),
        ("iri", "nope:x", "unknown prefix 'nope'"),
        ("iri", "http://a> } #", "not an IRI"),
        ("string", "\ud800", "half a character"),
    ],
)
def test_wrong_type_is_refused(kind: str, value: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        run(f"#+ param x: {kind}\nSELECT ?x WHERE {{}}", x=value)
    assert message in str(caught.value)


def test_missing_and_unknown_parameters_are_named() -> None:
    with pytest.raises(QueryError, match=r"q: the parameter n \(integer\) is missing \(give it: -p n=…\)"):
        run(TEXT)
    with pytest.raises(QueryError, match=r"no parameter 'm' \(its parameters are: x: string = a b; n: integer\)"):
        run(TEXT, n="1", m="2")


def test_a_query_with_parameters_needs_a_where() -> None:
    for text in ("ASK { ?x ?p ?o }", "CONSTRUCT WHERE { ?x ?p ?o }"):
        with pytest.raises(QueryError, match="needs the word WHERE"):
            run(f"#+ param x: iri\n{text}", x="kgd:a")


def test_parameter_reaches_groups_filters_and_subqueries() -> None:
    store = ox.Store()
    for name in "ab":
        for number in range(3):
            store.add(ox.Quad(ox.NamedNode(KGD + name), ox.NamedNode(KGD + "p"), ox.Literal(number)))
    text = """#+ param x: iri
    SELECT ?x ?n ?more WHERE {
      { SELECT (COUNT(*) AS ?n) WHERE { ?x ?p ?o } }
      OPTIONAL { ?x ?p ?more FILTER (?more > 1 && ?x != kgd:b) }
      FILTER EXISTS { ?x ?p 0 }
    }"""
    assert [row[1].split("^^")[0] for row in run(text, store, x="kgd:a")] == ['"3"']
    assert run(text, store, x="kgd:c") == []


def test_star_leaves_a_parameter_open(query_store: ox.Store, prefixes: dict[str, str]) -> None:
    query = parse_query("#+ param x: thing = *\nSELECT ?x WHERE { ?x a rd:Project }", "q")
    assert prepare_query(query_store, query, {}, prefixes) == query.text
    assert len({row for row in run_query(query_store, query, {}, prefixes=prefixes).rows()}) > 1


FRAGMENTS = [
    '" } UNION { ?s ?p ?o } #',
    "') } SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } #",
    *('"""', "\\", '\\"', "\\u0022 } #", "\\\\u0022", "\n}", "\r", "\x00", "\x85", "\u2028", "?x", "<a>", "'''\n"),
]


@given(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=60), st.lists(st.sampled_from(FRAGMENTS)).map("".join)))
@settings(max_examples=400, deadline=None)
@example("".join(FRAGMENTS))
def test_any_text_stays_one_literal(value: str) -> None:
    text = "#+ param x: string\nSELECT ?x (1 AS ?one) WHERE { { SELECT ?x WHERE { FILTER (BOUND(?x)) } } }"
    answer = run_query(ox.Store(), parse_query(text, "q"), {"x": value}, prefixes={})
    [(term, one)] = answer.rows()
    assert term == ox.Literal(value)
    assert isinstance(one, ox.Literal) and one.value == "1"


@given(st.text(alphabet="ab:/#<>{}|\\^` \"'?%.()\u6606\u202e", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_iri_is_itself_or_refused(value: str) -> None:
    text = "#+ param x: iri\nSELECT ?x (1 AS ?one) WHERE { }"
    try:
        answer = run_query(ox.Store(), parse_query(text, "q"), {"x": value}, prefixes={"a": "http://a/"})
    except QueryError:
        return
    [(term, _)] = answer.rows()
    assert isinstance(term, ox.NamedNode)
    plain = value[1:-1] if value.startswith("<") else value
    assert term.value in (plain, "http://a/" + plain.partition(":")[2], "*")


# ---------------------------------------------------------------- names
@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("Life Valley", "life-valley"),
        ("life  VALLEY", "life-valley"),
        ("生命谷", "life-valley"),
        ("Life Science Valley", "life-valley"),
        ("two districts", "two-zones"),
        ("Beiqi Futian", "baic-foton"),
        ("kgd:life-valley", "life-valley"),
        (f"<{KGD}life-valley>", "life-valley"),
        (f"{KGD}life-valley", "life-valley"),
    ],
)
def test_name_leads_to_its_thing(name: str, iri: str, query_store: ox.Store, prefixes: dict[str, str]) -> None:
    assert resolve_name(query_store, name, prefixes) == KGD + iri


def test_unknown_name_lists_near_ones(query_store: ox.Store, prefixes: dict[str, str]) -> None:
    with pytest.raises(QueryError, match=r"nothing here is called 'Life Vally' \(near: Life Valley"):
        resolve_name(query_store, "Life Vally", prefixes)
    with pytest.raises(QueryError, match="near: Xiaomi Phase II"):
        resolve_name(query_store, "aomi Phase", prefixes)


def test_name_of_several_things_lists_them(three_articles: ox.Store, prefixes: dict[str, str]) -> None:
    with pytest.raises(QueryError, match=r"'project pool' names 2 things \(write one of: project pool <cohort:"):
        resolve_name(three_articles, "project pool", prefixes)


def test_label_is_the_english_one(query_store: ox.Store) -> None:
    assert label_of(query_store, KGD + "life-valley") == "Life Valley"
    assert label_of(query_store, KGD + "nothing") == ""


def test_cells_cannot_steer_a_terminal() -> None:
    assert clean_cell("a\x1b[2J\u202eb\nc") == "a[2Jb c"


# ---------------------------------------------------------------- errors
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?s WHERE {\n ?s ?p }", "q:2:9: syntax error after '?s ?p }'"),
        ("SELECT ?s WHERE { ?s ?p ?o", "q:1:27: syntax error after '?s ?p ?o'"),
        ("SELECT ?s WHERE {\n ?s rdx:foo ?o }", "q:2:12: the prefix rdx: is not declared"),
        ("SELECT ?x (COUNT(?y) AS ?n) WHERE { ?x ?p ?y }", "a variable of the SELECT line is not in the query"),
        ("ASK { SERVICE <http://127.0.0.1:9/> {} }", "q:1:7: SERVICE is not allowed"),
        ("INSERT DATA { <a:b> <a:c> 1 }", "q:1:1: INSERT changes data"),
    ],
)
def test_error_names_line_and_column(text: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        run(text)
    assert message in str(caught.value)


def test_place_of_an_error_does_not_move_with_the_parameters() -> None:
    with pytest.raises(QueryError, match=r"q:2:28: syntax error near '\}'"):
        run("#+ param x: string\nSELECT ?x WHERE { ?x a oops }", x="a long value that would move it")


# ---------------------------------------------------------------- formats
def answer_as(format: str, text: str, store: ox.Store, prefixes: dict[str, str]) -> str:
    answer = run_query(store, parse_query(text, "q"), {}, prefixes=prefixes)
    return format_answer(answer, format, Namer(store, prefixes), width=60).decode()


ROWS = """SELECT DISTINCT ?park ?area ?note WHERE {
  VALUES (?park ?area ?note) { (kgd:life-valley 7.5 "a | b\\n<c>"@en) (kgd:energy-valley UNDEF "昌平") }
} ORDER BY ?note"""


def test_rows_in_every_format(query_store: ox.Store, prefixes: dict[str, str]) -> None:
    def give(format: str) -> str:
        return answer_as(format, ROWS, query_store, prefixes)

    rows = list(csv.reader(io.StringIO(give("csv"), newline="")))
    assert rows[1] == [KGD + "life-valley", "7.5", "a | b\n<c>"]
    assert give("tsv").splitlines()[1] == f'<{KGD}life-valley>\t7.5\t"a | b\\n<c>"@en'
    bindings = json.loads(give("json"))["results"]["bindings"]
    assert bindings[1] == {
        "park": {"type": "uri", "value": KGD + "energy-valley"},
        "note": {"type": "literal", "value": "昌平"},
    }
    assert len(ElementTree.fromstring(give("xml"))[1]) == 2  # noqa: S314 - our own output
    assert give("md").splitlines()[2:] == [
        "| Life Valley | 7.5 | a \\| b &lt;c> |",
        "| Energy Valley |  | 昌平 |",
    ]
    assert give("table").splitlines() == [
        "park           area  note",
        "-------------  ----  ---------",
        "Life Valley    7.5   a | b <c>",
        "Energy Valley        昌平",
        "(2 rows)",
    ]


def test_truths_and_triples_in_their_formats(query_store: ox.Store, prefixes: dict[str, str]) -> None:
    ask = "ASK { kgd:life-valley a rd:Park }"
    assert answer_as("table", ask, query_store, prefixes) == "yes\n"
    assert answer_as("csv", ask, query_store, prefixes) == "true\n"
    assert json.loads(answer_as("json", ask, query_store, prefixes))["boolean"] is True
    build = "CONSTRUCT { ?a rd:within ?b } WHERE { ?a rd:within ?b }"
    lines = answer_as("nt", build, query_store, prefixes).splitlines()
    assert lines == sorted(set(lines)) and len(lines) >= 5
    turtle = answer_as("ttl", build, query_store, prefixes)
    assert len(list(ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE))) == len(lines)
    assert "Life Valley" in answer_as("table", build, query_store, prefixes)
    described = answer_as("ttl", "DESCRIBE kgd:life-valley", query_store, prefixes)
    assert '"生命谷"@zh' in described


def test_triples_with_blank_nodes_are_turtle(query_store: ox.Store, prefixes: dict[str, str]) -> None:
    text = answer_as("ttl", "CONSTRUCT { [] rd:value 1 } WHERE {}", query_store, prefixes)
    assert len(list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))) == 1


@pytest.mark.parametrize(
    ("format", "text"),
    [("ttl", "ASK {}"), ("nt", "SELECT * {}"), ("csv", "CONSTRUCT {} WHERE {}"), ("json", "DESCRIBE <a:b>")],
)
def test_format_that_cannot_hold_the_answer_is_refused(format: str, text: str) -> None:
    with pytest.raises(QueryError, match=f"the format {format} cannot hold"):
        answer_as(format, text, ox.Store(), {})


@given(
    st.lists(st.lists(st.text(alphabet="ab 昌", max_size=30), min_size=3, max_size=3), max_size=4), st.integers(34, 90)
)
@settings(max_examples=100, deadline=None)
def test_table_keeps_all_text_within_its_width(rows: list[list[str]], width: int) -> None:
    table = format_table(["x", "y", "z"], rows, width=width)
    assert all(text_width(line) <= width for line in table.splitlines())
    kept = sorted("".join(table.splitlines()[2:]).replace(" ", ""))
    assert kept == sorted("".join(cell for row in rows for cell in row).replace(" ", ""))
