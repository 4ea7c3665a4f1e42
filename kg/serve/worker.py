"""A worker: a process that holds the store open for reading and does one job at a time until it is killed.

It reads jobs on standard input and writes replies on standard output. A job is four bytes of length and a
JSON object; a reply is twice four bytes (length of a JSON object, length of what follows it), that object,
and the answer itself. A worker that answers connections itself says on standard output that it is ready, no more.
"""

from __future__ import annotations

import gc
import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from kg.serve import sandbox

GRACE = 2.0
"""Seconds after its limit at which a worker ends itself, should its parent not have killed it."""


def main() -> None:
    """Serve jobs until standard input ends."""
    config: dict[str, Any] = json.loads(sys.argv[1])
    alone = sandbox.enter(nice=0 if "handed" in config else 5)
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints does not get between the replies
    from kg.errors import KgError
    from kg.resources import load_domain
    from kg.serve.jobs import Context
    from kg.store import open_store

    sandbox.limit_files(config.get("base", 0))
    try:
        store = open_store(Path(config["store"]), writable=config["writer"])
        context = Context(store, load_domain(Path(config["domain"])))
    except KgError as error:
        _reply(sink, {"error": "store", "what": error.what}, b"")
        return
    serve = _serve_connections if "handed" in config else _serve_jobs
    serve(config, context, source, sink, alone)


def _serve_jobs(config: dict[str, Any], context: Any, source: BinaryIO, sink: BinaryIO, alone: bool) -> None:
    """Do the jobs that come on standard input."""
    from kg.serve.graph_job import WRITE_JOBS
    from kg.serve.jobs import QUERY_JOBS, do_job
    from kg.serve.lookups import LOOKUP_JOBS

    jobs = WRITE_JOBS if config["writer"] else {**QUERY_JOBS, **LOOKUP_JOBS}
    _reply(sink, {"ready": True, "alone": alone}, b"")
    sandbox.limit_memory(int(config["memory"]), files=config["writer"])
    while head := source.read(4):
        job: dict[str, Any] = json.loads(source.read(struct.unpack("!I", head)[0]))
        sandbox.arm(float(job["seconds"]) + GRACE)
        info, body = do_job(jobs[job["do"]], context, job)
        sandbox.arm(0)
        _reply(sink, info, body)


def _serve_connections(config: dict[str, Any], context: Any, source: BinaryIO, sink: BinaryIO, alone: bool) -> None:
    """Answer the connections that the server lends."""
    from kg.serve.board import LOANS
    from kg.serve.direct import DirectWorker, Runner
    from kg.serve.plain import PlainEndpoint
    from kg.serve.settings import Limits, Settings

    told = config["settings"] | {name: tuple(config["settings"][name]) for name in ("hosts", "cors")}
    settings = Settings(Path(config["store"]), context.domain, **told, limits=Limits(**config["limits"]))
    runner = Runner(context, settings.limits.seconds + GRACE)
    endpoint = PlainEndpoint(settings, config["build"], runner)
    worker = DirectWorker(config["handed"] | {"base": config["base"]}, settings.store, endpoint, runner)
    sandbox.limit_files(config["base"] + LOANS)
    _reply(sink, {"ready": True, "alone": alone}, b"")
    sandbox.limit_memory(int(config["memory"]), files=False)
    gc.freeze()  # what is there now stays: it need not be looked through again and again
    worker.run()


def _reply(sink: BinaryIO, info: dict[str, Any], body: bytes) -> None:
    head = json.dumps(info, ensure_ascii=False).encode("utf-8", "replace")
    sink.write(struct.pack("!II", len(head), len(body)) + head)
    sink.write(body)
    sink.flush()


if __name__ == "__main__":
    main()
