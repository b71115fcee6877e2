"""Units: conversion factors between units of the same dimension, by pint, imported only when needed.

Equal units need no library, and pairs that were converted before can be remembered with `remember`
(the store of unit scores keeps those of the shipped files), so that an ordinary run never loads pint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lca.errors import Problem, UnitError

if TYPE_CHECKING:
    import pint

# Words of the field that pint does not know, and aliases in English and Chinese (see docs/nomenclature.md).
_DEFINITIONS = (
    "piece = [piece] = pieces = item = unit_item = 台 = 件",
    "万台 = 10000 * piece = 万件",
    "GB = [memory] = gigabyte_of_memory",
    "TB = 1000 * GB",
    "MB = 0.001 * GB",
    "tkm = 1000 * kilogram * kilometer",
    "kgkm = kilogram * kilometer",
    "person = [person]",
    "pkm = person * kilometer",
    "vkm = kilometer",
    "克 = gram",
    "公斤 = kilogram = 千克",
    "吨 = metric_ton",
    # reports count in thousands and ten thousands of tonnes; pint's own kt is a knot
    "kt = 1000 * metric_ton",
    "Mt = 1000000 * metric_ton",
    "万吨 = 10000 * metric_ton",
    "度 = kilowatt_hour = 千瓦时",
    "万度 = 10000 * kilowatt_hour = 万千瓦时",
)
_ALIASES = {"Wh": "watt_hour", "kWh": "kilowatt_hour", "MWh": "megawatt_hour", "t": "metric_ton", "": "dimensionless"}
_ALIASES |= {"m2": "m**2", "cm2": "cm**2", "mm2": "mm**2", "m3": "m**3", "cm3": "cm**3", "l": "liter", "L": "liter"}
_ALIASES |= {"tonne": "metric_ton", "%": "percent", "h": "hour", "year": "year", "t.km": "tkm"}
_remembered: dict[tuple[str, str], float] = {}


def remember(factors: Mapping[tuple[str, str], float]) -> None:
    """Add conversion factors that were computed by `factor` in an earlier run."""
    _remembered.update(factors)


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The pint registry with the field's own words added."""
    import pint

    # no cache folder: pint would write to the user's home, and nearly every run does without pint
    units: pint.UnitRegistry[Any] = pint.UnitRegistry()
    for line in _DEFINITIONS:
        # "GB" means a gigabyte of memory here, never the gilbert of pint; redefinition is meant
        units.define(line)
    return units


def _parse(unit: str) -> pint.Unit:
    import pint

    name = _ALIASES.get(unit, unit)
    if not re.fullmatch(r"[\w*/\u4e00-\u9fff ().-]+", name):
        raise UnitError(Problem("not a unit", value=unit, field="unit"))
    try:
        return registry().parse_units(name)
    except (pint.errors.UndefinedUnitError, pint.errors.DefinitionSyntaxError, ValueError, AttributeError) as error:
        raise UnitError(
            Problem("unknown unit", value=unit, field="unit", hint="use units such as kg, g, kWh, MJ, tkm, km, piece, m2")
        ) from error


@cache
def _converted(source: str, target: str) -> float:
    import pint

    parsed = _parse(source)
    try:
        return float((1.0 * parsed).to(_parse(target)).magnitude)
    except pint.errors.DimensionalityError as error:
        raise UnitError(
            Problem(
                f"a quantity in {source} cannot be given in {target}",
                value=source,
                field="unit",
                hint=f"use a unit of the same kind as {target}",
            )
        ) from error


def factor(source: str, target: str) -> float:
    """How many `target` units one `source` unit is: factor('g', 'kg') = 0.001.

    Raises UnitError when the dimensions differ or a unit is not known.
    """
    if source == target:
        return 1.0
    known = _remembered.get((source, target))
    return known if known is not None else _converted(source, target)
