"""What reads an article, compiled once for a domain, and one article as it was read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg import graph
from kg.account import Account, make_account
from kg.across.settings import Settings, load_settings
from kg.article import Page, load_page
from kg.extract import Extractor
from kg.gate import Gate, Verdict
from kg.lexicon_files import load_lexicon
from kg.matching import Refusal
from kg.model import Article, Claim
from kg.quantity import load_quantities
from kg.reading import Reading
from kg.resources import Domain, find_root
from kg.rule_files import load_rules
from kg.vocab import PREFIXES


@dataclass(frozen=True, slots=True)
class Tools:
    """What reads an article: compiled once for a domain."""

    domain: Domain
    extractor: Extractor
    page: Page
    across: Settings


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """One article as it was read, and the gate's verdict on each claim that the rules made of it."""

    article: Article
    reading: Reading
    verdicts: tuple[Verdict, ...]
    refusals: tuple[Refusal, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that the gate accepted."""
        return tuple(verdict.claim for verdict in self.verdicts if verdict.accepted)

    @property
    def account(self) -> Account:
        """What became of every sentence and number of the article."""
        return make_account(self.reading, self.verdicts, self.refusals)


def load_tools(domain: Domain) -> Tools:
    """Compile the lexicon, the rules and the grammar of a domain; raise what names the wrong entry."""
    prefixes = {**PREFIXES, **domain.prefixes, "kgd": domain.data_base}
    extractor = Extractor(
        lexicon=load_lexicon(domain.lexicon, base=domain.data_base, prefixes=prefixes),
        grammar=load_quantities(own_or_shipped(domain, "data/quantities.toml")),
        rules=load_rules(domain.rules, prefixes=prefixes, trusted=domain.root == find_root()),
    )
    across = load_settings(own_or_shipped(domain, "data/across.toml"), extractor.lexicon.entities, prefixes)
    return Tools(domain, extractor, load_page(own_or_shipped(domain, "data/rules/page.toml")), across)


def own_or_shipped(domain: Domain, name: str) -> Path:
    """Return a domain's file, or the tool's: how numbers and pages are written is no matter of the subject."""
    own = domain.root / name
    return own if own.is_file() else find_root() / name


def read_claims(tools: Tools, article: Article) -> ArticleResult:
    """Return the claims of one article, each judged by the gate."""
    reading = tools.extractor.read(article)
    refusals: list[Refusal] = []
    made = graph.settle_claims(tools.extractor.make_claims(reading, refusals))
    verdicts = tuple(Gate(reading, tools.extractor, made).judge_all(made))
    return ArticleResult(article, reading, verdicts, tuple(refusals))
