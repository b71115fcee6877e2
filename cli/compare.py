"""`lifeloop compare`: two designs side by side, line by line; three and more by stage; all in the same possible worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import printing
from cli.choices import Choices, model_choices, uncertainty_options
from cli.designs import product_and_scenario
from lca.errors import FunctionalUnitsDiffer, InputError, LifeloopError

if TYPE_CHECKING:
    from lca.comparison import Comparison
    from lca.discernibility import Discernibility, PairedDesigns
    from lca.footprint import Footprint
    from lca.uncertainty import Draws


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

    A design may be under a scenario of its own: PRODUCT@SCENARIO. All must have the same functional unit (exit code 2 if
    not). --set holds for every design that has the parameter, --set A:NAME=VALUE (B:, C:, ...) for one.
    """
    from lca.comparison import compare

    names = (a, b, *more)
    try:
        each, said = choices.each(names)
        footprints = [_footprint(one, name, per) for one, name in zip(each, names, strict=True)]
        results = [compare(footprints[0], other) for other in footprints[1:]]
        sampled = _draws(each, names, draws, seed, per) if draws else []
    except FunctionalUnitsDiffer as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    except LifeloopError as error:
        printing.stop(error, as_json)
    notes = choices.notes_on_settings((one.setting(name), f) for one, name, f in zip(each, names, footprints, strict=True))
    form = _several if more else _two
    printing.write(form(_called(names, footprints), results, sampled, (as_json, as_csv), (said, notes)), output)
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


def _draws(each: Sequence[Choices], names: Sequence[str], draws: int, seed: int, per: str) -> list[Draws]:
    """All designs in the same possible worlds (SciPy is imported here: a plain comparison does without it)."""
    if all(one.changes == each[0].changes for one in each):
        by_name = each[0].draws_of_each(names, draws, seed)
        found = [by_name[name] for name in names]
    else:  # the same seed gives the same worlds
        found = [one.draws_of_each([name], draws, seed)[name] for one, name in zip(each, names, strict=True)]
    if refused := [p for one in found if isinstance(one, InputError) for p in one.problems]:
        raise InputError(dict.fromkeys(refused))
    sampled = [one for one in found if not isinstance(one, InputError)]
    if per == "unit":
        return sampled
    from lca.service import draws_per_service

    return [draws_per_service(d, _length(one, name, per)) for one, name, d in zip(each, names, sampled, strict=True)]


def _called(names: Sequence[str], footprints: Sequence[Footprint]) -> tuple[str, ...]:
    """Ids of the designs with their own scenarios, numbered where one comes more than once."""
    from lca.comparison import distinct

    ids = [f.product + name.removeprefix(product_and_scenario(name)[0]) for name, f in zip(names, footprints, strict=True)]
    return distinct(ids)


def _paired(names: Sequence[str], sampled: Sequence[Draws]) -> PairedDesigns:
    from lca.discernibility import PairedDesigns

    return PairedDesigns(*(replace(draws, product=name) for name, draws in zip(names, sampled, strict=True)))


def _draw(footprints: Sequence[Footprint], first: Comparison, sampled: Sequence[Draws], path: Path) -> None:
    from cli.plots import plot_difference, plot_stages

    if len(footprints) > 2:
        plot_stages(footprints, path)
    elif sampled:
        from cli.uncertainty_plots import plot_distribution

        plot_distribution(first, _paired([f.name for f in footprints], sampled), path)
    else:
        plot_difference(first, path)


#: What was said of --set, and of own factors.
Said = tuple[tuple[str, ...], tuple[str, ...]]


def _two(names: Sequence[str], results: Sequence[Comparison], sampled: Sequence[Draws], form: tuple[bool, bool], said: Said) -> str:
    from cli import compare_tables as tables

    pair = _paired(names, sampled) if sampled else None
    as_json, as_csv = form
    if as_json:
        return printing.as_json_text(tables.two_as_dict(results[0], pair, *said))
    if as_csv:
        return printing.as_csv_text(tables.two_as_rows(results[0], pair))
    return tables.two_for_people(results[0], pair, (*results[0].warnings, *said[0], *said[1]))


def _several(names: Sequence[str], results: Sequence[Comparison], sampled: Sequence[Draws], form: tuple[bool, bool], said: Said) -> str:
    from cli import compare_tables as tables

    worlds = _discernibility(names, sampled) if sampled else None
    as_json, as_csv = form
    if as_json:
        return printing.as_json_text(tables.several_as_dict(names, results, worlds, *said))
    if as_csv:
        return printing.as_csv_text(tables.several_as_rows(names, results, worlds))
    warnings = dict.fromkeys(w for result in results for w in result.warnings)
    return tables.several_for_people(names, results, worlds, (*warnings, *said[0], *said[1]))


def _discernibility(names: Sequence[str], sampled: Sequence[Draws]) -> Discernibility:
    from lca.discernibility import Discernibility

    return Discernibility(tuple(names), tuple(sampled))
