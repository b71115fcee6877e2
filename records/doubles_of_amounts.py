"""Doubles among what is logged by amount: e-waste, measures, packaging and units sold, electricity, activities, any kind in tonnes."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from circularity import ewaste
from circularity.markets import overlapping
from records.doubles import (
    DAYS_EXACT,
    NEAR_BY_UNITS,
    UNSPECIFIED,
    Double,
    Item,
    by,
    contradict,
    days_between,
    entries_of,
    exactly,
    in_tonnes,
    linked,
    listed,
    near,
    one_lot,
    pairs_of_dates,
    said,
    same_place,
)
from records.kinds import kind_named, known_kinds

if TYPE_CHECKING:
    from records.values import Entry

_OUTCOMES = ("reused", "recycled", "recovered", "disposed")
#: Measures in these units are levels: the newest counts, none is added to another.
_LEVELS = {"1", "share", "ratio", "%", "dimensionless", ""}
#: Of the entries of one day only the largest can be the total of a period.
_TOTALS = 20


def doubles_of_amounts(kinds: dict[str, list[Entry]]) -> Iterator[Double]:
    """Every double by amount, from effective entries by kind."""
    yield from _ewaste(kinds.get("ewaste", []))
    yield from _measures(kinds.get("measure", []), kinds.get("supplier", []))
    yield from _electricity(kinds.get("electricity", []))
    yield from _activities(kinds.get("emission", []))
    yield from _sold(kinds.get("packaging", []), lambda e: e.content["year"])
    yield from _sold(kinds.get("sale", []), lambda e: e.happened.year)
    yield from _placed(kinds.get("placed_on_market", []))
    yield from _others(kinds)


def _ewaste(entries: Sequence[Entry]) -> Iterator[Double]:
    items = [Item(e, e.content["mass_t"]) for e in entries]
    for treatment, mine in by(items, lambda i: i.entry.content["treatment"]).items():
        yield from _lots(mine, _same_measure)
        yield from _by_units(mine)
        yield from _totals(mine, ewaste.LABELS, f"{treatment} of the same labels")
    yield from _outcomes([i for i in items if i.entry.content["treatment"] in _OUTCOMES])


def _same_measure(a: Item, b: Item) -> bool:
    """Both weighed, or both counted: a weighed and a counted one is the rule `mass-and-units`."""
    return _counted(a) == _counted(b) and one_lot(ewaste.LABELS)(a, b)


def _counted(item: Item) -> bool:
    return item.entry.content.get("units") is not None


def _lots(items: Sequence[Item], alike: Callable[[Item, Item], bool]) -> Iterator[Double]:
    for group in linked(items, alike):
        place = listed([v for i in group for v in (i.label("recycler"), i.label("region")) if v] or ["no recycler or region named"])
        yield Double(entries_of(group), f"{pairs_of_dates(group)} ({place}): one lot logged twice?", "same-lot")


def _by_units(items: Sequence[Item]) -> Iterator[Double]:
    if not any(map(_counted, items)):
        return

    def alike(a: Item, b: Item) -> bool:
        gap, fits = days_between(a, b), near(a.amount, b.amount, NEAR_BY_UNITS)
        return _counted(a) != _counted(b) and fits and not contradict(a, b, ewaste.LABELS) and (gap == 0 or same_place(a, b))

    for group in linked(items, alike, tolerance=NEAR_BY_UNITS):
        yield Double(entries_of(group), f"{pairs_of_dates(group)}: one lot, weighed and counted?", "mass-and-units")


def _outcomes(items: Sequence[Item]) -> Iterator[Double]:
    def alike(a: Item, b: Item) -> bool:
        other = a.entry.content["treatment"] != b.entry.content["treatment"]
        return other and exactly(a.amount, b.amount) and not contradict(a, b, ewaste.LABELS) and same_place(a, b)

    for group in linked(items, alike, days=0):
        why = f"{pairs_of_dates(group)}: one lot under two treatments? The recovery rate adds them up"
        yield Double(entries_of(group), why, "two-outcomes")


def _totals(items: Sequence[Item], labels: Sequence[str], name: str) -> Iterator[Double]:
    """Entries at the end of a month, quarter or year that are the sum of the others of it."""
    for span in (_month, _quarter, _year):
        for (start, end), inside in by(items, _span_of(span)).items():
            alike = by(inside, lambda i: tuple(i.label(n) for n in labels))
            last = sorted((i for i in inside if i.entry.happened == end), key=lambda i: -i.amount)[:_TOTALS]
            for whole in last:
                parts = _parts(whole, alike, labels)
                if _is_sum(whole, parts, span is _year):
                    others = f"{len(parts)} other entries add up to" if len(parts) > 1 else "another entry says"
                    why = f"{said(whole.entry)} on {end} is what {others} from {start} on: a total beside its parts? ({name})"
                    yield Double(entries_of([whole, *parts]), why, "total-and-parts")


def _parts(whole: Item, alike: dict[tuple[str | None, ...], list[Item]], labels: Sequence[str]) -> list[Item]:
    """The other items that name what the whole names; what it leaves open may be anything."""
    wanted = tuple(whole.label(name) for name in labels)
    fits = [items for has, items in alike.items() if all(w is None or w == h for w, h in zip(wanted, has, strict=True))]
    return [item for items in fits for item in items if item is not whole]


def _span_of(span: Callable[[date], tuple[date, date]]) -> Callable[[Item], tuple[date, date]]:
    return lambda item: span(item.entry.happened)


def _is_sum(whole: Item, parts: Sequence[Item], of_a_year: bool) -> bool:
    if len(parts) == 1:
        # a single part of the same amount: only a year's total is dated far from what it stands for
        return of_a_year and exactly(parts[0].amount, whole.amount) and days_between(parts[0], whole) > DAYS_EXACT
    return len(parts) > 1 and near(sum(p.amount for p in parts), whole.amount)


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), _last(day.year, day.month)


def _quarter(day: date) -> tuple[date, date]:
    end = 3 * ((day.month + 2) // 3)
    return date(day.year, end - 2, 1), _last(day.year, end)


def _year(day: date) -> tuple[date, date]:
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _measures(entries: Sequence[Entry], suppliers: Sequence[Entry]) -> Iterator[Double]:
    known = {e.content["supplier"].casefold() for e in suppliers}
    for (metric, unit), items in by(map(_in_one_unit, entries), lambda pair: (pair[1].entry.content["metric"], pair[0])).items():
        if unit in _LEVELS:
            continue
        mine = [item for _, item in items]
        yield from _lots(mine, one_lot(("region", "source")))
        yield from _told_by_two(mine)
        yield from _totals(mine, ("region",), metric)
        yield from _told_by_suppliers(mine, known)


def _in_one_unit(entry: Entry) -> tuple[str, Item]:
    value, unit = entry.content["value"], entry.content["unit"]
    mass = in_tonnes(value, unit)
    return (unit, Item(entry, value)) if mass is None else ("t", Item(entry, mass))


def _told_by_two(items: Sequence[Item]) -> Iterator[Double]:
    def alike(a: Item, b: Item) -> bool:
        two = contradict(a, b, ("source",)) and not contradict(a, b, ("region",))
        return two and near(a.amount, b.amount)

    for group in linked(items, alike):
        tellers = listed(i.label("source") for i in group)
        yield Double(entries_of(group), f"{pairs_of_dates(group)}, told by {tellers}: one amount told by two?", "told-by-two")


def _told_by_suppliers(items: Sequence[Item], known: set[str]) -> Iterator[Double]:
    for year, mine in by(items, lambda i: i.entry.happened.year).items():
        theirs = [i for i in mine if (i.label("source") or "").casefold() in known]
        own = [i for i in mine if i not in theirs]
        if theirs and own:
            metric, names = mine[0].entry.content["metric"], listed(i.label("source") for i in theirs)
            why = f"{metric} in {year} is told by the supplier {names} and by own entries: is an amount of theirs in ours?"
            yield Double(entries_of(mine), why, "supplier-and-own")


def _electricity(entries: Sequence[Entry]) -> Iterator[Double]:
    for _, mine in by(entries, lambda e: (e.content.get("role", "consumption"), e.content["grid"])).items():
        items = [Item(e, e.content["kwh"]) for e in mine]
        yield from _lots(items, one_lot(("site", "instrument")))
        yield from _totals(items, ("site", "instrument"), "electricity")


def _activities(entries: Sequence[Entry]) -> Iterator[Double]:
    with_data = [e for e in entries if e.content.get("activity")]

    def counted_as(entry: Entry) -> tuple[Any, ...]:
        told = entry.content["activity"]
        return told["process"], told["location"], entry.content["scopes"], entry.content.get("category")

    for _, mine in by(with_data, counted_as).items():
        items = [Item(e, e.content["co2e_t"]) for e in mine]
        yield from _lots(items, one_lot(("segment",)))
        yield from _totals(items, ("segment",), "activity data")


def _sold(entries: Sequence[Entry], year_of: Callable[[Entry], int]) -> Iterator[Double]:
    for (product, year), mine in by(entries, lambda e: (e.content["product"], year_of(e))).items():
        markets = by([Item(e, e.content["units"]) for e in mine], lambda i: i.label("market") or UNSPECIFIED)
        for items in markets.values():
            yield from _same_volume(items)
        if mine[0].kind == "sale":
            yield from _totals([i for items in markets.values() for i in items], ("market",), f"units of {product}")
        yield from _markets(markets, product, year)


def _same_volume(items: Sequence[Item]) -> Iterator[Double]:
    """Volumes of a year have one date; sales of two months may well be the same number."""
    for group in linked(items, lambda a, b: near(a.amount, b.amount)):
        yield Double(
            entries_of(group), f"{listed(said(i.entry) for i in group)}, logged {len(group)} times: one volume twice?", "same-volume"
        )


def _markets(markets: dict[str, list[Item]], product: str, year: int) -> Iterator[Double]:
    if overlapping(markets):
        why = f"{product} in {year} is logged for {listed(sorted(markets))}: is a market a part of another one?"
        yield Double(entries_of(i for items in markets.values() for i in items), why, "overlapping-markets")


def _placed(entries: Sequence[Entry]) -> Iterator[Double]:
    for year, mine in by(entries, lambda e: e.content["year"]).items():
        items = [Item(e, e.content["mass_t"]) for e in mine]
        for group in linked(items, one_lot(("stream", "region"))):
            why = f"{listed(said(i.entry) for i in group)}, logged {len(group)} times for {year}: one figure twice?"
            yield Double(entries_of(group), why, "same-volume")


#: Kinds that have rules of their own; a change of a base year is no amount.
_KNOWN = {"ewaste", "measure", "electricity", "emission", "packaging", "sale", "placed_on_market", "recalculation"}


def _others(kinds: dict[str, list[Entry]]) -> Iterator[Double]:
    """Kinds that somebody registered: the same tonnes on the same day, and nothing that tells them apart."""
    for kind in (kind_named(name) for name in known_kinds() if name in kinds and name not in _KNOWN):
        for name in (amount for amount in kind.amounts if amount.endswith("_t")):
            items = [Item(e, e.content[name]) for e in kinds[kind.name] if e.content.get(name)]
            for group in linked(items, _on_one_day(kind.labels), days=0):
                first = group[0]
                yield Double(entries_of(group), f"the same {first.amount:.12g} t on {first.entry.happened.isoformat()}", "same-lot")


def _on_one_day(labels: Sequence[str]) -> Callable[[Item, Item], bool]:
    return lambda a, b: exactly(a.amount, b.amount) and not contradict(a, b, labels)
