"""Where nodes stand, how important they are, which belong together, and their colours.

All of it is the same on every machine and for every hash seed: seeds are fixed, sums run in the order
of the nodes, and coordinates are rounded. Plain Python but for the communities (networkx), so that a
picture of an article needs no array library.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

from kg.network import Network, Node

SEED = 7
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#666666")
"""Eight colours that people with any common colour blindness tell apart (Okabe and Ito, 2008)."""
CLASS_COLOURS = {
    "AdminArea": "#0072B2", "District": "#0072B2", "Place": "#0072B2", "Park": "#009E73", "Project": "#D55E00",
    "Enterprise": "#E69F00", "Organization": "#E69F00", "Person": "#F0E442", "Programme": "#CC79A7",
    "Policy": "#CC79A7", "Practice": "#882255", "Industry": "#56B4E9", "Cohort": "#999999", "Concept": "#DDCC77",
    "Recognition": "#44AA99", "Event": "#AA4499", "NewsArticle": "#8C6D46", "Class": "#BBBBBB",
    "Observation": "#777777", "Claim": "#555555",
}  # fmt: skip
"""The colour of each class; pairs that are close in colour differ in lightness too."""
_EXACT_BETWEENNESS = 500
_PIVOTS = 100
Links: TypeAlias = "Sequence[Sequence[int]]"
Point: TypeAlias = "tuple[float, float]"


def class_colour(kind: str) -> str:
    """Return the colour of a class; a class of another domain always gets the same one of eight."""
    return CLASS_COLOURS.get(kind) or PALETTE[sum(map(ord, kind)) % len(PALETTE)]


def measure(network: Network) -> Network:
    """Return the network with PageRank, betweenness, communities, sizes and colours of its nodes."""
    measures = measure_links(*_links(network))
    return replace(network, nodes=tuple(measures.of(node, index) for index, node in enumerate(network.nodes)))


class Measures(NamedTuple):
    """What is measured of the nodes of a network, by number, rounded, in arrays of 4 or 8 bytes a node."""

    pagerank: Sequence[float]
    betweenness: Sequence[float]
    community: Sequence[int]
    size: Sequence[float]

    def of(self, node: Node, index: int) -> Node:
        """Return the node with its number's measures, and the colour of its class."""
        return node._replace(
            pagerank=self.pagerank[index],
            betweenness=self.betweenness[index],
            community=self.community[index],
            size=self.size[index],
            color=class_colour(node.kind),
        )


def measure_links(links: Links, out: Links) -> Measures:
    """Return the measures of nodes, given the neighbours of each and the targets of each by number.

    Betweenness is exact up to 500 nodes and from 100 fixed pivots above. Communities are Louvain's,
    numbered from 1 by size.
    """
    top = max((len(near) for near in links), default=0) or 1
    return Measures(
        array("d", (round(rank, 8) for rank in page_rank(out))),
        array("d", (round(value, 8) for value in betweenness(links))),
        array("I", communities(links)),
        array("d", (round(6 + 24 * math.sqrt(len(near) / top), 2) for near in links)),
    )


def place(network: Network) -> Network:
    """Return the network with coordinates: each connected part drawn by itself, the parts side by side.

    Units are arbitrary; neighbours lie about 100 apart, and ``y`` grows upwards.
    """
    points = place_links(_links(network)[0])
    nodes = tuple(
        node._replace(x=round(x, 2), y=round(y, 2)) for node, (x, y) in zip(network.nodes, points, strict=True)
    )
    return replace(network, nodes=nodes)


def place_links(links: Links) -> list[Point]:
    """Return the place of each node, given the neighbours of each by number, as ``place`` does.

    >>> place_links([[1], [0], []])[2]
    (220.0, 0.0)
    """
    points: list[Point] = [(0.0, 0.0)] * len(links)
    boxes = []
    for part in _components(links):
        local = {node: index for index, node in enumerate(part)}
        near = [[local[other] for other in links[node]] for node in part]
        boxes.append((part, _spring(near)))
    for part, spots in _pack(boxes):
        for node, spot in zip(part, spots, strict=True):
            points[node] = spot
    return points


def _links(network: Network) -> tuple[Links, Links]:
    number = {node.id: index for index, node in enumerate(network.nodes)}
    sources = [number[edge.source] for edge in network.edges]
    targets = [number[edge.target] for edge in network.edges]
    return find_links(len(number), sources, targets)


