"""A product's footprint in K possible worlds, and what two designs' draws say of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.assessment import DEFAULT_METHOD
from lca.billing import all_lines, bill
from lca.distributions import CODES, TRIANGULAR, draw, pedigree_sigma, z_of_confidence
from lca.parameters import Values, evaluate_amount, evaluate_parameters
from lca.product import STAGES, Line, Product
from lca.rounding import significant
from lca.scores import UnitScores
from lca.worlds import Worlds

Floats = NDArray[np.float64]
SEED = 42


@dataclass(frozen=True)
class Draws:
    """One design's footprint in every world: `lines` (draws, lines) in kg CO2e, in the order of its bill."""

    product: str
    stages_of_lines: tuple[str, ...]
    parts_of_lines: tuple[str, ...]
    lines: Floats
    point: float
    seed: int
    left_out: int

    @property
    def totals(self) -> Floats:
        """kg CO2e in each world."""
        return np.asarray(self.lines.sum(axis=1))

    def of_stages(self, stages: tuple[str, ...] = STAGES) -> Floats:
        """The sum over some stages in each world."""
        wanted = [stage in stages for stage in self.stages_of_lines]
        return np.asarray(self.lines[:, wanted].sum(axis=1))

    def summary(self) -> dict[str, Any]:
        """Median, mean, 5th and 95th percentile of the total and of every stage."""
        made = {"draws": len(self.lines), "seed": self.seed, "left_out": self.left_out}
        return {
            "total": _summary(self.totals) | made,
            "stages": {stage: _summary(self.of_stages((stage,))) | made for stage in STAGES},
            "sentence": self.sentence,
        }

    @property
    def sentence(self) -> str:
        """What the point value is against the draws, and why they differ."""
        low, median, high = (float(x) for x in np.percentile(self.totals, (5, 50, 95)))
        said = f"In 90 of 100 possible worlds the footprint lies between {significant(low)} and {significant(high)} kg CO2e (median {significant(median)})"
        off = self.point / median - 1.0
        if abs(off) < 0.02:
            return f"{said}; the point value is the median within 2 %."
        side = "below" if off < 0 else "above"
        lean = "upward" if off < 0 else "downward"
        return f"{said}; the point value lies {abs(off):.0%} {side} the median, because the ranges of amounts and factors lean {lean}."


def _summary(values: Floats) -> dict[str, float]:
    low, median, high = np.percentile(values, (5, 50, 95))
    return {"median": float(median), "mean": float(values.mean()), "p5": float(low), "p95": float(high)}


def sample(
    product: Product, scores: UnitScores, worlds: Worlds, changes: Mapping[str, Any] | None = None, method: str = DEFAULT_METHOD
) -> Draws:
    """The footprint of a design in every world of the background, its own uncertain numbers drawn beside them.

    Parameters, amounts and packaging masses with a range are drawn; what `changes` sets is taken as known. The service
    life is not drawn: it belongs to the functional unit.
    """
    changes = dict(changes or {})
    nominal = evaluate_parameters(product, changes)
    drawn, factors = _parameter_draws(product, nominal, changes, worlds)
    made = bill(product, scores.catalogue, changes | drawn, factors)
    amounts = np.broadcast_to(made.amounts, (worlds.draws, len(made.lines))).copy()
    for number, factor in _line_draws(product, nominal, worlds):
        amounts[:, number] *= factor
    index = [line.index for line in made.lines]
    lines = amounts * worlds.of_method(method)[index, :].T
    point = float((bill(product, scores.catalogue, changes).amounts * scores.of_method(method)[index, :].sum(axis=1)).sum())
    stages, parts = tuple(line.stage for line in made.lines), tuple(line.part for line in made.lines)
    return Draws(product.id, stages, parts, lines, point, worlds.seed, worlds.left_out)


