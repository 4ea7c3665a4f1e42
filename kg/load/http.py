"""HTTP as databases need it: one connection kept, retries, credentials never shown, errors that say what to do."""

from __future__ import annotations

import random
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

from kg.errors import LoadError, MissingExtraError
from kg.load.base import Settings

if TYPE_CHECKING:
    import httpx

RETRIED = (429, 502, 503, 504)
_MOVED = (301, 302, 307, 308)
_NO_TLS = ("wrong version number", "wrong_version_number", "record layer failure", "unknown protocol", "http request")
_FULL = ("no space left", "disk full", "disk is full", "unsafe memory access operation")
"""What servers say of a full disk; the last is Java's word for a mapped file that cannot grow (Fuseki with TDB2)."""
_DENIED = ("no permission to execute", "access denied for")
"""What Virtuoso says, with 500, to a user who may not do something."""
_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


class Refused(LoadError):
    """The server understood a request and did not carry it out; ``status`` says how."""

    def __init__(self, what: str, *, where: str, hint: str = "", status: int = 0, text: str = "") -> None:
        super().__init__(what, where=where, hint=hint)
        self.status = status
        self.text = text


class Broken(LoadError):
    """The connection broke, or the server stayed busy, until no try was left: the outcome is unknown."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: pieces that can be made again for another try, their type, and their length if known."""

    pieces: Callable[[], Iterator[bytes]] = field(repr=False)
    type: str
    length: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces()

    @classmethod
    def of(cls, data: bytes, type: str) -> Body:
        """Return the body of bytes at hand."""
        return cls(lambda: iter((data,)), type, len(data))


