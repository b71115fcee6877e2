"""Goals by hand: shares of time, paces, forecasts; laws that hold for any history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from circularity.goal_values import METRICS, check_goal, check_measure, factor_between, metric_named
from circularity.goals import Goal, Value, elapsed_share, forecast, path, progress, required_rate, windows, years_between
from lca.errors import InputError, UnitError

START, END = date(2022, 1, 1), date(2026, 12, 31)
GOAL = Goal(id="g", metric="ewaste.recycled", unit="t", target=38000.0, start=START, end=END)
PUBLISHED = [Value(date(2022, 12, 31), 4500.0), Value(date(2023, 12, 31), 12260.0), Value(date(2024, 12, 31), 19698.0)]


def share(target: float, baseline: float | None) -> Goal:
    """A goal for a level."""
    return Goal(id="s", metric="m", unit="%", target=target, start=START, end=END, measure="level", baseline=baseline)


@pytest.mark.parametrize(
    ("at", "days"),
    [(date(2021, 12, 31), 0), (START, 1), (date(2022, 12, 31), 365), (date(2024, 12, 31), 1096), (END, 1826), (date(2030, 1, 1), 1826)],
)
def test_elapsed_days_are_inclusive(at: date, days: int) -> None:
    # 365 + 365 + 366 + 365 + 365 = 1,826
    assert elapsed_share(START, END, at) == pytest.approx(days / 1826, rel=1e-15)


def test_a_day_is_one_over_the_days_of_its_year() -> None:
    assert years_between(date(2024, 12, 31), date(2026, 12, 31)) == pytest.approx(2)
    assert years_between(date(2023, 12, 31), date(2024, 1, 1)) == pytest.approx(1 / 366)
    assert years_between(date(2024, 6, 30), date(2025, 1, 1)) == pytest.approx(184 / 366 + 1 / 365)
    assert years_between(END, END) == 0


def test_the_published_goal_at_the_end_of_2024() -> None:
    found = progress(GOAL, PUBLISHED, date(2024, 12, 31))
    assert found.completion == pytest.approx(36458 / 38000)
    assert (found.remaining, found.required_rate) == (1542, pytest.approx(771))
    assert found.forecast is not None
    # 1,542 t at 36,458 t in 1,096 days: 46.4 days; at the fastest year's 19,698 t in 366 days: 28.7; at the slowest's 4,500 t in 365: 125.1
    days = [(day - date(2024, 12, 31)).days for day in (found.forecast.on, found.forecast.low, found.forecast.high or date.max)]
    assert days == [47, 29, 126]


def test_windows_are_whole_years_and_the_last_holds_the_rest() -> None:
    assert windows(START, date(2024, 12, 31)) == [(date(y, 1, 1), date(y, 12, 31)) for y in (2022, 2023, 2024)]
    assert windows(START, date(2024, 6, 30)) == [(START, date(2022, 12, 31)), (date(2023, 1, 1), date(2024, 6, 30))]
    assert windows(START, date(2022, 1, 10)) == [(START, date(2022, 1, 5)), (date(2022, 1, 6), date(2022, 1, 10))]
    assert windows(START, START) == [(START, START)]


def test_a_goal_that_was_reached_keeps_its_day() -> None:
    values = [*PUBLISHED, Value(date(2025, 3, 1), 1542.0), Value(date(2025, 6, 1), 100.0)]
    found = forecast(GOAL, values, date(2026, 1, 1))
    assert found is not None
    assert found.on == found.low == found.high == date(2025, 3, 1)
    assert required_rate(GOAL, 38100, date(2025, 12, 31)) == 0
    assert required_rate(GOAL, 0, END) is None


def test_nothing_so_far_is_no_forecast() -> None:
    found = progress(GOAL, [], date(2022, 12, 31))
    assert (found.achieved, found.forecast, found.required_rate) == (0, None, pytest.approx(9500))


def test_a_level_goes_from_its_baseline_either_way() -> None:
    at = date(2024, 12, 31)
    up, down = share(50.0, 20.0), share(10.0, 40.0)
    assert progress(up, [Value(START, 30.0), Value(at, 35.0)], at).completion == pytest.approx(0.5)
    assert progress(down, [Value(at, 25.0)], at).completion == pytest.approx(0.5)
    assert progress(down, [], at).completion == 0
    assert progress(down, [Value(at, 25.0)], at).required_rate == pytest.approx(-7.5)


@pytest.mark.parametrize(
    "wrong", [{"target": 0.0}, {"target": -1.0}, {"baseline": 5.0}, {"end": date(2021, 1, 1)}, {"target": float("nan")}, {"id": "a b"}]
)
def test_a_goal_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Goal.model_validate(GOAL.model_dump() | wrong)
    with pytest.raises(ValidationError):
        share(20.0, 20.0)


@pytest.mark.parametrize(("source", "target", "factor"), [("1", "%", 100), ("%", "share", 0.01), ("ratio", "1", 1), ("kg", "t", 0.001)])
def test_fractions_have_many_names(source: str, target: str, factor: float) -> None:
    assert factor_between(source, target) == pytest.approx(factor)


def test_metrics_and_units_must_fit() -> None:
    assert metric_named("my.metric", "share").measure == "level"
    assert metric_named("my.metric", "audits").measure == "total"
    assert all(check_goal(_goal_of(name)) for name in METRICS)
    with pytest.raises(UnitError):
        check_goal(GOAL.model_copy(update={"unit": "piece"}))
    with pytest.raises(InputError, match=r"did you mean 'ewaste\.recycled'"):
        metric_named("ewaste.recycld", "t")
    with pytest.raises(InputError, match="not logged by hand"):
        check_measure("ewaste.recycled", "t")


def _goal_of(name: str) -> Goal:
    metric = METRICS[name]
    return Goal(id="g", metric=name, unit=metric.unit, target=0.5, start=START, end=END, measure=metric.measure)


histories = st.lists(
    st.builds(Value, st.integers(0, 1825).map(lambda day: START + timedelta(days=day)), st.floats(0.001, 1e5)), max_size=30
).map(lambda values: sorted(values, key=lambda value: value.on))


@given(histories, st.integers(0, 2200))
def test_laws_of_any_history(values: list[Value], day: int) -> None:
    at = START + timedelta(days=day)
    found = progress(GOAL, values, at)
    assert found.achieved + found.remaining == pytest.approx(GOAL.target)
    assert 0 < found.elapsed <= 1
    steps = path(GOAL, values, at)
    assert [step.amount for step in steps] == sorted(step.amount for step in steps)
    if steps:
        assert steps[-1].amount == pytest.approx(found.achieved)
    if found.forecast and found.forecast.high:
        assert found.forecast.low <= found.forecast.on <= found.forecast.high
    later = progress(GOAL, values, at + timedelta(days=1))
    assert later.achieved >= found.achieved
