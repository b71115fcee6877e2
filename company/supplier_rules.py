"""What a company asks of its suppliers, checked one by one: a yearly cut of emissions, and renewable electricity by dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from company.suppliers import SupplierStatus, gone, holding, one_name_each
from lca.errors import InputError, Problem
from lca.ledger import folded

#: met: fulfilled; due: not yet, and not yet asked; missed: asked and not fulfilled; unknown: not told.
Verdict = Literal["met", "due", "missed", "unknown"]


@dataclass(frozen=True)
class Rules:
    """A yearly cut as a part of the year before, and shares of renewable electricity (0 to 1) by year."""

    yearly_cut: float = 0.05
    renewable: tuple[tuple[int, float], ...] = ((2030, 0.25), (2050, 1.0))

    def __post_init__(self) -> None:
        if not 0 <= self.yearly_cut < 1 or not all(0 <= share <= 1 for _, share in self.renewable):
            raise InputError(Problem("cuts and shares lie between 0 and 1", field="rules"))


#: Public rule of a large maker: at least 5 % a year; renewable at least 25 % by 2030 and 100 % by 2050.
DEFAULT = Rules()


@dataclass(frozen=True)
class Checked:
    """One supplier against the rules at a day."""

    chain: str
    supplier: str
    at: date
    #: mean yearly cut between the first and the last year that was told, and between the last two
    yearly_cut: float | None
    last_cut: float | None
    #: the last year whose emissions were told
    emissions_year: int | None
    cut: Verdict
    renewable_share: float | None
    #: year of the step -> verdict
    renewable: dict[int, Verdict]

    def to_dict(self) -> dict[str, object]:
        """The check as plain values."""
        steps = {f"renewable_{year}": verdict for year, verdict in self.renewable.items()}
        return {
            "chain": self.chain,
            "supplier": self.supplier,
            "year": self.at.year,
            "emissions_year": self.emissions_year,
            "yearly_cut": self.yearly_cut,
            "last_cut": self.last_cut,
            "cut": self.cut,
            "renewable_share": self.renewable_share,
            **steps,
        }


def mean_yearly_cut(first: float, last: float, years: int) -> float:
    """1 - (last / first)^(1 / years), dimensionless: the same cut each year that leads from first to last. Both in t CO2e.

    Raises InputError when there is no year between, or nothing to cut from.
    """
    if years < 1 or first <= 0:
        raise InputError(Problem("a yearly cut needs two years and emissions above zero in the first", field="emissions"))
    return float(1 - (last / first) ** (1 / years))


def check_supplier(dated: Sequence[tuple[date, SupplierStatus]], chain: str, supplier: str, at: date, rules: Rules = DEFAULT) -> Checked:
    """One supplier's statuses (with their days, in order of them; those of later years are left out) against the rules at a day.

    The cut is met where both the mean yearly cut over all years and the one since the last but one reach the rule, so that who
    emits more again does not meet it. Emissions that are older than they may be (`must_be_told`) say nothing of today. A share of
    renewable electricity by a year is due until that year's last day.
    """
    name = (folded(chain), folded(supplier))
    mine = [(day, s) for day, s in dated if (folded(s.chain), folded(s.supplier)) == name and day.year <= at.year]
    emissions = _emissions(mine)
    steps = [_cut(emissions, *two) for two in pairwise(emissions)]
    whole = _cut(emissions, min(emissions), max(emissions)) if steps else None
    last = max(emissions, default=None)
    told = [s for s in holding(s for _, s in mine) if s.status == "green_electricity" and s.value is not None]
    share = told[0].value if told else None
    renewable = {year: _step(share, least, at, year) for year, least in rules.renewable}
    return Checked(chain, supplier, at, whole, steps[-1] if steps else None, last, _verdict(emissions, whole, at, rules), share, renewable)


def must_be_told(at: date) -> int:
    """The year whose emissions must be known at a day: those of a year are told by the end of the next one."""
    return (at + timedelta(days=1)).year - 2


def _emissions(mine: Sequence[tuple[date, SupplierStatus]]) -> dict[int, float]:
    """t CO2e by year, in order of the years; the newest entry of a year counts."""
    found: dict[int, float | None] = {day.year: s.value if s.holds else None for day, s in mine if s.status == "emissions"}
    return {year: value for year, value in sorted(found.items()) if value is not None}


def _cut(emissions: dict[int, float], first: int, last: int) -> float | None:
    return mean_yearly_cut(emissions[first], emissions[last], last - first) if emissions[first] > 0 else None


def _verdict(emissions: dict[int, float], whole: float | None, at: date, rules: Rules) -> Verdict:
    if whole is None or max(emissions) < must_be_told(at):
        return "unknown"
    before, last = list(emissions)[-2:]
    since = _cut(emissions, before, last)
    if since is None:  # from nothing there is nothing to cut, but nothing can become something again
        return "met" if emissions[last] == 0 else "missed"
    return "met" if min(whole, since) >= rules.yearly_cut - 1e-9 else "missed"


def _step(share: float | None, least: float, at: date, by: int) -> Verdict:
    if share is None:
        return "unknown"
    if share >= least - 1e-9:
        return "met"
    return "due" if at < date(by, 12, 31) else "missed"


def check_all(dated: Sequence[tuple[date, SupplierStatus]], at: date, rules: Rules = DEFAULT) -> list[Checked]:
    """Every single supplier against the rules; groups of suppliers and those whose contract ended are left out."""
    known = one_name_each(s for day, s in dated if day.year <= at.year)
    present = holding(known)
    groups = {(s.chain, s.supplier) for s in present if s.count > 1 and s.status != "audited"}
    names = dict.fromkeys((s.chain, s.supplier) for s in present)
    left = gone(known)
    return [check_supplier(dated, *name, at, rules) for name in names if name not in left | groups]
