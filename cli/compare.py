"""`lifeloop compare`: two designs side by side, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import printing
from cli.choices import Choices, model_choices, uncertainty_options
from lca.errors import FunctionalUnitsDiffer, LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from lca.comparison import Comparison
    from lca.uncertainty import PairedComparison


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@model_choices
@uncertainty_options
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the difference line by line (.svg, .png or .pdf).")
@printing.output_options
def command(
    a: str,
    b: str,
    choices: Choices,
    draws: int | None,
    seed: int,
    plot: Path | None,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
) -> None:
    """Compare design A with design B line by line; differences are B - A.

    Both must have the same functional unit (exit code 2 if not).
    """
    from lca.comparison import compare

    try:
        result = compare(choices.assess(a), choices.assess(b))
        paired = _paired(choices, a, b, draws, seed) if draws else None
    except FunctionalUnitsDiffer as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        printing.write(
            printing.as_json_text(result.to_dict() | {"factors": list(choices.notes)} | (paired.to_dict() if paired else {})), output
        )
    elif as_csv:
        printing.write(printing.as_csv_text(result.to_dict()["lines"]), output)
    else:
        printing.write(
            "\n".join([_report(result), *([paired.sentence] if paired else []), *(f"note: {note}" for note in choices.notes)]), output
        )
    if plot:
        from cli.plots import plot_difference

        plot_difference(result, plot)


def _paired(choices: Choices, a: str, b: str, draws: int, seed: int) -> PairedComparison:
    """Both designs in the same possible worlds (imported here: a plain comparison does without SciPy)."""
    from lca.uncertainty import PairedComparison

    return PairedComparison(*choices.draws([a, b], draws, seed))


def _report(result: Comparison) -> str:
    shown = [line for line in result.lines if abs(line.difference) > 1e-12 * abs(result.a.total)]
    rows = [
        {
            "part": line.part,
            "stage": line.stage.replace("_", " "),
            "A": significant(line.a),
            "B": significant(line.b),
            "B - A": _signed(line.difference),
        }
        for line in shown[:25]
    ]
    rows.append(
        {
            "part": "all",
            "stage": "",
            "A": significant(result.a.total),
            "B": significant(result.b.total),
            "B - A": _signed(result.difference),
        }
    )
    rest = f"({len(shown) - 25} more lines; --csv lists them all)" if len(shown) > 25 else ""
    head = f"A = {result.a.name}, B = {result.b.name}; kg CO2e per functional unit"
    body = [head, "", printing.table(rows, right=("A", "B", "B - A")), rest, result.sentence, *(f"note: {w}" for w in result.warnings)]
    return "\n".join(line for line in body if line or line == "")


def _signed(value: float) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "") + significant(abs(value))
