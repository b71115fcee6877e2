"""The picture of goals: what was achieved over the period, the straight way to the target, and the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from circularity.goals import Progress, Value
from cli.plots import new_figure, save_figure

_DONE, _WAY, _FORECAST = "#0072B2", "#999999", "#D55E00"
#: Units that say nothing on an axis.
_FRACTIONS = {"1", "ratio", "share", "dimensionless"}


def plot_goals(found: Sequence[tuple[Progress, Sequence[Value]]], path: Path) -> None:
    """One panel a goal. Raises click.UsageError when the file cannot be written."""
    figure = new_figure(8.0, 0.6 + 2.6 * len(found))
    axes = figure.subplots(len(found), 1, squeeze=False)[:, 0]
    for axis, (one, steps) in zip(axes, found, strict=True):
        _draw(axis, one, steps)
    # a goal without a forecast lacks a line that others have
    lines = {label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(lines.values(), lines.keys(), loc="outside upper center", ncols=4, frameon=False, fontsize=8)
    figure.align_ylabels(axes)
    save_figure(figure, path)


def _draw(axis: Any, one: Progress, steps: Sequence[Value]) -> None:
    goal, begin = one.goal, one.goal.baseline or 0.0
    last = min(max(one.at, goal.start), goal.end)
    # where entries tell more than one level, what was known before they did is drawn
    achieved = one.achieved if one.achieved is not None else steps[-1].amount if steps else begin
    days = [goal.start, *[step.on for step in steps], last if one.achieved is not None or not steps else steps[-1].on]
    heights = [begin, *[step.amount for step in steps], achieved]
    axis.plot([goal.start, goal.end], [begin, goal.target], color=_WAY, linestyle="--", linewidth=1, label="straight way to the target")
    axis.step(days, heights, where="post", color=_DONE, linewidth=1.6, label="achieved")
    axis.axhline(goal.target, color="black", linewidth=0.8)
    unit = "" if goal.unit in _FRACTIONS else f" {goal.unit}"
    place = {"textcoords": "offset points", "xytext": (2, 3)}
    axis.annotate(f"target {goal.target:,.10g}{unit}", (goal.start, goal.target), fontsize=8, **place)
    axis.set_ylim(top=1.1 * max(goal.target, achieved) if goal.measure == "total" else None)
    if one.forecast and one.forecast.on > last:
        axis.plot([last, one.forecast.on], [achieved, goal.target], color=_FORECAST, linestyle=":", label="at the pace so far")
        _draw_interval(axis, one, last, achieved)
    done = "completion not known" if one.completion is None else f"{one.completion:.2%}"
    axis.set_title(f"{goal.id}: {goal.metric}, {done} at {one.at.isoformat()}", loc="left", fontsize=9)
    axis.set_ylabel("share" if goal.unit in _FRACTIONS else goal.unit, fontsize=8)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _draw_interval(axis: Any, one: Progress, last: date, achieved: float) -> None:
    """The band between the fastest and the slowest pace; a pace that never gets there leaves it open at the picture's edge."""
    from matplotlib.dates import num2date

    assert one.forecast is not None
    axis.autoscale_view()
    edge = num2date(axis.get_xlim()[1]).date()  # type: ignore[no-untyped-call]
    slowest = one.forecast.high or max(edge, one.forecast.on)
    end = one.goal.target if one.forecast.high else achieved
    corners = [(last, achieved), (one.forecast.low, one.goal.target), (slowest, one.goal.target), (slowest, end)]
    axis.fill(*zip(*corners, strict=True), color=_FORECAST, alpha=0.15, linewidth=0, label="fastest to slowest pace")
