"""Greener supply chains by hand on a world of a few processes; only what was named is touched, and the digest says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lca.background import Background, Facts
from lca.catalogue import Catalogue, original_name
from lca.drawn_system import DrawnSystem
from lca.errors import InputError, UnknownProcess
from lca.rewiring import (
    ALL,
    Greening,
    Rescaling,
    Supply,
    copy_name,
    is_generation,
    is_grid,
    rewire,
    rewired_digest,
    together,
)
from lca.solve import unit_scores
from tests.conftest import World, background_of

# 1 kWh at the plug takes 1.1 kWh of the mix: 0.8 coal (1 kg CO2) and 0.2 hydro (0); wind emits 0.02.
# 1 kg sheet: 2 kWh and 1 kg steel, 0.1 kg CO2 of its own; 1 kg steel: 4 kWh, 1 kg CO2 of its own.
WORLD: World = {
    "sheet @ GLO": ("kg", {"electricity, medium voltage @ GLO": 2.0, "steel @ GLO": 1.0}, {"CO2": 0.1}),
    "steel @ GLO": ("kg", {"electricity, medium voltage @ GLO": 4.0}, {"CO2": 1.0}),
    "electricity, medium voltage @ GLO": ("kWh", {"electricity, generation mix @ GLO": 1.1}, {}),
    "electricity, generation mix @ GLO": ("kWh", {"electricity, coal @ GLO": 0.8, "electricity, hydro @ GLO": 0.2}, {}),
    "electricity, coal @ GLO": ("kWh", {}, {"CO2": 1.0}),
    "electricity, hydro @ GLO": ("kWh", {}, {}),
    "electricity, wind @ GLO": ("kWh", {}, {"CO2": 0.02}),
    "electricity, solar @ GLO": ("kWh", {}, {"CO2": 0.05}),
}
SHEET, STEEL, GRID, MIX, COAL, HYDRO, WIND = range(7)
WIND_POWER, SUN = "electricity, wind", "electricity, solar"


def greened(process: int, share: float, tiers: int, technology: str = WIND_POWER) -> Greening:
    """A share from one technology."""
    return Greening(process, (Supply(technology, tiers, share),))


def world() -> Background:
    """The world above, its electricity marked as such."""
    made = background_of(WORLD, {"CO2": 1.0})
    processes = tuple(p._replace(category="electricity") if p.name.startswith("electricity") else p for p in made.catalogue.processes)
    return replace(made, catalogue=Catalogue(processes, made.catalogue.places))


def score_of(background: Background, name: str) -> float:
    solved = unit_scores(background)
    return float(solved.values[solved.catalogue.find(name, "GLO").index, 0].sum())


GREY = 1.1 * 0.8
STEEL_GREY = 1.0 + 4 * GREY
SHEET_GREY = 0.1 + 2 * GREY + STEEL_GREY


def test_all_electricity_of_one_tier_by_hand() -> None:
    """The sheet's own 2 kWh are wind with the same losses; its steel stays."""
    change = greened(SHEET, 1.0, 1)
    assert score_of(rewire(world(), [change]), copy_name("sheet", change)) == pytest.approx(0.1 + 2 * 1.1 * 0.02 + STEEL_GREY)


def test_half_of_the_electricity_of_two_tiers_by_hand() -> None:
    change = greened(SHEET, 0.5, 2)
    half = 0.5 * GREY + 0.5 * 1.1 * 0.02
    assert score_of(rewire(world(), [change]), copy_name("sheet", change)) == pytest.approx(0.1 + 2 * half + 1.0 + 4 * half)


def test_all_tiers_reach_the_end_of_the_chain() -> None:
    change = greened(SHEET, 1.0, ALL)
    assert score_of(rewire(world(), [change]), copy_name("sheet", change)) == pytest.approx(0.1 + 1.0 + 6 * 1.1 * 0.02)


def test_two_technologies_share_one_line_by_hand() -> None:
    """Half wind and 30 % sun leave 20 % of the grid: each kWh at the plug takes 1.1 kWh of them too."""
    change = Greening(SHEET, together([Supply(WIND_POWER, 1, 0.5), Supply(SUN, 1, 0.3)]))
    kwh = 0.2 * GREY + 1.1 * (0.5 * 0.02 + 0.3 * 0.05)
    assert score_of(rewire(world(), [change]), copy_name("sheet", change)) == pytest.approx(0.1 + 2 * kwh + STEEL_GREY)


def test_each_technology_reaches_as_far_as_its_own_tiers() -> None:
    """All suppliers take 40 % wind, the sheet's own plant 60 % sun besides: its own electricity has no grid left, steel's has 60 %."""
    change = Greening(SHEET, together([Supply(SUN, 1, 0.6), Supply(WIND_POWER, ALL, 0.4)]))
    own, steel = 1.1 * (0.6 * 0.05 + 0.4 * 0.02), 0.6 * GREY + 0.4 * 1.1 * 0.02
    made = rewire(world(), [change])
    assert score_of(made, copy_name("sheet", change)) == pytest.approx(0.1 + 2 * own + 1 + 4 * steel)
    assert "steel [0.4 wind, all tiers]" in made.catalogue.names