class Web:
    """A client of one server. Credentials go to that server only, and over http only to this machine."""

    def __init__(self, url: str, settings: Settings) -> None:
        try:
            import httpx
        except ImportError as error:
            raise MissingExtraError("httpx", "load") from error
        self._httpx = httpx
        self.url = url
        self.settings = settings
        self.origin = _origin(url)
        self._auth: httpx.Auth | None = None
        self._has_credentials = bool(settings.secret or settings.token)
        self._check_secrecy()
        self.requests = 0
        self._client = httpx.Client(
            timeout=httpx.Timeout(settings.timeout, connect=min(10.0, settings.timeout)),
            verify=self._tls(),
            follow_redirects=False,
            headers={"User-Agent": "kg"},
        )

    def _tls(self) -> ssl.SSLContext:
        """Return what servers are checked against: always checked, with a client certificate if there is one."""
        settings = self.settings
        if self.origin[0] == "http" and not getproxies():
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; reading the authorities takes 30 ms
        return add_certificates(self._httpx.create_ssl_context(), settings)

    def _check_secrecy(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme == "http" and self._has_credentials and not is_local(parts.hostname or ""):
            if not self.settings.allow_plain:
                raise LoadError(
                    "a password would travel unencrypted over http",
                    where=self.url,
                    hint="use https, or --allow-http on a network you trust",
                )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # ------------------------------------------------------------ one request, tried again where that helps
    def send(
        self,
        method: str,
        url: str,
        body: Body | None = None,
        *,
        params: dict[str, str] | None = None,
        accept: str = "*/*",
        gzip: bool = False,
        again: bool = True,
    ) -> httpx.Response:
        """Send a request and return the answer, read whole, if it is good.

        Retries where the server is busy or the connection broke, never on another answer. Raises
        ``Refused`` for an answer that says no, ``Broken`` where no try was left.
        """
        if _origin(url) != self.origin:
            raise LoadError("this address is on another server", where=url, hint="use one server for all addresses")
        headers = {"Accept": accept}
        tries = self.settings.tries if again else 1
        for attempt in range(tries):
            wait = 0.0
            try:
                answer = self._once(method, url, body, params, headers, gzip)
            except self._httpx.TransportError as error:
                problem: LoadError = _broken(error, self.url)
                if explain_tls(str(error)):
                    raise problem from error
            else:
                if answer.status_code not in RETRIED:
                    return self._checked(answer)
                problem = Broken(
                    f"the server is busy ({answer.status_code}) {_text(answer)}".strip(),
                    where=self.url,
                    hint="try later",
                )
                wait = _retry_after(answer.headers.get("Retry-After", ""))
            if attempt + 1 < tries:
                time.sleep(max(wait, pause(attempt)))
        raise problem

    def _once(
        self,
        method: str,
        url: str,
        body: Body | None,
        params: dict[str, str] | None,
        headers: dict[str, str],
        gzip: bool,
    ) -> httpx.Response:
        """Send once; choose the way to log in by the server's question, follow moves on this server."""
        for _ in range(6):
            extra = dict(headers)
            if body is not None:
                extra["Content-Type"] = body.type
                if gzip:
                    extra["Content-Encoding"] = "gzip"
                elif body.length is not None:
                    extra["Content-Length"] = str(body.length)
            content = None if body is None else _Zipped(body) if gzip else body
            self.requests += 1
            auth = self._auth or self._httpx.Auth()  # without one, the client must not look for others itself
            answer = self._client.request(method, url, params=params, content=content, headers=extra, auth=auth)
            if answer.status_code == 401 and self._auth is None and self._has_credentials:
                self._auth = self._choose_auth(answer)
            elif answer.status_code in _MOVED:
                params, url = None, self._moved(answer)
            else:
                return answer
        raise LoadError("the server moves the address again and again", where=self.url)

    def _choose_auth(self, answer: httpx.Response) -> httpx.Auth:
        settings, asked = self.settings, answer.headers.get("WWW-Authenticate", "").lower()
        if settings.token:
            return _bearer(settings.token)
        if asked.startswith("digest") or ", digest" in asked:
            return self._httpx.DigestAuth(settings.user, settings.secret)
        return self._httpx.BasicAuth(settings.user, settings.secret)

    def _moved(self, answer: httpx.Response) -> str:
        url: str = urljoin(str(answer.request.url), answer.headers.get("Location", ""))
        if _origin(url) != self.origin:
            shown = url.partition("?")[0]
            raise LoadError(
                f"the server sends us on to another address, {shown}, and nothing was sent there",
                where=self.url,
                hint="if that is right, load to that address",
            )
        return url

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        what, hint = explain(answer.status_code, _text(answer), known=self._has_credentials)
        where = str(answer.request.url).partition("?")[0]
        raise Refused(what, where=where, hint=hint, status=answer.status_code, text=_text(answer))

    def probe(self, url: str) -> httpx.Response:
        """Return whatever the server says to a plain GET: for seeing what it is."""
        for attempt in range(self.settings.tries):
            try:
                return self._client.get(url, headers={"Accept": "*/*"}, auth=self._httpx.Auth())
            except self._httpx.TransportError as error:
                problem = _broken(error, url)
                refused = isinstance(error, (self._httpx.ConnectError, self._httpx.UnsupportedProtocol))
                if refused or explain_tls(str(error)) or attempt + 1 == self.settings.tries:
                    raise problem from error
            time.sleep(pause(attempt))
        raise AssertionError


class _Zipped:
    """The pieces of a body, compressed on the way."""

    def __init__(self, body: Body) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        import zlib

        packer = zlib.compressobj(1, wbits=31)
        for piece in self.body:
            if packed := packer.compress(piece):
                yield packed
        yield packer.flush()


def _bearer(token: str) -> httpx.Auth:
    import httpx

    class Bearer(httpx.Auth):
        """Sends a token with each request."""

        def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    return Bearer()


# ---------------------------------------------------------------- small things
def add_certificates(context: ssl.SSLContext, settings: Settings) -> ssl.SSLContext:
    """Let a context trust an authority of one's own, and show a client certificate, as the settings say.

    Raises ``LoadError`` where one of the files cannot be read.
    """
    try:
        if settings.authority:
            context.load_verify_locations(settings.authority)
        if settings.certificate:
            context.load_cert_chain(settings.certificate, settings.key or None)
    except OSError as error:
        files = ", ".join(filter(None, (settings.authority, settings.certificate, settings.key)))
        hint = "see KG_LOAD_CA, KG_LOAD_CERT, KG_LOAD_KEY: PEM files"
        raise LoadError(f"a certificate or key cannot be read: {error}", where=files, hint=hint) from error
    return context


def explain_tls(error: str) -> tuple[str, str] | None:
    """Return what is wrong with TLS and what to do, if an error of a connection is about it."""
    low = error.lower()
    if any(sign in low for sign in _NO_TLS):
        return f"the server does not speak TLS there: {error}", "write http:// in the address if that is what it speaks"
    if "alert" in low and "certificate" in low:
        return (
            f"the server asks for a client certificate, or refuses ours: {error}",
            "name certificate and key in KG_LOAD_CERT and KG_LOAD_KEY",
        )
    if "certificate" in low:
        return (
            f"the certificate of the server is not trusted, so nothing was sent: {error}",
            "if it is of your own authority, name that in KG_LOAD_CA",
        )
    return None


def pause(attempt: int) -> float:
    """Return how long to wait before another try: twice as long each time, with jitter against crowds."""
    longest: float = min(_LONGEST_PAUSE, _PAUSE * 2**attempt)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  (spreads load; nothing that is written depends on it)


def _retry_after(text: str) -> float:
    """Return the seconds that a Retry-After header asks for, in seconds or as a date; at most a minute."""
    try:
        wait = float(text)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            wait = 0.0
    return float(min(max(wait, 0.0), _LONGEST_PAUSE))


def is_local(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def _text(answer: httpx.Response) -> str:
    """Return the start of an answer as one line that a terminal can show."""
    text = answer.content[:4000].decode("utf-8", "replace")
    if "html" in answer.headers.get("Content-Type", "") or text.lstrip().startswith("<"):
        text = re.sub(r"<(style|script)[^>]*>.{0,2000}?</\1>|<[^>]{0,500}>", " ", text, flags=re.DOTALL)
    return _CONTROL.sub(" ", text).strip()[:300]


def _broken(error: Exception, where: str) -> Broken:
    """Return what a broken connection means and what to do."""
    name, text = type(error).__name__, str(error)
    if found := explain_tls(text):
        return Broken(found[0], where=where, hint=found[1])
    if name == "ConnectTimeout" and where.startswith("https:"):
        hint = "if it speaks plain HTTP there, write http:// in the address; else raise --timeout"
        return Broken("the server did not answer in time to TLS (https)", where=where, hint=hint)
    if "Timeout" in name:
        hint = "raise --timeout, or send smaller pieces with --chunk-mb"
        return Broken("the server did not answer in time", where=where, hint=hint)
    hint = "is the server running, and the address right? Loading again goes on from there"
    if name == "ProxyError":
        hint = "see HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
        return Broken(f"the proxy does not let us through: {text}", where=where, hint=hint)
    if name in ("ConnectError", "UnsupportedProtocol"):
        return Broken(f"cannot be reached: {text}", where=where, hint=hint)
    return Broken(f"the connection broke: {text or name}", where=where, hint=hint)


def explain(status: int, text: str, *, known: bool) -> tuple[str, str]:
    """Return what an answer's status means and what to do about it."""
    said = f": {text}" if text else ""
    low = text.lower()
    if status == 507 or any(sign in low for sign in _FULL):
        return f"the disk of the server is full{said}", "nothing half-done is shown to readers; make room, load again"
    if status == 401:
        if known:
            return "the server refused the user and password (401)", "see KG_LOAD_USER and KG_LOAD_PASSWORD"
        return "the server asks who you are (401)", "set KG_LOAD_USER and KG_LOAD_PASSWORD, or KG_LOAD_TOKEN"
    if status == 403:
        return f"you may not write here (403){said}", "the server is read-only, or this user has no right to write"
    if any(sign in low for sign in _DENIED):
        return f"this user may not do that here ({status}){said}", "log in as a user who may read and write"
    if status == 404:
        return f"no such dataset on this server (404){said}", "look at the address; make the dataset first"
    if status in (405, 501) or "read-only" in low or "readonly" in low or "read only" in low:
        return f"this address takes no writing ({status}){said}", "a read-only server, or not the update address"
    if status == 413:
        return "the request is too large for this server (413)", "send smaller pieces: --staging --chunk-mb 1"
    if status == 415:
        return f"the server does not know the format (415){said}", "name what it is with --kind"
    if 300 <= status < 400:
        return f"the server sends us on ({status})", "load to the address it names"
    return f"the server refused ({status}){said}", ""
