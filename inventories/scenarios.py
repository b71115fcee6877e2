"""A product under a named scenario: changed parameters, and where needed a rewired background with scores of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from inventories import yamlfile
from inventories.background_folder import FOLDER
from inventories.product_files import ProductFile
from inventories.score_store import unit_scores_of
from inventories.setting import Setting
from inventories.tables import Row, read_table
from lca.background import Background
from lca.billing import Bill, BillLine, bill
from lca.catalogue import Places
from lca.errors import InputError, Problem, UnknownName, nearest
from lca.parameters import evaluate_parameters
from lca.product import Line, Product, check_market
from lca.rewiring import ALL, Change, Greening, Rescaling, copy_name, is_grid, rewire, rewired_digest
from lca.scenario import GreenElectricity, GridOutlook, Scenario


class TouchesNothing(InputError):
    """The scenario changes the background, but no line of the product meets the change."""


class _ScenarioFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    scenarios: dict[str, Scenario]


def read_scenarios(path: Path) -> dict[str, Scenario]:
    """The scenarios of a YAML file that holds nothing else. Raises InputError naming file, line and field."""
    data = yamlfile.read(path)
    try:
        return _ScenarioFile.model_validate(data).scenarios
    except ValidationError as error:
        raise InputError(
            Problem(e["msg"].removeprefix("Value error, "), str(path), _line(data, e["loc"]), ".".join(map(str, e["loc"])))
            for e in error.errors(include_url=False)
        ) from error


def _line(data: yamlfile.Mapping, loc: tuple[int | str, ...]) -> int:
    line, here = data.line, data
    for key in loc:
        if not isinstance(here, yamlfile.Mapping) or str(key) not in here:
            break
        line, here = here.lines.get(str(key), line), here[str(key)]
    return line


def under_scenario(setting: Setting, name: str, apart: Mapping[str, Scenario]) -> Setting:
    """The setting under the scenario of that name, of the product's own file or of `apart`; the user's changes come last.

    Raises UnknownName for a scenario that is not there, InputError for one that the product cannot follow.
    """
    product = setting.product_file.product
    known = {**product.scenarios, **apart}
    if name not in known:
        hint = nearest(name, known) or (
            f"scenarios: {', '.join(known)}" if known else f"{product.id} has no scenarios; give some with --scenarios"
        )
        raise UnknownName(Problem("no scenario of that name", field="scenario", value=name, hint=hint))
    scenario = known[name]
    changed = replace(
        setting,
        product_file=_sold_in(setting.product_file, scenario.market, name),
        changes={**scenario.set, **setting.changes},
    )
    return _rewired(changed, scenario, name) if scenario.green_electricity or scenario.grid_outlook else changed


def _sold_in(product_file: ProductFile, market: str | None, name: str) -> ProductFile:
    """The product in the packaging of another market, if the scenario names one."""
    if market is None:
        return product_file
    try:
        check_market(market)
    except ValueError as error:
        raise InputError(Problem(str(error), field=f"scenarios.{name}.market", value=market)) from error
    return replace(product_file, product=product_file.product.model_copy(update={"market": market}))


def _rewired(setting: Setting, scenario: Scenario, name: str) -> Setting:
    """The setting on a background in which the processes that the scenario touches were copied and rewired."""
    product, scores = setting.product_file.product, setting.scores
    made = bill(product, scores.catalogue, setting.changes)
    wanted = dict(_line_changes(setting, made, scenario))
    if not wanted:
        raise TouchesNothing(Problem("the scenario touches no line of the product", field=f"scenarios.{name}"))
    changes = tuple(sorted(set(wanted.values()), key=repr))

    def background() -> Background:
        return rewire(setting.background(), changes)

    return replace(
        setting,
        product_file=replace(setting.product_file, product=_rerouted(product, made, wanted)),
        scores=unit_scores_of(rewired_digest(scores.digest, changes), background),
        background=background,
    )


def _line_changes(setting: Setting, made: Bill, scenario: Scenario) -> Iterator[tuple[tuple[str, str], Change]]:
    """The change to make to the process of each line that the scenario touches, by stage and part."""
    outlook = scenario.grid_outlook
    for line in made.lines:
        for green in scenario.green_electricity:
            if line.stage in green.stages and (not green.parts or line.part in green.parts):
                yield (line.stage, line.part), _greening(line.index, green)
        if outlook and line.stage == "use" and is_grid(line.process):
            years = _years(outlook, setting.product_file.product, setting.changes)
            factor = outlook_factor(outlook, line.found_location, years, setting.scores.catalogue.places)
            yield (line.stage, line.part), Rescaling(line.index, factor, f"{outlook.outlook} from {outlook.first_year}, {years:g} years")


def _greening(process: int, green: GreenElectricity) -> Greening:
    return Greening(process, green.share, green.technology, ALL if green.tiers == "all" else green.tiers)


def _years(outlook: GridOutlook, product: Product, changes: Mapping[str, Any]) -> float:
    if outlook.years is not None:
        return outlook.years
    if product.service_life.unit != "year":
        raise InputError(
            Problem("the service life is not in years", field="grid_outlook.years", hint="say how many years the product is used")
        )
    return float(evaluate_parameters(product, changes)["service_life"])


@cache
def _outlook_rows() -> list[Row]:
    return read_table(FOLDER / "grid_outlook.csv", ("outlook", "location", "year", "kgco2_per_kwh", "source", "place"), ("remark",))


def outlook_factor(outlook: GridOutlook, location: str, years: float, places: Places) -> float:
    """Mean grid intensity over the years of use, relative to the outlook's base year (its first row).

    Intensities between the years of the table are interpolated linearly; after its last year they stay. The place's own
    rows are taken, else those of the nearest parent that has some.
    """
    import numpy as np

    for code in places.chain(location):
        rows = [r for r in _outlook_rows() if r.text("outlook") == outlook.outlook and r.text("location") == code]
        if rows:
            points = sorted((r.number("year"), r.number("kgco2_per_kwh")) for r in rows)
            at, value = zip(*points, strict=True)
            moments = outlook.first_year + (np.arange(200) + 0.5) * years / 200
            return float(np.interp(moments, at, value).mean() / value[0])
    names = sorted({r.text("outlook") for r in _outlook_rows()})
    hint = nearest(outlook.outlook, names) or f"outlooks: {', '.join(names)}"
    raise InputError(Problem("no outlook of that name for this place", field="grid_outlook.outlook", value=outlook.outlook, hint=hint))


def _rerouted(product: Product, made: Bill, wanted: Mapping[tuple[str, str], Change]) -> Product:
    """The product with the touched lines pointing at the copies of their processes."""
    lines: dict[tuple[str, str], BillLine] = {(line.stage, line.part): line for line in made.lines}

    def rerouted(stage: str, line: Line) -> Line:
        change = wanted.get((stage, line.part))
        if change is None:
            return line
        found = lines[stage, line.part]
        return line.model_copy(update={"process": copy_name(found.process, change), "location": found.found_location})

    stages = {stage: tuple(rerouted(stage, line) for line in getattr(product.stages, stage)) for stage in type(product.stages).model_fields}
    return product.model_copy(update={"stages": product.stages.model_copy(update=stages)})
