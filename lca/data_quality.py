"""Data-quality rating and primary-data share, weighted by the size of each contribution.

A line is rated by its background process over the whole supply chain (`inventories.chain_quality`), and by how well its
amount and place fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

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


#: Precision of an amount: read in a source, or estimated.
SOURCED, ESTIMATED = 2.0, 4.0
#: Geography where the place asked for is not known and its region or the world was taken.
REGION_TAKEN, WORLD_TAKEN = 3.0, 4.0
#: PEF's most relevant processes are those that make 80 % of the result together.
MOST_RELEVANT = 0.80
_LEVELS = ((1.5, "excellent"), (2.0, "very good"), (3.0, "good"), (4.0, "fair"))


def quality_of_pedigree(pedigree: Sequence[int]) -> Quality:
    """PEF's ratings from pedigree scores (reliability, completeness, time, geography, technology); P is reliability."""
    reliability, _, time, geography, technology = pedigree
    return Quality(technology, geography, time, reliability)


def mean_quality(qualities: Sequence[Quality], contributions: Sequence[float]) -> Quality:
    """Each rating weighted by the contributions (kg CO2e, by size). Raises InputError when there is nothing to weigh by."""
    return Quality(*(weighted_by_contribution([getattr(q, f.name) for q in qualities], contributions) for f in fields(Quality)))


def most_relevant(contributions: Sequence[float]) -> list[int]:
    """Numbers of the largest contributions (by size) that together make 80 % of the sum of sizes."""
    order = sorted(range(len(contributions)), key=lambda i: -abs(contributions[i]))
    whole, reached, chosen = sum(abs(c) for c in contributions), 0.0, list[int]()
    for number in order:
        if reached >= MOST_RELEVANT * whole:
            break
        chosen.append(number)
        reached += abs(contributions[number])
    return chosen


def level(rating: float) -> str:
    """The word for a rating: excellent to 1.5, very good to 2, good to 3, fair to 4, else poor."""
    return next((word for bound, word in _LEVELS if rating <= bound), "poor")


def weighted_by_contribution(values: Sequence[float], contributions: Sequence[float]) -> float:
    """sum(|e_i| v_i) / sum(|e_i|), in the unit of the values; e_i in kg CO2e, a credit weighs by its size.

    With v_i the primary share of each contribution it is PACT's primary-data share; with v_i a rating, the
    rating of the whole. Raises InputError when there is nothing to weigh by.
    """
    weight = sum(abs(e) for e in contributions)
    if not weight > 0:
        raise InputError(Problem("no contribution to weigh by", field="contributions"))
    return sum(abs(e) * v for v, e in zip(values, contributions, strict=True)) / weight
