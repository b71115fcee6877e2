"""The solver against the textbook, a hand-solved loop, and systems that have no meaning."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from lca.errors import MeaninglessSystem
from lca.solve import backward_error, brightway_lca, unit_scores
from tests.conftest import background_of

# Heijungs & Suh 2002, chapter 2: 10 kWh need 2 l fuel and emit 1 kg CO2, 0.1 kg SO2;
# 100 l fuel need 50 l crude oil and emit 10 kg CO2, 2 kg SO2.
TEXTBOOK = {
    "electricity @ GLO": ("kWh", {"fuel @ GLO": 0.2}, {"CO2": 0.1, "SO2": 0.01}),
    "fuel @ GLO": ("l", {}, {"CO2": 0.1, "SO2": 0.02, "crude oil": 0.5}),
}
FLOWS = {"CO2": 1.0, "SO2": 1.0, "crude oil": 1.0}


def test_heijungs_and_suh_1000_kwh() -> None:
    scores = unit_scores(background_of(TEXTBOOK, FLOWS))
    per_kwh = dict(zip(scores.groups, scores.values[0, 0], strict=True))
    # 1000 kWh: 200 l fuel; CO2 100 + 20, SO2 10 + 4, crude oil 100
    assert 1000 * per_kwh["CO2"] == pytest.approx(120.0, rel=1e-12)
    assert 1000 * per_kwh["SO2"] == pytest.approx(14.0, rel=1e-12)
    assert 1000 * per_kwh["crude oil"] == pytest.approx(100.0, rel=1e-12)


def test_a_loop_solved_by_hand() -> None:
    """1 kg steel needs 0.5 kWh, 1 kWh needs 0.1 kg steel; CO2 2 kg/kg and 0.4 kg/kWh.

    s = 2 + 0.5 e and e = 0.4 + 0.1 s, so s = 2.2 / 0.95 and e = 0.4 + 0.1 s.
    """
    world = {
        "steel @ GLO": ("kg", {"power @ GLO": 0.5}, {"CO2": 2.0}),
        "power @ GLO": ("kWh", {"steel @ GLO": 0.1}, {"CO2": 0.4}),
    }
    steel, power = unit_scores(background_of(world, {"CO2": 1.0})).values[:, 0, 0]
    assert steel == pytest.approx(2.2 / 0.95, rel=1e-12)
    assert power == pytest.approx(0.4 + 0.1 * 2.2 / 0.95, rel=1e-12)


def test_two_inputs_of_one_process_are_added() -> None:
    background = background_of(TEXTBOOK, FLOWS)
    twice = background_of({**TEXTBOOK, "electricity @ GLO": ("kWh", {"fuel @ GLO": 0.4}, {"CO2": 0.1, "SO2": 0.01})}, FLOWS)
    links = background.inputs
    doubled = type(links)(*(np.r_[x, x] for x in (links.row, links.column, links.amount, links.estimated)))
    merged = type(background)(**(background.__dict__ | {"inputs": doubled}))
    assert unit_scores(merged).values == pytest.approx(unit_scores(twice).values)


@pytest.mark.parametrize("needs", [1.0, 1.5])
def test_a_loop_that_needs_more_than_it_makes_is_refused(needs: float) -> None:
    world = {
        "steel @ GLO": ("kg", {"power @ GLO": 1.0}, {"CO2": 2.0}),
        "power @ CN": ("kWh", {}, {"CO2": 0.4}),
        "power @ GLO": ("kWh", {"steel @ GLO": needs}, {"CO2": 0.4}),
    }
    with pytest.raises(MeaninglessSystem):
        unit_scores(background_of(world, {"CO2": 1.0}))


def test_estimates_are_followed_upstream() -> None:
    """Half of the steel's score comes through an estimated input: that half rests on estimates, and so on upstream."""
    world = {
        "car @ GLO": ("kg", {"steel @ GLO": 2.0}, {"CO2": 1.0}),
        "steel @ GLO": ("kg", {"power @ GLO": 1.0}, {"CO2": 1.0}),
        "power @ GLO": ("kWh", {}, {"CO2": 1.0}),
    }
    background = background_of(world, {"CO2": 1.0})
    background.inputs.estimated[1] = True  # the power in steel
    solved = unit_scores(background)
    assert solved.values[:, 0, 0] == pytest.approx([5.0, 2.0, 1.0])
    assert solved.resting_on_estimates[:, 0] == pytest.approx([2.0, 1.0, 0.0])


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.randoms(use_true_random=False))
def test_random_systems_agree_with_bw2calc_and_exact_fractions(n: int, random: object) -> None:
    draw = random.randint  # type: ignore[attr-defined]
    share = [[Fraction(draw(0, 3), 4 * n) for _ in range(n)] for _ in range(n)]
    emission = [Fraction(draw(1, 9), 7) for _ in range(n)]
    names = [f"p{i} @ GLO" for i in range(n)]
    world = {
        names[j]: ("kg", {names[i]: float(share[i][j]) for i in range(n) if share[i][j]}, {"CO2": float(emission[j])}) for j in range(n)
    }
    background = background_of(world, {"CO2": 1.0})
    ours = unit_scores(background).values[:, 0, 0]
    assert ours == pytest.approx([float(x) for x in _exact(share, emission)], rel=1e-12)
    assert ours[0] == pytest.approx(brightway_lca(background, {0: 1.0}, "AR6-GWP100").score, rel=1e-9)


