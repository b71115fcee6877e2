"""Modelled against published footprints: case by case, by stage, by family, never hidden and never tuned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

import numpy as np

from inventories.assessing import assess_setting, setting_of, with_scenario
from inventories.setting import Setting
from inventories.shipped import load, product_paths
from inventories.world_store import worlds_of
from lca.distributions import normal
from lca.footprint import Footprint
from lca.published import Published
from lca.scores import UnitScores
from lca.stages import STAGES
from lca.uncertainty import Draws, sample
from lca.worlds import Progress, Worlds

FAMILIES = ("phone", "wearable", "appliance", "vehicle")
ENOUGH_ITEMS = 5


@dataclass(frozen=True)
class Case:
    """One published footprint and ours over the same stages, in kg CO2e."""

    id: str
    product: str
    name: str
    category: str
    family: str
    published: Published
    footprint: Footprint
    draws: Draws | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """5th and 95th percentile of our total over the published stages; None where nothing was drawn."""
        if self.draws is None:
            return None
        low, high = np.percentile(self.draws.of_stages(self.published.boundary or STAGES), (5, 95))
        return float(low), float(high)

    @property
    def inside_interval(self) -> bool | None:
        """Whether the published total lies in our 90 % interval; None where the two must not be compared."""
        interval = self.interval
        if interval is None or self.published.value is None or not self.comparable:
            return None
        return interval[0] <= self.published.value <= interval[1]

    @property
    def modelled(self) -> float:
        """Our total over the stages that the published one covers."""
        stages = self.footprint.stages
        return sum(stages[stage] for stage in self.published.boundary) if self.published.boundary else self.footprint.total

    @property
    def comparable(self) -> bool:
        """Whether the reference table calls the case comparable without any condition."""
        return self.published.comparable == "yes" and self.published.value is not None

    @property
    def deviation(self) -> float | None:
        """modelled / published - 1 wherever a total was published, comparable or not (for orientation)."""
        return self.modelled / self.published.value - 1.0 if self.published.value else None

    @property
    def error(self) -> float | None:
        """modelled / published - 1; None where the two must not be compared."""
        return self.deviation if self.comparable else None

    @property
    def shares(self) -> dict[str, tuple[float, float]]:
        """Published and modelled share of the compared total, by stage or group of stages that was published."""
        if not self.published.value or not self.published.stages:
            return {}
        ours = self.footprint.stages
        return {
            name: (value / self.published.value, sum(ours[s] for s in name.split("+")) / self.modelled)
            for name, value in self.published.stages.items()
            if set(name.split("+")) <= set(self.published.boundary)
        }

    def to_dict(self) -> dict[str, Any]:
        """The contract of `validate --json` for one case."""
        return {
            "id": self.id,
            "product": self.product,
            "name": self.name,
            "category": self.category,
            "family": self.family,
            "published": self.published.value,
            "modelled": self.modelled,
            "unit": "kg CO2e",
            "error": self.error,
            "deviation": self.deviation,
            "inside_interval": self.inside_interval,
            "interval": list(self.interval) if self.interval else None,
            "confidence": self.published.confidence,
            "verified_items": self.published.verified_items,
            "comparable": self.comparable,
            "comparison": self.published.comparable,
            "boundary": list(self.published.boundary),
            "basis": self.published.basis,
            "stages": self.footprint.stages,
            "published_stages": dict(self.published.stages),
            "stage_shares": {name: {"published": p, "modelled": m, "points": 100 * (m - p)} for name, (p, m) in self.shares.items()},
            "estimate_share": self.footprint.resting_on_estimates / self.footprint.total,
        }


def validate(
    scores: UnitScores, worlds: Worlds | None = None, names: Iterable[str] | None = None, progress: Progress | None = None
) -> list[Case]:
    """All shipped products that have a published reference, assessed; with `worlds`, drawn in each of them too.

    `progress` is told how far the worlds of a scenario that rewires the background are, where they must be drawn.
    """
    cases = []
    for name in names if names is not None else product_paths():
        product_file = load(name)
        product = product_file.product
        if product.reference is None:
            continue
        published = product.reference.published
        setting = with_scenario(setting_of(product_file, scores), published.scenario)
        draws = _draws(setting, worlds, progress) if worlds is not None else None
        footprint = assess_setting(setting, scenario=published.scenario)
        cases.append(
            Case(published.case or product.id, product.id, product.name, product.category, product.family, published, footprint, draws)
        )
    return cases


def _draws(setting: Setting, worlds: Worlds, progress: Progress | None) -> Draws:
    """The case in every possible world; a scenario that rewires the background has worlds of its own, of the same draws."""
    scores = setting.scores
    own = worlds
    if scores.digest != worlds.digest:
        own = worlds_of(scores, worlds.seed, setting.background, progress).first(worlds.draws)
    return sample(setting.product_file.product, scores, own, setting.changes, end_of_life=setting.end_of_life)


def best_constant(published: Sequence[float]) -> float:
    """The one figure that, given for every product, has the lowest mean absolute relative error against these totals.

    The error is piecewise linear in the constant, so the best one is among the published values.
    """
    return min(published, key=lambda c: mean(abs(c / p - 1.0) for p in published))


def skill(cases: Sequence[Case]) -> float | None:
    """1 - mean error / mean error of the best constant; above 0 the model beats the constant. None below 3 cases."""
    totals = [c.published.value for c in cases if c.published.value]
    if len(totals) < 3:
        return None
    constant = best_constant(totals)
    of_constant = mean(abs(constant / p - 1.0) for p in totals)
    return 1.0 - mean(abs(c.error or 0.0) for c in cases) / of_constant if of_constant else None


def rank_correlation(cases: Sequence[Case]) -> float | None:
    """Spearman's rank correlation of modelled and published totals. None below 3 cases."""
    if len(cases) < 3:
        return None
    from scipy.stats import spearmanr

    value = float(spearmanr([c.modelled for c in cases], [c.published.value for c in cases]).statistic)
    return value if value == value else None  # noqa: PLR0124  (NaN when all are equal)


