"""The values behind a goal's metric, added up by the ledger: from e-waste, packaging volumes, or measures logged as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from circularity import ewaste, volumes
from circularity.evidence import Evidence
from circularity.goal_scope import Source, matching, narrowed, not_there, written
from circularity.goals import Goal, Measure, Readings, Value
from circularity.levels import Told, readings_of_levels
from lca import units
from lca.errors import InputError, Problem, nearest
from lca.ledger import Ledger, Logged
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
    """Which entries count: event dates from `since` to `at`, recorded by `known_at`; None is no bound."""

    since: date | None = None
    at: date | None = None
    known_at: datetime | None = None


Reader = Callable[[Ledger, Goal, Window], Readings]


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


def _source(goal: Goal) -> Source:
    """The entries of a metric that is not computed from volumes."""
    if goal.metric in METRICS and goal.metric.startswith("ewaste."):
        amount = "units" if goal.metric.startswith("ewaste.units.") else "mass_t"
        return Source(ewaste.KIND, amount, {"treatment": goal.metric.rsplit(".", 1)[-1]})
    return Source(MEASURE_KIND, "value", {"metric": goal.metric})


def _ewaste(ledger: Ledger, goal: Goal, window: Window) -> Readings:
    source = _source(goal)
    chosen = narrowed(ledger, source, goal.scope or {})
    span = {"since": window.since, "at": window.at}
    groups = ledger.sum(source.kind, source.amount, by=("happened",), known_at=window.known_at, where=chosen.where, **span)
    factor = factor_between(METRICS[goal.metric].unit, goal.unit)
    return Readings(tuple(Value(date.fromisoformat(g.by[0] or ""), g.value * factor) for g in groups), chosen.warnings)


def _measured(ledger: Ledger, goal: Goal, window: Window) -> Readings:
    chosen = narrowed(ledger, _source(goal), goal.scope or {})
    span = {"since": window.since, "at": window.at}
    if goal.measure == "total":
        groups = ledger.sum(MEASURE_KIND, "value", by=("happened", "unit"), known_at=window.known_at, where=chosen.where, **span)
        values = [Value(date.fromisoformat(g.by[0] or ""), g.value * factor_between(g.by[1] or "", goal.unit)) for g in groups]
        return Readings(tuple(values), chosen.warnings)
    found = ledger.entries(MEASURE_KIND, known_at=window.known_at, where=chosen.where, **span)
    told = readings_of_levels([_told(entry, goal.unit) for entry in found], goal.unit)
    return replace(told, warnings=(*chosen.warnings, *told.warnings))


def _told(entry: Logged, unit: str) -> Told:
    content = entry.content
    factor = factor_between(str(content["unit"]), unit)
    return Told(entry.happened, float(content["value"]) * factor, str(content["region"]), str(content["source"]))


def _plastic_free(ledger: Ledger, goal: Goal, window: Window) -> Readings:
    """The ratio of each year by mass over all units sold (`units.mass.all`), and what was logged by hand for years without one."""
    chosen, warnings = _sold_in_scope(ledger, goal, window)
    factor = factor_between("1", goal.unit)
    volumed = {r.year: Value(date(r.year, 12, 31), r.ratio * factor) for r in volumes.roll_up(chosen, "mass.all") if r.market is None}
    warnings += [found.sentence for found in volumes.overlaps(chosen) if found.certain]
    if goal.scope:  # a ratio that was logged by hand is of no market and no product
        return Readings(tuple(volumed.values()), tuple(warnings))
    logged = {"metric": goal.metric}
    entries = ledger.entries(MEASURE_KIND, since=window.since, at=window.at, known_at=window.known_at, where=logged)
    unused = sorted({entry.happened.year for entry in entries} & set(volumed))
    if unused:
        years = ", ".join(str(year) for year in unused)
        warnings.append(f"the ratio that was logged by hand for {years} is not used: the volumes of the year give it")
    other = readings_of_levels([_told(entry, goal.unit) for entry in entries if entry.happened.year not in volumed], goal.unit)
    values = sorted((*volumed.values(), *other.values), key=lambda value: value.on)
    return Readings(tuple(values), (*warnings, *other.warnings), other.certain)


def _sold_in_scope(ledger: Ledger, goal: Goal, window: Window) -> tuple[list[volumes.Sold], list[str]]:
    """The volumes of the goal's market and product, and what no volume has."""
    rows = volumes.sold(ledger, window.at, window.known_at, window.since)
    warnings: list[str] = []
    for label, value in (goal.scope or {}).items():
        known = sorted({str(getattr(row, label)) for row in rows})
        same = matching(label, value, known)
        if known and not same:
            warnings.append(not_there(label, value, known))
        rows = [row for row in rows if getattr(row, label) in same]
    return rows, warnings


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *(Metric(f"ewaste.{treatment}", "t", "total", _EWASTE_SCOPE, f"e-waste {treatment}", _ewaste) for treatment in ewaste.TREATMENTS),
        *(
            Metric(f"ewaste.units.{treatment}", "piece", "total", _EWASTE_SCOPE, f"devices {treatment}", _ewaste)
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
    """The goal, if its metric, unit, numbers and scope fit each other, with its scope as entries are logged. Raises InputError."""
    metric = metric_named(goal.metric, goal.unit, goal.measure)
    if goal.measure != metric.measure:
        raise InputError(Problem(f"{goal.metric} is a {metric.measure}", field="measure", value=goal.measure))
    factor_between(metric.unit, goal.unit)
    for name, number in (("target", goal.target), ("baseline", goal.baseline)):
        if number is not None:
            _must_be_possible(metric, number, goal.unit, name)
    if not _is_directed(goal):
        hint = "say --baseline, where it stood at the start: whether it is to rise or to fall goes by that"
        raise InputError(Problem("a level of a metric of one's own needs it", field="baseline", hint=hint))
    for name in goal.scope or {}:
        if name not in metric.scope:
            hint = nearest(name, metric.scope) or f"a scope of {goal.metric} names {', '.join(metric.scope)}"
            raise InputError(Problem("no such label to narrow the goal by", field="scope", value=name, hint=hint))
    scope = {name: written(name, value) for name, value in (goal.scope or {}).items()}
    return goal.model_copy(update={"scope": scope or None})


def _is_directed(goal: Goal) -> bool:
    """Whether more is known to be better, or less: of totals, of metrics that are known, and from where it started."""
    return goal.measure == "total" or goal.metric in METRICS or goal.baseline is not None


def _must_be_possible(metric: Metric, number: float, unit: str, field: str) -> None:
    """A known share lies between 0 and 1, a known amount is not below zero."""
    if metric.name not in METRICS:
        return
    share = number * factor_between(unit, metric.unit)
    shown = f"{number:g} {unit}"
    if metric.unit == "1" and not 0 <= share <= 1 + 1e-12:
        hint = f"{number:g} % is written with the unit %" if 1 < number <= 100 and unit in _FRACTIONS else None
        raise InputError(Problem("a share lies between 0 and 1, or 0 and 100 %", field=field, value=shown, hint=hint))
    if share < 0:
        hint = "take a wrong entry back by `lifeloop records reverse`"
        raise InputError(Problem("must not be below zero", field=field, value=shown, hint=hint))


def check_measure(metric: str, unit: str, value: float | None = None) -> None:
    """A value that is logged by hand: raises InputError for a metric that is computed, a unit that does not fit, a number that cannot be."""
    known = metric_named(metric, unit)
    if known.read not in (_measured, _plastic_free):
        reason = "is computed from entries and is not logged by hand"
        raise InputError(Problem(reason, field="metric", value=metric, hint="log e-waste by `lifeloop ewaste add`"))
    factor_between(unit, known.unit)
    if value is not None:
        _must_be_possible(known, value, unit, "value")


def scope_not_there(ledger: Ledger, goal: Goal) -> list[str]:
    """What no entry has of a goal's scope, whenever it happened; nothing while nothing is logged for the metric at all."""
    if metric_named(goal.metric, goal.unit, goal.measure).read is _plastic_free:
        return _sold_in_scope(ledger, goal, Window())[1]
    return list(narrowed(ledger, _source(goal), goal.scope or {}).warnings)


def readings_of(ledger: Ledger, goal: Goal, at: date, known_at: datetime | None = None) -> Readings:
    """The goal's values up to a date, in the goal's unit, by date, and what must be said of them."""
    if at < goal.start:
        return Readings((), directed=_is_directed(goal))
    until = min(at, goal.end)
    found = metric_named(goal.metric, goal.unit, goal.measure).read(ledger, goal, Window(goal.start, until, known_at))
    warnings = list(found.warnings)
    if not any(value.on <= until for value in found.values) and not warnings:
        warnings.append(f"nothing is logged for it from {goal.start} to {until}")
    if not _is_directed(goal):
        warnings.append("it has no baseline, so whether it is to rise or to fall is not known: no completion; set it anew with --baseline")
    return replace(found, warnings=tuple(warnings), directed=_is_directed(goal))


def values_of(ledger: Ledger, goal: Goal, at: date, known_at: datetime | None = None) -> Sequence[Value]:
    """The values of `readings_of`; none where entries tell more than one level."""
    found = readings_of(ledger, goal, at, known_at)
    return found.values if found.certain else ()
