"""The company's account as a journal tells it: emissions by year, revenue and other figures, targets with their standing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from company.electricity import Electricity, Scope2, scope2
from company.emissions import UNSPECIFIED, Amount, Booked, amount_of
from company.indicators import Indicator, Review
from company.intensity import Denominator, Intensity
from company.scopes import Scope, read_scopes, written
from company.sold_products import OWN_ENERGY, CategoryAmount, Sale, by_category, categories_of
from company.suppliers import SupplierStatus, green_share
from company.targets import Standing, Target
from company.trends import BaseYear, Recalculation, base_year
from lca import units
from lca.errors import InputError, Problem, nearest
from lca.ledger import Ledger

#: Names of the figures that targets read from the journal.
REMOVALS, RENEWABLE = "removals", "renewable electricity share"


@dataclass(frozen=True)
class Account:
    """A journal read as a company's account: events up to `at` (whenever recorded), as known at `known_at`."""

    ledger: Ledger
    at: date | None = None
    known_at: datetime | None = None

    @cached_property
    def booked(self) -> tuple[Booked, ...]:
        """Everything that was emitted, by year and labels, in t CO2e: entries, scope 2 of electricity, products sold."""
        return (*self._entered(), *self._from_electricity(), *self._from_sales())

    @cached_property
    def electricity(self) -> dict[int, list[Electricity]]:
        """Electricity that was used, and instruments that were bought, by year."""
        return self._by_year("electricity")

    @cached_property
    def sales(self) -> dict[int, list[Sale]]:
        """Products sold, by year."""
        return self._by_year("sale")

    @property
    def years(self) -> list[int]:
        """The years with emissions, in order."""
        return sorted({b.year for b in self.booked})

    def year_or_last(self, year: int | None) -> int:
        """The year, or the last one with emissions. Raises InputError when there is none."""
        if year is not None:
            return year
        if not self.years:
            raise InputError(Problem("the book has no emissions yet", field="year", hint="`lifeloop company add` logs them"))
        return self.years[-1]

    def amount(self, year: int, scopes: tuple[Scope, ...], method: str | None, segment: str | None = None) -> Amount:
        """Emissions of a set of scopes in a year, in t CO2e. Raises InputError as `amount_of` does."""
        return amount_of(self.booked, year, scopes, method, segment)

    def scope2_of(self, year: int) -> Scope2:
        """Scope 2 of a year's electricity by both methods."""
        return scope2(self.electricity.get(year, []))

    def products_of(self, year: int) -> list[CategoryAmount]:
        """t CO2e of the products sold in a year, by category."""
        return [amount for sale in self.sales.get(year, []) for amount in categories_of(sale)]

    def figures(self, name: str, year: int) -> list[Indicator]:
        """The figures of a name in a year, one of each part: the newest by its date."""
        found: list[Indicator] = [e.model() for e in self._figures(name, year)]
        return list({figure.part: figure for figure in found}.values())

    def _figures(self, name: str, year: int) -> list[Any]:
        return [e for e in sorted(self._entries("indicator", {"name": name}), key=lambda e: e.happened) if e.happened.year == year]

    def figure(self, name: str, year: int) -> float | None:
        """The sum of a figure's parts in a year, in its own unit; None when there is none."""
        values = [f.value for f in self.figures(name, year) if f.value is not None]
        return math.fsum(values) if values else None

    def _figure_in(self, name: str, year: int, unit: str) -> float | None:
        """The sum of a figure's parts in a unit. Raises UnitError for one that was logged in a unit of another kind."""
        values = [f.value * _factor(f.unit, unit) for f in self.figures(name, year) if f.value is not None]
        return math.fsum(values) if values else None

    def denominator(self, name: str, year: int) -> Denominator:
        """Revenue, or whatever emissions are divided by, in a year. Raises InputError when it is not known, or in two units."""
        found = [f for f in self.figures(name, year) if f.value is not None]
        if not found:
            known = {t.by[0] or "" for t in self.ledger.sum("indicator", "value", by=("name",), at=self.at, known_at=self.known_at)}
            hint = nearest(name, known) or f"`lifeloop company add figure {name}` logs it"
            raise InputError(Problem(f"no figure of that name in {year}", field="per", value=name, hint=hint))
        if len([e for e in self._figures(name, year) if e.content.get("value") is not None]) > len(found):
            hint = "parts that add up have a --part each; one that no longer holds is taken back by `lifeloop records reverse`"
            raise InputError(Problem(f"in {year} it is logged several times for the same part", field="per", value=name, hint=hint))
        units = {f.unit for f in found}
        if len(units) > 1:
            raise InputError(Problem(f"in {year} it is logged in several units: {', '.join(sorted(units))}", field="per", value=name))
        sources = "; ".join(dict.fromkeys(f.source for f in found))
        return Denominator(name, math.fsum(f.value or 0.0 for f in found), units.pop(), sources)

    def intensity(self, year: int, scopes: tuple[Scope, ...], method: str | None, per: str) -> Intensity:
        """t CO2e of the scopes per unit of the denominator. Raises InputError when any of it is missing."""
        return Intensity(self.amount(year, scopes, method), self.denominator(per, year))

    def base_year_of(self, year: int, scopes: tuple[Scope, ...], method: str | None, original: float) -> BaseYear:
        """A base year's emissions after the changes that were logged for these scopes; the strictest threshold counts."""
        changes = [
            change
            for entry in self._entries("recalculation")
            if (change := entry.model()).base_year == year and change.scopes == written(scopes) and change.method == method
        ]
        return base_year(original, [c.change_t for c in changes], min((c.threshold for c in changes), default=0.05))

    def recalculations(self) -> list[Recalculation]:
        """All changes of base years, in order of writing."""
        return [entry.model() for entry in self._entries("recalculation")]

    def targets(self) -> list[Target]:
        """The newest wording of each target, in the order in which they were first logged."""
        return list({t.id: t for t in (entry.model() for entry in self._entries("target"))}.values())

    def standing(self, target: Target, year: int) -> Standing:
        """The target at the end of a year; what is not known stays None."""
        return Standing(target, year, self._base(target), self._actual(target, year), self._figure_in(REMOVALS, year, "t") or 0.0)

    def values(self, target: Target, until: int) -> list[tuple[int, float]]:
        """The known values of a target's metric by year, from its base year to `until`, in the metric's unit."""
        found = ((year, self.standing(target, year)) for year in range(target.base_year, until + 1))
        # a base value that was only stated is the first point of the way
        points = ((year, s.base if year == target.base_year and s.base is not None else s.actual) for year, s in found)
        return [(year, value) for year, value in points if value is not None]

    def last_reviews(self) -> dict[str, tuple[date, Review]]:
        """The newest review of each target, with its date."""
        entries = sorted(self._entries("review"), key=lambda e: e.happened)
        return {review.subject: (entry.happened, review) for entry in entries if (review := entry.model())}

    def last_year(self) -> int:
        """The last year with emissions, figures or statuses. Raises InputError when there is none."""
        dated: list[int] = [e.happened.year for kind in ("indicator", "supplier") for e in self._entries(kind)]
        if not (self.years or dated):
            raise InputError(Problem("nothing is logged that a target could be measured by", field="year"))
        return max([*self.years, *dated])

    def latest_standing(self, target: Target) -> Standing:
        """The target at the end of the last year in which its value is known; of the last year of all when none is."""
        last = self.last_year()
        known = (year for year in range(last, target.base_year - 1, -1) if self._actual(target, year) is not None)
        return self.standing(target, next(known, last))

    def statuses(self, year: int | None = None) -> list[SupplierStatus]:
        """Statuses of suppliers in the order of their dates, up to the end of a year."""
        entries = [e for e in self._entries("supplier") if year is None or e.happened.year <= year]
        return [entry.model() for entry in sorted(entries, key=lambda e: e.happened)]

    def _base(self, target: Target) -> float | None:
        if target.metric != "emissions":
            return target.base_value if target.base_value is not None else self._actual(target, target.base_year)
        original = target.base_value if target.base_value is not None else self._actual(target, target.base_year)
        if original is None or target.segment is not None:
            return original
        return self.base_year_of(target.base_year, read_scopes(target.scopes or ""), target.method, original).value

    def _actual(self, target: Target, year: int) -> float | None:
        if target.metric == "renewable_share":
            return self._renewable(year)
        try:
            if target.metric == "supplier_green_share":
                return green_share(self.statuses(year), target.supply_chain or "", target.weight).value
            return self.amount(year, read_scopes(target.scopes or ""), target.method, target.segment).value
        except InputError:  # not known for this year, which the standing says
            return None

    def _renewable(self, year: int) -> float | None:
        told = self._figure_in(RENEWABLE, year, "1")
        return told if told is not None else self.scope2_of(year).renewable_share if year in self.electricity else None

    def _entered(self) -> Iterator[Booked]:
        labels = ("year", "scopes", "method", "category", "segment", "basis")
        for total in self.ledger.sum("emission", "co2e_t", by=labels, at=self.at, known_at=self.known_at):
            year, scopes, method, category, segment, basis = total.by
            yield Booked(int(year or 0), scopes or "", method, category, segment or UNSPECIFIED, basis or "", total.value, total.entries)

    def _from_electricity(self) -> Iterator[Booked]:
        for year, entries in self.electricity.items():
            made = self.scope2_of(year)
            for method, value in (("location", made.location_t), ("market", made.market_t)):
                yield Booked(year, "2", method, None, UNSPECIFIED, "activity", value, len(entries))

    def _from_sales(self) -> Iterator[Booked]:
        for year, sales in self.sales.items():
            for category, value in by_category(self.products_of(year)).items():
                if category != OWN_ENERGY:
                    yield Booked(year, "3", None, category, UNSPECIFIED, "product", value, len(sales))

    def _by_year(self, kind: str) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        for entry in self._entries(kind):
            found.setdefault(entry.happened.year, []).append(entry.model())
        return found

    def _entries(self, kind: str, where: dict[str, Any] | None = None) -> Any:
        return self.ledger.entries(kind, at=self.at, known_at=self.known_at, where=where)


def _factor(given: str, wanted: str) -> float:
    """How many `wanted` one unit of a figure is; CO2e says what was weighed, and no unit is the wanted one."""
    plain = re.sub(r"\s*CO2(-?eq?)?\s*", "", given, flags=re.IGNORECASE)
    return 1.0 if plain in {"", "share", "ratio"} else units.factor(plain, wanted)
