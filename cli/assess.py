"""`lifeloop assess`: the footprint of product files, folders of them, or shipped products by id."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import changes_option, model_options, scores_for
from lca.errors import InputError, LifeloopError, Problem

if TYPE_CHECKING:
    from lca.footprint import Footprint
    from lca.scores import UnitScores


@click.command()
@click.argument("products", nargs=-1, required=True, metavar="PRODUCT...")
@changes_option
@model_options
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the stages as stacked bars (.svg, .png or .pdf).")
@printing.output_options
def command(
    products: tuple[str, ...],
    changes: dict[str, Any],
    method: str,
    factors: Path | None,
    plot: Path | None,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
) -> None:
    """The footprint of product files, folders of them, or shipped products by id.

    One that is refused does not stop the others: it is named on stderr and the exit code is 3.
    """
    try:
        scores, notes = scores_for(factors)
    except LifeloopError as error:
        printing.stop(error, as_json)
    done, refused = _assess_all(products, scores, changes, method, as_json)
    if done:
        printing.write(_report(done, as_json, as_csv, notes), output)
        if plot:
            from cli.plots import plot_stages

            plot_stages(done, plot)
    elif as_json:
        printing.write("[]", output)
    sys.exit(printing.EXIT_REFUSED if refused else 0)


def _assess_all(
    products: tuple[str, ...], scores: UnitScores, changes: dict[str, Any], method: str, as_json: bool
) -> tuple[list[Footprint], int]:
    from inventories.assessing import assess_file

    done: list[Footprint] = []
    refused = 0
    for name in _files(products):
        try:
            done.append(assess_file(name, scores, changes, method))
        except LifeloopError as error:
            refused += 1
            printing.refuse(error, as_json)
    return done, refused


def _files(products: tuple[str, ...]) -> Iterator[str]:
    """Every file of a folder, every other name as it is."""
    for name in products:
        path = Path(name)
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix in {".yaml", ".yml"})
            if not found:
                printing.refuse(InputError(Problem("the folder holds no product file (*.yaml)", file=name)), as_json=False)
                sys.exit(printing.EXIT_USAGE)
            yield from map(str, found)
        else:
            yield name


def _report(done: list[Footprint], as_json: bool, as_csv: bool, notes: tuple[str, ...]) -> str:
    if as_json:
        return printing.as_json_text([footprint.to_dict() | {"factors": list(notes)} for footprint in done])
    if as_csv:
        return printing.as_csv_text([{"product": f.product} | part for f in done for part in f.parts])
    if len(done) > 1:
        return "\n".join([_portfolio(done), *(f"note: {note}" for note in notes)])
    return "\n".join([_single(done[0]), *(f"note: {note}" for note in notes)])


def _portfolio(done: list[Footprint]) -> str:
    rows = [
        {"product": f.product, "kg CO2e": printing.significant(f.total)}
        | {stage.replace("_", " "): printing.significant(value) for stage, value in f.stages.items()}
        | {"on estimates": f"{f.resting_on_estimates / f.total:.0%}" if f.total else "-", "notes": str(len(f.warnings) or "")}
        for f in done
    ]
    return printing.table(rows, right=[key for key in rows[0] if key != "product"])


def _single(footprint: Footprint) -> str:
    unit = footprint.functional_unit
    head = f"{footprint.name}: {printing.significant(footprint.total)} kg CO2e per {unit.quantity:g} {unit.unit} ({unit.description}, {footprint.service_life})"
    stages = [
        {"stage": stage.replace("_", " "), "kg CO2e": printing.significant(value), "share": f"{value / footprint.total:.1%}"}
        for stage, value in footprint.stages.items()
    ]
    largest = sorted(footprint.parts, key=lambda part: -abs(part["value"]))[:10]
    parts = [
        {
            "part": part["part"],
            "stage": part["stage"].replace("_", " "),
            "process": f"{part['process']} ({part['location']})",
            "amount": f"{printing.significant(part['amount'])} {part['unit']}",
            "kg CO2e": printing.significant(part["value"]),
        }
        for part in largest
    ]
    made = footprint.provenance
    foot = f"{made['method']}, end of life {made['end_of_life']}, {made['background']} {made['background_digest'][:12]}, lifeloop {made['version']}"
    estimates = f"{footprint.resting_on_estimates / footprint.total:.0%} of the result rests on estimates (`lifeloop explain` says which)."
    return "\n".join(
        [
            head,
            "",
            printing.table(stages, right=("kg CO2e", "share")),
            "",
            printing.table(parts, title="Largest lines", right=("amount", "kg CO2e")),
            "",
            estimates,
            *(f"note: {warning}" for warning in footprint.warnings),
            foot,
        ]
    )
