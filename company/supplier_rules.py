"""What a company asks of its suppliers, checked one by one: a yearly cut of emissions, and renewable electricity by dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from company.suppliers import SupplierStatus, holding
from lca.errors import InputError, Problem

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
    """One supplier against the rules at the end of a year."""

    chain: str
    supplier: str
    year: int
    yearly_cut: float | None
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
            "year": self.year,
            "yearly_cut": self.yearly_cut,
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


def check_supplier(dated: Sequence[tuple[int, SupplierStatus]], chain: str, supplier: str, year: int, rules: Rules = DEFAULT) -> Checked:
    """One supplier's dated statuses (year, status; in order of their dates) against the rules at the end of a year."""
    mine = [(at, s) for at, s in dated if (s.chain, s.supplier) == (chain, supplier) and at <= year]
    emissions = {at: s.value for at, s in mine if s.status == "emissions" and s.holds and s.value is not None}
    cut = _cut(emissions)
    verdict: Verdict = "unknown" if cut is None else "met" if cut >= rules.yearly_cut - 1e-9 else "missed"
    told = [s for s in holding(s for _, s in mine) if s.status == "green_electricity" and s.value is not None]
    share = told[0].value if told else None
    return Checked(chain, supplier, year, cut, verdict, share, {at: _step(share, least, year, at) for at, least in rules.renewable})


def _cut(emissions: dict[int, float]) -> float | None:
    first, last = min(emissions, default=0), max(emissions, default=0)
    return mean_yearly_cut(emissions[first], emissions[last], last - first) if last > first and emissions[first] > 0 else None


def _step(share: float | None, least: float, year: int, by: int) -> Verdict:
    if share is None:
        return "unknown"
    if share >= least - 1e-9:
        return "met"
    return "due" if year < by else "missed"


def check_all(dated: Sequence[tuple[int, SupplierStatus]], year: int, rules: Rules = DEFAULT) -> list[Checked]:
    """Every single supplier against the rules; groups of suppliers and those whose contract ended are left out."""
    present = holding(s for at, s in dated if at <= year)
    gone = {(s.chain, s.supplier) for s in present if s.status == "contract_ended"}
    groups = {(s.chain, s.supplier) for s in present if s.count > 1 and s.status != "audited"}
    names = dict.fromkeys((s.chain, s.supplier) for s in present)
    return [check_supplier(dated, *name, year, rules) for name in names if name not in gone | groups]
