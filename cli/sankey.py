"""The supply-chain tree as a Sankey picture: columns are levels, heights are kg CO2e, drawn with matplotlib's patches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.plots import new_figure, save_figure, stage_colour
from lca.rounding import significant

if TYPE_CHECKING:
    from lca.hotspots import Hotspots, Node

_GAP = 0.012
_WIDTH = 0.16
_LABEL_FROM = 0.012
_LONGEST = 46
#: A thin white under a label, so that it can be read on any band; the words stay words in an SVG.
_PAPER = {"facecolor": "white", "alpha": 0.55, "edgecolor": "none", "pad": 0.6}


def plot_sankey(found: Hotspots, path: Path, depth: int = 4) -> None:
    """Draw the tree down to `depth` levels; what is below the cut-off or the depth ends where its branch ends."""
    if not found.footprint.total:
        raise click.UsageError(f"{found.footprint.name} has a footprint of 0: there is nothing to draw")
    shown = _drawn(found, depth)
    children: dict[int, list[Node]] = {}
    for node in shown[1:]:
        children.setdefault(node.parent, []).append(node)
    boxes = _places(shown[0], children, found.footprint.total)
    figure = new_figure(3.0 * (depth + 1), 7.5)
    axis = figure.subplots()
    colours = _colours(found)
    used: dict[int, float] = {}
    for node in sorted(shown, key=lambda n: -n.value):
        x, y, height = boxes[node.number]
        colour = colours[_line_of(node, found)]
        if node.parent >= 0:
            flow = node.value / found.footprint.total
            _ribbon(axis, boxes[node.parent], (x, y + height - flow, flow), used.get(node.parent, 0.0), colour)
            used[node.parent] = used.get(node.parent, 0.0) + flow
        _box(axis, (x, y, height), colour)
        if height > _LABEL_FROM and node.parent >= 0:
            axis.text(x + _WIDTH + 0.015, y + height / 2, _label(node), fontsize=6.5, va="center", bbox=_PAPER)
    _rest_of_the_root(axis, boxes[0], used.get(0, 0.0), found)
    axis.set_xlim(-0.05, depth + 1.1)
    axis.set_ylim(-0.02, max(y + h for _, y, h in boxes.values()) + 0.05)
    axis.axis("off")
    axis.set_title(_title(found, depth), loc="left", fontsize=9)
    _legend(axis, [n for n in shown if n.depth == 1], found)
    save_figure(figure, path)


def _drawn(found: Hotspots, depth: int) -> list[Node]:
    """The nodes down to `depth` whose branch is positive from the root on (parents come before their children)."""
    numbers = {-1}
    for node in found.tree:
        if node.depth <= depth and node.value > 0 and node.parent in numbers:
            numbers.add(node.number)
    return [node for node in found.tree if node.number in numbers]


def _title(found: Hotspots, depth: int) -> str:
    """What is drawn, and that savings (negative branches) are not: a band cannot be narrower than nothing."""
    saved = sum(n.value for n in found.tree if n.depth <= depth and n.value < 0 and found.tree[n.parent].value > 0)
    rest = f"; savings of {significant(-saved)} kg CO2e are not drawn" if saved else ""
    return f"{found.footprint.name}: {significant(found.footprint.total)} kg CO2e, branches above {found.cutoff:.1%}{rest}"


def _rest_of_the_root(axis: Any, box: tuple[float, float, float], used: float, found: Hotspots) -> None:
    """What the root has besides the bands that leave it: many small branches."""
    x, y, height = box
    if height - used > _LABEL_FROM:
        told = f"branches below {found.cutoff:.1%}: {significant((height - used) * found.footprint.total)}"
        axis.text(x + _WIDTH + 0.015, y, told, fontsize=6.5, va="bottom", bbox=_PAPER)


def _legend(axis: Any, first_level: list[Node], found: Hotspots) -> None:
    """The colours of the stages that are drawn."""
    from matplotlib.patches import Patch

    drawn = {node.stage for node in first_level}
    stages = [stage for stage in dict.fromkeys(line.stage for line in found.footprint.bill.lines) if stage in drawn]
    handles = [Patch(color=stage_colour(stage), label=stage.replace("_", " ")) for stage in stages]
    axis.legend(handles=handles, loc="upper right", fontsize=7, frameon=False)


def _label(node: Node) -> str:
    """Name, place and value, cut to what fits between two columns."""
    tail = (f" ({node.location})" if node.location else "") + f" {significant(node.value)}"
    room = _LONGEST - len(tail)
    return (node.label if len(node.label) <= room else node.label[: room - 1] + "…") + tail


def _places(root: Node, children: dict[int, list[Node]], total: float) -> dict[int, tuple[float, float, float]]:
    """x, y and height of every node: children stacked from the top of their parent's band, with a gap between branches.

    A box is as high as what flows into it where savings, which are not drawn, make it less.
    """
    boxes: dict[int, tuple[float, float, float]] = {}

    def put(node: Node, top: float) -> float:
        height = max(node.value, sum(child.value for child in children.get(node.number, []))) / total
        below = top
        for child in sorted(children.get(node.number, []), key=lambda n: -n.value):
            below = put(child, below) - _GAP
        bottom = min(below + (_GAP if below < top else 0.0), top - height)
        boxes[node.number] = (float(node.depth), top - height, height)
        return bottom

    lowest = put(root, 0.0)
    return {number: (x, y - lowest, height) for number, (x, y, height) in boxes.items()}


def _line_of(node: Node, found: Hotspots) -> int:
    """The first-level node that a node belongs to."""
    while node.depth > 1:
        node = found.tree[node.parent]
    return node.number


def _colours(found: Hotspots) -> dict[int, Any]:
    colours: dict[int, Any] = {0: "#444444"}
    for node in found.tree[1:]:
        if node.depth == 1:
            colours[node.number] = stage_colour(node.stage)
    return colours


def _box(axis: Any, place: tuple[float, float, float], colour: str) -> None:
    from matplotlib.patches import Rectangle

    x, y, height = place
    axis.add_patch(Rectangle((x, y), _WIDTH, height, facecolor=colour, edgecolor="white", linewidth=0.3))


def _ribbon(axis: Any, parent: tuple[float, float, float], child: tuple[float, float, float], used: float, colour: str) -> None:
    """A curved band from the parent's right side, below what is `used` of it already, to the child's left side."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    x, y, height = child
    parent_x, parent_y, parent_height = parent
    at = parent_y + parent_height - used - height
    left, right = parent_x + _WIDTH, x
    bend = (left + right) / 2
    lower = [(left, at), (bend, at), (bend, y), (right, y)]
    upper = [(right, y + height), (bend, y + height), (bend, at + height), (left, at + height)]
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    axis.add_patch(PathPatch(Curve([*lower, *upper, (left, at)], codes), facecolor=colour, alpha=0.35, linewidth=0))
