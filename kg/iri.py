"""IRIs: check them, mint them, and write names so that they fit in."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import quote, unquote

from kg.errors import OntologyError

_UCS = (
    "\u00a0-\u200d\u2010-\u2029\u202f-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(n << 16)}-{chr((n << 16) + 0xFFFD)}" for n in range(1, 14))
    + "\U000e1000-\U000efffd"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_UNRESERVED = rf"A-Za-z0-9\-._~{_UCS}"
_SUB = r"!$&'()*+,;="
_PCT = r"%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB}:@]|{_PCT})"
_AUTHORITY = (
    rf"(?:(?:[{_UNRESERVED}{_SUB}:]|{_PCT})*@)?"
    rf"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?:[{_UNRESERVED}{_SUB}]|{_PCT})*)(?::[0-9]*)?"
)
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/-]*)?(?:#[A-Za-z0-9._~/-]*)?")
"""Nearly all IRIs that there are. To compile what the whole of RFC 3987 allows takes longer than many a command."""
_IRI = (
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):"
    rf"(?://(?P<authority>{_AUTHORITY})(?:/{_PCHAR}*)*|/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?|{_PCHAR}+(?:/{_PCHAR}*)*|)"
    rf"(?:\?(?:{_PCHAR}|[/?{_PRIVATE}])*)?"
    rf"(?:\#(?:{_PCHAR}|[/?])*)?"
)
_SEPARATOR = re.compile(r"[.,;:]*(?: ?- ?| )")
_PREFIXED = re.compile(r"([A-Za-z][A-Za-z0-9_\-]*|):(.*)", re.DOTALL)


def check_iri(text: str) -> str:
    """Return ``text`` if it is an absolute IRI after RFC 3987, else raise ``OntologyError``.

    Directional marks, which RFC 3987 §4.1 forbids, are refused as well.

    >>> check_iri("https://kg.example/id/昌平")
    'https://kg.example/id/昌平'
    >>> check_iri("https://kg.example/A B")
    Traceback (most recent call last):
    kg.errors.OntologyError: not an IRI: 'https://kg.example/A B' (' ' at position 20 cannot stand there)
    """
    if _PLAIN.fullmatch(text):
        return text
    match = re.match(_IRI, text)  # compiled when it is first needed, and kept by ``re``
    if match is None:
        raise OntologyError(
            f"not an IRI: {text!r}", hint="an IRI starts with a scheme, as in https://kg.example/id/beijing"
        )
    if match.end() != len(text):
        bad = text[match.end()]
        raise OntologyError(f"not an IRI: {text!r}", hint=f"{bad!r} at position {match.end()} cannot stand there")
    if match["scheme"].lower() in ("http", "https") and not match["authority"]:
        raise OntologyError(f"not an IRI: {text!r}", hint="a web address needs a host")
    if match["ipv6"]:
        try:
            IPv6Address(match["ipv6"])
        except ValueError as error:
            raise OntologyError(f"not an IRI: {text!r}", hint=str(error)) from error
    return text


def mint_iri(base: str, *segments: str) -> str:
    """Return ``base`` followed by the percent-encoded ``segments``, joined with slashes.

    Raises ``OntologyError`` where a segment is empty, a dot segment, or no Unicode text.

    >>> mint_iri("https://kg.example/id/", "park", "R&D/昌平")
    'https://kg.example/id/park/R%26D%2F%E6%98%8C%E5%B9%B3'
    """
    if not base.endswith(("/", "#")):
        raise OntologyError(f"{base!r} cannot start an IRI", hint="let it end in a slash")
    if not segments:
        raise OntologyError(f"nothing to append to {base!r}")
    return _checked_base(base) + "/".join(_encode_segment(segment) for segment in segments)


_PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")


@lru_cache(maxsize=64)
def _checked_base(base: str) -> str:
    return check_iri(base)


def _encode_segment(segment: str) -> str:
    if _PLAIN_SEGMENT.fullmatch(segment):
        return segment
    if not segment.strip() or segment in (".", ".."):
        raise OntologyError(f"{segment!r} cannot be a part of an IRI", hint="give it a name")
    try:
        return quote(segment, safe="-._~")
    except UnicodeEncodeError as error:
        raise OntologyError(f"{segment!r} is not Unicode text: it holds half a character") from error


def split_iri(base: str, iri: str) -> tuple[str, ...]:
    """Return the segments that ``mint_iri`` put after ``base``; empty where ``iri`` is not under it.

    >>> split_iri("https://kg.example/id/", "https://kg.example/id/rule/field-of")
    ('rule', 'field-of')
    """
    if not iri.startswith(base):
        return ()
    return tuple(unquote(segment) for segment in iri[len(base) :].split("/"))


@lru_cache(maxsize=4096)
def slugify(name: str) -> str:
    """Return ``name`` in lower-case ASCII letters, digits and hyphens, fit for an IRI.

    Where that would lose more than case, spaces, hyphens and the stops of "Co., Ltd.", two hyphens
    and a short hash of the whole name follow, so that two names never share a slug. Raises
    ``OntologyError`` for a blank name.

    >>> slugify("Nanchang High-Tech Zone"), slugify("Phase II"), slugify("6G")
    ('nanchang-high-tech-zone', 'phase-ii', '6g')
    >>> slugify("A+B") == slugify("AB")
    False
    >>> slugify("昌平区")
    'x--2dac330b'
    """
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    if not plain:
        raise OntologyError(f"{name!r} cannot name a thing", hint="give it a name")
    slug = _SEPARATOR.sub("-", plain.rstrip(".,;:"))
    if re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug) and len(slug) <= 80:
        return slug
    rest = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    digest = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{rest or 'x'}--{digest}"


def expand_iri(curie: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI of ``rd:within``; an absolute IRI is returned as it is, once checked.

    Raises ``OntologyError`` where the prefix is unknown or the outcome is no IRI.

    >>> expand_iri("rd:within", {"rd": "https://kg.example/ontology/"})
    'https://kg.example/ontology/within'
    """
    match = _PREFIXED.fullmatch(curie)
    if match is None:
        raise OntologyError(f"{curie!r} is not a short IRI", hint="write prefix:name, as in rd:within")
    prefix, local = match.groups()
    if prefix in prefixes and not local.startswith("//"):
        if not local:
            raise OntologyError(f"{curie!r} names nothing after the colon")
        return check_iri(prefixes[prefix] + local)
    if local.startswith("//") or prefix in ("urn", "mailto", "tag"):
        return check_iri(curie)
    raise OntologyError(f"unknown prefix {prefix!r} in {curie!r}", hint=f"known are: {', '.join(sorted(prefixes))}")
