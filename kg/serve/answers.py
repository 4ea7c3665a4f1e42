"""From a question to an answer: workers asked, answers kept while their build lasts, tags to compare them by."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from kg.serve.errors import HttpError, check_info, from_pool_error
from kg.serve.negotiation import Format, accepts_gzip
from kg.serve.pool import Pool
from kg.serve.process import PoolError, Reply
from kg.serve.settings import Limits, Settings

LOOKUP_SECONDS = 10.0
KEPT_BYTES = 64 << 20
KEPT_ANSWER = 1 << 20
GZIP_FROM = 1_000
THREAD_FROM = 256 << 10


class Answer:
    """A whole answer: its type, its bytes, the tag it is known by, and the bytes packed once they were asked for."""

    __slots__ = ("body", "info", "media", "packed", "tag")

    def __init__(self, media: str, body: bytes, tag: str, info: dict[str, Any]) -> None:
        self.media = media
        self.body = body
        self.tag = tag
        self.info = info
        self.packed = b""

    async def pack(self) -> bytes:
        """Return the bytes as gzip."""
        if not self.packed:
            if len(self.body) > THREAD_FROM:
                self.packed = await anyio.to_thread.run_sync(pack, self.body)
            else:
                self.packed = pack(self.body)
        return self.packed


def pack(data: bytes) -> bytes:
    """Return bytes as gzip, the same for the same."""
    return gzip.compress(data, 5, mtime=0)


class Kept:
    """The answers of the present build that were asked for last, up to a number of bytes."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self.most = most
        self.size = 0
        self.answers: OrderedDict[str, Answer] = OrderedDict()

    def get(self, tag: str) -> Answer | None:
        """Return the answer of a tag."""
        answer = self.answers.get(tag)
        if answer is not None:
            self.answers.move_to_end(tag)
        return answer

    def put(self, answer: Answer) -> None:
        """Keep an answer that is not too large, and let go of the oldest."""
        if len(answer.body) > KEPT_ANSWER or answer.tag in self.answers:
            return
        self.answers[answer.tag] = answer
        self.size += 2 * len(answer.body) + 500
        while self.size > self.most:
            _, old = self.answers.popitem(last=False)
            self.size -= 2 * len(old.body) + 500


class Answers:
    """Two pools: one for questions of strangers, one for what the server itself looks up."""

    def __init__(self, settings: Settings) -> None:
        self.limits: Limits = settings.limits
        self.questions = Pool(settings, self.limits.workers)
        self.lookups = Pool(settings, 1)
        self.writer = Pool(settings, 1, writer=True) if settings.token else None
        self.kept = Kept()

    async def start(self) -> None:
        """Start the workers; the one that writes first, since opening the store changes its files."""
        if self.writer:
            await self.writer.start()
        await self.lookups.start()
        await self.questions.start()

    async def close(self) -> None:
        """End the workers."""
        await self.questions.close()
        await self.lookups.close()
        if self.writer:
            await self.writer.close()

    async def ask(self, job: dict[str, Any], format: Format, *, repeatable: bool = True, known: str = "") -> Answer:
        """Return the answer to a job of the workers; ``known`` is what the client says it has.

        An answer whose tag is known has no body. Raises ``HttpError`` where there is none.
        """
        lookup = job["do"] not in ("query", "question")
        pool = self.lookups if lookup else self.questions
        key = make_key(job, format)
        tag = make_tag(pool.refresh(), key) if repeatable else ""
        if tag and tag in known:
            return Answer(format.media, b"", tag, {})
        kept = self.kept.get(tag) if tag else None
        if kept is not None:
            return kept
        job = job | {"rows": self.limits.rows, "bytes": self.limits.answer_bytes}
        reply = await self._run(pool, job, LOOKUP_SECONDS if lookup else self.limits.seconds)
        tag = make_tag(reply.build, key) if repeatable else ""
        answer = Answer(format.media, reply.body, tag, reply.info)
        if answer.tag and not reply.info.get("missing"):
            self.kept.put(answer)
        return answer

    async def look_up(self, job: dict[str, Any]) -> Any:
        """Return the JSON that a lookup gives; ``None`` where the graph has nothing of it."""
        answer = await self.ask(job, _JSON)
        return None if answer.info.get("missing") else json.loads(answer.body)

    async def write(self, job: dict[str, Any]) -> dict[str, Any]:
        """Let the worker that writes do a job, and the others open the store anew."""
        if self.writer is None:
            raise HttpError(405, "this server changes nothing")
        try:
            return (await self._run(self.writer, job, self.limits.seconds)).info
        finally:
            self.questions.changed()
            self.lookups.changed()

    async def _run(self, pool: Pool, job: dict[str, Any], seconds: float) -> Reply:
        try:
            reply = await pool.run(job, seconds)
        except PoolError as error:
            raise from_pool_error(error, self.limits) from None
        check_info(reply.info)
        return reply


_JSON = Format("json", "application/json")
_encode_key = json.JSONEncoder(sort_keys=True).encode


def make_key(job: Mapping[str, Any], format: Format) -> str:
    """Return what tells an answer from all others of a build."""
    if job["do"] == "query" and "default" not in job:  # nearly all
        return f"{job['union']} {job['base']} {format.name} {job['text']}"
    return _encode_key(job) + format.media


def answer_headers(tag: str) -> dict[str, str]:
    """Return the headers of a good answer; without a tag it is not kept by anyone."""
    headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-cache" if tag else "no-store"}
    return headers | {"ETag": tag} if tag else headers


def make_tag(build: str, key: str) -> str:
    """Return the weak entity tag of an answer: of the build and of all that was asked.

    >>> make_tag("b", "key") == finish_tag(start_tag("b", "k"), "ey")
    True
    """
    return finish_tag(start_tag(build, ""), key)


def start_tag(build: str, key: str) -> hashlib.blake2b:
    """Return the beginning of tags whose keys begin with ``key``."""
    return hashlib.blake2b(f"{build} {key}".encode("utf-8", "replace"), digest_size=12)


def finish_tag(begun: hashlib.blake2b, rest: str) -> str:
    """Return the tag of what was begun and the rest of its key."""
    digest = begun.copy()
    digest.update(rest.encode("utf-8", "replace"))
    return f'W/"{digest.hexdigest()}"'


async def respond(request: Request, answer: Answer) -> Response:
    """Return an answer as a response: not modified, packed, or as it is."""
    headers = answer_headers(answer.tag)
    if answer.tag and answer.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = answer.body
    if len(body) >= GZIP_FROM and accepts_gzip(request.headers.get("accept-encoding", "")):
        body = await answer.pack()
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=answer.media)
