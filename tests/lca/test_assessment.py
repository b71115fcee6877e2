"""Footprint and comparison: values by hand on a small world, and laws on every product that is shipped."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventories.shipped import archetype_paths, load, product_paths
from lca.assessment import assess, product_digest
from lca.comparison import Comparison, compare
from lca.errors import FunctionalUnitsDiffer, InputError, UnknownName
from lca.footprint import Footprint
from lca.product import Product
from lca.scores import UnitScores
from lca.solve import unit_scores
from lca.stages import STAGES
from tests.conftest import background_of
from tests.lca.test_billing import component, line, product

WORLD = {
    "steel @ GLO": ("kg", {"power @ GLO": 2.0}, {"CO2": 1.5, "CH4": 0.01}),
    "power @ GLO": ("kWh", {}, {"CO2": 0.4}),
    "power @ DE": ("kWh", {}, {"CO2": 0.3}),
    "board @ GLO": ("kg", {}, {"CO2": 1.0}),
    "waste board @ GLO": ("kg", {}, {"CH4": 0.002}),
}
GASES = {"CO2": 1.0, "CH4": 29.8}
SMALL = unit_scores(background_of(WORLD, GASES))
SHIPPED = sorted(product_paths())
ALL = sorted([*product_paths(), *archetype_paths()])


def thing(**more: Any) -> Product:
    """250 g of steel for 100 g in the product, 20 kWh in 4 years in Germany, 60 g of box that is thrown away."""
    box = component("box", 60, end_of_life_process="waste board")
    made = {"packaging": [box], "service_life": {"value": 4, "unit": "year", "source": "estimate"}}
    use = [line("charging", "power", "{use_grid}", "5 * service_life", "kWh")]
    return product(line(loss=0.6), use=use, parameters={"use_grid": "DE"}, **(made | more))


def test_a_footprint_derived_by_hand() -> None:
    footprint = assess(thing(), SMALL)
    steel = 1.5 + 0.01 * 29.8 + 2 * 0.4
    expected = {
        "materials": 0.25 * steel,
        "manufacturing": 0.0,
        "packaging": 0.06 * 1.0,
        "distribution": 0.0,
        "use": 20 * 0.3,
        "end_of_life": 0.06 * 0.002 * 29.8,
    }
    assert footprint.stages == pytest.approx(expected, rel=1e-12)
    assert footprint.total == pytest.approx(sum(expected.values()), rel=1e-12)
    assert footprint.gases["CH4"] == pytest.approx(29.8 * (0.25 * 0.01 + 0.06 * 0.002), rel=1e-12)


def test_every_line_is_in_the_parts() -> None:
    parts = {(p["stage"], p["part"]): (p["process"], p["location"], p["amount"], p["unit"]) for p in assess(thing(), SMALL).parts}
    assert parts == {
        ("materials", "case"): ("steel", "GLO", pytest.approx(0.25), "kg"),
        ("packaging", "box"): ("board", "GLO", pytest.approx(0.06), "kg"),
        ("use", "charging"): ("power", "DE", pytest.approx(20.0), "kWh"),
        ("end_of_life", "box (packaging)"): ("waste board", "GLO", pytest.approx(0.06), "kg"),
    }


def test_what_rests_on_estimates() -> None:
    """A line with the source `estimate` rests on it wholly; a sourced line by the part of its process that does."""
    sources = {"spec": {"title": "A sheet", "publisher": "A maker"}}
    sourced = thing(sources=sources).model_copy(update={"packaging": ()})
    lines = tuple(x.model_copy(update={"source": "spec"}) for x in sourced.stages.materials)
    sourced = sourced.model_copy(update={"stages": sourced.stages.model_copy(update={"materials": lines})})
    footprint = assess(sourced, SMALL)
    assert footprint.resting_on_estimates == pytest.approx(footprint.stages["use"], rel=1e-12)


def test_the_provenance_says_what_made_the_number() -> None:
    made = assess(thing(), SMALL, {"service_life": 5.0}).provenance
    assert made["background_digest"] == "toy"
    assert (made["method"], made["end_of_life"], made["market"]) == ("AR6-GWP100", "cut-off", "international")
    assert made["changes"] == {"service_life": 5.0}
    assert "bw2calc" in made["solver"]


def test_the_digest_of_a_product_changes_with_its_content_only() -> None:
    assert product_digest(thing()) == product_digest(thing())
    assert product_digest(thing(name="Another name")) != product_digest(thing())


def test_a_change_shows_in_the_service_life_and_the_total() -> None:
    longer = assess(thing(), SMALL, {"service_life": 8})
    assert longer.service_life == "8 year"
    assert longer.stages["use"] == pytest.approx(40 * 0.3, rel=1e-12)


def test_an_unknown_method_names_those_that_are_there() -> None:
    with pytest.raises(UnknownName, match="AR6-GWP100"):
        assess(thing(), SMALL, method="AR6-GWP")


def test_a_missing_process_is_an_error_that_names_part_and_process() -> None:
    made = thing().model_copy(update={"stages": product(line("hinge", "titanium")).stages})
    with pytest.raises(InputError, match=r"materials\[hinge\].process.*'titanium'"):
        assess(made, SMALL)


# Comparison


def test_a_comparison_derived_by_hand() -> None:
    """B loses less (200 g of steel instead of 250 g) and has no box."""
    a = assess(thing(), SMALL)
    b = assess(product(line(loss=0.5), use=[line("charging", "power", "DE", 20, "kWh")]), SMALL)
    differences = {(x.stage, x.part): x.difference for x in compare(a, b).lines}
    steel = 1.5 + 0.01 * 29.8 + 2 * 0.4
    assert differences == {
        ("materials", "case"): pytest.approx(-0.05 * steel, rel=1e-9),
        ("packaging", "box"): pytest.approx(-0.06, rel=1e-9),
        ("end_of_life", "box (packaging)"): pytest.approx(-0.06 * 0.002 * 29.8, rel=1e-9),
        ("use", "charging"): pytest.approx(0.0, abs=1e-12),
    }


def test_the_largest_difference_comes_first_and_is_named() -> None:
    b = thing(name="Long-lived")
    result = compare(assess(thing(), SMALL), assess(b, SMALL, {"service_life": 8}))
    assert result.lines[0].part == "charging"
    assert "A thing has the lower footprint" in result.sentence
    assert "charging" in result.sentence
    assert any("service lives differ" in warning for warning in result.warnings)


def test_the_same_design_has_the_same_footprint() -> None:
    result = compare(assess(thing(), SMALL), assess(thing(), SMALL))
    assert result.difference == 0.0
    assert "have the same footprint" in result.sentence


def test_a_footprint_of_nothing_is_not_the_same_as_one_of_something() -> None:
    assert "have the same footprint" not in compare(assess(product(line(amount=0)), SMALL), assess(product(line()), SMALL)).sentence


@pytest.mark.parametrize(
    "other",
    [{"description": "two things", "quantity": 1}, {"description": "one thing", "quantity": 2}, {"description": "one thing", "unit": "km"}],
)
def test_designs_that_do_not_do_the_same_are_not_compared(other: dict[str, Any]) -> None:
    with pytest.raises(FunctionalUnitsDiffer, match="the functional units differ"):
        compare(assess(thing(), SMALL), assess(thing(functional_unit=other), SMALL))


def test_the_spelling_of_the_functional_unit_does_not_matter() -> None:
    other = thing(functional_unit={"description": "One  Thing", "quantity": 1.0, "unit": "piece"})
    assert compare(assess(thing(), SMALL), assess(other, SMALL)).difference == 0.0


# Laws on what is shipped


@cache
def shipped(name: str) -> Product:
    """A shipped product or archetype."""
    return load(name).product


def close(a: float, b: float) -> bool:
    """Equal within 1e-9 of the larger, or of 1."""
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))


def assert_adds_up(footprint: Footprint) -> None:
    """Stages, parts and gases each sum to the total, parts to their stage."""
    told = footprint.to_dict()
    total = told["total"]["value"]
    assert close(sum(told["stages"].values()), total)
    assert close(sum(told["gases"].values()), total)
    assert close(sum(p["value"] for p in told["parts"]), total)
    for stage, value in told["stages"].items():
        assert close(sum(p["value"] for p in told["parts"] if p["stage"] == stage), value)


@pytest.mark.parametrize("method", ["AR6-GWP100", "AR5-GWP100", "AR6-GWP20"])
@pytest.mark.parametrize("name", ALL)
def test_stages_parts_and_gases_sum_to_the_total(name: str, method: str, scores: UnitScores) -> None:
    assert_adds_up(assess(shipped(name), scores, method=method))


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(ALL), factor=st.floats(0.25, 4.0))
def test_they_do_so_for_any_service_life(scores: UnitScores, name: str, factor: float) -> None:
    made = shipped(name)
    assert_adds_up(assess(made, scores, {"service_life": made.service_life.value * factor}))


@pytest.mark.parametrize("name", ALL)
def test_every_shipped_product_has_a_footprint_and_no_negative_line(name: str, scores: UnitScores) -> None:
    footprint = assess(shipped(name), scores)
    assert footprint.total > 0
    assert tuple(footprint.stages) == STAGES
    assert min(p["value"] for p in footprint.parts) >= 0
    assert 0 <= footprint.resting_on_estimates <= footprint.total * (1 + 1e-9)


def electric_cars() -> list[str]:
    """Shipped battery cars."""
    return [name for name in SHIPPED if shipped(name).category == "battery_electric_car"]


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(electric_cars()), factor=st.floats(0.1, 10.0))
def test_what_is_driven_is_linear_in_the_kilometres(scores: UnitScores, name: str, factor: float) -> None:
    """Electricity is kWh per km times km: k times the distance, k times the electricity, and the car itself stays."""
    made = shipped(name)
    once, more = assess(made, scores), assess(made, scores, {"service_life": made.service_life.value * factor})
    of = [next(p["value"] for p in f.parts if (p["stage"], p["part"]) == ("use", "electricity")) for f in (once, more)]
    assert of[1] == pytest.approx(factor * of[0], rel=1e-9)
    assert more.stages["manufacturing"] == pytest.approx(once.stages["manufacturing"], rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(mass=st.floats(0.0, 1e6), split=st.floats(0.0, 1.0))
def test_a_footprint_is_linear_in_its_amounts(mass: float, split: float) -> None:
    """f(2 x) = 2 f(x), and f(a + b) = f(a) + f(b)."""

    def total(grams: float) -> float:
        return assess(product(line(amount=grams, loss=0.3)), SMALL).total

    assert total(2 * mass) == pytest.approx(2 * total(mass), rel=1e-12)
    assert total(split * mass) + total(mass - split * mass) == pytest.approx(total(mass), rel=1e-9, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(ALL), random=st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(scores: UnitScores, name: str, random: Any) -> None:
    made = shipped(name)
    orders = {s: tuple(random.sample(getattr(made.stages, s), len(getattr(made.stages, s)))) for s in STAGES if s != "packaging"}
    packaging = tuple(random.sample(made.packaging, len(made.packaging)))
    mixed = made.model_copy(update={"stages": made.stages.model_copy(update=orders), "packaging": packaging})
    ours, other = assess(made, scores), assess(mixed, scores)
    assert other.total == pytest.approx(ours.total, rel=1e-12)
    assert other.stages == pytest.approx(ours.stages, rel=1e-12, abs=1e-12)


def of_one_function() -> list[tuple[str, str]]:
    """Pairs of shipped products that have the same functional unit."""
    units: dict[tuple[Any, ...], list[str]] = {}
    for name in SHIPPED:
        unit = shipped(name).functional_unit
        units.setdefault((unit.quantity, unit.unit, unit.description.casefold()), []).append(name)
    return [(a, b) for names in units.values() for a in names for b in names if a < b]


PAIRS = of_one_function()


@settings(max_examples=60, deadline=None)
@given(pair=st.sampled_from(PAIRS))
def test_the_differences_of_the_lines_sum_to_the_difference(scores: UnitScores, pair: tuple[str, str]) -> None:
    there, back = both_ways(scores, pair)
    assert sum(x.difference for x in there.lines) == pytest.approx(there.difference, rel=1e-9, abs=1e-9)
    assert there.difference == pytest.approx(there.b.total - there.a.total, rel=1e-12)
    assert sum(x.a for x in there.lines) == pytest.approx(there.a.total, rel=1e-9)
    assert sum(x.b for x in there.lines) == pytest.approx(there.b.total, rel=1e-9)
    assert back.difference == -there.difference


@settings(max_examples=30, deadline=None)
@given(pair=st.sampled_from(PAIRS))
def test_b_against_a_is_a_against_b_with_the_sign_changed(scores: UnitScores, pair: tuple[str, str]) -> None:
    there, back = both_ways(scores, pair)
    forward = {(x.stage, x.part): x.difference for x in there.lines}
    backward = {(x.stage, x.part): -x.difference for x in back.lines}
    assert forward == backward


#: Footprints by product, assessed once.
_known: dict[str, Footprint] = {}


def both_ways(scores: UnitScores, pair: tuple[str, str]) -> tuple[Comparison, Comparison]:
    """a against b, and b against a."""
    for name in pair:
        if name not in _known:
            _known[name] = assess(shipped(name), scores)
    a, b = (_known[name] for name in pair)
    return compare(a, b), compare(b, a)


def test_a_frame_has_a_row_for_every_line(scores: UnitScores) -> None:
    footprint = assess(shipped("xiaomi_su7"), scores)
    frame = footprint.to_frame()
    assert len(frame) == len(footprint.bill.lines)
    assert frame["value"].sum() == pytest.approx(footprint.total, rel=1e-9)


def test_a_greener_grid_in_the_supply_chain_shows_in_the_product(scores: UnitScores) -> None:
    """A car that is charged in Norway: use falls, and only use, waste and what is bought there change."""
    coal, water = (assess(shipped("xiaomi_su7"), scores, {"use_grid": grid}) for grid in ("CN", "NO"))
    assert water.stages["use"] < 0.4 * coal.stages["use"]
    assert water.stages["materials"] == pytest.approx(coal.stages["materials"], rel=1e-9)
    assert not np.isclose(water.total, coal.total)


def test_a_footprint_that_is_no_number_any_more_is_refused_by_its_line(scores: UnitScores) -> None:
    with pytest.raises(InputError, match="too large for a number") as caught:
        assess(load("xiaomi_14").product, scores, {"machining_energy": 1e308})
    assert caught.value.problems[0].field == "stages.materials[enclosure machining and polishing].amount"
