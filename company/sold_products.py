"""From product footprints and units sold to categories 1, 4, 9, 11 and 12 of scope 3, each kilogram in one place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from lca.errors import InputError, Problem
from lca.quantity import Frozen

#: Where the energy of a company's own assembly goes: it is in its scopes 1 and 2 already.
OWN_ENERGY = "in scopes 1+2"
#: Life-cycle stage -> category; `distribution` goes by who pays for it.
_CATEGORY_OF = {"materials": "3.1", "packaging": "3.1", "manufacturing": "3.1", "use": "3.11", "end_of_life": "3.12"}
_DISTRIBUTION = {"company": "3.4", "customer": "3.9"}


class Sale(Frozen):
    """Content of an entry: units of a product sold in the period that ends at the entry's date."""

    product: str = Field(min_length=1, description="id of a shipped product, or the path of a product file")
    units: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    transport_paid_by: Literal["company", "customer"] = "company"
    assembly: Literal["own", "supplier"] = "supplier"
    market: str = "unspecified"
    source: str = Field(min_length=1)
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None


@dataclass(frozen=True)
class UnitFootprint:
    """The footprint of one unit by stage, in kg CO2e, and how much of manufacturing is energy and direct emissions of the plant."""

    product: str
    name: str
    stages: Mapping[str, float]
    plant_energy: float

    def __post_init__(self) -> None:
        if self.plant_energy > self.stages.get("manufacturing", 0.0) * (1 + 1e-9):
            raise InputError(Problem("the plant's energy is more than its stage", field="manufacturing", value=self.product))

    @property
    def total(self) -> float:
        """kg CO2e per unit over all stages."""
        return math.fsum(self.stages.values())


@dataclass(frozen=True)
class CategoryAmount:
    """t CO2e of one product in one category (or in scopes 1 and 2, where it is counted already)."""

    product: str
    category: str
    co2e_t: float


def categories_of(sale: Sale, unit: UnitFootprint) -> tuple[CategoryAmount, ...]:
    """units x kg CO2e per unit / 1000, in t CO2e by category (GHG Protocol Scope 3 Standard, chapter 5).

    Materials, packaging and a supplier's manufacturing are category 1; distribution is 4 where the company pays, else 9; the
    whole use of the units sold in the period is 11, end of life 12. Of the company's own assembly the energy and direct
    emissions are left out, for they are in its scopes 1 and 2. The parts always add up to units x footprint.
    """
    sums: dict[str, float] = {}
    for stage, value in unit.stages.items():
        category = _DISTRIBUTION[sale.transport_paid_by] if stage == "distribution" else _CATEGORY_OF[stage]
        sums[category] = sums.get(category, 0.0) + value
    if sale.assembly == "own" and unit.plant_energy:
        sums["3.1"] -= unit.plant_energy
        sums[OWN_ENERGY] = unit.plant_energy
    return tuple(CategoryAmount(sale.product, key, sale.units * value / 1000) for key, value in sums.items() if value)


def by_category(amounts: Iterable[CategoryAmount]) -> dict[str, float]:
    """t CO2e by category, in the order of the categories, what is in scopes 1+2 last."""
    sums: dict[str, list[float]] = {}
    for amount in amounts:
        sums.setdefault(amount.category, []).append(amount.co2e_t)
    return {key: math.fsum(sums[key]) for key in sorted(sums, key=_order)}


def _order(category: str) -> float:
    return math.inf if category == OWN_ENERGY else float(category.split(".")[1])
