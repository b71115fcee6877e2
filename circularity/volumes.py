"""Packaging placed on the market: units sold by product, market and year, rolled up by mass, with coverage and trend."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, model_validator

from circularity.evidence import Evidence
from circularity.markets import home_in_doubt, overlapping
from circularity.packaging import Basis, Component, Masses, masses_of, plastic_free_ratio, rolled_up
from lca.errors import InputError
from lca.ledger import Ledger
from lca.quantity import Finite, Frozen

KIND = "packaging"
Word = Annotated[str, Field(min_length=1, max_length=100)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class UnitPackaging(Frozen):
    """kg of packaging per unit sold: all of it and its plastic, with and without the excluded classes."""

    total: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    plastic: NotNegative
    kept_total: NotNegative
    kept_plastic: NotNegative

    @model_validator(mode="after")
    def parts_are_not_larger_than_the_whole(self) -> UnitPackaging:
        """kept_plastic <= plastic, kept_total <= total, and plastic is a part of both."""
        if self.plastic > self.total or self.kept_total > self.total or self.kept_plastic > min(self.plastic, self.kept_total):
            raise ValueError("a part of the packaging weighs more than the whole")
        return self

    def on(self, basis: Basis) -> Masses:
        """The masses that a basis counts."""
        return Masses(self.total, self.plastic) if basis == "mass.all" else Masses(self.kept_total, self.kept_plastic)


class PackagingVolume(Frozen):
    """Content of an entry: units of a product sold in a market in a year, with the packaging of one. `total_t`, `plastic_t` in t."""

    product: Word
    market: Word
    year: Annotated[int, Field(ge=1990, le=2100)]
    units: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    masses: UnitPackaging
    total_t: Finite
    plastic_t: Finite
    family: Word = "unspecified"
    product_digest: str | None = None
    evidence: tuple[Evidence, ...] | None = None
    source: str | None = None
    note: str | None = None


def unit_packaging(components: Sequence[Component]) -> UnitPackaging:
    """The packaging of one unit on both bases. Raises InputError when it weighs nothing."""
    every, kept = masses_of(components), masses_of(components, "mass.without-excluded")
    plastic_free_ratio(every)
    return UnitPackaging(total=every.total, plastic=every.plastic, kept_total=kept.total, kept_plastic=kept.plastic)


def tonnes_of(masses: UnitPackaging, units: float) -> dict[str, float]:
    """`total_t` and `plastic_t`: t of packaging, and of plastic in it, of so many units."""
    return {"total_t": masses.total * units / 1000.0, "plastic_t": masses.plastic * units / 1000.0}


@dataclass(frozen=True)
class Sold:
    """Units of one product in one market and year that came in the same packaging."""

    year: int
    product: str
    market: str
    units: float
    masses: UnitPackaging


def sold(ledger: Ledger, at: date | None = None, known_at: datetime | None = None, since: date | None = None) -> list[Sold]:
    """What was sold in which packaging: units added up by the ledger."""
    groups = ledger.sum(KIND, "units", by=("year", "product", "market", "masses"), since=since, at=at, known_at=known_at)
    return [_sold(group.by, group.value) for group in groups if group.value]


def _sold(by: tuple[str | None, ...], units: float) -> Sold:
    year, product, market, masses = (x or "" for x in by)
    # canonical JSON writes 1.0 as 1, which strict validation of a float takes
    return Sold(int(year), product, market, units, UnitPackaging.model_validate(json.loads(masses)))


@dataclass(frozen=True)
class Overlap:
    """A product and year whose markets may hold the same units; `certain` where one lies within another, so that nothing adds them up."""

    year: int
    product: str
    markets: tuple[str, ...]
    certain: bool

    @property
    def sentence(self) -> str:
        """What to doubt, and the way out."""
        named = f"{self.product} in {self.year} is logged for {', '.join(self.markets)}"
        if self.certain:
            return (
                f"{named}: one market lies within another, so there is no row `all` for {self.year}; "
                "take the volumes of one of them back by `lifeloop records reverse`"
            )
        return f"{named}: if one of these is the home country, its units are twice in `all`"


def overlaps(rows: Iterable[Sold]) -> list[Overlap]:
    """Products and years that are logged for markets of which one lies, or may lie, within another."""
    markets: dict[tuple[int, str], set[str]] = {}
    for row in rows:
        markets.setdefault((row.year, row.product), set()).add(row.market)
    found = [(year, product, tuple(sorted(named)), overlapping(named)) for (year, product), named in sorted(markets.items())]
    return [Overlap(*one) for one in found if one[3] or home_in_doubt(one[2])]


@dataclass(frozen=True)
class RollUp:
    """The packaging of one market (None: of all) in one year."""

    year: int
    market: str | None
    definition: str
    units: float
    models: int
    masses: Masses
    ratio: float
    points: float | None
    percent: float | None
    #: one model; None: all of them together
    product: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values; masses in t, the change against the year before in percentage points and in per cent."""
        return {
            "year": self.year,
            "market": self.market or "all",
            "product": self.product or "all",
            "definition": self.definition,
            "plastic_free_ratio": self.ratio,
            "total_mass": self.masses.total / 1000.0,
            "plastic_mass": self.masses.plastic / 1000.0,
            "unit": "t",
            "units_sold": self.units,
            "models": self.models,
            "change_points": self.points,
            "change_percent": self.percent,
        }


