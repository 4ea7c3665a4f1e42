"""The main job: same bytes each time, nothing half-written, clear words for what is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.model import Claim
from kg.pipeline import build, format_claims, load_claims
from kg.resources import Domain, load_domain
from kg.sources import find_articles

FILES = ("graph.nq", "graph.ttl", "claims.jsonl")
SHIPS = Path(__file__).parent / "domains" / "ships"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, domain: Domain) -> Path:
    out = tmp_path_factory.mktemp("build")
    build(domain, [domain.articles], out)
    return out


def write_corpus(folder: Path, domain: Domain) -> Path:
    folder.mkdir()
    shutil.copy(domain.articles / "changping-two-districts.txt", folder / "a.txt")
    (folder / "b.txt").write_text("Second\n\nIn 2022, 40 projects were signed in Haidian District.\n", "utf-8")
    (folder / "sub").mkdir()
    (folder / "sub" / "b.txt").write_text("Third\n\nIn 2023, 41 projects were signed in Haidian District.\n", "utf-8")
    return folder


def test_two_builds_give_the_same_bytes_whatever_the_hash_seed(tmp_path: Path, domain: Domain) -> None:
    corpus = write_corpus(tmp_path / "corpus", domain)
    found = []
    for seed in ("0", "1", "4242"):
        out = tmp_path / f"out-{seed}"
        env = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-m", "kg", "build", corpus, "--out", out, "--quiet"], check=True, env=env)
        found.append(digests(out))
    assert found[0] == found[1] == found[2]


def test_order_of_sources_does_not_matter(tmp_path: Path, domain: Domain) -> None:
    corpus = write_corpus(tmp_path / "corpus", domain)
    files = [corpus / "b.txt", corpus / "a.txt"]
    build(domain, files, tmp_path / "one")
    build(domain, files[::-1], tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_two_files_of_one_name_are_two_articles(tmp_path: Path, domain: Domain) -> None:
    corpus = write_corpus(tmp_path / "corpus", domain)
    assert [key for key, _ in find_articles([corpus])] == ["a", "b", "sub-b"]


def test_claims_file_gives_the_claims_back(built: Path) -> None:
    text = (built / "claims.jsonl").read_text(encoding="utf-8")
    claims = load_claims(built / "claims.jsonl")
    assert format_claims(claims) == text
    assert [json.loads(line)["id"] for line in text.splitlines()] == [claim.id for claim in claims]


def test_every_quote_is_the_article(built: Path, domain: Domain) -> None:
    text = (domain.articles / "changping-two-districts.txt").read_text(encoding="utf-8")
    claims = load_claims(built / "claims.jsonl")
    assert claims and all(text[claim.start : claim.end] == claim.quote for claim in claims)


def test_bad_article_is_named_and_the_rest_is_built(tmp_path: Path, domain: Domain) -> None:
    corpus = write_corpus(tmp_path / "corpus", domain)
    (corpus / "bad.txt").write_bytes(b"good so far \xff and no more")
    result = run("build", corpus, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"Error: {corpus}/bad.txt: not UTF-8: byte 0xff at offset 12 (save the file as UTF-8)" in result.stderr
    assert {c.article for c in load_claims(tmp_path / "out" / "claims.jsonl")} == {"a", "b", "sub-b"}


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.txt", b" \n", "the article is empty"),
        ("latin.txt", b"caf\xe9 noir", "not UTF-8: byte 0xe9 at offset 3"),
        ("binary.txt", b"\x89PNG\x00\x00", "a binary file, not a text"),
    ],
)
def test_unreadable_article_stops_and_writes_nothing(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    result = run("build", tmp_path / name, "--out", tmp_path / "out")
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr
    assert not (tmp_path / "out").exists()


def test_missing_source_and_empty_folder(tmp_path: Path) -> None:
    missing = run("build", tmp_path / "nowhere.txt", "--out", tmp_path / "out")
    assert (missing.exit_code, "no such file or folder" in missing.stderr) == (2, True)
    empty = run("build", tmp_path, "--out", tmp_path / "out")
    assert (empty.exit_code, "no article (.txt" in empty.stderr) == (2, True)


def test_output_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", "utf-8")
    result = run("build", "--out", tmp_path / "out")
    assert (result.exit_code, "the output folder is a file" in result.stderr) == (2, True)
    assert (tmp_path / "out").read_text("utf-8") == "mine"


def test_output_folder_without_a_name() -> None:
    result = run("build", "--out", "")
    assert (result.exit_code, "an empty name is no folder; name one, or leave --out away" in result.stderr) == (2, True)


def test_output_folder_that_cannot_be_written() -> None:
    result = run("build", "--out", "/proc/kg-build")
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)


def test_failed_build_leaves_the_old_one(tmp_path: Path, domain: Domain) -> None:
    corpus = write_corpus(tmp_path / "corpus", domain)
    assert run("build", corpus, "--out", tmp_path / "out").exit_code == 0
    before = digests(tmp_path / "out")
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    assert run("build", tmp_path / "bad.txt", "--out", tmp_path / "out").exit_code == 2
    assert digests(tmp_path / "out") == before


def test_another_domain_needs_no_code(tmp_path: Path) -> None:
    domain = load_domain(SHIPS)
    result = build(domain, [domain.articles], tmp_path / "out")
    assert [(c.subject, c.predicate, c.object_label, c.value, c.unit) for c in result.claims] == [
        ("https://ships.example/id/blue-star", "https://ships.example/ontology/calledAt", "Rotterdam", "", ""),
        ("https://ships.example/id/blue-star", "https://ships.example/ontology/cargo", "1200 ton", "1200", "ton"),
    ]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("data/lexicon/names.tsv", "id\tname\n", "names.tsv:1: columns are"),
        ("data/rules/calls.toml", "[[rule]]\nid = 'x'\nsays = 'y'\npattern = '('\n[[rule.claim]]\nsubject = 'article'\n"
         "predicate = 'ship:a'\n", "calls.toml:2: x: the pattern does not compile"),
        ("data/rules/calls.toml", "[[rule]\n", "calls.toml: not TOML"),
        ("data/domain.toml", "title = 'x'\n", "domain.toml: data_base is"),
    ],
)  # fmt: skip
def test_broken_domain_file_is_named(tmp_path: Path, file: str, text: str, message: str) -> None:
    shutil.copytree(SHIPS, tmp_path / "domain")
    (tmp_path / "domain" / file).write_text(text, "utf-8")
    result = run("build", "--domain", tmp_path / "domain", "--out", tmp_path / "out")
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


def test_every_claim_field_survives_json() -> None:
    claim = Claim(
        article="a",
        subject="s",
        subject_label="S",
        subject_type="Park",
        predicate="p",
        quote="x",
        start=0,
        end=1,
        rule="r",
    )
    assert Claim.from_dict(json.loads(format_claims([claim])) | {"resolved": []}) == claim
