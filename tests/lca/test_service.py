"""Footprints by year or km of service: every number divided by the service life, and said so."""

from __future__ import annotations

import numpy as np
import pytest

from lca.assessment import assess
from lca.comparison import compare
from lca.errors import InputError
from lca.service import draws_per_service, length_of_service, per_service
from tests.lca.test_assessment import SMALL, thing
from tests.lca.test_discernibility import draws


def test_a_year_of_service_by_hand() -> None:
    """Four years of service: a quarter of every line; the charge of a year, 5 kWh at 0.3, is what it was."""
    whole = assess(thing(), SMALL)
    year = per_service(whole, length_of_service(thing(), {}, "year"), "year")
    assert year.total == pytest.approx(whole.total / 4, rel=1e-12)
    assert year.stages["use"] == pytest.approx(5 * 0.3, rel=1e-12)
    assert year.bill.amounts == pytest.approx(whole.bill.amounts / 4)
    assert year.functional_unit.unit == "year"
    assert "per year of service" in year.warnings[0]


def test_a_changed_service_life_is_the_one_that_counts() -> None:
    assert length_of_service(thing(), {"service_life": 8.0}, "year") == 8.0


def test_designs_of_different_lives_are_compared_by_the_year_without_the_old_warning() -> None:
    """The same thing for 8 years: making is halved by the year, the charge of a year stays."""
    short, long = assess(thing(), SMALL), assess(thing(), SMALL, {"service_life": 8.0})
    assert any("service lives differ" in w for w in compare(short, long).warnings)
    by_year = compare(per_service(short, 4, "year"), per_service(long, 8, "year"))
    making = short.total - short.stages["use"]
    assert by_year.difference == pytest.approx(making / 8 - making / 4, rel=1e-12)
    assert not any("service lives differ" in w for w in by_year.warnings)


def test_a_life_in_years_has_no_kilometres() -> None:
    with pytest.raises(InputError, match=r"counted in year, not in km.*--per year"):
        length_of_service(thing(), {}, "km")


def test_draws_by_service() -> None:
    made = draws_per_service(draws("a", [4.0, 8.0]), 4.0)
    assert made.totals.tolist() == [1.0, 2.0]
    assert np.isclose(made.point, 1.5)
