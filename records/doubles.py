"""What one tonne counted twice looks like: a warning with its rule, and how entries are compared that may be the same.

Two amounts are near when they differ by at most `NEAR` of the larger one; two entries agree in a label when both name it and
name the same, and contradict each other when they name different ones. What is not named contradicts nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lca import units
from lca.errors import UnitError
from lca.rounding import significant

if TYPE_CHECKING:
    from records.values import Entry

Thing = TypeVar("Thing")
#: Rule -> what it finds. The rules of `NOTES` say what is so; all others ask whether it is wrong.
RULES: dict[str, str] = {
    "same-evidence": "one document behind several entries that add to the same total",
    "same-lot": "the same amount (within 0.5 %) at close dates, same recycler or region, nothing that tells them apart",
    "mass-and-units": "one entry weighed, one counted in units, of about the same mass (within 10 %) at close dates",
    "two-outcomes": "one amount of one day under two treatments after collection, which the recovery rate adds up",
    "total-and-parts": "an entry at the end of a month, quarter or year that is the sum of the others in it",
    "same-volume": "units sold, or equipment put on the market, logged twice for one product, market and year",
    "overlapping-markets": "one product and year under a market and under another that lies within it",
    "told-by-two": "one metric, the same amount, told by two sources",
    "supplier-and-own": "what a supplier reported beside an own entry of it",
    "ewaste-and-own-waste": "e-waste beside the company's own waste (category 3.5, a waste activity, a figure of waste) of one year",
    "two-bases": "one scope or category and year as reported and from activity data, electricity or products sold",
    "reported-again": "one scope or category, year and segment reported several times",
    "whole-and-segment": "one scope or category and year for the whole company and by segment",
    "figure-and-parts": "a figure for the whole beside its parts, which are added up with it",
    "total-and-activity": "a reported total over scopes or categories beside activity data within it: taken once, never added",
    "goals-overlap": "two goals of one metric whose periods and scopes overlap: an entry counts in both",
}
NOTES = frozenset({"total-and-activity", "goals-overlap"})
#: Amounts that differ by at most this part of the larger one are nearly the same (rounding, another scale).
NEAR = 0.005
#: A mass that follows from units differs by this much: the product's mass is a mean.
NEAR_BY_UNITS = 0.10
#: Days between two entries that can be one lot: exactly the same amount, and nearly the same.
DAYS_EXACT, DAYS_NEAR = 14, 7
UNSPECIFIED = "unspecified"
#: Of the entries in question only so many before one are compared with it, so that a book of many equal entries is read in time.
_MOST = 50


@dataclass(frozen=True)
class Double:
    """Entries that may count the same thing twice, in order of writing; the rule that says so and why, in words."""

    entries: tuple[Entry, ...]
    why: str
    rule: str = "same-lot"

    @property
    def severity(self) -> str:
        """`warning`, or `note` for what is no mistake."""
        return "note" if self.rule in NOTES else "warning"

    def to_dict(self) -> dict[str, Any]:
        """The keys of `lifeloop records doubles --json`."""
        shown = [{"id": e.id, "kind": e.kind, "happened": e.happened.isoformat(), "says": said(e)} for e in self.entries]
        return {"rule": self.rule, "severity": self.severity, "why": self.why, "entries": shown}


@dataclass(frozen=True)
class Item:
    """An entry with the amount that is compared, in the one unit of its group."""

    entry: Entry
    amount: float

    def label(self, name: str) -> str | None:
        """A label that says something; None where it is absent or unspecified."""
        value = self.entry.content.get(name)
        return None if value in (None, "", UNSPECIFIED) else str(value)


Alike = Callable[[Item, Item], bool]


def near(a: float, b: float, tolerance: float = NEAR) -> bool:
    """Whether two amounts of one unit differ by at most `tolerance` of the larger one."""
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def exactly(a: float, b: float) -> bool:
    """Whether two amounts are the same but for the rounding of a conversion."""
    return near(a, b, 1e-9)


def days_between(a: Item, b: Item) -> int:
    """Days from one entry to the other."""
    return abs((a.entry.happened - b.entry.happened).days)


def contradict(a: Item, b: Item, names: Iterable[str]) -> bool:
    """Whether both name one of these labels and name different things."""
    return any(x is not None and y is not None and x != y for x, y in ((a.label(n), b.label(n)) for n in names))


def same_place(a: Item, b: Item, names: Sequence[str] = ("recycler", "region")) -> bool:
    """Whether both name the same recycler or region, or neither names any."""
    pairs = [(a.label(name), b.label(name)) for name in names]
    return any(x is not None and x == y for x, y in pairs) or all(x is None and y is None for x, y in pairs)


def one_lot(labels: Sequence[str]) -> Alike:
    """Whether two entries of one kind can be one lot: nothing contradicts, and amount and dates fit."""

    def alike(a: Item, b: Item) -> bool:
        gap = days_between(a, b)
        if contradict(a, b, labels):
            return False
        if exactly(a.amount, b.amount):
            return gap == 0 or (gap <= DAYS_EXACT and same_place(a, b))
        return gap <= DAYS_NEAR and near(a.amount, b.amount) and same_place(a, b)

    return alike


def linked(items: Iterable[Item], alike: Alike, *, tolerance: float = NEAR, days: int = DAYS_EXACT) -> list[tuple[Item, ...]]:
    """Groups of two and more items that are alike, directly or over others, within so many days and so near in amount."""
    ordered = sorted((i for i in items if i.amount > 0), key=lambda i: (i.entry.happened, i.entry.seq))
    group_of = list(range(len(ordered)))
    recent: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_MOST))
    for at, item in enumerate(ordered):
        bucket = math.floor(math.log(item.amount) / tolerance)
        # amounts that differ by `tolerance` of the larger one lie at most one bucket and its rounding apart
        for near_bucket in range(bucket - 2, bucket + 3):
            for other in reversed(recent.get(near_bucket, ())):
                if days_between(item, ordered[other]) > days:
                    break
                if alike(ordered[other], item):
                    _join(group_of, other, at)
        recent[bucket].append(at)
    groups: dict[int, list[Item]] = defaultdict(list)
    for at, item in enumerate(ordered):
        groups[_root(group_of, at)].append(item)
    return [tuple(sorted(g, key=lambda i: i.entry.seq)) for g in groups.values() if len(g) > 1]


def _root(group_of: list[int], at: int) -> int:
    while group_of[at] != at:
        group_of[at] = group_of[group_of[at]]
        at = group_of[at]
    return at


def _join(group_of: list[int], a: int, b: int) -> None:
    group_of[_root(group_of, b)] = _root(group_of, a)


def by(items: Iterable[Thing], key: Callable[[Thing], Any]) -> dict[Any, list[Thing]]:
    """Items by a key, in their order."""
    groups: dict[Any, list[Thing]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def entries_of(items: Iterable[Item]) -> tuple[Entry, ...]:
    """The entries of items, each once, in order of writing."""
    return tuple(sorted({i.entry.seq: i.entry for i in items}.values(), key=lambda e: e.seq))


def in_tonnes(amount: float, unit: str) -> float | None:
    """An amount in t; None for what is no unit of mass."""
    try:
        return amount * units.factor(unit, "t")
    except UnitError:  # pieces, kWh, shares: not a tonne
        return None


def listed(words: Iterable[object]) -> str:
    """`a, b and c`, each once."""
    every = list(dict.fromkeys(str(word) for word in words))
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def said(entry: Entry) -> str:
    """What an entry says, in a few words."""
    content = entry.content
    speak = _SAID.get(entry.kind)
    if speak is not None:
        return speak(content)
    return ", ".join(f"{name} {value:.12g}" for name, value in content.items() if isinstance(value, float | int))


def _quantity(value: float, unit: str) -> str:
    return f"{value:,.12g} {unit}".strip()


def _ewaste(content: Mapping[str, Any]) -> str:
    if content.get("units") is not None:
        return f"{content['units']:,.12g} units ({significant(content['mass_t'], 5)} t) {content['treatment']}"
    return f"{_quantity(content.get('mass', content['mass_t']), content.get('unit', 't'))} {content['treatment']}"


def _emission(content: Mapping[str, Any]) -> str:
    where = content.get("category") or f"scope {content['scopes']}"
    activity = content.get("activity")
    behind = f" from {_quantity(activity['amount'], activity['unit'])} of {activity['process']}" if activity else ""
    return f"{_quantity(content['co2e_t'], 't CO2e')}, {where}, {content.get('basis', 'reported')}{behind}"


_SAID: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "ewaste": _ewaste,
    "emission": _emission,
    "placed_on_market": lambda c: f"{_quantity(c['mass_t'], 't')} put on the market in {c['year']}",
    "packaging": lambda c: f"{c['units']:,.12g} units of {c['product']}, {c['market']}, {c['year']}",
    "sale": lambda c: f"{c['units']:,.12g} units of {c['product']} sold, {c.get('market', UNSPECIFIED)}",
    "measure": lambda c: f"{_quantity(c['value'], c['unit'])}, {c['metric']}",
    "electricity": lambda c: f"{_quantity(c['kwh'], 'kWh')}, {c.get('role', 'consumption')}, {c['grid']}",
    "supplier": lambda c: f"{c['supplier']}: {c['status']}" + (f" {c['value']:,.12g}" if c.get("value") is not None else ""),
    "goal": lambda c: f"goal {c['id']}: {_quantity(c['target'], c['unit'])} of {c['metric']}",
    "indicator": lambda c: f"{c['name']}{' ' + c['part'] if c.get('part') else ''}: {_quantity(c['value'], c.get('unit', ''))}",
}


def pairs_of_dates(items: Iterable[Item]) -> str:
    """`12.5 t recycled on 2024-03-01 and 12,500 kg recycled on 2024-03-04`."""
    return listed(f"{said(i.entry)} on {i.entry.happened.isoformat()}" for i in items)
