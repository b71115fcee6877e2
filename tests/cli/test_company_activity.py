"""`lifeloop company add activity`: what burns and leaks is scope 1; by hand from the background's rows and the GWP100 of AR6."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Lifeloop = Callable[..., Result]
WHERE = ("--year", "2024", "--source", "meter")
#: kg CO2e per MJ: CO2 + 29.8 x CH4 + 273 x N2O of the rows
GAS = 0.055879 + 29.8 * 1.0531e-6 + 273 * 1.0531e-7
DIESEL = 0.07379 + 29.8 * 3.7327e-6 + 273 * 1.8947e-6
LPG = 0.063576 + 29.8 * 3.0907e-6 + 273 * 6.1814e-7


@pytest.fixture
def burn(lifeloop: Lifeloop, tmp_path: Path) -> Lifeloop:
    """`company add activity --scope 1` on a book of this test."""

    def called(process: str, place: str, amount: float, unit: str, *more: Any) -> Result:
        words = ("--process", process, "--location", place, "--amount", amount, "--unit", unit, "--scope", "1", *WHERE, *more)
        return lifeloop("--records", tmp_path / "company.book", "company", "add", "activity", *words, "--json")

    return called


def entries(made: Result) -> dict[str, dict[str, Any]]:
    """The contents by category, scope 1 under `1`."""
    assert made.exit_code == 0, made.stderr
    found = json.loads(made.stdout)
    return {e["content"].get("category", "1"): e["content"] for e in (found if isinstance(found, list) else [found])}


@pytest.mark.parametrize(
    ("process", "place", "amount", "unit", "tonnes"),
    [
        ("natural gas, burned", "CN", 1_000_000, "MJ", 1000 * GAS),
        # a boiler burns 1.0834 MJ of gas per MJ of heat
        ("heat, natural gas boiler", "CN", 1_000_000, "MJ", 1000 * 1.0834 * GAS),
        # 0.02324 kg of diesel and 0.021758 kg of LPG burn per MJ
        ("diesel, burned in machine", "GLO", 1000, "kg", DIESEL / 0.02324),
        ("liquefied petroleum gas", "GLO", 1000, "kg", LPG / 0.021758),
        # half HFC-32 (771), half HFC-125 (3,740): 2,255.5 kg per kg
        ("R410A", "CN", 10, "kg", 22.555),
        ("refrigerant emission, R134a", "GLO", 10, "kg", 15.3),
    ],
)
def test_what_burns_or_leaks_is_scope_1(burn: Lifeloop, process: str, place: str, amount: float, unit: str, tonnes: float) -> None:
    assert entries(burn(process, place, amount, unit))["1"]["co2e_t"] == pytest.approx(tonnes, rel=1e-4)


def test_a_mix_of_boilers_emits_what_each_of_them_does(burn: Lifeloop) -> None:
    """0.2 of gas, 0.75 of coal, 0.05 of oil boilers."""
    each = {
        name: entries(burn(f"heat, {name} boiler", "CN", 1000, "MJ"))["1"]["co2e_t"] for name in ("natural gas", "hard coal", "fuel oil")
    }
    mixed = entries(burn("heat, industrial mix", "CN", 1000, "MJ"))["1"]["co2e_t"]
    # 0.2 x 60.60 + 0.75 x 1.2151 x 93.83 + 0.05 x 1.1429 x 74.04 kg per GJ
    assert mixed == pytest.approx(0.10186, rel=1e-4)
    assert mixed == pytest.approx(0.2 * each["natural gas"] + 0.75 * each["hard coal"] + 0.05 * each["fuel oil"])


def test_the_supply_of_fuels_is_category_3_3_and_the_electricity_of_a_boiler_is_said_to_be_neither(burn: Lifeloop) -> None:
    made = burn("heat, natural gas boiler", "CN", 1_000_000, "MJ")
    gas = entries(burn("natural gas, burned", "CN", 1_083_400, "MJ"))
    assert entries(made)["3.3"]["co2e_t"] == pytest.approx(gas["3.3"]["co2e_t"])
    assert "electricity, low voltage: neither" in made.stderr


def test_a_leak_buys_no_refrigerant_and_a_factor_tells_its_source(burn: Lifeloop) -> None:
    made = burn("R410A", "CN", 10, "kg")
    (content,) = entries(made).values()
    assert content["activity"]["process"] == "refrigerant emission, R410A"
    assert "counts as 'refrigerant emission, R410A'" in made.stderr
    assert content["activity"]["background"].endswith("GWP100 of AR6")


@pytest.mark.parametrize(
    ("process", "place", "unit", "said"),
    [
        ("heat, district", "EU", "MJ", "scope 2"),
        ("heat, electric", "CN", "MJ", "company add electricity"),
        ("heat, heat pump", "CN", "MJ", "company add electricity"),
        ("electricity, medium voltage", "CN", "kWh", "scope 2"),
        ("diesel", "GLO", "kg", "take 'diesel, burned in car' or 'diesel, burned in machine'"),
        ("kerosene", "GLO", "kg", "a fuel whose burning is not in the background"),
        ("coke, metallurgical", "CN", "kg", "a fuel whose burning is not in the background"),
        ("R717", "CN", "kg", "a refrigerant whose leaks are not in the background"),
        ("NMP", "CN", "kg", "one total with its supply chain"),
        ("concrete block", "CN", "kg", "scope 1"),
    ],
)
def test_what_has_no_factor_of_scope_1_is_refused_with_the_way_out(
    burn: Lifeloop, tmp_path: Path, process: str, place: str, unit: str, said: str
) -> None:
    made = burn(process, place, 1000, unit)
    assert made.exit_code == 3
    assert said in made.stderr
    assert not (tmp_path / "company.book").exists()


def test_scope_3_names_its_category_and_scope_1_has_none(lifeloop: Lifeloop, tmp_path: Path, burn: Lifeloop) -> None:
    words = ("--process", "flight", "--amount", 1000, "--unit", "km", "--factor", 0.1, "--scope", "3", *WHERE)
    made = lifeloop("--records", tmp_path / "company.book", "company", "add", "activity", *words)
    assert (made.exit_code, "names its category" in made.stderr) == (3, True)
    assert burn("natural gas, burned", "CN", 1, "MJ", "--category", "3.1").exit_code == 3
    assert not (tmp_path / "company.book").exists()
