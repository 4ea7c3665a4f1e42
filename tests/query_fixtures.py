"""Builds that questions are asked of, made once for all query tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.pipeline import build
from kg.query import query_prefixes
from kg.resources import load_domain
from kg.store import open_store

SECOND = (
    "Changping District attracts key industries\n\n"
    "Changping District has attracted more than 1,100 key industrial sector enterprises. In Changping District, 50 "
    "district-level innovation policies landing, nearly 100 market entities enjoy policy bonus.\n\n"
    'The international research hospital project in "Life Valley" is a key project, which has completed 75% of the '
    "total amount of work.\n"
)
THIRD = (
    'Tongzhou "two districts" construction: 1,359 projects landing\n\n'
    'In the construction of the Tongzhou District "Two Zones", as of now, the "Two Zones" key items are 1,938 in the '
    "library, of which 1,359 projects achieve landing, 120 projects start construction, and 60 projects have "
    "successfully signed.\n"
)


@pytest.fixture(scope="session")
def query_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build of the shipped articles."""
    domain = load_domain()
    folder = tmp_path_factory.mktemp("query-build")
    build(domain, [domain.articles], folder)
    return folder


@pytest.fixture(scope="session")
def query_store(query_build: Path) -> ox.Store:
    return open_store(query_build / "store")


@pytest.fixture(scope="session")
def three_articles(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """The store of the first article, a later one that agrees and differs, and one of another district."""
    domain = load_domain()
    folder = tmp_path_factory.mktemp("three")
    shutil.copy(domain.articles / "changping-two-districts.txt", folder)
    (folder / "changping-later.txt").write_text(SECOND, encoding="utf-8")
    (folder / "tongzhou.txt").write_text(THIRD, encoding="utf-8")
    build(domain, [folder], folder / "build")
    return open_store(folder / "build" / "store")


@pytest.fixture(scope="session")
def prefixes() -> dict[str, str]:
    return query_prefixes(load_domain())
