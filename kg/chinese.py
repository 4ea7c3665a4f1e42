"""How names in Chinese are written in English: by their syllables."""

from __future__ import annotations

import re

from kg.english import load_words

SYLLABLE = (
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    r"(?:[iu]?ang|[iu]?an|iong|[oe]ng|ing|[iu]?ao|[aeou]i|i[ae]|u[aeo]|iu|ou|en|in|un|o|a|e|i|u|er))"
)
CHINESE_NAME = rf"(?=[A-Z][a-z]{{4,}})(?i:{SYLLABLE}){{2,4}}(?![a-z])"
"""A word that reads as a name in Chinese, by its syllables."""
ENGLISH = frozenset(load_words("references").all_of("no_names"))
"""Words of English that read as names in Chinese."""
_BEFORE = re.compile(rf"(?<![\w’'-])(?P<name>{CHINESE_NAME}) $")
_LONGEST = 24


def find_name_before(text: str, start: int) -> re.Match[str] | None:
    """Return the word that reads as a name in Chinese and stands right before a place of the text."""
    found = _BEFORE.search(text, max(0, start - _LONGEST), start)
    return found if found and found["name"] not in ENGLISH else None
