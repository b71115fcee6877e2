"""Rates of the WEEE Directive 2012/19/EU: collection, recovery, recycling, each with its definition and target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from circularity.ewaste import KIND, STREAMS, UNSPECIFIED
from lca.errors import InputError, Problem
from lca.ledger import Ledger

PLACED_KIND = "placed_on_market"
#: Share of the mean put on the market of three years that is to be collected, from 2019 on; 0.45 from 2016 (article 7).
COLLECTION_TARGETS = {2016: 0.45, 2019: 0.65}
#: Category -> (recovery, preparing for reuse and recycling), annex V part 3, since 15 August 2018. Lamps have no recovery target.
TREATMENT_TARGETS: Mapping[str, tuple[float | None, float]] = {
    "weee-1": (0.85, 0.80),
    "weee-2": (0.80, 0.70),
    "weee-3": (None, 0.80),
    "weee-4": (0.85, 0.80),
    "weee-5": (0.75, 0.55),
    "weee-6": (0.75, 0.55),
}
COLLECTION, RECOVERY, RECYCLING = "weee.collection", "weee.recovery", "weee.recycling"
FORMULAS = {
    COLLECTION: "collected in the year / mean put on the market in the three years before",
    RECOVERY: "(reused + recycled + recovered) / collected, in the year and category",
    RECYCLING: "(reused + recycled) / collected, in the year and category",
}


@dataclass(frozen=True)
class Rate:
    """One rate with its definition; `value` is None where it cannot be made, and `note` says why."""

    definition: str
    year: int
    stream: str
    value: float | None
    target: float | None
    note: str | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a rate or target."""
        return None if self.value is None or self.target is None else self.value >= self.target

    def to_dict(self) -> dict[str, Any]:
        """Plain values with the formula."""
        return {
            "definition": self.definition,
            "formula": FORMULAS[self.definition],
            "year": self.year,
            "stream": self.stream,
            "rate": self.value,
            "target": self.target,
            "met": self.met,
            "note": self.note,
        }


def collection_rate(collected: float, placed: Sequence[float]) -> float:
    """Collected (t, year y) over the mean put on the market (t, years y-3 to y-1), 1/1; WEEE Directive article 7.

    Raises InputError unless there are three years above zero in all.
    """
    if len(placed) != 3 or sum(placed) <= 0:
        raise InputError(Problem("three years of equipment put on the market are needed", field="placed", value=f"{len(placed)} years"))
    return collected / (sum(placed) / 3.0)


def treatment_rate(treated: float, collected: float) -> float:
    """Mass that entered the treatment over all that was separately collected, 1/1 (article 11(2)); sorting and storage do not count.

    Raises InputError when nothing was collected.
    """
    if collected <= 0:
        raise InputError(Problem("nothing was collected", field="collected", value=f"{collected:g} t"))
    return treated / collected


def collection_target(year: int) -> float | None:
    """The collection target of a year, 1/1; None before 2016."""
    return next((target for since, target in sorted(COLLECTION_TARGETS.items(), reverse=True) if year >= since), None)


def rates(ledger: Ledger, year: int, region: str | None = None) -> list[Rate]:
    """The three rates of every category logged in the year; the collection rate also over all streams."""
    where = {} if region is None else {"region": region}
    masses = {
        (g.by[0] or UNSPECIFIED, g.by[1] or ""): g.value
        for g in ledger.sum(KIND, "mass_t", by=("stream", "treatment"), where=where, since=date(year, 1, 1), at=date(year, 12, 31))
    }
    placed = {
        (g.by[0] or UNSPECIFIED, g.by[1] or ""): g.value
        for g in ledger.sum(
            PLACED_KIND, "mass_t", by=("stream", "year"), where=where, since=date(year - 3, 1, 1), at=date(year - 1, 12, 31)
        )
    }
    made = [_collection(year, "all", masses, placed)]
    for stream in sorted({s for s, _ in masses} & STREAMS.keys()):
        made += [_collection(year, stream, masses, placed), *_treatments(year, stream, masses)]
    return made


def _collection(year: int, stream: str, masses: Mapping[tuple[str, str], float], placed: Mapping[tuple[str, str], float]) -> Rate:
    collected = sum(v for (s, t), v in masses.items() if t == "collected" and stream in ("all", s))
    by_year = [[v for (s, y), v in placed.items() if y == str(year - back) and stream in ("all", s)] for back in (3, 2, 1)]
    missing = [str(year - back) for back, found in zip((3, 2, 1), by_year, strict=True) if not found]
    if missing:
        return Rate(
            COLLECTION, year, stream, None, collection_target(year), f"nothing put on the market is logged for {', '.join(missing)}"
        )
    return Rate(COLLECTION, year, stream, collection_rate(collected, [sum(found) for found in by_year]), collection_target(year))


def _treatments(year: int, stream: str, masses: Mapping[tuple[str, str], float]) -> list[Rate]:
    of = {treatment: mass for (s, treatment), mass in masses.items() if s == stream}
    recycled = of.get("reused", 0.0) + of.get("recycled", 0.0)
    recovered = recycled + of.get("recovered", 0.0)
    targets = TREATMENT_TARGETS[stream]
    collected = of.get("collected", 0.0)
    if collected <= 0:
        note = "nothing is logged as collected"
        return [Rate(RECOVERY, year, stream, None, targets[0], note), Rate(RECYCLING, year, stream, None, targets[1], note)]
    return [
        Rate(RECOVERY, year, stream, treatment_rate(recovered, collected), targets[0]),
        Rate(RECYCLING, year, stream, treatment_rate(recycled, collected), targets[1]),
    ]