def roll_up(rows: Sequence[Sold], basis: Basis) -> list[RollUp]:
    """Ratios by year and market and over all markets, by mass, with the change against the year before where there is one.

    A year in which a product's markets overlap (`overlaps`) has no row over all markets: it would count units twice.
    """
    done: list[RollUp] = []
    twice = {overlap.year for overlap in overlaps(rows) if overlap.certain}
    for market in (*sorted({row.market for row in rows}), None):
        before: RollUp | None = None
        for year in sorted({row.year for row in rows if market in (None, row.market)} - (set() if market else twice)):
            chosen = [row for row in rows if row.year == year and market in (None, row.market)]
            before = _rolled(chosen, year, market, basis, before)
            done.append(before)
    return done


def roll_up_by_model(rows: Sequence[Sold], basis: Basis) -> list[RollUp]:
    """`roll_up` of each model by itself, in the order of their ids; a model of one market has no row over all markets."""
    done: list[RollUp] = []
    for product in sorted({row.product for row in rows}):
        mine = [row for row in rows if row.product == product]
        several = len({row.market for row in mine}) > 1
        done += [replace(r, product=product) for r in roll_up(mine, basis) if r.market is not None or several]
    return done


def _rolled(rows: Sequence[Sold], year: int, market: str | None, basis: Basis, before: RollUp | None) -> RollUp:
    from circularity.packaging import change_in_percent, change_in_points

    masses = rolled_up((row.masses.on(basis), row.units) for row in rows)
    ratio = plastic_free_ratio(masses)
    last = before.ratio if before and before.year == year - 1 else None
    return RollUp(
        year=year,
        market=market,
        definition=f"units.{basis}",
        units=sum(row.units for row in rows),
        models=len({row.product for row in rows}),
        masses=masses,
        ratio=ratio,
        points=None if last is None else change_in_points(last, ratio),
        percent=None if last is None else change_in_percent(last, ratio),
    )


@dataclass(frozen=True)
class Coverage:
    """Of the models sold in a market in a year, those whose packaging reaches a ratio."""

    year: int
    market: str
    models: int
    covered: int
    at_least: float
    definition: str

    @property
    def share(self) -> float:
        """Covered models over all models, 1/1."""
        return self.covered / self.models

    @property
    def sentence(self) -> str:
        """`covers 70 % of domestic models (7 of 10) in 2024`."""
        return f"covers {100 * self.share:.3g} % of {self.market} models ({self.covered} of {self.models}) in {self.year}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "year": self.year,
            "market": self.market,
            "definition": self.definition,
            "models": self.models,
            "covered": self.covered,
            "share": self.share,
            "at_least": self.at_least,
        }


def coverage(rows: Iterable[Sold], basis: Basis, at_least: float = 1.0) -> list[Coverage]:
    """By year and market the share of models whose ratio is at least `at_least` (1: no plastic). A model counts once, by mass."""
    groups: dict[tuple[int, str], dict[str, list[Sold]]] = {}
    for row in rows:
        groups.setdefault((row.year, row.market), {}).setdefault(row.product, []).append(row)
    return [_covered(year, market, models, basis, at_least) for (year, market), models in sorted(groups.items())]


def _covered(year: int, market: str, models: dict[str, list[Sold]], basis: Basis, at_least: float) -> Coverage:
    ratios = [_ratio_or_none(rolled_up((row.masses.on(basis), row.units) for row in rows)) for rows in models.values()]
    return Coverage(year, market, len(models), sum(r is not None and r >= at_least for r in ratios), at_least, f"models.{basis}")


def _ratio_or_none(masses: Masses) -> float | None:
    try:
        return plastic_free_ratio(masses)
    except InputError:
        return None
