"""The graph over HTTP: a SPARQL endpoint and a page of questions, each query in a process that can be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import MissingExtraError

if TYPE_CHECKING:
    from kg.serve.settings import Settings


def serve(settings: Settings) -> None:
    """Serve a store until told to stop.

    Raises ``MissingExtraError`` where the libraries of the extra ``serve`` are not installed, and
    ``StoreError`` where there is no store.
    """
    try:
        import httptools  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(str(error.name), "serve") from error
    from kg.serve.app import make_app
    from kg.serve.loans import Loans
    from kg.serve.log import AccessLog
    from kg.serve.process import build_id
    from kg.serve.transport import run
    from kg.store import open_store

    open_store(settings.store)  # says what is wrong with it before anything is started
    log = AccessLog()
    loans = Loans(settings, log, lambda: build_id(settings.store))
    run(make_app(settings, loans, log), settings, loans)
