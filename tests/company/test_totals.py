"""What stands where a figure was told and its detail is entered too: sums by hand, for scopes, categories and segments."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from company.completeness import Declared, declaration, declared_of
from company.emissions import UNSPECIFIED, Amount, Booked
from company.scopes import read_scopes
from company.totals import NoFigure, amount_of
from lca.errors import InputError


def told(scopes: str, tonnes: float, method: str | None = "market", category: str | None = None, segment: str = UNSPECIFIED) -> Booked:
    """A reported figure; scopes without scope 2 have no method."""
    return Booked(2024, scopes, method if "2" in scopes else None, category, segment, "reported", tonnes)


def implied(scopes: str, tonnes: float) -> Booked:
    return Booked(2024, scopes, "market" if "2" in scopes else None, None, UNSPECIFIED, "implied", tonnes)


def detail(scopes: str, tonnes: float, category: str | None = None, segment: str = UNSPECIFIED, basis: str = "activity") -> Booked:
    """What activity data, electricity or products sold give."""
    return Booked(2024, scopes, "market" if "2" in scopes else None, category, segment, basis, tonnes)


def found(entries: Sequence[Booked], scopes: str, segment: str | None = None, declared: Sequence[Declared] = ()) -> Amount:
    chosen = read_scopes(scopes)
    return amount_of(entries, 2024, chosen, "market" if "2" in chosen else None, segment, declared)


def said(amount: Amount) -> str:
    return "\n".join(amount.warnings)


# A sliver of detail beside a told total

TOTALS = [told("1+2+3", 10_787_758), told("1+2", 208_566.42)]
SALE = [detail("3", 60.0, "3.1", basis="product"), detail("3", 17.22, "3.11", basis="product")]
SLIVER = [detail("1", 2.3), detail("2", 5.554)]


def test_products_sold_do_not_take_the_place_of_the_reported_total() -> None:
    """208,566.42 + 77.22 = 208,643.64 t are 1.93 % of 10,787,758 t; 77.22 t are 0.00073 % of 10,579,191.58 t."""
    total, third = (found([*TOTALS, *SALE], scopes) for scopes in ("1,2,3", "3"))
    assert (total.value, total.complete, total.how) == (10_787_758, True, "entries of scopes 1+2+3")
    assert total.beside[-1].detail == pytest.approx(208_643.64)
    assert total.beside[-1].coverage == pytest.approx(0.01934, abs=1e-5)
    assert "the reported figure of 10,787,758.0 t stands" in said(total)
    assert third.value == pytest.approx(10_579_191.58)
    assert third.how == "entries of scopes 1+2+3, less 1+2"
    assert "77.2 t (0.00073 % of it), and are not declared complete" in said(third)


def test_some_petrol_and_electricity_do_not_take_the_place_of_scopes_1_and_2() -> None:
    amount = found([*TOTALS, *SLIVER], "1,2")
    assert (amount.value, amount.complete) == (208_566.42, True)
    assert "7.9 t (0.00377 % of it)" in said(amount)


def test_detail_of_one_scope_only_is_shown_beside_the_total_it_lies_in() -> None:
    amount = found([told("1+2", 200), detail("1", 2)], "1,2")
    assert amount.value == 200
    assert "of scope 1 alone there is detail, 2.0 t (1 % of it)" in said(amount)


def test_a_difference_stands_beside_its_detail_too() -> None:
    """Scope 2 is 200 - 50 = 150 t; the 140 t of electricity are 93.3 % of that."""
    amount = found([told("1+2", 200), told("1", 50), detail("2", 140)], "2")
    assert (amount.value, amount.how) == (150, "entries of scopes 1+2, less 1")
    assert amount.beside[-1].coverage == pytest.approx(140 / 150)


def test_a_difference_is_not_taken_from_detail_that_may_be_a_sliver() -> None:
    with pytest.raises(NoFigure, match="no figure for scope 2"):
        found([told("1+2", 200), detail("1", 2)], "2")


@pytest.mark.parametrize(("tonnes", "value"), [(99.51, 99.51), (100.49, 100.49), (99.4, 100), (100.6, 100)])
def test_detail_that_adds_up_to_the_reported_figure_takes_its_place(tonnes: float, value: float) -> None:
    """Within 0.5 % of the larger of the two."""
    amount = found([told("1+2", 100), detail("1", 40), detail("2", tonnes - 40)], "1,2")
    assert amount.complete
    assert amount.value == pytest.approx(value)
    assert bool(amount.warnings) == (value == 100)


def test_detail_that_is_declared_complete_takes_its_place_and_the_other_is_said() -> None:
    amount = found([told("1+2", 100), detail("1", 40), detail("2", 50)], "1,2", declared=[declaration("1+2", "market")])
    assert (amount.value, amount.complete) == (90, True)
    assert "declared complete and count with 90.0 t (90 % of it), not the reported figure of 100.0 t" in said(amount)


@pytest.mark.parametrize(
    ("complete", "counts"),
    [
        (declaration("1+2+3", "market"), True),
        (declaration("1+2", None), True),
        (declaration("1", None), False),
        (declaration("1+2", "location"), False),
        (declaration("1+2", "market", None, "phones"), False),
    ],
)
def test_a_declaration_is_of_its_scopes_method_and_segment(complete: Declared, counts: bool) -> None:
    assert found([told("1+2", 100), detail("1", 40), detail("2", 50)], "1,2", declared=[complete]).value == (90 if counts else 100)


def test_without_a_reported_figure_detail_is_at_least_so_much_until_it_is_declared() -> None:
    entries = [detail("1", 40), detail("2", 50)]
    assert (found(entries, "1,2").value, found(entries, "1,2").complete) == (90, False)
    assert found(entries, "1,2").how == "entries of scope 1 and scope 2 (detail, not declared complete)"
    assert found(entries, "1,2", declared=[declaration("1", None), declaration("2", "market")]).complete


def test_scopes_that_were_told_one_by_one_are_all_there_is() -> None:
    assert found([told("1", 1), told("2", 2)], "1,2").complete


def test_two_told_ways_that_differ_are_said_to() -> None:
    amount = found([told("1", 1), told("2", 2), told("1+2", 4)], "1,2")
    assert amount.value == 4
    assert "4.0 t" in said(amount)
    assert "3.0 t" in said(amount)


@pytest.mark.parametrize(
    "complete", [declaration("2", "market"), declaration("3", None, "3.11", "phones"), declaration("1+2+3", "unstated")]
)
def test_a_declaration_is_read_as_it_is_written(complete: Declared) -> None:
    assert declared_of(complete.part) == complete
    assert declared_of("everything") is None


@pytest.mark.parametrize(
    "words", [("1+2", "green", None), ("1", "market", None), ("1", None, "3.1"), ("3", None, "3.16"), ("4", None, None)]
)
def test_a_declaration_names_what_exists(words: tuple[str, str | None, str | None]) -> None:
    with pytest.raises(InputError):
        declaration(*words)


# The same told or entered twice


def test_the_same_scopes_reported_and_implied_are_not_added() -> None:
    amount = found([told("1+2", 208_000), implied("1+2", 208_566)], "1,2")
    assert (amount.value, amount.bases) == (208_000, ("reported",))
    assert "reported (208,000.0 t) and as implied (208,566.0 t)" in said(amount)


def test_a_reported_category_and_products_sold_in_it_are_not_added() -> None:
    amount = found([told("3", 60, category="3.11"), detail("3", 50, "3.11", basis="product")], "3")
    assert amount.value == 60
    assert "50.0 t (83.3 % of it)" in said(amount)


def test_activity_and_products_of_one_category_are_added_and_asked_about() -> None:
    amount = found([detail("3", 7, "3.4"), detail("3", 5, "3.4", basis="product")], "3")
    assert amount.value == 12
    assert "is a tonne counted twice?" in said(amount)


# Scope 3 without a category


def test_an_activity_without_category_is_no_whole_of_scope_3() -> None:
    assert found([told("3", 1_000_000, category="3.1"), detail("3", 0.1)], "3").value == pytest.approx(1_000_000.1)


def test_a_reported_scope_3_is_the_whole_of_its_categories() -> None:
    assert found([told("3", 90), told("3", 60, category="3.1")], "3").value == 90


# Segments


def test_the_whole_of_one_segment_hides_no_category_of_another() -> None:
    """100 t of phones as a whole, and 50 + 60 t of vehicles by category."""
    entries = [
        told("3", 100, segment="phones"),
        told("3", 50, category="3.1", segment="vehicles"),
        told("3", 60, category="3.11", segment="vehicles"),
    ]
    amount = found(entries, "3")
    assert (amount.value, amount.segments, amount.complete) == (210, ("vehicles", "phones"), False)
    assert "is known for vehicles, phones only" in said(amount)
    assert found(entries, "3", "phones").value == 100


def test_the_figure_of_a_segment_is_not_the_company_s() -> None:
    entries = [told("1+2+3", 1000), told("1+2", 50, segment="phones")]
    amount = found(entries, "1,2")
    assert (amount.value, amount.complete, amount.segments) == (50, False, ("phones",))
    assert "segment phones only" in amount.how
    with pytest.raises(NoFigure, match="no figure for scope 3"):
        found(entries, "3")


def test_segments_are_parts_of_what_the_company_reported() -> None:
    entries = [
        told("1", 100),
        told("1", 30, segment="phones"),
        told("3", 80, category="3.1"),
        told("3", 20, category="3.1", segment="phones"),
    ]
    assert [found(entries, scopes).value for scopes in ("1", "3")] == [100, 80]
    assert "30.0 t (30 % of it)" in said(found(entries, "1"))


def test_segments_that_are_declared_to_be_all_add_up_to_the_company() -> None:
    entries = [told("1+2", 50, segment="phones"), told("1", 20, segment="cars"), told("2", 10, segment="cars")]
    amount = found(entries, "1,2", declared=[declaration("1+2", "market")])
    assert (amount.value, amount.complete, amount.segments) == (80, True, ())
    assert found(entries, "1,2", "cars").value == 30


# What cannot be


def test_less_than_nothing_is_no_scope_3() -> None:
    """100 t of all scopes less 150 t of scopes 1+2."""
    entries = [told("1+2+3", 100), told("1+2", 150)]
    with pytest.raises(NoFigure, match=r"100\.0 t is less than .* 150\.0 t, which lies in it"):
        found(entries, "3")
    assert "one of the two is wrong" in said(found(entries, "1,2,3"))


@pytest.mark.parametrize("rest", [99.8, 100.2])
def test_a_difference_within_the_tolerance_is_not_below_zero(rest: float) -> None:
    assert found([told("1+2+3", 100), told("1+2", rest)], "3").value == pytest.approx(max(100 - rest, 0))


def test_scope_3_is_found_under_the_method_that_has_it() -> None:
    """1+2+3 is told by location, 1+2 by both: 1,000 - 150 = 850 t."""
    entries = [told("1+2+3", 1000, "location"), told("1+2", 150, "location"), told("1+2", 120, "market")]
    assert amount_of(entries, 2024, ("3",), None).value == 850
