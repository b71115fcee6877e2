"""From product footprints and units sold to categories 1, 4, 9, 11 and 12 of scope 3, each kilogram in one place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lca.quantity import Finite, Frozen

#: Where the energy of a company's own assembly goes: it is in its scopes 1 and 2 already.
OWN_ENERGY = "in scopes 1+2"
#: Life-cycle stage -> category; `distribution` goes by who pays for it.
_CATEGORY_OF = {"materials": "3.1", "packaging": "3.1", "manufacturing": "3.1", "use": "3.11", "end_of_life": "3.12"}
Stage = Literal["materials", "manufacturing", "packaging", "distribution", "use", "end_of_life"]
_DISTRIBUTION = {"company": "3.4", "customer": "3.9"}


class Sale(Frozen):
    """Content of an entry: units of a product sold in the period that ends at the entry's date, with the footprint of one.

    The footprint is kept in the entry, so that a logged figure does not change when a factor of the background does.
    """

    product: str = Field(min_length=1, description="id of the product")
    units: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    stages: dict[Stage, Finite] = Field(min_length=1, description="kg CO2e of one unit by life-cycle stage")
    plant_energy: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        0.0, description="part of manufacturing that is energy and direct emissions of the plant, kg CO2e of one unit"
    )
    background: str = Field(min_length=1, description="digest of the background of the footprint, or its source")
    transport_paid_by: Literal["company", "customer"] = "company"
    assembly: Literal["own", "supplier"] = "supplier"
    market: str = "unspecified"
    source: str = Field(min_length=1, description="where the number of units is from")
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None

    @model_validator(mode="after")
    def plant_is_part_of_manufacturing(self) -> Sale:
        """The plant's energy cannot be more than its stage."""
        if self.plant_energy > max(self.stages.get("manufacturing", 0.0), 0.0) * (1 + 1e-9):
            raise ValueError("plant_energy: more than the stage manufacturing")
        return self

    @property
    def footprint(self) -> float:
        """kg CO2e of one unit over all stages."""
        return math.fsum(self.stages.values())


@dataclass(frozen=True)
class CategoryAmount:
    """t CO2e of one product in one category (or in scopes 1 and 2, where it is counted already)."""

    product: str
    category: str
    co2e_t: float


def categories_of(sale: Sale) -> tuple[CategoryAmount, ...]:
    """units x kg CO2e per unit / 1000, in t CO2e by category (GHG Protocol Scope 3 Standard, chapter 5).

    Materials, packaging and a supplier's manufacturing are category 1; distribution is 4 where the company pays, else 9; the
    whole use of the units sold in the period is 11, end of life 12. Of the company's own assembly the energy and direct
    emissions are left out, for they are in its scopes 1 and 2. The parts always add up to units x footprint.
    """
    sums: dict[str, float] = {}
    for stage, value in sale.stages.items():
        category = _DISTRIBUTION[sale.transport_paid_by] if stage == "distribution" else _CATEGORY_OF[stage]
        sums[category] = sums.get(category, 0.0) + value
    if sale.assembly == "own" and sale.plant_energy:
        sums["3.1"] -= sale.plant_energy
        sums[OWN_ENERGY] = sale.plant_energy
    return tuple(CategoryAmount(sale.product, key, sale.units * value / 1000) for key, value in sums.items() if value)


def by_category(amounts: Iterable[CategoryAmount]) -> dict[str, float]:
    """t CO2e by category, in the order of the categories, what is in scopes 1+2 last."""
    sums: dict[str, list[float]] = {}
    for amount in amounts:
        sums.setdefault(amount.category, []).append(amount.co2e_t)
    return {key: math.fsum(sums[key]) for key in sorted(sums, key=_order)}


def _order(category: str) -> float:
    return math.inf if category == OWN_ENERGY else float(category.split(".")[1])
