"""Hot spots: which parts, which processes of the whole supply chain, which gases; and the tree that leads to them.

The tree is walked with a heap on the unit scores: the score of any node is amount x unit score, so no branch needs a
solve, and the largest branch is always opened first. Every visit is a node of its own, so loops end by themselves: each
turn carries less, until it is below the cut-off (the network is productive).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.footprint import Footprint
from lca.network import Network
from lca.scores import UnitScores

Floats = NDArray[np.float64]
MOST_RELEVANT = 0.80
#: The walk ends here, whatever the cut-off.
MOST_NODES = 100_000


@dataclass(frozen=True)
class Node:
    """One visit of the walk: `value` is the kg CO2e of the branch, `direct` what the process itself emits in it.

    `below` is what its inputs under the cut-off add: positive and negative ones apart. value = direct + the children's
    values + below. The root has no process (-1) and no stage; nodes of the first level are the product's lines, and every
    node below has the stage of its line.
    """

    number: int
    parent: int
    depth: int
    process: int
    label: str
    stage: str
    location: str
    amount: float
    unit: str
    value: float
    direct: float
    below_positive: float
    below_negative: float


@dataclass(frozen=True)
class Share:
    """One entry of a ranked list, with the share it adds and the share reached with it (by absolute value).

    `where` is the stage of a part, the place of a process, and nothing for a flow.
    """

    name: str
    where: str
    value: float
    share: float
    cumulative: float


@dataclass(frozen=True)
class Hotspots:
    """Ranked lists and the supply-chain tree of one footprint, all in kg CO2e per functional unit."""

    footprint: Footprint
    parts: tuple[Share, ...]
    processes: tuple[Share, ...]
    flows: tuple[Share, ...]
    tree: tuple[Node, ...]
    cutoff: float
    #: the most nodes that were allowed
    most: int = MOST_NODES

    @property
    def warnings(self) -> tuple[str, ...]:
        """Those of the footprint, and that the walk was ended before the cut-off where it was."""
        ended = len(self.tree) >= self.most
        said = (f"the tree ends at {self.most:,} nodes: larger branches than the cut-off are added up in `below_*`",) if ended else ()
        return (*said, *self.footprint.warnings)

    @property
    def most_relevant(self) -> tuple[Share, ...]:
        """The processes that together make 80 % of the footprint, largest first (PEF method, most relevant processes)."""
        return _up_to(self.processes)

    @property
    def most_relevant_parts(self) -> tuple[Share, ...]:
        """The product's lines that together make 80 %."""
        return _up_to(self.parts)

    def edges(self) -> list[dict[str, Any]]:
        """The links of the Sankey picture: what flows from each node into its parent, in kg CO2e."""
        return [{"source": node.number, "target": node.parent, "value": node.value} for node in self.tree if node.parent >= 0]

    def nodes(self) -> list[dict[str, Any]]:
        """The nodes of the tree as plain values."""
        return [{field: getattr(node, field) for field in Node.__dataclass_fields__ if field != "process"} for node in self.tree]

    def nested(self) -> dict[str, Any]:
        """The tree as it is: the root with its children, each with theirs, largest first."""
        nodes = [node | {"children": []} for node in self.nodes()]
        for node in nodes[1:]:
            nodes[node["parent"]]["children"].append(node)
        return nodes[0]

    def to_dict(self) -> dict[str, Any]:
        """The contract of `hotspots --json`: `tree` is nested, `nodes` and `edges` are the same as flat lists."""
        return {
            "product": self.footprint.product,
            "name": self.footprint.name,
            "total": {"value": self.footprint.total, "unit": "kg CO2e"},
            "cutoff": self.cutoff,
            "stages": self.footprint.stages,
            "parts": _rows(self.parts, "stage"),
            "most_relevant_parts": _rows(self.most_relevant_parts, "stage"),
            "most_relevant_processes": _rows(self.most_relevant, "location"),
            "flows": _rows(self.flows, None),
            "tree": [self.nested()],
            "nodes": self.nodes(),
            "edges": self.edges(),
            "provenance": dict(self.footprint.provenance),
            "warnings": list(self.warnings),
        }


def _rows(shares: tuple[Share, ...], where: str | None) -> list[dict[str, Any]]:
    """Entries of a list as plain values, `where` under the name of what it is."""
    return [
        {"name": s.name, **({where: s.where} if where else {}), "value": s.value, "share": s.share, "cumulative": s.cumulative}
        for s in shares
    ]


def _up_to(shares: tuple[Share, ...]) -> tuple[Share, ...]:
    needed = next((i + 1 for i, s in enumerate(shares) if s.cumulative >= MOST_RELEVANT), len(shares))
    return shares[:needed]


