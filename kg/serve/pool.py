"""Worker processes that can be killed: one job each at a time, replaced when they die or the store is rebuilt."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from kg.serve.settings import Limits, Settings

PATIENCE = 1.0
"""Seconds for which a request waits before a query that has had its fair time is ended for it."""
RETRY = 0.3
KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "HOME", "VIRTUAL_ENV")


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


def build_id(store: Path, *, written: bool = False) -> str:
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


class Pool:
    """A fixed number of workers, and those who wait for one."""

    def __init__(self, settings: Settings, size: int, *, writer: bool = False) -> None:
        self.settings = settings
        self.writer = writer
        self.revision = 0
        self.limits: Limits = settings.limits
        self.size = size
        self.build = ""
        self.alone = True
        self.idle: list[Worker] = []
        self.busy: set[Worker] = set()
        self.waiting: deque[asyncio.Future[Worker]] = deque()
        self.tasks: set[asyncio.Task[None]] = set()
        self.closed = False
        self.killed = 0
        self.last_error = ""

    async def start(self) -> None:
        """Start all workers and wait for the first."""
        self.build = self._present()
        for _ in range(self.size):
            self._replace()
        self._give(await self._take())

    async def close(self) -> None:
        """End all workers."""
        self.closed = True
        for worker in (*self.idle, *self.busy):
            worker.kill()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, *(w.process.wait() for w in (*self.idle, *self.busy)), return_exceptions=True)

    async def run(self, job: dict[str, Any], seconds: float) -> Reply:
        """Return the reply to a job; raise ``PoolError`` where it takes too long, dies, or finds no worker.

        When the caller is cancelled the worker is killed.
        """
        data = json.dumps(job | {"seconds": seconds}).encode()
        worker = await self._take()
        worker.since = time.monotonic()
        self.busy.add(worker)
        try:
            async with asyncio.timeout(seconds):
                info, body = await worker.ask(data)
        except TimeoutError:
            raise PoolError("time") from None
        except (asyncio.IncompleteReadError, OSError):
            raise await self._say_death(worker) from None
        else:
            self.busy.discard(worker)
            self._give(worker)
            return Reply(info, body, worker.build)
        finally:
            if worker in self.busy:  # it was not given back: it is dead, or must die
                self.busy.discard(worker)
                self._discard(worker)

    async def _say_death(self, worker: Worker) -> PoolError:
        """Return why a worker died: what we ended it for, or what its signal means."""
        code = await worker.process.wait()
        if worker.ended:
            return PoolError(worker.ended)
        if -code == signal.SIGALRM:
            return PoolError("time")
        memory = code == 137 or -code in (signal.SIGABRT, signal.SIGKILL)
        return PoolError("memory" if memory else "crash", f"worker ended with {code}")

    # ------------------------------------------------------------ workers
    def _present(self) -> str:
        """Return the build and revision that lie in the store now; empty in the moment of a swap."""
        build = build_id(self.settings.store, written=bool(self.settings.token))
        return f"{build}-{self.revision}" if build and self.revision else build

    def changed(self) -> None:
        """Let workers open the store anew: it was written in place."""
        self.revision += 1

    def refresh(self) -> str:
        """Look whether the store was rebuilt; return the build that is served now."""
        build = self._present()
        if build and build != self.build:
            self.build = build
        return self.build

    async def _take(self) -> Worker:
        """Return a worker of the present build, waiting for one if need be."""
        self.refresh()
        while self.idle:
            worker = self.idle.pop()
            if worker.build == self.build and worker.process.returncode is None:
                return worker
            self._discard(worker)
        if len(self.waiting) >= self.limits.waiting:
            raise PoolError("busy")
        future: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        return await self._wait_for(future)

    async def _wait_for(self, future: asyncio.Future[Worker]) -> Worker:
        end = time.monotonic() + self.limits.wait_seconds
        try:
            while time.monotonic() < end:
                done, _ = await asyncio.wait({future}, timeout=PATIENCE)
                if done:
                    return future.result()
                self._end_longest()
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._give(future.result())
            raise
        finally:
            if not future.done():
                future.cancel()
        raise PoolError("busy", self.last_error)

    def _end_longest(self) -> None:
        """End the query that has run longest, where it has had its fair time."""
        worker = min(self.busy, key=lambda worker: worker.since, default=None)
        if worker and not worker.ended and time.monotonic() - worker.since > self.limits.fair_seconds:
            worker.ended = "fair"
            worker.kill()

    def _give(self, worker: Worker) -> None:
        """Hand a worker to who waits, or keep it."""
        if worker.build != self.build or self.closed:
            self._discard(worker)
            return
        while self.waiting:
            future = self.waiting.popleft()
            if not future.done():
                future.set_result(worker)
                return
        self.idle.append(worker)

    def _discard(self, worker: Worker) -> None:
        """Kill a worker and start another."""
        self.killed += 1
        worker.kill()
        if not self.closed:
            self._replace()

    def _replace(self) -> None:
        task = asyncio.get_running_loop().create_task(self._spawn())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _spawn(self) -> None:
        """Start a worker and give it; try again while the store cannot be opened."""
        while not self.closed:
            build = self._present()
            worker = await self._try_spawn(build)
            if worker is not None and self._present() == build:
                self.build = build
                self.alone = worker.alone
                self._give(worker)
                return
            if worker is not None:
                worker.kill()
            await asyncio.sleep(RETRY)

    async def _try_spawn(self, build: str) -> Worker | None:
        config = {
            "store": str(self.settings.store.resolve()),
            "domain": str(self.settings.domain.root.resolve()),
            "memory": self.limits.memory,
            "writer": self.writer,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kg.serve.worker",
            json.dumps(config),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
        )
        try:
            async with asyncio.timeout(30):
                info, _ = await read_reply(process.stdout)  # type: ignore[arg-type]
            if info.get("ready"):
                return Worker(process, build, bool(info["alone"]))
            self.last_error = str(info.get("what", ""))
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            self.last_error = "a worker did not start"
        except asyncio.CancelledError:
            process.kill()
            raise
        if process.returncode is None:
            process.kill()
        await process.wait()
        return None