def test_shares_of_one_technology_are_added_and_their_order_does_not_matter() -> None:
    supplies = [Supply(WIND_POWER, 1, 0.1), Supply(SUN, 2, 0.7), Supply(WIND_POWER, 1, 0.2)]
    assert together(supplies) == together(supplies[::-1]) == (Supply(SUN, 2, 0.7), Supply(WIND_POWER, 1, pytest.approx(0.3)))
    # 0.1 + 0.2 + 0.7 is 1 but for rounding, and leaves nothing of the grid
    change = Greening(SHEET, together(supplies))
    assert rewire(world(), [change]).inputs.amount.min() >= 0


def test_more_than_all_electricity_is_refused() -> None:
    with pytest.raises(InputError, match="more than all"):
        Greening(SHEET, together([Supply(WIND_POWER, 1, 0.5), Supply(SUN, ALL, 0.6)]))


def test_shares_that_differ_in_any_digit_have_copies_of_their_own() -> None:
    one, other = greened(SHEET, 0.33333, 1), greened(SHEET, 0.33334, 1)
    assert copy_name("sheet", one) != copy_name("sheet", other)


def test_a_technology_that_is_not_there_where_the_grid_is_taken_is_refused() -> None:
    with pytest.raises(UnknownProcess, match="where the supply chain takes grid electricity"):
        rewire(world(), [greened(SHEET, 0.5, 1, "electricity, tidal")])


def test_only_one_technology_by_the_kwh_generates() -> None:
    processes = world().catalogue.processes
    assert [p.name.removeprefix("electricity, ") for p in processes if is_generation(p)] == ["coal", "hydro", "wind", "solar"]
    assert not is_generation(processes[WIND]._replace(unit="MJ"))


@pytest.mark.parametrize("tiers", [1, 2, ALL])
def test_a_share_of_nothing_changes_nothing_in_any_world(tiers: int) -> None:
    """The sheet is a mix: 30 % by one route, 70 % by the other. Its shares vary and their sum does not, in the copy as well."""
    routes = {"sheet @ GLO": ("kg", {"steel @ GLO": 0.3, "scrap steel @ GLO": 0.7}, {}), "scrap steel @ GLO": ("kg", {}, {"CO2": 0.2})}
    made = background_of({**WORLD, **routes}, {"CO2": 1.0})
    processes = tuple(p._replace(category="electricity") if p.name.startswith("electricity") else p for p in made.catalogue.processes)
    inputs, emissions = len(made.inputs.row), len(made.emissions.row)
    facts = Facts(
        keys=tuple(f"fact {i}" for i in range(inputs + emissions)),
        spread=np.tile([0.5, 2.0, 0.0, 0.2], (inputs + emissions, 1)),
        of_inputs=np.arange(inputs),
        of_emissions=np.arange(inputs, inputs + emissions),
        mixes=np.array([SHEET, MIX]),
    )
    made = replace(made, catalogue=Catalogue(processes, made.catalogue.places), facts=facts)
    change = greened(SHEET, 0.0, tiers)
    rewired = rewire(made, [change])
    assert rewired.facts is not None
    copy = rewired.catalogue.find(copy_name("sheet", change), "GLO").index
    order = np.arange(rewired.size)
    system = DrawnSystem(rewired, rewired.facts, ("AR6-GWP100",), 42, order)
    for number in range(20):
        equations = system.equations(number)
        scores = np.linalg.solve(np.diag(equations.keeps) - equations.consumed().toarray(), equations.right[:, 0])
        assert scores[copy] == pytest.approx(scores[SHEET], rel=1e-12)


def test_a_share_of_nothing_changes_nothing() -> None:
    change = greened(SHEET, 0.0, ALL)
    assert score_of(rewire(world(), [change]), copy_name("sheet", change)) == pytest.approx(SHEET_GREY, rel=1e-12)


def test_a_line_that_is_grid_electricity_itself() -> None:
    change = greened(GRID, 0.25, 1)
    expected = 0.75 * GREY + 0.25 * 1.1 * 0.02
    assert score_of(rewire(world(), [change]), copy_name("electricity, medium voltage", change)) == pytest.approx(expected)


def test_the_originals_are_not_touched() -> None:
    """Another product that buys the same sheet gets the same sheet as before."""
    before, made = unit_scores(world()), rewire(world(), [greened(SHEET, 1.0, ALL)])
    after = unit_scores(made)
    assert after.values[: before.values.shape[0]] == pytest.approx(before.values, rel=1e-12)
    assert made.catalogue.processes[: len(WORLD)] == world().catalogue.processes


