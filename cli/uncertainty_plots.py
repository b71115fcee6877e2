"""Pictures of what is not known and of what could be: interval bars, the distribution of a difference, scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.plots import new_figure, save_figure, stage_colour, stage_hatch
from lca.rounding import significant
from lca.stages import STAGES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lca.comparison import Comparison
    from lca.discernibility import PairedDesigns
    from lca.footprint import Footprint
    from lca.uncertainty import Draws

#: White behind a label, so that no line runs through it.
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
_FAINT, _STRONG, _OTHER, _NEITHER = "#9ECAE1", "#0072B2", "#D55E00", "#999999"


def interval_rows(footprints: Sequence[Footprint], sampled: Sequence[Draws]) -> list[dict[str, Any]]:
    """What the interval picture shows: name, family, point value, 5th, 50th and 95th percentile in kg CO2e."""
    rows = []
    for footprint, draws in zip(footprints, sampled, strict=True):
        found = draws.summary()["total"]
        rows.append(
            {"name": footprint.name, "family": footprint.family, "point": footprint.total}
            | {key: found[key] for key in ("p5", "median", "p95")}
        )
    return rows


def plot_intervals(footprints: Sequence[Footprint], sampled: Sequence[Draws], path: Path) -> None:
    """One bar a product from the 5th to the 95th percentile, a mark at the median, a dot at the point value; a panel a family."""
    rows = interval_rows(footprints, sampled)
    families = list(dict.fromkeys(row["family"] for row in rows))
    groups = [sorted((r for r in rows if r["family"] == family), key=lambda r: float(r["point"])) for family in families]
    figure = new_figure(9.0, 1.3 + sum(0.55 + 0.34 * len(group) for group in groups))
    axes = figure.subplots(len(groups), 1, squeeze=False, height_ratios=[len(g) + 1 for g in groups])[:, 0]
    for axis, group, family in zip(axes, groups, families, strict=True):
        _interval_panel(axis, group, "" if len(groups) == 1 else family)
    axes[-1].set_xlabel(f"kg CO2e per functional unit, {sampled[0].summary()['total']['draws']} possible worlds")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False, fontsize=8)
    save_figure(figure, path)


def _interval_panel(axis: Any, group: Sequence[dict[str, Any]], title: str) -> None:
    names = [row["name"] for row in group]
    low, middle, high, point = ([row[key] for row in group] for key in ("p5", "median", "p95", "point"))
    places = range(len(group))
    widths = [h - lo for lo, h in zip(low, high, strict=True)]
    axis.barh(places, widths, left=low, height=0.5, color=_FAINT, label="90 of 100 possible worlds")
    axis.vlines(middle, [p - 0.25 for p in places], [p + 0.25 for p in places], color=_STRONG, linewidth=2, label="median")
    axis.plot(point, list(places), "o", color=_OTHER, markersize=5, label="point value")
    for place, lo, h in zip(places, low, high, strict=True):
        axis.text(h, place, f"  {significant(lo)} to {significant(h)}", va="center", fontsize=8)
    axis.set_yticks(list(places), names, fontsize=8)
    axis.set_xlim(0, max(high) * 1.28 or 1.0)
    axis.set_ylim(-0.7, len(group) - 0.3)
    axis.set_title(title, loc="left", fontsize=9, fontweight="bold")
    axis.tick_params(axis="x", labelsize=8)
    if max(high) >= 1000:
        axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.spines[["top", "right"]].set_visible(False)


def plot_distribution(result: Comparison, paired: PairedDesigns, path: Path) -> None:
    """The difference B - A over all possible worlds as a histogram, coloured by which design is lower."""
    import numpy as np

    difference = paired.difference
    figure = new_figure(9.0, 4.4)
    axis = figure.subplots()
    edges = _edges(float(difference.min()), float(difference.max()))
    counts, _ = np.histogram(difference, edges)
    middles = (edges[:-1] + edges[1:]) / 2
    same = not difference.any()
    colours = [_NEITHER if same else _STRONG if middle > 0 else _OTHER for middle in middles]
    axis.bar(middles, counts, width=np.diff(edges) * 0.95, color=colours)
    axis.axvline(0, color="black", linewidth=1, ymax=0.9)
    top = float(counts.max())
    axis.set_ylim(0, top * 1.3)
    if same:
        axis.set_xlim(-5, 5)
        axis.set_xticks([0])
        axis.text(0.5, 0.97, "the same in all worlds", transform=axis.transAxes, ha="center", va="top", fontsize=9)
    else:
        _who_is_lower(axis, result, paired.probability_a_lower)
        _interval(axis, difference, top)
    axis.set_xlabel(f"kg CO2e per {result.per}: {result.b.name} minus {result.a.name}", fontsize=9)
    axis.set_ylabel(f"worlds of {len(difference)}", fontsize=9)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


def _who_is_lower(axis: Any, result: Comparison, share: float) -> None:
    """On each side of zero the design that is lower there, and in which share of the worlds."""
    for side, colour, name, part in (("right", _STRONG, result.a.name, share), ("left", _OTHER, result.b.name, 1 - share)):
        x = 0.99 if side == "right" else 0.01
        axis.text(x, 0.97, f"{name} lower: {part:.0%}", transform=axis.transAxes, ha=side, va="top", fontsize=9, color=colour)


def _interval(axis: Any, difference: NDArray[np.float64], top: float) -> None:
    """The 90 % interval and the median above the bars."""
    import numpy as np

    p5, median, p95 = (float(x) for x in np.percentile(difference, (5, 50, 95)))
    axis.plot([p5, p95], [top * 1.1] * 2, color="black", linewidth=2, solid_capstyle="butt")
    axis.plot([median], [top * 1.1], "|", color="black", markersize=12)
    axis.text(median, top * 1.13, f"90 %: {_signed(p5)} to {_signed(p95)}", ha="center", va="bottom", fontsize=8)


def _edges(low: float, high: float) -> NDArray[np.float64]:
    """Edges of the bars between the lowest and the highest difference: zero is one of them, so that no bar holds both sides."""
    import numpy as np

    if low == high == 0.0:  # the same in every world: one bar at zero
        return np.array([-0.5, 0.5])
    low, high = min(low, 0.0), max(high, 0.0)
    step = (high - low) / 48
    return np.asarray(np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "") + significant(abs(value))


def plot_scenarios(name: str, rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Stacked bars by stage, one a scenario, the product as it is on top with a line down through the others.

    Credits stand to the left of zero, never inside the bar of burdens; the total that is written is what is left.
    """
    shown = rows[::-1]
    several_lives = len({row["service_life"] for row in rows}) > 1
    figure = new_figure(9.0, 1.4 + 0.32 * len(shown))
    axis = figure.subplots()
    left, credits = [0.0] * len(shown), [row["stages"].get("credits", 0.0) for row in shown]
    for stage in STAGES:
        widths = [row["stages"][stage] for row in shown]
        colour, hatch = stage_colour(stage), stage_hatch(stage)
        axis.barh(range(len(shown)), widths, left=left, color=colour, hatch=hatch, edgecolor="white", linewidth=0.4, label=stage)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    if any(credits):
        colour, hatch = stage_colour("credits"), stage_hatch("credits")
        axis.barh(range(len(shown)), credits, color=colour, hatch=hatch, edgecolor="white", linewidth=0.4, label="credits")
        axis.axvline(0.0, color="black", linewidth=0.8)
        totals = [row["total"] for row in shown]
        axis.plot(totals, range(len(shown)), "D", color="white", markeredgecolor="black", markersize=5, label="total")
    for place, (reached, row) in enumerate(zip(left, shown, strict=True)):
        axis.text(reached, place, f" {_told(row, several_lives)} ", va="center", fontsize=8, bbox=_PAPER)
    axis.axvline(rows[0]["total"], color="black", linewidth=0.8, linestyle=":", zorder=0.5)
    axis.set_yticks(range(len(shown)), [row["scenario"].replace("_", " ") for row in shown], fontsize=8)
    axis.set_xlim(1.05 * min(credits), max(left) * (1.36 if several_lives else 1.2))
    axis.set_ylim(-0.7, len(shown) - 0.3)
    axis.set_xlabel(f"kg CO2e per functional unit, {name}", fontsize=9)
    if max(left) >= 1000:
        axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.tick_params(axis="x", labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    handles, labels = axis.get_legend_handles_labels()
    words = [label.replace("_", " ") for label in labels]
    figure.legend(handles, words, loc="outside upper center", ncols=len(labels), frameon=False, fontsize=8)
    save_figure(figure, path)


def _told(row: dict[str, Any], several_lives: bool) -> str:
    """Total, change, and what a year or km of service costs where the scenarios differ in that."""
    change = "" if row["change"] is None else f" ({row['change']:+.1%})"
    service = f"; {significant(row['per_service'])} per {row['service_unit'].split()[-1]}" if several_lives else ""
    return f"{significant(row['total'])}{change}{service}"
