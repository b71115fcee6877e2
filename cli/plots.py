"""Pictures for people, drawn by matplotlib: stages of a portfolio, and the difference of two designs line by line."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inventories.home import home
from lca.comparison import Comparison, per_what
from lca.footprint import Footprint
from lca.rounding import significant
from lca.stages import STAGES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lca.sensitivity import Question, Swing

#: Okabe-Ito colours, one a stage everywhere, with a hatch so that they can be told apart without colour.
_COLOURS = {
    "materials": ("#0072B2", ""),
    "manufacturing": ("#56B4E9", "//"),
    "packaging": ("#E69F00", ""),
    "distribution": ("#CC79A7", ".."),
    "use": ("#009E73", ""),
    "end_of_life": ("#999999", "xx"),
    "credits": ("#F0E442", "\\\\"),
}
_HIGHER, _LOWER = "#D55E00", "#0072B2"
_FORMATS = {".svg", ".png", ".pdf"}
#: Fonts with Chinese signs, as systems have them; the first that is installed is used.
_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "SimHei",
)


def plot_stages(footprints: Sequence[Footprint], path: Path) -> None:
    """Stacked bars, one a product, one panel a family (families differ by orders of magnitude)."""
    families = list(dict.fromkeys(f.family for f in footprints))
    groups = [[f for f in footprints if f.family == family] for family in families]
    figure = new_figure(9.0, 1.2 + sum(0.45 + 0.3 * len(group) for group in groups))
    axes = figure.subplots(len(groups), 1, squeeze=False, height_ratios=[len(g) + 1 for g in groups])[:, 0]
    for axis, group, family in zip(axes, groups, families, strict=True):
        _stacked(axis, sorted(group, key=lambda f: f.total), "" if len(groups) == 1 else family)
    words = dict.fromkeys(per_what(f.functional_unit) for f in footprints)
    axes[-1].set_xlabel(f"kg CO2e per {' or '.join(words)}")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False, fontsize=8)
    save_figure(figure, path)


def _stacked(axis: Any, group: Sequence[Footprint], title: str) -> None:
    left = [0.0] * len(group)
    places = range(len(group))  # not names: two designs may have the same
    for stage in (*STAGES, *(["credits"] if any("credits" in f.stages for f in group) else [])):
        widths = [f.stages[stage] for f in group]
        colour, hatch = _COLOURS[stage]
        # credits stand to the left of zero, never inside the bar of burdens
        axis.barh(
            places,
            widths,
            left=[0.0] * len(group) if stage == "credits" else left,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
            label=stage.replace("_", " "),
        )
        left = left if stage == "credits" else [a + b for a, b in zip(left, widths, strict=True)]
    for row, (reached, footprint) in enumerate(zip(left, group, strict=True)):
        axis.text(reached, row, f" {significant(footprint.total)}", va="center", fontsize=8)
    axis.set_xlim(1.05 * min(f.credits for f in group), max(left) * 1.12 or 1.0)
    axis.set_yticks(places, [f.name for f in group])
    axis.set_ylim(-0.7, len(group) - 0.3)
    axis.set_title(title, loc="left", fontsize=9, fontweight="bold")
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def plot_difference(result: Comparison, path: Path, most: int = 20) -> None:
    """What makes the difference: one bar a line, B - A, largest on top; the rest in one bar."""
    visible = 0.002 * max((abs(line.difference) for line in result.lines), default=0.0)
    lines = [line for line in result.lines if line.difference]
    shown = [line for line in lines[:most] if abs(line.difference) > visible]
    rest = lines[len(shown) :]
    names = [f"{line.part} ({line.stage.replace('_', ' ')})" for line in shown]
    values = [line.difference for line in shown]
    if rest:
        names.append(f"{len(rest)} more lines")
        values.append(sum(line.difference for line in rest))
    names.append("all")
    values.append(result.difference)
    figure = new_figure(9.0, 1.4 + 0.28 * len(names))
    axis = figure.subplots()
    axis.barh(names[::-1], values[::-1], color=[_HIGHER if v > 0 else _LOWER for v in values[::-1]], height=0.7)
    axis.set_ylim(-0.7, len(names) - 0.3)
    axis.axhline(0.5, color="black", linewidth=0.6)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel(f"kg CO2e per {result.per}: {result.b.name} minus {result.a.name}")
    axis.set_title(result.sentence, loc="left", fontsize=8, wrap=True)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


def plot_tornado(question: Question, swings: Sequence[Swing], path: Path, most: int = 15) -> None:
    """The tornado: one bar a parameter from its low to its high end, widest on top, around the point value."""
    shown = [s for s in swings if s.swing > 0][:most][::-1]
    if not shown:
        raise click.UsageError(f"no parameter moves the {question.title}: there is nothing to draw")
    figure = new_figure(9.0, 1.4 + 0.32 * len(shown))
    axis = figure.subplots()
    for row, swing in enumerate(shown):
        for end, outcome, colour in (("low", swing.outcome_at_low, _LOWER), ("high", swing.outcome_at_high, _HIGHER)):
            label = f"{end} end of the range" if row == 0 else None
            axis.barh(row, outcome - question.point, left=question.point, color=colour, height=0.7, label=label)
    axis.set_yticks(
        range(len(shown)),
        [f"{s.parameter}\n{significant(s.low)} to {significant(s.high)} {'' if s.unit == '1' else s.unit}".rstrip() for s in shown],
        fontsize=7,
    )
    axis.axvline(question.point, color="black", linewidth=0.8)
    axis.set_xlabel(f"kg CO2e, {question.title}")
    axis.legend(frameon=False, fontsize=8, loc="lower right")
    axis.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


def stage_colour(stage: str) -> str:
    """The colour of a life-cycle stage, the same in every picture."""
    return _COLOURS[stage][0]


def stage_hatch(stage: str) -> str:
    """The hatch of a life-cycle stage, the same in every picture."""
    return _COLOURS[stage][1]


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that size in inches, made so that the same input gives the same bytes."""
    # matplotlib keeps a list of fonts; it shall lie where our caches lie
    os.environ.setdefault("MPLCONFIGDIR", str(home() / "matplotlib"))
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    # names of products, segments and suppliers may be Chinese, which the font that comes with matplotlib cannot write
    installed = set(font_manager.get_font_names())
    mpl.rcParams["font.family"] = ["DejaVu Sans", *(name for name in _CHINESE_FONTS if name in installed)]
    # the same input gives the same bytes: no date, fixed ids in the SVG
    mpl.rcParams["svg.hashsalt"] = "lifeloop"
    mpl.rcParams["svg.fonttype"] = "none"
    return Figure(figsize=(width, height), layout="constrained")


def save_figure(figure: Figure, path: Path) -> None:
    """Write the figure; the file's name says the format. Raises click.UsageError when it cannot be written."""
    if path.suffix.lower() not in _FORMATS:
        raise click.UsageError(f"{path}: a picture ends in .svg, .png or .pdf")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise click.UsageError(f"{path} cannot be written: {error.strerror}") from error
    missing = [w for w in said if "missing from font" in str(w.message)]
    for other in (w for w in said if w not in missing):
        warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
    # in an SVG the words are text, and whoever shows it has the font
    if missing and path.suffix.lower() != ".svg":
        click.echo(f"Warning: no font here writes every sign of {path.name}: install Noto Sans CJK, or write an .svg", err=True)
