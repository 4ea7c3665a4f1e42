"""Files of articles: plain text, Markdown, HTML and JSON lines, each read into the one shape of an article.

Offsets always point into the text that was read, which the article keeps: for HTML the text that the
extractor took out of the page, for Markdown the text without its marks, for JSON lines the field ``text`` under
its title.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.article import Page, decode_article, find_masthead, parse_article, read_article, read_bytes
from kg.errors import ArticleError, KgError, MissingExtraError, OntologyError
from kg.iri import check_iri
from kg.model import Article
from kg.quantity import QuantityGrammar, find_quantities
from kg.tables import write_rows
from kg.vocab import slugify

SUFFIXES = (".txt", ".md", ".html", ".htm", ".jsonl")
"""The files of a folder that are read as articles; others are left alone."""

# Fields, and what YAML may have besides: lists, what goes on from the line before, remarks. Any other line is text.
_FRONT_LINE = re.compile(r"(?:[\w-]+[ \t]*:.*|[ \t].*|-[ \t].*|#.*|)")
_MOST_FRONT = 200
_FIELD = re.compile(r"^([\w-]+)[ \t]*:(.*)$", re.MULTILINE)
# The marks of Markdown that stand inside words and lines; each keeps what a reader sees of it.
_MARKS = (
    (re.compile(r"!\[[^\]\n]{0,300}\]\([^()\n]{0,2000}\)"), ""),
    (re.compile(r"(?<!\\)\[([^\[\]\n]{0,300})\]\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)"), r"\1"),
    (re.compile(r"^(?:#{1,6}|>)[ \t]+", re.MULTILINE), ""),
    (re.compile(r"(?<![\\~])~~(?=\S)[^~\n]{1,300}(?<=\S)~~"), ""),  # what is struck out is not said
    (re.compile(r"(?<!\\)\*\*(?=\S)([^*\n]{1,300})(?<=[^\s\\])\*\*"), r"\1"),
    (re.compile(r"(?<![\w\\_])(__?)(?=[^\s_])([^_\n]{1,300})(?<=[^\s\\])\1(?![\w_])"), r"\2"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]{1,300})(?<=[^\s\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!~-])"), r"\1"),
)
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def find_articles(sources: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return the article files under files and folders as (id, path), by id, whatever the order of ``sources``.

    The id is a slug of the path below the folder given, so that two files never share one. Raises
    ``ArticleError`` where a source is missing or a folder holds no article.
    """
    found: dict[str, Path] = {}
    for source in sources:
        if not source.exists():
            raise ArticleError("no such file or folder", where=str(source))
        paths = [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.suffix in SUFFIXES)
        if not paths:
            raise ArticleError(f"no article ({', '.join(SUFFIXES)}) in this folder", where=str(source))
        for path in paths:
            below = Path(path.name) if source.is_file() else path.relative_to(source)
            key = slugify("-".join(below.with_suffix("").parts))
            if key in found and found[key].resolve() != path.resolve():
                key = slugify("/".join((str(source), *below.parts)))
            found[key] = path
    return sorted(found.items())


def read_source(key: str, path: Path, page: Page, grammar: QuantityGrammar) -> Iterator[Article | KgError]:
    """Yield the articles of one file, dated where the page says when; an unreadable one is its error."""
    readers = {".html": _read_html, ".htm": _read_html, ".jsonl": _read_json_lines, ".md": _read_markdown}
    reader = readers.get(path.suffix, _read_text)
    try:
        for article in reader(key, path, page):
            yield article if isinstance(article, KgError) else date_article(article, page, grammar)
    except KgError as error:
        yield error


def date_article(article: Article, page: Page, grammar: QuantityGrammar) -> Article:
    """Return the article with the date and publisher that lines around it give, where they are not known."""
    meta = page.find_meta(article.text[find_masthead(article.text, page) :])
    published = article.published or _read_date(meta.get("date", ""), grammar)
    return replace(article, published=published, publisher=article.publisher or meta.get("publisher", ""))


def _read_date(words: str, grammar: QuantityGrammar) -> str:
    """Return the first full date in words as ISO 8601; empty where there is none."""
    if _ISO.fullmatch(words):
        return words
    dates = [q.first for q in find_quantities(words, grammar) if q.kind in ("date", "period") and q.first == q.last]
    return next((date for date in dates if len(date) == 10), "")


