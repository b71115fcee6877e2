"""Suppliers by hand: counts, weights, events that add up, rules by the day, one name for one supplier."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from company.due_diligence import Audits, due_diligence
from company.supplier_rules import Checked, Rules, check_all, check_supplier, mean_yearly_cut, must_be_told
from company.suppliers import SupplierStatus, counts, green_share, together, weighted_share
from lca.errors import InputError

END = date(2024, 12, 31)


def status(supplier: str, what: str = "green_electricity", **told: Any) -> SupplierStatus:
    return SupplierStatus.model_validate({"supplier": supplier, "status": what, "chain": "vehicles", "source": "s"} | told)


def test_a_share_weighted_by_spend() -> None:
    """(30 x 0.2 + 10 x 0.8) / 40 = 0.35."""
    assert weighted_share([0.2, 0.8], [30, 10]) == pytest.approx(0.35)
    found = green_share([status("cells", value=0.2, spend=30.0), status("cases", value=0.8, spend=10.0)], "vehicles")
    assert (found.value, found.weight) == (pytest.approx(0.35), "spend")
    assert "weighted by spend" in found.definition


def test_who_told_nothing_counts_as_none_and_who_left_does_not_count() -> None:
    entries = [status("cells", value=0.8, spend=10.0), status("glass", "registered", spend=10.0), status("steel", value=1.0, spend=20.0)]
    assert green_share([*entries, status("steel", "contract_ended")], "vehicles").value == pytest.approx(0.4)
    assert green_share([*entries, status("steel", "contract_ended")], "vehicles").told == pytest.approx(0.5)


def test_the_newest_status_holds_and_an_ended_one_does_not() -> None:
    entries = [status("a", "sbti"), status("b", "sbti"), status("a", "sbti"), status("b", "sbti", holds=False)]
    assert [(c.status, c.count) for c in counts(entries)] == [("sbti", 1)]


def test_a_group_beside_single_suppliers_may_be_counted_twice() -> None:
    (found,) = counts([status("all", "sbti", count=24), status("a", "sbti")])
    assert found.count == 25
    assert "counted twice" in found.warnings[0]


@pytest.mark.parametrize(
    ("bounds", "sum_is"),
    [(["exact"], "exact"), (["exact", "at_most"], "at_most"), (["at_most", "at_least"], "about"), (["about", "exact"], "about")],
)
def test_how_a_sum_is_bounded(bounds: list[Any], sum_is: str) -> None:
    assert together(bounds) == sum_is


def test_due_diligence() -> None:
    entries = [status(name, "conflict_minerals_asked") for name in "abcd"] + [status(name, "conflict_minerals_answered") for name in "abc"]
    entries += [status("a", "audited", count=2), status("a", "findings", value=8.0), status("a", "findings_closed", value=6.0)]
    found = due_diligence([(END, s) for s in entries], "vehicles")
    assert (found.feedback_rate, found.total, found.closed_rate) == (0.75, Audits(2, 8.0, 6.0), 0.75)
    assert found.warnings == ()


def test_who_was_not_asked_has_no_feedback_rate() -> None:
    assert due_diligence([], "vehicles").feedback_rate is None


@pytest.mark.parametrize(
    ("first", "last", "years", "cut"), [(100, 95, 1, 0.05), (100, 81, 2, 0.1), (100, 100, 3, 0.0), (100, 121, 2, -0.1)]
)
def test_the_mean_yearly_cut(first: float, last: float, years: int, cut: float) -> None:
    assert mean_yearly_cut(first, last, years) == pytest.approx(cut)


def checked(emissions: dict[int, float], at: date = END, **told: Any) -> Checked:
    """Supplier a with these t CO2e by year."""
    dated = [(date(year, 12, 31), status("a", "emissions", value=float(value))) for year, value in emissions.items()]
    return check_supplier(dated, "vehicles", "a", at, **told)


@pytest.mark.parametrize(("last", "verdict"), [(95.0, "met"), (95.1, "missed"), (50.0, "met")])
def test_the_rule_of_five_percent_a_year(last: float, verdict: str) -> None:
    assert checked({2023: 100, 2024: last}).cut == verdict


def test_who_emits_more_again_does_not_meet_the_cut() -> None:
    """100 -> 50 -> 88 t: sqrt(0.88) is 0.938, a mean cut of 6.2 % a year, but 76 % more in the last."""
    found = checked({2022: 100, 2023: 50, 2024: 88})
    assert found.yearly_cut == pytest.approx(1 - 0.88**0.5)
    assert found.last_cut == pytest.approx(-0.76)
    assert found.cut == "missed"


def test_a_good_last_year_does_not_make_up_for_the_years_before() -> None:
    """100 -> 100 -> 95 t: 5 % in the last year, 2.5 % a year."""
    assert checked({2022: 100, 2023: 100, 2024: 95}).cut == "missed"


@pytest.mark.parametrize(
    ("at", "year"), [(date(2024, 12, 31), 2023), (date(2025, 1, 1), 2023), (date(2025, 12, 30), 2023), (date(2030, 12, 31), 2029)]
)
def test_emissions_of_a_year_are_told_by_the_end_of_the_next(at: date, year: int) -> None:
    assert must_be_told(at) == year


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (date(2020, 12, 30), "met"),
        (date(2020, 12, 31), "met"),
        (date(2021, 12, 31), "unknown"),
        (END, "unknown"),
        (date(2030, 6, 1), "unknown"),
    ],
)
def test_old_emissions_say_nothing_of_today(at: date, verdict: str) -> None:
    found = checked({2018: 100, 2019: 90}, at)
    assert (found.cut, found.emissions_year) == (verdict, 2019)
    assert found.yearly_cut == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("emissions", "verdict"),
    [
        ({2022: 100, 2023: 0, 2024: 50}, "missed"),
        ({2022: 100, 2023: 0, 2024: 0}, "met"),
        ({2024: 5}, "unknown"),
        ({2023: 0, 2024: 5}, "unknown"),
    ],
)
def test_nothing_cannot_be_cut_but_can_become_something(emissions: dict[int, float], verdict: str) -> None:
    assert checked(emissions).cut == verdict


@pytest.mark.parametrize(
    ("share", "at", "verdicts"),
    [
        (0.1, date(2024, 12, 31), ("due", "due")),
        (0.25, date(2024, 12, 31), ("met", "due")),
        (0.2, date(2030, 1, 15), ("due", "due")),
        (0.2, date(2030, 12, 30), ("due", "due")),
        (0.2, date(2030, 12, 31), ("missed", "due")),
        (0.9, date(2050, 12, 31), ("met", "missed")),
        (1.0, date(2050, 12, 31), ("met", "met")),
    ],
)
def test_the_rule_of_a_quarter_by_2030_and_all_by_2050(share: float, at: date, verdicts: tuple[str, str]) -> None:
    found = check_supplier([(END, status("a", value=share))], "vehicles", "a", at)
    assert (found.renewable[2030], found.renewable[2050]) == verdicts


def test_a_supplier_that_told_nothing_is_unknown_and_groups_are_not_checked() -> None:
    (found,) = check_all([(END, status("a", "registered")), (END, status("all", "sbti", count=24))], END)
    assert (found.supplier, found.cut, found.renewable[2030]) == ("a", "unknown", "unknown")


def test_rules_are_parts() -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        Rules(yearly_cut=5)


def test_a_supplier_whose_contract_ended_is_counted_as_that_only() -> None:
    entries = [
        status("steel", "sbti"),
        status("steel", "audited"),
        status("glass", "sbti"),
        status("steel", "contract_ended"),
    ]
    assert {c.status: c.count for c in counts(entries)} == {"sbti": 1, "audited": 1, "contract_ended": 1}
    assert {c.status: c.count for c in counts([*entries, status("steel", "contract_ended", holds=False)])} == {"sbti": 2, "audited": 1}


# Events


def _audited(supplier: str, year: int, found: float, closed: float) -> list[tuple[date, SupplierStatus]]:
    day = date(year, 12, 31)
    told = [status(supplier, "audited"), status(supplier, "findings", value=found)]
    return [(day, s) for s in [*told, *([status(supplier, "findings_closed", value=closed)] if closed else [])]]


def test_audits_of_two_years_are_two_and_closings_count_against_all_findings() -> None:
    """3 findings in 2023, all closed, 5 more in 2024: 3 of 8 are closed, not 3 of the last 5."""
    dated = [*_audited("a", 2023, 3, 3), *_audited("a", 2024, 5, 0)]
    found = due_diligence(dated, "vehicles")
    assert found.total == Audits(2, 8, 3)
    assert found.closed_rate == pytest.approx(0.375)
    assert found.by_year == {2023: Audits(1, 3, 3), 2024: Audits(1, 5, 0)}
    assert due_diligence([one for one in dated if one[0].year == 2023], "vehicles").closed_rate == 1
    assert {c.status: c.count for c in counts([s for _, s in dated])} == {"audited": 2, "findings": 1, "findings_closed": 1}


def test_yearly_numbers_of_a_group_add_up() -> None:
    dated = [(date(year, 12, 31), status("all", "audited", count=count)) for year, count in ((2023, 590), (2024, 611))]
    found = due_diligence(dated, "vehicles")
    assert (found.total.audits, found.by_year[2024].audits) == (1201, 611)


def test_what_was_no_event_after_all_does_not_count() -> None:
    dated = [*_audited("a", 2023, 3, 0), (END, status("a", "findings", holds=False))]
    assert due_diligence(dated, "vehicles").total == Audits(1, 0, 0)


def test_more_closed_than_found_is_a_warning() -> None:
    found = due_diligence([*_audited("a", 2023, 3, 2), *_audited("a", 2024, 0, 3)], "vehicles")
    assert found.warnings[0].startswith("vehicles: 5 audit findings are closed by the end of 2024, and 3 were found")


@pytest.mark.parametrize(("answered", "rate"), [(2023, 0.0), (2024, 1.0), (2025, 1.0)])
def test_an_answer_of_the_year_before_answers_no_new_question(answered: int, rate: float) -> None:
    dated = [
        (date(2024, 12, 31), status("a", "conflict_minerals_asked")),
        (date(answered, 6, 30), status("a", "conflict_minerals_answered")),
    ]
    assert due_diligence(sorted(dated, key=lambda one: one[0]), "vehicles").feedback_rate == rate


def test_who_is_registered_again_is_back() -> None:
    left = [status("a", "registered"), status("a", "sbti"), status("a", "contract_ended")]
    assert {c.status: c.count for c in counts(left)} == {"contract_ended": 1}
    back = [*left, status("a", "registered")]
    assert {c.status: c.count for c in counts(back)} == {"registered": 1, "sbti": 1, "contract_ended": 1}
    assert [c.supplier for c in check_all([(END, s) for s in back], END)] == ["a"]
    again = [*back, status("a", "contract_ended")]
    assert {c.status: c.count for c in counts(again)} == {"contract_ended": 2}
    assert {c.status: c.count for c in counts([*again, status("a", "contract_ended")])} == {"contract_ended": 2}


# Names


@pytest.mark.parametrize("other", ["tier one ", " Tier One", "ＴＩＥＲ　one", "tier  one"])
def test_one_supplier_has_one_name(other: str) -> None:
    entries = [status("tier one", "data_verified", count=250), status(other, "data_verified", count=300)]
    assert [(c.count, c.entries, c.warnings) for c in counts(entries)] == [(300, 1, ())]
    share = green_share(
        [
            status("tier one", value=0.2, chain="Phones"),
            status(other, value=0.6, chain="phones "),
            status("b", value=0.0, chain="ＰＨＯＮＥＳ"),
        ],
        "phones",
    )
    assert (share.value, share.suppliers) == (pytest.approx(0.3), 2)


def test_spaces_around_a_name_are_not_written_and_a_name_of_spaces_is_refused() -> None:
    assert status(" 甲 ", chain=" phones ").model_dump(include={"supplier", "chain"}) == {"supplier": "甲", "chain": "phones"}
    with pytest.raises(ValueError, match="at least 1 character"):
        status("  ")
