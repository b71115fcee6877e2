"""A product's footprint in K possible worlds, and what two designs' draws say of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.assessment import DEFAULT_METHOD, assess
from lca.billing import all_lines, bill
from lca.distributions import TRIANGULAR, draw, kind_of, kind_of_parameter, pedigree_sigma, z_of_confidence
from lca.end_of_life_lines import EndOfLife, with_end_of_life
from lca.parameters import Values, evaluate_amount, evaluate_parameters
from lca.product import Line, Product
from lca.rounding import significant
from lca.scores import UnitScores
from lca.stages import STAGES
from lca.worlds import Worlds

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: Value, low, high and kind of a distribution (`lca.distributions.quantile`).
Spread = tuple[float, float, float, int]
#: Gives the draws of a fact: its words, its distribution, its pedigree sigma. What it gives is not to be changed.
Drawing = Callable[[str, Spread, float], Floats]
SEED = 42
#: Two standard errors of a median of normal numbers, in standard deviations over the root of their count: 2 sqrt(pi / 2).
_NOISE_OF_A_MEDIAN = 2.5066


@dataclass(frozen=True)
class Draws:
    """One design's footprint in every world: `lines` (draws, lines) in kg CO2e, in the order of its bill.

    `numbers` (draws,) says which draws of the seed these are: two designs pair where the numbers are the same.
    """

    product: str
    stages_of_lines: tuple[str, ...]
    parts_of_lines: tuple[str, ...]
    lines: Floats
    numbers: Integers
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

    def by_stage(self) -> Draws:
        """The same with the lines of each stage added up: what is kept of many products. `parts_of_lines` are the stages too."""
        stages = tuple(stage for stage in self._stages if stage in self.stages_of_lines)
        lines = np.stack([self.of_stages((stage,)) for stage in stages], axis=1) if stages else self.lines
        return replace(self, stages_of_lines=stages, parts_of_lines=stages, lines=lines)

    def summary(self) -> dict[str, Any]:
        """Median, mean, 5th and 95th percentile of the total and of every stage."""
        made = {"draws": len(self.lines), "seed": self.seed, "left_out": self.left_out}
        return {
            "total": percentiles(self.totals) | made,
            "stages": {stage: percentiles(self.of_stages((stage,))) | made for stage in self._stages},
            "sentence": self.sentence,
        }

    @property
    def _stages(self) -> tuple[str, ...]:
        return (*STAGES, "credits") if "credits" in self.stages_of_lines else STAGES

    @property
    def sentence(self) -> str:
        """What the point value is against the draws, and why they differ."""
        low, median, high = (float(x) for x in np.percentile(self.totals, (5, 50, 95)))
        said = f"In 90 of 100 possible worlds the footprint lies between {significant(low)} and {significant(high)} kg CO2e (median {significant(median)})"
        if median == 0.0:
            return f"{said}; the point value is {significant(self.point)} kg CO2e."
        off = (self.point - median) / abs(median)
        if abs(off) < 0.02:
            return f"{said}; the point value is the median within 2 %."
        said = f"{said}; the point value lies {abs(off):.0%} {'below' if off < 0 else 'above'} the median"
        if abs(self.point - median) < _NOISE_OF_A_MEDIAN * self.totals.std() / np.sqrt(len(self.totals)):
            return f"{said}, no more than so few draws can miss it by."
        reason = (
            "ranges around a most likely value (triangles) reach farther up than down"
            if off < 0
            else "point values are means, and a range that reaches far up has its mean above its median"
        )
        return f"{said}, because {reason}."


def percentiles(values: Floats) -> dict[str, float]:
    """Median, mean, 5th and 95th percentile."""
    low, median, high = np.percentile(values, (5, 50, 95))
    return {"median": float(median), "mean": float(values.mean()), "p5": float(low), "p95": float(high)}


def sample(
    product: Product,
    scores: UnitScores,
    worlds: Worlds,
    changes: Mapping[str, Any] | None = None,
    method: str = DEFAULT_METHOD,
    end_of_life: EndOfLife | None = None,
) -> Draws:
    """The footprint of a design in every world of the background, its own uncertain numbers drawn beside them.

    Parameters, amounts and packaging masses with a range are drawn; what `changes` sets is taken as known. The service
    life is not drawn: it belongs to the functional unit.
    """
    changes = dict(changes or {})
    nominal = evaluate_parameters(product, changes)
    drawing = _drawing(worlds)
    drawn, factors = parameter_draws(product, nominal, changes, drawing)
    made = bill(product, scores.catalogue, changes | drawn, factors)
    amount_of, mass_of = list(made.amount_of), list(made.mass_of)
    for number, factor in line_draws(product, nominal, drawing):
        amount_of[number] = amount_of[number] * factor
        mass_of[number] = mass_of[number] * factor
    made, _ = with_end_of_life(replace(made, amount_of=tuple(amount_of), mass_of=tuple(mass_of)), end_of_life, scores.catalogue)
    index = [line.index for line in made.lines]
    lines = made.amounts * worlds.of_method(method)[index, :].T
    point = assess(product, scores, changes, method, end_of_life).total
    stages, parts = tuple(line.stage for line in made.lines), tuple(line.part for line in made.lines)
    return Draws(product.id, stages, parts, lines, worlds.numbers, point, worlds.seed, worlds.left_out)


def _drawing(worlds: Worlds) -> Drawing:
    return lambda fact, spread, sigma: draw(worlds.seed, fact, worlds.numbers, spread, sigma)


def parameter_draws(
    product: Product, nominal: Values, changes: Mapping[str, Any], drawing: Drawing
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Draws of parameters given as numbers, and factors on those given as formulas: by range, pedigree scores, or both."""
    drawn: dict[str, Floats] = {}
    factors: dict[str, Floats] = {}
    for name, parameter in product.parameters.items():
        ranged, sigma = parameter.low is not None and parameter.high is not None, pedigree_sigma(parameter.pedigree)
        if parameter.type != "number" or name in changes or not (ranged or sigma):
            continue
        value = float(nominal[name])
        bounds = (parameter.low, parameter.high) if ranged else (value, value)
        low, high = (float(evaluate_amount(x, nominal, f"parameters.{name}")) for x in bounds)
        # formulas rely on the range of a parameter (a share stays below 1): without a named distribution it is not left
        kind = kind_of_parameter(parameter.distribution)
        fact = f"{name}|{value!r}|{low!r}|{high!r}|{kind}"
        spread = (value, min(low, value), max(high, value), kind)
        values = drawing(fact, spread, sigma)
        if not isinstance(parameter.value, str):
            drawn[name] = values
        elif value:
            factors[name] = values / value
    return drawn, factors


