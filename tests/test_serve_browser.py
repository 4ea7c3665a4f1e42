"""The pages in a real browser: Debian's Chromium, headless, under the policy that the server sends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from serve_fixtures import Server
from test_serve_pages import HOSTILE, hostile_server  # noqa: F401 - a fixture

pytest_plugins = ["serve_fixtures"]
pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    with playwright.sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that fails its test where anything went wrong in it, or it called another server."""
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("dialog", lambda dialog: (wrong.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
    opened.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
    opened.on(
        "request",
        lambda asked: None if "127.0.0.1" in asked.url or asked.url[:5] == "data:" else wrong.append(asked.url),
    )
    yield opened
    opened.close()
    assert not wrong


def test_ask_a_question_and_read_its_words(page: Any, server: Server) -> None:
    page.goto(server.url)
    card = page.locator("#project_stages")
    card.locator("button").click()
    page.wait_for_selector("table")
    assert page.locator("tbody tr").count() == 4
    page.locator("tbody tr").nth(1).locator("a", has_text="82 projects").click()
    mark = page.locator("mark#words")
    assert mark.inner_text() == "82 projects achieve landing"
    assert mark.bounding_box()["y"] < 900


def test_change_a_parameter_with_the_keyboard(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/questions/projects_in_place")
    page.fill("input[name=place]", "Future Science City")
    page.keyboard.press("Enter")
    page.wait_for_url("**place=Future*")
    assert "Future" in page.input_value("input[name=place]")


def test_editor_asks_completes_and_shares(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/editor")
    page.wait_for_selector("body[data-ready]")
    page.click(".CodeMirror")
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT DISTINCT ?x WHERE { ?x a rd:Par")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".CodeMirror-hints li")
    assert "rd:Park" in page.inner_text(".CodeMirror-hints")
    page.keyboard.press("Enter")
    page.keyboard.type(" }")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#answer tbody tr")
    assert page.locator("#answer tbody tr").count() >= 4
    assert page.locator("#downloads a").count() == 4
    shared = page.url
    assert "query=SELECT" in shared
    page.goto(shared)
    page.wait_for_selector("#answer tbody tr")


def test_an_answer_is_seen_as_table_chart_and_network(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/questions/duration_cut")
    page.get_by_role("link", name="Chart", exact=True).click()
    assert page.locator("svg.view rect").count() == 2
    assert page.locator("tbody tr").count() == 1
    text = "SELECT ?park ?place WHERE { ?park a rd:Park ; rd:within ?place }"
    page.goto(f"{server.url}/editor?query={quote(text)}")
    page.wait_for_selector("#answer td:has-text('Life Valley')")  # by name, once the names have come
    page.get_by_role("button", name="Network").click()
    page.wait_for_selector("#answer svg.view")
    assert page.get_by_role("button", name="Network").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Table").click()
    page.wait_for_selector("#answer tbody tr")
    page.get_by_role("button", name="Network").click()
    page.locator("#answer svg.view a", has_text="Life Valley").last.click()
    page.wait_for_url("**/page?iri=*life-valley")


def test_a_late_picture_does_not_take_the_place_of_the_table(page: Any, server: Server) -> None:
    text = "SELECT ?park ?place WHERE { ?park a rd:Park ; rd:within ?place }"
    late: list[Any] = []
    page.route("**/picture", lambda route: late.append(route))
    page.goto(f"{server.url}/editor?query={quote(text)}")
    with page.expect_request("**/picture"):
        page.get_by_role("button", name="Network").click()
    page.get_by_role("button", name="Table").click()
    with page.expect_response("**/picture"):
        late[0].continue_()
    page.wait_for_timeout(300)
    assert page.locator("#answer tbody tr").count() >= 4
    assert page.get_by_role("button", name="Table").get_attribute("aria-pressed") == "true"


def test_a_picture_that_does_not_come_is_told(page: Any, server: Server) -> None:
    text = "SELECT ?park ?place WHERE { ?park a rd:Park ; rd:within ?place }"
    page.goto(f"{server.url}/editor?query={quote(text)}")
    for act in (lambda route: route.abort(), lambda route: route.fulfill(status=502, body="<p>Bad gateway</p>")):
        page.route("**/picture", act)
        page.get_by_role("button", name="Network").click()
        page.wait_for_selector("#answer .error")
        assert page.inner_text("#answer .error") == "the server did not answer"
        page.get_by_role("button", name="Table").click()
        page.unroute("**/picture")


def test_of_two_questions_the_later_is_answered(page: Any, server: Server) -> None:
    """The first answer comes after the second, or not at all: it is seen nowhere."""
    late: list[Any] = []

    def hold(route: Any) -> None:
        if "first" in route.request.post_data:
            late.append(route)
        else:
            route.continue_()

    page.goto(f"{server.url}/editor")
    page.wait_for_selector("body[data-ready]")
    page.route("**/sparql", hold)
    for name in ("first", "second"):
        page.click(".CodeMirror")
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(f"SELECT (1 AS ?{name}) {{}}")
        page.keyboard.press("Control+Enter")
    page.wait_for_selector("#answer th:has-text('second')")
    body = '{"head": {"vars": ["first"]}, "results": {"bindings": []}}'
    late[0].fulfill(body=body, content_type="application/sparql-results+json")
    page.wait_for_timeout(300)
    assert page.inner_text("#answer thead").split() == ["second"]
    assert page.locator("#answer table").count() == 1
    assert page.locator("#error .error").count() == 0
    assert page.locator("#downloads a").count() == 4


def test_rows_that_repeat_are_said(page: Any, server: Server) -> None:
    for rows, said in (
        ("1 2 1 2 1", "5 rows, 2 of them different (SELECT DISTINCT gives each once)"),
        ("1 2", "2 rows"),
    ):
        page.goto(f"{server.url}/editor?query={quote(f'SELECT ?x {{ VALUES ?x {{ {rows} }} }}')}")
        page.wait_for_selector("#answer tbody tr")
        assert page.inner_text("#answer .count") == said


@pytest.mark.parametrize("how", ["no connection", "an error"])
def test_editor_asks_without_its_terms(page: Any, server: Server, how: str) -> None:
    failing = (lambda route: route.abort()) if how == "no connection" else (lambda route: route.fulfill(status=503))
    page.route("**/terms.json", failing)
    page.goto(f"{server.url}/editor?query={quote('SELECT ?park { ?park a rd:Park }')}")
    page.wait_for_selector("#answer tbody tr")
    assert page.locator("#answer tbody tr").count() >= 4
    assert "The terms did not come" in page.inner_text("#said")
    page.click(".CodeMirror")
    page.keyboard.press("Control+Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#answer tbody tr")


def test_editor_points_at_an_error(page: Any, server: Server) -> None:
    text = "SELECT *\nWHERE {\n  ?s foo:bar ?o .\n}"
    page.goto(f"{server.url}/editor?query={quote(text)}")
    page.wait_for_selector("#error .error")
    assert "Line 3, column" in page.inner_text("#error")
    assert page.locator(".CodeMirror .wrong").count() >= 1


def test_hostile_names_stay_text(page: Any, hostile_server: Server) -> None:  # noqa: F811
    for number in range(len(HOSTILE)):
        page.goto(f"{hostile_server.url}/page?iri=https://kg.example/id/thing-{number}")
        assert HOSTILE[number].replace("\u202e", "")[:5] in page.inner_text("main")
    text = 'SELECT ?label ("1" AS ?__proto__) WHERE { ?x rdfs:label ?label }'
    page.goto(f"{hostile_server.url}/editor?query={quote(text)}")
    page.wait_for_selector("#answer tbody tr")
    assert page.locator("#answer tbody tr").count() == len(HOSTILE)
    assert page.locator("#answer img, #answer script, #answer svg").count() == 0
    text = 'SELECT ("<img src=x onerror=alert(1)>" AS ?a) ?x WHERE { ?x schema:url ?u }'
    page.goto(f"{hostile_server.url}/editor?query={quote(text)}")
    page.wait_for_selector("#answer tbody tr")
    assert page.locator("#answer a").first.get_attribute("href").startswith("/page?iri=")
    page.goto(f"{hostile_server.url}/editor?query={quote('SELECT ?x ?u WHERE { ?x schema:url ?u }')}")
    page.get_by_role("button", name="Network").click()
    page.wait_for_selector("#answer svg.view")
    assert page.locator("#answer img, #answer script, #answer svg svg").count() == 0


@pytest.mark.parametrize(
    "path", ["/", "/questions/project_stages", "/editor", "/page?iri=https://kg.example/id/life-valley"]
)
def test_pages_fit_a_telephone(browser: Any, server: Server, path: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(server.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 362
    page.close()
