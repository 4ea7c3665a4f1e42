"""The main job in one readable function: a folder of articles becomes a checked graph."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kg.article import Page, load_page, parse_article
from kg.extract import Extractor
from kg.lexicon import load_lexicon
from kg.model import Claim
from kg.quantity import load_quantities
from kg.resources import Domain
from kg.rules import load_rules
from kg.vocab import PREFIXES


@dataclass(frozen=True, slots=True)
class Tools:
    """What reads an article: compiled once for a domain."""

    domain: Domain
    extractor: Extractor
    page: Page


def load_tools(domain: Domain) -> Tools:
    """Compile the lexicon, the rules and the grammar of a domain; raise what names the wrong entry."""
    prefixes = {**PREFIXES, **domain.prefixes, "kgd": domain.data_base}
    extractor = Extractor(
        lexicon=load_lexicon(domain.lexicon, base=domain.data_base, prefixes=prefixes),
        grammar=load_quantities(domain.root / "data" / "quantities.toml"),
        rules=load_rules(domain.rules, prefixes=prefixes),
        base=domain.data_base,
    )
    return Tools(domain, extractor, load_page(domain.rules / "page.toml"))


def read_text(tools: Tools, text: str, *, title: str = "", published: str = "") -> list[Claim]:
    """Return the claims of a text that is not a file: for trying rules, and for their examples.

    ``published`` is an ISO date that relative dates are reckoned from.
    """
    body = f"{title}\n\n{text}" if title else text
    article = parse_article(body.encode("utf-8"), tools.page, article_id="text")
    return tools.extractor.make_claims(tools.extractor.read(replace(article, published=published)))
