"""Targets and their paths: linear, absolute contraction, net zero with a residual, shares; on, behind or ahead of the path.

Emissions are in t CO2e, shares from 0 to 1, reductions and rates as parts of the base year's value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from company.scopes import Scope2Method, ScopeSet, spoken
from company.suppliers import Weight
from lca.quantity import Frozen

Path = Literal["linear", "sbti_1_5c", "sbti_well_below_2c", "net_zero"]
Metric = Literal["emissions", "renewable_share", "supplier_green_share"]
#: Yearly absolute contraction as a part of the base year (SBTi: cross-sector pathways of the absolute contraction approach).
CONTRACTION = {"sbti_1_5c": 0.042, "sbti_well_below_2c": 0.025}
#: How far from the path, as a part of the base year's value (or of 1, for shares), still counts as on it.
ON_PATH = 0.005
Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1990, le=2100)]


class Target(Frozen):
    """Content of an entry: what shall be reached by when, measured against which year, along which path."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=80)
    metric: Metric = "emissions"
    scopes: ScopeSet | None = None
    method: Scope2Method | None = None
    segment: str | None = Field(None, description="only this segment; all without it")
    supply_chain: str | None = Field(None, description="of a supplier_green_share")
    weight: Weight | None = Field(None, description="of a supplier_green_share: what suppliers are weighted by")
    base_year: Year
    base_value: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(None, description="else it is taken from the entries")
    target_year: Year
    reduction: Part | None = Field(None, description="of emissions, against the base year; the rates of SBTi's paths give their own")
    residual: Part | None = Field(None, description="of net zero: what may remain, as a part of the base year, and must be neutralised")
    share: Part | None = Field(None, description="of a share: what shall be reached")
    path: Path = "linear"
    source: str = Field(min_length=1)
    wording: str | None = None
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None

    @model_validator(mode="after")
    def years_are_in_order(self) -> Target:
        """The target lies after its base."""
        if self.target_year <= self.base_year:
            raise ValueError(f"target_year {self.target_year} is not after base_year {self.base_year}")
        return self

    @model_validator(mode="after")
    def emissions_name_their_scopes(self) -> Target:
        """Emissions have scopes and a method, shares have neither."""
        if (self.metric == "emissions") != (self.scopes is not None):
            raise ValueError("scopes: needed for emissions, and only there")
        if ("2" in (self.scopes or "")) != (self.method is not None):
            raise ValueError("method: needed where scope 2 is among the scopes, and only there")
        if (self.metric == "supplier_green_share") != (self.supply_chain is not None):
            raise ValueError("supply_chain: needed for supplier_green_share, and only there")
        return self

    @model_validator(mode="after")
    def path_and_end_belong_together(self) -> Target:
        """A linear path has a reduction or a share, net zero a residual, SBTi's rates speak for themselves."""
        wanted = {"linear": "reduction", "net_zero": "residual"}.get(self.path) if self.metric == "emissions" else "share"
        given = [name for name in ("reduction", "residual", "share") if getattr(self, name) is not None]
        if given != ([wanted] if wanted else []):
            raise ValueError(f"a target of {self.metric} on the path {self.path} is told by {wanted or 'its path alone'}, not by {given}")
        if self.metric != "emissions" and self.path != "linear":
            raise ValueError("the path of a share is linear")
        return self

    @property
    def measures(self) -> str:
        """What is measured, in words."""
        if self.metric == "emissions":
            return spoken((self.scopes or "").split("+"), self.method)
        return "renewable electricity" if self.metric == "renewable_share" else f"green electricity of the supply chain {self.supply_chain}"


def linear_path(base: float, end: float, base_year: int, target_year: int, year: int) -> float:
    """The value in a year on the straight line from the base year to the target year; level before and after. Unit of both values."""
    elapsed = min(max((year - base_year) / (target_year - base_year), 0.0), 1.0)
    return base + (end - base) * elapsed


def absolute_contraction(base: float, rate: float, years: float) -> float:
    """base x (1 - rate x years), not below zero: SBTi's absolute contraction, t CO2e (4.2 % a year for 1.5 C, 2.5 % well below 2 C)."""
    return max(0.0, base * (1 - rate * max(years, 0.0)))


