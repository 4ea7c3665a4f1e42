"""Names and IRIs: find the thing that people mean, and say the name of the thing that was found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from kg import vocab as v
from kg.errors import KgError, QueryError
from kg.resources import Domain
from kg.turtle import data_prefixes

_LEVELS = {v.LABEL: 0, v.PREF_LABEL: 0, v.ALT_LABEL: 1, v.HIDDEN_LABEL: 2}
_NAMES = " ".join(f"<{iri}>" for iri in _LEVELS)
_FIND = (
    f"SELECT ?thing ?p ?label WHERE {{ VALUES ?p {{ {_NAMES} }} ?thing ?p ?label FILTER (LCASE(STR(?label)) = %s) }}"
)
_ALL = f"SELECT DISTINCT ?label WHERE {{ VALUES ?p {{ {_NAMES} }} ?thing ?p ?label }}"
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_/\-.]*[A-Za-z0-9_\-])?")


def query_prefixes(domain: Domain) -> dict[str, str]:
    """Return the prefixes that queries and parameters of a domain need not declare."""
    return data_prefixes(domain.data_base) | domain.prefixes


class Found(NamedTuple):
    """A thing with a name that was asked for; ``level`` is 0 for its own name, 1 an alias, 2 a mistranslation."""

    iri: str
    level: int


def resolve_name(store: ox.Store, text: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI that a name, a short IRI (``kgd:life-valley``) or an IRI means in the store.

    Names are compared without case. Raises ``QueryError`` listing near names where nothing is called so,
    and the candidates where more than one thing is.
    """
    text = " ".join(text.split())
    iri = expand_short(text, prefixes)
    if iri and is_known(store, iri):
        return iri
    found = find_things(store, text)
    if len(found) == 1:
        return found[0].iri
    if found:
        names = sorted(f"{label_of(store, item.iri) or text} <{shorten(item.iri, prefixes)}>" for item in found)
        raise QueryError(f"{text!r} names {len(found)} things", hint=f"write one of: {', '.join(names[:6])}")
    raise QueryError(f"nothing here is called {text!r}", hint=_say_near(store, text))


def expand_short(text: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI of ``<…>``, an IRI or a short IRI; empty where the text is none of these."""
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    if ":" not in text or " " in text:
        return ""
    try:
        return v.expand_iri(text, prefixes)
    except KgError:
        return ""


def is_known(store: ox.Store, iri: str) -> bool:
    """Return whether anything is said of an IRI, or by it."""
    node = ox.NamedNode(iri)
    patterns = ((node, None, None), (None, None, node), (None, node, None))
    return any(next(iter(store.quads_for_pattern(*pattern)), None) for pattern in patterns)


def find_things(store: ox.Store, name: str) -> list[Found]:
    """Return the things that go by a name, those only of the best level, by IRI.

    Terms of the ontology are left out where a thing of the articles or the lexicon has the name too.
    """
    best: dict[str, int] = {}
    query = _FIND % ox.Literal(name.lower())
    for row in select(store, query):
        iri, level = row["thing"].value, _LEVELS[row["p"].value]
        best[iri] = min(level, best.get(iri, level))
    things = [iri for iri in best if not iri.startswith((v.RD, v.SCHEMA, v.RDC))]
    kept = things or list(best)
    level = min((best[iri] for iri in kept), default=0)
    return [Found(iri, level) for iri in sorted(kept) if best[iri] == level]


def _say_near(store: ox.Store, name: str) -> str:
    """Return a hint with the names most like one that is not there."""
    from difflib import get_close_matches

    labels: dict[str, str] = {}
    for row in select(store, _ALL):
        labels.setdefault(row["label"].value.lower(), row["label"].value)
    near = get_close_matches(name.lower(), sorted(labels), n=4, cutoff=0.6)
    near += [low for low in sorted(labels, key=len) if name.lower() in low and low not in near][:4]
    return f"near: {', '.join(labels[low] for low in near[:5])}" if near else "kg claims shows what there is"


def select(store: ox.Store, query: str) -> ox.QuerySolutions:
    """Return the rows of a query of ours over the union of graphs; ``TypeError`` where it is no SELECT."""
    rows = store.query(query, use_default_graph_as_union=True)
    if not isinstance(rows, ox.QuerySolutions):
        raise TypeError("not a SELECT query")
    return rows


# ---------------------------------------------------------------- from IRIs to names
def label_of(store: ox.Store, iri: str) -> str:
    """Return the English name of a thing, or any; empty where it has none."""
    node = ox.NamedNode(iri)
    for predicate in (v.LABEL, v.PREF_LABEL):
        labels = [quad.object for quad in store.quads_for_pattern(node, ox.NamedNode(predicate), None)]
        texts = [label for label in labels if isinstance(label, ox.Literal)]
        if texts:
            return min(texts, key=_rank_label).value
    return ""


def _rank_label(label: ox.Literal) -> tuple[int, str]:
    language = label.language or ""
    return (0 if language.startswith("en") else 1 if not language else 2, label.value)


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return the shortest short IRI, or the IRI where no prefix fits.

    >>> shorten("https://kg.example/id/park/life-valley", {"kgd": "https://kg.example/id/"})
    'kgd:park/life-valley'
    """
    fits = [(base, name) for name, base in prefixes.items() if iri.startswith(base)]
    if not fits:
        return iri
    base, name = max(fits, key=lambda pair: (len(pair[0]), pair[1]))
    local = iri[len(base) :]
    return f"{name}:{local}" if _LOCAL.fullmatch(local) else iri


class Namer:
    """Says the name of a term in one cell: labels for IRIs, the bare text of literals; each IRI is looked up once."""

    def __init__(self, store: ox.Store, prefixes: Mapping[str, str], *, longest: int = 60) -> None:
        self.store = store
        self.prefixes = prefixes
        self.longest = longest
        self.known: dict[str, str] = {}

    def say(self, term: object) -> str:
        """Return a term as people read it; a label longer than ``longest`` gives way to the short IRI."""
        if term is None:
            return ""
        if isinstance(term, ox.NamedNode):
            name = self.known.get(term.value)
            if name is None:
                label = label_of(self.store, term.value)
                name = label if 0 < len(label) <= self.longest else shorten(term.value, self.prefixes)
                self.known[term.value] = name
            return clean_cell(name)
        if isinstance(term, ox.Literal):
            return clean_cell(term.value)
        if isinstance(term, ox.Triple):
            parts: Iterable[object] = (term.subject, term.predicate, term.object)
            return " ".join(self.say(part) for part in parts)
        return clean_cell(str(term))


def clean_cell(text: str) -> str:
    """Return a text on one line, without what would steer a terminal (control and directional marks).

    >>> clean_cell("two\\nlines and a \\x1b[31mtrick")
    'two lines and a [31mtrick'
    """
    flat = " ".join(text.split())
    if flat.isascii() and flat.isprintable():
        return flat
    return "".join(char for char in flat if unicodedata.category(char) not in ("Cc", "Cs") and char not in _STEERING)


_STEERING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
