"""Bytes to ``Article``: decode once, then divide by offsets into that one text.

Nothing is rewritten after decoding except what no later step could carry: a byte-order mark, carriage
returns, and control characters that XML cannot hold. Each is told in ``Article.notes``.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.english import load_words
from kg.errors import ArticleError, RuleError
from kg.model import Article, Sentence, Span
from kg.vocab import slugify

MAX_BYTES = 64 * 1024 * 1024
MAX_SENTENCE = 4000
"""Longest sentence in code points: a longer one is cut at a space, so that every rule's cost is bounded."""
MASTHEAD = 2000
MOST_HEAD_LINES = 12
"""How many code points and lines may stand above the way through a site ("Home > News"), for it to be one."""

# What XML 1.0 (section 2.2, Char) cannot hold, lone surrogates and non-characters included.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PARAGRAPH = re.compile(r"^[^\S\n]*\S[^\n]*", re.MULTILINE)
# Translations glue sentences together ("in the district.In recent years, …"), and clauses with a comma: "19.5 billion
# yuan,The planned investment is …", "X lies in Linhe, it was founded in 1992". Of the last, "it" begins the next one.
# Bullets run on in one line ("… up 5%. - The park …"), and so do notes ("… up 5% [1] - The park …").
_SENTENCE_END = re.compile(
    r"[.!?][\"'”’)\]]*(?:\[\d{1,3}\]){0,4}(?=\s+(?:[-–—•·*] )?[\"'“‘(\[]*[A-Z0-9\u4e00-\u9fff])|[。！？][”’」』）]*"
    r"|\[\d{1,3}\](?!\[)(?=\s+(?:[-–—•·*] )?[\"“‘]*[A-Z][a-z])"
    r"|(?:(?<=[a-z]{2})|(?<=[0-9%)”\"]))[.!?][”\"]?(?=[A-Z][A-Za-z]*[a-z][ ,’'])"
    r"|(?<=[a-z]{4})\.(?=[0-9]{1,4} [a-z]{3})|(?<=[a-z0-9%)]);(?=[A-Z][a-z]+ |[0-9]{1,4} [a-z]{3})"
    r"|(?<=[a-z0-9%)])[,;](?=(?:The|We|There|In|At|It|Among|This|These|From|By|With|Since|After|For|More|A|An) )"
    r"|(?<=[a-z0-9)%”\"]),(?= it (?:is|was|has|had|covers|covered|belongs|consists|owns|takes|lies|governs|contains)\b)"
)
# "RMB 581. 003 billion": a number with a blank in it.
_IN_NUMBER = re.compile(r"\d\. \d{1,3} (?:million|billion|trillion)\b")
# What no clause of its own begins with: "When it was founded, it …", "Covering 30 hectares, it …".
_DEPENDS = re.compile(
    r"\s*(?:[A-Z][a-z]+(?:ed|ing)|When|While|As|After|Before|Since|Once|If|Although|Though|Because|Due|Thanks|Given"
    r"|With"
    r"|Without|In|On|At|By|For|From|To|Of|Like|Under|Over|During|Through|Among|Besides|Despite|Upon|Until|According|Now"
    r"|Today|Currently|So|Thus|Where|Whether|Even|Built|Set|Known|Home|What|How)\b"
)
_FINITE = re.compile(r"\b(?:is|was|lies|covers|covered|belongs)\b")
_SAID = re.compile(
    r" it (?:is|was|has) (?:been )?(?:also )?"
    r"(?:said|reported|understood|learned|learnt|expected|estimated|clear|known)\b"
)
_FORM = re.compile(r"\b(?:Ltd|Inc|Corp)\.$")
_BEGINS = re.compile(r"\s+(?:The|It|Its|This|These|In|They|Their|By|As|With|At|On|From|Since|After|Now) (?=[a-z0-9])")
_ABBREVIATION = re.compile(rf"(?:^|[\s(\"“])(?:[A-Z]|{load_words('articles').any_of('abbreviations')})\.$")

# "GDP: 1.24 trillion yuan (2020)": a line of figures, and no title.
_FIGURE_LINE = re.compile(r"[^\S\n]*[A-Z][A-Za-z ]{1,40}[:：] ?(?:about |RMB ?|US\$|[$¥€])?\d")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page has besides its article, as compiled patterns: ``data/rules/page.toml``."""

    furniture: tuple[tuple[str, re.Pattern[str]], ...]
    meta: tuple[tuple[str, re.Pattern[str]], ...] = ()
    """Lines that tell of the article itself; groups ``date``, ``publisher`` and ``author``."""

    def find_meta(self, text: str) -> dict[str, str]:
        """Return what the first line of each kind says: ``date``, ``publisher``, ``author`` as written."""
        found: dict[str, str] = {}
        for _, pattern in self.meta:
            for match in pattern.finditer(text):
                for name, words in match.groupdict().items():
                    if words and words.strip():
                        found.setdefault(name, words.strip())
        return found


def load_page(path: Path) -> Page:
    """Compile the page furniture patterns; raise ``RuleError`` naming the entry that is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"cannot read the page patterns: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise RuleError(f"not TOML: {error}", where=str(path)) from error
    return Page(*(tuple(_compile_lines(table.get(kind, []), kind, path)) for kind in ("furniture", "meta")))


