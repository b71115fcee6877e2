"""Hot spots of a small world: tree, ranked lists, loops, avoided burdens and what is below the cut-off, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lca.assessment import assess
from lca.footprint import Footprint
from lca.hotspots import Hotspots, Node, hotspots, rank
from lca.network import network_of
from lca.solve import unit_scores
from tests.conftest import World, background_of
from tests.lca.test_billing import line, product

METHOD = "AR6-GWP100"
# A case of 1 kg sheet (1.5 kg steel each, 0.2 CO2 of its own); steel needs 2 kWh and 0.1 kg steel scrap recovery (which saves);
# the loop: 1 kWh needs 0.05 kg steel
WORLD: World = {
    "sheet @ GLO": ("kg", {"steel @ GLO": 1.5, "oil @ GLO": 0.01}, {"CO2": 0.2}),
    "steel @ GLO": ("kg", {"power @ GLO": 2.0}, {"CO2": 1.0, "CH4": 0.01}),
    "power @ GLO": ("kWh", {"steel @ GLO": 0.05}, {"CO2": 0.5}),
    "oil @ GLO": ("kg", {}, {"CO2": 0.3}),
    "recovery @ GLO": ("kg", {}, {"CO2": -1.0}),
    "bin @ GLO": ("kg", {"recovery @ GLO": 0.4}, {"CO2": 0.1}),
}
BACKGROUND = background_of(WORLD, {"CO2": 1.0, "CH4": 30.0})
SCORES = unit_scores(BACKGROUND)
NETWORK = network_of(BACKGROUND)
# power = 0.5 + 0.05 steel; steel = 1.3 + 2 power = 2.3 + 0.1 steel
STEEL = 2.3 / 0.9
POWER = 0.5 + 0.05 * STEEL
SHEET = 0.2 + 1.5 * STEEL + 0.003
BIN = 0.1 - 0.4


def of(*materials: dict[str, Any], cutoff: float = 0.005, most: int = 1000, **more: Any) -> Hotspots:
    return hotspots(assess(product(*materials, **more), SCORES, method=METHOD), SCORES, NETWORK, METHOD, cutoff, most)


def case(cutoff: float = 0.005, most: int = 1000) -> Hotspots:
    """1 kg of sheet, 2 kWh of charging, 1 kg in the bin whose recovery saves more than the bin emits."""
    return of(
        line(process="sheet", amount=1, unit="kg"),
        cutoff=cutoff,
        most=most,
        use=[line("charging", "power", "GLO", 2, "kWh")],
        end_of_life=[line("device", "bin", "GLO", 1, "kg")],
    )


def children(found: Hotspots, number: int) -> list[Node]:
    return [n for n in found.tree if n.parent == number]


def test_the_first_level_is_the_products_lines() -> None:
    found = case()
    assert {n.label: n.stage for n in children(found, 0)} == {
        "case: sheet": "materials",
        "charging: power": "use",
        "device: bin": "end_of_life",
    }
    assert all(n.stage == found.tree[n.parent].stage for n in found.tree if n.depth > 1)
    first = {n.label: n.value for n in children(found, 0)}
    assert first == pytest.approx({"case: sheet": SHEET, "charging: power": 2 * POWER, "device: bin": BIN})
    assert found.tree[0].value == pytest.approx(SHEET + 2 * POWER + BIN)
    assert (found.tree[0].parent, found.tree[0].depth, found.tree[0].label) == (-1, 0, "A thing")


def test_a_branch_is_its_own_emissions_its_inputs_and_what_is_below_the_cut_off() -> None:
    found = case()
    sheet = next(n for n in found.tree if n.label == "case: sheet")
    (steel,) = children(found, sheet.number)
    assert (steel.label, steel.amount, steel.unit) == ("steel", 1.5, "kg")
    assert sheet.direct == pytest.approx(0.2)
    # 0.01 kg oil at 0.3 is 0.003 kg: below 0.5 % of 5.0 kg
    assert (sheet.below_positive, sheet.below_negative) == pytest.approx((0.003, 0.0))


@pytest.mark.parametrize("cutoff", [0.5, 0.05, 0.005, 1e-4])
def test_every_node_adds_up(cutoff: float) -> None:
    """value = own emissions + children + what is below the cut-off, positive and negative, at every node."""
    found = case(cutoff)
    for node in found.tree:
        parts = node.direct + sum(n.value for n in children(found, node.number)) + node.below_positive + node.below_negative
        assert parts == pytest.approx(node.value, rel=1e-12)


def test_a_loop_is_walked_until_it_is_below_the_cut_off() -> None:
    """Steel in power in steel: every turn carries 10 % of the one before, and the tree ends by itself."""
    found = case(1e-3)
    turns = [n for n in found.tree if n.label == "steel" and n.value > 0]
    depths = sorted({n.depth for n in turns})
    assert depths == [2, 4, 6]
    chain = [next(n.value for n in turns if n.depth == d and found.tree[_first(found, n)].label == "case: sheet") for d in depths]
    assert chain[1] / chain[0] == pytest.approx(0.1)
    assert chain[2] / chain[1] == pytest.approx(0.1)


def _first(found: Hotspots, node: Node) -> int:
    while node.depth > 1:
        node = found.tree[node.parent]
    return node.number


def test_a_negative_branch_is_kept() -> None:
    recovery = next(n for n in case().tree if n.label == "recovery")
    assert recovery.value == pytest.approx(-0.4)
    assert recovery.amount == pytest.approx(0.4)


def test_what_is_below_the_cut_off_is_kept_by_sign() -> None:
    """At 20 % of 5.0 kg only the sheet and the charging stay: the bin (-0.3) is below, and is not netted."""
    root = case(0.2).tree[0]
    assert (root.below_positive, root.below_negative) == pytest.approx((0.0, BIN))


def test_processes_are_ranked_by_what_they_emit_themselves() -> None:
    """Supply for the whole: steel 1.5 + 0.05 power, power 2 + 2 steel, so steel = 1.6 / 0.9."""
    steel = 1.6 / 0.9
    power = 2 + 2 * steel
    found = {s.name: s.value for s in case().processes}
    expected = {"steel": 1.3 * steel, "power": 0.5 * power, "sheet": 0.2, "oil": 0.003, "recovery": -0.4, "bin": 0.1}
    assert found == pytest.approx(expected, rel=1e-9)
    assert sum(found.values()) == pytest.approx(SHEET + 2 * POWER + BIN, rel=1e-9)


def test_emissions_are_ranked_by_flow() -> None:
    flows = {s.name: s.value for s in case().flows}
    assert flows["CH4"] == pytest.approx(0.3 * 1.6 / 0.9, rel=1e-9)
    assert sum(flows.values()) == pytest.approx(case().footprint.total, rel=1e-9)


def test_the_list_of_80_percent_by_hand() -> None:
    """50, 25, 10 and 15 %: the first three by size (50 + 25 + 15) pass 80 %; the list is in order of size."""
    shares = rank([("a", "", 10.0), ("b", "", 50.0), ("c", "", 15.0), ("d", "", 25.0)])
    assert [(s.name, s.share, round(s.cumulative, 12)) for s in shares] == [
        ("b", 0.5, 0.5),
        ("d", 0.25, 0.75),
        ("c", 0.15, 0.9),
        ("a", 0.1, 1.0),
    ]


def test_the_most_relevant_end_where_80_percent_is_reached() -> None:
    found = case()
    listed = found.most_relevant
    assert listed == found.processes[: len(listed)]
    assert listed[-1].cumulative >= 0.8
    assert len(listed) == 1 or listed[-2].cumulative < 0.8
    assert [s.name for s in found.most_relevant_parts] == ["case"] or found.most_relevant_parts[-1].cumulative >= 0.8


def test_shares_are_of_absolute_values_so_that_a_credit_does_not_inflate_the_others() -> None:
    shares = rank([("a", "", 8.0), ("credit", "", -2.0), ("nothing", "", 0.0)])
    assert [(s.name, s.share, s.cumulative) for s in shares] == [("a", 0.8, 0.8), ("credit", 0.2, 1.0)]


def test_the_data_of_the_picture() -> None:
    """Each node but the root is one edge into its parent; nodes and edges carry the same values."""
    found = case()
    nodes = {n["number"]: n for n in found.nodes()}
    edges = found.edges()
    assert len(edges) == len(nodes) - 1
    for edge in edges:
        assert nodes[edge["source"]]["parent"] == edge["target"]
        assert nodes[edge["source"]]["value"] == edge["value"]


def test_a_product_of_one_process_has_a_tree_of_two_nodes() -> None:
    found = of(line(process="oil", amount=1, unit="kg"))
    assert [(n.label, n.value) for n in found.tree] == [("A thing", 0.3), ("case: oil", 0.3)]
    assert [s.name for s in found.most_relevant] == ["oil"]


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(1e-4, 0.3))
def test_trees_of_any_amounts_add_up(sheet: float, power: float, cutoff: float) -> None:
    found = of(line(process="sheet", amount=sheet, unit="kg"), cutoff=cutoff, use=[line("charging", "power", "GLO", power, "kWh")])
    footprint: Footprint = found.footprint
    assert found.tree[0].value == pytest.approx(footprint.total, rel=1e-12)
    assert all(abs(n.value) >= cutoff * footprint.total * (1 - 1e-12) for n in found.tree)
    assert sum(s.value for s in found.processes) == pytest.approx(footprint.total, rel=1e-9)


def test_a_tree_that_is_ended_early_adds_up_and_says_so() -> None:
    """Three nodes: the thing, its sheet, its steel (3.8); charging (1.3) and bin (-0.3) wait and stay in the root's remainders."""
    found = case(1e-4, most=3)
    assert [n.label for n in found.tree] == ["A thing", "case: sheet", "steel"]
    assert (found.tree[0].below_positive, found.tree[0].below_negative) == pytest.approx((2 * POWER, BIN))
    for node in found.tree:
        parts = node.direct + sum(n.value for n in children(found, node.number)) + node.below_positive + node.below_negative
        assert parts == pytest.approx(node.value, rel=1e-12)
    assert "ends at 3 nodes" in found.warnings[0]
    assert case().warnings == found.footprint.warnings


def test_the_nested_tree_is_the_flat_one() -> None:
    """A part stands with its stage, a process with its place; the children of every node of the tree are its edges."""
    found = case().to_dict()
    assert {(p["name"], p["stage"]) for p in found["parts"]} == {("case", "materials"), ("charging", "use"), ("device", "end_of_life")}
    assert {p["location"] for p in found["most_relevant_processes"]} == {"GLO"}
    assert found["stages"]["use"] == pytest.approx(2 * POWER)
    waiting, seen = list(found["tree"]), []
    while waiting:
        node = waiting.pop()
        seen += [{"source": child["number"], "target": node["number"], "value": child["value"]} for child in node["children"]]
        waiting += node["children"]
    assert sorted(seen, key=lambda e: e["source"]) == found["edges"]
    assert [{k: v for k, v in n.items() if k != "children"} for n in found["tree"]] == [found["nodes"][0]]
