"""The plain request, answered whole where the query is evaluated: ``GET /sparql?…`` over a connection that is kept.

What is not plain to the letter (other paths and methods, bodies, conditions, odd headers) is left to the
application, whose answers these are: the same fields are read by the same functions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from starlette.datastructures import MutableHeaders

from kg.serve.answers import GZIP_FROM, answer_headers, finish_tag, make_key, make_tag, pack, start_tag
from kg.serve.errors import HttpError, check_info, error_response
from kg.serve.guardrails import add_safe_headers, allowed_hosts, is_allowed_host
from kg.serve.negotiation import Format, accepts_gzip, formats_of, pick_format
from kg.serve.protocol import Ask, Checked, find_short_form, make_ask, query_job, read_address_query, read_pairs
from kg.serve.repeats import Reply
from kg.serve.settings import Settings

MAX_REQUEST = 16 << 10
_ENTRY = '"method": "GET", "path": "/sparql", "status": '
_START, _END = b"GET /sparql?", b" HTTP/1.1"
_TARGET = bytes(range(33, 127)).replace(b"#", b"")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~]*?)[ \t]*\r\n")
_READ = frozenset({"host", "accept", "accept-encoding", "origin"})
_PASSED = frozenset({"user-agent", "accept-language", "cookie", "referer", "dnt", "priority"})
"""Headers that change nothing; one that is not named here or above makes a request not plain."""
_PASSED_KINDS = ("sec-", "x-")


@dataclass(frozen=True, slots=True)
class Profile:
    """What the headers of a request say."""

    host: str
    accept: str
    gzip: bool
    origin: str
    plans: dict[str, ShortPlan] = field(default_factory=dict, compare=False)
    """How its queries are answered that ask nothing more than a query, by their form."""


def is_plain(data: bytes) -> bool:
    """Return whether bytes are one whole request that may be plain.

    >>> is_plain(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    True
    """
    return data.startswith(_START) and len(data) <= MAX_REQUEST and data.find(b"\r\n\r\n") == len(data) - 4


def read_headers(block: bytes) -> dict[str, str] | None:
    """Return the headers of a plain request; ``None`` where one is odd, twice there, or asks for something else.

    >>> read_headers(b"Host: localhost\\r\\nConnection: keep-alive\\r\\n\\r\\n")
    {'host': 'localhost'}
    """
    found: dict[str, str] = {}
    place = 0
    while match := _HEADER.match(block, place):
        place = match.end()
        name, value = match[1].decode("ascii").lower(), match[2].decode("ascii")
        if name == "connection" and value.lower() == "keep-alive":
            continue
        if name in _READ and name not in found:
            found[name] = value
        elif name not in _PASSED and not name.startswith(_PASSED_KINDS):
            return None
    return found if block[place:] == b"\r\n" else None


@dataclass(frozen=True, slots=True)
class Plan:
    """How queries of a form are answered to those who send the same headers."""

    format: Format
    base: str
    head: bytes
    packed_head: bytes
    entry: str


@dataclass(frozen=True, slots=True)
class ShortPlan:
    """A plan for texts that may be run, name no graphs and are repeatable: all that does not depend on the text."""

    plan: Plan
    job: dict[str, Any]
    tag: hashlib.blake2b


class PlainEndpoint:
    """Answers plain requests from one build of a store; ``run`` does a job and returns its reply."""

    def __init__(
        self, settings: Settings, build: str, run: Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]]
    ) -> None:
        self.settings = settings
        self.build = build
        self.run = run
        self.hosts = allowed_hosts(settings)
        self.limits = {"rows": settings.limits.rows, "bytes": settings.limits.answer_bytes}
        self._profile = lru_cache(maxsize=256)(self._read_profile)
        self._plan = lru_cache(maxsize=256)(self._make_plan)

    def respond(self, request: bytes) -> tuple[Reply, bool] | None:
        """Return the answer to a request, and whether it may be repeated; ``None`` where the request is not plain."""
        if len(request) > MAX_REQUEST or not request.startswith(_START):
            return None
        line, _, block = request.partition(b"\r\n")
        profile = self._profile(block)
        target = line[len(_START) : -len(_END)]
        if profile is None or not line.endswith(_END) or target.translate(None, _TARGET):
            return None
        try:
            text = read_address_query(target)
            form = find_short_form(text) if text else ""
            if form:
                short = profile.plans.get(form) or self._make_short_plan(form, profile)
                return self._answer(short.plan, {**short.job, "text": text}, finish_tag(short.tag, text))
            ask = make_ask(read_pairs(target), "GET")
            return None if ask is None else self._answer_ask(ask, profile)
        except HttpError as error:
            return self.refuse(error, profile), False

    def read_profile(self, request: bytes) -> Profile | None:
        """Return what the headers of a request say; ``None`` where it is not plain."""
        return self._profile(request.partition(b"\r\n")[2])

    def refuse(self, error: HttpError, profile: Profile | None) -> Reply:
        """Return an error as an answer."""
        profile = profile or Profile("", "", False, "")
        response = error_response(error, profile.accept)
        headers = MutableHeaders(raw=list(response.raw_headers))
        add_safe_headers(headers, self.settings.cors, profile.origin)
        body = bytes(response.body)
        detail = f', "detail": {json.dumps(error.detail)}' if error.detail else ""
        return Reply(_write_head(error.status, headers), body, _entry(error.status, body) + detail)

    def _answer_ask(self, ask: Ask, profile: Profile) -> tuple[Reply, bool]:
        repeatable = ask.query.repeatable
        plan = self._plan(ask.query.form, ask.format, repeatable, profile)
        job = query_job(ask, plan.format, plan.base)
        tag = make_tag(self.build, make_key(job, plan.format)) if repeatable else ""
        return self._answer(plan, job | self.limits, tag)

    def _answer(self, plan: Plan, job: dict[str, Any], tag: str) -> tuple[Reply, bool]:
        """Run a job and return its answer; one without a tag is not repeatable."""
        info, body = self.run(job)
        if info:
            check_info(info)
        head = plan.head
        if plan.packed_head and len(body) >= GZIP_FROM:
            body, head = pack(body), plan.packed_head
        if tag:
            head = b"%betag: %b\r\ncontent-length: %d\r\n" % (head, tag.encode(), len(body))
        else:
            head = b"%bcontent-length: %d\r\n" % (head, len(body))
        return Reply(head, body, f'{_ENTRY}200, "bytes": {len(body)}{plan.entry}'), bool(tag)

    def _make_short_plan(self, form: str, profile: Profile) -> ShortPlan:
        plan = self._plan(form, "", True, profile)
        ask = Ask(Checked("", form, names_graphs=False, repeatable=True), None, (), "")
        job = query_job(ask, plan.format, plan.base)
        tag = start_tag(self.build, make_key(job, plan.format))
        short = profile.plans[form] = ShortPlan(plan, job | self.limits, tag)
        return short

    def _make_plan(self, form: str, named: str, repeatable: bool, profile: Profile) -> Plan:
        format = pick_format(formats_of(form), profile.accept, named)
        origin = self.settings.public.rstrip("/") or f"http://{profile.host}"
        head = self._write_fixed(format.media, profile.origin, False, repeatable)
        packed = self._write_fixed(format.media, profile.origin, True, repeatable) if profile.gzip else b""
        return Plan(format, f"{origin}/sparql", head, packed, f', "form": "{form}", "format": "{format.name}"')

    def _write_fixed(self, media: str, origin: str, packed: bool, repeatable: bool) -> bytes:
        """Return the part of the head that is the same for many answers."""
        headers = MutableHeaders(answer_headers("") | ({"Cache-Control": "no-cache"} if repeatable else {}))
        headers["Content-Type"] = media
        if packed:
            headers["Content-Encoding"] = "gzip"
        add_safe_headers(headers, self.settings.cors, origin)
        return _write_head(200, headers)

    def _read_profile(self, block: bytes) -> Profile | None:
        headers = read_headers(block)
        if headers is None or "text/html" in headers.get("accept", ""):
            return None
        if not is_allowed_host(headers.get("host", ""), self.hosts):
            return None
        origin = headers.get("origin", "")
        known = origin if origin in self.settings.cors else ""
        packed = accepts_gzip(headers.get("accept-encoding", ""))
        return Profile(headers["host"], headers.get("accept", ""), packed, known)


def _write_head(status: int, headers: MutableHeaders) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()]
    lines += [name + b": " + value + b"\r\n" for name, value in headers.raw]
    return b"".join(lines)


def _entry(status: int, body: bytes) -> str:
    return f'{_ENTRY}{status}, "bytes": {len(body)}'
