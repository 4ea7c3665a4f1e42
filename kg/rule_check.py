"""What a rule entry must keep to, checked before anything is compiled: types, enums, slots and prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from kg.concepts import MODALITIES, QUALIFIERS, STATUSES

_TEXTS = ("id", "says", "kind", "status", "part", "texts", "pattern", "unless", "prior", "joiner")
_LISTS = ("triggers", "counter", "first", "second", "classes")
_ENUMS = {"status": STATUSES, "modality": MODALITIES, "qualifier": QUALIFIERS}
_KINDS = ("pattern", "outline", "residual", "leftover", "link", "placement", "chain", "owner")
_PARTS = ("any", "title", "body", "meta")
_READINGS = ("any", "translated", "plain")
_STATED = ("explicit", "implied", "garbled")
_TEMPLATE_KEYS = frozenset(
    "subject predicate object value before unit qualifier period status modality scope attributed when"
    " each values changed".split()
)
_RULE_KEYS = frozenset(
    "id says kind triggers pattern case unless prior claim example counter status part texts"
    " first second joiner classes named lies unread unlisted untold".split()
)
_ID = re.compile(r"""^\s*id\s*=\s*(["'])(.*?)\1""", re.MULTILINE)
_SLOT_NAME = re.compile(r"-?\$(\w+)")
_NEAR = re.compile(r"[@^&]+([A-Z]\w*(?:\|[A-Z]\w*)*)")
_PREFIXED = re.compile(r"([a-z][\w-]*):[\w.-]+")


def find_line(text: str, rule: str) -> int:
    """Return the line, from 1, on which a rule's id stands in its file; 0 where it is not found.

    >>> find_line('[[rule]]\\nid = "signed"\\n', "signed")
    2
    """
    end = next((match.end() for match in _ID.finditer(text) if match[2] == rule), -1)
    return text.count("\n", 0, end) + 1 if end >= 0 else 0


def check_table(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with ``slots.toml``: slots and indicators are lists of text, word lists are text."""
    for name, members in table.get("slots", {}).items():
        if not _is_list(members) or not members:
            yield f"slot {name}: write a list of classes or kinds, not {members!r}"
    for name, members in table.get("indicators", {}).items():
        if not _is_list(members):
            yield f"indicators {name}: write a list of local names, not {members!r}"
    for section in ("words", "modality", "reductions"):
        for name, source in table.get(section, {}).items():
            if not isinstance(source, str):
                yield f"{section} {name}: write a pattern in quotes, not {source!r}"


def check_entry(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the types of a rule's own keys and of its claims and examples."""
    for key in _TEXTS:
        if key in entry and not isinstance(entry[key], str):
            yield f"{key} is {entry[key]!r}, not text"
    for key in _LISTS:
        if key in entry and not _is_list(entry[key]):
            yield f"{key} is {entry[key]!r}, not a list of texts"
    for key in ("claim", "example"):
        if not isinstance(entry.get(key, []), list) or not all(isinstance(e, dict) for e in entry.get(key, [])):
            yield f"{key} is not written as [[rule.{key}]]"
            return
    for claim in entry.get("claim", []):
        yield from _check_claim(claim)
    for example in entry.get("example", []):
        if not isinstance(example.get("text"), str) or not _is_list(example.get("claims", [])):
            yield "example: text is not text, or claims is not a list of texts"


def check_rule(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a rule's keys and what they can be, once their types are right."""
    if unknown := sorted(set(entry) - _RULE_KEYS):
        yield f"unknown keys {', '.join(unknown)}"
    for key in ("id", "says"):
        if not entry.get(key):
            yield f"{key} is missing"
    kind, status = entry.get("kind", "pattern"), entry.get("status", "explicit")
    if kind not in _KINDS or status not in _STATED:
        yield f"kind {kind!r} or status {status!r} is unknown"
    if not entry.get("claim"):
        yield "it claims nothing: [[rule.claim]] is missing"
    if entry.get("part", "any") not in _PARTS or entry.get("texts", "any") not in _READINGS:
        yield f"part is one of {_PARTS}, texts one of {_READINGS}"
    if kind in ("pattern", "outline", "residual", "leftover") and "pattern" not in entry:
        yield "pattern is missing"


def check_template(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the keys of a rule's claim."""
    if unknown := sorted(set(entry) - _TEMPLATE_KEYS):
        yield f"claim: unknown keys {', '.join(unknown)}"
    elif "subject" not in entry or "predicate" not in entry:
        yield "claim: subject or predicate is missing"


def _check_claim(claim: Mapping[str, Any]) -> Iterator[str]:
    for key, allowed in _ENUMS.items():
        if key in claim and claim[key] not in allowed and not str(claim[key]).startswith("$"):
            yield f"{key} {claim[key]!r} is none of {', '.join(allowed)}"
    for key in ("value", "unit", "status", "modality", "qualifier", "each", "values"):
        if key in claim and not isinstance(claim[key], str):
            yield f"{key} is {claim[key]!r}, not text"
    if not isinstance(claim.get("changed", False), bool):
        yield f"changed is {claim['changed']!r}, not true or false"
    for key in ("subject", "predicate", "object", "before", "period", "scope"):
        if key in claim and not isinstance(claim[key], (str, dict, list)):
            yield f"{key} is {claim[key]!r}, not text"


def check_references(claim: Mapping[str, Any], groups: Set[str], slots: Set[str], prefixes: Set[str]) -> Iterator[str]:
    """Yield the slots, classes and prefixes that a claim names and nobody has declared."""
    for key, part in claim.items():
        if key == "unit":
            continue
        # Of a list of choices the first that matched is taken, so one that is there is enough.
        wrong = [_find_unknown(key, text, groups, slots) for text in _texts_of(part)]
        if wrong and all(wrong):
            yield wrong[0]
    for key in ("subject", "predicate", "object"):
        part = claim.get(key)
        match = _PREFIXED.fullmatch(part) if isinstance(part, str) else None
        if match and match[1] not in prefixes and "//" not in str(part):
            yield f"{key} {part!r}: unknown prefix {match[1]!r}; domain.toml has {', '.join(sorted(prefixes))}"


def _find_unknown(key: str, text: str, groups: Set[str], slots: Set[str]) -> str:
    """Return what is wrong with one reference; empty where nothing is."""
    slot = _SLOT_NAME.match(text)
    if slot and slot[1] not in groups and slot[1] not in ("first", "second"):
        return f"{key} {text!r}: the pattern has no group {slot[1]!r}"
    near = None if text.startswith("@@") else _NEAR.match(text)
    unknown = [name for name in near[1].split("|") if name not in slots] if near else []
    return f"{key} {text!r}: slots.toml has no slot {unknown[0]!r}" if unknown else ""


def _texts_of(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, (list, tuple)):
        for item in part:
            yield from _texts_of(item)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
