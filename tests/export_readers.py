"""What the export tests share: a small network with hostile labels, and readers that nobody here wrote."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.export import Losses, Options, Report, Source, export_file
from kg.network import Edge, Network, Node, Observation

BASE = "https://kg.example/id/"


HOSTILE = (
    ("markup", "<script>alert(1)</script> & \"quotes\" 'single' ]]> <![CDATA["),
    ("control", "a\x00b\x07c\x1bd\x7fe"),
    ("surrogate", "left \ud83d alone \udc00"),
    ("noncharacter", "x\ufffe\uffffy"),
    ("lines", "first\nsecond\r\nthird\tfourth\x85fifth\u2028sixth"),
    ("bidi", "right \u202e to left \u200f and \u2066isolate\u2069"),
    ("formula", '=cmd()|"/C calc"!A0'),
    ("formula_plus", "+1-2@SUM(A1)"),
    ("chinese", "昌平区生命谷 🙂 ᠮᠣᠩᠭᠣᠯ"),
    ("backslash", 'C:\\new\\table "x\\" {}%s %d \\N \\l \\E'),
    ("template", "{{7*7}} ${7*7} %(x)s &amp; &#0; \\u0000"),
    ("blank", "   "),
    ("long", "长" * 100_000),
    ("comma", 'a,b;c|d\t"e"'),
)
"""Labels that break careless writers, each with a name for the test report."""


def hostile_network() -> Network:
    """Return a network whose nodes, edges and quotes have every hostile text, with parallel edges."""
    nodes, edges = [], []
    for index, (name, text) in enumerate(HOSTILE):
        value = Observation(
            iri=f"{BASE}observation/{name}", indicator="https://kg.example/concept/gdp", label="GDP",
            value="" if index % 2 else "3.5", value_before="", unit="CNY", qualifier="exact",
            qualifier_before="", period=text[:200], period_start="", period_end="", scope="",
            modality="achieved", status="explicit", article="one", claim=f"c{index}",
        )  # fmt: skip
        nodes.append(
            Node(
                f"{BASE}{name}",
                text,
                "Park",
                text,
                "中文" + text[:50],
                ("one", "two"),
                (value,),
                x=150.0 * index,
                y=90.0 * (index % 4),
            )
        )
    for index in range(len(nodes)):
        for copy in range(2):
            source, target = nodes[index].id, nodes[(index + 1) % len(nodes)].id
            text = HOSTILE[index][1]
            edges.append(
                Edge(
                    f"claim{index}-{copy}",
                    source,
                    target,
                    "quote: " + text,
                    3,
                    9,
                    "https://kg.example/ontology/within",
                    text,
                    "one",
                    "explicit",
                    "achieved",
                    True,
                    0.8,
                    period=text[:99],
                )
            )
    edges.append(edges[0]._replace(id="loop", target=edges[0].source))
    return Network(tuple(nodes), tuple(edges))


class FixedSource(Source):
    """A source with a given network in place of that of a store."""

    def __init__(self, network: Network, options: Options | None = None) -> None:
        super().__init__(ox.Store(), BASE, options=options)
        self.__dict__["network"] = self.__dict__["drawn"] = self.__dict__["streamed"] = network
        self.__dict__["claims"] = []


def write(source: Source, path: Path) -> Report:
    """Export one file."""
    return export_file(source, path)


def expected_label(text: str, name: str = "") -> str:
    """Return what a reader must see of a label: on one line, without what no file can hold."""
    from kg.export.text import one_line

    return one_line(text, Losses())
