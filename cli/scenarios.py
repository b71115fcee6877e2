"""`lifeloop scenarios`: a product as it is and under its named scenarios, side by side."""

from __future__ import annotations

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


@click.command()
@click.argument("product")
@click.argument("names", nargs=-1)
@model_choices
@printing.output_options
def command(product: str, names: tuple[str, ...], choices: Choices, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """PRODUCT as it is and under the scenarios NAMES (all that it has, and those of --scenarios, when none is named)."""
    from inventories.shipped import load

    try:
        known = {**load(product).product.scenarios, **choices.apart}
        rows = [_row("as it is", "", choices.assess(product), None)]
        for name in names or tuple(known):
            footprint = replace(choices, scenario=name).assess(product)
            rows.append(_row(name, known[name].description, footprint, rows[0]["total"]))
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        printing.write(printing.as_json_text({"product": product, "unit": "kg CO2e", "scenarios": rows}), output)
    elif as_csv:
        printing.write(printing.as_csv_text([_flat(row) for row in rows]), output)
    else:
        shown = [{k: significant(v) if isinstance(v, float) else v for k, v in _flat(row).items()} for row in rows]
        for row, told in zip(rows, shown, strict=True):
            told["change"] = "" if row["change"] is None else f"{row['change']:+.1%}"
        printing.write(printing.table(shown, right=[k for k in shown[0] if k not in {"scenario", "description"}]), output)


def _row(name: str, description: str, footprint: Footprint, base: float | None) -> dict[str, Any]:
    change = None if base is None else footprint.total / base - 1.0
    return {"scenario": name, "total": footprint.total, "change": change, "stages": footprint.stages, "description": description}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    stages = {stage.replace("_", " "): value for stage, value in row["stages"].items()}
    return {"scenario": row["scenario"], "total": row["total"], "change": row["change"], **stages, "description": row["description"]}