def _errors(cases: Sequence[Case]) -> dict[str, Any]:
    errors = [abs(c.error) for c in cases if c.error is not None]
    worst = max(cases, key=lambda c: abs(c.error or 0.0), default=None)
    return {
        "cases": len(cases),
        "median_absolute_error": median(errors) if errors else None,
        "worst": {"id": worst.id, "error": worst.error} if worst else None,
        "within_30_percent": sum(e <= 0.30 for e in errors),
    }


def summarise(cases: Sequence[Case]) -> dict[str, Any]:
    """Medians, worst, ranks and skill: over all comparable cases, over the well-documented ones, and by family."""
    comparable = [c for c in cases if c.comparable]
    documented = [c for c in comparable if c.published.verified_items >= ENOUGH_ITEMS]
    points = [abs(m - p) * 100 for c in comparable for p, m in c.shares.values()]
    by_family = {}
    for family in FAMILIES:
        of_family = [c for c in comparable if c.family == family]
        by_family[family] = _errors(of_family) | {"spearman": rank_correlation(of_family), "skill": skill(of_family)}
    return {
        "comparable": _errors(comparable) | {"spearman": rank_correlation(comparable)},
        f"with_at_least_{ENOUGH_ITEMS}_verified_items": _errors(documented),
        "stage_share_median_points": median(points) if points else None,
        "stage_shares_compared": len(points),
        "families": by_family,
        "skill_against_family_constants": _overall_skill(comparable),
        "interval": interval_honesty(comparable),
    }


def interval_honesty(cases: Sequence[Case]) -> dict[str, Any]:
    """How honest the 90 % intervals are: share of published totals inside, and the continuous ranked probability score.

    The score (Gneiting & Raftery 2007, eq. 21: E|X - y| - E|X - X'| / 2) is divided by the published total, averaged over
    the cases, and set beside that of a plain interval of a factor of two around our point value (lognormal).
    """
    drawn = [(c, c.draws.of_stages(c.published.boundary or STAGES)) for c in cases if c.draws is not None and c.published.value]
    if not drawn:
        return {"cases": 0, "inside": None, "crps": None, "crps_factor_of_two": None}
    plain = np.exp(np.log(2.0) / 1.645 * np.asarray(normal((np.arange(1000) + 0.5) / 1000)))
    return {
        "cases": len(drawn),
        "inside": sum(bool(c.inside_interval) for c, _ in drawn) / len(drawn),
        "crps": mean(_crps(x, c.published.value or 1.0) for c, x in drawn),
        "crps_factor_of_two": mean(_crps(c.modelled * plain, c.published.value or 1.0) for c, _ in drawn),
    }


def _crps(draws: np.ndarray, published: float) -> float:
    ordered = np.sort(draws)
    n = len(ordered)
    spread = float((ordered * (2 * np.arange(1, n + 1) - n - 1)).sum()) * 2 / n**2
    return (float(np.abs(ordered - published).mean()) - spread / 2) / published


def _overall_skill(cases: Sequence[Case]) -> float | None:
    """1 - mean error / mean error of each family's own best constant, over all families."""
    ours: list[float] = []
    constants: list[float] = []
    for family in FAMILIES:
        of_family = [c for c in cases if c.family == family and c.published.value]
        if not of_family:
            continue
        totals = [c.published.value for c in of_family if c.published.value]
        constant = best_constant(totals)
        ours += [abs(c.error or 0.0) for c in of_family]
        constants += [abs(constant / p - 1.0) for p in totals]
    return 1.0 - mean(ours) / mean(constants) if constants and mean(constants) else None
