"""Text that every format can hold: what XML and UTF-8 cannot is taken out, and counted."""

from __future__ import annotations

import re

from kg.export.base import Losses

BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML document and no UTF-8 file can hold."""
_BREAKS = re.compile(r"[\r\n\t\x85\u2028\u2029]+")
_XML = re.compile('[&<>"\r\n\t\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_ENTITIES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;",
}  # fmt: skip

LOST_CHARACTERS = "characters that no such file can hold were replaced by U+FFFD"
LOST_BREAKS = "line ends and tabs in labels were written as spaces"


def clean(text: str, losses: Losses) -> str:
    """Return the text with each character that cannot be written replaced by U+FFFD, and note it.

    >>> clean("a\\x00b", Losses())
    'a\\ufffdb'
    """
    if not BAD.search(text):
        return text
    losses.add(LOST_CHARACTERS, ascii(text[:40]))
    return BAD.sub("\ufffd", text)


def one_line(text: str, losses: Losses) -> str:
    """Return a label on one line, as programs that draw it expect, and note what was changed."""
    if text.isprintable():
        return text
    text = clean(text, losses)
    if not _BREAKS.search(text):
        return text
    losses.add(LOST_BREAKS, ascii(text[:40]))
    return _BREAKS.sub(" ", text)


def is_plain(text: str) -> bool:
    """Return whether a text can stand in XML as it is, in an attribute too."""
    # Nearly every text is printable, and then four searches for a letter are several times faster than a pattern.
    if text.isprintable():
        return "&" not in text and "<" not in text and ">" not in text and '"' not in text
    return _XML.search(text) is None


def escape_xml(text: str, losses: Losses) -> str:
    """Return a text for XML, in an element or an attribute, read back unchanged line ends and all."""
    if text.isprintable():
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _XML.sub(lambda match: _ENTITIES[match[0]], clean(text, losses))
