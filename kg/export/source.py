"""What is exported: a store, what of it is wanted, and the views of it that writers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kg import vocab as v
from kg.errors import ExportError
from kg.export.network_files import NetworkFiles
from kg.export.quads import QuadFiles
from kg.graph import read_claims
from kg.model import Claim
from kg.network import AnyNetwork, Network, Observations, make_network, read_parts
from kg.network_filter import Filter, filter_network, suggest
from kg.thing_names import Names, StoreNames
from kg.turtle import data_prefixes

if TYPE_CHECKING:
    import pyoxigraph as ox

PARTS = ("articles", "lexicon", "ontology")
"""The parts of a store that ``Options.parts`` chooses from."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a user chose: how the network is made, what is kept, and how tables are written.

    ``layout`` asks for measures, communities and coordinates; ``excel_guard`` writes ``'`` before text
    cells that a spreadsheet would run as a formula; ``language`` is that of labels in pictures: ``en``,
    ``zh`` or ``both``.
    """

    observations: Observations = "attributes"
    claims: bool = False
    layout: bool = True
    filter: Filter = field(default_factory=Filter)
    parts: tuple[str, ...] = PARTS
    excel_guard: bool = True
    title: str = ""
    language: str = "en"


class Source:
    """A store with its data base and prefixes; each view is made once, when first asked for.

    ``accounts`` gives the packed accounts of the articles (``kg.pipeline.load_accounts``), which the graph
    does not hold: a fact that was refused is in no graph.
    """

    def __init__(
        self,
        store: ox.Store,
        base: str,
        prefixes: dict[str, str] | None = None,
        options: Options | None = None,
        *,
        accounts: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.store = store
        self.base = base
        self.prefixes = {**data_prefixes(base), **(prefixes or {})}
        self.options = options or Options()
        self._load_accounts = accounts

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """The packed account of each article, by its id: what of its words was not used, and why."""
        return self._load_accounts()

    @cached_property
    def quads(self) -> QuadFiles:
        """The quads of the parts and articles that are wanted, in sorted files."""
        there = {name.value for name in self.store.named_graphs() if hasattr(name, "value")}
        return QuadFiles(self.store, there & self._graph_names())

    def _graph_names(self) -> set[str]:
        lexicon, ontology = v.graph_iri(self.base, "lexicon"), v.graph_iri(self.base, "ontology")
        articles = {iri for iri in self.article_iris.values()}
        wanted: set[str] = set()
        if "articles" in self.options.parts:
            chosen = self.options.filter.articles or tuple(self.article_iris)
            for name in chosen:
                if name not in self.article_iris:
                    raise ExportError(f"no article {name!r} in the store", hint=suggest(name, self.article_iris))
                wanted.add(self.article_iris[name])
        if "lexicon" in self.options.parts:
            wanted.add(lexicon)
        if "ontology" in self.options.parts:
            wanted.add(ontology)
        if self.options.parts == PARTS and not self.options.filter.articles:
            wanted |= {name.value for name in self.store.named_graphs() if hasattr(name, "value")} | articles
        return wanted

    @cached_property
    def article_iris(self) -> dict[str, str]:
        """The graph of each article, by the article's id, in order."""
        stem = v.article_iri(self.base, "x")[:-1]
        names = sorted(graph.value for graph in self.store.named_graphs() if hasattr(graph, "value"))
        return {v.split_iri(self.base, name)[1]: name for name in names if name.startswith(stem)}

    @cached_property
    def claims(self) -> list[Claim]:
        """All claims of the store, in the order of the contract."""
        return list(self.read_claims())

    def read_claims(self) -> Iterator[Claim]:
        """Yield all claims of the store in the order of the contract, holding those of one article at a time."""
        if "claims" in self.__dict__:
            yield from self.claims
            return
        for name in sorted(self.article_iris):
            yield from read_claims(self.store, self.base, article=name)

    @cached_property
    def names(self) -> Mapping[str, Names]:
        """The names of everything in the store."""
        return StoreNames(self.store)

    @cached_property
    def network(self) -> Network:
        """The network that the options ask for, with the degrees and nothing else measured."""
        options = self.options
        whole = make_network(
            self.claims, self.names, self.base, observations=options.observations, claims=options.claims
        )
        return filter_network(whole, options.filter, self.names)

    @cached_property
    def drawn(self) -> Network:
        """The network with measures, communities, colours and coordinates, where they are wanted."""
        from kg.layout import measure, place

        return place(measure(self.network)) if self.options.layout else self.network

    @cached_property
    def streamed(self) -> AnyNetwork:
        """The same network for writers that read it from its start to its end.

        It lies in files, but where a filter chooses from it: what is left is held, and all of it while it is chosen.
        """
        options = self.options
        if not options.filter.keeps_all():
            return self.drawn
        parts = read_parts(
            self.read_claims(), self.names, self.base, observations=options.observations, claims=options.claims
        )
        return NetworkFiles(parts, self.names, layout=options.layout)

    def read_kept_claims(self) -> Iterator[Claim]:
        """Yield the claims of the articles, statuses and modalities that are wanted."""
        keep = self.options.filter
        for claim in self.read_claims():
            if (
                (not keep.articles or claim.article in keep.articles)
                and (not keep.statuses or claim.status in keep.statuses)
                and (not keep.modalities or claim.modality in keep.modalities)
            ):
                yield claim
