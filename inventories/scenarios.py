"""A product under a named scenario: changed parameters, and where needed a rewired background with scores of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from lca.catalogue import Catalogue, Places
from lca.errors import InputError, Problem, UnknownName, UnknownProcess, nearest
from lca.parameters import evaluate_parameters
from lca.product import Line, Product, check_market
from lca.rewiring import (
    ALL,
    Change,
    Greening,
    Rescaling,
    Supply,
    copy_name,
    is_generation,
    is_grid,
    rewire,
    rewired_digest,
    together,
)
from lca.scenario import GridOutlook, Scenario


class TouchesNothing(InputError):
    """The scenario changes the background, but no line of the product meets the change."""


class _ScenarioFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    scenarios: dict[str, Scenario]


class ScenarioFile(dict[str, Scenario]):
    """The scenarios of a file by name, with the marks that tell where each of them stands."""

    def __init__(self, scenarios: Mapping[str, Scenario], marks: yamlfile.Mapping) -> None:
        super().__init__(scenarios)
        self.marks = marks


def read_scenarios(path: Path) -> ScenarioFile:
    """The scenarios of a YAML file that holds nothing else. Raises InputError naming file, line and field."""
    data = yamlfile.read(path)
    try:
        return ScenarioFile(_ScenarioFile.model_validate(data).scenarios, data)
    except ValidationError as error:
        raise InputError(
            Problem(e["msg"].removeprefix("Value error, "), *_place(data, e["loc"]), _field(e["loc"]))
            for e in error.errors(include_url=False)
        ) from error


def _place(data: yamlfile.Mapping, loc: Sequence[int | str]) -> tuple[str, int]:
    """File and line of a key, as near as it can be found."""
    file, line, here = data.file, data.line, data
    for key in loc:
        if isinstance(here, yamlfile.Mapping) and str(key) in here:
            file, line, here = here.file, here.lines.get(str(key), here.line), here[str(key)]
        elif isinstance(here, list) and isinstance(key, int) and key < len(here):
            here = here[key]
            file, line = (here.file, here.line) if isinstance(here, yamlfile.Mapping) else (file, line)
        else:
            break
    return file, line


def _field(loc: Sequence[int | str]) -> str:
    """The path in words: scenarios.green.green_electricity[0].share."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in loc).removeprefix(".")


@dataclass(frozen=True)
class _Named:
    """A scenario with its name and the marks of the file it stands in."""

    name: str
    scenario: Scenario
    marks: yamlfile.Mapping | None

    def problem(self, reason: str, *loc: int | str, value: str | None = None, hint: str | None = None) -> Problem:
        """What is wrong at a key of the scenario, with file and line."""
        whole = ("scenarios", self.name, *loc)
        file, line = _place(self.marks, whole) if self.marks is not None else (None, None)
        return Problem(reason, file, line, _field(whole), value, hint)


def under_scenario(setting: Setting, name: str, apart: Mapping[str, Scenario]) -> Setting:
    """The setting under the scenario of that name, of the product's own file or of `apart`; the user's changes come last.

    Raises UnknownName for a scenario that is not there, InputError for one that the product cannot follow.
    """
    named = _named(setting.product_file, name, apart)
    scenario = named.scenario
    product_file = _sold_in(setting.product_file, named)
    _check_set(product_file.product, named)
    changed = replace(setting, product_file=product_file, changes={**scenario.set, **setting.changes})
    return _rewired(changed, named) if scenario.green_electricity or scenario.grid_outlook else changed


def _named(product_file: ProductFile, name: str, apart: Mapping[str, Scenario]) -> _Named:
    product = product_file.product
    if name in apart:
        return _Named(name, apart[name], apart.marks if isinstance(apart, ScenarioFile) else None)
    if name in product.scenarios:
        return _Named(name, product.scenarios[name], product_file.marks)
    known = {**product.scenarios, **apart}
    hint = nearest(name, known) or (
        f"scenarios: {', '.join(known)}" if known else f"{product.id} has no scenarios; give some with --scenarios"
    )
    raise UnknownName(Problem("no scenario of that name", field="scenario", value=name, hint=hint))


def _sold_in(product_file: ProductFile, named: _Named) -> ProductFile:
    """The product in the packaging of another market, if the scenario names one."""
    market = named.scenario.market
    if market is None:
        return product_file
    try:
        check_market(market)
    except ValueError as error:
        raise InputError(named.problem(str(error), "market", value=market)) from error
    return replace(product_file, product=product_file.product.model_copy(update={"market": market}))


def _check_set(product: Product, named: _Named) -> None:
    """What the scenario sets are parameters of the product, and the formulas can be evaluated with them."""
    try:
        evaluate_parameters(product, named.scenario.set)
    except InputError as error:
        raise type(error)(_of_set(problem, named) for problem in error.problems) from error


def _of_set(problem: Problem, named: _Named) -> Problem:
    """A problem of what was set, told by the key of the scenario."""
    word = (problem.field or "").removeprefix("set ")
    key = next((key for key in (word, problem.value) if key in named.scenario.set), None)
    reason = problem.reason if problem.field in {"set", f"set {key}"} else f"{problem.field}: {problem.reason}"
    return named.problem(reason, "set", *([key] if key else []), value=problem.value, hint=problem.hint)


