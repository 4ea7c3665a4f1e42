"""Worker processes that can be killed: one job each at a time, replaced when they die or the store is rebuilt."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import Any

from kg.serve.process import PoolError, Reply, Worker, build_id, death_reason, start_worker
from kg.serve.settings import Limits, Settings

PATIENCE = 1.0
"""Seconds for which a request waits before a query that has had its fair time is ended for it."""
RETRY = 0.3


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
        return PoolError(death_reason(code), f"worker ended with {code}")

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
        """End the query that has run longest, if it has had its fair time and no worker is coming for who waits."""
        if len(self.tasks) >= sum(not future.done() for future in self.waiting):
            return
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
        config = worker_config(self.settings) | {"writer": self.writer}
        try:
            return await start_worker(config, build)
        except PoolError as error:
            self.last_error = error.detail
            return None


def worker_config(settings: Settings) -> dict[str, Any]:
    """Return what every worker over a store must be told."""
    return {
        "store": str(settings.store.resolve()),
        "domain": str(settings.domain.root.resolve()),
        "memory": settings.limits.memory,
        "writer": False,
    }
