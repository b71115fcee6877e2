"""What a carbon footprint must be reported with: the separate lines of ISO 14067:2018, 6.4.9 and 7.

The total counts biogenic carbon dioxide 0/0 (neither uptake nor release), as its characterisation sets do. The same
biogenic carbon counted -1/+1 (taken off when it is taken up, added when it is released) stands beside it: over the whole
life both give the same, except where carbon leaves as methane, whose factor then is that of fossil methane.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any, Literal

from lca.catalogue import Process
from lca.errors import Problem, UnknownName

if TYPE_CHECKING:
    from lca.billing import Bill

Convention = Literal["0/0", "-1/+1"]
CO2_PER_CARBON = 44.0 / 12.0
#: kg of carbon dioxide that was taken up for 1 kg of biogenic methane: 44/16
CO2_PER_METHANE = 44.0 / 16.0
#: kg CO2e per kg of biogenic methane by characterisation set: with biogenic CO2 at 0/0, and at -1/+1.
#: AR6: IPCC 2021, WG1, table 7.15; at -1/+1 it is the factor of fossil methane, for the uptake has been credited.
_METHANE: Mapping[str, tuple[float, float]] = {"AR6-GWP100": (27.0, 29.8), "AR6-GWP20": (79.7, 82.5), "AR5-GWP100": (28.0, 30.0)}
_AIRCRAFT = "transport, air freight"
_BIOGENIC = ("carbon dioxide, biogenic", "methane, biogenic")
_LAND_USE = "carbon dioxide, land use change"


def biogenic_methane_factor(method: str, convention: Convention) -> float:
    """kg CO2e per kg of biogenic methane (27.0 at 0/0 and 29.8 at -1/+1 in AR6 GWP100). Raises UnknownName."""
    if method not in _METHANE:
        raise UnknownName(Problem("no factor of biogenic methane for this set", field="method", value=method))
    return _METHANE[method][convention == "-1/+1"]


@dataclass(frozen=True)
class BiogenicCarbon:
    """kg of biogenic carbon in the product and in its packaging; it is not part of the total."""

    product: float
    packaging: float

    def scaled(self, factor: float) -> BiogenicCarbon:
        """The same for another amount of the functional unit."""
        return BiogenicCarbon(self.product * factor, self.packaging * factor)


def biogenic_carbon(made: Bill, processes: Sequence[Process], carbon_of: Callable[[Process], float]) -> BiogenicCarbon:
    """kg of biogenic carbon of one design; `carbon_of` gives kg C per kg of what a process delivers.

    Lines whose mass in the product is not known count nothing, nor do lines that an end-of-life method added: what is in
    the box does not depend on how recycling is counted.
    """
    of_product = of_packaging = 0.0
    for line, amount, mass in zip(made.lines, made.amount_of, made.mass_of, strict=True):
        if line.added:
            continue
        content = carbon_of(processes[line.index])
        if line.stage == "materials":
            of_product += 0.0 if isnan(mass) else float(mass) * content
        elif line.stage == "packaging" and line.unit == "kg" and not line.part.endswith(", forming"):
            of_packaging += float(amount) * content
    return BiogenicCarbon(of_product, of_packaging)


@dataclass(frozen=True)
class ReportLines:
    """The separate lines, kg CO2e; fossil, biogenic and land-use lines sum to the total, aircraft is part of fossil.

    Published sums that are not split by gas count as fossil.
    """

    fossil: float
    biogenic_emissions: float
    biogenic_removals: float
    land_use_change: float
    aircraft: float
    carbon: BiogenicCarbon | None
    #: the part of the biogenic emissions that treatment after use gives off (methane of the product's own carbon), kg CO2e
    after_use: float = 0.0

    @property
    def total(self) -> float:
        """kg CO2e, the footprint's total."""
        return self.fossil + self.biogenic_emissions + self.biogenic_removals + self.land_use_change

    def to_dict(self, method: str) -> dict[str, Any]:
        """Plain values: lines in kg CO2e, carbon in kg C (null where nobody looked it up)."""
        return {
            "unit": "kg CO2e",
            "convention": "0/0",
            "fossil": self.fossil,
            "biogenic_emissions": self.biogenic_emissions,
            "biogenic_removals": self.biogenic_removals,
            "land_use_change": self.land_use_change,
            "aircraft": self.aircraft,
            "biogenic_carbon": None if self.carbon is None else vars(self.carbon) | {"unit": "kg C"},
            "with_uptake": None if self.carbon is None else with_uptake(self, self.carbon, method),
        }


def with_uptake(lines: ReportLines, carbon: BiogenicCarbon, method: str) -> dict[str, Any]:
    """The biogenic lines at -1/+1, kg CO2e: carbon of product, packaging and upstream methane taken up, and released again.

    All carbon of product and packaging counts as released at the end of life: as the methane that treatment after use
    gives off, as far as there is so much carbon, the rest as carbon dioxide. The sum is that of 0/0 but for the rounding
    of the published methane factors (29.8 - 44/16 = 27.05).
    """
    factor = biogenic_methane_factor(method, "0/0")
    methane = lines.biogenic_emissions / factor
    held = CO2_PER_CARBON * (carbon.product + carbon.packaging)
    of_held = min(CO2_PER_METHANE * lines.after_use / factor, held)
    taken_up = held + CO2_PER_METHANE * methane - of_held
    return {
        "convention": "-1/+1",
        "biogenic_removals": -taken_up,
        "biogenic_emissions": held - of_held + methane * biogenic_methane_factor(method, "-1/+1"),
    }


def report_lines(
    gases: Mapping[str, float], parts: list[dict[str, Any]], carbon: BiogenicCarbon | None, after_use: Mapping[str, float]
) -> ReportLines:
    """The lines from a footprint's gas groups, its parts, and the gas groups of its end-of-life stage, kg CO2e.

    Aircraft is the air freight among the product's own lines: no process of the background uses any.
    """
    biogenic = sum(gases.get(group, 0.0) for group in _BIOGENIC)
    land_use = gases.get(_LAND_USE, 0.0)
    return ReportLines(
        fossil=sum(gases.values()) - biogenic - land_use,
        biogenic_emissions=biogenic,
        biogenic_removals=0.0,
        land_use_change=land_use,
        aircraft=sum(part["value"] for part in parts if part["process"].startswith(_AIRCRAFT)),
        carbon=carbon,
        after_use=sum(after_use.get(group, 0.0) for group in _BIOGENIC),
    )