def _compile_lines(entries: list[dict[str, str]], kind: str, path: Path) -> Iterator[tuple[str, re.Pattern[str]]]:
    for entry in entries:
        name = str(entry.get("id", "?"))
        try:
            yield name, re.compile(entry["pattern"], re.MULTILINE)
        except (KeyError, re.error) as error:
            raise RuleError(f"{kind} pattern does not compile: {error}", where=f"{path}: {name}") from error


def decode_article(data: bytes, *, where: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of ``data`` and notes on what was taken out of it.

    UTF-8, with or without a mark, and UTF-16 with one. Raises ``ArticleError`` for an empty, too long, binary
    or wrongly encoded input, saying which byte.

    >>> decode_article(b"one\\r\\ntwo\\x07", where="a.txt")
    ('one\\ntwo', ('1 control character removed',))
    """
    if len(data) > MAX_BYTES:
        raise ArticleError(f"{len(data)} bytes are more than the limit of {MAX_BYTES}", where=where)
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\x00" in data[:8192] and not wide:
        raise ArticleError("a binary file, not a text", where=where, hint="save the article as UTF-8 text")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        if wide:
            raise ArticleError(
                f"not UTF-16, as its first bytes say: offset {error.start}", where=where, hint="save the file as UTF-8"
            ) from error
        raise ArticleError(
            f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            where=where,
            hint="save the file as UTF-8",
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, removed = _NOT_XML.subn("", text)
    notes = (f"{removed} control character{'s' * (removed != 1)} removed",) if removed else ()
    if not text.strip():
        raise ArticleError("the article is empty", where=where)
    return text, notes


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file; raise ``ArticleError`` where it is a folder or cannot be read."""
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise ArticleError("a folder, not an article", where=str(path)) from error
    except OSError as error:
        raise ArticleError(f"cannot be read: {error.strerror}", where=str(path)) from error


def read_article(path: Path, page: Page, *, article_id: str | None = None) -> Article:
    """Read one file as an article; raise ``ArticleError`` with the reason where that cannot be done."""
    key = article_id or slugify(path.stem)
    return parse_article(read_bytes(path), page, article_id=key, source=path.name, where=str(path))


def parse_article(data: bytes, page: Page, *, article_id: str, source: str = "", where: str = "") -> Article:
    """Return the article that ``data`` holds, divided into title, sentences and page furniture."""
    text, notes = decode_article(data, where=where or source or article_id)
    sentences = tuple(_divide_text(text, page))
    title = next((Span(s.start, s.end) for s in sentences if s.part == "title"), None)
    return Article(
        id=article_id,
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        source=source,
        title=title,
        sentences=sentences,
        notes=notes,
    )


def _divide_text(text: str, page: Page) -> Iterator[Sentence]:
    """Yield the sentences in order; the first plain line without a full stop is the title."""
    asides = _find_asides(text, page)
    title_seen = False
    masthead = find_masthead(text, page)
    for number, (start, end) in enumerate(_find_paragraphs(text)):
        pieces = list(_cut_asides(text, start, end, asides))
        if end <= masthead:
            yield from (Sentence(a, b, number, "furniture") for a, b, _ in pieces)
            continue
        bodies = [piece for piece in pieces if piece[2] == "body"]
        if not title_seen and bodies:
            title_seen = True
            if len(bodies) == 1 and _is_title(text[bodies[0][0] : bodies[0][1]], end >= len(text.rstrip())):
                yield from (Sentence(a, b, number, "title" if part == "body" else part) for a, b, part in pieces)
                continue
        for a, b, part in pieces:
            spans = split_sentences(text, a, b) if part == "body" else [Span(a, b)]
            yield from (Sentence(s.start, s.end, number, part) for s in spans)


BROKEN_LINE = 45
"""How long a line is at least that a page has broken in the middle of a sentence."""
# Words that something must follow: a line that ends with one goes on in the next, whatever that begins with.
_LEADS_ON = frozenset(
    "the a an of in and to for with by at from on as is was are were has have its than or under into that which".split()
)


def _find_paragraphs(text: str) -> Iterator[Span]:
    """Yield the lines of a text that hold anything; lines that a sentence is broken into are one."""
    start = end = -1
    for match in _PARAGRAPH.finditer(text):
        if start >= 0 and not _goes_on(text, start, end, match.start()):
            yield Span(start, end)
            start = -1
        start = match.start() if start < 0 else start
        end = match.end()
    if start >= 0:
        yield Span(start, end)


def _goes_on(text: str, start: int, end: int, other: int) -> bool:
    """Say whether the line that ends at ``end`` is broken off and goes on in the one that begins at ``other``."""
    if other != end + 1 or end - start > MAX_SENTENCE:
        return False
    line = text[max(start, text.rfind("\n", start, end) + 1) : end]
    follows = text[other : other + 4].lstrip()[:1]
    if len(line) < BROKEN_LINE or not follows.isalnum() or text[other : other + 4].startswith("    "):
        return False
    last = line.rstrip().rpartition(" ")[2]
    return (follows.islower() and last[-1:] not in ".!?:;。！？：") or last in _LEADS_ON


def find_masthead(text: str, page: Page) -> int:
    """Return where the head of the page ends: above the way through the site, short lines name sections, no article."""
    pattern = dict(page.furniture).get("breadcrumb")
    if pattern is None:
        return 0
    for number, match in enumerate(_PARAGRAPH.finditer(text, 0, min(len(text), MASTHEAD))):
        if pattern.fullmatch(match[0].rstrip()):
            return match.start()
        if number > MOST_HEAD_LINES or not _is_title(match[0], False) or len(match[0]) > 160:
            return 0
    return 0


def _is_title(line: str, is_last: bool) -> bool:
    if _FIGURE_LINE.match(line):
        return False
    return not is_last and len(line) <= 300 and not line.rstrip().endswith((".", "。", "!", "?", ";", ":"))


def _find_asides(text: str, page: Page) -> list[tuple[Span, str]]:
    """Return what is not the article's own text, in order, without overlaps: furniture before meta."""
    starts: list[int] = []
    found: list[tuple[Span, str]] = []
    for part, patterns in (("furniture", page.furniture), ("meta", page.meta)):
        for _, pattern in patterns:
            for match in pattern.finditer(text):
                span = Span(*match.span())
                number = bisect_right(starts, span.start)
                before, behind = found[max(number - 1, 0) : number], found[number : number + 1]
                if span.end == span.start or any(span.start < s.end and s.start < span.end for s, _ in before + behind):
                    continue
                starts.insert(number, span.start)
                found.insert(number, (span, part))
    return found


def _cut_asides(text: str, start: int, end: int, asides: list[tuple[Span, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches of one paragraph as (start, end, part), white space trimmed off."""
    position = start
    first = bisect_right(asides, start, key=lambda aside: aside[0].end)
    for span, part in asides[first : bisect_left(asides, end, key=lambda aside: aside[0].start)]:
        yield from _trim_piece(text, position, max(position, span.start), "body")
        yield from _trim_piece(text, max(start, span.start), min(end, span.end), part)
        position = min(end, span.end)
    yield from _trim_piece(text, position, end, "body")


def _trim_piece(text: str, start: int, end: int, part: str) -> Iterator[tuple[int, int, str]]:
    piece = text[start:end]
    inner = piece.strip()
    if inner:
        lead = len(piece) - len(piece.lstrip())
        yield start + lead, start + lead + len(inner), part


def split_sentences(text: str, start: int, end: int) -> list[Span]:
    """Return the sentences of ``text[start:end]`` as trimmed spans that leave out only white space.

    A full stop ends a sentence if a capital, digit or Chinese character follows and no abbreviation
    stands before it; in translations also a comma between two clauses of their own. Linear in the length; no
    sentence is longer than ``MAX_SENTENCE``.

    >>> text = "Mr. J. Li of Foton Co. Ltd. spoke. Output rose 3.5 percent."
    >>> [text[a:b] for a, b in split_sentences(text, 0, len(text))]
    ['Mr. J. Li of Foton Co. Ltd. spoke.', 'Output rose 3.5 percent.']
    """
    spans: list[Span] = []
    position = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if text[match.start()] == "." and _is_abbreviation(text, max(start, match.start() - 12), match):
            continue
        if _IN_NUMBER.match(text, max(0, match.start() - 1)):
            continue
        if text[match.start()] == "," and not _is_splice(text, position, match.end()):
            continue
        spans.extend(_cap_sentence(text, position, match.end()))
        position = match.end()
    spans.extend(_cap_sentence(text, position, end))
    return spans


def _is_abbreviation(text: str, floor: int, stop: re.Match[str]) -> bool:
    """Say whether a full stop only ends a word cut short; a firm's form may end a sentence: "Co., Ltd. The"."""
    if _ABBREVIATION.search(text, floor, stop.start() + 1) is None:
        return False
    return _FORM.search(text, floor, stop.start() + 1) is None or _BEGINS.match(text, stop.start() + 1) is None


def _is_splice(text: str, start: int, end: int) -> bool:
    """Say whether a comma ends a clause that could stand alone, before a clause with a subject of its own."""
    if not text.startswith(" it ", end):
        return True
    told = _DEPENDS.match(text, start, end) is None and _FINITE.search(text, max(start, end - 400), end) is not None
    return told and _SAID.match(text, end) is None


def _cap_sentence(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > MAX_SENTENCE:
        cut = text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        cut = cut if cut > 0 else start + MAX_SENTENCE
        yield from (Span(a, b) for a, b, _ in _trim_piece(text, start, cut, ""))
        start = cut
    yield from (Span(a, b) for a, b, _ in _trim_piece(text, start, end, ""))
