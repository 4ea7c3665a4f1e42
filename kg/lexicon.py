"""Names in the text: those the lexicon knows, those known by their form, and references to either.

The lexicon is data: TSV files of names, ``cues.toml`` (the form of names never seen before) and
``references.toml`` ("the district"). Known names are found by one Aho-Corasick automaton.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ahocorasick_rs

from kg.errors import KgError, LexiconError
from kg.model import Entity, Mention, Name, Span
from kg.vocab import expand_iri, mint_iri, slugify

COLUMNS = ("id", "class", "kind", "lang", "name", "within", "source", "match")
KINDS = {
    "preferred": ("preferred", False),
    "alternative": ("alternative", False),
    "translated": ("translated", False),
    # A variant so far from the thing that what is read from it stays garbled until a second source.
    "garbled": ("translated", True),
}
# A thing of our own, or a short IRI where somebody else coined it: a concept of the ontology.
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|[a-z]+:[A-Za-z0-9-]+")
# Words that begin a sentence or a phrase in capitals and are no part of a name.
_LEADING = re.compile(
    r"(?:(?:The|A|An|In|At|On|By|For|From|To|With|Of|And|But|As|Since|Under|After|Before|During|Within|Through"
    r"|Meanwhile|Located|According|This|These|That|Its|Their|Yesterday|Today|Chinese|National|Both|Also|While|When"
    r"|Original|Reporter|Mr|Ms|Mrs|Dr|Professor|President|Chairman|Director|Mayor|Key|Major|Today's),?\s+)+"
)
_WORD = r"[A-Z0-9][\w’'\-–]*\.?"


@dataclass(frozen=True, slots=True)
class Cue:
    """The form of a class of names: the pattern finds a candidate, ``never`` are names it must not be."""

    type: str
    pattern: re.Pattern[str]
    never: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that is known of names, compiled once."""

    entities: Mapping[str, Entity]
    base: str
    _automaton: ahocorasick_rs.AhoCorasick
    _patterns: tuple[tuple[str, Entity, Name], ...]
    _cues: tuple[Cue, ...]
    _references: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]

    def find_mentions(self, text: str) -> list[Mention]:
        """Return the mentions in ``text``, sorted, none overlapping another; longer names win.

        References ("the district") are not resolved here: their ``entity`` is empty until
        ``resolve_references`` has seen the whole article.
        """
        found = [*self._find_known(text), *self._find_cued(text), *self._find_references(text)]
        return keep_longest(found)

    def _find_known(self, text: str) -> Iterator[Mention]:
        folded = fold_case(text)
        for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            name, entity, entry = self._patterns[number]
            if not is_bounded(text, start, end) or not _same_case(text[start:end], name):
                continue
            kind = "translated" if entry.kind == "translated" else "name"
            yield Mention(start, end, entity.iri, entity.label, entity.type, kind, entry.garbled)

    def _find_cued(self, text: str) -> Iterator[Mention]:
        for cue in self._cues:
            for match in cue.pattern.finditer(text):
                start, end = match.span()
                lead = _LEADING.match(text, start, end)
                if lead:
                    start = lead.end()
                name = text[start:end]
                if start >= match.start("head") or name in cue.never or not is_bounded(text, start, end):
                    continue
                yield Mention(start, end, self.mint_entity(cue.type, name), name, cue.type, "cue")

    def _find_references(self, text: str) -> Iterator[Mention]:
        for pattern, types in self._references:
            for match in pattern.finditer(text):
                yield Mention(match.start(), match.end(), "", "", "|".join(types), "reference")

    def mint_entity(self, type_iri: str, name: str) -> str:
        """Return the stable IRI of a thing known only by its class and name."""
        return mint_iri(self.base, slugify(type_iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]), slugify(name))