def _exact(share: list[list[Fraction]], emission: list[Fraction]) -> list[Fraction]:
    """lambda = (I - Z^T)^-1 e by Gauss elimination in exact fractions."""
    n = len(emission)
    rows = [[(Fraction(int(i == j)) - share[j][i]) for j in range(n)] + [emission[i]] for i in range(n)]
    for i in range(n):
        pivot = rows[i][i]
        rows[i] = [x / pivot for x in rows[i]]
        for k in range(n):
            if k != i:
                rows[k] = [x - rows[k][i] * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [row[-1] for row in rows]


def test_what_rests_on_estimates_is_counted_by_each_method() -> None:
    """1 kg of CO2 with a source and 1 kg of methane without: 30 of 31 by one set, 80 of 81 by the other."""
    world = {"digester @ GLO": ("kg", {}, {"CO2": 1.0, "CH4": 1.0})}
    background = background_of(world, {"CO2": 1.0, "CH4": 30.0})
    background.emissions.estimated[1] = True
    solved = unit_scores(replace(background, characterisation=background.characterisation | {"GWP20": np.array([1.0, 80.0])}))
    assert solved.values.sum(axis=2)[0] == pytest.approx([31.0, 81.0])
    assert [solved.estimates_of(m)[0] for m in solved.methods] == pytest.approx([30.0, 80.0])


def test_the_residual_is_measured_against_each_equation() -> None:
    """x = (2, 1) solves 2x - y = 3, -x + 3y = 1; with x wrong by 1e-6 the first equation is off by 2e-6 of 4 + 1 + 3."""
    matrix = sparse.csc_matrix([[2.0, -1.0], [-1.0, 3.0]])
    right, exact = np.array([[3.0], [1.0]]), np.array([[2.0], [1.0]])
    assert backward_error(matrix, exact, right) == 0.0
    wrong = exact + np.array([[1e-6], [0.0]])
    assert backward_error(matrix, wrong, right) == pytest.approx(2e-6 / 8.0, rel=1e-5)
    assert np.isnan(backward_error(matrix, exact * np.nan, right))


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_an_error_shows_whatever_the_unit_of_the_indicator(unit: float) -> None:
    matrix = sparse.csc_matrix([[2.0, -1.0], [-1.0, 3.0]])
    right, wrong = unit * np.array([[3.0], [1.0]]), unit * np.array([[2.0 + 1e-6], [1.0]])
    assert backward_error(matrix, wrong, right) == pytest.approx(2.5e-7, rel=1e-5)


def test_rounding_where_a_score_is_zero_is_no_error() -> None:
    """1e-20 instead of 0 beside a score of 2: the equation holds to the last digit that the solver has."""
    matrix, right = sparse.identity(2, format="csc"), np.array([[2.0], [0.0]])
    assert backward_error(matrix, np.array([[2.0], [1e-20]]), right) < 1e-15
    assert backward_error(matrix, np.array([[2.0], [1e-6]]), right) == pytest.approx(1.0)


def test_tiny_scores_are_solved_to_the_same_digits() -> None:
    flows = {"CO2": 1e-15, "SO2": 1e-15, "crude oil": 1e-15}
    small = unit_scores(background_of(TEXTBOOK, flows)).values
    assert small == pytest.approx(1e-15 * unit_scores(background_of(TEXTBOOK, FLOWS)).values, rel=1e-12)