def hotspots(
    footprint: Footprint, scores: UnitScores, network: Network, method: str, cutoff: float = 0.005, most: int = MOST_NODES
) -> Hotspots:
    """Rank a footprint's parts, processes and flows, and walk its supply chain down to `cutoff` of the total.

    The tree ends at `most` nodes, the largest branches first; what was not opened then is in the remainders, and is said.
    """
    number = scores.methods.index(method)
    totals = scores.of_method(method).sum(axis=1)
    direct = network.direct(number)
    demand = np.zeros(network.size)
    np.add.at(demand, [line.index for line in footprint.bill.lines], footprint.bill.amounts)
    supply = network.supply(demand)
    processes = scores.catalogue.processes
    lines = footprint.bill.lines
    return Hotspots(
        footprint=footprint,
        parts=rank([(line.part, line.stage, v) for line, v in zip(lines, footprint.by_line, strict=True)]),
        processes=rank([(p.name, p.location, float(v)) for p, v in zip(processes, supply * direct, strict=True) if v]),
        flows=rank(
            [(str(f), "", float(v)) for f, v in zip(network.flow_names, network.inventory(supply) * network.factors[number], strict=True)]
        ),
        tree=tuple(walk(footprint, scores, network, totals, direct, cutoff, most)),
        cutoff=cutoff,
        most=most,
    )


def rank(values: list[tuple[str, str, float]]) -> tuple[Share, ...]:
    """Largest first by absolute value; shares are of the sum of absolute values, so that credits do not inflate them."""
    whole = sum(abs(v) for _, _, v in values) or 1.0
    shares, reached = [], 0.0
    for name, where, value in sorted(values, key=lambda item: (-abs(item[2]), item[0], item[1])):
        if value == 0:
            continue
        reached += abs(value) / whole
        shares.append(Share(name, where, value, abs(value) / whole, reached))
    return tuple(shares)


class _Walk:
    """The state of one walk: nodes found so far and the branches still to be opened, largest first."""

    def __init__(self, scores: UnitScores, network: Network, totals: Floats, direct: Floats, smallest: float) -> None:
        self.processes = scores.catalogue.processes
        self.network, self.totals, self.direct, self.smallest = network, totals, direct, smallest
        self.nodes: list[Node] = []
        self._waiting: list[tuple[float, int, int, int, int, float, str, str]] = []
        self._ticket = count()

    def offer(self, parent: int, depth: int, process: int, amount: float, label: str, stage: str) -> bool:
        """Queue a branch when it is large enough."""
        value = amount * float(self.totals[process])
        if abs(value) < self.smallest:
            return False
        heapq.heappush(self._waiting, (-abs(value), next(self._ticket), parent, depth, process, amount, label, stage))
        return True

    def run(self, most: int) -> None:
        """Open branches, largest first, until none is left or there are so many nodes."""
        while self._waiting and len(self.nodes) < most:
            _, _, parent, depth, process, amount, label, stage = heapq.heappop(self._waiting)
            self._open(parent, depth, process, amount, label, stage)
        for _, _, parent, _, process, amount, *_ in self._waiting:  # what is not opened any more is not lost
            self._leave(parent, amount * float(self.totals[process]))

    def _leave(self, parent: int, value: float) -> None:
        node = self.nodes[parent]
        above, below = (value, 0.0) if value > 0 else (0.0, value)
        self.nodes[parent] = replace(node, below_positive=node.below_positive + above, below_negative=node.below_negative + below)

    def _open(self, parent: int, depth: int, process: int, amount: float, label: str, stage: str) -> None:
        number = len(self.nodes)
        above = below = 0.0
        for provider, each in zip(*self.network.inputs_of(process), strict=True):
            if not self.offer(number, depth + 1, int(provider), amount * float(each), "", stage):
                small = amount * float(each) * float(self.totals[provider])
                above, below = (above + small, below) if small > 0 else (above, below + small)
        found = self.processes[process]
        value, own = amount * float(self.totals[process]), amount * float(self.direct[process])
        name = f"{label}: {found.name}" if label else found.name
        place = found.location
        self.nodes.append(Node(number, parent, depth, process, name, stage, place, amount, found.unit, value, own, above, below))


def walk(
    footprint: Footprint,
    scores: UnitScores,
    network: Network,
    totals: Floats,
    direct: Floats,
    cutoff: float,
    most: int = MOST_NODES,
) -> list[Node]:
    """The supply-chain tree of a footprint, nodes in the order they were opened; the root is number 0.

    `totals` and `direct` are kg CO2e of a unit of every process: with everything upstream, and what it emits itself.
    """
    total = footprint.total
    state = _Walk(scores, network, totals, direct, cutoff * abs(total))
    unit = footprint.functional_unit
    root = Node(0, -1, 0, -1, footprint.name, "", "", unit.quantity, unit.unit, total, 0.0, 0.0, 0.0)
    state.nodes.append(root)
    above = below = 0.0
    for line, amount in zip(footprint.bill.lines, footprint.bill.amounts, strict=True):
        if not state.offer(0, 1, line.index, float(amount), line.part, line.stage):
            small = float(amount) * float(totals[line.index])
            above, below = (above + small, below) if small > 0 else (above, below + small)
    state.nodes[0] = Node(**{**vars(root), "below_positive": above, "below_negative": below})
    state.run(most)
    return state.nodes