def fold_case(text: str) -> str:
    """Return ``text`` in lower case, the same length, so that offsets stay true.

    >>> fold_case("İstanbul ABC")
    'İstanbul abc'
    """
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def is_bounded(text: str, start: int, end: int) -> bool:
    """Say whether ``text[start:end]`` is not part of a longer word; Chinese has no word boundaries.

    >>> is_bounded("in Beijinger", 3, 10), is_bounded("in Beijing.", 3, 10)
    (False, True)
    """
    if start > 0 and _is_word(text[start]) and _is_word(text[start - 1]):
        return False
    return not (end < len(text) and _is_word(text[end - 1]) and _is_word(text[end]))


def _is_word(char: str) -> bool:
    return (char.isalnum() or char == "_") and not "\u2e80" <= char <= "\u9fff"


def _same_case(found: str, name: str) -> bool:
    """A name in capitals must be written so; one in small letters may begin a sentence or a heading."""
    return found == name or found == name.upper() or name == name.lower()


def keep_longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Return a sorted choice without overlaps: longest first, then known names before cues."""
    rank = {"name": 0, "translated": 1, "reference": 2, "cue": 3}
    kept: list[Mention] = []
    taken: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, rank[m.kind], m.start, m.entity)):
        if mention.start in taken or mention.end - 1 in taken:
            continue
        taken.update(range(mention.start, mention.end))
        kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def resolve_references(mentions: Iterable[Mention], fallback: Mapping[str, Mention] | None = None) -> list[Mention]:
    """Return the mentions with each reference turned into the nearest earlier thing of its classes.

    ``fallback`` gives, by class, what to take where nothing stands earlier (the place of the title).
    A reference that resolves to nothing is left out.
    """
    latest: dict[str, Mention] = {}
    resolved: list[Mention] = []
    for mention in mentions:
        if mention.kind != "reference":
            latest[mention.type] = mention
            resolved.append(mention)
            continue
        types = mention.type.split("|")
        earlier = [latest[t] for t in types if t in latest] or [
            fallback[t] for t in types if fallback and t in fallback
        ]
        if earlier:
            target = max(earlier, key=lambda m: m.start)
            resolved.append(
                Mention(
                    mention.start,
                    mention.end,
                    target.entity,
                    target.label,
                    target.type,
                    "reference",
                    target.garbled,
                    Span(target.start, target.end),
                )
            )
    return resolved


def load_lexicon(folder: Path, *, base: str, prefixes: Mapping[str, str]) -> Lexicon:
    """Read the lexicon of a domain; raise ``LexiconError`` naming file, line and entry."""
    rows: dict[str, list[tuple[str, dict[str, str]]]] = {}
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise LexiconError("no *.tsv file of names", where=str(folder))
    for path in files:
        for where, row in _read_rows(path):
            rows.setdefault(row["id"], []).append((where, row))
    entities = {key: _make_entity(key, entries, base, prefixes) for key, entries in rows.items()}
    patterns = tuple(
        (name.text, entity, name) for entity in entities.values() for name in entity.names if len(name.text) > 1
    )
    known = {entity.iri for entity in entities.values()}
    for key, entries in rows.items():
        parent = entities[key].within
        if parent and parent not in known:
            raise LexiconError(f"{key} is within an unknown {parent.removeprefix(base)!r}", where=entries[0][0])
    return Lexicon(
        entities={entity.iri: entity for entity in entities.values()},
        base=base,
        _automaton=ahocorasick_rs.AhoCorasick([fold_case(name) for name, _, _ in patterns]),
        _patterns=patterns,
        _cues=tuple(_read_cues(folder / "cues.toml", prefixes)),
        _references=tuple(_read_references(folder / "references.toml", prefixes)),
    )


def _read_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"cannot be read: {error}", where=str(path)) from error
    lines = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = next(lines, [])
    if tuple(header) != COLUMNS:
        raise LexiconError(f"columns are {header}, not {list(COLUMNS)}", where=f"{path}:1")
    for number, cells in enumerate(lines, start=2):
        where = f"{path}:{number}"
        if len(cells) != len(COLUMNS):
            raise LexiconError(f"{len(cells)} columns, not {len(COLUMNS)}", where=where, hint="columns are tabs apart")
        row = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
        if not _ID.fullmatch(row["id"]):
            raise LexiconError(
                f"id {row['id']!r} is neither lower-case words with hyphens nor a short IRI", where=where
            )
        if row["kind"] not in KINDS:
            raise LexiconError(f"kind {row['kind']!r} is none of {', '.join(KINDS)}", where=where)
        if not row["name"] or not row["lang"]:
            raise LexiconError(f"{row['id']} has a name or language missing", where=where)
        yield where, row


def _make_entity(key: str, entries: list[tuple[str, dict[str, str]]], base: str, prefixes: Mapping[str, str]) -> Entity:
    where, first = entries[0]
    if first["kind"] != "preferred":
        raise LexiconError(f"the first name of {key} is not its preferred one", where=where)
    if {row["class"] for _, row in entries} != {first["class"]}:
        raise LexiconError(f"{key} has several classes", where=where)
    try:
        type_iri = expand_iri(first["class"], prefixes)
    except KgError as error:
        raise LexiconError(f"class {first['class']!r}: {error.what}", where=where, hint=error.hint) from error
    names = tuple(Name(row["name"], row["lang"], *KINDS[row["kind"]]) for _, row in entries)
    return Entity(
        iri=expand_iri(key, prefixes) if ":" in key else mint_iri(base, key),
        id=key,
        type=type_iri,
        label=first["name"],
        names=names,
        within=mint_iri(base, first["within"]) if first["within"] else "",
        source=first["source"],
        match=first["match"],
    )


def _read_table(path: Path, key: str, make: Callable[[dict[str, Any]], Any]) -> Iterator[Any]:
    """Yield ``make(entry)`` for each ``[[key]]`` of an optional TOML file; name the entry that is wrong."""
    if not path.exists():
        return
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LexiconError(f"not TOML: {error}", where=str(path)) from error
    for number, entry in enumerate(table.get(key, []), start=1):
        try:
            yield make(entry)
        except (KeyError, TypeError, re.error) as error:
            raise LexiconError(f"entry {number} is wrong: {error}", where=str(path)) from error
        except KgError as error:
            raise LexiconError(f"entry {number}: {error.what}", where=str(path), hint=error.hint) from error


def _read_cues(path: Path, prefixes: Mapping[str, str]) -> Iterator[Cue]:
    def make_cue(entry: dict[str, Any]) -> Cue:
        heads = sorted(entry["heads"], key=lambda head: (-len(head), head))
        # Up to eight words before the head; "of", "and", "&" join two capitalised words. The bounded
        # repeat keeps the cost linear on a line of nothing but capitalised words.
        pattern = (
            rf"(?<![\w-])(?:{_WORD}(?:\s(?:of|and|for|&)(?=\s[A-Z]))?\s(?:\([A-Z][\w\s]{{1,20}}\)\s)?){{1,8}}?"
            rf"(?P<head>{'|'.join(re.escape(head) for head in heads)})(?!\w)"
        )
        return Cue(expand_iri(entry["class"], prefixes), re.compile(pattern), frozenset(entry.get("never", ())))

    yield from _read_table(path, "cue", make_cue)


def _read_references(path: Path, prefixes: Mapping[str, str]) -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    def make_reference(entry: dict[str, Any]) -> tuple[re.Pattern[str], tuple[str, ...]]:
        words = sorted(entry["words"], key=lambda word: (-len(word), word))
        pattern = r"\b(?:" + "|".join(re.escape(word) for word in words) + r")\b"
        return re.compile(pattern, re.IGNORECASE), tuple(expand_iri(c, prefixes) for c in entry["classes"])

    yield from _read_table(path, "reference", make_reference)
