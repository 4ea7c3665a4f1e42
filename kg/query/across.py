"""What articles say together, read from a store: conflicts, the history of a thing's numbers, and its sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import pyoxigraph as ox

from kg import vocab as v
from kg.across.days import say_days
from kg.across.extent import say_number
from kg.concepts import RANK_UNIT
from kg.query.names import find_things, label_of, resolve_name

_HASH = re.compile("--[0-9a-f]{8}$")
_QUALIFIED = {"moreThan": "more than", "nearly": "nearly", "about": "about", "atLeast": "at least", "upTo": "up to"}


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of one claim, and where they stand: code points of the article's text, end exclusive."""

    claim: str
    article: str
    source: str
    """The release that the article carries, else the article: copies of one text are one source."""
    status: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """One number as it is said, with all words that say it."""

    value: str
    value_before: str
    qualifier: str
    disputed: bool
    withdrawn: bool
    """Whether every article that says it corrects itself."""
    sources: int
    quotes: tuple[Quote, ...]

    def amount(self, unit: str) -> str:
        """Return the number as people write it.

        >>> Said("130300000000", "", "about", False, False, 1, ()).amount("CNY")
        'about 130.3 billion CNY'
        """
        word = _QUALIFIED.get(self.qualifier, "")
        number = f"rank {self.value}" if unit == RANK_UNIT else f"{say_number(self.value)} {unit}"
        return f"{word} {number}".strip()


@dataclass(frozen=True, slots=True)
class Told:
    """One figure: what is said of one indicator of one thing for one period."""

    about: str
    things: tuple[str, ...]
    place: str
    indicator: str
    unit: str
    scope: str
    modality: str
    start: str
    end: str
    reason: str
    """Why its numbers conflict; empty where they do not."""
    said: tuple[Said, ...]

    @property
    def title(self) -> str:
        """What the figure is of, without its period."""
        name = self.about if not self.place or self.place == self.about else f"{self.about} in {self.place}"
        told = "" if self.modality == "achieved" else f" ({self.modality})"
        scope = f", {self.scope}" if self.scope else ""
        return f"{name}: {self.indicator}{scope}{told}"

    @property
    def period(self) -> str:
        """Its days, as people write them."""
        return say_days(self.start, self.end)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Source:
    """One source that speaks of a thing: an article, or a text that several carry."""

    iri: str
    articles: tuple[tuple[str, str, str], ...]
    """Of each article that carries it: id, day of publication, title."""
    reason: str
    claims: int
    quote: Quote

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


