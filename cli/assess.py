"""`lifeloop assess`: the footprint of product files, folders of them, or shipped products by id."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices, uncertainty_options
from lca.errors import LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from lca.footprint import Footprint
    from lca.uncertainty import Draws


@click.command()
@click.argument("products", nargs=-1, required=True, metavar="PRODUCT...")
@model_choices
@uncertainty_options
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the stages as stacked bars (.svg, .png or .pdf).")
@printing.output_options
def command(
    products: tuple[str, ...],
    choices: Choices,
    draws: int | None,
    seed: int,
    plot: Path | None,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
) -> None:
    """The footprint of product files, folders of them, or shipped products by id.

    One that is refused does not stop the others: it is named on stderr and the exit code is 3.
    """
    try:
        _ = choices.scores, choices.apart
    except LifeloopError as error:
        printing.stop(error, as_json)
    names, done = _assess_all(products, choices, as_json)
    if done:
        sampled = choices.draws([n for n in names if n in done], draws, seed) if draws else []
        printing.write(_report(list(done.values()), sampled, as_json, as_csv, choices.notes), output)
        if plot:
            from cli.plots import plot_stages

            plot_stages(list(done.values()), plot)
    elif as_json:
        printing.write("[]", output)
    sys.exit(printing.EXIT_REFUSED if len(done) < len(names) else 0)


def _assess_all(products: tuple[str, ...], choices: Choices, as_json: bool) -> tuple[list[str], dict[str, Footprint]]:
    """All names asked for, and the footprints of those that were not refused."""
    names = list(dict.fromkeys(_files(products)))
    done: dict[str, Footprint] = {}
    for name in names:
        try:
            done[name] = choices.assess(name)
        except LifeloopError as error:
            printing.refuse(error, as_json)
    return names, done


def _files(products: tuple[str, ...]) -> Iterator[str]:
    """Every file of a folder, every other name as it is."""
    from inventories.shipped import kind_of

    for name in products:
        if kind_of(name) == "folder":
            found = sorted(p for p in Path(name).rglob("*") if p.suffix in {".yaml", ".yml"})
            # an empty folder is handed on as it is and refused like a file that is not there
            yield from [str(path) for path in found] or [name]
        else:
            yield name


def _report(done: list[Footprint], sampled: list[Draws], as_json: bool, as_csv: bool, notes: tuple[str, ...]) -> str:
    if as_json:
        summaries: list[dict[str, Any] | None] = [draws.summary() for draws in sampled] or [None] * len(done)
        return printing.as_json_text([_as_dict(f, s, notes) for f, s in zip(done, summaries, strict=True)])
    if as_csv:
        return printing.as_csv_text([{"product": f.product} | part for f in done for part in f.parts])
    said = [f"{draws.product}: {draws.sentence}" for draws in sampled]
    body = _portfolio(done) if len(done) > 1 else _single(done[0])
    return "\n".join([body, *said, *(f"note: {note}" for note in notes)])


def _as_dict(footprint: Footprint, uncertainty: dict[str, Any] | None, notes: tuple[str, ...]) -> dict[str, Any]:
    result = footprint.to_dict() | {"factors": list(notes)}
    if uncertainty is not None:
        result["total"]["uncertainty"] = uncertainty["total"]
        result["uncertainty"] = uncertainty["total"] | {"stages": uncertainty["stages"], "sentence": uncertainty["sentence"]}
        result["provenance"]["seed"] = uncertainty["total"]["seed"]
    return result


def _portfolio(done: list[Footprint]) -> str:
    rows = [
        {"product": f.product, "kg CO2e": significant(f.total)}
        | {stage.replace("_", " "): significant(value) for stage, value in f.stages.items()}
        | {"on estimates": _share(f.resting_on_estimates, f.total), "notes": str(len(f.warnings) or "")}
        for f in done
    ]
    return printing.table(rows, right=[key for key in rows[0] if key != "product"])


def _share(part: float, whole: float, decimals: int = 0) -> str:
    return f"{part / whole:.{decimals}%}" if whole else "-"


def _single(footprint: Footprint) -> str:
    unit = footprint.functional_unit
    head = f"{footprint.name}: {significant(footprint.total)} kg CO2e per {unit.quantity:g} {unit.unit} ({unit.description}, {footprint.service_life})"
    stages = [
        {"stage": stage.replace("_", " "), "kg CO2e": significant(value), "share": _share(value, footprint.total, 1)}
        for stage, value in footprint.stages.items()
    ]
    largest = sorted(footprint.parts, key=lambda part: -abs(part["value"]))[:10]
    parts = [
        {
            "part": part["part"],
            "stage": part["stage"].replace("_", " "),
            "process": f"{part['process']} ({part['location']})",
            "amount": f"{significant(part['amount'])} {part['unit']}",
            "kg CO2e": significant(part["value"]),
        }
        for part in largest
    ]
    made = footprint.provenance
    foot = f"{made['method']}, end of life {made['end_of_life']}, {made['background']} {made['background_digest'][:12]}, lifeloop {made['version']}"
    estimates = (
        f"{_share(footprint.resting_on_estimates, footprint.total)} of the result rests on estimates (`lifeloop explain` says which)."
    )
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
