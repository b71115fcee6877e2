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
RECIPE = Recipe("stuff", SHARES, 0.4, "virgin", "recycled", "recycling", "virgin", "landfill", "burning", 4.0, 2.0, "pef_annex_c")


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


# an R1 of a line's own: the process `mix` holds 0.4, 2.5 kg of it are bought for 2 kg in the product

OWN_R1 = {"R1": 0.9, "source": "estimate"}


def own_r1(method: Method, r1: float, shares: Shares = SHARES) -> Footprint:
    """The thing with an R1 of its own."""
    return assessed(method, shares, thing(end_of_life={"R1": r1, "source": "estimate"}))


@pytest.mark.parametrize("r1", [0.0, 0.1, 0.4, 0.9, 1.0])
def test_an_own_r1_takes_the_place_of_what_the_process_holds_under_every_method(r1: float) -> None:
    by_hand = {
        "cutoff": (1 - r1) * 10 + r1 * 2,
        "cff": (1 - r1) * 10 + r1 * (0.2 * 2 + 0.8 * 10 * 0.9),
        "5050": (1 - r1) * 10 + r1 * (0.5 * 2 + 0.5 * 10),
        "substitution": 10.0,
    }
    for method, of_one_kg in by_hand.items():
        assert own_r1(method, r1).stages["materials"] == pytest.approx(2.5 * of_one_kg), method  # type: ignore[arg-type]


def test_an_own_r1_leaves_what_happens_after_use() -> None:
    for method in METHODS:
        more, plain = own_r1(method, 0.9), assessed(method)
        assert more.stages["end_of_life"] == pytest.approx(plain.stages["end_of_life"])
        assert more.credits == pytest.approx(plain.credits)


def test_the_limits_of_the_formula_hold_for_an_own_r1_too() -> None:
    """A = 1 is the material term of cut-off, A = 0 with quality 1 is substitution, and more recycled input is never dearer."""
    for r1 in (0.0, 0.9):
        one, zero = replace(SHARES, a=1.0), replace(SHARES, a=0.0, r3=0.0, quality_in=1.0)
        assert own_r1("cff", r1, one).stages["materials"] == pytest.approx(own_r1("cutoff", r1).stages["materials"])
        assert own_r1("cff", r1, zero).total == pytest.approx(own_r1("substitution", r1, zero).total)
    for method in ("cutoff", "cff", "5050"):
        assert own_r1(method, 0.9).total < own_r1(method, 0.5).total < own_r1(method, 0.4).total == pytest.approx(assessed(method).total)


def test_an_own_r1_that_the_process_holds_adds_no_line() -> None:
    assert [p["part"] for p in own_r1("cutoff", 0.4).parts] == ["case", "device"]
    assert [p["part"] for p in own_r1("cutoff", 0.9).parts][2:] == [
        "case, virgin input by its own R1",
        "case, recycled input by its own R1",
    ]
    assert own_r1("cutoff", 0.9).provenance["end_of_life"] == "cut-off"
    assert "credits" not in own_r1("cutoff", 0.9).stages


def test_a_process_of_unknown_recycled_share_says_what_it_holds() -> None:
    """A supplier's own figure for material that is 90 % recycled: nothing may be mixed into it a second time."""
    own = {"material": "stuff", "R1": 0.9, "source": "estimate"}
    made = product(line("case", "virgin", amount=1, unit="kg", end_of_life=own))
    for method in METHODS:
        with pytest.raises(NoEndOfLifeParameters, match="R1_of_process"):
            assessed(method, made=made)
    told = product(line("case", "virgin", amount=1, unit="kg", end_of_life=own | {"R1_of_process": 0.9}))
    assert assessed("cutoff", made=told).total == pytest.approx(10.0)
    # the formula counts (1 - A) of the recycled 0.9 kg as virgin, at a quality of 0.9, in the place of recycled
    assert assessed("cff", made=told).stages["materials"] == pytest.approx(10 + 0.9 * 0.8 * (10 * 0.9 - 2))


def test_an_own_r1_without_a_mass_or_a_recycled_process_is_refused() -> None:
    piece = product(line("case", "chip", amount=1, unit="piece", end_of_life=OWN_R1 | {"material": "stuff", "R1_of_process": 0.0}))
    with pytest.raises(InputError, match=r"stages\.materials\[case\]\.end_of_life\.R1: an R1 of its own needs the mass"):
        assessed("cutoff", made=piece)
    alike = replace(RECIPE, recycled="virgin")
    with pytest.raises(NoEndOfLifeParameters, match="no process of recycled stuff"):
        assess(thing(end_of_life=OWN_R1), SMALL, end_of_life=EndOfLife("cutoff", {"mix": alike}.get, {}.get))


