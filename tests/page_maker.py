"""Sources for the tests of the page: a few articles with emoji and hostile words, and thousands of things."""

from __future__ import annotations

import hashlib

import pyoxigraph as ox
from export_readers import BASE, HOSTILE

from kg.account import Account, NumberAccount, RefusedClaim, SentenceAccount
from kg.export import Options, Source
from kg.export.text import BAD
from kg.graph import settle_claims, write_quads
from kg.model import Article, Claim
from kg.store import load_lines

RD = "https://kg.example/ontology/"
EMOJI = (
    "🙂🙂 Green Park 🏞️ lies within North District 𝄞. Its output was cut from 300 to 120 units. "
    "It will found <b>Blue Plant</b>. Output for 2025 was million yuan. 🏞️ 7 <i>guests</i> came."
)


def make_article(name: str, text: str) -> Article:
    """Return an article of one text."""
    return Article(name, text, hashlib.sha256(text.encode()).hexdigest(), language="en", published="2024-05-31")


def claim(article: Article, quote: str, **fields: str) -> Claim:
    """Return a claim whose quote is found in the article."""
    start = article.text.index(quote)
    known = {"subject": f"{BASE}green-park", "subject_label": "Green Park", "subject_type": "Park", "rule": "test"}
    return Claim.from_span(article, (start, start + len(quote)), **{**known, **fields})


def value(article: Article, quote: str, name: str, **fields: str) -> Claim:
    """Return a claim of a measured value."""
    known = {"predicate": "https://kg.example/concept/outputValue", "object": f"{BASE}observation/{name}"}
    return claim(article, quote, object_type="Observation", **known, **fields)


def emoji_claims(article: Article) -> list[Claim]:
    """Return one claim of each kind: a relation, a change, a plan, a missing number, an earlier value."""
    north = {"object": f"{BASE}north", "object_label": "North District", "object_type": "District"}
    plant = {"object": f"{BASE}plant", "object_label": "<b>Blue Plant</b>", "object_type": "Enterprise"}
    change = {"value": "120", "value_before": "300", "unit": "units", "period": "2024"}
    return [
        claim(article, "Green Park 🏞️ lies within North District 𝄞", predicate=RD + "within", **north),
        value(article, "cut from 300 to 120 units", "a", **change, period_end="2024", qualifier="exact"),
        claim(article, "It will found <b>Blue Plant</b>", predicate=RD + "supports", modality="planned", **plant),
        value(article, "Output for 2025 was million yuan", "b", unit="units", period="2025", status="missing"),
    ]


def source_of(articles: dict[Article, list[Claim]] | list[tuple[Article, list[Claim]]], title: str = "") -> Source:
    """Return a source of articles and their claims."""
    store = ox.Store()
    for article, claims in articles.items() if isinstance(articles, dict) else articles:
        load_lines(store, write_quads(article, settle_claims(claims), BASE))
    return Source(store, BASE, options=Options(title=title))


def emoji_source() -> Source:
    """Return a source of one article full of characters outside the basic plane."""
    article = make_article("emoji", EMOJI)
    source = source_of([(article, emoji_claims(article))], "Parks <script>alert(1)</script>")
    return Source(source.store, BASE, options=source.options, accounts=lambda: {"emoji": emoji_account().pack()})


def emoji_account() -> Account:
    """Return an account of it: a used number, a rejected one, one that is not used, and a claim refused."""

    def place(words: str) -> tuple[int, int]:
        start = EMOJI.index(words)
        return start, start + len(words)

    user = next(claim for claim in source_claims() if claim.value == "120")
    rejected = NumberAccount(*place("2025"), "2025", "rejected", "part of the name <i>2025</i> 🙂", ())
    unused = NumberAccount(*place("7"), "7", "unused", "no rule reads the words around it", ())
    refused = RefusedClaim(
        *place("7 <i>guests</i> came"), "a-rule", "<b>Park</b> | count | 7", "value: not in the words"
    )
    return Account(
        article="emoji",
        text=EMOJI,
        notes=(),
        sentences=(SentenceAccount(*place("🏞️ 7 <i>guests</i> came."), "body", (), "no pattern"),),
        numbers=(NumberAccount(*place("120"), "120", "used", "", (user.id,)), rejected, unused),
        refused=(refused,),
    )


def source_claims() -> list[Claim]:
    """Return the claims of the article full of emoji as the graph gives them."""
    return settle_claims(emoji_claims(make_article("emoji", EMOJI)))


def hostile_source() -> Source:
    """Return a source whose names are hostile, as far as a store holds them."""
    texts = [BAD.sub("", text)[:5000] for _, text in HOSTILE if text.strip()]
    article = make_article("hostile", " | ".join(texts))
    claims = [
        claim(article, text, subject=f"{BASE}{i}", subject_label=text, predicate=RD + "within",
              object=f"{BASE}{(i + 1) % len(texts)}", object_label=texts[(i + 1) % len(texts)], object_type="Park")
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return source_of([(article, claims)])


def large_source(things: int = 5000, articles: int = 200) -> Source:
    """Return a source of many things in many articles, each in two relations or so."""
    found = []
    each = things // articles
    for number in range(articles):
        names = [f"Park {number * each + index}" for index in range(each)]
        text = f"Report {number}. " + " ".join(
            f"{name} lies near its neighbour and has {i} plants." for i, name in enumerate(names)
        )
        article = make_article(f"report-{number:03}", text)
        claims = []
        for index, name in enumerate(names):
            for step in (1, 7):
                other = (number * each + index + step * (number % 3 * each + 1)) % things
                claims.append(
                    claim(article, f"{name} lies near its neighbour", subject=f"{BASE}park/{number * each + index}",
                          subject_label=name, predicate=RD + "within", object=f"{BASE}park/{other}",
                          object_label=f"Park {other}", object_type="Park")
                )  # fmt: skip
        found.append((article, claims))
    return source_of(found)
