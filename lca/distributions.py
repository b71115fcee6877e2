"""Distributions of amounts: inverse CDFs over uniform draws, the pedigree table, and reproducible streams of draws.

Amounts are means. What a data set gives (an LCI figure is a production average, as is a share or a mass) is taken as the
mean of its distribution, so that the mean of many worlds is the point value: a lognormal of mean m and sigma s of ln has
loc = ln(m) - s^2 / 2. Brightway's `loc` of a lognormal (`stats_arrays` kind 2) is that number, not ln(m).

Every uncertain fact has a stream of its own, made from the seed and the fact's own words. So the same fact gets the same
draws in every product, today and next month, whatever is sampled beside it and by however many workers.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Streams = NDArray[np.uint64]
LOGNORMAL, TRIANGULAR, UNIFORM, NORMAL, DISCRETE_UNIFORM = range(5)
#: Names as in `stats_arrays`, whose kinds these are (2, 5, 4, 3 and 7 there).
CODES = {
    "lognormal": LOGNORMAL,
    "triangular": TRIANGULAR,
    "uniform": UNIFORM,
    "normal": NORMAL,
    "discrete_uniform": DISCRETE_UNIFORM,
}
#: The 97.5th percentile of the standard normal: `low` and `high` of a lognormal are about its 2.5th and 97.5th percentile.
_Z975 = 1.959963984540054
#: The odd integer next to 2^64 / golden ratio, the step between the numbers that are mixed (Steele et al. 2014, SplitMix).
_STEP = np.uint64(0x9E3779B97F4A7C15)

#: ecoinvent 3 additional variances of ln, by criterion and score 1 to 5: ecoinvent 3 data quality guideline, as in
#: openLCA's ecoinvent_dqs.json; order reliability, completeness, time, geography, technology.
PEDIGREE_ECOINVENT_3 = (
    (0.0, 0.0006, 0.002, 0.008, 0.04),
    (0.0, 0.0001, 0.0006, 0.002, 0.008),
    (0.0, 0.0002, 0.002, 0.008, 0.04),
    (0.0, 0.000025, 0.0001, 0.0006, 0.002),
    (0.0, 0.0006, 0.008, 0.04, 0.12),
)


def kind_of(distribution: str | None, low: float) -> int:
    """The code of a named distribution; without a name lognormal where all of the range is above zero, else triangular."""
    return CODES[distribution] if distribution else LOGNORMAL if low > 0 else TRIANGULAR


def kind_of_parameter(distribution: str | None) -> int:
    """The code of a parameter's distribution; without a name triangular, so that no draw leaves the range its formulas expect."""
    return CODES[distribution] if distribution else TRIANGULAR


def pedigree_sigma(scores: tuple[int, ...] | None) -> float:
    """Standard deviation of ln that the five pedigree scores add: the root of the summed variances; 0 without scores."""
    if scores is None:
        return 0.0
    return float(np.sqrt(sum(row[score - 1] for row, score in zip(PEDIGREE_ECOINVENT_3, scores, strict=True))))


def stream(seed: int, fact: str) -> np.uint64:
    """The number that stands for one uncertain fact under one seed: the first 64 bits of SHA-256 over both."""
    return np.uint64(int.from_bytes(hashlib.sha256(f"{seed}\0{fact}".encode()).digest()[:8], "little"))


def uniforms(streams: Streams, numbers: Integers) -> Floats:
    """Draws `numbers` of the `streams`, broadcast against each other: uniform in (0, 1), 52 bits.

    Counter-based (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a draw is a hash of its stream and
    its number, so any draw can be made alone. The hash is SplitMix64's output function (Steele et al. 2014), twice.
    """
    mixed = _mix(np.bitwise_xor(streams, place_of(numbers)))
    return np.asarray(((mixed >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)


def place_of(numbers: Integers) -> Streams:
    """The bits that stand for draws of these numbers, in all streams."""
    return _mix((np.asarray(numbers, dtype=np.uint64) + np.uint64(1)) * _STEP)


def _mix(bits: Streams) -> Streams:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))


def uniform_draws(seed: int, fact: str, draws: int | Integers) -> Floats:
    """Uniform numbers in (0, 1) for one uncertain fact: the first so many, or the draws of these numbers."""
    numbers = np.arange(draws) if isinstance(draws, int) else draws
    return uniforms(np.array([stream(seed, fact)]), numbers)


