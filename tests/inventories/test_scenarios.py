"""Scenarios as data: the outlooks of the grid, and every named scenario of every archetype and product that is shipped."""

from __future__ import annotations

import csv
import re
from itertools import pairwise

import pytest

from inventories import scenarios
from inventories.assessing import assess_file, setting_of
from inventories.background_files import read_sources
from inventories.background_folder import FOLDER
from inventories.scenarios import outlook_factor
from inventories.shipped import archetype_paths, load, product_paths
from inventories.validation import validate
from lca.billing import bill
from lca.errors import InputError
from lca.scenario import GridOutlook
from lca.scores import UnitScores

with (FOLDER / "grid_outlook.csv").open(encoding="utf-8") as _file:
    OUTLOOK = list(csv.DictReader(_file))
TECHNOLOGIES = {
    "coal": "electricity, coal",
    "gas": "electricity, natural gas",
    "oil": "electricity, oil",
    "nuclear": "electricity, nuclear",
    "hydro": "electricity, hydro",
    "wind": "electricity, wind",
    "solar": "electricity, solar photovoltaic",
    "bioenergy": "electricity, bioenergy",
    "geothermal": "electricity, other renewable (geothermal)",
}
#: Scenarios that a product cannot follow, with the reason.
NOT_FOR = {
    ("mercedes_e350e_phev", "cleaner_grid"): "its study charges it with hydropower",
    ("mercedes_e350e_phev", "bought_in_2030"): "its study charges it with hydropower",
    ("mercedes_e350e_phev", "bought_in_2040"): "its study charges it with hydropower",
}


def mix_of(row: dict[str, str]) -> dict[str, float]:
    """The generation mix that a row's remark gives."""
    return {name: float(share) for name, share in (part.split() for part in row["remark"].split("; "))}


def test_every_outlook_row_is_sourced_and_every_place_has_a_course() -> None:
    assert {row["source"] for row in OUTLOOK} <= read_sources().keys()
    places = {row["location"] for row in OUTLOOK}
    assert {"GLO", "EU", "CN", "US", "IN", "GB"} <= places
    for place in places:
        years = [int(row["year"]) for row in OUTLOOK if row["location"] == place]
        assert years == sorted(set(years))
        assert years[0] <= 2025
        assert years[-1] >= 2050


@pytest.mark.parametrize("row", OUTLOOK, ids=lambda r: f"{r['location']}-{r['year']}")
def test_an_intensity_is_its_mix_by_the_unit_scores_of_our_technologies(row: dict[str, str], scores: UnitScores) -> None:
    totals = scores.of_method("AR6-GWP100").sum(axis=1)
    mix = mix_of(row)
    assert sum(mix.values()) == pytest.approx(1.0, abs=0.002)
    expected = sum(share * totals[scores.catalogue.find(TECHNOLOGIES[name], "GLO").index] for name, share in mix.items()) / sum(
        mix.values()
    )
    # to be made anew when the technologies of the background change
    assert float(row["kgco2_per_kwh"]) == pytest.approx(expected, rel=0.03)


def test_the_mean_over_the_years_of_use_by_hand(scores: UnitScores) -> None:
    """EU: 2023 0.2658, 2030 0.1716: the mean of 2025 to 2028 is that of 2026.5, half way between on the straight line."""
    rows = {int(r["year"]): float(r["kgco2_per_kwh"]) for r in OUTLOOK if r["location"] == "EU"}
    middle = rows[2023] + (rows[2030] - rows[2023]) * 3.5 / 7
    found = outlook_factor(GridOutlook(first_year=2025), "DE", 3.0, scores.catalogue.places)
    assert found == pytest.approx(middle / rows[2023], rel=1e-6)


def test_after_the_last_year_it_stays(scores: UnitScores) -> None:
    last, first = (float(next(r["kgco2_per_kwh"] for r in OUTLOOK if r["location"] == "CN" and r["year"] == y)) for y in ("2050", "2023"))
    assert outlook_factor(GridOutlook(first_year=2055), "CN-GD", 10.0, scores.catalogue.places) == pytest.approx(last / first)


def test_a_place_without_rows_takes_its_parents(scores: UnitScores) -> None:
    places = scores.catalogue.places
    assert outlook_factor(GridOutlook(first_year=2030), "FR", 5.0, places) == outlook_factor(
        GridOutlook(first_year=2030), "EU", 5.0, places
    )
    assert outlook_factor(GridOutlook(first_year=2030), "ZA", 5.0, places) == outlook_factor(
        GridOutlook(first_year=2030), "GLO", 5.0, places
    )


def test_an_unknown_outlook_names_those_that_are_there(scores: UnitScores) -> None:
    with pytest.raises(InputError, match="stated policies"):
        outlook_factor(GridOutlook(outlook="net zero", first_year=2030), "CN", 5.0, scores.catalogue.places)


NAMES = sorted([*archetype_paths(), *product_paths()])


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_can_be_followed(name: str, scores: UnitScores) -> None:
    """Parameters exist and make sense, and what changes the background meets some line of the product."""
    product_file = load(name)
    for called, scenario in product_file.product.scenarios.items():
        setting = setting_of(product_file, scores, dict(scenario.set))
        made = bill(product_file.product, scores.catalogue, setting.changes)
        if scenario.green_electricity or scenario.grid_outlook:
            named = scenarios._named(product_file, called, {})
            assert bool(scenarios._line_changes(setting, made, named)) is ((name, called) not in NOT_FOR), (name, called)
            assert [str(problem) for problem in scenarios._unknown_parts(made, named)] == []


@pytest.mark.parametrize("name", sorted(archetype_paths()))
def test_every_archetype_has_scenarios_told_in_a_sentence(name: str) -> None:
    known = load(name).product.scenarios
    assert {"longer_life"} <= known.keys()
    assert any(s.green_electricity for s in known.values())
    for called, scenario in known.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", called)
        assert len(scenario.description.split()) >= 3


@pytest.mark.parametrize("pair", list(pairwise(["as_it_is", "bought_in_2030", "bought_in_2040"])))
def test_a_later_purchase_meets_a_cleaner_grid(pair: tuple[str, str], scores: UnitScores) -> None:
    years = {"as_it_is": 2023, "bought_in_2030": 2030, "bought_in_2040": 2040}
    for place in ("EU", "CN", "US", "IN", "GLO"):
        early, late = (outlook_factor(GridOutlook(first_year=years[n]), place, 10.0, scores.catalogue.places) for n in pair)
        assert late < early


def test_a_case_that_is_comparable_under_a_scenario_only_is_validated_under_it(scores: UnitScores) -> None:
    """Apple states low-carbon electricity of the iPhone 16's suppliers; without the scenario the model is higher."""
    (case,) = validate(scores, names=["iphone_16_128"])
    assert case.published.scenario == "supplier_clean_electricity"
    assert case.modelled == pytest.approx(assess_file("iphone_16_128", scores, scenario="supplier_clean_electricity").total, rel=1e-12)
    assert case.modelled < assess_file("iphone_16_128", scores).total
    assert not case.comparable
