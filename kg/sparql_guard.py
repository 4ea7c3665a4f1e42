"""Refuse SPARQL that would bring down the process or leave the machine, before it is evaluated.

Oxigraph ends the process on deep nesting and on chains of thousands of operators, and ``SERVICE`` makes it
call other machines. Its parser knows no tokens (``1SERVICE<…>`` is a number and a call), so what is read
here is never less than what it may read: where a text can be cut in two ways, both are counted or the text
is refused with a word on how to write it.

How long a query runs is not bounded here: a few hundred triple patterns keep the optimiser busy for minutes. Who
answers strangers runs them in a process that can be killed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kg.errors import QueryError

MAX_BYTES = 65_536
MAX_DEPTH = 200
MAX_BRACKETS = 2_000
MAX_CHAIN = 150
"""Operators that wait for each other: ``1+2*(3-4`` has three; a comma or full stop ends those before it."""
MAX_SEPARATORS = 4_000
MAX_IRI = 2_000

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_PROLOGUE = ("BASE", "PREFIX", "VERSION")

_TOKEN = re.compile(
    r'''
      (?P<space>\s+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""
               |\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*\'\'\'
               |"(?:[^"\\\r\n]|\\.)*"
               |'(?:[^'\\\r\n]|\\.)*')
    | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
    | (?P<name>[?$]\w+
             |@[A-Za-z]+(?:-+[A-Za-z0-9]+)*
             |(?:[^\W\d][\w.\-]{0,99})?:
              (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)(?:[\w:\-\u00b7]|\.+(?=[\w:\-%\\])|%[0-9A-Fa-f]{2}|\\.)*)?)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<operator>&&|\|\||[-+*/!|^])
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<separator>[,;.])
    | (?P<escape>\\.)
    | (?P<other>.)
    ''',
    re.VERBOSE | re.DOTALL,
)

_PLAIN = re.compile(
    r"""\s*(?:PREFIX\s+[A-Za-z]*:\s*<[^<>"{}|^`\\\s]*>\s*)*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b""",
    re.IGNORECASE | re.ASCII,
)
_CHAINING = b"&|-+*/!^([{"
NOT_PLAIN = ("SERVICE", "\\", "'", '"""')
"""What a query may hold that has to be looked at: a word, an escape, and where a string may end in two ways."""


class Token(NamedTuple):
    """A piece of a query: its kind (a group of the pattern above), its place and its text."""

    kind: str
    start: int
    end: int
    text: str


def check_query(text: str) -> str:
    """Return the form of a query (``SELECT``, ``ASK``, ``CONSTRUCT``, ``DESCRIBE``) that may be evaluated.

    Raises ``QueryError`` with line and column where it is an update, calls another service, is longer than
    64 kB, nests or chains too deep, or cannot be cut into tokens in one way.

    >>> check_query("SELECT ?s WHERE { ?s ?p 'SERVICE' }")
    'SELECT'
    >>> check_query("ASK { SERVICE <http://example.org/> {} }")
    Traceback (most recent call last):
    kg.errors.QueryError: 1:7: SERVICE is not allowed (a query never leaves this machine)
    """
    return check_tokens(text, scan_query(text))


def find_plain_form(text: str, words: tuple[str, ...] = NOT_PLAIN) -> str:
    """Return the form of a short query that holds nothing to be refused, however it is cut into tokens.

    It is empty where ``check_query`` must read the text: where it holds one of the ``words``, as part of another
    too. What this lets through may still be no SPARQL.

    >>> find_plain_form("PREFIX rd: <http://example.org/> ASK { ?s rd:p 1 }"), find_plain_form("# a\\nASK {}")
    ('ASK', '')
    """
    match = _PLAIN.match(text)
    if match is None or len(text) > MAX_IRI or not text.isascii():
        return ""
    upper = text.upper()
    for word in words:  # any() takes twice as long, a pattern ten times
        if word in upper:
            return ""
    if len(text) > MAX_CHAIN and len(text) - len(text.encode().translate(None, _CHAINING)) > MAX_CHAIN:
        return ""
    return match[1].upper()


def check_tokens(text: str, tokens: list[Token]) -> str:
    """Return the form of a query from its tokens, as ``check_query`` does."""
    form = _find_form(text, tokens)
    _check_words(text, tokens)
    _Counter(text).count(tokens)
    return form


def scan_query(text: str) -> list[Token]:
    """Return the tokens of a query, white space and comments left out.

    Raises ``QueryError`` where the text is too long, a string is not closed, or a part could be an IRI as
    well as a comparison that hides something from this check.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise QueryError(f"the query has {size} bytes", hint=f"at most {MAX_BYTES} are read")
    tokens: list[Token] = []
    fragment_line = -1  # end of the line on which an IRI with # stands: read as < it would start a comment
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        token = Token(kind, match.start(), match.end(), match[0])
        if kind in ("space", "comment"):
            continue
        if kind == "iri":
            _check_iri(text, token)
            if "#" in token.text:
                fragment_line = _line_end(text, token.end)
        elif kind == "string" and token.start < fragment_line < token.end:
            _refuse(text, token.start, "a string of several lines after an IRI with #", "start it on a new line")
        elif kind == "other" and token.text in "\"'":
            _refuse(text, token.start, "a string that is not closed", "close it with the quote that opened it")
        tokens.append(token)
    return tokens


def line_and_column(text: str, offset: int) -> str:
    """Return ``line:column`` of an offset, both counted from 1.

    >>> line_and_column("ASK {\\n  oops }", 8)
    '2:3'
    """
    start = text.rfind("\n", 0, offset) + 1
    return f"{text.count(chr(10), 0, offset) + 1}:{offset - start + 1}"


def _refuse(text: str, offset: int, what: str, hint: str) -> None:
    raise QueryError(what, where=line_and_column(text, offset), hint=hint)


def _line_end(text: str, offset: int) -> int:
    ends = [end for end in (text.find(mark, offset) for mark in "\r\n") if end >= 0]
    return min(ends, default=len(text))


def _check_iri(text: str, token: Token) -> None:
    if "'" in token.text:
        _refuse(
            text, token.start, "an apostrophe between < and >", "in an IRI write %27; round a comparison leave spaces"
        )
    if len(token.text) > MAX_IRI:
        _refuse(text, token.start, f"an IRI of {len(token.text)} characters", f"at most {MAX_IRI} are read")


def _find_form(text: str, tokens: list[Token]) -> str:
    first = next((t for t in tokens if t.kind == "word" and t.text.upper() not in _PROLOGUE), None)
    word = first.text.upper() if first else ""
    if word in FORMS:
        return word
    if word in UPDATES:
        raise QueryError(
            f"{word} changes data",
            where=line_and_column(text, first.start if first else 0),
            hint="only questions run here",
        )
    raise QueryError(
        "not a SPARQL query" if tokens else "the query is empty",
        where=line_and_column(text, first.start if first else 0),
        hint=f"it starts with {', '.join(FORMS)}",
    )


def _check_words(text: str, tokens: list[Token]) -> None:
    """Refuse ``SERVICE`` wherever the parser could see it: in a word, or glued to a prefix."""
    for token in tokens:
        word = token.text
        if token.kind == "name":
            word = word.partition(":")[0] if ":" in word and word[0] not in "?$@" else ""
        elif token.kind != "word":
            continue
        if "SERVICE" in word.upper():
            _refuse(text, token.start, "SERVICE is not allowed", "a query never leaves this machine")


class _Counter:
    """Counts brackets and operators; what stands in an IRI counts too, since ``<`` may be a comparison."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.brackets = 0
        self.separators = 0
        self.chains = [0]
        self.kinds = [""]
        self.pending = 0

    def count(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.kind == "open":
                self._open(token.text, token.start)
            elif token.kind == "close":
                self._close(0)
            elif token.kind == "separator":
                self.separators += 1
                self._end_chain()
                self._limit(self.separators, MAX_SEPARATORS, "commas, semicolons and full stops", token.start)
            elif token.kind == "iri":
                self._count_iri(token)
            elif token.kind == "name":
                self._chain(token.text.count("-"), token.start)
            elif token.kind == "operator" and (self.kinds[-1] == "(" or token.text not in "+-"):
                self._chain(1, token.start)

    def _open(self, bracket: str, offset: int) -> None:
        self.brackets += 1
        self.chains.append(0)
        self.kinds.append(bracket)
        self._limit(self.brackets, MAX_BRACKETS, "brackets", offset)
        self._limit(len(self.chains) - 1, MAX_DEPTH, "brackets within brackets", offset)

    def _close(self, floor: int) -> None:
        """Leave a bracket, but none that was open at ``floor``."""
        if len(self.chains) - 1 > floor:
            self._end_chain()
            self.chains.pop()
            self.kinds.pop()

    def _count_iri(self, token: Token) -> None:
        floor = len(self.chains) - 1
        for place, char in enumerate(token.text, token.start):
            if char in "([":
                self._open(char, place)
            elif char in ")]":
                self._close(floor)

    def _chain(self, number: int, offset: int) -> None:
        self.chains[-1] += number
        self.pending += number
        self._limit(self.pending, MAX_CHAIN, "operators in a row", offset)

    def _end_chain(self) -> None:
        self.pending -= self.chains[-1]
        self.chains[-1] = 0

    def _limit(self, number: int, most: int, what: str, offset: int) -> None:
        if number > most:
            _refuse(self.text, offset, f"more than {most} {what}", "ask for less at once")
