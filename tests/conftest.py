"""What many tests share: the shipped domain, its extractor, and the first article."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kg.article import parse_article
from kg.extract import Extractor
from kg.model import Article, Claim
from kg.pipeline import Tools, load_tools
from kg.resources import Domain, load_domain

CHANGPING = "changping-two-districts"
# What the tests compile is kept beside them, for the commands that they start too.
os.environ.setdefault("KG_CACHE_DIR", str(Path(__file__).parent.parent / "build" / "cache"))


@pytest.fixture(scope="session")
def domain() -> Domain:
    return load_domain()


@pytest.fixture(scope="session")
def tools(domain: Domain) -> Tools:
    return load_tools(domain)


@pytest.fixture(scope="session")
def extractor(tools: Tools) -> Extractor:
    return tools.extractor


@pytest.fixture(scope="session")
def changping(tools: Tools, domain: Domain) -> Article:
    path = domain.articles / f"{CHANGPING}.txt"
    return parse_article(path.read_bytes(), tools.page, article_id=CHANGPING, source=path.name)


@pytest.fixture(scope="session")
def changping_claims(extractor: Extractor, changping: Article) -> list[Claim]:
    return extractor.make_claims(extractor.read(changping))


@pytest.fixture
def root() -> Path:
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def changping_text(changping: Article) -> str:
    return changping.text
