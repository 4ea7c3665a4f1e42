"""The pages: questions, answers with links to the words, errors, and that nothing of the data becomes markup."""

from __future__ import annotations

import hashlib
import html.parser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin

import httpx
import pyoxigraph as ox
import pytest
from serve_fixtures import Server, start_server

from kg import vocab as v
from kg.query import list_queries
from kg.resources import load_domain

pytest_plugins = ["serve_fixtures"]

STATIC = Path(__file__).parent.parent / "kg" / "static" / "serve"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "\u202egnp.exe",
    "</title><svg onload=alert(1)>",
    "{{7*7}}",
)


class Page(html.parser.HTMLParser):
    """What matters of a page: its tags, its links, and attributes that would run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            runs = name in ("href", "src", "action") and (value or "").strip().lower().startswith("javascript:")
            if name.startswith("on") or name == "style" or runs:
                self.bad.append(f"{tag} {name}={value}")
            if name == "href":
                self.links.append(value or "")


def get(server: Server, path: str, **params: str) -> httpx.Response:
    return server.client.get(path, params=params or None, headers={"accept": "text/html"}, follow_redirects=True)


def test_every_question_has_a_form_and_an_answer(server: Server) -> None:
    home = get(server, "/").text
    for query in list_queries(load_domain().queries):
        assert f'action="/questions/{query.name}"' in home
        response = get(server, f"/questions/{query.name}")
        assert response.status_code == 200, (query.name, response.text)
        page = Page(response.text)
        assert ("table" in page.tags) == all(parameter.default is not None for parameter in query.parameters)
        assert not page.bad


def test_a_fact_links_to_its_words(server: Server) -> None:
    links = [link for link in Page(get(server, "/questions/project_stages").text).links if "&quote=" in link]
    assert len(links) == 4
    for link in links:
        found = get(server, link.partition("#")[0]).text
        (words,) = re.findall(r'<mark id="words">(.*?)</mark>', found, re.DOTALL)
        assert "project" in words or "168" in words


def test_a_claim_links_to_its_place(server: Server, changping_text: str) -> None:
    page = Page(get(server, "/page", iri="https://kg.example/id/changping-district").text)
    places = [link for link in page.links if "&start=" in link]
    assert len(places) > 10
    import html

    for link in places[:3]:
        found = get(server, link.partition("#")[0]).text
        (words,) = re.findall(r'<mark id="words">(.*?)</mark>', found, re.DOTALL)
        assert html.unescape(words) in changping_text


def test_no_link_of_the_pages_is_dead(server: Server) -> None:
    seen = {"/", "/editor", "/questions/project_stages", "/questions/landing_rate"}
    todo = sorted(seen)
    for path in todo:
        for link in Page(get(server, path).text).links:
            target = urljoin(path, link).partition("#")[0]
            if target not in seen and not target.startswith("data:"):
                seen.add(target)
                assert server.client.get(target).status_code in (200, 303), target


def test_downloads_are_in_every_format(server: Server) -> None:
    links = Page(get(server, "/questions/projects_in_place", place="Life Valley").text).links
    found = {link.rpartition("=")[2]: link for link in links if "format=" in link and link.startswith("/questions")}
    assert sorted(found) == ["csv", "json", "network", "tsv", "xml"]
    for link in found.values():
        response = server.client.get(link)
        assert response.status_code == 200
        assert len(response.content) > 20


def test_a_wrong_parameter_is_said_beside_the_form(server: Server) -> None:
    response = get(server, "/questions/projects_in_place", place="Life Vallye")
    assert response.status_code == 400
    assert "near: Life Valley" in response.text
    assert 'value="Life Vallye"' in response.text


def test_a_browser_that_opens_a_query_gets_the_editor(server: Server) -> None:
    response = server.client.get("/sparql", params={"query": "ASK {}"}, headers={"accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response.headers["location"]) == (303, "/editor?query=ASK%20%7B%7D")


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over things whose names are markup."""
    folder = tmp_path_factory.mktemp("hostile")
    store = ox.Store(str(folder / "store"))
    graph = ox.NamedNode("https://kg.example/id/article/x")
    for number, text in enumerate(HOSTILE):
        node = ox.NamedNode(f"https://kg.example/id/thing-{number}")
        link = ox.NamedNode("javascript:alert(1)")
        store.add(ox.Quad(node, ox.NamedNode(v.LABEL), ox.Literal(text), graph))
        store.add(ox.Quad(node, ox.NamedNode(v.TYPE), ox.NamedNode(v.PARK), graph))
        store.add(ox.Quad(node, ox.NamedNode(v.URL), link, graph))
        store.add(ox.Quad(node, ox.NamedNode(v.ARTICLE_BODY), ox.Literal(text), graph))
    store.flush()
    del store
    server = start_server(folder / "store", folder / "log", "--workers", "1")
    yield server
    server.stop()


def test_names_never_become_markup(hostile_server: Server) -> None:
    paths = ["/", *(f"/page?iri=https://kg.example/id/thing-{n}" for n in range(len(HOSTILE)))]
    paths.append("/page?iri=" + quote("javascript:alert(1)", safe=""))
    paths += [f"/questions/parks_of_district?district={quote(text)}" for text in HOSTILE]
    for path in paths:
        page = Page(get(hostile_server, path).text)
        assert not page.bad, path
        assert page.tags.count("script") == 0
        assert not {"img", "svg"} & set(page.tags)
        assert all(link.startswith(("/", "#", "data:,")) for link in page.links), path


def test_every_answer_has_the_headers_of_safety(server: Server) -> None:
    for path in ("/", "/editor", "/static/editor.js", "/sparql?query=ASK%7B%7D", "/nothing", "/health"):
        headers = server.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_vendored_files_are_those_of_the_manifest() -> None:
    vendor = STATIC / "vendor"
    listed = tomllib.loads((vendor / "manifest.toml").read_text())["library"]
    for library in listed:
        assert hashlib.sha256((vendor / library["file"]).read_bytes()).hexdigest() == library["sha256"]
        assert "MIT" in (vendor / library["license_file"]).read_text()
    named = {library["file"] for library in listed} | {library["license_file"] for library in listed}
    assert {path.name for path in vendor.iterdir()} == named | {"manifest.toml"}
