"""A changed component of the packaging in several models: what it does to the ratio and to kg CO2e, market by market."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from circularity.packaging import Masses, change_in_percent, change_in_points, plastic_free_ratio, rolled_up
from lca.errors import InputError, Problem


@dataclass(frozen=True)
class Market:
    """A market's share of the units sold, and the share of its units that get the change (both 1/1)."""

    name: str
    share: float
    covered: float = 1.0


@dataclass(frozen=True)
class Design:
    """One model in one market: packaging per unit in kg, and its footprint in kg CO2e."""

    masses: Masses
    footprint: float


@dataclass(frozen=True)
class Swapped:
    """One model in one market without and with the change, the change reaching `market.covered` of the units."""

    product: str
    market: Market
    definition: str
    before: Design
    after: Design

    @property
    def mixed(self) -> Design:
        """The mean unit after the change: covered units as after, the others as before."""
        part = self.market.covered
        masses = rolled_up([(self.after.masses, part), (self.before.masses, 1.0 - part)])
        return Design(masses, part * self.after.footprint + (1.0 - part) * self.before.footprint)

    def to_dict(self) -> dict[str, Any]:
        """Ratio and kg CO2e per unit side by side."""
        return {"product": self.product, "market": self.market.name, "share": self.market.share, "covered": self.market.covered} | _both(
            self.definition, self.before, self.mixed
        )


def _both(definition: str, before: Design, after: Design) -> dict[str, Any]:
    first, second = plastic_free_ratio(before.masses), plastic_free_ratio(after.masses)
    return {
        "definition": definition,
        "ratio_before": first,
        "ratio_after": second,
        "change_points": change_in_points(first, second),
        "change_percent": change_in_percent(first, second),
        "packaging_mass_before": before.masses.total,
        "packaging_mass_after": after.masses.total,
        "mass_unit": "kg",
        "footprint_before": before.footprint,
        "footprint_after": after.footprint,
        "footprint_change": after.footprint - before.footprint,
        "footprint_unit": "kg CO2e",
    }


def check_split(markets: Sequence[Market]) -> None:
    """Shares add to 1, coverages lie between 0 and 1. Raises InputError."""
    total = sum(m.share for m in markets)
    if not markets or not abs(total - 1.0) <= 1e-9 or any(m.share < 0 for m in markets):
        raise InputError(Problem("the shares of the markets must add to 1", field="share", value=f"{total:g}"))
    for market in markets:
        if not 0 <= market.covered <= 1:
            raise InputError(Problem("a coverage lies between 0 and 1", field="covered", value=f"{market.covered:g}"))


def totals(rows: Iterable[Swapped]) -> list[dict[str, Any]]:
    """By market, and over all markets by their shares: the mean unit of all models (each sold alike), before and after."""
    done = list(rows)
    by_market = [(name, [r for r in done if r.market.name == name]) for name in dict.fromkeys(r.market.name for r in done)]
    groups = [*by_market, ("all", done)] if len(by_market) > 1 else by_market
    return [{"product": "all", "market": name, "models": len({r.product for r in group})} | _mean(group) for name, group in groups]


def _mean(rows: Sequence[Swapped]) -> dict[str, Any]:
    # every model is sold alike; within a model the markets share the units
    weights = [row.market.share for row in rows]
    whole = sum(weights) or 1.0
    parts = [w / whole for w in weights]
    before = Design(
        rolled_up((r.before.masses, p) for r, p in zip(rows, parts, strict=True)), _dot(parts, [r.before.footprint for r in rows])
    )
    after = Design(rolled_up((r.mixed.masses, p) for r, p in zip(rows, parts, strict=True)), _dot(parts, [r.mixed.footprint for r in rows]))
    return _both(f"units.{rows[0].definition}", before, after)


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True))
