"""The picture of targets: base year, path, target, actual values, and the status."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.plots import new_figure, save_figure
from company.targets import Standing, end_value, expected
from lca.rounding import significant

_PATH, _ACTUAL, _UNKNOWN = "#666666", "#0072B2", "#999999"
#: Okabe-Ito colours and marks of the statuses, so that they can be told apart without colour.
_STATUSES = {"ahead": ("#009E73", "^"), "on": ("#0072B2", "o"), "behind": ("#D55E00", "v")}
_MARKS, _NOT_KNOWN = ("base year", "path", "target", "actual"), "status not known"
_PANEL, _LEGEND = 2.9, 0.5
Values = Sequence[tuple[int, float]]


def plot_targets(found: Sequence[tuple[Standing, Values]], path: Path) -> None:
    """One panel a target. Without a base value the path of emissions is drawn in per cent of the base year, and nothing beside it;
    of a share what shall be reached and the actual values are drawn, and no path.

    Raises click.UsageError when the file cannot be written.
    """
    figure = new_figure(8.0, _LEGEND + _PANEL * len(found))
    axes = figure.subplots(len(found), 1, squeeze=False)[:, 0]
    for axis, (standing, values) in zip(axes, found, strict=True):
        _draw(axis, standing, values)
    # a target without values lacks marks that others have
    marks = {label: mark for axis in axes for mark, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    order = [label for label in (*_MARKS, *_STATUSES, _NOT_KNOWN) if label in marks]
    figure.legend([marks[label] for label in order], order, loc="outside upper center", ncols=len(order), frameon=False, fontsize=8)
    figure.align_ylabels(axes)
    save_figure(figure, path)


def _draw(axis: Any, standing: Standing, values: Values) -> None:
    target = standing.target
    # a base that is not known is 1: of emissions the path can be told as a part of it
    base = 1.0 if standing.base is None and target.metric == "emissions" else standing.base
    scale = 100.0 if _is_share(standing) or standing.base is None else 1.0
    last = max([target.target_year, standing.year, *(year for year, _ in values)])
    if base is not None:
        _draw_path(axis, standing, base, scale, last)
    _draw_target(axis, standing, base, scale)
    if standing.base is not None or _is_share(standing):
        if values:
            told = [scale * value for _, value in values]
            axis.plot([year for year, _ in values], told, "o-", color=_ACTUAL, markersize=4, linewidth=1.4, label="actual")
        _draw_status(axis, standing, scale)
    axis.set_xlim(target.base_year - 0.5, last + 0.5)
    # room above for the words at a target that lies on top
    axis.set_ylim(0, 1.12 * max(axis.get_ylim()[1], 1e-9))
    axis.set_ylabel(_unit(standing), fontsize=8)
    axis.set_title(_title(standing, scale), loc="left", fontsize=9)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _draw_path(axis: Any, standing: Standing, base: float, scale: float, last: int) -> None:
    target = standing.target
    years = range(target.base_year, last + 1)
    axis.plot(years, [scale * expected(target, base, year) for year in years], "--", color=_PATH, linewidth=1, label="path")
    axis.plot([target.base_year], [scale * base], "s", color="black", markersize=6, label="base year")


def _draw_target(axis: Any, standing: Standing, base: float | None, scale: float) -> None:
    target = standing.target
    # a share that shall be reached is known without a base value, though no path leads to it yet
    known = target.share if base is None else end_value(target, base)
    if known is None:
        return
    end = scale * known
    axis.plot([target.target_year], [end], "D", color="black", markersize=6, clip_on=False, label="target")
    place = {"textcoords": "offset points", "xytext": (0, 9), "ha": "center"}
    axis.annotate(_amount(end, scale), (target.target_year, end), fontsize=8, **place)


def _draw_status(axis: Any, standing: Standing, scale: float) -> None:
    if standing.actual is None:
        return
    colour, mark = _STATUSES.get(standing.status, (_UNKNOWN, "o"))
    label = standing.status if standing.status in _STATUSES else _NOT_KNOWN
    axis.plot([standing.year], [scale * standing.actual], mark, color=colour, markersize=10, label=label)


def _is_share(standing: Standing) -> bool:
    return standing.target.metric != "emissions"


def _amount(value: float, scale: float) -> str:
    return f"{value:.1f} %" if scale != 1 else significant(value, 4)


def _unit(standing: Standing) -> str:
    if _is_share(standing):
        return "% of electricity"
    return "t CO2e" if standing.base is not None else "% of the base year"


def _title(standing: Standing, scale: float) -> str:
    target = standing.target
    where = f", {target.segment}" if target.segment else ""
    return f"{target.id}: {target.measures}{where}\n{_standing(standing, scale)}"


def _standing(standing: Standing, scale: float) -> str:
    """`behind in 2024: 9,866,000 t CO2e, the path says 8,343,000`."""
    if standing.actual is None or standing.expected is None or standing.base is None:
        if standing.actual is not None and _is_share(standing):
            return f"{_amount(scale * standing.actual, scale)} in {standing.year}; {standing.status}"
        return f"{standing.status} in {standing.year}"
    unit = "" if _is_share(standing) else f" {_unit(standing)}"
    actual, path = (_amount(scale * value, scale) for value in (standing.actual, standing.expected))
    return f"{standing.status} in {standing.year}: {actual}{unit}, the path says {path}"