def _parameter_draws(
    product: Product, nominal: Values, changes: Mapping[str, Any], worlds: Worlds
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Draws of parameters given as numbers, and factors on those given as formulas."""
    drawn: dict[str, Floats] = {}
    factors: dict[str, Floats] = {}
    for name, parameter in product.parameters.items():
        if parameter.type != "number" or parameter.low is None or parameter.high is None or name in changes:
            continue
        value = float(nominal[name])
        low, high = (float(evaluate_amount(x, nominal, f"parameters.{name}")) for x in (parameter.low, parameter.high))
        kind = CODES[parameter.distribution] if parameter.distribution else TRIANGULAR
        fact = f"{name}|{value!r}|{low!r}|{high!r}|{kind}"
        spread = (value, min(low, value), max(high, value), kind)
        values = draw(worlds.seed, fact, worlds.draws, spread, pedigree_sigma(parameter.pedigree))
        if not isinstance(parameter.value, str):
            drawn[name] = values
        elif value:
            factors[name] = values / value
    return drawn, factors


def _line_draws(product: Product, nominal: Values, worlds: Worlds) -> Iterator[tuple[int, Floats]]:
    """Number of each line with a range or pedigree scores, and the factors on its amount."""
    for number, (_, field, line) in enumerate(all_lines(product, nominal)):
        spread = _spread(line, nominal, field)
        sigma = pedigree_sigma(line.pedigree)
        if spread is None and sigma == 0:
            continue
        fact = f"{line.part.removesuffix(' (packaging)').removesuffix(', forming')}|{line.amount!r}|{line.low!r}|{line.high!r}"
        yield number, draw(worlds.seed, fact, worlds.draws, spread or (1.0, 1.0, 1.0, TRIANGULAR), sigma)


def _spread(line: Line, nominal: Values, field: str) -> tuple[float, float, float, int] | None:
    """Range of a line relative to its amount; None without one (or for an amount of zero)."""
    if line.low is None or line.high is None:
        return None
    amount, low, high = (float(evaluate_amount(x, nominal, field)) for x in (line.amount, line.low, line.high))
    if amount <= 0:
        return None
    kind = CODES[line.distribution] if line.distribution else TRIANGULAR
    return 1.0, min(1.0, low / amount), max(1.0, high / amount), kind


@dataclass(frozen=True)
class PairedComparison:
    """Two designs in the same worlds."""

    a: Draws
    b: Draws

    @property
    def difference(self) -> Floats:
        """b - a in each world, kg CO2e."""
        return self.b.totals - self.a.totals

    @property
    def probability_a_lower(self) -> float:
        """Share of the worlds in which a is lower, ties counted half."""
        difference = self.difference
        return float(((difference > 0) + 0.5 * (difference == 0)).mean())

    def to_dict(self) -> dict[str, Any]:
        """The contract of `compare --uncertainty --json`."""
        draws = len(self.difference)
        probability = self.probability_a_lower
        low, high = wilson_interval(probability, draws)
        return {
            "probability_a_lower": probability,
            "probability_interval": {"low": low, "high": high, "confidence": 0.95},
            "difference_draws": _summary(self.difference),
            "draws": draws,
            "seed": self.a.seed,
            "left_out": self.a.left_out,
        }

    @property
    def sentence(self) -> str:
        """How sure it is, in one plain sentence."""
        draws = len(self.difference)
        probability = self.probability_a_lower
        better, share = (self.a.product, probability) if probability >= 0.5 else (self.b.product, 1.0 - probability)
        low, high = wilson_interval(share, draws)
        return f"{better} is lower in {share:.0%} of {draws} possible worlds (95 % interval of that share: {low:.1%} to {high:.1%})."


def wilson_interval(share: float, draws: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927): honest at 0 and 1 and for few draws."""
    z = z_of_confidence(confidence)
    centre = (share + z * z / (2 * draws)) / (1 + z * z / draws)
    half = z / (1 + z * z / draws) * np.sqrt(share * (1 - share) / draws + z * z / (4 * draws * draws))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
