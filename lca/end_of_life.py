"""End-of-life formulas for one kg of a material: cut-off, 50/50, substitution, Circular Footprint Formula.

Every formula returns its terms apart, so that a credit is never netted silently. Scores are kg CO2e per kg.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from lca.errors import InputError, Problem

Method = Literal["cutoff", "5050", "substitution", "cff"]
METHODS: tuple[Method, ...] = ("cutoff", "5050", "substitution", "cff")
#: What people call them.
LABELS: dict[Method, str] = {
    "cutoff": "cut-off",
    "5050": "50/50",
    "substitution": "substitution",
    "cff": "Circular Footprint Formula",
}


@dataclass(frozen=True)
class Treated:
    """What a method covers: kg of the product and its packaging that the formula treats, and the parts it does not know."""

    method: Method
    #: a number, or an array of one number a design
    covered: Any
    left_on_cutoff: tuple[str, ...]


CUT_OFF = Treated("cutoff", 0.0, ())


@dataclass(frozen=True)
class Shares:
    """Parameters of one material, all in kg/kg or without unit; names as in the Circular Footprint Formula."""

    a: float  # allocation of burdens and credits to the user of recycled material
    r1: float  # recycled share of the input
    r2: float  # share recycled after use
    r3: float  # share burned with energy recovery after use
    b: float = 0.0  # allocation of energy recovery
    quality_in: float = 1.0  # Qs,in / Qp
    quality_out: float = 1.0  # Qs,out / Qp

    def __post_init__(self) -> None:
        """Raise InputError for a share outside [0, 1], a negative quality or R2 + R3 above 1."""
        problems = [
            Problem("must lie between 0 and 1", field=name, value=str(getattr(self, name)))
            for name in ("a", "b", "r1", "r2", "r3")
            if not 0 <= getattr(self, name) <= 1
        ]
        problems += [
            Problem("must be a number of 0 or more", field=name, value=str(getattr(self, name)))
            for name in ("quality_in", "quality_out")
            if not 0 <= getattr(self, name) < float("inf")
        ]
        if self.r2 + self.r3 > 1 + 1e-12:
            problems.append(Problem("r2 + r3 must not exceed 1", field="r2 + r3", value=str(self.r2 + self.r3)))
        if problems:
            raise InputError(problems)


@dataclass(frozen=True)
class Scores:
    """Unit scores of the processes around one material, kg CO2e per kg of it."""

    virgin: float  # Ev
    recycled: float  # Erecycled
    recycling: float  # ErecyclingEoL
    replaced: float  # E*v, the virgin material that the recyclate replaces
    disposal: float  # ED
    energy_recovery: float = 0.0  # EER
    energy_replaced: float = 0.0  # LHV (XER,heat ESE,heat + XER,elec ESE,elec)


@dataclass(frozen=True)
class Terms:
    """What each term adds, kg CO2e per kg of material; only the credits are taken off."""

    virgin: float
    recycled: float
    scrap_debit: float  # R1 (1-A) Ev Qs,in/Qp
    recycling: float
    material_credit: float
    energy_recovery: float
    energy_credit: float
    disposal: float

    @property
    def credits(self) -> float:
        """The sum of both credits, kg CO2e per kg."""
        return self.material_credit + self.energy_credit

    @property
    def burdens(self) -> float:
        """Everything but the credits, kg CO2e per kg."""
        return self.total - self.credits

    @property
    def total(self) -> float:
        """Burdens and credits together, kg CO2e per kg."""
        return float(sum(getattr(self, f.name) for f in fields(self)))


def circular_footprint(p: Shares, e: Scores) -> Terms:
    """Circular Footprint Formula, kg CO2e per kg (Zampori & Pant 2019, eq. 3; Recommendation (EU) 2021/2279)."""
    return Terms(
        virgin=(1 - p.r1) * e.virgin,
        recycled=p.r1 * p.a * e.recycled,
        scrap_debit=p.r1 * (1 - p.a) * e.virgin * p.quality_in,
        recycling=(1 - p.a) * p.r2 * e.recycling,
        material_credit=-(1 - p.a) * p.r2 * e.replaced * p.quality_out,
        energy_recovery=(1 - p.b) * p.r3 * e.energy_recovery,
        energy_credit=-(1 - p.b) * p.r3 * e.energy_replaced,
        disposal=(1 - p.r2 - p.r3) * e.disposal,
    )


def cut_off(p: Shares, e: Scores) -> Terms:
    """Cut-off (recycled content, polluter pays for energy recovery), kg CO2e per kg; it has no credits."""
    terms = circular_footprint(replace(p, a=1.0, b=0.0), e)
    return replace(terms, energy_credit=0.0)


def substitution(p: Shares, e: Scores) -> Terms:
    """End-of-life recycling (0:100), kg CO2e per kg: all input counts as virgin, all recyclate is credited."""
    return circular_footprint(replace(p, a=0.0, b=0.0, r1=0.0), e)


def fifty_fifty(p: Shares, e: Scores) -> Terms:
    """50/50, kg CO2e per kg: the Circular Footprint Formula with A = B = 0.5 and quality ratios of 1."""
    return circular_footprint(replace(p, a=0.5, b=0.5, quality_in=1.0, quality_out=1.0), e)


_FORMULAS = {"cutoff": cut_off, "5050": fifty_fifty, "substitution": substitution, "cff": circular_footprint}


def end_of_life(method: Method, p: Shares, e: Scores) -> Terms:
    """The terms of one kg of material by the named method, kg CO2e per kg."""
    return _FORMULAS[method](p, e)
