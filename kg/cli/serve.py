"""``kg serve``: the graph over HTTP, as a SPARQL endpoint and a page of questions."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kg.cli.options import build_option, domain_option
from kg.errors import KgError
from kg.resources import load_domain
from kg.serve import serve as run_server
from kg.serve.settings import Limits, Settings

EPILOG = """\b
Examples:
  kg serve                                      questions at http://127.0.0.1:8000/
  kg serve --build my-graph --port 8080
  kg serve --cors https://app.example.org       pages of that origin may ask too
  kg serve --host 0.0.0.0 --allow-host graph.example.org --public https://graph.example.org
  curl -d 'query=ASK {}' http://127.0.0.1:8000/sparql

\b
From the environment, never from the command line:
  KG_SERVE_TOKEN   the token that --writable asks for
"""


@click.command(epilog=EPILOG)
@build_option
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of a store.  [default: store in the build folder]",
)
@domain_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen at.")
@click.option("--allow-host", multiple=True, metavar="NAME", help="A name to answer for beside this machine's own.")
@click.option("--public", default="", metavar="URL", help="The address people reach it by, behind a proxy.")
@click.option("--cors", multiple=True, metavar="ORIGIN", help="An origin whose pages may ask; '*' for any.")
@click.option("--writable", is_flag=True, help="Let who shows KG_SERVE_TOKEN write graphs (Graph Store Protocol).")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=30.0, show_default=True, help="Seconds a query.")
@click.option(
    "--busy-timeout",
    type=click.FloatRange(0.1, 3600),
    default=5.0,
    show_default=True,
    help="Seconds a query while others wait.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    help="Seconds in which a client must have sent its headers, and its body.",
)
@click.option("--memory", type=click.IntRange(64), default=1024, show_default=True, help="Megabytes a query.")
@click.option("--rows", type=click.IntRange(1), default=100_000, show_default=True, help="Rows or triples an answer.")
@click.option("--size", type=click.IntRange(1), default=32, show_default=True, help="Megabytes an answer.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Queries at a time.")
def serve(
    build_folder: Path,
    store: Path | None,
    domain_folder: Path | None,
    host: str,
    port: int,
    allow_host: tuple[str, ...],
    public: str,
    cors: tuple[str, ...],
    writable: bool,
    timeout: float,
    busy_timeout: float,
    patience: float,
    memory: int,
    rows: int,
    size: int,
    workers: int,
) -> None:
    """Serve the graph: a SPARQL 1.1 endpoint, its description, each thing by its IRI, and a page of questions.

    Nothing can be changed through it unless --writable is given. Each query runs in a process of its own, which is
    ended when it takes too long or too much; a rebuild is picked up without a restart.
    """
    limits = Limits(
        seconds=timeout,
        fair_seconds=min(busy_timeout, timeout),
        slow_seconds=patience,
        memory=memory << 20,
        rows=rows,
        answer_bytes=size << 20,
        workers=workers,
    )
    settings = Settings(
        store=store or build_folder / "store",
        domain=load_domain(domain_folder),
        host=host,
        port=port,
        hosts=allow_host,
        public=_check_url(public),
        cors=cors,
        token=_read_token() if writable else "",
        limits=limits,
    )
    click.echo(f"Serving {settings.store} at http://{host}:{port}/ (Ctrl+C stops)", err=True)
    run_server(settings)


def _check_url(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise KgError(f"not an address: {text}", hint="write for example --public https://graph.example.org")
    return text.rstrip("/")


def _read_token() -> str:
    token = os.environ.get("KG_SERVE_TOKEN", "")
    if len(token) < 16:
        raise KgError("--writable needs a token", hint="set KG_SERVE_TOKEN to 16 characters or more")
    return token