class Together:
    """Reads what articles say together from the store of a build."""

    def __init__(self, store: ox.Store, base: str, prefixes: Mapping[str, str]) -> None:
        self.store, self.base, self.prefixes = store, base, prefixes
        self.graph = ox.NamedNode(v.graph_iri(base, "across"))

    # ------------------------------------------------------------ reading nodes
    def _objects(self, node: str, predicate: str) -> list[str]:
        found = self.store.quads_for_pattern(ox.NamedNode(node), ox.NamedNode(predicate), None)
        return sorted({quad.object.value for quad in found if not isinstance(quad.object, ox.Triple)})

    def _one(self, node: str, *predicates: str) -> str:
        return next((value for predicate in predicates for value in self._objects(node, predicate)), "")

    def _subjects(self, predicate: str, *nodes: str) -> list[str]:
        found = (self.store.quads_for_pattern(None, ox.NamedNode(predicate), ox.NamedNode(n)) for n in nodes)
        return sorted({q.subject.value for quads in found for q in quads if isinstance(q.subject, ox.NamedNode)})

    def _name(self, iri: str) -> str:
        # An indicator that no list knows has its words in its IRI, and a hash behind them where they were cut.
        return label_of(self.store, iri) or _HASH.sub("…", v.local_name(iri)).replace("-", " ")

    # ------------------------------------------------------------ things
    def find(self, name: str) -> tuple[str, ...]:
        """Return all IRIs of the thing that a name means; of a counted group, those of all articles.

        Raises ``QueryError`` where nothing or more than one thing is called so.
        """
        found = [item.iri for item in find_things(self.store, name)]
        if len(found) > 1 and all(v.COHORT in self._objects(iri, v.TYPE) for iri in found):
            return tuple(sorted(found))
        usual = {self._one(iri, v.SAME_AS) or iri for iri in found}
        iri = usual.pop() if len(usual) == 1 else resolve_name(self.store, name, self.prefixes)
        iri = self._one(iri, v.SAME_AS) or iri
        return tuple(sorted({iri, *self._subjects(v.SAME_AS, iri)}))

    # ------------------------------------------------------------ figures
    def conflicts(self, things: Iterable[str] = ()) -> list[Told]:
        """Return all conflicts, or those about some things and in some places."""
        found = self._subjects(v.TYPE, v.CONFLICT)
        if things:
            about = {*self._subjects(v.ABOUT, *things), *self._subjects(v.SPATIAL, *things)}
            found = [iri for iri in found if iri in about]
        return sorted((self._read(self._one(iri, v.IS_PART_OF), disputed_only=True) for iri in found), key=_order)

    def history(self, things: Iterable[str]) -> list[Told]:
        """Return the figures about things, and of groups counted in them, series by series and period by period."""
        about = [*self._subjects(v.ABOUT, *things), *self._subjects(v.SPATIAL, *things)]
        return sorted((self._read(iri) for iri in set(about) if v.FIGURE in self._objects(iri, v.TYPE)), key=_order)

    def _read(self, figure: str, *, disputed_only: bool = False) -> Told:
        conflict = next((iri for iri in self._subjects(v.IS_PART_OF, figure)), "")
        disputed = set(self._objects(conflict, v.WAS_DERIVED_FROM)) if conflict else set()
        observations = [
            iri for iri in self._objects(figure, v.WAS_DERIVED_FROM) if iri in disputed or not disputed_only
        ]
        things, place = self._objects(figure, v.ABOUT), self._one(figure, v.SPATIAL)
        scope = self._one(figure, v.RANK_SCOPE)
        return Told(
            about=self._name(self._one(things[0], v.SAME_AS) or things[0]),
            things=tuple(things),
            place=self._name(place) if place else "",
            indicator=self._name(self._one(figure, v.INDICATOR)),
            unit=self._name(unit) if (unit := self._one(figure, v.UNIT)) else "",
            scope=self._name(scope) if scope else self._one(figure, v.SCOPE_TEXT),
            modality=v.local_name(self._one(figure, v.MODALITY)) or "achieved",
            start=self._one(figure, v.START_DATE),
            end=self._one(figure, v.END_DATE),
            reason=self._one(conflict, v.DESCRIPTION) if conflict else "",
            said=tuple(self._group(observations, disputed)),
        )

    def _group(self, observations: Iterable[str], disputed: set[str]) -> Iterator[Said]:
        """Yield what is said, the least number first, each number once with all quotes that give it."""
        groups: dict[tuple[str, str, str, bool, bool], list[str]] = {}
        for iri in observations:
            value = self._one(iri, v.VALUE, v.RANK)
            qualifier = v.local_name(self._one(iri, v.QUALIFIER))
            withdrawn = all(self._subjects(v.WAS_REVISION_OF, claim) for claim in self._subjects(v.STATES, iri))
            key = (value, self._one(iri, v.VALUE_BEFORE), qualifier, iri in disputed, withdrawn)
            groups.setdefault(key, []).append(iri)
        for key in sorted(groups, key=lambda k: (Decimal(k[0]), k)):
            claims = self._subjects(v.STATES, *groups[key])
            quotes = sorted((self._quote(iri) for iri in claims), key=lambda q: (q.article, q.start, q.claim))
            yield Said(*key, sources=len({quote.source for quote in quotes}), quotes=tuple(quotes))

    def _quote(self, claim: str) -> Quote:
        evidence = self._one(claim, v.EVIDENCE)
        article = self._one(evidence, v.HAS_SOURCE)
        return Quote(
            claim=v.local_name(claim),
            article=v.split_iri(self.base, article)[1],
            source=self._source(article),
            status=v.local_name(self._one(claim, v.CLAIM_STATUS)),
            quote=self._one(evidence, v.EXACT),
            start=int(self._one(evidence, v.START)),
            end=int(self._one(evidence, v.END)),
        )

    def _source(self, article: str) -> str:
        return next(iter(self._subjects(v.HAS_VERSION, article)), article)

    # ------------------------------------------------------------ sources
    def sources(self, things: Iterable[str]) -> list[Source]:
        """Return the sources that speak of things, those of most claims first."""
        claims = sorted({*self._subjects(v.SUBJECT, *things), *self._subjects(v.OBJECT, *things)})
        groups: dict[str, list[Quote]] = {}
        for quote in sorted((self._quote(iri) for iri in claims), key=lambda q: (q.article, q.start, q.claim)):
            groups.setdefault(quote.source, []).append(quote)
        found = []
        for iri, quotes in groups.items():
            articles = tuple(self._article(article) for article in self._objects(iri, v.HAS_VERSION) or [iri])
            first = quotes[0].article
            number = sum(quote.article == first for quote in quotes)
            found.append(Source(iri, articles, self._one(iri, v.DESCRIPTION), number, quotes[0]))
        return sorted(found, key=lambda source: (-source.claims, source.iri))

    def _article(self, iri: str) -> tuple[str, str, str]:
        title = self._one(iri, v.HEADLINE)
        return v.split_iri(self.base, iri)[1], self._one(iri, v.DATE_PUBLISHED), title


def _order(told: Told) -> tuple[str, ...]:
    return (told.title, told.unit, told.end, told.start, *told.things)
