"""Very many designs of one product in the same possible worlds: mean and percentiles of each, block by block.

Designs that use the same processes differ in amounts only, so all their footprints in all worlds are one matrix product,
amounts (designs, lines) x scores (lines, draws). It is made in blocks that fit the processor's cache, and the percentiles
are read off the block sorted in place: no more is kept of a design than its mean and percentiles.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.assessment import DEFAULT_METHOD
from lca.billing import bill
from lca.portfolio import Demand, sample_each
from lca.product import Product
from lca.scores import UnitScores
from lca.uncertainty import line_factors
from lca.worlds import Worlds

Floats = NDArray[np.float64]
PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)
#: Footprints (float32) in one block: 4 MB.
_BLOCK = 1_000_000


@dataclass(frozen=True)
class Summaries:
    """kg CO2e of many designs over the worlds: `mean` (designs,), `values` (designs, percentiles)."""

    mean: Floats
    percentiles: tuple[float, ...]
    values: Floats


def summarise(
    amounts: Floats, scores: NDArray[np.float32], percentiles: Sequence[float] = PERCENTILES, workers: int | None = None
) -> Summaries:
    """Mean and percentiles of designs given as amounts (designs, lines), with scores (lines, draws) in kg CO2e per unit.

    Percentiles are interpolated linearly between order statistics, as by `numpy.percentile`. `workers` is the number of
    threads; all cores without it. Single precision: relative errors are about 1e-6.
    """
    count, draws = len(amounts), scores.shape[1]
    result = Summaries(amounts @ scores.mean(axis=1, dtype=np.float64), tuple(percentiles), np.empty((count, len(percentiles))))
    place = np.asarray(percentiles, dtype=float) / 100.0 * (draws - 1)
    below = np.floor(place).astype(int)
    above, rest = np.minimum(below + 1, draws - 1), place - below
    length, threads = max(1, _BLOCK // draws), workers or os.cpu_count() or 1

    def sort(first: int, drawn: NDArray[np.float32]) -> None:
        rows = slice(first, first + len(drawn))
        # NumPy sorts float32 by vector instructions: four times as fast here as a partition at ten places
        drawn.sort(axis=1)
        low, high = drawn[:, below].astype(np.float64), drawn[:, above].astype(np.float64)
        result.values[rows] = low + (high - low) * rest

    with ThreadPoolExecutor(threads) as pool:
        for first in range(0, count, threads * length):
            # the product and the sorting take turns: each uses all cores, and together they would be in each other's way
            drawn = amounts[first : first + threads * length].astype(np.float32) @ scores
            parts = range(0, len(drawn), length)
            list(pool.map(sort, [first + p for p in parts], [drawn[p : p + length] for p in parts]))
    return result


def summarise_designs(
    product: Product,
    scores: UnitScores,
    worlds: Worlds,
    designs: Mapping[str, Any],
    method: str = DEFAULT_METHOD,
    draw_parameters: bool = True,
) -> Summaries:
    """Mean and percentiles of many designs of one product; `designs` gives parameters an array of values, one a design.

    The worlds and the draws of lines and parameters are the same for all designs, so their differences are paired; what the
    design sets is taken as known. With parameters that have a range every design is sampled through its formulas, some
    milliseconds each; with `draw_parameters` false they stay at their values, and a design takes some microseconds. Raises
    InputError as `lca.billing.bill` does.
    """
    made = bill(product, scores.catalogue, designs)
    if draw_parameters and any(x.low is not None for name, x in product.parameters.items() if name not in designs):
        return _through_formulas(Demand(product, scores, worlds, point=0.0), designs, method)
    drawn = np.array(worlds.of_method(method)[[line.index for line in made.lines]])
    for number, factor in line_factors(product, worlds, {}):
        drawn[number] *= factor
    return summarise(np.atleast_2d(made.amounts), drawn)


def _through_formulas(like: Demand, designs: Mapping[str, Any], method: str) -> Summaries:
    count = max((len(value) for value in designs.values() if np.ndim(value)), default=1)
    each = (replace(like, changes={n: _of_design(value, number) for n, value in designs.items()}) for number in range(count))
    means, values = [], []
    for draws in sample_each(each, method):
        totals = draws.totals
        means.append(totals.mean())
        values.append(np.percentile(totals, PERCENTILES))
    return Summaries(np.array(means), PERCENTILES, np.array(values))


def _of_design(value: Any, number: int) -> Any:
    return float(value[number]) if np.ndim(value) else value
