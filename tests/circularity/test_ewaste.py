"""E-waste by hand: words, units, devices, rates."""

from __future__ import annotations

import math
from typing import Any

import pytest

from circularity.ewaste import content_of, implausible, measured, rolled_up, stream_of, tonnes, treatment_of, unlikely_mass
from circularity.weee import TREATMENT_TARGETS, collection_rate, collection_target, treatment_rate
from lca.errors import InputError, Problem, UnitError


def phone(name: str) -> tuple[str, float]:
    """A product of 200 g; no other is known."""
    if name != "phone.yaml":
        raise InputError(Problem("no such product", field="product", value=name))
    return "phone", 0.2


@pytest.mark.parametrize(
    ("word", "treatment"),
    [
        ("recycled", "recycled"),
        (" Recycled ", "recycled"),
        ("ｒecycled", "recycled"),
        ("再生利用", "recycled"),
        ("翻新", "reused"),
        ("填埋", "disposed"),
    ],
)
def test_treatments_in_words(word: str, treatment: str) -> None:
    assert treatment_of(word) == treatment


def test_a_word_of_two_meanings_is_refused() -> None:
    with pytest.raises(InputError, match="collected or recycled"):
        treatment_of("回收")
    with pytest.raises(InputError, match="did you mean 'disposed'"):
        treatment_of("dispossed")


@pytest.mark.parametrize(
    ("word", "stream"),
    [
        ("6", "weee-6"),
        ("WEEE-4", "weee-4"),
        ("lamps", "weee-3"),
        ("手机", "weee-6"),
        ("Large equipment", "weee-4"),
        ("batteries", "batteries"),
    ],
)
def test_streams_in_words(word: str, stream: str) -> None:
    assert stream_of(word) == stream


@pytest.mark.parametrize(("mass", "unit", "t"), [(19698, "t", 19698), (500, "kg", 0.5), (3, "吨", 3), (2, "公斤", 0.002), (7, "g", 7e-6)])
def test_masses_in_tonnes(mass: float, unit: str, t: float) -> None:
    assert tonnes(mass, unit) == pytest.approx(t)


def test_a_mass_or_units_never_both() -> None:
    # 1,000 phones of 200 g are 0.2 t
    assert measured(None, 1000, "台", 0.2) == {"mass_t": pytest.approx(0.2), "units": 1000, "unit": "piece", "unit_mass_kg": 0.2}
    for wrong in ((1, 1, "t", None), (None, None, "t", None), (1, None, None, None), (None, 5, None, None)):
        with pytest.raises(InputError):
            measured(*wrong)
    for unit in ("kg", "kWh"):
        with pytest.raises(UnitError):
            measured(None, 5, unit, 0.2)


def test_units_are_weighed_by_the_product() -> None:
    said: dict[str, Any] = {"units": 10.0, "treatment": "reused", "product": "phone.yaml", "stream": "phones", "region": "CN"}
    content = content_of(said, phone)
    assert (content["mass_t"], content["product"], content["stream"]) == (pytest.approx(0.002), "phone", "weee-6")
    assert content_of(said | {"unit_mass": 0.3}, phone)["mass_t"] == pytest.approx(0.003)
    with pytest.raises(InputError, match="no such product"):
        content_of(said | {"product": "other"}, phone)


@pytest.mark.parametrize(("mass", "doubted"), [(0.2, False), (1.0, False), (1.01, True), (200.0, True), (0.03, True)])
def test_five_times_another_mass_is_doubted(mass: float, doubted: bool) -> None:
    assert bool(unlikely_mass({"unit_mass_kg": mass, "product": "phone.yaml"}, phone)) is doubted
    assert unlikely_mass({"unit_mass_kg": mass, "product": "unknown"}, phone) is None


def test_rows_roll_up_but_never_over_treatments() -> None:
    rows = [
        {"treatment": "collected", "year": "2023", "amount": 5.0, "entries": 1},
        {"treatment": "collected", "year": "2024", "amount": 7.0, "entries": 2},
        {"treatment": "recycled", "year": "2024", "amount": 6.0, "entries": 1},
        {"treatment": "reused", "year": "2024", "amount": 1.5, "entries": 1},
    ]
    assert [(row["treatment"], row["amount"], row["entries"]) for row in rolled_up(rows, ())] == [
        ("collected", 12, 3),
        ("recycled", 6, 1),
        ("reused", 1.5, 1),
    ]
    assert implausible(rows) == ["2024: recycled and reused (7.5 t) are more than collected (7 t)"]
    assert implausible(rows[1:3]) == []
    assert implausible(rows[2:]) == []


def test_rates_of_the_directive() -> None:
    # article 7: over the mean of the three years before
    assert collection_rate(65.0, [90.0, 100.0, 110.0]) == pytest.approx(0.65)
    assert treatment_rate(45.0, 60.0) == 0.75
    assert [collection_target(year) for year in (2015, 2016, 2018, 2019, 2024)] == [None, 0.45, 0.45, 0.65, 0.65]
    assert TREATMENT_TARGETS["weee-6"] == (0.75, 0.55)
    for wrong in ([90.0, 100.0], [0.0, 0.0, 0.0]):
        with pytest.raises(InputError):
            collection_rate(1.0, wrong)
    with pytest.raises(InputError):
        treatment_rate(1.0, 0.0)


@pytest.mark.parametrize("stream", ["7", "weee-9", "0", "WEEE 12"])
def test_a_number_that_is_no_category_is_refused(stream: str) -> None:
    with pytest.raises(InputError, match="no such category"):
        stream_of(stream)


def test_one_mass_is_one_number_in_any_unit() -> None:
    # in floating point 12260 x 0.001 and 12.26 can differ in the last digit
    assert {tonnes(mass, unit) for mass, unit in ((12.26, "t"), (12260, "kg"), (12260000, "克"), (0.01226, "kt"))} == {12.26}


@pytest.mark.parametrize("number", [math.nan, math.inf, -1.0, 0.0])
def test_a_mass_that_is_none_is_named_once(number: float) -> None:
    for said in ((number, None, "t", None), (None, number, None, 0.2), (None, 5.0, None, number)):
        with pytest.raises(InputError) as caught:
            measured(*said)
        assert len(caught.value.problems) == 1


def test_ten_thousands_of_devices_are_counted_in_pieces() -> None:
    # 3 x 10,000 x 0.2 kg = 6 t
    found = measured(None, 3.0, "万台", 0.2)
    assert (found["units"], found["unit"], found["mass_t"]) == (30000, "piece", pytest.approx(6.0))
