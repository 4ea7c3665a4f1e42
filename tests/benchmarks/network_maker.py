"""A store whose network has as many edges as wanted: articles, each with parks in districts and a value or two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from kg.graph import settle_claims, write_graph
from kg.model import Article, Claim

BASE = "https://kg.example/id/"
ONTOLOGY, CONCEPT = "https://kg.example/ontology/", "https://kg.example/concept/"
EDGES = 20
"""Edges that an article gives, two for each of its parks; one park of five has a value as well."""
DISTRICTS = 200


def make_article(number: int) -> tuple[Article, list[Claim]]:
    """Return an article and its claims: each park in a district that others speak of, and supporting it."""
    sentences = []
    for place in range(EDGES // 2):
        district = f"District {(number + place) % DISTRICTS}"
        sentences.append(
            f"Park {number}-{place} lies within {district} and supports {district} with {place + 3} projects. "
        )
    text = "".join(sentences)
    article = Article(f"a{number}", text, hashlib.sha256(text.encode()).hexdigest(), language="en")
    claims, start = [], 0
    for place, sentence in enumerate(sentences):
        span = start, start + len(sentence) - 1
        claims += make_claims(article, span, number, place)
        start += len(sentence)
    return article, claims


def make_claims(article: Article, span: tuple[int, int], number: int, place: int) -> Iterator[Claim]:
    """Yield the claims of one sentence."""
    park = {
        "subject": f"{BASE}park/{number}-{place}", "subject_label": f"Park {number}-{place}", "subject_type": "Park",
        "rule": "a-rule", "confidence": "0.9",
    }  # fmt: skip
    district = (number + place) % DISTRICTS
    end = {"object": f"{BASE}d{district}", "object_label": f"District {district}", "object_type": "District"}
    for predicate in ("within", "supports"):
        yield Claim.from_span(article, span, predicate=ONTOLOGY + predicate, **end, **park)
    if place % 5 == 0:
        value = {
            "object": f"{BASE}observation/{number}-{place}",
            "object_type": "Observation",
            "object_label": "projects",
        }
        yield Claim.from_span(
            article, span, predicate=CONCEPT + "count", value=str(place + 3), unit="projects", **value, **park
        )


def lines(articles: int) -> Iterator[str]:
    """Return the N-Quads lines of so many articles."""
    for number in range(articles):
        article, claims = make_article(number)
        yield from write_graph(article, settle_claims(claims), BASE).decode().splitlines(keepends=True)
