"""Every word of the page has a Chinese one: fixed words, reasons of the account, classes, predicates, units."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg import vocab as v
from kg.concepts import CONCEPT_SCHEMES
from kg.export.page import SCRIPTS, STATIC
from kg.export.page_data import BUILT_IN
from kg.graph import write_ontology_quads
from kg.resources import load_domain
from kg.store import load_lines, open_store
from kg.thing_names import Names, StoreNames

ROOT = Path(__file__).parent.parent
CHINESE: dict[str, dict[str, str]] = json.loads((STATIC / "page" / "zh.json").read_text(encoding="utf-8"))
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
HAN = re.compile("[\u4e00-\u9fff]")


# ---------------------------------------------------------------- the page's own words
def script_words(script: str) -> Iterator[str]:
    """Yield the texts that a script asks for with ``word`` or ``counted``, itself or from a table of constants."""
    for call in re.finditer(r"\b(?:word|counted)\(", script):
        depth, at = 1, call.end()
        while depth:
            literal = LITERAL.match(script, at)
            if literal:
                if depth == 1:
                    yield literal[1]
                at = literal.end()
                continue
            depth += {"(": 1, ")": -1}.get(script[at], 0)
            at += 1
        table = re.match(r"([A-Z]+)\[", script[call.end() :])
        if table:
            (body,) = re.findall(rf"^const {table[1]} = \{{(.*)\}};$", script, re.MULTILINE)
            yield from LITERAL.findall(body)
    yield from re.findall(r'\btitle: "([^"]+)"', script)  # of a table's column


def page_words() -> set[str]:
    found = {word for name in SCRIPTS for word in script_words((STATIC / "page" / name).read_text(encoding="utf-8"))}
    html = (STATIC / "page" / "page.html").read_text(encoding="utf-8")
    found |= set(re.findall(r"data-word>([^<]+)<", html))
    found |= {match[2] for match in re.finditer(r'(aria-label|placeholder)="([^"]*)" data-word-\1', html)}
    return found


def test_words_are_found_in_a_script() -> None:
    script = 'const FATES = { used: "gone" };\nsay(word(up ? "rising {0}" : "falling", f("no")), word(FATES[x]));'
    assert list(script_words(script)) == ["rising {0}", "falling", "gone"]


def test_every_fixed_word_has_a_chinese_one_and_no_other_is_kept() -> None:
    assert page_words() == set(CHINESE["words"])
    assert len(CHINESE["words"]) > 80


def test_nothing_stands_in_the_page_without_a_mark_for_its_words() -> None:
    html = (STATIC / "page" / "page.html").read_text(encoding="utf-8")
    body = re.sub(r"<(pre|script|option value=\"(?:en|zh)\")[^>]*>.*?</", "<", html[html.index("<body>") :], flags=re.S)
    unmarked = [text for tag, text in re.findall(r"<([^>]*)>([^<]+)", body) if "data-word" not in tag]
    assert [text for text in unmarked if re.search(r"[A-Za-z]{2}", text) and not text.strip().startswith("$")] == []
    assert re.findall(r'(?:aria-label|placeholder|title)="[^"]*"(?! data-word)', body) == []


@pytest.mark.parametrize("part", ["words", "reasons"])
def test_a_chinese_text_has_the_places_of_the_english_one(part: str) -> None:
    places = {
        english: (re.findall(r"\{\d\}", english), re.findall(r"\{\d\}", said))
        for english, said in CHINESE[part].items()
    }
    assert {english: both for english, both in places.items() if sorted(both[0]) != sorted(both[1])} == {}
    worded = [said for english, said in CHINESE[part].items() if re.search("[A-Za-z]", english)]
    assert [said for said in worded if not HAN.search(said)] == []


# ---------------------------------------------------------------- why something was left out
def as_template(node: ast.expr) -> list[str]:
    """Return the texts that an expression can give, with {0}, {1} … for what is only known when it runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return as_template(node.body) + as_template(node.orelse)
    if isinstance(node, ast.JoinedStr):
        count, text = 0, ""
        for part in node.values:
            if isinstance(part, ast.Constant):
                text += part.value
            else:
                text += f"{{{count}}}"
                count += 1
        return [text]
    return []


