"""A worker: a process that holds the store open for reading and does one job at a time until it is killed.

It reads jobs on standard input and writes replies on standard output. A job is four bytes of length and a
JSON object; a reply is twice four bytes (length of a JSON object, length of what follows it), that object,
and the answer itself.
"""

from __future__ import annotations

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
    alone = sandbox.enter()
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints does not get between the replies
    from kg.errors import KgError
    from kg.resources import load_domain
    from kg.serve.graph_job import WRITE_JOBS
    from kg.serve.jobs import QUERY_JOBS, Context
    from kg.serve.lookups import LOOKUP_JOBS
    from kg.store import open_store

    try:
        store = open_store(Path(config["store"]), writable=config["writer"])
        context = Context(store, load_domain(Path(config["domain"])))
    except KgError as error:
        _reply(sink, {"error": "store", "what": error.what}, b"")
        return
    jobs = WRITE_JOBS if config["writer"] else {**QUERY_JOBS, **LOOKUP_JOBS}
    _reply(sink, {"ready": True, "alone": alone}, b"")
    sandbox.limit_memory(int(config["memory"]), files=config["writer"])
    while head := source.read(4):
        job: dict[str, Any] = json.loads(source.read(struct.unpack("!I", head)[0]))
        sandbox.arm(float(job["seconds"]) + GRACE)
        info, body = _do(jobs[job["do"]], context, job)
        sandbox.arm(0)
        _reply(sink, info, body)


def _do(function: Any, context: Any, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return the reply to a job; an error of any kind becomes one that says no more than it should."""
    from kg.errors import KgError
    from kg.serve.jobs import TooMuch

    try:
        info, body = function(context, job)
        return info, body
    except TooMuch as error:
        return {"error": "much", "what": error.what, "hint": error.hint}, b""
    except KgError as error:
        return {"error": "query", "what": error.what, "where": error.where, "hint": error.hint}, b""
    except MemoryError:
        os._exit(137)
    except Exception as error:  # what a library says of it may hold paths: it goes to the log alone
        return {"error": "failed", "detail": f"{type(error).__name__}: {error}"[:300]}, b""


def _reply(sink: BinaryIO, info: dict[str, Any], body: bytes) -> None:
    head = json.dumps(info, ensure_ascii=False).encode("utf-8", "replace")
    sink.write(struct.pack("!II", len(head), len(body)) + head)
    sink.write(body)
    sink.flush()


if __name__ == "__main__":
    main()
