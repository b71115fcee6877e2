"""Distributions of amounts: inverse CDFs over uniform draws, the pedigree table, and reproducible streams of draws.

Every uncertain fact has a stream of its own, made from the seed and the fact's own words. So the same fact gets the same
draws in every product, today and next month, whatever is sampled beside it and by however many workers.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LOGNORMAL, TRIANGULAR, UNIFORM = 0, 1, 2
CODES = {"lognormal": LOGNORMAL, "triangular": TRIANGULAR, "uniform": UNIFORM}
#: The 97.5th percentile of the standard normal: `low` and `high` of a lognormal are its 2.5th and 97.5th percentile.
_Z975 = 1.959963984540054

#: ecoinvent 3 additional variances of ln, by criterion and score 1 to 5: ecoinvent 3 data quality guideline, as in
#: openLCA's ecoinvent_dqs.json; order reliability, completeness, time, geography, technology.
PEDIGREE_ECOINVENT_3 = (
    (0.0, 0.0006, 0.002, 0.008, 0.04),
    (0.0, 0.0001, 0.0006, 0.002, 0.008),
    (0.0, 0.0002, 0.002, 0.008, 0.04),
    (0.0, 0.000025, 0.0001, 0.0006, 0.002),
    (0.0, 0.0006, 0.008, 0.04, 0.12),
)


def pedigree_sigma(scores: tuple[int, ...] | None) -> float:
    """Standard deviation of ln that the five pedigree scores add: the root of the summed variances; 0 without scores."""
    if scores is None:
        return 0.0
    return float(np.sqrt(sum(row[score - 1] for row, score in zip(PEDIGREE_ECOINVENT_3, scores, strict=True))))


def uniform_draws(seed: int, fact: str, draws: int) -> Floats:
    """Uniform numbers in (0, 1) for one uncertain fact. Longer series begin with the shorter ones."""
    key = hashlib.sha256(f"{seed}\0{fact}".encode()).digest()
    generator = np.random.Generator(np.random.PCG64(np.frombuffer(key, dtype=np.uint32).tolist()))
    return np.asarray(np.clip(generator.random(draws), 1e-12, 1.0 - 1e-12))


def quantile(uniform: Floats, value: float, low: float, high: float, kind: int) -> Floats:
    """The inverse CDF of a distribution around `value` with the range `low` to `high`.

    Lognormal: the median is `value`; sigma from the wider side of the range in ln, so that both bounds lie within.
    Triangular: mode `value`, minimum `low`, maximum `high`. Uniform: between the bounds. A value without a range, and a
    lognormal of a value that is not above zero, stays as it is (the latter falls back to the triangle).
    """
    if high <= low:
        return np.full_like(uniform, value)
    if kind == UNIFORM:
        return np.asarray(low + uniform * (high - low))
    if kind == LOGNORMAL and low > 0 and value > 0:
        sigma = max(np.log(high / value), np.log(value / low)) / _Z975
        return np.asarray(value * np.exp(sigma * normal(uniform)))
    split = (value - low) / (high - low)
    left = low + np.sqrt(uniform * (high - low) * (value - low))
    right = high - np.sqrt((1.0 - uniform) * (high - low) * (high - value))
    return np.where(uniform < split, left, right)


def normal(uniform: Floats) -> Floats:
    """Standard normal numbers for uniform ones (inverse CDF)."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform), dtype=float)


def draw(seed: int, fact: str, draws: int, spread: tuple[float, float, float, int], sigma: float = 0.0) -> Floats:
    """Draws of one fact: its distribution (value, low, high, kind), widened by a pedigree sigma.

    The widening is an independent lognormal factor of median 1: the variances of ln add (sigma_total^2 = sigma_b^2 + sum).
    """
    values = quantile(uniform_draws(seed, fact, draws), *spread)
    if sigma > 0:
        values = values * np.exp(sigma * normal(uniform_draws(seed, f"{fact}\0pedigree", draws)))
    return values


@lru_cache(maxsize=8)
def z_of_confidence(confidence: float) -> float:
    """The two-sided normal quantile of a confidence level: 0.95 gives 1.96."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2.0))
