"""Plastic-free ratios: masses first, ratios last; definitions, points against per cent, refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circularity import packaging
from circularity.packaging import Component, Masses, masses_of, plastic_free_ratio, rolled_up
from circularity.swap import Design, Market, Swapped, check_split, totals
from lca.errors import InputError

BOX, TRAY, TAPE = Component("box", 0.060, "fibre"), Component("tray", 0.030, "plastic"), Component("tape", 0.010, "plastic", "adhesive")
MASS = st.floats(1e-6, 1e3)


def test_every_component_counts_or_the_excluded_classes_do_not() -> None:
    # 60 g of 100 g are fibre; without 10 g of tape 60 g of 90 g
    assert plastic_free_ratio(masses_of([BOX, TRAY, TAPE])) == pytest.approx(0.6)
    assert plastic_free_ratio(masses_of([BOX, TRAY, TAPE], "mass.without-excluded")) == pytest.approx(60 / 90)


def test_a_portfolio_is_weighed_not_averaged() -> None:
    # 30 units of 1 kg without plastic, 1 unit of 10 kg all plastic: 30 of 40 kg, where the mean of the two ratios would be 50 %
    parts = [(Masses(1.0, 0.0), 30.0), (Masses(10.0, 10.0), 1.0)]
    assert plastic_free_ratio(rolled_up(parts)) == pytest.approx(0.75)


@given(st.lists(st.tuples(MASS, st.floats(0, 1), MASS), min_size=1, max_size=6))
def test_a_roll_up_lies_between_its_parts(parts: list[tuple[float, float, float]]) -> None:
    models = [(Masses(mass, mass * share), units) for mass, share, units in parts]
    ratios = [plastic_free_ratio(m) for m, _ in models]
    assert min(ratios) - 1e-9 <= plastic_free_ratio(rolled_up(models)) <= max(ratios) + 1e-9


def test_points_are_not_per_cent() -> None:
    assert packaging.change_in_points(0.60, 0.75) == pytest.approx(15.0)
    assert packaging.change_in_percent(0.60, 0.75) == pytest.approx(25.0)
    assert packaging.change_in_percent(0.0, 0.75) is None


def test_models_without_plastic_are_counted() -> None:
    assert packaging.share_of_plastic_free_models([Masses(1, 0), Masses(1, 0.1), Masses(2, 0), Masses(1, 1)]) == 0.5
    with pytest.raises(InputError, match="no model"):
        packaging.share_of_plastic_free_models([])


@pytest.mark.parametrize(("total", "plastic"), [(0.0, 0.0), (float("nan"), 0.0), (1.0, 1.1), (1.0, -0.1)])
def test_impossible_packaging_has_no_ratio(total: float, plastic: float) -> None:
    with pytest.raises(InputError):
        plastic_free_ratio(Masses(total, plastic))


def test_recycled_share_tells_for_how_much_it_is_stated() -> None:
    board = Component("board", 0.08, "fibre", recycled_content=0.5)
    share, stated = packaging.recycled_share([board, Component("film", 0.02, "plastic")])
    assert (share, stated) == (pytest.approx(0.5), pytest.approx(0.8))


def test_an_unknown_definition_names_the_nearest() -> None:
    assert all(packaging.definition_named(name).formula for name in packaging.DEFINITIONS)
    with pytest.raises(InputError, match=r"did you mean 'mass\.all'"):
        packaging.definition_named("mass.al")


def swapped(market: Market) -> Swapped:
    return Swapped("phone", market, "mass.all", Design(Masses(0.1, 0.02), 70.0), Design(Masses(0.11, 0.0), 69.9))


def test_a_swap_reaches_the_covered_units_only() -> None:
    # 70 % of units: masses 0.7 x 0.11 + 0.3 x 0.10 = 0.107 kg, plastic 0.3 x 0.02 = 0.006 kg
    row = swapped(Market("domestic", 1.0, 0.7)).to_dict()
    assert row["ratio_before"] == pytest.approx(0.8)
    assert row["ratio_after"] == pytest.approx(1 - 0.006 / 0.107)
    assert row["change_points"] == pytest.approx(100 * (0.2 - 0.006 / 0.107))
    assert row["footprint_change"] == pytest.approx(-0.07)


def test_the_markets_of_a_swap_are_weighed_by_their_shares() -> None:
    rows = [swapped(Market("international", 0.6)), swapped(Market("domestic", 0.4, 0.7))]
    whole = totals(rows)[-1]
    # 0.6 x 1 + 0.4 x 0.7 = 0.88 of the units get it
    assert whole["market"] == "all"
    assert whole["definition"] == "units.mass.all"
    assert whole["footprint_change"] == pytest.approx(-0.1 * 0.88)
    assert whole["ratio_after"] == pytest.approx(1 - 0.12 * 0.02 / (0.88 * 0.11 + 0.12 * 0.10))


@pytest.mark.parametrize(
    "split", [[], [Market("a", 0.5)], [Market("a", 1.5), Market("b", -0.5)], [Market("a", 1.0, 1.2)], [Market("a", float("nan"))]]
)
def test_a_split_adds_to_one(split: list[Market]) -> None:
    with pytest.raises(InputError):
        check_split(split)
