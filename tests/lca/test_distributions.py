"""Distributions by hand: percentiles, means, pedigree, and streams of draws that never depend on their company."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca.distributions import (
    CODES,
    DISCRETE_UNIFORM,
    LOGNORMAL,
    NORMAL,
    TRIANGULAR,
    UNIFORM,
    draw,
    kind_of,
    lognormal_sigma,
    normal,
    pedigree_sigma,
    quantile,
    stream,
    uniform_draws,
    uniforms,
    z_of_confidence,
)

Z95 = 1.6448536269514722
#: 200,000 numbers that fill (0, 1) evenly: means over them are the distribution's means to five digits or so
EVEN = (np.arange(200_000) + 0.5) / 200_000


def at(probability: float, value: float, low: float, high: float, kind: int) -> float:
    return float(quantile(np.array([probability]), value, low, high, kind)[0])


def test_percentiles_of_a_triangle_by_hand() -> None:
    """Minimum 0, mode 1, maximum 4: F(1) = 1 / 4; below the mode F(x) = x^2 / 4, above 1 - (4 - x)^2 / 12."""
    assert at(0.25, 1.0, 0.0, 4.0, TRIANGULAR) == pytest.approx(1.0)
    assert at(0.05, 1.0, 0.0, 4.0, TRIANGULAR) == pytest.approx(math.sqrt(0.2))
    assert at(0.5, 1.0, 0.0, 4.0, TRIANGULAR) == pytest.approx(4.0 - math.sqrt(6.0))
    assert at(0.95, 1.0, 0.0, 4.0, TRIANGULAR) == pytest.approx(4.0 - math.sqrt(0.6))


def test_percentiles_of_a_uniform_by_hand() -> None:
    assert at(0.05, 3.0, 2.0, 6.0, UNIFORM) == pytest.approx(2.2)
    assert at(0.95, 3.0, 2.0, 6.0, UNIFORM) == pytest.approx(5.8)


def test_percentiles_of_a_lognormal_by_hand() -> None:
    """Mean 10, range 5 to 20: sigma = ln 2 / 1.96 on both sides; its median is 10 exp(-sigma^2 / 2)."""
    sigma = math.log(2.0) / 1.959963984540054
    median = 10.0 * math.exp(-sigma * sigma / 2.0)
    assert at(0.5, 10.0, 5.0, 20.0, LOGNORMAL) == pytest.approx(median)
    assert at(0.95, 10.0, 5.0, 20.0, LOGNORMAL) == pytest.approx(median * math.exp(Z95 * sigma))
    assert at(0.025, 10.0, 5.0, 20.0, LOGNORMAL) == pytest.approx(median / 2.0)


def test_percentiles_of_a_normal_by_hand() -> None:
    """Mean 10, range 6 to 14: sigma = 4 / 1.96. A range from 0: no draw below zero."""
    assert at(0.5, 10.0, 6.0, 14.0, NORMAL) == pytest.approx(10.0)
    assert at(0.95, 10.0, 6.0, 14.0, NORMAL) == pytest.approx(10.0 + Z95 * 4.0 / 1.959963984540054)
    assert at(0.025, 10.0, 6.0, 14.0, NORMAL) == pytest.approx(6.0)
    assert at(0.01, 1.0, 0.0, 2.0, NORMAL) == 0.0
    assert at(0.025, 0.0, -1.0, 1.0, NORMAL) == pytest.approx(-1.0)


def test_a_discrete_uniform_is_a_die() -> None:
    faces, counts = np.unique(quantile(EVEN, 3.0, 1.0, 6.0, DISCRETE_UNIFORM), return_counts=True)
    assert faces.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert np.ptp(counts) <= 1
    assert at(0.5, 2.0, 1.5, 2.5, DISCRETE_UNIFORM) == 2.0


def test_the_kinds_are_those_of_stats_arrays() -> None:
    """Percentiles by Brightway's own library, for its parameters of our distributions."""
    import stats_arrays

    sigma = math.log(2.0) / 1.959963984540054
    rows = {
        "lognormal": (stats_arrays.LognormalUncertainty, {"loc": math.log(10.0) - sigma**2 / 2.0, "scale": sigma}),
        "triangular": (stats_arrays.TriangularUncertainty, {"loc": 10.0, "minimum": 5.0, "maximum": 20.0}),
        "uniform": (stats_arrays.UniformUncertainty, {"minimum": 5.0, "maximum": 20.0}),
        "normal": (stats_arrays.NormalUncertainty, {"loc": 10.0, "scale": 10.0 / 1.959963984540054}),
    }
    assert rows.keys() | {"discrete_uniform"} == CODES.keys()
    at_ = np.array([[0.05, 0.3, 0.5, 0.7, 0.95]])
    for name, (kind, parameters) in rows.items():
        theirs = kind.ppf(kind.from_dicts(parameters), at_)
        assert quantile(at_[0], 10.0, 5.0, 20.0, CODES[name]) == pytest.approx(theirs[0], rel=1e-6), name


def test_sigma_is_of_the_wider_side_in_ln() -> None:
    """10 in 5 to 30: up it is a factor of 3, down a factor of 2."""
    assert float(lognormal_sigma(10.0, 5.0, 30.0)) == pytest.approx(math.log(3.0) / 1.959963984540054)


