"""Units: same dimension converts exactly, another dimension is an error."""

from __future__ import annotations

import itertools
import time

import pytest

from lca.errors import UnitError
from lca.units import factor

DIMENSIONS = {
    "mass": ["kg", "g", "mg", "t", "公斤", "克"],
    "energy": ["kWh", "Wh", "MJ", "GJ", "度"],
    "freight": ["tkm", "kgkm"],
    "area": ["m2", "cm2", "mm2"],
    "volume": ["m3", "l", "cm3"],
    "count": ["piece", "台"],
    "memory": ["GB", "TB", "MB"],
    "length": ["km", "m"],
}
PAIRS = [(u, d) for d, us in DIMENSIONS.items() for u in us]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("g", "kg", 1e-3),
        ("kWh", "MJ", 3.6),
        ("Wh", "kWh", 1e-3),
        ("t", "kg", 1e3),
        ("cm2", "m2", 1e-4),
        ("TB", "GB", 1e3),
        ("度", "kWh", 1.0),
        ("公斤", "kg", 1.0),
        ("kt", "t", 1000.0),
        ("Mt", "t", 1e6),
        ("万吨", "t", 10_000.0),
        ("千瓦时", "kWh", 1.0),
        ("台", "piece", 1.0),
        ("l", "m3", 1e-3),
        ("tonnes", "t", 1.0),
        ("kilotonne", "t", 1000.0),
        # 2,000 and 2,240 pounds of 0.45359237 kg
        ("short_ton", "kg", 907.18474),
        ("long_ton", "kg", 1016.0469088),
        # 231 cubic inches, and 4.54609 l by law
        ("US_liquid_gallon", "l", 3.785411784),
        ("imperial_gallon", "l", 4.54609),
        ("oil_barrel", "l", 42 * 3.785411784),
        ("Mtkm", "tkm", 1e6),
        ("pcs", "piece", 1.0),
        ("units", "piece", 1.0),
    ],
)
def test_factors(source: str, target: str, expected: float) -> None:
    assert factor(source, target) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(PAIRS, 2)), ids=lambda p: p[0])
def test_dimensions_never_mix(a: tuple[str, str], b: tuple[str, str]) -> None:
    if a[1] == b[1]:
        assert factor(a[0], b[0]) * factor(b[0], a[0]) == pytest.approx(1.0, rel=1e-12)
    else:
        with pytest.raises(UnitError):
            factor(a[0], b[0])


@pytest.mark.parametrize("unit", ["kgs", "kW h!", "__class__", "furlongs per"])
def test_what_is_no_unit(unit: str) -> None:
    with pytest.raises(UnitError):
        factor(unit, "kg")


@pytest.mark.parametrize(
    ("unit", "target", "hint"),
    [
        # 907 kg in the United States, 1,000 kg in most reports, 1,016 kg in Britain
        *((word, "t", "t (tonne, 1,000 kg)") for word in ("ton", "tons", "Ton", "TON", "kton", "Mtons", "kiloton")),
        # a tonne or a million of them, not pint's kilogram; T and MT are no teslas
        *((word, "t", "t (tonne, 1,000 kg)") for word in ("mt", "MT", "T", "Tonne", "nt", "dt", "millitonne")),
        ("ton*km", "tkm", "t (tonne, 1,000 kg)"),
        ("ton-km", "tkm", "t (tonne, 1,000 kg)"),
        ("kg/ton", "kg/t", "t (tonne, 1,000 kg)"),
        ("mtkm", "tkm", "tkm"),
        ("gal", "l", "US_liquid_gallon"),
        ("gallons", "m3", "imperial_gallon"),
        ("Mgal", "m3", "imperial_gallon"),
        ("barrel", "l", "oil_barrel"),
        ("bbl", "m3", "oil_barrel"),
        ("pint", "l", "l"),
        ("fluid_ounce", "l", "l"),
        ("cwt", "kg", "UK_hundredweight"),
        ("gr", "kg", "g"),
        ("bag", "kg", "piece"),
        ("dwt", "t", "t of freight"),
        ("mWh", "kWh", "MWh"),
        ("mJ", "MJ", "MJ"),
        ("MBtu", "MJ", "MJ"),
        ("Mm³", "m3", "1000000 m3"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(unit: str, target: str, hint: str) -> None:
    with pytest.raises(UnitError, match="read in two ways") as caught:
        factor(unit, target)
    (problem,) = caught.value.problems
    assert problem.value == unit
    assert hint in (problem.hint or "")


@pytest.mark.parametrize(("unit", "target", "usual"), [("kwh", "MJ", "kWh"), ("KG", "t", "kg"), ("KT", "t", "kt"), ("G", "g", "g")])
def test_other_capitals_name_the_usual_unit(unit: str, target: str, usual: str) -> None:
    with pytest.raises(UnitError) as caught:
        factor(unit, target)
    assert caught.value.problems[0].hint == usual


@pytest.mark.parametrize("unit", ["kg-m", "kg/(", "kg**", "-", "()", "kg**kg", "1e9**1e9", "10**99999999", "9**9**9**9**9"])
def test_what_is_no_unit_is_refused_at_once(unit: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(UnitError):
        factor(unit, "kg")
    assert time.perf_counter() - begun < 5