def find_links(count: int, sources: Sequence[int], targets: Sequence[int]) -> tuple[Links, Links]:
    """Return the neighbours of each of ``count`` nodes (each once, both directions), and the targets of each.

    They stand in the order of the edges, given as the numbers of their ends; a node is not its own neighbour.

    >>> [list(near) for near in find_links(3, [0, 0, 2, 2], [1, 1, 0, 2])[0]]
    [[1, 2], [0], [0]]
    """

    def forth() -> Iterator[tuple[int, int]]:
        return ((a, b) for a, b in zip(sources, targets, strict=True) if a != b)

    def both() -> Iterator[tuple[int, int]]:
        return (pair for a, b in forth() for pair in ((a, b), (b, a)))

    return _Adjacency(count, both), _Adjacency(count, forth)


class _Adjacency(Sequence[Sequence[int]]):
    """The ends that belong to each node, each once, in two arrays: a list for each would take ten times as much."""

    def __init__(self, count: int, pairs: Callable[[], Iterable[tuple[int, int]]]) -> None:
        sizes = array("Q", bytes(8 * (count + 1)))
        for node, _ in pairs():
            sizes[node + 1] += 1
        starts = array("Q", accumulate(sizes))
        ends, free = array("I", bytes(4 * starts[-1])), starts[:-1]
        for node, other in pairs():
            ends[free[node]] = other
            free[node] += 1
        self.starts, self.ends = array("Q", [0]), array("I")
        for node in range(count):
            self.ends.extend(dict.fromkeys(ends[starts[node] : starts[node + 1]]))
            self.starts.append(len(self.ends))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, node: Any) -> Any:
        if not 0 <= node < len(self):
            raise IndexError(node)
        return self.ends[self.starts[node] : self.starts[node + 1]]


# ---------------------------------------------------------------- measures
def page_rank(out: Sequence[Sequence[int]], damping: float = 0.85, rounds: int = 60) -> list[float]:
    """Return the PageRank of each node, by 60 rounds of the power method; the sum is 1."""
    count = len(out)
    ranks = [1 / count] * count if count else []
    for _ in range(rounds):
        fresh = [0.0] * count
        loose = 0.0
        for node, targets in enumerate(out):
            if targets:
                share = ranks[node] / len(targets)
                for target in targets:
                    fresh[target] += share
            else:
                loose += ranks[node]
        ranks = [(1 - damping + damping * loose) / count + damping * value for value in fresh]
    return ranks


def betweenness(links: Sequence[Sequence[int]]) -> list[float]:
    """Return the share of shortest paths through each node (Brandes), direction left aside."""
    count = len(links)
    total = [0.0] * count
    step = 1 if count <= _EXACT_BETWEENNESS else count / _PIVOTS
    starts = range(count) if step == 1 else [int(index * step) for index in range(_PIVOTS)]
    for start in starts:
        _add_paths(links, start, total)
    scale = (count - 1) * (count - 2) * (len(starts) / count) if count > 2 else 1
    return [value / scale for value in total]


def _add_paths(links: Sequence[Sequence[int]], start: int, total: list[float]) -> None:
    """Add the dependencies of one start to ``total``."""
    distance, paths = {start: 0}, {start: 1.0}
    before: dict[int, list[int]] = {start: []}
    order, queue = [], deque([start])
    while queue:
        node = queue.popleft()
        order.append(node)
        for other in links[node]:
            if other not in distance:
                distance[other] = distance[node] + 1
                paths[other] = 0.0
                before[other] = []
                queue.append(other)
            if distance[other] == distance[node] + 1:
                paths[other] += paths[node]
                before[other].append(node)
    flow = dict.fromkeys(order, 0.0)
    for node in reversed(order):
        for other in before[node]:
            flow[other] += paths[other] / paths[node] * (1 + flow[node])
        if node != start:
            total[node] += flow[node]


