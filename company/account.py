"""The company's account as a journal tells it: emissions by year, revenue and other figures, targets with their standing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from company.completeness import COMPLETE, Declared, declared_of
from company.electricity import Electricity, Scope2, scope2
from company.emissions import UNSPECIFIED, Amount, Booked
from company.indicators import REMOVALS, Indicator, Review, in_unit
from company.intensity import Denominator, Intensity
from company.scopes import Scope, read_scopes, written
from company.sold_products import OWN_ENERGY, CategoryAmount, Sale, by_category, categories_of
from company.suppliers import SupplierStatus
from company.target_values import Measured, measured
from company.targets import Standing, Target
from company.totals import amount_of
from company.trends import BaseYear, Recalculation, base_year, changes_of
from lca.errors import InputError, Problem, nearest
from lca.ledger import Ledger, today


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
        """The year, or the last one with emissions that has begun. Raises InputError when there is none."""
        if year is not None:
            return year
        begun = _begun(self.years)
        if not begun:
            raise InputError(Problem("the book has no emissions yet", field="year", hint="`lifeloop company add` logs them"))
        return begun[-1]

    def amount(self, year: int, scopes: tuple[Scope, ...], method: str | None, segment: str | None = None) -> Amount:
        """Emissions of a set of scopes in a year, in t CO2e. Raises NoFigure as `amount_of` does.

        Scope 2 of a year whose electricity cannot be accounted raises the InputError of that, other years are not touched.
        """
        if "2" in scopes and year in self.refused:
            raise self.refused[year]
        return amount_of(self.booked, year, scopes, method, segment, self.declared(year))

    def declared(self, year: int) -> list[Declared]:
        """Which detail of a year is declared complete."""
        return [declared for figure in self.figures(COMPLETE, year) if (declared := declared_of(figure.part))]

    @cached_property
    def refused(self) -> dict[int, InputError]:
        """The years whose electricity cannot be accounted, with what is wrong."""
        found = {}
        for year in self.electricity:
            try:
                self.scope2_of(year)
            except InputError as error:
                found[year] = InputError([replace(p, reason=f"electricity of {year}: {p.reason}") for p in error.problems])
        return found

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
        """A figure of the whole in a year, in its own unit; None when there is none, or parts of it only."""
        return next((f.value for f in self.figures(name, year) if not f.part), None)

    def removals(self, year: int) -> float:
        """t CO2e taken out of the air and kept in a year: every entry counts. Raises UnitError for one that is no mass."""
        return math.fsum(in_unit(e.model(), "t") for e in self._figures(REMOVALS, year))

    def denominator(self, name: str, year: int) -> Denominator:
        """Revenue, or whatever emissions are divided by, in a year. Raises InputError when it is not known, or in two units."""
        found = [f for f in self.figures(name, year) if f.value is not None]
        if not found:
            known = {t.by[0] or "" for t in self.ledger.sum("indicator", "value", by=("name",), at=self.at, known_at=self.known_at)}
            hint = (nearest(name, known) if name not in known else None) or f"`lifeloop company add figure {name}` logs it"
            raise InputError(Problem(f"no figure of that name in {year}", field="per", value=name, hint=hint))
        if len([e for e in self._figures(name, year) if e.content.get("value") is not None]) > len(found):
            hint = "parts that add up have a --part each; one that no longer holds is taken back by `lifeloop records reverse`"
            raise InputError(Problem(f"in {year} it is logged several times for the same part", field="per", value=name, hint=hint))
        parts = [f.part for f in found if f.part]
        if parts and len(parts) < len(found):
            reason = f"in {year} it is logged for the whole and for {', '.join(parts)}, which do not add up"
            raise InputError(Problem(reason, field="per", value=name, hint="take back either by `lifeloop records reverse`"))
        units = {f.unit for f in found}
        if len(units) > 1:
            raise InputError(Problem(f"in {year} it is logged in several units: {', '.join(sorted(units))}", field="per", value=name))
        sources = "; ".join(dict.fromkeys(f.source for f in found))
        return Denominator(name, math.fsum(f.value or 0.0 for f in found), units.pop(), sources)

    def intensity(self, year: int, scopes: tuple[Scope, ...], method: str | None, per: str) -> Intensity:
        """t CO2e of the scopes per unit of the denominator. Raises InputError when any of it is missing."""
        return Intensity(self.amount(year, scopes, method), self.denominator(per, year))

    def base_year_of(self, year: int, scopes: tuple[Scope, ...], method: str | None, original: float) -> BaseYear:
        """A base year's emissions after the changes that were logged within these scopes; the strictest threshold counts."""
        changes, notes = changes_of([c for c in self.recalculations() if c.base_year == year], written(scopes), method)
        made = base_year(original, [c.change_t for c in changes], min((c.threshold for c in changes), default=0.05))
        return replace(made, warnings=notes)

    def recalculations(self) -> list[Recalculation]:
        """All changes of base years, in order of writing."""
        return [entry.model() for entry in self._entries("recalculation")]

    def targets(self) -> list[Target]:
        """The newest wording of each target, in the order in which they were first logged."""
        return list({t.id: t for t in (entry.model() for entry in self._entries("target"))}.values())

    def standing(self, target: Target, year: int) -> Standing:
        """The target at the end of a year; what is not known stays None, and what to watch is said."""
        base, actual, removals, said = self._base(target), measured(self, target, year), 0.0, list[str]()
        if target.path == "net_zero":
            try:
                removals = self.removals(year)
            except InputError as error:
                said.append(f"removals of {year} are not counted: {error}")
        for what, found in ((f"the base of {target.base_year}", base), (f"the value of {year}", actual)):
            if not found.complete:
                way = "`lifeloop company add complete` declares them so"
                said.append(f"{what} is added up from entries that are not declared complete: it is at least so much; {way}")
        warnings = tuple(dict.fromkeys((*base.warnings, *actual.warnings, *said)))
        return Standing(target, year, base.value, actual.value, removals, actual.how, base.how, actual.complete, warnings)

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
        begun = _begun({*self.years, *dated})
        if not begun:
            raise InputError(Problem("nothing is logged that a target could be measured by", field="year"))
        return begun[-1]

    def latest_standing(self, target: Target) -> Standing:
        """The target at the end of the last year in which its value is known; of the last year of all when none is."""
        last = self.last_year()
        known = (year for year in range(last, target.base_year - 1, -1) if measured(self, target, year).value is not None)
        return self.standing(target, next(known, last))

    def statuses(self, year: int | None = None) -> list[SupplierStatus]:
        """Statuses of suppliers in the order of their dates, up to the end of a year."""
        entries = [e for e in self._entries("supplier") if year is None or e.happened.year <= year]
        return [entry.model() for entry in sorted(entries, key=lambda e: e.happened)]

    def unchanged(self, target: Target) -> tuple[str, ...]:
        """The changes of its base year that a target of emissions does not count, in words."""
        logged = [c for c in self.recalculations() if c.base_year == target.base_year]
        if target.segment is not None and logged:
            return (f"changes of {target.base_year} are of the whole company, and are not applied to its segment {target.segment}",)
        return changes_of(logged, target.scopes or "", target.method)[1]

    def _base(self, target: Target) -> Measured:
        stated = target.base_value
        found = measured(self, target, target.base_year) if stated is None else Measured(stated, "stated with the target")
        if target.metric != "emissions" or found.value is None:
            return found
        value = found.value
        if target.segment is None:
            value = self.base_year_of(target.base_year, read_scopes(target.scopes or ""), target.method, value).value
        return replace(found, value=value, warnings=(*found.warnings, *self.unchanged(target)))

    def _entered(self) -> Iterator[Booked]:
        labels = ("year", "scopes", "method", "category", "segment", "basis")
        for total in self.ledger.sum("emission", "co2e_t", by=labels, at=self.at, known_at=self.known_at):
            year, scopes, method, category, segment, basis = total.by
            yield Booked(int(year or 0), scopes or "", method, category, segment or UNSPECIFIED, basis or "", total.value, total.entries)

    def _from_electricity(self) -> Iterator[Booked]:
        for year, entries in self.electricity.items():
            if year in self.refused:
                continue
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


def _begun(years: Iterable[int]) -> list[int]:
    """The years that have begun, in order: what is dated later is a plan and no fact."""
    return sorted(year for year in years if year <= today().year)
