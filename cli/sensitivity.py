"""`lifeloop sensitivity`: which parameters move a footprint, or the difference of two designs, and where the answer turns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices
from lca.errors import LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lca.sensitivity import BreakEven, Question, Sobol, Swing


@click.command()
@click.argument("product")
@click.argument("other", required=False)
@model_choices
@click.option(
    "--samples", default=1024, show_default=True, type=click.IntRange(64, 65536), help="Base sample of the Sobol indices, a power of two."
)
@click.option("--seed", default=42, show_default=True, type=click.IntRange(min=0), help="Seed of the sample.")
@click.option("--most", default=15, show_default=True, type=click.IntRange(2, 60), help="How many parameters are varied together.")
@click.option("--plot", type=printing.PICTURE, help="Draw the tornado (.svg, .png or .pdf).")
@printing.output_options
def command(
    product: str,
    other: str | None,
    choices: Choices,
    samples: int,
    seed: int,
    most: int,
    plot: Path | None,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
) -> None:
    """Sensitivity of the footprint of PRODUCT, or of the difference OTHER - PRODUCT, to single parameters.

    One at a time over each parameter's own range, and Sobol indices of all together; for two designs also the values of
    single parameters at which the other one wins.
    """
    from lca.sensitivity import break_even, one_at_a_time, sobol

    if samples & (samples - 1):
        raise click.BadParameter("the base sample is a power of two", param_hint="--samples")
    try:
        question = _question(choices, product, other)
        swings, indices = one_at_a_time(question), sobol(question, samples, seed, most)
        turns = break_even(question) if other else ()
    except LifeloopError as error:
        printing.stop(error, as_json)
    if plot:
        from cli.plots import plot_tornado

        plot_tornado(question, swings, plot)
    if as_json:
        printing.write(printing.as_json_text(_as_dict(question, swings, indices, turns)), output)
    elif as_csv:
        printing.write(printing.as_csv_text(_rows(swings)), output)
    else:
        printing.write(_report(question, swings, indices, turns), output)


def _question(choices: Choices, product: str, other: str | None) -> Question:
    from lca.comparison import compare
    from lca.sensitivity import Model, difference_question, footprint_question

    settings = [choices.setting(name) for name in (product, *([other] if other else []))]
    models = [Model.of(s.product_file.product, s.scores, choices.method, s.changes, s.end_of_life) for s in settings]
    if len(models) == 1:
        return footprint_question(models[0])
    compare(*(choices.assess(name) for name in (product, other or "")))  # refuses different functional units
    return difference_question(*models)


def _rows(items: Sequence[Any]) -> list[dict[str, Any]]:
    from lca.sensitivity import as_rows

    return as_rows(items)


def _as_dict(question: Question, swings: Sequence[Swing], indices: Sobol, turns: Sequence[BreakEven]) -> dict[str, Any]:
    return {
        "question": question.title,
        "outcome": {"value": question.point, "unit": "kg CO2e"},
        "one_at_a_time": _rows(swings),
        "sobol": {
            "indices": _rows(indices.indices),
            "variance": indices.variance,
            "samples": indices.samples,
            "seed": indices.seed,
            "left_out": list(indices.left_out),
        },
        "break_even": _rows(turns),
    }


def _report(question: Question, swings: Sequence[Swing], indices: Sobol, turns: Sequence[BreakEven]) -> str:
    tornado = [
        {
            "parameter": s.parameter,
            "range": f"{significant(s.low)} to {significant(s.high)} {s.unit}",
            "at low": significant(s.outcome_at_low),
            "at high": significant(s.outcome_at_high),
            "swing": significant(s.swing),
        }
        for s in swings[:15]
    ]
    shares = [{"parameter": i.parameter, "alone": f"{i.first_order:.0%}", "with interactions": f"{i.total:.0%}"} for i in indices.indices]
    lines = [f"{question.title}: {significant(question.point)} kg CO2e", ""]
    lines += [
        printing.table(tornado, title="One at a time, over each parameter's own range (kg CO2e)", right=("at low", "at high", "swing")),
        "",
    ]
    title = f"Share of the variance (Sobol indices, {indices.samples} base samples, seed {indices.seed}; background at its point value)"
    lines += [printing.table(shares, title=title, right=("alone", "with interactions"))]
    for turn in turns:
        inside = "inside its range" if turn.inside_range else "outside its range"
        unit = f" {turn.unit}" if turn.unit else ""
        lines.append(
            f"The answer turns where {turn.parameter} is {significant(turn.break_even)}{unit} (now {significant(turn.value)}; {inside})."
        )
    return "\n".join(lines)
