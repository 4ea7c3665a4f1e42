"""The files of a lexicon, read and checked: TSV files of names, and the forms of names and references as TOML."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ahocorasick_rs

from kg.describing import Descriptions, make_descriptions
from kg.errors import KgError, LexiconError
from kg.letters import fold_case
from kg.lexicon import WIDE, Lexicon
from kg.model import Entity, Name
from kg.naming import Cue, CueFinder, Words, make_cue, make_words
from kg.vocab import DISTRICT, expand_iri, mint_iri

GAZETTEER = "gazetteer"
"""The folder of the lexicon whose things the graph tells of only where an article names them."""
COLUMNS = ("id", "class", "kind", "lang", "name", "within", "source", "match")
KINDS = {
    "preferred": ("preferred", False),
    "alternative": ("alternative", False),
    "translated": ("translated", False),
    # A variant so far from the thing that what is read from it stays garbled until a second source.
    "garbled": ("translated", True),
    # The name of several places: it is this one where the article names what this one is in.
    "shared": ("shared", False),
}
# A thing of our own, or a short IRI where somebody else coined it: a concept of the ontology.
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|[a-z]+:[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """Words that stand for a thing named earlier: of which classes, and how its name must end."""

    words: tuple[str, ...]
    key: str


def load_lexicon(folder: Path, *, base: str, prefixes: Mapping[str, str]) -> Lexicon:
    """Read the lexicon of a domain; raise ``LexiconError`` naming file, line and entry."""
    entities = _read_entities(folder, base, prefixes)
    spell = _read_spellings(folder / "spellings.toml")
    named = ((name, entity) for entity in entities for name in entity.names if len(name.text) > 1)
    names = tuple((text, entity, name) for name, entity in named for text in spell(name.text))
    references = [(word, r.key) for r in _read_references(folder / "references.toml", prefixes) for word in r.words]
    cues = tuple(_read_cues(folder / "cues.toml", prefixes))
    by_iri = {entity.iri: entity for entity in entities}
    return Lexicon(
        entities=by_iri,
        base=base,
        _automaton=ahocorasick_rs.AhoCorasick([fold_case(text) for text, _, _ in names]),
        _patterns=names,
        _cues=cues,
        _words=_read_words(folder / "cues.toml"),
        _finder=CueFinder(cues),
        _reference_automaton=ahocorasick_rs.AhoCorasick([word for word, _ in references]),
        _reference_keys=tuple(key for _, key in references),
        _references=dict(references),
        _by_name=_index_names(entities),
        _shared=_index_shared(entities),
        descriptions=_read_descriptions(folder / "described.toml", prefixes),
        gazetteer={iri: entity for iri, entity in by_iri.items() if entity.gazetteer},
        cities=_find_cities(by_iri),
    )


def _read_entities(folder: Path, base: str, prefixes: Mapping[str, str]) -> list[Entity]:
    """Return the things of all files, those of the gazetteer marked as such; each lies in one of them, or nowhere."""
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise LexiconError("no *.tsv file of names", where=str(folder))
    rows: dict[str, list[tuple[str, dict[str, str]]]] = {}
    own: set[str] = set()
    for path in (*files, *sorted((folder / GAZETTEER).glob("*.tsv"))):
        for where, row in _read_rows(path):
            rows.setdefault(row["id"], []).append((where, row))
            own.update((row["id"],) if path.parent == folder else ())
    entities = {
        key: replace(_make_entity(key, entries, base, prefixes), gazetteer=key not in own)
        for key, entries in rows.items()
    }
    known = {entity.iri for entity in entities.values()}
    for key, entity in entities.items():
        for unknown in {entity.within, *entity.regions} - known - {""}:
            what = f"{key} is within an unknown {unknown.removeprefix(base)!r}"
            raise LexiconError(what, where=rows[key][0][0])
    return [*entities.values()]


def _index_names(entities: Iterable[Entity]) -> dict[tuple[str, str], Entity]:
    """Return by class and name in lower case the thing that is called so, and no other by that name."""
    return {
        (entity.type, fold_case(name.text)): entity
        for entity in entities
        for name in entity.names
        if not name.garbled and name.kind != "shared"
    }


def _find_cities(by_iri: Mapping[str, Entity]) -> frozenset[str]:
    """Return what districts lie in and is neither a province nor a country."""
    holders = {e.within for e in by_iri.values() if e.type == DISTRICT and e.within}
    return frozenset(iri for iri in holders if not by_iri[iri].label.endswith((" Province", "China")))


def _index_shared(entities: Iterable[Entity]) -> dict[str, tuple[Entity, ...]]:
    """Return by name in lower case the places that share it."""
    found: dict[str, tuple[Entity, ...]] = {}
    for entity in entities:
        for name in entity.names:
            if name.kind == "shared":
                key = fold_case(name.text)
                found[key] = (*found.get(key, ()), entity)
    return found


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
    if first["kind"] not in ("preferred", "shared"):
        raise LexiconError(f"the first name of {key} is not its preferred one", where=where)
    if {row["class"] for _, row in entries} != {first["class"]}:
        raise LexiconError(f"{key} has several classes", where=where)
    try:
        type_iri = expand_iri(first["class"], prefixes)
    except KgError as error:
        raise LexiconError(f"class {first['class']!r}: {error.what}", where=where, hint=error.hint) from error
    within = [mint_iri(base, place) for place in first["within"].split(" ") if place]
    names = tuple(Name(row["name"], row["lang"], *KINDS[row["kind"]]) for _, row in entries)
    return Entity(
        iri=expand_iri(key, prefixes) if ":" in key else mint_iri(base, key),
        id=key,
        type=type_iri,
        label=first["name"],
        names=names,
        within=within[0] if within else "",
        regions=tuple(within[1:]),
        source=first["source"],
        match=first["match"],
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LexiconError(f"not TOML: {error}", where=str(path)) from error


def _read_table(path: Path, key: str, make: Callable[[dict[str, Any]], Any]) -> Iterator[Any]:
    """Yield ``make(entry)`` for each ``[[key]]`` of an optional TOML file; name the line of the entry that is wrong."""
    if not path.exists():
        return
    table = _read_toml(path)
    text = path.read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{key}]]"]
    for number, entry in enumerate(table.get(key, [])):
        where = f"{path}:{lines[number]}" if number < len(lines) else str(path)
        try:
            yield make(entry)
        except KeyError as error:
            raise LexiconError(f"the {key} has no {error.args[0]}", where=where) from error
        except (TypeError, AttributeError, ValueError, re.error) as error:
            raise LexiconError(f"the {key} is wrong: {error}", where=where) from error
        except KgError as error:
            raise LexiconError(f"the {key} is wrong: {error.what}", where=where, hint=error.hint) from error


def _read_spellings(path: Path) -> Callable[[str], list[str]]:
    """Return what gives a name in all its spellings, itself first."""
    table = _read_lists(path, "spellings")

    def spell(text: str) -> list[str]:
        forms = [text]
        for words, others in table.items():
            forms += [form.replace(words, other) for form in forms if words in form for other in others]
        return forms

    return spell


def _read_words(path: Path) -> Words:
    return make_words(_read_lists(path, "words"))


def _read_lists(path: Path, section: str) -> dict[str, list[str]]:
    """Return the lists of words of a section of an optional TOML file."""
    lists: dict[str, list[str]] = _read_toml(path).get(section, {}) if path.exists() else {}
    if not all(isinstance(words, list) and all(isinstance(word, str) for word in words) for words in lists.values()):
        raise LexiconError(f"[{section}] holds lists of words", where=str(path))
    return lists


def _read_descriptions(path: Path, prefixes: Mapping[str, str]) -> Descriptions:
    table = _read_toml(path) if path.exists() else {}
    types = _read_table(path, "described", lambda entry: expand_iri(entry["class"], prefixes))
    try:
        return make_descriptions(table, list(types))
    except (KeyError, TypeError, AttributeError) as error:
        raise LexiconError(f"a description is wrong: {error!r}", where=str(path)) from error


def _read_cues(path: Path, prefixes: Mapping[str, str]) -> Iterator[Cue]:
    yield from _read_table(path, "cue", lambda entry: make_cue(entry, expand_iri(entry["class"], prefixes)))


def _read_references(path: Path, prefixes: Mapping[str, str]) -> Iterator[Reference]:
    def make_reference(entry: dict[str, Any]) -> Reference:
        words = tuple(fold_case(word) for word in entry["words"])
        if not words:
            raise KeyError("words")
        # "This port" is what "the port" is.
        words = tuple(dict.fromkeys((*words, *(f"this {word[4:]}" for word in words if word.startswith("the ")))))
        heads = tuple(head.lower() for head in entry.get("heads", ()))
        heads += tuple("!" + head.lower() for head in entry.get("not", ()))
        heads += (WIDE,) if entry.get("wide") else ()
        types = "|".join(expand_iri(name, prefixes) for name in entry["classes"])
        return Reference(words, "\t".join((types, *heads)))

    yield from _read_table(path, "reference", make_reference)
