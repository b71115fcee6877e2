"""One product file assessed, under a scenario if wanted, with every error told by file and line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inventories.biogenic_carbon_table import carbon_of
from inventories.product_files import ProductFile
from inventories.setting import Setting, shipped_background
from inventories.shipped import load
from lca.assessment import DEFAULT_METHOD, assess
from lca.errors import InputError
from lca.footprint import Footprint
from lca.reporting import biogenic_carbon
from lca.scenario import Scenario
from lca.scores import UnitScores

if TYPE_CHECKING:
    from lca.background import Background
    from lca.end_of_life_lines import EndOfLife
    from lca.product import Product


def setting_of(
    product_file: ProductFile,
    scores: UnitScores,
    changes: Mapping[str, Any] | None = None,
    background: Callable[[], Background] = shipped_background,
) -> Setting:
    """What to assess: the product with changed parameters on these scores, cut off."""
    return Setting(product_file, dict(changes or {}), scores, background, _recipes(product_file.product))


def _recipes(product: Product) -> EndOfLife | None:
    """Cut-off as a method, where a line's own R1 needs the recipe of its material; else nothing is to be read for it."""
    own = (*(line.end_of_life for line in product.all_lines()), *(component.end_of_life for component in product.packaging))
    if all(given is None or given.r1 is None for given in own):
        return None
    from inventories.end_of_life_tables import end_of_life_by

    return end_of_life_by("cutoff")


def with_scenario(setting: Setting, name: str | None, apart: Mapping[str, Scenario] | None = None) -> Setting:
    """The setting under the scenario of that name, if any. Raises InputError naming file and line."""
    if name is None:
        return setting
    from inventories.scenarios import under_scenario

    try:
        return under_scenario(setting, name, apart or {})
    except InputError as error:
        raise setting.product_file.located(error) from error


def assess_file(
    name: str,
    scores: UnitScores,
    changes: Mapping[str, Any] | None = None,
    method: str = DEFAULT_METHOD,
    scenario: str | None = None,
    apart: Mapping[str, Scenario] | None = None,
) -> Footprint:
    """The footprint of a product file or shipped product. Raises InputError naming file and line."""
    return assess_setting(with_scenario(setting_of(load(name), scores, changes), scenario, apart), method, scenario)


def assess_setting(setting: Setting, method: str = DEFAULT_METHOD, scenario: str | None = None) -> Footprint:
    """The footprint under a setting; its provenance names the scenario. Raises InputError naming file and line."""
    try:
        made = assess(setting.product_file.product, setting.scores, setting.changes, method, setting.end_of_life)
    except InputError as error:
        located = setting.product_file.located(error)
        raise (located if scenario is None else _under(scenario, located)) from error
    made = replace(made, carbon=biogenic_carbon(made.bill, setting.scores.catalogue.processes, carbon_of))
    return made if scenario is None else made.with_provenance(scenario=scenario)


def _under(scenario: str, error: InputError) -> InputError:
    """The error with the scenario under which it is one."""
    return type(error)(replace(problem, reason=f"under the scenario {scenario!r}: {problem.reason}") for problem in error.problems)
