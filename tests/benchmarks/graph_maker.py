"""A graph of the project's own kind, of any size: articles, claims, quotes, observations, things.

Every shape of the project holds, except where a fault is planted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

BASE = "https://kg.example/id/"
RD, RDC = "https://kg.example/ontology/", "https://kg.example/concept/"
RDF, RDFS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#"
OA, SCHEMA, XSD = "http://www.w3.org/ns/oa#", "https://schema.org/", "http://www.w3.org/2001/XMLSchema#"
CLAIMS = 40
"""Claims an article has; it comes to about 800 triples."""
SHARED = 200
"""Districts that many articles speak of, each with its type and label in each of them."""

FAULTS = (
    "claim-evidence", "claim-status", "claim-confidence", "quote-start", "quote-exact", "article-hash",
    "relation-claimed", "claim-asserted", "observation-about", "value-status", "money-unit", "qualifier-known",
    "count-observed", "thing-labelled",
)  # fmt: skip


def lines(articles: int, faults_each: int = 0) -> Iterator[str]:
    """Return N-Quads lines of so many articles; the first ones have one fault of a kind each, in turn.

    ``faults_each`` is how often each fault is planted; there must be as many articles as faults.
    """
    planted = [fault for _ in range(faults_each) for fault in FAULTS]
    for number in range(articles):
        yield from article(number, planted[number] if number < len(planted) else "")


def article(number: int, fault: str = "") -> Iterator[str]:
    """Return the N-Quads lines of one article, with a fault if one is named."""
    graph = f"<{BASE}article/a{number}>"
    sentences = [f"Park {number}-{n} of District {(number + n) % SHARED} has {n + 3} projects. " for n in range(CLAIMS)]
    body = "".join(sentences)
    head = [
        ("a", f"<{SCHEMA}NewsArticle>"),
        (f"<{RDFS}label>", f'"Article {number}"@en'),
        (f"<{SCHEMA}headline>", f'"Article {number}"@en'),
        (f"<{SCHEMA}inLanguage>", '"en"'),
        (f"<{SCHEMA}articleBody>", f'"{body}"@en'),
        (f"<{SCHEMA}sha256>", f'"{hashlib.sha256(body.encode()).hexdigest()}"'),
    ]
    if fault == "article-hash":
        head.pop()
    yield from _quads(graph, graph, head)
    start = 0
    for place, sentence in enumerate(sentences):
        yield from _claim(number, place, start, sentence.strip(), graph, fault if place == 1 else "")
        start += len(sentence)


def _claim(number: int, place: int, start: int, text: str, graph: str, fault: str) -> Iterator[str]:
    quote = f"<{BASE}quote/a{number}/{start}-{start + len(text)}>"
    exact = text.replace("has", "had") if fault == "quote-exact" else text
    yield from _quads(
        quote,
        graph,
        [
            ("a", f"<{RD}Quote>"),
            (f"<{OA}exact>", f'"{exact}"'),
            (f"<{OA}start>", f'"{start + len(text) if fault == "quote-start" else start}"^^<{XSD}integer>'),
            (f"<{OA}end>", f'"{start + len(text)}"^^<{XSD}integer>'),
            (f"<{OA}hasSource>", graph),
        ],
    )
    make = _value_claim if place % 5 in (1, 3) else _relation_claim
    yield from make(number, place, quote, graph, fault)


def _claim_head(number: int, place: int, quote: str, graph: str, fault: str, rest: list) -> Iterator[str]:
    status = "sure" if fault == "claim-status" else "explicit"
    confidence = "80" if fault == "claim-confidence" else "0.9"
    head = [
        ("a", f"<{RD}Claim>"),
        (f"<{RD}claimStatus>", f"<{RDC}{status}>"),
        (f"<{RD}modality>", f"<{RDC}achieved>"),
        (f"<{RD}confidence>", f'"{confidence}"^^<{XSD}decimal>'),
        (f"<{RD}rule>", f"<{BASE}rule/r{place % 7}>"),
        *rest,
    ]
    if fault != "claim-evidence":
        head.append((f"<{RD}evidence>", quote))
    yield from _quads(f"<{BASE}claim/a{number}-{place}>", graph, head)


def _relation_claim(number: int, place: int, quote: str, graph: str, fault: str) -> Iterator[str]:
    park, district = f"<{BASE}park/p{number}-{place}>", f"<{BASE}d{(number + place) % SHARED}>"
    said = [(f"<{RDF}subject>", park), (f"<{RDF}predicate>", f"<{RD}within>"), (f"<{RDF}object>", district)]
    yield from _claim_head(number, place, quote, graph, fault, said)
    yield from _quads(
        park,
        graph,
        [
            ("a", f"<{RD}Park>"),
            (f"<{RDFS}label>", f'"Park {number}-{place}"@en'),
            (f"<{RD}within>", district),
        ],
    )
    name = f'"District {(number + place) % SHARED}"@en'
    yield from _quads(district, graph, [("a", f"<{RD}District>"), (f"<{RDFS}label>", name)])


def _value_claim(number: int, place: int, quote: str, graph: str, fault: str) -> Iterator[str]:
    cohort = f"<{BASE}cohort/c{number}-{place}>"
    seen = f"<{BASE}observation/o{number}-{place}>"
    said = [(f"<{RDF}subject>", cohort), (f"<{RDF}predicate>", f"<{RDC}count>"), (f"<{RD}states>", seen)]
    faulty = {"relation-claimed", "claim-asserted"}
    if fault == "claim-asserted":
        said = [*said[:1], (f"<{RDF}predicate>", f"<{RD}inIndustry>"), (f"<{RDF}object>", f"<{BASE}food>")]
    yield from _claim_head(number, place, quote, graph, "" if fault in faulty else fault, said)
    indicator = "gdp" if fault == "money-unit" else "count"
    observed = [
        ("a", f"<{RD}Observation>"),
        (f"<{RD}about>", cohort),
        (f"<{RD}indicator>", f"<{RDC}{indicator}>"),
        (f"<{RD}value>", f'"{place + 3}"^^<{XSD}decimal>'),
        (f"<{RD}unit>", f"<{RDC}unit/projects>"),
        (f"<{RD}qualifier>", f"<{RDC}{'roughly' if fault == 'qualifier-known' else 'exact'}>"),
        (f"<{RDFS}label>", f'"count of Projects {number}-{place}"@en'),
        (f"<{RD}period>", '"in 2023"@en'),
        (f"<{SCHEMA}startDate>", f'"2023"^^<{XSD}gYear>'),
        (f"<{SCHEMA}endDate>", f'"2023"^^<{XSD}gYear>'),
        (f"<{RD}valueStatus>", f"<{RDC}{'notStated' if fault == 'value-status' else 'present'}>"),
    ]
    if fault == "observation-about":
        observed.append((f"<{RD}about>", f"<{BASE}d1>"))
    yield from _quads(seen, graph, observed)
    group = [("a", f"<{RD}Cohort>"), (f"<{RDFS}label>", f'"Projects {number}-{place}"@en')]
    counted = place + (4 if fault == "count-observed" else 3)
    if fault != "money-unit":
        group.append((f"<{RD}count>", f'"{counted}"^^<{XSD}integer>'))
    if fault == "relation-claimed":
        group.append((f"<{RD}inIndustry>", f"<{BASE}food>"))
    if fault == "thing-labelled":
        group.pop(1)
    yield from _quads(cohort, graph, group)


def _quads(subject: str, graph: str, pairs: list[tuple[str, str]]) -> Iterator[str]:
    for predicate, value in pairs:
        yield f"{subject} {f'<{RDF}type>' if predicate == 'a' else predicate} {value} {graph} .\n"
