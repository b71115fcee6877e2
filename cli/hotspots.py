"""`lifeloop hotspots`: where a footprint comes from, by part, by process of the whole supply chain, by gas, as a tree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import printing
from cli.choices import Choices, model_choices
from cli.finite import FiniteRange
from lca.errors import LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lca.hotspots import Hotspots, Node, Share


@click.command()
@click.argument("product")
@model_choices
@click.option("--cutoff", default=0.005, show_default=True, type=FiniteRange(1e-6, 1.0), help="Smallest branch, as a share of the total.")
@click.option("--depth", default=4, show_default=True, type=click.IntRange(1, 50), help="How deep the printed or drawn tree goes.")
@click.option("--plot", type=printing.PICTURE, help="Draw the tree as a Sankey picture (.svg, .png or .pdf).")
@click.option("--nodes", type=printing.NEW_FILE, help="Write the picture's nodes to this CSV file.")
@click.option("--edges", type=printing.NEW_FILE, help="Write the picture's edges to this CSV file.")
@printing.output_options
def command(
    product: str,
    choices: Choices,
    cutoff: float,
    depth: int,
    plot: Path | None,
    nodes: Path | None,
    edges: Path | None,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
) -> None:
    """Hot spots of PRODUCT: ranked parts, the processes that make 80 %, gases, and the supply-chain tree."""
    from inventories.score_store import network
    from lca.hotspots import hotspots

    try:
        setting = choices.setting(product)
        footprint = choices.footprint(setting, product)
        found = hotspots(footprint, setting.scores, network(setting.scores, setting.background), choices.method, cutoff)
        notes = choices.notes_on({product: footprint})
    except LifeloopError as error:
        printing.stop(error, as_json)
    for path, rows in ((nodes, found.nodes()), (edges, found.edges())):
        if path:
            printing.write(printing.as_csv_text(rows), path)
    if as_json:
        printing.write(printing.as_json_text(found.to_dict() | {"factors": list(notes)}), output)
    elif as_csv:
        printing.write(printing.as_csv_text(found.nodes()), output)
    else:
        printing.write("\n".join([_report(found, depth), *(f"note: {note}" for note in notes)]), output)
    if plot:
        from cli.sankey import plot_sankey

        plot_sankey(found, plot, depth)


def _report(found: Hotspots, depth: int) -> str:
    total = found.footprint.total
    lines = [f"{found.footprint.name}: {significant(total)} kg CO2e", ""]
    lines += [_shares("Parts that make 80 %", found.most_relevant_parts), ""]
    lines += [_shares("Processes of the whole supply chain that make 80 % (their own emissions)", found.most_relevant), ""]
    lines += [_shares("Emissions", found.flows[:6]), "", f"Supply chain (branches above {found.cutoff:.1%}, {depth} levels)"]
    return "\n".join([*lines, *_tree(found.tree, depth, total), *(f"note: {warning}" for warning in found.warnings)])


def _shares(title: str, shares: Sequence[Share]) -> str:
    rows = [
        {
            "": share.name + (f" ({share.where.replace('_', ' ')})" if share.where else ""),
            "kg CO2e": significant(share.value),
            "share": f"{share.share:.1%}",
        }
        for share in shares
    ]
    return printing.table(rows, title=title, right=("kg CO2e", "share"))


def _tree(tree: Sequence[Node], depth: int, total: float) -> Iterator[str]:
    children: dict[int, list[Node]] = {}
    for node in tree:
        children.setdefault(node.parent, []).append(node)
    waiting = [tree[0]]
    while waiting:
        node = waiting.pop()
        place = f" ({node.location})" if node.location else ""
        yield f"{'  ' * node.depth}{node.value / total if total else 0.0:6.1%}  {node.label}{place}  {significant(node.value)}"
        if node.depth < depth:
            waiting += sorted(children.get(node.number, []), key=lambda n: abs(n.value))
