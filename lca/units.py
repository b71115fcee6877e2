"""Units: conversion factors between units of the same dimension, by pint, imported only when needed.

Equal units need no library, and pairs that were converted before can be remembered with `remember`
(the store of unit scores keeps those of the shipped files), so that an ordinary run never loads pint.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lca.errors import Problem, UnitError

if TYPE_CHECKING:
    import pint

# Words of the field that pint does not know, and aliases in English and Chinese (see docs/nomenclature.md).
_DEFINITIONS = (
    # pint's own pcs is a parsec, its unit a millionth of a nit
    "piece = [piece] = pieces = item = unit_item = 台 = 件 = pc = pcs = unit = units",
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
#: Words that a reader takes for something else than pint does, and what to write instead.
_TONNE = "t (tonne, 1,000 kg), kt or Mt; or short_ton (907.185 kg), long_ton (1,016.05 kg)"
_GALLON = "l or m3; or US_liquid_gallon (3.785 l), imperial_gallon (4.546 l)"
_BY_WORD = dict.fromkeys(("MT", "T", "Ton", "Tons", "TON", "TONS", "Tonne", "Tonnes", "TONNE", "TONNES"), _TONNE) | {
    # pint: grain, pennyweight (but dead weight in shipping), 42.6 kg, thousands or millions, a million m (but Mm3 a million m3)
    "gr": "g; or grain",
    "dwt": "t of freight; or pennyweight",
    "bag": "kg or piece",
    "MBtu": "MJ or kWh; or Btu",
    "MBTU": "MJ or kWh; or Btu",
    "Mm": "km; a million m3 is 1000000 m3",
}
#: Units of one name in two systems, by pint's name of them: pint takes those of the United States. Written out with the system they are clear.
_BY_ROOT = {
    "ton": _TONNE,
    "gallon": _GALLON,
    "barrel": "l or m3; or oil_barrel (158.987 l)",
    "hundredweight": "kg; or US_hundredweight (45.359 kg), UK_hundredweight (50.802 kg)",
} | dict.fromkeys(("quart", "pint", "cup", "gill", "fluid_ounce", "bushel", "peck", "hogshead", "dram"), "l or kg")
#: A small part of these is a slip of the key: mt is meant as t, mWh as MWh.
_NOT_DIVIDED = {
    "metric_ton": _TONNE,
    "watt_hour": "Wh, kWh or MWh",
    "joule": "J or MJ",
    "tkm": "tkm; a million tkm is Mtkm",
    "piece": "piece",
}
_NOT_DIVIDED |= {"pkm": "pkm; a million pkm is Mpkm", "vkm": "vkm or km", "kgkm": "kgkm or tkm", "GB": "GB or MB"}
#: A power of more than one digit, or of a power: pint would compute it.
_TOWER = re.compile(r"\*\*(?!\s*-?\d(?!\w|\s*\*\*))")
_PARTS = {"deci", "centi", "milli", "micro", "nano", "pico"}
_USUAL = ("kg", "g", "mg", "t", "kt", "kWh", "Wh", "MWh", "GWh", "MJ", "GJ", "tkm", "km", "piece", "m2", "m3", "l", "GB", "TB", "h", "year")
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
    if not re.fullmatch(r"[\w*/\u4e00-\u9fff ().-]+", name) or _TOWER.search(name):
        raise UnitError(Problem("not a unit", value=unit, field="unit", hint=_usual(unit)))
    _refuse_what_is_read_in_two_ways(unit, name)
    try:
        return registry().parse_units(name)
    # whatever pint's own evaluation makes of text that is no unit, such as kg-m, a bracket left open or nothing behind a sign
    except (pint.errors.PintError, tokenize.TokenError, ValueError, AttributeError, TypeError, AssertionError, ArithmeticError) as error:
        raise UnitError(Problem("unknown unit", value=unit, field="unit", hint=_usual(unit))) from error


def _usual(unit: str) -> str:
    """The usual unit that is written with other capitals, else what units look like."""
    return next(
        (u for u in _USUAL if u != unit and u.casefold() == unit.casefold()), "use units such as kg, g, kWh, MJ, tkm, km, piece, m2"
    )


def _refuse_what_is_read_in_two_ways(unit: str, name: str) -> None:
    for word in re.findall(r"[^\W\d]\w*", name):
        hint = _BY_WORD.get(word.rstrip("²³")) or _two_ways(word)
        if hint:
            raise UnitError(Problem("this unit can be read in two ways", value=unit, field="unit", hint=hint))


def _two_ways(word: str) -> str | None:
    """What to write instead of a word that names units of two systems, or a part of what is never divided; None for others."""
    read = registry().parse_unit_name(word)
    if not read:
        return None
    prefix, root, _ = read[0]
    # short_ton, US_liquid_gallon name their system
    told = "_" in word and not word.startswith("fluid_")
    return (None if told else _BY_ROOT.get(root)) or (_NOT_DIVIDED.get(root) if prefix in _PARTS else None)


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
                hint=target if source.casefold() == target.casefold() else f"use a unit of the same kind as {target}",
            )
        ) from error


def factor(source: str, target: str) -> float:
    """How many `target` units one `source` unit is: factor('g', 'kg') = 0.001.

    Raises UnitError when the dimensions differ, or a unit is not known or can be read in two ways: `ton` is 907 kg in the
    United States and 1,000 kg in most reports, so it is refused and the tonne is `t`.
    """
    if source == target:
        return 1.0
    known = _remembered.get((source, target))
    return known if known is not None else _converted(source, target)
