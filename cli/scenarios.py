"""`lifeloop scenarios`: a product as it is and under its named scenarios, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices
from lca.errors import LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from lca.footprint import Footprint
    from lca.scenario import Scenario


@click.command()
@click.argument("product")
@click.argument("names", nargs=-1)
@model_choices
@click.option("--plot", type=printing.PICTURE, help="Draw the scenarios as stacked bars (.svg, .png or .pdf).")
@printing.output_options
def command(
    product: str, names: tuple[str, ...], choices: Choices, plot: Path | None, as_json: bool, as_csv: bool, output: Path | None
) -> None:
    """PRODUCT as it is and under the scenarios NAMES (all that it has, and those of --scenarios, when none is named)."""
    from inventories.shipped import load

    notes: list[str] = []
    try:
        known = {**load(product).product.scenarios, **choices.apart}
        base = choices.assess(product)
        rows = [_row("as it is", "", base, None), *_rows(product, choices, known, names, base, notes)]
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        printing.write(printing.as_json_text({"product": product, "unit": "kg CO2e", "scenarios": rows, "notes": notes}), output)
    elif as_csv:
        printing.write(printing.as_csv_text([_flat(row) for row in rows]), output)
    else:
        printing.write("\n".join([_table(rows), *(f"note: {note}" for note in notes)]), output)
    if plot:
        from cli.uncertainty_plots import plot_scenarios

        plot_scenarios(base.name, rows, plot)


def _rows(
    product: str, choices: Choices, known: dict[str, Scenario], names: tuple[str, ...], base: Footprint, notes: list[str]
) -> Iterator[dict[str, Any]]:
    """One row a scenario. One that cannot touch this product is noted, unless it was asked for by name."""
    from inventories.scenarios import TouchesNothing

    for name in names or tuple(known):
        try:
            footprint = replace(choices, scenario=name).assess(product)
        except TouchesNothing as error:
            if names:
                raise
            notes.append(f"{name} is left out: {error.problems[0].reason}")
            continue
        yield _row(name, known[name].description, footprint, base)


def _row(name: str, description: str, footprint: Footprint, base: Footprint | None) -> dict[str, Any]:
    change = None if base is None else footprint.total / base.total - 1.0
    life = footprint.service_life
    return {
        "scenario": name,
        "total": footprint.total,
        "change": change,
        "stages": footprint.stages,
        "service_life": life,
        "per_service": footprint.total / float(life.split()[0]),
        "service_unit": f"kg CO2e per {life.split()[1]}",
        "description": description,
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    stages = {stage.replace("_", " "): value for stage, value in row["stages"].items()}
    service = {"service life": row["service_life"], row["service_unit"].removeprefix("kg CO2e "): row["per_service"]}
    return {
        "scenario": row["scenario"],
        "total": row["total"],
        "change": row["change"],
        **service,
        **stages,
        "description": row["description"],
    }


def _table(rows: Sequence[dict[str, Any]]) -> str:
    """The table for people; years or km of service are shown where they differ, because then totals alone mislead."""
    shown = [{k: significant(v) if isinstance(v, float) else v for k, v in _flat(row).items()} for row in rows]
    lives = {row["service_life"] for row in rows}
    per = [key for key in shown[0] if key == "service life" or key.startswith("per ")]
    for row, told in zip(rows, shown, strict=True):
        told["change"] = "" if row["change"] is None else f"{row['change']:+.1%}"
        for key in per if len(lives) == 1 else ():
            del told[key]
    told_below = [f"{told['scenario']}: {told['description']}" for told in shown if told["description"]]
    for told in shown:
        del told["description"]
    return "\n".join([printing.table(shown, right=[k for k in shown[0] if k not in {"scenario", "service life"}]), "", *told_below])
