"""What the page shows, as one JSON object: things, facts, articles, by number and without repetition.

Offsets are in UTF-16 units here, since that is what a browser counts in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kg import vocab as v
from kg.account import unpack_account
from kg.concepts import MODALITIES, QUALIFIERS, STATUSES
from kg.export.base import Losses
from kg.export.source import Source
from kg.export.text import clean, one_line
from kg.layout import class_colour
from kg.model import Claim
from kg.network import say_local_name
from kg.thing_names import Names

if TYPE_CHECKING:
    import pyoxigraph as ox

_ARTICLE_FIELDS = {
    "title": v.LABEL, "text": v.ARTICLE_BODY, "url": v.URL, "date": v.DATE_PUBLISHED, "lang": v.IN_LANGUAGE,
}  # fmt: skip
BUILT_IN = {v.OWL_CLASS: Names("class", "类别")}
"""Names of OWL's own terms, which an ontology that stays in OWL DL says nothing of."""
_FACT_TEXTS = (
    "value", "value_before", "unit", "qualifier", "qualifier_before", "period", "period_start", "period_end",
    "status", "modality", "rule", "derived", "reason",
)  # fmt: skip


def to_utf16(text: str) -> Callable[[int], int]:
    """Return a function from offsets in code points to offsets in UTF-16 units.

    >>> [to_utf16("a🙂b")(offset) for offset in (0, 1, 2, 3)]
    [0, 1, 3, 4]
    """
    wide = [index for index, letter in enumerate(text) if letter > "\uffff"]
    return lambda offset: offset + bisect_left(wide, offset)


def make_data(source: Source, losses: Losses) -> dict[str, Any]:
    """Return the data of the page; every text is clean, none is HTML."""
    network = source.drawn
    numbers = {node.id: index for index, node in enumerate(network.nodes)}
    articles = read_articles(source, losses)
    order = {article["id"]: index for index, article in enumerate(articles)}
    claims = [claim for claim in source.read_kept_claims() if claim.subject in numbers and claim.article in order]
    predicates = sorted({claim.predicate for claim in claims})
    shift = {article["id"]: to_utf16(article["text"]) for article in articles}
    facts = [_fact(claim, numbers, predicates, order, shift[claim.article], source, losses) for claim in claims]
    known = {claim.id: index for index, claim in enumerate(claims)}
    for article in articles:
        article.update(_account(article, source, known, shift[article["id"]], losses))
    return {
        "title": one_line(source.options.title, losses),
        "classes": {
            kind: {"color": class_colour(kind), **_name(v.CLASSES.get(kind, kind), source, losses)}
            for kind in sorted({node.kind for node in network.nodes})
        },
        "terms": {name: _name(v.RDC + name, source, losses) for name in (*STATUSES, *MODALITIES, *QUALIFIERS)},
        "units": {unit: _unit(unit, source, losses) for unit in sorted({claim.unit for claim in claims} - {""})},
        "predicates": [{"iri": iri, **_name(iri, source, losses)} for iri in predicates],
        "nodes": [_node(node, source.names.get(node.id, Names()), losses) for node in network.nodes],
        "facts": facts,
        "articles": articles,
    }


def _name(iri: str, source: Source, losses: Losses) -> dict[str, str]:
    """Return the English and the Chinese name of a term; one without names is said by its IRI, in English."""
    names = BUILT_IN.get(iri) or source.names.get(iri, Names())
    english = names.en or (names.every[0] if names.every else say_local_name(iri))
    return {"en": one_line(english, losses), "zh": one_line(names.zh, losses)}


def _unit(unit: str, source: Source, losses: Losses) -> dict[str, str]:
    """Return a unit as claims print it, and its Chinese name."""
    return {"en": one_line(unit, losses), "zh": one_line(source.names.get(v.unit_iri(unit), Names()).zh, losses)}


