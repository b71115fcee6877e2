"""The supply-chain tree against bw_graph_tools: the same visits and the same values, on the same background."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.supply_chain import largest_difference
from lca.network import network_of
from lca.solve import unit_scores
from tests.conftest import ROOT, World, background_of


def trees(*arguments: str, home: Path) -> dict[str, Any]:
    """Both trees, from a process of its own (bw_graph_tools brings bw2data, which makes its folders when imported)."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.supply_chain", *arguments]
    environment = os.environ | {"BRIGHTWAY2_DIR": str(home)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {name: [(tuple(path), *rest) for path, *rest in found[name]] for name in ("ours", "theirs")}


@pytest.mark.parametrize(("product", "cutoff"), [("xiaomi_14", 0.005), ("xiaomi_su7", 0.002)])
def test_bw_graph_tools_finds_the_same_nodes_and_values(product: str, cutoff: float, tmp_path: Path) -> None:
    found = trees(product, str(cutoff), home=tmp_path)
    assert len(found["ours"]) > 50
    assert len({len(path) for path, *_ in found["ours"]}) > 3  # branches of many depths
    assert {path for path, *_ in found["ours"]} == {path for path, *_ in found["theirs"]}
    assert largest_difference(found["ours"], found["theirs"]) < 1e-9


def test_a_difference_would_be_seen() -> None:
    one = [((0,), 10.0, 1.0), ((0, 1), 9.0, 9.0)]
    assert largest_difference(one, [((0,), 10.0, 1.0), ((0, 1), 9.0, 8.9)]) == pytest.approx(0.01)
    assert largest_difference(one, one[:1]) == float("inf")
    assert largest_difference(one, [*one, one[1]]) == float("inf")


def test_what_a_process_takes_of_its_own_is_netted() -> None:
    """A mill keeps 20 % of its flour as feed: a net kg is 1.25 kg made, with 1.25 x 2 kg of corn and 1.25 x 0.4 kg CO2."""
    world: World = {
        "flour @ GLO": ("kg", {"flour @ GLO": 0.2, "corn @ GLO": 2.0}, {"CO2": 0.4}),
        "corn @ GLO": ("kg", {}, {"CO2": 0.3}),
    }
    background = background_of(world, {"CO2": 1.0})
    network = network_of(background)
    providers, amounts = network.inputs_of(0)
    assert (providers.tolist(), amounts.tolist()) == ([1], [2.5])
    assert network.direct(0) == pytest.approx([0.5, 0.3])
    score = unit_scores(background).values[0, 0, 0]
    assert score == pytest.approx(0.5 + 2.5 * 0.3)
    assert network.supply(np.array([1.0, 0.0])) @ network.direct(0) == pytest.approx(score)
