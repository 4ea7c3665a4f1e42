"""The application: which address is answered by what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from kg import __version__
from kg import vocab as v
from kg.serve.answers import Answer, Answers, make_tag, respond
from kg.serve.description import describe_dataset, describe_service, write
from kg.serve.errors import HttpError, error_response
from kg.serve.guardrails import Guardrails
from kg.serve.loans import Loans
from kg.serve.log import AccessLog
from kg.serve.negotiation import GRAPH_FORMATS, HTML, Format, formats_of, pick_format
from kg.serve.protocol import query_job, read_ask, read_iri, read_pairs
from kg.serve.settings import Settings
from kg.serve.writing import check_token
from kg.serve.writing import write as write_graph

Handler = Callable[[Request], Awaitable[Response]]


class Endpoint:
    """The SPARQL endpoint, the graphs, the things, and what the server says of itself."""

    def __init__(self, settings: Settings, answers: Answers, loans: Loans) -> None:
        self.settings = settings
        self.answers = answers
        self.loans = loans

    def origin(self, request: Request) -> str:
        """Return the address people reach the server by."""
        return self.settings.public.rstrip("/") or f"{request.url.scheme}://{request.headers.get('host', '')}"

    # ------------------------------------------------------------ queries
    async def sparql(self, request: Request) -> Response:
        """Answer a query, or describe the endpoint where there is none."""
        ask = await read_ask(request)
        accept = request.headers.get("accept", "")
        if ask is None:
            return await self._describe_endpoint(request, accept)
        if request.method == "GET" and not ask.format and _is_browser(accept):
            return RedirectResponse(f"/editor?query={quote(ask.query.text, safe='')}", 303, {"Vary": "Accept"})
        format = pick_format(formats_of(ask.query.form), accept, ask.format)
        request.scope["state"]["log"] |= {"form": ask.query.form, "format": format.name}
        known = request.headers.get("if-none-match", "")
        job = query_job(ask, format, f"{self.origin(request)}/sparql")
        answer = await self.answers.ask(job, format, repeatable=ask.query.repeatable, known=known)
        return await respond(request, answer)

    async def _describe_endpoint(self, request: Request, accept: str) -> Response:
        named = dict(read_pairs(request.scope["query_string"])).get("format", "")
        format = pick_format((*GRAPH_FORMATS, HTML), accept, named)
        if format is HTML:
            return RedirectResponse("/editor", 303, {"Vary": "Accept"})
        counts = await self.answers.look_up({"do": "counts"})
        return await self._describe(request, describe_service(f"{self.origin(request)}/sparql", counts), format)

    async def void(self, request: Request) -> Response:
        """Describe the dataset."""
        named = dict(read_pairs(request.scope["query_string"])).get("format", "")
        format = pick_format(GRAPH_FORMATS, _no_browser(request.headers.get("accept", "")), named)
        counts = await self.answers.look_up({"do": "counts"})
        triples = describe_dataset(self.origin(request), self.settings.domain, counts, self.settings.store)
        return await self._describe(request, triples, format)

    async def _describe(self, request: Request, triples: list[Any], format: Format) -> Response:
        body = write(triples, format, {})
        tag = make_tag(self.answers.lookups.build, body.decode())
        return await respond(request, Answer(format.media, body, tag, {}))

    # ------------------------------------------------------------ graphs and things
    async def graph(self, request: Request) -> Response:
        """Answer the Graph Store Protocol: GET and HEAD, and the rest where the server may be written."""
        name = self._graph_name(request)
        if request.method not in ("GET", "HEAD"):
            check_token(request, self.settings)
            if name is None and request.method != "POST":
                raise HttpError(400, "no graph", hint="name one by graph=, or ask for default")
            return await write_graph(request, self.answers, name, self.origin(request))
        if name is None:
            raise HttpError(400, "no graph", hint="name one by graph=, or ask for default")
        named = dict(read_pairs(request.scope["query_string"])).get("format", "")
        format = pick_format(GRAPH_FORMATS, _no_browser(request.headers.get("accept", "")), named)
        return await self._look_up(request, {"do": "graph", "graph": name, "format": format.name}, format)

    def _graph_name(self, request: Request) -> str | None:
        """Return the graph that a request names: an IRI, empty for the default graph, ``None`` where it names none."""
        pairs = read_pairs(request.scope["query_string"])
        graphs = [value for name, value in pairs if name == "graph"]
        default = any(name == "default" for name, _ in pairs)
        if len(graphs) + default > 1:
            raise HttpError(400, "more than one graph", hint="name one by graph=, or ask for default")
        if graphs:
            return read_iri(graphs[0])
        if default:
            return ""
        if request.url.path.rstrip("/") == "/store":
            return None
        return read_iri(self.origin(request) + request.scope["raw_path"].decode("ascii"))

    async def data(self, request: Request) -> Response:
        """Describe a thing as RDF."""
        pairs = dict(read_pairs(request.scope["query_string"]))
        iri = read_iri(pairs.get("iri", ""))
        format = pick_format(GRAPH_FORMATS, _no_browser(request.headers.get("accept", "")), pairs.get("format", ""))
        return await self._look_up(request, {"do": "describe", "iri": iri, "format": format.name}, format)

    async def _look_up(self, request: Request, job: dict[str, Any], format: Format) -> Response:
        answer = await self.answers.ask(job, format, known=request.headers.get("if-none-match", ""))
        if answer.info.get("missing"):
            raise HttpError(404, "nothing of that name here")
        return await respond(request, answer)

    def thing(self, base: str) -> Handler:
        """Return a handler that sends on from the IRI of a thing to a page or to RDF about it."""
        start = base.removesuffix(urlsplit(base).path)

        async def send_on(request: Request) -> Response:
            iri = read_iri(start + request.scope["raw_path"].decode("ascii"))
            format = pick_format((*GRAPH_FORMATS, HTML), request.headers.get("accept", ""))
            query = f"iri={quote(iri, safe='')}"
            target = f"/page?{query}" if format is HTML else f"/data?{query}&format={format.name}"
            return RedirectResponse(target, 303, {"Vary": "Accept"})

        return send_on

    async def health(self, request: Request) -> Response:
        """Say whether questions can be answered, without asking one."""
        pools = (self.answers.questions, self.answers.lookups)
        ready = all(pool.idle or pool.busy for pool in pools)
        state = {
            "status": "ok" if ready else "starting",
            "version": __version__,
            "build": pools[0].refresh(),
            "idle": len(pools[0].idle),
            "busy": len(pools[0].busy),
            "waiting": len(pools[0].waiting),
            "ended": sum(pool.killed for pool in pools) + self.loans.killed,
            "direct": self.loans.describe(),
            "workers_without_network": all(pool.alone for pool in pools),
        }
        return JSONResponse(state, 200 if ready else 503, {"Cache-Control": "no-store"})


def _is_browser(accept: str) -> bool:
    return "text/html" in accept


def _no_browser(accept: str) -> str:
    """Return what is accepted; a browser that opens a graph sees it in the first format."""
    return "*/*" if _is_browser(accept) else accept


async def _no_page(request: Request) -> Response:
    raise HttpError(404, "nothing here", hint="the questions are at /, the endpoint is /sparql")


async def _refuse(request: Request, error: Exception) -> Response:
    """Answer what was refused, by us or by Starlette."""
    if not isinstance(error, HttpError):
        status = int(getattr(error, "status_code", 500))
        headers = getattr(error, "headers", None) or {}
        what = {404: "nothing here", 405: "not this method"}.get(status, "refused")
        error = HttpError(status, what, hint=headers.get("Allow", ""), headers=headers)
    if error.detail:
        request.scope["state"]["log"]["detail"] = error.detail
    return error_response(error, request.headers.get("accept", ""))


async def _fail(request: Request, error: Exception) -> Response:
    """Answer what nobody expected; the guardrails log it."""
    broken = HttpError(500, "something went wrong here", hint="the server's log has it")
    return error_response(broken, request.headers.get("accept", ""))


def make_app(settings: Settings, loans: Loans, log: AccessLog) -> Guardrails:
    """Return the application over a store; it starts its workers when the server starts."""
    from starlette.exceptions import HTTPException

    from kg.serve.pages import Pages

    answers = Answers(settings)
    endpoint = Endpoint(settings, answers, loans)
    pages = Pages(settings, answers)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await answers.start()
        await loans.start()
        log.say("started", build=answers.questions.build, workers_without_network=answers.questions.alone)
        yield
        await loans.close()
        await answers.close()
        log.say("stopped")

    routes = [*_endpoint_routes(endpoint, settings), *pages.routes(), Route("/{rest:path}", _no_page)]
    refusals = {HTTPException: _refuse, HttpError: _refuse, Exception: _fail}
    inner = Starlette(routes=routes, lifespan=lifespan, exception_handlers=refusals)
    return Guardrails(inner, settings, log)


def _endpoint_routes(endpoint: Endpoint, settings: Settings) -> list[BaseRoute]:
    get_post = ["GET", "POST"]
    graph_methods = ["GET", "PUT", "POST", "DELETE"]
    routes: list[BaseRoute] = [
        Route("/sparql", endpoint.sparql, methods=get_post),
        Route("/sparql/", endpoint.sparql, methods=get_post),
        Route("/store", endpoint.graph, methods=graph_methods),
        Route("/store/{rest:path}", endpoint.graph, methods=graph_methods),
        Route("/data", endpoint.data),
        Route("/.well-known/void", endpoint.void),
        Route("/health", endpoint.health),
    ]
    for base in dict.fromkeys((settings.domain.data_base, v.RD, v.RDC)):
        path = urlsplit(base).path.rstrip("/")
        routes.append(Mount(path, routes=[Route("/{rest:path}", endpoint.thing(base))]))
    return routes
