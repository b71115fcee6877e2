"""`lifeloop scenarios`: a product as it is and under its named scenarios, side by side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices
from lca.errors import InputError, LifeloopError
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
    """PRODUCT as it is and under the scenarios NAMES (all that it has, and those of --scenarios, when none is named).

    --scenario names one more. A scenario that is refused does not stop the others: it is named on stderr, the exit code is 3.
    """
    from inventories.shipped import load

    as_it_is = replace(choices, scenario=None)
    asked = tuple(dict.fromkeys([*names, *([choices.scenario] if choices.scenario else [])]))
    try:
        known = {**load(product).product.scenarios, **choices.apart}
        base = as_it_is.assess(product)
    except LifeloopError as error:
        printing.stop(error, as_json)
    tried = _Tried([_row("as it is", "", base, None)], [], [])
    _try_each(tried, product, as_it_is, known, asked, base)
    printing.write(_told(tried, product, as_json, as_csv), output)
    if plot:
        from cli.uncertainty_plots import plot_scenarios

        plot_scenarios(base.name, tried.rows, plot)
    for _, refused in tried.refused:
        printing.refuse(refused, as_json)
    sys.exit(printing.EXIT_REFUSED if tried.refused else 0)


@dataclass(frozen=True)
class _Tried:
    """What became of the scenarios: rows, sentences on those that do not concern the product, and those that were refused."""

    rows: list[dict[str, Any]]
    notes: list[str]
    refused: list[tuple[str, LifeloopError]]


def _try_each(tried: _Tried, product: str, choices: Choices, known: dict[str, Scenario], asked: tuple[str, ...], base: Footprint) -> None:
    """One row a scenario. One that cannot touch this product is noted, unless it was asked for by name."""
    from inventories.scenarios import TouchesNothing

    for name in asked or tuple(known):
        try:
            footprint = replace(choices, scenario=name).assess(product)
        except InputError as error:
            if isinstance(error, TouchesNothing) and not asked:
                tried.notes.append(f"{name} is left out: {error.problems[0].reason}")
            else:
                tried.refused.append((name, error))
        except LifeloopError as error:
            tried.refused.append((name, LifeloopError(f"under the scenario {name!r}: {error}")))
        else:
            tried.rows.append(_row(name, known[name].description, footprint, base))


def _told(tried: _Tried, product: str, as_json: bool, as_csv: bool) -> str:
    if as_json:
        told = {"product": product, "unit": "kg CO2e", "scenarios": tried.rows, "notes": tried.notes}
        return printing.as_json_text(told | {"refused": [name for name, _ in tried.refused]})
    if as_csv:
        return printing.as_csv_text([_flat(row) for row in tried.rows])
    return "\n".join([_table(tried.rows), *(f"note: {note}" for note in tried.notes)])


def _row(name: str, description: str, footprint: Footprint, base: Footprint | None) -> dict[str, Any]:
    # of nothing there is no relative change
    change = footprint.total / base.total - 1.0 if base is not None and base.total else None
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
        told["change"] = "" if row["change"] is None else f"{round(row['change'], 3) + 0.0:+.1%}"
        for key in per if len(lives) == 1 else ():
            del told[key]
    told_below = [f"{told['scenario']}: {told['description']}" for told in shown if told["description"]]
    for told in shown:
        del told["description"]
    return "\n".join([printing.table(shown, right=[k for k in shown[0] if k not in {"scenario", "service life"}]), "", *told_below])
