"""A level that was logged by hand, by region and source: one number only where they agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from circularity.goals import Readings, Value
from lca.ledger import folded
from lca.rounding import significant


@dataclass(frozen=True)
class Told:
    """A level on a day, in the goal's unit, as an entry tells it."""

    on: date
    amount: float
    region: str
    source: str


def readings_of_levels(told: Iterable[Told], unit: str) -> Readings:
    """The level by day. Levels of regions are not added up, so it is known only while every region stands at the same.

    The newest day of each region counts; of one region and day all entries must tell the same.
    """
    values: list[Value] = []
    regions: dict[str, list[Told]] = {}
    doubt = ""
    for day, of_day in groupby(sorted(told, key=lambda one: one.on), key=lambda one: one.on):
        today = list(of_day)
        for name in dict.fromkeys(folded(one.region) for one in today):
            regions[name] = [one for one in today if folded(one.region) == name]
        doubt = _doubt(list(regions.values()), unit)
        if not doubt:
            values.append(Value(day, today[-1].amount))
    return Readings(tuple(values), (doubt,) if doubt else (), certain=not doubt)


def _doubt(regions: Sequence[Sequence[Told]], unit: str) -> str:
    """Why there is no one level; empty when there is."""
    for told in regions:
        if not _agree(told):
            said = " and ".join(f"{_shown(one.amount, unit)} ({one.source})" for one in told)
            way_out = "take the wrong entry back, or set the goal with --scope source=NAME"
            return f"on {told[0].on} the level of the region {told[0].region} is told as {said}: no number; {way_out}"
    newest = [told[-1] for told in regions]
    if _agree(newest):
        return ""
    said = " and ".join(f"{_shown(one.amount, unit)} in {one.region} ({one.on})" for one in newest)
    return f"the level stands at {said}, and levels of regions do not add up: no number; set a goal for each, --scope region=NAME"


def _agree(told: Sequence[Told]) -> bool:
    return all(math.isclose(one.amount, told[0].amount, rel_tol=1e-9) for one in told)


def _shown(amount: float, unit: str) -> str:
    return f"{significant(amount)} {unit}"
