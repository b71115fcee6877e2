"""Packaging volumes: roll-up by mass, coverage sentences, change in points, and the same from a real book."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from circularity.packaging import BASES, Component, definition_named
from circularity.volumes import (
    PackagingVolume,
    Sold,
    UnitPackaging,
    coverage,
    overlaps,
    roll_up,
    roll_up_by_model,
    sold,
    tonnes_of,
    unit_packaging,
)
from records import open_book


def packed(plastic: float, total: float = 0.1) -> UnitPackaging:
    return UnitPackaging(total=total, plastic=plastic, kept_total=total, kept_plastic=plastic)


def test_the_year_before_is_told_in_points_and_in_per_cent() -> None:
    rows = [Sold(2023, "a", "domestic", 10.0, packed(0.04)), Sold(2024, "a", "domestic", 10.0, packed(0.025))]
    market = [row for row in roll_up(rows, "mass.all") if row.market == "domestic"]
    assert [row.ratio for row in market] == [pytest.approx(0.6), pytest.approx(0.75)]
    assert market[0].points is None
    assert market[1].points == pytest.approx(15.0)
    assert market[1].percent == pytest.approx(25.0)


def test_a_gap_of_a_year_gives_no_change() -> None:
    rows = [Sold(2022, "a", "domestic", 1.0, packed(0.04)), Sold(2024, "a", "domestic", 1.0, packed(0.0))]
    assert all(row.points is None for row in roll_up(rows, "mass.all"))


def test_coverage_is_said_by_market() -> None:
    """100 % of international and 70 % of domestic models."""
    rows = [Sold(2024, f"m{i}", "international", 5.0, packed(0.0)) for i in range(8)]
    rows += [Sold(2024, f"m{i}", "domestic", 5.0, packed(0.0 if i < 7 else 0.02)) for i in range(10)]
    found = {c.market: c for c in coverage(rows, "mass.all")}
    assert found["international"].sentence == "covers 100 % of international models (8 of 8) in 2024"
    assert found["domestic"].sentence == "covers 70 % of domestic models (7 of 10) in 2024"


def test_a_share_of_models_names_its_definition() -> None:
    rows = [Sold(2024, "a", "domestic", 9.0, packed(0.0))]
    for basis in BASES:
        (found,) = coverage(rows, basis)
        assert found.to_dict()["definition"] == f"models.{basis}"
        assert definition_named(found.definition).formula


@pytest.mark.parametrize(
    ("markets", "certain"),
    [
        (("international", "DE"), True),
        (("DE", "EU"), True),
        (("CN", "CN-GD"), True),
        (("international", "domestic", "DE"), True),
        # is CN the home country? nobody said
        (("CN", "domestic"), False),
    ],
)
def test_markets_that_lie_within_one_another_are_said(markets: tuple[str, ...], certain: bool) -> None:
    (found,) = overlaps([Sold(2024, "a", market, 1.0, packed(0.04)) for market in markets])
    assert (found.year, found.product, found.certain) == (2024, "a", certain)
    assert all(market in found.sentence for market in markets)


@pytest.mark.parametrize("markets", [("international", "domestic"), ("DE", "FR"), ("EU", "CN"), ("EU", "GB"), ("CN-GD", "CN-BJ"), ("DE",)])
def test_markets_beside_one_another_are_added(markets: tuple[str, ...]) -> None:
    rows = [Sold(2024, "a", market, 5.0, packed(0.04)) for market in markets]
    assert overlaps(rows) == []
    (whole,) = [row for row in roll_up(rows, "mass.all") if row.market is None]
    assert whole.units == 5.0 * len(markets)


def test_overlapping_markets_are_never_added_up() -> None:
    """1,000 abroad, 400 of them in Germany: neither 1,400 nor a guess; another year, and another model, are as they were."""
    rows = [Sold(2023, "a", "international", 900.0, packed(0.04)), Sold(2024, "a", "international", 1000.0, packed(0.04))]
    rows += [Sold(2024, "a", "DE", 400.0, packed(0.04)), Sold(2024, "b", "DE", 50.0, packed(0.0)), Sold(2024, "b", "FR", 50.0, packed(0.0))]
    whole = [(row.year, row.units) for row in roll_up(rows, "mass.all") if row.market is None]
    assert whole == [(2023, 900.0)]
    by_model = {(row.product, row.market, row.year): row.units for row in roll_up_by_model(rows, "mass.all")}
    assert by_model["b", None, 2024] == 100.0
    assert ("a", None, 2024) not in by_model
    assert by_model["a", "DE", 2024] == 400.0


def test_a_model_sold_in_two_packagings_counts_once_by_mass() -> None:
    rows = [Sold(2024, "a", "domestic", 9.0, packed(0.0)), Sold(2024, "a", "domestic", 1.0, packed(0.1))]
    assert [(c.models, c.covered) for c in coverage(rows, "mass.all", at_least=0.9)] == [(1, 1)]
    assert [(c.models, c.covered) for c in coverage(rows, "mass.all", at_least=0.91)] == [(1, 0)]


def test_the_book_adds_units_and_forgets_what_was_taken_back(tmp_path: Path) -> None:
    masses = unit_packaging([Component("box", 0.06, "fibre"), Component("tray", 0.04, "plastic")])

    def volume(units: float) -> PackagingVolume:
        tonnes = tonnes_of(masses, units)
        return PackagingVolume(product="a", market="domestic", year=2024, units=units, masses=masses, **tonnes)  # type: ignore[arg-type]

    with open_book(tmp_path / "a.book", create=True) as book:
        for units in (100.0, 50.0, 7.0):
            last = book.append("packaging", volume(units), happened=date(2024, 12, 31), who="li")
        book.reverse(last.id, reason="typed twice", who="li")
        assert sold(book) == [Sold(2024, "a", "domestic", 150.0, masses)]
        # 150 units of 40 g of plastic
        assert book.sum("packaging", "plastic_t")[0].value == pytest.approx(0.006)


def test_a_part_is_not_heavier_than_the_whole() -> None:
    with pytest.raises(ValueError, match="weighs more than the whole"):
        packed(plastic=0.2, total=0.1)