def _node(node: Any, names: Names, losses: Losses) -> dict[str, Any]:
    english, chinese = one_line(node.label, losses), one_line(node.label_zh, losses)
    other = [one_line(name, losses) for name in names.every if name not in (english, chinese)]
    return {
        "id": node.id,
        "en": english,
        "zh": chinese,
        "other": other[:20],
        "kind": node.kind,
        "x": node.x,
        "y": node.y,
        "size": round(3 + node.size / 3, 1),
        "degree": node.degree,
        "community": node.community,
    }


def _fact(
    claim: Claim,
    numbers: dict[str, int],
    predicates: list[str],
    order: dict[str, int],
    shift: Callable[[int], int],
    source: Source,
    losses: Losses,
) -> dict[str, Any]:
    """Return one claim; what says nothing is left out."""
    fact: dict[str, Any] = {
        "id": claim.id,
        "s": numbers[claim.subject],
        "p": predicates.index(claim.predicate),
        "a": order[claim.article],
        "from": shift(claim.start),
        "to": shift(claim.end),
        "confidence": float(claim.confidence),
    }
    if claim.object_type == "Observation":
        fact["number"] = True
    elif claim.object in numbers:
        fact["o"] = numbers[claim.object]
    else:
        fact["text"] = clean(claim.object_label or claim.object, losses)
    for name in _FACT_TEXTS:
        text = getattr(claim, name)
        if text:
            fact[name] = clean(text, losses)
    if claim.scope:
        known = source.names.get(claim.scope, Names())
        fact["scope"] = clean(known.en or (known.every[0] if known.every else claim.scope), losses)
        fact["scope_zh"] = clean(known.zh, losses)
    if claim.resolved:
        fact["resolved"] = [[r.part, r.rule, shift(r.start), shift(r.end)] for r in claim.resolved]
    return fact


def _account(
    article: dict[str, Any], source: Source, facts: dict[str, int], shift: Callable[[int], int], losses: Losses
) -> dict[str, Any]:
    """Return what became of an article's numbers and sentences, and which claims were refused; empty if not known.

    A number is (from, to, fate, why, facts that use it), a sentence that gave nothing (from, to, why), a refused
    claim (from, to, what it would say, why, rule).
    """
    packed = source.accounts.get(article["id"])
    if packed is None:
        losses.add("what was not used of an article, and why: the build does not hold its account", article["id"])
        return {}
    account = unpack_account(article["id"], article["text"], packed)
    return {
        "numbers": [
            [
                shift(n.start),
                shift(n.end),
                n.status,
                clean(n.reason, losses),
                [facts[c] for c in n.claims if c in facts],
            ]
            for n in account.numbers
        ],
        "silent": [
            [shift(s.start), shift(s.end), clean(s.reason, losses)]
            for s in account.sentences
            if s.reason and not s.claims
        ],
        "refused": [
            [shift(r.start), shift(r.end), clean(r.says, losses), clean(r.reason, losses), r.rule]
            for r in account.refused
        ],
    }


def read_articles(source: Source, losses: Losses) -> list[dict[str, Any]]:
    """Return the articles that are wanted: id, title, text, and address and date where known."""
    wanted = source.options.filter.articles
    found = []
    for name, iri in source.article_iris.items():
        if wanted and name not in wanted:
            continue
        article: dict[str, Any] = {"id": name}
        for key, predicate in _ARTICLE_FIELDS.items():
            text = _literal(source.store, iri, predicate)
            # A replaced character is one unit as before: offsets stay.
            article[key] = clean(text, losses)
        found.append(article)
    return found


def _literal(store: ox.Store, subject: str, predicate: str) -> str:
    import pyoxigraph as ox

    graph = ox.NamedNode(subject)
    for quad in store.quads_for_pattern(graph, ox.NamedNode(predicate), None, graph):
        return str(quad.object.value) if not isinstance(quad.object, ox.Triple) else ""
    return ""
