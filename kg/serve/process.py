"""Worker processes: how one is started, asked, and ended, and what its death means."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "HOME", "VIRTUAL_ENV")
START_SECONDS = 30
ALLOCATOR = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=1000"}
"""The engine takes and frees thousands of small pieces for a query, which are kept at hand: a tenth less time."""


class PoolError(Exception):
    """A job that has no reply: ``reason`` is ``time``, ``fair``, ``busy``, ``crash`` or ``memory``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Reply:
    """What a worker gave: a mapping, the answer's bytes, and the build that it is of."""

    __slots__ = ("body", "build", "info")

    def __init__(self, info: dict[str, Any], body: bytes, build: str) -> None:
        self.info = info
        self.body = body
        self.build = build


def build_id(store: Path | str, *, written: bool = False) -> str:
    """Return what tells one build of a store from another; empty in the moment of a swap.

    Where the store is ``written`` in place, its files change within a build, and its identity is looked at.
    """
    try:
        state = os.stat(f"{store}/{'IDENTITY' if written else 'CURRENT'}")
    except OSError:
        return ""
    return f"{state.st_ino:x}-{state.st_mtime_ns:x}"


class Worker:
    """One process and the pipes to it."""

    __slots__ = ("alone", "build", "ended", "process", "since")

    def __init__(self, process: asyncio.subprocess.Process, build: str, alone: bool) -> None:
        self.process = process
        self.build = build
        self.alone = alone
        self.ended = ""
        self.since = 0.0

    async def ask(self, job: bytes) -> tuple[dict[str, Any], bytes]:
        """Send a job and return its reply; raise ``IncompleteReadError`` or ``OSError`` where the process dies."""
        if self.process.stdin is None or self.process.stdout is None:
            raise ConnectionError
        self.process.stdin.write(struct.pack("!I", len(job)) + job)
        return await read_reply(self.process.stdout)

    def kill(self) -> None:
        """End the process at once, whatever it is doing."""
        try:
            self.process.kill()
        except ProcessLookupError:
            pass


async def read_reply(stream: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """Return the next reply of a worker."""
    head, size = struct.unpack("!II", await stream.readexactly(8))
    info: dict[str, Any] = json.loads(await stream.readexactly(head))
    return info, await stream.readexactly(size) if size else b""


def death_reason(code: int) -> str:
    """Return why a worker died, by what it ended with: ``time``, ``memory`` or ``crash``.

    >>> death_reason(-14), death_reason(137), death_reason(-11)
    ('time', 'memory', 'crash')
    """
    if -code == signal.SIGALRM:
        return "time"
    return "memory" if code == 137 or -code in (signal.SIGABRT, signal.SIGKILL) else "crash"


async def start_worker(config: Mapping[str, Any], build: str, handed: Sequence[int] = ()) -> Worker:
    """Start a worker, with open files handed over, and wait until it is ready.

    Raises ``PoolError`` with what is wrong where it cannot open the store, or does not start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kg.serve.worker",
        json.dumps(config),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | ALLOCATOR,
        pass_fds=tuple(handed),
    )
    what = "a worker did not start"
    try:
        async with asyncio.timeout(START_SECONDS):
            info, _ = await read_reply(process.stdout)  # type: ignore[arg-type]
        if info.get("ready"):
            return Worker(process, build, bool(info["alone"]))
        what = str(info.get("what", ""))
    except (TimeoutError, asyncio.IncompleteReadError, OSError):
        pass
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode is None:
        process.kill()
    await process.wait()
    raise PoolError("crash", what)
