"""The values behind a goal's metric, added up by the ledger: from e-waste, packaging volumes, or measures logged as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from circularity import ewaste, volumes
from circularity.evidence import Evidence
from circularity.goals import Goal, Measure, Value
from lca import units
from lca.errors import InputError, Problem, nearest
from lca.ledger import Ledger
from lca.quantity import Finite, Frozen

MEASURE_KIND = "measure"
Word = Annotated[str, Field(min_length=1, max_length=100)]


class MeasureEntry(Frozen):
    """Content of an entry: a value of a metric that nothing else is computed from, such as recycled material used."""

    metric: Word
    value: Finite
    unit: Word
    region: Word = "unspecified"
    source: Word = "unspecified"
    evidence: tuple[Evidence, ...] | None = Field(None, min_length=1)
    note: str | None = None


@dataclass(frozen=True)
class Window:
    """Which entries count: event dates from `since` to `at`, recorded by `known_at`."""

    since: date
    at: date
    known_at: datetime | None = None


Reader = Callable[[Ledger, Goal, Window], list[Value]]


@dataclass(frozen=True)
class Metric:
    """Where a metric's values come from, how they count, and the labels that a scope may name."""

    name: str
    unit: str
    measure: Measure
    scope: tuple[str, ...]
    title: str
    read: Reader


_EWASTE_SCOPE = ("stream", "region", "channel", "recycler", "product")
_MEASURE_SCOPE = ("region", "source")


def _ewaste(amount: str, source_unit: str) -> Reader:
    def read(ledger: Ledger, goal: Goal, window: Window) -> list[Value]:
        where = dict(goal.scope or {}) | {"treatment": goal.metric.rsplit(".", 1)[-1]}
        groups = ledger.sum(ewaste.KIND, amount, by=("happened",), since=window.since, at=window.at, known_at=window.known_at, where=where)
        factor = factor_between(source_unit, goal.unit)
        return [Value(date.fromisoformat(g.by[0] or ""), g.value * factor) for g in groups]

    return read


def _measured(ledger: Ledger, goal: Goal, window: Window) -> list[Value]:
    where = dict(goal.scope or {}) | {"metric": goal.metric}
    span = {"since": window.since, "at": window.at}
    if goal.measure == "total":
        groups = ledger.sum(MEASURE_KIND, "value", by=("happened", "unit"), known_at=window.known_at, where=where, **span)
        return [Value(date.fromisoformat(g.by[0] or ""), g.value * factor_between(g.by[1] or "", goal.unit)) for g in groups]
    found = ledger.latest(MEASURE_KIND, ("happened",), known_at=window.known_at, where=where, **span)
    made = [Value(e.happened, float(e.content["value"]) * factor_between(str(e.content["unit"]), goal.unit)) for e in found]
    return sorted(made, key=lambda value: value.on)


def _plastic_free(ledger: Ledger, goal: Goal, window: Window) -> list[Value]:
    """The ratio of each year by mass over all units sold (`units.mass.all`); logged measures where no volumes are."""
    scope = goal.scope or {}
    rows = [
        row
        for row in volumes.sold(ledger, window.at, window.known_at, window.since)
        if scope.get("market", row.market) == row.market and scope.get("product", row.product) == row.product
    ]
    if not rows:
        narrower = goal.model_copy(update={"scope": {k: v for k, v in scope.items() if k in _MEASURE_SCOPE} or None})
        return _measured(ledger, narrower, window) if set(scope) <= set(_MEASURE_SCOPE) else []
    factor = factor_between("1", goal.unit)
    return [Value(date(r.year, 12, 31), r.ratio * factor) for r in volumes.roll_up(rows, "mass.all") if r.market is None]


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *(
            Metric(f"ewaste.{treatment}", "t", "total", _EWASTE_SCOPE, f"e-waste {treatment}", _ewaste("mass_t", "t"))
            for treatment in ewaste.TREATMENTS
        ),
        *(
            Metric(f"ewaste.units.{treatment}", "piece", "total", _EWASTE_SCOPE, f"devices {treatment}", _ewaste("units", "piece"))
            for treatment in ewaste.TREATMENTS
        ),
        Metric("packaging.plastic_free_ratio", "1", "level", ("market", "product"), "plastic-free ratio of packaging sold", _plastic_free),
        Metric("materials.recycled_used", "t", "total", _MEASURE_SCOPE, "recycled material used in products", _measured),
        Metric("electricity.renewable_share", "1", "level", _MEASURE_SCOPE, "renewable share of electricity", _measured),
    )
}
#: A metric of any other name is logged by `lifeloop goal log`; a share is a level, anything else adds up.
_FRACTIONS = {"1", "share", "ratio", "", "dimensionless"}
_SHARES = _FRACTIONS | {"%"}


def factor_between(source: str, target: str) -> float:
    """How many `target` units one `source` unit is; `1`, `share` and `ratio` are the same, `%` is a hundredth. Raises UnitError."""
    known, wanted = ("1" if unit in _FRACTIONS else unit for unit in (source, target))
    return units.factor(known, wanted)


def metric_named(name: str, unit: str, measure: Measure | None = None) -> Metric:
    """A known metric, or one of the user's own that is logged by hand."""
    known = METRICS.get(name)
    if known:
        return known
    hint = nearest(name, METRICS)
    if name.startswith(("ewaste.", "packaging.")):
        raise InputError(Problem("no metric of that name", field="metric", value=name, hint=hint or f"known: {', '.join(METRICS)}"))
    return Metric(name, unit, measure or ("level" if unit in _SHARES else "total"), _MEASURE_SCOPE, name, _measured)


def check_goal(goal: Goal) -> Goal:
    """The goal, if its metric, unit and scope fit each other. Raises InputError."""
    metric = metric_named(goal.metric, goal.unit, goal.measure)
    if goal.measure != metric.measure:
        raise InputError(Problem(f"{goal.metric} is a {metric.measure}", field="measure", value=goal.measure))
    factor_between(metric.unit, goal.unit)
    for name in goal.scope or {}:
        if name not in metric.scope:
            hint = nearest(name, metric.scope) or f"a scope of {goal.metric} names {', '.join(metric.scope)}"
            raise InputError(Problem("no such label to narrow the goal by", field="scope", value=name, hint=hint))
    return goal


def check_measure(metric: str, unit: str) -> None:
    """A value that is logged by hand: raises InputError for a metric that is computed from entries, and for a unit that does not fit."""
    known = metric_named(metric, unit)
    if known.read not in (_measured, _plastic_free):
        reason = "is computed from entries and is not logged by hand"
        raise InputError(Problem(reason, field="metric", value=metric, hint="log e-waste by `lifeloop ewaste add`"))
    factor_between(unit, known.unit)


def values_of(ledger: Ledger, goal: Goal, at: date, known_at: datetime | None = None) -> Sequence[Value]:
    """The goal's values up to a date, in the goal's unit, by date."""
    if at < goal.start:
        return []
    return metric_named(goal.metric, goal.unit, goal.measure).read(ledger, goal, Window(goal.start, min(at, goal.end), known_at))
