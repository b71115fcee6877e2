"""Material circularity indicator (MCI): Ellen MacArthur Foundation and Granta, Circularity Indicators, methodology, 2015 and 2019.

Everything is per functional unit and in kg; shares are kg/kg. Components add up before the index is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lca.errors import InputError, Problem


@dataclass(frozen=True)
class Material:
    """A component: mass, where it comes from, where it goes. Recycled, reused and sustained shares in; collected shares out."""

    name: str
    mass: float
    recycled: float = 0.0
    reused: float = 0.0
    sustained: float = 0.0
    to_recycling: float = 0.0
    to_reuse: float = 0.0
    to_composting: float = 0.0
    to_energy: float = 0.0
    #: kg/kg of the recycling of what is collected (EC), and of the recycling that made the recycled feedstock (EF)
    efficiency_out: float = 1.0
    efficiency_in: float = 1.0

    def __post_init__(self) -> None:
        shares = (self.recycled, self.reused, self.sustained, self.to_recycling, self.to_reuse, self.to_composting, self.to_energy)
        sums = (sum(shares[:3]), sum(shares[3:]))
        if not self.mass >= 0 or any(not 0 <= s <= 1 for s in shares) or any(s > 1 + 1e-9 for s in sums):
            raise InputError(
                Problem("shares lie between 0 and 1 and add to at most 1", field=self.name, value=f"{sums[0]:g} in, {sums[1]:g} out")
            )
        if not 0 < self.efficiency_in <= 1 or not 0 < self.efficiency_out <= 1:
            raise InputError(Problem("an efficiency lies above 0 and is at most 1", field=self.name))


@dataclass(frozen=True)
class Flows:
    """Sums over components, kg: mass, virgin feedstock V, waste W0, of recycling after use WC, of making recycled feedstock WF."""

    mass: float
    virgin: float
    waste_directly: float
    waste_of_recycling: float
    waste_of_feedstock: float

    @property
    def waste(self) -> float:
        """Unrecoverable waste, kg: W = W0 + (WF + WC) / 2 (half of each recycling belongs to the neighbour in the chain)."""
        return self.waste_directly + (self.waste_of_feedstock + self.waste_of_recycling) / 2.0


def virgin_feedstock(material: Material) -> float:
    """V = M (1 - FR - FU - FS), kg."""
    return material.mass * (1.0 - material.recycled - material.reused - material.sustained)


def waste_to_landfill(material: Material) -> float:
    """W0 = M (1 - CR - CU - CC - CE), kg."""
    return material.mass * (1.0 - material.to_recycling - material.to_reuse - material.to_composting - material.to_energy)


def waste_of_recycling(material: Material) -> float:
    """WC = M (1 - EC) CR, kg."""
    return material.mass * (1.0 - material.efficiency_out) * material.to_recycling


def waste_of_feedstock(material: Material) -> float:
    """WF = M (1 - EF) FR / EF, kg."""
    return material.mass * (1.0 - material.efficiency_in) * material.recycled / material.efficiency_in


def flows(materials: Iterable[Material]) -> Flows:
    """The sums over components. Raises InputError when nothing weighs anything."""
    parts = list(materials)
    total = sum(m.mass for m in parts)
    if total <= 0:
        raise InputError(Problem("there is no mass, so there is no index", field="mass", value=f"{total:g} kg"))
    return Flows(
        mass=total,
        virgin=sum(map(virgin_feedstock, parts)),
        waste_directly=sum(map(waste_to_landfill, parts)),
        waste_of_recycling=sum(map(waste_of_recycling, parts)),
        waste_of_feedstock=sum(map(waste_of_feedstock, parts)),
    )


def linear_flow_index(sums: Flows) -> float:
    """LFI = (V + W) / (2 M + (WF - WC) / 2), 1/1: 1 is all linear, 0 all restorative."""
    return (sums.virgin + sums.waste) / (2.0 * sums.mass + (sums.waste_of_feedstock - sums.waste_of_recycling) / 2.0)


def utility(life: float, average_life: float, use: float = 1.0, average_use: float = 1.0) -> float:
    """X = (L / Lav) (U / Uav), 1/1: how long and how intensely the product is used against its kind."""
    if min(life, average_life, use, average_use) <= 0:
        raise InputError(Problem("a life and a use are above zero", field="life", value=f"{life:g} against {average_life:g}"))
    return (life / average_life) * (use / average_use)


def circularity_indicator(index: float, of_utility: float = 1.0) -> float:
    """MCI = max(0, 1 - LFI x 0.9 / X), from 0 to 1; higher is more circular."""
    return max(0.0, 1.0 - index * 0.9 / of_utility)