def expected(target: Target, base: float, year: int) -> float:
    """Where the path of the target stands in a year, in the unit of `base`."""
    if target.path in CONTRACTION:
        return absolute_contraction(base, CONTRACTION[target.path], min(year, target.target_year) - target.base_year)
    return linear_path(base, end_value(target, base), target.base_year, target.target_year, year)


def end_value(target: Target, base: float) -> float:
    """What shall be reached in the target year, in the unit of `base`."""
    if target.path in CONTRACTION:
        return absolute_contraction(base, CONTRACTION[target.path], target.target_year - target.base_year)
    if target.share is not None:
        return target.share
    return base * (target.residual if target.residual is not None else 1 - (target.reduction or 0.0))


def yearly_reduction(target: Target) -> float | None:
    """Mean yearly cut until the target year as a part of the base year's emissions (0.042 is 4.2 % a year); None for a share."""
    if target.metric != "emissions":
        return None
    return (1 - end_value(target, 1.0)) / (target.target_year - target.base_year)


def ambition(target: Target) -> str | None:
    """The strictest of SBTi's rates that the target reaches, or `below SBTi's rates`; None for a share.

    SBTi: 4.2 % of the base year a year for 1.5 C (scopes 1 and 2), 2.5 % for well below 2 C (scope 3).
    """
    rate = yearly_reduction(target)
    if rate is None:
        return None
    return next((name for name, least in CONTRACTION.items() if rate >= least - 1e-9), "below SBTi's rates")


@dataclass(frozen=True)
class Standing:
    """A target at a year: base, path, what is, and how they compare. None where a value is not known."""

    target: Target
    year: int
    base: float | None
    actual: float | None
    #: t CO2e a year taken out of the air and kept, for net zero
    removals: float = 0.0
    #: how the actual value and the base were found
    how: str | None = None
    base_how: str | None = None
    #: whether the actual value is all there is; else it is at least so much
    complete: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def expected(self) -> float | None:
        """The path in this year."""
        return None if self.base is None else expected(self.target, self.base, self.year)

    @property
    def gap(self) -> float | None:
        """Actual less path, in the metric's unit: above zero is more emissions, or more share, than the path says."""
        return None if self.actual is None or self.expected is None else self.actual - self.expected

    @property
    def status(self) -> str:
        """`ahead`, `on`, `behind`; or what is missing to say so. A sum that may be more is `behind`, or nothing can be said."""
        if self.base is None:
            return "unknown: no base value"
        if self.actual is None or self.gap is None:
            return "unknown: no value yet"
        better = -self.gap if self.target.metric == "emissions" else self.gap
        scale = self.base if self.target.metric == "emissions" else 1.0
        if self._must_be_neutral and self.removals < self.actual * (1 - 1e-9):
            return "behind"
        status = "on" if abs(better) <= ON_PATH * scale else "ahead" if better > 0 else "behind"
        return status if self.complete or status == "behind" else "unknown: entries not declared complete"

    @property
    def _must_be_neutral(self) -> bool:
        """From the target year of net zero on, whatever is still emitted is neutralised by removals."""
        return self.target.path == "net_zero" and self.year >= self.target.target_year

    def to_dict(self) -> dict[str, object]:
        """The standing as plain values."""
        target = self.target
        return {
            "id": target.id,
            "metric": target.metric,
            "measures": target.measures,
            "segment": target.segment,
            "year": self.year,
            "unit": "t CO2e" if target.metric == "emissions" else "share",
            "base_year": target.base_year,
            "base": self.base,
            "target_year": target.target_year,
            "target": None if self.base is None else end_value(target, self.base),
            "path": target.path,
            "yearly_reduction": yearly_reduction(target),
            "ambition": ambition(target),
            "path_of_base": expected(target, 1.0, self.year) if target.metric == "emissions" else None,
            "expected": self.expected,
            "actual": self.actual,
            "how": self.how,
            "base_how": self.base_how,
            "complete": self.complete,
            "removals": self.removals if target.path == "net_zero" else None,
            "gap": self.gap,
            "status": self.status,
            "warnings": list(self.warnings),
        }
