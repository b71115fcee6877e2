"""What may stand in a scenario, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from lca.scenario import GreenElectricity, GridOutlook, Scenario


def scenario(**more: Any) -> Scenario:
    return Scenario.model_validate({"description": "a world", "source": "estimate", **more})


def test_a_scenario_of_each_kind() -> None:
    made = scenario(
        set={"service_life": 5, "use_grid": "FR"},
        green_electricity=[{"share": 0.43, "parts": ["battery cells"], "stages": ["materials"], "source": "maker"}],
        grid_outlook={"first_year": 2026},
    )
    assert made.set == {"service_life": 5, "use_grid": "FR"}
    green = made.green_electricity[0]
    assert (green.share, green.technology, green.tiers, green.parts) == (0.43, "electricity, wind", 1, ("battery cells",))
    assert made.grid_outlook == GridOutlook(outlook="stated policies", first_year=2026, years=None)


def test_a_scenario_that_changes_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="changes nothing"):
        scenario()


@pytest.mark.parametrize(
    "green",
    [
        {"share": 1.2},
        {"share": -0.1},
        {"share": float("nan")},
        {"share": 0.5, "tiers": 0},
        {"share": 0.5, "tiers": "some"},
        {"share": 0.5, "stages": ["use"]},
        {"share": 0.5, "source": ""},
        {"share": 0.5, "color": "green"},
    ],
)
def test_greener_electricity_out_of_its_bounds_is_refused(green: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GreenElectricity.model_validate({"source": "estimate", **green})


@pytest.mark.parametrize("outlook", [{"first_year": 1990}, {"first_year": 2026, "years": 0}, {"first_year": 2026, "years": 100}, {}])
def test_an_outlook_out_of_its_bounds_is_refused(outlook: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GridOutlook.model_validate(outlook)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), None, [1]])
def test_a_parameter_is_set_to_a_number_or_a_word(value: Any) -> None:
    with pytest.raises(ValidationError):
        scenario(set={"mass": value})


def test_description_and_source_are_required() -> None:
    for missing in ("description", "source"):
        data = {"description": "a world", "source": "estimate", "set": {"service_life": 5}}
        del data[missing]
        with pytest.raises(ValidationError, match=missing):
            Scenario.model_validate(data)
