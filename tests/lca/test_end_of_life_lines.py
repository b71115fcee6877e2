"""Bills under other end-of-life methods: amounts by hand, limits of the formula, and laws on shipped products."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from inventories.end_of_life_tables import end_of_life_by, material_of_process, recipe_of_material, recipe_of_process
from inventories.score_store import network
from inventories.shipped import load
from lca.assessment import assess
from lca.billing import bill
from lca.catalogue import Catalogue
from lca.end_of_life import METHODS, Method, Shares
from lca.end_of_life_lines import EndOfLife, Recipe, with_end_of_life
from lca.errors import InputError, NoEndOfLifeParameters
from lca.footprint import Footprint
from lca.product import Product
from lca.scores import UnitScores
from lca.solve import unit_scores
from tests.conftest import background_of
from tests.lca.test_billing import component, line, product

WORLD = {
    "virgin @ GLO": ("kg", {}, {"CO2": 10.0}),
    "recycled @ GLO": ("kg", {}, {"CO2": 2.0}),
    "mix @ GLO": ("kg", {"virgin @ GLO": 0.6, "recycled @ GLO": 0.4}, {}),
    "recycling @ GLO": ("kg", {}, {"CO2": 1.5}),
    "landfill @ GLO": ("kg", {}, {"CO2": 0.5}),
    "burning @ GLO": ("kg", {}, {"CO2": 3.0}),
    "device waste @ GLO": ("kg", {}, {"CO2": 0.7}),
    "board waste @ GLO": ("kg", {}, {"CO2": 0.3}),
    "chip @ GLO": ("piece", {}, {"CO2": 5.0}),
    "heat, industrial mix @ GLO": ("MJ", {}, {"CO2": 0.1}),
    "electricity, medium voltage @ GLO": ("kWh", {}, {"CO2": 0.5}),
}
_BACKGROUND = background_of(WORLD, {"CO2": 1.0})
_PROCESSES = tuple(p._replace(category="waste treatment") if p.name.endswith("waste") else p for p in _BACKGROUND.catalogue.processes)
SMALL = unit_scores(replace(_BACKGROUND, catalogue=Catalogue(_PROCESSES, _BACKGROUND.catalogue.places)))
SHARES = Shares(a=0.2, r1=0.4, r2=0.5, r3=0.2, quality_in=0.9, quality_out=0.8)
RECIPE = Recipe("stuff", SHARES, "virgin", "recycled", "recycling", "virgin", "landfill", "burning", 4.0, 2.0, "pef_annex_c")


def thing(**own: Any) -> Product:
    """2 kg of the mix in the product, 0.5 kg lost in making it; 5 kg of waste of the device."""
    waste = line("device", "device waste", amount=5, unit="kg")
    return product(line("case", "mix", amount=2, unit="kg", loss=0.2, **own), end_of_life=[waste])


def choice(method: Method, shares: Shares = SHARES) -> EndOfLife:
    """The method with one known material, delivered by the process `mix` with a recycled content of 0.4."""
    recipe = replace(RECIPE, shares=shares)
    return EndOfLife(method, {"mix": recipe}.get, {"stuff": recipe}.get)


def assessed(method: Method, shares: Shares = SHARES, made: Product | None = None) -> Footprint:
    """The footprint of the thing under a method."""
    return assess(made or thing(), SMALL, end_of_life=choice(method, shares))


def test_circular_footprint_formula_by_hand() -> None:
    stages = assessed("cff").stages
    bought = 2 / 0.8
    # (1-R1) Ev + R1 [A Erec + (1-A) Ev Q] of all that is bought
    assert stages["materials"] == pytest.approx(bought * (0.6 * 10 + 0.4 * (0.2 * 2 + 0.8 * 10 * 0.9)))
    # of the 5 kg of waste 2 kg are treated by the formula: recycling, burning, landfill; 3 kg as before
    assert stages["end_of_life"] == pytest.approx(2 * (0.8 * 0.5 * 1.5 + 0.2 * 3.0 + 0.3 * 0.5) + 3 * 0.7)
    assert stages["credits"] == pytest.approx(-2 * (0.8 * 0.5 * 10 * 0.8 + 0.2 * (4.0 * 0.1 + 2.0 * 0.5)))


def test_cut_off_is_the_bill_as_it_stands_and_has_no_credits() -> None:
    footprint = assessed("cutoff")
    assert footprint.stages == assess(thing(), SMALL).stages
    assert footprint.credits == 0
    assert "credits" not in footprint.stages
    assert footprint.provenance["end_of_life"] == "cut-off"


def test_a_of_one_without_energy_recovery_keeps_the_material_term_of_the_cut_off() -> None:
    footprint = assessed("cff", replace(SHARES, a=1.0, r3=0.0))
    assert footprint.stages["materials"] == pytest.approx(assessed("cutoff").stages["materials"])
    assert footprint.credits == 0
    assert footprint.stages["end_of_life"] == pytest.approx(2 * 0.5 * 0.5 + 3 * 0.7)


def test_a_of_zero_is_substitution_when_the_quality_of_the_input_is_one() -> None:
    shares = replace(SHARES, a=0.0, r3=0.0, quality_in=1.0)
    assert assessed("cff", shares).stages == pytest.approx(assessed("substitution", shares).stages)
    assert assessed("substitution", shares).stages["materials"] == pytest.approx(2.5 * 10)


def test_fifty_fifty_halves_what_substitution_credits() -> None:
    shares = replace(SHARES, quality_in=1.0, quality_out=1.0)
    assert assessed("5050", shares).credits == pytest.approx(assessed("substitution", shares).credits / 2)


def test_lines_add_up_and_every_credit_is_a_line_of_its_own() -> None:
    footprint = assessed("cff")
    assert sum(p["value"] for p in footprint.parts) == pytest.approx(footprint.total, rel=1e-12)
    assert sum(footprint.stages.values()) == pytest.approx(footprint.total, rel=1e-12)
    assert {p["part"] for p in footprint.parts if p["value"] < 0 and p["stage"] == "credits"} == {
        "case, virgin material replaced",
        "case, heat replaced",
        "case, electricity replaced",
    }
    told = footprint.to_dict()["end_of_life"]
    assert told["total_without_credits"] + told["credits"] == pytest.approx(footprint.total, rel=1e-12)
    assert told["covered_mass"] == pytest.approx(2.0)


def test_the_waste_of_a_covered_packaging_component_is_not_counted_twice() -> None:
    box = component("box", 1000, process="mix", end_of_life_process="board waste")
    other = component("label", 100, process="virgin", end_of_life_process="board waste")
    footprint = assessed("cff", made=product(packaging=[box, other]))
    parts = {p["part"]: p["amount"] for p in footprint.parts}
    assert parts["box (packaging)"] == 0
    assert parts["label (packaging)"] == pytest.approx(0.1)
    assert parts["box, disposal"] == pytest.approx(0.3)
    assert footprint.treated.left_on_cutoff == ("label",)


def test_parts_without_a_recipe_or_a_mass_stay_as_they_are_and_are_named() -> None:
    chip = line("chip", "chip", amount=1, unit="piece")
    pure = line("foil", "virgin", amount=1, unit="kg")
    footprint = assessed("cff", made=product(chip, pure))
    assert footprint.treated.left_on_cutoff == ("chip", "foil")
    assert footprint.total == pytest.approx(assessed("cutoff", made=product(chip, pure)).total)


def test_a_line_overrides_single_parameters() -> None:
    own = {"R2": 1.0, "R3": 0.0, "A": 0.5, "source": "estimate"}
    parts = {p["part"]: p["amount"] for p in assessed("cff", made=thing(end_of_life=own)).parts}
    assert parts["case, virgin material replaced"] == pytest.approx(-2 * 0.5 * 0.8)
    assert "case, disposal" not in parts


def test_a_line_that_names_a_material_without_parameters_is_refused_with_part_and_material() -> None:
    made = thing(end_of_life={"material": "unobtainium", "source": "estimate"})
    with pytest.raises(NoEndOfLifeParameters) as caught:
        assessed("cff", made=made)
    assert (caught.value.problems[0].field, caught.value.problems[0].value) == ("stages.materials[case].end_of_life", "unobtainium")
    assert assessed("cutoff", made=made).total > 0


def test_impossible_shares_of_a_line_are_refused_by_field() -> None:
    with pytest.raises(InputError, match=r"stages\.materials\[case\]\.end_of_life\.r2 \+ r3"):
        assessed("cff", made=thing(end_of_life={"R2": 0.9, "source": "estimate"}))


def test_many_designs_at_once_are_each_design_alone() -> None:
    made = product(
        line("case", "mix", amount="m", unit="kg"), parameters={"m": 1}, end_of_life=[line("d", "device waste", amount=2, unit="kg")]
    )
    together, _ = with_end_of_life(bill(made, SMALL.catalogue, {"m": np.array([1.0, 3.0])}), choice("cff"), SMALL.catalogue)
    for number, m in enumerate((1.0, 3.0)):
        alone, _ = with_end_of_life(bill(made, SMALL.catalogue, {"m": m}), choice("cff"), SMALL.catalogue)
        assert together.amounts[number] == pytest.approx(alone.amounts)
        assert np.all(alone.amounts[1] == max(0.0, 2.0 - m))  # treatment never turns negative


@pytest.mark.parametrize("name", ["smartphone", "washing_machine", "battery_electric_car", "smartwatch", "refrigerator"])
def test_laws_on_shipped_products(name: str, scores: UnitScores) -> None:
    made = load(name).product
    of = {m: assess(made, scores, end_of_life=end_of_life_by(m)) for m in METHODS}
    assert of["cutoff"].to_dict()["stages"] == assess(made, scores).to_dict()["stages"]
    for method in ("5050", "substitution", "cff"):
        footprint = of[method]  # type: ignore[index]
        assert footprint.credits < 0
        assert footprint.stages["end_of_life"] > 0
        assert sum(footprint.stages.values()) == pytest.approx(footprint.total, rel=1e-9)
        assert [footprint.stages[s] for s in ("manufacturing", "use")] == [of["cutoff"].stages[s] for s in ("manufacturing", "use")]
    assert of["substitution"].credits < of["5050"].credits


def test_every_recipe_can_be_found_in_the_background(scores: UnitScores) -> None:
    found = [recipe_of_process(name) for name in scores.catalogue.names]
    recipes = {r.material: r for r in found if r}
    assert len(recipes) > 25
    for r in recipes.values():
        names = [r.virgin, r.recycled, r.recycling, r.replaced, r.disposal, *([r.energy_recovery] if r.shares.r3 else [])]
        assert all(scores.catalogue.find(name, "GLO").index >= 0 for name in names)


def test_materials_that_no_formula_per_kg_covers_are_left_out() -> None:
    assert recipe_of_material("lithium-ion battery cells") is None
    assert recipe_of_process("gold") is None


def test_recycled_content_of_processes_is_what_their_supply_chain_holds(scores: UnitScores) -> None:
    links = network(scores)
    for name in ("aluminium, market mix", "steel, cold-rolled sheet", "copper, wire", "aluminium, die-cast part", "corrugated board"):
        recipe = recipe_of_process(name)
        assert recipe is not None
        demand = np.zeros(links.size)
        demand[scores.catalogue.find(name, "GLO").index] = 1.0
        supply = links.supply(demand)
        held = sum(supply[i] for i, p in enumerate(scores.catalogue.processes) if p.name == recipe.recycled)
        assert recipe.shares.r1 == pytest.approx(min(1.0, held), abs=0.02), name


def test_a_scenario_copy_delivers_the_material_of_its_original() -> None:
    assert material_of_process("aluminium, sheet [0.5 wind, tier 1]") == "aluminium"