def lognormal_sigma(value: Floats | float, low: Floats | float, high: Floats | float) -> Floats:
    """Standard deviation of ln of a lognormal with that value and range: the wider side of the range in ln, over 1.96."""
    return np.asarray(np.maximum(np.log(np.divide(high, value)), np.log(np.divide(value, low))) / _Z975)


def lognormal(uniform: Floats, mean: Floats | float, sigma: Floats | float) -> Floats:
    """Lognormal numbers of that mean: exp(loc + sigma z) with loc = ln(mean) - sigma^2 / 2."""
    return np.asarray(mean * lognormal_factor(normal(uniform), sigma))


def lognormal_factor(score: Floats, sigma: Floats | float) -> Floats:
    """Lognormal numbers of mean 1 from standard normal scores: exp(sigma z - sigma^2 / 2)."""
    return np.asarray(np.exp(sigma * score - np.square(sigma) / 2.0))


def normal_amount(uniform: Floats, value: Floats | float, low: Floats | float, high: Floats | float) -> Floats:
    """Normal numbers of mean `value`: sigma is the wider side of the range over 1.96.

    An amount whose range is not below zero is not drawn below zero either: such draws are zero.
    """
    sigma = np.maximum(np.subtract(high, value), np.subtract(value, low)) / _Z975
    drawn = value + sigma * normal(uniform)
    return np.asarray(np.where(np.asarray(low) >= 0, np.maximum(drawn, 0.0), drawn))


def discrete_uniform(uniform: Floats, low: Floats | float, high: Floats | float) -> Floats:
    """Whole numbers from `low` to `high`, both included, each as likely as the others."""
    first, last = np.ceil(low), np.floor(high)
    return np.asarray(first + np.floor(uniform * (last - first + 1.0)))


def triangular(uniform: Floats, value: Floats | float, low: Floats | float, high: Floats | float) -> Floats:
    """Triangular numbers: mode `value`, minimum `low`, maximum `high`; the mean is (low + value + high) / 3."""
    width = np.subtract(high, low)
    left = low + np.sqrt(uniform * width * np.subtract(value, low))
    right = high - np.sqrt((1.0 - uniform) * width * np.subtract(high, value))
    return np.where(uniform * width < np.subtract(value, low), left, right)


def quantile(uniform: Floats, value: float, low: float, high: float, kind: int) -> Floats:
    """The inverse CDF of a distribution around `value` with the range `low` to `high`.

    Lognormal: the mean is `value`; sigma from the wider side of the range in ln, so that `low` and `high` hold about the
    central 95 %. Triangular: mode `value`, minimum `low`, maximum `high`. Uniform: between the bounds. Normal:
    mean `value`. Discrete uniform: whole numbers. A value without a range stays as it is; a lognormal whose range is not
    all above zero falls back to the triangle.
    """
    if high <= low:
        return np.full_like(uniform, value)
    if kind == UNIFORM:
        return np.asarray(low + uniform * (high - low))
    if kind == NORMAL:
        return normal_amount(uniform, value, low, high)
    if kind == DISCRETE_UNIFORM and np.floor(high) >= np.ceil(low):
        return discrete_uniform(uniform, low, high)
    if kind == LOGNORMAL and low > 0 and value > 0:
        return lognormal(uniform, value, lognormal_sigma(value, low, high))
    return triangular(uniform, value, low, high)


def normal(uniform: Floats) -> Floats:
    """Standard normal numbers for uniform ones (inverse CDF)."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform), dtype=float)


def draw(seed: int, fact: str, draws: int | Integers, spread: tuple[float, float, float, int], sigma: float = 0.0) -> Floats:
    """Draws of one fact: its distribution (value, low, high, kind), widened by a pedigree sigma.

    The widening is an independent lognormal factor of mean 1: the variances of ln add (sigma_total^2 = sigma_b^2 + sum),
    and the mean stays. `draws` is how many, or the numbers of the draws.
    """
    values = quantile(uniform_draws(seed, fact, draws), *spread)
    if sigma > 0:
        values = values * lognormal(uniform_draws(seed, pedigree_fact(fact), draws), 1.0, sigma)
    return values


def pedigree_fact(fact: str) -> str:
    """The words of the stream of a fact's pedigree factor."""
    return f"{fact}\0pedigree"


def cumulative(score: Floats) -> Floats:
    """Uniform numbers for standard normal ones (CDF)."""
    from scipy.special import ndtr

    return np.asarray(ndtr(score), dtype=float)


@lru_cache(maxsize=8)
def z_of_confidence(confidence: float) -> float:
    """The two-sided normal quantile of a confidence level: 0.95 gives 1.96."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2.0))
