"""`lifeloop circularity`: MCI from the product file, and its change beside kg CO2e."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from inventories.circularity_shares import _part_materials, _rows, row_of
from inventories.score_store import unit_scores

Lifeloop = Callable[..., Result]


def parameters(material: str) -> tuple[float, float]:
    row = next(r for r in _rows() if r.text("material") == material)
    return row.number("R1"), row.number("R2")


def test_a_case_of_aluminium_by_hand(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    recycled, after_use = parameters("aluminium")
    (found,) = json.loads(lifeloop("circularity", "show", phone_file(), "--json").stdout)
    # all of one material: LFI = (V + W) / 2M = (1 - R1 + 1 - R2) / 2
    assert found["linear_flow_index"] == pytest.approx((2 - recycled - after_use) / 2)
    assert found["mci"] == pytest.approx(1 - 0.9 * found["linear_flow_index"])
    assert (found["recycled_share"], found["recycled_after_use_share"]) == pytest.approx((recycled, after_use))
    assert (found["mass"], found["covered_share"], found["recyclable_share"]) == (pytest.approx(0.2), 1, 1)


def test_a_process_named_primary_holds_no_scrap(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    primary, recycled = (phone_file(f"{n}.yaml", process=f'"aluminium, {n} ingot"', place="GLO") for n in ("primary", "recycled"))
    found = json.loads(lifeloop("circularity", "show", primary, recycled, "--json").stdout)
    assert [row["recycled_share"] for row in found] == [0, 1]


def test_a_material_without_figures_is_virgin_and_waste(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    (found,) = json.loads(lifeloop("circularity", "show", phone_file(process="silicone", place="GLO"), "--json").stdout)
    assert (found["mci"], found["covered_share"]) == (pytest.approx(0.1), 0)


def test_a_longer_life_moves_both_figures(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    said = ("--set", "service_life=6", "--average-life", 3, "--json")
    answer = json.loads(lifeloop("circularity", "compare", phone_file(), *said).stdout)
    assert answer["b"]["utility"] == 2
    assert answer["change"]["mci"] == pytest.approx(0.9 * answer["a"]["linear_flow_index"] / 2)
    # 3 more years of 6 kWh
    assert answer["change"]["footprint"] == pytest.approx(answer["b"]["footprint"] - answer["a"]["footprint"])
    assert answer["change"]["footprint"] > 0


def test_a_longer_life_is_told_per_year_beside_per_life(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    """Making weighs once, use by the year: a whole life of 6 years costs more than one of 3, a year of it less."""
    path = phone_file()
    answer = json.loads(lifeloop("circularity", "compare", path, "--set", "service_life=6", "--json").stdout)
    a, b, change = answer["a"], answer["b"], answer["change"]
    assert (a["service_life"], b["service_life"], a["footprint_per_service_unit"]) == ("3 year", "6 year", "kg CO2e per year")
    assert (a["footprint_per_service"], b["footprint_per_service"]) == pytest.approx((a["footprint"] / 3, b["footprint"] / 6))
    assert change["footprint"] > 0 > change["footprint_per_service"]
    assert any("the service lives differ" in warning for warning in answer["warnings"])
    text = lifeloop("circularity", "compare", path, "--set", "service_life=6").stdout
    assert "A serves 3 year, B 6 year" in text
    assert "kg CO2e per functional unit" in text
    assert "kg CO2e per year" in text
    assert "note: the service lives differ" in text


@pytest.mark.parametrize(
    ("life", "code"), [("nan", 2), ("inf", 2), ("-inf", 2), ("1e400", 2), ("0", 2), ("-1", 2), ("1e-320", 3), ("1e308", 3)]
)
def test_an_average_life_is_that_of_a_product(lifeloop: Lifeloop, phone_file: Callable[..., Path], life: str, code: int) -> None:
    for command in (("show", phone_file()), ("compare", phone_file(), "--set", "service_life=6")):
        result = lifeloop("circularity", *command, "--average-life", life, "--json")
        assert (result.exit_code, isinstance(result.exception, SystemExit)) == (code, True)
        assert "average" in result.stderr


def test_every_figure_names_what_it_is(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    (found,) = json.loads(lifeloop("circularity", "show", phone_file(), "--json").stdout)
    assert found["definition"] == "mci.mass.without-packaging"
    figures = {key for key in found if isinstance(found[key], float)} - {"mass"}
    assert figures <= found["definitions"].keys()


def test_recycled_metal_is_more_circular_and_lighter_on_the_climate(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    a, b = (phone_file(f"{n}.yaml", process=f'"aluminium, {n} ingot"', place="GLO") for n in ("primary", "recycled"))
    answer = json.loads(lifeloop("circularity", "compare", a, b, "--json").stdout)
    assert answer["change"]["mci"] == pytest.approx(0.45)
    assert answer["change"]["footprint"] < 0


def test_something_must_differ(lifeloop: Lifeloop, phone_file: Callable[..., Path]) -> None:
    assert lifeloop("circularity", "compare", phone_file()).exit_code == 2
    assert lifeloop("circularity", "show", "no_such_phone").exit_code == 3


def test_every_named_part_and_material_exists() -> None:
    processes = {p.name for p in unit_scores().catalogue.processes}
    for process, material in _part_materials().items():
        row = row_of(process)
        assert process in processes
        assert row is not None
        assert row.text("material") == material


GREEN = """\
scenarios:
  green:
    description: wind power at suppliers
    source: estimate
    green_electricity: [{share: 1, tiers: all, stages: [materials], source: estimate}]
"""


def test_a_greener_supply_chain_changes_the_climate_and_no_material(
    lifeloop: Lifeloop, phone_file: Callable[..., Path], tmp_path: Path
) -> None:
    """The rewired copies of processes are still of the same material."""
    scenarios = tmp_path / "green.yaml"
    scenarios.write_text(GREEN, "utf-8")
    phone = phone_file(process='"aluminium, primary ingot"')
    result = lifeloop("circularity", "compare", phone, "--scenarios", scenarios, "--scenario", "green", "--json")
    answer = json.loads(result.stdout)
    assert answer["change"]["mci"] == 0
    assert answer["change"]["footprint"] < 0
