"""Scope 2 by location and by market: the same kilowatt-hours under the grid's average and under what was bought."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lca.errors import InputError, Problem
from lca.quantity import Frozen

Role = Literal["consumption", "instrument"]
#: What stands behind bought electricity, the most precise first (GHG Protocol Scope 2 Guidance, table 6.3).
Instrument = Literal["certificate", "contract", "supplier"]
HIERARCHY: tuple[Instrument, ...] = ("certificate", "contract", "supplier")
RESIDUAL, GRID = "residual mix", "grid average"


class Electricity(Frozen):
    """Content of an entry: electricity that was used at a site, or an instrument that was bought for a grid.

    Factors are kg CO2e per kWh. For consumption `factor` is the grid's average and `residual` its residual mix, if one
    is published; for an instrument `factor` is what the instrument conveys.
    """

    role: Role = "consumption"
    kwh: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    grid: str = Field(min_length=1, description="place of the grid, such as CN or CN-BJ")
    factor: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]
    residual: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] | None = None
    site: str = "unspecified"
    instrument: Instrument | None = None
    renewable: bool = False
    source: str = Field(min_length=1)
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None

    @model_validator(mode="after")
    def instruments_say_which(self) -> Electricity:
        """Consumption has no instrument, an instrument is one of the hierarchy."""
        if (self.role == "instrument") != (self.instrument is not None):
            raise ValueError(f"instrument: one of {', '.join(HIERARCHY)} for an instrument, none for consumption")
        if self.role == "instrument" and self.residual is not None:
            raise ValueError("residual: a factor of a grid, given with consumption")
        return self


@dataclass(frozen=True)
class Supply:
    """So many kWh at one factor (kg CO2e per kWh)."""

    grid: str
    what: str
    kwh: float
    factor: float
    renewable: bool = False

    @property
    def co2e_t(self) -> float:
        """kWh x factor / 1000, in t CO2e."""
        return self.kwh * self.factor / 1000


@dataclass(frozen=True)
class Scope2:
    """Scope 2 by both methods, over the same electricity. Raises InputError when the kWh of the two differ."""

    location: tuple[Supply, ...]
    market: tuple[Supply, ...]
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        by_location, by_market = kwh_of(self.location), kwh_of(self.market)
        if not math.isclose(by_location, by_market, rel_tol=1e-9, abs_tol=1e-9):
            reason = f"by location {by_location:,.0f} kWh, by market {by_market:,.0f} kWh: both methods account the same electricity"
            raise InputError(Problem(reason, field="kwh"))

    @property
    def kwh(self) -> float:
        """The electricity that both methods account, in kWh."""
        return kwh_of(self.location)

    @property
    def location_t(self) -> float:
        """t CO2e by location: sum of kWh x grid average."""
        return math.fsum(s.co2e_t for s in self.location)

    @property
    def market_t(self) -> float:
        """t CO2e by market: sum of kWh x factor of what was bought."""
        return math.fsum(s.co2e_t for s in self.market)

    @property
    def renewable_share(self) -> float:
        """Share of the electricity with a renewable instrument behind it, 0 to 1 (0 where nothing was used)."""
        return kwh_of(s for s in self.market if s.renewable) / self.kwh if self.kwh else 0.0


def kwh_of(supplies: Iterable[Supply]) -> float:
    """The sum of the electricity in kWh."""
    return math.fsum(s.kwh for s in supplies)


def scope2(entries: Sequence[Electricity]) -> Scope2:
    """Scope 2 of these entries by both methods (GHG Protocol Scope 2 Guidance).

    By market each grid's electricity is covered by its instruments in the order of the hierarchy, the rest by the residual mix
    or, where none is known, by the grid's average, which is said. Raises InputError when a grid has more instruments than use.
    """
    used = [e for e in entries if e.role == "consumption"]
    bought = [e for e in entries if e.role == "instrument"]
    location = tuple(Supply(e.grid, GRID, e.kwh, e.factor) for e in used)
    grids = dict.fromkeys(e.grid for e in entries)
    market = tuple(supply for grid in grids for supply in _market(grid, _on(grid, used), _on(grid, bought)))
    return Scope2(location, market, tuple(_unbacked(market)))


def _on(grid: str, entries: Iterable[Electricity]) -> list[Electricity]:
    return [e for e in entries if e.grid == grid]


def _market(grid: str, used: Sequence[Electricity], bought: Sequence[Electricity]) -> Iterator[Supply]:
    needed, claimed = math.fsum(e.kwh for e in used), math.fsum(e.kwh for e in bought)
    if claimed > needed * (1 + 1e-9):
        reason = f"instruments for {claimed:,.0f} kWh, but only {needed:,.0f} kWh were used on the grid {grid}"
        raise InputError(Problem(reason, field="kwh", hint="an instrument is claimed once, and on the grid that it was issued for"))
    for kind in HIERARCHY:
        yield from (Supply(grid, kind, e.kwh, e.factor, e.renewable) for e in bought if e.instrument == kind)
    rest = needed - claimed
    if rest > 0:
        # sites of one grid share what is left in proportion to their use
        yield from (_backstop(e, e.kwh * rest / needed) for e in used if e.kwh)


def _backstop(entry: Electricity, kwh: float) -> Supply:
    what, factor = (GRID, entry.factor) if entry.residual is None else (RESIDUAL, entry.residual)
    return Supply(entry.grid, what, kwh, factor)


def _unbacked(market: Iterable[Supply]) -> Iterator[str]:
    grids = sorted({s.grid for s in market if s.what == GRID})
    if grids:
        yield (
            f"no residual mix of {', '.join(grids)}: the grid average stands in for it, so that green electricity sold to others is counted twice"
        )


def by_supply(supplies: Iterable[Supply]) -> Mapping[tuple[str, str], tuple[float, float]]:
    """kWh and t CO2e by grid and what stands behind it."""
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    for s in supplies:
        kwh, tonnes = sums.get((s.grid, s.what), (0.0, 0.0))
        sums[s.grid, s.what] = (kwh + s.kwh, tonnes + s.co2e_t)
    return sums
