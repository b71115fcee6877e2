"""PEF's ratings of every process of a background, over its whole supply chain.

A process is rated by its rows, each weighted by what it adds to the score of one unit. What comes through an input is as
good as the worse of two: the row that says how much is taken, and the provider, which is rated in the same way. So a good
figure for an amount of badly known steel is no better than the steel. Loops are followed until nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from inventories.background_files import BackgroundTables
from inventories.exchanges import Exchange
from lca import units
from lca.data_quality import Quality, quality_of_pedigree

Floats = NDArray[np.float64]
Place = tuple[str, str]
_SETTLED = 1e-9
_MOST_ROUNDS = 10_000


def chain_qualities(tables: BackgroundTables, method: str, scores: Floats, own: Mapping[Place, Sequence[int]]) -> dict[Place, Quality]:
    """The ratings of every process, by name and place.

    `scores` (processes,) are kg CO2e per unit by that method, in the order of the background; `own` gives the pedigree of
    processes whose rows own factors have replaced.
    """
    background = tables.background
    number = {(p.name, p.location): i for i, p in enumerate(background.catalogue.processes)}
    consumer = np.array([number[row.process, row.location] for row in tables.exchanges])
    provider = np.array(tables.providers)
    weight = np.abs(_contributions(tables, method, scores))
    weight = np.where(np.bincount(consumer, weight)[consumer] > 0, weight, 1.0)  # where nothing adds anything every row counts alike
    of_rows = np.array([_as_row(row.pedigree) for row in tables.exchanges], dtype=np.float64)
    given = {number[place]: _as_row(pedigree) for place, pedigree in own.items() if place in number}
    rated = _settled(consumer, provider, weight, of_rows, given, len(number))
    return {place: Quality(*(float(x) for x in rated[i])) for place, i in number.items()}


def _as_row(pedigree: Sequence[int]) -> list[float]:
    quality = quality_of_pedigree(pedigree)
    return [getattr(quality, field.name) for field in fields(Quality)]


def _settled(
    consumer: NDArray[np.int64],
    provider: NDArray[np.int64],
    weight: Floats,
    of_rows: Floats,
    given: Mapping[int, list[float]],
    size: int,
) -> Floats:
    """Ratings (processes, 4). From the best rating upward they only rise, and none rises above 5, so they settle."""
    bought = provider >= 0
    share = weight / np.bincount(consumer, weight, minlength=size)[consumer]
    rated: Floats = np.ones((size, of_rows.shape[1]))
    for _ in range(_MOST_ROUNDS):
        through = of_rows.copy()
        through[bought] = np.maximum(of_rows[bought], rated[provider[bought]])
        sums = [np.bincount(consumer, share * column, minlength=size) for column in through.T]
        following: Floats = np.stack(sums, axis=1).astype(np.float64)
        for place, row in given.items():
            following[place] = row
        following = following.clip(1.0, 5.0)  # a sum of shares is 1 but for rounding
        change = float(np.abs(following - rated).max())
        rated = following
        if change < _SETTLED:
            break
    return rated


def _contributions(tables: BackgroundTables, method: str, scores: Floats) -> Floats:
    """kg CO2e that each row adds to the score of one unit of its process."""
    background = tables.background
    flow = {name: i for i, name in enumerate(background.flows)}
    factors = background.characterisation[method]

    def contribution(row: Exchange, provider: int) -> float:
        if provider >= 0:
            return row.amount * units.factor(row.flow_unit, background.catalogue.processes[provider].unit) * float(scores[provider])
        return row.amount * units.factor(row.flow_unit, "kg") * float(factors[flow[row.flow]])

    return np.array([contribution(row, p) for row, p in zip(tables.exchanges, tables.providers, strict=True)])
