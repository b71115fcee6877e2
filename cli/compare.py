"""`lifeloop compare`: two designs side by side, line by line; three and more by stage; all in the same possible worlds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices, uncertainty_options
from lca.errors import FunctionalUnitsDiffer, LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from lca.comparison import Comparison
    from lca.discernibility import Discernibility
    from lca.footprint import Footprint
    from lca.uncertainty import Draws, PairedComparison


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.argument("more", metavar="[C...]", nargs=-1)
@model_choices
@uncertainty_options
@click.option(
    "--per",
    type=click.Choice(["unit", "year", "km"]),
    default="unit",
    show_default=True,
    help="Compare per functional unit, or per year or km of service where the service lives differ.",
)
@click.option("--plot", type=printing.PICTURE, help="Draw the difference, or the stages (.svg, .png or .pdf).")
@printing.output_options
def command(
    a: str,
    b: str,
    more: tuple[str, ...],
    choices: Choices,
    draws: int | None,
    seed: int,
    per: str,
    plot: Path | None,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
) -> None:
    """Compare design A with design B line by line; differences are B - A. Three and more are compared by stage.

    All must have the same functional unit (exit code 2 if not).
    """
    from lca.comparison import compare

    names = (a, b, *more)
    try:
        footprints = [_footprint(choices, name, per) for name in names]
        results = [compare(footprints[0], other) for other in footprints[1:]]
        sampled = _draws(choices, names, draws, seed, per) if draws else []
    except FunctionalUnitsDiffer as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    except LifeloopError as error:
        printing.stop(error, as_json)
    if more:
        printing.write(_several(names, results, sampled, as_json, as_csv, choices.notes), output)
    else:
        printing.write(_two(results[0], sampled, as_json, as_csv, choices.notes), output)
    if plot:
        _draw(footprints, results[0], sampled, plot)


def _footprint(choices: Choices, name: str, per: str) -> Footprint:
    """The footprint per functional unit, or per year or km of service."""
    found = choices.assess(name)
    if per == "unit":
        return found
    from lca.service import per_service

    return per_service(found, _length(choices, name, per), per)


def _length(choices: Choices, name: str, per: str) -> float:
    from lca.service import length_of_service

    setting = choices.setting(name)
    return length_of_service(setting.product_file.product, setting.changes, per)


def _draws(choices: Choices, names: Sequence[str], draws: int, seed: int, per: str) -> list[Draws]:
    """All designs in the same possible worlds (SciPy is imported here: a plain comparison does without it)."""
    sampled = choices.draws(names, draws, seed)
    if per == "unit":
        return sampled
    from lca.service import draws_per_service

    return [draws_per_service(d, _length(choices, name, per)) for name, d in zip(names, sampled, strict=True)]


def _paired(sampled: Sequence[Draws]) -> PairedComparison:
    from lca.uncertainty import PairedComparison

    return PairedComparison(*sampled)


def _draw(footprints: Sequence[Footprint], first: Comparison, sampled: Sequence[Draws], path: Path) -> None:
    from cli.plots import plot_difference, plot_stages

    if len(footprints) > 2:
        plot_stages(footprints, path)
    elif sampled:
        from cli.uncertainty_plots import plot_distribution

        plot_distribution(first, _paired(sampled), path)
    else:
        plot_difference(first, path)


def _two(result: Comparison, sampled: Sequence[Draws], as_json: bool, as_csv: bool, notes: Sequence[str]) -> str:
    paired = _paired(sampled) if sampled else None
    if as_json:
        return printing.as_json_text(result.to_dict() | {"factors": list(notes)} | (paired.to_dict() if paired else {}))
    if as_csv:
        return printing.as_csv_text(result.to_dict()["lines"])
    return "\n".join([_report(result), *([paired.sentence] if paired else []), *(f"note: {note}" for note in notes)])


def _several(
    names: Sequence[str], results: Sequence[Comparison], sampled: Sequence[Draws], as_json: bool, as_csv: bool, notes: Sequence[str]
) -> str:
    """Three and more designs: totals by stage, each against the first, and the matrix of who is lower."""
    from lca.discernibility import Discernibility, distinct

    called = distinct([result.product for result in (results[0].a, *(r.b for r in results))])
    matrix = Discernibility(called, tuple(sampled)) if sampled else None
    if as_json:
        found: dict[str, Any] = {
            "designs": [_design(name, f) for name, f in zip(called, (results[0].a, *(r.b for r in results)), strict=True)],
            "comparisons": [result.to_dict() for result in results],
            "factors": list(notes),
        }
        return printing.as_json_text(found | ({"discernibility": matrix.to_dict()} if matrix else {}))
    rows = _stage_rows(called, results)
    if as_csv:
        return printing.as_csv_text(rows)
    shown = [{key: significant(value) if isinstance(value, float) else value for key, value in row.items()} for row in rows]
    head = f"kg CO2e per {results[0].a.functional_unit.quantity:g} {results[0].a.functional_unit.unit}; difference to {called[0]}"
    warnings = dict.fromkeys(w for result in results for w in result.warnings)
    body = [head, "", printing.table(shown, right=[key for key in shown[0] if key != "design"])]
    body += ["", _matrix_table(matrix), matrix.sentence] if matrix else []
    return "\n".join([*body, *(f"note: {w}" for w in (*warnings, *notes))])


def _design(name: str, footprint: Footprint) -> dict[str, Any]:
    total = {"value": footprint.total, "unit": "kg CO2e"}
    return {"product": footprint.product, "name": name, "total": total, "stages": footprint.stages}


def _stage_rows(names: Sequence[str], results: Sequence[Comparison]) -> list[dict[str, Any]]:
    footprints = (results[0].a, *(result.b for result in results))
    return [
        {"design": name, "total": f.total, "difference": f.total - footprints[0].total}
        | {stage.replace("_", " "): value for stage, value in f.stages.items()}
        for name, f in zip(names, footprints, strict=True)
    ]


def _matrix_table(matrix: Discernibility) -> str:
    rows = [
        {"": name, **{other: "" if name == other else f"{share:.0%}" for other, share in zip(matrix.names, row, strict=True)}}
        for name, row in zip(matrix.names, matrix.matrix, strict=True)
    ]
    for row, share in zip(rows, matrix.probability_lowest, strict=True):
        row["lowest of all"] = f"{share:.0%}"
    return printing.table(rows, title="Share of the possible worlds in which the row is lower than the column", right=list(rows[0])[1:])


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
    per = result.a.functional_unit.unit if result.a.functional_unit.unit in {"year", "km"} else "functional unit"
    head = f"A = {result.a.name}, B = {result.b.name}; kg CO2e per {per}"
    body = [head, "", printing.table(rows, right=("A", "B", "B - A")), rest, result.sentence, *(f"note: {w}" for w in result.warnings)]
    return "\n".join(line for line in body if line or line == "")


def _signed(value: float) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "") + significant(abs(value))
