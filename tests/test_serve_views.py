"""Answers drawn as charts and networks: what is drawn, what cannot be, and that no name becomes markup."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from serve_fixtures import Server
from test_serve_pages import HOSTILE, Page, get, hostile_server  # noqa: F401 - a fixture

from kg.export.chart import Panel, Row
from kg.query import Namer, list_queries
from kg.resources import load_domain
from kg.serve.drawing import Edge, Node, draw_chart, draw_network
from kg.serve.views import MOST_NODES, MOST_ROWS, Link, find_links, list_views

pytest_plugins = ["serve_fixtures"]
SVG = "{http://www.w3.org/2000/svg}"


def read_svg(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - a picture of our own


def texts(svg: str, tag: str = "text") -> list[str]:
    """Return the texts of a picture, without the titles inside them."""
    return [element.text or "" for element in read_svg(svg).iter(f"{SVG}{tag}")]


def term(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://x/{name}")


def links(columns: list[str], *rows: list[object]) -> tuple[list[Link], bool]:
    context = SimpleNamespace(namer=Namer(ox.Store(), {"x": "http://x/"}), store=ox.Store())
    return find_links(context, columns, rows)  # type: ignore[arg-type]


def test_the_first_thing_of_a_row_is_joined_to_the_others() -> None:
    a, b, c = (term(name) for name in "abc")
    found = links(["park", "n", "place", "unit", "maker"], [a, ox.Literal(1), b, c, None], [a, None, b, c, c])
    assert found == ([Link(a.value, b.value, "place"), Link(a.value, c.value, "maker")], False)


def test_a_column_of_relations_names_the_line() -> None:
    found = links(["subject", "predicate", "object"], [term("a"), term("within"), term("b")])
    assert found == ([Link("http://x/a", "http://x/b", "x:within")], False)


def test_more_things_than_can_be_read_are_told() -> None:
    found, more = links(["a", "b"], *([term("hub"), term(f"n{n}")] for n in range(MOST_NODES + 5)))
    assert (len(found), more) == (MOST_NODES - 1, True)
    rows = [[term("a"), term("b")]] * MOST_ROWS
    assert [len(find[0]) + find[1] for find in (links(["a", "b"], *rows), links(["a", "b"], *rows, rows[0]))] == [1, 2]


@pytest.mark.parametrize(
    ("columns", "kinds", "views"),
    [
        (["answer"], ["text"], ["table"]),
        (["park", "value"], ["thing", "number"], ["table", "chart"]),
        (["park", "unit"], ["thing", "thing"], ["table"]),
        (["park", "relation"], ["thing", "thing"], ["table"]),
        (["a", "b", "value"], ["thing", "thing", "number"], ["table", "chart", "network"]),
    ],
)
def test_the_views_that_a_table_promises(columns: list[str], kinds: list[str], views: list[str]) -> None:
    assert list_views({"columns": columns, "rows": [[{"kind": kind} for kind in kinds]]}, "SELECT") == views


def test_a_network_has_a_link_a_name_and_a_class_for_each_thing() -> None:
    svg = draw_network([Node("http://x/a", "A & B", "Park"), Node("http://x/b", "昌平区", "")], [Edge(0, 1, "within")])
    assert sorted(texts(svg)) == sorted(["A & B", "昌平区", "of no class", "Park"])
    assert "A & B – within – 昌平区" in texts(svg, "title")
    hrefs = {element.get("href") for element in read_svg(svg).iter(f"{SVG}a")}
    assert hrefs == {"/page?iri=http%3A%2F%2Fx%2Fa", "/page?iri=http%3A%2F%2Fx%2Fb"}


def test_bars_stand_on_zero_and_missing_numbers_are_dashed() -> None:
    rows = (
        Row("grew", "", {"value": 50.0}, {"value": "about 50"}),
        Row("fell", "", {"value": -25.0}, {"value": "-25"}),
        Row("not told", "", {"value": None}, {"value": "missing"}),
    )
    svg = draw_chart([Panel("percent", ("value",), rows)])
    bars = list(read_svg(svg).iter(f"{SVG}rect"))
    grew, fell, missing = ((float(b.get("x", "")), float(b.get("width", ""))) for b in bars)
    assert grew[0] == missing[0] == pytest.approx(sum(fell), abs=0.2)
    assert grew[1] == pytest.approx(2 * fell[1], abs=0.2)
    assert [bar.get("stroke-dasharray") for bar in bars] == [None, None, "4 3"]
    assert texts(svg) == ["percent", "grew", "about 50", "fell", "-25", "not told", "missing"]


def test_what_has_no_length_is_dashed_under_its_name(server: Server) -> None:
    cells = [f'"{n}"^^xsd:double' for n in ("2", "INF", "NaN", "-INF", "1e308")]
    rows = " ".join(f'("{name}" {cell})' for name, cell in zip("abcde", cells, strict=True))
    svg = draw(server, f"SELECT ?a ?n {{ VALUES (?a ?n) {{ {rows} }} }}")
    assert [bar.get("stroke-dasharray") for bar in read_svg(svg).iter(f"{SVG}rect")] == [None] + ["4 3"] * 4
    assert texts(svg) == ["n", "a", "2", "b", "INF", "c", "NaN", "d", "-INF", "e", "1" + "0" * 308]
    years = " ".join(f'("{year}"^^xsd:gYear {cell})' for year, cell in enumerate(cells, 2001))
    svg = draw(server, f"SELECT ?year ?n {{ VALUES (?year ?n) {{ {years} }} }}")
    assert len(list(read_svg(svg).iter(f"{SVG}circle"))) == 2  # a point, and the key
    assert "nan" not in svg


def draw(server: Server, query: str) -> str:
    return server.client.get("/picture", params={"query": query, "format": "chart"}).text


def test_a_line_has_a_gap_where_a_number_is_missing() -> None:
    numbers = {"2019": 1.0, "2020": 2.0, "2021": None, "2022": 3.0, "2023": 4.0}
    rows = tuple(Row("GDP", date, {"value": n}, {"value": str(n)}) for date, n in numbers.items())
    svg = draw_chart([Panel("", ("value",), rows)])
    lines = [p.get("d", "") for p in read_svg(svg).iter(f"{SVG}path") if p.get("stroke-width") == "2"]
    assert ["".join(letter for letter in line if letter.isalpha()) for line in lines] == ["MLML"]
    assert texts(svg)[:5] == ["2019", "2020", "2021", "2022", "2023"]


def test_every_question_is_drawn_in_the_views_that_it_offers(server: Server) -> None:
    drawn = {"chart": 0, "network": 0}
    for query in list_queries(load_domain().queries):
        path = f"/questions/{query.name}"
        page = Page(get(server, path).text)
        for link in page.links:
            if "view=" not in link:
                continue
            view = link.rpartition("view=")[2]
            shown = get(server, link)
            assert 'role="alert"' not in shown.text, link
            assert Page(shown.text).bad == []
            answer = server.client.get(path, params={"format": view})
            assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
            assert answer.text in shown.text
            read_svg(answer.text)
            drawn[view] += 1
    assert min(drawn.values()) >= 5, drawn


def test_a_query_of_ones_own_is_drawn(server: Server) -> None:
    query = "SELECT ?park ?place { ?park a rd:Park ; rd:within ?place }"
    answer = server.client.get("/picture", params={"query": query, "format": "network"})
    assert {"Life Valley", "Changping District"} <= set(texts(answer.text))
    query = "CONSTRUCT { ?a rd:within ?b } WHERE { ?a rd:within ?b }"
    assert "Life Valley" in texts(server.client.get("/picture", params={"query": query, "format": "network"}).text)


def test_a_chart_and_a_network_of_the_same_query_are_two_answers(server: Server) -> None:
    query = "SELECT ?park ?place (1 AS ?n) { ?park a rd:Park ; rd:within ?place }"
    drawn = {
        view: server.client.get("/picture", params={"query": query, "format": view}) for view in ("chart", "network")
    }
    assert [len(list(read_svg(answer.text).iter(f"{SVG}rect"))) > 0 for answer in drawn.values()] == [True, False]
    assert drawn["chart"].headers["etag"] != drawn["network"].headers["etag"]


def test_a_long_query_is_drawn_by_post(server: Server) -> None:
    query = "SELECT ?park ?place { ?park a rd:Park ; rd:within ?place } #" + "x" * 60_000
    answer = server.client.post("/picture", data={"query": query, "format": "network"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert "Life Valley" in texts(answer.text)


@pytest.mark.parametrize(
    ("query", "view", "status", "said"),
    [
        ("", "chart", 400, "no query"),
        ("ASK {}", "chart", 400, "no column of numbers"),
        ("SELECT ?s { ?s a rd:Park }", "network", 400, "no row joins two things"),
        ("SELECT ?s { ?s a rd:Park }", "table", 406, "no such format"),
        ("SELECT ?n { ?c oa:start ?n }", "chart", 400, "too many for a chart"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }", "network", 403, "SERVICE"),
        ("INSERT DATA { <x:a> <x:b> <x:c> }", "network", 403, "changes data"),
        ("SELECT * { ?s ?p }", "network", 400, "error"),
    ],
)
def test_what_cannot_be_drawn_is_said(server: Server, query: str, view: str, status: int, said: str) -> None:
    params = {"query": query, "format": view} if query else {"format": view}
    answer = server.client.get("/picture", params=params, headers={"accept": "application/problem+json"})
    assert answer.status_code == status, answer.text
    assert said in json.loads(answer.text)["error"]


def test_a_view_that_cannot_be_leaves_the_table(server: Server) -> None:
    page = get(server, "/questions/parks_of_district", view="chart").text
    assert "no column of numbers" in page
    assert "<tbody><tr>" in page


def test_names_in_pictures_never_become_markup(hostile_server: Server) -> None:  # noqa: F811
    query = "SELECT ?x ?u { ?x schema:url ?u }"
    answer = hostile_server.client.get("/picture", params={"query": query, "format": "network"})
    shown = {name.replace("\u202e", "")[:10] for name in HOSTILE}  # what would turn the line is left out
    assert shown <= {name[:10] for name in texts(answer.text)}
    tree = read_svg(answer.text)
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        "svg", "title", "defs", "marker", "path", "a", "circle", "text",
    }  # fmt: skip
    hrefs = {element.get("href", "") for element in tree.iter(f"{SVG}a")}
    assert all(href.startswith("/page?iri=") for href in hrefs)
    assert f"/page?iri={quote('javascript:alert(1)', safe='')}" in hrefs