def test_an_own_r1_without_recipes_is_refused_and_never_ignored() -> None:
    with pytest.raises(NoEndOfLifeParameters, match="needs the recipe"):
        assess(thing(end_of_life=OWN_R1), SMALL)


def test_an_own_r1_of_packaging_counts_without_any_treatment_line() -> None:
    box = component("box", 1000, process="mix", end_of_life={"R1": 1.0, "source": "estimate"})
    made = product(packaging=[box])
    assert assessed("cutoff", made=made).stages["packaging"] == pytest.approx(2.0)


# the treatment lines of the file


def treated(*amounts: float, parts: float = 2.0, unknown: bool = False, mass: float | None = None) -> float:
    """kg of treatment that are left beside the formula of 2 kg, for these treatment lines of the device."""
    lines = [line("case", "mix", amount=2, unit="kg")]
    lines += [line("rest", "virgin", amount=parts - 2, unit="kg")] if parts > 2 else []
    lines += [line("chip", "chip", amount=1, unit="piece")] if unknown else []
    waste = [line(f"step {n}", "device waste", amount=amount, unit="kg") for n, amount in enumerate(amounts)]
    more = {"mass": {"value": mass, "unit": "kg", "source": "estimate"}} if mass else {}
    found = assessed("cff", made=product(*lines, end_of_life=waste, **more))
    return sum(p["amount"] for p in found.parts if p["part"].startswith("step"))


def test_treatment_in_steps_is_taken_out_of_every_step() -> None:
    """Dismantling and then shredding the same 2 kg: the formula covers all of it, so nothing of either step stays."""
    assert treated(2.0, 2.0) == 0
    # of 4 kg in the product half is covered: half of both steps stays
    assert treated(4.0, 4.0, parts=4.0) == pytest.approx(4.0)


def test_treatment_that_shares_the_product_out_keeps_what_no_formula_covers() -> None:
    assert treated(3.0, 1.0, parts=4.0) == pytest.approx(2.0)
    assert treated(5.0) == pytest.approx(3.0)
    # 1 kg of accessories beside the product of 4 kg: 2 of 5 kg are covered
    assert treated(4.0, 1.0, parts=4.0) == pytest.approx(3.0)


def test_where_a_part_has_no_mass_the_declared_one_tells_steps_from_shares() -> None:
    assert treated(2.2, 2.2, unknown=True, mass=2.2) == pytest.approx(2 * 0.2)
    assert treated(1.1, 1.1, unknown=True, mass=2.2) == pytest.approx(0.2)
    assert treated(2.0, 2.0, unknown=True) == pytest.approx(2.0)  # nobody knows: as if they shared 4 kg out


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
    """Every process with a recipe stands in recycled_content.csv; whatever of them can be bought by the kg is worked out again."""
    links, processes = network(scores), scores.catalogue.processes
    wrong = {}
    for name, at in scores.catalogue.by_name.items():
        recipe = recipe_of_process(name)
        index = at.get("GLO", next(iter(at.values())))
        # what recycles gives recycled material; crumb is a recycled rubber of another kind than the one that replaces virgin
        by_name = name.startswith("recycling, ") or name == "rubber, recycled crumb"
        if recipe is None or processes[index].unit != "kg" or recipe.recycled == recipe.virgin or by_name:
            continue
        demand = np.zeros(links.size)
        demand[index] = 1.0
        supply = links.supply(demand)
        held = min(1.0, sum(supply[i] for i, p in enumerate(processes) if p.name == recipe.recycled))
        if recipe.held is None or abs(recipe.held - held) > 0.02:
            wrong[name] = (recipe.held, held)
    assert wrong == {}, "process: (R1 in recycled_content.csv, R1 worked out)"


def test_what_a_suppliers_own_process_holds_is_not_known() -> None:
    recipe = recipe_of_process("aluminium, sheet of our supplier")
    assert recipe is not None
    assert recipe.held is None


def test_a_scenario_copy_delivers_the_material_of_its_original() -> None:
    assert material_of_process("aluminium, sheet [0.5 wind, tier 1]") == "aluminium"
