"""`lifeloop sensitivity`: which parameters move a footprint, or the difference of two designs, and where the answer turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices
from cli.designs import called
from lca.errors import FunctionalUnitsDiffer, LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from lca.break_even import Turns
    from lca.sensitivity import Question, Sobol, Swing

_MOST_ROWS = 15


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
    single parameters at which the other one wins. A product may be under a scenario of its own (PRODUCT@SCENARIO);
    --set A:NAME=VALUE is for PRODUCT, B: for OTHER. Exit code 2 when the functional units differ.
    """
    from lca.break_even import Turns, search_break_even
    from lca.sensitivity import one_at_a_time, sobol

    if samples & (samples - 1):
        raise click.BadParameter("the base sample is a power of two", param_hint="--samples")
    try:
        question, warnings = _question(choices, product, other)
        swings, indices = one_at_a_time(question), sobol(question, samples, seed, most)
        turns = search_break_even(question) if other else Turns((), ())
    except FunctionalUnitsDiffer as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        found = _as_dict(question, swings, indices, turns) | {"warnings": list(warnings), "factors": list(choices.notes)}
        printing.write(printing.as_json_text(found), output)
    elif as_csv:
        printing.write(printing.as_csv_text(_rows(swings)), output)
    else:
        told = _report(question, swings, indices, turns if other else None)
        printing.write("\n".join([told, *(f"note: {note}" for note in (*warnings, *choices.notes))]), output)
    if plot:
        from cli.plots import plot_tornado

        plot_tornado(question, swings, plot)


def _question(choices: Choices, product: str, other: str | None) -> tuple[Question, tuple[str, ...]]:
    """What is asked, and what the reader must know of the designs."""
    from lca.comparison import compare
    from lca.sensitivity import Model, difference_question, footprint_question

    names = [product] if other is None else [product, other]
    each, said = choices.each(names)
    models, footprints = [], []
    for one, name in zip(each, names, strict=True):
        s = one.setting(name)
        model = Model.of(s.product_file.product, s.scores, one.method, s.changes, s.end_of_life)
        models.append(replace(model, called=called(model.name, name)))
        footprints.append(one.footprint(s, name))
    if other is None:
        return footprint_question(models[0]), (*footprints[0].warnings, *said)
    compared = compare(*footprints)  # refuses different functional units
    return difference_question(*models), (*compared.warnings, *said)


def _rows(items: Sequence[Any]) -> list[dict[str, Any]]:
    from lca.sensitivity import as_rows

    return as_rows(items)


def _as_dict(question: Question, swings: Sequence[Swing], indices: Sobol, turns: Turns) -> dict[str, Any]:
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
        "break_even": _rows(turns.found),
        "break_even_searched": _rows(turns.searched),
    }


def _report(question: Question, swings: Sequence[Swing], indices: Sobol, turns: Turns | None) -> str:
    lines = [f"{question.title}: {significant(question.point)} kg CO2e", ""]
    if swings:
        lines += [_tornado(swings), "", _shares(indices)]
    else:
        lines.append("No parameter of it has a range that is not set: there is nothing to vary (lines with a range are in --uncertainty).")
    if turns is not None:
        lines += _told(turns)
    return "\n".join(lines)


def _tornado(swings: Sequence[Swing]) -> str:
    rows = [
        {
            "parameter": s.parameter,
            "range": f"{significant(s.low)} to {significant(s.high)}{_unit(s.unit)}",
            "at low": significant(s.outcome_at_low),
            "at high": significant(s.outcome_at_high),
            "swing": significant(s.swing),
        }
        for s in swings[:_MOST_ROWS]
    ]
    title = "One at a time, over each parameter's own range (kg CO2e)"
    table = printing.table(rows, title=title, right=("at low", "at high", "swing"))
    rest = len(swings) - len(rows)
    return table + (f"\n({rest} more parameters with a smaller swing; --csv lists them all)" if rest else "")


def _shares(indices: Sobol) -> str:
    if not indices.indices:
        return "No parameter moves it by more than rounding noise: there is no variance to share."
    rows = [{"parameter": i.parameter, "alone": f"{i.first_order:.0%}", "with interactions": f"{i.total:.0%}"} for i in indices.indices]
    title = f"Share of the variance (Sobol indices, {indices.samples} base samples, seed {indices.seed}; background at its point value)"
    table = printing.table(rows, title=title, right=("alone", "with interactions"))
    left = len(indices.left_out)
    return table + (
        f"\n({left} more parameters stay at their point values here: shares are of those above; --most varies more)" if left else ""
    )


def _told(turns: Turns) -> Iterator[str]:
    """Where the answer turns, what of that would be refused, and how far was searched."""
    for turn in turns.found:
        inside = "inside its range" if turn.inside_range else "outside its range"
        refused = f", but refused: {turn.refused}" if turn.refused else ""
        at = f"{significant(turn.break_even)}{_unit(turn.unit)}"
        yield f"The answer turns where {turn.parameter} is {at} (now {significant(turn.value)}; {inside}{refused})."
    if turns.searched and not turns.found:
        yield "No single parameter turns the answer between a third of the low and three times the high end of its range."
    short = [s for s in turns.searched if s.low_refused or s.high_refused]
    if short:
        ends = ", ".join(f"{s.parameter} {significant(s.low)} to {significant(s.high)}" for s in short)
        yield f"Searched less far, because values beyond make no design (--json says why): {ends}."


def _unit(unit: str) -> str:
    return "" if unit in {"", "1"} else f" {unit}"
