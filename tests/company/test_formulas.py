"""The company's formulas by hand: scope 2 by two methods, products into categories, paths."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from company.electricity import Electricity, by_supply, scope2
from company.emissions import Amount, Booked, activity_emissions
from company.intensity import Denominator, Intensity, check_stated
from company.scopes import read_scopes, spoken, written
from company.sold_products import OWN_ENERGY, Sale, by_category, categories_of
from company.targets import Standing, Target, absolute_contraction, ambition, expected, linear_path, yearly_reduction
from company.totals import amount_of
from company.trends import Change, base_year
from lca.errors import InputError

REVENUE = Denominator("revenue", 365_906, "million RMB", "report")


# Intensities


def amount(scopes: tuple[Any, ...] = ("1", "2"), method: str | None = "market") -> Amount:
    return Amount(2024, scopes, method, 208_566.42, "entries")


@pytest.mark.parametrize(
    ("emissions", "denominator", "reason"),
    [
        (amount(scopes=()), REVENUE, "names its scopes"),
        (amount(method=None), REVENUE, "names its method"),
        (amount(method="green"), REVENUE, "names its method"),
        (amount(), None, "names its denominator"),
        (208_566.42, REVENUE, "names its scopes"),
    ],
)
def test_an_intensity_cannot_be_made_without_what_it_means(emissions: Any, denominator: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Intensity(emissions, denominator)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_nothing_is_divided_by_what_is_no_denominator(value: float) -> None:
    with pytest.raises(InputError, match="above zero"):
        Denominator("revenue", value, "million RMB", "report")


@pytest.mark.parametrize(("text", "scopes"), [("1,2", ("1", "2")), ("1+2+3", ("1", "2", "3")), ("2 1", ("1", "2")), ("3", ("3",))])
def test_scopes_are_read_as_people_write_them(text: str, scopes: tuple[str, ...]) -> None:
    assert read_scopes(text) == scopes
    assert written(scopes) == "+".join(scopes)


@pytest.mark.parametrize("text", ["", "4", "1,x", "all"])
def test_other_scopes_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a set of scopes"):
        read_scopes(text)


def test_scopes_are_spoken_with_their_method() -> None:
    assert spoken(("2",), "location") == "scope 2 (location-based)"
    assert spoken(("1", "2"), "unstated") == "scopes 1+2 (scope 2: method not stated)"
    assert spoken(("1", "3"), None) == "scopes 1+3"


# Emissions of a set of scopes


def booked(scopes: str, tonnes: float, method: str | None = None, category: str | None = None, basis: str = "reported") -> Booked:
    return Booked(2024, scopes, method, category, "unspecified", basis, tonnes)


def test_activity_is_amount_times_factor() -> None:
    assert activity_emissions(1_000_000, 0.0745) == pytest.approx(74.5)


@pytest.mark.parametrize(
    ("entries", "scopes", "value"),
    [
        ([booked("1", 1), booked("2", 2, "market")], "1,2", 3),
        ([booked("1+2", 3, "market"), booked("1", 1)], "2", 2),
        ([booked("1+2+3", 100, "market"), booked("1+2", 3, "market")], "3", 97),
        ([booked("3", 90), booked("3", 60, category="3.1")], "3", 90),
        ([booked("3", 60, category="3.1"), booked("3", 7, category="3.11")], "3", 67),
        ([booked("1+2+3", 100, "market"), booked("3", 97)], "1,2", 3),
    ],
)
def test_scopes_are_added_or_found_as_a_difference(entries: list[Booked], scopes: str, value: float) -> None:
    chosen = read_scopes(scopes)
    assert amount_of(entries, 2024, chosen, "market").value == value


def test_two_methods_of_scope_2_are_never_added() -> None:
    entries = [booked("1", 10), booked("2", 5, "market"), booked("2", 8, "location")]
    assert amount_of(entries, 2024, ("1", "2"), "market").value == 15
    assert amount_of(entries, 2024, ("1", "2"), "location").value == 18


def test_scope_3_as_a_difference_is_not_of_two_methods_at_once() -> None:
    entries = [booked(s, t, m) for m, more in (("market", 0), ("location", 20)) for s, t in (("1+2+3", 100 + more), ("1+2", 10 + more))]
    assert amount_of(entries, 2024, ("3",), None).value == 90


# Scope 2


def used(kwh: float, factor: float = 0.6, residual: float | None = None, grid: str = "CN") -> Electricity:
    return Electricity(kwh=kwh, grid=grid, factor=factor, residual=residual, source="meter")


def bought(kwh: float, instrument: Any = "certificate", factor: float = 0.0, grid: str = "CN") -> Electricity:
    return Electricity(
        role="instrument", kwh=kwh, grid=grid, factor=factor, instrument=instrument, renewable=factor == 0, source="contract"
    )


def test_scope_2_by_location_and_by_market() -> None:
    made = scope2([used(1000, residual=0.7), bought(400)])
    assert made.location_t == pytest.approx(0.6)
    assert made.market_t == pytest.approx(600 * 0.7 / 1000)
    assert made.renewable_share == pytest.approx(0.4)
    assert by_supply(made.market)["CN", "residual mix"] == pytest.approx((600, 0.42))
    assert made.warnings == ()


def test_without_a_residual_mix_the_grid_average_stands_in_and_that_is_said() -> None:
    made = scope2([used(1000), bought(400)])
    assert made.market_t == pytest.approx(0.36)
    assert "counted twice" in made.warnings[0]


def test_an_instrument_is_for_the_grid_it_was_bought_on() -> None:
    with pytest.raises(InputError, match="only 0 kWh were used on the grid DE"):
        scope2([used(1000), bought(400, grid="DE")])


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=6), st.floats(0, 1))
def test_both_methods_account_the_same_electricity(kwhs: list[float], covered: float) -> None:
    made = scope2([*(used(kwh) for kwh in kwhs), bought(covered * math.fsum(kwhs) * 0.999)])
    assert math.fsum(s.kwh for s in made.market) == pytest.approx(math.fsum(kwhs))
    assert made.market_t <= made.location_t * (1 + 1e-9)


# Products sold

STAGES = {"materials": 50.0, "manufacturing": 10.0, "packaging": 1.0, "distribution": 3.0, "use": 12.0, "end_of_life": 0.5}


def sale(**changes: Any) -> Sale:
    told = {"product": "phone", "units": 2000.0, "stages": STAGES, "plant_energy": 6.0, "background": "b", "source": "sales"}
    return Sale.model_validate(told | changes)


@pytest.mark.parametrize(
    ("changes", "categories"),
    [
        ({}, {"3.1": 122, "3.4": 6, "3.11": 24, "3.12": 1}),
        ({"transport_paid_by": "customer"}, {"3.1": 122, "3.9": 6, "3.11": 24, "3.12": 1}),
        ({"assembly": "own"}, {"3.1": 110, "3.4": 6, "3.11": 24, "3.12": 1, OWN_ENERGY: 12}),
    ],
)
def test_every_stage_goes_to_one_category(changes: dict[str, Any], categories: dict[str, float]) -> None:
    assert by_category(categories_of(sale(**changes))) == pytest.approx(categories)


@given(
    st.dictionaries(st.sampled_from(list(STAGES)), st.floats(-1e3, 1e5), min_size=1),
    st.floats(0, 1),
    st.floats(0, 1e8),
    st.sampled_from(["own", "supplier"]),
    st.sampled_from(["company", "customer"]),
)
def test_no_kilogram_is_lost_or_counted_twice(stages: dict[str, float], part: float, units: float, assembly: str, paid: str) -> None:
    energy = part * max(stages.get("manufacturing", 0.0), 0.0)
    made = sale(stages=stages, plant_energy=energy, units=units, assembly=assembly, transport_paid_by=paid)
    total = math.fsum(by_category(categories_of(made)).values())
    size = math.fsum(abs(v) for v in stages.values()) * units / 1000
    assert total == pytest.approx(units * made.footprint / 1000, abs=1e-9 * max(1.0, size))


# Targets


def target(**told: Any) -> Target:
    return Target.model_validate({"id": "t", "scopes": "1", "base_year": 2020, "target_year": 2030, "source": "plan"} | told)


@pytest.mark.parametrize(("year", "value"), [(2019, 100), (2020, 100), (2025, 70), (2030, 40), (2040, 40)])
def test_a_linear_path(year: int, value: float) -> None:
    assert linear_path(100, 40, 2020, 2030, year) == pytest.approx(value)


@pytest.mark.parametrize(("rate", "years", "value"), [(0.042, 10, 58), (0.025, 10, 75), (0.042, 0, 100), (0.042, 30, 0)])
def test_absolute_contraction(rate: float, years: float, value: float) -> None:
    assert absolute_contraction(100, rate, years) == pytest.approx(value)


@pytest.mark.parametrize(
    ("told", "path_says"),
    [
        ({"path": "sbti_1_5c"}, 100 - 4.2 * 4),
        ({"path": "sbti_well_below_2c"}, 100 - 2.5 * 4),
        ({"path": "linear", "reduction": 0.5}, 80),
        ({"path": "net_zero", "residual": 0.1, "target_year": 2050}, 100 - 90 * 4 / 30),
    ],
)
def test_what_each_path_says_after_four_years(told: dict[str, Any], path_says: float) -> None:
    assert expected(target(**told), 100, 2024) == pytest.approx(path_says)


@pytest.mark.parametrize(
    ("actual", "status"), [(80.0, "on"), (80.4, "on"), (79.0, "ahead"), (81.0, "behind"), (None, "unknown: no value yet")]
)
def test_on_behind_or_ahead(actual: float | None, status: str) -> None:
    assert Standing(target(reduction=0.5), 2024, 100, actual).status == status


def test_more_of_a_share_is_better() -> None:
    renewable = target(metric="renewable_share", scopes=None, share=1.0, target_year=2040)
    assert expected(renewable, 0.2, 2030) == pytest.approx(0.6)
    assert [Standing(renewable, 2030, 0.2, a).status for a in (0.5, 0.6, 0.7)] == ["behind", "on", "ahead"]


@pytest.mark.parametrize(("removals", "status"), [(0.0, "behind"), (9.9, "behind"), (10.0, "on")])
def test_net_zero_is_reached_when_the_residual_is_neutralised(removals: float, status: str) -> None:
    assert Standing(target(path="net_zero", residual=0.1), 2030, 100, 10, removals).status == status


@pytest.mark.parametrize(
    ("told", "rate", "reaches"),
    [
        ({"path": "sbti_1_5c"}, 0.042, "sbti_1_5c"),
        ({"path": "sbti_well_below_2c"}, 0.025, "sbti_well_below_2c"),
        ({"reduction": 0.42}, 0.042, "sbti_1_5c"),
        ({"reduction": 0.4}, 0.04, "sbti_well_below_2c"),
        ({"reduction": 0.2}, 0.02, "below SBTi's rates"),
        ({"base_year": 2021, "reduction": 0.7}, 0.7 / 9, "sbti_1_5c"),
        ({"path": "net_zero", "residual": 0.1, "target_year": 2050}, 0.03, "sbti_well_below_2c"),
    ],
)
def test_how_strict_a_target_is(told: dict[str, Any], rate: float, reaches: str) -> None:
    assert yearly_reduction(target(**told)) == pytest.approx(rate)
    assert ambition(target(**told)) == reaches


# Trends


def test_a_change_is_relative_to_the_year_before() -> None:
    assert Change(10_007_200, 10_787_758).relative == pytest.approx(0.078, abs=5e-5)
    with pytest.raises(InputError, match="no relative change from zero"):
        _ = Change(0, 1).relative


@pytest.mark.parametrize(("changes", "value"), [([], 100), ([3], 100), ([3, 3], 106), ([-6], 94), ([6, -6], 100)])
def test_small_changes_of_a_base_year_add_up(changes: list[float], value: float) -> None:
    assert base_year(100, changes).value == pytest.approx(value)


# Intensities that somebody states


def stands(name: str, unit: str, told: str) -> bool:
    """Whether a stated figure is taken."""
    try:
        check_stated(name, unit, told)
    except InputError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "unit", "told"),
    [
        ("intensity", "t CO2e per million RMB", "scopes 1+2, scope 2 market-based"),
        ("intensity", "t CO2e/million RMB", "scopes 1 and 2; the report does not say whether scope 2 is market-based"),
        ("carbon", "t CO2e per unit", "scope 1"),
        ("强度", "", "范围 1+2，市场法，每百万元"),
        ("energy intensity", "kWh per unit", ""),
        ("revenue", "million RMB", ""),
        ("removals", "t CO2e", ""),
        ("water intensity", "t/million RMB", ""),
        ("steel per car", "t/piece", ""),
        ("carbon credits", "t CO2e", ""),
    ],
)
def test_a_stated_intensity_that_says_what_it_is_may_stand(name: str, unit: str, told: str) -> None:
    assert stands(name, unit, told)
    # an intensity stands by what is told of it only; the others need no words
    assert stands(name, unit, "") is (told == "")


@pytest.mark.parametrize(
    ("name", "unit", "told", "missing"),
    [
        ("intensity", "t CO2e per million RMB", "", "its scopes and its scope-2 method"),
        ("carbon", "kg CO2e/unit", "scopes 1+2", "its scope-2 method"),
        ("carbon", "kg CO2e/unit", "market-based", "its scopes"),
        ("intensity", "", "scopes 1, 2 by market", "its denominator"),
        ("强度", "", "", "its scopes and its scope-2 method and its denominator"),
        ("GHG per revenue", "t/million RMB", "", "its scopes and its scope-2 method"),
        ("单位营收碳排放", "吨/百万元", "", "its scopes and its scope-2 method"),
        ("emissions.per_revenue", "t/million RMB", "", "its scopes and its scope-2 method"),
        ("intensity", "t/million RMB", "", "its scopes and its scope-2 method"),
        ("figure 7", "kg / RMB", "scopes 1+2", "its scope-2 method"),
        ("carbon", "t CO2e/million RMB", "our market leader scope 1 and 2", "its scope-2 method"),
    ],
)
def test_a_stated_intensity_that_does_not_is_refused(name: str, unit: str, told: str, missing: str) -> None:
    with pytest.raises(InputError, match=f"does not stand without {missing}"):
        check_stated(name, unit, told)
