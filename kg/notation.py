"""The notation of rules as text: its slots and word lists, and what of a pattern stands outside its groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

BEGIN = "begin"
"""The word list that says where a clause begins: it matches no characters."""
SLOT = re.compile(r"\{(?:(\w+):|(!?)(?=[A-Za-z]))([\w|]+)\}")
"""``{p:Park}`` is a slot with a name, ``{Park}`` one without, ``{!Park}`` any mark of another class."""
MACRO = re.compile(r"<<(\w+)>>")
"""``<<word>>`` stands for a word list."""
FOLD = re.compile(r"\n\s*")
"""Where a long pattern goes on in the next line."""
REPEAT = re.compile(r"(?:(?P<sign>[?*+])|\{(?P<low>\d*)(?P<range>,?)(?P<high>\d*)\})[?+]?")
_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|[()|]|[^\\\[()|]+|.", re.DOTALL)


def find_close(source: str, position: int) -> int:
    """Return where the group that opens at ``position`` closes; the end of a source that leaves it open."""
    return next((piece.start() for piece, depth in _walk(source, position) if depth == 0), len(source))


def divide_choices(source: str) -> list[str]:
    """Return the alternatives of a source that stand outside all groups.

    >>> divide_choices("a(?:b|c)|[|]")
    ['a(?:b|c)', '[|]']
    """
    start, choices = 0, []
    for piece, depth in _walk(source):
        if piece[0] == "|" and depth == 0:
            choices.append(source[start : piece.start()])
            start = piece.end()
    return [*choices, source[start:]]


def strip_groups(source: str) -> str:
    """Return a source without what stands in its groups and classes.

    >>> strip_groups("a(?:b|c)[d]e|f")
    'a)e|f'
    """
    return "".join(piece[0] for piece, depth in _walk(source) if depth == 0 and piece[0][0] not in "([\\")


def _walk(source: str, position: int = 0) -> Iterator[tuple[re.Match[str], int]]:
    """Yield each piece of a source, and how many groups are open behind it."""
    depth = 0
    for piece in _PIECE.finditer(source, position):
        depth += (piece[0] == "(") - (piece[0] == ")")
        yield piece, depth


def strip_begin(source: str, words: Mapping[str, str]) -> str:
    """Return a pattern without the ``<<begin>>`` that each of its matches begins with; as it is where one does not.

    >>> strip_begin("<<who>> grew", {"who": "<<begin>>(?:the )?park"})
    '(?:(?:the )?park) grew'
    >>> strip_begin("(?:<<begin>>|and )x", {})
    '(?:<<begin>>|and )x'
    """
    macro = MACRO.match(source)
    if macro is None or "|" in strip_groups(source) or REPEAT.match(source, macro.end()):
        return source
    if macro[1] == BEGIN:
        return source[macro.end() :]
    body = FOLD.sub("", words.get(macro[1], ""))
    bare = strip_begin(body, words)
    return source if bare == body else f"(?:{bare}){source[macro.end() :]}"
