"""Phones and watches of earlier years: what the grids of their launch year emitted more than those of 2023."""

import numpy as np
import pytest

from inventories.assessing import assess_file
from inventories.score_store import network
from lca.footprint import Footprint
from lca.scores import UnitScores

GRIDS = {"electricity, high voltage", "electricity, medium voltage", "electricity, low voltage"}
LINES = {"CN": "older grid of plants in China", "KR": "older grid of plants in Korea"}


def made(product: str, scores: UnitScores, **changes: float) -> Footprint:
    return assess_file(product, scores, changes)


def kwh_of(footprint: Footprint, part: str) -> float:
    return sum(float(a) for line, a in zip(footprint.bill.lines, footprint.bill.amounts, strict=True) if line.part == part)


def grid_kwh(footprint: Footprint, scores: UnitScores, place: str) -> float:
    """kWh of a country's grid in all that is made for one device, the lines on older grids left out."""
    demand = np.zeros(len(scores.catalogue.processes))
    for line, amount in zip(footprint.bill.lines, footprint.bill.amounts, strict=True):
        if line.stage in ("materials", "manufacturing", "packaging") and line.part not in LINES.values():
            demand[line.index] += float(amount)
    supply = network(scores).supply(demand)
    return float(sum(s for p, s in zip(scores.catalogue.processes, supply, strict=True) if p.name in GRIDS and p.location == place))


@pytest.mark.parametrize(
    ("year", "china", "korea"), [(2011, 0.290, 0.163), (2014, 0.190, 0.155), (2018, 0.092, 0.214), (2020, 0.040, 0.071)]
)
def test_the_excess_of_a_year_is_near_the_published_one(year: int, china: float, korea: float, scores: UnitScores) -> None:
    # Ember, g per kWh: China 752, 694, 637, 606 over 583; South Korea 497, 493, 519, 458 over 427
    phone = made("smartphone", scores, launch_year=year)
    electricity = {place: kwh_of(phone, part) for place, part in LINES.items()}
    per_device = {place: grid_kwh(phone, scores, place) for place in LINES}
    assert electricity["CN"] / per_device["CN"] == pytest.approx(china, abs=0.09)
    assert electricity["KR"] / per_device["KR"] == pytest.approx(korea, abs=0.07)


@pytest.mark.parametrize("product", ["smartphone", "tablet", "smartwatch", "fairphone_3", "huawei_mate_20", "xiaomi_14"])
def test_the_electricity_of_a_device_is_what_the_background_has(product: str, scores: UnitScores) -> None:
    # 2018: by the file's own formula 0.04 + 0.0265 x 2 = 0.093 for China and 0.17 for Korea
    device = made(product, scores, launch_year=2018)
    assert kwh_of(device, LINES["CN"]) / 0.093 == pytest.approx(grid_kwh(device, scores, "CN"), rel=0.35)
    assert kwh_of(device, LINES["KR"]) / 0.17 == pytest.approx(grid_kwh(device, scores, "KR"), rel=0.35)


def test_nothing_is_added_from_2023_on(scores: UnitScores) -> None:
    phone = made("smartphone", scores, launch_year=2024)
    assert [kwh_of(phone, part) for part in LINES.values()] == [0.0, 0.0]