def texts_given(path: str) -> set[str]:
    """Return the reasons that a module writes: arguments of ``Failure``, and what functions that explain return."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Failure":
            found.update(as_template(node.args[1]))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("reason", "there"):
            found.update(as_template(node.value))
        if isinstance(node, ast.FunctionDef) and node.name in ("_explain_number", "_explain_sentence"):
            found.update(explained(node))
    return found - {""}


def explained(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            value = node.value.elts[-1] if isinstance(node.value, ast.Tuple) else node.value
            for one in value.args[1:] if isinstance(value, ast.Call) else [value]:
                yield from as_template(one)
        if isinstance(node, ast.Dict):
            for value in node.values:
                yield from as_template(value)


def covers(pattern: str, text: str) -> bool:
    """Return whether one text with places can be read by another."""
    parts = [re.escape(part) for part in re.split(r"\{\d\}", pattern)]
    return re.fullmatch("(.*?)".join(parts), text, re.S) is not None


@pytest.mark.parametrize("path", ["kg/gate.py", "kg/account.py"])
def test_every_reason_can_be_said_in_chinese(path: str) -> None:
    given = texts_given(path)
    assert len(given) > 8
    general = {"{0}: {1}", "{0}: {1} ({2})", "{0} is not {1}"}
    specific = [english for english in CHINESE["reasons"] if english not in general]
    assert [t for t in sorted(given - general) if not any(covers(english, t) for english in specific)] == []


def test_every_part_of_a_claim_that_can_fail_has_a_chinese_name() -> None:
    tree = ast.parse((ROOT / "kg/gate.py").read_text(encoding="utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Failure"]
    parts = {text for call in calls for text in as_template(call.args[0])}
    assert len(parts) > 8
    assert parts - set(CHINESE["reasons"]) == set()


# ---------------------------------------------------------------- the terms of the graph
@pytest.fixture(scope="module")
def names() -> dict[str, Names]:
    store = open_store()
    load_lines(store, write_ontology_quads(ROOT / "ontology", load_domain().data_base))
    return {**StoreNames(store), **BUILT_IN}


def rule_predicates() -> set[str]:
    """Return the IRI of every predicate that a rule of the domain writes as a name."""
    prefixes = load_domain().prefixes | v.PREFIXES

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "predicate" and isinstance(inner, str):
                    yield inner
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "data" / "rules").glob("*.toml")]
    written = {name for table in tables for name in walk(table) if re.fullmatch(r"[a-z]+:\w+", name)}
    return {prefixes[name.split(":")[0]] + name.split(":")[1] for name in written}


def test_every_class_predicate_and_value_has_a_name_in_both_languages(names: dict[str, Names]) -> None:
    concepts = {v.RDC + name for scheme in CONCEPT_SCHEMES.values() for name in scheme}
    predicates = rule_predicates()
    assert {v.WITHIN, v.SCHEMA + "jobTitle", v.RDC + "investment"} <= predicates
    wanted = set(v.CLASSES.values()) | set(v.RELATIONS) | predicates | concepts
    lacking = {iri for iri in wanted if not names.get(iri, Names()).en or not HAN.search(names[iri].zh)}
    assert lacking == set()


def test_a_name_for_an_outside_term_says_nothing_else_of_it() -> None:
    lines = write_ontology_quads(ROOT / "ontology", load_domain().data_base)
    outside = (v.SCHEMA, v.ORG, "http://www.w3.org/ns/prov#")
    said = [line.split(" ", 2) for line in lines if line.startswith(tuple(f"<{namespace}" for namespace in outside))]
    kinds = {line[1] for line in said if "AnnotationProperty" not in line[2]}
    assert kinds == {f"<{v.LABEL}>"}
