"""The oracle: every shipped footprint equals a plain `bw2calc.LCA` of the same demand on the same datapackage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inventories.background_files import read_background
from inventories.shipped import archetype_paths, load, product_paths
from lca.assessment import assess
from lca.background import Background
from lca.scores import UnitScores
from lca.solve import brightway_lca

ALL = [*product_paths(), *archetype_paths()]
FEW = ["xiaomi_su7", "xiaomi_14", "smartphone", "petrol_car"]


@pytest.fixture(scope="module")
def background() -> Background:
    """The shipped background."""
    return read_background().background


@pytest.fixture(scope="module")
def ar6(background: Background) -> Any:
    """A plain bw2calc.LCA by AR6-GWP100, its matrices built once."""
    return brightway_lca(background, {0: 1.0}, "AR6-GWP100")


@pytest.fixture(scope="module")
def ar5(background: Background) -> Any:
    """The same by AR5-GWP100."""
    return brightway_lca(background, {0: 1.0}, "AR5-GWP100")


def demand_of(name: str, scores: UnitScores, method: str) -> tuple[float, dict[int, float]]:
    """Our total, and the processes that the product asks for with their amounts."""
    footprint = assess(load(name).product, scores, method=method)
    demand: dict[int, float] = {}
    for line, amount in zip(footprint.bill.lines, footprint.bill.amounts, strict=True):
        demand[line.index] = demand.get(line.index, 0.0) + float(amount)
    return footprint.total, demand


def score_of(lca: Any, demand: dict[int, float]) -> float:
    """bw2calc's own answer: inventory and impact assessment of the demand."""
    lca.lci(demand)
    lca.lcia()
    return float(lca.score)


def test_scores_and_background_are_of_the_same_tables(scores: UnitScores, background: Background) -> None:
    assert scores.digest == background.digest


@pytest.mark.parametrize("name", ALL)
def test_every_footprint_agrees_with_bw2calc(name: str, scores: UnitScores, ar6: Any) -> None:
    total, demand = demand_of(name, scores, "AR6-GWP100")
    assert total == pytest.approx(score_of(ar6, demand), rel=1e-9)


@pytest.mark.parametrize("name", FEW)
def test_footprints_by_ar5_agree_with_bw2calc(name: str, scores: UnitScores, ar5: Any) -> None:
    total, demand = demand_of(name, scores, "AR5-GWP100")
    assert total == pytest.approx(score_of(ar5, demand), rel=1e-9)


def test_gases_agree_with_bw2calcs_inventory(scores: UnitScores, ar6: Any, background: Background) -> None:
    """Not only the sum: each gas group of a car is what bw2calc's characterised inventory says."""
    footprint = assess(load("xiaomi_su7").product, scores)
    _, demand = demand_of("xiaomi_su7", scores, "AR6-GWP100")
    score_of(ar6, demand)
    by_flow = np.asarray(ar6.characterized_inventory.sum(axis=1)).ravel()
    rows = dict(ar6.dicts.biosphere)  # flows that nothing emits are not in bw2calc's matrix
    groups = dict.fromkeys(background.groups, 0.0)
    for flow, group in enumerate(background.group_of_flow):
        if background.size + flow in rows:
            groups[background.groups[group]] += float(by_flow[rows[background.size + flow]])
    assert footprint.gases == pytest.approx(groups, rel=1e-9, abs=1e-12 * footprint.total)
