"""The supply-chain tree of a demand, walked by us and by bw_graph_tools on the same background: both trees and both times.

`python -m benchmarks.supply_chain [PRODUCT] [CUTOFF]` prints both trees of a shipped product as JSON. It has a process to
itself because bw_graph_tools brings bw2data, which makes its folders where it is imported.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from lca.assessment import assess
from lca.background import Background, Links
from lca.catalogue import Catalogue, Process
from lca.hotspots import Node, walk
from lca.network import network_of
from lca.product import Product
from lca.scores import UnitScores, as_numbers
from lca.solve import brightway_lca

WHOLE = "the whole product"
METHOD = 0
#: one visit of a process: names of the processes from the product down to it, kg CO2e with its upstream, kg CO2e of its own
Visit = tuple[tuple[int, ...], float, float]


def with_demand(background: Background, demand: dict[int, float]) -> Background:
    """The background with one more process that takes the demand: so both walks begin at one process."""
    added = Process(WHOLE, "GLO", "piece", "product", "unit process", 2024, ())
    links, count = background.inputs, len(demand)
    inputs = Links(
        np.r_[links.row, np.array(list(demand), dtype=np.int64)],
        np.r_[links.column, np.full(count, background.size)],
        np.r_[links.amount, np.array(list(demand.values()))],
        np.r_[links.estimated, np.zeros(count, dtype=bool)],
    )
    catalogue = Catalogue((*background.catalogue.processes, added), background.catalogue.places)
    return replace(background, catalogue=catalogue, inputs=inputs, facts=None, digest=f"{background.digest} and a demand")


def extended(scores: UnitScores, background: Background, demand: dict[int, float]) -> UnitScores:
    """The scores with that of the added process: amounts x scores (nothing to solve: nobody consumes it)."""
    whole = np.tensordot(np.array(list(demand.values())), scores.values[list(demand)], axes=1)
    return replace(
        scores,
        catalogue=background.catalogue,
        numbers=as_numbers(
            np.concatenate([scores.values, whole[None]]), np.vstack([scores.resting_on_estimates, np.zeros(len(scores.methods))])
        ),
    )


def our_tree(background: Background, scores: UnitScores, cutoff: float) -> tuple[list[Visit], float]:
    """Our visits, and the median seconds of a walk."""
    network, method = network_of(background), scores.methods[METHOD]
    footprint = assess(_product(), scores, method=method)
    totals, direct = scores.of_method(method).sum(axis=1), network.direct(METHOD)
    times, nodes = [], list[Node]()
    for _ in range(9):
        start = time.perf_counter()
        nodes = walk(footprint, scores, network, totals, direct, cutoff)
        times.append(time.perf_counter() - start)
    paths: dict[int, tuple[int, ...]] = {0: ()}
    for node in nodes[1:]:
        paths[node.number] = (*paths[node.parent], node.process)
    return [(paths[node.number], node.value, node.direct) for node in nodes[1:]], sorted(times)[len(times) // 2]


def _product() -> Product:
    line = {"part": "all", "process": WHOLE, "location": "GLO", "amount": 1.0, "unit": "piece", "source": "estimate"}
    data = {
        "id": "whole",
        "name": "The whole product",
        "category": "small_device",
        "functional_unit": {"description": "one product", "quantity": 1, "unit": "piece"},
        "service_life": {"value": 1, "unit": "year", "source": "estimate"},
        "stages": {"materials": [line]},
    }
    return Product.model_validate(data)


def peer_tree(background: Background, method: str, cutoff: float) -> tuple[list[Visit], float]:
    """The visits of bw_graph_tools, and the seconds of its walk (the LCA solved and factorised beforehand)."""
    lca = brightway_lca(background, {background.size - 1: 1.0}, method)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.environ.setdefault("BRIGHTWAY2_DIR", folder)
        from bw_graph_tools.graph_traversal import GraphTraversalSettings, NewNodeEachVisitGraphTraversal

        lca.decompose_technosphere()
        settings = GraphTraversalSettings(cutoff=cutoff, max_calc=1_000_000, separate_biosphere_flows=False)
        start = time.perf_counter()
        walked = NewNodeEachVisitGraphTraversal(lca, settings)
        walked.traverse()
        seconds = time.perf_counter() - start
    return _visits(walked), seconds


def _visits(walked: Any) -> list[Visit]:
    parent = {edge.producer_unique_id: edge.consumer_unique_id for edge in walked.edges}
    visits = []
    for number, node in walked.nodes.items():
        if number not in parent:
            continue
        path, at = (), number
        while at in parent:
            path, at = (walked.nodes[at].activity_datapackage_id, *path), parent[at]
        visits.append((path, float(node.cumulative_score), float(node.direct_emissions_score)))
    return visits


def largest_difference(ours: list[Visit], theirs: list[Visit]) -> float:
    """Largest difference of a value in kg CO2e as a share of the total; infinite where a visit is missing in one of them."""
    pair = [{path: values for path, *values in visits} for visits in (ours, theirs)]
    if pair[0].keys() != pair[1].keys() or len(ours) != len(theirs):
        return float("inf")
    total = max(abs(value) for _, value, _ in ours)
    return max(float(np.max(np.abs(np.subtract(pair[0][path], pair[1][path])))) for path in pair[0]) / total


def shipped(product: str, cutoff: float) -> dict[str, Any]:
    """Both trees of a shipped product on the shipped background."""
    from inventories.assessing import assess_file
    from inventories.background_files import read_background
    from inventories.score_store import unit_scores

    known = unit_scores()
    made = assess_file(product, known).bill
    demand: dict[int, float] = {}
    for line, amount in zip(made.lines, made.amounts, strict=True):
        demand[line.index] = demand.get(line.index, 0.0) + float(amount)
    background = with_demand(read_background().background, demand)
    scores = extended(known, background, demand)
    return both(background, scores, cutoff)


def both(background: Background, scores: UnitScores, cutoff: float) -> dict[str, Any]:
    """The tree of the background's last process, as both see it."""
    ours, our_seconds = our_tree(background, scores, cutoff)
    theirs, their_seconds = peer_tree(background, scores.methods[METHOD], cutoff)
    return {"ours": ours, "theirs": theirs, "our_seconds": our_seconds, "their_seconds": their_seconds}


if __name__ == "__main__":
    print(json.dumps(shipped(sys.argv[1] if len(sys.argv) > 1 else "xiaomi_14", float(sys.argv[2]) if len(sys.argv) > 2 else 0.005)))
