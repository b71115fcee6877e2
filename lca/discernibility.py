"""Designs in the same possible worlds: two as a pair, by stage too; three and more: which is lower, which is lowest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.comparison import TIE
from lca.errors import LifeloopError
from lca.stages import STAGES
from lca.uncertainty import Draws, percentiles, wilson_interval

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def settled(difference: Floats, size: Floats) -> Floats:
    """Differences of sums, 0 where they are within `TIE` of the size of what was added up (both kg CO2e)."""
    return np.where(np.abs(difference) <= TIE * size, 0.0, difference)


@dataclass(frozen=True)
class PairedDesigns:
    """Two designs in the same worlds, by stage too: those draws that both have (each background leaves out its own unproductive ones).

    What differs by rounding noise only is a tie: the same lines, split or in another order, add up to other last digits,
    and without a tolerance one design would be lower than itself in most worlds.
    Raises LifeloopError when the draws have different seeds, or no number in common: they are not of the same worlds.
    """

    a: Draws
    b: Draws

    def __post_init__(self) -> None:
        if self.a.seed != self.b.seed or not self.numbers.size:
            raise LifeloopError(
                f"the draws of {self.a.product} and {self.b.product} are not of the same worlds (seeds {self.a.seed}, {self.b.seed})"
            )

    @property
    def numbers(self) -> Integers:
        """The draws that both designs have."""
        return np.intersect1d(self.a.numbers, self.b.numbers)

    @property
    def left_out(self) -> int:
        """Draws that one or the other background left out, as far as the worlds reach."""
        return max(len(draws.numbers) + draws.left_out for draws in (self.a, self.b)) - len(self.numbers)

    @property
    def difference(self) -> Floats:
        """b - a in each world, kg CO2e; exactly 0 where it is within `TIE` of what is added up."""
        return settled(self._of(self.b).sum(axis=1) - self._of(self.a).sum(axis=1), self._size)

    def of_stage(self, stage: str) -> Floats:
        """b - a of one stage in each world, kg CO2e."""
        a, b = (self._of(d)[:, [s == stage for s in d.stages_of_lines]].sum(axis=1) for d in (self.a, self.b))
        return settled(b - a, self._size)

    @property
    def stages(self) -> tuple[str, ...]:
        """The life-cycle stages, and `credits` where one of the designs has them."""
        credited = any("credits" in draws.stages_of_lines for draws in (self.a, self.b))
        return (*STAGES, "credits") if credited else STAGES

    @property
    def probability_a_lower(self) -> float:
        """Share of the worlds in which a is lower, ties counted half."""
        difference = self.difference
        return float(((difference > 0) + 0.5 * (difference == 0)).mean())

    def to_dict(self) -> dict[str, Any]:
        """The contract of `compare --uncertainty --json`; the difference is b - a and its stages sum to it in every world."""
        draws, probability = len(self.numbers), self.probability_a_lower
        low, high = wilson_interval(probability, draws)
        stages = {stage: percentiles(self.of_stage(stage)) for stage in self.stages}
        return {
            "probability_a_lower": probability,
            "probability_interval": {"low": low, "high": high, "confidence": 0.95},
            "difference_draws": {"direction": "b - a", **percentiles(self.difference), "stages": stages},
            "draws": draws,
            "seed": self.a.seed,
            "left_out": self.left_out,
        }

    @property
    def sentence(self) -> str:
        """How sure it is, in one plain sentence."""
        draws, probability = len(self.numbers), self.probability_a_lower
        if not self.difference.any():
            return f"{self.a.product} and {self.b.product} are the same in all of {draws} possible worlds."
        better, share = (self.a.product, probability) if probability >= 0.5 else (self.b.product, 1.0 - probability)
        low, high = wilson_interval(share, draws)
        return f"{better} is lower in {share:.0%} of {draws} possible worlds (95 % interval of that share: {low:.1%} to {high:.1%})."

    def _of(self, draws: Draws) -> Floats:
        """The lines of a design in the worlds that both have."""
        return draws.lines[np.searchsorted(draws.numbers, self.numbers)]

    @property
    def _size(self) -> Floats:
        """What is added up in each world, every line counted above zero."""
        a, b = (np.abs(self._of(draws)).sum(axis=1) for draws in (self.a, self.b))
        return np.asarray(np.maximum(a, b))


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
        return np.stack([lines.sum(axis=1) for lines in self._lines])

    @property
    def sizes(self) -> Floats:
        """What is added up, every line counted above zero, in the shape of `totals`: totals within `TIE` of it are a tie."""
        return np.stack([np.abs(lines).sum(axis=1) for lines in self._lines])

    @property
    def _lines(self) -> list[Floats]:
        shared = self.numbers
        return [draws.lines[np.searchsorted(draws.numbers, shared)] for draws in self.designs]

    def against_first(self) -> tuple[PairedDesigns, ...]:
        """Every other design paired with the first one."""
        return tuple(PairedDesigns(self.designs[0], other) for other in self.designs[1:])

    @property
    def matrix(self) -> Floats:
        """P(row < column): share of the worlds in which the row's design is lower, ties counted half; the diagonal is 0.5.

        The discernibility analysis of Heijungs and Kleijn (2001, Int J LCA 6, 141-148), shape (designs, designs).
        """
        totals, sizes = self.totals, self.sizes
        above = [settled(totals - row, np.maximum(sizes, size)) for row, size in zip(totals, sizes, strict=True)]
        return np.stack([((difference > 0) + 0.5 * (difference == 0)).mean(axis=1) for difference in above])

    @property
    def probability_lowest(self) -> Floats:
        """Share of the worlds in which each design is the lowest of all, ties shared; they sum to 1."""
        totals = self.totals
        lowest = settled(totals - totals.min(axis=0), self.sizes.max(axis=0)) == 0
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
