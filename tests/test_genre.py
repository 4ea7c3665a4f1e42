"""Sentences of the genre, written for this project, each with all the claims that must come of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kg.extract import describe_claim
from kg.pipeline import Tools, read_text

FILES = sorted((Path(__file__).parent / "genre").glob("*.toml"))
SENTENCES = [
    pytest.param(entry, id=f"{path.stem}-{number}")
    for path in FILES
    for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["sentence"], start=1)
]
KEYS = {"type", "text", "title", "published", "claims"}


@pytest.mark.parametrize("entry", SENTENCES)
def test_sentence_gives_just_these_claims(entry: dict[str, Any], tools: Tools) -> None:
    found = read_text(tools, entry["text"], title=entry.get("title", ""), published=entry.get("published", ""))
    lines = sorted(describe_claim(claim) for claim in found if not claim.predicate.endswith("memberType"))
    assert lines == sorted(entry["claims"]), entry["text"]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_file_is_whole(path: Path) -> None:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]
    texts = [(entry.get("title", ""), entry["text"]) for entry in entries]
    assert len(texts) == len(set(texts)), "a sentence stands twice"
    for entry in entries:
        assert set(entry) <= KEYS and entry["type"] and isinstance(entry["claims"], list), entry