def communities(links: Sequence[Sequence[int]]) -> list[int]:
    """Return the community of each node from 1 on, the largest first (Louvain, fixed seed)."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(len(links)))
    graph.add_edges_from((node, other) for node, near in enumerate(links) for other in near if node < other)
    found = nx.community.louvain_communities(graph, seed=SEED) if len(links) else []
    groups = [0] * len(links)
    ordered = sorted((sorted(group) for group in found), key=lambda group: (-len(group), group))
    for number, group in enumerate(ordered, 1):
        for node in group:
            groups[node] = number
    return groups


# ---------------------------------------------------------------- layout
def _components(links: Links) -> list[list[int]]:
    """Return the connected parts, the largest first."""
    seen: set[int] = set()
    parts = []
    for start in range(len(links)):
        if start in seen:
            continue
        part, queue = [], deque([start])
        seen.add(start)
        while queue:
            node = queue.popleft()
            part.append(node)
            for other in links[node]:
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        parts.append(part)
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def _start(links: Links) -> list[Point]:
    """Return first places: rings around the best linked node, each branch in its own sector."""
    root = max(range(len(links)), key=lambda node: (len(links[node]), -node))
    points: list[Point] = [(0.0, 0.0)] * len(links)
    sectors = {root: (0.0, 2 * math.pi, 0)}
    queue = deque([root])
    while queue:
        node = queue.popleft()
        low, high, ring = sectors[node]
        fresh = [other for other in links[node] if other not in sectors]
        for index, other in enumerate(fresh):
            width = (high - low) / len(fresh)
            sectors[other] = (low + index * width, low + (index + 1) * width, ring + 1)
            angle, radius = low + (index + 0.5) * width, 100.0 * (ring + 1)
            points[other] = (radius * math.cos(angle), radius * math.sin(angle))
            queue.append(other)
    return points


def _spring(links: Links, length: float = 100.0) -> list[Point]:
    """Return places by Fruchterman and Reingold's forces; far nodes do not repel each other."""
    count = len(links)
    xs, ys = (list(axis) for axis in zip(*_start(links), strict=True))
    rounds = max(20, min(300, 60_000 // count))
    for turn in range(rounds):
        heat = length * 1.5 * (1 - turn / rounds) ** 1.5 + 0.5
        dx, dy = [0.0] * count, [0.0] * count
        _repel(xs, ys, dx, dy, length)
        for node, near in enumerate(links):
            for other in near:
                if other > node:
                    _attract(node, other, xs, ys, dx, dy, length)
        for node in range(count):
            force = math.hypot(dx[node], dy[node]) or 1.0
            step = min(force, heat) / force
            # A little pull to the middle keeps the drawing compact.
            xs[node] += dx[node] * step - xs[node] * 0.002
            ys[node] += dy[node] * step - ys[node] * 0.002
    return list(zip(xs, ys, strict=True))


def _attract(a: int, b: int, xs: list[float], ys: list[float], dx: list[float], dy: list[float], length: float) -> None:
    gap_x, gap_y = xs[a] - xs[b], ys[a] - ys[b]
    pull = math.hypot(gap_x, gap_y) / length
    dx[a] -= gap_x * pull
    dy[a] -= gap_y * pull
    dx[b] += gap_x * pull
    dy[b] += gap_y * pull


def _repel(xs: list[float], ys: list[float], dx: list[float], dy: list[float], length: float) -> None:
    """Push apart what lies in the same or a neighbouring cell of a grid."""
    # What is farther than this hardly moves; of many nodes only the near ones count.
    reach = length * (4 if len(xs) <= 500 else 1.5)
    cells: dict[tuple[int, int], list[int]] = {}
    for node, (x, y) in enumerate(zip(xs, ys, strict=True)):
        cells.setdefault((int(x // reach), int(y // reach)), []).append(node)
    square, limit = length * length, reach * reach
    for (column, row), members in cells.items():
        beside = [cells.get((column + right, row + down), ()) for right, down in ((1, -1), (1, 0), (1, 1), (0, 1))]
        others = [other for cell in beside for other in cell]
        for index, node in enumerate(members, 1):
            x, y = xs[node], ys[node]
            sum_x = sum_y = 0.0
            for other in members[index:] + others:
                gap_x, gap_y = x - xs[other], y - ys[other]
                far = gap_x * gap_x + gap_y * gap_y
                if far > limit:
                    continue
                if far < 1e-6:
                    gap_x, gap_y, far = 0.01 * (node % 7 + 1), 0.01 * (other % 5 + 1), 0.01
                push = square / far
                push_x, push_y = gap_x * push, gap_y * push
                sum_x += push_x
                sum_y += push_y
                dx[other] -= push_x
                dy[other] -= push_y
            dx[node] += sum_x
            dy[node] += sum_y


def _pack(boxes: list[tuple[list[int], list[Point]]], gap: float = 120.0) -> list[tuple[list[int], list[Point]]]:
    """Set the parts in rows, about as wide as high, the largest at the top left."""
    placed, x, y, row = [], 0.0, 0.0, 0.0
    area = 0.0
    sizes = []
    for _, spots in boxes:
        width = max(p[0] for p in spots) - min(p[0] for p in spots) + gap
        height = max(p[1] for p in spots) - min(p[1] for p in spots) + gap
        sizes.append((width, height))
        area += width * height
    limit = max([math.sqrt(area) * 1.3, *(width for width, _ in sizes[:1])])
    for (part, spots), (width, height) in zip(boxes, sizes, strict=True):
        if x and x + width > limit:
            x, y, row = 0.0, y - row, 0.0
        left, top = min(p[0] for p in spots), max(p[1] for p in spots)
        placed.append((part, [(px - left + x, py - top + y) for px, py in spots]))
        x, row = x + width, max(row, height)
    return placed