def test_only_the_chosen_tier_is_copied() -> None:
    assert [p.name for p in rewire(world(), [greened(SHEET, 1.0, 1)]).catalogue.processes[len(WORLD) :]] == ["sheet [1 wind, tier 1]"]
    names = [p.name for p in rewire(world(), [greened(SHEET, 1.0, 2)]).catalogue.processes[len(WORLD) :]]
    assert names == ["sheet [1 wind, tiers 1-2]", "steel [1 wind, tier 1]"]


def test_a_loop_in_the_supply_chain_is_copied_once() -> None:
    """Steel that needs sheet: the copies refer to each other, and 100 % wind by hand: s = 1.1 x .088.. with the loop."""
    looped = dict(WORLD)
    looped["steel @ GLO"] = ("kg", {"electricity, medium voltage @ GLO": 4.0, "sheet @ GLO": 0.1}, {"CO2": 1.0})
    made = background_of(looped, {"CO2": 1.0})
    processes = tuple(p._replace(category="electricity") if p.name.startswith("electricity") else p for p in made.catalogue.processes)
    made = replace(made, catalogue=Catalogue(processes, made.catalogue.places))
    change = greened(SHEET, 1.0, ALL)
    green = 1.1 * 0.02
    # sheet = 0.1 + 2 g + steel and steel = 1 + 4 g + 0.1 sheet
    assert score_of(rewire(made, [change]), copy_name("sheet", change)) == pytest.approx((1.1 + 6 * green) / 0.9)


def test_a_rescaled_grid() -> None:
    change = Rescaling(GRID, 0.6, "an outlook from 2026, 3 years")
    name = "electricity, medium voltage [an outlook from 2026, 3 years]"
    assert copy_name("electricity, medium voltage", change) == name
    assert score_of(rewire(world(), [change]), name) == pytest.approx(0.6 * GREY)


def test_the_digest_names_the_background_and_the_changes() -> None:
    one, other = greened(SHEET, 0.5, 1), greened(SHEET, 0.5, 2)
    digests = {rewire(world(), c).digest for c in ([], [one], [other], [one, other], [Rescaling(GRID, 0.5, "x")])}
    assert len(digests) == 5
    assert "toy" not in digests
    assert rewire(world(), [one, other]).digest == rewire(world(), [other, one, one]).digest == rewired_digest("toy", [one, other])
    assert rewired_digest("another background", [one]) != rewired_digest("toy", [one])


def test_names_of_copies_lead_back_to_their_originals() -> None:
    for change in (greened(SHEET, 0.43, 1), greened(SHEET, 1.0, ALL), Rescaling(GRID, 0.5, "x")):
        assert original_name(copy_name("sheet", change)) == "sheet"
    assert original_name("sheet") == "sheet"
    assert copy_name("sheet", greened(SHEET, 0.43, ALL)) == "sheet [0.43 wind, all tiers]"


@pytest.mark.parametrize(
    ("name", "grid"),
    [("electricity, low voltage", True), ("electricity, high voltage", True), ("electricity, generation mix", False), ("steel", False)],
)
def test_what_counts_as_grid_electricity(name: str, grid: bool) -> None:
    assert is_grid(name) is grid


def test_copies_keep_the_uncertain_facts_of_their_originals() -> None:
    """The same draw reaches the original and its copy; the factor of a rescaled grid is certain."""
    background = world()
    inputs, emissions = len(background.inputs.row), len(background.emissions.row)
    facts = Facts(
        keys=tuple(f"fact {i}" for i in range(inputs + emissions)),
        spread=np.tile([0.8, 1.2, 1.0, 0.1], (inputs + emissions, 1)),
        of_inputs=np.arange(inputs),
        of_emissions=np.arange(inputs, inputs + emissions),
        mixes=np.array([MIX]),
        causes=tuple(f"cause {i}" for i in range(inputs + emissions)),
    )
    made = rewire(replace(background, facts=facts), [greened(SHEET, 0.5, 1), Rescaling(GRID, 0.5, "x")])
    assert made.facts is not None
    assert len(made.facts.keys) == len(made.facts.spread) == len(made.facts.causes)
    assert len(made.facts.of_inputs) == len(made.inputs.row)
    assert len(made.facts.of_emissions) == len(made.emissions.row)
    # the copy's two parts of its electricity carry the fact of the original link (sheet <- grid, the first one)
    of_copy = made.facts.of_inputs[made.inputs.column == len(WORLD)]
    assert set(of_copy.tolist()) == {0, 1}
    assert made.facts.keys[made.facts.of_inputs[-1]] == "certain"
    assert made.facts.spread[-1].tolist() == [1.0, 1.0, 1.0, 0.0]
