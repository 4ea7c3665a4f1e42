"""What the server itself asks of the store: graphs, things with their claims, names, and counts.

These read along indexes and are limited in number; a stranger chooses an IRI, never a query.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pyoxigraph as ox

from kg import vocab as v
from kg.query.names import is_known, label_of
from kg.serve.jobs import Context, Job, Reply, make_cell, write_triples

NEAR = 500
"""Triples, and claims, that a description of one thing holds at most in each direction."""


def read_graph(context: Context, job: Job) -> Reply:
    """Return one named graph, or the union of all where ``graph`` is empty."""
    name: str = job["graph"]
    node = ox.NamedNode(name) if name else None
    if node is not None and not context.store.contains_named_graph(node):
        return {"missing": True}, b""
    triples = (quad.triple for quad in context.store.quads_for_pattern(None, None, None, node))
    return {}, write_triples(context, triples, job["format"], int(job["rows"]), int(job["bytes"]))


def describe(context: Context, job: Job) -> Reply:
    """Return what is said of an IRI and who refers to it, as triples."""
    iri: str = job["iri"]
    if not is_known(context.store, iri):
        return {"missing": True}, b""
    triples = (quad.triple for pattern in _around(iri) for quad in _quads(context, pattern))
    return {}, write_triples(context, triples, job["format"], int(job["rows"]), int(job["bytes"]))


def _around(iri: str) -> tuple[tuple[Any, Any, Any], ...]:
    node = ox.NamedNode(iri)
    return ((node, None, None), (None, None, node))


def _quads(context: Context, pattern: tuple[Any, Any, Any]) -> Iterator[ox.Quad]:
    return islice(context.store.quads_for_pattern(*pattern), NEAR)


def show_thing(context: Context, job: Job) -> Reply:
    """Return what a page about an IRI shows, as JSON: facts, references, claims with their words."""
    iri: str = job["iri"]
    if not is_known(context.store, iri):
        return {"missing": True}, b""
    outgoing, incoming = (list(_quads(context, pattern)) for pattern in _around(iri))
    plumbing = (v.SUBJECT, v.OBJECT, v.HAS_SOURCE)
    page: dict[str, Any] = {
        "iri": iri,
        "name": label_of(context.store, iri) or context.namer.say(ox.NamedNode(iri)),
        "facts": _pairs(context, [(q.predicate, q.object) for q in outgoing if q.predicate.value != v.ARTICLE_BODY]),
        "references": _pairs(
            context, [(q.predicate, q.subject) for q in incoming if q.predicate.value not in plumbing]
        ),
        "claims": _claims_about(context, incoming),
    }
    page |= _source(context, iri, outgoing)
    return {}, json.dumps(page).encode("utf-8", "replace")


def _pairs(context: Context, found: list[tuple[Any, Any]]) -> list[list[dict[str, str]]]:
    unique = sorted(dict.fromkeys(found), key=lambda pair: (str(pair[0]), str(pair[1])))
    return [[make_cell(context, term) for term in pair] for pair in unique]


def _claims_about(context: Context, incoming: list[ox.Quad]) -> list[dict[str, Any]]:
    """Return the claims that have a thing as subject or object, in the order of their words."""
    nodes = dict.fromkeys(q.subject for q in incoming if q.predicate.value in (v.SUBJECT, v.OBJECT))
    claims = [_claim(context, node) for node in islice(nodes, NEAR)]
    return sorted(claims, key=lambda claim: (claim["article"], claim["start"], claim["iri"]))


def _claim(context: Context, node: Any) -> dict[str, Any]:
    said = {q.predicate.value: q.object for q in context.store.quads_for_pattern(node, None, None)}
    target = said.get(v.OBJECT) or said.get(v.STATES)
    quote: Any = said.get(v.EVIDENCE)
    words = {q.predicate.value: q.object for q in context.store.quads_for_pattern(quote, None, None)} if quote else {}
    return {
        "iri": node.value,
        "subject": make_cell(context, said.get(v.SUBJECT)),
        "predicate": make_cell(context, said.get(v.PREDICATE)),
        "object": _value_cell(context, target),
        "status": make_cell(context, said.get(v.CLAIM_STATUS)),
        "quote": _text(words.get(v.EXACT)),
        "article": _text(words.get(v.HAS_SOURCE)),
        "start": int(_text(words.get(v.START)) or 0),
        "end": int(_text(words.get(v.END)) or 0),
    }


def _value_cell(context: Context, target: Any) -> dict[str, str]:
    """Return a cell for what a claim says: of an observation its number and unit, else the thing or words."""
    cell = make_cell(context, target)
    if not isinstance(target, ox.NamedNode):
        return cell
    said = {q.predicate.value: q.object for q in context.store.quads_for_pattern(target, None, None)}
    value = said.get(v.VALUE) or said.get(v.RANK)
    if value is not None:
        unit = said.get(v.UNIT)
        cell["name"] = f"{_text(value)} {context.namer.say(unit) if unit else ''}".strip()
    return cell


def _text(term: Any) -> str:
    return str(getattr(term, "value", "")) if term is not None else ""


def _source(context: Context, iri: str, outgoing: list[ox.Quad]) -> dict[str, Any]:
    """Return the text of an article, or of a quote the article and place where it stands."""
    said = {q.predicate.value: _text(q.object) for q in outgoing}
    if v.ARTICLE_BODY in said:
        return {"text": said[v.ARTICLE_BODY]}
    if v.HAS_SOURCE in said and v.EXACT in said:
        place = {"article": said[v.HAS_SOURCE], "start": int(said[v.START]), "end": int(said[v.END])}
        return {"place": place}
    return {}


# ---------------------------------------------------------------- names and counts
def list_names(context: Context, job: Job) -> Reply:
    """Return the names of the things of the graph, for the fields of a form."""
    base = context.domain.data_base
    names: dict[str, None] = {}
    for quad in context.store.quads_for_pattern(None, ox.NamedNode(v.LABEL), None):
        subject = _text(quad.subject)
        if subject.startswith(base) and "/claim/" not in subject and "/observation/" not in subject:
            names[_text(quad.object)] = None
    kept = [name for name in sorted(names) if 0 < len(name) <= 80]
    return {}, json.dumps(kept[: int(job["most"])]).encode("utf-8", "replace")


def list_terms(context: Context, job: Job) -> Reply:
    """Return the prefixes, and the classes and properties in use, with labels: what an editor completes."""
    terms: dict[str, str] = {}
    used = {quad.predicate.value for quad in context.store.quads_for_pattern(None, None, None)}
    types = context.store.quads_for_pattern(None, ox.NamedNode(v.TYPE), None)
    for iri in sorted(used | {_text(quad.object) for quad in types}):
        terms[iri] = label_of(context.store, iri)
    concepts = context.store.quads_for_pattern(None, ox.NamedNode(v.TYPE), ox.NamedNode(v.CONCEPT))
    for quad in concepts:
        terms[_text(quad.subject)] = label_of(context.store, _text(quad.subject))
    body = {"prefixes": context.prefixes, "terms": terms}
    return {}, json.dumps(body).encode("utf-8", "replace")


def count_all(context: Context, job: Job) -> Reply:
    """Return the numbers of a VoID description."""
    properties: Counter[str] = Counter()
    classes: dict[str, set[str]] = {}
    subjects: set[str] = set()
    triples: set[int] = set()
    graphs: Counter[str] = Counter()
    for quad in context.store.quads_for_pattern(None, None, None):
        graphs[_text(quad.graph_name)] += 1
        key = hash((quad.subject, quad.predicate, quad.object))
        if key in triples:
            continue
        triples.add(key)
        properties[quad.predicate.value] += 1
        subjects.add(_text(quad.subject))
        if quad.predicate.value == v.TYPE:
            classes.setdefault(_text(quad.object), set()).add(_text(quad.subject))
    numbers = {
        "triples": len(triples),
        "subjects": len(subjects),
        "properties": dict(properties),
        "classes": {iri: len(found) for iri, found in classes.items()},
        "graphs": dict(graphs),
    }
    return {}, json.dumps(numbers).encode()


LOOKUP_JOBS: dict[str, Callable[[Context, Job], Reply]] = {
    "graph": read_graph,
    "describe": describe,
    "thing": show_thing,
    "names": list_names,
    "terms": list_terms,
    "counts": count_all,
}
