"""Rates of the WEEE Directive 2012/19/EU: collection, recovery, recycling, each with its definition and target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from circularity.ewaste import KIND, STREAMS, UNSPECIFIED
from circularity.goal_scope import matching
from lca.errors import InputError, Problem, nearest
from lca.ledger import Ledger, Wanted

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
#: Stream and region.
Place = tuple[str, str]
#: t by stream and region, and treatment or year.
Masses = Mapping[tuple[Place, str], float]
_TOO_MUCH_COLLECTED = "above 100 %: are rows of what was put on the market missing, or its years out of step?"
_TOO_MUCH_TREATED = "above 100 %: more was treated than collected; are rows of `collected` missing, or of another year?"


@dataclass(frozen=True)
class Rate:
    """One rate with its definition; `value` is None where it cannot be made, and `note` says why, or what to doubt in it."""

    definition: str
    year: int
    stream: str
    value: float | None
    target: float | None
    note: str | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a rate or target, and for a rate above 1, which rows that are missing make."""
        return None if self.value is None or self.target is None or _above_one(self.value) else self.value >= self.target

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


def _of_region(ledger: Ledger, region: str | None) -> dict[str, Wanted]:
    """The region in every way of writing that entries have. Raises InputError with the nearest for one that no entry has."""
    if region is None:
        return {}
    logged = {group.by[0] for kind in (KIND, PLACED_KIND) for group in ledger.sum(kind, "mass_t", by=("region",))}
    known = sorted(name for name in logged if name is not None)
    same = matching("region", region, known)
    if known and not same:
        hint = nearest(region, known) or f"regions: {', '.join(known)}"
        raise InputError(Problem("no entry has this region", field="region", value=region, hint=hint))
    return {"region": same or [region]}


def rates(ledger: Ledger, year: int, region: str | None = None) -> list[Rate]:
    """The three rates of every category logged in the year; the collection rate also over all streams.

    A collection rate sets side by side only streams and regions for which three years put on the market are logged; what is left
    out is named in its note. Raises InputError for a region that no entry has.
    """
    where = _of_region(ledger, region)
    masses: Masses = {
        ((g.by[0] or UNSPECIFIED, g.by[1] or UNSPECIFIED), g.by[2] or ""): g.value
        for g in ledger.sum(
            KIND, "mass_t", by=("stream", "region", "treatment"), where=where, since=date(year, 1, 1), at=date(year, 12, 31)
        )
    }
    placed: Masses = {
        ((g.by[0] or UNSPECIFIED, g.by[1] or UNSPECIFIED), g.by[2] or ""): g.value
        for g in ledger.sum(
            PLACED_KIND, "mass_t", by=("stream", "region", "year"), where=where, since=date(year - 3, 1, 1), at=date(year - 1, 12, 31)
        )
    }
    made = [_collection(year, "all", masses, placed)]
    for stream in sorted({s for (s, _), _ in masses} & STREAMS.keys()):
        made += [_collection(year, stream, masses, placed), *_treatments(year, stream, masses)]
    return made


def _collection(year: int, stream: str, masses: Masses, placed: Masses) -> Rate:
    target, years = collection_target(year), [str(year - back) for back in (3, 2, 1)]
    collected = {place: v for (place, t), v in masses.items() if t == "collected" and stream in ("all", place[0])}
    bases: dict[Place, dict[str, float]] = {}
    for (place, y), mass in placed.items():
        if stream in ("all", place[0]):
            bases.setdefault(place, {})[y] = mass
    whole = {place: base for place, base in bases.items() if set(years) <= base.keys()}
    if not whole:
        return Rate(COLLECTION, year, stream, None, target, _no_base(years, bases))
    counted = {place: v for place, v in collected.items() if any(_fit(place, other) for other in whole)}
    left = [f"{v:g} t collected of {_said(place)}" for place, v in collected.items() if place not in counted]
    left += [f"what was put on the market of {_said(place)}" for place in bases if place not in whole]
    note = f"left out, three years put on the market are not logged: {', '.join(left)}" if left else None
    if collected and not counted:
        return Rate(COLLECTION, year, stream, None, target, note)
    value = collection_rate(sum(counted.values()), [sum(base[y] for base in whole.values()) for y in years])
    return Rate(COLLECTION, year, stream, value, target, _doubted(value, note, _TOO_MUCH_COLLECTED))


def _no_base(years: Sequence[str], bases: Mapping[Place, Mapping[str, float]]) -> str:
    missing = [year for year in years if not any(year in base for base in bases.values())]
    if missing:
        return f"nothing put on the market is logged for {', '.join(missing)}"
    return f"no stream and region has equipment put on the market logged for each of {', '.join(years)}"


def _fit(place: Place, other: Place) -> bool:
    """Whether two may be of one stream and region: a label that is not told may be any."""
    return all(a == b or UNSPECIFIED in (a, b) for a, b in zip(place, other, strict=True))


def _said(place: Place) -> str:
    stream, region = place
    return f"{stream if stream != UNSPECIFIED else 'no stream'} in {region if region != UNSPECIFIED else 'no region'}"


def _above_one(value: float) -> bool:
    return value > 1.0 + 1e-9


def _doubted(value: float, note: str | None, why: str) -> str | None:
    return "; ".join(filter(None, (why if _above_one(value) else None, note))) or None


def _treatments(year: int, stream: str, masses: Masses) -> list[Rate]:
    of: dict[str, float] = {}
    for ((s, _), treatment), mass in masses.items():
        if s == stream:
            of[treatment] = of.get(treatment, 0.0) + mass
    recycled = of.get("reused", 0.0) + of.get("recycled", 0.0)
    recovered = recycled + of.get("recovered", 0.0)
    targets = TREATMENT_TARGETS[stream]
    collected = of.get("collected", 0.0)
    if collected <= 0:
        note = "nothing is logged as collected"
        return [Rate(RECOVERY, year, stream, None, targets[0], note), Rate(RECYCLING, year, stream, None, targets[1], note)]
    found = [(RECOVERY, treatment_rate(recovered, collected), targets[0]), (RECYCLING, treatment_rate(recycled, collected), targets[1])]
    return [Rate(name, year, stream, value, target, _doubted(value, None, _TOO_MUCH_TREATED)) for name, value, target in found]
