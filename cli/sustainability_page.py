"""The sustainability page of a report, computed from a record book: figure, definition, trend, and what is ambiguous in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lca.errors import InputError
from lca.rounding import significant

if TYPE_CHECKING:
    from company.account import Account
    from company.emissions import Amount
    from company.indicators import Indicator
    from company.scopes import Scope
    from company.suppliers import Counted
    from lca.footprint import Footprint
    from records.book import Book

ALL_SCOPES: tuple[Scope, ...] = ("1", "2", "3")
#: Battery-electric sedans of one class, the first of them the one that was called a leader.
CLASS = ("xiaomi_su7", "tesla_model_3_rwd_2023", "byd_seal_rwd")
#: Weight of a phone where traded-in devices are turned into tonnes: the shipped product of the maker.
DEVICE = "xiaomi_14"

#: Name of the figures that tell a rule for suppliers: parts `cut a year` and `renewable by YEAR`, both in %.
SUPPLIER_RULE = "supplier rule"
#: What figures are that a publisher gave without a definition.
_AS_TOLD = {
    "trade-in orders": "orders taken, as published: neither devices nor tonnes",
    "waste diverted from landfill": "waste not landfilled over all waste of the site, as published; by mass is not said",
    "EcoVadis": "rating of the company by EcoVadis, as published",
    "MSCI ESG": "ESG rating of the company by MSCI, as published",
}


@dataclass(frozen=True)
class PageRow:
    """One figure of the page."""

    area: str
    figure: str
    definition: str
    trend: str = ""
    note: str = ""

    def to_dict(self) -> dict[str, str]:
        """Plain values."""
        return asdict(self)


class Page:
    """All rows for one year of a book. A figure that the book does not have gives no row; nothing is filled in."""

    def __init__(self, book: Book, year: int, footprints: Sequence[Footprint] = ()) -> None:
        self.book, self.year = book, year
        self.footprints = {footprint.product: footprint for footprint in footprints}

    @cached_property
    def account(self) -> Account:
        """The book as a company's account at the end of the year."""
        from company.account import Account

        return Account(self.book, at=date(self.year, 12, 31))

    def rows(self) -> list[PageRow]:
        """Every row, in the order of the page."""
        parts: tuple[Callable[[], Iterator[PageRow]], ...] = (
            self._products,
            self._vehicles,
            self._emissions,
            self._intensity,
            self._targets,
            self._suppliers,
            self._supplier_rule,
            self._due_diligence,
            self._packaging,
            self._goals,
            self._trade_in,
            self._operations,
        )
        return [row for part in parts for row in part()]

    # Products

    def _products(self) -> Iterator[PageRow]:
        figures = self.account.figures("products assessed", self.year)
        if figures:
            parts = ", ".join(f"{f.value:g} {f.part}" for f in figures)
            whole = sum(f.value or 0 for f in figures)
            yield PageRow("products", f"{whole:g} products assessed: {parts}", figures[0].definition)

    def _vehicles(self) -> Iterator[PageRow]:
        """Cars of one class per km, as modelled here: the publisher called its own the leader and gave no figure."""
        grams = {name: 1000 * f.total / _kilometres(f) for name in CLASS if (f := self.footprints.get(name))}
        if CLASS[0] in grams and len(grams) > 1:
            said = ", ".join(f"{self.footprints[name].name} {significant(value)}" for name, value in grams.items())
            place = 1 + sum(value < grams[CLASS[0]] for value in grams.values())
            note = f"called the low-carbon leader of its class without a figure; in this model it is number {place} of {len(grams)}"
            yield PageRow("vehicles", f"g CO2e per km: {said}", "life cycle over 200,000 km as in the product files, cut-off", note=note)

    # Greenhouse gases

    def _method(self) -> str:
        """The scope-2 method of what was entered for the year: market before location before unstated."""
        used = {b.method for b in self.account.booked if b.year == self.year and b.method}
        return next((m for m in ("market", "location") if m in used), "unstated")

    def _emissions(self) -> Iterator[PageRow]:
        from company.scopes import spoken

        method = self._method()
        note = "the publisher does not say whether scope 2 is market-based" if method == "unstated" else ""
        total = self._amount(ALL_SCOPES, method)
        if total is None:
            return
        figure, meaning = f"{total.value:,.0f} t CO2e", spoken(ALL_SCOPES, method)
        yield PageRow("greenhouse gases", figure, meaning, self._change(total, method), _noted(note, total))
        part = self._amount(("3",), method)
        if part is not None and 0 <= part.value <= total.value:
            published = self.account.figure("published share of scope 3", self.year)
            said = f"published: {published:g} %" if published is not None else ""
            how = f"scope 3 over scopes 1+2+3; scope 3 found as {part.how}"
            share = f"scope 3 is {100 * part.value / total.value:.1f} % of the total"
            yield PageRow("greenhouse gases", share, how, note=_noted(said, part))

    def _amount(self, scopes: tuple[Scope, ...], method: str, year: int | None = None) -> Amount | None:
        try:
            return self.account.amount(year or self.year, scopes, method if "2" in scopes else None)
        except InputError:  # the book does not have it, so the page does not show it
            return None

    def _change(self, total: Amount, method: str) -> str:
        before = self._amount(ALL_SCOPES, method, self.year - 1)
        if before is None or not before.value:
            return ""
        implied = ", itself implied by the published change" if "implied" in before.bases else ""
        uneven = ", found in another way" if before.complete != total.complete else ""
        return f"{100 * (total.value / before.value - 1):+.1f} % on {self.year - 1} ({before.value:,.0f} t{implied}{uneven})"

    def _intensity(self) -> Iterator[PageRow]:
        try:
            made = self.account.intensity(self.year, ("1", "2"), self._method(), "revenue")
        except InputError:  # no revenue or no scopes 1 and 2
            return
        before, after = (self.account.figure("published intensity", y) for y in (self.year - 1, self.year))
        trend = f"{100 * (after / before - 1):+.0f} % on {self.year - 1} ({before:g})" if before and after else ""
        total = self._amount(ALL_SCOPES, self._method())
        notes = ["scopes 1 and 2 only; scope 2 by market or location is not said by the publisher"] if self._method() == "unstated" else []
        if total is not None and total.value:
            share = 100 * made.emissions.value / total.value
            notes.append(f"the {made.emissions.value:,.0f} t that it implies are {share:.2f} % of the total")
        yield PageRow(
            "intensity", f"{significant(made.value)} {made.unit}", made.definition, trend, _noted("; ".join(notes), made.emissions)
        )

    def _targets(self) -> Iterator[PageRow]:
        for target in self.account.targets():
            standing = self.account.standing(target, self.year)
            note = "; ".join(filter(None, [target.wording or target.note or "", *standing.warnings]))
            yield PageRow("targets", f"{target.id}: {_aim(target)}", target.measures, standing.status, note)

    # Suppliers

    def _suppliers(self) -> Iterator[PageRow]:
        from company.suppliers import STATUSES, counts, green_share

        statuses = self.account.statuses(self.year)
        for counted in counts(statuses):
            if counted.count > 1 and counted.status not in {"audited", "contract_ended"}:
                yield PageRow(
                    f"suppliers, {counted.chain}",
                    f"{_bounded(counted)} suppliers",
                    STATUSES[counted.status],
                    note="; ".join(counted.wordings),
                )
        for chain in dict.fromkeys(s.chain for s in statuses if s.status == "green_electricity" and s.value is not None):
            share = green_share(statuses, chain, "mean")
            yield PageRow(
                f"suppliers, {chain}", f"green electricity {100 * share.value:.3g} %", share.definition, note="; ".join(share.warnings)
            )

    def _supplier_rule(self) -> Iterator[PageRow]:
        """The rule as it was told, and each single supplier that told something against it."""
        from company.supplier_report import register
        from company.supplier_rules import Rules, check_all

        told = self.account.figures(SUPPLIER_RULE, self.year)
        shares = tuple(
            (int(by[1]), f.value / 100) for f in told if f.value is not None and (by := re.fullmatch(r"renewable by (\d{4})", f.part))
        )
        cut = next((f.value / 100 for f in told if f.part == "cut a year" and f.value is not None), None)
        if cut is None or not shares:
            return
        at = date(self.year, 12, 31)
        checked = check_all(register(self.book, at).dated, at, Rules(cut, shares))
        known = [c for c in checked if c.cut != "unknown" or c.renewable_share is not None]
        met = [
            f"{c.supplier} ({c.chain}): cut {c.cut}, {', '.join(f'renewable by {y} {v}' for y, v in c.renewable.items())}" for c in known
        ]
        steps = ", ".join(f"at least {100 * share:g} % by {year}" for year, share in shares)
        figure = f"supplier rule: cut at least {100 * cut:g} % a year; renewable {steps}"
        yield PageRow(
            "suppliers", figure, told[0].definition, "; ".join(met), "checked supplier by supplier; counts of suppliers tell nothing of it"
        )

    def _due_diligence(self) -> Iterator[PageRow]:
        from company.supplier_report import register
        from company.suppliers import counts

        # audits and ended contracts are events: the page tells those of its year
        told = register(self.book, date(self.year, 12, 31)).dated
        for counted in counts(status for day, status in told if day.year == self.year):
            if counted.status in {"audited", "contract_ended"}:
                what = "on-site audits" if counted.status == "audited" else "contracts ended"
                yield PageRow("audits", f"{_bounded(counted)} {what}", f"{counted.chain} suppliers", note="; ".join(counted.wordings))
        yield from self._told("audits", "conflict-minerals feedback")

    # Circularity

    def _packaging(self) -> Iterator[PageRow]:
        yield from self._told("packaging", "smartphone models with paper trays")
        covered = self.account.figures("paper trays by market", self.year)
        if covered:
            said = " and ".join(f"{f.value:g} % of the {f.part} market" for f in covered)
            yield PageRow("packaging", f"covers {said}", covered[0].definition)
        for rise in self.account.figures("rise of the plastic-free ratio", self.year):
            both = f"read as points: ratio + {rise.value:g}; read as per cent: ratio x {1 + (rise.value or 0) / 100:g}"
            yield PageRow("packaging", f"plastic-free ratio up by about {rise.value:g} %", both, note=rise.wording or "")

    def _goals(self) -> Iterator[PageRow]:
        from circularity.goal_values import readings_of
        from circularity.goals import Goal, progress

        at = date(self.year, 12, 31)
        for entry in self.book.entries("goal", at=at):
            goal = entry.model()
            assert isinstance(goal, Goal)
            readings = readings_of(self.book, goal, at)
            values, made = readings.values, progress(goal, readings, at)
            if not values or made.achieved is None or made.completion is None or made.remaining is None:
                text = f"{goal.id}: {goal.target:,.0f} {goal.unit} of {goal.metric} by {goal.end}"
                why = "; ".join(readings.warnings) if values else "nothing is logged for it"
                yield PageRow("circularity", text, f"sum over {goal.start} to {goal.end}", note=f"{why}: no completion can be said")
                continue
            done = "" if made.completion is None else f" = {100 * made.completion:.2f} %"
            text = f"{goal.id}: {made.achieved:,.0f} of {goal.target:,.0f} {goal.unit}{done}"
            years = [v.amount for v in values if v.on.year in (self.year - 1, self.year)]
            trend = f"{100 * (years[1] / years[0] - 1):+.0f} % on {self.year - 1} ({years[0]:,.0f} {goal.unit})" if len(years) == 2 else ""
            rate = f"; {made.required_rate:,.0f} {goal.unit} a year would do" if made.required_rate else ""
            note = f"{made.remaining:,.0f} {goal.unit} to go, {100 * made.elapsed:.0f} % of the time gone{rate}"
            yield PageRow("circularity", text, f"{goal.metric}, sum over {goal.start} to {goal.end}", trend, note)

    def _trade_in(self) -> Iterator[PageRow]:
        from inventories.product_mass import product_mass

        for traded in self.account.figures("devices traded in", self.year):
            _, kilograms = product_mass(DEVICE)
            told = f"about {significant((traded.value or 0) * kilograms / 1000)} t at {significant(1000 * kilograms)} g ({DEVICE})"
            yield PageRow("circularity", f"{traded.value:,.0f} devices traded in, {traded.part}", traded.definition, note=told)
        yield from self._told("circularity", "trade-in orders")

    def _operations(self) -> Iterator[PageRow]:
        for name in ("waste diverted from landfill", "saved by sea and rail instead of air"):
            yield from self._told("operations", name)
        for name in ("EcoVadis", "MSCI ESG"):
            yield from self._told("ratings", name)

    def _told(self, area: str, name: str) -> Iterator[PageRow]:
        """A figure that stands in the book as it was told."""
        for figure in self.account.figures(name, self.year):
            yield PageRow(area, _of(figure), figure.definition or _AS_TOLD.get(name, ""), note=figure.wording or "")


