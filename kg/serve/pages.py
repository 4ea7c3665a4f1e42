"""The pages: questions as forms, answers as tables, things with their claims, articles with the words marked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kg.query import Query, list_queries
from kg.serve import html
from kg.serve.answers import Answer, Answers, make_tag, respond
from kg.serve.errors import HttpError
from kg.serve.html import esc
from kg.serve.negotiation import GRAPH_FORMATS, HTML, PICTURES, Format, choose_format, formats_of, pick_format
from kg.serve.protocol import query_job, read_ask, read_iri, read_pairs
from kg.serve.settings import Settings
from kg.serve.views import list_views

STATIC = Path(__file__).resolve().parent.parent / "static" / "serve"
MAX_VALUE = 2_000
NAMES = 2_000
_TABLE = Format("table", "application/json")
_JSON = Format("json", "application/json")


class Pages:
    """What people see in a browser."""

    def __init__(self, settings: Settings, answers: Answers) -> None:
        self.settings = settings
        self.answers = answers
        self.queries: dict[str, Query] = {query.name: query for query in list_queries(settings.domain.queries)}

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of the pages."""
        return [
            Route("/", self.home),
            Route("/questions", self.listing),
            Route("/questions/{name}", self.question),
            Route("/editor", self.editor),
            Route("/picture", self.picture, methods=["GET", "POST"]),
            Route("/terms.json", self.terms),
            Route("/page", self.thing),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    async def _html(self, request: Request, body: bytes, status: int = 200) -> Response:
        tag = make_tag(self.answers.questions.build, body.decode()) if status == 200 else ""
        response = await respond(request, Answer(HTML.media, body, tag, {}))
        if response.status_code == 200:
            response.status_code = status
        return response

    # ------------------------------------------------------------ questions
    async def home(self, request: Request) -> Response:
        """Show all questions as forms."""
        names = await self.answers.look_up({"do": "names", "most": NAMES})
        cards = "".join(
            f'<section class="card" id="{esc(query.name)}"><h2>{esc(query.summary or query.name)}</h2>'
            f"{html.question_form(query, {})}</section>"
            for query in self.queries.values()
        )
        title = self.settings.domain.title
        intro = f"<h1>{esc(title)}</h1><p>Ask one of these questions, or write your own in the "
        body = f'{intro}<a href="/editor">editor</a>.</p><div class="cards">{cards}</div>{html.names_list(names)}'
        return await self._html(request, html.page(title, body))

    async def listing(self, request: Request) -> Response:
        """List the questions for programs."""
        import json

        listed = [
            {
                "name": query.name,
                "summary": query.summary,
                "parameters": [{"name": p.name, "type": p.type, "default": p.default} for p in query.parameters],
                "columns": query.columns,
            }
            for query in self.queries.values()
        ]
        body = json.dumps(listed, ensure_ascii=False).encode()
        return await respond(request, Answer(_JSON.media, body, make_tag("", body.decode()), {}))

    async def question(self, request: Request) -> Response:
        """Answer a question, as a page or in a format of the protocol."""
        query = self.queries.get(request.path_params["name"])
        if query is None:
            raise HttpError(404, "no such question", hint="they are listed at /questions")
        values, named, view = _read_values(request, query)
        formats = (*formats_of(query.form), *(item for item in PICTURES if named == item.name))
        accept = request.headers.get("accept", "")
        format = choose_format((HTML, *formats) if "text/html" in accept else formats, accept, named)
        if format is None:
            raise HttpError(406, "no such format for this answer", hint=", ".join(item.name for item in formats))
        if format is HTML:
            return await self._question_page(request, query, values, view)
        answer = await self.answers.ask(_job(query, values, format), format)
        return await respond(request, answer)

    async def _question_page(self, request: Request, query: Query, values: dict[str, str], view: str) -> Response:
        names = await self.answers.look_up({"do": "names", "most": NAMES})
        form = html.question_form(query, values) + html.names_list(names)
        head = f"<h1>{esc(query.summary or query.name)}</h1>{form}"
        missing = [p.name for p in query.parameters if p.default is None and not values.get(p.name)]
        status = 200
        if missing:
            found = ""
        else:
            try:
                found = await self._answer_html(query, values, view)
            except HttpError as error:
                status = error.status
                found = html.error_html(error.what, error.hint, error.line, error.column, query.text)
        return await self._html(request, html.page(query.summary or query.name, head + found), status)

    async def _answer_html(self, query: Query, values: Mapping[str, str], view: str) -> str:
        """Return the rows of an answer as a table, below the picture of them that was asked for."""
        import json

        answer = await self.answers.ask(_job(query, values, _TABLE), _TABLE)
        table: dict[str, Any] = json.loads(answer.body)
        rows = table["rows"]
        number = f"{'More than ' if table['more'] else ''}{len(rows)} {'row' if len(rows) == 1 else 'rows'}"
        path = f"/questions/{query.name}"
        text = answer.info["query"]
        edit = "/editor?" + urlencode({"query": text})
        share = html.make_address(path, values, view)
        views = list_views(table, query.form)
        pictures = tuple(item for item in PICTURES if item.name in views)
        return (
            f'<p class="count">{number}. <a href="{esc(share)}">Link to this answer</a> · '
            f'<a href="{esc(edit)}">Open in the editor</a></p>'
            f"{html.view_links(path, values, views, view)}{await self._picture_html(query, values, view)}"
            f"{html.table_html(table['columns'], rows)}"
            f"{html.downloads(path, values, (*formats_of(query.form), *pictures))}"
            f"<details><summary>The query</summary><pre>{esc(text)}</pre></details>"
        )

    async def _picture_html(self, query: Query, values: Mapping[str, str], view: str) -> str:
        """Return an answer drawn as ``view`` says; empty for the table."""
        format = next((item for item in PICTURES if item.name == view), None)
        if format is None:
            return ""
        try:
            drawn = await self.answers.ask(_job(query, values, format), format)
        except HttpError as error:  # it cannot be drawn; the table below still stands
            return html.error_html(error.what, error.hint, 0, 0)
        more = '<p class="count">There is more than can be drawn; the first things are.</p>'
        return f'<div class="scroll">{drawn.body.decode()}</div>{more if drawn.info.get("more") else ""}'

    async def editor(self, request: Request) -> Response:
        """Show the editor; its text is in the address, so that it can be shared."""
        body = (
            '<h1>Write a question in SPARQL</h1><div id="editor"></div>'
            '<noscript><form action="/sparql" method="get"><textarea name="query" rows="12" cols="80"></textarea>'
            '<button name="format" value="csv">Ask for CSV</button></form></noscript>'
            '<p class="tools"><button type="button" id="run">Ask (Ctrl+Enter)</button> '
            '<button type="button" id="share">Copy a link</button> <span id="said" role="status"></span></p>'
            '<div id="error" role="alert"></div><div id="answer"></div><p class="downloads" id="downloads"></p>'
        )
        scripts, styles = ("vendor/yasqe-4.6.2.min.js", "editor.js"), ("vendor/yasqe-4.6.2.min.css",)
        return await self._html(request, html.page("Editor", body, scripts=scripts, styles=styles))

    async def terms(self, request: Request) -> Response:
        """Give the editor the prefixes and terms it completes."""
        return await respond(request, await self.answers.ask({"do": "terms"}, _JSON))

    async def picture(self, request: Request) -> Response:
        """Draw the answer to a query as the chart or the network that ``format`` names."""
        ask = await read_ask(request)
        if ask is None:
            raise HttpError(400, "no query", hint="send it as the field query, and format=chart or format=network")
        format = pick_format(PICTURES, "", ask.format or "chart")
        job = query_job(ask, format, self.settings.public or "http://localhost/sparql")
        return await respond(request, await self.answers.ask(job, format, repeatable=ask.query.repeatable))

    # ------------------------------------------------------------ things
    async def thing(self, request: Request) -> Response:
        """Show a thing with its claims, or an article with words marked."""
        pairs = dict(read_pairs(request.scope["query_string"]))
        iri = read_iri(pairs.get("iri", "")[: MAX_VALUE + 1])
        if len(iri) > MAX_VALUE:
            raise HttpError(400, f"an IRI of more than {MAX_VALUE} characters")
        found = await self.answers.look_up({"do": "thing", "iri": iri})
        if found is None:
            raise HttpError(404, "nothing of that name here")
        if "place" in found:
            place = found["place"]
            query = urlencode({"iri": place["article"], "start": place["start"], "end": place["end"]})
            return RedirectResponse(f"/page?{query}#words", 303)
        body = _thing_html(found, pairs)
        return await self._html(request, html.page(found["name"], body))


def _thing_html(found: Mapping[str, Any], pairs: Mapping[str, str]) -> str:
    iri = found["iri"]
    parts = [f"<h1><bdi>{esc(found['name'])}</bdi></h1><p class=iri><code>{esc(iri)}</code></p>"]
    if "text" in found:
        parts.append(html.article_html(found["text"], *_find_words(found["text"], pairs)))
    if found["claims"]:
        parts.append(f"<h2>What is said of it</h2>{html.claims_html(found['claims'])}")
    if found["facts"]:
        parts.append(f"<h2>Facts</h2>{html.pairs_html(found['facts'])}")
    if found["references"]:
        parts.append(f"<h2>Referred to by</h2>{html.pairs_html(found['references'][:200])}")
    parts.append(html.downloads("/data", {"iri": iri}, GRAPH_FORMATS))
    return "".join(parts)


def _find_words(text: str, pairs: Mapping[str, str]) -> tuple[int, int]:
    """Return the place that an address names: by offsets, or by the words themselves."""
    start, end = pairs.get("start", ""), pairs.get("end", "")
    if start.isdecimal() and end.isdecimal() and len(start + end) < 20:
        return int(start), int(end)
    words = pairs.get("quote", "")
    place = text.find(words) if words else -1
    return (place, place + len(words)) if place >= 0 else (0, 0)


def _read_values(request: Request, query: Query) -> tuple[dict[str, str], str, str]:
    """Return the parameters that an address gives, the format it asks for, and the view."""
    values: dict[str, str] = {}
    asked = {"format": "", "view": ""}
    known = {parameter.name for parameter in query.parameters}
    for name, value in read_pairs(request.scope["query_string"]):
        if name in asked and name not in known:
            asked[name] = value
            continue
        if name in values or len(value) > MAX_VALUE:
            raise HttpError(400, f"the parameter {name[:60]} is given twice or is too long")
        values[name] = value
    return values, asked["format"], asked["view"]


def _job(query: Query, values: Mapping[str, str], format: Format) -> dict[str, Any]:
    return {
        "do": "question",
        "name": query.name,
        "text": query.text,
        "values": dict(values),
        "format": format.name,
    }