def line_factors(product: Product, worlds: Worlds, changes: Mapping[str, Any]) -> Iterator[tuple[int, Floats]]:
    """Number of each line of the bill with a range or pedigree scores, and the factor on its amount in each world."""
    return line_draws(product, evaluate_parameters(product, dict(changes)), _drawing(worlds))


def line_draws(product: Product, nominal: Values, drawing: Drawing) -> Iterator[tuple[int, Floats]]:
    """Number of each line with a range or pedigree scores, and the factors on its amount."""
    for number, (_, field, line) in enumerate(all_lines(product, nominal)):
        spread = _spread(line, nominal, field)
        sigma = pedigree_sigma(line.pedigree)
        if spread is None and sigma == 0:
            continue
        fact = f"{line.part.removesuffix(' (packaging)').removesuffix(', forming')}|{line.amount!r}|{line.low!r}|{line.high!r}"
        amount, *_ = spread = spread or (1.0, 1.0, 1.0, TRIANGULAR)
        yield number, drawing(fact, spread, sigma) / amount


def _spread(line: Line, nominal: Values, field: str) -> Spread | None:
    """Amount of a line, its range and kind; None without a range (or for an amount of zero)."""
    if line.low is None or line.high is None:
        return None
    amount, low, high = (float(evaluate_amount(x, nominal, field)) for x in (line.amount, line.low, line.high))
    if amount <= 0:
        return None
    return amount, min(amount, low), max(amount, high), kind_of(line.distribution, low)


def wilson_interval(share: float, draws: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927): honest at 0 and 1 and for few draws."""
    z = z_of_confidence(confidence)
    centre = (share + z * z / (2 * draws)) / (1 + z * z / draws)
    half = z / (1 + z * z / draws) * np.sqrt(share * (1 - share) / draws + z * z / (4 * draws * draws))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