def _noted(note: str, amount: Amount) -> str:
    """The note with what is to be watched in the amount, and that it may be more where it may."""
    more = [] if amount.complete else ["entries that are not declared complete: at least so much"]
    return "; ".join(filter(None, [note, *more, *amount.warnings]))


def _kilometres(footprint: Footprint) -> float:
    number, unit = footprint.service_life.split()
    assert unit == "km"
    return float(number)


def _of(figure: Indicator) -> str:
    part = f", {figure.part}" if figure.part else ""
    if figure.value is None:
        return f"{figure.name}{part}: {figure.text}"
    unit = "" if figure.unit == "piece" else f" {figure.unit}"
    return f"{figure.name}{part}: {figure.value:,.10g}{unit}"


def _bounded(counted: Counted) -> str:
    from company.indicators import MARKS

    return f"{MARKS[counted.bound]}{counted.count}"


def _aim(target: Any) -> str:
    if target.reduction is not None:
        return f"-{100 * target.reduction:g} % by {target.target_year} against {target.base_year}"
    if target.share is not None:
        return f"{100 * target.share:g} % by {target.target_year}"
    return f"net zero by {target.target_year}" if target.residual is not None else f"{target.path} until {target.target_year}"


def as_markdown(title: str, rows: list[PageRow]) -> str:
    """The page as Markdown."""
    head = ["| area | figure | definition | trend or standing | note |", "|---|---|---|---|---|"]
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row.to_dict().values())} |" for row in rows]
    return "\n".join([f"# {title}", "", *head, *lines])
