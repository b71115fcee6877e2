"""The inventory of one year: every scope and category with its basis, totals by scope-2 method, change on the year before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from company.account import Account
from company.emissions import TOLERANCE, Amount, Booked, share
from company.scopes import CATEGORIES, METHODS, Scope, Scope2Method, spoken
from company.sold_products import OWN_ENERGY, by_category
from company.trends import Change
from lca.errors import InputError, Problem

_ALL: tuple[Scope, ...] = ("1", "2", "3")
#: Under which method of scope 2 the shares of scopes 1 and 3 are, where there are several.
_FIRST: tuple[Scope2Method, ...] = ("market", "location", "unstated")
#: Totals that an inventory shows, as far as they are known.
SETS: tuple[tuple[Scope, ...], ...] = (("1",), ("2",), ("1", "2"), ("3",), _ALL)


@dataclass(frozen=True)
class Total:
    """Emissions of a set of scopes, their share of all scopes and their change on the year before, where both are known."""

    amount: Amount
    share_of_all: float | None
    year_before: Amount | None

    @property
    def before(self) -> float | None:
        """t CO2e of the year before."""
        return self.year_before.value if self.year_before else None

    @property
    def change(self) -> Change | None:
        """The change on the year before."""
        return None if not self.before else Change(self.before, self.amount.value)

    def to_dict(self) -> dict[str, Any]:
        """The total as plain values."""
        return {
            "scopes": list(self.amount.scopes),
            "scope2_method": self.amount.method,
            "value": self.amount.value,
            "unit": "t CO2e",
            "how": self.amount.how,
            "bases": list(self.amount.bases),
            "complete": self.amount.complete,
            "detail": [b.to_dict() for b in self.amount.beside],
            "share": self.share_of_all,
            "year_before": self.before,
            "change": self.change.relative if self.change else None,
        }


@dataclass(frozen=True)
class Inventory:
    """One year's emissions: what was entered, what it adds up to, and what to watch. t CO2e."""

    year: int
    booked: tuple[Booked, ...]
    totals: tuple[Total, ...]
    #: energy of the company's own assembly in product footprints, left out of category 1 as scopes 1 and 2 have it
    own_assembly: float
    #: share of the electricity with a renewable instrument behind it; None where no electricity was entered
    renewable_share: float | None
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The inventory as plain values, every digit kept."""
        return {
            "year": self.year,
            "unit": "t CO2e",
            "rows": [_row(b) for b in self.booked],
            "totals": [t.to_dict() for t in self.totals],
            "own_assembly_in_scopes_1_and_2": self.own_assembly,
            "renewable_electricity_share": self.renewable_share,
            "warnings": list(self.warnings),
        }


def _row(b: Booked) -> dict[str, Any]:
    return {
        "scopes": b.scopes.split("+"),
        "scope2_method": b.method,
        "category": b.category,
        "name": named(b),
        "segment": b.segment,
        "basis": b.basis,
        "value": b.co2e_t,
        "entries": b.entries,
    }


def named(b: Booked) -> str:
    """The scopes or the category of what was booked, in words."""
    return f"{b.category} {CATEGORIES[b.category]}" if b.category else spoken(b.scopes.split("+"), b.method)


def inventory(account: Account, year: int) -> Inventory:
    """The inventory of a year. Raises InputError when the year has no emissions."""
    booked = sorted((b for b in account.booked if b.year == year), key=_order)
    if not booked:
        raise InputError(
            Problem("the book has no emissions in that year", field="year", value=str(year), hint=f"years: {account.years or 'none'}")
        )
    totals = tuple(_totals(account, year))
    warnings = dict.fromkeys(
        (
            *(w for t in totals for w in t.amount.warnings),
            *(w for t in totals for w in uneven(t.year_before, t.amount)),
            *([f"{year - 1} is left out where scope 2 is in it: {account.refused[year - 1]}"] if year - 1 in account.refused else []),
            *account.scope2_of(year).warnings,
        )
    )
    own = by_category(account.products_of(year)).get(OWN_ENERGY, 0.0)
    renewable = account.scope2_of(year).renewable_share if year in account.electricity else None
    return Inventory(year, tuple(booked), totals, own, renewable, tuple(warnings))


def _order(b: Booked) -> tuple[str, float, str, str]:
    return (b.scopes, float(b.category.split(".")[1]) if b.category else 0.0, b.method or "", b.segment)


def _totals(account: Account, year: int) -> Iterator[Total]:
    there = {b.method for b in account.booked if b.year == year}
    methods: list[Scope2Method] = [m for m in METHODS if m in there]
    for scopes in SETS:
        for method in methods if "2" in scopes else [None]:
            now = known(account, year, scopes, method)
            if now is None:
                continue
            whole = known(account, year, _ALL, method or next((m for m in _FIRST if m in methods), None))
            before = known(account, year - 1, scopes, method)
            # a part that is more than the whole is a contradiction, which the warnings say, and no share
            part = share(now.value, whole.value) if whole and whole.value and now.value <= whole.value * (1 + TOLERANCE) else None
            yield Total(now, part, before)


def known(account: Account, year: int, scopes: tuple[Scope, ...], method: str | None) -> Amount | None:
    """Emissions of a set of scopes, or None where the entries do not tell them."""
    if "2" in scopes and method is None:
        return None
    try:
        return account.amount(year, scopes, method)
    except InputError:  # no figure for these scopes in that year
        return None


def uneven(before: Amount | None, now: Amount) -> Iterator[str]:
    """What is to be said of a change between figures of which one may be more than it says."""
    if before and before.complete != now.complete:
        label = spoken(now.scopes, now.method)
        ways = f"{before.year}: {before.how}, {now.year}: {now.how}"
        yield f"the change of {label} from {before.year} to {now.year} compares figures found in different ways ({ways})"
