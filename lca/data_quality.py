"""Data-quality rating and primary-data share, weighted by the size of each contribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lca.errors import InputError, Problem


@dataclass(frozen=True)
class Quality:
    """PEF's four ratings, 1 (best) to 5: technology, geography, time, precision."""

    technology: float
    geography: float
    time: float
    precision: float

    def __post_init__(self) -> None:
        """Raise InputError for a rating outside [1, 5]."""
        bad = [Problem("must lie between 1 and 5", field=n, value=str(v)) for n, v in vars(self).items() if not 1 <= v <= 5]
        if bad:
            raise InputError(bad)

    @property
    def rating(self) -> float:
        """DQR = (TeR + GeR + TiR + P) / 4, without unit (PEF method, chapter on data quality)."""
        return (self.technology + self.geography + self.time + self.precision) / 4


def weighted_by_contribution(values: Sequence[float], contributions: Sequence[float]) -> float:
    """sum(|e_i| v_i) / sum(|e_i|), in the unit of the values; e_i in kg CO2e, a credit weighs by its size.

    With v_i the primary share of each contribution it is PACT's primary-data share; with v_i a rating, the
    rating of the whole. Raises InputError when there is nothing to weigh by.
    """
    weight = sum(abs(e) for e in contributions)
    if not weight > 0:
        raise InputError(Problem("no contribution to weigh by", field="contributions"))
    return sum(abs(e) * v for v, e in zip(values, contributions, strict=True)) / weight
