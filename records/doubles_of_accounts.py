"""Doubles in the company's account and among goals: bases of one scope, own waste beside e-waste, suppliers beside own entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from company.emissions import UNSPECIFIED as WHOLE
from company.emissions import Booked, Clash, clashes
from company.scopes import spoken
from company.sold_products import OWN_ENERGY, Sale, categories_of
from records.doubles import Double, Item, by, entries_of, in_tonnes, listed, near, said

if TYPE_CHECKING:
    from records.values import Entry

#: Words of waste in names of figures; "wastewater" is none.
_WASTE = re.compile(r"waste(?!\s*water)|landfill|incinerat|scrap|废(?!水)|垃圾", re.IGNORECASE)
#: How the background's processes of collecting, treating and recycling waste begin.
_TREATMENT = re.compile(
    r"(collection|degassing|depollution|discharging|dismantling|disposal|end of life|incineration|landfill|mechanical separation|open burning|"
    r"recycling|refrigerant (destruction|recovery)|shredding|sorting|treatment)\b",
    re.IGNORECASE,
)
_SHORTEST_NAME = 3


def doubles_of_accounts(kinds: dict[str, list[Entry]]) -> Iterator[Double]:
    """Every double of the company's account and of goals, from effective entries by kind."""
    emissions, suppliers = kinds.get("emission", []), kinds.get("supplier", [])
    yield from _bases(emissions, kinds.get("electricity", []), kinds.get("sale", []))
    yield from _own_waste(kinds.get("ewaste", []), [*emissions, *kinds.get("indicator", [])])
    yield from _suppliers(suppliers, emissions)
    yield from _figures(kinds.get("indicator", []))
    yield from _goals(kinds.get("goal", []))


def _bases(emissions: Sequence[Entry], electricity: Sequence[Entry], sales: Sequence[Entry]) -> Iterator[Double]:
    """The clashes of the inventory with the entries behind them; and totals beside activity data within them."""
    lines = [*((_emission(e), e) for e in emissions), *_electricity(electricity), *_sales(sales)]
    # bookings of two entries may be equal, so a clash is followed by identity
    entry_of = {id(booked): entry for booked, entry in lines}
    for clash in clashes(booked for booked, _ in lines):
        yield _clash(clash, [entry_of[id(b)] for b in clash.members])
    for _, mine in by(lines, lambda line: line[0].year).items():
        yield from _totals_and_activity(mine)


def _clash(clash: Clash, entries: Iterable[Entry]) -> Double:
    return Double(entries_of(Item(e, 0.0) for e in entries), clash.why, clash.rule)


def _emission(entry: Entry) -> Booked:
    content = entry.content
    labels = (content["scopes"], content.get("method"), content.get("category"), content.get("segment", WHOLE))
    return Booked(entry.happened.year, *labels, content.get("basis", "reported"), content["co2e_t"])


def _electricity(entries: Iterable[Entry]) -> Iterator[tuple[Booked, Entry]]:
    for entry in entries:
        for method in ("location", "market"):
            yield Booked(entry.happened.year, "2", method, None, WHOLE, "activity", 0.0), entry


def _sales(entries: Iterable[Entry]) -> Iterator[tuple[Booked, Entry]]:
    for entry in entries:
        for amount in categories_of(Sale.model_validate(entry.model())):
            if amount.category != OWN_ENERGY:
                yield Booked(entry.happened.year, "3", None, amount.category, WHOLE, "product", amount.co2e_t), entry


def _totals_and_activity(lines: Sequence[tuple[Booked, Entry]]) -> Iterator[Double]:
    """A total over several scopes or categories is never added to what lies within it; that is worth a word."""
    told = [(b, e) for b, e in lines if b.basis in {"reported", "implied"} and ("+" in b.scopes or (b.scopes == "3" and not b.category))]
    for (scopes, method), totals in by(told, lambda line: (line[0].scopes, line[0].method)).items():
        inside = [e for b, e in lines if b.basis in {"activity", "product"} and _within(b, scopes, method)]
        if inside:
            year = totals[0][0].year
            why = (
                f"{spoken(scopes.split('+'), method)} in {year} is reported as a total, and {len({e.seq for e in inside})} entries of activity data, "
                "electricity or products sold lie within it: the account takes one or the other, and adds neither to the other"
            )
            yield Double(entries_of(Item(e, 0.0) for e in (*(e for _, e in totals), *inside)), why, "total-and-activity")


def _within(booked: Booked, scopes: str, method: str | None) -> bool:
    narrower = booked.category is not None if scopes == "3" else booked.scopes != scopes
    same_method = booked.method is None or method in {booked.method, "unstated"}
    return set(booked.scopes.split("+")) <= set(scopes.split("+")) and narrower and same_method


