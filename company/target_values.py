"""The value of a target's metric in a year: as found, how, whether it is complete, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from company.emissions import Amount
from company.indicators import RENEWABLE, Indicator, share_of
from company.scopes import read_scopes
from company.suppliers import green_share
from company.totals import NoFigure
from lca.errors import InputError

if TYPE_CHECKING:
    from company.account import Account
    from company.targets import Target

#: Two shares that differ by more than this are said to differ.
_POINTS = 0.005


@dataclass(frozen=True)
class Measured:
    """A metric's value in its unit (t CO2e, or a share from 0 to 1), None where it is not known; `complete` as in `Amount`."""

    value: float | None
    how: str | None = None
    complete: bool = True
    warnings: tuple[str, ...] = ()


def measured(account: Account, target: Target, year: int) -> Measured:
    """The target's metric in a year; what cannot be said of that year is a warning and no value."""
    try:
        if target.metric == "renewable_share":
            return _renewable(account, year)
        if target.metric == "supplier_green_share":
            share = green_share(account.statuses(year), target.supply_chain or "", target.weight)
            return Measured(share.value, share.definition, True, tuple(share.warnings))
        return _of_emissions(account.amount(year, read_scopes(target.scopes or ""), target.method, target.segment))
    except NoFigure:  # nothing is entered for this year, which the standing says
        return Measured(None)
    except InputError as error:
        # a supply chain without shares is not known yet; anything else is wrong and said
        return Measured(None, warnings=() if target.metric == "supplier_green_share" else (str(error),))


def _of_emissions(amount: Amount) -> Measured:
    return Measured(amount.value, amount.how, amount.complete, amount.warnings)


def _renewable(account: Account, year: int) -> Measured:
    """The share that was told, else that of the electricity entries. Shares of parts have no sum, and are not the whole's."""
    figures = [f for f in account.figures(RENEWABLE, year) if f.value is not None]
    whole = next((f for f in figures if not f.part), None)
    if whole is not None:
        told = Measured(share_of(whole), f"as told ({whole.source})")
        return Measured(told.value, told.how, True, tuple(_beside(account, year, whole)))
    if figures:
        parts = ", ".join(f.part for f in figures)
        why = f"{RENEWABLE} in {year} is told for {parts} only: shares of parts do not add up; log the company's without --part, or its electricity"
        return Measured(None, warnings=(why,))
    if year not in account.electricity:
        return Measured(None)
    return Measured(account.scope2_of(year).renewable_share, "electricity that is entered, covered by renewable instruments")


def _beside(account: Account, year: int, whole: Indicator) -> list[str]:
    """What the electricity entries say of the same share, where they say another one."""
    if year not in account.electricity or year in account.refused:
        return []
    told, entered = share_of(whole), account.scope2_of(year).renewable_share
    if abs(told - entered) <= _POINTS:
        return []
    return [f"{RENEWABLE} in {year} is told as {told:.1%} and counts; the electricity that is entered has {entered:.1%}"]