def _read_text(key: str, path: Path, page: Page) -> Iterator[Article]:
    yield read_article(path, page, article_id=key)


def _read_markdown(key: str, path: Path, page: Page) -> Iterator[Article]:
    """Markdown is read without its marks; fields between ``---`` lines at its head say what they are named for."""
    data = read_bytes(path)
    text, notes = decode_article(data, where=str(path))
    front, body = _divide_front(text)
    known = {name.lower(): value.strip().strip("\"'") for name, value in _FIELD.findall(front)}
    body, rows = write_rows(strip_marks(body))
    title = known.get("title", "")
    if title and not body.lstrip().startswith(title):
        body = f"{title}\n\n{body}"
    article = parse_article(body.encode(), page, article_id=key, source=path.name, where=str(path))
    yield _add_fields(replace(article, sha256=_hash(data), notes=(*notes, *article.notes, *rows)), known, str(path))


def _divide_front(text: str) -> tuple[str, str]:
    """Return the fields between ``---`` lines at the head of a text, and what follows; no fields where it has none."""
    lines = text.split("\n", _MOST_FRONT + 1)
    if lines[0].rstrip() != "---":
        return "", text
    for number, line in enumerate(lines[1 : _MOST_FRONT + 1], start=1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
        if not _FRONT_LINE.fullmatch(line):
            break
    return "", text


def strip_marks(text: str) -> str:
    """Return Markdown as its reader sees it: links and emphasis as their words, headings without their signs.

    >>> strip_marks("# A park\\n**Linhe** has [12 parks](https://a.example/x \\"t\\") and 3 * 4 beds.")
    'A park\\nLinhe has 12 parks and 3 * 4 beds.'
    >>> strip_marks("~~Gone~~ a_b__c__ _x_ and 3 \\\\* 4 [![i](a)](b)")
    ' a_b__c__ x and 3 * 4 '
    """
    for pattern, words in _MARKS:
        text = pattern.sub(words, text)
    return text


def _read_html(key: str, path: Path, page: Page) -> Iterator[Article]:
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError("trafilatura", "html") from error
    data = read_bytes(path)
    document = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False, include_tables=True)
    found: dict[str, Any] = document if isinstance(document, dict) else document.as_dict() if document else {}
    body, notes = write_rows(found.get("text") or "")
    if not body.strip():
        raise ArticleError("no article text in this page", where=str(path))
    text = f"{found['title']}\n\n{body}" if found.get("title") else body
    article = parse_article(text.encode(), page, article_id=key, source=path.name, where=str(path))
    article = replace(article, notes=(*article.notes, *notes))
    fields = {"date": found.get("date"), "url": found.get("url"), "publisher": found.get("sitename")}
    yield _add_fields(replace(article, sha256=_hash(data)), fields, str(path))


def _read_json_lines(key: str, path: Path, page: Page) -> Iterator[Article | KgError]:
    """One article a line, with ``text`` and perhaps ``id``, ``title``, ``date``, ``url``, ``publisher``."""
    data = read_bytes(path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            yield _read_record(f"{key}-{number}", line, page, where)
        except KgError as error:
            yield error


def _read_record(key: str, line: bytes, page: Page, where: str) -> Article:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"not JSON: {error}", where=where) from error
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise ArticleError("no field text", where=where, hint='write one {"text": …} a line')
    title = record.get("title")
    text = f"{title}\n\n{record['text']}" if isinstance(title, str) and title.strip() else record["text"]
    data = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
    article_id = slugify(str(record["id"])) if record.get("id") else key
    article = parse_article(data, page, article_id=article_id, where=where)
    return _add_fields(replace(article, sha256=_hash(line)), record, where)


def _add_fields(article: Article, fields: dict[str, Any], where: str) -> Article:
    """Return the article with date, address and publisher from its file; wrong ones are noted, not kept."""
    notes = list(article.notes)
    date, url = str(fields.get("date") or ""), str(fields.get("url") or "")
    if date and not _ISO.fullmatch(date[:10]):
        notes.append(f"date {date[:40]!r} is not ISO 8601 and was left out")
        date = ""
    if url:
        try:
            check_iri(url)
        except OntologyError:
            notes.append(f"address {url[:80]!r} is no IRI and was left out")
            url = ""
    publisher = " ".join(str(fields.get("publisher") or "").split())
    return replace(article, published=date[:10], url=url, publisher=publisher, notes=tuple(notes))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
