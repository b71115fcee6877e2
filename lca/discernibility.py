"""Three and more designs in the same possible worlds: in how many is which lower, and which is lowest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.errors import LifeloopError
from lca.uncertainty import Draws, wilson_interval

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Discernibility:
    """Designs drawn in the same worlds, under the names they are called by."""

    names: tuple[str, ...]
    designs: tuple[Draws, ...]

    def __post_init__(self) -> None:
        if len({draws.seed for draws in self.designs}) != 1 or not self.numbers.size:
            raise LifeloopError(f"the draws of {', '.join(self.names)} are not of the same worlds")

    @property
    def numbers(self) -> Integers:
        """The draws that all designs have."""
        return reduce(np.intersect1d, [draws.numbers for draws in self.designs])

    @property
    def totals(self) -> Floats:
        """kg CO2e in the worlds that all designs have, shape (designs, worlds)."""
        shared = self.numbers
        return np.stack([draws.totals[np.searchsorted(draws.numbers, shared)] for draws in self.designs])

    @property
    def matrix(self) -> Floats:
        """P(row < column): share of the worlds in which the row's design is lower, ties counted half; the diagonal is 0.5.

        The discernibility analysis of Heijungs and Kleijn (2001, Int J LCA 6, 141-148), shape (designs, designs).
        """
        totals = self.totals
        return np.stack([((row < totals) + 0.5 * (row == totals)).mean(axis=1) for row in totals])

    @property
    def probability_lowest(self) -> Floats:
        """Share of the worlds in which each design is the lowest of all, ties shared; they sum to 1."""
        lowest = self.totals == self.totals.min(axis=0)
        return np.asarray((lowest / lowest.sum(axis=0)).mean(axis=1))

    def to_dict(self) -> dict[str, Any]:
        """The contract of `compare A B C --uncertainty --json`, with the 95 % Wilson interval of every share."""
        draws = self.totals.shape[1]
        matrix = self.matrix.tolist()
        return {
            "designs": list(self.names),
            "probability_row_lower": matrix,
            "interval": [[list(wilson_interval(share, draws)) for share in row] for row in matrix],
            "probability_lowest": dict(zip(self.names, self.probability_lowest.tolist(), strict=True)),
            "draws": draws,
            "seed": self.designs[0].seed,
            "left_out": max(len(d.numbers) + d.left_out for d in self.designs) - draws,
        }

    @property
    def sentence(self) -> str:
        """Which one is most often the lowest, in one plain sentence."""
        shares = self.probability_lowest
        best, draws = int(shares.argmax()), self.totals.shape[1]
        low, high = wilson_interval(float(shares[best]), draws)
        return (
            f"{self.names[best]} is the lowest of {len(self.names)} in {shares[best]:.0%} of {draws} possible worlds "
            f"(95 % interval of that share: {low:.1%} to {high:.1%})."
        )


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with a number behind those that come more than once."""
    return tuple(f"{name} #{names[: at + 1].count(name)}" if names.count(name) > 1 else name for at, name in enumerate(names))
