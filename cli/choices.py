"""What several commands share: how to model (changes, scenario, method, own factors), and what follows from it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.designs import called, changes_of_each, product_and_scenario
from lca.errors import InputError

if TYPE_CHECKING:
    from inventories.factors import OwnFactors
    from inventories.rating import DataQuality
    from inventories.setting import Setting
    from lca.background import Background
    from lca.end_of_life import Method
    from lca.footprint import Footprint
    from lca.scenario import Scenario
    from lca.scores import UnitScores
    from lca.uncertainty import Draws
    from lca.worlds import Worlds

Function = Callable[..., Any]


@dataclass(frozen=True)
class Choices:
    """How to model, as told on the command line. Methods raise InputError for what the user got wrong."""

    changes: dict[str, Any]
    scenario: str | None
    scenarios: Path | None
    method: str = "AR6-GWP100"
    factors: Path | None = None
    end_of_life: Method = "cutoff"

    @functools.cached_property
    def own(self) -> OwnFactors | None:
        """The own factors of --factors."""
        if self.factors is None:
            return None
        from inventories.factors import read_factors

        return read_factors(self.factors)

    @functools.cached_property
    def apart(self) -> Mapping[str, Scenario]:
        """The scenarios of --scenarios."""
        if self.scenarios is None:
            return {}
        from inventories.scenarios import read_scenarios

        return read_scenarios(self.scenarios)

    @functools.cached_property
    def scores(self) -> UnitScores:
        """The unit scores of the background, own factors included."""
        from inventories import score_store

        return score_store.unit_scores_with(self.own.exchanges, self.own.sources) if self.own else score_store.unit_scores()

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said of own factors with every result."""
        return self.own.notes if self.own else ()

    def notes_on(self, done: Mapping[str, Footprint]) -> tuple[str, ...]:
        """The notes, and a warning for each own factor that none of these footprints (by name) uses."""
        return self.notes_on_settings((self.setting(name), footprint) for name, footprint in done.items())

    def notes_on_settings(self, done: Iterable[tuple[Setting, Footprint]]) -> tuple[str, ...]:
        """The same for footprints given with their settings."""
        if not self.own:
            return ()
        from inventories.factors import unused_factors

        return (*self.notes, *unused_factors(self.own, done))

    def setting(self, name: str) -> Setting:
        """A product file, or shipped product, under the scenario: its own (PRODUCT@SCENARIO), else that of --scenario."""
        from inventories.assessing import setting_of, with_scenario
        from inventories.shipped import load

        product, _ = product_and_scenario(name)
        setting = setting_of(load(product), self.scores, self.changes, self._background)
        if self.end_of_life != "cutoff":
            from inventories.end_of_life_tables import end_of_life_by

            setting = replace(setting, end_of_life=end_of_life_by(self.end_of_life))
        return with_scenario(setting, self.scenario_of(name), self.apart)

    def scenario_of(self, name: str) -> str | None:
        """The scenario that a product is assessed under."""
        return product_and_scenario(name)[1] or self.scenario

    def each(self, names: Sequence[str]) -> tuple[list[Choices], tuple[str, ...]]:
        """The same choices for each of several designs, with what --set changes in it, and what must be said of that."""
        _ = self.scores, self.apart
        of_each, said = changes_of_each(names, self.changes)
        made = [replace(self, changes=changes) for changes in of_each]
        for one in made:  # what was read and solved is the same for all of them
            vars(one).update({key: value for key, value in vars(self).items() if key not in self.__dataclass_fields__})
        return made, said

    def _background(self) -> Background:
        """The background that the scores were made from."""
        from inventories.background_files import read_background
        from inventories.background_folder import FOLDER

        return read_background(FOLDER, *((self.own.exchanges, self.own.sources) if self.own else ())).background

    def assess(self, name: str) -> Footprint:
        """The footprint of a product file or shipped product."""
        return self.footprint(self.setting(name), name)

    def footprint(self, setting: Setting, name: str) -> Footprint:
        """The footprint of what that name stands for."""
        from inventories.assessing import assess_setting

        found = assess_setting(setting, self.method, self.scenario_of(name))
        return replace(found, name=called(found.name, name)) if "@" in name else found

    def rating(self, name: str, footprint: Footprint) -> DataQuality:
        """How good the data behind a footprint of that product are."""
        from inventories.rating import data_quality

        return data_quality(footprint, self.setting(name), self.own.exchanges if self.own else ())

    def draws(self, names: Sequence[str], count: int, seed: int, done: Mapping[str, Footprint] | None = None) -> list[Draws]:
        """The products' footprints in the same `count` possible worlds, by stage; `done` are footprints that are known, by name."""
        from inventories.world_store import worlds_of
        from lca.portfolio import Demand, sample_each

        known: dict[str, Worlds] = {}

        def demands() -> Iterator[Demand]:
            for name in names:
                setting = self.setting(name)
                scores = setting.scores
                if scores.digest not in known:
                    known[scores.digest] = worlds_of(scores, seed, setting.background, worlds_progress).first(count)
                point = done[name].total if done and name in done else None
                product = setting.product_file.product
                yield Demand(product, scores, known[scores.digest], setting.changes, setting.end_of_life, point)

        return list(sample_each(demands(), self.method))

    def draws_of_each(
        self, names: Sequence[str], count: int, seed: int, done: Mapping[str, Footprint] | None = None
    ) -> dict[str, Draws | InputError]:
        """The same by name, where one that cannot be drawn does not stop the others: its error instead, with its file."""
        try:
            return dict(zip(names, self.draws(names, count, seed, done), strict=True))
        except InputError as error:
            if len(names) == 1:
                return {names[0]: self.setting(names[0]).product_file.located(_in_a_world(error))}
        found: dict[str, Draws | InputError] = {}
        for name in dict.fromkeys(names):  # one of them cannot: each alone tells which
            found |= self.draws_of_each([name], count, seed, done)
        return found


