"""Emissions year by year: change on the year before, the base year after its changes, and the intensity where it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from company.account import Account
from company.emissions import Amount
from company.intensity import Intensity
from company.inventory import known, uneven
from company.scopes import Scope, spoken
from company.trends import BaseYear, Change
from lca.errors import InputError
from lca.rounding import significant


@dataclass(frozen=True)
class TrendRow:
    """One year of a set of scopes, in t CO2e."""

    year: int
    scopes: tuple[Scope, ...]
    method: str | None
    amount: Amount
    change: Change | None
    as_base: BaseYear
    intensity: Intensity | None
    warnings: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """t CO2e of the year."""
        return self.amount.value

    def to_dict(self) -> dict[str, Any]:
        """The year as plain values."""
        return {
            "year": self.year,
            "scopes": list(self.scopes),
            "scope2_method": self.method,
            "value": self.value,
            "unit": "t CO2e",
            "how": self.amount.how,
            "complete": self.amount.complete,
            "detail": [b.to_dict() for b in self.amount.beside],
            "change": self.change.relative if self.change else None,
            "change_t": self.change.absolute if self.change else None,
            "base_year_value": self.as_base.value,
            "base_year_changes_t": self.as_base.changes,
            "base_year_recalculated": self.as_base.recalculated,
            "intensity": self.intensity.value if self.intensity else None,
            "intensity_definition": self.intensity.definition if self.intensity else None,
            "warnings": list(self.warnings),
        }

    def shown(self) -> dict[str, str]:
        """The year as people read it."""
        changed = self.as_base.changes != 0
        words = "" if self.as_base.recalculated or not changed else " (changes below the threshold)"
        return {
            "year": str(self.year),
            "scopes": spoken(self.scopes, self.method),
            "t CO2e": significant(self.value, 4),
            "change": f"{self.change.relative:+.1%}" if self.change else "",
            "base year": f"{significant(self.as_base.value, 4)}{words}" if changed else "",
            "intensity": f"{significant(self.intensity.value)} {self.intensity.unit}" if self.intensity else "",
            "how": self.amount.how,
        }


def trend_rows(account: Account, scopes: tuple[Scope, ...], method: str | None, per: str | None = None) -> list[TrendRow]:
    """The years in which the set of scopes is known, in order; changes are between consecutive years only."""
    amounts = {year: amount for year in account.years if (amount := known(account, year, scopes, method))}
    rows = []
    for year, amount in amounts.items():
        before = amounts.get(year - 1)
        change = Change(before.value, amount.value) if before and before.value else None
        as_base = account.base_year_of(year, scopes, method, amount.value)
        made, why = _intensity(account, year, scopes, method, per)
        warnings = tuple(dict.fromkeys((*amount.warnings, *uneven(before, amount), *as_base.warnings, *why)))
        rows.append(TrendRow(year, scopes, method, amount, change, as_base, made, warnings))
    return rows


def _intensity(
    account: Account, year: int, scopes: tuple[Scope, ...], method: str | None, per: str | None
) -> tuple[Intensity | None, tuple[str, ...]]:
    """The intensity of a year; none where its denominator is not logged, and a reason where it is and is none."""
    if per is None:
        return None, ()
    try:
        return account.intensity(year, scopes, method, per), ()
    except InputError as error:
        return None, (f"no intensity of {year}: {error}",) if account.figures(per, year) else ()
