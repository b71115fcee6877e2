"""Goals: how far along, how much time is left, what is needed a year, and when it will be reached at the pace so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lca.errors import InputError, Problem
from lca.quantity import Finite, Frozen

KIND = "goal"
Measure = Literal["total", "level"]
Word = Annotated[str, Field(min_length=1, max_length=100)]


class Goal(Frozen):
    """Content of an entry: a metric is to reach `target` in the period. `scope` narrows what counts; empty: everything counts.

    `measure` says whether values add up over the period (`total`, recycled tonnes) or the newest one counts (`level`, a share).
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.:/-]*$", max_length=80)]
    metric: Annotated[str, Field(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$", max_length=80)]
    unit: Word
    target: Finite
    start: date
    end: date
    measure: Measure = "total"
    baseline: Finite | None = None
    scope: dict[Word, Word] | None = None
    source: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def goal_can_be_reached(self) -> Goal:
        """The period does not end before it starts; a total is above zero; a level differs from where it starts."""
        if self.end < self.start:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        if self.measure == "total" and (self.target <= 0 or self.baseline):
            raise ValueError("the target of a total is above zero, and it starts at zero")
        if self.measure == "level" and self.target == (self.baseline or 0.0):
            raise ValueError("the target is where it starts: there is nothing to reach")
        return self


@dataclass(frozen=True)
class Value:
    """A value of the goal's metric, in its unit, at an event date: an amount to add (total) or where it stands (level)."""

    on: date
    amount: float


@dataclass(frozen=True)
class Readings:
    """The values of a goal up to a day, by date, and what must be said of them."""

    values: tuple[Value, ...]
    warnings: tuple[str, ...] = ()
    #: false: entries tell more than one level, so that there is no number
    certain: bool = True
    #: false: whether more is better is not known, so that no completion can be told
    directed: bool = True


@dataclass(frozen=True)
class Forecast:
    """When the target will be reached at the pace so far; `high` is None where the slowest pace never reaches it."""

    on: date
    low: date
    high: date | None

    def to_dict(self) -> dict[str, str | None]:
        """ISO dates."""
        return {"date": self.on.isoformat(), "low": self.low.isoformat(), "high": self.high.isoformat() if self.high else None}


@dataclass(frozen=True)
class Progress:
    """Where a goal stands at a date; amounts in the goal's unit, `required_rate` per year, fractions 1/1; None is not known."""

    goal: Goal
    at: date
    achieved: float | None
    completion: float | None
    elapsed: float
    required_rate: float | None
    forecast: Forecast | None
    warnings: tuple[str, ...] = ()

    @property
    def remaining(self) -> float | None:
        """Target minus achieved: negative when it was passed."""
        return None if self.achieved is None else self.goal.target - self.achieved

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the contract of `lifeloop goal status --json`."""
        goal = self.goal
        return {
            "id": goal.id,
            "metric": goal.metric,
            "unit": goal.unit,
            "measure": goal.measure,
            "scope": goal.scope or {},
            "from": goal.start.isoformat(),
            "to": goal.end.isoformat(),
            "at": self.at.isoformat(),
            "baseline": goal.baseline,
            "target": goal.target,
            "achieved": self.achieved,
            "completion": self.completion,
            "remaining": self.remaining,
            "elapsed": self.elapsed,
            "required_rate": self.required_rate,
            "forecast": self.forecast.to_dict() if self.forecast else None,
            "warnings": list(self.warnings),
        }


def completion(goal: Goal, achieved: float) -> float:
    """Share of the way that is done, 1/1; may pass 1: (achieved - baseline) / (target - baseline)."""
    start = goal.baseline or 0.0
    return (achieved - start) / (goal.target - start)


def elapsed_share(start: date, end: date, at: date) -> float:
    """Days from start to `at`, both included, over the days of the period: 1096/1826 on 2024-12-31 of 2022-2026. From 0 to 1."""
    days = (at - start).days + 1
    return min(max(days, 0) / ((end - start).days + 1), 1.0)


def years_between(after: date, until: date) -> float:
    """Years from the day after `after` to `until`: each day is one over the days of its own calendar year."""
    if until <= after:
        return 0.0
    total = 0.0
    for year in range(after.year, until.year + 1):
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = (min(until, last) - max(after, first - timedelta(days=1))).days
        total += days / ((last - first).days + 1)
    return total


def required_rate(goal: Goal, achieved: float, at: date) -> float | None:
    """What is needed per year over the time that is left, in the goal's unit; 0 when it is reached, None once the period is over."""
    left = years_between(max(at, goal.start - timedelta(days=1)), goal.end)
    if left <= 0:
        return None
    return 0.0 if completion(goal, achieved) >= 1 else (goal.target - achieved) / left


def progress(goal: Goal, told: Readings | Sequence[Value], at: date) -> Progress:
    """Where the goal stands at a date, from the values known by then (in the order of their dates).

    Nothing but the time is known of a level that entries disagree on; without a direction there is no completion.
    """
    readings = told if isinstance(told, Readings) else Readings(tuple(told))
    achieved = achieved_by(goal, readings.values, at) if readings.certain else None
    is_known = achieved is not None and readings.directed
    return Progress(
        goal=goal,
        at=at,
        achieved=achieved,
        completion=completion(goal, achieved) if achieved is not None and is_known else None,
        elapsed=elapsed_share(goal.start, goal.end, at),
        required_rate=required_rate(goal, achieved, at) if achieved is not None and is_known else None,
        forecast=forecast(goal, readings.values, at) if is_known else None,
        warnings=readings.warnings,
    )


def achieved_by(goal: Goal, values: Sequence[Value], at: date) -> float:
    """The sum of the values of the period up to a date, or the newest level; a level without any stands at its baseline."""
    counted = [v.amount for v in values if goal.start <= v.on <= min(at, goal.end)]
    if goal.measure == "total":
        return sum(counted)
    return counted[-1] if counted else goal.baseline or 0.0


def path(goal: Goal, values: Sequence[Value], at: date) -> list[Value]:
    """What was achieved by each date at which something was logged: the steps of the goal's picture."""
    days = sorted({v.on for v in values if goal.start <= v.on <= min(at, goal.end)})
    if goal.measure == "level":
        return [Value(day, achieved_by(goal, values, day)) for day in days]
    steps, total = [], 0.0
    by_day: dict[date, float] = {}
    for value in values:
        by_day[value.on] = by_day.get(value.on, 0.0) + value.amount
    for day in days:
        total += by_day[day]
        steps.append(Value(day, total))
    return steps


def windows(start: date, at: date) -> list[tuple[date, date]]:
    """The time so far in whole years from the start, the last one longer where days are left; below two years: two halves."""
    edges = [start]
    while (following := _a_year_after(edges[-1], start)) <= at + timedelta(days=1):
        edges.append(following)
    edges[-1:] = [edges[-1]] if len(edges) == 1 else [at + timedelta(days=1)]
    if len(edges) <= 2:
        edges = [start, start + (at - start + timedelta(days=1)) / 2, at + timedelta(days=1)]
    return [(a, b - timedelta(days=1)) for a, b in pairwise(edges) if a < b]


def _a_year_after(day: date, start: date) -> date:
    try:
        return start.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)


def forecast(goal: Goal, values: Sequence[Value], at: date) -> Forecast | None:
    """When the target is reached at the run rate: remaining / rate, counted from `at`.

    The rate of the date is all that was achieved over all the time so far; `low` and `high` come from the fastest and the
    slowest of the windows that make up that time (`windows`). Reached already: the day on which it was. None without progress.
    """
    at = min(at, goal.end) if at > goal.end else at
    steps = path(goal, values, at)
    reached = next((step.on for step in steps if completion(goal, step.amount) >= 1), None)
    if reached is not None and completion(goal, steps[-1].amount) >= 1:
        return Forecast(reached, reached, reached)
    rates = [_rate(goal, steps, a, b) for a, b in windows(goal.start, at)] if at >= goal.start else []
    mean = _rate(goal, steps, goal.start, at) if rates else 0.0
    left = 1.0 - completion(goal, steps[-1].amount if steps else goal.baseline or 0.0)
    day = _after(at, left, mean)
    return None if day is None else Forecast(day, _after(at, left, max(rates)) or day, _after(at, left, min(rates)))


def _rate(goal: Goal, steps: Sequence[Value], first: date, last: date) -> float:
    """Completion per day from the first day to the last, both included."""
    days = (last - first).days + 1
    return (_stands(goal, steps, last) - _stands(goal, steps, first - timedelta(days=1))) / days


def _stands(goal: Goal, steps: Sequence[Value], on: date) -> float:
    amounts = [step.amount for step in steps if step.on <= on]
    return completion(goal, amounts[-1] if amounts else goal.baseline or 0.0)


def _after(at: date, left: float, a_day: float) -> date | None:
    if a_day <= 0:
        return None
    days = left / a_day
    return at + timedelta(days=-int(-days // 1)) if days < (date.max - at).days else None


def check_dates(start: date, end: date) -> None:
    """Raises InputError when a period ends before it starts."""
    if end < start:
        raise InputError(Problem("the period ends before it starts", field="to", value=end.isoformat()))
