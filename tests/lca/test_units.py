"""Units: same dimension converts exactly, another dimension is an error."""

from __future__ import annotations

import itertools

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