def _own_waste(collected: Sequence[Entry], account: Sequence[Entry]) -> Iterator[Double]:
    waste = by([e for e in account if _is_waste(e)], lambda e: e.happened.year)
    for year, mine in by(collected, lambda e: e.happened.year).items():
        same = {own.seq: [e for e in mine if _as_much(own, e)] for own in waste.get(year, [])}
        left = [own for own in waste.get(year, []) if not same[own.seq]]
        for own in (o for o in waste.get(year, []) if same[o.seq]):
            yield _in_both([own], same[own.seq], year, "the same tonnes are logged as e-waste")
        if left:
            yield _in_both(left, mine, year, f"e-waste of that year is logged in {len(mine)} entries")


def _as_much(own: Entry, collected: Entry) -> bool:
    tonnes = _tonnes_of_waste(own)
    return tonnes is not None and near(collected.content["mass_t"], tonnes)


def _in_both(own: Sequence[Entry], collected: Sequence[Entry], year: int, how: str) -> Double:
    why = f"{listed(map(said, own))} of {year} is the company's own waste, and {how}: is a tonne in both?"
    return Double(entries_of(Item(e, 0.0) for e in (*own, *collected)), why, "ewaste-and-own-waste")


def _is_waste(entry: Entry) -> bool:
    content = entry.content
    if entry.kind == "indicator":
        return bool(_WASTE.search(content["name"])) and _tonnes_of_waste(entry) is not None
    if content.get("category") not in {None, "3.5"}:
        return False
    process = content.get("activity", {}).get("process", "")
    return content.get("category") == "3.5" or bool(_TREATMENT.match(process) or _WASTE.search(process))


def _tonnes_of_waste(entry: Entry) -> float | None:
    """The mass behind the entry in t, where it tells one."""
    content = entry.content
    if entry.kind == "indicator":
        return None if content.get("value") is None else in_tonnes(content["value"], content.get("unit", ""))
    activity = content.get("activity")
    return in_tonnes(activity["amount"], activity["unit"]) if activity else None


def _suppliers(suppliers: Sequence[Entry], emissions: Sequence[Entry]) -> Iterator[Double]:
    """What a supplier reported, and an own entry of scope 3 that names the supplier or has the same tonnes in the same year."""
    own = by([e for e in emissions if e.content["scopes"] == "3"], lambda e: e.happened.year)
    for told in suppliers:
        value = told.content.get("value")
        if told.content["status"] != "emissions" or not value:
            continue
        name = told.content["supplier"]
        same = [e for e in own.get(told.happened.year, []) if near(e.content["co2e_t"], value) or _names(e, name)]
        if same:
            why = f"{name} reported {value:,.12g} t CO2e for {told.happened.year}, and {listed(map(said, same))} is an own entry: is it the same tonne?"
            yield Double(entries_of(Item(e, 0.0) for e in (told, *same)), why, "supplier-and-own")


def _names(entry: Entry, supplier: str) -> bool:
    if len(supplier) < _SHORTEST_NAME:
        return False
    whole_word = re.compile(rf"(?<!\w){re.escape(supplier)}(?!\w)", re.IGNORECASE)
    return any(whole_word.search(str(entry.content.get(field) or "")) for field in ("source", "note", "wording", "segment"))


def _figures(indicators: Sequence[Entry]) -> Iterator[Double]:
    told = [e for e in indicators if e.content.get("value") is not None]
    for (name, year), mine in by(told, lambda e: (e.content["name"], e.happened.year)).items():
        parts = {e.content.get("part", "") for e in mine}
        if "" in parts and len(parts) > 1:
            named = listed(sorted(part for part in parts if part))
            why = f"{name} in {year} is logged for the whole and for {named}, which are added up: is it counted twice?"
            yield Double(entries_of(Item(e, 0.0) for e in mine), why, "figure-and-parts")


def _goals(goals: Sequence[Entry]) -> Iterator[Double]:
    for metric, mine in by(goals, lambda e: e.content["metric"]).items():
        for a, b in combinations(mine, 2):
            one, two = a.content, b.content
            apart = any(one.get("scope", {}).get(n, v) != v for n, v in two.get("scope", {}).items())
            if not apart and one["start"] <= two["end"] and two["start"] <= one["end"]:
                why = f"the goals {one['id']} and {two['id']} both follow {metric}: an entry in the scope of both counts in each, which is not wrong"
                yield Double((a, b), why, "goals-overlap")
