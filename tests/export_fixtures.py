"""A build of the shipped articles, made once for all export tests."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from kg.export import Source
from kg.pipeline import build, load_accounts
from kg.resources import load_domain
from kg.store import open_store


@pytest.fixture(scope="session")
def export_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build of the shipped articles."""
    domain = load_domain()
    folder = tmp_path_factory.mktemp("build")
    build(domain, [domain.articles], folder)
    return folder


@pytest.fixture(scope="session")
def export_source(export_build: Path) -> Source:
    """What an export of that build starts from; its views are made once for all tests."""
    domain = load_domain()
    store = open_store(export_build / "store")
    return Source(store, domain.data_base, domain.prefixes, accounts=partial(load_accounts, export_build))