@given(st.floats(0.1, 1e6), st.floats(0.2, 1.0), st.floats(1.0, 4.0))
def test_the_mean_of_a_lognormal_is_its_value(value: float, down: float, up: float) -> None:
    drawn = quantile(EVEN, value, value * down, value * up, LOGNORMAL)
    assert float(drawn.mean()) == pytest.approx(value, rel=2e-3)


@pytest.mark.parametrize(("kind", "mean"), [("triangular", (2.0 + 3.0 + 7.0) / 3.0), ("uniform", 4.5), ("discrete_uniform", 4.5)])
def test_the_mean_of_the_other_kinds(kind: str, mean: float) -> None:
    assert float(quantile(EVEN, 3.0, 2.0, 7.0, CODES[kind]).mean()) == pytest.approx(mean, rel=1e-4)


@given(st.sampled_from(sorted(CODES)), st.floats(0.01, 1.0), st.floats(1.0, 3.0))
def test_a_higher_probability_never_gives_a_lower_number(kind: str, low: float, high: float) -> None:
    drawn = quantile(EVEN[::1000], 1.0, low, high, CODES[kind])
    assert (np.diff(drawn) >= 0).all()
    assert (drawn >= 0).all()
    if kind not in {"lognormal", "normal"}:
        assert low <= drawn.min() <= drawn.max() <= high


def test_without_a_range_the_value_stays() -> None:
    assert quantile(EVEN[:5], 3.0, 3.0, 3.0, LOGNORMAL) == pytest.approx([3.0] * 5, rel=0)


def test_a_range_that_reaches_zero_is_a_triangle_when_no_kind_is_named() -> None:
    assert kind_of(None, 0.0) == TRIANGULAR
    assert kind_of(None, -1.0) == TRIANGULAR
    assert kind_of(None, 0.1) == LOGNORMAL
    assert kind_of("uniform", 0.1) == UNIFORM
    assert at(0.25, 1.0, 0.0, 4.0, LOGNORMAL) == pytest.approx(1.0)  # no lognormal holds zero


def test_pedigree_scores_by_the_table_of_ecoinvent_3() -> None:
    """(2, 3, 1, 2, 4): variances of ln 0.0006 + 0.0006 + 0 + 0.000025 + 0.04."""
    assert pedigree_sigma((2, 3, 1, 2, 4)) == pytest.approx(math.sqrt(0.0006 + 0.0006 + 0.000025 + 0.04))
    assert pedigree_sigma((1, 1, 1, 1, 1)) == 0.0
    assert pedigree_sigma(None) == 0.0


def test_pedigree_widens_by_adding_variances_and_keeps_the_mean() -> None:
    spread = (10.0, 5.0, 20.0, LOGNORMAL)
    basic = math.log(2.0) / 1.959963984540054
    drawn = draw(1, "a fact", 200_000, spread, 0.3)
    assert float(np.log(drawn).std()) == pytest.approx(math.hypot(basic, 0.3), rel=0.01)
    assert float(drawn.mean()) == pytest.approx(10.0, rel=0.01)


def test_a_fact_has_its_draws_whatever_is_drawn_beside_it() -> None:
    alone = uniform_draws(42, "grid loss", 10)
    together = uniforms(np.array([[stream(42, "steel")], [stream(42, "grid loss")]]), np.arange(10))
    assert together[1] == pytest.approx(alone, rel=0)
    assert uniform_draws(42, "grid loss", np.array([7, 3])) == pytest.approx(alone[[7, 3]], rel=0)


def test_streams_of_the_same_seed_are_the_same_numbers_on_every_machine() -> None:
    """SHA-256 of '42', a zero byte and the words, first eight bytes, little-endian."""
    import hashlib

    expected = int.from_bytes(hashlib.sha256(b"42\x00grid loss").digest()[:8], "little")
    assert int(stream(42, "grid loss")) == expected
    assert stream(43, "grid loss") != stream(42, "grid loss")


def test_compiled_draws_are_the_same_numbers_to_the_last_digits() -> None:
    """All three regions of the approximation: a million draws reach beyond 4.8 standard deviations, the far tail begins at 6.8."""
    compiled_draws = pytest.importorskip("lca.compiled_draws")
    streams = np.array([stream(42, f"fact {i}") for i in range(1000)], dtype=np.uint64)
    for number in range(1000):
        expected = normal(uniforms(streams, np.array([number])))
        assert np.allclose(compiled_draws.normals(streams, number), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("count", [1, 2, 1_000, 10**7, 10**14, 0.074 * 2**53, 0.076 * 2**53, 0.3 * 2**53, 2**52, 0.9 * 2**53, 2**53 - 1])
def test_compiled_quantiles_in_every_region(count: float) -> None:
    """At multiples of 2^-53, as the draws are: from the smallest to the largest that there is."""
    compiled_draws = pytest.importorskip("lca.compiled_draws")
    probability = round(count) / 2**53
    assert compiled_draws.quantile(probability) == pytest.approx(float(normal(np.array(probability))), rel=1e-13, abs=1e-15)


def test_draws_are_uniform_and_facts_are_independent() -> None:
    a, b = uniform_draws(1, "a", 100_000), uniform_draws(1, "b", 100_000)
    for drawn in (a, b):
        shares = np.histogram(drawn, bins=20, range=(0.0, 1.0))[0] / len(drawn)
        assert np.abs(shares - 0.05).max() < 0.004  # about six standard errors
        assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.015
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.015


def test_quantiles_of_the_normal() -> None:
    assert z_of_confidence(0.95) == pytest.approx(1.959963984540054)
    assert z_of_confidence(0.90) == pytest.approx(Z95)