def _rewired(setting: Setting, named: _Named) -> Setting:
    """The setting on a background in which the processes that the scenario touches were copied and rewired."""
    product, scores = setting.product_file.product, setting.scores
    made = bill(product, scores.catalogue, setting.changes)
    for number, green in enumerate(named.scenario.green_electricity):
        _check_technology(green.technology, named, number, scores.catalogue)
    wanted = _line_changes(setting, made, named)
    unknown = list(_unknown_parts(made, named))
    if not wanted:
        hint = unknown[0].hint if unknown else None
        raise TouchesNothing(named.problem("the scenario touches no line of the product", hint=hint))
    if unknown:
        raise UnknownName(unknown)
    changes = tuple(sorted(set(wanted.values()), key=repr))

    def background() -> Background:
        return rewire(setting.background(), changes)

    try:
        solved = unit_scores_of(rewired_digest(scores.digest, changes), background)
    except UnknownProcess as error:
        raise UnknownProcess(named.problem(p.reason, "green_electricity", hint=p.hint) for p in error.problems) from error
    return replace(
        setting,
        product_file=replace(setting.product_file, product=_rerouted(product, made, wanted)),
        scores=solved,
        background=background,
    )


def _check_technology(technology: str, named: _Named, number: int, catalogue: Catalogue) -> None:
    """What takes the place of the grid generates electricity: nothing else, and no grid, whose losses would count twice."""
    at = catalogue.by_name.get(technology, {})
    if at and all(is_generation(catalogue.processes[index]) for index in at.values()):
        return
    known = sorted({process.name for process in catalogue.processes if is_generation(process)})
    reason = "not a process that generates electricity" if at else "no process of that name in the background"
    hint = nearest(technology, known) or f"technologies: {', '.join(map(repr, known))}"
    raise UnknownName(named.problem(reason, "green_electricity", number, "technology", value=technology, hint=hint))


def _unknown_parts(made: Bill, named: _Named) -> Iterator[Problem]:
    """The parts that are named and that no line of the stages has."""
    for number, green in enumerate(named.scenario.green_electricity):
        known = [line.part for line in made.lines if line.stage in green.stages]
        for part in green.parts:
            if part not in known:
                elsewhere = next((f"it is a line of {line.stage}" for line in made.lines if line.part == part), None)
                hint = elsewhere or nearest(part, known) or f"parts: {', '.join(map(repr, known))}"
                reason = f"no line of {' or '.join(green.stages)} has this part"
                yield named.problem(reason, "green_electricity", number, "parts", value=part, hint=hint)


def _line_changes(setting: Setting, made: Bill, named: _Named) -> dict[tuple[str, str], Change]:
    """The change to make to the process of each line that the scenario touches, by stage and part."""
    changes: dict[tuple[str, str], Change] = {}
    for line in made.lines:
        touching = [
            number
            for number, green in enumerate(named.scenario.green_electricity)
            if line.stage in green.stages and (not green.parts or line.part in green.parts)
        ]
        if touching:
            changes[line.stage, line.part] = _greening(line, touching, named)
        outlook = named.scenario.grid_outlook
        if outlook and line.stage == "use" and is_grid(line.process):
            changes[line.stage, line.part] = _rescaling(line, outlook, setting, named)
    return changes


def _greening(line: BillLine, touching: Sequence[int], named: _Named) -> Greening:
    """All entries that touch a line together."""
    entries = [named.scenario.green_electricity[number] for number in touching]
    supplies = together(Supply(e.technology, ALL if e.tiers == "all" else e.tiers, e.share) for e in entries)
    try:
        return Greening(line.index, supplies)
    except InputError as error:
        shares = " and ".join(f"{e.share:g} (green_electricity[{n}])" for n, e in zip(touching, entries, strict=True))
        reason = f"more than all grid electricity of part {line.part!r} is replaced: {shares}"
        hint = "the shares of all entries that touch a part add up to at most 1; let `parts` tell them apart"
        where = ("green_electricity", touching[-1], "share")
        raise InputError(named.problem(reason, *where, value=error.problems[0].value, hint=hint)) from error


def _rescaling(line: BillLine, outlook: GridOutlook, setting: Setting, named: _Named) -> Rescaling:
    years = _years(outlook, setting.product_file.product, setting.changes, named)
    try:
        factor = outlook_factor(outlook, line.found_location, years, setting.scores.catalogue.places)
    except InputError as error:
        raise InputError(named.problem(p.reason, *str(p.field).split("."), value=p.value, hint=p.hint) for p in error.problems) from error
    return Rescaling(line.index, factor, f"{outlook.outlook} from {outlook.first_year}, {years:g} years")


def _years(outlook: GridOutlook, product: Product, changes: Mapping[str, Any], named: _Named) -> float:
    if outlook.years is not None:
        return outlook.years
    if product.service_life.unit != "year":
        hint = "say how many years the product is used"
        raise InputError(named.problem("the service life is not in years", "grid_outlook", "years", hint=hint))
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
