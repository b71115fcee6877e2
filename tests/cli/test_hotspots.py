"""`lifeloop hotspots`: its JSON, its CSV files and its picture say the same, and sum to the footprint."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

Cli = Callable[..., Result]


@pytest.fixture(scope="module")
def found() -> Any:
    """`lifeloop hotspots xiaomi_14 --json`."""
    from cli.main import lifeloop

    result = CliRunner().invoke(lifeloop, ["hotspots", "xiaomi_14", "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_hotspots_has_every_field_of_the_contract(found: Any) -> None:
    assert found.keys() >= {
        "product",
        "total",
        "cutoff",
        "tree",
        "nodes",
        "edges",
        "parts",
        "most_relevant_processes",
        "flows",
        "provenance",
    }
    assert found["total"]["unit"] == "kg CO2e"
    assert found["tree"][0].keys() >= {"number", "parent", "depth", "label", "location", "amount", "unit", "value", "direct"}
    assert found["edges"][0].keys() == {"source", "target", "value"}
    assert found["parts"][0].keys() == {"name", "stage", "value", "share", "cumulative"}
    assert found["most_relevant_processes"][0].keys() == {"name", "location", "value", "share", "cumulative"}


def test_the_tree_is_nested_and_holds_every_node_once(found: Any) -> None:
    waiting, numbers = list(found["tree"]), []
    while waiting:
        node = waiting.pop()
        numbers.append(node["number"])
        assert all(child["parent"] == node["number"] for child in node["children"])
        waiting += node["children"]
    assert sorted(numbers) == [n["number"] for n in found["nodes"]]


def test_the_total_is_that_of_assess(found: Any, lifeloop: Cli) -> None:
    (footprint,) = json.loads(lifeloop("assess", "xiaomi_14", "--json").stdout)
    assert found["total"]["value"] == pytest.approx(footprint["total"]["value"], rel=1e-12)
    lines = {(p["part"], p["stage"], p["value"]) for p in footprint["parts"] if p["value"]}
    assert {(s["name"], s["stage"], s["value"]) for s in found["parts"]} == lines
    assert found["stages"] == footprint["stages"]
    assert found["warnings"] == footprint["warnings"]


def test_the_list_of_80_percent_is_ranked_and_ends_at_80_percent(found: Any) -> None:
    shares = found["most_relevant_processes"]
    assert [s["share"] for s in shares] == sorted((s["share"] for s in shares), reverse=True)
    assert shares[-1]["cumulative"] >= 0.8
    assert shares[-2]["cumulative"] < 0.8
    assert shares[-1]["cumulative"] == pytest.approx(sum(s["share"] for s in shares))


def test_gases_sum_to_the_total(found: Any) -> None:
    assert sum(flow["value"] for flow in found["flows"]) == pytest.approx(found["total"]["value"], rel=1e-9)


def test_every_node_of_a_real_supply_chain_adds_up(found: Any) -> None:
    nodes = {n["number"]: n for n in found["nodes"]}
    into: dict[int, float] = dict.fromkeys(nodes, 0.0)
    for edge in found["edges"]:
        into[edge["target"]] += edge["value"]
    for number, node in nodes.items():
        whole = node["direct"] + into[number] + node["below_positive"] + node["below_negative"]
        assert whole == pytest.approx(node["value"], rel=1e-9, abs=1e-9 * found["total"]["value"]), node["label"]


def test_no_branch_is_below_the_cut_off(found: Any) -> None:
    smallest = found["cutoff"] * found["total"]["value"]
    assert all(abs(n["value"]) >= smallest * (1 - 1e-12) for n in found["nodes"])


def test_nodes_and_edges_as_csv_are_those_of_the_json(found: Any, lifeloop: Cli, tmp_path: Path) -> None:
    nodes, edges = tmp_path / "nodes.csv", tmp_path / "edges.csv"
    assert lifeloop("hotspots", "xiaomi_14", "--nodes", nodes, "--edges", edges).exit_code == 0
    with nodes.open(encoding="utf-8") as file:
        assert [(int(r["number"]), float(r["value"])) for r in csv.DictReader(file)] == [(n["number"], n["value"]) for n in found["nodes"]]
    with edges.open(encoding="utf-8") as file:
        rows = [(int(r["source"]), int(r["target"]), float(r["value"])) for r in csv.DictReader(file)]
    assert rows == [(e["source"], e["target"], e["value"]) for e in found["edges"]]
    first_level = sum(value for _, target, value in rows if target == 0)
    root = found["nodes"][0]
    assert first_level + root["below_positive"] + root["below_negative"] == pytest.approx(found["total"]["value"], rel=1e-9)


def test_the_report_names_the_largest_part_and_process(found: Any, lifeloop: Cli) -> None:
    text = lifeloop("hotspots", "xiaomi_14", "--depth", 1).stdout
    assert found["parts"][0]["name"] in text
    assert found["most_relevant_processes"][0]["name"] in text
    assert "Supply chain (branches above 0.5%, 1 levels)" in text


def test_hotspots_under_a_scenario_and_with_a_parameter(found: Any, lifeloop: Cli) -> None:
    green = json.loads(lifeloop("hotspots", "xiaomi_14", "--scenario", "green_suppliers", "--json").stdout)
    assert green["total"]["value"] < found["total"]["value"]
    assert green["provenance"]["scenario"] == "green_suppliers"
    names = {n["label"] for n in green["nodes"]}
    assert any("[0.5 wind" in name for name in names)
    shipped = json.loads(lifeloop("hotspots", "xiaomi_14", "--set", "air_share=0", "--json").stdout)
    assert "air freight" not in {s["name"] for s in shipped["parts"]}


@pytest.mark.parametrize("arguments", [["--cutoff", "0"], ["--cutoff", "2"], ["--cutoff", "nan"], ["--cutoff", "inf"], ["--depth", "0"]])
def test_options_out_of_bounds_are_a_usage_error(lifeloop: Cli, arguments: list[str]) -> None:
    assert lifeloop("hotspots", "xiaomi_14", *arguments).exit_code == 2
