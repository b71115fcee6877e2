"""Options that several commands share: changed parameters, method, extra factors; and the scores that follow from them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lca.scores import UnitScores
    from lca.uncertainty import Draws

Function = Callable[..., Any]


def _parse_changes(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{text!r} is not of the form parameter=value")
        try:
            changes[name.strip()] = float(value)
        except ValueError:
            changes[name.strip()] = value.strip()
    return changes


def changes_option(command: Function) -> Function:
    """--set parameter=value, as often as wanted."""
    return click.option(
        "--set",
        "changes",
        multiple=True,
        callback=_parse_changes,
        metavar="NAME=VALUE",
        help="Set a parameter (or service_life) for this run.",
    )(command)


def model_options(command: Function) -> Function:
    """--method and --factors."""
    command = click.option(
        "--factors",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="CSV of own factors that add to or replace the background.",
    )(command)
    return click.option(
        "--method", default="AR6-GWP100", show_default=True, help="Characterisation set: AR6-GWP100, AR5-GWP100 or AR6-GWP20."
    )(command)


def uncertainty_options(command: Function) -> Function:
    """--uncertainty [N] and --seed."""
    command = click.option("--seed", default=42, show_default=True, type=click.IntRange(min=0), help="Seed of the possible worlds.")(
        command
    )
    return click.option(
        "--uncertainty",
        "draws",
        is_flag=False,
        flag_value=1000,
        default=None,
        type=click.IntRange(10, 1000),
        metavar="[N]",
        help="Add median and 90 % interval from N (default 1000) possible worlds.",
    )(command)


def draws_of(
    names: Sequence[str], scores: UnitScores, factors: Path | None, changes: dict[str, Any], method: str, count: int, seed: int
) -> list[Draws]:
    """The products' footprints in the same `count` possible worlds."""
    from inventories.shipped import load
    from inventories.world_store import worlds_of
    from lca.uncertainty import sample

    own: tuple[Any, Any] = ((), {})
    if factors is not None:
        from inventories.factors import read_factors

        read = read_factors(factors)
        own = (read.exchanges, read.sources)
    worlds = worlds_of(scores, seed, own, _progress).first(count)
    return [sample(load(name).product, scores, worlds, changes, method) for name in names]


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rDrawing possible worlds of the background (only the first time): {done} of {of}", nl=done == of, err=True)


def scores_for(factors: Path | None) -> tuple[UnitScores, tuple[str, ...]]:
    """The unit scores to use, and what must be said of own factors."""
    from inventories import score_store

    if factors is None:
        return score_store.unit_scores(), ()
    from inventories.factors import read_factors

    own = read_factors(factors)
    return score_store.unit_scores_with(own.exchanges, own.sources), own.notes