def _in_a_world(error: InputError) -> InputError:
    """The error of a design whose ranges reach farther than it can follow."""
    hint = "its value is fine, but a range reaches farther than the design can follow: narrow it"
    return type(error)(replace(p, reason=f"{p.reason}, in some of the possible worlds", hint=hint) for p in error.problems)


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


_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_MODEL_OPTIONS = (
    click.option(
        "--set",
        "changes",
        multiple=True,
        callback=_parse_changes,
        metavar="NAME=VALUE",
        help="Set a parameter (or service_life) for this run.",
    ),
    click.option(
        "--scenario",
        metavar="NAME",
        help="Assess under this scenario of the product or of --scenarios; PRODUCT@NAME does so for one product.",
    ),
    click.option("--scenarios", type=_EXISTING, help="YAML file with scenarios besides those of the product."),
    click.option("--method", default="AR6-GWP100", show_default=True, help="Characterisation set: AR6-GWP100, AR5-GWP100 or AR6-GWP20."),
    click.option(
        "--end-of-life",
        type=click.Choice(["cutoff", "5050", "substitution", "cff"]),
        default="cutoff",
        show_default=True,
        help="Recycling: cut-off, 50/50, substitution, or the Circular Footprint Formula; credits stand apart.",
    ),
    click.option("--factors", type=_EXISTING, help="CSV of own factors that add to or replace the background."),
)


def model_choices(command: Function) -> Function:
    """Give a command the options of how to model; it gets one argument `choices`."""

    return _with_choices(command, _MODEL_OPTIONS)


def design_choices(command: Function) -> Function:
    """Give a command the options of what is changed in a product (--set, --scenario, --scenarios); it gets one argument `choices`."""
    return _with_choices(command, _MODEL_OPTIONS[:3])


def _with_choices(command: Function, these: Sequence[Function]) -> Function:
    @functools.wraps(command)
    def with_choices(**options: Any) -> Any:
        chosen = {field: options.pop(field) for field in Choices.__dataclass_fields__ if field in options}
        return command(choices=Choices(**chosen), **options)

    return functools.reduce(lambda function, option: option(function), reversed(these), with_choices)


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


def worlds_progress(done: int, of: int) -> None:
    """Say on a terminal how far the drawing of worlds is."""
    if sys.stderr.isatty():
        click.echo(f"\rDrawing possible worlds of the background (only the first time): {done} of {of}", nl=done == of, err=True)
